"""Registering rights for trials: submitted, accepted, reviewed and attested at once, without publicity.

Every command goes through the same door as a user's; what is registered stands as a registry would have registered it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Right, SourceType
from mumian.kernel.time import Instant
from mumian.rooms.property_register import model as property_register
from mumian.rooms.property_register.eligibility import favourable
from mumian.rooms.property_register.forms import Content, InitialForm
from mumian.rooms.property_register.vocabulary import (
    Applicant,
    ApplicationId,
    BasisKind,
    Claim,
    Condition,
    Evidence,
    Findings,
    Origin,
    Outcome,
    Restrictions,
    Statement,
)
from mumian.rooms.rights.model import RightRegistered

if TYPE_CHECKING:
    from mumian.market.trial import Script

EVIDENCE = sha256_hex(b"evidence")
"""Stands for the digest of a document that stays with its owner."""

ORIGINS = {
    SourceType.SELF_GENERATED: Origin.COLLECTED,
    SourceType.NATURAL_PERSON: Origin.COLLECTED,
    SourceType.UTILITY: Origin.COLLECTED,
    SourceType.WEB_CRAWLED: Origin.CRAWLED,
    SourceType.DERIVED: Origin.DERIVED,
}

BY_CONTRACT = (SourceType.CONTRACT_COLLECTED, SourceType.FUSED, SourceType.ENTRUSTED)


def initial_form(
    holder: str,
    resource: str,
    source_type: SourceType,
    rights: Iterable[Right],
    *,
    until: Instant | None = None,
    statements: Mapping[Condition, bool] | None = None,
    basis: BasisKind | None = None,
    waive_publicity: bool = True,
) -> InitialForm:
    """Return a form of one holder that is filled in whole.

    until: the first instant at which the rights no longer hold; None for five years. statements: facts of S1 第21条;
    None for those under which the table gives every right that it ever gives for this source. basis: None for a contract
    where the table asks for one, else collection.
    """
    said = favourable(source_type) if statements is None else tuple(Statement(c, h) for c, h in statements.items())
    evidence = Evidence(sample=EVIDENCE, acquisition=EVIDENCE)
    origin = ORIGINS.get(source_type, Origin.AGREED)
    if basis is None:
        basis = BasisKind.CONTRACT if source_type in BY_CONTRACT else BasisKind.COLLECTION
    content = Content(ResourceId(resource), origin, source_type, 1_000, 1_000_000, Restrictions(), evidence)
    claims = tuple(Claim(PartyId(holder), right, basis, EVIDENCE, until) for right in rights)
    applicant = Applicant(PartyId(holder), EVIDENCE)
    return InitialForm((applicant,), content, claims, said, waive_publicity=waive_publicity)


def register_rights(
    script: Script,
    registry: str,
    holder: str,
    resource: str,
    source_type: SourceType,
    rights: Iterable[Right],
    *,
    until: Instant | None = None,
    statements: Mapping[Condition, bool] | None = None,
    basis: BasisKind | None = None,
) -> dict[Right, str]:
    """Register rights of one holder in a resource under one certificate; return the id of each right. Three leaves.

    The arguments are those of `initial_form`.
    Raises: TrialFault: a command was refused.
    """
    form = initial_form(holder, resource, source_type, rights, until=until, statements=statements, basis=basis)
    submitted = property_register.SubmitApplication(PartyId(registry), form)
    application = ApplicationId(script.made(holder, submitted, "application"))
    script.say(registry, property_register.AcceptApplication(application))
    findings = Findings(Outcome.HOLDS, Outcome.HOLDS, Outcome.HOLDS, EVIDENCE)
    concluded = property_register.ConcludeReview(application, findings, form.statements, waive=True)
    events = script.say(registry, concluded).leaf.events
    return {event.record.right: event.registration for event in events if isinstance(event, RightRegistered)}
