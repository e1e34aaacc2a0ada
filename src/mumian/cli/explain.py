"""`mumian explain`: why something is allowed or not, before it costs anything."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.tree import Tree

from mumian.cli.opened import REFUSED, HomeOption, JsonOption, fail, read_market
from mumian.cli.references import filled
from mumian.cli.submit import as_item, envelope_of, read_items
from mumian.cli.words import say
from mumian.kernel.ids import OPERATOR, PartyId, is_id
from mumian.kernel.outcome import Refused
from mumian.market.envelope import BY_KEY, Envelope, Signature
from mumian.market.explain import explain_command, explain_thing
from mumian.market.explained import Cited, Explanation, Step
from mumian.market.explained import Path as Chain
from mumian.market.rooms import States
from mumian.market.step import rehearse
from mumian.rooms.parties import views as parties


def register(app: typer.Typer) -> None:
    app.command("explain", help=say("why something is allowed or not", "说明为何可以或不可以"))(explain)


def explain(
    what: Annotated[
        str,
        typer.Argument(
            help=say(
                "an id or a certificate's number (what it stands on), a file with one command (how it would be answered; "
                "- for standard input), or a .sql file (what it would compute and cost, or why it would be refused)",
                "编号或证书号（说明其依据）、含一条命令的文件（说明将如何答复；- 表示标准输入），或 .sql 文件（说明其计算与代价，或拒绝的理由）",
            )
        ),
    ],
    home: HomeOption,
    actor: Annotated[str, typer.Option("--as", help=say("who would speak", "拟提交的主体"))] = OPERATOR,
    agreement: Annotated[
        str,
        typer.Option(help=say("of a query (a .sql file): the agreement to ask under", "查询（.sql 文件）所依据的合约")),
    ] = "",
    purpose: Annotated[str, typer.Option(help=say("of a query: what for", "查询的用途"))] = "",
    rho: Annotated[str, typer.Option(help=say("of a query: privacy loss to spend", "查询愿付的隐私损失 rho"))] = "0.1",
    as_json: JsonOption = False,
) -> None:
    if what.endswith(".sql"):
        from mumian.cli.query import query  # loads what reads SQL: only for a query

        query(home=home, agreement=agreement, purpose=purpose, text=what, rho=rho, explain=True, as_json=as_json)
        return
    with read_market(home) as (states, now):
        if what == "-" or Path(what).is_file():
            found = _rehearsed(states, Path(what), actor, now)
        else:
            found = _explained(states, what, now)
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(found), indent=2, ensure_ascii=False))
    else:
        draw(found)
    if found.allowed is False:
        raise typer.Exit(REFUSED)


def _explained(states: States, what: str, now: int) -> Explanation:
    found = explain_thing(states, what, now)
    if found is not None:
        return found
    if not is_id(what):
        fail(
            say(
                f"`{what}` is neither an id, nor a certificate's number, nor a file",
                f"`{what}` 既不是编号、证书号，也不是文件",
            )
        )
    return fail(say(f"`{what}` is not there, or stands on nothing", f"`{what}` 不存在，或没有所依据的权利"))


def _rehearsed(states: States, file: Path, actor: str, now: int) -> Explanation:
    """Rehearse the one command in a file."""
    items = read_items(file)
    if len(items) != 1:
        fail(
            say(
                f"`{file}` holds {len(items)} commands; explain one at a time",
                f"`{file}` 含 {len(items)} 条命令；请逐条说明",
            )
        )
    fill = partial(filled, now=now, beside=file.parent)
    envelope = envelope_of(as_item(items[0], actor, ""), (), fill, nth=1)
    return explain_command(states, envelope.command, rehearsed(states, envelope, now), now)


def rehearsed(states: States, envelope: Envelope, now: int) -> list[Any] | Refused:
    """Return what the market would answer, without asking it. Who has a key would sign; the signature is taken as given."""
    by, keys = "door:explain", parties.keys_of(states.parties, PartyId(envelope.actor))
    if keys:
        by, envelope = BY_KEY, msgspec.structs.replace(envelope, signature=Signature(keys[0], ""))
    head = states.oversight.market.get("market")
    return rehearse(states, envelope, seq=1 << 40 if head else 0, at=now, by=by)


def draw(found: Explanation) -> None:
    """Print an explanation for people."""
    console = Console()
    colour = {True: "green", False: "red", None: "bold"}[found.allowed]
    console.print(f"[{colour}]{say(found.said_en, found.said_zh)}[/]", highlight=False, soft_wrap=True)
    for rule in found.rules:
        console.print(f"  {_rule(rule)}", highlight=False, soft_wrap=True)
    for chain in found.paths:
        console.print(_tree(chain), highlight=False)


def _tree(chain: Chain) -> Tree:
    """Draw one chain with its root on top, as rights are given: each link under the one that gave it."""
    verdict = (
        say("holds", "有效")
        if not chain.broken_at
        else say(f"breaks at {chain.broken_at}", f"在 {chain.broken_at} 处中断")
    )
    tree = branch = Tree(f"{chain.source}: {verdict}")
    for step in reversed(chain.steps):
        branch = branch.add(_link(step))
        for rule in step.rules:
            branch.add(f"[dim]{_rule(rule)}[/]")
    return tree


def _link(step: Step) -> str:
    mark = "[green]✓[/]" if step.holds else f"[red]✗ {step.why}[/]"
    term = f"{step.since} – {step.until}" if step.until else say(f"since {step.since}", f"{step.since} 起")
    shown = f" ({term})" if step.since else ""
    name = f"{_WHAT[step.what]} {step.id}" if step.what in _WHAT else step.id
    return f"{name} {step.holder}: {step.terms}{shown} {mark}"


_WHAT = {
    "registration": say("registration", "登记"),
    "policy": say("policy", "使用控制策略"),
    "analysis": say("analysis rules of", "分析规则"),
    "persons": say("persons in", "个人信息"),
    "limit": say("limit of", "期限"),
}
"""What an id alone does not tell."""


def _rule(rule: Cited) -> str:
    title = say(rule.title_en, rule.title_zh)
    since = say(f"in force since {rule.in_force_since}", f"{rule.in_force_since} 起施行")
    return f"{rule.id} {rule.source} {rule.article}: {title} ({since}, {say('certainty', '可信度')} {rule.certainty})"
