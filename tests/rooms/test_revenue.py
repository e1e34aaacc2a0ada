"""Decision table of revenue: one line a case."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mumian.kernel.canonical import canonical
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, ProductId
from mumian.kernel.outcome import Refused
from mumian.kernel.table import DictTable
from mumian.methods.shapley import exact_shapley
from mumian.rooms.revenue import views
from mumian.rooms.revenue.decide import decide
from mumian.rooms.revenue.evolve import evolve
from mumian.rooms.revenue.laws import LAWS
from mumian.rooms.revenue.model import (
    AgreeDistribution,
    Command,
    ConsentToDistribution,
    ContributionFacts,
    Distribute,
    Distributed,
    DistributionAgreed,
    DistributionFacts,
    Event,
    Feedback,
    RecordContribution,
    RecordScores,
    RecordValuation,
    RecordWaiver,
    State,
    Tally,
    WaiverFacts,
)
from mumian.rooms.revenue.model import RevenueRefusal as R
from mumian.rooms.revenue.sharing import Sale, points_of, shares_of
from mumian.rooms.revenue.terms import (
    CELLS_MAX,
    OWNERS_MAX,
    Cell,
    Cost,
    Factors,
    FeeKind,
    FeeLine,
    Measured,
    Method,
    NegativePolicy,
    Share,
    ShareKind,
    Step,
    Terms,
    Valuation,
)

NOW = 1_790_000_000_000
"""In 2026: what rounding keeps goes on."""
DIGEST = "c0" * 32
RISK = ProductId("product-1")
ANN, BOB, CAT, BODY, OPERATOR, SELLER, VENUE = (
    PartyId(name) for name in ("ann", "bob", "cat", "bureau", "operator", "merchant", "exchange")
)
VENUE_FEE = FeeLine(VENUE, FeeKind.EXCHANGE_FEE, rate_bp=250)
SERVICE = FeeLine(OPERATOR, FeeKind.SERVICE_FEE, amount_fen=1_000)
CELLS = (Cell(0b001, 60), Cell(0b010, 25), Cell(0b011, 10), Cell(0b111, 6))
"""Points: ann 60 + 5 + 2 = 67, bob 25 + 5 + 2 = 32, cat 2; of 101."""


def proposing(
    actor: str = SELLER,
    *,
    seller: str | None = SELLER,
    sold: bool = False,
    holders: tuple[PartyId, ...] = (ANN, BOB, CAT),
    accepting: tuple[PartyId, ...] = (ANN, BOB, CAT),
) -> DistributionFacts:
    return DistributionFacts(
        seq=9,
        now=NOW,
        actor=PartyId(actor),
        seller=None if seller is None else PartyId(seller),
        sold_already=sold,
        holders=holders,
        public_bodies=(BODY,),
        operators=(OPERATOR,),
        grant_terms_accept=accepting,
    )


def recording(actor: str = SELLER, root: PartyId | None = None) -> ContributionFacts:
    return ContributionFacts(seq=9, now=NOW, actor=PartyId(actor), domain_root=root)


def by(actor: str) -> Facts:
    return Facts(seq=9, now=NOW, actor=PartyId(actor))


def a_rule(**fields: Any) -> AgreeDistribution:
    """2.5 % to the exchange, 10 yuan to the operator, 40 % of the net to the merchant, the rest by coverage."""
    asked: dict[str, Any] = {
        "product": RISK,
        "fees": (VENUE_FEE, SERVICE),
        "owners": (ANN, BOB, CAT),
        "method": Method.COVERAGE_SHAPLEY,
        "merchant_bp": 4_000,
    }
    return AgreeDistribution(**{**asked, **fields})


def a_contribution(basis: str = "job-5", cells: tuple[Cell, ...] = CELLS) -> RecordContribution:
    return RecordContribution(RISK, basis, cells, DIGEST)


SALE = Distribute("order-7", RISK, 100_000)


def do(state: State, command: Command, facts: Facts) -> list[Event]:
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        assert msgspec.json.decode(canonical(event), type=Event) == event
        evolve(state, event)
    return events


def empty() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def proposed() -> State:
    """Waits for Bob."""
    state = empty()
    do(state, a_rule(), proposing(accepting=(ANN, CAT)))
    return state


def agreed() -> State:
    state = proposed()
    do(state, ConsentToDistribution(RISK, 1), by(BOB))
    return state


def recorded() -> State:
    state = agreed()
    do(state, a_contribution(), recording())
    return state


def shared() -> State:
    state = recorded()
    do(state, SALE, by(MARKET))
    return state


def fixed() -> State:
    state = empty()
    do(state, a_rule(method=Method.FIXED, owner_bp=(5_000, 3_000, 2_000)), proposing())
    return state


WEIGHTS = Factors(quality=3, uniqueness=0, usage=2, processing=1, scenario=0, compliance=0)
UTILITY = "ridge-explained-mse/1"


def scored() -> State:
    state = empty()
    do(state, a_rule(method=Method.SCORE, weights=WEIGHTS), proposing())
    return state


def measured(negative: NegativePolicy = NegativePolicy.ZERO_AND_RENORMALISE) -> State:
    state = empty()
    do(state, a_rule(method=Method.SHAPLEY, measured=Measured(UTILITY, negative)), proposing())
    return state


def strict() -> State:
    return measured(NegativePolicy.REFUSE)


def scores(*quality: int) -> RecordScores:
    return RecordScores(RISK, "month-1", tuple(Factors(each, 9, 1, 0, 9, 9) for each in quality), DIGEST)


def values(*nano: int, basis: str = "month-1", utility: str = UTILITY) -> RecordValuation:
    found = Valuation("exact-table/1", utility, nano, (0,) * len(nano), 1_000, 0, 8)
    return RecordValuation(RISK, basis, found, DIGEST)


WAIVER = RecordWaiver("order-7", RISK)


def waiving(
    paid_fen: int | None = 60_000, *, actor: str = SELLER, seller: PartyId | None = SELLER, good: bool = True
) -> WaiverFacts:
    asked_fen = None if paid_fen is None else 100_000
    return WaiverFacts(
        seq=9,
        now=NOW,
        actor=PartyId(actor),
        seller=seller,
        list_fen=asked_fen,
        paid_fen=paid_fen,
        is_for_public_good=good,
    )


def waived() -> State:
    state = recorded()
    do(state, WAIVER, waiving())
    return state


COST = Cost(SELLER, 90_000, DIGEST)
STEPS = (Step(4_000, 150_000), Step(1_000))
CONSENT = ConsentToDistribution(RISK, 1)
NO_RATE, TWO_RATES = FeeLine(VENUE, FeeKind.BROKER), FeeLine(VENUE, FeeKind.BROKER, 1, 1)
MANY = tuple(PartyId(f"party-{nth}") for nth in range(OWNERS_MAX + 1))

REFUSALS: list[tuple[Callable[[], State], Command, Facts, R]] = [
    (empty, a_rule(), proposing(seller=None), R.PRODUCT_UNKNOWN),
    (empty, a_rule(), proposing(ANN), R.NOT_THE_SELLER),
    (recorded, SALE, by(SELLER), R.NOT_THE_MARKET),
    (proposed, a_rule(), proposing(sold=True), R.SOLD_ALREADY),
    (agreed, a_rule(), proposing(), R.RULE_IN_FORCE),
    (empty, a_rule(merchant_bp=None), proposing(), R.RATE_MISSING),
    (empty, a_rule(fees=(NO_RATE,)), proposing(), R.RATE_MISSING),
    (empty, a_rule(fees=(TWO_RATES,)), proposing(), R.RATE_MISSING),
    (empty, a_rule(fees=(VENUE_FEE, replace(VENUE_FEE, rate_bp=9_751))), proposing(), R.RATES_TOO_HIGH),
    (empty, a_rule(owners=MANY), proposing(holders=MANY), R.TOO_MANY_LINES),
    (empty, a_rule(fees=(VENUE_FEE,) * 33), proposing(), R.TOO_MANY_LINES),
    (empty, a_rule(), replace(proposing(), strangers=(PartyId("party-99"),)), R.PAYEE_UNKNOWN),
    (empty, a_rule(owners=(ANN, BOB, CAT, ANN)), proposing(), R.OWNER_REPEATED),
    (empty, a_rule(owners=(ANN, BOB, CAT, BODY)), proposing(), R.PUBLIC_BODY_PAID),
    (empty, a_rule(fees=(replace(SERVICE, payee=BODY),)), proposing(), R.PUBLIC_BODY_PAID),
    (empty, a_rule(owners=(ANN, BOB, CAT, OPERATOR)), proposing(), R.OPERATOR_ONLY_SERVICE_FEE),
    (empty, a_rule(fees=(replace(SERVICE, kind=FeeKind.LABOUR),)), proposing(), R.OPERATOR_ONLY_SERVICE_FEE),
    (empty, a_rule(owners=(ANN, BOB)), proposing(), R.HOLDER_NOT_NAMED),
    (empty, a_rule(), proposing(holders=(ANN, BOB)), R.NOT_A_HOLDER),
    (empty, a_rule(owners=()), proposing(holders=()), R.NOBODY_SHARES),
    (empty, a_rule(method=Method.FIXED), proposing(), R.FIXED_SHARES_MISMATCH),
    (empty, a_rule(method=Method.FIXED, owner_bp=(5_000, 5_000)), proposing(), R.FIXED_SHARES_MISMATCH),
    (empty, a_rule(method=Method.FIXED, owner_bp=(5_000, 3_000, 1_999)), proposing(), R.FIXED_SHARES_MISMATCH),
    (empty, a_rule(owner_bp=(5_000, 3_000, 2_000)), proposing(), R.FIXED_SHARES_MISMATCH),
    (empty, a_rule(steps=STEPS), proposing(), R.RATE_MISSING),
    (empty, a_rule(costs=(COST, COST)), proposing(), R.COSTS_UNSOUND),
    (empty, a_rule(costs=(replace(COST, payee=BODY),)), proposing(), R.COSTS_UNSOUND),
    (empty, a_rule(costs=tuple(replace(COST, payee=each) for each in MANY[:17])), proposing(), R.COSTS_UNSOUND),
    (empty, a_rule(merchant_bp=None, steps=STEPS[:1]), proposing(), R.STEPS_UNSOUND),
    (empty, a_rule(merchant_bp=None, steps=STEPS[:1] * 2), proposing(), R.STEPS_UNSOUND),
    (empty, a_rule(merchant_bp=None, steps=(STEPS[1], STEPS[1])), proposing(), R.STEPS_UNSOUND),
    (empty, a_rule(merchant_bp=None, steps=STEPS[:1] * 16 + STEPS[1:]), proposing(), R.STEPS_UNSOUND),
    (
        empty,
        a_rule(merchant_bp=None, steps=(Step(10_000, 1), Step(1)), owners=()),
        proposing(holders=()),
        R.STEPS_UNSOUND,
    ),
    (empty, a_rule(weights=WEIGHTS), proposing(), R.METHOD_TERMS_MISMATCH),
    (empty, a_rule(method=Method.SCORE), proposing(), R.METHOD_TERMS_MISMATCH),
    (empty, a_rule(method=Method.SCORE, weights=Factors(0, 0, 0, 0, 0, 0)), proposing(), R.METHOD_TERMS_MISMATCH),
    (empty, a_rule(method=Method.SHAPLEY), proposing(), R.METHOD_TERMS_MISMATCH),
    (scored, a_contribution(), recording(), R.METHOD_MISMATCH),
    (agreed, scores(1, 2, 3), recording(), R.METHOD_MISMATCH),
    (agreed, values(1, 2, 3), recording(), R.METHOD_MISMATCH),
    (fixed, a_contribution(), recording(), R.METHOD_MISMATCH),
    (measured, values(1, 2, 3, utility="ridge-explained-mse/2"), recording(), R.UTILITY_MISMATCH),
    (scored, scores(1, 2), recording(), R.OWNERS_MISMATCH),
    (measured, values(1, 2), recording(), R.OWNERS_MISMATCH),
    (strict, values(5, -1, 5), recording(), R.BELOW_ZERO),
    (measured, values(0, -1, 0), recording(), R.CONTRIBUTION_EMPTY),
    (
        scored,
        replace(scores(0, 0, 0), scores=(Factors(0, 1, 0, 0, 1, 1),) * 3),
        recording(),
        R.CONTRIBUTION_EMPTY,
    ),
    (recorded, WAIVER, waiving(seller=None), R.PRODUCT_UNKNOWN),
    (recorded, WAIVER, waiving(actor=ANN), R.NOT_THE_SELLER),
    (empty, WAIVER, waiving(), R.NOT_AGREED),
    (agreed, WAIVER, waiving(), R.CONTRIBUTION_MISSING),
    (recorded, WAIVER, waiving(None), R.SALE_UNKNOWN),
    (waived, WAIVER, waiving(), R.WAIVED_ALREADY),
    (recorded, WAIVER, waiving(100_000), R.NOTHING_WAIVED),
    (recorded, WAIVER, waiving(good=False), R.NOT_FOR_PUBLIC_GOOD),
    (recorded, replace(SALE, exchange_fee_fen=96_501), by(MARKET), R.FEES_EXCEED_GROSS),
    (empty, CONSENT, by(BOB), R.NOT_AGREED),
    (empty, SALE, by(MARKET), R.NOT_AGREED),
    (proposed, ConsentToDistribution(RISK, 2), by(BOB), R.VERSION_MISMATCH),
    (proposed, CONSENT, by(ANN), R.NOTHING_TO_CONSENT),
    (agreed, CONSENT, by(BOB), R.NOTHING_TO_CONSENT),
    (proposed, a_contribution(), recording(), R.NOT_IN_FORCE),
    (proposed, SALE, by(MARKET), R.NOT_IN_FORCE),
    (agreed, a_contribution(), recording(ANN), R.NOT_A_RECORDER),
    (recorded, a_contribution(), recording(), R.BASIS_TAKEN),
    (agreed, a_contribution(cells=()), recording(), R.CELLS_NONE_OR_TOO_MANY),
    (agreed, a_contribution(cells=CELLS[:1] * (CELLS_MAX + 1)), recording(), R.CELLS_NONE_OR_TOO_MANY),
    (agreed, a_contribution(cells=(Cell(0b1000, 1),)), recording(), R.MASK_BEYOND_OWNERS),
    (agreed, a_contribution(cells=(Cell(0b1, 0),)), recording(), R.CONTRIBUTION_EMPTY),
    (shared, SALE, by(MARKET), R.DISTRIBUTED_ALREADY),
    (agreed, SALE, by(MARKET), R.CONTRIBUTION_MISSING),
    (recorded, replace(SALE, basis="job-6"), by(MARKET), R.CONTRIBUTION_MISSING),
    (recorded, replace(SALE, gross_fen=1_025), by(MARKET), R.FEES_EXCEED_GROSS),
]


@pytest.mark.parametrize(("state", "command", "facts", "refusal"), REFUSALS)
def test_revenue_refuses_by_name(state: Callable[[], State], command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(state(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_revenue_has_a_case() -> None:
    assert {refusal for _, _, _, refusal in REFUSALS} == set(R)


def amounts(state: State, sale: str = "order-7") -> dict[str, int]:
    found = views.distribution(state, RISK, sale)
    assert found is not None
    return {share.payee: share.amount_fen for share in found.shares}


def test_a_sale_is_shared_by_fees_then_merchant_then_contribution_to_the_last_fen() -> None:
    state = recorded()
    (event,) = do(state, SALE, by(MARKET))
    # net = 100,000 - 2,500 - 1,000 = 96,500; the merchant 38,600; the pot of 57,900 goes 67 : 32 : 2
    assert event == Distributed(
        "order-7",
        RISK,
        version=1,
        basis="job-5",
        gross_fen=100_000,
        shares=(
            Share(VENUE, ShareKind.EXCHANGE_FEE, 2_500, str(2_500 * 101 * 10**8)),
            Share(OPERATOR, ShareKind.SERVICE_FEE, 1_000, str(1_000 * 101 * 10**8)),
            Share(SELLER, ShareKind.MERCHANT, 38_600, str(38_600 * 101 * 10**8)),
            Share(ANN, ShareKind.OWNER, 38_409, str(57_900 * 67 * 10**8)),
            Share(BOB, ShareKind.OWNER, 18_345, str(57_900 * 32 * 10**8)),
            Share(CAT, ShareKind.OWNER, 1_146, str(57_900 * 2 * 10**8)),
        ),
        denominator=str(101 * 10**8),
        at=NOW,
        owed=(0, 0, 0, -89_108_910_891, -445_544_554_455, 534_653_465_346),
    )
    assert [place for law in LAWS for place in law(state)] == []


def test_points_are_the_shapley_value_of_the_covered_rows() -> None:
    table = exact_shapley(3, lambda mask: sum(cell.weight for cell in CELLS if cell.owners_mask & mask))
    assert points_of(Method.COVERAGE_SHAPLEY, CELLS, owners=3) == table == [67, 32, 2]
    assert recorded().contributions[f"{RISK}/job-5"].points == ("67", "32", "2")
    join = (Cell(0b011, 1), Cell(0b111, 1))
    assert points_of(Method.EQUAL_JOIN, join, owners=3) == [5, 5, 2]


def test_fixed_parts_need_no_contribution() -> None:
    state = fixed()
    do(state, SALE, by(MARKET))
    assert amounts(state) == {
        VENUE: 2_500,
        OPERATOR: 1_000,
        SELLER: 38_600,
        ANN: 28_950,
        BOB: 17_370,
        CAT: 11_580,
    }


@pytest.mark.parametrize(
    ("gross_fen", "floor_fen", "owners"),
    [
        (10_000, 0, [3_980, 1_901, 119]),
        (10_000, 1_000, [1_000 + 1_990, 1_000 + 951, 1_000 + 59]),
        (10_000, 2_000, [2_000, 2_000, 2_000]),
        (10_000, 2_001, [2_000, 2_000, 2_000]),
        (1, 0, [0, 0, 0]),  # the one fen goes to the largest remainder, the merchant
    ],
)
def test_a_floor_is_paid_first_and_equally_where_it_cannot_be_met(
    gross_fen: int, floor_fen: int, owners: list[int]
) -> None:
    state = empty()
    do(state, a_rule(fees=(), floor_fen=floor_fen), proposing())
    do(state, a_contribution(), recording())
    do(state, replace(SALE, gross_fen=gross_fen), by(MARKET))
    assert [amounts(state)[owner] for owner in (ANN, BOB, CAT)] == owners
    assert [place for law in LAWS for place in law(state)] == []


def test_a_sale_that_only_pays_its_fixed_fees_leaves_nothing_to_share() -> None:
    state = empty()
    do(state, a_rule(fees=(SERVICE,)), proposing())
    do(state, a_contribution(), recording())
    do(state, replace(SALE, gross_fen=1_000), by(MARKET))
    assert amounts(state) == {OPERATOR: 1_000, SELLER: 0, ANN: 0, BOB: 0, CAT: 0}
    assert [place for law in LAWS for place in law(state)] == []


def test_a_product_of_public_data_alone_pays_its_merchant_and_feeds_back_to_the_body() -> None:
    state = empty()
    do(state, a_rule(owners=(), merchant_bp=10_000), proposing(holders=()))
    do(state, SALE, by(MARKET))
    do(state, replace(SALE, sale="bill-7.1", gross_fen=2_000), by(MARKET))
    assert amounts(state) == {VENUE: 2_500, OPERATOR: 1_000, SELLER: 96_500}
    assert list(views.feedback_of(state, BODY)) == [(RISK, Feedback(sales=2, gross_fen=102_000))]
    assert views.paid(state, RISK)[OPERATOR, ShareKind.SERVICE_FEE] == 2_000
    assert [sale for sale, _ in views.distributions_of(state, RISK)] == ["bill-7.1", "order-7"]


def test_a_distribution_is_in_force_once_every_owner_agreed_and_a_new_proposal_asks_again() -> None:
    state = proposed()
    assert not views.in_force(state, RISK)
    (event,) = do(state, a_rule(merchant_bp=3_000), proposing(accepting=()))
    assert isinstance(event, DistributionAgreed)
    assert (event.version, event.waiting) == (2, (ANN, BOB, CAT))
    for owner in (ANN, BOB, CAT):
        assert not views.in_force(state, RISK)
        do(state, ConsentToDistribution(RISK, 2), by(owner))
    rule = views.rule_of(state, RISK)
    assert rule is not None
    assert views.in_force(state, RISK)
    assert (rule.terms.merchant_bp, rule.in_force_at) == (3_000, NOW)


def test_a_seller_who_is_an_owner_agrees_by_proposing() -> None:
    state = empty()
    do(state, a_rule(owners=(ANN, SELLER)), proposing(holders=(ANN, SELLER), accepting=(ANN,)))
    assert views.in_force(state, RISK)


def test_a_sale_follows_the_contribution_that_it_names_or_the_latest() -> None:
    state = recorded()
    do(state, a_contribution("month-2", (Cell(0b100, 1),)), recording("node", PartyId("node")))
    do(state, a_contribution("month-3", (Cell(0b010, 1),)), recording(MARKET))
    do(state, replace(SALE, basis="month-2"), by(MARKET))
    do(state, replace(SALE, sale="order-8"), by(MARKET))
    assert amounts(state)[CAT] == 57_900
    assert amounts(state, "order-8")[BOB] == 57_900
    found = views.contribution(state, RISK, "month-2")
    assert found is not None
    assert found.evidence_digest == DIGEST


@st.composite
def sales(draw: st.DrawFn) -> tuple[Terms, list[int], int]:
    rates = draw(st.lists(st.integers(0, 2_000), max_size=3))
    fixed = draw(st.lists(st.integers(0, 50), max_size=3))
    lines = [FeeLine(VENUE, FeeKind.BROKER, rate_bp=rate) for rate in rates]
    fees = (*lines, *(FeeLine(VENUE, FeeKind.LABOUR, amount_fen=fen) for fen in fixed))
    points = draw(st.lists(st.integers(0, 2**60), min_size=1, max_size=6).filter(any))
    owners = tuple(PartyId(f"party-{nth}") for nth in range(len(points)))
    merchant_bp, floor_fen = draw(st.integers(0, 10_000)), draw(st.integers(0, 200))
    terms = Terms(SELLER, fees, merchant_bp, owners, Method.COVERAGE_SHAPLEY, (), floor_fen, ())
    lowest = -(-sum(fixed) * 10_000 // (10_000 - sum(rates))) + 1
    return terms, points, draw(st.integers(lowest, 10**12))


def slow_shares(terms: Terms, points: list[int], gross_fen: int) -> list[Fraction]:
    """Follow the words of the rule in fractions."""
    fees = [
        Fraction(gross_fen * fee.rate_bp, 10_000) if fee.rate_bp is not None else Fraction(fee.amount_fen or 0)
        for fee in terms.fees
    ]
    net = gross_fen - sum(fees, Fraction(0))
    merchant = net * terms.merchant_bp / 10_000
    pot, floors = net - merchant, terms.floor_fen * len(points)
    if pot < floors:
        return [*fees, merchant, *(pot / len(points) for _ in points)]
    owners = [terms.floor_fen + (pot - floors) * Fraction(point, sum(points)) for point in points]
    return [*fees, merchant, *owners]


@given(sales())
def test_shares_are_the_exact_ones_rounded_by_less_than_one_fen_and_add_up(sale: tuple[Terms, list[int], int]) -> None:
    terms, points, gross_fen = sale
    shared = shares_of(terms, Sale(gross_fen, points, Tally()))
    shares, denominator = shared.shares, shared.denominator
    exact = slow_shares(terms, points, gross_fen)
    assert [Fraction(int(share.numerator), denominator) for share in shares] == exact
    assert all(abs(share.amount_fen - part) < 1 for share, part in zip(shares, exact, strict=True))
    assert sum(share.amount_fen for share in shares) == gross_fen


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    state = shared()
    key = f"{RISK}/order-7"
    found = state.distributions[key]
    first, *others = found.shares
    state.distributions[key] = replace(
        found, at=NOW - 1, shares=(replace(first, payee=BODY, amount_fen=first.amount_fen + 1), *others), owed=()
    )
    state.feedback[f"{BODY}/{RISK}"] = Feedback(sales=2, gross_fen=100_000)
    state.tallies[RISK] = Tally(100_001, (), (10**13, -(10**13)))
    broken = {law.__name__ for law in LAWS if list(law(state))}
    assert broken == {law.__name__ for law in LAWS} - {"what_rounding_keeps_is_exact_less_paid"}


def test_laws_see_a_fen_that_rounding_moved_and_a_cost_that_came_back_twice() -> None:
    state = shared()
    tally = state.tallies[RISK]
    moved = list(tally.owed)
    moved[3], moved[4] = moved[3] + 5, moved[4] - 5
    state.tallies[RISK] = replace(tally, owed=tuple(moved))
    assert {law.__name__ for law in LAWS if list(law(state))} == {"what_rounding_keeps_is_exact_less_paid"}
    rule = state.rules[RISK]
    state.rules[RISK] = replace(rule, terms=replace(rule.terms, costs=(COST,)))
    state.tallies[RISK] = replace(tally, recovered_fen=(90_001,))
    assert {law.__name__ for law in LAWS if list(law(state))} == {"no_more_than_its_cost_comes_back"}


def test_laws_see_a_sale_without_a_rule_and_exact_shares_that_do_not_add_up() -> None:
    state = shared()
    key = f"{RISK}/order-7"
    found = state.distributions[key]
    state.distributions[key] = replace(found, shares=found.shares[1:], gross_fen=97_501, owed=())
    state.tallies[RISK] = Tally(97_501)
    state.feedback[f"{BODY}/{RISK}"] = Feedback(1, 97_501)
    assert {law.__name__ for law in LAWS if list(law(state))} == {
        "every_distribution_adds_up_to_its_gross",
        "every_share_is_within_one_fen_of_exact",
    }
    del state.rules[RISK]
    assert "what_is_shared_was_agreed_before" in {law.__name__ for law in LAWS if list(law(state))}
