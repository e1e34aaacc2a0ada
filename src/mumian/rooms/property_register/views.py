"""What can be seen of the registration of data property."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.canonical import digest
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Right
from mumian.kernel.time import Instant, day_of
from mumian.rooms.property_register import limits
from mumian.rooms.property_register.certificate import DISPLAY_NAMES
from mumian.rooms.property_register.model import State
from mumian.rooms.property_register.records import Application, Certificate, Line, Note, Objection
from mumian.rooms.property_register.standing import held_under, is_in_force, noted, renewal_window
from mumian.rooms.property_register.vocabulary import (
    ApplicationId,
    CertificateNo,
    NoteId,
    ObjectionId,
    Outcome,
    Stage,
)

__all__ = [
    "Adopted",
    "adopted",
    "applications_by_party",
    "applications_by_registry",
    "awaited",
    "certificate_of_number",
    "certificates_of",
    "held_under",
    "in_force",
    "limit_of",
    "notes_on",
    "objections_to",
    "printed",
    "renewal_window",
]

_LIMITS = {
    Stage.SUBMITTED: limits.ACCEPTANCE,
    Stage.RETURNED: limits.SUPPLEMENT,
    Stage.REVIEWING: limits.REVIEW,
    Stage.EVIDENCE: limits.EVIDENCE,
    Stage.PUBLICITY: limits.PUBLICITY,
    Stage.OBJECTED: limits.PUBLICITY,
    Stage.WAITING: limits.SERIAL,
}
_OF_APPLICANT = (Stage.RETURNED, Stage.EVIDENCE)
_OF_REGISTRY = (Stage.SUBMITTED, Stage.REVIEWING, Stage.PUBLICITY, Stage.OBJECTED, Stage.WAITING)


def awaited(record: Application) -> PartyId:
    """Return who must act next: the registry or the applicant; nobody once the application is closed."""
    if record.stage in _OF_APPLICANT:
        return record.applicant
    return record.registry if record.stage in _OF_REGISTRY else PartyId("")


def limit_of(record: Application) -> str:
    """Return the kind of limit that an application is under; empty if it is closed. While it is objected to it stands still."""
    return _LIMITS.get(record.stage, "")


def applications_by_registry(state: State, registry: PartyId) -> Iterator[tuple[ApplicationId, Application]]:
    """Yield every application to a registry. Its limits are found in the room of clocks, about its id."""
    for _, key in state.by_registry.under(f"{registry}/"):
        yield key, state.applications[key]


def applications_by_party(state: State, party: PartyId) -> Iterator[tuple[ApplicationId, Application]]:
    """Yield every application that names a party as having or getting a right."""
    for _, key in state.by_party.under(f"{party}/"):
        yield key, state.applications[key]


def certificate_of_number(state: State, number: str) -> Certificate | None:
    """Return the certificate of that number, in force or not. Where a print differs, this decides (以存证为准)."""
    return state.certificates.get(number)


def certificates_of(state: State, resource: ResourceId) -> Iterator[Certificate]:
    """Yield every certificate about a resource, the oldest first."""
    for _, number in state.of_resource.under(f"{resource}/"):
        yield state.certificates[number]


def in_force(certificate: Certificate, now: Instant) -> tuple[Line, ...]:
    """Return the rights of a certificate that hold at `now`, frozen ones among them; none once it has ended."""
    return tuple(line for line in certificate.lines if is_in_force(line, now))


def objections_to(state: State, about: str) -> Iterator[tuple[ObjectionId, Objection]]:
    """Yield every objection to an application or a certificate, decided or not."""
    for _, key in state.objections_to.under(f"{about}/"):
        yield key, state.objections[key]


def notes_on(state: State, number: CertificateNo) -> Iterator[tuple[NoteId, Note]]:
    """Yield every note on a certificate, removed ones among them."""
    for _, key in state.notes_on.under(f"{number}/"):
        yield key, state.notes[key]


class Adopted(msgspec.Struct, frozen=True):
    """What others adopt of a certificate, without a second review and without a charge (S1 第31条).

    checks: of description, source, right. frozen: the right stands still for now.
    """

    certificate: CertificateNo
    rules: tuple[str, ...]
    checks: tuple[str, ...]
    valid_to: Instant
    frozen: bool


def adopted(state: State, resource: ResourceId, holder: PartyId, right: Right, now: Instant) -> Adopted | None:
    """Return what must be adopted of a holder's right in a resource, or None if it has no certificate in force."""
    number = held_under(state, resource, holder, right, now)
    if number is None:
        return None
    certificate = state.certificates[number]
    nth, line = next(
        (nth, line)
        for nth, line in enumerate(certificate.lines)
        if line.holder == holder and line.right is right and is_in_force(line, now)
    )
    findings = state.reviews[certificate.application].findings
    checks = tuple(name for name in ("description", "source", "right") if getattr(findings, name) is not Outcome.FAILS)
    return Adopted(number, ("S1-31", *line.rules), checks, line.valid_to, nth in noted(state, number))


def printed(state: State, number: CertificateNo, now: Instant) -> dict[str, str | list[dict[str, str]]] | None:
    """Return what a certificate prints, each right by both vocabularies; None if there is no such number.

    digest: of the record as it stands; the number has no check digit, so the digest stands in for one (domain-rules §2.5).
    """
    record = state.certificates.get(number)
    if record is None:
        return None
    still = noted(state, number)
    return {
        "number": number,
        "application": record.application,
        "registry": record.registry,
        "resource": record.resource,
        "title": record.title,
        "source_type": record.source_type,
        "origin": record.content.origin,
        "attested_on": day_of(record.attested_at).isoformat(),
        "edition": str(record.edition),
        "files_until": day_of(record.files_until).isoformat(),
        "rights": [_printed(line, now, frozen=nth in still) for nth, line in enumerate(record.lines)],
        "digest": digest(record),
    }


def _printed(line: Line, now: Instant, *, frozen: bool) -> dict[str, str]:
    standing = "in_force" if is_in_force(line, now) else line.ended or "expired"
    return {
        "right": line.right,
        **{vocabulary: names[line.right] for vocabulary, names in DISPLAY_NAMES.items()},
        "holder": line.holder,
        "limits": line.limits,
        "valid_from": day_of(line.valid_from).isoformat(),
        "valid_to": day_of(line.valid_to - 1).isoformat(),
        "standing": "frozen" if frozen and standing == "in_force" else standing,
        "rules": ", ".join(line.rules),
    }
