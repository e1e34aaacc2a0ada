"""`mumian journal`: the public log as static files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mumian.cli.opened import HomeOption, fail, opened
from mumian.cli.words import say
from mumian.journal.log import digest_in
from mumian.journal.publish import ExportReader
from mumian.market.home import Home
from mumian.market.leaf import decode_leaf
from mumian.market.proofs import export

app = typer.Typer(no_args_is_help=True, help=say("the public journal", "公开日志"))


@app.command(
    "export",
    help=say(
        "write the static tile tree with its vkey, for any C2SP client", "导出静态瓦片树及公钥，供任何 C2SP 客户端校验"
    ),
)
def export_(
    out: Annotated[Path, typer.Argument(help=say("folder to write to", "目标文件夹"))],
    home: HomeOption,
) -> None:
    place = Home(home)
    with opened(home):
        pass  # opening brings the published log up to date with the store
    store = place.open_store(mode="read")
    try:
        leaves = export(store, ExportReader(place.market / "log").note(), place.verifier(), out)
    finally:
        store.close()
    typer.echo(say(f"{leaves} leaves exported to {out}", f"已导出 {leaves} 条记录到 {out}"))


@app.command("tail", help=say("print the newest leaves", "显示最新记录"))
def tail(
    home: HomeOption,
    count: Annotated[int, typer.Option("-n", help=say("how many", "条数"))] = 10,
) -> None:
    reader = ExportReader(Home(home).market / "log")
    size = reader.checkpoint().size
    first = max(0, size - count)
    for seq, entry in enumerate(reader.entries(first, size), first):
        named = digest_in(entry)
        if named is not None:
            typer.echo(
                f"{seq:>8}  "
                + say(
                    f"{named.body_bytes:,} bytes, kept beside: {named.body_sha256}",
                    f"{named.body_bytes:,} 字节，另存：{named.body_sha256}",
                )
            )
            continue
        leaf = decode_leaf(entry)
        outcome = leaf.refused or ", ".join(type(event).__name__ for event in leaf.events)
        typer.echo(f"{leaf.seq:>8}  {leaf.actor:<14} {type(leaf.command).__name__:<24} {outcome}")


@app.command("show", help=say("print one leaf", "显示一条记录"))
def show(
    seq: Annotated[int, typer.Argument(help=say("number of the leaf", "记录编号"))],
    home: HomeOption,
) -> None:
    reader = ExportReader(Home(home).market / "log")
    size = reader.checkpoint().size
    if not 0 <= seq < size:
        fail(say(f"there is no leaf {seq}; the newest is {size - 1}", f"没有第 {seq} 条记录；最新为第 {size - 1} 条"))
    (entry,) = reader.entries(seq, seq + 1)
    typer.echo(json.dumps(json.loads(entry), indent=2, ensure_ascii=False))


@app.command("checkpoint", help=say("print the newest signed checkpoint", "显示最新签名检查点"))
def checkpoint(home: HomeOption) -> None:
    typer.echo(ExportReader(Home(home).market / "log").note().decode(), nl=False)
