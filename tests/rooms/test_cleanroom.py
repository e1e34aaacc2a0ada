"""Decision table of the clean room: one line a case."""

from __future__ import annotations

import math

import pytest
import test_cleanroom_analysis
import test_cleanroom_review
from cleanroom_case import (
    AIR1,
    AIR2,
    ASKED,
    B1,
    EXACT,
    EXACT_ALLOWED,
    FLIGHTS1,
    FOUND,
    FROM_AIR1,
    FROM_AIR2,
    FROM_UNPAID,
    FROM_WEATHER,
    HEX1,
    HEX2,
    INSURER,
    LATE,
    NO,
    NONE,
    NOW,
    OTHER,
    RELEASED,
    RULES,
    VERIFY,
    WEATHER,
    A,
    J,
    P,
    V,
    a_state,
    after,
    asking,
    assert_refused,
    broken,
    by,
    events_of,
    held,
    holding,
    knowing,
    metering,
    opening,
    publishing,
    replayed,
    ruled,
)  # fmt: skip
from msgspec.structs import replace

from mumian.engines.support import Axis, Support
from mumian.kernel.canonical import INT53_MAX, digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, BudgetId, JobId, ProductId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.methods.dp import delta_of
from mumian.rooms.cleanroom import views
from mumian.rooms.cleanroom.analysis import ExactRules
from mumian.rooms.cleanroom.decide import decide
from mumian.rooms.cleanroom.facts import Covering, Told
from mumian.rooms.cleanroom.model import (
    AnalysisRulesSet,
    BudgetOpened,
    BudgetRefreshed,
    Command,
    Event,
    ExpireJob,
    JobExpired,
    JobRefusedAtDomain,
    RecordRelease,
    RecordUsage,
    RefreshBudget,
    RefuseAtDomain,
    ReleaseFacts,
    StopJobs,
    UsageRecorded,
)
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.plan import DELTA_FEMTO_MAX, Filter, Join, Mode, Op
from mumian.rooms.cleanroom.records import JobKind, JobStatus, Usage

COVERING = Covering(Support((Axis("origin", ("EWR", "JFK")),), 9), told=Told({"v1": 3}, 1), units=8)
"""An order of eight units, three of them used, and nine rows to be told of the versions that are asked now."""
BY_DAY = (Join("weather", (("day", "day"),)),)

REFUSALS: list[tuple[Command, Facts, R]] = [
    (StopJobs((FLIGHTS1,), "resource-1"), by(AIR1), R.ONLY_THE_MARKET),
    (opening(), holding(holder=None), R.RESOURCE_UNKNOWN),
    (opening(), holding("eve"), R.NOT_THE_HOLDER),
    (opening(), holding(), R.BUDGET_EXISTS),
    (opening(unit="carrier", until=NOW), holding(), R.UNTIL_PAST),
    (opening(unit="carrier", share=101), holding(), R.SHARE_ABOVE_TOTAL),
    (RefreshBudget(BudgetId("budget-9"), 1, "minutes-7"), by(AIR1), R.BUDGET_UNKNOWN),
    (RefreshBudget(B1, 1, "minutes-7"), by(AIR2), R.NOT_THE_HOLDER),
    (RefreshBudget(B1, 1, "minutes-7"), by(MARKET), R.NOT_THE_HOLDER),
    (RefreshBudget(B1, 1, "minutes-7", until=NOW), by(AIR1), R.UNTIL_PAST),
    (RefreshBudget(B1, 1, "minutes-7"), by(AIR1, now=9_000), R.UNTIL_PAST),
    (RefreshBudget(B1, 1, "minutes-7", per_consumer_rho_nano=42), by(AIR1), R.SHARE_ABOVE_TOTAL),
    (RefreshBudget(B1, INT53_MAX, "minutes-7"), by(AIR1), R.BUDGET_TOO_LARGE),
    (replace(opening(unit="carrier"), delta_femto=DELTA_FEMTO_MAX + 1), holding(), R.DELTA_TOO_LARGE),
    (RefreshBudget(B1, 1, "minutes-7", delta_femto=DELTA_FEMTO_MAX + 1), by(AIR1), R.DELTA_TOO_LARGE),
    (asking(), knowing(kind=None), R.PRODUCT_UNKNOWN),
    (asking(), knowing("eve"), R.NOT_YOUR_AGREEMENT),
    (asking(), knowing(agreement_product=ProductId("product-2")), R.NOT_YOUR_AGREEMENT),
    (asking(), knowing(decision=NO), R.AGREEMENT_DENIES),
    (asking(), knowing(sources=()), R.NO_SOURCE),
    (
        asking(),
        knowing(sources=(FROM_AIR1, replace(FROM_AIR2, unbroken=False, broken_at="grant-3", reason="revoked"))),
        R.CHAIN_BROKEN,
    ),
    (asking(), knowing(sources=(replace(FROM_AIR1, denied="forbidden by `policy-1:no`"),)), R.POLICY_DENIES),
    (asking(), knowing(sources=(FROM_AIR2, replace(FROM_AIR1, unlawful="consent.NO_CONSENT"))), R.NOT_LAWFUL),
    (
        RecordRelease(J, HEX1, 3, 200),
        ReleaseFacts(seq=10, now=NOW, actor=AIR1, barred=replace(FROM_AIR2, unlawful="consent.WITHDRAWALS_PENDING")),
        R.NOT_LAWFUL,
    ),
    (asking(), knowing(sources=(replace(FROM_AIR1, version_digest=None),)), R.VERSION_MISSING),
    (asking(), knowing(order_open=False), R.ORDER_NOT_OPEN),
    (asking(), knowing(precision_nano=28), R.PRECISION_SPENT),
    (asking(replace(ASKED, mode=Mode.EXACT)), knowing(precision_nano=10**9), R.NOT_BY_PRECISION),
    (asking(), knowing(covering=COVERING), R.NOT_BY_COVERAGE),
    (asking(replace(EXACT, where=(Filter("dest", Op.EQ, "ORD"),))), knowing(covering=COVERING), R.NOT_BY_COVERAGE),
    (asking(replace(EXACT, table="flights", joins=BY_DAY)), knowing(covering=COVERING), R.NOT_BY_COVERAGE),
    (asking(replace(ASKED, measures=())), knowing(), R.PLAN_FAULTY),
    (asking(VERIFY), knowing(), R.PLAN_OF_OTHER_KIND),
    (asking(), knowing(kind=JobKind.VERIFICATION), R.PLAN_OF_OTHER_KIND),
    (asking(replace(ASKED, unit="flight")), knowing(), R.UNIT_OTHER),
    (asking(), knowing(sources=(replace(FROM_WEATHER, protected=True),)), R.UNIT_OTHER),
    (asking(), knowing(sources=(replace(FROM_AIR1, resource=ResourceId("resource-9")),)), R.RULES_MISSING),
    (asking(replace(ASKED, table="trains")), knowing(), R.TABLE_UNKNOWN),
    (asking(replace(FOUND, table="flights")), knowing(), R.WITHIN_ONE_DOMAIN),
    (asking(), knowing(sources=(FROM_UNPAID,)), R.BUDGET_MISSING),
    (asking(FOUND), knowing(sources=(FROM_AIR1,)), R.DELTA_EXHAUSTED),
    (publishing(), held(holder=None), R.RESOURCE_UNKNOWN),
    (publishing(), held("eve"), R.NOT_THE_HOLDER),
    (publishing(replace(RULES, unit="origins")), held(), R.RULES_FAULTY),
    (
        publishing(replace(RULES, exact=ExactRules(3, 1, 600, 10), rules=EXACT_ALLOWED)),
        held(personal=True),
        R.EXACT_OF_PERSONS,
    ),
    (asking(OTHER), knowing(now=9_000), R.BUDGET_CLOSED),
    (asking(replace(ASKED, rho_nano=71)), knowing(), R.BUDGET_EXHAUSTED),
    (asking(OTHER), knowing(), R.CONSUMER_SHARE_EXHAUSTED),
    (RecordRelease(NONE, HEX1, 3, 200), by(AIR1), R.JOB_UNKNOWN),
    (RefuseAtDomain(NONE, "no"), by(AIR1), R.JOB_UNKNOWN),
    (ExpireJob(NONE), by(AIR1), R.JOB_UNKNOWN),
    (RefuseAtDomain(J, "no"), by("eve"), R.NOT_A_DOMAIN_OF_JOB),
    (RefuseAtDomain(J, "no"), by(INSURER), R.NOT_A_DOMAIN_OF_JOB),
    (RecordRelease(J, HEX1, 3, 200), by(AIR2), R.NOT_THE_ROOT),
    (RecordRelease(J, HEX1, 3, 200), by(AIR1, now=LATE), R.TICKET_EXPIRED),
    (
        RecordRelease(J, HEX1, 3, 200),
        ReleaseFacts(seq=10, now=NOW, actor=AIR1, barred=replace(FROM_AIR2, unbroken=False, reason="ended")),
        R.CHAIN_BROKEN,
    ),
    (RecordRelease(J, HEX1, 4, 200), by(AIR1), R.RELEASE_TOO_LARGE),
    (ExpireJob(J), by("eve", now=LATE - 1), R.TICKET_LIVE),
    (RecordUsage(A, P, HEX1, 0, 1), metering(in_force=False), R.AGREEMENT_NOT_IN_FORCE),
    (RecordUsage(A, P, HEX1, 0, 1), metering("eve", holds=False), R.NOT_A_HOLDER),
    (RecordUsage(A, P, HEX1, 1, 1), metering(), R.BATCH_NOT_CONTIGUOUS),
    (RecordUsage(A, P, HEX1, 0, 101), metering(), R.CALLS_NOT_COVERED),
    (RecordUsage(A, ProductId("product-2"), HEX1, 0, 1), metering(), R.CALLS_NOT_COVERED),
    (RecordUsage(A, P, HEX1, 0, 2), metering(charge_fen=2 * INT53_MAX), R.CHARGE_TOO_LARGE),
]

LATER_REFUSALS: list[tuple[list[Event], Command, Facts, R]] = [
    (
        [ruled(FLIGHTS1, AIR1, replace(RULES, exact=ExactRules(3, 1, 600, 10), rules=EXACT_ALLOWED))],
        asking(EXACT),
        knowing(sources=(FROM_AIR1,), covering=COVERING),
        R.COVERAGE_SPENT,
    ),
    ([RELEASED], RecordRelease(J, HEX1, 3, 200), by(AIR1), R.JOB_CLOSED),
    ([RELEASED], RefuseAtDomain(J, "no"), by(AIR2), R.JOB_CLOSED),
    ([RELEASED], ExpireJob(J), by("eve", now=LATE), R.JOB_CLOSED),
    ([JobRefusedAtDomain(J, AIR2, "no")], RecordRelease(J, HEX1, 3, 200), by(AIR1), R.JOB_CLOSED),
    ([JobExpired(J)], RecordRelease(J, HEX1, 3, 200), by(AIR1), R.JOB_CLOSED),
    (
        [UsageRecorded(A, P, AIR1, HEX1, 0, 10, 20)],
        RecordUsage(A, P, HEX1, 0, 10),
        metering(),
        R.BATCH_NOT_CONTIGUOUS,
    ),
]


@pytest.mark.parametrize(("command", "facts", "refusal"), REFUSALS)
def test_the_clean_room_refuses_by_name(command: Command, facts: Facts, refusal: R) -> None:
    assert_refused(a_state(), command, facts, refusal)


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), LATER_REFUSALS)
def test_the_clean_room_refuses_what_was_done_before(
    before: list[Event], command: Command, facts: Facts, refusal: R
) -> None:
    assert_refused(after(a_state(), before), command, facts, refusal)


def test_a_replay_must_give_the_same_answer() -> None:
    again = JobId("job-10")
    assert_refused(replayed(), RecordRelease(again, HEX2, 3, 200), by(AIR1), R.RELEASE_DIFFERS)
    assert events_of(replayed(), RecordRelease(again, HEX1, 3, 200), by(AIR1))


def test_every_refusal_of_the_clean_room_has_a_case() -> None:
    tables = (REFUSALS, LATER_REFUSALS, test_cleanroom_analysis.DENIED, test_cleanroom_review.REFUSALS)
    assert {case[-1] for table in tables for case in table} | {R.RELEASE_DIFFERS} == set(R)


def test_a_refusal_of_the_agreement_names_what_decided() -> None:
    answer = decide(a_state(), asking(), knowing(decision=NO))
    assert isinstance(answer, Refused)
    assert answer.say() == "agreement `agreement-1` does not allow this job: forbidden by `no`"


GRANTED: list[tuple[Command, Facts, list[Event]]] = [
    (
        opening(unit="carrier"),
        holding(),
        [BudgetOpened(BudgetId("budget-10"), FLIGHTS1, AIR1, "carrier", 100, 60, 9_000)],
    ),
    (publishing(), held(), [AnalysisRulesSet(FLIGHTS1, AIR1, RULES, digest(RULES))]),
    (
        replace(opening(unit="carrier"), delta_femto=7),
        holding(),
        [BudgetOpened(BudgetId("budget-10"), FLIGHTS1, AIR1, "carrier", 100, 60, 9_000, 7)],
    ),
    (RefreshBudget(B1, 5, "m", delta_femto=3), by(AIR1), [BudgetRefreshed(B1, 5, 0, 9_000, "m", 3)]),
    (RefreshBudget(B1, 5, "minutes-7"), by(AIR1), [BudgetRefreshed(B1, 5, 0, 9_000, "minutes-7")]),
    (
        RefreshBudget(B1, 5, "minutes-7", 2, 9_999),
        by(AIR1, now=9_500),
        [BudgetRefreshed(B1, 5, 2, 9_999, "minutes-7")],
    ),
    (RecordRelease(J, HEX1, 3, 200), by(AIR1, now=LATE - 1), [replace(RELEASED, released_at=LATE - 1)]),
    (RefuseAtDomain(J, "audit"), by(WEATHER), [JobRefusedAtDomain(J, WEATHER, "audit")]),
    (ExpireJob(J), by("eve", now=LATE), [JobExpired(J)]),
    (RecordUsage(A, P, HEX1, 0, 100), metering(charge_fen=170), [UsageRecorded(A, P, AIR1, HEX1, 0, 100, 170)]),
]


@pytest.mark.parametrize(("command", "facts", "events"), GRANTED)
def test_what_is_allowed_happens_and_every_law_holds(command: Command, facts: Facts, events: list[Event]) -> None:
    state = a_state()
    assert decide(state, command, facts) == events
    after(state, events)
    assert broken(state) == []


def test_metered_calls_are_charged_by_the_batch_in_order() -> None:
    state = a_state()
    for first_call, calls, charge_fen in ((0, 40, 80), (40, 60, 90)):
        command = RecordUsage(A, P, HEX1, first_call, calls)
        after(state, events_of(state, command, metering(charge_fen=charge_fen)))
    assert views.usage(state, A, P) == Usage(calls=100, batches=2, covered_calls=100, charge_fen=170)
    assert [batch.first_call for batch in views.batches(state, A, P)] == [0, 40]
    assert_refused(state, RecordUsage(A, P, HEX1, 100, 1), metering(), R.CALLS_NOT_COVERED)


def test_budgets_and_jobs_can_be_seen() -> None:
    state = after(a_state(), [RELEASED])
    assert views.budget_of(state, FLIGHTS1, "tailnum") == B1
    assert [key for key, _ in views.budgets_of_resource(state, FLIGHTS1)] == [B1]
    assert (views.spent_by(state, B1, INSURER), views.left_for(state, B1, INSURER)) == (30, 30)
    assert list(views.spenders(state, B1)) == [(INSURER, 30)]
    assert [key for key, _ in views.jobs_of_agreement(state, A)] == [J, V]
    job, release, budget = views.job(state, J), views.release(state, J), views.budget(state, B1)
    assert job is not None
    assert release is not None
    assert budget is not None
    assert (job.status, release.digest, budget.left_rho_nano) == (JobStatus.RELEASED, HEX1, 70)


@pytest.mark.parametrize("rho_nano", [0, 1, 30, 10_000_000, 500_000_000, 10**12])
def test_epsilon_is_tight_rounded_up_and_never_above_the_closed_form(rho_nano: int) -> None:
    rho, shown = rho_nano / 1e9, float(views.epsilon(rho_nano))
    closed = rho + 2 * math.sqrt(rho * math.log(1e6))
    assert shown <= closed + 0.001 + 1e-9
    assert rho_nano == 0 or delta_of(rho_nano=rho_nano, epsilon=shown) <= 1e-6
    assert shown < 0.002 or delta_of(rho_nano=rho_nano, epsilon=shown - 0.002) > 1e-6
