"""Figures by group that protect persons, against the same figures that do not, and against peers that protect.

COUNT and SUM of 10 million rows of a million persons by 50 public keys. A person's rows are spread over nine groups in the
mean; five groups and two rows in each are kept, so that nearly every person is cut. Figure: CPU seconds, all threads, of
the query alone, noise included, after the table was taken in or loaded.
"""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from benchmarks.load import FOLDER
from benchmarks.peers import PeerMissing, ask
from benchmarks.rows import Row, against, alone, at_most
from mumian.domain.declaration import Declaration, IntegerColumn, TextColumn
from mumian.domain.gate import Sampler, add_noise
from mumian.domain.intake import Rejected, take_in
from mumian.domain.keys import DomainKeys
from mumian.domain.store import Store
from mumian.engines.clustered import totals
from mumian.methods.dp import epsilon_of
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, GroupKey, Sum, question

PLACE = FOLDER / "private_query"
MILLION = 1_000_000
KEYS = tuple(f"K{number:02d}" for number in range(50))
LOWER, UPPER = -100, 1_000
L0, LINF_ROWS = 5, 2
EPSILON, DELTA = 1.0, 1e-6
TIMES = 15
PEER_TIMES = 3
BAR_CPU_S = 0.3
BAR_DUCKDB = 1 / 1.5

DECLARED = Declaration(
    "unit",
    (TextColumn("unit"), TextColumn("key", KEYS), IntegerColumn("value", "", LOWER, UPPER)),
    Level.GENERAL_3,
)


def make(rows: int) -> None:
    """Write the same rows as Parquet, and as CSV for the peer that reads nothing else."""
    rng = np.random.default_rng(7)
    drawn = {  # noqa: F841  # DuckDB finds it by its name
        "unit": rng.integers(0, rows // 10, rows),
        "key": rng.integers(0, len(KEYS), rows),
        "value": rng.integers(LOWER, UPPER + 1, rows),
    }
    texts = "SELECT format('U{:07d}', unit) AS unit, format('K{:02d}', key) AS key, value FROM drawn"
    base = duckdb.connect(config={"threads": 2})
    base.execute(f"COPY ({texts}) TO '{PLACE / f'{rows}.parquet'}' (FORMAT parquet)")
    if rows <= MILLION:
        base.execute(f"COPY (FROM '{PLACE / f'{rows}.parquet'}') TO '{PLACE / f'{rows}.csv'}' (HEADER)")


def median_s(run: Callable[[], object], times: int = TIMES) -> float:
    """Return the median CPU seconds, all threads, of `times` runs after two that warm up."""
    spent = []
    for _ in range(times + 2):
        started = time.process_time()
        run()
        spent.append(time.process_time() - started)
    return statistics.median(spent[2:])


def rho_nano() -> int:
    """Return the largest loss that is (EPSILON, DELTA)-DP."""
    low, high = 1, 10**9
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if epsilon_of(rho_nano=middle, delta=DELTA) <= EPSILON else (low, middle)
    return low


def ours_s(rows: int) -> float:
    """Take the rows in, then ask as a domain asks its own version: group, bound, count, add, noise."""
    keys = DomainKeys(b"\x07" * 32)
    store = Store(PLACE / f"store-{rows}", keys)
    taken = take_in(store, keys, PLACE / f"{rows}.parquet", "main", DECLARED)
    if isinstance(taken, Rejected):
        raise SystemExit(taken.refused.say())
    table = store.version("main", taken.version).table
    measures = Count(), Sum("value", LOWER, UPPER)
    plan = AggregatePlan(
        (GroupKey("key", KEYS),), (), measures, unit="unit", l0=L0, linf_rows=LINF_ROWS, rho_nano=rho_nano()
    )
    return median_s(lambda: add_noise(plan, totals(question(plan), table), Sampler()))


def plain_s(rows: int) -> tuple[float, str]:
    """Return what DuckDB takes without any privacy, over a table of its own, by the fastest of three types of key."""
    base = duckdb.connect(str(PLACE / f"plain-{rows}.db"), config={"threads": 2})
    listed = ", ".join(f"'{key}'" for key in KEYS)
    spent = {}
    for name, key in (
        ("text", "key"),
        ("ENUM", f"key::ENUM ({listed})"),
        ("TINYINT", "right(key, 2)::TINYINT"),
    ):
        base.execute(
            f"CREATE OR REPLACE TABLE rows AS SELECT unit, {key} AS key, value::INTEGER AS value FROM '{PLACE / f'{rows}.parquet'}'"
        )
        spent[name] = median_s(
            lambda: base.execute("SELECT key, count(*), sum(value) FROM rows GROUP BY key").fetchall()
        )
    name = min(spent, key=lambda name: spent[name])
    return spent[name], f"DuckDB, no privacy, {name} key"


def beside_peer(peer: str, shown: str, rows: int, ours: float, file: Path, bounds: dict[str, int]) -> Row:
    """Return our figure beside a peer's; a peer that is not there is said in the row."""
    name, size = "the same beside a peer", f"{rows:,} rows"
    request = {
        "task": "costs",
        "file": str(file),
        "keys": KEYS,
        "lower": LOWER,
        "upper": UPPER,
        "epsilon": EPSILON,
        "delta": DELTA,
        "bounds": bounds,
        "times": PEER_TIMES,
    }
    try:
        theirs = statistics.median(ask(peer, json.loads(json.dumps(request)))["cpu_s"])
    except PeerMissing as e:
        return alone(name, size, ours, "cpu-s", missing=e, bar=1)
    return against(name, size, ours, "cpu-s", peer=shown, theirs=theirs, ratio=theirs / ours, bar=1)


def main() -> list[Row]:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    many = 10 * MILLION
    ours = {}
    for rows in (MILLION, many):
        make(rows)
        ours[rows] = ours_s(rows)
    plain, shown = plain_s(many)
    size = f"{many:,} rows, {MILLION:,} persons, {len(KEYS)} groups"
    grouped, rowwise = {"l0": L0, "linf_rows": LINF_ROWS, "rows": 0}, {"l0": 0, "linf_rows": 0, "rows": L0 * LINF_ROWS}
    figures = [
        at_most("private COUNT and SUM", size, ours[many], "cpu-s", BAR_CPU_S),
        against("the same beside the open figure", size, ours[many], "cpu-s", peer=shown, theirs=plain, ratio=plain / ours[many], bar=BAR_DUCKDB),
        beside_peer("opendp_polars", "OpenDP with polars", MILLION, ours[MILLION], PLACE / f"{MILLION}.parquet", grouped),
        beside_peer("opendp_polars", "OpenDP with polars", many, ours[many], PLACE / f"{many}.parquet", grouped),
        beside_peer("smartnoise_sql", "SmartNoise SQL", MILLION, ours[MILLION], PLACE / f"{MILLION}.csv", rowwise),
    ]  # fmt: skip
    shutil.rmtree(PLACE)
    return figures


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
