"""Whether personal information may be processed: every basis with every activity, and laws over generated lives.

The oracle knows no counted rows and no indexes: it keeps a plain list of who said what, and goes through all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from consent_cast import (
    ADMITTED,
    ANN,
    BEN,
    BROKER,
    CONSENT,
    DECLARED,
    ENTRUST,
    FIRM,
    HARMLESS,
    KID,
    MERCHANT,
    NOTICE,
    NOW,
    OTHER,
    PIPIA,
    R1,
    R2,
    UNTIL,
    Cast,
    D,
    consented,
    declared,
    digest,
    entrusted,
    noticed,
    separate,
    stated,
    withdrawn,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.rooms.consent.commands import (
    AllowReentrusting,
    ConfirmExclusion,
    EndEntrustment,
    ExpireConsent,
    ExpireEntrustment,
    GiveConsent,
    ReentrustProcessing,
    StateScale,
    WithdrawConsent,
)
from mumian.rooms.consent.laws import LAWS
from mumian.rooms.consent.model import State
from mumian.rooms.consent.notices import BASES
from mumian.rooms.consent.views import Lawful, may_process
from mumian.rooms.consent.vocabulary import (
    Activity,
    Age,
    Circumstances,
    Conclusion,
    Condition,
    ConsentEnd,
    ConsentId,
    EntrustmentId,
    InfoKind,
    LegalBasis,
    Manner,
    NoticeId,
    PetitionState,
    PipiaForm,
    Sensitive,
    SeparateConsent,
    Term,
)

C2, E4 = ConsentId("consent-2"), EntrustmentId("entrustment-4")
SEPARATELY = {
    Activity.SENSITIVE: "S7-29",
    Activity.PROVIDE: "S7-23",
    Activity.PUBLISH: "S7-25",
    Activity.EXPORT: "S7-39",
    Activity.PUBLIC_IMAGES: "S7-26",
}
ASSESSED = set(Activity) - {Activity.PUBLIC_IMAGES}
USES = ("risk", "care")


def asked(state: State, *, recipient: PartyId = FIRM, purpose: str = "risk", **more: Any) -> Lawful | Refused:
    where = {"resource": R1, "holder": FIRM, "now": NOW, "rulebook": ""}
    return may_process(state, **{**where, "recipient": recipient, "purpose": purpose, **more})


def name(answer: Lawful | Refused) -> str:
    return answer.refusal.name if isinstance(answer, Refused) else "lawful"


def doing(activity: Activity) -> tuple[Circumstances, dict[str, Any]]:
    """Return the circumstances and the call that make a processing this activity."""
    circumstances, call = HARMLESS, dict[str, Any]()
    match activity:
        case Activity.SENSITIVE:
            circumstances = replace(HARMLESS, sensitive=(Sensitive.HEALTH,))
        case Activity.AUTOMATED:
            circumstances = replace(HARMLESS, automated=True)
        case Activity.PUBLIC_IMAGES:
            circumstances = replace(HARMLESS, public_images=True)
        case Activity.MAJOR_EFFECT:
            circumstances = replace(HARMLESS, major_effect=True)
        case Activity.PROVIDE | Activity.ENTRUST:
            call = {"recipient": MERCHANT}
        case _:
            call = {"activities": frozenset({activity})}
    return circumstances, call


def world(basis: LegalBasis, activity: Activity, *, consents: str, is_assessed: bool) -> tuple[Cast, dict[str, Any]]:
    """One basis, one activity. consents: none, general, or separate."""
    circumstances, call = doing(activity)
    cast = noticed(replace(NOTICE, activities=(Activity.PUBLISH, Activity.EXPORT, Activity.PUBLIC_IMAGES)))
    conditions = stated(*BASES[basis].alternatives[0], Condition.SENSITIVE_NECESSITY)
    cast.say(FIRM, replace(DECLARED, basis=basis, circumstances=circumstances, conditions=conditions))
    cast.say(FIRM, PIPIA)
    if activity is Activity.ENTRUST:
        cast.say(FIRM, ENTRUST)
    if not is_assessed:
        cast.state.assessed.clear()
    acts = separate(activity) if consents == "separate" and activity in SEPARATELY else ()
    if consents != "none":
        cast.say(ANN, replace(CONSENT, recipients=(MERCHANT,), separate=acts))
    return cast, call


def expected(basis: LegalBasis, activity: Activity, consents: str, *, is_assessed: bool) -> str:
    """What PIPL 第13、23、25–27、29、39、55条 say, clause by clause."""
    needs_consent = basis is LegalBasis.CONSENT or (
        basis is LegalBasis.PUBLIC_INFO and activity is Activity.MAJOR_EFFECT
    )
    if needs_consent and consents == "none":
        return "NO_CONSENT"
    if needs_consent and activity in SEPARATELY and consents != "separate":
        return "SEPARATE_CONSENT_MISSING"
    if activity in ASSESSED and not is_assessed:
        return "PIPIA_MISSING"
    return "lawful"


@pytest.mark.parametrize("basis", LegalBasis)
@pytest.mark.parametrize("activity", Activity)
@pytest.mark.parametrize("consents", ["none", "general", "separate"])
@pytest.mark.parametrize("is_assessed", [True, False])
def test_every_basis_with_every_activity_is_answered_as_the_law_says(
    basis: LegalBasis, activity: Activity, consents: str, is_assessed: bool
) -> None:
    cast, call = world(basis, activity, consents=consents, is_assessed=is_assessed)
    answer = asked(cast.state, **call)
    assert name(answer) == expected(basis, activity, consents, is_assessed=is_assessed)
    if isinstance(answer, Lawful):
        assert answer.rules[0] == BASES[basis].rule
        assert activity in answer.activities
        assert ("S7-55" in answer.rules) is (activity in ASSESSED)
        assert bool(answer.consents) is (basis is LegalBasis.CONSENT or "S7-14" in answer.rules)
        if answer.consents and activity in SEPARATELY:
            assert SEPARATELY[activity] in answer.rules


def simplified(scale: int) -> Cast:
    """Assessed by the simplified form, while the firm was small; then it states its scale."""
    cast = consented()
    cast.say(FIRM, StateScale(1, D))
    cast.say(FIRM, replace(PIPIA, form=PipiaForm.SIMPLIFIED, findings=()))
    cast.say(FIRM, StateScale(scale, D))
    return cast


def adverse() -> Cast:
    cast = consented()
    cast.say(FIRM, replace(PIPIA, conclusion=Conclusion.NOT_ACCEPTABLE))
    return cast


EXPORT = {"activities": frozenset({Activity.EXPORT})}
PUBLIC = stated(Condition.LAWFULLY_PUBLIC, Condition.REASONABLE_SCOPE)

ANSWERS: list[tuple[Callable[[], Cast], dict[str, Any], str]] = [
    (Cast, {}, "NO_BASIS"),
    (declared, {"purpose": "care"}, "NO_BASIS"),
    (declared, {"holder": OTHER}, "NO_BASIS"),
    (consented, {"rulebook": "2026.1"}, "RULE_NOT_IN_FORCE"),
    (consented, {"kinds": (InfoKind.HEALTH,)}, "KIND_OUTSIDE"),
    (consented, {"sensitive": True}, "SENSITIVE_UNDECLARED"),
    (withdrawn, {}, "WITHDRAWALS_PENDING"),
    (declared, {}, "NO_CONSENT"),
    (consented, {"recipient": MERCHANT}, "NO_CONSENT"),
    (consented, EXPORT, "SEPARATE_CONSENT_MISSING"),
    (adverse, {"recipient": FIRM, "activities": frozenset({Activity.AUTOMATED})}, "PIPIA_ADVERSE"),
    (lambda: simplified(99_999), {"activities": frozenset({Activity.AUTOMATED})}, "lawful"),
    (lambda: simplified(100_000), {"activities": frozenset({Activity.AUTOMATED})}, "NOT_SMALL"),
    (consented, {}, "lawful"),
    (consented, {"kinds": (InfoKind.BASIC,)}, "lawful"),
]


@pytest.mark.parametrize(("made", "call", "answer"), ANSWERS)
def test_the_answer_is_no_by_default_and_says_why(made: Callable[[], Cast], call: dict[str, Any], answer: str) -> None:
    found = asked(made().state, **call)
    assert name(found) == answer
    if isinstance(found, Refused):
        assert "{" not in found.say("en") + found.say("zh")


def test_a_consent_to_fewer_kinds_than_are_processed_does_not_cover_them() -> None:
    cast = declared(
        kinds=(InfoKind.BASIC, InfoKind.HEALTH),
        circumstances=replace(HARMLESS, sensitive=(Sensitive.HEALTH,)),
        conditions=stated(Condition.SENSITIVE_NECESSITY),
    )
    cast.say(FIRM, PIPIA)
    cast.say(ANN, replace(CONSENT, separate=separate(Activity.SENSITIVE)))
    assert name(asked(cast.state)) == "NO_CONSENT"
    assert name(asked(cast.state, kinds=(InfoKind.BASIC,))) == "lawful"


def test_a_change_of_manner_needs_consent_anew() -> None:
    cast = consented()
    cast.say(
        FIRM, replace(NOTICE, manners=(Manner.COLLECT, Manner.USE, Manner.TRANSMIT), supersedes=NoticeId("notice-0"))
    )
    assert name(asked(cast.state)) == "lawful"  # as it was told and consented to, it goes on
    cast.say(FIRM, replace(DECLARED, notice=NoticeId("notice-3")))
    assert name(asked(cast.state)) == "NO_CONSENT"
    cast.say(ANN, replace(CONSENT, notice=NoticeId("notice-3"), supersedes=C2))
    assert asked(cast.state).consents == 1  # type: ignore[union-attr]
    assert cast.state.exclusions == {}


def test_a_withdrawal_and_a_use_in_both_orders() -> None:
    used_first = consented()
    assert isinstance(asked(used_first.state), Lawful)
    used_first.say(ANN, WithdrawConsent(C2))
    assert name(asked(used_first.state)) == "WITHDRAWALS_PENDING"
    withdrawn_first = withdrawn()
    assert name(asked(withdrawn_first.state)) == "WITHDRAWALS_PENDING"
    assert used_first.state == withdrawn_first.state  # the use left no trace that the withdrawal would change


def test_others_go_on_only_when_the_one_who_withdrew_is_out() -> None:
    cast = consented()
    cast.say(BEN, replace(CONSENT, person=BEN))
    assert asked(cast.state).consents == 2  # type: ignore[union-attr]
    cast.say(ANN, WithdrawConsent(C2))
    assert name(asked(cast.state)) == "WITHDRAWALS_PENDING"
    cast.say(FIRM, ConfirmExclusion(R1, 1, D), published_at=NOW + 1)
    assert asked(cast.state).consents == 1  # type: ignore[union-attr]
    cast.say(BEN, WithdrawConsent(ConsentId("consent-3")))
    cast.say(FIRM, ConfirmExclusion(R1, 2, D), published_at=NOW + 1)
    assert name(asked(cast.state)) == "NO_CONSENT"


def test_what_needs_no_consent_goes_on_after_a_withdrawal_and_what_is_public_does_not() -> None:
    duty = consented()
    duty.say(FIRM, replace(DECLARED, purpose="care", basis=LegalBasis.LEGAL_DUTY, conditions=stated(
        Condition.STATUTORY_DUTY, Condition.NECESSARY)))  # fmt: skip
    duty.say(FIRM, replace(DECLARED, resource=R2, basis=LegalBasis.PUBLIC_INFO, conditions=PUBLIC))
    duty.say(ANN, replace(CONSENT, resources=(R2,)))
    for consent in (C2, ConsentId("consent-5")):
        duty.say(ANN, WithdrawConsent(consent))
    assert name(asked(duty.state)) == "WITHDRAWALS_PENDING"
    assert name(asked(duty.state, purpose="care")) == "lawful"
    assert name(asked(duty.state, resource=R2)) == "WITHDRAWALS_PENDING"


@pytest.mark.parametrize("ending", [EndEntrustment(E4), ExpireEntrustment(E4)])
def test_an_entrusted_hand_reaches_as_far_as_its_contract_and_as_long(ending: Any) -> None:
    cast = entrusted()
    cast.say(ANN, CONSENT)
    found = asked(cast.state, recipient=MERCHANT)
    assert isinstance(found, Lawful)
    assert "S7-21" in found.rules
    assert Activity.PROVIDE not in found.activities
    assert name(asked(cast.state, recipient=BROKER)) == "NO_CONSENT"
    cast.say(FIRM, AllowReentrusting(E4, BROKER))
    terms = (E4, BROKER, ("risk",), (InfoKind.BASIC,), tuple(Term), UNTIL, D)
    cast.say(MERCHANT, ReentrustProcessing(*terms))
    assert name(asked(cast.state, recipient=BROKER)) == "lawful"
    cast.clock(ending) if isinstance(ending, ExpireEntrustment) else cast.say(FIRM, ending)
    assert name(asked(cast.state, recipient=MERCHANT)) == "NO_CONSENT"
    assert name(asked(cast.state, recipient=BROKER)) == "NO_CONSENT"


def test_a_withdrawal_reaches_the_entrusted_hand() -> None:
    cast = entrusted()
    (given,) = cast.say(ANN, CONSENT)
    cast.say(ANN, WithdrawConsent(given.consent))  # type: ignore[union-attr]
    assert name(asked(cast.state, recipient=MERCHANT)) == "WITHDRAWALS_PENDING"


PERSONS = (ANN, BEN, KID)
TELLS_ALL = replace(NOTICE, recipients=(MERCHANT, OTHER), activities=(Activity.PUBLISH, Activity.EXPORT))

some_of: Callable[..., Any] = lambda values, least=1: st.lists(  # noqa: E731  # a strategy with a name
    st.sampled_from(values), min_size=least, unique=True
).map(lambda found: tuple(sorted(found)))

drawn = st.one_of(
    st.tuples(
        st.just("give"),
        st.sampled_from(PERSONS),
        some_of((R1, R2)),
        some_of(USES),
        some_of((InfoKind.BASIC, InfoKind.HEALTH)),
        some_of((MERCHANT, OTHER), 0),
        some_of((Activity.PROVIDE, Activity.PUBLISH, Activity.SENSITIVE), 0),
        st.integers(0, 3),
    ),
    st.tuples(st.sampled_from(["withdraw", "expire"]), st.integers(0, 5)),
    st.tuples(st.just("confirm"), st.sampled_from([R1, R2])),
)
lives = st.lists(drawn, min_size=3, max_size=14)


class Life:
    """A cast that lives through generated steps, and a plain list of the consents that are in force."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.cast.say(FIRM, TELLS_ALL, admitted=ADMITTED)
        for resource in (R1, R2):
            for purpose in USES:
                circumstances = replace(HARMLESS, sensitive=(Sensitive.HEALTH,))
                declaration = replace(
                    DECLARED,
                    resource=resource,
                    purpose=purpose,
                    kinds=(InfoKind.BASIC, InfoKind.HEALTH),
                    circumstances=circumstances,
                    conditions=stated(Condition.SENSITIVE_NECESSITY),
                )
                self.cast.say(FIRM, declaration)
            self.cast.say(FIRM, replace(PIPIA, resource=resource))
        self.in_force: dict[ConsentId, GiveConsent] = {}
        self.said: dict[ConsentId, GiveConsent] = {}

    def take(self, step: tuple[Any, ...]) -> ConsentId | None:
        """Take one step; return the consent that it withdrew or let expire."""
        match step[0]:
            case "give":
                self._give(*step[1:])
            case "confirm":
                exclusion = self.cast.state.exclusions.get(step[1])
                if exclusion is not None:
                    self.cast.ask(FIRM, ConfirmExclusion(step[1], exclusion.withdrawn, D), published_at=NOW + 1)
            case how:
                return self._end(how, step[1])
        return None

    def _give(self, person: Any, resources: Any, uses: Any, kinds: Any, to: Any, acts: Any, back: int) -> None:
        nth = self.cast.seq
        own = [consent for consent, said in self.in_force.items() if said.person == person]
        old = own[-1 - back % len(own)] if own and back else None
        command = replace(
            CONSENT,
            person=person,
            resources=resources,
            purposes=uses,
            kinds=kinds,
            recipients=to,
            separate=tuple(SeparateConsent(act, digest(1_000 * nth + n)) for n, act in enumerate(acts)),
            act_digest=digest(1_000 * nth + 999),
            supersedes=old,
        )
        answer = self.cast.ask(person, command)
        if isinstance(answer, list):
            if old is not None:
                del self.in_force[old]
            self.in_force[ConsentId(f"consent-{nth}")] = self.said[ConsentId(f"consent-{nth}")] = command

    def _end(self, how: str, pick: int) -> ConsentId | None:
        if not self.in_force:
            return None
        consent = sorted(self.in_force)[pick % len(self.in_force)]
        person = self.in_force.pop(consent).person
        if how == "withdraw":
            self.cast.say(person, WithdrawConsent(consent))
        else:
            self.cast.clock(ExpireConsent(consent))
        return consent

    def answer(self, resource: Any, purpose: str, recipient: PartyId) -> Lawful | Refused:
        return asked(self.cast.state, resource=resource, purpose=purpose, recipient=recipient)

    def covering(self, resource: Any, purpose: str, recipient: PartyId) -> int:
        """Count the consents in force that cover a use of all kinds, by going through all of them."""
        needed = {Activity.SENSITIVE} | ({Activity.PROVIDE} if recipient != FIRM else set())
        return sum(
            1
            for said in self.in_force.values()
            if resource in said.resources
            and purpose in said.purposes
            and {InfoKind.BASIC, InfoKind.HEALTH} <= set(said.kinds)
            and (recipient == FIRM or recipient in said.recipients)
            and needed <= {each.activity for each in said.separate}
        )


@settings(max_examples=150, deadline=None)
@given(lives)
def test_after_any_withdrawal_no_path_of_permission_remains(life: list[tuple[Any, ...]]) -> None:
    lived = Life()
    for step in life:
        ended = lived.take(step)
        if ended is None:
            continue
        said = lived.said[ended]
        for resource in said.resources:
            for purpose in said.purposes:
                for recipient in (FIRM, *said.recipients):
                    assert name(lived.answer(resource, purpose, recipient)) == "WITHDRAWALS_PENDING"
    assert [place for law in LAWS for place in law(lived.cast.state)] == []


@settings(max_examples=150, deadline=None)
@given(lives)
def test_what_may_be_processed_is_what_consents_in_force_say_one_by_one(life: list[tuple[Any, ...]]) -> None:
    lived = Life()
    for step in life:
        lived.take(step)
    for resource in (R1, R2):
        exclusion = lived.cast.state.exclusions.get(resource)
        is_pending = exclusion is not None and exclusion.confirmed < exclusion.withdrawn
        for purpose in USES:
            for recipient in (FIRM, MERCHANT, OTHER, BROKER):
                answer = lived.answer(resource, purpose, recipient)
                count = lived.covering(resource, purpose, recipient)
                assert isinstance(answer, Lawful) is (count > 0 and not is_pending)
                if isinstance(answer, Lawful):
                    assert answer.consents == count


@settings(max_examples=150, deadline=None)
@given(lives)
def test_consents_never_widen_whatever_supersedes_them(life: list[tuple[Any, ...]]) -> None:
    lived = Life()
    for step in life:
        lived.take(step)
    for consent, record in lived.cast.state.consents.items():
        said = lived.said[ConsentId(consent)]
        for part in ("resources", "purposes", "kinds", "recipients"):
            assert getattr(record, part) == getattr(said, part)
    if not lived.in_force:
        assert lived.cast.state.covers == {}


def broken_cover(cast: Cast) -> None:
    key = next(iter(cast.state.covers))
    cast.state.covers[key] = replace(cast.state.covers[key], consents=2)


def ended_but_covering(cast: Cast) -> None:
    cast.state.consents[C2] = replace(cast.state.consents[C2], ended_at=NOW, ended=ConsentEnd.WITHDRAWN)


def put(table: str, key: str, **changes: Any) -> Callable[[Cast], None]:
    """Change a record behind the room's back."""

    def plant(cast: Cast) -> None:
        rows = getattr(cast.state, table)
        rows[key] = replace(rows[key], **changes)

    return plant


def drop(table: str, key: str = "") -> Callable[[Cast], None]:
    def plant(cast: Cast) -> None:
        rows = getattr(cast.state, table)
        del rows[key or next(iter(rows))]

    return plant


SAME_ACT = (SeparateConsent(Activity.PUBLISH, digest(1)),)
PLANTED: list[tuple[str, Callable[[], Cast], Callable[[Cast], None]]] = [
    ("what_is_covered_is_what_consents_in_force_say", consented, broken_cover),
    ("what_is_covered_is_what_consents_in_force_say", consented, ended_but_covering),
    ("one_use_has_one_consent", consented, drop("uses")),
    ("no_consent_is_wider_than_its_notice", consented, put("consents", "consent-2", purposes=("marketing",))),
    ("no_consent_is_wider_than_its_notice", consented, put("consents", "consent-2", processor=OTHER)),
    ("nobody_under_fourteen_consents_alone", consented, put("consents", "consent-2", age=Age.UNDER_14)),
    ("separate_consents_are_acts_of_their_own", consented, put("consents", "consent-2", separate=SAME_ACT)),
    ("exclusions_count_the_persons_who_must_be_out", withdrawn, drop("excluded")),
    ("exclusions_count_the_persons_who_must_be_out", withdrawn, put("exclusions", R1, confirmed=2, version_digest=D)),
    ("exclusions_count_the_persons_who_must_be_out", withdrawn, put("exclusions", R1, confirmed=1)),
    ("exclusions_count_the_persons_who_must_be_out", withdrawn, drop("exclusions")),
    ("whoever_withdrew_is_listed_to_be_out", withdrawn, drop("excluded")),
    ("everything_of_a_person_is_found", consented, drop("held")),
    ("everything_of_a_person_is_found", withdrawn, drop("petitions_of")),
    ("every_open_petition_is_owed", withdrawn, drop("owed")),
    ("every_open_petition_is_owed", withdrawn, put("petitions", "petition-3", closed_at=NOW, state=PetitionState.REFUSED)),
    ("no_assessment_is_deleted_before_its_time", entrusted, put("pipias", "pipia-3", deleted_at=NOW)),
    ("no_hand_reaches_further_than_the_one_that_gave", entrusted, put("entrustments", "entrustment-4", giver=OTHER)),
    ("every_hand_is_found", entrusted, drop("entrusted")),
]  # fmt: skip


@pytest.mark.parametrize(("law", "made", "plant"), PLANTED)
def test_each_law_sees_the_defect_that_it_is_for(
    law: str, made: Callable[[], Cast], plant: Callable[[Cast], None]
) -> None:
    cast = made()
    found = next(each for each in LAWS if each.__name__ == law)
    assert list(found(cast.state)) == []
    plant(cast)
    assert list(found(cast.state)) != []


def test_every_law_has_a_planted_defect() -> None:
    assert {law for law, _, _ in PLANTED} == {law.__name__ for law in LAWS}


def test_a_further_hand_that_reaches_wider_breaks_the_law() -> None:
    cast = entrusted()
    cast.say(FIRM, AllowReentrusting(E4, BROKER))
    cast.say(MERCHANT, ReentrustProcessing(E4, BROKER, ("risk",), (InfoKind.BASIC,), tuple(Term), UNTIL, D))
    (law,) = (each for each in LAWS if each.__name__ == "no_hand_reaches_further_than_the_one_that_gave")
    assert list(law(cast.state)) == []
    cast.state.entrustments["entrustment-6"] = replace(cast.state.entrustments["entrustment-6"], valid_to=UNTIL + 1)
    assert list(law(cast.state)) != []
