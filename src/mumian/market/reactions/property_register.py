"""What follows from registration of data property: rights are entered, renewed, ended, frozen; limits that are over are met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mumian.kernel.ids import MARKET, RightId
from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register import limits
from mumian.rooms.property_register import model as property_register
from mumian.rooms.property_register.vocabulary import ApplicationId, CertificateNo, ObjectionId
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import Basis, BasisKind, EndReason, FreezeReason


def _issued(_s: States, event: said.CertificateIssued, _now: Instant) -> Iterator[Any]:
    """Each line of a certificate is a right of its own."""
    record = event.record
    for line in record.lines:
        basis = Basis(BasisKind(line.basis.value), line.proof_digest)
        yield rights.RegisterRight(
            event.certificate,
            record.resource,
            line.right,
            line.holder,
            record.source_type,
            basis,
            line.rules,
            line.valid_from,
            line.valid_to,
        )


def _renewed(s: States, event: said.RightsRenewed, _now: Instant) -> Iterator[Any]:
    for right in _rights(s, event.certificate, event.lines):
        yield rights.RenewRight(right, event.valid_to)


def _ended(s: States, event: said.RightsEnded, _now: Instant) -> Iterator[Any]:
    for right in _rights(s, event.certificate, event.lines):
        yield rights.EndRight(right, EndReason(event.reason.value))


def _noted(s: States, event: said.NoteMade, _now: Instant) -> Iterator[Any]:
    for right in _rights(s, event.record.certificate, event.freezes):
        yield rights.Freeze(right, FreezeReason(event.record.kind.value))


def _unnoted(s: States, event: said.NoteRemoved, _now: Instant) -> Iterator[Any]:
    """What a registry or regulator froze by its own word stays frozen: only the note's freeze is lifted."""
    note = s.property_register.notes[event.note]
    for right in _rights(s, note.certificate, event.thaws):
        reason = FreezeReason(note.kind.value)
        if any(lying.reason is reason and lying.by == MARKET for lying in s.rights.rights[right].freezes):
            yield rights.Unfreeze(right, reason)


def _rights(s: States, certificate: CertificateNo, lines: Iterable[int]) -> list[RightId]:
    """Return the registered rights of some lines of a certificate, in their order."""
    keys = [key for _, key in s.rights.by_certificate.under(f"{certificate}/")]
    of_holder = {(s.rights.rights[key].holder, s.rights.rights[key].right): key for key in keys}
    record = s.property_register.certificates[certificate]
    return [of_holder[record.lines[line].holder, record.lines[line].right] for line in lines]


REACTIONS: dict[type, React] = {
    said.CertificateIssued: _issued,
    said.RightsRenewed: _renewed,
    said.RightsEnded: _ended,
    said.NoteMade: _noted,
    said.NoteRemoved: _unnoted,
}


def _acceptance(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.DeemAccepted(ApplicationId(over.about), over.work_day)


def _review(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.PassReviewLimit(ApplicationId(over.about), over.due_at)


def _supplement(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.LapseApplication(ApplicationId(over.about))


def _evidence(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.CloseEvidence(ApplicationId(over.about))


def _publicity(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.ClosePublicity(ApplicationId(over.about))


def _serial(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.AttestWaiting(ApplicationId(over.about))


def _silence(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.EscalateObjection(ObjectionId(over.about))


def _answer(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.PresumeDenied(ObjectionId(over.about))


def _expiry(_s: States, over: ClockReached, _now: Instant) -> Iterator[Any]:
    yield property_register.ExpireRights(CertificateNo(over.about))


MEET: dict[str, Meet] = {
    limits.ACCEPTANCE: _acceptance,
    limits.SUPPLEMENT: _supplement,
    limits.REVIEW: _review,
    limits.EVIDENCE: _evidence,
    limits.PUBLICITY: _publicity,
    limits.SERIAL: _serial,
    limits.OBJECTION: _silence,
    limits.NOTICE: _silence,
    limits.CONCLUSION: _silence,
    limits.ANSWER: _answer,
    limits.EXPIRY: _expiry,
}
