"""`mumian indicators`: what a public body's data led to, as its budget may be linked to it (政策第14条)."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
import typer

from mumian.cli.opened import HomeOption, JsonOption, fail, read_market
from mumian.cli.words import say
from mumian.kernel.ids import PartyId
from mumian.kernel.money import yuan
from mumian.market.indicators import indicators_of

CHINESE = {
    "resources": "资源数",
    "authorized": "授权运营资源数",
    "quality_permille": "质量（千分）",
    "timely_permille": "更新及时（千分）",
    "products": "支撑产品数",
    "sales": "成交笔数",
    "gross_fen": "成交额（元）",
    "calls": "调用次数",
    "forgone_fen": "公益减免（元）",
    "results": "成果回馈次数",
}
"""Fields of `Indicators` in the order in which they are told."""


def register(app: typer.Typer) -> None:
    app.command(
        "indicators",
        help=say("what a public body's data led to: figures for its budget, not money", "公共数据成效指标（预算挂钩）"),
    )(show_indicators)


def show_indicators(
    body: Annotated[str, typer.Argument(help=say("a public body", "公共管理和服务机构"))],
    home: HomeOption,
    as_json: JsonOption = False,
) -> None:
    with read_market(home) as (states, _):
        if states.parties.parties.get(body) is None:
            fail(
                say(f"no party `{body}`; `mumian show party` lists them", f"没有主体 `{body}`；见 `mumian show party`")
            )
        seen = indicators_of(states, PartyId(body))
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(seen), indent=2, ensure_ascii=False))
        return
    for field, zh in CHINESE.items():
        value = getattr(seen, field)
        told = "-" if value is None else yuan(value) if field.endswith("_fen") else f"{value:,}"
        typer.echo(f"{say(field.removesuffix('_fen'), zh)}  {told}")
