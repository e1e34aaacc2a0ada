"""`mumian recompute`: a payout computed again from the journal alone, by whoever was paid or doubts it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.opened import REFUSED, HomeOption, JsonOption, fail
from mumian.cli.words import say
from mumian.journal.checkpoint import verify_checkpoint
from mumian.journal.log import payload_in
from mumian.journal.publish import ExportReader
from mumian.journal.tree import Frontier, leaf_hash
from mumian.kernel.money import yuan
from mumian.market.home import Home
from mumian.market.proofs import body_in
from mumian.market.recomputed import Recomputed, recompute


def register(app: typer.Typer) -> None:
    app.command(
        "recompute",
        help=say("compute a payout again from the journal alone", "仅凭存证日志重新计算一笔分账"),
    )(recompute_)


def recompute_(
    payout: Annotated[
        str, typer.Argument(help=say("PRODUCT/SALE, as product-21/order-57", "产品/交易，如 product-21/order-57"))
    ],
    home: HomeOption,
    journal: Annotated[
        Path | None,
        typer.Option("--from", help=say("an export instead of a market's home", "以导出的日志代替市场文件夹")),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    product, _, sale = payout.partition("/")
    if not (product and sale):
        fail(say(f"`{payout}` is not PRODUCT/SALE", f"`{payout}` 应为 产品/交易"))
    found = recompute(_payloads(home, journal), product, sale)
    if found is None:
        fail(
            say(
                f"the journal holds no payout of `{sale}` for `{product}`; `mumian show distribution` names what was shared",
                f"日志中没有产品 `{product}` 的交易 `{sale}` 的分账；请用 `mumian show distribution` 查看",
            )
        )
    if as_json:
        typer.echo(json.dumps({**msgspec.to_builtins(found), "is_equal": found.is_equal}, ensure_ascii=False, indent=2))
    else:
        _tell(found)
    if not found.is_equal:
        raise typer.Exit(REFUSED)


def _payloads(folder: Path, journal: Path | None) -> Iterator[bytes]:
    """Yield the payload of every leaf of an export, or of a market as it is published."""
    if journal is not None:
        yield from _read(journal, lambda sha256: body_in(journal, sha256))
        return
    home = Home(folder)
    store = home.open_store(mode="read")
    try:
        yield from _read(home.market / "log", store.body)
    finally:
        store.close()


def _read(log: Path, body: Callable[[str], bytes | None]) -> Iterator[bytes]:
    reader = ExportReader(log)
    size = _proved_size(reader)

    def found(sha256: str) -> bytes:
        text = body(sha256)
        if text is None:
            fail(say("a leaf's text is missing; export the journal anew", "缺少一条记录的正文；请重新导出日志"))
        return text

    for entry in reader.entries(0, size):
        yield payload_in(entry, found)


def _proved_size(reader: ExportReader) -> int:
    """Return how many leaves the checkpoint signs, once they all gave its root."""
    checkpoint = verify_checkpoint(reader.note(), reader.vkeys()[0]).checkpoint
    frontier = Frontier()
    for entry in reader.entries(0, checkpoint.size):
        frontier.extend([leaf_hash(entry)])
    if frontier.root() != checkpoint.root:
        fail(
            say(
                "the leaves do not give the root that is signed; `mumian fsck` names the first that does not hold",
                "记录与已签名的根不符；请用 `mumian fsck` 找出首条不成立的记录",
            )
        )
    return checkpoint.size


def _tell(found: Recomputed) -> None:
    table = Table(
        say("payee", "收款方"),
        say("as", "名目"),
        say("paid", "已付"),
        say("again", "重算"),
        say("exact, fen", "精确值（分）"),
    )
    for line in found.lines:
        style = "" if line.paid_fen == line.again_fen else "red"
        table.add_row(line.payee, line.kind, yuan(line.paid_fen), yuan(line.again_fen), line.exact, style=style)
    Console().print(table)
    leaves = [found.rule_leaf, *(() if found.basis_leaf is None else (found.basis_leaf,)), found.leaf]
    named = ", ".join(map(str, leaves))
    gross = yuan(found.gross_fen)
    typer.echo(
        say(
            f"{gross} of {found.product}/{found.sale} by {found.method}, version {found.rule_version} of the rule; "
            f"it rests on leaves {named} (`mumian receipt get` proves each), evidence {found.evidence_digest or '-'}",
            f"{found.product}/{found.sale} 共 {gross}，方法 {found.method}，规则第 {found.rule_version} 版；"
            f"依据记录 {named}（`mumian receipt get` 可逐条取证），证据 {found.evidence_digest or '-'}",
        )
    )
    if found.is_equal:
        typer.secho(say("equal to the fen", "逐分一致"), fg="green")
    else:
        typer.secho(say("DIFFERS where it is red", "红色处不一致"), fg="red")
