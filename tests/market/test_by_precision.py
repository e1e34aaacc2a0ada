"""Answers that are priced by their precision: paid before they leave, never cheaper in parts, never beyond the order."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace
from reached_money import PLAN
from stage import UNTIL, Stage

from mumian.kernel.canonical import digest, sha256_hex
from mumian.kernel.ids import OPERATOR, AgreementId, JobId, OrderId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.trial import PURPOSE
from mumian.methods.query_pricing import Version, precision_fen
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.ledger import views as ledger
from mumian.rooms.ledger.model import Leg, PostTransfers
from mumian.rooms.parties.model import PartyKind

ANSWER = sha256_hex(b"answer")
TIERS = (goods.Tier(100, 50), goods.Tier(1_000, 20), goods.Tier(50_000, 3))
"""Fen for a millionth of rho: 5,000 fen for the first hundred, 23,000 for the first thousand."""

CURVE = (Version(100, 5_000), Version(1_000, 23_000), Version(50_000, 170_000))
BY_PRECISION = goods.Price(goods.PriceMode.TIERED, 50, goods.Unit.PRECISION, TIERS)


@pytest.fixture
def stage() -> Stage:
    s = Stage()
    s.say(s.world.merchant, exchange.ListProduct(s.world.report, BY_PRECISION))
    for owner, resource in zip(s.world.owners, s.world.resources, strict=True):
        s.say(owner, cleanroom.OpenBudget(resource, "tailnum", 10**9, 10**9, UNTIL))
    return s


def bought(s: Stage, quantity: int) -> AgreementId:
    agreement = s.agree(s.world.report)
    s.say(s.world.insurer, exchange.SignDeal(s.order(quantity=quantity), agreement))
    return agreement


def asking(s: Stage, agreement: AgreementId, rho_nano: int, nonce: str, *, rows: int = 1) -> cleanroom.RequestJob:
    plan = replace(PLAN, rho_nano=rho_nano, linf_rows=rows)
    return cleanroom.RequestJob(agreement, s.world.report, PURPOSE, plan, nonce)


def asked(s: Stage, *said: object, **named: int) -> JobId:
    leaf = s.say(s.world.insurer, asking(s, *said, **named))  # type: ignore[arg-type]
    return next(event.job for event in leaf.events if isinstance(event, cleanroom.TicketIssued))


def released(s: Stage, job: JobId) -> None:
    s.say(s.states.cleanroom.jobs[job].root, cleanroom.RecordRelease(job, ANSWER, 1, 200))


def cash_fen(s: Stage) -> int:
    return ledger.cash_fen(s.states.ledger, s.world.insurer)


def faults(s: Stage) -> list[str]:
    return [*map(str, s.states.broken_laws()), *(place for law in laws.LAWS for place in law(s.states, s.now))]


def test_an_answer_is_paid_by_its_precision_when_it_leaves(stage: Stage) -> None:
    before, agreement = cash_fen(stage), bought(stage, 2_000)
    job = asked(stage, agreement, 150_000, "n1")
    assert cash_fen(stage) == before
    released(stage, job)
    assert before - cash_fen(stage) == precision_fen(CURVE, 150) == 6_000
    assert faults(stage) == []


@pytest.mark.parametrize("seed", range(12))
def test_precision_bought_in_parts_costs_at_least_what_it_costs_at_once(seed: int) -> None:
    """Averaging answers adds up their precision: by one order it costs the same, by several or in fractions no less."""
    rng, s = random.Random(seed), Stage()
    s.say(s.world.merchant, exchange.ListProduct(s.world.report, BY_PRECISION))
    for owner, resource in zip(s.world.owners, s.world.resources, strict=True):
        s.say(owner, cleanroom.OpenBudget(resource, "tailnum", 10**12, 10**12, UNTIL))
    before, total_nano, one_order = cash_fen(s), 0, bool(seed % 2)
    agreement = bought(s, 50_000)
    for nth in range(rng.randint(2, 6)):
        part_nano = rng.choice((1_000, 40_000, 99_001, 400_000, 1_500_000))
        released(s, asked(s, agreement, part_nano, f"n{nth}", rows=nth + 1))
        total_nano += -(-part_nano // 1_000) * 1_000 if one_order else part_nano
        if not one_order:
            agreement = bought(s, 50_000)
    paid_fen = before - cash_fen(s)
    whole_fen = precision_fen(CURVE, total_nano // 1_000)
    assert paid_fen == whole_fen if one_order else paid_fen >= whole_fen
    assert faults(s) == []


def test_answers_under_way_count_so_that_nobody_asks_beyond_the_order(stage: Stage) -> None:
    agreement = bought(stage, 150)
    asked(stage, agreement, 100_000, "n1")
    beyond = asking(stage, agreement, 50_001, "n2", rows=2)
    assert stage.ask(stage.world.insurer, beyond).refused == "cleanroom.PRECISION_SPENT"
    asked(stage, agreement, 50_000, "n3", rows=2)
    assert faults(stage) == []


def test_what_a_domain_refused_is_not_paid_and_may_be_asked_again(stage: Stage) -> None:
    before, agreement = cash_fen(stage), bought(stage, 100)
    job = asked(stage, agreement, 100_000, "n1")
    stage.say(stage.states.cleanroom.jobs[job].root, cleanroom.RefuseAtDomain(job, "too-fine"))
    asked(stage, agreement, 100_000, "n2", rows=2)
    assert cash_fen(stage) == before


def test_an_answer_that_the_buyer_has_costs_nothing_again(stage: Stage) -> None:
    agreement = bought(stage, 100)
    released(stage, asked(stage, agreement, 100_000, "n1"))
    paid = cash_fen(stage)
    released(stage, asked(stage, agreement, 100_000, "n2"))
    assert cash_fen(stage) == paid
    assert faults(stage) == []


def test_an_answer_that_another_paid_in_privacy_is_paid_in_money(stage: Stage) -> None:
    """A question that somebody asked before costs no more privacy; its answer is as precise as any."""
    released(stage, asked(stage, bought(stage, 100), 100_000, "n1"))
    other = stage.admit(PartyKind.LEGAL, Role.BUYER)
    bank, cash = (stage.states.ledger.by_owner[key] for key in ("exchange/bank", f"{other}/cash"))
    stage.say(OPERATOR, PostTransfers((Leg(bank, cash, 10**6, "deposit"),)))
    offer = stage.offer(stage.world.report)
    name = contracts.OfferId(stage.made(stage.world.merchant, offer, "offer"))
    agreement = AgreementId(stage.made(other, contracts.SignAgreement(name, digest(offer.policy)), "agreement"))
    before = ledger.cash_fen(stage.states.ledger, other)
    placed = exchange.PlaceOrder(stage.world.report_listing, 100, stage.now + DAY_MS, 10**12)
    stage.say(other, exchange.SignDeal(OrderId(stage.made(other, placed, "order")), agreement))
    leaf = stage.say(other, asking(stage, agreement, 100_000, "n2"))
    (ticket,) = (event for event in leaf.events if isinstance(event, cleanroom.TicketIssued))
    assert (ticket.rho_nano, ticket.asked_nano) == (0, 100_000)
    released(stage, ticket.job)
    assert before - ledger.cash_fen(stage.states.ledger, other) == 5_000


def test_who_cannot_pay_gets_no_answer(stage: Stage) -> None:
    dear = goods.Price(goods.PriceMode.TIERED, 10**8, goods.Unit.PRECISION, (goods.Tier(10**4, 10**8),))
    stage.say(stage.world.merchant, exchange.ListProduct(stage.world.report, dear))
    agreement = bought(stage, 10_000)
    job = asked(stage, agreement, 10_000_000, "n1")
    cash, fees = (stage.states.ledger.by_owner[key] for key in (f"{stage.world.insurer}/cash", "exchange/fees"))
    stage.say(stage.world.insurer, PostTransfers((Leg(cash, fees, 1, "spent elsewhere"),)))
    root = stage.states.cleanroom.jobs[job].root
    assert stage.ask(root, cleanroom.RecordRelease(job, ANSWER, 1, 200)).refused == "ledger.NO_OVERDRAFT"
    assert job not in stage.states.cleanroom.releases
    assert faults(stage) == []
