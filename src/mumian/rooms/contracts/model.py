"""What can be said about offers and agreements (合约)."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

import msgspec

from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, OrderId, PartyId, ProductId, ResourceId
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.policy.model import Policy
from mumian.rooms.contracts.refusals import ContractsRefusal as ContractsRefusal

OfferId = NewType("OfferId", str)
PolicyId = NewType("PolicyId", str)

POLICIES_MAX = 256
"""Standing policies of one resource; bounds the work of a decision."""


class TerminationReason(StrEnum):
    """Why an agreement ends."""

    COMPLETED = "completed"  # 履行完毕
    MUTUAL = "mutual"  # 协商一致
    BREACH = "breach"  # 违约
    RIGHTS_LOST = "rights_lost"  # 权利丧失
    SUPERVISION = "supervision"  # 监管要求


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"contracts.{name}", forbid_unknown_fields=True):
    pass


class MakeOffer(_Command, frozen=True):
    """Offer the product `target` on the terms of `policy` until `valid_until` (exclusive). By the product's seller.

    assignee: the only party who may sign; None is anybody, as often as there are takers.
    """

    target: ProductId
    policy: Policy
    assignee: PartyId | None
    valid_until: Instant


class WithdrawOffer(_Command, frozen=True):
    """Take an offer back. Agreements signed on it stand. By the seller."""

    offer: OfferId


class SignAgreement(_Command, frozen=True):
    """Accept an offer. The signer names the SHA-256 of the policy's canonical bytes, so that both signed the same terms."""

    offer: OfferId
    policy_digest: Digest


class ConcludeAgreement(_Command, frozen=True):
    """Make an offer to one party and sign it at once, for both agreed to it elsewhere: in a negotiation. By the market.

    Facts: `OfferFacts`.
    """

    target: ProductId
    policy: Policy
    assignee: PartyId


class BindOrder(_Command, frozen=True):
    """Note which order an agreement serves. By the market."""

    agreement: AgreementId
    order: OrderId


class FulfilDuty(_Command, frozen=True):
    """Note that a duty of a permission was fulfilled. By the seller, to whom it is owed, or the market."""

    agreement: AgreementId
    duty: str


class CountUse(_Command, frozen=True):
    """Add `uses` to what `count` constraints are decided by. By the market, when a job is ticketed or calls are recorded."""

    agreement: AgreementId
    uses: Positive


class TerminateAgreement(_Command, frozen=True):
    """End an agreement for good. By either party, the regulator or the market."""

    agreement: AgreementId
    reason: TerminationReason


class AttachPolicy(_Command, frozen=True):
    """Set a standing policy on a resource (使用控制): besides every agreement and grant, each use must be permitted by one of
    the resource's policies and forbidden by none. By the resource's holder.

    policy: of type Set, about this resource only, without a conflict strategy of its own.
    """

    resource: ResourceId
    policy: Policy


class DetachPolicy(_Command, frozen=True):
    """Take a standing policy off a resource. By the resource's holder."""

    resource: ResourceId
    policy: PolicyId


Command = (
    AttachPolicy
    | DetachPolicy
    | MakeOffer
    | WithdrawOffer
    | SignAgreement
    | ConcludeAgreement
    | BindOrder
    | FulfilDuty
    | CountUse
    | TerminateAgreement
)


class HolderFacts(Facts, frozen=True, kw_only=True):
    """Facts of `AttachPolicy` and `DetachPolicy`. holder: who holds the resource; None if there is no such resource."""

    holder: PartyId | None


class OfferFacts(Facts, frozen=True, kw_only=True):
    """Facts of `MakeOffer` and `ConcludeAgreement`.

    product_seller: who sells the product; None if there is no such product.
    purposes: what the grants beneath the product allow it for; None if they set no bound.
    """

    product_seller: PartyId | None
    purposes: tuple[str, ...] | None = None


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"contracts.{name}"):
    pass


class OfferMade(_Event, frozen=True):
    offer: OfferId
    target: ProductId
    policy: Policy
    policy_digest: str
    assigner: PartyId
    assignee: PartyId | None
    valid_until: Instant


class OfferWithdrawn(_Event, frozen=True):
    offer: OfferId


class AgreementSigned(_Event, frozen=True):
    """The terms are the offer's, whose digest the signer named; both parties' signatures are those of their envelopes."""

    agreement: AgreementId
    offer: OfferId
    target: ProductId
    assigner: PartyId
    assignee: PartyId
    policy_digest: str
    signed_at: Instant


class OrderBound(_Event, frozen=True):
    agreement: AgreementId
    order: OrderId


class DutyFulfilled(_Event, frozen=True):
    agreement: AgreementId
    duty: str


class UseCounted(_Event, frozen=True):
    agreement: AgreementId
    uses: Positive


class AgreementTerminated(_Event, frozen=True):
    agreement: AgreementId
    by: PartyId
    reason: TerminationReason
    ended_at: Instant


class PolicyAttached(_Event, frozen=True):
    resource: ResourceId
    policy: PolicyId
    terms: Policy


class PolicyDetached(_Event, frozen=True):
    resource: ResourceId
    policy: PolicyId


Event = (
    PolicyAttached
    | PolicyDetached
    | OfferMade
    | OfferWithdrawn
    | AgreementSigned
    | OrderBound
    | DutyFulfilled
    | UseCounted
    | AgreementTerminated
)


class OfferStatus(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


class Offer(msgspec.Struct, frozen=True):
    """An offer to one party closes when it is signed; an open offer stays open until withdrawn or expired."""

    target: ProductId
    policy: Policy
    policy_digest: str
    assigner: PartyId
    assignee: PartyId | None
    valid_until: Instant
    status: OfferStatus = OfferStatus.OPEN


class Agreement(msgspec.Struct, frozen=True):
    """policy: the offer's, bound to the two parties. fulfilled: duties done. ended_at: None while it is in force."""

    offer: OfferId
    target: ProductId
    assigner: PartyId
    assignee: PartyId
    policy: Policy
    signed_at: Instant
    order: OrderId | None = None
    fulfilled: tuple[str, ...] = ()
    ended_at: Instant | None = None
    ended_for: TerminationReason | None = None


class UsePolicies(msgspec.Struct, frozen=True):
    """The standing policies of one resource, oldest first."""

    policies: tuple[tuple[PolicyId, Policy], ...]


class State(msgspec.Struct):
    """offers, agreements: by id. uses: agreement → uses so far, apart from the agreement so that counting stays cheap.

    by_signer: `offer/assignee` → the latest agreement. by_party: `party/agreement` → "assigner" or "assignee".
    by_product: `product/agreement` → assignee. by_order: order → agreement. use_policies: by resource.
    """

    offers: Table[Offer]
    agreements: Table[Agreement]
    uses: Table[Natural]
    by_signer: Table[AgreementId]
    by_party: Table[str]
    by_product: Table[PartyId]
    by_order: Table[AgreementId]
    use_policies: Table[UsePolicies]
