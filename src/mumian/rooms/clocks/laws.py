"""What always holds of time limits."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.limits import Unit
from mumian.rooms.clocks.model import State
from mumian.rooms.clocks.views import due_key, key_of


def every_running_clock_is_found_by_its_time_and_its_owner(state: State) -> Iterator[str]:
    """The three indexes name just the clocks that they should."""
    due, owed, provisional = set[str](), set[str](), set[str]()
    for key, clock in state.clocks.under():
        if key != key_of(clock.about, clock.kind):
            yield f"`{key}` holds the clock of `{clock.about}`"
        due |= {due_key(clock)} - ({due_key(clock)} if clock.is_suspended else set())
        owed |= {f"{clock.owner}/{key}"} if clock.owner else set()
        provisional |= {key} if clock.provisional else set()
    for name, table, expected in (
        ("due", state.due, due),
        ("owed", state.owed, owed),
        ("provisional", state.provisional, provisional),
    ):
        for key in sorted(expected.symmetric_difference(found for found, _ in table.under())):
            yield f"`{name}` is wrong about `{key}`"


def a_clock_is_suspended_while_its_last_span_is_open(state: State) -> Iterator[str]:
    """A clock that stands still has no end, one that runs has one."""
    for key, clock in state.clocks.under():
        is_open = bool(clock.spans) and clock.spans[-1].until is None
        if clock.unit is not Unit.INSTANT and is_open is not clock.is_suspended:
            yield f"`{key}` is over at {clock.due_at}, its spans say otherwise"


LAWS = (
    every_running_clock_is_found_by_its_time_and_its_owner,
    a_clock_is_suspended_while_its_last_span_is_open,
)
