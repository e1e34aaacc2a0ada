"""A company's desk and a domain's proposals from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terminal import Mumian

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
