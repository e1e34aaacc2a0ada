"""What the room of revenue must know of other rooms."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.roles import DataKind
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import operators_above, source_seen
from mumian.market.rooms import States
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
        strangers=tuple(fee.payee for fee in c.fees if parties.party(s.parties, fee.payee) is None),
    )


def _record_contribution(s: States, c: revenue.RecordContribution, base: Base) -> Facts:
    job = s.cleanroom.jobs.get(c.basis)
    root = job.root if job is not None and job.product == c.product else None
    return revenue.ContributionFacts(**base, domain_root=root)


GATHER: dict[type, Gather] = {
    revenue.AgreeDistribution: _agree_distribution,
    revenue.RecordContribution: _record_contribution,
}
