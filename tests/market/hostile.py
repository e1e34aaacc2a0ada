"""Every command of every room in JSON, and what a hostile client would put in place of each of its values."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from mumian.market.rooms import ROOMS
from mumian.market.trial import World

TEXTS = ("", "\x00", "木" * 1000, "a" * 9000, "9" * 5000, "order-", "order-x", "order-1.1.1", "party-" + "9" * 30)
TEXTS += ("2026-02-30", "0000-00-00", "../..", "\u2028\n", "market", "{x}", "%s", "order-99999999999999999999")
NUMBERS = (0, 1, -1, 2**53 - 1, -(2**53 - 1), 2**63, 10**40)


def commands(world: World) -> Iterator[tuple[str, Any]]:
    """Yield (actor, command) of every kind, by each kind of actor, with ids of the trial market where a field names one."""
    ids = {
        "order": world.checks_order,
        "listing": world.report_listing,
        "product": world.report,
        "agreement": world.checks_agreement,
        "resource": world.resources[0],
        "grant": world.grants[0],
        "party": world.insurer,
        "owner": world.insurer,
        "other": world.merchant,
        "offer": world.report_offer,
        "transfer": f"transfer-{world.checks_order.removeprefix('order-')}.1",
    }
    for room in ROOMS.values():
        for kind in room.commands:
            for actor in ("exchange", world.insurer, world.merchant, world.owners[0], world.registry, world.regulator):
                yield actor, _sample(inspect.type_info(kind), "", ids)


def variants(command: Any) -> Iterator[Any]:
    """Yield the command as it is, and with each of its values replaced by hostile ones."""
    yield command
    for place in list(_places(command)):
        if place in ((), ("type",)):
            continue
        old = command
        for step in place:
            old = old[step]
        for new in _hostile(old):
            yield _replaced(command, place, new)


def _hostile(old: Any) -> tuple[Any, ...]:
    match old:
        case str():
            return TEXTS
        case bool():
            return (None, 1)
        case int():
            return NUMBERS
        case list():
            return ([], old * 600)
        case _:
            return (None,)


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*at, index))


def _replaced(command: Any, place: tuple[Any, ...], new: Any) -> Any:
    changed = part = copy.deepcopy(command)
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = new
    return changed


def _sample(kind: inspect.Type, name: str, ids: dict[str, str]) -> Any:
    """Return some value of this type, as plain data."""
    match kind:
        case inspect.StructType():
            made = {field.encode_name: _sample(field.type, field.encode_name, ids) for field in kind.fields}
            return {kind.tag_field: kind.tag, **made} if kind.tag_field else made
        case inspect.UnionType():
            return _sample(next(each for each in kind.types if not isinstance(each, inspect.NoneType)), name, ids)
        case inspect.VarTupleType():
            return [_sample(kind.item_type, name, ids)]
        case inspect.TupleType():
            return [_sample(each, name, ids) for each in kind.item_types]
        case inspect.DictType():
            return {_sample(kind.key_type, "", ids): _sample(kind.value_type, name, ids)}
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return max(1, kind.ge or 0)
        case inspect.DateType():
            return "2026-10-09"
        case inspect.StrType():
            pattern = kind.pattern or ""
            shaped = "a" * 64 if "[0-9a-f]{64}" in pattern else "1" if pattern.startswith("^[0-9]") else "abcdefgh"
            return ids.get(name, shaped)
        case _:
            raise AssertionError(f"no sample of {kind}")


def plain(command: Any) -> Any:
    """Return a command as plain JSON data."""
    return msgspec.json.decode(msgspec.json.encode(command))
