"""What goes wrong on purpose: the wrong speaker, the wrong thing, a number too large, a text that hides something."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from mumian.kernel.canonical import INT53_MAX
from mumian.kernel.ids import MARKET, OPERATOR
from mumian.market.simulation.scene import Said, Scene

NUMBERS = (0, 1, 2, 53, 9_999, 10_001, 10**12, INT53_MAX - 1, INT53_MAX, INT53_MAX + 1, -1)
TEXTS = ("", " ", "x", "木棉", "a\u200bb", "duty-9", "zz-99-", "G99", "2013-02-30", "a/b", "x" * 41, "字" * 500)
NOUNS = ("party", "resource", "right", "grant", "public", "authorization", "product", "listing", "order", "offer")
LONG = 300
"""So many times a tuple's content is repeated: beyond every bound that a room sets."""


def twist(s: Scene, said: Said) -> Said:
    """Return what was to be said with something wrong about it: who, up to three parts of what, or said before.

    Raises: ValueError: the command itself will not be made so.
    """
    if s.chance(100):
        return s.one(s.said)
    if s.chance(250):
        return Said(s.one((s.pick("party"), s.pick("party"), OPERATOR, MARKET, "party-999999999")), said.command)
    command = said.command
    for _ in range(s.one((1, 1, 1, 2, 3))):
        try:
            command = _twisted(s, command)
        except (AttributeError, TypeError) as fault:  # a check at its making met a value of another type
            raise ValueError(str(fault)) from fault
    return Said(said.actor, command)


def _twisted(s: Scene, value: Any) -> Any:
    """Return another value of the same kind, mostly."""
    if isinstance(value, msgspec.Struct):
        fields = value.__struct_fields__
        if not fields:
            return value
        field = s.one(fields)
        part = getattr(value, field)
        if type(part) is str and s.heard[field] and s.chance(400):
            return msgspec.structs.replace(value, **{field: s.one(s.heard[field])})  # what another said here
        return msgspec.structs.replace(value, **{field: _twisted(s, part)})
    if isinstance(value, bool):
        return not value
    if isinstance(value, Enum):
        return s.one(tuple(type(value)))
    if isinstance(value, int):
        return s.one((*NUMBERS, value + 1, max(value - 1, 0), value * 2))
    if isinstance(value, str):
        return _twisted_text(s, value)
    if isinstance(value, tuple):
        return _twisted_tuple(s, value)
    return s.one((0, 1, s.now, s.pick("party"), s.digest(), INT53_MAX))  # None: anything that may stand there


def _twisted_text(s: Scene, text: str) -> str:
    noun = text.partition("-")[0]
    if s.made.get(noun) and s.chance(700):
        return s.one((s.one(s.made[noun]), s.pick(noun), f"{noun}-999999999"))
    return s.one((*TEXTS, s.digest(), s.pick(s.one(NOUNS)), text + "x"))


def _twisted_tuple(s: Scene, parts: tuple[Any, ...]) -> tuple[Any, ...]:
    if not parts or s.chance(100):
        return ()
    if s.chance(20):
        return parts * LONG
    if s.chance(200):
        return (*parts, s.one(parts))
    nth = s.rng.randrange(len(parts))
    return (*parts[:nth], _twisted(s, parts[nth]), *parts[nth + 1 :])
