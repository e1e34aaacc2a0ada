"""Entrusted and joint processing (PIPL 第20、21条): whose hand another party is, and how far."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId, new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.rooms.consent.assessing import refuse_unassessed
from mumian.rooms.consent.commands import (
    AgreeJointProcessing,
    AllowReentrusting,
    ConfirmDataFate,
    EndEntrustment,
    EndJointProcessing,
    EntrustProcessing,
    ExpireEntrustment,
    ReentrustProcessing,
)
from mumian.rooms.consent.events import (
    DataFateConfirmed,
    EntrustmentEnded,
    Event,
    JointProcessingAgreed,
    JointProcessingEnded,
    JointProcessingProposed,
    ProcessingEntrusted,
    ReentrustingAllowed,
)
from mumian.rooms.consent.guards import not_yours, over, refuse_names, refuse_parties, refuse_resources
from mumian.rooms.consent.model import ResourceFacts, State
from mumian.rooms.consent.records import Entrustment, Joint
from mumian.rooms.consent.refusals import ConsentRefusal as R
from mumian.rooms.consent.vocabulary import Activity, EntrustmentId, InfoKind, Term

ENTRUSTMENT_TERM = "consent.entrustment"
"""Kind of the limit that ends an entrustment."""

LINKS_MAX = 8
"""Entrustments from the holder to the last hand; bounds the work of one decision."""

JOINT_TERMS = (Term.PURPOSE, Term.MANNER, Term.DUTIES)
"""What joint processors settle between them: purposes and manners are theirs together, rights and duties each one's."""


def entrust(state: State, command: EntrustProcessing, facts: ResourceFacts) -> list[Event] | Refused:
    c = command
    refused = refuse_resources(facts, (c.resource,)) or refuse_parties(facts, (c.to,)) or _refuse_contract(c, facts)
    refused = refused or _refuse_undeclared(state, c) or _refuse_risky(state, c.resource, facts)
    if refused is not None:
        return refused
    record = Entrustment(
        c.resource, facts.actor, facts.actor, c.to, c.purposes, c.kinds, c.terms_digest, facts.now, c.valid_to
    )
    return [_entrusted(record, facts, ("S7-21", "S6-12", "S7-55"))]


def _entrusted(record: Entrustment, facts: Facts, rules: tuple[str, ...]) -> ProcessingEntrusted:
    entrustment = EntrustmentId(new_id("entrustment", facts.seq))
    limit = Start(entrustment, ENTRUSTMENT_TERM, Unit.INSTANT, record.valid_to)
    return ProcessingEntrusted(entrustment, record, rules, (limit,))


def _refuse_contract(c: EntrustProcessing | ReentrustProcessing, facts: Facts) -> Refused | None:
    """Return what the contract does not settle, or what is wrong with its parts."""
    refused = (
        refuse_names("purposes", c.purposes)
        or refuse_names("kinds", c.kinds)
        or refuse_names("terms", c.terms, may_be_empty=True)
    )
    if refused is not None:
        return refused
    if c.to == facts.actor:
        thing = c.resource if isinstance(c, EntrustProcessing) else c.entrustment
        return Refused(R.WITH_ITSELF, {"party": c.to, "resource": thing})
    if c.valid_to <= facts.now:
        return Refused(R.TERM_OVER, {"valid_to": c.valid_to, "now": facts.now})
    missing = next((term for term in Term if term not in c.terms), None)
    return None if missing is None else Refused(R.TERMS_INCOMPLETE, {"term": missing.value})


def _refuse_undeclared(state: State, c: EntrustProcessing) -> Refused | None:
    """Nobody entrusts what it may not do itself."""
    for purpose in c.purposes:
        declared = state.declarations.get(f"{c.resource}/{purpose}")
        if declared is None:
            return Refused(R.NO_BASIS, {"resource": c.resource, "purpose": purpose})
        outside = next((kind for kind in c.kinds if kind not in declared.kinds), None)
        if outside is not None:
            detail: Detail = {"resource": c.resource, "purpose": purpose, "kind": outside.value}
            return Refused(R.KIND_OUTSIDE, detail)
    return None


def _refuse_risky(state: State, resource: ResourceId, facts: Facts) -> Refused | None:
    return refuse_unassessed(state, resource, Activity.ENTRUST, rulebook=facts.rulebook, now=facts.now)


def allow(state: State, command: AllowReentrusting, facts: ResourceFacts) -> list[Event] | Refused:
    record = _in_force(state, command.entrustment)
    if isinstance(record, Refused):
        return record
    if facts.actor != record.holder:
        return not_yours(facts, command.entrustment, record.holder)
    refused = refuse_parties(facts, (command.to,))
    if refused is not None:
        return refused
    if f"{command.entrustment}/{command.to}" in state.reentrusting:
        return Refused(R.ALREADY_DONE, {"id": f"{command.entrustment}/{command.to}", "what": "allowed"})
    return [ReentrustingAllowed(command.entrustment, command.to)]


def reentrust(state: State, command: ReentrustProcessing, facts: ResourceFacts) -> list[Event] | Refused:
    c = command
    parent = _in_force(state, c.entrustment)
    if isinstance(parent, Refused):
        return parent
    if facts.actor != parent.to:
        return not_yours(facts, c.entrustment, parent.to)
    refused = refuse_parties(facts, (c.to,)) or _refuse_contract(c, facts) or _refuse_wider(c, parent)
    if refused is not None:
        return refused
    if f"{c.entrustment}/{c.to}" not in state.reentrusting:
        detail: Detail = {"holder": parent.holder, "entrustment": c.entrustment, "to": c.to}
        return Refused(R.REENTRUST_NEEDS_CONSENT, detail)
    links = len(chain(state, c.entrustment))
    if links >= LINKS_MAX:
        return Refused(R.TOO_DEEP, {"entrustment": c.entrustment, "links": links, "links_max": LINKS_MAX})
    record = Entrustment(
        parent.resource, parent.holder, facts.actor, c.to, c.purposes, c.kinds, c.terms_digest, facts.now, c.valid_to,
        parent=c.entrustment,
    )  # fmt: skip
    return [_entrusted(record, facts, ("S7-21", "S6-12"))]


def _refuse_wider(c: ReentrustProcessing, parent: Entrustment) -> Refused | None:
    parts: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("purposes", c.purposes, parent.purposes),
        ("kinds", c.kinds, parent.kinds),
    )
    for part, asked, held in parts:
        outside = next((each for each in asked if each not in held), None)
        if outside is not None:
            return Refused(R.REENTRUST_WIDER, {"part": part, "asked": str(outside), "entrustment": c.entrustment})
    if c.valid_to <= parent.valid_to:
        return None
    return Refused(R.REENTRUST_WIDER, {"part": "valid_to", "asked": str(c.valid_to), "entrustment": c.entrustment})


def chain(state: State, entrustment: EntrustmentId) -> list[Entrustment]:
    """Return the entrustment and those that it stands on, the holder's own last."""
    links: list[Entrustment] = []
    here: EntrustmentId | None = entrustment
    while here is not None:
        links.append(state.entrustments[here])
        here = links[-1].parent
    return links


def _in_force(state: State, entrustment: EntrustmentId) -> Entrustment | Refused:
    if entrustment not in state.entrustments:
        return Refused(R.UNKNOWN, {"noun": "entrustment", "id": entrustment})
    links = chain(state, entrustment)
    ended_at = next((link.ended_at for link in links if link.ended_at is not None), None)
    return links[0] if ended_at is None else over(entrustment, ended_at)


def hand_of(
    state: State, resource: ResourceId, party: PartyId, *, purpose: str, kinds: tuple[InfoKind, ...]
) -> EntrustmentId | None:
    """Return the entrustment in force under which a party processes `kinds` of a resource for `purpose`, or None."""
    for _, entrustment in state.entrusted.under(f"{resource}/{party}/"):
        record = _in_force(state, entrustment)
        if isinstance(record, Entrustment) and purpose in record.purposes and set(kinds) <= set(record.kinds):
            return entrustment
    return None


def end(state: State, command: EndEntrustment, facts: Facts) -> list[Event] | Refused:
    record = state.entrustments.get(command.entrustment)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "entrustment", "id": command.entrustment})
    if facts.actor not in (record.holder, record.giver, record.to) and Role.REGULATOR not in facts.roles:
        return not_yours(facts, command.entrustment, record.giver)
    if record.ended_at is not None:
        return over(command.entrustment, record.ended_at)
    stop = (Stop(command.entrustment, ENTRUSTMENT_TERM),)
    return [EntrustmentEnded(command.entrustment, facts.now, ("S7-21",), stop)]


def expire(state: State, command: ExpireEntrustment, facts: Facts) -> list[Event]:
    """End an entrustment whose term is over; nothing if it ended before."""
    record = state.entrustments.get(command.entrustment)
    is_over = record is None or record.ended_at is not None
    return [] if is_over else [EntrustmentEnded(command.entrustment, facts.now, ("S7-21",))]


def confirm_fate(state: State, command: ConfirmDataFate, facts: Facts) -> list[Event] | Refused:
    record = state.entrustments.get(command.entrustment)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "entrustment", "id": command.entrustment})
    if facts.actor != record.to:
        return not_yours(facts, command.entrustment, record.to)
    if not isinstance(_in_force(state, command.entrustment), Refused):
        return Refused(R.STILL_ENTRUSTED, {"entrustment": command.entrustment})
    if record.fate is not None:
        return Refused(R.ALREADY_DONE, {"id": command.entrustment, "what": record.fate.value})
    return [DataFateConfirmed(command.entrustment, command.fate, command.evidence_digest)]


def agree_joint(state: State, command: AgreeJointProcessing, facts: ResourceFacts) -> list[Event] | Refused:
    """The holder proposes; the other agrees by naming the same terms."""
    c = command
    resource = next((each for each in facts.resources if each.resource == c.resource), None)
    record = state.joints.get(f"{c.resource}/{c.other}")
    is_open = record is not None and record.ended_at is None
    if resource is None:
        return Refused(R.UNKNOWN, {"noun": "resource", "id": c.resource})
    if facts.actor == c.other and c.other != resource.holder:
        if record is None or not is_open or record.terms_digest != c.terms_digest:
            return Refused(R.UNKNOWN, {"noun": "joint", "id": f"{c.resource}/{c.other}"})
        if record.agreed_at is not None:
            return Refused(R.ALREADY_DONE, {"id": f"{c.resource}/{c.other}", "what": "agreed"})
        return [JointProcessingAgreed(c.resource, c.other, facts.now, ("S7-20",))]
    refused = refuse_resources(facts, (c.resource,)) or refuse_parties(facts, (c.other,))
    refused = refused or refuse_names("terms", c.terms, may_be_empty=True)
    if refused is not None:
        return refused
    if c.other == facts.actor:
        return Refused(R.WITH_ITSELF, {"party": c.other, "resource": c.resource})
    if record is not None and is_open and record.agreed_at is not None:
        return Refused(R.ALREADY_DONE, {"id": f"{c.resource}/{c.other}", "what": "agreed"})
    missing = next((term for term in JOINT_TERMS if term not in c.terms), None)
    if missing is not None:
        return Refused(R.JOINT_TERMS_INCOMPLETE, {"term": missing.value})
    was_joint = record is not None and (record.agreed_at is not None or record.was_joint)
    proposed = Joint(facts.actor, c.other, c.terms_digest, facts.now, was_joint=was_joint)
    return [JointProcessingProposed(c.resource, proposed)]


def end_joint(state: State, command: EndJointProcessing, facts: Facts) -> list[Event] | Refused:
    key = f"{command.resource}/{command.other}"
    record = state.joints.get(key)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "joint", "id": key})
    if facts.actor not in (record.holder, record.other):
        return not_yours(facts, key, record.holder)
    if record.ended_at is not None:
        return over(key, record.ended_at)
    return [JointProcessingEnded(command.resource, command.other, facts.now)]
