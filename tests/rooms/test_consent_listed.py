"""The list of who consents says person by person what the counted rows say in numbers."""

from __future__ import annotations

from typing import Any

from consent_cast import (
    ANN,
    CONSENT,
    DECLARED,
    FIRM,
    MERCHANT,
    NOTICE,
    OTHER,
    R1,
    R2,
    Cast,
    consented,
    entrusted,
    stated,
)
from hypothesis import given, settings
from msgspec.structs import replace
from test_consent_lawful import C2, PUBLIC, USES, Life, lives

from mumian.kernel.ids import PartyId
from mumian.rooms.consent.commands import WithdrawConsent
from mumian.rooms.consent.listed import ANYBODY, Consenting, consenting
from mumian.rooms.consent.views import Lawful
from mumian.rooms.consent.vocabulary import Condition, ConsentId, LegalBasis


def listed(cast: Cast, resource: Any = R1, *, sensitive: bool = False) -> dict[tuple[str, PartyId], Consenting]:
    uses = consenting(cast.state, resource, holder=FIRM, sensitive=sensitive)
    return {(use.purpose, use.recipient): use for use in uses}


@settings(max_examples=150, deadline=None)
@given(lives)
def test_the_list_holds_each_person_whose_consent_covers_a_use_and_no_other(life: list[tuple[Any, ...]]) -> None:
    lived = Life()
    for step in life:
        lived.take(step)
    for resource in (R1, R2):
        found = listed(lived.cast, resource)
        for purpose in USES:
            for recipient in (FIRM, MERCHANT, OTHER):
                use = found.get((purpose, recipient), Consenting(purpose, recipient, ()))
                persons = [person for person, _ in use.persons]
                assert len(persons) == lived.covering(resource, purpose, recipient)
                assert len(set(persons)) == len(persons)
                answer = lived.answer(resource, purpose, recipient)
                assert not isinstance(answer, Lawful) or answer.consents == len(persons)


@settings(max_examples=100, deadline=None)
@given(lives)
def test_who_withdrew_is_in_no_list_whether_or_not_the_rows_are_out(life: list[tuple[Any, ...]]) -> None:
    lived = Life()
    for step in life:
        if lived.take(step) is None:
            continue
        still = {said.person for said in lived.in_force.values()}
        for resource in (R1, R2):
            for use in listed(lived.cast, resource).values():
                assert {person for person, _ in use.persons} <= still


def test_a_use_that_needs_no_consent_is_anybodys_but_of_who_refused_what_is_public() -> None:
    cast = consented()
    cast.say(FIRM, replace(DECLARED, purpose="care", basis=LegalBasis.LEGAL_DUTY, conditions=stated(
        Condition.STATUTORY_DUTY, Condition.NECESSARY)))  # fmt: skip
    cast.say(FIRM, replace(DECLARED, resource=R2, basis=LegalBasis.PUBLIC_INFO, conditions=PUBLIC))
    cast.say(ANN, replace(CONSENT, resources=(R2,)))
    for consent in (C2, ConsentId("consent-5")):
        cast.say(ANN, WithdrawConsent(consent))
    assert listed(cast)["care", ANYBODY] == Consenting("care", ANYBODY, (), needs_none=True)
    public = listed(cast, R2)["risk", ANYBODY]
    assert (public.needs_none, [person for person, _ in public.persons]) == (True, [ANN])


def test_an_entrusted_hand_may_use_what_persons_let_the_holder_use() -> None:
    cast = entrusted()
    hand = next(PartyId(key.split("/")[1]) for key, _ in cast.state.entrusted.under(""))
    own = listed(cast).get(("risk", FIRM))
    if own is None:
        cast.say(ANN, CONSENT)
        own = listed(cast)["risk", FIRM]
    assert listed(cast)["risk", hand].persons == own.persons


def test_what_the_catalog_calls_sensitive_needs_a_separate_consent() -> None:
    cast = consented()
    assert ("risk", FIRM) in listed(cast)
    assert ("risk", FIRM) not in listed(cast, sensitive=True)
    assert NOTICE.recipients or ("risk", MERCHANT) not in listed(cast)
