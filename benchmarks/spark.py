"""A bounded question on Spark: tasks that run the compiled pass over shards, against Spark SQL over the same shards.

One session, two tasks at a time, everything warm. Spark SQL bounds by window functions: rows of a group by their order,
groups of a unit by their first row. Beside both, the pass without Spark: what a cluster costs where one machine would do.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable

import msgspec
import numpy as np
from pyspark.sql import SparkSession

from benchmarks.load import FOLDER
from benchmarks.rows import Row, against, beside
from mumian.engines import spark
from mumian.engines.clustered import Clustered, totals
from mumian.engines.question import Count, GroupKey, Question, Sum
from mumian.engines.shards import write_shards

ROWS, UNITS, GROUPS, L0, LINF_ROWS, TIMES = 1_000_000, 100_000, 50, 3, 3, 5
SIZE = f"{ROWS:,} rows, {UNITS:,} units, {GROUPS} groups"

PLAIN = "SELECT c000, count(*), sum(greatest(0, least(120, n000))) FROM shards GROUP BY c000"
BOUNDED = f"""
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY unit, c000 ORDER BY row) AS row_of_group,
        min(row) OVER (PARTITION BY unit, c000) AS first_of_group FROM shards
), bounded AS (
    SELECT *, dense_rank() OVER (PARTITION BY unit ORDER BY first_of_group) AS group_of_unit FROM numbered
)
SELECT c000, count(*), sum(greatest(0, least(120, n000))) FROM bounded
WHERE row_of_group <= {LINF_ROWS} AND group_of_unit <= {L0} GROUP BY c000 ORDER BY c000
"""


def a_table() -> Clustered:
    rng = np.random.default_rng(1)
    units, sizes = np.unique(rng.integers(0, UNITS, ROWS), return_counts=True)
    return Clustered(
        rows=ROWS,
        offsets=np.cumsum([0, *sizes], dtype=np.int64),
        unit_ids=rng.integers(0, 2**64, len(units), np.uint64, endpoint=False),
        codes={"group": rng.integers(0, GROUPS, ROWS).astype(np.int16)},
        numbers={"value": rng.integers(-60, 600, ROWS)},
        lists={"group": {str(nth): nth for nth in range(GROUPS)}},
    )


def median_s(run: Callable[[], object]) -> float:
    """Return the median wall seconds of a run, after two to warm up. Spark's CPU is other processes', so it is not taken."""
    spent = []
    for _ in range(TIMES + 2):
        started = time.perf_counter()
        run()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent[2:])


def main() -> list[Row]:
    folder, table = FOLDER / "spark", a_table()
    shutil.rmtree(folder, ignore_errors=True)
    write_shards(table, folder)
    settings = spark.SparkSettings(cores=2, memory_mb=1_024)
    key = GroupKey("group", tuple(table.lists["group"]))
    question = Question((key,), (), (Count(), Sum("value", 0, 120)), L0, LINF_ROWS)
    engine = spark.SparkEngine(settings)
    sql = SparkSession(spark.session(settings))
    sql.conf.set("spark.sql.shuffle.partitions", "2")
    sql.read.parquet(str(folder / "*.parquet")).createOrReplaceTempView("shards")
    found = sql.sql(BOUNDED).collect()
    same = [row[1] for row in found] + [row[2] for row in found]
    assert same == totals(question, table).tolist() == engine.totals(question, table, folder=folder).tolist()
    ours = median_s(lambda: engine.totals(question, table, folder=folder))
    windows = median_s(lambda: sql.sql(BOUNDED).collect())
    plain = median_s(lambda: sql.sql(PLAIN).collect())
    alone = median_s(lambda: totals(question, table))
    spark.stop()
    name = "bounded question on Spark"
    return [
        against(name, SIZE, ours, "s", peer="Spark SQL, windows", theirs=windows, ratio=windows / ours, bar=2),
        beside(name, SIZE, ours, "s", peer="Spark SQL, no privacy", theirs=plain, ratio=plain / ours),
        beside(name, SIZE, ours, "s", peer="the same pass without Spark", theirs=alone, ratio=alone / ours),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
