"""What can be said of rights."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import END
from mumian.kernel.facts import Facts
from mumian.kernel.ids import GrantId, PartyId, ResourceId, RightId
from mumian.kernel.money import Fen
from mumian.kernel.roles import Right, Role
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.rights.records import Authorization, Grant, PublicRegistration, Registration
from mumian.rooms.rights.refusals import RightsRefusal
from mumian.rooms.rights.vocabulary import (
    AuthorizationId,
    Basis,
    Code,
    Codes,
    ConsentId,
    ConsentSeen,
    Digest,
    EndReason,
    Fields,
    FreezeReason,
    Mode,
    Moment,
    ParentId,
    PublicId,
    SourceType,
)

__all__ = ["Authorization", "Command", "Event", "Grant", "PublicRegistration", "Registration", "RightsRefusal", "State"]


class GranteeFacts(Facts, frozen=True, kw_only=True):
    """For `GrantRight` and `GrantUnderLicence`.

    grantee_roles: roles of the grantee; empty if it is not admitted.
    acts_for: whether the actor may grant for the owner by a person's mandate (受托行权).
    consent: the consent that the command names, or None if there is none of that id.
    """

    grantee_roles: frozenset[Role]
    acts_for: bool = False
    consent: ConsentSeen | None = None


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"rights.{name}", forbid_unknown_fields=True):
    pass


class RegisterRight(_Command, frozen=True):
    """Enter a right that was attested (存证) with a certificate. By the market, for the property register.

    valid_to: the first instant at which it no longer holds; at most the end of the day five years after registration.
    """

    certificate: str
    resource: ResourceId
    right: Right
    holder: PartyId
    source_type: SourceType
    basis: Basis
    rules: tuple[str, ...]
    valid_from: Moment
    valid_to: Moment


class RenewRight(_Command, frozen=True):
    """Let a registered right hold longer. By the market, for the property register."""

    registration: RightId
    valid_to: Moment


class EndRight(_Command, frozen=True):
    """End a registered right for good. By the market, for the property register."""

    registration: RightId
    reason: EndReason


class Freeze(_Command, frozen=True):
    """Let a right, a grant or an authorisation stand still, and all that is granted from it; nothing else.

    By a registry, a regulator, or the market for another room.
    """

    thing: ParentId
    reason: FreezeReason


class Unfreeze(_Command, frozen=True):
    """Lift a freeze of one reason. By who froze, a regulator, or the market for another room."""

    thing: ParentId
    reason: FreezeReason


class RegisterPublicResource(_Command, frozen=True):
    """Enter a public data resource or product that was coded (赋码). By the market, for the public register."""

    resource: ResourceId
    code: str
    evidence_digest: Digest
    valid_from: Moment
    valid_to: Moment


class RenewPublicResource(_Command, frozen=True):
    """Let a public data resource's registration hold longer. By the market, for the public register."""

    registration: PublicId
    valid_to: Moment


class CancelPublicResource(_Command, frozen=True):
    """End a public data resource's registration. By the market, for the public register."""

    registration: PublicId
    reason: EndReason


class GrantRight(_Command, frozen=True):
    """Grant a right, or part of it, onward. By the holder of the registered right or the grantee of the grant `parent`,
    or by who holds a person's mandate.

    territory, fields: empty for all of the parent's. A territory `CN` covers `CN-44`. onward: may grant further.
    consent: the person's consent that the grant rests on; it ends with it.
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
    consent: ConsentId = ""


class GrantUnderLicence(_Command, frozen=True):
    """Grant what two companies agreed in a licence. By the market, for the room of enterprises; checked as a grant is."""

    licence: str
    grantor: PartyId
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
    """End a grant and with it all that stands on it. By its grantor, a registry, a regulator, or the market."""

    grant: GrantId
    reason: EndReason


class AuthorizeOperation(_Command, frozen=True):
    """Let an operator operate public data as an agreement says. By the market, for the room of operation.

    scenario: the sector or scenario of those modes; empty for WHOLE. ceiling_fen: guided price per unit, None if free.
    """

    agreement: str
    body: PartyId
    operator: PartyId
    resources: Annotated[tuple[ResourceId, ...], msgspec.Meta(max_length=64)]
    mode: Mode
    scenario: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_.:-]{0,63})?" + END)]
    ceiling_fen: Fen | None
    valid_from: Moment
    valid_to: Moment


class EndAuthorization(_Command, frozen=True):
    """End an authorisation and with it all that stands on it. By the market, for the room of operation."""

    authorization: AuthorizationId
    reason: EndReason


class GrantUnderAuthorization(_Command, frozen=True):
    """Let a data merchant use public data for one scenario. By the market, for an application that was admitted."""

    application: str
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


class WithdrawConsent(_Command, frozen=True):
    """Void all that was granted on a consent, at once. By the market, for the room of consent."""

    consent: ConsentId


Command = (
    RegisterRight
    | RenewRight
    | EndRight
    | Freeze
    | Unfreeze
    | RegisterPublicResource
    | RenewPublicResource
    | CancelPublicResource
    | GrantRight
    | GrantUnderLicence
    | RevokeGrant
    | AuthorizeOperation
    | EndAuthorization
    | GrantUnderAuthorization
    | WithdrawConsent
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"rights.{name}"):
    pass


class RightRegistered(_Event, frozen=True):
    registration: RightId
    record: Registration


class RightRenewed(_Event, frozen=True):
    registration: RightId
    valid_to: Instant


class RightEnded(_Event, frozen=True):
    registration: RightId
    reason: EndReason


class RightsFrozen(_Event, frozen=True):
    """A right, grant or authorisation stands still. What stands on it is void without being named, until it is lifted."""

    thing: ParentId
    reason: FreezeReason
    by: PartyId


class RightsUnfrozen(_Event, frozen=True):
    thing: ParentId
    reason: FreezeReason


class PublicResourceRegistered(_Event, frozen=True):
    registration: PublicId
    record: PublicRegistration


class PublicResourceRenewed(_Event, frozen=True):
    registration: PublicId
    valid_to: Instant


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


class ConsentVoided(_Event, frozen=True):
    """A consent that grants rest on no longer holds. They, and what stands on them, are void without being named."""

    consent: ConsentId
    at: Instant


Event = (
    RightRegistered
    | RightRenewed
    | RightEnded
    | RightsFrozen
    | RightsUnfrozen
    | PublicResourceRegistered
    | PublicResourceRenewed
    | PublicResourceCancelled
    | RightGranted
    | GrantRevoked
    | OperationAuthorized
    | AuthorizationEnded
    | ConsentVoided
)


class State(msgspec.Struct):
    """Records by id, and indexes.

    by_holder: `resource/holder/right` → latest registered right. by_certificate: `certificate/right`.
    public_of: resource → latest public registration. lineage: ids from the root to a grant, joined by `/` → the grant.
    authorized: `resource/authorization`. by_agreement: agreement → authorisation. by_application: application → grant.
    by_licence: `licence/grant`. by_consent: `consent/grant`. voided: consent → when it was withdrawn or ran out.
    """

    rights: Table[Registration]
    publics: Table[PublicRegistration]
    authorizations: Table[Authorization]
    grants: Table[Grant]
    by_holder: Table[RightId]
    by_certificate: Table[RightId]
    public_of: Table[PublicId]
    lineage: Table[GrantId]
    authorized: Table[AuthorizationId]
    by_agreement: Table[AuthorizationId]
    by_application: Table[GrantId]
    by_licence: Table[GrantId]
    by_consent: Table[GrantId]
    voided: Table[Instant]
