"""What is allowed of time limits, and when they are over."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import assert_never

from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.limits import Resume, Start, Stop, Suspend, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.time import DAY_MS, day_of, start_of
from mumian.rooms.clocks.model import (
    TICK_MAX,
    CalendarFacts,
    ChangeClocks,
    Clock,
    ClockReached,
    ClockSet,
    ClocksRefusal,
    ClockStopped,
    Command,
    CountAgain,
    Event,
    State,
    Tick,
)
from mumian.rooms.clocks.views import clocks_of, due_before, key_of
from mumian.rulebook.calendar import Calendar
from mumian.rulebook.clock import Limit, expected_on, resume, suspend


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about clocks with its events or a refusal."""
    if not facts.is_market:
        return Refused(ClocksRefusal.ONLY_THE_MARKET, {"actor": facts.actor})
    assert isinstance(facts, CalendarFacts)
    match command:
        case ChangeClocks():
            return _change(state, command, facts)
        case CountAgain():
            return _count_again(state, facts.calendar)
        case Tick():
            return _tick(state, facts)
        case _:
            assert_never(command)


def _change(state: State, command: ChangeClocks, facts: CalendarFacts) -> list[Event]:
    """Return what the changes come to, each seeing those before it."""
    changed: dict[str, Clock | None] = {}
    for change in command.changes:
        today = day_of(facts.now)
        match change:
            case Start():
                clock = _started(change, facts)
                changed[key_of(clock.about, clock.kind)] = clock
            case Stop():
                for key in _meant(state, changed, change):
                    changed[key] = None
            case Suspend() | Resume():
                key = key_of(change.about, change.kind)
                found = changed[key] if key in changed else state.clocks.get(key)
                if found is not None and found.is_suspended is isinstance(change, Resume):
                    changed[key] = _turned(found, today, facts.calendar)
            case _:
                assert_never(change)
    return [_said(state, key, clock) for key, clock in changed.items() if clock is not None or key in state.clocks]


def _meant(state: State, changed: dict[str, Clock | None], change: Stop) -> list[str]:
    """Return the keys of the clocks that a stop means."""
    if change.kind:
        return [key_of(change.about, change.kind)]
    stored = [key_of(clock.about, clock.kind) for clock in clocks_of(state, change.about)]
    fresh = [key for key, clock in changed.items() if clock is not None and clock.about == change.about]
    return [*stored, *fresh]


def _said(state: State, key: str, clock: Clock | None) -> Event:
    if clock is not None:
        return ClockSet(clock)
    stopped = state.clocks[key]
    return ClockStopped(stopped.about, stopped.kind)


def _started(change: Start, facts: CalendarFacts) -> Clock:
    since = facts.now if change.since is None else change.since
    clock = Clock(
        change.about, change.kind, change.unit, change.count, change.rule, change.owner, day_of(since), due_at=0
    )
    return _counted(clock, facts.calendar)


def _turned(clock: Clock, today: date, calendar: Calendar) -> Clock:
    """Return the clock suspended if it runs, running again if it is suspended. A given moment does not stand still."""
    if clock.unit is Unit.INSTANT:
        return clock
    limit = _limit(clock)
    day = max(today, clock.started)  # a limit may start on a later day than the one on which that is said
    turned = resume(limit, day) if clock.is_suspended else suspend(limit, day)
    return _counted(replace(clock, spans=turned.suspended_spans), calendar)


def _limit(clock: Clock) -> Limit:
    return Limit(clock.started, clock.count, clock.spans, clock.unit)


def _counted(clock: Clock, calendar: Calendar) -> Clock:
    """Return the clock with the instant at which it is over: the end of its last day."""
    if clock.unit is Unit.INSTANT:
        return replace(clock, due_at=clock.count)
    limit = _limit(clock)
    expected = None if limit.is_suspended else expected_on(limit, calendar)
    if expected is None:
        return replace(clock, due_at=0, provisional=False)
    return replace(clock, due_at=start_of(expected.day) + DAY_MS, provisional=expected.provisional)


def _count_again(state: State, calendar: Calendar) -> list[Event]:
    counted = [
        (clock, _counted(clock, calendar)) for clock in (state.clocks[key] for key, _ in state.provisional.under())
    ]
    return [ClockSet(after) for before, after in counted if after != before]


def _tick(state: State, facts: CalendarFacts) -> list[Event] | Refused:
    over: list[Event] = [
        ClockReached(
            clock.about,
            clock.kind,
            clock.rule,
            clock.owner,
            clock.due_at,
            facts.calendar.work_day_from(day_of(clock.due_at)),
            clock.provisional,
        )
        for clock in islice(due_before(state, facts.now), TICK_MAX)
    ]
    return over or Refused(ClocksRefusal.NOTHING_DUE, {"now": facts.now})
