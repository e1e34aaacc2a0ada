"""What is allowed in the clean room."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.canonical import INT53_MAX, digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import BudgetId, JobId, new_id
from mumian.kernel.money import FEN_MAX
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.cleanroom.analysis import fault as fault_of_rules
from mumian.rooms.cleanroom.model import (
    AnalysisRulesSet,
    BudgetFacts,
    BudgetOpened,
    BudgetRefreshed,
    Command,
    DecideReview,
    EscalateReview,
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
    RulesFacts,
    SetAnalysisRules,
    State,
    StopJobs,
    SubmitForReview,
    UsageFacts,
    UsageRecorded,
)
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.plan import DELTA_FEMTO_MAX
from mumian.rooms.cleanroom.records import UNDECIDED, Job, JobStatus, Usage
from mumian.rooms.cleanroom.request import refuse_source, request
from mumian.rooms.cleanroom.reviewing import (
    closing,
    decide_review,
    escalate,
    open_review,
    refuse_unreviewed,
    refuse_withheld,
)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of the clean room with its events or the first refusal that applies."""
    match command:
        case RecordUsage():
            assert isinstance(facts, UsageFacts)
            return _meter(state, command, facts)
        case RequestJob():
            assert isinstance(facts, JobFacts)
            return request(state, command, facts)
        case RecordRelease():
            assert isinstance(facts, ReleaseFacts)
            return _release(state, command, facts)
        case SubmitForReview():
            assert isinstance(facts, ReleaseFacts)
            return _submit(state, command, facts)
        case DecideReview():
            return _decide_review(state, command, facts)
        case EscalateReview():
            return escalate(state, command, facts)
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
        case SetAnalysisRules():
            assert isinstance(facts, RulesFacts)
            return _set_rules(command, facts)
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
    share, delta = command.per_consumer_rho_nano, command.delta_femto
    refused = _refuse_terms(command.rho_nano, share=share, delta=delta, until=command.until, now=facts.now)
    if refused is not None:
        return refused
    terms = (command.rho_nano, command.per_consumer_rho_nano, command.until, command.delta_femto)
    return [BudgetOpened(BudgetId(new_id("budget", facts.seq)), resource, facts.actor, unit, *terms)]


def _set_rules(command: SetAnalysisRules, facts: RulesFacts) -> list[Event] | Refused:
    resource, rules = command.resource, command.rules
    if facts.holder is None:
        return Refused(R.RESOURCE_UNKNOWN, {"resource": resource})
    if facts.actor != facts.holder:
        return Refused(R.NOT_THE_HOLDER, {"actor": facts.actor, "resource": resource, "holder": facts.holder})
    wrong = fault_of_rules(rules)
    if wrong is not None:
        return Refused(R.RULES_FAULTY, {"fault": wrong})
    if rules.exact is not None and facts.personal and rules.exact.compliance is None:
        return Refused(R.EXACT_OF_PERSONS, {"resource": resource})
    return [AnalysisRulesSet(resource, facts.actor, rules, digest(rules))]


def _refuse_terms(rho_nano: int, *, share: int, delta: int, until: int, now: int) -> Refused | None:
    if until <= now:
        return Refused(R.UNTIL_PAST, {"until": until, "now": now})
    if rho_nano > INT53_MAX or share > INT53_MAX:
        return Refused(R.BUDGET_TOO_LARGE, {"max_rho_nano": INT53_MAX})
    if delta > DELTA_FEMTO_MAX:
        return Refused(R.DELTA_TOO_LARGE, {"delta_femto": delta, "max_femto": DELTA_FEMTO_MAX})
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
    delta = budget.delta_femto + command.delta_femto
    refused = _refuse_terms(budget.rho_nano + command.rho_nano, share=share, delta=delta, until=until, now=facts.now)
    if refused is not None:
        return refused
    return [
        BudgetRefreshed(
            command.budget,
            command.rho_nano,
            command.per_consumer_rho_nano,
            until,
            command.reason,
            command.delta_femto,
        ),
    ]


def _live(state: State, job_id: JobId) -> Job | Refused:
    job = state.jobs.get(job_id)
    if job is None:
        return Refused(R.JOB_UNKNOWN, {"job": job_id})
    if job.status is not JobStatus.ISSUED:
        return Refused(R.JOB_CLOSED, {"job": job_id, "status": job.status.value})
    return job


def _keeps_source(job: Job, facts: Facts) -> bool:
    return any(facts.actor in (source.holder, source.domain) for source in job.sources)


def _leaving(state: State, command: RecordRelease | SubmitForReview, facts: ReleaseFacts) -> Job | Refused:
    """Return the job whose answer may leave as far as its root, its ticket and its sources go."""
    found = state.jobs.get(command.job)
    if found is not None and facts.actor != found.root:
        return Refused(R.NOT_THE_ROOT, {"actor": facts.actor, "job": command.job, "root": found.root})
    job = refuse_withheld(state, command.job) or _live(state, command.job)
    if isinstance(job, Refused):
        return job
    if facts.now >= job.expires_at:
        return Refused(R.TICKET_EXPIRED, {"job": command.job, "expires_at": job.expires_at, "now": facts.now})
    refused = None if facts.barred is None else refuse_source(facts.barred, job.product)
    if refused is not None:
        return refused
    if command.rows > job.answers_max:
        return Refused(R.RELEASE_TOO_LARGE, {"job": command.job, "rows": command.rows, "rows_max": job.answers_max})
    if job.replays is not None and state.releases[job.replays].digest != command.digest:
        detail: Detail = {"job": command.job, "replayed": job.replays, "digest": command.digest}
        return Refused(R.RELEASE_DIFFERS, {**detail, "released": state.releases[job.replays].digest})
    return job


def _release(state: State, command: RecordRelease, facts: ReleaseFacts) -> list[Event] | Refused:
    job = _leaving(state, command, facts)
    if isinstance(job, Refused):
        return job
    refused = refuse_unreviewed(state, job, command)
    if refused is not None:
        return refused
    output = (command.digest, command.rows, command.size_bytes)
    return [ReleaseRecorded(command.job, facts.actor, *output, facts.now)]


def _submit(state: State, command: SubmitForReview, facts: ReleaseFacts) -> list[Event] | Refused:
    job = _leaving(state, command, facts)
    if isinstance(job, Refused):
        return job
    if not job.reviewers:
        return Refused(R.REVIEW_NOT_NEEDED, {"job": command.job})
    review = state.reviews.get(command.job)
    if review is not None:
        return Refused(R.REVIEW_EXISTS, {"job": command.job, "status": review.status.value})
    return open_review(job, command, facts)


def _decide_review(state: State, command: DecideReview, facts: Facts) -> list[Event] | Refused:
    job = refuse_withheld(state, command.job) or _live(state, command.job)
    if isinstance(job, Refused):
        return job
    review = state.reviews.get(command.job)
    if review is None or review.status not in UNDECIDED:
        return Refused(R.REVIEW_MISSING, {"job": command.job})
    return decide_review(job, review, command, facts)


def _refuse(state: State, command: RefuseAtDomain, facts: Facts) -> list[Event] | Refused:
    found = state.jobs.get(command.job)
    if found is not None and not _keeps_source(found, facts):
        return Refused(R.NOT_A_DOMAIN_OF_JOB, {"actor": facts.actor, "job": command.job})
    job = _live(state, command.job)
    if isinstance(job, Refused):
        return job
    return [JobRefusedAtDomain(command.job, facts.actor, command.reason, closing(state, command.job))]


def _expire(state: State, command: ExpireJob, facts: Facts) -> list[Event] | Refused:
    job = _live(state, command.job)
    if isinstance(job, Refused):
        return job
    if facts.now < job.expires_at:
        return Refused(R.TICKET_LIVE, {"job": command.job, "expires_at": job.expires_at, "now": facts.now})
    return [JobExpired(command.job, closing(state, command.job))]


def _stop(state: State, command: StopJobs, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    jobs = dict.fromkeys(job for path in command.paths for _, job in state.open_jobs.under(f"{path}/"))
    return [JobsStopped(tuple(jobs), command.because, closing(state, *jobs))] if jobs else []


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
    if usage.charge_fen + facts.charge_fen > FEN_MAX:
        return Refused(R.CHARGE_TOO_LARGE, {"calls": calls, "charge_fen": facts.charge_fen, "max_fen": FEN_MAX})
    metered = (command.batch_root, usage.calls, calls, facts.charge_fen)
    return [UsageRecorded(agreement, product, facts.actor, *metered)]
