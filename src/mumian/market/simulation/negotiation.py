"""What people say who look for data, negotiate its price, and send brokers."""

from __future__ import annotations

from mumian.kernel.ids import OPERATOR, ListingId, PartyId, ProductId
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.policy.contract import Clauses, ContractModel, Ownership
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.states import ListingState, ProductState
from mumian.rooms.negotiation import model as negotiation
from mumian.rooms.negotiation.records import (
    OPEN_STATES,
    BrokerageId,
    DemandId,
    DemandState,
    Negotiation,
    NegotiationId,
    Side,
    Sought,
    Terms,
)
from mumian.rooms.parties import model as parties

MADE = {
    negotiation.DemandPosted: ("demand", "demand"),
    negotiation.BrokerAppointed: ("brokerage", "brokerage"),
    negotiation.NegotiationOpened: ("negotiation", "negotiation"),
}


def make_negotiable(s: Scene) -> Said | None:
    """Take the posted price off a product on the shelf, or list it without one."""
    for _ in range(12):
        key = ProductId(s.pick("product"))
        product = s.states.exchange.products.get(key)
        if product is None or product.state not in (ProductState.COMPLIANT, ProductState.LISTED):
            continue
        is_open = product.data_kind is not DataKind.PUBLIC and all(map(s.stands, product.sources))
        if is_open or s.chance(20):
            s.made["negotiable"].append(key)
            price = goods.Price(goods.PriceMode.NEGOTIATED, 0, goods.Unit.PRODUCT)
            return Said(product.seller, exchange.ListProduct(key, price))
    return None


def admit_broker(s: Scene) -> Said | None:
    """Give the trial's merchant or another party that deals the role of a broker as well, while there are few."""
    party = PartyId(s.who(s.one((Role.SERVICE_PROVIDER, Role.DATA_MERCHANT, Role.BUYER))))
    record = s.states.parties.parties.get(party)
    if record is None or Role.BROKER in record.roles or len(s.made["brokers"]) > 6:
        return None
    s.made["brokers"].append(party)
    return Said(OPERATOR, parties.AssignRoles(party, (*record.roles, Role.BROKER)))


def post(s: Scene) -> Said:
    form = s.one((goods.DeliveryForm.SANDBOX, goods.DeliveryForm.SANDBOX, goods.DeliveryForm.VERIFY_QA))
    sought = Sought("FIN-01", "J68", (PURPOSE,), form.value, s.one((0, 60_000)))
    return Said(s.who(Role.BUYER), negotiation.PostDemand(sought, s.after(30)))


def attend_demand(s: Scene) -> Said | None:
    key = DemandId(s.pick("demand"))
    demand = s.states.negotiation.demands.get(key)
    if demand is None or (demand.state is not DemandState.OPEN and s.chance(900)):
        return None
    product = ProductId(s.pick("product"))
    found = s.states.exchange.products.get(product)
    if found is None or s.chance(80):
        return Said(s.one((demand.buyer, demand.buyer, s.pick("party"))), negotiation.CloseDemand(key))
    return Said(found.seller, negotiation.AnswerDemand(key, product))


def appoint(s: Scene) -> Said | None:
    brokers = s.made["brokers"] or [s.pick("party")]
    broker, until = PartyId(s.one(brokers)), s.after(60)
    if s.chance(500):
        listing = s.states.exchange.listings.get(key := s.pick("listing"))
        if listing is None:
            return None
        side = s.one((Side.SELLER, Side.SELLER, Side.BUYER))
        principal = listing.seller if side is Side.SELLER else s.who(Role.BUYER)
        limit_fen = s.one((0, 20_000)) if side is Side.SELLER else s.one((60_000, 100_000))
        return Said(principal, negotiation.AppointBroker(broker, side, key, limit_fen, until))
    demand = s.states.negotiation.demands.get(key := s.pick("demand"))
    if demand is None:
        return None
    return Said(demand.buyer, negotiation.AppointBroker(broker, Side.BUYER, key, 50_000, until))


def dismiss(s: Scene) -> Said | None:
    key = BrokerageId(s.pick("brokerage"))
    found = s.states.negotiation.brokerages.get(key)
    if found is None:
        return None
    return Said(s.one((found.principal, found.broker)), negotiation.DismissBroker(key))


def open_table(s: Scene) -> Said | None:
    product = s.states.exchange.products.get(s.pick("negotiable"))
    key = ListingId(product.listing if product is not None and s.chance(970) else s.pick("listing"))
    found = s.states.exchange.listings.get(key)
    if found is None or (found.state is not ListingState.OPEN and s.chance(900)):
        return None
    demand, buyer = "", PartyId(s.who(Role.BUYER))
    posted = s.states.negotiation.demands.get(named := s.pick("demand"))
    if posted is not None and s.chance(400):
        demand, buyer = named, posted.buyer
    actor, under = _speaker(s, s.one((found.seller, buyer)), (key, demand))
    return Said(actor, negotiation.OpenNegotiation(key, buyer, s.after(20), demand, under))


def _speaker(s: Scene, side: PartyId, scopes: tuple[str, str]) -> tuple[PartyId, str]:
    """Return who speaks for a side: now and then a broker of its own, or anybody's."""
    if not s.chance(400):
        return side, ""
    for key, held in s.states.negotiation.brokerages.under():
        if held.principal == side and held.scope in scopes and s.chance(700):
            return held.broker, key
    named = s.pick("brokerage")
    other = s.states.negotiation.brokerages.get(named)
    return (other.broker, named) if other is not None and s.chance(200) else (side, "")


def go_on(s: Scene) -> Said | None:
    """Say what is next on an open table, as one of its sides would."""
    key = NegotiationId(s.pick("negotiation"))
    table: Negotiation | None = s.states.negotiation.negotiations.get(key)
    if table is None or (table.state not in OPEN_STATES and s.chance(900)):
        return None
    scopes = (table.listing, table.demand)
    tabled = table.tabled
    if tabled is not None and s.chance(550):
        side = tabled.by.other if s.chance(900) else tabled.by
        actor, under = _speaker(s, table.of(side), scopes)
        named = table.digest if s.chance(900) else s.digest()
        return Said(actor, negotiation.AcceptTerms(key, named, under))
    actor, under = _speaker(s, table.of(s.one(tuple(Side))), scopes)
    if s.chance(60):
        return Said(actor, negotiation.BreakOff(key, under))
    return Said(actor, negotiation.CounterOffer(key, _terms(s), under))


def _terms(s: Scene) -> Terms:
    model = s.one((*ContractModel, ContractModel.PROVISION, ContractModel.FUSION))
    purposes = (PURPOSE,) if s.chance(950) else ("research",)
    ownership = s.one((None, *Ownership)) if model is ContractModel.FUSION else None
    clauses = Clauses(model, purposes, "CN", s.now + 300 * DAY_MS, s.one((0, 100)), s.chance(300), ownership)
    valid_until = s.after(10)
    return Terms(
        s.one((1, 1, 3)), s.one((1, 10_000, 50_000, 70_000)), valid_until + DAY_MS, valid_until, clauses, s.digest()
    )


def relate_sides(s: Scene) -> Said | None:
    """Say that the two who negotiate are related: what they agree on afterwards is flagged."""
    table = s.states.negotiation.negotiations.get(s.pick("negotiation"))
    if table is None or table.state not in OPEN_STATES:
        return None
    relation = parties.RelateParties(table.seller, table.buyer, parties.Relation.CONTROLS, 0)
    return Said(OPERATOR, relation)


def lapse_by_hand(s: Scene) -> Said:
    lapse = negotiation.LapseNegotiation(NegotiationId(s.pick("negotiation")))
    return Said(s.pick("party"), s.one((lapse, negotiation.LapseDemand(DemandId(s.pick("demand"))))))


HABITS: tuple[tuple[int, Habit], ...] = (
    (30, make_negotiable),
    (4, admit_broker),
    (10, post),
    (12, attend_demand),
    (10, appoint),
    (1, dismiss),
    (25, open_table),
    (120, go_on),
    (12, relate_sides),
    (1, lapse_by_hand),
)
