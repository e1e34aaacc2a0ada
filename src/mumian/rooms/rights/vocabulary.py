"""The words that commands, events and records of rights are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END
from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import DataKind
from mumian.kernel.roles import SourceType as SourceType

PublicId = NewType("PublicId", str)
AuthorizationId = NewType("AuthorizationId", str)
ParentId: TypeAlias = str
"""A RightId, GrantId or AuthorizationId: what a grant stands on. The noun in the id says which."""

VALIDITY_YEARS_MAX = 5  # S1-26
OPERATION_YEARS_MAX = 5  # S3-TERM
PUBLIC_YEARS_MAX = 3  # S2-TERM
SERIAL_MAX = 9_999  # S1-A6
PUBLIC_SERIAL_MAX = 999_999  # S2-CODE, unverified
CHAIN_LINKS_MAX = 32
"""Grants from a root to the last one; bounds the work of one decision."""

TERM_END_MAX = 221_845_363_200_000
"""Year 9000: a term that ends later is no date that the calendar can count with."""

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TERM_END_MAX)]
Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}" + END)]
Codes: TypeAlias = Annotated[tuple[Code, ...], msgspec.Meta(max_length=64)]
FieldName: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Fields: TypeAlias = Annotated[tuple[FieldName, ...], msgspec.Meta(max_length=512)]


class Condition(StrEnum):
    """What the registry found to be so when it examined the application."""

    LAWFUL_CRAWL = "lawful_crawl"  # no intrusion, no disturbance, no broken protection, no harm, graded (R4)
    DATA_PRODUCT = "data_product"  # a product, no longer the set as gathered (R4b)
    NO_SUBSTITUTION = "no_substitution"  # replaces the crawled party's offer in no substantial way (R4b)
    CONTRACT_CLAUSE = "contract_clause"  # the contract gives this right to this holder (R5a)
    ALL_PARTIES_CONSENT = "all_parties_consent"  # every other party to the fusion agrees (R5b)
    SUBSTANTIAL_CHANGE = "substantial_change"  # changed in content, form or structure (R6)
    VALUE_RAISED = "value_raised"  # markedly more valuable (R6)
    USE_OF_SOURCE = "use_of_source"  # the deriver has the right to use the source (R6)


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
    """Why a right stands still (S1 第23条)."""

    JUDICIAL_SEIZURE = "judicial_seizure"
    ADMINISTRATIVE_CONTROL = "administrative_control"
    OWNERSHIP_DISPUTE = "ownership_dispute"
    STATUTE = "statute"


class EndReason(StrEnum):
    """Why a registration, a grant or an authorisation ends before its time."""

    GIVEN_UP = "given_up"
    DATA_LOST = "data_lost"
    FALSE_MATERIAL = "false_material"
    UNLAWFUL_USE = "unlawful_use"
    TERMS_BROKEN = "terms_broken"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    STATUTE = "statute"


class Mode(StrEnum):
    """How far an authorisation of public data reaches (S3-09)."""

    WHOLE = "whole"  # 整体授权
    SECTOR = "sector"  # 分领域授权
    SCENARIO = "scenario"  # 依场景授权


class Resource(msgspec.Struct, frozen=True):
    """A resource as the catalog sees it.

    holder: who holds the data. withdrawn: no longer offered.
    source_type: where its holder has it from, None if the catalog does not say. Another's right in the same data may
        have another source: what a company collected, a person brought about.
    """

    resource: ResourceId
    holder: PartyId
    kind: DataKind
    withdrawn: bool = False
    source_type: SourceType | None = None
