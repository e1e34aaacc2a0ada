"""What changes in rights. The only writer of their state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.rooms.rights.chain import path_of
from mumian.rooms.rights.model import (
    AuthorizationEnded,
    ConsentVoided,
    Event,
    GrantRevoked,
    OperationAuthorized,
    PublicResourceCancelled,
    PublicResourceRegistered,
    PublicResourceRenewed,
    RightEnded,
    RightGranted,
    RightRegistered,
    RightRenewed,
    RightsFrozen,
    RightsUnfrozen,
    State,
)
from mumian.rooms.rights.vocabulary import AuthorizationId, Frozen


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
            state.by_certificate[f"{record.certificate}/{event.registration}"] = event.registration
        case RightRenewed():
            state.rights[event.registration] = replace(state.rights[event.registration], valid_to=event.valid_to)
        case RightEnded():
            state.rights[event.registration] = replace(state.rights[event.registration], ended=event.reason)
        case RightsFrozen() | RightsUnfrozen():
            _freeze(state, event)
        case PublicResourceRegistered():
            state.publics[event.registration] = event.record
            state.public_of[event.record.resource] = event.registration
        case PublicResourceRenewed():
            state.publics[event.registration] = replace(state.publics[event.registration], valid_to=event.valid_to)
        case PublicResourceCancelled():
            state.publics[event.registration] = replace(state.publics[event.registration], ended=event.reason)
        case OperationAuthorized():
            state.authorizations[event.authorization] = event.record
            state.by_agreement[event.record.agreement] = event.authorization
            for resource in event.record.resources:
                state.authorized[f"{resource}/{event.authorization}"] = event.authorization
        case AuthorizationEnded():
            ended = replace(state.authorizations[event.authorization], ended=event.reason)
            state.authorizations[event.authorization] = ended
        case ConsentVoided():
            state.voided[event.consent] = event.at
        case _:
            assert_never(event)


def _grant(state: State, event: RightGranted) -> None:
    grant = event.record
    state.grants[event.grant] = grant
    state.lineage[path_of(state, event.grant)] = event.grant
    if grant.consent:
        state.by_consent[f"{grant.consent}/{event.grant}"] = event.grant
    if grant.scenario:
        state.by_application[grant.under] = event.grant
    elif grant.under:
        state.by_licence[f"{grant.under}/{event.grant}"] = event.grant


def _freeze(state: State, event: RightsFrozen | RightsUnfrozen) -> None:
    """Lay a freeze on one thing, or lift it."""
    thing = event.thing
    if (grant := state.grants.get(thing)) is not None:
        state.grants[thing] = replace(grant, freezes=_freezes(grant.freezes, event))
    elif (right := state.rights.get(thing)) is not None:
        state.rights[thing] = replace(right, freezes=_freezes(right.freezes, event))
    else:
        authorization = state.authorizations[AuthorizationId(thing)]
        state.authorizations[thing] = replace(authorization, freezes=_freezes(authorization.freezes, event))


def _freezes(lying: tuple[Frozen, ...], event: RightsFrozen | RightsUnfrozen) -> tuple[Frozen, ...]:
    others = tuple(each for each in lying if each.reason is not event.reason)
    return (*others, Frozen(event.reason, event.by)) if isinstance(event, RightsFrozen) else others
