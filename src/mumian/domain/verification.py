"""Yes, no or unknown, call by call: a prepared lookup of rows by their keys.

The key columns of a row are packed into one integer, exactly: no hash, no false hit. Rows are sorted by it, and a batch
of calls is one binary search in numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mumian.domain.declaration import IntegerColumn
from mumian.domain.metering import Call, Verdict
from mumian.domain.store import Version, integer_text
from mumian.engines.clustered import Integers, interval
from mumian.engines.kernels import MISSING
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan

PACKED_MAX = 2**62

UNKNOWN, NO, YES = 0, 1, 2
VERDICTS = (Verdict.UNKNOWN, Verdict.NO, Verdict.YES)
"""By code. Of several rows with the same keys one yes is a yes, one no a no."""

_Verdicts = npt.NDArray[np.uint8]


class _Codes(dict[str, int]):
    """Text of a call → place in the packed key, or -1; found once, then remembered."""

    def __init__(self, find: Callable[[str], int]) -> None:
        self._find = find

    def __missing__(self, text: str) -> int:
        code = self._find(text)
        if len(self) < 1_000_000:
            self[text] = code
        return code


class KeyTooWide(ValueError):  # noqa: N818  # named for what is the matter
    """The key columns together have more values than fit in 62 bits."""


class Lookup:
    """One version prepared for one plan. Memory: 9 bytes a row."""

    def __init__(self, version: Version, plan: VerificationPlan) -> None:
        """Raises: KeyTooWide; KeyError: a column is not there."""
        self._columns: list[tuple[_Codes, int]] = []
        packed = np.zeros(version.table.rows, np.int64)
        whole = np.ones(version.table.rows, np.bool_)
        wide = 1
        for name in plan.key_columns:
            places, codes, size = _key_column(version, name)
            wide *= size
            if wide > PACKED_MAX:
                raise KeyTooWide(name)
            whole &= places >= 0
            packed = packed * size + np.maximum(places, 0)
            self._columns.append((codes, size))
        self._sort(packed[whole], _judge(version, plan.predicate)[whole])

    def _sort(self, packed: Integers, verdicts: _Verdicts) -> None:
        order = np.argsort(packed, kind="stable")
        self._keys, starts = np.unique(packed[order], return_index=True)
        self._verdicts = np.maximum.reduceat(verdicts[order], starts) if len(starts) else np.zeros(0, np.uint8)

    def ask(self, calls: Sequence[Call]) -> _Verdicts:
        """Return the code of a verdict for every call; each call gives one text for each key column."""
        if not len(self._keys) or not calls:
            return np.zeros(len(calls), np.uint8)
        packed, known = np.zeros(len(calls), np.int64), np.ones(len(calls), np.bool_)
        for (codes, size), column in zip(self._columns, zip(*calls, strict=True), strict=True):
            places = np.fromiter(map(codes.__getitem__, column), np.int64, len(calls))
            known &= places >= 0
            packed = packed * size + np.maximum(places, 0)
        at = np.minimum(np.searchsorted(self._keys, packed), len(self._keys) - 1)
        found: _Verdicts = np.where(known & (self._keys[at] == packed), self._verdicts[at], np.uint8(UNKNOWN))
        return found


def _key_column(version: Version, name: str) -> tuple[Integers, _Codes, int]:
    """Return every row's place in a key column (-1: missing), how to find a text's place, and the number of places."""
    table = version.table
    column = version.manifest.declaration.column(name)
    if isinstance(column, IntegerColumn):
        values = table.numbers[name]
        present = values[values != MISSING]
        low, size = (int(present.min()), int(present.max()) - int(present.min()) + 1) if len(present) else (0, 1)
        places = np.where(values == MISSING, -1, values - low)

        def place(text: str) -> int:
            value = integer_text(column, text)
            return value - low if value is not None and 0 <= value - low < size else -1

        return places, _Codes(place), size
    if name in version.dictionaries:
        dictionary = version.dictionaries[name]
        return table.codes[name].astype(np.int64), _Codes(dictionary.code_of), max(len(dictionary), 1)
    listed = table.lists[name]
    return table.codes[name].astype(np.int64), _Codes(lambda text: listed.get(text, -1)), len(listed)


def _judge(version: Version, predicate: Filter) -> _Verdicts:
    """Return every row's verdict; unknown where the column is missing."""
    table = version.table
    if isinstance(predicate.value, int):
        values = table.numbers[predicate.column]
        low, high = interval(predicate.op.value, predicate.value)
        holds = ((values >= low) & (values <= high)) != (predicate.op is Op.NE)
        present = values != MISSING
    else:
        codes = table.codes[predicate.column]
        holds = (codes == table.lists[predicate.column][predicate.value]) == (predicate.op is Op.EQ)
        present = codes >= 0
    verdicts: _Verdicts = np.where(present, np.where(holds, YES, NO), UNKNOWN).astype(np.uint8)
    return verdicts
