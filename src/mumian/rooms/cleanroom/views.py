"""What can be seen of the clean room. What people read about privacy is converted here, and only here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, Decimal

from mumian.kernel.ids import AgreementId, BudgetId, JobId, PartyId, ProductId, ResourceId
from mumian.methods.dp import epsilon_of
from mumian.rooms.cleanroom.analysis import AnalysisRules
from mumian.rooms.cleanroom.facts import Told
from mumian.rooms.cleanroom.model import State
from mumian.rooms.cleanroom.records import Batch, Budget, Job, JobStatus, ReleaseRecord, Review, Usage

STATED_DELTA_FEMTO = 10**9
"""The delta of 10^-6 at which a zCDP loss is told as epsilon; what found keys cost comes on top."""

THOUSANDTH = Decimal("0.001")


def budget(state: State, budget: BudgetId) -> Budget | None:
    """Return a budget with what is allowed, spent and left, in nano-rho."""
    return state.budgets.get(budget)


def budget_of(state: State, resource: ResourceId, privacy_unit: str) -> BudgetId | None:
    """Return the budget of `resource` for `privacy_unit`."""
    return state.by_lineage.get(f"{resource}/{privacy_unit}")


def budgets_of_resource(state: State, resource: ResourceId) -> Iterator[tuple[BudgetId, Budget]]:
    """Yield every budget of `resource`, one a privacy unit."""
    for _, key in state.by_lineage.under(f"{resource}/"):
        yield key, state.budgets[key]


def spent_by(state: State, budget: BudgetId, consumer: PartyId) -> int:
    """Return what `consumer` spent of `budget`, nano-rho."""
    return state.spent.get(f"{budget}/{consumer}") or 0


def left_for(state: State, budget: BudgetId, consumer: PartyId, *, group: Iterable[PartyId] = ()) -> int:
    """Return what `consumer` may still spend of `budget`, nano-rho: the smaller of what is left and of its share's rest.

    group: the consumer and the parties related to it, who have one share together; empty: the consumer alone.
    """
    found = state.budgets[budget]
    spent = sum(spent_by(state, budget, party) for party in {consumer, *group})
    return min(found.left_rho_nano, max(0, found.per_consumer_rho_nano - spent))


def spenders(state: State, budget: BudgetId) -> Iterator[tuple[PartyId, int]]:
    """Yield every consumer of `budget` with what it spent, nano-rho."""
    for key, spent in state.spent.under(f"{budget}/"):
        yield PartyId(key.removeprefix(f"{budget}/")), spent


def epsilon(rho_nano: int, *, delta_femto: int = STATED_DELTA_FEMTO) -> str:
    """Return for people an epsilon for which a loss of `rho_nano` is (epsilon, delta)-DP: three decimals, rounded up."""
    if rho_nano == 0:
        return "0.000"
    tight = Decimal(epsilon_of(rho_nano=rho_nano, delta=delta_femto / 10**15))
    return str(tight.quantize(THOUSANDTH, rounding=ROUND_CEILING))


def job(state: State, job: JobId) -> Job | None:
    """Return a job with its sources, cost and status."""
    return state.jobs.get(job)


def release(state: State, job: JobId) -> ReleaseRecord | None:
    """Return what left under `job`."""
    return state.releases.get(job)


def jobs_of_agreement(state: State, agreement: AgreementId) -> Iterator[tuple[JobId, Job]]:
    """Yield every job under `agreement`."""
    for key, _ in state.by_agreement.under(f"{agreement}/"):
        found = JobId(key.removeprefix(f"{agreement}/"))
        yield found, state.jobs[found]


def precision(state: State, agreement: AgreementId, *, unit_nano: int, statuses: frozenset[JobStatus]) -> int:
    """Return at what precision answers were asked under `agreement`, in units of `unit_nano` nano-rho, each rounded up.

    statuses: of the jobs that count.
    """
    counted = (found for _, found in jobs_of_agreement(state, agreement) if found.status in statuses)
    return sum(-(-found.asked_nano // unit_nano) for found in counted)


def covered(state: State, agreement: AgreementId, *, statuses: frozenset[JobStatus]) -> Told:
    """Return which rows of a price's support the answers under `agreement` tell. statuses: of the jobs that count."""
    rows: dict[str, int] = {}
    answers = 0
    for _, found in jobs_of_agreement(state, agreement):
        if found.covered and found.status in statuses:
            rows[found.versions_digest] = rows.get(found.versions_digest, 0) | int(found.covered, 16)
            answers += 1
    return Told(rows, answers)


def review(state: State, job: JobId) -> Review | None:
    """Return the review of a job's answer, or None if none was opened."""
    return state.reviews.get(job)


def reviews_waiting(state: State, party: PartyId) -> Iterator[tuple[JobId, Review]]:
    """Yield the reviews in which `party` must act next: decide as a reviewer, or release what was agreed to as root."""
    for _, key in state.reviewing.under(f"{party}/"):
        yield key, state.reviews[key]


def reviews_escalated(state: State) -> Iterator[tuple[JobId, Review]]:
    """Yield the reviews that were not finished in time: regulators may decide them as well."""
    for _, key in state.escalated.under():
        yield key, state.reviews[key]


def rules_of(state: State, resource: ResourceId) -> AnalysisRules | None:
    """Return what may be asked of `resource`; None: nothing."""
    return state.rules.get(resource)


def usage(state: State, agreement: AgreementId, product: ProductId) -> Usage:
    """Return the metered calls of `product` under `agreement`: recorded, covered by tickets, charged."""
    return state.usage.get(f"{agreement}/{product}") or Usage()


def batches(state: State, agreement: AgreementId, product: ProductId) -> Iterator[Batch]:
    """Yield the batches of metered calls in the order of their calls."""
    for _, batch in state.batches.under(f"{agreement}/{product}/"):
        yield batch
