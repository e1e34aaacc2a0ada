"""Tiles and entry bundles: how a log lies in a folder or behind a web server.

A tile holds up to 256 consecutive hashes of one level; level L hashes are roots of subtrees of 256^L leaves. An entry
bundle holds the entries of one level 0 tile, each after its length as a big-endian uint16.

Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

import msgspec

from mumian.journal.faults import BadEntry, BadTile, MissingTile
from mumian.journal.tree import HASH_BYTES, SIZE_MAX, Frontier, Hash, pair_up

HEIGHT = 8
WIDTH = 1 << HEIGHT
LEVEL_MAX = 63
ENTRIES = -1
"""The level that stands for entry bundles, which lie beside the level 0 tiles."""

ENTRY_BYTES_MAX = 65_535
TILES_KEPT = 64
"""Tiles that a reader remembers: half a MiB."""

_path_shape = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


class Tile(msgspec.Struct, frozen=True):
    """Which tile: its level (or `ENTRIES`), its number from the left, how many hashes or entries it holds (1 to 256)."""

    level: int
    nth: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies: `tile/0/x001/x234/067`, `tile/entries/000.p/17`."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        suffix = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_number(self.nth)}{suffix}"

    @property
    def full(self) -> Tile:
        """The same tile once it is full."""
        return Tile(self.level, self.nth)


def _number(nth: int) -> str:
    digits = str(nth)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + [groups[-1]])


def parse_path(path: str) -> Tile:
    """Return the tile that lies at `path`.

    Raises: BadTile: no tile has this path.
    """
    match = _path_shape.fullmatch(path)
    if match is None:
        raise BadTile(f"`{path}` is not the path of a tile")
    level, upper, lowest, width = match.groups()
    tile = Tile(
        level=ENTRIES if level == "entries" else int(level),
        nth=int(upper.replace("x", "").replace("/", "") + lowest),
        width=int(width) if width else WIDTH,
    )
    if tile.path != path or tile.level > LEVEL_MAX:  # leading zero groups, a width of 256 or more
        raise BadTile(f"`{path}` is not the path of a tile")
    return tile


def width_of(*, level: int, nth: int, size: int) -> int:
    """Return how many hashes tile `nth` of `level` holds in a tree of `size` leaves: 0 to 256."""
    hashes = size >> HEIGHT * max(level, 0)
    return max(0, min(WIDTH, hashes - nth * WIDTH))


def tiles_of_growth(old: int, new: int) -> Iterator[Tile]:
    """Yield the hash tiles that are new or wider in a tree of `new` leaves than in one of `old`, lowest level first."""
    for level in range(LEVEL_MAX + 1):
        before, after = old >> HEIGHT * level, new >> HEIGHT * level
        if before >= after:
            return
        for nth in range(before // WIDTH, -(-after // WIDTH)):
            yield Tile(level, nth, width_of(level=level, nth=nth, size=new))


def bundles_of_growth(old: int, new: int) -> Iterator[Tile]:
    """Yield the entry bundles that are new or wider in a tree of `new` leaves than in one of `old`."""
    for nth in range(old // WIDTH, -(-new // WIDTH) if new > old else 0):
        yield Tile(ENTRIES, nth, width_of(level=ENTRIES, nth=nth, size=new))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of a bundle.

    Raises: BadEntry: an entry exceeds 65,535 bytes.
    """
    try:
        return b"".join([part for entry in entries for part in (len(entry).to_bytes(2, "big"), entry)])
    except OverflowError as e:
        longest = max(map(len, entries))
        raise BadEntry(f"an entry of `{longest}` bytes exceeds {ENTRY_BYTES_MAX}; log its digest") from e


def decode_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises: BadTile: it ends inside an entry, or holds more than 256.
    """
    entries: list[bytes] = []
    at, stop = 0, len(data)
    while at < stop:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > stop or at > stop:
            raise BadTile(f"the bundle ends at byte `{stop}` inside entry `{len(entries)}`")
        entries.append(data[start:at])
    if len(entries) > WIDTH:
        raise BadTile(f"the bundle holds `{len(entries)}` entries; at most {WIDTH} fit")
    return entries


def split_hashes(data: bytes, *, tile: Tile) -> list[Hash]:
    """Return the hashes of a tile's bytes.

    Raises: BadTile: there are more or fewer than the tile's width.
    """
    if len(data) != tile.width * HASH_BYTES:
        raise BadTile(f"`{tile.path}` holds `{len(data)}` bytes, not {tile.width * HASH_BYTES}")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def tile_root(hashes: Sequence[Hash]) -> Hash:
    """Return the root above the 256 hashes of a full tile: the hash that stands for it one level up."""
    row = list(hashes)
    for _ in range(HEIGHT):
        row = pair_up(row)
    return row[0]


class TileEdge:
    """The rightmost, not yet full tile of every level of a growing tree; what a writer of tiles remembers."""

    def __init__(self) -> None:
        self.size = 0
        self._levels: list[list[Hash]] = []

    @classmethod
    def read(cls, size: int, read: Callable[[str], bytes]) -> TileEdge:
        """Return the edge of the tree of `size` leaves from its published tiles, which may have grown since.

        Raises: BadTile: one is missing or has the wrong width.
        """
        edge, reader = cls(), TileReader(size, read)
        edge.size = size
        for level in range(LEVEL_MAX + 1):
            hashes = size >> HEIGHT * level
            if not hashes:
                break
            edge._levels.append(reader.hashes(level, hashes // WIDTH) if hashes % WIDTH else [])
        return edge

    def extend(self, leaves: Sequence[Hash]) -> Iterator[tuple[Tile, bytes]]:
        """Add leaves by their hashes; yield the tiles of `tiles_of_growth` with their bytes. To be read to its end."""
        old, row, level = self.size, list(leaves), 0
        self.size += len(leaves)
        while row:
            if level == len(self._levels):
                self._levels.append([])
            first, row = (old >> HEIGHT * level) // WIDTH, self._levels[level] + row
            above = []
            for nth, at in enumerate(range(0, len(row), WIDTH), first):
                hashes = row[at : at + WIDTH]
                yield Tile(level, nth, len(hashes)), b"".join(hashes)
                if len(hashes) == WIDTH:
                    above.append(tile_root(hashes))
            self._levels[level] = row[len(above) * WIDTH :]
            row, level = above, level + 1

    def frontier(self) -> Frontier:
        """Return the frontier of the same tree."""
        peaks: list[Hash] = []
        for hashes in reversed(self._levels):
            part = Frontier()
            part.extend(hashes)
            peaks += part.peaks()
        return Frontier.of(self.size, peaks)


class TileReader:
    """Hashes of a tree of `size` leaves out of its tiles, for proofs; remembers the last tiles that it read.

    read: gives the bytes at a path; raises `MissingTile` where there is none.
    """

    def __init__(self, size: int, read: Callable[[str], bytes]) -> None:
        if not 0 <= size <= SIZE_MAX:
            raise BadTile(f"a tree has 0 to {SIZE_MAX} leaves, not `{size}`")
        self.size = size
        self._read = read
        self._kept: OrderedDict[tuple[int, int], list[Hash]] = OrderedDict()

    def __call__(self, height: int, nth: int) -> Hash:
        """Return the root of the complete subtree `nth` of `height` (see `tree.HashReader`).

        Raises: BadTile: the tree has no such subtree, or its tile is missing or has the wrong width.
        """
        if nth + 1 << height > self.size:
            raise BadTile(f"subtree `{nth}` of height `{height}` is not complete in a tree of `{self.size}` leaves")
        level, rest = divmod(height, HEIGHT)
        first = nth << rest
        hashes = self.hashes(level, first // WIDTH)
        row = hashes[first % WIDTH : first % WIDTH + (1 << rest)]
        for _ in range(rest):
            row = pair_up(row)
        return row[0]

    def hashes(self, level: int, nth: int) -> list[Hash]:
        """Return the hashes of tile `nth` of `level`, from the full tile where the partial one is gone.

        Raises: BadTile: missing, or of the wrong width.
        """
        kept = self._kept.get((level, nth))
        if kept is not None:
            self._kept.move_to_end((level, nth))
            return kept
        tile = Tile(level, nth, width_of(level=level, nth=nth, size=self.size))
        hashes = self._fetch(tile)
        self._kept[level, nth] = hashes
        if len(self._kept) > TILES_KEPT:
            self._kept.popitem(last=False)
        return hashes

    def _fetch(self, tile: Tile) -> list[Hash]:
        if tile.width == 0:
            raise MissingTile(f"a tree of `{self.size}` leaves has no tile `{tile.nth}` of level `{tile.level}`")
        try:
            return split_hashes(self._read(tile.path), tile=tile)
        except MissingTile:
            if tile.width == WIDTH:
                raise
            full = tile.full
            return split_hashes(self._read(full.path), tile=full)[: tile.width]
