"""What the clean room keeps: budgets, jobs, what left a domain, metered calls."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.ids import AgreementId, JobId, PartyId, ProductId, ResourceId
from mumian.kernel.money import Fen
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import Mode


class JobKind(StrEnum):
    """How a product answers: figures with noise, or yes and no per call (核验)."""

    AGGREGATE = "aggregate"
    VERIFICATION = "verification"


class Source(msgspec.Struct, frozen=True):
    """A resource that a job may read: where, at which version, at what cost.

    has_units: the job reads privacy units of it with noise, so somebody pays: this job, or an earlier one that asked the same.
    """

    resource: ResourceId
    holder: PartyId
    domain: PartyId
    version_digest: str
    rho_nano: Natural
    delta_femto: Natural = 0
    has_units: bool = False


class Budget(msgspec.Struct, frozen=True):
    """zCDP loss in 10^-9: allowed in all, allowed to one consumer, spent so far by all. delta in 10^-15: allowed, spent."""

    resource: ResourceId
    holder: PartyId
    privacy_unit: str
    rho_nano: Positive
    per_consumer_rho_nano: Positive
    until: Instant
    spent_rho_nano: Natural = 0
    delta_femto: Natural = 0
    spent_delta_femto: Natural = 0

    @property
    def left_rho_nano(self) -> int:
        return self.rho_nano - self.spent_rho_nano

    @property
    def left_delta_femto(self) -> int:
        return self.delta_femto - self.spent_delta_femto


class JobStatus(StrEnum):
    ISSUED = "issued"
    RELEASED = "released"
    REFUSED = "refused"
    EXPIRED = "expired"
    STOPPED = "stopped"
    WITHHELD = "withheld"  # after a review (出域审核)


UNDER_WAY = frozenset({JobStatus.ISSUED})
GIVEN = frozenset({JobStatus.RELEASED})


def reading(resource: str, purpose: str) -> str:
    """Return the path of every job that reads a resource for a purpose."""
    return f"{resource}:{purpose}"


class Job(msgspec.Struct, frozen=True):
    """A ticketed job. Fields as in `TicketIssued`."""

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
    replays: JobId | None = None
    status: JobStatus = JobStatus.ISSUED
    paths: tuple[str, ...] = ()
    group: tuple[PartyId, ...] = ()
    mode: Mode = Mode.PRIVATE
    unit: str = ""
    paid_by: JobId | None = None
    reviewers: tuple[PartyId, ...] = ()
    asked_nano: Natural = 0
    covered: str = ""

    @property
    def read_by(self) -> tuple[str, ...]:
        """Paths under which the job is found while it has no answer: of its sources, each resource, and each for what."""
        resources = tuple(source.resource for source in self.sources)
        return (*self.paths, *resources, *(reading(resource, self.purpose) for resource in resources))


class ReleaseRecord(msgspec.Struct, frozen=True):
    """What left a job's root domain."""

    by: PartyId
    digest: str
    rows: Natural
    size_bytes: Natural
    released_at: Instant


class ReviewDecision(StrEnum):
    RELEASE = "release"
    WITHHOLD = "withhold"


class ReviewStatus(StrEnum):
    """How far a review is. `closed`: the job ended otherwise while it was open."""

    OPEN = "open"
    ESCALATED = "escalated"
    AGREED = "agreed"
    WITHHELD = "withheld"
    CLOSED = "closed"


UNDECIDED = frozenset({ReviewStatus.OPEN, ReviewStatus.ESCALATED})


class Review(msgspec.Struct, frozen=True):
    """An answer that is looked at before it leaves (出域审核), by its digest: nobody at the market sees it.

    reviewers: holders who must agree; agreed: for whom it was said yes. by, reason: of who withheld it.
    """

    digest: str
    rows: Natural
    size_bytes: Natural
    reviewers: tuple[PartyId, ...]
    opened_at: Instant
    agreed: tuple[PartyId, ...] = ()
    status: ReviewStatus = ReviewStatus.OPEN
    by: PartyId = PartyId("")
    reason: str = ""

    @property
    def waiting(self) -> tuple[PartyId, ...]:
        """Return who has still to agree."""
        return tuple(each for each in self.reviewers if each not in self.agreed)


class Usage(msgspec.Struct, frozen=True):
    """Calls of a product under an agreement: recorded, in how many batches, covered by tickets, charged in fen."""

    calls: Natural = 0
    batches: Natural = 0
    covered_calls: Natural = 0
    charge_fen: Fen = 0


class Batch(msgspec.Struct, frozen=True):
    by: PartyId
    batch_root: str
    first_call: Natural
    calls: Positive
    charge_fen: Fen
