"""The same market in PostgreSQL: one whole life, reopened, audited, under load, under hostile input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from opening import T0, Clock
from test_bad_input import hostile_envelopes, say_too_large, take_hostile
from test_life import budgets
from test_sequencer import in_threads

from market_load import Load
from mumian.journal.postgres import PostgresStore
from mumian.journal.store import StoreBehind
from mumian.market.audit import Audit
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.home import Home
from mumian.market.proofs import audit_folder, export, receipt
from mumian.market.sequencer import Answer, MarketStopped, Settings
from mumian.market.trial import ORIGIN, Script, buy, open_trial, policy_of
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger.model import PostPending


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """A database of its own for each test."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE life")
    yield postgres_url.replace("/postgres?", "/life?")
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP DATABASE life WITH (FORCE)")


@pytest.fixture
def home(tmp_path: Path, url: str) -> Home:
    return Home.create(tmp_path, origin=ORIGIN, store=url)


def audited(home: Home) -> Audit:
    store = home.open_store(mode="read")
    found = audit_folder(home.market / "log", home.verifier(), body=store.body, rows=store)
    store.close()
    return found


def test_a_whole_life_is_lived_reopened_and_audited(home: Home, clock: Clock, tmp_path: Path) -> None:
    market = home.open_market(clock)
    world = open_trial(market.handle_all, clock.now)
    market.close()
    market = home.open_market(clock, Settings(rows_kept_max=0))
    script = Script(market.handle_all, clock.now)
    script._said = 10_000
    budgets(script, world)
    order, _ = buy(script, world.insurer, world.report_listing, world.report_offer, policy_of(world.report))
    script.say(world.merchant, exchange.RecordDelivery(order, "a" * 64))
    accepted = script.say(world.insurer, exchange.AcceptDelivery(order))
    script.say("exchange", exchange.FileDeal(order, None))
    assert sum(share.amount_fen for share in accepted.leaf.events[3].shares) == 50_000
    large = say_too_large(market, world)
    assert list(market.ask(lambda states: list(states.broken_laws()))) == []
    market.close()
    assert audited(home) == Audit(market.size, audited(home).root)
    store = home.open_store(mode="read")
    export(store, (home.market / "log" / "checkpoint").read_bytes(), home.verifier(), tmp_path / "out")
    store.close()
    assert audit_folder(tmp_path / "out", home.verifier()).fault is None
    assert b"body_sha256" in receipt(tmp_path / "out", large.leaf.seq)[1]


def test_callers_at_once_are_all_answered_and_a_changed_row_is_named(home: Home, clock: Clock, url: str) -> None:
    market = home.open_market(clock, Settings(batch_max=16))
    world = open_trial(market.handle_all, clock.now)
    answers: list[Answer] = []

    def work(nth: int) -> None:
        load = Load(world, now=T0, seed=nth, name=f"caller{nth}")
        for _ in range(8):
            answers.extend(load.go_on(market.handle_all, 6))

    before = market.size
    in_threads(work)
    market.close()
    assert sorted(answer.leaf.seq for answer in answers) == list(range(before, market.size))
    assert Counter(bool(answer.leaf.refused) for answer in answers)[False] > 100
    assert audited(home).fault is None
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("UPDATE state SET value = value || ' ' WHERE tbl = 'ledger.accounts' AND key = 'account-0.1'")
    fault = audited(home).fault
    assert fault is not None
    assert (fault.law, fault.place.split("`")[1]) == ("rows_are_what_the_leaves_make", "account-0.1")


@pytest.mark.parametrize(
    "id_", ["second-0001", "trial-00000002"], ids=["a new id", "an id that the first writer has seen"]
)
def test_a_second_writer_is_told_so_and_stops_and_a_reopened_market_goes_on(home: Home, clock: Clock, id_: str) -> None:
    first, second = home.open_market(clock), home.open_market(clock)
    world = open_trial(first.handle_all, clock.now)
    load = Load(world, now=T0, seed=1)
    with pytest.raises(MarketStopped, match="another writer was here") as stopped:
        second.handle_all([Spoken(Envelope(id_, "exchange", PostPending("transfer-1")), "door:test")])
    assert isinstance(stopped.value.__cause__, StoreBehind)
    second.close()
    load.go_on(first.handle_all, 10)
    first.close()
    again = home.open_market(clock)
    load.go_on(again.handle_all, 10)
    again.close()
    assert audited(home).fault is None


def test_a_server_that_goes_away_stops_the_market_and_loses_nothing(home: Home, clock: Clock, url: str) -> None:
    market = home.open_market(clock)
    world = open_trial(market.handle_all, clock.now)
    size = market.size
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'life'"
        )
    load = Load(world, now=T0, seed=1)
    with pytest.raises(MarketStopped, match="open it again"):
        load.go_on(market.handle_all, 10)
    market.close()
    again = home.open_market(clock)
    assert again.size == size
    again.close()
    assert audited(home).fault is None


def test_no_value_of_any_command_stops_the_market_in_postgresql(home: Home, clock: Clock) -> None:
    """Every seventh of the hostile envelopes: the server has its own opinion of text, not of numbers."""
    market = home.open_market(clock)
    world = open_trial(market.handle_all, clock.now)
    outcomes = take_hostile(market, world, hostile_envelopes(world)[::7])
    assert outcomes.total() > 3_000
    market.close()
    assert audited(home).fault is None


def test_a_nul_character_behind_the_door_stops_the_market_so_the_door_must_hold(url: str) -> None:
    """Why `hear` turns it away: the server cannot even be asked for such a key."""
    store = PostgresStore(url)
    with pytest.raises(Exception, match=r"NUL|UTF8"):
        store.fetch_many([("exchange.orders", "\x00")])
    store.close()
