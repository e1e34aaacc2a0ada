"""Checkpoints: a log's signed statement of its size and root.

Source: c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from mumian.journal.faults import BadCheckpoint, BadNote, BadSignature
from mumian.journal.note import Note, Signed, Signer, Verifier, b64, parse_note, sign_note, unb64, verify_note
from mumian.journal.tree import HASH_BYTES, SIZE_MAX, Hash, Head

_decimal = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class Checkpoint(msgspec.Struct, frozen=True):
    """origin: which log. size: leaves. root: 32 bytes. extensions: further lines; this market writes none."""

    origin: str
    size: int
    root: Hash
    extensions: tuple[str, ...] = ()

    @property
    def head(self) -> Head:
        return Head(self.size, self.root)

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), b64(self.root), *self.extensions))


class SignedCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint whose log's signature was checked, with its note and every known key that signed."""

    checkpoint: Checkpoint
    note: Note
    signed: tuple[Signed, ...]


def parse_decimal(text: str) -> int:
    """Read a size or index: ASCII digits without leading zeros, at most 2^63 - 1.

    Raises: BadNote: it is not one.
    """
    if _decimal.fullmatch(text) is None or int(text) > SIZE_MAX:
        raise BadNote(f"`{text[:80]}` is not a number from 0 to {SIZE_MAX} without leading zeros")
    return int(text)


def parse_hash(text: str) -> Hash:
    """Read one base64 hash of 32 bytes.

    Raises: BadNote: it is not one.
    """
    data = unb64(text)
    if len(data) != HASH_BYTES:
        raise BadNote(f"`{text[:80]}` is {len(data)} bytes long, not a hash of {HASH_BYTES}")
    return data


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint's note.

    Raises: BadCheckpoint: it is not one.
    """
    lines = text.split("\n")
    if len(lines) < 4 or not all(lines[:-1]) or lines[-1]:
        raise BadCheckpoint(f"a checkpoint has at least three lines and no empty one; this begins `{text[:80]}`")
    origin, size, root, *extensions = lines[:-1]
    try:
        return Checkpoint(origin, parse_decimal(size), parse_hash(root), tuple(extensions))
    except BadNote as e:
        raise BadCheckpoint(f"the checkpoint of `{origin}` cannot be read: {e}") from e


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[Signer]) -> bytes:
    """Return the checkpoint as a note signed by every signer.

    Raises: BadNote: a line holds a newline or a control character, or is empty.
    """
    if parse_checkpoint(checkpoint.text) != checkpoint:
        raise BadCheckpoint(f"the checkpoint of `{checkpoint.origin}` does not read back; are its lines single lines?")
    return sign_note(checkpoint.text, signers)


def verify_checkpoint(
    note: bytes, key: Verifier, *, origin: str | None = None, witnesses: Sequence[Verifier] = ()
) -> SignedCheckpoint:
    """Check that `note` is a checkpoint of the log `origin`, signed by its key.

    origin: by default the key's name, as the specification recommends.
    witnesses: keys whose signatures are checked too where they are there; `signed` tells which were.
    Raises: BadNote: not a signed note. BadCheckpoint: not a checkpoint of this log. BadSignature: the log's key did
        not sign, or a signature of the log or of a named witness does not verify.
    """
    parsed = parse_note(note)
    signed = verify_note(parsed, [key, *witnesses])
    if all((one.name, one.key_id) != (key.name, key.key_id) for one in signed):
        raise BadSignature(f"the log's key `{key.name}` did not sign, though a witness did")
    checkpoint = parse_checkpoint(parsed.text)
    wanted = key.name if origin is None else origin
    if checkpoint.origin != wanted:
        raise BadCheckpoint(f"the checkpoint is of the log `{checkpoint.origin}`, not of `{wanted}`")
    return SignedCheckpoint(checkpoint, parsed, signed)
