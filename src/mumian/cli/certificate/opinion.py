"""Another's verdict on a certificate: the reference implementation of SD-JWT, which shares no code with ours."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from mumian.credentials.jws import jwk


def read_elsewhere(credential: str, key: Ed25519PublicKey) -> dict[str, Any]:
    """Return what the library `sd-jwt` reads in a credential after checking its signature by `key`.

    It judges no times. Raises: Exception, of that library or of `jwcrypto`: the signature or a disclosure does not hold.
    """
    public = JWK(**jwk(key))
    claims: dict[str, Any] = SDJWTVerifier(credential, lambda _issuer, _header: public).get_verified_payload()
    return claims
