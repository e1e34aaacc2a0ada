"""What is allowed of an engagement once its opinion is there: accepted, contested, ruled on, rated; and what time does."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import OPERATOR
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.services.engaging import days_of, ended, moving, not_yours, own
from mumian.rooms.services.events import (
    ContestEscalated,
    EngagementRated,
    EngagementSettled,
    Event,
    OpinionContested,
)
from mumian.rooms.services.model import (
    AcceptOpinion,
    ContestOpinion,
    MeetLimit,
    ProviderFacts,
    RateEngagement,
    RuleOnContest,
    State,
)
from mumian.rooms.services.records import Engagement, Rating
from mumian.rooms.services.refusals import ServicesRefusal as R
from mumian.rooms.services.vocabulary import EngagementId, EngagementState, Limit, Move, Outcome


def _settled(key: EngagementId, record: Engagement, facts: Facts) -> EngagementSettled:
    return EngagementSettled(key, record.provider, record.fee_fen, facts.actor, (Stop(key),))


def accept(state: State, command: AcceptOpinion, facts: Facts) -> list[Event] | Refused:
    record = own(state, command.engagement, Move.ACCEPT_OPINION, facts)
    return record if isinstance(record, Refused) else [_settled(command.engagement, record, facts)]


def contest(state: State, command: ContestOpinion, facts: Facts) -> list[Event] | Refused:
    key = command.engagement
    record = own(state, key, Move.CONTEST, facts)
    if isinstance(record, Refused):
        return record
    clocks = (Stop(key, Limit.ACCEPTANCE.value), days_of(Limit.RULING, key, OPERATOR, facts))
    return [OpinionContested(key, command.reason, command.evidence_digest, clocks)]


def rule(state: State, command: RuleOnContest, facts: Facts) -> list[Event] | Refused:
    """Somebody who is no side of it decides; a side may always give in."""
    key, settles = command.engagement, command.outcome is Outcome.SETTLE
    move = Move.SETTLE if settles else Move.REFUND
    record = state.engagements.get(key)
    if record is None:
        return Refused(R.ENGAGEMENT_UNKNOWN, {"engagement": key})
    gives_in = record.client if settles else record.provider
    if facts.actor != gives_in and not _may_rule(record, facts):
        return not_yours(key, move, gives_in, facts)
    open_to = moving(state, key, move)
    if isinstance(open_to, Refused):
        return open_to
    if settles:
        return [_settled(key, record, facts)]
    return [ended(key, record, EngagementState.REFUNDED, facts, record.reason)]


def _may_rule(record: Engagement, facts: Facts) -> bool:
    sides = (record.client, record.provider)
    if facts.actor in sides:
        return False
    is_regulators = record.is_escalated or OPERATOR in sides
    return Role.EXCHANGE in facts.roles or (is_regulators and Role.REGULATOR in facts.roles)


def rate(state: State, command: RateEngagement, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ProviderFacts)
    key = command.engagement
    record = own(state, key, Move.RATE, facts)
    if isinstance(record, Refused):
        return record
    given = state.ratings.get(key)
    if given is not None:
        return Refused(R.RATED_ALREADY, {"engagement": key, "stars": given.stars})
    if facts.actor in facts.group:
        return Refused(R.RATER_RELATED, {"actor": facts.actor, "provider": record.provider})
    rating = Rating(record.client, record.provider, record.kind, command.stars, command.words_digest, facts.now)
    return [EngagementRated(key, rating)]


def meet(state: State, command: MeetLimit, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    key, record = command.engagement, state.engagements[command.engagement]
    match command.limit:
        case Limit.ANSWER | Limit.DUE:
            return [ended(key, record, EngagementState.LAPSED, facts, command.limit.value)]
        case Limit.ACCEPTANCE:
            return [_settled(key, record, facts)]
        case Limit.RULING:
            return [ContestEscalated(key)]
        case _:
            assert_never(command.limit)
