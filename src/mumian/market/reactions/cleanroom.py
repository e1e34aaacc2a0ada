"""What follows when a limit of the clean room is over: a review is escalated, then its job expires. Nothing is released."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.ids import JobId
from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.reviewing import ESCALATED, REVIEW
from mumian.rooms.clocks.model import ClockReached


def _review_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield cleanroom.EscalateReview(JobId(event.about))


def _escalation_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield cleanroom.ExpireJob(JobId(event.about))


REACTIONS: dict[type, React] = {}

MEET: dict[str, Meet] = {
    REVIEW: _review_over,
    ESCALATED: _escalation_over,
}
