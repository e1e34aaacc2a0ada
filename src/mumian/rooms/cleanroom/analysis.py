"""Analysis rules (分析规则): what a holder lets be asked of a resource, column by column and party by party.

Default deny: a column without a rule for a party cannot be used by it at all. Of several rules for a column and a party the
strictest wins: only what all of them allow is allowed. The market holds a plan against the published rules before anything
is charged, the domain against its owner's own copy before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from mumian.engines.question import Column, Filter, Op, fault_of_filter
from mumian.kernel.canonical import END, Digest, Int53, Natural, Positive
from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom.plan import AggregatePlan, Mode, TableName, columns_of
from mumian.rooms.cleanroom.plan import fault as fault_of_plan

SHARE_PERMILLE_MAX = 1_000

Name: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}" + END)]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Use(StrEnum):
    """What a column may be used for. A rule with one of them only is that kind of column: join only, filter only …"""

    AGGREGATE = "aggregate"  # added up, counted, averaged
    GROUP = "group"  # grouped by
    FILTER = "filter"  # compared with a literal
    JOIN = "join"  # matched with a column of another table
    OUTPUT = "output"  # its values, or groups by them, shown in an answer
    VERIFY = "verify"  # key or predicate of a verification (核验)


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"


class PublicColumn(_Part, frozen=True):
    """What everybody may know of a column before asking: kind, unit, bounds, public list.

    unit: of an integer column ("minute"). decimals: an integer stands for that many places after the point.
    lower, upper: public bounds in 10^-decimals of the unit. keys: the public list, in the order of release.
    """

    name: Column
    kind: Kind
    unit: str = ""
    decimals: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    lower: Int53 = 0
    upper: Int53 = 0
    keys: tuple[str, ...] = ()


class ColumnRule(_Part, frozen=True):
    """What may be done with a column. parties: whom the rule is for; empty: everybody.

    comparisons: allowed in filters; empty: every one. literals: that a filter may compare with, as text; empty: every one
    within the public list or bounds.
    """

    column: Column
    uses: tuple[Use, ...]
    parties: tuple[PartyId, ...] = ()
    comparisons: tuple[Op, ...] = ()
    literals: tuple[str, ...] = ()


class Parameter(_Part, frozen=True):
    """A typed hole in a template: a comparison of a column with what the consumer gives.

    values: that may be given, of a text column. lower, upper: of an integer column, both included.
    """

    name: Name
    column: Column
    op: Op
    values: tuple[str, ...] = ()
    lower: Int53 = 0
    upper: Int53 = 0


class Template(_Part, frozen=True):
    """A query that the holder approved: a plan, to which its parameters add conditions. rho and l0 are the plan's own."""

    name: Name
    plan: AggregatePlan
    parameters: tuple[Parameter, ...] = ()


class ExactRules(_Part, frozen=True):
    """Terms of answers without noise, for data that are not personal.

    units_min: k, different units of a cell at least. dominance_units, dominance_permille: the n largest units of a sum may
    have at most this share of it. p_percent: nobody in a cell may know the largest contribution as nearly as that; 0: not
    asked. cells_max: cells that a consumer with its related parties may see, of all versions.
    compliance: digest of the compliance decision without which no data of persons are answered exactly; "": none.
    """

    units_min: Positive
    dominance_units: Positive
    dominance_permille: Annotated[int, msgspec.Meta(ge=1, le=SHARE_PERMILLE_MAX)]
    cells_max: Positive
    p_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    compliance: Digest | None = None


class AnalysisRules(_Part, frozen=True):
    """The rules of one resource, with all that is public of it.

    table: what plans call it. unit: column of the privacy unit; "": it has none.
    columns: public; only they can be asked for. rules: of columns; a column without any is denied.
    units_min: groups with fewer units are not shown; 0: noise alone protects. key: columns that name a row uniquely.
    l0_max, linf_rows_max: bounds that a plan may ask for at most; 0: any. free: whether queries beside templates are answered.
    exact: terms of exact answers; None: never. review: whether a person looks at each answer before it leaves.
    """

    table: TableName
    unit: str
    columns: tuple[PublicColumn, ...]
    rules: tuple[ColumnRule, ...]
    units_min: Natural = 0
    key: tuple[Column, ...] = ()
    l0_max: Natural = 0
    linf_rows_max: Natural = 0
    free: bool = True
    templates: tuple[Template, ...] = ()
    exact: ExactRules | None = None
    review: bool = False

    def column(self, name: str) -> PublicColumn | None:
        return next((column for column in self.columns if column.name == name), None)

    def template(self, name: str) -> Template | None:
        return next((template for template in self.templates if template.name == name), None)


class Permit(msgspec.Struct, frozen=True):
    """What one party may do with one column, all its rules together."""

    uses: frozenset[Use]
    comparisons: frozenset[Op]
    literals: frozenset[str] | None


def permit(rules: AnalysisRules, column: str, party: PartyId) -> Permit:
    """Return what all rules for a column and a party allow together; without a rule, nothing."""
    found = [rule for rule in rules.rules if rule.column == column and (not rule.parties or party in rule.parties)]
    if not found:
        return Permit(frozenset(), frozenset(), frozenset())
    uses = frozenset.intersection(*(frozenset(rule.uses) for rule in found))
    comparisons = frozenset.intersection(*(frozenset(rule.comparisons or Op) for rule in found))
    lists = [frozenset(rule.literals) for rule in found if rule.literals]
    return Permit(uses, comparisons, frozenset.intersection(*lists) if lists else None)


def fault(rules: AnalysisRules) -> str | None:
    """Return what makes the rules meaningless by themselves, or None."""
    return next(_faults(rules), None)


def _faults(rules: AnalysisRules) -> Iterator[str]:
    names = [column.name for column in rules.columns]
    if len(set(names)) < len(names):
        yield "a column is declared twice"
    if rules.unit and rules.unit not in names:
        yield f"the unit `{rules.unit}` is no declared column"
    for column in rules.columns:
        if column.kind is Kind.INTEGER and not column.keys and column.lower >= column.upper:
            yield f"lower {column.lower} is not below upper {column.upper} for `{column.name}`"
        if len(set(column.keys)) < len(column.keys):
            yield f"the list of `{column.name}` names a value twice"
    for rule in rules.rules:
        if rule.column not in names:
            yield f"a rule names `{rule.column}`, which is not declared"
        if rule.column == rules.unit and not set(rule.uses) <= {Use.JOIN, Use.VERIFY}:
            yield f"`{rule.column}` is the privacy unit: it may be joined by and verified, never grouped by or shown"
        if Use.GROUP in rule.uses and Use.OUTPUT not in rule.uses and len(rule.uses) == 1:
            yield f"`{rule.column}` may be grouped by and never shown; allow output, or no grouping"
    for column in rules.columns if rules.exact else ():
        uses = {use for rule in rules.rules if rule.column == column.name for use in rule.uses}
        if Use.AGGREGATE in uses and {Use.FILTER, Use.GROUP} & uses:
            yield f"`{column.name}` is added up and chosen by; exact answers allow a column one of both, whoever asks"
    yield from (f"the key names `{name}`, which is not declared" for name in rules.key if name not in names)
    if len({template.name for template in rules.templates}) < len(rules.templates):
        yield "a template is named twice"
    for template in rules.templates:
        yield from _faults_of_template(rules, template)


def _faults_of_template(rules: AnalysisRules, template: Template) -> Iterator[str]:
    """Yield what makes an approved query meaningless: its plan by itself, its unit, its columns, its holes."""
    plan, names = template.plan, {column.name: column for column in rules.columns}
    wrong = fault_of_plan(plan)
    if wrong is not None:
        yield f"the plan of template `{template.name}` makes no sense: {wrong}"
    if plan.unit != rules.unit or plan.table not in ("", rules.table):
        yield f"template `{template.name}` reads `{plan.table or rules.table}` by the unit `{plan.unit}`"
    if plan.mode is Mode.EXACT and rules.exact is None:
        yield f"template `{template.name}` is exact, the rules have no terms for that"
    joined = {join.table for join in plan.joins}
    for column in (*columns_of(plan), *(parameter.column for parameter in template.parameters)):
        if column not in names and column.partition(".")[0] not in joined:
            yield f"template `{template.name}` names `{column}`, which is not declared"
    holes = [parameter.name for parameter in template.parameters]
    if len(set(holes)) < len(holes):
        yield f"template `{template.name}` names a parameter twice"
    for hole in template.parameters:
        example = Filter(hole.column, hole.op, hole.values[0] if hole.values else hole.lower)
        wrong = fault_of_filter(example)
        if wrong is not None or (not hole.values and hole.lower > hole.upper):
            yield f"parameter `{hole.name}` of template `{template.name}` lets nothing be given"


def instance(template: Template, arguments: dict[str, int | str]) -> AggregatePlan | str:
    """Return the plan that a template makes of arguments, or what is wrong with them."""
    wanted = {parameter.name for parameter in template.parameters}
    if set(arguments) != wanted:
        return f"template `{template.name}` wants `{', '.join(sorted(wanted)) or '-'}`, given is `{', '.join(sorted(arguments)) or '-'}`"
    added: list[Filter] = []
    for parameter in template.parameters:
        given = arguments[parameter.name]
        fits = parameter.lower <= given <= parameter.upper if isinstance(given, int) else given in parameter.values
        if isinstance(given, int) == bool(parameter.values) or not fits:
            return f"`{parameter.name}` is not within what template `{template.name}` allows"
        added.append(Filter(parameter.column, parameter.op, given))
    return msgspec.structs.replace(template.plan, where=(*template.plan.where, *added))
