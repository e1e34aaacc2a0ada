"""Time is a fact: integer milliseconds since 1970-01-01T00:00Z, passed in. Days are those of Guangzhou (UTC+8, no DST)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import END, Natural

Instant: TypeAlias = Natural
"""Milliseconds since the epoch, UTC."""

Month: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])" + END)]
"""A calendar month in Guangzhou: `2026-11`."""

GUANGZHOU = timezone(timedelta(hours=8))
DAY_MS = 86_400_000


def day_of(instant: Instant) -> date:
    """Return the calendar day in Guangzhou at `instant`."""
    return datetime.fromtimestamp(instant / 1000, tz=GUANGZHOU).date()


def start_of(day: date) -> Instant:
    """Return the first instant of `day` in Guangzhou."""
    return int(datetime(day.year, day.month, day.day, tzinfo=GUANGZHOU).timestamp() * 1000)


def month_of(instant: Instant) -> Month:
    """Return the month in Guangzhou at `instant`."""
    return day_of(instant).isoformat()[:7]


def months_from(month: Month, months: int) -> Month:
    """Return the month so many later, or earlier if negative."""
    year, nth = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year:04d}-{nth + 1:02d}"


def end_of(month: Month) -> Instant:
    """Return the first instant after a month in Guangzhou."""
    return start_of(date.fromisoformat(f"{months_from(month, 1)}-01"))


def iso(instant: Instant) -> str:
    """Return `instant` as RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(instant / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
