"""How long a text is to its reader, and whether it shows all that it holds."""

from __future__ import annotations

import re
import unicodedata

MARKS_FREE = 3
"""Combining marks that come with a character; more of them count, so that a short title is short in bytes too."""

# the tables of Unicode 3.2 never change, so a later Python counts as this one did and a replay agrees
_category = unicodedata.ucd_3_2_0.category

# controls, marks that turn the writing direction, invisible characters, lone surrogates
_hidden = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def length(text: str) -> int:
    """Return how many characters a person counts: code points, combining marks and joiners left out.

    A Chinese character is one, as in 40 字; a blank text has none.
    """
    if text.isspace():
        return 0
    count = marks = 0
    for char in text:
        is_mark = char == "\u200d" or _category(char) in ("Mn", "Me")
        marks = marks + 1 if is_mark else 0
        if not is_mark or marks > MARKS_FREE:
            count += 1
    return count


def hides_something(text: str, *, lines: bool = False) -> bool:
    """Tell whether `text` holds characters that a reader cannot see; `lines` allows line breaks."""
    return _hidden.search(text.replace("\n", "") if lines else text) is not None
