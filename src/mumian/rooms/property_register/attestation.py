"""Attestation (存证): everything is looked at once more, then the registration is complete and has its number."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import SourceType
from mumian.kernel.time import Instant, day_of, start_of
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register.cases import of_market, rejected
from mumian.rooms.property_register.certificate import month_prefix, number
from mumian.rooms.property_register.eligibility import Row
from mumian.rooms.property_register.ending import end_lines, expiry_of
from mumian.rooms.property_register.entitlement import row_of
from mumian.rooms.property_register.examination import Case, examine
from mumian.rooms.property_register.forms import (
    CancellationForm,
    ChangeForm,
    Content,
    ImportForm,
    InitialForm,
    NewForm,
    RenewalForm,
    TransferForm,
)
from mumian.rooms.property_register.limits import SERIAL, files_until, longest_until, until
from mumian.rooms.property_register.limits import number as ruled
from mumian.rooms.property_register.model import AttestWaiting, CaseFacts, ClosePublicity, Event, State
from mumian.rooms.property_register.records import Application, Certificate, Line, Review
from mumian.rooms.property_register.vocabulary import (
    ApplicationId,
    BasisKind,
    CertificateNo,
    EndReason,
    Ground,
    Stage,
)
from mumian.rulebook.calendar import months_after


def close_publicity(state: State, command: ClosePublicity, facts: Facts) -> list[Event] | Refused:
    return _due(state, command.application, facts, Stage.PUBLICITY)


def attest_waiting(state: State, command: AttestWaiting, facts: Facts) -> list[Event] | Refused:
    return _due(state, command.application, facts, Stage.WAITING)


def _due(state: State, key: ApplicationId, facts: Facts, stage: Stage) -> list[Event] | Refused:
    record = of_market(state, key, facts, stage)
    if not isinstance(record, Application):
        return record or []
    assert isinstance(facts, CaseFacts)
    return attest(state, key, record, state.reviews[key], facts)


def attest(state: State, key: ApplicationId, record: Application, review: Review, facts: CaseFacts) -> list[Event]:
    """Register, or reject with the reason why it no longer can be. Never refuses: nobody is there to hear it."""
    form = state.forms[key]
    refused = examine(state, Case(record.registry, form, review.found, record.submitted_at), facts)
    if refused is not None:
        rule = refused.refusal.sentence.rule
        rules = ("S1-22",) if rule is None else (rule, "S1-22")
        return rejected(state, key, (Ground.OTHER,), rules, facts, cause=refused.refusal.name)
    if not isinstance(form, InitialForm | ImportForm | TransferForm):
        return [_attested(key, form.certificate, facts), *_applied(state, form, facts)]
    prefix = month_prefix(institution=facts.institution, day=day_of(facts.now))
    serial = (state.serials.get(prefix) or 0) + 1
    if serial > ruled("S1-A6", "serial_max", facts):
        clock = until(SERIAL, key, _next_month(day_of(facts.now)), rule="S1-A6", owner=record.registry)
        return [said.SerialsUsedUp(key, prefix, (Stop(key), clock))]
    no = CertificateNo(number(prefix, serial))
    if isinstance(form, TransferForm):
        return [_attested(key, no, facts), *_transferred(state, key, record, no, form, facts)]
    return [_attested(key, no, facts), _registered(key, record, no, form, review, facts)]


def _next_month(day: date) -> Instant:
    return start_of(months_after(day.replace(day=1), 1))


def _attested(key: ApplicationId, no: CertificateNo, facts: Facts) -> said.ApplicationAttested:
    rules = ("S1-26", "S1-A6", "S1-10")
    return said.ApplicationAttested(key, no, facts.now, files_until(facts), rules, (Stop(key),))


def _registered(
    key: ApplicationId, record: Application, no: CertificateNo, form: NewForm, review: Review, facts: CaseFacts
) -> said.CertificateIssued:
    lines = tuple(_line(form, nth, review, facts) for nth in range(len(form.claims)))
    legacy = f"{form.legacy.system}/{form.legacy.number}" if isinstance(form, ImportForm) else ""
    return _issued(key, record.registry, no, form.content, lines, facts, legacy=legacy)


def _line(form: NewForm, nth: int, review: Review, facts: CaseFacts) -> Line:
    claim, row = form.claims[nth], row_of(form, review.found, nth)
    assert isinstance(row, Row)
    presupposed = ("S1-15",) if row.source is SourceType.PUBLIC_PRODUCT else ()
    simplified = ("S1-41",) if isinstance(form, ImportForm) else ()
    return Line(
        claim.right,
        claim.holder,
        claim.basis,
        claim.proof_digest,
        claim.limits,
        (row.rule, *presupposed, *simplified, "S1-26", "S1-A6"),
        attested_at=facts.now,
        valid_from=facts.now,
        valid_to=claim.valid_to or longest_until(facts),
    )


def _transferred(
    state: State, key: ApplicationId, record: Application, no: CertificateNo, form: TransferForm, facts: CaseFacts
) -> list[Event]:
    """The transferor's rights end, the transferee has them anew under a number of its own."""
    old = state.certificates[form.certificate]
    lines = tuple(
        replace(
            old.lines[nth],
            holder=form.transferee.party,
            basis=BasisKind.CONTRACT,
            proof_digest=form.contract_digest,
            rules=("S1-KINDS", _given_by(old.lines[nth]), "S1-26", "S1-A6"),
            attested_at=facts.now,
            valid_from=facts.now,
            valid_to=form.valid_to or old.lines[nth].valid_to,
        )
        for nth in form.lines
    )
    content = replace(old.content, restrictions=form.restrictions)
    ended = end_lines(state, old, form.lines, EndReason.TRANSFERRED, ("S1-KINDS",), form.contract_digest)
    return [*ended, _issued(key, record.registry, no, content, lines, facts)]


def _given_by(line: Line) -> str:
    """Return the row of S1 第21条 that gave the right first, however often it was transferred since."""
    return next(rule for rule in line.rules if rule != "S1-KINDS")


def _issued(
    key: ApplicationId,
    registry: PartyId,
    no: CertificateNo,
    content: Content,
    lines: tuple[Line, ...],
    facts: CaseFacts,
    *,
    legacy: str = "",
) -> said.CertificateIssued:
    assert facts.resource is not None
    record = Certificate(
        no,
        key,
        registry,
        content.resource,
        facts.resource.title,
        content.source_type,
        content,
        lines,
        attested_at=facts.now,
        files_until=files_until(facts),
    )
    return said.CertificateIssued(no, record, legacy, (expiry_of(no, lines),))


def _applied(state: State, form: ChangeForm | RenewalForm | CancellationForm, facts: CaseFacts) -> list[Event]:
    """Return what an application about a certificate does to it."""
    old = state.certificates[form.certificate]
    match form:
        case ChangeForm():
            assert facts.resource is not None
            return [said.CertificateChanged(old.number, facts.resource.title, form.content)]
        case RenewalForm():
            valid_to = form.valid_to or longest_until(facts)
            lines = tuple(
                replace(line, valid_to=valid_to) if nth in form.lines else line for nth, line in enumerate(old.lines)
            )
            clocks = (expiry_of(old.number, lines),)
            return [said.RightsRenewed(old.number, form.lines, valid_to, facts.now, clocks)]
        case CancellationForm():
            return end_lines(state, old, form.lines, EndReason(form.reason.value), ("S1-KINDS",))
        case _:
            assert_never(form)
