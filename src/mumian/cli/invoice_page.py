"""A statement as a page to print: one file, no script, both languages side by side."""

from __future__ import annotations

from mumian.cli.markup import Markup, both, el, join
from mumian.kernel.money import yuan
from mumian.market.stated import Line, Statement

STYLE = """
@page { size: A4; margin: 16mm }
body { font: 10pt/1.45 "Noto Sans CJK SC", "Source Han Sans SC", sans-serif; color: #111 }
h1 { font-size: 16pt; margin: 0 0 4mm }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1mm 5mm; margin: 0 0 6mm }
dd { margin: 0 }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: .2mm solid #999; padding: 1mm 2mm; text-align: left; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
td code { overflow-wrap: anywhere; font-size: 7pt }
tfoot td { font-weight: 600; border-bottom: 0 }
tr { break-inside: avoid }
thead { display: table-header-group }
[lang=zh]::before { content: " / " }
"""

HEADS = (
    ("leaf", "记录", True),
    ("day", "日期", False),
    ("domain", "数据域", False),
    ("batch root", "批次根", False),
    ("first call", "起始次序", True),
    ("calls", "次数", True),
    ("price", "单价（元）", True),
    ("amount", "金额（元）", True),
)


def page_of(made: Statement, title: str) -> str:
    """Return the page as HTML5; the digest at its end is that of the statement's CSV."""
    facts = (
        (both("agreement", "合约"), made.agreement),
        (both("order", "订单"), made.order),
        (both("product", "产品"), made.product),
        (both("seller", "供方"), made.seller),
        (both("buyer", "需方"), made.buyer),
        (both("statement SHA-256", "对账单摘要"), made.digest),
    )
    told = el("dl", join(join((el("dt", name), el("dd", el("code", value)))) for name, value in facts))
    head = el("tr", *(el("th", both(en, zh), class_="n" if is_number else None) for en, zh, is_number in HEADS))
    table = el("table", el("thead", head), el("tbody", *map(_row, made.lines)), el("tfoot", *_sums(made)))
    top = el("head", el("meta", charset="utf-8"), el("title", title), el("style", Markup(STYLE)))
    body = el("body", el("h1", both("Statement of calls", "调用对账单"), " ", title), told, table)
    return "<!doctype html>\n" + el("html", top, body, lang="zh-CN") + "\n"


def _row(line: Line) -> Markup:
    batch = line.batch
    texts = (el("td", batch.leaf, class_="n"), el("td", batch.day.isoformat()), el("td", batch.domain))
    numbers = (line.first_call, f"{line.calls:,}", yuan(line.unit_fen), yuan(line.amount_fen))
    return el("tr", *texts, el("td", el("code", batch.root)), *(el("td", each, class_="n") for each in numbers))


def _sums(made: Statement) -> list[Markup]:
    rows = [(both("net", "净额"), made.net_fen)]
    rows += [
        (both(f"{tax.kind} {tax.rate_bp / 100:.2f} %", f"{tax.kind} {tax.rate_bp / 100:.2f} %"), tax.tax_fen)
        for tax in made.taxes
    ]
    rows.append((both(f"total of {made.calls:,} calls", f"合计 {made.calls:,} 次"), made.amount_fen))
    return [el("tr", el("td", name, colspan=7), el("td", yuan(fen), class_="n")) for name, fen in rows]
