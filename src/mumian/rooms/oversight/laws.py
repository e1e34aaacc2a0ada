"""What always holds in oversight."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.rooms.oversight.model import State


def a_journal_holds_one_market(state: State) -> Iterator[str]:
    """There is one market record and no other."""
    keys = [key for key, _ in state.market.under()]
    if keys not in ([], ["market"]):
        yield f"market records: {', '.join(keys)}"


LAWS = (a_journal_holds_one_market,)
