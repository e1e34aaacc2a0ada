"""Peers whose pins conflict with ours and with one another: each runs in an environment of its own, made once.

`NAME.txt` pins what the environment holds, `NAME.py` runs in it: a request as JSON on standard input, the answer as JSON
on the last line of its output. The environment stands in `build/peers/NAME` until `NAME.txt` changes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class PeerMissing(Exception):  # noqa: N818  # told in the table
    """The environment cannot be made, or the peer fails in it; the message says which, in a line."""


def ask(peer: str, request: dict[str, Any]) -> dict[str, Any]:
    """Return a peer's answer. Raises: PeerMissing."""
    python = _environment(peer)
    run = subprocess.run([python, HERE / f"{peer}.py"], input=json.dumps(request), capture_output=True, text=True)
    if run.returncode:
        raise PeerMissing(f"{peer} failed: {_last_line(run.stderr)}")
    answer: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return answer


def _environment(peer: str) -> Path:
    """Return the interpreter of a peer's environment, made first if it is not there or its pins have changed."""
    folder, pins = ROOT / "build" / "peers" / peer, HERE / f"{peer}.txt"
    ready, python = folder / ".pins", folder / "bin" / "python"
    if ready.is_file() and ready.read_bytes() == pins.read_bytes():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    uv = next((each for each in (ROOT / ".tools/bin/uv", shutil.which("uv")) if each and Path(each).is_file()), None)
    if uv is None:
        raise PeerMissing(f"{peer} not installed: no `uv`; run `make setup`")
    commands = ["venv", "--python", "3.11", str(folder)], ["pip", "install", "--python", str(python), "-r", str(pins)]
    for command in commands:
        run = subprocess.run([uv, "--quiet", *command], capture_output=True, text=True)
        if run.returncode:
            raise PeerMissing(f"{peer} not installed: {_last_line(run.stderr)}")
    ready.write_bytes(pins.read_bytes())
    return python


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:120] if lines else "it says nothing"
