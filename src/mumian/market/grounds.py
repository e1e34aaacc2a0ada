"""What a chain of rights lies on: the resource, its public registration, its holder's policies, the persons in it."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind
from mumian.kernel.time import Instant, day_of
from mumian.market.explained import Step, cited
from mumian.market.gathering.lawful import holds_persons, lawful
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.rights.chain import stop


def grounds(states: States, resource: ResourceId, purposes: tuple[str, ...], now: Instant) -> Iterator[Step]:
    """Yield the steps beneath a root. purposes: that something above is limited to; empty where nothing is."""
    yield _resource(states, resource, now)
    yield from _registration(states, resource, now)
    yield from _policies(states, resource)
    if purposes and holds_persons(states, resource):
        yield _persons(states, resource, purposes, now)


def _resource(states: States, key: ResourceId, now: Instant) -> Step:
    """Return the resource as the ground of its chain: whose it is, its level, whether it is still offered."""
    record, described = catalog.resource(states.catalog, key), catalog.description(states.catalog, key)
    if record is None or described is None:
        return Step(key, "resource", "", "", "", "", False, "unknown")
    level = record.level.value if record.level else "not graded"
    kind = f"{described.data_kind.value} {described.source_type.value} {level}"
    why = "withdrawn" if record.is_withdrawn else "" if record.level else "not_classified"
    since = day_of(record.described_at).isoformat()
    return Step(key, "resource", record.holder, kind, since, "", not why, why, cited(states, ("S18-MATRIX",), now))


def _registration(states: States, resource: ResourceId, now: Instant) -> Iterator[Step]:
    """Yield the registration of a public data resource: without one nothing may be operated."""
    described = catalog.description(states.catalog, resource)
    if described is None or described.data_kind is not DataKind.PUBLIC:
        return
    rules = cited(states, ("S2-SCOPE",), now)
    key = states.rights.public_of.get(resource)
    if key is None:
        yield Step(resource, "registration", "", "", "", "", False, "not_coded", rules)
        return
    record = states.rights.publics[key]
    why = f"ended: {record.ended.value}" if record.ended is not None else str(stop(record, now) or "")
    since, until = day_of(record.valid_from).isoformat(), day_of(record.valid_to - 1).isoformat()
    yield Step(key, "registration", "", record.code, since, until, not why, why, rules)


def _policies(states: States, resource: ResourceId) -> Iterator[Step]:
    """Yield the standing policies of the holder: each use must be permitted by one of them and forbidden by none."""
    standing = states.contracts.use_policies.get(resource)
    holder = states.catalog.resources[resource].holder if standing else ""
    for key, policy in standing.policies if standing else ():
        terms = f"{len(policy.permission)} permit, {len(policy.prohibition)} prohibit"
        yield Step(key, "policy", holder, terms, "", "", True)


def _persons(states: States, resource: ResourceId, purposes: tuple[str, ...], now: Instant) -> Step:
    """Return by what the persons' data may be worked on at its holder, where nothing leaves but figures."""
    holder = states.catalog.resources[resource].holder
    answer = lawful(states, resource, recipient=holder, purposes=purposes, now=now)
    terms = " ".join(purposes)
    if isinstance(answer, Refused):
        rules = cited(states, (answer.refusal.sentence.rule or "",), now)
        return Step(resource, "persons", holder, terms, "", "", False, answer.refusal.full_name, rules)
    assert answer is not None  # the resource holds persons
    says = f"{terms} {answer.basis.value}".strip()
    return Step(resource, "persons", holder, says, "", "", True, "", cited(states, answer.rules, now))
