"""How long a registration holds, and when it may be renewed (S2-TERM, S2-RENEWAL)."""

from __future__ import annotations

from datetime import date, timedelta

from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.public_register.records import Entry
from mumian.rulebook.calendar import years_after


def end_of(counted_from: Instant, *, years: int, operation_ends: Instant | None) -> Instant:
    """Return the first instant after a term of `years` whose first day is the one after `counted_from`'s.

    operation_ends: the first instant after the authorised operation, which the term does not outlast; None for none.
    """
    end = start_of(years_after(day_of(counted_from), years)) + DAY_MS
    return end if operation_ends is None else min(end, operation_ends)


def last_day(valid_to: Instant) -> date:
    """Return the last day of a term."""
    return day_of(valid_to - 1)


def opens_on(entry: Entry, *, days: int) -> date:
    """Return the first day on which the entry may be renewed: so many calendar days before its last one (期满前60日内)."""
    return last_day(entry.valid_to) - timedelta(days=days)
