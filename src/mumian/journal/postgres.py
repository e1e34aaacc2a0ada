"""The store in PostgreSQL: one schema for many markets, each row under its market's number.

Nothing here is special to one server: no sequences, no LISTEN, no advisory locks, no deferrable triggers. Two writers
of one market meet at the row of `heads`: the one whose size is no longer stored is told so and stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, LiteralString

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from mumian.journal.store import (
    FORMAT,
    PAGE_ROWS,
    Commit,
    Head,
    Mode,
    StoreDamaged,
    StoreFault,
    StoreFull,
    StoreUnreachable,
    after_prefix,
    check_commit,
    check_end,
    check_market,
    not_continued,
    read_leaves,
)

ATTEMPTS = 5
"""Times that a transaction is tried when the server answers 40001; nothing else is tried twice."""

CONNECT_TIMEOUT_S = 10

# COLLATE "C" compares bytes, and the bytes of UTF-8 sort by code point; DDL runs outside transactions, a statement at a time
_TABLES: tuple[LiteralString, ...] = (
    'CREATE TABLE IF NOT EXISTS meta (market integer, name text COLLATE "C", value bytea NOT NULL, PRIMARY KEY (market, name))',
    "CREATE TABLE IF NOT EXISTS heads (market integer PRIMARY KEY, size bigint NOT NULL, root text NOT NULL, frontier text NOT NULL, at bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS leaves (market integer, seq bigint, entry bytea NOT NULL, PRIMARY KEY (market, seq))",
    'CREATE TABLE IF NOT EXISTS state (market integer, tbl text COLLATE "C", key text COLLATE "C", value bytea NOT NULL, PRIMARY KEY (market, tbl, key))',
    'CREATE TABLE IF NOT EXISTS bodies (market integer, sha256 text COLLATE "C", body bytea NOT NULL, PRIMARY KEY (market, sha256))',
    'CREATE TABLE IF NOT EXISTS outbox (market integer, id text COLLATE "C", seq bigint NOT NULL, nth integer NOT NULL, message bytea NOT NULL, PRIMARY KEY (market, id))',
)

_META: LiteralString = (
    "INSERT INTO meta VALUES (%s, %s, %b) ON CONFLICT (market, name) DO UPDATE SET value = excluded.value"
)
_PUT: LiteralString = (
    "INSERT INTO state SELECT %s, u.* FROM unnest(%b::text[], %b::text[], %b::bytea[]) AS u "
    "ON CONFLICT (market, tbl, key) DO UPDATE SET value = excluded.value"
)
_DELETE: LiteralString = (
    "DELETE FROM state USING unnest(%b::text[], %b::text[]) AS u (tbl, key) "
    "WHERE state.market = %s AND state.tbl = u.tbl AND state.key = u.key"
)
_BODY: LiteralString = "INSERT INTO bodies SELECT %s, u.* FROM unnest(%b::text[], %b::bytea[]) AS u ON CONFLICT (market, sha256) DO NOTHING"
_SEND: LiteralString = (
    "INSERT INTO outbox SELECT %s, u.id, %s, u.nth, u.message FROM unnest(%b::text[], %b::int[], %b::bytea[]) AS u (id, nth, message) "
    "ON CONFLICT (market, id) DO UPDATE SET message = excluded.message"
)
_SENT: LiteralString = "DELETE FROM outbox WHERE market = %s AND id = ANY (%b::text[])"
_FETCH_MANY: LiteralString = (
    "SELECT state.tbl, state.key, value FROM unnest(%b::text[], %b::text[]) AS u (tbl, key) "
    "JOIN state ON state.market = %s AND state.tbl = u.tbl AND state.key = u.key"
)


class PostgresStore:
    """A `Store` in the database that `url` names. The database must be UTF-8; the role must own or create the tables."""

    is_remote = True

    def __init__(self, url: str, *, market: int = 1, mode: Mode = "write") -> None:
        check_market(market)
        self._market, self._mode = market, mode
        self._place = _without_password(url)
        self._db = _connect(url, self._place)
        try:
            self._set_up()
            self._check_end()
        except BaseException as error:
            self._abandon()
            if isinstance(error, psycopg.Error):
                raise self._fault(error) from error
            raise

    def _set_up(self) -> None:
        encoding = self._rows("SELECT current_setting('server_encoding')", ())[0][0]
        if encoding != "UTF8":
            raise StoreUnreachable(f"`{self._place}` is encoded as `{encoding}`; create the database with UTF8")
        # a server may be set to acknowledge before the disk has the bytes; a stricter setting than `on` is left alone
        self._db.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        # every question here goes along a primary key; a server that has not yet counted its rows would sort them instead
        self._db.execute("SET enable_seqscan = off")
        self._db.execute("SET enable_bitmapscan = off")
        if self._mode == "read":
            self._db.execute("SET default_transaction_read_only = on")
        else:
            for statement in _TABLES:
                # another market may be creating the same tables: whoever comes second finds them there
                with suppress(errors.UniqueViolation, errors.DuplicateTable):
                    self._db.execute(statement)
        version = self.meta("format")
        if version is None and self._mode == "write":
            self.set_meta("format", str(FORMAT).encode())
        elif version != str(FORMAT).encode():
            found = "none" if version is None else version.decode()
            raise StoreDamaged(f"`{self._place}` has format `{found}`, this program reads `{FORMAT}`")

    def head(self) -> Head | None:
        rows = self._rows("SELECT size, root, frontier, at FROM heads WHERE market = %s", (self._market,))
        return Head(rows[0][0], rows[0][1], tuple(rows[0][2].split()), rows[0][3]) if rows else None

    def meta(self, name: str) -> bytes | None:
        return self._value("SELECT value FROM meta WHERE market = %s AND name = %s", (self._market, name))

    def set_meta(self, name: str, value: bytes) -> None:
        self._refuse_reader()
        try:
            self._db.execute(_META, (self._market, name, value))
        except psycopg.Error as error:
            fault = self._fault(error)
            self._abandon()
            raise fault from error

    def fetch(self, table: str, key: str) -> bytes | None:
        return self._value(
            "SELECT value FROM state WHERE market = %s AND tbl = %s AND key = %s", (self._market, table, key)
        )

    def fetch_many(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        if not wanted:
            return {}
        tables, keys = zip(*wanted, strict=True)
        return {
            (table, key): value
            for table, key, value in self._rows(_FETCH_MANY, (list(tables), list(keys), self._market))
        }

    def scan(self, table: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        end = after_prefix(prefix)
        bounds = () if end is None else (end,)
        select = f"SELECT key, value FROM state WHERE market = %s AND tbl = %s AND key {{}} %s {'AND key < %s' if bounds else ''} ORDER BY key LIMIT {PAGE_ROWS}"
        page = self._rows(select.format(">="), (self._market, table, prefix, *bounds))
        while page:
            yield from page
            values = (self._market, table, page[-1][0], *bounds)
            page = self._rows(select.format(">"), values) if len(page) == PAGE_ROWS else []

    def last(self, table: str) -> str | None:
        rows = self._rows("SELECT max(key) FROM state WHERE market = %s AND tbl = %s", (self._market, table))
        key: str | None = rows[0][0]
        return key

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        head = self.head()
        select = (
            f"SELECT seq, entry FROM leaves WHERE market = %s AND seq >= %s AND seq < %s ORDER BY seq LIMIT {PAGE_ROWS}"
        )
        end = min(stop, head.size if head else 0)
        return read_leaves(self._place, start, end, lambda *bounds: self._rows(select, (self._market, *bounds)))

    def body(self, sha256: str) -> bytes | None:
        return self._value("SELECT body FROM bodies WHERE market = %s AND sha256 = %s", (self._market, sha256))

    def outbox(self) -> Iterator[tuple[str, bytes]]:
        ids = self._rows("SELECT id FROM outbox WHERE market = %s ORDER BY seq, nth, id", (self._market,))
        for (name,) in ids:
            message = self._value("SELECT message FROM outbox WHERE market = %s AND id = %s", (self._market, name))
            if message is not None:
                yield name, message

    def commit(self, commit: Commit) -> None:
        self._refuse_reader()
        check_commit(commit)
        try:
            self._commit_within(ATTEMPTS, commit)
        except psycopg.Error as error:
            fault = self._fault(error)
            self._abandon()
            raise fault from error
        except BaseException:
            self._abandon()
            raise

    def _commit_within(self, attempts: int, commit: Commit) -> None:
        for attempt in range(1, attempts + 1):
            try:
                with self._db.transaction():
                    self._write_head(commit)
                    self._write_leaves(commit)
                    self._write_rows(commit)
                return
            except errors.SerializationFailure:
                if attempt == attempts:
                    raise

    def _write_head(self, commit: Commit) -> None:
        """Take the market's row first: a second writer waits here and then finds another size."""
        head = commit.head
        values = (head.size, head.root, " ".join(head.frontier), head.at, self._market)
        changed = self._db.execute(
            "UPDATE heads SET size = %s, root = %s, frontier = %s, at = %s WHERE market = %s AND size = %s",
            (*values, commit.first_seq),
        ).rowcount
        if changed == 0 and commit.first_seq == 0:
            changed = self._db.execute(
                "INSERT INTO heads (size, root, frontier, at, market) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                values,
            ).rowcount
        if changed == 0:
            raise not_continued(self._place, commit, self.head())

    def _write_leaves(self, commit: Commit) -> None:
        if not commit.entries:
            return
        with self._db.cursor().copy("COPY leaves (market, seq, entry) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(("int4", "int8", "bytea"))
            for seq, entry in enumerate(commit.entries, commit.first_seq):
                copy.write_row((self._market, seq, entry))

    def _write_rows(self, commit: Commit) -> None:
        run, market = self._db.execute, self._market
        if commit.puts:
            # one statement may touch a row once: the last put of a key stands for all of them
            last = {(table, key): value for table, key, value in commit.puts}
            tables, keys = _columns(last)
            run(_PUT, (market, tables, keys, list(last.values())))
        if commit.deletes:
            run(_DELETE, (*_columns(commit.deletes), market))
        if commit.bodies:
            run(_BODY, (market, *_columns(commit.bodies)))
        if commit.outbox:
            messages = {name: (name, nth, message) for nth, (name, message) in enumerate(commit.outbox)}
            run(_SEND, (market, commit.first_seq, *_columns(messages.values())))
        if commit.outbox_done:
            run(_SENT, (market, commit.outbox_done))

    def close(self) -> None:
        self._db.close()

    def _abandon(self) -> None:
        self._db.close()

    def _refuse_reader(self) -> None:
        if self._mode == "read":
            raise StoreFault(f"`{self._place}` is open for reading only; open it with mode `write`")

    def _check_end(self) -> None:
        """Compare head and leaves in one statement: a writer may commit between two."""
        ends = "SELECT (SELECT size FROM heads WHERE market = %s), (SELECT max(seq) FROM leaves WHERE market = %s)"
        size, last_seq = self._rows(ends, (self._market, self._market))[0]
        check_end(self._place, size, last_seq)

    def _value(self, statement: str, values: tuple[int | str, ...]) -> bytes | None:
        rows = self._rows(statement, values)
        return rows[0][0] if rows else None

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(statement, values, binary=True).fetchall()
        except psycopg.Error as error:
            raise self._fault(error) from error

    def _fault(self, error: psycopg.Error) -> StoreFault:
        """Return the fault that `error` stands for, with the database's name and what to do next."""
        place = self._place
        match error:
            case errors.DiskFull():
                return StoreFull(f"no room left for `{place}`; make room, then open the market again")
            case errors.DataCorrupted() | errors.IndexCorrupted():
                return StoreDamaged(f"`{place}` is damaged ({error}); restore a copy and run fsck")
            case errors.UndefinedTable():
                return StoreUnreachable(f"`{place}` holds no journal yet; open it to write first")
            case errors.InsufficientPrivilege():
                return StoreUnreachable(f"`{place}` may not be used ({error}); grant the role its tables")
            case psycopg.OperationalError() if self._db.closed:
                return StoreUnreachable(f"`{place}` is closed or does not answer ({error}); open it again")
            case _:
                return StoreFault(f"`{place}`: {error}")


def _columns(rows: Iterable[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))


def _without_password(url: str) -> str:
    """Return the address without its secrets.

    Raises: StoreUnreachable: it cannot be read. Its parts are then not told: a password with a bare `@`, `/` or `?`
        ends up in the host, the port or the name.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        parts = {"host": "@"}
    host, port, name = (str(parts.get(part) or "") for part in ("host", "port", "dbname"))
    if "@" in host + port + name or (not port.replace(",", "").isdigit() and port):
        raise StoreUnreachable(
            "the address of the database cannot be read; it is `postgresql://user:password@host:port/name`, "
            "with `%40` for `@`, `%2F` for `/`, `%3F` for `?` inside the password"
        )
    return f"postgresql://{parts.get('user', '')}@{host}{':' if port else ''}{port}/{name}"


def _connect(url: str, place: str) -> psycopg.Connection[tuple[Any, ...]]:
    parts = conninfo_to_dict(url)
    # `psycopg` has many settings of many types; those of an address are strings
    settings: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, **parts, "client_encoding": "utf8"}
    try:
        return psycopg.connect(**settings, autocommit=True)
    except psycopg.Error as error:
        said = str(error)
        for secret in ("password", "sslpassword"):
            if parts.get(secret):
                said = said.replace(str(parts[secret]), "***")
        # `from None`: the driver's own words could repeat the address
        raise StoreUnreachable(f"`{place}` does not let us in ({said}); check the address and the server") from None
