"""What filings and the price index must know of other rooms: parties, products, ties, and what was traded."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ProductId
from mumian.kernel.time import Month, month_of, months_from
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.exchange.states import DealState
from mumian.rooms.filings import model as filings
from mumian.rooms.filings import views
from mumian.rooms.parties import views as parties

SETTLED = (DealState.SETTLED, DealState.FILED)


def _deal(s: States, base: Base, product: str, *named: PartyId) -> Facts:
    found = s.exchange.products.get(ProductId(product)) if product else None
    strangers = (party for party in named if parties.party(s.parties, party) is None)
    return filings.DealFacts(
        **base,
        stranger=next(strangers, ""),
        is_known=not product or found is not None,
        data_kind=found.data_kind if found is not None else None,
    )


def _file(s: States, c: filings.FileOffExchange, base: Base) -> Facts:
    return _deal(s, base, c.product, c.seller, c.buyer)


def _purchase(s: States, c: filings.RegisterPurchase, base: Base) -> Facts:
    return _deal(s, base, c.product, c.supplier)


def _publish(s: States, c: filings.PublishIndex, base: Base) -> Facts:
    """Read every order and filing: once a month, by the exchange alone."""
    months = (months_from(c.month, -1), c.month)
    return filings.IndexFacts(**base, trades=(*_traded(s, months), *_filed(s, months)))


def _traded(s: States, months: tuple[Month, ...]) -> Iterator[filings.Trade]:
    """Yield deals that were delivered as a whole and settled; metered calls have no day of their own."""
    for key, order in s.exchange.orders.under():
        if order.state not in SETTLED or order.metered or not order.due_fen:
            continue
        month = month_of(order.delivered_at)
        if month not in months:
            continue
        family = s.exchange.products[order.product].product_type.value
        item = f"{order.product}/{s.exchange.listings[order.listing].price.unit.value}"
        sides = (_group(s, order.seller), _group(s, order.buyer))
        yield filings.Trade(key, family, item, month, *sides, order.units or order.quantity, order.due_fen)


def _filed(s: States, months: tuple[Month, ...]) -> Iterator[filings.Trade]:
    """Yield deals that both sides filed of a product by its own seller; others have no item to be matched by."""
    for key, record in views.confirmed(s.filings):
        month = month_of(record.concluded_at)
        product = s.exchange.products.get(ProductId(record.product)) if record.product else None
        if month in months and product is not None and product.seller == record.seller:
            family, sides = product.product_type.value, (_group(s, record.seller), _group(s, record.buyer))
            yield filings.Trade(key, family, f"{record.product}/filed", month, *sides, record.units, record.amount_fen)


def _group(s: States, party: PartyId) -> str:
    return min(parties.related(s.parties, party) | {party})


GATHER: dict[type, Gather] = {
    filings.FileOffExchange: _file,
    filings.RegisterPurchase: _purchase,
    filings.PublishIndex: _publish,
}
