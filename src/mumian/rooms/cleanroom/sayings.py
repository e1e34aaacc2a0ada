"""Analysis rules in plain words, Chinese and English: what a holder reads before it publishes, a consumer before it asks.

What is said of a column is what all its rules together allow, party by party: the strictest wins here as it does in decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mumian.engines.question import Count, Histogram, Measure, Op, Sum, SumSquares, Units
from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom.analysis import (
    AnalysisRules,
    Kind,
    Parameter,
    Permit,
    PublicColumn,
    Template,
    Use,
    permit,
)

Both = tuple[str, str]
"""A phrase in English and in Chinese."""

NOBODY = PartyId("")
"""Stands for whoever no rule names."""

KEYS_SAID = 6
"""Of a public list, so many values are said."""

USES: dict[Use, Both] = {
    Use.AGGREGATE: ("added up", "求和计数"),
    Use.GROUP: ("grouped by", "分组"),
    Use.OUTPUT: ("shown", "显示"),
    Use.FILTER: ("compared", "比较"),
    Use.JOIN: ("joined by", "关联"),
    Use.VERIFY: ("verified", "核验"),
}
"""What may be done with a column, in the order in which it is told."""

OPS: dict[Op, Both] = {
    Op.EQ: ("=", "等于"),
    Op.NE: ("≠", "不等于"),
    Op.LT: ("<", "小于"),
    Op.LE: ("≤", "不大于"),
    Op.GT: (">", "大于"),
    Op.GE: ("≥", "不小于"),
    Op.IN: ("in a list", "在列表中"),
    Op.NOT_IN: ("not in a list", "不在列表中"),
    Op.BETWEEN: ("between", "介于"),
    Op.MISSING: ("missing", "缺失"),
    Op.PRESENT: ("present", "非缺失"),
}


def say(rules: AnalysisRules, lang: str) -> list[str]:
    """Return what the rules let be asked, a sentence a line, in "en" or "zh"."""
    pick = 1 if lang == "zh" else 0
    return [sentence[pick] for sentence in _sentences(rules)]


def _sentences(rules: AnalysisRules) -> Iterator[Both]:
    yield _table(rules)
    if rules.key:
        key = _names(rules.key)
        yield (
            f"a row is named by {key}; only by all of them can the table be joined",
            f"以 {key} 确定一行；仅可按其全部关联",
        )
    for column in rules.columns:
        yield from _column(rules, column)
    yield from _limits(rules)
    yield _free(rules)
    for template in rules.templates:
        yield _template(template)
    yield _exact(rules)
    if rules.review:
        yield "the holder looks at each answer before it leaves", "每一结果出域前须经持有方审核"
    else:
        yield "answers leave without anybody looking at them", "结果出域无须人工审核"


def _table(rules: AnalysisRules) -> Both:
    if not rules.unit:
        return f"table `{rules.table}`: no row belongs to anybody", f"表 `{rules.table}`：无隐私单元"
    return (
        f"table `{rules.table}`: all rows of one `{rules.unit}` are protected together",
        f"表 `{rules.table}`：以 `{rules.unit}` 为隐私单元，同一单元的各行一并保护",
    )


def _column(rules: AnalysisRules, column: PublicColumn) -> Iterator[Both]:
    """Yield what everybody may do with a column, then what those may who are named and may do something else."""
    named = sorted({party for rule in rules.rules if rule.column == column.name for party in rule.parties})
    everybody = permit(rules, column.name, NOBODY)
    known = _known(column)
    said = _permit(everybody)
    yield f"`{column.name}`{known[0]}: {said[0]}", f"`{column.name}`{known[1]}：{said[1]}"
    for party in named:
        own = permit(rules, column.name, party)
        if own != everybody:
            said = _permit(own)
            yield f"`{column.name}` for `{party}`: {said[0]}", f"`{column.name}`（对 `{party}`）：{said[1]}"


def _known(column: PublicColumn) -> Both:
    """Return what is public of a column: its unit and bounds, or its list."""
    parts: list[Both] = []
    if column.unit:
        parts.append((column.unit, column.unit))
    if column.decimals:
        parts.append((f"{column.decimals} decimals", f"{column.decimals} 位小数"))
    if column.keys:
        more = len(column.keys) - KEYS_SAID
        shown = ", ".join(column.keys[:KEYS_SAID])
        rest = (f" and {more} more", f" 等 {len(column.keys)} 项") if more > 0 else ("", "")
        parts.append((f"one of {shown}{rest[0]}", f"取值 {shown}{rest[1]}"))
    elif column.kind is Kind.INTEGER:
        parts.append((f"{column.lower} to {column.upper}", f"{column.lower} 至 {column.upper}"))
    if not parts:
        return "", ""
    return " (" + ", ".join(en for en, _ in parts) + ")", "（" + "，".join(zh for _, zh in parts) + "）"


def _permit(found: Permit) -> Both:
    if not found.uses:
        return "cannot be used at all", "不得使用"
    allowed = [_use(use, found) for use in USES if use in found.uses]
    denied = [USES[use] for use in USES if use not in found.uses]
    is_one = len(allowed) == 1
    en = _and(each for each, _ in allowed) + (" only" if is_one else "")
    zh = ("仅可" if is_one else "可") + "、".join(each for _, each in allowed)
    if denied:
        en += "; never " + _or(each for each, _ in denied)
        zh += "；不得" + "、".join(each for _, each in denied)
    return en, zh


def _use(use: Use, found: Permit) -> Both:
    """Return what a use is called; of comparisons, by which and with which values they may be, where not by and with any."""
    en, zh = USES[use]
    ways: list[Both] = []
    if use is Use.FILTER and found.comparisons != frozenset(Op):
        ops = [OPS[op] for op in Op if op in found.comparisons] or [("nothing", "无")]
        ways.append(("by " + ", ".join(each for each, _ in ops), "、".join(each for _, each in ops)))
    if use is Use.FILTER and found.literals is not None:
        values = ", ".join(sorted(found.literals)) or "-"
        ways.append((f"with {values}", f"值 {values}"))
    if not ways:
        return en, zh
    return f"{en} ({'; '.join(each for each, _ in ways)})", f"{zh}（{'；'.join(each for _, each in ways)}）"


def _limits(rules: AnalysisRules) -> Iterator[Both]:
    if rules.l0_max:
        yield f"one unit may count in {rules.l0_max} groups at most", f"一个隐私单元至多计入 {rules.l0_max} 个分组"
    if rules.linf_rows_max:
        rows = rules.linf_rows_max
        yield f"of one unit {rows} rows of a group count at most", f"一个隐私单元在每个分组中至多计 {rows} 行"
    if rules.units_min:
        least = rules.units_min
        yield f"groups of fewer than {least} units are not shown", f"少于 {least} 个隐私单元的分组不予显示"
    else:
        yield "small groups are protected by noise alone", "小分组仅以噪声保护"


def _free(rules: AnalysisRules) -> Both:
    if rules.free and rules.templates:
        return "free queries are answered, beside the approved ones", "可自由查询，亦可使用已批准的模板"
    if rules.free:
        return "free queries are answered", "可自由查询"
    if rules.templates:
        return "only approved queries are answered", "仅答复已批准的模板"
    return (
        "no query is answered: free ones are not, and none is approved",
        "不答复任何查询：不开放自由查询，亦无已批准的模板",
    )


def _template(template: Template) -> Both:
    plan = template.plan
    keys = _names(key.column for key in plan.group_by)
    measures = [_measure(measure) for measure in plan.measures]
    en, zh = _and(said for said, _ in measures), "、".join(said for _, said in measures)
    if keys:
        en, zh = f"{en} by {keys}", f"按 {keys} 统计{zh}"
    cost = f"{plan.rho_nano} nano-rho"
    en += f", at {cost}" if plan.rho_nano else ", exact"
    zh += f"，消耗 {cost}" if plan.rho_nano else "，精确结果"
    holes = [_hole(hole) for hole in template.parameters]
    if holes:
        en += "; to be filled in: " + ", ".join(said for said, _ in holes)
        zh += "；待填：" + "，".join(said for _, said in holes)
    return f"approved as `{template.name}`: {en}", f"模板 `{template.name}`：{zh}"


def _measure(measure: Measure) -> Both:
    match measure:
        case Count(column):
            return (f"rows with `{column}`", f"`{column}` 非缺失的行数") if column else ("rows", "行数")
        case Units():
            return "units", "隐私单元数"
        case Sum(column):
            return f"sum of `{column}`", f"`{column}` 之和"
        case SumSquares(column):
            return f"squares of `{column}`", f"`{column}` 平方和"
        case Histogram(column):
            return f"histogram of `{column}`", f"`{column}` 直方图"


def _hole(hole: Parameter) -> Both:
    op = OPS[hole.op]
    values = ", ".join(hole.values) if hole.values else ""
    en = f"one of {values}" if values else f"{hole.lower} to {hole.upper}"
    zh = f"取 {values}" if values else f"{hole.lower} 至 {hole.upper}"
    return f"`{hole.name}` (`{hole.column}` {op[0]} {en})", f"`{hole.name}`（`{hole.column}` {op[1]}，{zh}）"


def _exact(rules: AnalysisRules) -> Both:
    terms = rules.exact
    if terms is None:
        return "no exact answers: every figure has noise", "不提供精确结果：所有数字均加噪声"
    share = f"{terms.dominance_permille / 10:g}%"
    en = (
        f"exact answers of cells with {terms.units_min} units at least, the {terms.dominance_units} largest with at most "
        f"{share} of a sum, {terms.cells_max} cells for one consumer in all"
    )
    zh = (
        f"提供精确结果：每格至少 {terms.units_min} 个隐私单元，最大的 {terms.dominance_units} 个至多占 {share}，"
        f"单个需方累计至多 {terms.cells_max} 格"
    )
    if terms.p_percent:
        en += f", nobody's part known nearer than {terms.p_percent}%"
        zh += f"，任何贡献的可推断精度不高于 {terms.p_percent}%"
    if terms.compliance is not None:
        en += f", under the compliance decision `{terms.compliance[:12]}…`"
        zh += f"，依据合规决定 `{terms.compliance[:12]}…`"
    return en, zh


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def _and(words: Iterable[str]) -> str:
    return _joined(list(words), "and")


def _or(words: Iterable[str]) -> str:
    return _joined(list(words), "or")


def _joined(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
