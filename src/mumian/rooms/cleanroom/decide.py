"""What is allowed in the clean room."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.canonical import INT53_MAX, digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import BudgetId, JobId, new_id
from mumian.kernel.money import FEN_MAX
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.cleanroom.model import (
    TICKET_MS,
    BudgetCharged,
    BudgetFacts,
    BudgetOpened,
    BudgetRefreshed,
    Command,
    Event,
    ExpireJob,
    JobExpired,
    JobFacts,
    JobRefusedAtDomain,
    JobsStopped,
    OpenBudget,
    RecordRelease,
    RecordUsage,
    RefreshBudget,
    RefuseAtDomain,
    ReleaseFacts,
    ReleaseRecorded,
    RequestJob,
    SourceSeen,
    State,
    StopJobs,
    TicketIssued,
    UsageFacts,
    UsageRecorded,
)
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.plan import AggregatePlan, cells, fault, plan_digest
from mumian.rooms.cleanroom.records import Job, JobKind, JobStatus, Source, Usage


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of the clean room with its events or the first refusal that applies."""
    match command:
        case RecordUsage():
            assert isinstance(facts, UsageFacts)
            return _meter(state, command, facts)
        case RequestJob():
            assert isinstance(facts, JobFacts)
            return _request(state, command, facts)
        case RecordRelease():
            assert isinstance(facts, ReleaseFacts)
            return _release(state, command, facts)
        case RefuseAtDomain():
            return _refuse(state, command, facts)
        case ExpireJob():
            return _expire(state, command, facts)
        case StopJobs():
            return _stop(state, command, facts)
        case OpenBudget():
            assert isinstance(facts, BudgetFacts)
            return _open(state, command, facts)
        case RefreshBudget():
            return _refresh(state, command, facts)
        case _:
            assert_never(command)


def _open(state: State, command: OpenBudget, facts: BudgetFacts) -> list[Event] | Refused:
    resource, unit = command.resource, command.privacy_unit
    if facts.holder is None:
        return Refused(R.RESOURCE_UNKNOWN, {"resource": resource})
    if facts.actor != facts.holder:
        return Refused(R.NOT_THE_HOLDER, {"actor": facts.actor, "resource": resource, "holder": facts.holder})
    existing = state.by_lineage.get(f"{resource}/{unit}")
    if existing is not None:
        return Refused(R.BUDGET_EXISTS, {"resource": resource, "budget": existing, "unit": unit})
    refused = _refuse_terms(command.rho_nano, share=command.per_consumer_rho_nano, until=command.until, now=facts.now)
    if refused is not None:
        return refused
    terms = (command.rho_nano, command.per_consumer_rho_nano, command.until)
    return [BudgetOpened(BudgetId(new_id("budget", facts.seq)), resource, facts.actor, unit, *terms)]


def _refuse_terms(rho_nano: int, *, share: int, until: int, now: int) -> Refused | None:
    if until <= now:
        return Refused(R.UNTIL_PAST, {"until": until, "now": now})
    if rho_nano > INT53_MAX or share > INT53_MAX:
        return Refused(R.BUDGET_TOO_LARGE, {"max_rho_nano": INT53_MAX})
    if share > rho_nano:
        return Refused(R.SHARE_ABOVE_TOTAL, {"share_rho_nano": share, "rho_nano": rho_nano})
    return None


def _refresh(state: State, command: RefreshBudget, facts: Facts) -> list[Event] | Refused:
    budget = state.budgets.get(command.budget)
    if budget is None:
        return Refused(R.BUDGET_UNKNOWN, {"budget": command.budget})
    if facts.actor != budget.holder:
        detail: Detail = {"actor": facts.actor, "resource": budget.resource, "holder": budget.holder}
        return Refused(R.NOT_THE_HOLDER, detail)
    until = budget.until if command.until is None else command.until
    share = budget.per_consumer_rho_nano + command.per_consumer_rho_nano
    refused = _refuse_terms(budget.rho_nano + command.rho_nano, share=share, until=until, now=facts.now)
    if refused is not None:
        return refused
    return [
        BudgetRefreshed(command.budget, command.rho_nano, command.per_consumer_rho_nano, until, command.reason),
    ]


def _request(state: State, command: RequestJob, facts: JobFacts) -> list[Event] | Refused:
    refused = _refuse_terms_of_use(command, facts) or _refuse_plan(command, facts)
    if refused is not None:
        return refused
    plan, asked = command.plan, plan_digest(command.plan)
    sources = {seen.resource: seen for seen in facts.sources}
    versions = digest(sorted((seen.resource, seen.version_digest) for seen in sources.values()))
    replays: JobId | None = None
    rho_nano = 0
    job = JobId(new_id("job", facts.seq))
    charges: list[BudgetCharged] = []
    if isinstance(plan, AggregatePlan):
        replays = state.answered.get(f"{facts.actor}/{asked}/{versions}")
        if replays is None:
            rho_nano = plan.rho_nano
            charged = _charge(state, plan, list(sources.values()), job, facts)
            if isinstance(charged, Refused):
                return charged
            charges = charged
    ticket = TicketIssued(
        job=job,
        kind=JobKind.AGGREGATE if isinstance(plan, AggregatePlan) else JobKind.VERIFICATION,
        consumer=facts.actor,
        agreement=command.agreement,
        product=command.product,
        purpose=command.purpose,
        sources=tuple(_source(seen, rho_nano) for seen in sources.values()),
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
    )
    return [*charges, ticket]


def _source(seen: SourceSeen, rho_nano: int) -> Source:
    cost_rho_nano = rho_nano if seen.protected else 0
    return Source(seen.resource, seen.holder, seen.domain, seen.version_digest or "", cost_rho_nano)


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
        refused = _refuse_source(seen, product)
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
        share_rho_nano = budget.per_consumer_rho_nano - (state.spent.get(f"{budget_id}/{facts.actor}") or 0)
        if cost_rho_nano > share_rho_nano:
            return Refused(R.CONSUMER_SHARE_EXHAUSTED, {**detail, "left_rho_nano": share_rho_nano})
        charges.append(BudgetCharged(budget_id, facts.actor, job, cost_rho_nano))
    return charges


def _live(state: State, job_id: JobId) -> Job | Refused:
    job = state.jobs.get(job_id)
    if job is None:
        return Refused(R.JOB_UNKNOWN, {"job": job_id})
    if job.status is not JobStatus.ISSUED:
        return Refused(R.JOB_CLOSED, {"job": job_id, "status": job.status.value})
    return job


def _keeps_source(job: Job, facts: Facts) -> bool:
    return any(facts.actor in (source.holder, source.domain) for source in job.sources)


def _refuse_source(seen: SourceSeen, product: str) -> Refused | None:
    """Return why a source may not be used: its chain, its resource's standing policies, the persons in it."""
    if not seen.unbroken:
        detail: Detail = {"resource": seen.resource, "link": seen.broken_at, "reason": seen.reason}
        return Refused(R.CHAIN_BROKEN, {**detail, "product": product})
    if seen.denied:
        return Refused(R.POLICY_DENIES, {"resource": seen.resource, "why": seen.denied})
    if seen.unlawful:
        return Refused(R.NOT_LAWFUL, {"resource": seen.resource, "why": seen.unlawful})
    return None


def _release(state: State, command: RecordRelease, facts: ReleaseFacts) -> list[Event] | Refused:
    found = state.jobs.get(command.job)
    if found is not None and facts.actor != found.root:
        return Refused(R.NOT_THE_ROOT, {"actor": facts.actor, "job": command.job, "root": found.root})
    job = _live(state, command.job)
    if isinstance(job, Refused):
        return job
    if facts.now >= job.expires_at:
        return Refused(R.TICKET_EXPIRED, {"job": command.job, "expires_at": job.expires_at, "now": facts.now})
    refused = None if facts.barred is None else _refuse_source(facts.barred, job.product)
    if refused is not None:
        return refused
    if command.rows > job.answers_max:
        return Refused(R.RELEASE_TOO_LARGE, {"job": command.job, "rows": command.rows, "rows_max": job.answers_max})
    if job.replays is not None and state.releases[job.replays].digest != command.digest:
        detail: Detail = {"job": command.job, "replayed": job.replays, "digest": command.digest}
        return Refused(R.RELEASE_DIFFERS, {**detail, "released": state.releases[job.replays].digest})
    output = (command.digest, command.rows, command.size_bytes)
    return [ReleaseRecorded(command.job, facts.actor, *output, facts.now)]


def _refuse(state: State, command: RefuseAtDomain, facts: Facts) -> list[Event] | Refused:
    found = state.jobs.get(command.job)
    if found is not None and not _keeps_source(found, facts):
        return Refused(R.NOT_A_DOMAIN_OF_JOB, {"actor": facts.actor, "job": command.job})
    job = _live(state, command.job)
    return job if isinstance(job, Refused) else [JobRefusedAtDomain(command.job, facts.actor, command.reason)]


def _expire(state: State, command: ExpireJob, facts: Facts) -> list[Event] | Refused:
    job = _live(state, command.job)
    if isinstance(job, Refused):
        return job
    if facts.now < job.expires_at:
        return Refused(R.TICKET_LIVE, {"job": command.job, "expires_at": job.expires_at, "now": facts.now})
    return [JobExpired(command.job)]


def _stop(state: State, command: StopJobs, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    jobs = dict.fromkeys(job for path in command.paths for _, job in state.open_jobs.under(f"{path}/"))
    return [JobsStopped(tuple(jobs), command.because)] if jobs else []


def _meter(state: State, command: RecordUsage, facts: UsageFacts) -> list[Event] | Refused:
    agreement, product, calls = command.agreement, command.product, command.calls
    if not facts.in_force:
        return Refused(R.AGREEMENT_NOT_IN_FORCE, {"agreement": agreement, "product": product})
    if not facts.holds_source:
        return Refused(R.NOT_A_HOLDER, {"actor": facts.actor, "product": product})
    usage = state.usage.get(f"{agreement}/{product}") or Usage()
    if command.first_call != usage.calls:
        return Refused(R.BATCH_NOT_CONTIGUOUS, {"first_call": command.first_call, "next_call": usage.calls})
    if usage.calls + calls > usage.covered_calls:
        detail: Detail = {"calls": calls, "made_calls": usage.calls, "covered_calls": usage.covered_calls}
        return Refused(R.CALLS_NOT_COVERED, detail)
    charge_fen = calls * facts.price_fen
    if usage.charge_fen + charge_fen > FEN_MAX:
        return Refused(R.CHARGE_TOO_LARGE, {"calls": calls, "price_fen": facts.price_fen, "max_fen": FEN_MAX})
    return [UsageRecorded(agreement, product, facts.actor, command.batch_root, usage.calls, calls, charge_fen)]
