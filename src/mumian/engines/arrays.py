"""Columns become arrays on disk in parts of a table, each row at its place, with memory for a part and not for the table.

A value is found by 64 bits of hash in a table of all different values of its column, of which no two share a hash: exact.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mumian.engines.clustered import Hashes, Integers
from mumian.engines.kernels import OUT, kernel, shuffle_within
from mumian.kernel.outcome import Broken

Places: TypeAlias = npt.NDArray[np.uint32] | npt.NDArray[np.int64]
"""Where each row of the file lies once rows are clustered by unit."""

PART_ROWS = 2**20


@kernel
def _learn(known: Any, codes_known: Any, hashes: Any, codes: Any) -> bool:
    mask = np.uint64(len(known) - 1)
    for row in range(len(hashes)):
        at = np.int64(hashes[row] & mask)
        while known[at] != 0 and known[at] != hashes[row]:
            at = (at + 1) % len(known)
        if known[at] == hashes[row]:  # the hash 0 among them: it stands for a missing value
            return False
        known[at], codes_known[at] = hashes[row], codes[row]
    return True


@kernel
def _look_up(known: Any, codes_known: Any, hashes: Any, out: Any) -> None:
    mask = np.uint64(len(known) - 1)
    for row in range(len(hashes)):
        at = np.int64(hashes[row] & mask)
        while known[at] != 0 and known[at] != hashes[row]:
            at = (at + 1) % len(known)
        out[row] = codes_known[at]


@kernel
def _place(codes: Any, following: Any, out: Any) -> None:
    last = len(following) - 1
    for row in range(len(codes)):
        code = codes[row] if codes[row] >= 0 else last
        out[row] = following[code]
        following[code] += 1


class Lookup:
    """Codes by the hash of a value, for at most `size` different values. Memory: 18 to 36 bytes for each of them.

    A hash of 0 stands for a missing value, whose code is OUT.
    """

    def __init__(self, size: int) -> None:
        slots = 1 << max(4, (size * 3 // 2).bit_length())
        self._known = np.zeros(slots, np.uint64)
        self._codes = np.full(slots, OUT, np.int32)

    def learn(self, hashes: Hashes, codes: npt.NDArray[np.int32]) -> bool:
        """Take in different values; False if one of them has the hash 0, or one that another value has."""
        return bool(_learn(self._known, self._codes, hashes, codes))

    def codes(self, hashes: Hashes) -> npt.NDArray[np.int32]:
        """Return the codes of values that were learned, OUT for 0."""
        out = np.empty(len(hashes), np.int32)
        _look_up(self._known, self._codes, hashes, out)
        return out


def offsets_of(sizes: Integers) -> Integers:
    """Return where each group begins, and the end of the last, of groups of these sizes one after the other."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def places_of(path: Path, parts: Iterable[npt.NDArray[np.int32]], *, offsets: Integers, rows: int) -> Places:
    """Return, kept in the file `path`, the place of each row by its unit's code: a counting sort, rows of a unit in order.

    Rows without a unit (code OUT) come last. Memory: 8 bytes a unit.
    """
    places = np.lib.format.open_memmap(path, "w+", np.uint32 if rows < 2**32 else np.int64, (rows,))
    following, start = offsets.copy(), 0
    for codes in parts:
        _place(codes, following, np.asarray(places)[start : start + len(codes)])
        start += len(codes)
    return np.asarray(places)


def shuffled(path: Path, places: Places, *, offsets: Integers, unit_ids: Hashes, key: bytes) -> None:
    """Move the places of each unit's rows among themselves, in an order drawn under a secret key of 16 bytes.

    Which rows of a unit stay when contributions are bounded then depends on nothing that anybody chose. path: of a file
    that is needed meanwhile.
    """
    order = np.lib.format.open_memmap(path, "w+", places.dtype, (len(places),))
    key0, key1 = np.frombuffer(key, dtype="<u8")
    shuffle_within(offsets, unit_ids, key0, key1, np.asarray(order))
    for start in range(0, len(places), PART_ROWS):
        places[start : start + PART_ROWS] = order[places[start : start + PART_ROWS]]


def clustered_codes(offsets: Integers, *, rows: int) -> Iterator[npt.NDArray[np.int32]]:
    """Yield the unit codes of rows that lie clustered, from 0 in the order of the offsets; OUT after the last."""
    ends = np.append(offsets, rows)
    codes = np.arange(len(ends) - 1, dtype=np.int32)
    codes[-1] = OUT
    for start in range(0, rows, PART_ROWS):
        stop = min(start + PART_ROWS, rows)
        first, last = np.searchsorted(ends, start, "right") - 1, np.searchsorted(ends, stop, "left")
        yield np.repeat(codes[first:last], np.diff(np.clip(ends[first : last + 1], start, stop)))


def write_array(
    path: Path, parts: Iterable[npt.NDArray[Any]], *, dtype: npt.DTypeLike, size: int, places: Places | None = None
) -> None:
    """Write a .npy of `size` values that come in parts, in order or each at its place; on disk before this returns."""
    whole, start = np.lib.format.open_memmap(path, "w+", dtype, (size,)), 0
    out = np.asarray(whole)
    for part in parts:
        stop = start + len(part)
        if places is None:
            out[start:stop] = part
        else:
            out[places[start:stop]] = part
        start = stop
    if start != size:
        raise Broken("every row of a staging is in every array", f"{path.name}: {start} of {size}")
    whole.flush()
    with path.open("rb") as file:
        os.fsync(file.fileno())
