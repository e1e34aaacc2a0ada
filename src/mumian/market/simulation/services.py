"""What providers, their clients and the exchange say in the service market."""

from __future__ import annotations

from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import uscc
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.services import events
from mumian.rooms.services import model as services
from mumian.rooms.services.records import Engagement
from mumian.rooms.services.vocabulary import (
    ContestReason,
    DeclineReason,
    EngagementId,
    EngagementState,
    Ground,
    Outcome,
    QualificationId,
    QualificationMove,
    QualificationState,
    ServiceKind,
    Verdict,
)

MADE: dict[type, tuple[str, str]] = {
    events.QualificationGranted: ("qualification", "qualification"),
    events.Engaged: ("engagement", "engagement"),
}

SUBJECTS = ("resource", "product", "order")
SUPERVISORS = (Role.EXCHANGE, Role.REGULATOR)
KINDS = (ServiceKind.DATA_INTEGRATION, ServiceKind.ASSET_VALUATION, ServiceKind.TRAINING, *ServiceKind)


def provider(s: Scene) -> Said:
    """Have a provider admitted; there is none at first."""
    s.companies += 1
    named = AdmitParty(PartyKind.LEGAL, "服务机构", uscc(s.companies), None, (Role.SERVICE_PROVIDER,))
    return Said(OPERATOR, named)


def qualify(s: Scene) -> Said | None:
    if not s.of_role[Role.SERVICE_PROVIDER] or s.chance(100):
        return provider(s)
    who = PartyId(s.who(Role.SERVICE_PROVIDER))
    until = s.now + 900 * DAY_MS if s.chance(850) else s.one((s.after(60), s.now))
    return Said(OPERATOR, services.GrantQualification(who, s.one(KINDS), s.digest(), until))


def supervise(s: Scene) -> Said:
    """Suspend, restore or revoke: what was suspended is restored, mostly."""
    key = QualificationId(s.pick("qualification"))
    record = s.states.services.qualifications.get(key)
    is_suspended = record is not None and record.state is QualificationState.SUSPENDED
    move = QualificationMove.RESTORE if is_suspended else s.one((QualificationMove.SUSPEND, *QualificationMove))
    change = services.ChangeQualification(key, move, s.one(tuple(Ground)), s.digest())
    return Said(s.who(s.one(SUPERVISORS)), change)


def engage(s: Scene) -> Said | None:
    """Engage somebody who is qualified, mostly."""
    record = s.states.services.qualifications.get(s.pick("qualification"))
    if record is None:
        return None
    kind = record.kind if s.chance(950) else s.one(KINDS)
    subject = s.pick(s.one(SUBJECTS)) if s.chance(900) else ""
    deal = s.states.exchange.orders.get(subject)
    client = s.who(s.one((Role.BUYER, Role.BUYER, Role.DATA_MERCHANT, Role.SUPPLIER)))
    if deal is not None and s.chance(900):
        client = s.one((deal.buyer, deal.seller))
    if s.chance(20):
        client = record.provider
    due_at = s.after(90) if s.chance(960) else s.one((s.now, s.now + 400 * DAY_MS))
    fee_fen = s.one((0, 100, 10_000, 10_000, 10_000, 10**15))
    return Said(client, services.Engage(record.provider, kind, subject, s.digest(), fee_fen, due_at))


def advance(s: Scene) -> Said | None:
    """Say what is next in an engagement, as one of its sides would; now and then nobody does."""
    key = EngagementId(s.pick("engagement"))
    record = s.states.services.engagements.get(key)
    if record is None or s.chance(300):
        return None
    match record.state:
        case EngagementState.REQUESTED:
            return _answer(s, key, record)
        case EngagementState.ACCEPTED:
            until = s.after(400) if s.chance(970) else s.now
            opinion = services.DeliverOpinion(key, s.digest(), s.one(tuple(Verdict)), until)
            return Said(record.provider, opinion)
        case EngagementState.DELIVERED:
            contest = services.ContestOpinion(key, s.one(tuple(ContestReason)), s.digest())
            return Said(record.client, s.one((services.AcceptOpinion(key), contest)))
        case EngagementState.CONTESTED:
            who = s.one((OPERATOR, record.client, record.provider, s.who(Role.REGULATOR)))
            return Said(who, services.RuleOnContest(key, s.one(tuple(Outcome)))) if s.chance(300) else None
        case _:
            return Said(record.client, services.RateEngagement(key, s.one((1, 2, 3, 4, 5)), s.digest()))


def _answer(s: Scene, key: EngagementId, record: Engagement) -> Said:
    if s.chance(80):
        return Said(record.client, services.WithdrawEngagement(key))
    if s.chance(80):
        return Said(record.provider, services.DeclineEngagement(key, s.one(tuple(DeclineReason))))
    return Said(record.provider, services.AcceptEngagement(key))


HABITS: tuple[tuple[int, Habit], ...] = ((4, qualify), (1, supervise), (14, engage), (50, advance))
"""Weight and what is said."""
