"""Whose hands data is given into: assessments of impact, entrusted and joint processing."""

from __future__ import annotations

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Role
from mumian.market.simulation.scene import Said, Scene
from mumian.market.trial import PURPOSE
from mumian.rooms.consent import commands as consent
from mumian.rooms.consent.vocabulary import (
    Activity,
    Conclusion,
    Content,
    DataFate,
    EntrustmentId,
    Finding,
    InfoKind,
    PipiaForm,
    Term,
)


def of_persons(s: Scene) -> tuple[ResourceId, PartyId] | None:
    """Return a resource with personal information and its holder; now and then any resource."""
    for _ in range(6):
        resource = ResourceId(s.pick("resource"))
        record = s.states.catalog.resources.get(resource)
        if record is not None and ((record.persons and not record.is_withdrawn) or s.chance(30)):
            return resource, record.holder
    return None


def assessment(s: Scene, resource: ResourceId) -> consent.RecordPipia:
    form = s.one((PipiaForm.FULL, PipiaForm.FULL, PipiaForm.SIMPLIFIED))
    contents = tuple(Content) if s.chance(900) else s.some(Content)
    findings = tuple(Finding(content, s.digest()) for content in contents)
    conclusion = s.one((*Conclusion, Conclusion.ACCEPTABLE, Conclusion.ACCEPTABLE))
    activities = s.one((tuple(Activity), s.some(Activity)))
    return consent.RecordPipia(resource, activities, form, findings, conclusion, "dpo.1", s.digest())


def entrust(s: Scene) -> Said | None:
    """Entrust what was declared, after its impact was assessed, or now and then before."""
    declared = list(s.states.consent.declarations.under())
    found = s.one(declared)[0].partition("/") if declared and s.chance(900) else (s.pick("resource"), "", PURPOSE)
    resource, record = ResourceId(found[0]), s.states.catalog.resources.get(found[0])
    if record is None:
        return None
    if f"{resource}/{Activity.ENTRUST}" not in s.states.consent.assessed and s.chance(700):
        return Said(record.holder, assessment(s, resource))
    terms = tuple(Term) if s.chance(900) else s.some(Term)
    to = PartyId(s.who(s.one((Role.DATA_MERCHANT, Role.SERVICE_PROVIDER))))
    kinds = s.one(((InfoKind.BASIC,), (InfoKind.BASIC,), (InfoKind.BASIC, InfoKind.HEALTH)))
    command = consent.EntrustProcessing(resource, to, (found[2],), kinds, terms, s.after(200), s.digest())
    return Said(record.holder, command)


def hand_on(s: Scene) -> Said | None:
    """Allow to entrust further, entrust further, end, or confirm what became of the data."""
    key = EntrustmentId(s.pick("entrustment"))
    record = s.states.consent.entrustments.get(key)
    if record is None:
        return None
    allowed = [name.partition("/")[2] for name, _ in s.states.consent.reentrusting.under(f"{key}/")]
    to = PartyId(s.one((*allowed, *allowed, s.who(Role.DATA_MERCHANT))))
    until = record.valid_to if s.chance(900) else record.valid_to + 1
    further = consent.ReentrustProcessing(key, to, record.purposes, record.kinds, tuple(Term), until, s.digest())
    return s.one(
        (
            Said(record.holder, consent.AllowReentrusting(key, to)),
            Said(record.to, further),
            Said(record.to, further),
            Said(s.one((record.giver, record.to)), consent.EndEntrustment(key)),
            Said(record.to, consent.ConfirmDataFate(key, s.one(tuple(DataFate)), s.digest())),
        )
    )


def jointly(s: Scene) -> Said | None:
    """Propose joint processing, agree to what was proposed, or end it."""
    joints = list(s.states.consent.joints.under())
    if joints and s.chance(600):
        name, record = s.one(joints)
        resource = ResourceId(name.partition("/")[0])
        if s.chance(300):
            return Said(s.one((record.holder, record.other)), consent.EndJointProcessing(resource, record.other))
        agreed = consent.AgreeJointProcessing(resource, record.other, tuple(Term), record.terms_digest)
        return Said(record.other, agreed)
    found = of_persons(s)
    if found is None:
        return None
    terms = tuple(Term) if s.chance(900) else s.some(Term)
    other = PartyId(s.who(Role.DATA_MERCHANT)) if s.chance(950) else found[1]
    return Said(found[1], consent.AgreeJointProcessing(found[0], other, terms, s.digest()))
