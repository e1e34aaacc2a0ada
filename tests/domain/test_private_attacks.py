"""Attacks on private answers that must fail, each beside the weakness that would let it through."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from test_answering import answered, rows
from town import (
    AGGREGATE,
    AIRLINES,
    DECLARED,
    MARKET,
    RESOURCES,
    ROUTES,
    RULES,
    Town,
    copy_home,
    rows_of,
    write_csv,
)

from mumian.domain.answering import LocalEngine
from mumian.domain.domain import Domain
from mumian.domain.gate import Answer, Sampler, add_noise
from mumian.domain.intake import Taken
from mumian.domain.refusals import DomainRefusal as D
from mumian.engines.clustered import Clustered, Integers, totals
from mumian.kernel.ids import JobId, PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.methods.dp import discrete_gaussian
from mumian.methods.dp_audit import audit
from mumian.methods.laplace import discrete_laplace
from mumian.methods.mechanisms import Mechanism
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, Filter, GroupKey, Op, Sum, question
from mumian.sql.compiling import Compiled, Options, compile_sql

ROOT = AIRLINES[0]
RUNS = 10_000
ONE = replace(AGGREGATE, group_by=(), measures=(Count(),), l0=1, linf_rows=1, rho_nano=500_000_000)


def noisy_town(template: Path, tmp_path: Path) -> Town:
    return Town(copy_home(template, tmp_path / "home"), noise=discrete_gaussian)


# averaging


def test_asking_again_under_any_name_averages_nothing_away(template: Path, tmp_path: Path) -> None:
    """Repeats by other jobs, other consumers, after a restart: one noise. Without that the mean of 40 would be close."""
    town = noisy_town(template, tmp_path)
    seen = set()
    for nth in range(12):
        if nth == 6:
            town.reopen(ROOT)
        seen.add(tuple(rows(answered(town, ONE, job=f"job-{nth}", seq=nth)).values()))
    assert len(seen) == 1
    assert town.root.jobs.charges.spent_nano("flights") == ONE.rho_nano


def test_rewrites_commutations_and_aliases_of_a_query_are_one_plan() -> None:
    """So that they have one noise: the same question is not another by being written otherwise."""
    options = Options(l0=2, linf_rows=1, rho_nano=10**6)
    parts = ("origin = 'CAN'", "delay > 30", "month IN (1, 2)")
    texts = [f"SELECT count(*) AS n FROM flights WHERE {' AND '.join(order)}" for order in permutations(parts)]
    texts += [
        "select COUNT(*) from flights f where f.delay >= 31 and not (f.origin <> 'CAN') and f.month between 1 and 2",
        "WITH x AS (SELECT delay d, origin o, month m FROM flights) SELECT count(*) c FROM x WHERE d>30 AND o='CAN' AND m BETWEEN 1 AND 2",
        "SELECT COUNT(*) + 0 FROM flights WHERE (month = 2 OR month = 1) AND 30 < delay AND origin IN ('CAN')",
    ]
    plans = set()
    for text in texts:
        made = compile_sql(text, {"flights": RULES}, party=PartyId("insurer"), options=options)
        assert isinstance(made, Compiled), made
        plans.add(made.plan)
    assert len(plans) == 1


# budget evasion


def test_requests_at_once_never_spend_more_than_there_is(town: Town) -> None:
    plans = [replace(ONE, linf_rows=nth) for nth in range(1, 13)]
    with ThreadPoolExecutor(8) as pool:
        tickets = [town.ticket(plan, sources=(town.source(ROOT),), job=f"job-{n}") for n, plan in enumerate(plans)]
        made = list(pool.map(town.root.run, tickets))
    assert sum(not isinstance(each, Refused) for each in made) == 4  # the terms allow four times 0.5
    assert town.root.jobs.charges.spent_nano("flights") == 2_000_000_000
    assert {each.refusal for each in made if isinstance(each, Refused)} == {D.RHO_OVER_TERMS}


class _Dies(LocalEngine):
    def totals(self, *_: Any, **__: Any) -> Integers:
        raise MemoryError


def test_a_crash_between_charge_and_run_refunds_nothing_and_costs_nothing_twice(town: Town) -> None:
    town.root.jobs.engine = _Dies()
    with pytest.raises(MemoryError):
        answered(town, ONE)
    again = town.reopen(ROOT)
    assert again.jobs.charges.spent_nano("flights") == ONE.rho_nano
    rows(answered(town, ONE, job="job-2"))
    assert again.jobs.charges.spent_nano("flights") == ONE.rho_nano


def test_a_second_resource_on_the_same_data_opens_no_second_budget(town: Town) -> None:
    other = ResourceId("resource-66")
    town.root.allow(town.terms(ROOT, resource=other))
    for nth in range(1, 5):
        source = replace(town.source(ROOT), resource=(RESOURCES[ROOT], other)[nth % 2])
        rows(answered(town, replace(ONE, linf_rows=nth), source, job=f"job-{nth}"))
    refused = answered(town, replace(ONE, linf_rows=9), job="job-9")
    assert isinstance(refused, Refused)
    assert refused.refusal is D.RHO_OVER_TERMS


# what an answer tells of one unit


def neighbours(tmp_path: Path, unit: str = "B-a1") -> tuple[Clustered, Clustered]:
    """The same holding with and without one unit."""
    tables = []
    for nth, kept in enumerate((rows_of(ROOT), [row for row in rows_of(ROOT) if row["tail"] != unit])):
        home = tmp_path / f"n{nth}"
        Domain.create(home, ROOT, str(MARKET.verifier), entropy=os.urandom)
        domain = Domain.open(home)
        taken = domain.add(write_csv(tmp_path / f"n{nth}.csv", kept), "flights", DECLARED)
        assert isinstance(taken, Taken)
        tables.append(domain.store.version("flights", taken.version).table)
    return tables[0], tables[1]


def runs_of(plan: AggregatePlan, exact: Integers, sign: Integers, sampler: Sampler) -> Callable[[int], Sequence[int]]:
    """Return how an attacker sees a release: along the direction in which the unit moves it."""

    def draw(runs: int) -> list[int]:
        found = []
        for _ in range(runs):
            cells = add_noise(plan, exact, sampler).rows
            found.append(int(sum(s * (row.values[0] or 0) for s, row in zip(sign, cells, strict=True))))
        return found

    return draw


SHARP = replace(ONE, linf_rows=2, rho_nano=400_000_000)
"""One figure that the unit moves as far as it may."""


@pytest.mark.parametrize("mechanism", list(Mechanism))
def test_no_run_of_the_whole_path_shows_more_loss_than_was_charged(tmp_path: Path, mechanism: Mechanism) -> None:
    """From rows on disk to noisy cells, with a unit and without it; halving the noise must be seen."""
    plan = replace(SHARP, mechanism=mechanism)
    with_unit, without = (totals(question(plan), table) for table in neighbours(tmp_path))
    moved = with_unit - without
    assert moved.tolist() == [plan.linf_rows]
    halved = Sampler(
        lambda values, scale: discrete_gaussian(values, scale / 2),
        lambda values, scale: discrete_laplace(values, scale / 2),
    )
    claimed = plan.rho_nano / 10**9
    for sampler, honest in ((Sampler(), True), (halved, False)):
        draws = [runs_of(plan, exact, np.sign(moved), sampler) for exact in (with_unit, without)]
        found = audit(*draws, runs=RUNS, delta=1e-6)
        assert (found.rho <= claimed) == honest, found


def test_guessing_who_is_in_the_data_is_hardly_better_than_a_coin(tmp_path: Path) -> None:
    """Membership inference by the best threshold on the release; on exact figures it is always right.

    Source: Yeom et al. 2018; Kairouz, Oh & Viswanath 2015 for what rho allows: advantage ≤ √(rho/2) by Pinsker.
    """
    plan = replace(SHARP, rho_nano=20_000_000)
    with_unit, without = (totals(question(plan), table) for table in neighbours(tmp_path))
    moved = np.sign(with_unit - without)
    seen = [np.array(runs_of(plan, exact, moved, Sampler())(RUNS)) for exact in (with_unit, without)]
    cuts = np.unique(np.concatenate(seen))
    advantage = max(float((seen[0] >= cut).mean() - (seen[1] >= cut).mean()) for cut in cuts)
    assert advantage <= (0.02 / 2) ** 0.5 + 0.05
    assert int((moved * (with_unit - without)).sum()) > 0


# arithmetic and side channels


def test_extreme_values_neither_wrap_nor_fail(town: Town, tmp_path: Path) -> None:
    """Values far outside the bounds are clamped in integers; nothing about them is an error that an asker would see."""
    extreme = [
        {"tail": f"x{n}", "flight": "1", "origin": "CAN", "dest": "PEK", "month": "1", "day": "1", "delay": str(value)}
        for n, value in enumerate((2**62, -(2**62), 10**18, 0, 5))
    ]
    taken = town.root.add(write_csv(tmp_path / "extreme.csv", extreme), "flights", DECLARED)
    assert isinstance(taken, Taken)
    plan = replace(AGGREGATE, group_by=(), measures=(Count("delay"), Sum("delay", -60, 600)))
    assert rows(answered(town, plan)) == {(): (5, 600 - 60 + 600 + 0 + 5)}


def test_noise_is_made_of_integers_so_that_its_bits_tell_nothing(template: Path, tmp_path: Path) -> None:
    """Mironov 2012: the low bits of a float with noise give its exact part away. Here there is no float to look at."""
    town = noisy_town(template, tmp_path)
    answer = answered(town, AGGREGATE)
    assert isinstance(answer, Answer)
    values = [value for row in answer.cells.rows for value in row.values]
    assert all(type(value) is int for value in values)
    assert len({value % 2 for value in values}) == 2


@pytest.mark.parametrize("fraction", [0, 1])
def test_what_is_refused_depends_on_no_row(town: Town, tmp_path: Path, fraction: int) -> None:
    """The same plans are answered and refused by the same names over no rows at all and over rows of every kind."""
    kept = rows_of(ROOT) if fraction else [dict.fromkeys(rows_of(ROOT)[0], "NA")]
    taken = town.root.add(write_csv(tmp_path / "some.csv", kept), "flights", DECLARED)
    assert isinstance(taken, Taken)
    plans = [
        ONE,
        replace(ONE, where=(Filter("delay", Op.GT, 600), Filter("delay", Op.LT, -60))),
        replace(ONE, where=(Filter("origin", Op.EQ, "XXX"),)),
        replace(ONE, measures=(Sum("delay", -60, 601),)),
        replace(ONE, group_by=(GroupKey("route", (*ROUTES, "A-B")),)),
    ]
    told = []
    for nth, plan in enumerate(plans):
        made = answered(town, plan, job=JobId(f"job-{nth}"))
        told.append(made.refusal.full_name if isinstance(made, Refused) else len(made.cells.rows))
    assert told == [1, 1, "domain.PLAN_OUTSIDE_DECLARATION", "domain.BOUNDS_DIFFER", "domain.PLAN_OUTSIDE_DECLARATION"]
