"""The one way to turn a value into bytes that are hashed or signed: RFC 8785 for a narrow profile.

The profile: object keys are ASCII, there are no floats, integers lie within ±(2^53 - 1). Inside it msgspec's sorted
encoding equals RFC 8785 byte for byte; `tests/kernel` holds it against the `rfc8785` package and frozen vectors.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, TypeAlias

import msgspec

INT53_MAX = 2**53 - 1
"""The largest integer that JSON carries exactly (RFC 8259 §6)."""

Int53: TypeAlias = Annotated[int, msgspec.Meta(ge=-INT53_MAX, le=INT53_MAX)]
Natural: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=INT53_MAX)]
Positive: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=INT53_MAX)]

END = r"(?![\s\S])"
"""End of a text in a pattern: unlike `$` it lets no line break through, and JSON Schema knows it too."""

Digest: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}" + END)]
"""32 bytes, a SHA-256 or an Ed25519 public key, in lower-case hex."""

_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a struct, dict, list, string, integer, bool or None inside the profile.

    Structs are trusted to hold no float and no wide integer (a test walks every struct that reaches the journal);
    use `canonical_checked` for a value that came from outside.
    Source: RFC 8785.
    """
    return _encoder.encode(value)


def canonical_checked(value: Any) -> bytes:
    """Return the canonical bytes of plain data after checking the profile.

    Raises: ValueError: a float, a wide integer, a key that is not an ASCII string, or a type outside JSON.
    """
    check_profile(value)
    return _encoder.encode(value)


def check_profile(value: Any, *, at: str = "$") -> None:
    """Raise ValueError naming the place of the first part of `value` that lies outside the profile."""
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > INT53_MAX:
                raise ValueError(f"integer `{value}` at `{at}` exceeds 2^53 - 1; send it as a decimal string")
        case list() | tuple():
            for index, item in enumerate(value):
                check_profile(item, at=f"{at}[{index}]")
        case dict():
            for key, item in value.items():
                if not isinstance(key, str) or not key.isascii():
                    raise ValueError(f"key `{key}` at `{at}` is not an ASCII string")
                check_profile(item, at=f"{at}.{key}")
        case float():
            raise ValueError(f"`{value}` at `{at}` is a fraction; use an integer in the smaller unit")
        case _:
            raise ValueError(f"the value at `{at}` is not JSON")


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical bytes of `value`, as 64 lower-case hex digits."""
    return hashlib.sha256(_encoder.encode(value)).hexdigest()
