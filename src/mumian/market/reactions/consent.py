"""What follows when a consent ends, and when a limit of the room of consent is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.consent import commands as consent
from mumian.rooms.consent import events
from mumian.rooms.consent import views as consents
from mumian.rooms.consent.agency import MANDATE_TERM
from mumian.rooms.consent.consenting import ANSWER, CONSENT_TERM
from mumian.rooms.consent.entrusting import ENTRUSTMENT_TERM
from mumian.rooms.consent.vocabulary import ConsentId, EntrustmentId, MandateId, PetitionId
from mumian.rooms.parties.model import PartyExited
from mumian.rooms.rights import model as rights


def _consent_ended(
    _s: States, event: events.ConsentWithdrawn | events.ConsentExpired | events.ConsentSuperseded, _now: Instant
) -> Iterator[Any]:
    """What was granted on the consent is void in the same leaf."""
    yield rights.WithdrawConsent(event.consent)


def _left(s: States, event: PartyExited, _now: Instant) -> Iterator[Any]:
    """Who leaves can withdraw nothing any more, so whatever that person consented to is withdrawn (PIPL 第15条)."""
    held = [key for key, record in consents.consents_of(s.consent, event.party) if record.ended is None]
    yield from (consent.WithdrawConsent(key) for key in held)


def _expire_consent(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield consent.ExpireConsent(ConsentId(event.about))


def _expire_mandate(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield consent.ExpireMandate(MandateId(event.about))


def _expire_entrustment(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield consent.ExpireEntrustment(EntrustmentId(event.about))


def _mark_overdue(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield consent.MarkOverdue(PetitionId(event.about))


REACTIONS: dict[type, React] = {
    PartyExited: _left,
    events.ConsentWithdrawn: _consent_ended,
    events.ConsentExpired: _consent_ended,
    events.ConsentSuperseded: _consent_ended,
}

MEET: dict[str, Meet] = {
    CONSENT_TERM: _expire_consent,
    MANDATE_TERM: _expire_mandate,
    ENTRUSTMENT_TERM: _expire_entrustment,
    ANSWER: _mark_overdue,
}
