"""Answers that are paid one by one: what each counts, and whether the order covers it."""

from __future__ import annotations

from mumian.engines.support import Support, covered, unpriced
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.model import JobFacts, RequestJob
from mumian.rooms.cleanroom.plan import AggregatePlan, Mode, question


def counted(plan: AggregatePlan, facts: JobFacts, *, is_had: bool) -> tuple[int, int | None]:
    """Return the loss that an answer is asked at, 10^-9 of rho, and as a mask the rows of the price's support that it tells.

    is_had: the consumer has this answer already: it counts nothing again. No mask: it is not priced by coverage.
    """
    if is_had:
        return 0, None
    told = None if facts.covering is None else covered(facts.covering.support, question(plan))
    return plan.rho_nano, told


def refuse_unpriced(command: RequestJob, facts: JobFacts) -> Refused | None:
    """Return why the order's price has no figure for such a plan, or None."""
    plan, agreement = command.plan, command.agreement
    if not isinstance(plan, AggregatePlan):
        return None
    if plan.mode is Mode.EXACT and facts.precision_nano is not None:
        return Refused(R.NOT_BY_PRECISION, {"agreement": agreement})
    defect = None if facts.covering is None else _defect(plan, facts.covering.support)
    return None if defect is None else Refused(R.NOT_BY_COVERAGE, {"agreement": agreement, "defect": defect})


def _defect(plan: AggregatePlan, support: Support) -> str | None:
    """Return why a plan has no price by coverage, or None: it is exact, joins nothing, and reads what the price names."""
    if plan.mode is not Mode.EXACT:
        return "its figures have noise"
    if plan.joins:
        return f"it joins `{plan.joins[0].table}`"
    column = unpriced(support, question(plan))
    return None if column is None else f"it reads `{column}`"


def refuse_beyond_order(
    command: RequestJob, facts: JobFacts, *, asked_nano: int, told: int | None, versions: str
) -> Refused | None:
    """Return why what is left of an order does not cover the job, or None.

    asked_nano, told: what the answer counts, as `counted`. versions: digest of the data's versions that are asked.
    """
    detail: Detail = {"agreement": command.agreement}
    left_nano, price = facts.precision_nano, facts.covering
    if left_nano is not None and asked_nano > left_nano:
        return Refused(R.PRECISION_SPENT, {**detail, "asked_nano": asked_nano, "left_nano": left_nano})
    if price is None or told is None:
        return None
    units = price.told.further(told, versions=versions)
    return None if units <= price.left else Refused(R.COVERAGE_SPENT, {**detail, "units": units, "left": price.left})
