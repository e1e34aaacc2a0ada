"""Chinese work days with their make-up days, as the State Council announces them year by year.

The announcements come from `chinesecalendar`; each year is announced in the November before. Past the last announced
year there is no true answer: strict functions raise `CalendarUnknownError`, `expect_work_day` answers by Monday to Friday
and marks its answer provisional.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import msgspec
from chinese_calendar.constants import holidays, workdays

from mumian.kernel import canonical

FIRST_YEAR: int = min(holidays).year
LAST_YEAR: int = max(holidays).year
"""The last year whose holidays the installed `chinesecalendar` carries."""

_DAY = timedelta(days=1)


class CalendarUnknownError(Exception):
    """The holidays of a day's year are not in the installed calendar."""

    def __init__(self, day: date) -> None:
        super().__init__(
            f"holidays of {day.year} are not in the installed calendar ({FIRST_YEAR} to {LAST_YEAR}); "
            "update `chinesecalendar` once the State Council has announced them, or use `expect_work_day`"
        )
        self.day = day


class Expected(msgspec.Struct, frozen=True):
    """A work day that was counted to. provisional: days past the announced years were taken as Monday to Friday."""

    day: date
    provisional: bool


def is_announced(day: date) -> bool:
    """Tell whether the holidays of the day's year are known."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def is_work_day(day: date) -> bool:
    """Tell whether `day` is a work day: a weekday that is no holiday, or a weekend day that is made up.

    Raises: CalendarUnknownError.
    Source: 国务院办公厅关于部分节假日安排的通知 of each year, through `chinesecalendar`.
    """
    if not is_announced(day):
        raise CalendarUnknownError(day)
    return bool(day in workdays or (day.weekday() < 5 and day not in holidays))


def add_work_days(day: date, n: int) -> date:
    """Return the nth work day after `day`; the day itself is not counted (民法典第201条). n ≥ 0; 0 returns `day`.

    Raises: CalendarUnknownError. ValueError: `n` is negative.
    """
    expected = expect_work_day(day, n)
    if expected.provisional:
        raise CalendarUnknownError(expected.day)
    return expected.day


def expect_work_day(day: date, n: int) -> Expected:
    """Return the nth work day after `day` as far as it can be known: past the announced years, Monday to Friday.

    Raises: ValueError: `n` is negative.
    """
    if n < 0:
        raise ValueError(f"`{n}` work days: a time limit does not run backwards")
    provisional = not is_announced(day)
    while n:
        day += _DAY
        provisional = provisional or not is_announced(day)
        n -= is_work_day(day) if is_announced(day) else day.weekday() < 5
    return Expected(day, provisional)


def work_days_between(start: date, end: date) -> int:
    """Return how many work days lie after `start` and up to `end`, so that `add_work_days(start, n)` undoes it.

    Raises: CalendarUnknownError. ValueError: `end` is before `start`.
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    return sum(is_work_day(start + k * _DAY) for k in range(1, (end - start).days + 1))


def years_after(day: date, years: int) -> date:
    """Return the last day of a term of `years` that begins with `day`: the same day of the year, else the month's last.

    Source: 民法典第201、202条 (the first day is not counted; without a corresponding day the month's last day).
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@cache
def digest() -> str:
    """Return the SHA-256 of the installed holidays and make-up days: time limits are only as reproducible as they are."""
    return canonical.digest({"holidays": sorted(holidays), "workdays": sorted(workdays)})
