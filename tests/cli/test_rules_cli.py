"""The rules of law from the command line: which, of what source, on which day, and what is to be verified."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from terminal import Mumian, in_a_process

from mumian.rulebook.rules import load

FAULT = 2
DAY = date(2026, 11, 27)


def test_a_rule_is_told_whole_with_its_article_its_days_and_its_numbers(mumian: Mumian) -> None:
    ran = mumian("rules", "S1-17", "--on", "2026-11-27")
    assert ran.code == 0
    for word in (
        "数据产权登记工作指引（试行）",
        "国数综政策〔2026〕35号",
        "第17条",
        "2026-07-01",
        "certainty A",
        "acceptance_work_days = 3",
    ):
        assert word in ran.out


def test_what_the_sources_leave_open_is_marked_with_the_reason(mumian: Mumian) -> None:
    assert "[to be verified] the law names no number of years" in mumian("rules", "S8-33").out
    assert "bond_rate_bp = none  [to be verified]" in mumian("rules", "S4-MAR").out
    found = json.loads(mumian("rules", "--unverified", "--on", "2026-11-27", "--json").out)
    assert {"MM-SHARE", "S8-33"} <= {rule["id"] for rule in found}
    assert all(any(each["unverified"] for each in rule["parameters"].values()) for rule in found)


def test_a_source_lists_its_rules_of_the_day(mumian: Mumian) -> None:
    found = json.loads(mumian("rules", "S10", "--on", "2026-11-27", "--json").out)
    assert [rule["id"] for rule in found] == [rule.id for rule in load().on(DAY) if rule.source.code == "S10"]


def test_all_rules_of_a_version_are_counted(mumian: Mumian) -> None:
    for version in ("2026.1", "2026.2", "2026.3"):
        said = mumian("rules", "--rulebook", version, "--on", "2026-11-27").out.splitlines()[-1]
        assert said == f"{len(load(version).on(DAY))} rules"


def test_it_speaks_chinese(tmp_path: Path) -> None:
    assert "待核" in in_a_process("--lang", "zh", "rules", "S8-33", cwd=tmp_path).out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("S99",), "no rule or source `S99`"),
        (("S1-17", "--on", "2026-02-30"), "`2026-02-30` is no day"),
        (("S1-17", "--on", "2026-06-30"), "rule `S1-17` is not in force on 2026-06-30; it is since 2026-07-01"),
        (("--rulebook", "1999.9"), "there are 2026.1, 2026.2, 2026.3"),
    ],
)
def test_what_there_is_not_is_answered_by_a_sentence(mumian: Mumian, words: tuple[str, ...], sentence: str) -> None:
    ran = mumian("rules", *words)
    assert (ran.code, ran.out, sentence in ran.err) == (FAULT, "", True), ran
