"""Which store a place names: a file of SQLite's, or a server of PostgreSQL's."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Mode, Store, StoreUnreachable


def open_store(place: str | Path, *, market: int = 1, mode: Mode = "write") -> Store:
    """Open the store at a path, `sqlite:///relative`, `sqlite:////absolute` or `postgresql://…`; create it to write.

    Args:
        market: number of the market, the first column of every primary key; 1..2^31-1.
    Raises: StoreFault: it cannot be opened; no message carries a password.
    """
    if isinstance(place, str) and place.startswith(("postgresql://", "postgres://")):
        # imported when it is used: a laptop without PostgreSQL need not load its client
        from mumian.journal.postgres import PostgresStore

        return PostgresStore(place, market=market, mode=mode)
    if isinstance(place, str) and place.startswith("sqlite:"):
        if not place.startswith("sqlite:///"):
            raise StoreUnreachable("an address of SQLite has three slashes: `sqlite:///file` or `sqlite:////full/path`")
        place = unquote(place.removeprefix("sqlite:///"))
    elif isinstance(place, str) and "://" in place:
        scheme = place.partition("://")[0]
        raise StoreUnreachable(f"no store speaks `{scheme}`; use a path, `sqlite:///` or `postgresql://`")
    return SqliteStore(place, market=market, mode=mode)
