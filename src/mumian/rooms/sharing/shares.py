"""Requests for shares between public bodies, their answers, and what becomes of a share."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, new_id
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import DAY_MS, day_of, start_of
from mumian.rooms.sharing.events import (
    ShareEnded,
    ShareGranted,
    ShareRefused,
    ShareRequested,
    ShareRequestWithdrawn,
    UseReported,
)
from mumian.rooms.sharing.flows import flows_between
from mumian.rooms.sharing.guards import (
    needs,
    public_resource,
    refuse_field,
    refuse_no_body,
    refuse_not_ruling,
    refuse_other,
    refuse_rules,
    refuse_state,
    unknown,
)
from mumian.rooms.sharing.limits import period, started, stopped
from mumian.rooms.sharing.model import (
    EndShare,
    Event,
    GrantShare,
    RefuseShare,
    ReportUse,
    RequestShare,
    SharingFacts,
    State,
    WithdrawShareRequest,
)
from mumian.rooms.sharing.records import Share, Use
from mumian.rooms.sharing.refusals import SharingRefusal as R
from mumian.rooms.sharing.vocabulary import (
    Attributes,
    EndCause,
    Feedback,
    Level,
    Limit,
    ShareId,
    ShareRefusal,
    ShareState,
)
from mumian.rulebook.rules import number_at

RULES = ("GZ2023-02", "MM-SHARE")

FITTING: dict[Level, tuple[ShareRefusal, ...]] = {
    Level.UNCONDITIONAL: (ShareRefusal.DUTY_NOT_SHOWN, ShareRefusal.FIELDS_EXCESSIVE, ShareRefusal.NOT_HELD),
    Level.CONDITIONAL: (
        ShareRefusal.DUTY_NOT_SHOWN,
        ShareRefusal.FIELDS_EXCESSIVE,
        ShareRefusal.NOT_HELD,
        ShareRefusal.CONDITION_NOT_MET,
    ),
    Level.NONE: (ShareRefusal.STATUTE, ShareRefusal.SECRET, ShareRefusal.NOT_HELD),
}
"""Which reasons to refuse fit which share attribute."""

BY_HOLDER = (EndCause.MISUSED, EndCause.NOT_HELD, EndCause.ATTRIBUTE_CHANGED)


def request(state: State, command: RequestShare, facts: SharingFacts) -> list[Event] | Refused:
    key = command.resource
    refused = refuse_no_body(facts)
    if refused is not None:
        return refused
    resource = public_resource(facts, key)
    if isinstance(resource, Refused):
        return resource
    refused = refuse_rules(facts, *RULES)
    attributes = confirmed(state, key)
    if refused is None and resource.holder == facts.actor:
        refused = Refused(R.OWN_DATA, {"actor": facts.actor, "resource": key})
    if refused is None and attributes is None:
        refused = Refused(R.NOT_CONFIRMED, {"resource": key})
    refused = refused or _refuse_missing(state, command, resource.holder, facts) or _refuse_asked(state, command, facts)
    refused = refused or refuse_field(key, command.fields, resource.fields)
    if refused is not None or attributes is None or command.duty_item is None or command.use_to is None:
        return refused or []
    share = ShareId(new_id("share", facts.seq))
    record = Share(
        key, resource.holder, facts.actor, command.purpose, command.duty_item, command.fields, command.use_to,
        flows_between(state.bodies[facts.actor], state.bodies[resource.holder]), facts.now,
    )  # fmt: skip
    clocks = (
        started(Limit.ANSWER, share, resource.holder, facts, level=attributes.share.level),
        period(share, command.use_to, facts.actor),
    )
    return [ShareRequested(share, record, RULES, clocks)]


def confirmed(state: State, resource: str) -> Attributes | None:
    """Return the attributes of a resource that hold."""
    record = state.attributes.get(resource)
    return None if record is None else record.confirmed


def _refuse_missing(state: State, command: RequestShare, holder: PartyId, facts: SharingFacts) -> Refused | None:
    """Return which fact is missing, or what does not fit the requester's duties and time, or None."""
    for party in (facts.actor, holder):
        if state.bodies.get(party) is None:
            return needs(f"region and level of `{party}`: which data bureau enrols it?")
    if command.duty_item is None:
        return needs("duty_item: which item of your duty inventory needs the data?")
    if command.use_to is None:
        return needs("use_to: until when is the data used?")
    if not facts.duty_listed:
        return Refused(R.DUTY_ITEM_UNKNOWN, {"actor": facts.actor, "duty_item": command.duty_item})
    if command.use_to <= facts.now:
        return Refused(R.PERIOD_EMPTY, {"use_to": command.use_to, "now": facts.now})
    days_max = number_at("MM-SHARE", "period_days_max", rulebook=facts.rulebook, now=facts.now)
    limit = start_of(day_of(facts.now)) + (days_max + 1) * DAY_MS
    if command.use_to > limit:
        return Refused(R.PERIOD_TOO_LONG, {"use_to": command.use_to, "days_max": days_max, "limit": limit})
    return None


def asked_key(requester: str, resource: str, purpose: str) -> str:
    return f"{requester}/{resource}/{purpose}"


def _refuse_asked(state: State, command: RequestShare, facts: Facts) -> Refused | None:
    known = state.asked.get(asked_key(facts.actor, command.resource, command.purpose))
    return None if known is None else Refused(R.ALREADY_REQUESTED, {"share": known, "state": state.shares[known].state})


def _answerable(state: State, key: str, facts: SharingFacts) -> Share | Refused:
    """Return a request that the actor answers: the holder in time, its bureau after that."""
    record = state.shares.get(key)
    if record is None:
        return unknown("share", key)
    if record.state is ShareState.ESCALATED:
        return refuse_not_ruling(state, record.holder, key, facts) or record
    return refuse_other(key, record.holder, facts) or refuse_state(key, record.state, ShareState.REQUESTED) or record


def grant(state: State, command: GrantShare, facts: SharingFacts) -> list[Event] | Refused:
    key = command.share
    record = _answerable(state, key, facts)
    if isinstance(record, Refused):
        return record
    resource = public_resource(facts, record.resource)
    if isinstance(resource, Refused):
        return resource
    attributes = confirmed(state, record.resource)
    level = Level.NONE if attributes is None else attributes.share.level
    use_to = record.use_to if command.use_to is None else command.use_to
    refused = (
        refuse_rules(facts, *RULES)
        or _refuse_conditions(record, command, level)
        or refuse_field(key, command.fields, record.fields or resource.fields)
        or _refuse_period(record, use_to, facts)
    )
    if refused is not None:
        return refused
    clocks = (
        Stop(key),
        started(Limit.FEEDBACK, key, record.requester, facts),
        period(key, use_to, record.requester),
    )
    fields = command.fields or record.fields
    return [ShareGranted(key, facts.actor, fields, command.conditions, use_to, RULES, clocks)]


def _refuse_conditions(record: Share, command: GrantShare, level: Level) -> Refused | None:
    if level is Level.NONE:
        return Refused(R.GRANT_AGAINST_ATTRIBUTE, {"resource": record.resource})
    if level is Level.UNCONDITIONAL and command.conditions:
        return Refused(R.CONDITIONS_MISPLACED, {"resource": record.resource})
    if level is Level.CONDITIONAL and not command.conditions:
        return needs("conditions: under which conditions is the data shared?")
    return None


def _refuse_period(record: Share, use_to: int, facts: Facts) -> Refused | None:
    if use_to > record.use_to:
        return Refused(R.PERIOD_WIDER, {"use_to": use_to, "asked": record.use_to})
    if use_to <= facts.now:
        return Refused(R.PERIOD_EMPTY, {"use_to": use_to, "now": facts.now})
    return None


def refuse(state: State, command: RefuseShare, facts: SharingFacts) -> list[Event] | Refused:
    key = command.share
    record = _answerable(state, key, facts)
    if isinstance(record, Refused):
        return record
    attributes = confirmed(state, record.resource)
    level = Level.NONE if attributes is None else attributes.share.level
    if command.reason not in FITTING[level]:
        detail: Detail = {"reason": command.reason, "level": level, "fitting": ", ".join(FITTING[level])}
        return Refused(R.REASON_DOES_NOT_FIT, detail)
    shown = command.finding_digest
    return [ShareRefused(key, facts.actor, command.reason, shown, RULES[:1], (Stop(key),))]


def withdraw(state: State, command: WithdrawShareRequest, facts: Facts) -> list[Event] | Refused:
    key = command.share
    record = state.shares.get(key)
    if record is None:
        return unknown("share", key)
    refused = refuse_other(key, record.requester, facts) or refuse_state(
        key, record.state, ShareState.REQUESTED, ShareState.ESCALATED
    )
    return refused or [ShareRequestWithdrawn(key, (Stop(key),))]


def end(state: State, command: EndShare, facts: Facts) -> list[Event] | Refused:
    """The requester gives it up; for every other cause the holder ends it. Only the clock ends a period."""
    key, cause = command.share, command.cause
    record = state.shares.get(key)
    if record is None:
        return unknown("share", key)
    if cause is EndCause.PERIOD_OVER:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    owner = record.holder if cause in BY_HOLDER else record.requester
    refused = refuse_other(key, owner, facts) or refuse_state(key, record.state, ShareState.GRANTED)
    return refused or [ShareEnded(key, cause, RULES[:1], (stopped(Limit.PERIOD, key),))]


def report_use(state: State, command: ReportUse, facts: Facts) -> list[Event] | Refused:
    """Of a share in force or ended, once; late rather than never."""
    key = command.share
    record = state.shares.get(key)
    if record is None:
        return unknown("share", key)
    refused = refuse_other(key, record.requester, facts)
    if refused is not None:
        return refused
    if record.feedback not in (Feedback.DUE, Feedback.OVERDUE):
        return Refused(R.FEEDBACK_NOT_DUE, {"share": key, "feedback": record.feedback})
    use = Use(command.effect, command.uses, command.digest, facts.now)
    return [UseReported(key, use, RULES, (stopped(Limit.FEEDBACK, key),))]
