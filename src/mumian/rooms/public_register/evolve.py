"""What changes in the public register. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.rooms.public_register.events import (
    Accepted,
    Coded,
    EntryCancelled,
    EntryChanged,
    EntryExpired,
    EntryRenewed,
    EntryRevoked,
    EvidenceStored,
    LimitPassed,
    ObjectionDecided,
    ObjectionRaised,
    PublicityEnded,
    RegistrationExpected,
    RegistrationOverdue,
    ReviewPassed,
    SubmissionClosed,
    Submitted,
    SupplementAsked,
    Supplemented,
)
from mumian.rooms.public_register.model import Event, State
from mumian.rooms.public_register.records import Expectation, Submission
from mumian.rooms.public_register.vocabulary import EntryState, Limit, Stage, SubmissionId


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case EvidenceStored() | Submitted():
            _put_new(state, event)
        case SupplementAsked():
            _move(state, event.submission, stage=Stage.RETURNED, asked=event.materials)
        case Supplemented():
            _move(state, event.submission, stage=Stage.SUBMITTED, documents=event.documents)
        case Accepted():
            _move(state, event.submission, stage=Stage.FORMAL_REVIEW)
        case ReviewPassed():
            stage = Stage.CLEARED if event.notice is None else Stage.PUBLICITY
            _move(state, event.submission, stage=stage)
        case PublicityEnded():
            was = state.submissions[event.submission].stage
            stage = Stage.CLEARED if was is Stage.PUBLICITY else was
            _move(state, event.submission, stage=stage, publicity_over=True)
        case ObjectionRaised() | ObjectionDecided():
            _object(state, event)
        case SubmissionClosed():
            _move(state, event.submission, stage=event.stage)
            _unpend(state, event.submission)
        case LimitPassed():
            _miss(state, event)
        case RegistrationExpected():
            state.expected[event.resource] = Expectation(event.body, event.at)
        case RegistrationOverdue():
            state.expected[event.resource] = replace(state.expected[event.resource], is_overdue=True)
        case Coded() | EntryChanged() | EntryRenewed() | EntryExpired() | EntryCancelled() | EntryRevoked():
            _enter(state, event)
        case _:
            assert_never(event)


def _put_new(state: State, event: EvidenceStored | Submitted) -> None:
    record = event.record
    state.submissions[event.submission] = record
    state.pending[_pending_key(record)] = event.submission
    if isinstance(event, Submitted) and record.resource in state.expected:
        del state.expected[record.resource]


def _pending_key(record: Submission) -> str:
    return f"{record.entry or record.resource}/{record.kind}"


def _move(state: State, key: SubmissionId, **changes: object) -> None:
    state.submissions[key] = replace(state.submissions[key], **changes)


def _unpend(state: State, key: SubmissionId) -> None:
    del state.pending[_pending_key(state.submissions[key])]


def _object(state: State, event: ObjectionRaised | ObjectionDecided) -> None:
    if isinstance(event, ObjectionRaised):
        key = event.record.submission
        before = state.submissions[key]
        state.objections[event.objection] = event.record
        counts = {"objections": before.objections + 1, "open_objections": before.open_objections + 1}
        _move(state, key, stage=Stage.OBJECTED, **counts)
        return
    decided = replace(state.objections[event.objection], is_upheld=event.is_upheld, finding_digest=event.finding_digest)
    state.objections[event.objection] = decided
    open_objections = state.submissions[decided.submission].open_objections - 1
    _move(state, decided.submission, stage=event.stage, open_objections=open_objections)


def _miss(state: State, event: LimitPassed) -> None:
    if event.limit is Limit.OBJECTION:
        state.objections[event.thing] = replace(state.objections[event.thing], is_missed=True)
        return
    key = SubmissionId(event.thing)
    _move(state, key, missed=(*state.submissions[key].missed, event.limit))


def _enter(
    state: State, event: Coded | EntryChanged | EntryRenewed | EntryExpired | EntryCancelled | EntryRevoked
) -> None:
    """Write an entry, and close the submission that it came of."""
    key = event.entry
    match event:
        case Coded():
            made = event.record
            state.entries[key] = made
            state.entry_of[made.resource] = key
            state.by_code[made.code] = key
            state.serials[made.code[:-6]] = int(made.code[-6:])
            _record(state, made.submission)
        case EntryChanged():
            changes = {"documents": event.documents, "evidence_digest": event.evidence_digest}
            state.entries[key] = replace(state.entries[key], **changes)
            _record(state, event.submission)
        case EntryRenewed():
            before = state.entries[key]
            terms = {"scope": event.scope, "counted_from": event.counted_from, "valid_to": event.valid_to}
            renewals = before.renewals + 1
            state.entries[key] = replace(before, state=EntryState.ACTIVE, renewals=renewals, **terms)
            _record(state, event.submission)
        case EntryExpired():
            state.entries[key] = replace(state.entries[key], state=EntryState.EXPIRED)
        case EntryCancelled():
            state.entries[key] = replace(state.entries[key], state=EntryState.CANCELLED)
            if event.submission:
                _record(state, event.submission)
        case EntryRevoked():
            state.entries[key] = replace(state.entries[key], state=EntryState.REVOKED)
        case _:
            assert_never(event)


def _record(state: State, key: SubmissionId) -> None:
    _move(state, key, stage=Stage.RECORDED)
    _unpend(state, key)
