"""Plans: drafted with twelve items, decided collectively, approved by the government, filed with the province."""

from __future__ import annotations

from datetime import date

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.operation.events import (
    OperationConsented,
    PlanAmended,
    PlanApproved,
    PlanDecided,
    PlanDrafted,
    PlanFiled,
    PlanReturned,
)
from mumian.rooms.operation.guards import (
    operable,
    plan_at,
    refuse_accounts,
    refuse_day,
    refuse_repeated,
    refuse_stranger,
    refuse_term,
    refuse_text,
)
from mumian.rooms.operation.model import (
    AmendPlan,
    ApprovePlan,
    ConsentToOperation,
    DecidePlan,
    DraftPlan,
    Event,
    FilePlan,
    ResourceFacts,
    ReturnPlan,
    State,
)
from mumian.rooms.operation.plan import PlanContent, PlanDraft, PlanItem, complete, major_change
from mumian.rooms.operation.records import Consent, Plan, PlanStage
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import TITLE_CHARS_MAX, Form, Mode, PlanId
from mumian.rulebook.rules import in_force

Answer = list[Event] | Refused


def draft(state: State, command: DraftPlan, facts: Facts) -> Answer:
    """Decide on a new plan, or on one that is to replace a plan in force."""
    if Role.PUBLIC_BODY not in facts.roles:
        return Refused(R.ONLY_A_PUBLIC_BODY, {"actor": facts.actor})
    if command.replaces:
        old = plan_at(state, command.replaces, PlanStage.FILED)
        if isinstance(old, Refused):
            return old
        refused = refuse_stranger(command.replaces, old.body, facts)
        if refused is not None:
            return refused
    content = _content(command.draft, facts)
    if isinstance(content, Refused):
        return content
    rules = in_force(facts, "S3-09", "S3-09-ITEMS", "S3-TERM", *(("S3-CHANGE",) if command.replaces else ()))
    record = Plan(facts.actor, content, PlanStage.DRAFTED, facts.now, rules, replaces=command.replaces)
    return [PlanDrafted(PlanId(new_id("plan", facts.seq)), record)]


def amend(state: State, command: AmendPlan, facts: Facts) -> Answer:
    """Decide on another text of a plan; once it is filed only what is not major may change."""
    plan = plan_at(state, command.plan, PlanStage.DRAFTED, PlanStage.RETURNED, PlanStage.FILED)
    if isinstance(plan, Refused):
        return plan
    refused = refuse_stranger(command.plan, plan.body, facts)
    if refused is not None:
        return refused
    content = _content(command.draft, facts)
    if isinstance(content, Refused):
        return content
    item = major_change(plan.content, content)
    if plan.stage is PlanStage.FILED and item is not None:
        return Refused(R.MAJOR_CHANGE, {"plan": command.plan, "item": item})
    return [PlanAmended(command.plan, content, in_force(facts, "S3-09", "S3-CHANGE"))]


def _content(written: PlanDraft, facts: Facts) -> PlanContent | Refused:
    """Return the plan that was written down if it has its twelve items and each of them may be so."""
    assert isinstance(facts, ResourceFacts)
    content = complete(written)
    if isinstance(content, PlanItem):
        return Refused(R.PLAN_ITEM_MISSING, {"item": content})
    return _refuse_content(content, facts) or content


def _refuse_content(content: PlanContent, facts: ResourceFacts) -> Refused | None:
    refused = refuse_text("title", content.title, TITLE_CHARS_MAX)
    if refused is not None:
        return refused
    if (content.mode is Mode.WHOLE) != (not content.scenario):
        return Refused(R.MODE_AND_SCENARIO, {"mode": content.mode, "scenario": content.scenario})
    refused = refuse_repeated(content.resources)
    if refused is not None:
        return refused
    for name in content.resources:
        resource = operable(name, facts.resources)
        if isinstance(resource, Refused):
            return resource
    return (
        refuse_term(content.valid_from, content.valid_to, facts)
        or _refuse_products(content)
        or refuse_accounts(content.accounts)
    )


def _refuse_products(content: PlanContent) -> Refused | None:
    for product in content.products:
        refused = refuse_text("products.title", product.title, TITLE_CHARS_MAX)
        if refused is not None:
            return refused
        if product.form is Form.RAW:
            return Refused(R.RAW_DATA)
    return refuse_repeated(product.code for product in content.products)


def decide_plan(state: State, command: DecidePlan, facts: Facts) -> Answer:
    plan = plan_at(state, command.plan, PlanStage.DRAFTED)
    if isinstance(plan, Refused):
        return plan
    refused = refuse_stranger(command.plan, plan.body, facts) or refuse_day(command.decision.day, facts)
    return refused or [PlanDecided(command.plan, command.decision, in_force(facts, "S3-DECISION"))]


def approve(state: State, command: ApprovePlan, facts: Facts) -> Answer:
    plan = _before_bureau(state, command.plan, PlanStage.DECIDED, facts)
    if isinstance(plan, Refused):
        return plan
    refused = refuse_day(command.approval.day, facts, after=_decided_on(plan))
    return refused or [PlanApproved(command.plan, command.approval, facts.actor, in_force(facts, "S3-APPROVAL"))]


def send_back(state: State, command: ReturnPlan, facts: Facts) -> Answer:
    plan = _before_bureau(state, command.plan, PlanStage.DECIDED, facts)
    if isinstance(plan, Refused):
        return plan
    return [PlanReturned(command.plan, command.paper_digest, facts.actor, in_force(facts, "S3-APPROVAL"))]


def file(state: State, command: FilePlan, facts: Facts) -> Answer:
    """Decide on the filing that puts a plan in force; the plan that it replaces ends with that."""
    plan = _before_bureau(state, command.plan, PlanStage.APPROVED, facts)
    if isinstance(plan, Refused):
        return plan
    refused = refuse_stranger(command.plan, plan.bureau, facts) or refuse_day(
        command.filing.day, facts, after=plan.approval.day if plan.approval else None
    )
    if refused is None and plan.replaces:
        old = plan_at(state, plan.replaces, PlanStage.FILED)
        refused = old if isinstance(old, Refused) else None
    rules = in_force(facts, "S3-APPROVAL", "S3-09", *(("S3-CHANGE",) if plan.replaces else ()))
    return refused or [PlanFiled(command.plan, command.filing, plan.replaces, rules)]


def _decided_on(plan: Plan) -> date | None:
    return plan.decision.day if plan.decision else None


def _before_bureau(state: State, key: PlanId, stage: PlanStage, facts: Facts) -> Plan | Refused:
    """Return a plan on which the speaker, a data bureau, may record what government and province said."""
    if Role.DATA_BUREAU not in facts.roles:
        return Refused(R.ONLY_A_DATA_BUREAU, {"actor": facts.actor})
    plan = state.plans.get(key)
    if plan is not None and plan.body == facts.actor:
        return Refused(R.OWN_APPROVAL, {"actor": facts.actor, "plan": key})
    return plan_at(state, key, stage)


def consent(_state: State, command: ConsentToOperation, facts: Facts) -> Answer:
    """Decide on a providing body's consent that what it shared is operated (S3-05)."""
    assert isinstance(facts, ResourceFacts)
    if Role.PUBLIC_BODY not in facts.roles:
        return Refused(R.ONLY_A_PUBLIC_BODY, {"actor": facts.actor})
    resource = operable(command.resource, facts.resources)
    if isinstance(resource, Refused):
        return resource
    refused = refuse_stranger(command.resource, resource.holder, facts)
    if refused is not None:
        return refused
    if command.body == facts.actor:
        return Refused(R.CONSENT_TO_SELF, {"resource": command.resource, "actor": facts.actor})
    if command.valid_to <= facts.now:
        return Refused(R.TERM_EMPTY, {"valid_from": facts.now, "valid_to": command.valid_to, "now": facts.now})
    record = Consent(facts.actor, command.paper_digest, facts.now, command.valid_to)
    return [OperationConsented(command.resource, command.body, record, in_force(facts, "S3-05"))]
