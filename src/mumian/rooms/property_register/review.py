"""The review: 10 work days from acceptance, once extended by 10 at most; evidence, publicity and objections stop the clock."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.limits import Resume, Start, Stop, Suspend, Unit
from mumian.kernel.outcome import Refused
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register import limits
from mumian.rooms.property_register.attestation import attest
from mumian.rooms.property_register.cases import for_decision, of_applicant, of_market, of_registry, rejected
from mumian.rooms.property_register.examination import Case, examine
from mumian.rooms.property_register.forms import Form, ImportForm, NewForm, waives
from mumian.rooms.property_register.limits import EVIDENCE, PUBLICITY, REVIEW
from mumian.rooms.property_register.model import (
    CaseFacts,
    CloseEvidence,
    ConcludeReview,
    Event,
    ExtendReview,
    PassReviewLimit,
    ProvideEvidence,
    RequestEvidence,
    State,
)
from mumian.rooms.property_register.records import Application, Review
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.vocabulary import (
    EVIDENCE_ROUNDS_MAX,
    ApplicationId,
    Outcome,
    Phase,
    Stage,
    Statement,
)
from mumian.rulebook.rules import rule_at


def request_evidence(state: State, command: RequestEvidence, facts: Facts) -> list[Event] | Refused:
    key = command.application
    record = of_registry(state, key, facts, Stage.REVIEWING)
    if isinstance(record, Refused):
        return record
    if record.requests >= EVIDENCE_ROUNDS_MAX:
        return Refused(R.ROUNDS_USED_UP, {"application": key, "rounds": record.requests})
    if not command.parts:
        return Refused(R.EMPTY, {"part": "parts"})
    clocks = (Suspend(key, REVIEW), limits.start(EVIDENCE, key, record.applicant, facts))
    return [said.EvidenceRequested(key, command.parts, ("S1-EVIDENCE", "S1-LIMITS"), clocks)]


def provide_evidence(state: State, command: ProvideEvidence, facts: Facts) -> list[Event] | Refused:
    record = of_applicant(state, command.application, facts, Stage.EVIDENCE)
    if isinstance(record, Refused):
        return record
    if not command.digests:
        return Refused(R.EMPTY, {"part": "digests"})
    return [_evidence_closed(command.application, command.digests)]


def close_evidence(state: State, command: CloseEvidence, facts: Facts) -> list[Event] | Refused:
    record = of_market(state, command.application, facts, Stage.EVIDENCE)
    if not isinstance(record, Application):
        return record or []
    return [_evidence_closed(command.application, ())]


def _evidence_closed(key: ApplicationId, digests: tuple[str, ...]) -> said.EvidenceClosed:
    return said.EvidenceClosed(key, digests, (Stop(key, EVIDENCE), Resume(key, REVIEW)))


def extend(state: State, command: ExtendReview, facts: Facts) -> list[Event] | Refused:
    key, work_days = command.application, command.work_days
    record = of_registry(state, key, facts, Stage.REVIEWING, Stage.EVIDENCE)
    if isinstance(record, Refused):
        return record
    if record.extension_work_days:
        return Refused(R.EXTENDED_ONCE, {"application": key, "work_days": record.extension_work_days})
    limit = limits.number("S1-LIMITS", "extension_work_days_max", facts)
    if not 1 <= work_days <= limit:
        return Refused(R.EXTENSION_OUTSIDE, {"work_days": work_days, "limit": limit})
    if record.phase is not Phase.FIRST:
        return Refused(R.REVIEW_OVERDUE, {"application": key})
    return [said.ReviewExtended(key, work_days, ("S1-LIMITS",))]


def pass_limit(state: State, command: PassReviewLimit, facts: Facts) -> list[Event] | Refused:
    """The limit is over: the extension begins on the day after it, or the matter goes to the regulator."""
    key = command.application
    record = of_market(state, key, facts, Stage.REVIEWING)
    if not isinstance(record, Application):
        return record or []
    if record.phase is Phase.FIRST and record.extension_work_days:
        last_day = command.due_at - 1
        count, owner = record.extension_work_days, record.registry
        extension = Start(key, REVIEW, Unit.WORK_DAYS, count, "S1-LIMITS", owner, last_day)
        return [said.ExtensionBegun(key, (extension,))]
    anew = limits.start_anew(REVIEW, key, record.registry, facts)
    return [said.ReviewEscalated(key, ("S1-LIMITS", "S1-SILENCE"), (anew,))]


def conclude(state: State, command: ConcludeReview, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, CaseFacts)
    key, findings = command.application, command.findings
    record = for_decision(state, key, facts, Stage.REVIEWING)
    if isinstance(record, Refused):
        return record
    form = state.forms[key]
    if Outcome.ADOPTED in findings.outcomes and not isinstance(form, ImportForm):
        return Refused(R.NOTHING_TO_ADOPT, {"application": key, "kind": record.kind})
    if command.grounds:
        return rejected(state, key, command.grounds, ("S1-22", "S1-19"), facts)
    if Outcome.FAILS in findings.outcomes:
        return Refused(R.GROUNDS_MISSING, {"application": key})
    if command.waive and not waives(form):
        return Refused(R.WAIVER_NOT_ASKED, {"application": key})
    found = _found(form, command)
    refused = examine(state, Case(record.registry, form, found, record.submitted_at), facts)
    if refused is not None:
        return refused
    return _passed(state, key, record, Review(findings, found, command.waive, facts.actor, facts.now), facts)


def _found(form: Form, command: ConcludeReview) -> tuple[Statement, ...]:
    """Return the facts to decide by: as examined; what was examined identically before is not examined again (S1-41)."""
    if not isinstance(form, NewForm):
        return ()
    findings = command.findings
    if Outcome.ADOPTED not in (findings.source, findings.right):
        return command.found
    examined = {(each.condition, each.claim) for each in command.found}
    return (*command.found, *(each for each in form.statements if (each.condition, each.claim) not in examined))


def _passed(
    state: State, key: ApplicationId, record: Application, review: Review, facts: CaseFacts
) -> list[Event] | Refused:
    """Make the application public, or attest it at once."""
    rule = rule_at("S1-PUBLICITY", rulebook=facts.rulebook, now=facts.now)
    kinds = rule.parameters["kinds"].value if rule is not None else ()
    publicity = not review.waived and isinstance(kinds, tuple) and record.kind.value in kinds
    rules = ("S1-19", "S1-21") if record.kind.value in ("initial", "import") else ("S1-19", "S1-KINDS")
    if publicity:
        clocks = (Suspend(key, REVIEW), limits.start(PUBLICITY, key, record.registry, facts))
        return [said.ReviewPassed(key, review, True, (*rules, "S1-PUBLICITY"), clocks)]
    passed = said.ReviewPassed(key, review, False, rules)
    return [passed, *attest(state, key, record, review, facts)]
