"""What happened in the registration of data property."""

from __future__ import annotations

from datetime import date

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.limits import ClockChange
from mumian.kernel.time import Instant
from mumian.rooms.property_register.forms import Content, Form
from mumian.rooms.property_register.records import Application, Certificate, Note, Objection, Review
from mumian.rooms.property_register.vocabulary import (
    ApplicationId,
    CertificateNo,
    DeclineReason,
    EndReason,
    Ground,
    NoteId,
    ObjectionId,
    ObjectionState,
    Part,
)

Clocks = tuple[ClockChange, ...]
Rules = tuple[str, ...]


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"property_register.{name}"):
    pass


class ApplicationSubmitted(_Event, frozen=True):
    application: ApplicationId
    record: Application
    form: Form
    rules: Rules
    clocks: Clocks = ()


class ApplicationReturned(_Event, frozen=True):
    application: ApplicationId
    parts: tuple[Part, ...]
    rules: Rules
    clocks: Clocks = ()


class ApplicationSupplemented(_Event, frozen=True):
    application: ApplicationId
    form: Form
    clocks: Clocks = ()


class ApplicationAccepted(_Event, frozen=True):
    """deemed: by silence. accepted_on: the review is counted from that work day."""

    application: ApplicationId
    accepted_on: date
    deemed: bool
    rules: Rules
    clocks: Clocks = ()


class ApplicationDeclined(_Event, frozen=True):
    application: ApplicationId
    reason: DeclineReason
    at: Instant
    files_until: Instant
    rules: Rules
    clocks: Clocks = ()


class ApplicationLapsed(_Event, frozen=True):
    """Not supplemented in time: it counts as never made."""

    application: ApplicationId
    at: Instant
    files_until: Instant
    rules: Rules
    clocks: Clocks = ()


class ApplicationWithdrawn(_Event, frozen=True):
    application: ApplicationId
    at: Instant
    files_until: Instant
    clocks: Clocks = ()


class EvidenceRequested(_Event, frozen=True):
    application: ApplicationId
    parts: tuple[Part, ...]
    rules: Rules
    clocks: Clocks = ()


class EvidenceClosed(_Event, frozen=True):
    """The review goes on. digests: what was given; empty if the limit passed."""

    application: ApplicationId
    digests: tuple[str, ...]
    clocks: Clocks = ()


class ReviewExtended(_Event, frozen=True):
    """Once the first limit is over the extension runs, from the day after it."""

    application: ApplicationId
    work_days: int
    rules: Rules


class ExtensionBegun(_Event, frozen=True):
    application: ApplicationId
    clocks: Clocks = ()


class ReviewEscalated(_Event, frozen=True):
    """No decision within the limit: the matter goes to the regulator, and can still be decided."""

    application: ApplicationId
    rules: Rules
    clocks: Clocks = ()


class ReviewPassed(_Event, frozen=True):
    """The three checks hold. Publicity begins now, unless it is waived or the kind has none."""

    application: ApplicationId
    review: Review
    publicity: bool
    rules: Rules
    clocks: Clocks = ()


class ApplicationRejected(_Event, frozen=True):
    """Refused (不予登记). cause: the refusal that the market met when it would have attested, or empty."""

    application: ApplicationId
    grounds: tuple[Ground, ...]
    cause: str
    at: Instant
    files_until: Instant
    rules: Rules
    clocks: Clocks = ()


class SerialsUsedUp(_Event, frozen=True):
    """No serial is left this month; the attestation waits for the next."""

    application: ApplicationId
    prefix: str
    clocks: Clocks = ()


class ApplicationAttested(_Event, frozen=True):
    """Attested (存证): the registration is complete. certificate: the number that came of it, or that it was about."""

    application: ApplicationId
    certificate: CertificateNo
    at: Instant
    files_until: Instant
    rules: Rules
    clocks: Clocks = ()


class CertificateIssued(_Event, frozen=True):
    """legacy: `system/number` of the former certificate that was imported, or empty."""

    certificate: CertificateNo
    record: Certificate
    legacy: str = ""
    clocks: Clocks = ()


class CertificateChanged(_Event, frozen=True):
    certificate: CertificateNo
    title: str
    content: Content


class RightsRenewed(_Event, frozen=True):
    certificate: CertificateNo
    lines: tuple[Natural, ...]
    valid_to: Instant
    at: Instant
    clocks: Clocks = ()


class RightsEnded(_Event, frozen=True):
    certificate: CertificateNo
    lines: tuple[Natural, ...]
    reason: EndReason
    rules: Rules
    evidence_digest: str = ""
    clocks: Clocks = ()


class ObjectionRaised(_Event, frozen=True):
    """In publicity, or against a certificate."""

    objection: ObjectionId
    record: Objection
    rules: Rules
    clocks: Clocks = ()


class HolderNotified(_Event, frozen=True):
    objection: ObjectionId
    rules: Rules
    clocks: Clocks = ()


class ObjectionAnswered(_Event, frozen=True):
    """evidence_digest: of the answer; empty if the holder kept silent, which does not agree."""

    objection: ObjectionId
    agrees: bool
    evidence_digest: str
    rules: Rules
    clocks: Clocks = ()


class ObjectionEscalated(_Event, frozen=True):
    """The registry was silent for the whole limit: the matter goes to the regulator, and the registry's limit runs anew."""

    objection: ObjectionId
    rules: Rules
    clocks: Clocks = ()


class ObjectionClosed(_Event, frozen=True):
    """report_digest: of the investigation, empty where there is none. onward: whoever does not agree sues or arbitrates."""

    objection: ObjectionId
    state: ObjectionState
    report_digest: str
    onward: bool
    rules: Rules
    clocks: Clocks = ()


class PublicityResumed(_Event, frozen=True):
    """The last objection fell: what is left of the publicity runs."""

    application: ApplicationId
    clocks: Clocks = ()


class NoteMade(_Event, frozen=True):
    """freezes: lines that stand still by it and did not for the same reason before."""

    note: NoteId
    record: Note
    freezes: tuple[Natural, ...]
    rules: Rules


class NoteRemoved(_Event, frozen=True):
    """thaws: lines that no other note of the kind keeps still."""

    note: NoteId
    evidence_digest: str
    thaws: tuple[Natural, ...]
    rules: Rules


Event = (
    ApplicationSubmitted
    | ApplicationReturned
    | ApplicationSupplemented
    | ApplicationAccepted
    | ApplicationDeclined
    | ApplicationLapsed
    | ApplicationWithdrawn
    | EvidenceRequested
    | EvidenceClosed
    | ReviewExtended
    | ExtensionBegun
    | ReviewEscalated
    | ReviewPassed
    | ApplicationRejected
    | SerialsUsedUp
    | ApplicationAttested
    | CertificateIssued
    | CertificateChanged
    | RightsRenewed
    | RightsEnded
    | ObjectionRaised
    | HolderNotified
    | ObjectionAnswered
    | ObjectionEscalated
    | ObjectionClosed
    | PublicityResumed
    | NoteMade
    | NoteRemoved
)
