"""What follows from the public register: its entries are what rights stand on, and what its time limits come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.ids import ResourceId
from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.public_register import events as register
from mumian.rooms.public_register.limits import EXPIRY, FIRST, PUBLICITY, kind_of
from mumian.rooms.public_register.model import (
    EndPublicity,
    EscalateExpectation,
    EscalateLimit,
    ExpectRegistration,
    ExpireEntry,
)
from mumian.rooms.public_register.vocabulary import CancelCause, EntryId, Limit, RevokeGround, SubmissionId
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.chain import stop
from mumian.rooms.rights.vocabulary import EndReason, PublicId

_OF_CAUSE = {
    CancelCause.DATA_LOST: EndReason.DATA_LOST,
    CancelCause.GIVEN_UP: EndReason.GIVEN_UP,
    CancelCause.SUBJECT_ENDED: EndReason.STATUTE,
    CancelCause.STATUTE: EndReason.STATUTE,
    CancelCause.NOT_RENEWED: EndReason.EXPIRED,
}
_OF_GROUND = {
    RevokeGround.FALSE_MATERIAL: EndReason.FALSE_MATERIAL,
    RevokeGround.FORGERY: EndReason.FALSE_MATERIAL,
    RevokeGround.UNLAWFUL_USE: EndReason.UNLAWFUL_USE,
    RevokeGround.OTHER: EndReason.STATUTE,
}


def _coded(_s: States, event: register.Coded, _now: Instant) -> Iterator[Any]:
    entry = event.record
    yield rights.RegisterPublicResource(
        entry.resource, entry.code, entry.evidence_digest, entry.valid_from, entry.valid_to
    )


def _renewed(s: States, event: register.EntryRenewed, _now: Instant) -> Iterator[Any]:
    for registration in _registration(s, event.entry):
        yield rights.RenewPublicResource(registration, event.valid_to)


def _cancelled(s: States, event: register.EntryCancelled, now: Instant) -> Iterator[Any]:
    yield from _ended(s, event.entry, _OF_CAUSE[event.cause], now)


def _revoked(s: States, event: register.EntryRevoked, now: Instant) -> Iterator[Any]:
    yield from _ended(s, event.entry, _OF_GROUND[event.ground], now)


def _ended(s: States, entry: EntryId, reason: EndReason, now: Instant) -> Iterator[Any]:
    """Nothing stands on the entry any more; data that is still operated must be registered anew (S2-SCOPE)."""
    for registration in _registration(s, entry):
        yield rights.CancelPublicResource(registration, reason)
    resource = s.public_register.entries[entry].resource
    for _, key in s.rights.authorized.under(f"{resource}/"):
        record = s.rights.authorizations[key]
        if stop(record, now) is None:
            yield ExpectRegistration(resource, record.body)


def _authorized(_s: States, event: rights.OperationAuthorized, _now: Instant) -> Iterator[Any]:
    """Data that is handed over is registered within 20 work days; of what is registered nothing is expected."""
    for resource in event.record.resources:
        yield ExpectRegistration(resource, event.record.body)


def _registration(s: States, entry: EntryId) -> Iterator[PublicId]:
    """Yield the registration in the room of rights that an entry made, unless it has ended."""
    record = s.public_register.entries[entry]
    key = s.rights.public_of.get(record.resource)
    if key is not None and s.rights.publics[key].code == record.code and s.rights.publics[key].ended is None:
        yield key


def _publicity_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield EndPublicity(SubmissionId(event.about))


def _term_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield ExpireEntry(EntryId(event.about))


def _first_overdue(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield EscalateExpectation(ResourceId(event.about))


def _limit_passed(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield EscalateLimit(event.about, Limit(event.kind.partition(".")[2]))


REACTIONS: dict[type, React] = {
    register.Coded: _coded,
    register.EntryRenewed: _renewed,
    register.EntryCancelled: _cancelled,
    register.EntryRevoked: _revoked,
    rights.OperationAuthorized: _authorized,
}

MEET: dict[str, Meet] = {
    kind_of(PUBLICITY): _publicity_over,
    kind_of(EXPIRY): _term_over,
    kind_of(FIRST): _first_overdue,
    **{kind_of(limit): _limit_passed for limit in Limit},
}
