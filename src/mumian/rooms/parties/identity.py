"""At the door only: turn a resident id into the commitment that stands for the person. Nothing here is stored or logged.

ValueError
├── NotAResidentId   the number is not one; the error never repeats it
└── SaltTooShort     the salt would not hide it
"""

from __future__ import annotations

from stdnum.cn import ric

from mumian.kernel.canonical import digest

SALT_BYTES_MIN = 16
"""A resident id has about 36 bits to guess; only a secret salt hides it. The salt lives in the store that can be erased."""

_CONTEXT = "mumian/identity/v1"


class NotAResidentId(ValueError):  # noqa: N818  # named as a sentence, like every error of the project
    """The text is not a resident id: length, digits, place, date of birth or check digit."""


class SaltTooShort(ValueError):  # noqa: N818  # see above
    """The salt has fewer than 16 bytes."""


def commit_identity(resident_id: str, salt: bytes) -> str:
    """Return the commitment to a person's resident id: salted SHA-256 over canonical bytes, 64 hex digits.

    Args:
        resident_id: 18 characters; spaces around and a lower-case check letter are forgiven.
        salt: at least 16 random bytes, one person's own; who erases it erases the link to the person.
    Raises: NotAResidentId, SaltTooShort.
    Source: GB 11643-1999 by `stdnum.cn.ric`; FIPS 180-4.
    """
    if len(salt) < SALT_BYTES_MIN:
        raise SaltTooShort(f"a salt has at least {SALT_BYTES_MIN} bytes, this one has {len(salt)}; draw a longer one")
    if not ric.is_valid(resident_id):
        raise NotAResidentId("this is not a resident id; check it against the card")
    return digest({"context": _CONTEXT, "resident_id": ric.compact(resident_id), "salt": salt.hex()})


def verify_identity(resident_id: str, salt: bytes, *, commitment: str) -> None:
    """Check that `commitment` stands for the resident id under this salt.

    Raises: NotAResidentId: the number is not one, or not the one that was committed to; SaltTooShort.
    """
    if commit_identity(resident_id, salt) != commitment:
        raise NotAResidentId("this is not the resident id that the commitment stands for")
