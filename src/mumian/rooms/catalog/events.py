"""What can have happened in the catalog."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.levels import Level
from mumian.kernel.limits import ClockChange
from mumian.kernel.time import Instant
from mumian.rooms.catalog.description import Description, Quality
from mumian.rooms.catalog.factors import Factors
from mumian.rooms.catalog.levels import Impact
from mumian.rooms.catalog.records import Permission
from mumian.rooms.catalog.vocabulary import (
    Departure,
    DutyItem,
    PermissionEnd,
    PermissionId,
    ProposalId,
    RegradeReason,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"catalog.{name}"):
    pass


class ResourceDescribed(_Event, frozen=True):
    resource: ResourceId
    holder: PartyId
    description: Description
    at: Instant


class DescriptionAmended(_Event, frozen=True):
    resource: ResourceId
    description: Description
    at: Instant


class VersionPublished(_Event, frozen=True):
    """`version` counts from 1. `dictionary_digest`: of the canonical bytes of the fields as described at that time."""

    resource: ResourceId
    version: int
    digest: str
    rows: int
    size_bytes: int
    quality: Quality
    dictionary_digest: str
    at: Instant


class GradingProposed(_Event, frozen=True):
    """`level`: what the matrix gives for `impacts`. `unknown`: factors that the profile cannot know."""

    proposal: ProposalId
    resource: ResourceId
    impacts: tuple[Impact, ...]
    factors: Factors
    level: Level
    unknown: tuple[str, ...]
    profile_digest: str
    at: Instant
    rules: tuple[str, ...]


class ResourceClassified(_Event, frozen=True):
    """`grading` counts from 1. `level`: what the matrix gives for `impacts`."""

    resource: ResourceId
    grading: int
    impacts: tuple[Impact, ...]
    level: Level
    persons: bool
    signed_by: str
    reason: RegradeReason | None
    at: Instant
    factors: Factors | None = None
    proposal: str = ""
    departure: Departure | None = None
    rules: tuple[str, ...] = ()
    clocks: tuple[ClockChange, ...] = ()


class RegradeDue(_Event, frozen=True):
    """A grading is due again, or for the first time. `suspends`: until it is there nothing is offered."""

    resource: ResourceId
    trigger: RegradeReason
    evidence_digest: str
    suspends: bool
    at: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class RegradeOverdue(_Event, frozen=True):
    """A grading that was due is not there in time. `suspends`: until it is there nothing is offered."""

    resource: ResourceId
    suspends: bool
    at: Instant
    rules: tuple[str, ...]


class ImportantDataPermitted(_Event, frozen=True):
    permission: PermissionId
    record: Permission
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...]


class PermissionEnded(_Event, frozen=True):
    permission: PermissionId
    resource: ResourceId
    reason: PermissionEnd
    clocks: tuple[ClockChange, ...] = ()


class DutiesListed(_Event, frozen=True):
    body: PartyId
    items: tuple[DutyItem, ...]


class ResourceWithdrawn(_Event, frozen=True):
    resource: ResourceId
    clocks: tuple[ClockChange, ...] = ()


Event = (
    ResourceDescribed
    | DescriptionAmended
    | VersionPublished
    | GradingProposed
    | ResourceClassified
    | RegradeDue
    | RegradeOverdue
    | ImportantDataPermitted
    | PermissionEnded
    | DutiesListed
    | ResourceWithdrawn
)
