"""Models of a game's odd part, (v(S) - v(rest)) / 2, that are fitted to lessen the variance of a sampled Shapley value.

A model is a level's constant, each player's slope at a level (a polynomial of the level), and products of two
players freed, at each level, of what is linear in the players. Under Shapley's kernel everything but the mean slope is then
orthogonal to the linear functions, so that the Shapley value of what was fitted is read off the slopes, and what was left
over is orthogonal to them by the normal equations: no model can bias the value once all coalitions are asked about.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

TINY = 1e-9
"""Ridge on what is not the mean slope or a constant, relative to its own square: against collinear columns."""

ROWS_A_COLUMN = 3
"""Pairs that a model must have for each of its columns."""


class OddModel(IntEnum):
    """What is fitted. PLAIN: one slope a player. CURVED: slopes that change with the size as a square does. FREE: a slope of
    its own at each size. PAIRS: as FREE, and products of two players times the size's distance from n/2."""

    PLAIN = 0
    CURVED = 1
    FREE = 2
    PAIRS = 3


def _degrees(n: int, model: OddModel) -> int:
    """Return how many polynomials of the level a slope is made of, the constant included."""
    return {OddModel.PLAIN: 1, OddModel.CURVED: min(3, n // 2)}.get(model, n // 2)


def columns_of(n: int, model: OddModel) -> int:
    """Return how many columns a model has for `n` players."""
    products = comb(n, 2) if model is OddModel.PAIRS else 0
    return (n - 1) // 2 + n * _degrees(n, model) + products


def design(n: int, inside: Floats, level: Integers, model: OddModel) -> Floats:
    """Return one row a coalition: centred members first (n columns), then a constant a level but the middle one,
    whose coalitions' odd parts add up to zero, then the model's others.

    Args:
        inside: 1 where a player is a member; rows × n.
        level: size of each row's coalition, 1 to n//2.
    """
    centred = inside - (level / n)[:, None]
    blocks = [centred, (level[:, None] == np.arange(1, (n + 1) // 2)).astype(np.float64)]
    across = _polynomials(n)[level - 1]
    blocks += [centred * across[:, [degree]] for degree in range(1, _degrees(n, model))]
    if model is OddModel.PAIRS:
        products = _freed(n, 2 * inside - 1, centred, level, order=2)
        blocks.append(products * (1 - 2 * level / n)[:, None])
    return np.hstack(blocks)


def fitted_values(n: int, gram: Floats, right: Floats, *, whole: float) -> Floats:
    """Return the Shapley value of the fit: whole/n plus each player's mean slope.

    Args:
        gram, right: weighted normal equations of `design`'s columns.
        whole: v(all) - v(none).
    """
    normal = gram.copy()
    normal[:n, :n] += np.trace(gram[:n, :n]) / n**2  # members add up to a constant: the slopes are to add up to zero
    free = np.arange(n + (n - 1) // 2, len(gram))
    normal[free, free] += TINY * gram[free, free] + 1e-300
    slopes = np.linalg.solve(normal, right)[:n]
    return np.asarray(slopes - slopes.mean() + whole / n)


def _polynomials(n: int) -> Floats:
    """Return polynomials of degree 0, 1, … at levels 1 … n//2, orthogonal under the weight that a level has in the value.

    Shapley's kernel weighs the slopes of all sizes equally; the middle size is half a level.
    """
    k = np.arange(1, n // 2 + 1)
    root = np.sqrt(np.where(2 * k == n, 0.5, 1.0))[:, None]
    places = np.linspace(-1, 1, len(k)) if len(k) > 1 else np.zeros(1)
    orthogonal, _ = np.linalg.qr(root * np.polynomial.legendre.legvander(places, len(k) - 1))
    return np.asarray(orthogonal / root)


def _freed(n: int, signs: Floats, centred: Floats, level: Integers, *, order: int) -> Floats:
    """Return the products of `order` signs less, at each level, their projection on the members and their mean."""
    chosen = np.array(list(combinations(range(n), order)))
    products, linear = signs[:, chosen[:, 0]], centred[:, chosen[:, 0]]
    for column in chosen.T[1:]:
        products = products * signs[:, column]
        linear = linear + centred[:, column]
    slope = np.array([_slope(n, size, order) for size in range(1, n // 2 + 1)])[level - 1]
    mean = np.array([_mean(n, size, order) for size in range(1, n // 2 + 1)])[level - 1]
    return np.asarray(products - mean[:, None] - slope[:, None] * linear)


def _chance(n: int, size: int, players: int) -> float:
    """Return the chance that given players are all in a random coalition of a size."""
    return comb(n - players, size - players) / comb(n, size) if size >= players else 0.0


def _mean(n: int, size: int, order: int) -> float:
    """Return the mean of a product of signs over the coalitions of a size; a sign is 2·member - 1."""
    return sum(comb(order, j) * 2.0**j * (-1.0) ** (order - j) * _chance(n, size, j) for j in range(order + 1))


def _slope(n: int, size: int, order: int) -> float:
    """Return c for which a product less c·(its members) has no covariance with any player, by symmetry."""
    p, two = _chance(n, size, 1), _chance(n, size, 2)
    with_member = sum(
        comb(order - 1, j) * 2.0**j * (-1.0) ** (order - 1 - j) * _chance(n, size, j + 1) for j in range(order)
    )  # mean of member · product: the member's own sign is then +1
    covariance = with_member - p * _mean(n, size, order)
    return covariance / (p - p * p + (order - 1) * (two - p * p))
