"""Words of a product: what it is, how it is handed over, what it is for, what it costs, what it stands on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.engines.support import Axis as Axis
from mumian.engines.support import Support as Support
from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.levels import CleanRoomForm
from mumian.kernel.levels import Level as Level
from mumian.kernel.money import Fen
from mumian.kernel.roles import DataKind
from mumian.methods import tariff
from mumian.methods.tariff import Tier as Tier

SourceId = NewType("SourceId", str)
"""Id of a grant or a right that a product stands on."""

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=2_000)]
Code: TypeAlias = Annotated[str, msgspec.Meta(max_length=64)]
Title: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ProductType(StrEnum):
    """Kinds of product (domain-rules §4.3)."""

    DATASET = "dataset"  # 数据集
    API = "api"  # 接口服务
    REPORT = "report"  # 数据报告
    VERIFY = "verify"  # 核验/核查
    MODEL = "model"  # 算法模型
    INDICATOR = "indicator"  # 指标/指数
    APP = "app"  # 数据应用
    TOOL = "tool"  # 数据工具
    COMPUTE = "compute"  # 算力/数据能力
    SERVICE = "service"  # 数据服务
    HQ_DATASET = "hq_dataset"  # 高质量数据集


class DeliveryForm(StrEnum):
    """How a product reaches its buyer (domain-rules §4.3)."""

    FILE = "file"
    API = "api"
    SANDBOX = "sandbox"
    MPC = "mpc"
    FL = "fl"
    TEE = "tee"
    PSI_PIR = "psi_pir"
    VERIFY_QA = "verify_qa"  # yes, no, or an interval
    ON_SITE = "on_site"
    CONNECTOR = "connector"
    VIEW_ONLY = "view_only"


CLEAN_ROOM = frozenset(DeliveryForm(form.value) for form in CleanRoomForm)
"""Forms by which an answer travels and no row does (可用不可见)."""

FORMS_AT: dict[Level, frozenset[DeliveryForm]] = {
    Level.CORE: frozenset(),
    Level.IMPORTANT: CLEAN_ROOM,
    Level.GENERAL_4: CLEAN_ROOM,
    Level.GENERAL_3: CLEAN_ROOM | {DeliveryForm.API},
    Level.GENERAL_2: frozenset(DeliveryForm),
    Level.GENERAL_1: frozenset(DeliveryForm),
}
"""Forms in which data of a level may be traded (domain-rules §5.2, a design decision on GB/T 43697 annex H)."""


def may_be_traded(level: Level | None, form: DeliveryForm, *, is_permitted: bool) -> bool:
    """Tell whether data of a level may leave in a form; ungraded data may not at all.

    is_permitted: the competent department agreed in writing to this important data in this form (S5).
    """
    if level is None or (level is Level.IMPORTANT and not is_permitted):
        return False
    return form in FORMS_AT[level]


class FieldOfUse(StrEnum):
    """What a product is used for: decides whether public data is free (S4)."""

    PUBLIC_GOVERNANCE = "public_governance"  # 公共治理
    PUBLIC_WELFARE = "public_welfare"  # 公益事业
    INDUSTRY = "industry"  # 产业发展、行业发展


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the product is used. `code`: of the market's catalogue of scenarios. `text`: in words."""

    code: Code
    text: Text
    field: FieldOfUse


class PriceMode(StrEnum):
    """The modes of domain-rules §4.3 that this room settles."""

    FREE = "free"
    FIXED = "fixed"  # 一次性
    SUBSCRIPTION = "subscription"  # 年/月
    PER_CALL = "per_call"
    PER_RECORD = "per_record"  # 按条/量
    TIERED = "tiered"  # 阶梯
    REV_SHARE = "rev_share"  # 收益分成
    NEGOTIATED = "negotiated"  # 面议
    AUCTION = "auction"  # 竞价
    GOV_CAP = "gov_cap"  # 政府指导价


class Unit(StrEnum):
    """What one price is paid for (S4 计费形式: by product, by time, by call)."""

    PRODUCT = "product"
    MONTH = "month"
    YEAR = "year"
    RECORD = "record"
    CALL = "call"
    PRECISION = "precision"  # a millionth of rho (zCDP) that an answer is asked at: precision grows as rho
    COVERAGE = "coverage"  # an exact answer, and each row of the price's support that it is the first to tell
    TURNOVER = "turnover"  # 100 yuan of what the buyer earns by the product (营业收入)


ANSWERED = frozenset({Unit.PRECISION, Unit.COVERAGE})
"""Units that answers are paid by, as they leave."""

METERED = ANSWERED | {Unit.CALL}
"""Units that are paid as they are used: calls as they are billed, answers as they leave."""

PRECISION_NANO = 1_000
"""What one unit of precision is, in 10^-9 of rho."""

SHARED = frozenset({Unit.TURNOVER})
"""Units that are paid as the buyer earns; neither these nor metered ones are held in escrow, all others are."""

TURNOVER_FEN = 10_000
"""What one unit of turnover is, in fen: a price of so many fen for it is a share in basis points (万分比)."""


MONTHS_OF = {Unit.MONTH: 1, Unit.YEAR: 12}
"""Units of a subscription, in months."""

UNITS_OF: dict[PriceMode, frozenset[Unit]] = {
    PriceMode.FREE: frozenset(Unit) - SHARED - {Unit.COVERAGE},
    PriceMode.FIXED: frozenset({Unit.PRODUCT}),
    PriceMode.SUBSCRIPTION: frozenset({Unit.MONTH, Unit.YEAR}),
    PriceMode.PER_CALL: frozenset({Unit.CALL}),
    PriceMode.PER_RECORD: frozenset({Unit.RECORD}),
    PriceMode.TIERED: ANSWERED | {Unit.CALL, Unit.RECORD},
    PriceMode.REV_SHARE: SHARED,
    PriceMode.NEGOTIATED: frozenset(Unit) - METERED - SHARED,
    PriceMode.AUCTION: frozenset({Unit.PRODUCT}),
    PriceMode.GOV_CAP: frozenset(Unit) - SHARED,
}

NOT_OF: dict[ProductType, frozenset[Unit]] = {
    kind: ANSWERED for kind in ProductType if kind is not ProductType.INDICATOR
} | {ProductType.INDICATOR: frozenset({Unit.CALL})}
"""Units by which a type of product is not priced: figures are not called, and nothing but figures has a precision or covers rows."""

MODES_OF: dict[DataKind, frozenset[PriceMode]] = {
    DataKind.PUBLIC: frozenset({PriceMode.FREE, PriceMode.GOV_CAP}),
    DataKind.ENTERPRISE: frozenset(PriceMode) - {PriceMode.GOV_CAP},
    DataKind.PERSONAL: frozenset(PriceMode) - {PriceMode.GOV_CAP},
}
"""Public data at a guided price or free, other data at market prices (政策第8条)."""


UNPOSTED = frozenset({PriceMode.NEGOTIATED, PriceMode.AUCTION})
"""Modes whose price is found between seller and buyer: nothing is posted, and nobody orders at it."""

TIERS_MAX = 16
"""Tiers of one price."""


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A price: `amount_fen` for each `unit`, or marginal `tiers`, whose first rate is then the amount as well.

    trial_units: that each buyer may have once for nothing before it orders (测试、样例); 0 for none.
    support: what coverage is counted on; of a price by coverage alone.
    """

    mode: PriceMode
    amount_fen: Fen
    unit: Unit
    tiers: tuple[Tier, ...] = ()
    trial_units: Natural = 0
    support: Support | None = None


def cost_fen(unit_fen: int, tiers: tuple[Tier, ...], units: int) -> int:
    """Return what `units` units cost: by the tiers where there are any.

    Raises: ValueError: the last tier ends before that many units.
    """
    return tariff.cost_fen(tiers, units) if tiers else units * unit_fen


def charge_fen(unit_fen: int, tiers: tuple[Tier, ...], *, before: int, units: int) -> int:
    """Return what `units` units cost after `before` of the same order.

    Raises: ValueError: as `cost_fen`.
    """
    return tariff.charge_fen(tiers, before=before, units=units) if tiers else units * unit_fen


def share_fen(share_bp: int, turnover_fen: int) -> int:
    """Return the share of a turnover, rounded down to a fen in the buyer's favour.

    share_bp: basis points, 0 to 10,000. What is due for a further turnover is the difference of two such shares, so that
    nothing is gained by reporting in parts.
    """
    return turnover_fen * share_bp // TURNOVER_FEN


def units_max(tiers: tuple[Tier, ...]) -> int | None:
    """Return how many units the tiers have a rate for; None where there is no end."""
    return tiers[-1].up_to if tiers else None


class SourceSeen(msgspec.Struct, frozen=True):
    """One source of a product as the rooms of rights and of the catalogue know it now.

    holder: who holds the resource. level: of the resource's current version.
    unbroken: the chain from the resource's holder to this source is in force for the product's purposes.
    broken_at, reason: where it is not and why; empty otherwise.
    is_actors: the source was given to, or belongs to, the product's seller. operate_right, use_right: which of them it carries. Who makes a product of answers from USE operates what he made
    (S1 第21条(六), S20); raw data needs OPERATE itself.
    unconditionally_open: public data that anybody may have as a file. department_consent: the competent department
    agreed in writing to trading this important data (S5).
    path: ids from the root of its chain to the source, joined by `/`.
    unlawful: why its personal information may not be processed for the product's purposes, by the refusal's full name.
    """

    source: SourceId
    resource: ResourceId
    holder: PartyId
    data_kind: DataKind
    level: Level
    unbroken: bool
    is_actors: bool
    operate_right: bool
    broken_at: str = ""
    reason: str = ""
    unconditionally_open: bool = False
    department_consent: bool = False
    use_right: bool = False
    path: str = ""
    unlawful: str = ""


def kind_of(sources: tuple[SourceSeen, ...]) -> DataKind:
    """Return the kind whose rules a product follows: the strictest among its sources, public before personal."""
    kinds = {source.data_kind for source in sources}
    for kind in (DataKind.PUBLIC, DataKind.PERSONAL):
        if kind in kinds:
            return kind
    return DataKind.ENTERPRISE
