"""The plan that market, consumer and domains agree on: what means nothing, what it costs, its frozen bytes."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from town import AGGREGATE, LATE, VERIFICATION, Town

from mumian.kernel.canonical import canonical
from mumian.rooms.cleanroom.plan import (
    CELLS_MAX,
    AggregatePlan,
    Count,
    Filter,
    GroupKey,
    Op,
    Plan,
    Sum,
    Ticket,
    Units,
    cells,
    fault,
    full_groups,
    groups,
    l2_squared,
    plan_digest,
    rho_each_nano,
    ticket_bytes,
)

replace = msgspec.structs.replace
MANY = tuple(map(str, range(400)))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (AGGREGATE, None),
        (VERIFICATION, None),
        (replace(VERIFICATION, key_columns=()), "key columns must be named"),
        (replace(VERIFICATION, key_columns=("day", "day")), "key columns must be named, each once"),
        (replace(VERIFICATION, predicate=Filter("delay", Op.GT, "60")), "compared by gt needs an integer, not `60`"),
        (replace(AGGREGATE, measures=()), "measures must be named"),
        (replace(AGGREGATE, measures=(Count(), Count())), "measures must be named, each once"),
        (replace(AGGREGATE, group_by=(GroupKey("a", ("1",)),) * 2), "grouped by once"),
        (replace(AGGREGATE, group_by=(GroupKey("a", ()),)), "need a delta"),
        (replace(AGGREGATE, group_by=(GroupKey("a", ("1", "1")),)), "names a value twice"),
        (replace(AGGREGATE, group_by=(GroupKey("a", MANY), GroupKey("b", MANY))), f"cells exceed {CELLS_MAX}"),
        (replace(AGGREGATE, rho_nano=1), "too little for 2 measures"),
        (replace(AGGREGATE, measures=(Sum("delay", 5, 5),)), "lower 5 is not below upper 5"),
        (replace(AGGREGATE, where=(Filter("dest", Op.LT, "x"),)), "compared by lt needs an integer"),
    ],
)
def test_a_plan_that_means_nothing_says_why(plan: Plan, said: str | None) -> None:
    found = fault(plan)
    assert found is None if said is None else found is not None and said in found


def test_cells_are_groups_times_measures() -> None:
    assert (groups(AGGREGATE), cells(AGGREGATE)) == (9, 18)
    assert groups(replace(AGGREGATE, group_by=())) == 1


@given(st.integers(1, 3), st.integers(1, 3), st.integers(-9, 9), st.integers(0, 9))
def test_the_sensitivity_is_the_farthest_that_one_unit_can_move_the_vector(
    l0: int, linf_rows: int, lower: int, width: int
) -> None:
    """Against every way in which a unit may fill three groups, within its bounds."""
    upper = lower + width + 1
    plan: AggregatePlan = replace(AGGREGATE, l0=l0, linf_rows=linf_rows)
    fills = [rows * value for rows in range(linf_rows + 1) for value in (lower, 0, upper)]
    farthest = max(
        sum(x * x for x in vector)
        for vector in product(fills, repeat=3)
        if sum(x != 0 for x in vector) <= l0
    )  # fmt: skip
    assert l2_squared(plan, Sum("delay", lower, upper)) == farthest
    assert l2_squared(plan, Count()) == l0 * linf_rows**2


@given(st.integers(1, 3), st.integers(1, 3), st.data())
def test_few_rows_in_all_move_the_vector_less_and_never_more_than_is_said(
    l0: int, linf_rows: int, data: st.DataObject
) -> None:
    """Rows in all bound what l0 and linf_rows alone would let a unit do; in L2 for Gaussian, in L1 for Laplace noise."""
    rows_max = data.draw(st.integers(linf_rows, l0 * linf_rows))
    plan: AggregatePlan = replace(AGGREGATE, l0=l0, linf_rows=linf_rows, rows_max=rows_max)
    filled = [rows for rows in product(range(linf_rows + 1), repeat=3) if sum(rows) <= rows_max]
    filled = [rows for rows in filled if sum(held > 0 for held in rows) <= l0]
    assert max(sum(held * held for held in rows) for rows in filled) <= l2_squared(plan, Count())
    assert max(map(sum, filled)) <= full_groups(plan) * linf_rows
    assert l2_squared(plan, Count()) <= l2_squared(replace(plan, rows_max=0), Count())
    assert l2_squared(plan, Units()) == l0


@given(st.integers(1, 10**12), st.integers(1, 5))
def test_the_measures_together_never_cost_more_than_the_plan(rho_nano: int, measures: int) -> None:
    plan = replace(AGGREGATE, rho_nano=rho_nano, measures=tuple(Sum(f"c{n}", 0, 1) for n in range(measures)))
    assert rho_nano - measures < rho_each_nano(plan) * measures <= rho_nano


def test_the_bytes_of_plans_and_tickets_are_rfc_8785_and_read_back(town: Town) -> None:
    ticket = town.ticket().ticket
    for value, kind in ((AGGREGATE, Plan), (VERIFICATION, Plan), (ticket, Ticket)):
        data = canonical(value)
        assert rfc8785.dumps(msgspec.json.decode(data)) == data
        assert msgspec.json.decode(data, type=kind) == value
    assert ticket_bytes(ticket) == b"mumian/ticket/v1\n" + canonical(ticket)
    assert plan_digest(AGGREGATE) != plan_digest(replace(AGGREGATE, l0=8))
    assert plan_digest(VERIFICATION) == "e4fb7885030fe67d092f8c0b08bd30a382364744b962be92c9b0f6ea0484994f"
    assert LATE.op is Op.GT
