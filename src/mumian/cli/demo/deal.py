"""Act 5: the insurer orders, money goes into escrow, an agreement is signed, the job runs, the answer is delivered."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from mumian.cli.demo.cast import Cast
from mumian.cli.demo.data import MONTHS, ROUTES
from mumian.cli.demo.shelf import OnShelf, policy_of
from mumian.cli.demo.stage import Stage, evidence
from mumian.cli.demo.supply import PURPOSE
from mumian.domain.gate import Answer
from mumian.domain.messages import AnswerGiven, CollectAnswer, JobReleased, RunJob
from mumian.kernel.canonical import digest
from mumian.kernel.ids import AgreementId, JobId, OrderId, PartyId
from mumian.kernel.time import DAY_MS
from mumian.market.tickets import ticket_of
from mumian.rooms.cleanroom.model import RecordRelease, RequestJob
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, GroupKey, Plan, SignedTicket, Sum
from mumian.rooms.contracts.model import MakeOffer, OfferId, SignAgreement
from mumian.rooms.exchange.model import AcceptDelivery, PlaceOrder, SignDeal
from mumian.rooms.revenue.model import Cell, RecordContribution

RHO_NANO = 1_000_000_000
"""Privacy loss of the job: rho of 1, half of what one consumer may use."""

PLAN = AggregatePlan(
    group_by=(GroupKey("route", ROUTES), GroupKey("month", MONTHS)),
    where=(),
    measures=(Count("arr_delay"), Sum("arr_delay", -30, 90)),
    unit="tailnum",
    l0=12,
    linf_rows=2,
    rho_nano=RHO_NANO,
)
"""Flights and minutes of delay by route and month. An aircraft counts in 12 groups at most, with 2 flights in each."""


class Deal(NamedTuple):
    """An order with its agreement."""

    order: OrderId
    agreement: AgreementId


def strike(stage: Stage, cast: Cast, goods: OnShelf, action: str, *, quantity: int = 1) -> Deal:
    """Offer, order, sign, and bind the order to the agreement."""
    policy = policy_of(goods.product, action)
    until = stage.now + 300 * DAY_MS
    offer = stage.made(cast.merchant, MakeOffer(goods.product, policy, cast.insurer, until), "offer")
    limit_fen = goods.price.amount_fen * quantity
    order = OrderId(stage.made(cast.insurer, PlaceOrder(goods.listing, quantity, until, limit_fen), "order"))
    signed = stage.made(cast.insurer, SignAgreement(OfferId(offer), digest(policy)), "agreement")
    stage.say(cast.insurer, SignDeal(order, AgreementId(signed)))
    return Deal(order, AgreementId(signed))


def ticket(stage: Stage, cast: Cast, deal: Deal, goods: OnShelf, plan: Plan, nonce: str) -> SignedTicket:
    """Ask for a job and return the market's ticket: the budget is charged by now."""
    request = RequestJob(deal.agreement, goods.product, PURPOSE, plan, nonce)
    job = JobId(stage.made(cast.insurer, request, "job"))
    return ticket_of(stage.market, job, stage.home.signer(), stage.home.settings.origin)


def answered(stage: Stage, cast: Cast, signed: SignedTicket) -> Answer:
    """Have a ticket's root run it, record what leaves, and collect the answer."""
    root = signed.ticket.root
    released = stage.ask(cast.insurer, root, RunJob(signed))
    assert isinstance(released, JobReleased)
    release = released.release.release
    stage.say(root, RecordRelease(release.job, release.digest, release.rows, release.size_bytes))
    given = stage.ask(cast.insurer, root, CollectAnswer(release.job))
    assert isinstance(given, AnswerGiven)
    assert digest(given.answer) == release.digest
    return given.answer


def run(stage: Stage, cast: Cast, goods: OnShelf) -> tuple[Deal, SignedTicket, Answer]:
    """Order the delay-risk product and have it computed: the answer goes from the root's domain to the insurer."""
    stage.act(5, "ordered, paid into escrow, computed, delivered", "下单、托管、签约、计算、交付")
    deal = strike(stage, cast, goods, "aggregate")
    stage.tell("money is held in escrow; the privacy budget is charged", "货款已托管；先扣隐私预算，再签发任务票据")
    signed = ticket(stage, cast, deal, goods, PLAN, "risk-1")
    answer = answered(stage, cast, signed)
    _record_contribution(stage, cast, goods, signed.ticket.root, answer)
    stage.tell(
        f"{len(signed.ticket.sources)} domains computed, their parts were merged masked, noise was added once",
        f"{len(signed.ticket.sources)} 个数据域参与计算，掩码合并，噪声只加一次",
    )
    return deal, signed, answer


def _record_contribution(stage: Stage, cast: Cast, goods: OnShelf, root: PartyId, answer: Answer) -> None:
    """Say who covers which cell, weighted by the released number of flights: a cell is worth it if one of its airlines is in."""
    weights = Counter[int]()
    for row in answer.cells.rows:
        key = (row.keys[0], row.keys[1])
        mask = sum(1 << nth for nth, part in enumerate(cast.airlines.values()) if key in part.served)
        weights[mask] += max(0, row.values[0] or 0) if mask else 0
    cells = tuple(Cell(mask, weight) for mask, weight in sorted(weights.items()) if mask)
    stage.say(root, RecordContribution(goods.product, answer.job, cells, evidence("public timetable")))


def accept(stage: Stage, cast: Cast, deal: Deal) -> None:
    """The insurer accepts: the escrow is posted and shared out in the same step."""
    stage.say(cast.insurer, AcceptDelivery(deal.order))
