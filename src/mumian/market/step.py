"""One step of the market: an envelope in, its outcome out, the rooms' state moved. The same code runs live and in replay."""

from __future__ import annotations

from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, OPERATOR, PartyId
from mumian.kernel.outcome import Broken, Refused
from mumian.kernel.time import Instant
from mumian.market.envelope import BY_CLOCK, BY_KEY, Envelope
from mumian.market.envelope import EnvelopeRefusal as R
from mumian.market.gathering import GATHER, base_of
from mumian.market.leaf import Leaf, leaf_of
from mumian.market.reactions import reactions
from mumian.market.rooms import ROOM_OF_COMMAND, States
from mumian.rooms.clocks.model import Tick
from mumian.rooms.oversight.model import OpenMarket
from mumian.rooms.parties import views as parties

REACTION_DEPTH_MAX = 8
"""Reactions to reactions: deeper means that two rooms answer each other for ever."""


def step(states: States, envelope: Envelope, *, seq: int, at: Instant, by: str) -> Leaf:
    """Decide `envelope` as leaf `seq`, apply what it changes, and return the leaf.

    A refusal anywhere, in the command or in a reaction to it, leaves every room as it was; the id is burnt either way.
    """
    first_seq = states.seen.get(envelope.id)
    if first_seq is not None:
        outcome: list[Any] | Refused = Refused(R.ID_REUSED, {"id": envelope.id, "first_seq": first_seq})
        return leaf_of(envelope, outcome, seq=seq, at=at, by=by)
    outcome = _refuse_actor(states, envelope, by) or _decide(states, envelope, seq, at)
    if isinstance(outcome, Refused):
        states.undo.roll_back()
    states.seen[envelope.id] = seq
    states.undo.forget()
    return leaf_of(envelope, outcome, seq=seq, at=at, by=by)


def rehearse(states: States, envelope: Envelope, *, seq: int, at: Instant, by: str) -> list[Any] | Refused:
    """Answer `envelope` as the next step would, and leave every room as it was: no leaf, no trace."""
    outcome = _refuse_actor(states, envelope, by) or _decide(states, envelope, seq, at)
    states.undo.roll_back()
    return outcome


def _refuse_actor(states: States, envelope: Envelope, by: str) -> Refused | None:
    """Return why the actor is not heard, or None. Before the market is open only the exchange is, and only to open it."""
    actor = envelope.actor
    if actor == MARKET:  # the market speaks by its own clock only, and only to meet what is over
        is_clock = by == BY_CLOCK and type(envelope.command) is Tick
        return None if is_clock else Refused(R.ACTOR_NOT_ADMITTED, {"actor": actor})
    if not parties.roles_of(states.parties, actor):
        if states.oversight.market.get("market") is not None:
            return Refused(R.ACTOR_NOT_ADMITTED, {"actor": actor})
        is_opening = actor == OPERATOR and type(envelope.command) is OpenMarket
        return None if is_opening else Refused(R.MARKET_NOT_OPEN)
    if by == BY_KEY:
        key = envelope.signature.key if envelope.signature else ""
        if key not in parties.keys_of(states.parties, actor):
            return Refused(R.KEY_NOT_THE_ACTORS, {"key": key, "actor": actor})
    elif parties.has_key(states.parties, actor):
        return Refused(R.SIGNATURE_REQUIRED, {"actor": actor})
    return None


def _decide(states: States, envelope: Envelope, seq: int, at: Instant) -> list[Any] | Refused:
    events: list[Any] = []
    refused = _run(states, envelope.command, envelope.actor, seq, at, events, depth=0)
    return events if refused is None else refused


def _run(
    states: States, command: Any, actor: PartyId, seq: int, at: Instant, events: list[Any], *, depth: int
) -> Refused | None:
    """Decide one command, apply its events, and run the reactions to each, depth first. Adds to `events`."""
    room = ROOM_OF_COMMAND[type(command)]
    gather = GATHER.get(type(command))
    base = base_of(states, seq, at, actor)
    facts = Facts(**base) if gather is None else gather(states, command, base)
    state = states.by_room[room.name]
    answer = room.decide(state, command, facts)
    if isinstance(answer, Refused):
        return answer
    for event in answer:
        room.evolve(state, event)
        events.append(event)
    for event in answer:
        for follow in reactions(states, event, at):
            if depth >= REACTION_DEPTH_MAX:
                raise Broken("reactions_end", f"leaf {seq}, at {type(event).__name__}")
            refused = _run(states, follow, MARKET, seq, at, events, depth=depth + 1)
            if refused is not None:
                return refused
    return None
