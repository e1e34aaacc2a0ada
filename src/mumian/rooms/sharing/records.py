"""What the room of sharing keeps: bodies, attributes, shares, tickets, defects, results fed back."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.sharing.vocabulary import (
    Attributes,
    AttributeState,
    BodyLevel,
    CannotReason,
    DefectRejection,
    DefectState,
    Dimension,
    Effect,
    EndCause,
    Feedback,
    Flow,
    Lapse,
    ResultKind,
    ShareId,
    ShareRefusal,
    ShareState,
    TicketAnswer,
    TicketResult,
    TicketState,
    Way,
)


class Body(msgspec.Struct, frozen=True):
    """A public body as its data bureau enrolled it."""

    region: str
    level: BodyLevel
    department: str
    bureau: PartyId


class AttributeRecord(msgspec.Struct, frozen=True):
    """proposed: what the holder set last. confirmed: what holds; None before the first confirmation."""

    holder: PartyId
    proposed: Attributes
    state: AttributeState
    confirmed: Attributes | None = None
    is_overdue: bool = False


class Share(msgspec.Struct, frozen=True):
    """A request for a share, and the share that came of it.

    fields: asked for, empty for all; granted: given, empty for all of those. use_to: the first instant after the use.
    refusal: why it was refused. is_escalated: the holder did not answer in time. is_ruling_overdue: nor did the bureau.
    """

    resource: ResourceId
    holder: PartyId
    requester: PartyId
    purpose: str
    duty_item: str
    fields: tuple[str, ...]
    use_to: Instant
    flows: tuple[Flow, ...]
    at: Instant
    state: ShareState = ShareState.REQUESTED
    granted: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    refusal: ShareRefusal | None = None
    ended: EndCause | None = None
    feedback: Feedback = Feedback.NOT_DUE
    is_escalated: bool = False
    is_ruling_overdue: bool = False


class Ticket(msgspec.Struct, frozen=True):
    """A demand for data that somebody else holds.

    holder: who is to deliver, empty until assigned. candidates: resources of the holder that fit, best first.
    lapses: limits that passed. assignments: how often it was assigned.
    """

    raiser: PartyId
    bureau: PartyId
    title: str
    industry: str
    keywords: tuple[str, ...]
    purpose: str
    need_digest: str
    at: Instant
    state: TicketState = TicketState.SUBMITTED
    holder: PartyId = PartyId("")
    candidates: tuple[ResourceId, ...] = ()
    answer: TicketAnswer | None = None
    reason: CannotReason | None = None
    resource: ResourceId = ResourceId("")
    way: Way | None = None
    result: TicketResult | None = None
    lapses: tuple[Lapse, ...] = ()
    assignments: int = 0


class Defect(msgspec.Struct, frozen=True):
    """A defect of shared data. examples_digest: of rows that show it; they stay with holder and reporter.

    version_digest: of the version that corrects it. orders: how often the bureau ordered a correction.
    """

    share: ShareId
    resource: ResourceId
    holder: PartyId
    reporter: PartyId
    dimension: Dimension
    fields: tuple[str, ...]
    examples_digest: str
    at: Instant
    state: DefectState = DefectState.REPORTED
    version_digest: str = ""
    rejection: DefectRejection | None = None
    finding_digest: str = ""
    is_escalated: bool = False
    is_ruling_overdue: bool = False
    orders: int = 0


class Result(msgspec.Struct, frozen=True):
    """What an operator fed back to the body whose data it operates (feedback_to_source)."""

    resource: ResourceId
    holder: PartyId
    operator: PartyId
    kind: ResultKind
    digest: str
    at: Instant


class Use(msgspec.Struct, frozen=True):
    """What came of a share, as its requester reports it."""

    effect: Effect
    uses: Natural
    digest: str
    at: Instant
