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
