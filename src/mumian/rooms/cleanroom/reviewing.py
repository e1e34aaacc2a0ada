"""Answers that are looked at before they leave (出域审核): submitted, decided, laid before the regulators when time is up.

Silence never releases: what nobody decides expires with its job.
"""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import JobId, PartyId
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.model import (
    DecideReview,
    EscalateReview,
    Event,
    RecordRelease,
    ReviewDecided,
    ReviewEscalated,
    ReviewOpened,
    State,
    SubmitForReview,
)
from mumian.rooms.cleanroom.records import UNDECIDED, Job, Review, ReviewDecision, ReviewStatus
from mumian.rooms.cleanroom.request import REVIEW_RULE, refuse_review_rule
from mumian.rulebook.rules import number_at

REVIEW = "cleanroom.review"
"""Kind of the limit within which reviewers decide."""

ESCALATED = "cleanroom.escalated"
"""Kind of the limit within which regulators may decide; then the job expires."""


def open_review(job: Job, command: SubmitForReview, facts: Facts) -> list[Event] | Refused:
    """Open the review of an answer that fits its ticket."""
    refused = refuse_review_rule(facts)
    if refused is not None:
        return refused
    days = number_at(REVIEW_RULE, "release_days", rulebook=facts.rulebook, now=facts.now)
    expires_at = max(job.expires_at, facts.now + days * DAY_MS)
    clock = _limit(command.job, job.reviewers[0], facts.now, facts)
    output = (command.digest, command.rows, command.size_bytes)
    return [ReviewOpened(command.job, *output, job.reviewers, facts.now, expires_at, (clock,))]


def _limit(job: JobId, owner: PartyId, since: int, facts: Facts) -> ClockChange:
    """Return the common limit of all reviewers, owed by the next of them."""
    days = number_at(REVIEW_RULE, "review_work_days", rulebook=facts.rulebook, now=facts.now)
    return Start(job, REVIEW, Unit.WORK_DAYS, days, REVIEW_RULE, owner, since)


def decide_review(job: Job, review: Review, command: DecideReview, facts: Facts) -> list[Event] | Refused:
    """Say yes or no to an answer, each reviewer for itself, a regulator in time for those who kept silent."""
    spoken_for = _spoken_for(job, review, facts)
    if not spoken_for:
        detail: dict[str, str | int] = {"actor": facts.actor, "job": command.job, "waiting": ", ".join(review.waiting)}
        return Refused(R.NOT_A_REVIEWER, detail)
    said = (command.job, facts.actor, command.decision, command.reason)
    if command.decision is ReviewDecision.WITHHOLD:
        return [ReviewDecided(*said, (), (Stop(command.job),))]
    left = [each for each in review.waiting if each not in spoken_for]
    if not left:
        return [ReviewDecided(*said, spoken_for, (Stop(command.job),))]
    is_open = review.status is ReviewStatus.OPEN
    clocks = (_limit(command.job, left[0], review.opened_at, facts),) if is_open else ()
    return [ReviewDecided(*said, spoken_for, clocks)]


def _spoken_for(job: Job, review: Review, facts: Facts) -> tuple[PartyId, ...]:
    if facts.actor in review.waiting:
        return (facts.actor,)
    is_due = review.status is ReviewStatus.ESCALATED
    is_apart = facts.actor != job.consumer and facts.actor not in job.group
    return review.waiting if is_due and Role.REGULATOR in facts.roles and is_apart else ()


def escalate(state: State, command: EscalateReview, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    review, job = state.reviews.get(command.job), state.jobs.get(command.job)
    if job is None or review is None or review.status is not ReviewStatus.OPEN:
        return Refused(R.REVIEW_MISSING, {"job": command.job})
    clock = Start(command.job, ESCALATED, Unit.INSTANT, job.expires_at, REVIEW_RULE)
    return [ReviewEscalated(command.job, (clock,))]


def refuse_withheld(state: State, job: JobId) -> Refused | None:
    """Return that an answer was withheld, or None."""
    review = state.reviews.get(job)
    if review is None or review.status is not ReviewStatus.WITHHELD:
        return None
    return Refused(R.REVIEW_WITHHELD, {"by": review.by, "job": job, "reason": review.reason})


def refuse_unreviewed(state: State, job: Job, command: RecordRelease) -> Refused | None:
    """Return why an answer that must be reviewed does not leave yet, or not like this, or None."""
    if not job.reviewers:
        return None
    review = state.reviews.get(command.job)
    if review is None:
        return Refused(R.REVIEW_NEEDED, {"job": command.job, "reviewers": ", ".join(job.reviewers)})
    if review.status is not ReviewStatus.AGREED:
        return Refused(R.REVIEW_OPEN, {"job": command.job, "waiting": ", ".join(review.waiting)})
    if (review.digest, review.rows, review.size_bytes) != (command.digest, command.rows, command.size_bytes):
        return Refused(R.REVIEW_DIFFERS, {"job": command.job, "reviewed": review.digest, "digest": command.digest})
    return None


def closing(state: State, *jobs: JobId) -> tuple[ClockChange, ...]:
    """Return what ends with jobs that end: the limits of their reviews."""
    return tuple(Stop(job) for job in jobs if (review := state.reviews.get(job)) and review.status in UNDECIDED)
