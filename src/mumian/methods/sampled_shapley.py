"""The Shapley value of a game too large for a table, from a budget of coalitions, with an interval and a second opinion.

Estimate: weighted least squares over pairs of complementary coalitions, stratified by size, without replacement; beside
the values it fits what else explains the pairs, see `odd_parts`.
Check: complementary contributions from the same coalitions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from mumian.methods.coalitions import PLAYERS_MAX, Level, Masks, kernel_mass, levels_of, masks_of
from mumian.methods.odd_parts import ROWS_A_COLUMN, OddModel, columns_of, design, fitted_values
from mumian.methods.student import t_quantile

Floats = npt.NDArray[np.float64]
Worths = Callable[[Masks], Floats]

METHOD = "paired-stratified-wls"
VERSION = 1
GROUPS = 16
"""Random groups that the spread is read from: 15 degrees of freedom."""


@dataclass(frozen=True, kw_only=True)
class SampledValues:
    """values: estimated Shapley values; they add up to v(all) - v(none). half_widths: see `sampled_shapley`.

    check: the same values by complementary contributions. evaluations: coalitions that were asked about, each once.
    """

    values: tuple[float, ...]
    half_widths: tuple[float, ...]
    check: tuple[float, ...]
    evaluations: int
    confidence_permille: int
    method: str
    version: int


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One row a pair. masks: S. half: (v(S) - v(rest)) / 2. group: -1 where the level is enumerated. level: its size."""

    masks: Masks
    half: Floats
    group: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]


def sampled_shapley(
    n: int, worths: Worths, *, evaluations: int, rng: np.random.Generator, confidence_permille: int = 950
) -> SampledValues:
    """Estimate every player's Shapley value from at most `evaluations` coalitions.

    The value depends on a game's odd part alone, (v(S) - v(rest)) / 2, and it is the coefficients of the linear function
    that fits it best under Shapley's kernel and is exact at the full coalition. A pair of level k weighs 1/(drawn_k k(n-k)):
    levels that are enumerated have their own mass, never that of draws with replacement, so that asking about all
    coalitions gives the exact value.

    Of several models of the odd part the one whose estimates scatter least is taken; more columns than a third of the pairs
    are never fitted.

    Interval: the pairs that were drawn, not those enumerated, are dealt to 16 groups, and the half width is t₁₅ · the
    standard error by the jackknife that leaves a group out, with Bonferroni's quantile, so that all n intervals hold at
    once. It is exact for estimates whose groups act on them normally, independently and without bias; drawing without
    replacement only makes it wider than need be, choosing the model a little narrower. That it holds is not proved for a
    general game but measured: `benchmarks/sampled_shapley.py` counts how often all n do. Hoeffding's interval, which is
    proved, is wider than the values at 10,000 coalitions.

    Args:
        n: players; 2 to 63.
        worths: worth of each of the coalitions given as masks (uint64), float64 of the same length; asked in one call.
        evaluations: coalitions to ask about at most; at least 2 + 2(n + 16(n//2 - 1)).
        rng: whose draws decide; the same state gives the same answer.
        confidence_permille: that all intervals hold together; 1 to 999.
    Raises: ValueError: an argument is out of range, or a worth is not finite.
    Source: Covert & Lee 2021, Improving KernelSHAP, AISTATS (pairs, constrained least squares); Zhang et al. 2023,
        Efficient Sampling Approaches to Shapley Value Approximation, SIGMOD (complementary contributions); Wolter 2007,
        Introduction to Variance Estimation, 2nd ed., ch. 4 (jackknife); Särndal, Swensson & Wretman 1992, Model Assisted
        Survey Sampling, ch. 6 (regression estimator).
    """
    if not 2 <= n <= PLAYERS_MAX or not 1 <= confidence_permille <= 999:
        raise ValueError(f"`{n}` players at `{confidence_permille}` permille; 2 to {PLAYERS_MAX} and 1 to 999")
    levels = levels_of(n, pairs=(evaluations - 2) // 2, groups=GROUPS)
    asked, whole = _ask(n, worths, levels, rng=rng)
    model, values, spread = _best(n, asked, levels, whole=whole)
    quantile = t_quantile(outside=(1000 - confidence_permille) / 1000 / n, df=GROUPS - 1)
    half_widths = quantile * spread
    return SampledValues(
        values=tuple(values.tolist()),
        half_widths=tuple(half_widths.tolist()),
        check=tuple(_complementary(n, asked, whole=whole).tolist()),
        evaluations=2 + 2 * len(asked.masks),
        confidence_permille=confidence_permille,
        method=f"{METHOD}/{model.name.lower()}",
        version=VERSION,
    )


def _ask(n: int, worths: Worths, levels: list[Level], *, rng: np.random.Generator) -> tuple[_Asked, float]:
    """Draw the pairs, ask about each coalition once, and return the pairs and v(all) - v(none)."""
    parts = [masks_of(n, level, rng=rng) for level in levels]
    groups = [np.full(lv.drawn, -1) if lv.is_full else np.arange(lv.drawn) % GROUPS for lv in levels]
    masks = np.concatenate(parts)
    everyone = np.uint64((1 << n) - 1)
    found = worths(np.concatenate([masks, masks ^ everyone, np.array([0, everyone], dtype=np.uint64)]))
    if len(found) != 2 * len(masks) + 2 or not np.isfinite(found).all():
        raise ValueError("a coalition's worth is missing or not finite")
    half = (found[: len(masks)] - found[len(masks) : -2]) / 2
    level = np.repeat([each.size for each in levels], [each.drawn for each in levels])
    return _Asked(masks=masks, half=half, group=np.concatenate(groups), level=level), float(found[-1] - found[-2])


def _best(n: int, asked: _Asked, levels: list[Level], *, whole: float) -> tuple[OddModel, Floats, Floats]:
    """Return the model whose estimates scatter least, its estimate and each player's standard error by the jackknife."""
    if all(level.is_full for level in levels):
        estimate, _ = _estimates(n, asked, levels, whole=whole, model=OddModel.PLAIN)
        return OddModel.PLAIN, estimate, np.zeros(n)
    found: list[tuple[OddModel, Floats, Floats]] = []
    for model in OddModel:
        if model is OddModel.PLAIN or columns_of(n, model) * ROWS_A_COLUMN <= len(asked.masks):
            estimate, without = _estimates(n, asked, levels, whole=whole, model=model)
            found.append((model, estimate, ((GROUPS - 1) / sqrt(GROUPS)) * without.std(axis=0, ddof=1)))
    return min(found, key=lambda each: float(each[2] @ each[2]))


def _estimates(n: int, asked: _Asked, levels: list[Level], *, whole: float, model: OddModel) -> tuple[Floats, Floats]:
    """Return the estimate of a model, and the 16 estimates that leave one group out each.

    A level that lost a group's pairs keeps its mass.
    """
    mass = np.array([kernel_mass(n, level.size) / level.drawn for level in levels])[asked.level - 1]
    rows = design(n, members(n, asked.masks), asked.level, model)
    grouped = asked.group >= 0
    gram, right = _normal(rows[~grouped], asked.half[~grouped], mass[~grouped])
    parts = [_normal(rows[own], asked.half[own], mass[own]) for own in (asked.group == g for g in range(GROUPS))]
    drawn, drawn_right = sum(part[0] for part in parts), sum(part[1] for part in parts)
    estimate = fitted_values(n, gram + drawn, right + drawn_right, whole=whole)
    grown = GROUPS / (GROUPS - 1)
    without = [
        fitted_values(n, gram + grown * (drawn - part), right + grown * (drawn_right - part_right), whole=whole)
        for part, part_right in parts
    ]
    return estimate, np.array(without)


def _normal(rows: Floats, half: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return the sums of the weighted normal equations."""
    weighted = rows.T * weight
    return weighted @ rows, weighted @ half


def members(n: int, masks: Masks) -> Floats:
    """Return 1 where a player is in a coalition, else 0; one row a coalition."""
    return (masks[:, None] >> np.arange(n, dtype=np.uint64) & np.uint64(1)).astype(np.float64)


def _complementary(n: int, asked: _Asked, *, whole: float) -> Floats:
    """Return φ_i = 1/n Σ_s mean of v(S) - v(rest) over the drawn S of size s with i in it; s = n is `whole`.

    A size at which no drawn coalition has the player counts as the mean of his other sizes.
    """
    inside = members(n, asked.masks)
    difference = 2 * asked.half
    sums, sizes = np.full(n, whole), np.ones(n)
    for size in range(1, n):
        rows = asked.level == min(size, n - size)
        own = inside[rows] if size <= n - size else 1 - inside[rows]
        sign = 1.0 if size <= n - size else -1.0
        counts, total = own.sum(axis=0), sign * (difference[rows] @ own)
        if 2 * size == n:  # each pair has a coalition of this size for every player
            counts, total = counts + (1 - own).sum(axis=0), total - difference[rows] @ (1 - own)
        met = counts > 0
        sums += np.divide(total, counts, out=np.zeros(n), where=met)
        sizes += met
    return np.asarray(sums / sizes)
