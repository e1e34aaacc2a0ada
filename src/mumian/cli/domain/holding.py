"""`mumian domain add`: a file, or a table of a PostgreSQL server, becomes a version of a holding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from mumian.cli.domain.draft import declaration_in
from mumian.cli.domain.place import HoldingOption, NameArgument, Place, place_of, tell_rejected
from mumian.cli.opened import HomeOption, JsonOption, fail, refuse
from mumian.cli.words import say
from mumian.domain.intake import SHOWN_LINES, Rejected, Taken, take_in
from mumian.domain.intake import Progress as Told
from mumian.engines.duck import BrokenLine
from mumian.engines.postgres_source import PostgresTable
from mumian.rooms.catalog import description as words

STAGES = {
    "copy": ("copying", "复制"),
    "read": ("reading lines", "逐行读取"),
    "profile": ("measuring quality", "质量评测"),
    "code": ("coding columns", "列编码"),
    "keep": ("keeping", "保存"),
}
"""Stages of an intake in words (see `intake.STAGES`)."""


def register(app: typer.Typer) -> None:
    app.command("add", help=say("take a file or a table in; it stays as it is", "录入文件或数据库表；原数据不动"))(add)


def add(
    name: NameArgument,
    declaration: Annotated[Path, typer.Option(help=say("what the file holds (see `draft`)", "文件声明（见 `draft`）"))],
    home: HomeOption,
    file: Annotated[
        Path | None,
        typer.Argument(help=say(".csv, .parquet, or .zip with one .csv", ".csv、.parquet 或只含一个 .csv 的 .zip")),
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            help=say(
                "instead of a file: address of a PostgreSQL server, `postgresql://user@host/database`; keep the password in ~/.pgpass",
                "代替文件：PostgreSQL 地址 `postgresql://user@host/database`；密码请置于 ~/.pgpass",
            )
        ),
    ] = None,
    table: Annotated[
        str | None, typer.Option(help=say("the table or view there, `schema.name`", "其中的表或视图，`schema.name`"))
    ] = None,
    holding: HoldingOption = "main",
    accept_broken: Annotated[
        bool, typer.Option(help=say("leave broken lines out and keep the rest", "略去损坏的行，保留其余"))
    ] = False,
    without: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "file of units to leave out, one a line, as of persons who withdrew",
                "需剔除的隐私单元清单，每行一个（如撤回同意的个人）",
            )
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    place, declared, source = place_of(home, name), declaration_in(declaration), _source(file, postgres, table)
    left_out = [] if without is None else _units(without)
    with _bar() as told:
        how: dict[str, Any] = {"accept_broken": accept_broken, "without": left_out, "progress": told}
        taken = take_in(place.store, place.keys, source, holding, declared, **how)
    if isinstance(taken, Rejected):
        tell_rejected(taken)
        refuse(taken.refused)
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(taken), ensure_ascii=False))
        return
    _tell(place, taken, left_out)


def _source(file: Path | None, postgres: str | None, table: str | None) -> Path | PostgresTable:
    if file is not None and postgres is None and table is None:
        return file
    if file is not None or postgres is None or table is None:
        fail(say("give a file, or both --postgres and --table", "请给出文件，或同时给出 --postgres 与 --table"))
    return PostgresTable(postgres, table)


def _units(file: Path) -> list[str]:
    try:
        return [unit for line in file.read_text("utf-8-sig").splitlines() if (unit := line.strip())]
    except UnicodeDecodeError:
        fail(
            say(
                f"`{file}` is no text in UTF-8; write one unit a line",
                f"`{file}` 不是 UTF-8 文本；请每行写一个隐私单元",
            )
        )


@contextmanager
def _bar() -> Iterator[Told]:
    """Show the stages of an intake on standard error while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1)
        yield lambda stage, done, total: bar.update(task, description=say(*STAGES[stage]), completed=done, total=total)


def _tell(place: Place, taken: Taken, left_out: list[str]) -> None:
    about = taken.profile
    typer.secho(
        say(
            f"{taken.rows:,} rows of {about.units:,} units taken in as `{taken.name}`",
            f"已录入 `{taken.name}`：{taken.rows:,} 行，{about.units:,} 个隐私单元",
        ),
        fg="green",
    )
    if left_out:  # said of no row too: a unit that was misspelt is still in
        typer.echo(
            say(f"{taken.excluded:,} rows of units to leave out are in no version", f"已剔除 {taken.excluded:,} 行")
        )
    if about.rows_without_unit:
        typer.echo(
            say(
                f"{about.rows_without_unit:,} rows without a unit are in no aggregate",
                f"{about.rows_without_unit:,} 行没有隐私单元，不进入任何汇总",
            )
        )
    for dimension in words.DIMENSIONS:
        measure = getattr(about.quality, dimension)
        if measure is not None:
            typer.echo(f"  {dimension:<14} {measure.permille / 10:5.1f} %  ({measure.met:,} / {measure.of:,})")
    level, reasons = about.proposal.level.value, "; ".join(about.proposal.reasons)
    typer.echo(say(f"proposed level {level}: {reasons}", f"建议定级 {level}：{reasons}"))
    if taken.broken:
        typer.secho(say(f"{taken.broken} broken lines left out:", f"略去 {taken.broken} 行损坏数据："), fg="yellow")
        tell_lines(place.store.folder / taken.name / taken.version / "broken.jsonl")
    typer.echo(say(f"version {taken.version}", f"版本 {taken.version}"))


def tell_lines(file: Path) -> None:
    """Show the first of the lines that were left out, by number."""
    with file.open("rb") as lines:
        for raw in islice(lines, SHOWN_LINES):
            line = msgspec.json.decode(raw, type=BrokenLine)
            typer.echo(say(f"  line {line.line}: {line.reason}", f"  第 {line.line} 行：{line.reason}"))
