"""A company's desk, a domain's proposals and whom it leaves out, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terminal import Mumian, in_a_process

from mumian.market.trial import uscc

REFUSED, FAULT = 1, 2
DIGEST = "00" * 32
DECLARATION: dict[str, Any] = {
    "unit": "vehicle",
    "columns": [
        {"type": "column.TextColumn", "name": "vehicle", "keys": []},
        {"type": "column.IntegerColumn", "name": "minutes", "unit": "min", "lower": 0, "upper": 240},
    ],
    "sensitivity": "general_2",
}
WORDS = ("--title", "x", "--summary", "x", "--industry", "G60", "--from", "2026-01-01", "--signed-by", "cdo")
STATED = ("sector=transport", "group=persons", "region=city", "persons=40", "organisations=0", "depth=observed")
REST = ("coverage_permille=1", "importance=ordinary")


@pytest.fixture
def firm(mumian: Mumian) -> Mumian:
    """A market with one supplier, `party-1`, and its domain `north` with one file taken in."""
    assert mumian("init").code == 0
    admitted = {"type": "parties.AdmitParty", "kind": "legal", "name": "公司", "uscc": uscc(1), "roles": ["supplier"]}
    assert mumian("submit", "-", said=admitted).code == 0
    Path("north.csv").write_text("vehicle,minutes\n" + "".join(f"v{nth % 40},{nth % 60}\n" for nth in range(160)))
    Path("declaration.json").write_text(json.dumps(DECLARATION))
    assert mumian("domain", "init", "north", "--party", "party-1", "--register").code == 0
    assert mumian("domain", "add", "north", "north.csv", "--declaration", "declaration.json").code == 0
    return mumian


def factors(*stated: str) -> list[str]:
    return [word for each in stated for word in ("--factor", each)]


def describe(mumian: Mumian) -> str:
    ran = mumian("domain", "describe", "north", *WORDS, "--impact", "organisation=general", "--submit")
    assert ran.code == 0, ran
    return str(ran.out.strip())


def test_personal_data_is_described_with_the_factors_that_no_figure_shows(firm: Mumian) -> None:
    personal = (*WORDS, "--impact", "person=general", "--persons")
    commands = json.loads(firm("domain", "describe", "north", *personal, *factors(*STATED, *REST)).out)
    graded = commands[-1]["factors"]
    assert (graded["persons"], graded["precision"]) == (40, "exact")  # precision is the domain's own finding
    asked = firm("domain", "describe", "north", *personal, "--submit")
    assert (asked.code, "needs to know `factors.sector, factors.group" in asked.err) == (REFUSED, True)


@pytest.mark.parametrize("stated", ["persons=many", "colour=red", "persons"])
def test_a_factor_that_is_none_is_answered_by_a_sentence(firm: Mumian, stated: str) -> None:
    ran = firm("domain", "describe", "north", *WORDS, "--impact", "organisation=general", "--factor", stated)
    assert (ran.code, "`--factor` is NAME=VALUE of sector, group" in ran.err) == (FAULT, True)


def test_a_domain_proposes_and_says_what_a_person_has_to_state(firm: Mumian) -> None:
    resource = describe(firm)
    ran = firm("domain", "propose", "north", "--resource", resource, *factors("sector=transport"))
    (command,) = json.loads(ran.out)
    assert command["type"] == "catalog.ProposeGrading"
    assert command["impacts"] == [{"object": "organisation", "degree": "general"}]
    assert "declared as general_2" in ran.err
    assert "for a person to state: group, region, persons, organisations, depth" in ran.err
    assert firm("domain", "propose", "north", "--resource", resource, "--submit").out.strip() == resource


def test_a_declared_level_whose_harm_no_figure_shows_is_not_proposed(firm: Mumian) -> None:
    resource = describe(firm)
    Path("declaration.json").write_text(json.dumps({**DECLARATION, "sensitivity": "important"}))
    words = ("north", "north.csv", "--declaration", "declaration.json", "--holding", "other")
    assert firm("domain", "add", *words).code == 0
    ran = firm("domain", "propose", "north", "--resource", resource, "--holding", "other")
    assert (ran.code, "declared as important: say whom its harm touches" in ran.err) == (FAULT, True)


def test_the_desk_shows_holdings_and_risks_as_tables_and_as_json(firm: Mumian) -> None:
    resource = describe(firm)
    shown = firm("desk", "party-1")
    assert shown.code == 0
    for word in ("officer in office nobody", resource, "general_2", "no_officer"):
        assert word in shown.out
    page = json.loads(firm("desk", "party-1", "--json").out)
    assert [held["resource"] for held in page["holdings"]["resources"]] == [resource]
    assert [risk["kind"] for risk in page["risks"]] == ["no_officer"]
    appoint = {
        "type": "enterprise.AppointOfficer", "code": "CDO-1", "scope": ["governance"], "valid_from": "$now",
        "valid_to": "$now+10d", "document_digest": DIGEST,
    }  # fmt: skip
    assert firm("submit", "-", "--as", "party-1", said=appoint).code == 0
    shown = firm("desk", "party-1", "--days", "30")
    assert ("officer in office CDO-1" in shown.out, "office" in shown.out, "no_officer" in shown.out) == (
        True,
        True,
        False,
    )


def test_nobodys_desk_is_answered_by_a_sentence(firm: Mumian) -> None:
    ran = firm("desk", "party-9")
    assert (ran.code, "no party `party-9`" in ran.err) == (FAULT, True)


@pytest.mark.parametrize("marked", ["", "\ufeff"])
def test_who_withdrew_is_in_no_row_of_the_next_version(firm: Mumian, marked: str) -> None:
    Path("gone.txt").write_text(f"{marked}v7\n\n  v11 \n", "utf8")
    words = ("domain", "add", "north", "north.csv", "--declaration", "declaration.json", "--without", "gone.txt")
    ran = firm(*words)
    assert (ran.code, "152 rows of 38 units taken in" in ran.out) == (0, True)
    assert "8 rows of units to leave out are in no version" in ran.out
    taken = json.loads(firm(*words, "--json").out)
    assert (taken["rows"], taken["excluded"]) == (152, 8)


def test_a_unit_that_is_not_there_leaves_nobody_out_and_that_is_said(firm: Mumian) -> None:
    Path("gone.txt").write_text("V7\n")
    words = ("domain", "add", "north", "north.csv", "--declaration", "declaration.json", "--without", "gone.txt")
    assert "0 rows of units to leave out are in no version" in firm(*words).out


@pytest.mark.parametrize(
    ("listed", "declared", "code", "sentence"),
    [
        ("none.txt", "declaration.json", FAULT, "none.txt"),
        ("binary.txt", "declaration.json", FAULT, "`binary.txt` is no text in UTF-8"),
        ("gone.txt", "nobody.json", REFUSED, "no unit is declared, so nobody can be left out"),
    ],
)
def test_a_list_of_units_that_is_none_is_answered_by_a_sentence(
    firm: Mumian, listed: str, declared: str, code: int, sentence: str
) -> None:
    Path("binary.txt").write_bytes(b"\xff\xfe\x00\x9c")
    Path("gone.txt").write_text("v7\n")
    Path("nobody.json").write_text(json.dumps({**DECLARATION, "unit": ""}))
    before = firm("domain", "show", "north", "--json").out
    ran = firm("domain", "add", "north", "north.csv", "--declaration", declared, "--without", listed)
    assert (ran.code, sentence in ran.err) == (code, True), ran
    assert firm("domain", "show", "north", "--json").out == before


def test_a_day_that_is_none_is_no_day_of_the_data(firm: Mumian) -> None:
    words = [*WORDS, "--impact", "organisation=general", "--submit"]
    words[words.index("2026-01-01")] = "2026-02-30"
    ran = firm("domain", "describe", "north", *words)
    assert (ran.code, "2026-02-30" in ran.err) == (REFUSED, True), ran


def test_the_desk_speaks_chinese_and_looks_as_far_as_it_is_asked(firm: Mumian, tmp_path: Path) -> None:
    appoint = {
        "type": "enterprise.AppointOfficer", "code": "CDO-1", "scope": ["governance"], "valid_from": "$now",
        "valid_to": "$now+10d", "document_digest": DIGEST,
    }  # fmt: skip
    assert firm("submit", "-", "--as", "party-1", said=appoint).code == 0
    assert json.loads(firm("desk", "party-1", "--days", "5", "--json").out)["expiring"] == []
    assert len(json.loads(firm("desk", "party-1", "--days", "30", "--json").out)["expiring"]) == 1
    said = in_a_process("--lang", "zh", "desk", "party-1", cwd=tmp_path).out
    assert "在任首席数据官 CDO-1" in said
    assert "本市场没有主体 `party-9`" in in_a_process("--lang", "zh", "desk", "party-9", cwd=tmp_path).err
    assert firm("desk", "party-1", "--days", "0").code == FAULT


def test_a_desk_begins_with_what_waits_and_until_when(firm: Mumian) -> None:
    registry = {
        "type": "parties.AdmitParty",
        "kind": "legal",
        "name": "登记机构",
        "uscc": uscc(2),
        "roles": ["registry"],
    }
    assert firm("submit", "-", said=registry).code == 0
    resource = describe(firm)
    form = {
        "type": "initial",
        "applicants": [{"party": "party-1", "contact_commitment": DIGEST}],
        "content": {
            "resource": resource, "origin": "collected", "source_type": "self_generated", "records": 160,
            "size_bytes": 1_000, "restrictions": {}, "evidence": {"sample": DIGEST, "acquisition": DIGEST},
        },
        "claims": [{"holder": "party-1", "right": "hold", "basis": "collection", "proof_digest": DIGEST}],
        "statements": [{"condition": "lawful_source", "holds": True}],
    }  # fmt: skip
    registry_id = json.loads(firm("show", "party", "--json").out).popitem()[0]
    said = {"type": "property_register.SubmitApplication", "registry": registry_id, "form": form}
    ran = firm("submit", "-", "--as", "party-1", said=said)
    assert ran.code == 0, ran
    (task,) = json.loads(firm("desk", registry_id, "--json").out)["waiting"]
    assert (task["about"].partition("-")[0], task["what"], task["is_overdue"]) == ("application", "submitted", False)
    shown = firm("desk", registry_id).out
    assert ("waiting" in shown, task["about"] in shown) == (True, True)
    assert json.loads(firm("desk", "party-1", "--json").out)["waiting"] == []
