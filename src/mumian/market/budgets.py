"""A privacy budget as people read it: what is allowed, spent and left, by whom, for which jobs, and what that means."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import BudgetId, PartyId
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.cleanroom import views as cleanroom
from mumian.rooms.cleanroom.records import Budget
from mumian.rooms.parties import views as parties


class Share(msgspec.Struct, frozen=True):
    """What related consumers spent together, and what is left of the one share that they have."""

    consumers: tuple[PartyId, ...]
    spent_rho_nano: int
    left_rho_nano: int


class Charge(msgspec.Struct, frozen=True):
    """A job that was charged, whatever became of it."""

    job: str
    consumer: PartyId
    at: Instant
    rho_nano: int
    delta_femto: int
    status: str


class BudgetSeen(msgspec.Struct, frozen=True):
    """epsilon_spent: for which what was spent is (epsilon, delta_femto)-DP; three decimals, rounded up.

    delta_femto: the stated delta with that of found keys. is_over: past its end.
    """

    budget: BudgetId
    resource: str
    holder: PartyId
    privacy_unit: str
    until: Instant
    is_over: bool
    rho_nano: int
    spent_rho_nano: int
    left_rho_nano: int
    share_rho_nano: int
    epsilon_spent: str
    delta_femto: int
    found_delta_femto: int
    found_delta_spent_femto: int
    found_delta_left_femto: int
    shares: tuple[Share, ...]
    charges: tuple[Charge, ...]


def budget_seen(s: States, key: BudgetId, now: Instant) -> BudgetSeen | None:
    """Return a budget with its shares, those who spent most first, and its charges, oldest first; None if there is none.

    Source: Bun & Steinke 2016, Lemma 2.3 (losses add up); Canonne, Kamath & Steinke 2020, Corollary 13 (what rho means);
    the delta of thresholds is added to it (Bun & Steinke 2016, §8, approximate zCDP).
    """
    budget: Budget | None = s.cleanroom.budgets.get(key)
    if budget is None:
        return None
    return BudgetSeen(
        budget=key,
        resource=budget.resource,
        holder=budget.holder,
        privacy_unit=budget.privacy_unit,
        until=budget.until,
        is_over=now >= budget.until,
        rho_nano=budget.rho_nano,
        spent_rho_nano=budget.spent_rho_nano,
        left_rho_nano=budget.left_rho_nano,
        share_rho_nano=budget.per_consumer_rho_nano,
        epsilon_spent=cleanroom.epsilon(budget.spent_rho_nano),
        delta_femto=cleanroom.STATED_DELTA_FEMTO + budget.spent_delta_femto,
        found_delta_femto=budget.delta_femto,
        found_delta_spent_femto=budget.spent_delta_femto,
        found_delta_left_femto=budget.left_delta_femto,
        shares=tuple(sorted(_shares(s, key), key=lambda share: (-share.spent_rho_nano, share.consumers))),
        charges=tuple(_charges(s, budget)),
    )


def _shares(s: States, key: BudgetId) -> Iterator[Share]:
    """Yield what each group of consumers spent that are related to each other as of now."""
    spent = dict(cleanroom.spenders(s.cleanroom, key))
    share_rho_nano = s.cleanroom.budgets[key].per_consumer_rho_nano
    told: set[PartyId] = set()
    for consumer in sorted(spent):
        if consumer in told:
            continue
        near = {consumer, *parties.related(s.parties, consumer)}
        group = tuple(sorted(near & spent.keys()))
        told |= near
        together = sum(spent[each] for each in group)
        yield Share(group, together, max(0, share_rho_nano - together))


def _charges(s: States, budget: Budget) -> Iterator[Charge]:
    for _, key in s.cleanroom.uses.under(f"{budget.resource}/"):
        job = s.cleanroom.jobs[key]
        if job.unit != budget.privacy_unit or not job.rho_nano:
            continue
        for source in job.sources:
            if source.resource == budget.resource and source.rho_nano:
                cost = (source.rho_nano, source.delta_femto)
                yield Charge(key, job.consumer, job.issued_at, *cost, job.status.value)
