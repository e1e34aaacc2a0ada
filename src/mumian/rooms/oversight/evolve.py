"""What changes in oversight. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

import msgspec

from mumian.rooms.oversight.model import (
    Announced,
    Event,
    HolidaysAnnounced,
    MarketOpened,
    MarketRecord,
    RulebookAdopted,
    State,
)
from mumian.rooms.oversight.views import announced


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case MarketOpened():
            state.market["market"] = MarketRecord(
                event.origin, event.name, event.opened_at, event.rulebook, event.rulebook_digest
            )
        case RulebookAdopted():
            state.market["market"] = msgspec.structs.replace(
                state.market["market"], rulebook=event.rulebook, rulebook_digest=event.rulebook_digest
            )
        case HolidaysAnnounced():
            others = tuple(year for year in announced(state) if year.year != event.holidays.year)
            years = sorted((*others, event.holidays), key=lambda year: year.year)
            state.calendar["calendar"] = Announced(tuple(years))
        case _:
            assert_never(event)
