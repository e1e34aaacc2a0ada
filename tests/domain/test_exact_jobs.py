"""Exact answers through tickets: right where they are shown, suppressed where they are small, refused where they tell."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from msgspec.structs import replace
from test_answering import answered, own_rows, rows
from town import AGGREGATE, AIRLINES, MONTHS, RULES, Town

from mumian.domain.gate import Answer
from mumian.domain.refusals import DomainRefusal as D
from mumian.domain.refusals import ExactRefusal as E
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.analysis import ColumnRule, ExactRules, Use, fault
from mumian.rooms.cleanroom.plan import Count, Filter, GroupKey, Mode, Op, Sum, SumSquares, Units
from mumian.rooms.cleanroom.refusals import CleanroomRefusal as C

ROOT = AIRLINES[0]
ADDED = ("delay",)
LIMITS = ExactRules(units_min=3, dominance_units=1, dominance_permille=900, cells_max=60)


def exact_rules(**changed: Any) -> Any:
    """Columns are chosen by or added up, never both."""
    rules = tuple(
        replace(rule, uses=(Use.AGGREGATE,))
        if rule.column in ADDED
        else replace(rule, uses=tuple(use for use in rule.uses if use is not Use.AGGREGATE))
        for rule in RULES.rules
    )
    return replace(RULES, rules=rules, exact=replace(LIMITS, **changed))


EXACT = replace(
    AGGREGATE,
    group_by=(GroupKey("month", MONTHS),),
    measures=(Count(), Sum("delay", -60, 600), SumSquares("delay", -60, 600), Units(), Count("delay")),
    l0=0,
    linf_rows=0,
    rho_nano=0,
    mode=Mode.EXACT,
)


def all_but_few() -> Filter:
    """A filter that leaves out the rows of fewer units than an exact cell must have."""
    tails = defaultdict[int, set[str]](set)
    for row in own_rows():
        tails[int(row["flight"])].add(row["tail"])
    return Filter("flight", Op.NE, next(n for n, units in tails.items() if len(units) < LIMITS.units_min))


ALL_BUT_FEW = all_but_few()


@pytest.fixture
def open_town(town: Town) -> Town:
    town.root.allow(town.terms(ROOT, rules=exact_rules()))
    return town


def test_an_exact_answer_is_the_figures_of_plain_python_and_costs_no_budget(open_town: Town) -> None:
    expected: dict[str, list[Any]] = {month: [0, 0, 0, set(), 0] for month in MONTHS}
    for row in (row for row in own_rows() if row["month"] in MONTHS):
        cell = expected[row["month"]]
        cell[0] += 1
        cell[3].add(row["tail"])
        if row["delay"] != "NA":
            cell[1] += int(row["delay"])
            cell[2] += (int(row["delay"]) - 270) ** 2
            cell[4] += 1
    answer = answered(open_town, EXACT)
    assert rows(answer) == {(m,): (c[0], c[1], c[2], len(c[3]), c[4]) for m, c in expected.items()}
    assert isinstance(answer, Answer)
    assert set(answer.cells.half_widths) == {0}
    assert open_town.root.jobs.charges.spent_nano("flights") == 0


def test_a_cell_of_too_few_units_is_not_told_from_an_empty_one(open_town: Town) -> None:
    units = defaultdict[str, set[str]](set)
    for row in own_rows():
        units[row["day"]].add(row["tail"])
    declared = replace(EXACT, group_by=(GroupKey("day", edges=tuple(range(1, 32))),), measures=(Count(),))
    answer = answered(open_town, declared)
    for (key,), (value,) in rows(answer).items():
        few = len(units[key.split("..")[0]]) < LIMITS.units_min
        assert value is None or not few
    assert any(values == (None,) for values in rows(answer).values())


def test_the_same_cell_asked_for_otherwise_is_the_same_cell(open_town: Town) -> None:
    by_group = rows(answered(open_town, replace(EXACT, measures=(Count(),))))
    january = replace(EXACT, group_by=(), measures=(Count(),), where=(Filter("month", Op.EQ, 1),))
    assert rows(answered(open_town, january, job="job-2")) == {(): by_group[("1",)]}


def test_a_question_a_unit_away_from_an_earlier_one_is_refused(open_town: Town) -> None:
    rows(answered(open_town, replace(EXACT, group_by=(), measures=(Count(),))))
    all_but_few = replace(EXACT, group_by=(), measures=(Count(),), where=(ALL_BUT_FEW,))
    refused = answered(open_town, all_but_few, job="job-2")
    assert isinstance(refused, Refused)
    assert refused.refusal in (E.EXACT_NEAR, E.EXACT_DEPENDENT)


def test_a_consumer_s_related_parties_have_seen_what_it_has(open_town: Town) -> None:
    whole = replace(EXACT, group_by=(), measures=(Count(),))
    rows(answered(open_town, whole, group=(PartyId("daughter"), PartyId("insurer"))))
    few = replace(whole, where=(ALL_BUT_FEW,))
    refused = answered(open_town, few, job="job-2", group=(PartyId("daughter"),), consumer=PartyId("daughter"))
    assert isinstance(refused, Refused)
    assert refused.refusal in (E.EXACT_NEAR, E.EXACT_DEPENDENT)


def test_parties_that_become_related_after_seeing_apart_see_no_more(open_town: Town) -> None:
    whole = replace(EXACT, group_by=(), measures=(Count(),))
    rows(answered(open_town, whole, group=(PartyId("insurer"),)))
    other = replace(whole, where=(Filter("month", Op.LE, 2),))
    rows(answered(open_town, other, job="job-2", group=(PartyId("bank"),)))
    refused = answered(open_town, whole, job="job-3", group=(PartyId("bank"), PartyId("insurer")))
    assert isinstance(refused, Refused)
    assert refused.refusal is E.EXACT_GROUPS_MET


def test_an_exact_sum_is_clamped_to_the_public_bounds_and_no_others(open_town: Town) -> None:
    """Else two sums over the same rows would tell how much of them lies between two bounds."""
    narrower = replace(EXACT, measures=(Sum("delay", -60, 599),))
    refused = answered(open_town, narrower)
    assert isinstance(refused, Refused)
    assert refused.refusal is C.BOUNDS_BEYOND


def test_the_history_outlives_the_process(open_town: Town) -> None:
    rows(answered(open_town, replace(EXACT, group_by=(), measures=(Count(),))))
    open_town.reopen(ROOT)
    few = replace(EXACT, group_by=(), measures=(Count(),), where=(ALL_BUT_FEW,))
    refused = answered(open_town, few, job="job-2")
    assert isinstance(refused, Refused)
    assert refused.refusal in (E.EXACT_NEAR, E.EXACT_DEPENDENT)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"rules": RULES}, C.EXACT_DENIED),
        ({"cells_max": 2}, E.EXACT_CAP),
        ({"units_min": 10}, E.EXACT_UNFIT),
    ],
)
def test_an_exact_answer_is_refused_by_name(town: Town, changed: dict[str, Any], refusal: Any) -> None:
    rules = changed.get("rules") or exact_rules(**changed)
    town.root.allow(town.terms(ROOT, rules=rules))
    refused = answered(town, EXACT)
    assert isinstance(refused, Refused)
    assert refused.refusal is refusal


def test_exact_answers_are_had_within_one_domain(open_town: Town) -> None:
    for airline in AIRLINES[1:]:
        open_town.domains[airline].allow(open_town.terms(airline, rules=exact_rules()))
    refused = answered(open_town, EXACT, *(open_town.source(airline) for airline in AIRLINES))
    assert isinstance(refused, Refused)
    assert refused.refusal is D.WITHIN_ONE_DOMAIN


def test_a_column_is_added_up_or_chosen_by(town: Town) -> None:
    both = ColumnRule("delay", (Use.AGGREGATE, Use.FILTER))
    rules = exact_rules()
    barred = replace(rules, rules=(*(rule for rule in rules.rules if rule.column != "delay"), both))
    assert fault(rules) is None
    assert "exact answers allow a column one of both" in (fault(barred) or "")
