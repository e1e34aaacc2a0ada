"""What a certificate of data property says (数据产权登记凭证), whether it is printed or issued as a credential."""

from __future__ import annotations

import msgspec

from mumian.kernel.roles import Right


class Registry(msgspec.Struct, frozen=True):
    """The institution that registered (登记机构)."""

    party: str
    name: str


class Holder(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who has a right. name: of an organisation, from its record; of a person, given by hand at the door, else empty."""

    party: str
    name: str
    uscc: str = ""


class RightLine(msgspec.Struct, frozen=True):
    """One right of one holder, under both names. line: its number on the certificate, from 1. to: its last day, ISO."""

    line: int
    right: Right
    name_2026: str
    name_2023: str
    holder: str
    to: str


class Limit(msgspec.Struct, frozen=True):
    """What limits the right of a line."""

    line: int
    text: str


class Restrictions(msgspec.Struct, frozen=True):
    """限制范围 as the form asks for it, and what limits single rights."""

    object_types: str
    buyer_qualification: str
    environment: str
    territory: str
    resale_allowed: bool
    export_allowed: bool
    lines: tuple[Limit, ...] = ()


class Note(msgspec.Struct, frozen=True):
    """备注 (S1 第23条): of which kind, since which day, on which lines."""

    kind: str
    since: str
    lines: tuple[int, ...]


class Attestation(msgspec.Struct, frozen=True):
    """存证: in which leaf of which journal it was registered, and the SHA-256 of its record, 64 hex digits.

    The record is the one that the register holds; a renewal or a change gives it another digest, a note does not.
    """

    origin: str
    leaf: int
    sha256: str


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that a certificate says. Days in ISO form; `valid_to` is the last one. source: 数据来源, one of the form's four.

    edition: one more with each change or renewal. holders, restrictions, evidence: what its holder may withhold, None
    where that was done. print_sha256: of the sheet that carries the credential; empty in one that stands alone.
    """

    number: str
    title: str
    resource: str
    source: str
    registry: Registry
    rights: tuple[RightLine, ...]
    registered_on: str
    valid_from: str
    valid_to: str
    attestation: Attestation
    edition: int = 1
    notes: tuple[Note, ...] = ()
    holders: tuple[Holder, ...] | None = None
    restrictions: Restrictions | None = None
    evidence: tuple[str, ...] | None = None
    print_sha256: str = ""


WITHHELD = ("holders", "restrictions", "evidence")
"""What the holder of a credential can show or withhold."""
