"""Every refusal that a leaf may name is reached through the market: by a simulation, or by a short script.

Scripts lie in `reached_*.py`, a theme each; those of operation and consent beside the tests of those rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import pytest
import reached_auctions
import reached_billing
import reached_cleanroom
import reached_deals
import reached_filings
import reached_goods
import reached_money
import reached_negotiation
import reached_offices
import reached_parties
import reached_registers
import reached_revenue
import reached_services
import reached_settlement
import test_bodies_sharing
import test_operating
import test_persons
import test_property_lives
import test_registering_public
from bare import Bare
from stage import Stage
from test_simulator import SMALL_SEEDS, TOWNS, large, small

from mumian.journal.sqlite import SqliteStore
from mumian.kernel.ids import OPERATOR
from mumian.kernel.time import start_of
from mumian.market.envelope import Envelope
from mumian.market.leaf import Leaf
from mumian.market.pulse import tick
from mumian.market.refusals import REFUSALS
from mumian.market.rooms import States
from mumian.market.step import step
from mumian.rooms.oversight.model import AdoptRulebook

UNREACHABLE = {
    "parties.OPERATOR_ADMITTED": "only opening the market admits the exchange, and a market is opened once",
    "cleanroom.CHARGE_TOO_LARGE": "an order costs no more than an account holds, and calls beyond it cost nothing",
    "settlement.BOOKS_OUT_OF_BALANCE": "the law `ledger.debits_equal_credits` stops the market before",
    "settlement.RESERVE_UNKNOWN": "a clawback that takes all of a reserve stops its clock",
    "rights.ALREADY_ENTERED": "an agreement on operation comes into force once, with its second signature",
    "rights.NOT_THE_HOLDER": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "rights.RIGHT_OUTSIDE": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "rights.PURPOSE_OUTSIDE": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "rights.TERRITORY_OUTSIDE": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "rights.FIELD_OUTSIDE": "a reason within `cleanroom.CHAIN_BROKEN`, no leaf's own refusal",
    "contracts.ORDER_BOUND": "the exchange binds no agreement twice: `exchange.AGREEMENT_TAKEN` comes first",
    "exchange.PRICE_POSTED": "what was found in a negotiation or auction is ordered on a listing that still asks for it",
    "cleanroom.NO_SOURCE": "the exchange registers no product without a source",
    "revenue.DISTRIBUTED_ALREADY": "orders settle once, bills are numbered: no sale is shared out twice",
    "property_register.NAME_LENGTH": "the catalog takes no longer title than every carried rulebook lets be registered",
    "property_register.SUMMARY_LENGTH": "the catalog takes no longer summary than every carried rulebook lets be registered",
    "public_register.SERIALS_USED_UP": "takes a million registrations in one month; a test of the room plants the last",
    "consent.SENSITIVE_UNDECLARED": "a reason within `NOT_LAWFUL` of clean room and exchange, no leaf's own refusal",
    "consent.NO_CONSENT": "a reason within `NOT_LAWFUL` of clean room and exchange, no leaf's own refusal",
    "consent.SEPARATE_CONSENT_MISSING": "a reason within `NOT_LAWFUL` of clean room and exchange, no leaf's own refusal",
    "negotiation.TERMS_EXPIRED": "the clock lets a negotiation lapse before anybody can accept what is over",
    "operation.OPERATOR_IS_MERCHANT": "the room of parties gives nobody both roles",
}
"""Guards that hold a room to its word even if another room failed, and answers that are no leaf's."""

Says = tuple[str, Any]


class Way(NamedTuple):
    """How a refusal is reached: a market is made, the script plays in it and returns what is to be refused."""

    refusal: str
    market: Callable[[], Any]
    script: Callable[[Any], Says]


def before(day: str, market: Callable[[int], Any] = Bare) -> Callable[[], Any]:
    return lambda: market(start_of(date.fromisoformat(day)))


def ways(market: Callable[[], Any], *tables: Mapping[str, Callable[[Any], Says]]) -> Iterator[Way]:
    for table in tables:
        yield from (Way(refusal, market, script) for refusal, script in table.items())


WAYS = (
    *ways(Stage, reached_billing.STAGED),
    *ways(lambda: Stage("2026.3"), reached_billing.BEFORE_BILLING),
    *ways(Stage, reached_parties.STAGED, reached_goods.STAGED, reached_money.STAGED, reached_cleanroom.STAGED),
    *ways(Stage, reached_deals.STAGED, reached_revenue.STAGED, reached_settlement.STAGED, reached_auctions.STAGED),
    *ways(lambda: Stage("2026.3"), reached_deals.BEFORE_INSPECTION, reached_money.BEFORE_INSPECTION),
    *ways(Stage, reached_negotiation.STAGED),
    *ways(lambda: Stage("2026.2"), reached_cleanroom.BEFORE_REVIEWS),
    *ways(test_persons.City, reached_parties.AMONG_PERSONS),
    *ways(test_property_lives.Agency, reached_registers.PROPERTY),
    *ways(lambda: test_property_lives.Agency("2026-06-30"), reached_registers.PROPERTY_EARLIER),
    *ways(test_registering_public.Town, reached_registers.PUBLIC),
    *ways(reached_offices.Firms, reached_offices.COMPANIES),
    *ways(test_bodies_sharing.Town, reached_offices.SHARING),
    *ways(test_operating.City, reached_offices.OPERATION),
    *ways(before("2023-12-30"), reached_goods.EARLIER, reached_offices.EARLIER),
    *ways(Bare, reached_offices.ANY_DAY),
    *ways(reached_services.Services, reached_services.STAGED),
    *ways(Stage, reached_filings.STAGED),
    *ways(lambda: Stage("2026.3"), reached_filings.BEFORE),
    *ways(lambda: reached_services.Services("2026.3"), reached_services.BEFORE),
)

ELSEWHERE = {
    *(f"operation.{refusal}" for refusal, _ in test_operating.REACHED),
    *(refusal for refusal, _ in test_persons.SCRIPTS),
    *(refusal for refusal, _, _ in test_persons.EARLIER),
    "envelope.MARKET_NOT_OPEN",
    "clocks.NOTHING_DUE",
}
"""Reached by scripts beside the tests of their rooms, and by the two tests below."""


@pytest.mark.parametrize("way", WAYS, ids=[way.refusal for way in WAYS])
def test_a_short_script_reaches_the_refusal(way: Way) -> None:
    market = way.market()
    actor, command = way.script(market)
    leaf: Leaf = market.ask(actor, command)
    assert (leaf.refused, leaf.events) == (way.refusal, ())


@pytest.mark.parametrize("seq", [0, 1])
def test_nobody_is_heard_before_the_market_is_open(seq: int) -> None:
    envelope = Envelope("too-early", OPERATOR, AdoptRulebook("rules", "0" * 64))
    leaf = step(States(SqliteStore(":memory:")), envelope, seq=seq, at=0, by="door:test")
    assert leaf.refused == "envelope.MARKET_NOT_OPEN"


def test_a_clock_that_beats_before_anything_is_over_changes_nothing() -> None:
    market = Bare()
    beat = tick(len(market.leaves))
    leaf = step(market.states, beat.envelope, seq=len(market.leaves), at=market.now, by=beat.by)
    assert (leaf.refused, leaf.events) == ("clocks.NOTHING_DUE", ())


def walked() -> frozenset[str]:
    """Refusals that random walks alone have met."""
    return frozenset().union(*(large(town).refusals for town in TOWNS), *(small(seed).refusals for seed in SMALL_SEEDS))


def test_every_refusal_is_reached_through_the_market_or_known_never_to_be() -> None:
    reached = walked() | {way.refusal for way in WAYS} | ELSEWHERE
    assert reached.isdisjoint(UNREACHABLE)
    assert sorted(set(REFUSALS) - reached - set(UNREACHABLE)) == []
    assert sorted((reached | set(UNREACHABLE)) - set(REFUSALS)) == []
    assert len(UNREACHABLE) == 22


def test_a_random_walk_alone_reaches_more_than_six_refusals_in_seven_that_can_be() -> None:
    met = frozenset().union(*(large(town).refusals for town in TOWNS))
    assert 7 * len(met) > 6 * (len(REFUSALS) - len(UNREACHABLE))
