"""Signature schemes of notes, by the type bytes that name them in a key.

01  Ed25519 over the text
04  timestamped Ed25519: `cosignature/v1`, what a witness signs

`register` takes others: 06 (ML-DSA-44), ff with a long identifier (SM2).

Source: c2sp.org/signed-note, c2sp.org/tlog-cosignature, RFC 8032.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mumian.journal.faults import BadNote, BadSignature

TIME_MAX_S = 2**63 - 1

Sign: TypeAlias = Callable[[bytes, int], bytes]
"""(text, seconds since 1970) → signature. A scheme without a time ignores it."""

Check: TypeAlias = Callable[[bytes, bytes], int | None]
"""(text, signature) → the time that it states, in seconds since 1970, or None. Raises BadSignature."""


class Scheme(Protocol):
    """One way to sign a note's text. Keys are raw bytes, without the type bytes.

    name: the key's name, for schemes whose signatures commit to it (06 does, 01 and 04 do not).
    """

    @property
    def kind(self) -> bytes:
        """The type byte, after ff with its long identifier."""
        ...

    def public(self, secret: bytes) -> bytes:
        """Return the public key of `secret`. Raises BadNote if it is not a key."""
        ...

    def signer(self, name: str, secret: bytes) -> Sign: ...

    def verifier(self, name: str, public: bytes) -> Check:
        """Return what checks signatures of `public`. Raises BadNote if it is not a key."""
        ...


class Ed25519:
    """Type 01: RFC 8032 over the text."""

    kind = b"\x01"

    def public(self, secret: bytes) -> bytes:
        return _secret(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def signer(self, _name: str, secret: bytes) -> Sign:
        key = _secret(secret)
        return lambda text, _at_s: key.sign(text)

    def verifier(self, _name: str, public: bytes) -> Check:
        key = _public(public)

        def check(text: bytes, signature: bytes) -> None:
            _verify(key, signature, text)

        return check


class CosignatureV1:
    """Type 04: the time as a big-endian uint64, then Ed25519 over a header, the time and the checkpoint's text."""

    kind = b"\x04"

    def public(self, secret: bytes) -> bytes:
        return _secret(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def signer(self, _name: str, secret: bytes) -> Sign:
        key = _secret(secret)

        def sign(text: bytes, at_s: int) -> bytes:
            if not 0 < at_s <= TIME_MAX_S:
                raise ValueError(f"a cosignature states when it was made, not `{at_s}`; pass seconds since 1970")
            return at_s.to_bytes(8, "big") + key.sign(_cosigned(text, at_s))

        return sign

    def verifier(self, _name: str, public: bytes) -> Check:
        key = _public(public)

        def check(text: bytes, signature: bytes) -> int:
            at_s = int.from_bytes(signature[:8], "big")
            if not 0 < at_s <= TIME_MAX_S:
                raise BadSignature(f"the cosignature states the time `{at_s}`, which no witness has")
            _verify(key, signature[8:], _cosigned(text, at_s))
            return at_s

        return check


def _cosigned(text: bytes, at_s: int) -> bytes:
    return b"cosignature/v1\ntime %d\n%b" % (at_s, text)


def _secret(raw: bytes) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(raw)
    except ValueError as e:
        raise BadNote(f"an Ed25519 secret key is 32 bytes long, not `{len(raw)}`") from e


def _public(raw: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError as e:
        raise BadNote(f"an Ed25519 public key is 32 bytes long, not `{len(raw)}`") from e


def _verify(key: Ed25519PublicKey, signature: bytes, message: bytes) -> None:
    try:
        key.verify(signature, message)
    except InvalidSignature as e:
        raise BadSignature("the Ed25519 signature does not fit the text and the key") from e


ED25519 = Ed25519()
COSIGNATURE_V1 = CosignatureV1()

_schemes: dict[bytes, Scheme] = {}


def register(scheme: Scheme) -> None:
    """Make keys of `scheme` readable. A kind of ff is followed by an identifier that no other kind begins with."""
    _schemes[scheme.kind] = scheme


def scheme_of(key: bytes) -> tuple[Scheme, bytes]:
    """Split a key's bytes into its scheme and the raw key.

    Raises: BadNote: no registered scheme has its type bytes.
    """
    for kind, scheme in _schemes.items():
        if key.startswith(kind):
            return scheme, key[len(kind) :]
    raise BadNote(f"signature type `{key[:1].hex()}` is not known here")


register(ED25519)
register(COSIGNATURE_V1)
