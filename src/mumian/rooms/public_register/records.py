"""What the public register keeps: submissions, objections, entries, and first registrations that are due."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.public_register.vocabulary import (
    CancelGround,
    Documents,
    EntryId,
    EntryState,
    Kind,
    Limit,
    Material,
    Scope,
    Stage,
    SubmissionId,
)


class Submission(msgspec.Struct, frozen=True):
    """One application.

    subject: who is or becomes registered; applicant: who applies. entry: empty for a first registration.
    evidence_digest: what was stored beforehand; of other kinds, what they rest on, empty if that lies in the documents.
    asked: materials of the one supplement that may be asked for. missed: limits that passed without an act.
    publicity_over: its days are over, an objection is still open. objections: how many were raised; open_objections: of
    these, how many are not decided.
    """

    kind: Kind
    resource: ResourceId
    subject: PartyId
    applicant: PartyId
    registry: PartyId
    stage: Stage
    at: Instant
    entry: EntryId = EntryId("")
    evidence_digest: str = ""
    documents: Documents = ()
    scope: Scope | None = None
    operation_ends: Instant | None = None
    ground: CancelGround | None = None
    asked: tuple[Material, ...] = ()
    missed: tuple[Limit, ...] = ()
    publicity_over: bool = False
    objections: int = 0
    open_objections: int = 0


class Objection(msgspec.Struct, frozen=True):
    """One objection (异议). is_upheld: None until it is decided."""

    submission: SubmissionId
    objector: PartyId
    evidence_digest: str
    at: Instant
    is_upheld: bool | None = None
    finding_digest: str = ""
    is_missed: bool = False


class Entry(msgspec.Struct, frozen=True):
    """One registration.

    code: the query code of the result. valid_to: the first instant at which it no longer holds. counted_from: instant in
    the day that the present term's years are counted from, itself not counted. renewals: how often it was renewed.
    """

    resource: ResourceId
    subject: PartyId
    registry: PartyId
    submission: SubmissionId
    code: str
    evidence_digest: str
    documents: Documents
    scope: Scope
    valid_from: Instant
    valid_to: Instant
    counted_from: Instant
    state: EntryState = EntryState.ACTIVE
    renewals: int = 0


class Expectation(msgspec.Struct, frozen=True):
    """A first registration that is due. is_overdue: its 20 work days are over."""

    body: PartyId
    since: Instant
    is_overdue: bool = False
