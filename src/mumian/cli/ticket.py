"""`mumian ticket`: the market's signed word that a job is approved and paid for."""

from __future__ import annotations

import typer

from mumian.cli.domain.ways import JobArgument, fetch_ticket
from mumian.cli.opened import HomeOption
from mumian.cli.words import say
from mumian.kernel.canonical import canonical


def register(app: typer.Typer) -> None:
    app.command("ticket", help=say("print the market's signed ticket of a job", "输出市场签发的任务票据"))(ticket)


def ticket(job: JobArgument, home: HomeOption) -> None:
    typer.echo(canonical(fetch_ticket(home, job)))
