"""Where the products come from: the chain of rights beneath every source, and the three gates."""

from __future__ import annotations

import re

from mumian.cli.demo.report.chain import diagram
from mumian.cli.demo.report.table import Field, Figure, Head, figure, table
from mumian.cli.demo.report.words import TERMS, day, names, percent, term
from mumian.cli.demo.story import Chain, Gate, Link, Product, Story, Supplied
from mumian.cli.markup import Markup, both, el, fold, join, lead, section
from mumian.kernel.money import yuan

_SOURCES = (
    Head("source", "来源"),
    Head("holder", "持有方"),
    Head("kind, level", "类别与级别"),
    Head("rows", "行数", True),
    Head("units", "隐私单元", True),
    Head("lowest quality", "最低质量", True),
    Head("registered as", "登记"),
    Head("granted by", "授权"),
    Head("chain", "权利链"),
)


_code = re.compile(r"[0-9a-f]{64}|[a-z]+-[0-9.]+")
"""A digest or an id: evidence that is not words."""


def rights(story: Story) -> Markup:
    """Return the drawing of two chains and the tables of all."""
    told = lead(
        "A product stands on grants, a grant on a right or an authorisation, a right on registered data. One of each kind is"
        " drawn; the table lists every source. A revocation anywhere stops everything to its right.",
        "产品立于授权，授权立于产权或授权运营，产权立于已登记的数据。下图各取一例，表中列出全部来源；任何一环撤销，其右侧全部停止。",
    )
    chains = [_chains(product) for product in story.products]
    return section(
        "rights",
        "The chain of rights",
        "权利链",
        told,
        diagram(story),
        _sources(story),
        _qualities(story.supplied),
        *chains,
    )


def _sources(story: Story) -> Markup:
    known = names(story)
    broken = {chain.resource for product in story.products for chain in product.chains if not chain.unbroken}
    chained = {chain.resource for product in story.products for chain in product.chains}
    rows = [_source(one, known, one.resource in chained, one.resource in broken) for one in story.supplied]
    total: list[Field] = [
        both("all sources", "全部来源"),
        figure(len({one.holder for one in story.supplied})),
        "",
        figure(sum(one.rows for one in story.supplied)),
        *[""] * 5,
    ]
    return table(
        "Every source of the products, as it stands in the end", "产品的全部来源（截至期末）", _SOURCES, rows, total
    )


def _source(one: Supplied, known: dict[str, str], is_chained: bool, is_broken: bool) -> list[Field]:
    registered = join(
        (el("code", number, class_="id") for number in one.certificates or (one.query_code or "—",)), "<br>"
    )
    return [
        join((one.title, el("br"), el("code", one.resource))),
        known.get(one.holder, one.holder),
        el("span", term(one.data_kind), el("br"), el("small", term(one.level)), class_="kind"),
        figure(one.rows),
        figure(one.units) if one.units else Figure("—", None),
        _lowest(one.quality),
        registered,
        el("code", one.grant) if one.grant else "—",
        verdict(not is_broken) if is_chained else "—",
    ]


def verdict(holds: bool) -> Markup:
    """Return a tick or a cross with its word: never colour alone."""
    if holds:
        return el("span", "✓ ", both("unbroken", "完整"), class_="good")
    return el("span", "✗ ", both("broken", "中断"), class_="bad")


def _lowest(quality: dict[str, int]) -> Figure:
    """Return the weakest of the measured dimensions."""
    if not quality:
        return Figure("—", None)
    name, value = min(quality.items(), key=lambda item: item[1])
    return Figure(join((percent(value, 1000), el("br"), el("small", term(name)))), value)


def _qualities(supplied: tuple[Supplied, ...]) -> Markup:
    """Return all measured dimensions of all sources (GB/T 36344)."""
    names_used = [name for name in TERMS if any(name in one.quality for one in supplied)]
    heads = [Head("source", "来源"), *(Head(*TERMS[name], is_number=True) for name in names_used)]
    rows: list[list[Field]] = [
        [one.title, *(_measured(one.quality.get(name)) for name in names_used)] for one in supplied
    ]
    drawn = table("Quality by the dimensions of GB/T 36344", "按 GB/T 36344 各维度的质量", heads, rows)
    return fold("Quality of every source", "各来源的质量", drawn)


def _measured(permille: int | None) -> Figure:
    return Figure("—" if permille is None else percent(permille, 1000), permille)


def _chains(product: Product) -> Markup:
    heads = (Head("source", "来源"), Head("from the grant down to the root", "自授权至根源"), Head("holds", "成立"))
    rows = [
        [_chain_name(chain), join((_link(link) for link in chain.links), " ← "), verdict(chain.unbroken)]
        for chain in product.chains
    ]
    return fold(
        f"All {len(rows)} chains beneath {product.title}",
        f"「{product.title}」的全部 {len(rows)} 条权利链",
        table(f"Chains of {product.title}", f"「{product.title}」的权利链", heads, rows),
    )


def _chain_name(chain: Chain) -> Markup:
    return join((chain.title, el("br"), el("code", chain.resource)))


def _link(link: Link) -> Markup:
    right = join((" ", term(link.right))) if link.right else ""
    span = el("small", day(link.valid_from), " – ", day(link.valid_to))
    return el("span", el("code", link.id), right, " ", span, class_="link")


def gates(story: Story) -> Markup:
    """Return what each product passed before it could be sold."""
    told = lead(
        "No scenario, no registration; no registration, no trade; no compliance, no listing. Each gate left its evidence in the journal.",
        "无场景不登记、无登记不交易、无合规不上架。每道关口的依据都在日志中。",
    )
    cards = el("div", join(_card(product) for product in story.products), class_="cards")
    return section("gates", "Three gates", "三道关口", told, cards)


def _card(product: Product) -> Markup:
    price = join((f"¥{yuan(product.price_fen)} / ", term(product.unit)))
    ceiling = f"¥{yuan(product.ceiling_fen)}" if product.ceiling_fen else "—"
    rows = (
        (both("price", "价格"), price),
        (both("guided ceiling", "政府指导价上限"), ceiling),
        (both("sold", "售出"), f"{product.sold:,}"),
        (both("gross", "交易额"), f"¥{yuan(product.gross_fen)}"),
    )
    said = el("dl", join(el("div", el("dt", name), el("dd", value)) for name, value in rows), class_="facts")
    ids = el(
        "p",
        el("code", product.product),
        " · ",
        el("code", product.listing),
        " · ",
        term(product.delivery),
        class_="ids",
    )
    passed = el("ol", join(_gate(gate) for gate in product.gates), class_="gates")
    return el("article", el("h3", product.title), ids, passed, said, class_="card")


def _gate(gate: Gate) -> Markup:
    leaf = el("span", both(f"leaf {gate.seq}", f"第 {gate.seq} 条"), class_="leaf")
    return el(
        "li",
        el("b", "✓ ", both(gate.name_en, gate.name_zh)),
        leaf,
        el("p", el("code", gate.evidence) if _code.fullmatch(gate.evidence) else gate.evidence),
    )
