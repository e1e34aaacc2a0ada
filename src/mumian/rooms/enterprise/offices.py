"""What is allowed of offices: appointed by the company, one at a time, handed over, ended."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, new_id
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.rooms.enterprise.events import Event, OfficeEnded, OfficerAppointed
from mumian.rooms.enterprise.model import (
    OFFICES_MAX,
    AppointOfficer,
    CompanyFacts,
    EndOffice,
    EndOfficeTerm,
    HandOver,
    State,
)
from mumian.rooms.enterprise.records import Desk, Officer
from mumian.rooms.enterprise.refusals import EnterpriseRefusal as R
from mumian.rooms.enterprise.vocabulary import TERM_END_MAX, OfficeEnd, OfficerId
from mumian.rulebook.rules import rule_at

RULE = "GZ2023-03-OFFICER"
TERM = "enterprise.term"
"""Kind of the limit at which an office ends by itself."""


def appoint(state: State, command: AppointOfficer, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, CompanyFacts)
    if not facts.is_organisation:
        return Refused(R.NOT_AN_ORGANISATION, {"actor": facts.actor})
    office = Officer(
        facts.actor, command.code, command.scope, command.valid_from, command.valid_to, command.document_digest
    )
    refused = _refuse_office(state, office, facts)
    return refused or [_appointed(office, facts)]


def hand_over(state: State, command: HandOver, facts: Facts) -> list[Event] | Refused:
    old = _open_office(state, command.officer, facts)
    if isinstance(old, Refused):
        return old
    office = Officer(
        facts.actor,
        command.code,
        command.scope,
        facts.now,
        command.valid_to,
        command.document_digest,
        before=command.officer,
    )
    refused = _refuse_office(state, office, facts, without=command.officer)
    if refused is not None:
        return refused
    return [_ended(command.officer, old, OfficeEnd.HANDED_OVER, facts.now), _appointed(office, facts)]


def end(state: State, command: EndOffice, facts: Facts) -> list[Event] | Refused:
    office = _open_office(state, command.officer, facts)
    if isinstance(office, Refused):
        return office
    return [_ended(command.officer, office, command.reason, facts.now)]


def end_term(state: State, command: EndOfficeTerm, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    office = state.officers.get(command.officer)
    if office is None or office.ended is not None:
        return []
    return [OfficeEnded(command.officer, office.party, OfficeEnd.TERM_OVER, facts.now)]


def _open_office(state: State, officer: OfficerId, facts: Facts) -> Officer | Refused:
    """Return an office of the speaker that has not ended."""
    office = state.officers.get(officer)
    if office is None:
        return Refused(R.UNKNOWN, {"noun": "officer", "id": officer})
    if office.party != facts.actor:
        return Refused(R.NOT_YOURS, {"id": officer, "owner": office.party, "actor": facts.actor})
    if office.ended is not None:
        return Refused(R.OFFICE_ENDED, {"officer": officer, "reason": office.ended.value})
    return office


def _refuse_office(state: State, office: Officer, facts: Facts, *, without: str = "") -> Refused | None:
    """Return why the office may not begin, or None. without: the office that it follows at once."""
    if rule_at(RULE, rulebook=facts.rulebook, now=facts.now) is None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": RULE})
    if not office.scope or len(set(office.scope)) < len(office.scope):
        return Refused(R.SCOPE_UNCLEAR, {"scope": ", ".join(duty.value for duty in office.scope) or "-"})
    until = _until(office)
    if until <= max(office.valid_from, facts.now):
        detail: Detail = {"valid_from": office.valid_from, "valid_to": until, "now": facts.now}
        return Refused(R.TERM_EMPTY, detail)
    following = [each for each in _desk(state, office.party).open if each != without]
    for each in following:
        other = state.officers[each]
        if office.valid_from < _until(other) and other.valid_from < until:
            return Refused(R.TERMS_OVERLAP, {"officer": each})
    if len(following) >= OFFICES_MAX:
        return Refused(R.TOO_MANY_OFFICES, {"open": len(following), "open_max": OFFICES_MAX})
    return None


def _desk(state: State, party: PartyId) -> Desk:
    return state.desks.get(party) or Desk()


def _until(office: Officer) -> Instant:
    return TERM_END_MAX if office.valid_to is None else office.valid_to


def _appointed(office: Officer, facts: Facts) -> OfficerAppointed:
    key = OfficerId(new_id("officer", facts.seq))
    clocks: tuple[ClockChange, ...] = ()
    if office.valid_to is not None:
        clocks = (Start(key, TERM, Unit.INSTANT, office.valid_to, RULE, office.party),)
    return OfficerAppointed(key, office, (RULE, *_of_public_bodies(facts)), clocks)


def _of_public_bodies(facts: Facts) -> tuple[str, ...]:
    """Article 29 asks public bodies, too, to have one."""
    rule = rule_at("GZ2023-29", rulebook=facts.rulebook, now=facts.now)
    return (rule.id,) if rule is not None and Role.PUBLIC_BODY in facts.roles else ()


def _ended(key: OfficerId, office: Officer, reason: OfficeEnd, now: Instant) -> OfficeEnded:
    clocks = (Stop(key, TERM),) if office.valid_to is not None else ()
    return OfficeEnded(key, office.party, reason, now, clocks)
