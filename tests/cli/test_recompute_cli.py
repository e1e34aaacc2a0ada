"""`mumian recompute`: from a market's home and from an export alone; a payout that was altered is told."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from terminal import Mumian

from mumian.journal.note import Signer
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, ListingId, OrderId, ProductId
from mumian.kernel.time import DAY_MS
from mumian.market.home import Home
from mumian.market.rooms import States
from mumian.market.simulator import T0
from mumian.market.trial import ORIGIN, PURPOSE, Script, World, buy, open_trial, policy_of
from mumian.rooms.contracts import model as contracts
from mumian.rooms.contracts.model import OfferId
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.revenue import model as revenue
from mumian.rooms.revenue.model import RecordValuation
from mumian.rooms.revenue.terms import Measured, Method, NegativePolicy

REFUSED, FAULT = 1, 2


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World, str]:
    """A market's home in which one report was sold and shared out."""
    folder = tmp_path_factory.mktemp("paid") / "home"
    market = Home.create(folder, origin=ORIGIN).open_market(lambda: T0)
    world = open_trial(market.handle_all, T0)
    script = Script(market.handle_all, T0)
    script._said = 10_000
    order, _ = buy(script, world.insurer, world.report_listing, world.report_offer, policy_of(world.report))
    script.say(world.merchant, exchange.RecordDelivery(order, sha256_hex(b"release")))
    script.say(world.insurer, exchange.AcceptDelivery(order))
    market.close()
    return folder, world, order


def test_a_payout_is_equal_to_the_fen(mumian: Mumian, sold: tuple[Path, World, str]) -> None:
    home, world, order = sold
    ran = mumian("recompute", f"{world.report}/{order}", "--home", home)
    assert ran.code == 0
    assert "equal to the fen" in ran.out
    assert world.owners[0] in ran.out


def test_an_export_alone_is_enough(mumian: Mumian, sold: tuple[Path, World, str], tmp_path: Path) -> None:
    home, world, order = sold
    assert mumian("journal", "export", tmp_path / "public", "--home", home).code == 0
    ran = mumian("recompute", f"{world.report}/{order}", "--from", tmp_path / "public", "--json")
    said = json.loads(ran.out)
    assert (ran.code, said["is_equal"], said["gross_fen"]) == (0, True, 50_000)
    assert sum(line["again_fen"] for line in said["lines"]) == 50_000


def test_a_key_of_ones_own_is_held_against_the_journals(mumian: Mumian, sold: tuple[Path, World, str]) -> None:
    home, world, order = sold
    payout = f"{world.report}/{order}"
    assert mumian("recompute", payout, "--home", home, "--vkey", home / "market" / "vkey").code == 0
    other = str(Signer("mumian.example/other", bytes(32)).verifier)
    ran = mumian("recompute", payout, "--home", home, "--vkey", other)
    assert (ran.code, ran.out) == (FAULT, "")


@pytest.mark.parametrize("payout", ["order-1", "product-9/order-9"])
def test_what_cannot_be_recomputed_is_said(mumian: Mumian, sold: tuple[Path, World, str], payout: str) -> None:
    ran = mumian("recompute", payout, "--home", sold[0])
    assert (ran.code, ran.out) == (FAULT, "")
    assert payout.partition("/")[0] in ran.err


def test_an_export_whose_leaves_were_rewritten_is_not_recomputed(
    mumian: Mumian, sold: tuple[Path, World, str], tmp_path: Path
) -> None:
    home, world, order = sold
    public = tmp_path / "public"
    assert mumian("journal", "export", public, "--home", home).code == 0
    holding = [file for file in public.rglob("*") if file.is_file() and b'"amount_fen":' in file.read_bytes()]
    for file in holding:
        file.write_bytes(file.read_bytes().replace(b'"evidence_digest":"', b'"evidence_digesu":"', 1))
    ran = mumian("recompute", f"{world.report}/{order}", "--from", public)
    assert (ran.code, ran.out) == (FAULT, "")
    assert "the root that is signed" in ran.err


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """A market in which a product was sold whose owners share by measured values; the evidence lies beside it."""
    folder = tmp_path_factory.mktemp("measured")
    home, evidence = folder / "home", folder / "evidence.json"
    market = Home.create(home, origin=ORIGIN).open_market(lambda: T0)
    world = open_trial(market.handle_all, T0)
    script = Script(market.handle_all, T0)
    script._said = 10_000
    sources = tuple(map(goods.SourceId, world.grants))
    scenario = goods.Scenario("FIN-01", "航班延误保险定价", goods.FieldOfUse.INDUSTRY)
    kind, form = goods.ProductType.INDICATOR, goods.DeliveryForm.SANDBOX
    register = exchange.RegisterProduct("延误", kind, form, sources, (PURPOSE,), scenario)
    product = ProductId(script.made(world.merchant, register, "product"))
    agreed = Measured("counted-routes/1", NegativePolicy.ZERO_AND_RENORMALISE)
    terms = revenue.AgreeDistribution(product, (), world.owners, Method.SHAPLEY, 3_000, measured=agreed)
    script.say(world.merchant, terms)
    for owner in world.owners:
        script.say(owner, revenue.ConsentToDistribution(product, 1))
    worths = [7 * mask.bit_count() + mask % 3 for mask in range(1 << len(world.owners))]
    table = {"type": "table", "utility": "counted-routes/1", "worths_nano": [0, *worths[1:]]}
    evidence.write_text(json.dumps(table))
    market.close()
    return home, product, evidence


def test_values_are_measured_recorded_and_found_again_by_the_evidence(
    mumian: Mumian, measured: tuple[Path, str, Path], tmp_path: Path
) -> None:
    home, product, evidence = measured
    said = mumian("value", evidence, "--product", product, "--basis", "month-1")
    assert said.code == 0
    command = msgspec.json.decode(said.out, type=RecordValuation)
    market = Home(home).open_market(lambda: T0)
    script = Script(market.handle_all, T0)
    script._said = 20_000
    seller = market.states.exchange.products[product].seller
    script.say(seller, command)
    order = sell_once(script, market.states, ProductId(product))
    market.close()
    ran = mumian("recompute", f"{product}/{order}", "--home", home, "--evidence", evidence)
    assert ran.code == 0, ran.err
    assert "exact-table/1" in ran.out
    assert "counted-routes/1" in ran.out
    other = tmp_path / "other.json"
    other.write_text(evidence.read_text() + " ")
    ran = mumian("recompute", f"{product}/{order}", "--home", home, "--evidence", other)
    assert (ran.code, "find the recorded file" in ran.err) == (FAULT, True)


def sell_once(script: Script, states: States, product: ProductId) -> OrderId:
    script.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, sha256_hex(b"report")))
    seller = states.exchange.products[product].seller
    price = goods.Price(goods.PriceMode.FIXED, 101, goods.Unit.PRODUCT)
    listing = ListingId(script.made(seller, exchange.ListProduct(product, price), "listing"))
    policy = policy_of(product)
    offer = script.made(seller, contracts.MakeOffer(product, policy, None, T0 + 9 * DAY_MS), "offer")
    buyer = next(order.buyer for _, order in states.exchange.orders.under())
    order, _ = buy(script, buyer, listing, OfferId(offer), policy)
    script.say(seller, exchange.RecordDelivery(order, sha256_hex(b"release")))
    script.say(buyer, exchange.AcceptDelivery(order))
    return order


def test_evidence_of_a_payout_that_no_values_shared_is_refused(
    mumian: Mumian, sold: tuple[Path, World, str], measured: tuple[Path, str, Path]
) -> None:
    home, world, order = sold
    ran = mumian("recompute", f"{world.report}/{order}", "--home", home, "--evidence", measured[2])
    assert (ran.code, "not by measured values" in ran.err) == (FAULT, True)


def test_what_is_no_evidence_is_said_without_a_trace(mumian: Mumian, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text("{}")
    ran = mumian("value", tmp_path / "odd.json", "--product", "product-1", "--basis", "b")
    assert (ran.code, ran.out) == (FAULT, "")
    assert "no evidence" in ran.err
