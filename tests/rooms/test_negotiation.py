"""Decision table of negotiation: one line a case."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, ListingId, PartyId, ProductId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS
from mumian.policy.contract import Clauses, ContractModel, Ownership
from mumian.rooms.negotiation import views
from mumian.rooms.negotiation.decide import decide
from mumian.rooms.negotiation.evolve import evolve
from mumian.rooms.negotiation.laws import LAWS
from mumian.rooms.negotiation.model import (
    AcceptTerms,
    AnswerDemand,
    AppointBroker,
    BreakOff,
    BrokerFacts,
    CloseDemand,
    Command,
    CounterOffer,
    DismissBroker,
    LapseDemand,
    LapseNegotiation,
    ListingSeen,
    OpenNegotiation,
    PostDemand,
    ProductFacts,
    ProductSeen,
    Related,
    RelatedDealFlagged,
    State,
    TableFacts,
    TermsAgreed,
)
from mumian.rooms.negotiation.model import NegotiationRefusal as R
from mumian.rooms.negotiation.records import (
    BrokerageId,
    DemandId,
    DemandState,
    Negotiation,
    NegotiationId,
    NegotiationState,
    Side,
    Sought,
    Tabled,
    Terms,
)

NOW = 1_000
SELLER, BUYER, AGENT, OTHER = PartyId("seller"), PartyId("buyer"), PartyId("agent"), PartyId("other")
LISTING, PRODUCT = ListingId("listing-3"), ProductId("product-2")
DEMAND, GONE = DemandId("demand-1"), DemandId("demand-2")
TABLE, ASKED, CLOSED = NegotiationId("negotiation-5"), NegotiationId("negotiation-6"), NegotiationId("negotiation-7")
SELLS, BUYS, ENDED = BrokerageId("brokerage-8"), BrokerageId("brokerage-9"), BrokerageId("brokerage-10")
CLAUSES = Clauses(ContractModel.FUSION, ("insurance-risk",), "CN", NOW + 300 * DAY_MS)
TERMS = Terms(2, 500, NOW + 20 * DAY_MS, NOW + DAY_MS, CLAUSES, "5f" * 32)
SEEN = ListingSeen(PRODUCT, SELLER, "negotiated", "open", ("insurance-risk",))
FIT = ProductSeen(SELLER, "sandbox", ("insurance-risk",), True)
SOUGHT = Sought("FIN-01", "J68", ("insurance-risk",), "sandbox", 2_000)


def by(actor: str, *roles: Role, now: int = NOW) -> Facts:
    return Facts(seq=20, now=now, actor=PartyId(actor), roles=frozenset(roles))


def at(actor: str, **known: Any) -> TableFacts:
    return TableFacts(**{"seq": 20, "now": NOW, "actor": PartyId(actor), "listing": SEEN, "is_buyer": True, **known})


def of(actor: str, product: ProductSeen | None = FIT) -> ProductFacts:
    return ProductFacts(seq=20, now=NOW, actor=PartyId(actor), product=product)


def sending(actor: str, *, is_broker: bool = True) -> BrokerFacts:
    return BrokerFacts(seq=20, now=NOW, actor=PartyId(actor), is_broker=is_broker)


def said(state: State, command: Command, facts: Facts) -> list[Any]:
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events
    for event in events:
        evolve(state, event)
    return events


def numbered(facts: Any, seq: int) -> Any:
    return replace(facts, seq=seq)


def a_state() -> State:
    """An open and a closed demand; a table with the seller's terms, an inquiry, a closed one; brokers of both sides."""
    state = State(DictTable(), DictTable(), DictTable(), DictTable(), DictTable())
    until = NOW + 30 * DAY_MS
    for seq in (1, 2):
        said(state, PostDemand(SOUGHT, until), numbered(by(BUYER, Role.BUYER), seq))
    said(state, CloseDemand(GONE), by(BUYER))
    for seq in (5, 6, 7):
        said(state, OpenNegotiation(LISTING, BUYER, until), numbered(at(BUYER), seq))
    said(state, CounterOffer(TABLE, TERMS), at(SELLER))
    said(state, BreakOff(CLOSED), by(SELLER))
    said(state, AppointBroker(AGENT, Side.SELLER, LISTING, 400, until), numbered(sending(SELLER), 8))
    said(state, AppointBroker(AGENT, Side.BUYER, DEMAND, 600, until), numbered(sending(BUYER), 9))
    said(state, AppointBroker(AGENT, Side.BUYER, LISTING, 400, until), numbered(sending(BUYER), 10))
    said(state, AppointBroker(AGENT, Side.BUYER, LISTING, 400, until), numbered(sending(BUYER), 11))
    said(state, DismissBroker(ENDED), by(BUYER))
    said(state, AnswerDemand(DEMAND, ProductId("product-9")), of(SELLER))
    return state


LOW = BrokerageId("brokerage-11")
TABLED = digest(Tabled(TABLE, 1, Side.SELLER, TERMS))
ACCEPT = AcceptTerms(TABLE, TABLED)
LATER = NOW + 20 * DAY_MS
OPEN = OpenNegotiation(LISTING, BUYER, NOW + DAY_MS)
PUBLIC = replace(SEEN, mode="gov_cap")
SAME = ((AGENT, BUYER), (BUYER, AGENT))

REFUSALS: list[tuple[Command, Facts, R]] = [
    (LapseDemand(DEMAND), by(BUYER), R.MARKET_ONLY),
    (LapseNegotiation(TABLE), by(BUYER), R.MARKET_ONLY),
    (AnswerDemand(DemandId("demand-99"), PRODUCT), of(SELLER), R.DEMAND_UNKNOWN),
    (CloseDemand(DemandId("demand-99")), by(BUYER), R.DEMAND_UNKNOWN),
    (CloseDemand(DEMAND), by(OTHER), R.NOT_YOUR_DEMAND),
    (replace(OPEN, buyer=OTHER, demand=DEMAND), at(OTHER), R.NOT_YOUR_DEMAND),
    (CloseDemand(GONE), by(BUYER), R.DEMAND_CLOSED),
    (LapseDemand(GONE), by(MARKET), R.DEMAND_CLOSED),
    (AnswerDemand(GONE, PRODUCT), of(SELLER), R.DEMAND_CLOSED),
    (replace(OPEN, demand=GONE), at(BUYER), R.DEMAND_CLOSED),
    (OPEN, at(BUYER, listing=None), R.LISTING_UNKNOWN),
    (AnswerDemand(DEMAND, PRODUCT), of(SELLER, None), R.PRODUCT_NOT_LISTED),
    (AnswerDemand(DEMAND, PRODUCT), of(SELLER, replace(FIT, is_listed=False)), R.PRODUCT_NOT_LISTED),
    (AnswerDemand(DEMAND, PRODUCT), of(OTHER), R.NOT_THE_SELLER),
    (OPEN, at(BUYER, listing=PUBLIC), R.NOT_NEGOTIABLE),
    (ACCEPT, at(BUYER, listing=replace(SEEN, state="suspended")), R.NOT_NEGOTIABLE),
    (CounterOffer(NegotiationId("negotiation-99"), TERMS), at(BUYER), R.NEGOTIATION_UNKNOWN),
    (BreakOff(NegotiationId("negotiation-99")), by(BUYER), R.NEGOTIATION_UNKNOWN),
    (LapseNegotiation(NegotiationId("negotiation-99")), by(MARKET), R.NEGOTIATION_UNKNOWN),
    (BreakOff(TABLE, "brokerage-99"), by(AGENT), R.BROKERAGE_UNKNOWN),
    (DismissBroker(BrokerageId("brokerage-99")), by(BUYER), R.BROKERAGE_UNKNOWN),
    (BreakOff(TABLE, SELLS), by(OTHER), R.NOT_YOUR_BROKERAGE),
    (DismissBroker(SELLS), by(BUYER), R.NOT_YOUR_BROKERAGE),
    (BreakOff(TABLE, ENDED), by(AGENT), R.BROKERAGE_OVER),
    (BreakOff(TABLE, SELLS), by(AGENT, now=NOW + 30 * DAY_MS), R.BROKERAGE_OVER),
    (DismissBroker(ENDED), by(BUYER), R.BROKERAGE_OVER),
    (BreakOff(TABLE, BUYS), by(AGENT), R.OUTSIDE_BROKERAGE),
    (BreakOff(TABLE), by(AGENT), R.NOT_A_SIDE),
    (OPEN, at(OTHER), R.NOT_A_SIDE),
    (replace(OPEN, buyer=SELLER), at(SELLER), R.SAME_PARTY),
    (AnswerDemand(DEMAND, PRODUCT), of(BUYER, replace(FIT, seller=BUYER)), R.SAME_PARTY),
    (PostDemand(SOUGHT, NOW + 1), by(SELLER), R.NOT_A_BUYER),
    (ACCEPT, at(BUYER, is_buyer=False), R.NOT_A_BUYER),
    (CounterOffer(TABLE, TERMS, SELLS), at(AGENT, tied=SAME), R.BROKER_ON_BOTH_SIDES),
    (CounterOffer(CLOSED, TERMS), at(BUYER), R.NEGOTIATION_CLOSED),
    (BreakOff(CLOSED), by(BUYER), R.NEGOTIATION_CLOSED),
    (LapseNegotiation(CLOSED), by(MARKET), R.NEGOTIATION_CLOSED),
    (AcceptTerms(ASKED, TABLED), at(BUYER), R.NOTHING_TABLED),
    (ACCEPT, at(SELLER), R.OWN_TERMS),
    (AcceptTerms(TABLE, "00" * 32), at(BUYER), R.TERMS_REPLACED),
    (ACCEPT, at(BUYER, now=NOW + DAY_MS), R.TERMS_EXPIRED),
    (PostDemand(SOUGHT, NOW), by(BUYER, Role.BUYER), R.UNTIL_OUT_OF_RANGE),
    (replace(OPEN, until=NOW + 400 * DAY_MS), at(BUYER), R.UNTIL_OUT_OF_RANGE),
    (CounterOffer(TABLE, replace(TERMS, valid_until=NOW)), at(BUYER), R.UNTIL_OUT_OF_RANGE),
    (CounterOffer(TABLE, replace(TERMS, expires_at=NOW + DAY_MS)), at(BUYER), R.DELIVERY_OUT_OF_RANGE),
    (CounterOffer(TABLE, replace(TERMS, clauses=replace(CLAUSES, purposes=("ads",)))), at(BUYER), R.PURPOSE_OUTSIDE),
    (CounterOffer(TABLE, replace(TERMS, unit_fen=399), SELLS), at(AGENT), R.LIMIT_EXCEEDED),
    (replace(ACCEPT, under=LOW), at(AGENT), R.LIMIT_EXCEEDED),
    (AnswerDemand(DEMAND, PRODUCT), of(SELLER, replace(FIT, form="file")), R.RESPONSE_UNFIT),
    (AnswerDemand(DEMAND, PRODUCT), of(SELLER, replace(FIT, purposes=())), R.RESPONSE_UNFIT),
    (AnswerDemand(DEMAND, ProductId("product-9")), of(SELLER), R.RESPONDED_ALREADY),
    (AppointBroker(AGENT, Side.BUYER, LISTING, 1, LATER), sending(BUYER, is_broker=False), R.NOT_A_BROKER),
    (AppointBroker(BUYER, Side.BUYER, LISTING, 1, LATER), sending(BUYER), R.SELF_APPOINTED),
]


@pytest.mark.parametrize(("command", "facts", "refusal"), REFUSALS)
def test_negotiation_refuses_by_name(command: Command, facts: Facts, refusal: R) -> None:
    outcome = decide(a_state(), command, facts)
    assert isinstance(outcome, Refused)
    assert outcome.refusal is refusal
    assert outcome.say("en")
    assert outcome.say("zh")


def test_every_refusal_of_negotiation_has_a_case() -> None:
    assert {case[-1] for case in REFUSALS} == set(R)


def test_a_state_keeps_every_law() -> None:
    assert [place for law in LAWS for place in law(a_state())] == []


def test_the_other_side_accepts_what_lies_on_the_table() -> None:
    state = a_state()
    (agreed,) = said(state, ACCEPT, at(BUYER))
    assert state.negotiations[TABLE].state is NegotiationState.AGREED
    assert (agreed.by, agreed.digest) == (Side.BUYER, TABLED)


def test_a_counter_offer_takes_the_place_of_what_was_offered() -> None:
    state = a_state()
    said(state, CounterOffer(TABLE, replace(TERMS, unit_fen=450)), at(BUYER))
    old = decide(state, ACCEPT, at(SELLER))
    assert isinstance(old, Refused)
    assert old.refusal is R.TERMS_REPLACED
    said(state, AcceptTerms(TABLE, state.negotiations[TABLE].digest), at(SELLER))


def test_the_same_terms_in_a_later_round_have_another_digest() -> None:
    state = a_state()
    said(state, CounterOffer(TABLE, TERMS), at(SELLER))
    assert state.negotiations[TABLE].digest != TABLED


def test_a_broker_within_its_brokerage_speaks_for_its_principal() -> None:
    state = a_state()
    said(state, CounterOffer(TABLE, replace(TERMS, unit_fen=400), SELLS), at(AGENT))
    table = state.negotiations[TABLE]
    assert table.tabled is not None
    assert (table.tabled.by, table.brokers) == (Side.SELLER, ("seller/agent",))


def test_a_broker_dismissed_by_one_side_does_not_speak_for_the_other() -> None:
    state = a_state()
    said(state, CounterOffer(TABLE, TERMS, SELLS), at(AGENT))
    said(state, DismissBroker(SELLS), by(SELLER))
    found = decide(state, BreakOff(TABLE, SELLS), by(AGENT))
    assert isinstance(found, Refused)
    again = decide(state, CounterOffer(TABLE, replace(TERMS, unit_fen=300), LOW), at(AGENT, tied=((AGENT, AGENT),)))
    assert isinstance(again, Refused)
    assert again.refusal is R.BROKER_ON_BOTH_SIDES


@pytest.mark.parametrize(
    ("ownership", "rules"), [(None, ("S29-FUSION", "S1-21-R5b")), (Ownership.EACH, ()), (Ownership.BUYER, ())]
)
def test_a_joint_development_that_says_nothing_of_ownership_takes_everybodys_consent(
    ownership: Ownership | None, rules: tuple[str, ...]
) -> None:
    state = a_state()
    clauses = replace(CLAUSES, ownership=ownership, participants=(OTHER, SELLER))
    said(state, CounterOffer(TABLE, replace(TERMS, clauses=clauses)), at(SELLER))
    (agreed,) = said(state, AcceptTerms(TABLE, state.negotiations[TABLE].digest), at(BUYER))
    assert isinstance(agreed, TermsAgreed)
    assert agreed.rules == rules
    assert agreed.consent_of == ((SELLER, OTHER) if rules else ())


def test_a_deal_between_related_parties_is_flagged_and_not_refused() -> None:
    state = a_state()
    events = said(state, ACCEPT, at(BUYER, relation=(SELLER, OTHER, BUYER)))
    assert events[1:] == [RelatedDealFlagged(TABLE, (SELLER, OTHER, BUYER))]
    assert list(views.related_deals(state)) == [(TABLE, (SELLER, OTHER, BUYER))]
    assert [place for law in LAWS for place in law(state)] == []


def test_time_lets_a_demand_and_a_negotiation_lapse() -> None:
    state = a_state()
    said(state, LapseDemand(DEMAND), by(MARKET))
    said(state, LapseNegotiation(TABLE), by(MARKET))
    assert state.demands[DEMAND].state is DemandState.LAPSED
    assert views.negotiation(state, TABLE).state is NegotiationState.LAPSED  # type: ignore[union-attr]


def test_views_name_responses_and_the_contract_in_words() -> None:
    state = a_state()
    assert list(views.responses_to(state, DEMAND)) == [(ProductId("product-9"), SELLER)]
    assert views.contract_text(state, ASKED, "en") is None
    text = views.contract_text(state, TABLE, "en")
    assert text is not None
    assert "500 fen a unit, 1000 fen in all" in text


def test_the_laws_of_negotiation_see_what_must_not_be() -> None:
    state = a_state()
    table = state.negotiations[TABLE]
    state.negotiations[TABLE] = replace(table, digest="0", brokers=("seller/agent", "buyer/agent"))
    state.negotiations[ASKED] = replace(state.negotiations[ASKED], state=NegotiationState.AGREED, buyer=SELLER)
    state.negotiations[NegotiationId("negotiation-30")] = replace(table, state=NegotiationState.INQUIRY)
    state.responses["demand-99/product-1"] = SELLER
    state.flagged[ASKED] = Related((OTHER, BUYER))
    state.flagged[CLOSED] = Related((SELLER, BUYER))
    assert [len(list(law(state))) for law in LAWS] == [2, 2, 3, 1, 2]
    assert isinstance(state.negotiations[TABLE], Negotiation)
