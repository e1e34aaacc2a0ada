"""What changes in the clean room. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.kernel.ids import JobId
from mumian.rooms.cleanroom.model import (
    AnalysisRulesSet,
    BudgetCharged,
    BudgetOpened,
    BudgetRefreshed,
    Event,
    JobExpired,
    JobRefusedAtDomain,
    JobsStopped,
    ReleaseRecorded,
    ReviewDecided,
    ReviewEscalated,
    ReviewOpened,
    State,
    TicketIssued,
    UsageRecorded,
)
from mumian.rooms.cleanroom.plan import Mode
from mumian.rooms.cleanroom.records import (
    UNDECIDED,
    Batch,
    Budget,
    Job,
    JobKind,
    JobStatus,
    ReleaseRecord,
    Review,
    ReviewDecision,
    ReviewStatus,
    Usage,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case UsageRecorded():
            _meter(state, event)
        case BudgetCharged():
            budget, share = state.budgets[event.budget], f"{event.budget}/{event.consumer}"
            state.budgets[event.budget] = replace(
                budget,
                spent_rho_nano=budget.spent_rho_nano + event.rho_nano,
                spent_delta_femto=budget.spent_delta_femto + event.delta_femto,
            )
            state.spent[share] = (state.spent.get(share) or 0) + event.rho_nano
        case TicketIssued():
            _issue(state, event)
        case ReleaseRecorded():
            _release(state, event)
        case ReviewOpened():
            output = (event.digest, event.rows, event.size_bytes)
            state.jobs[event.job] = replace(state.jobs[event.job], expires_at=event.expires_at)
            _put_review(state, event.job, Review(*output, event.reviewers, event.opened_at))
        case ReviewDecided():
            _decide(state, event)
        case ReviewEscalated():
            _put_review(state, event.job, replace(state.reviews[event.job], status=ReviewStatus.ESCALATED))
        case JobRefusedAtDomain():
            _close(state, event.job, JobStatus.REFUSED)
        case JobExpired():
            _close(state, event.job, JobStatus.EXPIRED)
        case JobsStopped():
            for job in event.jobs:
                _close(state, job, JobStatus.STOPPED)
        case BudgetOpened():
            terms = (event.rho_nano, event.per_consumer_rho_nano, event.until)
            opened = Budget(event.resource, event.holder, event.privacy_unit, *terms, delta_femto=event.delta_femto)
            state.budgets[event.budget] = opened
            state.by_lineage[f"{event.resource}/{event.privacy_unit}"] = event.budget
        case BudgetRefreshed():
            budget = state.budgets[event.budget]
            state.budgets[event.budget] = replace(
                budget,
                rho_nano=budget.rho_nano + event.rho_nano,
                per_consumer_rho_nano=budget.per_consumer_rho_nano + event.per_consumer_rho_nano,
                until=event.until,
                delta_femto=budget.delta_femto + event.delta_femto,
            )
        case AnalysisRulesSet():
            state.rules[event.resource] = event.rules
        case _:
            assert_never(event)


def _decide(state: State, event: ReviewDecided) -> None:
    review = state.reviews[event.job]
    if event.decision is ReviewDecision.WITHHOLD:
        withheld = replace(review, status=ReviewStatus.WITHHELD, by=event.by, reason=event.reason)
        _put_review(state, event.job, withheld)
        _close(state, event.job, JobStatus.WITHHELD)
        return
    agreed = replace(review, agreed=(*review.agreed, *event.agreed))
    _put_review(state, event.job, agreed if agreed.waiting else replace(agreed, status=ReviewStatus.AGREED))


def _put_review(state: State, job: JobId, review: Review) -> None:
    """Put a review, and whoever must act next: those who have still to agree, then the root that may release."""
    _lift(state, job)
    state.reviews[job] = review
    is_open = review.status in UNDECIDED
    next_ones = review.waiting if is_open else (state.jobs[job].root,) if review.status is ReviewStatus.AGREED else ()
    for party in next_ones:
        state.reviewing[f"{party}/{job}"] = job
    if review.status is ReviewStatus.ESCALATED:
        state.escalated[job] = job


def _lift(state: State, job: JobId) -> None:
    """Take a job's review off every desk."""
    for party in (*state.jobs[job].reviewers, state.jobs[job].root):
        if f"{party}/{job}" in state.reviewing:
            del state.reviewing[f"{party}/{job}"]
    if job in state.escalated:
        del state.escalated[job]


def _close(state: State, key: JobId, status: JobStatus) -> None:
    """Take a job out of those that wait for an answer."""
    job = state.jobs[key]
    state.jobs[key] = replace(job, status=status)
    for path in job.read_by:
        del state.open_jobs[f"{path}/{key}"]
    review = state.reviews.get(key)
    if review is not None:
        _lift(state, key)
        if review.status in UNDECIDED:
            state.reviews[key] = replace(review, status=ReviewStatus.CLOSED)


def _issue(state: State, event: TicketIssued) -> None:
    job = Job(
        kind=event.kind,
        consumer=event.consumer,
        agreement=event.agreement,
        product=event.product,
        purpose=event.purpose,
        sources=event.sources,
        root=event.root,
        plan_digest=event.plan_digest,
        versions_digest=event.versions_digest,
        rho_nano=event.rho_nano,
        answers_max=event.answers_max,
        issued_at=event.issued_at,
        expires_at=event.expires_at,
        replays=event.replays,
        paths=event.paths,
        group=event.group,
        mode=event.mode,
        unit=event.unit,
        paid_by=event.paid_by,
        reviewers=event.reviewers,
        asked_nano=event.asked_nano,
        covered=event.covered,
    )
    state.jobs[event.job] = job
    for path in job.read_by:
        state.open_jobs[f"{path}/{event.job}"] = event.job
    for source in event.sources:
        state.uses[f"{source.resource}/{event.issued_at:016d}/{event.job}"] = event.job
    state.by_agreement[f"{event.agreement}/{event.job}"] = event.product
    if event.kind is JobKind.VERIFICATION:
        key = f"{event.agreement}/{event.product}"
        usage = state.usage.get(key) or Usage()
        state.usage[key] = replace(usage, covered_calls=usage.covered_calls + event.answers_max)


def _release(state: State, event: ReleaseRecorded) -> None:
    job = state.jobs[event.job]
    _close(state, event.job, JobStatus.RELEASED)
    state.releases[event.job] = ReleaseRecord(event.by, event.digest, event.rows, event.size_bytes, event.released_at)
    question = f"{job.consumer}/{job.plan_digest}/{job.versions_digest}"
    if job.kind is JobKind.AGGREGATE and question not in state.answered:
        state.answered[question] = event.job
    paid = f"{job.plan_digest}/{job.versions_digest}"
    if job.kind is JobKind.AGGREGATE and job.mode is Mode.PRIVATE and paid not in state.paid:
        state.paid[paid] = event.job


def _meter(state: State, event: UsageRecorded) -> None:
    key = f"{event.agreement}/{event.product}"
    usage = state.usage[key]
    state.batches[f"{key}/{event.first_call:016d}"] = Batch(
        event.by, event.batch_root, event.first_call, event.calls, event.charge_fen
    )
    state.usage[key] = Usage(
        usage.calls + event.calls, usage.batches + 1, usage.covered_calls, usage.charge_fen + event.charge_fen
    )
