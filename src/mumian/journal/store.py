"""Where a market's bytes rest: leaves, rows of state, bodies, and the one transaction that holds them together.

One adapter a database, one conformance suite for all (`tests/journal_store`). A store belongs to one thread. What fails
outside is raised, and a store whose `commit` has raised is closed: the caller stops, opens it again and reads `head` to
see what the disk kept. No fsync is ever tried twice, because the kernel forgets the pages that the first one lost.

StoreFault              the store cannot go on
├── StoreBusy           another process holds the market
├── StoreBehind         the commit does not continue the stored head: somebody else has written
├── StoreFull           no room on the disk
├── StoreDamaged        what is stored is not what was written
└── StoreUnreachable    no such file, no such server, no answer, no right to it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol, TypeAlias

import msgspec

from mumian.kernel.outcome import Broken

Mode: TypeAlias = Literal["write", "read"]
"""`write`: the sequencer, one a market. `read`: fsck and doors; never changes a byte of the journal."""

PAGE_ROWS = 256
"""Rows that `scan` and `entries` hold at once: at most 256 x 65,535 B of leaves."""

FORMAT = 1
"""Version of the tables. A store of another version is refused by name."""


class StoreFault(Exception):  # noqa: N818  # "fault" is the word of this floor: a failure outside, not an error of ours
    """The store cannot go on; the message names the place and what to do next."""


class StoreBusy(StoreFault):
    """Another process holds the market."""


class StoreBehind(StoreFault):
    """The commit does not continue the stored head."""


class StoreFull(StoreFault):
    """There is no room on the disk."""


class StoreDamaged(StoreFault):
    """What is stored is not what was written."""


class StoreUnreachable(StoreFault):
    """There is no such file or server, it does not answer, or it may not be used."""


class Head(msgspec.Struct, frozen=True):
    """Where the journal ends.

    size: leaves. root, frontier: hex digests, opaque here. at: ms since the epoch of the last leaf.
    """

    size: int
    root: str
    frontier: tuple[str, ...]
    at: int


class Commit(msgspec.Struct, kw_only=True):
    """What one transaction writes, in this order; a later entry for the same key wins.

    entries: leaves `first_seq`, `first_seq + 1`, …; `head.size` is the number after the last of them.
    puts: (table, key, value). deletes: (table, key). bodies: (SHA-256 in hex, bytes), written once.
    outbox: (id, message). outbox_done: ids of messages that have left.
    """

    first_seq: int
    entries: list[bytes]
    head: Head
    puts: list[tuple[str, str, bytes]] = []
    deletes: list[tuple[str, str]] = []
    bodies: list[tuple[str, bytes]] = []
    outbox: list[tuple[str, bytes]] = []
    outbox_done: list[str] = []


class Store(Protocol):
    """One market's journal and state. Every method may raise `StoreFault`.

    is_remote: a question goes to another process, so that many at once are worth gathering.
    """

    is_remote: bool

    def head(self) -> Head | None:
        """Return where the journal ends, or None before the first commit."""
        ...

    def meta(self, name: str) -> bytes | None: ...

    def set_meta(self, name: str, value: bytes) -> None:
        """Write a fact about the market itself (its origin), in a transaction of its own."""
        ...

    def fetch(self, table: str, key: str) -> bytes | None: ...

    def fetch_many(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Return the values of those (table, key) that exist."""
        ...

    def scan(self, table: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Yield (key, value) of every key that starts with `prefix`, by code point. Other calls may come in between."""
        ...

    def last(self, table: str) -> str | None:
        """Return the last key of `table` by code point, or None if it is empty. Costs one look into an index."""
        ...

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield leaves `start` (>= 0) up to, not including, `stop` or the end; `PAGE_ROWS` leaves in memory at once.

        Raises: StoreDamaged: a leaf is missing.
        """
        ...

    def body(self, sha256: str) -> bytes | None: ...

    def outbox(self) -> Iterator[tuple[str, bytes]]:
        """Yield (id, message) of what has not left yet, oldest first."""
        ...

    def commit(self, commit: Commit) -> None:
        """Write all of `commit` durably, or nothing.

        Raises: StoreBehind: `first_seq` is not the stored size. StoreFault: anything else; the store is then closed.
        """
        ...

    def close(self) -> None: ...


def check_commit(commit: Commit) -> None:
    """Raise Broken unless the head counts exactly the leaves that stand before it."""
    size = commit.first_seq + len(commit.entries)
    if commit.head.size != size:
        raise Broken("the head counts its leaves", f"`{size}` leaves, but the head says `{commit.head.size}`")


def check_end(place: str, size: int | None, last_seq: int | None) -> None:
    """Raise StoreDamaged unless the leaves end where the head says. None: there is no head, or no leaf."""
    leaves = 0 if last_seq is None else last_seq + 1
    if (size or 0) != leaves:
        raise StoreDamaged(
            f"`{place}`: the head counts `{size or 0}` leaves, but they end at `{leaves}`; restore a copy"
        )


def check_market(market: int) -> None:
    """Raise ValueError unless `market` fits the column of both databases."""
    if not 1 <= market <= 2**31 - 1:
        raise ValueError(f"market `{market}` is outside 1..2147483647")


def read_leaves(
    place: str, start: int, stop: int, page: Callable[[int, int], Sequence[tuple[int, bytes]]]
) -> Iterator[bytes]:
    """Yield the entries of leaves `start` up to `stop`, which must all exist.

    page: answers (from, to) with the first rows (seq, entry) in that range, in order.
    Raises: StoreDamaged: a leaf is missing.
    """
    seq = start
    while seq < stop:
        rows = page(seq, stop)
        if not rows:
            raise _leaf_missing(place, seq)
        for found, entry in rows:
            if found != seq:
                raise _leaf_missing(place, seq)
            yield entry
            seq += 1


def _leaf_missing(place: str, seq: int) -> StoreDamaged:
    return StoreDamaged(f"`{place}`: leaf `{seq}` is missing; restore a copy and run fsck")


def not_continued(place: str, commit: Commit, head: Head | None) -> StoreBehind:
    stored = head.size if head else 0
    return StoreBehind(
        f"`{place}` holds `{stored}` leaves, but the commit starts at `{commit.first_seq}`: "
        "another writer was here, or this one is behind; stop it and open the market again"
    )


def after_prefix(prefix: str) -> str | None:
    """Return the first key by code point that is behind every key with `prefix`, or None if there is none."""
    while prefix:
        prefix, last = prefix[:-1], ord(prefix[-1])
        if last < 0x10FFFF:
            # the surrogates U+D800..U+DFFF are no characters, and UTF-8 has no bytes for them
            return prefix + chr(0xE000 if last == 0xD7FF else last + 1)
    return None
