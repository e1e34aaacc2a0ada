"""A realistic mix of commands over a trial market: orders at every stage of their lives, metered calls, refusals."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import msgspec

from mumian.kernel.canonical import digest, sha256_hex
from mumian.kernel.ids import AgreementId, OrderId, PartyId
from mumian.kernel.time import DAY_MS
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.sequencer import Answer
from mumian.market.trial import PURPOSE, Handle, World, policy_of
from mumian.rooms.catalog import description as words
from mumian.rooms.catalog import model as catalog
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
from mumian.rooms.ledger import model as ledger

CHECK = VerificationPlan(("flight",), Filter("arr_delay", Op.GT, 60), 10**9)
"""Was this flight more than 60 minutes late?"""


class Load:
    """Moves orders of a trial market along, a batch at a time. `name` starts the ids of what this load says."""

    def __init__(self, world: World, *, now: int, seed: int, name: str = "load") -> None:
        self._world, self._now, self._rng, self._name = world, now, random.Random(seed), name
        self._said = 0
        self._calls = 0
        self._has_ticket = False
        self._placed: list[OrderId] = []
        self._offered: list[contracts.OfferId] = []
        self._agreed: list[AgreementId] = []
        self._delivering: list[OrderId] = []
        self._accepting: list[OrderId] = []

    def batch(self, count: int) -> list[Spoken]:
        """Return the next `count` envelopes. `take` their answers before the next batch."""
        return [self._spoken(*self._next()) for _ in range(count)]

    def take(self, answers: Sequence[Answer]) -> None:
        """Note what the answers made, so that the next batches can go on from there."""
        for answer in answers:
            command = answer.leaf.command
            match command:
                case _ if answer.leaf.refused:
                    pass
                case exchange.PlaceOrder():
                    self._placed.append(answer.leaf.events[0].order)
                case contracts.MakeOffer():
                    self._offered.append(answer.leaf.events[0].offer)
                case contracts.SignAgreement():
                    self._agreed.append(answer.leaf.events[0].agreement)
                case exchange.SignDeal():
                    self._delivering.append(command.order)
                case exchange.RecordDelivery():
                    self._accepting.append(command.order)

    def go_on(self, handle: Handle, count: int) -> list[Answer]:
        """Say the next batch and take its answers."""
        answers = handle(self.batch(count))
        self.take(answers)
        return answers

    def _spoken(self, actor: PartyId, command: Any) -> Spoken:
        self._said += 1
        return Spoken(Envelope(f"{self._name}-{self._said:08d}", actor, command), "door:load")

    def _next(self) -> tuple[PartyId, Any]:
        w, rng = self._world, self._rng
        if self._accepting:
            return w.insurer, exchange.AcceptDelivery(self._accepting.pop())
        if self._delivering:
            order = self._delivering.pop()
            if rng.random() < 0.2:
                return w.insurer, exchange.CancelOrder(order)
            return w.merchant, exchange.RecordDelivery(order, sha256_hex(order.encode()))
        if self._placed and self._agreed:
            return w.insurer, exchange.SignDeal(self._placed.pop(), self._agreed.pop())
        match rng.randrange(12):
            case 0 | 1 | 2 | 3:
                return w.insurer, exchange.PlaceOrder(w.report_listing, 1, self._now + 200 * DAY_MS, 10**9)
            case 4 | 5 | 6 | 7:
                policy, until = policy_of(w.report), self._now + 300 * DAY_MS
                if not self._offered:
                    return w.merchant, contracts.MakeOffer(w.report, policy, w.insurer, until)
                return w.insurer, contracts.SignAgreement(self._offered.pop(), digest(policy))
            case 8:
                return self._usage()
            case 9:
                return w.merchant, exchange.SettleUsage(w.checks_agreement)
            case 10:
                return w.insurer, ledger.PostPending(ledger.TransferId("transfer-0"))  # refused: there is none
            case _:
                return w.insurer, exchange.CancelOrder(self._placed.pop() if self._placed else OrderId("order-0"))

    def _usage(self) -> tuple[PartyId, Any]:
        w = self._world
        if not self._has_ticket:
            self._has_ticket = True
            return w.insurer, cleanroom.RequestJob(w.checks_agreement, w.checks, PURPOSE, CHECK, self._name)
        calls = self._rng.randint(1, 50)
        first, self._calls = self._calls, self._calls + calls
        root = sha256_hex(b"calls%d" % first)
        return w.owners[0], cleanroom.RecordUsage(w.checks_agreement, w.checks, root, first, calls)


def too_large(description: words.Description) -> catalog.DescribeResource:
    """Return a command whose leaf no entry can hold: it is logged by its digest, with the body kept beside."""
    entry = words.FieldEntry("f", words.FieldType.TEXT, "", "延误" * 100)
    fields = tuple(msgspec.structs.replace(entry, name=f"f{nth:03d}") for nth in range(300))
    return catalog.DescribeResource(msgspec.structs.replace(description, fields=(*description.fields, *fields)))
