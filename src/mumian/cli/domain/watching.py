"""`mumian domain limits`, `reports`, `lift`, `figures`: how calls are answered and watched, who was stopped, what became of all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.domain.consents import is_about_persons
from mumian.cli.domain.place import HoldingOption, NameArgument, Place, ResourceOption, place_of
from mumian.cli.opened import HomeOption, JsonOption, clock_in, fail
from mumian.cli.words import say
from mumian.domain.declaration import Bands, Probing, Terms
from mumian.domain.figures import Figures
from mumian.domain.reports import Report, all_in
from mumian.domain.reports import lift as lifted
from mumian.domain.store import write
from mumian.kernel.ids import PartyId

HOUR_MS = 3_600_000


def register(app: typer.Typer) -> None:
    app.command("limits", help=say("say how calls are answered and watched", "设定核验的方式与限制"))(limits)
    app.command("reports", help=say("show who was stopped for probing", "查看因疑似试探被暂停的需方"))(reports)
    app.command("lift", help=say("let a stopped consumer call again", "解除对需方的暂停"))(lift)
    app.command("figures", help=say("show what became of calls, and how fast", "查看核验数量与时延"))(figures)


def limits(
    name: NameArgument,
    resource: ResourceOption,
    home: HomeOption,
    band: Annotated[
        list[str] | None,
        typer.Option(help=say('bands that may be told: "income 5000 20000"', '可告知的区间："income 5000 20000"')),
    ] = None,
    key_column: Annotated[
        list[str] | None, typer.Option(help=say("a column that a call may give", "可作为核验键的列"))
    ] = None,
    a_minute: Annotated[
        int | None,
        typer.Option("--per-minute", min=1, help=say("calls a minute of one consumer", "每一需方每分钟次数")),
    ] = None,
    persons: Annotated[
        bool | None, typer.Option(help=say("the rows are of persons who must consent", "数据涉及个人，须经其同意"))
    ] = None,
    consents_hours: Annotated[
        int | None, typer.Option(min=1, help=say("how old the list of consents may be", "同意清单的最长有效小时数"))
    ] = None,
    probing: Annotated[
        list[str] | None,
        typer.Option(help=say("where probing begins: questions_max=2", "试探判定参数：questions_max=2")),
    ] = None,
) -> None:
    place = place_of(home, name)
    terms = _terms_of(place, resource)
    if persons is False and is_about_persons(home, terms.resource):
        fail(
            say(
                f"`{resource}` holds personal information by the market's catalog; grade it anew if it does not",
                f"市场目录载明 `{resource}` 含个人信息；如非如此，请重新定级",
            )
        )
    changed: dict[str, Any] = {
        "bands": None if band is None else [_bands(text) for text in band],
        "key_columns": key_column,
        "calls_per_minute_max": a_minute,
        "persons": persons,
        "consents_age_ms_max": None if consents_hours is None else consents_hours * HOUR_MS,
        "probing": None if probing is None else _probing(terms.probing, probing),
    }
    new = _changed(terms, {key: value for key, value in changed.items() if value is not None})
    write(place.folder / "terms" / f"{terms.resource}.json", new)
    typer.echo(json.dumps(msgspec.to_builtins(new), ensure_ascii=False))


def _terms_of(place: Place, resource: str) -> Terms:
    terms = next((each for each in place.terms() if each.resource == resource), None)
    if terms is None:
        fail(
            say(
                f"`{resource}` is not opened here; open it with `mumian domain allow` first",
                f"`{resource}` 尚未在本数据域开放；请先用 `mumian domain allow` 开放",
            )
        )
    return terms


def _changed(terms: Terms, changed: dict[str, Any]) -> Terms:
    try:
        return msgspec.convert(msgspec.to_builtins(terms) | changed, Terms)
    except msgspec.ValidationError as e:
        fail(say(f"that is no limit: {e}", f"限制有误：{e}"))


def _bands(text: str) -> dict[str, Any]:
    column, *edges = text.replace(":", " ").replace(",", " ").split()
    try:
        bands = msgspec.convert({"column": column, "edges": [int(edge) for edge in edges]}, Bands)
    except (ValueError, msgspec.ValidationError):
        bands = None
    if bands is None or list(bands.edges) != sorted(set(bands.edges)):
        fail(
            say(
                f'`{text}` is not "COLUMN EDGE EDGE…" with 1 to 15 whole edges that ascend',
                f"`{text}` 应为“列 边界 边界…”，边界为 1 至 15 个递增整数",
            )
        )
    shown: dict[str, Any] = msgspec.to_builtins(bands)
    return shown


def _probing(now: Probing, texts: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = msgspec.to_builtins(now)
    for text in texts:
        key, _, value = text.partition("=")
        if key not in given or not value.isdecimal():
            names = ", ".join(given)
            fail(say(f"`{text}` is not NAME=NUMBER with one of {names}", f"`{text}` 应为 名称=数值，可用：{names}"))
        given[key] = int(value)
    return given


def reports(name: NameArgument, home: HomeOption, as_json: JsonOption = False) -> None:
    found = all_in(place_of(home, name).folder / "reports")
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return
    if not found:
        typer.echo(say("nobody was stopped", "没有需方被暂停"))
        return
    table = Table(
        *map(str, say("at|consumer|holding|pattern|calls|jobs|lifted", "时间|需方|数据|特征|次数|任务|解除").split("|"))
    )
    for report in found:
        table.add_row(*_cells(report))
    Console().print(table)


def _cells(report: Report) -> list[str]:
    return [
        _at(report.at),
        report.consumer,
        report.holding,
        report.pattern.value,
        f"{report.seen.calls:,}",
        ", ".join(report.jobs[-3:]),
        "" if report.lifted_at is None else _at(report.lifted_at),
    ]


def _at(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def lift(
    name: NameArgument,
    consumer: Annotated[str, typer.Argument(help=say("the consumer's id", "需方编号"))],
    home: HomeOption,
    holding: HoldingOption = "main",
) -> None:
    place = place_of(home, name)
    count = lifted(place.folder / "reports", holding=holding, consumer=PartyId(consumer), at=clock_in(home)())
    if not count:
        fail(say(f"`{consumer}` is not stopped at `{holding}`", f"`{consumer}` 未在 `{holding}` 被暂停"))
    typer.echo(say(f"`{consumer}` may call again; it is watched anew", f"已解除对 `{consumer}` 的暂停；重新开始观察"))


def figures(name: NameArgument, home: HomeOption, as_json: JsonOption = False) -> None:
    shown = Figures(place_of(home, name).folder / "figures.bin").shown()
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(shown)))
        return
    lines = (
        say(f"{shown.calls:,} calls answered", f"已应答 {shown.calls:,} 次核验"),
        say(
            f"  {shown.unknown:,} by unknown, {shown.without_consent:,} of them for want of consent (told to nobody else)",
            f"  其中未知 {shown.unknown:,} 次，因无个人同意 {shown.without_consent:,} 次（不对外告知）",
        ),
        say(
            f"{shown.messages_refused:,} messages refused: {shown.rate_exceeded:,} too fast, {shown.stopped:,} of stopped consumers",
            f"拒绝 {shown.messages_refused:,} 条消息：超速 {shown.rate_exceeded:,} 条，来自被暂停需方 {shown.stopped:,} 条",
        ),
        say(f"{shown.suspected:,} stops for probing", f"因疑似试探暂停 {shown.suspected:,} 次"),
        say(
            f"{shown.messages:,} messages: half within {shown.p50_us / 1000:.3g} ms, 99 % within {shown.p99_us / 1000:.3g} ms",
            f"{shown.messages:,} 条消息：半数在 {shown.p50_us / 1000:.3g} 毫秒内，99% 在 {shown.p99_us / 1000:.3g} 毫秒内",
        ),
    )
    for line in lines:
        typer.echo(line)
