"""The rulebook loads whole, or says which rule breaks the form."""

from __future__ import annotations

from datetime import date

import pytest

from mumian.rulebook.rules import (
    VERSIONS,
    ParameterUnsettledError,
    RulebookFormError,
    RuleUnknownError,
    load,
    read,
)

DAY = date(2026, 11, 23)
DIGESTS = {
    "2026.1": "6dd2cdfdabeaec8ef1a9d2f18dac8211c896b68c54c7b54a54649086abdc1fe8",
    "2026.2": "f591123590d4983830923e47484d18930b427924e812189ce6b376bb16c14233",
    "2026.3": "765c02da47142d67ec55be134b1020d6cf38af6e4425c6f23bc14fea5f6083e3",
    "2026.4": "57b13eedadb5060789c4ec45471f273ada927e2fc4f84d79baa03c825ac15464",
}
"""Add a line for a new version; never edit one: a journal names the digest that it was decided under."""

FOUNDATION = {
    "GZ2023-06", "GZ2023-07", "GZ2023-08", "GZ2023-13", "S1-10", "S1-15", "S1-17", "S1-26", "S1-31", "S1-A6", "S1-LIMITS",
    "S2-CODE", "S2-LIMITS", "S2-TERM", "S3-05", "S3-06", "S3-21", "S3-TERM", "S4-CEILING", "S4-DEVIATION", "S4-FREE", "S4-MAR",
    "S8-33", "S18-MATRIX", "S19-EXCHANGE", "S20-SCENARIO", "S20-SEPARATION", "S21-COMPLIANCE", "S21-REGISTRATION",
    "S21-SCENARIO", "GBT36344-DIMENSIONS",
}  # fmt: skip

GOOD = """
[source]
code = "X1"
title = "试行规则"
number = "一号"
[[rules]]
id = "X1-01"
version = 1
effective_from = 2025-01-01
effective_to = 2025-12-31
article = "第1条"
certainty = "A"
title_en = "one"
title_zh = "一"
[rules.parameters]
days = { value = 3 }
rate_bp = { unverified = true }
[[rules]]
id = "X1-01"
version = 2
effective_from = 2026-01-01
article = "第1条"
certainty = "A"
title_en = "one"
title_zh = "一"
[rules.parameters]
days = { value = 5 }
"""


def test_the_rules_of_the_foundation_are_in_force() -> None:
    assert {rule.id for rule in load().on(DAY)} >= FOUNDATION


def test_each_version_of_the_rulebook_has_one_digest_for_ever() -> None:
    assert {version: load(version).digest() for version in VERSIONS} == DIGESTS


@pytest.mark.parametrize(
    ("day", "days"), [(date(2025, 1, 1), 3), (date(2025, 12, 31), 3), (date(2026, 1, 1), 5), (date(2099, 1, 1), 5)]
)
def test_a_parameter_is_that_of_the_version_in_force_on_the_day(day: date, days: int) -> None:
    assert read("x", [("x1.toml", GOOD.encode())]).parameter("X1-01", "days", day) == days


def test_a_rule_is_not_known_before_its_first_day() -> None:
    with pytest.raises(RuleUnknownError, match="2025-01-01 to 2025-12-31, 2026-01-01 to now"):
        read("x", [("x1.toml", GOOD.encode())]).rule("X1-01", date(2024, 12, 31))
    assert read("x", [("x1.toml", GOOD.encode())]).on(date(2024, 12, 31)) == ()


def test_what_the_sources_do_not_settle_has_no_silent_default() -> None:
    with pytest.raises(ParameterUnsettledError):
        load().parameter("S4-MAR", "bond_rate_bp", DAY)
    with pytest.raises(ParameterUnsettledError):
        load().parameter("S4-MAR", "no_such_rate_bp", DAY)
    assert load().rule("S2-CODE", DAY).parameters["code_prefix"].unverified


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2025-12-31", "2026-01-01", "share days"),
        ("version = 2", "version = 1", "follows"),
        ("version = 1", "version = 0", "below 1"),
        ("effective_from = 2025-01-01", "effective_from = 2025-02-29", "not a rulebook file"),
        ("effective_to = 2025-12-31", "effective_to = 2024-12-31", "before it begins"),
        ('certainty = "A"', 'certainty = "E"', "not a rulebook file"),
        ('title_zh = "一"', 'title_zh = ""', "all needed"),
        ('title_zh = "一"\n', "", "not a rulebook file"),
        ('article = "第1条"', 'article = ""', "all needed"),
        ('id = "X1-01"', 'id = "X2-01"', "source code"),
        ("{ unverified = true }", '{ note = "?" }', "not marked unverified"),
        ("{ unverified = true }", "{ value = 1.5 }", "not a rulebook file"),
        ('number = "一号"', 'number = ""', "no code, title or number"),
        ('title_en = "one"', 'title_fr = "un"', "not a rulebook file"),
    ],
)
def test_a_file_that_breaks_the_form_is_named(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(RulebookFormError, match=says):
        read("x", [("x1.toml", GOOD.replace(old, new, 1).encode())])


def test_the_same_rule_in_two_files_shares_days() -> None:
    with pytest.raises(RulebookFormError, match="share days"):
        read("x", [("a.toml", GOOD.encode()), ("b.toml", GOOD.encode())])


def test_another_version_is_refused_by_name() -> None:
    with pytest.raises(RulebookFormError, match="install a newer one"):
        load("1999.1")


def test_the_digest_moves_with_any_parameter() -> None:
    first = read("x", [("x1.toml", GOOD.encode())]).digest()
    assert read("x", [("x1.toml", GOOD.replace("value = 5", "value = 6").encode())]).digest() != first
