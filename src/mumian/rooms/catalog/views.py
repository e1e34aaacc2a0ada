"""What can be seen of the catalog."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.catalog.dcat import JsonLd, dataset
from mumian.rooms.catalog.description import Description
from mumian.rooms.catalog.levels import Level
from mumian.rooms.catalog.model import DutyItem, Grading, Permission, Proposal, Resource, State, Version, nth_key
from mumian.rooms.catalog.records import Due
from mumian.rooms.catalog.vocabulary import PermissionId, ProposalId


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


def grading_stop(state: State, resource: ResourceId) -> str:
    """Return why nothing of the resource may be offered for want of a grading; empty if it stands.

    `not_classified`: there is none. `regrade_due`: one is due, or overdue, and this market lets it stand still meanwhile.
    """
    if level_of(state, resource) is None:
        return "not_classified"
    due = state.due.get(resource)
    return "regrade_due" if due is not None and due.suspends else ""


def is_permitted(state: State, resource: ResourceId, form: str, now: Instant) -> bool:
    """Tell whether a competent authority's written permission for this important data in this form is in force."""
    key = state.permitted.get(resource)
    record = None if key is None else state.permissions[key]
    return record is not None and now < record.until and form in record.forms


def permission(state: State, key: PermissionId) -> Permission | None:
    """Return a permission as it was given and, if so, ended."""
    return state.permissions.get(key)


def proposal(state: State, resource: ResourceId) -> tuple[ProposalId, Proposal] | None:
    """Return the domain's proposal that waits for a signature, or None."""
    key = state.proposed.get(resource)
    return None if key is None else (key, state.proposals[key])


def due(state: State, resource: ResourceId) -> Due | None:
    """Return the grading that is owed for a resource, or None. The limit itself is kept by the room of clocks."""
    return state.due.get(resource)


def grading(state: State, resource: ResourceId) -> Grading | None:
    """Return the grading that stands."""
    record = state.resources.get(resource)
    return state.gradings.get(nth_key(resource, record.gradings)) if record is not None else None


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
