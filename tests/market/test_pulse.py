"""Time in the market: limits are met by leaves of their own, before anything else is decided, and by nobody else."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
from opening import T0, Clock, start
from stage import Stage

from mumian.journal.sqlite import SqliteStore
from mumian.kernel.ids import MARKET, OPERATOR, PartyId
from mumian.kernel.roles import Right, SourceType
from mumian.kernel.time import DAY_MS, start_of
from mumian.market.audit import audit
from mumian.market.envelope import Envelope, decode_envelope
from mumian.market.hearing import Spoken, hear
from mumian.market.leaf import Leaf
from mumian.market.pulse import NEVER, Pulse, tick
from mumian.market.registering import initial_form
from mumian.market.sequencer import Sequencer
from mumian.market.simulator import Simulator
from mumian.market.trial import ORIGIN, Script, World, open_trial
from mumian.rooms.clocks.model import Tick
from mumian.rooms.clocks.views import in_order, next_due
from mumian.rooms.oversight.model import AnnounceHolidays
from mumian.rooms.property_register import model as register
from mumian.rooms.property_register.events import ApplicationAccepted
from mumian.rulebook.calendar import Year

BEFORE_THE_HOLIDAY = start_of(date(2026, 9, 30)) + 10 * 3_600_000


def an_application(script: Script, world: World) -> str:
    """Apply for rights that nobody has yet, and leave it unanswered."""
    form = initial_form(world.owners[1], world.resources[0], SourceType.CONTRACT_COLLECTED, (Right.HOLD,))
    return script.made(world.owners[1], register.SubmitApplication(world.registry, form), "application")


def script_of(market: Sequencer, clock: Clock) -> Script:
    script = Script(market.handle_all, clock.now)
    script._said = 20_000
    return script


def test_a_limit_is_met_by_a_leaf_of_its_own_before_anything_else_is_decided(
    market: Sequencer, world: World, clock: Clock
) -> None:
    clock.now = BEFORE_THE_HOLIDAY
    script = script_of(market, clock)
    application = an_application(script, world)
    clock.now = start_of(date(2026, 10, 11)) - 1
    size = market.size
    market.meet()
    assert market.size == size
    clock.now += 1
    answer = script.say(OPERATOR, AnnounceHolidays(Year(2031, ("01-01",), ()), "d" * 64))
    met = market.leaf(answer.leaf.seq - 1)
    assert (met.actor, met.by, met.at) == (MARKET, "clock", clock.now)
    accepted = next(event for event in met.events if isinstance(event, ApplicationAccepted))
    assert (accepted.application, accepted.accepted_on) == (application, date(2026, 10, 12))
    assert "S1-17" in accepted.rules


def test_an_idle_market_meets_what_is_over_by_itself(market: Sequencer, world: World, clock: Clock) -> None:
    clock.now = BEFORE_THE_HOLIDAY
    an_application(script_of(market, clock), world)
    size = market.size
    clock.now += 30 * DAY_MS
    woken = threading.Event()
    for _ in range(200):
        if market.size > size:
            break
        woken.wait(0.05)
    assert market.size > size


def test_a_market_that_was_closed_meets_what_was_over_when_it_opens(tmp_path: Path, clock: Clock) -> None:
    market = start(tmp_path, clock)
    world = open_trial(market.handle_all, T0)
    clock.now = BEFORE_THE_HOLIDAY
    application = an_application(script_of(market, clock), world)
    market.close()
    clock.now += 30 * DAY_MS
    again = start(tmp_path, clock)
    again.meet()
    assert again.ask(lambda s: s.property_register.applications[application].deemed)
    again.close()


@pytest.mark.parametrize("actor", [MARKET, OPERATOR])
def test_nobody_says_a_tick_but_the_markets_own_clock(market: Sequencer, world: World, actor: PartyId) -> None:
    (answer,) = market.handle_all([Spoken(Envelope(f"forged-{actor}", actor, Tick()), "door:test")])
    assert answer.leaf.refused == ("envelope.ACTOR_NOT_ADMITTED" if actor == MARKET else "clocks.ONLY_THE_MARKET")


def test_no_client_can_take_the_id_of_a_tick() -> None:
    spoken = tick(17)
    raw = b'{"id":"%s","actor":"exchange","command":{"type":"clocks.Tick"}}' % spoken.envelope.id.encode()
    with pytest.raises(ValueError, match="regex"):
        decode_envelope(raw)
    assert not isinstance(hear(raw, origin=ORIGIN, door="test"), Spoken)


def test_an_audit_sees_a_limit_that_was_passed_over() -> None:
    stage = Stage()
    stage.wait(BEFORE_THE_HOLIDAY)
    an_application(stage.script, stage.world)
    stage.market.pulse = Deaf(stage.states)
    stage.wait(BEFORE_THE_HOLIDAY + 30 * DAY_MS)
    stage.say(OPERATOR, AnnounceHolidays(Year(2031, ("01-01",), ()), "d" * 64))
    found = audit_of(stage.market)
    assert found is not None
    assert (found.seq, found.law) == (stage.market.size - 1, "time_limits_are_met_first")


class Deaf(Pulse):
    """The pulse of a market that ignores time."""

    def beats(self, now: int) -> bool:
        return False


def audit_of(market: Simulator):  # type: ignore[no-untyped-def]
    market.settle()
    scratch = SqliteStore(":memory:")
    return audit(market.entries, None, market.claim, body=market.bodies.get, scratch=scratch, rows=market.store).fault


def test_holidays_that_are_announced_move_the_limits_that_were_counted_without_them() -> None:
    stage = Stage()
    stage.wait(start_of(date(2026, 12, 31)) + 1)
    an_application(stage.script, stage.world)
    (before,) = [clock for clock in in_order(stage.states.clocks) if clock.provisional]
    year = Year(2027, ("01-01", "01-02", "01-03", "01-04", "01-05"), ())
    stage.say(stage.world.regulator, AnnounceHolidays(year, "d" * 64))
    (after,) = [clock for clock in in_order(stage.states.clocks) if clock.about == before.about]
    assert not after.provisional
    assert after.due_at == before.due_at + 3 * DAY_MS


def test_a_pulse_costs_a_look_only_when_something_may_be_over() -> None:
    stage = Stage()
    pulse = Pulse(stage.states)
    assert not pulse.beats(stage.now)
    due = next_due(stage.states.clocks) or NEVER
    assert pulse.beats(due) is (due != NEVER)
    leaf: Leaf = an_answer(stage)
    pulse.see(leaf)
    assert pulse.beats(leaf.at + 60 * DAY_MS)


def an_answer(stage: Stage) -> Leaf:
    form = initial_form(stage.world.owners[1], stage.world.resources[0], SourceType.CONTRACT_COLLECTED, (Right.HOLD,))
    return stage.say(stage.world.owners[1], register.SubmitApplication(stage.world.registry, form))
