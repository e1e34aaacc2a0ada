"""What a command leaves in a terminal, and a terminal of its own for what is settled as the program starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = (sys.executable, "-uc", "from mumian.cli.main import main; main()")


class Ran(NamedTuple):
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of `mumian submit`'s answers, in order."""
        return [event for line in self.out.splitlines() for event in json.loads(line).get("events", ())]


Mumian = Callable[..., Ran]


def in_a_process(*words: str | Path, cwd: Path, **environ: str) -> Ran:
    """Run a command in a process of its own, for what is settled as the program starts: its language."""
    found = {name: value for name, value in os.environ.items() if name not in ("MUMIAN_HOME", "MUMIAN_LANG", "LC_ALL")}
    done = subprocess.run(
        [*PROGRAM, *map(str, words)],
        cwd=cwd,
        env={**found, "LANG": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
