"""Act 6: 100,000 verification calls are made, metered, and recorded in batches, so that each can be proved."""

from __future__ import annotations

import time
from collections import Counter
from typing import NamedTuple

from mumian.cli.demo.cast import Cast
from mumian.cli.demo.data import insured
from mumian.cli.demo.deal import Deal, strike, ticket
from mumian.cli.demo.shelf import OnShelf
from mumian.cli.demo.stage import Stage, evidence
from mumian.cli.demo.supply import LATE
from mumian.domain.messages import BatchesShown, CallProved, CallsAnswered, CloseBatch, ProveCall, VerifyCalls
from mumian.domain.metering import Verdict, verify_call
from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom.model import RecordUsage
from mumian.rooms.cleanroom.plan import SignedTicket, VerificationPlan
from mumian.rooms.exchange.model import SettleUsage
from mumian.rooms.revenue.model import Cell, RecordContribution

CALLS = 100_000
CALLS_A_MESSAGE = 2_000

PLAN = VerificationPlan(("flight", "month", "day", "origin"), LATE, CALLS)
"""Was this flight more than 60 minutes late?"""


class Made(NamedTuple):
    """What came of the calls. proved: number of the call that was proved, in the domain of `prover`."""

    deal: Deal
    signed: SignedTicket
    verdicts: Counter[Verdict]
    batches: int
    calls_per_second: int
    proved: int
    proved_root: str


def make(stage: Stage, cast: Cast, goods: OnShelf) -> Made:
    """Order the verification product, make the calls, and record what every domain metered."""
    stage.act(6, f"{CALLS:,} verification calls, metered and provable", f"{CALLS:,} 次核验调用，逐次可证")
    deal = strike(stage, cast, goods, "verify", quantity=CALLS)
    signed = ticket(stage, cast, deal, goods, PLAN, "checks-1")
    flown = insured(list(cast.airlines.values()), CALLS)
    verdicts, answered = Counter[Verdict](), Counter[PartyId]()
    began = time.perf_counter()
    for airline, part in cast.airlines.items():
        asked = flown[part.code]
        for start in range(0, len(asked), CALLS_A_MESSAGE):
            message = VerifyCalls(signed, tuple(asked[start : start + CALLS_A_MESSAGE]))
            reply = stage.ask(cast.insurer, airline, message)
            assert isinstance(reply, CallsAnswered)
            verdicts.update(reply.answers)
            answered[airline] += len(reply.answers)
    rate = int(CALLS / (time.perf_counter() - began))
    batches = _record(stage, cast, goods, deal, signed, answered)
    first = next(iter(cast.airlines))
    proved_root = _prove(stage, cast, first, signed, flown[cast.airlines[first].code][0])
    return Made(deal, signed, verdicts, batches, rate, 0, proved_root)


def _record(
    stage: Stage, cast: Cast, goods: OnShelf, deal: Deal, signed: SignedTicket, answered: Counter[PartyId]
) -> int:
    """Have every domain close its batch and record it: numbers run through all domains without a gap."""
    recorded = batches = 0
    for airline in cast.airlines:
        if not answered[airline]:
            continue
        shown = stage.ask(cast.insurer, airline, CloseBatch(signed.ticket.job))
        assert isinstance(shown, BatchesShown)
        for each in shown.batches:
            batch = each.batch
            stage.say(airline, RecordUsage(deal.agreement, goods.product, batch.root, recorded, batch.count))
            recorded += batch.count
            batches += 1
    cells = tuple(Cell(1 << nth, answered[airline]) for nth, airline in enumerate(cast.airlines) if answered[airline])
    stage.say(cast.merchant, RecordContribution(goods.product, "calls-1", cells, evidence("metered calls")))
    return batches


def _prove(stage: Stage, cast: Cast, airline: PartyId, signed: SignedTicket, call: tuple[str, ...]) -> str:
    """Have the first call proved, check the proof with nothing but the domain's key, and return its batch's root."""
    shown = stage.ask(cast.insurer, airline, ProveCall(signed.ticket.job, 0))
    assert isinstance(shown, CallProved)
    verify_call(shown.proof, call=call, domain_key=stage.domains[airline].public_hex)
    return shown.proof.batch.batch.root


def bill(stage: Stage, cast: Cast, made: Made) -> None:
    """The merchant bills the calls: paid at once, shared out in the same step."""
    stage.say(cast.merchant, SettleUsage(made.deal.agreement))
