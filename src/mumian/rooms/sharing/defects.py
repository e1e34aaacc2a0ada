"""Defects of shared data that flow back to their source (质量回流), and results that operators give back (成果回馈)."""

from __future__ import annotations

from mumian.kernel.ids import new_id
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Refused
from mumian.rooms.sharing.events import (
    CorrectionOrdered,
    DefectCorrected,
    DefectRejected,
    DefectReported,
    ResultFedBack,
)
from mumian.rooms.sharing.guards import (
    public_resource,
    refuse_field,
    refuse_not_bureau_of,
    refuse_not_ruling,
    refuse_other,
    refuse_rules,
    refuse_state,
    unknown,
)
from mumian.rooms.sharing.limits import started
from mumian.rooms.sharing.model import (
    CorrectDefect,
    Event,
    FeedBackResult,
    OrderCorrection,
    RejectDefect,
    ReportDefect,
    SharingFacts,
    State,
)
from mumian.rooms.sharing.records import Defect, Result
from mumian.rooms.sharing.refusals import SharingRefusal as R
from mumian.rooms.sharing.vocabulary import DefectId, DefectState, FeedbackId, Limit, ShareState

RULES = ("GZ2023-02", "MM-DEFECT")


def report(state: State, command: ReportDefect, facts: SharingFacts) -> list[Event] | Refused:
    share = state.shares.get(command.share)
    if share is None:
        return unknown("share", command.share)
    within = share.granted or (facts.resource.fields if facts.resource is not None else ())
    refused = (
        refuse_other(command.share, share.requester, facts)
        or refuse_rules(facts, *RULES)
        or refuse_state(command.share, share.state, ShareState.GRANTED)
        or refuse_field(command.share, command.fields, within)
    )
    if refused is not None:
        return refused
    key = DefectId(new_id("defect", facts.seq))
    record = Defect(
        command.share, share.resource, share.holder, facts.actor, command.dimension, command.fields,
        command.examples_digest, facts.now,
    )  # fmt: skip
    return [DefectReported(key, record, RULES, (started(Limit.DEFECT_ANSWER, key, share.holder, facts),))]


def correct(state: State, command: CorrectDefect, facts: SharingFacts) -> list[Event] | Refused:
    """In time or late: a version that was published after the defect was reported."""
    key = command.defect
    record = state.defects.get(key)
    if record is None:
        return unknown("defect", key)
    refused = refuse_other(key, record.holder, facts) or refuse_state(
        key, record.state, DefectState.REPORTED, DefectState.ESCALATED
    )
    if refused is None and (facts.published_at is None or facts.published_at < record.at):
        refused = Refused(R.VERSION_UNKNOWN, {"resource": record.resource})
    return refused or [DefectCorrected(key, command.version_digest, RULES[:1], (Stop(key),))]


def reject(state: State, command: RejectDefect, facts: SharingFacts) -> list[Event] | Refused:
    """By the holder in time, by its bureau after that."""
    key = command.defect
    record = state.defects.get(key)
    if record is None:
        return unknown("defect", key)
    if record.state is DefectState.ESCALATED:
        refused = refuse_not_ruling(state, record.holder, key, facts)
    else:
        refused = refuse_other(key, record.holder, facts) or refuse_state(key, record.state, DefectState.REPORTED)
    shown = command.finding_digest
    return refused or [DefectRejected(key, facts.actor, command.reason, shown, RULES[:1], (Stop(key),))]


def order(state: State, command: OrderCorrection, facts: SharingFacts) -> list[Event] | Refused:
    key = command.defect
    record = state.defects.get(key)
    if record is None:
        return unknown("defect", key)
    refused = (
        refuse_not_bureau_of(state, record.holder, key, facts)
        or refuse_state(key, record.state, DefectState.ESCALATED)
        or refuse_rules(facts, *RULES)
    )
    if refused is not None:
        return refused
    clocks = (Stop(key), started(Limit.DEFECT_ANSWER, key, record.holder, facts))
    return [CorrectionOrdered(key, facts.actor, command.finding_digest, RULES, clocks)]


def feed_back(command: FeedBackResult, facts: SharingFacts) -> list[Event] | Refused:
    resource = public_resource(facts, command.resource)
    if isinstance(resource, Refused):
        return resource
    if not facts.operates:
        return Refused(R.NOT_THE_OPERATOR, {"actor": facts.actor, "resource": command.resource})
    refused = refuse_rules(facts, "S20-FEEDBACK")
    if refused is not None:
        return refused
    key = FeedbackId(new_id("feedback", facts.seq))
    record = Result(command.resource, resource.holder, facts.actor, command.kind, command.digest, facts.now)
    return [ResultFedBack(key, record, ("S20-FEEDBACK",))]
