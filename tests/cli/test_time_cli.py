"""Time from the command line: what is due, on whose desk, by when; the clock of a market to practise in."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from agency import DIGEST, FIRM, REGISTRY, applied, decided, described, party
from terminal import Mumian, in_a_process

from mumian.kernel.time import DAY_MS, day_of
from mumian.market.trial import uscc
from mumian.rulebook.calendar import carried

REFUSED, FAULT = 1, 2
ACCEPTANCE_WORK_DAYS = 3  # S1 第17条
APPLIED = applied(1, FIRM, "self_generated", {"use": "无"})


@pytest.fixture
def market(mumian: Mumian) -> Mumian:
    """A training market with a registry and a firm whose application nobody has answered: `application-4`."""
    assert mumian("init", "--training").code == 0
    admitted = [
        party("legal", "广州数据登记中心", "registry", uscc=uscc(1)),
        party("legal", "广州珠江冷链物流有限公司", "supplier", uscc=uscc(2)),
    ]
    assert mumian("submit", "-", said=admitted).code == 0
    assert mumian("submit", "-", said=[described(FIRM, "self_generated"), APPLIED]).code == 0
    return mumian


def due(mumian: Mumian, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(mumian("deadlines", *words, "--json").out)
    return found


def today(mumian: Mumian) -> date:
    """Return the day on which the newest leaf was decided."""
    newest = mumian("journal", "tail", "-n", "1").out.split()[0]
    return day_of(json.loads(mumian("journal", "show", newest).out)["at"])


def is_deemed_accepted(mumian: Mumian) -> bool:
    return json.loads(mumian("show", "application", "application-4").out)["deemed"] is True


def test_an_application_lies_on_its_registrys_desk_for_three_work_days(market: Mumian) -> None:
    (seen,) = due(market, REGISTRY)
    last = carried().expect_work_day(today(market), ACCEPTANCE_WORK_DAYS)
    assert seen == {
        "about": "application-4",
        "kind": "property.acceptance",
        "owner": REGISTRY,
        "last_day": last.day.isoformat(),
        "days_left": (last.day - today(market)).days,
        "rule": "S1-17",
        "provisional": last.provisional,
    }
    assert due(market, FIRM) == []


def test_the_desks_are_drawn_for_people_in_both_languages(market: Mumian, tmp_path: Path) -> None:
    (seen,) = due(market)
    table = market("deadlines").out
    for word in ("who must act", "application-4", REGISTRY, seen["last_day"], "S1-17"):
        assert word in table
    said = in_a_process("--lang", "zh", "deadlines", REGISTRY, cwd=tmp_path, COLUMNS="120").out
    assert "应办主体" in said
    assert "届满日" in said


def test_a_list_longer_than_the_limit_says_how_much_is_left_out(market: Mumian) -> None:
    again = [{"actor": FIRM, "command": {**APPLIED["command"], "form": form("hold")}}]
    assert market("submit", "-", said=again).code == 0
    assert "1 more; raise --limit" in market("deadlines", "--limit", "1").out


def form(right: str) -> dict[str, Any]:
    """Return the form of a further application, for another right in the same data."""
    made: dict[str, Any] = applied(1, FIRM, "self_generated", {right: "无"})["command"]["form"]
    return {**made, "content": {**made["content"], "resource": "resource-3"}}


def test_days_past_the_announced_years_are_marked_as_provisional(market: Mumian) -> None:
    unknown = date(max(carried().years) + 1, 2, 1)
    days = max(0, (unknown - today(market)).days)
    assert market("clock", f"{days}d").code == 0
    again = [{"actor": FIRM, "command": {**APPLIED["command"], "form": form("hold")}}]
    made = market("submit", "-", said=again).events[0]["application"]
    (seen,) = (each for each in due(market, REGISTRY) if each["about"] == made)
    assert seen["provisional"] is True
    assert f"{seen['last_day']} (provisional)" in market("deadlines").out


def test_a_limit_that_stands_still_has_no_last_day(market: Mumian) -> None:
    name = {"application": "application-4"}
    asked = [
        {"actor": REGISTRY, "command": {"type": "property_register.AcceptApplication", **name}},
        {"actor": REGISTRY, "command": {"type": "property_register.RequestEvidence", **name, "parts": ["sample"]}},
    ]
    assert market("submit", "-", said=asked).code == 0
    (seen,) = due(market, REGISTRY)
    assert (seen["kind"], seen["last_day"], seen["days_left"]) == ("property.review", "", None)
    assert [each["kind"] for each in due(market, FIRM)] == ["property.evidence"]
    assert "stands still" in market("deadlines").out


def test_silence_of_a_registry_is_met_when_the_clock_is_moved_past_the_limit(market: Mumian) -> None:
    (seen,) = due(market)
    ran = market("clock", f"{seen['days_left']}d")
    assert (ran.code, is_deemed_accepted(market)) == (0, False)
    ran = market("clock", "1d")
    assert ran.out.startswith("the market's clock says 20")
    assert is_deemed_accepted(market)
    tail = market("journal", "tail", "-n", "1").out
    assert "market" in tail
    assert "Tick" in tail


@pytest.mark.parametrize(("span", "hours"), [("12d", 288), ("+6h", 6), ("90m", 1), ("0d", 0)])
def test_the_clock_of_a_training_market_goes_forward_by_days_hours_or_minutes(
    market: Mumian, span: str, hours: int
) -> None:
    before = now(market)
    assert market("clock", span).code == 0
    assert (now(market) - before) // 3_600_000 == hours


def now(mumian: Mumian) -> int:
    """Return the time of the market's clock in ms, by what it calls now."""
    ran = mumian("submit", "-", "--as", FIRM, said={"type": "ledger.OpenAccount", "owner": FIRM, "purpose": "fees"})
    seq = json.loads(ran.out.splitlines()[-1])["seq"]
    return int(json.loads(mumian("journal", "show", str(seq)).out)["at"])


def test_time_that_is_said_in_a_file_is_the_training_clocks(market: Mumian) -> None:
    assert market("clock", "400d").code == 0
    permit = {"type": "enterprise.AppointOfficer", "code": "CDO-1", "scope": ["governance"], "valid_from": "$now", "valid_to": "$now+10d", "document_digest": DIGEST}  # fmt: skip
    (appointed, *_) = market("submit", "-", "--as", FIRM, said=permit).events
    assert day_of(appointed["record"]["valid_to"]) - today(market) == timedelta(days=10)


@pytest.mark.parametrize("words", [("clock", "1d"), ("clock", "0d")])
def test_the_clock_of_a_real_market_is_not_moved(mumian: Mumian, tmp_path: Path, words: tuple[str, str]) -> None:
    assert mumian("init").code == 0
    ran = mumian(*words)
    assert (ran.code, ran.err.strip()) == (
        FAULT,
        "the market in `mumian-home` is no training market: its time is the machine's and is not moved",
    )
    assert not (tmp_path / "mumian-home" / "market" / "clock").exists()
    assert "不是演练市场" in in_a_process("--lang", "zh", *words, cwd=tmp_path).err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("clock", "tomorrow"), "`tomorrow` is no span of time; say 12d, 6h or 30m"),
        (("clock", "2026-02-30"), "`2026-02-30` is no span of time"),
        (("clock", "999999d"), "`999999d` is no span of time"),
        (("clock", "-1d"), "-1"),
        (("clock", "--", "-1d"), "`-1d` is no span of time"),
        (("deadlines", "party-99"), "no party `party-99` in this market"),
        (("deadlines", "--home", "nowhere"), "there is no market in `nowhere`"),
        (("tick", "--home", "nowhere"), "there is no market in `nowhere`"),
        (("clock", "1d", "--home", "nowhere"), "there is no market in `nowhere`"),
    ],
)
def test_time_that_is_none_is_answered_by_a_sentence(market: Mumian, words: tuple[str, ...], sentence: str) -> None:
    before = market("journal", "checkpoint").out
    ran = market(*words)
    assert (ran.code, sentence in ran.err) == (FAULT, True), ran
    assert market("journal", "checkpoint").out == before


def test_a_clock_that_was_turned_back_by_hand_stops_the_market_and_not_time(market: Mumian, tmp_path: Path) -> None:
    assert market("clock", "10d").code == 0
    at = now(market)
    (tmp_path / "mumian-home" / "market" / "clock").write_text("0")
    ran = market("submit", "-", "--as", FIRM, said={"type": "ledger.OpenAccount", "owner": FIRM, "purpose": "fees"})
    assert (ran.code, ran.out) == (FAULT, "")
    assert "clock" in ran.err
    (tmp_path / "mumian-home" / "market" / "clock").write_text(str(11 * DAY_MS))
    assert now(market) > at


def test_a_tick_meets_what_is_over_and_says_how_often(market: Mumian, tmp_path: Path) -> None:
    assert market("tick").out.strip() == "ticks: 0; every limit that is over is met"
    (seen,) = due(market)
    (tmp_path / "mumian-home" / "market" / "clock").write_text(str((seen["days_left"] + 1) * DAY_MS))
    assert market("tick").out.strip() == "ticks: 1; every limit that is over is met"
    assert is_deemed_accepted(market)
    assert "届满的期限均已处理" in in_a_process("--lang", "zh", "tick", cwd=tmp_path).out


def test_what_is_answered_in_time_is_due_no_more(market: Mumian) -> None:
    said = decided(4)
    for each in said:
        each["command"]["application"] = "application-4"
    assert market("submit", "-", said=said).code == 0
    assert [each["kind"] for each in due(market, REGISTRY)] == []
    assert market("fsck", "mumian-home").code == 0


@pytest.mark.parametrize(("days", "shown"), [("0", 0), ("30", 1)])
def test_deadlines_can_be_limited_to_what_is_due_soon(market: Mumian, days: str, shown: int) -> None:
    assert len(due(market, "--within", days)) == shown
