"""What is allowed in the ledger."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import OPERATOR, AccountId, TransferId, new_id
from mumian.kernel.money import FEN_MAX
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.ledger.model import (
    KEPT,
    LEGS_MAX,
    AccountOpened,
    Command,
    Event,
    ExpirePending,
    Held,
    HoldTransfers,
    Leg,
    OpenAccount,
    PendingExpired,
    PendingPosted,
    PendingVoided,
    PostPending,
    PostTransfers,
    Purpose,
    State,
    TransfersHeld,
    TransfersPosted,
    VoidPending,
)
from mumian.rooms.ledger.model import LedgerRefusal as R


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a ledger command with its events or the first refusal that applies."""
    match command:
        case PostTransfers():
            return _refuse_legs(state, command.legs, facts) or [TransfersPosted(command.legs)]
        case HoldTransfers():
            return _hold(state, command, facts)
        case PostPending():
            return _post(state, command, facts)
        case VoidPending():
            return _void(state, command, facts)
        case ExpirePending():
            return _expire(state, command, facts)
        case OpenAccount():
            return _open(state, command, facts)
        case _:
            assert_never(command)


def _open(state: State, command: OpenAccount, facts: Facts) -> list[Event] | Refused:
    may_open = facts.is_market or facts.actor == command.owner or Role.EXCHANGE in facts.roles
    is_bank_of_other = command.purpose is Purpose.BANK and command.owner != OPERATOR
    if not may_open or is_bank_of_other:
        return Refused(
            R.NOT_YOUR_ACCOUNT, {"actor": facts.actor, "account": command.purpose.value, "owner": command.owner}
        )
    if command.purpose in KEPT and not (facts.is_market and command.owner == OPERATOR):
        return Refused(R.KEPT_BY_THE_MARKET, {"purpose": command.purpose.value})
    existing = state.by_owner.get(f"{command.owner}/{command.purpose.value}")
    if existing is not None:
        return Refused(
            R.ACCOUNT_EXISTS, {"owner": command.owner, "purpose": command.purpose.value, "account": existing}
        )
    # a step of the market may open several accounts of one party: one for each purpose
    nth = 1 + list(Purpose).index(command.purpose) if facts.is_market else 0
    return [AccountOpened(AccountId(new_id("account", facts.seq, nth)), command.owner, command.purpose)]


def _hold(state: State, command: HoldTransfers, facts: Facts) -> list[Event] | Refused:
    refused = _refuse_legs(state, command.legs, facts, expires_at=command.expires_at)
    if refused is not None:
        return refused
    first = 1
    while new_id("transfer", facts.seq, first) in state.held:  # a step of the market may hold for several orders
        first += 1
    numbers = range(first, first + len(command.legs))
    transfers = tuple(TransferId(new_id("transfer", facts.seq, nth)) for nth in numbers)
    return [TransfersHeld(transfers, command.legs, command.expires_at)]


def _refuse_legs(state: State, legs: tuple[Leg, ...], facts: Facts, *, expires_at: int | None = None) -> Refused | None:
    """Return why the linked group may not move, or None. Legs see the effect of the legs before them."""
    if not 1 <= len(legs) <= LEGS_MAX:
        return Refused(R.LEGS_EMPTY_OR_TOO_MANY, {"legs": len(legs), "legs_max": LEGS_MAX})
    if expires_at is not None and expires_at <= facts.now:
        return Refused(R.EXPIRY_PAST, {"expires_at": expires_at, "now": facts.now})
    moved: dict[str, int] = {}
    for number, leg in enumerate(legs, 1):
        debit, credit = state.accounts.get(leg.debit), state.accounts.get(leg.credit)
        if debit is None or credit is None:
            return Refused(R.ACCOUNT_UNKNOWN, {"account": leg.debit if debit is None else leg.credit})
        if facts.actor != debit.owner and not facts.is_market:
            return Refused(R.NOT_YOUR_ACCOUNT, {"actor": facts.actor, "account": leg.debit, "owner": debit.owner})
        for side in (debit, credit):
            if side.purpose in KEPT and not facts.is_market:
                return Refused(R.KEPT_BY_THE_MARKET, {"purpose": side.purpose.value})
        if leg.debit == leg.credit:
            return Refused(R.SAME_ACCOUNT, {"leg": number, "account": leg.debit})
        available = debit.available_fen + moved.get(leg.debit, 0)
        if debit.purpose is not Purpose.BANK and available < leg.amount_fen:
            detail: dict[str, str | int] = {"account": leg.debit, "available_fen": available}
            return Refused(R.NO_OVERDRAFT, {**detail, "leg": number, "amount_fen": leg.amount_fen})
        moved[leg.debit] = moved.get(leg.debit, 0) - leg.amount_fen
        if expires_at is None:
            moved[leg.credit] = moved.get(leg.credit, 0) + leg.amount_fen
        if debit.debits_posted + debit.debits_pending + leg.amount_fen * len(legs) > FEN_MAX:
            return Refused(R.OVERFLOW, {"account": leg.debit, "max_fen": FEN_MAX})
        if credit.credits_posted + credit.credits_pending + leg.amount_fen * len(legs) > FEN_MAX:
            return Refused(R.OVERFLOW, {"account": leg.credit, "max_fen": FEN_MAX})
    return None


def _owned(state: State, transfer: TransferId, facts: Facts) -> Held | Refused:
    """Return the held transfer if the actor may decide on it: its debtor, or the market."""
    held = state.held.get(transfer)
    if held is None:
        return Refused(R.TRANSFER_UNKNOWN, {"transfer": transfer})
    return _refuse_hand(state, transfer, held, held.leg.debit, facts) or held


def _refuse_hand(state: State, transfer: TransferId, held: Held, account: AccountId, facts: Facts) -> Refused | None:
    """Return why the actor may not end a hold as the owner of `account`, one of its sides, or None.

    Escrow is out of both sides' hands: a debtor who could post one fen of it would take back the rest.
    """
    if facts.is_market:
        return None
    owner, creditor = state.accounts[account].owner, state.accounts[held.leg.credit]
    if facts.actor != owner:
        return Refused(R.NOT_YOUR_ACCOUNT, {"actor": facts.actor, "account": account, "owner": owner})
    if creditor.purpose is Purpose.ESCROW and creditor.owner == OPERATOR:
        return Refused(R.ESCROW_IS_THE_MARKETS, {"transfer": transfer, "memo": held.leg.memo})
    return None


def _post(state: State, command: PostPending, facts: Facts) -> list[Event] | Refused:
    held = _owned(state, command.transfer, facts)
    if isinstance(held, Refused):
        return held
    if facts.now >= held.expires_at:
        return Refused(R.HOLD_EXPIRED, {"transfer": command.transfer, "expires_at": held.expires_at, "now": facts.now})
    amount = held.leg.amount_fen if command.amount_fen is None else command.amount_fen
    if amount > held.leg.amount_fen:
        detail: dict[str, str | int] = {"amount_fen": amount, "transfer": command.transfer}
        return Refused(R.MORE_THAN_HELD, {**detail, "held_fen": held.leg.amount_fen})
    return [PendingPosted(command.transfer, amount)]


def _void(state: State, command: VoidPending, facts: Facts) -> list[Event] | Refused:
    """The creditor may let go; a debtor who could would take back what is reserved at will."""
    held = state.held.get(command.transfer)
    if held is None:
        return Refused(R.TRANSFER_UNKNOWN, {"transfer": command.transfer})
    refused = _refuse_hand(state, command.transfer, held, held.leg.credit, facts)
    return refused or [PendingVoided(command.transfer)]


def _expire(state: State, command: ExpirePending, facts: Facts) -> list[Event] | Refused:
    held = state.held.get(command.transfer)
    if held is None:
        return Refused(R.TRANSFER_UNKNOWN, {"transfer": command.transfer})
    if facts.now < held.expires_at:
        detail: dict[str, str | int] = {"transfer": command.transfer, "expires_at": held.expires_at}
        return Refused(R.HOLD_NOT_EXPIRED, {**detail, "now": facts.now})
    return [PendingExpired(command.transfer)]
