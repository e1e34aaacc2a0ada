"""What changes in the exchange. The only writer of its state."""

from __future__ import annotations

from typing import Any, assert_never

from msgspec.structs import replace

from mumian.kernel.ids import ListingId
from mumian.kernel.table import Table
from mumian.kernel.time import month_of, months_from
from mumian.rooms.exchange.events import (
    ComplianceReviewed,
    DealFiled,
    DealRated,
    DealSigned,
    DeliveryAccepted,
    DeliveryRecorded,
    DeliveryRejected,
    Event,
    ListingsSuspended,
    ListingSuspended,
    OrderCancelled,
    OrderExpired,
    OrderPlaced,
    OrderRefunded,
    ProductDelisted,
    ProductListed,
    ProductRegistered,
    QuoteIssued,
    RenewalLapsed,
    RenewalSet,
    TurnoverMissed,
    TurnoverReported,
    UsageBilled,
    UsageClosed,
)
from mumian.rooms.exchange.model import Listing, Order, Posted, Product, Quote, Standing, State, Volume, version_key
from mumian.rooms.exchange.states import DealMove, DealState, ListingState, ProductState, moves_of
from mumian.rooms.exchange.terms import Verdict

STATE_OF_VERDICT = {
    Verdict.PASSED: ProductState.COMPLIANT,
    Verdict.RECTIFY: ProductState.RECTIFYING,
    Verdict.REJECTED: ProductState.REJECTED,
}


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case OrderPlaced():
            _place(state, event)
        case QuoteIssued():
            terms = (event.buyer, event.quantity, event.unit_fen, event.valid_until)
            state.quotes[event.quote] = Quote(event.listing, event.version, *terms)
        case DealSigned():
            _change(state.orders, event.order, state=DealState.SIGNED, agreement=event.agreement)
            state.by_agreement[event.agreement] = event.order
        case DeliveryRecorded():
            digest, at = event.release_digest, event.at
            said: dict[str, Any] = {"release_digest": digest, "delivered_at": at, "units": event.units}
            if state.orders[event.order].is_shared:
                said["owed_month"] = month_of(at)
            _change(state.orders, event.order, state=DealState.DELIVERED, **said)
        case DeliveryAccepted():
            units = event.units or state.orders[event.order].units
            days = {"paid_days": event.paid_days, "period_days": event.period_days}
            _change(state.orders, event.order, state=DealState.SETTLED, units=units, **days)
            _add(state, event.product, deals=1, gross_fen=event.escrow_fen)
        case UsageBilled() | TurnoverReported() | TurnoverMissed() | UsageClosed() | RenewalSet() | RenewalLapsed():
            _go_on(state, event)
        case DealRated():
            kept = state.standings.get(event.of) or Standing()
            state.standings[event.of] = Standing(kept.ratings + 1, kept.score_sum + event.rating.score)
            state.ratings[f"{event.order}/{event.by}"] = event.rating
        case DealFiled():
            _change(state.orders, event.order, state=DealState.FILED, filing=event.filing)
        case DeliveryRejected():
            _change(state.orders, event.order, state=DealState.DISPUTED)
        case OrderRefunded():
            _change(state.orders, event.order, state=DealState.REFUNDED)
        case OrderCancelled():
            _change(state.orders, event.order, state=DealState.CANCELLED)
        case OrderExpired():
            _change(state.orders, event.order, state=DealState.EXPIRED)
        case ProductRegistered() | ComplianceReviewed() | ProductListed() | ProductDelisted() | ListingSuspended():
            _shelve(state, event)
        case ListingsSuspended():
            for listing in event.listings:
                _suspend(state, listing)
        case _:
            assert_never(event)


def _place(state: State, event: OrderPlaced) -> None:
    state.orders[event.order] = Order(
        event.listing,
        event.version,
        event.product,
        event.buyer,
        event.seller,
        event.quantity,
        event.unit_fen,
        event.metered,
        event.expires_at,
        event.hold_expires_at,
        tiers=event.tiers,
        because=event.because,
        is_watched=event.is_watched,
        quote=event.quote,
        is_trial=event.is_trial,
        unit_months=event.unit_months,
        is_binding=event.is_binding,
        is_shared=event.is_shared,
        renews=event.renews,
        renewal_fen=event.renewal_fen,
    )
    if event.is_trial:
        state.trials[f"{event.product}/{event.buyer}"] = event.order
    if event.quote:
        state.quotes[event.quote] = replace(state.quotes[event.quote], order=event.order)
    state.by_product[f"{event.product}/{event.order}"] = event.order


def _change(orders: Table[Order], order: str, **fields: Any) -> None:
    orders[order] = replace(orders[order], **fields)


def _close(state: State, event: UsageClosed) -> None:
    """A deal of which nothing was ever billed is cancelled, any other is settled. What its buyer owed to report falls away."""
    order = state.orders[event.order]
    closed = moves_of(order.state, order.payment)[DealMove.CLOSE]
    state.orders[event.order] = replace(order, state=closed)
    _owe_no_more(state, order.buyer, event.order)
    if closed is DealState.SETTLED:
        _add(state, event.product, deals=1)


def _go_on(
    state: State, event: UsageBilled | TurnoverReported | TurnoverMissed | UsageClosed | RenewalSet | RenewalLapsed
) -> None:
    """Apply what happens in deals that are paid as they go, or renew themselves."""
    match event:
        case UsageBilled():
            order = state.orders[event.order]
            calls, bills = order.calls + event.calls, order.bills + 1
            state.orders[event.order] = replace(order, state=DealState.IN_USE, calls=calls, bills=bills)
            _add(state, event.product, gross_fen=event.amount_fen, calls=event.calls)
        case TurnoverReported():
            _report(state, event)
        case TurnoverMissed():
            state.owing[f"{event.buyer}/{event.order}"] = event.month
        case UsageClosed():
            _close(state, event)
        case RenewalSet():
            _change(state.orders, event.order, renewal_fen=event.limit_fen)
        case RenewalLapsed():
            _change(state.orders, event.order, renewal_fen=0)


def _report(state: State, event: TurnoverReported) -> None:
    """A month that is over counts as reported: the next is owed."""
    order = state.orders[event.order]
    is_done = event.is_over and event.month == order.owed_month
    owed_month = months_from(order.owed_month, 1) if is_done else order.owed_month
    turnover_fen, bills = order.turnover_fen + event.grown_fen, order.bills + 1
    said = {"turnover_fen": turnover_fen, "bills": bills, "owed_month": owed_month}
    _change(state.orders, event.order, state=DealState.IN_USE, **said)
    state.turnover[f"{event.order}/{event.month}"] = event.turnover_fen
    _add(state, event.product, gross_fen=event.amount_fen)
    if is_done:
        _owe_no_more(state, event.buyer, event.order)


def _owe_no_more(state: State, buyer: str, order: str) -> None:
    key = f"{buyer}/{order}"
    if key in state.owing:
        del state.owing[key]


def _add(state: State, product: str, *, deals: int = 0, gross_fen: int = 0, calls: int = 0) -> None:
    volume = state.volumes.get(product) or Volume()
    state.volumes[product] = Volume(volume.deals + deals, volume.gross_fen + gross_fen, volume.calls + calls)


def _shelve(
    state: State, event: ProductRegistered | ComplianceReviewed | ProductListed | ProductDelisted | ListingSuspended
) -> None:
    """Move a product, and its listing with it."""
    match event:
        case ProductRegistered():
            _register(state, event)
        case ComplianceReviewed():
            product = state.products[event.product]
            state.products[event.product] = replace(
                product,
                state=STATE_OF_VERDICT[event.verdict],
                reviewer=event.reviewer,
                report_digest=event.report_digest,
            )
        case ProductListed():
            product = state.products[event.product]
            state.products[event.product] = replace(product, state=ProductState.LISTED, listing=event.listing)
            state.listings[event.listing] = Listing(event.product, event.seller, event.version, event.price)
            state.posted[version_key(event.listing, event.version)] = Posted(event.price, event.ceiling_fen)
        case ProductDelisted():
            state.products[event.product] = replace(state.products[event.product], state=ProductState.DELISTED)
            state.listings[event.listing] = replace(state.listings[event.listing], state=ListingState.CLOSED)
        case ListingSuspended():
            _suspend(state, event.listing)


def _suspend(state: State, key: ListingId) -> None:
    listing = state.listings[key]
    state.listings[key] = replace(listing, state=ListingState.SUSPENDED)
    state.products[listing.product] = replace(state.products[listing.product], state=ProductState.SUSPENDED)


def _register(state: State, event: ProductRegistered) -> None:
    state.products[event.product] = Product(
        event.seller,
        event.title,
        event.product_type,
        event.delivery,
        event.sources,
        event.purposes,
        event.scenario,
        event.data_kind,
        paths=event.paths,
    )
    for path in event.paths:
        state.standing[f"{path}/{event.product}"] = event.product
    for source in event.sources:
        state.by_source[f"{source}/{event.product}"] = event.product
