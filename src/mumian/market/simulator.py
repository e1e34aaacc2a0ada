"""A seeded market: random commands of every room, valid and hostile, through the same `step` as the real one.

Time is made up and jumps; chance comes from the seed alone. Laws are asked as it goes: the same seed gives the same
journal, byte for byte. A law that does not hold is raised as `Broken` with the leaf after which it did not.

    python -m mumian.market.simulator --seed 7 --steps 2000
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import msgspec

from mumian.journal.log import entry_for
from mumian.journal.sqlite import SqliteStore
from mumian.journal.store import Commit, Head
from mumian.journal.tree import Frontier, leaf_hash
from mumian.kernel.canonical import canonical, sha256_hex
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Broken
from mumian.kernel.time import DAY_MS, Instant
from mumian.market import laws
from mumian.market.audit import Claim
from mumian.market.envelope import BY_KEY, Envelope, decode_envelope
from mumian.market.hearing import Spoken, sign_envelope
from mumian.market.leaf import Leaf, leaf_bytes
from mumian.market.pulse import Pulse, tick
from mumian.market.rooms import ROOMS, States
from mumian.market.sequencer import Answer
from mumian.market.simulation import (
    analysis,
    auctions,
    billing,
    consent,
    data,
    enterprise,
    filings,
    goods,
    gradings,
    negotiation,
    operation,
    people,
    property_register,
    public_register,
    quotes,
    services,
    settlement,
    shares,
    sharing,
    trade,
)
from mumian.market.simulation.mischief import twist
from mumian.market.simulation.scene import MADE, Habit, Said, Scene
from mumian.market.simulation.watch import Watch, check_form
from mumian.market.step import step
from mumian.market.trial import ORIGIN, open_trial
from mumian.rulebook.rules import RULEBOOK_VERSION

T0: Instant = 1_790_000_000_000
"""2026-09-21: every simulation begins on this day."""

DOOR = "door:simulator"
SEASON_STEPS = 400
"""Steps of one pace of time: in a slow season deals are done, in a fast one things expire."""


class Town(msgspec.Struct, frozen=True):
    """What goes on in a simulation, and how fast its time passes.

    lives: modules of HABITS, one a walk of life. paces_ms: mean time between two steps, a season each in turn.
    jump_days_max: once in a thousand steps nobody speaks for up to so long.
    """

    lives: tuple[Any, ...]
    paces_ms: tuple[int, ...]
    jump_days_max: int


QUICK, SLOW = (300_000, 300_000, 3_600_000, 3_600_000, DAY_MS // 2), (30_000, 60_000, 300_000, 600_000, 3_600_000)
_BOTH = (people, data, gradings, property_register)
_OFFICES = (public_register, consent, enterprise, sharing, operation)
EVERYTHING = Town((*_BOTH, goods, trade, analysis, *_OFFICES), QUICK, 120)
"""All walks of life at once."""

TRADE = Town((*_BOTH, goods, trade, analysis), SLOW, 6)
"""Market days: data is described, registered, granted, listed, ordered, computed, settled."""

OFFICES = Town((*_BOTH, *_OFFICES), SLOW, 6)
"""Offices and persons: registers, shares, operation, licences, consents, and all their time limits.

Their measures lapse in 2030: 100,000 steps at this pace take them a little past it."""

BAZAAR = Town(
    (*_BOTH, goods, trade, analysis, quotes, services, filings, negotiation, billing, shares, settlement, auctions),
    SLOW,
    20,
)
"""The exchange in full: what is priced, bid for, negotiated, metered, settled, shared and served."""

for _life in (*EVERYTHING.lives, *BAZAAR.lives):
    MADE.update(getattr(_life, "MADE", {}))
MISCHIEF_PERMILLE = 300

Check = Callable[[], Iterator[str]]


class Rigour(msgspec.Struct, frozen=True):
    """How much is checked. laws_every: steps between two checks of laws. laws_at_once: how many in turn; 0 for all.

    form_every: leaves of which one is checked for its form. settle_every: steps between two write-backs.
    rows_kept_max: rows in memory a table after a write-back.
    """

    laws_every: int = 1
    laws_at_once: int = 0
    form_every: int = 1
    settle_every: int = 100
    rows_kept_max: int = 500


IN_THE_SMALL = Rigour()
IN_THE_LARGE = Rigour(laws_every=1_000, laws_at_once=2, form_every=20, settle_every=500, rows_kept_max=20_000)


class Simulator:
    """One market under one seed. `entries` and `bodies` are its journal, `store` holds its rows."""

    def __init__(
        self,
        seed: int,
        rigour: Rigour = IN_THE_SMALL,
        town: Town = EVERYTHING,
        *,
        rulebook: str = RULEBOOK_VERSION,
    ) -> None:
        self.seed = seed
        self.rigour = rigour
        self.town = town
        self.store = SqliteStore(":memory:")
        self.states = States(self.store)
        self.scene = Scene(random.Random(seed), self.states, T0)
        self.watch = Watch(self.states)
        self.pulse = Pulse(self.states)
        self.frontier = Frontier()
        self.entries: list[bytes] = []
        self.bodies: dict[str, bytes] = {}
        self.tally: Counter[tuple[str, str]] = Counter()
        self.turned_away = 0
        self._habits: tuple[tuple[int, Habit], ...] = tuple(habit for life in town.lives for habit in life.HABITS)
        self._weights = tuple(accumulate(weight for weight, _ in self._habits))
        self.world = open_trial(self.handle_all, T0, rulebook=rulebook)
        self._checks = _checks(self)
        self._next_check = 0

    @property
    def size(self) -> int:
        return len(self.entries)

    @property
    def root(self) -> str:
        return self.frontier.root().hex()

    @property
    def claim(self) -> Claim:
        """What a checkpoint of this journal would claim."""
        return Claim(ORIGIN, self.size, self.root)

    @property
    def refusals(self) -> frozenset[str]:
        """Full names of the refusals met so far."""
        return frozenset(refused for _, refused in self.tally if refused)

    def run(self, steps: int) -> Simulator:
        """Take `steps` more steps, check as often as the rigour asks, and everything at the end.

        Raises: Broken: a law does not hold; it says which, where, and after which leaf.
        """
        for nth in range(1, steps + 1):
            self._pass_time(nth)
            self._take(self._heard())
            if nth % self.rigour.laws_every == 0:
                self._check_laws(self.rigour.laws_at_once or len(self._checks))
            if nth % self.rigour.settle_every == 0:
                self.settle()
        self.settle()
        self._check_laws(len(self._checks))
        self.watch.settle()
        return self

    def settle(self) -> None:
        """Write changed rows to the store, and let memory forget."""
        puts: list[tuple[str, str, bytes]] = []
        deletes: list[tuple[str, str]] = []
        for table in self.states.tables.values():
            table.changes(puts, deletes)
        self.store.commit(Commit(first_seq=0, entries=[], puts=puts, deletes=deletes, head=Head(0, "", (), 0)))
        for table in self.states.tables.values():
            table.settled(keep_max=self.rigour.rows_kept_max)

    def _pass_time(self, nth: int) -> None:
        rng, paces = self.scene.rng, self.town.paces_ms
        pace_ms = paces[(self.seed + nth // SEASON_STEPS) % len(paces)]
        self.scene.now += rng.randrange(2 * pace_ms)
        if self.scene.chance(1):
            self.scene.now += rng.randrange(self.town.jump_days_max * DAY_MS)

    def _heard(self) -> Spoken:
        """Return the next envelope that the door lets in: what is malformed is turned away and leaves no trace."""
        while True:
            try:
                said = self._said()
                if self.scene.chance(MISCHIEF_PERMILLE):
                    said = twist(self.scene, said)
                heard: Envelope = decode_envelope(canonical(self._envelope(said)))
            except (msgspec.MsgspecError, ValueError, OverflowError):
                self.turned_away += 1
                continue
            return self._signed(heard)

    def _said(self) -> Said:
        while True:
            said = self._habit()(self.scene)
            if said is not None:
                return said

    def _habit(self) -> Habit:
        drawn = self.scene.rng.randrange(self._weights[-1])
        return next(habit for (_, habit), below in zip(self._habits, self._weights, strict=True) if drawn < below)

    def _envelope(self, said: Said) -> Envelope:
        nth = self.size
        if self.scene.chance(4):
            nth = self.scene.rng.randrange(nth)  # an id that was used before
        return Envelope(f"simulated-{nth:010d}", PartyId(said.actor), said.command)

    def _signed(self, envelope: Envelope) -> Spoken:
        """Sign as the actor must, now and then with another's key or not at all."""
        record = self.states.parties.parties.get(envelope.actor)
        keys = record.keys if record is not None else ()
        if self.scene.chance(30):
            keys = self.scene.some((*self.scene.keys, "")) if self.scene.chance(500) else ()
        key = self.scene.keys.get(keys[0]) if keys else None
        if key is None:
            return Spoken(envelope, DOOR)
        return Spoken(sign_envelope(envelope, key, origin=ORIGIN), BY_KEY)

    def _take(self, spoken: Spoken) -> Leaf:
        """Meet the time limits that are over, then take one step."""
        self._meet()
        return self._record(spoken)

    def _meet(self) -> None:
        while self.pulse.beats(self.scene.now):
            met = self._record(tick(self.size))
            if met.refused:
                raise Broken("every_limit_is_met", f"seed {self.seed}, leaf {met.seq}: {met.refused} {met.detail}")

    def _record(self, spoken: Spoken) -> Leaf:
        """Take one step and put its leaf into the journal."""
        leaf = step(self.states, spoken.envelope, seq=self.size, at=self.scene.now, by=spoken.by)
        payload = leaf_bytes(leaf)
        entry, body = entry_for(payload)
        if body is not None:
            self.bodies[sha256_hex(body)] = body
        self.entries.append(entry)
        self.frontier.append(leaf_hash(entry))
        self.tally[type(leaf.command).__name__, leaf.refused] += 1
        self.scene.learn(leaf)
        self.watch.see(leaf)
        self.pulse.see(leaf)
        if leaf.seq % self.rigour.form_every == 0:
            check_form(leaf, payload)
        return leaf

    def handle_all(self, spoken: Sequence[Spoken]) -> list[Answer]:
        """Stand in for the sequencer: what a script says becomes part of this journal, at the simulation's time."""
        self._meet()
        return [Answer(self._take(each)) for each in spoken]

    def _check_laws(self, count: int) -> None:
        """Ask the next `count` laws in turn."""
        for _ in range(count):
            law, check = self._checks[self._next_check % len(self._checks)]
            self._next_check += 1
            for place in check():
                raise Broken(law, f"seed {self.seed}, after leaf {self.size - 1}: {place}")


def _checks(simulator: Simulator) -> list[tuple[str, Check]]:
    """Return every law of every room and between rooms, by its full name."""
    states, scene = simulator.states, simulator.scene
    found: list[tuple[str, Check]] = [
        (f"{room.name}.{law.__name__}", partial(law, states.by_room[room.name]))
        for room in ROOMS.values()
        for law in room.laws
    ]

    def between_rooms(law: laws.MarketLaw) -> Iterator[str]:
        return law(states, scene.now)

    return found + [(f"market.{law.__name__}", partial(between_rooms, law)) for law in laws.LAWS]


def table(simulator: Simulator) -> str:
    """Return what was said how often, accepted and refused, and the final root, for people."""
    accepted, refused = Counter[str](), Counter[str]()
    for (command, refusal), count in simulator.tally.items():
        (refused if refusal else accepted)[command] += count
    lines = [f"{'command':<26}{'accepted':>10}{'refused':>10}"]
    lines += [f"{name:<26}{accepted[name]:>10}{refused[name]:>10}" for name in sorted(accepted | refused)]
    lines.append(f"{'all':<26}{accepted.total():>10}{refused.total():>10}")
    lines.append(
        f"{len(simulator.refusals)} kinds of refusal, {simulator.turned_away} envelopes turned away at the door"
    )
    lines.append(f"root {simulator.root} of {simulator.size} leaves")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Run a seeded market and check its laws.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=10_000)
    asked = parser.parse_args()
    print(table(Simulator(asked.seed, IN_THE_LARGE).run(asked.steps)))


if __name__ == "__main__":
    main()
