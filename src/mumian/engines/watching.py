"""Whether somebody who asks by key is walking through keys or narrowing a value: counts in tables of fixed size.

Everything is derived from what the asker sees, the keys that it sends and whether they were answered, so that being
stopped tells it nothing more. A key is seen as hashes of its parts; no key can be read out of the tables. Repeats count
once (two Bloom filters that take turns), so that asking a few known keys again and again hides nothing.

Source: B. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13(7), 1970.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

COLUMNS_MAX = 8
"""Key columns that are watched; of a wider key the first."""

FULL, BLOCK, HEAD = 0, 1, 2
"""Hashes of a text: of all of it, of all but its last characters, of all but its trailing number."""

QUIET, SPARSE, BLOCKS, RUN, VALUE = 0, 1, 2, 3, 4
"""What was found: nothing; keys that mostly are not there; neighbours; one after the other; many questions to one key."""

ASKED, ANSWERED, FRESH, TURN, STEPS = 0, 1, 2, 3, 4
"""Places in `counts`: different keys of late, how many of them were answered, of this filter's turn, whose turn it is,
keys one after the other."""

COUNTS = 8
FILTER_WORDS = 4_096
FRESH_MAX = 16_384
"""Different keys until the other filter's turn: two bits of each in 262,144 keep false repeats below 2 %."""

BLOCKS_SIZE = 32_768
MARKS_SIZE = 65_536
WAYS = 4

_U = np.uint64
_MIX, _MIX2 = _U(0xFF51AFD7ED558CCD), _U(0xC4CEB9FE1A85EC53)


def _kernel(function: F) -> F:
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no directory to keep compiled code in: compile in every process
        return cast(F, numba.njit(nogil=True)(function))


@_kernel
def _mix(word: Any) -> Any:
    """Spread a word over 64 bits (finaliser of MurmurHash3, Appleby)."""
    word ^= word >> _U(33)
    word *= _MIX
    word ^= word >> _U(33)
    word *= _MIX2
    word ^= word >> _U(33)
    return word


@_kernel
def _is_new(key: Any, filters: Any, counts: Any) -> Any:
    """Tell whether a key was not asked of late, and remember it."""
    bits = FILTER_WORDS * 64
    one, two = key % _U(bits), (key >> _U(32)) % _U(bits)
    first, second = one >> _U(6), two >> _U(6)
    mask_one, mask_two = _U(1) << (one & _U(63)), _U(1) << (two & _U(63))
    for turn in range(2):
        if filters[turn, first] & mask_one and filters[turn, second] & mask_two:
            return False
    if counts[FRESH] >= FRESH_MAX:
        counts[FRESH], counts[TURN] = 0, 1 - counts[TURN]
        filters[counts[TURN], :] = 0
    filters[counts[TURN], first] |= mask_one
    filters[counts[TURN], second] |= mask_two
    counts[FRESH] += 1
    return True


@_kernel
def _steps_on(hashes: Any, ranks: Any, last: Any, last_ranks: Any) -> Any:
    """Return 1 if a key is the next of the last one, -1 if it is not near it.

    0 if it is the same, or if a slower part of it moved on and faster ones began anew.
    """
    moved = stepped = 0
    for column in range(hashes.shape[0]):
        if hashes[column, FULL] == last[column, FULL]:
            continue
        moved += 1
        apart = ranks[column] - last_ranks[column]
        if hashes[column, HEAD] == last[column, HEAD] and -1 <= apart <= 1:
            stepped += 1
    if moved == 1 and stepped == 1:
        return 1
    return 0 if stepped or moved == 0 else -1


@_kernel
def _mark(key: Any, question: int, marks: Any) -> Any:
    """Remember that a key was asked this question; return how many different ones it was asked.

    Of the four places that a key may have, the one with the fewest questions makes room.
    """
    row = key % _U(MARKS_SIZE // WAYS) * _U(WAYS)
    place, fewest = row, 65
    for way in range(WAYS):
        at = row + _U(way)
        if marks[at, 0] == key:
            place = at
            break
        asked, bits = 0, marks[at, 1]
        while bits:
            bits &= bits - _U(1)
            asked += 1
        if asked < fewest:
            place, fewest = at, asked
    if marks[place, 0] != key:
        marks[place, 0], marks[place, 1] = key, _U(0)
    marks[place, 1] |= _U(1) << _U(question)
    asked, bits = 0, marks[place, 1]
    while bits:
        bits &= bits - _U(1)
        asked += 1
    return asked


@_kernel
def watch(
    hashes: Any, ranks: Any, answered: Any, question: int, limits: Any,
    counts: Any, filters: Any, blocks: Any, marks: Any, last: Any, last_ranks: Any,
) -> Any:  # fmt: skip
    """Take calls into account in their order; return what was found first, or QUIET.

    hashes: uint64 [call, column, FULL BLOCK HEAD]. ranks: int64 [call, column], the trailing number of a text.
    answered: bool [call]. question: 0 to 63. limits: int64 [keys_min, answered_permille_min, neighbours_max, run_max,
    questions_max]; 0 in the last four: not watched. The rest is kept from call to call.
    """
    columns = hashes.shape[1]
    for nth in range(hashes.shape[0]):
        step = _steps_on(hashes[nth], ranks[nth], last[:columns], last_ranks[:columns])
        counts[STEPS] = counts[STEPS] + step if step >= 0 else 0
        last[:columns], last_ranks[:columns] = hashes[nth], ranks[nth]
        if limits[3] and counts[STEPS] >= limits[3]:
            return RUN
        key = _U(0)
        for column in range(columns):
            key += _mix(hashes[nth, column, FULL])
        if answered[nth] and limits[4] and _mark(_mix(key), question, marks) > limits[4]:
            return VALUE
        if not _is_new(_mix(key), filters, counts):
            continue
        if counts[FRESH] == 1 and counts[ASKED]:  # the filters changed turns: what was long ago counts half
            for place in range(BLOCKS_SIZE):
                blocks[place] >>= 1
        for column in range(columns):
            near = _mix(key - _mix(hashes[nth, column, FULL]) + _mix(hashes[nth, column, BLOCK]))
            place = near % _U(BLOCKS_SIZE)
            blocks[place] += 1
            if limits[2] and blocks[place] >= limits[2]:
                return BLOCKS
        counts[ASKED] += 1
        counts[ANSWERED] += answered[nth]
        if counts[ASKED] >= limits[0]:
            if counts[ANSWERED] * 1000 < counts[ASKED] * limits[1]:
                return SPARSE
            if counts[ASKED] >= 2 * limits[0]:
                counts[ASKED] //= 2
                counts[ANSWERED] //= 2
    return QUIET
