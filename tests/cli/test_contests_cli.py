"""`mumian invoice contest` and `judge`: from a consumer's claim and a domain's evidence to the commands that decide an invoice."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from terminal import Mumian

from mumian.cli.opened import clock_of
from mumian.cli.submit import said
from mumian.domain.contests import Claim
from mumian.domain.domain import Domain
from mumian.domain.keys import DomainKeys
from mumian.domain.messages import CallsAnswered, Reply, Request, VerifyCalls, Voucher, seal_reply, seal_request
from mumian.domain.metering import Call, Meter, Verdict
from mumian.domain.reconcile import OwnMeter, compared
from mumian.domain.store import write
from mumian.kernel.canonical import canonical, sha256_hex
from mumian.kernel.ids import OPERATOR, AccountId, JobId
from mumian.kernel.time import DAY_MS, day_of
from mumian.market.home import Home
from mumian.market.keys import public_text, save_key
from mumian.market.tickets import ticket_of
from mumian.market.trial import ORIGIN, PURPOSE, World, open_trial
from mumian.rooms.billing import model as billing
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger import model as ledger
from mumian.rooms.parties.model import RegisterKey

REFUSED, FAULT = 1, 2
CHECK = VerificationPlan(("flight",), Filter("delay", Op.GT, 60), 9)
ASKED: list[Call] = [(str(nth),) for nth in range(4)]


class Invoiced(NamedTuple):
    home: Path
    world: World
    invoice: str


def cheated(folder: Path, job: JobId, domain: Any, keys: DomainKeys) -> Meter:
    """A meter that recorded another answer to call 2 than was given, and a call 4 that nobody made."""
    meter = Meter(folder, job, domain, keys, os.urandom)
    told = [Verdict.NO, Verdict.NO, Verdict.YES, Verdict.NO, Verdict.NO]
    meter.record([*ASKED, ("9",)], told, at=1, calls_max=9)
    meter.close(ticket_digest="00" * 32, at=1)
    return meter


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Invoiced:
    """Five calls on an invoice, of which the buyer made four; its claim and vouchers lie beside the home."""
    folder = tmp_path_factory.mktemp("contest") / "home"
    home = Home.create(folder, origin=ORIGIN, training=True)
    began = clock_of(home)()
    consumer = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    with closing(home.open_market(clock_of(home))) as market:
        world = open_trial(market.handle_all, began)
        airline = world.owners[0]
        for nth, owner in enumerate(world.owners):
            Domain.create(folder / "domains" / f"owner{nth}", owner, str(home.verifier()))
            identity = DomainKeys.load(folder / "domains" / f"owner{nth}" / "identity.key").identity
            said(home, market, OPERATOR, RegisterKey(owner, public_text(identity)))
        keys = DomainKeys.load(folder / "domains" / "owner0" / "identity.key")
        save_key(folder / "keys" / f"{world.insurer}.key", world.insurer, consumer)
        said(home, market, OPERATOR, RegisterKey(world.insurer, public_text(consumer)))
        request = cleanroom.RequestJob(world.checks_agreement, world.checks, PURPOSE, CHECK, "n1")
        job = JobId(said(home, market, world.insurer, request).events[0].job)
        ticket = ticket_of(market, job, home.signer(), ORIGIN)
        meter = cheated(folder / "domains" / "owner0" / "meter" / job, job, airline, keys)
        write(folder / "domains" / "owner0" / "meter" / job / "ticket", ticket)
        (batch,) = meter.batches
        use = cleanroom.RecordUsage(world.checks_agreement, world.checks, batch.batch.root, 0, 5)
        said(home, market, airline, use)
        said(home, market, world.merchant, exchange.SettleUsage(world.checks_agreement))
        cash = AccountId(f"account-{world.merchant.removeprefix('party-')}.1")
        said(
            home, market, OPERATOR, ledger.PostTransfers((ledger.Leg(AccountId("account-0.4"), cash, 100, "deposit"),))
        )
    home.move_clock(32 * DAY_MS)
    with closing(home.open_market(clock_of(home))) as market:
        month = f"{day_of(began):%Y-%m}"
        issue = billing.IssueInvoice(world.checks_agreement, month, 0, 5, sha256_hex(b"statement"))
        invoice = said(home, market, world.merchant, issue).events[0].invoice
    asked = seal_request(
        Request(
            airline, consumer.public_key().public_bytes_raw().hex(), "00" * 16, 1, VerifyCalls(ticket, tuple(ASKED))
        ),
        consumer,
    )
    told = CallsAnswered(job, 0, (Verdict.NO,) * 4)
    reply = seal_reply(Reply(airline, sha256_hex(asked), 1, told), keys.identity)
    (folder.parent / "vouchers.jsonl").write_bytes(canonical(Voucher(asked, reply)) + b"\n")
    own = OwnMeter(folder.parent / "own.jsonl")
    own.record(airline, job, 0, ASKED, told.answers)
    found = compared(batch, meter.records(0, 9), own.calls(airline, job), domain_key=keys.public_hex)
    assert [each.call for each in found.differences] == [2, 4]
    write(folder.parent / "claim.json", [Claim(batch, found.own_root, (0, 2, 4))])
    return Invoiced(folder, world, invoice)


@pytest.fixture
def invoiced(kept: Invoiced, tmp_path: Path) -> Invoiced:
    shutil.copytree(kept.home.parent, tmp_path, dirs_exist_ok=True)
    (tmp_path / "home").rename(tmp_path / "mumian-home")
    return kept


def test_a_contest_is_decided_call_by_call_and_paid_back(mumian: Mumian, invoiced: Invoiced) -> None:
    made = mumian("invoice", "contest", invoiced.invoice, "claim.json")
    assert made.code == 0, made.err
    Path("contest.json").write_text(made.out)
    assert mumian("submit", "contest.json", "--as", invoiced.world.insurer).code == 0
    assert mumian("domain", "evidence", "owner0", "claim.json", "--out", "shown.json").code == 0
    words = (
        "invoice",
        "judge",
        invoiced.invoice,
        "claim.json",
        "--shown",
        "shown.json",
        "--vouchers",
        "vouchers.jsonl",
    )
    ran = mumian(*words)
    found = {
        line.rpartition(" ")[0].rpartition(" ")[2].rstrip(":"): line.rpartition(" ")[2] for line in ran.err.splitlines()
    }
    assert found == {"0": "vouched", "2": "contradicted", "4": "unshown"}
    settle = msgspec.json.decode(ran.out, type=billing.SettleContest)
    assert settle.credited == (billing.Span(2, 1), billing.Span(4, 1))
    assert msgspec.json.decode(mumian(*words).out, type=billing.SettleContest) == settle
    Path("settle.json").write_text(ran.out)
    settled = mumian("submit", "settle.json")
    assert (settled.code, [event["type"] for event in settled.events][:2]) == (
        0,
        ["billing.ContestSettled", "billing.CreditNoteIssued"],
    )


def test_a_seller_issues_the_next_month_in_one_command_and_its_buyer_checks_it(
    mumian: Mumian, invoiced: Invoiced
) -> None:
    world, agreement = invoiced.world, invoiced.world.checks_agreement
    use = {"agreement": agreement, "product": world.checks, "batch_root": "11" * 32, "first_call": 5, "calls": 2}
    said = [
        {"actor": world.owners[0], "command": {"type": "cleanroom.RecordUsage", **use}},
        {"actor": world.merchant, "command": {"type": "exchange.SettleUsage", "agreement": agreement}},
    ]
    assert mumian("submit", "-", said=said).code == 0
    month = f"{day_of(clock_of(Home(Path('mumian-home')))()):%Y-%m}"
    early = mumian("invoice", "issue", agreement, "--month", month, "--csv", "early.csv")
    assert (early.code, "lasts until" in early.err, Path("early.csv").exists()) == (REFUSED, True, False)
    assert mumian("clock", "32d").code == 0
    made = mumian("invoice", "issue", agreement, "--month", month, "--tax", "vat=600", "--csv", "made.csv")
    assert (made.code, "0.04 yuan, statement " in made.out) == (0, True)
    invoice = made.out.split()[0]
    checked = mumian("invoice", "check", invoice, agreement, "--statement", "made.csv")
    assert (checked.code, "as the leaves say" in checked.out) == (0, True)


def test_recorded_batches_are_held_against_what_lies_at_their_domains(mumian: Mumian, invoiced: Invoiced) -> None:
    words = ("invoice", "batches", invoiced.world.checks_agreement)
    ran = mumian(*words)
    assert (ran.code, ran.out) == (0, "5 calls in 1 batches, each signed by its domain, none charged twice\n")
    (batch,) = Path("mumian-home").glob("domains/owner0/meter/*/000000.json")
    text = batch.read_text()
    batch.write_text(text.replace('"closed_at":', '"closed_at":1'))
    assert (mumian(*words).code, "is not signed by the key of" in mumian(*words).out) == (REFUSED, True)
    batch.unlink()
    assert "shows none of 5 calls" in mumian(*words).out
    shutil.rmtree("mumian-home/domains/owner0")
    assert "say where it listens" in mumian(*words).err
    assert "no metered order stands" in mumian("invoice", "batches", "agreement-1").err


def test_calls_are_written_one_by_one_and_checked_by_whoever_has_the_journal(
    mumian: Mumian, invoiced: Invoiced
) -> None:
    agreement, airline = invoiced.world.checks_agreement, invoiced.world.owners[0]
    made = mumian("invoice", "items", agreement, "--domain", airline, "--out", "items.csv")
    told = "5 calls in 1 batches, 0.10 yuan, each under its recorded root\n"
    assert (made.code, made.out) == (0, told)
    words = ("--agreement", agreement, "--domain", airline)
    assert mumian("invoice", "check-items", "items.csv", *words).out == told
    good = Path("items.csv").read_bytes()
    lines = good.splitlines(keepends=True)
    bent = {
        "dearer": good.replace(b",2\r\n", b",3\r\n", 1),
        "dropped": b"".join(lines[:-1]),
        "reordered": b"".join([*lines[:2], lines[3], lines[2], *lines[4:]]),
        "replayed": b"".join([*lines, lines[-1]]),
        "altered": b"".join([*lines[:2], lines[2].replace(lines[2][-70:-10], lines[3][-70:-10]), *lines[3:]]),
        "another file": b"call\r\n",
    }
    for name, text in bent.items():
        Path("bent.csv").write_bytes(text)
        assert mumian("invoice", "check-items", "bent.csv", *words).code in (REFUSED, FAULT), name
    (records,) = Path("mumian-home").glob("domains/owner0/meter/*/000000.jsonl")
    records.write_text(records.read_text().replace('"answer":"no"', '"answer":"yes"', 1))
    ran = mumian("invoice", "items", agreement, "--domain", airline, "--out", "items.csv")
    assert (ran.code, "were altered" in ran.err) == (FAULT, True)
    assert mumian("invoice", "items", agreement, "--domain", "party-0", "--out", "items.csv").code == FAULT


def test_a_domain_that_shows_nothing_proves_nothing(mumian: Mumian, invoiced: Invoiced) -> None:
    ran = mumian("invoice", "judge", invoiced.invoice, "claim.json", "--vouchers", "vouchers.jsonl")
    assert (ran.code, ran.err.count("unproved")) == (0, 3)


def test_a_claim_on_a_batch_that_is_not_recorded_or_not_signed_is_not_heard(mumian: Mumian, invoiced: Invoiced) -> None:
    text = Path("claim.json").read_text()
    (claim,) = msgspec.json.decode(text, type=list[Claim])
    signature = claim.batch.signature
    for odd in (text.replace('"count":5', '"count":4'), text.replace(signature, "00" * 64)):
        Path("odd.json").write_text(odd)
        for command in ("contest", "judge"):
            ran = mumian("invoice", command, invoiced.invoice, "odd.json")
            assert (ran.code, "which is not recorded so" in ran.err) == (FAULT, True)
    assert "there is no invoice" in mumian("invoice", "judge", "invoice-1", "claim.json").err
    Path("odd.jsonl").write_text("{}\n")
    assert "line 1" in mumian("invoice", "judge", invoiced.invoice, "claim.json", "--vouchers", "odd.jsonl").err
