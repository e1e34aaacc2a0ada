"""What follows when a right, a registration, a grant or an authorisation no longer stands: what stood on it comes down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mumian.kernel.ids import RightId
from mumian.kernel.time import Instant
from mumian.market.reactions.base import React
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.records import reading
from mumian.rooms.consent import events as consent
from mumian.rooms.exchange import model as exchange
from mumian.rooms.rights import model as rights
from mumian.rooms.rights import views as right_views


def _right_ended(s: States, event: rights.RightEnded, _now: Instant) -> Iterator[Any]:
    """What was granted from the right falls, and what was granted only because its holder may operate the data."""
    right = event.registration
    yield from _bring_down(s, right, (right, *right_views.licensed(s.rights, right)))


def _frozen(s: States, event: rights.RightsFrozen, _now: Instant) -> Iterator[Any]:
    """A freeze brings down just what stands on the thing that it lies on."""
    licensed = right_views.licensed(s.rights, RightId(event.thing)) if event.thing in s.rights.rights else ()
    yield from _bring_down(s, event.thing, (event.thing, *licensed))


def _public_ended(s: States, event: rights.PublicResourceCancelled, _now: Instant) -> Iterator[Any]:
    resource = s.rights.publics[event.registration].resource
    yield from _bring_down(s, event.registration, right_views.operated(s.rights, resource))


def _resource_withdrawn(s: States, event: catalog.ResourceWithdrawn, _now: Instant) -> Iterator[Any]:
    registered = [right for right, _ in right_views.rights_in(s.rights, event.resource)]
    operated = right_views.operated(s.rights, event.resource)
    yield from _bring_down(s, event.resource, (*registered, *operated))
    yield cleanroom.StopJobs((event.resource,), event.resource)


def _grant_revoked(s: States, event: rights.GrantRevoked, _now: Instant) -> Iterator[Any]:
    yield from _bring_down(s, event.grant, (event.grant,))


def _authorization_ended(s: States, event: rights.AuthorizationEnded, _now: Instant) -> Iterator[Any]:
    yield from _bring_down(s, event.authorization, (event.authorization,))


def _consent_voided(s: States, event: rights.ConsentVoided, _now: Instant) -> Iterator[Any]:
    yield from _bring_down(s, event.consent, right_views.consented(s.rights, event.consent))


def _consent_ended(
    s: States, event: consent.ConsentWithdrawn | consent.ConsentExpired | consent.ConsentSuperseded, _now: Instant
) -> Iterator[Any]:
    """Whatever still waits to read the person's data for what it consented to stops (PIPL 第15、47条)."""
    purposes = s.consent.consents[event.consent].purposes
    paths = tuple(reading(resource, purpose) for resource in event.resources for purpose in purposes)
    if paths:
        yield cleanroom.StopJobs(paths, event.consent)


def _bring_down(s: States, because: str, ended: Iterable[str]) -> Iterator[Any]:
    """Suspend every listing and stop every waiting job that stands on what ended, or on anything beneath it.

    Grants need no word: each decision walks up their chain, so those beneath are void with the first one.
    """
    paths = tuple(right_views.path_of(s.rights, each) for each in ended)
    if paths:
        yield exchange.SuspendStandingOn(paths, because)
        yield cleanroom.StopJobs(paths, because)


REACTIONS: dict[type, React] = {
    rights.RightEnded: _right_ended,
    rights.RightsFrozen: _frozen,
    rights.PublicResourceCancelled: _public_ended,
    catalog.ResourceWithdrawn: _resource_withdrawn,
    rights.GrantRevoked: _grant_revoked,
    rights.AuthorizationEnded: _authorization_ended,
    rights.ConsentVoided: _consent_voided,
    consent.ConsentWithdrawn: _consent_ended,
    consent.ConsentExpired: _consent_ended,
    consent.ConsentSuperseded: _consent_ended,
}
