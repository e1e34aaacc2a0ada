"""What follows when a right, a registration, a grant or an authorisation no longer stands: what stood on it comes down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.reactions.base import React
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import views as exchange_views
from mumian.rooms.exchange.product import SourceId
from mumian.rooms.exchange.terms import SuspendReason
from mumian.rooms.rights import model as rights
from mumian.rooms.rights import views as right_views


def _right_ended(s: States, event: rights.RightCancelled | rights.RightFrozen, _now: Instant) -> Iterator[Any]:
    """What was granted from the right falls, and what was granted only because its holder may operate the data."""
    right = event.registration
    yield from _suspend(s, right, (*_and_below(s, right), *right_views.licensed(s.rights, right)))


def _public_ended(s: States, event: rights.PublicResourceCancelled, _now: Instant) -> Iterator[Any]:
    resource = s.rights.publics[event.registration].resource
    yield from _suspend(s, event.registration, right_views.operated(s.rights, resource))


def _resource_withdrawn(s: States, event: catalog.ResourceWithdrawn, _now: Instant) -> Iterator[Any]:
    registered = [right for right, _ in right_views.rights_in(s.rights, event.resource)]
    below = [each for right in registered for each in _and_below(s, right)]
    yield from _suspend(s, event.resource, (*below, *right_views.operated(s.rights, event.resource)))


def _grant_revoked(s: States, event: rights.GrantRevoked, _now: Instant) -> Iterator[Any]:
    yield from _suspend(s, event.grant, _and_below(s, event.grant))


def _authorization_ended(s: States, event: rights.AuthorizationEnded, _now: Instant) -> Iterator[Any]:
    yield from _suspend(s, event.authorization, _and_below(s, event.authorization))


def _and_below(s: States, source: str) -> tuple[str, ...]:
    return (source, *right_views.downstream(s.rights, source))


def _suspend(s: States, because: str, sources: Iterable[str]) -> Iterator[Any]:
    """Stop every open listing that stands on one of `sources`."""
    seen = set[str]()
    for each in sources:
        for listing in exchange_views.listings_standing_on(s.exchange, SourceId(each)):
            if listing not in seen:
                seen.add(listing)
                yield exchange.SuspendListing(listing, SuspendReason.SOURCE_BROKEN, because)


REACTIONS: dict[type, React] = {
    rights.RightCancelled: _right_ended,
    rights.RightFrozen: _right_ended,
    rights.PublicResourceCancelled: _public_ended,
    catalog.ResourceWithdrawn: _resource_withdrawn,
    rights.GrantRevoked: _grant_revoked,
    rights.AuthorizationEnded: _authorization_ended,
}
