"""What can be said in negotiation. What it keeps is in `records.py`, why not in `refusals.py`."""

from __future__ import annotations

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.facts import Facts
from mumian.kernel.ids import ListingId, PartyId, ProductId
from mumian.kernel.limits import ClockChange
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.negotiation.records import (
    Brokerage,
    BrokerageId,
    Code,
    Demand,
    DemandId,
    Digest,
    Negotiation,
    NegotiationId,
    Side,
    Sought,
    Sums,
    Tabled,
    Terms,
)
from mumian.rooms.negotiation.refusals import NegotiationRefusal as NegotiationRefusal


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"negotiation.{name}", forbid_unknown_fields=True):
    pass


class PostDemand(_Command, frozen=True):
    """Post a demand ticket (供需对接): what is sought, open until `until` (exclusive). By a buyer."""

    sought: Sought
    until: Instant


class AnswerDemand(_Command, frozen=True):
    """Answer a demand with a product on the shelf that fits its form and purposes. By its seller. Facts: `ProductFacts`."""

    demand: DemandId
    product: ProductId


class CloseDemand(_Command, frozen=True):
    """Take a demand down; negotiations that came of it go on. By its buyer."""

    demand: DemandId


class AppointBroker(_Command, frozen=True):
    """Give a broker authority to speak for the actor on one side, in one listing or one demand. Facts: `BrokerFacts`.

    limit_fen: the lowest price of a unit that a seller's broker may speak of, the highest that a buyer's may.
    """

    broker: PartyId
    side: Side
    scope: Code
    limit_fen: Natural
    until: Instant


class DismissBroker(_Command, frozen=True):
    """End a brokerage. What the broker said under it stands. By its principal or the broker."""

    brokerage: BrokerageId


class OpenNegotiation(_Command, frozen=True):
    """Ask to negotiate on a listing whose price is negotiated, for one buyer. By the buyer, the seller, or a broker of theirs.

    demand: of the buyer's, that it comes of, or empty. until: when the inquiry lapses. under: the brokerage that the
    actor speaks under, or empty. Facts: `TableFacts`.
    """

    listing: ListingId
    buyer: PartyId
    until: Instant
    demand: Sums = ""
    under: Sums = ""


class CounterOffer(_Command, frozen=True):
    """Put terms on the table in the place of those that lay there: the first offer, a counter-offer, or a better one of one's own.

    By either side or its broker. Facts: `TableFacts`.
    """

    negotiation: NegotiationId
    terms: Terms
    under: Sums = ""


class AcceptTerms(_Command, frozen=True):
    """Accept what the other side put on the table, named by its digest so that both agreed to the same. Facts: `TableFacts`.

    terms_digest: SHA-256 of the canonical bytes of `Tabled`: the terms with their negotiation, round and side.
    """

    negotiation: NegotiationId
    terms_digest: Digest
    under: Sums = ""


class BreakOff(_Command, frozen=True):
    """End a negotiation without a deal. By either side or its broker."""

    negotiation: NegotiationId
    under: Sums = ""


class LapseDemand(_Command, frozen=True):
    """Let a demand lapse. By the market, when its time is over."""

    demand: DemandId


class LapseNegotiation(_Command, frozen=True):
    """Let a negotiation lapse. By the market, when the time of the inquiry or of the terms is over."""

    negotiation: NegotiationId


Command = (
    PostDemand
    | AnswerDemand
    | CloseDemand
    | AppointBroker
    | DismissBroker
    | OpenNegotiation
    | CounterOffer
    | AcceptTerms
    | BreakOff
    | LapseDemand
    | LapseNegotiation
)


class ProductSeen(msgspec.Struct, frozen=True):
    """A product as the exchange knows it. is_listed: on the shelf now."""

    seller: PartyId
    form: str
    purposes: tuple[str, ...]
    is_listed: bool


class ProductFacts(Facts, frozen=True, kw_only=True):
    """Facts of `AnswerDemand`. product: None if there is none of that id."""

    product: ProductSeen | None


class BrokerFacts(Facts, frozen=True, kw_only=True):
    """Facts of `AppointBroker`. is_broker: whether the party has the role now."""

    is_broker: bool


class ListingSeen(msgspec.Struct, frozen=True):
    """A listing as the exchange knows it. mode: of its price. state: on the shelf. purposes: of its product."""

    product: ProductId
    seller: PartyId
    mode: str
    state: str
    purposes: tuple[str, ...]

    @property
    def is_negotiable(self) -> bool:
        return self.state == "open" and self.mode == "negotiated"


class TableFacts(Facts, frozen=True, kw_only=True):
    """Facts of `OpenNegotiation`, `CounterOffer`, `AcceptTerms` and `BreakOff`.

    listing: None if there is none. is_buyer: whether the buyer has that role now. relation: parties from seller to buyer
    along declared relations, both included; empty if they are not related.
    tied: of the sides, their brokers and the actor, each pair that is one party or two related ones, either way round.
    """

    listing: ListingSeen | None
    is_buyer: bool
    relation: tuple[PartyId, ...] = ()
    tied: tuple[tuple[PartyId, PartyId], ...] = ()


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"negotiation.{name}"):
    pass


class DemandPosted(_Event, frozen=True):
    demand: DemandId
    buyer: PartyId
    sought: Sought
    until: Instant
    clocks: tuple[ClockChange, ...] = ()


class DemandAnswered(_Event, frozen=True):
    demand: DemandId
    product: ProductId
    seller: PartyId


class DemandClosed(_Event, frozen=True):
    demand: DemandId
    clocks: tuple[ClockChange, ...] = ()


class DemandLapsed(_Event, frozen=True):
    demand: DemandId


class BrokerAppointed(_Event, frozen=True):
    brokerage: BrokerageId
    principal: PartyId
    broker: PartyId
    side: Side
    scope: Code
    limit_fen: Natural
    until: Instant


class BrokerDismissed(_Event, frozen=True):
    brokerage: BrokerageId
    by: PartyId


class NegotiationOpened(_Event, frozen=True):
    """broker: of the side that opened it, or empty."""

    negotiation: NegotiationId
    listing: ListingId
    product: ProductId
    seller: PartyId
    buyer: PartyId
    demand: str
    until: Instant
    by: Side
    broker: str = ""
    clocks: tuple[ClockChange, ...] = ()


class TermsTabled(_Event, frozen=True):
    """digest: of `tabled`. broker: who spoke for the side, or empty."""

    tabled: Tabled
    digest: str
    broker: str = ""
    clocks: tuple[ClockChange, ...] = ()


class TermsAgreed(_Event, frozen=True):
    """rules: that filled a gap of the contract. consent_of: whose consent the buyer needs to operate what is developed."""

    negotiation: NegotiationId
    by: Side
    digest: str
    broker: str = ""
    rules: tuple[Code, ...] = ()
    consent_of: tuple[PartyId, ...] = ()
    clocks: tuple[ClockChange, ...] = ()


class RelatedDealFlagged(_Event, frozen=True):
    """Seller and buyer of an agreed deal are related: it may be a wash trade. relation: from seller to buyer."""

    negotiation: NegotiationId
    relation: tuple[PartyId, ...]


class NegotiationBrokenOff(_Event, frozen=True):
    negotiation: NegotiationId
    by: Side
    broker: str = ""
    clocks: tuple[ClockChange, ...] = ()


class NegotiationLapsed(_Event, frozen=True):
    negotiation: NegotiationId


Event = (
    DemandPosted
    | DemandAnswered
    | DemandClosed
    | DemandLapsed
    | BrokerAppointed
    | BrokerDismissed
    | NegotiationOpened
    | TermsTabled
    | TermsAgreed
    | RelatedDealFlagged
    | NegotiationBrokenOff
    | NegotiationLapsed
)


class Related(msgspec.Struct, frozen=True):
    """From the seller of an agreed deal to its buyer, along declared relations."""

    relation: tuple[PartyId, ...]


class State(msgspec.Struct):
    """demands, negotiations, brokerages: by id. responses: `demand/product` → its seller. flagged: negotiation → relation."""

    demands: Table[Demand]
    responses: Table[PartyId]
    negotiations: Table[Negotiation]
    brokerages: Table[Brokerage]
    flagged: Table[Related]
