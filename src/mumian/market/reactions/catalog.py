"""What follows from a grading: what the level no longer lets out comes off the shelf, in the same step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.ids import ResourceId
from mumian.kernel.levels import CleanRoomForm
from mumian.kernel.time import Instant
from mumian.market.gathering.seen import may_leave
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.grading import REGRADE
from mumian.rooms.catalog.permission import PERMISSION
from mumian.rooms.catalog.vocabulary import PermissionId
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.product import DeliveryForm
from mumian.rooms.exchange.terms import SuspendReason
from mumian.rooms.rights import views as right_views


def _resource_classified(s: States, event: catalog.ResourceClassified, now: Instant) -> Iterator[Any]:
    yield from _let_out_no_more(s, event.resource, now, SuspendReason.LEVEL_RAISED)


def _permission_ended(s: States, event: catalog.PermissionEnded, now: Instant) -> Iterator[Any]:
    yield from _let_out_no_more(s, event.resource, now, SuspendReason.PERMISSION_ENDED)


def _regrade_owed(s: States, event: catalog.RegradeDue | catalog.RegradeOverdue, _now: Instant) -> Iterator[Any]:
    """Whether an owed grading stops the shelf is a setting of the market (MM-REGRADE)."""
    paths = _roots(s, event.resource)
    if event.suspends and paths:
        yield exchange.SuspendStandingOn(paths, event.resource, SuspendReason.REGRADE_DUE)


def _let_out_no_more(s: States, resource: ResourceId, now: Instant, reason: SuspendReason) -> Iterator[Any]:
    """Suspend what is delivered in a form that the level forbids; stop waiting jobs where it forbids every clean room."""
    forbidden = tuple(form for form in DeliveryForm if not may_leave(s, resource, form, now))
    paths = _roots(s, resource)
    if forbidden and paths:
        yield exchange.SuspendStandingOn(paths, resource, reason, forbidden)
    if {form.value for form in CleanRoomForm} <= set(forbidden):
        yield cleanroom.StopJobs((resource,), resource)


def _roots(s: States, resource: ResourceId) -> tuple[str, ...]:
    """Return the paths that all that stands on a resource begins with: its registered rights, its operated grants."""
    registered = (str(right) for right, _ in right_views.rights_in(s.rights, resource))
    operated = (right_views.path_of(s.rights, grant) for grant in right_views.operated(s.rights, resource))
    return (*registered, *operated)


def _meet_regrade(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield catalog.DeemRegradeOverdue(ResourceId(event.about))


def _meet_permission(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield catalog.ExpirePermission(PermissionId(event.about))


REACTIONS: dict[type, React] = {
    catalog.ResourceClassified: _resource_classified,
    catalog.PermissionEnded: _permission_ended,
    catalog.RegradeDue: _regrade_owed,
    catalog.RegradeOverdue: _regrade_owed,
}

MEET: dict[str, Meet] = {
    REGRADE: _meet_regrade,
    PERMISSION: _meet_permission,
}
