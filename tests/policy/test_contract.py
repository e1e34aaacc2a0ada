"""The four model contracts become policies that can be decided and texts in two languages."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from mumian.kernel.ids import PartyId
from mumian.kernel.time import DAY_MS
from mumian.policy.binding import bind
from mumian.policy.check import defects
from mumian.policy.contract import Clauses, ContractModel, Lang, Ownership, Subject, policy_of, text_of
from mumian.policy.decide import evaluate
from mumian.policy.model import Decision, Reason, Request
from mumian.rulebook.rules import load

SELLER, BUYER, THIRD = PartyId("airline"), PartyId("insurer"), PartyId("airport")
UNTIL = 300 * DAY_MS
CLAUSES = Clauses(ContractModel.PROVISION, ("insurance-risk",), "CN", UNTIL)
FUSION = replace(CLAUSES, model=ContractModel.FUSION)
SUBJECT = Subject(product="product-2", seller=SELLER, buyer=BUYER, quantity=3, unit_fen=500, expires_at=DAY_MS)


def asked(clauses: Clauses, action: str, *, fulfilled: tuple[str, ...] = (), now: int = 0, count: int = 0) -> Decision:
    offer = policy_of(clauses, product="product-2", seller=SELLER)
    agreement = bind(offer, uid="agreement-1", assigner=SELLER, assignee=BUYER)
    request = Request(
        action=action,
        target="product-2",
        assignee=BUYER,
        now=now,
        purpose="insurance-risk",
        territory="CN-GD",
        count_so_far=count,
        fulfilled=frozenset(fulfilled),
    )
    return evaluate(agreement, request)


def test_the_models_are_those_of_the_rulebook() -> None:
    rule = load().rules["S29-MODELS"][-1]
    assert rule.parameters["models"].value == tuple(model.value for model in ContractModel)


@pytest.mark.parametrize("model", ContractModel)
@pytest.mark.parametrize("ownership", [None, *Ownership])
def test_every_model_makes_a_policy_without_defects(model: ContractModel, ownership: Ownership | None) -> None:
    policy = policy_of(replace(CLAUSES, model=model, ownership=ownership), product="product-2", seller=SELLER)
    assert list(defects(policy)) == []


@pytest.mark.parametrize("lang", get_args(Lang))
@pytest.mark.parametrize("model", ContractModel)
def test_a_text_has_a_heading_and_every_section_of_the_model_contracts(model: ContractModel, lang: Lang) -> None:
    sections = load().rules["S29-SECTIONS"][-1].parameters["sections"].value
    assert isinstance(sections, tuple)
    lines = text_of(replace(CLAUSES, model=model), SUBJECT, lang).split("\n")
    assert len(lines) == 1 + len(sections)
    assert "1500" in lines[4]


def test_what_is_provided_is_used_and_not_passed_on_unless_agreed() -> None:
    assert asked(CLAUSES, "aggregate").allowed
    assert asked(CLAUSES, "sell").reason is Reason.PROHIBITED
    assert asked(CLAUSES, "aggregate", now=UNTIL).reason is Reason.CONSTRAINT_UNMET
    assert asked(replace(CLAUSES, uses_max=2), "aggregate", count=2).reason is Reason.CONSTRAINT_UNMET
    assert asked(replace(CLAUSES, is_onward=True), "sell").reason is Reason.NO_PERMISSION


def test_an_intermediary_shows_and_does_not_use() -> None:
    shows = replace(CLAUSES, model=ContractModel.INTERMEDIATION)
    assert asked(shows, "present").allowed
    assert asked(shows, "aggregate").reason is Reason.NO_PERMISSION


def test_fused_data_without_a_clause_is_operated_once_everybody_else_consents() -> None:
    silent = replace(FUSION, participants=(THIRD,))
    assert asked(silent, "sell").reason is Reason.DUTY_OPEN
    assert asked(silent, "sell", fulfilled=("consent-airline",)).reason is Reason.DUTY_OPEN
    assert asked(silent, "sell", fulfilled=("consent-airline", "consent-airport")).allowed


@pytest.mark.parametrize(
    ("ownership", "reason"),
    [
        (Ownership.BUYER, Reason.PERMITTED),
        (Ownership.EACH, Reason.PERMITTED),
        (Ownership.SELLER, Reason.PROHIBITED),
    ],
)
def test_fused_data_with_a_clause_is_operated_as_it_says(ownership: Ownership, reason: Reason) -> None:
    assert asked(replace(FUSION, ownership=ownership), "sell").reason is reason


def test_the_text_names_the_rule_that_fills_the_gap() -> None:
    assert "S1-21-R5b" in text_of(FUSION, SUBJECT, "zh")
    assert "S1-21-R5b" not in text_of(replace(FUSION, ownership=Ownership.EACH), SUBJECT, "zh")
