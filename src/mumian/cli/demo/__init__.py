"""`mumian demo`: one whole life of a data element on 336,776 real flights, in eleven acts."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.demo import asking, bargaining, calls, cast, deal, ending, persons, report, shelf, supply, telling
from mumian.cli.demo.data import DataMissing
from mumian.cli.demo.stage import Stage, Tell
from mumian.cli.demo.story import Story
from mumian.cli.opened import JsonOption, fail, wall_clock
from mumian.cli.words import LANG, say
from mumian.kernel.money import yuan

SHORT = {
    "exchange_fee": ("exchange's fee", "平台费"),
    "service_fee": ("public data service fee", "公共数据运营服务费"),
    "merchant": ("merchant's part", "数据商净额部分"),
    "owner": ("coverage", "覆盖贡献"),
}
"""Kinds of share in a few words."""

AMOUNT_WIDTH = 9
"""Columns of a terminal that an amount of the story needs: `13,425.00`."""

ROOMY_WIDTH = 100
"""From here on a reason stands on one line; in a narrower terminal it is folded, so that no amount is cut."""

MARK = "made-by-mumian-demo"
"""A file in the home that says that the demo made it: only such a home is ever removed."""


def register(app: typer.Typer) -> None:
    app.command(
        "demo", help=say("one whole life of a data element on real flights", "以真实航班数据演示数据要素的完整一生")
    )(demo)


def demo(
    home: Annotated[
        Path,
        typer.Option(
            help=say(
                "where to make the demo's home; an older demo there is replaced", "演示文件夹；其中旧的演示会被替换"
            )
        ),
    ] = Path("demo-home"),
    as_json: JsonOption = False,
) -> None:
    _clear(home)
    console = Console(stderr=True)

    def tell(act: int, en: str, zh: str) -> None:
        text = say(en, zh)
        console.print(f"[bold]{act}  {text}[/]" if act else f"   [dim]{text}[/]", highlight=False, soft_wrap=True)

    try:
        told = play(home, tell)
    except DataMissing as missing:
        fail(str(missing))
    report.write(told, home / "report.html", lang=LANG)
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(told), ensure_ascii=False))
        return
    _show(told)


def play(home: Path, tell: Tell) -> Story:
    """Play all eleven acts in a new home and return the story."""
    began = time.perf_counter()
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()
    stage = Stage(home, wall_clock, tell)
    try:
        everybody = cast.admit_all(stage, home / "incoming")
        taken = supply.take_in_all(stage, everybody)
        shutil.rmtree(home / "incoming")
        holdings = supply.grant_all(stage, everybody, taken)
        risk, checks = shelf.list_all(stage, everybody, holdings)
        bought = deal.run(stage, everybody, risk)
        asking.ask(stage, everybody, risk, bought[0])
        made = calls.make(stage, everybody, checks)
        persons.play(stage, everybody, home / "incoming")
        shutil.rmtree(home / "incoming")
        ending.settle(stage, everybody, bought[0], made)
        bargain = bargaining.play(stage, everybody, holdings, bought[2], made)
        proofs = ending.prove(stage, everybody, holdings[0].certificates[0])
        bargaining.again(stage, everybody, bargain)
        ending.refuse(stage, everybody, bought[0], risk, holdings)
        stage.curtain()
        return telling.story(stage, holdings, (risk, checks), bought, made, proofs, bargain, began)
    finally:
        stage.market.close()


def _clear(home: Path) -> None:
    if home.exists() and not (home / MARK).exists() and any(home.iterdir()):
        fail(
            say(
                f"`{home}` is not empty and was not made by the demo; name another folder",
                f"`{home}` 非空且不是演示所建；请另选文件夹",
            )
        )
    shutil.rmtree(home, ignore_errors=True)


def _show(told: Story) -> None:
    console = Console()
    table = Table(title=say("who got what, and why", "谁得到多少，为什么"), title_justify="left")
    table.add_column(say("payee", "收款方"), no_wrap=True)
    for product in told.products:
        table.add_column(f"{product.title} {say('(yuan)', '（元）')}", justify="right")
    table.add_column(say("why", "原因"), no_wrap=console.width >= ROOMY_WIDTH)
    on_shelf = {product.product for product in told.products}
    shown = (payment.payee for payment in told.payments if payment.product in on_shelf)
    for payee in dict.fromkeys(shown):
        table.add_row(*_row(told, payee))
    console.print(table)
    console.print(
        say(
            "coverage: the exact Shapley value of the route-months, or calls, that an airline's rows answered",
            "覆盖贡献：航空公司数据所回答的航线月份（或核验调用）的精确 Shapley 值",
        )
    )
    _show_bargain(console, told)
    gross = sum(product.gross_fen for product in told.products) + told.bargain.gross_fen
    console.print(
        say(
            f"{yuan(gross)} yuan in, {yuan(sum(p.amount_fen for p in told.payments))} yuan out; "
            f"{told.proofs.leaves} leaves audited; {told.seconds_milli / 1000:.0f} s",
            f"收入 {yuan(gross)} 元，分配 {yuan(sum(p.amount_fen for p in told.payments))} 元；"
            f"审计 {told.proofs.leaves} 条记录；用时 {told.seconds_milli / 1000:.0f} 秒",
        )
    )
    home = told.home
    console.print(say("look around:", "继续查看："))
    for line in (
        f"open {home}/report.html",
        f"mumian show order --home {home}",
        f"mumian recompute {told.bargain.product}/{told.bargain.order} --evidence {told.bargain.evidence} --home {home}",
        f"mumian recompute {told.bargain.auction} --home {home}",
        f"mumian fsck {home}",
        f"mumian receipt verify {home}/receipt/leaf-{told.proofs.receipt_seq}.tlog-proof --vkey {home}/market/vkey",
    ):
        console.print(f"  {line}", highlight=False, soft_wrap=True)


def _show_bargain(console: Console, told: Story) -> None:
    """Say what came of the joint development, and of the month's invoice."""
    bargain = told.bargain
    paid = [payment for payment in told.payments if payment.product == bargain.product]
    cost = sum(payment.amount_fen for payment in paid if payment.kind == "cost")
    merchant = sum(payment.amount_fen for payment in paid if payment.kind == "merchant")
    owners = sum(payment.amount_fen for payment in paid if payment.kind == "owner")
    console.print(
        say(
            f"joint development, {bargain.units_settled} of {bargain.units_ordered} parts at {yuan(bargain.unit_fen)}, a licence auctioned at {yuan(bargain.auctioned_fen)}: costs back {yuan(cost)}, merchant {yuan(merchant)}, airlines {yuan(owners)} by measured values",
            f"融合开发 {bargain.units_settled}/{bargain.units_ordered} 部分，单价 {yuan(bargain.unit_fen)}；许可竞价 {yuan(bargain.auctioned_fen)}：收回成本 {yuan(cost)}，数据商 {yuan(merchant)}，航空公司按计量值 {yuan(owners)}",
        )
    )
    console.print(
        say(
            f"invoice {bargain.invoice} of {bargain.month}: {yuan(bargain.invoiced_fen)}, of which {yuan(bargain.tax_fen)} tax",
            f"{bargain.month} 账单 {bargain.invoice}：{yuan(bargain.invoiced_fen)} 元，其中税款 {yuan(bargain.tax_fen)} 元",
        )
    )


def _row(told: Story, payee: str) -> list[str]:
    """Return one payee's line: what it got of each product, and for what."""
    amounts, shares, kinds = [], [], []
    for product in told.products:
        own = [payment for payment in told.payments if (payment.payee, payment.product) == (payee, product.product)]
        amounts.append(yuan(sum(payment.amount_fen for payment in own)) if own else "")
        shares += [f"{payment.weight_permille / 10:.1f} %" for payment in own if payment.kind == "owner"]
        kinds += [payment.kind for payment in own]
    words = SHORT[kinds[0]]
    return [payee, *amounts, say(*words) + (": " + " / ".join(shares) if shares else "")]
