"""`mumian witness`: an independent party that cosigns what it has seen growing honestly."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Annotated

import typer

from mumian.cli.fsck import read_vkey
from mumian.cli.opened import HomeOption, fail
from mumian.cli.words import say
from mumian.journal.note import Signer
from mumian.journal.schemes import COSIGNATURE_V1
from mumian.journal.witness import watch
from mumian.journal.witness_http import witness_app, witness_server
from mumian.journal.witness_store import WitnessStore
from mumian.market.home import Home, write_secret
from mumian.market.witnesses import Witness, add_witness, cosign

app = typer.Typer(no_args_is_help=True, help=say("witnesses of the journal", "日志见证"))


@app.command("init", help=say("make a witness: a folder with a key", "新建见证者：含密钥的文件夹"))
def init(
    folder: Annotated[Path, typer.Argument(help=say("folder of the witness", "见证者文件夹"))],
    name: Annotated[str, typer.Option(help=say("name of the witness, such as a host", "见证者名称，如域名"))],
) -> None:
    if (folder / "key").exists():
        fail(say(f"`{folder}` holds a witness already", f"`{folder}` 已有见证者"))
    folder.mkdir(parents=True, exist_ok=True)
    signer = Signer(name, secrets.token_bytes(32), scheme=COSIGNATURE_V1)
    write_secret(folder / "key", signer.secret_key())
    (folder / "vkey").write_text(f"{signer.verifier}\n", "utf8")
    typer.echo(str(signer.verifier))


@app.command("serve", help=say("cosign checkpoints over HTTP", "通过 HTTP 为检查点联署"))
def serve(
    folder: Annotated[Path, typer.Argument(help=say("folder of the witness", "见证者文件夹"))],
    trust: Annotated[
        list[str],
        typer.Option(help=say("verifier key of a log to watch, or a file with it", "要见证的日志公钥，或含公钥的文件")),
    ],
    host: Annotated[str, typer.Option(help=say("address to listen on", "监听地址"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=say("port to listen on", "监听端口"))] = 8471,
) -> None:
    key = folder / "key"
    if not key.is_file():
        fail(
            say(
                f"there is no witness in `{folder}`; make one with `mumian witness init`",
                f"`{folder}` 中没有见证者；请先运行 `mumian witness init`",
            )
        )
    signer = Signer.parse(key.read_text("utf8").strip())
    trusted = watch([read_vkey(text) for text in trust])
    served = witness_app(WitnessStore(folder / "seen"), signer, trusted, clock=lambda: int(time.time()))
    server = witness_server(served, host=host, port=port)
    typer.echo(say(f"witness `{signer.name}` on http://{host}:{port}", f"见证者 `{signer.name}`：http://{host}:{port}"))
    server.run()


@app.command("add", help=say("let the market ask a witness for its cosignature", "为市场登记一个见证者"))
def add(
    url: Annotated[str, typer.Argument(help=say("where it listens", "见证者地址"))],
    vkey: Annotated[str, typer.Argument(help=say("its verifier key, or a file with it", "见证者公钥，或含公钥的文件"))],
    home: HomeOption,
) -> None:
    add_witness(Home(home), Witness(url, str(read_vkey(vkey))))
    typer.echo(say("added", "已登记"))


@app.command(
    "collect", help=say("have the newest checkpoint cosigned by every witness", "请所有见证者为最新检查点联署")
)
def collect(home: HomeOption) -> None:
    result = cosign(Home(home))
    for name in result.witnesses:
        typer.secho(say(f"cosigned by {name}", f"{name} 已联署"), fg="green")
    for name, why in result.failures.items():
        typer.secho(f"{name}: {why}", err=True, fg="red")
    if result.failures:
        raise typer.Exit(1)
