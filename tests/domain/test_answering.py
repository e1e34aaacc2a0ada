"""Beyond counts and sums by public lists: joined tables, found keys, units, bins, squares, too few units, Laplace; default deny."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from town import AGGREGATE, AIRLINES, DECLARED, MONTHS, RESOURCES, ROUTES, RULES, Town, copy_home, rows_of, write_csv

from mumian.domain import messages as m
from mumian.domain.declaration import Declaration, IntegerColumn, TextColumn
from mumian.domain.gate import Answer
from mumian.domain.intake import Taken
from mumian.domain.refusals import DomainRefusal as D
from mumian.domain.ruling import drafted
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.methods.mechanisms import Mechanism
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.analysis import ColumnRule, Parameter, Template, Use
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Count,
    Filter,
    GroupKey,
    Histogram,
    Join,
    Op,
    SourceTicket,
    Sum,
    SumSquares,
    Units,
)
from mumian.rooms.cleanroom.refusals import CleanroomRefusal as C

ROOT = AIRLINES[0]
PLANES = ResourceId("resource-8")
PLANE = Declaration(
    "tail",
    (TextColumn("tail"), TextColumn("maker", keys=("A", "B")), IntegerColumn("seats", "seat", 0, 500)),
    Level.GENERAL_2,
    key=("tail",),
)
SEATS = {f"B-a{n}": (("A", "B")[n % 2], 100 + 10 * n) for n in range(7)}
"""By tail; two of nine aircraft are in no register."""


def answered(town: Town, plan: AggregatePlan, *sources: SourceTicket, **changed: Any) -> Answer | Refused:
    made = town.root.run(town.ticket(plan, sources=sources or (town.source(ROOT),), **changed))
    if isinstance(made, Refused):
        return made
    given = town.ask(m.CollectAnswer(made.release.job))
    assert isinstance(given, m.AnswerGiven)
    return given.answer


def rows(answer: Answer | Refused) -> dict[tuple[str, ...], tuple[int | None, ...]]:
    assert isinstance(answer, Answer), answer
    return {row.keys: row.values for row in answer.cells.rows}


def own_rows() -> Iterator[dict[str, str]]:
    return (row for row in rows_of(ROOT) if row["tail"] != "NA")


@pytest.fixture
def planes(town: Town, tmp_path: Path) -> SourceTicket:
    """A register of aircraft in the root's domain, open to be joined."""
    register = [{"tail": tail, "maker": maker, "seats": str(seats)} for tail, (maker, seats) in SEATS.items()]
    taken = town.root.add(write_csv(tmp_path / "planes.csv", register), "planes", PLANE)
    assert isinstance(taken, Taken)
    town.root.allow(town.terms(ROOT, resource=PLANES, name="planes", rules=drafted(PLANE, "planes")))
    return SourceTicket(PLANES, ROOT, town.root.public_hex, taken.version, 500_000_000)


JOINED = replace(
    AGGREGATE,
    table="flights",
    joins=(Join("planes", (("tail", "tail"),)),),
    group_by=(GroupKey("planes.maker", ("A", "B")),),
    where=(Filter("planes.seats", Op.GE, 110),),
    measures=(Count(), Sum("planes.seats", 0, 500), Units()),
)


def test_rows_look_up_another_table_of_the_domain(town: Town, planes: SourceTicket) -> None:
    counts, seats, units = Counter[str](), Counter[str](), defaultdict[str, set[str]](set)
    for row in own_rows():
        maker, size = SEATS.get(row["tail"], ("", 0))
        if size >= 110:
            counts[maker] += 1
            seats[maker] += size
            units[maker].add(row["tail"])
    found = rows(answered(town, JOINED, town.source(ROOT), planes))
    assert found == {(maker,): (counts[maker], seats[maker], len(units[maker])) for maker in "AB"}


def test_an_outer_join_keeps_rows_that_find_nothing(town: Town, planes: SourceTicket) -> None:
    outer = (Join("planes", (("tail", "tail"),), outer=True),)
    missing = (Filter("planes.seats", Op.MISSING),)
    plan = replace(JOINED, joins=outer, group_by=(), where=missing, measures=(Count(), Count("planes.seats")))
    alone = sum(1 for row in own_rows() if row["tail"] not in SEATS)
    assert alone > 0
    assert rows(answered(town, plan, town.source(ROOT), planes)) == {(): (alone, 0)}


def test_a_table_that_the_ticket_does_not_name_cannot_be_joined(town: Town, planes: SourceTicket) -> None:
    refused = answered(town, JOINED, town.source(ROOT))
    assert isinstance(refused, Refused)
    assert refused.refusal is C.TABLE_UNKNOWN


def test_both_tables_are_charged_and_neither_beyond_its_terms(town: Town, planes: SourceTicket) -> None:
    town.root.allow(
        town.terms(ROOT, resource=PLANES, name="planes", rules=drafted(PLANE, "planes"), rho_nano_max=499_999_999)
    )
    refused = answered(town, JOINED, town.source(ROOT), planes)
    assert isinstance(refused, Refused)
    assert refused.refusal is D.RHO_OVER_TERMS
    assert town.root.jobs.charges.spent_nano("flights") == 0  # all or none


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"joins": (Join("planes", (("tail", "seats"),)),)}, C.JOIN_NOT_BY_KEY),
        ({"joins": (Join("planes", (("flight", "tail"),)),)}, C.JOIN_LEAVES_UNIT),
        ({"group_by": (GroupKey("planes.tail"),), "delta_femto": 10**9, "measures": (Units(),)}, C.COLUMN_DENIED),
        ({"measures": (Sum("planes.maker", 0, 1),)}, C.COLUMN_DENIED),
        ({"where": (Filter("planes.price", Op.EQ, 1),)}, C.COLUMN_UNKNOWN),
    ],
)
def test_a_join_is_by_the_declared_key_and_within_the_unit(
    town: Town, planes: SourceTicket, changed: dict[str, Any], refusal: C
) -> None:
    refused = answered(town, replace(JOINED, **changed), town.source(ROOT), planes)
    assert isinstance(refused, Refused)
    assert refused.refusal is refusal


FOUND = replace(
    AGGREGATE,
    table="flights",
    group_by=(GroupKey("origin_text"),),
    measures=(Count(), Units()),
    delta_femto=10**9,
    l0=3,
)


@pytest.fixture
def unlisted(town: Town, tmp_path: Path) -> SourceTicket:
    """Flights whose origin has no public list; one origin is of one aircraft alone."""
    text = TextColumn("origin_text")
    declared = Declaration("tail", (TextColumn("tail"), text), Level.GENERAL_2)
    lines = [{"tail": f"t{n}", "origin_text": ("CAN", "SZX")[n % 2]} for n in range(400)]
    lines += [{"tail": "t1", "origin_text": "secret-strip"}]
    taken = town.root.add(write_csv(tmp_path / "unlisted.csv", lines), "unlisted", declared)
    assert isinstance(taken, Taken)
    rules = drafted(declared, "flights")
    uses = (Use.GROUP, Use.OUTPUT)
    rules = replace(rules, rules=(*rules.rules[:1], ColumnRule("origin_text", uses)))
    resource = ResourceId("resource-7")
    town.root.allow(town.terms(ROOT, resource=resource, name="unlisted", rules=rules, delta_femto_max=3 * 10**9))
    return SourceTicket(resource, ROOT, town.root.public_hex, taken.version, 500_000_000, 10**9)


def test_keys_that_nobody_declared_are_shown_only_if_enough_units_have_them(town: Town, unlisted: SourceTicket) -> None:
    assert rows(answered(town, FOUND, unlisted)) == {("CAN",): (200, 200), ("SZX",): (200, 200)}


def test_found_keys_cost_their_delta_once_and_no_more_than_the_owner_allows(town: Town, unlisted: SourceTicket) -> None:
    rows(answered(town, FOUND, unlisted))
    rows(answered(town, FOUND, unlisted, job="job-2"))
    assert town.root.jobs.charges.spent_femto("unlisted") == 10**9
    dear = replace(FOUND, delta_femto=2 * 10**9 + 1)
    source = replace(unlisted, delta_femto=3 * 10**9)
    refused = answered(town, dear, source, job="job-3")
    assert isinstance(refused, Refused)
    assert refused.refusal is D.DELTA_OVER_TERMS


def test_found_keys_are_had_within_one_domain(town: Town, unlisted: SourceTicket) -> None:
    refused = answered(town, FOUND, unlisted, town.source(AIRLINES[1]))
    assert isinstance(refused, Refused)
    assert refused.refusal is D.WITHIN_ONE_DOMAIN


def test_groups_with_too_few_units_keep_their_key_and_lose_their_values(town: Town) -> None:
    plan = replace(AGGREGATE, group_by=(GroupKey("route", ROUTES),), measures=(Count(), Units()), units_min=9)
    units = defaultdict[str, set[str]](set)
    for row in own_rows():
        units[f"{row['origin']}-{row['dest']}"].add(row["tail"])
    found = rows(answered(town, plan))
    assert [values[1] is None for values in found.values()] == [len(units[route]) < 9 for route in ROUTES]


def test_a_plan_below_the_owner_s_number_of_units_is_refused(town: Town) -> None:
    town.root.allow(town.terms(ROOT, rules=replace(RULES, units_min=5)))
    refused = answered(town, AGGREGATE)
    assert isinstance(refused, Refused)
    assert refused.refusal is C.UNITS_MIN_MISSING


def test_bins_histograms_squares_and_alternatives_are_those_of_plain_python(town: Town) -> None:
    edges, where = (-60, 0, 60, 601), (Filter("origin", Op.EQ, "CAN"), Filter("delay", Op.GT, 100))
    plan = replace(
        AGGREGATE,
        group_by=(GroupKey("delay", edges=edges),),
        where=(where,),
        measures=(Count(), SumSquares("delay", -60, 600), Histogram("month", (1, 2, 4))),
    )
    expected = {f"{low}..{high - 1}": [0, 0, 0, 0] for low, high in pairwise(edges)}
    for row in own_rows():
        if row["delay"] == "NA" or not (row["origin"] == "CAN" or int(row["delay"]) > 100):
            continue
        delay, month = int(row["delay"]), int(row["month"])
        cell = expected[next(k for k in expected if int(k.split("..")[0]) <= delay <= int(k.split("..")[1]))]
        cell[0] += 1
        cell[1] += (delay - 270) ** 2
        cell[2 if month < 2 else 3] += 1
    assert rows(answered(town, plan)) == {(key,): tuple(values) for key, values in expected.items()}


def test_laplace_noise_is_what_its_scale_says_and_costs_what_the_plan_says(template: Path, tmp_path: Path) -> None:
    scales: list[float] = []

    def seen(values: Any, scale: float) -> list[int]:
        scales.append(scale)
        return list(values)

    town = Town(copy_home(template, tmp_path / "h"), noise=seen)
    plan = replace(AGGREGATE, group_by=(), measures=(Count(),), l0=1, linf_rows=1, mechanism=Mechanism.LAPLACE)
    answer = answered(town, plan)
    assert isinstance(answer, Answer)
    assert 0.7 < scales[0] < 1.01  # rho = 0.5: epsilon of 1, or a little more where zCDP counts finer
    assert answer.rho_nano == 500_000_000


def test_without_rules_nothing_is_answered(town: Town) -> None:
    town.root.allow(town.terms(ROOT, rules=None))
    refused = answered(town, AGGREGATE)
    assert isinstance(refused, Refused)
    assert refused.refusal is C.RULES_MISSING


def test_rules_that_show_the_data_otherwise_than_declared_are_not_gone_by(town: Town) -> None:
    wider = replace(RULES, columns=tuple(replace(c, upper=9_999) if c.name == "delay" else c for c in RULES.columns))
    town.root.allow(town.terms(ROOT, rules=wider))
    refused = answered(town, AGGREGATE)
    assert isinstance(refused, Refused)
    assert refused.refusal is D.RULES_UNFIT


def test_only_approved_queries_where_free_ones_are_not_answered(town: Town) -> None:
    month = Parameter("month", "month", Op.EQ, lower=1, upper=3)
    asked = replace(AGGREGATE, group_by=(GroupKey("route", ROUTES),))
    town.root.allow(
        town.terms(ROOT, rules=replace(RULES, free=False, templates=(Template("by_route", asked, (month,)),)))
    )
    refused = answered(town, AGGREGATE)
    assert isinstance(refused, Refused)
    assert refused.refusal is C.TEMPLATE_UNKNOWN
    of_march = replace(asked, where=(Filter("month", Op.EQ, 3),))
    for job, arguments, allowed in (("job-2", {"month": 3}, True), ("job-3", {"month": 2}, False)):
        answer = answered(town, of_march, job=job, template="by_route", arguments=arguments)
        assert isinstance(answer, Answer) == allowed, answer


def test_the_answer_says_what_it_cost_by_which_rules_and_where_it_stands(town: Town) -> None:
    answer = answered(town, AGGREGATE)
    assert isinstance(answer, Answer)
    ticket = town.ticket(AGGREGATE, sources=(town.source(ROOT),)).ticket
    assert (answer.rho_nano, answer.seq, len(answer.rules)) == (AGGREGATE.rho_nano, ticket.seq, 1)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=Answer) == answer


def test_a_new_version_or_another_resource_on_the_same_data_starts_with_what_is_left(
    town: Town, tmp_path: Path
) -> None:
    rows(answered(town, AGGREGATE))
    more = [*rows_of(ROOT), *random.Random(1).sample(rows_of(ROOT), 3)]
    taken = town.root.add(write_csv(tmp_path / "more.csv", more), "flights", DECLARED)
    assert isinstance(taken, Taken)
    again = ResourceId("resource-6")
    town.root.allow(town.terms(ROOT, resource=again))
    for nth, resource in enumerate((RESOURCES[ROOT], again, RESOURCES[ROOT]), 2):
        plan = replace(AGGREGATE, l0=nth)
        source = replace(town.source(ROOT), resource=resource)
        rows(answered(town, plan, source, job=f"job-{nth}"))
    refused = answered(town, replace(AGGREGATE, l0=8), job="job-9")
    assert isinstance(refused, Refused)
    assert (refused.refusal, refused.detail["left_nano"]) == (D.RHO_OVER_TERMS, 0)


def test_a_party_s_own_rule_narrows_what_everybody_may(town: Town) -> None:
    narrow = ColumnRule("route", (Use.FILTER,), parties=(PartyId("insurer"),))
    town.root.allow(town.terms(ROOT, rules=replace(RULES, rules=(*RULES.rules, narrow))))
    refused = answered(town, replace(AGGREGATE, group_by=(GroupKey("route", ROUTES), GroupKey("month", MONTHS))))
    assert isinstance(refused, Refused)
    assert refused.refusal is C.COLUMN_DENIED
    assert refused.detail["column"] == "route"
