"""What can be said of consent: by processors, persons, guardians, agents, and by the market's clock."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.money import Fen
from mumian.rooms.consent.vocabulary import (
    Activities,
    Acts,
    Age,
    Asked,
    Circumstances,
    Code,
    Codes,
    Conclusion,
    Condition,
    ConsentId,
    Content,
    DataFate,
    Days,
    DeletionCause,
    Digest,
    EntrustmentId,
    Finding,
    Items,
    Kin,
    Kinds,
    LegalBasis,
    MandateId,
    Manners,
    Marks,
    Moment,
    NoticeId,
    OfficerCode,
    Parties,
    PetitionId,
    PipiaForm,
    PipiaId,
    PortCondition,
    PortStated,
    RefusalReason,
    Resources,
    SeparateConsent,
    Stated,
    Telling,
    Terms,
    Untold,
)


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"consent.{name}", forbid_unknown_fields=True):
    pass


class StateScale(_Command, frozen=True):
    """State how many persons' information a processor handles. By the processor, for itself."""

    persons: Natural
    evidence_digest: Digest


class PublishNotice(_Command, frozen=True):
    """Publish what is told to persons (PIPL 第17条), or its next version. By the holder of the resources.

    sensitive: marks of what is sensitive, None: not stated. activities: those besides what kinds and recipients show.
    recipients: other processors that get the data. minor_rules_digest: of the special rules for those under fourteen.
    supersedes: the version before; consents to it go on covering what they covered, and nobody consents to it any more.
    """

    resources: Resources
    purposes: Codes
    manners: Manners
    kinds: Kinds
    sensitive: Marks | None
    activities: Activities
    recipients: Parties
    retention_days: Days
    items: Items
    text_digest: Digest
    telling: Telling = Telling.EACH
    minor_rules_digest: Digest | None = None
    supersedes: NoticeId | None = None


class DeclareBasis(_Command, frozen=True):
    """Declare on which legal basis a resource is processed for a purpose, or declare anew. By its holder.

    notice: what persons were told; None only with `untold`. kinds: those that are processed for the purpose.
    """

    resource: ResourceId
    purpose: Code
    basis: LegalBasis
    kinds: Kinds
    circumstances: Circumstances
    conditions: Annotated[tuple[Stated, ...], msgspec.Meta(max_length=len(Condition))]
    evidence_digest: Digest
    notice: NoticeId | None = None
    untold: Untold | None = None


class EndBasis(_Command, frozen=True):
    """Declare that a resource is no longer processed for a purpose. By its holder or a regulator."""

    resource: ResourceId
    purpose: Code


class GiveConsent(_Command, frozen=True):
    """Consent to what a notice tells, or to part of it.

    By the person, by its recorded guardian, by an agent under `mandate`, or through the processor if the person has no
    key. act_digest: of the evidence of the act. age: None: not stated. relation_digest: of the evidence that whoever
    spoke to the processor for one under fourteen is the guardian. supersedes: the person's consent that this one
    replaces.
    """

    person: PartyId
    notice: NoticeId
    resources: Resources
    purposes: Codes
    kinds: Kinds
    recipients: Parties
    separate: Annotated[tuple[SeparateConsent, ...], msgspec.Meta(max_length=5)]
    valid_to: Moment
    act_digest: Digest
    age: Age | None = None
    mandate: MandateId | None = None
    relation_digest: Digest | None = None
    supersedes: ConsentId | None = None


class WithdrawConsent(_Command, frozen=True):
    """Withdraw a consent, at once. By the person, its guardian, an agent under `mandate`, or through the processor.

    By the market for a person who leaves it, since nobody could withdraw afterwards. evidence_digest: of the person's word, where the processor passes it on.
    """

    consent: ConsentId
    mandate: MandateId | None = None
    evidence_digest: Digest | None = None


class ConfirmExclusion(_Command, frozen=True):
    """Confirm that the rows of the first `withdrawals` persons who withdrew are out. By the resource's holder.

    version_digest: of a version of the resource that was published since.
    """

    resource: ResourceId
    withdrawals: Natural
    version_digest: Digest


class RecordGuardian(_Command, frozen=True):
    """Record who is the guardian of a person under fourteen. By the exchange, that has seen the evidence."""

    person: PartyId
    guardian: PartyId
    relation_digest: Digest


class EndGuardian(_Command, frozen=True):
    """End a guardian's say, at fourteen or by a change. By the exchange or the guardian."""

    person: PartyId
    guardian: PartyId


class GiveMandate(_Command, frozen=True):
    """Mandate an agent to exercise a person's rights (受托行权). By the person or its guardian.

    acts: what it may do. resources: in which; empty for all.
    """

    person: PartyId
    agent: PartyId
    acts: Acts
    resources: Resources
    valid_to: Moment
    terms_digest: Digest


class EndMandate(_Command, frozen=True):
    """End a mandate, at once. By the person, its guardian, or the agent."""

    mandate: MandateId


class RecordPipia(_Command, frozen=True):
    """Record an assessment of impact (PIPL 第55、56条) of some activities with a resource. By its holder.

    findings: the three contents, by their digests; a simplified form has none. signed_by: the officer's code.
    """

    resource: ResourceId
    activities: Activities
    form: PipiaForm
    findings: Annotated[tuple[Finding, ...], msgspec.Meta(max_length=len(Content))]
    conclusion: Conclusion
    signed_by: OfficerCode
    report_digest: Digest


class DeletePipia(_Command, frozen=True):
    """Record that an assessment's file was deleted. By its processor, once it need not be kept."""

    pipia: PipiaId


class SubmitPetition(_Command, frozen=True):
    """Ask a processor for what PIPL 第44至49条 give. By the person, its guardian, an agent, near kin, or the processor.

    resources: empty for all that the processor holds. details_commitment: to the petition's text in the vault.
    cause: of a deletion. to: who receives a transfer. evidence_digest: of the petition, where the processor passes it on.
    """

    person: PartyId
    processor: PartyId
    asked: Asked
    resources: Resources
    details_commitment: Digest
    mandate: MandateId | None = None
    cause: DeletionCause | None = None
    to: PartyId | None = None
    kin: Kin | None = None
    evidence_digest: Digest | None = None


class VerifyPetitioner(_Command, frozen=True):
    """Record that it was verified who asks. By the processor."""

    petition: PetitionId
    evidence_digest: Digest


class ExtendPetition(_Command, frozen=True):
    """Take longer, once, and say why. By the processor. reason_digest: of what the person is told."""

    petition: PetitionId
    reason_digest: Digest


class FulfilPetition(_Command, frozen=True):
    """Do what was asked. By the processor.

    result_digest: of what was done. conditions: of a transfer. fee_fen: what a transfer costs the person.
    stored_only: deletion is technically impossible; result_digest is then of the safety measures (PIPL 第47条第2款).
    """

    petition: PetitionId
    result_digest: Digest
    conditions: Annotated[tuple[PortStated, ...], msgspec.Meta(max_length=len(PortCondition))] = ()
    fee_fen: Fen = 0
    stored_only: bool = False


class RefusePetition(_Command, frozen=True):
    """Refuse what was asked, and say why; the person may sue (PIPL 第50条). By the processor."""

    petition: PetitionId
    reason: RefusalReason
    reason_digest: Digest


class TakeBackPetition(_Command, frozen=True):
    """Take a petition back. By whoever made it."""

    petition: PetitionId


class EntrustProcessing(_Command, frozen=True):
    """Entrust another with processing (PIPL 第21条). By the resource's holder."""

    resource: ResourceId
    to: PartyId
    purposes: Codes
    kinds: Kinds
    terms: Terms
    valid_to: Moment
    terms_digest: Digest


class AllowReentrusting(_Command, frozen=True):
    """Agree that the entrusted processor entrusts `to` further. By the resource's holder."""

    entrustment: EntrustmentId
    to: PartyId


class ReentrustProcessing(_Command, frozen=True):
    """Entrust another further, with the holder's agreement, on no wider terms. By the entrusted processor."""

    entrustment: EntrustmentId
    to: PartyId
    purposes: Codes
    kinds: Kinds
    terms: Terms
    valid_to: Moment
    terms_digest: Digest


class EndEntrustment(_Command, frozen=True):
    """End an entrustment, and what was entrusted further under it. By who entrusted, who was entrusted, or a regulator."""

    entrustment: EntrustmentId


class ConfirmDataFate(_Command, frozen=True):
    """Confirm that entrusted data was returned or deleted after the end. By the entrusted processor."""

    entrustment: EntrustmentId
    fate: DataFate
    evidence_digest: Digest


class AgreeJointProcessing(_Command, frozen=True):
    """Agree on processing a resource jointly (PIPL 第20条): both are liable. By its holder, then by `other`."""

    resource: ResourceId
    other: PartyId
    terms: Terms
    terms_digest: Digest


class EndJointProcessing(_Command, frozen=True):
    """End joint processing. By either of the two. What was done jointly stays both parties' doing."""

    resource: ResourceId
    other: PartyId


class ExpireConsent(_Command, frozen=True):
    """End a consent whose term is over. By the market's clock."""

    consent: ConsentId


class ExpireMandate(_Command, frozen=True):
    """End a mandate whose term is over. By the market's clock."""

    mandate: MandateId


class ExpireEntrustment(_Command, frozen=True):
    """End an entrustment whose term is over. By the market's clock."""

    entrustment: EntrustmentId


class MarkOverdue(_Command, frozen=True):
    """Note that a petition was not answered in time. By the market's clock."""

    petition: PetitionId


Command = (
    StateScale
    | PublishNotice
    | DeclareBasis
    | EndBasis
    | GiveConsent
    | WithdrawConsent
    | ConfirmExclusion
    | RecordGuardian
    | EndGuardian
    | GiveMandate
    | EndMandate
    | RecordPipia
    | DeletePipia
    | SubmitPetition
    | VerifyPetitioner
    | ExtendPetition
    | FulfilPetition
    | RefusePetition
    | TakeBackPetition
    | EntrustProcessing
    | AllowReentrusting
    | ReentrustProcessing
    | EndEntrustment
    | ConfirmDataFate
    | AgreeJointProcessing
    | EndJointProcessing
    | ExpireConsent
    | ExpireMandate
    | ExpireEntrustment
    | MarkOverdue
)
