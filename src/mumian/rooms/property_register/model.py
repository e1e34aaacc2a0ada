"""What can be said of the registration of data property."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from mumian.kernel.canonical import Digest, Natural
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.property_register.events import Event as Event
from mumian.rooms.property_register.forms import Form
from mumian.rooms.property_register.records import Application, Certificate, Note, Objection, Resource, Review
from mumian.rooms.property_register.refusals import PropertyRefusal
from mumian.rooms.property_register.vocabulary import (
    ApplicationId,
    CertificateNo,
    DeclineReason,
    Findings,
    Ground,
    Lines,
    NoteId,
    NoteKind,
    ObjectionId,
    Part,
    RevokeReason,
    Statements,
)

__all__ = ["Command", "Event", "PropertyRefusal", "State"]

Parts = Annotated[tuple[Part, ...], msgspec.Meta(max_length=len(Part))]
Grounds = Annotated[tuple[Ground, ...], msgspec.Meta(max_length=len(Ground))]
Digests = Annotated[tuple[Digest, ...], msgspec.Meta(max_length=16)]


class CaseFacts(Facts, frozen=True, kw_only=True):
    """For whatever is examined: when it is applied for, when it is reviewed, when it is attested.

    parties: roles of every party that the form, the certificate or the command names; empty for one that is not there.
    natural: those of them that are natural persons. resource: None if the catalog does not know it.
    frozen: lines of the certificate whose right stands still in the room of rights.
    institution: region (2 digits) and institution (1 digit) of the registry; a setting of the market.
    """

    parties: dict[PartyId, frozenset[Role]]
    natural: frozenset[PartyId] = frozenset()
    resource: Resource | None = None
    frozen: frozenset[int] = frozenset()
    institution: str = "441"


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"property_register.{name}", forbid_unknown_fields=True):
    pass


class SubmitApplication(_Command, frozen=True):
    """Apply to a registry. By one of the form's applicants, the party that is told what follows."""

    registry: PartyId
    form: Form


class AcceptApplication(_Command, frozen=True):
    """Accept (受理), within 3 work days. By its registry."""

    application: ApplicationId


class ReturnApplication(_Command, frozen=True):
    """Tell once and whole what is to be supplemented (补正). By its registry, before it accepts."""

    application: ApplicationId
    parts: Parts


class SupplementApplication(_Command, frozen=True):
    """Give the form anew, of the same kind about the same thing. By its applicant, in time."""

    application: ApplicationId
    form: Form


class DeclineApplication(_Command, frozen=True):
    """Do not accept (不予受理). By its registry, within 3 work days; silence accepts."""

    application: ApplicationId
    reason: DeclineReason


class WithdrawApplication(_Command, frozen=True):
    """Take an application back before it is attested. By its applicant."""

    application: ApplicationId


class RequestEvidence(_Command, frozen=True):
    """Ask for more evidence (补证); the review stands still until it comes. By its registry."""

    application: ApplicationId
    parts: Parts


class ProvideEvidence(_Command, frozen=True):
    """Give evidence that was asked for. By its applicant."""

    application: ApplicationId
    digests: Digests


class ExtendReview(_Command, frozen=True):
    """Extend the review, once, by 10 work days at most. By its registry, before the limit is over."""

    application: ApplicationId
    work_days: Natural


class ConcludeReview(_Command, frozen=True):
    """Decide the review. By its registry; once its limit is over, also by a regulator.

    found: facts of S1 第21条 as examined; where a check is adopted, what the applicant stated stands beside them.
    grounds: empty to pass, else the application is refused for them. waive: goes without publicity, as was asked for.
    """

    application: ApplicationId
    findings: Findings
    found: Statements = ()
    grounds: Grounds = ()
    waive: bool = False


class RaiseObjection(_Command, frozen=True):
    """Object to an application while it is in publicity. By any party that has no part in it."""

    application: ApplicationId
    ground: Ground
    evidence_digest: Digest


class ObjectToCertificate(_Command, frozen=True):
    """Object to what is registered (登记后异议). By any party but its holder."""

    certificate: CertificateNo
    lines: Lines
    ground: Ground
    evidence_digest: Digest


class NotifyHolder(_Command, frozen=True):
    """Pass an objection to the holder in writing, its material being complete. By the registry, in 5 work days."""

    objection: ObjectionId


class AnswerObjection(_Command, frozen=True):
    """Agree to an objection or not. By the holder."""

    objection: ObjectionId
    agrees: bool
    evidence_digest: Digest


class DecideObjection(_Command, frozen=True):
    """Say whether an investigated objection is founded. By the registry; of an escalated one also by a regulator.

    In publicity a founded one ends the application. After registration it is a conclusion: whoever does not agree goes to
    arbitration or court.
    """

    objection: ObjectionId
    upheld: bool
    report_digest: Digest


class WithdrawObjection(_Command, frozen=True):
    """Take an objection back. By who raised it."""

    objection: ObjectionId


class MakeNote(_Command, frozen=True):
    """Note something on a certificate (备注); seizure, control and dispute let the rights stand still.

    By its registry or a regulator. objection: the open one because of which a dispute is noted, or empty.
    """

    certificate: CertificateNo
    lines: Lines
    kind: NoteKind
    evidence_digest: Digest
    objection: ObjectionId = ObjectionId("")


class RemoveNote(_Command, frozen=True):
    """Strike a note out. By who made it, or a regulator."""

    note: NoteId
    evidence_digest: Digest


class RevokeRights(_Command, frozen=True):
    """Revoke rights on a certificate. By its registry or a regulator."""

    certificate: CertificateNo
    lines: Lines
    reason: RevokeReason
    evidence_digest: Digest


class DeemAccepted(_Command, frozen=True):
    """The limit of acceptance is over in silence. By the market's clock. accepted_on: the first work day after it."""

    application: ApplicationId
    accepted_on: date


class LapseApplication(_Command, frozen=True):
    """The limit of supplements is over. By the market's clock."""

    application: ApplicationId


class CloseEvidence(_Command, frozen=True):
    """The limit of evidence is over: the review goes on with what there is. By the market's clock."""

    application: ApplicationId


class PassReviewLimit(_Command, frozen=True):
    """The limit of the review is over. By the market's clock. due_at: when it was."""

    application: ApplicationId
    due_at: Instant


class ClosePublicity(_Command, frozen=True):
    """The publicity is over, nothing stands against it: attest. By the market's clock."""

    application: ApplicationId


class AttestWaiting(_Command, frozen=True):
    """A new month has serials again: attest. By the market's clock."""

    application: ApplicationId


class EscalateObjection(_Command, frozen=True):
    """The registry's limit of an objection is over in silence. By the market's clock."""

    objection: ObjectionId


class PresumeDenied(_Command, frozen=True):
    """The holder did not answer an objection in time. By the market's clock."""

    objection: ObjectionId


class ExpireRights(_Command, frozen=True):
    """Rights on a certificate have come to their end. By the market's clock."""

    certificate: CertificateNo


Command = (
    SubmitApplication
    | AcceptApplication
    | ReturnApplication
    | SupplementApplication
    | DeclineApplication
    | WithdrawApplication
    | RequestEvidence
    | ProvideEvidence
    | ExtendReview
    | ConcludeReview
    | RaiseObjection
    | ObjectToCertificate
    | NotifyHolder
    | AnswerObjection
    | DecideObjection
    | WithdrawObjection
    | MakeNote
    | RemoveNote
    | RevokeRights
    | DeemAccepted
    | LapseApplication
    | CloseEvidence
    | PassReviewLimit
    | ClosePublicity
    | AttestWaiting
    | EscalateObjection
    | PresumeDenied
    | ExpireRights
)


class State(msgspec.Struct):
    """applications, forms, reviews: by application. certificates, notes, objections: by their own id.

    serials: prefix of a month → last serial given. by_holder: `resource/holder/right` → latest certificate.
    by_legacy: `system/number` → certificate. by_registry: `registry/application`. by_party: `party/application`.
    of_resource: `resource/certificate`. objections_to: `application or certificate/objection`.
    notes_on: `certificate/note`.
    """

    applications: Table[Application]
    forms: Table[Form]
    reviews: Table[Review]
    certificates: Table[Certificate]
    notes: Table[Note]
    objections: Table[Objection]
    serials: Table[int]
    by_holder: Table[CertificateNo]
    by_legacy: Table[CertificateNo]
    by_registry: Table[ApplicationId]
    by_party: Table[ApplicationId]
    of_resource: Table[CertificateNo]
    objections_to: Table[ObjectionId]
    notes_on: Table[NoteId]
