"""What can be seen of oversight."""

from __future__ import annotations

from mumian.rooms.oversight.model import MarketRecord, State


def market(state: State) -> MarketRecord | None:
    """Return the market's own record, or None before leaf 0."""
    return state.market.get("market")
