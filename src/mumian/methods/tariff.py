"""A tariff: what a number of units costs, in one price or in marginal tiers, free of arbitrage.

In a marginal tariff the units of each tier cost that tier's rate, whatever comes after; so what was charged before never
changes with what is bought later, and a bill by parts adds up to the bill of the whole under one running count.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from mumian.kernel.canonical import Natural, Positive


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units up to and including number `up_to` cost `unit_fen` each, as far as no tier before covers them."""

    up_to: Positive
    unit_fen: Natural


def defects(tiers: Sequence[Tier]) -> list[str]:
    """Return what keeps `tiers` from being a marginal tariff without arbitrage; empty if nothing does.

    Bounds rise strictly and rates never do. A rising rate would make one order dearer than its parts bought under two
    names, p(a + b) > p(a) + p(b), so the buyer splits.
    Source: Chen, Koutris & Kumar 2019, Towards Model-based Pricing (SIGMOD), §4: subadditivity; anchors of pricing.
    """
    found = [f"tier {nth + 1} is not in fen and units above zero" for nth, t in enumerate(tiers) if _is_bad(t)]
    for nth, (before, after) in enumerate(pairwise(tiers), start=2):
        if after.up_to <= before.up_to:
            found.append(f"tier {nth} ends at {after.up_to}, not after {before.up_to}")
        if after.unit_fen > before.unit_fen:
            found.append(f"tier {nth} costs {after.unit_fen} fen a unit, more than {before.unit_fen}")
    return found


def _is_bad(tier: Tier) -> bool:
    return tier.up_to < 1 or tier.unit_fen < 0


def cost_fen(tiers: Sequence[Tier], units: int) -> int:
    """Return what the first `units` units cost, fen.

    Raises: ValueError: `units` is negative or beyond the last tier.
    """
    if units < 0:
        raise ValueError(f"`{units}` units; a count is not negative")
    total, reached = 0, 0
    for tier in tiers:
        in_tier = min(units, tier.up_to) - reached
        if in_tier <= 0:
            break
        total += in_tier * tier.unit_fen
        reached += in_tier
    if reached < units:
        raise ValueError(f"the tariff ends at {reached} units, not at {units}; add a tier")
    return total


def charge_fen(tiers: Sequence[Tier], *, before: int, units: int) -> int:
    """Return what `units` further units cost after `before` were charged, fen. Parts of a run add up to the run.

    Raises: ValueError: as `cost_fen`.
    """
    return cost_fen(tiers, before + units) - cost_fen(tiers, before)
