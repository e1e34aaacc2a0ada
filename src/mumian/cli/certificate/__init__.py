"""`mumian certificate`: what the property register attests, shown, printed, issued as a credential, and verified."""

from __future__ import annotations

import typer

from mumian.cli.certificate import issuing, showing, verifying
from mumian.cli.words import say

app = typer.Typer(no_args_is_help=True, help=say("certificates of data property registration", "数据产权登记凭证"))

for part in (showing, issuing, verifying):
    part.register(app)


def register(within: typer.Typer) -> None:
    within.add_typer(app, name="certificate")
