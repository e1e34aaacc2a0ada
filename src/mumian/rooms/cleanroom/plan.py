"""What may be computed without data leaving its holder: the plan, the ticket that the market signs for it, and the
domain's word on what came of it.

Market, consumer and domains agree on these bytes. Everything in them is public: columns, key lists and bounds are
declared by the holder, never read off the data.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import Annotated, TypeAlias

import msgspec

from mumian.engines.question import Clause as Clause
from mumian.engines.question import Column as Column
from mumian.engines.question import Count as Count
from mumian.engines.question import Filter as Filter
from mumian.engines.question import GroupKey as GroupKey
from mumian.engines.question import Histogram as Histogram
from mumian.engines.question import Measure as Measure
from mumian.engines.question import Op as Op
from mumian.engines.question import (
    Question,
    fault_of_filter,
    fault_of_group,
    fault_of_measure,
    fault_of_where,
    filters,
    unit_most,
    width,
)
from mumian.engines.question import Sum as Sum
from mumian.engines.question import SumSquares as SumSquares
from mumian.engines.question import Units as Units
from mumian.engines.question import groups as groups_of
from mumian.kernel.canonical import END, Digest, Int53, Natural, Positive, canonical, digest
from mumian.kernel.ids import AgreementId, JobId, PartyId, ProductId, ResourceId
from mumian.kernel.time import Instant
from mumian.methods.mechanisms import Mechanism as Mechanism

CELLS_MAX = 100_000
"""Cells (groups × measures) of one release; bounds the size of what can leave."""

CALLS_MAX = 1_000_000_000
"""Calls that one ticket covers at most: keeps every sum of calls within 53 bits."""

Hex32: TypeAlias = Digest
"""32 bytes: a SHA-256 digest or an Ed25519 public key, in lower-case hex."""

TableName: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}" + END)]
"""What a plan calls a table: the same name in every domain that holds a part of it."""

AnyTable: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9_]{0,63})?" + END)]
"""A table's name, or "" for none."""

DELTA_FEMTO_MAX = 10**12
"""Largest delta of one plan, in 10^-15: a thousandth. Above that the word privacy means nothing."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Plan(msgspec.Struct, frozen=True, tag=lambda name: f"plan.{name}", forbid_unknown_fields=True):
    pass


class Mode(StrEnum):
    """How an answer protects: by noise that costs budget, or exact, by thresholds and the history of what was released."""

    PRIVATE = "private"
    EXACT = "exact"


class Join(_Part, frozen=True):
    """Look up each row of the plan's table in another table of the same domain, by columns that name its rows uniquely.

    on: pairs of a column of the plan's table and one of `table`. outer: rows that find nothing stay, their joined columns
    missing. Joined columns are called `table.column`.
    """

    table: TableName
    on: tuple[tuple[Column, Column], ...]
    outer: bool = False


class AggregatePlan(_Plan, frozen=True):
    """Figures by group, with differential privacy (zCDP) for the unit or exact under thresholds.

    unit: column of the privacy unit; everything of one of its values is one person's.
    l0: groups that a unit touches at most. linf_rows: rows of a unit in a group at most. Exact: both 0, nothing is cut.
    rows_max: rows of a unit in all at most, where they are many and uneven; 0: as many as l0 and linf_rows let in.
    rho_nano: zCDP loss of the whole release in 10^-9; split evenly over the measures. Exact: 0.
    delta_femto: delta in 10^-15 that keys found in the data cost; 0 where all keys are public.
    table: that the plan reads, in every domain that has a part of it; "": every source that has units.
    units_min: groups with fewer units, as far as the noise lets one tell, are not shown; exact: as the rules say.
    """

    group_by: tuple[GroupKey, ...]
    where: tuple[Clause, ...]
    measures: tuple[Measure, ...]
    unit: Column
    l0: Natural
    linf_rows: Natural
    rho_nano: Natural
    delta_femto: Annotated[int, msgspec.Meta(ge=0, le=DELTA_FEMTO_MAX)] = 0
    table: AnyTable = ""
    joins: tuple[Join, ...] = ()
    mode: Mode = Mode.PRIVATE
    mechanism: Mechanism = Mechanism.GAUSSIAN
    units_min: Natural = 0
    rows_max: Natural = 0


class VerificationPlan(_Plan, frozen=True):
    """Answer call by call about the row that has these keys: does it satisfy the predicate, or in which band is it?

    key_columns: what a call gives, in this order. calls_max: calls that the ticket covers, 1 to `CALLS_MAX`.
    bands: edges, ascending; where there are any the answer is the place of the predicate's column among them: band n has
        n edges at or below the value. The predicate then is that the column is present.
    """

    key_columns: tuple[Column, ...]
    predicate: Filter
    calls_max: Annotated[int, msgspec.Meta(ge=1, le=CALLS_MAX)]
    bands: tuple[Int53, ...] = ()


Plan = AggregatePlan | VerificationPlan


class SourceTicket(_Part, frozen=True):
    """One resource that the job reads: in which domain (with its Ed25519 key, hex), at which version, at what cost."""

    resource: ResourceId
    domain: PartyId
    domain_key: Hex32
    version_digest: Hex32
    rho_nano: Natural
    delta_femto: Natural = 0


class Ticket(_Part, frozen=True):
    """The market's word that a job is approved and paid for from the privacy budget.

    market: origin of the market's journal. consumer_key: Ed25519 public key of the consumer, hex.
    root: the domain that merges, adds the noise once and gates; one of the sources' domains.
    expires_at: exclusive. seq: number of the journal leaf that issued it.
    group: the consumer and its related parties, in order: what one of them has seen, all have.
    template, arguments: the approved query that the plan is an instance of; "": a free one.
    reviewers: holders that look at the answer before it is handed out; none: nobody does.
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
    group: tuple[PartyId, ...] = ()
    template: str = ""
    arguments: dict[str, Int53 | str] = {}
    reviewers: tuple[PartyId, ...] = ()


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


def question(plan: AggregatePlan) -> Question:
    """Return what an engine is asked."""
    return Question(plan.group_by, plan.where, plan.measures, plan.l0, plan.linf_rows, plan.rows_max)


def groups(plan: AggregatePlan) -> int:
    """Return how many groups the public lists and edges span (1 without any; keys found in the data count as one)."""
    return groups_of(plan.group_by)


def cells(plan: AggregatePlan) -> int:
    """Return how many values the release holds: groups × values of its measures; at most, where keys are found."""
    each = sum(map(width, plan.measures))
    return CELLS_MAX if has_found_keys(plan) else groups(plan) * each


def tables_of(plan: AggregatePlan) -> tuple[str, ...]:
    """Return the tables that a plan names: its own, and those that it joins."""
    return (plan.table, *(join.table for join in plan.joins))


def has_found_keys(plan: AggregatePlan) -> bool:
    return any(key.is_found for key in plan.group_by)


def columns_of(plan: Plan) -> tuple[str, ...]:
    """Return every column that the plan reads, each once, in the order of its first use."""
    if isinstance(plan, VerificationPlan):
        return tuple(dict.fromkeys((*plan.key_columns, plan.predicate.column)))
    keys = (key.column for key in plan.group_by)
    where = (each.column for each in filters(plan.where))
    measured = (measure.column for measure in plan.measures if measure.column)
    joined = (name for join in plan.joins for own, other in join.on for name in (own, f"{join.table}.{other}"))
    return tuple(dict.fromkeys((plan.unit, *keys, *where, *measured, *joined)))


def rho_each_nano(plan: AggregatePlan) -> int:
    """Return the zCDP loss that each measure may use, 10^-9, rounded down: together never more than the plan's."""
    return plan.rho_nano // len(plan.measures)


def full_groups(plan: AggregatePlan) -> int:
    """Return how many groups a unit can move at most as far as it can move one: l0, or fewer where its rows in all are few.

    With r rows in all and at most m in a group, Σ m_g² ≤ m·r and Σ m_g ≤ r: no more than ⌈r/m⌉ full groups.
    """
    return min(plan.l0, -(-plan.rows_max // plan.linf_rows)) if plan.rows_max else plan.l0


def reach(plan: AggregatePlan, measure: Measure) -> tuple[int, int]:
    """Return in how many groups one unit can move a measure, and how far in each, in the measure's unit.

    One unit touches l0 groups with linf_rows rows each, or fewer; all rows of a group may fall in one bin of a histogram.
    """
    each = plan.l0 if isinstance(measure, Units) else full_groups(plan)
    return each, unit_most(measure, linf_rows=plan.linf_rows)


def l2_squared(plan: AggregatePlan, measure: Measure) -> int:
    """Return the squared L2 distance, in the measure's unit², by which one unit can move the vector of its values."""
    each, step = reach(plan, measure)
    return each * step**2


def fault(plan: Plan) -> str | None:
    """Return what makes the plan meaningless by itself, whatever the data, or None."""
    if isinstance(plan, VerificationPlan):
        return _verification_fault(plan)
    if not plan.measures or len(set(plan.measures)) < len(plan.measures):
        return "measures must be named, each once"
    columns = [key.column for key in plan.group_by]
    if len(set(columns)) < len(columns):
        return "each column may be grouped by once"
    if cells(plan) > CELLS_MAX:
        return f"{cells(plan)} cells exceed {CELLS_MAX}"
    parts = (*map(fault_of_group, plan.group_by), *map(fault_of_measure, plan.measures), fault_of_where(plan.where))
    return next(filter(None, parts), None) or _fault_of_joins(plan) or _fault_of_mode(plan)


def _fault_of_joins(plan: AggregatePlan) -> str | None:
    tables = [join.table for join in plan.joins]
    if len(set(tables)) < len(tables) or plan.table in tables:
        return "each table may be joined once, and none with itself"
    if plan.joins and not plan.table:
        return "a plan with joins names its table"
    lone = next((join.table for join in plan.joins if not join.on or len(set(join.on)) < len(join.on)), None)
    return f"the join with `{lone}` needs columns, each pair once" if lone else None


def _fault_of_mode(plan: AggregatePlan) -> str | None:
    if plan.mode is Mode.EXACT:
        if plan.rho_nano or plan.delta_femto or plan.l0 or plan.linf_rows or plan.rows_max:
            return "an exact plan has no noise, costs no budget and cuts nothing: l0, linf_rows, rows_max, rho, delta are 0"
        if any(isinstance(measure, Histogram) for measure in plan.measures):
            return "an exact plan has no histogram, whose bins are cells of their own; group by edges"
        return "an exact plan groups by public lists or edges" if has_found_keys(plan) else None
    if not plan.l0 or not plan.linf_rows:
        return "a unit must be bounded: l0 and linf_rows are 1 at least"
    if plan.rows_max and not plan.linf_rows <= plan.rows_max <= plan.l0 * plan.linf_rows:
        return f"{plan.rows_max} rows in all are fewer than linf_rows, or more than l0 and linf_rows let in"
    if rho_each_nano(plan) == 0:
        return f"{plan.rho_nano} nano-rho is too little for {len(plan.measures)} measures"
    if has_found_keys(plan) != bool(plan.delta_femto):
        return "keys that are found in the data need a delta, and nothing else does"
    if (has_found_keys(plan) or plan.units_min) and Units() not in plan.measures:
        return "units must be among the measures, where groups are shown by how many they have"
    if has_found_keys(plan) and plan.mechanism is not Mechanism.GAUSSIAN:
        return "keys that are found in the data are released with Gaussian noise"
    return None


def _verification_fault(plan: VerificationPlan) -> str | None:
    if not plan.key_columns or len(set(plan.key_columns)) < len(plan.key_columns):
        return "key columns must be named, each once"
    if plan.bands and plan.predicate.op is not Op.PRESENT:
        return "with bands the predicate is that its column is present"
    if any(low >= high for low, high in pairwise(plan.bands)):
        return "the edges of bands must ascend"
    return fault_of_filter(plan.predicate)
