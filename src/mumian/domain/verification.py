"""Yes, no, a band or unknown, call by call: a prepared lookup of rows by their keys.

The key columns of a row are packed into one integer, exactly: no hash, no false hit. Rows are sorted by it, and a batch
of calls is one binary search in numpy. A row that may not be told of is found like any other and answered like none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from mumian.domain.declaration import IntegerColumn
from mumian.domain.metering import Call, Verdict
from mumian.domain.packing import packed
from mumian.domain.store import Version, integer_text
from mumian.engines.clustered import Clustered, Integers, holds
from mumian.engines.kernels import MISSING
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan

UNKNOWN, NO, YES, BAND_0 = 0, 1, 2, 3
VERDICTS = (
    Verdict.UNKNOWN,
    Verdict.NO,
    Verdict.YES,
    *(verdict for verdict in Verdict if verdict.name.startswith("BAND_")),
)
"""By code. Of several rows with the same keys the highest code counts: one yes is a yes, one no a no, the highest band."""

Verdicts = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


class _Codes(dict[str, int]):
    """Text of a call → place in the packed key, or -1; found once, then remembered. Of columns whose values are public."""

    def __init__(self, find: Callable[[str], int]) -> None:
        self._find = find

    def __missing__(self, text: str) -> int:
        code = self._find(text)
        if len(self) < 1_000_000:
            self[text] = code
        return code


class View(msgspec.Struct, frozen=True):
    """What is answered at each place of a lookup; one more for what is not there. withheld: there, and not to be told."""

    codes: Verdicts
    withheld: Truths


class Lookup:
    """One version prepared for one plan. Memory: 10 bytes a key; by unit 8 more, and 5 a row."""

    def __init__(self, version: Version, plan: VerificationPlan, *, by_unit: bool = False) -> None:
        """by_unit: views without some units are wanted. Raises: TooWide; KeyError: a column is not there."""
        columns, self._finds, self._sizes = zip(*(_key_column(version, name) for name in plan.key_columns), strict=True)
        keys, whole = packed(columns, self._sizes, rows=version.table.rows)
        rows = np.flatnonzero(whole)
        rows = rows[np.argsort(keys[rows], kind="stable")]
        self._keys, starts = np.unique(keys[rows], return_index=True)
        judged = judge(version, plan)[rows]
        codes = _highest(judged, starts)
        self.open = View(codes, np.zeros(len(codes), np.bool_))
        self._by_unit = (judged, starts, unit_of_rows(version.table)[rows]) if by_unit else None

    def view(self, willing: Truths) -> View:
        """Return the answers to all keys, made of willing units' rows. willing: by unit; last, for rows without one.

        Only where it was prepared by unit.
        """
        assert self._by_unit is not None
        judged, starts, units = self._by_unit
        told = _highest(np.where(willing[units], judged, np.uint8(UNKNOWN)), starts)
        return View(told, (told == UNKNOWN) & (self.open.codes != UNKNOWN))

    def places(self, calls: Sequence[Call]) -> Places:
        """Return the place of every call's key, the last where there is none; a call gives one text for each column."""
        absent = len(self._keys)
        if not absent or not calls:
            return np.full(len(calls), absent, np.int64)
        texts = zip(self._finds, zip(*calls, strict=True), strict=True)
        places = [np.fromiter(map(find, column), np.int64, len(calls)) for find, column in texts]
        keys, known = packed(places, self._sizes, rows=len(calls))
        at = np.minimum(np.searchsorted(self._keys, keys), absent - 1)
        found: Places = np.where(known & (self._keys[at] == keys), at, absent)
        return found

    def ask(self, calls: Sequence[Call]) -> Verdicts:
        """Return the code of a verdict for every call, nobody left out."""
        return self.open.codes[self.places(calls)]


def _highest(judged: Verdicts, starts: Places) -> Verdicts:
    """Return the highest code of every key, and unknown for what is not there. starts: of the keys' rows."""
    of_keys = np.maximum.reduceat(judged, starts) if len(starts) else np.zeros(0, np.uint8)
    return np.append(of_keys, np.uint8(UNKNOWN))


def _key_column(version: Version, name: str) -> tuple[Integers, Callable[[str], int], int]:
    """Return every row's place in a key column (-1: missing), how to find a text's place, and the number of places.

    Texts of a dictionary are looked for each time anew: that a text was asked before shows in no caller's time.
    """
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

        return places, _Codes(place).__getitem__, size
    if name in version.dictionaries:
        dictionary = version.dictionaries[name]
        return table.codes[name].astype(np.int64), dictionary.code_of, max(len(dictionary), 1)
    listed = table.lists[name]
    return table.codes[name].astype(np.int64), _Codes(lambda text: listed.get(text, -1)).__getitem__, len(listed)


def unit_of_rows(table: Clustered) -> npt.NDArray[np.int32]:
    """Return every row's unit by its place; of rows without a unit one more than the last."""
    units = np.full(table.rows, table.units, np.int32)
    units[: int(table.offsets[-1])] = np.repeat(np.arange(table.units, dtype=np.int32), np.diff(table.offsets))
    return units


def judge(version: Version, plan: VerificationPlan) -> Verdicts:
    """Return every row's code; unknown where the column is missing."""
    table, asks = version.table, plan.predicate
    present = holds(table, Filter(asks.column, Op.PRESENT), rows=table.rows)
    if plan.bands:
        codes = BAND_0 + np.searchsorted(np.array(plan.bands, np.int64), table.numbers[asks.column], side="right")
    else:
        codes = np.where(holds(table, asks, rows=table.rows), YES, NO)
    verdicts: Verdicts = np.where(present, codes, UNKNOWN).astype(np.uint8)
    return verdicts
