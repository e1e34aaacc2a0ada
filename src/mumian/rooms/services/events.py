"""What can have happened in the service market."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId
from mumian.kernel.limits import ClockChange
from mumian.kernel.money import Fen
from mumian.kernel.time import Instant
from mumian.rooms.services.records import Engagement, Qualification, Rating
from mumian.rooms.services.vocabulary import (
    ContestReason,
    EngagementId,
    EngagementState,
    QualificationId,
    QualificationState,
    Verdict,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"services.{name}"):
    pass


class QualificationGranted(_Event, frozen=True):
    qualification: QualificationId
    record: Qualification
    rules: tuple[str, ...] = ()
    clocks: tuple[ClockChange, ...] = ()


class QualificationChanged(_Event, frozen=True):
    """It was suspended, restored, revoked, superseded, or its time is over. evidence_digest: empty for the last two."""

    qualification: QualificationId
    state: QualificationState
    ground: str = ""
    evidence_digest: str = ""
    clocks: tuple[ClockChange, ...] = ()


class Engaged(_Event, frozen=True):
    """`record.fee_fen` is to be held until `hold_expires_at`, or until the engagement ends, which is long before."""

    engagement: EngagementId
    record: Engagement
    hold_expires_at: Instant
    rules: tuple[str, ...] = ()
    clocks: tuple[ClockChange, ...] = ()


class EngagementAccepted(_Event, frozen=True):
    engagement: EngagementId
    clocks: tuple[ClockChange, ...] = ()


class OpinionDelivered(_Event, frozen=True):
    engagement: EngagementId
    report_digest: str
    verdict: Verdict
    valid_until: Instant
    at: Instant
    clocks: tuple[ClockChange, ...] = ()


class OpinionContested(_Event, frozen=True):
    engagement: EngagementId
    reason: ContestReason
    evidence_digest: str
    clocks: tuple[ClockChange, ...] = ()


class ContestEscalated(_Event, frozen=True):
    """The time for a ruling is over: regulators may rule as well. Decides nothing."""

    engagement: EngagementId


class EngagementSettled(_Event, frozen=True):
    """The opinion was accepted, by its client, by silence or by a ruling; `fee_fen` goes to the provider."""

    engagement: EngagementId
    provider: PartyId
    fee_fen: Fen
    by: PartyId
    clocks: tuple[ClockChange, ...] = ()


class EngagementEnded(_Event, frozen=True):
    """It ended without a fee, which returns to the client. state: declined, withdrawn, lapsed or refunded."""

    engagement: EngagementId
    state: EngagementState
    fee_fen: Fen
    by: PartyId
    reason: str = ""
    clocks: tuple[ClockChange, ...] = ()


class EngagementRated(_Event, frozen=True):
    engagement: EngagementId
    rating: Rating


Event = (
    QualificationGranted
    | QualificationChanged
    | Engaged
    | EngagementAccepted
    | OpinionDelivered
    | OpinionContested
    | ContestEscalated
    | EngagementSettled
    | EngagementEnded
    | EngagementRated
)
