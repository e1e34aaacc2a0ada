"""`mumian recompute`: from a market's home and from an export alone; a payout that was altered is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import Mumian

from mumian.kernel.canonical import sha256_hex
from mumian.market.home import Home
from mumian.market.simulator import T0
from mumian.market.trial import ORIGIN, Script, World, buy, open_trial, policy_of
from mumian.rooms.exchange import model as exchange

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
