"""What settlement keeps, and the words that its commands and events share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END, Digest, Int53, Positive
from mumian.kernel.ids import PartyId, ProductId
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.time import Instant

PayoutId = NewType("PayoutId", str)
BatchId = NewType("BatchId", str)
ReserveId = NewType("ReserveId", str)
DisputeId = NewType("DisputeId", str)
ClawbackId = NewType("ClawbackId", str)

Code: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}" + END)]
BasisPoints: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000)]

NOW = "now"
"""The key of a table that holds one record."""

NEXT = "next"
"""The key of the schedule of fees that was adopted last."""

RESERVE = "settlement.reserve"
"""Kind of the limit at which a reserve is released."""


def age_of(key: str) -> str:
    """Return an id so that older ones come first as text: `reserve-17.2` gives `000000000017.0002`."""
    seq, _, nth = key.partition("-")[2].partition(".")
    return f"{int(seq):012d}.{int(nth or 0):04d}"


class PayoutState(StrEnum):
    REQUESTED = "requested"
    SENT = "sent"  # in a batch for the bank
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class LineState(StrEnum):
    SENT = "sent"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


class ReturnReason(StrEnum):
    """Why a bank did not pay."""

    ACCOUNT_UNKNOWN = "account_unknown"
    NAME_DIFFERS = "name_differs"
    ACCOUNT_CLOSED = "account_closed"
    REFUSED_BY_BANK = "refused_by_bank"


class Award(StrEnum):
    """Who gets a frozen share."""

    PAYEE = "payee"
    CLAIMANT = "claimant"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Total(_Part, frozen=True):
    """What all accounts of one purpose hold together: posted and pending, credits less debits, in fen."""

    purpose: Code
    posted_fen: Int53
    pending_fen: Int53


class BatchLine(_Part, frozen=True):
    """One payment of a batch: all that a party asked to be paid to one account by then."""

    party: PartyId
    account_digest: Digest
    amount_fen: PositiveFen
    payouts: tuple[PayoutId, ...]


class Payout(msgspec.Struct, frozen=True):
    party: PartyId
    amount_fen: PositiveFen
    account_digest: Digest
    state: PayoutState = PayoutState.REQUESTED


class Batch(msgspec.Struct, frozen=True):
    """states: one a line."""

    day: str
    lines: tuple[BatchLine, ...]
    states: tuple[LineState, ...]


class ReserveRule(_Part, frozen=True):
    """What is kept of every share of a party, and how long."""

    rate_bp: BasisPoints
    days: Positive


class Reserve(msgspec.Struct, frozen=True):
    """left_fen: of what was kept, after clawbacks; 0 once released."""

    party: PartyId
    product: ProductId
    sale: Code
    left_fen: Fen


class Taken(_Part, frozen=True):
    """What a clawback takes out of one reserve."""

    reserve: ReserveId
    amount_fen: PositiveFen


class Freeze(msgspec.Struct, frozen=True):
    """A claim on a share. held_fen: by now; it is nothing once awarded. to: who got it, or empty."""

    product: ProductId
    payee: PartyId
    claimant: PartyId
    held_fen: Fen = 0
    to: str = ""


class Claim(msgspec.Struct, frozen=True):
    """What a clawback could not take at once. owed_fen: by now."""

    debtor: PartyId
    creditor: PartyId
    owed_fen: Fen


class Side(StrEnum):
    """Who bears a fee: the seller out of what it gets, the buyer on top of the price."""

    SELLER = "seller"
    BUYER = "buyer"


class FeeLine(_Part, frozen=True):
    """A fee on one side: `rate_bp` of a sale of `product_type` (empty: any) from `from_fen` on, `cap_fen` at most.

    Of the lines that fit, the one of the type and of the highest `from_fen` counts (费率按品类、金额分档).
    """

    rate_bp: BasisPoints
    product_type: str = ""
    from_fen: Fen = 0
    cap_fen: PositiveFen | None = None
    side: Side = Side.SELLER


class FeeSchedule(_Part, frozen=True):
    """version: from 1. effective_at: from when on it counts."""

    version: Positive
    lines: tuple[FeeLine, ...]
    effective_at: Instant = 0

    def fee_fen(self, side: Side, product_type: str, gross_fen: int) -> int:
        """Return the fee of one side on one sale, rounded down to a fen."""
        fitting = [
            line
            for line in self.lines
            if line.side is side and line.product_type in ("", product_type) and line.from_fen <= gross_fen
        ]
        if not fitting:
            return 0
        line = max(fitting, key=lambda each: (bool(each.product_type), each.from_fen))
        fee_fen = gross_fen * line.rate_bp // 10_000
        return fee_fen if line.cap_fen is None else min(fee_fen, line.cap_fen)


class Charge(msgspec.Struct, frozen=True):
    """A buyer's fee on an order of `price_fen` that is not settled yet."""

    buyer: PartyId
    price_fen: PositiveFen
    fee_fen: PositiveFen
