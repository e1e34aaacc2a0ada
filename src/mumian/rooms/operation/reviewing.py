"""Reviews of an application: departments first, then the data bureau, then compliance; each within its limit."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.rooms.operation.applying import SOURCE_REVIEW
from mumian.rooms.operation.events import ReviewOverdue, ScenarioReviewed
from mumian.rooms.operation.guards import (
    limit,
    refuse_merchant,
    refuse_scenario_stage,
    refuse_stranger,
    scenario_of,
)
from mumian.rooms.operation.model import (
    CheckCompliance,
    Event,
    LapseReview,
    MerchantFacts,
    ReviewAtSource,
    ReviewByBureau,
    State,
)
from mumian.rooms.operation.records import Application, Escalation, Review, Scenario, ScenarioStage
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import ScenarioId, Verdict
from mumian.rulebook.rules import in_force

Answer = list[Event] | Refused
AnyReview = ReviewAtSource | ReviewByBureau | CheckCompliance

KIND_OF = {
    ScenarioStage.SOURCE: SOURCE_REVIEW,
    ScenarioStage.BUREAU: "operation.bureau_review",
    ScenarioStage.COMPLIANCE: "operation.compliance",
}
STAGE_OF = {kind: stage for stage, kind in KIND_OF.items()}
_DAYS = {ScenarioStage.BUREAU: "bureau_review_work_days", ScenarioStage.COMPLIANCE: "compliance_work_days"}


def review(state: State, command: AnyReview, facts: Facts) -> Answer:
    """Decide on one review; what passes goes on to the next."""
    assert isinstance(facts, MerchantFacts)
    scenario = scenario_of(state, command.scenario)
    if isinstance(scenario, Refused):
        return scenario
    application = state.applications[command.scenario]
    stage = _stage_of(command)
    refused = _refuse_reviewer(command, scenario, application, facts) or refuse_scenario_stage(
        command.scenario, scenario, stage
    )
    if refused is not None:
        return refused
    if any(each.stage is stage and each.by == facts.actor for each in scenario.reviews):
        return Refused(R.ALREADY_DONE, {"actor": facts.actor, "id": command.scenario})
    if (command.objection is None) is (command.verdict is Verdict.FAILED):
        return Refused(R.OBJECTION_UNFIT, {"verdict": command.verdict, "objection": command.objection or ""})
    if command.verdict is Verdict.PASSED:
        refused = refuse_merchant(scenario.operator, scenario.merchant, facts.merchant_roles, facts.relation)
        if refused is not None:
            return refused
    done = Review(
        stage, facts.actor, command.verdict, command.report_digest, facts.now, command.objection, scenario.overdue
    )
    after, clocks = _after(state, command.scenario, scenario, done, facts)
    rules = in_force(facts, "S20-REVIEW", "S20-SEPARATION", "S3-06", "MM-OPERATION")
    return [ScenarioReviewed(command.scenario, done, after, rules, clocks)]


def _stage_of(command: AnyReview) -> ScenarioStage:
    match command:
        case ReviewAtSource():
            return ScenarioStage.SOURCE
        case ReviewByBureau():
            return ScenarioStage.BUREAU
        case CheckCompliance():
            return ScenarioStage.COMPLIANCE


def _refuse_reviewer(command: AnyReview, scenario: Scenario, application: Application, facts: Facts) -> Refused | None:
    match command:
        case ReviewAtSource() if facts.actor not in application.departments:
            detail: Detail = {"scenario": command.scenario, "actor": facts.actor}
            return Refused(R.NOT_THE_SOURCE, {**detail, "departments": ",".join(application.departments)})
        case ReviewByBureau() if Role.DATA_BUREAU not in facts.roles:
            return Refused(R.ONLY_A_DATA_BUREAU, {"actor": facts.actor})
        case CheckCompliance():
            return refuse_stranger(command.scenario, scenario.operator, facts)
        case _:
            return None


def _after(
    state: State, key: ScenarioId, scenario: Scenario, done: Review, facts: Facts
) -> tuple[ScenarioStage, tuple[ClockChange, ...]]:
    """Return where the application stands after a review, and what that does to its limits."""
    if done.verdict is Verdict.FAILED:
        return ScenarioStage.REFUSED, (Stop(key),)
    stop = Stop(key, KIND_OF[done.stage])
    match done.stage:
        case ScenarioStage.SOURCE:
            waiting = awaited(state.applications[key], (*scenario.reviews, done))
            if waiting:
                return ScenarioStage.SOURCE, _handed_on(key, scenario, waiting[0], facts)
            bureau = state.operations[scenario.operation].bureau
            return ScenarioStage.BUREAU, (stop, _start(key, ScenarioStage.BUREAU, bureau, facts))
        case ScenarioStage.BUREAU:
            return ScenarioStage.COMPLIANCE, (stop, _start(key, ScenarioStage.COMPLIANCE, scenario.operator, facts))
        case _:
            return ScenarioStage.APPROVED, (stop,)


def awaited(application: Application, reviews: tuple[Review, ...]) -> list[PartyId]:
    """Return the departments that have not reviewed an application yet, in their order."""
    done = {each.by for each in reviews if each.stage is ScenarioStage.SOURCE}
    return [department for department in application.departments if department not in done]


def _start(key: ScenarioId, stage: ScenarioStage, owner: PartyId, facts: Facts) -> Start:
    return Start(key, KIND_OF[stage], Unit.WORK_DAYS, limit(facts, _DAYS[stage]), "MM-OPERATION", owner)


def _handed_on(key: ScenarioId, scenario: Scenario, owner: PartyId, facts: Facts) -> tuple[ClockChange, ...]:
    """Return the departments' common limit, counted from the application as before, now owed by the next of them."""
    if scenario.overdue:
        return ()
    days = limit(facts, "source_review_work_days")
    return (Start(key, SOURCE_REVIEW, Unit.WORK_DAYS, days, "MM-OPERATION", owner, scenario.applied_at),)


def lapse(state: State, command: LapseReview, facts: Facts) -> Answer:
    """Let a review be overdue: it goes before the data bureau, and is still owed."""
    scenario = state.scenarios.get(command.scenario)
    if scenario is None or scenario.stage is not command.stage or scenario.overdue or facts.now < command.due_at:
        return []
    operation = state.operations[scenario.operation]
    match scenario.stage:
        case ScenarioStage.SOURCE:
            owner = awaited(state.applications[command.scenario], scenario.reviews)[0]
        case ScenarioStage.BUREAU:
            owner = operation.bureau
        case _:
            owner = scenario.operator
    escalation = Escalation(command.scenario, KIND_OF[command.stage], owner, command.due_at)
    rules = in_force(facts, "MM-OPERATION", "S20-REVIEW")
    return [ReviewOverdue(command.scenario, operation.bureau, escalation, rules)]
