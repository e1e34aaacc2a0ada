"""What a reaction is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached

React = Callable[[States, Any, Instant], Iterable[Any]]
"""(state, event, now) → commands that the market gives in the same step."""

Meet = Callable[[States, ClockReached, Instant], Iterable[Any]]
"""(state, limit that is over, now) → commands that the market gives in the same step; none of them may be refused."""
