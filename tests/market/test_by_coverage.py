"""Exact answers that are priced by what they cover: paid before they leave, never cheaper in parts, never beyond the order."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from reached_cleanroom import EXACT, EXACT_RULES, PLAN
from reached_money import agreeing
from stage import Stage

from mumian.engines.support import Axis, Support, covered
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, AgreementId, JobId, ListingId, ProductId
from mumian.market import laws
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.methods.query_pricing import coverage_fen
from mumian.methods.tariff import Tier, cost_fen
from mumian.rooms.catalog.description import Quality
from mumian.rooms.catalog.model import PublishVersion
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.analysis import ColumnRule, Use
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, Filter, GroupKey, Op, Units, question
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.ledger import views as ledger
from mumian.rooms.revenue.model import Cell, ConsentToDistribution, RecordContribution

AIRPORTS = ("EWR", "JFK", "LGA")
SUPPORT = Support((Axis("origin", AIRPORTS), Axis("delay", lower=-60, upper=240)), 300)
TIERS = (Tier(50, 70), Tier(100, 40), Tier(1_000, 9))
BY_COVERAGE = goods.Price(goods.PriceMode.TIERED, 70, goods.Unit.COVERAGE, TIERS, support=SUPPORT)
RULES = replace(EXACT_RULES, rules=(*EXACT_RULES.rules, ColumnRule("delay", (Use.FILTER,))))
BY_ORIGIN = (GroupKey("origin", AIRPORTS),)
ANSWER = sha256_hex(b"answer")


class Deal:
    """A product of one owner's flights, answered exactly and priced by coverage."""

    def __init__(self, price: goods.Price = BY_COVERAGE) -> None:
        s = self.stage = Stage()
        s.say(s.world.owners[0], cleanroom.SetAnalysisRules(s.world.resources[0], RULES))
        self.product: ProductId = s.product(s.world.grants[0])
        s.say(OPERATOR, exchange.ReviewCompliance(self.product, Verdict.PASSED, EVIDENCE))
        s.say(s.world.merchant, agreeing(self.product, s.world.owners[0]))
        s.say(s.world.owners[0], ConsentToDistribution(self.product, 1))
        s.say(s.world.merchant, RecordContribution(self.product, "first", (Cell(1, 100),), EVIDENCE))
        listed = exchange.ListProduct(self.product, price)
        self.listing = ListingId(s.made(s.world.merchant, listed, "listing"))

    def bought(self, quantity: int) -> AgreementId:
        agreement = self.stage.agree(self.product)
        order = self.stage.order(self.listing, quantity=quantity)
        self.stage.say(self.stage.world.insurer, exchange.SignDeal(order, agreement))
        return agreement

    def asking(self, agreement: AgreementId, plan: AggregatePlan, nonce: str) -> cleanroom.RequestJob:
        return cleanroom.RequestJob(agreement, self.product, PURPOSE, plan, nonce)

    def asked(self, agreement: AgreementId, plan: AggregatePlan, nonce: str) -> JobId:
        leaf = self.stage.say(self.stage.world.insurer, self.asking(agreement, plan, nonce))
        return next(event.job for event in leaf.events if isinstance(event, cleanroom.TicketIssued))

    def released(self, job: JobId) -> None:
        self.stage.say(self.stage.states.cleanroom.jobs[job].root, cleanroom.RecordRelease(job, ANSWER, 1, 200))

    def refused(self, agreement: AgreementId, plan: AggregatePlan) -> str | None:
        return self.stage.ask(self.stage.world.insurer, self.asking(agreement, plan, "n")).refused

    @property
    def cash_fen(self) -> int:
        return ledger.cash_fen(self.stage.states.ledger, self.stage.world.insurer)

    @property
    def faults(self) -> list[str]:
        states = self.stage.states
        broken = [*map(str, states.broken_laws())]
        return [*broken, *(place for law in laws.LAWS for place in law(states, self.stage.now))]


def late(minutes: int, *groups: GroupKey) -> AggregatePlan:
    return replace(EXACT, where=(Filter("delay", Op.GT, minutes),), group_by=groups)


def units(plans: Sequence[AggregatePlan]) -> int:
    """What different answers count together: one each, and every row that any of them tells."""
    told = 0
    for plan in plans:
        told |= covered(SUPPORT, question(plan))
    return len(plans) + told.bit_count()


@pytest.fixture
def deal() -> Deal:
    return Deal()


def test_an_answer_is_paid_by_what_it_covers_when_it_leaves(deal: Deal) -> None:
    before, agreement = deal.cash_fen, deal.bought(1_000)
    job = deal.asked(agreement, late(60), "n1")
    assert deal.cash_fen == before
    deal.released(job)
    assert before - deal.cash_fen == cost_fen(TIERS, units([late(60)])) > 0
    assert deal.faults == []


def test_what_follows_from_earlier_answers_costs_the_answer_alone(deal: Deal) -> None:
    """Figures by airport tell the figure of all airports: that one covers no row that was not told."""
    before, agreement = deal.cash_fen, deal.bought(1_000)
    deal.released(deal.asked(agreement, late(60, *BY_ORIGIN), "n1"))
    paid_fen = before - deal.cash_fen
    deal.released(deal.asked(agreement, late(60), "n2"))
    assert before - deal.cash_fen == cost_fen(TIERS, units([late(60)]) + 1)
    assert units([late(60)]) == units([late(60, *BY_ORIGIN)])
    assert paid_fen == cost_fen(TIERS, units([late(60)]))


@pytest.mark.parametrize("seed", range(12))
def test_bought_in_parts_a_bundle_costs_no_less_than_what_tells_it_all(seed: int) -> None:
    """Airport by airport, or band by band of the delay: by one order or by several, never below the one answer."""
    rng, deal = random.Random(seed), Deal()
    edge = rng.randint(-30, 200)
    whole = late(edge, *BY_ORIGIN)
    by_airport = [late(edge, GroupKey("origin", (airport,))) for airport in AIRPORTS]
    cut = rng.randint(edge + 1, 230)
    by_band = [
        replace(whole, where=(Filter("delay", Op.GT, edge), Filter("delay", Op.LE, cut))),
        replace(whole, where=(Filter("delay", Op.GT, cut),)),
    ]
    parts = rng.choice((by_airport, by_band, [by_band[0], *(late(cut, *each.group_by) for each in by_airport)]))
    before, is_one_order = deal.cash_fen, bool(seed % 2)
    agreement = deal.bought(1_000)
    for nth, part in enumerate(parts):
        deal.released(deal.asked(agreement, part, f"n{nth}"))
        if not is_one_order:
            agreement = deal.bought(1_000)
    paid_fen, whole_fen = before - deal.cash_fen, cost_fen(TIERS, units([whole]))
    assert paid_fen >= whole_fen
    assert not is_one_order or paid_fen == cost_fen(TIERS, units(parts))
    assert deal.faults == []


@pytest.mark.parametrize("seed", range(4))
def test_at_one_rate_a_bundle_costs_the_weight_that_the_method_gives_it(seed: int) -> None:
    rng, flat = random.Random(seed), replace(BY_COVERAGE, tiers=(Tier(1_000, 70),))
    deal = Deal(flat)
    keys = [(), BY_ORIGIN, *((GroupKey("origin", (airport,)),) for airport in AIRPORTS)]
    asked = {late(rng.randint(-60, 200), *rng.choice(keys)) for _ in range(6)}
    before, agreement = deal.cash_fen, deal.bought(1_000)
    for nth, plan in enumerate(asked):
        deal.released(deal.asked(agreement, plan, f"n{nth}"))
    weights, masks = [70] * SUPPORT.rows, [covered(SUPPORT, question(plan)) for plan in asked]
    assert before - deal.cash_fen == coverage_fen(weights, masks) + 70 * len(asked)


def test_answers_under_way_count_so_that_nobody_asks_beyond_the_order(deal: Deal) -> None:
    agreement = deal.bought(units([late(100), late(60)]))
    deal.asked(agreement, late(100), "n1")
    assert deal.refused(agreement, late(20)) == "cleanroom.COVERAGE_SPENT"
    deal.released(deal.asked(agreement, late(60), "n2"))
    assert deal.refused(agreement, late(101)) == "cleanroom.COVERAGE_SPENT"
    assert deal.faults == []


def test_what_a_domain_refused_is_not_paid_and_may_be_asked_again(deal: Deal) -> None:
    before, agreement = deal.cash_fen, deal.bought(units([late(60)]))
    job = deal.asked(agreement, late(60), "n1")
    deal.stage.say(deal.stage.states.cleanroom.jobs[job].root, cleanroom.RefuseAtDomain(job, "too-fine"))
    assert deal.cash_fen == before
    deal.released(deal.asked(agreement, late(60), "n2"))
    assert before - deal.cash_fen == cost_fen(TIERS, units([late(60)]))


def test_an_answer_that_the_buyer_has_costs_nothing_again_also_under_another_order(deal: Deal) -> None:
    deal.released(deal.asked(deal.bought(400), late(60), "n1"))
    paid, again = deal.cash_fen, deal.bought(1)
    job = deal.asked(again, late(60), "n2")
    deal.released(job)
    assert (deal.cash_fen, deal.stage.states.cleanroom.jobs[job].covered) == (paid, "")
    assert deal.faults == []


def test_what_is_told_of_a_new_version_is_told_anew(deal: Deal) -> None:
    s, agreement, before = deal.stage, deal.bought(1_000), deal.cash_fen
    deal.released(deal.asked(agreement, late(60), "n1"))
    s.say(s.world.owners[0], PublishVersion(s.world.resources[0], sha256_hex(b"next month"), 1, 1, Quality()))
    deal.released(deal.asked(agreement, late(60), "n2"))
    assert before - deal.cash_fen == cost_fen(TIERS, 2 * units([late(60)]))
    assert deal.faults == []


def test_an_order_that_covers_one_version_does_not_cover_the_next(deal: Deal) -> None:
    s, agreement = deal.stage, deal.bought(units([late(60)]) + 5)
    deal.released(deal.asked(agreement, late(60), "n1"))
    s.say(s.world.owners[0], PublishVersion(s.world.resources[0], sha256_hex(b"next month"), 1, 1, Quality()))
    assert deal.refused(agreement, late(60)) == "cleanroom.COVERAGE_SPENT"


def test_what_the_price_does_not_name_is_not_answered(deal: Deal) -> None:
    agreement = deal.bought(1_000)
    by_day = replace(EXACT, group_by=(GroupKey("day", edges=(1, 15, 32)),))
    assert deal.refused(agreement, by_day) == "cleanroom.NOT_BY_COVERAGE"
    assert deal.refused(agreement, replace(PLAN, measures=(Units(), Count()))) == "cleanroom.NOT_BY_COVERAGE"


@pytest.mark.parametrize(
    "price",
    [
        replace(BY_COVERAGE, support=None),
        replace(BY_COVERAGE, support=Support((), 5)),
        replace(BY_COVERAGE, unit=goods.Unit.PRECISION),
    ],
)
def test_a_price_by_coverage_names_what_it_is_counted_on(deal: Deal, price: goods.Price) -> None:
    said = deal.stage.ask(deal.stage.world.merchant, exchange.ListProduct(deal.product, price))
    assert said.refused == "exchange.SUPPORT_UNSOUND"
