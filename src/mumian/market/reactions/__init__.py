"""What must happen in another room when something happens in this one. Written here and nowhere else.

A reaction yields commands that the market itself gives in the same step: if one is refused, the whole step is. One module
a cause; several may answer the same event, in the order of `_CAUSES`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from mumian.kernel.outcome import Broken
from mumian.kernel.time import Instant
from mumian.market.reactions import (
    auctions,
    billing,
    catalog,
    cleanroom,
    consent,
    deals,
    enterprise,
    money,
    negotiation,
    operation,
    property_register,
    public_register,
    services,
    settlement,
    sharing,
    standing,
    time,
)
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached

__all__ = ["MEET", "REACTIONS", "reactions"]

_CAUSES = (
    auctions,
    billing,
    catalog,
    cleanroom,
    consent,
    deals,
    enterprise,
    money,
    negotiation,
    operation,
    property_register,
    public_register,
    services,
    settlement,
    sharing,
    standing,
    time,
)

MEET: dict[str, Meet] = {kind: meet for cause in _CAUSES for kind, meet in getattr(cause, "MEET", {}).items()}
"""Kind of limit → what happens when it is over."""


def _clock_reached(s: States, event: ClockReached, now: Instant) -> Iterator[Any]:
    meet = MEET.get(event.kind)
    if meet is None:
        raise Broken("every_limit_is_met", f"nobody meets `{event.kind}` about `{event.about}`")
    yield from meet(s, event, now)


def _merged() -> dict[type, tuple[React, ...]]:
    merged: defaultdict[type, tuple[React, ...]] = defaultdict(tuple)
    for cause in _CAUSES:
        for kind, react in cause.REACTIONS.items():
            merged[kind] += (react,)
    merged[ClockReached] += (_clock_reached,)
    return dict(merged)


REACTIONS = _merged()
"""Which events are answered by other rooms, and by whom."""


def reactions(states: States, event: Any, now: Instant) -> Iterator[Any]:
    """Yield what follows from one event, one command at a time: each sees the state that those before it made."""
    yield from time.change_clocks(event)
    for react in REACTIONS.get(type(event), ()):
        yield from react(states, event, now)
