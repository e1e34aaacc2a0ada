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

_DROPPED = -1

_FEW = 24
"""Groups of a unit that are ranked pair by pair; more are selected from."""

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
def nth_smallest(values: Any, count: int, nth: int) -> Any:
    """Return number `nth`, from 0, of the first `count` values in ascending order; `values` is left in another order.

    `np.partition` does the same with a copy at each call, which for a few dozen values costs six times as much.
    Source: Hoare 1961, Algorithm 65: Find.
    """
    low, high = 0, count - 1
    while low < high:
        pivot = values[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if nth <= right:
            high = right
        elif nth >= left:
            low = left
        else:
            break
    return values[nth]


@kernel
def orders(key0: Any, key1: Any, unit_id: Any, identity: Any, touched: Any, count: int, words: Any, order: Any) -> None:
    """Write into `order` what `siphash` gives for a unit and each of the first `count` groups in `touched`.

    The same steps; those of the unit are taken once for all its groups, the rest for eight groups at a time where the
    processor can: `words` and `order` have room for seven more.
    """
    for nth in range(count):
        words[nth] = identity[touched[nth]]
    a0, b0 = key0 ^ _U64(0x736F6D6570736575), key1 ^ _U64(0x646F72616E646F6D)
    c0, d0 = key0 ^ _U64(0x6C7967656E657261), key1 ^ _U64(0x7465646279746573) ^ unit_id
    a0, b0, c0, d0 = _sip_round(a0, b0, c0, d0)
    a0, b0, c0, d0 = _sip_round(a0, b0, c0, d0)
    a0 ^= unit_id
    size = _U64(16 << 56)
    for nth in range((count + 7) & ~7):
        a, b, c, d = _sip_round(a0, b0, c0, d0 ^ words[nth])
        a, b, c, d = _sip_round(a, b, c, d)
        a, b, c, d = _sip_round(a ^ words[nth], b, c, d ^ size)
        a, b, c, d = _sip_round(a, b, c, d)
        a, c = a ^ size, c ^ _U64(0xFF)
        a, b, c, d = _sip_round(a, b, c, d)
        a, b, c, d = _sip_round(a, b, c, d)
        a, b, c, d = _sip_round(a, b, c, d)
        a, b, c, d = _sip_round(a, b, c, d)
        order[nth] = a ^ b ^ c ^ d


@kernel
def _keep_first_of_few(order: Any, count: int, l0: int, touched: Any, rows: Any, ranks: Any) -> None:
    """Mark in `rows` the touched groups that are not the first `l0` in `order`. ranks: room for `count`.

    They are ranked pair by pair, which no processor mispredicts: nine groups in a third of the time of a selection.
    """
    for nth in range(count):
        ranks[nth] = 0
    for nth in range(1, count):
        mine, before = order[nth], 0
        for other in range(nth):
            is_later = order[other] < mine
            before += is_later
            ranks[other] += not is_later
        ranks[nth] = before
    for nth in range(count):
        rows[touched[nth]] = 0 if ranks[nth] < l0 else _DROPPED


@kernel
def _keep_first_of_many(order: Any, count: int, l0: int, touched: Any, rows: Any, words: Any) -> None:
    """The same where ranking would take too long, by selection. words: room for `count`."""
    words[:count] = order[:count]
    last = nth_smallest(words, count, l0 - 1)
    kept = 0
    for nth in range(count):
        if order[nth] <= last and kept < l0:
            kept += 1
        else:
            rows[touched[nth]] = _DROPPED


@kernel
def bound(
    offsets: Any, unit_ids: Any, group: Any, identity: Any, l0: int, linf_rows: int, key0: Any, key1: Any
) -> None:
    """Leave out what a unit has too much: rows beyond `linf_rows` of a group, groups beyond `l0`.

    Rows of unit u lie at offsets[u] to offsets[u + 1]. The first rows of a group stay; the groups that stay are the
    first `l0` by SipHash(id of the unit, identity of the group): an order that depends neither on other units nor on
    the filters. Whether a row stays is as good as random, so it is chosen by values, not by branches.
    """
    rows = np.zeros(len(identity), np.int64)
    touched = np.empty(len(identity) + 1, np.int64)
    words = np.zeros(len(identity) + 7, np.uint64)
    order = np.empty(len(identity) + 7, np.uint64)
    ranks = np.empty(_FEW, np.int64)
    for unit in range(len(offsets) - 1):
        count = 0
        for row in range(offsets[unit], offsets[unit + 1]):
            place = group[row]
            if place < 0:
                continue
            held = rows[place]
            touched[count] = place
            count += held == 0
            rows[place] = held + 1
            group[row] = place if held < linf_rows else OUT
        if count > l0:
            orders(key0, key1, unit_ids[unit], identity, touched, count, words, order)
            if count <= _FEW:
                _keep_first_of_few(order, count, l0, touched, rows, ranks)
            else:
                _keep_first_of_many(order, count, l0, touched, rows, words)
            for row in range(offsets[unit], offsets[unit + 1]):
                place = group[row]
                group[row] = OUT if place < 0 or rows[place] == _DROPPED else place
        for nth in range(count):
            rows[touched[nth]] = 0


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
