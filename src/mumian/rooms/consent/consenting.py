"""Giving, withdrawing and ending consents, and what that asks of those who hold the data."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, ResourceId, new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import DAY_MS
from mumian.rooms.consent.agency import guardian_of, is_guardian, refuse_both_sides, speaker
from mumian.rooms.consent.commands import ConfirmExclusion, ExpireConsent, GiveConsent, WithdrawConsent
from mumian.rooms.consent.covers import is_covered_by, use_keys
from mumian.rooms.consent.events import (
    ConsentExpired,
    ConsentGiven,
    ConsentSuperseded,
    ConsentWithdrawn,
    Event,
    ExclusionConfirmed,
    PetitionReceived,
)
from mumian.rooms.consent.guards import SEPARATE, needs, over, refuse_names
from mumian.rooms.consent.model import PersonFacts, State, VersionFacts
from mumian.rooms.consent.notices import refuse_outside
from mumian.rooms.consent.records import Consent, Notice, Petition
from mumian.rooms.consent.refusals import ConsentRefusal as R
from mumian.rooms.consent.vocabulary import (
    USES_MAX,
    Act,
    Age,
    Asked,
    Channel,
    ConsentId,
    DeletionCause,
    PetitionId,
    PetitionState,
    Sensitive,
)
from mumian.rulebook.rules import number_at, rule_at

CONSENT_TERM = "consent.term"
"""Kind of the limit that ends a consent."""

ANSWER = "consent.answer"
"""Kind of the limit within which a petition is answered."""


def give(state: State, command: GiveConsent, facts: PersonFacts) -> list[Event] | Refused:
    c = command
    notice = state.notices.get(c.notice)
    if notice is None:
        return Refused(R.UNKNOWN, {"noun": "notice", "id": c.notice})
    parties: dict[str, PartyId] = {"person": c.person, "processor": notice.processor}
    channel = speaker(state, facts, **parties, act=Act.GIVE_CONSENT, mandate=c.mandate, resources=c.resources)
    if isinstance(channel, Refused):
        return channel
    refused = (
        _refuse_person(c, facts)
        or _refuse_superseded(c, notice)
        or _refuse_age(state, c, notice, channel)
        or _refuse_channel(c, notice, channel, facts)
        or _refuse_scope(c, notice)
        or _refuse_term(c, notice, facts)
        or _refuse_bundled(c)
        or _refuse_overlap(state, c, notice)
    )
    if refused is not None:
        return refused
    consent = ConsentId(new_id("consent", facts.seq))
    record = _consent(c, notice, channel, facts)
    given = ConsentGiven(consent, record, (Start(consent, CONSENT_TERM, Unit.INSTANT, c.valid_to),))
    return [*_superseded(state, c, consent, record, facts), given]


def _consent(c: GiveConsent, notice: Notice, channel: Channel, facts: Facts) -> Consent:
    assert c.age is not None
    rules = ("S7-14", *(("S7-31",) if c.age is Age.UNDER_14 else ()), *(("S7-29",) if c.separate else ()))
    return Consent(
        c.person, notice.processor, c.notice, c.resources, c.purposes, c.kinds, c.recipients, c.separate, c.age, channel,
        facts.actor, c.act_digest, c.relation_digest or "", rules, facts.now, c.valid_to, c.mandate,
        manners=notice.manners,
    )  # fmt: skip


def _refuse_person(c: GiveConsent, facts: PersonFacts) -> Refused | None:
    return None if c.person in facts.persons else Refused(R.NOT_A_PERSON, {"party": c.person})


def _refuse_superseded(c: GiveConsent, notice: Notice) -> Refused | None:
    if notice.superseded_by is None:
        return None
    return Refused(R.NOTICE_SUPERSEDED, {"notice": c.notice, "by": notice.superseded_by})


def _refuse_age(state: State, c: GiveConsent, notice: Notice, channel: Channel) -> Refused | None:
    """Return why the consent does not count at the person's age (PIPL 第31条), or None."""
    if c.age is None:
        return needs("person.age")
    if c.age is Age.FROM_14:
        guardian = guardian_of(state, c.person)
        return None if guardian is None else Refused(R.GUARDED, {"person": c.person, "guardian": guardian})
    if channel is Channel.PROCESSOR and c.relation_digest is None:
        return needs("guardian.relation")
    if channel is Channel.PERSON or (channel is Channel.AGENT and not _is_from_guardian(state, c)):
        return Refused(R.GUARDIAN_NEEDED, {"person": c.person})
    if not notice.minor_rules_digest:
        return Refused(R.MINOR_RULES_MISSING, {"notice": c.notice})
    return None if Sensitive.MINOR in notice.sensitive else Refused(R.MINOR_UNMARKED, {"notice": c.notice})


def _is_from_guardian(state: State, c: GiveConsent) -> bool:
    mandate = state.mandates.get(c.mandate) if c.mandate is not None else None
    return mandate is not None and is_guardian(state, c.person, mandate.given_by)


def _refuse_channel(c: GiveConsent, notice: Notice, channel: Channel, facts: PersonFacts) -> Refused | None:
    if channel is Channel.AGENT:
        return refuse_both_sides(facts, notice.processor, *c.recipients)
    if channel is Channel.PROCESSOR and facts.has_key:
        return Refused(R.PERSON_HAS_KEY, {"person": c.person, "processor": notice.processor})
    return None


def _refuse_scope(c: GiveConsent, notice: Notice) -> Refused | None:
    """Return what is named twice, not at all, or beyond the notice; or that it is too much for one consent."""
    separate = tuple(each.activity for each in c.separate)
    refused = (
        refuse_names("resources", c.resources)
        or refuse_names("purposes", c.purposes)
        or refuse_names("kinds", c.kinds)
        or refuse_names("recipients", c.recipients, may_be_empty=True)
        or refuse_names("separate", separate, may_be_empty=True)
        or refuse_outside(
            c.notice,
            ("resources", c.resources, notice.resources),
            ("purposes", c.purposes, notice.purposes),
            ("kinds", c.kinds, notice.kinds),
            ("recipients", c.recipients, notice.recipients),
            ("separate", separate, tuple(each for each in notice.activities if each in SEPARATE)),
        )
    )
    uses = len(c.resources) * len(c.purposes) * (1 + len(c.recipients))
    if refused is None and uses > USES_MAX:
        return Refused(R.TOO_MANY_USES, {"uses": uses, "uses_max": USES_MAX})
    return refused


def _refuse_term(c: GiveConsent, notice: Notice, facts: Facts) -> Refused | None:
    if c.valid_to <= facts.now:
        return Refused(R.TERM_OVER, {"valid_to": c.valid_to, "now": facts.now})
    if c.valid_to > facts.now + notice.retention_days * DAY_MS:
        detail: Detail = {"valid_to": c.valid_to, "retention_days": notice.retention_days}
        return Refused(R.TERM_BEYOND_NOTICE, detail)
    return None


def _refuse_bundled(c: GiveConsent) -> Refused | None:
    """Each separate consent is an act of its own: it shares its evidence with no other."""
    acts = {c.act_digest}
    for each in c.separate:
        if each.act_digest in acts:
            return Refused(R.BUNDLED, {"activity": each.activity.value})
        acts.add(each.act_digest)
    return None


def _refuse_overlap(state: State, c: GiveConsent, notice: Notice) -> Refused | None:
    """Return why the consent does not stand beside the person's others, or None: one use, one consent."""
    if c.supersedes is not None:
        old = state.consents.get(c.supersedes)
        fits = old is not None and (old.person, old.processor, old.ended) == (c.person, notice.processor, None)
        if not fits:
            detail: Detail = {"consent": c.supersedes, "person": c.person, "processor": notice.processor}
            return Refused(R.NOT_REPLACEABLE, detail)
    for resource in c.resources:
        for purpose in c.purposes:
            other = state.uses.get(f"{c.person}/{resource}/{purpose}")
            if other is not None and other != c.supersedes:
                return Refused(R.CONSENT_OVERLAPS, {"consent": other, "resource": resource, "purpose": purpose})
    return None


def _superseded(state: State, c: GiveConsent, consent: ConsentId, new: Consent, facts: Facts) -> list[Event]:
    if c.supersedes is None:
        return []
    old = state.consents[c.supersedes]
    kept = frozenset(new.resources) if is_covered_by(old, new) else frozenset()
    less = tuple(resource for resource in old.resources if resource not in kept)
    clocks = (Stop(c.supersedes, CONSENT_TERM),)
    return [ConsentSuperseded(c.supersedes, old.person, old.processor, consent, less, facts.now, clocks)]


def withdraw(state: State, command: WithdrawConsent, facts: Facts) -> list[Event] | Refused:
    record = state.consents.get(command.consent)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "consent", "id": command.consent})
    channel = _withdrawing(state, command, record, facts)
    if isinstance(channel, Refused):
        return channel
    if record.ended_at is not None:
        return over(command.consent, record.ended_at)
    if channel is Channel.PROCESSOR and command.evidence_digest is None:
        return needs("withdrawal.evidence")
    withdrawn = ConsentWithdrawn(
        command.consent, record.person, record.processor, record.resources, facts.actor, facts.now, ("S7-15",),
        (Stop(command.consent, CONSENT_TERM),),
    )  # fmt: skip
    return [withdrawn, *_deletion_due(state, command.consent, record, DeletionCause.WITHDRAWN, facts)]


def _withdrawing(state: State, command: WithdrawConsent, record: Consent, facts: Facts) -> Channel | Refused:
    """Return through whom a withdrawal comes: the market itself speaks for a person who leaves it."""
    if facts.is_market:
        return Channel.LAW
    return speaker(
        state,
        facts,
        person=record.person,
        processor=record.processor,
        act=Act.WITHDRAW_CONSENT,
        mandate=command.mandate,
        resources=record.resources,
    )


def expire(state: State, command: ExpireConsent, facts: Facts) -> list[Event]:
    """End a consent whose term is over; nothing if it ended before."""
    record = state.consents.get(command.consent)
    if record is None or record.ended is not None:
        return []
    expired = ConsentExpired(command.consent, record.person, record.processor, record.resources, facts.now, ("S7-47",))
    return [expired, *_deletion_due(state, command.consent, record, DeletionCause.ENDED, facts)]


def _deletion_due(state: State, consent: ConsentId, record: Consent, cause: DeletionCause, facts: Facts) -> list[Event]:
    """Return the petition for deletion that the law opens by itself (PIPL 第47条).

    Not for what the person lets the same processor keep under another consent.
    """
    own = set(use_keys(record))
    due = tuple(
        resource
        for resource in record.resources
        if all(key in own for key, _ in state.uses.under(f"{record.person}/{resource}/"))
    )
    if not due:
        return []
    nth = 0
    while (petition := PetitionId(new_id("petition", facts.seq, nth))) in state.petitions:
        nth += 1
    opened = Petition(
        record.person, record.processor, Asked.DELETE, due, Channel.LAW, MARKET, "", PetitionState.ID_VERIFIED,
        ("S7-47",), facts.now, cause=cause, because=consent,
    )  # fmt: skip
    return [PetitionReceived(petition, opened, answer_limit(petition, opened, facts))]


def answer_limit(petition: PetitionId, record: Petition, facts: Facts) -> tuple[Start, ...]:
    """Return the limit within which the processor answers; none where no rule sets one."""
    if rule_at("S7-50", rulebook=facts.rulebook, now=facts.now) is None:
        return ()
    days = days_of(record.asked, facts)
    return (Start(petition, ANSWER, Unit.WORK_DAYS, days, "S7-50", record.processor),)


def days_of(asked: Asked, facts: Facts) -> int:
    """Return the work days that a petition is answered within."""
    name = "transfer_work_days" if asked is Asked.PORT else "answer_work_days"
    return number_at("S7-50", name, rulebook=facts.rulebook, now=facts.now)


def confirm_exclusion(state: State, command: ConfirmExclusion, facts: VersionFacts) -> list[Event] | Refused:
    c, resource = command, facts.resource
    if resource is None:
        return Refused(R.UNKNOWN, {"noun": "resource", "id": c.resource})
    if resource.holder != facts.actor:
        detail: Detail = {"resource": c.resource, "holder": resource.holder, "actor": facts.actor}
        return Refused(R.NOT_THE_HOLDER, detail)
    exclusion = state.exclusions.get(c.resource)
    if exclusion is None:
        return Refused(R.UNKNOWN, {"noun": "exclusion", "id": c.resource})
    if not exclusion.confirmed < c.withdrawals <= exclusion.withdrawn:
        counts: Detail = {"confirmed": exclusion.confirmed, "withdrawn": exclusion.withdrawn}
        return Refused(R.COUNT_OUTSIDE, {"withdrawals": c.withdrawals, **counts})
    if facts.published_at is None:
        return Refused(R.VERSION_UNKNOWN, {"resource": c.resource, "digest": c.version_digest})
    at = state.excluded[excluded_key(c.resource, c.withdrawals)].at
    if facts.published_at <= at:  # within one millisecond nobody can tell which came first
        return Refused(R.VERSION_TOO_OLD, {"published_at": facts.published_at, "at": at})
    return [ExclusionConfirmed(c.resource, c.withdrawals, c.version_digest)]


def excluded_key(resource: ResourceId, nth: int) -> str:
    """Return the key of the nth person who must be out of a resource, from 1: they sort by number."""
    return f"{resource}/{nth:09d}"
