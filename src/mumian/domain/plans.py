"""Whether a plan stays within what a holder declared, and within its owner's own rules. Nothing here looks at a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mumian.domain.declaration import AnyColumn, Declaration, IntegerColumn, Terms
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Version
from mumian.engines.question import filters
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.analysis import AnalysisRules, Kind, PublicColumn
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Filter,
    Histogram,
    Op,
    Plan,
    SourceTicket,
    Sum,
    SumSquares,
    Ticket,
    VerificationPlan,
    fault,
)
from mumian.rooms.cleanroom.refusals import CleanroomRefusal
from mumian.rooms.cleanroom.ruled import refuse_plan


class Source(msgspec.Struct, frozen=True):
    """What a ticket reads here: the ticket's line, the owner's terms, the data."""

    asked: SourceTicket
    terms: Terms
    version: Version

    @property
    def has_units(self) -> bool:
        return bool(self.version.manifest.declaration.unit)

    @property
    def table(self) -> str:
        """Return what plans call it; "" before its owner has set rules."""
        return self.terms.rules.table if self.terms.rules else ""


def refuse_declared(source: Source, plan: Plan) -> Refused | None:
    """Return why a plan means nothing, or asks for what is not declared of one source that it reads, or None."""
    reason = fault(plan)
    if reason is not None:
        return Refused(R.PLAN_FAULTY, {"reason": reason})
    declaration, resource = source.version.manifest.declaration, source.asked.resource
    if isinstance(plan, VerificationPlan):
        return _refuse_columns(declaration, resource, plan.key_columns, (plan.predicate,))
    if not source.has_units or (plan.table and plan.table != source.table):
        return None
    if plan.unit != declaration.unit:
        return Refused(R.UNIT_DIFFERS, {"asked": plan.unit, "resource": resource, "declared": declaration.unit})
    joined = tuple(f"{join.table}." for join in plan.joins)
    own = [each for each in filters(plan.where) if not each.column.startswith(joined or ("\0",))]
    measured = [m.column for m in plan.measures if m.column and not m.column.startswith(joined or ("\0",))]
    return (
        _refuse_columns(declaration, resource, measured, own)
        or _refuse_keys(declaration, resource, plan)
        or _refuse_bounds(declaration, resource, plan)
    )


def refuse_ruled(sources: Sequence[Source], ticket: Ticket) -> Refused | None:
    """Return why the owner's own rules bar a plan, or None. Default deny: a source that is read and has no rules bars it."""
    plan, near = ticket.plan, {source.table: source.terms.rules for source in sources if source.terms.rules is not None}
    table = plan.table if isinstance(plan, AggregatePlan) else None
    for source in sources:
        rules = source.terms.rules
        if rules is None and table:
            continue  # of no table that could be named
        if table == "" and not source.has_units:
            continue
        if rules is None:
            return Refused(CleanroomRefusal.RULES_MISSING, {"resource": source.asked.resource})
        column = unfit(rules, source.version.manifest.declaration)
        if column is not None:
            return Refused(R.RULES_UNFIT, {"resource": source.asked.resource, "column": column})
        if table and table != rules.table:
            continue
        refused = refuse_plan(
            plan,
            own=rules,
            joinable=near,
            party=ticket.consumer,
            template=ticket.template,
            arguments=ticket.arguments,
        )
        if refused is not None:
            return refused
    return None


def unfit(rules: AnalysisRules, declaration: Declaration) -> str | None:
    """Return the first column that rules show otherwise than it is declared, or None."""
    return next(_unfit(rules, declaration), None)


def public_column(column: AnyColumn) -> PublicColumn:
    """Return what is public of a declared column."""
    if isinstance(column, IntegerColumn):
        bounds = column.lower, column.upper
        return PublicColumn(column.name, Kind.INTEGER, column.unit, column.decimals, *bounds, column.keys)
    return PublicColumn(column.name, Kind.TEXT, keys=column.keys)


def _unfit(rules: AnalysisRules, declaration: Declaration) -> Iterator[str]:
    if rules.unit != declaration.unit:
        yield rules.unit or declaration.unit
    if rules.key and rules.key != declaration.key:
        yield ", ".join(rules.key)
    for shown in rules.columns:
        column = declaration.column(shown.name)
        if column is None or public_column(column) != shown:
            yield shown.name


def _outside(resource: str, reason: str) -> Refused:
    return Refused(R.PLAN_OUTSIDE_DECLARATION, {"resource": resource, "reason": reason})


def _refuse_columns(
    declaration: Declaration, resource: str, names: Sequence[str], where: Sequence[Filter]
) -> Refused | None:
    for name in [*names, *(each.column for each in where)]:
        if declaration.column(name) is None:
            return _outside(resource, f"column `{name}` is not declared")
    for each in where:
        column = declaration.column(each.column)
        if each.op in (Op.MISSING, Op.PRESENT) or column is None:
            continue
        for value in each.values:
            if isinstance(column, IntegerColumn) != isinstance(value, int):
                return _outside(resource, f"`{each.column}` cannot be compared with `{value}`")
            if isinstance(value, str) and value not in column.keys:
                return _outside(resource, f"`{value}` is not in the public list of `{each.column}`")
    return None


def _refuse_keys(declaration: Declaration, resource: str, plan: AggregatePlan) -> Refused | None:
    for key in plan.group_by:
        column = declaration.column(key.column)
        if column is None and "." in key.column:
            continue
        if key.edges and not isinstance(column, IntegerColumn):
            return _outside(resource, f"`{key.column}` is no number to be put in bins")
        public = frozenset(column.keys if column is not None else ())  # a list may have thousands of values
        beyond = [value for value in key.values if value not in public]
        if beyond or column is None:
            what = f"`{beyond[0]}` is not in the public list of" if beyond else "there is no column"
            return _outside(resource, f"{what} `{key.column}`")
    return None


def _refuse_bounds(declaration: Declaration, resource: str, plan: AggregatePlan) -> Refused | None:
    for measure in plan.measures:
        column = declaration.column(measure.column)
        if not isinstance(measure, Sum | SumSquares | Histogram) or (column is None and "." in measure.column):
            continue
        if not isinstance(column, IntegerColumn):
            return _outside(resource, f"`{measure.column}` is no number to be added")
        if not isinstance(measure, Histogram) and (measure.lower < column.lower or measure.upper > column.upper):
            detail: dict[str, str | int] = {"lower": measure.lower, "upper": measure.upper, "column": column.name}
            detail |= {"declared_lower": column.lower, "declared_upper": column.upper}
            return Refused(R.BOUNDS_DIFFER, detail)
    return None
