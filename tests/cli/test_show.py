"""`mumian show`: every noun, on rows of simulated markets; what is not there is said."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from terminal import Mumian, in_a_process

from mumian.cli.show import NOUNS, SPOKEN
from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Commit, Head
from mumian.market.home import STORE_NAME, Home
from mumian.market.simulator import BAZAAR, EVERYTHING, IN_THE_LARGE, Simulator
from mumian.market.trial import ORIGIN

FAULT = 2
TOWNS = ((11, EVERYTHING), (5, EVERYTHING), (5, BAZAAR), (7, BAZAAR), (4, BAZAAR), (2, BAZAAR))
ROUNDS, ROUND_STEPS = 40, 500
"""Simulations that take turns, until every noun has a record."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store has a record of every noun."""
    folder = tmp_path_factory.mktemp("shown") / "home"
    puts: list[tuple[str, str, bytes]] = []
    missing = {table for tables in NOUNS.values() for table in tables}
    markets = [Simulator(seed, IN_THE_LARGE, town) for seed, town in TOWNS]
    turns = (market for _ in range(ROUNDS) for market in markets)
    while missing and (market := next(turns, None)):
        market.run(ROUND_STEPS)
        for table in sorted(missing):
            rows = list(market.states.tables[table].under())
            puts += [(table, key, msgspec.json.encode(record)) for key, record in rows]
            missing -= {table} if rows else set()
    assert missing == set()
    store = SqliteStore(Home.create(folder, origin=ORIGIN).market / STORE_NAME)
    store.commit(Commit(first_seq=0, entries=[], puts=puts, deletes=[], head=Head(0, "", (), 0)))
    store.close()
    return folder


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_has_records_that_are_listed_and_shown_one_by_one(mumian: Mumian, home: Path, noun: str) -> None:
    every = json.loads(mumian("show", noun, "--json", "--home", home).out)
    key, record = next(iter(every.items()))
    assert json.loads(mumian("show", noun, key, "--json", "--home", home).out) == record
    assert noun in SPOKEN or json.loads(mumian("show", noun, key, "--home", home).out) == record
    assert key in mumian("show", noun, "--limit", "1", "--home", home).out


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_not_there_is_said(mumian: Mumian, home: Path, noun: str) -> None:
    ran = mumian("show", noun, "none-0", "--home", home)
    assert (ran.code, ran.out, ran.err.strip()) == (FAULT, "", f"no {noun} `none-0` in this market")


def test_an_unknown_noun_is_answered_by_those_there_are(mumian: Mumian, home: Path) -> None:
    ran = mumian("show", "colour", "--home", home)
    assert (ran.code, ran.err.strip()) == (
        FAULT,
        f"there is no `colour` to show; choose one of {', '.join(NOUNS)}",
    )
    said = in_a_process("--lang", "zh", "show", "colour", cwd=home.parent).err
    assert said.startswith("没有 `colour`；可选：market, party")


def test_objections_to_either_register_are_listed_together(mumian: Mumian, home: Path) -> None:
    every = json.loads(mumian("show", "objection", "--json", "--home", home).out)
    assert len({tuple(sorted(record)) for record in every.values()}) == 2


@pytest.mark.parametrize("width", ["60", "80", "160"])
def test_a_table_is_as_wide_as_the_terminal_and_names_the_fields_that_it_leaves_out(
    mumian: Mumian, home: Path, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = mumian("show", "order", "--limit", "2", "--home", home).out
    assert all(len(line) <= int(width) for line in out.splitlines())
    table, _, told = " ".join(out.split()).partition("not drawn: ")
    left, _, remedy = told.partition("; ")
    for field in next(iter(json.loads(mumian("show", "order", "--json", "--home", home).out).values())):
        assert (f" {field} ┃" in table) is not (field in left.split(", ")), field
    assert remedy.startswith("name one order, or --json")


def test_a_person_is_a_commitment_and_nothing_else(mumian: Mumian, home: Path) -> None:
    every = json.loads(mumian("show", "party", "--json", "--home", home).out).values()
    persons = [party for party in every if party["kind"] == "natural"]
    assert persons
    assert {(party["name"], party["uscc"], len(party["identity_commitment"])) for party in persons} == {("", "", 64)}


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_shows_nothing_is_none(mumian: Mumian, home: Path, limit: str) -> None:
    for words in (("show", "party"), ("deadlines",)):
        ran = mumian(*words, "--limit", limit, "--home", home)
        assert (ran.code, ran.out, "--limit" in ran.err) == (FAULT, "", True)
