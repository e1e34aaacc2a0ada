"""Cost as it grows: what a command costs at a million leaves against ten thousand, and how long the start takes then.

Leaves the big market in build/bench/growth, where `replay` finds it.
"""

from __future__ import annotations

import os
import statistics
import time

import msgspec

from benchmarks.load import Load
from benchmarks.rows import Row, at_most
from mumian.market.sequencer import Settings

SMALL = 10_000
LARGE = int(os.environ.get("MUMIAN_BENCH_LEAVES", "1000000"))
SLICE = 500
SLICES = 9


def cost_us(load: Load) -> float:
    """Return the median CPU microseconds of a command over some slices of the mix."""
    costs = []
    for _ in range(SLICES):
        started = time.process_time()
        commands = load.mix(SLICE)
        costs.append((time.process_time() - started) / commands * 1e6)
    return statistics.median(costs)


def main() -> list[Row]:
    load = Load("growth", settings=Settings(rows_kept_max=50_000))
    while load.market.size < SMALL:
        load.mix(SLICE)
    small = cost_us(load)
    while load.market.size < LARGE:
        load.mix(4_000)
    large = cost_us(load)
    size = f"{load.market.size:,} leaves"
    load.close()
    started = time.perf_counter()
    load.market = load.open()
    load.market.ask(lambda states: states.oversight.market.get("market"))
    start_s = time.perf_counter() - started
    load.close()
    return [
        at_most("command cost, at 10^6 leaves / at 10^4", size, large / small, "×", 1.5),
        at_most("start-up", size, start_s, "s", 2),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
