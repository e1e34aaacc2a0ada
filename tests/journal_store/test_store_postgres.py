"""What only a server can do: answer late, hang up, refuse a password, hold two writers at once."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest

from mumian.journal.postgres import PostgresStore
from mumian.journal.store import (
    Commit,
    Head,
    StoreBehind,
    StoreDamaged,
    StoreFault,
    StoreFull,
    StoreUnreachable,
)
from mumian.journal.stores import open_store


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """A database of its own for each test."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE room")
    yield postgres_url.replace("/postgres?", "/room?")
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP DATABASE room WITH (FORCE)")


def a_commit(first_seq: int, value: bytes = b"v") -> Commit:
    head = Head(first_seq + 1, "aa", (), 1)
    return Commit(first_seq=first_seq, entries=[b"leaf"], puts=[("t", "k", value)], head=head)


def admin_runs(url: str, statement: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(statement)


def test_the_second_of_two_writers_is_refused(url: str) -> None:
    one, two = PostgresStore(url), PostgresStore(url)
    one.commit(a_commit(0, b"one"))
    with pytest.raises(StoreBehind, match="another writer was here"):
        two.commit(a_commit(0, b"two"))
    assert one.fetch("t", "k") == b"one"
    one.commit(a_commit(1))
    one.close()


def test_of_two_writers_at_the_same_time_one_is_refused(url: str) -> None:
    stores = [PostgresStore(url) for _ in range(4)]
    start = threading.Barrier(len(stores))
    refused: list[StoreFault] = []

    def write(store: PostgresStore, value: bytes) -> None:
        start.wait()
        try:
            store.commit(a_commit(0, value))
        except StoreFault as fault:
            refused.append(fault)

    threads = [threading.Thread(target=write, args=(store, b"%d" % n)) for n, store in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(fault) for fault in refused] == [StoreBehind] * 3
    reader = PostgresStore(url, mode="read")
    assert list(reader.entries(0, 9)) == [b"leaf"]
    for store in (*stores, reader):
        store.close()


@pytest.mark.parametrize(("touched_size", "survives"), [(1, True), (2, False)])
def test_a_transaction_that_could_not_be_ordered_is_tried_again_as_a_whole(
    url: str, touched_size: int, survives: bool
) -> None:
    """Under repeatable read the server answers 40001 to whoever waited for a row that has changed."""
    store = PostgresStore(url + "&options=-c%20default_transaction_isolation%3Drepeatable%5C%20read")
    store.commit(a_commit(0))
    faults: list[StoreFault] = []

    def write() -> None:
        try:
            store.commit(a_commit(1, b"late"))
        except StoreFault as fault:
            faults.append(fault)

    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as admin:
        other.execute("UPDATE heads SET size = %s", (touched_size,))
        thread = threading.Thread(target=write)
        thread.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'room' AND wait_event_type = 'Lock'"
        while thread.is_alive() and admin.execute(waiting).fetchone() == (0,):
            pass
        other.commit()
        thread.join()
    assert [type(fault) for fault in faults] == ([] if survives else [StoreBehind])
    if survives:
        assert store.fetch("t", "k") == b"late"
    store.close()


def test_a_server_that_hangs_up_is_unreachable_and_nothing_is_half_done(url: str) -> None:
    store = PostgresStore(url)
    store.commit(a_commit(0))
    admin_runs(
        url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'room'"
    )
    with pytest.raises(StoreUnreachable, match="open it again"):
        store.commit(a_commit(1))
    again = PostgresStore(url)
    assert again.head() == Head(1, "aa", (), 1)
    again.close()


@pytest.mark.parametrize(
    ("sqlstate", "fault"),
    [("53100", StoreFull), ("XX001", StoreDamaged), ("XX002", StoreDamaged), ("42501", StoreUnreachable)],
)
def test_what_the_server_says_becomes_a_fault_with_a_name(url: str, sqlstate: str, fault: type[StoreFault]) -> None:
    store = PostgresStore(url)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '{sqlstate}'; END $$".encode()
        )
        admin.execute("CREATE TRIGGER fail BEFORE INSERT ON state FOR EACH ROW EXECUTE FUNCTION fail()")
    with pytest.raises(fault):
        store.commit(a_commit(0))
    again = PostgresStore(url)
    assert again.head() is None
    again.close()


def test_a_reader_follows_a_writer(url: str) -> None:
    writer = PostgresStore(url)
    reader = PostgresStore(url, mode="read")
    writer.commit(a_commit(0, b"1"))
    assert (reader.head(), reader.fetch("t", "k")) == (Head(1, "aa", (), 1), b"1")
    writer.close()
    reader.close()


def test_a_server_that_acknowledges_early_is_told_to_wait_for_its_disk(url: str) -> None:
    admin_runs(url, "ALTER DATABASE room SET synchronous_commit = off")
    store = PostgresStore(url)
    admin_runs(
        url,
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'it is %', current_setting('synchronous_commit'); END $$",
    )
    admin_runs(url, "CREATE TRIGGER tell BEFORE INSERT ON state FOR EACH ROW EXECUTE FUNCTION tell()")
    with pytest.raises(StoreFault, match="it is on"):
        store.commit(a_commit(0))


def test_a_database_of_another_encoding_is_refused(postgres_url: str) -> None:
    admin_runs(postgres_url, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(StoreUnreachable, match="encoded as `LATIN1`; create the database with UTF8"):
        PostgresStore(postgres_url.replace("/postgres?", "/latin?"))
    admin_runs(postgres_url, "DROP DATABASE latin")


def test_another_format_is_refused(url: str) -> None:
    store = PostgresStore(url)
    store.set_meta("format", b"7")
    store.close()
    with pytest.raises(StoreDamaged, match="has format `7`, this program reads `1`"):
        PostgresStore(url)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:hunter2@127.0.0.1:1/market",
        "postgresql://ann:hunter2@no-such-host.invalid/market",
        "postgresql://ann@127.0.0.1:1/market?password=hunter2",
        "postgresql://ann:hunter2@127.0.0.1:1/market?no_such_setting=1",
        "postgresql://ann:x@hunter2@127.0.0.1:1/market",
        "postgresql://ann:hunter2/x@127.0.0.1:1/market",
        "postgresql://ann:hunter2?x@127.0.0.1:1/market",
        "postgresql://ann:hunter2@127.0.0.1:port/market",
        "postgresql://ann:hunter2",
        "postgresql://[hunter2",
    ],
)
def test_a_password_is_never_told(address: str) -> None:
    with pytest.raises(StoreUnreachable) as refused:
        open_store(address)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value)).replace(address, "")
