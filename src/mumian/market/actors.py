"""Who speaks, as every decision sees it."""

from __future__ import annotations

from mumian.kernel.ids import MARKET, PartyId
from mumian.kernel.roles import Role
from mumian.market.rooms import States
from mumian.rooms.parties import views as parties


def roles_of(states: States, actor: PartyId) -> frozenset[Role]:
    """Return the actor's roles in force; the market itself has none."""
    return frozenset() if actor == MARKET else parties.roles_of(states.parties, actor)
