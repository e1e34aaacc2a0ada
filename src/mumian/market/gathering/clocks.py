"""What the room of clocks must know of other rooms: the calendar."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.clocks import model as clocks
from mumian.rooms.oversight import views as oversight


def _calendar(s: States, _c: clocks.Command, base: Base) -> Facts:
    return clocks.CalendarFacts(**base, calendar=oversight.calendar(s.oversight))


GATHER: dict[type, Gather] = {
    clocks.ChangeClocks: _calendar,
    clocks.CountAgain: _calendar,
    clocks.Tick: _calendar,
}
