"""Where a matter stands: an application, a share request, a consent …, with the time limits that run about it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from mumian.kernel.time import Instant, day_of
from mumian.market.explained import Step, cited
from mumian.market.rooms import States
from mumian.rooms.clocks import views as clocks


class _Matter(NamedTuple):
    """How a kind of matter is read. says: fields whose codes tell where it stands."""

    table: str
    holder: str
    says: tuple[str, ...]
    since: str


_MATTERS = {
    "application": _Matter("property_register.applications", "applicant", ("kind", "stage"), "submitted_at"),
    "objection": _Matter("property_register.objections", "party", ("ground", "state"), "raised_at"),
    "submission": _Matter("public_register.submissions", "applicant", ("kind", "stage"), "at"),
    "entry": _Matter("public_register.entries", "subject", ("code", "state"), "valid_from"),
    "plan": _Matter("operation.plans", "body", ("stage",), "drafted_at"),
    "selection": _Matter("operation.selections", "body", ("method", "stage"), "opened_at"),
    "operation": _Matter("operation.operations", "operator", ("stage",), "proposed_at"),
    "scenario": _Matter("operation.scenarios", "merchant", ("stage",), "applied_at"),
    "share": _Matter("sharing.shares", "requester", ("state",), "at"),
    "ticket": _Matter("sharing.tickets", "raiser", ("state",), "at"),
    "defect": _Matter("sharing.defects", "reporter", ("dimension", "state"), "at"),
    "notice": _Matter("consent.notices", "processor", ("purposes", "kinds"), "published_at"),
    "consent": _Matter("consent.consents", "person", ("purposes", "kinds"), "given_at"),
    "mandate": _Matter("consent.mandates", "agent", ("acts",), "given_at"),
    "petition": _Matter("consent.petitions", "processor", ("asked", "state"), "received_at"),
    "pipia": _Matter("consent.pipias", "processor", ("activities", "conclusion"), "recorded_at"),
    "entrustment": _Matter("consent.entrustments", "to", ("purposes", "kinds"), "since"),
    "licence": _Matter("enterprise.licences", "first", ("state",), ""),
    "officer": _Matter("enterprise.officers", "party", ("scope",), "valid_from"),
    "opening": _Matter("enterprise.openings", "publisher", ("for_whom",), "published_at"),
}
_ENDS = ("ended", "refusal", "cause", "reason", "fate")
"""Fields that say why a matter is over, in codes."""


def matter(states: States, thing: str, now: Instant) -> tuple[Step, ...]:
    """Return where a matter stands and what limits run about it; empty if there is no such matter."""
    read = _MATTERS.get(thing.partition("-")[0])
    if read is None:
        return ()
    room, _, table = read.table.partition(".")
    record = getattr(getattr(states, room), table).get(thing)
    if record is None:
        return ()
    return (_step(states, thing, record, read, now), *_limits(states, thing, now))


def _step(states: States, thing: str, record: Any, read: _Matter, now: Instant) -> Step:
    noun = thing.partition("-")[0]
    why = " ".join(word for name in _ENDS for word in _codes(getattr(record, name, None)))
    terms = " ".join(word for name in read.says for word in _codes(getattr(record, name)))
    since = day_of(getattr(record, read.since)).isoformat() if read.since else ""
    valid_to = getattr(record, "valid_to", 0)
    until = day_of(valid_to - 1).isoformat() if valid_to else ""
    holds = not why and getattr(record, "ended_at", None) in (None, 0)
    named = (*getattr(record, "rules", ()), *(("S1-17",) if getattr(record, "deemed", False) else ()))
    return Step(thing, noun, getattr(record, read.holder), terms, since, until, holds, why, cited(states, named, now))


def _limits(states: States, thing: str, now: Instant) -> Iterator[Step]:
    """Yield the limits that run about a matter, each with who must act, its rule, and the last day that is left."""
    for clock in clocks.clocks_of(states.clocks, thing):
        until = "" if clock.is_suspended else day_of(clock.due_at - 1).isoformat()
        why = "suspended" if clock.is_suspended else ""
        rules = cited(states, (clock.rule,), now)
        yield Step(thing, "limit", clock.owner, clock.kind, clock.started.isoformat(), until, not why, why, rules)


def _codes(value: object) -> Iterator[str]:
    """Yield a value's codes: of an enum its own, of a tuple each, of text itself; of nothing, none."""
    if isinstance(value, StrEnum):
        yield value.value
    elif isinstance(value, str) and value:
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _codes(each)
