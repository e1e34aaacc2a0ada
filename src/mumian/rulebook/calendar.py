"""Chinese work days with their make-up days, as the State Council announces them year by year.

A calendar is data: the years that this package carries (`holidays.toml`) and those that were announced to a market since
then. Each year is announced in the November before. Past the last announced year there is no true answer: strict methods
raise `CalendarUnknownError`, `expect_work_day` answers by Monday to Friday and marks its answer provisional.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path

import msgspec

from mumian.kernel import canonical

_DAY = timedelta(days=1)


class CalendarUnknownError(Exception):
    """The holidays of a day's year are not announced."""

    def __init__(self, day: date, years: frozenset[int]) -> None:
        super().__init__(
            f"holidays of {day.year} are not announced (known: {min(years)} to {max(years)}); announce them with "
            "`oversight.AnnounceHolidays` once the State Council has, or use `expect_work_day`"
        )
        self.day = day


class Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One announced year. holidays: days off, weekends among them or not; workdays: weekend days made up; as `MM-DD`."""

    year: canonical.Natural
    holidays: tuple[str, ...]
    workdays: tuple[str, ...]


class Expected(msgspec.Struct, frozen=True):
    """A work day that was counted to. provisional: days past the announced years were taken as Monday to Friday."""

    day: date
    provisional: bool


class Calendar:
    """Which days are work days, for the years that are announced. Never changed once made."""

    def __init__(self, years: Iterable[Year]) -> None:
        self._years = {each.year: each for each in years}
        self.years = frozenset(self._years)
        self._holidays = frozenset(_days(each.year, each.holidays) for each in self._years.values())
        self._off = frozenset().union(*self._holidays)
        self._on = frozenset().union(*(_days(each.year, each.workdays) for each in self._years.values()))

    def announced(self, years: Iterable[Year]) -> Calendar:
        """Return this calendar with `years` added, or put in place of what it had for them."""
        return Calendar({**self._years, **{each.year: each for each in years}}.values())

    def is_announced(self, day: date) -> bool:
        """Tell whether the holidays of the day's year are known."""
        return day.year in self.years

    def is_work_day(self, day: date) -> bool:
        """Tell whether `day` is a work day: a weekday that is no holiday, or a weekend day that is made up.

        Raises: CalendarUnknownError.
        Source: 国务院办公厅关于部分节假日安排的通知 of each year.
        """
        if not self.is_announced(day):
            raise CalendarUnknownError(day, self.years)
        return day in self._on or (day.weekday() < 5 and day not in self._off)

    def expects_work(self, day: date) -> bool:
        """Tell whether `day` is a work day, as far as it can be known: past the announced years, Monday to Friday."""
        return self.is_work_day(day) if self.is_announced(day) else day.weekday() < 5

    def add_work_days(self, day: date, n: int) -> date:
        """Return the nth work day after `day`; the day itself is not counted (民法典第201条). n ≥ 0; 0 returns `day`.

        Raises: CalendarUnknownError. ValueError: `n` is negative.
        """
        expected = self.expect_work_day(day, n)
        if expected.provisional:
            raise CalendarUnknownError(expected.day, self.years)
        return expected.day

    def expect_work_day(self, day: date, n: int) -> Expected:
        """Return the nth work day after `day` as far as it can be known: past the announced years, Monday to Friday.

        Raises: ValueError: `n` is negative.
        """
        if n < 0:
            raise ValueError(f"`{n}` work days: a time limit does not run backwards")
        provisional = not self.is_announced(day)
        while n:
            day += _DAY
            provisional = provisional or not self.is_announced(day)
            n -= self.expects_work(day)
        return Expected(day, provisional)

    def work_day_from(self, day: date) -> date:
        """Return `day` if it is a work day, as far as it can be known, else the next one."""
        while not self.expects_work(day):
            day += _DAY
        return day

    def work_days_between(self, start: date, end: date) -> int:
        """Return how many work days lie after `start` and up to `end`, so that `add_work_days(start, n)` undoes it.

        Raises: CalendarUnknownError. ValueError: `end` is before `start`.
        """
        if end < start:
            raise ValueError(f"{end} is before {start}")
        return sum(self.is_work_day(start + k * _DAY) for k in range(1, (end - start).days + 1))

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the announced years: time limits are only as reproducible as they are."""
        return canonical.digest([self._years[year] for year in sorted(self._years)])


def _days(year: int, month_days: Iterable[str]) -> frozenset[date]:
    """Return the days `MM-DD` of a year. Raises: ValueError: one of them is no day of that year."""
    return frozenset(date.fromisoformat(f"{year:04d}-{each}") for each in month_days)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    years: tuple[Year, ...]


@cache
def carried() -> Calendar:
    """Return the calendar of the years that this package carries."""
    path = Path(__file__).parent / "holidays.toml"
    return Calendar(msgspec.toml.decode(path.read_bytes(), type=_File).years)


def wrong(year: Year) -> str:
    """Return what is wrong with an announcement, or nothing: a day that does not exist, or one said to be both."""
    try:
        off, on = _days(year.year, year.holidays), _days(year.year, year.workdays)
    except ValueError as error:
        return str(error)
    if both := sorted(off & on):
        return f"{both[0]} is both a holiday and a work day"
    if weekday := sorted(day for day in on if day.weekday() < 5):
        return f"{weekday[0]} is made up, but it is a weekday"
    return ""


def years_after(day: date, years: int) -> date:
    """Return the last day of a term of `years` that begins with `day`: the same day of the year, else the month's last.

    Source: 民法典第201、202条 (the first day is not counted; without a corresponding day the month's last day).
    """
    return months_after(day, 12 * years)


def months_after(day: date, months: int) -> date:
    """Return the day that corresponds to `day` so many months later, or earlier if negative; else that month's last.

    Source: 民法典第202条.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:  # the month is shorter
            continue
    return date(year, month + 1, min(day.day, 28))
