"""The simulator: every law of every room in the small, sampled in the large, and the same bytes from the same seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec
import pytest
import rfc8785

from mumian.journal.log import payload_in
from mumian.journal.sqlite import SqliteStore
from mumian.kernel.outcome import Broken
from mumian.kernel.time import DAY_MS
from mumian.market import simulator
from mumian.market.auctioned import found_again
from mumian.market.audit import audit
from mumian.market.envelope import BY_CLOCK
from mumian.market.leaf import decode_leaf
from mumian.market.reactions import MEET
from mumian.market.refusals import REFUSALS
from mumian.market.rooms import ROOMS
from mumian.market.simulator import BAZAAR, EVERYTHING, IN_THE_LARGE, IN_THE_SMALL, OFFICES, TRADE, Simulator, Town
from mumian.rooms.auctions.records import Kind
from mumian.rooms.clocks.views import next_due
from mumian.rooms.exchange.states import DealState
from mumian.rooms.ledger.model import Account, Purpose

SELDOM_MET = {"cleanroom.review", "cleanroom.escalated", "exchange.escrow"}
SELDOM_HAPPENS = {"cleanroom.ReviewEscalated"}
"""Not in every walk: `test_review_deadlines` and `test_deal_deadlines` bring them about."""

SMALL_SEEDS = range(10)
SMALL_STEPS = 400
LARGE_SEED = 1
LARGE_STEPS = 100_000
SOAK_STEPS = 1_000_000
TOWNS = (TRADE, OFFICES, BAZAAR)
NAMES = ["trade", "offices", "bazaar"]


@cache
def large(town: Town) -> Simulator:
    """One market of 100,000 steps a town, shared by the tests that look at it; running it has checked its laws."""
    return Simulator(LARGE_SEED, IN_THE_LARGE, town).run(LARGE_STEPS)


@cache
def small(seed: int) -> Simulator:
    return Simulator(seed, IN_THE_SMALL).run(SMALL_STEPS)


@pytest.mark.parametrize("seed", SMALL_SEEDS)
def test_in_the_small_every_law_holds_after_every_step(seed: int) -> None:
    market = small(seed)
    assert market.size > SMALL_STEPS
    assert list(market.states.broken_laws()) == []


def leaves(market: Simulator, *, since: int = 0) -> Iterator[Any]:
    """Yield leaves as plain data, those whose text lies beside the journal too."""
    for entry in market.entries[since:]:
        plain = msgspec.json.decode(entry)
        yield msgspec.json.decode(market.bodies[plain["body_sha256"]]) if "body_sha256" in plain else plain


def events(*, of: Iterable[Any]) -> Iterator[Any]:
    return (event for leaf in of for event in leaf.get("events", ()))


def reached(market: Simulator, *, since: int = 0) -> set[tuple[str, str]]:
    """Return what every time limit that was met is about, and its kind."""
    ticks = (leaf for leaf in leaves(market, since=since) if leaf["by"] == BY_CLOCK)
    return {(event["about"], event["kind"]) for event in events(of=ticks) if event["type"] == "clocks.ClockReached"}


@pytest.mark.parametrize("town", TOWNS, ids=NAMES)
def test_in_the_large_laws_hold_and_refusals_are_known(town: Town) -> None:
    assert large(town).size > LARGE_STEPS
    assert large(town).refusals <= set(REFUSALS)


def test_in_the_large_every_event_happens_but_what_takes_ten_thousand_certificates() -> None:
    known = {f"{name}.{event.__name__}" for name, room in ROOMS.items() for event in room.events}
    happened = {event["type"] for town in TOWNS for event in events(of=leaves(large(town)))}
    assert known - happened - SELDOM_HAPPENS == {"property_register.SerialsUsedUp"}


def test_in_the_large_orders_come_to_every_state() -> None:
    states = {order.state for _, order in large(TRADE).states.exchange.orders.under()}
    assert states | {DealState.DELIVERED, DealState.DISPUTED} == set(DealState)  # the clock lets nobody stay in these


def test_in_the_large_every_auction_is_found_again_from_its_leaves_by_another_way() -> None:
    market = large(BAZAAR)
    payloads = (payload_in(entry, market.bodies.get) for entry in market.entries)
    told = [decode_leaf(payload) for payload in payloads if b'"auctions.' in payload]
    kept = market.states.auctions.auctions.under()
    found = [found_again(told, key) for key, auction in kept if auction.outcome is not None]
    assert {each.kind for each in found if each is not None and each.winners} == set(Kind)
    assert [each for each in found if each is None or not each.is_equal] == []


def test_in_the_large_every_kind_of_time_limit_is_met_but_of_used_up_serials() -> None:
    met = {kind for town in TOWNS for _, kind in reached(large(town))}
    assert set(MEET) - met - SELDOM_MET == {"property.serial"}


@pytest.mark.parametrize("town", TOWNS, ids=NAMES)
def test_three_years_later_every_time_limit_has_been_met_and_every_law_holds(town: Town) -> None:
    market = Simulator(7, IN_THE_LARGE, town).run(3_000)
    clocks = market.states.clocks
    running = {(clock.about, clock.kind): clock.due_at for _, clock in clocks.clocks.under() if not clock.is_suspended}
    size = market.size
    market.scene.now += 3 * 366 * DAY_MS
    market.handle_all([])
    market.settle()
    met = reached(market, since=size)
    over = {of for of, due_at in running.items() if due_at <= market.scene.now}
    assert len(met & over) > 20
    assert [of for of in over - met if (clock := clocks.clocks.get("/".join(of))) and clock.due_at == running[of]] == []
    assert next_due(clocks) is None or next_due(clocks) > market.scene.now
    assert list(market.states.broken_laws()) == []
    assert list(replayed(market)) == []


@pytest.mark.parametrize("seed", SMALL_SEEDS)
def test_the_same_seed_gives_the_same_journal(seed: int) -> None:
    again = Simulator(seed, msgspec.structs.replace(IN_THE_LARGE, settle_every=37, rows_kept_max=0)).run(SMALL_STEPS)
    assert again.entries == small(seed).entries
    assert again.root == small(seed).root


def replayed(market: Simulator) -> Iterator[str]:
    """Audit a simulated journal against the rows that the simulation left, and yield what does not hold."""
    scratch = SqliteStore(":memory:")
    found = audit(market.entries, None, market.claim, body=market.bodies.get, scratch=scratch, rows=market.store)
    assert found.leaves == market.size
    if found.fault is not None:
        yield f"{found.fault.seq}: {found.fault.law}: {found.fault.place}"


@pytest.mark.parametrize("town", TOWNS, ids=NAMES)
def test_a_replay_of_the_large_market_decides_the_same_bytes_and_makes_the_same_rows(town: Town) -> None:
    assert list(replayed(large(town))) == []


def test_a_replay_sees_a_row_that_was_changed_behind_the_markets_back() -> None:
    market = Simulator(3).run(50)
    cash = market.states.ledger.by_owner[f"{market.world.insurer}/cash"]
    account = market.states.ledger.accounts[cash]
    market.states.ledger.accounts[cash] = msgspec.structs.replace(account, credits_posted=account.credits_posted + 1)
    market.settle()
    assert list(replayed(market)) == [
        f"-1: rows_are_what_the_leaves_make: row `{cash}` of `ledger.accounts` is not what the leaves make of it"
    ]


def test_leaves_are_canonical_by_another_hand_and_say_the_same_when_read() -> None:
    entries = [entry for town in TOWNS for entry in large(town).entries[:: LARGE_STEPS // 500]]
    for entry in entries:
        plain = msgspec.json.decode(entry)
        assert rfc8785.dumps(plain) == entry
        if "body_sha256" not in plain:
            assert msgspec.json.encode(decode_leaf(entry), order="sorted") == entry


@pytest.mark.parametrize("town", [EVERYTHING, BAZAAR], ids=["everything", "bazaar"])
@pytest.mark.parametrize("seed", range(4))
def test_a_clock_that_jumps_over_every_limit_stops_nothing(seed: int, town: Town) -> None:
    """A market that was down for more than a year meets all that is over, in order, and goes on."""
    market = Simulator(seed, IN_THE_LARGE, town)
    for _ in range(5):
        market.run(1_000)
        market.scene.now += 500 * DAY_MS
    market.run(50)
    assert market.size > 5_000


def test_a_broken_law_stops_the_simulation_and_is_named_with_its_seed() -> None:
    market = Simulator(5)
    states = market.states.ledger
    states.accounts["account-7"] = Account(market.world.insurer, Purpose.CASH, credits_posted=1)
    market.settle()  # what a refused step takes back does not include it
    with pytest.raises(Broken, match=r"ledger.debits_equal_credits: seed 5, after leaf \d+: posted debits exceed"):
        market.run(1)


def test_money_that_no_event_moved_is_seen() -> None:
    market = Simulator(5).run(20)
    bank, cash = (market.states.ledger.by_owner[key] for key in ("exchange/bank", f"{market.world.insurer}/cash"))
    for key, side in ((bank, "debits_posted"), (cash, "credits_posted")):  # as if a transfer had had no event
        account = market.states.ledger.accounts[key]
        market.states.ledger.accounts[key] = msgspec.structs.replace(account, **{side: getattr(account, side) + 5})
    with pytest.raises(Broken, match="money_is_where_events_put_it"):
        market.watch.settle()


def test_the_table_counts_every_step(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["simulator", "--seed", "2", "--steps", "100"])
    simulator.main()
    said = capsys.readouterr().out.splitlines()
    accepted, refused = map(int, next(line for line in said if line.startswith("all ")).split()[1:])
    assert said[-1].endswith(f" of {accepted + refused} leaves")


@pytest.mark.soak
@pytest.mark.parametrize(
    ("seed", "town"), [(11, TRADE), (12, OFFICES), (14, BAZAAR), (13, EVERYTHING)], ids=[*NAMES, "all"]
)
def test_a_million_steps_hold_every_law_and_replay(seed: int, town: Town) -> None:
    market = Simulator(seed, msgspec.structs.replace(IN_THE_LARGE, laws_every=5_000), town).run(SOAK_STEPS)
    assert list(replayed(market)) == []
