"""Metering: verification calls answered, metered and closed into provable batches, in one domain."""

from __future__ import annotations

import shutil
import time

import msgspec

from benchmarks.load import FOLDER
from benchmarks.rows import Row, at_least
from mumian.cli.demo import calls, cast, deal, shelf, supply
from mumian.cli.demo.stage import Stage
from mumian.cli.opened import wall_clock

CALLS = 100_000
CALLS_A_MESSAGE = 2_000


def main() -> list[Row]:
    folder = FOLDER / "metering"
    shutil.rmtree(folder, ignore_errors=True)
    stage = Stage(folder / "home", wall_clock, lambda *_: None)
    everybody = cast.admit_all(stage, folder / "flights")
    taken = supply.take_in_all(stage, everybody)
    _, checks = shelf.list_all(stage, everybody, supply.grant_all(stage, everybody, taken))
    bought = deal.strike(stage, everybody, checks, "verify", quantity=CALLS)
    signed = deal.ticket(stage, everybody, bought, checks, calls.PLAN, "bench")
    airline, part = next(iter(everybody.airlines.items()))
    domain, sender = stage.domains[airline], signed.ticket.consumer_key
    asked = (part.timetable * (CALLS // len(part.timetable) + 1))[:CALLS]
    domain.verify_many(signed, [], sender=sender)
    started = time.perf_counter()
    for start in range(0, CALLS, CALLS_A_MESSAGE):
        domain.verify_many(signed, asked[start : start + CALLS_A_MESSAGE], sender=sender)
    domain.calls.close(signed.ticket.job)
    a_second = CALLS / (time.perf_counter() - started)
    stage.market.close()
    return [
        at_least("verification calls, metered into provable batches", f"{CALLS:,} calls", a_second, "calls/s", 50_000)
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
