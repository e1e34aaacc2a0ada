"""What is allowed of an engagement until its opinion is handed in."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import DAY_MS
from mumian.rooms.services.events import (
    Engaged,
    EngagementAccepted,
    EngagementEnded,
    Event,
    OpinionDelivered,
)
from mumian.rooms.services.independence import refuse_conflict
from mumian.rooms.services.model import (
    DUE_MS_MAX,
    AcceptEngagement,
    DeclineEngagement,
    DeliverOpinion,
    Engage,
    ProviderFacts,
    State,
    WithdrawEngagement,
)
from mumian.rooms.services.qualifying import RULE, is_qualified
from mumian.rooms.services.records import Engagement
from mumian.rooms.services.refusals import ServicesRefusal as R
from mumian.rooms.services.vocabulary import (
    JUDGING,
    MOVES,
    EngagementId,
    EngagementState,
    Interest,
    Limit,
    Move,
    ServiceKind,
)
from mumian.rulebook.rules import in_force, missing, number_at

LIMITS = "MM-SERVICE"
HOLD_MS = 36_600 * DAY_MS
"""How long past its due date a fee may be held: a century, so that only the engagement lets it go, never the ledger's clock."""


def moving(state: State, key: EngagementId, move: Move) -> Engagement | Refused:
    """Return the engagement if it exists and the move is open to it."""
    record = state.engagements.get(key)
    if record is None:
        return Refused(R.ENGAGEMENT_UNKNOWN, {"engagement": key})
    moves = MOVES.get(record.state, ())
    if move not in moves:
        possible = ", ".join(each.value for each in moves) or "nothing"
        detail: Detail = {"engagement": key, "state": record.state.value, "move": move.value}
        return Refused(R.STATE_FORBIDS, {**detail, "possible": possible})
    return record


def own(state: State, key: EngagementId, move: Move, facts: Facts) -> Engagement | Refused:
    """Return the engagement if the move is the actor's to make: a client's or a provider's."""
    record = state.engagements.get(key)
    if record is None:
        return Refused(R.ENGAGEMENT_UNKNOWN, {"engagement": key})
    is_providers = move in (Move.ACCEPT, Move.DECLINE, Move.DELIVER)
    owner = record.provider if is_providers else record.client
    if facts.actor != owner:
        return not_yours(key, move, owner, facts)
    return moving(state, key, move)


def not_yours(key: EngagementId, move: Move, owner: str, facts: Facts) -> Refused:
    return Refused(R.NOT_YOURS, {"engagement": key, "move": move.value, "owner": owner, "actor": facts.actor})


def engage(state: State, command: Engage, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ProviderFacts)
    rule = missing(facts, LIMITS)
    if rule is not None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": rule})
    refused = _refuse_provider(state, command.provider, command.kind, facts) or _refuse_subject(state, command, facts)
    if refused is not None:
        return refused
    latest = facts.now + DUE_MS_MAX
    if not facts.now < command.due_at <= latest:
        return Refused(R.DUE_OUT_OF_RANGE, {"due_at": command.due_at, "now": facts.now, "latest": latest})
    key = EngagementId(new_id("engagement", facts.seq))
    record = Engagement(
        facts.actor,
        command.provider,
        command.kind,
        command.subject,
        command.brief_digest,
        command.fee_fen,
        command.due_at,
    )
    clocks = (days_of(Limit.ANSWER, key, command.provider, facts),)
    return [Engaged(key, record, command.due_at + HOLD_MS, in_force(facts, RULE, LIMITS), clocks)]


def days_of(limit: Limit, key: EngagementId, owner: PartyId, facts: Facts) -> Start:
    """Return the start of a limit whose work days the rulebook sets."""
    name = f"{limit.value.partition('.')[2]}_work_days"
    days = number_at(LIMITS, name, rulebook=facts.rulebook, now=facts.now)
    return Start(key, limit.value, Unit.WORK_DAYS, days, LIMITS, owner)


def _refuse_provider(state: State, provider: PartyId, kind: ServiceKind, facts: Facts) -> Refused | None:
    if not is_qualified(state, provider, kind, facts.now):
        return Refused(R.NOT_QUALIFIED, {"provider": provider, "kind": kind.value})
    return None


def _refuse_subject(state: State, command: Engage, facts: ProviderFacts) -> Refused | None:
    if command.provider == facts.actor:
        return Refused(R.OWN_SERVICE, {"actor": facts.actor})
    if not command.subject and command.kind in JUDGING:
        return Refused(R.SUBJECT_MISSING, {"kind": command.kind.value})
    if facts.interests is None:
        return Refused(R.SUBJECT_UNKNOWN, {"subject": command.subject})
    sides = [each.party for each in facts.interests if each.interest in (Interest.BUYER, Interest.SELLER)]
    if command.subject.startswith("order-") and facts.actor not in sides:
        return Refused(R.SUBJECT_NOT_YOURS, {"actor": facts.actor, "subject": command.subject})
    return refuse_conflict(
        state,
        provider=command.provider,
        client=facts.actor,
        kind=command.kind,
        subject=command.subject,
        facts=facts,
    )


def _refuse_judge(state: State, record: Engagement, facts: Facts) -> Refused | None:
    """Return why a provider may not go on with an engagement, or None: its qualification and its ties may have changed."""
    assert isinstance(facts, ProviderFacts)
    return _refuse_provider(state, record.provider, record.kind, facts) or refuse_conflict(
        state,
        provider=record.provider,
        client=record.client,
        kind=record.kind,
        subject=record.subject,
        facts=facts,
    )


def accept(state: State, command: AcceptEngagement, facts: Facts) -> list[Event] | Refused:
    record = own(state, command.engagement, Move.ACCEPT, facts)
    if isinstance(record, Refused):
        return record
    refused = _refuse_judge(state, record, facts)
    if refused is not None:
        return refused
    if facts.now >= record.due_at:
        detail: Detail = {"due_at": record.due_at, "now": facts.now, "latest": record.due_at}
        return Refused(R.DUE_OUT_OF_RANGE, detail)
    key = command.engagement
    due = Start(key, Limit.DUE.value, Unit.INSTANT, record.due_at, owner=record.provider)
    return [EngagementAccepted(key, (Stop(key, Limit.ANSWER.value), due))]


def decline(state: State, command: DeclineEngagement, facts: Facts) -> list[Event] | Refused:
    record = own(state, command.engagement, Move.DECLINE, facts)
    if isinstance(record, Refused):
        return record
    return [ended(command.engagement, record, EngagementState.DECLINED, facts, command.reason.value)]


def withdraw(state: State, command: WithdrawEngagement, facts: Facts) -> list[Event] | Refused:
    record = own(state, command.engagement, Move.WITHDRAW, facts)
    if isinstance(record, Refused):
        return record
    return [ended(command.engagement, record, EngagementState.WITHDRAWN, facts)]


def ended(
    key: EngagementId, record: Engagement, state: EngagementState, facts: Facts, reason: str = ""
) -> EngagementEnded:
    return EngagementEnded(key, state, record.fee_fen, facts.actor, reason, (Stop(key),))


def deliver(state: State, command: DeliverOpinion, facts: Facts) -> list[Event] | Refused:
    record = own(state, command.engagement, Move.DELIVER, facts)
    if isinstance(record, Refused):
        return record
    if command.valid_until <= facts.now:
        return Refused(R.VALIDITY_PAST, {"valid_until": command.valid_until, "now": facts.now})
    refused = _refuse_judge(state, record, facts)
    if refused is not None:
        return refused
    key = command.engagement
    clocks = (Stop(key, Limit.DUE.value), days_of(Limit.ACCEPTANCE, key, record.client, facts))
    return [OpinionDelivered(key, command.report_digest, command.verdict, command.valid_until, facts.now, clocks)]
