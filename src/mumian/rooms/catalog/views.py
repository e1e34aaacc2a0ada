"""What can be seen of the catalog."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.rooms.catalog.dcat import JsonLd, dataset
from mumian.rooms.catalog.description import Description
from mumian.rooms.catalog.levels import Level
from mumian.rooms.catalog.levels import may_be_listed as may_be_listed
from mumian.rooms.catalog.model import DutyItem, Grading, Resource, State, Version, nth_key


class DutyLine(msgspec.Struct, frozen=True):
    """One item of a duty inventory with the resources that were described for it, withdrawn ones left out."""

    item: DutyItem
    resources: tuple[ResourceId, ...]


def resource(state: State, resource: ResourceId) -> Resource | None:
    """Return the resource's record, withdrawn or not."""
    return state.resources.get(resource)


def description(state: State, resource: ResourceId) -> Description | None:
    """Return the resource's description as last amended."""
    return state.descriptions.get(resource)


def resources_of(state: State, holder: PartyId) -> Iterator[ResourceId]:
    """Yield every resource of `holder`, withdrawn ones too."""
    for _, key in state.by_holder.under(f"{holder}/"):
        yield key


def latest_version(state: State, resource: ResourceId) -> Version | None:
    """Return the newest version, or None while none is published. Two reads."""
    record = state.resources.get(resource)
    return state.versions.get(nth_key(resource, record.versions)) if record is not None else None


def versions_of(state: State, resource: ResourceId) -> Iterator[Version]:
    """Yield every version, oldest first."""
    for _, version in state.versions.under(f"{resource}/"):
        yield version


def level_of(state: State, resource: ResourceId) -> Level | None:
    """Return the level by the last grading; None for a resource that is unknown or not graded. One read."""
    record = state.resources.get(resource)
    return None if record is None else record.level


def gradings_of(state: State, resource: ResourceId) -> Iterator[Grading]:
    """Yield every grading, oldest first."""
    for _, grading in state.gradings.under(f"{resource}/"):
        yield grading


def dcat(state: State, resource: ResourceId) -> JsonLd | None:
    """Return the resource as a DCAT 3 `Dataset` in JSON-LD, or None for an unknown one."""
    record = state.resources.get(resource)
    return (
        None
        if record is None
        else dataset(resource, record, state.descriptions[resource], latest_version(state, resource))
    )


def duty_inventory(state: State, body: PartyId) -> Iterator[DutyLine]:
    """Yield the duty inventory of a public body (职能数据清单), by code: duty, system, data, and what is described of it."""
    for key, item in state.duties.under(f"{body}/"):
        described = (found for _, found in state.by_duty.under(f"{key}/"))
        yield DutyLine(item, tuple(found for found in described if not state.resources[found].is_withdrawn))
