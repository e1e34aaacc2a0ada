"""Names of things. The market gives every new thing the number of the journal leaf that made it, so no two can meet."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NewType

PartyId = NewType("PartyId", str)
ResourceId = NewType("ResourceId", str)
RightId = NewType("RightId", str)
GrantId = NewType("GrantId", str)
ProductId = NewType("ProductId", str)
AgreementId = NewType("AgreementId", str)
ListingId = NewType("ListingId", str)
OrderId = NewType("OrderId", str)
JobId = NewType("JobId", str)
BudgetId = NewType("BudgetId", str)
AccountId = NewType("AccountId", str)
TransferId = NewType("TransferId", str)

MARKET = PartyId("market")
"""The actor of what the market does by itself: reactions and the scheduler's ticks."""

OPERATOR = PartyId("exchange")
"""The exchange that runs this market: admitted by the first leaf."""

_id_shape = re.compile(r"[a-z]+(-[0-9]+(\.[0-9]+)?)?")


def new_id(noun: str, seq: int, nth: int = 0) -> str:
    """Return the id of the nth thing that leaf `seq` makes: `order-17`, `transfer-17.2`."""
    return f"{noun}-{seq}.{nth}" if nth else f"{noun}-{seq}"


def free_id(taken: Container[str], noun: str, seq: int) -> str:
    """Return the next id of a leaf that makes several things of one noun, one after the other.

    They are numbered without gap, so the first that is not taken is found by doubling and halving.
    """
    if new_id(noun, seq) not in taken:
        return new_id(noun, seq)
    low, high = 0, 1
    while new_id(noun, seq, high) in taken:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if new_id(noun, seq, middle) in taken else (low, middle)
    return new_id(noun, seq, high)


def is_id(text: str) -> bool:
    """Tell whether `text` has the shape of an id: a lower-case noun, a dash, a number."""
    return _id_shape.fullmatch(text) is not None
