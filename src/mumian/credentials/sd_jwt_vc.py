"""Verifiable credentials: what an issuer states of something, of a named type, for a named time.

Source: draft-ietf-oauth-sd-jwt-vc (SD-JWT-based Verifiable Credentials), RFC 7519 §4.1 (registered claims).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mumian.credentials import jws, sd_jwt
from mumian.credentials.faults import Forged, Malformed, OutOfTime, Undisclosed
from mumian.credentials.sd_jwt import Occasion, SdJwt
from mumian.kernel.time import iso

TYP = "dc+sd-jwt"
"""Also its media type: `application/dc+sd-jwt`."""

ALWAYS_SHOWN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
"""What a holder may never withhold (§ Registered JWT Claims), so that nobody hides an expiry."""


class Frame(msgspec.Struct, frozen=True):
    """What every credential states of itself.

    issuer: who states it. kind: its type, a collision-resistant name (`vct`).
    issued_s, from_s, to_s: seconds since 1970; `to_s` is the first at which it is not valid any more.
    holder: the key of who may present it as its holder; None if that was left open.
    """

    issuer: str
    kind: str
    issued_s: int
    from_s: int
    to_s: int
    holder: Ed25519PublicKey | None = None


class Credential(msgspec.Struct, frozen=True):
    """A verified credential. claims: what its issuer states beyond the frame, as far as it was shown."""

    frame: Frame
    claims: dict[str, Any]


def issue(
    frame: Frame,
    claims: dict[str, Any],
    key: Ed25519PrivateKey,
    *,
    hidden: Collection[str] = (),
    salt: Callable[[], bytes],
) -> SdJwt:
    """Sign a credential, of whose `claims` the holder can withhold `hidden`. salt: 16 fresh random bytes at each call.

    Raises: ValueError: a claim has a name of the frame's, or lies outside the profile of canonical bytes.
    """
    if taken := claims.keys() & (ALWAYS_SHOWN | {"iat"}):
        raise ValueError(f"`{', '.join(sorted(taken))}` belongs to the frame of a credential")
    times = {"iat": frame.issued_s, "nbf": frame.from_s, "exp": frame.to_s}
    bound = {} if frame.holder is None else {"cnf": {"jwk": jws.jwk(frame.holder)}}
    whole = {"iss": frame.issuer, "vct": frame.kind, **times, **bound, **claims}
    return sd_jwt.issue(whole, key, typ=TYP, hidden=hidden, salt=salt)


def unverified(credential: SdJwt) -> dict[str, Any]:
    """Return what a credential claims openly: to look for its issuer's key, for nothing else.

    Raises: Malformed: it is not of the format.
    """
    return jws.unverified(credential.token)


def verify(
    credential: SdJwt,
    key: Ed25519PublicKey,
    *,
    kind: str,
    now_s: int,
    issuer: str | None = None,
    occasion: Occasion | None = None,
) -> Credential:
    """Check that the credential is of `kind`, signed by `key`, its disclosures true, and valid at `now_s`.

    issuer: whose key it is; by default whoever the credential names, which then must be judged by the caller.
    occasion: what its holder must have signed; by default the holder is not asked.
    Raises: Malformed, Forged, Undisclosed, OutOfTime; NotTheHolder: with `occasion`.
    """
    shown = sd_jwt.verify(credential, key, typ=TYP, occasion=occasion)
    if smuggled := shown.disclosed & ALWAYS_SHOWN:
        raise Undisclosed(f"`{', '.join(sorted(smuggled))}` must be signed openly, not disclosed")
    frame = _frame(shown.claims)
    if frame.kind != kind:
        raise Malformed(f"the credential is a `{frame.kind}`, not a `{kind}`")
    if issuer is not None and frame.issuer != issuer:
        raise Forged(f"the key is that of `{issuer}`, but the credential names `{frame.issuer}` as its issuer")
    if now_s < frame.from_s:
        raise OutOfTime(f"the credential is valid from `{_when(frame.from_s)}` on; it is `{_when(now_s)}`")
    if now_s >= frame.to_s:
        raise OutOfTime(f"the credential was valid until `{_when(frame.to_s)}`; it is `{_when(now_s)}`")
    framing = ALWAYS_SHOWN | {"iat"}
    return Credential(frame, {name: claim for name, claim in shown.claims.items() if name not in framing})


def _frame(claims: dict[str, Any]) -> Frame:
    match claims:
        case {"iss": str(issuer), "vct": str(kind), "iat": int(issued), "nbf": int(start), "exp": int(end)}:
            cnf = claims.get("cnf")
            match cnf:
                case None:
                    holder = None
                case {"jwk": told}:
                    holder = jws.key_of(told)
                case _:
                    raise Malformed(f"`{cnf}` names no holder's key")
            return Frame(issuer, kind, issued, start, end, holder)
    raise Malformed("a credential here states `iss`, `vct`, `iat`, `nbf` and `exp`; one is missing or not of its kind")


def _when(second: int) -> str:
    """Return a second as RFC 3339 in UTC; as it is if no calendar knows it."""
    try:
        return iso(second * 1000)
    except (ValueError, OverflowError, OSError):
        return str(second)
