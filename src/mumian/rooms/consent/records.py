"""What the room of consent keeps."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.consent.vocabulary import (
    Act,
    Activity,
    Age,
    Asked,
    Channel,
    Circumstances,
    Conclusion,
    ConsentEnd,
    ConsentId,
    DataFate,
    DeletionCause,
    EntrustmentId,
    Finding,
    InfoKind,
    Kin,
    LegalBasis,
    MandateId,
    Manner,
    NoticeId,
    PetitionState,
    PipiaForm,
    RefusalReason,
    Sensitive,
    SeparateConsent,
    Telling,
    Told,
    Untold,
)


class Scale(msgspec.Struct, frozen=True):
    """How many persons' information a processor handles, as it stated."""

    persons: Natural
    evidence_digest: str
    stated_at: Instant


class Notice(msgspec.Struct, frozen=True):
    """A version of a notice. activities: all that it tells of. superseded_by: the next version."""

    processor: PartyId
    version: int
    resources: tuple[ResourceId, ...]
    purposes: tuple[str, ...]
    manners: tuple[Manner, ...]
    kinds: tuple[InfoKind, ...]
    sensitive: tuple[Sensitive, ...]
    activities: tuple[Activity, ...]
    recipients: tuple[PartyId, ...]
    retention_days: int
    items: tuple[Told, ...]
    text_digest: str
    telling: Telling
    minor_rules_digest: str
    published_at: Instant
    superseded_by: NoticeId | None = None


class Declaration(msgspec.Struct, frozen=True):
    """The legal basis of processing a resource for a purpose. circumstances: all stated."""

    processor: PartyId
    basis: LegalBasis
    kinds: tuple[InfoKind, ...]
    circumstances: Circumstances
    evidence_digest: str
    notice: NoticeId | None
    untold: Untold | None
    rules: tuple[str, ...]
    declared_at: Instant


class Consent(msgspec.Struct, frozen=True):
    """A person's consent. It covers what it states, whatever later notices tell.

    manners: those that its notice told, since a change of manner needs consent anew (PIPL 第14条).
    guardian: who consented for one under fourteen, empty where the processor passed the word on.
    """

    person: PartyId
    processor: PartyId
    notice: NoticeId
    resources: tuple[ResourceId, ...]
    purposes: tuple[str, ...]
    kinds: tuple[InfoKind, ...]
    recipients: tuple[PartyId, ...]
    separate: tuple[SeparateConsent, ...]
    age: Age
    channel: Channel
    by: PartyId
    act_digest: str
    relation_digest: str
    rules: tuple[str, ...]
    given_at: Instant
    valid_to: Instant
    mandate: MandateId | None = None
    ended: ConsentEnd | None = None
    ended_at: Instant | None = None
    successor: ConsentId | None = None
    manners: tuple[Manner, ...] = ()


class Cover(msgspec.Struct, frozen=True):
    """How many consents in force cover one use alike: the same kinds and manners, the same separate consents."""

    kinds: tuple[InfoKind, ...]
    separate: tuple[Activity, ...]
    consents: int
    manners: tuple[Manner, ...] = ()


class Guardianship(msgspec.Struct, frozen=True):
    relation_digest: str
    since: Instant
    ended_at: Instant | None = None


class Mandate(msgspec.Struct, frozen=True):
    """What an agent may do for a person. given_by: the person or its guardian."""

    person: PartyId
    agent: PartyId
    acts: tuple[Act, ...]
    resources: tuple[ResourceId, ...]
    given_by: PartyId
    terms_digest: str
    given_at: Instant
    valid_to: Instant
    ended_at: Instant | None = None


class Pipia(msgspec.Struct, frozen=True):
    """An assessment of impact. keep_until: the first instant at which its file may be deleted."""

    processor: PartyId
    resource: ResourceId
    activities: tuple[Activity, ...]
    form: PipiaForm
    findings: tuple[Finding, ...]
    conclusion: Conclusion
    signed_by: str
    report_digest: str
    rules: tuple[str, ...]
    recorded_at: Instant
    keep_until: Instant
    deleted_at: Instant | None = None


class Petition(msgspec.Struct, frozen=True):
    """What a person asks of a processor, or what the law asks after a consent ended (channel `law`).

    because: the consent that ended. times: transfers that the person asked of the processor in the year before.
    """

    person: PartyId
    processor: PartyId
    asked: Asked
    resources: tuple[ResourceId, ...]
    channel: Channel
    by: PartyId
    details_commitment: str
    state: PetitionState
    rules: tuple[str, ...]
    received_at: Instant
    mandate: MandateId | None = None
    cause: DeletionCause | None = None
    because: ConsentId | None = None
    to: PartyId | None = None
    kin: Kin | None = None
    times: Natural = 0
    is_overdue: bool = False
    fee_fen: Natural = 0
    result_digest: str = ""
    reason: RefusalReason | None = None
    closed_at: Instant | None = None


class Entrustment(msgspec.Struct, frozen=True):
    """Processing that another does on the holder's behalf. parent: the entrustment that it stands on."""

    resource: ResourceId
    holder: PartyId
    giver: PartyId
    to: PartyId
    purposes: tuple[str, ...]
    kinds: tuple[InfoKind, ...]
    terms_digest: str
    since: Instant
    valid_to: Instant
    parent: EntrustmentId | None = None
    ended_at: Instant | None = None
    fate: DataFate | None = None


class Joint(msgspec.Struct, frozen=True):
    """Joint processing of a resource by its holder and another. agreed_at: when the other agreed; None before.

    was_joint: an earlier agreement of the two was in force once, and they answer for that time.
    """

    holder: PartyId
    other: PartyId
    terms_digest: str
    proposed_at: Instant
    agreed_at: Instant | None = None
    ended_at: Instant | None = None
    was_joint: bool = False
