"""`docs/guides/cluster.md` works as it stands: a real master, two real workers, and both the guide and we kill some.

Its blocks are run in the folder that `docs/start.md` leaves once the deal is signed; the port alone is another.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Set
from contextlib import suppress
from pathlib import Path

import pytest
from conformance import BUSY, asks, clustered, oracle

from mumian.engines import spark
from mumian.engines.clustered import Clustered
from mumian.engines.shards import Shard, Shards, read_shard
from mumian.engines.spark import Reader, SparkEngine, SparkSettings, SparkUnavailable, missing

DOCS = Path(__file__).parents[2] / "docs"
PORT_OF_GUIDE = "7077"
_BLOCK = re.compile(r"^```(sh|text|text figures)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FRAME = re.compile(r"[┃│┏┓┡┩╇┳└┘┴━─]+")
_FIGURE = re.compile(r"-?[0-9][0-9,]*")

if (reason := missing(SparkSettings())) is not None:
    pytest.skip(reason, allow_module_level=True)


def blocks_of(page: str) -> list[tuple[str, str, str]]:
    """Return of every block of commands: the commands, how they are compared ("" where not), the lines that must come."""
    found = _BLOCK.findall((DOCS / page).read_text("utf8"))
    return [
        (body, *(after if after[0] != "sh" else ("", "")))
        for (kind, body), after in zip(found, [*found[1:], ("sh", "")], strict=True)
        if kind == "sh"
    ]


def plain(line: str, *, exact: bool) -> str:
    """Return a line without table frames and with single spaces; if not `exact`, every figure as 0."""
    line = " ".join(_FRAME.sub(" ", line).split())
    return line if exact else _FIGURE.sub("0", line)


def absent(shown: str, output: str, *, exact: bool) -> list[str]:
    """Return the lines that should have come and did not. `…` stands for anything."""
    lines = [plain(line, exact=exact) for line in output.splitlines()]
    wanted = [[re.escape(part) for part in plain(line, exact=exact).split("…")] for line in shown.splitlines()]
    return [".*".join(parts) for parts in wanted if not any(re.fullmatch(".*".join(parts), line) for line in lines)]


def run(commands: str, folder: Path) -> str:
    scripts = str(Path(sys.executable).parent)
    environ = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "COLUMNS": "200"}
    for name in ("MUMIAN_HOME", "MUMIAN_LANG", "SPARK_CONF_DIR", "SPARK_HOME"):
        environ.pop(name, None)
    done = subprocess.run(
        ["bash", "-euc", commands], cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=150
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The folder of a reader who has signed the deal of `start.md`. What a failed guide left running is ended."""
    for commands, _, _ in blocks_of("start.md"):
        if commands.startswith("cat > districts.sql"):
            break
        run(commands, tmp_path)
    yield tmp_path
    spark.stop()
    for mark in tmp_path.glob("spark/*.pid"):
        with suppress(ProcessLookupError):
            os.kill(int(mark.read_text()), signal.SIGKILL)


@pytest.fixture
def port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def killing(mark: Path) -> Reader:
    """Return a way to read shards that kills the Java process of its worker at the second of them, the first time."""

    def parent(of: int) -> int:
        return int(Path(f"/proc/{of}/stat").read_text().rpartition(")")[2].split()[1])

    def read(folder: Path, shard: Shard, shards: Shards, columns: Set[str], *, head: Clustered) -> Clustered:
        if shard.name == "0001.parquet" and not mark.exists():
            mark.touch()
            os.kill(parent(os.getppid()), signal.SIGKILL)  # Java started the daemon that started this process
        return read_shard(folder, shard, shards, columns, head=head)

    return read


def an_executor_that_dies_changes_nothing(folder: Path, port: str) -> None:
    settings = SparkSettings(master=f"spark://127.0.0.1:{port}")
    engine = SparkEngine(settings, files=4, read=killing(folder / "died"))
    answer = engine.totals(asks(), clustered(BUSY), folder=folder / "busy").tolist()
    spark.stop()
    assert (folder / "died").exists()
    assert answer == oracle(asks(), BUSY)


def a_question_that_no_worker_has_room_for_is_told_so(folder: Path, port: str) -> None:
    settings = SparkSettings(master=f"spark://127.0.0.1:{port}", memory_mb=2_000, worker_s=2)
    with pytest.raises(SparkUnavailable, match=r"no worker of `spark://.*` had room within 2 s; start one"):
        SparkEngine(settings).totals(asks(), clustered(BUSY), folder=folder / "never")
    spark.stop()
    assert not (folder / "never").exists()


# pyspark leaves the socket by which it hands over what is encrypted to the collector
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_the_guide_s_commands_make_a_cluster_that_answers(
    folder: Path, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = blocks_of("guides/cluster.md")
    assert len(blocks) == 5
    for commands, kind, shown in blocks:
        if commands.startswith("kill -9"):
            monkeypatch.setenv("SPARK_CONF_DIR", str(folder / "spark"))
            an_executor_that_dies_changes_nothing(folder, port)
            a_question_that_no_worker_has_room_for_is_told_so(folder, port)
            gc.collect()
        output = run(commands.replace(PORT_OF_GUIDE, port), folder)
        assert absent(shown.replace(PORT_OF_GUIDE, port), output, exact=kind == "text") == [], output
    secret = (folder / "spark" / "spark-defaults.conf").read_text().split("secret")[1].split()[0]
    logs = [*folder.glob("spark/*.log"), *folder.glob("spark/work/**/std*")]
    assert len(logs) > 6
    assert [log for log in logs if secret in log.read_text() or "Tianhe" in log.read_text()] == []
