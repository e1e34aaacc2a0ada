"""What the service market must know of other rooms: a provider's roles and ties, and who has an interest in a subject."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.facts import Facts
from mumian.kernel.ids import OrderId, PartyId, ProductId, ResourceId
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import chain
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.parties import views as parties
from mumian.rooms.services import model as services
from mumian.rooms.services.vocabulary import Interest

Interested = services.Interested


def _interests(s: States, subject: str) -> tuple[Interested, ...] | None:
    """Return who has an interest in a subject; None if there is no such thing."""
    match subject.partition("-")[0]:
        case "":
            return ()
        case "resource":
            return _of_resource(s, ResourceId(subject))
        case "product":
            return _of_product(s, ProductId(subject))
        case _:
            return _of_order(s, OrderId(subject))


def _of_resource(s: States, key: ResourceId) -> tuple[Interested, ...] | None:
    record = catalog.resource(s.catalog, key)
    if record is None:
        return None
    operators = (s.rights.authorizations[each].operator for _, each in s.rights.authorized.under(f"{key}/"))
    return (Interested(record.holder, Interest.HOLDER), *(Interested(each, Interest.OPERATOR) for each in operators))


def _of_product(s: States, key: ProductId) -> tuple[Interested, ...] | None:
    product = s.exchange.products.get(key)
    if product is None:
        return None
    sources = (each for source in product.sources for each in _of_source(s, source))
    return (Interested(product.seller, Interest.SELLER), *dict.fromkeys(sources))


def _of_source(s: States, source: str) -> Iterator[Interested]:
    """Yield everybody on the chain of rights above a source, and the holder at its root."""
    walked = chain(s, source, 0)
    for link in walked.links:
        yield Interested(link.holder, Interest.OPERATOR if link.right is None else Interest.HOLDER)
    record = catalog.resource(s.catalog, ResourceId(walked.resource))
    if record is not None:
        yield Interested(record.holder, Interest.HOLDER)


def _of_order(s: States, key: OrderId) -> tuple[Interested, ...] | None:
    order = s.exchange.orders.get(key)
    if order is None:
        return None
    sides = (Interested(order.buyer, Interest.BUYER), Interested(order.seller, Interest.SELLER))
    return (*sides, *(_of_product(s, order.product) or ()))


def _facts(s: States, base: Base, provider: PartyId, subject: str) -> Facts:
    return services.ProviderFacts(
        **base,
        provider_roles=roles_of(s, provider),
        group=parties.related(s.parties, provider) | {provider},
        interests=_interests(s, subject),
    )


def _grant(s: States, c: services.GrantQualification, base: Base) -> Facts:
    return _facts(s, base, c.provider, "")


def _engage(s: States, c: services.Engage, base: Base) -> Facts:
    return _facts(s, base, c.provider, c.subject)


def _of_engagement(
    s: States, c: services.AcceptEngagement | services.DeliverOpinion | services.RateEngagement, base: Base
) -> Facts:
    record = s.services.engagements.get(c.engagement)
    return services.ProviderFacts(**base) if record is None else _facts(s, base, record.provider, record.subject)


GATHER: dict[type, Gather] = {
    services.GrantQualification: _grant,
    services.Engage: _engage,
    services.AcceptEngagement: _of_engagement,
    services.DeliverOpinion: _of_engagement,
    services.RateEngagement: _of_engagement,
}
