"""`mumian domain serve`: a domain answers over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from mumian.cli.domain.place import NameArgument, answering, place_of
from mumian.cli.opened import HomeOption, fail
from mumian.cli.words import say
from mumian.domain.http import HttpPort, http_server
from mumian.domain.listening import listening
from mumian.kernel.ids import PartyId


def register(app: typer.Typer) -> None:
    app.command("serve", help=say("answer requests over HTTP", "通过 HTTP 应答请求"))(serve)


def serve(
    name: NameArgument,
    home: HomeOption,
    host: Annotated[str, typer.Option(help=say("address to listen on", "监听地址"))] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help=say("port to listen on; 0: any free one", "监听端口；0 为任意空闲端口"))
    ] = 8472,
    peer: Annotated[
        list[str] | None, typer.Option(help=say("where another domain listens: PARTY=URL", "其他数据域地址：PARTY=URL"))
    ] = None,
) -> None:
    folder = place_of(home, name).folder
    with answering(folder) as domain:
        for party, url in addresses(peer).items():
            domain.connect(party, HttpPort(url))
        server, effective = http_server(listening(domain), host=host, port=port)
        url = f"http://{host}:{effective}"
        typer.echo(say(f"domain of {domain.name} on {url}", f"{domain.name} 的数据域：{url}"))
        server.run()


def addresses(given: list[str] | None) -> dict[PartyId, str]:
    """Return party → URL out of `PARTY=URL` texts."""
    found: dict[PartyId, str] = {}
    for text in given or ():
        party, _, url = text.partition("=")
        if not party or not url.startswith(("http://", "https://")):
            fail(
                say(
                    f"`{text}` is not PARTY=URL, as party-7=http://127.0.0.1:8472",
                    f"`{text}` 应为 PARTY=URL，如 party-7=http://127.0.0.1:8472",
                )
            )
        found[PartyId(party)] = url
    return found
