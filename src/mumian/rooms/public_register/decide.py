"""What is allowed in the public register."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.public_register import examination, recording, submission
from mumian.rooms.public_register.model import (
    Accept,
    AskSupplement,
    Command,
    DecideObjection,
    EndPublicity,
    EscalateExpectation,
    EscalateLimit,
    Event,
    ExpectRegistration,
    ExpireEntry,
    PassReview,
    RaiseObjection,
    RecordResult,
    RegisterFacts,
    Reject,
    RequestCancellation,
    RequestChange,
    RequestCorrection,
    RequestRenewal,
    RevokeEntry,
    State,
    StoreEvidence,
    Submit,
    Supplement,
    WithdrawSubmission,
)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about the public register with its events or the first refusal that applies."""
    match command:
        case ExpectRegistration():
            return examination.expect(state, command, facts)
        case EndPublicity():
            return examination.end_publicity(state, command, facts)
        case ExpireEntry():
            return recording.expire(state, command, facts)
        case EscalateLimit():
            return examination.escalate(state, command, facts)
        case EscalateExpectation():
            return examination.escalate_expectation(state, command, facts)
        case RaiseObjection():
            return examination.raise_objection(state, command, facts)
        case WithdrawSubmission():
            return submission.withdraw(state, command, facts)
        case _:
            assert isinstance(facts, RegisterFacts)
            return _with_resource(state, command, facts)


_AboutResource = (
    StoreEvidence
    | Submit
    | RequestChange
    | RequestCorrection
    | RequestCancellation
    | RequestRenewal
    | AskSupplement
    | Supplement
    | Accept
    | Reject
    | PassReview
    | DecideObjection
    | RecordResult
    | RevokeEntry
)


def _with_resource(state: State, command: _AboutResource, facts: RegisterFacts) -> list[Event] | Refused:
    """Decide on what needs to know the resource or the registry."""
    match command:
        case StoreEvidence():
            return submission.store(state, command, facts)
        case Submit():
            return submission.submit(state, command, facts)
        case RequestChange():
            return submission.request_change(state, command, facts)
        case RequestCorrection():
            return submission.request_correction(state, command, facts)
        case RequestCancellation():
            return submission.request_cancellation(state, command, facts)
        case RequestRenewal():
            return submission.request_renewal(state, command, facts)
        case Supplement():
            return submission.supplement(state, command, facts)
        case AskSupplement():
            return examination.ask_supplement(state, command, facts)
        case Accept():
            return examination.accept(state, command, facts)
        case Reject():
            return examination.reject(state, command, facts)
        case PassReview():
            return examination.pass_review(state, command, facts)
        case DecideObjection():
            return examination.decide_objection(state, command, facts)
        case RecordResult():
            return recording.record(state, command, facts)
        case RevokeEntry():
            return recording.revoke(state, command, facts)
        case _:
            assert_never(command)
