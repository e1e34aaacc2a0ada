"""The whole market played again on disk and killed in between: it comes out leaf by leaf as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from mumian.journal.log import digest_in, payload_of
from mumian.journal.publish import ExportReader
from mumian.market.home import Home
from mumian.market.proofs import audit_folder
from mumian.market.simulator import BAZAAR, IN_THE_LARGE, Simulator
from mumian.market.trial import ORIGIN

RUNNER = Path(__file__).with_name("play_runner.py")


def written(market: Simulator, file: Path) -> None:
    """Write a simulation's leaves, a line each."""
    with file.open("wb") as out:
        for entry in market.entries:
            named = digest_in(entry)
            out.write(payload_of(entry, market.bodies[named.body_sha256] if named else None) + b"\n")


def played(folder: Path, *, steps: int, kills: int, within_s: float, seed: int) -> tuple[Simulator, int]:
    """Play a simulation on disk, killing the player so often; return it and how often a kill came before the end."""
    rigour = msgspec.structs.replace(IN_THE_LARGE, laws_every=steps)
    market = Simulator(seed, rigour, BAZAAR).run(steps)
    leaves = folder / "leaves.jsonl"
    written(market, leaves)
    home = Home.create(folder / "home", origin=ORIGIN)
    rng, early = random.Random(seed), 0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(RUNNER), str(home.folder), str(leaves)]
    for nth in range(kills + 1):
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"playing\n"
            try:
                process.wait(None if nth == kills else 0.2 + rng.random() * within_s)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                early += 1
        assert process.returncode in (0, -signal.SIGKILL)
    return market, early


def held(folder: Path, market: Simulator) -> None:
    """Raise AssertionError unless the market on disk is the simulated one, audited from its leaves."""
    home = Home(folder / "home")
    reader = ExportReader(home.market / "log")
    assert list(reader.entries()) == market.entries
    store = home.open_store(mode="read")
    found = audit_folder(home.market / "log", home.verifier(), rows=store, body=store.body)
    store.close()
    assert found.fault is None, found.fault
    assert found.leaves == market.size


def test_a_market_that_is_killed_in_between_comes_out_leaf_by_leaf_the_same(tmp_path: Path) -> None:
    market, early = played(tmp_path, steps=1_500, kills=3, within_s=0.4, seed=3)
    held(tmp_path, market)
    assert early >= 2


@pytest.mark.soak
def test_a_hundred_thousand_steps_of_the_whole_market_with_crashes_lose_nothing(tmp_path: Path) -> None:
    market, early = played(tmp_path, steps=100_000, kills=60, within_s=2.0, seed=1)
    held(tmp_path, market)
    assert list(market.states.broken_laws()) == []
    assert early >= 20
