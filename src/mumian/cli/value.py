"""`mumian value`: what the owners of a product contributed, measured from evidence that anybody can measure again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mumian.cli.opened import fail
from mumian.cli.words import say
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import ProductId
from mumian.market.valued import EvidenceFault, Sampling, read_evidence, valuation_of
from mumian.rooms.revenue.model import RecordValuation


def register(app: typer.Typer) -> None:
    app.command(
        "value",
        help=say(
            "measure owners' contributions from evidence; prints the command that records them",
            "依据证据文件计算各权益方的贡献，并输出用于登记的命令",
        ),
    )(value)


def value(
    evidence: Annotated[
        Path, typer.Argument(help=say("worths of coalitions, owners' sums, or neighbours, as JSON", "证据文件"))
    ],
    product: Annotated[str, typer.Option(help=say("whose owners they are", "产品编号"))],
    basis: Annotated[str, typer.Option(help=say("name of the job or period: month-2026-10", "贡献名称"))],
    seed: Annotated[int, typer.Option(min=0, help=say("of the draws, where there are any", "抽样种子"))] = 0,
    evaluations: Annotated[int, typer.Option(min=2, help=say("coalitions to ask about", "评估的联盟数"))] = 10_000,
) -> None:
    text = evidence.read_bytes()
    try:
        found = valuation_of(read_evidence(text), Sampling(seed, evaluations))
    except EvidenceFault as fault:
        fail(f"{evidence}: {fault}")
    command = RecordValuation(ProductId(product), basis, found, sha256_hex(text))
    typer.echo(json.dumps(msgspec.to_builtins(command), ensure_ascii=False, indent=2))
