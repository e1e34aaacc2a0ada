"""What may be computed without data leaving its holder: the plan, the ticket that the market signs for it, and the
domain's word on what came of it.

Market, consumer and domains agree on these bytes. Everything in them is public: columns, key lists and bounds are
declared by the holder, never read off the data.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import Digest, Int53, Natural, Positive, canonical, digest
from mumian.kernel.ids import AgreementId, JobId, PartyId, ProductId, ResourceId
from mumian.kernel.time import Instant

CELLS_MAX = 100_000
"""Cells (groups × measures) of one release; bounds the size of what can leave."""

CALLS_MAX = 1_000_000_000
"""Calls that one ticket covers at most: keeps every sum of calls within 53 bits."""

Column: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Hex32: TypeAlias = Digest
"""32 bytes: a SHA-256 digest or an Ed25519 public key, in lower-case hex."""


class Op(StrEnum):
    """How a column is compared with a value. A missing cell satisfies none of them."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class GroupKey(_Part, frozen=True):
    """Group by `column` over the public list `values`, in the order of release; zeros are released too.

    Values are text as it is shown ("JFK", "7"), also where the column holds integers. Rows outside the list are left out.
    """

    column: Column
    values: tuple[str, ...]


class Filter(_Part, frozen=True):
    """Keep rows whose `column` compares so with `value`. Text columns know `eq` and `ne` only."""

    column: Column
    op: Op
    value: Int53 | str


class _Measure(msgspec.Struct, frozen=True, tag=lambda name: f"measure.{name}", forbid_unknown_fields=True):
    pass


class Count(_Measure, frozen=True):
    """Number of rows of a group; with `column`, of those that have a value there."""

    column: str = ""


class Sum(_Measure, frozen=True):
    """Sum over a group of `column`, each value clamped to [lower, upper], in the column's unit; missing values add 0."""

    column: Column
    lower: Int53
    upper: Int53


Measure = Count | Sum


class _Plan(msgspec.Struct, frozen=True, tag=lambda name: f"plan.{name}", forbid_unknown_fields=True):
    pass


class AggregatePlan(_Plan, frozen=True):
    """Counts and sums by group with differential privacy (zCDP) for the unit.

    unit: column of the privacy unit; everything of one of its values is one person's.
    l0: groups that a unit touches at most. linf_rows: rows of a unit in a group at most.
    rho_nano: zCDP loss of the whole release in 10^-9; split evenly over the measures.
    """

    group_by: tuple[GroupKey, ...]
    where: tuple[Filter, ...]
    measures: tuple[Measure, ...]
    unit: Column
    l0: Positive
    linf_rows: Positive
    rho_nano: Positive


class VerificationPlan(_Plan, frozen=True):
    """Answer yes, no or unknown, call by call: does the row that has these keys satisfy the predicate?

    key_columns: what a call gives, in this order. calls_max: calls that the ticket covers, 1 to `CALLS_MAX`.
    """

    key_columns: tuple[Column, ...]
    predicate: Filter
    calls_max: Annotated[int, msgspec.Meta(ge=1, le=CALLS_MAX)]


Plan = AggregatePlan | VerificationPlan


class SourceTicket(_Part, frozen=True):
    """One resource that the job reads: in which domain (with its Ed25519 key, hex), at which version, at what cost."""

    resource: ResourceId
    domain: PartyId
    domain_key: Hex32
    version_digest: Hex32
    rho_nano: Natural


class Ticket(_Part, frozen=True):
    """The market's word that a job is approved and paid for from the privacy budget.

    market: origin of the market's journal. consumer_key: Ed25519 public key of the consumer, hex.
    root: the domain that merges, adds the noise once and gates; one of the sources' domains.
    expires_at: exclusive. seq: number of the journal leaf that issued it.
    """

    job: JobId
    market: str
    consumer: PartyId
    consumer_key: Hex32
    agreement: AgreementId
    product: ProductId
    purpose: str
    plan: Plan
    sources: tuple[SourceTicket, ...]
    root: PartyId
    issued_at: Instant
    expires_at: Instant
    seq: Natural


class SignedTicket(_Part, frozen=True):
    """A ticket with the market's Ed25519 signature over `ticket_bytes`, hex."""

    ticket: Ticket
    signature: str


class Release(_Part, frozen=True):
    """The root domain's word on what left: how much, and the digest of an answer that only the consumer gets.

    digest: SHA-256 of the answer's canonical bytes, hex; the answer holds a salt, so that nobody can guess it.
    rows, size_bytes: of the answer. rho_nano: zCDP loss of the plan, in 10^-9.
    """

    job: JobId
    domain: PartyId
    ticket_digest: Hex32
    plan_digest: Hex32
    digest: Hex32
    rows: Natural
    size_bytes: Natural
    rho_nano: Natural
    released_at: Instant


class SignedRelease(_Part, frozen=True):
    """A release with the root domain's Ed25519 signature over `release_bytes`, hex."""

    release: Release
    signature: str


class MeterBatch(_Part, frozen=True):
    """A domain's word on calls that were answered: `count` of them from number `first` on, under one Merkle root.

    nth: number of the batch in its job, from 0. root: over the calls' records (RFC 9162 §2.1), hex.
    """

    job: JobId
    domain: PartyId
    ticket_digest: Hex32
    nth: Natural
    first: Natural
    count: Positive
    root: Hex32
    closed_at: Instant


class SignedBatch(_Part, frozen=True):
    """A batch with the domain's Ed25519 signature over `batch_bytes`, hex."""

    batch: MeterBatch
    signature: str


def release_bytes(release: Release) -> bytes:
    """Return the bytes that the root domain signs."""
    return b"mumian/release/v1\n" + canonical(release)


def batch_bytes(batch: MeterBatch) -> bytes:
    """Return the bytes that the domain signs."""
    return b"mumian/meter-batch/v1\n" + canonical(batch)


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of the plan's canonical bytes, hex: the same question has the same digest."""
    return digest(plan)


def ticket_bytes(ticket: Ticket) -> bytes:
    """Return the bytes that the market signs: a context line, so that no other signed thing can pass for a ticket."""
    return b"mumian/ticket/v1\n" + canonical(ticket)


def ticket_digest(ticket: Ticket) -> str:
    """Return the SHA-256 of the ticket's canonical bytes, hex."""
    return digest(ticket)


def groups(plan: AggregatePlan) -> int:
    """Return how many groups the public key lists span (1 without any)."""
    count = 1
    for key in plan.group_by:
        count *= len(key.values)
    return count


def cells(plan: AggregatePlan) -> int:
    """Return how many values the release holds: groups × measures."""
    return groups(plan) * len(plan.measures)


def columns_of(plan: Plan) -> tuple[str, ...]:
    """Return every column that the plan reads, each once, in the order of its first use."""
    if isinstance(plan, VerificationPlan):
        return tuple(dict.fromkeys((*plan.key_columns, plan.predicate.column)))
    keys = (key.column for key in plan.group_by)
    where = (each.column for each in plan.where)
    measured = (measure.column for measure in plan.measures if measure.column)
    return tuple(dict.fromkeys((plan.unit, *keys, *where, *measured)))


def rho_each_nano(plan: AggregatePlan) -> int:
    """Return the zCDP loss that each measure may use, 10^-9, rounded down: together never more than the plan's."""
    return plan.rho_nano // len(plan.measures)


def l2_squared(plan: AggregatePlan, measure: Measure) -> int:
    """Return the squared L2 distance, in the measure's unit², by which one unit can move the vector of its values.

    One unit touches l0 groups with linf_rows rows each, and a row adds at most max(|lower|, |upper|) (1 to a count).
    """
    row = max(abs(measure.lower), abs(measure.upper)) if isinstance(measure, Sum) else 1
    return plan.l0 * (plan.linf_rows * row) ** 2


def fault(plan: Plan) -> str | None:
    """Return what makes the plan meaningless by itself, whatever the data, or None."""
    if isinstance(plan, VerificationPlan):
        if not plan.key_columns or len(set(plan.key_columns)) < len(plan.key_columns):
            return "key columns must be named, each once"
        return _filter_fault(plan.predicate)
    if not plan.measures or len(set(plan.measures)) < len(plan.measures):
        return "measures must be named, each once"
    columns = [key.column for key in plan.group_by]
    if len(set(columns)) < len(columns):
        return "each column may be grouped by once"
    for key in plan.group_by:
        if not key.values or len(set(key.values)) < len(key.values):
            return f"the key list of `{key.column}` is empty or names a value twice"
    if cells(plan) > CELLS_MAX:
        return f"{cells(plan)} cells exceed {CELLS_MAX}"
    if rho_each_nano(plan) == 0:
        return f"{plan.rho_nano} nano-rho is too little for {len(plan.measures)} measures"
    for measure in plan.measures:
        if isinstance(measure, Sum) and measure.lower >= measure.upper:
            return f"lower {measure.lower} is not below upper {measure.upper} for `{measure.column}`"
    return next(filter(None, map(_filter_fault, plan.where)), None)


def _filter_fault(where: Filter) -> str | None:
    if isinstance(where.value, str) and where.op not in (Op.EQ, Op.NE):
        return f"`{where.column}` compared by {where.op.value} needs an integer, not `{where.value}`"
    return None
