"""A live market is killed again and again under load; its callers keep receipts and hold it to them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from kill_runner import Receipt, receipts, said

from mumian.cli.opened import wall_clock
from mumian.journal.checkpoint import Checkpoint, verify_checkpoint
from mumian.journal.publish import ExportReader
from mumian.journal.tree import consistency_proof, verify_consistency
from mumian.kernel.canonical import sha256_hex
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.home import Home
from mumian.market.leaf import decode_leaf
from mumian.market.proofs import audit_folder
from mumian.market.trial import ORIGIN, open_trial

RUNNER = Path(__file__).with_name("kill_runner.py")
CALLERS = 4
KILL_WITHIN_S = 0.35
"""From when the market begins to open: a third of it is opening, catching up, reading; the rest is load."""


class Tally(NamedTuple):
    """kills: rounds. leaves: in the end. receipts: that callers hold. cut_off: commands unanswered at a kill.
    cut_off_kept: those of them that had become durable all the same.
    """

    kills: int
    leaves: int
    receipts: int
    cut_off: int
    cut_off_kept: int


def a_market(folder: Path) -> Home:
    home = Home.create(folder, origin=ORIGIN)
    market = home.open_market(wall_clock)
    world = open_trial(market.handle_all, wall_clock(), cash_fen=10**13)
    market.close()
    (folder / "world.json").write_bytes(msgspec.json.encode(world))
    return home


def run_and_kill(home: Home, round_: int, rng: random.Random) -> Checkpoint:
    """Run the market in a process of its own, kill it, and return the newest checkpoint that it had published."""
    command = [sys.executable, str(RUNNER), str(home.folder), str(round_), str(CALLERS)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"opening\n"
        with pytest.raises(subprocess.TimeoutExpired):  # it never ends by itself
            process.wait(rng.random() * KILL_WITHIN_S)
        note = ExportReader(home.market / "log").note()
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    return verify_checkpoint(note, home.verifier()).checkpoint


def unanswered(folder: Path, kept: list[Receipt]) -> list[Envelope]:
    """Return what was about to be said when the market was killed."""
    answered = {receipt.id for receipt in kept}
    return [envelope for envelope in said(folder) if envelope.id not in answered]


def check_after_kill(home: Home, before: Checkpoint, retried: set[str]) -> tuple[int, int]:
    """Raise AssertionError unless the market kept every word; return (retries, retries that had taken effect before)."""
    kept = receipts(home.folder)
    cut_off = [envelope for envelope in unanswered(home.folder, kept) if envelope.id not in retried]
    market = home.open_market(wall_clock)
    size = market.size
    answers = market.handle_all([Spoken(envelope, "door:load") for envelope in cut_off])
    again = market.handle_all([Spoken(envelope, "door:load") for envelope in cut_off])
    market.close()
    retried.update(envelope.id for envelope in cut_off)
    assert all(answer.again == (answer.leaf.seq < size) for answer in answers)
    assert [(answer.again, answer.leaf) for answer in again] == [(True, answer.leaf) for answer in answers]
    reader = ExportReader(home.market / "log")
    entries = list(reader.entries())
    assert [sha256_hex(entries[receipt.seq]) for receipt in kept] == [receipt.sha256 for receipt in kept]
    times = Counter(decode_leaf(entry).id for entry in entries)
    assert {times[each.id] for each in (*kept, *cut_off)} <= {1}
    after = reader.checkpoint()
    proof = consistency_proof(before.size, after.size, reader.hashes())
    verify_consistency(old=before.head, new=after.head, proof=proof)
    store = home.open_store(mode="read")
    found = audit_folder(home.market / "log", home.verifier(), rows=store)
    store.close()
    assert found.fault is None, found.fault
    assert found.leaves == len(entries) == market.size
    return len(answers), sum(answer.again for answer in answers)


def kill_often(folder: Path, *, kills: int, seed: int) -> Tally:
    rng, home = random.Random(seed), a_market(folder)
    cut_off = cut_off_kept = 0
    retried: set[str] = set()
    for round_ in range(kills):
        before = run_and_kill(home, round_, rng)
        told, kept = check_after_kill(home, before, retried)
        cut_off, cut_off_kept = cut_off + told, cut_off_kept + kept
    leaves = ExportReader(home.market / "log").checkpoint().size
    return Tally(kills, leaves, len(receipts(folder)), cut_off, cut_off_kept)


def test_a_killed_market_keeps_every_word_it_gave(tmp_path: Path) -> None:
    tally = kill_often(tmp_path, kills=20, seed=5)
    assert tally.receipts > 100, tally
    assert tally.cut_off > 20, tally


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(25))
def test_five_hundred_kills_break_no_word(tmp_path: Path, seed: int) -> None:
    assert kill_often(tmp_path, kills=20, seed=1_000 + seed).receipts > 100
