"""What changes in settlement. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.rooms.settlement.model import (
    BuyerCharged,
    ChargeSettled,
    ClawedBack,
    DayClosed,
    DebtPaid,
    Event,
    FeesAdopted,
    PayoutCancelled,
    PayoutConfirmed,
    PayoutRequested,
    PayoutReturned,
    ReserveKept,
    ReserveReleased,
    ReserveSet,
    ShareAwarded,
    ShareFrozen,
    ShareHeld,
    State,
)
from mumian.rooms.settlement.records import (
    NEXT,
    NOW,
    Batch,
    Charge,
    Claim,
    Freeze,
    LineState,
    Payout,
    PayoutState,
    Reserve,
    ReserveId,
    age_of,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case ReserveKept() | ReserveReleased() | ReserveSet():
            _reserve(state, event)
        case ShareFrozen() | ShareHeld() | ShareAwarded():
            _freeze(state, event)
        case ClawedBack():
            _claw_back(state, event)
        case DebtPaid():
            _pay(state, event)
        case PayoutRequested():
            state.payouts[event.payout] = Payout(event.party, event.amount_fen, event.account_digest)
            state.waiting[age_of(event.payout)] = event.payout
        case PayoutCancelled():
            state.payouts[event.payout] = replace(state.payouts[event.payout], state=PayoutState.CANCELLED)
            del state.waiting[age_of(event.payout)]
        case DayClosed():
            _close(state, event)
        case PayoutConfirmed():
            _answer(state, event, LineState.CONFIRMED, PayoutState.CONFIRMED)
        case PayoutReturned():
            _answer(state, event, LineState.RETURNED, PayoutState.RETURNED)
        case FeesAdopted():
            _adopt(state, event)
        case BuyerCharged():
            state.charges[event.sale] = Charge(event.buyer, event.price_fen, event.fee_fen)
        case ChargeSettled():
            del state.charges[event.sale]
        case _:
            assert_never(event)


def _adopt(state: State, event: FeesAdopted) -> None:
    """A schedule that has become effective stays so until the new one is; one that has not is forgotten."""
    before = state.fees.get(NEXT)
    if before is not None and before.effective_at <= event.at:
        state.fees[NOW] = before
    state.fees[NEXT] = event.schedule


def _close(state: State, event: DayClosed) -> None:
    day = event.day.isoformat()
    state.batches[event.batch] = Batch(day, event.lines, (LineState.SENT,) * len(event.lines))
    state.days[day] = event.batch
    state.last[NOW] = event.day
    for line in event.lines:
        for key in line.payouts:
            state.payouts[key] = replace(state.payouts[key], state=PayoutState.SENT)
            del state.waiting[age_of(key)]


def _answer(state: State, event: PayoutConfirmed | PayoutReturned, line: LineState, payout: PayoutState) -> None:
    batch = state.batches[event.batch]
    states = (*batch.states[: event.line - 1], line, *batch.states[event.line :])
    state.batches[event.batch] = replace(batch, states=states)
    for key in batch.lines[event.line - 1].payouts:
        state.payouts[key] = replace(state.payouts[key], state=payout)


def _reserve(state: State, event: ReserveKept | ReserveReleased | ReserveSet) -> None:
    match event:
        case ReserveKept():
            state.reserves[event.reserve] = Reserve(event.party, event.product, event.sale, event.amount_fen)
            state.kept[f"{event.party}/{age_of(event.reserve)}"] = event.reserve
        case ReserveReleased():
            _take(state, event.reserve, event.amount_fen)
        case ReserveSet() if event.rule.rate_bp:
            state.rules[f"{event.product}/{event.party}"] = event.rule
        case ReserveSet():
            if state.rules.get(f"{event.product}/{event.party}") is not None:
                del state.rules[f"{event.product}/{event.party}"]
        case _:
            assert_never(event)


def _take(state: State, key: ReserveId, amount_fen: int) -> None:
    reserve = state.reserves[key]
    left_fen = reserve.left_fen - amount_fen
    state.reserves[key] = replace(reserve, left_fen=left_fen)
    if not left_fen:
        del state.kept[f"{reserve.party}/{age_of(key)}"]


def _freeze(state: State, event: ShareFrozen | ShareHeld | ShareAwarded) -> None:
    match event:
        case ShareFrozen():
            state.freezes[event.dispute] = Freeze(event.product, event.payee, event.claimant)
            state.frozen[f"{event.product}/{event.payee}"] = event.dispute
        case ShareHeld():
            found = state.freezes[event.dispute]
            state.freezes[event.dispute] = replace(found, held_fen=found.held_fen + event.amount_fen)
            state.held[f"{found.product}/{event.sale}/{event.payee}"] = event.dispute
        case ShareAwarded():
            found = state.freezes[event.dispute]
            state.freezes[event.dispute] = replace(found, held_fen=0, to=event.to)
            del state.frozen[f"{event.product}/{event.payee}"]
        case _:
            assert_never(event)


def _claw_back(state: State, event: ClawedBack) -> None:
    for taken in event.taken:
        _take(state, taken.reserve, taken.amount_fen)
    key = f"{event.product}/{event.sale}/{event.payee}"
    state.clawed[key] = (state.clawed.get(key) or 0) + event.amount_fen
    if event.owed_fen:
        state.claims[event.clawback] = Claim(event.payee, event.buyer, event.owed_fen)
        state.owed[f"{event.payee}/{age_of(event.clawback)}"] = event.clawback


def _pay(state: State, event: DebtPaid) -> None:
    claim = state.claims[event.clawback]
    owed_fen = claim.owed_fen - event.amount_fen
    state.claims[event.clawback] = replace(claim, owed_fen=owed_fen)
    if not owed_fen:
        del state.owed[f"{event.debtor}/{age_of(event.clawback)}"]
