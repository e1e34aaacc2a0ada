"""One question has one plan, byte for byte, however it is written; so that asking it again costs nothing."""

from __future__ import annotations

import random

import pytest
from asking import Writer
from hypothesis import given, settings
from hypothesis import strategies as st
from schema import OPTIONS, ask, compiled

from mumian.engines.question import Count, Filter, GroupKey, Op, Sum, Units
from mumian.kernel.canonical import canonical
from mumian.sql.compiling import Compiled, Options

SAME = [
    ("delay > 5", "delay >= 6", "NOT delay <= 5", "5 < delay", "NOT (delay < 6)", "(delay) > (5)", "delay > 5.5", "delay > 2 + 3",
     "delay >= 5.0001", "delay > 5 AND delay > 5", "delay > 5 AND delay > 1", "delay > 5 OR delay > 7", "delay > '5'",
     "delay > 5 AND 1 = 1", "delay > 5 OR FALSE", "delay > CAST('5' AS INTEGER)", "NOT NOT delay > 5", "DELAY > 5",
     '"delay" > 5', "flights.delay > 5", "delay > 5 AND delay IS NOT NULL", "delay NOT IN (5) AND delay >= 5"),
    ("month = 2", "month IN (2)", "month IN (2, 2, NULL)", "month BETWEEN 2 AND 2", "month > 1 AND month < 3", "NOT month <> 2",
     "month IN (1, 2) AND month IN (2, 3)", "month IS NOT DISTINCT FROM 2", "2 = month"),
    ("carrier <> 'AA'", "carrier NOT IN ('AA')", "NOT carrier = 'AA'", "carrier IN ('UA', 'DL')", "carrier = 'DL' OR carrier = 'UA'",
     "NOT (carrier IN ('AA', 'AA'))", "carrier IS DISTINCT FROM 'AA' AND carrier IS NOT NULL"),
    ("delay < 0 AND (origin = 'JFK' OR month = 1)", "(month = 1 OR origin = 'JFK') AND delay < 0",
     "(delay < 0 AND month = 1) OR (delay < 0 AND origin = 'JFK')", "NOT (delay >= 0 OR (origin <> 'JFK' AND month <> 1)) AND delay < 0"
     " OR delay < 0 AND (origin = 'JFK' OR month = 1)"),
    ("delay BETWEEN 0 AND 9", "delay >= 0 AND delay <= 9", "delay > -1 AND delay < 10", "NOT delay NOT BETWEEN 0 AND 9",
     "delay BETWEEN 0 AND 20 AND delay BETWEEN -5 AND 9", "delay IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)", "delay BETWEEN 0 AND 4 OR delay BETWEEN 5 AND 9"),
    ("TRUE", "1 = 1", "NOT FALSE", "delay > 3 OR TRUE", "delay > 3 OR delay <= 3 OR delay IS NULL", "carrier IS NULL OR carrier IS NOT NULL"),
    ("distance > 12.55", "distance >= 12.6", "distance > 12.5"),
    ("delay = 1 OR month = 1", "month = 1 OR delay = 1", "NOT (delay <> 1 AND month <> 1) OR delay = 1 OR month = 1"),
]  # fmt: skip

QUERIES = [
    ("SELECT carrier, COUNT(*), AVG(delay) FROM flights GROUP BY carrier",
     "select avg(delay) as a, count(*) as n, carrier from flights group by carrier",
     "SELECT c, s / k AS mean, n FROM (SELECT carrier AS c, SUM(delay) s, COUNT(delay) k, COUNT(*) n FROM flights GROUP BY 1) x",
     "WITH f AS (SELECT carrier AS c, delay AS d FROM flights) SELECT c, COUNT(*), AVG(d), SUM(d) FROM f GROUP BY c ORDER BY 2 DESC LIMIT 1",
     "SELECT f.carrier x, COUNT(*), AVG(f.delay) FROM flights AS f GROUP BY x HAVING COUNT(*) > 3",
     "SELECT carrier, COUNT(*), AVG(delay), SUM(delay) / COUNT(delay) FROM flights GROUP BY ALL",
     "FROM flights SELECT carrier, COUNT(1), AVG(delay) GROUP BY carrier -- a comment",
     "SELECT carrier, COUNT(*) + COUNT(*), AVG(delay) FROM flights WHERE carrier IN ('UA', 'DL', 'AA') GROUP BY carrier",
     "SELECT carrier, COUNT(*), AVG(delay) FROM flights WHERE carrier IS NOT NULL AND tailnum IS NOT NULL GROUP BY carrier",
     "SELECT carrier, COUNT(tailnum), AVG(delay) FROM flights LEFT JOIN planes USING (tailnum) GROUP BY carrier"),
    ("SELECT carrier, origin, COUNT(*) FROM flights GROUP BY carrier, origin", "SELECT origin, carrier, COUNT(*) FROM flights GROUP BY 1, 2",
     "SELECT COUNT(*), origin, carrier FROM flights GROUP BY origin, carrier", "SELECT COUNT(*) FROM flights GROUP BY origin, carrier, origin"),
    ("SELECT COUNT(delay), SUM(delay) FROM flights WHERE delay > 5", "SELECT SUM(delay), COUNT(*) FROM flights WHERE delay > 5",
     "SELECT AVG(delay) FROM flights WHERE delay > 5", "SELECT AVG(delay) FILTER (WHERE delay > 5) FROM flights",
     "WITH a AS (SELECT * FROM flights WHERE delay > 0), b AS (SELECT delay AS d FROM a WHERE delay >= 6) SELECT AVG(d) FROM b"),
    ("SELECT engine, COUNT(*) FROM flights f JOIN planes p ON f.tailnum = p.tailnum GROUP BY engine",
     "SELECT p.engine, COUNT(*) FROM planes p JOIN flights f ON p.tailnum = f.tailnum GROUP BY 1",
     "SELECT engine, COUNT(*) FROM planes JOIN flights USING (tailnum) GROUP BY engine",
     "SELECT engine, COUNT(*) FROM flights LEFT JOIN planes USING (tailnum) GROUP BY engine",
     "WITH p AS (SELECT tailnum AS t, engine AS e FROM planes) SELECT e, COUNT(*) FROM flights JOIN p ON t = flights.tailnum GROUP BY e"),
    ("SELECT WIDTH_BUCKET(delay, 0, 60, 3) b, COUNT(*) FROM flights GROUP BY b",
     "SELECT HISTOGRAM(delay, 0, 60, 3), COUNT(*) FROM flights",
     "SELECT WIDTH_BUCKET(delay, 0, 60, 3) * 20, COUNT(*) FROM flights WHERE delay >= 0 GROUP BY WIDTH_BUCKET(delay, 0, 60, 3) * 20",
     "SELECT FLOOR(delay / 20), COUNT(*) FROM flights WHERE delay BETWEEN 0 AND 59 GROUP BY 1"),
    ("SELECT MEDIAN(delay) FROM flights", "SELECT QUANTILE_CONT(delay, 0.9), PERCENTILE_DISC(0.1) WITHIN GROUP (ORDER BY delay) FROM flights",
     "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY delay DESC) FROM flights"),
    ("SELECT VAR_POP(delay) FROM flights", "SELECT STDDEV(delay), AVG(delay) FROM flights", "SELECT VARIANCE(delay), SUM(delay) FROM flights"),
]  # fmt: skip


def plan_bytes(text: str) -> bytes:
    return canonical(compiled(text).plan)


@pytest.mark.parametrize("ways", SAME, ids=lambda ways: ways[0])
def test_ways_to_write_a_condition_are_one_plan(ways: tuple[str, ...]) -> None:
    made = {plan_bytes(f"SELECT COUNT(*), SUM(distance) FROM flights WHERE {way}"): way for way in reversed(ways)}
    assert list(made.values()) == [ways[0]]


@pytest.mark.parametrize("ways", QUERIES, ids=lambda ways: ways[0])
def test_ways_to_write_a_query_are_one_plan(ways: tuple[str, ...]) -> None:
    made = {plan_bytes(way): way for way in reversed(ways)}
    assert list(made.values()) == [ways[0]]


def rewritten(rng: random.Random, text: str) -> str:
    """Return a boolean expression over named parts that means the same by SQL's three values."""
    shape = rng.randrange(8)
    return {
        0: lambda: f"({text})",
        1: lambda: f"NOT (NOT ({text}))",
        2: lambda: f"({text} AND ({text}))",
        3: lambda: f"(({text}) OR ({text}))",
        4: lambda: f"(TRUE AND ({text}))",
        5: lambda: f"(({text}) OR NULL = 1)",
        6: lambda: f"(({text}) AND (({text}) OR delay = 17))",
        7: lambda: f"(({text}) OR (({text}) AND origin = 'JFK'))",
    }[shape]()


def tree(rng: random.Random, depth: int, twisted: random.Random | None) -> str:
    """Return a condition by seed; `twisted` writes the same one in another way."""
    if depth and rng.random() < 0.7:
        op, count = rng.choice(["AND", "OR"]), rng.randint(2, 3)
        parts = [tree(rng, depth - 1, twisted) for _ in range(count)]
        if twisted is not None:
            twisted.shuffle(parts)
            if twisted.random() < 0.4:
                other = "OR" if op == "AND" else "AND"
                return f"(NOT ({f' {other} '.join(f'NOT ({part})' for part in parts)}))"
        made = f"({f' {op} '.join(parts)})"
    else:
        made = Writer(rng).comparison()
    return rewritten(twisted, made) if twisted is not None and twisted.random() < 0.3 else made


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_condition_rewritten_by_the_laws_of_logic_is_one_plan(seed: int, twist: int) -> None:
    plain, twisted = (
        f"SELECT COUNT(*) FROM flights WHERE {tree(random.Random(seed), 2, rng)}"
        for rng in (None, random.Random(twist))
    )
    first, second = ask(plain), ask(twisted)
    if isinstance(first, Compiled) and isinstance(second, Compiled):
        assert canonical(first.plan) == canonical(second.plan), (plain, twisted)
    else:
        reasons = {made.refused.refusal.name for made in (first, second) if not isinstance(made, Compiled)}
        assert reasons <= {"ASKS_NOTHING", "CONDITION_TOO_LARGE", "TOO_DEEP"}, (plain, twisted)
        assert reasons != {"ASKS_NOTHING"} or type(first) is type(second), (plain, twisted)


def test_a_grouped_list_shrinks_to_what_conditions_leave() -> None:
    plan = compiled("SELECT carrier, COUNT(*) FROM flights WHERE carrier <> 'DL' AND month > 2 GROUP BY carrier").plan
    assert plan.group_by == (GroupKey("carrier", ("AA", "UA")),)
    assert plan.where == (Filter("month", Op.GE, 3),)
    assert plan.l0 == 2


def test_keys_without_a_list_are_found_and_cost_a_delta_and_a_count_of_units() -> None:
    plan = compiled("SELECT dest, SUM(delay) FROM flights GROUP BY dest").plan
    assert plan.group_by == (GroupKey("dest"),)
    assert plan.delta_femto == OPTIONS.delta_femto
    assert set(plan.measures) == {Sum("delay", -30, 60), Units()}


def test_a_condition_is_written_with_the_comparisons_and_literals_that_rules_allow() -> None:
    assert compiled("SELECT COUNT(*) FROM flights WHERE grade >= 4").plan.where == (Filter("grade", Op.GT, 3),)
    between = compiled("SELECT COUNT(*) FROM flights WHERE delay BETWEEN 0 AND 5").plan
    assert between.where == (Filter("delay", Op.BETWEEN, (0, 5)),)


def test_more_groups_of_a_unit_than_there_are_change_nothing() -> None:
    text = "SELECT COUNT(*) FROM flights"
    assert compiled(text, options=Options(l0=9, linf_rows=4, rho_nano=10)).plan.l0 == 1
    assert compiled(text).plan.measures == (Count(),)
