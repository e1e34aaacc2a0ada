"""Lookups that are kept prepared, and what of them may be told to whom, kept in step with persons and consents."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import msgspec
import numpy as np

from mumian.domain import consents
from mumian.domain.faults import BadConsents
from mumian.domain.plans import Source
from mumian.domain.verification import Lookup, View
from mumian.journal.note import Verifier
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import Ticket, VerificationPlan
from mumian.rooms.consent.listed import ConsentList

LOOKUPS_MAX = 8
"""Prepared lookups kept in memory."""

VIEWS_MAX = 64
"""Views kept in memory: 2 bytes a key each."""


class Prepared(msgspec.Struct, frozen=True):
    """A lookup and what of it is told. is_current: persons do not matter, or the list of consents is fresh."""

    lookup: Lookup
    view: View
    is_current: bool


class _Kept(msgspec.Struct):
    """A view for one consumer and purpose. stamp: of the files it was made of. ended: consents over when it was made."""

    stamp: object
    willing: consents.Willing
    made_at: Instant
    ended: int
    view: View


_LookupKey = tuple[str, VerificationPlan, bool]
_ViewKey = tuple[_LookupKey, ResourceId, str, PartyId]


class Lookups:
    """The prepared lookups of one domain. folder: the domain's. market: whose lists of consents are believed."""

    def __init__(self, folder: Path, market: Verifier) -> None:
        self._folder, self._market = folder, market
        self._lock = Lock()
        self._lookups: dict[_LookupKey, Lookup] = {}
        self._nobody: dict[_LookupKey, View] = {}
        self._views: dict[_ViewKey, _Kept] = {}

    def prepare(self, source: Source, ticket: Ticket, plan: VerificationPlan, *, now: Instant) -> Prepared:
        """Return the lookup of a source with what may be told of it to the ticket's consumer, at this moment.

        Raises: TooWide.
        """
        with self._lock:
            key = (source.version.digest, plan, source.terms.persons)
            lookup = self._lookup(key, source)
            if not source.terms.persons:
                return Prepared(lookup, lookup.open, is_current=True)
            kept = self._view((key, source.asked.resource, ticket.purpose, ticket.consumer), lookup, source, now)
            if not kept.willing.is_fresh(now=now, age_ms_max=source.terms.consents_age_ms_max):
                return Prepared(lookup, self._nobody[key], is_current=False)
            return Prepared(lookup, kept.view, is_current=True)

    def _lookup(self, key: _LookupKey, source: Source) -> Lookup:
        _, plan, by_unit = key
        known = self._lookups.get(key)
        if known is None:
            while len(self._lookups) >= LOOKUPS_MAX:
                oldest = next(iter(self._lookups))
                self._nobody.pop(oldest, None)
                del self._lookups[oldest]
            known = self._lookups[key] = Lookup(source.version, plan, by_unit=by_unit)
            if by_unit:
                self._nobody[key] = known.view(np.zeros(source.version.table.units + 1, np.bool_))
        return known

    def _view(self, key: _ViewKey, lookup: Lookup, source: Source, now: Instant) -> _Kept:
        _, resource, purpose, consumer = key
        stamp, kept = consents.stamp(self._folder, resource), self._views.get(key)
        if kept is None or kept.stamp != stamp:
            listed, persons = self._listed(resource), consents.persons_of(self._folder, resource)
            ids = source.version.table.unit_ids
            willing = consents.Willing(listed, persons, ids, purpose=purpose, recipient=consumer)
        elif now < kept.made_at + consents.MARGIN_MS or kept.ended == kept.willing.ended(now):
            return kept
        else:
            willing = kept.willing
        while len(self._views) >= VIEWS_MAX:
            self._views.pop(next(iter(self._views)))
        self._views[key] = _Kept(stamp, willing, now, willing.ended(now), lookup.view(willing.units(now)))
        return self._views[key]

    def _listed(self, resource: ResourceId) -> ConsentList | None:
        """Return the list of consents; none where it cannot be believed, and then nobody is told of."""
        try:
            return consents.consents_of(self._folder, resource, self._market)
        except (BadConsents, msgspec.DecodeError):
            return None
