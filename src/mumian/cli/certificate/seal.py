"""One signature for a printed file and for the credential in it.

The file carries the credential, uncompressed; the credential names the SHA-256 of the file with its own characters
blanked out. So the registry's one signature covers every byte: pages, fonts, attachments, and what they say in data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

# begins only where a run of letters does and never looks back, so that no file makes the search slow
_credential = re.compile(rb"(?<![\w-])[\w-]{20,}+\.[\w-]{20,}+\.[\w-]{86}~(?:[\w-]++~)*+")
BLANK = b"0"


def seal(draw: Callable[[str], bytes], sign: Callable[[str], str]) -> bytes:
    """Return the file that `draw` makes of a credential, with the credential that `sign` makes for its digest inside.

    draw: the same bytes for credentials of the same length, the credential's once among them. sign: gives a credential
    of the same length for any digest.
    Raises: ValueError: one of the two does not keep to that.
    """
    draft = sign("0" * 64)
    drawn = draw(draft)
    if drawn.count(draft.encode()) != 1:
        raise ValueError("the file does not carry its credential once, as it is")
    at = drawn.index(draft.encode())
    signed = sign(_digest(drawn, at, len(draft))).encode()
    if len(signed) != len(draft):
        raise ValueError("a credential's length depends on the digest that it names")
    return drawn[:at] + signed + drawn[at + len(signed) :]


def sealed_in(file: bytes) -> tuple[str, str] | None:
    """Return the credential that a file carries and the digest that it has to name; None if it carries none, or two."""
    found = list(_credential.finditer(file))
    if len(found) != 1:
        return None
    (one,) = found
    return one.group().decode(), _digest(file, one.start(), len(one.group()))


def _digest(file: bytes, at: int, length: int) -> str:
    blanked = sha256(file[:at])
    blanked.update(BLANK * length)
    blanked.update(file[at + length :])
    return blanked.hexdigest()
