"""What the time limits of sharing come to. Nothing of it happens in another room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.sharing.limits import kind_of
from mumian.rooms.sharing.model import MeetLimit
from mumian.rooms.sharing.vocabulary import Limit


def _limit_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield MeetLimit(event.about, Limit(event.kind.partition(".")[2]))


REACTIONS: dict[type, React] = {}

MEET: dict[str, Meet] = {kind_of(limit): _limit_over for limit in Limit}
