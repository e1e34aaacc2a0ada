"""`mumian deadlines`, `mumian tick`, `mumian clock`: what is due when, and by whom; time that passes."""

from __future__ import annotations

import json
import re
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.opened import HomeOption, JsonOption, clock_of, fail, opened, read_market
from mumian.cli.words import say
from mumian.kernel.ids import PartyId
from mumian.kernel.time import DAY_MS, Instant, day_of, iso
from mumian.market.home import Home
from mumian.market.rooms import States
from mumian.rooms.clocks import views as clocks
from mumian.rooms.clocks.model import Clock

_SPAN = re.compile(r"\+?([0-9]{1,5})([dhm])")
_UNIT_MS = {"d": DAY_MS, "h": DAY_MS // 24, "m": DAY_MS // 1440}
ROWS_SHOWN = 50


def register(app: typer.Typer) -> None:
    app.command("deadlines", help=say("what is due when, and by whom", "期限一览：何时届满、由谁办理"))(deadlines)
    app.command("tick", help=say("meet the time limits that are over", "处理已届满的期限"))(tick)
    app.command("clock", help=say("move a training market's clock forward", "拨快演练市场的时间"))(clock)


class Deadline(msgspec.Struct, frozen=True):
    """A time limit for people. last_day: the day by whose end it is over, empty while it stands still."""

    about: str
    kind: str
    owner: str
    last_day: str
    days_left: int | None
    rule: str
    provisional: bool


def deadlines(
    home: HomeOption,
    owner: Annotated[str, typer.Argument(help=say("only this party's (default: all)", "只看某主体（默认全部）"))] = "",
    as_json: JsonOption = False,
    within: Annotated[
        int | None, typer.Option(min=0, help=say("only what is due within so many days", "只看若干天内届满的"))
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help=say("rows at most", "最多行数"))] = ROWS_SHOWN,
) -> None:
    with read_market(home) as (states, now):
        if owner and states.parties.parties.get(owner) is None:
            fail(say(f"no party `{owner}` in this market", f"本市场没有主体 `{owner}`"))
        found = _found(states, owner, now)
    if within is not None:
        found = [each for each in found if each.days_left is not None and each.days_left <= within]
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(found), indent=2, ensure_ascii=False))
        return
    _draw(found, limit)


def _found(states: States, owner: str, now: Instant) -> list[Deadline]:
    running = clocks.owed_by(states.clocks, PartyId(owner)) if owner else clocks.in_order(states.clocks)
    still = [] if owner else [each for _, each in states.clocks.clocks.under() if each.is_suspended]
    return [_deadline(each, now) for each in sorted((*running, *still), key=_order)]


def _order(clock: Clock) -> tuple[bool, int, str, str]:
    return clock.is_suspended, clock.due_at, clock.about, clock.kind


def _deadline(clock: Clock, now: Instant) -> Deadline:
    if clock.is_suspended:
        return Deadline(clock.about, clock.kind, clock.owner, "", None, clock.rule, provisional=False)
    last = day_of(clock.due_at - 1)
    left = (last - day_of(now)).days
    return Deadline(clock.about, clock.kind, clock.owner, last.isoformat(), left, clock.rule, clock.provisional)


def _draw(seen: list[Deadline], limit: int) -> None:
    table = Table(
        say("about", "事项"), say("what", "期限"), say("who must act", "应办主体"), say("last day", "届满日"),
        say("days left", "剩余天数"), say("rule", "依据"),
    )  # fmt: skip
    for each in seen[:limit]:
        last = each.last_day or say("stands still", "中止")
        marked = f"{last} {say('(provisional)', '（待核）')}" if each.provisional else last
        left = "" if each.days_left is None else str(each.days_left)
        table.add_row(each.about, each.kind, each.owner, marked, left, each.rule)
    console = Console()
    console.print(table)
    if len(seen) > limit:
        console.print(say(f"{len(seen) - limit} more; raise --limit", f"另有 {len(seen) - limit} 条；请调大 --limit"))


def tick(home: HomeOption) -> None:
    with opened(home) as (_, market):
        before = market.size
        market.meet()
        met = sum(len(market.leaf(seq).events) > 0 for seq in range(before, market.size))
    typer.echo(say(f"ticks: {met}; every limit that is over is met", f"处理 {met} 次；届满的期限均已处理"))


def clock(
    by: Annotated[str, typer.Argument(help=say("how far: 12d, 6h, 30m", "拨快多少：12d、6h、30m"))], home: HomeOption
) -> None:
    span = _SPAN.fullmatch(by)
    if span is None:
        fail(say(f"`{by}` is no span of time; say 12d, 6h or 30m", f"`{by}` 不是时长；请写 12d、6h 或 30m"))
    place = Home(home)
    if not place.settings.training:
        fail(
            say(
                f"the market in `{home}` is no training market: its time is the machine's and is not moved",
                f"`{home}` 不是演练市场：其时间即本机时间，不得拨动",
            )
        )
    place.move_clock(int(span[1]) * _UNIT_MS[span[2]])
    with opened(home) as (_, market):
        market.meet()
    now = clock_of(place)()
    typer.echo(say(f"the market's clock says {iso(now)}", f"市场时间为 {iso(now)}"))
