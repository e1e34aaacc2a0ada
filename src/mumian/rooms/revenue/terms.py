"""Words of a distribution: who is paid what for, by which rule, by whose contribution."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from mumian.kernel.canonical import END, INT53_MAX, Digest, Int53, Natural, Positive
from mumian.kernel.ids import PartyId
from mumian.kernel.money import Fen, PositiveFen
from mumian.methods.negative_values import NegativePolicy as NegativePolicy

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

COSTS_MAX = 16
STEPS_MAX = 16
"""Costs and steps of one rule; bounds the work of one command."""

SCORE_MAX = 1_000_000
"""A score or a factor's weight at most."""

NANO = 10**9
"""Parts of a utility's unit that a measured value is written in."""

BasisPoints: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=BASIS_POINTS)]
Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}" + END)]
Version: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9./-]{0,62}" + END)]
"""Name of a utility or a method with its version: `ridge-explained-mse/1`."""
Whole: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+" + END)]
"""A natural number of any size, in decimal digits."""


class FeeKind(StrEnum):
    """What comes off the gross before it is shared (domain-rules §8: 净额)."""

    EXCHANGE_FEE = "exchange_fee"  # 平台费
    SERVICE_FEE = "service_fee"  # 公共数据运营服务费
    BROKER = "broker"  # 中介费
    LABOUR = "labour"  # 劳务


class ShareKind(StrEnum):
    """Why somebody is paid: one of the fees, a cost that comes back first, the merchant's part, or an owner's."""

    EXCHANGE_FEE = "exchange_fee"
    SERVICE_FEE = "service_fee"
    BROKER = "broker"
    LABOUR = "labour"
    COST = "cost"  # 先回收成本
    MERCHANT = "merchant"
    OWNER = "owner"


class Method(StrEnum):
    """How the owners' part is divided.

    COVERAGE_SHAPLEY: a cell is worth its weight as soon as one of its owners is there (union of rows).
    EQUAL_JOIN: a cell is worth its weight only when all of its owners are there (join of rows).
    FIXED: by contract, `owner_bp` each.
    SCORE: by what six factors scored, weighted as agreed (domain-rules §8 CONTRIB_SCORE).
    SHAPLEY: by values that a method measured with the agreed utility.
    """

    COVERAGE_SHAPLEY = "coverage_shapley"
    EQUAL_JOIN = "equal_join"
    FIXED = "fixed"
    SCORE = "score"
    SHAPLEY = "shapley"


BY_CELLS = frozenset({Method.COVERAGE_SHAPLEY, Method.EQUAL_JOIN})


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class FeeLine(_Part, frozen=True):
    """One fee: either `rate_bp` of the gross or `amount_fen` a sale. There is no default rate (domain-rules §4.3, §8)."""

    payee: PartyId
    kind: FeeKind
    rate_bp: BasisPoints | None = None
    amount_fen: Annotated[int, msgspec.Meta(ge=0, le=FEE_FEN_MAX)] | None = None


class Cost(_Part, frozen=True):
    """What `payee` laid out, and gets back of the net before anything else is shared. evidence_digest: of its accounts."""

    payee: PartyId
    amount_fen: PositiveFen
    evidence_digest: Digest


class Step(_Part, frozen=True):
    """The merchant's part of what is sold up to `up_to_fen` of gross in all; None: of all beyond."""

    merchant_bp: BasisPoints
    up_to_fen: PositiveFen | None = None


Score: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=SCORE_MAX)]


class Factors(_Part, frozen=True):
    """Six factors of a contribution (domain-rules §8 CONTRIB_SCORE): scores of one owner, or what each counts for."""

    quality: Score  # 数据质量
    uniqueness: Score  # 数据独有性
    usage: Score  # 使用量
    processing: Score  # 加工投入
    scenario: Score  # 场景/渠道
    compliance: Score  # 合规与安全

    def weighed(self, weights: Factors) -> int:
        """Return Σ weight · score."""
        return sum(getattr(self, name) * getattr(weights, name) for name in Factors.__struct_fields__)


class Measured(_Part, frozen=True):
    """How the owners' values come about under the method `shapley`: by which utility, and what becomes of one below zero."""

    utility: Version
    negative: NegativePolicy


class Cell(_Part, frozen=True):
    """What exactly the owners whose bits are set have contributed: bit i is the i-th of the rule's owners."""

    owners_mask: Positive
    weight: Natural


class Valuation(_Part, frozen=True):
    """What a method found, owner by owner, in 1/`NANO` of the utility's unit.

    half_widths: of the intervals that all hold together with `confidence_permille`; 0 where the method is exact.
    seed: of the draws, 0 where there are none. evaluations: coalitions that were asked about at most.
    """

    method: Version
    utility: Version
    values: tuple[Int53, ...]
    half_widths: tuple[Natural, ...]
    confidence_permille: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    seed: Natural
    evaluations: Positive


class Terms(msgspec.Struct, frozen=True):
    """What was proposed, and from `public_bodies` what was learnt: whose data is in it for no money.

    merchant_bp: of the first step where there are `steps`.
    """

    seller: PartyId
    fees: tuple[FeeLine, ...]
    merchant_bp: BasisPoints
    owners: tuple[PartyId, ...]
    method: Method
    owner_bp: tuple[BasisPoints, ...]
    floor_fen: Fen
    public_bodies: tuple[PartyId, ...]
    costs: tuple[Cost, ...] = ()
    steps: tuple[Step, ...] = ()
    weights: Factors | None = None
    measured: Measured | None = None


class Share(msgspec.Struct, frozen=True):
    """What one payee gets. The exact amount is `numerator` / the distribution's `denominator` fen."""

    payee: PartyId
    kind: ShareKind
    amount_fen: Fen
    numerator: Whole
