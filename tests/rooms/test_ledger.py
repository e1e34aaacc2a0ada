"""Decision table of the ledger: one line a case."""

from __future__ import annotations

import pytest

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, AccountId, PartyId, TransferId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.table import DictTable
from mumian.rooms.ledger.decide import decide
from mumian.rooms.ledger.evolve import evolve
from mumian.rooms.ledger.laws import LAWS
from mumian.rooms.ledger.model import (
    Account,
    Command,
    ExpirePending,
    Held,
    HoldTransfers,
    Leg,
    OpenAccount,
    PendingPosted,
    PostPending,
    PostTransfers,
    Purpose,
    State,
    TransfersHeld,
    TransfersPosted,
    VoidPending,
)
from mumian.rooms.ledger.model import LedgerRefusal as R

BANK, ANN, BOB, ESCROW, KEPT = (AccountId(f"account-{nth}") for nth in (1, 2, 3, 4, 5))
NOW = 1_000


def a_state() -> State:
    """Ann has 100 fen, 30 of them held for Bob until 5,000."""
    state = State(DictTable(), DictTable(), DictTable())
    state.accounts[BANK] = Account(PartyId("exchange"), Purpose.BANK, debits_posted=109)
    state.accounts[ANN] = Account(PartyId("ann"), Purpose.CASH, debits_pending=30, credits_posted=100)
    state.accounts[BOB] = Account(PartyId("bob"), Purpose.CASH, credits_pending=30)
    state.accounts[ESCROW] = Account(PartyId("exchange"), Purpose.ESCROW)
    state.accounts[KEPT] = Account(PartyId("exchange"), Purpose.RESERVE, credits_posted=9)
    state.held["transfer-9.1"] = Held(Leg(ANN, BOB, 30), expires_at=5_000)
    state.by_owner["ann/cash"] = ANN
    return state


def by(actor: str, *, now: int = NOW) -> Facts:
    roles = frozenset({Role.EXCHANGE}) if actor == "exchange" else frozenset[Role]()
    return Facts(seq=10, now=now, actor=PartyId(actor), roles=roles)


HELD = TransferId("transfer-9.1")

REFUSALS: list[tuple[Command, Facts, R]] = [
    (OpenAccount(PartyId("bob"), Purpose.CASH), by("ann"), R.NOT_YOUR_ACCOUNT),
    (OpenAccount(PartyId("ann"), Purpose.BANK), by("ann"), R.NOT_YOUR_ACCOUNT),
    (OpenAccount(PartyId("ann"), Purpose.CASH), by("ann"), R.ACCOUNT_EXISTS),
    (PostTransfers(()), by("ann"), R.LEGS_EMPTY_OR_TOO_MANY),
    (PostTransfers((Leg(ANN, BOB, 1),) * 257), by("ann"), R.LEGS_EMPTY_OR_TOO_MANY),
    (HoldTransfers((Leg(ANN, BOB, 1),), expires_at=NOW), by("ann"), R.EXPIRY_PAST),
    (PostTransfers((Leg(ANN, AccountId("account-7"), 1),)), by("ann"), R.ACCOUNT_UNKNOWN),
    (PostTransfers((Leg(ANN, BOB, 1),)), by("bob"), R.NOT_YOUR_ACCOUNT),
    (PostTransfers((Leg(KEPT, ANN, 1),)), by("exchange"), R.KEPT_BY_THE_MARKET),
    (PostTransfers((Leg(ANN, KEPT, 1),)), by("ann"), R.KEPT_BY_THE_MARKET),
    (HoldTransfers((Leg(ANN, KEPT, 1),), expires_at=5_000), by("ann"), R.KEPT_BY_THE_MARKET),
    (OpenAccount(PartyId("exchange"), Purpose.FROZEN), by("exchange"), R.KEPT_BY_THE_MARKET),
    (OpenAccount(PartyId("ann"), Purpose.PAYOUT), by(MARKET), R.KEPT_BY_THE_MARKET),
    (PostTransfers((Leg(ANN, ANN, 1),)), by("ann"), R.SAME_ACCOUNT),
    (PostTransfers((Leg(ANN, BOB, 71),)), by("ann"), R.NO_OVERDRAFT),
    (PostTransfers((Leg(ANN, BOB, 40), Leg(ANN, BOB, 31))), by("ann"), R.NO_OVERDRAFT),
    (PostTransfers((Leg(BANK, ANN, 2**53 - 1),)), by("exchange"), R.OVERFLOW),
    (PostPending(TransferId("transfer-8.1")), by("ann"), R.TRANSFER_UNKNOWN),
    (PostPending(HELD), by("bob"), R.NOT_YOUR_ACCOUNT),
    (PostPending(HELD, 31), by("ann"), R.MORE_THAN_HELD),
    (PostPending(HELD), by("ann", now=5_000), R.HOLD_EXPIRED),
    (VoidPending(HELD), by("ann"), R.NOT_YOUR_ACCOUNT),
    (VoidPending(TransferId("transfer-8.1")), by(MARKET), R.TRANSFER_UNKNOWN),
    (VoidPending(HELD), by("exchange"), R.NOT_YOUR_ACCOUNT),
    (ExpirePending(HELD), by("ann", now=4_999), R.HOLD_NOT_EXPIRED),
    (ExpirePending(TransferId("transfer-8.1")), by("ann"), R.TRANSFER_UNKNOWN),
]


IN_ESCROW = TransferId("transfer-6.1")

OF_ESCROW: list[tuple[Command, Facts, R]] = [
    (PostPending(IN_ESCROW), by("ann"), R.ESCROW_IS_THE_MARKETS),
    (PostPending(IN_ESCROW, 1), by("ann"), R.ESCROW_IS_THE_MARKETS),
    (VoidPending(IN_ESCROW), by("exchange"), R.ESCROW_IS_THE_MARKETS),
    (VoidPending(IN_ESCROW), by("ann"), R.NOT_YOUR_ACCOUNT),
]


@pytest.mark.parametrize(("command", "facts", "refusal"), OF_ESCROW)
def test_escrow_is_in_the_hands_of_neither_side(command: Command, facts: Facts, refusal: R) -> None:
    state = a_state()
    evolve(state, TransfersHeld((IN_ESCROW,), (Leg(ANN, ESCROW, 20, "order-6"),), expires_at=5_000))
    answer = decide(state, command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert not isinstance(decide(state, command, by(MARKET)), Refused)


@pytest.mark.parametrize(("command", "facts", "refusal"), REFUSALS)
def test_the_ledger_refuses_by_name(command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(a_state(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_the_ledger_has_a_case() -> None:
    assert {refusal for _, _, refusal in (*REFUSALS, *OF_ESCROW)} == set(R)


@pytest.mark.parametrize(
    ("command", "facts", "ann_free", "bob_has"),
    [
        (PostTransfers((Leg(ANN, BOB, 70),)), by("ann"), 0, 70),
        (PostTransfers((Leg(ANN, BOB, 40), Leg(ANN, BOB, 30))), by("ann"), 0, 70),
        (PostTransfers((Leg(BANK, ANN, 5), Leg(ANN, BOB, 75))), by(MARKET), 0, 75),
        (HoldTransfers((Leg(ANN, BOB, 70),), expires_at=NOW + 1), by("ann"), 0, 0),
        (PostPending(HELD), by("ann", now=4_999), 70, 30),
        (PostPending(HELD, 10), by(MARKET), 90, 10),
        (VoidPending(HELD), by("bob"), 100, 0),
        (ExpirePending(HELD), by("bob", now=5_000), 100, 0),
    ],
)
def test_money_moves_as_asked_and_every_law_holds(command: Command, facts: Facts, ann_free: int, bob_has: int) -> None:
    state = a_state()
    events = decide(state, command, facts)
    assert not isinstance(events, Refused)
    for event in events:
        evolve(state, event)
    assert state.accounts[ANN].available_fen == ann_free
    assert state.accounts[BOB].balance_fen == bob_has
    assert [place for law in LAWS for place in law(state)] == []


def test_a_partial_post_returns_the_rest() -> None:
    answer = decide(a_state(), PostPending(HELD, 10), by("ann"))
    assert answer == [PendingPosted(HELD, 10)]


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    state = a_state()
    evolve(state, TransfersPosted((Leg(ANN, BOB, 200),)))
    state.accounts[BOB] = Account(PartyId("bob"), Purpose.CASH, credits_posted=7)
    assert [bool(list(law(state))) for law in LAWS] == [True, True, True]
