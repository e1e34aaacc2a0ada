"""Broken files through the command line: one sentence, exit code 1 or 2, no trace, no leaf."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_bad_input import GOOD, MALFORMED, RESIDENT

from mumian.cli.main import main
from mumian.journal.publish import ExportReader
from mumian.market.envelope import ENVELOPE_BYTES_MAX


class Said:
    """What `mumian WORDS` did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "home"
    assert mumian(["init", "--home", str(folder)], monkeypatch, capsys).code == 0
    return folder


def mumian(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    monkeypatch.setattr("sys.argv", ["mumian", *words])
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    told = capsys.readouterr()
    return Said(code, told.out, told.err)


def size_of(home: Path) -> int:
    return ExportReader(home / "market" / "log").checkpoint().size


FILES = {
    # a list is a batch here, and an actor that is left out is the one of `--as`
    **{name: raw for name, raw in MALFORMED.items() if name not in ("a list", "no actor")},
    "a NUL character": GOOD.replace(b"transfer-1", b"\\u0000"),
    "a resident id": GOOD.replace(b"transfer-1", RESIDENT.encode()),
    "more than a mebibyte": GOOD.replace(b"transfer-1", b"a" * ENVELOPE_BYTES_MAX),
    "a list with one broken": b"[" + GOOD + b"," + GOOD[:-1] + b"]",
    "a list of lists": b"[[" + GOOD + b"]]",
    "a number": b"1",
    "text": b'"transfer"',
}


def test_a_broken_file_is_told_in_a_sentence_and_leaves_no_leaf(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    size, path, wrong = size_of(home), tmp_path / "broken.json", dict[str, str]()
    for name, raw in FILES.items():
        path.write_bytes(raw)
        try:
            said = mumian(["submit", str(path), "--home", str(home)], monkeypatch, capsys)
        except Exception as raised:
            wrong[name] = repr(raised)
            continue
        if said.code not in (1, 2) or "Traceback" in said.err or not said.err.strip() or said.out:
            wrong[name] = f"{said.code} {said.out} {said.err}"
        if RESIDENT in said.err or len(said.err) > 2_000:
            wrong[name] = said.err
    assert wrong == {}
    assert size_of(home) == size


def test_a_missing_file_a_missing_home_and_a_missing_key_are_told_in_a_sentence(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "good.json"
    path.write_bytes(GOOD)
    for words in (
        ["submit", str(tmp_path / "none.json"), "--home", str(home)],
        ["submit", str(tmp_path), "--home", str(home)],
        ["submit", str(path), "--home", str(tmp_path / "nowhere")],
        ["submit", str(path), "--home", str(home), "--key", str(tmp_path / "none.key")],
        ["submit", str(path), "--home", str(home), "--key", str(path)],
        ["journal", "show", "999", "--home", str(home)],
        ["fsck", str(tmp_path)],
    ):
        said = mumian(words, monkeypatch, capsys)
        assert said.code in (1, 2), words
        assert said.err.strip(), words
        assert "Traceback" not in said.err
    (home / "market" / "key").unlink()
    said = mumian(["submit", str(path), "--home", str(home)], monkeypatch, capsys)
    assert said.code == 2
    assert "restore it" in said.err or "恢复" in said.err


def test_a_command_that_the_market_refuses_leaves_with_code_1_and_a_leaf(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    size, path = size_of(home), tmp_path / "good.json"
    path.write_bytes(GOOD)
    said = mumian(["submit", str(path), "--home", str(home)], monkeypatch, capsys)
    assert said.code == 1
    assert "ledger.TRANSFER_UNKNOWN" in said.out
    assert size_of(home) == size + 1
