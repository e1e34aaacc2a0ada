"""Sellers who quote single buyers a price, buyers who order by it, those who try before they buy, and who rate after."""

from __future__ import annotations

from mumian.kernel.ids import ListingId, OrderId, PartyId
from mumian.kernel.roles import Role
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.rooms.exchange import events
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange.states import DealState
from mumian.rooms.exchange.terms import Evaluation


def issue(s: Scene) -> Said | None:
    key = ListingId(s.pick("listing"))
    listing = s.states.exchange.listings.get(key)
    if listing is None:
        return None
    unit_fen = max(0, listing.price.amount_fen - s.one((0, 1, 1, 100)))
    return Said(listing.seller, exchange.IssueQuote(key, PartyId(s.who(Role.BUYER)), 12, unit_fen, s.after(40)))


def order(s: Scene) -> Said | None:
    key = s.pick("quote")
    quote = s.states.exchange.quotes.get(key)
    if quote is None:
        return None
    quantity = s.one((1, 1, quote.quantity, quote.quantity + 1))
    buyer = quote.buyer if s.chance(950) else PartyId(s.who(Role.BUYER))
    return Said(buyer, exchange.PlaceOrder(quote.listing, quantity, s.after(300), 10**12, key))


def try_out(s: Scene) -> Said:
    listing = ListingId(s.pick("listing"))
    return Said(s.who(Role.BUYER), exchange.PlaceTrial(listing, s.one((1, 2, 9)), s.after(300)))


def rate(s: Scene) -> Said | None:
    key = OrderId(s.pick("order"))
    order = s.states.exchange.orders.get(key)
    if order is None:
        return None
    sides = (order.buyer, order.seller, PartyId(s.pick("party")))
    return Said(s.one(sides), exchange.RateDeal(key, Evaluation(s.one((1, 4, 5)), s.digest())))


def end(s: Scene) -> Said | None:
    """End a subscription within its period; now and then what is none."""
    key, order = _subscription(s)
    return (
        None if order is None else Said(s.one((order.buyer, order.buyer, order.seller)), exchange.EndSubscription(key))
    )


def renew(s: Scene) -> Said | None:
    """Have a subscription renew itself, or no more; now and then what is none."""
    key, order = _subscription(s)
    if order is None:
        return None
    limit_fen = s.one((0, 6_000, 6_000, 10**9, 10**9))
    return Said(s.one((order.buyer, order.buyer, order.seller)), exchange.SetRenewal(key, limit_fen))


def _subscription(s: Scene) -> tuple[OrderId, exchange.Order | None]:
    orders = s.states.exchange.orders
    newest = [key for key in s.made["order"][-200:] if orders[key].months and orders[key].state is DealState.DELIVERED]
    key = OrderId(s.one(newest) if newest and s.chance(900) else s.pick("order"))
    return key, orders.get(key)


MADE: dict[type, tuple[str, str]] = {events.QuoteIssued: ("quote", "quote")}
HABITS: tuple[tuple[int, Habit], ...] = ((14, issue), (22, order), (20, try_out), (20, rate), (4, end), (20, renew))
