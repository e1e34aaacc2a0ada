"""The same mix through PostgreSQL, on a server that this benchmark starts."""

from __future__ import annotations

import os
import time

import msgspec

from benchmarks.load import Load
from benchmarks.rows import Row, at_least
from benchmarks.server import postgres
from mumian.journal.stores import open_store

SECONDS = float(os.environ.get("MUMIAN_BENCH_SECONDS", "60")) / 2
DEALS_A_SLICE = 1_000


def main() -> list[Row]:
    with postgres() as url:
        load = Load("postgres", lambda _: open_store(url))
        load.mix(200)
        commands, wall = 0, time.perf_counter()
        while time.perf_counter() - wall < SECONDS:
            commands += load.mix(DEALS_A_SLICE)
        a_second = commands / (time.perf_counter() - wall)
        load.close()
    return [at_least("full commands, durable, PostgreSQL", f"{SECONDS:.0f} s", a_second, "commands/s", 2_000)]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
