"""`mumian query`: SQL over two domains from the command line: priced, answered once, refused with its place, by template."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from terminal import Mumian, Ran
from test_domain_cli import FAULT, PURPOSE, REFUSED, Town, town

__all__ = ["town"]  # the fixture

BY_DISTRICT = "SELECT district, COUNT(*) AS n, AVG(minutes) AS mean FROM deliveries GROUP BY district"
BOUNDED = ("--groups", "1", "--rows", "4")


def asked(mumian: Mumian, town: Town, *words: str) -> Ran:
    return mumian("query", *words, "--agreement", town.joint_agreement, "--purpose", PURPOSE)


def spent(mumian: Mumian) -> list[str]:
    """What has been spent of each budget."""
    return re.findall(r'"spent_rho_nano": (\d+)', mumian("show", "budget", "--json").out)


def test_a_query_is_answered_with_an_interval_for_every_number(mumian: Mumian, town: Town) -> None:
    ran = asked(mumian, town, BY_DISTRICT, "--rho", "0.3", *BOUNDED, "--json")
    assert ran.code == 0, ran
    found = json.loads(ran.out)
    assert found["columns"] == ["district", "n", "mean"]
    for (name, count, mean), (_, of_count, of_mean) in zip(found["rows"], found["intervals"], strict=True):
        assert name in ("Tianhe", "Yuexiu")
        assert int(of_count[0]) <= int(count) <= int(of_count[1])
        assert float(of_mean[0]) <= float(mean) <= float(of_mean[1])
    assert (found["rho_nano"], found["confidence_permille"], len(found["rules"])) == (300_000_000, 950, 1)
    assert json.loads(Path(f"answer-{found['job']}.json").read_bytes())["plan_digest"] == found["plan_digest"]


def test_to_explain_charges_nothing_and_to_ask_again_in_other_words_costs_nothing(mumian: Mumian, town: Town) -> None:
    before = spent(mumian)
    told = asked(mumian, town, BY_DISTRICT, "--rho", "0.3", *BOUNDED, "--explain")
    assert (told.code, "would be accepted" in told.out) == (0, True)
    assert spent(mumian) == before
    first = asked(mumian, town, BY_DISTRICT, "--rho", "0.3", *BOUNDED)
    charged = spent(mumian)
    again = "select avg(d.minutes) as m, d.district, count(*) from deliveries d group by 2"
    second = asked(mumian, town, again, "--rho", "0.3", *BOUNDED)
    assert (first.code, second.code) == (0, 0)
    assert charged != before
    assert spent(mumian) == charged
    known = asked(mumian, town, again, "--rho", "0.3", *BOUNDED, "--explain")
    assert "answered before" in known.out


@pytest.mark.parametrize("how", [("--epsilon", "1"), ("--within", "60"), ("--epsilon", "1", "--laplace")])
def test_a_price_is_found_for_an_epsilon_or_for_a_precision(mumian: Mumian, town: Town, how: tuple[str, ...]) -> None:
    ran = asked(mumian, town, "SELECT COUNT(*) FROM deliveries", *how, *BOUNDED, "--explain", "--json")
    assert ran.code == 0, ran
    told = json.loads(ran.out)
    assert 0 < told["rho_nano"] < 10**9
    assert "--within" not in how or max(told["half_widths"].values()) <= 60


def test_what_is_not_answered_is_shown_at_its_place(mumian: Mumian, town: Town) -> None:
    ran = asked(mumian, town, "SELECT district, MAX(minutes) FROM deliveries GROUP BY district", "--rho", "0.1")
    line, caret = ran.err.splitlines()[-2:]
    assert ran.code == REFUSED
    assert line[caret.index("^") : caret.rindex("^") + 1] == "MAX(minutes)"
    Path("longest.sql").write_text("SELECT vehicle FROM deliveries")
    of = ("--agreement", town.joint_agreement, "--purpose", PURPOSE)
    explained = mumian("explain", "longest.sql", *of)
    assert (explained.code, "rows never leave" in explained.err) == (REFUSED, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((BY_DISTRICT,), "say what the answer may cost"),
        ((BY_DISTRICT, "--rho", "0.1", "--epsilon", "1"), "say what the answer may cost"),
        ((BY_DISTRICT, "--epsilon", "-1"), "no such number"),
        ((), "give a query"),
        (("--template", "nothing", "--rho", "0.1"), "no template `nothing`"),
    ],
)
def test_an_option_that_makes_no_sense_is_told(mumian: Mumian, town: Town, words: tuple[str, ...], said: str) -> None:
    ran = asked(mumian, town, *words)
    assert (ran.code, said in ran.err) == (FAULT, True), ran


def narrowed(mumian: Mumian, town: Town, **changed: Any) -> None:
    """Both holders set and publish changed rules."""
    for name, resource in zip(("north", "south"), town.resources, strict=True):
        rules = json.loads(Path(f"{name}.rules.json").read_text())
        Path(f"{name}.rules.json").write_text(json.dumps({**rules, **changed}))
        of = ("--resource", resource, "--file", f"{name}.rules.json", "--submit")
        assert mumian("domain", "rules", name, *of).code == 0


def test_where_free_queries_are_not_answered_a_template_is(mumian: Mumian, town: Town) -> None:
    shown = json.loads(asked(mumian, town, BY_DISTRICT, "--rho", "0.3", *BOUNDED, "--explain", "--json").out)
    late = {"name": "late", "column": "minutes", "op": "gt", "lower": 30, "upper": 120}
    approved = {"name": "by_district", "plan": shown["plan"], "parameters": [late]}
    narrowed(mumian, town, free=False, templates=[approved])
    free = asked(mumian, town, BY_DISTRICT, "--rho", "0.3", *BOUNDED)
    assert (free.code, "by_district" in free.err) == (REFUSED, True)
    ran = asked(mumian, town, "--template", "by_district", "--argument", "late=60")
    assert (ran.code, "Tianhe" in ran.out) == (0, True), ran
    beyond = asked(mumian, town, "--template", "by_district", "--argument", "late=29")
    assert (beyond.code, "not within what template" in beyond.err) == (FAULT, True)
