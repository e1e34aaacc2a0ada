"""The end of an agreement: by term, by exit, by revocation; then assets and data are handed over."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.facts import Facts
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import day_of
from mumian.rooms.operation.concluding import TERM
from mumian.rooms.operation.disclosing import KIND, next_year
from mumian.rooms.operation.events import (
    HandOverAccepted,
    HandOverOverdue,
    OperationEnded,
    OperationHandedOver,
    ScenarioEnded,
)
from mumian.rooms.operation.guards import limit, operation_at, refuse_stranger
from mumian.rooms.operation.model import (
    AcceptHandOver,
    Event,
    ExitOperation,
    ExpireOperation,
    HandOverAssets,
    LapseHandOver,
    RevokeOperation,
    State,
)
from mumian.rooms.operation.records import Escalation, Operation, OperationStage
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import Cause, Link, OperationId, Side
from mumian.rulebook.rules import in_force

Answer = list[Event] | Refused

HAND_OVER = "operation.hand_over"
RULE_OF = {Cause.TERM: "S3-TERM", Cause.EXIT: "S3-EXIT", Cause.REVOKED: "S3-PROHIBITED"}
AUTHORITIES = frozenset({Role.DATA_BUREAU, Role.REGULATOR})


def leave(state: State, command: ExitOperation, facts: Facts) -> Answer:
    operation = operation_at(state, command.operation, OperationStage.IN_FORCE)
    if isinstance(operation, Refused):
        return operation
    if facts.actor not in (operation.body, operation.operator):
        owner = f"{operation.body},{operation.operator}"
        return Refused(R.NOT_YOURS, {"id": command.operation, "owner": owner, "actor": facts.actor})
    return _ended(state, command.operation, Cause.EXIT, command.ground, command.plan_digest, facts)


def revoke(state: State, command: RevokeOperation, facts: Facts) -> Answer:
    operation = operation_at(state, command.operation, OperationStage.IN_FORCE)
    if isinstance(operation, Refused):
        return operation
    if facts.actor != operation.body and not facts.roles & AUTHORITIES:
        return Refused(R.ONLY_AN_AUTHORITY, {"actor": facts.actor})
    return _ended(state, command.operation, Cause.REVOKED, command.act, command.evidence_digest, facts)


def expire(state: State, command: ExpireOperation, facts: Facts) -> Answer:
    """Let a term be over; nothing if the agreement ended before."""
    operation = state.operations.get(command.operation)
    if operation is None or operation.stage is not OperationStage.IN_FORCE or facts.now < operation.valid_to:
        return []
    return _ended(state, command.operation, Cause.TERM, "", "", facts)


def _ended(state: State, key: OperationId, cause: Cause, ground: str, paper_digest: str, facts: Facts) -> list[Event]:
    """Return the end of an agreement, of what supplements it, and of every application under them."""
    supplements = [other for _, other in state.links.under(f"{key}/") if _is_supplement(state, other)]
    events: list[Event] = []
    for each in (key, *supplements):
        events.append(_end_of(each, state.operations[each], cause, ground, paper_digest, facts))
        events.extend(_scenarios(state, each, facts))
    return events


def _is_supplement(state: State, key: OperationId) -> bool:
    record = state.operations[key]
    return record.link is Link.SUPPLEMENT and record.stage is OperationStage.IN_FORCE


def _end_of(
    key: OperationId, operation: Operation, cause: Cause, ground: str, paper_digest: str, facts: Facts
) -> OperationEnded:
    at = min(facts.now, operation.valid_to)
    last_year = day_of(at - 1).year if at > operation.valid_from else operation.first_year - 1
    stops = [
        Stop(key, KIND[side]) for side in Side if next_year(operation, side) > last_year
    ]  # a disclosure that is still owed stays owed
    days = limit(facts, "hand_over_work_days")
    handed = Start(key, HAND_OVER, Unit.WORK_DAYS, days, "MM-OPERATION", operation.operator, since=at)
    clocks: tuple[ClockChange, ...] = (Stop(key, TERM), *stops, handed)
    rules = in_force(facts, RULE_OF[cause], "S3-EXIT", "MM-OPERATION")
    return OperationEnded(key, cause, ground, paper_digest, facts.now, last_year, rules, clocks)


def _scenarios(state: State, key: OperationId, facts: Facts) -> Iterator[Event]:
    for _, scenario in state.under.under(f"{key}/"):
        rules = in_force(facts, "S20-SCENARIO")
        yield ScenarioEnded(scenario, Cause.OPERATION_ENDED, key, "", rules, (Stop(scenario),))


def hand_over(state: State, command: HandOverAssets, facts: Facts) -> Answer:
    operation = operation_at(state, command.operation, OperationStage.ENDED)
    if isinstance(operation, Refused):
        return operation
    refused = refuse_stranger(command.operation, operation.operator, facts)
    return refused or [OperationHandedOver(command.operation, command.assets_digest, command.data_digest)]


def accept_hand_over(state: State, command: AcceptHandOver, facts: Facts) -> Answer:
    operation = operation_at(state, command.operation, OperationStage.HANDED_OVER)
    if isinstance(operation, Refused):
        return operation
    refused = refuse_stranger(command.operation, operation.body, facts)
    clocks = (Stop(command.operation, HAND_OVER),)
    rules = in_force(facts, "S3-EXIT")
    return refused or [HandOverAccepted(command.operation, command.receipt_digest, rules, clocks)]


def lapse_hand_over(state: State, command: LapseHandOver, facts: Facts) -> Answer:
    """Let a hand-over be overdue: it goes before the data bureau."""
    operation = state.operations.get(command.operation)
    open_stages = (OperationStage.ENDED, OperationStage.HANDED_OVER)
    if operation is None or operation.stage not in open_stages or facts.now < command.due_at:
        return []
    owner = operation.operator if operation.stage is OperationStage.ENDED else operation.body
    escalation = Escalation(command.operation, HAND_OVER, owner, command.due_at)
    rules = in_force(facts, "MM-OPERATION", "S3-EXIT")
    return [HandOverOverdue(command.operation, operation.bureau, escalation, rules)]
