"""Money is integer fen (分), the minor unit of CNY. There is no other representation."""

from __future__ import annotations

from typing import TypeAlias

from mumian.kernel.canonical import INT53_MAX, Natural, Positive

Fen: TypeAlias = Natural
PositiveFen: TypeAlias = Positive

FEN_MAX = INT53_MAX
"""No balance may exceed it: 90 trillion yuan."""


def yuan(amount_fen: int) -> str:
    """Return `amount_fen` for people: 123456 → "1,234.56"."""
    sign = "-" if amount_fen < 0 else ""
    whole, minor = divmod(abs(amount_fen), 100)
    return f"{sign}{whole:,}.{minor:02d}"
