"""The Shapley value of a query's answer, by the lineage of its output tuples. Exact, in fractions.

An output tuple is there as soon as one of its derivations has all of its owners; a derivation is a mask of owners. Tuples
of the same lineage are added up first, and each lineage is a small game of its own players. One derivation an owner is a
union (`coverage_shapley`), one derivation in all is a join (`join_shapley`).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from mumian.methods.shapley import PLAYERS_MAX, exact_shapley

Lineage = frozenset[int]


def minimal(derivations: Iterable[int]) -> Lineage:
    """Return the derivations that hold no other: a larger one adds nothing to a smaller one (absorption)."""
    kept: list[int] = []
    for mask in sorted(set(derivations), key=lambda mask: (mask.bit_count(), mask)):
        if all(mask & small != small for small in kept):
            kept.append(mask)
    return frozenset(kept)


def lineage_shapley(n: int, tuples: Iterable[tuple[Iterable[int], int | Fraction]]) -> list[Fraction]:
    """Return the Shapley value of the game in which a coalition is worth the output tuples that it can derive.

    Args:
        n: players; ≥ 1, not limited to 20.
        tuples: (masks of the owners that a derivation needs, weight). Without derivations a tuple is never there, with
            an empty one always; either adds nothing.
    Returns: n fractions that add up to the weight of the tuples that need somebody and can be derived.
    Raises: ValueError: a mask names a player ≥ `n`, or a lineage has more than 20 players.
    Source: Livshits, Bertossi, Kimelfeld, Sebag 2021, The Shapley Value of Tuples in Query Answering, LMCS 17(3);
        Green, Karvounarakis, Tannen 2007, Provenance Semirings, PODS (lineage as a positive formula).
    """
    weights: dict[Lineage, int | Fraction] = {}
    for derivations, weight in tuples:
        lineage = minimal(derivations)
        for mask in lineage:
            if mask < 0 or mask >> n:
                raise ValueError(f"mask `{mask}` names a player beyond the {n} of the game")
        weights[lineage] = weights.get(lineage, 0) + weight
    values = [Fraction(0)] * n
    for lineage, weight in weights.items():
        for player, share in _shares(lineage).items():
            values[player] += share * weight
    return values


def _shares(lineage: Lineage) -> dict[int, Fraction]:
    """Return what each player of a lineage has of one tuple. Players that no minimal derivation needs have none."""
    everybody = 0
    for mask in lineage:
        everybody |= mask
    players = [bit for bit in range(everybody.bit_length()) if everybody >> bit & 1]
    if not players:
        return {}
    if len(lineage) == 1 or all(mask.bit_count() == 1 for mask in lineage):  # a join; a union
        return dict.fromkeys(players, Fraction(1, len(players)))
    return _by_table(lineage, players)


def _by_table(lineage: Lineage, players: list[int]) -> dict[int, Fraction]:
    if len(players) > PLAYERS_MAX:
        raise ValueError(f"a lineage of `{len(players)}` players; a table holds {PLAYERS_MAX}: sample instead")
    place = {player: nth for nth, player in enumerate(players)}
    small = [sum(1 << place[bit] for bit in players if mask >> bit & 1) for mask in lineage]
    values = exact_shapley(len(players), lambda there: int(any(there & mask == mask for mask in small)))
    return dict(zip(players, values, strict=True))
