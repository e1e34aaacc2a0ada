"""What follows from time: events change clocks, clocks that are over say what happens next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.reactions.base import React
from mumian.market.rooms import States
from mumian.rooms.clocks import model as clocks
from mumian.rooms.oversight import model as oversight


def change_clocks(event: Any) -> Iterator[clocks.ChangeClocks]:
    """Yield what an event says of clocks: the field `clocks` that an event of any room may carry."""
    changes = getattr(event, "clocks", ())
    if changes:
        yield clocks.ChangeClocks(changes)


def _holidays_announced(_s: States, event: oversight.HolidaysAnnounced, _now: Instant) -> Iterator[Any]:
    """What was counted past the announced years is counted again."""
    yield clocks.CountAgain(event.holidays.year)


REACTIONS: dict[type, React] = {
    oversight.HolidaysAnnounced: _holidays_announced,
}
