"""The market's pulse: time limits that are over are met by ticks, before anything else is decided at that time.

Whoever decides leaf after leaf keeps one: the sequencer, the audit, the simulator. It remembers when the next limit is
over, so that most leaves cost one comparison.
"""

from __future__ import annotations

from mumian.kernel.ids import MARKET
from mumian.kernel.time import Instant
from mumian.market.envelope import BY_CLOCK, Envelope
from mumian.market.hearing import Spoken
from mumian.market.leaf import Leaf
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockSet, Tick
from mumian.rooms.clocks.views import next_due

NEVER = 1 << 62
"""No limit runs."""


class Pulse:
    """When the next time limit of `states` is over."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._next: Instant | None = None  # not later than the next limit; None: not known

    def beats(self, now: Instant) -> bool:
        """Tell whether a time limit is over at `now`, so that a tick must come first."""
        if self._next is None or self._next <= now:
            due = next_due(self._states.clocks)
            self._next = NEVER if due is None else due
        return self._next <= now

    def see(self, leaf: Leaf) -> None:
        """Take note of the limits that a leaf set."""
        for event in leaf.events:
            if type(event) is ClockSet and self._next is not None and 0 < event.clock.due_at < self._next:
                self._next = event.clock.due_at

    def forget(self) -> None:
        """Look again next time: the state changed in a way that no leaf told."""
        self._next = None


def tick(seq: int) -> Spoken:
    """Return the market's own word, as leaf `seq`, that meets what is over. No client can take its id: it has a stroke."""
    return Spoken(Envelope(f"clock/{seq}", MARKET, Tick()), BY_CLOCK)
