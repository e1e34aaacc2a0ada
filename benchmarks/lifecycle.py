"""Whole lives of orders, durable: ordered, offered, signed, bound, delivered, accepted and shared among 16 owners."""

from __future__ import annotations

import os
from statistics import median

import msgspec

from benchmarks.load import Load
from benchmarks.rows import Row, at_least

SECONDS = float(os.environ.get("MUMIAN_BENCH_SECONDS", "30"))
OWNERS = 16
LIVES_A_SLICE = 1_000


def main() -> list[Row]:
    """Bring slices of orders from order to settlement; quote the medians of the slices."""
    load = Load("lifecycle", owners=OWNERS)
    load.deals(LIVES_A_SLICE)
    by_wall, by_cpu = [], []
    spent = 0.0
    while spent < SECONDS:
        wall, cpu = load.wall_s, load.cpu_s
        load.deals(LIVES_A_SLICE)
        spent += load.wall_s - wall
        by_wall.append(LIVES_A_SLICE / (load.wall_s - wall))
        by_cpu.append(LIVES_A_SLICE / (load.cpu_s - cpu))
    load.close()
    size = f"{len(by_wall) * LIVES_A_SLICE:,} orders, 6 commands each, {OWNERS} owners and 2 more payees"
    figure = "order to settlement, durable, SQLite"
    return [
        at_least(figure, size, median(by_wall), "lives/s", 500),
        at_least(figure, size, median(by_cpu), "lives/cpu-s", 500),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
