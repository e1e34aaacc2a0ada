"""Sums of vectors that no one sees alone: each party adds masks that cancel in the total.

Every pair of parties shares a secret, stretches it to a stream, and one adds it while the other subtracts it, modulo
2^64. Whoever holds all masked vectors learns their sum and, of two or more honest parties, nothing else. There is no
recovery from a party that drops out: its vector is missing by name, and the sum is not had.

Source: Bonawitz et al. 2017, Practical Secure Aggregation for Privacy-Preserving Machine Learning, CCS, §4 (masks
without recovery); X25519: RFC 7748; SHAKE256: FIPS 202; keyed BLAKE2b: RFC 7693.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b, sha256, shake_256

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

WORD_BYTES = 8

Words = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]


class MissingPart(ValueError):  # noqa: N818  # named for what is the matter
    """The sum cannot be had: a party's vector is missing, unasked for, or has another length."""


def pair_secret(own: X25519PrivateKey, peer_public: bytes) -> bytes:
    """Return the 32-byte secret that two parties share; the same from either side.

    Raises: ValueError: the peer's key is not 32 bytes, or of small order.
    """
    shared = own.exchange(X25519PublicKey.from_public_bytes(peer_public))
    return sha256(b"mumian/secure-sum/v1\n" + shared).digest()


def mask(me: str, secrets: Mapping[str, bytes], *, context: bytes, length: int) -> Words:
    """Return the mask of party `me`: the masks of all parties of a context add up to zero modulo 2^64.

    Args:
        me: this party's name; names order each pair and must be the same to both.
        secrets: by peer's name, the secret shared with it.
        context: what the sum is for; a stream is used for one context only, so it must never repeat for other values.
        length: values of the vector.
    """
    total = np.zeros(length, np.uint64)
    for peer, secret in secrets.items():
        seed = blake2b(context, key=secret, digest_size=32).digest()
        stream = np.frombuffer(shake_256(seed).digest(length * WORD_BYTES), dtype="<u8")
        if me < peer:
            total += stream
        else:
            total -= stream
    return total


def masked(values: Integers, own_mask: Words) -> bytes:
    """Return `values` under `own_mask`: 8 bytes a value, little-endian, evenly distributed to who lacks the mask."""
    return (values.astype(np.uint64) + own_mask).astype("<u8").tobytes()


def merge(parts: Mapping[str, bytes], *, parties: Collection[str], length: int) -> Integers:
    """Return the sum of the vectors of all `parties`.

    It is exact as long as the true sum lies within int64: each party bounds its own part beforehand.
    Raises: MissingPart: naming the parties whose vector is missing, unasked for, or not `length` values long.
    """
    if set(parts) != set(parties):
        missing, unasked = set(parties) - set(parts), set(parts) - set(parties)
        raise MissingPart(
            f"no vector of `{'`, `'.join(sorted(missing)) or '-'}`; unasked `{', '.join(sorted(unasked)) or '-'}`"
        )
    total = np.zeros(length, np.uint64)
    for party, part in parts.items():
        if len(part) != length * WORD_BYTES:
            raise MissingPart(f"the vector of `{party}` has `{len(part)}` bytes, not `{length * WORD_BYTES}`")
        total += np.frombuffer(part, dtype="<u8")
    return total.astype(np.int64)
