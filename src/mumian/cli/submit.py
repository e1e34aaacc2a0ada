"""`mumian init`, `mumian submit`, `mumian schema`: opening a market and speaking to it in JSON."""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from mumian.cli.opened import FAULT, REFUSED, HomeOption, clock_of, fail, opened, refuse, vouch
from mumian.cli.references import NothingThere, filled, waits
from mumian.cli.schema import all_schemas, command_names, schema_of
from mumian.cli.words import LANG, say
from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.outcome import Refused
from mumian.market.envelope import Envelope
from mumian.market.hearing import HearingRefusal, Spoken, holds_personal_number
from mumian.market.home import Home
from mumian.market.keys import make_key, public_text
from mumian.market.leaf import Leaf
from mumian.market.refusals import sentence_of
from mumian.market.sequencer import Answer, Sequencer
from mumian.rooms.oversight.model import OpenMarket
from mumian.rulebook.rules import RULEBOOK_VERSION, load

Fill = Callable[[Any, Sequence[Leaf]], Any]
"""(item, answers so far) → the item with its words filled in, all of a file as of one instant."""


def register(app: typer.Typer) -> None:
    app.command("init", help=say("make a new market in a folder", "在文件夹中新建市场"))(init)
    app.command("submit", help=say("submit commands from a JSON file", "提交 JSON 文件中的命令"))(submit)
    app.command("schema", help=say("print the JSON Schema of every command", "输出每条命令的 JSON Schema"))(schema)


def client_id() -> str:
    """Return a new id that grows with time: 48 bits of milliseconds, 80 of chance, hex (as UUIDv7)."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def init(
    home: HomeOption,
    origin: Annotated[
        str, typer.Option(help=say("name of the journal, such as a host", "日志名称，如域名"))
    ] = "mumian.example/market",
    name: Annotated[str, typer.Option(help=say("name of the exchange", "交易所名称"))] = "示例数据交易所",
    uscc: Annotated[
        str, typer.Option(help=say("its unified social credit code", "统一社会信用代码"))
    ] = "91440101MA5MUM1ANP",
    store: Annotated[
        str, typer.Option(help=say("postgresql://… instead of SQLite", "以 postgresql://… 代替 SQLite"))
    ] = "",
    training: Annotated[
        bool,
        typer.Option(
            "--training",
            help=say(
                "a market to practise in: `mumian clock` moves its time", "演练市场：可用 `mumian clock` 拨快时间"
            ),
        ),
    ] = False,
) -> None:
    made = Home.create(home, origin=origin, store=store, training=training)
    key = make_key(home / "keys" / f"{OPERATOR}.key", OPERATOR)
    command = OpenMarket(origin, name, uscc, RULEBOOK_VERSION, load().digest(), public_text(key))
    with opened(home) as (_, market):
        said(made, market, OPERATOR, command)
    typer.echo(say(f"market `{origin}` opened in {home}", f"市场 `{origin}` 已在 {home} 开立"))
    typer.echo((home / "market" / "vkey").read_text("utf8").strip())


def submit(
    file: Annotated[
        Path,
        typer.Argument(
            help=say(
                "a command, an envelope, or a list of them; - for standard input",
                "一条命令、一个信封或其列表；- 表示标准输入",
            )
        ),
    ],
    home: HomeOption,
    actor: Annotated[
        str, typer.Option("--as", help=say("who speaks, for bare commands", "（裸命令的）提交主体"))
    ] = OPERATOR,
    id_: Annotated[
        str, typer.Option("--id", help=say("the command's id, for one bare command", "单条裸命令的编号"))
    ] = "",
    key: Annotated[
        Path | None,
        typer.Option(help=say("signer key (default: HOME/keys/ACTOR.key)", "签名密钥（默认 HOME/keys/ACTOR.key）")),
    ] = None,
) -> None:
    items = [as_item(item, actor, id_) for item in read_items(file)]
    fill = partial(filled, now=clock_of(Home(home))(), beside=file.parent)
    for nth, item in enumerate(items, 1):
        if not waits(item):
            envelope_of(item, (), fill, nth=nth)  # a mistake is told before anything is said
    leaves: list[Leaf] = []
    with opened(home) as (place, market):
        for batch in _batches(items):
            envelopes = [envelope_of(item, leaves, fill, nth=nth) for nth, item in enumerate(batch, len(leaves) + 1)]
            for answer in market.handle_all([_vouched(place, envelope, key) for envelope in envelopes]):
                leaves.append(answer.leaf)
                typer.echo(json.dumps(rendered(answer), ensure_ascii=False))
    if any(leaf.refused for leaf in leaves):
        raise typer.Exit(REFUSED)


def said(place: Home, market: Sequencer, actor: str, command: Any) -> Leaf:
    """Say one command as `actor` and return its leaf; a refusal is told, and ends the run."""
    envelope = Envelope(client_id(), PartyId(actor), command)
    (answer,) = market.handle_all([_vouched(place, envelope, None)])
    if answer.leaf.refused:
        typer.secho(sentence_of(answer.leaf, LANG), err=True, fg="red")
        raise typer.Exit(REFUSED)
    return answer.leaf


def _vouched(place: Home, envelope: Envelope, key: Path | None) -> Spoken:
    spoken = vouch(place, envelope, key)
    if isinstance(spoken, Refused):
        refuse(spoken)
    return spoken


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    """Yield items that can be said at once: a new batch begins with each item that waits for an earlier answer."""
    batch: list[Any] = []
    for item in items:
        if batch and waits(item):
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def rendered(answer: Answer) -> dict[str, Any]:
    """Return an answer for programs: its number, its outcome, and the events or the refusal."""
    leaf = answer.leaf
    if leaf.refused:
        refusal = {"name": leaf.refused, "detail": leaf.detail, "sentence": sentence_of(leaf, LANG)}
        return {"seq": leaf.seq, "outcome": "refused", "again": answer.again, "refusal": refusal}
    events = msgspec.to_builtins(leaf.events)
    return {"seq": leaf.seq, "outcome": "accepted", "again": answer.again, "events": events}


def read_items(file: Path) -> list[Any]:
    """Return the items of a JSON file, or of standard input for `-`; what may not enter the market is told and ends the run."""
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    if holds_personal_number(raw):
        refuse(Refused(HearingRefusal.PERSONAL_NUMBER))  # before anything could repeat it
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        refuse(Refused(HearingRefusal.MALFORMED, {"why": f"`{file}`: {error}"}))
    return value if isinstance(value, list) else [value]


def as_item(item: Any, actor: str, id_: str) -> Any:
    """Return an item in the form of an envelope: a bare command gets its actor, and either gets an id if it has none."""
    if isinstance(item, dict) and "command" not in item:
        return {"id": id_ or client_id(), "actor": actor, "command": item}
    return {"id": client_id(), "actor": actor, **item} if isinstance(item, dict) else item


def envelope_of(item: Any, leaves: Sequence[Leaf], fill: Fill, *, nth: int) -> Envelope:
    """Return what an item says, its words filled in; a signed one is left as it was signed."""
    try:
        if isinstance(item, dict) and "signature" not in item:
            item = fill(item, leaves)
        return msgspec.convert(item, Envelope)
    except msgspec.ValidationError as error:
        refuse(Refused(HearingRefusal.MALFORMED, {"why": say(f"item {nth}: {error}", f"第 {nth} 项：{error}")}))
    except NothingThere as missing:
        typer.secho(say(f"item {nth}: {missing}", f"第 {nth} 项：{missing}"), err=True, fg="red")
        raise typer.Exit(REFUSED if any(leaf.refused for leaf in leaves) else FAULT) from missing


def schema(
    name: Annotated[
        str, typer.Argument(help=say("one command, such as ledger.OpenAccount", "单条命令，如 ledger.OpenAccount"))
    ] = "",
    names: Annotated[bool, typer.Option("--names", help=say("only list the names", "仅列出名称"))] = False,
) -> None:
    if names:
        typer.echo("\n".join(command_names()))
        return
    found = schema_of(name) if name else all_schemas()
    if found is None:
        fail(
            say(
                f"there is no command `{name}`; see `mumian schema --names`",
                f"没有命令 `{name}`；请参阅 `mumian schema --names`",
            )
        )
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
