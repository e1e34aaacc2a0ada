"""Disclosures: each side, each past year, by the end of March (S28); and the evaluation of an operation."""

from __future__ import annotations

from datetime import date

from mumian.kernel.facts import Facts
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant, day_of, start_of
from mumian.rooms.operation.events import Disclosed, DisclosureOverdue, OperationEvaluated
from mumian.rooms.operation.guards import operation_at, refuse_stranger
from mumian.rooms.operation.model import Disclose, EvaluateOperation, Event, LapseDisclosure, State
from mumian.rooms.operation.records import Escalation, Evaluation, Operation
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import YEAR_MAX, OperationId, Side
from mumian.rulebook.calendar import months_after
from mumian.rulebook.rules import in_force, number_at, rule_at

Answer = list[Event] | Refused

KIND = {Side.BODY: "operation.disclosure_body", Side.OPERATOR: "operation.disclosure_operator"}
ITEMS_RULE = {Side.BODY: "S28-BODY", Side.OPERATOR: "S28-OPERATOR"}
_MONTHS = (("S28-YEARLY", "disclosure_month"), ("S4-REPORT", "report_month"))
"""Which rule sets the last month, the newer one first; S4-REPORT has been in force as long as operations can be."""


def due_of(year: int, facts: Facts) -> tuple[Instant, str]:
    """Return the first instant at which the disclosure of `year` is late, and the rule that says so."""
    for rule, name in _MONTHS:
        if rule_at(rule, rulebook=facts.rulebook, now=facts.now) is not None:
            month = number_at(rule, name, rulebook=facts.rulebook, now=facts.now)
            return start_of(months_after(date(year + 1, month, 1), 1)), rule
    raise LookupError("neither S28-YEARLY nor S4-REPORT is in force")


def disclosure_clock(key: OperationId, operation: Operation, side: Side, year: int, facts: Facts) -> Start:
    """Return the limit within which one side discloses `year`."""
    owner = operation.body if side is Side.BODY else operation.operator
    due_at, rule = due_of(year, facts)
    return Start(key, KIND[side], Unit.INSTANT, due_at, rule, owner)


def next_year(operation: Operation, side: Side) -> int:
    """Return the year that the side owes next."""
    return operation.body_year if side is Side.BODY else operation.operator_year


def is_owed(operation: Operation, year: int) -> bool:
    """Tell whether a year from now on is disclosed: until the one in which the operation ended."""
    return not operation.last_year or year <= operation.last_year


def operated(key: OperationId, operation: Operation, year: int) -> Refused | None:
    """Return why there was no operation in `year`, or None."""
    last = operation.last_year or YEAR_MAX
    if operation.first_year and operation.first_year <= year <= last:
        return None
    return Refused(R.YEAR_OUTSIDE, {"year": year, "operation": key, "first": operation.first_year, "last": last})


def refuse_unfinished(year: int, facts: Facts) -> Refused | None:
    """Return why a year cannot be told of yet, or None."""
    return Refused(R.YEAR_NOT_OVER, {"year": year}) if year >= day_of(facts.now).year else None


def disclose(state: State, command: Disclose, facts: Facts) -> Answer:
    """Decide on one side's disclosure of a past year; late is still owed and is marked."""
    operation = operation_at(state, command.operation)
    if isinstance(operation, Refused):
        return operation
    if facts.actor not in (operation.body, operation.operator):
        owner = f"{operation.body},{operation.operator}"
        return Refused(R.NOT_YOURS, {"id": command.operation, "owner": owner, "actor": facts.actor})
    side = Side.BODY if facts.actor == operation.body else Side.OPERATOR
    refused = operated(command.operation, operation, command.year) or refuse_unfinished(command.year, facts)
    if refused is not None:
        return refused
    known = state.disclosures.get(f"{command.operation}/{side}/{command.year}")
    if known is not None and known.at:
        return Refused(R.ALREADY_FILED, {"year": command.year, "operation": command.operation})
    refused = _refuse_items(command, side, facts)
    if refused is not None:
        return refused
    is_late = command.year != next_year(operation, side)
    clocks = () if is_late else _next_clock(command.operation, operation, side, command.year, facts)
    rules = in_force(facts, "S28-YEARLY", ITEMS_RULE[side])
    return [Disclosed(command.operation, side, command.year, command.page_digest, facts.now, is_late, rules, clocks)]


def _refuse_items(command: Disclose, side: Side, facts: Facts) -> Refused | None:
    """Return the first item that the page lacks of those that the side's rule lists, or None."""
    rule = rule_at(ITEMS_RULE[side], rulebook=facts.rulebook, now=facts.now)
    if rule is None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": ITEMS_RULE[side]})
    items = rule.parameters["items"].value
    assert isinstance(items, tuple)
    listed = tuple(map(str, items))
    missing = next((item for item in listed if item not in command.items), None)
    if missing is None:
        return None
    return Refused(R.DISCLOSURE_ITEM_MISSING, {"item": missing, "side": side, "items": ",".join(listed)})


def _next_clock(key: OperationId, operation: Operation, side: Side, year: int, facts: Facts) -> tuple[ClockChange, ...]:
    """Return the limit of the year after `year` in place of that of `year`, or its end if nothing is owed any more."""
    if not is_owed(operation, year + 1):
        return (Stop(key, KIND[side]),)
    return (disclosure_clock(key, operation, side, year + 1, facts),)


def lapse(state: State, command: LapseDisclosure, facts: Facts) -> Answer:
    """Let a disclosure be overdue: it goes before the data bureau, and the next year's limit runs."""
    operation, year = state.operations.get(command.operation), day_of(command.due_at).year - 1
    if operation is None or next_year(operation, command.side) != year or facts.now < command.due_at:
        return []
    owner = operation.body if command.side is Side.BODY else operation.operator
    kind = f"{KIND[command.side]}.{year}"
    escalation = Escalation(command.operation, kind, owner, command.due_at)
    clocks = _next_clock(command.operation, operation, command.side, year, facts)
    return [
        DisclosureOverdue(
            command.operation,
            command.side,
            year,
            operation.bureau,
            escalation,
            in_force(facts, "S28-YEARLY", ITEMS_RULE[command.side]),
            clocks,
        )
    ]


def evaluate(state: State, command: EvaluateOperation, facts: Facts) -> Answer:
    """Decide on the evaluation of a year, past or present; it is written once."""
    operation = operation_at(state, command.operation)
    if isinstance(operation, Refused):
        return operation
    refused = refuse_stranger(command.operation, operation.body, facts) or operated(
        command.operation, operation, command.year
    )
    if refused is not None:
        return refused
    if command.year > day_of(facts.now).year:
        return Refused(R.YEAR_NOT_OVER, {"year": command.year})
    if f"{command.operation}/{command.year}" in state.evaluations:
        return Refused(R.ALREADY_FILED, {"year": command.year, "operation": command.operation})
    record = Evaluation(command.grade, command.report_digest, facts.now)
    return [OperationEvaluated(command.operation, command.year, record, in_force(facts, "S20-EVALUATION", "S3-EXIT"))]
