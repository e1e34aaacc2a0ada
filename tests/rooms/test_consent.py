"""Decision tables of the room of consent: one line a case."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from consent_cast import (
    ALWAYS,
    ANN,
    BEN,
    BROKER,
    BY_AGENT,
    CONSENT,
    DECLARED,
    ENTRUST,
    EVERYTHING,
    EXCHANGE,
    FIRM,
    GONE,
    HIS,
    KID,
    MANDATE,
    MERCHANT,
    MUM,
    NOBODY,
    NOTICE,
    NOW,
    OTHER,
    PETITION,
    PIPIA,
    PLAIN,
    PLAIN_NOTICE,
    R1,
    R2,
    REGULATOR,
    UNGRADED,
    UNTIL,
    Cast,
    D,
    assessed,
    consented,
    declared,
    digest,
    entrusted,
    guarded,
    mandated,
    noticed,
    petitioned,
    separate,
    stated,
    withdrawn,
)
from msgspec.structs import replace

from mumian.kernel.canonical import canonical
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.time import DAY_MS, start_of
from mumian.rooms.consent import views
from mumian.rooms.consent.commands import (
    AgreeJointProcessing,
    AllowReentrusting,
    Command,
    ConfirmDataFate,
    ConfirmExclusion,
    DeletePipia,
    EndBasis,
    EndEntrustment,
    EndGuardian,
    EndJointProcessing,
    EndMandate,
    ExpireConsent,
    ExpireEntrustment,
    ExpireMandate,
    ExtendPetition,
    FulfilPetition,
    MarkOverdue,
    RecordGuardian,
    ReentrustProcessing,
    RefusePetition,
    StateScale,
    TakeBackPetition,
    VerifyPetitioner,
    WithdrawConsent,
)
from mumian.rooms.consent.events import (
    ConsentSuperseded,
    ConsentWithdrawn,
    PersonRefused,
    PetitionReceived,
)
from mumian.rooms.consent.laws import LAWS
from mumian.rooms.consent.model import ConsentRefusal as R
from mumian.rooms.consent.model import Event
from mumian.rooms.consent.petitions import FITS, RULES
from mumian.rooms.consent.questions import QUESTIONS
from mumian.rooms.consent.vocabulary import (
    Act,
    Activity,
    Age,
    Asked,
    Channel,
    Circumstances,
    Conclusion,
    Condition,
    ConsentEnd,
    ConsentId,
    DataFate,
    DeletionCause,
    EntrustmentId,
    InfoKind,
    Kin,
    LegalBasis,
    MandateId,
    NoticeId,
    PetitionId,
    PetitionState,
    PipiaForm,
    PipiaId,
    PortCondition,
    PortStated,
    RefusalReason,
    Sensitive,
    SeparateConsent,
    Telling,
    Term,
    Told,
    Untold,
)

N0, C2, P2, P3, M2, I3, E4 = (
    NoticeId("notice-0"),
    ConsentId("consent-2"),
    PetitionId("petition-2"),
    PetitionId("petition-3"),
    MandateId("mandate-2"),
    PipiaId("pipia-3"),
    EntrustmentId("entrustment-4"),
)
AUG_31, SEP_1 = start_of(date(2026, 8, 31)), start_of(date(2026, 9, 1))


def reentrusted(links: int = 1) -> Cast:
    """The merchant's entrustment goes further, from hand to hand, each with the firm's agreement."""
    cast = entrusted()
    giver, parent = MERCHANT, E4
    for nth in range(links):
        to = PartyId(f"party-{30 + nth}")
        known = {"admitted": frozenset({to})}
        cast.say(FIRM, AllowReentrusting(parent, to), **known)
        seq = cast.seq
        cast.say(giver, again(parent, to), **known)
        giver, parent = to, EntrustmentId(f"entrustment-{seq}")
    return cast


def again(entrustment: str, to: str, **changes: Any) -> ReentrustProcessing:
    parts = (EntrustmentId(entrustment), PartyId(to), ("risk",), (InfoKind.BASIC,), tuple(Term), UNTIL, D)
    return replace(ReentrustProcessing(*parts), **changes)


def joint(*, agreed: bool = True) -> Cast:
    cast = declared()
    cast.say(FIRM, JOINT)
    if agreed:
        cast.say(MERCHANT, JOINT)
    return cast


JOINT = AgreeJointProcessing(R1, MERCHANT, tuple(Term), D)
KIN = Kin(D, own_interest=True, arranged_otherwise=False)
PORT = replace(PETITION, asked=Asked.PORT, to=MERCHANT)
DELETE = replace(PETITION, asked=Asked.DELETE, cause=DeletionCause.UNLAWFUL)
OF_DEAD = replace(PETITION, person=BEN, asked=Asked.DECEASED_KIN, kin=KIN)
ALL_MET = tuple(PortStated(each, True) for each in PortCondition)
FULFIL = FulfilPetition(P2, D)
PORTED = replace(FULFIL, conditions=ALL_MET)
CHILD = replace(CONSENT, person=KID, age=Age.UNDER_14)
AGENT = replace(CONSENT, mandate=BY_AGENT)
SUPERSEDED = replace(PLAIN_NOTICE, supersedes=N0)


def two_notices() -> Cast:
    cast = declared()
    cast.say(FIRM, SUPERSEDED)
    return cast


def ended_mandate() -> Cast:
    cast = mandated()
    cast.say(ANN, EndMandate(M2))
    return cast


def child_consent() -> Cast:
    cast = guarded()
    cast.say(MUM, CHILD)
    return cast


def refusing_public() -> Cast:
    """Ann refuses the use of what is public about her."""
    cast = declared(basis=LegalBasis.PUBLIC_INFO, conditions=PUBLIC)
    cast.say(ANN, replace(PETITION, asked=Asked.REFUSE))
    return cast


PUBLIC = stated(Condition.LAWFULLY_PUBLIC, Condition.REASONABLE_SCOPE)
SENSITIVE = Circumstances((Sensitive.HEALTH,), False, False, False)


# (what came before, who speaks, what is said, why not[, other facts])
REFUSALS: list[tuple[Cast, str, Command, R, dict[str, Any]]] = [
    # who speaks
    (consented(), FIRM, ExpireConsent(C2), R.ONLY_THE_MARKET, {}),
    (mandated(), ANN, ExpireMandate(M2), R.ONLY_THE_MARKET, {}),
    (entrusted(), FIRM, ExpireEntrustment(E4), R.ONLY_THE_MARKET, {}),
    (petitioned(), ANN, MarkOverdue(P2), R.ONLY_THE_MARKET, {}),
    (declared(), FIRM, RecordGuardian(KID, MUM, D), R.ONLY_THE_EXCHANGE, {}),
    (guarded(), ANN, EndGuardian(KID, MUM), R.ONLY_THE_EXCHANGE, {}),
    (noticed(), FIRM, DECLARED, R.RULE_NOT_IN_FORCE, {"rulebook": "2026.1"}),
    (noticed(), FIRM, DECLARED, R.RULE_NOT_IN_FORCE, {"now": start_of(date(2021, 10, 31))}),
    (declared(), ANN, PORT, R.RULE_NOT_IN_FORCE, {"now": start_of(date(2024, 12, 31))}),
    # what there is
    (Cast(), FIRM, replace(NOTICE, resources=(ResourceId("resource-99"),)), R.UNKNOWN, {}),
    (Cast(), FIRM, SUPERSEDED, R.UNKNOWN, {}),
    (Cast(), FIRM, DECLARED, R.UNKNOWN, {}),
    (Cast(), FIRM, EndBasis(R1, "risk"), R.UNKNOWN, {}),
    (Cast(), ANN, CONSENT, R.UNKNOWN, {}),
    (declared(), ANN, WithdrawConsent(C2), R.UNKNOWN, {}),
    (declared(), BROKER, AGENT, R.UNKNOWN, {}),
    (declared(), ANN, EndMandate(M2), R.UNKNOWN, {}),
    (declared(), EXCHANGE, EndGuardian(KID, MUM), R.UNKNOWN, {}),
    (declared(), FIRM, DeletePipia(I3), R.UNKNOWN, {}),
    (declared(), FIRM, FULFIL, R.UNKNOWN, {}),
    (declared(), ANN, TakeBackPetition(P2), R.UNKNOWN, {}),
    (declared(), ANN, replace(PETITION, resources=(ResourceId("resource-99"),)), R.UNKNOWN, {}),
    (declared(), FIRM, EndEntrustment(E4), R.UNKNOWN, {}),
    (declared(), FIRM, AllowReentrusting(E4, BROKER), R.UNKNOWN, {}),
    (declared(), MERCHANT, ConfirmDataFate(E4, DataFate.DELETED, D), R.UNKNOWN, {}),
    (declared(), MERCHANT, JOINT, R.UNKNOWN, {}),
    (declared(), FIRM, replace(JOINT, resource=ResourceId("resource-99")), R.UNKNOWN, {}),
    (joint(agreed=False), MERCHANT, replace(JOINT, terms_digest=digest(9)), R.UNKNOWN, {}),
    (declared(), FIRM, EndJointProcessing(R1, MERCHANT), R.UNKNOWN, {}),
    (declared(), FIRM, ConfirmExclusion(R1, 1, D), R.UNKNOWN, {}),
    (declared(), FIRM, ConfirmExclusion(ResourceId("resource-99"), 1, D), R.UNKNOWN, {}),
    (declared(), BEN, CONSENT, R.NOT_YOURS, {}),
    (declared(), MERCHANT, CONSENT, R.NOT_YOURS, {}),
    (mandated(), MERCHANT, AGENT, R.NOT_YOURS, {}),
    (mandated(), BROKER, replace(AGENT, person=BEN), R.NOT_YOURS, {}),
    (consented(), BEN, WithdrawConsent(C2), R.NOT_YOURS, {}),
    (noticed(), BEN, MANDATE, R.NOT_YOURS, {}),
    (mandated(), BEN, EndMandate(M2), R.NOT_YOURS, {}),
    (noticed(), OTHER, replace(SUPERSEDED, resources=(HIS,)), R.NOT_YOURS, {}),
    (noticed(), OTHER, replace(DECLARED, resource=HIS), R.NOT_YOURS, {}),
    (declared(), OTHER, EndBasis(R1, "risk"), R.NOT_YOURS, {}),
    (assessed(), OTHER, DeletePipia(I3), R.NOT_YOURS, {}),
    (declared(), BEN, PETITION, R.NOT_YOURS, {}),
    (declared(), BEN, replace(OF_DEAD, person=BEN), R.NOT_YOURS, {}),
    (declared(), FIRM, OF_DEAD, R.NOT_YOURS, {}),
    (petitioned(), ANN, VerifyPetitioner(P2, D), R.NOT_YOURS, {}),
    (petitioned(), FIRM, TakeBackPetition(P2), R.NOT_YOURS, {}),
    (entrusted(), MERCHANT, AllowReentrusting(E4, BROKER), R.NOT_YOURS, {}),
    (entrusted(), FIRM, again(E4, BROKER), R.NOT_YOURS, {}),
    (entrusted(), OTHER, EndEntrustment(E4), R.NOT_YOURS, {}),
    (entrusted(), FIRM, ConfirmDataFate(E4, DataFate.DELETED, D), R.NOT_YOURS, {}),
    (joint(), OTHER, EndJointProcessing(R1, MERCHANT), R.NOT_YOURS, {}),
    (declared(), FIRM, replace(CONSENT, person=OTHER), R.NOT_A_PERSON, {}),
    (noticed(), OTHER, replace(MANDATE, person=OTHER), R.NOT_A_PERSON, {}),
    (noticed(), EXCHANGE, RecordGuardian(KID, FIRM, D), R.NOT_A_PERSON, {}),
    (noticed(), OTHER, replace(PETITION, person=OTHER), R.NOT_A_PERSON, {}),
    (Cast(), FIRM, replace(NOTICE, recipients=(NOBODY,)), R.PARTY_UNKNOWN, {}),
    (noticed(), ANN, replace(MANDATE, agent=NOBODY), R.PARTY_UNKNOWN, {}),
    (declared(), ANN, replace(PETITION, processor=NOBODY), R.PARTY_UNKNOWN, {}),
    (declared(), ANN, replace(PORT, to=NOBODY), R.PARTY_UNKNOWN, {}),
    (assessed(), FIRM, replace(ENTRUST, to=NOBODY), R.PARTY_UNKNOWN, {}),
    (entrusted(), FIRM, AllowReentrusting(E4, NOBODY), R.PARTY_UNKNOWN, {}),
    (declared(), FIRM, replace(JOINT, other=NOBODY), R.PARTY_UNKNOWN, {}),
    (Cast(), FIRM, replace(NOTICE, resources=(HIS,)), R.NOT_THE_HOLDER, {}),
    (noticed(), MERCHANT, DECLARED, R.NOT_THE_HOLDER, {}),
    (noticed(), MERCHANT, PIPIA, R.NOT_THE_HOLDER, {}),
    (withdrawn(), MERCHANT, ConfirmExclusion(R1, 1, D), R.NOT_THE_HOLDER, {}),
    (Cast(), FIRM, replace(NOTICE, resources=(GONE,)), R.RESOURCE_WITHDRAWN, {}),
    # how it stands
    (withdrawn(), ANN, WithdrawConsent(C2), R.ENDED, {}),
    (ended_mandate(), BROKER, AGENT, R.ENDED, {}),
    (ended_mandate(), ANN, EndMandate(M2), R.ENDED, {}),
    (petitioned(), ANN, WithdrawConsent(C2), R.UNKNOWN, {}),
    (joint(agreed=False), MERCHANT, EndJointProcessing(R1, BEN), R.UNKNOWN, {}),
    (two_notices(), ANN, CONSENT, R.NOTICE_SUPERSEDED, {}),
    (two_notices(), FIRM, DECLARED, R.NOTICE_SUPERSEDED, {}),
    (two_notices(), FIRM, SUPERSEDED, R.NOTICE_SUPERSEDED, {}),
    (guarded(), EXCHANGE, RecordGuardian(KID, MUM, D), R.ALREADY_DONE, {}),
    (joint(), MERCHANT, JOINT, R.ALREADY_DONE, {}),
    (joint(), FIRM, JOINT, R.ALREADY_DONE, {}),
    (petitioned(verified=True), FIRM, VerifyPetitioner(P2, D), R.ALREADY_DONE, {}),
    # what is not stated is asked for
    (Cast(), FIRM, replace(NOTICE, resources=(UNGRADED,)), R.NEEDS_INFO, {}),
    (Cast(), FIRM, replace(NOTICE, sensitive=None), R.NEEDS_INFO, {}),
    (Cast(), FIRM, replace(PLAIN_NOTICE, telling=Telling.PUBLISHED), R.NEEDS_INFO, {}),
    (noticed(), FIRM, replace(DECLARED, notice=None), R.NEEDS_INFO, {}),
    (noticed(), FIRM, replace(DECLARED, circumstances=Circumstances(None, False, False, False)), R.NEEDS_INFO, {}),
    (noticed(), FIRM, replace(DECLARED, circumstances=Circumstances((), None, False, False)), R.NEEDS_INFO, {}),
    (noticed(), FIRM, replace(DECLARED, circumstances=Circumstances((), False, None, False)), R.NEEDS_INFO, {}),
    (noticed(), FIRM, replace(DECLARED, circumstances=Circumstances((), False, False, None)), R.NEEDS_INFO, {}),
    (noticed(), FIRM, replace(DECLARED, circumstances=SENSITIVE), R.NEEDS_INFO, {}),
    (declared(), ANN, replace(CONSENT, age=None), R.NEEDS_INFO, {}),
    (declared(), FIRM, CHILD, R.NEEDS_INFO, {}),
    (consented(), FIRM, WithdrawConsent(C2), R.NEEDS_INFO, {}),
    (declared(), FIRM, PETITION, R.NEEDS_INFO, {}),
    (declared(), ANN, replace(DELETE, cause=None), R.NEEDS_INFO, {}),
    (declared(), ANN, replace(PORT, to=None), R.NEEDS_INFO, {}),
    (declared(), ANN, replace(OF_DEAD, kin=None), R.NEEDS_INFO, {}),
    (declared(), ANN, replace(OF_DEAD, kin=Kin(D, None, False)), R.NEEDS_INFO, {}),
    (declared(), ANN, replace(OF_DEAD, kin=Kin(D, True, None)), R.NEEDS_INFO, {}),
    (declared(), FIRM, replace(PIPIA, form=PipiaForm.SIMPLIFIED), R.NEEDS_INFO, {}),
    *(
        (petitioned(verified=True, asked=Asked.PORT, to=MERCHANT), FIRM, command, R.NEEDS_INFO, {})
        for command in (
            replace(PORTED, conditions=tuple(each for each in ALL_MET if each.condition is not missing))
            for missing in PortCondition
        )
    ),
    (Cast(), FIRM, replace(NOTICE, resources=(PLAIN,)), R.NO_PERSONAL_INFORMATION, {}),
    # what it says
    (Cast(), FIRM, replace(NOTICE, purposes=()), R.EMPTY, {}),
    (Cast(), FIRM, replace(NOTICE, manners=()), R.EMPTY, {}),
    (Cast(), FIRM, replace(NOTICE, kinds=()), R.EMPTY, {}),
    (Cast(), FIRM, replace(NOTICE, resources=()), R.EMPTY, {}),
    (noticed(), FIRM, replace(DECLARED, kinds=()), R.EMPTY, {}),
    (declared(), ANN, replace(CONSENT, purposes=()), R.EMPTY, {}),
    (declared(), ANN, replace(CONSENT, resources=()), R.EMPTY, {}),
    (noticed(), ANN, replace(MANDATE, acts=()), R.EMPTY, {}),
    (noticed(), FIRM, replace(PIPIA, activities=()), R.EMPTY, {}),
    (Cast(), FIRM, replace(NOTICE, purposes=("risk", "risk")), R.REPEATED, {}),
    (noticed(), FIRM, replace(DECLARED, conditions=stated(Condition.NECESSARY) * 2), R.REPEATED, {}),
    (declared(), ANN, replace(CONSENT, separate=separate(Activity.PUBLISH) * 2), R.REPEATED, {}),
    (noticed(), ANN, replace(MANDATE, agent=ANN), R.REPEATED, {}),
    (noticed(), EXCHANGE, RecordGuardian(MUM, MUM, D), R.REPEATED, {}),
    (petitioned(verified=True, asked=Asked.PORT, to=MERCHANT), FIRM, replace(FULFIL, conditions=ALL_MET[:2] * 2), R.REPEATED, {}),
    (declared(), ANN, replace(PETITION, cause=DeletionCause.ENDED), R.MISPLACED, {}),
    (declared(), ANN, replace(PETITION, to=MERCHANT), R.MISPLACED, {}),
    (declared(), ANN, replace(PETITION, kin=KIN), R.MISPLACED, {}),
    (petitioned(verified=True), FIRM, replace(FULFIL, stored_only=True), R.MISPLACED, {}),
    (petitioned(verified=True), FIRM, PORTED, R.MISPLACED, {}),
    (petitioned(verified=True), FIRM, replace(FULFIL, fee_fen=1), R.MISPLACED, {}),
    (declared(), ANN, replace(CONSENT, valid_to=NOW), R.TERM_OVER, {}),
    (noticed(), ANN, replace(MANDATE, valid_to=NOW), R.TERM_OVER, {}),
    (assessed(), FIRM, replace(ENTRUST, valid_to=NOW), R.TERM_OVER, {}),
    # notices: each item that must be told
    *((Cast(), FIRM, replace(PLAIN_NOTICE, items=tuple(i for i in ALWAYS if i is not item)), R.NOTICE_INCOMPLETE, {}) for item in ALWAYS),
    (Cast(), FIRM, replace(NOTICE, items=tuple(i for i in EVERYTHING if i is not Told.RECIPIENTS)), R.RECIPIENTS_NOT_TOLD, {}),
    (Cast(), FIRM, replace(NOTICE, items=tuple(i for i in EVERYTHING if i is not Told.NECESSITY)), R.SENSITIVITY_NOT_TOLD, {}),
    (Cast(), FIRM, replace(NOTICE, items=tuple(i for i in EVERYTHING if i is not Told.EFFECT)), R.SENSITIVITY_NOT_TOLD, {}),
    (Cast(), FIRM, replace(NOTICE, sensitive=(Sensitive.MINOR,)), R.SENSITIVE_UNMARKED, {}),
    (Cast(), FIRM, replace(NOTICE, kinds=(InfoKind.BIOMETRIC,)), R.SENSITIVE_UNMARKED, {}),
    (noticed(), FIRM, replace(DECLARED, kinds=(InfoKind.HEALTH,)), R.SENSITIVE_UNMARKED, {}),
    (assessed(scale=99_999), FIRM, replace(NOTICE, telling=Telling.PUBLISHED), R.TELLING_EACH, {}),
    (assessed(scale=99_999), FIRM, replace(PLAIN_NOTICE, telling=Telling.PUBLISHED, activities=(Activity.EXPORT,)), R.TELLING_EACH, {}),
    (assessed(scale=100_000), FIRM, replace(PLAIN_NOTICE, telling=Telling.PUBLISHED), R.NOT_SMALL, {}),
    (assessed(scale=100_000), FIRM, replace(PIPIA, form=PipiaForm.SIMPLIFIED), R.NOT_SMALL, {}),
    (assessed(scale=99_999), FIRM, replace(PIPIA, form=PipiaForm.SIMPLIFIED), R.SIMPLIFIED_NOT_YET, {"now": AUG_31}),
    # consents stay within their notice
    (declared(), ANN, replace(CONSENT, resources=(HIS,)), R.OUTSIDE_NOTICE, {}),
    (declared(), ANN, replace(CONSENT, purposes=("marketing",)), R.OUTSIDE_NOTICE, {}),
    (declared(), ANN, replace(CONSENT, kinds=(InfoKind.LOCATION,)), R.OUTSIDE_NOTICE, {}),
    (declared(), ANN, replace(CONSENT, recipients=(OTHER,)), R.OUTSIDE_NOTICE, {}),
    (declared(), ANN, replace(CONSENT, separate=separate(Activity.PUBLIC_IMAGES)), R.OUTSIDE_NOTICE, {}),
    (declared(), ANN, replace(CONSENT, separate=separate(Activity.AUTOMATED)), R.OUTSIDE_NOTICE, {}),
    (noticed(), FIRM, replace(DECLARED, purpose="marketing"), R.OUTSIDE_NOTICE, {}),
    (noticed(), FIRM, replace(DECLARED, kinds=(InfoKind.LOCATION,)), R.OUTSIDE_NOTICE, {}),
    (declared(), ANN, replace(CONSENT, valid_to=NOW + 365 * DAY_MS + 1), R.TERM_BEYOND_NOTICE, {}),
    # under fourteen
    (declared(), KID, CHILD, R.GUARDIAN_NEEDED, {}),
    (guarded(), KID, CHILD, R.GUARDIAN_NEEDED, {}),
    (guarded(), KID, replace(MANDATE, person=KID), R.GUARDIAN_NEEDED, {}),
    (guarded(), KID, replace(PETITION, person=KID), R.GUARDIAN_NEEDED, {}),
    (mandated(), BROKER, replace(AGENT, age=Age.UNDER_14), R.GUARDIAN_NEEDED, {}),
    (guarded(), KID, replace(CHILD, age=Age.FROM_14), R.GUARDED, {}),
    (guarded(), MUM, replace(CHILD, age=Age.FROM_14), R.GUARDED, {}),
    (noticed(replace(NOTICE, minor_rules_digest=None)), FIRM, replace(CHILD, relation_digest=D), R.MINOR_RULES_MISSING, {}),
    (noticed(replace(NOTICE, sensitive=(Sensitive.HEALTH,))), FIRM, replace(CHILD, relation_digest=D), R.MINOR_UNMARKED, {}),
    # who speaks for a person
    (declared(), FIRM, CONSENT, R.PERSON_HAS_KEY, {"has_key": True}),
    (mandated(acts=(Act.ACCESS,)), BROKER, AGENT, R.MANDATE_OUTSIDE, {}),
    (mandated(resources=(R2,)), BROKER, AGENT, R.MANDATE_OUTSIDE, {}),
    (mandated(resources=(R2,)), BROKER, replace(PETITION, mandate=M2, resources=()), R.MANDATE_OUTSIDE, {}),
    (mandated(agent=FIRM), FIRM, AGENT, R.BOTH_SIDES, {}),
    (mandated(agent=MERCHANT), MERCHANT, replace(AGENT, recipients=(MERCHANT,)), R.BOTH_SIDES, {}),
    (mandated(), BROKER, AGENT, R.BOTH_SIDES, {"relation": (BROKER, OTHER, FIRM)}),
    (mandated(), BROKER, replace(PETITION, mandate=M2), R.BOTH_SIDES, {"relation": (BROKER, FIRM)}),
    (noticed(), ANN, replace(MANDATE, agent=OTHER), R.AGENT_UNFIT, {}),
    (noticed(), ANN, replace(MANDATE, agent=BEN), R.AGENT_UNFIT, {}),
    # one act, one consent; one use, one consent
    (declared(), ANN, replace(CONSENT, separate=(SeparateConsent(Activity.PUBLISH, digest(1)),)), R.BUNDLED, {}),
    (
        declared(),
        ANN,
        replace(CONSENT, separate=(SeparateConsent(Activity.PUBLISH, D), SeparateConsent(Activity.EXPORT, D))),
        R.BUNDLED,
        {},
    ),
    (declared(), ANN, replace(CONSENT, supersedes=C2), R.NOT_REPLACEABLE, {}),
    (withdrawn(), ANN, replace(CONSENT, supersedes=C2), R.NOT_REPLACEABLE, {}),
    (consented(), BEN, replace(CONSENT, person=BEN, supersedes=C2), R.NOT_REPLACEABLE, {}),
    (consented(), ANN, replace(CONSENT, purposes=("care", "risk")), R.CONSENT_OVERLAPS, {}),
    # legal bases
    (noticed(), FIRM, replace(DECLARED, notice=None, untold=Untold.SECRECY), R.MUST_BE_TOLD, {}),
    (noticed(), FIRM, replace(DECLARED, notice=None, untold=Untold.EMERGENCY), R.MUST_BE_TOLD, {}),
    (
        noticed(),
        FIRM,
        replace(DECLARED, circumstances=SENSITIVE, conditions=stated(unmet=(Condition.SENSITIVE_NECESSITY,))),
        R.CONDITION_UNMET,
        {},
    ),
    (withdrawn(), FIRM, replace(DECLARED, basis=LegalBasis.PUBLIC_INFO, conditions=PUBLIC), R.WITHDRAWALS_PENDING, {}),
    (withdrawn(), FIRM, EndBasis(R1, "risk"), R.WITHDRAWALS_PENDING, {}),
    (assessed(), FIRM, replace(ENTRUST, purposes=("care",)), R.NO_BASIS, {}),
    (assessed(), FIRM, replace(ENTRUST, kinds=(InfoKind.HEALTH,)), R.KIND_OUTSIDE, {}),
    (withdrawn(), FIRM, ConfirmExclusion(R1, 0, D), R.COUNT_OUTSIDE, {}),
    (withdrawn(), FIRM, ConfirmExclusion(R1, 2, D), R.COUNT_OUTSIDE, {}),
    (withdrawn(), FIRM, ConfirmExclusion(R1, 1, D), R.VERSION_UNKNOWN, {"published_at": None}),
    (withdrawn(), FIRM, ConfirmExclusion(R1, 1, D), R.VERSION_TOO_OLD, {"published_at": NOW}),
    # assessments
    *((noticed(), FIRM, replace(PIPIA, findings=tuple(f for f in PIPIA.findings if f is not each)), R.CONTENT_MISSING, {}) for each in PIPIA.findings),
    (assessed(), FIRM, DeletePipia(I3), R.STILL_KEPT, {"now": start_of(date(2029, 9, 21)) + DAY_MS - 1}),
    (declared(), FIRM, ENTRUST, R.PIPIA_MISSING, {}),
    (assessed(activities=(Activity.EXPORT,)), FIRM, ENTRUST, R.PIPIA_MISSING, {}),
    (assessed(conclusion=Conclusion.NOT_ACCEPTABLE), FIRM, ENTRUST, R.PIPIA_ADVERSE, {}),
    # petitions
    (declared(), ANN, replace(PETITION, processor=MERCHANT), R.NOT_THE_PROCESSOR, {}),
    (joint(agreed=False), ANN, replace(PETITION, processor=MERCHANT), R.NOT_THE_PROCESSOR, {}),
    (declared(), ANN, replace(OF_DEAD, kin=Kin(D, False, False)), R.KIN_NOT_ENTITLED, {}),
    (declared(), ANN, replace(OF_DEAD, kin=Kin(D, True, True)), R.KIN_NOT_ENTITLED, {}),
    (petitioned(), FIRM, FULFIL, R.IDENTITY_UNVERIFIED, {}),
    (petitioned(), FIRM, ExtendPetition(P2, D), R.IDENTITY_UNVERIFIED, {}),
    *(
        (petitioned(verified=True, asked=Asked.PORT, to=MERCHANT), FIRM, replace(FULFIL, conditions=conditions), R.TRANSFER_UNMET, {})
        for conditions in (
            tuple(PortStated(each, each is not unmet) for each in PortCondition) for unmet in PortCondition
        )
    ),
    (petitioned(verified=True, asked=Asked.PORT, to=MERCHANT), FIRM, replace(PORTED, fee_fen=100), R.FEE_UNDUE, {}),
    (withdrawn(), FIRM, RefusePetition(P3, RefusalReason.NOT_ENTITLED, D), R.REASON_UNFIT, {}),
    (petitioned(verified=True), FIRM, RefusePetition(P2, RefusalReason.IDENTITY_NOT_VERIFIED, D), R.REASON_UNFIT, {}),
    *(
        (petitioned(asked=asked, **PARTS.get(asked, {})), FIRM, RefusePetition(P2, reason, D), R.REASON_UNFIT, {})
        for PARTS in ({Asked.DELETE: {"cause": DeletionCause.UNLAWFUL}, Asked.PORT: {"to": MERCHANT}},)
        for reason in RefusalReason
        for asked in Asked
        if asked is not Asked.DECEASED_KIN and asked not in FITS[reason]
    ),
    # other hands
    *((assessed(), FIRM, replace(ENTRUST, terms=tuple(t for t in Term if t is not term)), R.TERMS_INCOMPLETE, {}) for term in Term),
    (entrusted(), MERCHANT, again(E4, BROKER, terms=()), R.TERMS_INCOMPLETE, {}),
    *((declared(), FIRM, replace(JOINT, terms=tuple(t for t in Term if t is not term)), R.JOINT_TERMS_INCOMPLETE, {}) for term in (Term.PURPOSE, Term.MANNER, Term.DUTIES)),
    (assessed(), FIRM, replace(ENTRUST, to=FIRM), R.WITH_ITSELF, {}),
    (entrusted(), MERCHANT, again(E4, MERCHANT), R.WITH_ITSELF, {}),
    (declared(), FIRM, replace(JOINT, other=FIRM), R.WITH_ITSELF, {}),
    (entrusted(), MERCHANT, again(E4, BROKER), R.REENTRUST_NEEDS_CONSENT, {}),
    (entrusted(), MERCHANT, again(E4, BROKER, purposes=("care",)), R.REENTRUST_WIDER, {}),
    (entrusted(), MERCHANT, again(E4, BROKER, kinds=(InfoKind.HEALTH,)), R.REENTRUST_WIDER, {}),
    (entrusted(), MERCHANT, again(E4, BROKER, valid_to=UNTIL + 1), R.REENTRUST_WIDER, {}),
    (entrusted(), MERCHANT, ConfirmDataFate(E4, DataFate.RETURNED, D), R.STILL_ENTRUSTED, {}),
]  # fmt: skip


def too_many_uses() -> tuple[Cast, Command]:
    purposes = tuple(f"p{n}" for n in range(16))
    recipients = tuple(PartyId(f"party-{n}") for n in range(100, 108))
    notice = replace(NOTICE, purposes=purposes, recipients=recipients)
    cast = Cast()
    cast.say(FIRM, notice, admitted=frozenset(recipients))
    return cast, replace(CONSENT, resources=(R1, R2), purposes=purposes, recipients=recipients)


def too_deep() -> tuple[Cast, Command]:
    cast = reentrusted(7)
    last = max(cast.state.entrustments, key=lambda each: int(each.partition("-")[2]))
    to = PartyId("party-90")
    cast.say(FIRM, AllowReentrusting(EntrustmentId(last), to), admitted=frozenset({to}))
    return cast, again(last, to)


def after(cast: Cast, *said: tuple[str, Command]) -> Cast:
    for actor, command in said:
        cast.say(actor, command)
    return cast


def overdue() -> Cast:
    cast = petitioned(verified=True)
    cast.clock(MarkOverdue(P2))
    return cast


MORE: list[tuple[Cast, str, Command, R, dict[str, Any]]] = [
    (too_many_uses()[0], ANN, too_many_uses()[1], R.TOO_MANY_USES, {}),
    (too_deep()[0], "party-36", too_deep()[1], R.TOO_DEEP, {"admitted": frozenset({PartyId("party-90")})}),
    (overdue(), FIRM, ExtendPetition(P2, D), R.TOO_LATE, {}),
    (after(petitioned(verified=True), (FIRM, ExtendPetition(P2, D))), FIRM, ExtendPetition(P2, D), R.ALREADY_DONE, {}),
    (after(petitioned(), (ANN, TakeBackPetition(P2))), FIRM, FULFIL, R.ENDED, {}),
    (after(petitioned(), (ANN, TakeBackPetition(P2))), ANN, TakeBackPetition(P2), R.ENDED, {}),
    (after(guarded(), (MUM, EndGuardian(KID, MUM))), MUM, EndGuardian(KID, MUM), R.ENDED, {}),
    (after(entrusted(), (MERCHANT, EndEntrustment(E4))), FIRM, EndEntrustment(E4), R.ENDED, {}),
    (after(entrusted(), (FIRM, EndEntrustment(E4))), FIRM, AllowReentrusting(E4, BROKER), R.ENDED, {}),
    (after(reentrusted(), (FIRM, EndEntrustment(E4))), "party-30", again("entrustment-6", BROKER), R.ENDED, {}),
    (after(entrusted(), (FIRM, AllowReentrusting(E4, BROKER))), FIRM, AllowReentrusting(E4, BROKER), R.ALREADY_DONE, {}),
    (
        after(entrusted(), (FIRM, EndEntrustment(E4)), (MERCHANT, ConfirmDataFate(E4, DataFate.DELETED, D))),
        MERCHANT,
        ConfirmDataFate(E4, DataFate.RETURNED, D),
        R.ALREADY_DONE,
        {},
    ),
    (after(joint(), (MERCHANT, EndJointProcessing(R1, MERCHANT))), FIRM, EndJointProcessing(R1, MERCHANT), R.ENDED, {}),
]  # fmt: skip

OF_VIEWS = {R.SENSITIVE_UNDECLARED, R.NO_CONSENT, R.SEPARATE_CONSENT_MISSING}
"""Answers of `may_process` alone: `test_consent_lawful.py`."""


@pytest.mark.parametrize(("cast", "actor", "command", "refusal", "known"), [*REFUSALS, *MORE])
def test_the_room_of_consent_refuses_by_name(
    cast: Cast, actor: str, command: Command, refusal: R, known: dict[str, Any]
) -> None:
    answer = cast.copy().ask(actor, command, **known)
    assert isinstance(answer, Refused), answer
    assert answer.refusal is refusal, answer.say()
    assert "{" not in answer.say("en") + answer.say("zh")
    if refusal is R.NEEDS_INFO:
        assert answer.detail["question"] in QUESTIONS


def test_every_refusal_of_the_room_of_consent_has_a_case() -> None:
    assert {case[3] for case in (*REFUSALS, *MORE)} | OF_VIEWS == set(R)


ACCEPTED: list[tuple[Cast, str, Command, dict[str, Any]]] = [
    (Cast(), FIRM, StateScale(0, D), {}),
    (Cast(), FIRM, NOTICE, {}),
    (Cast(), FIRM, PLAIN_NOTICE, {}),
    (noticed(), FIRM, SUPERSEDED, {}),
    (assessed(scale=99_999), FIRM, replace(PLAIN_NOTICE, telling=Telling.PUBLISHED), {"now": SEP_1}),
    (declared(), FIRM, EndBasis(R1, "risk"), {}),
    (withdrawn(), REGULATOR, EndBasis(R1, "risk"), {}),
    (withdrawn(), FIRM, DECLARED, {}),
    (declared(), ANN, CONSENT, {"has_key": True}),
    (declared(), ANN, replace(CONSENT, valid_to=NOW + 1), {}),
    (declared(), ANN, replace(CONSENT, valid_to=NOW + 365 * DAY_MS), {}),
    (declared(), FIRM, CONSENT, {}),
    (declared(), FIRM, replace(CHILD, relation_digest=D), {}),
    (guarded(), MUM, CHILD, {}),
    (after(guarded(), (EXCHANGE, EndGuardian(KID, MUM))), KID, replace(CHILD, age=Age.FROM_14), {}),
    (mandated(), BROKER, AGENT, {}),
    (mandated(resources=(R1,)), BROKER, AGENT, {}),
    (after(guarded(), (MUM, replace(MANDATE, person=KID))), BROKER, replace(CHILD, mandate=MandateId("mandate-3")), {}),
    (declared(), ANN, replace(CONSENT, recipients=(MERCHANT,), separate=separate(Activity.PROVIDE, Activity.SENSITIVE)), {}),
    (consented(), ANN, replace(CONSENT, supersedes=C2), {}),
    (consented(), ANN, replace(CONSENT, purposes=("care",)), {}),
    (consented(), BEN, replace(CONSENT, person=BEN), {}),
    (two_notices(), ANN, replace(CONSENT, notice=NoticeId("notice-2")), {}),
    (consented(), ANN, WithdrawConsent(C2), {}),
    (consented(), FIRM, WithdrawConsent(C2, evidence_digest=D), {"now": UNTIL - 1}),
    (child_consent(), MUM, WithdrawConsent(ConsentId("consent-3")), {}),
    (child_consent(), KID, WithdrawConsent(ConsentId("consent-3")), {}),
    (withdrawn(), FIRM, ConfirmExclusion(R1, 1, D), {"published_at": NOW + 1}),
    (mandated(), ANN, EndMandate(M2), {}),
    (mandated(), BROKER, EndMandate(M2), {}),
    (noticed(), FIRM, PIPIA, {}),
    (assessed(scale=99_999), FIRM, replace(PIPIA, form=PipiaForm.SIMPLIFIED, findings=()), {"now": SEP_1}),
    (assessed(), FIRM, DeletePipia(I3), {"now": start_of(date(2029, 9, 22))}),
    *((declared(), ANN, replace(PETITION, asked=asked), {}) for asked in (Asked.KNOW, Asked.RESTRICT, Asked.REFUSE, Asked.ACCESS, Asked.COPY, Asked.CORRECT, Asked.SUPPLEMENT, Asked.EXPLAIN)),
    *((declared(), ANN, replace(DELETE, cause=cause), {}) for cause in DeletionCause),
    (declared(), ANN, PORT, {}),
    (declared(), ANN, PORT, {"now": start_of(date(2025, 1, 1))}),
    (declared(), ANN, OF_DEAD, {}),
    (declared(), ANN, replace(PETITION, resources=()), {}),
    (declared(), FIRM, replace(PETITION, evidence_digest=D), {}),
    (joint(), ANN, replace(PETITION, processor=MERCHANT), {}),
    (after(joint(), (FIRM, EndJointProcessing(R1, MERCHANT)), (FIRM, JOINT)), ANN, replace(PETITION, processor=MERCHANT), {}),
    *((mandated(acts=(act,)), BROKER, replace(PETITION, mandate=M2, asked=asked), {}) for act, asked in (
        (Act.KNOW, Asked.KNOW), (Act.RESTRICT, Asked.RESTRICT), (Act.RESTRICT, Asked.REFUSE), (Act.ACCESS, Asked.ACCESS),
        (Act.COPY, Asked.COPY), (Act.CORRECT, Asked.CORRECT), (Act.CORRECT, Asked.SUPPLEMENT), (Act.EXPLAIN, Asked.EXPLAIN))),
    (petitioned(), FIRM, VerifyPetitioner(P2, D), {}),
    (petitioned(verified=True), FIRM, ExtendPetition(P2, D), {}),
    (petitioned(verified=True), FIRM, FULFIL, {}),
    (overdue(), FIRM, FULFIL, {}),
    (after(petitioned(verified=True), (FIRM, ExtendPetition(P2, D))), FIRM, FULFIL, {}),
    (petitioned(verified=True, asked=Asked.PORT, to=MERCHANT), FIRM, PORTED, {}),
    (withdrawn(), FIRM, replace(FULFIL, petition=P3, stored_only=True), {}),
    (withdrawn(), FIRM, replace(FULFIL, petition=P3), {}),
    (withdrawn(), FIRM, RefusePetition(P3, RefusalReason.LAW_DEMANDS_KEEPING, D), {}),
    (petitioned(), FIRM, RefusePetition(P2, RefusalReason.IDENTITY_NOT_VERIFIED, D), {}),
    (petitioned(), ANN, TakeBackPetition(P2), {}),
    (refusing_public(), FIRM, VerifyPetitioner(P2, D), {}),
    (assessed(), FIRM, ENTRUST, {}),
    (entrusted(), FIRM, AllowReentrusting(E4, BROKER), {}),
    (after(entrusted(), (FIRM, AllowReentrusting(E4, BROKER))), MERCHANT, again(E4, BROKER), {}),
    (entrusted(), REGULATOR, EndEntrustment(E4), {}),
    (after(reentrusted(), (FIRM, EndEntrustment(E4))), "party-30", ConfirmDataFate(EntrustmentId("entrustment-6"), DataFate.DELETED, D), {}),
    (joint(agreed=False), MERCHANT, JOINT, {}),
    (joint(), MERCHANT, EndJointProcessing(R1, MERCHANT), {}),
]  # fmt: skip


@pytest.mark.parametrize(("cast", "actor", "command", "known"), ACCEPTED)
def test_what_is_allowed_keeps_every_law(cast: Cast, actor: str, command: Command, known: dict[str, Any]) -> None:
    cast = cast.copy()
    cast.say(actor, command, **known)
    assert [place for law in LAWS for place in law(cast.state)] == []


@pytest.mark.parametrize(("cast", "actor", "command", "known"), ACCEPTED)
def test_commands_events_and_records_survive_canonical_bytes(
    cast: Cast, actor: str, command: Command, known: dict[str, Any]
) -> None:
    cast = cast.copy()
    events = cast.say(actor, command, **known)
    assert msgspec.json.decode(canonical(command), type=Command) == command
    assert msgspec.json.decode(canonical(events), type=list[Event]) == events
    records = [record for table in msgspec.structs.astuple(cast.state) for _, record in table.under()]
    assert all(msgspec.json.decode(canonical(record), type=type(record)) == record for record in records)


ROWS: list[tuple[LegalBasis, tuple[Condition, ...], str]] = [
    (LegalBasis.CONSENT, (), "S7-13-1"),
    (LegalBasis.CONTRACT_HR, (Condition.PERSON_IS_PARTY, Condition.NECESSARY), "S7-13-2"),
    (LegalBasis.CONTRACT_HR, (Condition.LABOUR_RULES, Condition.COLLECTIVE_CONTRACT, Condition.NECESSARY), "S7-13-2"),
    (LegalBasis.LEGAL_DUTY, (Condition.STATUTORY_DUTY, Condition.NECESSARY), "S7-13-3"),
    (LegalBasis.EMERGENCY, (Condition.PUBLIC_HEALTH_EVENT, Condition.NECESSARY), "S7-13-4"),
    (LegalBasis.EMERGENCY, (Condition.LIFE_OR_PROPERTY, Condition.NECESSARY), "S7-13-4"),
    (LegalBasis.NEWS, (Condition.PUBLIC_INTEREST, Condition.REASONABLE_SCOPE), "S7-13-5"),
    (LegalBasis.PUBLIC_INFO, (Condition.LAWFULLY_PUBLIC, Condition.REASONABLE_SCOPE), "S7-13-6"),
    (LegalBasis.OTHER_LAW, (Condition.LAW_PROVIDES,), "S7-13-7"),
]
"""PIPL 第13条: basis, conditions, rule."""


def rows_of(basis: LegalBasis) -> list[tuple[Condition, ...]]:
    return [conditions for other, conditions, _ in ROWS if other is basis]


@pytest.mark.parametrize(("basis", "conditions", "rule"), ROWS)
def test_each_basis_stands_on_its_conditions_and_names_its_rule(
    basis: LegalBasis, conditions: tuple[Condition, ...], rule: str
) -> None:
    cast = noticed()
    (event,) = cast.say(FIRM, replace(DECLARED, basis=basis, conditions=stated(*conditions)))
    assert event.record.rules[0] == rule  # type: ignore[union-attr]


@pytest.mark.parametrize(("basis", "conditions", "missing"), [(b, c, each) for b, c, _ in ROWS for each in c])
def test_each_condition_that_is_not_stated_is_asked_for_and_each_that_is_not_met_refuses(
    basis: LegalBasis, conditions: tuple[Condition, ...], missing: Condition
) -> None:
    others = tuple(each for each in conditions if each is not missing)
    asked = noticed().ask(FIRM, replace(DECLARED, basis=basis, conditions=stated(*others)))
    assert isinstance(asked, Refused)
    assert asked.refusal is R.NEEDS_INFO
    nearest = [row for row in rows_of(basis) if set(others) <= set(row)]
    assert asked.detail["question"] in {f"conditions.{each}" for row in nearest for each in set(row) - set(others)}
    every = {each for row in rows_of(basis) for each in row} - set(others)
    unmet = noticed().ask(FIRM, replace(DECLARED, basis=basis, conditions=stated(*others, unmet=tuple(sorted(every)))))
    assert isinstance(unmet, Refused)
    assert unmet.refusal is R.CONDITION_UNMET


UNTOLD = [(basis, untold) for basis in LegalBasis for untold in Untold]


@pytest.mark.parametrize(("basis", "untold"), UNTOLD)
def test_nobody_is_left_untold_but_where_the_law_spares_it(basis: LegalBasis, untold: Untold) -> None:
    conditions = next(row for other, row, _ in ROWS if other is basis)
    command = replace(DECLARED, basis=basis, conditions=stated(*conditions), notice=None, untold=untold)
    answer = noticed().ask(FIRM, command)
    spared = (untold, basis) in {
        (Untold.SECRECY, LegalBasis.LEGAL_DUTY),
        (Untold.SECRECY, LegalBasis.OTHER_LAW),
        (Untold.EMERGENCY, LegalBasis.EMERGENCY),
    }
    assert isinstance(answer, list) is spared
    if isinstance(answer, list):
        assert "S7-18" in answer[0].record.rules  # type: ignore[union-attr]


def test_the_same_assessment_is_decided_otherwise_a_day_later_and_a_replay_decides_as_then() -> None:
    simplified = replace(PIPIA, form=PipiaForm.SIMPLIFIED, findings=())
    cast = noticed()
    cast.say(FIRM, StateScale(99_999, D))
    before = cast.copy().ask(FIRM, simplified, now=SEP_1 - 1)
    assert isinstance(before, Refused)
    assert (before.refusal, before.detail["day"]) == (R.SIMPLIFIED_NOT_YET, "2026-08-31")
    (recorded,) = cast.copy().say(FIRM, simplified, now=SEP_1)
    assert recorded.record.rules == ("S7-55", "S7-56", "S10-PIPIA")  # type: ignore[union-attr]
    assert cast.copy().ask(FIRM, simplified, now=SEP_1 - 1) == before


def test_a_withdrawal_takes_effect_in_its_leaf_and_leaves_the_past_as_it_was() -> None:
    cast = consented()
    given = cast.state.consents[C2]
    withdrawn_, opened = cast.say(ANN, WithdrawConsent(C2))
    assert isinstance(withdrawn_, ConsentWithdrawn)
    assert (withdrawn_.person, withdrawn_.processor, withdrawn_.resources) == (ANN, FIRM, (R1,))
    assert withdrawn_.clocks == (Stop(C2, "consent.term"),)
    record = cast.state.consents[C2]
    assert record == replace(given, ended=ConsentEnd.WITHDRAWN, ended_at=NOW)
    assert cast.state.covers == {}
    assert isinstance(opened, PetitionReceived)
    assert (opened.record.asked, opened.record.channel, opened.record.because) == (Asked.DELETE, Channel.LAW, C2)
    assert opened.clocks == (Start(P3, "consent.answer", Unit.WORK_DAYS, 15, "S7-50", FIRM),)


def test_a_consent_ends_with_its_term_and_asks_for_deletion_too() -> None:
    cast = consented()
    _, opened = cast.clock(ExpireConsent(C2), now=UNTIL)
    assert cast.state.consents[C2].ended is ConsentEnd.EXPIRED
    assert isinstance(opened, PetitionReceived)
    assert opened.record.cause is DeletionCause.ENDED
    assert cast.state.exclusions[R1].withdrawn == 1
    assert cast.clock(ExpireConsent(C2), now=UNTIL) == []


@pytest.mark.parametrize(
    "command",
    [ExpireConsent(C2), ExpireMandate(M2), ExpireEntrustment(E4), MarkOverdue(P2)],
)
def test_the_clock_is_never_refused_whatever_happened_meanwhile(command: Command) -> None:
    for cast in (Cast(), withdrawn(), ended_mandate(), after(petitioned(), (ANN, TakeBackPetition(P2)))):
        assert cast.clock(command, rulebook="2026.1") == []


def test_a_petition_answered_late_stays_marked_as_late() -> None:
    cast = overdue()
    cast.say(FIRM, FULFIL)
    record = cast.state.petitions[P2]
    assert (record.state, record.is_overdue) == (PetitionState.FULFILLED, True)
    assert cast.clock(MarkOverdue(P2)) == []


@pytest.mark.parametrize(("asked", "days"), [(Asked.ACCESS, 15), (Asked.EXPLAIN, 15), (Asked.PORT, 30)])
def test_an_answer_has_its_work_days_and_once_thirty_more(asked: Asked, days: int) -> None:
    cast = declared()
    command = replace(PETITION, asked=asked, to=MERCHANT if asked is Asked.PORT else None)
    (received,) = cast.say(ANN, command)
    assert received.clocks == (Start(P2, "consent.answer", Unit.WORK_DAYS, days, "S7-50", FIRM),)  # type: ignore[union-attr]
    cast.say(FIRM, VerifyPetitioner(P2, D))
    (extended,) = cast.say(FIRM, ExtendPetition(P2, D), now=NOW + DAY_MS)
    limit = Start(P2, "consent.answer", Unit.WORK_DAYS, days + 30, "S7-50", FIRM, since=NOW)
    assert extended.clocks == (limit,)  # type: ignore[union-attr]
    (done,) = cast.say(FIRM, PORTED if asked is Asked.PORT else FULFIL)
    assert done.clocks == (Stop(P2, "consent.answer"),)  # type: ignore[union-attr]


def test_the_second_transfer_of_a_year_may_cost_and_one_a_year_later_is_free_again() -> None:
    cast = petitioned(verified=True, asked=Asked.PORT, to=MERCHANT)
    cast.say(FIRM, PORTED)
    for now, is_free in ((NOW + 365 * DAY_MS - 1, False), (NOW + 365 * DAY_MS, True)):
        later = cast.copy()
        later.now = now
        (received,) = later.say(ANN, PORT)
        petition = received.petition  # type: ignore[union-attr]
        later.say(FIRM, VerifyPetitioner(petition, D))
        answer = later.ask(FIRM, replace(PORTED, petition=petition, fee_fen=500))
        assert isinstance(answer, Refused) is is_free


def test_a_new_consent_that_covers_less_lets_the_rest_go() -> None:
    cast = consented(resources=(R1, R2), purposes=("risk", "care"))
    superseded, _ = cast.say(ANN, replace(CONSENT, resources=(R1,), supersedes=C2))
    assert isinstance(superseded, ConsentSuperseded)
    assert superseded.resources == (R1, R2)
    assert [each.because for each in views.to_exclude(cast.state, R2)] == [C2]


def test_a_new_consent_that_covers_as_much_excludes_nobody() -> None:
    cast = consented()
    superseded, _ = cast.say(ANN, replace(CONSENT, purposes=("risk", "care"), supersedes=C2))
    assert isinstance(superseded, ConsentSuperseded)
    assert superseded.resources == ()
    assert cast.state.exclusions == {}


def test_nothing_is_deleted_that_another_consent_lets_the_processor_keep() -> None:
    cast = consented()
    cast.say(ANN, replace(CONSENT, purposes=("care",)))
    assert len(cast.say(ANN, WithdrawConsent(C2))) == 1
    assert len(cast.say(ANN, WithdrawConsent(ConsentId("consent-3")))) == 2


def test_who_refuses_what_is_public_is_out_at_once() -> None:
    cast = refusing_public()
    _, refused = cast.say(FIRM, VerifyPetitioner(P2, D))
    assert isinstance(refused, PersonRefused)
    assert refused.resources == (R1,)
    assert cast.state.exclusions[R1].withdrawn == 1


def test_a_person_sees_what_of_it_lay_where_in_order_of_time() -> None:
    cast = consented(resources=(R1, R2), recipients=(MERCHANT,))
    cast.now += DAY_MS
    cast.say(ANN, WithdrawConsent(C2))
    cast.say(ANN, replace(CONSENT, purposes=("care",)))
    cast.say(BEN, replace(CONSENT, person=BEN))
    seen = [(each.resource, each.since, each.until, each.recipients) for each in views.held_of(cast.state, ANN)]
    assert seen == [
        (R1, NOW, NOW + DAY_MS, (FIRM, MERCHANT)),
        (R2, NOW, NOW + DAY_MS, (FIRM, MERCHANT)),
        (R1, NOW + DAY_MS, None, (FIRM,)),
    ]


def test_a_mandate_to_receive_revenue_names_the_payee_until_it_ends() -> None:
    cast = mandated(acts=(Act.RECEIVE_REVENUE,))
    assert views.payee_of(cast.state, ANN) == BROKER
    assert views.payee_of(cast.state, BEN) == BEN
    cast.say(ANN, EndMandate(M2))
    assert views.payee_of(cast.state, ANN) == ANN


def test_every_right_of_a_person_names_its_article() -> None:
    assert set(RULES) == set(Asked)


def test_the_rows_of_the_law_in_the_rulebook_are_those_of_the_code() -> None:
    from mumian.rooms.consent.guards import ASSESSED
    from mumian.rooms.consent.notices import ALWAYS_TOLD, BASES, TOLD_OF_SENSITIVE
    from mumian.rooms.consent.vocabulary import Content
    from mumian.rulebook.rules import load

    def values(rule: str, name: str) -> Any:
        return load().rule(rule, date(2026, 9, 21)).parameters[name].value

    assert values("S7-13", "bases") == tuple(LegalBasis)
    assert values("S7-17", "items") == ALWAYS_TOLD
    assert values("S7-30", "items") == TOLD_OF_SENSITIVE
    assert values("S7-28", "sensitive") == tuple(Sensitive)
    assert set(values("S7-55", "activities")) == ASSESSED
    assert values("S7-56", "contents") == tuple(Content)
    assert values("S7-21", "items") == tuple(Term)
    assert values("S7-47", "causes") == tuple(DeletionCause)
    assert values("S6-25", "conditions") == tuple(PortCondition)
    for row in BASES.values():
        parameters = load().rule(row.rule, date(2026, 9, 21)).parameters
        assert tuple(each.value for each in parameters.values()) == (row.alternatives if row.alternatives[0] else ())
