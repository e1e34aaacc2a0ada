"""Whether a plan stays within analysis rules: asked by the market before anything is charged, by the domain before it runs.

Both give the same refusal by the same name: it is found in what is public, and tells nothing of the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mumian.engines.question import Filter, GroupKey, Histogram, Measure, Sum, SumSquares, filters
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.analysis import AnalysisRules, Kind, Permit, PublicColumn, Use, instance, permit
from mumian.rooms.cleanroom.plan import AggregatePlan, Join, Mode, Plan, VerificationPlan
from mumian.rooms.cleanroom.refusals import CleanroomRefusal as R
from mumian.rooms.cleanroom.refusals import foremost


def refuse_plan(
    plan: Plan,
    *,
    own: AnalysisRules,
    joinable: Mapping[str, AnalysisRules],
    party: PartyId,
    template: str = "",
    arguments: Mapping[str, int | str] | None = None,
) -> Refused | None:
    """Return the reason that comes first in the order of precedence why `party` may not ask this, or None.

    An approved query is held against what makes an answer sound, whoever approved it, and not against column rules.

    own: rules of the table that the plan reads. joinable: by name, of tables of the same domain that it may join.
    template, arguments: the approved query that the plan says to be, if it does.
    """
    if isinstance(plan, VerificationPlan):
        return foremost(_verification(plan, own, party))
    check = _Check(plan, own, joinable, party)
    if template or not own.free:
        refused = _template(plan, own, template, dict(arguments or {}))
        if refused is not None or template:
            return refused or foremost(check.unsound())
    return foremost((*check.unsound(), *check.denied()))


def _template(plan: AggregatePlan, rules: AnalysisRules, name: str, arguments: dict[str, int | str]) -> Refused | None:
    found = rules.template(name)
    if found is None:
        names = ", ".join(template.name for template in rules.templates) or "-"
        return Refused(R.TEMPLATE_UNKNOWN, {"template": name or "-", "templates": names})
    made = instance(found, arguments)
    if isinstance(made, str):
        return Refused(R.TEMPLATE_MISFIT, {"fault": made})
    if made != plan:
        return Refused(R.TEMPLATE_MISFIT, {"fault": f"the plan is not what template `{name}` makes of its arguments"})
    return None


def _verification(plan: VerificationPlan, rules: AnalysisRules, party: PartyId) -> Iterator[Refused]:
    for name in (*plan.key_columns, plan.predicate.column):
        if rules.column(name) is None:
            yield Refused(R.COLUMN_UNKNOWN, {"column": name, "table": rules.table})
        elif Use.VERIFY not in permit(rules, name, party).uses:
            yield _denied(rules, name, party, Use.VERIFY)


def _denied(rules: AnalysisRules, column: str, party: PartyId, use: Use) -> Refused:
    allowed = ", ".join(sorted(permit(rules, column, party).uses)) or "-"
    return Refused(R.COLUMN_DENIED, {"column": column, "table": rules.table, "use": use.value, "allowed": allowed})


class _Check:
    """One aggregate plan against the rules of its table and of those that it joins."""

    def __init__(
        self, plan: AggregatePlan, own: AnalysisRules, joinable: Mapping[str, AnalysisRules], party: PartyId
    ) -> None:
        self.plan, self.own, self.party = plan, own, party
        self.joined = {join.table: joinable[join.table] for join in plan.joins if join.table in joinable}

    def unsound(self) -> Iterator[Refused]:
        """Yield what no holder can allow: another unit, exact answers without terms, joins that mix persons' rows."""
        plan, own = self.plan, self.own
        if plan.table and plan.table != own.table:
            yield Refused(R.TABLE_UNKNOWN, {"table": plan.table, "tables": own.table})
        if plan.unit != own.unit:
            yield Refused(R.UNIT_OTHER, {"unit": plan.unit, "table": own.table, "declared": own.unit or "-"})
        if plan.mode is Mode.EXACT:
            tables = [own, *(rules for rules in self.joined.values() if rules.unit)]
            yield from (Refused(R.EXACT_DENIED, {"table": rules.table}) for rules in tables if rules.exact is None)
        for join in plan.joins:
            yield from self._join(join)

    def denied(self) -> Iterator[Refused]:
        """Yield what the holder's rules for this party do not allow."""
        plan = self.plan
        if plan.mode is Mode.PRIVATE:
            yield from self._bounds()
        for join in plan.joins:
            for own, other in join.on:
                yield from self._used(own, Use.JOIN)
                yield from self._used(f"{join.table}.{other}", Use.JOIN)
        for key in plan.group_by:
            yield from self._group(key)
        for each in filters(plan.where):
            yield from self._filter(each)
        for measure in plan.measures:
            yield from self._measure(measure)

    def _bounds(self) -> Iterator[Refused]:
        plan, own = self.plan, self.own
        for name, asked, most in (("l0", plan.l0, own.l0_max), ("linf_rows", plan.linf_rows, own.linf_rows_max)):
            if most and asked > most:
                yield Refused(R.BOUND_TOO_WIDE, {"bound": name, "asked": asked, "most": most, "table": own.table})
        if plan.units_min < own.units_min:
            detail: dict[str, str | int] = {"units_min": plan.units_min, "wanted": own.units_min, "table": own.table}
            yield Refused(R.UNITS_MIN_MISSING, detail)

    def _join(self, join: Join) -> Iterator[Refused]:
        rules = self.joined.get(join.table)
        if rules is None:
            yield Refused(R.TABLE_UNKNOWN, {"table": join.table, "tables": self.own.table})
            return
        if {other for _, other in join.on} != set(rules.key):
            key = ", ".join(rules.key) or "-"
            yield Refused(R.JOIN_NOT_BY_KEY, {"table": join.table, "key": key})
        own_columns = dict(join.on)
        if rules.unit and own_columns.get(self.own.unit) != rules.unit:
            yield Refused(R.JOIN_LEAVES_UNIT, {"table": join.table, "unit": rules.unit})

    def _group(self, key: GroupKey) -> Iterator[Refused]:
        column = self._column(key.column)
        yield from self._used(key.column, Use.GROUP)
        yield from self._used(key.column, Use.OUTPUT)
        if column is None:
            return
        if key.is_found and (column.keys or column.kind is Kind.INTEGER):
            detail: dict[str, str | int] = {"column": key.column, "value": "-", "allowed": "its public list or edges"}
            yield Refused(R.VALUE_OUTSIDE, detail)
        public = frozenset(column.keys)  # a list may have thousands of values
        beyond = next((value for value in key.values if value not in public), None)
        if beyond is not None:
            yield self._outside(key.column, beyond, column)
        if key.edges and column.kind is not Kind.INTEGER:
            yield Refused(R.NOT_A_NUMBER, {"column": key.column})

    def _filter(self, where: Filter) -> Iterator[Refused]:
        column, allowed = self._column(where.column), self._permit(where.column)
        yield from self._used(where.column, Use.FILTER)
        if column is None:
            return
        if where.op not in allowed.comparisons:
            ops = ", ".join(sorted(allowed.comparisons)) or "-"
            yield Refused(R.COMPARISON_DENIED, {"column": where.column, "op": where.op.value, "allowed": ops})
        for value in where.values:
            known = column.kind is Kind.INTEGER if isinstance(value, int) else value in column.keys
            if not known or (allowed.literals is not None and str(value) not in allowed.literals):
                yield self._outside(where.column, value, column)

    def _measure(self, measure: Measure) -> Iterator[Refused]:
        if not measure.column:
            return
        yield from self._used(measure.column, Use.AGGREGATE)
        column = self._column(measure.column)
        if column is None or not isinstance(measure, Sum | SumSquares | Histogram):
            return
        if column.kind is not Kind.INTEGER:
            yield Refused(R.NOT_A_NUMBER, {"column": measure.column})
        elif not isinstance(measure, Histogram) and not self._is_clamped_well(measure, column):
            detail: dict[str, str | int] = {"lower": measure.lower, "upper": measure.upper, "column": measure.column}
            yield Refused(R.BOUNDS_BEYOND, {**detail, "public_lower": column.lower, "public_upper": column.upper})

    def _is_clamped_well(self, measure: Sum | SumSquares, column: PublicColumn) -> bool:
        """Return whether bounds are within the public ones; exact, they are those: two bounds would tell what lies between."""
        if self.plan.mode is Mode.EXACT:
            return (measure.lower, measure.upper) == (column.lower, column.upper)
        return measure.lower >= column.lower and measure.upper <= column.upper

    def _used(self, column: str, use: Use) -> Iterator[Refused]:
        rules, name = self._home(column)
        if rules is None or rules.column(name) is None:
            yield Refused(R.COLUMN_UNKNOWN, {"column": column, "table": self.own.table})
        elif use not in permit(rules, name, self.party).uses:
            yield _denied(rules, name, self.party, use)

    def _home(self, column: str) -> tuple[AnalysisRules | None, str]:
        """Return the rules of the table that a column is of, and its name there."""
        table, dot, name = column.partition(".")
        if dot and table in self.joined:
            return self.joined[table], name
        return (self.own, column) if self.own.column(column) or not dot else (None, column)

    def _column(self, column: str) -> PublicColumn | None:
        rules, name = self._home(column)
        return rules.column(name) if rules else None

    def _permit(self, column: str) -> Permit:
        rules, name = self._home(column)
        return permit(rules or self.own, name, self.party)

    def _outside(self, name: str, value: int | str, column: PublicColumn) -> Refused:
        allowed = ", ".join(column.keys[:20]) if column.keys else f"{column.lower}..{column.upper}"
        return Refused(R.VALUE_OUTSIDE, {"column": name, "value": value, "allowed": allowed})
