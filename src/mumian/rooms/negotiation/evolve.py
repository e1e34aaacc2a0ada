"""What changes in negotiation. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.rooms.negotiation.model import (
    BrokerAppointed,
    BrokerDismissed,
    DemandAnswered,
    DemandClosed,
    DemandLapsed,
    DemandPosted,
    Event,
    NegotiationBrokenOff,
    NegotiationLapsed,
    NegotiationOpened,
    Related,
    RelatedDealFlagged,
    State,
    TermsAgreed,
    TermsTabled,
)
from mumian.rooms.negotiation.records import (
    Brokerage,
    Demand,
    DemandState,
    Negotiation,
    NegotiationId,
    NegotiationState,
    Side,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case DemandPosted():
            state.demands[event.demand] = Demand(event.buyer, event.sought, event.until)
        case DemandAnswered():
            state.responses[f"{event.demand}/{event.product}"] = event.seller
        case DemandClosed():
            state.demands[event.demand] = replace(state.demands[event.demand], state=DemandState.CLOSED)
        case DemandLapsed():
            state.demands[event.demand] = replace(state.demands[event.demand], state=DemandState.LAPSED)
        case BrokerAppointed():
            given = (event.principal, event.broker, event.side, event.scope, event.limit_fen, event.until)
            state.brokerages[event.brokerage] = Brokerage(*given)
        case BrokerDismissed():
            state.brokerages[event.brokerage] = replace(state.brokerages[event.brokerage], ended=True)
        case NegotiationOpened():
            opened = (event.listing, event.product, event.seller, event.buyer, event.demand, event.until)
            state.negotiations[event.negotiation] = _heard(Negotiation(*opened), event.by, event.broker)
        case TermsTabled():
            _table(state, event)
        case TermsAgreed():
            _end(state, event.negotiation, NegotiationState.AGREED, event.by, event.broker)
        case RelatedDealFlagged():
            state.flagged[event.negotiation] = Related(event.relation)
        case NegotiationBrokenOff():
            _end(state, event.negotiation, NegotiationState.BROKEN_OFF, event.by, event.broker)
        case NegotiationLapsed():
            _end(state, event.negotiation, NegotiationState.LAPSED, Side.SELLER, "")
        case _:
            assert_never(event)


def _heard(table: Negotiation, side: Side, broker: str) -> Negotiation:
    name = f"{side.value}/{broker}"
    if not broker or name in table.brokers:
        return table
    return replace(table, brokers=(*table.brokers, name))


def _table(state: State, event: TermsTabled) -> None:
    tabled = event.tabled
    table = _heard(state.negotiations[tabled.negotiation], tabled.by, event.broker)
    state.negotiations[tabled.negotiation] = replace(
        table,
        state=NegotiationState.NEGOTIATING,
        until=tabled.terms.valid_until,
        tabled=tabled,
        digest=event.digest,
    )


def _end(state: State, key: NegotiationId, to: NegotiationState, by: Side, broker: str) -> None:
    state.negotiations[key] = replace(_heard(state.negotiations[key], by, broker), state=to)
