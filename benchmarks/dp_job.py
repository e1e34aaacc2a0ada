"""The demo's job on its real flights: bounded by aircraft and noised, against the plain DuckDB aggregate over the same rows.

Two figures: what the answer itself costs (bounding, clamping, sums, noise), and the whole job as it runs across 18 domains
with tickets, masks, signatures and files synced to disk.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from benchmarks.load import FOLDER
from benchmarks.rows import Row, against, beside
from mumian.cli.demo import cast, deal, shelf, supply
from mumian.cli.demo.data import ROUTES
from mumian.cli.demo.stage import Stage
from mumian.cli.opened import wall_clock
from mumian.domain.gate import Sampler, add_noise
from mumian.domain.messages import RunJob
from mumian.engines.clustered import totals
from mumian.rooms.cleanroom.plan import question

TIMES = 15


def median_ms(runs: list[Callable[[], object]]) -> float:
    """Return the median CPU milliseconds, all threads, of runs that each happen once; the first two warm up."""
    spent = []
    for run in runs:
        started = time.process_time()
        run()
        spent.append((time.process_time() - started) * 1000)
    return statistics.median(spent[2:])


def plain(folder: Path) -> Callable[[], object]:
    """Return the same question to DuckDB over one table of all airlines' rows, already loaded, without any privacy."""
    base = duckdb.connect(str(folder / "plain.db"))
    base.execute("SET threads = 2")
    files = str(folder / "flights" / "*.csv")
    base.execute(f"CREATE TABLE flights AS SELECT * FROM read_csv('{files}', nullstr = 'NA')")
    every = "SELECT origin, dest, month, count(arr_delay), sum(arr_delay) FROM flights GROUP BY ALL"
    return lambda: base.execute(every).fetchall()


def main() -> list[Row]:
    folder = FOLDER / "dp_job"
    shutil.rmtree(folder, ignore_errors=True)
    stage = Stage(folder / "home", wall_clock, lambda *_: None)
    everybody = cast.admit_all(stage, folder / "flights")
    taken = supply.take_in_all(stage, everybody)
    holdings = supply.grant_all(stage, everybody, taken)
    risk, _ = shelf.list_all(stage, everybody, holdings)
    airlines = [stage.domains[party] for party in everybody.airlines]
    versions = [domain.store.version("main", domain.store.current("main") or "") for domain in airlines]

    def answer() -> object:
        parts = [totals(question(deal.PLAN), version.table, parts=len(versions)) for version in versions]
        return add_noise(deal.PLAN, np.sum(parts, axis=0), Sampler())

    bought = deal.strike(stage, everybody, risk, "aggregate")
    plans = [msgspec.structs.replace(deal.PLAN, rho_nano=10_000_000 + nth) for nth in range(TIMES)]
    tickets = [deal.ticket(stage, everybody, bought, risk, plan, f"n{nth}") for nth, plan in enumerate(plans)]
    root = tickets[0].ticket.root
    jobs: list[Callable[[], object]] = [
        lambda signed=signed: stage.ask(everybody.insurer, root, RunJob(signed)) for signed in tickets
    ]
    ask = plain(folder)
    ask()
    theirs = median_ms([ask] * TIMES)
    ours, whole = median_ms([answer] * TIMES), median_ms(jobs)
    stage.market.close()
    size = f"{sum(each.rows for _, each in taken.values() if each.profile.units):,} rows, {len(ROUTES) * 12} groups"
    peer = "DuckDB, no privacy, all groups"
    bar = 1 / 1.5
    return [
        against("demo's DP answer", size, ours, "cpu-ms", peer=peer, theirs=theirs, ratio=theirs / ours, bar=bar),
        beside(
            "the same with its protocol", "18 domains", whole, "cpu-ms", peer=peer, theirs=theirs, ratio=theirs / whole
        ),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
