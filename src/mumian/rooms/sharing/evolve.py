"""What changes in the room of sharing. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.kernel.ids import PartyId
from mumian.rooms.sharing.events import (
    AttributesConfirmed,
    AttributesReturned,
    AttributesSet,
    BodyEnrolled,
    CorrectionOrdered,
    DefectCorrected,
    DefectEscalated,
    DefectRejected,
    DefectReported,
    LimitPassed,
    ResultFedBack,
    ShareEnded,
    ShareEscalated,
    ShareGranted,
    ShareLapsed,
    ShareRefused,
    ShareRequested,
    ShareRequestWithdrawn,
    TicketAnswered,
    TicketAssigned,
    TicketClosed,
    TicketDelivered,
    TicketOverdue,
    TicketRaised,
    UseReported,
)
from mumian.rooms.sharing.model import Event, State
from mumian.rooms.sharing.records import AttributeRecord, Share
from mumian.rooms.sharing.shares import asked_key
from mumian.rooms.sharing.vocabulary import (
    AttributeState,
    DefectId,
    DefectState,
    Feedback,
    Lapse,
    Limit,
    ShareId,
    ShareState,
    TicketId,
    TicketState,
)

_OfShare = (
    ShareRequested
    | ShareEscalated
    | ShareGranted
    | ShareRefused
    | ShareRequestWithdrawn
    | ShareLapsed
    | ShareEnded
    | UseReported
)
_OfTicket = TicketRaised | TicketAssigned | TicketAnswered | TicketDelivered | TicketClosed | TicketOverdue
_OfDefect = DefectReported | DefectEscalated | DefectCorrected | DefectRejected | CorrectionOrdered


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case BodyEnrolled():
            _enrol(state, event)
        case AttributesSet() | AttributesConfirmed() | AttributesReturned():
            _attribute(state, event)
        case ResultFedBack():
            state.results[event.feedback] = event.record
            _tie(state, event.feedback, event.record.holder, event.record.operator)
        case LimitPassed():
            _lapse(state, event)
        case _:
            if isinstance(event, _OfShare):
                _share(state, event)
            elif isinstance(event, _OfTicket):
                _ticket(state, event)
            else:
                _defect(state, event)


def _tie(state: State, thing: str, *parties: PartyId) -> None:
    """Let each party find what it has to do with."""
    for party in parties:
        state.by_party[f"{party}/{thing}"] = thing


def _enrol(state: State, event: BodyEnrolled) -> None:
    before = state.bodies.get(event.body)
    if before is not None:
        del state.by_party[f"{before.bureau}/{event.body}"]
    state.bodies[event.body] = event.record
    _tie(state, event.body, event.record.bureau)


def _attribute(state: State, event: AttributesSet | AttributesConfirmed | AttributesReturned) -> None:
    key = event.resource
    if isinstance(event, AttributesSet):
        before = state.attributes.get(key)
        confirmed = None if before is None else before.confirmed
        record = AttributeRecord(event.holder, event.attributes, AttributeState.PROPOSED, confirmed)
        state.attributes[key] = record
        _tie(state, key, event.holder)
        return
    changes: dict[str, object] = {"state": AttributeState.RETURNED, "is_overdue": False}
    if isinstance(event, AttributesConfirmed):
        changes = {"state": AttributeState.CONFIRMED, "is_overdue": False, "confirmed": event.attributes}
    state.attributes[key] = replace(state.attributes[key], **changes)


def _share(state: State, event: _OfShare) -> None:
    key = event.share
    match event:
        case ShareRequested():
            record = event.record
            state.shares[key] = record
            state.asked[asked_key(record.requester, record.resource, record.purpose)] = key
            _tie(state, key, record.requester, record.holder)
        case ShareEscalated():
            _set_share(state, key, state=ShareState.ESCALATED, is_escalated=True)
        case ShareGranted():
            _set_share(
                state, key, state=ShareState.GRANTED, granted=event.fields, conditions=event.conditions,
                use_to=event.use_to, feedback=Feedback.DUE,
            )  # fmt: skip
        case ShareRefused():
            _over(state, key, state=ShareState.REFUSED, refusal=event.reason)
        case ShareRequestWithdrawn():
            _over(state, key, state=ShareState.WITHDRAWN)
        case ShareLapsed():
            _over(state, key, state=ShareState.LAPSED)
        case ShareEnded():
            _over(state, key, state=ShareState.ENDED, ended=event.cause)
        case UseReported():
            state.uses[key] = event.use
            _set_share(state, key, feedback=Feedback.GIVEN)
        case _:
            assert_never(event)


def _set_share(state: State, key: ShareId, /, **changes: object) -> Share:
    record: Share = replace(state.shares[key], **changes)
    state.shares[key] = record
    return record


def _over(state: State, key: ShareId, /, **changes: object) -> None:
    """Close a share: the same may be asked for again."""
    record = _set_share(state, key, **changes)
    del state.asked[asked_key(record.requester, record.resource, record.purpose)]


def _ticket(state: State, event: _OfTicket) -> None:
    key = event.ticket
    match event:
        case TicketRaised():
            state.tickets[key] = event.record
            _tie(state, key, event.record.raiser, event.record.bureau)
        case TicketAssigned():
            before = state.tickets[key]
            state.tickets[key] = replace(
                before, state=TicketState.ASSIGNED, holder=event.holder, candidates=event.candidates, answer=None,
                reason=None, assignments=before.assignments + 1,
            )  # fmt: skip
            _tie(state, key, event.holder)
        case TicketAnswered():
            _set_ticket(state, key, state=TicketState.ANSWERED, answer=event.answer, reason=event.reason)
        case TicketDelivered():
            _set_ticket(state, key, state=TicketState.DELIVERED, resource=event.resource, way=event.way)
        case TicketClosed():
            _set_ticket(state, key, state=TicketState.CLOSED, result=event.result)
        case TicketOverdue():
            lapses = (*state.tickets[key].lapses, Lapse(event.limit, event.owner))
            _set_ticket(state, key, state=TicketState.OVERDUE, lapses=lapses)
        case _:
            assert_never(event)


def _set_ticket(state: State, key: TicketId, /, **changes: object) -> None:
    state.tickets[key] = replace(state.tickets[key], **changes)


def _defect(state: State, event: _OfDefect) -> None:
    key = event.defect
    match event:
        case DefectReported():
            state.defects[key] = event.record
            _tie(state, key, event.record.reporter, event.record.holder)
        case DefectEscalated():
            _set_defect(state, key, state=DefectState.ESCALATED, is_escalated=True)
        case DefectCorrected():
            _set_defect(state, key, state=DefectState.CORRECTED, version_digest=event.version_digest)
        case DefectRejected():
            finding, reason = event.finding_digest, event.reason
            _set_defect(state, key, state=DefectState.REJECTED, rejection=reason, finding_digest=finding)
        case CorrectionOrdered():
            orders = state.defects[key].orders + 1
            _set_defect(state, key, state=DefectState.REPORTED, is_ruling_overdue=False, orders=orders)
        case _:
            assert_never(event)


def _set_defect(state: State, key: DefectId, /, **changes: object) -> None:
    state.defects[key] = replace(state.defects[key], **changes)


def _lapse(state: State, event: LimitPassed) -> None:
    if event.limit is Limit.CONFIRM:
        state.attributes[event.thing] = replace(state.attributes[event.thing], is_overdue=True)
    elif event.limit is Limit.DEFECT_RULING:
        _set_defect(state, DefectId(event.thing), is_ruling_overdue=True)
    elif event.limit is Limit.RULING:
        _set_share(state, ShareId(event.thing), is_ruling_overdue=True)
    else:
        _set_share(state, ShareId(event.thing), feedback=Feedback.OVERDUE)
