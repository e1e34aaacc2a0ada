"""A consumer is told what a query would do, by which rules, at what cost, before it costs anything."""

from __future__ import annotations

import random
from fractions import Fraction

import msgspec
import pytest
from schema import OPTIONS, PARTY, TABLES, compiled

from mumian.engines.question import Histogram
from mumian.methods.dp import discrete_gaussian
from mumian.rooms.cleanroom.plan import Mode
from mumian.sql.compiling import Compiled, Options
from mumian.sql.explaining import explain
from mumian.sql.presenting import Group, Table, present, scales
from mumian.sql.refusals import SqlRefused


def test_a_query_is_explained_in_sentences() -> None:
    text = "SELECT carrier, COUNT(*) AS n, AVG(distance) FROM flights WHERE delay > 5 AND (month = 2 OR origin <> 'JFK') GROUP BY carrier"
    made = explain(text, TABLES, party=PARTY, options=OPTIONS)
    assert made.say().splitlines() == [
        "reads `flights` in every domain that holds a part of it",
        "counts only rows where (`month` = 2 or `origin` ≠ 'JFK') and `delay` ≥ 6",
        "groups by `carrier` (3 public values): 3 groups",
        "computes how many rows, how many rows have `distance`, the sum of `distance`, each within 0 to 50",
        "of one `tailnum` at most 3 groups count, and in each 4 rows",
        "rule: `carrier` may be used to aggregate, filter, group, join, output",
        "rule: `month` may be used to aggregate, filter, group, join, output",
        "rule: `origin` may be used to aggregate, filter, group, join, output",
        "rule: `delay` may be used to aggregate, filter, group, join, output",
        "rule: `distance` may be used to aggregate, filter, group, join, output",
        "costs rho 0.5 of each holder's budget, split over 3 measures: (ε, δ) = (5.22, 1.0e-06), gaussian noise",
        "`n`: ±24 with 95 % confidence",
        "`avg(distance)`: its interval comes with the answer",
    ]
    assert len(made.say("zh").splitlines()) == len(made.sentences)
    assert made.rho_nano == OPTIONS.rho_nano
    assert 0 < made.epsilon < 7


def test_a_refused_query_says_where_and_costs_nothing() -> None:
    made = explain("SELECT MIN(delay) FROM flights", TABLES, party=PARTY, options=OPTIONS)
    assert isinstance(made.outcome, SqlRefused)
    assert made.say().startswith("refused: line 1, column 8")
    assert (made.rho_nano, made.epsilon, made.delta) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT dest, SUM(delay) FROM flights WHERE origin IS NULL GROUP BY dest",
        "SELECT MEDIAN(delay), STDDEV(distance) FROM flights WHERE delay BETWEEN 1 AND 5 OR month NOT IN (1, 2)",
        "SELECT FLOOR(delay / 20), COUNT(DISTINCT tailnum) FROM flights GROUP BY 1",
        "SELECT engine, AVG(seats) FROM flights LEFT JOIN planes USING (tailnum) WHERE origin IS NOT NULL OR delay > 3 GROUP BY engine",
    ],
)
@pytest.mark.parametrize("options", [OPTIONS, Options(mode=Mode.EXACT)])
def test_every_plan_can_be_told_in_both_languages(text: str, options: Options) -> None:
    strict = {**TABLES, "flights": msgspec.structs.replace(TABLES["flights"], units_min=5, review=True)}
    made = explain(text, strict, party=PARTY, options=options)
    for lang in ("en", "zh"):
        said = made.say(lang)
        assert "None" not in said
        assert "Op." not in said


TEXT = (
    "SELECT COUNT(*) AS n, SUM(distance) AS s, AVG(delay) AS a, VAR_POP(delay) AS v, STDDEV(delay) AS d, COUNT(*) - COUNT(delay) AS gone,"
    " SUM(delay) / COUNT(*) AS ratio, QUANTILE_DISC(delay, 0.5) AS q FROM flights"
)


def noisy(made: Compiled, exact: list[int]) -> Table:
    by_measure = scales(made.plan)
    values, at = [], 0
    for measure in made.plan.measures:
        size = len(measure.edges) - 1 if isinstance(measure, Histogram) else 1
        values += discrete_gaussian(exact[at : at + size], by_measure[measure])
        at += size
    return present(made, [Group((), tuple(values))])


def test_intervals_hold_the_exact_figures_as_often_as_they_say() -> None:
    """95 % for each number; among 400 draws a share below 91 % would be five standard deviations off."""
    rng = random.Random(5)
    made = compiled(TEXT, options=Options(l0=1, linf_rows=2, rho_nano=200_000_000, bins=91))
    delays = [rng.randint(-30, 60) for _ in range(3_000)]
    exact = {
        "Count": [3_400, 3_000],
        "Histogram": [delays.count(d) for d in range(-30, 61)],
        "Sum": [sum(delays), 700_000],
    }
    squares = [sum((d - 15) ** 2 for d in delays)]
    values = [*exact["Count"], *exact["Histogram"], *exact["Sum"], *squares]
    truth = present(made, [Group((), tuple(values))]).rows[0]
    draws = 400
    held = [0] * len(truth)
    for _ in range(draws):
        (bounds,) = noisy(made, values).intervals
        for nth, (ends, value) in enumerate(zip(bounds, truth, strict=True)):
            assert isinstance(value, Fraction)
            held[nth] += ends is not None and ends[0] <= value <= ends[1]
    assert min(held) >= 0.91 * draws, held
