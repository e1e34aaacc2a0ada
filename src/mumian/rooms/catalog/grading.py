"""How data is graded: what is proposed, what is signed, and what makes a grading due again."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import ResourceId, new_id
from mumian.kernel.levels import Level
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import DataKind, Role
from mumian.rooms.catalog.description import Description
from mumian.rooms.catalog.factors import Factors, contradicts, unknown
from mumian.rooms.catalog.holding import held, present
from mumian.rooms.catalog.levels import Affected, Degree, Impact, level_by_matrix, rank
from mumian.rooms.catalog.model import (
    ClassifyResource,
    DeemRegradeOverdue,
    Event,
    GradingFacts,
    GradingProposed,
    Proposal,
    ProposeGrading,
    RegradeDue,
    RegradeOverdue,
    ReportTrigger,
    Resource,
    ResourceClassified,
    State,
    nth_key,
)
from mumian.rooms.catalog.refusals import CatalogRefusal as R
from mumian.rooms.catalog.vocabulary import ProposalId, RegradeReason
from mumian.rulebook.rules import Rule, in_force, number_at, rule_at

REGRADE = "catalog.regrade"
"""Kind of the limit within which a grading that is due is owed."""

REPORTERS = frozenset({Role.EXCHANGE, Role.DATA_BUREAU, Role.REGULATOR})

RISES_TO = (Affected.NATIONAL_SECURITY, Affected.ECONOMY, Affected.SOCIAL_ORDER, Affected.PUBLIC_INTEREST)
"""Whom harm to many persons or organisations may come to touch (S18-ESCALATION)."""

RESTRICTED = (Level.CORE, Level.IMPORTANT)


def propose(state: State, command: ProposeGrading, facts: Facts) -> list[Event] | Refused:
    record = held(state, command.resource, facts)
    if isinstance(record, Refused):
        return record
    refused = _refuse_impacts(command.impacts)
    if refused is not None:
        return refused
    return [
        GradingProposed(
            ProposalId(new_id("proposal", facts.seq)),
            command.resource,
            command.impacts,
            command.factors,
            level_by_matrix(command.impacts),
            unknown(command.factors),
            command.profile_digest,
            at=facts.now,
            rules=("S18-MATRIX", *in_force(facts, "S18-FACTORS")),
        )
    ]


def classify(state: State, command: ClassifyResource, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, GradingFacts)
    record = held(state, command.resource, facts)
    if isinstance(record, Refused):
        return record
    if facts.officer_signs is False:
        return Refused(R.OFFICER_NOT_IN_OFFICE, {"signed_by": command.signed_by, "holder": record.holder})
    proposal = _proposal(state, command)
    if isinstance(proposal, Refused):
        return proposal
    factors = command.factors if command.factors is not None or proposal is None else proposal.factors
    level = level_by_matrix(command.impacts)
    refused = (
        _refuse_impacts(command.impacts)
        or _refuse_persons(command, state.descriptions[command.resource], factors)
        or _refuse_unknown(command, factors, facts)
        or _refuse_departure(command, proposal, factors, level)
        or _refuse_fall(state, command, record, level, facts)
    )
    return refused or [_classified(state, command, factors, level, facts)]


def _classified(
    state: State, command: ClassifyResource, factors: Factors | None, level: Level, facts: Facts
) -> ResourceClassified:
    is_due = command.resource in state.due
    return ResourceClassified(
        command.resource,
        state.resources[command.resource].gradings + 1,
        command.impacts,
        level,
        command.persons,
        command.signed_by,
        command.reason,
        at=facts.now,
        factors=factors,
        proposal=command.proposal,
        departure=command.departure,
        rules=_applied(command, level, facts, is_due=is_due),
        clocks=(Stop(command.resource, REGRADE),) if is_due else (),
    )


def _applied(command: ClassifyResource, level: Level, facts: Facts, *, is_due: bool) -> tuple[str, ...]:
    """Return the ids of the rules that a grading was decided by, the matrix first."""
    found = ["S18-MATRIX"] if level in RESTRICTED else ["S18-MATRIX", "S18-H"]
    found += in_force(facts, "S18-FACTORS", "S18-ESCALATION") if command.factors or command.persons else ()
    found += in_force(facts, "S18-REGRADE") if is_due else ()
    if command.reason is RegradeReason.DESENSITISED and level not in RESTRICTED:
        found += in_force(facts, "S5-1")
    return tuple(found)


def _proposal(state: State, command: ClassifyResource) -> Proposal | Refused | None:
    """Return the domain's open proposal, None if there is none; a grading that names another is refused."""
    open_one = state.proposed.get(command.resource)
    if command.proposal and command.proposal != open_one:
        detail: Detail = {"proposal": command.proposal, "resource": command.resource}
        return Refused(R.PROPOSAL_NOT_OPEN, {**detail, "open": open_one or "-"})
    return None if open_one is None else state.proposals[open_one]


def _refuse_impacts(impacts: tuple[Impact, ...]) -> Refused | None:
    """Return why the assessment may not stand, or None."""
    if not impacts:
        return Refused(R.IMPACTS_EMPTY)
    assessed: set[Affected] = set()
    for impact in impacts:
        if impact.object in assessed:
            return Refused(R.IMPACT_REPEATED, {"object": impact.object.value})
        assessed.add(impact.object)
    return None


def _refuse_persons(command: ClassifyResource, description: Description, factors: Factors | None) -> Refused | None:
    """Return where description, grading and factors disagree on whether persons are in the data, or None."""
    if description.data_kind is DataKind.PERSONAL and not command.persons:
        return Refused(R.PERSONS_DENIED, {"resource": command.resource})
    if command.persons and Affected.PERSON not in {impact.object for impact in command.impacts}:
        return Refused(R.PERSONS_NOT_ASSESSED, {"resource": command.resource})
    counted = factors.persons if factors is not None else None
    if counted is not None and bool(counted) is not command.persons:
        return Refused(R.PERSONS_MISCOUNTED, {"resource": command.resource, "persons": counted})
    return None


def _refuse_unknown(command: ClassifyResource, factors: Factors | None, facts: Facts) -> Refused | None:
    """Return what a grading would have to know and is not told, or None. Nothing is presumed."""
    asked = unknown(factors or Factors()) if command.persons or factors is not None else ()
    if asked and in_force(facts, "S18-FACTORS"):
        return _ask(command, "S18-FACTORS", [f"factors.{name}" for name in asked])
    assessed = {impact.object for impact in command.impacts}
    open_ones = [f"impacts.{affected.value}" for affected in RISES_TO if affected not in assessed]
    if open_ones and factors is not None and in_force(facts, "S18-ESCALATION") and _is_large(factors, facts):
        return _ask(command, "S18-ESCALATION", open_ones)
    return None


def _is_large(factors: Factors, facts: Facts) -> bool:
    """Tell whether the data is about so many persons or organisations that harm to them may be harm to all."""
    persons, organisations = (
        number_at("S18-ESCALATION", f"large_scale_{whom}", rulebook=facts.rulebook, now=facts.now)
        for whom in ("persons", "organisations")
    )
    return (factors.persons or 0) >= persons or (factors.organisations or 0) >= organisations


def _ask(command: ClassifyResource, rule: str, open_ones: list[str]) -> Refused:
    """Ask for all that is open at once, by the names of the command's own fields."""
    return Refused(R.NEEDS_INFO, {"resource": command.resource, "rule": rule, "question": ", ".join(open_ones)})


def _refuse_departure(
    command: ClassifyResource, proposal: Proposal | None, factors: Factors | None, level: Level
) -> Refused | None:
    """Return why what the domain proposed may not be passed over, or None."""
    if proposal is None or command.departure is not None:
        return None
    is_signed = command.proposal != "" and _harms(command.impacts) == _harms(proposal.impacts)
    if is_signed and (factors is None or not contradicts(factors, proposal.factors)):
        return None
    detail: Detail = {"resource": command.resource, "proposed": proposal.level.value}
    return Refused(R.DEPARTURE_UNEXPLAINED, {**detail, "level": level.value})


def _harms(impacts: tuple[Impact, ...]) -> frozenset[Impact]:
    """Return the impacts that are harm at all: what is not named was assessed as none."""
    return frozenset(impact for impact in impacts if impact.degree is not Degree.NONE)


def _refuse_fall(
    state: State, command: ClassifyResource, record: Resource, level: Level, facts: Facts
) -> Refused | None:
    """Return why a level may not fall, or None."""
    old = record.level
    if old is None or rank(level) >= rank(old):
        return None
    detail: Detail = {"resource": command.resource, "level": old.value}
    if command.reason is None:
        return Refused(R.LEVEL_LOWERED, {**detail, "new_level": level.value})
    is_desensitised = command.reason is RegradeReason.DESENSITISED and old in RESTRICTED and in_force(facts, "S5-1")
    last = state.gradings[nth_key(command.resource, record.gradings)]
    if is_desensitised and record.versions == last.version:
        return Refused(R.DESENSITISED_UNPUBLISHED, {**detail, "version": record.versions})
    return None


def report(state: State, command: ReportTrigger, facts: Facts) -> list[Event] | Refused:
    record = present(state, command.resource)
    if isinstance(record, Refused):
        return record
    if facts.actor != record.holder and REPORTERS.isdisjoint(facts.roles):
        return Refused(R.NOT_A_REPORTER, {"actor": facts.actor, "resource": command.resource})
    if record.level is None:
        return Refused(R.NEVER_GRADED, {"resource": command.resource})
    due = state.due.get(command.resource)
    if due is not None and command.trigger in due.triggers:
        return Refused(R.TRIGGER_KNOWN, {"resource": command.resource, "trigger": command.trigger.value})
    found = due_again(state, command.resource, command.trigger, facts, evidence_digest=command.evidence_digest)
    return found or Refused(R.RULE_NOT_IN_FORCE, {"rule": "MM-REGRADE"})


def due_again(
    state: State, resource: ResourceId, trigger: RegradeReason, facts: Facts, *, evidence_digest: str = ""
) -> list[Event]:
    """Return the event that a grading is due, its limit started once; nothing where this market sets no limit."""
    rule = rule_at("MM-REGRADE", rulebook=facts.rulebook, now=facts.now)
    due = state.due.get(resource)
    if rule is None or (due is not None and trigger in due.triggers):
        return []
    record = state.resources.get(resource)
    owner = facts.actor if record is None else record.holder
    days = number_at(rule.id, "regrade_work_days", rulebook=facts.rulebook, now=facts.now)
    start: tuple[ClockChange, ...] = (Start(resource, REGRADE, Unit.WORK_DAYS, days, rule.id, owner),)
    suspends = _suspends(rule, "when_overdue" if due is not None and due.is_overdue else "while_due")
    rules = (*in_force(facts, "S18-REGRADE"), rule.id)
    return [RegradeDue(resource, trigger, evidence_digest, suspends, facts.now, rules, () if due else start)]


def grown(state: State, resource: ResourceId, rows: int, facts: Facts) -> list[Event]:
    """Return that the grading is due again where a new version has grown beyond what was graded."""
    rule = rule_at("MM-REGRADE", rulebook=facts.rulebook, now=facts.now)
    graded_rows = state.resources[resource].graded_rows
    if rule is None or not graded_rows:
        return []
    growth_permille = number_at(rule.id, "growth_permille", rulebook=facts.rulebook, now=facts.now)
    if rows * 1_000 < graded_rows * growth_permille:
        return []
    return due_again(state, resource, RegradeReason.SCALE, facts)


def deem_overdue(state: State, command: DeemRegradeOverdue, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    due = state.due.get(command.resource)
    rule = rule_at("MM-REGRADE", rulebook=facts.rulebook, now=facts.now)
    if due is None or due.is_overdue or rule is None:
        return []
    return [RegradeOverdue(command.resource, _suspends(rule, "when_overdue"), facts.now, (rule.id,))]


def _suspends(rule: Rule, setting: str) -> bool:
    return rule.parameters[setting].value == "suspend"
