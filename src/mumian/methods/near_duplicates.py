"""Near-duplicate rows found before anything is valued, and counted as one item: a copy adds nothing, splitting gains nothing.

A row is a set of tokens (its values by column, or shingles of a text). Rows whose sets are alike by Jaccard's measure are
joined, and joined with what those are joined with: a cluster is one item, worth the most that one of its rows is worth,
owned by everybody who has a row in it, each once.

What that gives with `methods.shapley.coverage_shapley`:

- an owner who holds k copies of a row, or spreads its rows over k deliveries, gets not a fen more: owners are sets of verified
  parties, and `one_player` makes related parties one;
- an owner who copies another's row under its own verified name is one of the item's owners: with m owners before, it takes
  1/(m + 1) of it. A record of who came first, or a right to the data, decides that, not a valuation;
- c accomplices whom nobody knows to be related take c/(m + c) of an item instead of 1/(m + 1): at most c times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from hashlib import blake2b
from itertools import combinations

BANDS, ROWS_A_BAND = 32, 4
"""Of the signature: rows that are alike to 0.8 are looked at together but once in ten million pairs, to 0.5 in 13 of 100."""


def clusters_of(rows: Sequence[frozenset[str]], *, alike: Fraction) -> list[int]:
    """Return the cluster of every row, named by its first row.

    Pairs are looked for by bands of a MinHash signature and joined when their sets are alike, exactly, so nothing is joined
    that is not; a pair of likeness s is missed with probability (1 - s^4)^32, the same pairs every time.

    Args: alike: least |A ∩ B| / |A ∪ B| of near duplicates; in (0, 1]. Rows without a token are alike to one another.
    Raises: ValueError: `alike` is out of range.
    Source: Broder 1997, On the Resemblance and Containment of Documents, SEQUENCES; Leskovec, Rajaraman & Ullman 2020,
        Mining of Massive Datasets, 3rd ed., §3.3-3.4 (bands).
    """
    if not 0 < alike <= 1:
        raise ValueError(f"likeness of `{alike}`; it must be above 0 and at most 1")
    parent = list(range(len(rows)))
    for one, other in _candidates(rows):
        if _root(parent, one) != _root(parent, other) and likeness(rows[one], rows[other]) >= alike:
            first, second = sorted((_root(parent, one), _root(parent, other)))
            parent[second] = first
    return [_root(parent, nth) for nth in range(len(rows))]


def likeness(one: frozenset[str], other: frozenset[str]) -> Fraction:
    """Return Jaccard's measure of two sets; of two empty ones 1."""
    return Fraction(len(one & other), len(one | other)) if one or other else Fraction(1)


def _candidates(rows: Sequence[frozenset[str]]) -> Iterator[tuple[int, int]]:
    """Yield pairs that share a band, each at least once; equal rows as a chain instead of all pairs."""
    first: dict[frozenset[str], int] = {}
    for nth, row in enumerate(rows):
        if row in first:
            yield first[row], nth
        else:
            first[row] = nth
    buckets: dict[tuple[int, bytes], list[int]] = {}
    for row, nth in first.items():
        for band, key in enumerate(_signature(row)):
            buckets.setdefault((band, key), []).append(nth)
    for together in buckets.values():
        yield from combinations(together, 2)


def _signature(row: frozenset[str]) -> list[bytes]:
    """Return the least hash of the row's tokens under each of the signature's functions, joined by bands."""
    hashed = [_hashes(token) for token in row] or [bytes(8 * BANDS * ROWS_A_BAND)]
    least = [min(each[at : at + 8] for each in hashed) for at in range(0, 8 * BANDS * ROWS_A_BAND, 8)]
    return [b"".join(least[at : at + ROWS_A_BAND]) for at in range(0, BANDS * ROWS_A_BAND, ROWS_A_BAND)]


def _hashes(token: str) -> bytes:
    """Return 8 bytes for each function: keyed hashes of the token."""
    text = token.encode()
    return b"".join(
        blake2b(text, digest_size=64, salt=nth.to_bytes(16, "big")).digest() for nth in range(BANDS * ROWS_A_BAND // 8)
    )


def _root(parent: list[int], nth: int) -> int:
    while parent[nth] != nth:
        parent[nth] = nth = parent[parent[nth]]
    return nth


def items_of(
    clusters: Sequence[int], owners: Sequence[int], weights: Sequence[int | Fraction]
) -> list[tuple[int, int | Fraction]]:
    """Return every cluster as an item of the coverage game: (mask of its owners, its weight), in the order of first rows.

    Args: one entry a row; owners: numbers of verified parties, ≥ 0; weights: ≥ 0.
    Raises: ValueError: lengths differ, or an owner or a weight is negative.
    """
    if not len(clusters) == len(owners) == len(weights):
        raise ValueError(
            f"`{len(clusters)}` rows, `{len(owners)}` owners, `{len(weights)}` weights; each row needs one"
        )
    if min(owners, default=0) < 0 or min(weights, default=0) < 0:
        raise ValueError("an owner or a weight is negative")
    masks: dict[int, int] = {}
    worth: dict[int, int | Fraction] = {}
    for cluster, owner, weight in zip(clusters, owners, weights, strict=True):
        masks[cluster] = masks.get(cluster, 0) | 1 << owner
        worth[cluster] = max(worth.get(cluster, 0), weight)
    return [(masks[cluster], worth[cluster]) for cluster in sorted(masks)]


def one_player(masks: Iterable[int], groups: Sequence[int]) -> list[int]:
    """Return masks of players instead of owners: owner i is of player `groups[i]`, so that related parties are one.

    Raises: ValueError: a mask names an owner without a group.
    """
    found = []
    for mask in masks:
        if mask >> len(groups):
            raise ValueError(f"mask `{mask}` names an owner beyond the {len(groups)} that have a group")
        player, rest = 0, mask
        while rest:
            lowest = rest & -rest
            player |= 1 << groups[lowest.bit_length() - 1]
            rest ^= lowest
        found.append(player)
    return found


def within_groups(values: Sequence[Fraction], groups: Sequence[int]) -> list[Fraction]:
    """Return what each owner gets of its player's value: an equal part, so that a group gains nothing by its number.

    Raises: ValueError: a group has no value.
    """
    if max(groups, default=-1) >= len(values):
        raise ValueError(f"group `{max(groups)}` has no value among {len(values)}")
    sizes = [0] * len(values)
    for group in groups:
        sizes[group] += 1
    return [values[group] / sizes[group] for group in groups]
