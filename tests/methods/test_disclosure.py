"""Footprints, dominance and information sets against slow obvious oracles."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from hashlib import blake2b
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.methods.differencing import PRIME, Footprint, differing, footprint, units_of
from mumian.methods.dominance import contributions, dominated
from mumian.methods.rank import InformationSets

CELLS = 3
Row = tuple[int, int, int]
"""(unit, content, cell or -1)."""

tables = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(-1, CELLS - 1)), max_size=30)


def mark(content: int) -> int:
    """A mark must be hashed: of marks in proportion, two rows of one content would pass for one row of another."""
    return int.from_bytes(blake2b(bytes([content]), digest_size=8).digest()) % PRIME


def unit_id(unit: int) -> int:
    return (unit + 1) * 0x9E3779B97F4A7C15 % 2**64


def made_of(table: list[Row], cells: int = CELLS, *, lanes: int = 1) -> tuple[Footprint, np.ndarray, list[Row]]:
    """Return footprint, slots, and the rows as they lie; units in an order that is not that of their ids."""
    rows = sorted(table, key=lambda row: row[0])
    units = sorted({row[0] for row in rows})
    counts = Counter(row[0] for row in rows)
    made, slots = footprint(
        offsets=np.cumsum([0, *(counts[unit] for unit in units)]).astype(np.int64),
        unit_ids=np.array([unit_id(unit) for unit in units], np.uint64),
        group=np.array([row[2] for row in rows], np.int32),
        row_marks=np.array([mark(row[1]) for row in rows], np.uint32),
        cells=cells,
        lanes=lanes,
    )
    return made, slots, rows


def contents(table: list[Row], cell: int) -> dict[int, Counter[int]]:
    """Return what each unit has in a cell: the oracle of footprints."""
    out: dict[int, Counter[int]] = {}
    for unit, content, where in table:
        if where == cell:
            out.setdefault(unit, Counter())[content] += 1
    return out


@settings(deadline=None)
@given(tables, tables)
def test_two_cells_differ_by_the_units_with_other_rows_in_them(old: list[Row], new: list[Row]) -> None:
    found = differing(made_of(old)[0], made_of(new)[0], old_cells=CELLS, new_cells=CELLS)
    for a in range(CELLS):
        for b in range(CELLS):
            one, other = contents(old, a), contents(new, b)
            assert found[a, b] == sum(one.get(unit) != other.get(unit) for unit in one.keys() | other.keys())


@settings(deadline=None)
@given(tables, st.integers(0, 5), st.sets(st.integers(0, CELLS - 1)))
def test_a_footprint_of_fewer_units_or_cells_is_that_of_their_rows(table: list[Row], last: int, kept: set[int]) -> None:
    made = made_of(table)[0]
    fewer = made.up_to(unit_id(last))
    same, _, _ = made_of([row for row in table if unit_id(row[0]) <= unit_id(last)])
    chosen = np.array([cell in kept for cell in range(CELLS)])
    some, _, _ = made_of(
        [(u, c, sorted(kept).index(cell)) for u, c, cell in table if cell in kept], cells=max(len(kept), 1)
    )
    for one, other in ((fewer, same), (made.only(chosen), some)):
        assert one.units.tolist() == other.units.tolist()
        assert not differing(one, other, old_cells=CELLS, new_cells=CELLS).diagonal().any()


def test_a_unit_is_known_by_one_id() -> None:
    one = np.array([1, 1], np.uint64)
    with pytest.raises(ValueError, match="same id"):
        footprint(
            offsets=np.array([0, 1, 2]),
            unit_ids=one,
            group=np.zeros(2, np.int32),
            row_marks=np.ones(2, np.uint32),
            cells=1,
        )


def is_dominated(parts: list[int], *, largest: int, permille: int, p_percent: int) -> bool:
    sizes = sorted(map(abs, parts), reverse=True)
    x1, x2 = [*sizes, 0, 0][:2]
    share = sum(sizes[:largest]) > Fraction(permille, 1000) * sum(sizes)
    return share or sum(sizes) - x1 - x2 < Fraction(p_percent, 100) * x1


@settings(deadline=None)
@given(tables, st.integers(1, 4), st.integers(1, 1000), st.integers(0, 60))
def test_a_sum_is_dominated_by_the_rules_of_its_largest_units(
    table: list[Row], largest: int, permille: int, p_percent: int
) -> None:
    made, slots, rows = made_of(table)
    values = np.array([(row[1] - 1) * 2**40 for row in rows], np.int64)
    parts = contributions(made, slots, values)
    found = dominated(made, parts, cells=CELLS, largest=largest, share_permille=permille, p_percent=p_percent)
    for cell in range(CELLS):
        per_unit: Counter[int] = Counter()
        for unit, content, where in table:
            if where == cell:
                per_unit[unit] += (content - 1) * 2**40
        wanted = is_dominated(list(per_unit.values()), largest=largest, permille=permille, p_percent=p_percent)
        assert found[cell] == wanted
        assert units_of(made, cells=CELLS)[cell] == len(per_unit)


@pytest.mark.parametrize(
    ("parts", "largest", "permille", "p_percent", "expected"),
    [
        ([50, 30, 20], 1, 500, 0, False),
        ([51, 30, 19], 1, 500, 0, True),
        ([-51, 30, 19], 1, 500, 0, True),
        ([50, 30, 20], 2, 799, 0, True),
        ([100, 50, 10], 3, 1000, 10, False),
        ([100, 50, 9], 3, 1000, 10, True),
        ([0, 0, 0], 1, 500, 10, False),
        ([7], 1, 999, 0, True),
    ],
)  # fmt: skip
def test_textbook_cells(parts: list[int], largest: int, permille: int, p_percent: int, expected: bool) -> None:
    made, _, _ = made_of([(unit, 0, 0) for unit in range(len(parts))], cells=1)
    order = np.argsort([unit_id(unit) for unit in range(len(parts))])
    values = np.array(parts, np.int64)[order]
    rule = {"largest": largest, "share_permille": permille, "p_percent": p_percent}
    assert dominated(made, values, cells=1, **rule).tolist() == [expected]


def test_a_rule_out_of_range_is_none() -> None:
    made, _, _ = made_of([(0, 0, 0)])
    for rule in ((0, 500, 0), (65, 500, 0), (1, 0, 0), (1, 1001, 0), (1, 500, -1)):
        with pytest.raises(ValueError, match="no rule"):
            dominated(made, np.ones(1, np.int64), cells=1, largest=rule[0], share_permille=rule[1], p_percent=rule[2])


def rank(matrix: list[list[int]]) -> int:
    """Rank over the rationals, by Gauss."""
    rows = [[Fraction(x) for x in row] for row in matrix]
    done = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        for r in range(len(rows)):
            if r != done and rows[r][column]:
                factor = rows[r][column] / rows[done][column]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[done], strict=True)]
        done += 1
    return done


def least_units(owners: list[int], cells: list[set[int]], *, below: int) -> int | None:
    """Return a number of units below `below` that some combination of cells is about, or None. Slow and obvious.

    owners: unit of each row. cells: sets of places of rows. A combination about the units S alone is one that is zero on all
    other rows: it exists when leaving out the rows of S lowers the rank.
    """
    units = sorted(set(owners))
    whole = rank([[int(place in cell) for place in range(len(owners))] for cell in cells])
    if whole < len(cells):
        return 0
    for size in range(1, below):
        for some in combinations(units, size):
            kept = [place for place, unit in enumerate(owners) if unit not in some]
            if rank([[int(place in cell) for place in kept] for cell in cells]) < whole:
                return size
    return None


def shown_by(count: int, owners: list[int], cells: list[set[int]], *, lanes: int = 1) -> list[set[int]]:
    """Ask for one cell after the other; return those that can be added to `count` information sets."""
    sets, shown = InformationSets(count, lanes=lanes), []
    for cell in cells:
        table = [(unit, place, 0 if place in cell else -1) for place, unit in enumerate(owners)]
        question = sets.open(made_of(table, cells=1, lanes=lanes)[0], cells=1)
        if sets.extend(question, 0):
            shown.append(cell)
        sets.close(question)
    assert sets.rows == len(shown)
    return shown


questions = st.tuples(
    st.lists(st.integers(0, 7), min_size=1, max_size=12).map(sorted),
    st.lists(st.sets(st.integers(0, 11), min_size=1), max_size=6),
)


@settings(max_examples=150, deadline=None)
@given(questions, st.integers(1, 3), st.sampled_from([1, 2, 8]))
def test_no_combination_of_what_is_added_is_about_fewer_than_k_units(
    asked: tuple[list[int], list[set[int]]], count: int, lanes: int
) -> None:
    owners = asked[0]
    cells = [cell & set(range(len(owners))) for cell in asked[1]]
    shown = shown_by(count, owners, [cell for cell in cells if cell], lanes=lanes)
    assert least_units(owners, shown, below=count) is None


def test_the_oracle_finds_what_a_plain_rank_check_lets_out() -> None:
    owners = [0, 1, 2, 3, 4]
    pair = [{0, 1, 2, 3}, {0, 1, 2, 3, 4}]
    assert shown_by(1, owners, pair) == pair
    assert least_units(owners, pair, below=2) == 1
    assert shown_by(2, owners, pair) == pair[:1]


@pytest.mark.parametrize("count", [1, 3, 10])
def test_disjoint_cells_of_k_units_and_more_are_all_added(count: int) -> None:
    sizes = [count, count, count + 1, 3 * count, 10 * count]
    ends = np.cumsum(sizes)
    cells = [set(range(end - size, end)) for end, size in zip(ends.tolist(), sizes, strict=True)]
    assert shown_by(count, list(range(int(ends[-1]))), cells) == cells


def test_units_of_many_rows_take_more_cells_in_more_lanes() -> None:
    owners = [unit for unit in range(12) for _ in range(20)]
    cells = [set(range(place, 240, 20)) for place in range(20)]
    assert len(shown_by(3, owners, cells)) == 4
    assert shown_by(3, owners, cells, lanes=8) == cells
    assert shown_by(3, owners, cells, lanes=5) == cells
    assert least_units(owners, cells[:6], below=4) is None


def test_a_set_and_it_with_k_more_are_both_added_and_with_one_fewer_not() -> None:
    owners = list(range(60))
    small = set(range(50))
    assert shown_by(10, owners, [small, set(range(60))]) == [small, set(range(60))]
    assert shown_by(10, owners, [small, set(range(59))]) == [small]


def test_cells_of_no_units_prove_nothing() -> None:
    with pytest.raises(ValueError, match="prove nothing"):
        InformationSets(0)
    assert shown_by(1, [0, 1], [set()]) == []


def test_n_units_give_n_over_k_cells_at_most() -> None:
    rng = np.random.default_rng(3)
    owners, count = list(range(120)), 8
    cells = [set(np.flatnonzero(rng.random(120) < 0.5).tolist()) for _ in range(60)]
    shown = shown_by(count, owners, cells)
    assert 120 // count - 3 <= len(shown) <= 120 // count
