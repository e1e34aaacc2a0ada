"""`mumian desk`: what waits for a party, and its data as a chief data officer sees it: what it has, what runs out, what is at risk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.opened import HomeOption, JsonOption, fail, read_market
from mumian.cli.words import say
from mumian.kernel.ids import PartyId
from mumian.kernel.time import day_of
from mumian.market.desk import DAYS_AHEAD, desk_of
from mumian.market.waiting import Waiting, waiting_for
from mumian.rooms.enterprise.desk import DeskView, GrantSeen


def register(app: typer.Typer) -> None:
    app.command(
        "desk",
        help=say("a party's desk: what waits for it, holdings, what runs out, risks", "工作台：待办、持有、到期与风险"),
    )(show_desk)


def show_desk(
    party: Annotated[str, typer.Argument(help=say("whose", "主体编号"))],
    home: HomeOption,
    days: Annotated[int, typer.Option(min=1, max=3_650, help=say("how far ahead", "前瞻天数"))] = DAYS_AHEAD,
    as_json: JsonOption = False,
) -> None:
    with read_market(home) as (states, now):
        if states.parties.parties.get(party) is None:
            fail(say(f"no party `{party}` in this market", f"本市场没有主体 `{party}`"))
        view = desk_of(states, PartyId(party), now, days=days)
        tasks = waiting_for(states, PartyId(party), now)
    if as_json:
        shown = {**msgspec.to_builtins(view), "waiting": msgspec.to_builtins(tasks)}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    _draw(view, tasks, days)


def _draw(view: DeskView, tasks: Sequence[Waiting], days: int) -> None:
    console = Console()
    officer = view.officer or say("nobody", "无人在任")
    console.print(say(f"{view.party}: officer in office {officer}", f"{view.party}：在任首席数据官 {officer}"))
    holdings = view.holdings
    tables = (
        _table(say("waiting", "待办"), [(each.about, each.what, _until(each)) for each in tasks]),
        _table(say("resources", "数据资源"), [(each.resource, each.level or "-") for each in holdings.resources]),
        _table(
            say("rights", "登记权利"),
            [(each.right, each.resource, each.kind.value, _day(each.valid_to)) for each in holdings.rights],
        ),
        _table(say("given", "授出"), _grants(holdings.given)),
        _table(say("received", "受让"), _grants(holdings.received)),
        _table(
            say("licences", "授权许可"),
            [(key, each.first, each.second, each.state.value, str(each.version)) for key, each in view.licences],
        ),
        _table(
            say(f"runs out within {days} days", f"{days} 天内到期"),
            [(_day(each.at), each.thing.value, each.id) for each in view.expiring],
        ),
        _table(say("at risk", "风险"), [(each.kind.value, each.about, each.because) for each in view.risks]),
    )
    for table in tables:
        if table.row_count:
            console.print(table)


def _until(each: Waiting) -> str:
    """Return the last day that is left for a task, or that there is none."""
    if each.is_overdue:
        return say("overdue", "已逾期")
    return _day(each.due_at) if each.due_at else ""


def _grants(grants: Sequence[GrantSeen]) -> list[tuple[str, ...]]:
    return [(each.grant, each.resource, each.kind.value, each.other, _day(each.valid_to)) for each in grants]


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    for row in rows:
        table.add_row(*row)
    return table


def _day(instant: int) -> str:
    """Return the last day before `instant`."""
    return day_of(instant - 1).isoformat()
