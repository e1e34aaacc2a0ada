"""Laws of the clean room: each sees the defect that it is for; then a random walk under all of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any, get_args

import pytest
from cleanroom_case import (
    AIR1,
    AIR2,
    ASKED,
    B1,
    B2,
    BANK,
    FLIGHTS1,
    FLIGHTS2,
    HEX1,
    HEX2,
    INSURER,
    LATE,
    NO,
    NONE,
    NOW,
    RAIN,
    RULES,
    VERIFY,
    WEATHER,
    WEATHER_RULES,
    YES,
    A,
    J,
    P,
    V,
    a_state,
    after,
    asking,
    broken,
    empty,
    knowing,
    replayed,
    ruled,
)  # fmt: skip
from msgspec.structs import replace

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, BudgetId, JobId, PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.cleanroom import views
from mumian.rooms.cleanroom.decide import decide
from mumian.rooms.cleanroom.laws import LAWS
from mumian.rooms.cleanroom.model import (
    TICKET_MS,
    BudgetFacts,
    Command,
    DecideReview,
    EscalateReview,
    Event,
    ExpireJob,
    OpenBudget,
    RecordRelease,
    RecordUsage,
    RefreshBudget,
    RefuseAtDomain,
    ReleaseFacts,
    RulesFacts,
    SetAnalysisRules,
    State,
    StopJobs,
    SubmitForReview,
    UsageFacts,
    UsageRecorded,
)
from mumian.rooms.cleanroom.plan import Plan
from mumian.rooms.cleanroom.records import (
    Job,
    JobKind,
    JobStatus,
    ReleaseRecord,
    Review,
    ReviewDecision,
    ReviewStatus,
    Usage,
)

SINCE = 1_790_000_000_000
"""2026-09-21: a day on which every rule that the room reads is in force."""
RELEASED_LAW = "what_was_released_never_exceeds_what_was_charged"
PAID_LAW = "noise_is_paid_for_once"
DESK_LAW = "a_review_lies_with_whoever_must_act"


def overspent(state: State) -> None:
    state.budgets[B1] = replace(state.budgets[B1], spent_rho_nano=101)


def delta_overspent(state: State) -> None:
    state.budgets[B1] = replace(state.budgets[B1], spent_delta_femto=1)


def share_overspent(state: State) -> None:
    state.spent[f"{B2}/eve"] = 61


def second_budget(state: State) -> None:
    state.budgets["budget-8"] = replace(state.budgets[B2], spent_rho_nano=0)


def job_changed(**changes: Any) -> Callable[[State], None]:
    def plant(state: State) -> None:
        state.jobs[J] = replace(state.jobs[J], **changes)

    return plant


def dearer(state: State) -> None:
    """The ticket says more than was charged."""
    sources = tuple(replace(each, rho_nano=31) if each.rho_nano else each for each in state.jobs[J].sources)
    state.jobs[J] = replace(state.jobs[J], sources=sources)


def dearer_in_delta(state: State) -> None:
    sources = tuple(replace(each, delta_femto=1) if each.rho_nano else each for each in state.jobs[J].sources)
    state.jobs[J] = replace(state.jobs[J], sources=sources)


def uncharged(state: State) -> None:
    """Both the ticket and the budgets forgot the loss."""
    sources = tuple(replace(each, rho_nano=0) for each in state.jobs[J].sources)
    state.jobs[J] = replace(state.jobs[J], sources=sources, rho_nano=0)
    for key in (B1, B2):
        state.budgets[key] = replace(state.budgets[key], spent_rho_nano=0)
        del state.spent[f"{key}/{INSURER}"]


def another_paid(state: State) -> None:
    state.paid[next(key for key, _ in state.paid.under())] = V


def paid_unreleased(state: State) -> None:
    state.jobs["job-10"] = replace(state.jobs["job-10"], paid_by=V)


def paid_later(state: State) -> None:
    state.releases[J] = replace(state.releases[J], released_at=NOW + 1)


def charged_again(state: State) -> None:
    """job-10 was charged though job-5 had paid."""
    job = state.jobs["job-10"]
    sources = tuple(replace(each, rho_nano=30) if each.has_units else each for each in job.sources)
    state.jobs["job-10"] = replace(job, rho_nano=30, sources=sources, replays=None)
    for key in (B1, B2):
        state.budgets[key] = replace(state.budgets[key], spent_rho_nano=60)
        state.spent[f"{key}/{INSURER}"] = 60


def group_beyond(state: State) -> None:
    """Two related parties, each within the share, together beyond it."""
    state.jobs["job-7"] = replace(state.jobs[J], consumer=BANK, group=(BANK, INSURER), plan_digest=HEX2, rho_nano=31)
    job = state.jobs["job-7"]
    sources = tuple(replace(each, rho_nano=31) if each.has_units else each for each in job.sources)
    state.jobs["job-7"] = replace(job, sources=sources, status=JobStatus.EXPIRED)
    for source in sources:
        state.uses[f"{source.resource}/{NOW:016d}/job-7"] = JobId("job-7")
    for key in (B1, B2):
        state.budgets[key] = replace(state.budgets[key], spent_rho_nano=61)
        state.spent[f"{key}/{BANK}"] = 31


def unreviewed(state: State) -> None:
    state.jobs[J] = replace(state.jobs[J], reviewers=(AIR1,))


def reviewed_otherwise(state: State) -> None:
    state.jobs[J] = replace(state.jobs[J], reviewers=(AIR1,))
    state.reviews[J] = Review(HEX2, 3, 200, (AIR1,), NOW, (AIR1,), ReviewStatus.AGREED)


def on_no_desk(state: State) -> None:
    state.reviews[V] = Review(HEX2, 3, 200, (AIR1,), NOW)


def on_a_desk_for_nothing(state: State) -> None:
    state.reviewing[f"{AIR1}/{J}"] = J


def withheld_but_alive(state: State) -> None:
    state.reviews[V] = Review(HEX2, 3, 200, (AIR1,), NOW, status=ReviewStatus.WITHHELD)


def open_for_nobody(state: State) -> None:
    state.reviews[V] = Review(HEX2, 3, 200, (), NOW, status=ReviewStatus.OPEN)


def escalated_unseen(state: State) -> None:
    state.reviews[V] = Review(HEX2, 3, 200, (AIR1,), NOW, status=ReviewStatus.ESCALATED)
    state.reviewing[f"{AIR1}/{V}"] = V


def another_answer(state: State) -> None:
    state.releases["job-10"] = ReleaseRecord(AIR1, HEX2, 3, 200, NOW)
    for path in state.jobs["job-10"].read_by:
        del state.open_jobs[f"{path}/job-10"]
    state.jobs["job-10"] = replace(state.jobs["job-10"], status=JobStatus.RELEASED)


def unknown_release(state: State) -> None:
    state.releases["job-99"] = ReleaseRecord(AIR1, HEX1, 1, 1, NOW)


def calls_uncovered(state: State) -> None:
    state.usage[f"{A}/{P}"] = Usage(calls=101, batches=1, covered_calls=100)


def lost_while_waiting(state: State) -> None:
    del state.open_jobs[f"{FLIGHTS1}/{V}"]


def use_forgotten(state: State) -> None:
    del state.uses[f"{FLIGHTS1}/{NOW:016d}/{J}"]


PLANTED: list[tuple[Callable[[State], None], set[str]]] = [
    (overspent, {"no_budget_is_overspent", "what_consumers_spent_is_what_the_budget_spent", RELEASED_LAW}),
    (delta_overspent, {"no_budget_is_overspent", RELEASED_LAW}),
    (share_overspent, {"no_budget_is_overspent", "what_consumers_spent_is_what_the_budget_spent"}),
    (second_budget, {"a_resource_has_one_budget_for_a_unit"}),
    (group_beyond, {"no_group_asks_beyond_its_share"}),
    (dearer, {RELEASED_LAW}),
    (dearer_in_delta, {RELEASED_LAW}),
    (job_changed(unit="carrier"), {RELEASED_LAW, "no_group_asks_beyond_its_share"}),
    (uncharged, {PAID_LAW}),
    (another_paid, {PAID_LAW}),
    (paid_unreleased, {PAID_LAW}),
    (paid_later, {PAID_LAW}),
    (charged_again, {PAID_LAW}),
    (unknown_release, {"every_release_has_a_ticket"}),
    (another_answer, {"the_same_question_gets_the_same_answer"}),
    (calls_uncovered, {"metered_calls_have_no_gap_and_a_ticket"}),
    (lost_while_waiting, {"jobs_are_found_while_they_wait_and_their_uses_for_ever"}),
    (use_forgotten, {"jobs_are_found_while_they_wait_and_their_uses_for_ever"}),
    (unreviewed, {"what_must_be_reviewed_leaves_as_it_was_reviewed"}),
    (reviewed_otherwise, {"what_must_be_reviewed_leaves_as_it_was_reviewed"}),
    (on_no_desk, {DESK_LAW}),
    (on_a_desk_for_nothing, {DESK_LAW}),
    (withheld_but_alive, {DESK_LAW}),
    (open_for_nobody, {DESK_LAW}),
    (escalated_unseen, {DESK_LAW}),
]


@pytest.mark.parametrize(("plant", "laws"), PLANTED)
def test_each_law_sees_the_defect_that_it_is_for(plant: Callable[[State], None], laws: set[str]) -> None:
    state = replayed()
    assert broken(state) == []
    plant(state)
    assert set(broken(state)) == laws


def test_every_law_has_a_defect_that_it_alone_or_with_others_sees() -> None:
    assert set().union(*(laws for _, laws in PLANTED)) == {law.__name__ for law in LAWS}


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
    assert broken(state) == ["every_release_has_a_ticket"]


def test_the_law_of_metering_sees_a_gap() -> None:
    state = after(a_state(), [UsageRecorded(A, P, AIR1, HEX1, 0, 10, 20), UsageRecorded(A, P, AIR1, HEX1, 11, 9, 18)])
    assert broken(state) == ["metered_calls_have_no_gap_and_a_ticket"]


GROUPS = ((), (), (BANK, INSURER))


def rules_step(rng: random.Random, base: dict[str, Any]) -> tuple[Command, Facts]:
    resource = rng.choice([FLIGHTS1, FLIGHTS2])
    rules = replace(RULES, review=rng.random() < 0.3, units_min=rng.choice([0, 0, 0, 5]))
    holder = AIR1 if resource == FLIGHTS1 else AIR2
    return SetAnalysisRules(resource, rules), RulesFacts(**base, holder=holder, personal=False)


def review_step(rng: random.Random, state: State, base: dict[str, Any], *, is_submitted: bool) -> tuple[Command, Facts]:
    """Submit an answer that somebody looks at, or decide on one, or escalate."""
    if is_submitted:
        asked = [JobId(key) for key, each in state.jobs.under() if each.reviewers and each.status is JobStatus.ISSUED]
        job = rng.choice(asked or [NONE])
        found = state.jobs.get(job)
        submit = SubmitForReview(job, digest(job), rng.randrange(5), 9)
        return submit, ReleaseFacts(**{**base, "actor": found.root if found else base["actor"]}, barred=None)
    job = rng.choice([JobId(key) for key, each in state.reviews.under() if each.waiting] or [NONE])
    if rng.random() < 0.2:
        return EscalateReview(job), Facts(**{**base, "actor": MARKET})
    decision = rng.choice([ReviewDecision.RELEASE] * 3 + [ReviewDecision.WITHHOLD])
    who = rng.choice([AIR1, AIR2, PartyId("regulator")])
    roles = frozenset({Role.REGULATOR}) if who == "regulator" else frozenset[Role]()
    return DecideReview(job, decision, "x"), Facts(**{**base, "actor": who}, roles=roles)


def release_step(rng: random.Random, state: State, job: JobId, base: dict[str, Any]) -> tuple[Command, Facts]:
    """Release a job that waits, with the digest and rows that fit it."""
    job = rng.choice([JobId(key) for key, each in state.jobs.under() if each.status is JobStatus.ISSUED] or [job])
    found = state.jobs.get(job)
    first = found.replays if found is not None and found.replays is not None else job
    earlier = state.releases.get(first)
    answer = earlier.digest if earlier is not None else digest(job)
    review = state.reviews.get(job)
    rows = review.rows if review is not None else rng.randrange(5)
    return RecordRelease(job, answer, rows, 9), ReleaseFacts(**base, barred=None)


def a_random_step(rng: random.Random, state: State, seq: int, now: int) -> tuple[Command, Facts]:
    """Return any command by anyone, with facts as a market would find them most of the time."""
    actor = PartyId(rng.choice([INSURER, INSURER, "bank", AIR1, AIR2, WEATHER]))
    base: dict[str, Any] = {"seq": seq, "now": now, "actor": actor}
    jobs = [JobId(key) for key, _ in state.jobs.under()] or [NONE]
    job = rng.choice(jobs)
    match rng.randrange(10) if rng.randrange(110) else 10:
        case 7:
            return rules_step(rng, base)
        case 8 | 9 as step:
            return review_step(rng, state, base, is_submitted=step == 8)
        case 10:
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
            plan: Plan = rng.choice([replace(ASKED, rho_nano=rng.choice([1, 2]), l0=rng.choice([2, 3])), VERIFY])
            kind = JobKind.VERIFICATION if plan is VERIFY else JobKind.AGGREGATE
            decided = rng.choice([YES, YES, NO])
            facts = replace(knowing(kind=kind, decision=decided, group=rng.choice(GROUPS)), **base, consumer=actor)
            return asking(plan), facts
        case 4:
            return release_step(rng, state, job, base)
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
                charge_fen=rng.randrange(200),
            )


@pytest.mark.parametrize("seed", range(4))
def test_a_random_walk_keeps_every_law_and_reaches_every_state(seed: int) -> None:
    rng, state, seen = random.Random(seed), after(empty(), [ruled(FLIGHTS1, AIR1), ruled(FLIGHTS2, AIR2)]), set[str]()
    after(state, [ruled(RAIN, WEATHER, WEATHER_RULES)])
    now = SINCE
    for seq in range(1, 4_000):
        now += rng.choice([1, 1, 10, TICKET_MS // 40])
        command, facts = a_random_step(rng, state, seq, now)
        answer = decide(state, command, facts)
        if not isinstance(answer, Refused):
            after(state, answer)
            seen.update(type(event).__name__ for event in answer)
        if seq % 20 == 0:
            assert broken(state) == []
    jobs: Iterable[Job] = (job for _, job in state.jobs.under())
    assert {job.status for job in jobs} == set(JobStatus)
    assert seen == {kind.__name__ for kind in get_args(Event)}
    assert any(job.replays for _, job in state.jobs.under())
