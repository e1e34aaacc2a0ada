"""What waits for a party in every room, with the limit that runs for it: an office's desk (待办). For doors."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.auctions import views as auctions
from mumian.rooms.cleanroom import views as cleanroom
from mumian.rooms.cleanroom.records import ReviewStatus
from mumian.rooms.clocks import views as clocks
from mumian.rooms.consent import views as consents
from mumian.rooms.operation import views as operation
from mumian.rooms.operation.records import Escalation
from mumian.rooms.property_register import views as property_register
from mumian.rooms.public_register import views as public_register
from mumian.rooms.sharing import views as sharing


class Waiting(msgspec.Struct, frozen=True):
    """Something that a party should do. what: a task in codes, often the command that does it.

    due_at: the first instant at which the limit is over; 0 where none runs, or it stands still. is_overdue: it is over
    already, and what was to follow has followed.
    """

    about: str
    what: str
    due_at: Instant = 0
    is_overdue: bool = False


def waiting_for(s: States, party: PartyId, now: Instant) -> tuple[Waiting, ...]:
    """Return what waits for a party, what is overdue first, then by when it is due."""
    found = (
        *_registers(s, party),
        *_shared(s, party),
        *_operated(s, party, now),
        *_persons(s, party),
        *_reviews(s, party),
        *_sealed(s, party, now),
    )
    roles = s.parties.parties[party].roles
    if Role.DATA_BUREAU in roles:
        found += tuple(_bureau(s, party))
    if Role.REGULATOR in roles:
        found += tuple(_regulator(s, party))
    return tuple(sorted(found, key=lambda each: (not each.is_overdue, each.due_at or 1 << 62, each.about, each.what)))


def _due(s: States, about: str, kind: str = "") -> Instant:
    """Return when the limit of one kind, or the next of any, about a thing is over."""
    running = (clock for clock in clocks.clocks_of(s.clocks, about) if not clock.is_suspended)
    return min((clock.due_at for clock in running if kind in ("", clock.kind)), default=0)


def _registers(s: States, party: PartyId) -> Iterator[Waiting]:
    register = s.property_register
    asked = property_register.applications_by_registry(register, party)
    named = property_register.applications_by_party(register, party)
    for key, record in dict((*asked, *named)).items():
        if property_register.awaited(record) == party:
            kind = property_register.limit_of(record)
            yield Waiting(key, record.stage.value, _due(s, key, kind))
    for each in public_register.desk(s.public_register, party):
        yield Waiting(each.submission, each.record.stage.value, _due(s, each.submission))


def _shared(s: States, party: PartyId) -> Iterator[Waiting]:
    for task in sharing.desk_of_body(s.sharing, party):
        yield Waiting(task.thing, task.task, _due(s, task.thing, task.limit), task.is_overdue)


def _operated(s: States, party: PartyId, now: Instant) -> Iterator[Waiting]:
    tasks = (
        *operation.body_desk(s.operation, party, now),
        *operation.operator_desk(s.operation, party, now),
        *operation.merchant_desk(s.operation, party),
    )
    for task in dict.fromkeys(tasks):
        yield Waiting(task.about, task.what, _due(s, task.about))


def _persons(s: States, party: PartyId) -> Iterator[Waiting]:
    for key, petition in consents.owed_by(s.consent, party):
        yield Waiting(key, petition.asked.value, _due(s, key), petition.is_overdue)


def _reviews(s: States, party: PartyId) -> Iterator[Waiting]:
    """Yield the answers that a holder looks at, and those that a root may let out now that all have agreed."""
    for key, review in cleanroom.reviews_waiting(s.cleanroom, party):
        if review.status is ReviewStatus.AGREED:
            yield Waiting(key, "RecordRelease", s.cleanroom.jobs[key].expires_at)
        else:
            yield Waiting(key, "DecideReview", _due(s, key), review.status is ReviewStatus.ESCALATED)


def _sealed(s: States, bidder: PartyId, now: Instant) -> Iterator[Waiting]:
    """Yield the auctions in which a bid is still to be opened, or its deposit is lost."""
    for key, auction in auctions.unrevealed(s.auctions, bidder):
        if now >= auction.terms.bids_until:
            yield Waiting(key, "RevealBid", auction.closes_at)


def _regulator(s: States, regulator: PartyId) -> Iterator[Waiting]:
    """Yield the answers that nobody decided on in time; the day is that on which their job expires."""
    for key, _ in cleanroom.reviews_escalated(s.cleanroom):
        if regulator not in (s.cleanroom.jobs[key].consumer, *s.cleanroom.jobs[key].group):
            yield Waiting(key, "DecideReview", _due(s, key))


def _bureau(s: States, bureau: PartyId) -> Iterator[Waiting]:
    """Yield what a data bureau decides, and what came before it because somebody kept silent."""
    for task in sharing.desk_of_bureau(s.sharing, bureau):
        yield Waiting(task.thing, task.task, _due(s, task.thing, task.limit), task.is_overdue)
    for each in operation.bureau_desk(s.operation, bureau):
        if isinstance(each, Escalation):
            yield Waiting(each.about, f"{each.kind} {each.owner}", each.due_at, is_overdue=True)
        else:
            yield Waiting(each.about, each.what, _due(s, each.about))
    for pending in public_register.escalated(s.public_register):
        yield Waiting(pending.submission, pending.record.stage.value, _due(s, pending.submission), is_overdue=True)
