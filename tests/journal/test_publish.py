"""The published folder: what a stranger reads back, and what survives a crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from golden import LOG, LOG_VKEY, ORIGIN
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.journal.checkpoint import verify_checkpoint
from mumian.journal.faults import BadEntry, BadTile, Diverged, MissingTile
from mumian.journal.log import Log
from mumian.journal.publish import ExportReader, Publisher
from mumian.journal.tree import EMPTY_ROOT, Frontier, inclusion_proof, leaf_hash, leaf_hashes, root_at, verify_inclusion

ENTRIES = [b"%d" % number * (number % 7) for number in range(70_000)]


def read_entries(start: int, stop: int) -> list[bytes]:
    """The store."""
    return ENTRIES[start:stop]


def checkpoint_of(size: int, entries: list[bytes] = ENTRIES) -> bytes:
    frontier = Frontier()
    frontier.extend(leaf_hashes(entries[:size]))
    log = Log(ORIGIN, LOG, frontier)
    return log.sign(log.seal([], 0))


def publish_in(folder: Path, sizes: list[int]) -> Publisher:
    publisher = Publisher(folder, [LOG.verifier])
    for size in sizes:
        publisher.publish(ENTRIES[publisher.published_size() : size], checkpoint_of(size))
    return publisher


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_as_a_stranger(folder: Path, size: int) -> None:
    """Everything that a reader needs is there and leads to the signed root."""
    reader = ExportReader(folder)
    signed = verify_checkpoint(reader.note(), LOG.verifier)
    assert signed.checkpoint.size == size
    assert root_at(size, reader.hashes()) == signed.checkpoint.root
    assert list(reader.entries()) == ENTRIES[:size]


def test_a_folder_has_the_files_of_the_specification(tmp_path: Path) -> None:
    publish_in(tmp_path, [70_000])
    files = files_of(tmp_path)
    assert files["vkey"] == f"{LOG_VKEY}\n".encode()
    assert files["checkpoint"] == checkpoint_of(70_000)
    assert len(files["tile/0/272"]) == 8_192
    assert len(files["tile/0/273.p/112"]) == 112 * 32
    assert len(files["tile/1/000"]) == 8_192
    assert len(files["tile/1/001.p/17"]) == 17 * 32
    assert len(files["tile/2/000.p/1"]) == 32
    assert len(files) == 2 * 274 + 2 + 1 + 2
    check_as_a_stranger(tmp_path, 70_000)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=5), st.booleans())
def test_any_batches_leave_the_same_folder(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], reopened: bool
) -> None:
    folder, size = tmp_path_factory.mktemp("log"), 0
    publisher = Publisher(folder, [LOG.verifier])
    for batch in batches:
        size += batch
        if reopened:
            publisher = Publisher(folder)
        publisher.publish(ENTRIES[size - batch : size], checkpoint_of(size))
    check_as_a_stranger(folder, size)
    at_once = tmp_path_factory.mktemp("at_once")
    publish_in(at_once, [size])
    assert files_of(at_once).items() <= files_of(folder).items()


def test_partial_tiles_go_when_the_full_tile_is_there(tmp_path: Path) -> None:
    publish_in(tmp_path, [100, 200])
    assert {"tile/0/000.p/100", "tile/0/000.p/200", "tile/entries/000.p/100"} <= files_of(tmp_path).keys()
    publish_in(tmp_path, [256])
    assert files_of(tmp_path).keys() == {"checkpoint", "vkey", "tile/0/000", "tile/entries/000", "tile/1/000.p/1"}


def test_an_empty_log_can_be_published(tmp_path: Path) -> None:
    publish_in(tmp_path, [0])
    assert ExportReader(tmp_path).checkpoint().root == EMPTY_ROOT
    assert list(ExportReader(tmp_path).entries()) == []


def test_a_stranger_proves_an_entry_from_the_folder_alone(tmp_path: Path) -> None:
    publish_in(tmp_path, [1_000])
    reader = ExportReader(tmp_path)
    (key,) = reader.vkeys()
    head = verify_checkpoint(reader.note(), key).checkpoint.head
    (entry,) = reader.entries(777, 778)
    proof = inclusion_proof(777, 1_000, reader.hashes())
    verify_inclusion(index=777, size=1_000, leaf=leaf_hash(entry), proof=proof, root=head.root)


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 0), (0, 1), (255, 257), (256, 512), (511, 513), (599, 600), (300, 200)]
)
def test_any_range_of_entries_reads_back(tmp_path: Path, start: int, stop: int) -> None:
    publish_in(tmp_path, [600])
    assert list(ExportReader(tmp_path).entries(start, stop)) == ENTRIES[start:stop]


def test_a_reader_with_an_older_checkpoint_is_served_by_the_full_tiles(tmp_path: Path) -> None:
    publish_in(tmp_path, [100, 600])
    assert ExportReader(tmp_path).bundle(0, 100) == ENTRIES[:100]


def test_publishing_with_a_gap_is_refused(tmp_path: Path) -> None:
    publisher = publish_in(tmp_path, [10])
    with pytest.raises(BadTile, match="`5` entries after `10` do not make a log of `20`"):
        publisher.publish(ENTRIES[15:20], checkpoint_of(20))


def spoil(path: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        (folder / path).write_bytes(change((folder / path).read_bytes()))

    return apply


def lose(path: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).unlink()


AFTER_A_POWER_CUT = [
    lose("checkpoint"),
    spoil("checkpoint", lambda _: b""),
    spoil("checkpoint", lambda data: bytes(len(data))),
    lose("tile/0/002.p/88"),
    lose("tile/1/000.p/2"),
    spoil("tile/1/000.p/2", lambda data: bytes(len(data))),
    lose("tile/0/001"),
    lose("tile/entries/001"),
    lose("tile/entries/002.p/88"),
    spoil("tile/0/001", lambda _: b""),
    spoil("tile/0/001", lambda data: bytes(len(data))),
    spoil("tile/entries/000", lambda _: b""),
    spoil("tile/entries/000", lambda data: bytes(len(data))),
    spoil("tile/entries/002.p/88", lambda data: data[:-1]),
]


@pytest.mark.parametrize("harm", AFTER_A_POWER_CUT)
def test_what_a_power_cut_took_is_written_again(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    publish_in(tmp_path, [300, 600])
    before = files_of(tmp_path)
    harm(tmp_path)
    publisher = Publisher(tmp_path)
    assert publisher.published_size() == 0
    publisher.catch_up(read_entries, checkpoint_of(600))
    assert files_of(tmp_path).items() >= {path: before[path] for path in before if ".p/" not in path}.items()
    check_as_a_stranger(tmp_path, 600)


class Crash(BaseException):
    """The process is gone."""


class DoomedPublisher(Publisher):
    """Crashes before the write that follows `writes_left` more."""

    writes_left = 10**9

    def _write(self, path: str, data: bytes) -> None:
        if self.writes_left == 0:
            raise Crash
        self.writes_left -= 1
        super()._write(path, data)


@pytest.mark.parametrize("writes", range(10))
def test_a_crash_at_any_write_leaves_the_last_checkpoint_whole(tmp_path: Path, writes: int) -> None:
    publish_in(tmp_path, [300])
    publisher = DoomedPublisher(tmp_path)
    publisher.writes_left = writes
    with pytest.raises(Crash):
        publisher.publish(ENTRIES[300:1_100], checkpoint_of(1_100))
    check_as_a_stranger(tmp_path, 300)
    assert publisher.published_size() == 300
    again = Publisher(tmp_path)
    assert again.published_size() == 300
    again.catch_up(read_entries, checkpoint_of(1_200))
    check_as_a_stranger(tmp_path, 1_200)


def test_a_store_that_fell_behind_what_was_published_is_named(tmp_path: Path) -> None:
    publisher = publish_in(tmp_path, [300])
    with pytest.raises(Diverged, match="published `300` entries, the store has only `200`"):
        publisher.catch_up(read_entries, checkpoint_of(200))
    with pytest.raises(Diverged, match="ends at `300` entries, before the checkpoint's `400`"):
        publisher.catch_up(lambda start, stop: ENTRIES[start : min(stop, 300)], checkpoint_of(400))


def test_a_store_with_another_history_is_named(tmp_path: Path) -> None:
    publish_in(tmp_path, [300])
    other = [b"other", *ENTRIES[1:]]
    with pytest.raises(Diverged, match="first `400` entries do not have the root"):
        Publisher(tmp_path).catch_up(lambda start, stop: other[start:stop], checkpoint_of(400, other))
    (tmp_path / "tile/0/000").unlink()
    with pytest.raises(Diverged, match="first `300` entries do not have the root"):
        Publisher(tmp_path).catch_up(lambda start, stop: other[start:stop], checkpoint_of(400, other))


def test_an_entry_that_does_not_fit_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    publisher = publish_in(tmp_path, [300])
    with pytest.raises(BadEntry):
        publisher.publish([bytes(65_536)], checkpoint_of(301))
    assert publisher.published_size() == 300
    publisher.catch_up(read_entries, checkpoint_of(301))
    check_as_a_stranger(tmp_path, 301)


def test_what_is_missing_or_of_another_width_is_named(tmp_path: Path) -> None:
    publish_in(tmp_path, [600])
    reader = ExportReader(tmp_path)
    with pytest.raises(MissingTile, match="no bundle `3`"):
        reader.bundle(3, 600)
    spoil("tile/entries/001", lambda data: data + b"\x00\x00")(tmp_path)
    with pytest.raises(BadTile, match="`257` entries"):
        list(reader.entries())
    spoil("tile/entries/001", lambda _: b"\x00\x00")(tmp_path)
    with pytest.raises(BadTile, match="`tile/entries/001` holds `1` entries, not 256"):
        list(reader.entries())
    lose("tile/entries/001")(tmp_path)
    with pytest.raises(MissingTile, match="tile/entries/001"):
        list(reader.entries())
    with pytest.raises(MissingTile, match="`checkpoint` is not in"):
        ExportReader(tmp_path / "nowhere").checkpoint()
