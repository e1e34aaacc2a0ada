"""Loops over integer arrays, compiled by numba. Each writes into arrays that the caller made; -1 is a row left out.

The compiled code is kept beside this file, or in the user's cache directory where that is read-only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

MISSING = -(2**63)
"""An integer column's missing value: outside every declared bound."""

OUT = -1
"""Group of a row that is left out; code of a value outside its public list."""

_U64 = np.uint64


def kernel(function: F) -> F:
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no directory to keep compiled code in: compile in every process
        return cast(F, numba.njit(nogil=True)(function))


@kernel
def group_by(group: Any, codes: Any, position: Any, size: int) -> None:
    """Refine `group` by a column: group x size + position of its code; out where the code is missing or unasked.

    position: by code, its place in the plan's list, or OUT; the last entry, for code -1, is OUT.
    """
    for row in range(len(group)):
        if group[row] >= 0:
            place = position[codes[row]]
            group[row] = group[row] * size + place if place >= 0 else OUT


@kernel
def group_by_edges(group: Any, values: Any, edges: Any) -> None:
    """Refine `group` by bins [edges[n], edges[n + 1]); out where the value is missing or beyond the edges."""
    bins = len(edges) - 1
    for row in range(len(group)):
        if group[row] >= 0:
            place = np.searchsorted(edges, values[row], side="right") - 1
            group[row] = group[row] * bins + place if 0 <= place < bins else OUT


@kernel
def keep_codes(group: Any, codes: Any, allowed: Any) -> None:
    """Leave out rows whose code is not allowed. allowed: by code; the last entry, for code -1, is the missing one's."""
    for row in range(len(group)):
        if not allowed[codes[row]]:
            group[row] = OUT


@kernel
def keep_rows(group: Any, kept: Any) -> None:
    """Leave out rows that are not kept."""
    for row in range(len(group)):
        if not kept[row]:
            group[row] = OUT


@kernel
def keep_between(group: Any, values: Any, low: int, high: int, inside: bool) -> None:
    """Leave out rows whose value is missing, or outside (inside: within) low to high, both included."""
    for row in range(len(group)):
        value = values[row]
        if value == MISSING or (low <= value <= high) != inside:
            group[row] = OUT


@kernel
def _rotate(word: Any, bits: Any) -> Any:
    return (word << bits) | (word >> (_U64(64) - bits))


@kernel
def _sip_round(a: Any, b: Any, c: Any, d: Any) -> Any:
    a += b
    c += d
    b = _rotate(b, _U64(13)) ^ a
    d = _rotate(d, _U64(16)) ^ c
    a = _rotate(a, _U64(32))
    c += b
    a += d
    b = _rotate(b, _U64(17)) ^ c
    d = _rotate(d, _U64(21)) ^ a
    c = _rotate(c, _U64(32))
    return a, b, c, d


@kernel
def siphash(key0: Any, key1: Any, word0: Any, word1: Any) -> Any:
    """Return SipHash-2-4 of the 16 bytes of two words, little-endian, under a 128-bit key; all uint64.

    Source: Aumasson & Bernstein 2012, SipHash: a fast short-input PRF.
    """
    a, b = key0 ^ _U64(0x736F6D6570736575), key1 ^ _U64(0x646F72616E646F6D)
    c, d = key0 ^ _U64(0x6C7967656E657261), key1 ^ _U64(0x7465646279746573)
    for word in (word0, word1, _U64(16 << 56)):
        d ^= word
        a, b, c, d = _sip_round(a, b, c, d)
        a, b, c, d = _sip_round(a, b, c, d)
        a ^= word
    c ^= _U64(0xFF)
    for _ in range(4):
        a, b, c, d = _sip_round(a, b, c, d)
    return a ^ b ^ c ^ d


@kernel
def bound(offsets: Any, group: Any, l0: int, linf_rows: int, rows_max: int, held: Any) -> None:
    """Leave out what a unit has too much, row after row as they lie: groups beyond `l0`, rows of a group beyond `linf_rows`,
    rows in all beyond `rows_max`.

    Rows of unit u lie at offsets[u] to offsets[u + 1], in an order that was drawn when they were taken in. held: by
    group, zeros.
    """
    touched = np.empty(l0, np.int64)
    for unit in range(len(offsets) - 1):
        count = kept = 0
        for row in range(offsets[unit], offsets[unit + 1]):
            place = group[row]
            if place < 0:
                continue
            before = held[place]
            if before >= linf_rows or kept == rows_max or (before == 0 and count == l0):
                group[row] = OUT
                continue
            if before == 0:
                touched[count] = place
                count += 1
            held[place] = before + 1
            kept += 1
        for nth in range(count):
            held[touched[nth]] = 0


@kernel
def bound_and_add(
    offsets: Any,
    group: Any,
    values: Any,
    l0: int,
    linf_rows: int,
    rows_max: int,
    held: Any,
    lower: int,
    upper: int,
    rows: Any,
    sums: Any,
) -> None:
    """Do `bound`, `count_rows` and `add_clamped` in one pass, which writes nothing by row: what is asked most."""
    touched = np.empty(l0, np.int64)
    for unit in range(len(offsets) - 1):
        count = kept = 0
        for row in range(offsets[unit], offsets[unit + 1]):
            place = group[row]
            if place < 0:
                continue
            before = held[place]
            if before >= linf_rows or (before == 0 and count == l0):
                continue
            if kept == rows_max:
                break
            if before == 0:
                touched[count] = place
                count += 1
            held[place] = before + 1
            kept += 1
            rows[place] += 1
            value = values[row]
            if value != MISSING:
                sums[place] += min(max(value, lower), upper)
        for nth in range(count):
            held[touched[nth]] = 0


@kernel
def shuffle_within(offsets: Any, unit_ids: Any, key0: Any, key1: Any, order: Any) -> None:
    """Write into `order`, for every place of a clustered table, the place that its row moves to: units stay together, the
    rows of each in an order drawn by SipHash of the unit under a secret key, the same for the same unit and number of rows.

    Source: Durstenfeld 1964, Algorithm 235 (random permutation); Lemire 2019 for a number within bounds by multiplication.
    """
    for unit in range(len(offsets) - 1):
        first, last = offsets[unit], offsets[unit + 1]
        for place in range(first, last):
            order[place] = place
        word = siphash(key0, key1, unit_ids[unit], _U64(last - first))
        for place in range(last - 1, first, -1):
            word = word * _U64(6364136223846793005) + _U64(1442695040888963407)
            other = first + np.int64(((word >> _U64(32)) * _U64(place - first + 1)) >> _U64(32))
            order[place], order[other] = order[other], order[place]
    for place in range(offsets[-1], len(order)):
        order[place] = place


@kernel
def count_rows(group: Any, out: Any) -> None:
    """Add 1 to a row's group."""
    with_out = np.zeros(len(out) + 1, np.int64)  # rows left out are added up too, in front: no branch to mispredict
    for row in range(len(group)):
        with_out[group[row] + 1] += 1
    out += with_out[1:]


@kernel
def count_present(group: Any, values: Any, missing: int, out: Any) -> None:
    """Add 1 to a row's group where the value is there."""
    for row in range(len(group)):
        if group[row] >= 0 and values[row] != missing:
            out[group[row]] += 1


@kernel
def count_units(offsets: Any, group: Any, seen: Any, out: Any) -> None:
    """Add 1 to a group for every unit that has a row in it. seen: by group, -1 at first."""
    for unit in range(len(offsets) - 1):
        for row in range(offsets[unit], offsets[unit + 1]):
            place = group[row]
            if place >= 0 and seen[place] != unit:
                seen[place] = unit
                out[place] += 1


@kernel
def add_squares(group: Any, values: Any, lower: int, upper: int, centre: int, out: Any) -> None:
    """Add (value - centre)^2 of a row, its value clamped to lower to upper, to its group; a missing value adds nothing."""
    for row in range(len(group)):
        value = values[row]
        if group[row] >= 0 and value != MISSING:
            out[group[row]] += (min(max(value, lower), upper) - centre) ** 2


@kernel
def count_bins(group: Any, values: Any, edges: Any, out: Any) -> None:
    """Add 1 to a row's bin of its group; values beyond the edges count in the first or last. out: groups × bins."""
    bins = len(edges) - 1
    for row in range(len(group)):
        value = values[row]
        if group[row] >= 0 and value != MISSING:
            place = np.searchsorted(edges, value, side="right") - 1
            out[group[row] * bins + min(max(place, 0), bins - 1)] += 1


@kernel
def add_clamped(group: Any, values: Any, lower: int, upper: int, out: Any) -> None:
    """Add a row's value, clamped to lower to upper, to its group; a missing value adds nothing."""
    with_out = np.zeros(len(out) + 1, np.int64)  # as in `count_rows`
    for row in range(len(group)):
        value = values[row]
        with_out[group[row] + 1] += min(max(value, lower), upper) if value != MISSING else 0
    out += with_out[1:]
