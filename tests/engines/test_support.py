"""What an exact answer covers: the further rows that would change it, whatever the table holds."""

from __future__ import annotations

import hashlib
import random

import pytest

from mumian.engines.question import (
    Count,
    Filter,
    GroupKey,
    Histogram,
    Measure,
    Op,
    Question,
    Sum,
    SumSquares,
    Units,
)
from mumian.engines.support import AXES_MAX, VALUES_MAX, Axis, Support, covered, fault_of_support, unpriced

AIRPORTS = ("EWR", "JFK", "LGA")
AXES = (Axis("origin", AIRPORTS), Axis("month", ("1", "2", "3", "4")), Axis("delay", lower=-3, upper=6))
SUPPORT = Support(AXES, 60)
Row = dict[str, int | str]


def drawn(support: Support) -> list[Row]:
    """The rows of a support, as its docs say: by SHA-256 of context, column and number."""
    rows = []
    for nth in range(support.rows):
        row: Row = {}
        for axis in support.axes:
            said = hashlib.sha256(f"mumian/support/v1\n{axis.column}\n{nth}".encode()).hexdigest()
            choices = axis.values or range(axis.lower, axis.upper + 1)
            row[axis.column] = choices[int(said, 16) % len(choices)]
        rows.append(row)
    return rows


def holds(where: Filter, row: Row) -> bool:
    cell, value = row[where.column], where.value
    match where.op:
        case Op.MISSING:
            return cell is None
        case Op.PRESENT:
            return cell is not None
        case Op.EQ:
            return str(cell) == str(value)
        case Op.NE:
            return str(cell) != str(value)
        case Op.LT:
            return int(cell) < value
        case Op.LE:
            return int(cell) <= value
        case Op.GT:
            return int(cell) > value
        case Op.GE:
            return int(cell) >= value
        case Op.BETWEEN:
            return value[0] <= int(cell) <= value[1]
        case Op.IN:
            return str(cell) in map(str, value)
        case Op.NOT_IN:
            return str(cell) not in map(str, value)


def group_of(keys: tuple[GroupKey, ...], row: Row) -> tuple[object, ...] | None:
    """The row's group, or None if it is in none that was asked for."""
    found: list[object] = []
    for key in keys:
        cell = row[key.column]
        if key.edges:
            bins = [n for n in range(len(key.edges) - 1) if key.edges[n] <= int(cell) < key.edges[n + 1]]
            if not bins:
                return None
            found += bins
        elif key.values and str(cell) not in key.values:
            return None
        else:
            found.append(str(cell))
    return tuple(found)


def figure(measure: Measure, rows: list[Row]) -> object:
    match measure:
        case Count():
            return len(rows)
        case Units():
            return len({row["unit"] for row in rows})
        case Sum():
            return sum(min(max(int(row[measure.column]), measure.lower), measure.upper) for row in rows)
        case SumSquares():
            return sum(
                (min(max(int(row[measure.column]), measure.lower), measure.upper) - measure.centre) ** 2 for row in rows
            )
        case Histogram():
            inner = measure.edges[1:-1]
            return sorted(sum(int(row[measure.column]) >= edge for edge in inner) for row in rows)


def answer(question: Question, table: list[Row]) -> dict[object, list[object]]:
    """The answer over a table, group by group: those without rows are like those that are not there."""
    groups: dict[object, list[Row]] = {}
    for row in table:
        kept = all(any(holds(f, row) for f in (c if isinstance(c, tuple) else (c,))) for c in question.where)
        group = group_of(question.group_by, row) if kept else None
        if group is not None:
            groups.setdefault(group, []).append(row)
    figures = {group: [figure(measure, rows) for measure in question.measures] for group, rows in groups.items()}
    nothing = [figure(measure, []) for measure in question.measures]
    return {group: values for group, values in figures.items() if values != nothing}


def a_table(rng: random.Random) -> list[Row]:
    return [
        {
            "unit": rng.randrange(5),
            "origin": rng.choice(AIRPORTS),
            "month": str(rng.randint(1, 4)),
            "delay": rng.randint(-5, 9),
        }
        for _ in range(rng.randrange(12))
    ]


def a_filter(rng: random.Random) -> Filter:
    return rng.choice(
        (
            Filter("origin", rng.choice((Op.EQ, Op.NE)), rng.choice(AIRPORTS)),
            Filter("origin", rng.choice((Op.IN, Op.NOT_IN)), tuple(rng.sample(AIRPORTS, 2))),
            Filter("month", rng.choice((Op.LT, Op.LE, Op.GT, Op.GE, Op.EQ, Op.NE)), rng.randint(0, 5)),
            Filter("delay", rng.choice((Op.LT, Op.LE, Op.GT, Op.GE, Op.EQ, Op.NE)), rng.randint(-4, 7)),
            Filter("delay", Op.BETWEEN, (rng.randint(-4, 2), rng.randint(2, 7))),
            Filter("delay", rng.choice((Op.MISSING, Op.PRESENT))),
        )
    )


def a_question(rng: random.Random) -> Question:
    keys = (
        GroupKey("origin", tuple(rng.sample(AIRPORTS, rng.randint(1, 3)))),
        GroupKey("month", ("2", "3")),
        GroupKey("delay", edges=tuple(sorted(rng.sample(range(-4, 8), 3)))),
        GroupKey("origin"),
    )
    measures: tuple[Measure, ...] = (
        Count(),
        Count("delay"),
        Units(),
        Sum("delay", -2, rng.randint(0, 5)),
        SumSquares("delay", -2, 5),
        Histogram("delay", (-3, 0, 4, 7)),
    )
    clauses = tuple(
        a_filter(rng) if rng.random() < 0.7 else (a_filter(rng), a_filter(rng)) for _ in range(rng.randrange(3))
    )
    chosen = {key.column: key for key in rng.sample(keys, rng.randrange(3))}
    return Question(tuple(chosen.values()), clauses, tuple(rng.sample(measures, rng.randint(1, 2))), 0, 0)


@pytest.mark.parametrize("seed", range(300))
def test_an_answer_covers_the_rows_that_would_change_it_whatever_the_table(seed: int) -> None:
    rng = random.Random(seed)
    question = a_question(rng)
    mask = covered(SUPPORT, question)
    for table in ([], a_table(rng), a_table(rng)):
        told = answer(question, table)
        further = [answer(question, [*table, {**row, "unit": "new"}]) for row in drawn(SUPPORT)]
        assert mask == sum(1 << nth for nth, changed in enumerate(further) if changed != told)


@pytest.mark.parametrize("seed", range(60))
def test_what_a_coarser_question_covers_a_finer_one_covers(seed: int) -> None:
    """Figures by group add up to those without groups: who has the former can work out the latter."""
    rng = random.Random(seed)
    finer = a_question(rng)
    all_airports = (GroupKey("origin", AIRPORTS), *(key for key in finer.group_by if key.column != "origin"))
    coarser = tuple(key for key in all_airports if key.column != "origin")
    asked = [Question(keys, finer.where, finer.measures, 0, 0) for keys in (all_airports, coarser)]
    by_group, in_all = (covered(SUPPORT, question) for question in asked)
    assert in_all & ~by_group == 0


def test_a_column_that_the_support_lacks_is_named() -> None:
    asked = Question((GroupKey("dest", ("ORD",)),), (), (Count(),), 0, 0)
    assert unpriced(SUPPORT, asked) == "dest"
    assert unpriced(SUPPORT, Question((), (Filter("month", Op.LT, 3),), (Units(), Sum("delay", 0, 1)), 0, 0)) is None


def test_a_text_that_should_be_a_number_makes_nothing_cheaper() -> None:
    odd = Support((Axis("delay", ("soon", "late")),), 40)
    everything = (1 << 40) - 1
    for clause in (Filter("delay", Op.LT, -60), Filter("delay", Op.BETWEEN, (7, 7))):
        assert covered(odd, Question((), (clause,), (Count(),), 0, 0)) == everything
    assert covered(odd, Question((GroupKey("delay", edges=(0, 1)),), (), (Sum("delay", 0, 1),), 0, 0)) == everything


@pytest.mark.parametrize(
    ("support", "fault"),
    [
        (SUPPORT, None),
        (Support((Axis("delay"),), 1), None),
        (Support((), 5), f"it names 1 to {AXES_MAX} columns, each once"),
        (Support((AXES[0], AXES[0]), 5), f"it names 1 to {AXES_MAX} columns, each once"),
        (Support((Axis("delay", ("1",), 0, 3),), 5), "`delay` has values and bounds; choose one"),
        (Support((Axis("a", ("1", "1")),), 5), f"the values of `a` are more than {VALUES_MAX}, or one is named twice"),
        (Support((Axis("delay", lower=4, upper=3),), 5), "lower 4 is above upper 3 for `delay`"),
    ],
)
def test_a_support_that_means_nothing_is_told(support: Support, fault: str | None) -> None:
    assert fault_of_support(support) == fault
