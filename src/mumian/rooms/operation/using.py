"""The use of public data for one scenario: signed, suspended while operator and merchant are related, ended, its output seen."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.operation.ending import AUTHORITIES
from mumian.rooms.operation.events import (
    DevelopmentSigned,
    FeedbackRecorded,
    OutputReviewed,
    ScenarioAdmitted,
    ScenarioEnded,
    ScenarioResumed,
    ScenarioSuspended,
    ScenarioWithdrawn,
)
from mumian.rooms.operation.guards import (
    ask,
    limit,
    refuse_merchant,
    refuse_outside,
    refuse_scenario_stage,
    refuse_stranger,
    scenario_of,
)
from mumian.rooms.operation.model import (
    EndScenario,
    Event,
    ExpireScenario,
    MerchantFacts,
    RecordFeedback,
    ReviewOutput,
    ReviewSeparation,
    SignDevelopment,
    State,
    WithdrawScenario,
)
from mumian.rooms.operation.records import Feedback, Output, Scenario, ScenarioStage
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import Cause, Form, ScenarioId, Verdict
from mumian.rulebook.rules import in_force

Answer = list[Event] | Refused

TERM = "operation.scenario_term"
RECTIFICATION = "operation.rectification"
RUNNING = (ScenarioStage.IN_FORCE, ScenarioStage.SUSPENDED)
PENDING = (ScenarioStage.SOURCE, ScenarioStage.BUREAU, ScenarioStage.COMPLIANCE, ScenarioStage.APPROVED)


def sign(state: State, command: SignDevelopment, facts: Facts) -> Answer:
    """Decide on a signature of the development agreement; with the second the use begins."""
    assert isinstance(facts, MerchantFacts)
    scenario = scenario_of(state, command.scenario)
    if isinstance(scenario, Refused):
        return scenario
    if facts.actor not in (scenario.operator, scenario.merchant):
        owner = f"{scenario.operator},{scenario.merchant}"
        return Refused(R.NOT_YOURS, {"id": command.scenario, "owner": owner, "actor": facts.actor})
    refused = refuse_scenario_stage(command.scenario, scenario, ScenarioStage.APPROVED)
    if refused is not None:
        return refused
    if facts.actor in scenario.signed:
        return Refused(R.ALREADY_DONE, {"actor": facts.actor, "id": command.scenario})
    if scenario.signed and command.terms_digest != scenario.terms_digest:
        detail: Detail = {"id": command.scenario, "signed": command.terms_digest, "terms": scenario.terms_digest}
        return Refused(R.TERMS_DIFFER, detail)
    refused = refuse_merchant(scenario.operator, scenario.merchant, facts.merchant_roles, facts.relation)
    if refused is not None:
        return refused
    signed = DevelopmentSigned(command.scenario, facts.actor, command.terms_digest)
    if not scenario.signed:
        return [signed]
    return _refuse_begin(state, scenario, facts) or [signed, _admitted(command.scenario, scenario, facts)]


def _refuse_begin(state: State, scenario: Scenario, facts: Facts) -> Refused | None:
    """Return why the use may not begin now, or None: it would be over, or its agreement has not begun."""
    if scenario.valid_to <= facts.now:
        detail: Detail = {"valid_from": facts.now, "valid_to": scenario.valid_to, "now": facts.now}
        return Refused(R.TERM_EMPTY, detail)
    operation = state.operations[scenario.operation]
    return refuse_outside(
        facts.now,
        scenario.valid_to,
        within=scenario.operation,
        first=operation.valid_from,
        end=operation.valid_to,
    )


def _admitted(key: ScenarioId, scenario: Scenario, facts: Facts) -> ScenarioAdmitted:
    clock = Start(key, TERM, Unit.INSTANT, scenario.valid_to, "S20-DEVELOPMENT", scenario.merchant)
    rules = in_force(facts, "S20-DEVELOPMENT", "S20-SCENARIO", "S20-REVIEW", "S20-SEPARATION", "S3-06", "S3-21")
    return ScenarioAdmitted(key, facts.now, rules, (clock,))


def withdraw(state: State, command: WithdrawScenario, facts: Facts) -> Answer:
    scenario = scenario_of(state, command.scenario)
    if isinstance(scenario, Refused):
        return scenario
    refused = refuse_stranger(command.scenario, scenario.merchant, facts) or refuse_scenario_stage(
        command.scenario, scenario, *PENDING
    )
    return refused or [ScenarioWithdrawn(command.scenario, (Stop(command.scenario),))]


def end(state: State, command: EndScenario, facts: Facts) -> Answer:
    """Decide on the end of a use before its time."""
    scenario = scenario_of(state, command.scenario)
    if isinstance(scenario, Refused):
        return scenario
    body = state.operations[scenario.operation].body
    if facts.actor not in (scenario.merchant, scenario.operator, body) and not facts.roles & AUTHORITIES:
        owner = f"{scenario.merchant},{scenario.operator},{body}"
        return Refused(R.NOT_YOURS, {"id": command.scenario, "owner": owner, "actor": facts.actor})
    refused = refuse_scenario_stage(command.scenario, scenario, *RUNNING)
    if refused is not None:
        return refused
    if facts.actor == scenario.merchant:
        if command.act is not None:
            return Refused(R.ACT_UNFIT, {"actor": facts.actor, "scenario": command.scenario})
        cause = Cause.GIVEN_UP
    elif command.act is None:
        if facts.actor != scenario.operator:
            return ask("act: for which prohibited act does the use end?")
        cause = Cause.TERMS_BROKEN
    else:
        cause = Cause.REVOKED
    return [_ended(command.scenario, cause, command.act or "", command.evidence_digest, facts)]


def _ended(key: ScenarioId, cause: Cause, ground: str, evidence_digest: str, facts: Facts) -> ScenarioEnded:
    first = {Cause.REVOKED: "S3-PROHIBITED", Cause.RELATED: "S3-06"}.get(cause, "S20-DEVELOPMENT")
    rules = in_force(facts, first, "S20-SCENARIO", *(("S20-SEPARATION",) if cause is Cause.RELATED else ()))
    return ScenarioEnded(key, cause, ground, evidence_digest, rules, (Stop(key),))


def expire(state: State, command: ExpireScenario, facts: Facts) -> Answer:
    """Let a use be over by time; nothing if it ended before, or the relation was undone."""
    scenario = state.scenarios.get(command.scenario)
    if scenario is None or scenario.stage not in RUNNING:
        return []
    if command.cause is Cause.RELATED:
        is_over = scenario.stage is ScenarioStage.SUSPENDED
    else:
        is_over = facts.now >= scenario.valid_to
    return [_ended(command.scenario, command.cause, "", "", facts)] if is_over else []


def review_separation(state: State, command: ReviewSeparation, facts: Facts) -> Answer:
    """Suspend a use whose merchant is now related to its operator; let it go on when that is over."""
    assert isinstance(facts, MerchantFacts)
    scenario = state.scenarios.get(command.scenario)
    if scenario is None or scenario.stage not in RUNNING:
        return []
    rules = in_force(facts, "S3-06", "S20-SEPARATION", "MM-OPERATION")
    if facts.relation and scenario.stage is ScenarioStage.IN_FORCE:
        days = limit(facts, "rectification_work_days")
        clock = Start(command.scenario, RECTIFICATION, Unit.WORK_DAYS, days, "MM-OPERATION", scenario.merchant)
        return [ScenarioSuspended(command.scenario, facts.relation, rules, (clock,))]
    if not facts.relation and scenario.stage is ScenarioStage.SUSPENDED:
        return [ScenarioResumed(command.scenario, rules, (Stop(command.scenario, RECTIFICATION),))]
    return []


def review_output(state: State, command: ReviewOutput, facts: Facts) -> Answer:
    """Decide on what may leave the platform: nothing raw, and only what was applied for."""
    scenario = scenario_of(state, command.scenario)
    if isinstance(scenario, Refused):
        return scenario
    refused = refuse_stranger(command.scenario, scenario.operator, facts) or refuse_scenario_stage(
        command.scenario, scenario, ScenarioStage.IN_FORCE
    )
    if refused is not None:
        return refused
    application = state.applications[command.scenario]
    if command.verdict is Verdict.PASSED and command.form is Form.RAW:
        return Refused(R.RAW_DATA)
    if command.verdict is Verdict.PASSED and command.form is not application.form:
        detail: Detail = {"product": application.product, "part": "form", "held": application.form}
        return Refused(R.PRODUCT_DIFFERS, {**detail, "asked": command.form})
    record = Output(facts.actor, command.form, command.verdict, command.output_digest, facts.now)
    return [OutputReviewed(command.scenario, scenario.outputs + 1, record, in_force(facts, "S20-OUTPUT", "S3-21"))]


def record_feedback(state: State, command: RecordFeedback, facts: Facts) -> Answer:
    """Decide on results that flow back; they may do so when the use is over too."""
    scenario = scenario_of(state, command.scenario)
    if isinstance(scenario, Refused):
        return scenario
    refused = refuse_stranger(command.scenario, scenario.merchant, facts) or refuse_scenario_stage(
        command.scenario, scenario, *RUNNING, ScenarioStage.ENDED
    )
    if refused is not None:
        return refused
    if not scenario.valid_from:
        detail: Detail = {"id": command.scenario, "stage": scenario.stage, "needed": ScenarioStage.IN_FORCE}
        return Refused(R.WRONG_STAGE, detail)
    to = state.applications[command.scenario].departments
    record = Feedback(to, command.result_digest, facts.now)
    return [FeedbackRecorded(command.scenario, scenario.feedbacks + 1, record, in_force(facts, "S20-FEEDBACK"))]
