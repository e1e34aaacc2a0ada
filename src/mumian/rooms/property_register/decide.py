"""What is allowed in the registration of data property."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.property_register import acceptance, attestation, ending, notes, objection, review
from mumian.rooms.property_register import model as words
from mumian.rooms.property_register.model import Command, Event, State

Answer = Callable[[State, Any, Facts], "list[Event] | Refused"]

_ANSWERS: dict[type, Answer] = {
    words.SubmitApplication: acceptance.submit,
    words.AcceptApplication: acceptance.accept,
    words.ReturnApplication: acceptance.send_back,
    words.SupplementApplication: acceptance.supplement,
    words.DeclineApplication: acceptance.decline,
    words.WithdrawApplication: acceptance.withdraw,
    words.DeemAccepted: acceptance.deem_accepted,
    words.LapseApplication: acceptance.lapse,
    words.RequestEvidence: review.request_evidence,
    words.ProvideEvidence: review.provide_evidence,
    words.CloseEvidence: review.close_evidence,
    words.ExtendReview: review.extend,
    words.PassReviewLimit: review.pass_limit,
    words.ConcludeReview: review.conclude,
    words.ClosePublicity: attestation.close_publicity,
    words.AttestWaiting: attestation.attest_waiting,
    words.RaiseObjection: objection.raise_in_publicity,
    words.ObjectToCertificate: objection.object_to_certificate,
    words.NotifyHolder: objection.notify,
    words.AnswerObjection: objection.answer,
    words.DecideObjection: objection.decide_objection,
    words.WithdrawObjection: objection.withdraw,
    words.EscalateObjection: objection.escalate,
    words.PresumeDenied: objection.presume_denied,
    words.MakeNote: notes.make,
    words.RemoveNote: notes.remove,
    words.RevokeRights: ending.revoke,
    words.ExpireRights: ending.expire,
}
"""Who answers which command."""


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about registration with its events or the first refusal that applies."""
    return _ANSWERS[type(command)](state, command, facts)
