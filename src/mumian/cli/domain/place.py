"""Where a domain lies in a home, and what a command needs of it without opening it to callers."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from mumian.cli.domain.engine import EngineChoice
from mumian.cli.opened import clock_in, fail
from mumian.cli.signers import kept
from mumian.cli.words import say
from mumian.domain.declaration import LocalName, Terms
from mumian.domain.domain import Config, Domain
from mumian.domain.intake import Rejected
from mumian.domain.keys import DomainKeys
from mumian.domain.store import Manifest, Store
from mumian.kernel.ids import PartyId

NameArgument = Annotated[str, typer.Argument(help=say("name of the domain", "数据域名称"))]
HoldingOption = Annotated[str, typer.Option(help=say("what the domain calls this data", "该数据在本数据域内的名称"))]
ResourceOption = Annotated[str, typer.Option(help=say("the resource's id in the market", "数据资源在市场中的编号"))]


class Place(NamedTuple):
    """A domain's folder with what is in it. Nothing here answers anybody."""

    folder: Path
    party: PartyId
    market_vkey: str
    keys: DomainKeys
    store: Store

    def current(self, holding: str) -> Manifest:
        """Return the newest version of a holding; leave with a sentence if there is none."""
        version = self.store.current(holding)
        if version is None:
            fail(
                say(
                    f"`{self.folder.name}` holds no `{holding}`; take a file in with `mumian domain add`",
                    f"`{self.folder.name}` 中没有 `{holding}`；请用 `mumian domain add` 录入文件",
                )
            )
        return self.store.manifest(holding, version)

    def terms(self) -> list[Terms]:
        return terms_in(self.folder)


def folder_of(home: Path, name: str) -> Path:
    """Return the folder of the domain `name`, which may not be there; leave with a sentence if none can have that name."""
    try:
        msgspec.convert(name, LocalName)
    except msgspec.ValidationError:
        fail(
            say(
                f"`{name}` cannot name a domain; use lower-case letters, digits, `-` and `_`",
                f"`{name}` 不能作为数据域名称；请用小写字母、数字、`-` 与 `_`",
            )
        )
    return home / "domains" / name


def place_of(home: Path, name: str) -> Place:
    """Return the domain `name` of a home, or leave with a sentence if there is none."""
    folder = folder_of(home, name)
    if not (folder / "domain.json").is_file():
        fail(
            say(
                f"there is no domain `{name}` in `{home}`; make it with `mumian domain init {name} --party PARTY`",
                f"`{home}` 中没有数据域 `{name}`；请用 `mumian domain init {name} --party PARTY` 新建",
            )
        )
    return place_in(folder)


def place_in(folder: Path) -> Place:
    config, keys = kept(folder / "domain.json", Config), DomainKeys.load(folder / "identity.key")
    return Place(folder, config.name, config.market_vkey, keys, Store(folder / "resources", keys))


def terms_in(folder: Path) -> list[Terms]:
    """Return the owner's terms as they lie on disk."""
    return [kept(path, Terms) for path in sorted((folder / "terms").glob("*.json"))]


@contextmanager
def answering(folder: Path, engine: EngineChoice = EngineChoice()) -> Iterator[Domain]:  # noqa: B008  # a tuple never changes
    """Open a domain to callers; one process at a time, because what was spent and heard is kept in memory."""
    terms_in(folder)  # a damaged file is told by name
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail(
                say(
                    f"domain `{folder.name}` is served by another process; reach it there with --url PARTY=URL, or stop it",
                    f"数据域 `{folder.name}` 正由另一进程提供服务；请用 --url PARTY=URL 访问，或先停止该进程",
                )
            )
        clock = clock_in(folder.parent.parent)  # HOME/domains/NAME
        yield Domain.open(folder, clock=clock, engine=engine.of(folder))


def tell_rejected(rejected: Rejected) -> None:
    """Show the lines that are the reason, by number."""
    for line in rejected.lines:
        typer.echo(
            say(f"line {line.line}: {line.reason}: ", f"第 {line.line} 行：{line.reason}：") + line.text, err=True
        )
