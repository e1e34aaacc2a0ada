"""What events change among filings."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.rooms.filings.model import (
    DealFiled,
    Event,
    FilingConfirmed,
    FilingWithdrawn,
    IndexPublished,
    PurchaseRegistered,
    State,
)
from mumian.rooms.filings.records import FilingState


def evolve(state: State, event: Event) -> None:
    """Bring the state to what it is after `event`."""
    match event:
        case DealFiled():
            state.filings[event.filing] = event.record
            state.by_contract[event.record.contract_digest] = event.filing
        case FilingConfirmed():
            record = state.filings[event.filing]
            state.filings[event.filing] = replace(record, state=FilingState.CONFIRMED, number=event.number)
            _, month, serial = event.number.split("-")
            state.serials[month] = int(serial)
        case FilingWithdrawn():
            record = state.filings[event.filing]
            state.filings[event.filing] = replace(record, state=FilingState.WITHDRAWN)
            del state.by_contract[record.contract_digest]
        case PurchaseRegistered():
            state.purchases[event.purchase] = event.record
            if event.record.product:
                state.by_product[f"{event.record.product}/{event.purchase}"] = event.purchase
        case IndexPublished():
            state.indexes[event.month] = event.index
            state.last["month"] = event.month
            for figure in event.index.figures:
                state.figures[figure.family] = figure
        case _:
            assert_never(event)
