"""What can be said in the clean room (可用不可见): budgets, jobs, releases, metered calls. What a plan is: see `plan.py`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import END, Int53, Natural, Positive
from mumian.kernel.ids import AgreementId, BudgetId, JobId, PartyId, ProductId, ResourceId
from mumian.kernel.limits import ClockChange
from mumian.kernel.money import Fen
from mumian.kernel.table import Table
from mumian.kernel.time import DAY_MS, Instant
from mumian.rooms.cleanroom.analysis import AnalysisRules, Name
from mumian.rooms.cleanroom.facts import BudgetFacts as BudgetFacts
from mumian.rooms.cleanroom.facts import JobFacts as JobFacts
from mumian.rooms.cleanroom.facts import ReleaseFacts as ReleaseFacts
from mumian.rooms.cleanroom.facts import RulesFacts as RulesFacts
from mumian.rooms.cleanroom.facts import SourceSeen as SourceSeen
from mumian.rooms.cleanroom.facts import UsageFacts as UsageFacts
from mumian.rooms.cleanroom.plan import Column, Hex32, Mode, Plan
from mumian.rooms.cleanroom.records import (
    Batch,
    Budget,
    Job,
    JobKind,
    ReleaseRecord,
    Review,
    ReviewDecision,
    Source,
    Usage,
)
from mumian.rooms.cleanroom.refusals import CleanroomRefusal as CleanroomRefusal

TICKET_MS = 7 * DAY_MS
"""How long a ticket lasts; what did not run by then is asked for anew."""

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}" + END)]
"""A code or the reference of a document; never words about a person."""


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"cleanroom.{name}", forbid_unknown_fields=True):
    pass


class OpenBudget(_Command, frozen=True):
    """Open the privacy budget of a resource, all its versions and products, for one privacy unit. By the resource's holder.

    privacy_unit: column that names the unit, as plans do. rho_nano: zCDP loss in 10^-9 that all consumers together may
    cause until `until` (exclusive); per_consumer_rho_nano: that one may, with all parties related to it.
    delta_femto: delta in 10^-15 that keys found in the data may cost in all; 0: plans group by public lists only.
    """

    resource: ResourceId
    privacy_unit: Column
    rho_nano: Positive
    per_consumer_rho_nano: Positive
    until: Instant
    delta_femto: Natural = 0


class RefreshBudget(_Command, frozen=True):
    """Add to a budget. Never silent: a decision of the holder with its reference. Shares and end change only if given."""

    budget: BudgetId
    rho_nano: Positive
    reason: Code
    per_consumer_rho_nano: Natural = 0
    until: Instant | None = None
    delta_femto: Natural = 0


class RequestJob(_Command, frozen=True):
    """Ask for `plan` to be run over the sources of `product`. By the agreement's consumer.

    nonce: makes two equal requests two; not part of the plan, so the second is answered from the first.
    template, arguments: the approved query that the plan is an instance of; "": a free one.
    """

    agreement: AgreementId
    product: ProductId
    purpose: Code
    plan: Plan
    nonce: Code
    template: str = ""
    arguments: dict[Name, Int53 | str] = {}


class SetAnalysisRules(_Command, frozen=True):
    """Publish what may be asked of a resource, in place of earlier rules. By the resource's holder.

    Nothing may be asked of a resource without rules. The domain keeps its owner's own copy, and decides last.
    """

    resource: ResourceId
    rules: AnalysisRules


class RecordRelease(_Command, frozen=True):
    """Record what leaves: SHA-256 of the answer, its rows, its size in bytes. By the root domain, before it hands it out.

    Facts: `ReleaseFacts`: what was revoked since the ticket lets nothing out any more.
    """

    job: JobId
    digest: Hex32
    rows: Natural
    size_bytes: Natural


class SubmitForReview(_Command, frozen=True):
    """Lay an answer before those who look at it before it leaves (出域审核). By the root domain, once a job.

    digest, rows, size_bytes: of the answer, as it will be released. The answer itself stays in the domain.
    """

    job: JobId
    digest: Hex32
    rows: Natural
    size_bytes: Natural


class DecideReview(_Command, frozen=True):
    """Let an answer leave, or withhold it. By each holder that the job names as a reviewer: all must agree, one no is final.

    After the limit also by a regulator who is no party to the job, for those who kept silent.
    """

    job: JobId
    decision: ReviewDecision
    reason: Code


class EscalateReview(_Command, frozen=True):
    """Lay a review that nobody finished in time before the regulators. By the market; it never releases by itself."""

    job: JobId


class RefuseAtDomain(_Command, frozen=True):
    """Say no to a job. By the holder or domain of any of its sources; final, and the budget stays charged."""

    job: JobId
    reason: Code


class ExpireJob(_Command, frozen=True):
    """Close a job whose ticket ran out. By anyone: time decides, not the speaker. The budget stays charged."""

    job: JobId


class RecordUsage(_Command, frozen=True):
    """Record a batch of metered calls: numbers `first_call` to `first_call + calls - 1`, under one Merkle root.

    By a holder or domain of a source of the product. Batches of an agreement and product follow each other without gap.
    """

    agreement: AgreementId
    product: ProductId
    batch_root: Hex32
    first_call: Natural
    calls: Positive


class StopJobs(_Command, frozen=True):
    """Stop every job without an answer yet that reads by one of `paths`, or by what stands beneath it. By the market: what
    they led to has ended, or a person withdrew. The budget stays charged. No job, no event.

    paths: as in `SourceSeen`, a resource for all that read it, or `reading` for all that read it for a purpose.
    """

    paths: tuple[str, ...]
    because: Code


Command = (
    OpenBudget
    | RefreshBudget
    | SetAnalysisRules
    | RequestJob
    | RecordRelease
    | SubmitForReview
    | DecideReview
    | EscalateReview
    | RefuseAtDomain
    | ExpireJob
    | RecordUsage
    | StopJobs
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"cleanroom.{name}"):
    pass


class BudgetOpened(_Event, frozen=True):
    budget: BudgetId
    resource: ResourceId
    holder: PartyId
    privacy_unit: str
    rho_nano: Positive
    per_consumer_rho_nano: Positive
    until: Instant
    delta_femto: Natural = 0


class AnalysisRulesSet(_Event, frozen=True):
    """digest: SHA-256 of the rules' canonical bytes, hex: what jobs under them name."""

    resource: ResourceId
    holder: PartyId
    rules: AnalysisRules
    digest: str


class BudgetRefreshed(_Event, frozen=True):
    """rho_nano, per_consumer_rho_nano, delta_femto: what was added. until: the end from now on."""

    budget: BudgetId
    rho_nano: Positive
    per_consumer_rho_nano: Natural
    until: Instant
    reason: str
    delta_femto: Natural = 0


class BudgetCharged(_Event, frozen=True):
    """Spent for good, before anything runs: neither a crash nor a refusal gives it back."""

    budget: BudgetId
    consumer: PartyId
    job: JobId
    rho_nano: Positive
    delta_femto: Natural = 0


class TicketIssued(_Event, frozen=True):
    """All that the signed ticket says but the plan, which the command holds and `plan_digest` names.

    rho_nano: the job's loss, charged to each protected source; 0 if it replays an earlier job or verifies.
    answers_max: cells of an aggregate, calls of a verification. replays: the job whose answer is given again.
    versions_digest: of the (resource, version) pairs: together with the plan's digest it names the question.
    paths: of every source that the product stands on: what is revoked anywhere above stops the job.
    rules: of law that the processing of personal information rests on. policies: what permitted it besides the chain:
        rules of the agreement, then of standing policies, as `policy id:rule uid`.
    analysis: digests of the analysis rules that the plan keeps to, source by source. group: as in `JobFacts`.
    mode: of an aggregate. A private one that costs nothing asks what was answered before: under `paid_by`, whoever asked.
    unit: column of the privacy unit that is charged; of an aggregate. reviewers: holders who look at the answer first.
    asked_nano: the loss that the answer is asked at, whoever pays it; 0 if the consumer has the answer, or it has no noise.
    covered: rows of the price's support that it tells, as a mask in hex; "" where it is not priced so or was had.
    """

    job: JobId
    kind: JobKind
    consumer: PartyId
    agreement: AgreementId
    product: ProductId
    purpose: str
    sources: tuple[Source, ...]
    root: PartyId
    plan_digest: str
    versions_digest: str
    rho_nano: Natural
    answers_max: Positive
    issued_at: Instant
    expires_at: Instant
    nonce: str
    replays: JobId | None = None
    paths: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    analysis: tuple[str, ...] = ()
    group: tuple[PartyId, ...] = ()
    mode: Mode = Mode.PRIVATE
    template: str = ""
    unit: str = ""
    paid_by: JobId | None = None
    reviewers: tuple[PartyId, ...] = ()
    asked_nano: Natural = 0
    covered: str = ""


class ReleaseRecorded(_Event, frozen=True):
    job: JobId
    by: PartyId
    digest: str
    rows: Natural
    size_bytes: Natural
    released_at: Instant


class ReviewOpened(_Event, frozen=True):
    """reviewers: who must agree. expires_at: until then the answer may leave, whatever the ticket said. clocks: the limit."""

    job: JobId
    digest: str
    rows: Natural
    size_bytes: Natural
    reviewers: tuple[PartyId, ...]
    opened_at: Instant
    expires_at: Instant
    clocks: tuple[ClockChange, ...]


class ReviewDecided(_Event, frozen=True):
    """agreed: reviewers for whom it was said yes; none where the answer is withheld."""

    job: JobId
    by: PartyId
    decision: ReviewDecision
    reason: str
    agreed: tuple[PartyId, ...]
    clocks: tuple[ClockChange, ...] = ()


class ReviewEscalated(_Event, frozen=True):
    """Nobody finished the review in time: regulators may decide as well, until the job expires."""

    job: JobId
    clocks: tuple[ClockChange, ...]


class JobRefusedAtDomain(_Event, frozen=True):
    """clocks: of a review that is closed with the job, as in `JobExpired` and `JobsStopped`."""

    job: JobId
    by: PartyId
    reason: str
    clocks: tuple[ClockChange, ...] = ()


class JobExpired(_Event, frozen=True):
    job: JobId
    clocks: tuple[ClockChange, ...] = ()


class JobsStopped(_Event, frozen=True):
    jobs: tuple[JobId, ...]
    because: str
    clocks: tuple[ClockChange, ...] = ()


class UsageRecorded(_Event, frozen=True):
    agreement: AgreementId
    product: ProductId
    by: PartyId
    batch_root: str
    first_call: Natural
    calls: Positive
    charge_fen: Fen


Event = (
    AnalysisRulesSet
    | BudgetOpened
    | BudgetRefreshed
    | BudgetCharged
    | TicketIssued
    | ReleaseRecorded
    | ReviewOpened
    | ReviewDecided
    | ReviewEscalated
    | JobRefusedAtDomain
    | JobExpired
    | JobsStopped
    | UsageRecorded
)


class State(msgspec.Struct):
    """budgets: by id. by_lineage: `resource/privacy unit` → budget. spent: `budget/consumer` → nano-rho.
    rules: by resource. paid: `plan digest/versions digest` → the first job that was released: nobody pays for it again.

    reviews: by job. reviewing: `party/job` of whoever must act next. escalated: by job, while regulators may decide.

    jobs, releases: by job. answered: `consumer/plan digest/versions digest` → the job that was released.
    open_jobs: `path/job`, of jobs without an answer yet. uses: `resource/issued at, 16 digits/job`, of all jobs.
    by_agreement: `agreement/job` → product. usage: `agreement/product`. batches: `agreement/product/first call, 16 digits`.
    """

    budgets: Table[Budget]
    by_lineage: Table[BudgetId]
    spent: Table[Natural]
    jobs: Table[Job]
    releases: Table[ReleaseRecord]
    answered: Table[JobId]
    paid: Table[JobId]
    rules: Table[AnalysisRules]
    reviews: Table[Review]
    reviewing: Table[JobId]
    escalated: Table[JobId]
    open_jobs: Table[JobId]
    uses: Table[JobId]
    by_agreement: Table[ProductId]
    usage: Table[Usage]
    batches: Table[Batch]
