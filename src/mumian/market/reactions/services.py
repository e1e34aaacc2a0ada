"""What follows from engagements: the fee is held, paid or let go; and what time does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.reactions.money import cash_of, escrow_of, hold_of
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.ledger import model as ledger
from mumian.rooms.services import events
from mumian.rooms.services import model as services
from mumian.rooms.services.vocabulary import QUALIFIED, EngagementId, Limit, QualificationId


def _engaged(s: States, event: events.Engaged, _now: Instant) -> Iterator[Any]:
    if event.record.fee_fen:
        leg = ledger.Leg(cash_of(s, event.record.client), escrow_of(s), event.record.fee_fen, event.engagement)
        yield ledger.HoldTransfers((leg,), event.hold_expires_at)


def _settled(s: States, event: events.EngagementSettled, _now: Instant) -> Iterator[Any]:
    """The fee leaves the escrow as it enters it."""
    if event.fee_fen:
        yield ledger.PostPending(hold_of(event.engagement))
        leg = ledger.Leg(escrow_of(s), cash_of(s, event.provider), event.fee_fen, event.engagement)
        yield ledger.PostTransfers((leg,))


def _ended(_s: States, event: events.EngagementEnded, _now: Instant) -> Iterator[Any]:
    if event.fee_fen:
        yield ledger.VoidPending(hold_of(event.engagement))


def _meet(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield services.MeetLimit(EngagementId(event.about), Limit(event.kind))


def _meet_qualification(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield services.EndQualification(QualificationId(event.about))


REACTIONS: dict[type, React] = {
    events.Engaged: _engaged,
    events.EngagementSettled: _settled,
    events.EngagementEnded: _ended,
}

MEET: dict[str, Meet] = {**{limit.value: _meet for limit in Limit}, QUALIFIED: _meet_qualification}
