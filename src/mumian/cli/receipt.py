"""`mumian receipt`: the offline proof that every party keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mumian.cli.fsck import read_vkey
from mumian.cli.opened import HomeOption, fail
from mumian.cli.words import say
from mumian.journal.faults import JournalFault
from mumian.journal.receipt import verify_receipt
from mumian.market.home import Home
from mumian.market.proofs import receipt

app = typer.Typer(no_args_is_help=True, help=say("proofs that a leaf is in the journal", "记录在日志中的凭证"))

ENTRY_SUFFIX = ".leaf.json"


@app.command("get", help=say("write the receipt of a leaf, and the leaf beside it", "写出记录的回执及其内容"))
def get(
    seq: Annotated[int, typer.Argument(help=say("number of the leaf", "记录编号"))],
    home: HomeOption,
    out: Annotated[
        Path | None, typer.Option(help=say("file (default leaf-SEQ.tlog-proof)", "文件名（默认 leaf-SEQ.tlog-proof）"))
    ] = None,
) -> None:
    proof, entry = receipt(Home(home).market / "log", seq)
    path = out or Path(f"leaf-{seq}.tlog-proof")
    path.write_bytes(proof)
    leaf = path.with_name(path.stem + ENTRY_SUFFIX)
    leaf.write_bytes(entry)
    typer.echo(f"{path}\n{leaf}")


@app.command("verify", help=say("verify a receipt with no market at hand", "离线验证回执，无需市场在线"))
def verify(
    file: Annotated[Path, typer.Argument(help=say("the receipt", "回执文件"))],
    vkey: Annotated[
        str, typer.Option(help=say("the market's verifier key, or a file with it", "市场公钥，或含公钥的文件"))
    ],
    leaf: Annotated[
        Path | None, typer.Option(help=say("the leaf (default: beside the receipt)", "记录文件（默认与回执同目录）"))
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option(help=say("verifier key of a witness that must have signed", "必须已签名的见证者公钥")),
    ] = None,
) -> None:
    entry = leaf or file.with_name(file.stem + ENTRY_SUFFIX)
    witnesses = [read_vkey(text) for text in witness or ()]
    try:
        facts = verify_receipt(file.read_bytes(), entry.read_bytes(), read_vkey(vkey), witnesses=witnesses)
    except JournalFault as fault:
        fail(say(f"NOT PROVED: {fault}", f"未能证明：{fault}"))
    seen = ", ".join(signed.name for signed in facts.witnesses)
    typer.secho(
        say(
            f"proved: leaf {facts.index} of `{facts.origin}`, whose {facts.size} leaves have root {facts.root.hex()}",
            f"已证明：`{facts.origin}` 的第 {facts.index} 条记录，共 {facts.size} 条，根为 {facts.root.hex()}",
        ),
        fg="green",
    )
    if seen:
        typer.echo(say(f"seen by {seen}", f"见证者：{seen}"))
