"""KNN-Shapley of training rows, beside pyDVL on the same rows in the same run; and how far both are from brute force.

Seconds are wall time of the call alone, rows in memory before; ours is the median of three, pyDVL's fit runs once, on two
jobs. Brute force ranks by distances of a loop, column by column, and adds the recursion's terms in long double.
Each of our calls is warmed up on a small slice. Memory is what numpy and Python took during one more call, against its setting.
"""

from __future__ import annotations

import shutil
import statistics
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from benchmarks.load import FOLDER
from benchmarks.peers import PeerMissing, ask
from benchmarks.rows import Row, against, alone, at_most
from mumian.methods.knn_shapley import BYTES_MAX, Sample, Values, knn_shapley

PLACE = FOLDER / "knn_shapley"
K = 5
TIMES = 3
JOBS = 2
BAR_OFF = 1e-12


@dataclass(frozen=True, kw_only=True)
class Case:
    """A size. bar: times faster than the peer. real: rows of scikit-learn's digits rather than drawn ones."""

    name: str
    train: int
    test: int
    columns: int
    bar: float
    real: bool = False

    @property
    def file(self) -> Path:
        return PLACE / f"{self.train}.{self.columns}.npz"

    @property
    def size(self) -> str:
        return f"{self.name}, {self.train:,} × {self.test:,} rows, {self.columns} columns, k {K}"


CASES = (
    Case(name="digits", train=1437, test=360, columns=64, bar=50, real=True),
    Case(name="drawn", train=10_000, test=1_000, columns=64, bar=50),
    Case(name="drawn", train=100_000, test=100, columns=784, bar=25),
)


def make(case: Case) -> tuple[Sample, Sample]:
    """Write a case's rows for both, and return them."""
    if case.real:
        ask("pydvl_knn", {"task": "digits", "file": str(case.file), "train": case.train})
    else:
        rng = np.random.default_rng(7)
        centers = rng.normal(size=(10, case.columns))
        labels = rng.integers(0, 10, case.train + case.test)
        rows = centers[labels] + 2 * rng.normal(size=(len(labels), case.columns))
        parts = {"train": rows[: case.train], "test": rows[case.train :]}
        np.savez(case.file, **parts, train_labels=labels[: case.train], test_labels=labels[case.train :])
    kept = np.load(case.file)
    return Sample(rows=kept["train"], labels=kept["train_labels"]), Sample(
        rows=kept["test"], labels=kept["test_labels"]
    )


def ours_s(train: Sample, test: Sample) -> tuple[float, Values]:
    knn_shapley(train, Sample(rows=test.rows[:3], labels=test.labels[:3]), k=K)
    spent = []
    for _ in range(TIMES):
        started = time.perf_counter()
        values = knn_shapley(train, test, k=K)
        spent.append(time.perf_counter() - started)
    return statistics.median(spent), values


def peak_mib(train: Sample, test: Sample) -> float:
    tracemalloc.start()
    knn_shapley(train, test, k=K)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def brute_force(train: Sample, test: Sample) -> npt.NDArray[Any]:
    """Return the values by the definition: distances column by column, a stable sort, the recursion in long double."""
    n = len(train.rows)
    sums = np.zeros(n, np.longdouble)
    divisors = np.maximum(K, np.arange(1, n)).astype(np.longdouble)
    columns = np.ascontiguousarray(train.rows.T)
    for point, label in zip(test.rows, test.labels, strict=True):
        distances = np.zeros(n)
        for column, coordinate in zip(columns, point, strict=True):
            difference = column - coordinate
            distances += difference * difference
        order = np.argsort(distances, kind="stable")
        fits = (train.labels[order] == label).astype(np.longdouble)
        steps = np.append((fits[:-1] - fits[1:]) / divisors, fits[-1] / max(K, n))
        sums[order] += np.cumsum(steps[::-1])[::-1]
    return sums / len(test.rows)


def figures(case: Case) -> list[Row]:
    """Return our time beside pyDVL's, the difference to brute force, and the memory."""
    try:
        train, test = make(case)
    except PeerMissing as e:
        return [alone("KNN-Shapley", case.size, 0, "s", missing=e, bar=case.bar)]
    ours, values = ours_s(train, test)
    off = float(np.abs(values - brute_force(train, test)).max())
    rows = [
        at_most("difference to brute force", case.size, off, "", BAR_OFF),
        at_most("memory, of a setting of 256 MiB", case.size, peak_mib(train, test), "MiB", BYTES_MAX / 2**20),
    ]
    answer = PLACE / "answer.npy"
    try:
        theirs = ask("pydvl_knn", {"task": "fit", "file": str(case.file), "answer": str(answer), "k": K, "jobs": JOBS})
    except PeerMissing as e:
        return [*rows, alone("KNN-Shapley", case.size, ours, "s", missing=e, bar=case.bar)]
    apart = float(np.abs(np.load(answer) - values).max())
    shown, ratio = f"pyDVL 0.10, {apart:.1e} apart", theirs["wall_s"] / ours
    return [
        against("KNN-Shapley", case.size, ours, "s", peer=shown, theirs=theirs["wall_s"], ratio=ratio, bar=case.bar),
        *rows,
    ]


def main() -> list[Row]:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    rows = [row for case in CASES for row in figures(case)]
    shutil.rmtree(PLACE)
    return rows


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
