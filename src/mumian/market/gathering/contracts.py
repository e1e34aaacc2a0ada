"""What the room of contracts must know of other rooms."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.contracts import model as contracts


def _make_offer(s: States, c: contracts.MakeOffer | contracts.ConcludeAgreement, base: Base) -> Facts:
    product = s.exchange.products.get(c.target)
    return contracts.OfferFacts(
        **base,
        product_seller=product.seller if product else None,
        purposes=product.purposes if product else None,
    )


def _holder(s: States, c: contracts.AttachPolicy | contracts.DetachPolicy, base: Base) -> Facts:
    record = catalog.resource(s.catalog, c.resource)
    return contracts.HolderFacts(**base, holder=record.holder if record else None)


GATHER: dict[type, Gather] = {
    contracts.MakeOffer: _make_offer,
    contracts.ConcludeAgreement: _make_offer,
    contracts.AttachPolicy: _holder,
    contracts.DetachPolicy: _holder,
}
