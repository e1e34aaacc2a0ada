"""The chain of rights, drawn: data in its domain → registration → authorisation → grant → products."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from mumian.cli.demo.report.words import day, names, term_pair
from mumian.cli.demo.story import Chain, Link, Product, Story, Supplied
from mumian.cli.markup import Markup, Part, both, el, join

BOX, GAP, TALL, LANE, TOP = 196, 48, 104, 150, 34
"""Width of a box, room between boxes, height of a box, height of a lane, room for the column heads; in px."""

_LINE_CENTI_EM = 1_400
"""What fits into a line of a box, at 12 px."""


class Node(NamedTuple):
    """A box: where it stands, what it is called, what it says; its first line is set bold."""

    x: int
    y: int
    label: Markup
    lines: tuple[str, ...]  # as markup where they are in two languages
    kind: str


class Lane(NamedTuple):
    """A source that stands for those like it. top: id of its last link, by which products are found; root first."""

    supplied: Supplied
    chain: Chain

    @property
    def rooted(self) -> tuple[Link, ...]:
        """Return the links that have a box of their own, root first: a root that is a registered right has none."""
        upward = self.chain.links[::-1]
        return upward[1:] if upward and upward[0].right and self.supplied.certificates else upward


def lanes(story: Story) -> tuple[Lane, ...]:
    """Return one lane for the largest source of enterprise data whose chain holds, and one for the first public one."""
    chains = {chain.resource: chain for product in reversed(story.products) for chain in product.chains}
    chained = [one for one in story.supplied if one.resource in chains]
    own = sorted(
        (one for one in chained if one.data_kind != "public"),
        key=lambda one: (not chains[one.resource].unbroken, -one.rows),
    )[:1]
    public = [one for one in chained if one.data_kind == "public"][:1]
    return tuple(Lane(one, chains[one.resource]) for one in own + public)


def diagram(story: Story) -> Markup:
    """Return the drawing, or nothing when no source has a chain."""
    rows = lanes(story)
    if not rows:
        return Markup("")
    links_max = max(len(lane.rooted) for lane in rows)
    columns = links_max + 3
    wide = columns * BOX + (columns - 1) * GAP
    products_tall = len(story.products) * (TALL + 24)
    tall = TOP + max(len(rows) * LANE - (LANE - TALL) + 10, products_tall)
    shelf = [
        _product(one, nth, (columns - 1) * (BOX + GAP), tall, len(story.products))
        for nth, one in enumerate(story.products)
    ]
    drawn = [_lane(story, lane, nth, links_max, shelf) for nth, lane in enumerate(rows)]
    svg = el(
        "svg",
        el("title", "The chain of rights of representative sources / 代表性来源的权利链", id="chain-name"),
        el("desc", _said(rows, story.products), id="chain-said"),
        _arrowhead(),
        *drawn,
        *(_box(node) for node in shelf),
        viewBox=f"-10 0 {wide + 20} {tall}",
        role="img",
        aria_labelledby="chain-name chain-said",
        class_="chain",
    )
    return el("div", svg, class_="scroll drawing", role="region", tabindex=0, aria_label="Chain of rights / 权利链")


def _said(rows: tuple[Lane, ...], products: tuple[Product, ...]) -> str:
    told = "; ".join(" → ".join([lane.supplied.title, *(link.id for link in lane.chain.links[::-1])]) for lane in rows)
    return f"{told} → {', '.join(product.title for product in products)}"


def _arrowhead() -> Markup:
    head = el("path", d="M0 0L8 4L0 8Z", class_="head")
    return el(
        "defs",
        el("marker", head, id="arrow", viewBox="0 0 8 8", refX=7, refY=4, markerWidth=7, markerHeight=7, orient="auto"),
    )


def _lane(story: Story, lane: Lane, nth: int, links_max: int, shelf: list[Node]) -> Markup:
    y = TOP + nth * LANE
    step = BOX + GAP
    known = names(story)
    nodes = [_data(lane.supplied, known, y), _registration(lane, step, y)]
    first = 2 + links_max - len(lane.rooted)
    nodes += [_link(link, known, (first + at) * step, y) for at, link in enumerate(lane.rooted)]
    tops = {link.id for link in lane.chain.links[:1]}
    sold = [
        node
        for product, node in zip(story.products, shelf, strict=True)
        if any({link.id for link in chain.links[:1]} == tops for chain in product.chains)
    ]
    arrows = [_arrow(one, other) for one, other in pairwise(nodes)]
    arrows += [_arrow(nodes[-1], node) for node in sold]
    return el("g", _fence(y), *arrows, *(_box(node) for node in nodes))


def _fence(y: int) -> Markup:
    """Return the border of the domain, which the data does not cross."""
    label = el(
        "text", both("stays in its domain", "原始数据不出域", tag="tspan"), x=BOX // 2, y=y - 12, class_="fence-name"
    )
    return el("g", el("rect", x=-8, y=y - 6, width=BOX + 16, height=TALL + 12, rx=12, class_="fence"), label)


def _data(one: Supplied, known: dict[str, str], y: int) -> Node:
    label = both("data resource", "数据资源", tag="tspan")
    rows = both(f"{one.rows:,} rows", f"{one.rows:,} 行", tag="tspan")
    lines = (one.title, known.get(one.holder, one.holder), one.resource, rows)
    return Node(0, y, label, lines, "data")


def _registration(lane: Lane, x: int, y: int) -> Node:
    root = lane.chain.links[-1].id if lane.chain.links and lane.chain.links[-1].right else ""
    if lane.supplied.certificates:
        label = both("property registered", "产权登记", tag="tspan")
        return Node(x, y, label, (root or lane.supplied.resource, *lane.supplied.certificates[:3]), "right")
    label = both("public data registered", "公共数据资源登记", tag="tspan")
    return Node(x, y, label, (lane.supplied.query_code or "—",), "right")


def _link(link: Link, known: dict[str, str], x: int, y: int) -> Node:
    label = both("grant", "授权", tag="tspan") if link.right else both("authorised operation", "授权运营", tag="tspan")
    right = both(*term_pair(link.right), tag="tspan") if link.right else ""
    lines = (link.id, known.get(link.holder, link.holder), right, f"{day(link.valid_from)} – {day(link.valid_to)}")
    return Node(x, y, label, tuple(line for line in lines if line), "grant")


def _product(product: Product, nth: int, x: int, tall: int, count: int) -> Node:
    room = (tall - TOP) // count
    y = TOP + nth * room + (room - TALL - 10) // 2
    label = both("product on the shelf", "在架产品", tag="tspan")
    return Node(x, y, label, (product.title, product.product, product.listing), "product")


def _box(node: Node) -> Markup:
    parts: list[Part] = [el("rect", x=node.x, y=node.y, width=BOX, height=TALL, rx=8)]
    parts.append(el("text", node.label, x=node.x + 12, y=node.y + 20, class_="label"))
    for nth, line in enumerate(node.lines[:4]):
        kept = line if isinstance(line, Markup) else fit(line, _LINE_CENTI_EM - (0 if nth else 150))
        more = el("title", line) if kept != line else ""
        at = node.y + 40 + 18 * nth
        parts.append(el("text", kept, more, x=node.x + 12, y=at, class_="line" if nth else "line strong"))
    return el("g", join(parts), class_=f"box {node.kind}")


def _arrow(one: Node, other: Node) -> Markup:
    x, y = one.x + BOX, one.y + TALL // 2
    u, v = other.x - 2, other.y + TALL // 2
    bend = min((u - x) // 2, 40)
    return el("path", d=f"M{x} {y}C{x + bend} {y} {u - bend} {v} {u} {v}", class_="arrow", marker_end="url(#arrow)")


def fit(line: str, centi_em: int) -> str:
    """Return as much of `line` as is at most `centi_em` wide, with an ellipsis where some is left out."""
    used = 0
    for at, char in enumerate(line):
        used += 100 if ord(char) > 0x2E7F else 57
        if used > centi_em:
            return line[: max(at - 1, 0)].rstrip() + "…"
    return line
