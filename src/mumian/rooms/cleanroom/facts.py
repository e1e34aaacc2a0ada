"""What the clean room must know of other rooms before it decides."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mumian.engines.support import Support
from mumian.kernel.canonical import Natural
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ProductId, ResourceId
from mumian.policy.model import Decision
from mumian.rooms.cleanroom.records import JobKind


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
    personal: it is graded as holding personal information, or not graded at all.
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
    personal: bool = False


class Told(msgspec.Struct, frozen=True):
    """What answers tell, `answers` in number. rows: by the digest of the data's versions, a mask of a support's rows."""

    rows: Mapping[str, int]
    answers: Natural

    @property
    def units(self) -> int:
        """Return what they count: one each, and one for every row that one of them tells, of each version anew."""
        return self.answers + sum(mask.bit_count() for mask in self.rows.values())

    def further(self, mask: int, *, versions: str) -> int:
        """Return what one more answer counts that tells the rows of `mask`, of the versions with this digest."""
        return 1 + (mask & ~self.rows.get(versions, 0)).bit_count()


class Covering(msgspec.Struct, frozen=True):
    """An order that is priced by coverage. told: by its earlier answers. units: that the order covers."""

    support: Support
    told: Told
    units: Natural

    @property
    def left(self) -> int:
        """Return how many units the order covers beside those that are used."""
        return max(0, self.units - self.told.units)


class JobFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RequestJob`.

    product_kind: how the product answers; None if there is no such product or it answers no jobs.
    consumer, agreement_product: the agreement's assignee and target; None if there is no such agreement.
    decision: of the agreement's policy on the action of the plan's kind, for the purpose, now.
    sources: every resource beneath the product; the first one's domain merges and releases (the root).
    order_open: an order on the agreement is paid into escrow and neither settled nor cancelled.
    group: the actor and all parties related to it, in order: their spendings count together.
    precision_nano: the loss that the order's price still covers, where it is a price by precision; None elsewhere.
    covering: the order's price by coverage, and what it was used for; None elsewhere.
    """

    product_kind: JobKind | None
    consumer: PartyId | None
    agreement_product: ProductId | None
    decision: Decision
    sources: tuple[SourceSeen, ...]
    order_open: bool
    group: tuple[PartyId, ...] = ()
    precision_nano: Natural | None = None
    covering: Covering | None = None


class ReleaseFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RecordRelease` and `SubmitForReview`. barred: the first source of the job that may not be used so any more, or None."""

    barred: SourceSeen | None


class UsageFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RecordUsage`.

    in_force: the agreement exists, is on the product, and was not terminated.
    holds_source: the actor holds a source of the product or keeps it in its domain.
    charge_fen: what the command's calls cost after those recorded before them, by the order's tariff.
    """

    in_force: bool
    holds_source: bool
    charge_fen: Natural
