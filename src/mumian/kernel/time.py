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


def iso(instant: Instant) -> str:
    """Return `instant` as RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(instant / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
