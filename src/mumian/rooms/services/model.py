"""What can be said in the service market."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.money import Fen
from mumian.kernel.roles import Role
from mumian.kernel.table import Table
from mumian.kernel.time import DAY_MS, Instant
from mumian.rooms.services.events import Event as Event
from mumian.rooms.services.records import Engagement, Qualification, Rating, Ratings
from mumian.rooms.services.refusals import ServicesRefusal as ServicesRefusal
from mumian.rooms.services.vocabulary import (
    ContestReason,
    DeclineReason,
    EngagementId,
    Ground,
    Interest,
    Limit,
    Outcome,
    QualificationId,
    QualificationMove,
    ServiceKind,
    Stars,
    SubjectId,
    Verdict,
)

DUE_MS_MAX = 366 * DAY_MS
"""The latest an opinion may fall due. A design value."""


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"services.{name}", forbid_unknown_fields=True):
    pass


class GrantQualification(_Command, frozen=True):
    """Qualify a provider for one kind of service until `valid_until`; an earlier one in force is superseded. By the exchange.

    evidence_digest: of the licences and staff lists that were looked at. Facts: `ProviderFacts`.
    """

    provider: PartyId
    kind: ServiceKind
    evidence_digest: Digest
    valid_until: Instant


class ChangeQualification(_Command, frozen=True):
    """Suspend, restore or revoke a qualification, on a ground. By the exchange or a regulator."""

    qualification: QualificationId
    move: QualificationMove
    ground: Ground
    evidence_digest: Digest


class Engage(_Command, frozen=True):
    """Ask a provider for a service; the fee is held from this moment on. Facts: `ProviderFacts`.

    brief_digest: of the terms of reference. due_at: when the opinion is due, at most `DUE_MS_MAX` from now.
    """

    provider: PartyId
    kind: ServiceKind
    subject: SubjectId
    brief_digest: Digest
    fee_fen: Fen
    due_at: Instant


class AcceptEngagement(_Command, frozen=True):
    """Take an engagement on. By its provider, who thereby states that it has no interest in the subject. Facts: `ProviderFacts`."""

    engagement: EngagementId


class DeclineEngagement(_Command, frozen=True):
    """Turn an engagement down; the fee returns. By its provider."""

    engagement: EngagementId
    reason: DeclineReason


class WithdrawEngagement(_Command, frozen=True):
    """Take a request back before it is accepted; the fee returns. By the client."""

    engagement: EngagementId


class DeliverOpinion(_Command, frozen=True):
    """Hand in the report (意见书) by its digest, what it comes to, and until when it may be relied on. By the provider,
    whose qualification and independence are looked at again. Facts: `ProviderFacts`.
    """

    engagement: EngagementId
    report_digest: Digest
    verdict: Verdict
    valid_until: Instant


class AcceptOpinion(_Command, frozen=True):
    """Accept an opinion; the fee is paid. By the client."""

    engagement: EngagementId


class ContestOpinion(_Command, frozen=True):
    """Contest an opinion within the time of acceptance; the fee stays held until a ruling. By the client."""

    engagement: EngagementId
    reason: ContestReason
    evidence_digest: Digest


class RuleOnContest(_Command, frozen=True):
    """End a contest. By the exchange, or by a regulator once the time for a ruling is over or the exchange is a side; a side
    may always give in.
    """

    engagement: EngagementId
    outcome: Outcome


class RateEngagement(_Command, frozen=True):
    """Rate a finished engagement, 1 (poor) to 5, once. By the client, if it is not related to the provider.
    Facts: `ProviderFacts`.

    words_digest: of what the client has to say; the words stay with it.
    """

    engagement: EngagementId
    stars: Stars
    words_digest: Digest


class MeetLimit(_Command, frozen=True):
    """Do what follows when a limit of an engagement is over: an unanswered request and a late opinion lapse, silence
    accepts an opinion, a contest without a ruling goes to the regulators. By the market.
    """

    engagement: EngagementId
    limit: Limit


class EndQualification(_Command, frozen=True):
    """End a qualification whose time is over. By the market."""

    qualification: QualificationId


Command = (
    GrantQualification
    | ChangeQualification
    | Engage
    | AcceptEngagement
    | DeclineEngagement
    | WithdrawEngagement
    | DeliverOpinion
    | AcceptOpinion
    | ContestOpinion
    | RuleOnContest
    | RateEngagement
    | MeetLimit
    | EndQualification
)


class Interested(msgspec.Struct, frozen=True):
    """A party with an interest in a subject."""

    party: PartyId
    interest: Interest


class ProviderFacts(Facts, frozen=True, kw_only=True):
    """What other rooms know of a provider and of what it is to judge.

    provider_roles: in force. group: the provider and its related parties (关联方).
    interests: who has one in the subject; None if there is no such thing. empty where there is no subject.
    """

    provider_roles: frozenset[Role] = frozenset()
    group: frozenset[PartyId] = frozenset()
    interests: tuple[Interested, ...] | None = ()


class State(msgspec.Struct):
    """qualifications, engagements: by id. current: `provider/kind` → its latest qualification.

    by_subject: `subject/engagement`. by_provider: `provider/engagement`. ratings: by engagement. rated: by provider, in all.
    """

    qualifications: Table[Qualification]
    current: Table[QualificationId]
    engagements: Table[Engagement]
    by_subject: Table[EngagementId]
    by_provider: Table[EngagementId]
    ratings: Table[Rating]
    rated: Table[Ratings]
