"""What the room of negotiation must know of other rooms: products, listings, roles, and who is tied to whom."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import ListingId, PartyId
from mumian.kernel.roles import Role
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import relation
from mumian.market.rooms import States
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.states import ProductState
from mumian.rooms.negotiation import model as negotiation
from mumian.rooms.negotiation.records import Negotiation, Side
from mumian.rooms.parties import views as parties


def _answer(s: States, c: negotiation.AnswerDemand, base: Base) -> Facts:
    found: exchange.Product | None = s.exchange.products.get(c.product)
    seen = None
    if found is not None:
        is_listed = found.state is ProductState.LISTED
        seen = negotiation.ProductSeen(found.seller, found.delivery.value, found.purposes, is_listed)
    return negotiation.ProductFacts(**base, product=seen)


def _appoint(s: States, c: negotiation.AppointBroker, base: Base) -> Facts:
    return negotiation.BrokerFacts(**base, is_broker=Role.BROKER in roles_of(s, c.broker))


def _open(s: States, c: negotiation.OpenNegotiation, base: Base) -> Facts:
    return _facts(s, base, c.listing, c.buyer, ())


def _go_on(
    s: States, c: negotiation.CounterOffer | negotiation.AcceptTerms | negotiation.BreakOff, base: Base
) -> Facts:
    table: Negotiation | None = s.negotiation.negotiations.get(c.negotiation)
    if table is None:
        return negotiation.TableFacts(**base, listing=None, is_buyer=False)
    brokers = tuple(broker for side in Side for broker in table.brokers_of(side))
    return _facts(s, base, table.listing, table.buyer, brokers)


def _facts(s: States, base: Base, listing_id: ListingId, buyer: PartyId, brokers: tuple[PartyId, ...]) -> Facts:
    seen = _listing(s, listing_id)
    seller = seen.seller if seen else None
    among = tuple(dict.fromkeys((base["actor"], buyer, *brokers, *((seller,) if seller else ()))))
    return negotiation.TableFacts(
        **base,
        listing=seen,
        is_buyer=Role.BUYER in roles_of(s, buyer),
        relation=relation(s, seller, buyer) if seller else (),
        tied=_tied(s, among),
    )


def _listing(s: States, key: ListingId) -> negotiation.ListingSeen | None:
    found: exchange.Listing | None = s.exchange.listings.get(key)
    if found is None:
        return None
    purposes = s.exchange.products[found.product].purposes
    mode, state = found.price.mode.value, found.state.value
    return negotiation.ListingSeen(found.product, found.seller, mode, state, purposes)


def _tied(s: States, among: tuple[PartyId, ...]) -> tuple[tuple[PartyId, PartyId], ...]:
    """Return each pair of them that is one party or two related ones."""
    return tuple(
        (one, other)
        for one in among
        for group in (parties.related(s.parties, one) | {one},)
        for other in among
        if other in group
    )


GATHER: dict[type, Gather] = {
    negotiation.AnswerDemand: _answer,
    negotiation.AppointBroker: _appoint,
    negotiation.OpenNegotiation: _open,
    negotiation.CounterOffer: _go_on,
    negotiation.AcceptTerms: _go_on,
    negotiation.BreakOff: _go_on,
}
