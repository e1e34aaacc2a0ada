"""Agreements: proposed with thirteen items, decided collectively, signed by both sides; then rights and clocks follow."""

from __future__ import annotations

from datetime import date

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, new_id
from mumian.kernel.limits import ClockChange, Start, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import day_of
from mumian.rooms.operation.agreement import AgreementItem, AgreementTerms, complete
from mumian.rooms.operation.disclosing import disclosure_clock
from mumian.rooms.operation.events import AgreementDecided, AgreementProposed, OperationConcluded, OperationSigned
from mumian.rooms.operation.guards import (
    ask,
    operable,
    operation_at,
    plan_at,
    refuse_accounts,
    refuse_day,
    refuse_operator,
    refuse_outside,
    refuse_repeated,
    refuse_stranger,
    refuse_term,
)
from mumian.rooms.operation.model import (
    CandidateFacts,
    DecideAgreement,
    Event,
    ProposeAgreement,
    SignOperation,
    State,
)
from mumian.rooms.operation.plan import PlanContent
from mumian.rooms.operation.records import Operation, OperationStage, PlanStage, SelectionStage
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.selecting import selection_at
from mumian.rooms.operation.vocabulary import Cause, Grade, Link, OperationId, PlanId, Side
from mumian.rulebook.rules import in_force

Answer = list[Event] | Refused

TERM = "operation.term"


def propose(state: State, command: ProposeAgreement, facts: Facts) -> Answer:
    """Decide on a text that may become an agreement."""
    assert isinstance(facts, CandidateFacts)
    selection = selection_at(state, command.selection, SelectionStage.CONCLUDED)
    if isinstance(selection, Refused):
        return selection
    refused = refuse_stranger(command.selection, selection.body, facts)
    if refused is not None:
        return refused
    plan = plan_at(state, selection.plan, PlanStage.FILED)
    if isinstance(plan, Refused):
        return plan
    terms = complete(command.draft)
    if isinstance(terms, AgreementItem):
        return Refused(R.AGREEMENT_ITEM_MISSING, {"item": terms})
    refused = (
        _refuse_terms(terms, selection.plan, plan.content, facts)
        or refuse_operator(selection.operator, facts.operator_roles, is_legal=facts.is_legal)
        or _refuse_link(state, command, terms)
        or refuse_data(state, terms, selection.body, facts)
    )
    if refused is not None:
        return refused
    record = Operation(
        plan=selection.plan,
        selection=command.selection,
        body=selection.body,
        operator=selection.operator,
        bureau=plan.bureau,
        stage=OperationStage.PROPOSED,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        terms_digest=digest(terms),
        proposed_at=facts.now,
        follows=command.follows,
        link=command.link,
    )
    return [AgreementProposed(OperationId(new_id("operation", facts.seq)), record, terms)]


def _refuse_terms(terms: AgreementTerms, plan: PlanId, content: PlanContent, facts: Facts) -> Refused | None:
    """Return why an agreement may not be as it is under its plan, or None."""
    refused = refuse_repeated(terms.resources)
    if refused is not None:
        return refused
    for name in terms.resources:
        if name not in content.resources:
            return Refused(R.RESOURCE_OUTSIDE, {"resource": name, "within": plan})
    refused = (
        _refuse_products(terms, plan, content)
        or refuse_term(terms.valid_from, terms.valid_to, facts)
        or refuse_outside(terms.valid_from, terms.valid_to, within=plan, first=content.valid_from, end=content.valid_to)
        or refuse_accounts(terms.accounts)
    )
    if refused is not None:
        return refused
    if terms.no_redevelopment is None:
        return ask("no_redevelopment: does the operator promise to take no part in redevelopment?")
    return None if terms.no_redevelopment else Refused(R.REDEVELOPMENT_OPEN)


def _refuse_products(terms: AgreementTerms, plan: PlanId, content: PlanContent) -> Refused | None:
    for agreed in terms.products:
        planned = content.product(agreed.code)
        if planned is None:
            return Refused(R.PRODUCT_OUTSIDE, {"product": agreed.code, "within": plan})
        detail: Detail = {"product": agreed.code, "use": planned.use}
        if planned.use.is_free and (agreed.ceiling_fen is not None or agreed.unit is not None):
            return Refused(R.FREE_OF_CHARGE, detail)
        if not planned.use.is_free and (agreed.ceiling_fen is None or agreed.unit is None):
            return Refused(R.CEILING_MISSING, detail)
    return refuse_repeated(agreed.code for agreed in terms.products)


def _refuse_link(state: State, command: ProposeAgreement, terms: AgreementTerms) -> Refused | None:
    """Return why an agreement may not follow another as it says, or None."""
    if not command.follows and command.link is None:
        return None
    detail: Detail = {"follows": command.follows, "link": command.link or "", "selection": command.selection}
    older = state.operations.get(command.follows)
    if older is None or command.link is None or older.selection != command.selection:
        return Refused(R.LINK_UNFIT, detail)
    if command.link is Link.SUPPLEMENT:
        if older.stage is not OperationStage.IN_FORCE or older.link is Link.SUPPLEMENT:
            return Refused(R.LINK_UNFIT, detail)
        return refuse_outside(
            terms.valid_from,
            terms.valid_to,
            within=command.follows,
            first=older.valid_from,
            end=older.valid_to,
        )
    if older.concluded_at == 0 or older.cause not in (None, Cause.TERM):
        return Refused(R.LINK_UNFIT, detail)
    return _refuse_renewal(state, command.follows, older, terms)


def _refuse_renewal(state: State, key: OperationId, older: Operation, terms: AgreementTerms) -> Refused | None:
    """A renewal begins when the older agreement ends, after an evaluation that was not failed (S3-EXIT)."""
    if terms.valid_from < older.valid_to:
        detail: Detail = {"valid_from": terms.valid_from, "valid_to": terms.valid_to, "within": key}
        return Refused(R.TERM_OUTSIDE, {**detail, "from": older.valid_to, "to": terms.valid_to})
    evaluations = list(state.evaluations.under(f"{key}/"))
    if not evaluations:
        return ask("evaluation: how was the operation evaluated that is to be renewed?")
    place, latest = evaluations[-1]
    year = place.rpartition("/")[2]
    return Refused(R.EVALUATION_FAILED, {"operation": key, "year": year}) if latest.grade is Grade.FAILED else None


def refuse_data(state: State, terms: AgreementTerms, body: PartyId, facts: CandidateFacts) -> Refused | None:
    """Return why a resource may not be operated now, or None: consent of who provided it, registration in force."""
    for name in terms.resources:
        resource = operable(name, facts.resources)
        if isinstance(resource, Refused):
            return resource
        consent = state.consents.get(f"{name}/{body}")
        is_consented = (
            consent is not None and consent.provider == resource.holder and consent.valid_to >= terms.valid_to
        )
        if resource.holder != body and not is_consented:
            detail: Detail = {"resource": name, "holder": resource.holder, "valid_to": terms.valid_to}
            return Refused(R.CONSENT_MISSING, detail)
        if not resource.is_coded:
            return Refused(R.NOT_CODED, {"resource": name})
    return None


def decide_agreement(state: State, command: DecideAgreement, facts: Facts) -> Answer:
    operation = operation_at(state, command.operation, OperationStage.PROPOSED)
    if isinstance(operation, Refused):
        return operation
    after = _filed_on(state, operation.plan)
    refused = refuse_stranger(command.operation, operation.body, facts) or refuse_day(
        command.decision.day, facts, after=after
    )
    return refused or [AgreementDecided(command.operation, command.decision, in_force(facts, "S3-DECISION"))]


def _filed_on(state: State, plan: PlanId) -> date | None:
    filing = state.plans[plan].filing
    return filing.day if filing else None


def sign(state: State, command: SignOperation, facts: Facts) -> Answer:
    """Decide on a signature; the second lets everything begin, so everything is looked at again."""
    assert isinstance(facts, CandidateFacts)
    operation = operation_at(state, command.operation, OperationStage.DECIDED)
    if isinstance(operation, Refused):
        return operation
    if facts.actor not in (operation.body, operation.operator):
        owner = f"{operation.body},{operation.operator}"
        return Refused(R.NOT_YOURS, {"id": command.operation, "owner": owner, "actor": facts.actor})
    if facts.actor in operation.signed:
        return Refused(R.ALREADY_DONE, {"actor": facts.actor, "id": command.operation})
    if command.terms_digest != operation.terms_digest:
        detail: Detail = {"id": command.operation, "signed": command.terms_digest, "terms": operation.terms_digest}
        return Refused(R.TERMS_DIFFER, detail)
    signed = OperationSigned(command.operation, facts.actor)
    if not operation.signed:
        return [signed]
    return _refuse_conclusion(state, command.operation, operation, facts) or [
        signed,
        _concluded(command.operation, operation, facts),
    ]


def _refuse_conclusion(state: State, key: OperationId, operation: Operation, facts: CandidateFacts) -> Refused | None:
    """Return why an agreement may not come into force now, or None: plan, selection, operator and data as they stand."""
    plan = plan_at(state, operation.plan, PlanStage.FILED)
    selection = selection_at(state, operation.selection, SelectionStage.CONCLUDED)
    for each in (plan, selection):
        if isinstance(each, Refused):
            return each
    refused = refuse_operator(operation.operator, facts.operator_roles, is_legal=facts.is_legal) or refuse_term(
        operation.valid_from, operation.valid_to, facts
    )
    if refused is not None:
        return refused
    if facts.relation:
        path = " - ".join(facts.relation)
        return Refused(
            R.OPERATOR_RELATED, {"operator": operation.operator, "merchant": facts.relation[-1], "path": path}
        )
    return _refuse_second(state, key, operation) or refuse_data(state, state.terms[key], operation.body, facts)


def _refuse_second(state: State, key: OperationId, operation: Operation) -> Refused | None:
    """One agreement of a selection is in force at a time; supplements stand beside it."""
    if operation.link is Link.SUPPLEMENT:
        older = operation_at(state, operation.follows, OperationStage.IN_FORCE)
        return older if isinstance(older, Refused) else None
    for _, other in state.chosen.under(f"{operation.selection}/"):
        known = state.operations[other]
        in_force = known.stage is OperationStage.IN_FORCE and known.link is not Link.SUPPLEMENT
        if other != key and in_force and known.valid_to > operation.valid_from:
            return Refused(R.AGREEMENT_IN_FORCE, {"operation": other, "selection": operation.selection})
    return None


def _concluded(key: OperationId, operation: Operation, facts: Facts) -> OperationConcluded:
    first_year = day_of(max(facts.now, operation.valid_from)).year
    clocks: tuple[ClockChange, ...] = (
        Start(key, TERM, Unit.INSTANT, operation.valid_to, "S3-TERM", operation.operator),
        disclosure_clock(key, operation, Side.BODY, first_year, facts),
        disclosure_clock(key, operation, Side.OPERATOR, first_year, facts),
    )
    rules = in_force(
        facts, "S3-14", "S3-DECISION", "S3-SELECTION", "S3-05", "S3-06", "S3-TERM", "S2-SCOPE", "S4-CEILING"
    )
    return OperationConcluded(key, facts.now, first_year, rules, clocks)
