"""What a query reads: a table with what is looked up for its rows, the names it goes by, the conditions met so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlglot import exp

from mumian.engines.question import GroupKey
from mumian.rooms.cleanroom.analysis import AnalysisRules
from mumian.rooms.cleanroom.plan import Join
from mumian.rooms.cleanroom.refusals import CleanroomRefusal
from mumian.sql.clauses import Clause
from mumian.sql.columns import Field, Scope, clean, fields_of, name_of
from mumian.sql.conditions import All, Atom, Formula, Some, condition
from mumian.sql.reading import no
from mumian.sql.refusals import SqlRefusal as R
from mumian.sql.values import Presentation, Value

_TABLE_PARTS = {"this", "alias"}
_JOIN_PARTS = {"this", "on", "using", "side", "kind"}


@dataclass(frozen=True)
class Rowset:
    """Rows of a table, not released. columns: by name in lower case. where: of which rows."""

    rules: AnalysisRules
    columns: Mapping[str, Field]
    joins: tuple[Join, ...] = ()
    where: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What of a plan the text says; the rest is in options and rules. clauses: canonical, without what the groups say."""

    rows: Rowset
    joins: tuple[Join, ...]
    group_by: tuple[GroupKey, ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Figures:
    """Released groups under names: what an aggregating query gives. keys: columns of the plan that it groups by."""

    asked: Asked
    columns: Mapping[str, tuple[str, Value]]
    shown: Presentation


Relation: TypeAlias = Rowset | Figures
Query: TypeAlias = Callable[[exp.Expr, Mapping[str, Relation]], Relation]


@dataclass(frozen=True)
class Reader:
    """Makes FROM and JOIN into a relation. tables: all that can be read. query: compiles a query that stands in FROM."""

    tables: Mapping[str, AnalysisRules]
    query: Query

    def relation(self, select: exp.Select, named: Mapping[str, Relation]) -> tuple[Relation, Scope]:
        """Return what a SELECT reads, and the names of its columns. Raises: NotAnswered."""
        source = select.args.get("from_")
        if source is None:
            no(R.NO_TABLE, select, tables=self._names())
        first, alias = self._source(source.this, named)
        joins: list[exp.Join] = [*(source.this.args.get("joins") or ()), *(select.args.get("joins") or ())]
        if isinstance(first, Figures):
            if joins:
                no(R.JOIN_KIND, joins[0])
            return first, Scope({})
        scope = Scope({alias: first.columns})
        for join in joins:
            first, scope = self._joined(first, scope, join, named)
        return first, scope

    def _names(self) -> str:
        return ", ".join(sorted(self.tables)) or "-"

    def _source(self, node: exp.Expr, named: Mapping[str, Relation]) -> tuple[Relation, str]:
        """Return a table, a query named in WITH or one in brackets, and what it is called."""
        alias = node.args.get("alias")
        if alias is not None and alias.args.get("columns"):
            no(R.CTE_FORM, alias)
        called = name_of(alias.this) if alias is not None else ""
        if isinstance(node, exp.Subquery):
            extra = [part for part in ("sample", "pivots", "laterals", "with_") if node.args.get(part)]
            return (
                (self.query(node.this, named), called) if not extra else no(R.SOURCE_FORM, node, tables=self._names())
            )
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            no(R.SOURCE_FORM, node, tables=self._names())
        if any(value for part, value in node.args.items() if part not in _TABLE_PARTS and part != "joins"):
            no(R.SOURCE_FORM, node, tables=self._names())
        name = name_of(node.this)
        if name in named:
            return named[name], called or name
        if name not in self.tables:
            no(CleanroomRefusal.TABLE_UNKNOWN, node.this, table=clean(node.name), tables=self._names())
        rules = self.tables[name]
        return Rowset(rules, fields_of(rules)), called or name

    def _joined(
        self, first: Rowset, scope: Scope, join: exp.Join, named: Mapping[str, Relation]
    ) -> tuple[Rowset, Scope]:
        side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
        odd = [value for part, value in join.args.items() if value and part not in _JOIN_PARTS]
        keyed = join.args.get("on") is not None or join.args.get("using")
        if odd or side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER") or not keyed:
            no(R.JOIN_KIND, join)
        other, alias = self._source(join.this, named)
        tables = {first.rules.table, *(each.table for each in first.joins)}
        if isinstance(other, Figures) or other.joins or other.rules.table in tables or alias in scope.sources:
            no(R.JOIN_KIND, join.this)
        if side == "LEFT" and other.where:
            no(R.JOIN_CONDITION, join.this)
        if not side and not first.joins and _is_looked_up_in(first.rules, other.rules):
            return self._swapped(first, other, scope, join, alias)
        prefix = f"{other.rules.table}."
        columns = {name: replace(field, name=prefix + field.name) for name, field in other.columns.items()}
        wider = Scope({**scope.sources, alias: columns}, scope.merged | _using(join))
        on = self._pairs(join, scope, wider, other.rules.table)
        joined = Join(other.rules.table, tuple(sorted(set(on))), outer=side == "LEFT")
        where = (*first.where, *(_renamed(each, prefix) for each in other.where))
        return replace(first, joins=(*first.joins, joined), where=where), wider

    def _swapped(self, first: Rowset, other: Rowset, scope: Scope, join: exp.Join, alias: str) -> tuple[Rowset, Scope]:
        """Read an inner join from the side that has units: the same rows, looked up the other way round."""
        prefix = f"{first.rules.table}."
        columns = {name: replace(field, name=prefix + field.name) for name, field in first.columns.items()}
        own = Scope({alias: other.columns})
        wider = Scope({alias: other.columns, **dict.fromkeys(scope.sources, columns)}, _using(join))
        on = self._pairs(join, own, wider, first.rules.table)
        joined = Join(first.rules.table, tuple(sorted(set(on))))
        where = (*other.where, *(_renamed(each, prefix) for each in first.where))
        return replace(other, joins=(joined,), where=where), wider

    def _pairs(self, join: exp.Join, own: Scope, wider: Scope, table: str) -> list[tuple[str, str]]:
        """Return the columns that a join matches: the plan's table's, the joined one's."""
        using = join.args.get("using") or []
        if using:
            named = [exp.Column(this=each.copy()) for each in using if isinstance(each, exp.Identifier)]
            if len(named) < len(using):
                no(R.JOIN_CONDITION, join)
            inner = next(fields for fields in wider.sources.values() if _is_of(fields, table))
            return [(own.field(each).name, _within(inner, each, node=join)) for each in named]
        on = join.args["on"]
        parts = list(on.flatten()) if isinstance(on, exp.And) else [on.unnest()]
        return [self._pair(part.unnest(), wider, table) for part in parts]

    def _pair(self, node: exp.Expr, wider: Scope, table: str) -> tuple[str, str]:
        if not isinstance(node, exp.EQ) or not all(
            isinstance(side, exp.Column) for side in (node.this, node.expression)
        ):
            no(R.JOIN_CONDITION, node)
        left, right = wider.field(node.this), wider.field(node.expression)
        prefix = f"{table}."
        if left.name.startswith(prefix):
            left, right = right, left
        if not right.name.startswith(prefix) or left.name != left.column.name:
            no(R.JOIN_CONDITION, node)
        return left.name, right.column.name


def _is_looked_up_in(first: AnalysisRules, other: AnalysisRules) -> bool:
    """Return whether the first table is rather the one whose rows are looked up for the other's."""
    return bool(first.key and not other.key) or bool(other.unit and not first.unit)


def _using(join: exp.Join) -> frozenset[str]:
    return frozenset(name_of(each) for each in join.args.get("using") or [])


def _is_of(fields: Mapping[str, Field], table: str) -> bool:
    return any(field.name.startswith(f"{table}.") for field in fields.values())


def _within(fields: Mapping[str, Field], column: exp.Column, *, node: exp.Expr) -> str:
    found = fields.get(name_of(column.this))
    if found is None:
        no(
            CleanroomRefusal.COLUMN_UNKNOWN,
            node,
            column=clean(column.name),
            table=next(iter(fields.values())).rules.table,
        )
    return found.column.name


def _renamed(formula: Formula, prefix: str) -> Formula:
    """Return a condition on a joined table's columns under the plan's names for them."""
    match formula:
        case Atom():
            return replace(formula, field=replace(formula.field, name=prefix + formula.field.name))
        case All():
            return All(tuple(_renamed(part, prefix) for part in formula.parts))
        case Some():
            return Some(tuple(_renamed(part, prefix) for part in formula.parts))


def projected(rows: Rowset, scope: Scope, select: exp.Select) -> Rowset:
    """Return what a query in WITH that does not aggregate leaves of its rows: columns under names, conditions added.

    Raises: NotAnswered: it computes, cuts or orders.
    """
    for part in ("having", "order", "limit", "offset"):
        if select.args.get(part):
            no(R.PROJECTION, select.args[part])
    columns: dict[str, Field] = {}
    for item in select.expressions:
        for name, field in _named(item, scope):
            if name in columns:
                no(R.NAME_TWICE, item)
            columns[name] = field
    where = select.args.get("where")
    added = (condition(where.this, scope),) if where is not None else ()
    return replace(rows, columns=columns, where=(*rows.where, *added))


def _named(item: exp.Expr, scope: Scope) -> list[tuple[str, Field]]:
    star = item.this if isinstance(item, exp.Column) else item
    if isinstance(star, exp.Star):
        if any(star.args.get(part) for part in ("except_", "replace", "rename")):
            no(R.STAR, item)
        source = name_of(item.args.get("table"))
        if not source:
            return list(scope.fields())
        if source not in scope.sources:
            no(R.COLUMN_SOURCE, item, tables=", ".join(scope.sources))
        return list(scope.sources[source].items())
    column = item.this if isinstance(item, exp.Alias) else item
    if not isinstance(column, exp.Column):
        no(R.PROJECTION, item)
    field = scope.field(column)
    return [(name_of(item.args.get("alias")) or name_of(column.this), field)]
