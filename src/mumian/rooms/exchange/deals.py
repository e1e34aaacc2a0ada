"""What is allowed in a deal once it is ordered: to its filing."""

from __future__ import annotations

from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import OPERATOR, OrderId
from mumian.kernel.limits import ClockChange, Start, Stop
from mumian.kernel.limits import Unit as ClockUnit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import month_of
from mumian.rooms.exchange.events import (
    DealFiled,
    DealRated,
    DealSigned,
    DeliveryAccepted,
    DeliveryRecorded,
    DeliveryRejected,
    Event,
    OrderCancelled,
    OrderExpired,
    OrderRefunded,
)
from mumian.rooms.exchange.gates import not_yours, refuse_role
from mumian.rooms.exchange.model import (
    AcceptDelivery,
    AgreementSeen,
    CancelOrder,
    ExpireOrder,
    FileDeal,
    Order,
    RateDeal,
    RecordDelivery,
    RejectDelivery,
    ResolveDispute,
    SignDeal,
    SigningFacts,
    State,
)
from mumian.rooms.exchange.moving import ended, moving
from mumian.rooms.exchange.ongoing import watch_month
from mumian.rooms.exchange.ordering import refuse_standing
from mumian.rooms.exchange.refusals import ExchangeRefusal as R
from mumian.rooms.exchange.states import DealMove, DealState, ListingState
from mumian.rooms.exchange.subscribing import period_end, watch_renewal
from mumian.rooms.exchange.terms import (
    DELIVERY_DUE,
    ESCROW_DUE,
    INSPECTION_DUE,
    INSPECTION_MS,
    INSPECTION_RULE,
    DisputeOutcome,
    RejectReason,
)
from mumian.rulebook.rules import number_at

FILERS = frozenset({Role.EXCHANGE})
RATEABLE = frozenset({DealState.SETTLED, DealState.REFUNDED, DealState.FILED})


def _refuse_late(state: State, key: OrderId, order: Order, facts: Facts) -> Refused | None:
    """Return why an order may no longer go on, or None: its time has passed or its listing was stopped."""
    if facts.now >= order.expires_at:
        return Refused(R.ORDER_OVERDUE, {"order": key, "expires_at": order.expires_at, "now": facts.now})
    if state.listings[order.listing].state is ListingState.SUSPENDED:
        return Refused(R.LISTING_NOT_OPEN, {"listing": order.listing, "state": ListingState.SUSPENDED.value})
    return None


def sign(state: State, command: SignDeal, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, SigningFacts)
    order = moving(state, command.order, DealMove.SIGN)
    if isinstance(order, Refused):
        return order
    if facts.actor not in (order.buyer, order.seller) and not facts.is_market:
        return not_yours(facts, command.order, order.buyer, DealMove.SIGN.value)
    refused = _refuse_late(state, command.order, order, facts) or _refuse_agreement(command, order, facts.agreement)
    if refused is not None:
        return refused
    taken = state.by_agreement.get(command.agreement)
    if taken is not None:
        return Refused(R.AGREEMENT_TAKEN, {"agreement": command.agreement, "order": taken})
    return [DealSigned(command.order, command.agreement)]


def _refuse_agreement(command: SignDeal, order: Order, seen: AgreementSeen | None) -> Refused | None:
    if seen is None:
        return Refused(R.AGREEMENT_UNKNOWN, {"agreement": command.agreement})
    if (seen.provider, seen.consumer, seen.product) == (order.seller, order.buyer, order.product):
        return None
    detail: Detail = {"agreement": command.agreement, "order": command.order, "product": seen.product}
    sides: Detail = {"provider": seen.provider, "consumer": seen.consumer, "seller": order.seller}
    return Refused(R.AGREEMENT_MISMATCH, {**detail, **sides, "buyer": order.buyer, "ordered": order.product})


def deliver(state: State, command: RecordDelivery, facts: Facts) -> list[Event] | Refused:
    order = moving(state, command.order, DealMove.DELIVER)
    if isinstance(order, Refused):
        return order
    if facts.actor != order.seller and not facts.is_market:
        return not_yours(facts, command.order, order.seller, DealMove.DELIVER.value)
    refused = _refuse_late(state, command.order, order, facts) or refuse_standing(facts)
    refused = refused or _refuse_units(command.order, command.units, order.quantity)
    if refused is not None:
        return refused
    clocks: tuple[ClockChange, ...] = ()
    if order.is_watched:
        days = number_at(INSPECTION_RULE, "inspection_work_days", rulebook=facts.rulebook, now=facts.now)
        limit = Start(command.order, INSPECTION_DUE, ClockUnit.WORK_DAYS, days, INSPECTION_RULE, order.buyer)
        if order.is_shared:  # nothing is accepted: what was delivered is paid as it earns
            limit = watch_month(command.order, order.buyer, month_of(facts.now), facts)
        elif order.unit_months:  # what is delivered is a time: it is accepted when that is over
            over_at = period_end(order.unit_months * (command.units or order.quantity), delivered_at=facts.now)
            limit = Start(command.order, INSPECTION_DUE, ClockUnit.INSTANT, over_at, INSPECTION_RULE, order.buyer)
        clocks = (Stop(command.order, DELIVERY_DUE), limit)
    return [DeliveryRecorded(command.order, command.release_digest, facts.now, command.units or 0, clocks)]


def _refuse_units(key: OrderId, units: int | None, units_max: int) -> Refused | None:
    if units is None or units <= units_max:
        return None
    return Refused(R.MORE_THAN_ORDERED, {"order": key, "units": units, "units_max": units_max})


def accept(state: State, command: AcceptDelivery, facts: Facts) -> list[Event] | Refused:
    order = moving(state, command.order, DealMove.ACCEPT)
    if isinstance(order, Refused):
        return order
    if facts.actor != order.buyer:
        may_speak = facts.is_market or (facts.actor == order.seller and not order.is_watched)
        if not may_speak:
            return not_yours(facts, command.order, order.buyer, DealMove.ACCEPT.value)
        if order.is_watched:  # the limit that is over is the clock's
            return [_accepted(command.order, order, facts)]
        until = order.delivered_at + INSPECTION_MS
        if facts.now < until:
            return Refused(R.INSPECTION_RUNS, {"order": command.order, "until": until, "now": facts.now})
    accepted = _accepted(command.order, order, facts)
    if order.renewal_fen and facts.actor == order.buyer:  # it is paid before its period is over, and goes on after it
        accepted = replace(accepted, clocks=(*accepted.clocks, watch_renewal(command.order, order)))
    return [accepted]


def _accepted(key: OrderId, order: Order, facts: Facts, *, units: int = 0) -> DeliveryAccepted:
    due_fen = order.cost_fen(units) if units else order.due_fen
    sides = (order.product, order.buyer, order.seller)
    return DeliveryAccepted(key, *sides, due_fen, facts.actor, units, ended(key, order))


def reject(state: State, command: RejectDelivery, facts: Facts) -> list[Event] | Refused:
    order = moving(state, command.order, DealMove.REJECT)
    if isinstance(order, Refused):
        return order
    is_unshared = command.reason is RejectReason.UNSHARED
    if is_unshared is not facts.is_market or (facts.actor != order.buyer and not facts.is_market):
        return not_yours(facts, command.order, order.buyer, f"{DealMove.REJECT.value} as {command.reason.value}")
    until = order.delivered_at + INSPECTION_MS
    if facts.now >= until and not order.is_watched:
        return Refused(R.INSPECTION_OVER, {"order": command.order, "until": until, "now": facts.now})
    limit = Start(command.order, ESCROW_DUE, ClockUnit.INSTANT, order.hold_expires_at, INSPECTION_RULE)
    clocks = (Stop(command.order, INSPECTION_DUE), limit) if order.is_watched else ()
    return [DeliveryRejected(command.order, command.reason, clocks)]


def resolve(state: State, command: ResolveDispute, facts: Facts) -> list[Event] | Refused:
    """The exchange decides; a side may always give in."""
    settles = command.outcome is DisputeOutcome.SETTLE
    move = DealMove.SETTLE if settles else DealMove.REFUND
    order = moving(state, command.order, move)
    if isinstance(order, Refused):
        return order
    gives_in = order.buyer if settles else order.seller
    is_in_part = command.units is not None
    if Role.EXCHANGE not in facts.roles and (facts.actor != gives_in or is_in_part):
        return not_yours(facts, command.order, OPERATOR if is_in_part else gives_in, move.value)
    if settles:
        refused = _refuse_units(command.order, command.units, order.units or order.quantity)
        return refused or [_accepted(command.order, order, facts, units=command.units or 0)]
    return [OrderRefunded(command.order, order.escrow_fen, facts.actor, ended(command.order, order))]


def cancel(state: State, command: CancelOrder, facts: Facts) -> list[Event] | Refused:
    order = moving(state, command.order, DealMove.CANCEL)
    if isinstance(order, Refused):
        return order
    if facts.actor not in (order.buyer, order.seller):
        return not_yours(facts, command.order, order.buyer, DealMove.CANCEL.value)
    is_stopped = state.listings[order.listing].state is ListingState.SUSPENDED
    if order.is_binding and not (is_stopped and facts.actor == order.buyer):
        return Refused(
            R.ORDER_BINDS, {"order": command.order, "because": order.because, "expires_at": order.expires_at}
        )
    return [OrderCancelled(command.order, order.escrow_fen, facts.actor, ended(command.order, order))]


def expire(state: State, command: ExpireOrder, facts: Facts) -> list[Event] | Refused:
    """Before delivery an order expires when it is due; after it, when its escrow does."""
    order = moving(state, command.order, DealMove.EXPIRE)
    if isinstance(order, Refused):
        return order
    is_delivered = order.state in (DealState.DELIVERED, DealState.DISPUTED)
    due_at = order.hold_expires_at if is_delivered else order.expires_at
    if facts.now < due_at:
        return Refused(R.ORDER_NOT_DUE, {"order": command.order, "due_at": due_at, "now": facts.now})
    return [OrderExpired(command.order, order.escrow_fen, ended(command.order, order))]


def rate(state: State, command: RateDeal, facts: Facts) -> list[Event] | Refused:
    order = state.orders.get(command.order)
    if order is None:
        return Refused(R.ORDER_UNKNOWN, {"order": command.order})
    if facts.actor not in (order.buyer, order.seller):
        return not_yours(facts, command.order, order.buyer, "rate")
    if order.state not in RATEABLE:
        return Refused(R.NOT_ENDED, {"order": command.order, "state": order.state.value})
    if f"{command.order}/{facts.actor}" in state.ratings:
        return Refused(R.RATED_ALREADY, {"actor": facts.actor, "order": command.order})
    other = order.seller if facts.actor == order.buyer else order.buyer
    return [DealRated(command.order, facts.actor, other, command.rating)]


def file(state: State, command: FileDeal, facts: Facts) -> list[Event] | Refused:
    refused = None if facts.is_market else refuse_role(facts, FILERS, "file a deal")
    if refused is not None:
        return refused
    order = moving(state, command.order, DealMove.FILE)
    if isinstance(order, Refused):
        return order
    return [DealFiled(command.order, f"filing-{command.order.removeprefix('order-')}", command.evaluation)]
