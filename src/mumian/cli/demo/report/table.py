"""Tables that a screen reader can read and a click can sort."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from mumian.cli.markup import Markup, Part, both, el, join
from mumian.kernel.money import yuan


class Head(NamedTuple):
    """The head of a column."""

    en: str
    zh: str
    is_number: bool = False


class Figure(NamedTuple):
    """A number as it is shown, and the value that it sorts by (None sorts last)."""

    shown: Part
    value: int | None


Field: TypeAlias = Part | Figure


def figure(value: int) -> Figure:
    return Figure(f"{value:,}", value)


def money(amount_fen: int) -> Figure:
    return Figure(yuan(amount_fen), amount_fen)


def table(
    en: str, zh: str, heads: Sequence[Head], rows: Iterable[Sequence[Field]], foot: Sequence[Field] = ()
) -> Markup:
    """Return a table with its caption. The first field of a row names the row. foot: sums, or none."""
    caption = el("caption", both(en, zh))
    top = el("thead", el("tr", join(_head(head) for head in heads)))
    body = el("tbody", join(_row(row) for row in rows))
    bottom = el("tfoot", _row(foot)) if foot else ""
    drawn = el("table", caption, top, body, bottom, class_="sortable")
    return el("div", drawn, class_="scroll", role="region", tabindex=0, aria_label=f"{en} / {zh}")


def _head(head: Head) -> Markup:
    return el("th", both(head.en, head.zh), scope="col", class_="n" if head.is_number else None)


def _row(fields: Sequence[Field]) -> Markup:
    first, *rest = fields
    name = first.shown if isinstance(first, Figure) else first
    value = str(first.value) if isinstance(first, Figure) else None
    return el("tr", el("th", name, scope="row", data_v=value), join(_field(field) for field in rest))


def _field(field: Field) -> Markup:
    if not isinstance(field, Figure):
        return el("td", field)
    return el("td", field.shown, class_="n", data_v="" if field.value is None else str(field.value))


def bar(part: int, whole: int, *, kind: str = "") -> Markup:
    """Return a bar as long as `part` is of `whole`; the number stands beside it, so it is hidden from screen readers."""
    filled = min(max(part, 0) * 1000 / whole, 1000) if whole > 0 else 0
    drawn = el("rect", class_=f"fill {kind}".strip(), width=float(filled), height=10)
    track = el("rect", class_="track", width=1000, height=10)
    return el("svg", track, drawn, class_="bar", viewBox="0 0 1000 10", preserveAspectRatio="none", aria_hidden="true")
