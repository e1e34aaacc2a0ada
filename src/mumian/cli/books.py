"""`mumian statement`, `reconcile`, `export beancount`, `export bank-batch`: what moved, from the leaves alone."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from mumian.cli.opened import FAULT, HomeOption, fail
from mumian.cli.words import say
from mumian.journal.log import payload_in
from mumian.journal.store import Store
from mumian.kernel.ids import PartyId
from mumian.kernel.money import yuan
from mumian.kernel.time import Instant, day_of
from mumian.market.home import Home
from mumian.market.leaf import Leaf, decode_leaf
from mumian.market.movements import Book, Statement, beancount_of, book_of, differences, statement_of
from mumian.market.pain001 import pain001_of
from mumian.market.rooms import States
from mumian.rooms.settlement import model as settlement
from mumian.rulebook.calendar import months_after

DAYS_SHOWN = 31
"""Of the days that were closed, so many of the latest are listed."""

exports = typer.Typer(no_args_is_help=True, help=say("books for other programs", "供其他程序使用的账簿"))


def register(app: typer.Typer) -> None:
    app.command("statement", help=say("a party's statement of account", "主体对账单"))(show_statement)
    app.command("reconcile", help=say("prove that rows and leaves agree to the fen", "日终对账：逐分核对"))(reconcile)
    app.add_typer(exports, name="export")


def _leaves(store: Store, size: int) -> Iterator[Leaf]:
    for entry in store.entries(0, size):
        yield decode_leaf(payload_in(entry, store.body))


def _size(store: Store) -> int:
    head = store.head()
    return head.size if head else 0


def _book(folder: Path) -> Book:
    store = Home(folder).open_store(mode="read")
    try:
        return book_of(_leaves(store, _size(store)))
    finally:
        store.close()


def _months(month: str) -> tuple[date, date]:
    """Return the first day of `month` and that of the next; of an empty one, all days."""
    if not month:
        return date.min, date.max
    try:
        first = date.fromisoformat(f"{month}-01")
        return first, months_after(first, 1)
    except ValueError:
        fail(say(f"`{month}` is no month; write it as 2026-09", f"`{month}` 不是月份；请写作 2026-09"))


def show_statement(
    party: Annotated[str, typer.Argument(help=say("whose", "主体编号"))],
    home: HomeOption,
    month: Annotated[str, typer.Option(help=say("only this month, as 2026-09", "只看某月，如 2026-09"))] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help=say("print CSV", "输出 CSV"))] = False,
) -> None:
    since, until = _months(month)
    book = _book(home)
    if all(owned.owner != party for owned in book.accounts):
        fail(say(f"`{party}` has no account in this market", f"`{party}` 在本市场没有账户"))
    seen = statement_of(book, PartyId(party), since=since, until=until)
    if as_csv:
        _write_csv(seen)
        return
    typer.echo(f"{party}  {say('opening', '期初')} {yuan(seen.opening_fen)}")
    for line in seen.lines:
        where = f"{day_of(line.at).isoformat()}  {line.seq:>8}  {line.purpose.value:<7}"
        typer.echo(f"{where} {yuan(line.amount_fen):>18} {yuan(line.balance_fen):>18}  {line.why}  {line.other}")
    typer.echo(f"{party}  {say('closing', '期末')} {yuan(seen.closing_fen)}")


def _write_csv(seen: Statement) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("day", "leaf", "purpose", "other", "why", "amount_fen", "balance_fen"))
    for line in seen.lines:
        day = day_of(line.at).isoformat()
        table.writerow((day, line.seq, line.purpose, line.other, line.why, line.amount_fen, line.balance_fen))


def reconcile(home: HomeOption) -> None:
    store = Home(home).open_store(mode="read")
    try:
        size = _size(store)
        book = book_of(_leaves(store, size))
        found = list(differences(book, States(store).ledger.accounts.under()))
        if _size(store) != size:
            fail(say("somebody wrote meanwhile; ask again", "核对期间有新记录；请重试"))
    finally:
        store.close()
    for place in found:
        typer.secho(place, err=True, fg="red")
    if found:
        raise typer.Exit(FAULT)
    accounts, moved = len(book.accounts), len(book.movements)
    typer.echo(
        say(f"{moved} movements on {accounts} accounts, no fen apart", f"{accounts} 个账户、{moved} 笔分录，分文不差")
    )
    for _, closed in book.days[-DAYS_SHOWN:]:
        number, fen = len(closed.lines), sum(line.amount_fen for line in closed.lines)
        typer.echo(
            say(
                f"{closed.day} closed, {number} payments of {yuan(fen)} in `{closed.batch}`, imbalance 0.00",
                f"{closed.day} 已日终，批次 `{closed.batch}` 付款 {number} 笔共 {yuan(fen)}，不平 0.00",
            )
        )


@exports.command("beancount", help=say("print the ledger as a beancount file", "以 beancount 格式输出账簿"))
def export_beancount(home: HomeOption) -> None:
    for line in beancount_of(_book(home)):
        typer.echo(line)


@exports.command(
    "bank-batch", help=say("print the payments of a closed day for the bank", "输出某日日终后交银行的付款批次")
)
def export_bank_batch(
    day: Annotated[str, typer.Argument(help=say("a closed day, as 2026-09-30", "已日终的日期，如 2026-09-30"))],
    home: HomeOption,
    iso20022: Annotated[
        bool, typer.Option("--iso20022", help=say("as pain.001.001.09 XML", "输出 pain.001.001.09 XML"))
    ] = False,
) -> None:
    """Read from the leaf that closed the day; the last line of CSV is the number of payments and their sum."""
    store = Home(home).open_store(mode="read")
    try:
        found = _closed(_leaves(store, _size(store)), day)
    finally:
        store.close()
    if found is None:
        fail(
            say(
                f"`{day}` is no closed day; close it by `settlement.CloseDay`, and write it as 2026-09-30",
                f"`{day}` 尚未日终；请以 `settlement.CloseDay` 办理，日期写作 2026-09-30",
            )
        )
    if iso20022:
        _print_pain001(*found)
    else:
        _print_batch(found[0])


def _print_pain001(closed: settlement.DayClosed, at: Instant) -> None:
    if not closed.lines:
        fail(say(f"`{closed.batch}` holds no payment: send nothing", f"批次 `{closed.batch}` 没有付款，无须报送"))
    typer.echo(pain001_of(closed, at))


def _print_batch(found: settlement.DayClosed) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("batch", "line", "party", "account_digest", "amount_fen", "payouts"))
    for nth, line in enumerate(found.lines, 1):
        table.writerow((found.batch, nth, line.party, line.account_digest, line.amount_fen, " ".join(line.payouts)))
    table.writerow((found.batch, "total", len(found.lines), "", sum(line.amount_fen for line in found.lines), ""))


def _closed(leaves: Iterator[Leaf], day: str) -> tuple[settlement.DayClosed, Instant] | None:
    for leaf in leaves:
        for event in leaf.events:
            if isinstance(event, settlement.DayClosed) and event.day.isoformat() == day:
                return event, leaf.at
    return None
