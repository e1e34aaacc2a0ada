"""What is allowed in the exchange: `gates.py` for products, `deals.py` for orders."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.exchange import deals, gates, ongoing, ordering, subscribing
from mumian.rooms.exchange.model import (
    AcceptDelivery,
    CancelOrder,
    CloseUsage,
    Command,
    DelistProduct,
    EndSubscription,
    Event,
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
    State,
    SuspendListing,
    SuspendStandingOn,
)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of the exchange with its events or the first refusal that applies. The frequent come first."""
    match command:
        case PlaceOrder():
            return ordering.place(state, command, facts)
        case PlaceTrial():
            return ordering.place_trial(state, command, facts)
        case PlaceAgreed():
            return ordering.place_agreed(state, command, facts)
        case IssueQuote():
            return ordering.quote(state, command, facts)
        case SignDeal():
            return deals.sign(state, command, facts)
        case RecordDelivery():
            return deals.deliver(state, command, facts)
        case AcceptDelivery():
            return deals.accept(state, command, facts)
        case SettleUsage() | CloseUsage() | ReportTurnover() | MissTurnover():
            return ongoing.decide(state, command, facts)
        case FileDeal():
            return deals.file(state, command, facts)
        case RateDeal():
            return deals.rate(state, command, facts)
        case RejectDelivery():
            return deals.reject(state, command, facts)
        case ResolveDispute():
            return deals.resolve(state, command, facts)
        case EndSubscription() | SetRenewal() | RenewOrder():
            return subscribing.decide(state, command, facts)
        case CancelOrder():
            return deals.cancel(state, command, facts)
        case ExpireOrder():
            return deals.expire(state, command, facts)
        case RegisterProduct():
            return gates.register(command, facts)
        case ReviewCompliance():
            return gates.review(state, command, facts)
        case ListProduct():
            return gates.list_product(state, command, facts)
        case DelistProduct():
            return gates.delist(state, command, facts)
        case SuspendListing():
            return gates.suspend(state, command, facts)
        case SuspendStandingOn():
            return gates.suspend_standing_on(state, command, facts)
        case _:
            assert_never(command)
