"""The statement behind an invoice: the same bytes from the leaves whoever makes it, to the fen of the invoice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from reached_billing import billed
from reached_money import CHECK
from stage import Stage

from mumian.kernel.ids import AgreementId
from mumian.kernel.time import DAY_MS
from mumian.market.leaf import Leaf, decode_leaf
from mumian.market.stated import HEAD, Metered, due_calls, metered_of, statement_again, statement_of
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.billing.model import IssueInvoice, Tax
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods


@pytest.fixture
def stage() -> Stage:
    return Stage()


def leaves(s: Stage) -> Iterator[Leaf]:
    return (decode_leaf(entry) for entry in s.market.entries)


def metered(s: Stage, agreement: str) -> Metered:
    found = metered_of(leaves(s), agreement)
    assert found is not None
    return found


def in_tiers(s: Stage) -> AgreementId:
    """Two calls of one domain, one of another, in tiers of 30 and 20 fen; all billed, the last recorded in October."""
    world = s.world
    tiers = (goods.Tier(1, 30), goods.Tier(10, 20))
    price = goods.Price(goods.PriceMode.TIERED, 30, goods.Unit.CALL, tiers)
    s.say(world.merchant, exchange.ListProduct(world.checks, price))
    order, agreement = s.order(world.checks_listing, quantity=10), s.agree(world.checks)
    s.say(world.insurer, exchange.SignDeal(order, agreement))
    for nonce in ("a", "b"):
        s.say(world.insurer, cleanroom.RequestJob(agreement, world.checks, PURPOSE, CHECK, nonce))
    s.say(world.owners[0], cleanroom.RecordUsage(agreement, world.checks, EVIDENCE, 0, 2))
    s.wait(s.now + 15 * DAY_MS)
    s.say(world.owners[1], cleanroom.RecordUsage(agreement, world.checks, EVIDENCE, 2, 1))
    s.say(world.merchant, exchange.SettleUsage(agreement))
    return agreement


def test_a_line_is_calls_of_one_batch_at_one_rate_and_sums_are_the_invoices(stage: Stage) -> None:
    agreement = in_tiers(stage)
    taxes = (Tax("vat", 600),)
    made = statement_of(metered(stage, agreement), agreement, first_call=0, calls=3, taxes=taxes)
    assert [(line.first_call, line.calls, line.unit_fen) for line in made.lines] == [(0, 1, 30), (1, 1, 20), (2, 1, 20)]
    assert [line.batch.domain for line in made.lines] == [stage.world.owners[0]] * 2 + [stage.world.owners[1]]
    said = IssueInvoice(agreement, "2026-09", 0, 3, made.digest, taxes)
    stage.wait(stage.now + 30 * DAY_MS)
    stage.say(stage.world.merchant, said)
    (invoice,) = metered(stage, agreement).invoices.values()
    assert (invoice.amount_fen, invoice.net_fen) == (made.amount_fen, made.net_fen) == (70, 66)
    assert statement_again(metered(stage, agreement), agreement, invoice).csv() == made.csv()
    assert invoice.statement_digest == made.digest


def test_a_month_takes_what_was_recorded_by_its_end_and_is_on_no_invoice(stage: Stage) -> None:
    agreement = in_tiers(stage)
    found = metered(stage, agreement)
    assert due_calls(found, until=date(2026, 10, 1)) == 2
    assert due_calls(found, until=date(2026, 11, 1)) == 3
    assert due_calls(found, until=date(2026, 9, 1)) == 0


def test_a_part_of_a_batch_is_stated_at_its_own_place(stage: Stage) -> None:
    agreement = in_tiers(stage)
    made = statement_of(metered(stage, agreement), agreement, first_call=1, calls=1, taxes=())
    assert [(line.first_call, line.calls, line.amount_fen) for line in made.lines] == [(1, 1, 20)]
    assert (made.net_fen, made.taxes) == (20, ())


def test_the_csv_has_a_head_a_total_and_no_more_than_digests(stage: Stage) -> None:
    agreement = billed(stage)
    made = statement_of(metered(stage, agreement), agreement, first_call=0, calls=2, taxes=())
    rows = [line.split(",") for line in made.csv().decode().splitlines()]
    assert tuple(rows[0]) == HEAD
    assert rows[-1][0] == "total"
    assert rows[-1][-1] == str(made.amount_fen)
    assert all(len(row) == len(HEAD) for row in rows)


def test_no_metered_order_has_no_statement(stage: Stage) -> None:
    assert metered_of(leaves(stage), "agreement-0") is None
    assert metered_of(leaves(stage), stage.agree(stage.world.report)) is None
