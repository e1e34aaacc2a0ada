"""What the market hands to people who check it: exports, receipts, cosigned checkpoints, audits of a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mumian.journal.checkpoint import parse_checkpoint, verify_checkpoint
from mumian.journal.faults import MissingTile
from mumian.journal.log import digest_in
from mumian.journal.note import Verifier, parse_note
from mumian.journal.publish import ExportReader, Publisher
from mumian.journal.receipt import Receipt
from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Store
from mumian.journal.tiles import WIDTH
from mumian.journal.tree import inclusion_proof
from mumian.market.audit import Audit, Claim, audit
from mumian.market.memory import look_for_circles_seldom

BODIES = "bodies"
"""Folder of an export that holds payloads too large for an entry, by their SHA-256."""


def export(store: Store, note: bytes, verifier: Verifier, out: Path) -> int:
    """Write the whole journal to `out` as static files and return how many leaves it holds.

    note: the signed checkpoint of what the store holds. An export that exists is brought up to date.
    """
    Publisher(out, [verifier]).catch_up(store.entries, note)
    size = parse_checkpoint(parse_note(note).text).size
    for entry in store.entries(0, size):
        named = digest_in(entry)
        body = store.body(named.body_sha256) if named else None
        if named and body is not None:
            (out / BODIES).mkdir(exist_ok=True)
            (out / BODIES / named.body_sha256).write_bytes(body)
    return size


def receipt(log: Path, seq: int) -> tuple[bytes, bytes]:
    """Return (receipt, entry) of leaf `seq` out of a published folder.

    Raises: BadProof: the log has no such leaf.
    """
    reader = ExportReader(log)
    note = reader.note()
    size = parse_checkpoint(parse_note(note).text).size
    proof = inclusion_proof(seq, size, reader.hashes(size))
    (entry,) = reader.entries(seq, seq + 1)
    return Receipt(seq, proof, note).to_bytes(), entry


def audit_folder(
    log: Path,
    verifier: Verifier,
    *,
    body: Callable[[str], bytes | None] | None = None,
    rows: Store | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Audit:
    """Audit a published folder or an export; with `rows`, the market's own store against it too.

    Raises: BadSignature, BadCheckpoint: the checkpoint is not the one of `verifier`'s market.
    """
    reader = ExportReader(log)
    checkpoint = verify_checkpoint(reader.note(), verifier).checkpoint
    claim = Claim(checkpoint.origin, checkpoint.size, checkpoint.root.hex())
    with tempfile.TemporaryDirectory(prefix="mumian-fsck-") as folder:
        scratch = SqliteStore(Path(folder) / "scratch.db", synchronous="OFF")
        look_for_circles_seldom()
        try:
            return audit(
                reader.entries(0, checkpoint.size),
                _tile_hashes(reader, checkpoint.size),
                claim,
                body=body or (lambda sha256: body_in(log, sha256)),
                scratch=scratch,
                rows=rows,
                progress=progress,
            )
        finally:
            scratch.close()


def _tile_hashes(reader: ExportReader, size: int) -> Iterator[bytes]:
    hashes = reader.hashes(size)
    for nth in range(-(-size // WIDTH)):
        yield from hashes.hashes(0, nth)


def body_in(log: Path, sha256: str) -> bytes | None:
    """Return the text of a leaf that an export keeps beside its entries, or None."""
    try:
        return ExportReader(log).read(f"{BODIES}/{sha256}")
    except MissingTile:
        return None
