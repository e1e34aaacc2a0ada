"""Selections: operators compete, one is chosen, and power is not abused (S3-SELECTION)."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.operation.events import OperatorSelected, SelectionEntered, SelectionOpened, SelectionVoided
from mumian.rooms.operation.guards import ask, plan_at, refuse_operator, refuse_stranger
from mumian.rooms.operation.model import (
    CandidateFacts,
    EnterSelection,
    Event,
    OpenSelection,
    SelectOperator,
    State,
    VoidSelection,
)
from mumian.rooms.operation.records import OperationStage, PlanStage, Selection, SelectionStage
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import (
    CANDIDATES_MAX,
    COMPETITIVE,
    ConditionKind,
    Method,
    SelectionId,
)
from mumian.rulebook.rules import in_force, number_at

Answer = list[Event] | Refused

LIVE = frozenset({OperationStage.IN_FORCE})


def open_selection(state: State, command: OpenSelection, facts: Facts) -> Answer:
    plan = plan_at(state, command.plan, PlanStage.FILED)
    if isinstance(plan, Refused):
        return plan
    refused = refuse_stranger(command.plan, plan.body, facts) or _refuse_call(command)
    if refused is not None:
        return refused
    record = Selection(
        command.plan,
        facts.actor,
        command.method,
        SelectionStage.OPEN,
        facts.now,
        in_force(facts, "S3-SELECTION", "S3-PROHIBITED"),
    )
    return [SelectionOpened(SelectionId(new_id("selection", facts.seq)), record)]


def _refuse_call(command: OpenSelection) -> Refused | None:
    if command.method not in COMPETITIVE:
        return Refused(R.NO_COMPETITION, {"method": command.method, "methods": ",".join(COMPETITIVE)})
    if command.restraints is None:
        return ask("restraints: does the call limit bidders by place, ownership or name?")
    if command.restraints:
        return Refused(R.POWER_ABUSED, {"restraint": command.restraints[0]})
    return None


def selection_at(state: State, key: SelectionId, stage: SelectionStage) -> Selection | Refused:
    """Return the selection if it is at `stage`."""
    selection = state.selections.get(key)
    if selection is None:
        return Refused(R.UNKNOWN, {"noun": "selection", "id": key})
    if selection.stage is not stage:
        return Refused(R.WRONG_STAGE, {"id": key, "stage": selection.stage, "needed": stage})
    return selection


def enter(state: State, command: EnterSelection, facts: Facts) -> Answer:
    """Decide on a bid."""
    assert isinstance(facts, CandidateFacts)
    selection = selection_at(state, command.selection, SelectionStage.OPEN)
    if isinstance(selection, Refused):
        return selection
    if facts.actor in selection.candidates:
        return Refused(R.ALREADY_DONE, {"actor": facts.actor, "id": command.selection})
    refused = refuse_operator(facts.actor, facts.roles, is_legal=facts.is_legal) or _refuse_unmet(
        facts.actor, command.shown
    )
    if refused is not None:
        return refused
    if len(selection.candidates) >= CANDIDATES_MAX:
        return Refused(R.TOO_MANY_CANDIDATES, {"selection": command.selection, "candidates": len(selection.candidates)})
    return [SelectionEntered(command.selection, facts.actor, command.bid_digest)]


def _refuse_unmet(party: str, kinds: tuple[ConditionKind, ...]) -> Refused | None:
    """Return the first condition of a plan that is not among `kinds`, or None: a plan has one of each kind."""
    missing = next((kind for kind in ConditionKind if kind not in kinds), None)
    return None if missing is None else Refused(R.CONDITION_UNMET, {"party": party, "kind": missing})


def select(state: State, command: SelectOperator, facts: Facts) -> Answer:
    """Decide on the choice of an operator out of those that competed."""
    assert isinstance(facts, CandidateFacts)
    selection = selection_at(state, command.selection, SelectionStage.OPEN)
    if isinstance(selection, Refused):
        return selection
    refused = (
        refuse_stranger(command.selection, selection.body, facts)
        or _refuse_competition(command, selection, facts)
        or refuse_operator(command.operator, facts.operator_roles, is_legal=facts.is_legal)
    )
    if refused is not None:
        return refused
    if command.met is None:
        return ask("met: which conditions of the plan does the chosen operator meet?")
    refused = _refuse_unmet(command.operator, command.met)
    if refused is not None:
        return refused
    if facts.relation:
        path = " - ".join(facts.relation)
        return Refused(R.OPERATOR_RELATED, {"operator": command.operator, "merchant": facts.relation[-1], "path": path})
    rules = in_force(facts, "S3-SELECTION", "S3-02", "S3-06", "S20-SEPARATION")
    return [
        OperatorSelected(command.selection, command.operator, facts.related_merchants, command.report_digest, rules)
    ]


def _refuse_competition(command: SelectOperator, selection: Selection, facts: Facts) -> Refused | None:
    name = "candidates_min" if selection.method is Method.NEGOTIATION else "tender_candidates_min"
    needed, found = number_at("S3-SELECTION", name, rulebook=facts.rulebook, now=facts.now), len(selection.candidates)
    if found < needed:
        return Refused(
            R.TOO_FEW_CANDIDATES,
            {"selection": command.selection, "candidates": found, "method": selection.method, "needed": needed},
        )
    if command.operator not in selection.candidates:
        return Refused(R.NOT_A_CANDIDATE, {"party": command.operator, "selection": command.selection})
    return None


def void(state: State, command: VoidSelection, facts: Facts) -> Answer:
    """Decide that power was abused in a selection; once an agreement is in force that is revoked instead."""
    selection = state.selections.get(command.selection)
    if selection is None:
        return Refused(R.UNKNOWN, {"noun": "selection", "id": command.selection})
    if not facts.roles & {Role.DATA_BUREAU, Role.REGULATOR}:
        return Refused(R.ONLY_AN_AUTHORITY, {"actor": facts.actor})
    if selection.stage is SelectionStage.VOID:
        return Refused(R.ALREADY_DONE, {"actor": facts.actor, "id": command.selection})
    for _, operation in state.chosen.under(f"{command.selection}/"):
        if state.operations[operation].stage in LIVE:
            return Refused(R.AGREEMENT_IN_FORCE, {"operation": operation, "selection": command.selection})
    return [SelectionVoided(command.selection, facts.actor, command.evidence_digest, in_force(facts, "S3-PROHIBITED"))]
