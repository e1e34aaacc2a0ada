"""What is allowed with payouts: asked for, netted into the batch of a closed day, confirmed or returned by the bank."""

from __future__ import annotations

from datetime import timedelta

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, new_id
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import start_of
from mumian.rooms.settlement.model import (
    BooksFacts,
    CancelPayout,
    CloseDay,
    ConfirmPayout,
    DayClosed,
    Event,
    PayoutCancelled,
    PayoutConfirmed,
    PayoutRequested,
    PayoutReturned,
    RequestPayout,
    ReturnPayout,
    State,
)
from mumian.rooms.settlement.model import SettlementRefusal as R
from mumian.rooms.settlement.records import NOW, BatchId, BatchLine, LineState, PayoutId, PayoutState


def request(state: State, command: RequestPayout, facts: Facts) -> list[Event] | Refused:
    for _, clawback in state.owed.under(f"{facts.actor}/"):
        owed_fen = state.claims[clawback].owed_fen
        return Refused(R.DEBT_OPEN, {"actor": facts.actor, "owed_fen": owed_fen, "clawback": clawback})
    payout = PayoutId(new_id("payout", facts.seq))
    return [PayoutRequested(payout, facts.actor, command.amount_fen, command.account_digest)]


def cancel(state: State, command: CancelPayout, facts: Facts) -> list[Event] | Refused:
    payout = state.payouts.get(command.payout)
    if payout is None or payout.party != facts.actor:
        return Refused(R.PAYOUT_UNKNOWN, {"payout": command.payout, "actor": facts.actor})
    if payout.state is not PayoutState.REQUESTED:
        return Refused(R.PAYOUT_STATE_FORBIDS, {"payout": command.payout, "state": payout.state.value})
    return [PayoutCancelled(command.payout, payout.party, payout.amount_fen, facts.actor)]


def close(state: State, command: CloseDay, facts: Facts) -> list[Event] | Refused:
    """A payout of a party that was stopped since goes back to its cash; it is not sent."""
    assert isinstance(facts, BooksFacts)
    until = start_of(command.day + timedelta(days=1))
    if facts.now < until:
        return Refused(R.DAY_NOT_OVER, {"day": command.day.isoformat(), "until": until, "now": facts.now})
    last = state.last.get(NOW)
    if last is not None and command.day <= last:
        return Refused(R.DAY_CLOSED, {"day": command.day.isoformat(), "last": last.isoformat()})
    posted_fen = sum(total.posted_fen for total in facts.totals)
    pending_fen = sum(total.pending_fen for total in facts.totals)
    if posted_fen or pending_fen:
        return Refused(R.BOOKS_OUT_OF_BALANCE, {"posted_fen": posted_fen, "pending_fen": pending_fen})
    stopped, sent = list[Event](), list[PayoutId]()
    for _, key in state.waiting.under():
        payout = state.payouts[key]
        if payout.party in facts.stopped:
            stopped.append(PayoutCancelled(key, payout.party, payout.amount_fen, MARKET))
        else:
            sent.append(key)
    lines = _netted(state, sent)
    batch = BatchId(new_id("batch", facts.seq))
    return [DayClosed(command.day, batch, facts.totals, lines), *stopped]


def _netted(state: State, keys: list[PayoutId]) -> tuple[BatchLine, ...]:
    """Add up what each party asked to be paid to the same account (轧差)."""
    sums: dict[tuple[PartyId, str], list[PayoutId]] = {}
    for key in keys:
        payout = state.payouts[key]
        sums.setdefault((payout.party, payout.account_digest), []).append(key)
    return tuple(
        BatchLine(party, account, sum(state.payouts[key].amount_fen for key in own), tuple(own))
        for (party, account), own in sums.items()
    )


def confirm(state: State, command: ConfirmPayout) -> list[Event] | Refused:
    line = _sent(state, command)
    if isinstance(line, Refused):
        return line
    return [PayoutConfirmed(command.batch, command.line, line.party, line.amount_fen)]


def give_back(state: State, command: ReturnPayout) -> list[Event] | Refused:
    line = _sent(state, command)
    if isinstance(line, Refused):
        return line
    return [PayoutReturned(command.batch, command.line, line.party, line.amount_fen, command.reason)]


def _sent(state: State, command: ConfirmPayout | ReturnPayout) -> BatchLine | Refused:
    """Return the line if the bank has not answered for it yet."""
    batch = state.batches.get(command.batch)
    about: Detail = {"batch": command.batch, "line": command.line}
    if batch is None or command.line > len(batch.lines):
        return Refused(R.LINE_UNKNOWN, about)
    found = batch.states[command.line - 1]
    if found is not LineState.SENT:
        return Refused(R.LINE_DECIDED, {**about, "state": found.value})
    return batch.lines[command.line - 1]
