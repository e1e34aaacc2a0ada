"""A negotiation goes on as any other deal; brokers on both sides, stale words and wash trades do not go unseen."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from reached_money import COST, PLAN, asked
from reached_negotiation import accepting, appointed, broker, listed, opened, opening, posted, tabled, terms
from stage import UNTIL, Stage

from mumian.kernel.ids import OPERATOR, AgreementId
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.overview import washes
from mumian.market.trial import PURPOSE
from mumian.policy.contract import ContractModel
from mumian.policy.model import Reason
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.contracts import views as contracts
from mumian.rooms.contracts.model import FulfilDuty
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange.states import DealState
from mumian.rooms.negotiation import model as negotiation
from mumian.rooms.negotiation import views
from mumian.rooms.negotiation.records import DemandState, NegotiationId, NegotiationState, Side
from mumian.rooms.parties.model import RelateParties, Relation


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_agreed_terms_become_an_order_in_escrow_bound_to_their_agreement(stage: Stage) -> None:
    key = tabled(stage)
    leaf = stage.say(stage.world.insurer, accepting(stage, key))
    placed = next(event for event in leaf.events if isinstance(event, deals.OrderPlaced))
    order = stage.states.exchange.orders[placed.order]
    assert (order.because, order.unit_fen, order.escrow_fen, order.state) == (key, 40_000, 40_000, DealState.SIGNED)
    agreement = stage.states.contracts.agreements[order.agreement]
    assert (agreement.assigner, agreement.assignee) == (stage.world.merchant, stage.world.insurer)
    assert agreement.order == placed.order
    assert list(stage.states.broken_laws()) == []
    assert [place for law in laws.LAWS for place in law(stage.states, stage.now)] == []


def test_what_was_agreed_in_a_negotiation_is_computed_on_as_any_other_agreement(stage: Stage) -> None:
    for owner, resource in zip(stage.world.owners, stage.world.resources, strict=True):
        stage.say(owner, cleanroom.OpenBudget(resource, "tailnum", COST, COST, UNTIL))
    leaf = stage.say(stage.world.insurer, accepting(stage, tabled(stage)))
    (placed,) = (event for event in leaf.events if isinstance(event, deals.OrderPlaced))
    agreement = AgreementId(stage.states.exchange.orders[placed.order].agreement)
    asked(stage, agreement, stage.world.report, PLAN, "n1")


def test_a_joint_development_without_a_clause_is_operated_when_the_other_consents(stage: Stage) -> None:
    key = opened(stage)
    stage.say(stage.world.merchant, negotiation.CounterOffer(key, terms(stage, ContractModel.FUSION)))
    leaf = stage.say(stage.world.insurer, accepting(stage, key))
    agreed = leaf.events[0]
    assert (agreed.rules, agreed.consent_of) == (("S29-FUSION", "S1-21-R5b"), (stage.world.merchant,))
    placed = next(event for event in leaf.events if isinstance(event, deals.OrderPlaced))
    agreement = stage.states.exchange.orders[placed.order].agreement
    sold = {"action": "sell", "actor": stage.world.insurer, "now": stage.now, "purpose": PURPOSE}
    assert contracts.decide_use(stage.states.contracts, agreement, **sold).reason is Reason.DUTY_OPEN
    stage.say(stage.world.merchant, FulfilDuty(agreement, f"consent-{stage.world.merchant}"))
    assert contracts.decide_use(stage.states.contracts, agreement, **sold).allowed


def test_a_demand_leads_to_a_negotiation_of_its_broker(stage: Stage) -> None:
    demand, listing = posted(stage), listed(stage)
    stage.say(stage.world.merchant, negotiation.AnswerDemand(demand, stage.world.report))
    agent, under = appointed(stage, stage.world.insurer, Side.BUYER, broker(stage), limit_fen=50_000, scope=demand)
    ask = negotiation.OpenNegotiation(listing, stage.world.insurer, stage.now + DAY_MS, demand, under)
    key = NegotiationId(stage.made(agent, ask, "negotiation"))
    stage.say(stage.world.merchant, negotiation.CounterOffer(key, terms(stage)))
    stage.say(agent, accepting(stage, key, under))
    assert stage.states.negotiation.negotiations[key].brokers == (f"buyer/{agent}",)


def test_a_broker_is_not_on_the_other_side_by_a_related_party_either(stage: Stage) -> None:
    key, first, second = opened(stage), broker(stage), broker(stage)
    stage.say(OPERATOR, RelateParties(first, second, Relation.CONTROLS, 0))
    _, sells = appointed(stage, stage.world.merchant, Side.SELLER, first)
    stage.say(first, negotiation.CounterOffer(key, terms(stage), sells))
    _, buys = appointed(stage, stage.world.insurer, Side.BUYER, second, limit_fen=90_000)
    assert stage.ask(second, accepting(stage, key, buys)).refused == "negotiation.BROKER_ON_BOTH_SIDES"


def test_a_broker_of_one_side_does_not_break_off_for_the_other(stage: Stage) -> None:
    key, agent = opened(stage), broker(stage)
    _, sells = appointed(stage, stage.world.merchant, Side.SELLER, agent)
    stage.say(agent, negotiation.CounterOffer(key, terms(stage), sells))
    _, buys = appointed(stage, stage.world.insurer, Side.BUYER, agent, limit_fen=90_000)
    assert stage.ask(agent, negotiation.BreakOff(key, buys)).refused == "negotiation.BROKER_ON_BOTH_SIDES"
    stage.say(stage.world.insurer, negotiation.BreakOff(key))


def test_a_broker_does_not_sell_to_itself_for_another(stage: Stage) -> None:
    agent = broker(stage)
    ask = opening(stage, buyer=agent)
    _, sells = appointed(stage, stage.world.merchant, Side.SELLER, agent)
    assert stage.ask(agent, replace(ask, under=sells)).refused == "negotiation.BROKER_ON_BOTH_SIDES"


def test_a_relation_that_comes_to_light_in_between_stops_the_acceptance(stage: Stage) -> None:
    key, agent = opened(stage), broker(stage)
    _, sells = appointed(stage, stage.world.merchant, Side.SELLER, agent)
    stage.say(agent, negotiation.CounterOffer(key, terms(stage), sells))
    stage.say(OPERATOR, RelateParties(stage.world.insurer, agent, Relation.CONTROLS, 0))
    refused = stage.ask(stage.world.insurer, accepting(stage, key))
    assert refused.refused == "negotiation.BROKER_ON_BOTH_SIDES"


def test_a_clock_that_jumps_over_the_validity_leaves_nothing_to_accept(stage: Stage) -> None:
    key, demand = tabled(stage), posted(stage)
    accept = accepting(stage, key)
    stage.wait(stage.now + 90 * DAY_MS)
    assert stage.ask(stage.world.insurer, accept).refused == "negotiation.NEGOTIATION_CLOSED"
    assert stage.states.negotiation.negotiations[key].state is NegotiationState.LAPSED
    assert stage.states.negotiation.demands[demand].state is DemandState.LAPSED


def test_a_counter_offer_moves_the_limit(stage: Stage) -> None:
    key = tabled(stage)
    stage.say(
        stage.world.insurer, negotiation.CounterOffer(key, replace(terms(stage), valid_until=stage.now + 9 * DAY_MS))
    )
    stage.wait(stage.now + 6 * DAY_MS)
    assert stage.states.negotiation.negotiations[key].state is NegotiationState.NEGOTIATING
    stage.say(stage.world.merchant, accepting(stage, key))


def test_a_wash_trade_between_related_parties_is_flagged(stage: Stage) -> None:
    key = tabled(stage)
    stage.say(OPERATOR, RelateParties(stage.world.merchant, stage.world.insurer, Relation.CONTROLS, 0))
    stage.say(stage.world.insurer, accepting(stage, key))
    found = list(views.related_deals(stage.states.negotiation))
    assert found == [(key, (stage.world.merchant, stage.world.insurer))]


def test_terms_that_the_buyer_cannot_pay_are_not_agreed(stage: Stage) -> None:
    key = opened(stage)
    stage.say(stage.world.merchant, negotiation.CounterOffer(key, replace(terms(stage), unit_fen=10**14)))
    assert stage.ask(stage.world.insurer, accepting(stage, key)).refused.startswith("ledger.")
    assert stage.states.negotiation.negotiations[key].state is NegotiationState.NEGOTIATING


def test_a_wash_trade_at_a_posted_price_is_in_the_regulators_view(stage: Stage) -> None:
    """Seller and buyer are one group: the market lets them deal, the price index leaves it out, and it is shown."""
    own, between = stage.order(), stage.order()
    assert list(washes(stage.states)) == []
    stage.say(OPERATOR, RelateParties(stage.world.merchant, stage.world.insurer, Relation.CONTROLS, 0))
    found = {wash.order: wash for wash in washes(stage.states)}
    assert {own, between} <= found.keys()
    assert (found[own].amount_fen, found[own].path) == (50_000, f"{stage.world.merchant} – {stage.world.insurer}")
