"""What happened to consents, mandates, petitions, assessments and entrusted data."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.limits import ClockChange
from mumian.kernel.time import Instant
from mumian.rooms.consent.records import (
    Consent,
    Declaration,
    Entrustment,
    Guardianship,
    Joint,
    Mandate,
    Notice,
    Petition,
    Pipia,
    Scale,
)
from mumian.rooms.consent.vocabulary import (
    ConsentId,
    DataFate,
    EntrustmentId,
    MandateId,
    NoticeId,
    PetitionId,
    PetitionState,
    PipiaId,
    RefusalReason,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"consent.{name}"):
    pass


class ScaleStated(_Event, frozen=True):
    processor: PartyId
    record: Scale


class NoticePublished(_Event, frozen=True):
    """supersedes: the version before, if any."""

    notice: NoticeId
    record: Notice
    rules: tuple[str, ...]
    supersedes: NoticeId | None = None


class BasisDeclared(_Event, frozen=True):
    resource: ResourceId
    purpose: str
    record: Declaration


class BasisEnded(_Event, frozen=True):
    resource: ResourceId
    purpose: str


class ConsentGiven(_Event, frozen=True):
    consent: ConsentId
    record: Consent
    clocks: tuple[ClockChange, ...] = ()


class ConsentWithdrawn(_Event, frozen=True):
    """What was done before stays lawful (PIPL 第15条). The person's rows must go out of each resource."""

    consent: ConsentId
    person: PartyId
    processor: PartyId
    resources: tuple[ResourceId, ...]
    by: PartyId
    at: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ConsentExpired(_Event, frozen=True):
    """Its term is over. The person's rows must go out of each resource."""

    consent: ConsentId
    person: PartyId
    processor: PartyId
    resources: tuple[ResourceId, ...]
    at: Instant
    rules: tuple[str, ...]


class ConsentSuperseded(_Event, frozen=True):
    """A new consent stands in its place. resources: those of which the new one covers less, or nothing."""

    consent: ConsentId
    person: PartyId
    processor: PartyId
    successor: ConsentId
    resources: tuple[ResourceId, ...]
    at: Instant
    clocks: tuple[ClockChange, ...] = ()


class PersonRefused(_Event, frozen=True):
    """A person refused the use of what is public of it (PIPL 第27条): its rows must go out of each resource."""

    petition: PetitionId
    person: PartyId
    resources: tuple[ResourceId, ...]
    at: Instant
    rules: tuple[str, ...]


class ExclusionConfirmed(_Event, frozen=True):
    """confirmed: of how many persons, counted from the first, the rows are out."""

    resource: ResourceId
    confirmed: int
    version_digest: str


class GuardianRecorded(_Event, frozen=True):
    person: PartyId
    guardian: PartyId
    record: Guardianship


class GuardianEnded(_Event, frozen=True):
    person: PartyId
    guardian: PartyId
    at: Instant


class MandateGiven(_Event, frozen=True):
    mandate: MandateId
    record: Mandate
    clocks: tuple[ClockChange, ...] = ()


class MandateEnded(_Event, frozen=True):
    mandate: MandateId
    at: Instant
    clocks: tuple[ClockChange, ...] = ()


class PipiaRecorded(_Event, frozen=True):
    pipia: PipiaId
    record: Pipia


class PipiaDeleted(_Event, frozen=True):
    pipia: PipiaId
    at: Instant


class PetitionReceived(_Event, frozen=True):
    """By the person or for it, or opened by the law itself."""

    petition: PetitionId
    record: Petition
    clocks: tuple[ClockChange, ...] = ()


class PetitionerVerified(_Event, frozen=True):
    petition: PetitionId
    evidence_digest: str


class PetitionExtended(_Event, frozen=True):
    petition: PetitionId
    reason_digest: str
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class PetitionFulfilled(_Event, frozen=True):
    """state: fulfilled, or stored only."""

    petition: PetitionId
    state: PetitionState
    result_digest: str
    fee_fen: int
    at: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class PetitionRefused(_Event, frozen=True):
    petition: PetitionId
    reason: RefusalReason
    reason_digest: str
    at: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class PetitionTakenBack(_Event, frozen=True):
    petition: PetitionId
    at: Instant
    clocks: tuple[ClockChange, ...] = ()


class PetitionOverdue(_Event, frozen=True):
    """Not answered in time: the person may complain and sue."""

    petition: PetitionId
    person: PartyId
    processor: PartyId
    at: Instant
    rules: tuple[str, ...]


class ProcessingEntrusted(_Event, frozen=True):
    entrustment: EntrustmentId
    record: Entrustment
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ReentrustingAllowed(_Event, frozen=True):
    entrustment: EntrustmentId
    to: PartyId


class EntrustmentEnded(_Event, frozen=True):
    """The data must be returned or deleted (PIPL 第21条第2款). What stands on it is void without being named."""

    entrustment: EntrustmentId
    at: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class DataFateConfirmed(_Event, frozen=True):
    entrustment: EntrustmentId
    fate: DataFate
    evidence_digest: str


class JointProcessingProposed(_Event, frozen=True):
    resource: ResourceId
    record: Joint


class JointProcessingAgreed(_Event, frozen=True):
    resource: ResourceId
    other: PartyId
    at: Instant
    rules: tuple[str, ...]


class JointProcessingEnded(_Event, frozen=True):
    resource: ResourceId
    other: PartyId
    at: Instant


Event = (
    ScaleStated
    | NoticePublished
    | BasisDeclared
    | BasisEnded
    | ConsentGiven
    | ConsentWithdrawn
    | ConsentExpired
    | ConsentSuperseded
    | PersonRefused
    | ExclusionConfirmed
    | GuardianRecorded
    | GuardianEnded
    | MandateGiven
    | MandateEnded
    | PipiaRecorded
    | PipiaDeleted
    | PetitionReceived
    | PetitionerVerified
    | PetitionExtended
    | PetitionFulfilled
    | PetitionRefused
    | PetitionTakenBack
    | PetitionOverdue
    | ProcessingEntrusted
    | ReentrustingAllowed
    | EntrustmentEnded
    | DataFateConfirmed
    | JointProcessingProposed
    | JointProcessingAgreed
    | JointProcessingEnded
)
