"""The store in one SQLite file: write-ahead log, every commit synced, one writer.

Measured with 1,000 leaves and 4,000 puts a commit: pages of 8 KiB cost a fifth less processor time than 4 KiB, and a
log of 1,000 pages is copied back in about 10 ms, so no commit waits longer than that for a checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import apsw

from mumian.journal.store import (
    FORMAT,
    PAGE_ROWS,
    Commit,
    Head,
    Mode,
    StoreBusy,
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

APPLICATION_ID = 0x4D554D31
"""`MUM1` in the file's header tells our files from other SQLite files."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS meta (market INTEGER, name TEXT, value BLOB NOT NULL, PRIMARY KEY (market, name)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS heads (market INTEGER PRIMARY KEY, size INTEGER NOT NULL, root TEXT NOT NULL, frontier TEXT NOT NULL, at INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS leaves (market INTEGER, seq INTEGER, entry BLOB NOT NULL, PRIMARY KEY (market, seq)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS state (market INTEGER, tbl TEXT, key TEXT, value BLOB NOT NULL, PRIMARY KEY (market, tbl, key)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS bodies (market INTEGER, sha256 TEXT, body BLOB NOT NULL, PRIMARY KEY (market, sha256))",
    "CREATE TABLE IF NOT EXISTS outbox (market INTEGER, id TEXT, seq INTEGER NOT NULL, nth INTEGER NOT NULL, message BLOB NOT NULL, PRIMARY KEY (market, id)) WITHOUT ROWID",
)

_FLAGS: dict[Mode, int] = {
    "write": apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE,
    "read": apsw.SQLITE_OPEN_READONLY,
}

_DAMAGE = (apsw.SQLITE_IOERR_SHORT_READ, apsw.SQLITE_IOERR_CORRUPTFS, apsw.SQLITE_IOERR_DATA)
"""Extended codes of an I/O error that say the bytes are wrong, not that the disk is away."""


class SqliteStore:
    """A `Store` in the file `path`, or in memory for `:memory:`.

    Args:
        synchronous: anything but FULL loses acknowledged work in a crash; it is here for the test that shows it.
        vfs: name of a registered apsw VFS, for the crash campaign.
        checkpoint_pages: pages of the log after which a commit copies them back into the file; >= 1.
        cache_mib: memory for pages; >= 1.
    """

    is_remote = False

    def __init__(
        self,
        path: str | Path,
        *,
        market: int = 1,
        mode: Mode = "write",
        synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL",
        vfs: str | None = None,
        checkpoint_pages: int = 4_000,
        cache_mib: int = 64,
    ) -> None:
        check_market(market)
        self._place, self._market, self._mode = str(path), market, mode
        self._checkpoint_pages, self._wal_pages = checkpoint_pages, 0
        self._prepare(market)
        try:
            self._db = apsw.Connection(self._place, flags=_FLAGS[mode], vfs=vfs)
        except apsw.Error as error:
            raise self._fault(error) from error
        try:
            self._set_up(synchronous, cache_mib)
            self._check_end()
        except BaseException as error:
            self._abandon()
            if isinstance(error, apsw.Error):
                raise self._fault(error) from error
            raise
        self._cursor = self._db.cursor()

    def _prepare(self, market: int) -> None:
        """Write the market's number into the statements: one value less to bind, 4,000 times a commit."""
        self._get = f"SELECT value FROM state WHERE market = {market} AND tbl = ? AND key = ?"
        self._leaf = f"INSERT INTO leaves VALUES ({market}, ?, ?)"
        self._put = f"INSERT INTO state VALUES ({market}, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
        self._delete = f"DELETE FROM state WHERE market = {market} AND tbl = ? AND key = ?"
        self._body = f"INSERT INTO bodies VALUES ({market}, ?, ?) ON CONFLICT DO NOTHING"
        self._send = (
            f"INSERT INTO outbox VALUES ({market}, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET message = excluded.message"
        )
        self._sent = f"DELETE FROM outbox WHERE market = {market} AND id = ?"

    def _set_up(self, synchronous: str, cache_mib: int) -> None:
        if self._mode == "write":
            # exclusive before anything is read: the index of the log then lives in memory, and a second process is turned away
            self._one("PRAGMA locking_mode = EXCLUSIVE")
        ours = self._one("PRAGMA application_id")
        if ours != APPLICATION_ID and (ours != 0 or self._one("SELECT count(*) FROM sqlite_schema")):
            raise StoreDamaged(f"`{self._place}` is a SQLite file, but no journal of Mumian; give another path")
        if ours == APPLICATION_ID and (version := self._one("PRAGMA user_version")) != FORMAT:
            raise StoreDamaged(f"`{self._place}` has format `{version}`, this program reads `{FORMAT}`")
        if self._mode == "read" and ours == 0:
            raise StoreUnreachable(f"`{self._place}` holds no journal yet; open it to write first")
        self._one(f"PRAGMA cache_size = -{cache_mib * 1024}")
        self._one("PRAGMA cell_size_check = ON")
        if self._mode == "write":
            self._set_up_writer(synchronous, is_new=ours == 0)

    def _set_up_writer(self, synchronous: str, *, is_new: bool) -> None:
        self._one("PRAGMA page_size = 8192")
        self._one(f"PRAGMA synchronous = {synchronous}")
        if self._one("PRAGMA journal_mode = WAL") not in ("wal", "memory"):
            raise StoreUnreachable(f"`{self._place}`: this file system cannot hold a write-ahead log")
        # takes the place of SQLite's own checkpoint after a commit, which swallows a failed fsync
        self._db.set_wal_hook(self._note_wal)
        self._db.execute("BEGIN EXCLUSIVE; COMMIT")
        if is_new:
            # the mark before the tables, the version before the mark: a crash between any two is taken up again here
            self._one(f"PRAGMA user_version = {FORMAT}")
            self._one(f"PRAGMA application_id = {APPLICATION_ID}")
        for statement in _TABLES:
            self._db.execute(statement)

    def head(self) -> Head | None:
        try:
            row = self._db.execute("SELECT size, root, frontier, at FROM heads WHERE market = ?", (self._market,)).get
        except apsw.Error as error:
            raise self._fault(error) from error
        return None if row is None else Head(row[0], row[1], tuple(row[2].split()), row[3])

    def meta(self, name: str) -> bytes | None:
        return self._value("SELECT value FROM meta WHERE market = ? AND name = ?", (self._market, name))

    def set_meta(self, name: str, value: bytes) -> None:
        self._refuse_reader()
        try:
            self._db.execute(
                "INSERT INTO meta VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                (self._market, name, value),
            )
        except apsw.Error as error:
            self._abandon()
            raise self._fault(error) from error

    def fetch(self, table: str, key: str) -> bytes | None:
        try:
            value: bytes | None = self._cursor.execute(self._get, (table, key)).get
        except apsw.Error as error:
            raise self._fault(error) from error
        return value

    def fetch_many(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        found: dict[tuple[str, str], bytes] = {}
        execute, get = self._cursor.execute, self._get
        try:
            for place in wanted:
                value = execute(get, place).get
                if value is not None:
                    found[place] = value
        except apsw.Error as error:
            raise self._fault(error) from error
        return found

    def scan(self, table: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        end = after_prefix(prefix)
        bounds = () if end is None else (end,)
        select = f"SELECT key, value FROM state WHERE market = {self._market} AND tbl = ? AND key %s ? {'AND key < ?' if bounds else ''} ORDER BY key LIMIT {PAGE_ROWS}"
        page = self._rows(select % ">=", (table, prefix, *bounds))
        while page:
            yield from page
            page = self._rows(select % ">", (table, page[-1][0], *bounds)) if len(page) == PAGE_ROWS else []

    def last(self, table: str) -> str | None:
        rows = self._rows(f"SELECT max(key) FROM state WHERE market = {self._market} AND tbl = ?", (table,))
        key: str | None = rows[0][0]
        return key

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        head = self.head()
        select = f"SELECT seq, entry FROM leaves WHERE market = {self._market} AND seq >= ? AND seq < ? ORDER BY seq LIMIT {PAGE_ROWS}"
        end = min(stop, head.size if head else 0)
        return read_leaves(self._place, start, end, lambda *bounds: self._rows(select, bounds))

    def body(self, sha256: str) -> bytes | None:
        return self._value("SELECT body FROM bodies WHERE market = ? AND sha256 = ?", (self._market, sha256))

    def outbox(self) -> Iterator[tuple[str, bytes]]:
        ids = self._rows("SELECT id FROM outbox WHERE market = ? ORDER BY seq, nth, id", (self._market,))
        for (name,) in ids:
            message = self._value("SELECT message FROM outbox WHERE market = ? AND id = ?", (self._market, name))
            if message is not None:
                yield name, message

    def commit(self, commit: Commit) -> None:
        self._refuse_reader()
        check_commit(commit)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._write_head(commit)
            self._write_rows(commit)
            self._db.execute("COMMIT")
            if self._wal_pages >= self._checkpoint_pages:
                self._db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error as error:
            self._abandon()
            raise self._fault(error) from error
        except BaseException:
            self._abandon()
            raise

    def _write_head(self, commit: Commit) -> None:
        head = commit.head
        values = (head.size, head.root, " ".join(head.frontier), head.at, self._market)
        self._db.execute(
            "UPDATE heads SET size = ?, root = ?, frontier = ?, at = ? WHERE market = ? AND size = ?",
            (*values, commit.first_seq),
        )
        if self._db.changes() == 0 and commit.first_seq == 0:
            self._db.execute(
                "INSERT INTO heads (size, root, frontier, at, market) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                values,
            )
        if self._db.changes() == 0:
            raise not_continued(self._place, commit, self.head())

    def _write_rows(self, commit: Commit) -> None:
        many = self._cursor.executemany
        many(self._leaf, enumerate(commit.entries, commit.first_seq))
        if commit.puts:
            many(self._put, commit.puts)
        if commit.deletes:
            many(self._delete, commit.deletes)
        if commit.bodies:
            many(self._body, commit.bodies)
        if commit.outbox:
            many(
                self._send,
                [(name, commit.first_seq, nth, message) for nth, (name, message) in enumerate(commit.outbox)],
            )
        if commit.outbox_done:
            many(self._sent, [(name,) for name in commit.outbox_done])

    def close(self) -> None:
        try:
            self._db.close()
        except apsw.Error as error:
            self._abandon()
            raise self._fault(error) from error

    def _abandon(self) -> None:
        """Let go of the file without a checkpoint: that would sync again what may just have failed to sync."""
        with suppress(apsw.Error):
            self._db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            self._db.close(True)

    def _refuse_reader(self) -> None:
        if self._mode == "read":
            raise StoreFault(f"`{self._place}` is open for reading only; open it with mode `write`")

    def _note_wal(self, _db: object, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _one(self, statement: str) -> object:
        return self._db.execute(statement).get

    def _check_end(self) -> None:
        ends = "SELECT (SELECT size FROM heads WHERE market = ?), (SELECT max(seq) FROM leaves WHERE market = ?)"
        size, last_seq = self._rows(ends, (self._market, self._market))[0]
        check_end(self._place, size, last_seq)

    def _value(self, statement: str, values: tuple[int | str, ...]) -> bytes | None:
        rows = self._rows(statement, values)
        return rows[0][0] if rows else None

    def _rows(self, statement: str, values: tuple[int | str, ...]) -> list[tuple[Any, ...]]:
        try:
            return list(self._db.execute(statement, values))
        except apsw.Error as error:
            raise self._fault(error) from error

    def _fault(self, error: apsw.Error) -> StoreFault:
        """Return the fault that `error` stands for, with the file's name and what to do next."""
        place = self._place
        match error:
            case apsw.BusyError() | apsw.LockedError():
                return StoreBusy(f"`{place}` is held by another process; stop that one first, or open another market")
            case apsw.FullError():
                return StoreFull(f"no room left for `{place}`; make room, then open the market again")
            case apsw.CorruptError() | apsw.NotADBError():
                return StoreDamaged(f"`{place}` is damaged ({error}); restore a copy and run fsck")
            case apsw.IOError() if getattr(error, "extendedresult", 0) in _DAMAGE:
                return StoreDamaged(f"`{place}` is damaged ({error}); restore a copy and run fsck")
            case apsw.IOError() | apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
                return StoreUnreachable(f"`{place}` cannot be used ({error}); check the path, its rights and the disk")
            case apsw.ConnectionClosedError() | apsw.CursorClosedError():
                return StoreFault(f"`{place}` is closed, by its owner or because a commit failed; open it again")
            case _:
                return StoreFault(f"`{place}`: {error}")
