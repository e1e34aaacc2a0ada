"""Who may speak for a person: the person, its guardian, its agent, or the processor who passes its word on."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId, new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.consent.commands import EndGuardian, EndMandate, ExpireMandate, GiveMandate, RecordGuardian
from mumian.rooms.consent.events import Event, GuardianEnded, GuardianRecorded, MandateEnded, MandateGiven
from mumian.rooms.consent.guards import not_yours, over, refuse_names, refuse_parties
from mumian.rooms.consent.model import PersonFacts, State
from mumian.rooms.consent.records import Guardianship, Mandate
from mumian.rooms.consent.refusals import ConsentRefusal as R
from mumian.rooms.consent.vocabulary import Act, Channel, MandateId

MANDATE_TERM = "consent.mandate"
"""Kind of the limit that ends a mandate."""

AGENTS = frozenset({Role.BROKER, Role.SUPPLIER, Role.DATA_MERCHANT, Role.SERVICE_PROVIDER, Role.PUBLIC_DATA_OPERATOR})
"""Who may be mandated: processors and brokers (政策第4条, 受托行权)."""


def guardian_of(state: State, person: PartyId) -> PartyId | None:
    """Return the first guardian in force, or None: who has one is under fourteen."""
    for key, record in state.guardians.under(f"{person}/"):
        if record.ended_at is None:
            return PartyId(key.removeprefix(f"{person}/"))
    return None


def is_guardian(state: State, person: PartyId, other: PartyId) -> bool:
    record = state.guardians.get(f"{person}/{other}")
    return record is not None and record.ended_at is None


def speaker(
    state: State,
    facts: Facts,
    *,
    person: PartyId,
    processor: PartyId,
    act: Act,
    mandate: MandateId | None,
    resources: tuple[ResourceId, ...],
) -> Channel | Refused:
    """Return through whom `person` speaks to `processor`, or why the speaker may not speak for it.

    resources: what it is said of; empty for all.
    """
    if mandate is not None:
        return _refuse_agent(state, facts, mandate, person, act, resources) or Channel.AGENT
    if facts.actor == person:
        return Channel.PERSON
    if is_guardian(state, person, facts.actor):
        return Channel.GUARDIAN
    return Channel.PROCESSOR if facts.actor == processor else not_yours(facts, person, person)


def _refuse_agent(
    state: State, facts: Facts, mandate: MandateId, person: PartyId, act: Act, resources: tuple[ResourceId, ...]
) -> Refused | None:
    record = state.mandates.get(mandate)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "mandate", "id": mandate})
    if facts.actor != record.agent or person != record.person:
        return not_yours(facts, mandate, record.agent)
    if record.ended_at is not None:
        return over(mandate, record.ended_at)
    if act not in record.acts:
        return Refused(R.MANDATE_OUTSIDE, {"mandate": mandate, "asked": act.value})
    if not record.resources:
        return None
    outside = next((each for each in resources if each not in record.resources), "" if resources else "all")
    return Refused(R.MANDATE_OUTSIDE, {"mandate": mandate, "asked": outside}) if outside else None


def refuse_both_sides(facts: PersonFacts, processor: PartyId, *recipients: PartyId) -> Refused | None:
    """Return a refusal if the agent who speaks is the processor or a recipient, or is related to the processor."""
    agent = facts.actor
    if agent == processor or agent in recipients or facts.relation:
        path = " → ".join(facts.relation) or agent
        return Refused(R.BOTH_SIDES, {"agent": agent, "processor": processor, "path": path})
    return None


def record_guardian(state: State, command: RecordGuardian, facts: PersonFacts) -> list[Event] | Refused:
    if Role.EXCHANGE not in facts.roles:
        return Refused(R.ONLY_THE_EXCHANGE, {"actor": facts.actor})
    for party in (command.person, command.guardian):
        if party not in facts.persons:
            return Refused(R.NOT_A_PERSON, {"party": party})
    if command.person == command.guardian:
        return Refused(R.REPEATED, {"part": "persons", "value": command.person})
    if is_guardian(state, command.person, command.guardian):
        return Refused(R.ALREADY_DONE, {"id": f"{command.person}/{command.guardian}", "what": "recorded"})
    record = Guardianship(command.relation_digest, facts.now)
    return [GuardianRecorded(command.person, command.guardian, record)]


def end_guardian(state: State, command: EndGuardian, facts: Facts) -> list[Event] | Refused:
    if Role.EXCHANGE not in facts.roles and facts.actor != command.guardian:
        return Refused(R.ONLY_THE_EXCHANGE, {"actor": facts.actor})
    key = f"{command.person}/{command.guardian}"
    record = state.guardians.get(key)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "guardian", "id": key})
    if record.ended_at is not None:
        return over(key, record.ended_at)
    return [GuardianEnded(command.person, command.guardian, facts.now)]


def give_mandate(state: State, command: GiveMandate, facts: PersonFacts) -> list[Event] | Refused:
    c = command
    if facts.actor != c.person and not is_guardian(state, c.person, facts.actor):
        return not_yours(facts, c.person, c.person)
    if c.person not in facts.persons:
        return Refused(R.NOT_A_PERSON, {"party": c.person})
    refused = (
        refuse_parties(facts, (c.agent,))
        or _refuse_agent_of(c, facts)
        or refuse_names("acts", c.acts)
        or refuse_names("resources", c.resources, may_be_empty=True)
    )
    if refused is not None:
        return refused
    if c.valid_to <= facts.now:
        return Refused(R.TERM_OVER, {"valid_to": c.valid_to, "now": facts.now})
    if facts.actor == c.person and guardian_of(state, c.person) is not None:
        return Refused(R.GUARDIAN_NEEDED, {"person": c.person})
    mandate = MandateId(new_id("mandate", facts.seq))
    record = Mandate(c.person, c.agent, c.acts, c.resources, facts.actor, c.terms_digest, facts.now, c.valid_to)
    return [MandateGiven(mandate, record, (Start(mandate, MANDATE_TERM, Unit.INSTANT, c.valid_to),))]


def _refuse_agent_of(c: GiveMandate, facts: PersonFacts) -> Refused | None:
    if c.agent == c.person:
        return Refused(R.REPEATED, {"part": "parties", "value": c.agent})
    return None if facts.agent_roles & AGENTS else Refused(R.AGENT_UNFIT, {"agent": c.agent})


def end_mandate(state: State, command: EndMandate, facts: Facts) -> list[Event] | Refused:
    record = state.mandates.get(command.mandate)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "mandate", "id": command.mandate})
    is_theirs = facts.actor in (record.person, record.agent) or is_guardian(state, record.person, facts.actor)
    if not is_theirs:
        return not_yours(facts, command.mandate, record.person)
    if record.ended_at is not None:
        return over(command.mandate, record.ended_at)
    return [MandateEnded(command.mandate, facts.now, (Stop(command.mandate, MANDATE_TERM),))]


def expire_mandate(state: State, command: ExpireMandate, facts: Facts) -> list[Event]:
    """End a mandate whose term is over; nothing if it ended before."""
    record = state.mandates.get(command.mandate)
    return [] if record is None or record.ended_at is not None else [MandateEnded(command.mandate, facts.now)]
