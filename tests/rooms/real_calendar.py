"""One room beside the room of clocks, on the calendar that the package carries: a test speaks, lets days pass, looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET
from mumian.kernel.outcome import Refused
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, day_of, start_of
from mumian.market.reactions.base import Meet
from mumian.rooms.clocks import model as clocks
from mumian.rooms.clocks.decide import decide as decide_clocks
from mumian.rooms.clocks.evolve import evolve as evolve_clocks
from mumian.rooms.clocks.views import clock, next_due
from mumian.rulebook.calendar import Calendar, carried

HOUR_MS = 3_600_000


def morning(day: str) -> int:
    """Return nine o'clock of a day in Guangzhou."""
    return start_of(date.fromisoformat(day)) + 9 * HOUR_MS


class RealCalendar:
    """Meets every limit at its time, as the market does before it decides anything else."""

    def __init__(
        self,
        state: Any,
        decide: Callable[[Any, Any, Any], Any],
        evolve: Callable[[Any, Any], None],
        meet: dict[str, Meet],
        day: str,
        calendar: Calendar | None = None,
    ) -> None:
        self.state, self._decide, self._evolve, self._meet = state, decide, evolve, meet
        self.clocks = clocks.State(*(DictTable() for _ in clocks.State.__struct_fields__))
        self.calendar = calendar or carried()
        self.now = morning(day)
        self.seq = 100
        self.events: list[Any] = []

    @property
    def today(self) -> str:
        return day_of(self.now).isoformat()

    def ask(self, command: Any, facts: Facts) -> Any:
        """Say a command that may be refused; apply what it comes to."""
        answer = self._decide(self.state, command, facts)
        if isinstance(answer, Refused):
            return answer
        for event in answer:
            self._evolve(self.state, event)
            self.events.append(event)
            self._change_clocks(getattr(event, "clocks", ()))
        return answer

    def say(self, command: Any, facts: Facts) -> Any:
        """Say a command that is accepted, and return its first event."""
        answer = self.ask(command, facts)
        assert not isinstance(answer, Refused), answer.say()
        return answer[0]

    def _change_clocks(self, changes: Any) -> None:
        for event in (
            decide_clocks(self.clocks, clocks.ChangeClocks(changes), self._calendar_facts()) if changes else []
        ):
            evolve_clocks(self.clocks, event)

    def _calendar_facts(self) -> clocks.CalendarFacts:
        return clocks.CalendarFacts(seq=self.seq, now=self.now, actor=MARKET, calendar=self.calendar)

    def until(self, day: str) -> RealCalendar:
        """Let time pass until nine o'clock of `day`, and meet each limit that is over at the moment it is."""
        end = morning(day)
        assert end >= self.now
        while (due := next_due(self.clocks)) is not None and due <= end:
            self.now = max(self.now, due)
            self._tick()
        self.now = end
        return self

    def _tick(self) -> None:
        reached = decide_clocks(self.clocks, clocks.Tick(), self._calendar_facts())
        assert not isinstance(reached, Refused)
        for event in reached:
            evolve_clocks(self.clocks, event)
            for command in self._meet[event.kind](None, event, self.now):
                facts = Facts(seq=self.seq, now=self.now, actor=MARKET)
                answer = self.ask(command, facts)
                assert not isinstance(answer, Refused), answer.say()

    def last_day(self, about: str, kind: str) -> str:
        """Return the last day of a running limit, or nothing if none runs."""
        found = clock(self.clocks, about, kind)
        return "" if found is None or found.is_suspended else day_of(found.due_at - DAY_MS).isoformat()

    def happened(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]
