"""What events change in the service market."""

from __future__ import annotations

from typing import Any, assert_never

from msgspec.structs import replace

from mumian.rooms.services.events import (
    ContestEscalated,
    Engaged,
    EngagementAccepted,
    EngagementEnded,
    EngagementRated,
    EngagementSettled,
    Event,
    OpinionContested,
    OpinionDelivered,
    QualificationChanged,
    QualificationGranted,
)
from mumian.rooms.services.model import State
from mumian.rooms.services.records import Rating, Ratings
from mumian.rooms.services.vocabulary import EngagementId, EngagementState


def evolve(state: State, event: Event) -> None:
    """Bring the state to what it is after `event`."""
    match event:
        case QualificationGranted():
            record = event.record
            state.qualifications[event.qualification] = record
            state.current[f"{record.provider}/{record.kind.value}"] = event.qualification
        case QualificationChanged():
            _change(state, event)
        case Engaged():
            _engage(state, event)
        case EngagementAccepted():
            _set(state, event.engagement, state=EngagementState.ACCEPTED)
        case OpinionDelivered():
            _deliver(state, event)
        case OpinionContested():
            _set(state, event.engagement, state=EngagementState.CONTESTED, reason=event.reason.value)
        case ContestEscalated():
            _set(state, event.engagement, is_escalated=True)
        case EngagementSettled():
            _set(state, event.engagement, state=EngagementState.SETTLED)
        case EngagementEnded():
            _set(state, event.engagement, state=event.state, reason=event.reason)
        case EngagementRated():
            _rate(state, event.engagement, event.rating)
        case _:
            assert_never(event)


def _set(state: State, key: EngagementId, /, **changes: Any) -> None:
    state.engagements[key] = replace(state.engagements[key], **changes)


def _change(state: State, event: QualificationChanged) -> None:
    record = state.qualifications[event.qualification]
    evidence = event.evidence_digest or record.evidence_digest
    changed = replace(record, state=event.state, ground=event.ground or record.ground, evidence_digest=evidence)
    state.qualifications[event.qualification] = changed


def _engage(state: State, event: Engaged) -> None:
    record = event.record
    state.engagements[event.engagement] = record
    state.by_provider[f"{record.provider}/{event.engagement}"] = event.engagement
    if record.subject:
        state.by_subject[f"{record.subject}/{event.engagement}"] = event.engagement


def _deliver(state: State, event: OpinionDelivered) -> None:
    _set(
        state,
        event.engagement,
        state=EngagementState.DELIVERED,
        report_digest=event.report_digest,
        verdict=event.verdict.value,
        opinion_until=event.valid_until,
        delivered_at=event.at,
    )


def _rate(state: State, key: EngagementId, rating: Rating) -> None:
    state.ratings[key] = rating
    so_far = state.rated.get(rating.provider) or Ratings()
    state.rated[rating.provider] = Ratings(so_far.count + 1, so_far.stars + rating.stars)
