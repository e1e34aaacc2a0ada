"""What can be said of sharing."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Digest, Natural
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.sharing.events import Event
from mumian.rooms.sharing.records import AttributeRecord, Body, Defect, Result, Share, Ticket, Use
from mumian.rooms.sharing.refusals import SharingRefusal
from mumian.rooms.sharing.vocabulary import (
    Attributes,
    BodyLevel,
    CannotReason,
    Card,
    Code,
    Codes,
    DefectId,
    DefectRejection,
    Dimension,
    Effect,
    EndCause,
    Fields,
    Industry,
    Keywords,
    Limit,
    Moment,
    Region,
    Resource,
    ResultKind,
    ReturnReason,
    ShareId,
    ShareRefusal,
    TicketAnswer,
    TicketId,
    TicketResult,
    Way,
)

__all__ = ["Command", "Event", "SharingRefusal", "State"]


class SharingFacts(Facts, frozen=True, kw_only=True):
    """For every command but those of the clock; each gatherer fills what its command asks for.

    resource: that the command is about, as the catalog sees it; None if it knows none. duty_listed: the actor's
    duty inventory has the item that is named. is_body: the party that is named is a public body. is_bureau: it, or the
    bureau that is named, is a data bureau. bureau_in_office: the bureau that the body is under still is one.
    is_person: the actor is a natural person. published_at: when the version that is named was published, None if never.
    operates: the actor operates the resource under an authorisation in force. cards: catalog entries of the holder that
    is named, none withdrawn.
    """

    resource: Resource | None = None
    duty_listed: bool = False
    is_body: bool = False
    is_bureau: bool = False
    bureau_in_office: bool = False
    is_person: bool = False
    published_at: Instant | None = None
    operates: bool = False
    cards: tuple[Card, ...] = ()


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"sharing.{name}", forbid_unknown_fields=True):
    pass


class EnrolBody(_Command, frozen=True):
    """Enrol a public body, or correct how it is enrolled. By the data bureau that it is under.

    department: code of its line (条线), the same for a ministry, its provincial department and its city bureau.
    """

    body: PartyId
    region: Region
    level: BodyLevel
    department: Code


class SetAttributes(_Command, frozen=True):
    """Set the share and open attributes of a resource (共享属性、开放属性). By the public body that holds it."""

    resource: ResourceId
    attributes: Attributes


class ConfirmAttributes(_Command, frozen=True):
    """Confirm the attributes that a holder set. By its data bureau."""

    resource: ResourceId


class ReturnAttributes(_Command, frozen=True):
    """Return the attributes that a holder set; what was confirmed before holds on. By its data bureau."""

    resource: ResourceId
    reason: ReturnReason


class RequestShare(_Command, frozen=True):
    """Ask for a share of a resource. By a public body, for a duty of its inventory.

    fields: empty for all. use_to: the first instant after the use.
    """

    resource: ResourceId
    purpose: Code
    duty_item: Code | None = None
    fields: Fields = ()
    use_to: Moment | None = None


class GrantShare(_Command, frozen=True):
    """Grant a share, all of what was asked for or less. By the holder; by its bureau once it was not answered in time.

    fields: empty for all that was asked for. conditions: of data that is shared conditionally. use_to: None as asked.
    """

    share: ShareId
    fields: Fields = ()
    conditions: Codes = ()
    use_to: Moment | None = None


class RefuseShare(_Command, frozen=True):
    """Refuse a share, for a reason that fits the share attribute. By the holder; by its bureau once that was too late."""

    share: ShareId
    reason: ShareRefusal
    finding_digest: Digest


class WithdrawShareRequest(_Command, frozen=True):
    """Take a request back before it is answered. By the requester."""

    share: ShareId


class EndShare(_Command, frozen=True):
    """End a share before its time. By the requester, who gives it up, or by the holder."""

    share: ShareId
    cause: EndCause


class ReportUse(_Command, frozen=True):
    """Report what came of a share (成效反馈). By the requester.

    digest: of the report; it stays with its author and the holder.
    """

    share: ShareId
    effect: Effect
    uses: Natural
    digest: Digest


class RaiseTicket(_Command, frozen=True):
    """Say which data is needed that is not found (供需对接). By a body, a company or an operator, to a data bureau."""

    bureau: PartyId
    title: str
    industry: Industry
    keywords: Keywords
    purpose: Code
    need_digest: Digest


class AssignTicket(_Command, frozen=True):
    """Assign a ticket to the public body that should have the data, or assign it anew. By its data bureau."""

    ticket: TicketId
    holder: PartyId


class AnswerTicket(_Command, frozen=True):
    """Say whether the data will be delivered. By the body that it was assigned to. reason: why it cannot."""

    ticket: TicketId
    answer: TicketAnswer
    reason: CannotReason | None = None


class DeliverTicket(_Command, frozen=True):
    """Name the resource that meets the demand and how it is had. By the body that said it will deliver."""

    ticket: TicketId
    resource: ResourceId
    way: Way


class CloseTicket(_Command, frozen=True):
    """Close a ticket. By who raised it, satisfied, not satisfied or no longer in need; by the bureau if there is no source."""

    ticket: TicketId
    result: TicketResult


class ReportDefect(_Command, frozen=True):
    """Report a defect of shared data to its source (质量回流). By the requester of a share in force.

    fields: that show it, empty for whole rows. examples_digest: of rows that show it.
    """

    share: ShareId
    dimension: Dimension
    fields: Fields
    examples_digest: Digest


class CorrectDefect(_Command, frozen=True):
    """Say which version corrects a defect. By the holder."""

    defect: DefectId
    version_digest: Digest


class RejectDefect(_Command, frozen=True):
    """Find that there is no such defect. By the holder; by its bureau once that was too late."""

    defect: DefectId
    reason: DefectRejection
    finding_digest: Digest


class OrderCorrection(_Command, frozen=True):
    """Find that there is a defect that was not answered, and have it corrected. By the data bureau of the holder."""

    defect: DefectId
    finding_digest: Digest


class FeedBackResult(_Command, frozen=True):
    """Give back to the source what came of its data (成果回馈). By the operator of the data."""

    resource: ResourceId
    kind: ResultKind
    digest: Digest


class MeetLimit(_Command, frozen=True):
    """Say what follows from a limit that is over; silence grants nothing and refuses nothing. By the market's clock."""

    thing: str
    limit: Limit


Command = (
    EnrolBody
    | SetAttributes
    | ConfirmAttributes
    | ReturnAttributes
    | RequestShare
    | GrantShare
    | RefuseShare
    | WithdrawShareRequest
    | EndShare
    | ReportUse
    | RaiseTicket
    | AssignTicket
    | AnswerTicket
    | DeliverTicket
    | CloseTicket
    | ReportDefect
    | CorrectDefect
    | RejectDefect
    | OrderCorrection
    | FeedBackResult
    | MeetLimit
)


class State(msgspec.Struct):
    """Records by id, and indexes.

    bodies: by party. attributes: by resource. uses: share → what was reported of it. asked: `requester/resource/purpose` →
    share that is asked for or granted. by_party: `party/thing` → thing that it has to do with, a bureau's bodies too.
    """

    bodies: Table[Body]
    attributes: Table[AttributeRecord]
    shares: Table[Share]
    uses: Table[Use]
    tickets: Table[Ticket]
    defects: Table[Defect]
    results: Table[Result]
    asked: Table[ShareId]
    by_party: Table[str]
