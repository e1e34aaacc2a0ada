"""Credentials: frozen bytes, another's library in both directions, and everything that must not be believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from mumian.credentials import jws, sd_jwt, sd_jwt_vc
from mumian.credentials.faults import CredentialFault, Forged, Malformed, NotTheHolder, OutOfTime, Undisclosed
from mumian.credentials.jws import b64, jwk, unb64
from mumian.credentials.sd_jwt import Occasion, SdJwt
from mumian.credentials.sd_jwt_vc import Frame

ISSUER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HOLDER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
KEY = ISSUER.public_key()
KIND = "urn:example:certificate:1"
FRAME = Frame("registry.example", KIND, 1_000, 1_000, 2_000, HOLDER.public_key())
CLAIMS: dict[str, Any] = {
    "holders": ["珠江物流"],
    "number": "SJ4412026110001",
    "restrictions": {"territory": "CN-44", "resale": False},
    "title": "2025年广州市冷链物流数据",
}
HIDDEN = ("holders", "restrictions")
OCCASION = Occasion("bank.example", "n-1", 1_500)


def salts() -> Callable[[], bytes]:
    numbers: Iterator[int] = iter(range(1, 1_000))
    return lambda: next(numbers).to_bytes(sd_jwt.SALT_BYTES, "big")


def credential(claims: dict[str, Any] | None = None, frame: Frame = FRAME) -> SdJwt:
    return sd_jwt_vc.issue(frame, CLAIMS if claims is None else claims, ISSUER, hidden=HIDDEN, salt=salts())


def verified(given_: SdJwt | str, **how: Any) -> sd_jwt_vc.Credential:
    parsed = sd_jwt.parse(given_) if isinstance(given_, str) else given_
    return sd_jwt_vc.verify(parsed, how.pop("key", KEY), **{"kind": KIND, "now_s": 1_500, **how})


def signed(payload: dict[str, Any], *disclosures: str, typ: str = sd_jwt_vc.TYP) -> SdJwt:
    """Sign what `issue` would never sign."""
    return SdJwt(jws.sign({"typ": typ}, payload, ISSUER), disclosures)


def told(*parts: Any) -> str:
    return b64(json.dumps(parts).encode())


def named(text: str) -> str:
    return sd_jwt.disclosure_digest(text)


OPEN = {"iss": "registry.example", "vct": KIND, "iat": 1_000, "nbf": 1_000, "exp": 2_000}


# --- frozen bytes


def test_the_bytes_of_a_credential_are_these() -> None:
    assert str(credential()) == FROZEN


FROZEN = (
    "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiZGMrc2Qtand0In0.eyJfc2QiOlsiTFlQN1kzZmVQTFhjR3N5cjluaGdhZE9ZSXh3SWVT"
    "N0l6WlN5RDNpWEI3NCIsIk1XVVNWSkFUcm1sMTJadXplamlVaEN3c1NoZF9tTGdldC1BS3ZneVFtcGciXSwiX3NkX2FsZyI6InNo"
    "YS0yNTYiLCJjbmYiOnsiandrIjp7ImNydiI6IkVkMjU1MTkiLCJrdHkiOiJPS1AiLCJ4IjoiS2F5NjRVRzh5dkN5TGhxVTAwMEx4"
    "elllVW0wTF9oTElsNVM4a3lLV2JkYyJ9fSwiZXhwIjoyMDAwLCJpYXQiOjEwMDAsImlzcyI6InJlZ2lzdHJ5LmV4YW1wbGUiLCJu"
    "YmYiOjEwMDAsIm51bWJlciI6IlNKNDQxMjAyNjExMDAwMSIsInRpdGxlIjoiMjAyNeW5tOW5v-W3nuW4guWGt-mTvueJqea1geaV"
    "sOaNriIsInZjdCI6InVybjpleGFtcGxlOmNlcnRpZmljYXRlOjEifQ.l4jhN05A0gpT2iz1x30kQKgZjqhpADQpzqVrAOXsIhBP9"
    "rSNT-qUToPA5IIeyoWINPdIqGZqGL5Hlq9MpuamDQ~WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFRIiwiaG9sZGVycyIsWyLnj6DmsZ"
    "_nianmtYEiXV0~WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFnIiwicmVzdHJpY3Rpb25zIix7InJlc2FsZSI6ZmFsc2UsInRlcnJpdG"
    "9yeSI6IkNOLTQ0In1d~"
)


def test_digests_are_those_of_the_standards_examples() -> None:
    member = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"  # RFC 9901 §4.2.1
    element = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0"  # RFC 9901 §4.2.2
    assert named(member) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert named(element) == "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"
    assert sd_jwt.read_disclosure(member) == sd_jwt.Disclosure("Möbius", "family_name")
    assert sd_jwt.read_disclosure(element) == sd_jwt.Disclosure("FR", None)


# --- another's library


def theirs(text: str, key: Ed25519PrivateKey = ISSUER) -> dict[str, Any]:
    public = JWK(**jwk(key.public_key()))
    found: dict[str, Any] = SDJWTVerifier(text, lambda _issuer, _header: public).get_verified_payload()
    return found


def test_the_reference_library_reads_in_our_credential_what_we_do() -> None:
    whole = credential()
    assert {name: theirs(str(whole))[name] for name in CLAIMS} == CLAIMS == verified(whole).claims


def test_the_reference_library_sees_of_a_presentation_only_what_is_shown() -> None:
    shown = sd_jwt.show(credential(), {"restrictions"})
    found = theirs(str(shown))
    assert "holders" not in found
    assert found["restrictions"] == CLAIMS["restrictions"]
    assert verified(shown).claims == {name: claim for name, claim in CLAIMS.items() if name != "holders"}


def test_the_reference_library_refuses_another_key_and_a_changed_byte() -> None:
    text = str(credential())
    with pytest.raises(Exception, match="Verification failed"):
        theirs(text, OTHER)
    head, payload, *rest = text.split(".")
    with pytest.raises(Exception, match="Verification failed"):
        theirs(".".join([head, b64(unb64(payload).replace(b"0001", b"0002")), *rest]))


THEIR_CLAIMS: dict[str, Any] = {
    **OPEN,
    SDObj("title"): "x",
    "plain": {SDObj("inner"): [1, SDObj(2), {SDObj("deep"): "深"}]},
    "list": [SDObj("a"), "b", SDObj({SDObj("c"): 1})],
}
PLAIN = {"title": "x", "plain": {"inner": [1, 2, {"deep": "深"}]}, "list": ["a", "b", {"c": 1}]}


def their_credential(*, decoys: bool) -> str:
    key = JWK(**jwk(KEY), d=b64(ISSUER.private_bytes_raw()))
    header = {"typ": sd_jwt_vc.TYP}
    issued = SDJWTIssuer(THEIR_CLAIMS, key, sign_alg="EdDSA", add_decoy_claims=decoys, extra_header_parameters=header)
    text: str = issued.sd_jwt_issuance
    return text


@pytest.mark.parametrize("decoys", [False, True])
def test_we_read_nested_disclosures_of_the_reference_library_and_its_decoys(decoys: bool) -> None:
    assert verified(their_credential(decoys=decoys)).claims == PLAIN


def test_what_the_reference_library_withholds_leaves_no_trace() -> None:
    parsed = sd_jwt.parse(their_credential(decoys=True))
    assert verified(SdJwt(parsed.token)).claims == {"plain": {}, "list": ["b"]}


# --- the holder


def test_a_holder_shows_the_key_that_was_signed_in() -> None:
    shown = sd_jwt.bind(sd_jwt.show(credential(), {"holders"}), HOLDER, OCCASION)
    found = verified(str(shown), occasion=OCCASION)
    assert found.claims["holders"] == CLAIMS["holders"]
    assert found.frame.holder is not None


@pytest.mark.parametrize(
    ("occasion", "key"),
    [
        (Occasion("other.example", "n-1", 1_500), HOLDER),
        (Occasion("bank.example", "n-2", 1_500), HOLDER),
        (Occasion("bank.example", "n-1", 1_500 - sd_jwt.HOLDER_AGE_S_MAX - 1), HOLDER),
        (Occasion("bank.example", "n-1", 1_500 + sd_jwt.HOLDER_AGE_S_MAX + 1), HOLDER),
    ],
    ids=["for another", "answering another", "too old", "of the future"],
)
def test_a_holders_token_serves_one_occasion(occasion: Occasion, key: Ed25519PrivateKey) -> None:
    with pytest.raises(NotTheHolder):
        verified(sd_jwt.bind(credential(), key, occasion), occasion=OCCASION)


def test_only_the_holders_key_serves() -> None:
    with pytest.raises(Forged):
        verified(sd_jwt.bind(credential(), OTHER, OCCASION), occasion=OCCASION)


def test_a_holders_token_does_not_serve_for_what_it_was_not_made_for() -> None:
    bound = sd_jwt.bind(sd_jwt.show(credential(), {"holders"}), HOLDER, OCCASION)
    more = SdJwt(bound.token, credential().disclosures, bound.holder)
    with pytest.raises(NotTheHolder, match="sd_hash"):
        verified(more, occasion=OCCASION)


def test_a_credential_alone_shows_no_holder() -> None:
    with pytest.raises(NotTheHolder, match="without a token"):
        verified(credential(), occasion=OCCASION)
    free = credential(frame=Frame("registry.example", KIND, 1_000, 1_000, 2_000))
    with pytest.raises(NotTheHolder, match="no holder's key"):
        verified(sd_jwt.bind(free, HOLDER, OCCASION), occasion=OCCASION)


# --- what must not be believed


def _changed_payload(text: str) -> str:
    head, payload, rest = text.split(".", 2)
    return f"{head}.{b64(unb64(payload).replace(b'0001', b'0002'))}.{rest}"


def _changed_disclosure(text: str) -> str:
    token, first, *rest = text.split("~")
    return "~".join([token, b64(unb64(first).replace("珠江".encode(), "黄河".encode())), *rest])


def _changed_signature(text: str) -> str:
    token, *rest = text.split("~")
    head, payload, signature = token.split(".")
    bad = bytearray(unb64(signature))
    bad[0] ^= 1
    return "~".join([f"{head}.{payload}.{b64(bytes(bad))}", *rest])


def _resigned(text: str) -> str:
    token, *rest = text.split("~")
    return "~".join([jws.sign({"typ": sd_jwt_vc.TYP}, jws.unverified(token), OTHER), *rest])


def _headed(**header: Any) -> Callable[[str], str]:
    def change(text: str) -> str:
        _, rest = text.split(".", 1)
        return f"{b64(json.dumps(header).encode())}.{rest}"

    return change


TAMPERED: list[tuple[str, Callable[[str], str], type[CredentialFault]]] = [
    ("a changed payload", _changed_payload, Forged),
    ("a changed disclosure", _changed_disclosure, Undisclosed),
    ("a changed signature", _changed_signature, Forged),
    ("another's key", _resigned, Forged),
    ("an added disclosure", lambda text: text + told("salt", "number", "SJ4412026119999") + "~", Undisclosed),
    ("a disclosure given twice", lambda text: text + text.split("~")[1] + "~", Undisclosed),
    ("no signature", lambda text: text.split(".", 2)[0] + "." + text.split(".", 2)[1] + ".~", Forged),
    ("no algorithm", _headed(alg="none", typ=sd_jwt_vc.TYP), Malformed),
    ("another algorithm", _headed(alg="HS256", typ=sd_jwt_vc.TYP), Malformed),
    ("no type", _headed(alg="Ed25519"), Malformed),
    ("another type", _headed(alg="Ed25519", typ="kb+jwt"), Malformed),
    ("an extension", _headed(alg="Ed25519", typ=sd_jwt_vc.TYP, crit=["b64"], b64=False), Malformed),
    ("no disclosures' marks", lambda text: text.split("~")[0], Malformed),
    ("two parts", lambda text: text.split(".", 1)[1], Malformed),
    ("padding", lambda text: text.replace("~", "==~", 1), Malformed),
    ("a blank", lambda text: text.replace("~", " ~", 1), Malformed),
    ("a letter beyond ASCII", lambda text: text + "é~", Malformed),
    ("nothing", lambda _: "", Malformed),
    ("too much", lambda text: text + "A" * 300_000 + "~", Malformed),
    ("too many disclosures", lambda text: text + "A~" * 300, Malformed),
]


@pytest.mark.parametrize(("change", "fault"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_a_credential_with_one_thing_changed_is_not_believed(
    change: Callable[[str], str], fault: type[CredentialFault]
) -> None:
    with pytest.raises(fault):
        verified(change(str(credential())))


MEMBER, ELEMENT = told("s", "number", "1"), told("s", "x")
UNSOUND: list[tuple[str, SdJwt, type[CredentialFault]]] = [
    ("a digest signed twice", signed({**OPEN, "_sd": [named(MEMBER)] * 2}, MEMBER), Undisclosed),
    (
        "a digest signed in two places",
        signed({**OPEN, "_sd": [named(MEMBER)], "in": {"_sd": [named(MEMBER)]}}, MEMBER),
        Undisclosed,
    ),
    ("a member over a member", signed({**OPEN, "number": "2", "_sd": [named(MEMBER)]}, MEMBER), Undisclosed),
    ("an element as a member", signed({**OPEN, "_sd": [named(ELEMENT)]}, ELEMENT), Undisclosed),
    ("a member as an element", signed({**OPEN, "list": [{"...": named(MEMBER)}]}, MEMBER), Undisclosed),
    ("digests that are no array", signed({**OPEN, "_sd": named(MEMBER)}), Malformed),
    ("a digest that is no text", signed({**OPEN, "_sd": [1]}), Malformed),
    ("an element's digest that is no text", signed({**OPEN, "list": [{"...": 1}]}), Malformed),
    ("an element with more than a digest", signed({**OPEN, "list": [{"...": "x", "y": 1}]}), Malformed),
    ("another hash", signed({**OPEN, "_sd": [], "_sd_alg": "sha-512"}), Malformed),
    ("a hash in an inner place", signed({**OPEN, "in": {"_sd_alg": "sha-256"}}), Malformed),
    (
        "a disclosed format word",
        signed({**OPEN, "_sd": [named(told("s", "_sd", []))]}, told("s", "_sd", [])),
        Malformed,
    ),
    ("a disclosure of one part", signed({**OPEN, "_sd": [named(told("s"))]}, told("s")), Malformed),
    ("a disclosure of no array", signed({**OPEN, "_sd": [named(b64(b"{}"))]}, b64(b"{}")), Malformed),
    ("a salt that is no text", signed({**OPEN, "_sd": [named(told(1, "a", "b"))]}, told(1, "a", "b")), Malformed),
    ("no type", signed({name: claim for name, claim in OPEN.items() if name != "vct"}), Malformed),
    ("no end", signed({name: claim for name, claim in OPEN.items() if name != "exp"}), Malformed),
    ("an end that is a text", signed({**OPEN, "exp": "2000"}), Malformed),
    ("another type", signed({**OPEN, "vct": "urn:example:other:1"}), Malformed),
    ("a holder's key that is none", signed({**OPEN, "cnf": {"kid": "x"}}), Malformed),
    ("a holder's key of another kind", signed({**OPEN, "cnf": {"jwk": {"kty": "EC"}}}), Malformed),
]


@pytest.mark.parametrize(("unsound", "fault"), [row[1:] for row in UNSOUND], ids=[row[0] for row in UNSOUND])
def test_an_issuers_own_nonsense_is_not_believed(unsound: SdJwt, fault: type[CredentialFault]) -> None:
    with pytest.raises(fault):
        verified(unsound)


@pytest.mark.parametrize("name", sorted(sd_jwt_vc.ALWAYS_SHOWN))
def test_what_judges_a_credential_cannot_be_withheld(name: str) -> None:
    value = {**OPEN, "cnf": {"jwk": jwk(HOLDER.public_key())}}.get(name, "x")
    text = told("s", name, value)
    payload = {other: claim for other, claim in OPEN.items() if other != name}
    with pytest.raises(Undisclosed, match="signed openly"):
        verified(signed({**payload, "_sd": [named(text)]}, text))


@pytest.mark.parametrize(
    ("now_s", "in_time"), [(999, False), (1_000, True), (1_999, True), (2_000, False), (9_999, False)]
)
def test_a_credential_is_valid_from_its_first_second_to_before_its_end(now_s: int, in_time: bool) -> None:
    if in_time:
        assert verified(credential(), now_s=now_s).claims == CLAIMS
        return
    with pytest.raises(OutOfTime):
        verified(credential(), now_s=now_s)


@pytest.mark.parametrize(("end", "told_as"), [(1_400, "1970-01-01T00:23:20"), (-(10**14), "-100000000000000")])
def test_an_end_is_told_as_a_date_where_there_is_one(end: int, told_as: str) -> None:
    with pytest.raises(OutOfTime, match=told_as):
        verified(signed({**OPEN, "exp": end}))


def test_a_key_serves_its_own_issuer_only() -> None:
    assert verified(credential(), issuer="registry.example").frame.issuer == "registry.example"
    with pytest.raises(Forged, match=r"other\.example"):
        verified(credential(), issuer="other.example")


def test_who_claims_to_have_issued_it_can_be_asked_before_a_key_is_at_hand() -> None:
    assert sd_jwt_vc.unverified(credential())["iss"] == "registry.example"
    with pytest.raises(Malformed):
        sd_jwt_vc.unverified(SdJwt("no token"))


@pytest.mark.parametrize(
    "payload",
    [b"[]", b"1", b"{", b"\xff", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":"\\ud800"}', b'{"\\udfff":1}', b"[" * 999],
)
def test_json_that_has_not_one_reading_is_not_read(payload: bytes) -> None:
    with pytest.raises(Malformed):
        jws.read_object(payload, what="payload")


def test_json_may_nest_sixteen_levels() -> None:
    def nested(levels: int) -> bytes:
        return b'{"a":' * levels + b"1" + b"}" * levels

    assert jws.read_object(nested(jws.DEPTH_MAX), what="payload")
    with pytest.raises(Malformed, match="nests deeper"):
        jws.read_object(nested(jws.DEPTH_MAX + 1), what="payload")


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg", "iss", "exp", "cnf", "iat", "status"])
def test_a_claim_does_not_take_a_name_of_the_formats(name: str) -> None:
    with pytest.raises(ValueError, match=r"belongs to|is reserved"):
        credential({name: "x"})


def test_a_key_told_in_json_comes_back() -> None:
    assert jws.key_of(jwk(KEY)) == KEY
    with pytest.raises(Malformed):
        jws.key_of({**jwk(KEY), "x": b64(b"short")})


@pytest.mark.parametrize("text", ["+A", "/A", "AA==", "AB", " AA", "AA\n", "A", "é"])
def test_bytes_are_written_in_one_way_only(text: str) -> None:
    with pytest.raises(Malformed):
        unb64(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=9),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=9,
)
NAMES = st.text("abcdefgh", min_size=1, max_size=3).filter(lambda name: name not in {"iat", "nbf", "exp", "cnf"})


@given(claims=st.dictionaries(NAMES, JSON, max_size=6), data=st.data())
def test_whatever_is_withheld_the_rest_is_what_was_signed(claims: dict[str, Any], data: st.DataObject) -> None:
    hidden = data.draw(st.sets(st.sampled_from(sorted(claims)))) if claims else set()
    shown = data.draw(st.sets(st.sampled_from(sorted(hidden)))) if hidden else set()
    whole = sd_jwt_vc.issue(FRAME, claims, ISSUER, hidden=hidden, salt=salts())
    part = sd_jwt.parse(str(sd_jwt.show(whole, shown)))
    assert verified(whole).claims == claims
    assert verified(part).claims == {name: claims[name] for name in claims if name not in hidden - shown}
    assert {name: claim for name, claim in theirs(str(part)).items() if name in claims} == verified(part).claims


def test_no_single_bit_of_a_credential_may_change() -> None:
    text = str(credential()).encode()
    withheld = len(text) - 1  # without its last mark the last disclosure is not shown, which its holder is free to do
    for at, bit in ((at, bit) for at in range(withheld) for bit in range(7)):
        changed = bytearray(text)
        changed[at] ^= 1 << bit
        with pytest.raises(CredentialFault):
            verified(changed.decode())
