"""The compiled pass equals a slow obvious one, to the integer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.engines import kernels
from mumian.engines.clustered import BoundedPass, Clustered, SumMayOverflow, bounds_of_units
from mumian.engines.kernels import MISSING
from mumian.engines.question import Count, Filter, GroupKey, Op, Sum

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
        offsets=bounds_of_units(codes),
        unit_ids=np.array([unit_id(unit) for unit in units], np.uint64),
        codes={
            "route": np.array([row[1] for row in whole], np.int16),
            "month": np.array([row[2] for row in whole], np.int32),
        },
        numbers={"delay": np.array([MISSING if row[3] is None else row[3] for row in whole], np.int64)},
        lists={"route": {v: n for n, v in enumerate(ROUTES)}, "month": {v: n for n, v in enumerate(MONTHS)}},
        order_key=ORDER_KEY,
    )


def slow(
    table: list[Row], *, l0: int, linf_rows: int, op: str, value: int, lower: int, upper: int
) -> tuple[list[int], list[int], list[int]]:
    """Rows, present delays and clamped sums by route and month, with Python's own lists and integers."""
    units = sorted({row[0] for row in table})
    counts, present, sums = ([0] * 6 for _ in range(3))
    for unit in units:
        by_group: dict[int, list[int | None]] = {}
        for _, route, month, delay in (row for row in table if row[0] == unit):
            if route >= 0 and month >= 0 and delay is not None and comparisons[op](delay, value):
                by_group.setdefault(route * 2 + month, []).append(delay)
        order = {g: siphash(ORDER_KEY, unit_id(unit).to_bytes(8, "little") + g.to_bytes(8, "little")) for g in by_group}
        for group in sorted(by_group, key=order.__getitem__)[:l0]:
            for delay in by_group[group][:linf_rows]:
                counts[group] += 1
                present[group] += delay is not None
                sums[group] += min(max(delay or 0, lower), upper)
    return counts, present, sums


@settings(max_examples=150, deadline=None)
@given(rows, st.integers(1, 7), st.integers(1, 4), st.sampled_from(sorted(comparisons)), st.integers(-50, 50))
def test_the_bounded_aggregate_equals_a_slow_one(
    table: list[Row], l0: int, linf_rows: int, op: str, value: int
) -> None:
    question = BoundedPass(a_table(table, without_unit=3))
    question.group_by(GroupKey("route", ROUTES))
    question.group_by(GroupKey("month", MONTHS))
    question.keep(Filter("delay", Op(op), value))
    question.bound(l0=l0, linf_rows=linf_rows)
    answer = [question.measure(each) for each in (Count(), Count("delay"), Sum("delay", -60, 2**39))]
    expected = slow(table, l0=l0, linf_rows=linf_rows, op=op, value=value, lower=-60, upper=2**39)
    assert tuple(part.tolist() for part in answer) == expected


@pytest.mark.parametrize("touched", [2, 7, 8, 9, 24, 25, 60])
def test_a_unit_keeps_the_first_groups_of_its_order_however_many_it_touches(touched: int) -> None:
    """Few are ranked and many selected from, hashes are taken eight at a time: both as the definition says."""
    group = np.arange(touched, dtype=np.int32)
    key = np.frombuffer(ORDER_KEY, "<u8")
    offsets, ids = np.array([0, touched], np.int64), np.array([unit_id(3)], np.uint64)
    kernels.bound(offsets, ids, group, np.arange(touched, dtype=np.uint64), touched // 2, 1, key[0], key[1])
    message = unit_id(3).to_bytes(8, "little")
    order = sorted(range(touched), key=lambda g: siphash(ORDER_KEY, message + g.to_bytes(8, "little")))
    assert sorted(order[: touched // 2]) == [g for g in group.tolist() if g >= 0]


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(1, 3), st.integers(1, 3), st.integers(0, 4))
def test_one_unit_moves_no_answer_by_more_than_its_bounds(table: list[Row], l0: int, linf_rows: int, unit: int) -> None:
    """The sensitivity that the noise is made for: without one unit, at most l0 cells differ, each by linf rows."""

    def counted(some: list[Row]) -> Any:
        question = BoundedPass(a_table(some))
        question.group_by(GroupKey("route", ROUTES))
        question.bound(l0=l0, linf_rows=linf_rows)
        return question.measure(Count())

    moved = np.abs(counted(table) - counted([row for row in table if row[0] != unit]))
    assert (moved > 0).sum() <= l0
    assert moved.max(initial=0) <= linf_rows


def test_the_groups_that_stay_do_not_depend_on_a_filter_of_other_columns_or_the_plan_s_order() -> None:
    table: list[Row] = [(0, route, 0, 5) for route in range(3)]
    kept = []
    for routes in (ROUTES, ROUTES[::-1]):
        question = BoundedPass(a_table(table))
        question.group_by(GroupKey("route", routes))
        question.bound(l0=1, linf_rows=1)
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


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.data())
def test_the_nth_smallest_is_the_one_of_the_sorted_list(values: list[int], data: st.DataObject) -> None:
    nth = data.draw(st.integers(0, len(values) - 1))
    assert kernels.nth_smallest(np.array(values, np.uint64), len(values), nth) == sorted(values)[nth]
