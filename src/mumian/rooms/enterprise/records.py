"""What the room keeps of officers, firms, licences and openings."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.rooms.enterprise.fairness import Term
from mumian.rooms.enterprise.terms import Terms
from mumian.rooms.enterprise.vocabulary import (
    Decline,
    Duty,
    FirmSize,
    LicenceEnd,
    LicenceState,
    OfficeEnd,
    OfficerId,
    OpeningId,
    Side,
    Weight,
)


class Officer(msgspec.Struct, frozen=True):
    """One term of office. valid_to: None while it is open. before: the office that was handed over to this one, or empty."""

    party: PartyId
    code: str
    scope: tuple[Duty, ...]
    valid_from: Instant
    valid_to: Instant | None
    document_digest: str
    before: str = ""
    ended: OfficeEnd | None = None
    ended_at: Instant = 0

    def in_office(self, now: Instant) -> bool:
        return self.ended is None and self.valid_from <= now and (self.valid_to is None or now < self.valid_to)


class Desk(msgspec.Struct, frozen=True):
    """A company that appointed an officer at some time. open: offices that have not ended, in order of appointment."""

    open: tuple[OfficerId, ...] = ()


class Firm(msgspec.Struct, frozen=True):
    """What a company states of its size and weight, with the digest of its evidence."""

    size: FirmSize
    weight: Weight
    evidence_digest: str
    stated_at: Instant


class Licence(msgspec.Struct, frozen=True):
    """A licence between two companies.

    version: of the terms that stand. signed: who signed that version. acknowledged: asymmetries of that version that the
    weaker side has acknowledged. notice_by: who gave notice.
    """

    first: PartyId
    second: PartyId
    state: LicenceState
    version: int
    signed: tuple[Side, ...] = ()
    acknowledged: tuple[Term, ...] = ()
    notice_by: Side | None = None
    ended: LicenceEnd | None = None

    def party(self, side: Side) -> PartyId:
        return self.first if side is Side.FIRST else self.second

    def side_of(self, party: PartyId) -> Side | None:
        return Side.FIRST if party == self.first else Side.SECOND if party == self.second else None


class Version(msgspec.Struct, frozen=True):
    """One proposal of both sides' terms, and whose it is."""

    terms: Terms
    by: Side
    at: Instant


class Opening(msgspec.Struct, frozen=True):
    """What a leading company opens to small firms. subject: a resource or a product of its own."""

    publisher: PartyId
    subject: str
    title: str
    conditions: str
    conditions_digest: str
    for_whom: tuple[FirmSize, ...]
    until: Instant
    published_at: Instant
    is_closed: bool = False


class Enquiry(msgspec.Struct, frozen=True):
    """A small firm's request for what was opened. granted: None until answered. licence: that it led to, or empty."""

    opening: OpeningId
    firm: PartyId
    purpose: str
    requested_at: Instant
    granted: bool | None = None
    decline: Decline | None = None
    licence: str = ""
    is_overdue: bool = False


class Counts(msgspec.Struct, frozen=True):
    """What a leading company opened, was asked for, answered, granted, and answered in time."""

    opened: Natural = 0
    requested: Natural = 0
    answered: Natural = 0
    granted: Natural = 0
    in_time: Natural = 0


def version_key(licence: str, version: int) -> str:
    """Return the key of one version of a licence's terms: they sort by number."""
    return f"{licence}/{version:06d}"
