"""Short ways to refusals of the clean room: rules, plans held against them, budgets, reviews of answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from stage import UNTIL, Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, AgreementId, JobId, ListingId, ProductId, ResourceId
from mumian.kernel.roles import DataKind, Right
from mumian.market.trial import EVIDENCE, PURPOSE, RULES
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import SourceType
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
)
from mumian.rooms.cleanroom.plan import (
    DELTA_FEMTO_MAX,
    AggregatePlan,
    Count,
    Filter,
    GroupKey,
    Join,
    Mode,
    Op,
    Sum,
    Units,
)
from mumian.rooms.cleanroom.records import ReviewDecision
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods
from mumian.rooms.exchange.terms import Verdict
from mumian.rooms.revenue import model as revenue
from mumian.rooms.rights.vocabulary import SourceType as RightSource

Says = tuple[str, Any]
COST = 1_000
PLAN = AggregatePlan((), (), (Count(),), "tailnum", 1, 1, COST)
EXACT = replace(PLAN, l0=0, linf_rows=0, rho_nano=0, mode=Mode.EXACT)
FOUND = replace(PLAN, group_by=(GroupKey("dest"),), measures=(Units(),), delta_femto=5)
WITH_DEST = replace(
    RULES,
    columns=(*RULES.columns, PublicColumn("dest", Kind.TEXT)),
    rules=(*RULES.rules, ColumnRule("dest", (Use.GROUP, Use.OUTPUT))),
)
EXACT_RULES = replace(RULES, rules=RULES.rules[:4], exact=ExactRules(3, 1, 700, 100))
LATE = Template("late_at", PLAN, (Parameter("late", "delay", Op.GT, lower=15, upper=60),))
ANSWER = sha256_hex(b"answer")


def bought(s: Stage, *, rho_nano: int = 100 * COST, delta_femto: int = 0) -> AgreementId:
    """Open the owners' budgets and buy the report."""
    for owner, resource in zip(s.world.owners, s.world.resources, strict=True):
        s.say(owner, cleanroom.OpenBudget(resource, "tailnum", rho_nano, rho_nano, UNTIL, delta_femto))
    agreement = s.agree(s.world.report)
    s.say(s.world.insurer, exchange.SignDeal(s.order(), agreement))
    return agreement


def sold(s: Stage, *sources: str) -> tuple[AgreementId, ProductId]:
    """Bring a product of other sources to where its buyer may ask."""
    product = s.product(*sources)
    s.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
    free = goods.Price(goods.PriceMode.FREE, 0, goods.Unit.PRODUCT)
    listing = ListingId(s.made(s.world.merchant, exchange.ListProduct(product, free), "listing"))
    agreement = s.agree(product)
    s.say(s.world.insurer, exchange.SignDeal(s.order(listing), agreement))
    return agreement, product


def published(s: Stage, rules: AnalysisRules) -> None:
    for owner, resource in zip(s.world.owners, s.world.resources, strict=True):
        s.say(owner, cleanroom.SetAnalysisRules(resource, rules))


def asking(plan: AggregatePlan = PLAN, rules: AnalysisRules = RULES, **named: Any) -> Callable[[Stage], Says]:
    """A plan over the report, under rules that both owners published, with budgets that would pay."""

    def said(s: Stage) -> Says:
        published(s, rules)
        return s.world.insurer, cleanroom.RequestJob(bought(s), s.world.report, PURPOSE, plan, "n1", **named)

    return said


def setting(rules: AnalysisRules) -> Callable[[Stage], Says]:
    return lambda s: (s.world.owners[0], cleanroom.SetAnalysisRules(s.world.resources[0], rules))


def another(s: Stage, rules: AnalysisRules | None, nth: int = 0) -> tuple[ResourceId, str]:
    """Another resource of an owner, and its grant to the merchant."""
    owner = s.world.owners[nth]
    resource = s.resource(owner, DataKind.ENTERPRISE, SourceType.SELF_GENERATED, rules=rules)
    s.register(resource, owner, Right.OPERATE, RightSource.SELF_GENERATED)
    use = s.register(resource, owner, Right.USE, RightSource.SELF_GENERATED)
    return resource, s.grant(owner, use, s.world.merchant).events[0].grant


def rules_missing(s: Stage) -> Says:
    agreement, product = sold(s, another(s, None)[1])
    return s.world.insurer, cleanroom.RequestJob(agreement, product, PURPOSE, PLAN, "n1")


def joining(key: tuple[str, ...], *pairs: tuple[str, str]) -> Callable[[Stage], Says]:
    """A join of an owner's flights with what else it keeps by the same unit."""

    def said(s: Stage) -> Says:
        crew = replace(RULES, table="crew", key=key)
        agreement, product = sold(s, s.world.grants[0], another(s, crew)[1])
        plan = replace(PLAN, table="flights", joins=(Join("crew", pairs),))
        return s.world.insurer, cleanroom.RequestJob(agreement, product, PURPOSE, plan, "n1")

    return said


def exact_of_persons(s: Stage) -> Says:
    """What is not graded is taken to hold personal information."""
    like = s.states.catalog.descriptions[s.world.resources[0]]
    resource = ResourceId(s.made(s.world.owners[0], catalog.DescribeResource(like), "resource"))
    return s.world.owners[0], cleanroom.SetAnalysisRules(resource, EXACT_RULES)


def budget_missing(s: Stage) -> Says:
    agreement = s.agree(s.world.report)
    s.say(s.world.insurer, exchange.SignDeal(s.order(), agreement))
    return s.world.insurer, cleanroom.RequestJob(agreement, s.world.report, PURPOSE, PLAN, "n1")


def budget_closed(s: Stage) -> Says:
    agreement = budget_missing(s)[1].agreement
    for owner, resource in zip(s.world.owners, s.world.resources, strict=True):
        s.say(owner, cleanroom.OpenBudget(resource, "tailnum", COST, COST, s.now + 1))
    s.wait(s.now + 1)
    return s.world.insurer, cleanroom.RequestJob(agreement, s.world.report, PURPOSE, PLAN, "n1")


def by_precision(plan: AggregatePlan) -> Callable[[Stage], Says]:
    """An order of five millionths of rho."""

    def said(s: Stage) -> Says:
        tiers = (goods.Tier(9, 1),)
        price = goods.Price(goods.PriceMode.TIERED, 1, goods.Unit.PRECISION, tiers)
        s.say(s.world.merchant, exchange.ListProduct(s.world.report, price))
        agreement = s.agree(s.world.report)
        s.say(s.world.insurer, exchange.SignDeal(s.order(quantity=5), agreement))
        return s.world.insurer, cleanroom.RequestJob(agreement, s.world.report, PURPOSE, plan, "n1")

    return said


def by_coverage(plan: AggregatePlan) -> Callable[[Stage], Says]:
    """An order of a report of one owner's flights that covers three units."""

    def said(s: Stage) -> Says:
        s.say(s.world.owners[0], cleanroom.SetAnalysisRules(s.world.resources[0], EXACT_RULES))
        product = s.product(s.world.grants[0])
        s.say(OPERATOR, exchange.ReviewCompliance(product, Verdict.PASSED, EVIDENCE))
        owner, share = s.world.owners[0], revenue.BASIS_POINTS
        fixed = revenue.AgreeDistribution(product, (), (owner,), revenue.Method.FIXED, owner_bp=(share,), merchant_bp=0)
        s.say(s.world.merchant, fixed)
        s.say(owner, revenue.ConsentToDistribution(product, 1))
        support = goods.Support((goods.Axis("origin", ("EWR", "JFK")),), 9)
        price = goods.Price(goods.PriceMode.TIERED, 1, goods.Unit.COVERAGE, (goods.Tier(9, 1),), support=support)
        listing = ListingId(s.made(s.world.merchant, exchange.ListProduct(product, price), "listing"))
        agreement = s.agree(product)
        s.say(s.world.insurer, exchange.SignDeal(s.order(listing, quantity=3), agreement))
        return s.world.insurer, cleanroom.RequestJob(agreement, product, PURPOSE, plan, "n1")

    return said


def delta_exhausted(s: Stage) -> Says:
    published(s, WITH_DEST)
    resource, owner = s.world.resources[0], s.world.owners[0]
    s.say(owner, cleanroom.OpenBudget(resource, "tailnum", COST, COST, UNTIL, 4))
    agreement, product = sold(s, s.world.grants[0])
    return s.world.insurer, cleanroom.RequestJob(agreement, product, PURPOSE, FOUND, "n1")


def reviewed(s: Stage) -> JobId:
    """A job whose answer both owners look at."""
    actor, request = asking(rules=replace(RULES, review=True))(s)
    leaf = s.say(actor, request)
    return next(event.job for event in leaf.events if isinstance(event, cleanroom.TicketIssued))


def submitting(job: JobId, digest: str = ANSWER) -> cleanroom.SubmitForReview:
    return cleanroom.SubmitForReview(job, digest, 1, 200)


def releasing(job: JobId, digest: str = ANSWER) -> cleanroom.RecordRelease:
    return cleanroom.RecordRelease(job, digest, 1, 200)


def submitted(s: Stage) -> JobId:
    job = reviewed(s)
    s.say(s.world.owners[0], submitting(job))
    return job


def decided(s: Stage, decision: ReviewDecision = ReviewDecision.RELEASE) -> JobId:
    job = submitted(s)
    for owner in s.world.owners[: 1 if decision is ReviewDecision.WITHHOLD else None]:
        s.say(owner, cleanroom.DecideReview(job, decision, "minutes-1"))
    return job


def unreviewed(s: Stage) -> JobId:
    leaf = s.say(*asking()(s))
    return next(event.job for event in leaf.events if isinstance(event, cleanroom.TicketIssued))


def by_root(job_of: Callable[[Stage], JobId], command: Callable[[JobId], Any]) -> Callable[[Stage], Says]:
    return lambda s: (s.world.owners[0], command(job_of(s)))


def deciding(job: JobId) -> cleanroom.DecideReview:
    return cleanroom.DecideReview(job, ReviewDecision.RELEASE, "minutes-1")


STAGED: dict[str, Callable[[Stage], Says]] = {
    "cleanroom.DELTA_TOO_LARGE": lambda s: (
        s.world.owners[0],
        cleanroom.OpenBudget(s.world.resources[0], "tailnum", 1, 1, UNTIL, DELTA_FEMTO_MAX + 1),
    ),
    "cleanroom.RULES_FAULTY": setting(replace(RULES, unit="person")),
    "cleanroom.EXACT_OF_PERSONS": exact_of_persons,
    "cleanroom.RULES_MISSING": rules_missing,
    "cleanroom.TABLE_UNKNOWN": asking(replace(PLAN, table="trains")),
    "cleanroom.TEMPLATE_UNKNOWN": asking(rules=replace(RULES, free=False)),
    "cleanroom.TEMPLATE_MISFIT": asking(
        rules=replace(RULES, templates=(LATE,)), template="late_at", arguments={"late": 61}
    ),
    "cleanroom.UNIT_OTHER": asking(replace(PLAN, unit="flight")),
    "cleanroom.EXACT_DENIED": asking(EXACT),
    "cleanroom.BOUND_TOO_WIDE": asking(replace(PLAN, l0=2), replace(RULES, l0_max=1)),
    "cleanroom.UNITS_MIN_MISSING": asking(rules=replace(RULES, units_min=5)),
    "cleanroom.JOIN_NOT_BY_KEY": joining(("flight", "day"), ("tailnum", "tailnum")),
    "cleanroom.JOIN_LEAVES_UNIT": joining(("flight",), ("flight", "flight")),
    "cleanroom.COLUMN_UNKNOWN": asking(replace(PLAN, group_by=(GroupKey("carrier", ("AA",)),))),
    "cleanroom.COLUMN_DENIED": asking(replace(PLAN, group_by=(GroupKey("tailnum", ("N1",)),))),
    "cleanroom.COMPARISON_DENIED": asking(
        replace(PLAN, where=(Filter("delay", Op.GT, 1),)),
        replace(RULES, rules=(*RULES.rules, ColumnRule("delay", (Use.FILTER,), comparisons=(Op.LT,)))),
    ),
    "cleanroom.VALUE_OUTSIDE": asking(replace(PLAN, group_by=(GroupKey("origin", ("SFO",)),))),
    "cleanroom.NOT_A_NUMBER": asking(
        replace(PLAN, measures=(Sum("origin", 0, 1),)),
        replace(RULES, rules=(*RULES.rules[:3], ColumnRule("origin", (Use.AGGREGATE,)))),
    ),
    "cleanroom.BOUNDS_BEYOND": asking(replace(PLAN, measures=(Sum("delay", -61, 0),))),
    "cleanroom.WITHIN_ONE_DOMAIN": asking(FOUND, WITH_DEST),
    "cleanroom.PRECISION_SPENT": by_precision(replace(PLAN, rho_nano=5_001)),
    "cleanroom.NOT_BY_PRECISION": by_precision(EXACT),
    "cleanroom.COVERAGE_SPENT": by_coverage(EXACT),
    "cleanroom.NOT_BY_COVERAGE": by_coverage(PLAN),
    "cleanroom.BUDGET_MISSING": budget_missing,
    "cleanroom.BUDGET_CLOSED": budget_closed,
    "cleanroom.DELTA_EXHAUSTED": delta_exhausted,
    "cleanroom.REVIEW_WITHHELD": by_root(lambda s: decided(s, ReviewDecision.WITHHOLD), releasing),
    "cleanroom.REVIEW_NOT_NEEDED": by_root(unreviewed, submitting),
    "cleanroom.REVIEW_EXISTS": by_root(submitted, submitting),
    "cleanroom.REVIEW_NEEDED": by_root(reviewed, releasing),
    "cleanroom.REVIEW_OPEN": by_root(submitted, releasing),
    "cleanroom.REVIEW_DIFFERS": by_root(decided, lambda job: releasing(job, sha256_hex(b"another"))),
    "cleanroom.REVIEW_MISSING": by_root(reviewed, deciding),
    "cleanroom.NOT_A_REVIEWER": lambda s: (s.world.insurer, deciding(submitted(s))),
}

BEFORE_REVIEWS: dict[str, Callable[[Stage], Says]] = {
    "cleanroom.RULE_NOT_IN_FORCE": asking(rules=replace(RULES, review=True)),
}
"""In a market that has not adopted the rulebook that sets the limit of reviews."""
