"""What can be said in the catalog."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import Digest, Natural
from mumian.kernel.facts import Facts
from mumian.kernel.ids import ResourceId
from mumian.kernel.levels import CleanRoomForm
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.catalog.description import Description, Quality
from mumian.rooms.catalog.events import DescriptionAmended as DescriptionAmended
from mumian.rooms.catalog.events import DutiesListed as DutiesListed
from mumian.rooms.catalog.events import Event as Event
from mumian.rooms.catalog.events import GradingProposed as GradingProposed
from mumian.rooms.catalog.events import ImportantDataPermitted as ImportantDataPermitted
from mumian.rooms.catalog.events import PermissionEnded as PermissionEnded
from mumian.rooms.catalog.events import RegradeDue as RegradeDue
from mumian.rooms.catalog.events import RegradeOverdue as RegradeOverdue
from mumian.rooms.catalog.events import ResourceClassified as ResourceClassified
from mumian.rooms.catalog.events import ResourceDescribed as ResourceDescribed
from mumian.rooms.catalog.events import ResourceWithdrawn as ResourceWithdrawn
from mumian.rooms.catalog.events import VersionPublished as VersionPublished
from mumian.rooms.catalog.factors import Factors
from mumian.rooms.catalog.records import Due as Due
from mumian.rooms.catalog.records import Grading as Grading
from mumian.rooms.catalog.records import Permission as Permission
from mumian.rooms.catalog.records import Proposal as Proposal
from mumian.rooms.catalog.records import Resource as Resource
from mumian.rooms.catalog.records import Version as Version
from mumian.rooms.catalog.records import nth_key as nth_key
from mumian.rooms.catalog.refusals import CatalogRefusal as CatalogRefusal
from mumian.rooms.catalog.vocabulary import Departure as Departure
from mumian.rooms.catalog.vocabulary import DutyItem as DutyItem
from mumian.rooms.catalog.vocabulary import Impacts, PermissionEnd, PermissionId, ProposalId
from mumian.rooms.catalog.vocabulary import OfficerCode as OfficerCode
from mumian.rooms.catalog.vocabulary import RegradeReason as RegradeReason

DUTIES_MAX = 256
"""Items of one `ListDuties`; a longer inventory is listed in several commands."""

DATA_MAX = 64
"""Kinds of data that one duty gives rise to."""


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"catalog.{name}", forbid_unknown_fields=True):
    pass


class DescribeResource(_Command, frozen=True):
    """Enter a resource into the catalog; who speaks holds it. By a supplier or a public body."""

    description: Description


class AmendDescription(_Command, frozen=True):
    """Put a new description in place of the old one; kind and source of the data stay. By the holder."""

    resource: ResourceId
    description: Description


class PublishVersion(_Command, frozen=True):
    """Record a new state of the data. By the holder.

    digest: SHA-256 of the data as the domain keeps it, 64 hex digits; the data itself stays there.
    """

    resource: ResourceId
    digest: str
    rows: Natural
    size_bytes: Natural
    quality: Quality


class ProposeGrading(_Command, frozen=True):
    """Put forward a grading that the domain derived from a profile of the data; a person signs or departs. By the holder.

    factors: None where the profile cannot know. profile_digest: of the profile, which stays in the domain.
    """

    resource: ResourceId
    impacts: Impacts
    factors: Factors
    profile_digest: Digest


class ClassifyResource(_Command, frozen=True):
    """Grade a resource by the matrix of GB/T 43697, or grade it again. By the holder. Facts: `GradingFacts`.

    impacts: each object at most once; all that is not named was assessed as no harm.
    persons: it contains personal information; the harm to persons is then among the impacts.
    signed_by: code of the officer who answers for it; never a name.
    reason: what changed; without one a level never falls.
    factors: None for those of the proposal.
    proposal: the domain's, which is signed or departed from; departure: why it is departed from.
    """

    resource: ResourceId
    impacts: Impacts
    persons: bool
    signed_by: OfficerCode
    reason: RegradeReason | None = None
    factors: Factors | None = None
    proposal: str = ""
    departure: Departure | None = None


class ReportTrigger(_Command, frozen=True):
    """Say that something happened by which the grading is due again. By holder, exchange, data bureau or regulator."""

    resource: ResourceId
    trigger: RegradeReason
    evidence_digest: Digest


class DeemRegradeOverdue(_Command, frozen=True):
    """Say that a grading that was due is not there in time. By the market, when the limit is over."""

    resource: ResourceId


class PermitImportantData(_Command, frozen=True):
    """Agree in writing that important data is traded in a clean room (S5 五). By a regulator or a data bureau.

    until: the first instant at which it no longer holds. document_digest: of the letter, which its parties keep.
    """

    resource: ResourceId
    forms: Annotated[tuple[CleanRoomForm, ...], msgspec.Meta(max_length=len(CleanRoomForm))]
    until: Instant
    document_digest: Digest


class RevokePermission(_Command, frozen=True):
    """Take a permission back. By who gave it, or a regulator."""

    permission: PermissionId
    reason: PermissionEnd


class ExpirePermission(_Command, frozen=True):
    """End a permission whose term is over. By the market."""

    permission: PermissionId


class ListDuties(_Command, frozen=True):
    """Enter or correct items of the speaker's duty inventory (职能数据清单). By a public body."""

    items: tuple[DutyItem, ...]


class WithdrawResource(_Command, frozen=True):
    """Take a resource out of the catalog for good; its record stays. By the holder."""

    resource: ResourceId


Command = (
    DescribeResource
    | AmendDescription
    | PublishVersion
    | ProposeGrading
    | ClassifyResource
    | ReportTrigger
    | DeemRegradeOverdue
    | PermitImportantData
    | RevokePermission
    | ExpirePermission
    | ListDuties
    | WithdrawResource
)


class GradingFacts(Facts, frozen=True, kw_only=True):
    """Facts of `ClassifyResource`.

    officer_signs: whether the code is that of an officer of the holder in office for grading; None if the holder never
        appointed an officer.
    """

    officer_signs: bool | None = None


class State(msgspec.Struct):
    """resources, descriptions: by resource id. versions, gradings: by `nth_key`. digests: `resource/digest` → version.

    by_holder: `party/resource`. duties: `body/code`. by_duty: `body/code/resource`.
    proposals, permissions: by id. proposed: resource → its open proposal. due: resource → the grading that it owes.
    permitted: resource → its permission that has not ended.
    """

    resources: Table[Resource]
    descriptions: Table[Description]
    versions: Table[Version]
    digests: Table[int]
    gradings: Table[Grading]
    by_holder: Table[ResourceId]
    duties: Table[DutyItem]
    by_duty: Table[ResourceId]
    proposals: Table[Proposal]
    proposed: Table[ProposalId]
    due: Table[Due]
    permissions: Table[Permission]
    permitted: Table[PermissionId]
