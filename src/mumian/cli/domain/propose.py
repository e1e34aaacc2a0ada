"""`mumian domain propose`: the grading that the domain derives from a holding's profile, for a person to sign."""

from __future__ import annotations

import typer

from mumian.cli.domain.describe import FactorOptions, Submit, factors_of, hand_on
from mumian.cli.domain.place import HoldingOption, NameArgument, ResourceOption, place_of
from mumian.cli.opened import HomeOption, fail
from mumian.cli.words import say
from mumian.domain.grading import command, draft
from mumian.kernel.ids import ResourceId


def register(app: typer.Typer) -> None:
    app.command("propose", help=say("propose a grading from the profile", "依画像提出定级建议"))(propose)


def propose(
    name: NameArgument,
    home: HomeOption,
    resource: ResourceOption,
    factor: FactorOptions = None,
    holding: HoldingOption = "main",
    submit: Submit = False,
) -> None:
    place = place_of(home, name)
    held = place.current(holding)
    about = place.store.profile(holding, held.version)
    drafted = draft(about, held.declaration, known=factors_of(factor or []))
    if not drafted.impacts:
        fail("; ".join(drafted.reasons))
    for reason in drafted.reasons:
        typer.echo(reason, err=True)
    if drafted.open_factors:
        names = ", ".join(drafted.open_factors)
        typer.echo(say(f"for a person to state: {names}", f"须由人说明：{names}"), err=True)
    hand_on(home, place, [command(ResourceId(resource), about, drafted)], submit=submit)
