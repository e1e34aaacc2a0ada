"""What the catalog keeps of each thing."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.levels import CleanRoomForm, Level
from mumian.kernel.time import Instant
from mumian.rooms.catalog.description import Quality
from mumian.rooms.catalog.factors import Factors
from mumian.rooms.catalog.levels import Impact
from mumian.rooms.catalog.vocabulary import Departure, PermissionEnd, RegradeReason


class Resource(msgspec.Struct, frozen=True):
    """A resource as recorded, without its description, so that the record that jobs read stays small.

    versions, gradings: how many there are. level, persons: by the last grading, if any.
    graded_rows: rows that the data had when it was last graded; 0 while none were known.
    """

    holder: PartyId
    described_at: Instant
    amended_at: Instant
    versions: int = 0
    gradings: int = 0
    level: Level | None = None
    persons: bool = False
    is_withdrawn: bool = False
    graded_rows: int = 0


class Version(msgspec.Struct, frozen=True):
    digest: str
    rows: int
    size_bytes: int
    quality: Quality
    dictionary_digest: str
    published_at: Instant


class Grading(msgspec.Struct, frozen=True):
    """One classification (分类分级), as signed. version: the newest one that there was, 0 if none."""

    impacts: tuple[Impact, ...]
    level: Level
    persons: bool
    signed_by: str
    reason: RegradeReason | None
    graded_at: Instant
    factors: Factors | None = None
    proposal: str = ""
    departure: Departure | None = None
    version: int = 0
    rules: tuple[str, ...] = ()


class Proposal(msgspec.Struct, frozen=True):
    """A grading that the domain put forward."""

    resource: ResourceId
    impacts: tuple[Impact, ...]
    factors: Factors
    level: Level
    profile_digest: str
    proposed_at: Instant


class Due(msgspec.Struct, frozen=True):
    """A grading that is owed. triggers: what made it due, the first one first. suspends: nothing is offered meanwhile."""

    triggers: tuple[RegradeReason, ...]
    since: Instant
    suspends: bool
    is_overdue: bool = False


class Permission(msgspec.Struct, frozen=True):
    """A competent authority's written word that important data is traded in clean rooms."""

    resource: ResourceId
    forms: tuple[CleanRoomForm, ...]
    until: Instant
    document_digest: str
    by: PartyId
    given_at: Instant
    ended: PermissionEnd | None = None


def nth_key(resource: ResourceId, nth: int) -> str:
    """Return the key of the nth version or grading of a resource: they sort by number."""
    return f"{resource}/{nth:09d}"
