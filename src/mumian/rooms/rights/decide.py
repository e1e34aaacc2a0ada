"""What is allowed of rights."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.rights import entering, freezing, granting
from mumian.rooms.rights.model import (
    AuthorizeOperation,
    CancelPublicResource,
    Command,
    EndAuthorization,
    EndRight,
    Event,
    Freeze,
    GrantRight,
    GrantUnderAuthorization,
    GrantUnderLicence,
    RegisterPublicResource,
    RegisterRight,
    RenewPublicResource,
    RenewRight,
    RevokeGrant,
    State,
    Unfreeze,
    WithdrawConsent,
)
from mumian.rooms.rights.refusals import RightsRefusal as R


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a rights command with its events or the first refusal that applies."""
    match command:
        case GrantRight():
            return granting.grant(state, command, facts)
        case RevokeGrant():
            return granting.revoke(state, command, facts)
        case Freeze():
            return freezing.freeze(state, command, facts)
        case Unfreeze():
            return freezing.unfreeze(state, command, facts)
        case _ if not facts.is_market:
            return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
        case GrantUnderLicence():
            return granting.grant_under_licence(state, command, facts)
        case GrantUnderAuthorization():
            return granting.grant_under_authorization(state, command, facts)
        case RegisterRight():
            return entering.register(state, command, facts)
        case RegisterPublicResource():
            return entering.register_public(state, command, facts)
        case AuthorizeOperation():
            return entering.authorize(state, command, facts)
        case RenewRight() | EndRight() | RenewPublicResource() | CancelPublicResource() | EndAuthorization():
            return entering.change(state, command)
        case WithdrawConsent():
            return entering.withdraw_consent(state, command, facts)
        case _:
            assert_never(command)
