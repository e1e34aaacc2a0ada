"""The chain of rights: from a grant up to its root, decided anew each time, so that a revocation anywhere reaches everything."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Right
from mumian.kernel.time import Instant
from mumian.rooms.rights.model import State
from mumian.rooms.rights.records import Authorization, Grant, PublicRegistration, Registration


class Break(StrEnum):
    """Why a chain does not hold."""

    UNKNOWN = "unknown"  # no such right, grant or authorisation
    ENDED = "ended"  # cancelled, revoked, or ended early
    FROZEN = "frozen"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    NOT_CODED = "not_coded"  # the public data resource's registration is not in force
    NO_CONSENT = "no_consent"  # the person's consent that it rests on was withdrawn or ran out


Freezable = Registration | Authorization | Grant


class Link(msgspec.Struct, frozen=True):
    """One step of a chain. right: None for an authorisation, which gives none to its operator."""

    id: str
    holder: PartyId
    right: Right | None
    valid_from: Instant
    valid_to: Instant


class Chain(msgspec.Struct, frozen=True):
    """Links from the source up to the root. broken_at, reason: the first link, from the source, that does not hold."""

    resource: str
    links: tuple[Link, ...]
    unbroken: bool
    broken_at: str = ""
    reason: Break | None = None

    @property
    def path(self) -> str:
        """Ids from the root to the source, joined by `/`: whatever stands on a link has a path that begins with its own."""
        return "/".join(link.id for link in reversed(self.links))


def stop(record: Registration | PublicRegistration | Authorization | Grant, now: Instant) -> Break | None:
    """Return why a record by itself is not in force at `now`, or None."""
    if record.ended is not None:
        return Break.ENDED
    if now < record.valid_from:
        return Break.NOT_YET
    if now >= record.valid_to:
        return Break.EXPIRED
    if not isinstance(record, PublicRegistration) and record.freezes:
        return Break.FROZEN
    return None


def freezable(state: State, thing: str) -> Freezable | None:
    """Return the right, grant or authorisation of that id, or None."""
    return state.grants.get(thing) or state.rights.get(thing) or state.authorizations.get(thing)


def path_of(state: State, source: str) -> str:
    """Return the ids from the root to `source`, joined by `/`: whatever stands on it has a path that begins so."""
    path = [source]
    while (grant := state.grants.get(path[-1])) is not None:
        path.append(grant.parent)
    return "/".join(reversed(path))


def chain(state: State, source: str, now: Instant) -> Chain:
    """Walk from `source`, a RightId, GrantId or AuthorizationId, up to its root.

    At most CHAIN_LINKS_MAX + 1 links: parents are older than their grants, and depth is bounded when granting.
    """
    links: list[Link] = []
    at, resource, broken_at, reason = source, "", "", None
    while at:
        here, why = at, None
        grant = state.grants.get(at) if at.startswith("grant-") else None
        if grant is not None:
            links.append(Link(at, grant.grantee, grant.right, grant.valid_from, grant.valid_to))
            why = stop(grant, now)
            if why is None and grant.licence:
                here, why = grant.licence, stop(state.rights[grant.licence], now)
            if why is None and grant.consent and grant.consent in state.voided:
                here, why = grant.consent, Break.NO_CONSENT
            at, resource = grant.parent, grant.resource
        else:
            link, resource, here, why = _root(state, at, resource, now)
            if link is not None:
                links.append(link)
            at = ""
        if why is not None and reason is None:
            broken_at, reason = here, why
    return Chain(resource, tuple(links), reason is None, broken_at, reason)


def _root(state: State, at: str, resource: str, now: Instant) -> tuple[Link | None, str, str, Break | None]:
    """Return the root's link, the chain's resource, and where and why the root does not hold."""
    right = state.rights.get(at)
    if right is not None:
        link = Link(at, right.holder, right.right, right.valid_from, right.valid_to)
        return link, right.resource, at, stop(right, now)
    authorization = state.authorizations.get(at)
    if authorization is None:
        return None, resource, at, Break.UNKNOWN
    link = Link(at, authorization.operator, None, authorization.valid_from, authorization.valid_to)
    why = stop(authorization, now)
    if why is not None:
        return link, resource, at, why
    for each in (resource,) if resource else authorization.resources:
        if not is_coded(state, each, now):
            return link, resource, state.public_of.get(each) or at, Break.NOT_CODED
    return link, resource, at, None


def is_coded(state: State, resource: str, now: Instant) -> bool:
    """Tell whether the resource has a public data resource registration in force."""
    registration = state.public_of.get(resource)
    return registration is not None and stop(state.publics[registration], now) is None
