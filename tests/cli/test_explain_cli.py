"""`mumian explain`: the answer to a command before it costs anything, and what a thing stands on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from agency import DIGEST, FIRM, REGISTRY, applied, decided, described, party
from terminal import Mumian, in_a_process

from mumian.market.trial import uscc

REFUSED, FAULT = 1, 2
BUYER = "party-3"


@pytest.fixture
def market(mumian: Mumian) -> Mumian:
    """A training market in which `party-2` has a certificate on `resource-4` and granted its use to `party-3`."""
    assert mumian("init", "--training").code == 0
    admitted = [
        party("legal", "登记中心", "registry", uscc=uscc(1)),
        party("legal", "物流公司", "supplier", uscc=uscc(2)),
        party("legal", "数据商", "data_merchant", uscc=uscc(3)),
    ]
    assert mumian("submit", "-", said=admitted).code == 0
    graded = {
        "type": "catalog.ClassifyResource", "resource": "$1.resource", "persons": False, "signed_by": "cdo",
        "impacts": [{"object": "organisation", "degree": "general"}],
    }  # fmt: skip
    rights = applied(1, FIRM, "self_generated", {"use": "无", "operate": "无"})
    said = [described(FIRM, "self_generated"), rights, *decided(2), {"actor": FIRM, "command": graded}]
    ran = mumian("submit", "-", said=said)
    assert ran.code == 0, ran
    assert mumian("submit", "-", "--as", FIRM, said=grant(use_of(mumian))).code == 0
    return mumian


def use_of(mumian: Mumian) -> str:
    every = json.loads(mumian("show", "right", "--json").out)
    return next(key for key, right in every.items() if right["right"] == "use")


def grant(parent: str, *, grantee: str = BUYER) -> dict[str, Any]:
    return {
        "type": "rights.GrantRight", "parent": parent, "grantee": grantee, "right": "use", "purposes": ["insurance"],
        "territory": ["CN"], "fields": [], "onward": False, "terms_digest": DIGEST,
        "valid_from": "$now", "valid_to": "$now+90d",
    }  # fmt: skip


def the_grant(mumian: Mumian) -> str:
    return next(iter(json.loads(mumian("show", "grant", "--json").out)))


def test_an_allowed_command_is_told_by_its_events_and_is_not_said(market: Mumian) -> None:
    before = market("journal", "checkpoint").out
    ran = market("explain", "-", "--as", FIRM, said=grant(use_of(market)))
    assert (ran.code, "would be accepted: RightGranted" in ran.out) == (0, True)
    seen = json.loads(market("explain", "-", "--as", FIRM, "--json", said=grant(use_of(market))).out)
    assert (seen["asked"], seen["allowed"]) == ("rights.GrantRight", True)
    assert market("journal", "checkpoint").out == before


def test_a_refused_command_is_told_with_its_rule_article_and_day_and_leaves_with_1(market: Mumian) -> None:
    form = applied(1, FIRM, "gov_duty", {"hold": "无"})["command"]["form"]
    body = {"type": "parties.AdmitParty", "kind": "public_body", "name": "气象局", "uscc": uscc(4), "roles": ["public_body"]}  # fmt: skip
    said = [body, {**described("$1.party", "gov_duty"), "id": "public-resource-1"}]
    said[1]["command"]["description"]["data_kind"] = "public"
    made = market("submit", "-", said=said).events
    resource = next(event["resource"] for event in made if event["type"] == "catalog.ResourceDescribed")
    owner = next(event["party"] for event in made if event["type"] == "parties.PartyAdmitted")
    form["content"]["resource"] = resource
    form["applicants"][0]["party"] = form["claims"][0]["holder"] = owner
    asked = {"type": "property_register.SubmitApplication", "registry": REGISTRY, "form": form}
    ran = market("explain", "-", "--as", owner, said=asked)
    assert (ran.code, "property_register.DUTY_DATA: " in ran.out) == (REFUSED, True), ran
    seen = json.loads(market("explain", "-", "--as", owner, "--json", said=asked).out)
    (rule,) = seen["rules"]
    assert (seen["allowed"], rule["id"], rule["article"]) == (False, "S1-15", rule["article"])
    for word in (rule["article"], rule["title_en"], f"in force since {rule['in_force_since']}"):
        assert word in ran.out


def test_a_grant_stands_on_a_right_and_its_resource_with_rules_and_days(market: Mumian) -> None:
    key = the_grant(market)
    ran = market("explain", key)
    assert ran.code == 0
    order = [ran.out.index(each) for each in ("resource-4", use_of(market), f" {key} ")]
    assert order == sorted(order)  # the root on top, as rights are given
    for word in (f"{key}: holds", "S1-21", "in force since 20", "party-3", "insurance"):
        assert word in ran.out


def test_a_chain_that_broke_is_drawn_with_the_link_and_the_reason(market: Mumian) -> None:
    number = next(iter(json.loads(market("show", "certificate", "--json").out)))
    revoked = {
        "type": "property_register.RevokeRights", "certificate": number, "lines": [0], "reason": "false_material",
        "evidence_digest": DIGEST,
    }  # fmt: skip
    assert market("submit", "-", "--as", REGISTRY, said=revoked).code == 0
    key, right = the_grant(market), use_of(market)
    assert f"{key}: breaks at {right}" in market("explain", key).out
    (path,) = json.loads(market("explain", key, "--json").out)["paths"]
    assert (path["broken_at"], [step["id"] for step in path["steps"] if not step["holds"]]) == (right, [right])
    ran = market("explain", "-", "--as", FIRM, said=grant(right))
    assert (ran.code, f"breaks at {right}" in ran.out) == (REFUSED, True)


def test_it_speaks_chinese(market: Mumian, tmp_path: Path) -> None:
    (tmp_path / "grant.json").write_text(json.dumps(grant(use_of(market))))
    key = the_grant(market)
    assert "权利链全部有效" in in_a_process("--lang", "zh", "explain", key, cwd=tmp_path).out
    allowed = in_a_process("--lang", "zh", "explain", "grant.json", "--as", FIRM, cwd=tmp_path)
    assert (allowed.code, "可以办理：RightGranted" in allowed.out) == (0, True)
    refused = in_a_process("--lang", "zh", "explain", "grant.json", "--as", BUYER, cwd=tmp_path)
    assert (refused.code, "rights." in refused.out) == (REFUSED, True)


@pytest.mark.parametrize("what", ["grant-99", "right-0", "order-1", "party-99", "colour-7"])
def test_of_what_is_not_there_that_is_said(market: Mumian, what: str) -> None:
    ran = market("explain", what)
    assert (ran.code, ran.out, f"`{what}`" in ran.err) == (FAULT, "", True)


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        ("{", REFUSED, "hearing.MALFORMED"),
        ([], FAULT, "0 commands"),
        ([{"type": "ledger.OpenAccount"}] * 2, FAULT, "2 commands; explain one at a time"),
        ({"type": "ledger.Nonsense"}, REFUSED, "hearing.MALFORMED"),
        ({"type": "ledger.OpenAccount", "owner": 7, "purpose": "fees"}, REFUSED, "hearing.MALFORMED"),
        ([17], REFUSED, "hearing.MALFORMED"),
        ([None], REFUSED, "hearing.MALFORMED"),
        ({"type": "ledger.OpenAccount", "owner": "$1.party", "purpose": "fees"}, FAULT, "item 1"),
        ({"type": "ledger.OpenAccount", "owner": "$sha256:none", "purpose": "fees"}, FAULT, "item 1"),
        ("text", REFUSED, "hearing.MALFORMED"),
        ({"type": "ledger.OpenAccount", "owner": "440101199001010011", "purpose": "x"}, REFUSED, "PERSONAL_NUMBER"),
    ],
)
def test_what_is_no_command_is_answered_by_a_sentence(market: Mumian, said: Any, code: int, sentence: str) -> None:
    ran = market("explain", "-", said=said)
    assert (ran.code, sentence in ran.err) == (code, True), ran


def test_an_unknown_speaker_is_refused_as_the_market_would(market: Mumian) -> None:
    ran = market("explain", "-", "--as", "party-99", said=grant(use_of(market)))
    assert (ran.code, "party-99" in ran.out) == (REFUSED, True)


def test_the_form_that_submit_takes_is_explained_too(market: Mumian) -> None:
    ran = market("explain", "-", said={"actor": FIRM, "command": grant(use_of(market))})
    assert ran.code == 0, ran
