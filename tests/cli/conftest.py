"""The command line as a user has it: words in, what is printed and the exit code out."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal import Mumian, Ran

from mumian.cli.main import main


@pytest.fixture
def mumian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mumian:
    """Run a command in this process, in the test's own folder: `mumian("show", "party")`, with `said=` on standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MUMIAN_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words: str | Path, said: Any = None) -> Ran:
        text = "" if said is None else said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        monkeypatch.setattr(sys, "argv", ["mumian", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        capsys.readouterr()
        code: Any = 0
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
        shown = capsys.readouterr()
        return Ran(int(code), shown.out, shown.err)

    return run
