"""Records of the service market."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId
from mumian.kernel.money import Fen
from mumian.kernel.time import Instant
from mumian.rooms.services.vocabulary import (
    EngagementState,
    QualificationState,
    ServiceKind,
    Stars,
    SubjectId,
)


class Qualification(msgspec.Struct, frozen=True):
    """That a provider may offer one kind of service. evidence_digest, ground: of the last change."""

    provider: PartyId
    kind: ServiceKind
    evidence_digest: str
    valid_until: Instant
    state: QualificationState = QualificationState.IN_FORCE
    ground: str = ""


class Engagement(msgspec.Struct, frozen=True):
    """A service asked for, and what became of it.

    report_digest, verdict, opinion_until, delivered_at: empty and 0 until delivered. reason: of a contest or an end.
    is_escalated: the time for a ruling is over, regulators may rule as well.
    """

    client: PartyId
    provider: PartyId
    kind: ServiceKind
    subject: SubjectId
    brief_digest: str
    fee_fen: Fen
    due_at: Instant
    state: EngagementState = EngagementState.REQUESTED
    report_digest: str = ""
    verdict: str = ""
    opinion_until: Instant = 0
    delivered_at: Instant = 0
    reason: str = ""
    is_escalated: bool = False


class Rating(msgspec.Struct, frozen=True):
    client: PartyId
    provider: PartyId
    kind: ServiceKind
    stars: Stars
    words_digest: str
    at: Instant


class Ratings(msgspec.Struct, frozen=True):
    """What all ratings of a provider add up to; the mean is stars / count."""

    count: Natural = 0
    stars: Natural = 0
