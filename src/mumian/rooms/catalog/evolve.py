"""What changes in the catalog. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.kernel.ids import PartyId, ResourceId
from mumian.rooms.catalog.model import (
    DescriptionAmended,
    DutiesListed,
    Event,
    Grading,
    Resource,
    ResourceClassified,
    ResourceDescribed,
    ResourceWithdrawn,
    State,
    Version,
    VersionPublished,
    nth_key,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case VersionPublished():
            _publish(state, event)
        case ResourceDescribed():
            state.resources[event.resource] = Resource(event.holder, event.at, event.at)
            state.descriptions[event.resource] = event.description
            state.by_holder[f"{event.holder}/{event.resource}"] = event.resource
            _link_duty(state, event.resource, event.holder, event.description.duty_item)
        case DescriptionAmended():
            _amend(state, event)
        case ResourceClassified():
            _classify(state, event)
        case DutiesListed():
            for item in event.items:
                state.duties[f"{event.body}/{item.code}"] = item
        case ResourceWithdrawn():
            state.resources[event.resource] = replace(state.resources[event.resource], is_withdrawn=True)
        case _:
            assert_never(event)


def _publish(state: State, event: VersionPublished) -> None:
    state.versions[nth_key(event.resource, event.version)] = Version(
        event.digest, event.rows, event.size_bytes, event.quality, event.dictionary_digest, published_at=event.at
    )
    state.digests[f"{event.resource}/{event.digest}"] = event.version
    state.resources[event.resource] = replace(state.resources[event.resource], versions=event.version)


def _amend(state: State, event: DescriptionAmended) -> None:
    record = state.resources[event.resource]
    old = state.descriptions[event.resource]
    if old.duty_item:
        del state.by_duty[f"{record.holder}/{old.duty_item}/{event.resource}"]
    _link_duty(state, event.resource, record.holder, event.description.duty_item)
    state.descriptions[event.resource] = event.description
    state.resources[event.resource] = replace(record, amended_at=event.at)


def _link_duty(state: State, resource: ResourceId, holder: PartyId, duty_item: str) -> None:
    if duty_item:
        state.by_duty[f"{holder}/{duty_item}/{resource}"] = resource


def _classify(state: State, event: ResourceClassified) -> None:
    state.gradings[nth_key(event.resource, event.grading)] = Grading(
        event.impacts, event.level, event.persons, event.signed_by, event.reason, graded_at=event.at
    )
    state.resources[event.resource] = replace(
        state.resources[event.resource], gradings=event.grading, level=event.level, persons=event.persons
    )
