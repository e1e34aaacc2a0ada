"""The command line: `mumian`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from mumian import __version__
from mumian.cli import (
    books,
    deadlines,
    desk,
    explain,
    fsck,
    indicators,
    journal,
    key,
    machine,
    person,
    receipt,
    rules,
    sealing,
    show,
    submit,
    support,
    witness,
)
from mumian.cli.opened import FAULT
from mumian.cli.words import say
from mumian.domain.faults import DomainFault
from mumian.journal.faults import JournalFault
from mumian.journal.store import StoreFault
from mumian.kernel.outcome import Broken
from mumian.market.home import HomeFault
from mumian.market.sequencer import ClockBehind, MarketStopped
from mumian.market.tickets import NoTicket
from mumian.vault.faults import VaultFault

LATE = {
    "certificate": "mumian.cli.certificate",
    "demo": "mumian.cli.demo",
    "domain": "mumian.cli.domain",
    "invoice": "mumian.cli.invoicing",
    "query": "mumian.cli.query",
    "recompute": "mumian.cli.recompute",
    "ticket": "mumian.cli.ticket",
    "value": "mumian.cli.value",
}
"""Commands that load what computes (DuckDB, numba, OpenDP), a second's work: only when they are asked for."""


class Commands(TyperGroup):
    """The commands, with those of `LATE` loaded as they are named."""

    def list_commands(self, ctx: Any) -> list[str]:  # Any: Typer keeps its copy of Click to itself
        return [*super().list_commands(ctx), *LATE]

    def get_command(self, ctx: Any, name: str) -> Any:
        if name not in LATE:
            return super().get_command(ctx, name)
        part = typer.Typer(add_completion=False)
        import_module(LATE[name]).register(part)
        loaded = get_command(part)
        return loaded.get_command(ctx, name) if isinstance(loaded, TyperGroup) else loaded


app = typer.Typer(
    name="mumian",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=say(
        "Mumian 木棉: an open data-element market for a city, provable to someone who trusts nobody.",
        "木棉：面向城市的开放数据要素市场，每一步都可由不信任任何人的第三方验证。",
    ),
)

for part in (submit, key, show, books, explain, rules, deadlines, desk, indicators, fsck, sealing, machine, support):
    part.register(app)
app.add_typer(journal.app, name="journal")
app.add_typer(person.app, name="person")
app.add_typer(receipt.app, name="receipt")
app.add_typer(witness.app, name="witness")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mumian {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    lang: Annotated[str, typer.Option(help=say("language: en or zh", "语言：en 或 zh"))] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=say("print the version", "显示版本"))
    ] = False,
) -> None:
    """Options of every command. The language was chosen before the help texts were made (see `words`)."""


EXPECTED = (HomeFault, JournalFault, StoreFault, DomainFault, NoTicket, MarketStopped, ClockBehind, VaultFault)
"""What can go wrong outside the program, told in a sentence. Anything else is a defect and shows its trace."""


def main() -> None:
    """Run the command line; expected faults become one sentence and exit code 2."""
    try:
        app()
    except Broken as broken:
        law = say("a law does not hold", "规则失守")
        typer.secho(f"{law}: {broken}", err=True, fg="red")
        sys.exit(FAULT)
    except EXPECTED as fault:
        typer.secho(str(fault), err=True, fg="red")
        sys.exit(FAULT)
    except OSError as fault:
        typer.secho(f"{fault.strerror}: {fault.filename or ''}", err=True, fg="red")
        sys.exit(FAULT)
