"""Acknowledged work survives a crash at any write; and the campaign would see it if it did not."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from campaign import campaign
from vfs import SECTOR, Op, Wreckage

from mumian.journal.store import Commit, Head, Store

COMMITS = 60


def a_head(size: int) -> Head:
    return Head(size, f"{size:064x}", (f"{size:064x}",), size)


def an_entry(seq: int) -> bytes:
    return f"leaf {seq} ".encode() * 40


def load(store: Store) -> Iterator[int]:
    """Commit 1 to 30 leaves at a time: each makes an order, moves one of 20 accounts and closes the order 50 before it."""
    rng = random.Random(1)
    size = 0
    store.set_meta("origin", b"example.org/market")
    for _ in range(COMMITS):
        fresh = range(size, size + rng.randint(1, 30))
        size = fresh.stop
        store.commit(
            Commit(
                first_seq=fresh.start,
                entries=[an_entry(seq) for seq in fresh],
                head=a_head(size),
                puts=[("orders", f"order-{seq}", b"open" * 50) for seq in fresh]
                + [("accounts", f"account-{seq % 20}", str(seq).encode()) for seq in fresh],
                deletes=[("orders", f"order-{seq - 50}") for seq in fresh],
                bodies=[(f"{seq:064x}", bytes(9_000)) for seq in fresh if seq % 40 == 0],
                outbox=[(f"m-{seq}", b"go") for seq in fresh],
                outbox_done=[f"m-{seq - 30}" for seq in fresh],
            )
        )
        yield size


def agree(store: Store, acknowledged: int) -> None:
    """Head, leaves, rows, bodies and outbox must all tell of the same number of leaves."""
    head = store.head()
    size = head.size if head else 0
    assert size >= acknowledged
    assert head is None or head == a_head(size)
    assert list(store.entries(0, size + 1)) == [an_entry(seq) for seq in range(size)]
    orders = {f"order-{seq}" for seq in range(size)}
    orders -= {f"order-{seq - 50}" for seq in range(size)}
    assert {key for key, _ in store.scan("orders", "")} == orders
    accounts = {f"account-{seq % 20}": str(seq).encode() for seq in range(size)}
    assert dict(store.scan("accounts", "")) == accounts
    assert [name for name, _ in store.outbox()] == [f"m-{seq}" for seq in range(max(0, size - 30), size)]
    assert all(store.body(f"{seq:064x}") == bytes(9_000) for seq in range(0, size, 40))
    assert size == 0 or store.meta("origin") == b"example.org/market"


def test_no_crash_loses_acknowledged_work() -> None:
    outcome = campaign(load, agree, states=600, seed=7)
    assert outcome == (600, 0, 0, "")


def test_the_campaign_sees_losses_where_commits_are_not_synced() -> None:
    """`synchronous=NORMAL` keeps the file consistent and loses the last commits: the campaign must tell the two apart."""
    outcome = campaign(load, agree, states=100, seed=7, synchronous="NORMAL")
    assert outcome.losses > 0
    assert outcome.damaged == 0, outcome.example


def test_the_campaign_sees_damage_where_nothing_is_synced() -> None:
    outcome = campaign(load, agree, states=60, seed=7, synchronous="OFF")
    assert outcome.damaged > 0


def test_an_unsynced_write_is_kept_dropped_or_torn_and_a_synced_one_is_kept() -> None:
    old, new = b"." * SECTOR * 3, b"#" * SECTOR * 3
    ops = [Op("write", "f", 0, new), Op("sync", "f")]
    left = {Wreckage({"f": old}, ops).after(1, random.Random(seed))["f"] for seed in range(200)}
    assert {old, new} < left
    assert len(left) == 2**3
    assert {Wreckage({"f": old}, ops).after(2, random.Random(seed))["f"] for seed in range(50)} == {new}


@pytest.mark.parametrize("op", [Op("truncate", "f", 1), Op("delete", "f")])
def test_a_truncate_or_a_delete_may_be_undone_by_a_crash_until_the_next_sync(op: Op) -> None:
    ops = [op, Op("sync", "f")]
    left = [Wreckage({"f": b"old"}, ops).after(1, random.Random(seed)).get("f") for seed in range(50)]
    done = b"o" if op.kind == "truncate" else None
    assert set(left) == {b"old", done}
    assert {Wreckage({"f": b"old"}, ops).after(2, random.Random(seed)).get("f") for seed in range(50)} == {done}
