"""The words that commands, events and records of authorised operation are made of."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END, Natural
from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import DataKind

PlanId = NewType("PlanId", str)
SelectionId = NewType("SelectionId", str)
OperationId = NewType("OperationId", str)
"""Of an agreement of authorised operation (授权运营协议)."""
ScenarioId = NewType("ScenarioId", str)
"""Of one merchant's application for one scenario."""

RESOURCES_MAX = 64
PRODUCTS_MAX = 64
CANDIDATES_MAX = 64
APPLIED_RESOURCES_MAX = 16
TITLE_CHARS_MAX = 40
SUMMARY_CHARS_MAX = 400
TERM_END_MAX = 221_845_363_200_000
"""Year 9000: a term that ends later is no date that the calendar can count with."""
YEAR_MIN, YEAR_MAX = 2000, 8999
RATE_BP_MAX = 100_000

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TERM_END_MAX)]
Year: TypeAlias = Annotated[int, msgspec.Meta(ge=YEAR_MIN, le=YEAR_MAX)]
RateBp: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=RATE_BP_MAX)]
Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}" + END)]
OptionalCode: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_.:-]{0,63})?" + END)]
Codes: TypeAlias = Annotated[tuple[Code, ...], msgspec.Meta(max_length=64)]
FieldName: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Fields: TypeAlias = Annotated[tuple[FieldName, ...], msgspec.Meta(max_length=512)]
Title: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]
"""Public text on data, never on a person; how many characters a person counts is checked when it is decided."""
Summary: TypeAlias = Annotated[str, msgspec.Meta(max_length=2_000)]
Further: TypeAlias = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64}|none)" + END)]
"""Digest of further matters (其他), or `none`: it is said that there are none."""


class Mode(StrEnum):
    """How far an authorisation reaches (S3-09)."""

    WHOLE = "whole"  # 整体授权
    SECTOR = "sector"  # 分领域授权
    SCENARIO = "scenario"  # 依场景授权


class Use(StrEnum):
    """What public data is used for; the first two are free, the others at a guided price (S4-FREE)."""

    PUBLIC_GOVERNANCE = "public_governance"  # 公共治理
    PUBLIC_WELFARE = "public_welfare"  # 公益事业
    INDUSTRY_DEVELOPMENT = "industry_development"  # 产业发展
    SECTOR_DEVELOPMENT = "sector_development"  # 行业发展

    @property
    def is_free(self) -> bool:
        return self in (Use.PUBLIC_GOVERNANCE, Use.PUBLIC_WELFARE)


class Form(StrEnum):
    """What leaves the platform. RAW can be said and is never allowed (政策第7条; S3-21)."""

    MODEL = "model"
    VERIFICATION = "verification"  # 核验
    REPORT = "report"
    AGGREGATE = "aggregate"
    RAW = "raw"  # 原始数据


class ChargingUnit(StrEnum):
    """What one price is paid for (S4-CEILING, 计费形式)."""

    PRODUCT = "product"
    SERVICE = "service"
    TIME = "time"
    CALL = "call"


class ConditionKind(StrEnum):
    """What an operator must bring (S3-09, item 3)."""

    FUNDS = "funds"
    MANAGEMENT = "management"
    TECHNIQUE = "technique"
    SERVICE = "service"
    SECURITY = "security"


class DecisionKind(StrEnum):
    """Which of the 三重一大 a collective decision was; the fourth, on officers, decides on no operation."""

    MAJOR_MATTER = "major_matter"  # 重大决策
    MAJOR_PROJECT = "major_project"  # 重大项目安排
    LARGE_FUNDS = "large_funds"  # 大额资金使用


class Method(StrEnum):
    """How an operator is chosen; the last two leave no competition and are refused (S3-SELECTION)."""

    OPEN_TENDER = "open_tender"  # 公开招标
    INVITED_TENDER = "invited_tender"  # 邀请招标
    NEGOTIATION = "negotiation"  # 谈判
    SINGLE_SOURCE = "single_source"  # 单一来源
    DESIGNATION = "designation"  # 指定


COMPETITIVE = (Method.OPEN_TENDER, Method.INVITED_TENDER, Method.NEGOTIATION)


class Restraint(StrEnum):
    """Terms of a call that abuse administrative power (滥用行政权力排除、限制竞争)."""

    LOCAL_ONLY = "local_only"  # 限定本地企业
    OWNERSHIP_ONLY = "ownership_only"  # 限定所有制
    NAMED_BIDDER = "named_bidder"  # 量身定制、指定交易


class ProhibitedAct(StrEnum):
    """For what an agreement or an application is revoked (S3-PROHIBITED)."""

    ABUSE_OF_POWER = "abuse_of_power"  # 滥用行政权力
    DATA_OR_ALGORITHM_MONOPOLY = "data_or_algorithm_monopoly"  # 利用数据、算法等垄断
    REDEVELOPMENT = "redevelopment"  # 再开发已交付产品和服务
    BEYOND_SCOPE = "beyond_scope"  # 超授权范围使用
    RAW_DATA_TO_MARKET = "raw_data_to_market"  # 未公开原始数据直接入市
    IMPROPER_ASSETISATION = "improper_assetisation"  # 不当数据资产化


class ExitGround(StrEnum):
    """Why an operation is left before its term (退出)."""

    AGREED = "agreed"  # 协商一致
    OPERATOR_UNABLE = "operator_unable"  # 运营机构不能履行
    EVALUATION_FAILED = "evaluation_failed"  # 评价不合格
    TERMS_BROKEN = "terms_broken"  # 违约
    PUBLIC_INTEREST = "public_interest"  # 公共利益需要


class Cause(StrEnum):
    """How an agreement or an application came to its end."""

    TERM = "term"  # 期满
    EXIT = "exit"  # 退出
    REVOKED = "revoked"  # 撤销
    GIVEN_UP = "given_up"  # 放弃
    TERMS_BROKEN = "terms_broken"  # 违约
    RELATED = "related"  # 运商未分离且逾期未整改
    OPERATION_ENDED = "operation_ended"  # 所依协议终止
    SUPERSEDED = "superseded"  # 被新方案替代


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"


class Objection(StrEnum):
    """Why a review of an application fails."""

    NOT_NECESSARY = "not_necessary"  # 非必要
    PURPOSE_UNCLEAR = "purpose_unclear"
    SENSITIVE = "sensitive"  # 安全或个人信息风险
    BEYOND_SCOPE = "beyond_scope"
    MERCHANT_UNFIT = "merchant_unfit"
    UNLAWFUL = "unlawful"


class Side(StrEnum):
    """Who discloses (S28)."""

    BODY = "body"  # 实施机构
    OPERATOR = "operator"  # 运营机构


class Grade(StrEnum):
    """Outcome of an evaluation of an operation (成效评价)."""

    GOOD = "good"
    ADEQUATE = "adequate"
    FAILED = "failed"


class Link(StrEnum):
    """How an agreement follows another; each is decided and signed anew."""

    SUPPLEMENT = "supplement"  # 补充
    RENEWAL = "renewal"  # 续约


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A collective decision (三重一大): the day it was taken, which kind, and the digest of its record."""

    day: date
    kind: DecisionKind
    record_digest: Digest


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Approval by the government of the same level, or filing with the province: its day and the digest of its paper."""

    day: date
    paper_digest: Digest


class ResourceSeen(msgspec.Struct, frozen=True):
    """A resource as this room must know it.

    holder: the body whose data it is. is_coded: it has a public data resource registration in force.
    """

    resource: ResourceId
    holder: PartyId
    kind: DataKind
    is_coded: bool
    is_withdrawn: bool = False


Volume: TypeAlias = Natural
"""Of a product in a year, in its charging unit."""
