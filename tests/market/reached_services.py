"""Short ways to every refusal of the service market."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from stage import Stage

from mumian.kernel.ids import OPERATOR, PartyId, ProductId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.trial import EVIDENCE
from mumian.rooms.parties.model import PartyKind, RelateParties, Relation
from mumian.rooms.services import model as services
from mumian.rooms.services.vocabulary import (
    EngagementId,
    Ground,
    Limit,
    QualificationId,
    QualificationMove,
    ServiceKind,
    Verdict,
)

Says = tuple[str, Any]
VALUATION = ServiceKind.ASSET_VALUATION
FEE_FEN = 10_000


class Services(Stage):
    """A stage with a firm that may value things."""

    def __init__(self, rulebook: str = "") -> None:
        super().__init__(*((rulebook,) if rulebook else ()))
        self.firm = self.admit(PartyKind.LEGAL, Role.SERVICE_PROVIDER)
        self.qualification = self.qualify(VALUATION)

    def qualify(self, kind: ServiceKind) -> QualificationId:
        until = self.now + 900 * DAY_MS
        granted = services.GrantQualification(self.firm, kind, EVIDENCE, until)
        return QualificationId(self.made(OPERATOR, granted, "qualification"))

    def asking(self, kind: ServiceKind = VALUATION, subject: str = "", **changes: Any) -> services.Engage:
        """What the trial's insurer says to have its report valued, or something else."""
        due_at = self.now + 30 * DAY_MS
        asked = services.Engage(self.firm, kind, subject or self.world.report, EVIDENCE, FEE_FEN, due_at)
        return replace(asked, **changes)

    def engaged(self) -> EngagementId:
        return EngagementId(self.made(self.world.insurer, self.asking(), "engagement"))

    def accepted(self) -> EngagementId:
        key = self.engaged()
        self.say(self.firm, services.AcceptEngagement(key))
        return key

    def delivered(self) -> EngagementId:
        key = self.accepted()
        until = self.now + 400 * DAY_MS
        self.say(self.firm, services.DeliverOpinion(key, EVIDENCE, Verdict.QUALIFIED, until))
        return key

    def settled(self) -> EngagementId:
        key = self.delivered()
        self.say(self.world.insurer, services.AcceptOpinion(key))
        return key

    def relate(self, other: PartyId) -> None:
        """Let it be known that the firm controls another party."""
        self.say(OPERATOR, RelateParties(self.firm, other, Relation.CONTROLS))

    def move(self, move: QualificationMove) -> services.ChangeQualification:
        return services.ChangeQualification(self.qualification, move, Ground.COMPLAINT, EVIDENCE)


def _insurer(command: Callable[[Services], Any]) -> Callable[[Services], Says]:
    return lambda s: (s.world.insurer, command(s))


def _exchange(command: Callable[[Services], Any]) -> Callable[[Services], Says]:
    return lambda s: (OPERATOR, command(s))


def suspended_twice(s: Services) -> Says:
    s.say(OPERATOR, s.move(QualificationMove.SUSPEND))
    return OPERATOR, s.move(QualificationMove.SUSPEND)


def granted_while_suspended(s: Services) -> Says:
    s.say(OPERATOR, s.move(QualificationMove.SUSPEND))
    return OPERATOR, services.GrantQualification(s.firm, VALUATION, EVIDENCE, s.now + DAY_MS)


def valuing_a_related_sellers_product(s: Services) -> Says:
    s.relate(s.world.merchant)
    return s.world.insurer, s.asking()


def rated_twice(s: Services) -> Says:
    rating = services.RateEngagement(s.settled(), 5, EVIDENCE)
    s.say(s.world.insurer, rating)
    return s.world.insurer, rating


def rated_by_a_related_client(s: Services) -> Says:
    key = s.settled()
    s.relate(s.world.insurer)
    return s.world.insurer, services.RateEngagement(key, 5, EVIDENCE)


UNKNOWN = QualificationId("qualification-0")
STAGED: dict[str, Callable[[Services], Says]] = {
    "services.ONLY_THE_MARKET": _insurer(lambda s: services.MeetLimit(s.engaged(), Limit.DUE)),
    "services.NOT_A_SUPERVISOR": _insurer(lambda s: s.move(QualificationMove.REVOKE)),
    "services.QUALIFICATION_UNKNOWN": _exchange(
        lambda s: replace(s.move(QualificationMove.REVOKE), qualification=UNKNOWN)
    ),
    "services.ENGAGEMENT_UNKNOWN": _insurer(lambda _: services.AcceptOpinion(EngagementId("engagement-0"))),
    "services.NOT_YOURS": _insurer(lambda s: services.AcceptEngagement(s.engaged())),
    "services.STANDING_FORBIDS": suspended_twice,
    "services.STATE_FORBIDS": _insurer(lambda s: services.AcceptOpinion(s.engaged())),
    "services.NOT_A_PROVIDER": _exchange(
        lambda s: services.GrantQualification(s.world.insurer, VALUATION, EVIDENCE, s.now + DAY_MS)
    ),
    "services.VALIDITY_PAST": _exchange(lambda s: services.GrantQualification(s.firm, VALUATION, EVIDENCE, s.now)),
    "services.QUALIFICATION_SUSPENDED": granted_while_suspended,
    "services.NOT_QUALIFIED": _insurer(lambda s: s.asking(ServiceKind.SECURITY_AUDIT)),
    "services.OWN_SERVICE": lambda s: (s.firm, s.asking()),
    "services.SUBJECT_MISSING": _insurer(lambda s: replace(s.asking(), subject="")),
    "services.SUBJECT_UNKNOWN": _insurer(lambda s: s.asking(subject=ProductId("product-0"))),
    "services.SUBJECT_NOT_YOURS": lambda s: (s.world.owners[0], s.asking(subject=s.world.checks_order)),
    "services.CONFLICT_OF_INTEREST": valuing_a_related_sellers_product,
    "services.DUE_OUT_OF_RANGE": _insurer(lambda s: s.asking(due_at=s.now)),
    "services.RATED_ALREADY": rated_twice,
    "services.RATER_RELATED": rated_by_a_related_client,
}

BEFORE: dict[str, Callable[[Services], Says]] = {"services.RULE_NOT_IN_FORCE": _insurer(lambda s: s.asking())}
"""In a market whose rulebook knows no limits of services."""
