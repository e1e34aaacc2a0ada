"""A simulated market played again on disk, command by command, until it is killed: `play_runner.py HOME LEAVES`.

LEAVES holds a simulation's leaves, one a line. It goes on where the market on disk stands, at the time of each leaf; what
the market's own clock said comes of itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from mumian.market.envelope import BY_CLOCK
from mumian.market.hearing import Spoken
from mumian.market.home import Home
from mumian.market.leaf import Leaf, decode_leaf


class Told:
    """The clock of the play: the time of the leaf that is said now."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


def leaves_of(file: Path, since: int) -> Iterator[Leaf]:
    with file.open("rb") as lines:
        for nth, line in enumerate(lines):
            if nth >= since:
                yield decode_leaf(line.rstrip(b"\n"))


def play(folder: Path, file: Path) -> None:
    """Say every command that the market on disk has not heard yet."""
    told = Told()
    market = Home(folder).open_market(told)
    for leaf in leaves_of(file, market.size):
        if leaf.by == BY_CLOCK or leaf.seq < market.size:
            continue
        told.now = leaf.at
        market.handle_all([Spoken(leaf.envelope, leaf.by)])
    market.close()


if __name__ == "__main__":
    print("playing", flush=True)
    play(Path(sys.argv[1]), Path(sys.argv[2]))
