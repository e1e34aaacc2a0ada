"""The time limits of sharing. The sources set none: each is a setting of the market, marked to be verified."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.time import Instant
from mumian.rooms.sharing.vocabulary import Level, Limit
from mumian.rulebook.rules import number_at

_SETS: dict[Limit, tuple[str, str, Unit]] = {
    Limit.CONFIRM: ("MM-ATTRIBUTES", "confirm_work_days", Unit.WORK_DAYS),
    Limit.ANSWER: ("MM-SHARE", "answer_conditional_work_days", Unit.WORK_DAYS),
    Limit.RULING: ("MM-SHARE", "ruling_work_days", Unit.WORK_DAYS),
    Limit.FEEDBACK: ("MM-SHARE", "feedback_days", Unit.DAYS),
    Limit.TICKET_ASSIGN: ("MM-TICKET", "assign_work_days", Unit.WORK_DAYS),
    Limit.TICKET_ANSWER: ("MM-TICKET", "answer_work_days", Unit.WORK_DAYS),
    Limit.TICKET_DELIVERY: ("MM-TICKET", "delivery_work_days", Unit.WORK_DAYS),
    Limit.TICKET_CONFIRM: ("MM-TICKET", "confirm_work_days", Unit.WORK_DAYS),
    Limit.DEFECT_ANSWER: ("MM-DEFECT", "answer_work_days", Unit.WORK_DAYS),
    Limit.DEFECT_RULING: ("MM-DEFECT", "ruling_work_days", Unit.WORK_DAYS),
}
"""Limit → rule, parameter and unit."""

ANSWER_UNCONDITIONAL = "answer_unconditional_work_days"


def kind_of(limit: Limit) -> str:
    """Return the kind of clock that a limit is."""
    return f"sharing.{limit}"


def rule_of(limit: Limit) -> str:
    return "MM-SHARE" if limit is Limit.PERIOD else _SETS[limit][0]


def started(limit: Limit, about: str, owner: PartyId, facts: Facts, *, level: Level | None = None) -> ClockChange:
    """Return the start of a limit. level: of the share attribute, for an answer. Its rule must be in force."""
    rule, name, unit = _SETS[limit]
    if limit is Limit.ANSWER and level is Level.UNCONDITIONAL:
        name = ANSWER_UNCONDITIONAL
    count = number_at(rule, name, rulebook=facts.rulebook, now=facts.now)
    return Start(about, kind_of(limit), unit, count, rule, owner)


def period(share: str, use_to: Instant, requester: PartyId) -> ClockChange:
    """Return the clock that the use period of a share is."""
    return Start(share, kind_of(Limit.PERIOD), Unit.INSTANT, use_to, "", requester)


def stopped(limit: Limit, about: str) -> ClockChange:
    return Stop(about, kind_of(limit))
