"""`mumian show budget` and `show analysis`: what privacy is left and what may be asked, in words, on eighty columns."""

from __future__ import annotations

from pathlib import Path
from unicodedata import east_asian_width

import msgspec
import pytest
from msgspec.structs import replace
from terminal import Mumian, in_a_process

from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Commit, Head
from mumian.kernel.ids import BudgetId, PartyId
from mumian.kernel.time import DAY_MS
from mumian.market.budgets import budget_seen
from mumian.market.home import STORE_NAME, Home
from mumian.market.simulator import T0, Simulator
from mumian.market.trial import ORIGIN, PURPOSE, Script, buy, policy_of
from mumian.methods.dp import epsilon_of
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, GroupKey
from mumian.rooms.cleanroom.views import epsilon
from mumian.rooms.parties.model import Authority, Link, Relation

PLAN = AggregatePlan((GroupKey("origin", ("JFK",)),), (), (Count(),), "tailnum", 1, 1, 30_000_000)


@pytest.fixture(scope="module")
def asked() -> Simulator:
    """A market in which the insurer asked twice of one budget of two."""
    market = Simulator(0)
    world, script = market.world, Script(market.handle_all, T0)
    script._said = 5_000
    until = T0 + 100 * DAY_MS
    for owner, resource in zip(world.owners, world.resources, strict=True):
        script.say(owner, cleanroom.OpenBudget(resource, "tailnum", 500_000_000, 100_000_000, until, 5_000_000))
    _, agreement = buy(script, world.insurer, world.report_listing, world.report_offer, policy_of(world.report))
    for plan in (PLAN, replace(PLAN, rho_nano=40_000_000)):
        script.say(world.insurer, cleanroom.RequestJob(agreement, world.report, PURPOSE, plan, "n1"))
    market.settle()
    return market


@pytest.fixture(scope="module")
def home(asked: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoken") / "home"
    tables = asked.states.tables
    puts = [(name, key, msgspec.json.encode(row)) for name, table in tables.items() for key, row in table.under()]
    store = SqliteStore(Home.create(folder, origin=ORIGIN).market / STORE_NAME)
    store.commit(Commit(first_seq=0, entries=[], puts=puts, deletes=[], head=Head(0, "", (), 0)))
    store.close()
    return folder


def columns(line: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)


def test_a_budget_says_what_is_allowed_spent_and_left_and_what_that_means(mumian: Mumian, home: Path) -> None:
    out = " ".join(mumian("show", "budget", "--home", home).out.split())
    assert "ρ: allowed 0.5, spent 0.07, left 0.43; one consumer's share 0.1" in out
    assert f"(ε, δ) = ({epsilon(70_000_000)}, 1e-6)" in out
    assert "δ of keys found in the data: allowed 5e-9, spent 0, left 5e-9" in out
    assert "0.03 0 issued" in out
    assert "0.04 0 issued" in out


def test_in_chinese_it_is_as_complete_and_both_fit_on_eighty_columns(mumian: Mumian, home: Path) -> None:
    english = mumian("show", "budget", "--home", home).out
    chinese = in_a_process("--lang", "zh", "show", "budget", "--home", home, cwd=home.parent, COLUMNS="80").out
    assert len(english.splitlines()) == len(chinese.splitlines())
    assert max(map(columns, (*english.splitlines(), *chinese.splitlines()))) <= 80
    for word in ("隐私预算", "允许", "已用", "剩余", "需方", "任务", "已出票"):
        assert word in chinese


def test_one_budget_can_be_named(mumian: Mumian, home: Path, asked: Simulator) -> None:
    keys = [key for key, _ in asked.states.cleanroom.budgets.under()]
    out = mumian("show", "budget", keys[0], "--home", home).out
    assert keys[0] in out
    assert keys[1] not in out


def test_what_rho_means_is_the_tight_conversion_rounded_up() -> None:
    for rho_nano in (1, 30_000_000, 500_000_000, 10**9):
        tight = epsilon_of(rho_nano=rho_nano, delta=1e-6)
        assert tight <= float(epsilon(rho_nano)) <= tight + 0.001
    assert epsilon(0) == "0.000"


def test_related_consumers_are_one_line_with_one_share_between_them(asked: Simulator) -> None:
    key = BudgetId(next(key for key, _ in asked.states.cleanroom.budgets.under()))
    insurer, bank = asked.world.insurer, asked.world.merchant
    alone = budget_seen(asked.states, key, T0)
    assert alone is not None
    assert [(share.consumers, share.spent_rho_nano, share.left_rho_nano) for share in alone.shares] == [
        ((insurer,), 70_000_000, 30_000_000)
    ]
    assert [charge.rho_nano for charge in alone.charges] == [30_000_000, 40_000_000]
    asked.states.cleanroom.spent[f"{key}/{bank}"] = 50_000_000
    link = Link(PartyId(insurer), PartyId(bank), Relation.CONTROLS, 0, Authority.PARTY)
    asked.states.parties.links[f"{insurer}/{bank}/controls"] = link
    asked.states.parties.links[f"{bank}/{insurer}/controls"] = link
    together = budget_seen(asked.states, key, T0)
    assert together is not None
    assert [(share.spent_rho_nano, share.left_rho_nano) for share in together.shares] == [(120_000_000, 0)]


def test_of_a_budget_that_is_not_there_nothing_is_seen(asked: Simulator) -> None:
    assert budget_seen(asked.states, BudgetId("budget-404"), T0) is None


def test_analysis_rules_are_told_column_by_column(mumian: Mumian, home: Path, asked: Simulator) -> None:
    resource = asked.world.resources[0]
    out = mumian("show", "analysis", resource, "--home", home).out
    assert out.startswith(f"{resource} (analysis rules ")
    assert "  `tailnum`: joined by and verified; never added up, grouped by, shown or compared" in out.splitlines()
    chinese = in_a_process("--lang", "zh", "show", "analysis", resource, "--home", home, cwd=home.parent).out
    assert "`tailnum`：可关联、核验；不得求和计数、分组、显示、比较" in chinese
