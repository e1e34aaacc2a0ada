"""One run of the demo for all tests that look at it: first in Chinese for programs, then in English over the same home."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("MUMIAN_", "LC_"))},
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    "LANG": "C.UTF-8",
    "COLUMNS": "100",
}
"""What a reader of the docs has: the commands on the path, English, a terminal of 100 columns."""


class Demo(NamedTuple):
    """home: as the second run left it, with a mark of the first gone. story: what the first printed, JSON.

    told_zh: what the first said meanwhile. told_en: everything that the second printed, line by line as a terminal shows it.
    """

    home: Path
    story: bytes
    told_zh: str
    told_en: str


@cache
def demo() -> Demo:
    """Run `mumian demo` twice in a folder that is removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix="mumian-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    first = mumian("--lang", "zh", "demo", "--json", cwd=folder)
    assert first.returncode == 0, first.stderr
    home = folder / "demo-home"
    (home / "of-the-first-run").touch()
    command = [str(BIN / "mumian"), "demo"]
    second = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert second.returncode == 0, second.stdout.decode()
    return Demo(home, first.stdout, first.stderr.decode(), second.stdout.decode())


def mumian(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run one command of the command line as a reader would."""
    return subprocess.run([str(BIN / "mumian"), *arguments], cwd=cwd, env=ENVIRONMENT, capture_output=True, check=False)
