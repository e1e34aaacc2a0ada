"""What can be seen of time limits."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.rooms.clocks.model import Clock, State


def key_of(about: str, kind: str) -> str:
    """Return the key of the limit of one kind about one thing."""
    return f"{about}/{kind}"


def due_key(clock: Clock) -> str:
    """Return a key that sorts by the instant at which the limit is over."""
    return f"{clock.due_at:016d}/{clock.about}/{clock.kind}"


def clock(state: State, about: str, kind: str) -> Clock | None:
    """Return the limit of one kind about one thing, or None if none runs or stands still."""
    return state.clocks.get(key_of(about, kind))


def clocks_of(state: State, about: str) -> Iterator[Clock]:
    """Yield every limit about one thing."""
    for _, found in state.clocks.under(f"{about}/"):
        yield found


def owed_by(state: State, owner: PartyId) -> Iterator[Clock]:
    """Yield every limit within which a party must act."""
    for _, key in state.owed.under(f"{owner}/"):
        yield state.clocks[key]


def in_order(state: State) -> Iterator[Clock]:
    """Yield every limit that runs, the next one first."""
    for _, key in state.due.under():
        yield state.clocks[key]


def due_before(state: State, now: Instant) -> Iterator[Clock]:
    """Yield every limit that is over at `now`, the oldest first."""
    for found in in_order(state):
        if found.due_at > now:
            return
        yield found


def next_due(state: State) -> Instant | None:
    """Return the instant at which the next limit is over, or None if none runs."""
    first = next(in_order(state), None)
    return None if first is None else first.due_at
