"""The demo: one whole life of a data element, told twice, and a home that can be explored."""

from __future__ import annotations

import csv
import json
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from demo_run import demo, mumian
from mumian.cli.demo.data import folder, split_by_airline
from mumian.cli.demo.story import Story
from mumian.journal.publish import ExportReader
from mumian.kernel.ids import OPERATOR

FLIGHTS_SAMPLED = 250


@cache
def the_story() -> Story:
    return msgspec.json.decode(demo().story, type=Story)


def test_the_story_for_programs_has_eleven_acts_and_both_languages() -> None:
    story = the_story()
    assert [act.number for act in story.acts] == list(range(1, 12))
    assert all(act.title_zh in demo().told_zh for act in story.acts)
    assert all(act.title_en in demo().told_en for act in story.acts)


def test_everybody_is_there_and_every_row_was_taken_in() -> None:
    story = the_story()
    roles = Counter(role for actor in story.actors for role in actor.roles)
    assert (len(story.actors), roles["supplier"], roles["public_body"]) == (30, 19, 2)
    departures = [each for each in story.supplied if each.data_kind == "enterprise"]
    assert (len(departures), sum(each.rows for each in departures)) == (16, 336_776)


def test_every_fen_of_the_sales_goes_to_somebody() -> None:
    story = the_story()
    for product in story.products:
        paid_fen = sum(payment.amount_fen for payment in story.payments if payment.product == product.product)
        assert paid_fen == product.gross_fen == product.price_fen * product.sold
    received = Counter[str]()
    for payment in story.payments:
        received[payment.payee] += payment.amount_fen
    names = {actor.party: actor.name for actor in story.actors}
    buyers = {actor.party for actor in story.actors if "buyer" in actor.roles}
    for party, cash_fen in story.cash_fen.items():
        if party not in buyers:
            assert cash_fen == received[names[party]], party


def test_a_joint_development_is_settled_in_part_with_costs_first_and_invoiced_calls_contain_their_tax() -> None:
    story = the_story()
    bargain = story.bargain
    paid = Counter[str]()
    for payment in story.payments:
        if payment.product == bargain.product:
            paid[payment.kind] += payment.amount_fen
    assert (bargain.units_settled, bargain.units_ordered) == (3, 4)
    # a third of 6,500,000 by the steps, and a fifth of the 1,200,000 of the auction
    assert paid == {"cost": 1_000_000, "merchant": 2_166_667 + 240_000, "owner": 4_333_333 + 960_000}
    assert sum(paid.values()) == bargain.gross_fen
    assert (bargain.invoiced_fen, bargain.tax_fen) == (2_000_000, 113_208)


def test_the_payout_of_the_joint_development_is_computed_again_from_the_export_and_the_evidence() -> None:
    bargain = the_story().bargain
    home = demo().home
    payout = re.search(r"mumian recompute (product-\d+/order-\d+)", demo().told_en)
    assert payout is not None
    evidence = home / Path(bargain.evidence).relative_to("demo-home")
    ran = mumian("recompute", payout[1], "--from", str(home / "export"), "--evidence", str(evidence), cwd=home.parent)
    assert ran.returncode == 0, ran.stderr
    assert "peer-covered-flights/1" in ran.stdout.decode()
    auction = mumian("recompute", bargain.auction, "--from", str(home / "export"), cwd=home.parent)
    assert auction.returncode == 0, auction.stderr
    assert "second_price" in auction.stdout.decode()


def test_a_hundred_thousand_calls_are_answered_in_batches() -> None:
    calls = the_story().calls
    assert (calls.calls, calls.batches) == (100_000, 16)
    assert 0 < calls.late < calls.calls - calls.unknown


def test_a_job_spends_what_it_says_of_every_budget_and_gives_every_cell() -> None:
    """One of three for the job on all, and 0.05 for the query; twice a quarter of the bank's: the refused job cost nothing."""
    story = the_story()
    *airlines, bank = story.budgets
    assert {(budget.spent_rho_nano, budget.rho_nano) for budget in airlines} == {(1_050_000_000, 3_000_000_000)}
    assert (len(airlines), bank.spent_rho_nano * 2) == (16, bank.rho_nano)
    assert (story.answer.domains, len(story.answer.cells)) == (18, 144)


def test_fourteen_refusals_are_shown_each_in_words_and_with_a_leaf() -> None:
    refusals = the_story().refusals
    assert len({each.name for each in refusals}) == 14
    assert all(each.en and each.zh and each.seq for each in refusals)


@pytest.mark.parametrize(
    ("refused", "rule"),
    [
        ("property_register.DUTY_DATA", "S1-15"),
        ("operation.OPERATOR_RELATED", "S3-06"),
        ("cleanroom.NOT_LAWFUL", "S7-13"),
        ("exchange.OVER_CEILING", "S4-CEILING"),
    ],
)
def test_a_refusal_by_law_names_its_rule(refused: str, rule: str) -> None:
    assert {each.name: each.rule for each in the_story().refusals}[refused] == rule


def test_every_airline_s_data_has_a_certificate_and_public_data_a_query_code() -> None:
    story = the_story()
    numbers = [number for each in story.supplied for number in each.certificates]
    assert len(set(numbers)) == 16
    assert all(bool(each.certificates) is (each.data_kind == "enterprise") for each in story.supplied)
    assert all(bool(each.query_code) is (each.data_kind == "public") for each in story.supplied)


def test_what_the_holiday_and_the_silence_did_is_told_with_its_days() -> None:
    """Three work days over the holiday of October 2026, its made-up Saturday counted."""
    assert "deemed accepted on 2026-10-12 (S1 art. 17)" in " ".join(demo().told_en.split())
    assert "2026-10-12 受理" in demo().told_zh.replace("\n", "")


def test_a_flipped_byte_is_caught_at_its_leaf() -> None:
    proofs = the_story().proofs
    assert proofs.caught.startswith("leaves_hash_to_the_tree")
    assert 0 < proofs.caught_seq < proofs.leaves


def test_a_new_demo_replaces_the_old_one() -> None:
    assert not (demo().home / "of-the-first-run").exists()


def test_a_folder_that_is_not_the_demo_s_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "thesis" / "chapter-1.txt"
    kept.parent.mkdir()
    kept.write_text("everything depends on this")
    refused = mumian("demo", "--home", "thesis", cwd=tmp_path)
    assert (refused.returncode, b"not empty" in refused.stderr) == (2, True)
    assert kept.read_text() == "everything depends on this"


def test_the_report_is_one_page_that_asks_the_network_for_nothing() -> None:
    page = (demo().home / "report.html").read_text("utf8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    for asks in ('src="http', 'href="http', "url(http", "@import", "fetch("):
        assert asks not in page


def test_the_home_can_be_explored() -> None:
    where = demo().home.parent
    orders = msgspec.json.decode(mumian("show", "order", "--json", "--home", "demo-home", cwd=where).stdout)
    assert sorted(order["state"] for order in orders.values()) == [
        "filed",
        "filed",
        "settled",
        "settled",
        "settled",
        "signed",
    ]
    for place in ("demo-home", "demo-home/export"):
        found = msgspec.json.decode(mumian("fsck", place, "--json", cwd=where).stdout)
        assert (found["fault"], found["leaves"] >= the_story().proofs.leaves) == (None, True)


@pytest.mark.parametrize("changed", [False, True])
def test_the_receipt_is_proved_offline_and_no_other_leaf_for_it(changed: bool, tmp_path: Path) -> None:
    (receipt,) = (demo().home / "receipt").glob("*.tlog-proof")
    leaf = receipt.with_name(receipt.stem + ".leaf.json").read_bytes()
    (tmp_path / "leaf").write_bytes(leaf.replace(b'"id":"', b'"id":"0') if changed else leaf)
    vkey = (demo().home / "market" / "vkey").read_text().strip()
    proved = mumian("receipt", "verify", str(receipt), "--vkey", vkey, "--leaf", "leaf", cwd=tmp_path)
    assert proved.returncode == (2 if changed else 0), proved.stderr


def test_the_market_holds_no_row_of_anybodys_data(tmp_path: Path) -> None:
    """Neither a tail number nor a departure stands anywhere in what the market keeps and publishes."""
    held = _all_that_the_market_holds()
    words = set(re.findall(r"[0-9A-Za-z+/=]+", held))
    assert "tailnum" in words  # what it does hold is found
    with (folder() / "planes.csv").open(encoding="utf8") as file:
        tails = {row["tailnum"] for row in csv.DictReader(file)}
    assert (len(tails), tails & words) == (3_322, set())
    files = [part.file for part in split_by_airline(tmp_path)]
    rows = [row for file in files for row in list(csv.reader(file.read_text("utf8").splitlines()))[1:]]
    sampled = random.Random(2013).sample(rows, FLIGHTS_SAMPLED)
    assert [text for row in sampled for text in _ways_to_write(row) if text in held] == []


def _ways_to_write(row: list[str]) -> Iterator[str]:
    """Yield a departure as its row begins in the file, and as a call would name it: flight, month, day, origin."""
    call = (row[10], row[1], row[2], row[12])
    yield ",".join(row[:10])
    yield ",".join(call)
    yield json.dumps(call, separators=(",", ":"))
    yield json.dumps([int(value) if value.isdigit() else value for value in call], separators=(",", ":"))


@cache
def _all_that_the_market_holds() -> str:
    """Return every byte of the market's folder, its database's values one by one, as text."""
    market = demo().home / "market"
    parts = [path.read_bytes() for path in sorted(market.rglob("*")) if path.is_file() and path.name != "key"]
    size = ExportReader(market / "log").checkpoint().size
    parts += ExportReader(market / "log").entries(0, size)
    database = sqlite3.connect(market / "market.db")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        parts += [repr(row).encode() for row in database.execute(f"SELECT * FROM {table}")]
    database.close()
    return b"\n".join(parts).decode("utf8", errors="replace")


def test_the_exchange_never_paid_itself_more_than_its_fee() -> None:
    story = the_story()
    (name,) = (actor.name for actor in story.actors if actor.party == OPERATOR)
    fees = [payment for payment in story.payments if payment.payee == name]
    assert {payment.kind for payment in fees} == {"exchange_fee"}
