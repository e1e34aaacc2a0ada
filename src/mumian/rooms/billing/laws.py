"""What always holds of invoices. A law yields where it does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.rooms.billing.model import Invoiced, InvoiceState, State


def no_call_is_invoiced_twice_and_none_is_lost(state: State) -> Iterator[str]:
    """The invoices of an agreement follow each other from call 0 on, without gap, month after month."""
    found: dict[str, Invoiced] = {}
    for place, key in state.by_agreement.under():
        invoice = state.invoices[key]
        before = found.get(invoice.agreement) or Invoiced(0, "")
        if invoice.first_call != before.calls or invoice.month <= before.month:
            yield f"`{place}` begins at call {invoice.first_call} in {invoice.month}, the one before ends at {before.calls} in {before.month}"
        found[invoice.agreement] = Invoiced(invoice.end, invoice.month)
    for agreement, invoiced in state.invoiced.under():
        if found.get(agreement) != invoiced:
            yield f"`{agreement}` counts {invoiced.calls} calls up to {invoiced.month}, its invoices do not"


def net_and_taxes_add_up_to_the_amount(state: State) -> Iterator[str]:
    """No fen appears or disappears between an amount and its lines."""
    for key, invoice in state.invoices.under():
        sum_fen = invoice.net_fen + sum(line.tax_fen for line in invoice.taxes)
        if sum_fen != invoice.amount_fen:
            yield f"`{key}` is of {invoice.amount_fen} fen, its lines of {sum_fen}"


def only_what_is_contested_is_credited_and_once(state: State) -> Iterator[str]:
    """A credit note stands for a settled invoice, lies within what was contested, and costs no more than was invoiced."""
    for key, note in state.notes.under():
        invoice = state.invoices[note.invoice]
        if invoice.note != key or invoice.state is not InvoiceState.SETTLED:
            yield f"`{key}` credits `{note.invoice}`, which is {invoice.state.value} and names `{invoice.note}`"
        calls = sum(span.calls for span in note.credited)
        if calls > sum(span.calls for span in invoice.contested) or note.credit_fen > invoice.amount_fen:
            yield f"`{key}` credits {calls} calls for {note.credit_fen} fen of `{note.invoice}`"


LAWS = (
    no_call_is_invoiced_twice_and_none_is_lost,
    net_and_taxes_add_up_to_the_amount,
    only_what_is_contested_is_credited_and_once,
)
