"""What always holds between invoices, deals and the clocks that run for them. `now` is the instant of the last leaf."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.billing.decide import CONTEST
from mumian.rooms.billing.model import InvoiceState
from mumian.rooms.clocks import views as clocks


def what_is_invoiced_was_billed_at_that_price(s: States, _now: Instant) -> Iterator[str]:
    """An invoice's calls lie within the billed ones of its order, and cost what the order's tariff says."""
    for key, invoice in s.billing.invoices.under():
        order = s.exchange.orders[invoice.order]
        if invoice.end > order.calls:
            yield f"`{key}` ends before call {invoice.end}, `{invoice.order}` has {order.calls} billed calls"
        elif invoice.amount_fen != order.charge_fen(before=invoice.first_call, units=invoice.calls):
            yield f"`{key}` is of {invoice.amount_fen} fen, its calls cost otherwise under `{invoice.order}`"


def what_was_metered_is_charged_by_the_tariff(s: States, _now: Instant) -> Iterator[str]:
    """Recorded calls cost what the order's tiers say of so many, up to those ordered; without an order, nothing."""
    for key, usage in s.cleanroom.usage.under():
        agreement = key.partition("/")[0]
        order = s.exchange.orders.get(s.exchange.by_agreement.get(agreement) or "")
        due_fen = 0 if order is None else order.cost_fen(min(usage.calls, order.quantity))
        if usage.charge_fen != due_fen:
            yield f"`{key}` shows {usage.calls} calls for {usage.charge_fen} fen, the tariff says {due_fen}"


def no_invoice_waits_without_a_clock(s: States, _now: Instant) -> Iterator[str]:
    """While an invoice may be contested its limit runs; once it is decided, none does."""
    for key, invoice in s.billing.invoices.under():
        runs = clocks.clock(s.clocks, key, CONTEST) is not None
        if runs is not (invoice.state is InvoiceState.ISSUED):
            yield f"`{key}` is {invoice.state.value}, its limit {'runs' if runs else 'does not run'}"


LAWS = (
    what_is_invoiced_was_billed_at_that_price,
    what_was_metered_is_charged_by_the_tariff,
    no_invoice_waits_without_a_clock,
)
