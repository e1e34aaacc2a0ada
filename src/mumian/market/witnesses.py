"""The witnesses that a market asks: who they are, what each has seen, and the newest checkpoint with their signatures."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mumian.journal.checkpoint import parse_checkpoint
from mumian.journal.note import Verifier, parse_note
from mumian.journal.publish import ExportReader
from mumian.journal.tree import Proof, consistency_proof
from mumian.journal.witness_http import Collected, Peer, collect_cosignatures
from mumian.market.home import Home


class Witness(msgspec.Struct, frozen=True):
    """url: where it listens. vkey: its verifier key. seen: the size that it cosigned last, as far as we know."""

    url: str
    vkey: str
    seen: int = 0


def witnesses_of(home: Home) -> list[Witness]:
    """Return the witnesses that this market asks."""
    path = _list_of(home)
    return msgspec.json.decode(path.read_bytes(), type=list[Witness]) if path.is_file() else []


def add_witness(home: Home, witness: Witness) -> None:
    """Ask this witness too from now on; one with the same key is replaced."""
    others = [known for known in witnesses_of(home) if known.vkey != witness.vkey]
    _write(home, [*others, witness])


def cosign(home: Home) -> Collected:
    """Have the published checkpoint cosigned by every witness, and publish it with their signatures.

    A witness that is down or refuses is named in the answer's failures and costs its own cosignature only.
    """
    log = home.market / "log"
    reader = ExportReader(log)
    note = reader.note()
    size = parse_checkpoint(parse_note(note).text).size

    def consistency(old: int) -> Proof:
        # a reader of its own for each call: calls come from several threads
        return consistency_proof(old, size, ExportReader(log).hashes(size))

    known = witnesses_of(home)
    peers = [Peer(witness.url, Verifier.parse(witness.vkey), witness.seen) for witness in known]
    collected = collect_cosignatures(note, peers, consistency)
    if reader.note() == note:
        _replace(log / "checkpoint", collected.note)
    seen = {peer.key.name: collected.sizes[peer.key.name] for peer in peers}
    _write(home, [Witness(w.url, w.vkey, seen[Verifier.parse(w.vkey).name]) for w in known])
    return collected


def _list_of(home: Home) -> Path:
    return home.market / "witnesses.json"


def _write(home: Home, witnesses: list[Witness]) -> None:
    _replace(_list_of(home), msgspec.json.encode(witnesses))


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(data)
    fresh.replace(path)
