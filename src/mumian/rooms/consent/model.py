"""What the room of consent must know of others, and what it keeps. What can be said is in `commands.py`, what happened in
`events.py`, the records in `records.py`, why not in `refusals.py`."""

from __future__ import annotations

import msgspec

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.consent.commands import Command as Command
from mumian.rooms.consent.events import Event as Event
from mumian.rooms.consent.records import (
    Consent,
    Cover,
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
from mumian.rooms.consent.refusals import ConsentRefusal as ConsentRefusal
from mumian.rooms.consent.vocabulary import (
    ConsentId,
    EntrustmentId,
    Excluded,
    Exclusion,
    MandateId,
    PetitionId,
    PipiaId,
    Resource,
)


class ResourceFacts(Facts, frozen=True, kw_only=True):
    """For what is said of resources: `PublishNotice`, `DeclareBasis`, `EndBasis`, `RecordPipia`, `EntrustProcessing`,
    `AgreeJointProcessing`, `ReentrustProcessing`, `AllowReentrusting`.

    resources: those that the command names and the catalog knows. admitted: parties that it names and that have a role
    in force.
    """

    resources: tuple[Resource, ...] = ()
    admitted: frozenset[PartyId] = frozenset()


class PersonFacts(ResourceFacts, frozen=True, kw_only=True):
    """For what is said by or for a person: `GiveConsent`, `RecordGuardian`, `GiveMandate`, `SubmitPetition`.

    persons: of the parties that the command names, the natural persons with the role of an individual.
    has_key: whether the person signs with a key of its own.
    agent_roles: roles of the agent that a mandate names; empty if it is not admitted.
    relation: parties from the speaker to the processor, both included, along declared relations; empty if unrelated.
    """

    persons: frozenset[PartyId] = frozenset()
    has_key: bool = False
    agent_roles: frozenset[Role] = frozenset()
    relation: tuple[PartyId, ...] = ()


class VersionFacts(Facts, frozen=True, kw_only=True):
    """For `ConfirmExclusion`.

    resource: None if the catalog does not know it. published_at: when the version of that digest was published, or None.
    """

    resource: Resource | None
    published_at: Instant | None = None


class State(msgspec.Struct):
    """Records by id, and what they are found by.

    scales: by processor. declarations: `resource/purpose`. uses: `person/resource/purpose` → the consent in force.
    covers: `resource/purpose/recipient/class` (see `covers`). held: `person/instant/consent`, in order of time.
    exclusions: by resource. excluded: `resource/number`, from 1. guardians: `person/guardian`.
    mandates_of: `person/mandate`. assessed: `resource/activity` → the last assessment. petitions_of: `person/petition`.
    owed: `processor/petition`, the open ones. transfers: `person/processor/instant/petition` → the same.
    entrusted: `resource/party/entrustment`. reentrusting: `entrustment/party`, allowed. joints: `resource/other`.
    """

    scales: Table[Scale]
    notices: Table[Notice]
    declarations: Table[Declaration]
    consents: Table[Consent]
    uses: Table[ConsentId]
    covers: Table[Cover]
    held: Table[ConsentId]
    exclusions: Table[Exclusion]
    excluded: Table[Excluded]
    guardians: Table[Guardianship]
    mandates: Table[Mandate]
    mandates_of: Table[MandateId]
    pipias: Table[Pipia]
    assessed: Table[PipiaId]
    petitions: Table[Petition]
    petitions_of: Table[PetitionId]
    owed: Table[PetitionId]
    transfers: Table[PetitionId]
    entrustments: Table[Entrustment]
    entrusted: Table[EntrustmentId]
    reentrusting: Table[int]
    joints: Table[Joint]
