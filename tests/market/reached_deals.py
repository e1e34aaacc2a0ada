"""Short ways to refusals of orders and prices that a random walk meets seldom or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from stage import Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OrderId
from mumian.kernel.money import FEN_MAX
from mumian.kernel.time import DAY_MS, end_of
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import INSPECTION_MS, Evaluation, RejectReason

Says = tuple[str, Any]
RELEASE = sha256_hex(b"release")
TIERED = goods.Price(goods.PriceMode.TIERED, 5, goods.Unit.RECORD, (goods.Tier(10, 5), goods.Tier(100, 3)))
HAGGLED = goods.Price(goods.PriceMode.NEGOTIATED, 0, goods.Unit.PRODUCT)


def priced(s: Stage, price: goods.Price) -> None:
    s.say(s.world.merchant, exchange.ListProduct(s.world.report, price))


def placing(s: Stage, quantity: int = 1) -> Says:
    order = exchange.PlaceOrder(s.world.report_listing, quantity, s.script.now + DAY_MS, 10**12)
    return s.world.insurer, order


def tariff_unsound(s: Stage) -> Says:
    rising = replace(TIERED, tiers=(goods.Tier(10, 5), goods.Tier(100, 6)))
    return s.world.merchant, exchange.ListProduct(s.world.report, rising)


def beyond_last_tier(s: Stage) -> Says:
    priced(s, TIERED)
    return placing(s, 101)


def price_not_posted(s: Stage) -> Says:
    priced(s, HAGGLED)
    return placing(s)


def quote(s: Stage, *, unit_fen: int = 40_000, days: int = 9) -> exchange.IssueQuote:
    until = s.script.now + days * DAY_MS
    return exchange.IssueQuote(s.world.report_listing, s.world.insurer, 5, unit_fen, until)


def by_quote(s: Stage, *, quantity: int = 1, name: str = "") -> Says:
    buyer, order = placing(s, quantity)
    return buyer, replace(order, quote=name or s.made(s.world.merchant, quote(s), "quote"))


def trying(s: Stage) -> exchange.PlaceTrial:
    return exchange.PlaceTrial(s.world.report_listing, 1, s.script.now + DAY_MS)


def trial_taken(s: Stage) -> Says:
    priced(s, goods.Price(goods.PriceMode.FIXED, 40_000, goods.Unit.PRODUCT, trial_units=1))
    s.say(s.world.insurer, trying(s))
    return s.world.insurer, trying(s)


def quote_spent(s: Stage) -> Says:
    buyer, order = by_quote(s)
    s.say(buyer, order)
    return buyer, order


def quote_expired(s: Stage) -> Says:
    buyer, order = by_quote(s)
    s.wait(s.script.now + 9 * DAY_MS)
    return buyer, replace(order, expires_at=s.script.now + DAY_MS)


def delivered(s: Stage) -> OrderId:
    order = OrderId(s.order())
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, RELEASE))
    return order


def rating(order: OrderId) -> exchange.RateDeal:
    return exchange.RateDeal(order, Evaluation(5, RELEASE))


def rated_already(s: Stage) -> Says:
    order = delivered(s)
    s.say(s.world.insurer, exchange.AcceptDelivery(order))
    s.say(s.world.insurer, rating(order))
    return s.world.insurer, rating(order)


def more_than_ordered(s: Stage) -> Says:
    order = OrderId(s.order())
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    return s.world.merchant, exchange.RecordDelivery(order, RELEASE, 2)


def inspection_runs(s: Stage) -> Says:
    return s.world.merchant, exchange.AcceptDelivery(delivered(s))


def inspection_over(s: Stage) -> Says:
    order = delivered(s)
    s.wait(s.script.now + INSPECTION_MS)
    return s.world.insurer, exchange.RejectDelivery(order, RejectReason.LATE)


def ended_though_no_subscription(s: Stage) -> Says:
    order = s.order()
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, RELEASE))
    return s.world.insurer, exchange.EndSubscription(order)


def subscribed_for_ever(s: Stage) -> Says:
    price = goods.Price(goods.PriceMode.SUBSCRIPTION, 1, goods.Unit.YEAR)
    s.say(s.world.merchant, exchange.ListProduct(s.world.report, price))
    return s.world.insurer, exchange.PlaceOrder(s.world.report_listing, 10_000, s.script.now + DAY_MS, 10**9)


SHARE = goods.Price(goods.PriceMode.REV_SHARE, 1_250, goods.Unit.TURNOVER)


def shared(s: Stage) -> OrderId:
    priced(s, SHARE)
    return delivered(s)


def report(order: OrderId, month: str = "2026-09", turnover_fen: int = 10_000) -> exchange.ReportTurnover:
    return exchange.ReportTurnover(order, month, turnover_fen, RELEASE)


def share_unsound(s: Stage) -> Says:
    return s.world.merchant, exchange.ListProduct(s.world.report, replace(SHARE, amount_fen=10_001))


def support_unsound(s: Stage) -> Says:
    price = goods.Price(goods.PriceMode.TIERED, 1, goods.Unit.COVERAGE, (goods.Tier(9, 1),))
    return s.world.merchant, exchange.ListProduct(s.world.report, price)


def called_figures(s: Stage) -> Says:
    return s.world.merchant, exchange.ListProduct(
        s.world.report, goods.Price(goods.PriceMode.PER_CALL, 1, goods.Unit.CALL)
    )


def shared_twice(s: Stage) -> Says:
    priced(s, SHARE)
    return placing(s, 2)


def turnover_owed(s: Stage) -> Says:
    return s.world.insurer, exchange.CloseUsage(shared(s))


def turnover_of_a_fixed_price(s: Stage) -> Says:
    return s.world.insurer, report(delivered(s))


def turnover_falls(s: Stage) -> Says:
    order = shared(s)
    s.say(s.world.insurer, report(order))
    return s.world.insurer, report(order, turnover_fen=9_999)


def turnover_too_large(s: Stage) -> Says:
    priced(s, replace(SHARE, amount_fen=1))
    order = delivered(s)
    s.wait(end_of("2026-09"))
    s.say(s.world.insurer, report(order))
    return s.world.insurer, report(order, "2026-10", FEN_MAX)


def renewed_late(s: Stage) -> Says:
    priced(s, goods.Price(goods.PriceMode.SUBSCRIPTION, 1, goods.Unit.MONTH))
    order = delivered(s)
    s.say(s.world.insurer, exchange.EndSubscription(order))
    return s.world.insurer, exchange.SetRenewal(order, 1)


STAGED: dict[str, Callable[[Stage], Says]] = {
    "exchange.SUBSCRIPTION_TOO_LONG": subscribed_for_ever,
    "exchange.SHARE_UNSOUND": share_unsound,
    "exchange.UNIT_NOT_OF_PRODUCT": called_figures,
    "exchange.SUPPORT_UNSOUND": support_unsound,
    "exchange.SHARED_ONCE": shared_twice,
    "exchange.TURNOVER_OWED": turnover_owed,
    "exchange.NOT_SHARED": turnover_of_a_fixed_price,
    "exchange.MONTH_NOT_DUE": lambda s: (s.world.insurer, report(shared(s), "2026-08")),
    "exchange.TURNOVER_FALLS": turnover_falls,
    "exchange.TURNOVER_TOO_LARGE": turnover_too_large,
    "exchange.RENEWAL_LATE": renewed_late,
    "exchange.NOT_A_SUBSCRIPTION": ended_though_no_subscription,
    "exchange.TRIAL_NOT_OFFERED": lambda s: (s.world.insurer, trying(s)),
    "exchange.TRIAL_TAKEN": trial_taken,
    "exchange.NOT_ENDED": lambda s: (s.world.insurer, rating(delivered(s))),
    "exchange.RATED_ALREADY": rated_already,
    "exchange.QUOTE_NOT_BELOW": lambda s: (s.world.merchant, quote(s, unit_fen=50_000)),
    "exchange.QUOTE_UNKNOWN": lambda s: by_quote(s, name="quote-1"),
    "exchange.QUOTE_TOO_SMALL": lambda s: by_quote(s, quantity=6),
    "exchange.QUOTE_SPENT": quote_spent,
    "exchange.QUOTE_EXPIRED": quote_expired,
    "exchange.TARIFF_UNSOUND": tariff_unsound,
    "exchange.BEYOND_LAST_TIER": beyond_last_tier,
    "exchange.PRICE_NOT_POSTED": price_not_posted,
    "exchange.MORE_THAN_ORDERED": more_than_ordered,
}

BEFORE_INSPECTION: dict[str, Callable[[Stage], Says]] = {
    "exchange.INSPECTION_RUNS": inspection_runs,
    "exchange.INSPECTION_OVER": inspection_over,
}
"""Under a rulebook without the market's own limit of inspection."""
