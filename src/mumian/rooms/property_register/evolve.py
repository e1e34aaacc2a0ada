"""What changes in the registration of data property. The only writer of its state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mumian.rooms.property_register import events as said
from mumian.rooms.property_register.forms import parties_of
from mumian.rooms.property_register.model import Event, State
from mumian.rooms.property_register.vocabulary import ApplicationId, ObjectionState, Phase, Stage


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    _CHANGES[type(event)](state, event)


def _set(state: State, key: ApplicationId, **changes: Any) -> None:
    state.applications[key] = replace(state.applications[key], **changes)


def _submitted(state: State, event: said.ApplicationSubmitted) -> None:
    key = event.application
    state.applications[key] = event.record
    state.forms[key] = event.form
    state.by_registry[f"{event.record.registry}/{key}"] = key
    for party in parties_of(event.form):
        state.by_party[f"{party}/{key}"] = key


def _supplemented(state: State, event: said.ApplicationSupplemented) -> None:
    key = event.application
    _set(state, key, stage=Stage.SUBMITTED)
    for party in parties_of(state.forms[key]):
        del state.by_party[f"{party}/{key}"]
    state.forms[key] = event.form
    for party in parties_of(event.form):
        state.by_party[f"{party}/{key}"] = key


def _returned(state: State, event: said.ApplicationReturned) -> None:
    _set(state, event.application, stage=Stage.RETURNED, returned=True)


def _accepted(state: State, event: said.ApplicationAccepted) -> None:
    _set(state, event.application, stage=Stage.REVIEWING, accepted_on=event.accepted_on, deemed=event.deemed)


def _evidence_requested(state: State, event: said.EvidenceRequested) -> None:
    requests = state.applications[event.application].requests + 1
    _set(state, event.application, stage=Stage.EVIDENCE, requests=requests)


def _evidence_closed(state: State, event: said.EvidenceClosed) -> None:
    _set(state, event.application, stage=Stage.REVIEWING)


def _extended(state: State, event: said.ReviewExtended) -> None:
    _set(state, event.application, extension_work_days=event.work_days)


def _extension_begun(state: State, event: said.ExtensionBegun) -> None:
    _set(state, event.application, phase=Phase.EXTENDED)


def _review_escalated(state: State, event: said.ReviewEscalated) -> None:
    _set(state, event.application, phase=Phase.OVERDUE)


def _passed(state: State, event: said.ReviewPassed) -> None:
    state.reviews[event.application] = event.review
    _set(state, event.application, stage=Stage.PUBLICITY)


def _waiting(state: State, event: said.SerialsUsedUp) -> None:
    _set(state, event.application, stage=Stage.WAITING)


_Closing = said.ApplicationDeclined | said.ApplicationLapsed | said.ApplicationWithdrawn

_CLOSED_AS: dict[type, Stage] = {
    said.ApplicationDeclined: Stage.NOT_ACCEPTED,
    said.ApplicationLapsed: Stage.LAPSED,
    said.ApplicationWithdrawn: Stage.WITHDRAWN,
}


def _closed(state: State, event: _Closing) -> None:
    _set(state, event.application, stage=_CLOSED_AS[type(event)], closed_at=event.at, files_until=event.files_until)


def _rejected(state: State, event: said.ApplicationRejected) -> None:
    end = {"stage": Stage.REJECTED, "closed_at": event.at, "files_until": event.files_until}
    _set(state, event.application, **end, grounds=event.grounds, cause=event.cause)


def _attested(state: State, event: said.ApplicationAttested) -> None:
    end = {"stage": Stage.CERTIFIED, "closed_at": event.at, "files_until": event.files_until}
    _set(state, event.application, **end, certificate=event.certificate)


def _issued(state: State, event: said.CertificateIssued) -> None:
    number, record = event.certificate, event.record
    state.certificates[number] = record
    state.serials[number[:-4]] = int(number[-4:])
    state.of_resource[f"{record.resource}/{number}"] = number
    for line in record.lines:
        state.by_holder[f"{record.resource}/{line.holder}/{line.right}"] = number
    if event.legacy:
        state.by_legacy[event.legacy] = number


def _changed(state: State, event: said.CertificateChanged) -> None:
    old = state.certificates[event.certificate]
    changed = replace(old, title=event.title, content=event.content, edition=old.edition + 1)
    state.certificates[event.certificate] = changed


def _renewed(state: State, event: said.RightsRenewed) -> None:
    old = state.certificates[event.certificate]
    lines = tuple(
        replace(line, valid_to=event.valid_to, attested_at=event.at) if nth in event.lines else line
        for nth, line in enumerate(old.lines)
    )
    state.certificates[event.certificate] = replace(old, lines=lines, edition=old.edition + 1)


def _ended(state: State, event: said.RightsEnded) -> None:
    old = state.certificates[event.certificate]
    lines = tuple(
        replace(line, ended=event.reason) if nth in event.lines else line for nth, line in enumerate(old.lines)
    )
    state.certificates[event.certificate] = replace(old, lines=lines)


def _raised(state: State, event: said.ObjectionRaised) -> None:
    about = event.record.about
    state.objections[event.objection] = event.record
    state.objections_to[f"{about}/{event.objection}"] = event.objection
    if not event.record.lines:
        _set(state, ApplicationId(about), stage=Stage.OBJECTED)


def _objection(state: State, event: said.HolderNotified | said.ObjectionAnswered | said.ObjectionClosed) -> None:
    match event:
        case said.HolderNotified():
            becomes = ObjectionState.NOTIFIED
        case said.ObjectionAnswered():
            becomes = ObjectionState.ADMITTED if event.agrees else ObjectionState.DENIED
        case said.ObjectionClosed():
            becomes = event.state
    state.objections[event.objection] = replace(state.objections[event.objection], state=becomes)


def _escalated(state: State, event: said.ObjectionEscalated) -> None:
    old = state.objections[event.objection]
    state.objections[event.objection] = replace(old, escalations=old.escalations + 1)


def _resumed(state: State, event: said.PublicityResumed) -> None:
    _set(state, event.application, stage=Stage.PUBLICITY)


def _noted(state: State, event: said.NoteMade) -> None:
    state.notes[event.note] = event.record
    state.notes_on[f"{event.record.certificate}/{event.note}"] = event.note


def _unnoted(state: State, event: said.NoteRemoved) -> None:
    state.notes[event.note] = replace(state.notes[event.note], removed=True)


_CHANGES: dict[type, Callable[[State, Any], None]] = {
    said.ApplicationSubmitted: _submitted,
    said.ApplicationReturned: _returned,
    said.ApplicationSupplemented: _supplemented,
    said.ApplicationAccepted: _accepted,
    said.ApplicationDeclined: _closed,
    said.ApplicationLapsed: _closed,
    said.ApplicationWithdrawn: _closed,
    said.EvidenceRequested: _evidence_requested,
    said.EvidenceClosed: _evidence_closed,
    said.ReviewExtended: _extended,
    said.ExtensionBegun: _extension_begun,
    said.ReviewEscalated: _review_escalated,
    said.ReviewPassed: _passed,
    said.ApplicationRejected: _rejected,
    said.SerialsUsedUp: _waiting,
    said.ApplicationAttested: _attested,
    said.CertificateIssued: _issued,
    said.CertificateChanged: _changed,
    said.RightsRenewed: _renewed,
    said.RightsEnded: _ended,
    said.ObjectionRaised: _raised,
    said.HolderNotified: _objection,
    said.ObjectionAnswered: _objection,
    said.ObjectionClosed: _objection,
    said.ObjectionEscalated: _escalated,
    said.PublicityResumed: _resumed,
    said.NoteMade: _noted,
    said.NoteRemoved: _unnoted,
}
"""What each event changes."""
