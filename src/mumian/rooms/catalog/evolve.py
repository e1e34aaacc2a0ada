"""What changes in the catalog. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.kernel.ids import PartyId, ResourceId
from mumian.rooms.catalog.model import (
    DescriptionAmended,
    Due,
    DutiesListed,
    Event,
    Grading,
    GradingProposed,
    ImportantDataPermitted,
    PermissionEnded,
    Proposal,
    RegradeDue,
    RegradeOverdue,
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
        case GradingProposed():
            proposal = Proposal(
                event.resource, event.impacts, event.factors, event.level, event.profile_digest, proposed_at=event.at
            )
            state.proposals[event.proposal] = proposal
            state.proposed[event.resource] = event.proposal
        case RegradeDue():
            _owe(state, event)
        case RegradeOverdue():
            due = state.due[event.resource]
            state.due[event.resource] = replace(due, suspends=due.suspends or event.suspends, is_overdue=True)
        case ImportantDataPermitted():
            state.permissions[event.permission] = event.record
            state.permitted[event.record.resource] = event.permission
        case PermissionEnded():
            state.permissions[event.permission] = replace(state.permissions[event.permission], ended=event.reason)
            del state.permitted[event.resource]
        case DutiesListed():
            for item in event.items:
                state.duties[f"{event.body}/{item.code}"] = item
        case ResourceWithdrawn():
            _withdraw(state, event)
        case _:
            assert_never(event)


def _publish(state: State, event: VersionPublished) -> None:
    state.versions[nth_key(event.resource, event.version)] = Version(
        event.digest, event.rows, event.size_bytes, event.quality, event.dictionary_digest, published_at=event.at
    )
    state.digests[f"{event.resource}/{event.digest}"] = event.version
    record = state.resources[event.resource]
    # graded before anything was published: the first rows are those that the grading was about
    graded_rows = record.graded_rows or (event.rows if record.gradings else 0)
    state.resources[event.resource] = replace(record, versions=event.version, graded_rows=graded_rows)


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
    record = state.resources[event.resource]
    newest = state.versions.get(nth_key(event.resource, record.versions))
    state.gradings[nth_key(event.resource, event.grading)] = Grading(
        event.impacts,
        event.level,
        event.persons,
        event.signed_by,
        event.reason,
        graded_at=event.at,
        factors=event.factors,
        proposal=event.proposal,
        departure=event.departure,
        version=record.versions,
        rules=event.rules,
    )
    state.resources[event.resource] = replace(
        record,
        gradings=event.grading,
        level=event.level,
        persons=event.persons,
        graded_rows=0 if newest is None else newest.rows,
    )
    for table in (state.due, state.proposed):
        if event.resource in table:
            del table[event.resource]


def _owe(state: State, event: RegradeDue) -> None:
    due = state.due.get(event.resource) or Due((), event.at, suspends=False)
    state.due[event.resource] = replace(
        due, triggers=(*due.triggers, event.trigger), suspends=due.suspends or event.suspends
    )


def _withdraw(state: State, event: ResourceWithdrawn) -> None:
    """A withdrawn resource owes nothing; a permission for it is moot and stays as it was given."""
    state.resources[event.resource] = replace(state.resources[event.resource], is_withdrawn=True)
    for table in (state.due, state.proposed, state.permitted):
        if event.resource in table:
            del table[event.resource]
