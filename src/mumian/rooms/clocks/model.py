"""What can be said of time limits."""

from __future__ import annotations

from datetime import date

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.limits import ClockChange, Unit
from mumian.kernel.outcome import Refusal, Sentence
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rulebook.calendar import Calendar
from mumian.rulebook.clock import Span

TICK_MAX = 256
"""Limits that one tick meets; what is left is met by the next."""


class CalendarFacts(Facts, frozen=True, kw_only=True):
    """For every command: the calendar as it is announced to this market."""

    calendar: Calendar


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"clocks.{name}", forbid_unknown_fields=True):
    pass


class ChangeClocks(_Command, frozen=True):
    """Start, stop, suspend and resume limits, in this order of speaking. By the market, for an event of another room."""

    changes: tuple[ClockChange, ...]


class CountAgain(_Command, frozen=True):
    """Count anew what was counted past the announced years. By the market, when a year is announced."""

    year: Natural


class Tick(_Command, frozen=True):
    """Meet the limits that are over. By the market's own clock; nobody else may say it."""


Command = ChangeClocks | CountAgain | Tick


class Clock(msgspec.Struct, frozen=True):
    """A running limit.

    due_at: the first instant at which it is over; 0 while it is suspended. provisional: counted past the announced years.
    started: the day it is counted from, not counted itself. spans: days that do not count.
    """

    about: str
    kind: str
    unit: Unit
    count: int
    rule: str
    owner: PartyId
    started: date
    due_at: Instant
    provisional: bool = False
    spans: tuple[Span, ...] = ()

    @property
    def is_suspended(self) -> bool:
        return self.due_at == 0


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"clocks.{name}"):
    pass


class ClockSet(_Event, frozen=True):
    """A limit was started, resumed, suspended or counted anew: this is how it stands."""

    clock: Clock


class ClockStopped(_Event, frozen=True):
    about: str
    kind: str


class ClockReached(_Event, frozen=True):
    """A limit is over. work_day: the first work day from then on, as far as the calendar is announced."""

    about: str
    kind: str
    rule: str
    owner: PartyId
    due_at: Instant
    work_day: date
    provisional: bool = False


Event = ClockSet | ClockStopped | ClockReached


class ClocksRefusal(Refusal):
    """In order of precedence."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not set the market's clocks; time limits follow from what is decided",
        "`{actor}` 不得设定期限；期限由裁决产生",
    )
    NOTHING_DUE = Sentence("no time limit is over at `{now}`; nothing to do", "在 `{now}` 没有届满的期限；无需处理")


class State(msgspec.Struct):
    """clocks: by `about/kind`. due: `due_at/about/kind` → the same, in order of time. owed: `owner/about/kind` → the same.

    provisional: keys of what was counted past the announced years.
    """

    clocks: Table[Clock]
    due: Table[str]
    owed: Table[str]
    provisional: Table[int]
