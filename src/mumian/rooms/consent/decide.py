"""What is allowed of consent, mandates, petitions, assessments and entrusted data."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.consent import agency, assessing, consenting, entrusting, notices, petitions
from mumian.rooms.consent.commands import (
    AgreeJointProcessing,
    AllowReentrusting,
    Command,
    ConfirmDataFate,
    ConfirmExclusion,
    DeclareBasis,
    DeletePipia,
    EndBasis,
    EndEntrustment,
    EndGuardian,
    EndJointProcessing,
    EndMandate,
    EntrustProcessing,
    ExpireConsent,
    ExpireEntrustment,
    ExpireMandate,
    ExtendPetition,
    FulfilPetition,
    GiveConsent,
    GiveMandate,
    MarkOverdue,
    PublishNotice,
    RecordGuardian,
    RecordPipia,
    ReentrustProcessing,
    RefusePetition,
    StateScale,
    SubmitPetition,
    TakeBackPetition,
    VerifyPetitioner,
    WithdrawConsent,
)
from mumian.rooms.consent.events import Event
from mumian.rooms.consent.guards import missing_rule
from mumian.rooms.consent.model import PersonFacts, ResourceFacts, State, VersionFacts
from mumian.rooms.consent.refusals import ConsentRefusal as R

_OfClock = ExpireConsent | ExpireMandate | ExpireEntrustment | MarkOverdue
_OfProcessing = StateScale | PublishNotice | DeclareBasis | EndBasis | RecordPipia | DeletePipia
_OfConsent = GiveConsent | WithdrawConsent | ConfirmExclusion
_OfAgency = RecordGuardian | EndGuardian | GiveMandate | EndMandate
_OfPetition = SubmitPetition | VerifyPetitioner | ExtendPetition | FulfilPetition | RefusePetition | TakeBackPetition
_OfHands = (
    EntrustProcessing
    | AllowReentrusting
    | ReentrustProcessing
    | EndEntrustment
    | ConfirmDataFate
    | AgreeJointProcessing
    | EndJointProcessing
)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about consent with its events or the first refusal that applies."""
    if isinstance(command, _OfClock):
        return _of_clock(state, command, facts)
    refused = missing_rule("S7-13", rulebook=facts.rulebook, now=facts.now)
    if refused is not None:
        return refused
    if isinstance(command, _OfProcessing):
        return _of_processing(state, command, facts)
    if isinstance(command, _OfConsent):
        return _of_consent(state, command, facts)
    if isinstance(command, _OfAgency):
        return _of_agency(state, command, facts)
    if isinstance(command, _OfPetition):
        return _of_petition(state, command, facts)
    return _of_hands(state, command, facts)


def _of_clock(state: State, command: _OfClock, facts: Facts) -> list[Event] | Refused:
    """Decide what a limit that is over brings: never a refusal to the market itself, whatever happened meanwhile."""
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    match command:
        case ExpireConsent():
            return consenting.expire(state, command, facts)
        case ExpireMandate():
            return agency.expire_mandate(state, command, facts)
        case ExpireEntrustment():
            return entrusting.expire(state, command, facts)
        case MarkOverdue():
            return petitions.mark_overdue(state, command, facts)
        case _:
            assert_never(command)


def _of_processing(state: State, command: _OfProcessing, facts: Facts) -> list[Event] | Refused:
    match command:
        case StateScale():
            return notices.state_scale(command, facts)
        case EndBasis():
            return notices.end_basis(state, command, facts)
        case DeletePipia():
            return assessing.delete(state, command, facts)
        case PublishNotice() | DeclareBasis() | RecordPipia():
            assert isinstance(facts, ResourceFacts)
            if isinstance(command, PublishNotice):
                return notices.publish(state, command, facts)
            if isinstance(command, DeclareBasis):
                return notices.declare(state, command, facts)
            return assessing.record(state, command, facts)
        case _:
            assert_never(command)


def _of_consent(state: State, command: _OfConsent, facts: Facts) -> list[Event] | Refused:
    match command:
        case WithdrawConsent():
            return consenting.withdraw(state, command, facts)
        case GiveConsent():
            assert isinstance(facts, PersonFacts)
            return consenting.give(state, command, facts)
        case ConfirmExclusion():
            assert isinstance(facts, VersionFacts)
            return consenting.confirm_exclusion(state, command, facts)
        case _:
            assert_never(command)


def _of_agency(state: State, command: _OfAgency, facts: Facts) -> list[Event] | Refused:
    match command:
        case EndGuardian():
            return agency.end_guardian(state, command, facts)
        case EndMandate():
            return agency.end_mandate(state, command, facts)
        case RecordGuardian() | GiveMandate():
            assert isinstance(facts, PersonFacts)
            if isinstance(command, RecordGuardian):
                return agency.record_guardian(state, command, facts)
            return agency.give_mandate(state, command, facts)
        case _:
            assert_never(command)


def _of_petition(state: State, command: _OfPetition, facts: Facts) -> list[Event] | Refused:
    match command:
        case SubmitPetition():
            assert isinstance(facts, PersonFacts)
            return petitions.submit(state, command, facts)
        case VerifyPetitioner():
            return petitions.verify(state, command, facts)
        case ExtendPetition():
            return petitions.extend(state, command, facts)
        case FulfilPetition():
            return petitions.fulfil(state, command, facts)
        case RefusePetition():
            return petitions.refuse(state, command, facts)
        case TakeBackPetition():
            return petitions.take_back(state, command, facts)
        case _:
            assert_never(command)


def _of_hands(state: State, command: _OfHands, facts: Facts) -> list[Event] | Refused:
    match command:
        case EndEntrustment():
            return entrusting.end(state, command, facts)
        case ConfirmDataFate():
            return entrusting.confirm_fate(state, command, facts)
        case EndJointProcessing():
            return entrusting.end_joint(state, command, facts)
    assert isinstance(facts, ResourceFacts)
    match command:
        case EntrustProcessing():
            return entrusting.entrust(state, command, facts)
        case AllowReentrusting():
            return entrusting.allow(state, command, facts)
        case ReentrustProcessing():
            return entrusting.reentrust(state, command, facts)
        case AgreeJointProcessing():
            return entrusting.agree_joint(state, command, facts)
        case _:
            assert_never(command)
