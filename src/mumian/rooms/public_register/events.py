"""What happened in the public register."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.limits import ClockChange
from mumian.kernel.time import Instant
from mumian.rooms.public_register.records import Entry, Objection, Submission
from mumian.rooms.public_register.vocabulary import (
    CancelCause,
    Documents,
    EntryId,
    Kind,
    Limit,
    Material,
    Notice,
    ObjectionId,
    RevokeGround,
    Scope,
    Stage,
    SubmissionId,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"public_register.{name}"):
    pass


class EvidenceStored(_Event, frozen=True):
    submission: SubmissionId
    record: Submission
    rules: tuple[str, ...]


class Submitted(_Event, frozen=True):
    submission: SubmissionId
    record: Submission
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class SupplementAsked(_Event, frozen=True):
    submission: SubmissionId
    materials: tuple[Material, ...]
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class Supplemented(_Event, frozen=True):
    """documents: all of the submission as they now stand."""

    submission: SubmissionId
    documents: Documents
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class Accepted(_Event, frozen=True):
    submission: SubmissionId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ReviewPassed(_Event, frozen=True):
    """notice: what is made public, None where this kind is not."""

    submission: SubmissionId
    finding_digest: str
    notice: Notice | None
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class PublicityEnded(_Event, frozen=True):
    submission: SubmissionId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ObjectionRaised(_Event, frozen=True):
    objection: ObjectionId
    record: Objection
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ObjectionDecided(_Event, frozen=True):
    """stage: where its submission stands from then on."""

    objection: ObjectionId
    is_upheld: bool
    finding_digest: str
    stage: Stage
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class SubmissionClosed(_Event, frozen=True):
    """Rejected, withdrawn or terminated. because: a reason, or the id of what ended it."""

    submission: SubmissionId
    stage: Stage
    because: str
    finding_digest: str
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class Coded(_Event, frozen=True):
    """A first registration is entered and its query code given (赋码)."""

    entry: EntryId
    record: Entry
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class EntryChanged(_Event, frozen=True):
    """Changed or corrected. documents: all of the entry as they now stand."""

    entry: EntryId
    submission: SubmissionId
    kind: Kind
    evidence_digest: str
    documents: Documents
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class EntryRenewed(_Event, frozen=True):
    entry: EntryId
    submission: SubmissionId
    scope: Scope
    counted_from: Instant
    valid_to: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class EntryExpired(_Event, frozen=True):
    entry: EntryId
    rules: tuple[str, ...]


class EntryCancelled(_Event, frozen=True):
    """submission: what was applied for; empty where it was not renewed."""

    entry: EntryId
    submission: SubmissionId
    cause: CancelCause
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class EntryRevoked(_Event, frozen=True):
    entry: EntryId
    ground: RevokeGround
    evidence_digest: str
    by: PartyId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class LimitPassed(_Event, frozen=True):
    """A limit passed without an act: it now lies before the data bureau; nothing is decided by it."""

    thing: str
    limit: Limit
    owner: PartyId
    rules: tuple[str, ...]


class RegistrationExpected(_Event, frozen=True):
    resource: ResourceId
    body: PartyId
    at: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class RegistrationOverdue(_Event, frozen=True):
    """The 20 work days are over without a submission: it lies before the data bureau. Nothing is refused for it."""

    resource: ResourceId
    body: PartyId
    rules: tuple[str, ...]


Event = (
    EvidenceStored
    | Submitted
    | SupplementAsked
    | Supplemented
    | Accepted
    | ReviewPassed
    | PublicityEnded
    | ObjectionRaised
    | ObjectionDecided
    | SubmissionClosed
    | Coded
    | EntryChanged
    | EntryRenewed
    | EntryExpired
    | EntryCancelled
    | EntryRevoked
    | LimitPassed
    | RegistrationExpected
    | RegistrationOverdue
)
