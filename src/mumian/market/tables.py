"""The tables that may be asked through a product."""

from __future__ import annotations

from mumian.kernel.ids import ProductId
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.cleanroom.analysis import AnalysisRules
from mumian.rooms.exchange import views as exchange
from mumian.rooms.rights import views as rights


def tables_of(states: States, product: ProductId, now: Instant) -> dict[str, AnalysisRules]:
    """Return the published rules of every table beneath a product; parts of one table have the same name and columns."""
    tables: dict[str, AnalysisRules] = {}
    for source in exchange.sources_of(states.exchange, product):
        resource = rights.chain(states.rights, source, now).resource
        rules = states.cleanroom.rules.get(resource)
        if rules is not None:
            tables.setdefault(rules.table, rules)
    return tables
