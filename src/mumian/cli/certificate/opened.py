"""The register of a home, opened for one command that only reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from mumian.cli.certificate.register import Entry, Unregistered, read_entry
from mumian.cli.opened import clock_of, fail
from mumian.cli.words import say
from mumian.journal.store import Store
from mumian.kernel.time import Instant
from mumian.market.home import Home
from mumian.market.rooms import States

NumberArgument = Annotated[
    str, typer.Argument(help=say("the certificate's number, `SJ` and 13 digits", "凭证编号（SJ 加 13 位数字）"))
]
NameOption = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        help=say(
            "a natural person's name, which no journal holds: PARTY=NAME", "自然人姓名（日志中没有）：主体编号=姓名"
        ),
    ),
]


class Opened(NamedTuple):
    home: Home
    store: Store
    states: States
    now: Instant

    @property
    def origin(self) -> str:
        return self.home.settings.origin

    def entry(self, number: str, names: Sequence[str] | None = None) -> Entry:
        """Return what the register holds of a certificate, or leave saying that it holds none."""
        said = dict(_named(text) for text in names or ())
        try:
            return read_entry(self.store, self.states, number, origin=self.origin, now=self.now, names=said)
        except Unregistered:
            fail(
                say(
                    f"no certificate `{number}` in the register of `{self.origin}`",
                    f"`{self.origin}` 的登记簿中没有凭证 `{number}`",
                )
            )


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    """Open the market in `folder` for reading, and close it in the end."""
    home = Home(folder)
    store = home.open_store(mode="read")
    try:
        yield Opened(home, store, States(store), clock_of(home)())
    finally:
        store.close()


def _named(text: str) -> tuple[str, str]:
    party, _, name = text.partition("=")
    if not name:
        fail(say(f"`{text}` is not PARTY=NAME", f"`{text}` 不是“主体编号=姓名”"))
    return party, name
