"""What the room of revenue must know of other rooms: holders and operators, domains, and what sales came to."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import DataKind, Role
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import operators_above, source_seen
from mumian.market.rooms import States
from mumian.rooms.exchange.model import Order, version_key
from mumian.rooms.exchange.product import FieldOfUse, cost_fen
from mumian.rooms.exchange.states import DealState, Payment
from mumian.rooms.parties import views as parties
from mumian.rooms.revenue import model as revenue


def _agree_distribution(s: States, c: revenue.AgreeDistribution, base: Base) -> Facts:
    product = s.exchange.products.get(c.product)
    sources: tuple[str, ...] = product.sources if product else ()
    seen = [source_seen(s, source, (), base["now"], base["actor"]) for source in sources]
    owners = [each.holder for each in seen if each.data_kind is not DataKind.PUBLIC]
    bodies = [each.holder for each in seen if each.data_kind is DataKind.PUBLIC]
    operators = [operator for source in sources for operator in operators_above(s, source)]
    return revenue.DistributionFacts(
        **base,
        seller=product.seller if product else None,
        sold_already=next(s.exchange.by_product.under(f"{c.product}/"), None) is not None,
        holders=tuple(dict.fromkeys(owners)),
        public_bodies=tuple(dict.fromkeys(bodies)),
        operators=tuple(dict.fromkeys(operators)),
        strangers=tuple(payee for payee in _payees(c) if parties.party(s.parties, payee) is None),
    )


def _payees(c: revenue.AgreeDistribution) -> list[PartyId]:
    return [fee.payee for fee in c.fees] + [cost.payee for cost in c.costs]


def _record_contribution(
    s: States, c: revenue.RecordContribution | revenue.RecordScores | revenue.RecordValuation, base: Base
) -> Facts:
    job = s.cleanroom.jobs.get(c.basis)
    root = job.root if job is not None and job.product == c.product else None
    return revenue.ContributionFacts(**base, domain_root=root)


def _record_waiver(s: States, c: revenue.RecordWaiver, base: Base) -> Facts:
    """What the sale came to beside what its listing asked then, or may have asked at most where it asked nothing."""
    product = s.exchange.products.get(c.product)
    order = s.exchange.orders.get(c.sale)
    if product is None or order is None or order.product != c.product or not _is_a_sale(order):
        return revenue.WaiverFacts(**base, seller=product.seller if product else None)
    posted = s.exchange.posted[version_key(order.listing, order.version)]
    unit_fen = posted.price.amount_fen or posted.ceiling_fen or 0
    buyer = parties.party(s.parties, order.buyer)
    return revenue.WaiverFacts(
        **base,
        seller=product.seller,
        list_fen=cost_fen(unit_fen, posted.price.tiers, order.units or order.quantity),
        paid_fen=order.due_fen,
        is_for_public_good=product.scenario.field is not FieldOfUse.INDUSTRY
        or (buyer is not None and Role.PUBLIC_BODY in buyer.roles),
    )


def _is_a_sale(order: Order) -> bool:
    """Tell whether an order was settled as a whole: neither tried nor billed as it went."""
    return order.state in (DealState.SETTLED, DealState.FILED) and order.payment is Payment.ONCE and not order.is_trial


GATHER: dict[type, Gather] = {
    revenue.AgreeDistribution: _agree_distribution,
    revenue.RecordContribution: _record_contribution,
    revenue.RecordScores: _record_contribution,
    revenue.RecordValuation: _record_contribution,
    revenue.RecordWaiver: _record_waiver,
}
