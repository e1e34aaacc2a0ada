"""Opening a market in a folder, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mumian.journal.log import Log
from mumian.journal.note import Signer
from mumian.journal.publish import Publisher
from mumian.journal.sqlite import SqliteStore
from mumian.journal.tree import Frontier
from mumian.market.sequencer import Sequencer, Settings
from mumian.market.trial import ORIGIN

T0 = 1_790_000_000_000  # 2026-09-21


class Clock:
    def __init__(self, now: int = T0) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def start(folder: Path, clock: Callable[[], int], settings: Settings | None = None) -> Sequencer:
    """Open the market of `folder`, new or as it was left."""
    signer = Signer(ORIGIN, b"\x07" * 32)
    store = SqliteStore(folder / "market.db")
    head = store.head()
    log = Log(ORIGIN, signer, Frontier.from_hex(head.size, head.frontier) if head else None)
    return Sequencer(store, log, Publisher(folder / "log", [signer.verifier]), clock, settings)
