"""What a submission comes to: a code, a change, a further term, an end; and how entries end without one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import ClockChange, Stop
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import day_of
from mumian.rooms.public_register import numbers, term
from mumian.rooms.public_register.events import (
    Coded,
    EntryCancelled,
    EntryChanged,
    EntryExpired,
    EntryRenewed,
    EntryRevoked,
    SubmissionClosed,
)
from mumian.rooms.public_register.guards import (
    active_entry,
    of_registry,
    refuse_market,
    refuse_rules,
    unended_entry,
)
from mumian.rooms.public_register.limits import expiry
from mumian.rooms.public_register.model import Event, ExpireEntry, RecordResult, RegisterFacts, RevokeEntry, State
from mumian.rooms.public_register.records import Entry, Submission
from mumian.rooms.public_register.refusals import PublicRegisterRefusal as R
from mumian.rooms.public_register.vocabulary import (
    CancelCause,
    Document,
    EntryId,
    EntryState,
    Kind,
    Material,
    Scope,
    Stage,
    SubmissionId,
)
from mumian.rulebook.rules import number_at, rule_at

NOBODY_ASKED = SubmissionId("")
"""Instead of a submission: an entry that ends because nobody renewed it."""


def record(state: State, command: RecordResult, facts: RegisterFacts) -> list[Event] | Refused:
    """Enter the result of a submission that passed review and publicity."""
    found = of_registry(state, command.submission, facts, Stage.CLEARED)
    return found if isinstance(found, Refused) else result_of(state, command.submission, found, facts)


def result_of(state: State, key: SubmissionId, submission: Submission, facts: RegisterFacts) -> list[Event] | Refused:
    """Return what a submission that passed everything comes to, by its kind."""
    if submission.kind is Kind.FIRST:
        return _code(state, key, submission, facts)
    find = unended_entry if submission.kind in (Kind.RENEWAL, Kind.CANCELLATION) else active_entry
    entry = find(state, submission.entry)
    if isinstance(entry, Refused):
        return entry
    match submission.kind:
        case Kind.CHANGE | Kind.CORRECTION:
            return _change(key, submission, entry)
        case Kind.RENEWAL:
            return _renew(key, submission, entry, facts)
        case Kind.CANCELLATION:
            cause = CancelCause(submission.ground or CancelCause.STATUTE)
            return cancelled(state, submission.entry, cause, submission=key)
        case _:
            assert_never(submission.kind)


def _code(state: State, key: SubmissionId, submission: Submission, facts: RegisterFacts) -> list[Event] | Refused:
    """Give the query code; the term counts from this day (自赋码之日起)."""
    if facts.resource is None or facts.resource.withdrawn:
        return Refused(R.WITHDRAWN, {"resource": submission.resource})
    refused = refuse_rules(facts, "S2-TERM", "S2-CODE")
    if refused is not None:
        return refused
    years = number_at("S2-TERM", "validity_years_max", rulebook=facts.rulebook, now=facts.now)
    valid_to = term.end_of(facts.now, years=years, operation_ends=submission.operation_ends)
    if valid_to <= facts.now:
        return Refused(R.TERM_EMPTY, {"valid_to": valid_to, "after": facts.now})
    code = _next_code(state, facts)
    if isinstance(code, Refused):
        return code
    evidence_digest, documents = _apart(submission.evidence_digest, submission.documents)
    entry = EntryId(new_id("entry", facts.seq))
    made = Entry(
        submission.resource, submission.subject, submission.registry, key, code, evidence_digest, documents,
        submission.scope or Scope.OUTSIDE, facts.now, valid_to, facts.now,
    )  # fmt: skip
    clocks = (Stop(key), expiry(entry, valid_to, submission.subject))
    return [Coded(entry, made, ("S2-TERM", "S2-CODE", "S2-SCOPE"), clocks)]


def _next_code(state: State, facts: RegisterFacts) -> str | Refused:
    rule = rule_at("S2-CODE", rulebook=facts.rulebook, now=facts.now)
    head = "" if rule is None else str(rule.parameters["code_prefix"].value)
    prefix = numbers.public_prefix(head=head, institution=facts.region, day=day_of(facts.now))
    serial = (state.serials.get(prefix) or 0) + 1
    serial_max = number_at("S2-CODE", "serial_max", rulebook=facts.rulebook, now=facts.now)
    if serial > serial_max:
        return Refused(R.SERIALS_USED_UP, {"serials": serial_max, "prefix": prefix})
    return numbers.public_code(prefix, serial)


def _apart(evidence_digest: str, documents: Iterable[Document]) -> tuple[str, tuple[Document, ...]]:
    """Return the digest of the evidence, new if one was supplemented, and the other documents."""
    new = [each.digest for each in documents if each.material is Material.EVIDENCE]
    return (new[-1] if new else evidence_digest), tuple(
        each for each in documents if each.material is not Material.EVIDENCE
    )


def with_new(old: Iterable[Document], new: Iterable[Document]) -> tuple[Document, ...]:
    """Return the old documents with the new ones in place of those of the same material, or added."""
    return tuple({each.material: each for each in (*old, *new)}.values())


def _change(key: SubmissionId, submission: Submission, entry: Entry) -> list[Event]:
    evidence_digest, documents = _apart(entry.evidence_digest, submission.documents)
    rules = (f"S2-{submission.kind.upper()}",)
    merged = with_new(entry.documents, documents)
    return [EntryChanged(submission.entry, key, submission.kind, evidence_digest, merged, rules, (Stop(key),))]


def _renew(key: SubmissionId, submission: Submission, entry: Entry, facts: Facts) -> list[Event] | Refused:
    """Begin the next term on the day after the last one ended, whenever that is decided."""
    refused = refuse_rules(facts, "S2-TERM")
    if refused is not None:
        return refused
    years = number_at("S2-TERM", "validity_years_max", rulebook=facts.rulebook, now=facts.now)
    counted_from = entry.valid_to - 1
    valid_to = term.end_of(counted_from, years=years, operation_ends=submission.operation_ends)
    after = max(entry.valid_to, facts.now)
    if valid_to <= after:
        return Refused(R.TERM_EMPTY, {"valid_to": valid_to, "after": after})
    clocks = (Stop(key), expiry(submission.entry, valid_to, entry.subject))
    scope = submission.scope or entry.scope
    return [EntryRenewed(submission.entry, key, scope, counted_from, valid_to, ("S2-RENEWAL", "S2-TERM"), clocks)]


def cancelled(
    state: State, entry: EntryId, cause: CancelCause, *, submission: SubmissionId = NOBODY_ASKED, but: str = ""
) -> list[Event]:
    """Return the end of an entry and of what else was applied for about it.

    submission: what asked for it, if anything did. but: a submission that is closed already.
    """
    rule = "S2-RENEWAL" if cause is CancelCause.NOT_RENEWED else "S2-CANCELLATION"
    clocks: tuple[ClockChange, ...] = (Stop(entry), *((Stop(submission),) if submission else ()))
    fallen = _fallen(state, entry, but=submission or but)
    return [EntryCancelled(entry, submission, cause, (rule,), clocks), *fallen]


def _fallen(state: State, entry: EntryId, *, but: str = "") -> list[Event]:
    pending = [key for _, key in state.pending.under(f"{entry}/") if key != but]
    return [_closing(state, key, Stage.TERMINATED, entry) for key in pending]


def _closing(
    state: State, key: SubmissionId, stage: Stage, because: str, finding_digest: str = "", rules: tuple[str, ...] = ()
) -> SubmissionClosed:
    """Return that a submission is over, and with it every limit about it and its objections."""
    objections = state.submissions[key].objections
    clocks = (Stop(key), *(Stop(f"{key}.{nth}") for nth in range(1, objections + 1)))
    return SubmissionClosed(key, stage, because, finding_digest, rules, clocks)


def closed(
    state: State,
    key: SubmissionId,
    stage: Stage,
    *,
    because: str,
    finding_digest: str = "",
    rules: tuple[str, ...] = (),
) -> list[Event]:
    """Return that a submission came to nothing; an entry that only waited for its renewal ends with it."""
    submission = state.submissions[key]
    events: list[Event] = [_closing(state, key, stage, because, finding_digest, rules)]
    if submission.kind is Kind.RENEWAL and state.entries[submission.entry].state is EntryState.EXPIRED:
        events += cancelled(state, submission.entry, CancelCause.NOT_RENEWED, but=key)
    return events


def expire(state: State, command: ExpireEntry, facts: Facts) -> list[Event] | Refused:
    """End a term. A renewal that was applied for in time keeps the entry from being cancelled until it is decided."""
    refused = refuse_market(facts)
    if refused is not None:
        return refused
    entry = state.entries.get(command.entry)
    if entry is None or entry.state is not EntryState.ACTIVE or facts.now < entry.valid_to:
        return []
    expired = EntryExpired(command.entry, ("S2-TERM",))
    if f"{command.entry}/{Kind.RENEWAL}" in state.pending:
        return [expired]
    return [expired, *cancelled(state, command.entry, CancelCause.NOT_RENEWED)]


def revoke(state: State, command: RevokeEntry, facts: RegisterFacts) -> list[Event] | Refused:
    entry = unended_entry(state, command.entry)
    if isinstance(entry, Refused):
        return entry
    if facts.actor != entry.registry and Role.DATA_BUREAU not in facts.roles:
        detail: Detail = {"actor": facts.actor, "entry": command.entry, "registry": entry.registry}
        return Refused(R.ONLY_REGISTRY_OR_BUREAU, detail)
    if facts.actor == entry.registry and not facts.registry_fit and Role.DATA_BUREAU not in facts.roles:
        return Refused(R.NOT_A_REGISTRY, {"registry": facts.actor})
    refused = refuse_rules(facts, "S2-20")
    if refused is not None:
        return refused
    shown = command.evidence_digest
    revoked = EntryRevoked(command.entry, command.ground, shown, facts.actor, ("S2-20",), (Stop(command.entry),))
    return [revoked, *_fallen(state, command.entry)]
