"""The chief data officer's desk (首席数据官工作台): what the company has, what runs out, what is at risk.

Pure functions over the room's state and over what other rooms show of the company's holdings, passed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.levels import Level
from mumian.kernel.roles import Right
from mumian.kernel.time import DAY_MS, Instant
from mumian.rooms.enterprise.model import State
from mumian.rooms.enterprise.records import Licence
from mumian.rooms.enterprise.terms import DataGiven
from mumian.rooms.enterprise.views import licences_of, officer_of, terms_of
from mumian.rooms.enterprise.vocabulary import LicenceId, LicenceState


class ResourceHeld(msgspec.Struct, frozen=True):
    """objections: open ones against its registration. is_regrade_due: a grading is owed."""

    resource: ResourceId
    level: Level | None
    is_regrade_due: bool = False
    objections: tuple[str, ...] = ()


class RightHeld(msgspec.Struct, frozen=True):
    """A registered right. frozen: why it stands still, empty if it does not."""

    right: str
    resource: str
    kind: Right
    valid_to: Instant
    frozen: tuple[str, ...] = ()


class GrantSeen(msgspec.Struct, frozen=True):
    """A grant given or received. other: who has it, or gave it. broken_at, reason: where its chain does not hold and why."""

    grant: str
    resource: str
    kind: Right
    other: PartyId
    valid_to: Instant
    broken_at: str = ""
    reason: str = ""


class Holdings(msgspec.Struct, frozen=True):
    """What the rooms of catalog and rights show of one company: what has ended or was withdrawn is left out."""

    resources: tuple[ResourceHeld, ...] = ()
    rights: tuple[RightHeld, ...] = ()
    given: tuple[GrantSeen, ...] = ()
    received: tuple[GrantSeen, ...] = ()


class Thing(StrEnum):
    """What may run out."""

    RIGHT = "right"
    GIVEN = "grant_given"
    RECEIVED = "grant_received"
    LICENCE = "licence"
    OFFICE = "office"


class Expiring(msgspec.Struct, frozen=True):
    at: Instant
    thing: Thing
    id: str


class RiskKind(StrEnum):
    """In order of weight."""

    CHAIN_BROKEN = "chain_broken"  # above a grant that was received
    FROZEN = "frozen"
    RIGHT_ENDS_FIRST = "right_ends_first"  # before a licence that stands on it
    OBJECTION = "objection"
    NO_OFFICER = "no_officer"
    LEVEL_MISSING = "level_missing"
    REGRADE_DUE = "regrade_due"
    NOTICE = "notice"  # the other side of a licence gave notice


class Risk(msgspec.Struct, frozen=True):
    """about: the thing at risk. because: what puts it there: a link of the chain, a reason, another thing."""

    kind: RiskKind
    about: str
    because: str


class DeskView(msgspec.Struct, frozen=True):
    """The whole desk. officer: code of who is in office, empty if nobody is. expiring: the next one first."""

    party: PartyId
    officer: str
    holdings: Holdings
    licences: tuple[tuple[LicenceId, Licence], ...]
    expiring: tuple[Expiring, ...]
    risks: tuple[Risk, ...]


def desk(state: State, party: PartyId, holdings: Holdings, now: Instant, *, days: int) -> DeskView:
    """Return a company's desk. days: how far ahead it looks for what runs out."""
    office = officer_of(state, party, now)
    return DeskView(
        party,
        office[1].code if office is not None else "",
        holdings,
        tuple((key, licence) for key, licence in licences_of(state, party) if licence.state is not LicenceState.ENDED),
        expiring(state, party, holdings, now, days=days),
        risks(state, party, holdings, now),
    )


def expiring(state: State, party: PartyId, holdings: Holdings, now: Instant, *, days: int) -> tuple[Expiring, ...]:
    """Return what runs out after `now` and within `days` days, the next one first, then by id."""
    ends = (end for end in _ends(state, party, holdings, now) if now < end.at <= now + days * DAY_MS)
    return tuple(sorted(ends, key=lambda end: (end.at, end.id)))


def _ends(state: State, party: PartyId, holdings: Holdings, now: Instant) -> Iterator[Expiring]:
    for right in holdings.rights:
        yield Expiring(right.valid_to, Thing.RIGHT, right.right)
    for thing, grants in ((Thing.GIVEN, holdings.given), (Thing.RECEIVED, holdings.received)):
        for grant in grants:
            yield Expiring(grant.valid_to, thing, grant.grant)
    for key, licence in licences_of(state, party):
        terms = terms_of(state, key)
        if licence.state is not LicenceState.ENDED and terms is not None:
            yield Expiring(terms.ends_at, Thing.LICENCE, key)
    office = officer_of(state, party, now)
    if office is not None and office[1].valid_to is not None:
        yield Expiring(office[1].valid_to, Thing.OFFICE, office[0])


def risks(state: State, party: PartyId, holdings: Holdings, now: Instant) -> tuple[Risk, ...]:
    """Return what is at risk, the gravest kind first."""
    order = list(RiskKind)
    found = _risks(state, party, holdings, now)
    return tuple(sorted(found, key=lambda risk: (order.index(risk.kind), risk.about, risk.because)))


def _risks(state: State, party: PartyId, holdings: Holdings, now: Instant) -> Iterator[Risk]:
    for grant in holdings.received:
        if grant.reason:
            yield Risk(RiskKind.CHAIN_BROKEN, grant.grant, f"{grant.broken_at}: {grant.reason}")
    for right in holdings.rights:
        for reason in right.frozen:
            yield Risk(RiskKind.FROZEN, right.right, reason)
    for resource in holdings.resources:
        for objection in resource.objections:
            yield Risk(RiskKind.OBJECTION, resource.resource, objection)
        if resource.level is None:
            yield Risk(RiskKind.LEVEL_MISSING, resource.resource, "")
        elif resource.is_regrade_due:
            yield Risk(RiskKind.REGRADE_DUE, resource.resource, "")
    if holdings.resources and officer_of(state, party, now) is None:
        yield Risk(RiskKind.NO_OFFICER, party, "")
    yield from _licence_risks(state, party, holdings)


def _licence_risks(state: State, party: PartyId, holdings: Holdings) -> Iterator[Risk]:
    ends = {right.right: right.valid_to for right in holdings.rights}
    ends |= {grant.grant: grant.valid_to for grant in holdings.received}
    for key, licence in licences_of(state, party):
        if licence.state is LicenceState.ENDED:
            continue
        if licence.notice_by is not None and licence.party(licence.notice_by) != party:
            yield Risk(RiskKind.NOTICE, key, licence.party(licence.notice_by))
        data = _given_by(state, key, licence, party)
        if data is not None and ends.get(data.parent, 0) < data.valid_to:
            yield Risk(RiskKind.RIGHT_ENDS_FIRST, key, data.parent)


def _given_by(state: State, key: LicenceId, licence: Licence, party: PartyId) -> DataGiven | None:
    side, terms = licence.side_of(party), terms_of(state, key)
    return None if side is None or terms is None else terms.leg(side).data
