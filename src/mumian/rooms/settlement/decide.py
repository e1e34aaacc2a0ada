"""What is allowed in settlement: `payouts.py` for money on its way out, `keeping.py` for what is kept back and taken
back, `charging.py` for fees of the exchange.
"""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.settlement import charging, keeping, payouts
from mumian.rooms.settlement.model import (
    AdoptFees,
    AwardShare,
    CancelPayout,
    ChargeBuyer,
    ClawBack,
    CloseDay,
    Command,
    ConfirmPayout,
    Event,
    FreezeShare,
    KeepBack,
    PayDebt,
    ReleaseReserve,
    RequestPayout,
    ReturnPayout,
    SetReserve,
    SettleCharge,
    State,
)
from mumian.rooms.settlement.model import SettlementRefusal as R

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
            return charging.adopt(state, command, facts)
        case ChargeBuyer():
            return charging.charge(state, command, facts)
        case SettleCharge():
            return charging.settle(state, command, facts)
        case _:
            assert_never(command)
