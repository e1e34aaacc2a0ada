"""What a grading does to shelves, jobs and signatures, in the same leaf; and when nobody grades in time."""

from __future__ import annotations

from typing import Any

import pytest
from stage import SCENARIO, Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, ListingId, PartyId, ProductId, ResourceId
from mumian.kernel.levels import CleanRoomForm
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.gathering.seen import may_leave
from mumian.market.leaf import Leaf
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import Quality, SourceType
from mumian.rooms.catalog.grading import REGRADE
from mumian.rooms.catalog.levels import Affected, Degree, Impact, Level, level_by_matrix
from mumian.rooms.catalog.vocabulary import PermissionEnd, PermissionId
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan
from mumian.rooms.clocks import views as clocks
from mumian.rooms.enterprise import model as enterprise
from mumian.rooms.enterprise.vocabulary import Duty
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.product import CLEAN_ROOM, FORMS_AT, DeliveryForm, may_be_traded
from mumian.rooms.exchange.states import ListingState
from mumian.rooms.exchange.terms import SuspendReason, Verdict
from mumian.rooms.rights.vocabulary import SourceType as RightSource

HARM = {
    Level.CORE: Impact(Affected.ECONOMY, Degree.EXTREME),
    Level.IMPORTANT: Impact(Affected.ECONOMY, Degree.SERIOUS),
    Level.GENERAL_4: Impact(Affected.ORGANISATION, Degree.EXTREME),
    Level.GENERAL_3: Impact(Affected.ORGANISATION, Degree.SERIOUS),
    Level.GENERAL_2: Impact(Affected.ORGANISATION, Degree.GENERAL),
    Level.GENERAL_1: Impact(Affected.ORGANISATION, Degree.NONE),
}
FREE = goods.Price(goods.PriceMode.FREE, 0, goods.Unit.PRODUCT)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def grade(level: Level, resource: str, code: str = "cdo") -> catalog.ClassifyResource:
    reason = catalog.RegradeReason.CONTENT
    return catalog.ClassifyResource(ResourceId(resource), (HARM[level],), False, code, reason)


def first(s: Stage) -> tuple[PartyId, ResourceId]:
    return s.world.owners[0], s.world.resources[0]


def suspended(leaf: Leaf) -> list[tuple[SuspendReason, int]]:
    return [(event.reason, len(event.listings)) for event in leaf.events if type(event).__name__ == "ListingsSuspended"]


def broken(s: Stage) -> list[str]:
    return [place for law in laws.LAWS for place in law(s.states, s.now)]


def relist(s: Stage) -> Leaf:
    """Put the trial's report on the shelf again, as far as it may."""
    s.say(OPERATOR, exchange.ReviewCompliance(s.world.report, Verdict.PASSED, EVIDENCE))
    return s.ask(s.world.merchant, exchange.ListProduct(s.world.report, FREE))


def a_shelf(s: Stage, form: DeliveryForm) -> tuple[PartyId, ResourceId, ListingId]:
    """A firm lists its own general data in a form of delivery."""
    firm = s.admit(s.states.parties.parties[s.world.owners[0]].kind, Role.SUPPLIER)
    resource = s.resource(firm, DataKind.ENTERPRISE, SourceType.SELF_GENERATED)
    right = s.register(resource, firm, Right.OPERATE, RightSource.SELF_GENERATED)
    kind = goods.ProductType.DATASET
    register = exchange.RegisterProduct("数据", kind, form, (goods.SourceId(right),), (PURPOSE,), SCENARIO)
    product = ProductId(s.made(firm, register, "product"))
    s.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    return firm, resource, ListingId(s.made(firm, exchange.ListProduct(product, FREE), "listing"))


def test_levels_and_clean_rooms_are_one_word_of_both_rooms() -> None:
    assert {form.value for form in CleanRoomForm} == {form.value for form in CLEAN_ROOM}
    assert list(FORMS_AT) == list(Level)
    assert {level: level_by_matrix((impact,)) for level, impact in HARM.items()} == {level: level for level in Level}


# level, permitted, forms in which it may be traded (domain-rules §5.2)
ALL = set(DeliveryForm)
CONSEQUENCES: list[tuple[Level | None, bool, set[DeliveryForm]]] = [
    (None, True, set()),
    (Level.CORE, True, set()),
    (Level.IMPORTANT, False, set()),
    (Level.IMPORTANT, True, set(CLEAN_ROOM)),
    (Level.GENERAL_4, False, set(CLEAN_ROOM)),
    (Level.GENERAL_3, False, {*CLEAN_ROOM, DeliveryForm.API}),
    (Level.GENERAL_2, False, ALL),
    (Level.GENERAL_1, False, ALL),
]


@pytest.mark.parametrize(("level", "is_permitted", "forms"), CONSEQUENCES)
def test_a_level_decides_in_which_forms_data_is_traded(
    level: Level | None, is_permitted: bool, forms: set[DeliveryForm]
) -> None:
    assert {form for form in DeliveryForm if may_be_traded(level, form, is_permitted=is_permitted)} == forms


@pytest.mark.parametrize("form", [DeliveryForm.FILE, DeliveryForm.API, DeliveryForm.SANDBOX])
@pytest.mark.parametrize("level", list(Level))
def test_a_level_that_rises_closes_just_the_shelves_that_it_forbids(
    stage: Stage, level: Level, form: DeliveryForm
) -> None:
    firm, resource, listing = a_shelf(stage, form)
    leaf = stage.say(firm, grade(level, resource))
    is_allowed = may_be_traded(level, form, is_permitted=False)
    assert suspended(leaf) == ([] if is_allowed else [(SuspendReason.LEVEL_RAISED, 1)])
    assert (stage.states.exchange.listings[listing].state is ListingState.OPEN) is is_allowed
    assert broken(stage) == []


def test_core_data_takes_the_products_of_others_off_the_shelf_and_stops_what_waits(stage: Stage) -> None:
    owner, resource = first(stage)
    (job,) = [key for key, _ in _waiting(stage)]
    leaf = stage.say(owner, grade(Level.CORE, resource))
    assert suspended(leaf) == [(SuspendReason.LEVEL_RAISED, 2)]
    assert [event.jobs for event in leaf.events if type(event).__name__ == "JobsStopped"] == [(job,)]
    assert broken(stage) == []
    refused = stage.ask(stage.world.insurer, _a_job(stage))
    assert (refused.refused, refused.detail["reason"]) == ("cleanroom.CHAIN_BROKEN", "level")


def _waiting(s: Stage) -> list[tuple[str, Any]]:
    s.say(s.world.insurer, _a_job(s))
    return list(s.states.cleanroom.jobs.under())


def _a_job(s: Stage) -> cleanroom.RequestJob:
    plan = VerificationPlan(("tailnum", "day"), Filter("delay", Op.GT, 60), 100)
    return cleanroom.RequestJob(s.world.checks_agreement, s.world.checks, PURPOSE, plan, "n1")


def test_important_data_is_listed_only_while_a_permission_for_its_form_is_in_force(stage: Stage) -> None:
    owner, resource = first(stage)
    assert suspended(stage.say(owner, grade(Level.IMPORTANT, resource))) == [(SuspendReason.LEVEL_RAISED, 2)]
    assert relist(stage).refused == "exchange.IMPORTANT_DATA"
    until = stage.now + 10 * DAY_MS
    elsewhere = catalog.PermitImportantData(resource, (CleanRoomForm.MPC,), until, EVIDENCE)
    other = PermissionId(stage.made(stage.world.regulator, elsewhere, "permission"))
    assert relist(stage).refused == "exchange.IMPORTANT_DATA"  # the report is delivered in a sandbox
    stage.say(stage.world.regulator, catalog.RevokePermission(other, PermissionEnd.LAW))
    permit = catalog.PermitImportantData(resource, (CleanRoomForm.SANDBOX,), until, EVIDENCE)
    permission = PermissionId(stage.made(stage.world.regulator, permit, "permission"))
    assert relist(stage).refused == ""
    assert broken(stage) == []
    ended = stage.say(stage.world.regulator, catalog.RevokePermission(permission, PermissionEnd.TERMS_BROKEN))
    assert suspended(ended) == [(SuspendReason.PERMISSION_ENDED, 1)]
    assert broken(stage) == []


def test_a_permission_that_runs_out_closes_the_shelf_by_a_tick(stage: Stage) -> None:
    owner, resource = first(stage)
    stage.say(owner, grade(Level.IMPORTANT, resource))
    until = stage.now + 10 * DAY_MS
    permit = catalog.PermitImportantData(resource, tuple(CleanRoomForm), until, EVIDENCE)
    stage.say(stage.world.regulator, permit)
    assert relist(stage).refused == ""
    stage.wait(until - 1)
    stage.ask(owner, grade(Level.IMPORTANT, stage.world.resources[1]))  # somebody else speaks, nothing is over
    assert stage.states.exchange.listings[stage.world.report_listing].state is ListingState.OPEN
    stage.wait(until)
    stage.ask(owner, grade(Level.IMPORTANT, stage.world.resources[1]))
    assert not may_leave(stage.states, resource, DeliveryForm.SANDBOX, stage.now)
    assert stage.states.exchange.listings[stage.world.report_listing].state is ListingState.SUSPENDED
    assert broken(stage) == []


def test_a_grading_that_is_overdue_closes_the_shelf_and_a_new_one_lets_it_open(stage: Stage) -> None:
    owner, resource = first(stage)
    stage.say(owner, catalog.ReportTrigger(resource, catalog.RegradeReason.INCIDENT, EVIDENCE))
    clock = clocks.clock(stage.states.clocks, resource, REGRADE)
    assert clock is not None
    assert (clock.owner, clock.rule, clock.count) == (owner, "MM-REGRADE", 20)
    assert stage.states.exchange.listings[stage.world.report_listing].state is ListingState.OPEN
    stage.wait(clock.due_at)
    stage.ask(owner, catalog.ReportTrigger(resource, catalog.RegradeReason.INCIDENT, EVIDENCE))
    listing = stage.states.exchange.listings[stage.world.report_listing]
    assert listing.state is ListingState.SUSPENDED
    blocked = relist(stage)
    assert (blocked.refused, blocked.detail["reason"]) == ("exchange.SOURCE_BROKEN", "regrade_due")
    stage.say(owner, grade(Level.GENERAL_3, resource))
    assert stage.ask(stage.world.merchant, exchange.ListProduct(stage.world.report, FREE)).refused == ""
    assert broken(stage) == []


def test_a_version_that_outgrows_its_grading_is_owed_a_new_one(stage: Stage) -> None:
    owner, resource = first(stage)
    big = catalog.PublishVersion(resource, sha256_hex(b"big"), 40_000, 1, Quality())
    leaf = stage.say(owner, big)
    assert [type(event).__name__ for event in leaf.events] == ["VersionPublished", "RegradeDue", "ClockSet"]
    assert REGRADE in {each.kind for each in clocks.owed_by(stage.states.clocks, owner)}
    stage.say(owner, grade(Level.GENERAL_3, resource))
    assert clocks.clock(stage.states.clocks, resource, REGRADE) is None


def test_once_a_company_has_an_officer_nobody_else_signs_its_gradings(stage: Stage) -> None:
    owner, resource = first(stage)
    appoint = enterprise.AppointOfficer("CDO-7", (Duty.GOVERNANCE,), stage.now, None, EVIDENCE)
    stage.say(owner, appoint)
    assert stage.ask(owner, grade(Level.GENERAL_3, resource)).refused == "catalog.OFFICER_NOT_IN_OFFICE"
    assert stage.ask(owner, grade(Level.GENERAL_3, resource, "CDO-7")).refused == ""
