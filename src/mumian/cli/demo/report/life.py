"""The head of the page with the key figures, and the acts."""

from __future__ import annotations

from mumian.cli.demo.report.table import bar
from mumian.cli.demo.report.words import seconds
from mumian.cli.demo.story import Act, Story
from mumian.cli.markup import Markup, Part, both, el, join, lead, section
from mumian.kernel.money import yuan
from mumian.kernel.time import iso

PETAL = "M32 30C22 24 19 11 27 4c3-2 7-2 10 0 8 7 5 20-5 26Z"


def flower(**attributes: str | int) -> Markup:
    """Return the kapok flower: five petals."""
    petals = join(el("path", d=PETAL, transform=f"rotate({72 * nth} 32 32)") for nth in range(5))
    heart = el("circle", cx=32, cy=32, r=6, class_="heart")
    return el("svg", petals, heart, viewBox="0 0 64 64", class_="flower", aria_hidden="true", **attributes)


def head(story: Story) -> Markup:
    """Return the page's beginning: what it is, and seven figures."""
    owners = [one for one in story.supplied if one.data_kind != "public"]
    rows = sum(one.rows for one in owners)
    domains = len({one.holder for one in story.supplied})
    tell = both(
        f"One whole life of a data element: {rows:,} rows of {len(owners)} owners became answers that an insurer paid for,"
        " and not one row left its owner's domain. All of it can be checked below, by someone who trusts nobody.",
        f"一份数据要素的完整一生：{len(owners)} 家持有方的 {rows:,} 行数据变成保险公司付费的答案，"
        "没有一行离开持有方的数据域。以下全部内容均可由不信任任何人的人自行核验。",
    )
    title = el("h1", el("span", "木棉", lang="zh", class_="name"), " Mumian")
    when = el("p", el("code", story.origin), " · ", el("time", iso(story.started_at)), class_="origin")
    return el(
        "header",
        flower(),
        el("div", title, el("p", tell, class_="tell"), when),
        _figures(story, rows, domains),
        class_="top",
    )


def _figures(story: Story, rows: int, domains: int) -> Markup:
    gross_fen = sum(product.gross_fen for product in story.products)
    shown: tuple[tuple[str, str, str], ...] = (
        (f"{rows:,}", "flights, rows of data", "行航班数据"),
        (f"{domains}", "data domains", "个数据域"),
        (f"{len(story.products)}", "products on the shelf", "个数据产品"),
        (f"{story.calls.calls:,}", "verification calls", "次核验调用"),
        (f"¥{yuan(gross_fen)}", "gross sales, yuan", "交易总额（元）"),
        (f"{sum(act.leaves for act in story.acts):,}", "leaves in the journal", "条存证记录"),
        (seconds(story.seconds_milli), "seconds, all told", "秒，全程用时"),
    )
    tiles: list[Part] = [el("li", el("b", value), el("span", both(en, zh))) for value, en, zh in shown]
    return el("ul", *tiles, class_="figures")


def life(story: Story) -> Markup:
    """Return the acts as a line of stations."""
    longest = max((act.seconds_milli for act in story.acts), default=0)
    stations = el("ol", join(_station(act, longest) for act in story.acts), class_="acts")
    told = lead(
        "From admission to audit. The bar shows where the time went; a leaf is one command that the journal keeps, refusals included.",
        "从准入到审计。横条表示用时；一条记录对应日志中的一个命令，被拒绝的也在内。",
    )
    return section("life", "The element's life", "数据要素的一生", told, stations)


def _station(act: Act, longest: int) -> Markup:
    leaves = f"{act.leaves:,}"
    spent = seconds(act.seconds_milli)
    return el(
        "li",
        el("span", act.number, class_="number"),
        el("h3", both(act.title_en, act.title_zh)),
        bar(act.seconds_milli, longest),
        el("p", both(f"{leaves} leaves · {spent} s", f"{leaves} 条记录 · {spent} 秒")),
    )
