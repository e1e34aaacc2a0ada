"""Which rows an envelope names: fetched for a whole batch in one query instead of one by one."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.market.envelope import Envelope

TABLE_OF_FIELD = {
    "order": "exchange.orders",
    "listing": "exchange.listings",
    "product": "exchange.products",
    "agreement": "contracts.agreements",
    "account": "ledger.accounts",
    "transfer": "ledger.held",
    "resource": "catalog.resources",
    "job": "cleanroom.jobs",
}


def rows_named_by(envelope: Envelope) -> Iterator[tuple[str, str]]:
    """Yield (table, key) of the rows that deciding the envelope will surely read."""
    yield "envelope.seen", envelope.id
    command = envelope.command
    for field in command.__struct_fields__:
        table = TABLE_OF_FIELD.get(field)
        if table is not None:
            yield table, getattr(command, field)
