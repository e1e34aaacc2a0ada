"""Which right may be registered for which source: S1 第21条, row by row (domain-rules §2.2)."""

from __future__ import annotations

import msgspec

from mumian.kernel.roles import Right
from mumian.rooms.rights.vocabulary import BasisKind, Condition, SourceType


class Row(msgspec.Struct, frozen=True):
    """One row of the table. basis: kinds of document it must rest on; empty for any."""

    rule: str
    source: SourceType
    rights: frozenset[Right]
    requires: frozenset[Condition] = frozenset()
    basis: frozenset[BasisKind] = frozenset()


_ALL = frozenset(Right)
_HOLD_USE = frozenset({Right.HOLD, Right.USE})
_AGREED = frozenset({BasisKind.CONTRACT, BasisKind.ADMINISTRATIVE_AGREEMENT})
_S, _C = SourceType, Condition

ROWS = (
    Row("S1-21-R1", _S.SELF_GENERATED, _ALL),
    Row("S1-21-R2", _S.CONTRACT_COLLECTED, _ALL, basis=_AGREED),
    Row("S1-21-R3", _S.NATURAL_PERSON, _ALL),
    Row("S1-21-R4b", _S.WEB_CRAWLED, _ALL, frozenset({_C.LAWFUL_CRAWL, _C.DATA_PRODUCT, _C.NO_SUBSTITUTION})),
    Row("S1-21-R4a", _S.WEB_CRAWLED, _HOLD_USE, frozenset({_C.LAWFUL_CRAWL})),
    Row("S1-21-R5a", _S.FUSED, _ALL, frozenset({_C.CONTRACT_CLAUSE}), _AGREED),
    Row("S1-21-R5b", _S.FUSED, _HOLD_USE),
    Row("S1-21-R5b", _S.FUSED, frozenset({Right.OPERATE}), frozenset({_C.ALL_PARTIES_CONSENT})),
    Row("S1-21-R6", _S.DERIVED, _ALL, frozenset({_C.SUBSTANTIAL_CHANGE, _C.VALUE_RAISED, _C.USE_OF_SOURCE})),
    Row("S1-21-R7", _S.ENTRUSTED, frozenset()),
    Row("S1-21-R8", _S.GOV_DUTY, frozenset()),
    Row("S1-21-R9", _S.PUBLIC_PRODUCT, _ALL),
    Row("S1-21-R10", _S.UTILITY, _ALL),
)
"""Of a source's rows the first that applies decides, so the more demanding stands first."""

_BY_SOURCE = {source: tuple(row for row in ROWS if row.source is source) for source in SourceType}

OF_PUBLIC_DATA = frozenset({_S.PUBLIC_PRODUCT, _S.UTILITY})
"""The only sources for which public data may be registered as property (S1-15)."""


def row_for(source: SourceType, right: Right, conditions: tuple[Condition, ...]) -> Row | None:
    """Return the first row that gives `right` under `conditions`, or None."""
    for row in _BY_SOURCE[source]:
        if right in row.rights and row.requires.issubset(conditions):
            return row
    return None


def nearest_row(source: SourceType, right: Right, conditions: tuple[Condition, ...]) -> tuple[Row, list[Condition]]:
    """Return the row that gives `right` and lacks the fewest conditions, with those, in order.

    Raises: ValueError: no row gives the right for this source under any condition.
    """
    rows = [row for row in _BY_SOURCE[source] if right in row.rights]
    nearest = min(rows, key=lambda row: len(row.requires.difference(conditions)))
    return nearest, sorted(nearest.requires.difference(conditions))
