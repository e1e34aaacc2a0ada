"""Time limits: over the official calendar, suspended and resumed in any order, met when they are over and not before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mumian.kernel.ids import MARKET, PartyId
from mumian.kernel.limits import ClockChange, Resume, Start, Stop, Suspend, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.clocks import views
from mumian.rooms.clocks.decide import decide
from mumian.rooms.clocks.evolve import evolve
from mumian.rooms.clocks.laws import LAWS
from mumian.rooms.clocks.model import (
    TICK_MAX,
    CalendarFacts,
    ChangeClocks,
    Clock,
    ClockReached,
    ClocksRefusal,
    Command,
    CountAgain,
    Event,
    State,
    Tick,
)
from mumian.rulebook.calendar import Calendar, Year, carried

CALENDAR = carried()
PAST = max(CALENDAR.years) + 1
DAY = timedelta(days=1)


def on(day: date, hour: int = 10) -> Instant:
    return start_of(day) + hour * 3_600_000


def an_empty_state() -> State:
    return State(*(DictTable[Any]() for _ in State.__struct_fields__))


def do(state: State, command: Command, day: date, *, actor: str = MARKET, calendar: Calendar = CALENDAR) -> list[Event]:
    facts = CalendarFacts(seq=1, now=on(day), actor=PartyId(actor), calendar=calendar)
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        evolve(state, event)
    assert [place for law in LAWS for place in law(state)] == []
    return events


def change(state: State, day: date, *changes: ClockChange, calendar: Calendar = CALENDAR) -> list[Event]:
    return do(state, ChangeClocks(changes), day, calendar=calendar)


def limit(
    count: int = 3, *, unit: Unit = Unit.WORK_DAYS, about: str = "application-1", kind: str = "p.accept"
) -> Start:
    return Start(about, kind, unit, count, "S1-17", PartyId("registry"))


def over_on(state: State, kind: str = "p.accept") -> date | None:
    """Return the last day of a limit, or None while it stands still."""
    found = views.clock(state, "application-1", kind)
    assert found is not None
    return None if found.is_suspended else day_of(found.due_at - 1)


@pytest.mark.parametrize("command", [Tick(), ChangeClocks(()), CountAgain(2027)])
def test_nobody_but_the_market_sets_its_clocks(command: Command) -> None:
    facts = CalendarFacts(seq=1, now=on(date(2026, 9, 1)), actor=PartyId("registry"), calendar=CALENDAR)
    refused = decide(an_empty_state(), command, facts)
    assert isinstance(refused, Refused)
    assert refused.refusal is ClocksRefusal.ONLY_THE_MARKET


def test_where_nothing_is_over_there_is_no_tick() -> None:
    state = an_empty_state()
    change(state, date(2026, 9, 1), limit())
    facts = CalendarFacts(seq=1, now=on(date(2026, 9, 4), 23), actor=MARKET, calendar=CALENDAR)
    refused = decide(state, Tick(), facts)
    assert isinstance(refused, Refused)
    assert refused.refusal is ClocksRefusal.NOTHING_DUE


@pytest.mark.parametrize(
    ("start", "last"),
    [
        (date(2026, 9, 1), date(2026, 9, 4)),
        (date(2026, 9, 23), date(2026, 9, 29)),  # mid-autumn festival on Friday, then a weekend
        (date(2026, 9, 30), date(2026, 10, 10)),  # the whole national holiday, and a Saturday made up
        (date(2026, 2, 13), date(2026, 2, 25)),  # the spring festival between two made-up Saturdays
    ],
)
def test_three_work_days_are_those_of_the_state_council(start: date, last: date) -> None:
    state = an_empty_state()
    change(state, start, limit())
    assert over_on(state) == last
    reached = do(state, Tick(), last + DAY)
    assert reached == [
        ClockReached(
            "application-1", "p.accept", "S1-17", PartyId("registry"), start_of(last) + DAY_MS, reached[0].work_day
        )  # type: ignore[union-attr]
    ]
    assert reached[0].work_day == CALENDAR.work_day_from(last + DAY)  # type: ignore[union-attr]
    assert list(state.clocks.under()) == []


def test_sixty_days_are_not_work_days_and_a_moment_is_a_moment() -> None:
    state = an_empty_state()
    change(state, date(2026, 9, 1), limit(60, unit=Unit.DAYS), Start("x-1", "end", Unit.INSTANT, on(date(2026, 9, 2))))
    assert over_on(state) == date(2026, 10, 31)
    (reached,) = do(state, Tick(), date(2026, 9, 2))
    assert isinstance(reached, ClockReached)
    assert (reached.about, reached.due_at) == ("x-1", on(date(2026, 9, 2)))


def test_a_limit_may_start_on_another_day_than_the_one_on_which_that_is_said() -> None:
    state = an_empty_state()
    change(state, date(2026, 9, 4), replace(limit(), since=on(date(2026, 9, 7))), Suspend("application-1", "p.accept"))
    change(state, date(2026, 9, 8), Resume("application-1", "p.accept"))
    assert over_on(state) == date(2026, 9, 10)


def test_what_is_started_again_is_counted_anew_and_what_is_stopped_is_gone() -> None:
    state = an_empty_state()
    change(state, date(2026, 9, 1), limit(), limit(5, kind="p.review"), limit(5, about="application-10"))
    change(state, date(2026, 9, 7), limit())
    assert over_on(state) == date(2026, 9, 10)
    change(state, date(2026, 9, 7), Stop("application-1", "p.review"), Stop("application-1", "p.review"))
    change(state, date(2026, 9, 8), limit(kind="p.other"), Stop("application-1"))
    assert [key for key, _ in state.clocks.under()] == ["application-10/p.accept"]
    assert [clock.about for clock in views.owed_by(state, PartyId("registry"))] == ["application-10"]


def test_a_moment_does_not_stand_still_and_what_is_not_there_is_not_turned() -> None:
    state = an_empty_state()
    change(state, date(2026, 9, 1), Start("x-1", "end", Unit.INSTANT, on(date(2026, 9, 5))))
    assert change(state, date(2026, 9, 1), Suspend("x-1", "none"), Resume("x-1", "none")) == []
    change(state, date(2026, 9, 1), Suspend("x-1", "end"))
    change(state, date(2026, 9, 2), Suspend("x-1", "end"))
    assert len(do(state, Tick(), date(2026, 9, 5))) == 1


def test_a_tick_meets_the_oldest_first_and_no_more_than_it_may() -> None:
    state = an_empty_state()
    days = (date(2026, 9, 1) + nth % 7 * DAY for nth in range(TICK_MAX + 9))
    for nth, day in enumerate(days):
        change(state, day, limit(1, unit=Unit.DAYS, about=f"x-{nth}"))
    met = do(state, Tick(), date(2026, 10, 1))
    due = [each.due_at for each in met if isinstance(each, ClockReached)]
    assert (len(due), due) == (TICK_MAX, sorted(due))
    assert len(do(state, Tick(), date(2026, 10, 1))) == 9


def test_what_is_counted_past_the_announced_years_is_marked_and_counted_again_when_they_are() -> None:
    state = an_empty_state()
    change(state, date(PAST - 1, 12, 30), limit(3))
    (clock,) = views.in_order(state)
    assert clock.provisional
    announced = CALENDAR.announced([Year(PAST, ("01-01", "01-04", "01-05"), ())])
    do(state, CountAgain(PAST), date(PAST - 1, 12, 30), calendar=announced)
    (again,) = views.in_order(state)
    assert not again.provisional
    assert again.due_at > clock.due_at
    assert do(state, CountAgain(PAST), date(PAST - 1, 12, 30), calendar=announced) == []


def test_the_next_limit_is_known_and_none_where_none_runs() -> None:
    state = an_empty_state()
    assert views.next_due(state) is None
    change(state, date(2026, 9, 1), limit(9), limit(2, kind="p.review"))
    assert views.next_due(state) == start_of(date(2026, 9, 4))
    assert [clock.kind for clock in views.due_before(state, start_of(date(2026, 9, 4)))] == ["p.review"]
    assert [clock.kind for clock in views.clocks_of(state, "application-1")] == ["p.accept", "p.review"]


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 20), st.lists(st.tuples(st.sampled_from(["suspend", "resume"]), st.integers(0, 9)), max_size=12))
def test_suspending_and_resuming_in_any_order_never_loses_a_day(count: int, steps: list[tuple[str, int]]) -> None:
    """The oracle counts day by day which days ran: a suspension or resumption out of turn changes nothing."""
    state, day, start = an_empty_state(), date(2026, 9, 21), date(2026, 9, 21)
    change(state, day, limit(count))
    still: date | None = None
    stood: set[date] = set()
    for word, days in steps:
        day += days * DAY
        if views.clock(state, "application-1", "p.accept") and on(day) >= (views.next_due(state) or on(day) + 1):
            break
        if word == "suspend":
            change(state, day, Suspend("application-1", "p.accept"))
            still = still or day
        else:
            change(state, day, Resume("application-1", "p.accept"))
            if still is not None:
                stood |= {still + k * DAY for k in range((day - still).days)}
            still = None
    last, left = start, count
    while left:
        last += DAY
        if still is not None and last >= still:
            assert over_on(state) is None
            return
        left -= last not in stood and CALENDAR.expects_work(last)
    assert over_on(state) == last


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    for table, key in (("due", "9/x/y"), ("owed", "registry/x/y"), ("provisional", "x/y")):
        state = an_empty_state()
        change(state, date(2026, 9, 1), limit())
        getattr(state, table)[key] = "x/y"
        assert list(LAWS[0](state)) == [f"`{table}` is wrong about `{key}`"]
    state = an_empty_state()
    change(state, date(2026, 9, 1), limit(), Suspend("application-1", "p.accept"))
    found: Clock = state.clocks["application-1/p.accept"]
    state.clocks["application-1/p.accept"] = replace(found, due_at=5)
    assert list(LAWS[1](state))
    state.clocks["application-2/p.accept"] = found
    assert any("holds the clock" in place for place in LAWS[0](state))
