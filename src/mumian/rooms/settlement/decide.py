"""What is allowed in settlement: `payouts.py` for money on its way out, `keeping.py` for what is kept back and taken back."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.settlement import keeping, payouts
from mumian.rooms.settlement.model import (
    LINES_MAX,
    AdoptFees,
    AwardShare,
    CancelPayout,
    ClawBack,
    CloseDay,
    Command,
    ConfirmPayout,
    Event,
    FeesAdopted,
    FreezeShare,
    KeepBack,
    PayDebt,
    ReleaseReserve,
    RequestPayout,
    ReturnPayout,
    SetReserve,
    State,
)
from mumian.rooms.settlement.model import SettlementRefusal as R
from mumian.rooms.settlement.records import NOW, FeeSchedule

EXCHANGES = {
    CloseDay: "close a day",
    ConfirmPayout: "confirm a payout",
    ReturnPayout: "return a payout",
    SetReserve: "set a reserve",
    FreezeShare: "freeze a share",
    AwardShare: "award a share",
    ClawBack: "claw back",
    AdoptFees: "adopt fees",
}
"""What the exchange alone may say."""


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of settlement with its events or the first refusal that applies."""
    move = EXCHANGES.get(type(command))
    if move is not None and Role.EXCHANGE not in facts.roles:
        return Refused(R.ONLY_THE_EXCHANGE, {"actor": facts.actor, "move": move})
    match command:
        case KeepBack():
            return keeping.keep_back(state, command, facts)
        case RequestPayout():
            return payouts.request(state, command, facts)
        case CancelPayout():
            return payouts.cancel(state, command, facts)
        case CloseDay():
            return payouts.close(state, command, facts)
        case ConfirmPayout():
            return payouts.confirm(state, command)
        case ReturnPayout():
            return payouts.give_back(state, command)
        case SetReserve():
            return keeping.set_reserve(command)
        case ReleaseReserve():
            return keeping.release(state, command, facts)
        case FreezeShare():
            return keeping.freeze(state, command, facts)
        case AwardShare():
            return keeping.award(state, command)
        case ClawBack():
            return keeping.claw_back(state, command, facts)
        case PayDebt():
            return keeping.pay_debt(state, command, facts)
        case AdoptFees():
            return _adopt(state, command)
        case _:
            assert_never(command)


def _adopt(state: State, command: AdoptFees) -> list[Event] | Refused:
    lines = command.lines
    seen = set[tuple[str, int]]()
    for nth, line in enumerate(lines, 1):
        if (line.product_type, line.from_fen) in seen or nth > LINES_MAX:
            return Refused(R.FEES_UNSOUND, {"lines_max": LINES_MAX, "line": nth, "lines": len(lines)})
        seen.add((line.product_type, line.from_fen))
    before = state.fees.get(NOW)
    return [FeesAdopted(FeeSchedule(1 if before is None else before.version + 1, lines))]
