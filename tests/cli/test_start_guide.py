"""`docs/start.md` works as it stands: every block is run, in order, in a new folder; what it shows is what comes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "start.md"
_BLOCK = re.compile(r"^```(sh|text|text figures)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FRAME = re.compile(r"[┃│┏┓┡┩╇┳└┘┴━─]+")
_FIGURE = re.compile(r"-?[0-9][0-9,]*")


class Block(NamedTuple):
    """Commands, and the lines that their output is said to have, in this order; if not `exact`, figures may differ."""

    commands: str
    shown: list[str]
    exact: bool = True


def blocks_of(text: str) -> list[Block]:
    found: list[Block] = []
    for kind, body in _BLOCK.findall(text):
        if kind == "sh":
            found.append(Block(body, []))
        else:
            found[-1] = Block(found[-1].commands, body.splitlines(), kind == "text")
    return found


def plain(line: str, *, exact: bool) -> str:
    """Return a line without table frames and with single spaces; if not `exact`, every figure as 0."""
    line = " ".join(_FRAME.sub(" ", line).split())
    return line if exact else _FIGURE.sub("0", line)


def missing_line(block: Block, output: str) -> str | None:
    """Return the first shown line that the rest of the output does not have, or None. `…` stands for anything."""
    lines = iter([plain(line, exact=block.exact) for line in output.splitlines()])
    for shown in block.shown:
        parts = plain(shown, exact=block.exact).split("…")
        wanted = re.compile(".*".join(map(re.escape, parts)))
        if not any(wanted.fullmatch(line) for line in lines):
            return shown
    return None


def run(block: Block, folder: Path) -> str:
    scripts = str(Path(sys.executable).parent)
    environ = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "COLUMNS": "120"}
    environ.pop("MUMIAN_HOME", None)
    environ.pop("MUMIAN_LANG", None)
    done = subprocess.run(
        ["bash", "-euc", block.commands], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{block.commands}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_every_block_of_the_guide_runs_and_gives_what_it_shows(tmp_path: Path) -> None:
    blocks = blocks_of(GUIDE.read_text("utf8"))
    assert len(blocks) >= 8
    for block in blocks:
        output = run(block, tmp_path)
        assert missing_line(block, output) is None, output
    assert (tmp_path / "answer-job-23.json").is_file()


def test_every_fenced_block_of_the_guide_is_one_that_is_run_or_compared() -> None:
    text = GUIDE.read_text("utf8")
    assert text.count("```") == 2 * len(_BLOCK.findall(text))


@pytest.mark.parametrize(
    ("shown", "exact", "output", "lacks"),
    [
        (["a … z"], True, "x\na b z", None),
        (["a", "b"], True, "b\na", "b"),
        (["24 leaves"], True, "25 leaves", "24 leaves"),
        (["Tianhe 828"], False, "│ Tianhe │ 1,001 │", None),
        (["Tianhe 828"], False, "│ Yuexiu │ 828 │", "Tianhe 828"),
    ],
)
def test_what_the_guide_shows_is_compared(shown: list[str], exact: bool, output: str, lacks: str | None) -> None:
    assert missing_line(Block("", shown, exact), output) == lacks
