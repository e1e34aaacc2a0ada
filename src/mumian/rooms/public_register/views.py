"""What can be seen of the public register."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant, day_of
from mumian.rooms.public_register import term
from mumian.rooms.public_register.eligibility import duty_of
from mumian.rooms.public_register.model import State
from mumian.rooms.public_register.records import Entry, Expectation, Submission
from mumian.rooms.public_register.refusals import PublicRegisterRefusal as R
from mumian.rooms.public_register.vocabulary import (
    Duty,
    EntryId,
    EntryState,
    Scope,
    Stage,
    SubjectKind,
    SubmissionId,
)
from mumian.rulebook.rules import rule_at


class Pending(msgspec.Struct, frozen=True):
    """A submission that is not over, and who must act next; empty while it is only made public."""

    submission: SubmissionId
    record: Submission
    next_to_act: PartyId


class Window(msgspec.Struct, frozen=True):
    """The days on which an entry may be renewed, both included."""

    opens_on: date
    closes_on: date


def must_register(subject: SubjectKind | None, scope: Scope | None) -> Duty | Refused:
    """Return whether such data must be registered, or which fact must be known to say so.

    subject: as what its holder would register, None for who registers nothing here.
    """
    if scope is None:
        return Refused(R.NEEDS_INFO, {"question": "scope: is the data within an authorised operation?"})
    return duty_of(subject, scope)


def submission(state: State, key: str) -> Submission | None:
    return state.submissions.get(key)


def entry(state: State, key: str) -> Entry | None:
    return state.entries.get(key)


def entry_by_code(state: State, code: str) -> Entry | None:
    """Return what a query code leads to, whatever became of it."""
    found = state.by_code.get(code)
    return None if found is None else state.entries.get(found)


def registered(state: State, resource: ResourceId, now: Instant) -> EntryId | None:
    """Return the entry of a resource that is in force at `now`, or None."""
    key = state.entry_of.get(resource)
    if key is None:
        return None
    found = state.entries[key]
    return key if found.state is EntryState.ACTIVE and found.valid_from <= now < found.valid_to else None


def pending(state: State) -> Iterator[Pending]:
    """Yield every submission that is not over, by what it is about."""
    for _, key in state.pending.under():
        record = state.submissions[key]
        yield Pending(key, record, next_to_act(record))


def next_to_act(record: Submission) -> PartyId:
    """Return who must do something for an open submission to go on; empty while it is only made public."""
    if record.stage in (Stage.STORED, Stage.RETURNED):
        return record.applicant
    return PartyId("") if record.stage is Stage.PUBLICITY else record.registry


def desk(state: State, party: PartyId) -> Iterator[Pending]:
    """Yield the submissions that wait for a party: an applicant or a registry."""
    for each in pending(state):
        if each.next_to_act == party:
            yield each


def escalated(state: State) -> Iterator[Pending]:
    """Yield the open submissions of which a limit passed: they lie before the data bureau."""
    for each in pending(state):
        if each.record.missed or _has_missed_objection(state, each):
            yield each


def _has_missed_objection(state: State, each: Pending) -> bool:
    numbers = range(1, each.record.objections + 1)
    found = (state.objections[f"{each.submission}.{nth}"] for nth in numbers)
    return any(objection.is_missed and objection.is_upheld is None for objection in found)


def expected(state: State) -> Iterator[tuple[ResourceId, Expectation]]:
    """Yield the first registrations that are due, overdue ones too."""
    for key, record in state.expected.under():
        yield ResourceId(key), record


def renewal_window(state: State, key: str, *, rulebook: str, now: Instant) -> Window | None:
    """Return when an active entry may be renewed, or None. rulebook: as in `Facts`, empty for the newest."""
    found = state.entries.get(key)
    rule = rule_at("S2-TERM", rulebook=rulebook, now=now)
    if found is None or found.state is not EntryState.ACTIVE or rule is None:
        return None
    days = rule.parameters["renewal_opens_days_before"].value
    if not isinstance(days, int):
        return None
    return Window(term.opens_on(found, days=days), term.last_day(found.valid_to))


def sheet(state: State, code: str) -> dict[str, str | int] | None:
    """Return what anyone who has a query code sees, or None for a code that was not given."""
    found = entry_by_code(state, code)
    if found is None:
        return None
    return {
        "code": found.code,
        "resource": found.resource,
        "subject": found.subject,
        "registry": found.registry,
        "state": found.state,
        "valid_from": day_of(found.valid_from).isoformat(),
        "valid_to": term.last_day(found.valid_to).isoformat(),
        "renewals": found.renewals,
        "evidence_digest": found.evidence_digest,
    }
