"""What is heard: bytes from a client become an envelope whose signature holds. Outside the sequencer, in any thread.

What is turned away here is nobody's word yet and gets no leaf: it cannot be attributed to anyone.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mumian.kernel.canonical import canonical
from mumian.kernel.outcome import Refusal, Refused, Sentence
from mumian.market.envelope import BY_KEY, ENVELOPE_BYTES_MAX, Envelope, Signature, decode_envelope, signed_bytes
from mumian.rooms.parties.numbers import is_uscc, looks_like_resident_id

_resident_shape = re.compile(rb"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")
_nul = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # the escape itself, not an escaped backslash before `u0000`


class HearingRefusal(Refusal):
    """In order of precedence. None of these is logged."""

    TOO_LARGE = Sentence(
        "the envelope has {size_bytes} bytes, {size_bytes_max} are allowed; send a digest of the large part",
        "信封 {size_bytes} 字节，上限 {size_bytes_max}；请改为提交大段内容的摘要",
    )
    PERSONAL_NUMBER = Sentence(
        "the envelope holds what looks like a resident id, and the journal forgets nothing; send a salted commitment",
        "信封中疑似含有居民身份证号，而日志不可删除；请改为提交加盐承诺",
    )
    MALFORMED = Sentence(
        "this is not a command that the market knows: {why}; see `mumian schema`",
        "无法识别的命令：{why}；请参阅 `mumian schema`",
    )
    NUL_CHARACTER = Sentence(
        "a text of the envelope holds the character U+0000, which no database can keep as a key; leave it out",
        "信封文本含有字符 U+0000，数据库无法将其用作键；请去除",
    )
    SIGNATURE_INVALID = Sentence(
        "the signature by key `{key}` does not fit the envelope; sign actor, command, id and market `{origin}`",
        "密钥 `{key}` 的签名与信封不符；请对 actor、command、id 及市场 `{origin}` 签名",
    )

    @property
    def room(self) -> str:
        return "hearing"


class Spoken(NamedTuple):
    """An envelope and how we know that its actor spoke: `key`, or `door:NAME`."""

    envelope: Envelope
    by: str


def hear(raw: bytes, *, origin: str, door: str) -> Spoken | Refused:
    """Return what `raw` says, or why it is turned away.

    raw: an envelope in JSON. origin: this market's. door: name of the door that vouches for unsigned envelopes.
    """
    if len(raw) > ENVELOPE_BYTES_MAX:
        return _too_large(len(raw))
    if holds_personal_number(raw):  # before decoding, whose messages repeat what they complain of
        return Refused(HearingRefusal.PERSONAL_NUMBER)
    try:
        envelope: Envelope = decode_envelope(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Refused(HearingRefusal.MALFORMED, {"why": str(error)})
    return trust(envelope, origin=origin, door=door)


def trust(envelope: Envelope, *, origin: str, door: str) -> Spoken | Refused:
    """Return the envelope with how it is known, after verifying its signature if it has one."""
    said = canonical(envelope)
    if len(said) > ENVELOPE_BYTES_MAX:
        return _too_large(len(said))
    if holds_personal_number(said):
        return Refused(HearingRefusal.PERSONAL_NUMBER)
    if b"\\u0000" in said and _nul.search(said):
        return Refused(HearingRefusal.NUL_CHARACTER)
    if envelope.signature is None:
        return Spoken(envelope, f"door:{door}")
    try:
        verify_envelope(envelope, origin=origin)
    except (InvalidSignature, binascii.Error, ValueError):
        return Refused(HearingRefusal.SIGNATURE_INVALID, {"key": envelope.signature.key, "origin": origin})
    return Spoken(envelope, BY_KEY)


def _too_large(size_bytes: int) -> Refused:
    return Refused(HearingRefusal.TOO_LARGE, {"size_bytes": size_bytes, "size_bytes_max": ENVELOPE_BYTES_MAX})


def holds_personal_number(text: bytes) -> bool:
    """Tell whether `text` holds a resident id (GB 11643-1999) that is not also a unified social credit code."""
    for found in _resident_shape.finditer(text):
        number = found[0].decode()
        if looks_like_resident_id(number) and not is_uscc(number):
            return True
    return False


def verify_envelope(envelope: Envelope, *, origin: str) -> None:
    """Raise unless the envelope carries a signature that fits it.

    Raises: InvalidSignature: it does not fit. ValueError, binascii.Error: key or value is not what it should be.
    """
    if envelope.signature is None:
        raise InvalidSignature
    key = base64.b64decode(envelope.signature.key, validate=True)
    value = base64.b64decode(envelope.signature.value, validate=True)
    Ed25519PublicKey.from_public_bytes(key).verify(value, signed_bytes(origin, envelope))


def sign_envelope(envelope: Envelope, key: Ed25519PrivateKey, *, origin: str) -> Envelope:
    """Return `envelope` signed by `key` for the market `origin`."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    value = key.sign(signed_bytes(origin, envelope))
    signature = Signature(base64.b64encode(public).decode(), base64.b64encode(value).decode())
    return msgspec.structs.replace(envelope, signature=signature)
