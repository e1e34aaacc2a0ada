"""Decision tables of gradings: factors, escalation, triggers, proposals, permissions. One line a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from test_catalog import (
    AIR,
    AIRLINE,
    BODY,
    DIGEST,
    FACTORS,
    FLIGHTS,
    GONE,
    MILD,
    NOW,
    OTHER_DIGEST,
    PATIENTS,
    QUALITY,
    REFUSALS,
    SERIOUS,
    SPOILED,
    WEATHER,
    a_state,
    by,
    classified,
    described,
    do,
)

from mumian.kernel.canonical import canonical
from mumian.kernel.ids import MARKET, ResourceId
from mumian.kernel.levels import CleanRoomForm, Level
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.rooms.catalog import views
from mumian.rooms.catalog.decide import decide
from mumian.rooms.catalog.description import SourceType, SpatialScope
from mumian.rooms.catalog.factors import Factors, Group, Precision, contradicts, unknown
from mumian.rooms.catalog.grading import REGRADE
from mumian.rooms.catalog.laws import LAWS
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.catalog.model import CatalogRefusal as R
from mumian.rooms.catalog.model import (
    Command,
    DeemRegradeOverdue,
    Event,
    ExpirePermission,
    GradingFacts,
    PermitImportantData,
    ProposeGrading,
    PublishVersion,
    RegradeDue,
    RegradeReason,
    ReportTrigger,
    ResourceClassified,
    RevokePermission,
    State,
    WithdrawResource,
)
from mumian.rooms.catalog.permission import PERMISSION
from mumian.rooms.catalog.vocabulary import Departure, DepartureReason, PermissionEnd, PermissionId
from mumian.rulebook.rules import load

BUREAU_OF_DATA = by("party-8", Role.DATA_BUREAU, seq=80)
REG = by("party-9", Role.REGULATOR, seq=90)
MARKET_ITSELF = by(MARKET)
UNTIL = NOW + 100 * DAY_MS
IMPORTANT = (Impact(Affected.ECONOMY, Degree.SERIOUS),)
CORE = (Impact(Affected.ECONOMY, Degree.EXTREME),)
TO_PERSONS = (Impact(Affected.PERSON, Degree.GENERAL),)
RISEN = (
    Impact(Affected.NATIONAL_SECURITY, Degree.NONE),
    Impact(Affected.ECONOMY, Degree.NONE),
    Impact(Affected.SOCIAL_ORDER, Degree.GENERAL),
    Impact(Affected.PUBLIC_INTEREST, Degree.NONE),
)
OWN = replace(FACTORS, persons=0, group=Group.ORGANISATIONS, organisations=1)
SCALE, FUSION, INCIDENT = RegradeReason.SCALE, RegradeReason.FUSION, RegradeReason.INCIDENT
DEPARTURE = Departure(DepartureReason.CONTEXT, DIGEST)
PERMITTED = PermissionId("permission-80")
FORMS = (CleanRoomForm.SANDBOX, CleanRoomForm.MPC)


def permit(**changes: Any) -> PermitImportantData:
    return replace(PermitImportantData(FLIGHTS, FORMS, UNTIL, DIGEST), **changes)


def trigger(kind: RegradeReason = INCIDENT, resource: ResourceId = FLIGHTS) -> ReportTrigger:
    return ReportTrigger(resource, kind, DIGEST)


def proposed(*impacts: Impact, factors: Factors = FACTORS) -> ProposeGrading:
    return ProposeGrading(FLIGHTS, impacts or MILD, factors, DIGEST)


def an_important_state(*commands: tuple[Command, GradingFacts]) -> State:
    """The airline's flights are graded important; then what else is said."""
    state = a_state()
    do(state, classified(*IMPORTANT), AIR)
    for command, facts in commands:
        do(state, command, facts)
    return state


def nothing(_: State) -> None:
    pass


def owing(state: State) -> None:
    do(state, trigger(), AIR)


def graded_important(state: State) -> None:
    do(state, classified(*IMPORTANT), AIR)


def permitted(state: State) -> None:
    graded_important(state)
    do(state, permit(), BUREAU_OF_DATA)


def revoked(state: State) -> None:
    permitted(state)
    do(state, RevokePermission(PERMITTED, PermissionEnd.LAW), BUREAU_OF_DATA)


def with_proposal(state: State) -> None:
    do(state, proposed(*SERIOUS, factors=replace(OWN, coverage_permille=None)), by(AIRLINE, seq=70))


OLD = replace(AIR, rulebook="2026.1")

CASES: list[tuple[Callable[[State], None], Command, GradingFacts, R]] = [
    (nothing, proposed(), BODY, R.NOT_THE_HOLDER),
    (nothing, replace(proposed(), impacts=()), AIR, R.IMPACTS_EMPTY),
    (nothing, proposed(*MILD, *SERIOUS), AIR, R.IMPACT_REPEATED),
    (nothing, classified(*SERIOUS), replace(AIR, officer_signs=False), R.OFFICER_NOT_IN_OFFICE),
    (nothing, classified(*SERIOUS, proposal="proposal-70"), AIR, R.PROPOSAL_NOT_OPEN),
    (with_proposal, classified(*SERIOUS, proposal="proposal-71", factors=OWN), AIR, R.PROPOSAL_NOT_OPEN),
    (with_proposal, classified(*SERIOUS, factors=OWN), AIR, R.DEPARTURE_UNEXPLAINED),
    (with_proposal, classified(*CORE, proposal="proposal-70", factors=OWN), AIR, R.DEPARTURE_UNEXPLAINED),
    (
        with_proposal,
        classified(*SERIOUS, proposal="proposal-70", factors=replace(OWN, precision=Precision.AGGREGATE)),
        AIR,
        R.DEPARTURE_UNEXPLAINED,
    ),
    (with_proposal, classified(*SERIOUS, proposal="proposal-70"), AIR, R.NEEDS_INFO),
    (nothing, classified(*SERIOUS, factors=FACTORS), AIR, R.PERSONS_MISCOUNTED),
    (nothing, classified(*TO_PERSONS, persons=True, factors=OWN), AIR, R.PERSONS_MISCOUNTED),
    (nothing, replace(classified(*TO_PERSONS, persons=True), factors=None), AIR, R.NEEDS_INFO),
    (nothing, trigger(), by("party-5", Role.BUYER), R.NOT_A_REPORTER),
    (nothing, trigger(resource=ResourceId("resource-9")), REG, R.RESOURCE_UNKNOWN),
    (nothing, trigger(resource=GONE), REG, R.RESOURCE_WITHDRAWN),
    (nothing, trigger(resource=WEATHER), BODY, R.NEVER_GRADED),
    (owing, trigger(), REG, R.TRIGGER_KNOWN),
    (nothing, trigger(), OLD, R.RULE_NOT_IN_FORCE),
    (nothing, DeemRegradeOverdue(FLIGHTS), AIR, R.ONLY_THE_MARKET),
    (graded_important, permit(), AIR, R.ONLY_AN_AUTHORITY),
    (graded_important, permit(), by("exchange", Role.EXCHANGE), R.ONLY_AN_AUTHORITY),
    (graded_important, permit(resource=ResourceId("resource-9")), REG, R.RESOURCE_UNKNOWN),
    (graded_important, permit(resource=GONE), REG, R.RESOURCE_WITHDRAWN),
    (graded_important, permit(resource=WEATHER), REG, R.NEVER_GRADED),
    (nothing, permit(), REG, R.NOT_IMPORTANT_DATA),
    (permitted, permit(), REG, R.ALREADY_PERMITTED),
    (graded_important, permit(forms=()), REG, R.FORMS_UNCLEAR),
    (graded_important, permit(forms=(CleanRoomForm.FL, CleanRoomForm.FL)), REG, R.FORMS_UNCLEAR),
    (graded_important, permit(until=NOW), REG, R.PERMISSION_OVER),
    (graded_important, permit(), replace(REG, rulebook="2026.1"), R.RULE_NOT_IN_FORCE),
    (nothing, RevokePermission(PERMITTED, PermissionEnd.LAW), REG, R.PERMISSION_UNKNOWN),
    (permitted, RevokePermission(PERMITTED, PermissionEnd.LAW), by("party-7", Role.DATA_BUREAU), R.NOT_THE_GIVER),
    (permitted, RevokePermission(PERMITTED, PermissionEnd.LAW), AIR, R.NOT_THE_GIVER),
    (revoked, RevokePermission(PERMITTED, PermissionEnd.LAW), REG, R.PERMISSION_ENDED),
    (permitted, ExpirePermission(PERMITTED), BUREAU_OF_DATA, R.ONLY_THE_MARKET),
    (graded_important, classified(*MILD, reason=RegradeReason.DESENSITISED), AIR, R.DESENSITISED_UNPUBLISHED),
]


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), CASES)
def test_a_grading_is_refused_by_name(
    before: Callable[[State], None], command: Command, facts: GradingFacts, refusal: R
) -> None:
    state = a_state()
    before(state)
    answer = decide(state, command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_the_catalog_has_a_case() -> None:
    assert {refusal for *_, refusal in REFUSALS} | {refusal for *_, refusal in CASES} == set(R)


# each missing factor is asked for by its name, all at once
@pytest.mark.parametrize("name", Factors.__struct_fields__)
def test_a_factor_that_is_not_stated_is_asked_for_and_never_presumed(name: str) -> None:
    answer = decide(a_state(), classified(*SERIOUS, factors=replace(OWN, **{name: None})), AIR)
    assert isinstance(answer, Refused)
    assert (answer.refusal, answer.detail["question"]) == (R.NEEDS_INFO, f"factors.{name}")
    assert answer.detail["rule"] == "S18-FACTORS"


def test_personal_data_without_factors_is_asked_for_all_of_them() -> None:
    command = replace(classified(*TO_PERSONS, persons=True, reason=SCALE), factors=None)
    answer = decide(a_state(), command, AIR)
    assert isinstance(answer, Refused)
    assert answer.detail["question"] == ", ".join(f"factors.{name}" for name in Factors.__struct_fields__)
    assert isinstance(decide(a_state(), command, OLD), list)  # the older rulebook knows no factors


RISES = ["impacts.national_security", "impacts.economy", "impacts.social_order", "impacts.public_interest"]

# persons, organisations, assessed besides, what is asked
SCALES: list[tuple[int, int, tuple[Impact, ...], list[str]]] = [
    (999_999, 9_999, (), []),
    (1_000_000, 0, (), RISES),
    (999_999, 10_000, (), RISES),
    (1_000_000, 0, RISEN[:2], RISES[2:]),
    (1_000_000, 0, RISEN[1:], RISES[:1]),
    (1_000_000, 10_000, RISEN, []),
]


@pytest.mark.parametrize(("persons", "organisations", "assessed", "asked"), SCALES)
def test_harm_to_many_asks_whether_it_rises_to_harm_to_all(
    persons: int, organisations: int, assessed: tuple[Impact, ...], asked: list[str]
) -> None:
    factors = replace(FACTORS, persons=persons, organisations=organisations)
    command = classified(*TO_PERSONS, *assessed, persons=True, factors=factors, reason=SCALE)
    answer = decide(a_state(), command, AIR)
    if not asked:
        assert isinstance(answer, list)
        assert isinstance(answer[0], ResourceClassified)
        assert answer[0].level is (Level.GENERAL_4 if assessed else Level.GENERAL_2)
        assert answer[0].rules == ("S18-MATRIX", "S18-H", "S18-FACTORS", "S18-ESCALATION")
        return
    assert isinstance(answer, Refused)
    assert answer.detail == {"resource": FLIGHTS, "rule": "S18-ESCALATION", "question": ", ".join(asked)}


def test_the_eight_factors_are_those_of_the_rulebook_with_scale_in_two_figures() -> None:
    named = load().rules["S18-FACTORS"][0].parameters["factors"].value
    ours = ["coverage" if name == "coverage_permille" else name for name in Factors.__struct_fields__]
    at = ours.index("persons")
    assert [*ours[:at], "scale", *ours[at + 2 :]] == list(named or ())  # type: ignore[arg-type]


def test_a_proposal_is_signed_with_what_it_left_open_filled_in() -> None:
    state = a_state()
    with_proposal(state)
    waiting = views.proposal(state, FLIGHTS)
    assert waiting is not None
    assert unknown(waiting[1].factors) == ("coverage_permille",)
    (event,) = do(state, classified(*SERIOUS, *RISEN[:2], proposal="proposal-70", factors=OWN), AIR)
    assert isinstance(event, ResourceClassified)
    assert (event.proposal, event.factors, event.departure) == ("proposal-70", OWN, None)
    assert views.proposal(state, FLIGHTS) is None


def test_a_whole_proposal_is_signed_by_its_name_alone() -> None:
    state = a_state()
    do(state, proposed(*SERIOUS, factors=OWN), by(AIRLINE, seq=70))
    (event,) = do(state, classified(*SERIOUS, proposal="proposal-70"), AIR)
    assert isinstance(event, ResourceClassified)
    assert event.factors == OWN
    assert [grading.version for grading in views.gradings_of(state, FLIGHTS)] == [1, 1]


@pytest.mark.parametrize("named", ["", "proposal-70"])
def test_who_signs_may_depart_from_the_proposal_with_a_reason(named: str) -> None:
    state = a_state()
    with_proposal(state)
    (event,) = do(state, classified(*CORE, proposal=named, departure=DEPARTURE, factors=OWN), AIR)
    assert isinstance(event, ResourceClassified)
    assert (event.level, event.departure) == (Level.CORE, DEPARTURE)


def test_a_new_proposal_takes_the_place_of_the_old_one() -> None:
    state = a_state()
    with_proposal(state)
    do(state, proposed(*CORE), by(AIRLINE, seq=71))
    waiting = views.proposal(state, FLIGHTS)
    assert waiting is not None
    assert (waiting[0], waiting[1].level) == ("proposal-71", Level.CORE)


@pytest.mark.parametrize(
    ("stated", "proposal", "is_contradicted"),
    [
        (OWN, OWN, False),
        (OWN, Factors(), False),
        (OWN, Factors(persons=0), False),
        (OWN, Factors(persons=1), True),
        (Factors(), Factors(persons=0), True),
        (OWN, Factors(region=SpatialScope.NATIONAL), True),
    ],
)
def test_what_a_proposal_leaves_open_contradicts_nothing(
    stated: Factors, proposal: Factors, is_contradicted: bool
) -> None:
    assert contradicts(stated, proposal) is is_contradicted


START = Start(FLIGHTS, REGRADE, Unit.WORK_DAYS, 20, "MM-REGRADE", AIRLINE)


@pytest.mark.parametrize("kind", list(RegradeReason))
@pytest.mark.parametrize("facts", [AIR, REG, BUREAU_OF_DATA, by("exchange", Role.EXCHANGE)])
def test_every_trigger_makes_the_grading_due_within_a_limit_that_its_holder_owes(
    kind: RegradeReason, facts: GradingFacts
) -> None:
    state = a_state()
    (event,) = do(state, trigger(kind), facts)
    assert isinstance(event, RegradeDue)
    assert (event.trigger, event.clocks, event.rules) == (kind, (START,), ("S18-REGRADE", "MM-REGRADE"))
    assert views.grading_stop(state, FLIGHTS) == ""  # the market's setting: meanwhile all stays as it is
    (graded,) = do(state, classified(*SERIOUS), AIR)
    assert isinstance(graded, ResourceClassified)
    assert graded.clocks == (Stop(FLIGHTS, REGRADE),)
    assert "S18-REGRADE" in graded.rules
    assert views.due(state, FLIGHTS) is None


def test_a_second_trigger_does_not_lengthen_the_limit() -> None:
    state = a_state()
    owing(state)
    (event,) = do(state, trigger(RegradeReason.LAW), REG)
    assert isinstance(event, RegradeDue)
    assert event.clocks == ()
    due = views.due(state, FLIGHTS)
    assert due is not None
    assert due.triggers == (INCIDENT, RegradeReason.LAW)


# rows as graded, rows of the new version, does the market see a trigger
GROWTH = [(58_665, 117_329, False), (58_665, 117_330, True), (58_665, 58_665, False), (58_665, 0, False)]


@pytest.mark.parametrize(("graded", "rows", "is_due"), GROWTH)
def test_a_version_that_outgrows_its_grading_makes_it_due(graded: int, rows: int, is_due: bool) -> None:
    state = a_state()
    assert state.resources[FLIGHTS].graded_rows == graded
    events = do(state, PublishVersion(FLIGHTS, OTHER_DIGEST, rows, 1, QUALITY), AIR)
    assert [event.trigger for event in events if isinstance(event, RegradeDue)] == [SCALE] * is_due
    assert [event.clocks for event in events if isinstance(event, RegradeDue)] == [(START,)] * is_due
    again = do(state, PublishVersion(FLIGHTS, "ef" * 32, 10**9, 1, QUALITY), AIR)
    assert len(again) == (1 if is_due else 2)  # it is due once


def test_what_was_graded_before_it_was_published_is_held_against_its_first_rows() -> None:
    state = a_state()
    do(state, classified(*TO_PERSONS, persons=True, resource=PATIENTS), AIR)
    assert len(do(state, PublishVersion(PATIENTS, DIGEST, 100, 1, QUALITY), AIR)) == 1
    assert len(do(state, PublishVersion(PATIENTS, OTHER_DIGEST, 200, 1, QUALITY), AIR)) == 2


def test_nothing_outgrows_a_grading_where_the_rulebook_sets_no_measure() -> None:
    state = a_state()
    assert len(do(state, PublishVersion(FLIGHTS, OTHER_DIGEST, 10**9, 1, QUALITY), OLD)) == 1


def test_fused_data_is_owed_a_grading_from_the_day_that_it_is_described() -> None:
    state = a_state()
    fused = ResourceId("resource-10")
    events = do(state, described(source_type=SourceType.FUSED), AIR)
    assert [type(event).__name__ for event in events] == ["ResourceDescribed", "RegradeDue"]
    assert isinstance(events[1], RegradeDue)
    assert events[1].trigger is FUSION
    assert events[1].clocks == (replace(START, about=fused),)
    assert views.grading_stop(state, fused) == "not_classified"


def test_an_overdue_grading_stops_the_shelf_until_it_is_there() -> None:
    state = a_state()
    owing(state)
    (event,) = do(state, DeemRegradeOverdue(FLIGHTS), MARKET_ITSELF)
    assert event.suspends  # type: ignore[union-attr]
    assert views.grading_stop(state, FLIGHTS) == "regrade_due"
    assert do(state, DeemRegradeOverdue(FLIGHTS), MARKET_ITSELF) == []
    (again,) = do(state, trigger(RegradeReason.LAW), REG)
    assert isinstance(again, RegradeDue)
    assert again.suspends
    do(state, classified(*SERIOUS), AIR)
    assert views.grading_stop(state, FLIGHTS) == ""


@pytest.mark.parametrize("command", [DeemRegradeOverdue(FLIGHTS), ExpirePermission(PERMITTED)])
def test_what_the_market_meets_too_late_changes_nothing(command: Command) -> None:
    assert do(a_state(), command, MARKET_ITSELF) == []


def test_a_permission_holds_for_its_forms_until_its_end() -> None:
    state = an_important_state((permit(), BUREAU_OF_DATA))
    forms = {form for form in CleanRoomForm if views.is_permitted(state, FLIGHTS, form, UNTIL - 1)}
    assert forms == set(FORMS)
    assert not views.is_permitted(state, FLIGHTS, "file", NOW)
    assert not views.is_permitted(state, FLIGHTS, "sandbox", UNTIL)
    assert not views.is_permitted(state, WEATHER, "sandbox", NOW)


def test_the_end_of_a_permission_is_a_limit_that_its_holder_sees() -> None:
    state = an_important_state()
    (event,) = do(state, permit(), BUREAU_OF_DATA)
    assert event.clocks == (Start(PERMITTED, PERMISSION, Unit.INSTANT, UNTIL, "S5-5", AIRLINE),)  # type: ignore[union-attr]
    (ended,) = do(state, ExpirePermission(PERMITTED), by(MARKET, now=UNTIL))
    assert ended.reason is PermissionEnd.OVER  # type: ignore[union-attr]
    record = views.permission(state, PERMITTED)
    assert record is not None
    assert record.ended is PermissionEnd.OVER


@pytest.mark.parametrize("facts", [BUREAU_OF_DATA, REG])
def test_a_permission_is_taken_back_by_its_giver_or_a_regulator_and_given_anew(facts: GradingFacts) -> None:
    state = an_important_state((permit(), BUREAU_OF_DATA))
    (event,) = do(state, RevokePermission(PERMITTED, PermissionEnd.TERMS_BROKEN), facts)
    assert event.clocks == (Stop(PERMITTED, PERMISSION),)  # type: ignore[union-attr]
    assert not views.is_permitted(state, FLIGHTS, "sandbox", NOW)
    do(state, permit(), replace(REG, seq=91))
    assert views.is_permitted(state, FLIGHTS, "sandbox", NOW)


def test_desensitised_data_falls_to_general_once_its_new_version_is_out() -> None:
    state = an_important_state((PublishVersion(FLIGHTS, OTHER_DIGEST, 100, 1, QUALITY), AIR))
    (event,) = do(state, classified(*MILD, reason=RegradeReason.DESENSITISED), AIR)
    assert isinstance(event, ResourceClassified)
    assert event.level is Level.GENERAL_2
    assert event.rules == ("S18-MATRIX", "S18-H", "S5-1")


def test_a_withdrawn_resource_owes_nothing_and_stops_its_limits() -> None:
    state = an_important_state((permit(), BUREAU_OF_DATA), (trigger(), AIR))
    (event,) = do(state, WithdrawResource(FLIGHTS), AIR)
    assert event.clocks == (Stop(FLIGHTS, REGRADE), Stop(PERMITTED, PERMISSION))  # type: ignore[union-attr]
    assert views.due(state, FLIGHTS) is None
    assert do(state, DeemRegradeOverdue(FLIGHTS), MARKET_ITSELF) == []


LIVES: list[list[tuple[Command, GradingFacts]]] = [
    [(permit(), BUREAU_OF_DATA), (trigger(), AIR), (DeemRegradeOverdue(FLIGHTS), MARKET_ITSELF)],
    [(permit(), REG), (ExpirePermission(PermissionId("permission-90")), MARKET_ITSELF)],
    [(permit(), REG), (WithdrawResource(FLIGHTS), AIR)],
    [(proposed(*CORE, factors=OWN), AIR), (classified(*CORE, departure=DEPARTURE), AIR)],
    [(proposed(*CORE), AIR), (WithdrawResource(FLIGHTS), AIR)],
    [(described(source_type=SourceType.FUSED), by(AIRLINE, Role.SUPPLIER, seq=11))],
]


@pytest.mark.parametrize("life", LIVES)
def test_every_life_of_a_grading_keeps_every_law_and_survives_canonical_bytes(
    life: list[tuple[Command, GradingFacts]],
) -> None:
    state = an_important_state()
    for command, facts in life:
        assert msgspec.json.decode(canonical(command), type=Command) == command
        events = do(state, command, facts)
        assert msgspec.json.decode(canonical(events), type=list[Event]) == events
        assert [place for law in LAWS for place in law(state)] == []
    records = [record for table in msgspec.structs.astuple(state) for _, record in table.under()]
    assert all(msgspec.json.decode(canonical(record), type=type(record)) == record for record in records)


def _open_factor(s: State) -> None:
    (key, grading), *_ = s.gradings.under()
    s.gradings[key] = replace(grading, factors=replace(OWN, depth=None))


def _miscounted(s: State) -> None:
    (key, grading), *_ = s.gradings.under()
    s.gradings[key] = replace(grading, factors=FACTORS)


def _proposal_raised(s: State) -> None:
    s.proposals["proposal-70"] = replace(s.proposals["proposal-70"], level=Level.CORE)


def _proposal_astray(s: State) -> None:
    s.proposed[WEATHER] = s.proposed[FLIGHTS]


def _permission_ended(s: State) -> None:
    s.permissions[PERMITTED] = replace(s.permissions[PERMITTED], ended=PermissionEnd.LAW)


def _permission_lost(s: State) -> None:
    del s.permitted[FLIGHTS]


def _withdrawn_and_waited_for(s: State) -> None:
    s.resources[FLIGHTS] = replace(s.resources[FLIGHTS], is_withdrawn=True)


SPOILED_GRADINGS = [
    (5, _open_factor),
    (5, _miscounted),
    (6, _proposal_raised),
    (6, _proposal_astray),
    (6, _withdrawn_and_waited_for),
    (7, _permission_ended),
    (7, _permission_lost),
]


@pytest.mark.parametrize(("law", "spoil"), SPOILED_GRADINGS)
def test_each_law_of_gradings_sees_the_defect_that_it_is_for(law: int, spoil: Callable[[State], None]) -> None:
    state = an_important_state((permit(), BUREAU_OF_DATA), (trigger(), AIR))
    with_proposal(state)
    assert list(LAWS[law](state)) == []
    spoil(state)
    assert list(LAWS[law](state))


def test_every_law_has_a_defect() -> None:
    assert {law for law, _ in SPOILED} | {law for law, _ in SPOILED_GRADINGS} == set(range(len(LAWS)))
