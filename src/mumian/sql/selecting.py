"""One SELECT that aggregates, or that only reads figures that another one in WITH released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import msgspec
from sqlglot import exp

from mumian.rooms.cleanroom.plan import Join
from mumian.rooms.cleanroom.refusals import CleanroomRefusal
from mumian.sql.aggregates import Aggregates
from mumian.sql.clauses import clauses
from mumian.sql.columns import Field, Scope, clean, name_of
from mumian.sql.conditions import All, Atom, condition
from mumian.sql.expressions import Resolve, expression
from mumian.sql.groups import Grouped, group, inner_group, needs_bins, numbered
from mumian.sql.literals import constant
from mumian.sql.reading import no
from mumian.sql.refusals import SqlRefusal as R
from mumian.sql.rowsets import Asked, Figures, Rowset
from mumian.sql.values import Cut, Keep, Presentation, Sort, SortKey, Step, Value

ROWS_MAX = 1_000_000
"""What LIMIT and OFFSET may say at most."""


def aggregates_in(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the aggregates in a part of the tree that is no query of its own; a filtered one with its filter."""
    if isinstance(node, exp.Filter | exp.WithinGroup | exp.AggFunc):
        yield node
    elif not isinstance(node, exp.Query):
        for child in node.iter_expressions():
            yield from aggregates_in(child)


def is_aggregating(select: exp.Select) -> bool:
    """Return whether a SELECT asks for figures rather than rows."""
    items = [*select.expressions, *(select.args[part] for part in ("having", "order") if select.args.get(part))]
    bins = [item for item in select.expressions if item.find(exp.WidthBucket) or _is_histogram(item)]
    return bool(select.args.get("group") or bins or any(True for item in items for _ in aggregates_in(item)))


def _is_histogram(item: exp.Expr) -> bool:
    return any(str(each.this).lower() == "histogram" for each in item.find_all(exp.Anonymous))


class Aggregating:
    """Compiles a SELECT with aggregates over rows. Every method may raise NotAnswered."""

    def __init__(self, select: exp.Select, rows: Rowset, scope: Scope, *, bins: int) -> None:
        self._select, self._rows, self._scope, self._bins = select, rows, scope, bins

    def figures(self) -> Figures:
        select = self._select
        self._groups = self._grouped()
        asked, present = self._asked()
        unit = self._rows.rules.column(self._rows.rules.unit)
        field = Field(unit.name, unit, self._rows.rules) if unit else None
        self._aggregates = Aggregates(self._scope, field, present, self._bins)
        columns = shown_columns(select, self._resolve)
        steps = steps_of(select, self._resolve, columns)
        return Figures(asked, columns, Presentation(tuple(columns.values()), steps))

    def _items(self) -> dict[str, exp.Expr]:
        return {
            name_of(item.args["alias"]): item.this for item in self._select.expressions if isinstance(item, exp.Alias)
        }

    def _grouped(self) -> dict[str, Grouped]:
        """Return what is grouped by, by column of the plan."""
        made: dict[str, Grouped] = {}
        for node, place in self._group_nodes():
            grouped = inner_group(node, self._scope)
            if grouped is None:
                no(R.GROUP_FORM, place)
            if needs_bins(grouped):
                no(R.GROUP_NEEDS_BINS, place, column=clean(grouped.field.column.name))
            before = made.setdefault(grouped.field.name, grouped)
            if before.key.edges != grouped.key.edges:
                no(R.GROUP_TWICE, place, column=grouped.field.name)
        return made

    def _group_nodes(self) -> Iterator[tuple[exp.Expr, exp.Expr]]:
        """Yield the expressions that are grouped by, each with where it was named."""
        found = self._select.args.get("group")
        items, named = self._select.expressions, self._items()
        plain = [item.unalias() for item in items if not any(True for _ in aggregates_in(item))]
        if found is None:
            yield from ((item, item) for item in plain if item.find(exp.WidthBucket) or _is_histogram(item))
            return
        odd = [value for part, value in found.args.items() if value and part not in ("expressions", "all")]
        if odd:
            no(R.CLAUSE, odd[0][0] if isinstance(odd[0], list) else found)
        if found.args.get("all"):
            yield from ((item, item) for item in plain if item.find(exp.Column))
        for node in found.expressions:
            if isinstance(node, exp.Rollup | exp.Cube | exp.GroupingSets):
                no(R.CLAUSE, node)
            if isinstance(node, exp.Literal) and not node.is_string:
                yield position(node, items).unalias(), node
            elif isinstance(node, exp.Column) and not self._is_column(node) and name_of(node.this) in named:
                yield named[name_of(node.this)], node
            else:
                yield node, node

    def _is_column(self, node: exp.Column) -> bool:
        return bool(name_of(node.args.get("table"))) or any(
            name == name_of(node.this) for name, _ in self._scope.fields()
        )

    def _asked(self) -> tuple[Asked, frozenset[str]]:
        """Return groups and conditions in canonical form, and the columns that no row that counts lacks."""
        where = [*self._rows.where, *self._conditions()]
        rows = [grouped.rows() for grouped in self._groups.values()]
        canonical = clauses(All((*where, *rows)), at=self._select.args.get("where") or self._select)
        units = {each: clause for clause in canonical if len(clause) == 1 for each in clause}
        present = {field.name for field, (_, missing) in units if not missing} | {self._rows.rules.unit}
        group_by, left = [], [clause for clause in canonical if len(clause) > 1]
        for (field, (allowed, missing)), clause in units.items():
            grouped = self._groups.get(field.name)
            if grouped is None:
                left.append(clause)
                continue
            key, rest = grouped.plan_key(_shown_values(grouped, allowed))
            group_by.append(key)
            if rest != field.universe:
                left.append(frozenset({(field, (rest, missing))}))
        ordered = tuple(sorted(group_by, key=lambda key: key.column))
        joins = self._joins(present, {field.name for clause in canonical for field, _ in clause})
        return Asked(self._rows, joins, ordered, tuple(left)), frozenset(present)

    def _conditions(self) -> list[Atom | All]:
        where = self._select.args.get("where")
        nodes = [where.this] if where is not None else []
        nodes += self._common_filter()
        made = [condition(node, self._scope) for node in nodes]
        return [each if isinstance(each, Atom | All) else All((each,)) for each in made]

    def _common_filter(self) -> list[exp.Expr]:
        """Return the condition of a FILTER that all aggregates share."""
        parts = [
            *self._select.expressions,
            *(self._select.args[p] for p in ("having", "order") if self._select.args.get(p)),
        ]
        found = [node for part in parts for node in aggregates_in(part)]
        filtered = [node for node in found if isinstance(node, exp.Filter)]
        if not filtered:
            return []
        if len(filtered) < len(found) or any(node.expression != filtered[0].expression for node in filtered):
            no(R.CONDITIONAL, filtered[0])
        return [filtered[0].expression.this]

    def _joins(self, present: set[str], conditions: set[str]) -> tuple[Join, ...]:
        """Return the joins that change the answer: left ones whose columns must be there are inner ones."""
        asked = {
            self._scope.field(node).name
            for part in ("expressions", "having", "order")
            for top in _parts(self._select, part)
            for node in top.find_all(exp.Column)
            if self._is_column(node) and isinstance(node.this, exp.Identifier)
        }
        made = []
        for join in self._rows.joins:
            prefix = f"{join.table}."
            if join.outer and not any(name.startswith(prefix) for name in asked | conditions | set(self._groups)):
                continue
            made.append(
                msgspec.structs.replace(join, outer=join.outer and not any(name.startswith(prefix) for name in present))
            )
        return tuple(sorted(made, key=lambda join: join.table))

    def _resolve(self, node: exp.Expr) -> Value | None:
        leaf = self._aggregates.leaf(node)
        if leaf is not None:
            return leaf
        if isinstance(node, exp.Column) and not self._is_column(node):
            return (
                None
                if name_of(node.this) not in self._items()
                else expression(self._items()[name_of(node.this)], self._resolve)
            )
        grouped = group(node, self._scope)
        if grouped is None:
            return None
        same = self._groups.get(grouped.field.name)
        if same is None or same.key.edges != grouped.key.edges:
            no(R.NOT_GROUPED, node, column=grouped.field.name)
        return numbered(grouped, node)


def _parts(select: exp.Select, part: str) -> list[exp.Expr]:
    found = select.args.get(part)
    return found if isinstance(found, list) else [found] if found is not None else []


def _shown_values(grouped: Grouped, allowed: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return the values of a column as conditions leave them, or all where they leave all that is grouped."""
    return grouped.field.universe if allowed == grouped.rows().values else allowed


def position(node: exp.Literal, items: list[exp.Expr]) -> exp.Expr:
    """Return the SELECT's column of a number. Raises: NotAnswered."""
    number = constant(node)
    if not isinstance(number, Fraction) or number.denominator != 1 or not 1 <= number <= len(items):
        no(R.POSITION, node, columns=len(items))
    return items[int(number) - 1]


def shown_columns(select: exp.Select, resolve: Resolve) -> dict[str, tuple[str, Value]]:
    """Return the columns of an answer by name in lower case. Raises: NotAnswered: two have one name."""
    made: dict[str, tuple[str, Value]] = {}
    for item in select.expressions:
        name = _name(item, len(made))
        if name.lower() in made:
            no(R.NAME_TWICE, item)
        made[name.lower()] = name, expression(item.unalias(), resolve)
    return made


def _name(item: exp.Expr, nth: int) -> str:
    """Return what a column is called: its alias, its own name, or its text, as plain as it can be."""
    if isinstance(item, exp.Alias | exp.Column):
        return clean(item.alias_or_name)
    try:
        return clean(item.sql(dialect="duckdb", comments=False).lower())
    except (ValueError, TypeError, AttributeError):  # what cannot be written out has a number
        return f"column {nth + 1}"


def steps_of(select: exp.Select, resolve: Resolve, columns: Mapping[str, tuple[str, Value]]) -> tuple[Step, ...]:
    """Return what is done with released rows: HAVING, ORDER BY, LIMIT. Raises: NotAnswered."""
    steps: list[Step] = []
    having, order = select.args.get("having"), select.args.get("order")
    if having is not None:
        steps.append(Keep(expression(having.this, resolve)))
    if order is not None:
        steps.append(
            Sort(tuple(key for node in order.expressions for key in _sort_keys(node, select, resolve, columns)))
        )
    limit, offset = select.args.get("limit"), select.args.get("offset")
    if limit is not None or offset is not None:
        steps.append(Cut(None if limit is None else _count(limit), 0 if offset is None else _count(offset)))
    return tuple(steps)


def _sort_keys(
    node: exp.Expr, select: exp.Select, resolve: Resolve, columns: Mapping[str, tuple[str, Value]]
) -> Iterator[SortKey]:
    what = node.this
    if not isinstance(node, exp.Ordered) or node.args.get("with_fill"):
        no(R.CLAUSE, node)
    how = bool(node.args.get("desc")), bool(node.args.get("nulls_first"))
    if isinstance(what, exp.Var) and str(what.this).upper() == "ALL":
        yield from (SortKey(value, *how) for _, value in columns.values())
    elif isinstance(what, exp.Literal) and not what.is_string:
        position(what, select.expressions)
        yield SortKey(list(columns.values())[int(constant(what)) - 1][1], *how)  # type: ignore[arg-type]  # a number: checked
    elif isinstance(what, exp.Column) and not what.args.get("table") and name_of(what.this) in columns:
        yield SortKey(columns[name_of(what.this)][1], *how)
    else:
        yield SortKey(expression(what, resolve), *how)


def _count(node: exp.Expr) -> int:
    inner = node.args.get("expression")
    value = constant(inner) if isinstance(inner, exp.Literal) else None
    odd = not isinstance(node, exp.Limit | exp.Offset) or node.args.get("limit_options") or node.expressions
    if odd or not isinstance(value, Fraction) or value.denominator != 1 or not 0 <= value <= ROWS_MAX:
        no(R.LIMIT_FORM, node, most=ROWS_MAX)
    return int(value)


def reread(select: exp.Select, figures: Figures, alias: str) -> Figures:
    """Return a SELECT over figures that WITH released: filtered, computed with, ordered. Raises: NotAnswered."""

    def resolve(node: exp.Expr) -> Value | None:
        for aggregate in aggregates_in(node):
            no(R.AGGREGATED_AGAIN, aggregate)
        if not isinstance(node, exp.Column):
            return None
        source, name = name_of(node.args.get("table")), name_of(node.this)
        if source and source != alias:
            no(R.COLUMN_SOURCE, node, tables=alias)
        if not isinstance(node.this, exp.Identifier):
            no(R.STAR, node)
        if name not in figures.columns:
            no(CleanroomRefusal.COLUMN_UNKNOWN, node, column=clean(node.name), table=alias or "-")
        return figures.columns[name][1]

    if select.args.get("group"):
        no(R.AGGREGATED_AGAIN, select.args["group"])
    if len(select.expressions) == 1 and isinstance(select.expressions[0], exp.Star):
        columns = dict(figures.columns)
    else:
        columns = shown_columns(select, resolve)
    where = select.args.get("where")
    kept = (Keep(expression(where.this, resolve)),) if where is not None else ()
    steps = (*figures.shown.steps, *kept, *steps_of(select, resolve, columns))
    return Figures(figures.asked, columns, Presentation(tuple(columns.values()), steps))
