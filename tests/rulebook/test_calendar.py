"""Work days of China against days that people remember, and a time limit against a slow day-by-day oracle."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.kernel.limits import Unit
from mumian.rulebook.calendar import CalendarUnknownError, Expected, Year, carried, months_after, wrong, years_after
from mumian.rulebook.clock import Limit, LimitError, Span, due_on, expected_on, resume, suspend

CALENDAR = carried()
add_work_days, expect_work_day, is_work_day = CALENDAR.add_work_days, CALENDAR.expect_work_day, CALENDAR.is_work_day

DAY = timedelta(days=1)
PAST = date(max(CALENDAR.years) + 1, 1, 1)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 24), True),  # the Thursday before mid-autumn
        (date(2026, 9, 25), False),  # mid-autumn festival, a Friday
        (date(2026, 9, 20), True),  # a Sunday made up
        (date(2026, 10, 7), False),  # the last day of the national holiday, a Wednesday
        (date(2026, 10, 10), True),  # a Saturday made up
        (date(2026, 10, 11), False),
        (date(2026, 2, 14), True),  # a Saturday made up for the spring festival
        (date(2026, 2, 16), False),
    ],
)
def test_holidays_and_made_up_days_are_those_announced(day: date, works: bool) -> None:
    assert is_work_day(day) is works


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        (date(2026, 9, 30), 0, date(2026, 9, 30)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # 8, 9 and the made-up Saturday
        (date(2026, 9, 30), 4, date(2026, 10, 12)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),  # from within a holiday
    ],
)
def test_work_days_are_counted_from_the_day_after(day: date, n: int, due: date) -> None:
    assert add_work_days(day, n) == due


def test_past_the_announced_years_the_calendar_says_so_and_what_to_do() -> None:
    with pytest.raises(CalendarUnknownError, match=r"oversight\.AnnounceHolidays"):
        is_work_day(PAST)
    with pytest.raises(CalendarUnknownError, match="expect_work_day"):
        add_work_days(PAST - 5 * DAY, 20)
    with pytest.raises(CalendarUnknownError):
        is_work_day(date(min(CALENDAR.years) - 1, 12, 31))


def test_a_provisional_day_is_marked() -> None:
    expected = expect_work_day(PAST - 5 * DAY, 20)
    assert expected.provisional
    assert expected.day > PAST
    assert expect_work_day(date(2026, 9, 30), 1) == Expected(date(2026, 10, 8), provisional=False)


def test_time_limits_do_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        add_work_days(date(2026, 9, 30), -1)
    with pytest.raises(ValueError, match="before"):
        CALENDAR.work_days_between(date(2026, 9, 30), date(2026, 9, 29))


@given(st.dates(date(2004, 1, 1), date(2026, 6, 1)), st.integers(1, 60))
def test_adding_and_counting_work_days_undo_each_other(day: date, n: int) -> None:
    due = add_work_days(day, n)
    assert is_work_day(due)
    assert CALENDAR.work_days_between(day, due) == n


@pytest.mark.parametrize(
    ("day", "years", "last"),
    [
        (date(2026, 11, 23), 5, date(2031, 11, 23)),
        (date(2028, 2, 29), 5, date(2033, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
    ],
)
def test_a_term_of_years_ends_on_the_corresponding_day(day: date, years: int, last: date) -> None:
    assert years_after(day, years) == last


def slow_due(started: date, work_days: int, suspended: set[date], horizon: date) -> date | None:
    """Count day by day: a day counts when it is a work day and nothing suspends it."""
    day = started
    while work_days and day < horizon:
        day += DAY
        if day not in suspended and is_work_day(day):
            work_days -= 1
    return None if work_days else day


@given(
    st.dates(date(2025, 1, 1), date(2025, 12, 31)),
    st.integers(0, 30),
    st.lists(st.integers(0, 15), max_size=9),
)
def test_any_schedule_of_suspensions_equals_counting_day_by_day(started: date, n: int, steps: list[int]) -> None:
    limit, day = Limit(started, n), started
    suspended: set[date] = set()
    horizon = started + 300 * DAY
    for step in steps:
        if limit.is_suspended:
            suspended |= {day + k * DAY for k in range(step)}
        day += step * DAY
        limit = resume(limit, day) if limit.is_suspended else suspend(limit, day)
    if limit.is_suspended:
        suspended |= {day + k * DAY for k in range(400)}
    assert due_on(limit, CALENDAR) == slow_due(started, n, suspended, horizon)


def test_a_limit_that_is_suspended_before_its_end_is_not_due() -> None:
    limit = suspend(Limit(date(2026, 9, 21), 10), date(2026, 9, 23))
    assert due_on(limit, CALENDAR) is None
    assert expected_on(resume(limit, date(2026, 10, 8)), CALENDAR) == Expected(date(2026, 10, 19), provisional=False)


def test_a_limit_past_the_announced_years_is_provisional() -> None:
    limit = Limit(PAST - 5 * DAY, 20)
    with pytest.raises(CalendarUnknownError):
        due_on(limit, CALENDAR)
    expected = expected_on(limit, CALENDAR)
    assert expected is not None
    assert expected.provisional


@pytest.mark.parametrize(
    ("limit", "step", "day"),
    [
        (Limit(date(2026, 9, 21), 3), resume, date(2026, 9, 22)),
        (Limit(date(2026, 9, 21), 3), suspend, date(2026, 9, 20)),
        (Limit(date(2026, 9, 21), 3, (Span(date(2026, 9, 22)),)), suspend, date(2026, 9, 23)),
        (Limit(date(2026, 9, 21), 3, (Span(date(2026, 9, 22)),)), resume, date(2026, 9, 21)),
        (Limit(date(2026, 9, 21), 3, (Span(date(2026, 9, 22), date(2026, 9, 24)),)), suspend, date(2026, 9, 23)),
    ],
)
def test_suspensions_out_of_order_are_refused(limit: Limit, step: object, day: date) -> None:
    assert callable(step)
    with pytest.raises(LimitError):
        step(limit, day)


def test_the_carried_years_are_those_of_an_independent_package() -> None:
    from chinese_calendar.constants import holidays, workdays

    first, last = min(holidays), max(holidays)
    assert CALENDAR.years == frozenset(range(first.year, last.year + 1))
    day = date(first.year, 1, 1)
    while day <= date(last.year, 12, 31):
        assert is_work_day(day) is (day in workdays or (day.weekday() < 5 and day not in holidays)), day
        day += DAY


def test_a_year_that_is_announced_later_counts_from_then_on() -> None:
    year = Year(PAST.year, ("01-01", "01-04"), ("01-02",))
    announced = CALENDAR.announced([year])
    assert not announced.is_work_day(date(PAST.year, 1, 4))
    assert announced.is_work_day(date(PAST.year, 1, 2))
    assert announced.digest != CALENDAR.digest
    assert announced.announced([Year(PAST.year, (), ())]).is_work_day(date(PAST.year, 1, 4))
    assert not CALENDAR.is_announced(PAST)


@pytest.mark.parametrize(
    ("year", "why"),
    [
        (Year(2027, ("02-29",), ()), "day is out of range"),
        (Year(2027, ("01-02",), ("01-02",)), "both a holiday and a work day"),
        (Year(2027, (), ("01-04",)), "it is a weekday"),
        (Year(2027, ("1-1",), ()), "Invalid isoformat"),
        (Year(2027, ("01-01",), ("01-02",)), ""),
    ],
)
def test_an_announcement_that_cannot_be_is_told(year: Year, why: str) -> None:
    assert why in wrong(year)
    assert bool(wrong(year)) is bool(why)


def test_days_that_are_not_counted_in_work_days_pass_over_holidays() -> None:
    assert due_on(Limit(date(2026, 9, 30), 10, (), Unit.DAYS), CALENDAR) == date(2026, 10, 10)
    assert due_on(Limit(PAST, 60, (), Unit.DAYS), CALENDAR) == PAST + 60 * DAY


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 3, 31), -6, date(2026, 9, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 30), -1, date(2025, 12, 30)),
    ],
)
def test_a_term_of_months_ends_on_the_corresponding_day(day: date, months: int, last: date) -> None:
    assert months_after(day, months) == last
