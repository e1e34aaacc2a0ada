"""What can be seen of authorised operation: the desks of body, operator, bureau and merchant, and an application's chain."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant, day_of
from mumian.rooms.operation.accounting import ceiling_fen as ceiling_fen
from mumian.rooms.operation.disclosing import is_owed, next_year
from mumian.rooms.operation.model import State
from mumian.rooms.operation.records import (
    Escalation,
    Operation,
    OperationStage,
    PlanStage,
    Scenario,
    ScenarioStage,
)
from mumian.rooms.operation.reviewing import awaited
from mumian.rooms.operation.vocabulary import OperationId, PlanId, ScenarioId, Side


class Task(msgspec.Struct, frozen=True):
    """Something that waits for a party. what: a command that would answer it. stage: how the thing stands."""

    about: str
    stage: str
    what: str


class Step(msgspec.Struct, frozen=True):
    """One thing that an application stands on. rules: what it was decided by, the decisive one first."""

    id: str
    noun: str
    stage: str
    holder: PartyId
    rules: tuple[str, ...]


def operation_of(state: State, key: OperationId) -> Operation | None:
    """Return an agreement, or None."""
    return state.operations.get(key)


def scenario_of(state: State, key: ScenarioId) -> Scenario | None:
    """Return how an application stands, or None."""
    return state.scenarios.get(key)


def of_party(state: State, party: PartyId, noun: str) -> Iterator[str]:
    """Yield the plans, agreements (`operation`) or applications (`scenario`) that concern a party."""
    for _, key in state.of_party.under(f"{party}/{noun}-"):
        yield key


def body_desk(state: State, body: PartyId, now: Instant) -> Iterator[Task]:
    """Yield what waits for an implementing institution or a department that data comes from."""
    for key in of_party(state, body, "plan"):
        plan = state.plans[key]
        what = {PlanStage.DRAFTED: "DecidePlan", PlanStage.RETURNED: "AmendPlan", PlanStage.FILED: "OpenSelection"}
        if plan.body == body and plan.stage in what and not _is_chosen(state, PlanId(key)):
            yield Task(key, plan.stage, what[plan.stage])
    for key in of_party(state, body, "operation"):
        operation = state.operations[key]
        if operation.body != body:
            continue
        if operation.stage is OperationStage.PROPOSED:
            yield Task(key, operation.stage, "DecideAgreement")
        if operation.stage is OperationStage.HANDED_OVER:
            yield Task(key, operation.stage, "AcceptHandOver")
        yield from _side_desk(state, OperationId(key), operation, Side.BODY, now)
    for key in of_party(state, body, "scenario"):
        scenario = state.scenarios[key]
        is_source = scenario.stage is ScenarioStage.SOURCE
        if is_source and body in awaited(state.applications[key], scenario.reviews):
            yield Task(key, scenario.stage, "ReviewAtSource")


def _is_chosen(state: State, plan: PlanId) -> bool:
    """Tell whether a filed plan has an agreement already. Reads the agreements of its body."""
    body = state.plans[plan].body
    return any(state.operations[key].plan == plan for key in of_party(state, body, "operation"))


def _side_desk(state: State, key: OperationId, operation: Operation, side: Side, now: Instant) -> Iterator[Task]:
    """Yield what both sides of an agreement may owe: a signature, the disclosure of a past year."""
    party = operation.body if side is Side.BODY else operation.operator
    if operation.stage is OperationStage.DECIDED and party not in operation.signed:
        yield Task(key, operation.stage, "SignOperation")
    year = next_year(operation, side)
    if operation.concluded_at and year < day_of(now).year and is_owed(operation, year):
        yield Task(key, f"{operation.stage} {year}", "Disclose")
    for place, told in state.disclosures.under(f"{key}/{side}/"):
        if told.overdue and not told.at:
            yield Task(key, f"overdue {place.rpartition('/')[2]}", "Disclose")


def operator_desk(state: State, operator: PartyId, now: Instant) -> Iterator[Task]:
    """Yield what waits for an operator."""
    for key in of_party(state, operator, "operation"):
        operation = state.operations[key]
        if operation.operator != operator:
            continue
        yield from _side_desk(state, OperationId(key), operation, Side.OPERATOR, now)
        if operation.stage is OperationStage.ENDED:
            yield Task(key, operation.stage, "HandOverAssets")
        for year in _years(operation, now):
            if f"{key}/{year}" not in state.statements:
                yield Task(key, f"{operation.stage} {year}", "FileStatement")
    yield from _party_to_uses(state, operator)


def _years(operation: Operation, now: Instant) -> range:
    """Return the years of an operation that are over."""
    if not operation.concluded_at:
        return range(0)
    over = day_of(now).year - 1
    last = min(over, operation.last_year) if operation.last_year else over
    return range(operation.first_year, last + 1)


def _party_to_uses(state: State, party: PartyId) -> Iterator[Task]:
    for key in of_party(state, party, "scenario"):
        scenario = state.scenarios[key]
        if scenario.stage is ScenarioStage.COMPLIANCE and scenario.operator == party:
            yield Task(key, scenario.stage, "CheckCompliance")
        is_side = party in (scenario.operator, scenario.merchant) and party not in scenario.signed
        if scenario.stage is ScenarioStage.APPROVED and is_side:
            yield Task(key, scenario.stage, "SignDevelopment")


def merchant_desk(state: State, merchant: PartyId) -> Iterator[Task]:
    """Yield what waits for a merchant: agreements to sign, relations to undo, results to give back."""
    yield from _party_to_uses(state, merchant)
    for key in of_party(state, merchant, "scenario"):
        scenario = state.scenarios[key]
        if scenario.merchant != merchant:
            continue
        if scenario.stage is ScenarioStage.SUSPENDED:
            yield Task(key, scenario.stage, "parties.EndRelation")
        if scenario.outputs and not scenario.feedbacks:
            yield Task(key, scenario.stage, "RecordFeedback")


def bureau_desk(state: State, bureau: PartyId) -> Iterator[Task | Escalation]:
    """Yield what waits for a data bureau: plans, reviews after the departments, and what is overdue before it."""
    for key, plan in state.plans.under():
        if plan.stage is PlanStage.DECIDED and plan.body != bureau:
            yield Task(key, plan.stage, "ApprovePlan")
        if plan.stage is PlanStage.APPROVED and plan.bureau == bureau:
            yield Task(key, plan.stage, "FilePlan")
    for _, key in state.awaiting.under(f"{ScenarioStage.BUREAU}/"):
        yield Task(key, ScenarioStage.BUREAU, "ReviewByBureau")
    yield from overdue_before(state, bureau)


def overdue_before(state: State, bureau: PartyId) -> Iterator[Escalation]:
    """Yield what is overdue and was brought before a data bureau."""
    for _, escalation in state.overdue.under(f"{bureau}/"):
        yield escalation


def in_use(state: State, operator: PartyId) -> Iterator[tuple[ScenarioId, PartyId]]:
    """Yield every application of an operator that is in force or suspended, with its merchant."""
    for _, key in state.pairs.under(f"{operator}/"):
        yield key, state.scenarios[key].merchant


def open_merchants(state: State, resources: tuple[ResourceId, ...]) -> tuple[PartyId, ...]:
    """Return the merchants with an open application for one of `resources`, each once."""
    merchants: dict[PartyId, None] = {}
    for resource in resources:
        for _, key in state.wanted.under(f"{resource}/"):
            merchants[state.scenarios[key].merchant] = None
    return tuple(merchants)


def chain_of(state: State, key: ScenarioId) -> tuple[Step, ...]:
    """Return what an application stands on, itself first: agreement, selection, plan; empty if there is none of that id."""
    scenario = state.scenarios.get(key)
    if scenario is None:
        return ()
    operation = state.operations[scenario.operation]
    selection, plan = state.selections[operation.selection], state.plans[operation.plan]
    return (
        Step(key, "scenario", scenario.stage, scenario.merchant, scenario.rules),
        Step(scenario.operation, "operation", operation.stage, operation.operator, operation.rules),
        Step(operation.selection, "selection", selection.stage, selection.body, selection.rules),
        Step(operation.plan, "plan", plan.stage, plan.body, plan.rules),
    )


def disclosed_on(state: State, key: OperationId, side: Side, year: int) -> Instant | None:
    """Return when a side disclosed a year, or None if it has not."""
    told = state.disclosures.get(f"{key}/{side}/{year}")
    return told.at if told is not None and told.at else None
