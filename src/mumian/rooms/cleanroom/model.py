"""What can be said in the clean room (可用不可见): budgets, jobs, releases, metered calls. What a plan is: see `plan.py`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import END, Int53, Natural, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, BudgetId, JobId, PartyId, ProductId, ResourceId
from mumian.kernel.money import Fen
from mumian.kernel.table import Table
from mumian.kernel.time import DAY_MS, Instant
from mumian.policy.model import Decision
from mumian.rooms.cleanroom.analysis import AnalysisRules, Name
from mumian.rooms.cleanroom.plan import Column, Hex32, Mode, Plan
from mumian.rooms.cleanroom.records import Batch, Budget, Job, JobKind, ReleaseRecord, Source, Usage
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
    | RefuseAtDomain
    | ExpireJob
    | RecordUsage
    | StopJobs
)


class BudgetFacts(Facts, frozen=True, kw_only=True):
    """Facts of `OpenBudget`. holder: who holds the resource; None if there is no such resource."""

    holder: PartyId | None


class RulesFacts(BudgetFacts, frozen=True, kw_only=True):
    """Facts of `SetAnalysisRules`. personal: the resource is classified as holding personal information."""

    personal: bool


class SourceSeen(msgspec.Struct, frozen=True):
    """A resource beneath a product, as the market sees it when a job is asked for.

    holder, domain: who holds it, and the party whose domain keeps it. version_digest: of its newest version, or None.
    unbroken: the chain of rights from the holder to the product holds now; else broken_at names the link and reason says why.
    protected: it has privacy units; False only for data without (weather, an open register), which needs no budget.
    path: ids from the root of the chain to the product's source, joined by `/`.
    denied: what the resource's standing policies say, in words, where they do not permit the use; else empty.
    unlawful: why its personal information may not be processed so, by the refusal's full name; else empty.
    rules: of law that the processing rests on. policies: rules of standing policies that permit it.
    """

    resource: ResourceId
    holder: PartyId
    domain: PartyId
    version_digest: str | None
    unbroken: bool
    broken_at: str = ""
    reason: str = ""
    protected: bool = True
    path: str = ""
    denied: str = ""
    unlawful: str = ""
    rules: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()


class JobFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RequestJob`.

    product_kind: how the product answers; None if there is no such product or it answers no jobs.
    consumer, agreement_product: the agreement's assignee and target; None if there is no such agreement.
    decision: of the agreement's policy on the action of the plan's kind, for the purpose, now.
    sources: every resource beneath the product; the first one's domain merges and releases (the root).
    order_open: an order on the agreement is paid into escrow and neither settled nor cancelled.
    group: the actor and all parties related to it, in order: their spendings count together.
    """

    product_kind: JobKind | None
    consumer: PartyId | None
    agreement_product: ProductId | None
    decision: Decision
    sources: tuple[SourceSeen, ...]
    order_open: bool
    group: tuple[PartyId, ...] = ()


class ReleaseFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RecordRelease`. barred: the first source of the job that may not be used so any more, or None."""

    barred: SourceSeen | None


class UsageFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RecordUsage`.

    in_force: the agreement exists, is on the product, and was not terminated.
    holds_source: the actor holds a source of the product or keeps it in its domain.
    price_fen: price of one call in fen, as ordered.
    """

    in_force: bool
    holds_source: bool
    price_fen: Fen


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
    mode: of an aggregate. A private one that costs nothing asks what was answered before.
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


class ReleaseRecorded(_Event, frozen=True):
    job: JobId
    by: PartyId
    digest: str
    rows: Natural
    size_bytes: Natural
    released_at: Instant


class JobRefusedAtDomain(_Event, frozen=True):
    job: JobId
    by: PartyId
    reason: str


class JobExpired(_Event, frozen=True):
    job: JobId


class JobsStopped(_Event, frozen=True):
    jobs: tuple[JobId, ...]
    because: str


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
    | JobRefusedAtDomain
    | JobExpired
    | JobsStopped
    | UsageRecorded
)


class State(msgspec.Struct):
    """budgets: by id. by_lineage: `resource/privacy unit` → budget. spent: `budget/consumer` → nano-rho.
    rules: by resource. paid: `plan digest/versions digest` → the first job that was released: nobody pays for it again.

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
    open_jobs: Table[JobId]
    uses: Table[JobId]
    by_agreement: Table[ProductId]
    usage: Table[Usage]
    batches: Table[Batch]
