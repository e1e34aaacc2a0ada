"""What a room must know of other rooms, gathered in one place before it decides: one module a room that asks.

A gatherer reads other rooms' views and answers in the words of the room that asks. It decides nothing.
"""

from __future__ import annotations

from mumian.market.gathering import (
    auctions,
    billing,
    catalog,
    cleanroom,
    clocks,
    consent,
    contracts,
    enterprise,
    exchange,
    filings,
    negotiation,
    operation,
    property_register,
    public_register,
    revenue,
    rights,
    services,
    settlement,
    sharing,
)
from mumian.market.gathering.base import Base, Gather, base_of

__all__ = ["GATHER", "Base", "Gather", "base_of"]

GATHER: dict[type, Gather] = {
    kind: gather
    for room in (
        auctions,
        billing,
        catalog,
        cleanroom,
        clocks,
        consent,
        contracts,
        enterprise,
        exchange,
        filings,
        negotiation,
        operation,
        property_register,
        public_register,
        revenue,
        rights,
        services,
        settlement,
        sharing,
    )
    for kind, gather in room.GATHER.items()
}
"""Which commands need more than who, when and which leaf."""
