"""Decision table of settlement: one line a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from mumian.kernel.canonical import canonical
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, OPERATOR, PartyId, ProductId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, start_of
from mumian.rooms.settlement import views
from mumian.rooms.settlement.decide import decide
from mumian.rooms.settlement.evolve import evolve
from mumian.rooms.settlement.laws import LAWS
from mumian.rooms.settlement.model import (
    LINES_MAX,
    AdoptFees,
    AwardShare,
    BooksFacts,
    CancelPayout,
    ChargeBuyer,
    ChargeSettled,
    ClaimFacts,
    ClawBack,
    ClawedBack,
    CloseDay,
    Command,
    ConfirmPayout,
    DayClosed,
    DebtPaid,
    Event,
    FreezeShare,
    KeepBack,
    Part,
    PayDebt,
    PayoutCancelled,
    ReleaseReserve,
    RequestPayout,
    ReserveKept,
    ReturnPayout,
    SetReserve,
    SettleCharge,
    ShareAwarded,
    ShareFacts,
    ShareHeld,
    State,
)
from mumian.rooms.settlement.model import SettlementRefusal as R
from mumian.rooms.settlement.records import (
    Award,
    BatchId,
    ClawbackId,
    DisputeId,
    FeeLine,
    FeeSchedule,
    LineState,
    Payout,
    PayoutId,
    PayoutState,
    ReserveId,
    ReturnReason,
    Side,
    Total,
    age_of,
)

DAY = date(2026, 9, 30)
NOW = start_of(DAY) + DAY_MS
ACCOUNT, OTHER = "ac" * 32, "0e" * 32
ANN, BOB, CAT = PartyId("ann"), PartyId("bob"), PartyId("cat")
RISK = ProductId("product-1")
BALANCED = (Total("cash", 900, 5), Total("bank", -900, -5))


def by(actor: str, seq: int = 9) -> Facts:
    roles = frozenset({Role.EXCHANGE}) if actor == OPERATOR else frozenset()
    return Facts(seq=seq, now=NOW, actor=PartyId(actor), roles=roles)


def books(*stopped: PartyId, totals: tuple[Total, ...] = BALANCED, now: int = NOW, seq: int = 20) -> BooksFacts:
    roles = frozenset({Role.EXCHANGE})
    return BooksFacts(seq=seq, now=now, actor=OPERATOR, roles=roles, totals=totals, stopped=stopped)


def claim(*, shares: bool = True, is_known: bool = True) -> ClaimFacts:
    roles = frozenset({Role.EXCHANGE})
    return ClaimFacts(seq=9, now=NOW, actor=OPERATOR, roles=roles, shares=shares, is_known=is_known)


def sale(paid_fen: int | None = 1_000, *, cash_fen: int = 0, seq: int = 30) -> ShareFacts:
    roles = frozenset({Role.EXCHANGE})
    return ShareFacts(seq=seq, now=NOW, actor=OPERATOR, roles=roles, paid_fen=paid_fen, buyer=CAT, cash_fen=cash_fen)


def do(state: State, command: Command, facts: Facts) -> list[Event]:
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        assert msgspec.json.decode(canonical(event), type=Event) == event
        evolve(state, event)
    assert [place for law in LAWS for place in law(state)] == []
    return events


def empty() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def requested() -> State:
    state = empty()
    do(state, RequestPayout(700, ACCOUNT), by(ANN, 9))
    do(state, RequestPayout(50, OTHER), by(ANN, 10))
    do(state, RequestPayout(300, ACCOUNT), by(ANN, 11))
    do(state, RequestPayout(5, ACCOUNT), by(BOB, 12))
    return state


def closed() -> State:
    state = requested()
    do(state, CloseDay(DAY), books())
    return state


def confirmed() -> State:
    state = closed()
    do(state, ConfirmPayout(BatchId("batch-20"), 1), by(OPERATOR))
    return state


def reserved() -> State:
    state = empty()
    do(state, SetReserve(ANN, 1_000, 30), by(OPERATOR))
    do(state, keep(ANN, 5_000), by(MARKET, 15))
    return state


def frozen() -> State:
    state = empty()
    do(state, FreezeShare(RISK, ANN, BOB, ACCOUNT), claim())
    return state


def indebted() -> State:
    """Ann owes 400 of 1,000: 500 were kept back, 100 she had."""
    state = reserved()
    do(state, clawing(1_000), sale(cash_fen=100))
    return state


def keep(payee: PartyId, amount_fen: int, sale: str = "order-7") -> KeepBack:
    return KeepBack(RISK, sale, (Part(payee, amount_fen),))


def clawing(amount_fen: int) -> ClawBack:
    return ClawBack(RISK, "order-7", ANN, amount_fen, ACCOUNT)


BATCH, PAYOUT = BatchId("batch-20"), PayoutId("payout-9")

REFUSALS: list[tuple[Callable[[], State], Command, Facts, R]] = [
    (empty, keep(ANN, 1), by(OPERATOR), R.ONLY_THE_MARKET),
    (reserved, ReleaseReserve(ReserveId("reserve-15")), by(ANN), R.ONLY_THE_MARKET),
    (empty, ChargeBuyer("order-7", ANN, "model", 1), by(OPERATOR), R.ONLY_THE_MARKET),
    (empty, SettleCharge("order-7", 1), by(OPERATOR), R.ONLY_THE_MARKET),
    *(
        (closed, said, by(ANN), R.ONLY_THE_EXCHANGE)
        for said in (
            CloseDay(DAY),
            ConfirmPayout(BATCH, 1),
            ReturnPayout(BATCH, 1, ReturnReason.NAME_DIFFERS),
            SetReserve(ANN, 0, 1),
            FreezeShare(RISK, ANN, BOB, ACCOUNT),
            AwardShare(DisputeId("dispute-9"), Award.PAYEE),
            clawing(1),
            AdoptFees(()),
        )
    ),
    (requested, CancelPayout(PayoutId("payout-99")), by(ANN), R.PAYOUT_UNKNOWN),
    (requested, CancelPayout(PAYOUT), by(BOB), R.PAYOUT_UNKNOWN),
    (closed, CancelPayout(PAYOUT), by(ANN), R.PAYOUT_STATE_FORBIDS),
    (closed, ConfirmPayout(BATCH, 4), by(OPERATOR), R.LINE_UNKNOWN),
    (closed, ConfirmPayout(BatchId("batch-9"), 1), by(OPERATOR), R.LINE_UNKNOWN),
    (confirmed, ConfirmPayout(BATCH, 1), by(OPERATOR), R.LINE_DECIDED),
    (confirmed, ReturnPayout(BATCH, 1, ReturnReason.NAME_DIFFERS), by(OPERATOR), R.LINE_DECIDED),
    (indebted, RequestPayout(1, ACCOUNT), by(ANN), R.DEBT_OPEN),
    (indebted, PayDebt(401), by(ANN), R.NOTHING_OWED),
    (empty, PayDebt(1), by(ANN), R.NOTHING_OWED),
    (empty, CloseDay(DAY), books(now=NOW - 1), R.DAY_NOT_OVER),
    (closed, CloseDay(DAY), books(), R.DAY_CLOSED),
    (closed, CloseDay(date(2026, 9, 29)), books(), R.DAY_CLOSED),
    (empty, CloseDay(DAY), books(totals=(Total("cash", 1, 0),)), R.BOOKS_OUT_OF_BALANCE),
    (empty, CloseDay(DAY), books(totals=(Total("cash", 0, 1),)), R.BOOKS_OUT_OF_BALANCE),
    (empty, FreezeShare(RISK, ANN, BOB, ACCOUNT), claim(shares=False), R.NOT_A_SHARE),
    (empty, FreezeShare(RISK, ANN, BOB, ACCOUNT), claim(is_known=False), R.CLAIMANT_UNKNOWN),
    (empty, FreezeShare(RISK, ANN, ANN, ACCOUNT), claim(), R.CLAIMANT_UNKNOWN),
    (frozen, FreezeShare(RISK, ANN, CAT, ACCOUNT), claim(), R.FROZEN_ALREADY),
    (empty, AwardShare(DisputeId("dispute-9"), Award.PAYEE), by(OPERATOR), R.DISPUTE_UNKNOWN),
    (empty, clawing(1), sale(None), R.SALE_UNKNOWN),
    (empty, clawing(1), sale(0), R.SALE_UNKNOWN),
    (empty, clawing(1_001), sale(), R.MORE_THAN_PAID),
    (indebted, clawing(1), sale(), R.MORE_THAN_PAID),
    (empty, ReleaseReserve(ReserveId("reserve-9")), by(MARKET), R.RESERVE_UNKNOWN),
    (indebted, ReleaseReserve(ReserveId("reserve-15")), by(MARKET), R.RESERVE_UNKNOWN),
    (empty, AdoptFees((FeeLine(1), FeeLine(2))), by(OPERATOR), R.FEES_UNSOUND),
    (empty, AdoptFees((), NOW - 1), by(OPERATOR), R.FEES_BACKDATED),
    (empty, AdoptFees(tuple(FeeLine(1, "", nth) for nth in range(LINES_MAX + 1))), by(OPERATOR), R.FEES_UNSOUND),
]


@pytest.mark.parametrize(("state", "command", "facts", "refusal"), REFUSALS)
def test_settlement_refuses_by_name(state: Callable[[], State], command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(state(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_settlement_has_a_case() -> None:
    assert {refusal for _, _, _, refusal in REFUSALS} == set(R)


def test_a_day_nets_what_each_party_asked_to_be_paid_to_one_account() -> None:
    state = requested()
    (event,) = do(state, CloseDay(DAY), books())
    assert isinstance(event, DayClosed)
    lines = [(line.party, line.account_digest, line.amount_fen, line.payouts) for line in event.lines]
    assert lines == [
        (ANN, ACCOUNT, 1_000, ("payout-9", "payout-11")),
        (ANN, OTHER, 50, ("payout-10",)),
        (BOB, ACCOUNT, 5, ("payout-12",)),
    ]
    found = views.batch_of(state, DAY)
    assert found is not None
    assert found[1].states == (LineState.SENT,) * 3


def test_the_bank_answers_for_each_line_once() -> None:
    state = confirmed()
    do(state, ReturnPayout(BATCH, 3, ReturnReason.ACCOUNT_UNKNOWN), by(OPERATOR))
    assert state.payouts["payout-11"].state is PayoutState.CONFIRMED
    assert state.payouts["payout-12"].state is PayoutState.RETURNED
    assert state.payouts["payout-10"].state is PayoutState.SENT


def test_what_was_cancelled_is_in_no_batch_and_a_stopped_party_gets_its_money_back() -> None:
    state = requested()
    do(state, CancelPayout(PayoutId("payout-11")), by(ANN))
    event, stopped = do(state, CloseDay(DAY), books(BOB))
    assert stopped == PayoutCancelled(PayoutId("payout-12"), BOB, 5, MARKET)
    assert isinstance(event, DayClosed)
    assert [line.amount_fen for line in event.lines] == [700, 50]


def test_a_reserve_keeps_its_rate_rounded_down_until_its_days_are_over() -> None:
    state = reserved()
    (event,) = do(state, keep(ANN, 19, "order-8"), by(MARKET, 16))
    assert isinstance(event, ReserveKept)
    assert event.amount_fen == 1
    assert do(state, keep(ANN, 9, "order-9"), by(MARKET, 17)) == []
    assert list(views.reserves_of(state, ANN)) == [("reserve-15", 500), ("reserve-16", 1)]
    do(state, ReleaseReserve(ReserveId("reserve-15")), by(MARKET))
    assert list(views.reserves_of(state, ANN)) == [("reserve-16", 1)]
    do(state, SetReserve(ANN, 0, 1), by(OPERATOR))
    assert not views.keeps_back(state, RISK, ANN)


def test_reserves_of_one_sale_have_ids_of_their_own() -> None:
    state = empty()
    for party in (ANN, BOB, CAT):
        do(state, SetReserve(party, 5_000, 1), by(OPERATOR))
    events = do(state, KeepBack(RISK, "order-7", tuple(Part(each, 10) for each in (ANN, BOB, CAT))), by(MARKET, 15))
    again = do(state, KeepBack(RISK, "bill-7.1", (Part(ANN, 10), Part(BOB, 10))), by(MARKET, 15))
    names = [event.reserve for event in (*events, *again) if isinstance(event, ReserveKept)]
    assert names == ["reserve-15", "reserve-15.1", "reserve-15.2", "reserve-15.3", "reserve-15.4"]


def test_only_the_claimed_share_is_held_and_whoever_is_right_gets_it() -> None:
    for award, winner in ((Award.PAYEE, ANN), (Award.CLAIMANT, BOB)):
        state = frozen()
        do(state, SetReserve(ANN, 5_000, 9), by(OPERATOR))
        held = do(state, KeepBack(RISK, "order-7", (Part(ANN, 70), Part(CAT, 30))), by(MARKET))
        assert held == [ShareHeld(DisputeId("dispute-9"), ANN, "order-7", 70)]
        other = KeepBack(ProductId("product-2"), "order-8", (Part(ANN, 70),))
        assert [type(event) for event in do(state, other, by(MARKET, 16))] == [ReserveKept]
        (event,) = do(state, AwardShare(DisputeId("dispute-9"), award), by(OPERATOR))
        assert event == ShareAwarded(DisputeId("dispute-9"), RISK, ANN, winner, 70)
        assert isinstance(decide(state, AwardShare(DisputeId("dispute-9"), award), by(OPERATOR)), Refused)


def test_a_clawback_takes_reserves_then_cash_and_the_rest_is_owed_and_paid_by_later_shares() -> None:
    state = reserved()
    (event,) = do(state, clawing(1_000), sale(cash_fen=100))
    assert isinstance(event, ClawedBack)
    assert [(taken.reserve, taken.amount_fen) for taken in event.taken] == [("reserve-15", 500)]
    assert (event.cash_fen, event.owed_fen) == (100, 400)
    assert views.owed_fen(state, ANN) == 400
    paid, kept = do(state, keep(ANN, 500, "order-9"), by(MARKET, 40))
    assert paid == DebtPaid(event.clawback, ANN, CAT, 400)
    assert isinstance(kept, ReserveKept)
    assert kept.amount_fen == 10
    assert views.owed_fen(state, ANN) == 0


def test_the_oldest_debt_is_paid_first_and_a_debtor_may_pay_by_itself() -> None:
    state = empty()
    for nth, seq in enumerate((99, 100)):  # as text, clawback-100 would come before clawback-99
        do(state, replace(clawing(10), sale=f"order-{nth}"), sale(seq=seq))
    (paid,) = do(state, PayDebt(4), by(ANN))
    assert isinstance(paid, DebtPaid)
    assert paid.clawback == "clawback-99"
    first, second = do(state, PayDebt(16), by(ANN))
    assert isinstance(first, DebtPaid)
    assert isinstance(second, DebtPaid)
    assert (first.amount_fen, second.amount_fen) == (6, 10)


def test_a_fee_is_that_of_the_type_and_of_the_amount_with_its_cap() -> None:
    lines = (FeeLine(100), FeeLine(50, "", 10_000), FeeLine(300, "model"), FeeLine(300, "model", 9_000, 280))
    schedule = FeeSchedule(1, (*lines, FeeLine(9, side=Side.BUYER)))
    assert schedule.fee_fen(Side.SELLER, "report", 9_999) == 99
    assert schedule.fee_fen(Side.SELLER, "report", 10_000) == 50
    assert schedule.fee_fen(Side.SELLER, "model", 8_999) == 269
    assert schedule.fee_fen(Side.SELLER, "model", 20_000) == 280
    assert schedule.fee_fen(Side.BUYER, "model", 20_000) == 18


def seller_fee_fen(state: State, now: int = NOW) -> int:
    return views.fee_fen(state, Side.SELLER, "report", 9_999, now=now)


def test_a_schedule_counts_from_its_instant_on_and_the_one_before_it_until_then() -> None:
    state = empty()
    assert seller_fee_fen(state) == 0
    do(state, AdoptFees((FeeLine(100),)), by(OPERATOR))
    assert seller_fee_fen(state) == 99
    do(state, AdoptFees((FeeLine(900),), NOW + 7), by(OPERATOR))
    do(state, AdoptFees((FeeLine(200),), NOW + 9), by(OPERATOR))
    assert [seller_fee_fen(state, NOW + later) for later in (0, 8, 9)] == [99, 99, 199]
    do(state, AdoptFees(()), by(OPERATOR))
    assert seller_fee_fen(state) == 0


def test_a_buyers_fee_is_earned_as_far_as_the_price_is_due_and_the_rest_returns() -> None:
    for due_fen, parts in ((1_000, (10, 0)), (999, (9, 1)), (0, (0, 10))):
        state = empty()
        assert do(state, ChargeBuyer("order-7", ANN, "model", 1_000), by(MARKET)) == []
        do(state, AdoptFees((FeeLine(100, side=Side.BUYER),)), by(OPERATOR))
        assert do(state, ChargeBuyer("order-7", ANN, "model", 99), by(MARKET)) == []
        do(state, ChargeBuyer("order-7", ANN, "model", 1_000), by(MARKET))
        (event,) = do(state, SettleCharge("order-7", due_fen), by(MARKET))
        assert event == ChargeSettled("order-7", ANN, *parts)
        assert do(state, SettleCharge("order-7", due_fen), by(MARKET)) == []


def test_the_narrowest_rule_of_reserves_counts() -> None:
    state = empty()
    for rate_bp, party, product in ((1, "", ""), (2, ANN, ""), (3, "", RISK), (4, ANN, RISK)):
        do(state, SetReserve(PartyId(party), rate_bp, 5, ProductId(product)), by(OPERATOR))
    asked = ((RISK, ANN), (RISK, BOB), (ProductId("product-2"), ANN), (ProductId("product-2"), BOB))
    found = [views.reserve_rule(state, product, party) for product, party in asked]
    assert [rule.rate_bp for rule in found if rule is not None] == [4, 3, 2, 1]


def test_each_law_of_settlement_sees_the_defect_that_it_is_for() -> None:
    state = confirmed()
    payout = state.payouts["payout-9"]
    state.payouts["payout-9"] = replace(payout, amount_fen=1)
    state.payouts["payout-10"] = replace(state.payouts["payout-10"], state=PayoutState.REQUESTED)
    state.days["2026-10-05"] = BATCH
    kept = indebted()
    del kept.owed[next(key for key, _ in kept.owed.under())]
    state.claims["clawback-30"] = kept.claims["clawback-30"]
    state.payouts["payout-40"] = Payout(BOB, 1, ACCOUNT)
    state.waiting[age_of("payout-40")] = PayoutId("payout-40")
    state.owed[f"{BOB}/{age_of('clawback-30')}"] = ClawbackId("clawback-30")
    assert [bool(list(law(state))) for law in LAWS] == [True] * len(LAWS)
