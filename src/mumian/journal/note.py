"""Signed notes: a text, a blank line, one line for each signature; and the keys that sign and verify them.

A verifier key is public: `name+hex8(key id)+base64(type, public key)`. A signer key is secret and is written as Go's
`sumdb/note` writes it: `PRIVATE+KEY+name+hex8(key id)+base64(type, seed)`.

Source: c2sp.org/signed-note.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from mumian.journal.faults import BadNote, BadSignature
from mumian.journal.schemes import ED25519, Check, Scheme, Sign, scheme_of

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 64
"""The specification asks for at least 16."""

_control = re.compile(r"[\x00-\x09\x0b-\x1f]")
_secret_prefix = "PRIVATE+KEY+"


class Signature(msgspec.Struct, frozen=True):
    """One signature line: who says to have signed (name and 4-byte key id together), and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {b64(self.key_id + self.signature)}\n"


class Note(msgspec.Struct, frozen=True):
    """A text ending in a newline, and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()


class Signed(msgspec.Struct, frozen=True):
    """A signature that was checked: whose, and the time that it states in seconds since 1970, if its scheme has one."""

    name: str
    key_id: bytes
    at_s: int | None


class Verifier:
    """A public key with its name. `str()` gives its vkey."""

    __slots__ = ("_check", "_key", "key_id", "kind", "name")

    def __init__(self, name: str, scheme: Scheme, public: bytes) -> None:
        check_name(name)
        self.name = name
        self.kind = scheme.kind
        self.key_id = key_id(name, scheme.kind + public)
        self._key = scheme.kind + public
        self._check: Check = scheme.verifier(name, public)

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a verifier key.

        Raises: BadNote: it is not one, its id is not its own, or its type is not known here.
        """
        name, stated, key = _split_key(vkey)
        verifier = cls(name, *scheme_of(key))
        _check_key_id(name, stated=stated, computed=verifier.key_id)
        return verifier

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64(self._key)}"

    def made(self, signature: Signature) -> bool:
        """Tell whether the line names this key; it says nothing about the signature."""
        return signature.name == self.name and signature.key_id == self.key_id

    def verify(self, text: str, signature: Signature) -> Signed:
        """Check a line that names this key.

        Raises: BadSignature: it does not fit.
        """
        try:
            at_s = self._check(text.encode(), signature.signature)
        except BadSignature as e:
            raise BadSignature(f"the signature of `{self.name}` does not verify: {e}") from e
        return Signed(self.name, self.key_id, at_s)


class Signer:
    """A secret key with its name. `str()` is not defined on purpose; `secret_key()` writes it out."""

    __slots__ = ("_key", "_sign", "verifier")

    def __init__(self, name: str, secret: bytes, *, scheme: Scheme = ED25519) -> None:
        self.verifier = Verifier(name, scheme, scheme.public(secret))
        self._key = scheme.kind + secret
        self._sign: Sign = scheme.signer(name, secret)

    @classmethod
    def parse(cls, skey: str) -> Signer:
        """Read a signer key.

        Raises: BadNote: it is not one, its id is not its own, or its type is not known here.
        """
        if not skey.startswith(_secret_prefix):
            raise BadNote(f"a signer key starts with `{_secret_prefix}`")
        name, stated, key = _split_key(skey.removeprefix(_secret_prefix))
        scheme, secret = scheme_of(key)
        signer = cls(name, secret, scheme=scheme)
        _check_key_id(name, stated=stated, computed=signer.verifier.key_id)
        return signer

    @property
    def name(self) -> str:
        return self.verifier.name

    def secret_key(self) -> str:
        """Return the signer key in full: whoever reads it can sign."""
        return f"{_secret_prefix}{self.name}+{self.verifier.key_id.hex()}+{b64(self._key)}"

    def sign(self, text: str, *, at_s: int = 0) -> Signature:
        """Sign `text`. at_s: seconds since 1970, for schemes that state a time."""
        return Signature(self.name, self.verifier.key_id, self._sign(text.encode(), at_s))


def key_id(name: str, key: bytes) -> bytes:
    """Return the 4 bytes that name a key together with `name`. key: type bytes, then the public key."""
    return sha256(name.encode() + b"\n" + key).digest()[:4]


def check_name(name: str) -> None:
    """Raise BadNote unless `name` can name a key: not empty, no space, no control character, no `+`."""
    if not name or any(letter in "+\x7f" or letter.isspace() or letter < " " for letter in name):
        raise BadNote(f"`{name!r}` cannot name a key; use a name without space, control character and `+`")


def sign_note(text: str, signers: Sequence[Signer], *, at_s: int = 0) -> bytes:
    """Return `text` as a note signed by every signer.

    Raises: BadNote: the text does not end in a newline or holds a control character.
    """
    _check_text(text)
    return Note(text, tuple(signer.sign(text, at_s=at_s) for signer in signers)).to_bytes()


def parse_note(data: bytes) -> Note:
    """Read a note without checking its signatures.

    Raises: BadNote: it is not one.
    """
    if len(data) > NOTE_BYTES_MAX:
        raise BadNote(f"the note has `{len(data)}` bytes; at most {NOTE_BYTES_MAX} are read")
    try:
        whole = data.decode()
    except UnicodeDecodeError as e:
        raise BadNote(f"the note is not UTF-8 at byte `{e.start}`") from e
    cut = whole.rfind("\n\n")
    if cut < 0 or not whole.endswith("\n"):
        raise BadNote("the note has no blank line before its signatures, or its last line is cut off")
    text = whole[: cut + 1]
    _check_text(text)
    return Note(text, parse_signatures(whole[cut + 2 :]))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Read signature lines, each ended by a newline.

    Raises: BadNote: a line is not one, or there is none, or too many.
    """
    if not lines.endswith("\n"):
        raise BadNote("there is no signature line, or the last one is cut off")
    signatures = tuple(_parse_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise BadNote(f"the note has `{len(signatures)}` signatures; at most {SIGNATURES_MAX} are read")
    return signatures


def verify_note(note: Note, verifiers: Sequence[Verifier]) -> tuple[Signed, ...]:
    """Check every signature of a known key; lines of other keys are ignored.

    Returns: each known key that signed, once, in the note's order.
    Raises: BadSignature: a known key's signature does not verify, or no known key signed.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed: dict[tuple[str, bytes], Signed] = {}
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is not None:
            checked = verifier.verify(note.text, signature)
            signed.setdefault((signature.name, signature.key_id), checked)
    if not signed:
        trusted = ", ".join(f"`{verifier.name}`" for verifier in verifiers) or "nobody"
        raise BadSignature(f"no trusted key signed: {trusted} is trusted, {_names(note)} signed")
    return tuple(signed.values())


def _names(note: Note) -> str:
    return ", ".join(f"`{signature.name}`" for signature in note.signatures) or "nobody"


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise BadNote("the text of a note ends in a newline")
    found = _control.search(text)
    if found is not None:
        raise BadNote(f"the text holds the control character `{ord(found.group()):#04x}`")


def _parse_line(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—":
        raise BadNote(f"`{line[:80]}` is not a signature line")
    check_name(name)
    blob = unb64(encoded)
    if len(blob) < 5:
        raise BadNote(f"the signature of `{name}` has `{len(blob)}` bytes; a key id and a signature need more")
    return Signature(name, blob[:4], blob[4:])


def _split_key(text: str) -> tuple[str, str, bytes]:
    name, _, rest = text.partition("+")
    stated, _, encoded = rest.partition("+")
    return name, stated, unb64(encoded)


def _check_key_id(name: str, *, stated: str, computed: bytes) -> None:
    if stated != computed.hex():
        raise BadNote(f"the key of `{name}` states the id `{stated}`, but its id is `{computed.hex()}`")


def b64(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648 §4)."""
    return b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Read base64 in its one canonical form, so that no two texts stand for the same bytes.

    Raises: BadNote: it is not base64, or not the canonical form.
    """
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError as e:
        raise BadNote(f"`{text[:80]}` is not base64") from e
    if b64(data) != text:
        raise BadNote(f"`{text[:80]}` is not canonical base64: its last bits are not zero")
    return data
