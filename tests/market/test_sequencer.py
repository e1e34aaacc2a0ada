"""The sequencer under many callers, full disks, lost publications and wrong clocks."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import apsw
import pytest
from opening import T0, Clock, start

from mumian.journal.note import Signer
from mumian.journal.publish import ExportReader
from mumian.journal.store import StoreFull
from mumian.kernel.time import DAY_MS
from mumian.market.audit import Audit
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.leaf import leaf_bytes
from mumian.market.proofs import audit_folder
from mumian.market.sequencer import Answer, ClockBehind, MarketStopped, Sequencer, Settings
from mumian.market.trial import ORIGIN, World, open_trial
from mumian.rooms.exchange import model as exchange
from mumian.rooms.parties.model import RegisterKey

CALLERS = 8


def audited(folder: Path) -> Audit:
    return audit_folder(folder / "log", Signer(ORIGIN, b"\x07" * 32).verifier)


def an_order(world: World, id_: str) -> Spoken:
    command = exchange.PlaceOrder(world.report_listing, 1, T0 + 200 * DAY_MS, 10**9)
    return Spoken(Envelope(id_, world.insurer, command), "door:test")


def in_threads(work: Callable[[int], None]) -> None:
    """Run `work(nth)` for each caller in a thread; all start together, and raise what any of them raised."""
    ready, raised = threading.Barrier(CALLERS), list[BaseException]()

    def run(nth: int) -> None:
        try:
            ready.wait()
            work(nth)
        except BaseException as fault:
            raised.append(fault)

    threads = [threading.Thread(target=run, args=(nth,)) for nth in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if raised:
        raise raised[0]


@pytest.fixture
def connections() -> Iterator[list[apsw.Connection]]:
    """Every SQLite connection that is opened during the test, newest last."""
    opened: list[apsw.Connection] = []
    apsw.connection_hooks.append(opened.append)
    yield opened
    apsw.connection_hooks.remove(opened.append)


def fill(disk: apsw.Connection) -> None:
    """From now on this database file has no room for another page."""
    disk.pragma("max_page_count", disk.pragma("page_count"))


@pytest.mark.parametrize("batch_max", [1, 7, 1_000])
def test_every_caller_gets_its_answers_in_order_and_the_journal_has_no_gap(
    tmp_path: Path, clock: Clock, batch_max: int
) -> None:
    market = start(tmp_path, clock, Settings(batch_max=batch_max))
    world = open_trial(market.handle_all, clock.now)
    before, given = market.size, dict[int, list[Answer]]()

    def work(nth: int) -> None:
        rng, mine = random.Random(nth), given.setdefault(nth, [])
        while len(mine) < 30:
            mine += market.handle_all(
                [an_order(world, f"call-{nth}-{len(mine) + more:04d}") for more in range(rng.randint(1, 9))]
            )

    in_threads(work)
    market.close()
    answers = [answer for mine in given.values() for answer in mine]
    assert sorted(answer.leaf.seq for answer in answers) == list(range(before, before + len(answers)))
    assert not any(answer.leaf.refused or answer.again for answer in answers)
    for nth, mine in given.items():
        assert [answer.leaf.id for answer in mine] == [f"call-{nth}-{number:04d}" for number in range(len(mine))]
        assert [answer.leaf.seq for answer in mine] == sorted(answer.leaf.seq for answer in mine)
    entries = list(ExportReader(tmp_path / "log").entries())
    assert all(entries[answer.leaf.seq] == leaf_bytes(answer.leaf) for answer in answers)
    assert audited(tmp_path) == Audit(before + len(answers), audited(tmp_path).root)


def test_what_waits_together_is_committed_together(tmp_path: Path) -> None:
    """While one view holds the thread, eight callers queue up; the clock is then read once for all of them."""
    ticks = count(T0)
    market = start(tmp_path, lambda: next(ticks))
    world = open_trial(market.handle_all, T0)
    looking, go_on, given = threading.Event(), threading.Event(), list[Answer]()
    viewer = threading.Thread(target=market.ask, args=(lambda _: (looking.set(), go_on.wait(30)),))
    viewer.start()
    assert looking.wait(30)
    callers = [
        threading.Thread(target=lambda nth=nth: given.extend(market.handle_all([an_order(world, f"group-{nth:04d}")])))
        for nth in range(CALLERS)
    ]
    for caller in callers:
        caller.start()
    while market._queue.qsize() < CALLERS:
        threading.Event().wait(0.001)
    go_on.set()
    for thread in (viewer, *callers):
        thread.join(30)
    assert len(given) == CALLERS
    assert len({answer.leaf.at for answer in given}) == 1
    market.close()


def test_one_id_said_by_many_callers_at_once_takes_effect_once(market: Sequencer, world: World) -> None:
    given: list[Answer] = []
    in_threads(lambda _: given.extend(market.handle_all([an_order(world, "same-0001")] * 3)))
    assert len({answer.leaf.seq for answer in given}) == 1
    assert [answer.again for answer in given].count(False) == 1
    assert market.size == given[0].leaf.seq + 1


def test_a_view_that_fails_is_its_askers_fault(market: Sequencer, world: World) -> None:
    with pytest.raises(KeyError, match="nobody"):
        market.ask(lambda states: states.parties.parties["nobody"])
    assert market.ask(lambda states: world.insurer in states.parties.parties)
    assert market.handle_all([]) == []


def test_an_id_reused_in_one_batch_is_refused_by_name(market: Sequencer, world: World) -> None:
    order = an_order(world, "batch-0001")
    other = Spoken(
        Envelope("batch-0001", world.insurer, exchange.CancelOrder(exchange.OrderId("order-1"))), "door:test"
    )
    third = Spoken(Envelope("batch-0001", world.merchant, order.envelope.command), "door:test")
    first, again, reused, stolen = market.handle_all([order, order, other, third])
    assert (again.again, again.leaf) == (True, first.leaf)
    for answer in (reused, stolen):
        assert answer.leaf.refused == "envelope.ID_REUSED"
        assert answer.leaf.detail == {"id": "batch-0001", "first_seq": first.leaf.seq}
    assert market.size == first.leaf.seq + 3


def test_a_publication_that_fails_stops_nothing_and_is_caught_up(tmp_path: Path, clock: Clock) -> None:
    market = start(tmp_path, clock)
    world = open_trial(market.handle_all, clock.now)
    said, draft = ExportReader(tmp_path / "log").checkpoint().size, tmp_path / "log" / ".draft"
    draft.mkdir()
    assert market.handle_all([an_order(world, "unseen-001")])[0].leaf.refused == ""
    assert isinstance(market.publish_fault, OSError)
    assert ExportReader(tmp_path / "log").checkpoint().size == said < market.size
    draft.rmdir()
    assert market.handle_all([an_order(world, "unseen-002")])[0].leaf.refused == ""
    assert market.publish_fault is None
    assert ExportReader(tmp_path / "log").checkpoint().size == market.size
    draft.mkdir()
    market.handle_all([an_order(world, "unseen-003")])
    draft.rmdir()
    market.close()
    start(tmp_path, clock).close()
    assert audited(tmp_path).leaves == said + 3
    assert audited(tmp_path).fault is None


def test_a_full_disk_stops_the_market_and_nothing_is_half_done(
    tmp_path: Path, clock: Clock, connections: list[apsw.Connection]
) -> None:
    market = start(tmp_path, clock)
    disk = connections[-1]
    world = open_trial(market.handle_all, clock.now)
    market.ask(lambda _: fill(disk))
    given: dict[int, list[Answer]] = {}
    stopped: list[MarketStopped] = []

    def work(nth: int) -> None:
        mine = given.setdefault(nth, [])
        try:
            while True:
                mine += market.handle_all([an_order(world, f"full-{nth}-{len(mine):04d}")])
        except MarketStopped as fault:
            stopped.append(fault)

    in_threads(work)
    assert len(stopped) == CALLERS
    assert all(isinstance(fault.__cause__, StoreFull) for fault in stopped)
    assert "make room" in str(stopped[0])
    with pytest.raises(MarketStopped):
        market.ask(lambda _: None)
    market.close()
    again = start(tmp_path, clock)
    answers = [answer for mine in given.values() for answer in mine]
    for answer in answers:
        assert again.ask(lambda states, id_=answer.leaf.id: states.seen.get(id_)) == answer.leaf.seq
    assert again.size == 1 + max((answer.leaf.seq for answer in answers), default=again.size - 1)
    assert again.ask(lambda states: list(states.broken_laws())) == []
    retried = again.handle_all([an_order(world, f"full-{nth}-{len(mine):04d}") for nth, mine in given.items()])
    assert not any(answer.again or answer.leaf.refused for answer in retried)
    again.close()
    assert audited(tmp_path).fault is None
    assert audited(tmp_path).leaves == again.size


def test_a_closed_market_answers_what_waits_and_turns_away_the_rest(tmp_path: Path, clock: Clock) -> None:
    market = start(tmp_path, clock)
    world = open_trial(market.handle_all, clock.now)
    answered: list[Answer] = []
    turned_away: list[str] = []
    begun = threading.Event()

    def work(nth: int) -> None:
        if nth == 0:
            begun.wait(30)
            market.close()
            return
        try:
            for number in count():
                answered.extend(market.handle_all([an_order(world, f"close-{nth}-{number:05d}")]))
                begun.set()
        except MarketStopped as fault:
            turned_away.append(str(fault))

    in_threads(work)
    assert turned_away == ["the market is closed; open it again"] * (CALLERS - 1)
    market.close()
    with pytest.raises(MarketStopped, match="open it again"):
        market.ask(lambda _: None)
    again = start(tmp_path, clock)
    assert again.size == 1 + max(answer.leaf.seq for answer in answered)
    again.close()


def test_a_clock_that_is_a_little_behind_lets_time_stand_still(market: Sequencer, world: World, clock: Clock) -> None:
    (first,) = market.handle_all([an_order(world, "clock-0001")])
    clock.now -= 60_000
    (second,) = market.handle_all([an_order(world, "clock-0002")])
    assert first.leaf.at == second.leaf.at == T0
    clock.now = T0 + 5
    (third,) = market.handle_all([an_order(world, "clock-0003")])
    assert third.leaf.at == T0 + 5


def test_a_clock_far_behind_is_refused_and_the_market_goes_on_when_it_is_set(
    tmp_path: Path, market: Sequencer, world: World, clock: Clock
) -> None:
    size = market.size
    clock.now = T0 - 60_001
    for _ in range(2):
        with pytest.raises(ClockBehind, match="set the clock"):
            market.handle_all([an_order(world, "clock-0001")])
    assert market.ask(lambda states: states.seen.get("clock-0001")) is None
    assert market.size == size
    market.close()
    reopened = start(tmp_path, clock)
    with pytest.raises(ClockBehind):
        reopened.handle_all([an_order(world, "clock-0001")])
    clock.now = T0
    (answer,) = reopened.handle_all([an_order(world, "clock-0001")])
    assert (answer.leaf.seq, answer.leaf.refused, answer.again) == (size, "", False)
    reopened.close()


def test_a_clock_that_falls_back_between_two_batches_leaves_the_first_to_be_retried(
    tmp_path: Path,
) -> None:
    readings: list[int] = []
    market = start(tmp_path, lambda: readings.pop(0) if readings else T0, Settings(batch_max=2))
    world = open_trial(market.handle_all, T0)
    orders = [an_order(world, f"split-{nth:04d}") for nth in range(4)]
    readings += [T0, T0 - DAY_MS]
    with pytest.raises(ClockBehind):
        market.handle_all(orders)
    assert [answer.again for answer in market.handle_all(orders)] == [True, True, False, False]
    market.close()
    assert audited(tmp_path).fault is None


def test_a_key_registered_in_a_batch_binds_the_rest_of_the_batch(market: Sequencer, world: World) -> None:
    key = RegisterKey(world.insurer, "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    batch = [Spoken(Envelope("key-000001", world.insurer, key), "door:test"), an_order(world, "key-000002")]
    first, second = market.handle_all(batch)
    assert (first.leaf.refused, second.leaf.refused) == ("", "envelope.SIGNATURE_REQUIRED")
