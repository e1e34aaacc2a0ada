"""How much noise a plan's measures get: agreed by all, since it follows from what is public."""

from __future__ import annotations

from mumian.engines.question import Measure
from mumian.methods.suggestion import scale_of as scale_for
from mumian.rooms.cleanroom.plan import AggregatePlan, Mode, reach, rho_each_nano


def scale_of(plan: AggregatePlan, measure: Measure) -> float:
    """Return the scale of a measure's noise, in its unit, rounded up; 0 where answers are exact."""
    if plan.mode is Mode.EXACT:
        return 0.0
    groups, step = reach(plan, measure)
    return scale_for(plan.mechanism, l0=groups, step=step, rho_nano=rho_each_nano(plan))
