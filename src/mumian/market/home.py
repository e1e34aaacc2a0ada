"""A home: the folder that a market lives in, laid out so that anyone can see what the market holds and what it does not.

HOME/market/settings.json   origin and store
HOME/market/key             the market's signer key, readable by its owner only
HOME/market/vkey            its verifier key, for everyone
HOME/market/clock           of a training market: by how many ms its clock is ahead of the machine's
HOME/market/market.db       leaves and rows (or in PostgreSQL, if settings say so)
HOME/market/log/            the public journal: checkpoint, tiles, entry bundles
HOME/domains/NAME/          one data holder's domain, with its own key (see `mumian.domain`)
HOME/keys/PARTY.key         signer keys of parties that live on this machine

HomeFault   there is no market here, or there is one already
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from mumian.journal.log import Log
from mumian.journal.note import Signer, Verifier
from mumian.journal.publish import Publisher
from mumian.journal.store import Mode, Store
from mumian.journal.stores import open_store
from mumian.journal.tree import Frontier
from mumian.kernel.time import Instant
from mumian.market.memory import look_for_circles_seldom
from mumian.market.sequencer import Sequencer, Settings

STORE_NAME = "market.db"


class HomeFault(Exception):  # noqa: N818  # a state of the folder, told to people
    """The folder is not what was asked of it."""


class HomeSettings(msgspec.Struct, frozen=True):
    """origin: name of the market's journal. store: a PostgreSQL URL, or empty for SQLite in the home itself.

    training: a market to practise in (演练): its clock can be moved forward.
    """

    origin: str
    store: str = ""
    training: bool = False


class Home:
    """A market's folder. Opening it does not open the market."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.market = folder / "market"
        path = self.market / "settings.json"
        if not path.is_file():
            raise HomeFault(f"there is no market in `{folder}`; make one with `mumian init --home {folder}`")
        try:
            self.settings = msgspec.json.decode(path.read_bytes(), type=HomeSettings)
        except msgspec.DecodeError as error:
            raise HomeFault(f"`{path}` cannot be read: {error}; restore it from a backup") from error

    @classmethod
    def create(cls, folder: Path, *, origin: str, store: str = "", training: bool = False) -> Home:
        """Lay out a new home with a new market key.

        Raises: HomeFault: the folder holds a market already.
        """
        market = folder / "market"
        if (market / "settings.json").exists():
            raise HomeFault(f"`{folder}` holds a market already; choose another folder")
        market.mkdir(parents=True, exist_ok=True)
        signer = Signer(origin, secrets.token_bytes(32))
        write_secret(market / "key", signer.secret_key())
        (market / "vkey").write_text(f"{signer.verifier}\n", "utf8")
        write_secret(market / "settings.json", msgspec.json.encode(HomeSettings(origin, store, training)).decode())
        return cls(folder)

    def ahead_ms(self) -> int:
        """Return by how much this market's clock is ahead of the machine's; 0 unless it is a training market.

        Raises: HomeFault: the file of the clock cannot be read.
        """
        path = self.market / "clock"
        if not self.settings.training or not path.is_file():
            return 0
        try:
            return int(path.read_text("utf8"))
        except ValueError as error:
            raise HomeFault(f"`{path}` holds no number of milliseconds; restore it from a backup") from error

    def move_clock(self, by_ms: int) -> int:
        """Move a training market's clock forward and return by how much it is ahead then.

        Raises: HomeFault: this is no training market, or its clock would go back.
        """
        if not self.settings.training:
            raise HomeFault(f"the market in `{self.folder}` is no training market; its time is the machine's")
        if by_ms < 0:
            raise HomeFault("a market's clock does not go back; choose a later time")
        ahead_ms = self.ahead_ms() + by_ms
        write_secret(self.market / "clock", str(ahead_ms))
        return ahead_ms

    def signer(self) -> Signer:
        """Return the market's signer.

        Raises: HomeFault: the key is missing.
        """
        path = self.market / "key"
        if not path.is_file():
            raise HomeFault(f"the market's key `{path}` is missing; without it no checkpoint can be signed: restore it")
        return Signer.parse(path.read_text("utf8").strip())

    def verifier(self) -> Verifier:
        """Return the market's verifier."""
        path = self.market / "vkey"
        if not path.is_file():
            raise HomeFault(f"the market's verifier key `{path}` is missing; restore it")
        return Verifier.parse(path.read_text("utf8").strip())

    def open_store(self, *, mode: Mode = "write") -> Store:
        """Open where the leaves and rows lie. mode: "write" for the one sequencer, "read" for everybody else."""
        return open_store(self.settings.store or str(self.market / STORE_NAME), mode=mode)

    def open_market(self, clock: Callable[[], Instant], settings: Settings | None = None) -> Sequencer:
        """Start the market's sequencer. Close it when done."""
        look_for_circles_seldom()
        signer = self.signer()  # first: a market without its key leaves its store alone
        store = self.open_store()
        head = store.head()
        frontier = Frontier.from_hex(head.size, head.frontier) if head else None
        log = Log(self.settings.origin, signer, frontier)
        publisher = Publisher(self.market / "log", [signer.verifier])
        return Sequencer(store, log, publisher, clock, settings)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
