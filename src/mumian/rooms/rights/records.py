"""What the room of rights remembers."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.money import Fen
from mumian.kernel.roles import Right
from mumian.kernel.time import Instant
from mumian.rooms.rights.vocabulary import Basis, EndReason, Frozen, Mode, ParentId, SourceType


class Registration(msgspec.Struct, frozen=True):
    """A registered right. rules: ids of the rules that it was decided by, the row of S1 第21条 first."""

    resource: ResourceId
    right: Right
    holder: PartyId
    certificate: str
    source_type: SourceType
    basis: Basis
    rules: tuple[str, ...]
    registered_at: Instant
    valid_from: Instant
    valid_to: Instant
    ended: EndReason | None = None
    freezes: tuple[Frozen, ...] = ()


class PublicRegistration(msgspec.Struct, frozen=True):
    """A registered public data resource. code: the query code of the result (登记结果查询码)."""

    resource: ResourceId
    code: str
    evidence_digest: str
    valid_from: Instant
    valid_to: Instant
    ended: EndReason | None = None


class Authorization(msgspec.Struct, frozen=True):
    """An authorised operation of public data, under an agreement of the room of operation."""

    agreement: str
    body: PartyId
    operator: PartyId
    resources: tuple[ResourceId, ...]
    mode: Mode
    scenario: str
    ceiling_fen: Fen | None
    valid_from: Instant
    valid_to: Instant
    ended: EndReason | None = None
    freezes: tuple[Frozen, ...] = ()


class Grant(msgspec.Struct, frozen=True):
    """A right granted onward.

    depth: grants from the root to this one; the first has 1.
    licence: where a registered USE right is granted, the grantor's OPERATE right in the same resource, since to let
        others use data is to operate it (S1-03); else empty.
    scenario: of a grant under an authorisation; else empty.
    consent: the person's consent that it rests on, or empty. under: the application or licence that it was given
        under, or empty.
    """

    parent: ParentId
    resource: ResourceId
    right: Right
    grantor: PartyId
    grantee: PartyId
    purposes: tuple[str, ...]
    territory: tuple[str, ...]
    fields: tuple[str, ...]
    valid_from: Instant
    valid_to: Instant
    onward: bool
    terms_digest: str
    depth: Natural
    licence: str = ""
    scenario: str = ""
    consent: str = ""
    under: str = ""
    ended: EndReason | None = None
    freezes: tuple[Frozen, ...] = ()
