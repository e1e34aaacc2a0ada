"""`mumian key`: a key for a party that speaks from this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mumian.cli.opened import HomeOption, fail, opened
from mumian.cli.submit import said
from mumian.cli.words import say
from mumian.kernel.ids import OPERATOR, PartyId, is_id
from mumian.market.home import Home
from mumian.market.keys import make_key, public_text
from mumian.rooms.parties.model import RegisterKey


def register(app: typer.Typer) -> None:
    app.command("key", help=say("make a key for a party that speaks from here", "为在本机发言的主体生成密钥"))(key)


def key(
    party: Annotated[str, typer.Argument(help=say("who will speak with it", "使用该密钥的主体"))],
    home: HomeOption,
    enrol: Annotated[
        bool, typer.Option("--register", help=say("register it in the market, as the exchange", "以交易所身份登记公钥"))
    ] = False,
) -> None:
    if not is_id(party):
        fail(say(f"`{party}` is no party's id, as `party-7` is", f"`{party}` 不是主体编号（如 `party-7`）"))
    path = Home(home).folder / "keys" / f"{party}.key"
    made = make_key(path, party)
    try:
        register_key(home, party, public_text(made), enrol=enrol)
    except BaseException:
        path.unlink()  # a key that the market does not take would only get in the way of its party
        raise
    typer.echo(str(path), err=True)


def register_key(home: Path, party: str, public: str, *, enrol: bool) -> None:
    """Print the command that registers a public key; if `enrol`, say it as the exchange, whose key must lie here."""
    command = RegisterKey(PartyId(party), public)
    if enrol:
        if not (home / "keys" / f"{OPERATOR}.key").is_file():
            fail(
                say(
                    f"only the exchange registers keys for others, and its key is not in `{home / 'keys'}`; send it the command",
                    f"只有交易所能为他人登记密钥，而其密钥不在 `{home / 'keys'}`；请把命令交给交易所",
                )
            )
        with opened(home) as (place, market):
            said(place, market, OPERATOR, command)
    typer.echo(json.dumps(msgspec.to_builtins(command)))
