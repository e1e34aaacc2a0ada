"""What changes among companies. The only writer of the room's state."""

from __future__ import annotations

from typing import Any, assert_never

from msgspec.structs import replace

from mumian.kernel.ids import PartyId
from mumian.kernel.table import Table
from mumian.rooms.enterprise.events import (
    AnswerOverdue,
    AsymmetriesAcknowledged,
    EnquiryAnswered,
    Event,
    FirmStated,
    LicenceActivated,
    LicenceDrafted,
    LicenceEnded,
    LicenceSigned,
    NoticeGiven,
    OfficeEnded,
    OfficerAppointed,
    OpeningClosed,
    OpeningPublished,
    OpeningRequested,
    TermsProposed,
)
from mumian.rooms.enterprise.model import State
from mumian.rooms.enterprise.records import Counts, Desk, Licence, Version, version_key
from mumian.rooms.enterprise.vocabulary import LicenceState, Side


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case OfficerAppointed():
            party = event.record.party
            desk = state.desks.get(party) or Desk()
            state.officers[event.officer] = event.record
            state.by_officer[f"{party}/{event.officer}"] = event.officer
            state.desks[party] = Desk((*desk.open, event.officer))
        case OfficeEnded():
            still_open = tuple(each for each in state.desks[event.party].open if each != event.officer)
            _change(state.officers, event.officer, ended=event.reason, ended_at=event.at)
            state.desks[event.party] = Desk(still_open)
        case FirmStated():
            state.firms[event.party] = event.record
        case OpeningPublished() | OpeningClosed() | OpeningRequested() | EnquiryAnswered() | AnswerOverdue():
            _open(state, event)
        case _:
            _license(state, event)


def _change(table: Table[Any], key: str, **fields: Any) -> None:
    table[key] = replace(table[key], **fields)


def _license(
    state: State,
    event: LicenceDrafted
    | TermsProposed
    | AsymmetriesAcknowledged
    | LicenceSigned
    | LicenceActivated
    | NoticeGiven
    | LicenceEnded,
) -> None:
    match event:
        case LicenceDrafted():
            state.licences[event.licence] = Licence(event.first, event.second, LicenceState.DRAFT, version=1)
            state.versions[version_key(event.licence, 1)] = Version(event.terms, Side.FIRST, event.at)
            for party in (event.first, event.second):
                state.by_party[f"{party}/{event.licence}"] = event.licence
        case TermsProposed():
            state.versions[version_key(event.licence, event.version)] = Version(event.terms, event.by, event.at)
            old = state.licences[event.licence]
            # a first side that writes its draft anew has nobody to negotiate with yet
            is_draft = old.state is LicenceState.DRAFT and event.by is Side.FIRST and not old.signed
            moved = LicenceState.DRAFT if is_draft else LicenceState.NEGOTIATE
            state.licences[event.licence] = replace(old, state=moved, version=event.version, signed=(), acknowledged=())
        case AsymmetriesAcknowledged():
            known = state.licences[event.licence].acknowledged
            _change(state.licences, event.licence, acknowledged=(*known, *(t for t in event.terms if t not in known)))
        case LicenceSigned():
            signed = (*state.licences[event.licence].signed, event.side)
            moved = LicenceState.SIGNED if event.is_binding else LicenceState.NEGOTIATE
            _change(state.licences, event.licence, state=moved, signed=signed)
        case LicenceActivated():
            _change(state.licences, event.licence, state=LicenceState.ACTIVE)
        case NoticeGiven():
            _change(state.licences, event.licence, notice_by=event.side)
        case LicenceEnded():
            _change(state.licences, event.licence, state=LicenceState.ENDED, ended=event.reason)
        case _:
            assert_never(event)


def _open(
    state: State, event: OpeningPublished | OpeningClosed | OpeningRequested | EnquiryAnswered | AnswerOverdue
) -> None:
    match event:
        case OpeningPublished():
            publisher = event.record.publisher
            state.openings[event.opening] = event.record
            state.open_subjects[event.record.subject] = event.opening
            state.by_publisher[f"{publisher}/{event.opening}"] = event.opening
            _count(state, publisher, opened=1)
        case OpeningClosed():
            _change(state.openings, event.opening, is_closed=True)
            del state.open_subjects[state.openings[event.opening].subject]
        case OpeningRequested():
            state.enquiries[event.enquiry] = event.record
            state.by_opening[f"{event.record.opening}/{event.enquiry}"] = event.enquiry
            state.waiting[f"{event.record.opening}/{event.record.firm}"] = event.enquiry
            _count(state, state.openings[event.record.opening].publisher, requested=1)
        case EnquiryAnswered():
            enquiry = state.enquiries[event.enquiry]
            answered = replace(enquiry, granted=event.granted, decline=event.decline, licence=event.licence)
            state.enquiries[event.enquiry] = answered
            del state.waiting[f"{enquiry.opening}/{enquiry.firm}"]
            _count(state, event.publisher, answered=1, granted=int(event.granted), in_time=int(event.in_time))
        case AnswerOverdue():
            _change(state.enquiries, event.enquiry, is_overdue=True)
        case _:
            assert_never(event)


def _count(state: State, party: PartyId, **more: int) -> None:
    counts = state.counts.get(party) or Counts()
    state.counts[party] = replace(counts, **{name: getattr(counts, name) + count for name, count in more.items()})
