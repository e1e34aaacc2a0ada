"""What changes in authorised operation. The only writer of its state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mumian.rooms.operation import events as e
from mumian.rooms.operation.model import Event, State
from mumian.rooms.operation.records import (
    OPEN_STAGES,
    REVIEWED,
    Disclosure,
    OperationStage,
    PlanStage,
    Price,
    Scenario,
    ScenarioStage,
    SelectionStage,
)
from mumian.rooms.operation.vocabulary import OperationId, ScenarioId, Side

_KIND = {Side.BODY: "operation.disclosure_body", Side.OPERATOR: "operation.disclosure_operator"}


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    _APPLY[type(event)](state, event)


def _plan_drafted(state: State, event: e.PlanDrafted) -> None:
    state.plans[event.plan] = event.record
    state.of_party[f"{event.record.body}/{event.plan}"] = event.plan


def _plan_amended(state: State, event: e.PlanAmended) -> None:
    plan = state.plans[event.plan]
    stage = PlanStage.DRAFTED if plan.stage is PlanStage.RETURNED else plan.stage
    state.plans[event.plan] = replace(plan, content=event.content, stage=stage, rules=event.rules)


def _plan_decided(state: State, event: e.PlanDecided) -> None:
    plan = state.plans[event.plan]
    state.plans[event.plan] = replace(plan, decision=event.decision, stage=PlanStage.DECIDED)


def _plan_approved(state: State, event: e.PlanApproved) -> None:
    plan = state.plans[event.plan]
    approved = replace(plan, approval=event.approval, bureau=event.bureau, stage=PlanStage.APPROVED)
    state.plans[event.plan] = approved
    state.of_party[f"{event.bureau}/{event.plan}"] = event.plan


def _plan_returned(state: State, event: e.PlanReturned) -> None:
    state.plans[event.plan] = replace(state.plans[event.plan], decision=None, stage=PlanStage.RETURNED)


def _plan_filed(state: State, event: e.PlanFiled) -> None:
    plan = state.plans[event.plan]
    state.plans[event.plan] = replace(plan, filing=event.filing, stage=PlanStage.FILED, rules=event.rules)
    if event.supersedes:
        state.plans[event.supersedes] = replace(state.plans[event.supersedes], stage=PlanStage.SUPERSEDED)


def _consented(state: State, event: e.OperationConsented) -> None:
    state.consents[f"{event.resource}/{event.body}"] = event.record


def _selection_opened(state: State, event: e.SelectionOpened) -> None:
    state.selections[event.selection] = event.record


def _selection_entered(state: State, event: e.SelectionEntered) -> None:
    selection = state.selections[event.selection]
    entered = replace(selection, candidates=(*selection.candidates, event.candidate))
    state.selections[event.selection] = entered


def _operator_selected(state: State, event: e.OperatorSelected) -> None:
    state.selections[event.selection] = replace(
        state.selections[event.selection],
        operator=event.operator,
        barred=event.barred,
        report_digest=event.report_digest,
        stage=SelectionStage.CONCLUDED,
        rules=event.rules,
    )


def _selection_voided(state: State, event: e.SelectionVoided) -> None:
    state.selections[event.selection] = replace(state.selections[event.selection], stage=SelectionStage.VOID)


def _agreement_proposed(state: State, event: e.AgreementProposed) -> None:
    record, key = event.record, event.operation
    state.operations[key], state.terms[key] = record, event.terms
    for party in (record.body, record.operator, record.bureau):
        state.of_party[f"{party}/{key}"] = key
    state.chosen[f"{record.selection}/{key}"] = key
    if record.follows:
        state.links[f"{record.follows}/{key}"] = key


def _agreement_decided(state: State, event: e.AgreementDecided) -> None:
    operation = state.operations[event.operation]
    state.operations[event.operation] = replace(operation, decision=event.decision, stage=OperationStage.DECIDED)


def _operation_signed(state: State, event: e.OperationSigned) -> None:
    operation = state.operations[event.operation]
    state.operations[event.operation] = replace(operation, signed=(*operation.signed, event.by))


def _operation_concluded(state: State, event: e.OperationConcluded) -> None:
    state.operations[event.operation] = replace(
        state.operations[event.operation],
        stage=OperationStage.IN_FORCE,
        concluded_at=event.at,
        first_year=event.first_year,
        body_year=event.first_year,
        operator_year=event.first_year,
        rules=event.rules,
    )


def _operation_ended(state: State, event: e.OperationEnded) -> None:
    state.operations[event.operation] = replace(
        state.operations[event.operation],
        stage=OperationStage.ENDED,
        cause=event.cause,
        ground=event.ground,
        ended_at=event.at,
        last_year=event.last_year,
    )


def _handed_over(state: State, event: e.OperationHandedOver) -> None:
    operation = state.operations[event.operation]
    state.operations[event.operation] = replace(operation, stage=OperationStage.HANDED_OVER)


def _hand_over_accepted(state: State, event: e.HandOverAccepted) -> None:
    operation = state.operations[event.operation]
    state.operations[event.operation] = replace(operation, stage=OperationStage.CLOSED)
    _settle(state, operation.bureau, event.operation, "operation.hand_over")


def _hand_over_overdue(state: State, event: e.HandOverOverdue) -> None:
    state.overdue[f"{event.bureau}/{event.operation}/{event.escalation.kind}"] = event.escalation


def _settle(state: State, bureau: str, about: str, kind: str) -> None:
    """Take away what was overdue and now is done."""
    key = f"{bureau}/{about}/{kind}"
    if key in state.overdue:
        del state.overdue[key]


def _merchant_vetted(state: State, event: e.MerchantVetted) -> None:
    state.vetted[f"{event.operator}/{event.merchant}"] = event.record


def _scenario_applied(state: State, event: e.ScenarioApplied) -> None:
    key, record, application = event.scenario, event.record, event.application
    state.applications[key] = application
    for party in {record.operator, record.merchant, *application.departments}:
        state.of_party[f"{party}/{key}"] = key
    _put(state, key, record)


def _put(state: State, key: ScenarioId, record: Scenario) -> None:
    """Write a scenario and what finds it: by agreement and scene while open, by stage while under review."""
    old, application = state.scenarios.get(key), state.applications[key]
    state.scenarios[key] = record
    if old is not None and old.stage in REVIEWED and old.stage is not record.stage:
        del state.awaiting[f"{old.stage}/{key}"]
    if record.stage in REVIEWED:
        state.awaiting[f"{record.stage}/{key}"] = key
    under, pair = f"{record.operation}/{key}", f"{record.operator}/{record.merchant}/{key}"
    names = [each.resource for each in application.resources]
    if record.stage in OPEN_STAGES:
        state.under[under] = key
        for name in names:
            state.taken[f"{record.merchant}/{name}/{application.scene.code}"] = key
            state.wanted[f"{name}/{record.merchant}/{key}"] = key
    elif old is not None and old.stage in OPEN_STAGES:
        del state.under[under]
        for name in names:
            del state.taken[f"{record.merchant}/{name}/{application.scene.code}"]
            del state.wanted[f"{name}/{record.merchant}/{key}"]
    is_running = record.stage in (ScenarioStage.IN_FORCE, ScenarioStage.SUSPENDED)
    if is_running:
        state.pairs[pair] = key
    elif pair in state.pairs:
        del state.pairs[pair]


def _scenario_reviewed(state: State, event: e.ScenarioReviewed) -> None:
    record = state.scenarios[event.scenario]
    is_over = event.stage is not record.stage
    if is_over:
        _settle_reviews(state, event.scenario, record)
    reviewed = replace(
        record,
        reviews=(*record.reviews, event.review),
        stage=event.stage,
        overdue=record.overdue and not is_over,
        rules=event.rules,
    )
    _put(state, event.scenario, reviewed)


def _settle_reviews(state: State, key: ScenarioId, record: Scenario) -> None:
    bureau = state.operations[record.operation].bureau
    for place, _ in list(state.overdue.under(f"{bureau}/{key}/")):
        del state.overdue[place]


def _review_overdue(state: State, event: e.ReviewOverdue) -> None:
    state.scenarios[event.scenario] = replace(state.scenarios[event.scenario], overdue=True)
    state.overdue[f"{event.bureau}/{event.scenario}/{event.escalation.kind}"] = event.escalation


def _development_signed(state: State, event: e.DevelopmentSigned) -> None:
    record = state.scenarios[event.scenario]
    signed = replace(record, signed=(*record.signed, event.by), terms_digest=event.terms_digest)
    state.scenarios[event.scenario] = signed


def _scenario_admitted(state: State, event: e.ScenarioAdmitted) -> None:
    record = state.scenarios[event.scenario]
    admitted = replace(record, stage=ScenarioStage.IN_FORCE, valid_from=event.valid_from, rules=event.rules)
    _put(state, event.scenario, admitted)


def _scenario_withdrawn(state: State, event: e.ScenarioWithdrawn) -> None:
    record = state.scenarios[event.scenario]
    _settle_reviews(state, event.scenario, record)
    _put(state, event.scenario, replace(record, stage=ScenarioStage.WITHDRAWN))


def _scenario_suspended(state: State, event: e.ScenarioSuspended) -> None:
    record = state.scenarios[event.scenario]
    _put(state, event.scenario, replace(record, stage=ScenarioStage.SUSPENDED, relation=event.relation))


def _scenario_resumed(state: State, event: e.ScenarioResumed) -> None:
    record = state.scenarios[event.scenario]
    _put(state, event.scenario, replace(record, stage=ScenarioStage.IN_FORCE, relation=()))


def _scenario_ended(state: State, event: e.ScenarioEnded) -> None:
    record = state.scenarios[event.scenario]
    _settle_reviews(state, event.scenario, record)
    ended = replace(record, stage=ScenarioStage.ENDED, cause=event.cause, ground=event.ground, overdue=False)
    _put(state, event.scenario, ended)


def _output_reviewed(state: State, event: e.OutputReviewed) -> None:
    state.outputs[f"{event.scenario}/{event.nth:06d}"] = event.record
    state.scenarios[event.scenario] = replace(state.scenarios[event.scenario], outputs=event.nth)


def _feedback_recorded(state: State, event: e.FeedbackRecorded) -> None:
    state.feedbacks[f"{event.scenario}/{event.nth:06d}"] = event.record
    state.scenarios[event.scenario] = replace(state.scenarios[event.scenario], feedbacks=event.nth)


def _prices_listed(state: State, event: e.PricesListed) -> None:
    for price in event.prices:
        state.prices[f"{event.operation}/{price.product}"] = Price(price.amount_fen, price.unit)


def _statement_filed(state: State, event: e.StatementFiled) -> None:
    state.statements[f"{event.operation}/{event.year}"] = event.record


def _allowed_set(state: State, event: e.AllowedRevenueSet) -> None:
    state.allowed[f"{event.operation}/{event.year}"] = event.record


def _deviation_assessed(state: State, event: e.DeviationAssessed) -> None:
    state.deviations[f"{event.operation}/{event.year}"] = event.record


def _ceiling_adjusted(state: State, event: e.CeilingAdjusted) -> None:
    key = f"{event.operation}/{event.product}"
    state.ceilings[key] = event.ceiling_fen
    price = state.prices.get(key)
    if price is not None and price.amount_fen > event.ceiling_fen:
        del state.prices[key]


def _disclosed(state: State, event: e.Disclosed) -> None:
    key = f"{event.operation}/{event.side}/{event.year}"
    state.disclosures[key] = Disclosure(event.page_digest, event.at, event.late)
    if event.late:
        _settle(state, state.operations[event.operation].bureau, event.operation, f"{_KIND[event.side]}.{event.year}")
    else:
        _next(state, event.operation, event.side, event.year + 1)


def _disclosure_overdue(state: State, event: e.DisclosureOverdue) -> None:
    state.disclosures[f"{event.operation}/{event.side}/{event.year}"] = Disclosure(overdue=True)
    state.overdue[f"{event.bureau}/{event.operation}/{event.escalation.kind}"] = event.escalation
    _next(state, event.operation, event.side, event.year + 1)


def _next(state: State, key: OperationId, side: Side, year: int) -> None:
    operation = state.operations[key]
    if side is Side.BODY:
        state.operations[key] = replace(operation, body_year=year)
    else:
        state.operations[key] = replace(operation, operator_year=year)


def _evaluated(state: State, event: e.OperationEvaluated) -> None:
    state.evaluations[f"{event.operation}/{event.year}"] = event.record


_APPLY: dict[type, Callable[[State, Any], None]] = {
    e.PlanDrafted: _plan_drafted,
    e.PlanAmended: _plan_amended,
    e.PlanDecided: _plan_decided,
    e.PlanApproved: _plan_approved,
    e.PlanReturned: _plan_returned,
    e.PlanFiled: _plan_filed,
    e.OperationConsented: _consented,
    e.SelectionOpened: _selection_opened,
    e.SelectionEntered: _selection_entered,
    e.OperatorSelected: _operator_selected,
    e.SelectionVoided: _selection_voided,
    e.AgreementProposed: _agreement_proposed,
    e.AgreementDecided: _agreement_decided,
    e.OperationSigned: _operation_signed,
    e.OperationConcluded: _operation_concluded,
    e.OperationEnded: _operation_ended,
    e.OperationHandedOver: _handed_over,
    e.HandOverAccepted: _hand_over_accepted,
    e.HandOverOverdue: _hand_over_overdue,
    e.MerchantVetted: _merchant_vetted,
    e.ScenarioApplied: _scenario_applied,
    e.ScenarioReviewed: _scenario_reviewed,
    e.ReviewOverdue: _review_overdue,
    e.DevelopmentSigned: _development_signed,
    e.ScenarioAdmitted: _scenario_admitted,
    e.ScenarioWithdrawn: _scenario_withdrawn,
    e.ScenarioSuspended: _scenario_suspended,
    e.ScenarioResumed: _scenario_resumed,
    e.ScenarioEnded: _scenario_ended,
    e.OutputReviewed: _output_reviewed,
    e.FeedbackRecorded: _feedback_recorded,
    e.PricesListed: _prices_listed,
    e.StatementFiled: _statement_filed,
    e.AllowedRevenueSet: _allowed_set,
    e.DeviationAssessed: _deviation_assessed,
    e.CeilingAdjusted: _ceiling_adjusted,
    e.Disclosed: _disclosed,
    e.DisclosureOverdue: _disclosure_overdue,
    e.OperationEvaluated: _evaluated,
}
