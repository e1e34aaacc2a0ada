"""What is examined of an application: by the market when it is submitted, reviewed and, once more, attested."""

from __future__ import annotations

from collections import Counter

import msgspec

from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.text import length
from mumian.kernel.time import Instant, day_of
from mumian.rooms.property_register.entitlement import refuse_claims
from mumian.rooms.property_register.forms import (
    CancellationForm,
    ChangeForm,
    Form,
    ImportForm,
    NewForm,
    RenewalForm,
    TransferForm,
    parties_of,
)
from mumian.rooms.property_register.limits import longest_until, number
from mumian.rooms.property_register.model import CaseFacts, State
from mumian.rooms.property_register.records import Certificate, Resource
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.standing import held_under, is_in_force, noted, renewal_window
from mumian.rooms.property_register.texts import refuse_restrictions
from mumian.rooms.property_register.vocabulary import EndReason, Statement


class Case(msgspec.Struct, frozen=True):
    """What is examined. statements: the facts of S1 第21条 to decide by. applied_at: when it was first submitted."""

    registry: PartyId
    form: Form
    statements: tuple[Statement, ...]
    applied_at: Instant


def examine(state: State, case: Case, facts: CaseFacts) -> Refused | None:
    """Return why the application cannot be registered as things stand, or None."""
    return _refuse_parties(case, facts) or _refuse_matter(state, case, facts)


def _refuse_parties(case: Case, facts: CaseFacts) -> Refused | None:
    parties = parties_of(case.form)
    if case.registry in parties:
        return Refused(R.SELF_REGISTRATION, {"registry": case.registry})
    if not case.form.applicants:
        return Refused(R.EMPTY, {"part": "applicants"})
    applying = Counter(each.party for each in case.form.applicants)
    twice = next((party for party, count in applying.items() if count > 1), None)
    if twice is not None:
        return Refused(R.REPEATED, {"part": "applicants", "item": twice})
    absent = next((party for party in parties if not facts.parties.get(party)), None)
    return None if absent is None else Refused(R.NOT_ADMITTED, {"party": absent})


def _refuse_matter(state: State, case: Case, facts: CaseFacts) -> Refused | None:
    form = case.form
    if isinstance(form, NewForm):
        return _refuse_new(state, case, form, facts)
    certificate = state.certificates.get(form.certificate)
    if certificate is None:
        return Refused(R.UNKNOWN, {"noun": "certificate", "id": form.certificate})
    refused = _refuse_other_registry(case.registry, certificate, facts)
    if refused is None and not isinstance(form, CancellationForm):
        refused = refuse_resource(facts.resource, certificate.resource, facts)
    if refused is not None:
        return refused
    if isinstance(form, ChangeForm):
        return _refuse_change(form, certificate, facts)
    refused = refuse_lines(certificate, form.lines, facts.now) or _refuse_holders(form, certificate)
    if refused is not None:
        return refused
    if isinstance(form, RenewalForm):
        return _refuse_renewal(form, certificate, case.applied_at, facts)
    refused = _refuse_frozen(state, form, certificate, facts)
    if refused is None and isinstance(form, TransferForm):
        return _refuse_transfer(state, form, certificate, facts)
    return refused


def _refuse_new(state: State, case: Case, form: NewForm, facts: CaseFacts) -> Refused | None:
    return (
        refuse_resource(facts.resource, form.content.resource, facts)
        or refuse_restrictions(form.content.restrictions)
        or refuse_claims(state, form, case.statements, facts)
        or (_refuse_legacy(state, form, facts) if isinstance(form, ImportForm) else None)
    )


def _refuse_legacy(state: State, form: ImportForm, facts: CaseFacts) -> Refused | None:
    legacy = form.legacy
    if legacy.valid_to <= facts.now:
        return Refused(R.LEGACY_ENDED, {"number": legacy.number, "valid_to": legacy.valid_to})
    known = state.by_legacy.get(f"{legacy.system}/{legacy.number}")
    if known is None:
        return None
    return Refused(R.LEGACY_IMPORTED, {"number": legacy.number, "system": legacy.system, "certificate": known})


def refuse_resource(resource: Resource | None, key: str, facts: CaseFacts) -> Refused | None:
    """Return why the data itself cannot be registered, or None: it is there, and its name and summary fit (附件1)."""
    if resource is None:
        return Refused(R.UNKNOWN, {"noun": "resource", "id": key})
    if resource.withdrawn:
        return Refused(R.RESOURCE_WITHDRAWN, {"resource": key})
    for text, name, refusal in (
        (resource.title, "name_characters_max", R.NAME_LENGTH),
        (resource.summary, "summary_characters_max", R.SUMMARY_LENGTH),
    ):
        chars, chars_max = length(text), number("S1-19", name, facts)
        if not 1 <= chars <= chars_max:
            return Refused(refusal, {"resource": key, "chars": chars, "chars_max": chars_max})
    return None


def _refuse_other_registry(registry: PartyId, certificate: Certificate, facts: CaseFacts) -> Refused | None:
    """A certificate stays with who issued it as long as that registry is there."""
    issuer = certificate.registry
    if registry == issuer or Role.REGISTRY not in facts.parties.get(issuer, frozenset()):
        return None
    return Refused(R.ANOTHER_REGISTRY, {"certificate": certificate.number, "issuer": issuer, "registry": registry})


def refuse_lines(certificate: Certificate, lines: tuple[int, ...], now: Instant) -> Refused | None:
    """Return why lines of a certificate cannot be acted on, or None: each is there once and in force."""
    if not lines:
        return Refused(R.EMPTY, {"part": "lines"})
    for nth, line in enumerate(lines):
        if line >= len(certificate.lines):
            detail: dict[str, str | int] = {"certificate": certificate.number, "lines": len(certificate.lines)}
            return Refused(R.LINE_UNKNOWN, {**detail, "line": line})
        if line in lines[:nth]:
            return Refused(R.REPEATED, {"part": "lines", "item": line})
        record = certificate.lines[line]
        if not is_in_force(record, now):
            reason = record.ended or EndReason.EXPIRED
            return Refused(R.LINE_ENDED, {"certificate": certificate.number, "line": line, "reason": reason})
    return None


def _refuse_holders(form: TransferForm | RenewalForm | CancellationForm, certificate: Certificate) -> Refused | None:
    """Everyone whose right is touched is among the applicants."""
    applying = {each.party for each in form.applicants}
    for line in form.lines:
        holder = certificate.lines[line].holder
        if holder not in applying:
            return Refused(R.NOT_THE_HOLDER, {"certificate": certificate.number, "line": line, "holder": holder})
    return None


def _refuse_frozen(
    state: State, form: TransferForm | CancellationForm, certificate: Certificate, facts: CaseFacts
) -> Refused | None:
    still = facts.frozen | noted(state, certificate.number)
    line = next((line for line in form.lines if line in still), None)
    return None if line is None else Refused(R.RIGHT_FROZEN, {"certificate": certificate.number, "line": line})


def _refuse_transfer(state: State, form: TransferForm, certificate: Certificate, facts: CaseFacts) -> Refused | None:
    if form.keeps_right:
        return Refused(R.KEEPS_THE_RIGHT, {"certificate": certificate.number})
    refused = refuse_restrictions(form.restrictions)
    if refused is not None:
        return refused
    transferee, resource = form.transferee.party, certificate.resource
    for nth in form.lines:
        line = certificate.lines[nth]
        if line.holder == transferee:
            detail: dict[str, str | int] = {"party": transferee, "line": nth, "certificate": certificate.number}
            return Refused(R.TRANSFER_TO_HOLDER, detail)
        known = held_under(state, resource, transferee, line.right, facts.now)
        if known is not None:
            detail = {"holder": transferee, "right": line.right, "resource": resource, "certificate": known}
            return Refused(R.ALREADY_REGISTERED, detail)
        if form.valid_to is not None and form.valid_to > line.valid_to:
            return Refused(R.BEYOND_TRANSFEROR, {"valid_to": form.valid_to, "limit": line.valid_to})
    return _refuse_short(form.valid_to, facts.now)


def _refuse_short(valid_to: Instant | None, since: Instant) -> Refused | None:
    if valid_to is None or valid_to > since:
        return None
    return Refused(R.TERM_EMPTY, {"valid_to": valid_to, "since": since})


def _refuse_change(form: ChangeForm, certificate: Certificate, facts: CaseFacts) -> Refused | None:
    """Neither the subject nor the source changes: who has rights in force applies, for the same data (S1-KINDS)."""
    in_force = [(nth, line) for nth, line in enumerate(certificate.lines) if is_in_force(line, facts.now)]
    if not in_force:
        return Refused(R.LINE_ENDED, {"certificate": certificate.number, "line": 0, "reason": _why(certificate)})
    applying = {each.party for each in form.applicants}
    for nth, line in in_force:
        if line.holder not in applying:
            return Refused(R.NOT_THE_HOLDER, {"certificate": certificate.number, "line": nth, "holder": line.holder})
    held = {line.holder for _, line in in_force}
    stranger = next((each.party for each in form.applicants if each.party not in held), None)
    if stranger is not None:
        detail: dict[str, str | int] = {"part": "subject", "was": ",".join(sorted(held)), "becomes": stranger}
        return Refused(R.SOURCE_CHANGED, {**detail, "certificate": certificate.number})
    for part in ("resource", "source_type", "origin"):
        was, becomes = getattr(certificate.content, part), getattr(form.content, part)
        if was != becomes:
            detail = {"part": part, "was": was, "becomes": becomes, "certificate": certificate.number}
            return Refused(R.SOURCE_CHANGED, detail)
    return refuse_restrictions(form.content.restrictions)


def _why(certificate: Certificate) -> str:
    return certificate.lines[0].ended or EndReason.EXPIRED


def _refuse_renewal(
    form: RenewalForm, certificate: Certificate, applied_at: Instant, facts: CaseFacts
) -> Refused | None:
    limit = longest_until(facts)
    for nth in form.lines:
        line, valid_to = certificate.lines[nth], form.valid_to or limit
        opens, closes = renewal_window(line, number("S1-26", "renewal_opens_months_before", facts))
        today = day_of(applied_at)
        detail: dict[str, str | int] = {"certificate": certificate.number, "line": nth}
        when: dict[str, str | int] = {"closes": closes.isoformat(), "today": today.isoformat()}
        if today > closes:
            return Refused(R.RENEWAL_LATE, {**detail, **when})
        if today < opens:
            return Refused(R.RENEWAL_NOT_OPEN, {**detail, **when, "opens": opens.isoformat()})
        if valid_to <= line.valid_to:
            return Refused(R.NOT_LONGER, {**detail, "held": line.valid_to, "valid_to": valid_to})
        if valid_to > limit:
            years = number("S1-26", "validity_years_max", facts)
            return Refused(R.TERM_OVER_FIVE_YEARS, {"valid_to": valid_to, "limit": limit, "years": years})
    return None
