"""What only SQLite can do: one process a file, damage seen in pages, a log left behind by a crash."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Commit, Head, StoreBusy, StoreDamaged, StoreFault, StoreUnreachable
from mumian.journal.stores import open_store

HEAD = Head(2_000, "aa", ("bb",), 1)
PAGE_BYTES = 8_192


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed store of 2,000 leaves and as many rows: some 200 pages."""
    store = SqliteStore(tmp_path / "market.db")
    puts = [("t", f"k{n:04d}", b"v" * 200) for n in range(2_000)]
    store.commit(Commit(first_seq=0, entries=[b"leaf" * 100] * 2_000, puts=puts, head=HEAD))
    store.close()
    return tmp_path / "market.db"


def read_all(path: Path) -> None:
    store = SqliteStore(path, mode="read")
    try:
        assert len(list(store.entries(0, 2_000))) == 2_000
        assert len(list(store.scan("t", ""))) == 2_000
        assert (store.meta("origin"), store.body("aa"), list(store.outbox())) == (None, None, [])
    finally:
        store.close()


def test_a_second_writer_in_this_process_is_turned_away(path: Path) -> None:
    store = SqliteStore(path)
    with pytest.raises(StoreBusy, match=f"`{path}` is held by another process; stop that one first"):
        SqliteStore(path)
    with pytest.raises(StoreBusy):
        SqliteStore(path, mode="read")
    store.close()
    SqliteStore(path).close()


def test_a_second_writer_in_another_process_is_turned_away(path: Path) -> None:
    store = SqliteStore(path)
    program = f"from mumian.journal.stores import open_store; open_store({str(path)!r})"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    store.close()
    assert other.returncode == 1
    assert "StoreBusy" in other.stderr


def test_a_writer_is_turned_away_while_somebody_reads(path: Path) -> None:
    reader = SqliteStore(path, mode="read")
    with pytest.raises(StoreBusy):
        SqliteStore(path)
    assert reader.head() == HEAD
    reader.close()
    SqliteStore(path).close()


def test_a_reader_sees_the_log_that_a_crash_left(path: Path, tmp_path: Path) -> None:
    store = SqliteStore(path)
    store.commit(Commit(first_seq=2_000, entries=[b"last"], head=Head(2_001, "aa", (), 2)))
    left = tmp_path / "left"
    left.mkdir()
    for name in ("market.db", "market.db-wal"):
        shutil.copy(tmp_path / name, left)
    store.close()
    log = (left / "market.db-wal").read_bytes()
    reader = SqliteStore(left / "market.db", mode="read")
    assert list(reader.entries(2_000, 9_999)) == [b"last"]
    reader.close()
    assert (left / "market.db-wal").read_bytes() == log


def test_a_truncated_file_is_named(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(PAGE_BYTES * 30)
    with pytest.raises(StoreDamaged, match=f"`{path}` is damaged"):
        read_all(path)


@pytest.mark.parametrize("page", [0, 1, 3, 10, 60, 120])
def test_an_overwritten_page_is_named(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(PAGE_BYTES * page)
        file.write(b"\xa5" * PAGE_BYTES)
    with pytest.raises(StoreDamaged, match=f"`{path}`"):
        read_all(path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look like one " * 100)
    with pytest.raises(StoreDamaged, match=f"`{path}` is damaged"):
        SqliteStore(path)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE people (name TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="no journal of Mumian; give another path"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_of_another_format_is_named(path: Path) -> None:
    with sqlite3.connect(path) as side:
        side.execute("PRAGMA user_version = 7")
    side.close()
    with pytest.raises(StoreDamaged, match="has format `7`, this program reads `1`"):
        SqliteStore(path)


def test_a_directory_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match=r"no/market.db` cannot be used"):
        SqliteStore(tmp_path / "no" / "market.db")


@pytest.mark.parametrize("where", ["sqlite:///{}", "{}"])
def test_a_path_and_an_address_open_the_same_file(path: Path, where: str) -> None:
    store = open_store(where.format(path))
    assert store.head() == HEAD
    store.close()


@pytest.mark.parametrize("address", ["sqlite://market.db", "mysql://root:secret@localhost/market"])
def test_an_address_that_no_store_speaks_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(StoreFault) as refused:
        open_store(address)
    assert "secret" not in str(refused.value)


def test_a_store_in_memory_behaves_like_one_on_disk() -> None:
    store = SqliteStore(":memory:")
    store.commit(Commit(first_seq=0, entries=[b"x"], puts=[("t", "k", b"v")], head=Head(1, "aa", (), 1)))
    assert store.fetch("t", "k") == b"v"
    store.close()
