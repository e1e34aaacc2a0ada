"""What a query would do, in plain sentences, before anything is charged: found in the text and in public rules alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from mumian.engines.question import (
    Clause,
    Count,
    Filter,
    GroupKey,
    Histogram,
    Measure,
    Op,
    Sum,
    SumSquares,
    Units,
    filters,
    groups,
)
from mumian.kernel.ids import PartyId
from mumian.methods.dp import NANO, epsilon_of
from mumian.rooms.cleanroom.analysis import AnalysisRules, PublicColumn, permit
from mumian.rooms.cleanroom.plan import AggregatePlan, Mode, columns_of
from mumian.sql.compiling import Compiled, Options, compile_sql
from mumian.sql.literals import shown
from mumian.sql.presenting import leaf_width
from mumian.sql.refusals import SqlRefused
from mumian.sql.values import Constant, Key, Value, leaves

DELTA_SHOWN = 1e-6
"""The delta at which an epsilon is told to people, beside what keys found in the data cost."""

FEMTO = 10**15


@dataclass(frozen=True)
class Said:
    """One sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Explanation:
    """What would be computed and shown, by which rules, at what cost; or why not, and where.

    rho_nano: of each holder's budget, 10^-9. epsilon, delta: the same as people know it. half_widths: by shown column, how
    far noise moves it with 95 % confidence; None: that depends on the answer.
    """

    outcome: Compiled | SqlRefused
    sentences: tuple[Said, ...]
    rho_nano: int = 0
    epsilon: float = 0.0
    delta: float = 0.0
    half_widths: tuple[tuple[str, Fraction | None], ...] = ()

    def say(self, lang: str = "en") -> str:
        """Return all sentences, one a line, in `lang` ("en" or "zh")."""
        return "\n".join(said.zh if lang == "zh" else said.en for said in self.sentences)


def explain(text: str, tables: Mapping[str, AnalysisRules], *, party: PartyId, options: Options) -> Explanation:
    """Return what a query of `party` would do. Arguments as `compile_sql`; touches no budget and no data."""
    made = compile_sql(text, tables, party=party, options=options)
    if isinstance(made, SqlRefused):
        return Explanation(made, (Said(f"refused: {made.say()}", f"将被拒绝：{made.say('zh')}"),))
    plan = made.plan
    exact = plan.mode is Mode.EXACT
    delta = 0.0 if exact else DELTA_SHOWN + plan.delta_femto / FEMTO
    epsilon = 0.0 if exact else epsilon_of(rho_nano=plan.rho_nano, delta=DELTA_SHOWN)
    widths = tuple((name, _half_width(value, plan)) for name, value in made.shown.columns if not isinstance(value, Key))
    telling = _Telling(plan, tables, party)
    sentences = (*telling.asked(), *telling.rules(), *_cost(plan, epsilon, delta), *_precision(widths, exact=exact))
    return Explanation(made, sentences, plan.rho_nano, epsilon, delta, widths)


def _half_width(value: Value, plan: AggregatePlan) -> Fraction | None:
    """Return how far noise moves a shown count or sum; of what is computed that is known only with the answer."""
    if isinstance(value, Constant):
        return Fraction(0)
    found = list(leaves(value))
    return leaf_width(found[0], plan) if len(found) == 1 and found[0] == value else None


class _Telling:
    """One plan in sentences. What is a column's own is in its unit."""

    def __init__(self, plan: AggregatePlan, tables: Mapping[str, AnalysisRules], party: PartyId) -> None:
        self._plan, self._tables, self._party = plan, tables, party
        self._own = tables[plan.table]

    def asked(self) -> Iterator[Said]:
        plan = self._plan
        joined = ", ".join(join.table for join in plan.joins)
        yield Said(
            f"reads `{plan.table}` in every domain that holds a part of it"
            + (f", looks up `{joined}`" if joined else ""),
            f"读取各数据域中的 `{plan.table}`" + (f"，并关联 `{joined}`" if joined else ""),
        )
        if plan.where:
            conditions = [self._clause(clause) for clause in plan.where]
            yield Said(
                f"counts only rows where {' and '.join(said.en for said in conditions)}",
                f"只计入满足以下条件的行：{'，且'.join(said.zh for said in conditions)}",
            )
        if plan.group_by:
            parts = [self._group(key) for key in plan.group_by]
            known = not any(key.is_found for key in plan.group_by)
            many = groups(plan.group_by)
            yield Said(
                f"groups by {', '.join(said.en for said in parts)}" + (f": {many} groups" if known else ""),
                f"分组：{'、'.join(said.zh for said in parts)}" + (f"，共 {many} 组" if known else ""),
            )
        measures = [self._measure(measure) for measure in plan.measures]
        yield Said(
            f"computes {', '.join(said.en for said in measures)}", f"计算：{'、'.join(said.zh for said in measures)}"
        )
        if plan.l0:
            yield Said(
                f"of one `{plan.unit}` at most {plan.l0} groups count, and in each {plan.linf_rows} rows"
                + (f", {plan.rows_max} in all" if plan.rows_max else ""),
                f"每个 `{plan.unit}` 至多计入 {plan.l0} 组，每组至多 {plan.linf_rows} 行"
                + (f"，合计至多 {plan.rows_max} 行" if plan.rows_max else ""),
            )

    def rules(self) -> Iterator[Said]:
        plan, own = self._plan, self._own
        for name in columns_of(plan):
            rules, column = self._home(name)
            if name != plan.unit and rules.column(column) is not None:
                uses = ", ".join(sorted(permit(rules, column, self._party).uses))
                yield Said(f"rule: `{name}` may be used to {uses}", f"规则：`{name}` 可用于 {uses}")
        if plan.units_min:
            yield Said(
                f"rule: groups with fewer than {plan.units_min} different `{plan.unit}` are not shown",
                f"规则：不足 {plan.units_min} 个不同 `{plan.unit}` 的分组不予显示",
            )
        if plan.mode is Mode.EXACT and own.exact is not None:
            yield Said(
                f"rule: exact, no sum of which {own.exact.dominance_units} units have over"
                f" {own.exact.dominance_permille} in 1000, {own.exact.cells_max} cells in all",
                f"规则：精确模式，前 {own.exact.dominance_units} 个单元占比超过千分之 {own.exact.dominance_permille} 的合计不予显示，"
                f"累计至多 {own.exact.cells_max} 个单元格",
            )
        if own.review:
            yield Said("rule: a person looks at each answer before it leaves", "规则：每份结果出域前须经人工审核")

    def _home(self, name: str) -> tuple[AnalysisRules, str]:
        table, dot, column = name.partition(".")
        if dot and any(join.table == table for join in self._plan.joins):
            return self._tables[table], column
        return self._own, name

    def _column(self, name: str) -> PublicColumn | None:
        rules, column = self._home(name)
        return rules.column(column)

    def _amount(self, name: str, value: int | str) -> str:
        column = self._column(name)
        if isinstance(value, str) or column is None:
            return f"'{value}'"
        return shown(Fraction(value, 10**column.decimals)) or ""

    def _clause(self, clause: Clause) -> Said:
        parts = [self._comparison(each) for each in filters((clause,))]
        if len(parts) == 1:
            return parts[0]
        return Said(f"({' or '.join(said.en for said in parts)})", f"（{'或'.join(said.zh for said in parts)}）")

    def _comparison(self, where: Filter) -> Said:
        values = [self._amount(where.column, value) for value in where.values[:10]]
        listed = ", ".join(values) + (", …" if len(where.values) > 10 else "")
        name = f"`{where.column}`"
        match where.op:
            case Op.MISSING:
                return Said(f"{name} is missing", f"{name} 缺失")
            case Op.PRESENT:
                return Said(f"{name} is there", f"{name} 有值")
            case Op.BETWEEN:
                return Said(f"{name} is {values[0]} to {values[-1]}", f"{name} 为 {values[0]} 至 {values[-1]}")
            case Op.IN | Op.NOT_IN:
                no = where.op is Op.NOT_IN
                return Said(
                    f"{name} is {'none' if no else 'one'} of {listed}", f"{name} {'不' if no else ''}属于 {listed}"
                )
            case _:
                signs = {Op.EQ: "=", Op.NE: "≠", Op.LT: "<", Op.LE: "≤", Op.GT: ">", Op.GE: "≥"}
                return Said(f"{name} {signs[where.op]} {listed}", f"{name} {signs[where.op]} {listed}")

    def _group(self, key: GroupKey) -> Said:
        if key.is_found:
            return Said(
                f"the values of `{key.column}` that enough units have", f"`{key.column}` 中足够多单元所具有的值"
            )
        many = groups((key,))
        if key.values:
            return Said(f"`{key.column}` ({many} public values)", f"`{key.column}`（{many} 个公开值）")
        ends = [self._amount(key.column, end) for end in (key.edges[0], key.edges[-1])]
        return Said(
            f"`{key.column}` in {many} bins from {ends[0]} to below {ends[1]}",
            f"`{key.column}` 的 {many} 段（{ends[0]} 至不满 {ends[1]}）",
        )

    def _measure(self, measure: Measure) -> Said:
        name = f"`{measure.column}`"
        match measure:
            case Units():
                return Said(f"how many different `{self._plan.unit}`", f"不同 `{self._plan.unit}` 的个数")
            case Count():
                return (
                    Said(f"how many rows have {name}", f"{name} 有值的行数")
                    if measure.column
                    else Said("how many rows", "行数")
                )
            case Sum() | SumSquares():
                ends = [self._amount(measure.column, end) for end in (measure.lower, measure.upper)]
                what = Said("the sum", "合计") if isinstance(measure, Sum) else Said("the sum of squares", "平方和")
                return Said(
                    f"{what.en} of {name}, each within {ends[0]} to {ends[1]}",
                    f"{name} 的{what.zh}（逐值限于 {ends[0]} 至 {ends[1]}）",
                )
            case Histogram():
                bins = len(measure.edges) - 1
                return Said(f"{name} in {bins} bins, for quantiles", f"{name} 的 {bins} 段分布（用于分位数）")


def _cost(plan: AggregatePlan, epsilon: float, delta: float) -> Iterator[Said]:
    if plan.mode is Mode.EXACT:
        yield Said("costs no privacy budget: exact", "不消耗隐私预算：精确结果")
        return
    rho = shown(Fraction(plan.rho_nano, NANO))
    yield Said(
        f"costs rho {rho} of each holder's budget, split over {len(plan.measures)} measures:"
        f" (ε, δ) = ({epsilon:.3g}, {delta:.1e}), {plan.mechanism.value} noise",
        f"消耗每个持有方 ρ {rho} 的隐私预算，由 {len(plan.measures)} 项统计平分："
        f"(ε, δ) = ({epsilon:.3g}, {delta:.1e})，{plan.mechanism.value} 噪声",
    )


def _precision(widths: tuple[tuple[str, Fraction | None], ...], *, exact: bool) -> Iterator[Said]:
    if exact:
        return
    for name, width in widths:
        if width is None:
            yield Said(f"`{name}`: its interval comes with the answer", f"`{name}`：区间随结果给出")
        else:
            yield Said(f"`{name}`: ±{shown(width)} with 95 % confidence", f"`{name}`：±{shown(width)}（置信度 95%）")
