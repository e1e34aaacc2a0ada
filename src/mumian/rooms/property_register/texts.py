"""Texts of the form: what restricts the use of the data, as people read it (附件1)."""

from __future__ import annotations

from mumian.kernel.outcome import Refused
from mumian.kernel.text import hides_something, length
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.vocabulary import LIMIT_CHARS_MAX, Restrictions

_TEXTS = ("object_types", "buyer_qualification", "environment", "territory")


def refuse_restrictions(restrictions: Restrictions) -> Refused | None:
    """Return why the restrictions may not stand, or None."""
    for part in _TEXTS:
        refused = refuse_text(f"restrictions.{part}", getattr(restrictions, part))
        if refused is not None:
            return refused
    return None


def refuse_text(part: str, text: str) -> Refused | None:
    """Return why one text may not stand, or None."""
    chars = length(text)
    if not 1 <= chars <= LIMIT_CHARS_MAX:
        return Refused(R.TEXT_LENGTH, {"part": part, "chars": chars, "chars_max": LIMIT_CHARS_MAX})
    return Refused(R.TEXT_HIDDEN, {"part": part}) if hides_something(text) else None
