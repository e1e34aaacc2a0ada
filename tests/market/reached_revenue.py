"""Short ways to refusals of distributions by scores, values, costs and steps, and of waivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reached_money import Says, agreeing
from stage import Stage

from mumian.kernel.ids import OPERATOR, ListingId, OrderId, ProductId
from mumian.kernel.time import DAY_MS
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.revenue import model as revenue
from mumian.rooms.revenue.terms import Cost, Factors, Measured, Method, NegativePolicy, Step, Valuation

UTILITY = "ridge-explained-mse/1"
ONE_EACH = Factors(1, 1, 1, 1, 1, 1)


def proposed(**changes: Any) -> Callable[[Stage], Says]:
    return lambda s: (s.world.merchant, agreeing(s.product(), *s.world.owners, **changes))


def costs_unsound(s: Stage) -> Says:
    twice = (Cost(s.world.merchant, 1, EVIDENCE),) * 2
    return s.world.merchant, agreeing(s.product(), *s.world.owners, costs=twice)


def ruled(s: Stage, **changes: Any) -> ProductId:
    """A product for welfare with a rule that all owners agreed to."""
    sources = tuple(map(goods.SourceId, s.world.grants))
    welfare = goods.Scenario("GOV-01", "公益", goods.FieldOfUse.PUBLIC_WELFARE)
    kind, form = goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX
    register = exchange.RegisterProduct("延误", kind, form, sources, (PURPOSE,), welfare)
    product = ProductId(s.made(s.world.merchant, register, "product"))
    s.say(s.world.merchant, agreeing(product, *s.world.owners, **changes))
    for owner in s.world.owners:
        s.say(owner, revenue.ConsentToDistribution(product, 1))
    return product


def measured(s: Stage, *nano: int, utility: str = UTILITY, owners: int = 0) -> Says:
    rule = Measured(UTILITY, NegativePolicy.REFUSE)
    product = ruled(s, method=Method.SHAPLEY, measured=rule)
    values = (*nano, *(1,) * (len(s.world.owners) - len(nano) + owners))
    found = Valuation("exact-table/1", utility, values, (0,) * len(values), 1_000, 0, 4)
    return s.world.merchant, revenue.RecordValuation(product, "first", found, EVIDENCE)


def scores_of_cells(s: Stage) -> Says:
    scores = (ONE_EACH,) * len(s.world.owners)
    return s.world.merchant, revenue.RecordScores(ruled(s), "first", scores, EVIDENCE)


def sold(s: Stage, *, quoted_fen: int) -> OrderId:
    """Sell a product for welfare below its price, by a quote."""
    product = ruled(s)
    s.say(s.world.merchant, revenue.RecordContribution(product, "first", (revenue.Cell(1, 1),), EVIDENCE))
    merchant, until = s.world.merchant, s.script.now + 9 * DAY_MS
    s.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    price = goods.Price(goods.PriceMode.FIXED, 100, goods.Unit.PRODUCT)
    listing = ListingId(s.made(merchant, exchange.ListProduct(product, price), "listing"))
    return settled(s, listing, product, until, quoted_fen)


def settled(s: Stage, listing: ListingId, product: ProductId, until: int, quoted_fen: int) -> OrderId:
    merchant, buyer = s.world.merchant, s.world.insurer
    quote = s.made(merchant, exchange.IssueQuote(listing, buyer, 1, quoted_fen, until), "quote")
    order = OrderId(s.made(buyer, exchange.PlaceOrder(listing, 1, until, 10**9, quote), "order"))
    s.say(buyer, exchange.SignDeal(order, s.agree(product)))
    s.say(merchant, exchange.RecordDelivery(order, EVIDENCE))
    s.say(buyer, exchange.AcceptDelivery(order))
    return order


def waiver(s: Stage, order: OrderId) -> revenue.RecordWaiver:
    return revenue.RecordWaiver(order, s.states.exchange.orders[order].product)


def waived_already(s: Stage) -> Says:
    said = waiver(s, sold(s, quoted_fen=40))
    s.say(s.world.merchant, said)
    return s.world.merchant, said


def nothing_waived(s: Stage) -> Says:
    order = OrderId(s.order())
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, EVIDENCE))
    s.say(s.world.insurer, exchange.AcceptDelivery(order))
    return s.world.merchant, waiver(s, order)


def not_for_public_good(s: Stage) -> Says:
    until = s.script.now + 9 * DAY_MS
    return s.world.merchant, waiver(s, settled(s, s.world.report_listing, s.world.report, until, 40_000))


def sale_unknown(s: Stage) -> Says:
    return s.world.merchant, waiver(s, OrderId(s.order()))


STAGED: dict[str, Callable[[Stage], Says]] = {
    "revenue.COSTS_UNSOUND": costs_unsound,
    "revenue.STEPS_UNSOUND": proposed(merchant_bp=None, steps=(Step(1, 9), Step(1, 8))),
    "revenue.METHOD_TERMS_MISMATCH": proposed(method=Method.SCORE),
    "revenue.METHOD_MISMATCH": scores_of_cells,
    "revenue.UTILITY_MISMATCH": lambda s: measured(s, utility="ridge-explained-mse/2"),
    "revenue.OWNERS_MISMATCH": lambda s: measured(s, owners=1),
    "revenue.BELOW_ZERO": lambda s: measured(s, -5),
    "revenue.SALE_UNKNOWN": sale_unknown,
    "revenue.WAIVED_ALREADY": waived_already,
    "revenue.NOTHING_WAIVED": nothing_waived,
    "revenue.NOT_FOR_PUBLIC_GOOD": not_for_public_good,
}
