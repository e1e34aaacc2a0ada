"""An answer that is looked at before it leaves, in the whole market: desks, clocks, silence, and what ends above it."""

from __future__ import annotations

import pytest
from reached_cleanroom import decided, releasing, submitted
from stage import Stage

from mumian.kernel.ids import GrantId, JobId
from mumian.kernel.time import DAY_MS
from mumian.market import laws
from mumian.market.waiting import waiting_for
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.records import JobStatus, ReviewDecision, ReviewStatus
from mumian.rooms.clocks import views as clocks
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import EndReason

FIRST, SECOND, OFFICE = "first owner", "second owner", "regulator"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def desks(s: Stage, job: JobId) -> dict[str, tuple[str, bool]]:
    """Return what waits for whom about a job, and whether it is overdue."""
    parties = dict(zip((FIRST, SECOND, OFFICE), (*s.world.owners, s.world.regulator), strict=True))
    found = {name: waiting_for(s.states, party, s.now) for name, party in parties.items()}
    return {name: (task.what, task.is_overdue) for name, tasks in found.items() for task in tasks if task.about == job}


def running(s: Stage, job: JobId) -> list[str]:
    return [clock.kind for clock in clocks.clocks_of(s.states.clocks, job)]


def holds(s: Stage) -> bool:
    return not list(s.states.broken_laws()) and not [place for law in laws.LAWS for place in law(s.states, s.now)]


def saying(s: Stage, actor: str, job: JobId, decision: ReviewDecision = ReviewDecision.RELEASE) -> None:
    s.say(actor, cleanroom.DecideReview(job, decision, "minutes-1"))


def test_a_review_lies_with_each_holder_until_it_has_spoken_and_then_with_the_root(stage: Stage) -> None:
    first, second = stage.world.owners
    job = submitted(stage)
    assert desks(stage, job) == {FIRST: ("DecideReview", False), SECOND: ("DecideReview", False)}
    saying(stage, second, job)
    assert desks(stage, job) == {FIRST: ("DecideReview", False)}
    saying(stage, first, job)
    assert desks(stage, job) == {FIRST: ("RecordRelease", False)}
    assert running(stage, job) == []
    stage.say(first, releasing(job))
    assert desks(stage, job) == {}
    assert holds(stage)


def test_after_five_work_days_of_silence_the_regulator_is_asked_and_nothing_is_released(stage: Stage) -> None:
    job = submitted(stage)
    (clock,) = clocks.clocks_of(stage.states.clocks, job)
    assert (clock.kind, clock.count, clock.rule, clock.owner) == (
        "cleanroom.review", 5, "MM-REVIEW", stage.world.owners[0]
    )  # fmt: skip
    stage.wait(clock.due_at - 1)
    assert stage.states.cleanroom.reviews[job].status is ReviewStatus.OPEN
    stage.wait(clock.due_at)
    assert stage.states.cleanroom.reviews[job].status is ReviewStatus.ESCALATED
    assert desks(stage, job) == {
        FIRST: ("DecideReview", True), SECOND: ("DecideReview", True), OFFICE: ("DecideReview", False),
    }  # fmt: skip
    assert stage.ask(stage.world.owners[0], releasing(job)).refused == "cleanroom.REVIEW_OPEN"
    assert holds(stage)
    saying(stage, stage.world.regulator, job)
    stage.say(stage.world.owners[0], releasing(job))
    assert holds(stage)


def test_what_nobody_ever_decides_expires_with_its_job_after_thirty_days(stage: Stage) -> None:
    job = submitted(stage)
    stage.wait(stage.now + 30 * DAY_MS)
    record, review = stage.states.cleanroom.jobs[job], stage.states.cleanroom.reviews[job]
    assert (record.status, review.status, running(stage, job)) == (JobStatus.EXPIRED, ReviewStatus.CLOSED, [])
    assert stage.ask(stage.world.owners[0], releasing(job)).refused == "cleanroom.JOB_CLOSED"
    assert desks(stage, job) == {}
    assert holds(stage)


@pytest.mark.parametrize("days", [0, 12])
def test_a_grant_that_is_revoked_closes_the_review_and_stops_its_clock_in_the_same_leaf(
    stage: Stage, days: int
) -> None:
    job = submitted(stage)
    stage.wait(stage.now + days * DAY_MS)
    stage.say(stage.world.owners[1], rights.RevokeGrant(GrantId(stage.world.grants[1]), EndReason.GIVEN_UP))
    assert stage.states.cleanroom.reviews[job].status is ReviewStatus.CLOSED
    assert running(stage, job) == []
    assert desks(stage, job) == {}
    assert holds(stage)


def test_what_was_revoked_after_all_agreed_does_not_leave(stage: Stage) -> None:
    job = decided(stage)
    stage.say(stage.world.owners[1], rights.RevokeGrant(GrantId(stage.world.grants[1]), EndReason.GIVEN_UP))
    assert stage.ask(stage.world.owners[0], releasing(job)).refused == "cleanroom.JOB_CLOSED"
    assert holds(stage)


def test_one_no_is_final_and_the_budget_stays_charged(stage: Stage) -> None:
    job = decided(stage, ReviewDecision.WITHHOLD)
    assert stage.states.cleanroom.jobs[job].status is JobStatus.WITHHELD
    assert stage.ask(stage.world.owners[0], releasing(job)).refused == "cleanroom.REVIEW_WITHHELD"
    assert {budget.spent_rho_nano for _, budget in stage.states.cleanroom.budgets.under()} == {1_000}
    assert running(stage, job) == []
    assert holds(stage)
