"""The Shapley value of a game too large for a table, from a budget of coalitions, with an interval and a second opinion.

Estimate: weighted least squares over pairs of complementary coalitions, stratified by size, without replacement; beside
the values it fits what else explains the pairs, see `odd_parts`. Where one side of a pair all but tells the other, as in a
vote that somebody must win, a pilot sees it, and of the pairs that follow one side alone is asked about.
Check: complementary contributions from the same coalitions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt

from mumian.methods.coalitions import PLAYERS_MAX, Level, Masks, kernel_mass, levels_of, masks_of
from mumian.methods.odd_parts import ROWS_A_COLUMN, OddModel, columns_of, design, fitted_values
from mumian.methods.student import t_quantile

Floats = npt.NDArray[np.float64]
Worths = Callable[[Masks], Floats]

METHOD = "stratified-wls"
VERSION = 2
GROUPS = 16
"""Random groups that the spread is read from."""

DEGREES = GROUPS - 1 - 2
"""Degrees of freedom of the spread, two less for what it decided itself: the model, and whether to ask about one side."""

PILOT = 4
"""One in so many of the drawn pairs is asked about from both sides before it is known how to ask about the others."""

ONE_SIDED_GAIN = 0.8
"""One side is asked about where that promises a variance below so much of what both sides give for as many evaluations."""


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
    """One row a pair. masks: S. half: (v(S) - v(rest)) / 2, or what one side lets expect of it. group: -1 where the level is
    enumerated. level: its size. evaluations: coalitions that were asked about for them.
    """

    masks: Masks
    half: Floats
    group: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]
    evaluations: int

    def beside(self, other: _Asked) -> _Asked:
        """Return these rows and the other's."""
        return _Asked(
            masks=np.concatenate([self.masks, other.masks]),
            half=np.concatenate([self.half, other.half]),
            group=np.concatenate([self.group, other.group]),
            level=np.concatenate([self.level, other.level]),
            evaluations=self.evaluations + other.evaluations,
        )


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
    From v(S) alone the odd part is v(S) - e, where e is the mean of (v(S) + v(rest)) / 2 at S's level in the pilot; which
    side is asked about alternates within each group, so that what e is off by cancels. Its other error, by how much the
    even part varies at the level, is the same for S and rest and so independent of the players.

    Interval: the drawn pairs, not those enumerated, are dealt to 16 groups, and the half width is t₁₃ · the standard error
    by the jackknife that leaves a group out, with Bonferroni's quantile, so that all n intervals hold at once: exact for
    estimates on which the groups act normally, independently and without bias. Drawing without replacement makes it wider
    than need be, choosing by the spread narrower. That it holds is not proved for a general game but measured, in
    `benchmarks/sampled_shapley.py`; Hoeffding's interval, which is proved, is wider than the values at 10,000 coalitions.

    Args:
        n: players; 2 to 63.
        worths: worth of each of the coalitions given as masks (uint64), float64 of the same length; asked in three calls at most.
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
    asked, levels, whole, is_one_sided = _ask(n, worths, levels, rng=rng)
    model, values, spread = _best(n, asked, levels, whole=whole)
    quantile = t_quantile(outside=(1000 - confidence_permille) / 1000 / n, df=DEGREES)
    half_widths = quantile * spread
    return SampledValues(
        values=tuple(values.tolist()),
        half_widths=tuple(half_widths.tolist()),
        check=tuple(_complementary(n, asked, whole=whole).tolist()),
        evaluations=2 + asked.evaluations,
        confidence_permille=confidence_permille,
        method=f"{'one-sided' if is_one_sided else 'paired'}-{METHOD}/{model.name.lower()}",
        version=VERSION,
    )


def _ask(
    n: int, worths: Worths, levels: list[Level], *, rng: np.random.Generator
) -> tuple[_Asked, list[Level], float, bool]:
    """Ask about each coalition once: a pilot from both sides, then the rest as it promises to be worth most.

    Returns: the rows, the levels as they were drawn, v(all) - v(none), and whether the rest was asked about from one side.
    """
    first = [_pilot(level) for level in levels]
    one_sided = [_drawn(lv, pilot + _singles(lv, pilot)) for lv, pilot in zip(levels, first, strict=True)]
    most = [max(lv, one, key=lambda each: each.drawn) for lv, one in zip(levels, one_sided, strict=True)]
    order = [rng.permutation(masks_of(n, level, rng=rng)) for level in most]
    ends = np.array([0, (1 << n) - 1], dtype=np.uint64)
    found = _worth(worths, ends)
    whole = float(found[1] - found[0])
    pilot, even = _pairs(n, worths, [part[:count] for part, count in zip(order, first, strict=True)], levels)
    rest = [part[count : level.drawn] for part, count, level in zip(order, first, levels, strict=True)]
    if not any(len(part) for part in rest):
        return pilot, levels, whole, False
    if not _is_one_sided(n, pilot, even, levels, first, whole=whole, rng=rng):
        return pilot.beside(_pairs(n, worths, rest, levels)[0]), levels, whole, False
    singles = [part[count : one.drawn] for part, count, one in zip(order, first, one_sided, strict=True)]
    return pilot.beside(_sides(n, worths, singles, pilot, even)), one_sided, whole, True


def _pilot(level: Level) -> int:
    """Return how many pairs of a level the pilot asks about: all of an enumerated one."""
    return level.drawn if level.is_full else -(-level.drawn // (PILOT * GROUPS)) * GROUPS


def _singles(level: Level, pilot: int) -> int:
    """Return how many pairs can be met from one side for the evaluations that the pilot left of a level."""
    most = min(2 * (level.drawn - pilot), level.pairs - pilot - 1)
    return max(0, most) // GROUPS * GROUPS


def _drawn(level: Level, drawn: int) -> Level:
    return Level(size=level.size, pairs=level.pairs, drawn=drawn)


def _worth(worths: Worths, masks: Masks) -> Floats:
    found = worths(masks)
    if len(found) != len(masks) or not np.isfinite(found).all():
        raise ValueError("a coalition's worth is missing or not finite")
    return found


def _pairs(n: int, worths: Worths, parts: list[Masks], levels: list[Level]) -> tuple[_Asked, Floats]:
    """Ask about both sides of pairs, level by level. Returns: their rows, and the even part of each, (v(S) + v(rest)) / 2."""
    masks = np.concatenate(parts)
    found = _worth(worths, np.concatenate([masks, masks ^ np.uint64((1 << n) - 1)]))
    own, rest = found[: len(masks)], found[len(masks) :]
    groups = [
        np.full(len(part), -1) if level.is_full else np.arange(len(part)) % GROUPS
        for part, level in zip(parts, levels, strict=True)
    ]
    sizes = np.repeat([each.size for each in levels], [len(part) for part in parts])
    asked = _Asked(
        masks=masks, half=(own - rest) / 2, group=np.concatenate(groups), level=sizes, evaluations=2 * len(masks)
    )
    return asked, (own + rest) / 2


def _sides(n: int, worths: Worths, parts: list[Masks], pilot: _Asked, even: Floats) -> _Asked:
    """Ask about one side of pairs, in turn within each group, and expect the other by the pilot's even part at the level."""
    masks = np.concatenate(parts)
    sizes = np.repeat(np.arange(1, len(parts) + 1), [len(part) for part in parts])
    group = np.concatenate([np.arange(len(part)) % GROUPS for part in parts])
    is_rest = np.concatenate([np.arange(len(part)) // GROUPS % 2 == 1 for part in parts])
    found = _worth(worths, np.where(is_rest, masks ^ np.uint64((1 << n) - 1), masks))
    half = np.where(is_rest, -1.0, 1.0) * (found - _means(pilot, even)[sizes - 1])
    return _Asked(masks=masks, half=half, group=group, level=sizes, evaluations=len(masks))


def _means(asked: _Asked, even: Floats) -> Floats:
    """Return the mean of the even part at each level."""
    counts = np.bincount(asked.level - 1)
    return np.asarray(np.bincount(asked.level - 1, weights=even) / counts)


def _is_one_sided(
    n: int,
    pilot: _Asked,
    even: Floats,
    levels: list[Level],
    first: list[int],
    *,
    whole: float,
    rng: np.random.Generator,
) -> bool:
    """Tell whether one side of each pair scatters little enough to ask about twice as many pairs instead."""
    drawn = [_drawn(level, count) if not level.is_full else level for level, count in zip(levels, first, strict=True)]
    noise = np.where(pilot.group >= 0, even - _means(pilot, even)[pilot.level - 1], 0.0)
    guessed = replace(pilot, half=pilot.half + rng.choice([-1.0, 1.0], len(noise)) * noise)
    _, _, both = _best(n, pilot, drawn, whole=whole)
    _, _, one = _best(n, guessed, drawn, whole=whole)
    return float(one @ one) < ONE_SIDED_GAIN * 2 * float(both @ both)


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
