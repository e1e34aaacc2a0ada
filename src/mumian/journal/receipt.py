"""Receipts: the offline proof that an entry is in a log, which every party keeps.

Source: c2sp.org/tlog-proof.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mumian.journal.checkpoint import parse_checkpoint, parse_decimal, parse_hash, verify_checkpoint
from mumian.journal.faults import BadNote, BadReceipt, QuorumNotMet
from mumian.journal.note import Signed, Verifier, b64, parse_note, unb64
from mumian.journal.tree import Hash, Proof, leaf_hash, verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"
PROOF_HASHES_MAX = 63


class Receipt(msgspec.Struct, frozen=True):
    """index: of the entry. proof: inclusion. checkpoint: a signed note. extra: opaque, not covered by any signature."""

    index: int
    proof: Proof
    checkpoint: bytes
    extra: bytes | None = None

    def to_bytes(self) -> bytes:
        """Return the receipt as a file: `….tlog-proof`."""
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {b64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [b64(sibling) for sibling in self.proof]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint


class ReceiptFacts(msgspec.Struct, frozen=True):
    """What a receipt proves: the entry with `leaf` is number `index` of `origin`, whose `size` leaves have `root`.

    witnesses: the named witnesses that saw it, with the second at which each did.
    """

    origin: str
    index: int
    leaf: Hash
    size: int
    root: Hash
    witnesses: tuple[Signed, ...]
    extra: bytes | None


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt without believing it.

    Raises: BadReceipt: it is not one.
    """
    top, blank, checkpoint = data.partition(b"\n\n")
    try:
        first, *lines = top.decode("ascii").split("\n")
        extra = unb64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
        if first != FIRST_LINE or not blank or not lines or not lines[0].startswith("index "):
            raise BadReceipt(f"a receipt begins `{FIRST_LINE}`, then its index; this begins `{top[:80]!r}`")
        index = parse_decimal(lines[0].removeprefix("index "))
        proof = tuple(parse_hash(line) for line in lines[1:])
        parse_checkpoint(parse_note(checkpoint).text)
    except UnicodeDecodeError as e:
        raise BadReceipt(f"the receipt is not ASCII at byte `{e.start}`, before its checkpoint") from e
    except BadNote as e:
        raise BadReceipt(f"the receipt cannot be read: {e}") from e
    if len(proof) > PROOF_HASHES_MAX:
        raise BadReceipt(f"the proof has `{len(proof)}` hashes; no path has more than {PROOF_HASHES_MAX}")
    return Receipt(index, proof, checkpoint, extra)


def verify_receipt(
    data: bytes,
    entry: bytes,
    key: Verifier,
    *,
    origin: str | None = None,
    witnesses: Sequence[Verifier] = (),
    quorum: int | None = None,
) -> ReceiptFacts:
    """Check a receipt for `entry` with nothing but the log's key and the witnesses' keys at hand.

    origin: by default the key's name.
    quorum: how many of `witnesses` must have signed; by default all of them.
    Raises: BadReceipt, BadCheckpoint: not a receipt, not of this log. BadSignature: the log or a witness did not sign
        it. QuorumNotMet: too few witnesses. BadProof: the entry is not shown to be at the index.
    """
    receipt = parse_receipt(data)
    signed = verify_checkpoint(receipt.checkpoint, key, origin=origin, witnesses=witnesses)
    needed = len(witnesses) if quorum is None else quorum
    seen = tuple(one for one in signed.signed if (one.name, one.key_id) != (key.name, key.key_id))
    if len(seen) < needed:
        names = ", ".join(f"`{one.name}`" for one in seen) or "nobody"
        raise QuorumNotMet(f"`{needed}` witnesses must have signed; {names} did")
    checkpoint, leaf = signed.checkpoint, leaf_hash(entry)
    verify_inclusion(index=receipt.index, size=checkpoint.size, leaf=leaf, proof=receipt.proof, root=checkpoint.root)
    return ReceiptFacts(checkpoint.origin, receipt.index, leaf, checkpoint.size, checkpoint.root, seen, receipt.extra)
