"""What billing must know of other rooms: the deal, what is billed of it, the recorded batches."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.billing import model as billing
from mumian.rooms.exchange.product import Unit
from mumian.rooms.exchange.views import unit_of


def _issue(s: States, c: billing.IssueInvoice, base: Base) -> Facts:
    key = s.exchange.by_agreement.get(c.agreement)
    order = s.exchange.orders.get(key) if key else None
    if order is None or not order.metered or unit_of(s.exchange, order) is not Unit.CALL:
        return billing.DealFacts(**base, deal=None)
    is_billed = c.first_call + c.calls <= order.calls
    amount_fen = order.charge_fen(before=c.first_call, units=c.calls) if is_billed else 0
    seen = billing.DealSeen(key, order.product, order.seller, order.buyer, order.calls, amount_fen)
    return billing.DealFacts(**base, deal=seen)


def _contest(s: States, c: billing.ContestInvoice, base: Base) -> Facts:
    invoice = s.billing.invoices.get(c.invoice)
    batches = []
    for own in c.roots if invoice is not None else ():
        batch = s.cleanroom.batches.get(f"{invoice.agreement}/{invoice.product}/{own.first_call:016d}")
        if batch is not None:
            batches.append(billing.BatchSeen(batch.first_call, batch.calls, batch.batch_root))
    return billing.BatchFacts(**base, batches=tuple(batches))


def _settle(s: States, c: billing.SettleContest, base: Base) -> Facts:
    """What falls away are the invoice's last calls, as if it had ended so many calls earlier."""
    invoice = s.billing.invoices.get(c.invoice)
    calls = sum(span.calls for span in c.credited)
    if invoice is None or calls > invoice.calls:
        return billing.CreditFacts(**base, credit_fen=0)
    order = s.exchange.orders[invoice.order]
    return billing.CreditFacts(**base, credit_fen=order.charge_fen(before=invoice.end - calls, units=calls))


GATHER: dict[type, Gather] = {
    billing.IssueInvoice: _issue,
    billing.ContestInvoice: _contest,
    billing.SettleContest: _settle,
}
