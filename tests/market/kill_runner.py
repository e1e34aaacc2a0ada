"""A market under load that waits to be killed: `kill_runner.py HOME ROUND CALLERS`.

Each caller writes what it is about to say to HOME/said-N and, once answered, receipts to HOME/receipts-N, synced. Says
`opening` before it opens the market, so that a kill may also fall into the start.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import msgspec

from market_load import Load
from mumian.cli.opened import wall_clock
from mumian.kernel.canonical import sha256_hex
from mumian.market.envelope import Envelope
from mumian.market.home import Home
from mumian.market.leaf import leaf_bytes
from mumian.market.sequencer import Sequencer
from mumian.market.trial import World


class Receipt(msgspec.Struct, frozen=True):
    """What a caller keeps of an answer. sha256: of the leaf's canonical bytes."""

    id: str
    seq: int
    sha256: str


def append(path: Path, lines: list[bytes], *, sync: bool) -> None:
    with path.open("ab", buffering=0) as file:
        file.write(b"".join(line + b"\n" for line in lines))
        if sync:
            os.fsync(file.fileno())


def call(market: Sequencer, world: World, folder: Path, round_: int, nth: int) -> None:
    """Move orders along for ever, one batch of 1 to 8 commands after another."""
    load = Load(world, now=wall_clock(), seed=1_000 * round_ + nth, name=f"round{round_}-caller{nth}")
    for count in range(1, sys.maxsize):
        batch = load.batch(1 + count % 8)
        append(folder / f"said-{nth}", [msgspec.json.encode(spoken.envelope) for spoken in batch], sync=False)
        answers = market.handle_all(batch)
        receipts = [Receipt(each.leaf.id, each.leaf.seq, sha256_hex(leaf_bytes(each.leaf))) for each in answers]
        append(folder / f"receipts-{nth}", [msgspec.json.encode(receipt) for receipt in receipts], sync=True)
        load.take(answers)


def said(folder: Path) -> list[Envelope]:
    """Return everything that callers were about to say; a line cut off by the kill was never said."""
    return _lines(folder, "said-*", Envelope)


def receipts(folder: Path) -> list[Receipt]:
    return _lines(folder, "receipts-*", Receipt)


def _lines(folder: Path, names: str, kind: type) -> list:
    return [
        msgspec.json.decode(line, type=kind)
        for path in sorted(folder.glob(names))
        for line in path.read_bytes().splitlines(keepends=True)
        if line.endswith(b"\n")
    ]


def main(folder: Path, round_: int, callers: int) -> None:
    world = msgspec.json.decode((folder / "world.json").read_bytes(), type=World)
    print("opening", flush=True)
    market = Home(folder).open_market(wall_clock)
    threads = [
        threading.Thread(target=call, args=(market, world, folder, round_, nth), daemon=True) for nth in range(callers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    raise SystemExit("a caller has come to an end")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
