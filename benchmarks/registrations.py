"""Whole lives of registrations, durable: submitted, accepted, reviewed, in publicity for five work days, attested, certified."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from benchmarks.load import FOLDER
from benchmarks.rows import Row, at_least
from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.roles import Right, Role, SourceType
from mumian.kernel.time import DAY_MS
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.home import Home
from mumian.market.registering import EVIDENCE, initial_form
from mumian.market.sequencer import Answer, Sequencer
from mumian.market.trial import _description, uscc
from mumian.rooms.catalog import model as catalog
from mumian.rooms.oversight.model import OpenMarket
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.property_register import model as register
from mumian.rooms.property_register.vocabulary import Findings, Outcome
from mumian.rulebook.rules import RULEBOOK_VERSION, load

LIVES, A_BATCH, PUBLICITY_DAYS = 5_000, 500, 16
T0 = 1_790_000_000_000
HOLDS = Findings(Outcome.HOLDS, Outcome.HOLDS, Outcome.HOLDS, EVIDENCE)


class Desk:
    """A market with one registry and one holder, whose clock the benchmark sets."""

    def __init__(self) -> None:
        folder = FOLDER / "registrations"
        shutil.rmtree(folder, ignore_errors=True)
        self.now, self._said = T0, 0
        self.market: Sequencer = Home.create(folder, origin="mumian.example/bench").open_market(lambda: self.now)
        (registry,), (holder,) = (
            [answer.leaf.events[0].party for answer in answers[-1:]]
            for answers in (
                self.say(
                    OPERATOR,
                    (self._opening(), AdmitParty(PartyKind.LEGAL, "登记机构", uscc(1), None, (Role.REGISTRY,))),
                ),
                self.say(OPERATOR, (AdmitParty(PartyKind.LEGAL, "持有人", uscc(2), None, (Role.SUPPLIER,)),)),
            )
        )
        self.registry, self.holder = PartyId(registry), PartyId(holder)

    def _opening(self) -> OpenMarket:
        return OpenMarket("mumian.example/bench", "试点数据交易所", uscc(0), RULEBOOK_VERSION, load().digest())

    def say(self, actor: str, commands: Iterable[Any]) -> list[Answer]:
        spoken = []
        for command in commands:
            self._said += 1
            spoken.append(Spoken(Envelope(f"bench-{self._said:010d}", PartyId(actor), command), "door:bench"))
        answers: list[Answer] = []
        for start in range(0, len(spoken), A_BATCH):
            answers += self.market.handle_all(spoken[start : start + A_BATCH])
        for answer in answers:
            if answer.leaf.refused:
                raise SystemExit(f"{answer.leaf.refused} {answer.leaf.detail}")
        return answers


def live(desk: Desk, resources: Sequence[ResourceId]) -> int:
    """Take every resource's application through its whole life and return how many are certified."""
    forms = [
        initial_form(desk.holder, resource, SourceType.SELF_GENERATED, (Right.HOLD, Right.USE), waive_publicity=False)
        for resource in resources
    ]
    submitted = desk.say(desk.holder, (register.SubmitApplication(desk.registry, form) for form in forms))
    applications = [answer.leaf.events[0].application for answer in submitted]
    desk.say(desk.registry, (register.AcceptApplication(each) for each in applications))
    desk.say(
        desk.registry,
        (register.ConcludeReview(each, HOLDS, form.statements) for each, form in zip(applications, forms, strict=True)),
    )
    desk.now += PUBLICITY_DAYS * DAY_MS
    desk.market.meet()
    return desk.market.ask(lambda s: sum(1 for _ in s.property_register.certificates.under()))


def main() -> list[Row]:
    desk = Desk()
    described = desk.say(desk.holder, (catalog.DescribeResource(_description(nth)) for nth in range(LIVES)))
    resources = [answer.leaf.events[0].resource for answer in described]
    started = time.perf_counter()
    certified = live(desk, resources)
    spent_s = time.perf_counter() - started
    desk.market.close()
    if certified != LIVES:
        raise SystemExit(f"{certified} of {LIVES} applications are certified")
    return [at_least("registration life cycles, durable", f"{LIVES:,} lives", LIVES / spent_s, "lives/s", 1_000)]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
