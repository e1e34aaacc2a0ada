"""What can be seen of companies."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.rooms.enterprise.fairness import Asymmetry, asymmetries
from mumian.rooms.enterprise.model import State
from mumian.rooms.enterprise.records import Counts, Licence, Officer, Opening, Version, version_key
from mumian.rooms.enterprise.terms import Terms
from mumian.rooms.enterprise.vocabulary import Duty, LicenceId, OfficerId, OfficerStanding, OpeningId


def officer_signs(state: State, party: PartyId, code: str, now: Instant, *, duty: Duty) -> OfficerStanding:
    """Tell whether a code signs for a party in matters of `duty`. At most OFFICES_MAX reads.

    NONE_APPOINTED: the party never appointed an officer, so that any code is its own affair.
    """
    desk = state.desks.get(party)
    if desk is None:
        return OfficerStanding.NONE_APPOINTED
    for key in desk.open:
        office = state.officers[key]
        if office.code == code and duty in office.scope and office.in_office(now):
            return OfficerStanding.IN_OFFICE
    return OfficerStanding.NOT_IN_OFFICE


def officer_of(state: State, party: PartyId, now: Instant) -> tuple[OfficerId, Officer] | None:
    """Return who is in office at a party, or None."""
    desk = state.desks.get(party)
    for key in () if desk is None else desk.open:
        if state.officers[key].in_office(now):
            return key, state.officers[key]
    return None


def officers_of(state: State, party: PartyId) -> Iterator[tuple[OfficerId, Officer]]:
    """Yield every office that a party ever filled."""
    for _, key in state.by_officer.under(f"{party}/"):
        yield key, state.officers[key]


def licence(state: State, key: LicenceId) -> Licence | None:
    return state.licences.get(key)


def terms_of(state: State, key: LicenceId) -> Terms | None:
    """Return the terms that stand, or None for an unknown licence."""
    record = state.licences.get(key)
    return None if record is None else state.versions[version_key(key, record.version)].terms


def versions_of(state: State, key: LicenceId) -> Iterator[Version]:
    """Yield every version of a licence's terms, oldest first."""
    for _, version in state.versions.under(f"{key}/"):
        yield version


def fairness(state: State, key: LicenceId) -> tuple[Asymmetry, ...]:
    """Return in which terms the sides of a licence differ, as its terms stand; empty for an unknown licence."""
    terms = terms_of(state, key)
    return () if terms is None else asymmetries(terms)


def licences_of(state: State, party: PartyId) -> Iterator[tuple[LicenceId, Licence]]:
    """Yield every licence that a party is a side of."""
    for _, key in state.by_party.under(f"{party}/"):
        yield key, state.licences[key]


def openings(state: State, now: Instant) -> Iterator[tuple[OpeningId, Opening]]:
    """Yield what is open to small firms at `now`: the list that article 3 asks for."""
    for _, key in state.open_subjects.under():
        if now < state.openings[key].until:
            yield key, state.openings[key]


def statistics(state: State) -> Iterator[tuple[PartyId, Counts]]:
    """Yield what each leading company opened, was asked for, answered, granted, and answered in time."""
    for party, counts in state.counts.under():
        yield PartyId(party), counts
