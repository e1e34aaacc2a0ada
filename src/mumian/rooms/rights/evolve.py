"""What changes in rights. The only writer of their state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.rooms.rights.model import (
    AuthorizationEnded,
    Event,
    GrantRevoked,
    OperationAuthorized,
    PublicResourceCancelled,
    PublicResourceRegistered,
    RightCancelled,
    RightFrozen,
    RightGranted,
    RightRegistered,
    RightUnfrozen,
    State,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case RightGranted():
            _grant(state, event)
        case GrantRevoked():
            state.grants[event.grant] = replace(state.grants[event.grant], ended=event.reason)
        case RightRegistered():
            record = event.record
            state.rights[event.registration] = record
            state.by_holder[f"{record.resource}/{record.holder}/{record.right}"] = event.registration
            state.serials[record.certificate[:-4]] = int(record.certificate[-4:])
        case RightCancelled():
            state.rights[event.registration] = replace(state.rights[event.registration], ended=event.reason)
        case RightFrozen():
            frozen = replace(state.rights[event.registration], frozen=event.reason, frozen_by=event.by)
            state.rights[event.registration] = frozen
        case RightUnfrozen():
            thawed = replace(state.rights[event.registration], frozen=None, frozen_by=None)
            state.rights[event.registration] = thawed
        case PublicResourceRegistered():
            state.publics[event.registration] = event.record
            state.public_of[event.record.resource] = event.registration
            state.serials[event.record.code[:-6]] = int(event.record.code[-6:])
        case PublicResourceCancelled():
            state.publics[event.registration] = replace(state.publics[event.registration], ended=event.reason)
        case OperationAuthorized():
            state.authorizations[event.authorization] = event.record
            for resource in event.record.resources:
                state.authorized[f"{resource}/{event.authorization}"] = event.authorization
        case AuthorizationEnded():
            ended = replace(state.authorizations[event.authorization], ended=event.reason)
            state.authorizations[event.authorization] = ended
        case _:
            assert_never(event)


def _grant(state: State, event: RightGranted) -> None:
    grant = event.record
    state.grants[event.grant] = grant
    state.children[f"{grant.parent}/{event.grant}"] = event.grant
    if grant.scenario:
        state.scenarios[f"{grant.parent}/{grant.grantee}/{grant.scenario}/{grant.resource}"] = event.grant
