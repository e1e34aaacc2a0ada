"""What one room's word does in others, in the same leaf; and that each law between rooms sees the defect it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from stage import Stage

from mumian.kernel.ids import OPERATOR, PartyId, ResourceId, TransferId
from mumian.kernel.levels import Level
from mumian.market import laws
from mumian.market.simulator import T0
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.catalog import model as catalog
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.states import DealState
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.ledger import model as ledger
from mumian.rooms.parties.model import Standing
from mumian.rooms.revenue import model as revenue
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import EndReason, FreezeReason, PublicId


@pytest.fixture
def stage() -> Stage:
    return Stage()


ENDS: list[Callable[[Stage], tuple[str, Any]]] = [
    lambda s: (s.world.registry, s.revocation(0, "use")),
    lambda s: (s.world.registry, s.revocation(1, "operate")),
    lambda s: (s.world.regulator, rights.Freeze(s.right(0, "operate"), FreezeReason.STATUTE)),
    lambda s: (s.world.regulator, rights.Freeze(s.world.grants[0], FreezeReason.OWNERSHIP_DISPUTE)),
    lambda s: (s.world.owners[0], rights.RevokeGrant(rights.GrantId(s.world.grants[0]), EndReason.GIVEN_UP)),
    lambda s: (s.world.owners[1], catalog.WithdrawResource(s.world.resources[1])),
]


@pytest.mark.parametrize("ending", ENDS)
def test_whatever_ends_a_source_closes_every_shelf_in_the_same_leaf(stage: Stage, ending: Any) -> None:
    leaf = stage.say(*ending(stage))
    suspended = [event.listings for event in leaf.events if isinstance(event, deals.ListingsSuspended)]
    assert [sorted(each) for each in suspended] == [sorted((stage.world.checks_listing, stage.world.report_listing))]
    assert [place for law in laws.LAWS for place in law(stage.states, T0)] == []


@pytest.mark.parametrize("ending", ["coded", "authorized", "withdrawn"])
def test_whatever_ends_public_data_closes_the_shelf_of_its_products(stage: Stage, ending: str) -> None:
    public = stage.public()
    product = stage.product(public.grant)
    stage.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    free = goods.Price(goods.PriceMode.FREE, 0, goods.Unit.PRODUCT)
    listing = stage.made(stage.world.merchant, exchange.ListProduct(product, free), "listing")
    actor, command = {
        "coded": (stage.world.registry, rights.CancelPublicResource(PublicId(public.coded), EndReason.STATUTE)),
        "authorized": (public.body, rights.EndAuthorization(public.authorization, EndReason.GIVEN_UP)),
        "withdrawn": (public.body, catalog.WithdrawResource(public.resource)),
    }[ending]
    assert [getattr(event, "listing", None) for event in stage.say(actor, command).events] == [None, listing]


def test_a_right_to_hold_has_nothing_standing_on_it(stage: Stage) -> None:
    leaf = stage.say(stage.world.registry, stage.revocation(0, "hold"))
    assert [type(event).__name__ for event in leaf.events if type(event).__module__.startswith("mumian.rooms.exchange")] == []


def test_a_withdrawn_resource_answers_no_job_and_makes_no_product(stage: Stage) -> None:
    stage.say(stage.world.owners[0], catalog.WithdrawResource(stage.world.resources[0]))
    product = stage.states.exchange.products[stage.world.report]
    register = exchange.RegisterProduct(
        "延误", product.product_type, product.delivery, product.sources, (PURPOSE,), product.scenario
    )
    with pytest.raises(Exception, match=r"exchange.SOURCE_BROKEN.*withdrawn"):
        stage.say(stage.world.merchant, register)


def test_neither_side_of_a_deal_moves_its_escrow(stage: Stage) -> None:
    order = stage.order()
    held = TransferId(order.replace("order", "transfer") + ".1")
    for actor, command in (
        (stage.world.insurer, ledger.PostPending(held, 1)),
        (stage.world.insurer, ledger.PostPending(held)),
        ("exchange", ledger.VoidPending(held)),
    ):
        with pytest.raises(Exception, match=r"ledger.ESCROW_IS_THE_MARKETS"):
            stage.say(actor, command)
    cancelled = stage.say(stage.world.insurer, exchange.CancelOrder(exchange.OrderId(order)))
    assert [type(event).__name__ for event in cancelled.events] == ["OrderCancelled", "PendingVoided"]


def test_a_stranger_is_never_promised_a_fee(stage: Stage) -> None:
    product = stage.states.exchange.products[stage.world.report]
    register = exchange.RegisterProduct(
        "延误", product.product_type, product.delivery, product.sources, (PURPOSE,), product.scenario
    )
    made = exchange.ProductId(stage.script.made(stage.world.merchant, register, "product"))
    fee = revenue.FeeLine(PartyId("party-404"), revenue.FeeKind.BROKER, rate_bp=1)
    method = revenue.Method.COVERAGE_SHAPLEY
    with pytest.raises(Exception, match=r"revenue.PAYEE_UNKNOWN.*party-404"):
        stage.say(
            stage.world.merchant, revenue.AgreeDistribution(made, (fee,), stage.world.owners, method, merchant_bp=1)
        )


def _escrow_gone(s: Stage) -> None:
    del s.states.ledger.held[s.order().replace("order", "transfer") + ".1"]


def _settled_unpaid(s: Stage) -> None:
    order = s.order()
    s.states.exchange.orders[order] = replace(s.states.exchange.orders[order], state=DealState.SETTLED)


def _right_gone(s: Stage) -> None:
    right = s.right(0, "operate")
    s.states.rights.rights[right] = replace(s.states.rights.rights[right], ended=EndReason.STATUTE)


def _agreement_astray(s: Stage) -> None:
    s.states.contracts.by_order["order-1"] = s.world.checks_agreement


def _call_invented(s: Stage) -> None:
    order = s.states.exchange.orders[s.world.checks_order]
    s.states.exchange.orders[s.world.checks_order] = replace(order, calls=1)


def _account_gone(s: Stage) -> None:
    del s.states.ledger.by_owner[f"{s.world.insurer}/cash"]


def _key_kept(s: Stage) -> None:
    party = s.states.parties.parties[s.world.insurer]
    s.states.parties.parties[s.world.insurer] = replace(party, standing=Standing.EXITED, keys=("k",))


def _level_raised(s: Stage) -> None:
    resource = s.world.resources[0]
    s.states.catalog.resources[resource] = replace(s.states.catalog.resources[resource], level=Level.CORE)


DEFECTS = (
    _escrow_gone,
    _settled_unpaid,
    _right_gone,
    _level_raised,
    _agreement_astray,
    _call_invented,
    _account_gone,
    _key_kept,
)


@pytest.mark.parametrize(("law", "defect"), list(zip(laws.LAWS, DEFECTS, strict=True)))
def test_each_law_between_rooms_sees_the_defect_that_it_is_for(stage: Stage, law: Any, defect: Any) -> None:
    assert list(law(stage.states, T0)) == []
    defect(stage)
    assert list(law(stage.states, T0)) != []


def test_a_withdrawn_resource_under_an_open_listing_is_seen(stage: Stage) -> None:
    resource = ResourceId(stage.world.resources[0])
    stage.states.catalog.resources[resource] = replace(stage.states.catalog.resources[resource], is_withdrawn=True)
    assert len(list(laws.no_open_listing_stands_on_an_ended_right(stage.states, T0))) == 2
