"""What the property register must know of other rooms: who is there, what the data is, which rights stand still."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.property_register import model as property_register
from mumian.rooms.property_register.forms import Form, NewForm, parties_of
from mumian.rooms.property_register.records import Certificate, Resource
from mumian.rooms.rights import views as rights


def _submitted(s: States, c: property_register.SubmitApplication, base: Base) -> Facts:
    return _case(s, c.registry, c.form, base)


def _supplemented(s: States, c: property_register.SupplementApplication, base: Base) -> Facts:
    record = s.property_register.applications.get(c.application)
    return _case(s, PartyId("") if record is None else record.registry, c.form, base)


Decided = property_register.ConcludeReview | property_register.ClosePublicity | property_register.AttestWaiting


def _decided(s: States, c: Decided, base: Base) -> Facts:
    record, form = s.property_register.applications.get(c.application), s.property_register.forms.get(c.application)
    if record is None or form is None:
        return property_register.CaseFacts(**base, parties={})
    return _case(s, record.registry, form, base)


def _case(s: States, registry: PartyId, form: Form, base: Base) -> property_register.CaseFacts:
    """Return the facts of what is applied for by `form`."""
    certificate = None if isinstance(form, NewForm) else s.property_register.certificates.get(form.certificate)
    named = {registry, *parties_of(form), *(() if certificate is None else (certificate.registry,))}
    resource = form.content.resource if isinstance(form, NewForm) else certificate and certificate.resource
    return property_register.CaseFacts(
        **base,
        parties={party: roles_of(s, party) for party in named},
        natural=frozenset(party for party in named if _is_natural(s, party)),
        resource=None if resource is None else _resource(s, resource, base),
        frozen=frozenset() if certificate is None else _frozen(s, certificate),
    )


def _is_natural(s: States, party: PartyId) -> bool:
    record = parties.party(s.parties, party)
    return record is not None and record.kind is PartyKind.NATURAL


def _resource(s: States, key: ResourceId, base: Base) -> Resource | None:
    record, described = catalog.resource(s.catalog, key), catalog.description(s.catalog, key)
    if record is None or described is None:
        return None
    return Resource(
        key,
        record.holder,
        described.data_kind,
        described.source_type,
        described.title,
        described.summary,
        withdrawn=record.is_withdrawn,
        coded=rights.is_coded(s.rights, key, base["now"]),
    )


def _frozen(s: States, certificate: Certificate) -> frozenset[int]:
    """Return the lines whose registered right stands still, by whoever's word."""
    registered = [s.rights.rights[key] for _, key in s.rights.by_certificate.under(f"{certificate.number}/")]
    still = {(right.holder, right.right) for right in registered if right.freezes}
    return frozenset(nth for nth, line in enumerate(certificate.lines) if (line.holder, line.right) in still)


GATHER: dict[type, Gather] = {
    property_register.SubmitApplication: _submitted,
    property_register.SupplementApplication: _supplemented,
    property_register.ConcludeReview: _decided,
    property_register.ClosePublicity: _decided,
    property_register.AttestWaiting: _decided,
}
