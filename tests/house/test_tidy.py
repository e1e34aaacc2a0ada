"""The house as `docs/concepts/house.md` draws it: sizes, purity, words."""

from __future__ import annotations

import ast
import re
import statistics
import string
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from mumian.market.envelope import EnvelopeRefusal
from mumian.market.rooms import ROOMS

SOURCE = Path(__file__).parents[2] / "src" / "mumian"
MODULES = sorted(SOURCE.rglob("*.py"))
DECISIONS = sorted(SOURCE.glob("rooms/*/*.py"))
FORBIDDEN_BELOW_DOORS = {"time", "random", "secrets", "uuid", "os", "io", "socket", "threading", "requests", "urllib3"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_longer_than_400_lines() -> None:
    long = {path.name: count for path in MODULES if (count := len(path.read_text("utf8").splitlines())) > 400}
    assert long == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{path}:{node.name} {lines_of(node)}" for path in MODULES for node in functions(path) if lines_of(node) > 50
    ]
    assert long == []


def test_functions_are_short_in_the_median_and_at_the_ninetieth_percentile() -> None:
    sizes = [lines_of(node) for path in MODULES for node in functions(path)]
    assert statistics.median(sizes) <= 10
    assert statistics.quantiles(sizes, n=10)[-1] <= 32


def test_no_module_is_an_attic() -> None:
    assert [path for path in MODULES if re.fullmatch(r"utils?|helpers?|managers?|misc|common", path.stem)] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_room_has_no_clock_no_chance_and_no_input(path: Path) -> None:
    tree = ast.parse(path.read_text("utf8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    clock = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & {"now", "today", "utcnow"}
    reads_a_clock = clock & {"today", "utcnow"} or re.search(r"datetime\.now|date\.today", path.read_text("utf8"))
    assert not imported & FORBIDDEN_BELOW_DOORS
    assert not called & {"open", "print", "input", "exec", "eval"}
    assert not reads_a_clock


def all_refusals() -> list[Any]:
    return [refusal for room in ROOMS.values() for refusal in room.refusals] + list(EnvelopeRefusal)


@pytest.mark.parametrize("refusal", all_refusals(), ids=lambda refusal: refusal.full_name)
def test_a_refusal_says_the_same_in_english_and_chinese(refusal: Any) -> None:
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in (refusal.sentence.en, refusal.sentence.zh)
    ]
    assert fields[0] == fields[1]
    assert re.search(r"[\u4e00-\u9fff]", refusal.sentence.zh)
    first = refusal.sentence.en.split()[0]
    assert first[0] == first[0].lower() or first.isupper()


def structs_of(kind: Any, seen: set[Any]) -> Iterator[type[msgspec.Struct]]:
    """Yield every struct that `kind` can hold."""
    if get_origin(kind) in (Union, UnionType) or get_args(kind):
        for part in get_args(kind):
            yield from structs_of(part, seen)
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in seen:
        seen.add(kind)
        yield kind
        for hint in get_type_hints(kind, include_extras=True).values():
            yield from structs_of(hint, seen)


def holds_a_float(hint: Any) -> bool:
    return hint is float or hint is Any or any(holds_a_float(part) for part in get_args(hint))


def test_nothing_that_reaches_the_journal_holds_a_float_or_an_untyped_value() -> None:
    seen: set[Any] = set()
    roots = [kind for room in ROOMS.values() for kind in (*room.commands, *room.events, room.state)]
    found = [
        f"{struct.__name__}.{name}"
        for root in roots
        for struct in structs_of(root, seen)
        for name, hint in get_type_hints(struct).items()
        if holds_a_float(hint)
    ]
    assert len(seen) > len(roots)
    assert found == []


def test_every_room_keeps_its_five_files() -> None:
    for room in ROOMS:
        present = {path.name for path in (SOURCE / "rooms" / room).glob("*.py")}
        assert {"model.py", "decide.py", "evolve.py", "laws.py", "views.py"} <= present
