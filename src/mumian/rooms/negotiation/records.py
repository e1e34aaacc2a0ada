"""What negotiation keeps, and the words that it keeps it in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType, TypeAlias

import msgspec

from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.ids import ListingId, PartyId, ProductId
from mumian.kernel.money import PositiveFen
from mumian.kernel.time import DAY_MS, Instant
from mumian.policy.contract import Clauses

DemandId = NewType("DemandId", str)
NegotiationId = NewType("NegotiationId", str)
BrokerageId = NewType("BrokerageId", str)

Code: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Codes: TypeAlias = Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=16)]
Sums: TypeAlias = Annotated[str, msgspec.Meta(max_length=64)]

OPEN_MS_MAX = 366 * DAY_MS
"""The longest that a demand, an inquiry, terms or a brokerage may stay open. A design value: that of an order."""


class Side(StrEnum):
    SELLER = "seller"
    BUYER = "buyer"

    @property
    def other(self) -> Side:
        return Side.BUYER if self is Side.SELLER else Side.SELLER


class DemandState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    LAPSED = "lapsed"


class NegotiationState(StrEnum):
    """INQUIRY → NEGOTIATING → AGREED, BROKEN_OFF or LAPSED."""

    INQUIRY = "inquiry"  # 询价：nothing is on the table yet
    NEGOTIATING = "negotiating"  # 洽谈中
    AGREED = "agreed"  # 达成一致
    BROKEN_OFF = "broken_off"  # 终止洽谈
    LAPSED = "lapsed"  # 逾期失效


OPEN_STATES = frozenset({NegotiationState.INQUIRY, NegotiationState.NEGOTIATING})


class Limit(StrEnum):
    """Kinds of time limit: an open demand, an open negotiation (its inquiry, then the terms on its table)."""

    DEMAND = "demand"
    TABLE = "table"


def kind_of(limit: Limit) -> str:
    """Return the kind of clock that a limit is."""
    return f"negotiation.{limit.value}"


class Sought(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a buyer looks for. scenario, industry, purposes: codes. form: a delivery form of the exchange.

    budget_fen: most that it would pay in all; 0 where it does not say.
    """

    scenario: Code
    industry: Code
    purposes: Codes
    form: Code
    budget_fen: Natural = 0


class Demand(msgspec.Struct, frozen=True):
    """A demand ticket of the exchange (供需对接)."""

    buyer: PartyId
    sought: Sought
    until: Instant
    state: DemandState = DemandState.OPEN


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one side puts on the table. unit_fen: for each of `quantity` units. valid_until: exclusive.

    expires_at: when delivery is due. text_digest: of the contract's words, which stay with the two sides.
    """

    quantity: Positive
    unit_fen: PositiveFen
    expires_at: Instant
    valid_until: Instant
    clauses: Clauses
    text_digest: Digest


class Tabled(msgspec.Struct, frozen=True):
    """Terms in their place: the same terms in another round or another negotiation have another digest."""

    negotiation: NegotiationId
    round: Positive
    by: Side
    terms: Terms


class Brokerage(msgspec.Struct, frozen=True):
    """A broker's authority for one side (经纪委托). scope: a listing, or a demand of the principal's.

    limit_fen: the lowest price of a unit that a seller's broker may speak of, the highest that a buyer's may.
    """

    principal: PartyId
    broker: PartyId
    side: Side
    scope: Code
    limit_fen: Natural
    until: Instant
    ended: bool = False


class Negotiation(msgspec.Struct, frozen=True):
    """One listing, one buyer. until: of what is open now. tabled: None while it is an inquiry.

    brokers: everyone who has spoken for a side, as `side/party`, in order; they stay after their brokerage ended.
    """

    listing: ListingId
    product: ProductId
    seller: PartyId
    buyer: PartyId
    demand: str
    until: Instant
    state: NegotiationState = NegotiationState.INQUIRY
    tabled: Tabled | None = None
    digest: str = ""
    brokers: tuple[str, ...] = ()

    def of(self, side: Side) -> PartyId:
        return self.seller if side is Side.SELLER else self.buyer

    def brokers_of(self, side: Side) -> tuple[PartyId, ...]:
        return tuple(PartyId(name.partition("/")[2]) for name in self.brokers if name.startswith(f"{side.value}/"))
