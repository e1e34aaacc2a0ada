"""The two ways of not going on.

Refused   an expected no: a value with a name, returned by `decide`, logged in the journal, shown to people
Broken    a law that does not hold: raised, and the program stops
"""

from __future__ import annotations

from enum import Enum

import msgspec


class Sentence(msgspec.Struct, frozen=True):
    """What a refusal says. Braces name keys of the detail: "`{account}` holds `{held_fen}` fen".

    en, zh: lower case, both sides of a mismatch, what to do next.
    rule: id of the rule of law behind it (see `rulebook`), or None where none stands behind it.
    """

    en: str
    zh: str
    rule: str | None = None


class Refusal(Enum):
    """Base of each room's refusals: members are `Sentence`s, in order of precedence (the first that applies is given)."""

    @property
    def sentence(self) -> Sentence:
        value: Sentence = self.value
        return value

    @property
    def room(self) -> str:
        """Name of the room that refuses: the package that the enum is defined in."""
        return type(self).__module__.split(".")[-2]

    @property
    def full_name(self) -> str:
        return f"{self.room}.{self.name}"


Detail = dict[str, str | int]


class Refused(msgspec.Struct, frozen=True):
    """An expected no. `detail` fills the sentence's braces: opaque ids, numbers and codes, never personal data."""

    refusal: Refusal
    detail: Detail = {}

    def say(self, lang: str = "en") -> str:
        """Return the sentence in `lang` ("en" or "zh") with its detail filled in."""
        sentence = self.refusal.sentence
        return (sentence.zh if lang == "zh" else sentence.en).format_map(self.detail)


class Broken(Exception):  # noqa: N818  # the word of the glossary: 失守
    """A law does not hold. Never caught below the doors: the market stops and says which law, where."""

    def __init__(self, law: str, at: str) -> None:
        super().__init__(f"{law}: {at}")
        self.law = law
        self.at = at
