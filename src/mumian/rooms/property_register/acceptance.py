"""From submission to acceptance: 3 work days in which silence accepts, one return for supplements (S1 第17条)."""

from __future__ import annotations

from datetime import date

from mumian.kernel.facts import Facts
from mumian.kernel.ids import ResourceId, new_id
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import day_of, start_of
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register import limits
from mumian.rooms.property_register.cases import moot, of_applicant, of_market, of_registry
from mumian.rooms.property_register.examination import Case, examine
from mumian.rooms.property_register.forms import Form, NewForm, kind_of, subject_of
from mumian.rooms.property_register.model import (
    AcceptApplication,
    CaseFacts,
    DeclineApplication,
    DeemAccepted,
    Event,
    LapseApplication,
    ReturnApplication,
    State,
    SubmitApplication,
    SupplementApplication,
    WithdrawApplication,
)
from mumian.rooms.property_register.records import Application
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.vocabulary import OPEN, ApplicationId, CertificateNo, Stage, Statement
from mumian.rulebook.rules import missing

NEEDED = (
    "S1-07",
    "S1-10",
    "S1-15",
    "S1-17",
    "S1-17-SUPPLEMENT",
    "S1-19",
    "S1-21",
    "S1-21-FACTS",
    "S1-22",
    "S1-23",
    "S1-26",
    "S1-29",
    "S1-29-ANSWER",
    "S1-31",
    "S1-36",
    "S1-41",
    "S1-A6",
    "S1-EVIDENCE",
    "S1-KINDS",
    "S1-LIMITS",
    "S1-PUBLICITY",
    "S1-SILENCE",
)
"""What the whole procedure rests on: without any of them nothing is begun."""


def not_in_force(facts: Facts) -> Refused | None:
    """Return which rule of the procedure is not in force now, or None."""
    rule = missing(facts, *NEEDED)
    if rule is None:
        return None
    return Refused(R.RULE_NOT_IN_FORCE, {"rule": rule, "day": day_of(facts.now).isoformat()})


def submit(state: State, command: SubmitApplication, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, CaseFacts)
    form, registry = command.form, command.registry
    refused = not_in_force(facts)
    if refused is not None:
        return refused
    if Role.REGISTRY not in facts.parties.get(registry, frozenset()):
        return Refused(R.NOT_A_REGISTRY, {"party": registry})
    if facts.actor not in {each.party for each in form.applicants}:
        return Refused(R.NOT_AN_APPLICANT, {"actor": facts.actor, "id": kind_of(form)})
    refused = examine(state, Case(registry, form, _stated(form), facts.now), facts)
    if refused is not None:
        return refused
    key = ApplicationId(new_id("application", facts.seq))
    resource, certificate = _about(state, form)
    record = Application(
        kind_of(form), registry, facts.actor, resource, certificate, Stage.SUBMITTED, submitted_at=facts.now
    )
    clock = limits.start(limits.ACCEPTANCE, key, registry, facts)
    return [said.ApplicationSubmitted(key, record, form, ("S1-KINDS", "S1-17"), (clock,))]


def _stated(form: Form) -> tuple[Statement, ...]:
    return form.statements if isinstance(form, NewForm) else ()


def _about(state: State, form: Form) -> tuple[ResourceId, CertificateNo]:
    if isinstance(form, NewForm):
        return form.content.resource, CertificateNo("")
    return state.certificates[form.certificate].resource, form.certificate


def accept(state: State, command: AcceptApplication, facts: Facts) -> list[Event] | Refused:
    record = of_registry(state, command.application, facts, Stage.SUBMITTED)
    if isinstance(record, Refused):
        return record
    return [_accepted(command.application, record, day_of(facts.now), facts, deemed=False)]


def deem_accepted(state: State, command: DeemAccepted, facts: Facts) -> list[Event] | Refused:
    """Silence accepts: the day of acceptance is the first work day after the term (S1-17)."""
    record = of_market(state, command.application, facts, Stage.SUBMITTED)
    if not isinstance(record, Application):
        return record or []
    return [_accepted(command.application, record, command.accepted_on, facts, deemed=True)]


def _accepted(
    key: ApplicationId, record: Application, day: date, facts: Facts, *, deemed: bool
) -> said.ApplicationAccepted:
    review = limits.start(limits.REVIEW, key, record.registry, facts, since=start_of(day))
    return said.ApplicationAccepted(key, day, deemed, ("S1-17",), (Stop(key, limits.ACCEPTANCE), review))


def send_back(state: State, command: ReturnApplication, facts: Facts) -> list[Event] | Refused:
    """Return an application once for what is missing (一次性告知补正)."""
    key = command.application
    record = of_registry(state, key, facts, Stage.SUBMITTED)
    if isinstance(record, Refused):
        return record
    if record.returned:
        return Refused(R.RETURNED_ONCE, {"application": key})
    if not command.parts:
        return Refused(R.EMPTY, {"part": "parts"})
    clocks = (Stop(key, limits.ACCEPTANCE), limits.start(limits.SUPPLEMENT, key, record.applicant, facts))
    return [said.ApplicationReturned(key, command.parts, ("S1-17-SUPPLEMENT",), clocks)]


def supplement(state: State, command: SupplementApplication, facts: Facts) -> list[Event] | Refused:
    """Put the supplemented form in place of the old one; the registry's days run anew."""
    assert isinstance(facts, CaseFacts)
    key, form = command.application, command.form
    record = of_applicant(state, key, facts, Stage.RETURNED)
    if isinstance(record, Refused):
        return record
    old = state.forms[key]
    if (kind_of(form), subject_of(form)) != (record.kind, subject_of(old)):
        detail: Detail = {"kind": kind_of(form), "subject": subject_of(form), "application": key}
        return Refused(R.FORM_DIFFERS, {**detail, "was": record.kind, "about": subject_of(old)})
    if record.applicant not in {each.party for each in form.applicants}:
        return Refused(R.NOT_AN_APPLICANT, {"actor": record.applicant, "id": key})
    refused = examine(state, Case(record.registry, form, _stated(form), record.submitted_at), facts)
    if refused is not None:
        return refused
    clocks = (Stop(key, limits.SUPPLEMENT), limits.start(limits.ACCEPTANCE, key, record.registry, facts))
    return [said.ApplicationSupplemented(key, form, clocks)]


def decline(state: State, command: DeclineApplication, facts: Facts) -> list[Event] | Refused:
    key = command.application
    record = of_registry(state, key, facts, Stage.SUBMITTED)
    if isinstance(record, Refused):
        return record
    until = limits.files_until(facts)
    return [said.ApplicationDeclined(key, command.reason, facts.now, until, ("S1-17", "S1-10"), (Stop(key),))]


def lapse(state: State, command: LapseApplication, facts: Facts) -> list[Event] | Refused:
    key = command.application
    record = of_market(state, key, facts, Stage.RETURNED)
    if not isinstance(record, Application):
        return record or []
    until = limits.files_until(facts)
    return [said.ApplicationLapsed(key, facts.now, until, ("S1-17-SUPPLEMENT", "S1-10"), (Stop(key),))]


def withdraw(state: State, command: WithdrawApplication, facts: Facts) -> list[Event] | Refused:
    key = command.application
    record = of_applicant(state, key, facts, *sorted(OPEN))
    if isinstance(record, Refused):
        return record
    end = said.ApplicationWithdrawn(key, facts.now, limits.files_until(facts), (Stop(key),))
    return [*moot(state, key), end]
