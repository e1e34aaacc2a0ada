"""What SQL means here is what DuckDB says it means, over the rows that bounding leaves: to the integer, NULLs included."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from asking import Row, Writer, clustered, cut_rows, duck, rows_of
from schema import ask

from mumian.engines.clustered import totals
from mumian.rooms.cleanroom.plan import question
from mumian.sql.compiling import Compiled, Options
from mumian.sql.presenting import groups_of_totals, present
from mumian.sql.refusals import SqlRefusal

CASES, SEEDS = 40, range(12)


def answered(made: Compiled, rows: list[Row]) -> list[tuple[Any, ...]]:
    table = clustered(rows)
    plan = made.plan
    released = groups_of_totals(plan, totals(question(plan), table).tolist())
    return [tuple(row) for row in present(made, released).rows]


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, float) and (math.isnan(theirs) or math.isinf(theirs)):
        return ours is None
    if isinstance(ours, Fraction) and isinstance(theirs, float):
        return math.isclose(float(ours), theirs, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(theirs, int | Decimal) and not isinstance(theirs, bool):
        return ours == Fraction(theirs)
    return bool(ours == theirs)


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_an_answer_without_noise_is_duckdb_s_over_the_bounded_rows(seed: int, joined: bool) -> None:
    rng = random.Random(f"{seed} {joined}")
    asked = 0
    for _ in range(CASES):
        text, keys = Writer(rng, joined=joined).query()
        options = Options(l0=rng.randint(1, 3), linf_rows=rng.randint(1, 4), rho_nano=10**9, bins=1_000)
        made, rows = ask(text, options=options), rows_of(rng)
        if not isinstance(made, Compiled):
            assert made.refused.refusal is SqlRefusal.ASKS_NOTHING, (text, made.say())
            continue
        asked += 1
        left = cut_rows(made.plan, clustered(rows))
        kept = [row for nth, row in enumerate(rows) if nth not in left]
        expected = {row[:keys]: row[keys:] for row in duck(kept).execute(text).fetchall() if None not in row[:keys]}
        found = {tuple(_plain(key) for key in row[:keys]): row[keys:] for row in answered(made, rows)}
        plain = {tuple(_plain(key) for key in key_of): row for key_of, row in expected.items()}
        assert set(plain) <= set(found), text
        for key, row in plain.items():
            assert all(map(same, found[key], row)), (text, key, found[key], row)
    assert asked > CASES / 3


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)


WHOLE = [
    "SELECT carrier, COUNT(*) AS n FROM flights WHERE carrier IS NOT NULL GROUP BY carrier ORDER BY n DESC, carrier LIMIT 2",
    "WITH a AS (SELECT carrier AS c, delay AS d FROM flights WHERE origin = 'JFK'), b AS (SELECT c, SUM(d) AS s, COUNT(d) AS n FROM a"
    " WHERE c IS NOT NULL GROUP BY c) SELECT c, ROUND(s / n * 8) AS m, s > 0 AS up FROM b WHERE n >= 1 ORDER BY c DESC OFFSET 1",
    "SELECT c, n FROM (SELECT carrier AS c, COUNT(*) AS n FROM flights WHERE carrier <> 'AA' GROUP BY 1 ORDER BY 2 LIMIT 1) WHERE n > 0",
    "SELECT origin AS o, month, COUNT(*) - COUNT(delay) AS gone FROM flights WHERE origin IS NOT NULL AND month < 3 GROUP BY ALL"
    " ORDER BY gone DESC, o, month DESC LIMIT 5",
    "SELECT CASE WHEN COUNT(*) > 1 THEN 'a' END AS x, NULLIF(COUNT(*), COUNT(*)) AS y, COALESCE(NULL, COUNT(*), 1) AS z,"
    " COUNT(*) BETWEEN 1 AND 3 AS b, COUNT(*) IN (1, 2, NULL) AS i, NOT (COUNT(*) > 5 AND NULL) AS k, -ABS(MEDIAN(delay) * 0) AS w FROM flights",
    "SELECT carrier, NULLIF(carrier, 'DL') AS x FROM flights WHERE carrier IS NOT NULL GROUP BY carrier HAVING COUNT(*) > 0 ORDER BY x NULLS FIRST",
    "SELECT CAST(COUNT(*) / 8 AS INTEGER) AS a, CAST(AVG(delay) * 0 + 1.25 AS DECIMAL(9, 1)) AS b, CEIL(COUNT(*) / 8) AS c, FLOOR(-COUNT(*) / 8) AS d"
    " FROM flights WHERE delay IS NOT NULL",
]  # fmt: skip


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_done_with_figures_afterwards_is_what_duckdb_does(text: str) -> None:
    rng = random.Random(text)
    rows = sorted((row for _ in range(20) for row in rows_of(rng)), key=lambda row: str(row[0]))
    made = ask(text, options=Options(l0=1_000, linf_rows=10_000, rho_nano=10**9))
    assert isinstance(made, Compiled), made.say()
    planes = {row[0]: row[6:] for row in rows}
    whole = [(*row[:6], *planes[row[0]]) for row in rows]
    found, expected = answered(made, whole), duck(whole).execute(text).fetchall()
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert all(map(same, ours, theirs)), (ours, theirs)


def test_values_beyond_the_public_bounds_are_clamped_where_they_are_added_up_and_seen_as_they_are_by_conditions() -> (
    None
):
    rows: list[Row] = [(f"N{n}", "AA", "JFK", 1, delay, 5, None, None) for n, delay in enumerate((-100, 0, 700))]
    made = ask("SELECT SUM(delay) AS s, AVG(delay) AS a FROM flights WHERE delay > 60 OR delay < 0")
    assert isinstance(made, Compiled)
    assert answered(made, rows) == [(Fraction(60 - 30), Fraction(15))]
