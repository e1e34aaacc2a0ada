"""What is allowed with subscriptions: they end early by the day, and renew themselves where their buyer set so."""

from __future__ import annotations

from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import OrderId
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.exchange.events import DeliveryAccepted, Event, RenewalLapsed, RenewalSet
from mumian.rooms.exchange.gates import not_yours
from mumian.rooms.exchange.model import (
    EndSubscription,
    Listing,
    Order,
    PlaceOrder,
    RenewalFacts,
    RenewOrder,
    SetRenewal,
    State,
)
from mumian.rooms.exchange.moving import ended, moving
from mumian.rooms.exchange.ordering import placed, refuse_owing
from mumian.rooms.exchange.product import MONTHS_OF, PriceMode
from mumian.rooms.exchange.refusals import ExchangeRefusal as R
from mumian.rooms.exchange.states import DealMove, DealState, ListingState
from mumian.rooms.exchange.terms import INSPECTION_RULE, RENEWAL_DUE, RenewalReason
from mumian.rulebook.calendar import months_after

ENDED = frozenset({DealState.CANCELLED, DealState.EXPIRED, DealState.REFUNDED})
PAID = frozenset({DealState.SETTLED, DealState.FILED})


def decide(state: State, command: EndSubscription | SetRenewal | RenewOrder, facts: Facts) -> list[Event] | Refused:
    match command:
        case EndSubscription():
            return _end(state, command, facts)
        case SetRenewal():
            return _set_renewal(state, command, facts)
        case RenewOrder():
            return _renew(state, command, facts)


def _end(state: State, command: EndSubscription, facts: Facts) -> list[Event] | Refused:
    """The day of the end is paid, what comes after it goes back."""
    order = moving(state, command.order, DealMove.END)
    if isinstance(order, Refused):
        return order
    if facts.actor not in (order.buyer, order.seller):
        return not_yours(facts, command.order, order.buyer, DealMove.END.value)
    if not order.months:
        return Refused(R.NOT_A_SUBSCRIPTION, {"order": command.order})
    began, ends = day_of(order.delivered_at), day_of(_over_at(order))
    period_days = (ends - began).days
    paid_days = min(period_days, (day_of(facts.now) - began).days + 1)
    due_fen = order.due_fen * paid_days // period_days
    settled = (order.product, order.buyer, order.seller, due_fen, facts.actor, 0, ended(command.order, order))
    return [DeliveryAccepted(command.order, *settled, paid_days, period_days)]


def period_end(months: int, *, delivered_at: Instant) -> Instant:
    """Return the first instant after a subscription's period, which begins on the day of its delivery."""
    return start_of(months_after(day_of(delivered_at), months))


def _set_renewal(state: State, command: SetRenewal, facts: Facts) -> list[Event] | Refused:
    order = state.orders.get(command.order)
    if order is None:
        return Refused(R.ORDER_UNKNOWN, {"order": command.order})
    if facts.actor != order.buyer:
        return not_yours(facts, command.order, order.buyer, "renew")
    if not order.months or order.is_trial:
        return Refused(R.NOT_A_SUBSCRIPTION, {"order": command.order})
    is_paid = order.state in PAID
    is_over = order.state in ENDED or (is_paid and (order.paid_days > 0 or facts.now >= _over_at(order)))
    if is_over:
        return Refused(R.RENEWAL_LATE, {"order": command.order, "state": order.state.value})
    clocks: tuple[ClockChange, ...] = ()
    if is_paid:
        runs = bool(command.limit_fen)
        clocks = (watch_renewal(command.order, order) if runs else Stop(command.order, RENEWAL_DUE),)
    return [RenewalSet(command.order, order.buyer, command.limit_fen, clocks)]


def watch_renewal(key: OrderId, order: Order) -> Start:
    """Return the limit at which a subscription that is paid already renews itself: the end of its period."""
    return Start(key, RENEWAL_DUE, Unit.INSTANT, _over_at(order), INSPECTION_RULE)


def _over_at(order: Order) -> Instant:
    return period_end(order.months, delivered_at=order.delivered_at)


def _renew(state: State, command: RenewOrder, facts: Facts) -> list[Event] | Refused:
    """Never refused for what the order met meanwhile: a renewal that cannot be had lapses, and says why."""
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    assert isinstance(facts, RenewalFacts)
    order = state.orders[command.order]
    if not order.renewal_fen:
        return []
    listing = state.listings[order.listing]
    reason = _lapse(state, order, listing, facts)
    if reason is not None:
        return [RenewalLapsed(command.order, order.buyer, reason)]
    again = PlaceOrder(order.listing, order.quantity, facts.now + DAY_MS, order.renewal_fen)
    event = placed(state, again, listing, order.buyer, listing.price.amount_fen, facts)
    return [replace(event, renews=command.order, renewal_fen=order.renewal_fen)]


def _lapse(state: State, order: Order, listing: Listing, facts: RenewalFacts) -> RenewalReason | None:
    """Return why an order does not renew itself, or None."""
    price = listing.price
    is_same_time = price.mode is PriceMode.SUBSCRIPTION and MONTHS_OF.get(price.unit) == order.unit_months
    if listing.state is not ListingState.OPEN or not is_same_time:
        return RenewalReason.NOT_OFFERED
    cost_fen = order.quantity * price.amount_fen
    until = period_end(order.unit_months * order.quantity, delivered_at=facts.now)
    is_outlasted = facts.terms_until is not None and facts.terms_until < until
    found = (
        (cost_fen > order.renewal_fen, RenewalReason.ABOVE_LIMIT),
        (facts.broken is not None, RenewalReason.RIGHTS),
        (not facts.is_buyer or refuse_owing(state, order.buyer) is not None, RenewalReason.NOT_A_BUYER),
        (not facts.may_agree or is_outlasted, RenewalReason.TERMS),
        (cost_fen > facts.payable_fen, RenewalReason.FUNDS),
    )
    return next((reason for holds, reason in found if holds), None)
