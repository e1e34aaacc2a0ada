"""Spark, held to the suite of engines: two tasks at a time in this machine, and workers that die."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import pytest
from conformance import (
    BUSY,
    SQL,
    SQL_QUESTION,
    SQL_TYPES,
    TOWNS,
    Adds,
    Conformance,
    Town,
    answer_of_sql,
    asks,
    clustered,
    oracle,
    sql_rows,
)

from mumian.engines import spark
from mumian.engines.clustered import Clustered
from mumian.engines.question import Question
from mumian.engines.shards import Shard, Shards, read_shard, write_shards
from mumian.engines.spark import Reader, SparkEngine, SparkFailed, SparkSettings, SparkUnavailable, missing
from mumian.kernel.outcome import Broken

SETTINGS = SparkSettings(cores=2, memory_mb=768)

if (reason := missing(SETTINGS)) is not None:
    pytest.skip(reason, allow_module_level=True)


@pytest.fixture(scope="module", autouse=True)
def _session() -> Iterator[None]:
    yield
    spark.stop()


def asked(question: Question, town: Town, folder: Path, *, parts: int = 1, read: Reader = read_shard) -> list[int]:
    engine = SparkEngine(SETTINGS, files=town.files, read=read)
    answer: list[int] = engine.totals(question, clustered(town), folder=folder, parts=parts).tolist()
    return answer


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where towns are written once for all questions."""
    return tmp_path_factory.mktemp("storage")


class TestSpark(Conformance):
    @pytest.fixture
    def adds(self, storage: Path) -> Adds:
        def adds(question: Question, town: Town, parts: int) -> list[int]:
            return asked(question, town, storage / f"{town.name} {town.files} {len(town.rows)}", parts=parts)

        return adds


def test_spark_s_own_window_functions_give_the_same(tmp_path: Path) -> None:
    from pyspark.sql import SparkSession

    sql = SparkSession(spark.session(SETTINGS))
    sql.conf.set("spark.sql.shuffle.partitions", "1")
    sql.createDataFrame(sql_rows(BUSY), SQL_TYPES).createOrReplaceTempView("town")
    assert asked(SQL_QUESTION, BUSY, tmp_path / "shards") == answer_of_sql(sql.sql(SQL).collect())


def once(harm: str, mark: Path) -> Reader:
    """Return a way to read shards whose worker comes to `harm` at the second of them, the first time."""

    def read(folder: Path, shard: Shard, shards: Shards, columns: Set[str], *, head: Clustered) -> Clustered:
        if shard.name == "0001.parquet" and not mark.exists():
            mark.touch()
            if harm == "is killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError("the storage was away")
        return read_shard(folder, shard, shards, columns, head=head)

    return read


@pytest.mark.parametrize("harm", ["is killed", "loses the storage"])
def test_a_worker_that_dies_in_the_middle_changes_nothing(harm: str, tmp_path: Path) -> None:
    question, mark = asks(), tmp_path / "died"
    assert asked(question, BUSY, tmp_path / "shards", read=once(harm, mark)) == oracle(question, BUSY)
    assert mark.exists()


def test_a_job_that_is_given_up_says_nothing_of_the_data(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def read(folder: Path, shard: Shard, shards: Shards, columns: Set[str], *, head: Clustered) -> Clustered:
        raise ValueError("the value was 440101199003070416")

    with pytest.raises(SparkFailed, match="gave the job up after 4 attempts") as told:
        asked(asks(), BUSY._replace(files=1), tmp_path / "shards", read=read)
    assert "440101199003070416" not in str(told.value)
    assert capfd.readouterr() == ("", "")


def test_a_shard_that_changed_under_spark_is_broken_and_never_added_up(tmp_path: Path) -> None:
    town = BUSY._replace(files=1)
    write_shards(clustered(town), tmp_path / "shards", files=1)
    write_shards(clustered(TOWNS[1]), tmp_path / "other", files=1)
    shutil.copy(tmp_path / "other" / "0000.parquet", tmp_path / "shards")
    with pytest.raises(Broken, match="a shard is what its manifest says"):
        asked(asks(), town, tmp_path / "shards")


def test_a_process_runs_on_one_spark() -> None:
    spark.session(SETTINGS)
    with pytest.raises(SparkUnavailable, match="needs another process"):
        spark.session(SparkSettings(master="spark://127.0.0.1:7077"))


def test_a_session_whose_java_process_died_is_started_again(tmp_path: Path) -> None:
    java: Any = spark.session(SETTINGS)._gateway
    java.proc.kill()
    java.proc.wait()
    assert asked(asks(), BUSY, tmp_path / "shards") == oracle(asks(), BUSY)


def test_nothing_that_was_asked_is_kept_or_shown() -> None:
    kept = spark.session(SETTINGS).getConf()
    assert (kept.get("spark.eventLog.enabled"), kept.get("spark.ui.enabled")) == ("false", "false")


@pytest.mark.parametrize(
    ("master", "said"),
    [
        ("yarn", "`yarn` is no master; write `local` or `spark://HOST:PORT`"),
        ("spark://127.0.0.1", "is no master"),
        ("spark://127.0.0.1:PORT", "nobody answers at `spark://127.0.0.1:"),
    ],
)
def test_a_master_that_is_not_there_is_told_at_once(master: str, said: str) -> None:
    with socket.socket() as nobody:  # bound, not listening: the port is taken and refuses
        nobody.bind(("127.0.0.1", 0))
        found = missing(SparkSettings(master=master.replace("PORT", str(nobody.getsockname()[1]))))
    assert found is not None
    assert said in found


def test_java_that_is_missing_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert missing(SETTINGS) == f"there is no `java` in `{tmp_path}`; install Java 17"
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing(SETTINGS) == "there is no `java` on the path; install Java 17"
