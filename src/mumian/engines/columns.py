"""The columns of a staging as integer arrays, a part at a time in the order of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from mumian.engines.arrays import PART_ROWS, Lookup
from mumian.engines.clustered import Hashes, Integers
from mumian.engines.duck import SourceColumn, Staging
from mumian.engines.kernels import MISSING, OUT

PART_VALUES = 2**17
"""Values of a dictionary whose bytes are in memory at a time."""


class Columns:
    """What leaves a staging. A column that is text, or has a list, is coded by its values, each of them counted once."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging

    def numbers(self, column: SourceColumn) -> Iterator[Integers]:
        """Yield a numeric column, part by part, as integers in its smaller unit (10^-decimals); MISSING for none."""
        expression = f"coalesce(CAST({column.smaller_unit} AS BIGINT), {MISSING})"
        for (part,) in self._parts("loaded", expression):
            yield part.astype(np.int64, copy=False)

    def codes(self, column: str, listed: Sequence[str] = ()) -> Iterator[npt.NDArray[np.int32]]:
        """Yield, part by part, each row's place in the list, or without one among the column's values in byte order.

        OUT where the column is missing, or not in the list.
        """
        lookup, hashed = self._lookup(column, listed)
        text = self._staging.text(column)
        for (part,) in self._parts("loaded", f"CASE WHEN {text} IS NULL THEN 0::UBIGINT ELSE {hashed} END"):
            yield lookup.codes(part.astype(np.uint64, copy=False))

    def _lookup(self, column: str, listed: Sequence[str]) -> tuple[Lookup, str]:
        """Return the codes of all values of a column, and the hash to look them up by: one that tells all of them apart."""
        values = self._staging.values(column)
        table, code = values.table, "rowid"
        if listed:
            table, code = "chosen", "code"
            self._staging.run(
                f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT value, coalesce(place, {OUT}) AS code FROM {values.table} "
                "LEFT JOIN (SELECT unnest(?) AS value, unnest(range(?)) AS place) USING (value)",
                [list(listed), len(listed)],
            )
        for attempt in count():
            lookup = Lookup(values.distinct)
            parts = self._parts(table, _hashed("value", attempt), code)
            if all(lookup.learn(hashes.astype(np.uint64), codes.astype(np.int32)) for hashes, codes in parts):
                break
        return lookup, _hashed(self._staging.text(column), attempt)

    def sizes(self, column: str) -> Integers:
        """Return how many rows each value of a column has, values in byte order. Memory: 8 bytes a value."""
        sizes: Integers = self._whole(column, "CAST(rows AS BIGINT)").astype(np.int64)
        return sizes

    def lengths(self, column: str) -> Integers:
        """Return the bytes of each value in UTF-8, values in byte order. Memory: 8 bytes a value."""
        lengths: Integers = self._whole(column, "CAST(strlen(value) AS BIGINT)").astype(np.int64)
        return lengths

    def hashes(self, column: str) -> Hashes:
        """Return a public hash of each value, values in byte order: 64 bits of its MD5. Memory: 8 bytes a value."""
        hashes: Hashes = self._whole(column, "md5_number_lower(value)").astype(np.uint64)
        return hashes

    def texts(self, column: str) -> Iterator[npt.NDArray[np.uint8]]:
        """Yield the bytes of all values, one after the other in byte order, part by part."""
        table = self._staging.values(column).table
        for start, stop in self._ranges(table, PART_VALUES):
            query = (
                f"SELECT string_agg(value, '' ORDER BY rowid) FROM {table} WHERE rowid >= {start} AND rowid < {stop}"
            )
            yield np.frombuffer((self._staging.rows(query)[0][0] or "").encode(), np.uint8)

    def _whole(self, column: str, expression: str) -> Any:
        parts = [part for (part,) in self._parts(self._staging.values(column).table, expression)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _parts(self, table: str, *expressions: str) -> Iterator[tuple[Any, ...]]:
        """Yield the expressions, never NULL, over the rows of a table in their order, a part at a time."""
        names = [f"e{nth}" for nth in range(len(expressions))]
        wanted = ", ".join(f"{expression} AS {name}" for expression, name in zip(expressions, names, strict=True))
        for start, stop in self._ranges(table, PART_ROWS):
            query = f"SELECT {wanted} FROM {table} WHERE rowid >= {start} AND rowid < {stop}"
            found = self._staging.run(query).fetchnumpy()
            yield tuple(np.ma.getdata(found[name]) for name in names)

    def _ranges(self, table: str, step: int) -> Iterator[tuple[int, int]]:
        end = self._staging.number(f"SELECT max(rowid) + 1 FROM {table}")
        return ((start, start + step) for start in range(0, end, step))


def _hashed(text: str, attempt: int) -> str:
    """Return the SQL expression of 64 bits of hash; further attempts for values that the one before does not tell apart."""
    return f"hash(sha256({text} || '{attempt}'))" if attempt else f"hash({text})"
