"""SQL to a plan: read, met with the public schema, brought into canonical form, held against the rules.

The same question has the same plan, however it is written, so that asking it again costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from mumian.engines.question import Measure, Units
from mumian.engines.question import groups as groups_of
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.analysis import AnalysisRules, Permit, permit
from mumian.rooms.cleanroom.plan import (
    CELLS_MAX,
    AggregatePlan,
    Histogram,
    Mechanism,
    Mode,
    cells,
    fault,
    rho_each_nano,
)
from mumian.rooms.cleanroom.refusals import CleanroomRefusal
from mumian.rooms.cleanroom.ruled import refuse_plan
from mumian.sql.columns import Field, name_of
from mumian.sql.filters import plan_clauses
from mumian.sql.reading import NotAnswered, no, read, refused_at
from mumian.sql.refusals import SqlRefusal as R
from mumian.sql.refusals import SqlRefused
from mumian.sql.rowsets import Figures, Reader, Relation, Rowset, projected
from mumian.sql.selecting import Aggregating, is_aggregating, reread
from mumian.sql.values import Keep, Presentation, Sort, leaves, measures_of

BINS = 100
"""Bins of the histogram that quantiles are read off, unless the column has fewer values."""

_CLAUSES = {"with_", "expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset"}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What SQL does not say; see `AggregatePlan`. In exact mode only the mode counts.

    l0: groups that a unit touches at most; more than there are is as many as there are. bins: see `BINS`.
    """

    l0: int = 1
    linf_rows: int = 1
    rows_max: int = 0
    rho_nano: int = 0
    delta_femto: int = 0
    mode: Mode = Mode.PRIVATE
    mechanism: Mechanism = Mechanism.GAUSSIAN
    bins: int = BINS


@dataclass(frozen=True)
class Compiled:
    """What is computed where the data are, and how what comes back is shown."""

    plan: AggregatePlan
    shown: Presentation


def compile_sql(
    text: str, tables: Mapping[str, AnalysisRules], *, party: PartyId, options: Options
) -> Compiled | SqlRefused:
    """Return the plan of a query and how its answer is shown, or why not and where in the text.

    Args:
        text: one SELECT in DuckDB's dialect.
        tables: rules of every table that can be read or joined, by the name that plans call it.
        party: who asks.
    Refuses: SqlRefusal; CleanroomRefusal as `refuse_plan`.
    """
    try:
        tree = read(text)
        figures = _Compiler(tables, bins=options.bins).top(tree)
        made = _compiled(figures, tables, party=party, options=options)
        refused = _refused(made.plan, tables, party)
        if refused is not None:
            raise NotAnswered(refused, _place(tree, refused))
    except NotAnswered as e:
        return refused_at(text, e.refused, e.at)
    except RecursionError:
        return refused_at(text, Refused(R.TOO_DEEP), None)
    return made


class _Compiler:
    """Compiles queries within queries. named: what WITH has named so far."""

    def __init__(self, tables: Mapping[str, AnalysisRules], *, bins: int) -> None:
        self._reader = Reader(tables, self._query)
        self._bins = bins

    def top(self, tree: exp.Expr) -> Figures:
        """Return what the whole text asks. Raises: NotAnswered."""
        _refuse_forms(tree)
        made = self._query(tree, {})
        if isinstance(made, Rowset):
            no(R.ROWS_WANTED, tree)
        return made

    def _query(self, tree: exp.Expr, named: Mapping[str, Relation]) -> Relation:
        while isinstance(tree, exp.Subquery | exp.Paren):
            odd = [value for part, value in tree.args.items() if value and part not in ("this", "alias")]
            if odd:
                no(R.CLAUSE, tree)
            tree = tree.this
        if not isinstance(tree, exp.Select):
            no(R.SET_OPERATION if isinstance(tree, exp.SetOperation) else R.NOT_A_SELECT, tree)
        _refuse_clauses(tree)
        named = {**named, **self._with(tree, named)}
        source, scope = self._reader.relation(tree, named)
        if isinstance(source, Figures):
            return reread(tree, source, _alias_of(tree))
        if is_aggregating(tree):
            return Aggregating(tree, source, scope, bins=self._bins).figures()
        return projected(source, scope, tree)

    def _with(self, tree: exp.Select, named: Mapping[str, Relation]) -> dict[str, Relation]:
        made: dict[str, Relation] = {}
        clause = tree.args.get("with_")
        if clause is None:
            return made
        if clause.args.get("recursive"):
            no(R.CTE_FORM, clause)
        for cte in clause.expressions:
            alias = cte.args.get("alias")
            odd = [value for part, value in cte.args.items() if value and part not in ("this", "alias", "materialized")]
            name = name_of(alias.this) if alias is not None else ""
            if odd or not name or alias.args.get("columns") or name in made:
                no(R.CTE_FORM, alias or cte)
            made[name] = self._query(cte.this, {**named, **made})
        return made


def _alias_of(tree: exp.Select) -> str:
    source = tree.args["from_"].this
    alias = source.args.get("alias")
    return name_of(alias.this) if alias is not None else name_of(source.this)


def _refuse_forms(tree: exp.Expr) -> None:
    """Refuse what is nowhere answered, before anything is made of it."""
    for node in tree.walk():
        match node:
            case exp.Placeholder() | exp.Parameter() | exp.SessionParameter():
                no(R.PARAMETER, node)
            case exp.Window():
                no(R.WINDOW, node)
            case exp.SetOperation():
                no(R.SET_OPERATION, node)
            case exp.Hint():
                no(R.HINT, node)
            case exp.Command() | exp.Block():
                no(R.NOT_A_SELECT, node)


def _refuse_clauses(tree: exp.Select) -> None:
    for part, value in tree.args.items():
        if not value or part in _CLAUSES:
            continue
        first = value[0] if isinstance(value, list) else value
        if part == "distinct":
            no(R.DISTINCT_ROWS, tree)
        no(R.CLAUSE, first if isinstance(first, exp.Expr) else tree)


def _compiled(figures: Figures, tables: Mapping[str, AnalysisRules], *, party: PartyId, options: Options) -> Compiled:
    asked = figures.asked
    rules = asked.rows.rules
    joined = [tables[join.table] for join in asked.joins]
    if not rules.unit:
        no(R.NO_UNIT, table=rules.table)
    exact = options.mode is Mode.EXACT
    units_min = max(each.units_min for each in (rules, *joined))
    if exact and rules.exact is not None:
        units_min = max(units_min, rules.exact.units_min)
    found = any(key.is_found for key in asked.group_by)
    measures = _measures(figures.shown)
    if not exact and (found or units_min):
        measures.add(Units())
    if not measures:
        no(R.NOTHING_MEASURED)

    def permitted(field: Field) -> Permit:
        return permit(field.rules, field.column.name, party)

    where = [clause for each in asked.clauses for clause in plan_clauses(each, permitted)]
    l0 = options.l0 if found else min(options.l0, groups_of(asked.group_by))
    plan = AggregatePlan(
        group_by=asked.group_by,
        where=tuple(sorted(where, key=repr)),
        measures=tuple(sorted(measures, key=lambda measure: (type(measure).__name__, measure.column))),
        unit=rules.unit,
        l0=0 if exact else l0,
        linf_rows=0 if exact else options.linf_rows,
        rows_max=0 if exact else _rows_max(options, l0),
        rho_nano=0 if exact else options.rho_nano,
        delta_femto=options.delta_femto if found and not exact else 0,
        table=rules.table,
        joins=asked.joins,
        mode=options.mode,
        mechanism=Mechanism.GAUSSIAN if exact else options.mechanism,
        units_min=units_min,
    )
    _refuse_costs(plan)
    return Compiled(plan, figures.shown)


def _rows_max(options: Options, l0: int) -> int:
    """Return the bound on a unit's rows in all, where it cuts more than the others do."""
    return options.rows_max if options.rows_max < l0 * options.linf_rows else 0


def _measures(shown: Presentation) -> set[Measure]:
    """Return every measure that something shown, filtered or sorted by is made of."""
    values = [value for _, value in shown.columns]
    for step in shown.steps:
        if isinstance(step, Keep):
            values.append(step.condition)
        elif isinstance(step, Sort):
            values += [key.value for key in step.keys]
    return {measure for value in values for leaf in leaves(value) for measure in measures_of(leaf)}


def _refuse_costs(plan: AggregatePlan) -> None:
    """Refuse what the options do not pay for, in the words of this room."""
    found = next((key.column for key in plan.group_by if key.is_found), "")
    if found and plan.mode is Mode.EXACT:
        no(R.FOUND_EXACTLY, column=found)
    if cells(plan) > CELLS_MAX:
        no(R.TOO_MANY_CELLS, cells=cells(plan), most=CELLS_MAX)
    if plan.mode is Mode.PRIVATE:
        if found and not plan.delta_femto:
            no(R.DELTA_NEEDED, column=found)
        if plan.mechanism is not Mechanism.GAUSSIAN:
            histogram = next((each.column for each in plan.measures if isinstance(each, Histogram)), "")
            if found or histogram:
                no(R.GAUSSIAN_NEEDED, found=found or histogram)
        if not plan.l0 or not plan.linf_rows:
            no(R.BOUNDS_NEEDED, l0=plan.l0, linf_rows=plan.linf_rows)
        if rho_each_nano(plan) == 0:
            no(R.RHO_TOO_SMALL, rho_nano=plan.rho_nano, measures=len(plan.measures))
    wrong = fault(plan)
    if wrong is not None:
        no(CleanroomRefusal.PLAN_FAULTY, fault=wrong)


def _refused(plan: AggregatePlan, tables: Mapping[str, AnalysisRules], party: PartyId) -> Refused | None:
    others = {name: rules for name, rules in tables.items() if name != plan.table}
    return refuse_plan(plan, own=tables[plan.table], joinable=others, party=party)


def _place(tree: exp.Expr, refused: Refused) -> exp.Expr | None:
    """Return where the text first says what a refusal names: a column, a literal, else a table."""
    detail = refused.detail
    column = str(detail.get("column", "")).rpartition(".")[2].lower()
    mentions: Iterable[exp.Expr] = tree.find_all(exp.Column, bfs=False)
    named = [node for node in mentions if column and name_of(node.this) == column]
    if refused.refusal is CleanroomRefusal.COMPARISON_DENIED or refused.refusal is CleanroomRefusal.VALUE_OUTSIDE:
        chosen = [node for node in named if node.find_ancestor(exp.Where) is not None]
        named = chosen or named
    tables = [node for node in tree.find_all(exp.Table) if name_of(node.this) == str(detail.get("table", ""))]
    return next(iter([*named, *tables]), None)
