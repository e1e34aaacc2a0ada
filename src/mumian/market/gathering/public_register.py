"""What the public register must know of other rooms: the resource, its holder, and whether a registry is one."""

from __future__ import annotations

from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Role, SourceType
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.public_register import model as register
from mumian.rooms.public_register.vocabulary import Resource, SubjectKind


def _facts(s: States, resource: ResourceId, registry: PartyId, base: Base) -> Facts:
    return register.RegisterFacts(
        **base,
        resource=_resource(s, resource),
        subject=subject_of(s, resource),
        registry_fit=_is_fit(s, registry),
    )


def _resource(s: States, key: ResourceId) -> Resource | None:
    record, described = catalog.resource(s.catalog, key), catalog.description(s.catalog, key)
    if record is None or described is None:
        return None
    return Resource(
        key, record.holder, described.data_kind, described.title, described.summary, withdrawn=record.is_withdrawn
    )


def subject_of(s: States, key: ResourceId) -> SubjectKind | None:
    """Return as what the holder of a resource registers it: an organisation, by its role and where the data is from."""
    record, described = catalog.resource(s.catalog, key), catalog.description(s.catalog, key)
    holder = None if record is None else parties.party(s.parties, record.holder)
    if record is None or described is None or holder is None or holder.kind is PartyKind.NATURAL:
        return None
    if Role.PUBLIC_BODY in roles_of(s, record.holder):
        return SubjectKind.PUBLIC_BODY
    of_source = {SourceType.PUBLIC_PRODUCT: SubjectKind.PRODUCT, SourceType.UTILITY: SubjectKind.UTILITY}
    return of_source.get(described.source_type)


def _is_fit(s: States, registry: PartyId) -> bool:
    """Tell whether a party is a registry and a public institution (事业单位)."""
    record = parties.party(s.parties, registry)
    return record is not None and record.kind is PartyKind.PUBLIC_BODY and Role.REGISTRY in roles_of(s, registry)


def _store(s: States, c: register.StoreEvidence, base: Base) -> Facts:
    return _facts(s, c.resource, c.registry, base)


def _of_submission(s: States, c: Any, base: Base) -> Facts:
    record = s.public_register.submissions.get(c.submission)
    return _facts(s, ResourceId("") if record is None else record.resource, base["actor"], base)


def _of_entry(s: States, c: Any, base: Base) -> Facts:
    record = s.public_register.entries.get(c.entry)
    return _facts(s, ResourceId("") if record is None else record.resource, base["actor"], base)


def _of_objection(s: States, c: register.DecideObjection, base: Base) -> Facts:
    found = s.public_register.objections.get(c.objection)
    record = None if found is None else s.public_register.submissions.get(found.submission)
    return _facts(s, ResourceId("") if record is None else record.resource, base["actor"], base)


GATHER: dict[type, Gather] = {
    register.StoreEvidence: _store,
    register.Submit: _of_submission,
    register.AskSupplement: _of_submission,
    register.Supplement: _of_submission,
    register.Accept: _of_submission,
    register.Reject: _of_submission,
    register.PassReview: _of_submission,
    register.RecordResult: _of_submission,
    register.DecideObjection: _of_objection,
    register.RequestChange: _of_entry,
    register.RequestCorrection: _of_entry,
    register.RequestCancellation: _of_entry,
    register.RequestRenewal: _of_entry,
    register.RevokeEntry: _of_entry,
}
