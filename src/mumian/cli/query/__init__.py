"""`mumian query`: ordinary SQL over a product, explained before it costs anything, answered where the data are."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from mumian.cli.domain.engine import EngineChoice, EngineKind, EngineOption, MasterOption, ShardsOption
from mumian.cli.domain.jobs import fetch_answer
from mumian.cli.domain.serving import addresses
from mumian.cli.domain.ways import UrlOption
from mumian.cli.explain import rehearsed
from mumian.cli.opened import REFUSED, HomeOption, JsonOption, fail, opened, read_market
from mumian.cli.query.asked import Asked, Wanted, read_asked
from mumian.cli.query.drawn import as_json_of, draw_cost, draw_refused, draw_table
from mumian.cli.submit import said
from mumian.cli.words import say
from mumian.domain.gate import Answer
from mumian.kernel.ids import JobId, PartyId
from mumian.kernel.outcome import Refused
from mumian.market.envelope import Envelope
from mumian.market.explain import explain_command
from mumian.market.metered import due
from mumian.rooms.cleanroom.model import TicketIssued
from mumian.rooms.cleanroom.plan import Mechanism, Mode
from mumian.sql.presenting import Group, present

Text: TypeAlias = Annotated[
    str,
    typer.Argument(help=say("the SQL, a file with it, or - for standard input", "SQL、SQL 文件，或 - 表示标准输入")),
]
Agreement: TypeAlias = Annotated[str, typer.Option(help=say("the agreement to ask under", "所依据的合约"))]
Purpose: TypeAlias = Annotated[str, typer.Option(help=say("what for, as agreed", "约定的用途"))]
Rho: TypeAlias = Annotated[
    str, typer.Option(help=say("privacy loss (zCDP) to spend, such as 0.05", "愿付的隐私损失 rho，如 0.05"))
]
Epsilon: TypeAlias = Annotated[
    str, typer.Option(help=say("instead of --rho: epsilon of this answer", "代替 --rho：本次结果的 ε"))
]
Within: TypeAlias = Annotated[
    int, typer.Option(help=say("instead of --rho: wanted half width of every figure", "代替 --rho：期望的半宽度"))
]
Delta: TypeAlias = Annotated[str, typer.Option(help=say("delta of --epsilon and of found keys", "ε 与发现键的 δ"))]
Groups: TypeAlias = Annotated[
    int, typer.Option(help=say("groups that one unit may count in", "一个隐私单元至多计入的分组数"))
]
Rows: TypeAlias = Annotated[
    int, typer.Option(help=say("rows of one unit that count in a group", "一组内至多计入的行数"))
]
RowsInAll: TypeAlias = Annotated[
    int,
    typer.Option(
        help=say("rows of one unit that count in all; 0: no bound of its own", "全部分组合计至多计入的行数；0 为不另限")
    ),
]
Exactly: TypeAlias = Annotated[
    bool, typer.Option("--exact", help=say("without noise, where allowed", "不加噪声（须获许可）"))
]
Laplace: TypeAlias = Annotated[bool, typer.Option("--laplace", help=say("Laplace noise", "拉普拉斯噪声"))]
OfTemplate: TypeAlias = Annotated[
    str, typer.Option(help=say("an approved query, instead of SQL", "已批准的查询模板，代替 SQL"))
]
Arguments: TypeAlias = Annotated[
    list[str] | None, typer.Option(help=say("of the template: month=3", "模板参数：month=3"))
]
Explain: TypeAlias = Annotated[
    bool, typer.Option("--explain", help=say("say what it would cost, ask nothing", "只说明代价，不提交"))
]


def register(within: typer.Typer) -> None:
    within.command("query", help=say("ask a product by SQL", "以 SQL 查询数据产品"))(query)


def query(
    home: HomeOption,
    agreement: Agreement,
    purpose: Purpose,
    text: Text = "",
    rho: Rho = "",
    epsilon: Epsilon = "",
    within: Within = 0,
    delta: Delta = "1e-9",
    groups: Groups = 1,
    rows: Rows = 1,
    rows_in_all: RowsInAll = 0,
    exact: Exactly = False,
    laplace: Laplace = False,
    template: OfTemplate = "",
    argument: Arguments = None,
    explain: Explain = False,
    url: UrlOption = None,
    engine: EngineOption = EngineKind.LOCAL,
    master: MasterOption = "local",
    shards: ShardsOption = None,
    as_json: JsonOption = False,
) -> None:
    wanted = Wanted(
        agreement=agreement,
        purpose=purpose,
        rho=rho,
        epsilon=epsilon,
        within=within,
        delta=delta,
        l0=groups,
        linf_rows=rows,
        rows_max=rows_in_all,
        mode=Mode.EXACT if exact else Mode.PRIVATE,
        mechanism=Mechanism.LAPLACE if laplace else Mechanism.GAUSSIAN,
        template=template,
        arguments=tuple(argument or ()),
    )
    asked = ask(home, text, wanted)
    if explain:
        explained(home, asked, as_json=as_json)
        return
    answer, file = _answered(home, asked, addresses(url), EngineChoice(engine, master, shards))
    table = present(asked.compiled, shown_groups(answer))
    if as_json:
        typer.echo(json.dumps(as_json_of(table, answer), ensure_ascii=False))
    else:
        draw_table(table, answer)
        typer.echo(say(f"answer in {file}", f"结果已写入 {file}"), err=True)


def ask(home: Path, text: str, wanted: Wanted) -> Asked:
    """Return what is asked; a query that is not answered is told with its place, and ends the run."""
    if bool(text) == bool(wanted.template):
        fail(say("give a query, or the name of a template", "请给出查询语句或模板名称"))
    sql = _read(text)
    with read_market(home) as (states, now):
        asked = read_asked(states, sql, wanted, now)
    if isinstance(asked, Asked):
        return asked
    draw_refused(asked, sql)
    raise typer.Exit(REFUSED)


def shown_groups(answer: Answer) -> list[Group]:
    """Return the groups of an answer that are shown."""
    return [
        Group(row.keys, tuple(value for value in row.values if value is not None))
        for row in answer.cells.rows
        if None not in row.values
    ]


def _read(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    try:
        if len(text) < 256 and Path(text).is_file():
            return Path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(say(f"`{text}` cannot be read: {error}", f"`{text}` 无法读取：{error}"))
    return text


def explained(home: Path, asked: Asked, *, as_json: bool) -> None:
    """Say what a query would compute and cost, and whether it would be answered; nothing is asked for."""
    with read_market(home) as (states, now):
        envelope = Envelope("explained", asked.consumer, asked.request("explained"))
        outcome = rehearsed(states, envelope, now)
        found = explain_command(states, envelope.command, outcome, now)
        events = () if isinstance(outcome, Refused) else outcome
        price = next((due(states, event) for event in events if isinstance(event, TicketIssued)), None)
        draw_cost(states, asked, found, price, as_json=as_json)
    if found.allowed is False:
        raise typer.Exit(REFUSED)


def _answered(home: Path, asked: Asked, addressed: dict[PartyId, str], engine: EngineChoice) -> tuple[Answer, Path]:
    with opened(home) as (place, market):
        leaf = said(place, market, asked.consumer, asked.request(secrets.token_hex(8)))
        job = next(JobId(event.job) for event in leaf.events if isinstance(event, TicketIssued))
    return fetch_answer(home, job, addressed, engine)
