"""A person at the command line: what it says, what it sees, and what is known of it outside the vault."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import ric
from terminal import Mumian, in_a_process

from mumian.kernel.canonical import sha256_hex
from mumian.market.trial import uscc

REFUSED, FAULT = 1, 2
CLINIC = {"type": "parties.AdmitParty", "kind": "legal", "name": "Clinic", "uscc": uscc(1), "roles": ["supplier"]}
D = sha256_hex(b"document")
FACTORS = {
    "sector": "health", "group": "persons", "region": "city", "precision": "exact", "persons": 9, "organisations": 0,
    "depth": "observed", "coverage_permille": 1, "importance": "ordinary",
}  # fmt: skip


def resident_id(born: str, nth: int = 1) -> str:
    stem = f"360426{born}{nth:03d}"
    return stem + str(ric.calc_check_digit(stem + "0"))


ANN = {"resident_id": resident_id("19910101"), "name": "欧阳安娜", "contact": "139 0000 0000"}
KID = {"resident_id": resident_id("20200921", 2), "name": "小孩"}
DESCRIBED = {
    "title": "2025年广州门诊记录", "summary": "门诊时间与科室", "data_kind": "enterprise", "industry": "Q84",
    "source_type": "self_generated", "spatial_scope": "city", "temporal_from": "2025-01-01", "update_frequency": "daily",
    "form": "table", "domain": "clinic", "fields": [{"name": "at", "type": "datetime"}], "keywords": ["门诊"],
}  # fmt: skip


@pytest.fixture
def home(mumian: Mumian) -> Path:
    """A market with a clinic, `party-1`, that holds data about persons and told them of it."""
    assert mumian("init").code == 0
    assert mumian("submit", "-", said=CLINIC).code == 0
    ran = mumian("submit", "-", "--as", "party-1", said={"type": "catalog.DescribeResource", "description": DESCRIBED})
    resource = ran.events[0]["resource"]
    impacts = [{"object": "organisation", "degree": "general"}, {"object": "person", "degree": "general"}]
    graded = {
        "type": "catalog.ClassifyResource", "resource": resource, "impacts": impacts, "persons": True,
        "signed_by": "cdo", "factors": FACTORS,
    }  # fmt: skip
    notice = {
        "type": "consent.PublishNotice", "resources": [resource], "purposes": ["care"], "manners": ["use"],
        "kinds": ["basic"], "sensitive": ["minor"], "activities": [], "recipients": [], "retention_days": 900,
        "items": ["contact", "purposes", "retention", "exercise", "necessity", "effect"], "text_digest": D,
        "minor_rules_digest": D,
    }  # fmt: skip
    assert mumian("submit", "-", "--as", "party-1", said=[graded, notice]).code == 0
    Path("signed.pdf").write_bytes(b"signed")
    Path("separate.pdf").write_bytes(b"signed for the sensitive part")
    return Path("mumian-home")


def notice_in(mumian: Mumian) -> str:
    lines = mumian("journal", "show", "4").out
    return str(re.findall(r"notice-\d+", lines)[0])


def admitted(mumian: Mumian, who: dict[str, Any] = ANN, *words: str) -> str:
    ran = mumian("person", "admit", *words, said=who)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.strip()


def consented(mumian: Mumian, *words: str) -> tuple[str, str]:
    person = admitted(mumian)
    ran = mumian("person", "consent", person, notice_in(mumian), "--act", "signed.pdf", *words)
    assert (ran.code, ran.err) == (0, "")
    return person, ran.out.strip()


def everywhere(home: Path, *, without: str = "") -> bytes:
    files = (file for file in home.rglob("*") if file.is_file() and not (without and without in file.parts))
    return b"".join(file.read_bytes() for file in files)


def test_a_person_is_admitted_by_a_commitment_and_only_its_id_is_printed(mumian: Mumian, home: Path) -> None:
    person = admitted(mumian)
    assert re.fullmatch(r"party-\d+", person)
    for trace in (ANN["resident_id"], ANN["name"], ANN["contact"]):
        assert trace.encode() not in everywhere(home, without="vault")
        assert trace.encode() in everywhere(home)
    assert admitted(mumian) == person  # again, as after an interruption


def test_a_person_is_read_from_a_file_too(mumian: Mumian, home: Path) -> None:
    Path("ann.json").write_text(json.dumps(ANN), "utf8")
    ran = mumian("person", "admit", "--file", "ann.json")
    assert (ran.code, ran.out.startswith("party-")) == (0, True)


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ({**ANN, "resident_id": ANN["resident_id"][:-1] + "?"}, "check character"),
        ({**ANN, "resident_id": resident_id("20990101")}, "date of birth after today"),
        ({**ANN, "name": ""}, "a name has"),
        ({"name": "x"}, "no person in JSON"),
        ({**ANN, "telephone": "1"}, "no person in JSON"),
        ("{", "no person in JSON"),
        ({**KID, "guardian": "party-9"}, "give --relation"),
    ],
)
def test_what_is_wrong_is_a_sentence_that_repeats_none_of_it(mumian: Mumian, home: Path, who: Any, says: str) -> None:
    ran = mumian("person", "admit", said=who)
    assert (ran.code, says in ran.err) == (FAULT, True)
    assert "Traceback" not in ran.err
    assert ANN["resident_id"][:14] not in ran.err + ran.out


def test_whom_the_market_does_not_take_the_vault_does_not_keep(mumian: Mumian, home: Path) -> None:
    (home / "keys" / "exchange.key").unlink()  # nobody here can sign for the exchange
    ran = mumian("person", "admit", said=ANN)
    assert ran.code == REFUSED
    assert str(ANN["resident_id"]).encode() not in everywhere(home)


def test_a_consent_is_given_seen_and_withdrawn(mumian: Mumian, home: Path) -> None:
    person, consent = consented(mumian)
    (seen,) = json.loads(mumian("person", "consents", person, "--json").out)
    assert (seen["consent"], seen["state"], seen["purposes"]) == (consent, "granted", ["care"])
    ran = mumian("person", "withdraw", consent)
    assert ran.code == 0
    assert "is withdrawn" in ran.out
    assert re.search(r"must be deleted by 20\d\d-\d\d-\d\d", ran.out)
    (seen,) = json.loads(mumian("person", "consents", person, "--json").out)
    assert seen["state"] == "withdrawn"
    again = mumian("person", "withdraw", consent)
    assert (again.code, "consent.ENDED" in again.err) == (REFUSED, True)


def test_a_separate_consent_is_an_act_of_its_own(mumian: Mumian, home: Path) -> None:
    person = admitted(mumian)
    words = ("person", "consent", person, notice_in(mumian), "--act", "signed.pdf")
    bundled = mumian(*words, "--separate", "sensitive=signed.pdf")
    assert (bundled.code, "consent.BUNDLED" in bundled.err) == (REFUSED, True)
    unknown = mumian(*words, "--separate", "everything")
    assert (unknown.code, "write ACTIVITY=FILE" in unknown.err) == (FAULT, True)
    assert mumian(*words, "--separate", "sensitive=separate.pdf").code == 0
    (seen,) = json.loads(mumian("person", "consents", person, "--json").out)
    assert seen["separate"] == ["sensitive"]


def test_for_a_child_its_guardian_speaks_and_the_vault_tells_its_age_alone(mumian: Mumian, home: Path) -> None:
    guardian = admitted(mumian)
    Path("birth.pdf").write_bytes(b"certificate of birth")
    child = admitted(mumian, {**KID, "guardian": guardian}, "--relation", "birth.pdf")
    words = ("person", "consent", child, notice_in(mumian), "--act", "signed.pdf")
    alone = mumian(*words)
    assert (alone.code, "consent.GUARDIAN_NEEDED" in alone.err) == (REFUSED, True)
    assert mumian(*words, "--as", guardian).code == 0
    assert b"2020-09-21" not in everywhere(home, without="vault")


def test_a_person_sees_where_its_data_lay_and_what_was_done_with_it(mumian: Mumian, home: Path) -> None:
    person, consent = consented(mumian)
    seen = json.loads(mumian("person", "uses", person, "--json").out)
    assert [each["consent"] for each in seen["held"]] == [consent]
    assert seen["uses"] == []
    told = mumian("person", "uses", person).out
    assert consent in told
    assert "uses: none" in told


def test_a_petition_is_a_commitment_in_the_journal_and_a_text_in_the_vault(mumian: Mumian, home: Path) -> None:
    person = admitted(mumian)
    text = "请告知我的就诊记录被谁使用"
    ran = mumian("person", "request", person, "party-1", "know", said=text)
    assert ran.code == 0
    assert re.fullmatch(r"petition-\d+, to be answered by 20\d\d-\d\d-\d\d\n", ran.out)
    assert text.encode() not in everywhere(home, without="vault")
    assert text.encode() in everywhere(home)


def test_a_petition_that_is_refused_leaves_no_text_behind(mumian: Mumian, home: Path) -> None:
    person = admitted(mumian)
    ran = mumian("person", "request", person, "party-1", "delete", said="请删除我的全部记录")
    assert (ran.code, "petition.cause" in ran.err) == (REFUSED, True)
    assert "请删除我的全部记录".encode() not in everywhere(home)


def test_an_erased_person_opens_no_more_and_the_journal_still_verifies(mumian: Mumian, home: Path) -> None:
    person, _ = consented(mumian)
    mumian("person", "request", person, "party-1", "know", said="请告知")
    assert mumian("person", "check", person).code == 0
    assert mumian("person", "erase", person).code == 0
    for trace in (ANN["resident_id"], ANN["name"], ANN["contact"], "请告知"):
        assert trace.encode() not in everywhere(home)
    gone = mumian("person", "check", person)
    assert (gone.code, "was erased from this vault" in gone.err) == (FAULT, True)
    assert mumian("fsck", home).code == 0
    assert mumian("person", "consents", person).code == 0


@pytest.mark.parametrize("words", [("check", "party-1"), ("consents", "party-77"), ("uses", "exchange")])
def test_who_is_no_person_is_told_so(mumian: Mumian, home: Path, words: tuple[str, ...]) -> None:
    ran = mumian("person", *words)
    assert (ran.code, "is no person of this market" in ran.err) == (FAULT, True)


def test_a_person_of_another_vault_is_not_erased_here(mumian: Mumian, home: Path) -> None:
    ran = mumian("person", "erase", "party-77")
    assert (ran.code, "holds nobody who is `party-77`" in ran.err) == (FAULT, True)


def test_a_notice_that_is_not_there_and_a_file_that_is_not_there_are_sentences(mumian: Mumian, home: Path) -> None:
    person = admitted(mumian)
    ran = mumian("person", "consent", person, "notice-99", "--act", "signed.pdf")
    assert (ran.code, ran.err.strip()) == (FAULT, "there is no notice `notice-99`; check its id")
    ran = mumian("person", "consent", person, notice_in(mumian), "--act", "nowhere.pdf")
    assert (ran.code, "No such file" in ran.err) == (FAULT, True)


def test_it_is_said_in_chinese_too(mumian: Mumian, home: Path, tmp_path: Path) -> None:
    _, consent = consented(mumian)
    ran = in_a_process("--lang", "zh", "person", "withdraw", consent, cwd=tmp_path)
    assert (ran.code, "已撤回" in ran.out, "前删除" in ran.out) == (0, True, True)
    assert "个人" in in_a_process("--lang", "zh", "person", "--help", cwd=tmp_path).out
