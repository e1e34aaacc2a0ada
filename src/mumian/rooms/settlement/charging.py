"""What is allowed with the exchange's own fees: a schedule is adopted ahead, buyers' fees wait with their orders."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.settlement import views
from mumian.rooms.settlement.model import (
    LINES_MAX,
    AdoptFees,
    BuyerCharged,
    ChargeBuyer,
    ChargeSettled,
    Event,
    FeesAdopted,
    SettleCharge,
    State,
)
from mumian.rooms.settlement.model import SettlementRefusal as R
from mumian.rooms.settlement.records import NEXT, FeeSchedule, Side


def adopt(state: State, command: AdoptFees, facts: Facts) -> list[Event] | Refused:
    lines = command.lines
    seen = set[tuple[Side, str, int]]()
    for nth, line in enumerate(lines, 1):
        place = (line.side, line.product_type, line.from_fen)
        if place in seen or nth > LINES_MAX:
            return Refused(R.FEES_UNSOUND, {"lines_max": LINES_MAX, "line": nth, "lines": len(lines)})
        seen.add(place)
    effective_at = command.effective_at or facts.now
    if effective_at < facts.now:
        return Refused(R.FEES_BACKDATED, {"effective_at": effective_at, "now": facts.now})
    before = state.fees.get(NEXT)
    version = 1 if before is None else before.version + 1
    return [FeesAdopted(FeeSchedule(version, lines, effective_at), facts.now)]


def charge(state: State, command: ChargeBuyer, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    schedule = views.schedule(state, facts.now)
    fee_fen = views.fee_fen(state, Side.BUYER, command.product_type, command.price_fen, now=facts.now)
    if schedule is None or not fee_fen:
        return []
    return [BuyerCharged(command.sale, command.buyer, command.price_fen, fee_fen, schedule.version)]


def settle(state: State, command: SettleCharge, facts: Facts) -> list[Event] | Refused:
    """What is earned is rounded down: the buyer never pays more than its part."""
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    found = state.charges.get(command.sale)
    if found is None:
        return []
    fee_fen = found.fee_fen * min(command.due_fen, found.price_fen) // found.price_fen
    return [ChargeSettled(command.sale, found.buyer, fee_fen, found.fee_fen - fee_fen)]
