"""A company's desk (首席数据官工作台) as the whole market fills it. For doors: it reads every grant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.enterprise.desk import DeskView, GrantSeen, Holdings, ResourceHeld, RightHeld, desk
from mumian.rooms.property_register.vocabulary import UNDECIDED
from mumian.rooms.rights import views as right_views
from mumian.rooms.rights.records import Grant

DAYS_AHEAD = 90
"""How far a desk looks ahead, unless asked otherwise."""


def desk_of(s: States, party: PartyId, now: Instant, *, days: int = DAYS_AHEAD) -> DeskView:
    """Return a company's desk: what it has, what runs out within `days` days, what is at risk."""
    return desk(s.enterprise, party, holdings_of(s, party, now), now, days=days)


def holdings_of(s: States, party: PartyId, now: Instant) -> Holdings:
    """Return what a company holds, gives and is given, without what has ended, run out or been withdrawn."""
    given, received = list[GrantSeen](), list[GrantSeen]()
    for key, grant in s.rights.grants.under():
        if party in (grant.grantor, grant.grantee) and grant.ended is None and now < grant.valid_to:
            is_given = grant.grantor == party
            (given if is_given else received).append(_seen(s, key, grant, now, is_given=is_given))
    return Holdings(tuple(_resources(s, party)), tuple(_rights(s, party, now)), tuple(given), tuple(received))


def _seen(s: States, key: str, grant: Grant, now: Instant, *, is_given: bool) -> GrantSeen:
    walked = right_views.chain(s.rights, key, now)
    other = grant.grantee if is_given else grant.grantor
    reason = str(walked.reason or "")
    return GrantSeen(key, grant.resource, grant.right, other, grant.valid_to, walked.broken_at, reason)


def _resources(s: States, party: PartyId) -> Iterator[ResourceHeld]:
    open_ones = _open_objections(s)
    for key in catalog.resources_of(s.catalog, party):
        record = catalog.resource(s.catalog, key)
        if record is not None and not record.is_withdrawn:
            is_due = catalog.due(s.catalog, key) is not None
            yield ResourceHeld(key, record.level, is_due, tuple(open_ones[key]))


def _rights(s: States, party: PartyId, now: Instant) -> Iterator[RightHeld]:
    for key, right in s.rights.rights.under():
        if right.holder == party and right.ended is None and now < right.valid_to:
            frozen = tuple(freeze.reason.value for freeze in right.freezes)
            yield RightHeld(key, right.resource, right.right, right.valid_to, frozen)


def _open_objections(s: States) -> defaultdict[str, list[str]]:
    """Return the objections that are not decided yet, by the resource that they concern, of both registers."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    register = s.property_register
    for key, objection in register.objections.under():
        if objection.state in UNDECIDED:
            about = register.certificates.get(objection.about) or register.applications[objection.about]
            found[about.resource].append(key)
    for key, objection in s.public_register.objections.under():
        if objection.is_upheld is None:
            found[s.public_register.submissions[objection.submission].resource].append(key)
    return found
