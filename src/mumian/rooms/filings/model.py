"""What can be said of filings, government purchases and the price index."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Digest, Natural, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.money import PositiveFen
from mumian.kernel.roles import DataKind
from mumian.kernel.table import Table
from mumian.kernel.time import Instant, Month
from mumian.rooms.filings.records import (
    BudgetCode,
    Family,
    Figure,
    Filing,
    FilingId,
    Index,
    ProductRef,
    Purchase,
    PurchaseId,
    PurchaseMethod,
)
from mumian.rooms.filings.refusals import FilingsRefusal as FilingsRefusal


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"filings.{name}", forbid_unknown_fields=True):
    pass


class FileOffExchange(_Command, frozen=True):
    """File a deal that was made off the exchange (场外备案). By its seller or buyer; the other side confirms.

    data_kind: as the filer states; a product of the exchange has its own. contract_digest: of the signed contract.
    Facts: `DealFacts`.
    """

    seller: PartyId
    buyer: PartyId
    family: Family
    product: ProductRef
    data_kind: DataKind
    units: Positive
    amount_fen: PositiveFen
    contract_digest: Digest
    concluded_at: Instant


class ConfirmFiling(_Command, frozen=True):
    """Confirm that a deal was made as filed; it gets its number. By the other side."""

    filing: FilingId


class WithdrawFiling(_Command, frozen=True):
    """Take back, or deny, a filing that is not confirmed. By either side."""

    filing: FilingId


class RegisterPurchase(_Command, frozen=True):
    """Register what a public body bought of social data (政府采购社会数据登记). By the body. Facts: `DealFacts`.

    Another body's purchase of the same product is told, not refused: two may need it, and should know of each other.
    """

    supplier: PartyId
    product: ProductRef
    family: Family
    budget_code: BudgetCode
    method: PurchaseMethod
    amount_fen: PositiveFen
    contract_digest: Digest
    purchased_at: Instant


class PublishIndex(_Command, frozen=True):
    """Publish the price index of a month that is over, after all that were published, once. By the exchange.
    Facts: `IndexFacts`.
    """

    month: Month


Command = FileOffExchange | ConfirmFiling | WithdrawFiling | RegisterPurchase | PublishIndex


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"filings.{name}"):
    pass


class DealFiled(_Event, frozen=True):
    filing: FilingId
    record: Filing
    rules: tuple[str, ...] = ()


class FilingConfirmed(_Event, frozen=True):
    """number: `OTC-YYYYMM-` and the serial of the month in which it was confirmed."""

    filing: FilingId
    number: str


class FilingWithdrawn(_Event, frozen=True):
    filing: FilingId
    by: PartyId


class PurchaseRegistered(_Event, frozen=True):
    """record.duplicates: purchases of the same product by other bodies."""

    purchase: PurchaseId
    record: Purchase
    rules: tuple[str, ...] = ()


class IndexPublished(_Event, frozen=True):
    month: Month
    index: Index
    rules: tuple[str, ...] = ()


Event = DealFiled | FilingConfirmed | FilingWithdrawn | PurchaseRegistered | IndexPublished


class DealFacts(Facts, frozen=True, kw_only=True):
    """Facts of `FileOffExchange` and `RegisterPurchase`.

    stranger: the first named party that the market does not know, or empty. is_known: the named product exists, or none is.
    data_kind: of the named product, or None.
    """

    stranger: str = ""
    is_known: bool = True
    data_kind: DataKind | None = None


class Trade(msgspec.Struct, frozen=True):
    """A trade that an index may be made of. seller_group, buyer_group: the least id of each one's related parties."""

    id: str
    family: Family
    item: str
    month: Month
    seller_group: str
    buyer_group: str
    units: Positive
    amount_fen: PositiveFen

    @property
    def is_wash(self) -> bool:
        """Tell whether both sides are related: such a trade sets no price (对敲)."""
        return self.seller_group == self.buyer_group


class IndexFacts(Facts, frozen=True, kw_only=True):
    """Facts of `PublishIndex`: the trades of its month and of the month before, on the exchange and filed."""

    trades: tuple[Trade, ...] = ()


class State(msgspec.Struct):
    """filings, purchases: by id. by_contract: digest → the filing that is not withdrawn. serials: `YYYYMM` → last number.

    by_product: `product/purchase`. indexes: by month. figures: family → its latest figure. last: `month` → last published.
    """

    filings: Table[Filing]
    purchases: Table[Purchase]
    by_contract: Table[FilingId]
    serials: Table[Natural]
    by_product: Table[PurchaseId]
    indexes: Table[Index]
    figures: Table[Figure]
    last: Table[str]
