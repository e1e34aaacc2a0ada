"""Who was paid what, and why; and what was spent of each privacy budget."""

from __future__ import annotations

from collections.abc import Sequence

from mumian.cli.demo.report.table import Field, Figure, Head, bar, money, table
from mumian.cli.demo.report.words import names, percent, rho, term
from mumian.cli.demo.story import Budget, Payment, Story
from mumian.cli.markup import Markup, Part, both, el, fold, join, lead, section
from mumian.kernel.money import yuan

KINDS = ("owner", "merchant", "cost", "service_fee", "exchange_fee", "broker", "labour")
"""In the order in which they are drawn; a kind that is not here comes last."""

_PAID = (
    Head("payee", "收款方"),
    Head("as", "身份"),
    Head("yuan", "金额（元）", True),
    Head("to scale", "图示"),
    Head("of gross", "占总额", True),
    Head("contribution", "贡献", True),
    Head("why", "理由"),
)


def payments(story: Story) -> Markup:
    """Return the distribution of each product's revenue, and the cash in the end."""
    told = lead(
        "Fees come off the gross, the merchant takes its agreed part, the owners share the rest by contribution (Shapley)."
        " Every fen is somebody's: the sums are shown.",
        "总额先扣除费用，数据商取约定份额，其余由各持有方按贡献（沙普利值）分配。每一分钱都有归属，合计如下。",
    )
    known = names(story)
    blocks = [_product(each.title, each.gross_fen, _paid_of(story, each.product), known) for each in story.products]
    blocks.append(_bargain(story, known))
    return section("payments", "Who was paid what, and why", "谁得到多少，为什么", told, *blocks, _cash(story, known))


def _paid_of(story: Story, product: str) -> list[Payment]:
    return [paid for paid in story.payments if paid.product == product]


def _bargain(story: Story, known: dict[str, str]) -> Markup:
    """Return the joint development's payments, and the month's invoice beneath."""
    told = story.bargain
    tax, amount = yuan(told.tax_fen), yuan(told.invoiced_fen)
    said = lead(
        f"Costs came back first; {told.units_settled} of {told.units_ordered} parts were settled after a dispute, a licence was auctioned."
        f" The calls of {told.month} are on invoice {told.invoice}: ¥{amount}, of which ¥{tax} tax.",
        f"先收回成本；争议后结算 {told.units_settled}/{told.units_ordered} 部分，另有一份许可经竞价售出。"
        f"{told.month} 的调用列于账单 {told.invoice}：¥{amount}，其中税款 ¥{tax}。",
    )
    return join((_product(told.title, told.gross_fen, _paid_of(story, told.product), known), said))


def _product(title: str, gross_fen: int, paid: Sequence[Payment], known: dict[str, str]) -> Markup:
    most = max((one.amount_fen for one in paid), default=0)
    total_fen = sum(one.amount_fen for one in paid)
    ordered = sorted(paid, key=lambda one: (_rank(one.kind), -one.amount_fen, one.payee))
    rows = [_payment(one, known, most, gross_fen) for one in ordered]
    total: list[Field] = [
        both("sum", "合计"),
        "",
        money(total_fen),
        "",
        Figure(percent(total_fen, gross_fen), total_fen),
        "",
        adds_up(total_fen, gross_fen),
    ]
    drawn = table(f"Payments of {title}", f"「{title}」的分配", _PAID, rows, total)
    return el(
        "div",
        el("h3", title, " ", el("small", f"¥{yuan(gross_fen)}")),
        _strip(ordered, gross_fen),
        drawn,
        class_="paid",
    )


def adds_up(total_fen: int, gross_fen: int) -> Markup:
    """Return whether the payments are the gross, in words and numbers."""
    if total_fen == gross_fen:
        return el("span", "✓ ", both(f"= gross of ¥{yuan(gross_fen)}", f"= 交易额 ¥{yuan(gross_fen)}"), class_="good")
    off = yuan(gross_fen - total_fen)
    return el("span", "✗ ", both(f"¥{off} of the gross not shared out", f"交易额中 ¥{off} 未分配"), class_="bad")


def _rank(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _payment(one: Payment, known: dict[str, str], most: int, gross_fen: int) -> list[Field]:
    is_owner = one.kind == "owner"
    weight = Figure(percent(one.weight_permille, 1000), one.weight_permille) if is_owner else Figure("—", None)
    return [
        known.get(one.payee, one.payee),
        el("span", term(one.kind), class_="kind"),
        money(one.amount_fen),
        bar(one.amount_fen, most, kind=_colour(one.kind)),
        Figure(percent(one.amount_fen, gross_fen), one.amount_fen),
        weight,
        both(one.why_en, one.why_zh),
    ]


def _colour(kind: str) -> str:
    return f"k-{KINDS[_rank(kind)]}" if kind in KINDS else "k-other"


def _strip(paid: Sequence[Payment], gross_fen: int) -> Markup:
    """Return one bar of the whole gross by kind, and its key."""
    sums: dict[str, int] = {}
    for one in paid:
        sums[one.kind] = sums.get(one.kind, 0) + one.amount_fen
    at, drawn, named = 0.0, list[Part](), list[Part]()
    for kind, amount_fen in sums.items():
        wide = amount_fen * 1000 / gross_fen if gross_fen else 0.0
        drawn.append(el("rect", x=at, width=wide, height=10, class_=f"part {_colour(kind)}"))
        share = percent(amount_fen, gross_fen)
        named.append(
            el("li", el("i", class_=f"key {_colour(kind)}"), term(kind), el("b", f" ¥{yuan(amount_fen)} "), share)
        )
        at += wide
    svg = el("svg", *drawn, viewBox="0 0 1000 10", preserveAspectRatio="none", class_="strip", aria_hidden="true")
    return join((svg, el("ul", *named, class_="legend")))


def _cash(story: Story, known: dict[str, str]) -> Markup:
    heads = (Head("party", "主体"), Head("id", "编号"), Head("yuan", "金额（元）", True))
    held = sorted(story.cash_fen.items(), key=lambda item: (-item[1], item[0]))
    rows: list[list[Field]] = [
        [known.get(party, party), el("code", party), money(amount_fen)] for party, amount_fen in held
    ]
    total: list[Field] = [both("sum", "合计"), "", money(sum(story.cash_fen.values()))]
    drawn = table("Cash of every party in the end", "各主体期末资金", heads, rows, total)
    return fold("What every party holds in the end", "各主体期末资金", drawn)


def budgets(story: Story) -> Markup:
    """Return how much of each resource's privacy budget is spent."""
    told = lead(
        "A budget is charged before anything runs and is never given back. It bounds, for good, what all answers together may"
        " reveal of one unit. ε is for people, at δ = 10⁻⁶; the books are kept in ρ (zCDP).",
        "预算在计算之前扣减，永不退还；它永久限定全部答案合起来可能泄露的单个单元的信息。ε 便于阅读（δ = 10⁻⁶），账目以 ρ（zCDP）记。",
    )
    titles = {one.resource: one.title for one in story.supplied}
    heads = (
        Head("resource", "数据资源"),
        Head("holder", "持有方"),
        Head("unit", "隐私单元"),
        Head("spent", "已用"),
        Head("of budget", "占预算", True),
        Head("ε spent / ε", "ε 已用 / ε", True),
        Head("ρ spent / ρ", "ρ 已用 / ρ", True),
    )
    known = names(story)
    rows = [_budget(one, titles, known) for one in story.budgets]
    return section("budget", "The privacy budget", "隐私预算", told, table("Privacy budgets", "隐私预算", heads, rows))


def _budget(one: Budget, titles: dict[str, str], known: dict[str, str]) -> list[Field]:
    return [
        join((titles.get(one.resource, one.resource), el("br"), el("code", one.budget))),
        known.get(one.holder, one.holder),
        el("code", one.privacy_unit, class_="id"),
        bar(one.spent_rho_nano, one.rho_nano, kind="budget"),
        Figure(percent(one.spent_rho_nano, one.rho_nano), one.spent_rho_nano * 1_000_000 // max(one.rho_nano, 1)),
        Figure(f"{one.epsilon_spent} / {one.epsilon}", one.spent_rho_nano),
        Figure(f"{rho(one.spent_rho_nano)} / {rho(one.rho_nano)}", one.spent_rho_nano),
    ]
