"""Rules of law as data: one TOML file a source in `data/`, read once, checked whole, looked up by day.

RulebookError
├── RulebookFormError        a data file breaks the form; says which rule and why
├── RuleUnknownError         no rule of that id is in force on that day
└── ParameterUnsettledError  the sources do not settle the parameter and no stand-in is marked
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from mumian.kernel import canonical
from mumian.kernel.facts import Facts
from mumian.kernel.time import Instant, day_of

VERSIONS = ("2026.1", "2026.2", "2026.3", "2026.4")
"""Every version of the data that this program carries, oldest first. What an older one said is never edited: a rule that
changes gets a further row, `introduced` in the newer version, so that an old journal is decided again as it was."""

RULEBOOK_VERSION = VERSIONS[-1]
"""Name of the data as it stands; a change of any file is a new version (a test pins the digests)."""

Value: TypeAlias = int | str | tuple[int, ...] | tuple[str, ...]
_Array: TypeAlias = tuple[int | str, ...]


class RulebookError(Exception):
    """Base of what can go wrong with the rulebook."""


class RulebookFormError(RulebookError):
    """A data file breaks the form."""


class RuleUnknownError(RulebookError):
    """No rule of that id is in force on that day."""


class ParameterUnsettledError(RulebookError):
    """The sources do not settle the parameter and no stand-in is marked."""


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number, code or list that a rule sets. Units last in its name.

    value: None only where `unverified` and no stand-in is offered.
    unverified: the sources do not settle it; doors show it as 待核, and `value` is a setting.
    """

    value: int | str | _Array | None = None
    unverified: bool = False
    note: str = ""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document that a rule stands in: its code in rule ids, full title, number of the document."""

    code: str
    title: str
    number: str


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as its file writes it."""

    id: str
    version: int
    effective_from: date
    article: str
    certainty: Literal["A", "B", "C", "D"]
    title_en: str
    title_zh: str
    effective_to: date | None = None
    note: str = ""
    introduced: str = VERSIONS[0]
    parameters: dict[str, Parameter] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: Source
    rules: tuple[_Row, ...]


class Rule(msgspec.Struct, frozen=True):
    """One version of one rule, in force from `effective_from` to `effective_to`, both days included.

    certainty: A full text read, B excerpt or retold, C from memory, D uncertain (domain-rules, 可信度标记).
    """

    id: str
    version: int
    effective_from: date
    effective_to: date | None
    source: Source
    article: str
    certainty: str
    title_en: str
    title_zh: str
    note: str
    parameters: dict[str, Parameter]

    def in_force_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Rulebook(msgspec.Struct, frozen=True):
    """Every version of every rule, by id, oldest first."""

    version: str
    rules: dict[str, tuple[Rule, ...]]

    def on(self, day: date) -> tuple[Rule, ...]:
        """Return the rules in force on `day`, in order of id."""
        return tuple(rule for key in sorted(self.rules) for rule in self.rules[key] if rule.in_force_on(day))

    def rule(self, rule_id: str, day: date) -> Rule:
        """Return the version of a rule that is in force on `day`.

        Raises: RuleUnknownError: there is none.
        """
        for rule in self.rules.get(rule_id, ()):
            if rule.in_force_on(day):
                return rule
        known = ", ".join(f"{r.effective_from} to {r.effective_to or 'now'}" for r in self.rules.get(rule_id, ()))
        raise RuleUnknownError(f"rule `{rule_id}` is not in force on {day}; it is known for: {known or 'no day'}")

    def parameter(self, rule_id: str, name: str, day: date) -> Value:
        """Return what a rule sets for `name` on `day`; a marked stand-in where the sources do not settle it.

        Raises: RuleUnknownError. ParameterUnsettledError: there is no such parameter, or nothing settles it.
        """
        parameter = self.rule(rule_id, day).parameters.get(name)
        if parameter is None or parameter.value is None:
            raise ParameterUnsettledError(f"rule `{rule_id}` settles no `{name}` on {day}; set it where it is used")
        value: Any = parameter.value
        return value  # type: ignore[no-any-return]  # the file's form was checked by `load`

    def digest(self) -> str:
        """Return the SHA-256 of the canonical bytes of the whole rulebook: what the journal records of it."""
        return canonical.digest({"version": self.version, "rules": [self.rules[key] for key in sorted(self.rules)]})


@cache
def load(version: str = RULEBOOK_VERSION) -> Rulebook:
    """Return the rulebook of `version` from the package's own data, checked.

    Raises: RulebookFormError: a file breaks the form, or this program does not carry the version.
    """
    if version not in VERSIONS:
        raise RulebookFormError(
            f"this program carries the rulebooks `{', '.join(VERSIONS)}`, not `{version}`; install a newer one"
        )
    files = sorted((Path(__file__).parent / "data").glob("*.toml"))
    return read(version, ((file.name, file.read_bytes()) for file in files))


def read(version: str, files: Iterable[tuple[str, bytes]]) -> Rulebook:
    """Return the rulebook that `files` (name, TOML bytes) make together, without what later versions introduced.

    Raises: RulebookFormError naming the file and the rule.
    """
    known = VERSIONS[: VERSIONS.index(version) + 1] if version in VERSIONS else VERSIONS
    versions: defaultdict[str, list[Rule]] = defaultdict(list)
    for name, content in files:
        for introduced, rule in _rules_of(name, content):
            if introduced not in VERSIONS:
                raise RulebookFormError(f"rule `{rule.id}` in `{name}`: no rulebook `{introduced}` introduced it")
            if introduced in known:
                versions[rule.id].append(rule)
    return Rulebook(version, {key: _in_order(key, versions[key]) for key in sorted(versions)})


def _rules_of(name: str, content: bytes) -> Iterator[tuple[str, Rule]]:
    try:
        file = msgspec.toml.decode(content, type=_File)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise RulebookFormError(f"`{name}` is not a rulebook file: {error}") from error
    if not (file.source.code and file.source.title and file.source.number):
        raise RulebookFormError(f"`{name}` names no code, title or number of its source")
    for row in file.rules:
        wrong = _wrong(file.source, row)
        if wrong:
            raise RulebookFormError(f"rule `{row.id}` in `{name}`: {wrong}")
        period = (row.id, row.version, row.effective_from, row.effective_to)
        text = (row.article, row.certainty, row.title_en, row.title_zh, row.note)
        yield row.introduced, Rule(*period, file.source, *text, row.parameters)


def _wrong(source: Source, row: _Row) -> str:
    """Return what is wrong with one row, or nothing."""
    if not row.id.startswith(f"{source.code}-") or not row.id.isascii():
        return f"its id does not start with the source code `{source.code}-`"
    if not (row.title_en and row.title_zh and row.article):
        return "title_en, title_zh and article are all needed"
    if row.version < 1:
        return f"version `{row.version}` is below 1"
    if row.effective_to is not None and row.effective_to < row.effective_from:
        return f"it ends on {row.effective_to}, before it begins on {row.effective_from}"
    for name, parameter in row.parameters.items():
        if parameter.value is None and not parameter.unverified:
            return f"parameter `{name}` has no value and is not marked unverified"
    return ""


def _in_order(rule_id: str, versions: list[Rule]) -> tuple[Rule, ...]:
    """Return the versions oldest first after checking that they rise and that no day has two.

    A version without an end ends on the day before a newer one begins: who wrote it could not know.
    """
    versions.sort(key=lambda rule: rule.effective_from)
    for nth, (older, newer) in enumerate(pairwise(versions)):
        if older.effective_to is None and older.effective_from < newer.effective_from:
            versions[nth] = msgspec.structs.replace(older, effective_to=newer.effective_from - timedelta(days=1))
        elif older.effective_to is None or older.effective_to >= newer.effective_from:
            raise RulebookFormError(f"versions {older.version} and {newer.version} of `{rule_id}` share days")
        if newer.version <= older.version:
            raise RulebookFormError(f"version {newer.version} of `{rule_id}` follows version {older.version}")
    return tuple(versions)


@lru_cache(maxsize=4096)  # a day's decisions ask for the same few rules
def _on_day(rulebook: str, rule_id: str, day: date) -> Rule | None:
    return next(
        (rule for rule in load(rulebook or RULEBOOK_VERSION).rules.get(rule_id, ()) if rule.in_force_on(day)), None
    )


def rule_at(rule_id: str, *, rulebook: str, now: Instant) -> Rule | None:
    """Return a rule as it is in force at `now` in Guangzhou, or None. rulebook: as in `Facts`, empty for the newest."""
    return _on_day(rulebook, rule_id, day_of(now))


def in_force(facts: Facts, *rule_ids: str) -> tuple[str, ...]:
    """Return those of the rules that are in force as a command is decided, each once, in their order."""
    found = (key for key in dict.fromkeys(rule_ids) if rule_at(key, rulebook=facts.rulebook, now=facts.now) is not None)
    return tuple(found)


def missing(facts: Facts, *rule_ids: str) -> str | None:
    """Return the first of the rules that is not in force as a command is decided, or None."""
    return next((key for key in rule_ids if rule_at(key, rulebook=facts.rulebook, now=facts.now) is None), None)


def number_at(rule_id: str, name: str, *, rulebook: str, now: Instant) -> int:
    """Return the number that a rule sets for `name` at `now`.

    Raises: RuleUnknownError: the rule is not in force. ParameterUnsettledError: it settles no such number.
    """
    rule = rule_at(rule_id, rulebook=rulebook, now=now)
    if rule is None:
        raise RuleUnknownError(f"rule `{rule_id}` is not in force on {day_of(now)}")
    parameter = rule.parameters.get(name)
    if parameter is None or not isinstance(parameter.value, int):
        raise ParameterUnsettledError(f"rule `{rule_id}` settles no number `{name}` on {day_of(now)}")
    return parameter.value
