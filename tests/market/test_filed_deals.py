"""Deals on and off the exchange in the price index: what is between related parties is flagged and enters no figure."""

from __future__ import annotations

import pytest
from reached_filings import deal
from stage import SCENARIO, Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, PartyId, ProductId
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS, month_of
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.filings import model as filings
from mumian.rooms.filings.records import Figure, FilingId, Index
from mumian.rooms.parties.model import PartyKind, RelateParties, Relation


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


def maker(s: Stage) -> tuple[PartyId, ProductId]:
    """Admit a merchant and let it register a product on data that is granted to it."""
    merchant = s.merchant()
    grant = s.grant(s.world.owners[0], s.right(0, "use"), merchant).events[0].grant
    kind, form = goods.ProductType.DATASET, goods.DeliveryForm.SANDBOX
    command = exchange.RegisterProduct("航班", kind, form, (goods.SourceId(grant),), (PURPOSE,), SCENARIO)
    return merchant, ProductId(s.made(merchant, command, "product"))


def sell_outside(s: Stage, seller: PartyId, product: str, buyer: PartyId, amount_fen: int) -> None:
    paper = sha256_hex(f"{product}/{buyer}/{s.now}".encode())
    terms = filings.FileOffExchange(seller, buyer, "dataset", product, DataKind.ENTERPRISE, 1, amount_fen, paper, s.now)
    s.say(buyer, filings.ConfirmFiling(FilingId(s.made(seller, terms, "filing"))))


def test_enough_trades_of_two_months_make_a_figure_and_a_strangers_filing_moves_none(stage: Stage) -> None:
    makers = [maker(stage) for _ in range(3)]
    buyers = [stage.admit(PartyKind.LEGAL, Role.BUYER) for _ in range(6)]
    for prices_fen in ((100, 100, 100), (121, 100, 110)):
        for nth, (seller, product) in enumerate(makers):
            for buyer in buyers[2 * nth : 2 * nth + 2]:
                sell_outside(stage, seller, product, buyer, prices_fen[nth])
        sell_outside(stage, makers[0][0], makers[1][1], buyers[0], 10**9)
        month = month_of(stage.now)
        stage.wait(stage.now + 31 * DAY_MS)
    index: Index = stage.say(OPERATOR, filings.PublishIndex(month)).events[0].index
    assert index.figures == (Figure("dataset", 11_000, 11_000, "2026-09"),)
