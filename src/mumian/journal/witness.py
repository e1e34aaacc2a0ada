"""A witness: it cosigns a log's checkpoint only if the log has grown from what the witness saw before.

A witness that is run by somebody else than the log keeps the log from showing two histories. `decide` is the whole of
its judgement; `witness_store` remembers, `witness_http` speaks.

Source: c2sp.org/tlog-witness.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from mumian.journal.checkpoint import Checkpoint, parse_checkpoint, parse_decimal, parse_hash
from mumian.journal.faults import BadNote, BadProof, BadSignature
from mumian.journal.note import Note, Signature, Signer, Verifier, b64, parse_note, verify_note
from mumian.journal.tree import EMPTY, Head, Proof, verify_consistency

PROOF_LINES_MAX = 63
PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


class Watched(msgspec.Struct, frozen=True):
    """What a witness holds of one log: the keys that it trusts, and the last head that it cosigned."""

    keys: tuple[Verifier, ...]
    head: Head = EMPTY


class Request(msgspec.Struct, frozen=True):
    """Please cosign `note`: the log has grown since `old` leaves, as `proof` shows."""

    old: int
    proof: Proof
    note: Note

    def to_bytes(self) -> bytes:
        lines = [f"old {self.old}\n", *(f"{b64(sibling)}\n" for sibling in self.proof), "\n"]
        return "".join(lines).encode() + self.note.to_bytes()

    @property
    def origin(self) -> str:
        return self.note.text.partition("\n")[0]


class Accepted(msgspec.Struct, frozen=True):
    """The witness may cosign `checkpoint`. `note` keeps the signatures of the keys that it trusts, and no other."""

    checkpoint: Checkpoint
    note: Note

    def cosign(self, signer: Signer, *, at_s: int) -> tuple[Signature, bytes]:
        """Return the witness's signature, and the note with it. Release it only after the head was persisted."""
        cosignature = signer.sign(self.note.text, at_s=at_s)
        return cosignature, Note(self.note.text, (*self.note.signatures, cosignature)).to_bytes()


class Rejected(msgspec.Struct, frozen=True):
    """The witness does not cosign. status: of the HTTP answer. body: why, or at 409 the size that it holds."""

    status: HTTPStatus
    body: str
    content_type: str = PLAIN


def parse_request(body: bytes) -> Request:
    """Read the body of add-checkpoint.

    Raises: BadNote: it is not one.
    """
    top, blank, note = body.partition(b"\n\n")
    try:
        first, *lines = top.decode("ascii").split("\n")
    except UnicodeDecodeError as e:
        raise BadNote(f"the request is not ASCII at byte `{e.start}`, before its checkpoint") from e
    if not blank or not first.startswith("old "):
        raise BadNote(f"a request begins `old SIZE`, then proof lines and a blank line; this begins `{first[:80]}`")
    if len(lines) > PROOF_LINES_MAX:
        raise BadNote(f"the request has `{len(lines)}` proof lines; at most {PROOF_LINES_MAX} are read")
    proof = tuple(parse_hash(line) for line in lines)
    request = Request(parse_decimal(first.removeprefix("old ")), proof, parse_note(note))
    parse_checkpoint(request.note.text)
    return request


def decide(watched: Watched | None, request: Request) -> Accepted | Rejected:
    """Answer a request for a log that the witness watches, or does not (None). Pure; the first reason that applies."""
    if watched is None:
        return Rejected(HTTPStatus.NOT_FOUND, f"the log `{request.origin}` is not watched here\n")
    try:
        trusted = verify_note(request.note, watched.keys)
    except BadSignature as e:
        return Rejected(HTTPStatus.FORBIDDEN, f"{e}\n")
    checkpoint = parse_checkpoint(request.note.text)
    if request.old > checkpoint.size:
        return Rejected(
            HTTPStatus.BAD_REQUEST, f"the old size `{request.old}` exceeds the new size `{checkpoint.size}`\n"
        )
    if request.old != watched.head.size:
        return overtaken(watched.head)
    try:
        verify_consistency(old=watched.head, new=checkpoint.head, proof=request.proof)
    except BadProof as e:
        return Rejected(HTTPStatus.UNPROCESSABLE_ENTITY, f"{e}\n")
    names = {(one.name, one.key_id) for one in trusted}
    kept = tuple(line for line in request.note.signatures if (line.name, line.key_id) in names)
    return Accepted(checkpoint, Note(request.note.text, kept))


def overtaken(head: Head) -> Rejected:
    """Return the answer that tells the size which the witness holds."""
    return Rejected(HTTPStatus.CONFLICT, f"{head.size}\n", SIZE)


def watch(keys: Sequence[Verifier]) -> dict[str, tuple[Verifier, ...]]:
    """Return the keys by origin for logs whose keys carry the origin as their name."""
    watched: dict[str, tuple[Verifier, ...]] = {}
    for key in keys:
        watched[key.name] = (*watched.get(key.name, ()), key)
    return watched
