"""What the room of companies must know of other rooms: who is an organisation, whose a thing is, whether a grant can be given."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ProductId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.market.actors import roles_of
from mumian.market.gathering import rights as of_rights
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.enterprise import model as enterprise
from mumian.rooms.enterprise import views as enterprise_views
from mumian.rooms.enterprise.vocabulary import LicenceId
from mumian.rooms.exchange import views as exchange
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.decide import decide as decide_rights


def _company(s: States, _c: enterprise.Command, base: Base) -> Facts:
    return enterprise.CompanyFacts(**base, is_organisation=_is_organisation(s, base["actor"]))


def _draft(s: States, c: enterprise.DraftLicence, base: Base) -> Facts:
    return enterprise.CompanyFacts(
        **base,
        is_organisation=_is_organisation(s, base["actor"]),
        other_is_organisation=_is_organisation(s, c.other),
    )


def _is_organisation(s: States, party: PartyId) -> bool:
    record = parties.party(s.parties, party)
    return record is not None and record.kind is not PartyKind.NATURAL and bool(roles_of(s, party))


def _activate(s: States, c: enterprise.ActivateLicence, base: Base) -> Facts:
    """Ask the room of rights what it would say: a tick must not be refused for what became of a right since the signatures."""
    for command in grants_under(s, c.licence):
        answer = decide_rights(s.rights, command, of_rights.GATHER[rights.GrantUnderLicence](s, command, base))
        if isinstance(answer, Refused):
            return enterprise.ActivationFacts(**base, hindrance=answer.refusal.full_name)
    return enterprise.ActivationFacts(**base)


def grants_under(s: States, key: LicenceId) -> Iterator[rights.GrantUnderLicence]:
    """Yield the grants that a licence's terms come to, one for each side that gives data."""
    licence, terms = enterprise_views.licence(s.enterprise, key), enterprise_views.terms_of(s.enterprise, key)
    if licence is None or terms is None:
        return
    for side, data in terms.given:
        yield rights.GrantUnderLicence(
            licence=key,
            grantor=licence.party(side),
            parent=data.parent,
            grantee=licence.party(side.other),
            right=data.right,
            purposes=data.purposes,
            territory=data.territory,
            fields=data.fields,
            valid_from=data.valid_from,
            valid_to=data.valid_to,
            onward=data.onward,
            terms_digest=digest(terms),
        )


def _publish(s: States, c: enterprise.PublishOpening, base: Base) -> Facts:
    resource = catalog.resource(s.catalog, ResourceId(c.subject))
    product = exchange.product(s.exchange, ProductId(c.subject))
    owner = None
    if resource is not None and not resource.is_withdrawn:
        owner = resource.holder
    elif product is not None:
        owner = product.seller
    return enterprise.OpeningFacts(**base, owner=owner)


GATHER: dict[type, Gather] = {
    enterprise.AppointOfficer: _company,
    enterprise.StateFirm: _company,
    enterprise.RequestOpening: _company,
    enterprise.DraftLicence: _draft,
    enterprise.ActivateLicence: _activate,
    enterprise.PublishOpening: _publish,
}
