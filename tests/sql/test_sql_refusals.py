"""Every refusal of SQL is reached, names its place, and comes before those that follow it."""

from __future__ import annotations

import string

import msgspec
import pytest
from schema import OPTIONS, PARTY, TABLES, ask, compiled, refused

from mumian.engines.question import Units
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule
from mumian.rooms.cleanroom.plan import Mechanism, Mode
from mumian.sql.compiling import Compiled, Options, compile_sql
from mumian.sql.refusals import SqlRefusal, SqlRefused

F = "FROM flights"
EXACT = Options(mode=Mode.EXACT)
LAPLACE = Options(l0=1, linf_rows=1, rho_nano=10**6, mechanism=Mechanism.LAPLACE)
CROSSED = " OR ".join(f"(delay = {n} AND month = {n} AND distance = {n})" for n in range(12))

TABLE = [
    ("TEXT_TOO_LONG", "SELECT " + " " * 30_000, 1, 1),
    ("CHARACTER_FORBIDDEN", "SELECT COUNT(*)\x00 FROM flights", 1, 16),
    ("NOT_READABLE", f"SELECT COUNT(*) {F}\nWHERE delay >", 2, 13),
    ("NOT_READABLE", f"SELECT COUNT(*) {F} WHERE carrier = 'AA", 1, 46),
    ("TOO_MANY_WORDS", f"SELECT COUNT(*) {F} WHERE delay IN ({', '.join(['1'] * 3_000)})", 1, None),
    ("TOO_DEEP", f"SELECT COUNT(*) {F} WHERE {'(' * 20}delay > 1{')' * 20}", 1, None),
    ("TOO_DEEP", f"SELECT COUNT(*) {F} WHERE {'NOT ' * 20}delay > 1", 1, None),
    ("LITERAL_TOO_LONG", f"SELECT COUNT(*) {F} WHERE delay > 1e999", 1, 44),
    ("LITERAL_TOO_LONG", f"SELECT COUNT(*) {F} WHERE delay > 9007199254740993", 1, 44),
    ("HINT", f"SELECT /*+ FAST */ COUNT(*) {F}", 1, None),
    ("NOT_A_SELECT", "DROP TABLE flights", 1, 1),
    ("NOT_A_SELECT", "", 1, None),
    ("SEVERAL_STATEMENTS", f"SELECT COUNT(*) {F}; DROP TABLE flights", 1, 31),
    ("PARAMETER", f"SELECT COUNT(*) {F} WHERE delay > $1", 1, None),
    ("SET_OPERATION", f"SELECT COUNT(*) {F} UNION ALL SELECT COUNT(*) {F}", 1, None),
    ("WINDOW", f"SELECT COUNT(*) OVER () {F}", 1, 8),
    ("CLAUSE", f"SELECT COUNT(*) {F} QUALIFY TRUE", 1, None),
    ("CLAUSE", f"SELECT carrier, COUNT(*) {F} GROUP BY ROLLUP (carrier)", 1, 48),
    ("DISTINCT_ROWS", f"SELECT DISTINCT carrier {F}", 1, None),
    ("SUBQUERY", f"SELECT COUNT(*) {F} WHERE delay > (SELECT AVG(delay) {F})", 1, 44),
    ("CTE_FORM", f"WITH RECURSIVE a AS (SELECT delay {F}) SELECT COUNT(*) FROM a", 1, None),
    ("NO_TABLE", "SELECT COUNT(*)", 1, 1),
    ("SOURCE_FORM", "SELECT COUNT(*) FROM read_csv('/etc/passwd')", 1, 22),
    ("JOIN_KIND", f"SELECT COUNT(*) {F} CROSS JOIN planes", 1, None),
    ("JOIN_KIND", f"SELECT COUNT(*) {F} FULL JOIN planes USING (tailnum)", 1, None),
    ("JOIN_KIND", f"SELECT COUNT(*) {F} a JOIN flights b USING (tailnum)", 1, None),
    ("JOIN_CONDITION", f"SELECT COUNT(*) {F} JOIN planes p ON p.tailnum = flights.tailnum AND seats > 5", 1, 79),
    ("COLUMN_AMBIGUOUS", f"SELECT COUNT(*) {F} f JOIN planes p ON f.tailnum = p.tailnum WHERE tailnum IS NULL", 1, 77),
    ("COLUMN_SOURCE", f"SELECT COUNT(x.delay) {F}", 1, 14),
    ("ROWS_WANTED", f"SELECT carrier {F}", 1, 1),
    ("PROJECTION", f"WITH a AS (SELECT delay * 2 AS d {F}) SELECT SUM(d) FROM a", 1, 19),
    ("STAR", f"SELECT *, COUNT(*) {F}", 1, 8),
    ("AGGREGATED_AGAIN", f"WITH a AS (SELECT COUNT(*) n {F}) SELECT AVG(n) FROM a", 1, 51),
    ("AGGREGATE_PLACE", f"SELECT COUNT(*) {F} WHERE COUNT(*) > 5", 1, 36),
    ("GROUP_FORM", f"SELECT COUNT(*) {F} GROUP BY lower(carrier)", 1, None),
    ("GROUP_NEEDS_BINS", f"SELECT delay, COUNT(*) {F} GROUP BY delay", 1, 46),
    ("GROUP_TWICE", f"SELECT COUNT(*) {F} GROUP BY FLOOR(delay / 10), FLOOR(delay / 20)", 1, 58),
    ("BINS_FORM", f"SELECT COUNT(*) {F} GROUP BY WIDTH_BUCKET(delay, 10, 0, 5)", 1, 39),
    ("BINS_FORM", f"SELECT COUNT(*) {F} GROUP BY WIDTH_BUCKET(delay, 0, 3, 5)", 1, 39),
    ("NOT_GROUPED", f"SELECT origin, COUNT(*) {F} GROUP BY carrier", 1, 8),
    ("EXTREME", f"SELECT MAX(delay) {F}", 1, 8),
    ("DISTINCT_OTHER", f"SELECT COUNT(DISTINCT dest) {F}", 1, 23),
    ("CONDITIONAL", f"SELECT SUM(CASE WHEN delay > 5 THEN 1 ELSE 0 END) {F}", 1, 8),
    ("CONDITIONAL", f"SELECT COUNT(*), COUNT(*) FILTER (WHERE delay > 5) {F}", 1, 18),
    ("AGGREGATE_OF", f"SELECT SUM(delay + distance) {F}", 1, 12),
    ("QUANTILE_FORM", f"SELECT QUANTILE_CONT(delay, 1.5) {F}", 1, 8),
    ("NO_BOUNDS", f"SELECT SUM(weight) {F}", 1, 8),
    ("FUNCTION", f"SELECT STRING_AGG(tailnum) {F}", 1, None),
    ("PATTERN", f"SELECT COUNT(*) {F} WHERE carrier LIKE 'A%'", 1, 36),
    ("COLUMNS_COMPARED", f"SELECT COUNT(*) {F} WHERE delay > distance", 1, 36),
    ("COMPUTED_COLUMN", f"SELECT COUNT(*) {F} WHERE delay * 2 > 5", 1, 36),
    ("ORDER_OF_TEXT", f"SELECT COUNT(*) {F} WHERE carrier < 'B'", 1, None),
    ("LITERAL_KIND", f"SELECT COUNT(*) {F} WHERE delay = 'soon'", 1, 44),
    ("CONDITION_FORM", f"SELECT COUNT(*) {F} WHERE delay", 1, 36),
    ("CONDITION_TOO_LARGE", f"SELECT COUNT(*) {F} WHERE {CROSSED}", 1, None),
    ("ASKS_NOTHING", f"SELECT COUNT(*) {F} WHERE delay > 5 AND delay < 3", 1, None),
    ("EXPRESSION", f"SELECT COUNT(*) % 2 {F}", 1, 8),
    ("LIMIT_FORM", f"SELECT carrier, COUNT(*) {F} GROUP BY 1 LIMIT 1.5", 1, None),
    ("POSITION", f"SELECT carrier, COUNT(*) {F} GROUP BY 7", 1, 48),
    ("NAME_TWICE", f"SELECT COUNT(*) AS n, SUM(delay) AS n {F}", 1, None),
    ("NOTHING_MEASURED", f"SELECT carrier {F} GROUP BY carrier", 1, None),
    ("NO_UNIT", "SELECT COUNT(*) FROM stations", 1, None),
]  # fmt: skip
BY_OPTIONS = [
    ("DELTA_NEEDED", f"SELECT dest, COUNT(*) {F} GROUP BY dest", Options(l0=1, linf_rows=1, rho_nano=10)),
    ("FOUND_EXACTLY", f"SELECT dest, COUNT(*) {F} GROUP BY dest", EXACT),
    ("GAUSSIAN_NEEDED", f"SELECT MEDIAN(delay) {F}", LAPLACE),
    ("BOUNDS_NEEDED", f"SELECT COUNT(*) {F}", Options(l0=0, linf_rows=1, rho_nano=10)),
    ("RHO_TOO_SMALL", f"SELECT COUNT(*), SUM(delay) {F}", Options(l0=1, linf_rows=1, rho_nano=1)),
    ("TOO_MANY_CELLS", f"SELECT QUANTILE_CONT(distance, 0.5) {F} GROUP BY FLOOR(distance / 0.1), carrier, origin, month, FLOOR(delay)", OPTIONS),
]  # fmt: skip
BY_RULES = [
    ("COLUMN_DENIED", f"SELECT COUNT(*), SUM(secret) {F}", 22),
    ("COLUMN_DENIED", "SELECT AVG(f.delay) FROM flights f WHERE f.secret = 3", 42),
    ("COMPARISON_DENIED", f"SELECT COUNT(*) {F} WHERE grade = 4", 36),
    ("COLUMN_UNKNOWN", f"SELECT COUNT(*) {F} WHERE nothing = 4", 36),
    ("TABLE_UNKNOWN", "SELECT COUNT(*) FROM nothing", 22),
    ("VALUE_OUTSIDE", f"SELECT COUNT(*) {F} WHERE carrier = 'ZZ'", 46),
    ("NOT_A_NUMBER", f"SELECT SUM(carrier) {F}", 8),
    ("JOIN_NOT_BY_KEY", "SELECT COUNT(*) FROM flights f JOIN planes p ON f.carrier = p.engine", 37),
    ("COLUMN_DENIED", "SELECT dest, COUNT(*) FROM closed GROUP BY dest", 8),
]


@pytest.mark.parametrize(("name", "text", "line", "column"), TABLE)
def test_a_query_that_is_not_answered_is_refused_at_its_place(
    name: str, text: str, line: int, column: int | None
) -> None:
    made = everything(text)
    assert made.refused.refusal.name == name, made.say()
    assert made.line == line
    assert column is None or made.column == column, made.say()
    assert made.say()
    assert made.say("zh")


@pytest.mark.parametrize(("name", "text", "options"), BY_OPTIONS)
def test_a_query_that_the_options_do_not_pay_for_is_refused(name: str, text: str, options: Options) -> None:
    assert refused(text, options=options).refused.refusal.name == name


@pytest.mark.parametrize(("name", "text", "column"), BY_RULES)
def test_what_the_rules_deny_is_refused_where_the_text_says_it(name: str, text: str, column: int) -> None:
    made = everything(text)
    assert made.refused.refusal.name == name, made.say()
    assert made.column == column, made.say()


def everything(text: str) -> SqlRefused:
    """Ask with two more tables: one without a unit, one whose rules allow nothing."""
    flights = TABLES["flights"]
    stations = AnalysisRules("stations", "", flights.columns[1:3], (ColumnRule("carrier", ("filter",)),))  # type: ignore[arg-type]
    closed = msgspec.structs.replace(flights, table="closed", rules=())
    tables = {**TABLES, "stations": stations, "closed": closed}
    made = compile_sql(text, tables, party=PARTY, options=OPTIONS)
    assert isinstance(made, SqlRefused), made
    return made


def test_every_refusal_is_reached() -> None:
    reached = {name for name, *_ in (*TABLE, *BY_OPTIONS)}
    assert {refusal.name for refusal in SqlRefusal} == reached


@pytest.mark.parametrize("refusal", SqlRefusal, ids=lambda refusal: refusal.name)
def test_a_refusal_of_sql_says_the_same_in_english_and_chinese(refusal: SqlRefusal) -> None:
    said = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in (refusal.sentence.en, refusal.sentence.zh)
    ]
    assert said[0] == said[1]


def test_units_are_counted_where_groups_need_some() -> None:
    strict = {**TABLES, "flights": msgspec.structs.replace(TABLES["flights"], units_min=5)}
    made = compile_sql(f"SELECT SUM(delay) {F}", strict, party=PARTY, options=OPTIONS)
    assert isinstance(made, Compiled)
    assert made.plan.units_min == 5
    assert Units() in made.plan.measures


def test_an_exact_plan_costs_nothing_and_cuts_nothing() -> None:
    plan = compiled(f"SELECT carrier, COUNT(*) {F} GROUP BY carrier", options=EXACT).plan
    assert (plan.mode, plan.rho_nano, plan.l0, plan.linf_rows, plan.units_min) == (Mode.EXACT, 0, 0, 0, 3)


def test_names_are_compared_without_case_and_may_be_quoted() -> None:
    assert isinstance(ask('select Count(*) from "FLIGHTS" where "Delay" > 5'), Compiled)
