"""An explanation as data: what is cited, the links of a chain, what an answer rests on."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rulebook.rules import Rule, rule_at


class Cited(msgspec.Struct, frozen=True):
    """A rule of law as it is in force on the day of the decision. certainty: A to D, as in the rulebook."""

    id: str
    version: int
    source: str
    article: str
    title_en: str
    title_zh: str
    certainty: str
    in_force_since: str


class Step(msgspec.Struct, frozen=True):
    """One link of a chain, or one thing that an answer rests on. holds: by itself, now. why: the reason where it does not.

    what: `right`, `grant`, `authorization`, `resource`, `registration`, `policy`, `analysis`, `persons`, `limit`, or the noun of
    a matter.
    terms: what it gives, in codes. until: the last day, or empty.
    """

    id: str
    what: str
    holder: str
    terms: str
    since: str
    until: str
    holds: bool
    why: str = ""
    rules: tuple[Cited, ...] = ()


class Path(msgspec.Struct, frozen=True):
    """One chain, from the source that something stands on up to its root, and what lies beneath. broken_at: "" if it holds."""

    source: str
    steps: tuple[Step, ...]
    broken_at: str = ""
    reason: str = ""


class Explanation(msgspec.Struct, frozen=True):
    """The answer. allowed: None where nothing was asked but what a thing stands on. rules: that the answer names."""

    asked: str
    allowed: bool | None
    said_en: str
    said_zh: str
    rules: tuple[Cited, ...]
    paths: tuple[Path, ...]


def rulebook_of(states: States) -> str:
    """Return the version of the rulebook that the market has adopted; empty before it opens."""
    market = states.oversight.market.get("market")
    return market.rulebook if market is not None else ""


def cite(rule_id: str, *, rulebook: str, now: Instant) -> Cited | None:
    """Return a rule as it is in force at `now`, or None."""
    rule: Rule | None = rule_at(rule_id, rulebook=rulebook, now=now)
    if rule is None:
        return None
    return Cited(
        rule.id,
        rule.version,
        f"{rule.source.title} {rule.source.number}".strip(),
        rule.article,
        rule.title_en,
        rule.title_zh,
        rule.certainty,
        rule.effective_from.isoformat(),
    )


def cited(states: States, rule_ids: Iterable[str], now: Instant) -> tuple[Cited, ...]:
    """Return those of the rules that are in force at `now`, each once, in their order."""
    rulebook = rulebook_of(states)
    found = (cite(rule_id, rulebook=rulebook, now=now) for rule_id in dict.fromkeys(rule_ids) if rule_id)
    return tuple(each for each in found if each is not None)
