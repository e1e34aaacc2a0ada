"""The rooms that this market has, and how a command or an event finds its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refusal, Refused
from mumian.market.rows import Rows, Source, Undo

NAMES = (
    "oversight",
    "clocks",
    "parties",
    "catalog",
    "rights",
    "contracts",
    "exchange",
    "cleanroom",
    "ledger",
    "revenue",
    "property_register",
    "public_register",
    "consent",
    "enterprise",
    "sharing",
    "operation",
    "services",
    "filings",
    "negotiation",
    "billing",
    "settlement",
    "auctions",
)

Decide = Callable[[Any, Any, Facts], "list[Any] | Refused"]
Evolve = Callable[[Any, Any], None]
Law = Callable[[Any], Iterator[str]]


class Room(NamedTuple):
    """One room as the market handles it."""

    name: str
    commands: tuple[type, ...]
    events: tuple[type, ...]
    refusals: type[Refusal]
    state: type[msgspec.Struct]
    decide: Decide
    evolve: Evolve
    laws: tuple[Law, ...]


def _room(name: str) -> Room:
    """Take in the room's five files by their fixed names."""
    model = import_module(f"mumian.rooms.{name}.model")
    refusals = next(
        value
        for value in vars(model).values()
        if isinstance(value, type) and issubclass(value, Refusal) and value is not Refusal
    )
    return Room(
        name,
        get_args(model.Command) or (model.Command,),
        get_args(model.Event) or (model.Event,),
        refusals,
        model.State,
        import_module(f"mumian.rooms.{name}.decide").decide,
        import_module(f"mumian.rooms.{name}.evolve").evolve,
        tuple(import_module(f"mumian.rooms.{name}.laws").LAWS),
    )


ROOMS: dict[str, Room] = {name: _room(name) for name in NAMES}
ROOM_OF_COMMAND: dict[type, Room] = {command: room for room in ROOMS.values() for command in room.commands}
ROOM_OF_EVENT: dict[type, Room] = {event: room for room in ROOMS.values() for event in room.events}


class States:
    """The state of every room, as an attribute of its name, over one source of rows, with one undo between them."""

    oversight: Any
    clocks: Any
    parties: Any
    catalog: Any
    rights: Any
    contracts: Any
    exchange: Any
    cleanroom: Any
    ledger: Any
    revenue: Any
    property_register: Any
    public_register: Any
    consent: Any
    enterprise: Any
    sharing: Any
    operation: Any
    billing: Any
    services: Any
    filings: Any
    negotiation: Any
    settlement: Any
    auctions: Any

    def __init__(self, source: Source) -> None:
        self.undo = Undo()
        self.tables: dict[str, Rows[Any]] = {}
        self._source = source
        self.seen: Rows[int] = self._rows("envelope.seen", int)
        self.by_room: dict[str, Any] = {}
        for room in ROOMS.values():
            hints = get_type_hints(room.state)
            tables = {field: self._rows(f"{room.name}.{field}", get_args(hint)[0]) for field, hint in hints.items()}
            self.by_room[room.name] = room.state(**tables)
            setattr(self, room.name, self.by_room[room.name])

    def _rows(self, name: str, record: Any) -> Rows[Any]:
        rows: Rows[Any] = Rows(name, self._source, msgspec.json.Decoder(record).decode, self.undo)
        self.tables[name] = rows
        return rows

    def broken_laws(self) -> Iterator[tuple[str, str]]:
        """Yield (law, place) wherever a law of any room does not hold. Reads every table: for audits, not for steps."""
        for room in ROOMS.values():
            for law in room.laws:
                for place in law(self.by_room[room.name]):
                    yield f"{room.name}.{law.__name__}", place
