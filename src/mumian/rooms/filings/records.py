"""Words and records of filings, purchases and the price index."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END, Natural, Positive
from mumian.kernel.ids import PartyId
from mumian.kernel.money import PositiveFen
from mumian.kernel.roles import DataKind
from mumian.kernel.time import Instant, Month

FilingId = NewType("FilingId", str)
PurchaseId = NewType("PurchaseId", str)

Family: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,31}" + END)]
"""A family of products: the code of their type, such as `dataset`."""

ProductRef: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^(product-[0-9]+(\.[0-9]+)?)?" + END)]
BudgetCode: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z][0-9A-Z-]{2,31}" + END)]


class FilingState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class PurchaseMethod(StrEnum):
    """How a public body buys (政府采购法第26条)."""

    OPEN_TENDER = "open_tender"  # 公开招标
    INVITED_TENDER = "invited_tender"  # 邀请招标
    NEGOTIATION = "negotiation"  # 竞争性谈判
    SINGLE_SOURCE = "single_source"  # 单一来源采购
    INQUIRY = "inquiry"  # 询价
    OTHER = "other"


class Filing(msgspec.Struct, frozen=True):
    """A deal made off the exchange. product: empty if it is none of the exchange's. number: once both sides have confirmed."""

    seller: PartyId
    buyer: PartyId
    filer: PartyId
    family: Family
    product: ProductRef
    data_kind: DataKind
    units: Positive
    amount_fen: PositiveFen
    contract_digest: str
    concluded_at: Instant
    state: FilingState = FilingState.PROPOSED
    number: str = ""


class Purchase(msgspec.Struct, frozen=True):
    """Social data that a public body bought. duplicates: purchases of the same product by other bodies, known by then."""

    body: PartyId
    supplier: PartyId
    product: ProductRef
    family: Family
    budget_code: BudgetCode
    method: PurchaseMethod
    amount_fen: PositiveFen
    contract_digest: str
    at: Instant
    duplicates: tuple[PurchaseId, ...] = ()


class Figure(msgspec.Struct, frozen=True):
    """One family's index in a month. change_bp: on the month before, which is 10,000. index_bp: chained since `base`."""

    family: Family
    change_bp: Natural
    index_bp: Natural
    base: Month


class Index(msgspec.Struct, frozen=True):
    """What was published for a month. suppressed: families with trades that may not be shown.

    flagged: trades between related parties (疑似对敲), which enter no figure.
    """

    figures: tuple[Figure, ...]
    suppressed: tuple[Family, ...]
    flagged: tuple[str, ...]
    at: Instant
