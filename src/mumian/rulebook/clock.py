"""A time limit that suspends and resumes, never losing a day.

While a span is open nothing counts: publicity, objections and supplements do not run against the registry
(S1-LIMITS: 补证、公示、异议时间不计). The day of suspension does not count, nor any day up to the day before resumption;
the day of resumption counts again.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from mumian.kernel.limits import Unit
from mumian.rulebook.calendar import Calendar, CalendarUnknownError, Expected

_DAY = timedelta(days=1)


class LimitError(Exception):
    """A suspension or resumption out of order."""


class Span(msgspec.Struct, frozen=True):
    """Days that do not count: from `since`, included, to `until`, not included; open while `until` is None."""

    since: date
    until: date | None = None


class Limit(msgspec.Struct, frozen=True):
    """A time limit of `days` that started on `started`; that day is not counted (民法典第201条). Spans in order."""

    started: date
    days: int
    suspended_spans: tuple[Span, ...] = ()
    unit: Unit = Unit.WORK_DAYS

    @property
    def is_suspended(self) -> bool:
        return bool(self.suspended_spans) and self.suspended_spans[-1].until is None


def suspend(limit: Limit, day: date) -> Limit:
    """Stop the limit: `day` and those after it do not count.

    Raises: LimitError: it is suspended already, or `day` lies before its start or its last resumption.
    """
    if limit.is_suspended:
        raise LimitError(f"the limit is suspended since {limit.suspended_spans[-1].since}; resume it first")
    earliest = limit.suspended_spans[-1].until if limit.suspended_spans else limit.started
    if earliest is not None and day < earliest:
        raise LimitError(f"the limit cannot be suspended on {day}, before {earliest}")
    return msgspec.structs.replace(limit, suspended_spans=(*limit.suspended_spans, Span(day)))


def resume(limit: Limit, day: date) -> Limit:
    """Let the limit run again: `day` counts.

    Raises: LimitError: it is not suspended, or `day` lies before its suspension.
    """
    if not limit.is_suspended:
        raise LimitError("the limit is not suspended; nothing to resume")
    last = limit.suspended_spans[-1]
    if day < last.since:
        raise LimitError(f"the limit cannot resume on {day}, before its suspension on {last.since}")
    return msgspec.structs.replace(limit, suspended_spans=(*limit.suspended_spans[:-1], Span(last.since, day)))


def due_on(limit: Limit, calendar: Calendar) -> date | None:
    """Return the last day of the limit, or None while a suspension keeps it from ending.

    Raises: CalendarUnknownError: it ends past the announced holidays; `expected_on` gives a provisional day.
    """
    expected = expected_on(limit, calendar)
    if expected is None:
        return None
    if expected.provisional:
        raise CalendarUnknownError(expected.day, calendar.years)
    return expected.day


def expected_on(limit: Limit, calendar: Calendar) -> Expected | None:
    """Return the last day of the limit as far as it can be known, or None while a suspension keeps it from ending."""
    day, left, counts_all = limit.started, limit.days, limit.unit is not Unit.WORK_DAYS
    provisional = not counts_all and not calendar.is_announced(day)
    spans = list(limit.suspended_spans)
    while left > 0:
        day += _DAY
        while spans and spans[0].until is not None and spans[0].until <= day:
            spans.pop(0)
        if spans and spans[0].since <= day:
            if spans[0].until is None:
                return None
            day = spans[0].until - _DAY
            continue
        provisional = provisional or (not counts_all and not calendar.is_announced(day))
        left -= counts_all or calendar.expects_work(day)
    return Expected(day, provisional)
