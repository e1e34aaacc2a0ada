"""The exact Shapley value of data owners under a ridge utility of 20 columns, beside pyDVL and shapiq.

Ours solves every coalition's model. The peers are handed the finished table, so that they pay for no model at all, at the
sizes that they finish in about a minute: shapiq 16 owners, pyDVL 12.
"""

from __future__ import annotations

import time

import msgspec
import numpy as np

from benchmarks.load import FOLDER
from benchmarks.peers import PeerMissing, ask
from benchmarks.rows import Row, against, alone, at_most
from mumian.methods.owner_utility import Moments, moments, owner_table
from mumian.methods.semivalues import Floats, float_shapley

PLACE = FOLDER / "owner_shapley"
OWNERS, COLUMNS = 20, 20
BAR_S, BAR_ERROR = 12.0, 1e-12
PEERS = {"shapiq": 16, "pyDVL": 12}


def owners_and_test(n: int) -> tuple[list[Moments], Moments]:
    """Return owners of 30 rows each, noisier one by one, and a test set of 500, scaled so that its targets' square is 1."""
    rng = np.random.default_rng(1)
    true = rng.normal(size=COLUMNS)
    true /= np.sqrt(true @ true)

    def rows(count: int, noise: float) -> Moments:
        x = rng.normal(size=(count, COLUMNS))
        return moments(x, x @ true + noise * rng.normal(size=count))

    return [rows(30, (1 + i / 4) / 4) for i in range(n)], rows(500, 0.1)


def ridge_table(n: int) -> Floats:
    return owner_table(*owners_and_test(n), ridge=1.0)


def timed(n: int) -> tuple[float, Floats, float]:
    """Return seconds from moments to values, the table, and how far the values are from adding up."""
    owners, test = owners_and_test(n)
    started = time.perf_counter()
    table = owner_table(owners, test, ridge=1.0)
    values = float_shapley(table)
    return time.perf_counter() - started, table, abs(float(values.sum() - (table[-1] - table[0])))


def beside_peer(peer: str, n: int) -> Row:
    ours, table, _ = timed(n)
    file = PLACE / f"table-{n}.npy"
    np.save(file, table)
    request = {"task": "exact", "peer": peer, "game": {"kind": "table", "file": str(file), "n": n}}
    try:
        answer = ask("sampled_shapley", request)
    except PeerMissing as e:
        return alone("exact owner Shapley", f"{n} owners", ours, "s", missing=e, bar=1)
    off = float(np.abs(np.array(answer["values"]) - float_shapley(table)).max())
    label = f"{peer}, table given, off by {off:.0e}"
    ratio = answer["s"] / ours
    return against(
        "exact owner Shapley", f"{n} owners", ours, "s", peer=label, theirs=answer["s"], ratio=ratio, bar=1.0
    )


def main() -> list[Row]:
    PLACE.mkdir(parents=True, exist_ok=True)
    timed(3)  # compiles
    runs = [timed(OWNERS) for _ in range(3)]
    size = f"{OWNERS} owners, {COLUMNS} columns"
    figures = [
        at_most("exact owner Shapley", size, float(np.median([run[0] for run in runs])), "s", BAR_S),
        at_most("its values are off from adding up", size, max(run[2] for run in runs), "", BAR_ERROR),
    ]
    return figures + [beside_peer(peer, n) for peer, n in PEERS.items()]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
