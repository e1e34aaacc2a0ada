"""Clearing of 100,000 bids: a sealed second price, a uniform price for 1,000 licences, a double auction of 50,000 a side."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from statistics import median

import msgspec

from benchmarks.rows import Row, at_most
from mumian.methods.auction import Bid, mcafee, second_price, uniform_price

BIDS = 100_000
ROUNDS = 5


def seconds(clear: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        clear()
        spent.append(time.process_time() - started)
    return median(spent)


def main() -> list[Row]:
    rng = random.Random(5)
    bids = [Bid(f"party-{nth}", rng.randrange(10**9), nth) for nth in range(BIDS)]
    buyers, sellers = bids[::2], bids[1::2]
    size = f"{BIDS:,} bids"
    return [
        at_most("clearing, second price", size, seconds(lambda: second_price(bids, reserve_fen=10**6)), "cpu-s", 1),
        at_most(
            "clearing, uniform price of 1,000 licences",
            size,
            seconds(lambda: uniform_price(bids, units=1_000, reserve_fen=10**6)),
            "cpu-s",
            1,
        ),
        at_most("clearing, McAfee double auction", size, seconds(lambda: mcafee(buyers, sellers)), "cpu-s", 1),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
