"""`mumian domain`: a holder's data, taken in where it lies, opened on the holder's terms, asked under a ticket."""

from __future__ import annotations

import typer

from mumian.cli.domain import (
    calls,
    comparing,
    consents,
    describe,
    draft,
    folder,
    holding,
    jobs,
    propose,
    reviewing,
    rules,
    serving,
    terms,
    watching,
)
from mumian.cli.words import say

app = typer.Typer(no_args_is_help=True, help=say("a data holder's domain", "数据持有人的数据域"))

for part in (
    folder,
    draft,
    holding,
    describe,
    propose,
    terms,
    rules,
    serving,
    jobs,
    reviewing,
    calls,
    comparing,
    consents,
    watching,
):
    part.register(app)


def register(within: typer.Typer) -> None:
    within.add_typer(app, name="domain")
