"""What can be said in the catalog."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.catalog.description import Description, Quality
from mumian.rooms.catalog.levels import Impact, Level
from mumian.rooms.catalog.refusals import CatalogRefusal as CatalogRefusal

DUTIES_MAX = 256
"""Items of one `ListDuties`; a longer inventory is listed in several commands."""

DATA_MAX = 64
"""Kinds of data that one duty gives rise to."""


OfficerCode: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.-]{1,16}(?![\s\S])")]
"""1 to 16 letters, digits, dots, dashes: checked on decoding, so that neither a Chinese name nor a resident id is logged."""


class RegradeReason(StrEnum):
    """What made a new grading necessary (domain-rules §5.1, 触发再定级)."""

    CONTENT = "content"  # 内容变化
    TIMELINESS = "timeliness"  # 时效变化
    SCALE = "scale"  # 规模变化
    FUSION = "fusion"  # 汇聚融合
    DESENSITISED = "desensitised"  # 脱敏
    SCENARIO = "scenario"  # 场景变化
    INCIDENT = "incident"  # 事件
    LAW = "law"  # 法规变化


class DutyItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the three lists of a public body (三张清单): a duty, the system that serves it, the data it yields.

    code: 1 to 32 letters, digits, dots, dashes; the body's own. data: names of the kinds of data; resources that are
    described point back to `code`.
    """

    code: str
    duty: str
    system: str
    data: tuple[str, ...]


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


class ClassifyResource(_Command, frozen=True):
    """Grade a resource by the matrix of GB/T 43697, or grade it again. By the holder.

    impacts: each object at most once; all that is not named was assessed as no harm.
    persons: it contains personal information; the harm to persons is then among the impacts.
    signed_by: code of the officer who answers for it; never a name.
    reason: what changed; without one a level never falls.
    """

    resource: ResourceId
    impacts: tuple[Impact, ...]
    persons: bool
    signed_by: OfficerCode
    reason: RegradeReason | None = None


class ListDuties(_Command, frozen=True):
    """Enter or correct items of the speaker's duty inventory (职能数据清单). By a public body."""

    items: tuple[DutyItem, ...]


class WithdrawResource(_Command, frozen=True):
    """Take a resource out of the catalog for good; its record stays. By the holder."""

    resource: ResourceId


Command = DescribeResource | AmendDescription | PublishVersion | ClassifyResource | ListDuties | WithdrawResource


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


class DutiesListed(_Event, frozen=True):
    body: PartyId
    items: tuple[DutyItem, ...]


class ResourceWithdrawn(_Event, frozen=True):
    resource: ResourceId


Event = (
    ResourceDescribed | DescriptionAmended | VersionPublished | ResourceClassified | DutiesListed | ResourceWithdrawn
)


class Resource(msgspec.Struct, frozen=True):
    """A resource as recorded, without its description, so that the record that jobs read stays small.

    versions, gradings: how many there are. level, persons: by the last grading, if any.
    """

    holder: PartyId
    described_at: Instant
    amended_at: Instant
    versions: int = 0
    gradings: int = 0
    level: Level | None = None
    persons: bool = False
    is_withdrawn: bool = False


class Version(msgspec.Struct, frozen=True):
    digest: str
    rows: int
    size_bytes: int
    quality: Quality
    dictionary_digest: str
    published_at: Instant


class Grading(msgspec.Struct, frozen=True):
    """One classification (分类分级), as signed."""

    impacts: tuple[Impact, ...]
    level: Level
    persons: bool
    signed_by: str
    reason: RegradeReason | None
    graded_at: Instant


def nth_key(resource: ResourceId, nth: int) -> str:
    """Return the key of the nth version or grading of a resource: they sort by number."""
    return f"{resource}/{nth:09d}"


class State(msgspec.Struct):
    """resources, descriptions: by resource id. versions, gradings: by `nth_key`. digests: `resource/digest` → version.

    by_holder: `party/resource`. duties: `body/code`. by_duty: `body/code/resource`.
    """

    resources: Table[Resource]
    descriptions: Table[Description]
    versions: Table[Version]
    digests: Table[int]
    gradings: Table[Grading]
    by_holder: Table[ResourceId]
    duties: Table[DutyItem]
    by_duty: Table[ResourceId]
