"""`mumian certificate list` and `show`: what the register holds of certificates, and whether they are in force."""

from __future__ import annotations

import json
from itertools import islice
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Column, Table

from mumian.cli.certificate.opened import NameOption, NumberArgument, opened
from mumian.cli.certificate.register import Entry
from mumian.cli.certificate.wording import NOTES, STOPS
from mumian.cli.opened import HomeOption, JsonOption
from mumian.cli.words import say

ROWS_SHOWN = 50


def register(app: typer.Typer) -> None:
    app.command("list", help=say("list certificates: number, resource, data", "列出凭证：编号、数据资源、数据名称"))(
        list_
    )
    app.command("show", help=say("show a certificate and what stands against it", "显示凭证及其现状"))(show)


def list_(
    home: HomeOption,
    limit: Annotated[int, typer.Option(help=say("rows at most", "最多行数"))] = ROWS_SHOWN,
) -> None:
    with opened(home) as place:
        for number, record in islice(place.states.property_register.certificates.under(), limit):
            typer.echo(f"{number}  {record.resource}  {record.title}")


def show(number: NumberArgument, home: HomeOption, name: NameOption = None, as_json: JsonOption = False) -> None:
    with opened(home) as place:
        entry = place.entry(number, name)
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(entry), indent=2, ensure_ascii=False))
        return
    console = Console()
    console.print(_facts(entry))
    console.print(_rights(entry))


def _facts(entry: Entry) -> Table:
    said = entry.certificate
    drawn = Table("", Column(overflow="fold"), show_header=False, title=said.number, title_justify="left")
    notes = [
        f"{say(NOTES[note.kind].en, NOTES[note.kind].zh)} {note.since} ({', '.join(map(str, note.lines))})"
        for note in said.notes
    ]
    for label, text in (
        (say("data", "数据名称"), said.title),
        (say("resource", "数据资源"), said.resource),
        (say("holder", "权利人"), "\n".join(f"{one.party} {one.name}".strip() for one in said.holders or ())),
        (say("valid", "有效期"), f"{said.valid_from} … {said.valid_to}" if entry.valid_to else "-"),
        (say("registry", "登记机构"), f"{said.registry.party} {said.registry.name}"),
        (say("registered", "登记日期"), said.registered_on),
        (say("edition", "版次"), str(said.edition)),
        (say("notes", "备注"), "\n".join(notes) or "-"),
        (say("attested", "存证"), f"{said.attestation.origin} {said.attestation.leaf}"),
        ("SHA-256", said.attestation.sha256),
    ):
        drawn.add_row(label, text)
    return drawn


def _rights(entry: Entry) -> Table:
    drawn = Table("#", say("holder", "权利人"), "2026", "2023", say("until", "期限至"), say("standing", "现状"))
    stopped = {line: (why, reasons) for line, why, reasons in entry.stops}
    for right in entry.certificate.rights:
        why, reasons = stopped.get(right.line, (None, ()))
        words = [say("in force", "有效") if why is None else say(STOPS[why].en, STOPS[why].zh)]
        words += [say(NOTES[reason].en, NOTES[reason].zh) for reason in reasons]
        drawn.add_row(str(right.line), right.holder, right.name_2026, right.name_2023, right.to, "\n".join(words))
    return drawn
