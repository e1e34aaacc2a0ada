"""Parties that want their money out, an exchange that closes its days, keeps reserves, freezes claimed shares and takes back."""

from __future__ import annotations

from datetime import timedelta

from mumian.kernel.ids import OPERATOR, PartyId, ProductId
from mumian.kernel.time import DAY_MS, day_of
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.rooms.ledger import views as ledger
from mumian.rooms.settlement import model as settlement
from mumian.rooms.settlement.records import (
    Award,
    BatchId,
    DisputeId,
    FeeLine,
    LineState,
    PayoutId,
    ReserveId,
    ReturnReason,
    Side,
)

MADE: dict[type, tuple[str, str]] = {
    settlement.PayoutRequested: ("payout", "payout"),
    settlement.DayClosed: ("batch", "batch"),
    settlement.ReserveKept: ("reserve", "reserve"),
    settlement.ShareFrozen: ("dispute", "dispute"),
}


def _paid(s: Scene) -> tuple[ProductId, str, str] | None:
    """Return product, sale and payee of one of the newest shares."""
    newest = [key for key, _ in s.states.revenue.distributions.under()][-60:]
    if not newest:
        return None
    product, _, sale = s.one(newest).partition("/")
    shares = s.states.revenue.distributions[f"{product}/{sale}"].shares
    return ProductId(product), sale, s.one(shares).payee


def request(s: Scene) -> Said | None:
    found = _paid(s)
    party = s.pick("party") if found is None or s.chance(200) else found[2]
    everything = max(1, ledger.cash_fen(s.states.ledger, PartyId(party)))
    account = s.digest() if s.chance(500) else "ab" * 32
    return Said(party, settlement.RequestPayout(s.one((1, 700, everything, 10**12)), account))


def cancel(s: Scene) -> Said | None:
    key = PayoutId(s.pick("payout"))
    payout = s.states.settlement.payouts.get(key)
    return None if payout is None else Said(payout.party, settlement.CancelPayout(key))


def close(s: Scene) -> Said:
    return Said(OPERATOR, settlement.CloseDay(day_of(s.now) - timedelta(days=s.one((1, 1, 1, 0, 2)))))


def answer(s: Scene) -> Said | None:
    """The bank pays a line, or does not; now and then the exchange asks about a line twice."""
    key = BatchId(s.pick("batch"))
    batch = s.states.settlement.batches.get(key)
    if batch is None or not batch.lines:
        return None
    sent = [nth for nth, state in enumerate(batch.states, 1) if state is LineState.SENT]
    line = s.one(sent) if sent and s.chance(900) else s.one((1, len(batch.lines), len(batch.lines) + 1))
    if s.chance(300):
        return Said(OPERATOR, settlement.ReturnPayout(key, line, s.one(tuple(ReturnReason))))
    return Said(OPERATOR, settlement.ConfirmPayout(key, line))


def reserve(s: Scene) -> Said | None:
    found = _paid(s)
    if found is None:
        return None
    product, payee = s.one(((ProductId(""), found[2]), (found[0], found[2]), (found[0], "")))
    rule = settlement.SetReserve(PartyId(payee), s.one((0, 500, 10_000)), s.one((1, 20)), product)
    return Said(OPERATOR, rule)


def freeze(s: Scene) -> Said | None:
    found = _paid(s)
    if found is None:
        return None
    product, _, payee = found
    return Said(OPERATOR, settlement.FreezeShare(product, PartyId(payee), PartyId(s.pick("party")), s.digest()))


def award(s: Scene) -> Said:
    return Said(OPERATOR, settlement.AwardShare(DisputeId(s.pick("dispute")), s.one(tuple(Award))))


def claw_back(s: Scene) -> Said | None:
    found = _paid(s)
    if found is None:
        return None
    product, sale, payee = found
    shares = s.states.revenue.distributions[f"{product}/{sale}"].shares
    whole = sum(share.amount_fen for share in shares if share.payee == payee)
    amount_fen = s.one((1, 50, max(1, whole), 10**9))
    return Said(OPERATOR, settlement.ClawBack(product, sale, PartyId(payee), amount_fen, s.digest()))


def pay_debt(s: Scene) -> Said | None:
    newest = [claim for _, claim in s.states.settlement.claims.under() if claim.owed_fen][-20:]
    if not newest:
        return None
    claim = s.one(newest)
    return Said(claim.debtor, settlement.PayDebt(s.one((1, claim.owed_fen, claim.owed_fen + 10**6))))


def adopt(s: Scene) -> Said:
    lines = (
        FeeLine(s.one((0, 100, 9_000))),
        FeeLine(50, "model", 10_000, 900),
        FeeLine(1, "model", s.one((0, 10_000))),
        FeeLine(s.one((1, 300)), side=Side.BUYER),
    )
    effective_at = s.one((0, 0, s.now + DAY_MS, s.now - 1))
    return Said(OPERATOR, settlement.AdoptFees(lines[s.one((0, 0, 3)) : s.one((0, 1, 4, 4))], effective_at))


def by_hand(s: Scene) -> Said:
    """What only the market may say."""
    kept = settlement.KeepBack(ProductId(s.pick("product")), s.pick("order"), ())
    settled = settlement.SettleCharge(s.pick("order"), 1)
    return Said(s.pick("party"), s.one((kept, settled, settlement.ReleaseReserve(ReserveId(s.pick("reserve"))))))


HABITS: tuple[tuple[int, Habit], ...] = (
    (14, request),
    (3, cancel),
    (6, close),
    (14, answer),
    (5, reserve),
    (4, freeze),
    (4, award),
    (7, claw_back),
    (25, pay_debt),
    (2, adopt),
    (1, by_hand),
)
