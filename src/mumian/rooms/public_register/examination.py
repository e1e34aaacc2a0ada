"""What the registry does with a submission: accept it or ask for more, review it, hear objections; and what time does."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.public_register.events import (
    Accepted,
    LimitPassed,
    ObjectionDecided,
    ObjectionRaised,
    PublicityEnded,
    RegistrationExpected,
    RegistrationOverdue,
    ReviewPassed,
    SupplementAsked,
)
from mumian.rooms.public_register.guards import (
    of_registry,
    refuse_market,
    refuse_other,
    refuse_rules,
    refuse_stage,
    submission_of,
)
from mumian.rooms.public_register.limits import FIRST, PUBLICITY, started
from mumian.rooms.public_register.model import (
    Accept,
    AskSupplement,
    DecideObjection,
    EndPublicity,
    EscalateExpectation,
    EscalateLimit,
    Event,
    ExpectRegistration,
    PassReview,
    RaiseObjection,
    RegisterFacts,
    Reject,
    State,
)
from mumian.rooms.public_register.recording import closed, result_of
from mumian.rooms.public_register.records import Objection, Submission
from mumian.rooms.public_register.refusals import PublicRegisterRefusal as R
from mumian.rooms.public_register.vocabulary import (
    ENDED,
    OBJECTIONS_MAX,
    Kind,
    Limit,
    Notice,
    ObjectionId,
    Stage,
    SubmissionId,
)
from mumian.rulebook.rules import rule_at

_RUNS_IN: dict[Limit, Stage] = {
    Limit.ACCEPTANCE: Stage.SUBMITTED,
    Limit.SUPPLEMENT: Stage.RETURNED,
    Limit.REVIEW: Stage.FORMAL_REVIEW,
    Limit.CANCELLATION: Stage.FORMAL_REVIEW,
    Limit.RECORDING: Stage.CLEARED,
}
"""Limit of a submission → the stage that it runs in: passed in another, it says nothing."""


def ask_supplement(state: State, command: AskSupplement, facts: RegisterFacts) -> list[Event] | Refused:
    found = of_registry(state, command.submission, facts, Stage.SUBMITTED)
    if isinstance(found, Refused):
        return found
    refused = refuse_rules(facts, "S2-SUPPLEMENT")
    if refused is not None:
        return refused
    if not command.materials:
        return Refused(R.NOTHING_ASKED)
    for material in command.materials:
        if command.materials.count(material) > 1:
            return Refused(R.MATERIAL_REPEATED, {"material": material})
    if found.asked:
        return Refused(R.SUPPLEMENT_ASKED, {"submission": command.submission})
    clocks = (
        Stop(command.submission),
        *started(Limit.SUPPLEMENT, command.submission, found.applicant, facts),
    )
    return [SupplementAsked(command.submission, command.materials, ("S2-SUPPLEMENT",), clocks)]


def accept(state: State, command: Accept, facts: RegisterFacts) -> list[Event] | Refused:
    """The formal review begins, of 20 work days; of a cancellation, the 10 in which it is made."""
    found = of_registry(state, command.submission, facts, Stage.SUBMITTED)
    if isinstance(found, Refused):
        return found
    refused = refuse_rules(facts, "S2-LIMITS")
    if refused is not None:
        return refused
    limit = Limit.CANCELLATION if found.kind is Kind.CANCELLATION else Limit.REVIEW
    clocks = (Stop(command.submission), *started(limit, command.submission, found.registry, facts))
    return [Accepted(command.submission, ("S2-LIMITS",), clocks)]


def reject(state: State, command: Reject, facts: RegisterFacts) -> list[Event] | Refused:
    """Before acceptance or in review; afterwards only what cannot be recorded or supplemented any more."""
    found = submission_of(state, command.submission)
    late = () if isinstance(found, Refused) else _late_stages(found, facts)
    stages = (Stage.SUBMITTED, Stage.FORMAL_REVIEW, *late)
    found = of_registry(state, command.submission, facts, *stages)
    if isinstance(found, Refused):
        return found
    rules = ("S2-SUPPLEMENT",) if found.stage is Stage.RETURNED else ("S2-LIMITS",)
    reason, finding = command.reason, command.finding_digest
    return closed(state, command.submission, Stage.REJECTED, because=reason, finding_digest=finding, rules=rules)


def _late_stages(found: Submission, facts: RegisterFacts) -> tuple[Stage, ...]:
    """Return further stages in which a submission may be rejected.

    While a supplement is awaited, once its limit has passed; once it was cleared, if no term is left or the data is gone.
    """
    is_waited_for = Limit.SUPPLEMENT in found.missed
    is_term_over = found.operation_ends is not None and found.operation_ends <= facts.now
    is_gone = facts.resource is None or facts.resource.withdrawn
    return (
        *((Stage.RETURNED,) if is_waited_for else ()),
        *((Stage.CLEARED,) if is_term_over or is_gone else ()),
    )


def pass_review(state: State, command: PassReview, facts: RegisterFacts) -> list[Event] | Refused:
    """Make the submission public, or give it its effect where its kind is not made public."""
    key = command.submission
    found = of_registry(state, key, facts, Stage.FORMAL_REVIEW)
    if isinstance(found, Refused):
        return found
    refused = refuse_rules(facts, "S2-LIMITS", "S2-PUBLICITY")
    if refused is not None:
        return refused
    rules = ("S2-LIMITS", "S2-PUBLICITY")
    if found.kind not in _public_kinds(facts):
        effect = result_of(state, key, found, facts)
        if isinstance(effect, Refused):
            return effect
        return [ReviewPassed(key, command.finding_digest, None, rules, (Stop(key),)), *effect]
    seen = facts.resource
    if seen is None or seen.withdrawn:
        return Refused(R.WITHDRAWN, {"resource": found.resource})
    notice = Notice(found.subject, found.kind, seen.title, seen.summary)
    clocks = (Stop(key), *started(PUBLICITY, key, found.registry, facts))
    return [ReviewPassed(key, command.finding_digest, notice, rules, clocks)]


def _public_kinds(facts: Facts) -> tuple[object, ...]:
    rule = rule_at("S2-PUBLICITY", rulebook=facts.rulebook, now=facts.now)
    kinds = None if rule is None else rule.parameters["kinds"].value
    return kinds if isinstance(kinds, tuple) else ()


def end_publicity(state: State, command: EndPublicity, facts: Facts) -> list[Event] | Refused:
    """Open objections keep it from being recorded until they are decided."""
    refused = refuse_market(facts)
    if refused is not None:
        return refused
    found = state.submissions.get(command.submission)
    if found is None or found.stage not in (Stage.PUBLICITY, Stage.OBJECTED) or found.publicity_over:
        return []
    is_clear = found.stage is Stage.PUBLICITY
    clocks = started(Limit.RECORDING, command.submission, found.registry, facts) if is_clear else ()
    return [PublicityEnded(command.submission, ("S2-LIMITS",), clocks)]


def raise_objection(state: State, command: RaiseObjection, facts: Facts) -> list[Event] | Refused:
    key = command.submission
    found = submission_of(state, key)
    if isinstance(found, Refused):
        return found
    if found.publicity_over or found.stage in (Stage.CLEARED, Stage.RECORDED):
        return Refused(R.PUBLICITY_OVER, {"submission": key})
    refused = (
        refuse_stage(key, found, Stage.PUBLICITY, Stage.OBJECTED)
        or refuse_rules(facts, "S2-OBJECTION")
        or _refuse_objection(command)
        or _refuse_again(state, key, found, facts)
    )
    if refused is not None or command.evidence_digest is None:
        return refused or []
    objection = ObjectionId(f"{key}.{found.objections + 1}")
    record = Objection(key, facts.actor, command.evidence_digest, facts.now)
    clocks = started(Limit.OBJECTION, objection, found.registry, facts)
    return [ObjectionRaised(objection, record, ("S2-OBJECTION",), clocks)]


def _refuse_objection(command: RaiseObjection) -> Refused | None:
    """Return why the objection is not heard, or None: it needs a real name and evidence (实名、证据)."""
    if command.real_name is None:
        return Refused(R.NEEDS_INFO, {"question": "real_name: do you object under your real name?"})
    if not command.real_name:
        return Refused(R.REAL_NAME_NEEDED)
    if command.evidence_digest is None:
        return Refused(R.NEEDS_INFO, {"question": "evidence_digest: what shows what you object to?"})
    return None


def _refuse_again(state: State, key: SubmissionId, found: Submission, facts: Facts) -> Refused | None:
    for nth in range(1, found.objections + 1):
        known = state.objections[f"{key}.{nth}"]
        if known.objector == facts.actor and known.is_upheld is None:
            return Refused(R.ALREADY_OBJECTED, {"objection": f"{key}.{nth}"})
    if found.objections < OBJECTIONS_MAX:
        return None
    detail: Detail = {"submission": key, "objections": found.objections, "objections_max": OBJECTIONS_MAX}
    return Refused(R.TOO_MANY_OBJECTIONS, detail)


def decide_objection(state: State, command: DecideObjection, facts: RegisterFacts) -> list[Event] | Refused:
    """Upheld, it ends the registration; dismissed, the publicity goes on, or what waited for it is cleared."""
    objection = state.objections.get(command.objection)
    if objection is None:
        return Refused(R.UNKNOWN, {"noun": "objection", "id": command.objection})
    key = objection.submission
    refused = refuse_other(key, state.submissions[key].registry, facts)
    if refused is None and objection.is_upheld is not None:
        refused = Refused(R.OBJECTION_DECIDED, {"objection": command.objection})
    if refused is not None:
        return refused
    found = of_registry(state, key, facts, Stage.OBJECTED)
    if isinstance(found, Refused):
        return found
    stage = _stage_after(found, is_upheld=command.is_upheld)
    clocks = (
        Stop(command.objection),
        *(started(Limit.RECORDING, key, found.registry, facts) if stage is Stage.CLEARED else ()),
    )
    rules, finding = ("S2-OBJECTION",), command.finding_digest
    decided = ObjectionDecided(command.objection, command.is_upheld, finding, stage, rules, clocks)
    if not command.is_upheld:
        return [decided]
    because = command.objection
    return [decided, *closed(state, key, Stage.TERMINATED, because=because, finding_digest=finding, rules=rules)]


def _stage_after(found: Submission, *, is_upheld: bool) -> Stage:
    if is_upheld or found.open_objections > 1:
        return Stage.OBJECTED
    return Stage.CLEARED if found.publicity_over else Stage.PUBLICITY


def escalate(state: State, command: EscalateLimit, facts: Facts) -> list[Event] | Refused:
    """The sources give silence no meaning, so nothing is decided: the data bureau sees who let the limit pass."""
    refused = refuse_market(facts)
    if refused is not None:
        return refused
    limit, thing = command.limit, command.thing
    if limit is Limit.OBJECTION:
        objection = state.objections.get(thing)
        if objection is None or objection.is_upheld is not None:
            return []
        return [LimitPassed(thing, limit, state.submissions[objection.submission].registry, ("MM-REGISTER",))]
    found = state.submissions.get(thing)
    if found is None or found.stage is not _RUNS_IN[limit]:
        return []
    owner = found.applicant if limit is Limit.SUPPLEMENT else found.registry
    rule = "MM-REGISTER" if limit in (Limit.SUPPLEMENT, Limit.RECORDING) else "S2-LIMITS"
    return [LimitPassed(thing, limit, owner, (rule,))]


def expect(state: State, command: ExpectRegistration, facts: Facts) -> list[Event] | Refused:
    """Nothing to expect of what is registered, applied for, or expected already."""
    refused = refuse_market(facts)
    if refused is not None:
        return refused
    key = command.resource
    entry = state.entry_of.get(key)
    pending = state.pending.get(f"{key}/{Kind.FIRST}")
    is_registered = entry is not None and state.entries[entry].state not in ENDED
    is_submitted = pending is not None and state.submissions[pending].stage is not Stage.STORED
    clocks = started(FIRST, key, command.body, facts)
    if is_registered or is_submitted or key in state.expected or not clocks:
        return []
    return [RegistrationExpected(key, command.body, facts.now, ("S2-LIMITS",), clocks)]


def escalate_expectation(state: State, command: EscalateExpectation, facts: Facts) -> list[Event] | Refused:
    refused = refuse_market(facts)
    if refused is not None:
        return refused
    expected = state.expected.get(command.resource)
    if expected is None or expected.is_overdue:
        return []
    return [RegistrationOverdue(command.resource, expected.body, ("S2-LIMITS",))]
