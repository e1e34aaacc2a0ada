"""What always holds between settlement and the ledger: the exchange keeps exactly what it says it keeps, for whom."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import OPERATOR
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.clocks import views as clocks
from mumian.rooms.exchange.states import DealState
from mumian.rooms.ledger import views as ledger
from mumian.rooms.ledger.model import Purpose
from mumian.rooms.settlement.records import RESERVE, PayoutState

OPEN = (DealState.ORDERED, DealState.SIGNED, DealState.DELIVERED, DealState.DISPUTED)
ON_THE_WAY = (PayoutState.REQUESTED, PayoutState.SENT)


def what_the_exchange_keeps_is_what_it_keeps_for_somebody(s: States, _now: Instant) -> Iterator[str]:
    """Payouts on their way, reserves, frozen shares and buyers' fees of open orders lie in their own accounts, to the fen."""
    payouts = (payout for _, payout in s.settlement.payouts.under())
    kept = {
        Purpose.PAYOUT: sum(each.amount_fen for each in payouts if each.state in ON_THE_WAY),
        Purpose.RESERVE: sum(each.left_fen for _, each in s.settlement.reserves.under()),
        Purpose.FROZEN: sum(each.held_fen for _, each in s.settlement.freezes.under()),
        Purpose.PREPAID: sum(each.fee_fen for _, each in s.settlement.charges.under()),
    }
    for purpose, kept_fen in kept.items():
        account = ledger.account_of(s.ledger, OPERATOR, purpose)
        held_fen = 0 if account is None else s.ledger.accounts[account].balance_fen
        if held_fen != kept_fen:
            yield f"the {purpose.value} account holds {held_fen} fen, {kept_fen} are kept for somebody"


def no_reserve_is_kept_without_a_clock(s: States, _now: Instant) -> Iterator[str]:
    """What is kept back is released by the market's clock, unless a clawback took it all."""
    for key, reserve in s.settlement.reserves.under():
        runs = clocks.clock(s.clocks, key, RESERVE) is not None
        if runs is not bool(reserve.left_fen):
            yield f"`{key}` holds {reserve.left_fen} fen, its limit {'runs' if runs else 'does not run'}"


def no_fee_is_kept_of_an_order_that_ended(s: States, _now: Instant) -> Iterator[str]:
    """A buyer's fee is earned or returned in the leaf in which its order ends."""
    for key, charge in s.settlement.charges.under():
        order = s.exchange.orders.get(key)
        if order is None or order.state not in OPEN:
            yield f"`{key}` is not open, {charge.fee_fen} fen of `{charge.buyer}` are kept for it"


LAWS = (
    what_the_exchange_keeps_is_what_it_keeps_for_somebody,
    no_reserve_is_kept_without_a_clock,
    no_fee_is_kept_of_an_order_that_ended,
)
