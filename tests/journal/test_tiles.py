"""Paths, bundles and tiles against the specification's own examples and the slow tree."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_tree import slow_root

from mumian.journal.faults import BadEntry, BadTile, MissingTile
from mumian.journal.tiles import (
    ENTRIES,
    Tile,
    TileEdge,
    TileReader,
    bundles_of_growth,
    decode_bundle,
    encode_bundle,
    parse_path,
    split_hashes,
    tiles_of_growth,
    width_of,
)
from mumian.journal.tree import consistency_proof, inclusion_proof, leaf_hashes, root_at

LEAVES = leaf_hashes([b"%d" % number for number in range(70_000)])

PATHS = [
    (Tile(0, 1234067), "tile/0/x001/x234/067"),
    (Tile(0, 0), "tile/0/000"),
    (Tile(1, 999), "tile/1/999"),
    (Tile(1, 1000), "tile/1/x001/000"),
    (Tile(0, 273, 112), "tile/0/273.p/112"),
    (Tile(2, 0, 1), "tile/2/000.p/1"),
    (Tile(63, 0, 255), "tile/63/000.p/255"),
    (Tile(ENTRIES, 1234067), "tile/entries/x001/x234/067"),
    (Tile(ENTRIES, 273, 112), "tile/entries/273.p/112"),
]


class Files(dict[str, bytes]):
    """Published tiles in memory."""

    def read(self, path: str) -> bytes:
        if path not in self:
            raise MissingTile(path)
        return self[path]


def published(size: int) -> Files:
    return Files((tile.path, data) for tile, data in TileEdge().extend(LEAVES[:size]))


@pytest.mark.parametrize(("tile", "path"), PATHS)
def test_a_tile_lies_at_its_path(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@given(st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_every_path_reads_back(level: int, nth: int, width: int) -> None:
    tile = Tile(level, nth, width)
    assert parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p",
        "tile/0/٠٠٠",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/data/000",
    ],
)
def test_no_tile_lies_at_another_path(path: str) -> None:
    with pytest.raises(BadTile):
        parse_path(path)


def test_70_000_leaves_have_the_tiles_of_the_specification() -> None:
    tiles = [parse_path(path) for path in published(70_000)]
    assert Counter((tile.level, tile.width) for tile in tiles) == {
        (0, 256): 273,
        (0, 112): 1,
        (1, 256): 1,
        (1, 17): 1,
        (2, 1): 1,
    }
    assert list(tiles_of_growth(0, 70_000)) == tiles
    assert Counter(tile.width for tile in bundles_of_growth(0, 70_000)) == {256: 273, 112: 1}


def test_256_leaves_are_a_full_tile_and_one_hash_above_it() -> None:
    assert list(published(256)) == ["tile/0/000", "tile/1/000.p/1"]


@settings(max_examples=30, deadline=None)  # up to 70,000 hashes a case
@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_a_growth_touches_the_tiles_that_are_new_or_wider(old: int, new: int) -> None:
    old, new = sorted((old, new))
    edge = TileEdge()
    for _ in edge.extend(LEAVES[:old]):
        pass
    touched = dict(edge.extend(LEAVES[old:new]))
    assert list(touched) == list(tiles_of_growth(old, new))
    assert all(len(data) == 32 * tile.width for tile, data in touched.items())
    assert all(tile.width == width_of(level=tile.level, nth=tile.nth, size=new) for tile in touched)
    assert [tile.nth for tile in bundles_of_growth(old, new)] == [tile.nth for tile in touched if tile.level == 0]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 600, 65_536, 65_537, 70_000])
def test_an_edge_read_from_its_tiles_is_the_edge_that_wrote_them(size: int) -> None:
    grown, files = TileEdge(), Files()
    files.update((tile.path, data) for tile, data in grown.extend(LEAVES[:size]))
    read = TileEdge.read(size, files.read)
    assert read.frontier().head == grown.frontier().head
    assert list(read.extend(LEAVES[size : size + 300])) == list(grown.extend(LEAVES[size : size + 300]))


@given(st.data())
def test_tiles_give_every_proof(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    hashes = TileReader(size, published(size).read)
    slow = slow_reader()
    assert inclusion_proof(index, size, hashes) == inclusion_proof(index, size, slow)
    assert consistency_proof(old, size, hashes) == consistency_proof(old, size, slow)


def slow_reader():
    entries = [b"%d" % number for number in range(600)]
    return lambda height, nth: slow_root(entries[nth << height : nth + 1 << height])


def test_a_reader_reaches_the_upper_levels_and_forgets_old_tiles() -> None:
    hashes = TileReader(70_000, published(70_000).read)
    edge = TileEdge()
    for _ in edge.extend(LEAVES):
        pass
    assert root_at(70_000, hashes) == edge.frontier().root()
    assert [hashes(0, 256 * nth) for nth in range(200)] == LEAVES[: 256 * 200 : 256]


def test_a_reader_takes_the_full_tile_where_the_partial_one_is_gone() -> None:
    later = Files({**published(500), **published(600)})
    del later["tile/0/001.p/244"]
    assert root_at(500, TileReader(500, later.read)) == root_at(500, TileReader(500, published(500).read))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda files: files.pop("tile/0/000"), MissingTile),
        (lambda files: files.update({"tile/0/000": files["tile/0/000"][:-1]}), BadTile),
        (lambda files: files.update({"tile/0/000": files["tile/0/000"] + bytes(32)}), BadTile),
        (lambda files: files.update({"tile/0/000": b""}), BadTile),
    ],
)
def test_a_tile_that_is_gone_or_of_another_width_is_named(change, fault: type[BadTile]) -> None:
    files = published(300)
    change(files)
    with pytest.raises(fault, match="tile/0/000"):
        inclusion_proof(299 - 100, 300, TileReader(300, files.read))


def test_a_subtree_beyond_the_tree_is_not_read() -> None:
    hashes = TileReader(300, published(300).read)
    with pytest.raises(BadTile):
        hashes(0, 300)
    with pytest.raises(BadTile):
        hashes(9, 0)
    with pytest.raises(MissingTile):
        hashes.hashes(0, 2)
    with pytest.raises(BadTile):
        TileReader(-1, published(1).read)


@given(st.lists(st.binary(max_size=50), max_size=256))
def test_every_bundle_reads_back(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == entries


def test_a_bundle_has_the_bytes_of_the_specification() -> None:
    assert encode_bundle([b"", b"abc"]) == b"\x00\x00\x00\x03abc"
    assert encode_bundle([bytes(65_535)])[:2] == b"\xff\xff"


def test_an_entry_of_65_536_bytes_does_not_fit() -> None:
    with pytest.raises(BadEntry, match="`65536` bytes exceeds 65535"):
        encode_bundle([b"", bytes(65_536)])


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x03ab", b"\x00\x00\x00", bytes(2 * 257)])
def test_a_bundle_that_ends_early_or_holds_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(BadTile):
        decode_bundle(data)


def test_a_tile_of_another_width_is_refused() -> None:
    with pytest.raises(BadTile, match=r"`tile/0/000.p/2` holds `32` bytes, not 64"):
        split_hashes(bytes(32), tile=Tile(0, 0, 2))
