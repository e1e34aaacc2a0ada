"""All leaves of a journal, for whoever computes something again from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from mumian.cli.fsck import read_vkey
from mumian.cli.opened import fail
from mumian.cli.words import say
from mumian.journal.checkpoint import verify_checkpoint
from mumian.journal.log import payload_in
from mumian.journal.note import Verifier
from mumian.journal.publish import ExportReader
from mumian.journal.tree import Frontier, leaf_hash
from mumian.market.home import Home
from mumian.market.proofs import body_in

FromOption: TypeAlias = Annotated[
    Path | None, typer.Option("--from", help=say("an export instead of a market's home", "以导出的日志代替市场文件夹"))
]
VkeyOption: TypeAlias = Annotated[
    str,
    typer.Option(
        help=say(
            "key by which the journal must be signed, or a file with it (default: the one it names)",
            "日志签名须使用的公钥或其文件（默认为日志自带）",
        )
    ),
]


def payloads(folder: Path, journal: Path | None, vkey: str = "") -> Iterator[bytes]:
    """Yield the payload of every leaf of an export, or of a market as it is published, once a signed root proves them.

    vkey: by which the checkpoint must be signed, or a file with it; empty: by the key that the log itself names.
    """
    key = read_vkey(vkey) if vkey else None
    if journal is not None:
        yield from _read(journal, lambda sha256: body_in(journal, sha256), key)
        return
    home = Home(folder)
    store = home.open_store(mode="read")
    try:
        yield from _read(home.market / "log", store.body, key)
    finally:
        store.close()


def _read(log: Path, body: Callable[[str], bytes | None], key: Verifier | None) -> Iterator[bytes]:
    reader = ExportReader(log)
    size = _proved_size(reader, key)

    def found(sha256: str) -> bytes:
        text = body(sha256)
        if text is None:
            fail(say("a leaf's text is missing; export the journal anew", "缺少一条记录的正文；请重新导出日志"))
        return text

    for entry in reader.entries(0, size):
        yield payload_in(entry, found)


def _proved_size(reader: ExportReader, key: Verifier | None) -> int:
    """Return how many leaves the checkpoint signs, once they all gave its root."""
    checkpoint = verify_checkpoint(reader.note(), key or reader.vkeys()[0]).checkpoint
    frontier = Frontier()
    for entry in reader.entries(0, checkpoint.size):
        frontier.extend([leaf_hash(entry)])
    if frontier.root() != checkpoint.root:
        fail(
            say(
                "the leaves do not give the root that is signed; `mumian fsck` names the first that does not hold",
                "记录与已签名的根不符；请用 `mumian fsck` 找出首条不成立的记录",
            )
        )
    return checkpoint.size
