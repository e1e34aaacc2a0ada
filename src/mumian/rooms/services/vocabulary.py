"""Words of the service market: the kinds of service, the states of an engagement and the moves between them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END

QualificationId = NewType("QualificationId", str)
EngagementId = NewType("EngagementId", str)

SubjectId: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^((resource|product|order)-[0-9]+(\.[0-9]+)?)?" + END)]
"""What a service is about: a resource, a product, an order, or empty for nothing in particular."""

Stars: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=5)]


class ServiceKind(StrEnum):
    """The twelve kinds of third-party service: eleven of article 11, and quality evaluation with consulting (domain-rules §1)."""

    DATA_INTEGRATION = "data_integration"  # 数据集成
    DATA_BROKING = "data_broking"  # 数据经纪
    COMPLIANCE_CERTIFICATION = "compliance_certification"  # 合规认证
    SECURITY_AUDIT = "security_audit"  # 安全审计
    DATA_NOTARY = "data_notary"  # 数据公证
    DATA_INSURANCE = "data_insurance"  # 数据保险
    DATA_CUSTODY = "data_custody"  # 数据托管
    ASSET_VALUATION = "asset_valuation"  # 资产评估
    DISPUTE_RESOLUTION = "dispute_resolution"  # 争议解决
    RISK_ASSESSMENT = "risk_assessment"  # 风险评估
    TRAINING = "training"  # 人才培训
    QUALITY_EVALUATION = "quality_evaluation"  # 质量评价、咨询


JUDGING = frozenset(
    {
        ServiceKind.COMPLIANCE_CERTIFICATION,
        ServiceKind.SECURITY_AUDIT,
        ServiceKind.DATA_NOTARY,
        ServiceKind.ASSET_VALUATION,
        ServiceKind.DISPUTE_RESOLUTION,
        ServiceKind.RISK_ASSESSMENT,
        ServiceKind.QUALITY_EVALUATION,
    }
)
"""Kinds whose provider judges something for others to rely on: it must have no interest in it (回避)."""


class QualificationState(StrEnum):
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class QualificationMove(StrEnum):
    SUSPEND = "suspend"
    RESTORE = "restore"
    REVOKE = "revoke"


QUALIFICATION_MOVES: dict[QualificationState, dict[QualificationMove, QualificationState]] = {
    QualificationState.IN_FORCE: {
        QualificationMove.SUSPEND: QualificationState.SUSPENDED,
        QualificationMove.REVOKE: QualificationState.REVOKED,
    },
    QualificationState.SUSPENDED: {
        QualificationMove.RESTORE: QualificationState.IN_FORCE,
        QualificationMove.REVOKE: QualificationState.REVOKED,
    },
}


class Ground(StrEnum):
    """Why a qualification is suspended, restored or revoked."""

    COMPLAINT = "complaint"
    INSPECTION = "inspection"
    FALSE_OPINION = "false_opinion"
    CONFLICT_CONCEALED = "conflict_concealed"
    EVIDENCE_DOUBTED = "evidence_doubted"
    RECTIFIED = "rectified"


class EngagementState(StrEnum):
    """REQUESTED → ACCEPTED → DELIVERED → SETTLED; CONTESTED on the way; the others are ends without a fee."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    CONTESTED = "contested"
    SETTLED = "settled"
    REFUNDED = "refunded"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


OPEN = frozenset(
    {EngagementState.REQUESTED, EngagementState.ACCEPTED, EngagementState.DELIVERED, EngagementState.CONTESTED}
)
"""States in which the fee is held."""

GIVEN = frozenset(
    {EngagementState.DELIVERED, EngagementState.CONTESTED, EngagementState.SETTLED, EngagementState.REFUNDED}
)
"""States in which there is an opinion."""


class Move(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    DELIVER = "deliver"
    ACCEPT_OPINION = "accept_opinion"
    CONTEST = "contest"
    SETTLE = "settle"
    REFUND = "refund"
    RATE = "rate"


MOVES: dict[EngagementState, tuple[Move, ...]] = {
    EngagementState.REQUESTED: (Move.ACCEPT, Move.DECLINE, Move.WITHDRAW),
    EngagementState.ACCEPTED: (Move.DELIVER,),
    EngagementState.DELIVERED: (Move.ACCEPT_OPINION, Move.CONTEST),
    EngagementState.CONTESTED: (Move.SETTLE, Move.REFUND),
    EngagementState.SETTLED: (Move.RATE,),
    EngagementState.REFUNDED: (Move.RATE,),
}


class Limit(StrEnum):
    """Kinds of the time limits of an engagement; each is also the kind of its clock."""

    ANSWER = "services.answer"
    DUE = "services.due"
    ACCEPTANCE = "services.acceptance"
    RULING = "services.ruling"


QUALIFIED = "services.qualification"
"""Kind of the limit at which a qualification ends."""


class Verdict(StrEnum):
    """What an opinion comes to, in the words of an auditor's report; DONE for work that judges nothing."""

    UNQUALIFIED = "unqualified"  # 无保留意见
    QUALIFIED = "qualified"  # 保留意见
    ADVERSE = "adverse"  # 否定意见
    DISCLAIMED = "disclaimed"  # 无法表示意见
    DONE = "done"  # 已完成


class Interest(StrEnum):
    """What ties a party to the subject of an engagement."""

    CLIENT = "client"
    SELLER = "seller"
    BUYER = "buyer"
    HOLDER = "holder"
    OPERATOR = "operator"
    DEVELOPER = "developer"


class DeclineReason(StrEnum):
    CONFLICT = "conflict"  # 回避
    CAPACITY = "capacity"
    SCOPE = "scope"
    TERMS = "terms"


class ContestReason(StrEnum):
    NOT_AS_AGREED = "not_as_agreed"
    INCOMPLETE = "incomplete"
    UNFOUNDED = "unfounded"


class Outcome(StrEnum):
    """How a contest ends: the fee goes to the provider, or back to the client."""

    SETTLE = "settle"
    REFUND = "refund"
