"""What a decision may know besides its room's state: when, which leaf, who."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import MARKET, PartyId
from mumian.kernel.roles import Role


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of every command. A room that must know more subclasses it; the market gathers it from other rooms' views.

    seq: number of the leaf that is being decided.
    now: instant of the leaf, ms.
    actor: who speaks; admitted, or `market`.
    roles: the actor's roles; empty for `market`.
    rulebook: version of the rulebook that the market decides by; empty for the newest that this program carries.
    """

    seq: int
    now: int
    actor: PartyId
    roles: frozenset[Role] = frozenset()
    rulebook: str = ""

    @property
    def is_market(self) -> bool:
        return self.actor == MARKET
