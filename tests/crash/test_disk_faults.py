"""A disk that is full or loses a sync: the commit is named, nothing is half done, no sync is tried twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from vfs import Disk, Op

from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Commit, Head, StoreFault, StoreFull, StoreUnreachable


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk("disk-with-faults")
    yield disk
    disk.unregister()


def a_commit(first_seq: int, count: int) -> Commit:
    entries = [b"leaf" * 100] * count
    puts = [("t", f"k{seq}", b"v" * 100) for seq in range(first_seq, first_seq + count)]
    return Commit(first_seq=first_seq, entries=entries, puts=puts, head=Head(first_seq + count, "aa", (), 1))


def test_a_full_disk_is_named_and_nothing_is_half_done(disk: Disk) -> None:
    store = SqliteStore("market.db", vfs=disk.name)
    store.commit(a_commit(0, 10))
    disk.capacity = len(disk.files["market.db-wal"]) + 100_000
    with pytest.raises(StoreFull, match=r"no room left for `market\.db`; make room"):
        store.commit(a_commit(10, 1_000))
    disk.capacity = 2**40
    again = SqliteStore("market.db", vfs=disk.name)
    assert again.head() == Head(10, "aa", (), 1)
    assert len(list(again.entries(0, 99))) == len(list(again.scan("t", ""))) == 10
    again.commit(a_commit(10, 1_000))
    again.close()


def test_a_full_disk_during_the_checkpoint_stops_the_writer_and_loses_nothing(disk: Disk) -> None:
    store = SqliteStore("market.db", vfs=disk.name, checkpoint_pages=1_000_000)
    store.commit(a_commit(0, 500))
    store.close()
    store = SqliteStore("market.db", vfs=disk.name, checkpoint_pages=1)
    disk.capacity = len(disk.files["market.db"])
    with pytest.raises(StoreFull):
        store.commit(a_commit(500, 100))
    disk.capacity = 2**40
    again = SqliteStore("market.db", vfs=disk.name)
    assert again.head() == Head(600, "aa", (), 1)
    assert len(list(again.entries(0, 999))) == 600
    again.close()


@pytest.mark.parametrize("checkpoint_pages", [1, 1_000], ids=["in a checkpoint", "in a commit"])
def test_a_failed_sync_closes_the_store_and_is_never_tried_again(disk: Disk, checkpoint_pages: int) -> None:
    store = SqliteStore("market.db", vfs=disk.name, checkpoint_pages=checkpoint_pages)
    store.commit(a_commit(0, 10))
    disk.syncs_fail = True
    before = len(disk.ops)
    with pytest.raises(StoreUnreachable, match="lost its pages"):
        store.commit(a_commit(10, 10))
    with pytest.raises(StoreFault, match="open it again"):
        store.commit(a_commit(10, 10))
    store.close()
    assert [op.kind for op in disk.ops[before:]].count("sync") == 1
    assert disk.ops[-1] == Op("sync", "market.db-wal")
