"""What always holds in the exchange. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from mumian.kernel.roles import DataKind
from mumian.kernel.time import month_of, months_from
from mumian.rooms.exchange.model import Standing, State, Volume, version_key
from mumian.rooms.exchange.product import UNPOSTED, PriceMode
from mumian.rooms.exchange.states import DealState, ListingState, ProductState

DONE = (DealState.SETTLED, DealState.FILED)


def every_listed_product_passed_three_gates(state: State) -> Iterator[str]:
    """What is listed has a scenario, is registered with its sources, and was reviewed by another than its seller."""
    for key, product in state.products.under():
        if product.state is not ProductState.LISTED:
            continue
        if not product.scenario.code or not product.scenario.text:
            yield f"`{key}` is listed without a scenario"
        if not product.sources:
            yield f"`{key}` is listed and stands on nothing"
        if not product.report_digest or product.reviewer == product.seller:
            yield f"`{key}` is listed without a review, or reviewed by its seller"


def a_listing_is_open_exactly_while_its_product_is_listed(state: State) -> Iterator[str]:
    """Product and listing move together, and no listing is without its product."""
    for key, listing in state.listings.under():
        product = state.products.get(listing.product)
        if product is None or product.listing != key or product.seller != listing.seller:
            yield f"`{key}` is not the listing of `{listing.product}`"
        elif (listing.state is ListingState.OPEN) is not (product.state is ProductState.LISTED):
            yield f"`{key}` is {listing.state.value}, `{listing.product}` is {product.state.value}"


def an_order_costs_what_its_listing_said(state: State) -> Iterator[str]:
    """Every order's listing exists, and its price is that of the version that it was placed on, or found where it says."""
    for key, order in state.orders.under():
        listing = state.listings.get(order.listing)
        posted = state.posted.get(version_key(order.listing, order.version))
        if listing is None or posted is None or listing.product != order.product or listing.seller != order.seller:
            yield f"`{key}` stands on version {order.version} of `{order.listing}`, which never offered it"
        elif not order.is_trial and (posted.price.mode in UNPOSTED) is not bool(order.because):
            yield f"`{key}` was agreed in `{order.because}`, `{order.listing}` is priced as {posted.price.mode.value}"
        elif order.is_trial:
            if order.unit_fen or state.trials.get(f"{order.product}/{order.buyer}") != key:
                yield f"`{key}` is a trial at {order.unit_fen} fen, or not its buyer's only one"
        elif order.quote:
            quote = state.quotes[order.quote]
            if (quote.order, quote.unit_fen, quote.buyer) != (key, order.unit_fen, order.buyer):
                yield f"`{key}` costs {order.unit_fen} fen, its quote `{order.quote}` says {quote.unit_fen} for `{quote.order}`"
        elif not order.because and (posted.price.amount_fen, posted.price.tiers) != (order.unit_fen, order.tiers):
            yield f"`{key}` costs {order.unit_fen} fen, `{order.listing}` said {posted.price.amount_fen}"


def what_is_settled_was_agreed_and_delivered(state: State) -> Iterator[str]:
    """A settled order has an agreement of its own, and a delivery or billed calls within what was ordered."""
    for key, order in state.orders.under():
        if order.state in DONE and not order.release_digest and not order.calls:
            yield f"`{key}` is {order.state.value} without a delivery"
        if order.state in DONE and state.by_agreement.get(order.agreement) != key:
            yield f"`{key}` is {order.state.value} without an agreement of its own"
        if order.units > order.quantity:
            yield f"`{key}` was delivered {order.units} units of {order.quantity} ordered"
        if order.calls > (order.quantity if order.metered else 0):
            yield f"`{key}` was billed {order.calls} calls of {order.quantity} ordered"


def turnover_is_what_months_add_up_to(state: State) -> Iterator[str]:
    """Each order's turnover is its months' one by one, each month over before the owed one is reported, and who owes misses the owed one."""
    totals = Counter[str]()
    months = defaultdict[str, set[str]](set)
    for key, fen in state.turnover.under():
        order_key, _, month = key.partition("/")
        totals[order_key] += fen
        months[order_key].add(month)
    for key, order in state.orders.under():
        if order.turnover_fen != totals[key]:
            yield f"`{key}` shows {order.turnover_fen} fen of turnover, months add up to {totals[key]}"
        if order.is_shared and order.owed_month:
            month = month_of(order.delivered_at)
            while month < order.owed_month:
                if month not in months[key]:
                    yield f"`{key}` owes {order.owed_month} and never reported {month}"
                month = months_from(month, 1)
    for key, month in state.owing.under():
        buyer, _, order_key = key.partition("/")
        order = state.orders[order_key]
        if (order.buyer, order.owed_month) != (buyer, month) or order.state in DONE:
            yield f"`{key}` owes {month}, its order is {order.state.value} and owes {order.owed_month}"


def a_renewal_follows_an_order_that_ended(state: State) -> Iterator[str]:
    """What renewed itself was settled, and what it became is for the same buyer, listing, quantity and time."""
    for key, order in state.orders.under():
        if not order.renews:
            continue
        before = state.orders[order.renews]
        if before.state not in DONE:
            yield f"`{key}` renews `{order.renews}`, which is {before.state.value}"
        same = ("buyer", "listing", "quantity", "unit_months")
        if any(getattr(order, field) != getattr(before, field) for field in same):
            yield f"`{key}` renews `{order.renews}` as something else"


def no_price_exceeds_its_ceiling(state: State) -> Iterator[str]:
    """Every price ever posted for public data is free, or guided and within the ceiling of its day."""
    for key, posted in state.posted.under():
        listing = state.listings.get(key.partition("/")[0])
        product = None if listing is None else state.products.get(listing.product)
        if product is None or product.data_kind is not DataKind.PUBLIC or posted.price.mode is PriceMode.FREE:
            continue
        if posted.ceiling_fen is None or posted.price.amount_fen > posted.ceiling_fen:
            yield f"`{key}` asks {posted.price.amount_fen} fen, its ceiling is {posted.ceiling_fen}"


def volumes_are_what_orders_add_up_to(state: State) -> Iterator[str]:
    """Each product's deals, fen and calls are those of its orders, one by one."""
    deals, gross_fen, calls = Counter[str](), Counter[str](), Counter[str]()
    for _, order in state.orders.under():
        done = order.state in DONE
        deals[order.product] += done
        gross_fen[order.product] += order.billed_fen + (order.due_fen if done else 0)
        calls[order.product] += order.calls
    for product, _ in state.products.under():
        kept = state.volumes.get(product) or Volume()
        if (kept.deals, kept.gross_fen, kept.calls) != (deals[product], gross_fen[product], calls[product]):
            yield f"`{product}` shows {kept.deals} deals, orders add up to {deals[product]} over {gross_fen[product]} fen"


def indexes_name_what_they_point_to(state: State) -> Iterator[str]:
    """Products are found under each of their sources, orders under their product, and nothing else is."""
    paths = {f"{path}/{key}" for key, product in state.products.under() for path in product.paths}
    sources = {f"{source}/{key}" for key, product in state.products.under() for source in product.sources}
    orders = {f"{order.product}/{key}" for key, order in state.orders.under()}
    for name, expected, table in (
        ("by_source", sources, state.by_source),
        ("standing", paths, state.standing),
        ("by_product", orders, state.by_product),
    ):
        for key in sorted(expected.symmetric_difference(key for key, _ in table.under())):
            yield f"`{name}` is wrong about `{key}`"


def standings_are_what_ratings_add_up_to(state: State) -> Iterator[str]:
    """What is shown of a party is what the other sides of its deals said, one by one; each side speaks once."""
    counts, scores = Counter[str](), Counter[str]()
    for key, rating in state.ratings.under():
        order_key, _, by = key.partition("/")
        order = state.orders[order_key]
        if by not in (order.buyer, order.seller):
            yield f"`{key}` is not of a side"
        of = order.seller if by == order.buyer else order.buyer
        counts[of] += 1
        scores[of] += rating.score
    for party in sorted(counts.keys() | {key for key, _ in state.standings.under()}):
        kept = state.standings.get(party) or Standing()
        if (kept.ratings, kept.score_sum) != (counts[party], scores[party]):
            yield f"`{party}` shows {kept.ratings} ratings, deals add up to {counts[party]}"


LAWS = (
    every_listed_product_passed_three_gates,
    a_listing_is_open_exactly_while_its_product_is_listed,
    an_order_costs_what_its_listing_said,
    what_is_settled_was_agreed_and_delivered,
    turnover_is_what_months_add_up_to,
    a_renewal_follows_an_order_that_ended,
    no_price_exceeds_its_ceiling,
    volumes_are_what_orders_add_up_to,
    indexes_name_what_they_point_to,
    standings_are_what_ratings_add_up_to,
)
