"""What can be said about revenue."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import END, INT53_MAX, Natural, Positive
from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ProductId
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.revenue.refusals import RevenueRefusal as RevenueRefusal

BASIS_POINTS = 10_000
"""One whole in basis points."""

OWNERS_MAX = 53
"""Owners of one product: a cell's owners are the bits of one integer of 53."""

FEES_MAX = 32
"""Fee lines of one product; with the owners they fit one group of the ledger."""

FEE_FEN_MAX = INT53_MAX // FEES_MAX
"""A fixed fee at most: all of a product's together stay within 53 bits."""

CELLS_MAX = 4_096
"""Cells of one contribution; bounds the work of one command."""

BasisPoints: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=BASIS_POINTS)]
Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}" + END)]
Whole: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+" + END)]
"""A natural number of any size, in decimal digits."""


class FeeKind(StrEnum):
    """What comes off the gross before it is shared (domain-rules §8: 净额)."""

    EXCHANGE_FEE = "exchange_fee"  # 平台费
    SERVICE_FEE = "service_fee"  # 公共数据运营服务费
    BROKER = "broker"  # 中介费
    LABOUR = "labour"  # 劳务


class ShareKind(StrEnum):
    """Why somebody is paid: one of the fees, the merchant's part, or an owner's."""

    EXCHANGE_FEE = "exchange_fee"
    SERVICE_FEE = "service_fee"
    BROKER = "broker"
    LABOUR = "labour"
    MERCHANT = "merchant"
    OWNER = "owner"


class Method(StrEnum):
    """How the owners' part is divided.

    COVERAGE_SHAPLEY: a cell is worth its weight as soon as one of its owners is there (union of rows).
    EQUAL_JOIN: a cell is worth its weight only when all of its owners are there (join of rows).
    FIXED: by contract, `owner_bp` each.
    """

    COVERAGE_SHAPLEY = "coverage_shapley"
    EQUAL_JOIN = "equal_join"
    FIXED = "fixed"


class FeeLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fee: either `rate_bp` of the gross or `amount_fen` a sale. There is no default rate (domain-rules §4.3, §8)."""

    payee: PartyId
    kind: FeeKind
    rate_bp: BasisPoints | None = None
    amount_fen: Annotated[int, msgspec.Meta(ge=0, le=FEE_FEN_MAX)] | None = None


class Cell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What exactly the owners whose bits are set have contributed: bit i is the i-th of the rule's owners."""

    owners_mask: Positive
    weight: Natural


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"revenue.{name}", forbid_unknown_fields=True):
    pass


class AgreeDistribution(_Command, frozen=True):
    """Propose how the revenue of a product is shared. By its seller, before the first sale. Facts: `DistributionFacts`.

    merchant_bp: the seller's part of the net, which is gross less fees; the owners share the rest.
    owner_bp: for the method `fixed`, the owners' parts of that rest in the order of `owners`; they add up to 10,000.
    floor_fen: what every owner gets of each sale before the rest goes by contribution (保底); 0 for none.
    """

    product: ProductId
    fees: tuple[FeeLine, ...]
    owners: tuple[PartyId, ...]
    method: Method
    merchant_bp: BasisPoints | None = None
    owner_bp: tuple[BasisPoints, ...] = ()
    floor_fen: Fen = 0


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


class Distribute(_Command, frozen=True):
    """Share out what a sale brought. By the market alone.

    sale: id of the order or of the bill. basis: whose contribution counts; empty for the latest recorded.
    """

    sale: Code
    product: ProductId
    gross_fen: PositiveFen
    basis: str = ""


Command = AgreeDistribution | ConsentToDistribution | RecordContribution | Distribute


class Terms(msgspec.Struct, frozen=True):
    """What was proposed, and from `public_bodies` what was learnt: whose data is in it for no money."""

    seller: PartyId
    fees: tuple[FeeLine, ...]
    merchant_bp: BasisPoints
    owners: tuple[PartyId, ...]
    method: Method
    owner_bp: tuple[BasisPoints, ...]
    floor_fen: Fen
    public_bodies: tuple[PartyId, ...]


class Share(msgspec.Struct, frozen=True):
    """What one payee gets. The exact amount is `numerator` / the distribution's `denominator` fen."""

    payee: PartyId
    kind: ShareKind
    amount_fen: Fen
    numerator: Whole


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


class Distributed(_Event, frozen=True):
    """`shares` add up to `gross_fen`; those of 0 fen are kept for the explanation and move no money."""

    sale: Code
    product: ProductId
    version: Positive
    basis: str
    gross_fen: PositiveFen
    shares: tuple[Share, ...]
    denominator: Whole
    at: Instant


Event = DistributionAgreed | DistributionConsented | ContributionRecorded | Distributed


class DistributionFacts(Facts, frozen=True, kw_only=True):
    """Facts of `AgreeDistribution`.

    seller: of the product, or None if there is no such product. sold_already: an order was placed on it.
    holders: who must be named as owners: the holders of its sources of enterprise or personal data, each once.
    public_bodies: holders of its public sources. operators: operators of its public sources.
    grant_terms_accept: holders whose grants already accept any distribution that the seller agrees on.
    strangers: payees of the fees that were never admitted, so that no account of theirs could be paid.
    """

    seller: PartyId | None
    sold_already: bool
    holders: tuple[PartyId, ...]
    public_bodies: tuple[PartyId, ...] = ()
    operators: tuple[PartyId, ...] = ()
    grant_terms_accept: tuple[PartyId, ...] = ()
    strangers: tuple[PartyId, ...] = ()


class ContributionFacts(Facts, frozen=True, kw_only=True):
    """Facts of `RecordContribution`. domain_root: whose domain merged the parts of this basis, or None."""

    domain_root: PartyId | None = None


class Rule(msgspec.Struct, frozen=True):
    """How a product's revenue is shared. in_force_at: when the last owner agreed; None while `waiting` names any."""

    version: Positive
    terms: Terms
    waiting: tuple[PartyId, ...]
    in_force_at: Instant | None


class Contribution(msgspec.Struct, frozen=True):
    """points: as in `ContributionRecorded`."""

    points: tuple[Whole, ...]
    evidence_digest: Digest


class Distribution(msgspec.Struct, frozen=True):
    """Who got what of one sale, and why."""

    version: Positive
    basis: str
    gross_fen: PositiveFen
    shares: tuple[Share, ...]
    denominator: Whole
    at: Instant


class Feedback(msgspec.Struct, frozen=True):
    """What came of a public body's data: the indicator that its budget may be linked to (政策第14条), not money."""

    sales: Natural = 0
    gross_fen: Fen = 0


class State(msgspec.Struct):
    """rules: by product. contributions: `product/basis`. latest: product → its latest basis.

    distributions: `product/sale`. feedback: `public body/product`.
    """

    rules: Table[Rule]
    contributions: Table[Contribution]
    latest: Table[str]
    distributions: Table[Distribution]
    feedback: Table[Feedback]
