"""Prices of answers: a buyer who buys by parts, with whatever parts, never pays less than for the whole."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mumian.methods.query_pricing import (
    Version,
    coverage_fen,
    curve_defects,
    further_fen,
    precision_fen,
    ruled_out,
    support_weights,
)

SUPPORT = list(product((0, 1, 2), repeat=3))
"""Every table of three rows with values 0 to 2: small enough to ask whether one answer determines another."""

Table = tuple[int, ...]


QUERIES = {
    "sum": sum,
    "max": max,
    "first": lambda table: table[0],
    "second": lambda table: table[1],
    "third": lambda table: table[2],
    "ones": lambda table: table.count(1),
    "twos": lambda table: table.count(2),
    "sorted": lambda table: tuple(sorted(table)),
    "all": lambda table: table,
    "nothing": lambda _: 0,
}

names = st.sampled_from(sorted(QUERIES))
tables = st.sampled_from(SUPPORT)


def mask_of(name: str, data: Table) -> int:
    query = QUERIES[name]
    return ruled_out(query(data), [query(table) for table in SUPPORT])


def price(bundle: list[str], data: Table) -> int:
    return coverage_fen(support_weights(1_000, len(SUPPORT)), [mask_of(name, data) for name in bundle])


def determines(bundle: list[str], name: str) -> bool:
    """Tell whether the answers of the bundle fix the answer of a query, whatever the data."""
    seen: dict[object, object] = {}
    for table in SUPPORT:
        answers = tuple(QUERIES[each](table) for each in bundle)
        if seen.setdefault(answers, QUERIES[name](table)) != QUERIES[name](table):
            return False
    return True


@given(st.lists(names, min_size=1, max_size=4), names, tables)
def test_what_a_bundle_tells_costs_no_more_than_the_bundle(bundle: list[str], name: str, data: Table) -> None:
    if determines(bundle, name):
        assert price([name], data) <= price(bundle, data)


@given(st.lists(names, min_size=1, max_size=4), tables)
def test_buying_by_parts_never_saves(bundle: list[str], data: Table) -> None:
    assert price(bundle, data) <= sum(price([name], data) for name in bundle)


@given(st.lists(names, min_size=1, max_size=5), tables)
def test_charges_one_after_the_other_add_up_to_the_bundle(bundle: list[str], data: Table) -> None:
    weights = support_weights(1_000, len(SUPPORT))
    masks = [mask_of(name, data) for name in bundle]
    charged = [further_fen(weights, bought=masks[:nth], asked=mask) for nth, mask in enumerate(masks)]
    assert sum(charged) == price(bundle, data)
    assert min(charged) >= 0


def test_nothing_is_free_and_all_costs_all_but_what_is_known() -> None:
    assert price(["nothing"], SUPPORT[0]) == 0
    weights = support_weights(1_000, len(SUPPORT))
    assert price(["all"], SUPPORT[0]) == 1_000 - weights[0]
    assert sum(weights) == 1_000


@st.composite
def curves(draw: st.DrawFn) -> list[Version]:
    """A curve without defects: precisions rise, prices rise no faster."""
    precisions = sorted(draw(st.sets(st.integers(1, 50), min_size=1, max_size=5)))
    curve = [Version(precisions[0], draw(st.integers(0, 60)))]
    for precision in precisions[1:]:
        most = curve[-1].price_fen * precision // curve[-1].precision
        curve.append(Version(precision, draw(st.integers(curve[-1].price_fen, most))))
    return curve


precisions = st.fractions(0, 80, max_denominator=9)


@given(curves(), st.lists(precisions, min_size=1, max_size=5))
def test_averaging_cheap_answers_never_saves(curve: list[Version], parts: list[Fraction]) -> None:
    """Independent answers of precision x_i average, at best, to one of precision Σ x_i."""
    assert curve_defects(curve) == []
    assert precision_fen(curve, sum(parts)) <= sum(precision_fen(curve, part) for part in parts)


@given(curves(), precisions, precisions)
def test_more_precise_is_never_cheaper(curve: list[Version], one: Fraction, other: Fraction) -> None:
    assert precision_fen(curve, min(one, other)) <= precision_fen(curve, max(one, other))


@given(curves())
def test_a_version_costs_what_its_knot_says(curve: list[Version]) -> None:
    assert [precision_fen(curve, version.precision) for version in curve] == [version.price_fen for version in curve]


@pytest.mark.parametrize(
    ("curve", "defect"),
    [
        ([], "no version"),
        ([Version(2, 5), Version(2, 5)], "not above 2"),
        ([Version(2, 5), Version(3, 4)], "less than 5"),
        ([Version(2, 5), Version(4, 11)], "each unit of precision"),
    ],
)
def test_a_curve_that_can_be_undercut_is_told(curve: list[Version], defect: str) -> None:
    assert defect in curve_defects(curve)[0]


def test_an_undercut_curve_can_indeed_be_undercut() -> None:
    curve = [Version(2, 5), Version(4, 11)]
    assert precision_fen(curve, 4) > 2 * precision_fen(curve, 2)


def test_input_out_of_range_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one database"):
        support_weights(10, 0)
    with pytest.raises(ValueError, match="beyond the 2"):
        coverage_fen([1, 1], [4])
    with pytest.raises(ValueError, match="precision `-1`"):
        precision_fen([Version(1, 1)], -1)
