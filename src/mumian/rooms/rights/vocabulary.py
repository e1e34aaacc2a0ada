"""The words that commands, events and records of rights are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END
from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import SourceType as SourceType
from mumian.kernel.time import Instant

PublicId = NewType("PublicId", str)
AuthorizationId = NewType("AuthorizationId", str)
ParentId: TypeAlias = str
"""A RightId, GrantId or AuthorizationId: what a grant stands on. The noun in the id says which."""

VALIDITY_YEARS_MAX = 5  # S1-26
OPERATION_YEARS_MAX = 5  # S3-TERM
CHAIN_LINKS_MAX = 32
"""Grants from a root to the last one; bounds the work of one decision."""

TERM_END_MAX = 221_845_363_200_000
"""Year 9000: a term that ends later is no date that the calendar can count with."""

ConsentId: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^(consent-[0-9]+(\.[0-9]+)?)?" + END)]
"""A consent that a grant rests on; empty where it rests on none."""

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TERM_END_MAX)]
Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}" + END)]
Codes: TypeAlias = Annotated[tuple[Code, ...], msgspec.Meta(max_length=64)]
FieldName: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Fields: TypeAlias = Annotated[tuple[FieldName, ...], msgspec.Meta(max_length=512)]


class BasisKind(StrEnum):
    """What a right rests on (政策第1条: contract, administrative agreement, registration)."""

    CONTRACT = "contract"
    COLLECTION = "collection"
    LAW = "law"
    ADMINISTRATIVE_AGREEMENT = "administrative_agreement"
    DERIVED = "derived"


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document that shows the basis, by its digest; the document stays with its owner."""

    kind: BasisKind
    reference_digest: Digest


class FreezeReason(StrEnum):
    """Why a right, a grant or an authorisation stands still (S1 第23条)."""

    JUDICIAL_SEIZURE = "judicial_seizure"
    ADMINISTRATIVE_CONTROL = "administrative_control"
    OWNERSHIP_DISPUTE = "ownership_dispute"
    STATUTE = "statute"


class Frozen(msgspec.Struct, frozen=True):
    """One freeze. Several of different reasons may lie on one thing; each is lifted by itself."""

    reason: FreezeReason
    by: PartyId


class EndReason(StrEnum):
    """Why a registration, a grant or an authorisation ends before its time."""

    GIVEN_UP = "given_up"
    DATA_LOST = "data_lost"
    FALSE_MATERIAL = "false_material"
    UNLAWFUL_USE = "unlawful_use"
    TERMS_BROKEN = "terms_broken"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    STATUTE = "statute"
    TRANSFERRED = "transferred"
    EXPIRED = "expired"
    CORRECTED = "corrected"


class Mode(StrEnum):
    """How far an authorisation of public data reaches (S3-09)."""

    WHOLE = "whole"  # 整体授权
    SECTOR = "sector"  # 分领域授权
    SCENARIO = "scenario"  # 依场景授权


class ConsentSeen(msgspec.Struct, frozen=True):
    """A person's consent as the room of consent sees it when a grant is to rest on it.

    recipients: empty for whoever the processor chooses. valid_to: the first instant at which it no longer holds.
    """

    processor: PartyId
    purposes: tuple[str, ...]
    recipients: tuple[PartyId, ...]
    valid_to: Instant
    in_force: bool
