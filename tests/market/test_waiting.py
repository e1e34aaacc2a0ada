"""Whose turn it is: whatever waits in any room lies on the desk of who must act, with the day that is left."""

from __future__ import annotations

from functools import cache

import pytest
from test_bodies_sharing import Town

from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulator import IN_THE_LARGE, OFFICES, Simulator
from mumian.market.waiting import Waiting, waiting_for
from mumian.rooms.clocks import views as clocks


def on(town: Town, party: PartyId) -> list[tuple[str, str, bool]]:
    return [(each.about, each.what, each.is_overdue) for each in waiting_for(town.states, party, town.now)]


def test_a_request_lies_with_its_holder_and_after_silence_with_the_bureau() -> None:
    town = Town()
    key = town.attributed().requested()
    (task,) = waiting_for(town.states, town.holder, town.now)
    assert (task.about, task.what, task.is_overdue) == (key, "answer", False)
    assert town.now < task.due_at < town.now + 30 * DAY_MS
    assert on(town, town.bureau) == []
    town.wait(task.due_at)
    assert on(town, town.holder) == []
    assert on(town, town.bureau) == [(key, "rule", False)]
    town.wait(town.now + 60 * DAY_MS)
    assert on(town, town.bureau) == [(key, "rule", True)]


@cache
def offices() -> Simulator:
    return Simulator(5, IN_THE_LARGE, OFFICES).run(20_000)


def desks() -> dict[PartyId, tuple[Waiting, ...]]:
    market = offices()
    parties = [PartyId(key) for key, _ in market.states.parties.parties.under()]
    return {party: waiting_for(market.states, party, market.scene.now) for party in parties}


def test_in_a_busy_town_every_kind_of_matter_is_on_somebodys_desk() -> None:
    nouns = {each.about.partition("-")[0] for tasks in desks().values() for each in tasks}
    assert nouns >= {"application", "submission", "petition", "plan", "scenario", "resource"}


def test_what_is_overdue_comes_first_then_what_is_due_next() -> None:
    for tasks in desks().values():
        order = [(not each.is_overdue, each.due_at or 1 << 62) for each in tasks]
        assert order == sorted(order)


@pytest.mark.parametrize("noun", ["application", "petition"])
def test_whoever_a_limit_runs_for_finds_its_matter_on_the_desk(noun: str) -> None:
    market, found = offices(), desks()
    owed = [
        clock for clock in clocks.in_order(market.states.clocks) if clock.about.startswith(f"{noun}-") and clock.owner
    ]
    turns = [clock for clock in owed if clock.kind in TURNS]
    assert turns
    for clock in turns:
        assert clock.about in {each.about for each in found[clock.owner]}, clock


TURNS = {"property.acceptance", "property.supplement", "property.review", "sharing.answer", "consent.answer"}


def test_only_a_data_bureau_sees_what_came_before_bureaus() -> None:
    market = offices()
    for party, tasks in desks().items():
        if Role.DATA_BUREAU not in market.states.parties.parties[party].roles:
            assert {each.what for each in tasks}.isdisjoint({"rule", "ApprovePlan", "FilePlan", "ReviewByBureau"})
