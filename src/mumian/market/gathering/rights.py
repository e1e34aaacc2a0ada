"""What the room of rights must know of other rooms."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import relation, resource_seen
from mumian.market.rooms import States
from mumian.rooms.rights import model as rights


def _register_right(s: States, c: rights.RegisterRight, base: Base) -> Facts:
    return rights.ResourceFacts(
        **base,
        resource=resource_seen(s, c.resource),
        holder_roles=roles_of(s, c.holder),
    )


def _register_public(s: States, c: rights.RegisterPublicResource, base: Base) -> Facts:
    resource = resource_seen(s, c.resource)
    holder_roles = frozenset() if resource is None else roles_of(s, resource.holder)
    return rights.ResourceFacts(**base, resource=resource, holder_roles=holder_roles)


def _grant(s: States, c: rights.GrantRight, base: Base) -> Facts:
    grantee = roles_of(s, c.grantee)
    return rights.GranteeFacts(**base, grantee_roles=grantee)


def _authorize(s: States, c: rights.AuthorizeOperation, base: Base) -> Facts:
    seen = [found for key in c.resources if (found := resource_seen(s, key)) is not None]
    return rights.AuthorizationFacts(
        **base,
        operator_roles=roles_of(s, c.operator),
        resources=tuple(seen),
    )


def _grant_under(s: States, c: rights.GrantUnderAuthorization, base: Base) -> Facts:
    return rights.MerchantFacts(
        **base,
        merchant_roles=roles_of(s, c.merchant),
        relation=relation(s, base["actor"], c.merchant),
    )


GATHER: dict[type, Gather] = {
    rights.RegisterRight: _register_right,
    rights.RegisterPublicResource: _register_public,
    rights.GrantRight: _grant,
    rights.AuthorizeOperation: _authorize,
    rights.GrantUnderAuthorization: _grant_under,
}
