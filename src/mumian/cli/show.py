"""`mumian show`: what the market holds, record by record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.opened import HomeOption, JsonOption, clock_of, fail
from mumian.cli.words import say
from mumian.market.home import Home
from mumian.market.overview import overview
from mumian.market.rooms import States

NOUNS = {
    "market": "oversight.market",
    "party": "parties.parties",
    "resource": "catalog.resources",
    "right": "rights.rights",
    "grant": "rights.grants",
    "authorization": "rights.authorizations",
    "offer": "contracts.offers",
    "agreement": "contracts.agreements",
    "product": "exchange.products",
    "listing": "exchange.listings",
    "order": "exchange.orders",
    "job": "cleanroom.jobs",
    "budget": "cleanroom.budgets",
    "account": "ledger.accounts",
    "hold": "ledger.held",
    "distribution": "revenue.distributions",
}
"""What can be shown, and the table that it lies in."""

ROWS_SHOWN = 50


def register(app: typer.Typer) -> None:
    app.command("show", help=say("show records: ", "显示记录：") + ", ".join(NOUNS))(show)
    app.command(
        "overview",
        help=say(
            "the regulator's view: volumes, budgets, broken chains, laws", "监管总览：交易量、隐私预算、断链、规则"
        ),
    )(show_overview)


def show(
    noun: Annotated[str, typer.Argument(help=say("what: ", "种类：") + ", ".join(NOUNS))],
    home: HomeOption,
    key: Annotated[str, typer.Argument(help=say("which one (default: all)", "编号（默认全部）"))] = "",
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help=say("rows at most", "最多行数"))] = ROWS_SHOWN,
) -> None:
    table = NOUNS.get(noun)
    if table is None:
        fail(
            say(
                f"there is no `{noun}` to show; choose one of {', '.join(NOUNS)}",
                f"没有 `{noun}`；可选：{', '.join(NOUNS)}",
            )
        )
    rows = _rows(home, table, key)
    if key and not rows:
        fail(say(f"no {noun} `{key}` in this market", f"本市场没有 {noun} `{key}`"))
    if as_json or key:
        typer.echo(json.dumps(rows[0][1] if key else dict(rows), indent=2, ensure_ascii=False))
        return
    _draw(noun, rows, limit)


def _rows(folder: Path, table: str, key: str) -> list[tuple[str, Any]]:
    store = Home(folder).open_store(mode="read")
    try:
        states = States(store)
        if key:
            record = states.tables[table].get(key)
            return [] if record is None else [(key, msgspec.to_builtins(record))]
        return [(name, msgspec.to_builtins(record)) for name, record in states.tables[table].under()]
    finally:
        store.close()


def _draw(noun: str, rows: list[tuple[str, Any]], limit: int) -> None:
    fields = list(rows[0][1]) if rows and isinstance(rows[0][1], dict) else []
    drawn = Table(noun, *fields)
    for key, record in rows[:limit]:
        cells = [record.get(field) for field in fields] if fields else [record]
        drawn.add_row(key, *(_short(cell) for cell in cells))
    console = Console()
    console.print(drawn)
    if len(rows) > limit:
        console.print(say(f"{len(rows) - limit} more; raise --limit", f"另有 {len(rows) - limit} 条；请调大 --limit"))


def _short(cell: Any) -> str:
    text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"


def show_overview(home: HomeOption, as_json: JsonOption = False) -> None:
    place = Home(home)
    store = place.open_store(mode="read")
    try:
        seen = overview(States(store), clock_of(place)())
    finally:
        store.close()
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(seen), indent=2, ensure_ascii=False))
        return
    console = Console()
    console.print(f"{seen.origin}, {say('rulebook', '规则库')} {seen.rulebook}")
    for title, rows in (
        (say("volumes", "交易量"), seen.volumes),
        (say("privacy budgets", "隐私预算"), seen.budgets),
        (say("products whose rights are broken", "权利链已断的产品"), seen.lost),
    ):
        if rows:
            console.print(_table(title, rows))
    kept = not seen.broken_laws
    text = say(f"{seen.laws} laws hold", f"{seen.laws} 条规则全部成立")
    console.print(f"[green]{text}[/]" if kept else f"[red]{seen.broken_laws}[/]")


def _table(title: str, rows: Sequence[msgspec.Struct]) -> Table:
    drawn = Table(*rows[0].__struct_fields__, title=title, title_justify="left")
    for row in rows:
        drawn.add_row(*(_short(getattr(row, field)) for field in row.__struct_fields__))
    return drawn
