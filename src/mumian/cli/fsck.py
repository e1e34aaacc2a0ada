"""`mumian fsck`: everything derived again from the leaves alone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mumian.cli.opened import REFUSED, JsonOption, fail
from mumian.cli.words import say
from mumian.journal.note import Verifier
from mumian.journal.publish import ExportReader
from mumian.market.audit import Audit
from mumian.market.home import Home
from mumian.market.proofs import audit_folder


def register(app: typer.Typer) -> None:
    app.command(
        "fsck",
        help=say("audit a market or an export: everything derived again", "审计市场或其导出：从记录重新推导一切"),
    )(fsck)


def fsck(
    place: Annotated[Path, typer.Argument(help=say("a market's home, or an export", "市场文件夹或导出文件夹"))],
    vkey: Annotated[
        str, typer.Option(help=say("the market's verifier key, or a file with it", "市场公钥，或含公钥的文件"))
    ] = "",
    as_json: JsonOption = False,
) -> None:
    started = time.perf_counter()
    is_home = (place / "market" / "settings.json").is_file()
    if not is_home and not (place / "checkpoint").is_file():
        fail(say(f"`{place}` is neither a market's home nor an export", f"`{place}` 既不是市场文件夹也不是导出"))
    if not is_home and not vkey and not as_json:
        typer.secho(
            say(
                "no --vkey given: trusting the key that the export itself names", "未提供 --vkey：采用导出中自带的公钥"
            ),
            err=True,
            fg="yellow",
        )
    found = _audit_home(place, vkey) if is_home else _audit_export(place, vkey)
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(found)))
    else:
        _tell(found, time.perf_counter() - started, with_rows=is_home)
    if found.fault is not None:
        raise typer.Exit(REFUSED)


def read_vkey(text: str) -> Verifier:
    """Return the verifier that `text` is, or that the file of that name holds."""
    path = Path(text)
    return Verifier.parse(path.read_text("utf8", "replace").strip() if path.is_file() else text)


def _audit_home(place: Path, vkey: str) -> Audit:
    home = Home(place)
    store = home.open_store(mode="read")
    try:
        with _progress(home.market / "log") as told:
            key = read_vkey(vkey) if vkey else home.verifier()
            return audit_folder(home.market / "log", key, body=store.body, rows=store, progress=told)
    finally:
        store.close()


def _audit_export(place: Path, vkey: str) -> Audit:
    key = read_vkey(vkey) if vkey else ExportReader(place).vkeys()[0]
    with _progress(place) as told:
        return audit_folder(place, key, progress=told)


class _progress:  # noqa: N801  # a context manager that reads as a verb where it is used
    """A progress bar on standard error, gone when done."""

    def __init__(self, log: Path) -> None:
        total = ExportReader(log).checkpoint().size
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(say("replaying", "重放"), total=total)

    def __enter__(self) -> _progress:
        self._bar.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.__exit__(None, None, None)

    def __call__(self, leaves: int) -> None:
        self._bar.update(self._task, completed=leaves)


def _tell(found: Audit, seconds: float, *, with_rows: bool) -> None:
    if found.fault is None:
        en, zh = ("decisions, rows", "裁决、数据行") if with_rows else ("decisions", "裁决")
        typer.secho(
            say(
                f"{found.leaves} leaves hold: hashes, root, signatures, numbers, {en} and laws ({seconds:.1f} s)",
                f"{found.leaves} 条记录全部成立：哈希、根、签名、编号、{zh}与规则（{seconds:.1f} 秒）",
            ),
            fg="green",
        )
        typer.echo(f"root {found.root}")
        return
    place = (
        say(f"leaf {found.fault.seq}", f"第 {found.fault.seq} 条") if found.fault.seq >= 0 else say("the whole", "整体")
    )
    typer.secho(f"{place}: {found.fault.law}: {found.fault.place}", fg="red")
