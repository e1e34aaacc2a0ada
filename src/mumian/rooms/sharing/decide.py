"""What is allowed of sharing."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.sharing import attributes, defects, lapses, shares, tickets
from mumian.rooms.sharing.model import (
    AnswerTicket,
    AssignTicket,
    CloseTicket,
    Command,
    ConfirmAttributes,
    CorrectDefect,
    DeliverTicket,
    EndShare,
    EnrolBody,
    Event,
    FeedBackResult,
    GrantShare,
    MeetLimit,
    OrderCorrection,
    RaiseTicket,
    RefuseShare,
    RejectDefect,
    ReportDefect,
    ReportUse,
    RequestShare,
    ReturnAttributes,
    SetAttributes,
    SharingFacts,
    State,
    WithdrawShareRequest,
)

_OfShares = RequestShare | GrantShare | RefuseShare | WithdrawShareRequest | EndShare | ReportUse
_OfTickets = RaiseTicket | AssignTicket | AnswerTicket | DeliverTicket | CloseTicket
_OfDefects = ReportDefect | CorrectDefect | RejectDefect | OrderCorrection | FeedBackResult
_OfAttributes = EnrolBody | SetAttributes | ConfirmAttributes | ReturnAttributes


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about sharing with its events or the first refusal that applies."""
    if isinstance(command, MeetLimit):
        return lapses.meet(state, command, facts)
    assert isinstance(facts, SharingFacts)
    if isinstance(command, _OfAttributes):
        return _attributes(state, command, facts)
    if isinstance(command, _OfShares):
        return _shares(state, command, facts)
    if isinstance(command, _OfTickets):
        return _tickets(state, command, facts)
    return _defects(state, command, facts)


def _attributes(state: State, command: _OfAttributes, facts: SharingFacts) -> list[Event] | Refused:
    match command:
        case EnrolBody():
            return attributes.enrol(state, command, facts)
        case SetAttributes():
            return attributes.set_attributes(state, command, facts)
        case ConfirmAttributes():
            return attributes.confirm(state, command, facts)
        case ReturnAttributes():
            return attributes.give_back(state, command, facts)
        case _:
            assert_never(command)


def _shares(state: State, command: _OfShares, facts: SharingFacts) -> list[Event] | Refused:
    match command:
        case RequestShare():
            return shares.request(state, command, facts)
        case GrantShare():
            return shares.grant(state, command, facts)
        case RefuseShare():
            return shares.refuse(state, command, facts)
        case WithdrawShareRequest():
            return shares.withdraw(state, command, facts)
        case EndShare():
            return shares.end(state, command, facts)
        case ReportUse():
            return shares.report_use(state, command, facts)
        case _:
            assert_never(command)


def _tickets(state: State, command: _OfTickets, facts: SharingFacts) -> list[Event] | Refused:
    match command:
        case RaiseTicket():
            return tickets.raise_ticket(command, facts)
        case AssignTicket():
            return tickets.assign(state, command, facts)
        case AnswerTicket():
            return tickets.answer(state, command, facts)
        case DeliverTicket():
            return tickets.deliver(state, command, facts)
        case CloseTicket():
            return tickets.close(state, command, facts)
        case _:
            assert_never(command)


def _defects(state: State, command: _OfDefects, facts: SharingFacts) -> list[Event] | Refused:
    match command:
        case ReportDefect():
            return defects.report(state, command, facts)
        case CorrectDefect():
            return defects.correct(state, command, facts)
        case RejectDefect():
            return defects.reject(state, command, facts)
        case OrderCorrection():
            return defects.order(state, command, facts)
        case FeedBackResult():
            return defects.feed_back(command, facts)
        case _:
            assert_never(command)
