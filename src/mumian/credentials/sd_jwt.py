"""Selective disclosure: a signed object of which a holder shows only what an occasion asks for.

    <signed token>~<disclosure>~ … ~<disclosure>~                     as issued, and as presented
    <signed token>~<disclosure>~ … ~<disclosure>~<holder's token>     presented with the holder's key (SD-JWT+KB)

A disclosure is base64url of `[salt, name, value]`; its digest, not its content, is what the issuer signs.

Source: RFC 9901 (SD-JWT).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mumian.credentials import jws
from mumian.credentials.faults import Malformed, NotTheHolder, Undisclosed
from mumian.credentials.jws import b64, read_json, unb64
from mumian.kernel.canonical import canonical_checked

HASH = "sha-256"
"""Name in the registry of hash algorithms (RFC 6920); the only one that is issued and read."""

SALT_BYTES = 16
"""128 bits, as recommended (RFC 9901 §9.3): without them a hidden value could be guessed from its digest."""

HOLDER_TYP = "kb+jwt"
HOLDER_AGE_S_MAX = 300
"""How far a holder's token may lie from the verifier's time, either way."""

DIGESTS, ELEMENT, HASH_CLAIM = "_sd", "...", "_sd_alg"
DISCLOSURES_MAX = 256


class SdJwt(msgspec.Struct, frozen=True):
    """The parts of a text as it was read, none of them checked yet. holder: the holder's token, empty without one."""

    token: str
    disclosures: tuple[str, ...] = ()
    holder: str = ""

    def __str__(self) -> str:
        return "~".join((self.token, *self.disclosures, self.holder))

    @property
    def digest(self) -> str:
        """What a holder's token names: all but itself (RFC 9901 §4.3.1)."""
        return disclosure_digest("~".join((self.token, *self.disclosures, "")))


class Disclosure(msgspec.Struct, frozen=True):
    """One that was read: of a member, with its name, or of an array's element, without."""

    value: Any
    name: str | None


class Occasion(msgspec.Struct, frozen=True):
    """What a verifier asks a holder to sign, so that a presentation serves once and before one verifier only.

    at_s: seconds since 1970 on the clock of who signs, or of who verifies.
    """

    audience: str
    nonce: str
    at_s: int


class Shown(msgspec.Struct, frozen=True):
    """What a verified text says. claims: with what was disclosed in place. disclosed: names of members at the top."""

    claims: dict[str, Any]
    disclosed: frozenset[str]


def issue(
    claims: dict[str, Any],
    key: Ed25519PrivateKey,
    *,
    typ: str,
    hidden: Collection[str] = (),
    salt: Callable[[], bytes],
) -> SdJwt:
    """Sign `claims`; each of `hidden`, names of members, can be shown or withheld by the holder.

    salt: gives 16 fresh random bytes at each call.
    Raises: ValueError: a part lies outside the profile of canonical bytes, or a name is reserved.
    """
    if reserved := {DIGESTS, ELEMENT, HASH_CLAIM} & claims.keys():
        raise ValueError(f"`{', '.join(sorted(reserved))}` is reserved for the format itself")
    disclosures = tuple(b64(canonical_checked([b64(salt()), name, claims[name]])) for name in claims if name in hidden)
    payload = {name: value for name, value in claims.items() if name not in hidden}
    if disclosures:
        payload |= {DIGESTS: sorted(disclosure_digest(text) for text in disclosures), HASH_CLAIM: HASH}
    return SdJwt(jws.sign({"typ": typ}, payload, key), disclosures)


def parse(text: str) -> SdJwt:
    """Read the parts of a text without checking them.

    Raises: Malformed: it is not of the format.
    """
    token, *rest = text.split("~")
    if not rest:
        raise Malformed("the text has no `~`: it is not a token with disclosures")
    if len(rest) - 1 > DISCLOSURES_MAX:
        raise Malformed(f"the text has `{len(rest) - 1}` disclosures; at most {DISCLOSURES_MAX} are read")
    if len(text) > jws.TOKEN_CHARS_MAX:
        raise Malformed(f"the text has `{len(text)}` characters; at most {jws.TOKEN_CHARS_MAX} are read")
    return SdJwt(token, tuple(rest[:-1]), rest[-1])


def verify(sd_jwt: SdJwt, key: Ed25519PublicKey, *, typ: str, occasion: Occasion | None = None) -> Shown:
    """Check the issuer's signature and every disclosure; with `occasion`, also that the holder shows it on that one.

    A holder's token is only looked at with `occasion`. Times are for the caller to judge.
    Raises: Malformed, Forged, Undisclosed; NotTheHolder: with `occasion`.
    """
    payload = jws.verify(sd_jwt.token, key, typ=typ)
    if payload.get(HASH_CLAIM, HASH) != HASH:
        raise Malformed(f"digests are made by `{payload[HASH_CLAIM]}`; only `{HASH}` is read")
    unfolding = _Unfolding(sd_jwt.disclosures)
    claims = unfolding.of(payload)
    unfolding.finish()
    if occasion is not None:
        _verify_holder(sd_jwt, claims, occasion)
    return Shown(claims, frozenset(claims.keys() - payload.keys()))


def read_disclosure(text: str) -> Disclosure:
    """Read one disclosure.

    Raises: Malformed: it is not one.
    """
    match read_json(unb64(text), what="disclosure"):
        case [str(), str(name), value] if name not in (DIGESTS, ELEMENT):
            return Disclosure(value, name)
        case [str(), value]:
            return Disclosure(value, None)
    raise Malformed("a disclosure is `[salt, name, value]` or `[salt, value]`, its name none of the format's own")


def show(sd_jwt: SdJwt, names: Collection[str]) -> SdJwt:
    """Return the text with the disclosures of the members `names` only, and without a holder's token."""
    kept = tuple(text for text in sd_jwt.disclosures if read_disclosure(text).name in names)
    return SdJwt(sd_jwt.token, kept)


def bind(sd_jwt: SdJwt, key: Ed25519PrivateKey, occasion: Occasion) -> SdJwt:
    """Return the text with a token by its holder's `key` for one occasion."""
    payload = {"aud": occasion.audience, "iat": occasion.at_s, "nonce": occasion.nonce, "sd_hash": sd_jwt.digest}
    return SdJwt(sd_jwt.token, sd_jwt.disclosures, jws.sign({"typ": HOLDER_TYP}, payload, key))


def _verify_holder(sd_jwt: SdJwt, claims: dict[str, Any], occasion: Occasion) -> None:
    match claims.get("cnf"):
        case {"jwk": told}:
            key = jws.key_of(told)
        case other:
            raise NotTheHolder(f"no holder's key was signed into it (`{other}`), so nobody can show to hold it")
    if not sd_jwt.holder:
        raise NotTheHolder("it is presented without a token of its holder")
    payload = jws.verify(sd_jwt.holder, key, typ=HOLDER_TYP)
    asked = {"aud": occasion.audience, "nonce": occasion.nonce, "sd_hash": sd_jwt.digest}
    for name, expected in asked.items():
        if payload.get(name) != expected:
            raise NotTheHolder(f"the holder signed `{name}` = `{payload.get(name)}`; `{expected}` was asked for")
    signed_s = payload.get("iat")
    if not isinstance(signed_s, int) or abs(occasion.at_s - signed_s) > HOLDER_AGE_S_MAX:
        raise NotTheHolder(f"the holder signed at second `{signed_s}`; it is `{occasion.at_s}`: ask for a fresh one")


class _Unfolding:
    """Puts disclosures in the place of their digests (RFC 9901 §7.1, steps 3 to 5)."""

    def __init__(self, disclosures: tuple[str, ...]) -> None:
        self._open = {disclosure_digest(text): text for text in disclosures}
        self._met: set[str] = set()
        if len(self._open) != len(disclosures):
            raise Undisclosed("a disclosure is given twice")

    def of(self, value: Any, *, top: bool = True) -> Any:
        """Return `value` with what was disclosed, and without the format's own members."""
        match value:
            case dict():
                return self._of_object(value, top=top)
            case list():
                return [found for item in value for found in self._of_element(item)]
        return value

    def finish(self) -> None:
        """Raise Undisclosed if a disclosure was not asked for by anything that the issuer signed."""
        if self._open:
            names = ", ".join(f"`{read_disclosure(text).name}`" for text in self._open.values())
            raise Undisclosed(f"nothing that was signed names the disclosures of {names}")

    def _of_object(self, value: dict[str, Any], *, top: bool) -> dict[str, Any]:
        if ELEMENT in value or (HASH_CLAIM in value and not top):
            raise Malformed(f"`{ELEMENT}` and `{HASH_CLAIM}` stand where the format has no place for them")
        plain = {name: item for name, item in value.items() if name not in (DIGESTS, HASH_CLAIM)}
        found = {name: self.of(item, top=False) for name, item in plain.items()}
        digests = value.get(DIGESTS, [])
        if not isinstance(digests, list):
            raise Malformed(f"`{DIGESTS}` is not an array")
        for digest in digests:
            disclosure = self._take(digest)
            if disclosure is None:
                continue
            if disclosure.name is None:
                raise Undisclosed("an array's element is disclosed where a member belongs")
            if disclosure.name in found:
                raise Undisclosed(f"the member `{disclosure.name}` is there already and disclosed again")
            found[disclosure.name] = self.of(disclosure.value, top=False)
        return found

    def _of_element(self, item: Any) -> list[Any]:
        if not isinstance(item, dict) or item.keys() != {ELEMENT}:
            return [self.of(item, top=False)]
        disclosure = self._take(item[ELEMENT])
        if disclosure is None:
            return []
        if disclosure.name is not None:
            raise Undisclosed(f"the member `{disclosure.name}` is disclosed where an array's element belongs")
        return [self.of(disclosure.value, top=False)]

    def _take(self, digest: Any) -> Disclosure | None:
        """Return the disclosure of a signed digest; None if it is withheld, or a decoy."""
        if not isinstance(digest, str):
            raise Malformed(f"`{digest}` is not a digest")
        if digest in self._met:
            raise Undisclosed(f"the digest `{digest}` is signed twice")
        self._met.add(digest)
        text = self._open.pop(digest, None)
        return None if text is None else read_disclosure(text)


def disclosure_digest(text: str) -> str:
    """Return the digest of a text's ASCII as the format writes it.

    Raises: Malformed: it is not ASCII.
    """
    if not text.isascii():
        raise Malformed("the text holds a character that is not ASCII")
    return b64(sha256(text.encode()).digest())
