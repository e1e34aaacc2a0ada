"""Decision table of the clean room: one line a case; then a random walk under its laws."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import replace

from mumian.kernel.canonical import INT53_MAX, digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, AgreementId, BudgetId, JobId, PartyId, ProductId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.table import DictTable
from mumian.policy.model import Decision, Reason
from mumian.rooms.cleanroom import views
from mumian.rooms.cleanroom.decide import decide
from mumian.rooms.cleanroom.evolve import evolve
from mumian.rooms.cleanroom.laws import LAWS
from mumian.rooms.cleanroom.model import (
    TICKET_MS,
    BudgetCharged,
    BudgetFacts,
    BudgetOpened,
    BudgetRefreshed,
    Command,
    Event,
    ExpireJob,
    JobExpired,
    JobFacts,
    JobRefusedAtDomain,
    JobsStopped,
    OpenBudget,
    RecordRelease,
    RecordUsage,
    RefreshBudget,
    RefuseAtDomain,
    ReleaseFacts,
    ReleaseRecorded,
    RequestJob,
    SourceSeen,
    State,
    StopJobs,
    TicketIssued,
    UsageFacts,
    UsageRecorded,
)
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Count,
    Filter,
    GroupKey,
    Op,
    Plan,
    VerificationPlan,
    plan_digest,
)
from mumian.rooms.cleanroom.records import Job, JobKind, JobStatus, ReleaseRecord, Source, Usage

NOW = 1_000
A, P = AgreementId("agreement-1"), ProductId("product-1")
INSURER, AIR1, AIR2, WEATHER = PartyId("insurer"), PartyId("air1"), PartyId("air2"), PartyId("weather")
FLIGHTS1, FLIGHTS2, RAIN = ResourceId("resource-1"), ResourceId("resource-2"), ResourceId("resource-3")
B1, B2 = BudgetId("budget-1"), BudgetId("budget-2")
YES, NO = Decision(True, ("may",), Reason.PERMITTED), Decision(False, ("no",), Reason.PROHIBITED)
HEX1, HEX2 = "1" * 64, "2" * 64

FROM_AIR1 = SourceSeen(FLIGHTS1, AIR1, AIR1, HEX1, unbroken=True)
FROM_AIR2 = SourceSeen(FLIGHTS2, AIR2, AIR2, HEX2, unbroken=True)
FROM_WEATHER = SourceSeen(RAIN, WEATHER, WEATHER, HEX1, unbroken=True, protected=False)
SOURCES = (FROM_AIR1, FROM_AIR2, FROM_WEATHER)

BY_ORIGIN = GroupKey("origin", ("EWR", "JFK", "LGA"))
ASKED = AggregatePlan((BY_ORIGIN,), (), (Count(),), unit="tailnum", l0=3, linf_rows=10, rho_nano=30)
VERIFY = VerificationPlan(("flight", "day"), Filter("dep_delay", Op.GT, 60), calls_max=100)
J, V = JobId("job-5"), JobId("job-6")


def empty() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def after(state: State, events: Iterable[Event]) -> State:
    for event in events:
        evolve(state, event)
    return state


def asking(plan: Plan = ASKED, nonce: str = "n1") -> RequestJob:
    return RequestJob(A, P, "insurance-risk", plan, nonce)


def knowing(
    actor: str = INSURER,
    *,
    seq: int = 10,
    now: int = NOW,
    kind: JobKind | None = JobKind.AGGREGATE,
    agreement_product: ProductId | None = P,
    decision: Decision = YES,
    sources: tuple[SourceSeen, ...] = SOURCES,
    order_open: bool = True,
) -> JobFacts:
    return JobFacts(
        seq=seq,
        now=now,
        actor=PartyId(actor),
        product_kind=kind,
        consumer=INSURER,
        agreement_product=agreement_product,
        decision=decision,
        sources=sources,
        order_open=order_open,
    )


def by(actor: str, *, now: int = NOW) -> Facts:
    return ReleaseFacts(barred=None, seq=10, now=now, actor=PartyId(actor))


def metering(actor: str = AIR1, *, in_force: bool = True, holds: bool = True, price_fen: int = 2) -> UsageFacts:
    return UsageFacts(seq=10, now=NOW, actor=PartyId(actor), in_force=in_force, holds_source=holds, price_fen=price_fen)


def opening(rho_nano: int = 100, *, share: int = 60, until: int = 9_000, unit: str = "tailnum") -> OpenBudget:
    return OpenBudget(FLIGHTS1, unit, rho_nano, share, until)


def holding(actor: str = AIR1, holder: str | None = AIR1) -> BudgetFacts:
    return BudgetFacts(seq=10, now=NOW, actor=PartyId(actor), holder=None if holder is None else PartyId(holder))


def events_of(state: State, command: Command, facts: Facts) -> list[Event]:
    answer = decide(state, command, facts)
    assert not isinstance(answer, Refused), answer
    return answer


def a_state() -> State:
    """Two budgets of 100 with shares of 60; job-5 aggregates for 30 nano-rho; job-6 verifies up to 100 calls."""
    state = after(
        empty(),
        [
            BudgetOpened(B1, FLIGHTS1, AIR1, "tailnum", 100, 60, 9_000),
            BudgetOpened(B2, FLIGHTS2, AIR2, "tailnum", 100, 60, 9_000),
        ],
    )
    after(state, events_of(state, asking(), knowing(seq=5)))
    return after(state, events_of(state, asking(VERIFY), knowing(seq=6, kind=JobKind.VERIFICATION)))


RELEASED = ReleaseRecorded(J, AIR1, HEX1, 3, 200, NOW)
LATE = NOW + TICKET_MS
NONE = JobId("job-99")
OTHER = replace(ASKED, rho_nano=31)

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
    (asking(replace(ASKED, measures=())), knowing(), R.PLAN_FAULTY),
    (asking(VERIFY), knowing(), R.PLAN_OF_OTHER_KIND),
    (asking(), knowing(kind=JobKind.VERIFICATION), R.PLAN_OF_OTHER_KIND),
    (asking(replace(ASKED, unit="flight")), knowing(), R.BUDGET_MISSING),
    (asking(), knowing(sources=(replace(FROM_WEATHER, protected=True),)), R.BUDGET_MISSING),
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
    (RecordUsage(A, P, HEX1, 0, 2), metering(price_fen=INT53_MAX), R.CHARGE_TOO_LARGE),
]

LATER_REFUSALS: list[tuple[list[Event], Command, Facts, R]] = [
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


def assert_refused(state: State, command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(state, command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


@pytest.mark.parametrize(("command", "facts", "refusal"), REFUSALS)
def test_the_clean_room_refuses_by_name(command: Command, facts: Facts, refusal: R) -> None:
    assert_refused(a_state(), command, facts, refusal)


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), LATER_REFUSALS)
def test_the_clean_room_refuses_what_was_done_before(
    before: list[Event], command: Command, facts: Facts, refusal: R
) -> None:
    assert_refused(after(a_state(), before), command, facts, refusal)


def replayed() -> State:
    """job-5 was released; job-10 asks the same again."""
    state = after(a_state(), [RELEASED])
    return after(state, events_of(state, asking(nonce="n2"), knowing()))


def test_a_replay_must_give_the_same_answer() -> None:
    again = JobId("job-10")
    assert_refused(replayed(), RecordRelease(again, HEX2, 3, 200), by(AIR1), R.RELEASE_DIFFERS)
    assert events_of(replayed(), RecordRelease(again, HEX1, 3, 200), by(AIR1))


def test_every_refusal_of_the_clean_room_has_a_case() -> None:
    assert {case[-1] for case in (*REFUSALS, *LATER_REFUSALS)} | {R.RELEASE_DIFFERS} == set(R)


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
    (RefreshBudget(B1, 5, "minutes-7"), by(AIR1), [BudgetRefreshed(B1, 5, 0, 9_000, "minutes-7")]),
    (
        RefreshBudget(B1, 5, "minutes-7", 2, 9_999),
        by(AIR1, now=9_500),
        [BudgetRefreshed(B1, 5, 2, 9_999, "minutes-7")],
    ),
    (RecordRelease(J, HEX1, 3, 200), by(AIR1, now=LATE - 1), [replace(RELEASED, released_at=LATE - 1)]),
    (RefuseAtDomain(J, "audit"), by(WEATHER), [JobRefusedAtDomain(J, WEATHER, "audit")]),
    (ExpireJob(J), by("eve", now=LATE), [JobExpired(J)]),
    (RecordUsage(A, P, HEX1, 0, 100), metering(), [UsageRecorded(A, P, AIR1, HEX1, 0, 100, 200)]),
]


@pytest.mark.parametrize(("command", "facts", "events"), GRANTED)
def test_what_is_allowed_happens_and_every_law_holds(command: Command, facts: Facts, events: list[Event]) -> None:
    state = a_state()
    assert decide(state, command, facts) == events
    after(state, events)
    assert [place for law in LAWS for place in law(state)] == []


def test_a_ticket_comes_after_every_protected_source_is_charged_the_whole_loss() -> None:
    state = after(a_state(), [BudgetRefreshed(B1, 10, 10, 9_000, "m"), BudgetRefreshed(B2, 10, 10, 9_000, "m")])
    job = JobId("job-10")
    versions = digest(sorted((seen.resource, seen.version_digest) for seen in SOURCES))
    sources = (
        Source(FLIGHTS1, AIR1, AIR1, HEX1, 31),
        Source(FLIGHTS2, AIR2, AIR2, HEX2, 31),
        Source(RAIN, WEATHER, WEATHER, HEX1, 0),
    )
    assert events_of(state, asking(OTHER), knowing()) == [
        BudgetCharged(B1, INSURER, job, 31),
        BudgetCharged(B2, INSURER, job, 31),
        TicketIssued(
            job=job,
            kind=JobKind.AGGREGATE,
            consumer=INSURER,
            agreement=A,
            product=P,
            purpose="insurance-risk",
            sources=sources,
            root=AIR1,
            plan_digest=plan_digest(OTHER),
            versions_digest=versions,
            rho_nano=31,
            answers_max=3,
            issued_at=NOW,
            expires_at=NOW + TICKET_MS,
            nonce="n1",
            policies=("may",),
        ),
    ]


def test_a_resource_seen_twice_is_charged_once() -> None:
    events = events_of(a_state(), asking(replace(ASKED, rho_nano=29)), knowing(sources=(FROM_AIR1, FROM_AIR1)))
    assert [event.budget for event in events if isinstance(event, BudgetCharged)] == [B1]


def test_one_budget_too_small_charges_none() -> None:
    state = after(a_state(), [BudgetRefreshed(B1, 100, 100, 9_000, "m")])
    assert isinstance(decide(state, asking(OTHER), knowing()), Refused)
    assert views.spent_by(state, B1, INSURER) == 30


@pytest.mark.parametrize("ending", [JobExpired(J), JobRefusedAtDomain(J, AIR2, "no")])
def test_a_budget_once_charged_stays_charged_whatever_becomes_of_the_job(ending: Event) -> None:
    state = after(a_state(), [ending])
    assert [state.budgets[budget].left_rho_nano for budget in (B1, B2)] == [70, 70]
    again = events_of(state, asking(), knowing())
    assert [type(event) for event in again] == [BudgetCharged, BudgetCharged, TicketIssued]


def test_the_same_plan_on_the_same_versions_costs_nothing_and_replays() -> None:
    state = after(a_state(), [RELEASED])
    [ticket] = events_of(state, asking(nonce="n2"), knowing(sources=tuple(reversed(SOURCES))))
    assert isinstance(ticket, TicketIssued)
    assert (ticket.rho_nano, ticket.replays, {source.rho_nano for source in ticket.sources}) == (0, J, {0})


def test_a_replay_needs_neither_budget_nor_share_but_still_the_agreement() -> None:
    state = after(a_state(), [RELEASED])
    assert len(events_of(state, asking(), knowing(now=9_500))) == 1
    assert_refused(state, asking(), knowing(decision=NO), R.AGREEMENT_DENIES)


def test_a_replay_of_a_replay_points_to_the_first_answer() -> None:
    again = ReleaseRecorded(JobId("job-10"), AIR1, HEX1, 3, 200, NOW)
    [ticket] = events_of(after(replayed(), [again]), asking(nonce="n3"), replace(knowing(), seq=11))
    assert isinstance(ticket, TicketIssued)
    assert ticket.replays == J


def test_a_budget_and_a_share_can_be_spent_to_the_last_nano_rho() -> None:
    state = after(a_state(), [BudgetRefreshed(B1, 1, 41, 9_000, "m"), BudgetRefreshed(B2, 1, 41, 9_000, "m")])
    after(state, events_of(state, asking(replace(ASKED, rho_nano=71)), knowing()))
    assert (views.left_for(state, B1, INSURER), state.budgets[B1].left_rho_nano) == (0, 0)
    assert_refused(state, asking(replace(ASKED, rho_nano=1)), knowing(), R.BUDGET_EXHAUSTED)


def test_a_new_version_is_a_new_question() -> None:
    state = after(a_state(), [RELEASED])
    events = events_of(state, asking(), knowing(sources=(replace(FROM_AIR1, version_digest=HEX2), FROM_AIR2)))
    assert [type(event) for event in events] == [BudgetCharged, BudgetCharged, TicketIssued]


def test_another_consumer_pays_for_its_own_answer() -> None:
    """One consumer's share bounds what it learns, so it cannot learn for nothing what another paid for."""
    state = after(a_state(), [RELEASED])
    bank = replace(knowing(), actor=PartyId("bank"), consumer=PartyId("bank"))
    assert len(events_of(state, asking(), bank)) == 3


def test_verification_is_ticketed_without_charge_and_never_replayed() -> None:
    state = a_state()
    [ticket] = events_of(state, asking(VERIFY), knowing(kind=JobKind.VERIFICATION))
    assert isinstance(ticket, TicketIssued)
    assert (ticket.rho_nano, ticket.replays, ticket.answers_max) == (0, None, 100)
    assert views.usage(after(state, [ticket]), A, P).covered_calls == 200


def test_metered_calls_are_charged_by_the_batch_in_order() -> None:
    state = a_state()
    for first_call, calls in ((0, 40), (40, 60)):
        after(state, events_of(state, RecordUsage(A, P, HEX1, first_call, calls), metering()))
    assert views.usage(state, A, P) == Usage(calls=100, batches=2, covered_calls=100, charge_fen=200)
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
def test_epsilon_is_never_less_than_the_formula_and_close_to_it(rho_nano: int) -> None:
    rho = rho_nano / 1e9
    exact = rho + 2 * math.sqrt(rho * math.log(1e6))
    assert exact - 1e-9 <= float(views.epsilon(rho_nano)) <= exact + 0.001 + 1e-9


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    state = replayed()
    state.budgets[B1] = replace(state.budgets[B1], spent_rho_nano=101)
    state.spent[f"{B2}/eve"] = 61
    state.budgets["budget-8"] = state.budgets[B2]
    state.releases["job-99"] = ReleaseRecord(AIR1, HEX1, 1, 1, NOW)
    state.releases["job-10"] = ReleaseRecord(AIR1, HEX2, 3, 200, NOW)
    state.usage[f"{A}/{P}"] = Usage(calls=101, batches=1, covered_calls=100)
    del state.open_jobs[f"{FLIGHTS1}/{V}"]
    del state.uses[f"{FLIGHTS1}/{NOW:016d}/{J}"]
    found = [len(list(law(state))) for law in LAWS]
    assert found == [2, 3, 1, 2, 2, 1, 2, 2]


@pytest.mark.parametrize(
    ("release", "status"),
    [
        (ReleaseRecord(AIR2, HEX1, 3, 200, NOW), JobStatus.RELEASED),
        (ReleaseRecord(AIR1, HEX1, 4, 200, NOW), JobStatus.RELEASED),
        (ReleaseRecord(AIR1, HEX1, 3, 200, LATE), JobStatus.RELEASED),
        (ReleaseRecord(AIR1, HEX1, 3, 200, NOW), JobStatus.REFUSED),
        (None, JobStatus.RELEASED),
    ],
)
def test_the_law_of_releases_sees_one_that_its_ticket_does_not_cover(
    release: ReleaseRecord | None, status: JobStatus
) -> None:
    state = a_state()
    for path in state.jobs[J].read_by:
        del state.open_jobs[f"{path}/{J}"]
    state.jobs[J] = replace(state.jobs[J], status=status)
    if release is not None:
        state.releases[J] = release
    assert [law.__name__ for law in LAWS if list(law(state))] == ["every_release_has_a_ticket"]


def test_the_law_of_metering_sees_a_gap() -> None:
    state = after(a_state(), [UsageRecorded(A, P, AIR1, HEX1, 0, 10, 20), UsageRecorded(A, P, AIR1, HEX1, 11, 9, 18)])
    assert [law.__name__ for law in LAWS if list(law(state))] == ["metered_calls_have_no_gap_and_a_ticket"]


def a_random_step(rng: random.Random, state: State, seq: int, now: int) -> tuple[Command, Facts]:
    """Return any command by anyone, with facts as a market would find them most of the time."""
    actor = PartyId(rng.choice([INSURER, INSURER, "bank", AIR1, AIR2, WEATHER]))
    base: dict[str, Any] = {"seq": seq, "now": now, "actor": actor}
    jobs = [JobId(key) for key, _ in state.jobs.under()] or [NONE]
    job = rng.choice(jobs)
    match rng.randrange(7) if rng.randrange(110) else 7:
        case 7:
            return StopJobs((rng.choice([FLIGHTS2, "right-1/grant-2"]),), "grant-2"), Facts(**{**base, "actor": MARKET})
        case 0:
            resource = rng.choice([FLIGHTS1, FLIGHTS2])
            holder = AIR1 if resource == FLIGHTS1 else AIR2
            command: Command = OpenBudget(
                resource, "tailnum", rng.randrange(1, 90), rng.randrange(1, 60), now + TICKET_MS
            )
            return command, BudgetFacts(**base, holder=holder)
        case 1:
            budgets = [BudgetId(key) for key, _ in state.budgets.under()] or [B1]
            return RefreshBudget(
                rng.choice(budgets), rng.randrange(1, 9), "m", rng.randrange(3), now + TICKET_MS
            ), Facts(**base)
        case 2 | 3:
            plan: Plan = rng.choice([replace(ASKED, rho_nano=rng.choice([1, 2])), VERIFY])
            kind = JobKind.VERIFICATION if plan is VERIFY else JobKind.AGGREGATE
            facts = replace(knowing(kind=kind, decision=rng.choice([YES, YES, NO])), **base, consumer=actor)
            return asking(plan), facts
        case 4:
            found = state.jobs.get(job)
            first = found.replays if found is not None and found.replays is not None else job
            earlier = state.releases.get(first)
            answer = earlier.digest if earlier is not None else digest(job)
            return RecordRelease(job, answer, rng.randrange(5), 9), ReleaseFacts(**base, barred=None)
        case 5:
            either: list[Command] = [RefuseAtDomain(job, "no"), ExpireJob(job)]
            return rng.choice(either), Facts(**base)
        case _:
            usage = views.usage(state, A, P)
            ahead = rng.choice([0, 0, 0, 1])
            return RecordUsage(A, P, HEX1, usage.calls + ahead, rng.randrange(1, 60)), UsageFacts(
                **base,
                in_force=True,
                holds_source=actor in (AIR1, AIR2),
                price_fen=3,
            )


@pytest.mark.parametrize("seed", range(4))
def test_a_random_walk_keeps_every_law_and_reaches_every_state(seed: int) -> None:
    rng, state, seen = random.Random(seed), empty(), set[str]()
    now = NOW
    for seq in range(1, 2_000):
        now += rng.choice([1, 1, 10, TICKET_MS // 40])
        command, facts = a_random_step(rng, state, seq, now)
        answer = decide(state, command, facts)
        if not isinstance(answer, Refused):
            after(state, answer)
            seen.update(type(event).__name__ for event in answer)
        if seq % 10 == 0:
            assert [place for law in LAWS for place in law(state)] == []
    jobs: Iterable[Job] = (job for _, job in state.jobs.under())
    assert {job.status for job in jobs} == set(JobStatus)
    assert len(seen) == 9
    assert any(job.replays for _, job in state.jobs.under())


def test_what_ended_stops_just_the_jobs_that_read_by_it_and_an_answer_that_was_given_stays() -> None:
    by_grant = tuple(replace(seen, path=f"right-{n}/grant-{n}") for n, seen in enumerate(SOURCES, 1))
    state = a_state()
    for seq in (11, 12, 13):
        after(
            state,
            events_of(state, asking(VERIFY, f"n{seq}"), knowing(seq=seq, kind=JobKind.VERIFICATION, sources=by_grant)),
        )
    after(state, [JobExpired(JobId("job-12"))])
    stop = StopJobs(("right-2", "right-1/grant-1", "right-1/grant"), "grant-2")
    facts = Facts(seq=20, now=NOW, actor=MARKET)
    (event,) = events_of(state, stop, facts)
    assert isinstance(event, JobsStopped)
    assert event.jobs == (JobId("job-11"), JobId("job-13"))
    after(state, [event])
    assert decide(state, stop, facts) == []
    assert {key: job.status.value for key, job in state.jobs.under()} == {
        "job-5": "issued", "job-6": "issued", "job-11": "stopped", "job-12": "expired", "job-13": "stopped",
    }  # fmt: skip
    assert [place for law in LAWS for place in law(state)] == []
