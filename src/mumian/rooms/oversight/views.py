"""What can be seen of oversight."""

from __future__ import annotations

from functools import lru_cache

from mumian.rooms.oversight.model import Announced, MarketRecord, State
from mumian.rulebook.calendar import Calendar, Year, carried


def market(state: State) -> MarketRecord | None:
    """Return the market's own record, or None before leaf 0."""
    return state.market.get("market")


def announced(state: State) -> tuple[Year, ...]:
    """Return the years announced to this market, by year."""
    record = state.calendar.get("calendar")
    return () if record is None else record.years


@lru_cache(maxsize=8)  # a market has one calendar at a time
def _with(announcements: Announced) -> Calendar:
    return carried().announced(announcements.years)


def calendar(state: State) -> Calendar:
    """Return the calendar of work days that this market counts by."""
    record = state.calendar.get("calendar")
    return carried() if record is None else _with(record)
