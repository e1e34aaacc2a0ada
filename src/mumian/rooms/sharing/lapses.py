"""What follows from limits that are over: silence grants nothing and refuses nothing, it goes to the data bureau."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.limits import ClockChange, Stop
from mumian.kernel.outcome import Refused
from mumian.rooms.sharing.events import (
    DefectEscalated,
    LimitPassed,
    ShareEnded,
    ShareEscalated,
    ShareLapsed,
    TicketOverdue,
)
from mumian.rooms.sharing.guards import bureau_of, refuse_rules
from mumian.rooms.sharing.limits import rule_of, started
from mumian.rooms.sharing.model import Event, MeetLimit, State
from mumian.rooms.sharing.records import Share, Ticket
from mumian.rooms.sharing.refusals import SharingRefusal as R
from mumian.rooms.sharing.vocabulary import (
    AttributeState,
    DefectId,
    DefectState,
    EndCause,
    Feedback,
    Limit,
    ShareId,
    ShareState,
    TicketAnswer,
    TicketId,
    TicketState,
)


def meet(state: State, command: MeetLimit, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    limit, thing = command.limit, command.thing
    match limit:
        case Limit.CONFIRM:
            return _of_attributes(state, thing)
        case Limit.ANSWER | Limit.RULING | Limit.FEEDBACK | Limit.PERIOD:
            return _of_share(state, ShareId(thing), limit, facts)
        case Limit.TICKET_ASSIGN | Limit.TICKET_ANSWER | Limit.TICKET_DELIVERY | Limit.TICKET_CONFIRM:
            return _of_ticket(state, TicketId(thing), limit)
        case Limit.DEFECT_ANSWER | Limit.DEFECT_RULING:
            return _of_defect(state, DefectId(thing), limit, facts)
        case _:
            assert_never(limit)


def _passed(thing: str, limit: Limit, owner: PartyId) -> Event:
    return LimitPassed(thing, limit, owner, (rule_of(limit),))


def _next(limit: Limit, about: str, owner: PartyId, facts: Facts) -> tuple[ClockChange, ...]:
    """Return the start of a bureau's own limit; none runs where its setting is not in force any more."""
    return () if refuse_rules(facts, rule_of(limit)) is not None else (started(limit, about, owner, facts),)


def _of_attributes(state: State, thing: str) -> list[Event]:
    record = state.attributes.get(thing)
    if record is None or record.state is not AttributeState.PROPOSED or record.is_overdue:
        return []
    return [_passed(thing, Limit.CONFIRM, bureau_of(state, record.holder))]


def _of_share(state: State, key: ShareId, limit: Limit, facts: Facts) -> list[Event]:
    record = state.shares.get(key)
    if record is None:
        return []
    bureau = bureau_of(state, record.holder)
    if limit is Limit.ANSWER and record.state is ShareState.REQUESTED:
        return [ShareEscalated(key, bureau, ("MM-SHARE",), _next(Limit.RULING, key, bureau, facts))]
    if limit is Limit.RULING and record.state is ShareState.ESCALATED and not record.is_ruling_overdue:
        return [_passed(key, limit, bureau)]
    if limit is Limit.FEEDBACK and record.feedback is Feedback.DUE:
        return [_passed(key, limit, record.requester)]
    return _of_period(key, record) if limit is Limit.PERIOD and facts.now >= record.use_to else []


def _of_period(key: ShareId, record: Share) -> list[Event]:
    """The use of a share is over, or the time for which one was asked."""
    if record.state is ShareState.GRANTED:
        return [ShareEnded(key, EndCause.PERIOD_OVER, ("MM-SHARE",))]
    is_open = record.state in (ShareState.REQUESTED, ShareState.ESCALATED)
    return [ShareLapsed(key, ("MM-SHARE",), (Stop(key),))] if is_open else []


def _of_ticket(state: State, key: TicketId, limit: Limit) -> list[Event]:
    record = state.tickets.get(key)
    owner = None if record is None else _owes(record, limit)
    return [] if owner is None else [TicketOverdue(key, limit, owner, ("MM-TICKET",))]


def _owes(record: Ticket, limit: Limit) -> PartyId | None:
    """Return who let the limit pass, or None if it does not run where the ticket stands."""
    is_declined = record.state is TicketState.ANSWERED and record.answer is TicketAnswer.CANNOT
    if limit is Limit.TICKET_ASSIGN:
        return record.bureau if is_declined or record.state is TicketState.SUBMITTED else None
    if limit is Limit.TICKET_CONFIRM:
        return record.raiser if record.state is TicketState.DELIVERED else None
    runs_in = TicketState.ASSIGNED if limit is Limit.TICKET_ANSWER else TicketState.ANSWERED
    return record.holder if record.state is runs_in and not is_declined else None


def _of_defect(state: State, key: DefectId, limit: Limit, facts: Facts) -> list[Event]:
    record = state.defects.get(key)
    if record is None:
        return []
    bureau = bureau_of(state, record.holder)
    if limit is Limit.DEFECT_ANSWER and record.state is DefectState.REPORTED:
        return [DefectEscalated(key, bureau, ("MM-DEFECT",), _next(Limit.DEFECT_RULING, key, bureau, facts))]
    if limit is Limit.DEFECT_RULING and record.state is DefectState.ESCALATED and not record.is_ruling_overdue:
        return [_passed(key, limit, bureau)]
    return []
