"""What is allowed of a licence: drafted, negotiated version by version, signed by both, active, ended."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.rooms.enterprise import signing
from mumian.rooms.enterprise.contract import refuse_terms
from mumian.rooms.enterprise.events import (
    Event,
    LicenceActivated,
    LicenceDrafted,
    LicenceEnded,
    LicenceSigned,
    NoticeGiven,
    TermsProposed,
)
from mumian.rooms.enterprise.fairness import NO_CLAUSE_RULE
from mumian.rooms.enterprise.model import (
    ActivateLicence,
    ActivationFacts,
    CompanyFacts,
    DraftLicence,
    EndLicence,
    GiveNotice,
    MeetLicenceEnd,
    ProposeTerms,
    SignLicence,
    State,
)
from mumian.rooms.enterprise.records import version_key
from mumian.rooms.enterprise.refusals import EnterpriseRefusal as R
from mumian.rooms.enterprise.terms import Terms
from mumian.rooms.enterprise.vocabulary import LicenceEnd, LicenceId, LicenceState, Model

START, END, NOTICE = "enterprise.start", "enterprise.end", "enterprise.notice"
"""Kinds of the limits at which a licence begins, is over, and at which a notice is."""

UNSIGNED = (LicenceState.DRAFT, LicenceState.NEGOTIATE)
BINDING = (LicenceState.SIGNED, LicenceState.ACTIVE)


def draft(command: DraftLicence, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, CompanyFacts)
    if not facts.is_organisation:
        return Refused(R.NOT_AN_ORGANISATION, {"actor": facts.actor})
    if command.other == facts.actor:
        return Refused(R.LICENCE_WITH_SELF, {"actor": facts.actor})
    if not facts.other_is_organisation:
        return Refused(R.OTHER_NOT_ADMITTED, {"party": command.other})
    refused = refuse_terms(command.terms, facts)
    if refused is not None:
        return refused
    key = LicenceId(new_id("licence", facts.seq))
    return [LicenceDrafted(key, facts.actor, command.other, command.terms, facts.now, _rules(command.terms))]


def propose(state: State, command: ProposeTerms, facts: Facts) -> list[Event] | Refused:
    found = signing.speaking(state, command.licence, facts, UNSIGNED, version=command.version)
    if isinstance(found, Refused):
        return found
    licence, side = found
    refused = refuse_terms(command.terms, facts)
    if refused is not None:
        return refused
    rules = _rules(command.terms)
    return [TermsProposed(command.licence, licence.version + 1, side, command.terms, facts.now, rules)]


def sign(state: State, command: SignLicence, facts: Facts) -> list[Event] | Refused:
    found = signing.speaking(state, command.licence, facts, UNSIGNED, version=command.version)
    if isinstance(found, Refused):
        return found
    licence, side = found
    if side in licence.signed:
        detail: Detail = {"actor": facts.actor, "version": licence.version, "licence": command.licence}
        return Refused(R.SIGNED_ALREADY, detail)
    terms = state.versions[version_key(command.licence, licence.version)].terms
    refused = (
        signing.refuse_signature(state, facts.actor, command.signed_by, facts.now)
        or signing.refuse_unacknowledged(state, licence, terms)
        or signing.refuse_over(terms, facts.now)
    )
    if refused is not None:
        return refused
    is_binding = side.other in licence.signed
    clocks = _term(command.licence, terms, facts.now) if is_binding else ()
    rules = _rules(terms)
    signed = LicenceSigned(command.licence, licence.version, side, command.signed_by, is_binding, rules, clocks)
    if is_binding and terms.starts_at <= facts.now:
        return [signed, LicenceActivated(command.licence, licence.version, rules)]
    return [signed]


def _rules(terms: Terms) -> tuple[str, ...]:
    """Return what the terms are held against; S1-21-R5b where data is fused and no clause says whose the outcome is."""
    fusion = ("S29-FUSION",) if terms.model is Model.FUSION else ()
    return ("S29-SECTIONS", *fusion, "GZ2023-03-FAIR", *((NO_CLAUSE_RULE,) if terms.lacks_ownership else ()))


def _term(key: LicenceId, terms: Terms, now: Instant) -> tuple[ClockChange, ...]:
    end = Start(key, END, Unit.INSTANT, terms.ends_at)
    return (end,) if terms.starts_at <= now else (Start(key, START, Unit.INSTANT, terms.starts_at), end)


def activate(state: State, command: ActivateLicence, facts: Facts) -> list[Event] | Refused:
    """A licence that cannot give what it promised on its first day ends on it; the word of the clock is never refused."""
    assert isinstance(facts, ActivationFacts)
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    licence = state.licences.get(command.licence)
    if licence is None or licence.state is not LicenceState.SIGNED:
        return []
    if facts.hindrance:
        return [_ended(command.licence, LicenceEnd.PARENT_BROKEN, because=facts.hindrance)]
    terms = state.versions[version_key(command.licence, licence.version)].terms
    return [LicenceActivated(command.licence, licence.version, _rules(terms))]


def give_notice(state: State, command: GiveNotice, facts: Facts) -> list[Event] | Refused:
    found = signing.speaking(state, command.licence, facts, BINDING)
    if isinstance(found, Refused):
        return found
    licence, side = found
    if licence.notice_by is side:
        return Refused(R.NOTICE_GIVEN, {"actor": facts.actor, "licence": command.licence})
    if licence.notice_by is not None:
        return [_ended(command.licence, LicenceEnd.AGREED)]
    terms = state.versions[version_key(command.licence, licence.version)].terms
    days = terms.leg(side).termination_days
    if days == 0:
        return [_ended(command.licence, LicenceEnd.NOTICE)]
    start = Start(command.licence, NOTICE, Unit.DAYS, days, "", licence.party(side.other))
    return [NoticeGiven(command.licence, side, (start,))]


def end(state: State, command: EndLicence, facts: Facts) -> list[Event] | Refused:
    """Unsigned terms are dropped by either side; what binds ends at once only for broken terms or as unlawful."""
    licence = state.licences.get(command.licence)
    if licence is None:
        return Refused(R.UNKNOWN, {"noun": "licence", "id": command.licence})
    is_side = licence.side_of(facts.actor) is not None
    if not is_side and Role.REGULATOR not in facts.roles:
        return signing.not_a_side(command.licence, licence, facts)
    if licence.state is LicenceState.ENDED:
        return signing.state_forbids(command.licence, licence, (*UNSIGNED, *BINDING))
    is_bound = licence.state in BINDING
    possible = (LicenceEnd.TERMS_BROKEN if is_bound else LicenceEnd.WITHDRAWN) if is_side else LicenceEnd.UNLAWFUL
    if command.reason is not possible:
        detail: Detail = {"actor": facts.actor, "licence": command.licence, "reason": command.reason.value}
        return Refused(R.END_REASON_FORBIDDEN, {**detail, "possible": possible.value})
    return [_ended(command.licence, command.reason, evidence_digest=command.evidence_digest, is_bound=is_bound)]


def meet_end(state: State, command: MeetLicenceEnd, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    licence = state.licences.get(command.licence)
    if licence is None or licence.state not in BINDING:
        return []
    return [_ended(command.licence, command.reason)]


def _ended(
    key: LicenceId, reason: LicenceEnd, *, evidence_digest: str = "", because: str = "", is_bound: bool = True
) -> LicenceEnded:
    """Return the end of a licence; what bound had limits, which stop."""
    clocks: tuple[ClockChange, ...] = (Stop(key),) if is_bound else ()
    return LicenceEnded(key, reason, evidence_digest, because, clocks)
