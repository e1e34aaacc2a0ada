"""One whole life: from an empty journal to a settled order, audited from the leaves alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from opening import Clock, start

from mumian.journal.note import Signer
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import ListingId, ProductId
from mumian.kernel.roles import Right
from mumian.kernel.time import DAY_MS
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.proofs import audit_folder
from mumian.market.sequencer import Answer, Sequencer, Settings
from mumian.market.trial import EVIDENCE, ORIGIN, PURPOSE, Script, World, buy, open_trial, policy_of, sell
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, GroupKey, Sum
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import EndReason

PLAN = AggregatePlan(
    group_by=(GroupKey("origin", ("EWR", "JFK", "LGA")),),
    where=(),
    measures=(Count(), Sum("arr_delay", -60, 240)),
    unit="tailnum",
    l0=2,
    linf_rows=4,
    rho_nano=10_000_000,
)


def budgets(script: Script, world: World) -> None:
    for owner, resource in zip(world.owners, world.resources, strict=True):
        until = script.now + 300 * DAY_MS
        script.say(owner, cleanroom.OpenBudget(resource, "tailnum", 50_000_000, 30_000_000, until))


def test_an_order_lives_from_escrow_to_filing(market: Sequencer, world: World, clock: Clock, tmp_path: Path) -> None:
    script = Script(market.handle_all, clock.now)
    script._said = 10_000
    budgets(script, world)
    order, agreement = buy(script, world.insurer, world.report_listing, world.report_offer, policy_of(world.report))
    held = market.ask(lambda states: [held for _, held in states.ledger.held.under()])
    assert [each.leg.amount_fen for each in held] == [50_000]
    answer = script.say(world.insurer, cleanroom.RequestJob(agreement, world.report, PURPOSE, PLAN, "n1"))
    job = next(event.job for event in answer.leaf.events if isinstance(event, cleanroom.TicketIssued))
    script.say(world.owners[0], cleanroom.RecordRelease(job, sha256_hex(b"answer"), 3, 200))
    accepted = script.say(world.insurer, exchange.AcceptDelivery(order))
    script.say("exchange", exchange.FileDeal(order, None))
    kinds = [type(event).__name__ for event in accepted.leaf.events]
    assert kinds == ["DeliveryAccepted", "ClockStopped", "PendingPosted", "Distributed", "TransfersPosted"]
    shares = {share.payee: share.amount_fen for share in accepted.leaf.events[3].shares}
    assert sum(shares.values()) == 50_000
    assert market.ask(lambda states: list(states.broken_laws())) == []
    market.close()
    found = audit_folder(tmp_path / "log", Signer(ORIGIN, b"\x07" * 32).verifier)
    assert found.fault is None
    assert found.leaves == market.size


def test_a_revoked_grant_stops_listings_orders_and_jobs_in_the_same_leaf(
    market: Sequencer, world: World, clock: Clock
) -> None:
    script = Script(market.handle_all, clock.now)
    script._said = 10_000
    answer = script.say(world.owners[0], rights.RevokeGrant(world.grants[0], EndReason.GIVEN_UP))
    assert [type(event).__name__ for event in answer.leaf.events] == [
        "GrantRevoked",
        "ListingsSuspended",
    ]
    placed = said(market, world.insurer, exchange.PlaceOrder(world.report_listing, 1, clock.now + DAY_MS, 10**9))
    assert placed.leaf.refused == "exchange.LISTING_NOT_OPEN"
    asked = said(market, world.insurer, cleanroom.RequestJob(world.checks_agreement, world.checks, PURPOSE, PLAN, "n1"))
    assert asked.leaf.refused.startswith("cleanroom.")


def said(market: Sequencer, actor: str, command: object, id_: str = "") -> Answer:
    said.count = getattr(said, "count", 0) + 1  # type: ignore[attr-defined]
    envelope = Envelope(id_ or f"said-{said.count:08d}", actor, command)  # type: ignore[arg-type, attr-defined]
    (answer,) = market.handle_all([Spoken(envelope, "door:test")])
    return answer


def test_a_reaction_that_is_refused_refuses_the_whole_command(market: Sequencer, clock: Clock) -> None:
    world = open_trial(market.handle_all, clock.now, cash_fen=49_999)
    before = market.ask(lambda states: {name: list(table.under()) for name, table in states.tables.items()})
    answer = said(market, world.insurer, exchange.PlaceOrder(world.report_listing, 1, clock.now + DAY_MS, 10**9))
    assert answer.leaf.refused == "ledger.NO_OVERDRAFT"
    after = market.ask(lambda states: {name: list(table.under()) for name, table in states.tables.items()})
    after["envelope.seen"] = before["envelope.seen"]
    assert after == before


def test_a_retry_gets_the_first_answer_and_other_content_is_refused(
    market: Sequencer, world: World, clock: Clock
) -> None:
    order = exchange.PlaceOrder(world.report_listing, 1, clock.now + DAY_MS, 10**9)
    first = said(market, world.insurer, order, "retry-0001")
    size = market.size
    clock.now += 5_000
    again = said(market, world.insurer, order, "retry-0001")
    assert (again.again, again.leaf) == (True, first.leaf)
    assert market.size == size
    other = said(market, world.insurer, exchange.CancelOrder(exchange.OrderId("order-1")), "retry-0001")
    assert other.leaf.refused == "envelope.ID_REUSED"
    assert market.size == size + 1


def test_a_refusal_burns_its_id(market: Sequencer, clock: Clock) -> None:
    world = open_trial(market.handle_all, clock.now, cash_fen=49_999)
    order = exchange.PlaceOrder(world.report_listing, 1, clock.now + DAY_MS, 10**9)
    assert said(market, world.insurer, order, "burnt-0001").leaf.refused == "ledger.NO_OVERDRAFT"
    Script(market.handle_all, clock.now)
    again = said(market, world.insurer, order, "burnt-0001")
    assert again.again
    assert again.leaf.refused == "ledger.NO_OVERDRAFT"


@pytest.mark.parametrize("rows_kept_max", [0, 10, 10_000])
def test_a_market_goes_on_where_it_stopped_whatever_it_keeps_in_memory(
    tmp_path: Path, clock: Clock, rows_kept_max: int
) -> None:
    settings = Settings(rows_kept_max=rows_kept_max)
    market = start(tmp_path, clock, settings)
    world = open_trial(market.handle_all, clock.now)
    market.close()
    market = start(tmp_path, clock, settings)
    answer = said(market, world.insurer, exchange.PlaceOrder(world.report_listing, 1, clock.now + DAY_MS, 10**9))
    assert answer.leaf.refused == ""
    assert market.ask(lambda states: list(states.broken_laws())) == []
    market.close()


def test_leaves_survive_canonical_bytes(market: Sequencer, world: World) -> None:
    leaf = market.leaf(market.size - 1)
    assert msgspec.json.decode(msgspec.json.encode(leaf), type=type(leaf)) == leaf


def test_what_was_revoked_after_the_ticket_lets_nothing_out(market: Sequencer, world: World, clock: Clock) -> None:
    script = Script(market.handle_all, clock.now)
    script._said = 10_000
    budgets(script, world)
    _, agreement = buy(script, world.insurer, world.report_listing, world.report_offer, policy_of(world.report))
    request = cleanroom.RequestJob(agreement, world.report, PURPOSE, PLAN, "n1")
    ticket = next(e for e in script.say(world.insurer, request).leaf.events if isinstance(e, cleanroom.TicketIssued))
    script.say(world.owners[1], rights.RevokeGrant(world.grants[1], EndReason.GIVEN_UP))
    release = cleanroom.RecordRelease(ticket.job, sha256_hex(b"answer"), 3, 200)
    refused = said(market, world.owners[0], release).leaf
    assert (refused.refused, refused.detail["status"]) == ("cleanroom.JOB_CLOSED", "stopped")


def test_what_ran_out_after_the_ticket_lets_nothing_out(market: Sequencer, world: World, clock: Clock) -> None:
    """Time ends a grant without a word: nothing stops the job, the release is held against the chain."""
    script = Script(market.handle_all, clock.now)
    script._said = 10_000
    budgets(script, world)
    right = market.ask(lambda s: s.rights.grants[world.grants[0]].parent)
    short = rights.GrantRight(
        right, world.merchant, Right.USE, (PURPOSE,), ("CN",), (), script.now, script.now + DAY_MS, False, EVIDENCE
    )
    grant = script.made(world.owners[0], short, "grant")
    product, listing, offer = sell(script, world.merchant, (grant,), world.owners[:1], goods.ProductType.INDICATOR)
    terms = policy_of(ProductId(product))
    _, agreement = buy(script, world.insurer, ListingId(listing), offer, terms)
    request = cleanroom.RequestJob(agreement, ProductId(product), PURPOSE, PLAN, "n1")
    ticket = next(e for e in script.say(world.insurer, request).leaf.events if isinstance(e, cleanroom.TicketIssued))
    clock.now += 2 * DAY_MS
    release = cleanroom.RecordRelease(ticket.job, sha256_hex(b"answer"), 3, 200)
    assert said(market, world.owners[0], release).leaf.refused == "cleanroom.CHAIN_BROKEN"


@pytest.mark.parametrize(
    ("territory", "fields", "reason"),
    [(("US",), (), "territory_outside"), ((), ("dep_delay",), "field_outside"), (("CN",), ("tailnum",), "")],
)
def test_a_job_stays_within_the_territory_and_the_fields_of_every_grant(
    market: Sequencer, world: World, clock: Clock, territory: tuple[str, ...], fields: tuple[str, ...], reason: str
) -> None:
    script = Script(market.handle_all, clock.now)
    script._said = 10_000
    budgets(script, world)
    parent = market.ask(lambda states: states.rights.grants[world.grants[0]].parent)
    until = clock.now + 100 * DAY_MS
    grant = rights.GrantRight(
        parent, world.merchant, Right.USE, (PURPOSE,), territory, fields, clock.now, until, False, EVIDENCE
    )
    narrow = script.made(world.owners[0], grant, "grant")
    kind = goods.ProductType.INDICATOR
    product, listing, offer = sell(script, world.merchant, (narrow,), world.owners[:1], kind)
    terms = policy_of(ProductId(product))
    _, agreement = buy(script, world.insurer, ListingId(listing), offer, terms)
    asked = said(market, world.insurer, cleanroom.RequestJob(agreement, ProductId(product), PURPOSE, PLAN, "n1"))
    assert asked.leaf.refused == ("cleanroom.CHAIN_BROKEN" if reason else "")
    assert asked.leaf.detail.get("reason", "") == reason
