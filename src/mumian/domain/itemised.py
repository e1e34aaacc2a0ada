"""A closed batch call by call: number, time, answer, what it costs, and the hash by which its record stands under the root.

The salt stays out: with it anybody could try which question was asked. Only who made the call gets the whole record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from mumian.domain.batches import Recorded
from mumian.domain.faults import BadCall
from mumian.journal.tree import Frontier, leaf_hashes
from mumian.kernel.canonical import INT53_MAX
from mumian.methods.tariff import Tier

HEAD = b"call,at,answer,record,charge_fen\r\n"
LINES_A_PIECE = 20_000


class Itemised(NamedTuple):
    """calls: how many; charge_fen: of all; root: of the records that were read, hex."""

    calls: int
    charge_fen: int
    root: str


class Items:
    """Writes the items of one batch piece by piece, so that memory stays bounded whatever its size.

    first_call: of the batch, counted under the agreement. tiers: the order's; one rate is one tier.
    """

    def __init__(self, *, first_call: int, tiers: Sequence[Tier]) -> None:
        self._next, self._tiers = first_call, list(tiers)
        self._charge_fen = self._calls = 0
        self._frontier = Frontier()

    def lines(self, records: Sequence[bytes]) -> bytes:
        """Return the items of the batch's next records as CSV lines."""
        hashes = leaf_hashes(records)
        self._frontier.extend(hashes)
        out: list[str] = []
        at = 0
        for count, unit_fen in self._rated(len(records)):
            for nth in range(at, at + count):
                answer, made_at = _told(records[nth])
                out.append(f"{self._next + nth - at},{made_at},{answer},{hashes[nth].hex()},{unit_fen}\r\n")
            at += count
            self._next += count
            self._charge_fen += count * unit_fen
        self._calls += len(records)
        return "".join(out).encode()

    def _rated(self, count: int) -> Iterator[tuple[int, int]]:
        """Yield (calls, fen a call) for the next `count` calls, tier by tier."""
        number = self._next
        end = number + count
        reached = 0
        for tier in self._tiers:
            begin, stop = max(number, reached), min(end, tier.up_to)
            if begin < stop:
                yield stop - begin, tier.unit_fen
            reached = tier.up_to
        if reached < end:
            raise ValueError(f"the tariff ends at {reached} calls, not at {end}; add a tier")

    def whole(self) -> Itemised:
        return Itemised(self._calls, self._charge_fen, self._frontier.root().hex() if self._calls else "")


def _told(record: bytes) -> tuple[str, str]:
    """Return answer and time of a record without decoding the rest; its form is canonical."""
    answer_end = record.index(b'"', 11)
    return record[11:answer_end].decode(), record[answer_end + 7 : record.index(b",", answer_end + 7)].decode()


def digest_of(pieces: Iterator[bytes]) -> str:
    """Return SHA-256 of CSV pieces, hex."""
    whole = sha256()
    for piece in pieces:
        whole.update(piece)
    return whole.hexdigest()


def rates_of(tariff: Sequence[Tier], *, unit_fen: int, ordered: int) -> list[Tier]:
    """Return what each call costs by its place: by the tariff or at `unit_fen`, nothing beyond the `ordered` ones."""
    bounded = [Tier(min(tier.up_to, ordered), tier.unit_fen) for tier in tariff or [Tier(ordered, unit_fen)]]
    return [*bounded, Tier(INT53_MAX, 0)]


def checked(lines: Iterator[bytes], batch: Recorded, tiers: Sequence[Tier]) -> int:
    """Take a recorded batch's items off `lines` and return what they cost, fen.

    Raises: BadCall: they are not the calls under the recorded root, each once, in order, at their rate.
    """
    edge, charge_fen, call = Frontier(), 0, batch.first_call
    rates = ((tier.unit_fen, min(tier.up_to, batch.first_call + batch.calls)) for tier in tiers)
    for unit_fen, end in rates:
        while call < end:
            piece = list(islice(lines, min(LINES_A_PIECE, end - call)))
            edge.extend([_record_of(line, call + nth, unit_fen) for nth, line in enumerate(piece)])
            if not piece:
                raise BadCall(f"the items end before call {call}; ask `{batch.by}` for the rest")
            call, charge_fen = call + len(piece), charge_fen + len(piece) * unit_fen
    if edge.root().hex() != batch.root:
        raise BadCall(
            f"the items from call {batch.first_call} on have root {edge.root().hex()}, recorded is {batch.root}"
        )
    return charge_fen


def _record_of(line: bytes, call: int, unit_fen: int) -> bytes:
    """Return the record's hash out of an item of call number `call`."""
    try:
        number, _, _, record, charge_fen = line.rstrip(b"\r\n").split(b",")
        if (int(number), int(charge_fen)) == (call, unit_fen):
            return bytes.fromhex(record.decode())
    except ValueError:
        pass
    raise BadCall(f"`{line[:120].decode(errors='replace').strip()}` is not call {call} at {unit_fen} fen")
