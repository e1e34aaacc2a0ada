"""The examination of a description (描述准确性, S1 第18–20条): the first thing that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from mumian.kernel.outcome import Refused
from mumian.kernel.text import hides_something, length
from mumian.rooms.catalog.description import (
    FIELD_NAME_CHARS_MAX,
    FIELDS_MAX,
    KEYWORD_CHARS_MAX,
    KEYWORDS_MAX,
    LIMITS_CHARS_MAX,
    MEANING_CHARS_MAX,
    SUMMARY_CHARS_MAX,
    TITLE_CHARS_MAX,
    UNIT_CHARS_MAX,
    Description,
    Identifier,
)
from mumian.rooms.catalog.industry import is_industry
from mumian.rooms.catalog.refusals import CatalogRefusal as R

_language = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_domain = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,62}")


def examine(description: Description) -> Refused | None:
    """Return why a description may not stand, or None. What it says of others (duties, versions) is not looked at."""
    return (
        _refuse_texts(description)
        or _refuse_counts(description)
        or _refuse_parts(description)
        or _refuse_codes(description)
        or _refuse_dictionary(description)
    )


def refuse_text(
    part: str, text: str, *, chars_max: int, chars_min: int = 1, refusal: R = R.TEXT_LENGTH
) -> Refused | None:
    """Return why one text may not stand, or None. `refusal`: which one names its length."""
    chars = length(text)
    if not chars_min <= chars <= chars_max:
        return Refused(refusal, {"part": part, "chars": chars, "chars_min": chars_min, "chars_max": chars_max})
    if hides_something(text, lines=part in ("summary", "limits")):
        return Refused(R.TEXT_HIDDEN, {"part": part})
    return None


def refuse_count(part: str, count: int, *, count_max: int) -> Refused | None:
    if count <= count_max:
        return None
    return Refused(R.TOO_MANY, {"part": part, "count": count, "count_max": count_max})


def _refuse_texts(d: Description) -> Refused | None:
    return (
        refuse_text("title", d.title, chars_max=TITLE_CHARS_MAX, refusal=R.TITLE_LENGTH)
        or refuse_text("summary", d.summary, chars_max=SUMMARY_CHARS_MAX, refusal=R.SUMMARY_LENGTH)
        or refuse_text("limits", d.limits, chars_max=LIMITS_CHARS_MAX)
    )


def _refuse_counts(d: Description) -> Refused | None:
    return refuse_count("keywords", len(d.keywords), count_max=KEYWORDS_MAX) or refuse_count(
        "fields", len(d.fields), count_max=FIELDS_MAX
    )


def _refuse_parts(d: Description) -> Refused | None:
    return next((refused for refused in _refused_parts(d) if refused is not None), None)


def _refused_parts(d: Description) -> Iterator[Refused | None]:
    for keyword in d.keywords:
        yield refuse_text("keywords", keyword, chars_max=KEYWORD_CHARS_MAX)
    for field in d.fields:
        yield refuse_text("fields.name", field.name, chars_max=FIELD_NAME_CHARS_MAX)
        yield refuse_text("fields.unit", field.unit, chars_min=0, chars_max=UNIT_CHARS_MAX)
        yield refuse_text("fields.meaning", field.meaning, chars_min=0, chars_max=MEANING_CHARS_MAX)


def _refuse_codes(d: Description) -> Refused | None:
    if not is_industry(d.industry):
        return Refused(R.INDUSTRY_UNKNOWN, {"industry": d.industry})
    if not is_day(d.temporal_from) or (d.temporal_to and not is_day(d.temporal_to)):
        return Refused(R.PERIOD_INVALID, {"from": d.temporal_from, "to": d.temporal_to})
    if d.temporal_to and d.temporal_to < d.temporal_from:  # ISO days sort as text
        return Refused(R.PERIOD_INVALID, {"from": d.temporal_from, "to": d.temporal_to})
    if _language.fullmatch(d.language) is None:
        return Refused(R.LANGUAGE_UNKNOWN, {"language": d.language})
    if _domain.fullmatch(d.domain) is None:
        return Refused(R.DOMAIN_MALFORMED, {"domain": d.domain})
    return None


def _refuse_dictionary(d: Description) -> Refused | None:
    seen: set[str] = set()
    for field in d.fields:
        if field.name in seen:
            return Refused(R.FIELD_REPEATED, {"field": field.name})
        seen.add(field.name)
    marked = units_marked(d)
    if marked != ((d.privacy_unit,) if d.privacy_unit else ()):
        return Refused(R.PRIVACY_UNIT_MISMATCH, {"privacy_unit": d.privacy_unit, "marked": ", ".join(marked)})
    return None


def units_marked(description: Description) -> tuple[str, ...]:
    """Return the names of the fields that are marked as privacy unit."""
    return tuple(field.name for field in description.fields if field.identifier is Identifier.UNIT)


def is_day(text: str) -> bool:
    """Tell whether `text` is a day of the calendar, spelled YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
