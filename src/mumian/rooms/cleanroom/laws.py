"""What always holds in the clean room. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mumian.rooms.cleanroom.model import State
from mumian.rooms.cleanroom.plan import Mode
from mumian.rooms.cleanroom.records import UNDECIDED, Job, JobKind, JobStatus, ReviewStatus


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


def no_group_asks_beyond_its_share(state: State) -> Iterator[str]:
    """What related parties had spent together when one of them asked, with what it asked for, stays within one share.

    Shares only grow, so today's bounds those of then. Who became related later may have spent more before.
    """
    spent = Counter[str]()
    shares = {f"{each.resource}/{each.privacy_unit}": each for _, each in state.budgets.under()}
    for key, job in sorted(state.jobs.under(), key=lambda row: (row[1].issued_at, _number(row[0]))):
        for source in job.sources if job.rho_nano else ():
            lineage = f"{source.resource}/{job.unit}"
            spent[f"{lineage}/{job.consumer}"] += source.rho_nano
            together = sum(spent[f"{lineage}/{party}"] for party in job.group or (job.consumer,))
            share = shares[lineage].per_consumer_rho_nano if lineage in shares else 0
            if source.rho_nano and together > share:
                yield f"`{key}` of `{job.consumer}` brings its group to {together} of {share} nano-rho on `{lineage}`"


def _number(job: str) -> tuple[int, ...]:
    return tuple(int(part) for part in job.partition("-")[2].split("."))


def what_was_released_never_exceeds_what_was_charged(state: State) -> Iterator[str]:
    """Budget by budget, rho and delta: the losses of all released jobs, and of all tickets, lie within what it spent."""
    released, ticketed, charged = Counter[str](), Counter[str](), Counter[str]()
    for key, job in state.jobs.under():
        for source in job.sources:
            for loss, cost in (("nano-rho", source.rho_nano), ("femto-delta", source.delta_femto)):
                ticketed[f"{source.resource}/{job.unit} {loss}"] += cost
                if key in state.releases:
                    released[f"{source.resource}/{job.unit} {loss}"] += cost
    for _, budget in state.budgets.under():
        charged[f"{budget.resource}/{budget.privacy_unit} nano-rho"] += budget.spent_rho_nano
        charged[f"{budget.resource}/{budget.privacy_unit} femto-delta"] += budget.spent_delta_femto
    for what in ticketed | charged:
        if ticketed[what] != charged[what] or released[what] > charged[what]:
            yield f"`{what}`: {released[what]} released, {ticketed[what]} in tickets, {charged[what]} charged"


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
    """A private answer is charged to every source with units that it reads, unless the same was released before, to anyone.

    Same plan, same versions. What was released is found under its question, and nobody pays for it again.
    """
    for key, first in state.paid.under():
        job = state.jobs.get(first)
        if job is None or first not in state.releases or f"{job.plan_digest}/{job.versions_digest}" != key:
            yield f"`{first}` is said to have paid for `{key}`"
    for key, job in state.jobs.under():
        if job.kind is not JobKind.AGGREGATE or job.mode is not Mode.PRIVATE:
            continue
        question = f"{job.plan_digest}/{job.versions_digest}"
        if job.paid_by is None:
            unpaid = [source.resource for source in job.sources if source.has_units is not bool(source.rho_nano)]
            yield from (f"`{key}` and the units of `{resource}`: charged or not, wrongly" for resource in unpaid)
            continue
        paid = state.releases.get(job.paid_by)
        if paid is None or state.paid.get(question) != job.paid_by or paid.released_at > job.issued_at:
            yield f"`{key}` rests on `{job.paid_by}`, which had not been released"
        if job.rho_nano or any(source.rho_nano or source.delta_femto for source in job.sources):
            yield f"`{key}` was charged for what `{job.paid_by}` had paid for"


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


def what_must_be_reviewed_leaves_as_it_was_reviewed(state: State) -> Iterator[str]:
    """An answer that holders look at left only after all of them agreed, and it is the one that they agreed to."""
    for key, release in state.releases.under():
        job, review = state.jobs.get(key), state.reviews.get(key)
        if job is None or not job.reviewers:
            continue
        if review is None or review.status is not ReviewStatus.AGREED or review.waiting:
            yield f"`{key}` left, `{', '.join(review.waiting if review else job.reviewers)}` had not agreed"
        elif (review.digest, review.rows, review.size_bytes) != (release.digest, release.rows, release.size_bytes):
            yield f"`{key}` left as `{release.digest}`, reviewed was `{review.digest}`"


def a_review_lies_with_whoever_must_act(state: State) -> Iterator[str]:
    """An undecided review lies with those who have still to agree, an agreed one with the root, what is over with nobody."""
    expected, escalated = set[str](), set[str]()
    for key, review in state.reviews.under():
        job = state.jobs[key]
        is_live = job.status is JobStatus.ISSUED
        if (review.status is ReviewStatus.WITHHELD) is not (job.status is JobStatus.WITHHELD):
            yield f"`{key}` is {job.status.value}, its review {review.status.value}"
        if review.status in UNDECIDED and (not is_live or not review.waiting):
            yield f"the review of `{key}` is {review.status.value} and waits for nobody"
        if is_live:
            agreed = (job.root,) if review.status is ReviewStatus.AGREED else ()
            parties = review.waiting if review.status in UNDECIDED else agreed
            expected |= {f"{party}/{key}" for party in parties}
            escalated |= {key} if review.status is ReviewStatus.ESCALATED else set()
    for name, wanted, table in (("reviewing", expected, state.reviewing), ("escalated", escalated, state.escalated)):
        for key in sorted(wanted.symmetric_difference(key for key, _ in table.under())):
            yield f"`{name}` is wrong about `{key}`"


LAWS = (
    no_budget_is_overspent,
    what_consumers_spent_is_what_the_budget_spent,
    a_resource_has_one_budget_for_a_unit,
    no_group_asks_beyond_its_share,
    what_was_released_never_exceeds_what_was_charged,
    every_release_has_a_ticket,
    the_same_question_gets_the_same_answer,
    noise_is_paid_for_once,
    metered_calls_have_no_gap_and_a_ticket,
    jobs_are_found_while_they_wait_and_their_uses_for_ever,
    what_must_be_reviewed_leaves_as_it_was_reviewed,
    a_review_lies_with_whoever_must_act,
)
