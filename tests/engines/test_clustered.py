"""The compiled pass equals a slow obvious one, to the integer."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.engines import kernels
from mumian.engines.clustered import BoundedPass, Clustered, SumMayOverflow, totals
from mumian.engines.kernels import MISSING
from mumian.engines.question import Count, Filter, GroupKey, Op, Question, Sum

ROUTES, MONTHS = ("A-B", "A-C", "B-C"), ("1", "2")
ORDER_KEY = bytes(range(16))
MASK64 = 2**64 - 1

Row = tuple[int, int, int, int | None]
"""(unit, place of route or -1, place of month or -1, delay or None)."""

rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(-1, 2), st.integers(-1, 1), st.none() | st.integers(-(2**40), 2**40)),
    max_size=60,
)
comparisons = {
    "eq": int.__eq__, "ne": int.__ne__, "lt": int.__lt__, "le": int.__le__, "gt": int.__gt__, "ge": int.__ge__
}  # fmt: skip


def siphash(key: bytes, message: bytes) -> int:
    """SipHash-2-4 as its paper has it, for messages of any length."""
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rotate(word: int, bits: int) -> int:
        return (word << bits | word >> 64 - bits) & MASK64

    def round_() -> None:
        v[0], v[2] = (v[0] + v[1]) & MASK64, (v[2] + v[3]) & MASK64
        v[1], v[3] = rotate(v[1], 13) ^ v[0], rotate(v[3], 16) ^ v[2]
        v[0] = rotate(v[0], 32)
        v[2], v[0] = (v[2] + v[1]) & MASK64, (v[0] + v[3]) & MASK64
        v[1], v[3] = rotate(v[1], 17) ^ v[2], rotate(v[3], 21) ^ v[0]
        v[2] = rotate(v[2], 32)

    whole = message + bytes(-(len(message) + 1) % 8) + bytes([len(message) & 255])
    for at in range(0, len(whole), 8):
        word = int.from_bytes(whole[at : at + 8], "little")
        v[3] ^= word
        round_()
        round_()
        v[0] ^= word
    v[2] ^= 255
    for _ in range(4):
        round_()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def unit_id(unit: int) -> int:
    return unit * 0x9E3779B97F4A7C15 & MASK64


def a_table(table: list[Row], *, without_unit: int = 0) -> Clustered:
    ordered = sorted(table, key=lambda row: row[0])
    units = sorted({row[0] for row in ordered})
    codes = np.array([units.index(row[0]) for row in ordered], np.int64)
    tail: list[Row] = [(9, 0, 0, 7)] * without_unit
    whole = ordered + tail
    return Clustered(
        rows=len(whole),
        offsets=np.searchsorted(codes, np.arange(len(units) + 1)),
        unit_ids=np.array([unit_id(unit) for unit in units], np.uint64),
        codes={
            "route": np.array([row[1] for row in whole], np.int16),
            "month": np.array([row[2] for row in whole], np.int32),
        },
        numbers={"delay": np.array([MISSING if row[3] is None else row[3] for row in whole], np.int64)},
        lists={"route": {v: n for n, v in enumerate(ROUTES)}, "month": {v: n for n, v in enumerate(MONTHS)}},
    )


def slow(
    table: list[Row], *, l0: int, linf_rows: int, rows_max: int, op: str, value: int, lower: int, upper: int
) -> tuple[list[int], list[int], list[int]]:
    """Rows, present delays and clamped sums by route and month, with Python's own lists and integers."""
    units = sorted({row[0] for row in table})
    counts, present, sums = ([0] * 6 for _ in range(3))
    for unit in units:
        held: dict[int, int] = {}
        for _, route, month, delay in (row for row in table if row[0] == unit):
            group = route * 2 + month
            if route < 0 or month < 0 or delay is None or not comparisons[op](delay, value):
                continue
            if sum(held.values()) == rows_max or (group not in held and len(held) == l0):
                continue
            if held.get(group, 0) < linf_rows:
                held[group] = held.get(group, 0) + 1
                counts[group] += 1
                present[group] += 1
                sums[group] += min(max(delay, lower), upper)
    return counts, present, sums


@settings(max_examples=150, deadline=None)
@given(
    rows, st.integers(1, 7), st.integers(1, 4), st.data(), st.sampled_from(sorted(comparisons)), st.integers(-50, 50)
)
def test_the_bounded_aggregate_equals_a_slow_one(
    table: list[Row], l0: int, linf_rows: int, data: st.DataObject, op: str, value: int
) -> None:
    """Whether measure by measure or, where rows are counted and one column is added up, in one pass."""
    rows_max = data.draw(st.just(0) | st.integers(linf_rows, l0 * linf_rows))
    keys, where = (GroupKey("route", ROUTES), GroupKey("month", MONTHS)), (Filter("delay", Op(op), value),)
    added = Sum("delay", -60, 2**39)
    asked = Question(keys, where, (Count(), Count("delay"), added), l0, linf_rows, rows_max)
    bounds = {"l0": l0, "linf_rows": linf_rows, "rows_max": rows_max or l0 * linf_rows}
    expected = slow(table, **bounds, op=op, value=value, lower=-60, upper=2**39)
    known = a_table(table, without_unit=3)
    assert totals(asked, known).tolist() == [value for part in expected for value in part]
    quick = msgspec.structs.replace(asked, measures=(added, Count()))
    assert totals(quick, known).tolist() == [*expected[2], *expected[0]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 3), st.binary(min_size=16, max_size=16))
def test_rows_are_shuffled_within_their_unit_the_same_way_each_time(sizes: list[int], rest: int, key: bytes) -> None:
    offsets = np.cumsum([0, *sizes]).astype(np.int64)
    ids, halves = np.array([unit_id(n) for n in range(len(sizes))], np.uint64), np.frombuffer(key, "<u8")
    orders = [np.empty(offsets[-1] + rest, np.uint32) for _ in range(2)]
    for order in orders:
        kernels.shuffle_within(offsets, ids, halves[0], halves[1], order)
    assert orders[0].tolist() == orders[1].tolist()
    for first, last in pairwise([*offsets.tolist(), offsets[-1] + rest]):
        assert sorted(orders[0][first:last].tolist()) == list(range(first, last))
    assert orders[0][offsets[-1] :].tolist() == list(range(offsets[-1], offsets[-1] + rest))


def test_every_order_of_a_unit_s_rows_is_about_as_likely() -> None:
    units = 6_000
    offsets = np.arange(0, 3 * units + 1, 3, dtype=np.int64)
    ids, order = np.array([unit_id(n) for n in range(units)], np.uint64), np.empty(3 * units, np.uint32)
    kernels.shuffle_within(offsets, ids, np.uint64(1), np.uint64(2), order)
    seen = Counter(tuple(int(place) % 3 for place in order[at : at + 3]) for at in range(0, 3 * units, 3))
    assert len(seen) == 6
    assert sum((count - 1_000) ** 2 / 1_000 for count in seen.values()) < 25.7  # χ², five degrees, 1 in 10,000


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(1, 3), st.integers(1, 3), st.integers(0, 4))
def test_one_unit_moves_no_answer_by_more_than_its_bounds(table: list[Row], l0: int, linf_rows: int, unit: int) -> None:
    """The sensitivity that the noise is made for: without one unit, at most l0 cells differ, each by linf rows."""

    def counted(some: list[Row]) -> Any:
        question = BoundedPass(a_table(some))
        question.group_by(GroupKey("route", ROUTES))
        question.bound(l0, linf_rows, l0 * linf_rows)
        return question.measure(Count())

    moved = np.abs(counted(table) - counted([row for row in table if row[0] != unit]))
    assert (moved > 0).sum() <= l0
    assert moved.max(initial=0) <= linf_rows


def test_the_groups_that_stay_do_not_depend_on_the_plan_s_order() -> None:
    table: list[Row] = [(0, route, 0, 5) for route in range(3)]
    kept = []
    for routes in (ROUTES, ROUTES[::-1]):
        question = BoundedPass(a_table(table))
        question.group_by(GroupKey("route", routes))
        question.bound(1, 1, 1)
        kept.append(dict(zip(routes, question.measure(Count()).tolist(), strict=True)))
    assert kept[0] == kept[1]
    assert sum(kept[0].values()) == 1


@pytest.mark.parametrize(("equal", "counted"), [(True, [1, 0, 0]), (False, [0, 1, 0])])
def test_a_missing_text_satisfies_no_comparison(equal: bool, counted: list[int]) -> None:
    table: list[Row] = [(0, 0, 0, 1), (0, 1, 1, 1), (0, 2, -1, 1)]
    question = BoundedPass(a_table(table))
    question.group_by(GroupKey("route", ROUTES))
    question.keep(Filter("month", Op.EQ if equal else Op.NE, "1"))
    assert question.measure(Count()).tolist() == counted


def test_sums_that_might_leave_the_integers_are_refused_before_a_row_is_read() -> None:
    question = BoundedPass(a_table([(0, 0, 0, 1)] * 4))
    assert question.measure(Sum("delay", -(2**50), 5)).tolist() == [4]
    with pytest.raises(SumMayOverflow, match="narrow the bounds"):
        question.measure(Sum("delay", -(2**50), 5), parts=2)


def test_siphash_is_the_one_of_its_paper() -> None:
    assert siphash(ORDER_KEY, bytes(range(15))) == 0xA129CA6149BE45E5  # appendix A of the paper
    words = [np.uint64(int.from_bytes(bytes(range(at, at + 8)), "little")) for at in (0, 8, 0, 8)]
    assert int(kernels.siphash(*words)) == siphash(ORDER_KEY, bytes(range(16)))
