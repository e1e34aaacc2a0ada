"""A month's invoice through the market: silence, contest, credit; each refusal of the room is reached; laws see defects."""

from __future__ import annotations

import msgspec
import reached_billing
from msgspec.structs import replace
from reached_billing import contested, issued
from reached_money import CHECK
from stage import Stage

from mumian.kernel.canonical import INT53_MAX, check_profile
from mumian.kernel.ids import OPERATOR
from mumian.kernel.outcome import Refused
from mumian.kernel.time import DAY_MS
from mumian.market import invoiced, laws
from mumian.market.envelope import Envelope
from mumian.market.leaf import leaf_bytes, leaf_of
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.billing import model as billing
from mumian.rooms.billing.decide import split_taxes
from mumian.rooms.billing.laws import LAWS
from mumian.rooms.billing.model import InvoiceId, InvoiceState, Span, Tax
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.ledger import model as ledger


def cash(s: Stage, party: str) -> int:
    return int(s.states.ledger.accounts[s.states.ledger.by_owner[f"{party}/cash"]].available_fen)


def funded(s: Stage) -> None:
    """Let the seller have what it may have to pay back: of the price its owners got the larger part."""
    legs = ledger.Leg(
        s.states.ledger.by_owner["exchange/bank"], s.states.ledger.by_owner[f"{s.world.merchant}/cash"], 100
    )
    s.say(OPERATOR, ledger.PostTransfers((legs,)))


def broken(s: Stage) -> list[str]:
    between = [place for law in invoiced.LAWS for place in law(s.states, s.now)]
    return [place for law in LAWS for place in law(s.states.billing)] + between


def test_every_refusal_of_billing_has_a_way() -> None:
    ways = {*reached_billing.STAGED, *reached_billing.BEFORE_BILLING}
    assert ways == {refusal.full_name for refusal in billing.BillingRefusal}


def test_a_sum_beyond_53_bits_is_told_as_the_largest_number() -> None:
    """Every other reader of the journal takes numbers of 53 bits; the sum of two that a command carries need not be one."""
    refused = Refused(
        billing.BillingRefusal.CALLS_NOT_BILLED, {"end": INT53_MAX + 5, "order": "order-1", "billed_calls": 2}
    )
    envelope = Envelope("id", OPERATOR, billing.ConfirmInvoice(InvoiceId("invoice-1")))
    leaf = leaf_of(envelope, refused, seq=1, at=1, by="door:test")
    assert leaf.detail == {"end": INT53_MAX, "order": "order-1", "billed_calls": 2}
    check_profile(msgspec.json.decode(leaf_bytes(leaf)))


def test_silence_confirms_an_invoice() -> None:
    stage = Stage()
    key = issued(stage)
    assert stage.states.billing.invoices[key].state is InvoiceState.ISSUED
    stage.wait(stage.now + 40 * DAY_MS)
    assert stage.states.billing.invoices[key].state is InvoiceState.CONFIRMED
    assert broken(stage) == []


def test_what_is_credited_goes_back_to_the_buyer_in_the_same_leaf() -> None:
    stage = Stage()
    key = contested(stage)
    funded(stage)
    before = cash(stage, stage.world.insurer), cash(stage, stage.world.merchant)
    stage.say(OPERATOR, billing.SettleContest(key, (Span(1, 1),), EVIDENCE))
    assert (cash(stage, stage.world.insurer), cash(stage, stage.world.merchant)) == (before[0] + 2, before[1] - 2)
    assert broken(stage) == []


def test_a_seller_that_cannot_pay_back_leaves_the_contest_open() -> None:
    stage = Stage()
    key = contested(stage)
    leaf = stage.ask(OPERATOR, billing.SettleContest(key, (Span(0, 2),), EVIDENCE))
    assert leaf.refused == "ledger.NO_OVERDRAFT"
    assert stage.states.billing.invoices[key].state is InvoiceState.CONTESTED


def test_each_side_may_give_in_and_no_side_may_win_by_its_own_word() -> None:
    for actor, credited, ok in (("merchant", (), False), ("insurer", (Span(0, 2),), False), ("insurer", (), True)):
        stage = Stage()
        said = billing.SettleContest(contested(stage), credited, EVIDENCE)
        assert bool(stage.ask(getattr(stage.world, actor), said).refused) is not ok


def test_net_and_taxes_add_up_whatever_the_rates() -> None:
    for amount_fen in (0, 1, 99, 106, 123_457):
        net_fen, lines = split_taxes(amount_fen, (Tax("vat", 600), Tax("surcharge", 72)))
        assert net_fen + sum(line.tax_fen for line in lines) == amount_fen
    assert split_taxes(106, (Tax("vat", 600),))[0] == 100


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    stage = Stage()
    key = contested(stage)
    funded(stage)
    stage.say(OPERATOR, billing.SettleContest(key, (Span(1, 1),), EVIDENCE))
    good = stage.states.billing.invoices[key]
    for changed in ({"first_call": 1}, {"net_fen": 0}, {"note": ""}, {"calls": 9}, {"state": InvoiceState.ISSUED}):
        stage.states.billing.invoices[key] = replace(good, **changed)
        assert broken(stage), changed


def test_calls_in_tiers_are_recorded_and_billed_at_the_same_price() -> None:
    """The clean room once recorded every call at the first rate."""
    stage = Stage()
    world = stage.world
    tiers = (goods.Tier(1, 30), goods.Tier(10, 20))
    price = goods.Price(goods.PriceMode.TIERED, 30, goods.Unit.CALL, tiers)
    stage.say(world.merchant, exchange.ListProduct(world.checks, price))
    order, agreement = stage.order(world.checks_listing, quantity=10), stage.agree(world.checks)
    stage.say(world.insurer, exchange.SignDeal(order, agreement))
    stage.say(world.insurer, cleanroom.RequestJob(agreement, world.checks, PURPOSE, CHECK, "tiers"))
    leaf = stage.say(world.owners[0], cleanroom.RecordUsage(agreement, world.checks, EVIDENCE, 0, 2))
    assert leaf.events[0].charge_fen == 30 + 20
    stage.say(world.merchant, exchange.SettleUsage(agreement))
    assert stage.states.exchange.volumes[world.checks].gross_fen == 50
    assert [place for law in laws.LAWS for place in law(stage.states, stage.now)] == []
