"""Licences and openings in the market: what a licence gives is granted, never wider than its parent, and ends with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from stage import Stage

from mumian.kernel.ids import MARKET
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.desk import desk_of
from mumian.market.leaf import Leaf
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import SourceType
from mumian.rooms.enterprise import model as enterprise
from mumian.rooms.enterprise.desk import RiskKind, Thing
from mumian.rooms.enterprise.licences import END, START
from mumian.rooms.enterprise.terms import SKELETON, DataGiven, Leg, SectionText, Terms
from mumian.rooms.enterprise.vocabulary import (
    Duty,
    EnquiryId,
    FirmSize,
    LicenceEnd,
    LicenceId,
    LicenceState,
    Model,
    OpeningId,
    Weight,
)
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.rights import model as rights
from mumian.rooms.rights import views as right_views
from mumian.rooms.rights.decide import decide as decide_rights
from mumian.rooms.rights.evolve import evolve as evolve_rights
from mumian.rooms.rights.scope import excesses
from mumian.rooms.rights.vocabulary import SourceType as RightSource


class Two:
    """Two firms with a right to use their own data each, and stated sizes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.first, self.second = stage.world.owners
        self.rights = tuple(str(stage.right(nth, "use")) for nth in range(2))
        for firm, size, weight in (
            (self.first, FirmSize.LARGE, Weight.STATE_COMPANY),
            (self.second, FirmSize.SMALL, Weight.NONE),
        ):
            stage.say(firm, enterprise.StateFirm(size, weight, EVIDENCE))

    def data(self, nth: int, **changes: Any) -> DataGiven:
        now = self.stage.now
        known = {"valid_from": now, "valid_to": now + 100 * DAY_MS, **changes}
        return DataGiven(parent=self.rights[nth], right=Right.USE, purposes=(PURPOSE,), **known)

    def terms(self, **changes: Any) -> Terms:
        legs = (Leg(data=self.data(nth, **changes), liability_cap_fen=100) for nth in range(2))
        first, second = legs
        sections = tuple(SectionText(section, EVIDENCE) for section in SKELETON)
        return Terms(model=Model.PROVISION, first=first, second=second, sections=sections)

    def draft(self, terms: Terms | None = None) -> LicenceId:
        command = enterprise.DraftLicence(self.second, terms or self.terms())
        return LicenceId(self.stage.made(self.first, command, "licence"))

    def sign(self, key: LicenceId) -> Leaf:
        self.stage.say(self.first, enterprise.SignLicence(key, 1, "CDO-1"))
        return self.stage.ask(self.second, enterprise.SignLicence(key, 1, "SIG-1"))

    def grants(self, key: LicenceId) -> list[rights.Grant]:
        found = self.stage.states.rights.by_licence.under(f"{key}/")
        return [self.stage.states.rights.grants[grant] for _, grant in found]


@pytest.fixture
def two() -> Two:
    return Two(Stage())


def test_a_two_way_licence_grants_both_ways_in_the_leaf_of_the_second_signature(two: Two) -> None:
    key = two.draft()
    leaf = two.sign(key)
    assert [type(event).__name__ for event in leaf.events] == [
        "LicenceSigned",
        "LicenceActivated",
        "ClockSet",
        "RightGranted",
        "RightGranted",
    ]
    given = [(grant.grantor, grant.grantee, grant.parent) for grant in two.grants(key)]
    assert sorted(given) == sorted([(two.first, two.second, two.rights[0]), (two.second, two.first, two.rights[1])])
    assert all(
        right_views.chain(two.stage.states.rights, grant.parent, two.stage.now).unbroken for grant in two.grants(key)
    )


def test_a_licence_that_would_give_more_than_there_is_is_not_signed(two: Two) -> None:
    key = two.draft(two.terms(valid_to=two.stage.now + 10_000 * DAY_MS))
    leaf = two.sign(key)
    assert leaf.refused == "rights.WIDER_THAN_PARENT"
    assert two.stage.states.enterprise.licences[key].state is LicenceState.NEGOTIATE
    assert two.grants(key) == []


def test_a_licence_begins_on_its_first_day_and_ends_on_its_last(two: Two) -> None:
    start = two.stage.now + 5 * DAY_MS
    key = two.draft(two.terms(valid_from=start, valid_to=start + DAY_MS))
    two.sign(key)
    kinds = {clock.kind for _, clock in two.stage.states.clocks.clocks.under(f"{key}/")}
    assert (kinds, two.grants(key)) == ({START, END}, [])
    two.stage.wait(start)
    two.stage.ask(two.first, enterprise.GiveNotice(LicenceId("licence-1")))
    assert two.stage.states.enterprise.licences[key].state is LicenceState.ACTIVE
    assert len(two.grants(key)) == 2
    two.stage.wait(start + DAY_MS)
    two.stage.ask(two.first, enterprise.GiveNotice(LicenceId("licence-1")))
    assert two.stage.states.enterprise.licences[key].ended is LicenceEnd.EXPIRED
    assert {grant.ended for grant in two.grants(key)} == {rights.EndReason.EXPIRED}


def test_a_licence_whose_parent_fell_before_its_first_day_ends_on_it(two: Two) -> None:
    start = two.stage.now + 5 * DAY_MS
    key = two.draft(two.terms(valid_from=start, valid_to=start + DAY_MS))
    two.sign(key)
    two.stage.say(two.stage.world.registry, two.stage.revocation(0, "use"))
    two.stage.wait(start)
    two.stage.ask(two.first, enterprise.GiveNotice(LicenceId("licence-1")))
    assert two.stage.states.enterprise.licences[key].ended is LicenceEnd.PARENT_BROKEN
    assert two.grants(key) == []


def test_broken_terms_end_both_grants_and_what_stands_on_them_in_the_same_leaf(two: Two) -> None:
    key = two.draft(two.terms(onward=True))
    two.sign(key)
    leaf = two.stage.say(two.second, enterprise.EndLicence(key, LicenceEnd.TERMS_BROKEN, EVIDENCE))
    assert [type(event).__name__ for event in leaf.events].count("GrantRevoked") == 2
    assert {grant.ended for grant in two.grants(key)} == {rights.EndReason.TERMS_BROKEN}
    assert [place for law in laws.LAWS for place in law(two.stage.states, two.stage.now)] == []


def test_a_person_signs_no_licence_and_drafts_none(two: Two) -> None:
    person = two.stage.admit(PartyKind.NATURAL, Role.BUYER)
    assert (
        two.stage.ask(person, enterprise.DraftLicence(two.first, two.terms())).refused
        == "enterprise.NOT_AN_ORGANISATION"
    )
    refused = two.stage.ask(two.first, enterprise.DraftLicence(person, two.terms())).refused
    assert refused == "enterprise.OTHER_NOT_ADMITTED"


def test_an_opening_is_of_ones_own_and_closes_when_its_resource_is_withdrawn(two: Two) -> None:
    stage, resource = two.stage, two.stage.world.resources[0]
    until = stage.now + 50 * DAY_MS
    listed = enterprise.PublishOpening(resource, "航班", "签订许可后提供", EVIDENCE, (FirmSize.SMALL,), until)
    assert stage.ask(two.first, replace(listed, subject=stage.world.resources[1])).refused == "enterprise.NOT_YOURS"
    assert stage.ask(two.first, replace(listed, subject="resource-9999")).refused == "enterprise.SUBJECT_UNKNOWN"
    key = OpeningId(stage.made(two.first, listed, "opening"))
    enquiry = EnquiryId(stage.made(two.second, enterprise.RequestOpening(key, PURPOSE), "enquiry"))
    leaf = stage.say(two.first, catalog.WithdrawResource(resource))
    assert "OpeningClosed" in [type(event).__name__ for event in leaf.events]
    stage.wait(stage.now + 30 * DAY_MS)
    late = stage.say(two.first, enterprise.AnswerEnquiry(enquiry, True))
    assert late.events[0].in_time is False
    assert stage.states.enterprise.enquiries[enquiry].is_overdue


def test_the_desk_is_filled_from_every_room(two: Two) -> None:
    stage = two.stage
    key = two.draft()
    two.sign(key)
    stage.say(two.first, enterprise.AppointOfficer("CDO-1", tuple(Duty), stage.now, stage.now + 20 * DAY_MS, EVIDENCE))
    page = desk_of(stage.states, two.first, stage.now, days=100)
    assert (page.officer, [licence for licence, _ in page.licences]) == ("CDO-1", [key])
    assert [held.resource for held in page.holdings.resources] == [stage.world.resources[0]]
    assert {grant.other for grant in page.holdings.given} == {two.second, stage.world.merchant}
    assert [grant.other for grant in page.holdings.received] == [two.second]
    assert [each.thing for each in page.expiring][:2] == [Thing.OFFICE, Thing.GIVEN]
    assert page.risks == ()
    stage.say(stage.world.registry, stage.revocation(1, "use"))
    stage.say(two.first, catalog.ReportTrigger(stage.world.resources[0], catalog.RegradeReason.LAW, EVIDENCE))
    kinds = [risk.kind for risk in desk_of(stage.states, two.first, stage.now, days=1).risks]
    assert kinds == [RiskKind.CHAIN_BROKEN, RiskKind.REGRADE_DUE]


codes = st.lists(st.sampled_from((PURPOSE, "research", "marketing")), max_size=3, unique=True).map(tuple)
places = st.lists(st.sampled_from(("CN", "CN-44", "HK")), max_size=2, unique=True).map(tuple)
names = st.lists(st.sampled_from("abc"), max_size=3, unique=True).map(tuple)
SHARED = Stage()


Scope = tuple[Any, Any, Any]


@st.composite
def scopes(draw: st.DrawFn) -> tuple[Scope, Scope]:
    """Draw what a parent gives, and what is asked for: mostly the same, so that both answers are met."""
    held = draw(codes.filter(bool)), draw(places), draw(names)
    asked = tuple(draw(st.just(part) | part_like) for part, part_like in zip(held, (codes, places, names), strict=True))
    return held, asked


GRANTED: list[bool] = []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    scope=scopes(),
    right=st.sampled_from((Right.USE, Right.USE, *Right)),
    onward=st.sampled_from((True, True, False)),
    term=st.tuples(st.integers(-2, 60), st.integers(1, 60)),
)
def test_a_leg_never_gives_more_than_its_parent_has(
    scope: tuple[Scope, Scope], right: Right, onward: bool, term: tuple[int, int]
) -> None:
    """Whatever the terms ask for, what is granted when they begin lies within the parent grant, or nothing is."""
    (held, asked), states, now = scope, SHARED.states, SHARED.now
    merchant, taker = SHARED.world.merchant, SHARED.world.insurer
    parent = states.rights.grants[SHARED.world.grants[0]]
    parent = replace(
        parent,
        purposes=held[0],
        territory=held[1],
        fields=held[2],
        onward=onward,
        valid_from=now,
        valid_to=now + 50 * DAY_MS,
    )
    state = type(states.rights)(*(_copied(table) for table in _tables(states.rights)))
    state.grants[SHARED.world.grants[0]] = parent
    command = rights.GrantUnderLicence(
        "licence-1", merchant, SHARED.world.grants[0], taker, right, asked[0], asked[1], asked[2],
        now + term[0] * DAY_MS, now + (term[0] + term[1]) * DAY_MS, False, EVIDENCE,
    )  # fmt: skip
    facts = rights.GranteeFacts(seq=10**6, now=now, actor=MARKET, grantee_roles=frozenset({Role.BUYER}))
    answer = decide_rights(state, command, facts)
    GRANTED.append(isinstance(answer, list))
    if not isinstance(answer, list):
        return
    for event in answer:
        evolve_rights(state, event)
        assert list(excesses(parent, event.record)) == []
        assert parent.onward


def test_legs_were_met_that_may_be_granted_and_others() -> None:
    """The property above is not kept by refusing everything."""
    test_a_leg_never_gives_more_than_its_parent_has()
    assert {True, False} <= set(GRANTED)


def _tables(state: Any) -> list[Any]:
    return [getattr(state, name) for name in state.__struct_fields__]


def _copied(table: Any) -> Any:
    return DictTable(table.under())


def test_the_market_alone_begins_and_ends_by_time(two: Two) -> None:
    key = two.draft()
    for command in (
        enterprise.ActivateLicence(key),
        enterprise.MeetLicenceEnd(key, LicenceEnd.EXPIRED),
    ):
        assert two.stage.ask(two.first, command).refused == "enterprise.ONLY_THE_MARKET"


def test_a_licence_over_an_operated_right_carries_the_right_to_let_others_use(two: Two) -> None:
    """A registered right to use is given only by who may also operate: without that right nothing is granted (S1-03)."""
    stage = two.stage
    firm = stage.admit(PartyKind.LEGAL, Role.SUPPLIER)
    resource = stage.resource(firm, DataKind.ENTERPRISE, SourceType.SELF_GENERATED)
    right = stage.register(resource, firm, Right.USE, RightSource.SELF_GENERATED)
    stage.say(firm, enterprise.StateFirm(FirmSize.LARGE, Weight.NONE, EVIDENCE))
    terms = two.terms()
    only_use = replace(terms, first=replace(terms.first, data=replace(two.data(0), parent=right)))
    key = LicenceId(stage.made(firm, enterprise.DraftLicence(two.second, only_use), "licence"))
    stage.say(firm, enterprise.SignLicence(key, 1, "x"))
    assert stage.ask(two.second, enterprise.SignLicence(key, 1, "x")).refused == "rights.NO_LICENCE"
