"""Which rows an envelope names: fetched for a whole batch in one query instead of one by one."""

from __future__ import annotations

import msgspec

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


def rows_named_by(envelope: Envelope) -> list[tuple[str, str]]:
    """Return (table, key) of the rows that deciding the envelope will surely read."""
    command = envelope.command
    rows = [("envelope.seen", envelope.id)]
    for table, field in _references_of(type(command)):
        rows.append((table, getattr(command, field)))
    return rows


def _references_of(kind: type[msgspec.Struct]) -> tuple[tuple[str, str], ...]:
    known = _references.get(kind)
    if known is None:
        fields = kind.__struct_fields__
        known = tuple((TABLE_OF_FIELD[field], field) for field in fields if field in TABLE_OF_FIELD)
        _references[kind] = known
    return known


_references: dict[type[msgspec.Struct], tuple[tuple[str, str], ...]] = {}
"""(table, field) by command type: found once."""
