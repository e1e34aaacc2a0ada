"""A domain's one secret, and what is derived from it: its signature, its masks, its salts.

identity   Ed25519, signs releases, batches, replies
mask       X25519, shared secrets with other domains
salts      keyed BLAKE2b: salts of digests, order of groups; the same input gives the same bytes, to nobody else
"""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from mumian.domain.faults import BadKey, BadSignature
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom.plan import Hex32

SEED_BYTES = 32


class KeyCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A domain's word that `mask_key` (X25519, hex) is its own, signed by its identity."""

    domain: PartyId
    mask_key: Hex32
    signature: str

    @property
    def signed_bytes(self) -> bytes:
        return b"mumian/card/v1\n" + canonical([self.domain, self.mask_key])


class DomainKeys:
    """The keys of one domain. The secret never leaves this object but for its file."""

    def __init__(self, seed: bytes) -> None:
        self.identity = Ed25519PrivateKey.from_private_bytes(seed)
        self.mask = X25519PrivateKey.from_private_bytes(blake2b(b"mask", key=seed, digest_size=32).digest())
        self._salts = blake2b(b"salts", key=seed, digest_size=32).digest()
        self.public_hex = self.identity.public_key().public_bytes_raw().hex()

    @classmethod
    def create(cls, path: Path, seed: bytes) -> DomainKeys:
        """Write a new secret of 32 random bytes, readable by its owner alone. Raises FileExistsError."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(seed.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        return cls(seed)

    @classmethod
    def load(cls, path: Path) -> DomainKeys:
        """Read the secret. Raises FileNotFoundError; BadKey: it is not 64 hex digits."""
        try:
            return cls(bytes.fromhex(path.read_text().strip()))
        except ValueError as e:
            raise BadKey(f"`{path}` does not hold a secret of {2 * SEED_BYTES} hex digits; put its copy back") from e

    def salt(self, *what: str, size: int = 32) -> bytes:
        """Return `size` bytes that only this domain can derive from `what`."""
        return blake2b(canonical(what), key=self._salts, digest_size=size).digest()

    def sign(self, data: bytes) -> str:
        return self.identity.sign(data).hex()

    def card(self, domain: PartyId) -> KeyCard:
        unsigned = KeyCard(domain, self.mask.public_key().public_bytes_raw().hex(), "")
        return KeyCard(domain, unsigned.mask_key, self.sign(unsigned.signed_bytes))


@lru_cache(maxsize=1_000)
def _public_key(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def verify(public_hex: str, signature_hex: str, data: bytes) -> None:
    """Check an Ed25519 signature.

    Raises: BadSignature: it does not fit, or key or signature are not written in lower-case hex, the one way.
    """
    try:
        public, signature = bytes.fromhex(public_hex), bytes.fromhex(signature_hex)
        if (public.hex(), signature.hex()) != (public_hex, signature_hex):
            raise ValueError(signature_hex)
        _public_key(public).verify(signature, data)
    except (InvalidSignature, ValueError) as e:
        raise BadSignature(f"the signature does not fit the key `{public_hex[:16]}`") from e
