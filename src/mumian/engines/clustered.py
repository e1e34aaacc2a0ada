"""Aggregation with bounded contributions over integer arrays that lie clustered by privacy unit.

SQL windows do the same at 40 to 65 times the cost of a plain query; one pass over clustered arrays at about 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from mumian.engines import kernels
from mumian.engines.kernels import MISSING, OUT

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.int16] | npt.NDArray[np.int32]

SUM_MAX = 2**52
"""No sum may come near 2^53: answers are JSON integers, and noise is still to be added."""

_INT64_MAX = 2**63 - 1


class SumMayOverflow(ValueError):  # noqa: N818  # named for what is the matter
    """The largest sum that the bounds allow exceeds SUM_MAX; found before a row is read."""


class Clustered(msgspec.Struct, frozen=True):
    """A table in memory, or mapped from files. Rows of unit u lie at offsets[u] to offsets[u + 1].

    Rows after the last offset have no unit: they can be looked up and are in no bounded aggregate.
    unit_ids: a hash of each unit's own value.
    codes: of columns with a public list, a row's place in the list, or -1. numbers: int64, MISSING where there is none.
    lists: the public lists, value → place. order_key: 128 bits, secret, one for each version of the data.
    """

    rows: int
    offsets: Integers
    unit_ids: Hashes
    codes: Mapping[str, Codes]
    numbers: Mapping[str, Integers]
    lists: Mapping[str, Mapping[str, int]]
    order_key: bytes

    @property
    def units(self) -> int:
        return len(self.offsets) - 1


class BoundedPass:
    """One question to a clustered table: group, keep, bound, then count and add. In this order."""

    def __init__(self, table: Clustered) -> None:
        self._table = table
        self._group = np.zeros(int(table.offsets[-1]), np.int32)
        self._identity = np.zeros(1, np.uint64)

    def group_by(self, column: str, values: Sequence[str]) -> None:
        """Split every group by `column` over `values`, in their order; rows with another value are left out.

        Raises: KeyError: the column has no public list, or a value is not in it.
        """
        places = self._table.lists[column]
        position = np.full(len(places) + 1, OUT, np.int32)
        chosen = np.array([places[value] for value in values], np.int64)
        position[chosen] = np.arange(len(values), dtype=np.int32)
        kernels.group_by(self._group, self._codes(column), position, len(values))
        wider = self._identity[:, None] * np.uint64(len(places)) + chosen.astype(np.uint64)[None, :]
        self._identity = wider.reshape(-1)

    def keep_text(self, column: str, value: str, *, equal: bool) -> None:
        """Keep rows whose `column` is there and is (or is not) `value`.

        Raises: KeyError: the column has no public list, or the value is not in it.
        """
        kernels.keep_codes(self._group, self._codes(column), self._table.lists[column][value], equal)

    def keep_number(self, column: str, op: str, value: int) -> None:
        """Keep rows whose integer `column` is there and compares so: eq, ne, lt, le, gt or ge.

        Raises: KeyError: no such column, or no such comparison.
        """
        low, high = interval(op, value)
        kernels.keep_between(self._group, self._numbers(column), low, high, op != "ne")

    def bound(self, *, l0: int, linf_rows: int) -> None:
        """Leave in at most `l0` groups of a unit, and `linf_rows` rows of a unit in a group."""
        key = np.frombuffer(self._table.order_key, dtype="<u8")
        units = self._table.offsets, self._table.unit_ids
        kernels.bound(*units, self._group, self._identity, l0, linf_rows, key[0], key[1])

    def count(self, column: str = "") -> Integers:
        """Return the rows of every group; with `column`, those that have a value there."""
        out = np.zeros(len(self._identity), np.int64)
        if not column:
            kernels.count_rows(self._group, out)
        elif column in self._table.numbers:
            kernels.count_present(self._group, self._numbers(column), MISSING, out)
        else:
            kernels.count_present(self._group, self._codes(column), OUT, out)
        return out

    def total(self, column: str, *, lower: int, upper: int, parts: int = 1) -> Integers:
        """Return the exact sum over every group of `column`, each value clamped to [lower, upper].

        parts: tables whose sums will be added up.
        Raises: SumMayOverflow: rows × bounds × parts exceed SUM_MAX.
        """
        most = len(self._group) * max(abs(lower), abs(upper)) * parts
        if most > SUM_MAX:
            raise SumMayOverflow(f"sums of `{column}` may reach `{most}`; `{SUM_MAX}` is the most: narrow the bounds")
        out = np.zeros(len(self._identity), np.int64)
        kernels.add_clamped(self._group, self._numbers(column), lower, upper, out)
        return out

    def _codes(self, column: str) -> Codes:
        return self._table.codes[column][: len(self._group)]

    def _numbers(self, column: str) -> Integers:
        return self._table.numbers[column][: len(self._group)]


def interval(op: str, value: int) -> tuple[int, int]:
    """Return the integers, from and to, that compare so with `value`; of `ne` those that do not."""
    return {
        "eq": (value, value),
        "ne": (value, value),
        "lt": (MISSING, value - 1),
        "le": (MISSING, value),
        "gt": (value + 1, _INT64_MAX),
        "ge": (value, _INT64_MAX),
    }[op]


def bounds_of_units(unit_codes: Integers) -> Integers:
    """Return the offsets of a column of unit codes that is sorted, from 0 without gaps, missing (-1) excluded."""
    units = int(unit_codes[-1]) + 1 if len(unit_codes) else 0
    return np.searchsorted(unit_codes, np.arange(units + 1)).astype(np.int64)
