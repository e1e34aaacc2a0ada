"""Rules of law have days: the same case decided at two of them has two answers, and a replay gives the old one."""

from __future__ import annotations

from datetime import date

import pytest
from bare import Bare

from mumian.journal.sqlite import SqliteStore
from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.roles import DataKind, Right, Role, SourceType
from mumian.kernel.time import Instant, start_of
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.leaf import leaf_bytes
from mumian.market.registering import initial_form
from mumian.market.rooms import States
from mumian.market.step import step
from mumian.rooms.oversight.model import AdoptRulebook
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.property_register.model import SubmitApplication
from mumian.rulebook.rules import load

SUMMER = start_of(date(2026, 9, 21))


class Case(Bare):
    """A company that wants to register its data, and a registry."""

    def __init__(self, now: Instant = SUMMER, rulebook: str = "2026.2") -> None:
        super().__init__(now, rulebook)
        self.registry = self.admit(PartyKind.LEGAL, Role.REGISTRY)
        self.company = self.admit(PartyKind.LEGAL, Role.SUPPLIER)
        self.data: ResourceId = self.resource(self.company, DataKind.ENTERPRISE, SourceType.SELF_GENERATED)

    def apply(self) -> str:
        form = initial_form(self.company, self.data, SourceType.SELF_GENERATED, (Right.HOLD,))
        return self.ask(self.company, SubmitApplication(self.registry, form)).refused

    def decided_again(self) -> list[bytes]:
        """Decide every leaf anew from nothing and return its bytes."""
        states = States(SqliteStore(":memory:"))
        said = [(leaf, Spoken(Envelope(leaf.id, PartyId(leaf.actor), leaf.command), leaf.by)) for leaf in self.leaves]
        return [
            leaf_bytes(step(states, spoken.envelope, seq=leaf.seq, at=leaf.at, by=spoken.by)) for leaf, spoken in said
        ]

    def replays(self) -> bool:
        return self.decided_again() == [leaf_bytes(leaf) for leaf in self.leaves]


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        (date(2026, 6, 30), "property_register.RULE_NOT_IN_FORCE"),
        (date(2026, 7, 1), ""),
        (date(2029, 6, 30), ""),
    ],
)
def test_a_register_is_open_from_the_day_on_which_its_measures_take_effect(day: date, answer: str) -> None:
    case = Case(start_of(day))
    assert case.apply() == answer
    assert case.replays()


def test_what_was_refused_before_the_day_is_accepted_after_it_and_both_answers_stay() -> None:
    case = Case(start_of(date(2026, 6, 30)))
    first = case.apply()
    case.wait(start_of(date(2026, 7, 2)))
    assert (first, case.apply()) == ("property_register.RULE_NOT_IN_FORCE", "")
    assert case.replays()


def test_a_market_decides_by_the_rulebook_that_it_has_adopted_and_its_past_by_the_one_before() -> None:
    case = Case(rulebook="2026.1")
    first = case.apply()
    case.say(OPERATOR, AdoptRulebook("2026.2", load("2026.2").digest()))
    assert (first, case.apply()) == ("property_register.RULE_NOT_IN_FORCE", "")
    assert case.replays()


def test_a_leaf_decided_under_another_rulebook_has_other_bytes() -> None:
    case = Case(rulebook="2026.1")
    case.apply()
    case.leaves[0] = Case(rulebook="2026.2").leaves[0]
    assert not case.replays()
