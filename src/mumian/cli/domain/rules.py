"""`mumian domain rules`: what may be asked of a holding, column by column and party by party; drafted, set, published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mumian.cli.domain.describe import hand_on
from mumian.cli.domain.place import HoldingOption, NameArgument, Place, place_of
from mumian.cli.opened import HomeOption, fail
from mumian.cli.words import LANG, say
from mumian.domain.declaration import Terms
from mumian.domain.plans import unfit
from mumian.domain.ruling import drafted
from mumian.domain.store import write
from mumian.kernel.ids import ResourceId
from mumian.rooms.cleanroom.analysis import AnalysisRules, fault
from mumian.rooms.cleanroom.model import SetAnalysisRules
from mumian.rooms.cleanroom.sayings import say as sentences

FileOption = Annotated[
    Path | None,
    typer.Option(help=say("the rules to set, as JSON (default: print a draft)", "规则文件（缺省打印草案）")),
]


def register(app: typer.Typer) -> None:
    app.command(
        "rules", help=say("draft, set and publish what may be asked of a resource", "起草、设定并发布分析规则")
    )(rules)


def rules(
    name: NameArgument,
    home: HomeOption,
    table: Annotated[str, typer.Option(help=say("what queries call it", "查询中的表名"))] = "",
    file: FileOption = None,
    resource: Annotated[str, typer.Option(help=say("the resource they are for", "所属数据资源"))] = "",
    holding: HoldingOption = "main",
    read: Annotated[bool, typer.Option("--read", help=say("tell the rules in sentences", "以文字说明规则"))] = False,
    submit: Annotated[bool, typer.Option("--submit", help=say("publish them as well", "同时发布"))] = False,
) -> None:
    place = place_of(home, name)
    if file is None:
        shown = (
            _set_for(place, resource).rules
            if resource
            else drafted(place.current(holding).declaration, table or holding)
        )
        if shown is None:
            fail(
                say(f"`{resource}` has no rules here; set them with --file", f"`{resource}` 尚无规则；请用 --file 设定")
            )
        _show(shown, read=read)
        return
    given = _read(file, place, holding)
    terms = _set_for(place, resource)
    write(place.folder / "terms" / f"{terms.resource}.json", msgspec.structs.replace(terms, rules=given))
    _show(given, read=True)
    hand_on(home, place, [SetAnalysisRules(ResourceId(resource), given)], submit=submit)


def _show(shown: AnalysisRules, *, read: bool) -> None:
    if not read:
        typer.echo(json.dumps(msgspec.to_builtins(shown), ensure_ascii=False, indent=2))
        return
    for sentence in sentences(shown, LANG):
        typer.echo(sentence, err=True)


def _set_for(place: Place, resource: str) -> Terms:
    """Return the owner's terms of a resource, or leave with a sentence."""
    found = next((terms for terms in place.terms() if terms.resource == resource), None)
    if found is None:
        fail(
            say(
                f"`{resource}` is not open in this domain; say what for with `mumian domain allow` first",
                f"本数据域未开放 `{resource}`；请先用 `mumian domain allow` 设定用途",
            )
        )
    return found


def _read(file: Path, place: Place, holding: str) -> AnalysisRules:
    """Return the rules in a file, or leave with what is wrong with them and where."""
    try:
        given = msgspec.json.decode(file.read_bytes(), type=AnalysisRules)
    except (OSError, msgspec.DecodeError) as error:
        fail(say(f"`{file}` holds no rules: {error}", f"`{file}` 不是规则文件：{error}"))
    wrong = fault(given)
    column = unfit(given, place.current(holding).declaration)
    if wrong is not None or column is not None:
        reason = wrong or say(f"`{column}` is not as the data is declared", f"`{column}` 与数据声明不一致")
        fail(say(f"`{file}`: {reason}", f"`{file}`：{reason}"))
    return given
