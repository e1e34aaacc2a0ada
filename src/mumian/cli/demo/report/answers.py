"""What was answered: the mean delay of each route by month, with intervals; and the verification calls."""

from __future__ import annotations

from collections.abc import Iterable

from mumian.cli.demo.report.chart import chart, scale_of
from mumian.cli.demo.report.table import Figure, Head, figure, table
from mumian.cli.demo.report.words import minutes, month_name, names, percent, rho, sure, term
from mumian.cli.demo.story import Answer, Calls, Cell, Story
from mumian.cli.markup import Markup, Part, both, el, facts, fold, join, lead, section, short

CHARTS_MAX = 24
"""Routes that are charted, the busiest first; the table has all."""

_CELLS = (
    Head("route", "航线"),
    Head("month", "月份", True),
    Head("flights counted", "计入航班", True),
    Head("delay, min", "延误合计（分钟）", True),
    Head("mean, min", "平均（分钟）", True),
    Head("from", "区间下限", True),
    Head("to", "区间上限", True),
)


def answers(story: Story) -> Markup:
    """Return the charts, what can be read off them, and the figures."""
    answer = story.answer
    confidence = sure(answer.confidence_permille)
    told = lead(
        f"Mean arrival delay by month, minutes; above zero is late. {answer.domains} domains computed it together and noise was"
        f" added once. Of each {answer.unit} at most {answer.l0} groups and {answer.linf_rows} rows in each are counted; the bar"
        f" is where the mean of what was counted lies, {confidence} sure for each noisy sum.",
        f"各月平均到达延误（分钟），零线以上为晚点。{answer.domains} 个数据域联合计算，只加一次噪声。每个 {answer.unit} 至多计入"
        f" {answer.l0} 个分组、每组 {answer.linf_rows} 行；竖条为计入部分的平均值所在区间，每个加噪总和的置信度为 {confidence}。",
    )
    routes = _by_route(answer.cells)
    parts: list[Part] = [told, _findings(answer.cells), _legend(), _charts(routes, answer.cells)]
    if len(routes) > CHARTS_MAX:
        parts.append(
            el(
                "p",
                both(
                    f"The {CHARTS_MAX} busiest of {len(routes)} routes.",
                    f"图示为 {len(routes)} 条航线中最繁忙的 {CHARTS_MAX} 条。",
                ),
                class_="note",
            )
        )
    parts += [_table(answer.cells), _terms(answer, names(story))]
    return section("answers", "The answers, with their intervals", "答案与区间", *parts)


def _by_route(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Return the cells of each route, the busiest route first."""
    routes: dict[str, list[Cell]] = {}
    for cell in cells:
        routes.setdefault(cell.route, []).append(cell)
    return sorted(routes.values(), key=lambda of: -sum(cell.flights for cell in of))


def _charts(routes: list[list[Cell]], cells: Iterable[Cell]) -> Markup:
    shown = routes[:CHARTS_MAX]
    months = sorted({cell.month for cell in cells})
    scale = scale_of(cell for route in shown for cell in route)
    return el(
        "div",
        join(_chart(el("b", route_name(of[0].route)), of, chart(of, months, scale)) for of in shown),
        class_="multiples",
    )


def _chart(name: Markup, cells: list[Cell], drawn: Markup) -> Markup:
    flights = f"{sum(cell.flights for cell in cells):,}"
    return el("figure", el("figcaption", name, el("span", both(f"≈ {flights} counted", f"计入约 {flights} 班"))), drawn)


def route_name(route: str) -> str:
    """Return "JFK → LAX" for "JFK-LAX", and any other name as it is."""
    ends = route.split("-")
    return " → ".join(ends) if len(ends) == 2 and all(ends) else route


def _findings(cells: tuple[Cell, ...]) -> Markup:
    """Return what the charts say at a glance: the most delayed cell, and how often lateness is beyond the noise."""
    told = [cell for cell in cells if cell.mean_delay_centi is not None]
    if not told:
        return Markup("")
    worst = max(told, key=lambda cell: (cell.mean_delay_centi or 0, cell.route, cell.month))
    late = sum(1 for cell in told if cell.mean_low_centi is not None and cell.mean_low_centi > 0)
    name, mean = route_name(worst.route), minutes(worst.mean_delay_centi or 0)
    return el(
        "ul",
        el(
            "li",
            both(
                join(("Most delayed: ", el("b", name), f" in {month_name(worst.month)}, {mean} minutes on average.")),
                join(("晚点最多：", el("b", name), f"，{worst.month} 月，平均 {mean} 分钟。")),
            ),
        ),
        el(
            "li",
            both(
                join(
                    (el("b", f"{late} of {len(told)}"), " route-months are late beyond what the noise could explain.")
                ),
                join((el("b", f"{late} / {len(told)}"), " 个航线月份的晚点超出噪声所能解释的范围。")),
            ),
        ),
        class_="findings",
    )


def _legend() -> Markup:
    mean = el("svg", el("circle", cx=8, cy=8, r=3, class_="dot"), viewBox="0 0 16 16", aria_hidden="true")
    span = el(
        "svg", el("rect", x=5, y=1, width=6, height=14, rx=2, class_="span"), viewBox="0 0 16 16", aria_hidden="true"
    )
    none = el("svg", el("path", d="M5 5l6 6m0 -6l-6 6", class_="none"), viewBox="0 0 16 16", aria_hidden="true")
    shown = (
        (mean, both("mean", "平均值")),
        (span, both("interval", "区间")),
        (none, both("too few flights to say", "航班过少，不作答")),
    )
    return el("ul", join(el("li", mark, name) for mark, name in shown), class_="legend")


def _table(cells: tuple[Cell, ...]) -> Markup:
    return fold(
        f"The whole answer as a table: {len(cells)} rows",
        f"完整答案（表格）：{len(cells)} 行",
        table("Released figures, noise included", "出域结果（含噪声）", _CELLS, (_cell(cell) for cell in cells)),
    )


def _cell(cell: Cell) -> list[Part | Figure]:
    means = (cell.mean_delay_centi, cell.mean_low_centi, cell.mean_high_centi)
    shown = [Figure("—" if centi is None else minutes(centi), centi) for centi in means]
    return [cell.route, figure(cell.month), figure(cell.flights), figure(cell.delay_sum), *shown]


def _terms(answer: Answer, known: dict[str, str]) -> Markup:
    """Return under which terms it was computed."""
    widths = both(
        f"± {answer.half_width_flights:,} flights, ± {answer.half_width_delay_sum:,} min",
        f"± {answer.half_width_flights:,} 班，± {answer.half_width_delay_sum:,} 分钟",
    )
    bounds = both(
        f"{answer.l0} groups, {answer.linf_rows} rows each", f"{answer.l0} 个分组，每组 {answer.linf_rows} 行"
    )
    rows: tuple[tuple[Markup, Part], ...] = (
        (both("job", "任务"), join((el("code", answer.job), " · ", el("code", answer.agreement)))),
        (both("purpose", "用途"), term(answer.purpose)),
        (both("merged by", "汇总域"), known.get(answer.root, answer.root)),
        (both("privacy unit", "隐私单元"), el("code", answer.unit)),
        (both("one unit counts for at most", "每个隐私单元至多计入"), bounds),
        (both("privacy loss", "隐私损失"), f"ρ = {rho(answer.rho_nano)} · ε = {answer.epsilon} (δ = 10⁻⁶)"),
        (
            both(
                f"noise, {sure(answer.confidence_permille)}",
                f"噪声（{sure(answer.confidence_permille)}）",
            ),
            widths,
        ),
        (both("digest of the release", "出域结果摘要"), short(answer.release_digest)),
    )
    return facts(*rows)


def calls(story: Story) -> Markup:
    """Return the verification calls and the one that was proved."""
    made = story.calls
    told = lead(
        join(
            (
                el("code", made.question),
                " Yes or no, per call; the journal keeps one leaf per batch, and any single call can be proved from it.",
            )
        ),
        join((el("code", made.question), " 每次调用只答是或否；日志每批一条记录，任何一次调用都能由此证明。")),
    )
    return section("calls", "Verification calls", "核验调用", told, _split(made), _call_figures(made))


def _split(made: Calls) -> Markup:
    """Return one bar of all calls: yes, no, unknown."""
    parts = (
        ("yes", "是", made.late),
        ("no", "否", made.calls - made.late - made.unknown),
        ("unknown", "未知", made.unknown),
    )
    at = 0.0
    drawn: list[Part] = []
    for en, _, count in parts:
        wide = count * 1000 / made.calls if made.calls else 0.0
        drawn.append(el("rect", x=at, width=wide, height=10, class_=f"part {en}"))
        at += wide
    strip = el("svg", *drawn, viewBox="0 0 1000 10", preserveAspectRatio="none", class_="strip", aria_hidden="true")
    named = [
        el("li", el("i", class_=f"key {en}"), both(en, zh), el("b", f" {count:,} "), percent(count, made.calls))
        for en, zh, count in parts
    ]
    return el("div", strip, el("ul", *named, class_="legend"))


def _call_figures(made: Calls) -> Markup:
    return facts(
        (both("calls", "调用次数"), f"{made.calls:,}"),
        (both("calls per second", "每秒调用"), f"{made.calls_per_second:,}"),
        (both("batches, one leaf each", "批次（每批一条记录）"), f"{made.batches:,}"),
        (both("job", "任务"), join((el("code", made.job), " · ", el("code", made.agreement)))),
        (
            both("proved offline", "已离线证明"),
            el("span", "✓ ", both(f"call {made.proved_call:,}", f"第 {made.proved_call:,} 次调用"), class_="good"),
        ),
        (both("root of its batch", "所在批次的根"), short(made.proved_batch_root, keep=24)),
    )
