"""What is allowed with what is kept of shares: reserves, frozen shares, clawbacks and what they leave owing."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, free_id, new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.settlement import views
from mumian.rooms.settlement.model import (
    AwardShare,
    ClaimFacts,
    ClawBack,
    ClawedBack,
    DebtPaid,
    Event,
    FreezeShare,
    KeepBack,
    Part,
    PayDebt,
    PayoutCancelled,
    ReleaseReserve,
    ReserveKept,
    ReserveReleased,
    ReserveSet,
    SetReserve,
    ShareAwarded,
    ShareFacts,
    ShareFrozen,
    ShareHeld,
    State,
)
from mumian.rooms.settlement.model import SettlementRefusal as R
from mumian.rooms.settlement.records import (
    RESERVE,
    Award,
    ClawbackId,
    DisputeId,
    Freeze,
    ReserveId,
    ReserveRule,
    Taken,
)


def set_reserve(command: SetReserve) -> list[Event] | Refused:
    return [ReserveSet(command.party, ReserveRule(command.rate_bp, command.days), command.product)]


def keep_back(state: State, command: KeepBack, facts: Facts) -> list[Event] | Refused:
    """A claimed share is held whole; of others the debt comes first, then the reserve of what is left."""
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    events: list[Event] = []
    taken = set[str]()
    for part in command.parts:
        dispute = state.frozen.get(f"{command.product}/{part.payee}")
        if dispute is not None:
            events.append(ShareHeld(dispute, part.payee, command.sale, part.amount_fen))
            continue
        paid = _paying(state, part.payee, part.amount_fen)
        events += paid
        events += _reserving(
            state, command, part, part.amount_fen - sum(each.amount_fen for each in paid), taken, facts
        )
    return events


def _paying(state: State, debtor: PartyId, amount_fen: int) -> list[DebtPaid]:
    """Return what `amount_fen` pays of a debtor's debts, the oldest clawback first."""
    paid: list[DebtPaid] = []
    for _, clawback in state.owed.under(f"{debtor}/"):
        if not amount_fen:
            break
        claim = state.claims[clawback]
        fen = min(amount_fen, claim.owed_fen)
        paid.append(DebtPaid(clawback, debtor, claim.creditor, fen))
        amount_fen -= fen
    return paid


def _reserving(
    state: State, command: KeepBack, part: Part, left_fen: int, taken: set[str], facts: Facts
) -> list[ReserveKept]:
    rule = views.reserve_rule(state, command.product, part.payee)
    kept_fen = 0 if rule is None else left_fen * rule.rate_bp // 10_000
    if rule is None or not kept_fen:
        return []
    first = free_id(state.reserves, "reserve", facts.seq)
    nth = int(first.partition(".")[2] or 0) + len(taken)
    key = ReserveId(new_id("reserve", facts.seq, nth))
    taken.add(key)
    clocks = (Start(key, RESERVE, Unit.DAYS, rule.days),)
    return [ReserveKept(key, part.payee, command.product, command.sale, kept_fen, clocks)]


def release(state: State, command: ReleaseReserve, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    reserve = state.reserves.get(command.reserve)
    if reserve is None or not reserve.left_fen:
        return Refused(R.RESERVE_UNKNOWN, {"reserve": command.reserve})
    return [ReserveReleased(command.reserve, reserve.party, reserve.left_fen)]


def freeze(state: State, command: FreezeShare, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ClaimFacts)
    product, payee = command.product, command.payee
    if not facts.shares:
        return Refused(R.NOT_A_SHARE, {"payee": payee, "product": product})
    if not facts.is_known or command.claimant == payee:
        return Refused(R.CLAIMANT_UNKNOWN, {"claimant": command.claimant})
    held = state.frozen.get(f"{product}/{payee}")
    if held is not None:
        return Refused(R.FROZEN_ALREADY, {"payee": payee, "product": product, "dispute": held})
    dispute = DisputeId(new_id("dispute", facts.seq))
    return [ShareFrozen(dispute, product, payee, command.claimant, command.because)]


def award(state: State, command: AwardShare) -> list[Event] | Refused:
    found: Freeze | None = state.freezes.get(command.dispute)
    if found is None or found.to:
        return Refused(R.DISPUTE_UNKNOWN, {"dispute": command.dispute})
    to = found.payee if command.award is Award.PAYEE else found.claimant
    return [ShareAwarded(command.dispute, found.product, found.payee, to, found.held_fen)]


def claw_back(state: State, command: ClawBack, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ShareFacts)
    payee, product, sale = command.payee, command.product, command.sale
    about: Detail = {"payee": payee, "sale": sale}
    if not facts.paid_fen:
        return Refused(R.SALE_UNKNOWN, {**about, "product": product})
    clawed_fen = state.clawed.get(f"{product}/{sale}/{payee}") or 0
    if clawed_fen + command.amount_fen > facts.paid_fen:
        detail: Detail = {**about, "paid_fen": facts.paid_fen, "clawed_fen": clawed_fen}
        return Refused(R.MORE_THAN_PAID, {**detail, "amount_fen": command.amount_fen})
    taken = _taken(state, payee, command.amount_fen)
    left_fen = command.amount_fen - sum(each.amount_fen for each in taken)
    recalled = _recalled(state, payee, left_fen - facts.cash_fen)
    cash_fen = min(left_fen, facts.cash_fen + sum(each.amount_fen for each in recalled))
    emptied = [each for each in taken if each.amount_fen == state.reserves[each.reserve].left_fen]
    return [
        *recalled,
        ClawedBack(
            ClawbackId(new_id("clawback", facts.seq)),
            product,
            sale,
            payee,
            facts.buyer,
            command.amount_fen,
            taken,
            cash_fen,
            left_fen - cash_fen,
            command.because,
            tuple(Stop(each.reserve, RESERVE) for each in emptied),
        ),
    ]


def _recalled(state: State, payee: PartyId, missing_fen: int) -> list[PayoutCancelled]:
    """Return what a payee asked to be paid out and the bank was not told yet, as far as it is needed, the oldest first."""
    recalled: list[PayoutCancelled] = []
    for _, key in state.waiting.under():
        if missing_fen <= 0:
            break
        payout = state.payouts[key]
        if payout.party == payee:
            recalled.append(PayoutCancelled(key, payee, payout.amount_fen, MARKET))
            missing_fen -= payout.amount_fen
    return recalled


def _taken(state: State, payee: PartyId, amount_fen: int) -> tuple[Taken, ...]:
    """Return what a clawback takes out of a payee's reserves, the oldest first."""
    taken: list[Taken] = []
    for _, key in state.kept.under(f"{payee}/"):
        if not amount_fen:
            break
        fen = min(amount_fen, state.reserves[key].left_fen)
        taken.append(Taken(key, fen))
        amount_fen -= fen
    return tuple(taken)


def pay_debt(state: State, command: PayDebt, facts: Facts) -> list[Event] | Refused:
    paid = _paying(state, facts.actor, command.amount_fen)
    paid_fen = sum(each.amount_fen for each in paid)
    if paid_fen != command.amount_fen:
        detail: Detail = {"actor": facts.actor, "owed_fen": paid_fen, "amount_fen": command.amount_fen}
        return Refused(R.NOTHING_OWED, detail)
    return list(paid)
