"""A certificate as a verifiable credential: what the registry signs, and what is read out of it again."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mumian.cli.certificate.certificate import WITHHELD, Certificate
from mumian.cli.certificate.register import Entry
from mumian.credentials import sd_jwt_vc
from mumian.credentials.faults import Forged, Malformed
from mumian.credentials.sd_jwt import SdJwt
from mumian.credentials.sd_jwt_vc import Frame

KIND = "urn:mumian:data-property-certificate:1"
"""Type of the credential (`vct`); the number rises when a claim changes its meaning."""

SUFFIX = ".sd-jwt"


def issuer_name(origin: str, registry: str) -> str:
    """Return how a registry is named as an issuer: within the journal that knows its key."""
    return f"{origin}/{registry}"


def issue(
    entry: Entry,
    key: Ed25519PrivateKey,
    *,
    at_s: int,
    salt: Callable[[], bytes],
    holder: Ed25519PublicKey | None = None,
    print_sha256: str = "",
) -> SdJwt:
    """Return the certificate as a credential signed by its registry's `key`, valid as long as a right on it is.

    holder: the key by which its one holder can show to be it. print_sha256: of the sheet that will carry it.
    """
    said = msgspec.structs.replace(entry.certificate, print_sha256=print_sha256)
    frame = Frame(
        issuer=issuer_name(said.attestation.origin, said.registry.party),
        kind=KIND,
        issued_s=at_s,
        from_s=entry.valid_from // 1000,
        to_s=entry.valid_to // 1000,
        holder=holder,
    )
    claims: dict[str, Any] = msgspec.to_builtins(said)
    return sd_jwt_vc.issue(frame, claims, key, hidden=WITHHELD, salt=salt)


def verify(credential: SdJwt, key: Ed25519PublicKey, *, now_s: int) -> Certificate:
    """Return what a credential says, as far as it was shown, after checking it against the registry's `key`.

    Raises: CredentialFault: its signature, form or time does not hold, or it names another issuer than its registry.
    """
    found = sd_jwt_vc.verify(credential, key, kind=KIND, now_s=now_s)
    try:
        said = msgspec.convert(found.claims, Certificate)
    except msgspec.ValidationError as e:
        raise Malformed(f"the credential is no certificate: {e}") from e
    named = issuer_name(said.attestation.origin, said.registry.party)
    if found.frame.issuer != named:
        raise Forged(f"the credential is issued by `{found.frame.issuer}`, but the certificate by `{named}`")
    return said


def unverified(credential: SdJwt) -> Certificate:
    """Return what a credential claims to say: to find out whose key to ask for, for nothing else.

    Raises: Malformed: it is no certificate.
    """
    try:
        return msgspec.convert(sd_jwt_vc.unverified(credential), Certificate)
    except msgspec.ValidationError as e:
        raise Malformed(f"the credential is no certificate: {e}") from e


def read_key(text: str) -> Ed25519PublicKey:
    """Return the key that parties register: base64 of 32 bytes.

    Raises: Malformed: it is not one.
    """
    try:
        raw = base64.b64decode(text.strip(), validate=True)
        return Ed25519PublicKey.from_public_bytes(raw)
    except (binascii.Error, ValueError) as e:
        raise Malformed(f"`{text[:80]}` is not base64 of a 32-byte key") from e
