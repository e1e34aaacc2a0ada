"""What persons, those who process their information, and their agents say: consent."""

from __future__ import annotations

from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS, Instant
from mumian.market.simulation import hands
from mumian.market.simulation.hands import assessment, of_persons
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.rooms.catalog.description import Quality
from mumian.rooms.catalog.model import PublishVersion, nth_key
from mumian.rooms.consent import commands as consent
from mumian.rooms.consent import events, views
from mumian.rooms.consent.agency import guardian_of
from mumian.rooms.consent.notices import BASES, SPARED
from mumian.rooms.consent.records import Notice, Petition
from mumian.rooms.consent.vocabulary import (
    Act,
    Activity,
    Age,
    Asked,
    Circumstances,
    Condition,
    ConsentId,
    DeletionCause,
    EntrustmentId,
    InfoKind,
    Kin,
    LegalBasis,
    MandateId,
    Manner,
    NoticeId,
    PetitionId,
    PetitionState,
    PipiaId,
    PortCondition,
    PortStated,
    RefusalReason,
    Sensitive,
    SeparateConsent,
    Stated,
    Telling,
    Told,
    Untold,
)
from mumian.rooms.parties import model as parties
from mumian.rooms.parties.model import PartyKind

MADE: dict[type, tuple[str, str]] = {
    events.NoticePublished: ("notice", "notice"),
    events.ConsentGiven: ("consent", "consent"),
    events.MandateGiven: ("mandate", "mandate"),
    events.PetitionReceived: ("petition", "petition"),
    events.PipiaRecorded: ("pipia", "pipia"),
    events.ProcessingEntrusted: ("entrustment", "entrustment"),
}
"""Event → the field that names what it made, and the noun that it is remembered under."""

PURPOSES = (PURPOSE, "care")
ITEMS = tuple(Told)


def admit_person(s: Scene) -> Said:
    key = s.new_key() if s.chance(100) else None
    return Said(OPERATOR, parties.AdmitParty(PartyKind.NATURAL, "", None, s.digest(), (Role.INDIVIDUAL,), key))


def state_scale(s: Scene) -> Said | None:
    found = of_persons(s)
    return None if found is None else Said(found[1], consent.StateScale(s.one((10, 99_999, 100_000)), s.digest()))


def publish(s: Scene) -> Said | None:
    found = of_persons(s)
    if found is None:
        return None
    resource, holder = found
    before = [key for key in s.made["notice"][-50:] if s.states.consent.notices[key].processor == holder]
    supersedes = NoticeId(s.one(before)) if before and s.chance(300) else None
    is_plain = s.chance(150)
    recipients = () if is_plain or s.chance(300) else (PartyId(s.who(Role.DATA_MERCHANT)),)
    command = consent.PublishNotice(
        (resource,), PURPOSES, (Manner.COLLECT, Manner.USE), (InfoKind.BASIC, *(() if is_plain else (InfoKind.HEALTH,))),
        () if is_plain else s.one(((Sensitive.HEALTH, Sensitive.MINOR), (Sensitive.HEALTH, Sensitive.MINOR), None, (Sensitive.HEALTH,))),
        s.one(((), (), (Activity.EXPORT,))) if is_plain else (Activity.PUBLISH, Activity.EXPORT), recipients, s.one((30, 365)),
        ITEMS if s.chance(900) else s.some(ITEMS), s.digest(), Telling.PUBLISHED if is_plain else Telling.EACH,
        s.one((s.digest(), s.digest(), None)), supersedes,
    )  # fmt: skip
    return Said(holder, command)


def _notice(s: Scene) -> tuple[NoticeId, Notice] | None:
    """Return a notice, mostly one that nothing superseded."""
    for _ in range(4):
        key = NoticeId(s.pick("notice"))
        record = s.states.consent.notices.get(key)
        if record is not None and (record.superseded_by is None or s.chance(100)):
            return key, record
    return None


def declare(s: Scene) -> Said | None:
    found = _notice(s)
    if found is None:
        return None
    key, notice = found
    often = (LegalBasis.CONSENT,) * 3 + (LegalBasis.PUBLIC_INFO,) * 3
    basis = s.one((*often, *LegalBasis))
    facts = Circumstances(
        s.one(((), notice.sensitive)), s.one((False, False, True)), s.one((False, False, True)), s.one((False, False, True, None))
    )  # fmt: skip
    row = (*s.one(BASES[basis].alternatives), Condition.SENSITIVE_NECESSITY)
    stated = tuple(Stated(each, s.chance(950)) for each in (row if s.chance(900) else row[:-1]))
    kinds = (InfoKind.BASIC,) if not facts.sensitive else notice.kinds
    untold = next((why for why in Untold if basis in SPARED[why]), s.one((None, Untold.SECRECY)))
    told = key if s.chance(850) else None
    resource, purpose = s.one(notice.resources), s.one((*notice.purposes, *notice.purposes, "other"))
    command = consent.DeclareBasis(resource, purpose, basis, kinds, facts, stated, s.digest(), told, untold)
    return Said(notice.processor, command)


def end_basis(s: Scene) -> Said | None:
    found = _notice(s)
    if found is None:
        return None
    actor = s.one((found[1].processor, s.who(Role.REGULATOR)))
    return Said(actor, consent.EndBasis(s.one(found[1].resources), s.one(PURPOSES)))


def give(s: Scene) -> Said | None:
    """Say what a person consents to: by itself, by guardian, by an agent, or through the processor."""
    found = _notice(s)
    if found is None:
        return None
    key, notice = found
    person = PartyId(s.who(Role.INDIVIDUAL))
    guardian = guardian_of(s.states.consent, person)
    mandate = _mandate(s, person, Act.GIVE_CONSENT)
    age = Age.UNDER_14 if guardian is not None and s.chance(800) else s.one((Age.FROM_14,) * 8 + (Age.UNDER_14, None))
    spoken_by = s.one((guardian or person, guardian or person, person, notice.processor))
    actor, under = (mandate[1], mandate[0]) if mandate is not None and s.chance(500) else (spoken_by, None)
    own = [name for name, each in views.consents_of(s.states.consent, person) if each.ended is None]
    supersedes = s.one(own) if own and s.chance(500) else None
    command = consent.GiveConsent(
        person, key, notice.resources, s.some(notice.purposes), s.one((notice.kinds, notice.kinds[:1])),
        s.one((notice.recipients, ())), _separate(s, notice), _until(s, notice), s.digest(), age, under,
        s.one((s.digest(), None)), supersedes,
    )  # fmt: skip
    return Said(actor, command)


def _separate(s: Scene, notice: Notice) -> tuple[SeparateConsent, ...]:
    wanted = [activity for activity in notice.activities if activity is not Activity.AUTOMATED]
    same = s.digest()
    return tuple(
        SeparateConsent(activity, s.digest() if s.chance(900) else same)
        for activity in (s.some(wanted) if wanted else ())
    )


def _until(s: Scene, notice: Notice) -> Instant:
    days = notice.retention_days
    return s.now + s.one((1, days // 2, days // 2, days, days, days + 1)) * DAY_MS


def _mandate(s: Scene, person: PartyId, act: Act) -> tuple[MandateId, PartyId] | None:
    """Return a mandate of the person, mostly one in force that reaches the act, and its agent."""
    for key, record in views.mandates_of(s.states.consent, person):
        if (record.ended_at is None and act in record.acts) or s.chance(100):
            return key, record.agent
    return None


def withdraw(s: Scene) -> Said | None:
    key = ConsentId(s.pick("consent"))
    record = s.states.consent.consents.get(key)
    if record is None or (record.ended is not None and s.chance(800)):
        return None
    guardian = guardian_of(s.states.consent, record.person)
    mandate = _mandate(s, record.person, Act.WITHDRAW_CONSENT)
    if mandate is not None and s.chance(500):
        return Said(mandate[1], consent.WithdrawConsent(key, mandate[0]))
    actor = s.one((record.person, record.person, guardian or record.person, record.processor))
    return Said(actor, consent.WithdrawConsent(key, evidence_digest=s.one((s.digest(), s.digest(), None))))


def confirm_exclusion(s: Scene) -> Said | None:
    """Say that those who withdrew are out, after publishing a version without them, or now and then without one."""
    waiting = [ResourceId(key) for key, each in s.states.consent.exclusions.under() if each.confirmed < each.withdrawn]
    if not waiting and s.chance(950):
        return None
    resource = s.one(waiting) if waiting else ResourceId(s.pick("resource"))
    exclusion, record = s.states.consent.exclusions.get(resource), s.states.catalog.resources.get(resource)
    if record is None:
        return None
    version = s.states.catalog.versions.get(nth_key(resource, record.versions))
    is_old = version is None or exclusion is None or version.published_at <= exclusion.last_at
    if is_old and s.chance(800):
        return Said(record.holder, PublishVersion(resource, s.digest(), 19_000, 1_900_000, Quality()))
    digest = version.digest if version is not None and s.chance(900) else s.digest()
    count = exclusion.withdrawn if exclusion is not None else 1
    return Said(record.holder, consent.ConfirmExclusion(resource, s.one((count, count, count, 1, count + 1)), digest))


def guardian(s: Scene) -> Said:
    person, other = PartyId(s.who(Role.INDIVIDUAL)), PartyId(s.who(Role.INDIVIDUAL))
    known = guardian_of(s.states.consent, person)
    if known is not None and s.chance(600):
        return Said(s.one((OPERATOR, known)), consent.EndGuardian(person, known))
    actor = OPERATOR if s.chance(900) else other
    return Said(actor, consent.RecordGuardian(person, other, s.digest()))


def mandate(s: Scene) -> Said:
    person = PartyId(s.who(Role.INDIVIDUAL))
    agent = PartyId(s.who(s.one((Role.BROKER, Role.SUPPLIER, Role.DATA_MERCHANT, Role.DATA_MERCHANT, Role.BUYER))))
    resources = s.one(((), (), (ResourceId(s.pick("resource")),)))
    actor = s.one((person, person, person, guardian_of(s.states.consent, person) or person))
    acts = s.one((tuple(Act), s.some(Act)))
    return Said(actor, consent.GiveMandate(person, agent, acts, resources, s.after(200), s.digest()))


def end_mandate(s: Scene) -> Said | None:
    key = MandateId(s.pick("mandate"))
    record = s.states.consent.mandates.get(key)
    if record is None:
        return None
    return Said(s.one((record.person, record.agent, record.given_by)), consent.EndMandate(key))


def assess(s: Scene) -> Said | None:
    found = of_persons(s)
    return None if found is None else Said(found[1], assessment(s, found[0]))


def delete_pipia(s: Scene) -> Said | None:
    key = PipiaId(s.one(s.made["pipia"])) if s.made["pipia"] else PipiaId("pipia-999999999")
    record = s.states.consent.pipias.get(key)
    return None if record is None else Said(record.processor, consent.DeletePipia(key))


def _public(s: Scene) -> tuple[ResourceId, PartyId] | None:
    """Return a resource that is processed because it is public, and by whom: who refuses that is out of it."""
    declared = s.states.consent.declarations.under()
    found = [(key, each.processor) for key, each in declared if each.basis is LegalBasis.PUBLIC_INFO]
    if not found:
        return None
    key, processor = s.one(found)
    return ResourceId(key.partition("/")[0]), processor


def petition(s: Scene) -> Said | None:
    asked = s.one((*Asked, Asked.PORT, Asked.REFUSE))
    found = (_public(s) if asked is Asked.REFUSE and s.chance(700) else None) or of_persons(s)
    if found is None:
        return None
    resource, holder = found
    person = PartyId(s.who(Role.INDIVIDUAL))
    known = guardian_of(s.states.consent, person)
    actor = s.one((known or person, known or person, person, holder))
    kin = None
    if asked is Asked.DECEASED_KIN and s.chance(900):
        actor = PartyId(s.who(Role.INDIVIDUAL))
        kin = Kin(s.digest(), s.one((True, True, False, None)), s.one((False, False, True, None)))
    cause = s.one((*DeletionCause, None)) if asked is Asked.DELETE else None
    to = PartyId(s.who(Role.DATA_MERCHANT)) if asked is Asked.PORT and s.chance(900) else None
    under = _mandate(s, person, s.one(tuple(Act))) if s.chance(200) else None
    processor = holder if s.chance(900) else PartyId(s.who(Role.DATA_MERCHANT))
    command = consent.SubmitPetition(
        person, processor, asked, (resource,), s.digest(), under[0] if under else None, cause, to, kin,
        s.one((s.digest(), None)),
    )  # fmt: skip
    return Said(under[1] if under else actor, command)


def answer(s: Scene) -> Said | None:
    """Say what is next for a petition."""
    key = PetitionId(s.pick("petition"))
    record = s.states.consent.petitions.get(key)
    if record is None or (record.closed_at is not None and s.chance(900)):
        return None
    if s.chance(60):
        return Said(s.one((record.person, record.by)), consent.TakeBackPetition(key))
    return Said(record.processor, _answer(s, key, record))


def _answer(s: Scene, key: PetitionId, record: Petition) -> consent.Command:
    if s.chance(150):
        return consent.RefusePetition(key, s.one(tuple(RefusalReason)), s.digest())
    if record.state is PetitionState.RECEIVED and s.chance(850):
        return consent.VerifyPetitioner(key, s.digest())
    if s.chance(200):
        return consent.ExtendPetition(key, s.digest())
    is_port = record.asked is Asked.PORT
    met = tuple(PortStated(each, s.chance(950)) for each in PortCondition) if is_port and s.chance(950) else ()
    fee_fen = s.one((0, 0, 100)) if is_port or s.chance(50) else 0
    stored_only = record.asked is Asked.DELETE and s.chance(200)
    return consent.FulfilPetition(key, s.digest(), met, fee_fen, stored_only)


def expire(s: Scene) -> Said:
    """Say what only the market's clock says."""
    return s.one(
        (
            Said(s.pick("party"), consent.ExpireConsent(ConsentId(s.pick("consent")))),
            Said(s.pick("party"), consent.ExpireMandate(MandateId(s.pick("mandate")))),
            Said(s.pick("party"), consent.ExpireEntrustment(EntrustmentId(s.pick("entrustment")))),
            Said(s.pick("party"), consent.MarkOverdue(PetitionId(s.pick("petition")))),
        )
    )


HABITS: tuple[tuple[int, Habit], ...] = (
    (8, admit_person),
    (3, state_scale),
    (10, publish),
    (14, declare),
    (2, end_basis),
    (25, give),
    (10, withdraw),
    (6, confirm_exclusion),
    (5, guardian),
    (8, mandate),
    (3, end_mandate),
    (8, assess),
    (3, delete_pipia),
    (15, petition),
    (25, answer),
    (8, hands.entrust),
    (8, hands.hand_on),
    (5, hands.jointly),
    (1, expire),
)
