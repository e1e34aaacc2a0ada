"""What a person asks of a processor (PIPL 第44至50条), and how it is answered."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId, new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import DAY_MS
from mumian.rooms.consent.agency import guardian_of, refuse_both_sides, speaker
from mumian.rooms.consent.commands import (
    ExtendPetition,
    FulfilPetition,
    MarkOverdue,
    RefusePetition,
    SubmitPetition,
    TakeBackPetition,
    VerifyPetitioner,
)
from mumian.rooms.consent.consenting import ANSWER, answer_limit, days_of
from mumian.rooms.consent.events import (
    Event,
    PersonRefused,
    PetitionerVerified,
    PetitionExtended,
    PetitionFulfilled,
    PetitionOverdue,
    PetitionReceived,
    PetitionRefused,
    PetitionTakenBack,
)
from mumian.rooms.consent.guards import missing_rule, needs, not_yours, over, refuse_names, refuse_parties
from mumian.rooms.consent.model import PersonFacts, State
from mumian.rooms.consent.records import Petition
from mumian.rooms.consent.refusals import ConsentRefusal as R
from mumian.rooms.consent.vocabulary import (
    Act,
    Asked,
    Channel,
    LegalBasis,
    PetitionId,
    PetitionState,
    PortCondition,
    PortStated,
    RefusalReason,
)
from mumian.rulebook.rules import number_at

YEAR_MS = 365 * DAY_MS

RULES = {
    Asked.KNOW: ("S7-44",),
    Asked.RESTRICT: ("S7-44",),
    Asked.REFUSE: ("S7-44",),
    Asked.ACCESS: ("S7-45",),
    Asked.COPY: ("S7-45",),
    Asked.PORT: ("S7-45", "S6-25"),
    Asked.CORRECT: ("S7-46",),
    Asked.SUPPLEMENT: ("S7-46",),
    Asked.DELETE: ("S7-47",),
    Asked.EXPLAIN: ("S7-48",),
    Asked.DECEASED_KIN: ("S7-49",),
}
"""The rules that a petition stands on, the decisive one first."""

ACT_OF = {
    Asked.KNOW: Act.KNOW,
    Asked.RESTRICT: Act.RESTRICT,
    Asked.REFUSE: Act.RESTRICT,
    Asked.ACCESS: Act.ACCESS,
    Asked.COPY: Act.COPY,
    Asked.PORT: Act.PORT,
    Asked.CORRECT: Act.CORRECT,
    Asked.SUPPLEMENT: Act.CORRECT,
    Asked.DELETE: Act.DELETE,
    Asked.EXPLAIN: Act.EXPLAIN,
}
"""What an agent must be mandated to, to ask for it."""

_of_keeping = frozenset({Asked.DELETE, Asked.RESTRICT, Asked.REFUSE, Asked.DECEASED_KIN})
_of_seeing = frozenset({Asked.KNOW, Asked.ACCESS, Asked.COPY, Asked.EXPLAIN, Asked.DECEASED_KIN})
FITS = {
    RefusalReason.IDENTITY_NOT_VERIFIED: frozenset(Asked),
    RefusalReason.SECRECY: _of_seeing,
    RefusalReason.LAW_DEMANDS_KEEPING: _of_keeping,
    RefusalReason.CONDITION_UNMET: frozenset({Asked.PORT}),
    RefusalReason.HARMS_OTHERS: frozenset(Asked) - {Asked.DELETE, Asked.RESTRICT, Asked.REFUSE},
    RefusalReason.NOTHING_HELD: frozenset(Asked),
    RefusalReason.NOT_ENTITLED: frozenset(Asked),
}
"""What may be refused for which reason."""

OPEN_TO_LAW = frozenset({RefusalReason.LAW_DEMANDS_KEEPING, RefusalReason.NOTHING_HELD})
"""Reasons not to delete after a consent ended: the person need not prove anything again."""


def submit(state: State, command: SubmitPetition, facts: PersonFacts) -> list[Event] | Refused:
    c = command
    channel = _channel(state, c, facts)
    if isinstance(channel, Refused):
        return channel
    refused = (
        (None if c.person in facts.persons else Refused(R.NOT_A_PERSON, {"party": c.person}))
        or refuse_parties(facts, (c.processor, *(() if c.to is None else (c.to,))))
        or refuse_names("resources", c.resources, may_be_empty=True)
        or _refuse_processor(state, c, facts)
        or _refuse_age(state, c, channel)
        or _refuse_parts(c)
        or _refuse_kin(c)
        or (refuse_both_sides(facts, c.processor) if channel is Channel.AGENT else None)
    )
    if refused is not None:
        return refused
    for rule in RULES[c.asked]:
        refused = missing_rule(rule, rulebook=facts.rulebook, now=facts.now)
        if refused is not None:
            return refused
    petition = PetitionId(new_id("petition", facts.seq))
    record = Petition(
        c.person, c.processor, c.asked, c.resources, channel, facts.actor, c.details_commitment, PetitionState.RECEIVED,
        RULES[c.asked], facts.now, mandate=c.mandate, cause=c.cause, to=c.to, kin=c.kin,
        times=_times(state, c.person, c.processor, facts) if c.asked is Asked.PORT else 0,
    )  # fmt: skip
    return [PetitionReceived(petition, record, answer_limit(petition, record, facts))]


def _channel(state: State, c: SubmitPetition, facts: PersonFacts) -> Channel | Refused:
    if c.asked is Asked.DECEASED_KIN:
        if facts.actor == c.person or facts.actor not in facts.persons:
            return not_yours(facts, c.person, "kin")
        return Channel.KIN
    act = ACT_OF[c.asked]
    parties: dict[str, PartyId] = {"person": c.person, "processor": c.processor}
    channel = speaker(state, facts, **parties, act=act, mandate=c.mandate, resources=c.resources)
    if channel is Channel.PROCESSOR and c.evidence_digest is None:
        return needs("petition.evidence")
    return channel


def _refuse_processor(state: State, c: SubmitPetition, facts: PersonFacts) -> Refused | None:
    """A petition goes to who holds the data or processes it jointly (PIPL 第20条)."""
    known = {each.resource: each for each in facts.resources}
    for name in c.resources:
        resource = known.get(name)
        if resource is None:
            return Refused(R.UNKNOWN, {"noun": "resource", "id": name})
        if resource.holder != c.processor and not is_joint(state, name, c.processor):
            detail: Detail = {"processor": c.processor, "resource": name, "holder": resource.holder}
            return Refused(R.NOT_THE_PROCESSOR, detail)
    return None


def is_joint(state: State, resource: ResourceId, party: PartyId) -> bool:
    """Tell whether a party processes the resource jointly with its holder; what ended stays their joint doing."""
    record = state.joints.get(f"{resource}/{party}")
    return record is not None and (record.agreed_at is not None or record.was_joint)


def _refuse_age(state: State, c: SubmitPetition, channel: Channel) -> Refused | None:
    if channel is Channel.PERSON and guardian_of(state, c.person) is not None:
        return Refused(R.GUARDIAN_NEEDED, {"person": c.person})
    return None


def _refuse_parts(c: SubmitPetition) -> Refused | None:
    """Return what has no place in this petition, or what it must say and does not."""
    parts = (("cause", c.cause, Asked.DELETE), ("to", c.to, Asked.PORT), ("kin", c.kin, Asked.DECEASED_KIN))
    for field, value, asked in parts:
        if value is not None and c.asked is not asked:
            return Refused(R.MISPLACED, {"field": field, "asked": c.asked.value})
        if value is None and c.asked is asked:
            return needs(f"petition.{field}")
    return None


def _refuse_kin(c: SubmitPetition) -> Refused | None:
    if c.kin is None:
        return None
    if c.kin.own_interest is None:
        return needs("kin.own_interest")
    if c.kin.arranged_otherwise is None:
        return needs("kin.arranged_otherwise")
    why = "own_interest" if not c.kin.own_interest else "arranged_otherwise" if c.kin.arranged_otherwise else ""
    return Refused(R.KIN_NOT_ENTITLED, {"why": why}) if why else None


def _times(state: State, person: PartyId, processor: PartyId, facts: Facts) -> int:
    """Return how many transfers the person asked of the processor in the year before."""
    since = facts.now - YEAR_MS
    asked = (state.petitions[key] for _, key in state.transfers.under(f"{person}/{processor}/"))
    return sum(1 for each in asked if each.received_at > since)


def _open(state: State, petition: PetitionId, facts: Facts) -> Petition | Refused:
    """Return the petition if it is the speaker's to answer and still open."""
    record = state.petitions.get(petition)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "petition", "id": petition})
    if facts.actor != record.processor:
        return not_yours(facts, petition, record.processor)
    return record if record.closed_at is None else over(petition, record.closed_at)


def verify(state: State, command: VerifyPetitioner, facts: Facts) -> list[Event] | Refused:
    record = _open(state, command.petition, facts)
    if isinstance(record, Refused):
        return record
    if record.state is not PetitionState.RECEIVED:
        return Refused(R.ALREADY_DONE, {"id": command.petition, "what": record.state.value})
    verified = PetitionerVerified(command.petition, command.evidence_digest)
    return [verified, *_refused_by_person(state, command.petition, record, facts)]


def _refused_by_person(state: State, petition: PetitionId, record: Petition, facts: Facts) -> list[Event]:
    """Who refuses is out of what is processed because it is public, whatever the processor answers (PIPL 第27条)."""
    if record.asked is not Asked.REFUSE:
        return []
    public = tuple(
        resource
        for resource in record.resources
        if any(each.basis is LegalBasis.PUBLIC_INFO for _, each in state.declarations.under(f"{resource}/"))
    )
    return [PersonRefused(petition, record.person, public, facts.now, ("S7-27",))] if public else []


def extend(state: State, command: ExtendPetition, facts: Facts) -> list[Event] | Refused:
    record = _open(state, command.petition, facts)
    if isinstance(record, Refused):
        return record
    refused = missing_rule("S7-50", rulebook=facts.rulebook, now=facts.now)
    if refused is not None:
        return refused
    if record.state is PetitionState.RECEIVED:
        return Refused(R.IDENTITY_UNVERIFIED, {"petition": command.petition})
    if record.state is PetitionState.EXTENDED:
        return Refused(R.ALREADY_DONE, {"id": command.petition, "what": record.state.value})
    if record.is_overdue:
        return Refused(R.TOO_LATE, {"petition": command.petition})
    more = number_at("S7-50", "extension_work_days", rulebook=facts.rulebook, now=facts.now)
    days = days_of(record.asked, facts) + more
    limit = Start(command.petition, ANSWER, Unit.WORK_DAYS, days, "S7-50", record.processor, since=record.received_at)
    return [PetitionExtended(command.petition, command.reason_digest, ("S7-50",), (limit,))]


def fulfil(state: State, command: FulfilPetition, facts: Facts) -> list[Event] | Refused:
    c = command
    record = _open(state, c.petition, facts)
    if isinstance(record, Refused):
        return record
    if record.state is PetitionState.RECEIVED:
        return Refused(R.IDENTITY_UNVERIFIED, {"petition": c.petition})
    if c.stored_only and record.asked is not Asked.DELETE:
        return Refused(R.MISPLACED, {"field": "stored_only", "asked": record.asked.value})
    if c.conditions and record.asked is not Asked.PORT:
        return Refused(R.MISPLACED, {"field": "conditions", "asked": record.asked.value})
    refused = (_refuse_transfer(c.conditions) if record.asked is Asked.PORT else None) or _refuse_fee(
        c.fee_fen, record, facts
    )
    if refused is not None:
        return refused
    done = PetitionState.STORED_ONLY if c.stored_only else PetitionState.FULFILLED
    stop = (Stop(c.petition, ANSWER),)
    return [PetitionFulfilled(c.petition, done, c.result_digest, c.fee_fen, facts.now, record.rules, stop)]


def _refuse_transfer(conditions: tuple[PortStated, ...]) -> Refused | None:
    """Return which of the four conditions of S6 第25条 is not met, or is not stated."""
    refused = refuse_names("conditions", (each.condition for each in conditions), may_be_empty=True)
    if refused is not None:
        return refused
    stated = {each.condition: each.is_met for each in conditions}
    for condition in PortCondition:
        if stated.get(condition) is False:
            return Refused(R.TRANSFER_UNMET, {"condition": condition.value})
    open_ = next((each for each in PortCondition if each not in stated), None)
    return None if open_ is None else needs(f"transfer.{open_.value}")


def _refuse_fee(fee_fen: int, record: Petition, facts: Facts) -> Refused | None:
    if fee_fen == 0:
        return None
    if record.asked is not Asked.PORT:
        return Refused(R.MISPLACED, {"field": "fee_fen", "asked": record.asked.value})
    free = number_at("S6-25", "free_times_per_year", rulebook=facts.rulebook, now=facts.now)
    if record.times >= free:
        return None
    return Refused(R.FEE_UNDUE, {"fee_fen": fee_fen, "times": record.times + 1, "free_times": free})


def refuse(state: State, command: RefusePetition, facts: Facts) -> list[Event] | Refused:
    c = command
    record = _open(state, c.petition, facts)
    if isinstance(record, Refused):
        return record
    is_fit = record.asked in FITS[c.reason] and (record.channel is not Channel.LAW or c.reason in OPEN_TO_LAW)
    if c.reason is RefusalReason.IDENTITY_NOT_VERIFIED and record.state is not PetitionState.RECEIVED:
        is_fit = False
    if not is_fit:
        return Refused(R.REASON_UNFIT, {"reason": c.reason.value, "asked": record.asked.value})
    rules = ("S7-50", *record.rules)
    stop = (Stop(c.petition, ANSWER),)
    return [PetitionRefused(c.petition, c.reason, c.reason_digest, facts.now, rules, stop)]


def take_back(state: State, command: TakeBackPetition, facts: Facts) -> list[Event] | Refused:
    record = state.petitions.get(command.petition)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "petition", "id": command.petition})
    if facts.actor not in (record.person, record.by):
        return not_yours(facts, command.petition, record.person)
    if record.closed_at is not None:
        return over(command.petition, record.closed_at)
    return [PetitionTakenBack(command.petition, facts.now, (Stop(command.petition, ANSWER),))]


def mark_overdue(state: State, command: MarkOverdue, facts: Facts) -> list[Event]:
    """Note that a petition was not answered in time; nothing if it was, or if that is noted."""
    record = state.petitions.get(command.petition)
    if record is None or record.closed_at is not None or record.is_overdue:
        return []
    return [PetitionOverdue(command.petition, record.person, record.processor, facts.now, ("S7-50",))]
