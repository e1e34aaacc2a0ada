"""What holders let be asked of their data, what consumers ask, and who looks at answers before they leave."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from mumian.kernel.ids import JobId, PartyId, ResourceId
from mumian.kernel.roles import Role
from mumian.market.simulation.data import UNIT
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import RULES
from mumian.rooms.catalog import views as catalog
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.analysis import (
    AnalysisRules,
    ColumnRule,
    ExactRules,
    Kind,
    Parameter,
    PublicColumn,
    Template,
    Use,
    instance,
)
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Count,
    Filter,
    GroupKey,
    Join,
    Mode,
    Op,
    Sum,
    Units,
    VerificationPlan,
)
from mumian.rooms.cleanroom.records import Job, JobStatus, ReviewDecision, ReviewStatus

DEST = PublicColumn("dest", Kind.TEXT)
WIDE = replace(
    RULES,
    columns=(*RULES.columns, DEST),
    rules=(*RULES.rules, ColumnRule("dest", (Use.GROUP, Use.FILTER, Use.OUTPUT))),
    key=("flight", "day"),
)
"""Most holders let be asked what can be asked."""

BY_ORIGIN = (GroupKey("origin", ("EWR", "JFK")),)
FIGURES = AggregatePlan((), (), (Count(), Sum("delay", -60, 240)), UNIT, 2, 4, 1_000_000)
EXACT = replace(FIGURES, group_by=BY_ORIGIN, l0=0, linf_rows=0, rho_nano=0, mode=Mode.EXACT)
ADDED_UP = (FIGURES.measures, FIGURES.measures[:1], FIGURES.measures[1:])
FOUND = replace(FIGURES, group_by=(GroupKey("dest"),), measures=(Units(), Count()), delta_femto=1_000_000)
LATE = Template("late_at", FIGURES, (Parameter("late", "delay", Op.GT, lower=15, upper=60),))
TERMS = ExactRules(units_min=3, dominance_units=1, dominance_permille=700, cells_max=1_000)
ONLY_SUMS = tuple(
    replace(rule, uses=tuple(use for use in rule.uses if use is not Use.FILTER)) if Use.AGGREGATE in rule.uses else rule
    for rule in WIDE.rules
)

NARROWER: tuple[Callable[[AnalysisRules], AnalysisRules], ...] = (
    lambda rules: replace(rules, exact=TERMS, rules=ONLY_SUMS),
    lambda rules: replace(rules, exact=TERMS),  # means nothing: a column is added up and chosen by
    lambda rules: replace(rules, templates=(LATE,), free=False),
    lambda rules: replace(rules, templates=(LATE,)),
    lambda rules: replace(rules, units_min=5),
    lambda rules: replace(rules, l0_max=1),
    lambda rules: replace(rules, rules=rules.rules[:-2]),
    lambda rules: replace(rules, rules=(*rules.rules, ColumnRule("delay", (Use.FILTER,), comparisons=(Op.LT,)))),
    lambda rules: replace(rules, table="trips"),
    lambda rules: replace(rules, columns=(*rules.columns, rules.columns[0])),  # means nothing: declared twice
)
"""Some allow less, a few what makes no sense."""

ODD: tuple[Callable[[AggregatePlan], AggregatePlan], ...] = (
    lambda plan: replace(plan, table="trains"),
    lambda plan: replace(plan, unit="flight"),
    lambda plan: replace(plan, l0=3),
    lambda plan: replace(plan, group_by=(GroupKey("origin", ("JFK", "SFO")),)),
    lambda plan: replace(plan, group_by=(GroupKey("carrier", ("AA",)),)),
    lambda plan: replace(plan, group_by=(GroupKey("tailnum", ("N1",)),)),
    lambda plan: replace(plan, where=(Filter("arr_delay", Op.GT, 61),)),
    lambda plan: replace(plan, measures=(Sum("delay", -61, 240),)),
    lambda plan: replace(plan, measures=(Count("origin"),)),
    lambda plan: replace(plan, group_by=(GroupKey("dest", edges=(0, 1)),)),
    lambda plan: replace(plan, table="flights", joins=(Join("trips", (("flight", "flight"), ("day", "day"))),)),
    lambda plan: replace(plan, table="flights", joins=(Join("trips", (("flight", "flight"),)),)),
    lambda plan: replace(plan, measures=(Units(),), units_min=5),
    lambda plan: replace(plan, measures=(Count(), Count())),
)
"""What some ask for, allowed or not."""


def publish(s: Scene, resource: ResourceId, holder: PartyId) -> Said:
    described = catalog.description(s.states.catalog, resource)
    unit = described.privacy_unit if described is not None else UNIT
    rules = replace(WIDE, unit=unit if s.chance(980) else UNIT, review=s.chance(300))
    if s.chance(350):
        rules = s.one(NARROWER)(rules)
    if rules.exact is not None and s.chance(300):
        rules = replace(rules, exact=replace(rules.exact, compliance=s.digest()))
    return Said(holder, cleanroom.SetAnalysisRules(resource, rules))


def set_rules(s: Scene) -> Said | None:
    """A holder publishes rules for the first time, or others than before."""
    resource = ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    if record is None or (resource in s.states.cleanroom.rules and s.chance(700)):
        return None
    return publish(s, resource, record.holder)


def checks(s: Scene) -> VerificationPlan:
    column = "delay" if s.chance(970) else s.one(("origin", "carrier"))
    return VerificationPlan(("flight", "day"), Filter(column, Op.GT, 60), s.one((1, 100, 5_000)))


def figures(s: Scene) -> tuple[AggregatePlan, str, dict[str, int | str]]:
    """Return one of a few plans, so that the same question is asked twice, with its template and arguments if it has."""
    plan = replace(FIGURES, group_by=s.one(((), BY_ORIGIN)), rho_nano=s.one((1_000_000, 10_000_000, 40_000_000)))
    if s.chance(700):
        return plan, "", {}
    if s.chance(150):
        given = s.one((15, 30, 60, 61))
        made = instance(LATE, {"late": given})
        fits = made if isinstance(made, AggregatePlan) and s.chance(900) else FIGURES
        return fits, "late_at", {"late": given}
    return s.one((EXACT, FOUND, replace(plan, table="flights"), s.one(ODD)(plan), s.one(ODD)(plan))), "", {}


def exactly(s: Scene) -> AggregatePlan:
    """Return one of a few exact plans, some of which tell what others do."""
    return replace(EXACT, group_by=s.one(((), BY_ORIGIN, (GroupKey("origin", ("LGA",)),))), measures=s.one(ADDED_UP))


def allow_exactly(s: Scene, resource: ResourceId, holder: PartyId) -> Said | None:
    """Return a holder's word that its data are answered exactly; nothing where they are."""
    rules = s.states.cleanroom.rules.get(resource)
    if rules is not None and rules.exact is not None:
        return None
    described = catalog.description(s.states.catalog, resource)
    unit = described.privacy_unit if described is not None else UNIT
    exact = replace(TERMS, compliance=s.digest())
    return Said(holder, cleanroom.SetAnalysisRules(resource, replace(WIDE, unit=unit, exact=exact, rules=ONLY_SUMS)))


def review(s: Scene, key: JobId, job: Job) -> Said | None:
    """Say what is next in the review of an answer; nothing where it may leave, or where people keep silent."""
    found = s.states.cleanroom.reviews.get(key)
    if found is None:
        return Said(job.root, cleanroom.SubmitForReview(key, s.digest(), s.one((0, 1, job.answers_max)), 200))
    if found.status is ReviewStatus.AGREED:
        return None
    decision = ReviewDecision.RELEASE if s.chance(850) else ReviewDecision.WITHHOLD
    is_due = found.status is ReviewStatus.ESCALATED and s.chance(700)
    who = s.who(Role.REGULATOR) if is_due or s.chance(30) else s.one(found.waiting)
    return Said(who, cleanroom.DecideReview(key, decision, "minutes-3"))


def look(s: Scene) -> Said | None:
    """Go on with some review; mostly one that is open, now and then any job."""
    waiting = [JobId(key.partition("/")[2]) for key, _ in s.states.cleanroom.reviewing.under()]
    key = s.fresh(waiting) if waiting and s.chance(950) else JobId(s.pick("job"))
    job = s.states.cleanroom.jobs.get(key)
    if job is None or s.chance(900 if job.status is not JobStatus.ISSUED else 300):
        return None
    return review(s, key, job)


HABITS: tuple[tuple[int, Habit], ...] = (
    (8, set_rules),
    (6, look),
)
