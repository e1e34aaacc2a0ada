"""What can be asked of a table that is clustered by privacy unit: groups, conditions, measures, and what one unit can move.

Everything here is public: columns, lists, edges and bounds are declared by the holder, never read off the data. Market,
consumer and domains agree on the canonical bytes of these structs, and every engine answers them with the same integers.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import Int53

LIST_MAX = 20_000
"""Values of one list."""

EDGES_MAX = 1_001
"""Edges of bins, one more than bins."""

CLAUSES_MAX = 64
ALTERNATIVES_MAX = 64

Column: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
"""A declared column; of a joined table `table.column`."""


class Op(StrEnum):
    """How a column is compared. A missing cell satisfies none but `missing`.

    `in`, `not_in`: with a list. `between`: with two integers, both included. `missing`, `present`: with nothing ("").
    """

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    IN = "in"
    NOT_IN = "not_in"
    BETWEEN = "between"
    MISSING = "missing"
    PRESENT = "present"


ORDERED = frozenset({Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN})
"""Comparisons that want integers."""

LISTED = frozenset({Op.IN, Op.NOT_IN, Op.BETWEEN})
"""Comparisons with several values."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class GroupKey(_Part, frozen=True):
    """Group by `column`, in one of three ways.

    values: a public list, in the order of release; zeros are released too, rows outside it left out. Values are text as
        it is shown ("JFK", "7"), also where the column holds integers.
    edges: bins of an integer column, ascending: [edges[n], edges[n + 1]); rows outside are left out. Shown as "low..high".
    Neither: the values that the data has, unknown before; only those with enough units are released, and that costs delta.
    """

    column: Column
    values: tuple[str, ...] = ()
    edges: tuple[Int53, ...] = ()

    @property
    def is_found(self) -> bool:
        return not self.values and not self.edges

    @property
    def shown(self) -> tuple[str, ...]:
        """Return the keys of the groups as they are released; none for values that are not known before."""
        return self.values or tuple(f"{low}..{high - 1}" for low, high in pairwise(self.edges))


class Filter(_Part, frozen=True):
    """Keep rows whose `column` compares so with `value`: an integer, a text of the public list, or several of them."""

    column: Column
    op: Op
    value: Int53 | str | tuple[Int53 | str, ...] = ""

    @property
    def values(self) -> tuple[int | str, ...]:
        """Return what is compared with, as several."""
        if self.op in (Op.MISSING, Op.PRESENT):
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)

    @property
    def integers(self) -> tuple[int, ...]:
        """Return the integers that are compared with."""
        return tuple(value for value in self.values if isinstance(value, int))

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the texts that are compared with."""
        return tuple(value for value in self.values if isinstance(value, str))


Clause: TypeAlias = Filter | tuple[Filter, ...]
"""One condition, or several of which one must hold. A question's clauses must all hold (conjunctive normal form)."""


class _Measure(msgspec.Struct, frozen=True, tag=lambda name: f"measure.{name}", forbid_unknown_fields=True):
    pass


class Count(_Measure, frozen=True):
    """Number of rows of a group; with `column`, of those that have a value there."""

    column: str = ""


class Units(_Measure, frozen=True):
    """Number of different privacy units of a group."""

    @property
    def column(self) -> str:
        return ""


class Sum(_Measure, frozen=True):
    """Sum over a group of `column`, each value clamped to [lower, upper], in the column's unit; missing values add 0."""

    column: Column
    lower: Int53
    upper: Int53


class SumSquares(_Measure, frozen=True):
    """Sum over a group of (`column` − centre)², values clamped to [lower, upper], centre the whole number in the middle.

    Centred, since that makes the noise four times smaller. Missing values add 0.
    """

    column: Column
    lower: Int53
    upper: Int53

    @property
    def centre(self) -> int:
        return (self.lower + self.upper) // 2


class Histogram(_Measure, frozen=True):
    """Rows of a group by bins of `column`: [edges[n], edges[n + 1]); values beyond count in the first or last bin.

    What quantiles are read off. Missing values are in no bin.
    """

    column: Column
    edges: tuple[Int53, ...]


Measure = Count | Units | Sum | SumSquares | Histogram


class Question(_Part, frozen=True):
    """Groups, conditions, measures, bounds: what an engine needs to know to add up.

    l0: groups that a unit touches at most. linf_rows: rows of a unit in a group at most; 0 in both: nothing is bounded.
    rows_max: rows of a unit in all at most; 0: as many as l0 and linf_rows let in.
    """

    group_by: tuple[GroupKey, ...]
    where: tuple[Clause, ...]
    measures: tuple[Measure, ...]
    l0: int
    linf_rows: int
    rows_max: int = 0

    @property
    def bounds(self) -> tuple[int, int, int]:
        """Return l0, linf_rows and the rows in all."""
        return self.l0, self.linf_rows, self.rows_max or self.l0 * self.linf_rows


def groups(group_by: tuple[GroupKey, ...]) -> int:
    """Return how many groups the public lists and edges span (1 without any). Found keys count as one."""
    count = 1
    for key in group_by:
        count *= 1 if key.is_found else len(key.values) or len(key.edges) - 1
    return count


def width(measure: Measure) -> int:
    """Return how many values a measure has in a group."""
    return len(measure.edges) - 1 if isinstance(measure, Histogram) else 1


def filters(where: tuple[Clause, ...]) -> Iterator[Filter]:
    """Yield every comparison."""
    for clause in where:
        yield from clause if isinstance(clause, tuple) else (clause,)


def row_most(measure: Measure) -> int:
    """Return by how much one row can move a measure, in the measure's unit."""
    match measure:
        case Sum():
            return max(abs(measure.lower), abs(measure.upper))
        case SumSquares():
            return max(measure.centre - measure.lower, measure.upper - measure.centre) ** 2
        case _:
            return 1


def unit_most(measure: Measure, *, linf_rows: int) -> int:
    """Return by how much one unit can move a measure's value in one group, in the measure's unit."""
    return 1 if isinstance(measure, Units) else linf_rows * row_most(measure)


def fault_of_group(key: GroupKey) -> str | None:
    """Return what makes a key meaningless by itself, or None."""
    if key.values and key.edges:
        return f"`{key.column}` is grouped by a list and by edges; choose one"
    if len(set(key.values)) < len(key.values) or len(key.values) > LIST_MAX:
        return f"the key list of `{key.column}` names a value twice, or more than {LIST_MAX}"
    return _fault_of_edges(key.column, key.edges) if key.edges else None


def _fault_of_edges(column: str, edges: tuple[int, ...]) -> str | None:
    if not 2 <= len(edges) <= EDGES_MAX or any(low >= high for low, high in pairwise(edges)):
        return f"the edges of `{column}` must ascend, and be 2 to {EDGES_MAX}"
    return None


def fault_of_measure(measure: Measure) -> str | None:
    """Return what makes a measure meaningless by itself, or None."""
    if isinstance(measure, Sum | SumSquares) and measure.lower >= measure.upper:
        return f"lower {measure.lower} is not below upper {measure.upper} for `{measure.column}`"
    return _fault_of_edges(measure.column, measure.edges) if isinstance(measure, Histogram) else None


def fault_of_where(where: tuple[Clause, ...]) -> str | None:
    """Return what makes the conditions meaningless by themselves, or None."""
    if len(where) > CLAUSES_MAX:
        return f"{len(where)} conditions exceed {CLAUSES_MAX}"
    for clause in where:
        if isinstance(clause, tuple) and not 2 <= len(clause) <= ALTERNATIVES_MAX:
            return f"a condition has {len(clause)} alternatives; 2 to {ALTERNATIVES_MAX} are possible"
    return next(filter(None, map(fault_of_filter, filters(where))), None)


def fault_of_filter(where: Filter) -> str | None:
    """Return what makes a comparison meaningless by itself, or None."""
    several, name = isinstance(where.value, tuple), f"`{where.column}` compared by {where.op.value}"
    if where.op in (Op.MISSING, Op.PRESENT):
        return f"{name} is compared with nothing" if where.value != "" else None
    if several != (where.op in LISTED):
        return f"{name} needs {'a list' if where.op in LISTED else 'one value'}"
    values = where.values
    if where.op in ORDERED and not all(isinstance(value, int) for value in values):
        return f"{name} needs an integer, not `{values[0] if values else ''}`"
    if where.op is Op.BETWEEN and len(values) != 2:
        return f"{name} needs two integers"
    if where.integers and where.texts:
        return f"{name} mixes integers and texts"
    if not values or len(values) > LIST_MAX or len(set(values)) < len(values):
        return f"{name} needs 1 to {LIST_MAX} different values"
    return None
