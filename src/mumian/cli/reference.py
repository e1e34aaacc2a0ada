"""The reference pages, written from the code: commands, refusals, settings. `tests/house` fails when they are stale."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from mumian.cli.schema import schema_of
from mumian.domain.refusals import DomainRefusal, ExactRefusal
from mumian.kernel.outcome import Refusal
from mumian.market.envelope import EnvelopeRefusal
from mumian.market.hearing import HearingRefusal
from mumian.market.rooms import ROOMS
from mumian.market.sequencer import Settings
from mumian.sql.refusals import SqlRefusal

MADE = "<!-- written by `make docs` from the code; edits here are lost -->\n"


def pages() -> dict[str, str]:
    """Return each page of the reference: file name → Markdown."""
    return {
        "commands.md": "\n".join(_commands()),
        "events.md": "\n".join(_events()),
        "refusals.md": "\n".join(_refusals()),
        "laws.md": "\n".join(_laws()),
        "settings.md": "\n".join(_settings()),
    }


def write(folder: Path) -> None:
    """Write every page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf8")


def _commands() -> Iterator[str]:
    yield f"# Commands\n\n{MADE}\nEach is submitted as the `command` of an envelope: `mumian submit FILE.json`.\n"
    for room in ROOMS.values():
        yield f"## {room.name}\n"
        for kind in room.commands:
            name = f"{room.name}.{kind.__name__}"
            yield f"### `{name}`\n\n{_doc(kind)}\n"
            yield from _fields(name)


def _fields(name: str) -> Iterator[str]:
    schema = schema_of(name) or {}
    body = schema["$defs"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
    required = set(body.get("required", ()))
    rows = [(field, spec) for field, spec in body.get("properties", {}).items() if field != "type"]
    if not rows:
        return
    yield "| field | type | |\n|---|---|---|"
    for field, spec in rows:
        note = "required" if field in required else f"default `{_json(spec.get('default'))}`"
        yield f"| `{field}` | {_type(spec)} | {note} |"
    yield ""


def _type(spec: dict[str, Any]) -> str:
    if "$ref" in spec:
        return f"`{spec['$ref'].split('/')[-1]}`"
    if "anyOf" in spec:
        return " or ".join(_type(part) for part in spec["anyOf"])
    if "enum" in spec:
        return "one of " + ", ".join(f"`{value}`" for value in spec["enum"])
    if spec.get("type") == "array":
        return f"list of {_type(spec['items'])}" if isinstance(spec.get("items"), dict) else "list"
    bounds = [f"{sign} {spec[key]}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in spec]
    pattern = [f"`{spec['pattern']}`".replace("|", "\\|")] if "pattern" in spec else []
    return " ".join([str(spec.get("type", "any")), *bounds, *pattern])


def _events() -> Iterator[str]:
    yield f"# Events\n\n{MADE}\nWhat a leaf records when a command was accepted, in order, reactions of other rooms included.\n"
    for room in ROOMS.values():
        yield f"## {room.name}\n\n| event | fields | |\n|---|---|---|"
        for kind in room.events:
            fields = ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(kind))
            yield f"| `{room.name}.{kind.__name__}` | {fields} | {' '.join(_doc(kind).split())} |"
        yield ""


def _refusals() -> Iterator[str]:
    yield f"# Refusals\n\n{MADE}\nEach room's in order of precedence: the first that applies is given. A refusal is a leaf of the journal too.\n"
    yield from _refusal_table("hearing", HearingRefusal, "Before the journal: nobody's word yet, not logged.")
    yield from _refusal_table("envelope", EnvelopeRefusal, "Before any room is asked.")
    for room in ROOMS.values():
        yield from _refusal_table(room.name, room.refusals, "")
    yield from _refusal_table(
        "domain", DomainRefusal, "A domain's answers to messages and to its owner; none is a leaf."
    )
    yield from _refusal_table("domain, exact answers", ExactRefusal, "After a ticket, before an answer without noise.")
    yield from _refusal_table(
        "sql", SqlRefusal, "A query's text, with its place, before anything is asked of the market."
    )


def _refusal_table(name: str, refusals: type[Refusal], note: str) -> Iterator[str]:
    yield f"## {name}\n\n{note}\n\n| refusal | English | 中文 | rule |\n|---|---|---|---|"
    for refusal in refusals:
        sentence = refusal.sentence
        yield f"| `{refusal.name}` | {sentence.en} | {sentence.zh} | {sentence.rule or ''} |"
    yield ""


def _laws() -> Iterator[str]:
    yield f"# Laws\n\n{MADE}\nWhat always holds. Run by the tests, the simulator and `mumian fsck`.\n"
    for room in ROOMS.values():
        yield f"## {room.name}\n\n| law | |\n|---|---|"
        for law in room.laws:
            yield f"| `{law.__name__}` | {' '.join((law.__doc__ or '').split())} |"
        yield ""


def _settings() -> Iterator[str]:
    yield f"# Settings\n\n{MADE}\n{_doc(Settings)}\n\n| setting | default |\n|---|---|"
    for field in msgspec.structs.fields(Settings):
        yield f"| `{field.name}` | `{field.default}` |"
    yield ""


def _doc(kind: type) -> str:
    """Return the type's own docstring; one that was inherited says nothing of it."""
    own = vars(kind).get("__doc__") or ""
    return inspect.cleandoc(own)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
