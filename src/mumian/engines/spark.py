"""The same question on a cluster: each task adds up some shards, Spark merges their integers, nobody else sees them.

All rows of a unit are in one shard, so a task bounds contributions by itself, with the same compiled pass as one machine.
Tasks read Parquet by themselves: rows handed over by Spark cross from Java to Python, which took four times as long.
What a task is given is the question and the public lists; what it gives back are integers. A task whose worker dies runs
again; what it gives does not depend on where or when it runs.

Spark is optional: `pip install mumian[spark]`, and Java 17.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from time import sleep
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
import numpy as np

from mumian.engines.clustered import Clustered, Integers, totals
from mumian.engines.question import Question
from mumian.engines.shards import Shard, Shards, check_shards, columns_of, head_of, read_shard, write_shards
from mumian.kernel.outcome import Broken

if TYPE_CHECKING:
    from pyspark import SparkContext

Reader: TypeAlias = Callable[..., Clustered]
"""How a task gets at a shard, as `read_shard` does."""

ATTEMPTS = 4
"""Times that Spark tries a task before it gives the job up."""

TASKS_A_CORE = 4
"""Partials are at most so many for each core, however many shards there are."""

CONNECT_S = 5


class SparkUnavailable(RuntimeError):  # noqa: N818  # named for what is the matter
    """There is no Spark to run on: a package, Java or the master is missing. Says which, and what to do."""


class SparkFailed(RuntimeError):  # noqa: N818  # named for what is the matter
    """A job began and was given up. Says nothing of the data; the cause is chained."""


class SparkSettings(msgspec.Struct, frozen=True):
    """Where to run. master: `local`, or `spark://HOST:PORT` of a standalone cluster.

    cores, memory_mb: cores in all, and memory of each process; None: all of this machine, or what the cluster gives.
    worker_s: seconds that a question waits for a first worker.
    python: what runs tasks on every worker; it must have mumian[spark] of this version. Whatever else a cluster needs
    (its secret, encryption) stands in `spark-defaults.conf` in the folder that SPARK_CONF_DIR names.
    """

    master: str = "local"
    cores: int | None = None
    memory_mb: int | None = None
    python: str = sys.executable
    worker_s: int = 30

    def spark(self) -> dict[str, str]:
        """Return Spark's own names for this. Nothing is logged, drawn or kept: events name what was asked."""
        memory = {} if self.memory_mb is None else dict.fromkeys(_MEMORY, f"{self.memory_mb}m")
        return {
            "spark.master": f"local[{self.cores or '*'},{ATTEMPTS}]" if self.master == "local" else self.master,
            "spark.app.name": "mumian",
            **({} if self.cores is None else {"spark.cores.max": str(self.cores)}),
            **memory,
            "spark.task.maxFailures": str(ATTEMPTS),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.eventLog.enabled": "false",
            "spark.log.level": "OFF",
        }


_MEMORY = ("spark.driver.memory", "spark.executor.memory")


class SparkEngine:
    """Adds up on Spark; see `clustered.totals`. One session a process, started by the first question.

    files: shards of a table that is written; None: by its rows. read: how a task gets at a shard.
    """

    def __init__(self, settings: SparkSettings, *, files: int | None = None, read: Reader = read_shard) -> None:
        self._settings, self._files, self._read = settings, files, read

    def totals(self, question: Question, table: Clustered, *, folder: Path, parts: int = 1) -> Integers:
        """Return the exact values of the groups of the first measure, then of the next, contributions bounded.

        folder: where the table's shards are, or will be, written once; on storage that every worker sees.
        parts: tables whose values will be added up.
        Raises: SumMayOverflow, TooManyGroups, KeyError as `clustered.totals` does, before a row is read;
            SparkUnavailable; SparkFailed; Broken: shards are not what was written.
        """
        columns, rows = columns_of(question), int(table.offsets[-1])
        head = head_of(table, columns)
        empty = totals(question, head, parts=rows * parts)  # one row as if there were all: what they may sum up to
        spark = session(self._settings)
        _await_worker(spark, self._settings)
        shards = write_shards(table, folder, files=self._files)
        adding = _Adding(question, head, columns, shards, str(folder.absolute()), self._read)
        slices = min(len(shards.files), TASKS_A_CORE * spark.defaultParallelism)
        try:
            merged: Integers = spark.parallelize(shards.files, slices).mapPartitions(adding).treeReduce(np.add)
        except _spark_errors() as e:
            self._explain(folder, shards, e)
        whole: Integers = empty + merged
        return whole

    def _explain(self, folder: Path, shards: Shards, cause: Exception) -> None:
        for fault in check_shards(folder, shards):
            raise Broken("a shard is what its manifest says", fault) from cause
        raise SparkFailed(
            f"spark gave the job up after {ATTEMPTS} attempts of a task; look whether every worker sees `{folder}` and "
            f"runs mumian by `{self._settings.python}`"
        ) from cause


class _Adding(msgspec.Struct, frozen=True):
    """What a task does: the same pass over each of its shards, added up."""

    question: Question
    head: Clustered
    columns: Set[str]
    shards: Shards
    folder: str
    read: Reader

    def __call__(self, files: Iterable[Shard]) -> Iterator[Integers]:
        found = (self.read(Path(self.folder), file, self.shards, self.columns, head=self.head) for file in files)
        yield reduce(np.add, (totals(self.question, part) for part in found))


_lock = Lock()
_running: list[tuple[SparkSettings, SparkContext]] = []


def session(settings: SparkSettings) -> SparkContext:
    """Return this process's session, started if there is none, or none that lives.

    Raises: SparkUnavailable.
    """
    with _lock:
        if _running and not _lives(_running[0][1]):
            _stop()
        if _running and _running[0][0] != settings:
            raise SparkUnavailable(
                f"this process runs on spark at `{_running[0][0].master}` already; `{settings.master}` needs another process"
            )
        if not _running:
            reason = missing(settings)
            if reason is not None:
                raise SparkUnavailable(reason)
            _running.append((settings, _start(settings)))
        return _running[0][1]


def stop() -> None:
    """End this process's session, if there is one."""
    with _lock:
        _stop()


def _stop() -> None:
    for _, spark in _running:
        with suppress(*_spark_errors()):  # a session whose Java process died is over
            spark.stop()
        _end(spark._gateway)
    _running.clear()


def _await_worker(spark: SparkContext, settings: SparkSettings) -> None:
    """Return once a worker has given this session a process. Spark itself would wait for ever.

    Raises: SparkUnavailable: none did in `worker_s`.
    """
    for _ in range(settings.worker_s * 10):
        if settings.master == "local" or spark._jsc.sc().getExecutorMemoryStatus().size() > 1:  # one is this process
            return
        sleep(0.1)
    raise SparkUnavailable(
        f"no worker of `{settings.master}` had room within {settings.worker_s} s; start one, or ask for less memory or fewer cores"
    )


def _lives(spark: SparkContext) -> bool:
    """Tell whether a session can be used: a master may have dropped it, or its Java process died."""
    try:
        return not spark._jsc.sc().isStopped()
    except _spark_errors():
        return False


def missing(settings: SparkSettings) -> str | None:
    """Return what is missing to run on Spark and what to do about it, or None."""
    for package in ("pyspark", "pyarrow"):
        if find_spec(package) is None:
            return f"`{package}` is not installed; install `mumian[spark]`"
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java") if home is None else shutil.which("java", path=str(Path(home) / "bin"))
    if java is None:
        return f"there is no `java` {'on the path' if home is None else f'in `{home}`'}; install Java 17"
    return None if settings.master == "local" else _unreachable(settings.master)


def _unreachable(master: str) -> str | None:
    """Return what is wrong with the master's address, or None. Spark itself would try for minutes."""
    first, _, _ = master.partition(",")  # `spark://a:7077,b:7077`: any of several masters
    try:
        address = urlsplit(first)
        if address.scheme != "spark" or not address.hostname or not address.port:
            raise ValueError
    except ValueError:
        return f"`{master}` is no master; write `local` or `spark://HOST:PORT`"
    try:
        socket.create_connection((address.hostname, address.port), timeout=CONNECT_S).close()
    except OSError:
        return f"nobody answers at `{first}`; start the master, or name the one that runs"
    return None


def _start(settings: SparkSettings) -> SparkContext:
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    logging.getLogger("py4j").setLevel(logging.CRITICAL)  # what goes wrong is raised, and told once
    launch: Callable[..., Any] = launch_gateway
    gateway, wanted = None, list(settings.spark().items())
    try:
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        gateway = launch(SparkConf(loadDefaults=False).setAll(wanted), silent)
        spark = SparkContext(gateway=gateway, conf=SparkConf().setAll(wanted))
    except _spark_errors() as e:
        _end(gateway)
        raise SparkUnavailable(
            f"spark does not start at `{settings.master}`; it needs Java 17, and a master of the same version and secret"
        ) from e
    spark.pythonExec = settings.python
    return spark


def _end(gateway: Any) -> None:
    """End the Java process of a session: it lives until its input closes."""
    from pyspark import SparkContext

    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None


def _spark_errors() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return Py4JError, PySparkException, ConnectionError
