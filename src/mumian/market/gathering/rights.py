"""What the room of rights must know of other rooms."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.rights import model as rights


def _grant(s: States, c: rights.GrantRight, base: Base) -> Facts:
    return rights.GranteeFacts(**base, grantee_roles=roles_of(s, c.grantee))


def _grant_under_licence(s: States, c: rights.GrantUnderLicence, base: Base) -> Facts:
    return rights.GranteeFacts(**base, grantee_roles=roles_of(s, c.grantee))


GATHER: dict[type, Gather] = {
    rights.GrantRight: _grant,
    rights.GrantUnderLicence: _grant_under_licence,
}
