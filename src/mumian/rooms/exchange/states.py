"""The states of a product and of a deal, and the moves between them (domain-rules §4.2). What is not here is refused."""

from __future__ import annotations

from enum import StrEnum


class ProductState(StrEnum):
    """A product's way to the shelf. Its scenario is bound by its registration."""

    REGISTERED = "registered"
    RECTIFYING = "rectifying"  # 整改
    REJECTED = "rejected"  # 否
    COMPLIANT = "compliant"
    LISTED = "listed"
    SUSPENDED = "suspended"
    DELISTED = "delisted"


class ProductMove(StrEnum):
    PASS = "pass"
    RECTIFY = "rectify"
    REJECT = "reject"
    LIST = "list"
    SUSPEND = "suspend"
    DELIST = "delist"


class ListingState(StrEnum):
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class DealState(StrEnum):
    """An order's way to filing. SETTLED: accepted, its money posted and shared out in the same step."""

    ORDERED = "ordered"
    SIGNED = "signed"
    DELIVERED = "delivered"
    IN_USE = "in_use"
    DISPUTED = "disputed"
    SETTLED = "settled"
    FILED = "filed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class Payment(StrEnum):
    """How an order is paid, which decides the moves open to it."""

    ONCE = "once"  # out of escrow, when what was delivered is accepted
    METERED = "metered"  # by the call, as calls are billed
    SHARED = "shared"  # a share of what the buyer earns by it, month by month


class DealMove(StrEnum):
    SIGN = "sign"
    DELIVER = "deliver"
    BILL = "bill"
    ACCEPT = "accept"
    REJECT = "reject"
    SETTLE = "settle"
    REFUND = "refund"
    CLOSE = "close"
    CANCEL = "cancel"
    EXPIRE = "expire"
    FILE = "file"
    END = "end"  # a subscription, before its period is over
    REPORT = "report"  # what the buyer earned in a month


_REVIEW = {
    ProductMove.PASS: ProductState.COMPLIANT,
    ProductMove.RECTIFY: ProductState.RECTIFYING,
    ProductMove.REJECT: ProductState.REJECTED,
}

PRODUCT_MOVES: dict[ProductState, dict[ProductMove, ProductState]] = {
    ProductState.REGISTERED: _REVIEW,
    ProductState.RECTIFYING: _REVIEW,
    ProductState.COMPLIANT: {**_REVIEW, ProductMove.LIST: ProductState.LISTED},
    ProductState.LISTED: {
        ProductMove.LIST: ProductState.LISTED,  # a new price, a new version
        ProductMove.SUSPEND: ProductState.SUSPENDED,
        ProductMove.DELIST: ProductState.DELISTED,
    },
    # what was taken off the shelf comes back through a new review
    ProductState.SUSPENDED: {**_REVIEW, ProductMove.DELIST: ProductState.DELISTED},
    ProductState.DELISTED: _REVIEW,
    ProductState.REJECTED: {},
}

_BEFORE_DELIVERY = {DealMove.CANCEL: DealState.CANCELLED, DealMove.EXPIRE: DealState.EXPIRED}

DELIVERED_ONCE: dict[DealState, dict[DealMove, DealState]] = {
    DealState.ORDERED: {DealMove.SIGN: DealState.SIGNED, **_BEFORE_DELIVERY},
    DealState.SIGNED: {DealMove.DELIVER: DealState.DELIVERED, **_BEFORE_DELIVERY},
    DealState.DELIVERED: {
        DealMove.ACCEPT: DealState.SETTLED,
        DealMove.REJECT: DealState.DISPUTED,
        DealMove.EXPIRE: DealState.EXPIRED,
        DealMove.END: DealState.SETTLED,
    },
    DealState.DISPUTED: {
        DealMove.SETTLE: DealState.SETTLED,
        DealMove.REFUND: DealState.REFUNDED,
        DealMove.EXPIRE: DealState.EXPIRED,
    },
    DealState.SETTLED: {DealMove.FILE: DealState.FILED},
}

METERED: dict[DealState, dict[DealMove, DealState]] = {
    DealState.ORDERED: {DealMove.SIGN: DealState.SIGNED, **_BEFORE_DELIVERY},
    # once calls can be made only the seller ends the deal: a buyer could escape the bill
    DealState.SIGNED: {DealMove.BILL: DealState.IN_USE, DealMove.CLOSE: DealState.CANCELLED},
    DealState.IN_USE: {DealMove.BILL: DealState.IN_USE, DealMove.CLOSE: DealState.SETTLED},
    DealState.SETTLED: {DealMove.FILE: DealState.FILED},
}

SHARED: dict[DealState, dict[DealMove, DealState]] = {
    DealState.ORDERED: {DealMove.SIGN: DealState.SIGNED, **_BEFORE_DELIVERY},
    DealState.SIGNED: {DealMove.DELIVER: DealState.DELIVERED, **_BEFORE_DELIVERY},
    DealState.DELIVERED: {DealMove.REPORT: DealState.IN_USE, DealMove.CLOSE: DealState.CANCELLED},
    DealState.IN_USE: {DealMove.REPORT: DealState.IN_USE, DealMove.CLOSE: DealState.SETTLED},
    DealState.SETTLED: {DealMove.FILE: DealState.FILED},
}

MOVES = {Payment.ONCE: DELIVERED_ONCE, Payment.METERED: METERED, Payment.SHARED: SHARED}

_NONE: dict[DealMove, DealState] = {}


def moves_of(state: DealState, payment: Payment) -> dict[DealMove, DealState]:
    """Return the moves open to a deal, with where each leads."""
    return MOVES[payment].get(state, _NONE)


def names(moves: dict[ProductMove, ProductState] | dict[DealMove, DealState]) -> str:
    """Return the possible moves for people: `accept, reject`, or `nothing`."""
    return ", ".join(move.value for move in moves) or "nothing"
