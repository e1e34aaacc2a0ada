"""Compact JSON Web Signatures by Ed25519 keys, and the JSON that they carry, read in one way only.

Source: RFC 7515 (JWS), RFC 8037 and RFC 9864 (Ed25519 in JOSE), RFC 7517 (JWK).
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mumian.credentials.faults import Forged, Malformed
from mumian.kernel.canonical import canonical_checked

ALGORITHM = "Ed25519"
"""The fully specified name (RFC 9864 §2.2)."""

ALGORITHMS = frozenset({ALGORITHM, "EdDSA"})
"""Names under which a signature by an Ed25519 key is accepted; the second is the deprecated one of RFC 8037."""

TOKEN_CHARS_MAX = 256_000
DEPTH_MAX = 16
"""Levels of JSON; bounds the recursion of whoever walks it."""


def sign(header: dict[str, Any], payload: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """Return the compact JWS of canonical `payload` under `header`, to which the algorithm is added.

    Raises: ValueError: a part lies outside the profile of canonical bytes.
    """
    signed = f"{b64(canonical_checked({**header, 'alg': ALGORITHM}))}.{b64(canonical_checked(payload))}"
    return f"{signed}.{b64(key.sign(signed.encode()))}"


def verify(token: str, key: Ed25519PublicKey, *, typ: str) -> dict[str, Any]:
    """Check a compact JWS and return its payload.

    typ: what the header must state the token to be, so that no token passes for one of another kind (RFC 8725 §3.11).
    Raises: Malformed: it is not a compact JWS of that type. Forged: another key signed, or other bytes.
    """
    head, payload, signature = _parts(token)
    header = read_object(unb64(head), what="header")
    if header.get("alg") not in ALGORITHMS:
        raise Malformed(f"the token is signed by `{header.get('alg')}`; only `{ALGORITHM}` is accepted")
    if "crit" in header:
        raise Malformed(f"the header's extensions `{header['crit']}` are not understood")
    if header.get("typ") != typ:
        raise Malformed(f"the token is a `{header.get('typ')}`, not a `{typ}`")
    try:
        key.verify(unb64(signature), f"{head}.{payload}".encode())
    except InvalidSignature as e:
        raise Forged(f"the signature does not verify under the key `{jwk(key)['x']}`") from e
    return read_object(unb64(payload), what="payload")


def unverified(token: str) -> dict[str, Any]:
    """Return the payload of a compact JWS that nobody has checked: to find out whose key to ask for, for nothing else.

    Raises: Malformed: it is not a compact JWS.
    """
    return read_object(unb64(_parts(token)[1]), what="payload")


def jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """Return the key as a JSON Web Key (RFC 8037 §2)."""
    return {"crv": "Ed25519", "kty": "OKP", "x": b64(key.public_bytes_raw())}


def key_of(told: object) -> Ed25519PublicKey:
    """Return the key that a JSON Web Key tells.

    Raises: Malformed: it is not an Ed25519 public key.
    """
    match told:
        case {"kty": "OKP", "crv": "Ed25519", "x": str(x)} if len(raw := unb64(x)) == 32:
            return Ed25519PublicKey.from_public_bytes(raw)
    raise Malformed(f"`{told}` is not an Ed25519 public key")


def b64(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Read base64url without padding in its one canonical form, so that no two texts stand for the same bytes.

    Raises: Malformed: it is not that.
    """
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as e:
        raise Malformed(f"`{text[:80]}` is not base64url") from e
    if b64(data) != text:
        raise Malformed(f"`{text[:80]}` is not canonical base64url")
    return data


def read_object(data: bytes, *, what: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises: Malformed: see `read_json`; or it is something else than an object.
    """
    value = read_json(data, what=what)
    if not isinstance(value, dict):
        raise Malformed(f"the {what} is not a JSON object")
    return value


def read_json(data: bytes, *, what: str) -> Any:
    """Read JSON that has one reading only.

    Raises: Malformed: it is not JSON in UTF-8, names a member twice, holds half a character, or nests too deeply.
    """
    try:
        value = json.loads(data.decode(), object_pairs_hook=_members, parse_constant=_no_constant)
        _check(value, levels=DEPTH_MAX)
    except (ValueError, RecursionError) as e:
        raise Malformed(f"the {what} is not JSON: {e}") from e
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"`{name}` is no JSON number")


def _check(value: Any, *, levels: int) -> None:
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair cannot be written out again (RFC 7493 §2.1)
    elif isinstance(value, dict | list):
        if not levels:
            raise ValueError(f"it nests deeper than {DEPTH_MAX} levels")
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(item, levels=levels - 1)


def _parts(token: str) -> tuple[str, str, str]:
    if len(token) > TOKEN_CHARS_MAX:
        raise Malformed(f"the token has `{len(token)}` characters; at most {TOKEN_CHARS_MAX} are read")
    parts = token.split(".")
    if len(parts) != 3:
        raise Malformed(f"a compact token has three parts; this one has `{len(parts)}`")
    return parts[0], parts[1], parts[2]
