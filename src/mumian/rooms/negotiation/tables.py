"""What is allowed in one negotiation: open it, put terms on its table, accept them, break off."""

from __future__ import annotations

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import ClockChange, Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import Instant
from mumian.policy.contract import others
from mumian.rooms.negotiation.demands import not_yours, open_demand, refuse_until
from mumian.rooms.negotiation.model import (
    AcceptTerms,
    BreakOff,
    CounterOffer,
    Event,
    LapseNegotiation,
    ListingSeen,
    NegotiationBrokenOff,
    NegotiationLapsed,
    NegotiationOpened,
    OpenNegotiation,
    RelatedDealFlagged,
    State,
    TableFacts,
    TermsAgreed,
    TermsTabled,
)
from mumian.rooms.negotiation.records import (
    OPEN_MS_MAX,
    OPEN_STATES,
    Limit,
    Negotiation,
    NegotiationId,
    Side,
    Tabled,
    Terms,
    kind_of,
)
from mumian.rooms.negotiation.refusals import NegotiationRefusal as R
from mumian.rooms.negotiation.speaking import Voice, refuse_both_sides, refuse_limit, voice

UNSETTLED = ("S29-FUSION", "S1-21-R5b")
"""Rules that say who operates fused data where the contract does not."""


def open_(state: State, command: OpenNegotiation, facts: TableFacts) -> list[Event] | Refused:
    refused = _refuse_demand(state, command, facts)
    if refused is not None:
        return refused
    listing = _negotiable(command.listing, facts.listing)
    if isinstance(listing, Refused):
        return listing
    key = NegotiationId(new_id("negotiation", facts.seq))
    sides = (listing.seller, command.buyer)
    table = Negotiation(command.listing, listing.product, *sides, command.demand, command.until)
    said = _heard(state, table, command.under, facts)
    if isinstance(said, Refused):
        return said
    refused = refuse_until(command.until, facts)
    if refused is not None:
        return refused
    clocks = _running(key, command.until, table, said.side.other)
    opened = (command.listing, listing.product, *sides, command.demand, command.until)
    return [NegotiationOpened(key, *opened, said.side, said.broker or "", clocks)]


def _refuse_demand(state: State, command: OpenNegotiation, facts: Facts) -> Refused | None:
    if not command.demand:
        return None
    demand = open_demand(state, command.demand)
    if isinstance(demand, Refused):
        return demand
    return not_yours(command.demand, demand, facts) if demand.buyer != command.buyer else None


def _negotiable(key: str, listing: ListingSeen | None) -> ListingSeen | Refused:
    if listing is None:
        return Refused(R.LISTING_UNKNOWN, {"listing": key})
    if not listing.is_negotiable:
        return Refused(R.NOT_NEGOTIABLE, {"listing": key, "state": listing.state, "mode": listing.mode})
    return listing


def _heard(state: State, table: Negotiation, under: str, facts: TableFacts) -> Voice | Refused:
    """Return for which side the actor speaks, where the two may deal with each other by whom they have sent."""
    said = voice(state, table, under, facts)
    if isinstance(said, Refused):
        return said
    if table.buyer == table.seller:
        return Refused(R.SAME_PARTY, {"buyer": table.buyer, "listing": table.listing})
    if not facts.is_buyer:
        return Refused(R.NOT_A_BUYER, {"party": table.buyer})
    return refuse_both_sides(table, said, facts) or said


def _open(state: State, key: NegotiationId) -> Negotiation | Refused:
    table = state.negotiations.get(key)
    if table is None:
        return Refused(R.NEGOTIATION_UNKNOWN, {"negotiation": key})
    if table.state not in OPEN_STATES:
        return Refused(R.NEGOTIATION_CLOSED, {"negotiation": key, "state": table.state.value})
    return table


def _met(state: State, key: NegotiationId, under: str, facts: TableFacts) -> tuple[Negotiation, Voice] | Refused:
    """Return an open negotiation and who speaks in it now, its listing still being one to negotiate on."""
    table = state.negotiations.get(key)
    if table is None:
        return Refused(R.NEGOTIATION_UNKNOWN, {"negotiation": key})
    listing = _negotiable(table.listing, facts.listing)
    if isinstance(listing, Refused):
        return listing
    said = _heard(state, table, under, facts)
    if isinstance(said, Refused):
        return said
    opened = _open(state, key)
    return opened if isinstance(opened, Refused) else (table, said)


def counter(state: State, command: CounterOffer, facts: TableFacts) -> list[Event] | Refused:
    met = _met(state, command.negotiation, command.under, facts)
    if isinstance(met, Refused):
        return met
    table, said = met
    terms = command.terms
    refused = _refuse_terms(terms, table, facts) or refuse_limit(said, terms)
    if refused is not None:
        return refused
    last = table.tabled.round if table.tabled else 0
    tabled = Tabled(command.negotiation, last + 1, said.side, terms)
    clocks = _running(command.negotiation, terms.valid_until, table, said.side.other)
    return [TermsTabled(tabled, digest(tabled), said.broker or "", clocks)]


def _refuse_terms(terms: Terms, table: Negotiation, facts: TableFacts) -> Refused | None:
    refused = refuse_until(terms.valid_until, facts)
    if refused is not None:
        return refused
    latest = facts.now + OPEN_MS_MAX
    if not terms.valid_until < terms.expires_at <= latest:
        detail: Detail = {"expires_at": terms.expires_at, "valid_until": terms.valid_until}
        return Refused(R.DELIVERY_OUT_OF_RANGE, {**detail, "latest": latest})
    allowed = facts.listing.purposes if facts.listing else ()
    for purpose in terms.clauses.purposes:
        if purpose not in allowed:
            named = ", ".join(f"`{one}`" for one in allowed)
            return Refused(R.PURPOSE_OUTSIDE, {"purpose": purpose, "product": table.product, "allowed": named})
    return None


def accept(state: State, command: AcceptTerms, facts: TableFacts) -> list[Event] | Refused:
    met = _met(state, command.negotiation, command.under, facts)
    if isinstance(met, Refused):
        return met
    table, said = met
    tabled = table.tabled
    if tabled is None:
        return Refused(R.NOTHING_TABLED, {"negotiation": command.negotiation})
    refused = _refuse_acceptance(command, table, tabled, said, facts)
    return refused or _agreed(command, table, tabled.terms, said, facts)


def _refuse_acceptance(
    command: AcceptTerms, table: Negotiation, tabled: Tabled, said: Voice, facts: Facts
) -> Refused | None:
    if tabled.by is said.side:
        return Refused(R.OWN_TERMS, {"negotiation": command.negotiation, "side": said.side.value})
    if command.terms_digest != table.digest:
        detail: Detail = {"negotiation": command.negotiation, "accepted": command.terms_digest}
        return Refused(R.TERMS_REPLACED, {**detail, "tabled": table.digest})
    if facts.now >= table.until:
        detail = {"negotiation": command.negotiation, "valid_until": table.until}
        return Refused(R.TERMS_EXPIRED, {**detail, "now": facts.now})
    return refuse_limit(said, tabled.terms)


def _agreed(command: AcceptTerms, table: Negotiation, terms: Terms, said: Voice, facts: TableFacts) -> list[Event]:
    key = command.negotiation
    open_clause = terms.clauses.operates_by_consent
    rules = UNSETTLED if open_clause else ()
    consent_of = others(terms.clauses, table.seller) if open_clause else ()
    events: list[Event] = [
        TermsAgreed(key, said.side, table.digest, said.broker or "", rules, consent_of, (_stopped(key),))
    ]
    if facts.relation:
        events.append(RelatedDealFlagged(key, facts.relation))
    return events


def break_off(state: State, command: BreakOff, facts: Facts) -> list[Event] | Refused:
    table = state.negotiations.get(command.negotiation)
    if table is None:
        return Refused(R.NEGOTIATION_UNKNOWN, {"negotiation": command.negotiation})
    said = voice(state, table, command.under, facts)
    if isinstance(said, Refused):
        return said
    opened = _open(state, command.negotiation)
    if isinstance(opened, Refused):
        return opened
    if said.broker is not None:  # a side itself may always walk away
        assert isinstance(facts, TableFacts)
        refused = refuse_both_sides(table, said, facts)
        if refused is not None:
            return refused
    return [NegotiationBrokenOff(command.negotiation, said.side, said.broker or "", (_stopped(command.negotiation),))]


def lapse(state: State, command: LapseNegotiation, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.MARKET_ONLY, {"actor": facts.actor, "about": command.negotiation})
    table = _open(state, command.negotiation)
    return table if isinstance(table, Refused) else [NegotiationLapsed(command.negotiation)]


def _running(key: NegotiationId, until: Instant, table: Negotiation, waiting: Side) -> tuple[ClockChange, ...]:
    return (Start(key, kind_of(Limit.TABLE), Unit.INSTANT, until, owner=table.of(waiting)),)


def _stopped(key: NegotiationId) -> ClockChange:
    return Stop(key, kind_of(Limit.TABLE))
