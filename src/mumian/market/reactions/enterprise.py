"""What follows from licences between companies: what they give is granted with their first day, and ends with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.gathering.enterprise import grants_under
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.enterprise import events, licences, offices, openings
from mumian.rooms.enterprise import model as enterprise
from mumian.rooms.enterprise.vocabulary import EnquiryId, LicenceEnd, LicenceId, OfficerId, OpeningId
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import EndReason

REASONS = {
    LicenceEnd.EXPIRED: EndReason.EXPIRED,
    LicenceEnd.TERMS_BROKEN: EndReason.TERMS_BROKEN,
    LicenceEnd.UNLAWFUL: EndReason.UNLAWFUL_USE,
}
"""Why a grant under a licence ends, by why the licence does; given up by its sides otherwise."""


def _activated(s: States, event: events.LicenceActivated, _now: Instant) -> Iterator[Any]:
    yield from grants_under(s, event.licence)


def _ended(s: States, event: events.LicenceEnded, _now: Instant) -> Iterator[Any]:
    reason = REASONS.get(event.reason, EndReason.GIVEN_UP)
    for grant in [key for _, key in s.rights.by_licence.under(f"{event.licence}/")]:
        if s.rights.grants[grant].ended is None:
            yield rights.RevokeGrant(grant, reason)


def _withdrawn(s: States, event: catalog.ResourceWithdrawn, _now: Instant) -> Iterator[Any]:
    """What is gone is open to nobody."""
    opening = s.enterprise.open_subjects.get(event.resource)
    if opening is not None:
        yield enterprise.ExpireOpening(opening)


def _meet_office(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield enterprise.EndOfficeTerm(OfficerId(event.about))


def _meet_start(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield enterprise.ActivateLicence(LicenceId(event.about))


def _meet_end(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield enterprise.MeetLicenceEnd(LicenceId(event.about), LicenceEnd.EXPIRED)


def _meet_notice(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield enterprise.MeetLicenceEnd(LicenceId(event.about), LicenceEnd.NOTICE)


def _meet_opening(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield enterprise.ExpireOpening(OpeningId(event.about))


def _meet_answer(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield enterprise.DeemAnswerOverdue(EnquiryId(event.about))


REACTIONS: dict[type, React] = {
    events.LicenceActivated: _activated,
    events.LicenceEnded: _ended,
    catalog.ResourceWithdrawn: _withdrawn,
}

MEET: dict[str, Meet] = {
    offices.TERM: _meet_office,
    licences.START: _meet_start,
    licences.END: _meet_end,
    licences.NOTICE: _meet_notice,
    openings.OPENING: _meet_opening,
    openings.ANSWER: _meet_answer,
}
