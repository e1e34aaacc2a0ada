"""Deals on and off the exchange in the price index: what is between related parties is flagged and enters no figure."""

from __future__ import annotations

import pytest
from reached_filings import deal
from stage import Stage

from mumian.kernel.ids import OPERATOR
from mumian.kernel.time import DAY_MS
from mumian.market.trial import EVIDENCE
from mumian.rooms.exchange import model as exchange
from mumian.rooms.filings import model as filings
from mumian.rooms.filings.indexing import month_of
from mumian.rooms.filings.records import FilingId, Index
from mumian.rooms.parties.model import RelateParties, Relation


@pytest.fixture
def stage() -> Stage:
    return Stage()


def traded(s: Stage) -> tuple[str, FilingId]:
    """Sell the report on the exchange, and once more outside."""
    order = s.order()
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, EVIDENCE))
    s.say(s.world.insurer, exchange.AcceptDelivery(order))
    filing = FilingId(s.made(s.world.merchant, deal(s, product=s.world.report), "filing"))
    s.say(s.world.insurer, filings.ConfirmFiling(filing))
    return order, filing


def published(s: Stage) -> Index:
    month = month_of(s.now)
    s.wait(s.now + 31 * DAY_MS)
    leaf = s.say(OPERATOR, filings.PublishIndex(month))
    index: Index = leaf.events[0].index
    return index


def test_few_trades_are_counted_under_the_products_own_family_and_suppressed(stage: Stage) -> None:
    traded(stage)
    index = published(stage)
    assert (index.figures, index.suppressed, index.flagged) == ((), ("indicator",), ())


def test_what_related_parties_sell_each_other_is_flagged_wherever_they_do(stage: Stage) -> None:
    order, filing = traded(stage)
    stage.say(OPERATOR, RelateParties(stage.world.merchant, stage.world.insurer, Relation.AFFILIATED))
    index = published(stage)
    assert (index.figures, index.suppressed) == ((), ())
    assert set(index.flagged) == {order, filing}
