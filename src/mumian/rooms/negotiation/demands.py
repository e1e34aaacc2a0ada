"""What is allowed with demand tickets and brokerages."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.rooms.negotiation.model import (
    AnswerDemand,
    AppointBroker,
    BrokerAppointed,
    BrokerDismissed,
    BrokerFacts,
    CloseDemand,
    DemandAnswered,
    DemandClosed,
    DemandLapsed,
    DemandPosted,
    DismissBroker,
    Event,
    LapseDemand,
    PostDemand,
    ProductFacts,
    State,
)
from mumian.rooms.negotiation.records import OPEN_MS_MAX, BrokerageId, Demand, DemandId, DemandState, Limit, kind_of
from mumian.rooms.negotiation.refusals import NegotiationRefusal as R


def refuse_until(until: Instant, facts: Facts) -> Refused | None:
    """Return why something may not stay open until then, or None."""
    latest = facts.now + OPEN_MS_MAX
    if facts.now < until <= latest:
        return None
    return Refused(R.UNTIL_OUT_OF_RANGE, {"until": until, "now": facts.now, "latest": latest})


def open_demand(state: State, key: str) -> Demand | Refused:
    """Return the demand if it exists and is open."""
    demand = state.demands.get(key)
    if demand is None:
        return Refused(R.DEMAND_UNKNOWN, {"demand": key})
    if demand.state is not DemandState.OPEN:
        return Refused(R.DEMAND_CLOSED, {"demand": key, "state": demand.state.value})
    return demand


def not_yours(demand_id: str, demand: Demand, facts: Facts) -> Refused:
    return Refused(R.NOT_YOUR_DEMAND, {"actor": facts.actor, "demand": demand_id, "buyer": demand.buyer})


def post(command: PostDemand, facts: Facts) -> list[Event] | Refused:
    if Role.BUYER not in facts.roles:
        return Refused(R.NOT_A_BUYER, {"party": facts.actor})
    refused = refuse_until(command.until, facts)
    if refused is not None:
        return refused
    demand = DemandId(new_id("demand", facts.seq))
    clock = Start(demand, kind_of(Limit.DEMAND), Unit.INSTANT, command.until, owner=facts.actor)
    return [DemandPosted(demand, facts.actor, command.sought, command.until, (clock,))]


def answer(state: State, command: AnswerDemand, facts: ProductFacts) -> list[Event] | Refused:
    demand = open_demand(state, command.demand)
    if isinstance(demand, Refused):
        return demand
    product = facts.product
    if product is None or not product.is_listed:
        return Refused(R.PRODUCT_NOT_LISTED, {"product": command.product})
    if facts.actor != product.seller:
        detail: Detail = {"actor": facts.actor, "product": command.product, "seller": product.seller}
        return Refused(R.NOT_THE_SELLER, detail)
    if product.seller == demand.buyer:
        return Refused(R.SAME_PARTY, {"buyer": demand.buyer, "listing": command.product})
    sought = demand.sought
    fits = product.form == sought.form and set(sought.purposes) <= set(product.purposes)
    if not fits:
        wanted = f"`{sought.form}` for {_quoted(sought.purposes)}"
        offered = f"`{product.form}` for {_quoted(product.purposes)}"
        detail = {"demand": command.demand, "product": command.product}
        return Refused(R.RESPONSE_UNFIT, {**detail, "sought": wanted, "offered": offered})
    if f"{command.demand}/{command.product}" in state.responses:
        return Refused(R.RESPONDED_ALREADY, {"demand": command.demand, "product": command.product})
    return [DemandAnswered(command.demand, command.product, product.seller)]


def _quoted(codes: tuple[str, ...]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def close(state: State, command: CloseDemand, facts: Facts) -> list[Event] | Refused:
    found = state.demands.get(command.demand)
    if found is not None and facts.actor != found.buyer:
        return not_yours(command.demand, found, facts)
    demand = open_demand(state, command.demand)
    if isinstance(demand, Refused):
        return demand
    return [DemandClosed(command.demand, (Stop(command.demand, kind_of(Limit.DEMAND)),))]


def lapse(state: State, command: LapseDemand, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.MARKET_ONLY, {"actor": facts.actor, "about": command.demand})
    demand = open_demand(state, command.demand)
    return demand if isinstance(demand, Refused) else [DemandLapsed(command.demand)]


def appoint(command: AppointBroker, facts: BrokerFacts) -> list[Event] | Refused:
    refused = refuse_until(command.until, facts)
    if refused is not None:
        return refused
    if not facts.is_broker:
        return Refused(R.NOT_A_BROKER, {"party": command.broker})
    if command.broker == facts.actor:
        return Refused(R.SELF_APPOINTED, {"actor": facts.actor})
    key = BrokerageId(new_id("brokerage", facts.seq))
    given = (command.broker, command.side, command.scope, command.limit_fen, command.until)
    return [BrokerAppointed(key, facts.actor, *given)]


def dismiss(state: State, command: DismissBroker, facts: Facts) -> list[Event] | Refused:
    found = state.brokerages.get(command.brokerage)
    if found is None:
        return Refused(R.BROKERAGE_UNKNOWN, {"brokerage": command.brokerage})
    if facts.actor not in (found.principal, found.broker):
        detail: Detail = {"actor": facts.actor, "brokerage": command.brokerage, "party": found.principal}
        return Refused(R.NOT_YOUR_BROKERAGE, detail)
    if found.ended:
        over: Detail = {"brokerage": command.brokerage, "until": found.until, "now": facts.now}
        return Refused(R.BROKERAGE_OVER, over)
    return [BrokerDismissed(command.brokerage, facts.actor)]
