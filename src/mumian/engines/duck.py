"""DuckDB reads files into a staging database, says which lines are broken, and hands columns out as integer arrays.

Rows never become Python objects: text is coded inside the database, and only its dictionary, each value once, leaves it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt

from mumian.engines.clustered import Codes, Hashes, Integers
from mumian.engines.kernels import MISSING, OUT

DECIMAL_DIGITS = 18
"""Digits of a decimal column: its integers in the smaller unit stay within int64."""

HEADER_BYTES_MAX = 1 << 20

SHORT_LIST = 2**15
"""A list of fewer values is coded in 16 bits."""

_REASON = """CASE error_type
    WHEN 'CAST' THEN '`' || column_name || '` is no number as declared: ' ||
        regexp_extract(error_message, 'Could not convert string (".*") to', 1)
    WHEN 'MISSING COLUMNS' THEN 'fewer fields than the header names'
    WHEN 'TOO MANY COLUMNS' THEN 'more fields than the header names'
    WHEN 'UNQUOTED VALUE' THEN 'a quote that is not closed'
    WHEN 'LINE SIZE OVER MAXIMUM' THEN 'longer than a line may be'
    WHEN 'INVALID ENCODING' THEN 'not UTF-8'
    ELSE 'not a CSV record' END"""


class SourceColumn(msgspec.Struct, frozen=True):
    """A column to be read: text, or a number with `decimals` digits after the point (0: an integer).

    Further digits of a number are rounded, half away from zero.
    """

    name: str
    decimals: int | None = None

    @property
    def sql_type(self) -> str:
        if self.decimals is None:
            return "VARCHAR"
        return f"DECIMAL({DECIMAL_DIGITS},{self.decimals})" if self.decimals else "BIGINT"


class BrokenLine(msgspec.Struct, frozen=True):
    """A line of a CSV (from 1, the header's; of a Parquet file the row, from 1), why it cannot be read, and its text."""

    line: int
    reason: str
    text: str


class Unreadable(ValueError):  # noqa: N818  # named for what is the matter
    """The file as a whole cannot be read: no such file, no header, no such column."""


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


class Staging:
    """A database in a file of its own, for one intake. Tables: `loaded` (good rows), `broken` (line, reason, text)."""

    def __init__(self, path: Path, *, threads: int = 2, memory_mb: int = 1024) -> None:
        self._db = duckdb.connect(str(path), config={"threads": threads, "memory_limit": f"{memory_mb}MB"})
        self._db.execute("SET enable_progress_bar = false")
        self._lists = 0
        self._joined: dict[str, str] = {}

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def load_csv(self, path: Path, columns: Sequence[SourceColumn], *, delimiter: str, null_text: str) -> None:
        """Read the named columns of a UTF-8 CSV with a header line. Broken rows go to `broken`, all others to `loaded`.

        Raises: Unreadable: no header, a column named twice, or a named column absent.
        """
        types = {column.name: column.sql_type for column in columns}
        header = header_of(path, delimiter=delimiter)
        _check_names(header, types)
        fields = ", ".join(f"{literal(name)}: {literal(types.get(name, 'VARCHAR'))}" for name in header)
        read = (
            f"read_csv({literal(str(path))}, auto_detect=false, header=true, delim={literal(delimiter)}, quote='\"', "
            f"escape='\"', columns={{{fields}}}, nullstr=[{literal(null_text)}, ''], encoding='utf-8', "
            "store_rejects=true, rejects_limit=0, rejects_table='rejects', rejects_scan='reject_scans')"
        )
        self._run(f"CREATE TABLE loaded AS SELECT {_names(columns)} FROM {read}")
        self._run(
            f"CREATE TABLE broken AS SELECT line_byte_position AS place, min(line) AS line, "
            f"string_agg(DISTINCT {_REASON}, '; ') AS reason, any_value(csv_line) AS text "
            "FROM rejects GROUP BY line_byte_position"
        )

    def load_parquet(self, path: Path, columns: Sequence[SourceColumn], *, null_text: str) -> None:
        """Read the named columns of a Parquet file. Rows with a value that does not fit its type go to `broken`.

        Raises: Unreadable: no Parquet file, or a named column absent.
        """
        source = f"read_parquet({literal(str(path))}, file_row_number=true)"
        header = [str(row[0]) for row in self._run(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        _check_names(header, {column.name: column.sql_type for column in columns})
        nulls = f"({literal(null_text)}, '')"
        typed = []
        for column in columns:
            name = quoted(column.name)
            given = f"CASE WHEN CAST({name} AS VARCHAR) NOT IN {nulls} THEN {name} END"
            typed.append((given, f"TRY_CAST({given} AS {column.sql_type})", column))
        bad = [f"({given} IS NOT NULL AND {cast} IS NULL)" for given, cast, _ in typed]
        reasons = ", ".join(
            f"CASE WHEN {test} THEN {literal(f'`{column.name}` is no number as declared: ')} || CAST({given} AS VARCHAR) END"
            for test, (given, _, column) in zip(bad, typed, strict=True)
        )
        kept = ", ".join(f"{cast} AS {quoted(column.name)}" for _, cast, column in typed)
        self._run(f"CREATE TABLE loaded AS SELECT {kept} FROM {source} WHERE NOT ({' OR '.join(bad)})")
        self._run(
            f"CREATE TABLE broken AS SELECT 0 AS place, file_row_number + 1 AS line, concat_ws('; ', {reasons}) AS reason, "
            f"'' AS text FROM {source} WHERE {' OR '.join(bad)}"
        )

    def join(self, name: str, of: Sequence[str], separator: str) -> None:
        """Let `name` stand for the text of the columns `of` with `separator` in between; missing where one of them is."""
        self._joined[name] = f" || {literal(separator)} || ".join(f"CAST({quoted(part)} AS VARCHAR)" for part in of)

    def leave_out(self, column: str, values: Sequence[str]) -> int:
        """Remove the good rows whose text in `column` is one of `values`; return how many there were."""
        before = self.count("loaded")
        self._run(f"DELETE FROM loaded WHERE {self.text(column)} IN (SELECT unnest(?))", [list(values)])
        return before - self.count("loaded")

    def text(self, column: str) -> str:
        """Return the SQL expression of a column as text."""
        return f"({self._joined[column]})" if column in self._joined else f"CAST({quoted(column)} AS VARCHAR)"

    def count(self, table: str) -> int:
        return self.number(f"SELECT count(*) FROM {table}")

    def number(self, query: str) -> int:
        """Return the one integer that `query` gives."""
        row = self._run(query).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query that gives few: figures, samples."""
        return list(self._run(query, values).fetchall())

    def broken(self, path: Path, *, limit: int | None = None) -> Iterator[BrokenLine]:
        """Yield the broken lines in the file's order, with the line numbers that an editor shows.

        DuckDB counts records; a quoted record may span lines, so the line breaks before it are counted in the file.
        """
        cut = "" if limit is None else f" LIMIT {limit}"
        found = self._run(f"SELECT place, line, reason, text FROM broken ORDER BY place, line{cut}")
        with path.open("rb") as file:
            at, lines = 0, 1
            while row := found.fetchone():
                place, line, reason, text = row
                if place:
                    at, lines = _count_lines(file, start=at, stop=place - 1, lines=lines)
                yield BrokenLine(lines if place else line, reason, text or "")

    def numbers(self, column: SourceColumn) -> Integers:
        """Return a numeric column as integers in its smaller unit (10^-decimals), MISSING where there is none."""
        name = quoted(column.name)
        value = f"{name} * {10**column.decimals}" if column.decimals else name
        found: Integers = self._array(f"coalesce(CAST({value} AS BIGINT), {MISSING})").astype(np.int64, copy=False)
        return found

    def listed(self, column: str, values: Sequence[str]) -> Codes:
        """Return each row's place in `values` (one at least), or OUT where the column is missing or not in the list."""
        small = np.int16 if len(values) < SHORT_LIST else np.int32
        kind = self._enum("SELECT unnest(?)", [list(values)])
        text = self.text(column)
        codes = self._array(f"coalesce(CAST(enum_code(TRY_CAST({text} AS {kind})) AS INTEGER), {OUT})")
        short: Codes = codes.astype(small)
        return short

    def coded(self, column: str) -> tuple[Codes, npt.NDArray[np.uint8], Integers, Hashes]:
        """Return a column's codes by its own dictionary in byte order, and the dictionary.

        Returns: codes (OUT where missing); all values' UTF-8 bytes, one after the other; where each begins, and the
        end of the last; a hash of each value.
        """
        text = self.text(column)
        distinct = f"SELECT DISTINCT {text} AS value FROM loaded WHERE {text} IS NOT NULL"
        self._run(f"CREATE OR REPLACE TEMP TABLE dictionary AS {distinct} ORDER BY value")
        sized = "SELECT CAST(strlen(value) AS BIGINT) AS size, md5_number_lower(value) AS hash FROM dictionary"
        arrays = self._run(f"{sized} ORDER BY rowid").fetchnumpy()
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(arrays["size"], dtype=np.int64)])
        whole = self.rows("SELECT string_agg(value, '' ORDER BY rowid) FROM dictionary")[0][0] or ""
        blob = np.frombuffer(whole.encode(), np.uint8)
        if len(ends) == 1:
            return np.full(self.count("loaded"), OUT, np.int32), blob, ends, arrays["hash"].astype(np.uint64)
        kind = self._enum("SELECT value FROM dictionary ORDER BY rowid")
        codes = self._array(f"coalesce(CAST(enum_code(CAST({text} AS {kind})) AS INTEGER), {OUT})")
        return codes.astype(np.int32), blob, ends, arrays["hash"].astype(np.uint64)

    def _enum(self, query: str, values: Sequence[Any] = ()) -> str:
        self._lists += 1
        self._run(f"CREATE OR REPLACE TEMP TABLE list_{self._lists} AS {query}", values)
        self._run(f"CREATE TYPE kind_{self._lists} AS ENUM (SELECT * FROM list_{self._lists})")
        return f"kind_{self._lists}"

    def _array(self, expression: str) -> Any:
        return np.ma.getdata(self._run(f"SELECT {expression} AS value FROM loaded").fetchnumpy()["value"])

    def _run(self, query: str, values: Sequence[Any] = ()) -> Any:
        try:
            return self._db.execute(query, values) if values else self._db.execute(query)
        except (duckdb.IOException, duckdb.InvalidInputException) as e:
            raise Unreadable(str(e).splitlines()[0]) from e


def header_of(path: Path, *, delimiter: str) -> list[str]:
    """Return the names in the first line of a UTF-8 CSV.

    Raises: Unreadable: no such file, no first line, not UTF-8.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(HEADER_BYTES_MAX).decode("utf-8-sig")
        names = next(csv.reader([first], delimiter=delimiter))
    except (OSError, UnicodeDecodeError, csv.Error) as e:
        raise Unreadable(f"the first line must name the columns: {e}") from e
    if not names:
        raise Unreadable("the first line must name the columns; it is empty")
    return names


def _check_names(header: Sequence[str], wanted: dict[str, str]) -> None:
    twice = {name for name in header if header.count(name) > 1}
    absent = [name for name in wanted if name not in header]
    if twice or absent:
        what = f"columns named twice: `{', '.join(sorted(twice))}`" if twice else f"no column `{', '.join(absent)}`"
        raise Unreadable(f"{what}; the file has `{', '.join(header)}`")


def _names(columns: Sequence[SourceColumn]) -> str:
    return ", ".join(quoted(column.name) for column in columns)


def _count_lines(file: Any, *, start: int, stop: int, lines: int) -> tuple[int, int]:
    file.seek(start)
    while start < stop:
        chunk = file.read(min(1 << 20, stop - start))
        if not chunk:
            break
        lines += chunk.count(b"\n")
        start += len(chunk)
    return start, lines
