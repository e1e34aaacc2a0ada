"""What can be said in the exchange, and what it keeps. What is asked is in `commands.py`, what happened in `events.py`, why not in `refusals.py`."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import ListingId, OrderId, PartyId, ProductId
from mumian.kernel.money import Fen
from mumian.kernel.roles import DataKind
from mumian.kernel.table import Table
from mumian.kernel.time import Instant, Month
from mumian.rooms.exchange.commands import (
    AcceptDelivery,
    CancelOrder,
    CloseUsage,
    Command,
    DelistProduct,
    EndSubscription,
    ExpireOrder,
    FileDeal,
    IssueQuote,
    ListProduct,
    MissTurnover,
    PlaceAgreed,
    PlaceOrder,
    PlaceTrial,
    RateDeal,
    RecordDelivery,
    RegisterProduct,
    RejectDelivery,
    RenewOrder,
    ReportTurnover,
    ResolveDispute,
    ReviewCompliance,
    SetRenewal,
    SettleUsage,
    SignDeal,
    SuspendListing,
    SuspendStandingOn,
)
from mumian.rooms.exchange.events import Event
from mumian.rooms.exchange.product import (
    Code,
    DeliveryForm,
    Price,
    ProductType,
    Scenario,
    SourceId,
    SourceSeen,
    Tier,
    Title,
    charge_fen,
    cost_fen,
    share_fen,
)
from mumian.rooms.exchange.refusals import ExchangeRefusal
from mumian.rooms.exchange.states import DealState, ListingState, Payment, ProductState
from mumian.rooms.exchange.terms import Evaluation

__all__ = [
    "AcceptDelivery",
    "CancelOrder",
    "CloseUsage",
    "Command",
    "DelistProduct",
    "EndSubscription",
    "Event",
    "ExchangeRefusal",
    "ExpireOrder",
    "FileDeal",
    "IssueQuote",
    "ListProduct",
    "MissTurnover",
    "PlaceAgreed",
    "PlaceOrder",
    "PlaceTrial",
    "RateDeal",
    "RecordDelivery",
    "RegisterProduct",
    "RejectDelivery",
    "RenewOrder",
    "ReportTurnover",
    "ResolveDispute",
    "ReviewCompliance",
    "SetRenewal",
    "SettleUsage",
    "SignDeal",
    "State",
    "SuspendListing",
    "SuspendStandingOn",
]

SOURCES_MAX = 256
"""Sources of one product; bounds the work of one command."""


class ProductFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RegisterProduct` and, within `ListingFacts`, of `ListProduct`.

    sources: one for each source that the command or the product names, in the same order.
    operator_relation: how the actor is, or is related to, the operator of a public source (`party-3 owns party-9`);
    None if it is neither.
    """

    sources: tuple[SourceSeen, ...]
    operator_relation: str | None = None


class ListingFacts(ProductFacts, frozen=True, kw_only=True):
    """Facts of `ListProduct`.

    ceiling_fen: the guided ceiling for one unit of the price, or None where none is set.
    distribution_in_force: all who share in the product's revenue have agreed how. bound_by: as in `ShelfFacts`.
    """

    ceiling_fen: Fen | None = None
    distribution_in_force: bool = False
    bound_by: str = ""


class ShelfFacts(Facts, frozen=True, kw_only=True):
    """Facts of `DelistProduct`. bound_by: the auction that runs on the product's listing, or empty."""

    bound_by: str = ""


class AgreementSeen(msgspec.Struct, frozen=True):
    """An agreement in force, as the room of contracts knows it."""

    provider: PartyId
    consumer: PartyId
    product: ProductId


class SigningFacts(Facts, frozen=True, kw_only=True):
    """Facts of `SignDeal`: the agreement, or None if there is none in force under its id."""

    agreement: AgreementSeen | None


class BrokenSource(msgspec.Struct, frozen=True):
    """The first source of a product whose chain of rights does not hold now: at which link, and why.

    unlawful: the chain holds, but its personal information may not be processed so: the refusal's full name.
    """

    source: SourceId
    broken_at: str
    reason: str
    unlawful: str = ""


class ReviewFacts(Facts, frozen=True, kw_only=True):
    """Facts of `ReviewCompliance`. certificates: one for each source that stands on a registered right in force."""

    certificates: tuple[str, ...]


class StandingFacts(Facts, frozen=True, kw_only=True):
    """Facts of `PlaceOrder`, `PlaceTrial`, `PlaceAgreed` and `RecordDelivery`: what of the product's chains of rights does not hold now, or None."""

    broken: BrokenSource | None


class UsageFacts(Facts, frozen=True, kw_only=True):
    """Facts of `SettleUsage`: metered units under the agreement that no bill holds yet."""

    unbilled_calls: Natural


class RenewalFacts(StandingFacts, frozen=True, kw_only=True):
    """Facts of `RenewOrder`.

    is_buyer: the buyer still is one. payable_fen: what it can pay, the exchange's fee on it set aside.
    may_agree: what was agreed is in force and may be agreed anew. terms_until: when it ends by itself, or None.
    """

    is_buyer: bool
    payable_fen: Natural
    may_agree: bool
    terms_until: Instant | None = None


class Product(msgspec.Struct, frozen=True):
    """A product on its way to the shelf. report_digest, reviewer: of the last review; listing: empty until listed."""

    seller: PartyId
    title: Title
    product_type: ProductType
    delivery: DeliveryForm
    sources: tuple[SourceId, ...]
    purposes: tuple[Code, ...]
    scenario: Scenario
    data_kind: DataKind
    state: ProductState = ProductState.REGISTERED
    reviewer: str = ""
    report_digest: str = ""
    listing: str = ""
    paths: tuple[str, ...] = ()


class Listing(msgspec.Struct, frozen=True):
    """What a product is offered at now. version: of the price, from 1."""

    product: ProductId
    seller: PartyId
    version: Positive
    price: Price
    state: ListingState = ListingState.OPEN


class Posted(msgspec.Struct, frozen=True):
    """One version of a listing's price with the ceiling that it was held against."""

    price: Price
    ceiling_fen: Fen | None


class Order(msgspec.Struct, frozen=True):
    """A deal. release_digest, delivered_at: empty and 0 until delivered; calls, bills: billed so far, if metered.

    tiers: of the price, if it has any. because: the negotiation or auction that found the price, or empty.
    unit_months: of one unit of a subscription, 0 of anything else. paid_days, period_days: of one that ended within its period.
    units: delivered, or for which a dispute was settled; 0 until then. is_watched: the market's clock keeps its limits.
    is_binding: neither side calls it off. is_shared: paid by a share of turnover: turnover_fen: reported so far;
    owed_month: the next to be reported when it is over, empty until delivered. renewal_fen: for how much at most a
    subscription renews itself, 0 if it does not; renews: the one that it renewed, or empty.
    """

    listing: ListingId
    version: Positive
    product: ProductId
    buyer: PartyId
    seller: PartyId
    quantity: Positive
    unit_fen: Fen
    metered: bool
    expires_at: Instant
    hold_expires_at: Instant
    state: DealState = DealState.ORDERED
    agreement: str = ""
    release_digest: str = ""
    delivered_at: Instant = 0
    calls: Natural = 0
    bills: Natural = 0
    filing: str = ""
    tiers: tuple[Tier, ...] = ()
    because: str = ""
    units: Natural = 0
    is_watched: bool = False
    quote: str = ""
    is_trial: bool = False
    unit_months: Natural = 0
    paid_days: Natural = 0
    period_days: Natural = 0
    is_binding: bool = False
    is_shared: bool = False
    turnover_fen: Natural = 0
    owed_month: str = ""
    renewal_fen: Fen = 0
    renews: str = ""

    @property
    def payment(self) -> Payment:
        """How the order is paid."""
        if self.is_shared:
            return Payment.SHARED
        return Payment.METERED if self.metered else Payment.ONCE

    @property
    def months(self) -> int:
        """How long a subscription runs from its delivery on, 0 if it is none."""
        return self.unit_months * (self.units or self.quantity)

    @property
    def due_fen(self) -> int:
        """What the deal comes to: the price of the units delivered, nothing where it is billed as it goes.

        Of a subscription that ended within its period the days that it ran, rounded down in the buyer's favour.
        """
        cost_fen = self.cost_fen(self.units or self.quantity) if self.payment is Payment.ONCE else 0
        return cost_fen * self.paid_days // self.period_days if self.period_days else cost_fen

    @property
    def escrow_fen(self) -> int:
        """What is held for the order while it lasts: nothing where it is paid as it is billed."""
        return self.cost_fen(self.quantity) if self.payment is Payment.ONCE else 0

    @property
    def billed_fen(self) -> int:
        """What was billed so far, of calls or as a share of turnover."""
        return share_fen(self.unit_fen, self.turnover_fen) if self.is_shared else self.cost_fen(self.calls)

    def cost_fen(self, units: int) -> int:
        """Return what the first `units` units of the order cost."""
        return cost_fen(self.unit_fen, self.tiers, units)

    def charge_fen(self, *, before: int, units: int) -> int:
        """Return what `units` units of the order cost after its first `before`."""
        return charge_fen(self.unit_fen, self.tiers, before=before, units=units)


class Quote(msgspec.Struct, frozen=True):
    """A price for one buyer and one order. version: of the listing's price that it was quoted below. order: that used it."""

    listing: ListingId
    version: Positive
    buyer: PartyId
    quantity: Positive
    unit_fen: Fen
    valid_until: Instant
    order: str = ""


class Standing(msgspec.Struct, frozen=True):
    """What others said of a party's deals. score_sum: of `ratings` scores of 1 to 5."""

    ratings: Natural = 0
    score_sum: Natural = 0


class Volume(msgspec.Struct, frozen=True):
    """What a product has traded. deals: settled; gross_fen: settled or billed; calls: billed."""

    deals: Natural = 0
    gross_fen: Fen = 0
    calls: Natural = 0


class State(msgspec.Struct):
    """products, listings, orders: by id. posted: `listing/version` (six digits). volumes: by product.

    by_source: `source/product`. standing: `path of a source/product`. by_product: `product/order`. by_agreement: agreement → its order. quotes: by id.

    trials: `product/buyer` → the order by which it was tried. turnover: `order/month` → fen. owing: `buyer/order` → the month
    that it missed. ratings: `order/side that said it`. standings: by party.
    """

    products: Table[Product]
    listings: Table[Listing]
    posted: Table[Posted]
    orders: Table[Order]
    volumes: Table[Volume]
    by_source: Table[ProductId]
    standing: Table[ProductId]
    by_product: Table[OrderId]
    by_agreement: Table[OrderId]
    quotes: Table[Quote]
    trials: Table[OrderId]
    ratings: Table[Evaluation]
    standings: Table[Standing]
    turnover: Table[Fen]
    owing: Table[Month]


def version_key(listing: str, version: int) -> str:
    """Return the key of one posted price: `listing-9/000002`."""
    return f"{listing}/{version:06d}"
