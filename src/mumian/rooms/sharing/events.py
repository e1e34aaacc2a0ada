"""What happened in the room of sharing."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.limits import ClockChange
from mumian.kernel.time import Instant
from mumian.rooms.sharing.records import Body, Defect, Result, Share, Ticket, Use
from mumian.rooms.sharing.vocabulary import (
    Attributes,
    CannotReason,
    DefectId,
    DefectRejection,
    EndCause,
    FeedbackId,
    Limit,
    ReturnReason,
    ShareId,
    ShareRefusal,
    TicketAnswer,
    TicketId,
    TicketResult,
    Way,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"sharing.{name}"):
    pass


class BodyEnrolled(_Event, frozen=True):
    body: PartyId
    record: Body


class AttributesSet(_Event, frozen=True):
    resource: ResourceId
    holder: PartyId
    attributes: Attributes
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class AttributesConfirmed(_Event, frozen=True):
    resource: ResourceId
    attributes: Attributes
    by: PartyId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class AttributesReturned(_Event, frozen=True):
    resource: ResourceId
    reason: ReturnReason
    by: PartyId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ShareRequested(_Event, frozen=True):
    share: ShareId
    record: Share
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ShareEscalated(_Event, frozen=True):
    """The holder did not answer in time: its data bureau rules."""

    share: ShareId
    bureau: PartyId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ShareGranted(_Event, frozen=True):
    """By the holder, or by its bureau. fields: given, empty for all."""

    share: ShareId
    by: PartyId
    fields: tuple[str, ...]
    conditions: tuple[str, ...]
    use_to: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ShareRefused(_Event, frozen=True):
    share: ShareId
    by: PartyId
    reason: ShareRefusal
    finding_digest: str
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ShareRequestWithdrawn(_Event, frozen=True):
    share: ShareId
    clocks: tuple[ClockChange, ...] = ()


class ShareLapsed(_Event, frozen=True):
    """The time for which it was asked passed without an answer: nothing is left to grant, and nothing was refused."""

    share: ShareId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ShareEnded(_Event, frozen=True):
    share: ShareId
    cause: EndCause
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class UseReported(_Event, frozen=True):
    share: ShareId
    use: Use
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class TicketRaised(_Event, frozen=True):
    ticket: TicketId
    record: Ticket
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class TicketAssigned(_Event, frozen=True):
    """candidates: resources of the holder that fit, best first."""

    ticket: TicketId
    holder: PartyId
    candidates: tuple[ResourceId, ...]
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class TicketAnswered(_Event, frozen=True):
    ticket: TicketId
    answer: TicketAnswer
    reason: CannotReason | None
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class TicketDelivered(_Event, frozen=True):
    ticket: TicketId
    resource: ResourceId
    way: Way
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class TicketClosed(_Event, frozen=True):
    ticket: TicketId
    result: TicketResult
    by: PartyId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class TicketOverdue(_Event, frozen=True):
    """owner: who should have acted. It lies before the bureau, which assigns it anew or closes it."""

    ticket: TicketId
    limit: Limit
    owner: PartyId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class DefectReported(_Event, frozen=True):
    defect: DefectId
    record: Defect
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class DefectEscalated(_Event, frozen=True):
    defect: DefectId
    bureau: PartyId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class DefectCorrected(_Event, frozen=True):
    defect: DefectId
    version_digest: str
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class DefectRejected(_Event, frozen=True):
    """By the holder, or by its bureau."""

    defect: DefectId
    by: PartyId
    reason: DefectRejection
    finding_digest: str
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class CorrectionOrdered(_Event, frozen=True):
    """The bureau finds that there is a defect; the holder's limit runs anew."""

    defect: DefectId
    by: PartyId
    finding_digest: str
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ResultFedBack(_Event, frozen=True):
    feedback: FeedbackId
    record: Result
    rules: tuple[str, ...]


class LimitPassed(_Event, frozen=True):
    """A bureau's ruling, its confirmation, or a use feedback is overdue; nothing is decided by it."""

    thing: str
    limit: Limit
    owner: PartyId
    rules: tuple[str, ...]


Event = (
    BodyEnrolled
    | AttributesSet
    | AttributesConfirmed
    | AttributesReturned
    | ShareRequested
    | ShareEscalated
    | ShareGranted
    | ShareRefused
    | ShareRequestWithdrawn
    | ShareLapsed
    | ShareEnded
    | UseReported
    | TicketRaised
    | TicketAssigned
    | TicketAnswered
    | TicketDelivered
    | TicketClosed
    | TicketOverdue
    | DefectReported
    | DefectEscalated
    | DefectCorrected
    | DefectRejected
    | CorrectionOrdered
    | ResultFedBack
    | LimitPassed
)
