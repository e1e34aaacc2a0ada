"""Which catalog entries a ticket is matched with: by industry and keywords, best first. A pure function over facts."""

from __future__ import annotations

from collections.abc import Iterable

from mumian.kernel.ids import ResourceId
from mumian.rooms.sharing.vocabulary import CANDIDATES_MAX, Card


def candidates(
    cards: Iterable[Card], *, industry: str, keywords: Iterable[str], count_max: int = CANDIDATES_MAX
) -> tuple[ResourceId, ...]:
    """Return the resources that fit a demand: those with most of its keywords first, then the nearest industry.

    industry: section or division of GB/T 4754; a section fits each of its divisions. What shares neither a keyword nor
    the division (or, of a demand for a section, the section) is left out. Ties by id.
    """
    wanted = {keyword.casefold() for keyword in keywords}
    scored = []
    for card in cards:
        words = len(wanted & {keyword.casefold() for keyword in card.keywords})
        nearness = _nearness(card.industry, industry)
        if words or nearness >= len(industry):
            scored.append((-words, -nearness, card.resource))
    return tuple(resource for _, _, resource in sorted(scored)[:count_max])


def _nearness(one: str, other: str) -> int:
    """Return 3 for the same division, 1 for the same section only, 0 for another; a lone section counts as 1."""
    if one[:1] != other[:1]:
        return 0
    return 3 if one == other and len(one) == 3 else 1
