"""Crashes of the whole market, over its real schema and commands: nothing acknowledged is lost, no fen, no checkpoint."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Literal

import pytest
from campaign import Outcome, campaign
from vfs import Disk

from market_load import Load, too_large
from mumian.journal.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from mumian.journal.log import Log, digest_in
from mumian.journal.note import Signer
from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Head, Store, StoreUnreachable
from mumian.journal.tree import EMPTY_ROOT, Frontier, consistency_proof, leaf_hashes, node_hash, verify_consistency
from mumian.journal.tree import Head as TreeHead
from mumian.kernel.ids import OPERATOR
from mumian.market.audit import Claim, audit
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.rooms import ROOMS, States
from mumian.market.sequencer import Answer, MarketStopped, Sequencer, Settings
from mumian.market.trial import ORIGIN, World, open_trial
from mumian.rooms.catalog.model import DescribeResource
from mumian.rooms.oversight.model import AnnounceHolidays
from mumian.rulebook.calendar import Year

T0 = 1_790_000_000_000
SIGNER = Signer(ORIGIN, b"\x07" * 32)
BATCHES = 60


def opened(store: Store) -> Sequencer:
    """Start a market over `store` that keeps few rows in memory, so that it reads its store under way."""
    head = store.head()
    frontier = Frontier.from_hex(head.size, head.frontier) if head else None
    return Sequencer(store, Log(ORIGIN, SIGNER, frontier), None, lambda: T0, Settings(rows_kept_max=100))


@cache
def trial() -> tuple[World, list[Spoken]]:
    """Return the trial market's world, and what was said to bring it there."""
    market, said = opened(SqliteStore(":memory:")), list[Spoken]()

    def handle(spoken: Sequence[Spoken]) -> list[Answer]:
        said.extend(spoken)
        return market.handle_all(spoken)

    world = open_trial(handle, T0)
    market.close()
    return world, said


class Life:
    """A market's life as the campaign records it, and what the world holds of it: signed checkpoints."""

    def __init__(self) -> None:
        self.outcomes = Counter[str]()
        self.checkpoints: dict[int, bytes] = {}  # by size
        self._sound: set[bytes] = set()  # digests of stores that were looked at
        self._consistent: set[tuple[int, str, int]] = set()  # (size, root, size of the checkpoint)

    def run(self, store: Store) -> Iterator[int]:
        """Bring a trial market under load; yield how many leaves are acknowledged after each commit."""
        market = opened(store)
        try:
            for _ in self._say(market):
                self.checkpoints[market.size] = sign_checkpoint(_checkpoint(store.head()), [SIGNER])
                yield market.size
        finally:
            market.close()

    def _say(self, market: Sequencer) -> Iterator[None]:
        world, said = trial()
        rng = random.Random(3)
        said = said.copy()
        while said:
            count = rng.randint(1, 4)
            market.handle_all(said[:count])
            del said[:count]
            yield
        load = Load(world, now=T0, seed=3)
        for nth in range(BATCHES):
            answers = load.go_on(market.handle_all, rng.randint(1, 12))
            if nth % 20 == 10:
                answers += market.handle_all([big_leaf(f"big-{nth:06d}")])
            self.outcomes.update(answer.leaf.refused or type(answer.leaf.command).__name__ for answer in answers)
            yield

    def check(self, store: Store, acknowledged: int) -> None:
        """Raise AssertionError unless the store, reopened after a crash, is a market that kept its word."""
        head = store.head()
        if head is None:
            assert acknowledged == 0
            return
        signed = max((size for size in self.checkpoints if size <= acknowledged), default=0)
        if (head.size, head.root, signed) not in self._consistent:
            self._check_checkpoint(list(store.entries(0, head.size)), head, signed)
            self._consistent.add((head.size, head.root, signed))
        contents = contents_of(store, head)
        if contents not in self._sound:
            check_audit(store, head)
            check_goes_on(store, head)
            self._sound.add(contents)

    def _check_checkpoint(self, entries: list[bytes], head: Head, signed: int) -> None:
        """Whoever holds the newest checkpoint signed before the crash must find it in the tree after it."""
        leaves = leaf_hashes(entries)
        frontier = Frontier()
        frontier.extend(leaves)
        assert (frontier.size, frontier.root().hex()) == (head.size, head.root)
        assert tuple(frontier.to_hex()) == head.frontier
        if not signed:
            return
        before = verify_checkpoint(self.checkpoints[signed], SIGNER.verifier).checkpoint

        @cache
        def read_hash(height: int, nth: int) -> bytes:
            if height == 0:
                return leaves[nth]
            return node_hash(read_hash(height - 1, 2 * nth), read_hash(height - 1, 2 * nth + 1))

        proof = consistency_proof(signed, head.size, read_hash)
        verify_consistency(old=before.head, new=TreeHead(head.size, bytes.fromhex(head.root)), proof=proof)


def _checkpoint(head: Head | None) -> Checkpoint:
    return Checkpoint(ORIGIN, head.size, bytes.fromhex(head.root)) if head else Checkpoint(ORIGIN, 0, EMPTY_ROOT)


def big_leaf(id_: str) -> Spoken:
    world, said = trial()
    command = next(each.envelope.command for each in said if isinstance(each.envelope.command, DescribeResource))
    return Spoken(Envelope(id_, world.owners[0], too_large(command.description)), "door:load")


@cache
def tables() -> tuple[str, ...]:
    scratch = SqliteStore(":memory:")
    names = tuple(States(scratch).tables)
    scratch.close()
    return names


def contents_of(store: Store, head: Head) -> bytes:
    """Return a digest of everything that the store holds: equal stores need one look."""
    digest = sha256(repr(head).encode())
    for entry in store.entries(0, head.size):
        digest.update(b"%d:" % len(entry) + entry)
        if named := digest_in(entry):
            digest.update(store.body(named.body_sha256) or b"")
    for table in tables():
        digest.update(repr((table, list(store.scan(table, "")))).encode())
    return digest.digest()


def check_audit(store: Store, head: Head) -> None:
    scratch = SqliteStore(":memory:")
    found = audit(
        store.entries(0, head.size),
        None,
        Claim(ORIGIN, head.size, head.root),
        body=store.body,
        scratch=scratch,
        rows=store,
    )
    scratch.close()
    assert found.fault is None, found.fault
    assert found.leaves == head.size


def check_goes_on(store: Store, head: Head) -> None:
    """A market opened over the store takes its next leaf where the journal ends."""
    market = opened(store)
    assert list(market.ask(lambda states: list(states.broken_laws()))) == []
    command = AnnounceHolidays(Year(2031, ("01-01",), ()), sha256(b"notice").hexdigest())
    (answer,) = market.handle_all([Spoken(Envelope("goes-on-0001", OPERATOR, command), "door:load")])
    assert (answer.leaf.seq, answer.leaf.refused) == (head.size, "")
    market.close()


def crashed(states: int, *, seed: int = 11, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> tuple[Outcome, Life]:
    life = Life()
    return campaign(life.run, life.check, states=states, seed=seed, synchronous=synchronous), life


def test_no_crash_of_the_market_loses_a_leaf_a_fen_or_a_checkpoint() -> None:
    outcome, life = crashed(300)
    assert outcome == (300, 0, 0, "")
    for command in ("PlaceOrder", "SignAgreement", "SignDeal", "RecordDelivery", "AcceptDelivery", "CancelOrder"):
        assert life.outcomes[command] > 5, life.outcomes
    assert life.outcomes["RecordUsage"] > 5
    assert life.outcomes["SettleUsage"] > 0
    assert life.outcomes["DescribeResource"] == 3
    assert life.outcomes["ledger.TRANSFER_UNKNOWN"] > 0


def test_the_campaign_over_the_market_sees_losses_where_commits_are_not_synced() -> None:
    outcome, _ = crashed(100, synchronous="NORMAL")
    assert outcome.losses > 0
    assert outcome.damaged == 0, outcome.example


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_crashes_of_the_market_lose_nothing(seed: int) -> None:
    outcome, _ = crashed(1_000, seed=100 + seed)
    assert outcome == (1_000, 0, 0, "")


def test_the_check_sees_a_changed_row_a_changed_leaf_and_a_forked_tree() -> None:
    """The campaign's own eyes: each defect, made by hand in a sound store, is found."""
    life, disk = Life(), Disk("market-eyes")
    store = SqliteStore("market.db", vfs=disk.name)
    for _ in life.run(store):
        pass
    size = max(life.checkpoints)
    image = disk.image()
    disk.unregister()
    for nth, defect in enumerate(
        (
            "UPDATE state SET value = replace(value, '50000', '50001') WHERE tbl = 'ledger.accounts'",
            "DELETE FROM state WHERE tbl = 'envelope.seen' AND key = (SELECT max(key) FROM state WHERE tbl = 'envelope.seen')",
            f"UPDATE leaves SET entry = CAST(replace(entry, 'door:load', 'door:lead') AS BLOB) WHERE seq = {size - 1}",
            f"UPDATE heads SET size = {size - 1}; DELETE FROM leaves WHERE seq = {size - 1}",
            "DELETE FROM bodies",
        )
    ):
        bad = Disk(f"market-eyes-{nth}", image)
        store = SqliteStore("market.db", vfs=bad.name)
        store._db.execute(defect)
        with pytest.raises(AssertionError):
            life.check(store, size)
        store.close()
        bad.unregister()


def test_a_lost_sync_stops_the_market_and_what_was_acknowledged_is_there() -> None:
    disk = Disk("market-sync")
    market = opened(SqliteStore("market.db", vfs=disk.name))
    world = open_trial(market.handle_all, T0)
    size = market.size
    disk.syncs_fail = True
    load = Load(world, now=T0, seed=1)
    with pytest.raises(MarketStopped) as stopped:
        load.go_on(market.handle_all, 10)
    assert isinstance(stopped.value.__cause__, StoreUnreachable)
    market.close()
    disk.syncs_fail = False
    store = SqliteStore("market.db", vfs=disk.name)
    head = store.head()
    assert head is not None
    assert head.size >= size
    check_audit(store, head)
    check_goes_on(store, head)
    disk.unregister()


def test_every_room_has_rows_that_a_crash_could_harm() -> None:
    assert {name.split(".")[0] for name in tables()} == {"envelope", *ROOMS}
