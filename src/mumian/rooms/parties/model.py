"""What can be said about parties."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mumian.kernel.canonical import Digest, Natural
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.parties.numbers import refuse_personal_data
from mumian.rooms.parties.refusals import PartiesRefusal as PartiesRefusal

KEYS_MAX = 8
"""Live keys of one party: enough to roll over, few enough to carry in its record."""

NAME_CHARS_MAX = 100
SHARE_BP_MAX = 10_000
GROUP_MAX = 1_024
"""Parties of one related group; bounds the work of one closure."""


class PartyKind(StrEnum):
    """Kind of applicant (S1 附件1: 自然人, 法人 with 非法人组织) and, apart from them, the public bodies."""

    NATURAL = "natural"
    LEGAL = "legal"
    PUBLIC_BODY = "public_body"


class Standing(StrEnum):
    """ADMITTED → SUSPENDED → EXITED of the member's life (domain-rules §4.2). Who comes back after an exit is a new party."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXITED = "exited"


class Relation(StrEnum):
    """How two parties are related; the closure over it serves 运商分离 (S3 第6条)."""

    CONTROLS = "controls"  # 实际控制: by shares, contract or otherwise
    HOLDS_SHARES = "holds_shares"  # 持股: counts from a threshold on
    AFFILIATED = "affiliated"  # 其他关联: common officers, family, anything that may shift a profit


class Authority(StrEnum):
    """By whose word something was recorded, in rising order."""

    PARTY = "party"
    EXCHANGE = "exchange"
    REGULATOR = "regulator"


ANYBODY = frozenset(Authority)
AUTHORITIES = ANYBODY - {Authority.PARTY}
"""Whose word counts: what a party says of itself too, or only what the exchange or a regulator has found."""


class SuspensionReason(StrEnum):
    """Why a party is suspended: codes, since words could name a person (domain-rules §9.7, CreditEvent)."""

    FALSE_REGISTRATION = "false_registration"  # 虚假登记
    BREACH = "breach"  # 违约
    BEYOND_SCOPE = "beyond_scope"  # 超范围使用
    RECTIFICATION_REFUSED = "rectification_refused"  # 拒不整改
    DATA_LEAK = "data_leak"  # 数据泄露
    KEY_COMPROMISED = "key_compromised"  # 密钥失控
    OWN_REQUEST = "own_request"  # 本人申请


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"parties.{name}", forbid_unknown_fields=True):
    pass


class AdmitOperator(_Command, frozen=True):
    """Admit the exchange that runs this market, as `exchange`. By the market, once, first of all."""

    name: str
    uscc: str
    key: str | None = None


class AdmitParty(_Command, frozen=True):
    """Admit a party with its roles and, at will, its first key. By the exchange.

    name: 1 to 100 characters; empty for a natural person.
    uscc: 18 characters; of legal persons and public bodies only.
    identity_commitment: 64 hex digits, made at the door (`identity.commit_identity`); of natural persons only.
    Raises: ValueError: it would carry a person's name or number. Raised on decoding already, because a command that
    is refused is written into the journal too, where personal data may never stand.
    """

    kind: PartyKind
    name: str
    uscc: str | None = None
    identity_commitment: Digest | None = None
    roles: tuple[Role, ...] = ()
    key: str | None = None

    def __post_init__(self) -> None:
        refuse_personal_data(is_person=self.kind is PartyKind.NATURAL, name=self.name, uscc=self.uscc)


class RegisterKey(_Command, frozen=True):
    """Give a party a further key: base64 of a raw 32-byte Ed25519 public key. By the party or the exchange."""

    party: PartyId
    key: str


class RevokeKey(_Command, frozen=True):
    """Take a key back for ever. By the party or the exchange."""

    party: PartyId
    key: str


class RelateParties(_Command, frozen=True):
    """Record that `party` controls, holds shares of, or is affiliated with `other`, or correct the share.

    share_bp: what `party` holds of `other`, 0 to 10,000; at least 1 for `holds_shares`.
    By the exchange, a regulator, or either of the two (self-declaration).
    """

    party: PartyId
    other: PartyId
    relation: Relation
    share_bp: Natural = 0


class EndRelation(_Command, frozen=True):
    """End a recorded relation. By whom it may be recorded, but never below the authority that recorded it."""

    party: PartyId
    other: PartyId
    relation: Relation


class SuspendParty(_Command, frozen=True):
    """Take a party's roles out of force and leave its record as it is. By the exchange or a regulator."""

    party: PartyId
    reason: SuspensionReason


class ReinstateParty(_Command, frozen=True):
    """Put a suspended party's roles in force again. By the exchange or a regulator; after a regulator, a regulator."""

    party: PartyId


class ExitParty(_Command, frozen=True):
    """Leave the market for good: roles end, keys are revoked, the record stays. By the party or the exchange."""

    party: PartyId


class AssignRoles(_Command, frozen=True):
    """Give a party these roles in place of those that it has. By the exchange."""

    party: PartyId
    roles: tuple[Role, ...]


Command = (
    AdmitOperator
    | AdmitParty
    | RegisterKey
    | RevokeKey
    | RelateParties
    | EndRelation
    | SuspendParty
    | ReinstateParty
    | ExitParty
    | AssignRoles
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"parties.{name}"):
    pass


class PartyAdmitted(_Event, frozen=True):
    """`roles` sorted and distinct; `uscc` and `identity_commitment` empty where the party has none."""

    party: PartyId
    kind: PartyKind
    name: str
    uscc: str
    identity_commitment: str
    roles: tuple[Role, ...]
    at: Instant


class KeyRegistered(_Event, frozen=True):
    party: PartyId
    key: str


class KeyRevoked(_Event, frozen=True):
    party: PartyId
    key: str


class PartiesRelated(_Event, frozen=True):
    party: PartyId
    other: PartyId
    relation: Relation
    share_bp: int
    by: Authority


class RelationEnded(_Event, frozen=True):
    party: PartyId
    other: PartyId
    relation: Relation


class PartySuspended(_Event, frozen=True):
    party: PartyId
    reason: SuspensionReason
    by: Authority


class PartyReinstated(_Event, frozen=True):
    party: PartyId


class PartyExited(_Event, frozen=True):
    party: PartyId


class RolesAssigned(_Event, frozen=True):
    party: PartyId
    roles: tuple[Role, ...]


Event = (
    PartyAdmitted
    | KeyRegistered
    | KeyRevoked
    | PartiesRelated
    | RelationEnded
    | PartySuspended
    | PartyReinstated
    | PartyExited
    | RolesAssigned
)


class Suspension(msgspec.Struct, frozen=True):
    reason: SuspensionReason
    by: Authority


class Party(msgspec.Struct, frozen=True):
    """A party as recorded. Roles are in force while it is active. `keys`: the live ones, oldest first."""

    kind: PartyKind
    name: str
    uscc: str
    identity_commitment: str
    roles: tuple[Role, ...]
    admitted_at: Instant
    standing: Standing = Standing.ACTIVE
    keys: tuple[str, ...] = ()
    suspension: Suspension | None = None


class Key(msgspec.Struct, frozen=True):
    """A key that was ever registered: kept after revocation, so that it never comes back."""

    party: PartyId
    is_live: bool = True


class Link(msgspec.Struct, frozen=True):
    """A relation in force: `party` controls, holds `share_bp` of, or is affiliated with `other`."""

    party: PartyId
    other: PartyId
    relation: Relation
    share_bp: int
    by: Authority


class State(msgspec.Struct):
    """parties: by party id. keys: by key. by_uscc, by_commitment: → the party that has it and has not left.

    links: `party/other/relation`. links_to: the same seen from the other end, `other/party/relation` → key in links.
    """

    parties: Table[Party]
    by_uscc: Table[PartyId]
    by_commitment: Table[PartyId]
    keys: Table[Key]
    links: Table[Link]
    links_to: Table[str]
