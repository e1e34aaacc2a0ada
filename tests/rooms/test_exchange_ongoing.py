"""Deals that go on: a share of what the buyer earns, month by month; subscriptions that renew themselves."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

import pytest
from msgspec.structs import replace
from test_exchange import (
    AIR,
    LATER,
    LOST,
    OCTOBER,
    ORDER,
    REPORT,
    SEPTEMBER,
    SUSPEND,
    at_shelf,
    by,
    do,
    frame,
    owing,
    pricing,
    report,
    reported,
    shared,
    subscribed,
)

from mumian.kernel.ids import MARKET, PartyId
from mumian.kernel.limits import Start, Stop
from mumian.kernel.time import DAY_MS, end_of, month_of, months_from
from mumian.rooms.exchange.events import DeliveryAccepted, OrderPlaced, RenewalLapsed, TurnoverMissed, TurnoverReported
from mumian.rooms.exchange.laws import LAWS
from mumian.rooms.exchange.model import (
    AcceptDelivery,
    CloseUsage,
    DelistProduct,
    ListProduct,
    MissTurnover,
    RenewalFacts,
    RenewOrder,
    SetRenewal,
    State,
)
from mumian.rooms.exchange.ongoing import watch_month
from mumian.rooms.exchange.product import Price, PriceMode, Unit, share_fen
from mumian.rooms.exchange.states import DealState
from mumian.rooms.exchange.terms import RENEWAL_DUE, TURNOVER_DUE, RenewalReason

BEYOND = LATER + 11 * DAY_MS
"""On 2026-10-02."""


def faults(state: State) -> list[str]:
    return [fault for law in LAWS for fault in law(state)]


def test_a_month_so_far_is_paid_at_once_and_reported_again_when_it_is_over() -> None:
    state = shared()
    (early,) = do(state, report(turnover_fen=80_007), by("insurer", now=LATER))
    assert isinstance(early, TurnoverReported)
    assert (early.bill, early.amount_fen, early.is_over, early.clocks) == ("bill-7.1", 10_000, False, ())
    assert state.orders[ORDER].owed_month == SEPTEMBER
    (final,) = do(state, report(turnover_fen=80_017), by("insurer", now=BEYOND))
    assert isinstance(final, TurnoverReported)
    assert (final.grown_fen, final.amount_fen, final.is_over) == (10, 2, True)
    assert state.orders[ORDER].owed_month == OCTOBER
    assert (state.orders[ORDER].billed_fen, state.volumes[REPORT].gross_fen) == (10_002, 10_002)
    assert faults(state) == []


def test_each_month_has_its_days_until_it_is_missed() -> None:
    state = shared()
    start = watch_month(ORDER, PartyId("insurer"), SEPTEMBER, by("insurer", now=LATER))
    assert (start.kind, start.owner, start.count) == (TURNOVER_DUE, "insurer", end_of(SEPTEMBER) + 15 * DAY_MS)
    (final,) = do(state, report(), by("insurer", now=BEYOND))
    assert isinstance(final, TurnoverReported)
    (again,) = final.clocks
    assert isinstance(again, Start)
    assert again.count == end_of(OCTOBER) + 15 * DAY_MS


def test_who_missed_a_month_orders_again_once_it_is_reported() -> None:
    state = owing()
    assert dict(state.owing.under()) == {f"insurer/{ORDER}": SEPTEMBER}
    do(state, report(), by("insurer", now=LATER + 26 * DAY_MS))
    assert dict(state.owing.under()) == {}
    assert faults(state) == []


def test_the_exchange_reports_in_the_stead_of_a_buyer_who_does_not() -> None:
    state = owing()
    (said,) = do(state, report(turnover_fen=90_000), by("exchange", now=LATER + 26 * DAY_MS))
    assert isinstance(said, TurnoverReported)
    assert (said.by, said.buyer, said.amount_fen) == ("exchange", "insurer", 1_250)


def test_a_month_that_is_over_may_still_grow() -> None:
    state = shared()
    do(state, report(turnover_fen=10_000), by("insurer", now=BEYOND))
    (said,) = do(state, report(turnover_fen=20_000), by("insurer", now=BEYOND + DAY_MS))
    assert isinstance(said, TurnoverReported)
    assert (said.amount_fen, said.clocks, state.orders[ORDER].owed_month) == (1_250, (), OCTOBER)
    assert faults(state) == []


@pytest.mark.parametrize(
    ("state", "actor", "now", "reached"),
    [
        (shared, "merchant", LATER, DealState.CANCELLED),
        (reported, "merchant", LATER, DealState.SETTLED),
        (reported, "insurer", LATER, DealState.SETTLED),
        (owing, MARKET, LATER + 26 * DAY_MS, DealState.SETTLED),
    ],
)
def test_a_share_ends_with_its_limits_and_what_was_owed(
    state: Callable[[], State], actor: str, now: int, reached: DealState
) -> None:
    after = state()
    (closed,) = do(after, CloseUsage(ORDER), by(actor, now=now))
    assert closed.clocks == (Stop(ORDER),)  # type: ignore[union-attr]
    assert after.orders[ORDER].state is reached
    assert dict(after.owing.under()) == {}
    assert faults(after) == []


def test_the_month_missed_is_the_one_owed() -> None:
    assert do(shared(), MissTurnover(ORDER), by(MARKET, now=LATER + 25 * DAY_MS)) == [
        TurnoverMissed(ORDER, PartyId("insurer"), SEPTEMBER)
    ]


@pytest.mark.parametrize("seed", range(20))
def test_reporting_in_parts_comes_to_the_share_of_the_whole(seed: int) -> None:
    rng, state = random.Random(seed), shared()
    month, now, paid_fen = SEPTEMBER, LATER, 0
    totals = {month: 0}
    for _ in range(60):
        totals[month] += rng.choice((0, 1, 7, 7_999, 10**9))
        (said,) = do(state, report(month, totals[month]), by("insurer", now=now))
        assert isinstance(said, TurnoverReported)
        paid_fen += said.amount_fen
        if said.is_over:
            month = months_from(month, 1)
            totals[month] = 0
        now = max(now, end_of(month) + DAY_MS if rng.random() < 0.3 else now)
        if month > month_of(now):
            now = end_of(months_from(month, -1))
    assert paid_fen == state.orders[ORDER].billed_fen == int(Fraction(1_250, 10_000) * sum(totals.values()))
    assert faults(state) == []


@pytest.mark.parametrize("share_bp", [1, 333, 9_999, 10_000])
def test_a_share_is_rounded_down_and_never_more_than_what_it_is_of(share_bp: int) -> None:
    for turnover_fen in (0, 1, 9_999, 10_000, 123_456_789):
        exact = Fraction(share_bp * turnover_fen, 10_000)
        assert 0 <= exact - share_fen(share_bp, turnover_fen) < 1
        assert share_fen(share_bp, turnover_fen) <= turnover_fen


def renewing(payable_fen: int = 10**6, **said: object) -> RenewalFacts:
    facts = RenewalFacts(
        **frame(MARKET, LATER + 61 * DAY_MS, 90), broken=None, is_buyer=True, payable_fen=payable_fen, may_agree=True
    )
    return replace(facts, **said)


def lasting(limit_fen: int = 200) -> State:
    """A subscription whose time is over, set to renew itself."""
    state = subscribed()
    do(state, SetRenewal(ORDER, limit_fen), by("insurer", now=LATER))
    (accepted,) = do(state, AcceptDelivery(ORDER), by(MARKET, now=LATER + 61 * DAY_MS))
    assert isinstance(accepted, DeliveryAccepted)
    return state


def test_a_subscription_renews_itself_at_the_price_of_the_day() -> None:
    state = lasting(limit_fen=300)
    do(state, ListProduct(REPORT, Price(PriceMode.SUBSCRIPTION, 120, Unit.MONTH)), pricing(AIR))
    (placed,) = do(state, RenewOrder(ORDER), renewing())
    assert isinstance(placed, OrderPlaced)
    assert (placed.order, placed.renews, placed.renewal_fen, placed.escrow_fen) == ("order-90", ORDER, 300, 240)
    assert (placed.unit_months, placed.quantity, placed.buyer) == (1, 2, "insurer")
    assert faults(state) == []


def yearly(state: State) -> None:
    do(state, ListProduct(REPORT, Price(PriceMode.SUBSCRIPTION, 100, Unit.YEAR)), pricing(AIR))


def fixed(state: State) -> None:
    do(state, ListProduct(REPORT, Price(PriceMode.FIXED, 100, Unit.PRODUCT)), pricing(AIR))


def dearer(state: State) -> None:
    do(state, ListProduct(REPORT, Price(PriceMode.SUBSCRIPTION, 101, Unit.MONTH)), pricing(AIR))


def suspended(state: State) -> None:
    do(state, SUSPEND, by("regulator"))


def delisted(state: State) -> None:
    do(state, DelistProduct(REPORT), at_shelf("merchant"))


def owes_elsewhere(state: State) -> None:
    state.owing["insurer/order-8"] = SEPTEMBER


def nothing(_state: State) -> None:
    pass


@pytest.mark.parametrize(
    ("happens", "facts", "reason"),
    [
        (suspended, renewing(), RenewalReason.NOT_OFFERED),
        (delisted, renewing(), RenewalReason.NOT_OFFERED),
        (yearly, renewing(), RenewalReason.NOT_OFFERED),
        (fixed, renewing(), RenewalReason.NOT_OFFERED),
        (dearer, renewing(), RenewalReason.ABOVE_LIMIT),
        (nothing, renewing(broken=LOST), RenewalReason.RIGHTS),
        (nothing, renewing(is_buyer=False), RenewalReason.NOT_A_BUYER),
        (owes_elsewhere, renewing(), RenewalReason.NOT_A_BUYER),
        (nothing, renewing(may_agree=False), RenewalReason.TERMS),
        (nothing, renewing(terms_until=LATER + 100 * DAY_MS), RenewalReason.TERMS),
        (nothing, renewing(199), RenewalReason.FUNDS),
    ],
)
def test_a_renewal_that_cannot_be_had_lapses_and_says_why(
    happens: Callable[[State], None], facts: RenewalFacts, reason: RenewalReason
) -> None:
    state = lasting()
    happens(state)
    assert do(state, RenewOrder(ORDER), facts) == [RenewalLapsed(ORDER, PartyId("insurer"), reason)]
    assert state.orders[ORDER].renewal_fen == 0
    assert len(list(state.orders.under())) == 1


def test_what_was_not_set_or_set_back_does_not_renew() -> None:
    state = subscribed()
    do(state, SetRenewal(ORDER, 200), by("insurer", now=LATER))
    do(state, SetRenewal(ORDER, 0), by("insurer", now=LATER))
    assert do(state, RenewOrder(ORDER), renewing()) == []


def test_what_is_paid_before_its_period_is_over_still_renews_when_it_is() -> None:
    state = subscribed()
    do(state, SetRenewal(ORDER, 200), by("insurer", now=LATER))
    (accepted,) = do(state, AcceptDelivery(ORDER), by("insurer", now=LATER + DAY_MS))
    assert isinstance(accepted, DeliveryAccepted)
    stop, start = accepted.clocks
    assert (stop, isinstance(start, Start) and start.kind) == (Stop(ORDER), RENEWAL_DUE)
    (unset,) = do(state, SetRenewal(ORDER, 0), by("insurer", now=LATER + 2 * DAY_MS))
    assert unset.clocks == (Stop(ORDER, RENEWAL_DUE),)  # type: ignore[union-attr]
    (reset,) = do(state, SetRenewal(ORDER, 200), by("insurer", now=LATER + 3 * DAY_MS))
    assert reset.clocks == (start,)  # type: ignore[union-attr]


def test_terms_that_last_as_long_as_the_new_time_are_enough() -> None:
    state = lasting()
    (placed,) = do(state, RenewOrder(ORDER), renewing(200, terms_until=LATER + 125 * DAY_MS))
    assert isinstance(placed, OrderPlaced)
