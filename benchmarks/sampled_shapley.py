"""Sampled Shapley values at 10,000 evaluations, beside every sampler of pyDVL and shapiq, and how often intervals hold.

Three games whose values are known: the ridge utility of 20 owners (exact table), a weighted vote of 30 (counted by dynamic
programming), an airport of 50 (closed form). Root mean square error over players and seeds; ours over 200 seeds, theirs over
10 or as many as 20 seconds (`MUMIAN_BENCH_SECONDS`) allow a sampler, at least one. An interval run counts as held only if all players' intervals hold at once.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two processes share the two cores

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from math import factorial, sqrt
from typing import Any, NamedTuple

import msgspec
import numpy as np

from benchmarks.load import FOLDER
from benchmarks.owner_shapley import ridge_table
from benchmarks.peers import PeerMissing, ask
from benchmarks.rows import Row, against, alone, at_least
from mumian.methods.coalitions import Masks
from mumian.methods.sampled_shapley import members, sampled_shapley
from mumian.methods.semivalues import Floats, float_shapley
from mumian.methods.shapley import max_shapley

PLACE = FOLDER / "sampled_shapley"
EVALUATIONS = 10_000
SEEDS, SEEDS_PEERS = 200, 10
FIRST = int(os.environ.get("MUMIAN_BENCH_SEED", "0"))
SECONDS_PEERS = int(os.environ.get("MUMIAN_BENCH_SECONDS", "20"))
NOMINAL = 0.95


class Game(NamedTuple):
    """asked: as the peers are told it. worths: as we are. exact: its Shapley values."""

    name: str
    asked: dict[str, Any]
    worths: Callable[[Masks], Floats]
    exact: Floats


def from_table(table: Floats, masks: Masks) -> Floats:
    return table[masks.astype(np.int64)]


def airport(weights: Floats, masks: Masks) -> Floats:
    return np.asarray((members(len(weights), masks) * weights).max(axis=1))


def voting(weights: Floats, quota: int, masks: Masks) -> Floats:
    return np.asarray(members(len(weights), masks) @ weights >= quota, dtype=np.float64)


def voting_values(weights: list[int], quota: int) -> Floats:
    """Count, for each player, the coalitions of the others by size and weight that he turns. Source: Mann & Shapley 1962."""
    n, values = len(weights), []
    for player, own in enumerate(weights):
        ways = np.zeros((n, quota), dtype=object)
        ways[0, 0] = 1
        for weight in weights[:player] + weights[player + 1 :]:
            ways[1:, weight:] += ways[:-1, : quota - weight].copy()
        turned = ways[:, max(0, quota - own) :].sum(axis=1)
        values.append(sum(factorial(s) * factorial(n - 1 - s) * turned[s] for s in range(n)) / factorial(n))
    return np.array(values)


def games() -> Iterator[Game]:
    table = ridge_table(20)
    file = PLACE / "ridge.npy"
    np.save(file, table)
    yield Game(
        "ridge, 20 owners",
        {"kind": "table", "file": str(file), "n": 20},
        partial(from_table, table),
        float_shapley(table),
    )
    weights = [int(weight) for weight in np.random.default_rng(5).integers(1, 40, 30)]
    quota = sum(weights) // 2 + 1
    asked = {"kind": "voting", "weights": weights, "quota": quota, "n": 30}
    yield Game(
        "vote, 30 players", asked, partial(voting, np.array(weights, float), quota), voting_values(weights, quota)
    )
    runways = list(range(1, 51))
    exact = np.array([float(value) for value in max_shapley(runways)])
    yield Game(
        "airport, 50 players",
        {"kind": "airport", "weights": runways, "n": 50},
        partial(airport, np.array(runways, float)),
        exact,
    )


def run(game: Game, seed: int) -> tuple[float, bool]:
    """Return the mean square error of one seed, and whether all intervals held."""
    n = len(game.exact)
    found = sampled_shapley(n, game.worths, evaluations=EVALUATIONS, rng=np.random.default_rng(seed))
    off = np.array(found.values) - game.exact
    return float((off**2).mean()), bool((np.abs(off) <= found.half_widths).all())


def rows_of(game: Game) -> list[Row]:
    with ProcessPoolExecutor(max_workers=2) as pool:
        runs = list(pool.map(partial(run, game), range(FIRST, FIRST + SEEDS), chunksize=10))
    ours = sqrt(float(np.mean([error for error, _ in runs])))
    held = float(np.mean([held for _, held in runs]))
    covered = at_least(f"all intervals hold: {game.name}", f"{SEEDS} seeds", held, "of runs", NOMINAL)
    request = {"task": "sampled", "game": game.asked, "evaluations": EVALUATIONS, "seeds": SEEDS_PEERS}
    try:
        answers = ask("sampled_shapley", {**request, "seconds": SECONDS_PEERS})
    except PeerMissing as e:
        return [alone(f"sampled Shapley: {game.name}", "", ours, "RMSE", missing=e, bar=1), covered]
    theirs = {
        name: sqrt(float(((np.array(answer["values"]) - game.exact) ** 2).mean()))
        for name, answer in answers.items()
        if answer["values"] and "failed" not in answer
    }
    figures = []
    for peer in ("shapiq", "pyDVL"):
        of_peer = {name: error for name, error in theirs.items() if name.startswith(peer)}
        best = min(of_peer, key=lambda name: of_peer[name])
        label = f"best of {len(of_peer)}: {best}"
        figures.append(
            against(
                f"sampled Shapley: {game.name}",
                f"{EVALUATIONS:,} evaluations",
                ours,
                "RMSE",
                peer=label,
                theirs=theirs[best],
                ratio=theirs[best] / ours,
                bar=1.0,
            )
        )
    return [*figures, covered]


def main() -> list[Row]:
    PLACE.mkdir(parents=True, exist_ok=True)
    return [row for game in games() for row in rows_of(game)]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
