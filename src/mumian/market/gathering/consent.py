"""What the room of consent must know of others: resources and who holds them, persons, agents, ties between parties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Role
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import relation
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog_model
from mumian.rooms.catalog import views as catalog
from mumian.rooms.consent import commands as consent
from mumian.rooms.consent import model
from mumian.rooms.consent.vocabulary import Resource
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import PartyKind


def _resource(s: States, key: ResourceId) -> Resource | None:
    record = catalog.resource(s.catalog, key)
    if record is None:
        return None
    persons = record.persons if record.level is not None else None
    return Resource(key, record.holder, persons, record.is_withdrawn)


def _resources(s: States, keys: Iterable[ResourceId]) -> tuple[Resource, ...]:
    return tuple(found for key in keys if (found := _resource(s, key)) is not None)


def _admitted(s: States, named: Iterable[PartyId | None]) -> frozenset[PartyId]:
    return frozenset(party for party in named if party is not None and roles_of(s, party))


def _persons(s: States, named: Iterable[PartyId]) -> frozenset[PartyId]:
    """Return those of the parties that are natural persons with the role of an individual in force."""
    return frozenset(party for party in named if _is_person(s, party))


def _is_person(s: States, party: PartyId) -> bool:
    record = parties.party(s.parties, party)
    return record is not None and record.kind is PartyKind.NATURAL and Role.INDIVIDUAL in roles_of(s, party)


def _of_resources(s: States, c: Any, base: Base) -> Facts:
    """For commands that name one resource, or several, and at times another party."""
    keys = c.resources if hasattr(c, "resources") else (c.resource,)
    others = (*getattr(c, "recipients", ()), getattr(c, "to", None), getattr(c, "other", None))
    return model.ResourceFacts(**base, resources=_resources(s, keys), admitted=_admitted(s, others))


def _of_entrustment(s: States, c: consent.AllowReentrusting | consent.ReentrustProcessing, base: Base) -> Facts:
    return model.ResourceFacts(**base, admitted=_admitted(s, (c.to,)))


def _give(s: States, c: consent.GiveConsent, base: Base) -> Facts:
    notice = s.consent.notices.get(c.notice)
    processor = notice.processor if notice is not None and c.mandate is not None else None
    return model.PersonFacts(
        **base,
        persons=_persons(s, (c.person,)),
        has_key=parties.has_key(s.parties, c.person),
        relation=() if processor is None else relation(s, base["actor"], processor),
    )


def _guardian(s: States, c: consent.RecordGuardian, base: Base) -> Facts:
    return model.PersonFacts(**base, persons=_persons(s, (c.person, c.guardian)))


def _mandate(s: States, c: consent.GiveMandate, base: Base) -> Facts:
    return model.PersonFacts(
        **base,
        persons=_persons(s, (c.person,)),
        admitted=_admitted(s, (c.agent,)),
        agent_roles=roles_of(s, c.agent),
    )


def _petition(s: States, c: consent.SubmitPetition, base: Base) -> Facts:
    return model.PersonFacts(
        **base,
        resources=_resources(s, c.resources),
        admitted=_admitted(s, (c.processor, c.to)),
        persons=_persons(s, (c.person, base["actor"])),
        relation=relation(s, base["actor"], c.processor) if c.mandate is not None else (),
    )


def _exclusion(s: States, c: consent.ConfirmExclusion, base: Base) -> Facts:
    nth = s.catalog.digests.get(f"{c.resource}/{c.version_digest}")
    version = None if nth is None else s.catalog.versions[catalog_model.nth_key(c.resource, nth)]
    published_at = None if version is None else version.published_at
    return model.VersionFacts(**base, resource=_resource(s, c.resource), published_at=published_at)


GATHER: dict[type, Gather] = {
    consent.PublishNotice: _of_resources,
    consent.DeclareBasis: _of_resources,
    consent.RecordPipia: _of_resources,
    consent.EntrustProcessing: _of_resources,
    consent.AgreeJointProcessing: _of_resources,
    consent.AllowReentrusting: _of_entrustment,
    consent.ReentrustProcessing: _of_entrustment,
    consent.GiveConsent: _give,
    consent.RecordGuardian: _guardian,
    consent.GiveMandate: _mandate,
    consent.SubmitPetition: _petition,
    consent.ConfirmExclusion: _exclusion,
}
