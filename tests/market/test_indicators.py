"""What a public body sees of its data's use: counted from sales, calls, waivers and results, and never as money."""

from __future__ import annotations

from reached_money import agreeing
from stage import Stage

from mumian.kernel.ids import OPERATOR, ListingId, OrderId
from mumian.kernel.time import DAY_MS
from mumian.market.indicators import indicators_of
from mumian.market.trial import EVIDENCE
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.revenue.model import RecordWaiver
from mumian.rooms.revenue.terms import BASIS_POINTS


def test_a_bodys_indicators_are_what_its_data_led_to() -> None:
    s = Stage()
    public = s.public()
    before = indicators_of(s.states, public.body)
    assert (before.resources, before.authorized, before.sales, before.products) == (1, 1, 0, 0)
    product = s.product(public.grant)
    s.say(s.world.merchant, agreeing(product, merchant_bp=BASIS_POINTS))
    s.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    price = goods.Price(goods.PriceMode.GOV_CAP, 90, goods.Unit.PRODUCT)
    listing = ListingId(s.made(s.world.merchant, exchange.ListProduct(product, price), "listing"))
    for _ in range(2):
        placed = exchange.PlaceOrder(listing, 1, s.script.now + 9 * DAY_MS, 90)
        order = OrderId(s.made(s.world.insurer, placed, "order"))
        s.say(s.world.insurer, exchange.SignDeal(order, s.agree(product)))
        s.say(s.world.merchant, exchange.RecordDelivery(order, EVIDENCE))
        s.say(s.world.insurer, exchange.AcceptDelivery(order))
    after = indicators_of(s.states, public.body)
    assert (after.products, after.sales, after.gross_fen, after.calls, after.forgone_fen) == (1, 2, 180, 0, 0)
    cash = s.states.ledger.accounts[s.states.ledger.by_owner[f"{public.body}/cash"]]
    assert cash.balance_fen == 0
    assert s.ask(s.world.merchant, RecordWaiver(order, product)).refused == "revenue.NOTHING_WAIVED"


def test_whoever_describes_and_earns_nothing_has_zeros() -> None:
    s = Stage()
    seen = indicators_of(s.states, s.world.insurer)
    assert (seen.resources, seen.quality_permille, seen.timely_permille, seen.gross_fen) == (0, None, None, 0)
