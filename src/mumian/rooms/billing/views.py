"""What can be seen of invoices."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import AgreementId
from mumian.rooms.billing.model import Invoice, InvoiceId, State


def invoice(state: State, key: InvoiceId) -> Invoice | None:
    return state.invoices.get(key)


def invoices_of(state: State, agreement: AgreementId) -> Iterator[tuple[InvoiceId, Invoice]]:
    """Yield the invoices of an agreement in the order of their calls."""
    for _, key in state.by_agreement.under(f"{agreement}/"):
        yield key, state.invoices[key]


def next_call(state: State, agreement: AgreementId) -> int:
    """Return the first call of an agreement that is on no invoice yet."""
    invoiced = state.invoiced.get(agreement)
    return invoiced.calls if invoiced is not None else 0
