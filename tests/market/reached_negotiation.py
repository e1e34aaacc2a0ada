"""Short ways to every refusal of negotiation, and to what they need: a product at a negotiated price, brokers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace
from stage import Stage

from mumian.kernel.ids import ListingId, PartyId, ProductId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.trial import PURPOSE
from mumian.policy.contract import Clauses, ContractModel
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.negotiation import model as negotiation
from mumian.rooms.negotiation.records import BrokerageId, DemandId, NegotiationId, Side, Sought, Terms
from mumian.rooms.parties.model import PartyKind

Says = tuple[str, Any]
WORDS = "5f" * 32
MODE = goods.PriceMode.NEGOTIATED


def listed(s: Stage) -> ListingId:
    """Take the posted price off the trial's report."""
    s.say(s.world.merchant, exchange.ListProduct(s.world.report, goods.Price(MODE, 0, goods.Unit.PRODUCT)))
    return s.world.report_listing


def terms(s: Stage, model: ContractModel = ContractModel.PROVISION) -> Terms:
    clauses = Clauses(model, (PURPOSE,), "CN", s.now + 200 * DAY_MS)
    return Terms(1, 40_000, s.now + 20 * DAY_MS, s.now + 5 * DAY_MS, clauses, WORDS)


def opening(s: Stage, **changes: Any) -> negotiation.OpenNegotiation:
    return replace(negotiation.OpenNegotiation(listed(s), s.world.insurer, s.now + DAY_MS), **changes)


def opened(s: Stage) -> NegotiationId:
    return NegotiationId(s.made(s.world.insurer, opening(s), "negotiation"))


def tabled(s: Stage) -> NegotiationId:
    """Open a negotiation and have the seller put terms on its table."""
    key = opened(s)
    s.say(s.world.merchant, negotiation.CounterOffer(key, terms(s)))
    return key


def accepting(s: Stage, key: NegotiationId, under: str = "") -> negotiation.AcceptTerms:
    return negotiation.AcceptTerms(key, s.states.negotiation.negotiations[key].digest, under)


def broker(s: Stage) -> PartyId:
    return s.admit(PartyKind.LEGAL, Role.BROKER, Role.BUYER)


def appointed(
    s: Stage, of: str, side: Side, by: PartyId, *, limit_fen: int = 0, scope: str = ""
) -> tuple[PartyId, BrokerageId]:
    command = negotiation.AppointBroker(by, side, scope or s.world.report_listing, limit_fen, s.now + 30 * DAY_MS)
    return by, BrokerageId(s.made(of, command, "brokerage"))


def sought(form: str = "sandbox") -> Sought:
    return Sought("FIN-01", "J68", (PURPOSE,), form)


def posted(s: Stage, form: str = "sandbox") -> DemandId:
    command = negotiation.PostDemand(sought(form), s.now + 30 * DAY_MS)
    return DemandId(s.made(s.world.insurer, command, "demand"))


def closed(s: Stage) -> DemandId:
    key = posted(s)
    s.say(s.world.insurer, negotiation.CloseDemand(key))
    return key


def answered_twice(s: Stage) -> Says:
    command = negotiation.AnswerDemand(posted(s), s.world.report)
    s.say(s.world.merchant, command)
    return s.world.merchant, command


def brokerage_over(s: Stage) -> Says:
    key = tabled(s)
    agent, under = appointed(s, s.world.merchant, Side.SELLER, broker(s))
    s.say(s.world.merchant, negotiation.DismissBroker(under))
    return agent, negotiation.BreakOff(key, under)


def outside_brokerage(s: Stage) -> Says:
    key = tabled(s)
    agent, under = appointed(s, s.world.merchant, Side.SELLER, broker(s), scope=s.world.checks_listing)
    return agent, negotiation.BreakOff(key, under)


def both_sides(s: Stage) -> Says:
    key, agent = opened(s), broker(s)
    _, sells = appointed(s, s.world.merchant, Side.SELLER, agent)
    s.say(agent, negotiation.CounterOffer(key, terms(s), sells))
    _, buys = appointed(s, s.world.insurer, Side.BUYER, agent, limit_fen=90_000)
    return agent, accepting(s, key, buys)


def under_the_floor(s: Stage) -> Says:
    key = opened(s)
    agent, under = appointed(s, s.world.merchant, Side.SELLER, broker(s), limit_fen=40_001)
    return agent, negotiation.CounterOffer(key, terms(s), under)


def counters(**changes: Any) -> Callable[[Stage], Says]:
    def script(s: Stage) -> Says:
        key = opened(s)
        offered = terms(s)
        return s.world.merchant, negotiation.CounterOffer(
            key, replace(offered, **{name: change(s, offered) for name, change in changes.items()})
        )

    return script


def replaced(s: Stage) -> Says:
    key = tabled(s)
    stale = accepting(s, key)
    s.say(s.world.merchant, negotiation.CounterOffer(key, replace(terms(s), unit_fen=90_000)))
    return s.world.insurer, stale


def broken_off(s: Stage) -> Says:
    key = tabled(s)
    s.say(s.world.merchant, negotiation.BreakOff(key))
    return s.world.insurer, accepting(s, key)


def own_terms(s: Stage) -> Says:
    key = tabled(s)
    return s.world.merchant, accepting(s, key)


def appointing(s: Stage, agent: PartyId) -> Says:
    command = negotiation.AppointBroker(agent, Side.BUYER, s.world.report_listing, 1, s.now + DAY_MS)
    return s.world.insurer, command


def of_others(s: Stage) -> Says:
    _, under = appointed(s, s.world.merchant, Side.SELLER, broker(s))
    return broker(s), negotiation.BreakOff(tabled(s), under)


def not_a_buyer(s: Stage) -> Says:
    return s.world.merchant, opening(s, buyer=s.world.registry)


NOBODYS = NegotiationId("negotiation-999999")

STAGED: Mapping[str, Callable[[Stage], Says]] = {
    "negotiation.MARKET_ONLY": lambda s: (s.world.merchant, negotiation.LapseNegotiation(tabled(s))),
    "negotiation.DEMAND_UNKNOWN": lambda s: (s.world.insurer, negotiation.CloseDemand(DemandId("demand-999999"))),
    "negotiation.NOT_YOUR_DEMAND": lambda s: (s.world.merchant, negotiation.CloseDemand(posted(s))),
    "negotiation.DEMAND_CLOSED": lambda s: (s.world.insurer, negotiation.CloseDemand(closed(s))),
    "negotiation.LISTING_UNKNOWN": lambda s: (s.world.insurer, opening(s, listing=ListingId("listing-999999"))),
    "negotiation.PRODUCT_NOT_LISTED": lambda s: (
        s.world.merchant,
        negotiation.AnswerDemand(posted(s), ProductId("product-999999")),
    ),
    "negotiation.NOT_THE_SELLER": lambda s: (s.world.insurer, negotiation.AnswerDemand(posted(s), s.world.report)),
    "negotiation.NOT_NEGOTIABLE": lambda s: (s.world.insurer, opening(s, listing=s.world.checks_listing)),
    "negotiation.NEGOTIATION_UNKNOWN": lambda s: (s.world.insurer, negotiation.BreakOff(NOBODYS)),
    "negotiation.BROKERAGE_UNKNOWN": lambda s: (s.world.insurer, negotiation.BreakOff(tabled(s), "brokerage-999999")),
    "negotiation.NOT_YOUR_BROKERAGE": of_others,
    "negotiation.BROKERAGE_OVER": brokerage_over,
    "negotiation.OUTSIDE_BROKERAGE": outside_brokerage,
    "negotiation.NOT_A_SIDE": lambda s: (s.world.regulator, negotiation.BreakOff(tabled(s))),
    "negotiation.SAME_PARTY": lambda s: (s.world.merchant, opening(s, buyer=s.world.merchant)),
    "negotiation.NOT_A_BUYER": not_a_buyer,
    "negotiation.BROKER_ON_BOTH_SIDES": both_sides,
    "negotiation.NEGOTIATION_CLOSED": broken_off,
    "negotiation.NOTHING_TABLED": lambda s: (s.world.insurer, negotiation.AcceptTerms(opened(s), WORDS)),
    "negotiation.OWN_TERMS": own_terms,
    "negotiation.TERMS_REPLACED": replaced,
    "negotiation.UNTIL_OUT_OF_RANGE": lambda s: (s.world.insurer, opening(s, until=s.now)),
    "negotiation.DELIVERY_OUT_OF_RANGE": counters(expires_at=lambda _s, offered: offered.valid_until),
    "negotiation.PURPOSE_OUTSIDE": counters(clauses=lambda _s, offered: replace(offered.clauses, purposes=("ads",))),
    "negotiation.LIMIT_EXCEEDED": under_the_floor,
    "negotiation.RESPONSE_UNFIT": lambda s: (
        s.world.merchant,
        negotiation.AnswerDemand(posted(s, "file"), s.world.report),
    ),
    "negotiation.RESPONDED_ALREADY": answered_twice,
    "negotiation.NOT_A_BROKER": lambda s: appointing(s, s.world.merchant),
    "negotiation.SELF_APPOINTED": lambda s: (
        agent := broker(s),
        negotiation.AppointBroker(agent, Side.BUYER, s.world.report_listing, 1, s.now + DAY_MS),
    ),
}
