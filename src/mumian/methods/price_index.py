"""A price index over matched items, and whether a cell of trades may be shown.

Jevons index: the geometric mean of the price relatives of the items that were sold in both periods; an item's price in a
period is its unit value, what was paid for it divided by how much of it was sold. Chained by multiplying.
Small cells: enough trades, items, sellers and buyers, and the (1, share) rule of dominance on either side.

Source: ILO et al. 2004, Consumer Price Index Manual, ch. 20 (elementary indices: Jevons; unit values) and ch. 15 (chaining);
Hundepool et al. 2012, Statistical Disclosure Control, ch. 4.2 (threshold and dominance rules of magnitude tables).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

WHOLE_BP = 10_000


class Matched(NamedTuple):
    """One item in two periods: what was paid, in fen, for how many units. All are > 0."""

    was_fen: int
    was_units: int
    is_fen: int
    is_units: int


class Sold(NamedTuple):
    """One trade as the small-cell rule sees it; sellers and buyers are groups of related parties."""

    item: str
    seller: str
    buyer: str
    amount_fen: int


class SmallCell(NamedTuple):
    """The least that a shown cell has, and the most that one seller or buyer has of it, in basis points."""

    trades_min: int
    parties_min: int
    share_bp_max: int


def jevons_bp(items: Sequence[Matched]) -> int:
    """Return the index of the later period, the earlier being 10,000; basis points, rounded down, exact in integers.

    Raises: ValueError: there is no item, or one was given away or not sold.
    """
    if not items or any(value <= 0 for item in items for value in item):
        raise ValueError(f"{len(items)} matched items, all of which need a price in both periods")
    n = len(items)
    above = WHOLE_BP**n * prod(item.is_fen * item.was_units for item in items)
    below = prod(item.was_fen * item.is_units for item in items)
    low, high = 0, 1
    while high**n * below <= above:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**n * below <= above else (low, middle)
    return low


def chained_bp(index_bp: int, change_bp: int) -> int:
    """Return an index carried on by the change of one more period, rounded down."""
    return index_bp * change_bp // WHOLE_BP


def may_be_shown(trades: Sequence[Sold], rule: SmallCell) -> bool:
    """Tell whether figures of these trades may be shown: no one party makes them, few do not, none dominates."""
    whole_fen = sum(trade.amount_fen for trade in trades)
    if len(trades) < rule.trades_min or whole_fen <= 0:
        return False
    if len({trade.item for trade in trades}) < rule.parties_min:
        return False
    for side in ("seller", "buyer"):
        parts = Counter[str]()
        for trade in trades:
            parts[getattr(trade, side)] += trade.amount_fen
        if len(parts) < rule.parties_min or max(parts.values()) * WHOLE_BP > rule.share_bp_max * whole_fen:
            return False
    return True
