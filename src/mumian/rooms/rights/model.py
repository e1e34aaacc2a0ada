"""What can be said of rights."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import END, Natural
from mumian.kernel.facts import Facts
from mumian.kernel.ids import GrantId, PartyId, ResourceId, RightId
from mumian.kernel.money import Fen
from mumian.kernel.roles import Right, Role
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.rights.refusals import RightsRefusal
from mumian.rooms.rights.vocabulary import (
    AuthorizationId,
    Basis,
    Code,
    Codes,
    Condition,
    Digest,
    EndReason,
    Fields,
    FreezeReason,
    Mode,
    Moment,
    ParentId,
    PublicId,
    Resource,
    SourceType,
)

__all__ = ["Command", "Event", "RightsRefusal", "State"]


class ResourceFacts(Facts, frozen=True, kw_only=True):
    """For `RegisterRight` and `RegisterPublicResource`.

    resource: None if the catalog does not know the one that the command names.
    holder_roles: roles of the party that the right is registered for; empty if it is not admitted.
    institution: region (2 digits) and institution (1 digit) of the registry that speaks; a setting of the market.
    """

    resource: Resource | None
    holder_roles: frozenset[Role] = frozenset()
    institution: str = "441"


class GranteeFacts(Facts, frozen=True, kw_only=True):
    """For `GrantRight`. grantee_roles: roles of the grantee; empty if it is not admitted."""

    grantee_roles: frozenset[Role]


class AuthorizationFacts(Facts, frozen=True, kw_only=True):
    """For `AuthorizeOperation`.

    operator_roles: roles of the operator; empty if it is not admitted.
    resources: those that the command names and the catalog knows.
    """

    operator_roles: frozenset[Role]
    resources: tuple[Resource, ...]


class MerchantFacts(Facts, frozen=True, kw_only=True):
    """For `GrantUnderAuthorization`.

    merchant_roles: roles of the merchant; empty if it is not admitted.
    relation: parties from the operator to the merchant, both included, along declared relations; empty if unrelated.
    """

    merchant_roles: frozenset[Role]
    relation: tuple[PartyId, ...] = ()


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"rights.{name}", forbid_unknown_fields=True):
    pass


class RegisterRight(_Command, frozen=True):
    """Register one right of one holder in a resource. By a registry, that has examined what `conditions` states.

    valid_to: the first instant at which it no longer holds; at most the end of the day five years after registration.
    """

    resource: ResourceId
    right: Right
    holder: PartyId
    source_type: SourceType
    basis: Basis
    conditions: tuple[Condition, ...]
    valid_from: Moment
    valid_to: Moment


class CancelRight(_Command, frozen=True):
    """End a registered right for good. By a registry or a regulator."""

    registration: RightId
    reason: EndReason


class FreezeRight(_Command, frozen=True):
    """Suspend a registered right and all that is granted from it. By a registry or a regulator."""

    registration: RightId
    reason: FreezeReason


class UnfreezeRight(_Command, frozen=True):
    """Lift a freeze. By who froze it, or a regulator."""

    registration: RightId


class RegisterPublicResource(_Command, frozen=True):
    """Register a public data resource or a product of operation (公共数据资源登记). By a registry.

    operation_ends: end of the authorised operation's term, where it is shorter than three years.
    """

    resource: ResourceId
    evidence_digest: Digest
    operation_ends: Moment | None = None


class CancelPublicResource(_Command, frozen=True):
    """End a public data resource's registration. By a registry or a regulator."""

    registration: PublicId
    reason: EndReason


class GrantRight(_Command, frozen=True):
    """Grant a right, or part of it, onward. By the holder of the registered right or the grantee of the grant `parent`.

    territory, fields: empty for all of the parent's. A territory `CN` covers `CN-44`. onward: may grant further.
    """

    parent: ParentId
    grantee: PartyId
    right: Right
    purposes: Codes
    territory: Codes
    fields: Fields
    valid_from: Moment
    valid_to: Moment
    onward: bool
    terms_digest: Digest


class RevokeGrant(_Command, frozen=True):
    """End a grant and with it all that stands on it. By its grantor, a registry or a regulator."""

    grant: GrantId
    reason: EndReason


class AuthorizeOperation(_Command, frozen=True):
    """Authorise an operator to operate public data. By the public body that holds the resources.

    scenario: the sector or scenario of those modes; empty for WHOLE. ceiling_fen: guided price per unit, None if free.
    """

    operator: PartyId
    resources: Annotated[tuple[ResourceId, ...], msgspec.Meta(max_length=64)]
    mode: Mode
    scenario: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_.:-]{0,63})?" + END)]
    ceiling_fen: Fen | None
    valid_from: Moment
    valid_to: Moment
    decision_record_digest: Digest


class EndAuthorization(_Command, frozen=True):
    """End an authorisation and with it all that stands on it. By the public body that gave it, or a regulator."""

    authorization: AuthorizationId
    reason: EndReason


class GrantUnderAuthorization(_Command, frozen=True):
    """Admit a data merchant to use public data for one scenario. By the operator of the authorisation."""

    authorization: AuthorizationId
    merchant: PartyId
    resource: ResourceId
    scenario: Code
    purposes: Codes
    territory: Codes
    fields: Fields
    valid_from: Moment
    valid_to: Moment
    terms_digest: Digest


Command = (
    RegisterRight
    | CancelRight
    | FreezeRight
    | UnfreezeRight
    | RegisterPublicResource
    | CancelPublicResource
    | GrantRight
    | RevokeGrant
    | AuthorizeOperation
    | EndAuthorization
    | GrantUnderAuthorization
)


class Registration(msgspec.Struct, frozen=True):
    """A registered right. rules: ids of the rules that it was decided by, the row of S1 第21条 first."""

    resource: ResourceId
    right: Right
    holder: PartyId
    certificate: str
    source_type: SourceType
    basis: Basis
    conditions: tuple[Condition, ...]
    rules: tuple[str, ...]
    registered_at: Instant
    valid_from: Instant
    valid_to: Instant
    ended: EndReason | None = None
    frozen: FreezeReason | None = None
    frozen_by: PartyId | None = None


class PublicRegistration(msgspec.Struct, frozen=True):
    """A registered public data resource. code: the query code of the result (登记结果查询码)."""

    resource: ResourceId
    code: str
    evidence_digest: str
    valid_from: Instant
    valid_to: Instant
    ended: EndReason | None = None


class Authorization(msgspec.Struct, frozen=True):
    """An authorised operation of public data."""

    body: PartyId
    operator: PartyId
    resources: tuple[ResourceId, ...]
    mode: Mode
    scenario: str
    ceiling_fen: Fen | None
    decision_record_digest: str
    valid_from: Instant
    valid_to: Instant
    ended: EndReason | None = None


class Grant(msgspec.Struct, frozen=True):
    """A right granted onward.

    depth: grants from the root to this one; the first has 1.
    licence: where a registered USE right is granted, the grantor's OPERATE right in the same resource, since to let
        others use data is to operate it (S1-03); else empty.
    scenario: of a grant under an authorisation; else empty.
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
    ended: EndReason | None = None


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"rights.{name}"):
    pass


class RightRegistered(_Event, frozen=True):
    registration: RightId
    record: Registration


class RightCancelled(_Event, frozen=True):
    registration: RightId
    reason: EndReason


class RightFrozen(_Event, frozen=True):
    registration: RightId
    reason: FreezeReason
    by: PartyId


class RightUnfrozen(_Event, frozen=True):
    registration: RightId


class PublicResourceRegistered(_Event, frozen=True):
    registration: PublicId
    record: PublicRegistration


class PublicResourceCancelled(_Event, frozen=True):
    registration: PublicId
    reason: EndReason


class RightGranted(_Event, frozen=True):
    """Under a registered right, a grant or an authorisation."""

    grant: GrantId
    record: Grant


class GrantRevoked(_Event, frozen=True):
    """The grant ended. What stands on it is void without being named: every decision walks up to the root."""

    grant: GrantId
    reason: EndReason


class OperationAuthorized(_Event, frozen=True):
    authorization: AuthorizationId
    record: Authorization


class AuthorizationEnded(_Event, frozen=True):
    authorization: AuthorizationId
    reason: EndReason


Event = (
    RightRegistered
    | RightCancelled
    | RightFrozen
    | RightUnfrozen
    | PublicResourceRegistered
    | PublicResourceCancelled
    | RightGranted
    | GrantRevoked
    | OperationAuthorized
    | AuthorizationEnded
)


class State(msgspec.Struct):
    """Records by id, serials, and five indexes.

    serials: certificate or code prefix of a month → last serial given. by_holder: `resource/holder/right` → latest
    registered right. public_of: resource → latest public registration. children: `parent/grant` → grant.
    scenarios: `authorization/merchant/scenario/resource` → latest grant. authorized: `resource/authorization`.
    """

    rights: Table[Registration]
    publics: Table[PublicRegistration]
    authorizations: Table[Authorization]
    grants: Table[Grant]
    serials: Table[int]
    by_holder: Table[RightId]
    public_of: Table[PublicId]
    children: Table[GrantId]
    scenarios: Table[GrantId]
    authorized: Table[AuthorizationId]
