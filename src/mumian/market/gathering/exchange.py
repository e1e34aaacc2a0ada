"""What the exchange must know of other rooms."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, ListingId, PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import broken_source, operator_relation, source_seen
from mumian.market.metered import used
from mumian.market.rooms import States
from mumian.rooms.auctions import views as auctions
from mumian.rooms.contracts import views as contracts
from mumian.rooms.contracts.decide import decide as decide_contracts
from mumian.rooms.contracts.model import ConcludeAgreement, OfferFacts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger import views as ledger
from mumian.rooms.revenue import views as revenue_views
from mumian.rooms.rights import views as right_views
from mumian.rooms.settlement import views as settlement
from mumian.rooms.settlement.records import Side


def _register_product(s: States, c: exchange.RegisterProduct, base: Base) -> Facts:
    return exchange.ProductFacts(
        **base,
        sources=tuple(
            source_seen(s, source, c.purposes, base["now"], base["actor"], form=c.delivery) for source in c.sources
        ),
        operator_relation=operator_relation(s, c.sources, base["actor"]),
    )


def _review(s: States, c: exchange.ReviewCompliance, base: Base) -> Facts:
    """A source is certified where its chain holds and ends in a registered right: its certificate answers for it."""
    product = s.exchange.products.get(c.product)
    walked = [right_views.chain(s.rights, source, base["now"]) for source in product.sources] if product else []
    roots = [s.rights.rights.get(chain.links[-1].id) for chain in walked if chain.unbroken]
    certificates = tuple(root.certificate for root in roots if root is not None)
    return exchange.ReviewFacts(**base, certificates=certificates)


def _list_product(s: States, c: exchange.ListProduct, base: Base) -> Facts:
    product = s.exchange.products.get(c.product)
    sources: tuple[str, ...] = product.sources if product else ()
    purposes: tuple[str, ...] = product.purposes if product else ()
    form = product.delivery if product else None
    ceilings = [fen for source in sources if (fen := right_views.ceiling_fen(s.rights, source)) is not None]
    return exchange.ListingFacts(
        **base,
        sources=tuple(source_seen(s, source, purposes, base["now"], base["actor"], form=form) for source in sources),
        operator_relation=operator_relation(s, sources, base["actor"]),
        ceiling_fen=min(ceilings) if ceilings else None,
        distribution_in_force=revenue_views.in_force(s.revenue, c.product),
        bound_by=_bound_by(s, product),
    )


def _delist(s: States, c: exchange.DelistProduct, base: Base) -> Facts:
    return exchange.ShelfFacts(**base, bound_by=_bound_by(s, s.exchange.products.get(c.product)))


def _bound_by(s: States, product: exchange.Product | None) -> str:
    """Return the auction that runs on a product's listing, or empty."""
    return (auctions.running(s.auctions, ListingId(product.listing)) or "") if product and product.listing else ""


def _place(s: States, c: exchange.PlaceOrder | exchange.PlaceTrial | exchange.PlaceAgreed, base: Base) -> Facts:
    buyer = c.buyer if isinstance(c, exchange.PlaceAgreed) else base["actor"]
    return _standing(s, s.exchange.listings.get(c.listing), buyer, base)


def _record_delivery(s: States, c: exchange.RecordDelivery, base: Base) -> Facts:
    order = s.exchange.orders.get(c.order)
    return _standing(s, order, order.buyer if order else base["actor"], base)


def _renew(s: States, c: exchange.RenewOrder, base: Base) -> Facts:
    """What was agreed is agreed anew: its offer is looked at as the room of contracts would.

    Only the market says this, of an order that it keeps; of what anybody else names nothing is looked up.
    """
    bare = Facts(**base)
    if not bare.is_market:
        return bare
    order = s.exchange.orders[c.order]
    price, product = s.exchange.listings[order.listing].price, s.exchange.products[order.product]
    agreement = s.contracts.agreements[order.agreement]
    again = ConcludeAgreement(order.product, s.contracts.offers[agreement.offer].policy, order.buyer)
    refused = decide_contracts(
        s.contracts, again, OfferFacts(**base, product_seller=product.seller, purposes=product.purposes)
    )
    fee_fen = settlement.fee_fen(
        s.settlement, Side.BUYER, product.product_type.value, order.quantity * price.amount_fen, now=base["now"]
    )
    return exchange.RenewalFacts(
        **base,
        broken=broken_source(s, order.product, base["now"], taker=order.buyer),
        is_buyer=Role.BUYER in roles_of(s, order.buyer),
        payable_fen=max(0, ledger.cash_fen(s.ledger, order.buyer) - fee_fen),
        may_agree=agreement.ended_at is None and not isinstance(refused, Refused),
        terms_until=contracts.ends_at(s.contracts, AgreementId(order.agreement)),
    )


def _standing(s: States, of: exchange.Listing | exchange.Order | None, taker: PartyId, base: Base) -> Facts:
    broken = broken_source(s, of.product, base["now"], taker=taker) if of else None
    return exchange.StandingFacts(**base, broken=broken)


def _sign_deal(s: States, c: exchange.SignDeal, base: Base) -> Facts:
    found = s.contracts.agreements.get(c.agreement)
    seen = None
    if found is not None and found.ended_at is None:
        seen = exchange.AgreementSeen(found.assigner, found.assignee, found.target)
    return exchange.SigningFacts(**base, agreement=seen)


def _settle_usage(s: States, c: exchange.SettleUsage, base: Base) -> Facts:
    key = s.exchange.by_agreement.get(c.agreement)
    order = s.exchange.orders.get(key) if key else None
    return exchange.UsageFacts(**base, unbilled_calls=0 if order is None else used(s, c.agreement, order) - order.calls)


GATHER: dict[type, Gather] = {
    exchange.RegisterProduct: _register_product,
    exchange.ReviewCompliance: _review,
    exchange.ListProduct: _list_product,
    exchange.DelistProduct: _delist,
    exchange.PlaceOrder: _place,
    exchange.PlaceTrial: _place,
    exchange.PlaceAgreed: _place,
    exchange.RenewOrder: _renew,
    exchange.RecordDelivery: _record_delivery,
    exchange.SignDeal: _sign_deal,
    exchange.SettleUsage: _settle_usage,
}
