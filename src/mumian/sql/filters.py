"""A clause as the plan writes it: of all ways to say the same, the first that the column's rules allow, else the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mumian.engines.question import Clause as PlanClause
from mumian.engines.question import Filter, Op
from mumian.rooms.cleanroom.analysis import Permit
from mumian.sql.clauses import Allowed, Clause, order_of
from mumian.sql.columns import Field
from mumian.sql.ranges import HIGH, LOW, Ranges, complement, members, size

LISTED_MAX = 1_000
"""Values up to which a set is written as a list rather than as ranges."""

Permitted = Callable[[Field], Permit]


def plan_clauses(clause: Clause, permitted: Permitted) -> Iterator[PlanClause]:
    """Yield what the plan says for a clause: of one column perhaps several conditions, of several one with alternatives."""
    if len(clause) == 1:
        ((field, allowed),) = clause
        ways = list(_ways_as_all(field, allowed))
        yield from _first(ways, permitted(field))
        return
    by_name = {field.name: field for field, _ in clause}
    alternatives = [
        each
        for name, allowed in order_of(clause)
        for each in _first(list(_ways(by_name[name], allowed)), permitted(by_name[name]))
    ]
    yield tuple(each for each in alternatives if isinstance(each, Filter))


def _first(ways: list[list[PlanClause]], permit: Permit) -> list[PlanClause]:
    return next((way for way in ways if all(_is_allowed(each, permit) for each in way)), ways[0])


def _is_allowed(clause: PlanClause, permit: Permit) -> bool:
    return all(
        each.op in permit.comparisons
        and (permit.literals is None or all(str(value) in permit.literals for value in each.values))
        for each in (clause if isinstance(clause, tuple) else (clause,))
    )


def _ways_as_all(field: Field, allowed: Allowed) -> Iterator[list[PlanClause]]:
    """Yield ways to say it as conditions that must all hold."""
    values, missing = allowed
    for way in _ways(field, allowed):
        filters = tuple(each for each in way if isinstance(each, Filter))
        yield [filters[0] if len(filters) == 1 else filters]
    if missing or not field.is_integer or len(values) != 1:
        return
    ((low, high),) = values
    if low > LOW and high < HIGH:
        for least, most in ((Op.GE, Op.LE), (Op.GT, Op.LE), (Op.GE, Op.LT), (Op.GT, Op.LT)):
            yield [
                Filter(field.name, least, low - (least is Op.GT)),
                Filter(field.name, most, high + (most is Op.LT)),
            ]


def _ways(field: Field, allowed: Allowed) -> Iterator[list[PlanClause]]:
    """Yield ways to say it as alternatives."""
    values, missing = allowed
    tail: list[PlanClause] = [Filter(field.name, Op.MISSING)] if missing else []
    if not values:
        yield tail
    elif values == field.universe:
        yield [Filter(field.name, Op.PRESENT), *tail]
    else:
        yield from ([*way, *tail] for way in (_number_ways if field.is_integer else _text_ways)(field, values))


def _text_ways(field: Field, values: Ranges) -> Iterator[list[PlanClause]]:
    keys = field.column.keys
    among = tuple(keys[place] for place in members(values))
    rest = tuple(keys[place] for place in members(complement(values, field.universe)))
    listed = [_listed(field, Op.IN, among), _listed(field, Op.NOT_IN, rest)]
    yield from listed if len(among) <= len(rest) else listed[::-1]
    yield [Filter(field.name, Op.EQ, value) for value in among]
    yield [Filter(field.name, Op.IN, among)]


def _listed(field: Field, op: Op, values: tuple[int, ...] | tuple[str, ...]) -> list[PlanClause]:
    if len(values) == 1:
        return [Filter(field.name, Op.EQ if op is Op.IN else Op.NE, values[0])]
    return [Filter(field.name, op, values)]


def _number_ways(field: Field, values: Ranges) -> Iterator[list[PlanClause]]:
    rest = complement(values, field.universe)
    finite = values[0][0] > LOW and values[-1][1] < HIGH
    if len(values) > 1 and finite and size(values) <= LISTED_MAX:
        yield _listed(field, Op.IN, members(values))
    if rest[0][0] > LOW and rest[-1][1] < HIGH and size(rest) <= LISTED_MAX:
        yield _listed(field, Op.NOT_IN, members(rest))
    points = tuple(low for low, high in values if low == high)
    listed = _listed(field, Op.IN, points) if points else []
    for least, most in ((Op.GE, Op.LE), (Op.GT, Op.LE), (Op.GE, Op.LT), (Op.GT, Op.LT)):
        yield [*listed, *(_range(field, part, least, most) for part in values if part[0] < part[1])]
    if finite and size(values) <= LISTED_MAX:
        yield [Filter(field.name, Op.IN, members(values))]
        yield [Filter(field.name, Op.EQ, value) for value in members(values)]


def _range(field: Field, part: tuple[int, int], least: Op, most: Op) -> Filter:
    low, high = part
    if low == LOW:
        return Filter(field.name, most, high + (most is Op.LT))
    if high == HIGH:
        return Filter(field.name, least, low - (least is Op.GT))
    return Filter(field.name, Op.BETWEEN, (low, high))
