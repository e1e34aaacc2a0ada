"""What can have happened in the exchange."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.ids import AgreementId, ListingId, OrderId, PartyId, ProductId
from mumian.kernel.limits import ClockChange
from mumian.kernel.money import Fen
from mumian.kernel.roles import DataKind
from mumian.kernel.time import Instant, Month
from mumian.rooms.exchange.product import (
    Code,
    DeliveryForm,
    Digest,
    Price,
    ProductType,
    Scenario,
    SourceId,
    Tier,
    Title,
)
from mumian.rooms.exchange.terms import (
    Evaluation,
    RejectReason,
    RenewalReason,
    ReviewItem,
    SuspendReason,
    Verdict,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"exchange.{name}"):
    pass


class ProductRegistered(_Event, frozen=True):
    """paths: of the sources, one each: what is revoked anywhere above is found by the beginning of a path."""

    product: ProductId
    seller: PartyId
    title: Title
    product_type: ProductType
    delivery: DeliveryForm
    sources: tuple[SourceId, ...]
    purposes: tuple[Code, ...]
    scenario: Scenario
    data_kind: DataKind
    paths: tuple[str, ...] = ()


class ComplianceReviewed(_Event, frozen=True):
    """examined: by the reviewer. certificates: adopted for the rest, under `rules`."""

    product: ProductId
    verdict: Verdict
    reviewer: PartyId
    report_digest: Digest
    examined: tuple[ReviewItem, ...] = ()
    certificates: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class ProductListed(_Event, frozen=True):
    """`version` counts the prices that the listing has posted, from 1."""

    listing: ListingId
    product: ProductId
    seller: PartyId
    version: Positive
    price: Price
    ceiling_fen: Fen | None


class ProductDelisted(_Event, frozen=True):
    product: ProductId
    listing: ListingId


class ListingSuspended(_Event, frozen=True):
    listing: ListingId
    product: ProductId
    reason: SuspendReason
    because: Code


class ListingsSuspended(_Event, frozen=True):
    """All open listings that stood on something that ended, in one step. because: what ended."""

    listings: tuple[ListingId, ...]
    reason: SuspendReason
    because: Code


class OrderPlaced(_Event, frozen=True):
    """`escrow_fen` is to be held until `hold_expires_at`: `amount_fen`, or 0 where calls are billed as they are made.

    because: the negotiation or auction that found the price; empty where it was the posted one.
    is_watched: the market's own clock meets the order's limits. quote: whose price it is, or empty.
    is_trial: it costs nothing and is the buyer's only one of the product. unit_months: of one unit of a
    subscription, 0 of anything else. is_binding: neither side calls it off. is_shared: what is paid is a share of what the
    buyer earns. renews: the subscription that it renews, or empty; renewal_fen: for how much at most it renews itself in turn.
    """

    order: OrderId
    listing: ListingId
    version: Positive
    product: ProductId
    buyer: PartyId
    seller: PartyId
    quantity: Positive
    unit_fen: Fen
    amount_fen: Fen
    metered: bool
    escrow_fen: Fen
    expires_at: Instant
    hold_expires_at: Instant
    tiers: tuple[Tier, ...] = ()
    because: Code = ""
    is_watched: bool = False
    clocks: tuple[ClockChange, ...] = ()
    quote: Code = ""
    is_trial: bool = False
    unit_months: Natural = 0
    is_binding: bool = False
    is_shared: bool = False
    renews: str = ""
    renewal_fen: Fen = 0


class QuoteIssued(_Event, frozen=True):
    quote: Code
    listing: ListingId
    version: Positive
    seller: PartyId
    buyer: PartyId
    quantity: Positive
    unit_fen: Fen
    valid_until: Instant


class DealSigned(_Event, frozen=True):
    order: OrderId
    agreement: AgreementId


class DeliveryRecorded(_Event, frozen=True):
    """units: delivered; 0 for all that was ordered."""

    order: OrderId
    release_digest: Digest
    at: Instant
    units: Natural = 0
    clocks: tuple[ClockChange, ...] = ()


class DeliveryAccepted(_Event, frozen=True):
    """The deal is settled: `escrow_fen` goes out to those who share in `product`, what was held above it goes back.

    units: for which it is settled; 0 for all that was delivered. paid_days, period_days: of a subscription that ended within
    its period; 0 of anything else.
    """

    order: OrderId
    product: ProductId
    buyer: PartyId
    seller: PartyId
    escrow_fen: Fen
    by: PartyId
    units: Natural = 0
    clocks: tuple[ClockChange, ...] = ()
    paid_days: Natural = 0
    period_days: Natural = 0


class DeliveryRejected(_Event, frozen=True):
    order: OrderId
    reason: RejectReason
    clocks: tuple[ClockChange, ...] = ()


class OrderRefunded(_Event, frozen=True):
    """A dispute ended for the buyer: `escrow_fen` goes back."""

    order: OrderId
    escrow_fen: Fen
    by: PartyId
    clocks: tuple[ClockChange, ...] = ()


class OrderCancelled(_Event, frozen=True):
    order: OrderId
    escrow_fen: Fen
    by: PartyId
    clocks: tuple[ClockChange, ...] = ()


class OrderExpired(_Event, frozen=True):
    order: OrderId
    escrow_fen: Fen
    clocks: tuple[ClockChange, ...] = ()


class UsageBilled(_Event, frozen=True):
    """`calls` metered units cost `amount_fen`, due from `buyer` now. `bill`: `bill-<order's number>.<n>`, n from 1."""

    bill: str
    order: OrderId
    agreement: AgreementId
    product: ProductId
    calls: Positive
    amount_fen: Fen
    buyer: PartyId
    seller: PartyId


class RenewalSet(_Event, frozen=True):
    """limit_fen: for how much at most the subscription renews itself; 0: it does not."""

    order: OrderId
    buyer: PartyId
    limit_fen: Fen
    clocks: tuple[ClockChange, ...] = ()


class RenewalLapsed(_Event, frozen=True):
    """A subscription that was to renew itself did not."""

    order: OrderId
    buyer: PartyId
    reason: RenewalReason


class TurnoverReported(_Event, frozen=True):
    """What the product brought in `month`, of which `amount_fen` are due from `buyer` now: the share of what is new.

    turnover_fen: of the whole month. grown_fen: of it not said before. by: the buyer, or the exchange in its stead.
    is_over: the month was, so that it counts as reported.
    `bill`: `bill-<order's number>.<n>`, n from 1.
    """

    bill: str
    order: OrderId
    agreement: AgreementId
    product: ProductId
    month: Month
    turnover_fen: Natural
    grown_fen: Natural
    amount_fen: Fen
    evidence_digest: Digest
    buyer: PartyId
    seller: PartyId
    by: PartyId
    is_over: bool
    clocks: tuple[ClockChange, ...] = ()


class TurnoverMissed(_Event, frozen=True):
    """month: not reported in time. The buyer orders nothing more until it is."""

    order: OrderId
    buyer: PartyId
    month: Month


class UsageClosed(_Event, frozen=True):
    order: OrderId
    product: ProductId
    clocks: tuple[ClockChange, ...] = ()


class DealFiled(_Event, frozen=True):
    order: OrderId
    filing: str
    evaluation: Evaluation | None


class DealRated(_Event, frozen=True):
    """by: one side. of: the other."""

    order: OrderId
    by: PartyId
    of: PartyId
    rating: Evaluation


Event = (
    ProductRegistered
    | ComplianceReviewed
    | ProductListed
    | ProductDelisted
    | ListingSuspended
    | ListingsSuspended
    | OrderPlaced
    | QuoteIssued
    | DealSigned
    | DeliveryRecorded
    | DeliveryAccepted
    | DeliveryRejected
    | OrderRefunded
    | OrderCancelled
    | OrderExpired
    | RenewalSet
    | RenewalLapsed
    | UsageBilled
    | TurnoverReported
    | TurnoverMissed
    | UsageClosed
    | DealFiled
    | DealRated
)
