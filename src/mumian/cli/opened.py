"""Opening a home for one command, and saying what is wrong in a sentence instead of a trace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from mumian.cli.signers import key_of
from mumian.cli.words import LANG, say
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken, sign_envelope, trust
from mumian.market.home import Home
from mumian.market.keys import load_key
from mumian.market.rooms import States
from mumian.market.sequencer import Sequencer

REFUSED, FAULT = 1, 2
"""Exit codes: the market said no; the call or the machine is at fault."""

HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        help=say("folder of the market (or set MUMIAN_HOME)", "市场所在文件夹（或设置环境变量 MUMIAN_HOME）"),
        default_factory=lambda: Path(os.environ.get("MUMIAN_HOME", "mumian-home")),
        show_default="mumian-home",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help=say("print JSON for programs", "输出 JSON，供程序使用"))]


def wall_clock() -> Instant:
    """Return the machine's time: the one place where the command line reads it for the market."""
    return time.time_ns() // 1_000_000


def clock_of(home: Home) -> Callable[[], Instant]:
    """Return the clock of a market: the machine's, or, of a training market, as far ahead of it as it was moved."""
    ahead_ms = home.ahead_ms()
    return lambda: wall_clock() + ahead_ms


def clock_in(folder: Path) -> Callable[[], Instant]:
    """Return the clock of whatever lives in a home: its market's if there is one, else the machine's."""
    return clock_of(Home(folder)) if (folder / "market" / "settings.json").is_file() else wall_clock


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Home, Sequencer]]:
    """Open the market in `folder` for writing, and close it in the end."""
    home = Home(folder)
    market = home.open_market(clock_of(home))
    try:
        yield home, market
    finally:
        market.close()


@contextmanager
def read_market(folder: Path) -> Iterator[tuple[States, Instant]]:
    """Read the market in `folder` as it is now, whether or not somebody writes to it."""
    home = Home(folder)
    now = clock_of(home)()
    store = home.open_store(mode="read")
    try:
        yield States(store), now
    finally:
        store.close()


def vouch(home: Home, envelope: Envelope, key: Path | None = None) -> Spoken | Refused:
    """Sign `envelope` with `key`, else with the actor's if this machine holds it, else let the door vouch for it."""
    if envelope.signature is None:
        signer = load_key(key) if key is not None else key_of(home.folder, envelope.actor)
        if signer is not None:
            envelope = sign_envelope(envelope, signer, origin=home.settings.origin)
    return trust(envelope, origin=home.settings.origin, door="cli")


def refuse(refused: Refused) -> NoReturn:
    """Say a refusal and leave with code 1."""
    typer.secho(f"{refused.refusal.full_name}: {refused.say(LANG)}", err=True, fg="red")
    raise typer.Exit(REFUSED)


def fail(sentence: str) -> NoReturn:
    """Say a fault and leave with code 2."""
    typer.secho(sentence, err=True, fg="red")
    raise typer.Exit(FAULT)
