"""`mumian domain init`, `list`, `show`: a domain's folder, key and holdings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.domain.place import NameArgument, Place, folder_of, place_in, place_of
from mumian.cli.key import register_key
from mumian.cli.opened import HomeOption, JsonOption, fail
from mumian.cli.signers import domain_folders, kept
from mumian.cli.words import say
from mumian.domain.charges import Charge
from mumian.domain.domain import Domain
from mumian.kernel.ids import PartyId
from mumian.market.home import Home
from mumian.market.keys import public_text
from mumian.market.rooms import States
from mumian.rooms.parties import views as parties


def register(app: typer.Typer) -> None:
    app.command("init", help=say("make a domain for a party", "为某主体新建数据域"))(init)
    app.command("list", help=say("list the domains of a home", "列出本机的数据域"))(list_)
    app.command("show", help=say("show what a domain holds, allows and has spent", "显示数据域的持有、条款与隐私消耗"))(
        show
    )


def init(
    name: NameArgument,
    party: Annotated[str, typer.Option(help=say("whose domain it is", "所属主体"))],
    home: HomeOption,
    enrol: Annotated[
        bool,
        typer.Option(
            "--register", help=say("register its key in the market, as the exchange", "以交易所身份登记其公钥")
        ),
    ] = False,
    vkey: Annotated[
        str, typer.Option(help=say("verifier key of a market elsewhere, to trust it", "信任其他机器上的市场：其公钥"))
    ] = "",
) -> None:
    folder = folder_of(home, name)
    if folder.exists():
        fail(
            say(
                f"`{folder}` exists; a domain is never overwritten: choose another name",
                f"`{folder}` 已存在；数据域不会被覆盖：请另选名称",
            )
        )
    trusted = vkey or str(Home(home).verifier())
    if not vkey:
        _refuse_earlier_key(home, party)
    Domain.create(folder, PartyId(party), trusted)
    key = public_text(place_in(folder).keys.identity)
    try:
        register_key(home, party, key, enrol=enrol)
    except BaseException:
        shutil.rmtree(folder)  # a domain whose key the market does not take is of no use
        raise
    typer.echo(say(f"domain `{name}` of {party} in {folder}", f"{party} 的数据域 `{name}` 位于 {folder}"), err=True)


def _refuse_earlier_key(home: Path, party: str) -> None:
    """Tickets name the key that a holder registered first: a domain made after another key would never be addressed."""
    store = Home(home).open_store(mode="read")
    try:
        keys = parties.keys_of(States(store).parties, PartyId(party))
    finally:
        store.close()
    if keys:
        fail(
            say(
                f"`{party}` speaks with key `{keys[0]}` already, and tickets name that one; revoke it first (`parties.RevokeKey`)",
                f"`{party}` 已登记密钥 `{keys[0]}`，任务票据以其为准；请先撤销（`parties.RevokeKey`）",
            )
        )


def list_(home: HomeOption, as_json: JsonOption = False) -> None:
    places = [place_in(folder) for _, folder in domain_folders(home)]
    if as_json:
        typer.echo(json.dumps([_summary(place) for place in places], ensure_ascii=False))
        return
    drawn = Table(
        say("domain", "数据域"), say("party", "主体"), say("holdings", "持有"), say("terms", "条款"), say("key", "公钥")
    )
    for place in places:
        names, open_ = ", ".join(place.store.names()), ", ".join(terms.resource for terms in place.terms())
        drawn.add_row(place.folder.name, place.party, names, open_, public_text(place.keys.identity))
    Console().print(drawn)


def show(name: NameArgument, home: HomeOption) -> None:
    place = place_of(home, name)
    shown = {
        **_summary(place),
        "market": place.market_vkey,
        "holdings": [_holding(place, holding) for holding in place.store.names()],
        "terms": msgspec.to_builtins(place.terms()),
        "spent_rho_nano": _spent(place),
    }
    typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))


def _summary(place: Place) -> dict[str, Any]:
    return {
        "domain": place.folder.name,
        "party": place.party,
        "key": public_text(place.keys.identity),
        "holdings": place.store.names(),
    }


def _holding(place: Place, holding: str) -> dict[str, Any]:
    found = place.current(holding)
    return {
        "name": holding,
        "version": found.version,
        "rows": found.rows,
        "units": found.units,
        "broken": found.broken,
        "columns": [column.name for column in found.declaration.columns],
    }


def _spent(place: Place) -> dict[str, int]:
    """Return what questions have cost each holding here, in nano-rho: all its versions and resources together."""
    spent: dict[str, int] = {}
    for path in sorted((place.folder / "charges").glob("*.json")):
        for holding, rho_nano in kept(path, Charge).rho_nano.items():
            spent[holding] = spent.get(holding, 0) + rho_nano
    return spent
