"""Short ways to refusals of settlement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from stage import Stage

from mumian.kernel.ids import OPERATOR, OrderId, PartyId
from mumian.kernel.time import DAY_MS, day_of
from mumian.market.trial import EVIDENCE
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger import model as ledger
from mumian.rooms.settlement import model as settlement
from mumian.rooms.settlement.records import (
    Award,
    BatchId,
    ClawbackId,
    DisputeId,
    FeeLine,
    PayoutId,
    ReserveId,
    ReturnReason,
)

Says = tuple[str, Any]


def settled(s: Stage) -> OrderId:
    """Sell the trial's report, 500 yuan shared among the exchange, the merchant and two owners."""
    order = OrderId(s.order())
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, EVIDENCE))
    s.say(s.world.insurer, exchange.AcceptDelivery(order))
    return order


def requested(s: Stage, amount_fen: int = 1_000) -> PayoutId:
    command = settlement.RequestPayout(amount_fen, EVIDENCE)
    return PayoutId(s.made(s.world.insurer, command, "payout"))


def closing(s: Stage) -> settlement.CloseDay:
    return settlement.CloseDay(day_of(s.script.now) - timedelta(days=1))


def closed(s: Stage) -> BatchId:
    s.wait(s.script.now + 2 * DAY_MS)
    return BatchId(s.made(OPERATOR, closing(s), "batch"))


def confirmed(s: Stage) -> settlement.ConfirmPayout:
    requested(s)
    command = settlement.ConfirmPayout(closed(s), 1)
    s.say(OPERATOR, command)
    return command


def cancelled_late(s: Stage) -> Says:
    payout = requested(s)
    closed(s)
    return s.world.insurer, settlement.CancelPayout(payout)


def returned_after_all(s: Stage) -> Says:
    command = confirmed(s)
    return OPERATOR, settlement.ReturnPayout(command.batch, 1, ReturnReason.ACCOUNT_CLOSED)


def closed_twice(s: Stage) -> Says:
    closed(s)
    return OPERATOR, closing(s)


def clawing(s: Stage, order: str, amount_fen: int, payee: str = "") -> settlement.ClawBack:
    return settlement.ClawBack(s.world.report, order, PartyId(payee or s.world.merchant), amount_fen, EVIDENCE)


def got_fen(s: Stage, order: str, payee: str) -> int:
    shares = s.states.revenue.distributions[f"{s.world.report}/{order}"].shares
    return sum(share.amount_fen for share in shares if share.payee == payee)


def indebted(s: Stage) -> ClawbackId:
    """Let the merchant spend what it got, then take it back: it owes all of it."""
    order, merchant = settled(s), s.world.merchant
    cash, other = (s.states.ledger.by_owner[f"{each}/cash"] for each in (merchant, s.world.owners[0]))
    fen = s.states.ledger.accounts[cash].available_fen
    s.say(merchant, ledger.PostTransfers((ledger.Leg(cash, other, fen),)))
    return ClawbackId(s.made(OPERATOR, clawing(s, order, got_fen(s, order, merchant)), "clawback"))


def in_debt(s: Stage) -> Says:
    indebted(s)
    return s.world.merchant, settlement.RequestPayout(1, EVIDENCE)


def paid_too_much(s: Stage) -> Says:
    indebted(s)
    return s.world.merchant, settlement.PayDebt(10**9)


def clawed_twice(s: Stage) -> Says:
    order = settled(s)
    fen = got_fen(s, order, s.world.merchant)
    s.say(OPERATOR, clawing(s, order, fen))
    return OPERATOR, clawing(s, order, 1)


def freezing(s: Stage, *, payee: str = "", claimant: str = "") -> settlement.FreezeShare:
    payee, claimant = payee or s.world.merchant, claimant or s.world.insurer
    return settlement.FreezeShare(s.world.report, PartyId(payee), PartyId(claimant), EVIDENCE)


def frozen_twice(s: Stage) -> Says:
    s.say(OPERATOR, freezing(s))
    return OPERATOR, freezing(s, claimant=s.world.owners[0])


def kept_account_moved(s: Stage) -> Says:
    requested(s)
    kept, cash = (s.states.ledger.by_owner[f"exchange/{purpose}"] for purpose in ("payout", "cash"))
    return OPERATOR, ledger.PostTransfers((ledger.Leg(kept, cash, 1),))


STAGED: dict[str, Callable[[Stage], Says]] = {
    "ledger.KEPT_BY_THE_MARKET": kept_account_moved,
    "settlement.ONLY_THE_MARKET": lambda s: (s.world.insurer, settlement.ReleaseReserve(ReserveId("reserve-1"))),
    "settlement.ONLY_THE_EXCHANGE": lambda s: (s.world.insurer, settlement.AdoptFees(())),
    "settlement.PAYOUT_UNKNOWN": lambda s: (s.world.merchant, settlement.CancelPayout(requested(s))),
    "settlement.PAYOUT_STATE_FORBIDS": cancelled_late,
    "settlement.LINE_UNKNOWN": lambda s: (OPERATOR, settlement.ConfirmPayout(closed(s), 1)),
    "settlement.LINE_DECIDED": returned_after_all,
    "settlement.DEBT_OPEN": in_debt,
    "settlement.NOTHING_OWED": paid_too_much,
    "settlement.DAY_NOT_OVER": lambda s: (OPERATOR, settlement.CloseDay(day_of(s.script.now))),
    "settlement.DAY_CLOSED": closed_twice,
    "settlement.NOT_A_SHARE": lambda s: (OPERATOR, freezing(s, payee=s.world.insurer, claimant=s.world.merchant)),
    "settlement.CLAIMANT_UNKNOWN": lambda s: (OPERATOR, freezing(s, claimant="party-999")),
    "settlement.FROZEN_ALREADY": frozen_twice,
    "settlement.DISPUTE_UNKNOWN": lambda _s: (OPERATOR, settlement.AwardShare(DisputeId("dispute-1"), Award.PAYEE)),
    "settlement.SALE_UNKNOWN": lambda s: (OPERATOR, clawing(s, "order-1", 1)),
    "settlement.MORE_THAN_PAID": clawed_twice,
    "settlement.FEES_BACKDATED": lambda s: (OPERATOR, settlement.AdoptFees((), s.script.now - 1)),
    "settlement.FEES_UNSOUND": lambda _s: (OPERATOR, settlement.AdoptFees((FeeLine(1), FeeLine(2)))),
}
