"""One question, one answer: may this party do this with that source, for this purpose, here and now?

The whole chain of rights from the source up to its root, then the standing policies of the resource at the root. Default
deny: a chain that does not hold, a scope that is left, a policy that does not permit are each a no of their own.
"""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Right
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.policy.model import Decision
from mumian.rooms.contracts import views as contracts
from mumian.rooms.rights import views as rights
from mumian.rooms.rights.chain import Chain


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to do.

    source: RightId or GrantId by which `party` may. action: an ODRL action. recipient: who gets the result; None: `party`.
    fields: those that the use reads; empty before a plan names them.
    """

    source: str
    party: PartyId
    right: Right
    action: str
    purpose: str
    territory: str
    recipient: PartyId | None = None
    product: str | None = None
    fields: tuple[str, ...] = ()


class Permission(msgspec.Struct, frozen=True):
    """The answer. chain: the rights walked, or why not. policies: what the resource's own policies say; None: it has none."""

    chain: Chain | Refused
    policies: Decision | None = None

    @property
    def allowed(self) -> bool:
        return isinstance(self.chain, Chain) and (self.policies is None or self.policies.allowed)


def permission(states: States, use: Use, now: Instant) -> Permission:
    """Decide on one use: the chain first, and only where it holds the resource's policies."""
    chain = rights.permits(
        states.rights,
        source=use.source,
        holder=use.party,
        right=use.right,
        purpose=use.purpose,
        territory=use.territory,
        now=now,
        fields=use.fields,
    )
    if isinstance(chain, Refused):
        return Permission(chain)
    decision = contracts.decide_resource(
        states.contracts,
        ResourceId(chain.resource),
        action=use.action,
        party=use.party,
        now=now,
        purpose=use.purpose,
        territory=use.territory,
        recipient=use.recipient,
        product=use.product,
    )
    return Permission(chain, decision)
