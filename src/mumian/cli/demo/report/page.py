"""The page as a whole: one file that asks nobody for anything; what it may run is fixed by hash in its policy."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from mumian.cli.demo.report.answers import answers, calls
from mumian.cli.demo.report.earnings import budgets, payments
from mumian.cli.demo.report.life import PETAL, head, life
from mumian.cli.demo.report.proofs import proofs, refusals
from mumian.cli.demo.report.sources import gates, rights
from mumian.cli.demo.story import Story
from mumian.cli.markup import Markup, both, el, join

_PARTS = (
    ("life", "Life", "一生"),
    ("rights", "Rights", "权利"),
    ("gates", "Gates", "关口"),
    ("answers", "Answers", "答案"),
    ("calls", "Calls", "核验"),
    ("payments", "Payments", "分配"),
    ("budget", "Privacy", "隐私"),
    ("refusals", "Refusals", "不予"),
    ("proofs", "Proofs", "证明"),
)


def render(story: Story, lang: str = "en") -> str:
    """Return the page as HTML5. lang: "en" or "zh", the language that is shown first; the same story gives the same page."""
    style, script = _data("page.css"), _data("page.js")
    main = el(
        "main", *(part(story) for part in (life, rights, gates, answers, calls, payments, budgets, refusals, proofs))
    )
    end = el("footer", el("p", el("code", story.origin), " · ", el("code", story.home)))
    body = el(
        "body",
        _bar(lang),
        head(story),
        main,
        end,
        el("div", id="tip", role="status", hidden=True),
        el("script", script),
    )
    top = el("head", *_meta(style, script), el("title", "木棉 Mumian"), el("style", style))
    return "<!doctype html>\n" + el("html", top, "\n", body, lang="zh-CN" if lang == "zh" else "en") + "\n"


def write(story: Story, path: Path, lang: str = "en") -> None:
    """Write the page to `path`."""
    path.write_text(render(story, lang), encoding="utf8", newline="\n")


def _data(name: str) -> Markup:
    return Markup(resources.files(__package__).joinpath(name).read_text("utf8"))


def _meta(style: str, script: str) -> tuple[Markup, ...]:
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return (
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("link", rel="icon", href=_icon()),
    )


def _hash(text: str) -> str:
    """Return the source expression that allows exactly this inline text (CSP Level 3 §2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf8')).digest()).decode()}"


def _icon() -> str:
    petals = "".join(f"<path d='{PETAL}' transform='rotate({72 * nth} 32 32)'/>" for nth in range(5))
    # the namespace is a name, not an address: nothing is fetched
    drawn = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64' fill='#c8371f'>{petals}</svg>"
    return f"data:image/svg+xml,{quote(drawn)}"


def _bar(lang: str) -> Markup:
    """Return the way around the page and the choice of language, which works without a script."""
    links = join(el("a", both(en, zh), href=f"#{key}") for key, en, zh in _PARTS)
    choices = join(
        join(
            (
                el("input", type="radio", name="lang", id=f"lang-{key}", checked=key == lang),
                el("label", name, for_=f"lang-{key}", lang=code),
            )
        )
        for key, code, name in (("zh", "zh", "中文"), ("en", "en-GB", "English"))
    )
    choice = el("fieldset", el("legend", both("Language", "语言"), class_="away"), choices)
    return el("div", el("nav", links, aria_label="Parts / 章节"), choice, class_="bar-top")
