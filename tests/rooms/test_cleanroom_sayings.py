"""Analysis rules in plain words: every shape of a rule has its sentence, in both languages."""

from __future__ import annotations

from itertools import product

import pytest
from cleanroom_case import ASKED, BANK, EXACT, EXACT_ALLOWED, RULES, WEATHER_RULES
from msgspec.structs import replace

from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom.analysis import (
    AnalysisRules,
    ColumnRule,
    ExactRules,
    Kind,
    Parameter,
    PublicColumn,
    Template,
    Use,
    permit,
)
from mumian.rooms.cleanroom.plan import Count, GroupKey, Histogram, Op, Sum, SumSquares, Units
from mumian.rooms.cleanroom.sayings import NOBODY, OPS, USES, say


def of(column: str, *rules: ColumnRule) -> AnalysisRules:
    return replace(RULES, rules=rules, columns=tuple(each for each in RULES.columns if each.name == column))


A, F, G, J, S, V = Use.AGGREGATE, Use.FILTER, Use.GROUP, Use.JOIN, Use.OUTPUT, Use.VERIFY

COLUMNS: list[tuple[AnalysisRules, str, str]] = [
    (of("tailnum"), "`tailnum`: cannot be used at all", "`tailnum`：不得使用"),
    (
        of("tailnum", ColumnRule("tailnum", (J,))),
        "`tailnum`: joined by only; never added up, grouped by, shown, compared or verified",
        "`tailnum`：仅可关联；不得求和计数、分组、显示、比较、核验",
    ),
    (
        of("dep_delay", ColumnRule("dep_delay", (A,))),
        "`dep_delay` (minute, -60 to 240): added up only; never grouped by, shown, compared, joined by or verified",
        "`dep_delay`（minute，-60 至 240）：仅可求和计数；不得分组、显示、比较、关联、核验",
    ),
    (
        of("origin", ColumnRule("origin", tuple(Use))),
        "`origin` (one of EWR, JFK, LGA): added up, grouped by, shown, compared, joined by and verified",
        "`origin`（取值 EWR, JFK, LGA）：可求和计数、分组、显示、比较、关联、核验",
    ),
    (
        of("dep_delay", ColumnRule("dep_delay", (F,), comparisons=(Op.GT, Op.GE), literals=("60", "15"))),
        "`dep_delay` (minute, -60 to 240): compared (by >, ≥; with 15, 60) only; "
        "never added up, grouped by, shown, joined by or verified",
        "`dep_delay`（minute，-60 至 240）：仅可比较（大于、不小于；值 15, 60）；"
        "不得求和计数、分组、显示、关联、核验",
    ),
    (
        of("dep_delay", ColumnRule("dep_delay", (F,), comparisons=(Op.GT,)), ColumnRule("dep_delay", (F,), comparisons=(Op.LT,))),
        "`dep_delay` (minute, -60 to 240): compared (by nothing) only; never added up, grouped by, shown, joined by or verified",
        "`dep_delay`（minute，-60 至 240）：仅可比较（无）；不得求和计数、分组、显示、关联、核验",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "english", "chinese"), COLUMNS)
def test_a_column_is_told_in_one_sentence_with_what_it_never_may(
    rules: AnalysisRules, english: str, chinese: str
) -> None:
    assert english in say(rules, "en")
    assert chinese in say(rules, "zh")


def test_a_column_of_many_values_names_the_first_few() -> None:
    keys = tuple(f"K{nth}" for nth in range(9))
    rules = replace(RULES, columns=(PublicColumn("carrier", Kind.TEXT, keys=keys),), rules=(), unit="")
    assert "`carrier` (one of K0, K1, K2, K3, K4, K5 and 3 more): cannot be used at all" in say(rules, "en")
    assert "`carrier`（取值 K0, K1, K2, K3, K4, K5 等 9 项）：不得使用" in say(rules, "zh")


def test_decimals_are_told() -> None:
    price = PublicColumn("price", Kind.INTEGER, "yuan", 2, 0, 10_000)
    rules = replace(RULES, columns=(price,), rules=(), unit="")
    assert "`price` (yuan, 2 decimals, 0 to 10000): cannot be used at all" in say(rules, "en")
    assert "`price`（yuan，2 位小数，0 至 10000）：不得使用" in say(rules, "zh")


def test_a_party_is_named_where_it_may_do_something_else_than_everybody() -> None:
    rules = of("dest", ColumnRule("dest", (G, S)), ColumnRule("dest", (S,), (BANK,)))
    assert "`dest` for `bank`: shown only; never added up, grouped by, compared, joined by or verified" in say(
        rules, "en"
    )
    assert "`dest`（对 `bank`）：仅可显示；不得求和计数、分组、比较、关联、核验" in say(rules, "zh")
    same = of("dest", ColumnRule("dest", (G, S)), ColumnRule("dest", (G, S), (BANK,)))
    assert not [line for line in say(same, "en") if "bank" in line]


@pytest.mark.parametrize("seed", range(16))
def test_what_is_told_of_a_column_is_what_is_decided(seed: int) -> None:
    """Each use is named before the semicolon just if it is allowed, after it just if it is not."""
    allowed = tuple(use for nth, use in enumerate(Use) if (seed * 7 + 3) >> nth & 1)
    rules = of("dest", ColumnRule("dest", allowed), ColumnRule("dest", tuple(Use), (BANK,)))
    for party, lang in product((NOBODY, BANK), (0, 1)):
        found = permit(rules, "dest", PartyId(party)).uses
        line = next(each for each in say(rules, ("en", "zh")[lang]) if each.startswith("`dest`"))
        yes, _, no = line.partition("; never " if lang == 0 else "；不得")
        for use in Use if found else ():
            assert (USES[use][lang] in yes) is (use in found)
            assert (USES[use][lang] in no) is (use not in found)


TERMS = ExactRules(3, 2, 700, 500, p_percent=10, compliance="c" * 64)
HOLES = (
    Parameter("airport", "origin", Op.EQ, ("JFK", "LGA")),
    Parameter("late", "dep_delay", Op.GT, lower=15, upper=60),
)
MEASURES = (
    Count(),
    Count("dep_delay"),
    Units(),
    Sum("dep_delay", 0, 1),
    SumSquares("dep_delay", 0, 1),
    Histogram("dep_delay", (0, 1)),
)
TEMPLATE = Template("late_at", replace(ASKED, measures=MEASURES), HOLES)

WHOLE: list[tuple[AnalysisRules, str, str]] = [
    (RULES, "table `flights`: all rows of one `tailnum` are protected together", "表 `flights`：以 `tailnum` 为隐私单元，同一单元的各行一并保护"),
    (WEATHER_RULES, "table `weather`: no row belongs to anybody", "表 `weather`：无隐私单元"),
    (WEATHER_RULES, "a row is named by `day`; only by all of them can the table be joined", "以 `day` 确定一行；仅可按其全部关联"),
    (replace(RULES, l0_max=3), "one unit may count in 3 groups at most", "一个隐私单元至多计入 3 个分组"),
    (replace(RULES, linf_rows_max=4), "of one unit 4 rows of a group count at most", "一个隐私单元在每个分组中至多计 4 行"),
    (replace(RULES, units_min=5), "groups of fewer than 5 units are not shown", "少于 5 个隐私单元的分组不予显示"),
    (RULES, "small groups are protected by noise alone", "小分组仅以噪声保护"),
    (RULES, "free queries are answered", "可自由查询"),
    (replace(RULES, templates=(TEMPLATE,)), "free queries are answered, beside the approved ones", "可自由查询，亦可使用已批准的模板"),
    (replace(RULES, free=False, templates=(TEMPLATE,)), "only approved queries are answered", "仅答复已批准的模板"),
    (replace(RULES, free=False), "no query is answered: free ones are not, and none is approved", "不答复任何查询：不开放自由查询，亦无已批准的模板"),
    (
        replace(RULES, templates=(TEMPLATE,)),
        "approved as `late_at`: rows, rows with `dep_delay`, units, sum of `dep_delay`, squares of `dep_delay` and histogram of "
        "`dep_delay` by `origin`, at 30 nano-rho; to be filled in: `airport` (`origin` = one of JFK, LGA), `late` (`dep_delay` > 15 to 60)",
        "模板 `late_at`：按 `origin` 统计行数、`dep_delay` 非缺失的行数、隐私单元数、`dep_delay` 之和、`dep_delay` 平方和、`dep_delay` 直方图，"
        "消耗 30 nano-rho；待填：`airport`（`origin` 等于，取 JFK, LGA），`late`（`dep_delay` 大于，15 至 60）",
    ),
    (replace(RULES, templates=(Template("all", replace(EXACT, group_by=())),)), "approved as `all`: rows, exact", "模板 `all`：行数，精确结果"),
    (RULES, "no exact answers: every figure has noise", "不提供精确结果：所有数字均加噪声"),
    (
        replace(RULES, exact=TERMS, rules=EXACT_ALLOWED),
        "exact answers of cells with 3 units at least, the 2 largest with at most 70% of a sum, 500 cells for one consumer in all, "
        "nobody's part known nearer than 10%, under the compliance decision `cccccccccccc…`",
        "提供精确结果：每格至少 3 个隐私单元，最大的 2 个至多占 70%，单个需方累计至多 500 格，任何贡献的可推断精度不高于 10%，"
        "依据合规决定 `cccccccccccc…`",
    ),
    (replace(RULES, review=True), "the holder looks at each answer before it leaves", "每一结果出域前须经持有方审核"),
    (RULES, "answers leave without anybody looking at them", "结果出域无须人工审核"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "english", "chinese"), WHOLE, ids=[case[1][:40] for case in WHOLE])
def test_limits_templates_exact_terms_and_review_have_their_sentences(
    rules: AnalysisRules, english: str, chinese: str
) -> None:
    assert english in say(rules, "en")
    assert chinese in say(rules, "zh")


def test_both_languages_say_as_many_sentences_and_every_code_has_its_words() -> None:
    full = replace(RULES, key=("flight",), l0_max=1, linf_rows_max=1, exact=TERMS, templates=(TEMPLATE,), review=True)
    for rules in (RULES, WEATHER_RULES, full):
        assert len(say(rules, "en")) == len(say(rules, "zh"))
    assert (set(USES), set(OPS)) == (set(Use), set(Op))


def test_grouping_key_kinds_do_not_matter_to_a_template() -> None:
    by_edges = Template("t", replace(ASKED, group_by=(GroupKey("dep_delay", edges=(0, 60)),)))
    assert "approved as `t`: rows by `dep_delay`, at 30 nano-rho" in say(replace(RULES, templates=(by_edges,)), "en")
