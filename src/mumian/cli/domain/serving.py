"""`mumian domain serve`: a domain answers over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer

from mumian.cli.domain.consents import refresh
from mumian.cli.domain.engine import EngineChoice, EngineKind, EngineOption, MasterOption, ShardsOption
from mumian.cli.domain.place import NameArgument, Place, answering, place_of
from mumian.cli.opened import HomeOption, fail
from mumian.cli.words import say
from mumian.domain.http import HttpPort, http_server
from mumian.domain.listening import listening
from mumian.kernel.ids import PartyId

CONSENTS_EVERY_S = 60


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
    consents_every: Annotated[
        int,
        typer.Option(
            min=0, help=say("seconds until consents are fetched again; 0: never", "同意清单刷新间隔秒数；0 为不刷新")
        ),
    ] = CONSENTS_EVERY_S,
    engine: EngineOption = EngineKind.LOCAL,
    master: MasterOption = "local",
    shards: ShardsOption = None,
) -> None:
    place, choice = place_of(home, name), EngineChoice(engine, master, shards)
    with answering(place.folder, choice) as domain, _refreshing(home, place, every_s=consents_every):
        for party, url in addresses(peer).items():
            domain.connect(party, HttpPort(url))
        server, effective = http_server(listening(domain), host=host, port=port)
        url = f"http://{host}:{effective}"
        typer.echo(say(f"domain of {domain.name} on {url}", f"{domain.name} 的数据域：{url}"))
        server.run()


@contextmanager
def _refreshing(home: Path, place: Place, *, every_s: int) -> Iterator[None]:
    """Fetch the consents of this home's market now and every so often, beside what is answered meanwhile.

    Where they cannot be fetched the lists grow old, and nobody is told of: what is wrong is said each time.
    """
    if not every_s or not (home / "market" / "settings.json").is_file():
        yield
        return
    over = Event()

    def fetch() -> None:
        try:
            refresh(home, place)
        except Exception as e:  # whatever it is: tell, and try again
            typer.echo(say(f"consents were not fetched: {e}", f"未能获取同意清单：{e}"), err=True)

    def work() -> None:
        while not over.wait(every_s):
            fetch()

    fetch()
    thread = Thread(target=work, name="consents", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


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
