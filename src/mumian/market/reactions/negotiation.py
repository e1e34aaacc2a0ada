"""What follows from agreed terms: an order at their price, an agreement on their clauses, the one bound to the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.ids import AgreementId
from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.policy.contract import policy_of
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange import model as exchange
from mumian.rooms.negotiation import model as negotiation
from mumian.rooms.negotiation.records import DemandId, Limit, Negotiation, NegotiationId, kind_of


def _agreed(s: States, event: negotiation.TermsAgreed, _now: Instant) -> Iterator[Any]:
    table: Negotiation = s.negotiation.negotiations[event.negotiation]
    assert table.tabled is not None
    terms = table.tabled.terms
    because = event.negotiation
    sold = (terms.quantity, terms.unit_fen, terms.expires_at)
    yield exchange.PlaceAgreed(table.listing, table.buyer, *sold, because)


def _placed(s: States, event: deals.OrderPlaced, _now: Instant) -> Iterator[Any]:
    """An order that a negotiation brought is signed on what was agreed there."""
    table: Negotiation | None = s.negotiation.negotiations.get(event.because)
    if table is None or table.tabled is None:
        return
    policy = policy_of(table.tabled.terms.clauses, product=table.product, seller=table.seller)
    yield contracts.ConcludeAgreement(table.product, policy, table.buyer)
    yield exchange.SignDeal(event.order, agreement_of(s, event))


def agreement_of(s: States, event: deals.OrderPlaced) -> AgreementId:
    """Return the agreement that was concluded for an order: made by the same leaf, it has the same number."""
    number = event.order.removeprefix("order-")
    found: AgreementId = s.contracts.by_signer[f"offer-{number}/{event.buyer}"]
    return found


def _demand_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield negotiation.LapseDemand(DemandId(event.about))


def _table_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield negotiation.LapseNegotiation(NegotiationId(event.about))


REACTIONS: dict[type, React] = {negotiation.TermsAgreed: _agreed, deals.OrderPlaced: _placed}

MEET: dict[str, Meet] = {kind_of(Limit.DEMAND): _demand_over, kind_of(Limit.TABLE): _table_over}
