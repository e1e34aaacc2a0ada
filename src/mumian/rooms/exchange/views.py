"""What can be seen of the exchange."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import AgreementId, ListingId, OrderId, ProductId
from mumian.rooms.exchange.model import Listing, Order, Posted, Product, State, Volume, version_key
from mumian.rooms.exchange.product import Price, SourceId, Unit
from mumian.rooms.exchange.states import ListingState


def product(state: State, key: ProductId) -> Product | None:
    return state.products.get(key)


def listing(state: State, key: ListingId) -> Listing | None:
    return state.listings.get(key)


def order(state: State, key: OrderId) -> Order | None:
    return state.orders.get(key)


def sources_of(state: State, key: ProductId) -> tuple[SourceId, ...]:
    """Return what the product stands on; empty if there is no such product."""
    found = state.products.get(key)
    return () if found is None else found.sources


def products_standing_on(state: State, source: SourceId) -> Iterator[tuple[ProductId, Product]]:
    """Yield every product that stands on a grant or right, listed or not."""
    for _, key in state.by_source.under(f"{source}/"):
        yield key, state.products[key]


def listings_standing_on(state: State, source: SourceId) -> Iterator[ListingId]:
    """Yield the open listings that stand on a grant or right: what its revocation must suspend."""
    for _, found in products_standing_on(state, source):
        key = ListingId(found.listing)
        if key and state.listings[key].state is ListingState.OPEN:
            yield key


def orders_of(state: State, key: ProductId) -> Iterator[tuple[OrderId, Order]]:
    """Yield every order of a product, in the order of their ids' text."""
    for _, found in state.by_product.under(f"{key}/"):
        yield found, state.orders[found]


def was_ordered(state: State, key: ProductId) -> bool:
    """Tell whether the product was ever ordered: from then on its distribution is fixed."""
    return next(state.by_product.under(f"{key}/"), None) is not None


def order_of_agreement(state: State, agreement: AgreementId) -> OrderId | None:
    return state.by_agreement.get(agreement)


def unit_of(state: State, order: Order) -> Unit:
    """Return what an order's price is paid for."""
    return price_of(state, order).unit


def price_of(state: State, order: Order) -> Price:
    """Return the price that an order was placed at."""
    return state.posted[version_key(order.listing, order.version)].price


def prices_of(state: State, key: ListingId) -> Iterator[Posted]:
    """Yield every price that the listing has posted, oldest first."""
    for _, posted in state.posted.under(f"{key}/"):
        yield posted


def volumes(state: State) -> Iterator[tuple[ProductId, Volume]]:
    """Yield what each traded product has traded."""
    for key, volume in state.volumes.under():
        yield ProductId(key), volume
