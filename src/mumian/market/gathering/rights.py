"""What the room of rights must know of other rooms: who the grantee is, and what a person's consent and mandates say."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.consent import views as consents
from mumian.rooms.consent.covers import recipients_of
from mumian.rooms.consent.vocabulary import Act
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import ConsentSeen


def _grant(s: States, c: rights.GrantRight, base: Base) -> Facts:
    return rights.GranteeFacts(
        **base,
        grantee_roles=roles_of(s, c.grantee),
        acts_for=_acts_for_owner(s, c.parent, base["actor"]),
        consent=_consent(s, c.consent) if c.consent else None,
    )


def _acts_for_owner(s: States, parent: str, actor: PartyId) -> bool:
    """Tell whether the actor may grant for the owner of `parent` by a person's mandate (受托行权)."""
    right, grant = s.rights.rights.get(parent), s.rights.grants.get(parent)
    if right is None and grant is None:
        return False
    owner, resource = (right.holder, right.resource) if right is not None else (grant.grantee, grant.resource)
    return owner != actor and consents.acts_for(s.consent, actor, owner, Act.GRANT, ResourceId(resource))


def _consent(s: States, key: str) -> ConsentSeen | None:
    record = s.consent.consents.get(key)
    if record is None:
        return None
    in_force = record.ended is None
    return ConsentSeen(record.processor, record.purposes, recipients_of(record), record.valid_to, in_force)


def _grant_under_licence(s: States, c: rights.GrantUnderLicence, base: Base) -> Facts:
    return rights.GranteeFacts(**base, grantee_roles=roles_of(s, c.grantee))


GATHER: dict[type, Gather] = {
    rights.GrantRight: _grant,
    rights.GrantUnderLicence: _grant_under_licence,
}
