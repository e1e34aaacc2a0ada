"""A table, or a view, of a PostgreSQL server as a CSV file: one consistent state, in a transaction that can write nothing.

The address may hold a password, so neither it nor the driver's own words, which may repeat it, get into any message.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from mumian.engines.duck import SourceColumn, Unreadable, check_names

CONNECT_TIMEOUT_S = 10
BUFFER_BYTES = 1 << 20

_SETTINGS = "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'; SET LOCAL synchronize_seqscans = off"
"""The same state is told in the same bytes, whatever the server is set to."""


class PostgresTable(msgspec.Struct, frozen=True):
    """table: `name` or `schema.name`, taken to the letter. address: `postgresql://…`, or what else libpq understands."""

    address: str
    table: str

    def __repr__(self) -> str:
        return f"PostgresTable(table={self.table!r})"


def copy_out(source: PostgresTable, columns: Sequence[SourceColumn], order: Sequence[SourceColumn], file: Path) -> None:
    """Write the named columns with a header line, rows sorted by `order`, in the table's own order without one.

    One statement sees one state of the table. Memory: a buffer, whatever the size of the table.
    Raises: Unreadable: no connection, no such table or column, no permission to read it, or cut off midway.
    """
    parts = source.table.split(".")
    if len(parts) > 2 or not all(parts):
        raise Unreadable("it must be named `name` or `schema.name`")
    try:
        with _connect(source.address) as db, db.transaction(), file.open("wb", buffering=BUFFER_BYTES) as out:
            db.execute(_SETTINGS)
            name = sql.Identifier(*parts)
            probe = db.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(name))
            header = [column.name for column in probe.description or ()]
            check_names(header, [column.name for column in columns], source="table")
            with db.cursor().copy(_query(name, columns, order)) as rows:
                for data in rows:
                    out.write(data)
    except psycopg.Error as e:
        raise Unreadable(_reason(e)) from None  # the driver's words could repeat the address


def _connect(address: str) -> psycopg.Connection[tuple[Any, ...]]:
    settings: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, **conninfo_to_dict(address)}
    db = psycopg.connect(**{**settings, "client_encoding": "utf8"}, autocommit=True)
    db.read_only, db.isolation_level = True, psycopg.IsolationLevel.REPEATABLE_READ
    return db


def _query(name: sql.Identifier, columns: Sequence[SourceColumn], order: Sequence[SourceColumn]) -> sql.Composed:
    kept = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    by = [
        sql.SQL('{}::text COLLATE "C"' if column.decimals is None else "{}").format(sql.Identifier(column.name))
        for column in order
    ]
    sort = sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(by)) if by else sql.SQL("")
    rows = sql.SQL("SELECT {} FROM {}{}").format(kept, name, sort)
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER true)").format(rows)


def _reason(error: psycopg.Error) -> str:
    match error:
        case errors.UndefinedTable() | errors.InvalidSchemaName():
            return "there is no such table or view in this database; write it as `schema.name`, in the letters it was made with"
        case errors.InsufficientPrivilege():
            return "this user may not read it; have SELECT on it granted"
        case _ if error.sqlstate is None:
            return (
                "no connection, or it was lost; check the address, the user, the password, and that the server answers"
            )
        case _:
            return f"the server refused with SQLSTATE {error.sqlstate}"
