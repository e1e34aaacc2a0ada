"""What changes in clocks. The only writer of their state."""

from __future__ import annotations

from typing import assert_never

from mumian.rooms.clocks.model import Clock, ClockReached, ClockSet, ClockStopped, Event, State
from mumian.rooms.clocks.views import due_key, key_of


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case ClockSet():
            key = key_of(event.clock.about, event.clock.kind)
            _take_away(state, key)
            _put(state, key, event.clock)
        case ClockStopped() | ClockReached():
            _take_away(state, key_of(event.about, event.kind))
        case _:
            assert_never(event)


def _put(state: State, key: str, clock: Clock) -> None:
    state.clocks[key] = clock
    if not clock.is_suspended:
        state.due[due_key(clock)] = key
    if clock.owner:
        state.owed[f"{clock.owner}/{key}"] = key
    if clock.provisional:
        state.provisional[key] = 1


def _take_away(state: State, key: str) -> None:
    clock = state.clocks.get(key)
    if clock is None:
        return
    if not clock.is_suspended:
        del state.due[due_key(clock)]
    if clock.owner:
        del state.owed[f"{clock.owner}/{key}"]
    if clock.provisional:
        del state.provisional[key]
    del state.clocks[key]
