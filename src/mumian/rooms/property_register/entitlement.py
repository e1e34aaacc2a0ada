"""Whether the claims of an application can be registered: the table of S1 第21条, over stated and known facts."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import DataKind, SourceType
from mumian.kernel.time import Instant
from mumian.rooms.property_register.eligibility import (
    OF_PUBLIC_DATA,
    Barred,
    Missing,
    Row,
    answers_for,
    entitled,
)
from mumian.rooms.property_register.forms import NewForm
from mumian.rooms.property_register.limits import longest_until, number
from mumian.rooms.property_register.model import CaseFacts, State
from mumian.rooms.property_register.records import Resource
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.standing import held_under
from mumian.rooms.property_register.texts import refuse_text
from mumian.rooms.property_register.vocabulary import Claim, Statement


def refuse_claims(state: State, form: NewForm, statements: tuple[Statement, ...], facts: CaseFacts) -> Refused | None:
    """Return why the first claim that cannot be registered cannot, or None."""
    resource = facts.resource
    assert resource is not None
    refused = _refuse_statements(form, statements) or _refuse_source(form, resource)
    if refused is not None:
        return refused
    for nth, claim in enumerate(form.claims):
        refused = (
            _refuse_claim(form, nth, claim, resource, facts)
            or _refuse_row(form, statements, nth, claim)
            or _refuse_registered(state, form, claim, facts.now)
            or _refuse_term(claim, facts)
        )
        if refused is not None:
            return refused
    return None


def _refuse_statements(form: NewForm, statements: tuple[Statement, ...]) -> Refused | None:
    if not form.claims:
        return Refused(R.EMPTY, {"part": "claims"})
    said = set[tuple[str, int | None]]()
    for each in statements:
        if each.claim is not None and each.claim >= len(form.claims):
            return Refused(R.CLAIM_UNKNOWN, {"claim": each.claim, "claims": len(form.claims)})
        if (each.condition, each.claim) in said:
            return Refused(R.REPEATED, {"part": "statements", "item": each.condition})
        said.add((each.condition, each.claim))
    return None


def _refuse_source(form: NewForm, resource: Resource) -> Refused | None:
    """Duty data never, other public data only as product or utility, products only once they are coded (S1 第15条)."""
    source = form.content.source_type
    if source is SourceType.GOV_DUTY or (resource.kind is DataKind.PUBLIC and source not in OF_PUBLIC_DATA):
        detail: Detail = {"resource": resource.resource, "kind": resource.kind, "source_type": source}
        return Refused(R.DUTY_DATA, detail)
    if source is SourceType.PUBLIC_PRODUCT and not resource.coded:
        return Refused(R.PRODUCT_NOT_CODED, {"resource": resource.resource})
    return None


def _refuse_claim(form: NewForm, nth: int, claim: Claim, resource: Resource, facts: CaseFacts) -> Refused | None:
    """Return what is wrong with a claim by itself, or None."""
    source = form.content.source_type
    if claim.holder not in {each.party for each in form.applicants}:
        return Refused(R.HOLDER_NOT_APPLICANT, {"claim": nth, "holder": claim.holder})
    if any((claim.holder, claim.right) == (other.holder, other.right) for other in form.claims[:nth]):
        return Refused(R.REPEATED, {"part": "claims", "item": f"{claim.holder}/{claim.right}"})
    refused = refuse_text(f"claims.{nth}.limits", claim.limits)
    if refused is not None:
        return refused
    if claim.holder == resource.holder and source is not resource.source_type:
        described = resource.source_type
        return Refused(
            R.SOURCE_DISAGREES, {"source_type": source, "described": described, "resource": resource.resource}
        )
    if source is SourceType.NATURAL_PERSON and claim.holder not in facts.natural:
        return Refused(R.NOT_A_NATURAL_PERSON, {"claim": nth, "holder": claim.holder, "source_type": source})
    return None


def row_of(form: NewForm, statements: tuple[Statement, ...], nth: int) -> Row | Missing | Barred:
    """Return what the table says of one claim."""
    return entitled(form.content.source_type, form.claims[nth].right, answers_for(statements, nth))


def _refuse_row(form: NewForm, statements: tuple[Statement, ...], nth: int, claim: Claim) -> Refused | None:
    found = row_of(form, statements, nth)
    match found:
        case Missing():
            question = ",".join(found.questions)
            return Refused(R.NEEDS_INFO, {"claim": nth, "row": found.row.rule, "question": question})
        case Barred():
            return _barred(form, nth, claim, found)
        case Row():
            return _refuse_fusion(form, nth, claim, found) or _refuse_basis(nth, claim, found)
        case _:
            assert_never(found)


def _barred(form: NewForm, nth: int, claim: Claim, found: Barred) -> Refused:
    source = form.content.source_type
    if source is SourceType.ENTRUSTED:
        detail: Detail = {"resource": form.content.resource, "claim": nth, "holder": claim.holder}
        return Refused(R.ENTRUSTED_DATA, detail)
    detail = {"right": claim.right, "source_type": source, "row": found.row.rule, "claim": nth}
    return Refused(R.NOT_REGISTRABLE, {**detail, "failed": ",".join(found.failed)})


def _refuse_fusion(form: NewForm, nth: int, claim: Claim, row: Row) -> Refused | None:
    """Without a clause the parties to the fusion must be known, and all of them let the one who operates (R5b)."""
    if row.source is not SourceType.FUSED or not row.excludes:
        return None
    parties = [each.party for each in form.fused]
    if len(parties) < 2:
        return Refused(R.NEEDS_INFO, {"claim": nth, "row": row.rule, "question": "fused"})
    if claim.holder not in parties:
        return Refused(R.NOT_PARTY_TO_FUSION, {"claim": nth, "holder": claim.holder})
    twice = next((party for n, party in enumerate(parties) if party in parties[:n]), None)
    if twice is not None:
        return Refused(R.REPEATED, {"part": "fused", "item": twice})
    missing = [each.party for each in form.fused if each.consent_digest is None and each.party != claim.holder]
    if row.consent and missing:
        return Refused(R.CONSENT_MISSING, {"holder": claim.holder, "missing": ",".join(missing)})
    return None


def _refuse_basis(nth: int, claim: Claim, row: Row) -> Refused | None:
    if not row.basis or claim.basis in row.basis:
        return None
    detail: Detail = {"row": row.rule, "needed": ",".join(sorted(row.basis)), "basis": claim.basis}
    return Refused(R.BASIS_DOES_NOT_FIT, {**detail, "claim": nth})


def _refuse_registered(state: State, form: NewForm, claim: Claim, now: Instant) -> Refused | None:
    resource = form.content.resource
    known = held_under(state, resource, claim.holder, claim.right, now)
    if known is None:
        return None
    detail: Detail = {"holder": claim.holder, "right": claim.right, "resource": resource, "certificate": known}
    return Refused(R.ALREADY_REGISTERED, detail)


def _refuse_term(claim: Claim, facts: CaseFacts) -> Refused | None:
    """A right ends after it began, and within five years of its attestation (S1-26)."""
    if claim.valid_to is None:
        return None
    if claim.valid_to <= facts.now:
        return Refused(R.TERM_EMPTY, {"valid_to": claim.valid_to, "since": facts.now})
    limit = longest_until(facts)
    if claim.valid_to <= limit:
        return None
    years = number("S1-26", "validity_years_max", facts)
    return Refused(R.TERM_OVER_FIVE_YEARS, {"years": years, "limit": limit, "valid_to": claim.valid_to})
