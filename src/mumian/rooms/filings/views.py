"""What can be seen of filings, purchases and the index."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.rooms.filings.model import State
from mumian.rooms.filings.records import Filing, FilingId, FilingState, Index, Purchase, PurchaseId


def confirmed(state: State) -> Iterator[tuple[FilingId, Filing]]:
    """Yield every filing that both sides stand by."""
    for key, record in state.filings.under():
        if record.state is FilingState.CONFIRMED:
            yield FilingId(key), record


def index_of(state: State, month: str) -> Index | None:
    return state.indexes.get(month)


def purchases_of(state: State, product: str) -> Iterator[tuple[PurchaseId, Purchase]]:
    """Yield every purchase of a product by any body."""
    for _, key in state.by_product.under(f"{product}/"):
        yield key, state.purchases[key]
