"""What changes in the room of consent. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.consent.consenting import excluded_key
from mumian.rooms.consent.covers import cover_keys, cover_of, use_keys
from mumian.rooms.consent.events import (
    BasisDeclared,
    BasisEnded,
    ConsentExpired,
    ConsentGiven,
    ConsentSuperseded,
    ConsentWithdrawn,
    DataFateConfirmed,
    EntrustmentEnded,
    Event,
    ExclusionConfirmed,
    GuardianEnded,
    GuardianRecorded,
    JointProcessingAgreed,
    JointProcessingEnded,
    JointProcessingProposed,
    MandateEnded,
    MandateGiven,
    NoticePublished,
    PersonRefused,
    PetitionerVerified,
    PetitionExtended,
    PetitionFulfilled,
    PetitionOverdue,
    PetitionReceived,
    PetitionRefused,
    PetitionTakenBack,
    PipiaDeleted,
    PipiaRecorded,
    ProcessingEntrusted,
    ReentrustingAllowed,
    ScaleStated,
)
from mumian.rooms.consent.model import State
from mumian.rooms.consent.records import Consent, Petition
from mumian.rooms.consent.vocabulary import (
    Asked,
    ConsentEnd,
    ConsentId,
    Excluded,
    Exclusion,
    PetitionId,
    PetitionState,
)

_OfConsent = ConsentGiven | ConsentWithdrawn | ConsentExpired | ConsentSuperseded | PersonRefused | ExclusionConfirmed
_OfPetition = (
    PetitionReceived
    | PetitionerVerified
    | PetitionExtended
    | PetitionFulfilled
    | PetitionRefused
    | PetitionTakenBack
    | PetitionOverdue
)
_OfHands = (
    ProcessingEntrusted
    | ReentrustingAllowed
    | EntrustmentEnded
    | DataFateConfirmed
    | JointProcessingProposed
    | JointProcessingAgreed
    | JointProcessingEnded
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    if isinstance(event, _OfConsent):
        _consents(state, event)
    elif isinstance(event, _OfPetition):
        _petitions(state, event)
    elif isinstance(event, _OfHands):
        _hands(state, event)
    else:
        _others(state, event)


_OfOthers = (
    ScaleStated
    | NoticePublished
    | BasisDeclared
    | BasisEnded
    | GuardianRecorded
    | GuardianEnded
    | MandateGiven
    | MandateEnded
    | PipiaRecorded
    | PipiaDeleted
)


def _others(state: State, event: _OfOthers) -> None:
    match event:
        case ScaleStated():
            state.scales[event.processor] = event.record
        case NoticePublished():
            state.notices[event.notice] = event.record
            if event.supersedes is not None:
                before = state.notices[event.supersedes]
                state.notices[event.supersedes] = replace(before, superseded_by=event.notice)
        case BasisDeclared():
            state.declarations[f"{event.resource}/{event.purpose}"] = event.record
        case BasisEnded():
            del state.declarations[f"{event.resource}/{event.purpose}"]
        case GuardianRecorded():
            state.guardians[f"{event.person}/{event.guardian}"] = event.record
        case GuardianEnded():
            key = f"{event.person}/{event.guardian}"
            state.guardians[key] = replace(state.guardians[key], ended_at=event.at)
        case MandateGiven():
            state.mandates[event.mandate] = event.record
            state.mandates_of[f"{event.record.person}/{event.mandate}"] = event.mandate
        case MandateEnded():
            state.mandates[event.mandate] = replace(state.mandates[event.mandate], ended_at=event.at)
        case PipiaRecorded():
            state.pipias[event.pipia] = event.record
            for activity in event.record.activities:
                state.assessed[f"{event.record.resource}/{activity}"] = event.pipia
        case PipiaDeleted():
            state.pipias[event.pipia] = replace(state.pipias[event.pipia], deleted_at=event.at)
        case _:
            assert_never(event)


def _consents(state: State, event: _OfConsent) -> None:
    match event:
        case ConsentGiven():
            state.consents[event.consent] = event.record
            state.held[f"{event.record.person}/{event.record.given_at:016d}/{event.consent}"] = event.consent
            for key in use_keys(event.record):
                state.uses[key] = event.consent
            _count(state, event.record, 1)
        case ConsentWithdrawn():
            _end(state, event.consent, ConsentEnd.WITHDRAWN, event.at)
            _exclude(state, event.resources, event.person, event.consent, event.at)
        case ConsentExpired():
            _end(state, event.consent, ConsentEnd.EXPIRED, event.at)
            _exclude(state, event.resources, event.person, event.consent, event.at)
        case ConsentSuperseded():
            _end(state, event.consent, ConsentEnd.SUPERSEDED, event.at, event.successor)
            _exclude(state, event.resources, event.person, event.consent, event.at)
        case PersonRefused():
            _exclude(state, event.resources, event.person, event.petition, event.at)
        case ExclusionConfirmed():
            exclusion = state.exclusions[event.resource]
            confirmed = replace(exclusion, confirmed=event.confirmed, version_digest=event.version_digest)
            state.exclusions[event.resource] = confirmed
        case _:
            assert_never(event)


def _end(state: State, consent: ConsentId, how: ConsentEnd, at: Instant, successor: ConsentId | None = None) -> None:
    record = state.consents[consent]
    for key in use_keys(record):
        del state.uses[key]
    _count(state, record, -1)
    state.consents[consent] = replace(record, ended=how, ended_at=at, successor=successor)


def _count(state: State, record: Consent, change: int) -> None:
    """Count a consent in, or out, of every row that it covers. A row that counts none goes."""
    for key in cover_keys(record):
        before = state.covers.get(key)
        consents = (before.consents if before is not None else 0) + change
        if consents:
            state.covers[key] = cover_of(record, consents)
        else:
            del state.covers[key]


def _exclude(state: State, resources: tuple[ResourceId, ...], person: PartyId, because: str, at: Instant) -> None:
    for resource in resources:
        before = state.exclusions.get(resource)
        nth = (before.withdrawn if before is not None else 0) + 1
        if before is None:
            state.exclusions[resource] = Exclusion(nth, 0, at)
        else:
            state.exclusions[resource] = replace(before, withdrawn=nth, last_at=at)
        state.excluded[excluded_key(resource, nth)] = Excluded(person, because, at)


def _petitions(state: State, event: _OfPetition) -> None:
    match event:
        case PetitionReceived():
            record = event.record
            state.petitions[event.petition] = record
            state.petitions_of[f"{record.person}/{event.petition}"] = event.petition
            state.owed[f"{record.processor}/{event.petition}"] = event.petition
            if record.asked is Asked.PORT:
                order = f"{record.received_at:016d}/{event.petition}"
                state.transfers[f"{record.person}/{record.processor}/{order}"] = event.petition
        case PetitionerVerified():
            record = state.petitions[event.petition]
            state.petitions[event.petition] = replace(record, state=PetitionState.ID_VERIFIED)
        case PetitionExtended():
            record = state.petitions[event.petition]
            state.petitions[event.petition] = replace(record, state=PetitionState.EXTENDED)
        case PetitionFulfilled():
            record = _closed(state, event.petition, event.state, event.at)
            done = replace(record, fee_fen=event.fee_fen, result_digest=event.result_digest)
            state.petitions[event.petition] = done
        case PetitionRefused():
            record = _closed(state, event.petition, PetitionState.REFUSED, event.at)
            refused = replace(record, reason=event.reason, result_digest=event.reason_digest)
            state.petitions[event.petition] = refused
        case PetitionTakenBack():
            state.petitions[event.petition] = _closed(state, event.petition, PetitionState.TAKEN_BACK, event.at)
        case PetitionOverdue():
            state.petitions[event.petition] = replace(state.petitions[event.petition], is_overdue=True)
        case _:
            assert_never(event)


def _closed(state: State, petition: PetitionId, how: PetitionState, at: Instant) -> Petition:
    record = state.petitions[petition]
    del state.owed[f"{record.processor}/{petition}"]
    return replace(record, state=how, closed_at=at)


def _hands(state: State, event: _OfHands) -> None:
    match event:
        case ProcessingEntrusted():
            record = event.record
            state.entrustments[event.entrustment] = record
            state.entrusted[f"{record.resource}/{record.to}/{event.entrustment}"] = event.entrustment
        case ReentrustingAllowed():
            state.reentrusting[f"{event.entrustment}/{event.to}"] = 1
        case EntrustmentEnded():
            record = state.entrustments[event.entrustment]
            state.entrustments[event.entrustment] = replace(record, ended_at=event.at)
            del state.entrusted[f"{record.resource}/{record.to}/{event.entrustment}"]
        case DataFateConfirmed():
            record = state.entrustments[event.entrustment]
            state.entrustments[event.entrustment] = replace(record, fate=event.fate)
        case JointProcessingProposed():
            state.joints[f"{event.resource}/{event.record.other}"] = event.record
        case JointProcessingAgreed():
            key = f"{event.resource}/{event.other}"
            state.joints[key] = replace(state.joints[key], agreed_at=event.at)
        case JointProcessingEnded():
            key = f"{event.resource}/{event.other}"
            state.joints[key] = replace(state.joints[key], ended_at=event.at)
        case _:
            assert_never(event)
