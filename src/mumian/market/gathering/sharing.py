"""What the room of sharing must know of other rooms: resources, duties, versions, who is what, who operates what."""

from __future__ import annotations

from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Role
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.rights.chain import stop
from mumian.rooms.sharing import model as sharing
from mumian.rooms.sharing.vocabulary import Card, Resource

CARDS_MAX = 1_024
"""Catalog entries of a holder that one assignment looks at."""


def _resource(s: States, key: ResourceId) -> Resource | None:
    record, described = catalog.resource(s.catalog, key), catalog.description(s.catalog, key)
    if record is None or described is None:
        return None
    fields = tuple(field.name for field in described.fields)
    return Resource(key, record.holder, described.data_kind, fields, record.is_withdrawn)


def _of_resource(s: States, c: Any, base: Base) -> Facts:
    return sharing.SharingFacts(**base, resource=_resource(s, c.resource))


def _of_share(s: States, c: Any, base: Base) -> Facts:
    record = s.sharing.shares.get(c.share)
    return sharing.SharingFacts(**base, resource=None if record is None else _resource(s, record.resource))


def _plain(_s: States, _c: Any, base: Base) -> Facts:
    return sharing.SharingFacts(**base)


def _enrol(s: States, c: sharing.EnrolBody, base: Base) -> Facts:
    record = s.sharing.bodies.get(c.body)
    return sharing.SharingFacts(
        **base,
        is_body=Role.PUBLIC_BODY in roles_of(s, c.body),
        bureau_in_office=record is not None and Role.DATA_BUREAU in roles_of(s, record.bureau),
    )


def _request(s: States, c: sharing.RequestShare, base: Base) -> Facts:
    listed = c.duty_item is not None and f"{base['actor']}/{c.duty_item}" in s.catalog.duties
    return sharing.SharingFacts(**base, resource=_resource(s, c.resource), duty_listed=listed)


def _raise(s: States, c: sharing.RaiseTicket, base: Base) -> Facts:
    actor = parties.party(s.parties, base["actor"])
    return sharing.SharingFacts(
        **base,
        is_bureau=Role.DATA_BUREAU in roles_of(s, c.bureau),
        is_person=actor is not None and actor.kind is PartyKind.NATURAL,
    )


def _assign(s: States, c: sharing.AssignTicket, base: Base) -> Facts:
    is_body = Role.PUBLIC_BODY in roles_of(s, c.holder)
    return sharing.SharingFacts(**base, is_body=is_body, cards=cards_of(s, c.holder) if is_body else ())


def cards_of(s: States, holder: PartyId) -> tuple[Card, ...]:
    """Return what a holder's catalog offers to be matched with, withdrawn resources left out."""
    cards = []
    for key in catalog.resources_of(s.catalog, holder):
        record, described = catalog.resource(s.catalog, key), catalog.description(s.catalog, key)
        if record is not None and described is not None and not record.is_withdrawn:
            cards.append(Card(key, described.industry, described.keywords))
        if len(cards) == CARDS_MAX:
            break
    return tuple(cards)


def _correct(s: States, c: sharing.CorrectDefect, base: Base) -> Facts:
    defect = s.sharing.defects.get(c.defect)
    if defect is None:
        return sharing.SharingFacts(**base)
    nth = s.catalog.digests.get(f"{defect.resource}/{c.version_digest}")
    versions = list(catalog.versions_of(s.catalog, defect.resource)) if nth is not None else []
    published_at = versions[nth - 1].published_at if nth is not None and nth <= len(versions) else None
    return sharing.SharingFacts(**base, published_at=published_at)


def _feed_back(s: States, c: sharing.FeedBackResult, base: Base) -> Facts:
    keys = (key for _, key in s.rights.authorized.under(f"{c.resource}/"))
    records = (s.rights.authorizations[key] for key in keys)
    operates = any(record.operator == base["actor"] and stop(record, base["now"]) is None for record in records)
    return sharing.SharingFacts(**base, resource=_resource(s, c.resource), operates=operates)


GATHER: dict[type, Gather] = {
    sharing.EnrolBody: _enrol,
    sharing.SetAttributes: _of_resource,
    sharing.ConfirmAttributes: _plain,
    sharing.ReturnAttributes: _plain,
    sharing.RequestShare: _request,
    sharing.GrantShare: _of_share,
    sharing.RefuseShare: _plain,
    sharing.WithdrawShareRequest: _plain,
    sharing.EndShare: _plain,
    sharing.ReportUse: _plain,
    sharing.RaiseTicket: _raise,
    sharing.AssignTicket: _assign,
    sharing.AnswerTicket: _plain,
    sharing.DeliverTicket: _of_resource,
    sharing.CloseTicket: _plain,
    sharing.ReportDefect: _of_share,
    sharing.CorrectDefect: _correct,
    sharing.RejectDefect: _plain,
    sharing.OrderCorrection: _plain,
    sharing.FeedBackResult: _feed_back,
}
