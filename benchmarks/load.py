"""The load that markets are measured under: deals from order to settlement, and metered calls with their bills.

One round of a deal: PlaceOrder (chains of rights walked, escrow held) → MakeOffer → SignAgreement → SignDeal → RecordDelivery (chains
walked again) → AcceptDelivery (escrow posted, distributed by Shapley, four shares posted). One round of calls:
RecordUsage → SettleUsage (charged, distributed, posted). Ids are of the market's own client form, growing with time.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mumian.journal.log import Log
from mumian.journal.note import Signer
from mumian.journal.publish import Publisher
from mumian.journal.store import Store
from mumian.journal.stores import open_store
from mumian.journal.tree import Frontier
from mumian.kernel.canonical import digest, sha256_hex
from mumian.kernel.time import DAY_MS
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.memory import look_for_circles_seldom
from mumian.market.sequencer import Answer, Sequencer, Settings
from mumian.market.trial import ORIGIN, PURPOSE, World, open_trial, policy_of
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange

T0 = 1_790_000_000_000
FOLDER = Path(__file__).parents[1] / "build" / "bench"
RELEASE = sha256_hex(b"release")
CALLS_A_BATCH = 1_000
SIGNER = Signer(ORIGIN, b"\x07" * 32)


class Load:
    """A market under load. Says whole rounds in batches; every command must be accepted."""

    def __init__(
        self,
        name: str,
        store: Callable[[Path], Store] | None = None,
        settings: Settings | None = None,
        *,
        owners: int = 2,
    ) -> None:
        self.folder = FOLDER / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._store = store or (lambda folder: open_store(folder / "market.db"))
        self._settings = settings
        self.now = T0
        self.wall_s = self.cpu_s = 0.0
        self._said = 0
        self._recorded = 0
        self.market = self.open()
        self.world: World = open_trial(self.market.handle_all, T0, owners=owners)
        self._terms = digest(policy_of(self.world.report))
        self._ticket_for_calls()

    def open(self) -> Sequencer:
        """Start the market on what its store holds, as `Home.open_market` does."""
        look_for_circles_seldom()
        store = self._store(self.folder)
        head = store.head()
        log = Log(ORIGIN, SIGNER, Frontier.from_hex(head.size, head.frontier) if head else None)
        return Sequencer(
            store, log, Publisher(self.folder / "log", [SIGNER.verifier]), lambda: self.now, self._settings
        )

    def close(self) -> None:
        self.market.close()

    def spoken(self, actor: str, command: Any) -> Spoken:
        self._said += 1
        return Spoken(Envelope(f"019{self._said:013x}{'5a' * 8}", actor, command), "door:bench")

    def say(self, actor: str, commands: list[Any]) -> list[Answer]:
        """Say commands in one batch. Raises RuntimeError: one was refused, and the figure would mean nothing."""
        return self.handle([self.spoken(actor, command) for command in commands])

    def handle(self, spoken: list[Spoken]) -> list[Answer]:
        """Have the market decide, and count its time: what a client does to make envelopes is not the market's."""
        wall, cpu = time.perf_counter(), time.process_time()
        answers = self.market.handle_all(spoken)
        self.wall_s += time.perf_counter() - wall
        self.cpu_s += time.process_time() - cpu
        for answer in answers:
            if answer.leaf.refused:
                raise RuntimeError(f"{answer.leaf.refused} {answer.leaf.detail}")
        return answers

    def deals(self, count: int) -> int:
        """Bring `count` deals from order to settlement and return how many commands that took."""
        world, insurer, merchant = self.world, self.world.insurer, self.world.merchant
        due = self.now + 30 * DAY_MS
        placed = self.say(insurer, [exchange.PlaceOrder(world.report_listing, 1, due, 50_000)] * count)
        orders = [answer.leaf.events[0].order for answer in placed]
        policy = policy_of(world.report)
        made = self.say(merchant, [contracts.MakeOffer(world.report, policy, insurer, due)] * count)
        offers = [answer.leaf.events[0].offer for answer in made]
        signed = self.say(insurer, [contracts.SignAgreement(offer, self._terms) for offer in offers])
        agreements = [answer.leaf.events[0].agreement for answer in signed]
        self.say(insurer, [exchange.SignDeal(*pair) for pair in zip(orders, agreements, strict=True)])
        self.say(merchant, [exchange.RecordDelivery(order, RELEASE) for order in orders])
        self.say(insurer, [exchange.AcceptDelivery(order) for order in orders])
        return 6 * count

    def calls(self, batches: int) -> int:
        """Record `batches` of metered calls, each billed and shared out, and return how many commands that took."""
        world, answers = self.world, []
        for _ in range(batches):
            usage = cleanroom.RecordUsage(world.checks_agreement, world.checks, RELEASE, self._recorded, CALLS_A_BATCH)
            self._recorded += CALLS_A_BATCH
            answers.append(self.spoken(world.owners[0], usage))
            answers.append(self.spoken(world.merchant, exchange.SettleUsage(world.checks_agreement)))
        self.handle(answers)
        return 2 * batches

    def mix(self, scale: int) -> int:
        """One slice of the realistic mix: `scale` deals and `scale` bills of calls; return how many commands."""
        return self.deals(scale) + self.calls(scale)

    def _ticket_for_calls(self) -> None:
        plan = VerificationPlan(("flight",), Filter("arr_delay", Op.GT, 60), 10**9)
        request = cleanroom.RequestJob(self.world.checks_agreement, self.world.checks, PURPOSE, plan, "bench")
        self.say(self.world.insurer, [request])
