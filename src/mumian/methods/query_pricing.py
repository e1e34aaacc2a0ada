"""Prices of answers that nobody can undercut by buying in parts: exact answers by coverage, noisy ones by precision.

coverage_fen       a query costs the weight of the possible databases that its answer rules out
further_fen        what it costs who bought other answers before
precision_fen      an answer costs by its precision, 1 / variance, along a curve that averaging cannot beat
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil

import msgspec

from mumian.kernel.canonical import Natural, Positive
from mumian.methods.apportion import apportion


def support_weights(full_fen: int, members: int) -> list[int]:
    """Return equal weights of `members` support databases that add up to the price of the whole data, fen.

    Raises: ValueError: no member, or a negative price.
    """
    if members < 1:
        raise ValueError("a support holds at least one database")
    return apportion(full_fen, [1] * members)


def ruled_out(truth: object, answers: Sequence[object]) -> int:
    """Return as a mask which support databases an answer rules out: bit i where `answers[i]` is not `truth`.

    truth: the query's answer on the data as it is. answers: on each support database, in their order.
    """
    return sum(1 << nth for nth, answer in enumerate(answers) if answer != truth)


def coverage_fen(weights: Sequence[int], masks: Iterable[int]) -> int:
    """Return what a bundle of queries costs: the weight of every support database that any of them rules out, fen.

    A union's weight is monotone and subadditive, and a bundle that determines a query rules out all that it does: so no
    way of buying parts is cheaper than the whole.

    Args:
        weights: one per support database, fen, ≥ 0. masks: one per query, as `ruled_out` gives them.
    Raises: ValueError: a mask names a database beyond the weights.
    Source: Deep & Koutris 2017, QIRANA: A Framework for Scalable Query Pricing (SIGMOD), §3: weighted coverage.
    """
    union = 0
    for mask in masks:
        union |= mask
    if union >> len(weights):
        raise ValueError(f"the mask names a database beyond the {len(weights)} of the support")
    return sum(weight for nth, weight in enumerate(weights) if union >> nth & 1)


def further_fen(weights: Sequence[int], *, bought: Sequence[int], asked: int) -> int:
    """Return what one more query costs who bought others before, fen. All charges add up to the price of the bundle.

    Raises: ValueError: as `coverage_fen`.
    Source: as `coverage_fen`, §3.3: history-aware pricing.
    """
    return coverage_fen(weights, [*bought, asked]) - coverage_fen(weights, bought)


class Version(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One knot of a curve: an answer of `precision` (1 / variance, in the curve's own unit) costs `price_fen`."""

    precision: Positive
    price_fen: Natural


def curve_defects(curve: Sequence[Version]) -> list[str]:
    """Return what would let a buyer gain: precision or price that falls, or a price that rises faster than precision.

    Source: Chen, Koutris & Kumar 2019, Towards Model-based Pricing for Machine Learning (SIGMOD), thm. 5: p monotone and
    p(x) / x non-increasing is arbitrage-free for additive noise of variance 1 / x.
    """
    if not curve:
        return ["the curve has no version; name one"]
    found = []
    for nth, (before, after) in enumerate(pairwise(curve), start=2):
        if after.precision <= before.precision:
            found.append(f"version {nth} has precision {after.precision}, not above {before.precision}")
        if after.price_fen < before.price_fen:
            found.append(f"version {nth} costs {after.price_fen} fen, less than {before.price_fen}")
        if after.price_fen * before.precision > before.price_fen * after.precision:
            found.append(f"version {nth} costs more for each unit of precision than version {nth - 1}")
    return found


def precision_fen(curve: Sequence[Version], precision: Fraction | int) -> int:
    """Return what an answer of any precision costs, fen, rounded up.

    Linear from nothing to the first version and between versions, flat after the last. On a curve without defects the
    price is monotone and subadditive, and rounding up keeps it so.

    Raises: ValueError: the precision is negative or the curve has no version.
    Source: as `curve_defects`, §5.
    """
    if precision < 0 or not curve:
        raise ValueError(f"no price for precision `{precision}` on {len(curve)} versions")
    low = (0, 0)
    for version in curve:
        high = (version.precision, version.price_fen)
        if precision <= version.precision:
            part = Fraction(precision - low[0]) / (high[0] - low[0])
            return ceil(low[1] + part * (high[1] - low[1]))
        low = high
    return low[1]
