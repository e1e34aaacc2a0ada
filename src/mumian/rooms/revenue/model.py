"""What can be said about revenue, and what is kept of it. Its words are in `terms.py`."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Digest, Int53, Natural, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ProductId
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.revenue.refusals import RevenueRefusal as RevenueRefusal
from mumian.rooms.revenue.terms import (
    BASIS_POINTS,
    BasisPoints,
    Cell,
    Code,
    Cost,
    Factors,
    FeeKind,
    FeeLine,
    Measured,
    Method,
    Share,
    ShareKind,
    Step,
    Terms,
    Valuation,
    Whole,
)

__all__ = [
    "BASIS_POINTS",
    "AgreeDistribution",
    "Cell",
    "Command",
    "ConsentToDistribution",
    "Distribute",
    "Event",
    "FeeKind",
    "FeeLine",
    "Method",
    "RecordContribution",
    "RecordScores",
    "RecordValuation",
    "RecordWaiver",
    "RevenueRefusal",
    "Share",
    "ShareKind",
    "State",
    "Terms",
]


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"revenue.{name}", forbid_unknown_fields=True):
    pass


class AgreeDistribution(_Command, frozen=True):
    """Propose how the revenue of a product is shared. By its seller, before the first sale. Facts: `DistributionFacts`.

    merchant_bp: the seller's part of the net, which is gross less fees; the owners share the rest.
    owner_bp: for the method `fixed`, the owners' parts of that rest in the order of `owners`; they add up to 10,000.
    floor_fen: what every owner gets of each sale before the rest goes by contribution (保底); 0 for none.
    costs: come back out of the net, in ratio, before it is shared (先回收成本). steps: instead of `merchant_bp`, parts that
    change with what the product has sold in all (阶梯分成). weights: for the method `score`; measured: for `shapley`.
    """

    product: ProductId
    fees: tuple[FeeLine, ...]
    owners: tuple[PartyId, ...]
    method: Method
    merchant_bp: BasisPoints | None = None
    owner_bp: tuple[BasisPoints, ...] = ()
    floor_fen: Fen = 0
    costs: tuple[Cost, ...] = ()
    steps: tuple[Step, ...] = ()
    weights: Factors | None = None
    measured: Measured | None = None


class ConsentToDistribution(_Command, frozen=True):
    """Agree to version `version` of a product's distribution. By an owner that it names."""

    product: ProductId
    version: Positive


class RecordContribution(_Command, frozen=True):
    """Say what each set of owners contributed to a job or in a period, `basis`. By the seller, the market or the domain
    that merged the parts. Facts: `ContributionFacts`.

    evidence_digest: of the lineage that the cells were counted from.
    """

    product: ProductId
    basis: Code
    cells: tuple[Cell, ...]
    evidence_digest: Digest


class RecordScores(_Command, frozen=True):
    """Say how each owner scored in a period, `basis`, in the order of the rule's owners, under the method `score`. By the
    seller, the market or the domain that merged the parts. Facts: `ContributionFacts`.
    """

    product: ProductId
    basis: Code
    scores: tuple[Factors, ...]
    evidence_digest: Digest


class RecordValuation(_Command, frozen=True):
    """Say what a method found each owner's data to be worth, under the method `shapley`. By the seller, the market or the
    domain that merged the parts. Facts: `ContributionFacts`.

    evidence_digest: of the evidence that anybody can run the method on again (`mumian recompute --evidence`).
    """

    product: ProductId
    basis: Code
    valuation: Valuation
    evidence_digest: Digest


class RecordWaiver(_Command, frozen=True):
    """Say that a sale was let go below its list price for the public good (公益减免): what everybody who shares in it gave
    up is kept, no money moves. By the seller. Facts: `WaiverFacts`.
    """

    sale: Code
    product: ProductId


class Distribute(_Command, frozen=True):
    """Share out what a sale brought. By the market alone.

    sale: id of the order or of the bill. basis: whose contribution counts; empty for the latest recorded.
    exchange_fee_fen: by the exchange's own schedule, taken before all else.
    """

    sale: Code
    product: ProductId
    gross_fen: PositiveFen
    basis: str = ""
    exchange_fee_fen: Fen = 0


Command = (
    AgreeDistribution
    | ConsentToDistribution
    | RecordContribution
    | RecordScores
    | RecordValuation
    | RecordWaiver
    | Distribute
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"revenue.{name}"):
    pass


class DistributionAgreed(_Event, frozen=True):
    """Proposed by the seller; in force once nobody is in `waiting`."""

    product: ProductId
    version: Positive
    terms: Terms
    waiting: tuple[PartyId, ...]
    at: Instant


class DistributionConsented(_Event, frozen=True):
    product: ProductId
    version: Positive
    owner: PartyId
    at: Instant


class ContributionRecorded(_Event, frozen=True):
    """`points`: each owner's Shapley value of the cells, in whole numbers of the same ratio."""

    product: ProductId
    basis: Code
    cells: tuple[Cell, ...]
    points: tuple[Whole, ...]
    evidence_digest: Digest


class ScoresRecorded(_Event, frozen=True):
    """`points`: each owner's weighed scores."""

    product: ProductId
    basis: Code
    scores: tuple[Factors, ...]
    points: tuple[Whole, ...]
    evidence_digest: Digest


class ValuationRecorded(_Event, frozen=True):
    """`points`: the values above zero, by the agreed policy. debts: what owners owe of later points, under that policy."""

    product: ProductId
    basis: Code
    valuation: Valuation
    points: tuple[Whole, ...]
    debts: tuple[Natural, ...]
    evidence_digest: Digest


class WaiverRecorded(_Event, frozen=True):
    """What a sale would have brought more at its list price, and to whom: exact amounts rounded for the sale alone."""

    sale: Code
    product: ProductId
    version: Positive
    basis: str
    forgone_fen: PositiveFen
    shares: tuple[Share, ...]
    at: Instant


class Distributed(_Event, frozen=True):
    """`shares` add up to `gross_fen`; those of 0 fen are kept for the explanation and move no money.

    owed: what rounding has kept from each line of the rule by now, in 1/10^12 fen, less what it gave too much; they add up
    to zero. Empty under rulebooks that round each sale for itself.
    """

    sale: Code
    product: ProductId
    version: Positive
    basis: str
    gross_fen: PositiveFen
    shares: tuple[Share, ...]
    denominator: Whole
    at: Instant
    owed: tuple[Int53, ...] = ()


Event = (
    DistributionAgreed
    | DistributionConsented
    | ContributionRecorded
    | ScoresRecorded
    | ValuationRecorded
    | WaiverRecorded
    | Distributed
)


class DistributionFacts(Facts, frozen=True, kw_only=True):
    """Facts of `AgreeDistribution`.

    seller: of the product, or None if there is no such product. sold_already: an order was placed on it.
    holders: who must be named as owners: the holders of its sources of enterprise or personal data, each once.
    public_bodies: holders of its public sources. operators: operators of its public sources.
    grant_terms_accept: holders whose grants already accept any distribution that the seller agrees on.
    strangers: payees of fees and costs that were never admitted, so that no account of theirs could be paid.
    """

    seller: PartyId | None
    sold_already: bool
    holders: tuple[PartyId, ...]
    public_bodies: tuple[PartyId, ...] = ()
    operators: tuple[PartyId, ...] = ()
    grant_terms_accept: tuple[PartyId, ...] = ()
    strangers: tuple[PartyId, ...] = ()


class ContributionFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RecordContribution`, `RecordScores` and `RecordValuation`. domain_root: whose domain merged the parts of
    this basis, or None.
    """

    domain_root: PartyId | None = None


class WaiverFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RecordWaiver`. list_fen: what the sale would have come to at its listing's price or guided ceiling, paid_fen:
    what it came to; both None if there is no such sale of the product, or it is not done yet. seller: of the product.
    is_for_public_good: the buyer is a public body, or the product is used for governance or welfare.
    """

    seller: PartyId | None
    list_fen: Fen | None = None
    paid_fen: Fen | None = None
    is_for_public_good: bool = False


class Rule(msgspec.Struct, frozen=True):
    """How a product's revenue is shared. in_force_at: when the last owner agreed; None while `waiting` names any."""

    version: Positive
    terms: Terms
    waiting: tuple[PartyId, ...]
    in_force_at: Instant | None


class Contribution(msgspec.Struct, frozen=True):
    """points: as in the event that recorded it. valuation: what a method found, under `shapley`."""

    points: tuple[Whole, ...]
    evidence_digest: Digest
    valuation: Valuation | None = None


class Distribution(msgspec.Struct, frozen=True):
    """Who got what of one sale, and why."""

    version: Positive
    basis: str
    gross_fen: PositiveFen
    shares: tuple[Share, ...]
    denominator: Whole
    at: Instant
    owed: tuple[Int53, ...] = ()


class Tally(msgspec.Struct, frozen=True):
    """What a product's sales came to so far. recovered_fen: of each of the rule's costs. owed: as in `Distributed`."""

    gross_fen: Fen = 0
    recovered_fen: tuple[Fen, ...] = ()
    owed: tuple[Int53, ...] = ()


class Waiver(msgspec.Struct, frozen=True):
    """What was given up with one sale."""

    forgone_fen: PositiveFen
    shares: tuple[Share, ...]
    at: Instant


class Feedback(msgspec.Struct, frozen=True):
    """What came of a public body's data: the indicator that its budget may be linked to (政策第14条), not money."""

    sales: Natural = 0
    gross_fen: Fen = 0


class State(msgspec.Struct):
    """rules: by product. contributions: `product/basis`. latest: product → its latest basis.

    distributions, waivers: `product/sale`. feedback: `public body/product`. tallies: by product. debts: by product, in
    points of the owners, under a policy that carries them.
    """

    rules: Table[Rule]
    contributions: Table[Contribution]
    latest: Table[str]
    distributions: Table[Distribution]
    feedback: Table[Feedback]
    tallies: Table[Tally]
    waivers: Table[Waiver]
    debts: Table[tuple[Natural, ...]]
