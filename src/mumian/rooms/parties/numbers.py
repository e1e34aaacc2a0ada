"""Shapes of what a party is recognised by: USCC, public key, commitment; and what may not stand in their place."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date

from stdnum.cn import ric, uscc

KEY_BYTES = 32

_commitment_shape = re.compile(r"[0-9a-f]{64}")
_resident_shape = re.compile(r"[1-9][0-9]{16}[0-9Xx]")


def is_uscc(number: str) -> bool:
    """Tell whether `number` is a unified social credit code as it is printed: 18 characters, check character right.

    Source: GB 32100-2015, by `stdnum.cn.uscc`.
    """
    return len(number) == 18 and number.isascii() and number == uscc.compact(number) and bool(uscc.is_valid(number))


def is_commitment(text: str) -> bool:
    """Tell whether `text` is a SHA-256 in 64 lower-case hex digits."""
    return _commitment_shape.fullmatch(text) is not None


def is_public_key(text: str) -> bool:
    """Tell whether `text` is the one base64 spelling of 32 bytes (RFC 4648 §4), so that no key has two names."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(raw) == KEY_BYTES and base64.b64encode(raw).decode() == text


def looks_like_resident_id(number: str) -> bool:
    """Tell whether `number` has the shape, the birth date and the check digit of a resident id (GB 11643-1999)."""
    if _resident_shape.fullmatch(number) is None:
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return bool(ric.calc_check_digit(number.upper()) == number[-1].upper())


def refuse_personal_data(*, is_person: bool, name: str, uscc: str | None) -> None:
    """Raise ValueError, repeating nothing of it, if an admission would carry a person's name or number."""
    if is_person and (name or uscc):
        raise ValueError("a natural person has neither name nor number here; leave both empty, send a commitment")
    number = (uscc or "").strip()
    if (looks_like_resident_id(number) and not is_uscc(number)) or looks_like_resident_id(name.strip()):
        raise ValueError("a resident id may not enter the market; admit a natural person by a commitment")
