"""What is allowed among companies: `offices.py`, `licences.py` with `contract.py` and `signing.py`, `openings.py`."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.enterprise import licences, offices, openings, signing
from mumian.rooms.enterprise.events import FirmStated
from mumian.rooms.enterprise.model import (
    AcknowledgeAsymmetries,
    ActivateLicence,
    AnswerEnquiry,
    AppointOfficer,
    CloseOpening,
    Command,
    CompanyFacts,
    DeemAnswerOverdue,
    DraftLicence,
    EndLicence,
    EndOffice,
    EndOfficeTerm,
    Event,
    ExpireOpening,
    GiveNotice,
    HandOver,
    MeetLicenceEnd,
    ProposeTerms,
    PublishOpening,
    RequestOpening,
    SignLicence,
    State,
    StateFirm,
)
from mumian.rooms.enterprise.records import Firm
from mumian.rooms.enterprise.refusals import EnterpriseRefusal as R


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of a company with its events or the first refusal that applies."""
    match command:
        case AppointOfficer():
            return offices.appoint(state, command, facts)
        case HandOver():
            return offices.hand_over(state, command, facts)
        case EndOffice():
            return offices.end(state, command, facts)
        case EndOfficeTerm():
            return offices.end_term(state, command, facts)
        case StateFirm():
            return _state_firm(command, facts)
        case PublishOpening():
            return openings.publish(state, command, facts)
        case CloseOpening():
            return openings.close(state, command, facts)
        case ExpireOpening():
            return openings.expire(state, command, facts)
        case RequestOpening():
            return openings.request(state, command, facts)
        case AnswerEnquiry():
            return openings.answer(state, command, facts)
        case DeemAnswerOverdue():
            return openings.deem_overdue(state, command, facts)
        case _:
            return _of_licences(state, command, facts)


def _of_licences(
    state: State,
    command: DraftLicence
    | ProposeTerms
    | AcknowledgeAsymmetries
    | SignLicence
    | ActivateLicence
    | GiveNotice
    | EndLicence
    | MeetLicenceEnd,
    facts: Facts,
) -> list[Event] | Refused:
    match command:
        case DraftLicence():
            return licences.draft(command, facts)
        case ProposeTerms():
            return licences.propose(state, command, facts)
        case AcknowledgeAsymmetries():
            return signing.acknowledge(state, command, facts)
        case SignLicence():
            return licences.sign(state, command, facts)
        case ActivateLicence():
            return licences.activate(state, command, facts)
        case GiveNotice():
            return licences.give_notice(state, command, facts)
        case EndLicence():
            return licences.end(state, command, facts)
        case MeetLicenceEnd():
            return licences.meet_end(state, command, facts)
        case _:
            assert_never(command)


def _state_firm(command: StateFirm, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, CompanyFacts)
    if not facts.is_organisation:
        return Refused(R.NOT_AN_ORGANISATION, {"actor": facts.actor})
    return [FirmStated(facts.actor, Firm(command.size, command.weight, command.evidence_digest, facts.now))]
