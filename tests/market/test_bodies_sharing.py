"""Sharing in the market: what it asks of catalog, parties and rights, and time that nobody speaks of."""

from __future__ import annotations

from typing import Any

import pytest
from bare import Bare

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, ResourceId
from mumian.kernel.roles import DataKind, Role, SourceType
from mumian.kernel.time import DAY_MS
from mumian.market.gathering.sharing import cards_of
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import Quality
from mumian.rooms.parties.model import AssignRoles, PartyKind
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.decide import decide as decide_rights
from mumian.rooms.rights.evolve import evolve as evolve_rights
from mumian.rooms.rights.vocabulary import Mode
from mumian.rooms.sharing import model as sharing
from mumian.rooms.sharing import views
from mumian.rooms.sharing.vocabulary import (
    Attribute,
    Attributes,
    BodyLevel,
    DefectId,
    DefectState,
    Dimension,
    Flow,
    Level,
    Limit,
    Reason,
    ResultKind,
    ShareId,
    ShareState,
    TicketAnswer,
    TicketId,
    TicketResult,
    TicketState,
    Way,
)

A = sha256_hex(b"a")
FREE = Attribute(Level.UNCONDITIONAL)
BOUND = Attribute(Level.CONDITIONAL, Reason.PERSONAL_INFORMATION, "PIPL-13")


class Town(Bare):
    """A city bureau with data, a district body that needs it, their data bureau."""

    def __init__(self) -> None:
        super().__init__()
        self.bureau = self.body(Role.DATA_BUREAU)
        self.holder, self.asker = self.body(), self.body()
        self.data = self.resource(self.holder)
        self.say(self.bureau, sharing.EnrolBody(self.holder, "440100", BodyLevel.CITY, "transport"))
        self.say(self.bureau, sharing.EnrolBody(self.asker, "440106", BodyLevel.DISTRICT, "police"))

    def attributed(self, share: Attribute = BOUND) -> Town:
        self.say(self.holder, sharing.SetAttributes(self.data, Attributes(share, FREE)))
        self.say(self.bureau, sharing.ConfirmAttributes(self.data))
        return self

    def requested(self) -> ShareId:
        duty = catalog.DutyItem("duty-1", "治安管理", "警务系统", ("轨迹",))
        self.say(self.asker, catalog.ListDuties((duty,)))
        return ShareId(self.made(self.asker, self.request(), "share"))

    def request(self, **changes: Any) -> sharing.RequestShare:
        said = {"duty_item": "duty-1", "fields": ("at",), "use_to": self.now + 300 * DAY_MS, **changes}
        return sharing.RequestShare(self.data, "case-review", **said)

    def granted(self) -> ShareId:
        key = self.attributed().requested()
        self.say(self.holder, sharing.GrantShare(key, (), ("no-onward",)))
        return key


def test_a_share_lives_from_its_request_to_the_end_of_its_period() -> None:
    town = Town()
    key = town.granted()
    share = town.states.sharing.shares[key]
    assert share.flows == (Flow.CROSS_DEPARTMENT, Flow.CROSS_LEVEL)
    assert views.is_in_force(town.states.sharing, key, now=town.now)
    town.wait(town.now + 400 * DAY_MS)
    assert town.states.sharing.shares[key].state is ShareState.ENDED
    assert views.figures(town.states.sharing, town.asker).feedback_overdue == 1
    assert list(town.states.broken_laws()) == []


def test_what_a_holder_does_not_answer_lies_before_the_bureau() -> None:
    town = Town()
    key = town.attributed().requested()
    town.wait(town.now + 30 * DAY_MS)
    assert town.states.sharing.shares[key].state is ShareState.ESCALATED
    town.wait(town.now + 30 * DAY_MS)
    assert town.states.sharing.shares[key].is_ruling_overdue
    town.say(town.bureau, sharing.GrantShare(key, (), ("no-onward",)))
    assert town.states.sharing.shares[key].state is ShareState.GRANTED


ASKS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"duty_item": "duty-2"}, "DUTY_ITEM_UNKNOWN"),
    ({"fields": ("driver",)}, "FIELD_OUTSIDE"),
    ({"fields": ("at", "line")}, ""),
]


@pytest.mark.parametrize(("changes", "refusal"), ASKS)
def test_data_is_shared_for_duties_and_in_the_fields_of_its_dictionary(changes: dict[str, Any], refusal: str) -> None:
    town = Town().attributed()
    key = town.requested()
    town.say(town.asker, sharing.WithdrawShareRequest(key))
    answer = town.ask(town.asker, town.request(**changes))
    assert answer.refused == (refusal and f"sharing.{refusal}")


def test_a_body_that_is_none_any_more_asks_for_nothing() -> None:
    town = Town().attributed()
    town.say("exchange", AssignRoles(PartyId(town.asker), (Role.REGULATOR,)))
    assert town.ask(town.asker, town.request()).refused == "sharing.NOT_A_PUBLIC_BODY"


def test_a_defect_is_corrected_by_a_version_that_the_catalog_has() -> None:
    town = Town()
    key = town.granted()
    before, after = sha256_hex(b"before"), sha256_hex(b"after")
    town.say(town.holder, catalog.PublishVersion(town.data, before, 1, 1, Quality()))
    town.wait(town.now + DAY_MS)
    report = sharing.ReportDefect(key, Dimension.ACCURACY, ("at",), A)
    defect = DefectId(town.made(town.asker, report, "defect"))
    for digest in (before, after):
        answer = town.ask(town.holder, sharing.CorrectDefect(defect, digest))
        assert answer.refused == "sharing.VERSION_UNKNOWN"
    town.say(town.holder, catalog.PublishVersion(town.data, after, 1, 1, Quality()))
    town.say(town.holder, sharing.CorrectDefect(defect, after))
    assert town.states.sharing.defects[defect].state is DefectState.CORRECTED


@pytest.mark.parametrize(
    ("keywords", "industry", "fits"), [(("到站",), "A01", True), ((), "G54", True), ((), "A", False)]
)
def test_a_ticket_is_matched_with_the_catalog_of_its_holder(
    keywords: tuple[str, ...], industry: str, fits: bool
) -> None:
    town = Town().attributed(FREE)
    firm = town.admit(PartyKind.LEGAL, Role.BUYER)
    command = sharing.RaiseTicket(town.bureau, "公交到站时刻", industry, keywords, "research", A)
    ticket = TicketId(town.made(firm, command, "ticket"))
    town.say(town.bureau, sharing.AssignTicket(ticket, town.holder))
    assert town.states.sharing.tickets[ticket].candidates == ((town.data,) if fits else ())
    town.say(town.holder, sharing.AnswerTicket(ticket, TicketAnswer.WILL_DELIVER))
    town.say(town.holder, sharing.DeliverTicket(ticket, town.data, Way.OPEN))
    town.say(firm, sharing.CloseTicket(ticket, TicketResult.SATISFIED))
    assert town.states.sharing.tickets[ticket].state is TicketState.CLOSED
    assert list(town.states.broken_laws()) == []


def test_withdrawn_resources_are_no_candidates() -> None:
    town = Town()
    assert [card.resource for card in cards_of(town.states, town.holder)] == [town.data]
    town.say(town.holder, catalog.WithdrawResource(town.data))
    assert cards_of(town.states, town.holder) == ()


def test_a_natural_person_raises_no_ticket() -> None:
    town = Town()
    person = town.admit(PartyKind.NATURAL, Role.BUYER)
    command = sharing.RaiseTicket(town.bureau, "公交到站时刻", "G54", (), "research", A)
    assert town.ask(person, command).refused == "sharing.ONLY_ORGANISATIONS"
    assert (
        town.ask(town.asker, sharing.RaiseTicket(town.holder, "x", "G54", (), "p", A)).refused == "sharing.NOT_A_BUREAU"
    )


def authorize(town: Town, operator: PartyId) -> None:
    """Enter an authorisation as the market does for an agreement on operation."""
    command = rights.AuthorizeOperation(
        "agreement-1", town.holder, operator, (town.data,), Mode.WHOLE, "", None, town.now, town.now + 100 * DAY_MS
    )
    events = decide_rights(town.states.rights, command, Facts(seq=900, now=town.now, actor=MARKET))
    assert isinstance(events, list)
    for event in events:
        evolve_rights(town.states.rights, event)


def test_results_are_fed_back_by_who_operates_the_data_while_it_does() -> None:
    town = Town()
    operator = town.admit(PartyKind.LEGAL, Role.PUBLIC_DATA_OPERATOR)
    command = sharing.FeedBackResult(town.data, ResultKind.INDICATOR, A)
    assert town.ask(operator, command).refused == "sharing.NOT_THE_OPERATOR"
    authorize(town, operator)
    town.say(operator, command)
    assert list(views.results_for(town.states.sharing, town.holder)) == [(town.data, ResultKind.INDICATOR, operator)]
    town.wait(town.now + 100 * DAY_MS)
    assert town.ask(operator, command).refused == "sharing.NOT_THE_OPERATOR"


@pytest.mark.parametrize(
    ("kind", "source", "refusal"),
    [(DataKind.ENTERPRISE, SourceType.SELF_GENERATED, "NOT_PUBLIC_DATA"), (DataKind.PUBLIC, SourceType.GOV_DUTY, "")],
)
def test_only_public_data_has_attributes(kind: DataKind, source: SourceType, refusal: str) -> None:
    town = Town()
    resource = ResourceId(town.resource(town.holder, kind, source))
    answer = town.ask(town.holder, sharing.SetAttributes(resource, Attributes(FREE, FREE)))
    assert answer.refused == (refusal and f"sharing.{refusal}")


def test_a_body_whose_bureau_left_is_enrolled_by_another() -> None:
    town = Town()
    other = town.body(Role.DATA_BUREAU)
    command = sharing.EnrolBody(town.holder, "440100", BodyLevel.CITY, "transport")
    assert town.ask(other, command).refused == "sharing.BODY_OF_ANOTHER"
    town.say("exchange", AssignRoles(PartyId(town.bureau), (Role.PUBLIC_BODY,)))
    town.say(other, command)
    assert list(views.bodies_under(town.states.sharing, other)) == [town.holder]


def test_nobody_but_the_clock_says_that_a_limit_is_over() -> None:
    town = Town()
    key = town.attributed().requested()
    for actor in (town.holder, town.asker, town.bureau, "exchange"):
        assert town.ask(actor, sharing.MeetLimit(key, Limit.ANSWER)).refused == "sharing.ONLY_THE_MARKET"
