"""The words that commands, events and records of the public register are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import Digest
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import DataKind

SubmissionId = NewType("SubmissionId", str)
EntryId = NewType("EntryId", str)
ObjectionId = NewType("ObjectionId", str)
"""`submission-17.2`: the second objection to submission 17."""

OBJECTIONS_MAX = 32
"""Objections to one submission; bounds the work of one decision."""

TERM_END_MAX = 221_845_363_200_000
"""Year 9000: a term that ends later is no date that the calendar can count with."""

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TERM_END_MAX)]


class Kind(StrEnum):
    """What is applied for (登记类型; 续展 beside the four)."""

    FIRST = "first"  # 首次登记
    CHANGE = "change"  # 变更登记
    CORRECTION = "correction"  # 更正登记
    CANCELLATION = "cancellation"  # 注销登记
    RENEWAL = "renewal"  # 续展


class Stage(StrEnum):
    """Where a submission stands. A draft lies with its author and is not known here."""

    STORED = "stored"  # 已存证
    SUBMITTED = "submitted"  # 已申请
    RETURNED = "returned"  # 待补正
    FORMAL_REVIEW = "formal_review"  # 已受理，形式审核
    PUBLICITY = "publicity"  # 公示
    OBJECTED = "objected"  # 异议处理
    CLEARED = "cleared"  # 审核、公示均已通过，待登记
    RECORDED = "recorded"  # 已登记（首次登记即已赋码）
    REJECTED = "rejected"  # 不予登记
    TERMINATED = "terminated"  # 终止登记
    WITHDRAWN = "withdrawn"  # 申请人撤回


OVER = frozenset((Stage.RECORDED, Stage.REJECTED, Stage.TERMINATED, Stage.WITHDRAWN))
"""Stages in which nothing more happens."""


class EntryState(StrEnum):
    """How a registration stands. A renewed one is active again."""

    ACTIVE = "active"
    EXPIRED = "expired"  # its term is over, a renewal that was applied for in time is not decided
    CANCELLED = "cancelled"  # 注销
    REVOKED = "revoked"  # 撤销（第20条）


ENDED = frozenset((EntryState.CANCELLED, EntryState.REVOKED))


class Material(StrEnum):
    """What a first registration is applied for with (S2-MATERIALS)."""

    SUBJECT = "subject"  # 登记主体信息
    SOURCE = "source"  # 数据合法合规性来源
    DATA = "data"  # 数据资源情况
    EVIDENCE = "evidence"  # 存证情况
    PRODUCTS = "products"  # 产品和服务信息
    SCENARIOS = "scenarios"  # 应用场景信息
    SECURITY = "security"  # 数据安全风险评估


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of the materials, by its digest; it stays with its owner and the registry."""

    material: Material
    digest: Digest


Documents: TypeAlias = Annotated[tuple[Document, ...], msgspec.Meta(max_length=16)]
Materials: TypeAlias = Annotated[tuple[Material, ...], msgspec.Meta(max_length=7)]


class Scope(StrEnum):
    """Whether data is within an authorised operation, which decides whether it must be registered (S2-SCOPE)."""

    IN_OPERATION = "in_operation"  # 纳入授权运营范围
    OUTSIDE = "outside"  # 未纳入


class SubjectKind(StrEnum):
    """As what somebody registers (登记主体)."""

    PUBLIC_BODY = "public_body"  # 直接持有或管理公共数据资源的党政机关、事业单位
    PRODUCT = "product"  # 授权运营形成的产品和服务的持有人
    UTILITY = "utility"  # 公用企业


class Duty(StrEnum):
    """Whether it is a duty to register."""

    MUST = "must"  # 应当登记
    ENCOURAGED = "encouraged"  # 鼓励登记
    NOT_HERE = "not_here"  # 不属于公共数据资源登记


class RejectReason(StrEnum):
    """Why a submission is not accepted, or does not pass the formal review."""

    INCOMPLETE = "incomplete"  # 补正后仍不齐全
    OUT_OF_SCOPE = "out_of_scope"  # 不属于登记范围
    SOURCE_UNLAWFUL = "source_unlawful"  # 来源不合法合规
    EVIDENCE_DISAGREES = "evidence_disagrees"  # 与存证不一致
    SECURITY_RISK = "security_risk"  # 安全风险未消除
    ERROR_NOT_SHOWN = "error_not_shown"  # 更正：不足以证明确有错误
    GROUND_NOT_SHOWN = "ground_not_shown"  # 注销：事由不成立
    TERM_OVER = "term_over"  # 授权运营期已届满
    NOT_ENTITLED = "not_entitled"  # 申请人不适格


class CancelGround(StrEnum):
    """Why an entry is cancelled (注销)."""

    DATA_LOST = "data_lost"  # 不可复原或灭失
    GIVEN_UP = "given_up"  # 放弃权益或期限届满
    SUBJECT_ENDED = "subject_ended"  # 主体终止
    STATUTE = "statute"  # 法律法规规定的其他情形


class CancelCause(StrEnum):
    """What an entry was cancelled for: a ground that was applied for, or that nobody renewed it."""

    DATA_LOST = "data_lost"
    GIVEN_UP = "given_up"
    SUBJECT_ENDED = "subject_ended"
    STATUTE = "statute"
    NOT_RENEWED = "not_renewed"  # 未续展，由登记机构注销


class RevokeGround(StrEnum):
    """Why an entry is revoked (S2 第20条)."""

    FALSE_MATERIAL = "false_material"  # 提供虚假材料
    FORGERY = "forgery"  # 篡改伪造
    UNLAWFUL_USE = "unlawful_use"  # 非法使用、不当获利
    OTHER = "other"


class Limit(StrEnum):
    """Limits whose passing decides nothing: the sources say of none that silence is an answer. Each is escalated."""

    ACCEPTANCE = "acceptance"
    SUPPLEMENT = "supplement"
    REVIEW = "review"
    CANCELLATION = "cancellation"
    RECORDING = "recording"
    OBJECTION = "objection"


class Resource(msgspec.Struct, frozen=True):
    """A resource as the catalog sees it: what its publicity shows, and who holds it."""

    resource: ResourceId
    holder: PartyId
    kind: DataKind
    title: str
    summary: str
    withdrawn: bool = False


class Notice(msgspec.Struct, frozen=True):
    """What a publicity shows (公示内容): who registers what kind of registration of which data."""

    subject: PartyId
    kind: Kind
    title: str
    summary: str
