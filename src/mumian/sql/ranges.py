"""Sets of integers as ranges, both ends included, ascending, none touching another. One set has one form."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

LOW, HIGH = -(2**62), 2**62
"""Ends of what has no end."""

Ranges: TypeAlias = tuple[tuple[int, int], ...]

EVERYTHING: Ranges = ((LOW, HIGH),)


def ranges(parts: list[tuple[int, int]]) -> Ranges:
    """Return the union of ranges in any order; those that are empty vanish."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(part for part in parts if part[0] <= part[1]):
        if made and low <= made[-1][1] + 1:
            made[-1] = made[-1][0], max(high, made[-1][1])
        else:
            made.append((low, high))
    return tuple(made)


def union(a: Ranges, b: Ranges) -> Ranges:
    return ranges([*a, *b]) if a != b else a


def intersection(a: Ranges, b: Ranges) -> Ranges:
    made: list[tuple[int, int]] = []
    i = j = 0
    while i < len(a) and j < len(b):
        low, high = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if low <= high:
            made.append((low, high))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return tuple(made)


def complement(a: Ranges, within: Ranges) -> Ranges:
    """Return what is in `within` and not in `a`."""
    edges = [LOW - 1, *(end for part in a for end in part), HIGH + 1]
    gaps = [(high + 1, low - 1) for high, low in zip(edges[::2], edges[1::2], strict=True)]
    return intersection(ranges(gaps), within)


def covers(a: Ranges, b: Ranges) -> bool:
    """Return whether all of `b` is in `a`."""
    return intersection(a, b) == b


def size(a: Ranges) -> int:
    return sum(high - low + 1 for low, high in a)


def members(a: Ranges) -> tuple[int, ...]:
    """Return every integer of a small set."""
    return tuple(value for low, high in a for value in range(low, high + 1))


def are_ascending(edges: tuple[int, ...]) -> bool:
    return all(low < high for low, high in pairwise(edges))
