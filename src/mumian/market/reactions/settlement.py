"""What follows in the ledger from what is kept back, taken back, paid out and charged. Accounts that it needs are opened as needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from mumian.kernel.ids import OPERATOR, AccountId, PartyId, ProductId
from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.reactions.money import account_of, cash_of
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.exchange import events as deals
from mumian.rooms.ledger import model as ledger
from mumian.rooms.ledger.model import Purpose
from mumian.rooms.revenue import model as revenue
from mumian.rooms.settlement import model as settlement
from mumian.rooms.settlement import views
from mumian.rooms.settlement.records import RESERVE, ReserveId, Side


def _distributed(s: States, event: revenue.Distributed, _now: Instant) -> Iterator[Any]:
    """Shares are in their payees' cash by now; what is claimed, owed or reserved of them is kept back."""
    paid = Counter[PartyId]()
    for share in event.shares:
        paid[share.payee] += share.amount_fen
    parts = tuple(
        settlement.Part(payee, fen)
        for payee, fen in paid.items()
        if fen and views.keeps_back(s.settlement, event.product, payee)
    )
    if parts:
        yield settlement.KeepBack(event.product, event.sale, parts)


def _open(s: States, purpose: Purpose) -> Iterator[Any]:
    """Open an account of the exchange that the market did not need before."""
    if s.ledger.by_owner.get(f"{OPERATOR}/{purpose.value}") is None:
        yield ledger.OpenAccount(OPERATOR, purpose)


def _moved(debit: AccountId, credit: AccountId, amount_fen: int, memo: str) -> Iterator[Any]:
    if amount_fen and debit != credit:
        yield ledger.PostTransfers((ledger.Leg(debit, credit, amount_fen, memo),))


def _payout_requested(s: States, event: settlement.PayoutRequested, _now: Instant) -> Iterator[Any]:
    yield from _open(s, Purpose.PAYOUT)
    yield from _moved(cash_of(s, event.party), account_of(s, Purpose.PAYOUT), event.amount_fen, event.payout)


def _payout_cancelled(s: States, event: settlement.PayoutCancelled, _now: Instant) -> Iterator[Any]:
    yield from _moved(account_of(s, Purpose.PAYOUT), cash_of(s, event.party), event.amount_fen, event.payout)


def _payout_confirmed(s: States, event: settlement.PayoutConfirmed, _now: Instant) -> Iterator[Any]:
    """The money has left: the mirror of money outside takes it back."""
    yield from _moved(account_of(s, Purpose.PAYOUT), account_of(s, Purpose.BANK), event.amount_fen, event.batch)


def _payout_returned(s: States, event: settlement.PayoutReturned, _now: Instant) -> Iterator[Any]:
    yield from _moved(account_of(s, Purpose.PAYOUT), cash_of(s, event.party), event.amount_fen, event.batch)


def _reserve_kept(s: States, event: settlement.ReserveKept, _now: Instant) -> Iterator[Any]:
    yield from _open(s, Purpose.RESERVE)
    yield from _moved(cash_of(s, event.party), account_of(s, Purpose.RESERVE), event.amount_fen, event.reserve)


def _reserve_released(s: States, event: settlement.ReserveReleased, _now: Instant) -> Iterator[Any]:
    yield from _moved(account_of(s, Purpose.RESERVE), cash_of(s, event.party), event.amount_fen, event.reserve)


def _share_held(s: States, event: settlement.ShareHeld, _now: Instant) -> Iterator[Any]:
    yield from _open(s, Purpose.FROZEN)
    yield from _moved(cash_of(s, event.payee), account_of(s, Purpose.FROZEN), event.amount_fen, event.dispute)


def _share_awarded(s: States, event: settlement.ShareAwarded, _now: Instant) -> Iterator[Any]:
    if event.amount_fen:
        yield from _moved(account_of(s, Purpose.FROZEN), cash_of(s, event.to), event.amount_fen, event.dispute)


def _clawed_back(s: States, event: settlement.ClawedBack, _now: Instant) -> Iterator[Any]:
    buyer = cash_of(s, event.buyer)
    for taken in event.taken:
        yield from _moved(account_of(s, Purpose.RESERVE), buyer, taken.amount_fen, taken.reserve)
    yield from _moved(cash_of(s, event.payee), buyer, event.cash_fen, event.clawback)


def _debt_paid(s: States, event: settlement.DebtPaid, _now: Instant) -> Iterator[Any]:
    yield from _moved(cash_of(s, event.debtor), cash_of(s, event.creditor), event.amount_fen, event.clawback)


def _order_placed(s: States, event: deals.OrderPlaced, now: Instant) -> Iterator[Any]:
    """The buyer's fee waits with the order. A lot of an auction bears none: its close never fails."""
    if event.escrow_fen and s.auctions.auctions.get(event.because) is None:
        yield from _charge(s, event.order, event.buyer, event.product, event.escrow_fen, now=now)


def _charge(s: States, sale: str, buyer: PartyId, product: ProductId, price_fen: int, *, now: Instant) -> Iterator[Any]:
    product_type = s.exchange.products[product].product_type.value
    if views.fee_fen(s.settlement, Side.BUYER, product_type, price_fen, now=now):
        yield settlement.ChargeBuyer(sale, buyer, product_type, price_fen)


def _billed(s: States, event: deals.UsageBilled | deals.TurnoverReported, now: Instant) -> Iterator[Any]:
    """A bill is paid at once, and so is its fee."""
    if event.amount_fen:
        yield from _charge(s, event.bill, event.buyer, event.product, event.amount_fen, now=now)
        yield from _settle(s, event.bill, event.amount_fen)


def _settle(s: States, sale: str, due_fen: int) -> Iterator[Any]:
    if s.settlement.charges.get(sale) is not None:
        yield settlement.SettleCharge(sale, due_fen)


def _delivery_accepted(s: States, event: deals.DeliveryAccepted, _now: Instant) -> Iterator[Any]:
    yield from _settle(s, event.order, event.escrow_fen)


def _order_ended(
    s: States, event: deals.OrderCancelled | deals.OrderExpired | deals.OrderRefunded, _now: Instant
) -> Iterator[Any]:
    yield from _settle(s, event.order, 0)


def _buyer_charged(s: States, event: settlement.BuyerCharged, _now: Instant) -> Iterator[Any]:
    yield from _open(s, Purpose.PREPAID)
    yield from _moved(cash_of(s, event.buyer), account_of(s, Purpose.PREPAID), event.fee_fen, event.sale)


def _charge_settled(s: States, event: settlement.ChargeSettled, _now: Instant) -> Iterator[Any]:
    prepaid = account_of(s, Purpose.PREPAID)
    yield from _moved(prepaid, account_of(s, Purpose.FEES), event.fee_fen, event.sale)
    yield from _moved(prepaid, cash_of(s, event.buyer), event.back_fen, event.sale)


def _reserve_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield settlement.ReleaseReserve(ReserveId(event.about))


REACTIONS: dict[type, React] = {
    revenue.Distributed: _distributed,
    settlement.PayoutRequested: _payout_requested,
    settlement.PayoutCancelled: _payout_cancelled,
    settlement.PayoutConfirmed: _payout_confirmed,
    settlement.PayoutReturned: _payout_returned,
    settlement.ReserveKept: _reserve_kept,
    settlement.ReserveReleased: _reserve_released,
    settlement.ShareHeld: _share_held,
    settlement.ShareAwarded: _share_awarded,
    settlement.ClawedBack: _clawed_back,
    settlement.DebtPaid: _debt_paid,
    deals.OrderPlaced: _order_placed,
    deals.UsageBilled: _billed,
    deals.TurnoverReported: _billed,
    deals.DeliveryAccepted: _delivery_accepted,
    deals.OrderCancelled: _order_ended,
    deals.OrderExpired: _order_ended,
    deals.OrderRefunded: _order_ended,
    settlement.BuyerCharged: _buyer_charged,
    settlement.ChargeSettled: _charge_settled,
}

MEET: dict[str, Meet] = {RESERVE: _reserve_over}
