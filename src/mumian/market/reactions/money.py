"""What follows from admissions, deals, jobs and distributions: accounts, escrow, shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.ids import OPERATOR, AccountId, PartyId, ProductId, TransferId, new_id
from mumian.kernel.limits import HELD_UNTIL
from mumian.kernel.outcome import Broken
from mumian.kernel.time import Instant
from mumian.market.metered import is_by_answer, used
from mumian.market.reactions.base import React
from mumian.market.rooms import States
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.records import JobKind
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.states import DealState
from mumian.rooms.ledger import model as ledger
from mumian.rooms.ledger.model import Purpose
from mumian.rooms.oversight import model as oversight
from mumian.rooms.parties import model as parties
from mumian.rooms.revenue import model as revenue
from mumian.rooms.settlement import views as settlement
from mumian.rooms.settlement.records import Side

_CASH = Purpose.CASH.value


AT_FIRST = (Purpose.CASH, Purpose.ESCROW, Purpose.FEES, Purpose.BANK)
"""Accounts of the exchange that are opened with the market; others as they are needed."""


def _market_opened(_s: States, event: oversight.MarketOpened, _now: Instant) -> Iterator[Any]:
    yield parties.AdmitOperator(event.name, event.uscc, event.key)


def _party_admitted(_s: States, event: parties.PartyAdmitted, _now: Instant) -> Iterator[Any]:
    """Everybody gets a cash account; the exchange also the escrow, its fees, and the mirror of money outside."""
    own = AT_FIRST if event.party == OPERATOR else (Purpose.CASH,)
    for purpose in own:
        yield ledger.OpenAccount(event.party, purpose)


def _order_placed(s: States, event: deals.OrderPlaced, _now: Instant) -> Iterator[Any]:
    """Money is held for the order until it is accepted, cancelled or expired; a watched order's limits let it go."""
    if event.escrow_fen:
        leg = ledger.Leg(cash_of(s, event.buyer), escrow_of(s), event.escrow_fen, event.order)
        yield ledger.HoldTransfers((leg,), HELD_UNTIL if event.is_watched else event.hold_expires_at)


def _deal_signed(_s: States, event: deals.DealSigned, _now: Instant) -> Iterator[Any]:
    yield contracts.BindOrder(event.agreement, event.order)


def _release_recorded(s: States, event: cleanroom.ReleaseRecorded, _now: Instant) -> Iterator[Any]:
    """The first release under a one-off deal is its delivery; answers that are priced one by one are paid before they leave."""
    job = s.cleanroom.jobs[event.job]
    key = s.exchange.by_agreement.get(job.agreement)
    order = s.exchange.orders.get(key) if key else None
    if order is not None and order.state is DealState.SIGNED and not order.metered:
        yield exchange.RecordDelivery(key, event.digest)
    elif order is not None and is_by_answer(s, order) and used(s, job.agreement, order) > order.calls:
        yield exchange.SettleUsage(job.agreement)


def _ticket_issued(_s: States, event: cleanroom.TicketIssued, _now: Instant) -> Iterator[Any]:
    if event.kind is JobKind.AGGREGATE:
        yield contracts.CountUse(event.agreement, 1)


def _usage_recorded(_s: States, event: cleanroom.UsageRecorded, _now: Instant) -> Iterator[Any]:
    yield contracts.CountUse(event.agreement, event.calls)


def _delivery_accepted(s: States, event: deals.DeliveryAccepted, now: Instant) -> Iterator[Any]:
    """The escrow is posted, then shared out; where nothing is due it goes back."""
    hold = hold_of(event.order)
    if event.escrow_fen:
        yield ledger.PostPending(hold, event.escrow_fen)
        yield distribution(s, event.order, event.product, event.escrow_fen, now=now)
    elif hold in s.ledger.held:
        yield ledger.VoidPending(hold)


def _billed(s: States, event: deals.UsageBilled | deals.TurnoverReported, now: Instant) -> Iterator[Any]:
    """A bill, for calls or as a share of turnover, is paid at once, then shared out."""
    if event.amount_fen:
        yield ledger.PostTransfers((ledger.Leg(cash_of(s, event.buyer), escrow_of(s), event.amount_fen, event.bill),))
        yield distribution(s, event.bill, event.product, event.amount_fen, now=now)


def distribution(s: States, sale: str, product: ProductId, gross_fen: int, *, now: Instant) -> revenue.Distribute:
    """Return what shares a sale out, after the exchange's own fee by its schedule."""
    product_type = s.exchange.products[product].product_type.value
    fee_fen = settlement.fee_fen(s.settlement, Side.SELLER, product_type, gross_fen, now=now)
    return revenue.Distribute(sale, product, gross_fen, exchange_fee_fen=fee_fen)


def _distributed(s: States, event: revenue.Distributed, _now: Instant) -> Iterator[Any]:
    """Each share goes from the escrow to its payee."""
    escrow = escrow_of(s)
    legs = tuple(
        ledger.Leg(escrow, cash_of(s, share.payee), share.amount_fen, event.sale)
        for share in event.shares
        if share.amount_fen
    )
    if legs:
        yield ledger.PostTransfers(legs)


def _order_ended(
    s: States, event: deals.OrderCancelled | deals.OrderExpired | deals.OrderRefunded, _now: Instant
) -> Iterator[Any]:
    """What is still held goes back; a hold that expired by itself has gone back already."""
    hold = hold_of(event.order)
    if event.escrow_fen and hold in s.ledger.held:
        yield ledger.VoidPending(hold)


def hold_of(thing: str) -> TransferId:
    """Return the transfer that holds the money of a thing, an order or an engagement: made by the same leaf, it has its number.

    The nth further order of a leaf, `order-17.n`, has hold n + 1: every agreed order costs something.
    """
    seq, _, nth = thing.partition("-")[2].partition(".")
    return TransferId(new_id("transfer", int(seq), int(nth or 0) + 1))


def account_of(s: States, purpose: Purpose) -> AccountId:
    """Return the exchange's account for a purpose."""
    return _of(s, f"{OPERATOR}/{purpose.value}")


def cash_of(s: States, party: PartyId) -> AccountId:
    """Return a party's cash account."""
    return _of(s, f"{party}/{_CASH}")


def escrow_of(s: States) -> AccountId:
    """Return the account of what is held between two sides."""
    return account_of(s, Purpose.ESCROW)


def _of(s: States, owner_and_purpose: str) -> AccountId:
    found: AccountId | None = s.ledger.by_owner.get(owner_and_purpose)
    if found is None:
        raise Broken("every_party_has_its_accounts", f"no account `{owner_and_purpose}`")
    return found


REACTIONS: dict[type, React] = {
    oversight.MarketOpened: _market_opened,
    parties.PartyAdmitted: _party_admitted,
    deals.OrderPlaced: _order_placed,
    deals.DealSigned: _deal_signed,
    cleanroom.ReleaseRecorded: _release_recorded,
    cleanroom.TicketIssued: _ticket_issued,
    cleanroom.UsageRecorded: _usage_recorded,
    deals.DeliveryAccepted: _delivery_accepted,
    deals.UsageBilled: _billed,
    deals.TurnoverReported: _billed,
    revenue.Distributed: _distributed,
    deals.OrderCancelled: _order_ended,
    deals.OrderExpired: _order_ended,
    deals.OrderRefunded: _order_ended,
}
