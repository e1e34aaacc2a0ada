"""Random queries and tables by seed, DuckDB as the oracle of what they mean."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import numpy as np
from schema import CARRIERS, MONTHS, ORIGINS

from mumian.engines.clustered import BoundedPass, Clustered
from mumian.engines.kernels import MISSING
from mumian.engines.question import Question
from mumian.rooms.cleanroom.plan import AggregatePlan, question

Row = tuple[Any, ...]
"""(tailnum, carrier, origin, month, delay, distance in tenths, engine, seats), None where missing."""

ENGINES = ("jet", "prop")


def rows_of(rng: random.Random) -> list[Row]:
    """Return rows clustered by aircraft; an aircraft's engine and seats are its plane's, None where there is none."""
    planes = {
        unit: rng.choice([(None, None), *((e, s) for e in (None, *ENGINES) for s in (None, 3, 12))])
        for unit in range(8)
    }
    made = []
    for _ in range(rng.randint(0, 60)):
        unit = rng.randint(0, 7)
        pick = lambda values: None if rng.random() < 0.15 else rng.choice(values)  # noqa: E731
        made.append(
            (
                f"N{unit}",
                pick(CARRIERS),
                pick(ORIGINS),
                pick([int(month) for month in MONTHS]),
                pick(range(-30, 61)),
                pick(range(501)),
                *planes[unit],
            )
        )
    return sorted(made, key=lambda row: str(row[0]))


def clustered(rows: Sequence[Row]) -> Clustered:
    """Return rows as the engine has them, planes already looked up."""
    units = sorted({row[0] for row in rows})
    texts = {"carrier": (1, CARRIERS), "origin": (2, ORIGINS), "planes.engine": (6, ENGINES)}
    codes = {
        name: np.array([-1 if row[at] is None else keys.index(row[at]) for row in rows], np.int16)
        for name, (at, keys) in texts.items()
    }
    codes["month"] = np.array([-1 if row[3] is None else MONTHS.index(str(row[3])) for row in rows], np.int16)
    numbers = {"month": 3, "delay": 4, "distance": 5, "planes.seats": 7}
    return Clustered(
        rows=len(rows),
        offsets=np.searchsorted([units.index(row[0]) for row in rows], np.arange(len(units) + 1)),
        unit_ids=np.arange(1, len(units) + 1).astype(np.uint64),
        codes=codes,
        numbers={
            n: np.array([MISSING if r[at] is None else r[at] for r in rows], np.int64) for n, at in numbers.items()
        },
        lists={
            **{n: {k: p for p, k in enumerate(keys)} for n, (_, keys) in texts.items()},
            "month": {m: p for p, m in enumerate(MONTHS)},
        },
    )


def cut_rows(plan: AggregatePlan, table: Clustered) -> set[int]:
    """Return the rows that bounding leaves out, of those that are in a group and satisfy the conditions."""
    asked = question(plan)
    bounded, whole = BoundedPass(table), BoundedPass(table)
    bounded.place(asked)
    whole.place(Question(asked.group_by, asked.where, asked.measures, 0, 0))
    return set(np.flatnonzero((whole.group >= 0) & (bounded.group < 0)).tolist())


def duck(rows: Sequence[Row]) -> duckdb.DuckDBPyConnection:
    """Return DuckDB with these flights, and the planes that they name."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(
        "create table flights(tailnum text, carrier text, origin text, month int, delay int, distance decimal(9,1));"
        "create table planes(tailnum text, engine text, seats int)"
    )
    if rows:
        flights = [(*row[:5], None if row[5] is None else row[5] / 10) for row in rows]
        connection.execute(f"insert into flights values {_literals(flights)}")
        planes = sorted({(row[0], row[6], row[7]) for row in rows}, key=str)
        connection.execute(f"insert into planes values {_literals(planes)}")
    return connection


def _literals(rows: Sequence[Sequence[Any]]) -> str:
    cells = (("NULL" if cell is None else f"'{cell}'" for cell in row) for row in rows)
    return ", ".join(f"({', '.join(row)})" for row in cells)


class Writer:
    """Writes random queries. joined: with planes looked up."""

    def __init__(self, rng: random.Random, *, joined: bool = False) -> None:
        self.rng, self.joined = rng, joined

    def condition(self, depth: int = 3) -> str:
        rng = self.rng
        shape = rng.random()
        if depth and shape < 0.5:
            parts = [self.condition(depth - 1) for _ in range(rng.randint(2, 3))]
            return "(" + rng.choice([" AND ", " OR "]).join(parts) + ")"
        if depth and shape < 0.65:
            return f"NOT {self.condition(depth - 1)}" if rng.random() < 0.5 else f"(NOT ({self.condition(depth - 1)}))"
        return self.comparison()

    def comparison(self) -> str:
        rng = self.rng
        if rng.random() < 0.04:
            return rng.choice(["TRUE", "1 = 1", "NULL", "1 > 2", "delay = NULL", "NOT (NULL = 1)"])
        numbers = ["delay", "distance", "month", *(["seats"] if self.joined else [])]
        texts = [("carrier", CARRIERS), ("origin", ORIGINS), *([("engine", ENGINES)] if self.joined else [])]
        if rng.random() < 0.4:
            column, keys = rng.choice(texts)
            some = ", ".join(f"'{key}'" for key in rng.choices(keys, k=rng.randint(1, 2)))
            one = f"'{rng.choice(keys)}'"
            return rng.choice(
                [
                    f"{column} = {one}", f"{column} <> {one}", f"{one} != {column}", f"{column} IN ({some})",
                    f"{column} NOT IN ({some})", f"{column} NOT IN ({some}, NULL)", f"{column} IS NULL",
                    f"{column} IS NOT NULL", f"{column} IS DISTINCT FROM {one}", f"{column} IS NOT DISTINCT FROM {one}",
                ]
            )  # fmt: skip
        column = rng.choice(numbers)
        low, high = (self.number(column) for _ in range(2))
        return rng.choice(
            [
                f"{column} {op} {low}" for op in ("=", "<>", "<", "<=", ">", ">=")
            ]
            + [
                f"{low} < {column}", f"{column} BETWEEN {low} AND {high}", f"{column} NOT BETWEEN {low} AND {high}",
                f"{column} IN ({low}, {high})", f"{column} NOT IN ({low}, {high})", f"{column} IS NULL",
                f"{column} > {low} + 2 * 3", f"{column} < CAST('{low}' AS DECIMAL(9,2))", f"{column} IS NOT NULL",
                f"{column} BETWEEN NULL AND {high}", f"NOT {column} BETWEEN {low} AND NULL",
                f"{column} IS NOT DISTINCT FROM {low}",
            ]
        )  # fmt: skip

    def number(self, column: str) -> str:
        rng = self.rng
        return {
            "delay": lambda: rng.choice([str(rng.randint(-32, 62)), f"{rng.randint(-5, 5)}.5"]),
            "distance": lambda: f"{rng.randint(0, 50)}.{rng.randint(0, 99):02d}",
            "month": lambda: str(rng.randint(0, 5)),
            "seats": lambda: str(rng.choice([0, 3, 5, 12, 13])),
        }[column]()

    def figures(self) -> Iterator[str]:
        rng = self.rng
        number = lambda: rng.choice(["delay", "distance", *(["seats"] if self.joined else [])])  # noqa: E731
        unit = "flights.tailnum" if self.joined else "tailnum"
        choices = [
            lambda: "COUNT(*)", lambda: f"COUNT({number()})", lambda: f"COUNT(DISTINCT {unit})",
            lambda: f"COALESCE(SUM({number()}), 0)", lambda: f"AVG({number()})", lambda: f"VAR_POP({number()})",
            lambda: f"VARIANCE({number()})", lambda: f"STDDEV_POP({number()})", lambda: "COUNT(carrier)",
            lambda: f"AVG({number()}) / NULLIF(COUNT(*), 3) + 1", lambda: "ROUND(COALESCE(SUM(delay), 0) / 8, 2)",
            lambda: "CASE WHEN COUNT(*) > 3 THEN 'many' WHEN COUNT(*) > 0 THEN 'few' ELSE 'none' END",
            lambda: "COUNT(*) > COUNT(delay)", lambda: f"QUANTILE_DISC({number()}, 0.{rng.randint(1, 9)})",
            lambda: "GREATEST(COUNT(*), 2) - LEAST(COUNT(delay), 2)", lambda: "CAST(COUNT(*) AS VARCHAR)",
        ]  # fmt: skip
        for _ in range(rng.randint(1, 4)):
            yield rng.choice(choices)()

    def groups(self) -> list[str]:
        choices = ["carrier", "origin", "month", "FLOOR(delay / 20)", "FLOOR(distance / 12.5) * 12.5"]
        choices += ["engine"] if self.joined else []
        return self.rng.sample(choices, self.rng.choice([0, 1, 1, 2]))

    def query(self) -> tuple[str, int]:
        """Return a query whose first columns are what it groups by, and how many these are."""
        rng, groups = self.rng, self.groups()
        joins = f" {rng.choice(['JOIN', 'LEFT JOIN'])} planes USING (tailnum)" if self.joined else ""
        items = [
            *(f"{each} AS g{n}" for n, each in enumerate(groups)),
            *(f"{f} AS f{n}" for n, f in enumerate(self.figures())),
        ]
        where = f" WHERE {self.condition()}" if rng.random() < 0.8 else ""
        by = f" GROUP BY {', '.join(groups)}" if groups else ""
        having = f" HAVING COUNT(*) >= {rng.randint(1, 3)}" if groups and rng.random() < 0.4 else ""
        return f"SELECT {', '.join(items)} FROM flights{joins}{where}{by}{having}", len(groups)
