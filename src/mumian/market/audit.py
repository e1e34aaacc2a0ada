"""The audit: everything derived again from the leaves alone, with no trust in the operator.

Each leaf's hash is held against the tree, its bytes against their canonical form, its number and time against the leaf
before, its signature against its key; its decision is taken again and compared; at the end the tree's root, every row
of the market's store and every law of every room. It stops at the first leaf that does not hold, and names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest

import msgspec
from cryptography.exceptions import InvalidSignature

from mumian.journal.faults import JournalFault
from mumian.journal.log import payload_in
from mumian.journal.store import Commit, Head, Store
from mumian.journal.tree import Frontier, leaf_hash
from mumian.kernel.outcome import Broken
from mumian.market.envelope import BY_CLOCK, BY_KEY
from mumian.market.hearing import verify_envelope
from mumian.market.laws import LAWS
from mumian.market.leaf import Heard, decode_heard, decode_leaf, leaf_bytes
from mumian.market.pulse import Pulse
from mumian.market.rooms import States
from mumian.market.step import step
from mumian.rooms.oversight.model import OpenMarket

LOOK_EVERY = 1_000
"""Leaves between two looks at how much is in memory."""

CHANGED_ROWS_MAX = 40_000
"""Replayed rows that wait in memory to be written back. Most rows change several times soon after they are made, so
waiting saves most of the writing; what was written back stays for one such round more."""


class Fault(msgspec.Struct, frozen=True):
    """What does not hold, and where. seq: the first leaf that does not, or -1 where it is not one leaf's doing."""

    seq: int
    law: str
    place: str


class Audit(msgspec.Struct, frozen=True):
    """leaves: how many held. fault: the first that did not, or None. root: hex, of the leaves as they are."""

    leaves: int
    root: str
    fault: Fault | None = None


class Claim(msgspec.Struct, frozen=True):
    """What a signed checkpoint claims of the leaves. The signature is verified by whoever read the checkpoint."""

    origin: str
    size: int
    root: str


def audit(
    entries: Iterable[bytes],
    hashes: Iterable[bytes] | None,
    claim: Claim,
    *,
    body: Callable[[str], bytes | None],
    scratch: Store,
    rows: Store | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Audit:
    """Replay `entries` into the empty store `scratch` and hold everything against `claim`.

    hashes: leaf hashes as the tiles have them, in order, or None to derive them. body: payload of a digest leaf.
    rows: the market's own store, to compare row by row. progress: told how many leaves held so far.
    """
    replay = _Replay(scratch, claim.origin, body)
    listed = iter(hashes) if hashes is not None else None
    for entry in entries:
        hashed = leaf_hash(entry)
        if listed is not None and (tile_hash := next(listed, None)) != hashed:
            place = f"the entry hashes to {hashed.hex()}, the tile has {tile_hash.hex() if tile_hash else 'nothing'}"
            return replay.ended(Fault(replay.size, "leaves_hash_to_the_tree", place))
        fault = replay.take(entry, hashed)
        if fault is not None:
            return replay.ended(fault)
        if replay.size % LOOK_EVERY == 0:
            replay.bound_memory()
            progress(replay.size)
    replay.settle()
    progress(replay.size)
    return replay.ended(_end_fault(replay, claim, rows))


def _end_fault(replay: _Replay, claim: Claim, rows: Store | None) -> Fault | None:
    """Return what does not hold of the whole, though every leaf does by itself."""
    if replay.size != claim.size:
        return Fault(-1, "the_journal_is_whole", f"{replay.size} leaves, the checkpoint says {claim.size}")
    root = replay.frontier.root().hex()
    if root != claim.root:
        return Fault(-1, "the_root_is_that_of_the_leaves", f"leaves give {root}, the checkpoint says {claim.root}")
    for law, place in replay.broken_laws():
        return Fault(-1, law, place)
    if rows is not None:
        for place in differing_rows(replay.scratch, rows, replay.states):
            return Fault(-1, "rows_are_what_the_leaves_make", place)
    return None


def differing_rows(derived: Store, kept: Store, states: States) -> Iterator[str]:
    """Yield each row in which two stores differ, table by table in key order."""
    for table in states.tables:
        for ours, theirs in zip_longest(derived.scan(table, ""), kept.scan(table, "")):
            if ours != theirs:
                key = (ours or theirs or ("", b""))[0]
                yield f"row `{key}` of `{table}` is not what the leaves make of it"
                break


class _Replay:
    """The market's state as the leaves make it, over a scratch store."""

    def __init__(self, scratch: Store, origin: str, body: Callable[[str], bytes | None]) -> None:
        self.states = States(scratch)
        self._pulse = Pulse(self.states)
        self.scratch = scratch
        self.frontier = Frontier()
        self.size = 0
        self._origin = origin
        self._body = body
        self._last_at = 0
        self._hashes: list[bytes] = []  # of leaves taken in and not yet in the frontier

    def take(self, entry: bytes, hashed: bytes) -> Fault | None:
        """Hold one leaf against everything before it, and take it in."""
        try:
            payload = payload_in(entry, self._body)
            leaf: Heard = decode_heard(payload)
        except (msgspec.DecodeError, JournalFault) as error:
            return Fault(self.size, "leaves_are_commands", str(error))
        fault = self._odd(leaf)
        if fault is not None:
            return fault
        try:
            again = step(self.states, leaf.envelope, seq=leaf.seq, at=leaf.at, by=leaf.by)
        except Broken as broken:
            return Fault(self.size, broken.law, broken.at)
        self._pulse.see(again)
        decided = leaf_bytes(again)
        if decided != payload:
            return self._parted(decided, payload)
        self._hashes.append(hashed)
        self._last_at = leaf.at
        self.size += 1
        return None

    def _parted(self, decided: bytes, payload: bytes) -> Fault:
        """Say why a leaf is not what deciding it again gives: its form, or its outcome."""
        try:
            is_canonical = leaf_bytes(decode_leaf(payload)) == payload
        except msgspec.DecodeError as error:
            return Fault(self.size, "leaves_are_commands", str(error))
        law = "decisions_come_out_the_same" if is_canonical else "leaves_are_canonical"
        return Fault(self.size, law, _difference(decided, payload))

    def _odd(self, leaf: Heard) -> Fault | None:
        if leaf.seq != self.size:
            return Fault(self.size, "numbers_have_no_gap", f"leaf {self.size} calls itself {leaf.seq}")
        if leaf.at < self._last_at:
            return Fault(self.size, "time_never_goes_back", f"{leaf.at} after {self._last_at}")
        if leaf.seq == 0 and isinstance(leaf.command, OpenMarket) and leaf.command.origin != self._origin:
            return Fault(
                0, "the_journal_is_this_markets", f"leaf 0 opens `{leaf.command.origin}`, not `{self._origin}`"
            )
        if leaf.at > self._last_at and leaf.by != BY_CLOCK and self._pulse.beats(leaf.at):
            return Fault(self.size, "time_limits_are_met_first", f"a limit was over before {leaf.at}, no tick met it")
        if leaf.by == BY_KEY:
            try:
                verify_envelope(leaf.envelope, origin=self._origin)
            except (InvalidSignature, ValueError):
                return Fault(self.size, "signatures_fit", f"the signature of `{leaf.actor}` does not fit")
        return None

    def broken_laws(self) -> Iterator[tuple[str, str]]:
        """Yield (law, place) wherever a law of a room, or one between rooms, does not hold at the last leaf."""
        yield from self.states.broken_laws()
        for law in LAWS:
            for place in law(self.states, self._last_at):
                yield f"market.{law.__name__}", place

    def bound_memory(self) -> None:
        """Grow the tree; write the replayed rows back once there are too many of them."""
        self.frontier.extend(self._hashes)
        self._hashes.clear()
        if sum(table.changed for table in self.states.tables.values()) > CHANGED_ROWS_MAX:
            self.settle()

    def settle(self) -> None:
        """Write the replayed rows back, so that memory stays bounded, and grow the tree."""
        self.frontier.extend(self._hashes)
        self._hashes.clear()
        puts: list[tuple[str, str, bytes]] = []
        deletes: list[tuple[str, str]] = []
        for table in self.states.tables.values():
            table.changes(puts, deletes)
        head = Head(0, "", (), 0)
        self.scratch.commit(Commit(first_seq=0, entries=[], puts=puts, deletes=deletes, head=head))
        for table in self.states.tables.values():
            table.settled(keep_max=0)

    def ended(self, fault: Fault | None) -> Audit:
        self.settle()
        return Audit(self.size, self.frontier.root().hex(), fault)


def _difference(decided: bytes, recorded: bytes) -> str:
    """Return the first place where two canonical leaves part, with a little of both."""
    at = next(
        (i for i, (a, b) in enumerate(zip(decided, recorded, strict=False)) if a != b), min(len(decided), len(recorded))
    )
    start = max(0, at - 20)
    return f"decided again `{decided[start : at + 40].decode(errors='replace')}`, recorded `{recorded[start : at + 40].decode(errors='replace')}`"
