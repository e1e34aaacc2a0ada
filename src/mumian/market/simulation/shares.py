"""Sellers who agree on rules of every kind, record scores and values by them, and say what they let go for the public good."""

from __future__ import annotations

from typing import Any

import msgspec

from mumian.kernel.ids import ListingId, PartyId, ProductId
from mumian.kernel.roles import DataKind, Role
from mumian.market.simulation.goods import agreeing
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.model import Listing, Product
from mumian.rooms.exchange.states import DealState, ListingState
from mumian.rooms.revenue import model as revenue
from mumian.rooms.revenue import terms as words
from mumian.rooms.rights.views import chain

UTILITY = "ridge-explained-mse/1"


def register(s: Scene) -> Said | None:
    """Make a product of one company's own data: nobody has to be asked whether it may be processed."""
    rights, descriptions = s.states.rights, s.states.catalog.descriptions
    newest = [key for key in s.made["grant"][-200:] if rights.grants.get(key) is not None]
    own = [key for key in newest if descriptions[rights.grants[key].resource].data_kind is DataKind.ENTERPRISE]
    fitting = [key for key in own if chain(rights, key, s.now).unbroken]
    if not fitting:
        return None
    source = s.one(fitting)
    scenario = goods.Scenario("GOV-01", "延误救助", s.one(tuple(goods.FieldOfUse)))
    kind, form = goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX
    command = exchange.RegisterProduct("延误", kind, form, (goods.SourceId(source),), (PURPOSE,), scenario)
    return Said(rights.grants[source].grantee, command)


def propose(s: Scene) -> Said | None:
    """Propose a rule of a rarer kind, mostly for a product that has none in force."""
    key = ProductId(s.pick("product"))
    product = s.states.exchange.products.get(key)
    rule = s.states.revenue.rules.get(key)
    if product is None or not (rule is None or rule.waiting or s.chance(20)):
        return None
    asked = agreeing(s, key, product)
    return Said(product.seller, _richer(s, msgspec.structs.replace(asked, method=s.one(KINDS), owner_bp=())))


KINDS = (words.Method.SCORE, words.Method.SHAPLEY, words.Method.COVERAGE_SHAPLEY)


def _richer(s: Scene, asked: revenue.AgreeDistribution) -> revenue.AgreeDistribution:
    """Add what the method counts by, and now and then costs and steps; one in some of them is wrong."""
    more: dict[str, Any] = {}
    if asked.method is words.Method.SCORE or s.chance(20):
        more["weights"] = _factors(s)
    if asked.method is words.Method.SHAPLEY:
        more["measured"] = words.Measured(UTILITY, s.one(tuple(words.NegativePolicy)))
    if s.chance(400):
        payees = (s.pick("party"), s.one((s.pick("party"), "party-1")))[: s.one((1, 1, 2))]
        more["costs"] = tuple(words.Cost(PartyId(payee), s.one((1, 70_000)), s.digest()) for payee in payees)
    if s.chance(400):
        more |= {"merchant_bp": None, "steps": s.one(STEPS)}
    return msgspec.structs.replace(asked, **more)


STEPS = (
    (words.Step(5_000, 90_000), words.Step(2_000)),
    (words.Step(5_000, 1_000), words.Step(4_000, 60_000), words.Step(1)),
    (words.Step(5_000, 90_000), words.Step(2_000, 80_000)),
)
"""The last one's bounds fall."""


def _factors(s: Scene) -> words.Factors:
    return words.Factors(*(s.one((0, 1, 3, 40)) for _ in words.Factors.__struct_fields__))


def score(s: Scene) -> Said | None:
    key, rule = _ruled(s, words.Method.SCORE)
    if rule is None:
        return None
    scores = tuple(_factors(s) for _ in range(_count(s, rule)))
    return Said(rule.terms.seller, revenue.RecordScores(key, f"basis-{s.rng.randrange(50)}", scores, s.digest()))


def value(s: Scene) -> Said | None:
    key, rule = _ruled(s, words.Method.SHAPLEY)
    if rule is None:
        return None
    count = _count(s, rule)
    values = tuple(s.one((-40, 0, 7, 10**9)) for _ in range(count))
    utility = UTILITY if s.chance(950) else "ridge-explained-mse/2"
    found = words.Valuation("exact-table/1", utility, values, (0,) * count, 1_000, 0, 1 << count)
    return Said(rule.terms.seller, revenue.RecordValuation(key, f"basis-{s.rng.randrange(50)}", found, s.digest()))


def _ruled(s: Scene, method: words.Method) -> tuple[ProductId, revenue.Rule | None]:
    """Return a product whose rule is of the method, seldom of another."""
    rules = s.states.revenue.rules
    newest = map(ProductId, s.made["product"][-100:])
    fitting = [key for key in newest if (rule := rules.get(key)) is not None and rule.terms.method is method]
    key = s.one(fitting) if fitting and s.chance(900) else ProductId(s.pick("product"))
    return key, rules.get(key)


def _count(s: Scene, rule: revenue.Rule) -> int:
    """Return how many owners are spoken of: those of the rule, seldom one more."""
    return max(1, len(rule.terms.owners) + s.chance(30))


def tier(s: Scene) -> Said | None:
    """Price checks by the call in tiers: the first calls dear, the later ones cheap."""
    listings, products = s.states.exchange.listings, s.states.exchange.products
    newest = [ListingId(key) for key in s.made["listing"][-100:]]
    fitting = [key for key in newest if listings[key].price.unit is goods.Unit.CALL and listings[key].price.amount_fen]
    if not fitting:
        return None
    listing = listings[s.one(fitting)]
    if products[listing.product].data_kind is DataKind.PUBLIC:
        return None
    tiers = (goods.Tier(5, 30), goods.Tier(40, 20), goods.Tier(10**6, 3))
    price = goods.Price(goods.PriceMode.TIERED, 30, goods.Unit.CALL, tiers)
    return Said(listing.seller, exchange.ListProduct(listing.product, price))


def quote(s: Scene) -> Said | None:
    """Quote a buyer half the price of something that serves the public good."""
    listings, products = s.states.exchange.listings, s.states.exchange.products
    newest = [ListingId(key) for key in s.made["listing"][-100:]]
    fitting = [key for key in newest if _is_for_good(products[listings[key].product], listings[key])]
    if not fitting:
        return None
    key = s.one(fitting)
    listing = listings[key]
    unit_fen = listing.price.amount_fen // 2
    return Said(listing.seller, exchange.IssueQuote(key, PartyId(s.who(Role.BUYER)), 12, unit_fen, s.after(40)))


def _is_for_good(product: Product, listing: Listing) -> bool:
    is_open = listing.state is ListingState.OPEN and not listing.price.tiers and listing.price.amount_fen > 1
    return is_open and product.scenario.field is not goods.FieldOfUse.INDUSTRY


def waive(s: Scene) -> Said | None:
    """Say that a deal was a waiver: mostly of one that was quoted below its price."""
    orders = s.states.exchange.orders
    newest = s.made["order"][-200:]
    quoted = [key for key in newest if orders[key].quote and orders[key].state is DealState.SETTLED]
    key = s.one(quoted) if quoted and s.chance(800) else s.pick("order")
    order = orders.get(key)
    if order is None:
        return None
    return Said(s.one((order.seller, order.seller, order.buyer)), revenue.RecordWaiver(key, order.product))


HABITS: tuple[tuple[int, Habit], ...] = (
    (30, register),
    (25, quote),
    (6, tier),
    (25, propose),
    (15, score),
    (15, value),
    (8, waive),
)
