"""HTML as text that is escaped unless it was made here, and every sentence in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import TypeAlias

_VOID = frozenset({"br", "input", "link", "meta"})

_unprintable = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Markup(str):
    """Text that is HTML already. Anything else is escaped when it is put into an element."""

    __slots__ = ()


Part: TypeAlias = str | int
Attribute: TypeAlias = str | int | float | bool | None


def text(part: Part) -> Markup:
    """Return `part` as HTML: markup as it is, all else escaped; what no page may hold becomes U+FFFD."""
    return part if isinstance(part, Markup) else Markup(escape(_unprintable.sub("\ufffd", str(part))))


def join(parts: Iterable[Part], between: str = "") -> Markup:
    return Markup(between.join(text(part) for part in parts))


def el(name: str, /, *parts: Part, **attributes: Attribute) -> Markup:
    """Return an element. `class_` is the attribute class, `aria_label` aria-label; None and False leave one out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(parts)}</{name}>")


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    shown = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value
    return f" {name}" if value is True else f' {name}="{text(shown)}"'


def both(en: Part, zh: Part, *, tag: str = "span") -> Markup:
    """Return a sentence in both languages, of which the page shows one. tag: "tspan" within a drawing."""
    return join((el(tag, en, lang="en"), el(tag, zh, lang="zh-CN")))


def quoted(sentence: str) -> Markup:
    """Return a sentence whose `values` in backticks are set as code."""
    pieces = sentence.split("`")
    if len(pieces) % 2 == 0:
        return text(sentence)
    return join(el("code", piece) if nth % 2 else piece for nth, piece in enumerate(pieces))


def short(digest: str, *, keep: int = 12) -> Markup:
    """Return the beginning of a long hash, with all of it on demand."""
    return el("code", digest if len(digest) <= keep else digest[:keep] + "…", title=digest)


def section(key: str, en: str, zh: str, *parts: Part) -> Markup:
    """Return a part of the page with its heading, to which `#key` leads."""
    return el("section", el("h2", both(en, zh), id=f"{key}-title"), *parts, id=key, aria_labelledby=f"{key}-title")


def lead(en: Part, zh: Part) -> Markup:
    return el("p", both(en, zh), class_="lead")


def fold(en: str, zh: str, *parts: Part) -> Markup:
    """Return something that is shown when asked for."""
    return el("details", el("summary", both(en, zh)), *parts)


def facts(*rows: tuple[Markup, Part]) -> Markup:
    """Return a list of what is said of one thing."""
    return el("dl", join(el("div", el("dt", name), el("dd", value)) for name, value in rows), class_="facts")
