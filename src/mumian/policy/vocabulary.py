"""The words of ODRL that the market understands. Any other word denies (see `decide`) or is refused by name (see `jsonld`).

Source: ODRL Vocabulary & Expression 2.2 (W3C Recommendation 2018-02-15), §3.4 actions, §4.4 operands, §3.6 operators.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

PROFILE = "urn:mumian:odrl"
"""The market's own profile: adds the actions of data use that ODRL has no word for."""

PROFILES = frozenset({None, PROFILE})
"""A policy under any other profile may mean what the market cannot read, so it permits nothing (ODRL IM 2.2 §4)."""

PROFILE_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "verify": "use",  # 核验: a yes or no per call
        "intersect": "use",  # 求交: which keys two holders share
        "analyze": "use",  # 分析: statistics over rows that stay where they are
        "train": "use",  # 训练: fit a model
    }
)
"""Actions of the market's profile, each `includedIn` the action behind it."""

ODRL_ACTIONS: Mapping[str, str | None] = MappingProxyType(
    {
        "use": None,
        "aggregate": "use",  # here: become part of a figure over many units
        "annotate": "use",
        "anonymize": "use",
        "archive": "use",
        "attribute": "use",
        "compensate": "use",
        "delete": "use",
        "derive": "use",
        "distribute": "use",
        "execute": "use",
        "grantUse": "use",
        "include": "use",
        "index": "use",
        "inform": "use",
        "modify": "use",
        "obtainConsent": "use",
        "present": "use",
        "display": "present",
        "play": "present",
        "print": "present",
        "read": "use",
        "reproduce": "use",
        "extract": "reproduce",
        "stream": "use",
        "synchronize": "use",
        "transform": "use",
        "translate": "use",
        "transfer": None,
        "give": "transfer",
        "sell": "transfer",
    }
)
"""Actions of ODRL, each `includedIn` the action behind it; None is a top."""

ACTIONS: Mapping[str, str | None] = MappingProxyType({**ODRL_ACTIONS, **PROFILE_ACTIONS})


def _covering(action: str) -> frozenset[str]:
    up: list[str] = []
    step: str | None = action
    while step is not None:
        up.append(step)
        step = ACTIONS[step]
    return frozenset(up)


COVERING: Mapping[str, frozenset[str]] = MappingProxyType({action: _covering(action) for action in ACTIONS})
"""Action → itself and every action that it is included in: a permission of one of these covers it."""

TOUCHING: Mapping[str, frozenset[str]] = MappingProxyType(
    {action: COVERING[action] | {part for part in ACTIONS if action in COVERING[part]} for action in ACTIONS}
)
"""Action → what covers it and what it covers: a prohibition of one of these forbids it, for the whole contains the part."""


class Kind(StrEnum):
    """What an operand is compared with; decides the operators that make sense and its JSON-LD form."""

    TEXT = "text"  # a code; a part is named `whole-part`, as in `CN-GD` or `insurance-risk`
    NUMBER = "number"  # a count
    INSTANT = "instant"  # ms since the epoch; xsd:dateTime outside
    SPAN = "span"  # ms; xsd:duration outside
    FEN = "fen"  # integer fen; xsd:decimal yuan outside


OPERANDS: Mapping[str, Kind] = MappingProxyType(
    {
        "purpose": Kind.TEXT,
        "spatial": Kind.TEXT,
        "recipient": Kind.TEXT,
        "product": Kind.TEXT,
        "dateTime": Kind.INSTANT,
        "count": Kind.NUMBER,
        "payAmount": Kind.FEN,
        "elapsedTime": Kind.SPAN,
    }
)

SCALAR_OPERATORS = frozenset({"eq", "neq"})
ORDER_OPERATORS = frozenset({"gt", "gteq", "lt", "lteq"})
SET_OPERATORS = frozenset({"isAnyOf", "isNoneOf", "isAllOf"})
PART_OPERATORS = frozenset({"isPartOf"})
OPERATORS = SCALAR_OPERATORS | ORDER_OPERATORS | SET_OPERATORS | PART_OPERATORS

LOGICAL = frozenset({"and", "or", "xone"})
"""`andSequence` is left out: the market sees one request at a time, and no sequence."""


def operators_of(kind: Kind) -> frozenset[str]:
    """Return the operators that can be decided for an operand of `kind`."""
    if kind is Kind.TEXT:
        return SCALAR_OPERATORS | SET_OPERATORS | PART_OPERATORS
    return SCALAR_OPERATORS | ORDER_OPERATORS
