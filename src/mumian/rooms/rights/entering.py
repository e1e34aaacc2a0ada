"""What other rooms decided and this one enters: registrations, authorisations, their renewal and their end.

The market speaks, in the step that decided: what has ended already needs no event, so that no time limit ever fails.
"""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import RightId, free_id, new_id
from mumian.kernel.outcome import Refused
from mumian.rooms.rights.model import (
    AuthorizationEnded,
    AuthorizeOperation,
    CancelPublicResource,
    ConsentVoided,
    EndAuthorization,
    EndRight,
    Event,
    OperationAuthorized,
    PublicResourceCancelled,
    PublicResourceRegistered,
    PublicResourceRenewed,
    RegisterPublicResource,
    RegisterRight,
    RenewPublicResource,
    RenewRight,
    RightEnded,
    RightRegistered,
    RightRenewed,
    State,
    WithdrawConsent,
)
from mumian.rooms.rights.records import Authorization, PublicRegistration, Registration
from mumian.rooms.rights.refusals import RightsRefusal as R
from mumian.rooms.rights.vocabulary import AuthorizationId, PublicId


def register(state: State, command: RegisterRight, facts: Facts) -> list[Event] | Refused:
    """Enter a right; a certificate can bring several in one step."""
    key = RightId(free_id(state.rights, "right", facts.seq))
    record = Registration(
        command.resource,
        command.right,
        command.holder,
        command.certificate,
        command.source_type,
        command.basis,
        command.rules,
        registered_at=facts.now,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )
    return [RightRegistered(key, record)]


def register_public(state: State, command: RegisterPublicResource, facts: Facts) -> list[Event]:
    key = PublicId(free_id(state.publics, "public", facts.seq))
    record = PublicRegistration(
        command.resource, command.code, command.evidence_digest, command.valid_from, command.valid_to
    )
    return [PublicResourceRegistered(key, record)]


def authorize(state: State, command: AuthorizeOperation, facts: Facts) -> list[Event] | Refused:
    if command.agreement in state.by_agreement:
        known = state.by_agreement[command.agreement]
        return Refused(R.ALREADY_ENTERED, {"id": command.agreement, "known": known})
    record = Authorization(
        command.agreement,
        command.body,
        command.operator,
        command.resources,
        command.mode,
        command.scenario,
        command.ceiling_fen,
        command.valid_from,
        command.valid_to,
    )
    return [OperationAuthorized(AuthorizationId(new_id("authorization", facts.seq)), record)]


def change(
    state: State, command: RenewRight | EndRight | RenewPublicResource | CancelPublicResource | EndAuthorization
) -> list[Event] | Refused:
    """Renew or end what was entered."""
    match command:
        case RenewRight() | EndRight():
            key, right = command.registration, state.rights.get(command.registration)
            if right is None:
                return Refused(R.UNKNOWN, {"noun": "right", "id": key})
            if right.ended is not None:
                return []
            return [
                RightEnded(key, command.reason)
                if isinstance(command, EndRight)
                else RightRenewed(key, command.valid_to)
            ]
        case RenewPublicResource() | CancelPublicResource():
            code, public = command.registration, state.publics.get(command.registration)
            if public is None:
                return Refused(R.UNKNOWN, {"noun": "public registration", "id": code})
            if public.ended is not None:
                return []
            if isinstance(command, CancelPublicResource):
                return [PublicResourceCancelled(code, command.reason)]
            return [PublicResourceRenewed(code, command.valid_to)]
        case EndAuthorization():
            authorization = state.authorizations.get(command.authorization)
            if authorization is None:
                return Refused(R.UNKNOWN, {"noun": "authorization", "id": command.authorization})
            return [] if authorization.ended else [AuthorizationEnded(command.authorization, command.reason)]
        case _:
            assert_never(command)


def withdraw_consent(state: State, command: WithdrawConsent, facts: Facts) -> list[Event]:
    """One record changes, however many grants rest on the consent."""
    return [] if command.consent in state.voided else [ConsentVoided(command.consent, facts.now)]
