"""What can be said in the exchange, and what it keeps. What happened is in `events.py`, why not in `refusals.py`."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, ListingId, OrderId, PartyId, ProductId
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.roles import DataKind
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.exchange.events import Event as Event
from mumian.rooms.exchange.product import (
    Code,
    DeliveryForm,
    Digest,
    Price,
    ProductType,
    Scenario,
    SourceId,
    SourceSeen,
    Tier,
    Title,
    cost_fen,
)
from mumian.rooms.exchange.refusals import ExchangeRefusal as ExchangeRefusal
from mumian.rooms.exchange.states import DealState, ListingState, ProductState
from mumian.rooms.exchange.terms import DisputeOutcome, Evaluation, RejectReason, ReviewItem, SuspendReason, Verdict

SOURCES_MAX = 256
"""Sources of one product; bounds the work of one command."""


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"exchange.{name}", forbid_unknown_fields=True):
    pass


class RegisterProduct(_Command, frozen=True):
    """Register a product with its scenario: the first gate. By a data merchant or a supplier. Facts: `ProductFacts`."""

    title: Title
    product_type: ProductType
    delivery: DeliveryForm
    sources: tuple[SourceId, ...]
    purposes: tuple[Code, ...]
    scenario: Scenario | None = None


class ReviewCompliance(_Command, frozen=True):
    """Say whether a product may be listed. By the exchange or a service provider, never its seller. Facts: `ReviewFacts`.

    examined: what was looked at; what certificates answer for is left out.
    """

    product: ProductId
    verdict: Verdict
    report_digest: Digest
    examined: tuple[ReviewItem, ...] = (ReviewItem.PERSONAL, ReviewItem.SECURITY, ReviewItem.USE)


class ListProduct(_Command, frozen=True):
    """List a product at a posted price, or post a new price. By its seller. Facts: `ListingFacts`."""

    product: ProductId
    price: Price


class DelistProduct(_Command, frozen=True):
    """Take a product off the shelf; deals under way go on. By its seller or the exchange."""

    product: ProductId


class SuspendStandingOn(_Command, frozen=True):
    """Suspend every open listing whose product stands on one of `paths` or beneath it. By the market: what they led to
    has ended, or may no longer leave as it does. No listing, no event.

    forms: only what is delivered in one of these; empty for all.
    """

    paths: tuple[str, ...]
    because: Code
    reason: SuspendReason = SuspendReason.SOURCE_BROKEN
    forms: tuple[DeliveryForm, ...] = ()


class SuspendListing(_Command, frozen=True):
    """Stop orders and deliveries until a new review. By the exchange, the regulator or the market.

    because: id of what brought it about (a grant, a case), or empty.
    """

    listing: ListingId
    reason: SuspendReason
    because: Code = ""


class PlaceOrder(_Command, frozen=True):
    """Order `quantity` units (products, months, calls at most) for `max_price_fen` in all at most. By a buyer.

    expires_at: when delivery is due; for metered calls, when the seller may close the deal. Facts: `StandingFacts`.
    """

    listing: ListingId
    quantity: Positive
    expires_at: Instant
    max_price_fen: Fen


class PlaceAgreed(_Command, frozen=True):
    """Order at a price that was found elsewhere: in a negotiation, by an auction. By the market.

    unit_fen: for each of `quantity` units. because: id of the negotiation or auction. Facts: `StandingFacts`.
    """

    listing: ListingId
    buyer: PartyId
    quantity: Positive
    unit_fen: PositiveFen
    expires_at: Instant
    because: Code


class SignDeal(_Command, frozen=True):
    """Bind an agreement to an order. By either side or the market. Facts: `SigningFacts`."""

    order: OrderId
    agreement: AgreementId


class RecordDelivery(_Command, frozen=True):
    """Say that the order was delivered: `release_digest` is that of the job's release. By the seller or the market.

    units: how many of the ordered units; None for all. What is not delivered is not paid for. Facts: `StandingFacts`.
    """

    order: OrderId
    release_digest: Digest
    units: Positive | None = None


class AcceptDelivery(_Command, frozen=True):
    """Accept a delivery. By the buyer; after the inspection period by the seller or the market as well."""

    order: OrderId


class RejectDelivery(_Command, frozen=True):
    """Object to a delivery within the inspection period: the escrow is frozen. By the buyer; by the market `unshared`."""

    order: OrderId
    reason: RejectReason


class ResolveDispute(_Command, frozen=True):
    """End a dispute. By the exchange; the seller may give in by a refund, the buyer by settling.

    units: for which the deal is settled, where it is not all that was delivered: the rest goes back. By the exchange.
    """

    order: OrderId
    outcome: DisputeOutcome
    units: Positive | None = None


class CancelOrder(_Command, frozen=True):
    """Call an order off before delivery. By either side."""

    order: OrderId


class ExpireOrder(_Command, frozen=True):
    """End an order whose time has passed. By anyone: time decides, not the speaker."""

    order: OrderId


class SettleUsage(_Command, frozen=True):
    """Bill the metered calls that are not billed yet. By the seller or the market. Facts: `UsageFacts`."""

    agreement: AgreementId


class CloseUsage(_Command, frozen=True):
    """End a metered deal after its last bill. By the seller or the market: the buyer could escape a bill by it."""

    order: OrderId


class FileDeal(_Command, frozen=True):
    """File a settled deal (备案与评价). By the exchange or the market."""

    order: OrderId
    evaluation: Evaluation | None = None


Command = (
    RegisterProduct
    | ReviewCompliance
    | ListProduct
    | DelistProduct
    | SuspendListing
    | SuspendStandingOn
    | PlaceOrder
    | PlaceAgreed
    | SignDeal
    | RecordDelivery
    | AcceptDelivery
    | RejectDelivery
    | ResolveDispute
    | CancelOrder
    | ExpireOrder
    | SettleUsage
    | CloseUsage
    | FileDeal
)


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
    distribution_in_force: all who share in the product's revenue have agreed how.
    """

    ceiling_fen: Fen | None = None
    distribution_in_force: bool = False


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
    """Facts of `PlaceOrder`, `PlaceAgreed` and `RecordDelivery`: what of the product's chains of rights does not hold now, or None."""

    broken: BrokenSource | None


class UsageFacts(Facts, frozen=True, kw_only=True):
    """Facts of `SettleUsage`: metered calls under the agreement that no bill holds yet."""

    unbilled_calls: Natural


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
    units: delivered, or for which a dispute was settled; 0 until then. is_watched: the market's clock keeps its limits.
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

    @property
    def due_fen(self) -> int:
        """What the deal comes to: the price of the units delivered, nothing where calls are billed."""
        return 0 if self.metered else self.cost_fen(self.units or self.quantity)

    @property
    def escrow_fen(self) -> int:
        """What is held for the order while it lasts: nothing where calls are paid as they are billed."""
        return 0 if self.metered else self.cost_fen(self.quantity)

    def cost_fen(self, units: int) -> int:
        """Return what the first `units` units of the order cost."""
        return cost_fen(self.unit_fen, self.tiers, units)


class Volume(msgspec.Struct, frozen=True):
    """What a product has traded. deals: settled; gross_fen: settled or billed; calls: billed."""

    deals: Natural = 0
    gross_fen: Fen = 0
    calls: Natural = 0


class State(msgspec.Struct):
    """products, listings, orders: by id. posted: `listing/version` (six digits). volumes: by product.

    by_source: `source/product`. standing: `path of a source/product`. by_product: `product/order`. by_agreement: agreement → its order.
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


def version_key(listing: str, version: int) -> str:
    """Return the key of one posted price: `listing-9/000002`."""
    return f"{listing}/{version:06d}"
