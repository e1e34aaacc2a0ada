"""DuckDB reads files into a staging database, says which lines are broken, and hands columns out as integer arrays.

Rows never become Python objects, and are never in memory all at once: a column leaves the database a part at a time,
text as codes, and its dictionary, each value once.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec

DECIMAL_DIGITS = 18
"""Digits of a decimal column: its integers in the smaller unit stay within int64."""

HEADER_BYTES_MAX = 1 << 20

MEMORY_MB = 640
"""What the database may keep in memory; beyond it writes to its folder."""

_INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")

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

    @property
    def smaller_unit(self) -> str:
        """The SQL expression of a number in 10^-decimals."""
        return f"{quoted(self.name)} * {10**self.decimals}" if self.decimals else quoted(self.name)

    def always_fits(self, given: str) -> bool:
        """Return whether every value of the SQL type `given` can be kept as this column."""
        if self.decimals is None:
            return True
        decimal = _DECIMAL.fullmatch(given)
        if decimal is None:
            return given in _INTEGERS and not self.decimals
        digits, scale = int(decimal[1]), int(decimal[2])
        return scale <= self.decimals and digits - scale <= DECIMAL_DIGITS - self.decimals


class Values(NamedTuple):
    """The different values of a column. table: (value, rows) in byte order. present: rows that have one."""

    table: str
    present: int
    distinct: int


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

    def __init__(self, path: Path, *, threads: int = 2, memory_mb: int = MEMORY_MB) -> None:
        self._db = duckdb.connect(str(path), config={"threads": threads, "memory_limit": f"{memory_mb}MB"})
        self._db.execute("SET enable_progress_bar = false")
        self._joined: dict[str, str] = {}
        self._values: dict[str, Values] = {}
        self._tables = count()

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
        check_names(header, types)
        fields = ", ".join(f"{literal(name)}: {literal(types.get(name, 'VARCHAR'))}" for name in header)
        read = (
            f"read_csv({literal(str(path))}, auto_detect=false, header=true, delim={literal(delimiter)}, quote='\"', "
            f"escape='\"', columns={{{fields}}}, nullstr=[{literal(null_text)}, ''], encoding='utf-8', "
            "store_rejects=true, rejects_limit=0, rejects_table='rejects', rejects_scan='reject_scans')"
        )
        self.run(f"CREATE TABLE loaded AS SELECT {_names(columns)} FROM {read}")
        self.run(
            f"CREATE TABLE broken AS SELECT line_byte_position AS place, min(line) AS line, "
            f"string_agg(DISTINCT {_REASON}, '; ') AS reason, any_value(csv_line) AS text "
            "FROM rejects GROUP BY line_byte_position"
        )

    def load_parquet(self, path: Path, columns: Sequence[SourceColumn], *, null_text: str) -> None:
        """Read the named columns of a Parquet file. Rows with a value that does not fit its type go to `broken`.

        Raises: Unreadable: no Parquet file, or a named column absent.
        """
        source = f"read_parquet({literal(str(path))}, file_row_number=true)"
        types = {str(row[0]): str(row[1]) for row in self.run(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        check_names(list(types), [column.name for column in columns])
        typed = [(column, _given(column.name, types[column.name], null_text)) for column in columns]
        kept = ", ".join(f"TRY_CAST({given} AS {column.sql_type}) AS {quoted(column.name)}" for column, given in typed)
        bad = {
            column.name: (f"({given} IS NOT NULL AND TRY_CAST({given} AS {column.sql_type}) IS NULL)", given)
            for column, given in typed
            if not column.always_fits(types[column.name])
        }
        broken = " OR ".join(test for test, _ in bad.values()) or "false"
        reasons = ", ".join(
            f"CASE WHEN {test} THEN {literal(f'`{name}` is no number as declared: ')} || CAST({given} AS VARCHAR) END"
            for name, (test, given) in bad.items()
        )
        self.run(f"CREATE TABLE loaded AS SELECT {kept} FROM {source} WHERE NOT ({broken})")
        if self.count("loaded") == self.count(source):  # the file's own count: no second scan
            broken, reasons = "false", "''"
        self.run(
            f"CREATE TABLE broken AS SELECT 0 AS place, file_row_number + 1 AS line, concat_ws('; ', {reasons}) AS reason, "
            f"'' AS text FROM {source} WHERE {broken}"
        )

    def count_rows(self) -> None:
        """Number broken lines by row, from 1: what was loaded is a table's rows, written to a file for the while."""
        self.run("UPDATE broken SET place = 0, line = line - 1")

    def join(self, name: str, of: Sequence[str], separator: str) -> None:
        """Let `name` stand for the text of the columns `of` with `separator` in between; missing where one of them is."""
        self._joined[name] = f" || {literal(separator)} || ".join(f"CAST({quoted(part)} AS VARCHAR)" for part in of)

    def leave_out(self, column: str, values: Sequence[str]) -> int:
        """Remove the good rows whose text in `column` is one of `values`; return how many there were."""
        before = self.count("loaded")
        self.run(f"DELETE FROM loaded WHERE {self.text(column)} IN (SELECT unnest(?))", [list(values)])
        return before - self.count("loaded")

    def text(self, column: str) -> str:
        """Return the SQL expression of a column as text."""
        return f"({self._joined[column]})" if column in self._joined else f"CAST({quoted(column)} AS VARCHAR)"

    def count(self, table: str) -> int:
        return self.number(f"SELECT count(*) FROM {table}")

    def number(self, query: str) -> int:
        """Return the one integer that `query` gives."""
        row = self.run(query).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query that gives few: figures, samples."""
        return list(self.run(query, values).fetchall())

    def broken(self, path: Path, *, limit: int | None = None) -> Iterator[BrokenLine]:
        """Yield the broken lines in the file's order, with the line numbers that an editor shows.

        DuckDB counts records; a quoted record may span lines, so the line breaks before it are counted in the file.
        """
        cut = "" if limit is None else f" LIMIT {limit}"
        found = self.run(f"SELECT place, line, reason, text FROM broken ORDER BY place, line{cut}")
        with path.open("rb") as file:
            at, lines = 0, 1
            while row := found.fetchone():
                place, line, reason, text = row
                if place:
                    at, lines = _count_lines(file, start=at, stop=place - 1, lines=lines)
                yield BrokenLine(lines if place else line, reason, text or "")

    def values(self, column: str) -> Values:
        """Return a column's different values with their rows; counted once, and kept until `forget`."""
        if column not in self._values:
            table, text = f"values_{next(self._tables)}", self.text(column)
            self.run(
                f"CREATE TEMP TABLE {table} AS SELECT {text} AS value, count(*) AS rows FROM loaded "
                f"WHERE {text} IS NOT NULL GROUP BY ALL ORDER BY value"
            )
            present, distinct = self.rows(f"SELECT coalesce(sum(rows), 0), count(*) FROM {table}")[0]
            self._values[column] = Values(table, int(present), int(distinct))
        return self._values[column]

    def forget(self, column: str) -> None:
        """Give the room of a column's values back."""
        if (values := self._values.pop(column, None)) is not None:
            self.run(f"DROP TABLE {values.table}")

    def listed(self, column: str, listed: Sequence[str]) -> int:
        """Return how many rows have a value of the list."""
        table = self.values(column).table
        query = f"SELECT coalesce(sum(rows), 0) FROM {table} WHERE value IN (SELECT unnest(?))"
        return int(self.rows(query, [list(listed)])[0][0])

    def measured(
        self, columns: Sequence[SourceColumn], bounds: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int, int]]:
        """Return of numeric columns the rows with a value, those within bounds (from, to, 10^-decimals), different values.

        One scan for all of them.
        """
        figures = []
        for column, (lower, upper) in zip(columns, bounds, strict=True):
            name, value = quoted(column.name), column.smaller_unit
            fits = f"count(*) FILTER ({value} BETWEEN {lower} AND {upper})"
            figures.append(f"count({name}), {fits}, count(DISTINCT {name})")
        if not figures:
            return []
        found = self.rows(f"SELECT {', '.join(figures)} FROM loaded")[0]
        return [(found[at], found[at + 1], found[at + 2]) for at in range(0, len(found), 3)]

    def sample(self, column: str, size: int) -> list[str]:
        """Return the first texts that a column has."""
        text = self.text(column)
        return [row[0] for row in self.rows(f"SELECT {text} FROM loaded WHERE {text} IS NOT NULL LIMIT {size}")]

    def distinct(self, columns: Sequence[str], *, whole: bool = False) -> int:
        """Return how many different rows the columns have; whole: of the rows that have a value in each of them."""
        kept = ", ".join(self._plain(column) for column in columns)
        where = " AND ".join(f"{self._plain(column)} IS NOT NULL" for column in columns) if whole else "true"
        return self.number(f"SELECT count(*) FROM (SELECT DISTINCT {kept} FROM loaded WHERE {where})")

    def whole(self, columns: Sequence[str]) -> int:
        """Return how many rows have a value in each of the columns."""
        where = " AND ".join(f"{self._plain(column)} IS NOT NULL" for column in columns)
        return self.number(f"SELECT count(*) FROM loaded WHERE {where}")

    def _plain(self, column: str) -> str:
        return self.text(column) if column in self._joined else quoted(column)

    def run(self, query: str, values: Sequence[Any] = ()) -> Any:
        """Return the result of a query, to be fetched. Raises: Unreadable: the source, or too much for the memory given."""
        try:
            return self._db.execute(query, values) if values else self._db.execute(query)
        except duckdb.OutOfMemoryException:
            raise Unreadable(f"its values do not fit into {MEMORY_MB} MB of memory and the free disk") from None
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


def _given(name: str, kind: str, null_text: str) -> str:
    """Return the SQL expression of a value of a Parquet file of type `kind`; NULL where its text says missing."""
    column = quoted(name)
    if kind == "VARCHAR":
        return f"nullif(nullif({column}, ''), {literal(null_text)})"
    number = kind in _INTEGERS or _DECIMAL.fullmatch(kind)
    if number and not re.fullmatch(r"-?\d+(\.\d+)?", null_text):
        return column
    return f"CASE WHEN CAST({column} AS VARCHAR) NOT IN ({literal(null_text)}, '') THEN {column} END"


def check_names(header: Sequence[str], wanted: Iterable[str], *, source: str = "file") -> None:
    """Raise Unreadable where the source names a column twice, or one that is wanted not at all."""
    twice = {name for name in header if header.count(name) > 1}
    absent = [name for name in wanted if name not in header]
    if twice or absent:
        what = f"columns named twice: `{', '.join(sorted(twice))}`" if twice else f"no column `{', '.join(absent)}`"
        raise Unreadable(f"{what}; the {source} has `{', '.join(header)}`")


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
