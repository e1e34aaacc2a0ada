"""Crash a store at many points, open what is left, and count what was lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from typing import Literal, NamedTuple

from vfs import Disk, Files, Op, Wreckage

from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Store, StoreDamaged

FILE = "market.db"
PAGES = 40
"""Pages of the log after which a commit checkpoints: few, so that crashes fall into checkpoints too."""

_numbers = count()


class Outcome(NamedTuple):
    """states: crashes looked at. losses: those after which acknowledged leaves were gone. damaged: those after which the
    store did not open, or `check` found it inconsistent. example: the first finding in words, or empty.
    """

    states: int
    losses: int
    damaged: int
    example: str


def campaign(
    run: Callable[[Store], Iterator[int]],
    check: Callable[[Store, int], None],
    *,
    states: int,
    seed: int,
    synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL",
) -> Outcome:
    """Run a load once on a recorded disk; then crash at `states` points of it and look at each.

    Args:
        run: drives the store and yields, after each commit, the number of leaves acknowledged so far.
        check: raises AssertionError when a reopened store is inconsistent. Its second argument is how many leaves
            were acknowledged and are still there.
        states: crash points, spread over all operations of the disk; every fourth crashes again while recovering.
        seed: of the points and of the fate of every unsynced write; the same seed gives the same outcome.
    """
    rng = random.Random(seed)
    ops, acknowledged = _record(run, synchronous)
    wreckage = Wreckage({}, ops)
    losses = damaged = 0
    example = ""
    for number, point in enumerate(sorted(rng.randint(0, len(ops)) for _ in range(states))):
        files = wreckage.after(point, rng)
        if number % 4 == 3:
            files = _crash_again(files, rng)
        owed = max((size for at, size in acknowledged if at <= point), default=0)
        lost, finding = _look(files, owed, check)
        losses += lost
        damaged += bool(finding)
        example = example or (f"after {point} of {len(ops)} operations: {finding}" if finding else "")
    return Outcome(states, losses, damaged, example)


@contextmanager
def _opened(files: Files, synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL") -> Iterator[tuple[SqliteStore, Disk]]:
    """Open a store on a disk with `files`; close it and forget the disk at the end."""
    disk = Disk(f"crash-{next(_numbers)}", files)
    try:
        store = SqliteStore(FILE, vfs=disk.name, synchronous=synchronous, checkpoint_pages=PAGES)
        with closing(store):
            yield store, disk
    finally:
        disk.unregister()


def _record(
    run: Callable[[Store], Iterator[int]], synchronous: Literal["FULL", "NORMAL", "OFF"]
) -> tuple[list[Op], list[tuple[int, int]]]:
    """Return the disk's operations and, for each acknowledgement, (operations before it, leaves acknowledged)."""
    with _opened({}, synchronous) as (store, disk):
        acknowledged = [(len(disk.ops), size) for size in run(store)]
    return disk.ops, acknowledged


def _crash_again(files: Files, rng: random.Random) -> Files:
    """Return what a second crash, while the store recovers from the first or closes after it, leaves of `files`."""
    try:
        with _opened(files) as (_, disk):
            pass
    except StoreDamaged:
        return files
    return Wreckage(files, disk.ops).after(rng.randint(0, len(disk.ops)), rng)


def _look(files: Files, owed: int, check: Callable[[Store, int], None]) -> tuple[bool, str]:
    """Return whether acknowledged leaves are gone, and what is inconsistent, in words."""
    size = 0
    try:
        with _opened(files) as (store, _):
            head = store.head()
            size = head.size if head else 0
            check(store, min(owed, size))
    except (AssertionError, StoreDamaged) as finding:
        return size < owed, f"{type(finding).__name__}: {finding}"
    return size < owed, ""
