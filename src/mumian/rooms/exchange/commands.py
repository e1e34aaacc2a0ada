"""What can be asked of the exchange."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.ids import AgreementId, ListingId, OrderId, PartyId, ProductId
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.time import Instant, Month
from mumian.rooms.exchange.product import Code, DeliveryForm, Digest, Price, ProductType, Scenario, SourceId, Title
from mumian.rooms.exchange.terms import DisputeOutcome, Evaluation, RejectReason, ReviewItem, SuspendReason, Verdict


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
    """Order `quantity` units (products, months; calls or hundreds of yuan of turnover at most) for `max_price_fen` in all
    at most. By a buyer.

    expires_at: when delivery is due; for metered calls, when the seller may close the deal.
    quote: whose price counts instead of the posted one, or empty. Facts: `StandingFacts`.
    """

    listing: ListingId
    quantity: Positive
    expires_at: Instant
    max_price_fen: Fen
    quote: Code = ""


class PlaceTrial(_Command, frozen=True):
    """Try a listing for nothing before ordering it, once a product: `quantity` units within what its price offers. By a
    buyer. All else is as with an order. Facts: `StandingFacts`.
    """

    listing: ListingId
    quantity: Positive
    expires_at: Instant


class PlaceAgreed(_Command, frozen=True):
    """Order at a price that was found elsewhere: in a negotiation, by an auction. By the market.

    unit_fen: for each of `quantity` units. because: id of the negotiation or auction. is_binding: neither side calls the order
    off afterwards. Facts: `StandingFacts`.
    """

    listing: ListingId
    buyer: PartyId
    quantity: Positive
    unit_fen: PositiveFen
    expires_at: Instant
    because: Code
    is_binding: bool = False


class IssueQuote(_Command, frozen=True):
    """Quote one buyer a price below the posted one, for one order until `valid_until` (exclusive). By the seller, whose
    signature on the envelope is the quote's.

    quantity: units at most. unit_fen: for each of them.
    """

    listing: ListingId
    buyer: PartyId
    quantity: Positive
    unit_fen: Fen
    valid_until: Instant


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


class EndSubscription(_Command, frozen=True):
    """End a subscription within its period: the days up to and including today are paid, the rest goes back. By either side."""

    order: OrderId


class SetRenewal(_Command, frozen=True):
    """Have a subscription renew itself when its period is over, for `limit_fen` at most; 0: not, or no longer. By its buyer.

    It is renewed for the same quantity at the price posted then, on the terms that were agreed, as often as its period ends.
    """

    order: OrderId
    limit_fen: Fen


class RenewOrder(_Command, frozen=True):
    """Renew a subscription whose period is over, or say why not. By the market. Facts: `RenewalFacts`."""

    order: OrderId


class ReportTurnover(_Command, frozen=True):
    """Say what a product brought its buyer in a month: the seller's share of it is paid at once. By the buyer, or by the
    exchange, whose auditor's opinion `evidence_digest` then names.

    month: one that has begun, in order. turnover_fen: of the whole month; said again, it may only have grown.
    evidence_digest: of the books that it rests on.
    """

    order: OrderId
    month: Month
    turnover_fen: Natural
    evidence_digest: Digest


class MissTurnover(_Command, frozen=True):
    """Note that a month was not reported in time. By the market."""

    order: OrderId


class CancelOrder(_Command, frozen=True):
    """Call an order off before delivery. By either side; one that binds, won by auction, only by its buyer, while its listing is suspended."""

    order: OrderId


class ExpireOrder(_Command, frozen=True):
    """End an order whose time has passed. By anyone: time decides, not the speaker."""

    order: OrderId


class SettleUsage(_Command, frozen=True):
    """Bill the metered calls that are not billed yet. By the seller or the market. Facts: `UsageFacts`."""

    agreement: AgreementId


class CloseUsage(_Command, frozen=True):
    """End a metered or shared deal after its last bill. By the seller or the market: the buyer could escape a bill by it.
    The buyer ends a shared one once every month to this one is reported.
    """

    order: OrderId


class FileDeal(_Command, frozen=True):
    """File a settled deal (备案与评价). By the exchange or the market."""

    order: OrderId
    evaluation: Evaluation | None = None


class RateDeal(_Command, frozen=True):
    """Say once how a deal that came to its end was: 1 (poor) to 5, and the digest of the words. By either side, of the other."""

    order: OrderId
    rating: Evaluation


Command = (
    RegisterProduct
    | ReviewCompliance
    | ListProduct
    | DelistProduct
    | SuspendListing
    | SuspendStandingOn
    | PlaceOrder
    | PlaceTrial
    | PlaceAgreed
    | IssueQuote
    | SignDeal
    | RecordDelivery
    | AcceptDelivery
    | RejectDelivery
    | ResolveDispute
    | EndSubscription
    | SetRenewal
    | RenewOrder
    | ReportTurnover
    | MissTurnover
    | CancelOrder
    | ExpireOrder
    | SettleUsage
    | CloseUsage
    | FileDeal
    | RateDeal
)
