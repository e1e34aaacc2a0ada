"""What every store must do, whichever database is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

from mumian.journal.store import (
    PAGE_ROWS,
    Commit,
    Head,
    Mode,
    Store,
    StoreBehind,
    StoreDamaged,
    StoreFault,
    StoreUnreachable,
    after_prefix,
)
from mumian.journal.stores import open_store
from mumian.kernel.outcome import Broken


class Place:
    """A database of its own for one test: opens stores, speaks to the database directly, closes everything at the end."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_postgres = url.startswith("postgresql")
        self._opened: list[Store] = []

    def open(self, *, market: int = 1, mode: Mode = "write") -> Store:
        store = open_store(self.url, market=market, mode=mode)
        self._opened.append(store)
        return store

    def run(self, statement: str) -> None:
        """Run a statement behind the stores' back. In SQLite no writer may be open."""
        if self.is_postgres:
            with psycopg.connect(self.url, autocommit=True) as db:
                db.execute(statement.encode())
        else:
            side = apsw.Connection(self.url.removeprefix("sqlite:///"))
            side.execute(statement)
            side.close()

    def fail_on_key(self, key: str) -> None:
        """Make the database refuse the row of state with `key`, in the middle of whatever transaction writes it."""
        if self.is_postgres:
            self.run(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'injected'; END $$;"
                f"CREATE TRIGGER fail BEFORE INSERT ON state FOR EACH ROW WHEN (new.key = '{key}') EXECUTE FUNCTION fail()"
            )
        else:
            self.run(
                f"CREATE TRIGGER fail BEFORE INSERT ON state WHEN new.key = '{key}' "
                "BEGIN SELECT RAISE(ABORT, 'injected'); END"
            )

    def close(self) -> None:
        for store in self._opened:
            store.close()
        self._opened.clear()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        place = Place(f"sqlite:///{tmp_path / 'market.db'}")
        yield place
        place.close()
        return
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE room")
    place = Place(url.replace("/postgres?", "/room?"))
    yield place
    place.close()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("DROP DATABASE room")


def a_head(size: int) -> Head:
    return Head(size, f"{size:064x}", (f"{size:064x}", "ab" * 32), 1_700_000_000_000 + size)


def a_commit(first_seq: int, count: int = 1, **rest: Any) -> Commit:
    entries = [f"leaf {seq}".encode() for seq in range(first_seq, first_seq + count)]
    return Commit(first_seq=first_seq, entries=entries, head=a_head(first_seq + count), **rest)


def everything(store: Store) -> object:
    head = store.head()
    size = head.size if head else 0
    return head, list(store.entries(0, size + 9)), list(store.scan("t", "")), list(store.outbox()), store.body("aa")


def test_a_new_store_is_empty(place: Place) -> None:
    store = place.open()
    assert everything(store) == (None, [], [], [], None)
    assert store.fetch("t", "k") is None
    assert store.fetch_many([]) == {}
    assert store.fetch_many([("t", "k")]) == {}
    assert store.meta("origin") is None


def test_what_was_committed_is_there_after_reopening(place: Place) -> None:
    store = place.open()
    store.set_meta("origin", b"first")
    store.set_meta("origin", b"example.org/market")
    store.commit(a_commit(0, 3, puts=[("t", "a", b"1")], bodies=[("aa", b"body")], outbox=[("m", b"go")]))
    store.commit(a_commit(3, 0))
    store.commit(a_commit(3, 2, puts=[("t", "b", b"\x00\xff")]))
    expected = (
        a_head(5),
        [b"leaf %d" % seq for seq in range(5)],
        [("a", b"1"), ("b", b"\x00\xff")],
        [("m", b"go")],
        b"body",
    )
    assert everything(store) == expected
    store.close()
    again = place.open()
    assert everything(again) == expected
    assert again.meta("origin") == b"example.org/market"


def test_a_commit_that_fails_half_way_leaves_nothing(place: Place) -> None:
    store = place.open()
    store.commit(a_commit(0, 2, puts=[("t", "a", b"1")], outbox=[("m", b"go")]))
    before = everything(store)
    store.close()
    place.fail_on_key("boom")
    store = place.open()
    everywhere = {"bodies": [("aa", b"x")], "outbox": [("n", b"x")], "outbox_done": ["m"], "deletes": [("t", "a")]}
    with pytest.raises(StoreFault, match="injected"):
        store.commit(a_commit(2, 50, puts=[("t", "a", b"2"), ("t", "boom", b"x"), ("t", "z", b"x")], **everywhere))
    assert everything(place.open()) == before


def test_a_store_whose_commit_failed_is_closed(place: Place) -> None:
    store = place.open()
    with pytest.raises(StoreBehind):
        store.commit(a_commit(1))
    for act in (
        store.head,
        lambda: store.commit(a_commit(0)),
        lambda: store.fetch("t", "k"),
        lambda: store.set_meta("a", b""),
    ):
        with pytest.raises(StoreFault, match="open it again"):
            act()


@pytest.mark.parametrize("first_seq", [0, 2, 4, 9])
def test_a_gap_or_an_overlap_is_refused(place: Place, first_seq: int) -> None:
    store = place.open()
    store.commit(a_commit(0, 3, puts=[("t", "a", b"1")]))
    with pytest.raises(StoreBehind, match=f"holds `3` leaves, but the commit starts at `{first_seq}`"):
        store.commit(a_commit(first_seq, 2, puts=[("t", "a", b"2")]))
    again = place.open()
    assert again.head() == a_head(3)
    assert again.fetch("t", "a") == b"1"


def test_a_head_that_does_not_count_its_leaves_stops_the_program(place: Place) -> None:
    store = place.open()
    with pytest.raises(Broken, match="the head counts its leaves"):
        store.commit(Commit(first_seq=0, entries=[b"x"], head=a_head(2)))


def test_the_last_of_several_writes_to_a_key_stands(place: Place) -> None:
    store = place.open()
    store.commit(a_commit(0, puts=[("t", "a", b"1"), ("t", "b", b"1"), ("t", "a", b"2"), ("u", "a", b"9")]))
    assert store.fetch("t", "a") == b"2"
    store.commit(
        a_commit(1, puts=[("t", "a", b"3"), ("t", "c", b"")], deletes=[("t", "b"), ("t", "c"), ("t", "never")])
    )
    assert list(store.scan("t", "")) == [("a", b"3")]
    assert list(store.scan("u", "")) == [("a", b"9")]


def test_fetch_many_answers_what_exists(place: Place) -> None:
    store = place.open()
    puts = [(f"t{n % 3}", f"k{n}", b"%d" % n) for n in range(1_000)]
    store.commit(a_commit(0, puts=puts))
    wanted = [(table, key) for table, key, _ in puts] + [("t0", "k1"), ("t0", "no"), ("t0", "k0")]
    assert store.fetch_many(wanted) == {(table, key): value for table, key, value in puts}


ODD_KEYS = sorted(
    {
        *["", " ", "a\U0010ffffz", "\uffff", "\U0010ffff"],
        *[
            "%",
            "%a",
            "A",
            "_",
            "_a",
            "a",
            "a%",
            "a'b",
            'a"b',
            "a\\",
            "a/1",
            "a/10",
            "a/2",
            "a/é",
            "b",
            "é",
            "木棉",
            "木棉/航班",
        ],
        *(f"a{character}" for character in "\ud7ff\ue000\uffff\U00010000\U0010ffff"),
    }
)


@pytest.mark.parametrize(
    "prefix",
    ["", "%", "_", "a", "a%", "a'", 'a"', "a\\", "a/", "a/1", "a\ud7ff", "a\U0010ffff", "木", "\U0010ffff", "x"],
)
def test_a_scan_gives_the_keys_of_a_prefix_by_code_point(place: Place, prefix: str) -> None:
    store = place.open()
    puts = [("t", key, key.encode()) for key in reversed(ODD_KEYS)]
    store.commit(a_commit(0, puts=[*puts, ("s", "a", b"x"), ("t%", "a", b"x"), ("t_", "a/1", b"x")]))
    # Python compares strings by code point: the slow obvious oracle
    assert list(store.scan("t", prefix)) == [(key, key.encode()) for key in ODD_KEYS if key.startswith(prefix)]


def test_the_last_key_of_a_table_is_the_greatest_by_code_point(place: Place) -> None:
    store = place.open()
    assert store.last("t") is None
    store.commit(a_commit(0, puts=[("t", key, b"x") for key in ODD_KEYS] + [("u", "\U0010ffff" * 2, b"x")]))
    assert store.last("t") == max(ODD_KEYS)
    store.commit(a_commit(store.head().size, deletes=[("t", max(ODD_KEYS))]))  # type: ignore[union-attr]
    assert store.last("t") == sorted(ODD_KEYS)[-2]


@pytest.mark.parametrize("count", [PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 1, 3 * PAGE_ROWS])
def test_a_scan_longer_than_a_page_lets_other_calls_in_between(place: Place, count: int) -> None:
    store = place.open()
    keys = [f"k/{n:05d}" for n in range(count)]
    store.commit(a_commit(0, count, puts=[("t", key, key.encode()) for key in keys]))
    seen = []
    for (key, value), entry in zip(store.scan("t", "k/"), store.entries(0, count), strict=True):
        assert store.fetch("t", key) == value
        assert entry.startswith(b"leaf")
        seen.append(key)
    assert seen == keys


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 0), (0, 1), (0, 600), (255, 257), (256, 512), (599, 700), (600, 700), (700, 900), (5, 3)]
)
def test_entries_gives_the_leaves_asked_for(place: Place, start: int, stop: int) -> None:
    store = place.open()
    store.commit(a_commit(0, 600))
    assert list(store.entries(start, stop)) == [b"leaf %d" % seq for seq in range(600)][start:stop]


def test_big_and_empty_bytes_come_back_whole(place: Place) -> None:
    store = place.open()
    big = bytes(range(256)) * 20_000
    store.commit(
        Commit(first_seq=0, entries=[big[:65_535], b""], head=a_head(2), puts=[("t", "k", big)], bodies=[("aa", big)])
    )
    assert list(store.entries(0, 2)) == [big[:65_535], b""]
    assert store.fetch("t", "k") == big
    assert store.body("aa") == big


def test_a_body_is_written_once(place: Place) -> None:
    store = place.open()
    store.commit(a_commit(0, bodies=[("aa", b"first"), ("aa", b"second")]))
    store.commit(a_commit(1, bodies=[("aa", b"third")]))
    assert store.body("aa") == b"first"


def test_the_outbox_gives_the_oldest_first_and_forgets_what_has_left(place: Place) -> None:
    store = place.open()
    store.commit(a_commit(0, outbox=[("m-9", b"1"), ("m-10", b"2")]))
    store.commit(a_commit(1, outbox=[("m-1", b"3"), ("m-0", b"4")]))
    assert list(store.outbox()) == [("m-9", b"1"), ("m-10", b"2"), ("m-1", b"3"), ("m-0", b"4")]
    store.commit(a_commit(2, outbox=[("m-9", b"again")], outbox_done=["m-10", "m-0", "never"]))
    assert list(store.outbox()) == [("m-9", b"again"), ("m-1", b"3")]


def test_markets_in_one_database_do_not_see_each_other(place: Place) -> None:
    full = {"puts": [("t", "a", b"1")], "bodies": [("aa", b"1")], "outbox": [("m", b"1")]}
    store = place.open(market=1)
    store.commit(a_commit(0, 2, **full))
    store.set_meta("origin", b"one")
    store.close()
    other = place.open(market=2)
    assert everything(other) == (None, [], [], [], None)
    assert other.meta("origin") is None
    other.commit(a_commit(0, deletes=[("t", "a")], outbox_done=["m"]))
    other.close()
    assert place.open(market=1).fetch("t", "a") == b"1"


@pytest.mark.parametrize("market", [0, -1, 2**31])
def test_a_market_outside_the_column_is_an_error_of_the_caller(place: Place, market: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        place.open(market=market)


def test_a_reader_sees_the_journal_and_cannot_write(place: Place) -> None:
    with pytest.raises(StoreUnreachable):
        place.open(mode="read")
    store = place.open()
    store.commit(a_commit(0, 2, puts=[("t", "a", b"1")]))
    store.close()
    one, two = place.open(mode="read"), place.open(mode="read")
    assert everything(one) == everything(two) == (a_head(2), [b"leaf 0", b"leaf 1"], [("a", b"1")], [], None)
    for act in (lambda: one.commit(a_commit(2)), lambda: one.set_meta("origin", b"x")):
        with pytest.raises(StoreFault, match="for reading only"):
            act()


@pytest.mark.parametrize(
    "defect", ["DELETE FROM leaves WHERE seq = 4", "UPDATE heads SET size = 4", "DELETE FROM heads"]
)
def test_a_head_that_disagrees_with_its_leaves_is_not_opened(place: Place, defect: str) -> None:
    store = place.open()
    store.commit(a_commit(0, 5))
    store.close()
    place.run(defect)
    with pytest.raises(StoreDamaged, match="the head counts"):
        place.open()


def test_a_missing_leaf_is_named(place: Place) -> None:
    store = place.open()
    store.commit(a_commit(0, 5))
    store.close()
    place.run("DELETE FROM leaves WHERE seq = 2")
    with pytest.raises(StoreDamaged, match="leaf `2` is missing"):
        list(place.open().entries(0, 5))


def test_the_first_key_behind_a_prefix_is_the_least_one() -> None:
    assert [after_prefix(prefix) for prefix in ["", "a", "a\U0010ffff", "\U0010ffff", "\ud7ff", "a/"]] == [
        None,
        "b",
        "b",
        None,
        "\ue000",
        "a0",
    ]
