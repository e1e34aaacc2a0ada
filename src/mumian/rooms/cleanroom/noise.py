"""How much noise a plan's measures get: agreed by all, since it follows from what is public."""

from __future__ import annotations

from mumian.engines.question import Measure, Units
from mumian.methods.suggestion import scale_of as scale_for
from mumian.rooms.cleanroom.plan import AggregatePlan, Mode, full_groups, rho_each_nano, unit_step


def scale_of(plan: AggregatePlan, measure: Measure) -> float:
    """Return the scale of a measure's noise, in its unit, rounded up; 0 where answers are exact."""
    if plan.mode is Mode.EXACT:
        return 0.0
    each = plan.l0 if isinstance(measure, Units) else full_groups(plan)
    return scale_for(plan.mechanism, l0=each, step=unit_step(plan, measure), rho_nano=rho_each_nano(plan))
