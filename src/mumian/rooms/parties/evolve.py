"""What changes among parties. The only writer of the room's state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.kernel.ids import PartyId
from mumian.rooms.parties.model import (
    Event,
    Key,
    KeyRegistered,
    KeyRevoked,
    Link,
    PartiesRelated,
    Party,
    PartyAdmitted,
    PartyExited,
    PartyReinstated,
    PartySuspended,
    RelationEnded,
    RolesAssigned,
    Standing,
    State,
    Suspension,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case PartyAdmitted():
            _admit(state, event)
        case KeyRegistered():
            record = state.parties[event.party]
            state.keys[event.key] = Key(event.party)
            state.parties[event.party] = replace(record, keys=(*record.keys, event.key))
        case KeyRevoked():
            record = state.parties[event.party]
            state.keys[event.key] = Key(event.party, is_live=False)
            state.parties[event.party] = replace(record, keys=tuple(key for key in record.keys if key != event.key))
        case PartiesRelated():
            key = f"{event.party}/{event.other}/{event.relation.value}"
            state.links[key] = Link(event.party, event.other, event.relation, event.share_bp, event.by)
            state.links_to[f"{event.other}/{event.party}/{event.relation.value}"] = key
        case RelationEnded():
            del state.links[f"{event.party}/{event.other}/{event.relation.value}"]
            del state.links_to[f"{event.other}/{event.party}/{event.relation.value}"]
        case PartySuspended():
            suspension = Suspension(event.reason, event.by)
            state.parties[event.party] = replace(
                state.parties[event.party], standing=Standing.SUSPENDED, suspension=suspension
            )
        case PartyReinstated():
            state.parties[event.party] = replace(state.parties[event.party], standing=Standing.ACTIVE, suspension=None)
        case PartyExited():
            _exit(state, event.party)
        case RolesAssigned():
            state.parties[event.party] = replace(state.parties[event.party], roles=event.roles)
        case _:
            assert_never(event)


def _admit(state: State, event: PartyAdmitted) -> None:
    state.parties[event.party] = Party(
        event.kind, event.name, event.uscc, event.identity_commitment, roles=event.roles, admitted_at=event.at
    )
    if event.uscc:
        state.by_uscc[event.uscc] = event.party
    if event.identity_commitment:
        state.by_commitment[event.identity_commitment] = event.party


def _exit(state: State, party: PartyId) -> None:
    """End what a party can do and free its number; relations stay, for they are facts about it outside the market."""
    record = state.parties[party]
    for key in record.keys:
        state.keys[key] = Key(party, is_live=False)
    if record.uscc:
        del state.by_uscc[record.uscc]
    if record.identity_commitment:
        del state.by_commitment[record.identity_commitment]
    state.parties[party] = replace(record, standing=Standing.EXITED, keys=(), suspension=None)
