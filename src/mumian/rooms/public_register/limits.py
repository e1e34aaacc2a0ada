"""The time limits of the register: which rule sets each, and for how long."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.time import Instant
from mumian.rooms.public_register.vocabulary import Limit
from mumian.rulebook.rules import rule_at

PUBLICITY = "publicity"
FIRST = "first"
EXPIRY = "expiry"

_SETS: dict[str, tuple[str, str]] = {
    Limit.ACCEPTANCE: ("S2-LIMITS", "acceptance_work_days"),
    Limit.REVIEW: ("S2-LIMITS", "examination_work_days"),
    Limit.CANCELLATION: ("S2-LIMITS", "cancellation_work_days"),
    PUBLICITY: ("S2-LIMITS", "publicity_work_days"),
    FIRST: ("S2-LIMITS", "first_application_work_days"),
    # of these S2 says nothing: they are settings of the market
    Limit.SUPPLEMENT: ("MM-REGISTER", "supplement_work_days"),
    Limit.RECORDING: ("MM-REGISTER", "recording_work_days"),
    Limit.OBJECTION: ("MM-REGISTER", "objection_work_days"),
}
"""Limit → rule and parameter, in work days."""


def kind_of(limit: str) -> str:
    """Return the kind of clock that a limit is."""
    return f"public_register.{limit}"


def started(limit: str, about: str, owner: PartyId, facts: Facts) -> tuple[ClockChange, ...]:
    """Return the start of a limit; nothing where no rule in force sets a number for it."""
    rule_id, name = _SETS[limit]
    rule = rule_at(rule_id, rulebook=facts.rulebook, now=facts.now)
    parameter = None if rule is None else rule.parameters.get(name)
    if parameter is None or not isinstance(parameter.value, int):
        return ()
    return (Start(about, kind_of(limit), Unit.WORK_DAYS, parameter.value, rule_id, owner),)


def stopped(limit: str, about: str) -> tuple[ClockChange, ...]:
    return (Stop(about, kind_of(limit)),)


def expiry(entry: str, valid_to: Instant, subject: PartyId) -> ClockChange:
    """Return the clock that the term of an entry is; its subject must renew before."""
    return Start(entry, kind_of(EXPIRY), Unit.INSTANT, valid_to, "S2-TERM", subject)
