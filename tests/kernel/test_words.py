"""Ids, money, time, refusals."""

from __future__ import annotations

from datetime import date

import pytest

from mumian.kernel.ids import is_id, new_id
from mumian.kernel.money import yuan
from mumian.kernel.outcome import Refusal, Refused, Sentence
from mumian.kernel.time import day_of, iso, start_of


def test_an_id_says_which_leaf_made_the_thing() -> None:
    assert [new_id("order", 17), new_id("transfer", 17, 2)] == ["order-17", "transfer-17.2"]


@pytest.mark.parametrize(
    ("text", "is_one"), [("order-17", True), ("market", True), ("Order-1", False), ("order-", False), ("", False)]
)
def test_the_shape_of_an_id_is_known(text: str, is_one: bool) -> None:
    assert is_id(text) is is_one


@pytest.mark.parametrize(
    ("amount_fen", "text"), [(0, "0.00"), (5, "0.05"), (123456789, "1,234,567.89"), (-150, "-1.50")]
)
def test_fen_are_shown_as_yuan(amount_fen: int, text: str) -> None:
    assert yuan(amount_fen) == text


def test_a_day_begins_in_guangzhou_eight_hours_before_utc() -> None:
    last_of_september_utc = start_of(date(2026, 10, 1))
    assert iso(last_of_september_utc) == "2026-09-30T16:00:00.000Z"
    assert day_of(last_of_september_utc) == date(2026, 10, 1)
    assert day_of(last_of_september_utc - 1) == date(2026, 9, 30)


class Why(Refusal):
    TOO_MUCH = Sentence("`{asked}` is more than {left}; ask for less", "`{asked}` 超过 {left}；请减少")


def test_a_refusal_fills_its_sentence_in_either_language() -> None:
    refused = Refused(Why.TOO_MUCH, {"asked": 7, "left": 5})
    assert refused.say() == "`7` is more than 5; ask for less"
    assert refused.say("zh") == "`7` 超过 5；请减少"
