"""A log: what turns entries into signed checkpoints. It holds the right edge of the tree and the key, and no entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import msgspec

from mumian.journal.checkpoint import Checkpoint, sign_checkpoint
from mumian.journal.faults import BadEntry, Diverged
from mumian.journal.note import Signer
from mumian.journal.tiles import ENTRY_BYTES_MAX
from mumian.journal.tree import Frontier, Hash, Head, leaf_hashes
from mumian.kernel.canonical import Natural, canonical
from mumian.kernel.time import Instant


class Sealed(msgspec.Struct, frozen=True):
    """A tree with a batch added, before it is signed: what is stored in the batch's transaction.

    before: the tree that the batch follows. size, root: of the tree with the batch. at: when, ms.
    peaks: the frontier as hex (`Frontier.from_hex`). leaves: hashes of the batch's leaves, for `Publisher.publish`.
    """

    before: Head
    size: int
    root: Hash
    at: Instant
    peaks: tuple[str, ...]
    leaves: tuple[Hash, ...]

    @property
    def head(self) -> Head:
        return Head(self.size, self.root)


class Log:
    """One log under one key. `seal` looks ahead, `advance` moves on once the batch is durable, `sign` states it."""

    def __init__(self, origin: str, signer: Signer, frontier: Frontier | None = None) -> None:
        self.origin = origin
        self._signer = signer
        self._frontier = Frontier() if frontier is None else frontier.copy()
        self._head = self._frontier.head

    @property
    def head(self) -> Head:
        """The tree as it was last made durable."""
        return self._head

    def seal(self, entries: Sequence[bytes], at: Instant) -> Sealed:
        """Return what the tree becomes with `entries` added; the log itself stays where it is.

        Raises: BadEntry: an entry exceeds 65,535 bytes; see `entry_for`.
        """
        for entry in entries:
            if len(entry) > ENTRY_BYTES_MAX:
                raise BadEntry(f"an entry of `{len(entry)}` bytes exceeds {ENTRY_BYTES_MAX}; log its digest")
        leaves, frontier = leaf_hashes(entries), self._frontier.copy()
        frontier.extend(leaves)
        return Sealed(self._head, frontier.size, frontier.root(), at, tuple(frontier.to_hex()), tuple(leaves))

    def advance(self, sealed: Sealed) -> None:
        """Move on to `sealed`, after the commit.

        Raises: Diverged: it was sealed on another tree than the one that this log is at.
        """
        if sealed.before != self._head:
            raise Diverged(
                f"the batch was sealed on a tree of `{sealed.before.size}` leaves, the log is at `{self._head.size}`"
            )
        self._frontier, self._head = Frontier.from_hex(sealed.size, sealed.peaks), sealed.head

    def sign(self, sealed: Sealed) -> bytes:
        """Return the signed checkpoint of the tree that the log is at.

        Raises: Diverged: `sealed` is not that tree; advance first, and never sign what is not durable.
        """
        if sealed.head != self._head:
            raise Diverged(f"the log is at `{self._head.size}` leaves and does not sign a tree of `{sealed.size}`")
        return sign_checkpoint(Checkpoint(self.origin, sealed.size, sealed.root), [self._signer])


class BodyDigest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the log for a payload that is too large for it; the payload, the body, is kept beside."""

    body_bytes: Natural
    body_sha256: str


_digest_decoder = msgspec.json.Decoder(BodyDigest)


def entry_for(payload: bytes) -> tuple[bytes, bytes | None]:
    """Return the entry to log for `payload`, and the body to keep beside it if the entry is only its digest.

    Raises: BadEntry: the payload itself looks like a digest record, so that nobody could tell it from one.
    """
    if len(payload) > ENTRY_BYTES_MAX:
        return _digest_of(payload), payload
    if digest_in(payload) is not None:
        raise BadEntry(f"the payload `{payload[:80]!r}` has the form of a digest record; log something else")
    return payload, None


def payload_of(entry: bytes, body: bytes | None) -> bytes:
    """Return the payload that `entry_for` was given.

    Raises: BadEntry: the entry is a digest record and `body` is missing or not the one that it names, or the entry
        is no digest record and there is a body all the same.
    """
    named = digest_in(entry)
    if named is None:
        if body is not None:
            raise BadEntry(f"an entry that names no body has one of `{len(body)}` bytes beside it")
        return entry
    if body is None:
        raise BadEntry(f"the body `{named.body_sha256}` of `{named.body_bytes}` bytes is missing")
    if _digest_of(body) != entry:
        raise BadEntry(f"the body is `{sha256(body).hexdigest()}`, not `{named.body_sha256}` as its record says")
    return body


def payload_in(entry: bytes, body: Callable[[str], bytes | None]) -> bytes:
    """Return the payload of `entry`, whose body, if it lies beside it, `body` finds by its SHA-256.

    Raises: BadEntry: as `payload_of`.
    """
    named = digest_in(entry)
    return payload_of(entry, body(named.body_sha256) if named else None)


def digest_in(entry: bytes) -> BodyDigest | None:
    """Return what `entry` says of a body kept beside it, or None if it is a payload itself."""
    if not entry.startswith(b'{"body_bytes":'):
        return None
    try:
        named = _digest_decoder.decode(entry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return named if canonical(named) == entry else None


def _digest_of(body: bytes) -> bytes:
    return canonical(BodyDigest(len(body), sha256(body).hexdigest()))
