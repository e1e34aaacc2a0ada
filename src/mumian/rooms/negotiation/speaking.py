"""Who speaks for which side, and may: the sides themselves, or brokers within their brokerage and on one side only."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.negotiation.model import State, TableFacts
from mumian.rooms.negotiation.records import Brokerage, BrokerageId, Negotiation, Side, Terms
from mumian.rooms.negotiation.refusals import NegotiationRefusal as R


class Voice(msgspec.Struct, frozen=True):
    """Whose word it is. broker: who said it for the side; None: the side itself."""

    side: Side
    broker: PartyId | None = None
    under: str = ""
    brokerage: Brokerage | None = None


def voice(state: State, table: Negotiation, under: str, facts: Facts) -> Voice | Refused:
    """Return for which side of `table` the actor speaks. under: the brokerage that it names, or empty."""
    if not under:
        for side in Side:
            if facts.actor == table.of(side):
                return Voice(side)
        return Refused(R.NOT_A_SIDE, {"actor": facts.actor, "seller": table.seller, "buyer": table.buyer})
    found = state.brokerages.get(under)
    if found is None:
        return Refused(R.BROKERAGE_UNKNOWN, {"brokerage": under})
    if facts.actor != found.broker:
        return Refused(R.NOT_YOUR_BROKERAGE, {"actor": facts.actor, "brokerage": under, "party": found.broker})
    if found.ended or facts.now >= found.until:
        return Refused(R.BROKERAGE_OVER, {"brokerage": under, "until": found.until, "now": facts.now})
    if table.of(found.side) != found.principal or found.scope not in (table.listing, table.demand):
        detail: Detail = {"brokerage": under, "principal": found.principal, "side": found.side.value}
        return Refused(R.OUTSIDE_BROKERAGE, {**detail, "scope": found.scope, "listing": table.listing})
    return Voice(found.side, found.broker, BrokerageId(under), found)


def refuse_both_sides(table: Negotiation, said: Voice, facts: TableFacts) -> Refused | None:
    """Return which broker of one side is, or is related to, the other side or a broker of it; None if none is."""
    tied = frozenset(facts.tied)
    for side in Side:
        for broker in _brokers(table, said, side):
            for other in (table.of(side.other), *_brokers(table, said, side.other)):
                if (broker, other) in tied:
                    return Refused(R.BROKER_ON_BOTH_SIDES, {"broker": broker, "side": side.value, "other": other})
    return None


def _brokers(table: Negotiation, said: Voice, side: Side) -> Iterator[PartyId]:
    yield from table.brokers_of(side)
    if said.side is side and said.broker is not None:
        yield said.broker


def refuse_limit(said: Voice, terms: Terms) -> Refused | None:
    """Return why the price is not the broker's to speak of, or None."""
    held = said.brokerage
    if held is None:
        return None
    sells = said.side is Side.SELLER
    if terms.unit_fen >= held.limit_fen if sells else terms.unit_fen <= held.limit_fen:
        return None
    detail: Detail = {"brokerage": said.under, "side": said.side.value, "limit_fen": held.limit_fen}
    return Refused(R.LIMIT_EXCEEDED, {**detail, "unit_fen": terms.unit_fen})
