"""How one room sees another's things: resources, chains of rights, sources of a product, ties between parties."""

from __future__ import annotations

from mumian.kernel.ids import PartyId, ProductId, ResourceId
from mumian.kernel.roles import DataKind, Right
from mumian.kernel.time import Instant
from mumian.market.gathering.lawful import recipient_of, unlawful
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.product import CLEAN_ROOM, DeliveryForm, Level, SourceId, SourceSeen, may_be_traded
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import ANYBODY, Authority
from mumian.rooms.rights import views as right_views
from mumian.rooms.rights.chain import Chain
from mumian.rooms.sharing import views as sharing


def relation(
    s: States, operator: PartyId, other: PartyId, *, by: frozenset[Authority] = ANYBODY
) -> tuple[PartyId, ...]:
    """Return the parties from `operator` to `other` along declared relations, both included; empty if unrelated.

    by: whose word counts.
    """
    if operator == other:
        return (operator,)
    path = [operator]
    for link in parties.relation_path(s.parties, operator, other, by=by):
        path.append(link.other if link.party == path[-1] else link.party)
    return tuple(path) if len(path) > 1 else ()


def chain(s: States, source: str, now: Instant) -> Chain:
    return right_views.chain(s.rights, source, now)


def source_seen(
    s: States,
    source: str,
    purposes: tuple[str, ...],
    now: Instant,
    actor: PartyId,
    *,
    form: DeliveryForm | None = None,
) -> SourceSeen:
    """Return one source of a product as the exchange sees it. form: of delivery, where one is asked for.

    On the shelf persons' data goes to nobody yet: to its seller only where rows themselves are delivered.
    """
    walked = chain(s, source, now)
    resource = ResourceId(walked.resource)
    described, level = catalog.description(s.catalog, resource), catalog.level_of(s.catalog, resource)
    record, head = catalog.resource(s.catalog, resource), walked.links[0] if walked.links else None
    broken_at, reason = walked.broken_at, str(walked.reason or "")
    grant = s.rights.grants.get(source)
    if walked.unbroken and grant is not None and not set(purposes) <= set(grant.purposes):
        broken_at, reason = source, "purpose"
    elif walked.unbroken and record is not None and record.is_withdrawn:
        broken_at, reason = str(resource), "withdrawn"
    elif walked.unbroken and (stopped := catalog.grading_stop(s.catalog, resource)):
        broken_at, reason = str(resource), stopped
    why = ""
    if not broken_at and form is not None and record is not None:
        recipient = record.holder if form in CLEAN_ROOM else actor
        why = unlawful(s, resource, recipient=recipient, purposes=purposes, now=now)
    return SourceSeen(
        source=SourceId(source),
        resource=resource,
        holder=record.holder if record else PartyId(""),
        data_kind=described.data_kind if described else DataKind.ENTERPRISE,
        level=level or Level.CORE,
        unbroken=not broken_at,
        is_actors=head is not None and head.holder == actor,
        operate_right=head is not None and head.right is Right.OPERATE,
        use_right=head is not None and head.right is Right.USE,
        broken_at=broken_at,
        reason=reason,
        path=walked.path,
        department_consent=catalog.is_permitted(s.catalog, resource, form or "", now),
        unlawful=why,
        unconditionally_open=sharing.may_be_opened_as_a_file(s.sharing, resource),
    )


def may_leave(s: States, resource: ResourceId, form: DeliveryForm, now: Instant) -> bool:
    """Tell whether a resource's level, and a permission where it needs one, let its data leave in a form of delivery."""
    level = catalog.level_of(s.catalog, resource)
    is_permitted = level is Level.IMPORTANT and catalog.is_permitted(s.catalog, resource, form, now)
    return may_be_traded(level, form, is_permitted=is_permitted)


def operator_relation(s: States, sources: tuple[str, ...], actor: PartyId) -> str | None:
    """Return how `actor` is tied to the operator of one of the public sources, as words, or None."""
    for source in sources:
        for operator in operators_above(s, source):
            path = relation(s, operator, actor)
            if path:
                return " → ".join(path)
    return None


def operators_above(s: States, source: str) -> list[PartyId]:
    """Return the operators of the authorisations that `source` stands on."""
    links = chain(s, source, 0).links
    return [link.holder for link in links if link.right is None]


def broken_source(s: States, product: ProductId, now: Instant, *, taker: PartyId) -> exchange.BrokenSource | None:
    """Return the first source of a product whose chain of rights does not hold, whose resource was withdrawn, or whose
    persons stand in the way of its delivery to `taker`."""
    record_of = s.exchange.products[product]
    for source in record_of.sources:
        walked = chain(s, source, now)
        if not walked.unbroken:
            return exchange.BrokenSource(source, walked.broken_at, str(walked.reason))
        record = s.catalog.resources.get(walked.resource)
        if record is None or record.is_withdrawn:
            return exchange.BrokenSource(source, walked.resource, "withdrawn")
        recipient = recipient_of(record_of.product_type, record_of.delivery, holder=record.holder, taker=taker)
        resource = ResourceId(walked.resource)
        why = unlawful(s, resource, recipient=recipient, purposes=record_of.purposes, now=now)
        if why:
            return exchange.BrokenSource(source, walked.resource, "unlawful", why)
    return None
