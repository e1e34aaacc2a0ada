"""`mumian domain persons`, `consents`: who is who in a resource, and who of them consents to being told of."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mumian.cli.domain.place import NameArgument, Place, ResourceOption, place_of
from mumian.cli.opened import HomeOption, JsonOption, clock_of, fail, read_market
from mumian.cli.signers import kept
from mumian.cli.words import say
from mumian.domain import consents as kept_consents
from mumian.domain.faults import BadConsents
from mumian.journal.note import Verifier
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import PartyId, ResourceId, is_id
from mumian.market.consents import NoResource, consents_to
from mumian.market.gathering.lawful import holds_persons
from mumian.market.home import Home
from mumian.market.rooms import States
from mumian.rooms.consent.listed import SignedConsents


def register(app: typer.Typer) -> None:
    app.command("persons", help=say("say who is who in a resource; it stays here", "登记数据资源中的个人；不出本域"))(
        persons
    )
    app.command("consents", help=say("fetch who consents to being told of", "获取个人同意清单"))(consents)


def persons(
    name: NameArgument,
    resource: ResourceOption,
    home: HomeOption,
    file: Annotated[
        Path | None,
        typer.Option(help=say("CSV with the columns unit and person", "CSV 文件，含 unit 与 person 两列")),
    ] = None,
    erase: Annotated[str, typer.Option(help=say("a person to be forgotten", "需删除的个人"))] = "",
) -> None:
    place, named = place_of(home, name), _resource(resource)
    if file is not None:
        known = kept_consents.keep_persons(place.folder, named, _in_file(file))
        typer.echo(say(f"{known:,} units have a person", f"{known:,} 个单元已对应个人"))
    if erase:
        units = kept_consents.erase_person(place.folder, named, PartyId(erase))
        typer.echo(say(f"`{erase}` is forgotten: {units:,} units", f"已删除 `{erase}`：{units:,} 个单元"))
    if file is None and not erase:
        known = len(kept_consents.persons_of(place.folder, named))
        typer.echo(say(f"{known:,} units have a person", f"{known:,} 个单元已对应个人"))


def consents(
    name: NameArgument,
    resource: ResourceOption,
    home: HomeOption,
    to: Annotated[
        Path | None,
        typer.Option("--to", help=say("write the market's signed list there, for a domain elsewhere", "另存签名清单")),
    ] = None,
    given: Annotated[
        Path | None, typer.Option("--from", help=say("take a list that a market signed", "采用市场签名的清单"))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    named = _resource(resource)
    if to is not None:
        to.write_bytes(canonical(signed_list(home, named)))
        return
    place = place_of(home, name)
    signed = signed_list(home, named) if given is None else kept(given, SignedConsents)
    try:
        kept_consents.keep_consents(place.folder, signed, Verifier.parse(place.market_vkey))
    except BadConsents as e:
        fail(say(str(e), f"该同意清单不被采用：{e}"))
    _tell(place, signed, as_json=as_json)


def signed_list(home: Path, resource: ResourceId) -> SignedConsents:
    """Return the consents to a resource by the journal of this home's market, signed with its key."""
    place = Home(home)
    store = place.open_store(mode="read")
    try:
        head, now = store.head(), clock_of(place)()  # before the rows are read: they are of this leaf or a later one
        seq = head.size if head is not None else 0
        return consents_to(States(store), resource, place.signer(), origin=place.settings.origin, seq=seq, now=now)
    except NoResource as e:
        fail(say(str(e), f"目录中没有数据资源 `{resource}`"))
    finally:
        store.close()


def is_about_persons(home: Path, resource: ResourceId) -> bool:
    """Tell whether the market of this home knows that a resource holds personal information; no without a market."""
    if not (home / "market" / "settings.json").is_file():
        return False
    with read_market(home) as (states, _):
        return holds_persons(states, resource)


def refresh(home: Path, place: Place) -> int:
    """Fetch the lists of every resource about persons that this domain opened; return how many."""
    about = [terms.resource for terms in place.terms() if terms.persons]
    for resource in about:
        kept_consents.keep_consents(place.folder, signed_list(home, resource), Verifier.parse(place.market_vkey))
    return len(about)


def _resource(text: str) -> ResourceId:
    if not is_id(text):
        fail(
            say(f"`{text}` is no resource's id, as `resource-12` is", f"`{text}` 不是数据资源编号（如 `resource-12`）")
        )
    return ResourceId(text)


def _in_file(file: Path) -> list[kept_consents.Person]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = csv.DictReader(text)
            absent = [column for column in ("unit", "person") if column not in (rows.fieldnames or ())]
            if absent:
                fail(say(f"`{file}` has no column `{', '.join(absent)}`", f"`{file}` 缺少列 `{', '.join(absent)}`"))
            return [msgspec.convert(dict(row), kept_consents.Person) for row in rows]
    except (UnicodeDecodeError, csv.Error, msgspec.ValidationError) as e:
        fail(say(f"`{file}` is no CSV of units and persons: {e}", f"`{file}` 不是单元与个人的 CSV：{e}"))


def _tell(place: Place, signed: SignedConsents, *, as_json: bool) -> None:
    """Tell how many consent to what; nobody by name."""
    listed = signed.consents
    known = {each.person for each in kept_consents.persons_of(place.folder, listed.resource)}
    uses = [
        {
            "purpose": use.purpose,
            "recipient": use.recipient,
            "persons": len(use.persons),
            "known": Counter(person in known for person, _ in use.persons)[True],
            "needs_none": use.needs_none,
        }
        for use in listed.uses
    ]
    if as_json:
        shown = {"resource": listed.resource, "seq": listed.seq, "taken_at": listed.taken_at, "uses": uses}
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    for use in uses:
        if use["needs_none"]:
            typer.echo(say(f"{use['purpose']}: needs no consent", f"{use['purpose']}：无需个人同意"))
        else:
            typer.echo(
                say(
                    f"{use['purpose']}, by {use['recipient']}: {use['persons']:,} persons consent, {use['known']:,} are known here",
                    f"{use['purpose']}，由 {use['recipient']} 使用：{use['persons']:,} 人同意，本域可对应 {use['known']:,} 人",
                )
            )
    typer.echo(say(f"as of leaf {listed.seq}", f"截至第 {listed.seq} 条日志"), err=True)
