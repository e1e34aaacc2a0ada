"""The simulator: every law of every room in the small, sampled in the large, and the same bytes from the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec
import pytest
import rfc8785

from mumian.journal.sqlite import SqliteStore
from mumian.kernel.outcome import Broken
from mumian.market import simulator
from mumian.market.audit import audit
from mumian.market.leaf import decode_leaf
from mumian.market.refusals import REFUSALS
from mumian.market.rooms import ROOMS
from mumian.market.simulator import IN_THE_LARGE, IN_THE_SMALL, Simulator
from mumian.rooms.exchange.states import DealState
from mumian.rooms.ledger.model import Account, Purpose

SMALL_SEEDS = range(10)
SMALL_STEPS = 400
LARGE_SEED = 1
LARGE_STEPS = 100_000
SOAK_STEPS = 1_000_000


@cache
def large() -> Simulator:
    """One market of 100,000 steps, shared by the tests that look at it; running it has checked its laws."""
    return Simulator(LARGE_SEED, IN_THE_LARGE).run(LARGE_STEPS)


@cache
def small(seed: int) -> Simulator:
    return Simulator(seed, IN_THE_SMALL).run(SMALL_STEPS)


@pytest.mark.parametrize("seed", SMALL_SEEDS)
def test_in_the_small_every_law_holds_after_every_step(seed: int) -> None:
    market = small(seed)
    assert market.size > SMALL_STEPS
    assert list(market.states.broken_laws()) == []


def test_in_the_large_laws_hold_and_whole_lives_happen() -> None:
    market = large()
    states = {order.state for _, order in market.states.exchange.orders.under()}
    assert states == set(DealState)
    accepted = {command for command, refused in market.tally if not refused}
    given = {command.__name__ for room in ROOMS.values() for command in room.commands}
    only_the_market_gives = {"AdmitOperator", "BindOrder", "CountUse", "Distribute"}
    assert accepted == given - only_the_market_gives
    assert market.refusals <= set(REFUSALS)


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


def test_a_replay_of_the_large_market_decides_the_same_bytes_and_makes_the_same_rows() -> None:
    assert list(replayed(large())) == []


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
    market = large()
    for entry in market.entries[:: LARGE_STEPS // 1_000]:
        plain = msgspec.json.decode(entry)
        assert rfc8785.dumps(plain) == entry
        if "body_sha256" not in plain:
            assert msgspec.json.encode(decode_leaf(entry), order="sorted") == entry


def test_a_broken_law_stops_the_simulation_and_is_named_with_its_seed() -> None:
    market = Simulator(5)
    states = market.states.ledger
    states.accounts["account-7"] = Account(market.world.insurer, Purpose.CASH, credits_posted=1)
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
@pytest.mark.parametrize("seed", [11, 12])
def test_a_million_steps_hold_every_law_and_replay(seed: int) -> None:
    market = Simulator(seed, msgspec.structs.replace(IN_THE_LARGE, laws_every=5_000)).run(SOAK_STEPS)
    assert list(replayed(market)) == []
