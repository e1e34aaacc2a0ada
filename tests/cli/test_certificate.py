"""Certificates: what is printed, what another's library reads in it, and what is not believed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from terminal import Mumian

from mumian.cli import main, words
from mumian.cli.certificate import credential
from mumian.cli.certificate.certificate import (
    Attestation,
    Certificate,
    Holder,
    Limit,
    Note,
    Registry,
    Restrictions,
    RightLine,
)
from mumian.cli.certificate.code import Code, modules, parse_code
from mumian.cli.certificate.issuing import printed
from mumian.cli.certificate.opinion import read_elsewhere
from mumian.cli.certificate.register import Entry
from mumian.cli.certificate.seal import seal, sealed_in
from mumian.cli.certificate.sheet import NoGlyph
from mumian.credentials import jws, sd_jwt
from mumian.credentials.faults import Forged, Malformed, OutOfTime
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.roles import Right
from mumian.kernel.time import DAY_MS
from mumian.market.keys import public_text
from mumian.rooms.property_register.certificate import DISPLAY_NAMES

REGISTRY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
HOLDER = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
NOW = 1_795_000_000_000  # 2026-11-18
FIVE_YEARS_MS = 1_826 * DAY_MS
REFUSED, FAULT = 1, 2


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(main.LATE, "certificate", "mumian.cli.certificate")


def line(nth: int, right: Right, holder: str = "party-7") -> RightLine:
    names = (DISPLAY_NAMES[vocabulary][right] for vocabulary in ("national2026", "gz2023"))
    return RightLine(nth, right, *names, holder=holder, to="2031-11-17")


CERTIFICATE = Certificate(
    number="SJ4412026110001",
    title="2025年广州市冷链物流行业温湿度监测结构化数据集",
    resource="resource-12",
    source="collected",
    registry=Registry("party-3", "广州数据登记中心"),
    rights=tuple(line(nth, right) for nth, right in enumerate(Right, 1)),
    registered_on="2026-11-18",
    valid_from="2026-11-18",
    valid_to="2031-11-17",
    attestation=Attestation("exchange.example/guangzhou", 128, sha256_hex(b"record")),
    holders=(Holder("party-7", "广州珠江冷链物流科技有限公司", "91440101MA59UD1234"),),
    restrictions=Restrictions(
        "企业法人", "无", "隐私计算环境", "CN-44", False, False, (Limit(2, "仅限于保险风险评估"),)
    ),
    evidence=(f"sample:{sha256_hex(b'sample')}",),
)
ENTRY = Entry(CERTIFICATE, NOW, NOW + FIVE_YEARS_MS, ())
CODE = Code(CERTIFICATE.number, CERTIFICATE.attestation)


def entry(**changes: Any) -> Entry:
    return msgspec.structs.replace(ENTRY, certificate=msgspec.structs.replace(CERTIFICATE, **changes))


def salts(count: int) -> bytes:
    return bytes(count)


def sheet(said: Entry = ENTRY, **how: Any) -> bytes:
    return printed(said, REGISTRY, **{"now": NOW, "salts": salts, **how})


def alone(said: Entry = ENTRY) -> sd_jwt.SdJwt:
    return credential.issue(said, REGISTRY, at_s=NOW // 1000, salt=lambda: bytes(16))


def text_of(file: bytes) -> str:
    """Return the text of all pages without blanks and line breaks, as another's reader finds it."""
    with pypdfium2.PdfDocument(file) as document:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)


def attachments_of(file: bytes) -> dict[str, bytes]:
    with pypdfium2.PdfDocument(file) as document:
        found = [document.get_attachment(nth) for nth in range(document.count_attachments())]
        return {one.get_name(): bytes(one.get_data()) for one in found}


ATTACHED = [("attestation.tlog-proof", b"proof"), ("attestation.leaf.json", b"{}")]


@pytest.fixture(scope="module")
def file() -> bytes:
    return sheet(attached=ATTACHED)


# --- paper


def test_the_same_certificate_is_printed_in_the_same_bytes_whenever_and_wherever(file: bytes) -> None:
    again = "import hashlib, test_certificate as t; print(hashlib.sha256(t.sheet(attached=t.ATTACHED)).hexdigest())"
    for seed in ("1", "2"):
        environ = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "America/New_York"}
        ran = subprocess.run(
            [sys.executable, "-c", again], cwd=Path(__file__).parent, env=environ, capture_output=True, check=True
        )
        assert ran.stdout.decode().strip() == sha256_hex(file)


@pytest.mark.parametrize(
    "told",
    [
        CERTIFICATE.number,
        CERTIFICATE.title,
        CERTIFICATE.resource,
        CERTIFICATE.registry.name,
        "广州珠江冷链物流科技有限公司",
        "91440101MA59UD1234",
        "2026年11月18日至2031年11月17日",
        "隐私计算环境",
        "仅限于保险风险评估",
        "leaf128",
        CERTIFICATE.attestation.origin,
        public_text(REGISTRY),
        "以存证为准",
        *(name for names in DISPLAY_NAMES.values() for name in names.values()),
    ],
)
def test_a_sheet_says_it(file: bytes, told: str) -> None:
    assert told in text_of(file)


def test_freezes_stand_on_the_sheet() -> None:
    text = text_of(sheet(entry(notes=(Note("judicial_seizure", "2026-12-01", (2,)),))))
    assert "司法查封等保全judicialseizure（第2项line2）2026-12-01" in text


def test_a_scan_of_the_printed_page_finds_record_and_journal(file: bytes) -> None:
    with pypdfium2.PdfDocument(file) as document:
        picture = document[0].render(scale=150 / 72).to_pil()
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == str(CODE)
    assert parse_code(found.text) == CODE


def test_the_code_bears_soil(file: bytes) -> None:
    with pypdfium2.PdfDocument(file) as document:
        picture = document[0].render(scale=150 / 72).to_pil()
    size = picture.width / 210
    picture.paste((255, 255, 255), (int(40 * size), int(245 * size), int(46 * size), int(251 * size)))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == str(CODE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SJ4412026110001",
        str(CODE).replace("leaf 128", "leaf 0128"),
        str(CODE)[:-1],
        str(CODE) + "\nmore",
        "x\n" + str(CODE),
    ],
)
def test_a_text_that_is_no_code_is_none(text: str) -> None:
    assert parse_code(text) is None


def test_a_code_survives_the_line_ends_of_a_telephone() -> None:
    assert parse_code(str(CODE).replace("\n", "\r\n") + "\r\n") == CODE
    assert len(modules(CODE)) == len(modules(CODE)[0])


def test_every_glyph_is_in_the_file(file: bytes) -> None:
    with pypdfium2.PdfDocument(file) as document:
        page = document[0]
        texts = [one.raw for one in page.get_objects() if one.type == pdfium.FPDF_PAGEOBJ_TEXT]
        fonts = [pdfium.FPDFTextObj_GetFont(text) for text in texts]
        assert fonts
        assert all(pdfium.FPDFFont_GetIsEmbedded(font) for font in fonts)
    assert len(file) < 250_000


def test_a_name_with_a_character_that_the_font_lacks_is_not_printed_with_a_gap() -> None:
    holders = (Holder("party-7", "\U0002a6d6记", "91440101MA59UD1234"),)
    with pytest.raises(NoGlyph, match="\U0002a6d6"):
        sheet(entry(holders=holders))


def test_rare_characters_of_names_are_printed() -> None:
    holders = (Holder("party-7", "䶮堃犇喆淼𬭚", ""),)
    assert "䶮堃犇喆淼𬭚" in text_of(sheet(entry(holders=holders)))


def test_a_long_certificate_goes_on_over_numbered_pages_and_loses_nothing() -> None:
    names = {f"party-{nth}": f"{nth:02d}号" + "广州市某某数据科技发展股份有限公司" * 5 for nth in range(16)}
    rights = tuple(line(nth, list(Right)[nth % 3], f"party-{nth % 16}") for nth in range(1, 33))
    limits = tuple(Limit(nth, f"限制{nth:02d}" + "仅限于合同约定的用途和地域" * 14) for nth in range(1, 33))
    restrictions = msgspec.structs.replace(CERTIFICATE.restrictions, lines=limits)
    holders = tuple(Holder(party, name, "") for party, name in names.items())
    file = sheet(entry(title="数" * 40, rights=rights, holders=holders, restrictions=restrictions))
    text = text_of(file)
    with pypdfium2.PdfDocument(file) as document:
        pages = len(document)
    assert pages > 3
    assert [f"{page}/{pages}" in text for page in range(1, pages + 1)] == [True] * pages
    assert [limit.text in text for limit in limits] == [True] * 32
    assert all(text.count(name) >= 2 for name in names.values())


# --- the credential in the file


def test_a_file_carries_credential_and_proof_as_any_reader_finds_them(file: bytes) -> None:
    found = attachments_of(file)
    assert list(found) == ["SJ4412026110001.sd-jwt", "attestation.tlog-proof", "attestation.leaf.json"]
    assert (found["attestation.tlog-proof"], found["attestation.leaf.json"]) == (b"proof", b"{}")


def test_the_reference_library_verifies_the_credential_in_the_file(file: bytes) -> None:
    text = attachments_of(file)["SJ4412026110001.sd-jwt"].decode()
    said = read_elsewhere(text, REGISTRY.public_key())
    assert said["iss"] == "exchange.example/guangzhou/party-3"
    assert said["vct"] == credential.KIND
    assert (said["number"], said["title"]) == (CERTIFICATE.number, CERTIFICATE.title)
    assert [(right["name_2026"], right["name_2023"]) for right in said["rights"]] == [
        ("数据持有权", "数据资源持有权"),
        ("数据使用权", "数据加工使用权"),
        ("数据经营权", "数据产品经营权"),
    ]
    assert said["holders"][0]["name"] == "广州珠江冷链物流科技有限公司"


def test_the_credential_names_the_file_that_carries_it(file: bytes) -> None:
    sealed = sealed_in(file)
    assert sealed is not None
    said = credential.verify(sd_jwt.parse(sealed[0]), REGISTRY.public_key(), now_s=NOW // 1000)
    assert said.print_sha256 == sealed[1]
    assert msgspec.structs.replace(said, print_sha256="") == CERTIFICATE


def test_a_file_that_was_changed_anywhere_is_another_file(file: bytes) -> None:
    sealed = sealed_in(file)
    assert sealed is not None
    for at in range(0, len(file), 499):
        changed = bytearray(file)
        changed[at] ^= 1
        assert sealed_in(bytes(changed)) != sealed


def test_a_credential_that_moves_within_its_file_does_not_fit_any_more(file: bytes) -> None:
    sealed = sealed_in(file)
    assert sealed is not None
    text = sealed[0].encode()
    moved = sealed_in(file.replace(text, b"") + text)  # every other byte stays, in its order
    assert moved is not None
    assert moved[0] == sealed[0]
    assert moved[1] != sealed[1]


@pytest.mark.parametrize("part", [b"a", b"a" * 20 + b".", b"a" * 86 + b"~", b".~"])
def test_no_file_makes_the_search_for_a_credential_slow(part: bytes) -> None:
    assert sealed_in(part * (3_000_000 // len(part))) is None


def test_a_seal_needs_a_file_that_carries_its_credential_once() -> None:
    def sign(digest: str) -> str:
        return f"{'a' * 20}.{'b' * 20}{digest}.{'c' * 86}~"

    assert sealed_in(seal(lambda text: f"<{text}>".encode(), sign)) is not None
    with pytest.raises(ValueError, match="once"):
        seal(lambda text: f"{text} {text}".encode(), sign)
    with pytest.raises(ValueError, match="length"):
        seal(lambda text: f"<{text}>".encode(), lambda digest: sign(digest.lstrip("0")))


def test_a_holder_withholds_names_restrictions_and_evidence() -> None:
    shown = credential.verify(sd_jwt.show(alone(), {"evidence"}), REGISTRY.public_key(), now_s=NOW // 1000)
    assert (shown.holders, shown.restrictions, shown.evidence) == (None, None, CERTIFICATE.evidence)
    assert shown.rights == CERTIFICATE.rights


def test_a_credential_is_valid_as_long_as_a_right_is() -> None:
    for now_s in (NOW // 1000 - 1, (NOW + FIVE_YEARS_MS) // 1000):
        with pytest.raises(OutOfTime):
            credential.verify(alone(), REGISTRY.public_key(), now_s=now_s)


def test_a_credential_of_another_issuer_than_its_registry_is_forged() -> None:
    said = entry(registry=Registry("party-4", "另一机构"))
    made = credential.issue(said, REGISTRY, at_s=NOW // 1000, salt=lambda: bytes(16))
    payload = {**sd_jwt_payload(made), "iss": "exchange.example/guangzhou/party-3"}
    forged = sd_jwt.SdJwt(_signed(payload), made.disclosures)
    with pytest.raises(Forged, match="but the certificate by"):
        credential.verify(forged, REGISTRY.public_key(), now_s=NOW // 1000)


def test_a_credential_that_is_no_certificate_is_not_read_as_one() -> None:
    payload = {name: claim for name, claim in sd_jwt_payload(alone()).items() if name != "number"}
    bare = sd_jwt.SdJwt(_signed(payload), alone().disclosures)
    with pytest.raises(Malformed, match="no certificate"):
        credential.verify(bare, REGISTRY.public_key(), now_s=NOW // 1000)
    with pytest.raises(Malformed, match="no certificate"):
        credential.unverified(bare)


def sd_jwt_payload(made: sd_jwt.SdJwt) -> dict[str, Any]:
    return jws.unverified(made.token)


def _signed(payload: dict[str, Any]) -> str:
    return jws.sign({"typ": "dc+sd-jwt"}, payload, REGISTRY)


# --- the command, offline

STILL = msgspec.structs.replace(ENTRY, valid_from=0, valid_to=9_000_000_000_000)
"""Valid whenever the test runs."""


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A printed file, a credential, a code, and the registry's key, each in a file."""
    (tmp_path / "sheet.pdf").write_bytes(sheet(STILL))
    (tmp_path / "alone.sd-jwt").write_text(f"{alone(STILL)}\n")
    (tmp_path / "code.txt").write_text(f"{CODE}\n")
    (tmp_path / "registry.pub").write_text(public_text(REGISTRY) + "\n")
    return tmp_path


@pytest.mark.parametrize("name", ["sheet.pdf", "alone.sd-jwt"])
def test_a_genuine_certificate_is_told_with_its_rights_under_both_names(mumian: Mumian, given: Path, name: str) -> None:
    ran = mumian("certificate", "verify", name, "--key", "registry.pub")
    assert (ran.code, ran.err) == (0, "")
    assert "signed by the key: certificate SJ4412026110001 of `party-3`, valid until 2031-11-17" in ran.out
    assert "3  数据经营权 / 数据产品经营权  party-7 广州珠江冷链物流科技有限公司  2031-11-17" in ran.out
    assert "ask the market whether it is still in force" in ran.out


def test_a_credential_is_read_from_standard_input(mumian: Mumian, given: Path) -> None:
    ran = mumian("certificate", "verify", "-", "--key", public_text(REGISTRY), said=str(alone(STILL)))
    assert ran.code == 0


def _flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _forge(_: bytes) -> bytes:
    made = credential.issue(STILL, OTHER, at_s=NOW // 1000, salt=lambda: bytes(16))
    return str(made).encode()


def _taken_out(data: bytes) -> bytes:
    sealed = sealed_in(data)
    assert sealed is not None
    return sealed[0].encode()


def _with_a_second(data: bytes) -> bytes:
    return data + b"\n" + str(alone(STILL)).encode()


DOUBTS: list[tuple[str, str, Callable[[bytes], bytes], str]] = [
    ("a changed sheet", "sheet.pdf", _flip(-2_000), "the file was changed after it was signed"),
    ("a longer sheet", "sheet.pdf", lambda data: data + b"\n%", "the file was changed after it was signed"),
    ("a sheet with two credentials", "sheet.pdf", _with_a_second, "no credential, or more than one"),
    (
        "a sheet with none",
        "sheet.pdf",
        lambda data: data[:5_000].replace(b"~", b"-"),
        "no credential, or more than one",
    ),
    ("a credential taken out of a sheet", "sheet.pdf", _taken_out, "taken out of a printed file"),
    ("a forged credential", "alone.sd-jwt", _forge, "the signature does not verify under the key"),
    ("a changed credential", "alone.sd-jwt", _flip(100), "NOT PROVED"),
    ("a code", "code.txt", lambda data: data, "a code is not signed; verify it against a market with --home"),
    ("nothing of the kind", "code.txt", lambda _: b"hello", "neither a printed file nor a credential nor a code"),
    ("nothing", "code.txt", lambda _: b"", "neither a printed file nor a credential nor a code"),
    ("a picture", "code.txt", lambda _: bytes(range(256)), "NOT PROVED"),
]


@pytest.mark.parametrize(("name", "change", "said"), [row[1:] for row in DOUBTS], ids=[row[0] for row in DOUBTS])
def test_what_is_not_genuine_is_refused_with_a_sentence(
    mumian: Mumian, given: Path, name: str, change: Callable[[bytes], bytes], said: str
) -> None:
    path = given / name
    path.write_bytes(change(path.read_bytes()))
    ran = mumian("certificate", "verify", name, "--key", "registry.pub")
    assert (ran.code, ran.out) == (REFUSED, "")
    assert said in ran.err


def test_a_certificate_out_of_its_time_is_refused_with_its_end(mumian: Mumian, given: Path) -> None:
    over = msgspec.structs.replace(STILL, valid_to=1_000_000)
    (given / "alone.sd-jwt").write_text(str(alone(over)))
    ran = mumian("certificate", "verify", "alone.sd-jwt", "--key", "registry.pub")
    assert ran.code == REFUSED
    assert "was valid until `1970-01-01T00:16:40.000Z`" in ran.err


def test_a_key_that_is_none_is_a_fault_of_the_call(mumian: Mumian, given: Path) -> None:
    ran = mumian("certificate", "verify", "sheet.pdf", "--key", "no key")
    assert ran.code == FAULT
    assert "the key cannot be read" in ran.err


def test_a_file_that_is_not_there_is_a_fault(mumian: Mumian, given: Path) -> None:
    assert mumian("certificate", "verify", "nowhere.pdf", "--key", "registry.pub").code == FAULT


def test_a_presentation_shows_what_was_chosen_and_is_still_signed(mumian: Mumian, given: Path) -> None:
    ran = mumian("certificate", "present", "alone.sd-jwt", "-o", "part.sd-jwt", "--show", "restrictions")
    assert (ran.code, ran.out) == (0, "part.sd-jwt\n")
    told = mumian("certificate", "verify", "part.sd-jwt", "--key", "registry.pub")
    assert told.code == 0
    assert "珠江" not in told.out


def test_a_presentation_is_made_of_a_credential_and_of_its_parts(mumian: Mumian, given: Path) -> None:
    assert mumian("certificate", "present", "alone.sd-jwt", "-o", "part", "--show", "number").code == FAULT
    assert mumian("certificate", "present", "code.txt", "-o", "part").code == FAULT


def test_verdicts_are_told_in_chinese_too(mumian: Mumian, given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LANG", "zh")
    fine = mumian("certificate", "verify", "sheet.pdf", "--key", "registry.pub")
    assert fine.code == 0
    assert "签名有效：登记机构 `party-3` 的凭证 SJ4412026110001，有效期至 2031-11-17" in fine.out
    (given / "alone.sd-jwt").write_bytes(_forge(b""))
    ran = mumian("certificate", "verify", "alone.sd-jwt", "--key", "registry.pub")
    assert ran.code == REFUSED
    assert "未能证明：签名与登记机构公钥不符" in ran.err
