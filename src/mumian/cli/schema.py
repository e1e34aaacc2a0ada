"""`mumian schema`: the JSON Schema of every command, made from the types themselves."""

from __future__ import annotations

from typing import Any

import msgspec

from mumian.market.rooms import ROOM_OF_COMMAND, ROOMS


def command_names() -> list[str]:
    """Return the names of all commands, `room.Command`, room by room."""
    return [f"{room.name}.{kind.__name__}" for room in ROOMS.values() for kind in room.commands]


def schema_of(name: str) -> dict[str, Any] | None:
    """Return the JSON Schema of one command, or None if there is none of that name."""
    for kind, room in ROOM_OF_COMMAND.items():
        if name == f"{room.name}.{kind.__name__}":
            return msgspec.json.schema(kind)
    return None


def all_schemas() -> dict[str, Any]:
    """Return one JSON Schema document with every command under `$defs`."""
    kinds = list(ROOM_OF_COMMAND)
    refs, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mumian commands",
        "oneOf": list(refs),
        "$defs": components,
    }
