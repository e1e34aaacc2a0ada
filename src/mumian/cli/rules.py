"""`mumian rules`: the rules of law that decisions rest on, with article, days and certainty; what is to be verified is marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.opened import JsonOption, fail, wall_clock
from mumian.cli.words import say
from mumian.kernel.time import day_of
from mumian.rulebook.rules import RULEBOOK_VERSION, VERSIONS, Parameter, Rule, load


def register(app: typer.Typer) -> None:
    app.command(
        "rules", help=say("rules of law, with article, days and certainty", "法规规则：条款、施行日期、可信度")
    )(rules)


def rules(
    rule: Annotated[
        str, typer.Argument(help=say("one rule, or a source such as S1 (default: all)", "一条规则，或来源代号如 S1"))
    ] = "",
    on: Annotated[
        str, typer.Option("--on", help=say("in force on this day, 2026-11-27", "该日施行的，如 2026-11-27"))
    ] = "",
    version: Annotated[str, typer.Option("--rulebook", help=say("version", "规则库版本"))] = RULEBOOK_VERSION,
    unverified: Annotated[
        bool, typer.Option("--unverified", help=say("only what is to be verified", "只看待核的"))
    ] = False,
    as_json: JsonOption = False,
) -> None:
    if version not in VERSIONS:
        fail(say(f"there is no rulebook `{version}`; there are {', '.join(VERSIONS)}", f"没有规则库 `{version}`"))
    found = _found(version, _day(on), rule)
    if unverified:
        found = [each for each in found if any(parameter.unverified for parameter in each.parameters.values())]
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(found), indent=2, ensure_ascii=False))
    elif rule and len(found) == 1 and found[0].id == rule:
        _draw_one(found[0])
    else:
        _draw(found)


def _day(text: str) -> date:
    """Return the day that was asked for, today if none was."""
    if not text:
        return day_of(wall_clock())
    try:
        return date.fromisoformat(text)
    except ValueError:
        return fail(say(f"`{text}` is no day; say it as 2026-11-27", f"`{text}` 不是日期；请写作 2026-11-27"))


def _found(version: str, day: date, rule: str) -> list[Rule]:
    """Return the rules in force on a day, of one id or one source if it is named."""
    book = load(version)
    found = [each for each in book.on(day) if rule in ("", each.id, each.source.code)]
    if found or not rule:
        return found
    versions = book.rules.get(rule, ())
    if versions:
        since = ", ".join(each.effective_from.isoformat() for each in versions)
        fail(
            say(
                f"rule `{rule}` is not in force on {day}; it is since {since}",
                f"规则 `{rule}` 于 {day} 未施行；自 {since} 起施行",
            )
        )
    return fail(
        say(
            f"there is no rule or source `{rule}`; see `mumian rules`",
            f"没有规则或来源 `{rule}`；请参阅 `mumian rules`",
        )
    )


def _draw(found: Sequence[Rule]) -> None:
    table = Table(
        say("rule", "规则"), say("article", "条款"), say("certainty", "可信度"), say("says", "内容"),
        say("to verify", "待核"),
    )  # fmt: skip
    for each in found:
        open_ones = [name for name, parameter in each.parameters.items() if parameter.unverified]
        article = f"{each.source.title} {each.article}"
        table.add_row(each.id, article, each.certainty, say(each.title_en, each.title_zh), "\n".join(open_ones))
    console = Console()
    console.print(table, highlight=False)
    console.print(say(f"{len(found)} rules", f"{len(found)} 条规则"), highlight=False)


def _draw_one(rule: Rule) -> None:
    """Print one rule whole, a line a parameter."""
    until_en = f" until {rule.effective_to}" if rule.effective_to else ""
    until_zh = f"至 {rule.effective_to}" if rule.effective_to else ""
    lines = [
        f"{rule.id} {say(rule.title_en, rule.title_zh)}",
        f"{rule.source.title} {rule.source.number} {rule.article}",
        say(
            f"in force since {rule.effective_from}{until_en}, version {rule.version}, certainty {rule.certainty}",
            f"{rule.effective_from} 起施行{until_zh}，第 {rule.version} 版，可信度 {rule.certainty}",
        ),
        *([rule.note] if rule.note else []),
        *(f"  {name} = {_value(parameter)}" for name, parameter in rule.parameters.items()),
    ]
    typer.echo("\n".join(lines))


def _value(parameter: Parameter) -> str:
    """Return a parameter's value, and, where the sources do not settle it, that it is to be verified and why."""
    value = say("none", "无") if parameter.value is None else json.dumps(parameter.value, ensure_ascii=False)
    if not parameter.unverified:
        return value
    return f"{value}  [{say('to be verified', '待核')}] {parameter.note}".rstrip()
