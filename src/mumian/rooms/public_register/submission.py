"""What applicants do: store evidence, apply, supplement, withdraw."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import DataKind
from mumian.kernel.time import day_of
from mumian.rooms.public_register import term
from mumian.rooms.public_register.events import EvidenceStored, Submitted, Supplemented
from mumian.rooms.public_register.guards import (
    active_entry,
    of_applicant,
    refuse_other,
    refuse_rules,
    unended_entry,
)
from mumian.rooms.public_register.limits import FIRST, started, stopped
from mumian.rooms.public_register.model import (
    Event,
    RegisterFacts,
    RequestCancellation,
    RequestChange,
    RequestCorrection,
    RequestRenewal,
    State,
    StoreEvidence,
    Submit,
    Supplement,
    WithdrawSubmission,
)
from mumian.rooms.public_register.recording import closed, with_new
from mumian.rooms.public_register.records import Entry, Submission
from mumian.rooms.public_register.refusals import PublicRegisterRefusal as R
from mumian.rooms.public_register.vocabulary import (
    ENDED,
    OVER,
    CancelGround,
    Document,
    EntryId,
    Kind,
    Limit,
    Material,
    Resource,
    Scope,
    Stage,
    SubmissionId,
)
from mumian.rulebook.rules import number_at, rule_at

OF_THE_REGISTRY = (CancelGround.SUBJECT_ENDED, CancelGround.STATUTE)
"""Grounds on which the registry itself applies: the subject is no more, or a law says so."""


def store(state: State, command: StoreEvidence, facts: RegisterFacts) -> list[Event] | Refused:
    """Open a submission with the evidence that must come before it."""
    key = command.resource
    resource = _registrable(facts, key)
    if isinstance(resource, Refused):
        return resource
    if not facts.registry_fit:
        return Refused(R.NOT_A_REGISTRY, {"registry": command.registry})
    refused = refuse_rules(facts, "S2-EVIDENCE") or _refuse_pending(state, key, Kind.FIRST)
    if refused is not None:
        return refused
    entry = state.entry_of.get(key)
    if entry is not None and (known := state.entries[entry]).state not in ENDED:
        return Refused(R.ALREADY_REGISTERED, {"resource": key, "entry": entry, "code": known.code})
    record = Submission(
        Kind.FIRST, key, facts.actor, facts.actor, command.registry, Stage.STORED, facts.now,
        evidence_digest=command.evidence_digest,
    )  # fmt: skip
    return [EvidenceStored(SubmissionId(new_id("submission", facts.seq)), record, ("S2-EVIDENCE",))]


def _registrable(facts: RegisterFacts, key: str) -> Resource | Refused:
    """Return the resource if the actor holds it and it belongs into this register."""
    resource = facts.resource
    if resource is None:
        return Refused(R.UNKNOWN, {"noun": "resource", "id": key})
    refused = refuse_other(key, resource.holder, facts)
    if refused is not None:
        return refused
    if resource.withdrawn:
        return Refused(R.WITHDRAWN, {"resource": key})
    if resource.kind is not DataKind.PUBLIC:
        return Refused(R.NOT_PUBLIC_DATA, {"resource": key, "kind": resource.kind})
    return resource if facts.subject else Refused(R.NOT_A_SUBJECT, {"actor": facts.actor})


def _refuse_pending(state: State, thing: str, kind: Kind) -> Refused | None:
    known = state.pending.get(f"{thing}/{kind}")
    return None if known is None else Refused(R.PENDING, {"submission": known, "thing": thing})


def submit(state: State, command: Submit, facts: RegisterFacts) -> list[Event] | Refused:
    """Apply for a first registration."""
    stored = of_applicant(state, command.submission, facts, Stage.STORED)
    if isinstance(stored, Refused):
        return stored
    resource = _registrable(facts, stored.resource)
    if isinstance(resource, Refused):
        return resource
    refused = (
        refuse_rules(facts, "S2-LIMITS", "S2-MATERIALS")
        or _refuse_term(command.scope, command.operation_ends, facts)
        or _refuse_repeated(command.documents, taken=(Material.EVIDENCE,))
        or _refuse_missing(command.documents, _required(facts))
    )
    if refused is not None:
        return refused
    record = replace(
        stored,
        stage=Stage.SUBMITTED,
        at=facts.now,
        documents=command.documents,
        scope=command.scope,
        operation_ends=command.operation_ends,
    )
    clocks = (
        *started(Limit.ACCEPTANCE, command.submission, stored.registry, facts),
        *stopped(FIRST, stored.resource),
    )
    return [Submitted(command.submission, record, ("S2-MATERIALS", "S2-LIMITS", "S2-SCOPE"), clocks)]


def _required(facts: Facts) -> tuple[str, ...]:
    """Return the materials of a first registration besides the evidence, which was stored before."""
    rule = rule_at("S2-MATERIALS", rulebook=facts.rulebook, now=facts.now)
    parameter = None if rule is None else rule.parameters["materials"].value
    named = parameter if isinstance(parameter, tuple) else ()
    return tuple(str(each) for each in named if each != Material.EVIDENCE)


def _refuse_term(scope: Scope | None, operation_ends: int | None, facts: Facts) -> Refused | None:
    """Return what must be known of the operation to say how long a registration holds, or None."""
    if scope is None:
        return Refused(R.NEEDS_INFO, {"question": "scope: is the data within an authorised operation?"})
    if scope is Scope.IN_OPERATION and operation_ends is None:
        return Refused(R.NEEDS_INFO, {"question": "operation_ends: when does the authorised operation end?"})
    if operation_ends is not None and operation_ends <= facts.now:
        return Refused(R.TERM_EMPTY, {"valid_to": operation_ends, "after": facts.now})
    return None


def _refuse_repeated(documents: Iterable[Document], taken: tuple[Material, ...] = ()) -> Refused | None:
    seen = set(taken)
    for document in documents:
        if document.material in seen:
            return Refused(R.MATERIAL_REPEATED, {"material": document.material})
        seen.add(document.material)
    return None


def _refuse_missing(documents: Iterable[Document], required: Iterable[str]) -> Refused | None:
    given = {document.material for document in documents}
    for material in required:
        if material not in given:
            return Refused(R.NEEDS_INFO, {"question": f"documents: where is the material {material}?"})
    return None


def request_change(state: State, command: RequestChange, facts: RegisterFacts) -> list[Event] | Refused:
    entry = active_entry(state, command.entry)
    if isinstance(entry, Refused):
        return entry
    refused = refuse_other(command.entry, entry.subject, facts) or _refuse_documents(command.entry, entry, command)
    return refused or _requested(state, command.entry, entry, Kind.CHANGE, facts, documents=command.documents)


def request_correction(state: State, command: RequestCorrection, facts: RegisterFacts) -> list[Event] | Refused:
    """By the subject, whose application is its written consent, or with one, or with evidence of a certain error."""
    entry = active_entry(state, command.entry)
    if isinstance(entry, Refused):
        return entry
    shown = command.consent_digest or command.error_digest or ""
    if facts.actor != entry.subject:
        if command.interest_digest is None:
            return Refused(R.NEEDS_INFO, {"question": "interest_digest: what interest of yours does the entry touch?"})
        if not shown:
            question = "consent_digest or error_digest: does its subject consent, or what shows the error?"
            return Refused(R.NEEDS_INFO, {"question": question})
    refused = _refuse_documents(command.entry, entry, command)
    if refused is not None:
        return refused
    return _requested(
        state, command.entry, entry, Kind.CORRECTION, facts, documents=command.documents, evidence_digest=shown
    )


def _refuse_documents(key: str, entry: Entry, command: RequestChange | RequestCorrection) -> Refused | None:
    """Return why the new documents cannot take the place of the old ones, or None."""
    refused = _refuse_repeated(command.documents)
    if refused is not None:
        return refused
    held = {*entry.documents, Document(Material.EVIDENCE, entry.evidence_digest)}
    return Refused(R.NOTHING_CHANGED, {"entry": key}) if held >= set(command.documents) else None


def request_cancellation(state: State, command: RequestCancellation, facts: RegisterFacts) -> list[Event] | Refused:
    entry = unended_entry(state, command.entry)
    if isinstance(entry, Refused):
        return entry
    is_registry = facts.actor == entry.registry and command.ground in OF_THE_REGISTRY
    refused = None if is_registry else refuse_other(command.entry, entry.subject, facts)
    if refused is not None:
        return refused
    shown = command.evidence_digest
    return _requested(
        state, command.entry, entry, Kind.CANCELLATION, facts, ground=command.ground, evidence_digest=shown
    )


def request_renewal(state: State, command: RequestRenewal, facts: RegisterFacts) -> list[Event] | Refused:
    entry = active_entry(state, command.entry)
    if isinstance(entry, Refused):
        return entry
    refused = refuse_other(command.entry, entry.subject, facts) or refuse_rules(facts, "S2-TERM")
    if refused is not None:
        return refused
    days = number_at("S2-TERM", "renewal_opens_days_before", rulebook=facts.rulebook, now=facts.now)
    opens_on = term.opens_on(entry, days=days)
    if day_of(facts.now) < opens_on:
        detail: Detail = {"entry": command.entry, "opens_on": opens_on.isoformat(), "days": days}
        return Refused(R.RENEWAL_TOO_EARLY, detail)
    refused = _refuse_term(command.scope, command.operation_ends, facts)
    ends = command.operation_ends
    if refused is None and ends is not None and ends <= entry.valid_to:
        refused = Refused(R.TERM_EMPTY, {"valid_to": ends, "after": entry.valid_to})
    if refused is not None:
        return refused
    return _requested(state, command.entry, entry, Kind.RENEWAL, facts, scope=command.scope, operation_ends=ends)


def _requested(
    state: State,
    key: EntryId,
    entry: Entry,
    kind: Kind,
    facts: RegisterFacts,
    *,
    documents: tuple[Document, ...] = (),
    evidence_digest: str = "",
    scope: Scope | None = None,
    operation_ends: int | None = None,
    ground: CancelGround | None = None,
) -> list[Event] | Refused:
    """Open a submission about an entry: one of each kind at a time."""
    rule = f"S2-{kind.upper()}"
    refused = refuse_rules(facts, "S2-LIMITS", rule) or _refuse_pending(state, key, kind)
    if refused is not None:
        return refused
    submission = SubmissionId(new_id("submission", facts.seq))
    record = Submission(
        kind, entry.resource, entry.subject, facts.actor, entry.registry, Stage.SUBMITTED, facts.now, key,
        evidence_digest, documents, scope, operation_ends, ground,
    )  # fmt: skip
    clocks = started(Limit.ACCEPTANCE, submission, entry.registry, facts)
    return [Submitted(submission, record, (rule, "S2-LIMITS"), clocks)]


def withdraw(state: State, command: WithdrawSubmission, facts: Facts) -> list[Event] | Refused:
    open_stages = tuple(stage for stage in Stage if stage not in OVER)
    record = of_applicant(state, command.submission, facts, *open_stages)
    if isinstance(record, Refused):
        return record
    return closed(state, command.submission, Stage.WITHDRAWN, because=facts.actor)


def supplement(state: State, command: Supplement, facts: RegisterFacts) -> list[Event] | Refused:
    """Put what was asked for in place of what there was; the 3 work days of acceptance begin anew."""
    record = of_applicant(state, command.submission, facts, Stage.RETURNED)
    if isinstance(record, Refused):
        return record
    refused = refuse_rules(facts, "S2-LIMITS", "S2-SUPPLEMENT") or _refuse_repeated(command.documents)
    for document in command.documents:
        if refused is None and document.material not in record.asked:
            detail: Detail = {"material": document.material, "asked": ", ".join(record.asked)}
            refused = Refused(R.NOT_ASKED_FOR, detail)
    refused = refused or _refuse_missing(command.documents, record.asked)
    if refused is not None:
        return refused
    clocks = (
        Stop(command.submission),
        *started(Limit.ACCEPTANCE, command.submission, record.registry, facts),
    )
    merged = with_new(record.documents, command.documents)
    return [Supplemented(command.submission, merged, ("S2-SUPPLEMENT", "S2-LIMITS"), clocks)]
