"""What auctions keep, and the words that their commands and events share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import END, Digest, Natural, Positive
from mumian.kernel.canonical import digest as digest_of
from mumian.kernel.ids import ListingId, PartyId, ProductId
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.time import Instant
from mumian.policy.contract import Clauses

AuctionId = NewType("AuctionId", str)
DepositId = NewType("DepositId", str)
"""Id of a bidder's first bid or commitment, under which its deposit is held."""

Salt: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}" + END)]
"""32 bytes of chance in hex, the bidder's own secret until it reveals."""

CLOSE = "auctions.close"
"""Kind of the limit at which an auction is closed."""


class Kind(StrEnum):
    ENGLISH = "english"  # 英式：加价，软截止
    DUTCH = "dutch"  # 荷式：降价
    SECOND_PRICE = "second_price"  # 密封次价
    UNIFORM = "uniform"  # 统一价：多份许可


SEALED = frozenset({Kind.SECOND_PRICE, Kind.UNIFORM})


class AuctionState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    SOLD = "sold"
    UNSOLD = "unsold"  # 流拍: nobody came, or nobody bid enough
    LISTING_CLOSED = "listing_closed"  # what was auctioned may no longer be sold


class Reason(StrEnum):
    """Why a bidder is passed over at the close."""

    UNREVEALED = "unrevealed"
    UNFUNDED = "unfunded"
    LEFT = "left"  # the market, for good
    NOT_A_BUYER = "not_a_buyer"  # the role was taken from it, or it is suspended
    RELATED = "related"
    RIGHT_BROKEN = "right_broken"


FORFEITS = frozenset({Reason.UNREVEALED, Reason.UNFUNDED, Reason.LEFT})
"""What costs a bidder its deposit: its own doing, known when it bid."""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an auction is held by, fixed as it is opened.

    units: equal licences, one a bidder; 1 unless `uniform`. reserve_fen: the least for a unit. deposit_fen: the same of
    everybody, or it would tell the bid; 0 in a Dutch auction, which is over with its first bid. bids_until: planned end of an
    English one, end of a Dutch one, end of committing in a sealed one. order_days: for delivery, from the close.

    increment_fen, extension_minutes, latest_close: of an English auction. start_fen, step_fen, step_minutes: of a Dutch one.
    reveal_until: of a sealed one.
    """

    kind: Kind
    units: Positive
    reserve_fen: PositiveFen
    deposit_fen: Fen
    bids_until: Instant
    order_days: Positive
    clauses: Clauses
    text_digest: Digest
    increment_fen: Fen = 0
    extension_minutes: Natural = 0
    latest_close: Instant = 0
    start_fen: Fen = 0
    step_fen: Fen = 0
    step_minutes: Natural = 0
    reveal_until: Instant = 0

    @property
    def is_sealed(self) -> bool:
        return self.kind in SEALED

    @property
    def closes_at(self) -> Instant:
        return self.reveal_until if self.is_sealed else self.bids_until

    @property
    def last_close(self) -> Instant:
        """The latest instant at which it may close."""
        return max(self.closes_at, self.latest_close)


class Auction(msgspec.Struct, frozen=True):
    """opened_at: when a falling price begins. highest_fen, leader: of an English auction so far. price_fen: what each winner pays."""

    listing: ListingId
    product: ProductId
    seller: PartyId
    terms: Terms
    opened_at: Instant
    closes_at: Instant
    bidders: Natural = 0
    highest_fen: Fen = 0
    leader: str = ""
    state: AuctionState = AuctionState.OPEN
    outcome: Outcome | None = None
    price_fen: Fen = 0
    winners: tuple[PartyId, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """One bidder. amount_fen: its bid, 0 while it is sealed. order: number of the leaf of the bid that counts, or of the
    commitment: it decides ties.
    """

    deposit: DepositId
    order: Natural
    commitment: str = ""
    amount_fen: Fen = 0


class Sealed(msgspec.Struct, frozen=True):
    """What a commitment hides. It names auction and bidder, so that nobody can take another's for its own."""

    auction: AuctionId
    bidder: PartyId
    amount_fen: PositiveFen
    salt: Salt


def commitment_of(sealed: Sealed) -> str:
    """Return SHA-256 of the canonical bytes, hex."""
    return digest_of(sealed)


class PassedOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bidder who could not win, and why."""

    bidder: PartyId
    reason: Reason
