"""A job is asked for: the terms of its use, the analysis rules, the plan, and what it costs, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import JobId, PartyId, ResourceId, new_id
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.cleanroom.analysis import AnalysisRules
from mumian.rooms.cleanroom.model import (
    TICKET_MS,
    BudgetCharged,
    Event,
    JobFacts,
    RequestJob,
    SourceSeen,
    State,
    TicketIssued,
)
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Mode,
    cells,
    fault,
    has_found_keys,
    plan_digest,
    tables_of,
)
from mumian.rooms.cleanroom.priced import counted, refuse_beyond_order, refuse_unpriced
from mumian.rooms.cleanroom.records import JobKind, Source
from mumian.rooms.cleanroom.refusals import foremost
from mumian.rooms.cleanroom.ruled import refuse_plan
from mumian.rulebook.rules import missing

REVIEW_RULE = "MM-REVIEW"
"""Sets within how long an answer is reviewed, and until when it may leave after that."""


class _Asked(msgspec.Struct, frozen=True):
    """A question as it is counted: what is asked, of which versions, what was answered before, who looks at the answer.

    asked_nano, told: what it counts where answers are paid one by one, as `priced.counted`.
    """

    plan_digest: str
    versions_digest: str
    replays: JobId | None = None
    paid_by: JobId | None = None
    reviewers: tuple[PartyId, ...] = ()
    asked_nano: int = 0
    told: int | None = None

    @property
    def question(self) -> str:
        return f"{self.plan_digest}/{self.versions_digest}"


def request(state: State, command: RequestJob, facts: JobFacts) -> list[Event] | Refused:
    """Return a ticket after the charges for it, or the first reason why there is none."""
    refused = (
        _refuse_terms_of_use(command, facts) or _refuse_plan(command, facts) or _refuse_rules(state, command, facts)
    )
    if refused is not None:
        return refused
    plan = command.plan
    asked = _asked(state, command, facts)
    refused = refuse_beyond_order(
        command, facts, asked_nano=asked.asked_nano, told=asked.told, versions=asked.versions_digest
    )
    if refused is not None:
        return refused
    if asked.reviewers:
        refused = refuse_review_rule(facts)
        if refused is not None:
            return refused
    job = JobId(new_id("job", facts.seq))
    charges: list[BudgetCharged] = []
    if isinstance(plan, AggregatePlan) and plan.mode is Mode.PRIVATE and asked.paid_by is None:
        made = _charge(state, plan, job, facts)
        if isinstance(made, Refused):
            return made
        charges = made
    return [*charges, _ticket(state, command, facts, job, asked, charged=bool(charges))]


def refuse_review_rule(facts: Facts) -> Refused | None:
    """Return why no review can be opened as of now, or None."""
    rule = missing(facts, REVIEW_RULE)
    return None if rule is None else Refused(R.RULE_NOT_IN_FORCE, {"rule": rule})


def _asked(state: State, command: RequestJob, facts: JobFacts) -> _Asked:
    plan, versions = command.plan, {seen.resource: seen.version_digest for seen in facts.sources}
    asked = _Asked(plan_digest(plan), digest(sorted(versions.items())))
    if not isinstance(plan, AggregatePlan):
        return asked
    replays = state.answered.get(f"{facts.actor}/{asked.question}")
    asked_nano, told = counted(plan, facts, is_had=replays is not None)
    return msgspec.structs.replace(
        asked,
        replays=replays,
        paid_by=state.paid.get(asked.question) if plan.mode is Mode.PRIVATE else None,
        reviewers=_reviewers(state, plan, facts, replays),
        asked_nano=asked_nano,
        told=told,
    )


def _reviewers(state: State, plan: AggregatePlan, facts: JobFacts, replays: JobId | None) -> tuple[PartyId, ...]:
    """Return the holders who look at an answer before it leaves: whose rules say so, and of persons' data read exactly.

    Who agreed to this answer for this consumer before is not asked again.
    """
    wanted = (
        seen.holder
        for seen in _read(state, plan, facts)
        if ((rules := state.rules.get(seen.resource)) is not None and rules.review)
        or (plan.mode is Mode.EXACT and seen.personal)
    )
    earlier = state.reviews.get(replays) if replays is not None else None
    agreed = earlier.agreed if earlier is not None else ()
    return tuple(dict.fromkeys(holder for holder in wanted if holder not in agreed))


def _ticket(
    state: State, command: RequestJob, facts: JobFacts, job: JobId, asked: _Asked, *, charged: bool
) -> TicketIssued:
    plan, seen = command.plan, facts.sources
    is_aggregate = isinstance(plan, AggregatePlan)
    return TicketIssued(
        job=job,
        kind=JobKind.AGGREGATE if is_aggregate else JobKind.VERIFICATION,
        consumer=facts.actor,
        agreement=command.agreement,
        product=command.product,
        purpose=command.purpose,
        sources=_sources(state, command, facts, charged=charged),
        root=seen[0].domain,
        plan_digest=asked.plan_digest,
        versions_digest=asked.versions_digest,
        rho_nano=plan.rho_nano if charged and isinstance(plan, AggregatePlan) else 0,
        answers_max=cells(plan) if isinstance(plan, AggregatePlan) else plan.calls_max,
        issued_at=facts.now,
        expires_at=facts.now + TICKET_MS,
        nonce=command.nonce,
        replays=asked.replays,
        paths=tuple(dict.fromkeys(each.path for each in seen if each.path)),
        rules=tuple(dict.fromkeys(rule for each in seen for rule in each.rules)),
        policies=tuple(
            dict.fromkeys((*facts.decision.determined_by, *(rule for each in seen for rule in each.policies)))
        ),
        analysis=tuple(
            digest(rules)
            for key in dict.fromkeys(each.resource for each in seen)
            if (rules := state.rules.get(key)) is not None
        ),
        group=tuple(sorted({facts.actor, *facts.group})),
        mode=plan.mode if isinstance(plan, AggregatePlan) else Mode.PRIVATE,
        template=command.template,
        unit=plan.unit if isinstance(plan, AggregatePlan) else "",
        paid_by=asked.paid_by,
        reviewers=asked.reviewers,
        asked_nano=asked.asked_nano,
        covered="" if asked.told is None else f"{asked.told:x}",
    )


def _sources(state: State, command: RequestJob, facts: JobFacts, *, charged: bool) -> tuple[Source, ...]:
    """Return every source of the product, each once, at what this job costs it."""
    plan = command.plan
    rho_nano, delta_femto, with_units = 0, 0, frozenset[str]()
    if isinstance(plan, AggregatePlan) and plan.mode is Mode.PRIVATE:
        with_units = frozenset(seen.resource for seen in _read(state, plan, facts) if _has_units(state, seen))
        rho_nano, delta_femto = (plan.rho_nano, plan.delta_femto) if charged else (0, 0)
    found: dict[str, Source] = {}
    for seen in facts.sources:
        has_units = seen.resource in with_units
        cost = (rho_nano, delta_femto) if has_units else (0, 0)
        place = (seen.resource, seen.holder, seen.domain, seen.version_digest or "")
        found.setdefault(seen.resource, Source(*place, *cost, has_units))
    return tuple(found.values())


def _read(state: State, plan: AggregatePlan, facts: JobFacts) -> Iterator[SourceSeen]:
    """Yield the sources that a plan reads, each once: of the tables that it names, or every one with units."""
    for key, seen in {seen.resource: seen for seen in facts.sources}.items():
        rules = state.rules.get(key)
        if plan.table:
            if rules is not None and rules.table in tables_of(plan):
                yield seen
        elif _has_units(state, seen):
            yield seen


def _has_units(state: State, seen: SourceSeen) -> bool:
    """Return whether a source has privacy units, as its description or its rules say."""
    rules = state.rules.get(seen.resource)
    return seen.protected or (rules is not None and bool(rules.unit))


def _refuse_rules(state: State, command: RequestJob, facts: JobFacts) -> Refused | None:
    """Hold the plan against the analysis rules of every source that it reads; without rules nothing is answered."""
    plan = command.plan
    ruled = {seen.resource: state.rules.get(seen.resource) for seen in facts.sources}
    main: list[tuple[SourceSeen, AnalysisRules]] = []
    for seen in facts.sources:
        rules = ruled[seen.resource]
        if isinstance(plan, AggregatePlan) and not (_has_units(state, seen) if not plan.table else rules is not None):
            continue
        if rules is None:
            return Refused(R.RULES_MISSING, {"resource": seen.resource})
        if not isinstance(plan, AggregatePlan) or plan.table in ("", rules.table):
            main.append((seen, rules))
    if isinstance(plan, AggregatePlan) and not main:
        return _refuse_nothing_read(plan, ruled)
    refused = foremost(_refuse_by(command, facts, ruled, seen, rules) for seen, rules in main)
    if refused is not None or not isinstance(plan, AggregatePlan):
        return refused
    return _refuse_spread(plan, facts, tables=len({seen.resource for seen, _ in main}))


def _refuse_nothing_read(plan: AggregatePlan, ruled: dict[ResourceId, AnalysisRules | None]) -> Refused | None:
    """A plan that names no table of a product's reads nothing: a table without rules is none."""
    if not plan.table:
        return None
    lacking = next((resource for resource, rules in ruled.items() if rules is None), None)
    if lacking is not None:
        return Refused(R.RULES_MISSING, {"resource": lacking})
    tables = ", ".join(sorted({rules.table for rules in ruled.values() if rules is not None}))
    return Refused(R.TABLE_UNKNOWN, {"table": plan.table, "tables": tables})


def _refuse_by(
    command: RequestJob,
    facts: JobFacts,
    ruled: dict[ResourceId, AnalysisRules | None],
    seen: SourceSeen,
    rules: AnalysisRules,
) -> Refused | None:
    """Hold a plan against the rules of one source that it reads; who is refused is told which, by their digest."""
    near = (ruled[other.resource] for other in facts.sources if other.domain == seen.domain)
    refused = refuse_plan(
        command.plan,
        own=rules,
        joinable={each.table: each for each in near if each is not None},
        party=facts.actor,
        template=command.template,
        arguments=command.arguments,
    )
    if refused is None:
        return None
    return Refused(refused.refusal, {**refused.detail, "resource": seen.resource, "rules": digest(rules)})


def _refuse_spread(plan: AggregatePlan, facts: JobFacts, *, tables: int) -> Refused | None:
    """Keys are found, and exact answers held against each other, in one table of one domain; only noise comes from several."""
    if plan.mode is not Mode.EXACT and not has_found_keys(plan):
        return None
    domains = len({seen.domain for seen in facts.sources})
    what = "exact answers" if plan.mode is Mode.EXACT else "found keys"
    if domains == tables == 1:
        return None
    return Refused(R.WITHIN_ONE_DOMAIN, {"what": what, "tables": tables, "domains": domains})


def _refuse_terms_of_use(command: RequestJob, facts: JobFacts) -> Refused | None:
    """Return why the actor may not have a job of this product now: its kind, the agreement, the rights, the order."""
    agreement, product = command.agreement, command.product
    if facts.product_kind is None:
        return Refused(R.PRODUCT_UNKNOWN, {"product": product})
    if facts.consumer != facts.actor or facts.agreement_product != product:
        return Refused(R.NOT_YOUR_AGREEMENT, {"actor": facts.actor, "agreement": agreement, "product": product})
    if not facts.decision.allowed:
        return Refused(R.AGREEMENT_DENIES, {"agreement": agreement, "why": facts.decision.say()})
    if not facts.sources:
        return Refused(R.NO_SOURCE, {"product": product})
    refused = foremost(refuse_source(seen, product) for seen in facts.sources)
    if refused is not None:
        return refused
    for seen in facts.sources:
        if seen.version_digest is None:
            return Refused(R.VERSION_MISSING, {"resource": seen.resource})
    if not facts.order_open:
        return Refused(R.ORDER_NOT_OPEN, {"agreement": agreement})
    return refuse_unpriced(command, facts)


def _refuse_plan(command: RequestJob, facts: JobFacts) -> Refused | None:
    wrong = fault(command.plan)
    if wrong is not None:
        return Refused(R.PLAN_FAULTY, {"fault": wrong})
    kind = JobKind.AGGREGATE if isinstance(command.plan, AggregatePlan) else JobKind.VERIFICATION
    if kind is not facts.product_kind and facts.product_kind is not None:
        detail: Detail = {"product": command.product, "product_kind": facts.product_kind.value}
        return Refused(R.PLAN_OF_OTHER_KIND, {**detail, "plan_kind": kind.value})
    return None


def _charge(state: State, plan: AggregatePlan, job: JobId, facts: JobFacts) -> list[BudgetCharged] | Refused:
    """Charge every source with units that is read the whole loss, or none: a unit may be in all of them.

    Source: Bun & Steinke 2016, Lemma 2.3 (zCDP losses add up).
    """
    read = [seen for seen in _read(state, plan, facts) if _has_units(state, seen)]
    refused = foremost(_refuse_charge(state, plan, seen, facts) for seen in read)
    if refused is not None:
        return refused
    budgets = (state.by_lineage[f"{seen.resource}/{plan.unit}"] for seen in read)
    return [BudgetCharged(budget, facts.actor, job, plan.rho_nano, plan.delta_femto) for budget in budgets]


def _refuse_charge(state: State, plan: AggregatePlan, seen: SourceSeen, facts: JobFacts) -> Refused | None:
    """Return why a source's budget does not pay for a plan: none, over, spent; by all, or by the consumer's group."""
    budget_id = state.by_lineage.get(f"{seen.resource}/{plan.unit}")
    if budget_id is None:
        return Refused(R.BUDGET_MISSING, {"resource": seen.resource, "unit": plan.unit})
    budget = state.budgets[budget_id]
    detail: Detail = {"budget": budget_id, "resource": seen.resource}
    if facts.now >= budget.until:
        return Refused(R.BUDGET_CLOSED, {**detail, "until": budget.until, "now": facts.now})
    if plan.rho_nano > budget.left_rho_nano:
        left: Detail = {"rho_nano": plan.rho_nano, "left_rho_nano": budget.left_rho_nano}
        return Refused(R.BUDGET_EXHAUSTED, {**detail, **left})
    spent = sum(state.spent.get(f"{budget_id}/{party}") or 0 for party in {facts.actor, *facts.group})
    share_rho_nano = max(0, budget.per_consumer_rho_nano - spent)
    if plan.rho_nano > share_rho_nano:
        left = {"rho_nano": plan.rho_nano, "left_rho_nano": share_rho_nano}
        return Refused(R.CONSUMER_SHARE_EXHAUSTED, {**detail, **left})
    if plan.delta_femto > budget.left_delta_femto:
        left = {"delta_femto": plan.delta_femto, "left_delta_femto": budget.left_delta_femto}
        return Refused(R.DELTA_EXHAUSTED, {**detail, **left})
    return None


def refuse_source(seen: SourceSeen, product: str) -> Refused | None:
    """Return why a source may not be used: its chain, its resource's standing policies, the persons in it."""
    if not seen.unbroken:
        detail: Detail = {"resource": seen.resource, "link": seen.broken_at, "reason": seen.reason}
        return Refused(R.CHAIN_BROKEN, {**detail, "product": product})
    if seen.denied:
        return Refused(R.POLICY_DENIES, {"resource": seen.resource, "why": seen.denied})
    if seen.unlawful:
        return Refused(R.NOT_LAWFUL, {"resource": seen.resource, "why": seen.unlawful})
    return None
