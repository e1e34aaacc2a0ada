"""What a room must know of other rooms, gathered in one place before it decides.

A gatherer reads other rooms' views and answers in the words of the room that asks. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ProductId, ResourceId
from mumian.kernel.roles import DataKind, Right
from mumian.kernel.time import Instant
from mumian.market.actors import roles_of
from mumian.market.job_facts import record_release, record_usage, request_job
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.product import Level, SourceId, SourceSeen
from mumian.rooms.parties import views as parties
from mumian.rooms.revenue import model as revenue
from mumian.rooms.revenue import views as revenue_views
from mumian.rooms.rights import model as rights
from mumian.rooms.rights import views as right_views
from mumian.rooms.rights.chain import Chain
from mumian.rooms.rights.vocabulary import Resource

Gather = Callable[[States, Any, int, Instant, PartyId], Facts]


def _resource(states: States, key: ResourceId) -> Resource | None:
    """Return the resource as the room of rights sees it."""
    record, described = catalog.resource(states.catalog, key), catalog.description(states.catalog, key)
    if record is None or described is None:
        return None
    return Resource(key, record.holder, described.data_kind, record.is_withdrawn, described.source_type)


def _register_right(s: States, c: rights.RegisterRight, seq: int, now: Instant, actor: PartyId) -> Facts:
    return rights.ResourceFacts(
        seq=seq,
        now=now,
        actor=actor,
        roles=roles_of(s, actor),
        resource=_resource(s, c.resource),
        holder_roles=roles_of(s, c.holder),
    )


def _register_public(s: States, c: rights.RegisterPublicResource, seq: int, now: Instant, actor: PartyId) -> Facts:
    resource = _resource(s, c.resource)
    holder_roles = frozenset() if resource is None else roles_of(s, resource.holder)
    return rights.ResourceFacts(
        seq=seq, now=now, actor=actor, roles=roles_of(s, actor), resource=resource, holder_roles=holder_roles
    )


def _grant(s: States, c: rights.GrantRight, seq: int, now: Instant, actor: PartyId) -> Facts:
    grantee = roles_of(s, c.grantee)
    return rights.GranteeFacts(seq=seq, now=now, actor=actor, roles=roles_of(s, actor), grantee_roles=grantee)


def _authorize(s: States, c: rights.AuthorizeOperation, seq: int, now: Instant, actor: PartyId) -> Facts:
    seen = [found for key in c.resources if (found := _resource(s, key)) is not None]
    return rights.AuthorizationFacts(
        seq=seq,
        now=now,
        actor=actor,
        roles=roles_of(s, actor),
        operator_roles=roles_of(s, c.operator),
        resources=tuple(seen),
    )


def _grant_under(s: States, c: rights.GrantUnderAuthorization, seq: int, now: Instant, actor: PartyId) -> Facts:
    return rights.MerchantFacts(
        seq=seq,
        now=now,
        actor=actor,
        roles=roles_of(s, actor),
        merchant_roles=roles_of(s, c.merchant),
        relation=_relation(s, actor, c.merchant),
    )


def _relation(s: States, operator: PartyId, other: PartyId) -> tuple[PartyId, ...]:
    """Return the parties from `operator` to `other` along declared relations, both included; empty if unrelated."""
    if operator == other:
        return (operator,)
    path = [operator]
    for link in parties.relation_path(s.parties, operator, other):
        path.append(link.other if link.party == path[-1] else link.party)
    return tuple(path) if len(path) > 1 else ()


def _chain(s: States, source: str, now: Instant) -> Chain:
    return right_views.chain(s.rights, source, now)


def _source(s: States, source: str, purposes: tuple[str, ...], now: Instant, actor: PartyId) -> SourceSeen:
    """Return one source of a product as the exchange sees it."""
    walked = _chain(s, source, now)
    resource = ResourceId(walked.resource)
    described, level = catalog.description(s.catalog, resource), catalog.level_of(s.catalog, resource)
    record, head = catalog.resource(s.catalog, resource), walked.links[0] if walked.links else None
    broken_at, reason = walked.broken_at, str(walked.reason or "")
    grant = s.rights.grants.get(source)
    if walked.unbroken and grant is not None and not set(purposes) <= set(grant.purposes):
        broken_at, reason = source, "purpose"
    elif walked.unbroken and record is not None and record.is_withdrawn:
        broken_at, reason = str(resource), "withdrawn"
    elif walked.unbroken and level is None:
        broken_at, reason = str(resource), "not_classified"
    return SourceSeen(
        source=SourceId(source),
        resource=resource,
        holder=record.holder if record else PartyId(""),
        data_kind=described.data_kind if described else DataKind.ENTERPRISE,
        level=Level(level.value) if level else Level.CORE,
        unbroken=not broken_at,
        is_actors=head is not None and head.holder == actor,
        operate_right=head is not None and head.right is Right.OPERATE,
        use_right=head is not None and head.right is Right.USE,
        broken_at=broken_at,
        reason=reason,
    )


def _operator_relation(s: States, sources: tuple[str, ...], actor: PartyId) -> str | None:
    """Return how `actor` is tied to the operator of one of the public sources, as words, or None."""
    for source in sources:
        for operator in _operators_above(s, source):
            path = _relation(s, operator, actor)
            if path:
                return " → ".join(path)
    return None


def _operators_above(s: States, source: str) -> list[PartyId]:
    """Return the operators of the authorisations that `source` stands on."""
    links = _chain(s, source, 0).links
    return [link.holder for link in links if link.right is None]


def _register_product(s: States, c: exchange.RegisterProduct, seq: int, now: Instant, actor: PartyId) -> Facts:
    return exchange.ProductFacts(
        seq=seq,
        now=now,
        actor=actor,
        roles=roles_of(s, actor),
        sources=tuple(_source(s, source, c.purposes, now, actor) for source in c.sources),
        operator_relation=_operator_relation(s, c.sources, actor),
    )


def _list_product(s: States, c: exchange.ListProduct, seq: int, now: Instant, actor: PartyId) -> Facts:
    product = s.exchange.products.get(c.product)
    sources: tuple[str, ...] = product.sources if product else ()
    purposes: tuple[str, ...] = product.purposes if product else ()
    ceilings = [fen for source in sources if (fen := right_views.ceiling_fen(s.rights, source)) is not None]
    return exchange.ListingFacts(
        seq=seq,
        now=now,
        actor=actor,
        roles=roles_of(s, actor),
        sources=tuple(_source(s, source, purposes, now, actor) for source in sources),
        operator_relation=_operator_relation(s, sources, actor),
        ceiling_fen=min(ceilings) if ceilings else None,
        distribution_in_force=revenue_views.in_force(s.revenue, c.product),
    )


def _place_order(s: States, c: exchange.PlaceOrder, seq: int, now: Instant, actor: PartyId) -> Facts:
    listing = s.exchange.listings.get(c.listing)
    broken = _broken_source(s, listing.product, now) if listing else None
    return exchange.StandingFacts(seq=seq, now=now, actor=actor, roles=roles_of(s, actor), broken=broken)


def _record_delivery(s: States, c: exchange.RecordDelivery, seq: int, now: Instant, actor: PartyId) -> Facts:
    order = s.exchange.orders.get(c.order)
    broken = _broken_source(s, order.product, now) if order else None
    return exchange.StandingFacts(seq=seq, now=now, actor=actor, roles=roles_of(s, actor), broken=broken)


def _broken_source(s: States, product: ProductId, now: Instant) -> exchange.BrokenSource | None:
    """Return the first source of a product whose chain of rights does not hold, or whose resource was withdrawn."""
    for source in s.exchange.products[product].sources:
        walked = _chain(s, source, now)
        if not walked.unbroken:
            return exchange.BrokenSource(source, walked.broken_at, str(walked.reason))
        record = s.catalog.resources.get(walked.resource)
        if record is None or record.is_withdrawn:
            return exchange.BrokenSource(source, walked.resource, "withdrawn")
    return None


def _sign_deal(s: States, c: exchange.SignDeal, seq: int, now: Instant, actor: PartyId) -> Facts:
    found = s.contracts.agreements.get(c.agreement)
    seen = None
    if found is not None and found.ended_at is None:
        seen = exchange.AgreementSeen(found.assigner, found.assignee, found.target)
    return exchange.SigningFacts(seq=seq, now=now, actor=actor, roles=roles_of(s, actor), agreement=seen)


def _settle_usage(s: States, c: exchange.SettleUsage, seq: int, now: Instant, actor: PartyId) -> Facts:
    key = s.exchange.by_agreement.get(c.agreement)
    order = s.exchange.orders.get(key) if key else None
    unbilled = 0
    if order is not None:
        usage = s.cleanroom.usage.get(f"{c.agreement}/{order.product}")
        unbilled = (usage.calls if usage else 0) - order.calls
    return exchange.UsageFacts(seq=seq, now=now, actor=actor, roles=roles_of(s, actor), unbilled_calls=unbilled)


def _make_offer(s: States, c: contracts.MakeOffer, seq: int, now: Instant, actor: PartyId) -> Facts:
    product = s.exchange.products.get(c.target)
    return contracts.OfferFacts(
        seq=seq,
        now=now,
        actor=actor,
        roles=roles_of(s, actor),
        product_seller=product.seller if product else None,
        purposes=product.purposes if product else None,
    )


def _open_budget(s: States, c: cleanroom.OpenBudget, seq: int, now: Instant, actor: PartyId) -> Facts:
    record = catalog.resource(s.catalog, c.resource)
    holder = record.holder if record else None
    return cleanroom.BudgetFacts(seq=seq, now=now, actor=actor, roles=roles_of(s, actor), holder=holder)


def _agree_distribution(s: States, c: revenue.AgreeDistribution, seq: int, now: Instant, actor: PartyId) -> Facts:
    product = s.exchange.products.get(c.product)
    sources: tuple[str, ...] = product.sources if product else ()
    seen = [_source(s, source, (), now, actor) for source in sources]
    owners = [each.holder for each in seen if each.data_kind is not DataKind.PUBLIC]
    bodies = [each.holder for each in seen if each.data_kind is DataKind.PUBLIC]
    operators = [operator for source in sources for operator in _operators_above(s, source)]
    return revenue.DistributionFacts(
        seq=seq,
        now=now,
        actor=actor,
        roles=roles_of(s, actor),
        seller=product.seller if product else None,
        sold_already=next(s.exchange.by_product.under(f"{c.product}/"), None) is not None,
        holders=tuple(dict.fromkeys(owners)),
        public_bodies=tuple(dict.fromkeys(bodies)),
        operators=tuple(dict.fromkeys(operators)),
        strangers=tuple(fee.payee for fee in c.fees if parties.party(s.parties, fee.payee) is None),
    )


def _record_contribution(s: States, c: revenue.RecordContribution, seq: int, now: Instant, actor: PartyId) -> Facts:
    job = s.cleanroom.jobs.get(c.basis)
    root = job.root if job is not None and job.product == c.product else None
    return revenue.ContributionFacts(seq=seq, now=now, actor=actor, roles=roles_of(s, actor), domain_root=root)


GATHER: dict[type, Gather] = {
    rights.RegisterRight: _register_right,
    rights.RegisterPublicResource: _register_public,
    rights.GrantRight: _grant,
    rights.AuthorizeOperation: _authorize,
    rights.GrantUnderAuthorization: _grant_under,
    exchange.RegisterProduct: _register_product,
    exchange.ListProduct: _list_product,
    exchange.PlaceOrder: _place_order,
    exchange.RecordDelivery: _record_delivery,
    exchange.SignDeal: _sign_deal,
    exchange.SettleUsage: _settle_usage,
    contracts.MakeOffer: _make_offer,
    cleanroom.OpenBudget: _open_budget,
    cleanroom.RequestJob: request_job,
    cleanroom.RecordRelease: record_release,
    cleanroom.RecordUsage: record_usage,
    revenue.AgreeDistribution: _agree_distribution,
    revenue.RecordContribution: _record_contribution,
}
"""Which commands need more than who, when and which leaf."""
