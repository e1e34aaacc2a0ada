"""The documentation is a test: what it links to, runs, names and counts is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pages import (
    GENERATED,
    ROOT,
    anchors_of,
    blocks_of,
    fits,
    headings_of,
    links_of,
    pages,
    prose_of,
    run_page,
    steps_of,
    text_of,
    ticked_in,
)

from demo_run import demo
from mumian.cli.main import app
from mumian.cli.show import NOUNS
from mumian.domain.refusals import DomainRefusal, ExactRefusal
from mumian.kernel import ids
from mumian.kernel.roles import DataKind, Right, Role
from mumian.market.hearing import HearingRefusal
from mumian.market.refusals import REFUSALS
from mumian.market.rooms import ROOMS
from mumian.rulebook.rules import load
from mumian.sql.refusals import SqlRefusal

PAGES = pages()
WRITTEN = [page for page in PAGES if not page.startswith(GENERATED)]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    lost = [
        link for link in links_of(page) if not link.startswith(("http://", "https://", "mailto:")) and _lost(page, link)
    ]
    assert lost == []


def _lost(page: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = ((ROOT / page).parent / path).resolve() if path else ROOT / page
    if not target.exists() or not target.is_relative_to(ROOT):
        return True
    return bool(anchor) and anchor not in anchors_of(str(target.relative_to(ROOT)))


@pytest.mark.parametrize(
    ("expected", "printed", "does_fit"),
    [
        (["a"], "a\n", True),
        (["a"], "  a \n\n", True),
        (["a"], "b\n", False),
        (["a"], "a\nb\n", False),
        (["a", "b"], "a\n", False),
        (["a", "…"], "a\nb\nc\n", True),
        (["a", "…", "c"], "a\nb\nc\n", True),
        (["a", "…", "d"], "a\nb\nc\n", False),
        (["size … of …"], "size 7 of 12\n", True),
        (["size …"], "length 7\n", False),
        (["1.5 …"], "1x5 s\n", False),
        ([], "anything\n", False),
    ],
)
def test_what_is_shown_is_all_that_is_printed(expected: list[str], printed: str, does_fit: bool) -> None:
    assert fits(expected, printed) is does_fit


@pytest.mark.parametrize("page", [page for page in WRITTEN if steps_of(page)])
def test_what_a_page_shows_is_what_its_commands_print(page: str, tmp_path: Path) -> None:
    for step, ran in run_page(page, tmp_path):
        assert ran.code == step.code, f"{step.command}\n{ran.printed}"
        shown = fits(step.printed, ran.printed)
        assert shown, f"{step.command}\n{ran.printed}"


@pytest.mark.parametrize(
    ("page", "kind"), [(page, kind) for page in WRITTEN for kind in ("demo", "demo-zh") if blocks_of(page, kind)]
)
def test_what_a_page_shows_of_the_demo_is_what_the_demo_prints(page: str, kind: str) -> None:
    told = demo().told_zh if kind == "demo-zh" else demo().told_en
    for block in blocks_of(page, kind):
        shown = fits(["…", *(line for line in block.splitlines() if not line.startswith("$ ")), "…"], told)
        assert shown, f"{block}\n{told}"


def _names() -> Iterator[str]:
    """Yield every full name that the code gives to a command, event, refusal, law or table."""
    yield from REFUSALS
    yield from (refusal.full_name for refusal in HearingRefusal)
    yield from (refusal.full_name for kind in (DomainRefusal, ExactRefusal, SqlRefusal) for refusal in kind)
    for room in ROOMS.values():
        named = [kind.__name__ for kind in (*room.commands, *room.events)]
        named += [law.__name__ for law in room.laws]
        named += list(room.state.__struct_fields__)
        yield from (f"{room.name}.{name}" for name in named)


NAMES = frozenset(_names())
_full_name = re.compile(rf"(?:{'|'.join([*ROOMS, 'envelope', 'hearing', 'domain', 'sql'])})\.\w+")
_code_path = re.compile(r"(?:[a-z_]+/)+[a-z_]+\.(?:py|toml)(?:::\w+)?")


@pytest.mark.parametrize("page", WRITTEN)
def test_every_name_of_the_code_that_a_page_gives_exists(page: str) -> None:
    unknown = [word for word in ticked_in(page) if _full_name.fullmatch(word) and not _known(word)]
    assert unknown == []


def _known(word: str) -> bool:
    return word in NAMES or word.endswith((".py", ".json", ".key"))


@pytest.mark.parametrize("page", WRITTEN)
def test_every_file_and_test_that_a_page_names_exists(page: str) -> None:
    missing = [word for word in ticked_in(page) if _code_path.fullmatch(word) and not _there(word)]
    assert missing == []


def _there(word: str) -> bool:
    path, _, name = word.partition("::")
    found = next((base / path for base in (ROOT, ROOT / "src" / "mumian") if (base / path).is_file()), None)
    return found is not None and (not name or f"def {name}(" in found.read_text("utf8"))


def _commands(group: Any, name: str) -> Iterator[str]:
    context = group.make_context(name, [], resilient_parsing=True)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        inner = getattr(command, "commands", None)
        yield from _commands(command, f"{name} {word}") if inner else [f"{name} {word}"]


@pytest.mark.parametrize("command", list(_commands(typer.main.get_command(app), "mumian")))
def test_every_command_is_in_the_docs(command: str) -> None:
    shown = re.compile(rf"{command}\b")
    assert any(shown.search(text_of(page)) for page in WRITTEN), f"`{command}` is documented nowhere"


def _terms() -> set[str]:
    """Return the words that the glossary explains, in lower case with blanks."""
    rows = re.findall(r"^\| ([^|]+) \|", text_of("docs/glossary.md"), re.MULTILINE)
    return {term.strip().lower() for row in rows for term in re.split(r"[/,]", row.replace("`", ""))}


def _nouns() -> Iterator[str]:
    yield from ROOMS
    yield from NOUNS
    for words in (Role, Right, DataKind):
        yield from (word.value for word in words)
    yield from (name.removesuffix("Id").lower() for name in vars(ids) if name.endswith("Id"))


@pytest.mark.parametrize("noun", sorted(set(_nouns())))
def test_the_glossary_explains_every_noun(noun: str) -> None:
    assert noun.replace("_", " ") in _terms()


READMES = ("README.md", "README.zh.md")


@pytest.mark.parametrize("page", READMES)
def test_the_readme_names_every_make_target(page: str) -> None:
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf8"), re.MULTILINE)
    assert targets
    assert [target for target in targets if f"make {target}" not in text_of(page)] == []


def test_both_readmes_have_the_same_shape() -> None:
    english, chinese = headings_of("README.md"), headings_of("README.zh.md")
    assert [level for level, _ in english] == [level for level, _ in chinese]
    ours = (sorted(link for link in links_of(page) if not link.startswith(("#", "README"))) for page in READMES)
    english_links, chinese_links = ours
    assert english_links == chinese_links


def test_the_map_of_the_docs_leads_to_every_page() -> None:
    mapped = {link.partition("#")[0] for link in links_of("docs/README.md")}
    records = {f"decisions/{link}" for link in links_of("docs/decisions/README.md")}
    every = {page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")}
    assert every - mapped - records - {"README.md"} == set()


def test_the_page_of_rules_names_every_source_and_every_parameter_that_is_not_settled() -> None:
    page, rules = text_of("docs/concepts/rules.md"), [rule for each in load().rules.values() for rule in each]
    assert {rule.source.code for rule in rules} == set(re.findall(r"^\| (\w+) \| [^|]+ \|$", page, re.MULTILINE)) - {
        "code"
    }
    open_ = {(rule.id, name) for rule in rules for name, parameter in rule.parameters.items() if parameter.unverified}
    assert open_ == set(re.findall(r"^\| `([\w-]+)` \| `(\w+)` \|", page, re.MULTILINE))


def test_every_room_refers_to_a_page_that_explains_it() -> None:
    concepts = "".join(prose_of(page) for page in PAGES if page.startswith("docs/concepts/"))
    assert [room for room in ROOMS if f"`{room}`" not in concepts] == []
