"""Certificates against the register of a market: in force, changed, frozen, ended, forged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pytest
from agency import DIGEST, FIRM, PERSON, REGISTRY, applied, decided, described, party
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from terminal import Mumian, in_a_process

from mumian.cli import main, words
from mumian.cli.certificate import credential
from mumian.cli.certificate.certificate import Holder
from mumian.cli.certificate.code import Code
from mumian.cli.certificate.opinion import read_elsewhere
from mumian.cli.certificate.register import Entry, leaf_of, read_entry, read_leaf
from mumian.credentials.jws import jwk
from mumian.kernel.canonical import digest, sha256_hex
from mumian.market.home import Home
from mumian.market.keys import load_key, public_text
from mumian.market.rooms import States
from mumian.market.trial import uscc

REFUSED, FAULT = 1, 2


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training market with two certificates: of a firm's three rights, and of a person's one."""
    folder = tmp_path_factory.mktemp("registered")
    admitted = [
        party("legal", "广州数据登记中心", "registry", uscc=uscc(1)),
        party("legal", "广州珠江冷链物流有限公司", "supplier", uscc=uscc(2)),
        party("natural", "", "supplier", identity_commitment=DIGEST),
    ]
    firm = {"hold": "无", "use": "无", "operate": "仅限于保险风险评估"}
    said = [
        described(FIRM, "self_generated"),
        applied(1, FIRM, "self_generated", firm),
        *decided(2),
        described(PERSON, "natural_person"),
        applied(5, PERSON, "natural_person", {"hold": "无"}),
        *decided(6),
    ]
    (folder / "people.json").write_text(json.dumps(admitted))
    (folder / "said.json").write_text(json.dumps(said))
    for line in (
        ("init", "--training"),
        ("submit", "people.json"),
        ("key", REGISTRY, "--register"),
        ("key", FIRM, "--register"),
        ("submit", "said.json"),
    ):
        ran = in_a_process(*line, cwd=folder)
        assert ran.code == 0, ran.err or ran.out
    return folder / "mumian-home"


@pytest.fixture
def home(registered: Path, mumian: Mumian, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The market's own copy of a test, as `mumian-home`."""
    monkeypatch.setitem(main.LATE, "certificate", "mumian.cli.certificate")
    return Path(shutil.copytree(registered, tmp_path / "mumian-home"))


def entry_in(home: Path, no: str) -> Entry:
    place = Home(home)
    store = place.open_store(mode="read")
    try:
        return read_entry(store, States(store), no, origin=place.settings.origin, now=0)
    finally:
        store.close()


@pytest.fixture
def firms(home: Path) -> str:
    """Number of the firm's certificate."""
    return _numbers(home)[0]


@pytest.fixture
def persons(home: Path) -> str:
    return _numbers(home)[1]


def _numbers(home: Path) -> list[str]:
    store = Home(home).open_store(mode="read")
    try:
        return [no for no, _ in States(store).property_register.certificates.under()]
    finally:
        store.close()


def verdict(mumian: Mumian, file: str | Path, *more: str) -> tuple[int, str]:
    ran = mumian("certificate", "verify", file, *more)
    return ran.code, ran.out + ran.err


# --- shown


def test_a_certificate_is_shown_with_both_vocabularies_and_its_standing(mumian: Mumian, firms: str) -> None:
    ran = mumian("certificate", "show", firms)
    assert ran.code == 0
    for told in (firms, "广州珠江冷链物流有限公司", "数据经营权", "数据产品经营权", "in force", "广州数据登记中心"):
        assert told in ran.out


def test_certificates_are_listed_by_number(mumian: Mumian, firms: str, persons: str) -> None:
    lines = mumian("certificate", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == [firms, persons]
    assert len(mumian("certificate", "list", "--limit", "1").out.splitlines()) == 1


def test_a_certificate_is_told_to_programs(mumian: Mumian, home: Path, firms: str) -> None:
    told = json.loads(mumian("certificate", "show", firms, "--json").out)
    assert told["stops"] == []
    assert [right["right"] for right in told["certificate"]["rights"]] == ["hold", "use", "operate"]
    assert told["certificate"]["restrictions"]["lines"] == [{"line": 3, "text": "仅限于保险风险评估"}]


@pytest.mark.parametrize("verb", ["show", "print", "issue"])
def test_a_number_that_is_not_registered_is_a_sentence(mumian: Mumian, home: Path, verb: str) -> None:
    ran = mumian("certificate", verb, "SJ4412026119999")
    assert (ran.code, ran.err) == (
        FAULT,
        "no certificate `SJ4412026119999` in the register of `mumian.example/market`\n",
    )


def test_the_leaf_that_attests_a_certificate_is_found_among_all(home: Path) -> None:
    place = Home(home)
    store = place.open_store(mode="read")
    try:
        states = States(store)
        for no, record in states.property_register.certificates.under():
            leaf = read_leaf(store, leaf_of(store, no, record.attested_at))
            issued = [event for event in leaf.events if getattr(event, "certificate", "") == no]
            assert digest(issued[-1].record) == digest(record)
    finally:
        store.close()


# --- printed and issued


def test_a_printed_certificate_is_proved_by_market_and_by_another_library(
    mumian: Mumian, home: Path, firms: str
) -> None:
    assert mumian("certificate", "print", firms).out == f"{firms}.pdf\n"
    code, said = verdict(mumian, f"{firms}.pdf")
    assert code == 0
    assert f"proved: certificate {firms} of `party-1` is in the register and in force until" in said
    assert "数据使用权 / 数据加工使用权  party-2 广州珠江冷链物流有限公司" in said
    with pypdfium2.PdfDocument(f"{firms}.pdf") as document:
        text = bytes(document.get_attachment(0).get_data()).decode()
    told = read_elsewhere(text, load_key(home / "keys" / f"{REGISTRY}.key").public_key())
    assert (told["number"], told["iss"]) == (firms, f"mumian.example/market/{REGISTRY}")
    assert told["cnf"]["jwk"] == jwk(load_key(home / "keys" / f"{FIRM}.key").public_key())


def test_the_proof_inside_a_printed_certificate_is_a_receipt_of_its_attestation(
    mumian: Mumian, home: Path, firms: str
) -> None:
    mumian("certificate", "print", firms, "-o", "sheet.pdf")
    with pypdfium2.PdfDocument("sheet.pdf") as document:
        for nth in range(document.count_attachments()):
            one = document.get_attachment(nth)
            Path(one.get_name()).write_bytes(bytes(one.get_data()))
    ran = mumian("receipt", "verify", "attestation.tlog-proof", "--vkey", home / "market" / "vkey")
    assert ran.code == 0
    attested = entry_in(home, firms).certificate.attestation
    assert f"leaf {attested.leaf} of `mumian.example/market`" in ran.out
    assert firms in Path("attestation.leaf.json").read_text()


def test_an_issued_credential_is_proved_whole_and_in_part(mumian: Mumian, firms: str) -> None:
    assert mumian("certificate", "issue", firms).out == f"{firms}.sd-jwt\n"
    assert verdict(mumian, f"{firms}.sd-jwt")[0] == 0
    mumian("certificate", "present", f"{firms}.sd-jwt", "-o", "part.sd-jwt")
    assert verdict(mumian, "part.sd-jwt")[0] == 0


def test_a_scanned_code_is_proved_by_the_market(mumian: Mumian, home: Path, firms: str) -> None:
    seal = entry_in(home, firms).certificate.attestation
    ran = mumian("certificate", "verify", "-", said=str(Code(firms, seal)))
    assert ran.code == 0
    assert ran.out.startswith("compare the sheet with what the register says:\nproved: ")


def test_a_persons_name_comes_by_hand_and_only_on_paper(mumian: Mumian, home: Path, persons: str) -> None:
    mumian("certificate", "print", persons, "-o", "bare.pdf")
    mumian("certificate", "print", persons, "-o", "named.pdf", "--name", f"{PERSON}=李雷")
    texts = []
    for name in ("bare.pdf", "named.pdf"):
        with pypdfium2.PdfDocument(name) as document:
            texts.append(document[0].get_textpage().get_text_range())
        assert verdict(mumian, name)[0] == 0
    assert ["李雷" in text for text in texts] == [False, True]
    assert "自然人" in texts[0]
    assert mumian("certificate", "print", persons, "--name", "李雷").code == FAULT


def test_a_name_given_by_hand_does_not_stand_for_an_organisations(mumian: Mumian, firms: str) -> None:
    ran = mumian("certificate", "show", firms, "--name", f"{FIRM}=另一公司")
    assert "广州珠江冷链物流有限公司" in ran.out
    assert "另一公司" not in ran.out


@pytest.mark.parametrize("verb", ["print", "issue"])
def test_only_the_registrys_listed_key_signs(mumian: Mumian, home: Path, firms: str, verb: str) -> None:
    path = home / "keys" / f"{REGISTRY}.key"
    path.unlink()
    ran = mumian("certificate", verb, firms)
    assert ran.code == FAULT
    assert "signed by its registry `party-1`, whose key is not in" in ran.err
    mumian("key", REGISTRY)
    ran = mumian("certificate", verb, firms)
    assert ran.code == FAULT
    assert "not the one that the market lists" in ran.err


# --- changed since


def say(mumian: Mumian, actor: str, **command: Any) -> None:
    ran = mumian("submit", "-", said=[{"actor": actor, "command": command}])
    assert ran.code == 0, ran.out + ran.err


def test_a_seizure_stands_against_a_genuine_certificate_until_it_is_lifted(mumian: Mumian, firms: str) -> None:
    mumian("certificate", "print", firms, "-o", "sheet.pdf")
    note = {"certificate": firms, "lines": [2], "kind": "judicial_seizure", "evidence_digest": DIGEST}
    ran = mumian("submit", "-", said=[{"actor": REGISTRY, "command": {"type": "property_register.MakeNote", **note}}])
    made = next(event["note"] for event in ran.events if event["type"] == "property_register.NoteMade")
    code, said = verdict(mumian, "sheet.pdf")
    assert code == REFUSED
    assert said == f"genuine: certificate {firms} is in the register, but\nline 3 stands still (judicial seizure)\n"
    assert "judicial seizure" in mumian("certificate", "show", firms).out
    mumian("certificate", "print", firms, "-o", "noted.pdf")
    with pypdfium2.PdfDocument("noted.pdf") as document:
        assert "司法查封等保全" in document[0].get_textpage().get_text_range()
    say(mumian, REGISTRY, type="property_register.RemoveNote", note=made, evidence_digest=DIGEST)
    assert verdict(mumian, "sheet.pdf")[0] == 0


def test_a_certificate_from_before_a_change_is_not_current_any_more(mumian: Mumian, firms: str) -> None:
    mumian("certificate", "print", firms, "-o", "old.pdf")
    revoked = {"certificate": firms, "reason": "false_material", "evidence_digest": DIGEST}
    say(mumian, REGISTRY, type="property_register.RevokeRights", lines=[0], **revoked)
    code, said = verdict(mumian, "old.pdf")
    assert code == REFUSED
    assert "either it is forged, or the registration has changed since" in said
    mumian("certificate", "print", firms, "-o", "new.pdf")
    code, said = verdict(mumian, "new.pdf")
    assert code == 0
    assert "数据持有权" not in said
    assert "3  数据经营权" in said
    say(mumian, REGISTRY, type="property_register.RevokeRights", lines=[1, 2], **revoked)
    assert verdict(mumian, "new.pdf")[0] == REFUSED
    ran = mumian("certificate", "print", firms)
    assert (ran.code, ran.err) == (
        FAULT,
        f"all rights on `{firms}` have ended; there is nothing to certify\n",
    )
    assert mumian("certificate", "show", firms).code == 0


def test_a_certificate_ends_with_its_term(mumian: Mumian, home: Path, firms: str) -> None:
    mumian("certificate", "issue", firms, "-o", "alone")
    assert mumian("clock", "1900d").code == 0
    code, said = verdict(mumian, "alone")
    assert code == REFUSED
    assert "the credential was valid until" in said


def test_a_revoked_key_speaks_for_no_certificate(mumian: Mumian, home: Path, firms: str) -> None:
    mumian("certificate", "issue", firms, "-o", "alone")
    old = public_text(load_key(home / "keys" / f"{REGISTRY}.key"))
    fresh = public_text(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    say(mumian, "exchange", type="parties.RegisterKey", party=REGISTRY, key=fresh)
    say(mumian, "exchange", type="parties.RevokeKey", party=REGISTRY, key=old)
    code, said = verdict(mumian, "alone")
    assert code == REFUSED
    assert "its registry has revoked the key that signed it" in said


# --- forged


def forged(home: Path, no: str, key: Ed25519PrivateKey, **changes: Any) -> str:
    entry = entry_in(home, no)
    said = msgspec.structs.replace(entry.certificate, **changes)
    made = credential.issue(
        msgspec.structs.replace(entry, certificate=said), key, at_s=entry.valid_from // 1000, salt=lambda: bytes(16)
    )
    return str(made)


def test_a_certificate_by_anybody_elses_key_is_forged(mumian: Mumian, home: Path, firms: str) -> None:
    for key in (load_key(home / "keys" / f"{FIRM}.key"), Ed25519PrivateKey.generate()):
        Path("forged").write_text(forged(home, firms, key))
        code, said = verdict(mumian, "forged")
        assert code == REFUSED
        assert "the signature does not verify under the key" in said


def test_a_certificate_by_another_party_than_its_registry_is_forged(mumian: Mumian, home: Path, firms: str) -> None:
    attested = entry_in(home, firms).certificate.registry
    other = msgspec.structs.replace(attested, party=FIRM)
    Path("forged").write_text(forged(home, firms, load_key(home / "keys" / f"{REGISTRY}.key"), registry=other))
    code, said = verdict(mumian, "forged")
    assert code == REFUSED
    assert "`party-2` issued it, but `party-1` registered the right" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "SJ4412026119999"}, "no certificate `SJ4412026119999` is registered"),
        ({"number": "SJ4412026130001"}, "`SJ4412026130001` is not the number of a certificate"),
        ({"number": "SJ4412026110000"}, "`SJ4412026110000` is not the number of a certificate"),
        ({"number": "44120261100011"}, "`44120261100011` is not the number of a certificate"),
    ],
)
def test_a_number_that_was_never_given_is_told(
    mumian: Mumian, home: Path, firms: str, changes: dict[str, Any], said: str
) -> None:
    Path("forged").write_text(forged(home, firms, load_key(home / "keys" / f"{REGISTRY}.key"), **changes))
    code, told = verdict(mumian, "forged")
    assert code == REFUSED
    assert said in told


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "另一数据"},
        {"rights": ()},
        {"valid_to": "2099-01-01"},
        {"edition": 2},
        {"evidence": ("sample:" + "0" * 64,)},
        {"holders": (Holder(FIRM, "另一公司", uscc(2)),)},
        {"holders": (Holder(FIRM, "广州珠江冷链物流有限公司", uscc(3)),)},
        {"holders": (Holder(PERSON, "", ""),)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_a_registry_signs_beside_its_register_is_told(
    mumian: Mumian, home: Path, firms: str, changes: dict[str, Any]
) -> None:
    Path("forged").write_text(forged(home, firms, load_key(home / "keys" / f"{REGISTRY}.key"), **changes))
    code, told = verdict(mumian, "forged")
    assert code == REFUSED
    assert "it says something else than the register" in told


def test_another_journals_certificate_is_sent_there(mumian: Mumian, home: Path, firms: str) -> None:
    attested = msgspec.structs.replace(entry_in(home, firms).certificate.attestation, origin="elsewhere.example/gz")
    ran = mumian("certificate", "verify", "-", said=str(Code(firms, attested)))
    assert ran.code == REFUSED
    assert "it is attested in `elsewhere.example/gz`, not in `mumian.example/market`: ask that market" in ran.err


@pytest.mark.parametrize("field", ["leaf", "sha256"])
def test_a_code_that_names_another_record_is_told(mumian: Mumian, home: Path, firms: str, field: str) -> None:
    seal = entry_in(home, firms).certificate.attestation
    other = {"leaf": seal.leaf + 1, "sha256": sha256_hex(b"another")}[field]
    changed = msgspec.structs.replace(seal, **{field: other})
    ran = mumian("certificate", "verify", "-", said=str(Code(firms, changed)))
    assert ran.code == REFUSED
    assert "its record is not the one in the register (edition 1)" in ran.err


def test_a_credential_that_is_no_certificate_is_told(mumian: Mumian, home: Path) -> None:
    ran = mumian("certificate", "verify", "-", said="eyJ9.e30.AAAA~")
    assert ran.code == REFUSED
    assert "NOT PROVED" in ran.err


def test_verdicts_of_the_register_are_told_in_chinese_too(
    mumian: Mumian, firms: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "LANG", "zh")
    mumian("certificate", "print", firms, "-o", "sheet.pdf")
    code, said = verdict(mumian, "sheet.pdf")
    assert code == 0
    assert f"已证明：登记机构 `party-1` 的凭证 {firms} 与登记簿一致，有效期至" in said
    revoked = {"certificate": firms, "reason": "false_material", "evidence_digest": DIGEST}
    say(mumian, REGISTRY, type="property_register.RevokeRights", lines=[0, 1, 2], **revoked)
    assert "未能证明：其记录与登记簿（第 1 版）不一致" in verdict(mumian, "sheet.pdf")[1]
