"""Rules of a distribution beyond fixed parts and cells: costs first, steps, scores, measured values, waivers, remainders."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from msgspec.structs import replace
from test_revenue import (
    ANN,
    BOB,
    CAT,
    COST,
    RISK,
    SALE,
    SELLER,
    SERVICE,
    STEPS,
    VENUE,
    WAIVER,
    WEIGHTS,
    a_contribution,
    a_rule,
    amounts,
    by,
    do,
    empty,
    measured,
    proposing,
    recorded,
    recording,
    scored,
    scores,
    values,
    waiving,
)

from mumian.kernel.ids import MARKET, PartyId
from mumian.methods.apportion import UNIT
from mumian.rooms.revenue.laws import LAWS
from mumian.rooms.revenue.model import Distributed, State, Tally, WaiverRecorded
from mumian.rooms.revenue.sharing import Sale, shares_of
from mumian.rooms.revenue.terms import Cost, FeeKind, FeeLine, Method, NegativePolicy, Share, ShareKind, Step, Terms

VENUES_OWN = PartyId("exchange")


def lawful(state: State) -> bool:
    return not [place for law in LAWS for place in law(state)]


def sell(state: State, nth: int, gross_fen: int, *, rulebook: str = "") -> Distributed:
    facts = replace(by(MARKET), rulebook=rulebook)
    (event,) = do(state, replace(SALE, sale=f"order-{nth}", gross_fen=gross_fen), facts)
    assert isinstance(event, Distributed)
    return event


def test_costs_come_back_before_anybody_shares_and_then_no_more() -> None:
    state = empty()
    other = Cost(BOB, 30_000, COST.evidence_digest)
    do(state, a_rule(fees=(), costs=(COST, other)), proposing())
    do(state, a_contribution(), recording())
    sell(state, 1, 100_000)  # 90,000 + 30,000 laid out: all of it goes back, 3 : 1
    assert amounts(state, "order-1") == {SELLER: 0, ANN: 0, BOB: 0, CAT: 0}
    paid = {(share.payee, share.kind): share.amount_fen for share in state.distributions[f"{RISK}/order-1"].shares}
    assert (paid[SELLER, ShareKind.COST], paid[BOB, ShareKind.COST]) == (75_000, 25_000)
    sell(state, 2, 120_000)  # 20,000 are left of the costs
    found = state.distributions[f"{RISK}/order-2"].shares
    assert [share.amount_fen for share in found if share.kind is ShareKind.COST] == [15_000, 5_000]
    assert sum(share.amount_fen for share in found if share.kind is ShareKind.OWNER) == 60_000
    sell(state, 3, 1_000)
    assert state.tallies[RISK].recovered_fen == (90_000, 30_000)
    assert lawful(state)


def test_the_merchants_part_changes_where_sales_cross_a_step() -> None:
    state = empty()
    do(state, a_rule(fees=(), merchant_bp=None, steps=STEPS), proposing())
    do(state, a_contribution(), recording())
    parts = [amounts(state, sell(state, nth, 100_000).sale)[SELLER] for nth in range(3)]
    # up to 150,000 fen in all 40 %, beyond 10 %
    assert parts == [40_000, 20_000 + 5_000, 10_000]
    assert lawful(state)


def test_steps_give_the_same_in_all_however_sales_are_cut() -> None:
    rng = random.Random(4)
    terms = Terms(SELLER, (), 4_000, (ANN,), Method.FIXED, (10_000,), 0, (), steps=STEPS)
    for _ in range(50):
        cuts = sorted(rng.sample(range(1, 400_000), 5))
        tally, merchant = Tally(), Fraction(0)
        for low, high in zip([0, *cuts], [*cuts, 400_000], strict=True):
            shared = shares_of(terms, Sale(high - low, (1,), tally, rounds_on=True))
            merchant += Fraction(int(shared.shares[0].numerator), shared.denominator)
            tally = Tally(high, (), shared.owed)
        assert merchant == 60_000 + 25_000


def test_scores_share_in_the_ratio_of_what_was_agreed_to_count() -> None:
    state = scored()
    do(state, scores(10, 20, 0), recording())
    assert state.contributions[f"{RISK}/month-1"].points == ("32", "62", "2")  # 3 quality + 2 usage
    assert WEIGHTS.uniqueness == 0
    sell(state, 1, 100_000)
    assert amounts(state, "order-1")[BOB] == round(57_900 * 62 / 96)
    assert lawful(state)


def test_measured_values_share_and_keep_how_they_were_found() -> None:
    state = measured()
    (event,) = do(state, values(600, 300, -100), recording())
    kept = state.contributions[f"{RISK}/month-1"]
    assert kept.valuation is not None
    assert (kept.valuation.method, kept.valuation.utility) == ("exact-table/1", "ridge-explained-mse/1")
    assert [int(point) for point in kept.points] == [666_666_667, 333_333_333, 0]
    sell(state, 1, 100_000)
    assert amounts(state, "order-1")[CAT] == 0
    assert lawful(state)
    assert event.debts == (0, 0, 0)


def test_what_an_owner_spoilt_is_taken_off_its_later_points_where_that_was_agreed() -> None:
    state = measured(NegativePolicy.CARRY_AS_DEBT)
    do(state, values(600, 300, -90), recording())
    assert state.debts[RISK] == (0, 0, 100_000_000)
    (event,) = do(state, values(500, 300, 200, basis="month-2"), recording())
    assert event.debts == (0, 0, 0)
    assert [int(point) for point in event.points] == [555_555_556, 333_333_333, 111_111_111]


def test_a_waiver_says_who_gave_up_what_and_moves_nothing() -> None:
    state = recorded()
    before = dict(state.distributions.under())
    (event,) = do(state, WAIVER, waiving(60_000))
    assert isinstance(event, WaiverRecorded)
    assert event.forgone_fen == 40_000
    # the exchange's 2.5 %, then the merchant's 40 %, then 67 : 32 : 2; fixed fees are paid once, with the sale
    assert [share.amount_fen for share in event.shares] == [1_000, 15_600, 15_523, 7_414, 463]
    assert dict(state.distributions.under()) == before
    assert state.waivers[f"{RISK}/order-7"].forgone_fen == 40_000


def test_the_exchanges_own_fee_comes_before_all_else() -> None:
    state = recorded()
    (event,) = do(state, replace(SALE, exchange_fee_fen=2_000), by(MARKET))
    assert event.shares[0] == Share(VENUES_OWN, ShareKind.EXCHANGE_FEE, 2_000, str(2_000 * int(event.denominator)))
    assert event.shares[1].amount_fen == 2_500
    assert sum(share.amount_fen for share in event.shares) == 100_000
    assert lawful(state)


def halves() -> State:
    state = empty()
    do(state, a_rule(fees=(), merchant_bp=5_000, owners=(ANN,)), proposing(holders=(ANN,)))
    do(state, a_contribution(cells=a_contribution().cells[:1]), recording())
    return state


def test_nobody_gains_by_many_small_sales() -> None:
    """The attack: 1 fen at 1 : 1, again and again; rounded each for itself, all of it went to the seller."""
    state = halves()
    got = {SELLER: 0, ANN: 0}
    for nth in range(1_000):
        for share in sell(state, nth, 1).shares:
            got[share.payee] += share.amount_fen
    assert got == {SELLER: 500, ANN: 500}
    assert lawful(state)


def test_under_the_rulebook_before_each_sale_is_rounded_for_itself() -> None:
    state = halves()
    events = [sell(state, nth, 1, rulebook="2026.3") for nth in range(10)]
    assert all(event.owed == () for event in events)
    assert sum(event.shares[0].amount_fen for event in events) == 10
    assert lawful(state)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_sold_everybody_is_within_a_few_fen_of_exact(seed: int) -> None:
    """Gross, contributions and payees change at random; the exact sums are fractions, kept beside."""
    rng = random.Random(seed)
    count = rng.choice((1, 2, 7))
    owners = tuple(PartyId(f"party-{nth}") for nth in range(count))
    fees = (FeeLine(VENUE, FeeKind.BROKER, rate_bp=rng.randrange(900)), replace(SERVICE, amount_fen=2))
    terms = Terms(SELLER, fees, 0, owners, Method.SCORE, (), rng.choice((0, 3)), (), steps=(Step(3_333, 900), Step(77)))
    tally, left = Tally(), [Fraction(0)] * (count + 3)
    for _ in range(300):
        points = [rng.choice((0, 1, rng.randrange(1, 10**9))) for _ in owners]
        sale = Sale(rng.randrange(4, 60), points if any(points) else [1] * count, tally, rounds_on=True)
        shared = shares_of(terms, sale)
        assert sum(share.amount_fen for share in shared.shares) == sale.gross_fen
        for nth, share in enumerate(shared.shares):
            left[nth] += Fraction(int(share.numerator), shared.denominator) - share.amount_fen
        tally = Tally(tally.gross_fen + sale.gross_fen, (), shared.owed)
        most = sum(Fraction(1, nth) for nth in range(2, len(left) + 1))
        assert all(-1 - Fraction(1, 10**6) < each <= most + Fraction(1, 10**6) for each in left)
        assert all(abs(each * UNIT - owed) < 1_000 for each, owed in zip(left, shared.owed, strict=True))


@pytest.mark.soak
def test_a_million_small_sales_leave_everybody_within_a_fen() -> None:
    terms = Terms(SELLER, (), 5_000, (ANN, BOB), Method.FIXED, (3_333, 6_667), 0, ())
    tally, got = Tally(), [0, 0, 0]
    for nth in range(1_000_000):
        shared = shares_of(terms, Sale(1 + nth % 2, terms.owner_bp, tally, rounds_on=True))
        got = [sum_fen + share.amount_fen for sum_fen, share in zip(got, shared.shares, strict=True)]
        tally = Tally(0, (), shared.owed)
    exact = [750_000, Fraction(750_000 * 3_333, 10_000), Fraction(750_000 * 6_667, 10_000)]
    assert all(abs(fen - due) < 1 for fen, due in zip(got, exact, strict=True))
