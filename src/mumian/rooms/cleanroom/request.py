"""A job is asked for: the terms of its use, the analysis rules, the plan, and what it costs, before anything runs."""

from __future__ import annotations

from mumian.kernel.canonical import digest
from mumian.kernel.ids import JobId, new_id
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
from mumian.rooms.cleanroom.plan import AggregatePlan, Mode, cells, fault, plan_digest
from mumian.rooms.cleanroom.records import JobKind, Source
from mumian.rooms.cleanroom.ruled import refuse_plan


def request(state: State, command: RequestJob, facts: JobFacts) -> list[Event] | Refused:
    refused = (
        _refuse_terms_of_use(command, facts) or _refuse_plan(command, facts) or _refuse_rules(state, command, facts)
    )
    if refused is not None:
        return refused
    plan, asked = command.plan, plan_digest(command.plan)
    sources = {seen.resource: seen for seen in facts.sources}
    versions = digest(sorted((seen.resource, seen.version_digest) for seen in sources.values()))
    replays: JobId | None = None
    job = JobId(new_id("job", facts.seq))
    charges: list[BudgetCharged] = []
    charged: set[str] = set()
    if isinstance(plan, AggregatePlan):
        replays = state.answered.get(f"{facts.actor}/{asked}/{versions}")
        if plan.mode is Mode.PRIVATE and f"{asked}/{versions}" not in state.paid:
            read = [seen for seen in sources.values() if _is_read(state, plan, seen)]
            made = _charge(state, plan, read, job, facts)
            if isinstance(made, Refused):
                return made
            charges, charged = made, {seen.resource for seen in read if seen.protected}
    rho_nano = plan.rho_nano if charged and isinstance(plan, AggregatePlan) else 0
    delta_femto = plan.delta_femto if charged and isinstance(plan, AggregatePlan) else 0
    ticket = TicketIssued(
        job=job,
        kind=JobKind.AGGREGATE if isinstance(plan, AggregatePlan) else JobKind.VERIFICATION,
        consumer=facts.actor,
        agreement=command.agreement,
        product=command.product,
        purpose=command.purpose,
        sources=tuple(
            _source(seen, rho_nano, delta_femto) if seen.resource in charged else _source(seen, 0, 0)
            for seen in sources.values()
        ),
        root=facts.sources[0].domain,
        plan_digest=asked,
        versions_digest=versions,
        rho_nano=rho_nano,
        answers_max=cells(plan) if isinstance(plan, AggregatePlan) else plan.calls_max,
        issued_at=facts.now,
        expires_at=facts.now + TICKET_MS,
        nonce=command.nonce,
        replays=replays,
        paths=tuple(dict.fromkeys(seen.path for seen in facts.sources if seen.path)),
        rules=tuple(dict.fromkeys(rule for seen in facts.sources for rule in seen.rules)),
        policies=tuple(
            dict.fromkeys((*facts.decision.determined_by, *(rule for seen in facts.sources for rule in seen.policies)))
        ),
        analysis=tuple(digest(rules) for key in sources if (rules := state.rules.get(key)) is not None),
        group=facts.group or (facts.actor,),
        mode=plan.mode if isinstance(plan, AggregatePlan) else Mode.PRIVATE,
        template=command.template,
    )
    return [*charges, ticket]


def _source(seen: SourceSeen, rho_nano: int, delta_femto: int) -> Source:
    version = seen.version_digest or ""
    return Source(seen.resource, seen.holder, seen.domain, version, rho_nano, delta_femto)


def _is_read(state: State, plan: AggregatePlan, seen: SourceSeen) -> bool:
    """Return whether a plan reads a source: every one with units, or those of the tables that it names."""
    rules = state.rules.get(seen.resource)
    return not plan.table or (rules is not None and rules.table in (plan.table, *(join.table for join in plan.joins)))


def _refuse_rules(state: State, command: RequestJob, facts: JobFacts) -> Refused | None:
    """Hold the plan against the analysis rules of every source that it reads; without rules nothing is answered."""
    plan = command.plan
    ruled = {seen.resource: state.rules.get(seen.resource) for seen in facts.sources}
    main: list[tuple[SourceSeen, AnalysisRules]] = []
    for seen in facts.sources:
        rules = ruled[seen.resource]
        if isinstance(plan, AggregatePlan) and not (seen.protected if not plan.table else rules is not None):
            continue
        if rules is None:
            return Refused(R.RULES_MISSING, {"resource": seen.resource})
        if not isinstance(plan, AggregatePlan) or plan.table in ("", rules.table):
            main.append((seen, rules))
    if not main and isinstance(plan, AggregatePlan) and plan.table:
        tables = ", ".join(sorted({rules.table for rules in ruled.values() if rules})) or "-"
        return Refused(R.TABLE_UNKNOWN, {"table": plan.table, "tables": tables})
    for seen, rules in main:
        near = [ruled[other.resource] for other in facts.sources if other.domain == seen.domain]
        refused = refuse_plan(
            plan,
            own=rules,
            joinable={each.table: each for each in near if each is not None},
            party=facts.actor,
            template=command.template,
            arguments=command.arguments,
        )
        if refused is not None:
            return refused
    return None


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
    for seen in facts.sources:
        refused = refuse_source(seen, product)
        if refused is not None:
            return refused
    for seen in facts.sources:
        if seen.version_digest is None:
            return Refused(R.VERSION_MISSING, {"resource": seen.resource})
    if not facts.order_open:
        return Refused(R.ORDER_NOT_OPEN, {"agreement": agreement})
    return None


def _refuse_plan(command: RequestJob, facts: JobFacts) -> Refused | None:
    wrong = fault(command.plan)
    if wrong is not None:
        return Refused(R.PLAN_FAULTY, {"fault": wrong})
    kind = JobKind.AGGREGATE if isinstance(command.plan, AggregatePlan) else JobKind.VERIFICATION
    if kind is not facts.product_kind and facts.product_kind is not None:
        detail: Detail = {"product": command.product, "product_kind": facts.product_kind.value}
        return Refused(R.PLAN_OF_OTHER_KIND, {**detail, "plan_kind": kind.value})
    return None


def _charge(
    state: State, plan: AggregatePlan, sources: list[SourceSeen], job: JobId, facts: JobFacts
) -> list[BudgetCharged] | Refused:
    """Charge every protected source the whole loss, or none: a unit may be in all of them (sequential composition).

    Source: Bun & Steinke 2016, Lemma 2.3 (zCDP losses add up).
    """
    charges: list[BudgetCharged] = []
    cost_rho_nano = plan.rho_nano
    for seen in sources:
        if not seen.protected:
            continue
        budget_id = state.by_lineage.get(f"{seen.resource}/{plan.unit}")
        if budget_id is None:
            return Refused(R.BUDGET_MISSING, {"resource": seen.resource, "unit": plan.unit})
        budget = state.budgets[budget_id]
        detail: Detail = {"budget": budget_id, "resource": seen.resource}
        if facts.now >= budget.until:
            return Refused(R.BUDGET_CLOSED, {**detail, "until": budget.until, "now": facts.now})
        detail["rho_nano"] = cost_rho_nano
        if cost_rho_nano > budget.left_rho_nano:
            return Refused(R.BUDGET_EXHAUSTED, {**detail, "left_rho_nano": budget.left_rho_nano})
        if plan.delta_femto > budget.left_delta_femto:
            left: Detail = {"delta_femto": plan.delta_femto, "left_delta_femto": budget.left_delta_femto}
            return Refused(R.DELTA_EXHAUSTED, {"budget": budget_id, "resource": seen.resource, **left})
        spent = sum(state.spent.get(f"{budget_id}/{party}") or 0 for party in facts.group or (facts.actor,))
        share_rho_nano = budget.per_consumer_rho_nano - spent
        if cost_rho_nano > share_rho_nano:
            return Refused(R.CONSUMER_SHARE_EXHAUSTED, {**detail, "left_rho_nano": share_rho_nano})
        charges.append(BudgetCharged(budget_id, facts.actor, job, cost_rho_nano, plan.delta_femto))
    return charges


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
