"""What changes in billing. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.rooms.billing.model import (
    ContestSettled,
    CreditNote,
    CreditNoteIssued,
    Event,
    Invoice,
    InvoiceConfirmed,
    InvoiceContested,
    Invoiced,
    InvoiceIssued,
    InvoiceState,
    State,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case InvoiceIssued():
            _issue(state, event)
        case InvoiceConfirmed():
            state.invoices[event.invoice] = replace(state.invoices[event.invoice], state=InvoiceState.CONFIRMED)
        case InvoiceContested():
            invoice = state.invoices[event.invoice]
            state.invoices[event.invoice] = replace(invoice, state=InvoiceState.CONTESTED, contested=event.contested)
        case ContestSettled():
            state.invoices[event.invoice] = replace(state.invoices[event.invoice], state=InvoiceState.SETTLED)
        case CreditNoteIssued():
            state.invoices[event.invoice] = replace(state.invoices[event.invoice], note=event.note)
            state.notes[event.note] = CreditNote(event.invoice, event.credited, event.credit_fen)
        case _:
            assert_never(event)


def _issue(state: State, event: InvoiceIssued) -> None:
    invoice = Invoice(
        event.agreement,
        event.order,
        event.product,
        event.seller,
        event.buyer,
        event.month,
        event.first_call,
        event.calls,
        event.amount_fen,
        event.net_fen,
        event.taxes,
        event.statement_digest,
    )
    state.invoices[event.invoice] = invoice
    state.by_agreement[f"{event.agreement}/{event.first_call:016d}"] = event.invoice
    state.invoiced[event.agreement] = Invoiced(invoice.end, event.month)
