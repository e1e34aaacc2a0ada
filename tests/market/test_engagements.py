"""The service market and the ledger: a fee is held while an engagement is open, and paid or returned with its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from reached_services import FEE_FEN, Services

from mumian.kernel.ids import OPERATOR
from mumian.kernel.time import DAY_MS
from mumian.market.reactions.money import hold_of
from mumian.market.served import LAWS, the_fee_of_an_engagement_is_held_exactly_while_it_is_open
from mumian.market.trial import EVIDENCE
from mumian.rooms.ledger import model as ledger
from mumian.rooms.services import model as services
from mumian.rooms.services.vocabulary import (
    ContestReason,
    DeclineReason,
    EngagementId,
    EngagementState,
    Outcome,
    QualificationMove,
    Verdict,
)


@pytest.fixture
def market() -> Services:
    return Services()


def cash_fen(s: Services, party: str) -> int:
    return int(s.states.ledger.accounts[s.states.ledger.by_owner[f"{party}/cash"]].available_fen)


def state_of(s: Services, key: EngagementId) -> EngagementState:
    found: EngagementState = s.states.services.engagements[key].state
    return found


def contested(s: Services) -> EngagementId:
    key = s.delivered()
    s.say(s.world.insurer, services.ContestOpinion(key, ContestReason.UNFOUNDED, EVIDENCE))
    return key


def test_a_fee_is_held_from_the_request_and_paid_with_the_acceptance(market: Services) -> None:
    before_fen = cash_fen(market, market.world.insurer)
    key = market.delivered()
    assert (cash_fen(market, market.world.insurer), cash_fen(market, market.firm)) == (before_fen - FEE_FEN, 0)
    market.say(market.world.insurer, services.AcceptOpinion(key))
    assert (cash_fen(market, market.world.insurer), cash_fen(market, market.firm)) == (before_fen - FEE_FEN, FEE_FEN)
    assert hold_of(key) not in market.states.ledger.held


ENDS: list[tuple[Callable[[Services], EngagementId], Callable[[Services, EngagementId], tuple[str, Any]]]] = [
    (Services.engaged, lambda s, key: (s.firm, services.DeclineEngagement(key, DeclineReason.CAPACITY))),
    (Services.engaged, lambda s, key: (s.world.insurer, services.WithdrawEngagement(key))),
    (contested, lambda _, key: (OPERATOR, services.RuleOnContest(key, Outcome.REFUND))),
    (contested, lambda s, key: (s.firm, services.RuleOnContest(key, Outcome.REFUND))),
]


@pytest.mark.parametrize(("life", "ending"), ENDS)
def test_a_fee_returns_with_every_other_end(market: Services, life: Any, ending: Any) -> None:
    before_fen = cash_fen(market, market.world.insurer)
    key = life(market)
    market.say(*ending(market, key))
    assert (cash_fen(market, market.world.insurer), cash_fen(market, market.firm)) == (before_fen, 0)


@pytest.mark.parametrize(
    ("life", "state", "paid_fen"),
    [
        (Services.engaged, EngagementState.LAPSED, 0),
        (Services.accepted, EngagementState.LAPSED, 0),
        (Services.delivered, EngagementState.SETTLED, FEE_FEN),
        (contested, EngagementState.CONTESTED, 0),
    ],
)
def test_time_ends_what_nobody_does_however_late_the_clock(
    market: Services, life: Any, state: EngagementState, paid_fen: int
) -> None:
    key = life(market)
    market.wait(market.now + 1_100 * DAY_MS)
    assert (state_of(market, key), cash_fen(market, market.firm)) == (state, paid_fen)
    assert market.states.services.engagements[key].is_escalated is (life is contested)
    assert [place for law in LAWS for place in law(market.states, market.now)] == []


def test_a_provider_that_becomes_related_may_not_deliver_and_its_fee_returns(market: Services) -> None:
    before_fen, key = cash_fen(market, market.world.insurer), market.accepted()
    market.relate(market.world.owners[0])
    opinion = services.DeliverOpinion(key, EVIDENCE, Verdict.UNQUALIFIED, market.now + DAY_MS)
    leaf = market.ask(market.firm, opinion)
    assert leaf.refused == "services.CONFLICT_OF_INTEREST"
    assert (leaf.detail["party"], leaf.detail["interest"]) == (market.world.owners[0], "holder")
    market.wait(market.now + 31 * DAY_MS)
    assert (state_of(market, key), cash_fen(market, market.world.insurer)) == (EngagementState.LAPSED, before_fen)


def test_who_developed_the_product_or_holds_its_sources_may_not_judge_it(market: Services) -> None:
    for interested in (market.world.merchant, *market.world.owners):
        asked = market.asking(provider=interested)
        assert market.ask(market.world.insurer, asked).refused == "services.NOT_QUALIFIED"
    market.relate(market.world.owners[1])
    refused = [
        market.ask(market.world.insurer, market.asking(subject=subject)).refused
        for subject in (market.world.report, market.world.checks_order, market.world.resources[1])
    ]
    assert refused == ["services.CONFLICT_OF_INTEREST"] * 3


def test_a_client_without_money_engages_nobody(market: Services) -> None:
    leaf = market.ask(market.world.owners[0], market.asking())
    assert (leaf.refused, leaf.events) == ("ledger.NO_OVERDRAFT", ())


def test_neither_side_moves_the_fee_by_hand(market: Services) -> None:
    hold = hold_of(market.engaged())
    for actor, command in ((market.world.insurer, ledger.PostPending(hold)), (OPERATOR, ledger.VoidPending(hold))):
        assert market.ask(actor, command).refused == "ledger.ESCROW_IS_THE_MARKETS"


def test_who_lost_its_qualification_may_not_deliver(market: Services) -> None:
    key = market.accepted()
    market.say(market.world.regulator, market.move(QualificationMove.REVOKE))
    opinion = services.DeliverOpinion(key, EVIDENCE, Verdict.UNQUALIFIED, market.now + DAY_MS)
    assert market.ask(market.firm, opinion).refused == "services.NOT_QUALIFIED"


def test_a_qualification_ends_by_its_clock(market: Services) -> None:
    market.wait(market.now + 901 * DAY_MS)
    assert market.states.services.qualifications[market.qualification].state.value == "expired"
    assert market.ask(market.world.insurer, market.asking()).refused == "services.NOT_QUALIFIED"


def test_the_law_sees_a_fee_that_is_not_held(market: Services) -> None:
    key = market.engaged()
    del market.states.ledger.held[hold_of(key)]
    assert list(the_fee_of_an_engagement_is_held_exactly_while_it_is_open(market.states, market.now)) == [
        f"`{key}` is requested, 0 of {FEE_FEN} fen are held"
    ]
