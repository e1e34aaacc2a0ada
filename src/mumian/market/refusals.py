"""Every refusal that a leaf may name, by its full name."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Refused
from mumian.market.envelope import EnvelopeRefusal
from mumian.market.leaf import Leaf
from mumian.market.rooms import ROOMS

_KINDS: tuple[type[Refusal], ...] = (EnvelopeRefusal, *(room.refusals for room in ROOMS.values()))

REFUSALS: dict[str, Refusal] = {refusal.full_name: refusal for kind in _KINDS for refusal in kind}


def sentence_of(leaf: Leaf, lang: str) -> str:
    """Return what a refused leaf says to people, with its name."""
    return f"{leaf.refused}: {Refused(REFUSALS[leaf.refused], leaf.detail).say(lang)}"
