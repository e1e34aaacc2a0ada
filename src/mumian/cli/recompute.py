"""`mumian recompute`: a payout or an auction computed again from the journal alone, by whoever doubts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.leaves import FromOption, VkeyOption, payloads
from mumian.cli.opened import REFUSED, HomeOption, JsonOption, fail
from mumian.cli.words import say
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.money import yuan
from mumian.market.auctioned import found_again
from mumian.market.leaf import decode_leaf
from mumian.market.recomputed import Recomputed, recompute
from mumian.market.valued import Doubt, EvidenceFault, read_evidence, valued_again
from mumian.rooms.revenue.terms import NANO, ShareKind


def register(app: typer.Typer) -> None:
    app.command(
        "recompute",
        help=say("compute a payout again from the journal alone", "仅凭存证日志重新计算一笔分账"),
    )(recompute_)


def recompute_(
    payout: Annotated[
        str,
        typer.Argument(
            help=say(
                "PRODUCT/SALE, as product-21/order-57, or auction-9", "产品/交易，如 product-21/order-57，或 auction-9"
            )
        ),
    ],
    home: HomeOption,
    journal: FromOption = None,
    vkey: VkeyOption = "",
    evidence: Annotated[
        Path | None,
        typer.Option(help=say("also measure the contributions again, from this file", "并依据该证据文件重新计算贡献")),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    if payout.startswith("auction-"):
        _recompute_auction(payout, payloads(home, journal, vkey), as_json=as_json)
        return
    product, _, sale = payout.partition("/")
    if not (product and sale):
        fail(say(f"`{payout}` is not PRODUCT/SALE, nor an auction", f"`{payout}` 应为 产品/交易，或竞价编号"))
    found = recompute(payloads(home, journal, vkey), product, sale)
    if found is None:
        fail(
            say(
                f"the journal holds no payout of `{sale}` for `{product}`; `mumian show distribution` names what was shared",
                f"日志中没有产品 `{product}` 的交易 `{sale}` 的分账；请用 `mumian show distribution` 查看",
            )
        )
    doubts = _again(found, evidence) if evidence is not None else []
    is_equal = found.is_equal and all(doubt.is_equal for doubt in doubts)
    if as_json:
        said = {**msgspec.to_builtins(found), "values": msgspec.to_builtins(doubts), "is_equal": is_equal}
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        _tell(found)
        _tell_values(found, doubts)
    if not is_equal:
        raise typer.Exit(REFUSED)


def _recompute_auction(auction: str, leaves: Iterator[bytes], *, as_json: bool) -> None:
    """Find an auction's outcome again from its bids, and every commitment from what was revealed."""
    found = found_again((decode_leaf(payload) for payload in leaves if b'"auctions.' in payload), auction)
    if found is None:
        fail(say(f"the journal closes no auction `{auction}`", f"日志中没有已结束的竞价 `{auction}`"))
    if as_json:
        said = {**msgspec.to_builtins(found), "is_equal": found.is_equal}
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        for whose, winners, price_fen in (
            (say("recorded", "登记"), found.winners, found.price_fen),
            (say("again", "重算"), found.winners_again, found.price_fen_again),
        ):
            typer.echo(f"{auction} {found.kind} {whose}: {', '.join(winners) or '-'} {yuan(price_fen)}")
        for fault in found.faults:
            typer.secho(fault, fg="red")
        _tell_verdict(found.is_equal)
    if not found.is_equal:
        raise typer.Exit(REFUSED)


def _again(found: Recomputed, evidence: Path) -> list[Doubt]:
    """Return each owner's value beside what the evidence gives, once it is the evidence that was recorded."""
    text = evidence.read_bytes()
    if found.valuation is None:
        fail(
            say(
                f"`{found.sale}` was shared by {found.method}, not by measured values; there is no evidence to measure",
                f"交易 `{found.sale}` 按 {found.method} 分配，并非按计算的贡献值；无证据可重算",
            )
        )
    if sha256_hex(text) != found.evidence_digest:
        fail(
            say(
                f"{evidence} has digest {sha256_hex(text)}, recorded is {found.evidence_digest}; find the recorded file",
                f"{evidence} 的摘要为 {sha256_hex(text)}，登记的是 {found.evidence_digest}；请使用登记的文件",
            )
        )
    owners = [line.payee for line in found.lines if line.kind == ShareKind.OWNER.value]
    try:
        return valued_again(read_evidence(text), found.valuation, owners)
    except EvidenceFault as fault:
        fail(f"{evidence}: {fault}")


def _tell_values(found: Recomputed, doubts: list[Doubt]) -> None:
    """Say how the contributions were measured, and beside each value what the evidence gives."""
    valuation = found.valuation
    if valuation is None:
        return
    typer.echo(
        say(
            f"values by {valuation.method} of {valuation.utility}: seed {valuation.seed}, {valuation.evaluations} coalitions, intervals at {valuation.confidence_permille}‰",
            f"贡献值由 {valuation.method} 计算，效用 {valuation.utility}：种子 {valuation.seed}，联盟 {valuation.evaluations} 个，区间置信 {valuation.confidence_permille}‰",
        )
    )
    owners = [line.payee for line in found.lines if line.kind == ShareKind.OWNER.value]
    table = Table(say("owner", "权益方"), say("value", "贡献值"), "±", say("again", "重算"))
    by_owner = {doubt.owner: doubt for doubt in doubts}
    for owner, value, half_width in zip(owners, valuation.values, valuation.half_widths, strict=True):
        doubt = by_owner.get(owner)
        again = "" if doubt is None else f"{doubt.again_nano / NANO:.9f}"
        style = "red" if doubt is not None and not doubt.is_equal else ""
        table.add_row(owner, f"{value / NANO:.9f}", f"{half_width / NANO:.9f}", again, style=style)
    Console().print(table)


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
    _tell_verdict(found.is_equal)


def _tell_verdict(is_equal: bool) -> None:
    if is_equal:
        typer.secho(say("equal to the fen", "逐分一致"), fg="green")
    else:
        typer.secho(say("DIFFERS where it is red", "红色处不一致"), fg="red")
