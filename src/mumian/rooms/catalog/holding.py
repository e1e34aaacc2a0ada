"""Which resource a command speaks of, and whether who speaks holds it."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import ResourceId
from mumian.kernel.outcome import Refused
from mumian.rooms.catalog.model import Resource, State
from mumian.rooms.catalog.refusals import CatalogRefusal as R


def present(state: State, resource: ResourceId) -> Resource | Refused:
    """Return the resource if it is in the catalog and not withdrawn."""
    record = state.resources.get(resource)
    if record is None:
        return Refused(R.RESOURCE_UNKNOWN, {"resource": resource})
    return Refused(R.RESOURCE_WITHDRAWN, {"resource": resource}) if record.is_withdrawn else record


def held(state: State, resource: ResourceId, facts: Facts) -> Resource | Refused:
    """Return the resource if it is in the catalog and the actor holds it."""
    record = state.resources.get(resource)
    if record is not None and facts.actor != record.holder:
        return Refused(R.NOT_THE_HOLDER, {"resource": resource, "holder": record.holder, "actor": facts.actor})
    return present(state, resource)
