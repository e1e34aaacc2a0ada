"""What every decision may know, as the gatherers pass it on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.market.actors import roles_of
from mumian.market.rooms import States


class Base(TypedDict):
    """The fields of `Facts`: a gatherer adds its own to them."""

    seq: int
    now: Instant
    actor: PartyId
    roles: frozenset[Role]
    rulebook: str


Gather = Callable[[States, Any, Base], Facts]


def base_of(states: States, seq: int, now: Instant, actor: PartyId) -> Base:
    """Return what every decision may know of leaf `seq`."""
    market = states.oversight.market.get("market")
    rulebook = market.rulebook if market is not None else ""
    return {"seq": seq, "now": now, "actor": actor, "roles": roles_of(states, actor), "rulebook": rulebook}
