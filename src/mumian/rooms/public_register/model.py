"""What can be said in the public register."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.table import Table
from mumian.rooms.public_register.events import Event
from mumian.rooms.public_register.records import Entry, Expectation, Objection, Submission
from mumian.rooms.public_register.refusals import PublicRegisterRefusal
from mumian.rooms.public_register.vocabulary import (
    CancelGround,
    Documents,
    EntryId,
    Limit,
    Materials,
    Moment,
    ObjectionId,
    RejectReason,
    Resource,
    RevokeGround,
    Scope,
    SubjectKind,
    SubmissionId,
)

__all__ = ["Command", "Event", "PublicRegisterRefusal", "State"]


class RegisterFacts(Facts, frozen=True, kw_only=True):
    """For every command that names a resource, or a submission or an entry about one.

    resource: as the catalog sees it, None if it does not know it. subject: as what its holder registers, None for who
    registers nothing here. registry_fit: the registry that is named, or else speaks, is a public institution that
    registers. region: first 2 digits of the division code of the registry's region; a setting of the market.
    """

    resource: Resource | None
    subject: SubjectKind | None = None
    registry_fit: bool = False
    region: str = "44"


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"public_register.{name}", forbid_unknown_fields=True):
    pass


class StoreEvidence(_Command, frozen=True):
    """Deposit evidence of where data comes from and how it was made, before a first registration. By its holder.

    registry: the public institution that shall register it.
    """

    resource: ResourceId
    registry: PartyId
    evidence_digest: Digest


class Submit(_Command, frozen=True):
    """Apply for the first registration of what evidence was stored of. By who stored it.

    operation_ends: the first instant after the authorised operation; needed where the data is within one.
    """

    submission: SubmissionId
    documents: Documents
    scope: Scope | None = None
    operation_ends: Moment | None = None


class RequestChange(_Command, frozen=True):
    """Apply for a change of an entry. By its subject. documents: what takes the place of the old ones."""

    entry: EntryId
    documents: Documents


class RequestCorrection(_Command, frozen=True):
    """Apply for the correction of an entry. By its subject or somebody whose interest it touches (利害关系人).

    consent_digest: the subject's written consent. error_digest: evidence that the entry is certainly wrong. One of them
    is needed of others than the subject, and interest_digest, which shows their interest.
    """

    entry: EntryId
    documents: Documents
    consent_digest: Digest | None = None
    error_digest: Digest | None = None
    interest_digest: Digest | None = None


class RequestCancellation(_Command, frozen=True):
    """Apply for the cancellation of an entry. By its subject; by its registry where the subject is no more or a law says so."""

    entry: EntryId
    ground: CancelGround
    evidence_digest: Digest


class RequestRenewal(_Command, frozen=True):
    """Apply for a further term of an entry. By its subject, in the last 60 days of the term.

    operation_ends: as in `Submit`; the term ends with the operation where that is shorter.
    """

    entry: EntryId
    scope: Scope | None = None
    operation_ends: Moment | None = None


class WithdrawSubmission(_Command, frozen=True):
    """Take a submission back before it is recorded. By its applicant."""

    submission: SubmissionId


class AskSupplement(_Command, frozen=True):
    """Ask, once and for all that is missing, for a supplement (一次性告知补正). By the registry."""

    submission: SubmissionId
    materials: Materials


class Supplement(_Command, frozen=True):
    """Supplement what was asked for; acceptance is counted anew. By the applicant."""

    submission: SubmissionId
    documents: Documents


class Accept(_Command, frozen=True):
    """Accept a submission; the formal review begins. By the registry."""

    submission: SubmissionId


class Reject(_Command, frozen=True):
    """Decline a submission before acceptance, or find in the review that it does not pass. By the registry."""

    submission: SubmissionId
    reason: RejectReason
    finding_digest: Digest


class PassReview(_Command, frozen=True):
    """Find that a submission passes the formal review: it is made public, or takes effect at once. By the registry."""

    submission: SubmissionId
    finding_digest: Digest


class RaiseObjection(_Command, frozen=True):
    """Object to what is made public, under one's real name and with evidence. By anyone in the market, while it is public."""

    submission: SubmissionId
    real_name: bool | None = None
    evidence_digest: Digest | None = None


class DecideObjection(_Command, frozen=True):
    """Uphold an objection, which ends the registration, or dismiss it. By the registry."""

    objection: ObjectionId
    is_upheld: bool
    finding_digest: Digest


class RecordResult(_Command, frozen=True):
    """Enter the result of a submission that passed everything: give the query code, or make the change. By the registry."""

    submission: SubmissionId


class RevokeEntry(_Command, frozen=True):
    """Revoke a registration (S2 第20条). By its registry or a data bureau."""

    entry: EntryId
    ground: RevokeGround
    evidence_digest: Digest


class ExpectRegistration(_Command, frozen=True):
    """Count the 20 work days for a first registration from now on. By the market, when data or a product is handed over."""

    resource: ResourceId
    body: PartyId


class EndPublicity(_Command, frozen=True):
    """End a publicity that lasted its days. By the market's clock."""

    submission: SubmissionId


class ExpireEntry(_Command, frozen=True):
    """End the term of an entry: without a renewal that was applied for in time it is cancelled. By the market's clock."""

    entry: EntryId


class EscalateLimit(_Command, frozen=True):
    """Bring it before the data bureau that a limit passed; nothing is deemed decided. By the market's clock."""

    thing: str
    limit: Limit


class EscalateExpectation(_Command, frozen=True):
    """Bring it before the data bureau that a first registration is overdue. By the market's clock."""

    resource: ResourceId


Command = (
    StoreEvidence
    | Submit
    | RequestChange
    | RequestCorrection
    | RequestCancellation
    | RequestRenewal
    | WithdrawSubmission
    | AskSupplement
    | Supplement
    | Accept
    | Reject
    | PassReview
    | RaiseObjection
    | DecideObjection
    | RecordResult
    | RevokeEntry
    | ExpectRegistration
    | EndPublicity
    | ExpireEntry
    | EscalateLimit
    | EscalateExpectation
)


class State(msgspec.Struct):
    """Records by id, serials, and indexes.

    serials: prefix of a month → last serial given. pending: `resource/first` or `entry/kind` → submission that is not over.
    entry_of: resource → latest entry. by_code: query code → entry. expected: resource → first registration that is due.
    """

    submissions: Table[Submission]
    objections: Table[Objection]
    entries: Table[Entry]
    serials: Table[int]
    pending: Table[SubmissionId]
    entry_of: Table[EntryId]
    by_code: Table[EntryId]
    expected: Table[Expectation]
