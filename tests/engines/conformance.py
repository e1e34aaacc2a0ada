"""What every engine must answer, to the integer: a table of questions, odd towns, chance under seeds, each beside a slow oracle.

The oracle is Python over rows: no arrays, no codes, none of our functions. A second one asks a database's window functions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pytest

from mumian.engines.clustered import Clustered, SumMayOverflow, TooManyGroups
from mumian.engines.kernels import MISSING
from mumian.engines.question import (
    Clause,
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

Row = dict[str, Any]
"""`unit`: a number or None. Of each column: text, an integer, or None. `kept`: the row found a partner."""

MASK64 = 2**64 - 1
LISTS = {
    "route": ("A-B", "A-C", "B-C"),
    "month": ("1", "2", "3"),
    "weather.sky": ("clear", "cloud", "fog", "rain"),
}
DICTIONARY = ("a", "b", "c", "d", "e")
"""The values of `city`, which has no public list."""

TEXTS = ("route", "city", "weather.sky")
NUMBERS = ("month", "delay", "weather.wind")
"""`month` is both: a list to group by, and a number to compare. Its value 4 is not in the list."""


class Town(NamedTuple):
    """A table as rows. files: shards that an engine should make of it, where it makes any."""

    name: str
    rows: list[Row]
    files: int = 3
    joined: bool = True


Adds = Callable[[Question, Town, int], list[int]]
"""What an engine answers: the question, the table, the parts that will be added up."""


def random_row(rng: random.Random, unit: int | None) -> Row:
    return {
        "unit": unit,
        "route": rng.choice((*LISTS["route"], None)),
        "city": rng.choice((*DICTIONARY, None)),
        "month": rng.choice((1, 2, 3, 4, None)),
        "delay": rng.choice((None, rng.randint(-50, 300), rng.randint(-(2**40), 2**40))),
        "weather.sky": rng.choice((*LISTS["weather.sky"], None)),
        "weather.wind": rng.choice((None, *range(0, 60, 7))),
        "kept": rng.random() < 0.9,
    }


def random_town(name: str, *, rows: int, units: int, files: int = 3, joined: bool = True) -> Town:
    rng = random.Random(name)
    chosen = [rng.choice((None, *range(units))) for _ in range(rows)]
    return Town(name, [random_row(rng, unit) for unit in chosen], files, joined)


def unit_id(unit: int) -> int:
    return (unit + 1) * 0x9E3779B97F4A7C15 & MASK64


def clustered(town: Town) -> Clustered:
    """Return a town as engines have it."""
    rows = sorted(town.rows, key=lambda row: (row["unit"] is None, row["unit"] or 0))
    units = sorted({row["unit"] for row in rows} - {None})
    sizes = [sum(row["unit"] == unit for row in rows) for unit in units]
    places = {column: {value: place for place, value in enumerate(values)} for column, values in LISTS.items()}
    dictionaries = {**places, "city": {value: place for place, value in enumerate(DICTIONARY)}}
    return Clustered(
        rows=len(rows),
        offsets=np.cumsum([0, *sizes], dtype=np.int64),
        unit_ids=np.array([unit_id(unit) for unit in units], np.uint64),
        codes={
            column: np.array(
                [known.get(_text(row[column]), -1) for row in rows], np.int32 if column == "city" else np.int16
            )
            for column, known in dictionaries.items()
        },
        numbers={
            column: np.array([MISSING if row[column] is None else row[column] for row in rows], np.int64)
            for column in NUMBERS
        },
        lists=places,
        sizes={"city": len(DICTIONARY)},
        kept=np.array([row["kept"] for row in rows], np.bool_) if town.joined else None,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


# the oracle


Group = tuple[int, ...]
"""A place for each key: in its list, its bins, its dictionary."""


def size_of(key: GroupKey) -> int:
    """Places that a column has, asked for or not."""
    if key.edges:
        return len(key.edges) - 1
    return len(DICTIONARY) if key.column == "city" else len(LISTS[key.column])


def places_of(key: GroupKey) -> list[int]:
    """The places that a key asks for, in the order of the answer."""
    if key.values:
        return [LISTS[key.column].index(value) for value in key.values]
    return list(range(size_of(key)))


def place_of(key: GroupKey, row: Row) -> int | None:
    """Where a row falls, or None: nowhere that was asked for."""
    value = row[key.column]
    if value is None:
        return None
    if key.edges:
        bins = zip(key.edges, key.edges[1:], strict=False)
        return next((nth for nth, (low, high) in enumerate(bins) if low <= value < high), None)
    known = DICTIONARY if key.column == "city" else LISTS[key.column]
    place = known.index(str(value)) if str(value) in known else None
    return place if place in places_of(key) else None


def group_of(question: Question, row: Row) -> Group | None:
    group = tuple(place_of(key, row) for key in question.group_by)
    return None if None in group else group  # type: ignore[return-value]


def holds(clause: Clause, row: Row) -> bool:
    if isinstance(clause, tuple):
        return any(holds(each, row) for each in clause)
    found, asked = row[clause.column], clause.value
    if clause.op is Op.MISSING or found is None:
        return found is None and clause.op is Op.MISSING
    several = asked if isinstance(asked, tuple) else (asked,)
    match clause.op:
        case Op.PRESENT:
            return True
        case Op.EQ | Op.IN:
            return found in several
        case Op.NE | Op.NOT_IN:
            return found not in several
        case Op.BETWEEN:
            return bool(several[0] <= found <= several[1])
        case Op.LT:
            return bool(found < asked)
        case Op.LE:
            return bool(found <= asked)
        case Op.GT:
            return bool(found > asked)
        case _:
            return bool(found >= asked)


def stay(question: Question, town: Town) -> dict[Group, list[Row]]:
    """Return the rows of every group that count: of a unit the groups that come first, of each of these the first rows, and
    of all these together the first."""
    asked = [row for row in town.rows if row["unit"] is not None and (row["kept"] or not town.joined)]
    asked = [row for row in asked if all(holds(clause, row) for clause in question.where)]
    staying: dict[Group, list[Row]] = {}
    for unit in {row["unit"] for row in asked}:
        of_unit = [(group_of(question, row), row) for row in asked if row["unit"] == unit]
        within = [(group, row) for group, row in of_unit if group is not None]
        if question.l0:
            groups = list(dict.fromkeys(group for group, _ in within))[: question.l0]
            by_group = [[row for other, row in within if other == group] for group in groups]
            first = {id(row) for rows in by_group for row in rows[: question.linf_rows]}
            within = [(group, row) for group, row in within if id(row) in first]
            within = within[: question.rows_max] if question.rows_max else within
        for group, row in within:
            staying.setdefault(group, []).append(row)
    return staying


def figure(measure: Measure, rows: list[Row]) -> list[int]:
    """Return a measure's values over rows."""
    if isinstance(measure, Units):
        return [len({row["unit"] for row in rows})]
    if isinstance(measure, Count) and not measure.column:
        return [len(rows)]
    present = [row[measure.column] for row in rows if row[measure.column] is not None]
    match measure:
        case Sum():
            return [sum(sorted((measure.lower, value, measure.upper))[1] for value in present)]
        case SumSquares():
            middle = (measure.lower + measure.upper) // 2
            return [sum((sorted((measure.lower, value, measure.upper))[1] - middle) ** 2 for value in present)]
        case Histogram():
            out = [0] * (len(measure.edges) - 1)
            for value in present:
                out[sum(edge <= value for edge in measure.edges[1:-1])] += 1
            return out
        case _:
            return [len(present)]


def oracle(question: Question, town: Town) -> list[int]:
    staying = stay(question, town)
    groups = list(product(*(places_of(key) for key in question.group_by)))
    return [value for m in question.measures for group in groups for value in figure(m, staying.get(group, []))]


# the second oracle: window functions of a database

SQL = """
WITH asked AS (
    SELECT *, CASE WHEN delay IS NOT NULL THEN greatest(-60, least(120, delay)) END AS delay_clamped
    FROM town WHERE unit IS NOT NULL AND route IS NOT NULL AND sky IS NOT NULL AND kept
    AND (wind >= 14 OR city IS NULL) AND (delay IS NULL OR delay <> 7)
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY unit, route, sky ORDER BY nth) AS row_of_group,
        min(nth) OVER (PARTITION BY unit, route, sky) AS first_of_group FROM asked
), ranked AS (
    SELECT *, dense_rank() OVER (PARTITION BY unit ORDER BY first_of_group) AS group_of_unit FROM numbered
), bounded AS (
    SELECT *, row_number() OVER (PARTITION BY unit ORDER BY nth) AS row_of_unit
    FROM ranked WHERE row_of_group <= 2 AND group_of_unit <= 3
)
SELECT route, sky, count(*), count(DISTINCT unit), count(delay),
    CAST(coalesce(sum(delay_clamped), 0) AS BIGINT),
    CAST(coalesce(sum((delay_clamped - 30) * (delay_clamped - 30)), 0) AS BIGINT)
FROM bounded WHERE row_of_unit <= 4 GROUP BY route, sky ORDER BY route, sky
"""
"""What SQL_QUESTION asks."""

SQL_TYPES = "nth BIGINT, unit BIGINT, route STRING, city STRING, delay BIGINT, sky STRING, wind BIGINT, kept BOOLEAN"


def sql_rows(town: Town) -> list[tuple[Any, ...]]:
    """Return the rows of the table that SQL reads."""
    names = ("unit", "route", "city", "delay", "weather.sky", "weather.wind", "kept")
    return [(nth, *(row[name] for name in names)) for nth, row in enumerate(town.rows)]


def answer_of_sql(found: Sequence[Sequence[Any]]) -> list[int]:
    """Return what SQL found in the order of an engine's answer, groups without rows included."""
    by_group = {(row[0], row[1]): row[2:] for row in found}
    groups = list(product(LISTS["route"], LISTS["weather.sky"]))
    return [int(by_group.get(group, (0,) * 5)[nth]) for nth in range(5) for group in groups]


def ask_duckdb(town: Town) -> list[int]:
    with duckdb.connect() as db:
        db.execute(f"CREATE TABLE town ({SQL_TYPES})")
        db.executemany("INSERT INTO town VALUES (?, ?, ?, ?, ?, ?, ?, ?)", sql_rows(town))
        return answer_of_sql(db.execute(SQL).fetchall())


# what is asked

ROUTE, SKY = GroupKey("route", LISTS["route"]), GroupKey("weather.sky", LISTS["weather.sky"])
SOME_MONTHS = GroupKey("month", ("3", "1"))
WIND = GroupKey("weather.wind", edges=(0, 10, 30, 50))
FOUND_CITY, FOUND_ROUTE = GroupKey("city"), GroupKey("route")
DELAYS = Sum("delay", -60, 120)
EVERY: tuple[Measure, ...] = (
    Count(),
    Count("delay"),
    Count("route"),
    Units(),
    DELAYS,
    SumSquares("delay", -60, 121),
    Histogram("delay", (-30, 0, 30, 120)),
)


def asks(
    *group_by: GroupKey,
    where: tuple[Clause, ...] = (),
    measures: tuple[Measure, ...] = EVERY,
    l0: int = 3,
    linf_rows: int = 2,
    rows_max: int = 0,
) -> Question:
    return Question(group_by, where, measures, l0, linf_rows, rows_max)


SQL_QUESTION = asks(
    ROUTE,
    SKY,
    where=(
        (Filter("weather.wind", Op.GE, 14), Filter("city", Op.MISSING)),
        (Filter("delay", Op.MISSING), Filter("delay", Op.NE, 7)),
    ),
    measures=(Count(), Units(), Count("delay"), DELAYS, SumSquares("delay", -60, 120)),
    rows_max=4,
)

QUESTIONS: dict[str, Question] = {
    "no groups": asks(),
    "groups by list": asks(ROUTE),
    "groups by a part of a list, turned round": asks(SOME_MONTHS),
    "groups by edges": asks(WIND),
    "groups found in a dictionary": asks(FOUND_CITY),
    "groups found in a list": asks(FOUND_ROUTE),
    "groups by list, edges and found": asks(ROUTE, WIND, FOUND_CITY),
    "groups by a joined column": asks(SKY, SOME_MONTHS),
    "one group a unit": asks(ROUTE, SKY, l0=1, linf_rows=1),
    "one row a group": asks(ROUTE, l0=3, linf_rows=1),
    "bounds that bind nobody": asks(ROUTE, SKY, l0=100, linf_rows=1_000),
    "rows in all": asks(ROUTE, SKY, l0=4, linf_rows=3, rows_max=5),
    "one row in all": asks(ROUTE, l0=3, linf_rows=1, rows_max=1),
    "rows and one sum, which is one pass": asks(ROUTE, SKY, measures=(DELAYS, Count())),
    "one pass, rows in all": asks(ROUTE, SKY, measures=(Count(), DELAYS), l0=4, linf_rows=3, rows_max=5),
    "one pass, filtered": asks(WIND, where=(Filter("delay", Op.PRESENT),), measures=(DELAYS,), l0=2),
    "nothing bounded": asks(ROUTE, FOUND_CITY, l0=0, linf_rows=0),
    "nothing bounded, filtered": asks(ROUTE, where=(Filter("delay", Op.GT, 10),), l0=0, linf_rows=0),
    "a filter that nothing passes": asks(ROUTE, where=(Filter("delay", Op.EQ, 2**52),)),
    "two filters": asks(ROUTE, where=(Filter("delay", Op.GE, 0), Filter("city", Op.PRESENT))),
    "a number outside its list": asks(where=(Filter("month", Op.EQ, 4),)),
    "a clause of three": asks(
        SKY, where=((Filter("route", Op.EQ, "A-B"), Filter("delay", Op.LT, 0), Filter("city", Op.MISSING)),)
    ),
    "two clauses": asks(
        WIND,
        where=(
            (Filter("month", Op.IN, (1, 4)), Filter("weather.wind", Op.NOT_IN, (7, 14))),
            (Filter("weather.sky", Op.NOT_IN, ("fog", "rain")), Filter("delay", Op.BETWEEN, (-20, 90))),
        ),
    ),
    "as a database asks": SQL_QUESTION,
}
NUMBER_FILTERS = [
    *(Filter("weather.wind", op, 21) for op in (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE)),
    Filter("weather.wind", Op.BETWEEN, (7, 28)),
    *(Filter("weather.wind", op, (0, 35, 99)) for op in (Op.IN, Op.NOT_IN)),
    *(Filter("weather.wind", op) for op in (Op.MISSING, Op.PRESENT)),
]
TEXT_FILTERS = [
    *(Filter("route", op, "A-C") for op in (Op.EQ, Op.NE)),
    *(Filter("weather.sky", op, ("rain", "clear")) for op in (Op.IN, Op.NOT_IN)),
    *(Filter("city", op) for op in (Op.MISSING, Op.PRESENT)),
]
BUSY = random_town("busy", rows=240, units=9)
TOWNS = [
    BUSY,
    random_town("one shard", rows=60, units=5, files=1),
    random_town("more shards than units", rows=40, units=2, files=7),
    random_town("nothing joined", rows=90, units=6, joined=False),
    Town("one unit with everything", [{**row, "unit": 0} for row in random_town("u", rows=150, units=1).rows], 2),
    Town("a row a unit", [{**row, "unit": nth} for nth, row in enumerate(random_town("r", rows=80, units=1).rows)], 4),
    Town("rows without units", [{**row, "unit": None} for row in random_town("n", rows=30, units=1).rows], 2),
    Town("no rows", [], 2),
    Town("nothing is there", [{**dict.fromkeys(BUSY.rows[0]), "unit": nth % 3, "kept": True} for nth in range(9)], 2),
    Town("nothing is kept", [{**row, "kept": False} for row in random_town("k", rows=30, units=3).rows], 2),
]


def random_question(rng: random.Random) -> Question:
    every = (ROUTE, SKY, SOME_MONTHS, WIND, FOUND_CITY, FOUND_ROUTE, GroupKey("delay", edges=(-50, 0, 50, 2**41)))
    filters = [*NUMBER_FILTERS, *TEXT_FILTERS]
    where = [tuple(rng.sample(filters, rng.randint(1, 3))) for _ in range(rng.randint(0, 2))]
    return Question(
        group_by=tuple(rng.sample(every, rng.randint(0, 3))),
        where=tuple(clause[0] if len(clause) == 1 else clause for clause in where),
        measures=tuple(rng.sample(EVERY, rng.randint(1, len(EVERY)))),
        l0=(l0 := rng.choice((0, 1, 2, 4))),
        linf_rows=(linf_rows := rng.randint(1, 4) if l0 else 0),
        rows_max=rng.choice((0, rng.randint(linf_rows, l0 * linf_rows))),
    )


class Conformance:
    """The suite. A subclass has a fixture `adds`."""

    @pytest.mark.parametrize("name", QUESTIONS)
    def test_a_question_has_the_oracle_s_answer(self, adds: Adds, name: str) -> None:
        assert adds(QUESTIONS[name], BUSY, 1) == oracle(QUESTIONS[name], BUSY)

    @pytest.mark.parametrize("where", [*NUMBER_FILTERS, *TEXT_FILTERS], ids=lambda each: f"{each.column} {each.op}")
    def test_a_comparison_keeps_the_oracle_s_rows(self, adds: Adds, where: Filter) -> None:
        question = asks(ROUTE, where=(where,), measures=(Count(), DELAYS), l0=2)
        assert adds(question, BUSY, 1) == oracle(question, BUSY)

    @pytest.mark.parametrize("town", TOWNS, ids=lambda town: town.name)
    def test_an_odd_town_has_the_oracle_s_answer(self, adds: Adds, town: Town) -> None:
        for question in (asks(ROUTE, SKY, l0=2), asks(FOUND_CITY, l0=0, linf_rows=0)):
            assert adds(question, town, 1) == oracle(question, town)

    @pytest.mark.parametrize("seed", range(30))
    def test_chance_asks_nothing_that_is_answered_otherwise(self, adds: Adds, seed: int) -> None:
        rng = random.Random(seed)
        town = random_town(f"chance {seed % 5}", rows=120, units=3 + seed % 5, files=1 + seed % 5)
        question = random_question(rng)
        assert adds(question, town, 1) == oracle(question, town)

    def test_a_database_s_window_functions_give_the_same(self, adds: Adds) -> None:
        assert adds(SQL_QUESTION, BUSY, 1) == ask_duckdb(BUSY)

    def test_bounds_bind_where_the_oracle_says_that_they_do(self, adds: Adds) -> None:
        """Otherwise the suite would compare what bounds never touch."""
        free, bound = (adds(asks(ROUTE, SKY, measures=(Count(),), l0=l0, linf_rows=2), BUSY, 1) for l0 in (0, 3))
        assert sum(bound) < sum(free) / 2

    @pytest.mark.parametrize(
        ("question", "parts", "raised"),
        [
            (asks(GroupKey("carrier", ("x",))), 1, KeyError),
            (asks(GroupKey("route", ("Z-Z",))), 1, KeyError),
            (asks(where=(Filter("route", Op.EQ, "Z-Z"),)), 1, KeyError),
            (asks(measures=(Sum("fare", 0, 1),)), 1, KeyError),
            (asks(*(GroupKey("delay", edges=tuple(range(1_001))),) * 3), 1, TooManyGroups),
            (asks(measures=(Sum("delay", 0, 2**51),)), 1, SumMayOverflow),
            (asks(measures=(Count(), SumSquares("delay", 0, 2**30))), 1, SumMayOverflow),
            (asks(measures=(Sum("delay", 0, 2**40),)), 100, SumMayOverflow),
        ],
    )
    def test_what_cannot_be_answered_is_told_by_the_same_exception(
        self, adds: Adds, question: Question, parts: int, raised: type[Exception]
    ) -> None:
        with pytest.raises(raised):
            adds(question, BUSY, parts)

    def test_the_most_that_sums_may_reach_counts_rows_with_units_alone(self, adds: Adds) -> None:
        with_units = sum(row["unit"] is not None for row in BUSY.rows)
        assert with_units < len(BUSY.rows)
        for upper, fits in ((2**52 // with_units, True), (2**52 // with_units + 1, False)):
            question = asks(measures=(Sum("delay", 0, upper),))
            if fits:
                assert adds(question, BUSY, 1) == oracle(question, BUSY)
            else:
                with pytest.raises(SumMayOverflow):
                    adds(question, BUSY, 1)
