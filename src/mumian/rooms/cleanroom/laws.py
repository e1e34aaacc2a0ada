"""What always holds in the clean room. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mumian.rooms.cleanroom.model import State
from mumian.rooms.cleanroom.plan import Mode
from mumian.rooms.cleanroom.records import Job, JobKind, JobStatus


def no_budget_is_overspent(state: State) -> Iterator[str]:
    """What all consumers spent stays within the budget, what one spent within its share."""
    for key, budget in state.budgets.under():
        if budget.left_delta_femto < 0:
            yield f"`{key}` spent a delta of {budget.spent_delta_femto} of {budget.delta_femto} femto"
        if budget.left_rho_nano < 0:
            yield f"`{key}` spent {budget.spent_rho_nano} of {budget.rho_nano} nano-rho"
        for share, spent in state.spent.under(f"{key}/"):
            if spent > budget.per_consumer_rho_nano:
                yield f"`{share}` spent {spent} of {budget.per_consumer_rho_nano} nano-rho"


def what_consumers_spent_is_what_the_budget_spent(state: State) -> Iterator[str]:
    """The consumers' spendings add up to the budget's, to the nano-rho."""
    for key, budget in state.budgets.under():
        total = sum(spent for _, spent in state.spent.under(f"{key}/"))
        if total != budget.spent_rho_nano:
            yield f"`{key}` spent {budget.spent_rho_nano} nano-rho, its consumers {total}"


def a_resource_has_one_budget_for_a_unit(state: State) -> Iterator[str]:
    """The way from resource and unit leads to the one budget that has them: a second would double what may be learnt."""
    for key, budget in state.budgets.under():
        found = state.by_lineage.get(f"{budget.resource}/{budget.privacy_unit}")
        if found != key:
            yield f"`{budget.resource}/{budget.privacy_unit}` has `{key}` and leads to `{found}`"


def what_was_released_never_exceeds_what_was_charged(state: State) -> Iterator[str]:
    """Resource by resource: the losses of all released jobs, and of all tickets, lie within what its budgets spent."""
    released, ticketed, charged = Counter[str](), Counter[str](), Counter[str]()
    for key, job in state.jobs.under():
        for source in job.sources:
            ticketed[source.resource] += source.rho_nano
            if key in state.releases:
                released[source.resource] += source.rho_nano
    for _, budget in state.budgets.under():
        charged[budget.resource] += budget.spent_rho_nano
    for resource in ticketed | charged:
        if ticketed[resource] != charged[resource] or released[resource] > charged[resource]:
            yield (
                f"`{resource}`: {released[resource]} nano-rho released, {ticketed[resource]} in tickets, "
                f"{charged[resource]} charged"
            )


def every_release_has_a_ticket(state: State) -> Iterator[str]:
    """A release belongs to a released job, came from its root within its time, and is no larger than its ticket says."""
    for key, release in state.releases.under():
        job = state.jobs.get(key)
        if job is None or job.status is not JobStatus.RELEASED:
            yield f"`{key}` was released as {job.status.value if job else 'no job'}"
        elif release.by != job.root or release.rows > job.answers_max or release.released_at >= job.expires_at:
            yield f"`{key}` was released by `{release.by}` with {release.rows} rows at {release.released_at}"
    for key, job in state.jobs.under():
        if job.status is JobStatus.RELEASED and key not in state.releases:
            yield f"`{key}` is released without a release"


def the_same_question_gets_the_same_answer(state: State) -> Iterator[str]:
    """A replay repeats a released job's answer to the same consumer, plan and versions, byte for byte."""
    for key, job in state.jobs.under():
        if job.replays is None:
            continue
        first, theirs = state.jobs.get(job.replays), state.releases.get(job.replays)
        if first is None or theirs is None or _question(first) != _question(job) or job.rho_nano:
            yield f"`{key}` replays `{job.replays}`, which is another question or was never answered"
            continue
        mine = state.releases.get(key)
        if mine is not None and mine.digest != theirs.digest:
            yield f"`{key}` gave another answer than `{job.replays}`"


def _question(job: Job) -> tuple[str, str, str]:
    return job.consumer, job.plan_digest, job.versions_digest


def noise_is_paid_for_once(state: State) -> Iterator[str]:
    """A private answer that cost nothing was paid for by an earlier job, whoever asked: same plan, same versions."""
    first: dict[tuple[str, str], int] = {}
    for _, job in state.jobs.under():
        asked = job.plan_digest, job.versions_digest
        if job.rho_nano:
            first[asked] = min(job.issued_at, first.get(asked, job.issued_at))
    for key, job in state.jobs.under():
        is_free = job.kind is JobKind.AGGREGATE and job.mode is Mode.PRIVATE and not job.rho_nano
        protected = is_free and f"{job.plan_digest}/{job.versions_digest}" in state.paid
        if protected and first.get((job.plan_digest, job.versions_digest), job.issued_at) > job.issued_at:
            yield f"`{key}` cost nothing before anybody had paid for its question"


def metered_calls_have_no_gap_and_a_ticket(state: State) -> Iterator[str]:
    """Batches follow each other from call 0, add up to the calls and the charge, within what tickets cover."""
    covered = Counter[str]()
    for _, job in state.jobs.under():
        if job.kind is JobKind.VERIFICATION:
            covered[f"{job.agreement}/{job.product}"] += job.answers_max
    for key, usage in state.usage.under():
        calls = charge_fen = batches = 0
        for _, batch in state.batches.under(f"{key}/"):
            if batch.first_call != calls:
                yield f"`{key}` has a batch at call {batch.first_call}, the one before ends at {calls}"
            calls, charge_fen, batches = batch.first_call + batch.calls, charge_fen + batch.charge_fen, batches + 1
        if (calls, charge_fen, batches) != (usage.calls, usage.charge_fen, usage.batches):
            yield f"`{key}` shows {usage.calls} calls for {usage.charge_fen} fen, its batches {calls} for {charge_fen}"
        if usage.calls > usage.covered_calls or usage.covered_calls != covered[key]:
            yield f"`{key}` has {usage.calls} calls, tickets cover {covered[key]}"


def jobs_are_found_while_they_wait_and_their_uses_for_ever(state: State) -> Iterator[str]:
    """What a revocation must stop is found under every path that it reads by; what read a resource, under the resource."""
    waiting = {
        f"{path}/{key}" for key, job in state.jobs.under() if job.status is JobStatus.ISSUED for path in job.read_by
    }
    uses = {
        f"{source.resource}/{job.issued_at:016d}/{key}" for key, job in state.jobs.under() for source in job.sources
    }
    for name, expected, table in (("open_jobs", waiting, state.open_jobs), ("uses", uses, state.uses)):
        for key in sorted(expected.symmetric_difference(key for key, _ in table.under())):
            yield f"`{name}` is wrong about `{key}`"


LAWS = (
    no_budget_is_overspent,
    what_consumers_spent_is_what_the_budget_spent,
    a_resource_has_one_budget_for_a_unit,
    what_was_released_never_exceeds_what_was_charged,
    every_release_has_a_ticket,
    the_same_question_gets_the_same_answer,
    noise_is_paid_for_once,
    metered_calls_have_no_gap_and_a_ticket,
    jobs_are_found_while_they_wait_and_their_uses_for_ever,
)
