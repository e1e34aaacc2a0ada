"""`mumian invoice`: drafted by the seller from its journal, issued, checked and printed by the buyer."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from terminal import Mumian

from mumian.kernel.time import DAY_MS
from mumian.market.home import Home
from mumian.market.simulator import T0
from mumian.market.trial import EVIDENCE, ORIGIN, PURPOSE, Script, World, open_trial
from mumian.rooms.billing.model import IssueInvoice
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan
from mumian.rooms.exchange import model as exchange

REFUSED, FAULT = 1, 2
CHECK = VerificationPlan(("flight",), Filter("delay", Op.GT, 60), 2)


class Billed(NamedTuple):
    home: Path
    world: World


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Billed:
    """A market's home in which two calls were made, recorded and billed in September 2026."""
    home = tmp_path_factory.mktemp("billed") / "home"
    market = Home.create(home, origin=ORIGIN).open_market(lambda: T0)
    world = open_trial(market.handle_all, T0)
    script = Script(market.handle_all, T0)
    script._said = 10_000
    script.say(world.insurer, cleanroom.RequestJob(world.checks_agreement, world.checks, PURPOSE, CHECK, "n1"))
    script.say(world.owners[0], cleanroom.RecordUsage(world.checks_agreement, world.checks, EVIDENCE, 0, 2))
    script.say(world.merchant, exchange.SettleUsage(world.checks_agreement))
    market.close()
    return Billed(home, world)


def drafted(mumian: Mumian, billed: Billed, folder: Path) -> IssueInvoice:
    ran = mumian(
        "invoice", "draft", billed.world.checks_agreement, "--month", "2026-09", "--tax", "vat=600",
        "--csv", folder / "made.csv", "--html", folder / "made.html", "--home", billed.home,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return msgspec.json.decode(ran.out, type=IssueInvoice)


def test_the_page_to_print_asks_nobody_for_anything_and_names_the_digest(
    mumian: Mumian, billed: Billed, tmp_path: Path
) -> None:
    command = drafted(mumian, billed, tmp_path)
    text = (tmp_path / "made.html").read_text()
    assert command.statement_digest in text
    assert "调用对账单" in text
    assert "<script" not in text
    assert "http" not in text


def test_a_seller_drafts_issues_and_the_buyer_checks_and_prints(mumian: Mumian, billed: Billed, tmp_path: Path) -> None:
    command = drafted(mumian, billed, tmp_path)
    assert (command.first_call, command.calls, command.month) == (0, 2, "2026-09")
    market = Home(billed.home).open_market(lambda: T0 + 20 * DAY_MS)
    script = Script(market.handle_all, T0 + 20 * DAY_MS)
    script._said = 20_000
    invoice = script.made(billed.world.merchant, command, "invoice")
    market.close()
    agreement = billed.world.checks_agreement
    words = ("invoice", "check", invoice, agreement, "--home", billed.home)
    ran = mumian(*words, "--statement", tmp_path / "made.csv", "--csv", tmp_path / "own.csv")
    assert ran.code == 0, ran.err
    assert (tmp_path / "own.csv").read_bytes() == (tmp_path / "made.csv").read_bytes()
    (tmp_path / "odd.csv").write_bytes((tmp_path / "made.csv").read_bytes().replace(b",2,", b",3,"))
    ran = mumian(*words, "--statement", tmp_path / "odd.csv")
    assert (ran.code, "is not the statement" in ran.out) == (REFUSED, True)
    again = mumian("invoice", "draft", agreement, "--month", "2026-09", "--home", billed.home)
    assert (again.code, again.out) == (FAULT, "")


@pytest.mark.parametrize(
    "words",
    [
        ("draft", "agreement-0", "--month", "2026-09"),
        ("draft", "CHECKS", "--month", "soon"),
        ("draft", "CHECKS", "--month", "2026-08"),
        ("draft", "CHECKS", "--month", "2026-09", "--tax", "vat"),
        ("draft", "CHECKS", "--month", "2026-09", "--tax", "vat=0"),
        ("check", "invoice-0", "CHECKS"),
    ],
)
def test_what_cannot_be_stated_is_said_in_a_sentence(mumian: Mumian, billed: Billed, words: tuple[str, ...]) -> None:
    asked = [billed.world.checks_agreement if word == "CHECKS" else word for word in words]
    ran = mumian("invoice", *asked, "--home", billed.home)
    assert (ran.code, ran.out) == (FAULT, "")
    assert ran.err
