"""Whether a domain honours a ticket: the market's signature, its own name, the owner's terms, the declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mumian.domain.declaration import Terms, kind_of
from mumian.domain.plans import Source, refuse_declared, refuse_ruled
from mumian.domain.predicates import refuse_question
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Store
from mumian.journal.faults import JournalFault
from mumian.journal.note import Signature, Verifier
from mumian.kernel.ids import PartyId, ResourceId, is_id
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import SignedTicket, SourceTicket, Ticket, VerificationPlan, ticket_bytes

TICKETS_MAX = 1_000
"""Tickets that are remembered as good."""


class Desk:
    """Checks tickets for one domain. `terms` is read afresh at each ticket: an owner's no holds at once."""

    def __init__(
        self,
        domain: PartyId,
        public_hex: str,
        market: Verifier,
        store: Store,
        terms: Mapping[ResourceId, Terms],
        clock: Callable[[], Instant],
    ) -> None:
        self._domain, self._public_hex, self._market = domain, public_hex, market
        self._store, self._terms, self._clock = store, terms, clock
        self._verified: set[tuple[str, bytes]] = set()
        self._honoured: dict[str, tuple[SignedTicket, list[Source]]] = {}

    def check(self, signed: SignedTicket) -> list[Source] | Refused:
        """Return this domain's own sources of the ticket, or the first reason not to honour it."""
        honoured, sources = self._honoured.get(signed.signature, (None, []))
        if honoured == signed and all(map(self._is_unchanged, sources)):
            return self._refuse_time(signed.ticket) or sources
        checked = self._check(signed)
        if not isinstance(checked, Refused):
            if len(self._honoured) >= TICKETS_MAX:
                self._honoured.clear()
            self._honoured[signed.signature] = signed, checked
        return checked

    def _is_unchanged(self, source: Source) -> bool:
        """Tell whether terms and data are the very ones that a ticket was honoured on before."""
        terms = source.terms
        return (
            self._terms.get(source.asked.resource) is terms and self._store.current(terms.name) == source.version.digest
        )

    def _check(self, signed: SignedTicket) -> list[Source] | Refused:
        ticket = signed.ticket
        refused = self._refuse_signature(signed) or self._refuse_time(ticket)
        if refused is not None:
            return refused
        own = [s for s in ticket.sources if s.domain == self._domain and s.domain_key == self._public_hex]
        if not own:
            return Refused(R.DOMAIN_NOT_NAMED, {"domain": self._domain, "key": self._public_hex})
        sources = []
        for asked in own:
            source = self._source(asked) if is_id(ticket.job) else None
            if source is None:
                return Refused(R.RESOURCE_UNKNOWN, {"resource": asked.resource})
            refused = _refuse_by_owner(source, ticket, held=self._store.current(source.terms.name))
            refused = refused or refuse_declared(source, ticket.plan)
            if refused is not None:
                return refused
            sources.append(source)
        return refuse_ruled(sources, ticket) or sources

    def _refuse_signature(self, signed: SignedTicket) -> Refused | None:
        text = ticket_bytes(signed.ticket)
        if (signed.signature, text) in self._verified:
            return None
        try:
            name, signature = self._market.name, bytes.fromhex(signed.signature)
            if (signed.ticket.market, signature.hex()) != (name, signed.signature):
                raise ValueError(name)
            self._market.verify(text.decode(), Signature(name, self._market.key_id, signature))
        except (JournalFault, ValueError):
            return Refused(R.TICKET_SIGNER_UNKNOWN, {"market": signed.ticket.market, "trusted": self._market.name})
        if len(self._verified) >= TICKETS_MAX:
            self._verified.clear()
        self._verified.add((signed.signature, text))
        return None

    def _refuse_time(self, ticket: Ticket) -> Refused | None:
        now = self._clock()
        if ticket.issued_at > now:
            return Refused(R.TICKET_NOT_YET_VALID, {"issued_at": ticket.issued_at, "now": now})
        if now >= ticket.expires_at:
            return Refused(R.TICKET_EXPIRED, {"expires_at": ticket.expires_at, "now": now})
        return None

    def _source(self, asked: SourceTicket) -> Source | None:
        terms = self._terms.get(asked.resource)
        version = self._store.current(terms.name) if terms else None
        if terms is None or version is None:
            return None
        return Source(asked, terms, self._store.version(terms.name, version))


def _refuse_by_owner(source: Source, ticket: Ticket, *, held: str | None) -> Refused | None:
    asked, terms, kind = source.asked, source.terms, kind_of(ticket.plan)
    if asked.version_digest != held:
        detail: dict[str, str | int] = {"resource": asked.resource, "asked": asked.version_digest}
        return Refused(R.VERSION_CHANGED, {**detail, "held": held or "none"})
    detail = {"resource": asked.resource}
    if ticket.consumer in terms.refused_consumers:
        return Refused(R.OWNER_REFUSES_CONSUMER, {**detail, "consumer": ticket.consumer})
    if ticket.purpose not in terms.purposes:
        return Refused(
            R.OWNER_REFUSES_PURPOSE, {**detail, "purpose": ticket.purpose, "allowed": ", ".join(terms.purposes)}
        )
    if kind not in terms.kinds:
        return Refused(R.OWNER_REFUSES_KIND, {**detail, "kind": kind.value, "allowed": ", ".join(terms.kinds)})
    return refuse_question(terms, ticket.plan) if isinstance(ticket.plan, VerificationPlan) else None
