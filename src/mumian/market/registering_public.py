"""A whole first registration of public data, as a script says it. Publicity is waived for nobody, so time must pass."""

from __future__ import annotations

from collections.abc import Callable

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.market.trial import EVIDENCE, Script
from mumian.rooms.clocks.model import ClockSet
from mumian.rooms.public_register.limits import PUBLICITY, kind_of
from mumian.rooms.public_register.model import Accept, PassReview, RecordResult, StoreEvidence, Submit
from mumian.rooms.public_register.vocabulary import Document, Material, Scope, SubmissionId
from mumian.rooms.rights.model import PublicResourceRegistered

Wait = Callable[[Instant], None]
"""Move the market's clock forward to an instant; limits that are over are met before the next command."""


def documents() -> tuple[Document, ...]:
    """Return materials of a first registration, each standing for a document that stays with its owner."""
    needed = (material for material in Material if material is not Material.EVIDENCE)
    return tuple(Document(material, sha256_hex(material.encode())) for material in needed)


def register_public(
    script: Script,
    *,
    registry: PartyId,
    body: PartyId,
    resource: ResourceId,
    wait: Wait,
    operation_ends: Instant | None = None,
) -> str:
    """Register a resource with everything that belongs to it; return the registration's id in the room of rights.

    registry: a public institution with the role REGISTRY. body: who holds the resource. wait: called once, with the
    instant at which the publicity of 10 work days is over. operation_ends: None for data outside authorised operation.
    """
    submission = SubmissionId(script.made(body, StoreEvidence(resource, registry, EVIDENCE), "submission"))
    scope = Scope.OUTSIDE if operation_ends is None else Scope.IN_OPERATION
    script.say(body, Submit(submission, documents(), scope, operation_ends))
    script.say(registry, Accept(submission))
    passed = script.say(registry, PassReview(submission, EVIDENCE)).leaf
    clocks = (event.clock for event in passed.events if isinstance(event, ClockSet))
    wait(next(clock.due_at for clock in clocks if clock.kind == kind_of(PUBLICITY)))
    recorded = script.say(registry, RecordResult(submission)).leaf
    entered = next(event for event in recorded.events if isinstance(event, PublicResourceRegistered))
    return str(entered.registration)
