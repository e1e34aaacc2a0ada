"""Whether a domain honours a ticket: the market's signature, its own name, the owner's terms, the declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from mumian.domain.declaration import Declaration, IntegerColumn, Terms, kind_of
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Store, Version
from mumian.journal.faults import JournalFault
from mumian.journal.note import Signature, Verifier
from mumian.kernel.ids import PartyId, ResourceId, is_id
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Filter,
    Plan,
    SignedTicket,
    SourceTicket,
    Sum,
    Ticket,
    VerificationPlan,
    fault,
    ticket_bytes,
)


class Source(msgspec.Struct, frozen=True):
    """What a ticket reads here: the ticket's line, the owner's terms, the data."""

    asked: SourceTicket
    terms: Terms
    version: Version

    @property
    def has_units(self) -> bool:
        return bool(self.version.manifest.declaration.unit)


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

    def check(self, signed: SignedTicket) -> list[Source] | Refused:
        """Return this domain's own sources of the ticket, or the first reason not to honour it."""
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
            refused = refused or _refuse_plan(source, ticket.plan)
            if refused is not None:
                return refused
            sources.append(source)
        return sources

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
        if len(self._verified) > 1_000:
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
    if isinstance(ticket.plan, VerificationPlan) and ticket.plan.predicate not in terms.predicates:
        asks = ticket.plan.predicate
        detail.update(column=asks.column, op=asks.op.value, value=asks.value)
        return Refused(R.OWNER_REFUSES_PREDICATE, detail)
    return None


def _refuse_plan(source: Source, plan: Plan) -> Refused | None:
    reason = fault(plan)
    if reason is not None:
        return Refused(R.PLAN_FAULTY, {"reason": reason})
    declaration, resource = source.version.manifest.declaration, source.asked.resource
    if isinstance(plan, VerificationPlan):
        return _refuse_columns(declaration, resource, plan.key_columns, (plan.predicate,))
    if not source.has_units:
        return None
    if plan.unit != declaration.unit:
        return Refused(R.UNIT_DIFFERS, {"asked": plan.unit, "resource": resource, "declared": declaration.unit})
    measured = [measure.column for measure in plan.measures if measure.column]
    return (
        _refuse_columns(declaration, resource, measured, plan.where)
        or _refuse_keys(declaration, resource, plan)
        or _refuse_bounds(declaration, resource, plan)
    )


def _outside(resource: str, reason: str) -> Refused:
    return Refused(R.PLAN_OUTSIDE_DECLARATION, {"resource": resource, "reason": reason})


def _refuse_columns(
    declaration: Declaration, resource: str, names: list[str] | tuple[str, ...], where: tuple[Filter, ...]
) -> Refused | None:
    for name in [*names, *(each.column for each in where)]:
        if declaration.column(name) is None:
            return _outside(resource, f"column `{name}` is not declared")
    for each in where:
        column = declaration.column(each.column)
        if isinstance(column, IntegerColumn) != isinstance(each.value, int):
            return _outside(resource, f"`{each.column}` cannot be compared with `{each.value}`")
        if column is not None and isinstance(each.value, str) and each.value not in column.keys:
            return _outside(resource, f"`{each.value}` is not in the public list of `{each.column}`")
    return None


def _refuse_keys(declaration: Declaration, resource: str, plan: AggregatePlan) -> Refused | None:
    for key in plan.group_by:
        column = declaration.column(key.column)
        public = frozenset(column.keys if column is not None else ())  # a list may have thousands of values
        beyond = [value for value in key.values if value not in public]
        if beyond:
            return _outside(resource, f"`{beyond[0]}` is not in the public list of `{key.column}`")
    return None


def _refuse_bounds(declaration: Declaration, resource: str, plan: AggregatePlan) -> Refused | None:
    for measure in plan.measures:
        if not isinstance(measure, Sum):
            continue
        column = declaration.column(measure.column)
        if not isinstance(column, IntegerColumn):
            return _outside(resource, f"`{measure.column}` is no number to be added")
        if measure.lower < column.lower or measure.upper > column.upper:
            detail: dict[str, str | int] = {"lower": measure.lower, "upper": measure.upper, "column": column.name}
            detail |= {"declared_lower": column.lower, "declared_upper": column.upper}
            return Refused(R.BOUNDS_DIFFER, detail)
    return None
