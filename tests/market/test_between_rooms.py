"""What one room's word does in others, in the same leaf; and that each law between rooms sees the defect it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import reached_auctions
import reached_billing
import reached_cleanroom
import reached_settlement
from msgspec.structs import replace
from reached_services import VALUATION
from stage import SCENARIO, Stage

from mumian.kernel.ids import OPERATOR, PartyId, ResourceId, TransferId
from mumian.kernel.levels import Level
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.roles import SourceType as Source
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.registering import initial_form
from mumian.market.simulator import T0
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.catalog import model as catalog
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan
from mumian.rooms.consent.records import Consent
from mumian.rooms.consent.vocabulary import Age, Channel, ConsentEnd, ConsentId, NoticeId
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.states import DealState
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.ledger import model as ledger
from mumian.rooms.operation import model as operation
from mumian.rooms.operation.vocabulary import ExitGround
from mumian.rooms.parties.model import Authority, Link, PartyKind, Relation, Standing
from mumian.rooms.property_register import model as property_register
from mumian.rooms.property_register.records import Objection
from mumian.rooms.property_register.vocabulary import Ground, ObjectionId, ObjectionState
from mumian.rooms.public_register import model as public_register
from mumian.rooms.public_register.vocabulary import EntryId, RevokeGround
from mumian.rooms.revenue import model as revenue
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import EndReason, FreezeReason
from mumian.rooms.services import model as services
from mumian.rooms.settlement import model as settlement
from mumian.rooms.settlement.records import FeeLine, Side
from mumian.rooms.sharing import model as sharing
from mumian.rooms.sharing.vocabulary import Attribute, Attributes, BodyLevel
from mumian.rooms.sharing.vocabulary import Level as Openness


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
    entry = EntryId(str(stage.states.public_register.entry_of[public.resource]))
    said = {
        "coded": (public.registry, public_register.RevokeEntry(entry, RevokeGround.UNLAWFUL_USE, EVIDENCE)),
        "authorized": (public.body, operation.ExitOperation(public.agreement, ExitGround.AGREED, EVIDENCE)),
        "withdrawn": (public.body, catalog.WithdrawResource(public.resource)),
    }
    events = stage.say(*said[ending]).events
    assert [event.listings for event in events if isinstance(event, deals.ListingsSuspended)] == [(listing,)]


def test_a_right_to_hold_has_nothing_standing_on_it(stage: Stage) -> None:
    leaf = stage.say(stage.world.registry, stage.revocation(0, "hold"))
    assert [
        type(event).__name__ for event in leaf.events if type(event).__module__.startswith("mumian.rooms.exchange")
    ] == []


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
    assert [type(event).__name__ for event in cancelled.events] == ["OrderCancelled", "ClockStopped", "PendingVoided"]


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


def _clock_gone(s: Stage, about: str) -> None:
    for key in [key for key, _ in s.states.clocks.clocks.under(f"{about}/")]:
        del s.states.clocks.clocks[key]


def _application_waits_for_ever(s: Stage) -> None:
    form = initial_form(s.world.owners[1], s.world.resources[0], Source.CONTRACT_COLLECTED, (Right.HOLD,))
    said = property_register.SubmitApplication(s.world.registry, form)
    _clock_gone(s, s.made(s.world.owners[1], said, "application"))


def _objection_waits_for_ever(s: Stage) -> None:
    key = ObjectionId("objection-1")
    parties = (s.world.insurer, s.world.registry, PartyId(""))
    objection = Objection("application-1", (), *parties, Ground.OTHER, EVIDENCE, ObjectionState.RAISED, T0)
    s.states.property_register.objections[key] = objection


def _certificate_without_end(s: Stage) -> None:
    number = next(key for key, _ in s.states.property_register.certificates.under())
    _clock_gone(s, number)


def _entry_of_another_end(s: Stage) -> None:
    s.public()
    ((key, entry),) = s.states.public_register.entries.under()
    s.states.public_register.entries[key] = replace(entry, valid_to=entry.valid_to + 1)


def _agreement_without_authorisation(s: Stage) -> None:
    del s.states.rights.by_agreement[s.public().agreement]


def _operator_and_merchant_related(s: Stage) -> None:
    link = Link(s.public().operator, s.world.merchant, Relation.CONTROLS, 0, Authority.PARTY)
    s.states.parties.links[f"{link.party}/{link.other}/controls"] = link


def _use_without_grant(s: Stage) -> None:
    s.public()
    ((key, _),) = s.states.rights.by_application.under()
    del s.states.rights.by_application[key]


def _nothing_to_disclose(s: Stage) -> None:
    _clock_gone(s, s.public().agreement)


def _void_without_end(s: Stage) -> None:
    s.states.rights.voided[ConsentId("consent-1")] = T0


def _job_outlives_consent(s: Stage) -> None:
    plan = VerificationPlan(("flight", "day"), Filter("delay", Op.GT, 60), 2)
    asked = cleanroom.RequestJob(s.world.checks_agreement, s.world.checks, PURPOSE, plan, "n1")
    s.say(s.world.insurer, asked)
    s.states.consent.consents["consent-1"] = _consent(s, ended=ConsentEnd.WITHDRAWN, ended_at=s.now + 1)


def _consent(s: Stage, **changes: Any) -> Consent:
    given = Consent(
        person=s.world.insurer,
        processor=s.world.owners[0],
        notice=NoticeId("notice-1"),
        resources=(s.world.resources[0],),
        purposes=(PURPOSE,),
        kinds=(),
        recipients=(),
        separate=(),
        age=Age.FROM_14,
        channel=Channel.PERSON,
        by=s.world.insurer,
        act_digest=EVIDENCE,
        relation_digest=EVIDENCE,
        rules=(),
        given_at=T0,
        valid_to=T0 + DAY_MS,
    )
    return replace(given, **changes)


def _consent_of_who_left(s: Stage) -> None:
    s.states.consent.consents["consent-1"] = _consent(s)
    person = s.states.parties.parties[s.world.insurer]
    s.states.parties.parties[s.world.insurer] = replace(person, standing=Standing.EXITED)


def _review_waits_for_ever(s: Stage) -> None:
    _clock_gone(s, reached_cleanroom.submitted(s))


def _engagement_without_its_fee(s: Stage) -> None:
    firm = s.admit(PartyKind.LEGAL, Role.SERVICE_PROVIDER)
    until = s.now + 900 * DAY_MS
    s.say(OPERATOR, services.GrantQualification(firm, VALUATION, EVIDENCE, until))
    asked = services.Engage(firm, VALUATION, s.world.report, EVIDENCE, 700, s.now + 30 * DAY_MS)
    _hold_gone(s, s.made(s.world.insurer, asked, "engagement"))


def _hold_gone(s: Stage, memo: str) -> None:
    for key in [key for key, held in s.states.ledger.held.under() if held.leg.memo == memo]:
        del s.states.ledger.held[key]


def _invoice_of_another_price(s: Stage) -> None:
    key = reached_billing.issued(s)
    invoice = s.states.billing.invoices[key]
    s.states.billing.invoices[key] = replace(invoice, amount_fen=invoice.amount_fen + 1)


def _invoice_waits_for_ever(s: Stage) -> None:
    _clock_gone(s, reached_billing.issued(s))


def _payout_that_nobody_keeps(s: Stage) -> None:
    key = reached_settlement.requested(s)
    payout = s.states.settlement.payouts[key]
    s.states.settlement.payouts[key] = replace(payout, amount_fen=payout.amount_fen + 1)


def _reserve_kept_for_ever(s: Stage) -> None:
    s.say(OPERATOR, settlement.SetReserve(s.world.merchant, 500, 30))
    reached_settlement.settled(s)
    (key, _), *_ = s.states.settlement.reserves.under()
    _clock_gone(s, key)


def _fee_of_an_order_that_ended(s: Stage) -> None:
    s.say(OPERATOR, settlement.AdoptFees((FeeLine(100, side=Side.BUYER),)))
    order = s.order()
    s.states.exchange.orders[order] = replace(s.states.exchange.orders[order], state=DealState.CANCELLED)


def _deposit_gone(s: Stage) -> None:
    key, who = reached_auctions.committed(s)
    _hold_gone(s, s.states.auctions.entries[f"{key}/{who}"].deposit)


def _auction_waits_for_ever(s: Stage) -> None:
    _clock_gone(s, reached_auctions.opened(s))


def _won_and_not_ordered(s: Stage) -> None:
    key = reached_auctions.opened(s)
    auction = s.states.auctions.auctions[key]
    s.states.auctions.auctions[key] = replace(auction, winners=(s.world.insurer,), price_fen=1_000)


def _calls_charged_at_the_first_rate(s: Stage) -> None:
    reached_billing.issued(s)
    for key, usage in list(s.states.cleanroom.usage.under()):
        s.states.cleanroom.usage[key] = replace(usage, charge_fen=usage.charge_fen + 1)


DEFECTS: dict[str, Callable[[Stage], None]] = {
    "the_fee_of_an_engagement_is_held_exactly_while_it_is_open": _engagement_without_its_fee,
    "what_is_invoiced_was_billed_at_that_price": _invoice_of_another_price,
    "what_was_metered_is_charged_by_the_tariff": _calls_charged_at_the_first_rate,
    "no_invoice_waits_without_a_clock": _invoice_waits_for_ever,
    "no_fee_is_kept_of_an_order_that_ended": _fee_of_an_order_that_ended,
    "what_the_exchange_keeps_is_what_it_keeps_for_somebody": _payout_that_nobody_keeps,
    "a_deposit_is_held_exactly_while_its_auction_is_open": _deposit_gone,
    "no_open_auction_waits_without_a_clock": _auction_waits_for_ever,
    "whoever_won_has_an_order_at_the_price": _won_and_not_ordered,
    "no_reserve_is_kept_without_a_clock": _reserve_kept_for_ever,
    "every_open_order_has_its_escrow": _escrow_gone,
    "what_is_settled_was_shared_out": _settled_unpaid,
    "no_open_listing_stands_on_an_ended_right": _right_gone,
    "no_open_listing_stands_above_what_its_level_allows": _level_raised,
    "agreements_and_orders_name_each_other": _agreement_astray,
    "no_call_is_billed_that_was_not_made": _call_invented,
    "whoever_may_be_paid_has_an_account": _account_gone,
    "who_left_holds_no_key": _key_kept,
    "every_open_application_has_its_limit": _application_waits_for_ever,
    "every_undecided_objection_has_its_limit": _objection_waits_for_ever,
    "every_certificate_comes_to_its_end": _certificate_without_end,
    "every_line_of_a_certificate_is_a_registered_right": _right_gone,
    "every_entry_is_a_public_registration": _entry_of_another_end,
    "every_agreement_in_force_has_its_authorisation": _agreement_without_authorisation,
    "no_use_is_in_force_while_operator_and_merchant_are_related": _operator_and_merchant_related,
    "every_use_has_its_grants": _use_without_grant,
    "every_agreement_has_its_disclosure_clocks": _nothing_to_disclose,
    "consents_that_ended_are_void_and_no_others": _void_without_end,
    "no_job_waits_past_a_withdrawal": _job_outlives_consent,
    "no_consent_outlasts_the_persons_stay": _consent_of_who_left,
    "no_review_waits_without_a_clock": _review_waits_for_ever,
}


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_each_law_between_rooms_sees_the_defect_that_it_is_for(stage: Stage, law: Any) -> None:
    assert list(law(stage.states, T0)) == []
    DEFECTS[law.__name__](stage)
    assert list(law(stage.states, T0)) != []


def test_a_withdrawn_resource_under_an_open_listing_is_seen(stage: Stage) -> None:
    resource = ResourceId(stage.world.resources[0])
    stage.states.catalog.resources[resource] = replace(stage.states.catalog.resources[resource], is_withdrawn=True)
    assert len(list(laws.no_open_listing_stands_on_an_ended_right(stage.states, T0))) == 2


def test_public_data_leaves_as_a_file_only_once_its_bureau_has_confirmed_that_anyone_may_have_it(stage: Stage) -> None:
    body = stage.admit(PartyKind.PUBLIC_BODY, Role.PUBLIC_BODY, Role.SUPPLIER)
    bureau = stage.admit(PartyKind.PUBLIC_BODY, Role.DATA_BUREAU)
    resource = stage.resource(body, DataKind.PUBLIC, Source.UTILITY)
    source = goods.SourceId(stage.register(resource, body, Right.OPERATE, Source.UTILITY))
    kind, form = goods.ProductType.DATASET, goods.DeliveryForm.FILE
    files = exchange.RegisterProduct("公用", kind, form, (source,), (PURPOSE,), SCENARIO)
    anyone = Attributes(Attribute(Openness.UNCONDITIONAL), Attribute(Openness.UNCONDITIONAL), as_file=True)
    stage.say(bureau, sharing.EnrolBody(body, "440100", BodyLevel.CITY, "transport"))
    stage.say(body, sharing.SetAttributes(resource, anyone))
    assert stage.ask(body, files).refused == "exchange.PUBLIC_RAW_FILE"
    stage.say(bureau, sharing.ConfirmAttributes(resource))
    assert stage.ask(body, files).refused == ""
