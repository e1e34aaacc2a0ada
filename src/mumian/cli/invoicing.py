"""`mumian invoice`: a month's statement drafted by the seller, checked by the buyer, printed by either."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mumian.cli import invoice_batches, invoice_contests
from mumian.cli.invoice_page import page_of
from mumian.cli.leaves import FromOption, VkeyOption, payloads
from mumian.cli.opened import REFUSED, HomeOption, fail, opened
from mumian.cli.submit import said
from mumian.cli.words import say
from mumian.kernel.ids import AgreementId
from mumian.kernel.money import yuan
from mumian.market.leaf import decode_leaf
from mumian.market.stated import Metered, Statement, due_calls, metered_of, statement_again, statement_of
from mumian.rooms.billing.model import InvoiceIssued, IssueInvoice, Tax
from mumian.rulebook.calendar import months_after

app = typer.Typer(no_args_is_help=True, help=say("invoices of metered calls", "按次计量的账单"))
invoice_batches.register(app)
invoice_contests.register(app)


def register(within: typer.Typer) -> None:
    within.add_typer(app, name="invoice")


CsvOption = Annotated[Path | None, typer.Option("--csv", help=say("write the statement as CSV", "将对账单写为 CSV"))]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", help=say("write the statement as a page to print", "将对账单写为可打印网页"))
]


AgreementArgument = Annotated[str, typer.Argument(help=say("under which calls were billed", "合约编号"))]
MonthOption = Annotated[str, typer.Option(help=say("that is over, as 2026-10", "已结束的月份，如 2026-10"))]
TaxOption = Annotated[
    list[str] | None, typer.Option(help=say("contained in the price: vat=600 basis points", "价内税：vat=600 个基点"))
]


@app.command(
    "draft", help=say("make a month's statement and the command that issues its invoice", "生成某月对账单与开具命令")
)
def draft(
    agreement: AgreementArgument,
    home: HomeOption,
    month: MonthOption,
    tax: TaxOption = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
    journal: FromOption = None,
    vkey: VkeyOption = "",
) -> None:
    """Calls that are billed, were recorded by the end of the month, and are on no invoice yet."""
    made, command = _drafted(_metered(payloads(home, journal, vkey), agreement), agreement, month, tax)
    _write(made, csv, html, say(f"{month}, draft", f"{month}（草稿）"))
    typer.echo(json.dumps(msgspec.to_builtins(command), ensure_ascii=False, indent=2))


@app.command(
    "issue",
    help=say("make a month's statement and issue its invoice, as the seller", "生成某月对账单并以供方身份开具账单"),
)
def issue(
    agreement: AgreementArgument,
    home: HomeOption,
    month: MonthOption,
    tax: TaxOption = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
) -> None:
    made, command = _drafted(_metered(payloads(home, None, ""), agreement), agreement, month, tax)
    with opened(home) as (place, market):
        leaf = said(place, market, made.seller, command)
    invoice = next(event.invoice for event in leaf.events if isinstance(event, InvoiceIssued))
    _write(made, csv, html, f"{month} {invoice}")
    told = f"{invoice} {month}: {yuan(made.amount_fen)}"
    typer.echo(say(f"{told} yuan, statement {made.digest}", f"{told} 元，对账单摘要 {made.digest}"))


def _drafted(metered: Metered, agreement: str, month: str, tax: list[str] | None) -> tuple[Statement, IssueInvoice]:
    """Return what is to be invoiced; that nothing is, is told and ends the run."""
    calls = due_calls(metered, until=months_after(_first_day(month), 1))
    if not calls:
        fail(
            say(
                f"no billed call of `{agreement}` by the end of {month} is without an invoice; bill it first",
                f"合约 `{agreement}` 截至 {month} 末没有已计费而未开具的调用；请先计费",
            )
        )
    taxes = tuple(_tax(text) for text in tax or ())
    made = statement_of(metered, agreement, first_call=metered.invoiced, calls=calls, taxes=taxes)
    return made, IssueInvoice(AgreementId(agreement), month, made.first_call, calls, made.digest, taxes)


@app.command(
    "check", help=say("make an invoice's statement again and hold it against the invoice", "重新生成对账单并与账单核对")
)
def check(
    invoice: Annotated[str, typer.Argument(help=say("as invoice-57", "如 invoice-57"))],
    agreement: Annotated[str, typer.Argument(help=say("that it is of", "所属合约"))],
    home: HomeOption,
    statement: Annotated[
        Path | None, typer.Option(help=say("the seller's CSV, to be compared byte by byte", "供方的 CSV，逐字节核对"))
    ] = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
    journal: FromOption = None,
    vkey: VkeyOption = "",
) -> None:
    metered = _metered(payloads(home, journal, vkey), agreement)
    issued = metered.invoices.get(invoice)
    if issued is None:
        fail(say(f"no invoice `{invoice}` of `{agreement}`", f"合约 `{agreement}` 没有账单 `{invoice}`"))
    made = statement_again(metered, agreement, issued)
    _write(made, csv, html, f"{issued.month} {invoice}")
    faults = [*_faults(made, issued)]
    if statement is not None and statement.read_bytes() != made.csv():
        faults.append(say(f"{statement} is not the statement of the leaves", f"{statement} 与日志生成的对账单不一致"))
    for fault in faults:
        typer.secho(fault, fg="red")
    if faults:
        raise typer.Exit(REFUSED)
    told = f"{invoice} {issued.month}: {made.calls:,} × {len(made.lines)} = {yuan(made.amount_fen)}"
    typer.secho(say(f"{told}, as the leaves say", f"{told}，与日志一致"), fg="green")


def _faults(made: Statement, issued: InvoiceIssued) -> list[str]:
    """Return in what an invoice is not what the leaves give."""
    faults = []
    if issued.statement_digest != made.digest:
        told, found = issued.statement_digest, made.digest
        faults.append(
            say(
                f"the invoice names statement {told}, the leaves give {found}", f"账单所载摘要 {told}，日志给出 {found}"
            )
        )
    if (issued.amount_fen, issued.net_fen) != (made.amount_fen, made.net_fen):
        sums = f"{issued.amount_fen}/{issued.net_fen} – {made.amount_fen}/{made.net_fen}"
        faults.append(say(f"amount and net differ: {sums} fen", f"金额与净额不一致：{sums} 分"))
    return faults


def _metered(leaves: Iterator[bytes], agreement: str) -> Metered:
    found = metered_of((decode_leaf(payload) for payload in leaves), agreement)
    if found is None:
        fail(
            say(
                f"no metered order stands under `{agreement}`; name the agreement that calls were made under",
                f"合约 `{agreement}` 下没有按次计量的订单；请填写调用所依据的合约",
            )
        )
    return found


def _first_day(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        fail(say(f"`{month}` is no month; write it as 2026-09", f"`{month}` 不是月份；请写作 2026-09"))


def _tax(text: str) -> Tax:
    kind, _, rate = text.partition("=")
    try:
        return msgspec.convert({"kind": kind, "rate_bp": int(rate)}, Tax)
    except (ValueError, msgspec.ValidationError):
        fail(say(f"`{text}` is no tax; write it as vat=600", f"`{text}` 不是税目；请写作 vat=600"))


def _write(made: Statement, csv: Path | None, html: Path | None, title: str) -> None:
    if csv is not None:
        csv.write_bytes(made.csv())
    if html is not None:
        html.write_text(page_of(made, title), encoding="utf8", newline="\n")
