"""What can have happened among companies."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId
from mumian.kernel.limits import ClockChange
from mumian.kernel.time import Instant
from mumian.rooms.enterprise.fairness import Term
from mumian.rooms.enterprise.records import Enquiry, Firm, Officer, Opening
from mumian.rooms.enterprise.terms import Terms
from mumian.rooms.enterprise.vocabulary import (
    Decline,
    EnquiryId,
    LicenceEnd,
    LicenceId,
    OfficeEnd,
    OfficerId,
    OpeningId,
    Side,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"enterprise.{name}"):
    pass


class OfficerAppointed(_Event, frozen=True):
    officer: OfficerId
    record: Officer
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class OfficeEnded(_Event, frozen=True):
    officer: OfficerId
    party: PartyId
    reason: OfficeEnd
    at: Instant
    clocks: tuple[ClockChange, ...] = ()


class FirmStated(_Event, frozen=True):
    party: PartyId
    record: Firm


class LicenceDrafted(_Event, frozen=True):
    licence: LicenceId
    first: PartyId
    second: PartyId
    terms: Terms
    at: Instant
    rules: tuple[str, ...]


class TermsProposed(_Event, frozen=True):
    """A new version of both sides' terms. Signatures and acknowledgements of the one before are void."""

    licence: LicenceId
    version: int
    by: Side
    terms: Terms
    at: Instant
    rules: tuple[str, ...]


class AsymmetriesAcknowledged(_Event, frozen=True):
    licence: LicenceId
    version: int
    side: Side
    terms: tuple[Term, ...]
    signed_by: str
    rules: tuple[str, ...]


class LicenceSigned(_Event, frozen=True):
    """One side signed. `is_binding`: both have, and the terms bind; S1-21-R5b is among `rules` where ownership is open."""

    licence: LicenceId
    version: int
    side: Side
    signed_by: str
    is_binding: bool
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class LicenceActivated(_Event, frozen=True):
    """The licence's first day: what each side gives is granted in the same step."""

    licence: LicenceId
    version: int
    rules: tuple[str, ...]


class NoticeGiven(_Event, frozen=True):
    licence: LicenceId
    side: Side
    clocks: tuple[ClockChange, ...]


class LicenceEnded(_Event, frozen=True):
    """The licence ends, and with it what was granted under it. because: what of it could not be given, or empty."""

    licence: LicenceId
    reason: LicenceEnd
    evidence_digest: str = ""
    because: str = ""
    clocks: tuple[ClockChange, ...] = ()


class OpeningPublished(_Event, frozen=True):
    opening: OpeningId
    record: Opening
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...]


class OpeningClosed(_Event, frozen=True):
    opening: OpeningId
    clocks: tuple[ClockChange, ...] = ()


class OpeningRequested(_Event, frozen=True):
    enquiry: EnquiryId
    record: Enquiry
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...]


class EnquiryAnswered(_Event, frozen=True):
    enquiry: EnquiryId
    publisher: PartyId
    granted: bool
    decline: Decline | None
    licence: str
    in_time: bool
    clocks: tuple[ClockChange, ...] = ()


class AnswerOverdue(_Event, frozen=True):
    enquiry: EnquiryId
    publisher: PartyId
    rules: tuple[str, ...]


Event = (
    OfficerAppointed
    | OfficeEnded
    | FirmStated
    | LicenceDrafted
    | TermsProposed
    | AsymmetriesAcknowledged
    | LicenceSigned
    | LicenceActivated
    | NoticeGiven
    | LicenceEnded
    | OpeningPublished
    | OpeningClosed
    | OpeningRequested
    | EnquiryAnswered
    | AnswerOverdue
)
