"""The table of sources and rights (S1 第15、21条) against a slow reading of it: every answer, every missing fact, two dates."""

from __future__ import annotations

from itertools import product

import pytest
from property_case import (
    NOW,
    RESOURCES,
    BasisKind,
    D,
    Instant,
    PartyId,
    R,
    Refused,
    Right,
    S,
    SourceType,
    Statement,
    at,
    claim,
    favourable,
    fresh,
    initial,
    refusal,
    submit,
)

from mumian.kernel.time import day_of
from mumian.rooms.property_register.eligibility import LAWFUL_CRAWL, QUESTIONS, ROWS, Barred, Missing, Row, entitled
from mumian.rooms.property_register.vocabulary import Condition, Fused
from mumian.rulebook.rules import load

C = Condition

QUESTIONS_OF = {
    S.SELF_GENERATED: (C.LAWFUL_SOURCE,),
    S.CONTRACT_COLLECTED: (C.BROUGHT_ABOUT, C.COLLECTED_UNDER_CONTRACT),
    S.NATURAL_PERSON: (C.LAWFUL_SOURCE,),
    S.WEB_CRAWLED: (*LAWFUL_CRAWL, C.DATA_PRODUCT, C.NO_SUBSTITUTION),
    S.FUSED: (C.CONTRACT_CLAUSE, C.RIGHT_BY_CLAUSE),
    S.DERIVED: (C.SUBSTANTIAL_CHANGE, C.VALUE_RAISED, C.USE_OF_SOURCE, C.INTERESTS_PROTECTED),
    S.ENTRUSTED: (C.RIGHT_BY_CLAUSE,),
    S.GOV_DUTY: (),
    S.PUBLIC_PRODUCT: (),
    S.UTILITY: (C.OTHERWISE_RULED,),
}
"""What the table asks of each source."""

YES, NO, ASK = "yes", "no", "ask"


def both(answers: list[bool | None]) -> str:
    """Kleene's conjunction: one no decides, one missing fact is asked for."""
    if False in answers:
        return NO
    return ASK if None in answers else YES


def slow(source: SourceType, right: Right, said: dict[C, bool]) -> str:
    """Read S1 第15、21条 out, source by source."""
    match source:
        case S.GOV_DUTY:
            return NO
        case S.PUBLIC_PRODUCT:
            return YES
        case S.UTILITY:
            otherwise = said.get(C.OTHERWISE_RULED)
            return ASK if otherwise is None else (NO if otherwise else YES)
        case S.WEB_CRAWLED:
            asked = QUESTIONS_OF[source] if right is Right.OPERATE else LAWFUL_CRAWL
            return both([said.get(each) for each in asked])
        case S.FUSED:
            clause = said.get(C.CONTRACT_CLAUSE)
            if clause is None:
                return ASK
            return both([said.get(C.RIGHT_BY_CLAUSE)]) if clause else YES
        case _:
            return both([said.get(each) for each in QUESTIONS_OF[source]])


def worlds(source: SourceType) -> list[dict[C, bool]]:
    """Return every way in which the facts of a source are stated yes, stated no, or not stated."""
    asked = QUESTIONS_OF[source]
    return [
        {each: holds for each, holds in zip(asked, answers, strict=True) if holds is not None}
        for answers in product((True, False, None), repeat=len(asked))
    ]


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("source", S)
def test_the_table_answers_as_the_law_reads(source: SourceType, right: Right) -> None:
    kinds = {Row: YES, Missing: ASK, Barred: NO}
    for said in worlds(source):
        answer = entitled(source, right, said)
        assert kinds[type(answer)] == slow(source, right, said), said


@pytest.mark.parametrize("source", S)
def test_what_is_asked_for_settles_it(source: SourceType) -> None:
    for right, said in product(Right, worlds(source)):
        answer = entitled(source, right, said)
        if isinstance(answer, Missing):
            assert answer.questions
            assert not set(answer.questions) & set(said)
            told = said | {each: each not in (C.OTHERWISE_RULED, C.CONTRACT_CLAUSE) for each in answer.questions}
            assert isinstance(entitled(source, right, told), Row), (said, answer.questions)


ROWS_THAT_DECIDE = [
    (S.SELF_GENERATED, Right.OPERATE, {C.LAWFUL_SOURCE: True}, "S1-21-R1"),
    (S.CONTRACT_COLLECTED, Right.OPERATE, {C.BROUGHT_ABOUT: True, C.COLLECTED_UNDER_CONTRACT: True}, "S1-21-R2"),
    (S.NATURAL_PERSON, Right.HOLD, {C.LAWFUL_SOURCE: True}, "S1-21-R3"),
    (S.WEB_CRAWLED, Right.USE, dict.fromkeys(LAWFUL_CRAWL, True), "S1-21-R4a"),
    (S.WEB_CRAWLED, Right.OPERATE, dict.fromkeys(QUESTIONS_OF[S.WEB_CRAWLED], True), "S1-21-R4b"),
    (S.FUSED, Right.OPERATE, {C.CONTRACT_CLAUSE: True, C.RIGHT_BY_CLAUSE: True}, "S1-21-R5a"),
    (S.FUSED, Right.USE, {C.CONTRACT_CLAUSE: False}, "S1-21-R5b"),
    (S.FUSED, Right.OPERATE, {C.CONTRACT_CLAUSE: False}, "S1-21-R5b"),
    (S.DERIVED, Right.HOLD, dict.fromkeys(QUESTIONS_OF[S.DERIVED], True), "S1-21-R6"),
    (S.ENTRUSTED, Right.HOLD, {C.RIGHT_BY_CLAUSE: True}, "S1-21-R7"),
    (S.PUBLIC_PRODUCT, Right.OPERATE, {}, "S1-21-R9"),
    (S.UTILITY, Right.OPERATE, {C.OTHERWISE_RULED: False}, "S1-21-R10"),
]


@pytest.mark.parametrize(("source", "right", "said", "rule"), ROWS_THAT_DECIDE)
def test_each_row_gives_its_rights(source: SourceType, right: Right, said: dict[C, bool], rule: str) -> None:
    answer = entitled(source, right, said)
    assert isinstance(answer, Row)
    assert answer.rule == rule


def test_the_rulebook_says_of_each_row_what_the_table_does() -> None:
    book, day = load(), day_of(NOW)
    asked = book.rule("S1-21-FACTS", day).parameters
    for row in ROWS:
        parameters = book.rule(row.rule, day).parameters
        assert parameters["source_type"].value == row.source
        facts = asked.get(row.rule.removeprefix("S1-21-"))
        assert set(facts.value if facts and isinstance(facts.value, tuple) else ()) == {*row.requires, *row.excludes}
        if row.source is not S.ENTRUSTED:  # the rule names the exception in its title
            given = {right for other in ROWS if other.rule == row.rule for right in other.rights}
            named = parameters["rights"].value
            operate = {Right.OPERATE} if "operate_requires" in parameters else set()
            assert set(named if isinstance(named, tuple) else ()) | operate == given
    assert {each for row in ROWS for each in (*row.requires, *row.excludes)} == set(C) == set(QUESTIONS)


def said_by(source: SourceType, said: dict[C, bool]) -> tuple[Statement, ...]:
    return tuple(Statement(condition, holds) for condition, holds in said.items())


BASES = {S.CONTRACT_COLLECTED: BasisKind.CONTRACT, S.FUSED: BasisKind.CONTRACT, S.ENTRUSTED: BasisKind.LAW}
CONSENTING = tuple(Fused(PartyId(name), D) for name in ("air", "rail"))


def decided(source: SourceType, right: Right, said: dict[C, bool], now: Instant) -> R | None:
    """Have an application decided at a moment; return why not, or None."""
    holder = RESOURCES[source].holder
    claims = (claim(right, holder, basis=BASES.get(source, BasisKind.COLLECTION)),)
    form = initial(source, claims=claims, statements=said_by(source, said), fused=CONSENTING)
    answer = fresh(now=now).ask(holder, submit(form))
    return refusal(answer) if isinstance(answer, Refused) else None


NO_BY_SOURCE = {S.GOV_DUTY: R.DUTY_DATA, S.ENTRUSTED: R.ENTRUSTED_DATA}


@pytest.mark.parametrize("source", S)
def test_the_same_case_has_two_answers_at_two_dates(source: SourceType) -> None:
    for right, said in product(Right, worlds(source)[:60]):
        expected = {YES: None, ASK: R.NEEDS_INFO, NO: NO_BY_SOURCE.get(source, R.NOT_REGISTRABLE)}
        assert decided(source, right, said, at(2026, 6, 30, 23, 59)) is R.RULE_NOT_IN_FORCE
        assert decided(source, right, said, at(2026, 7, 1)) is expected[slow(source, right, said)], said


@pytest.mark.parametrize(
    ("source", "said", "question"),
    [
        (S.SELF_GENERATED, {}, "lawful_source"),
        (S.CONTRACT_COLLECTED, {C.BROUGHT_ABOUT: True}, "collected_under_contract"),
        (S.WEB_CRAWLED, dict.fromkeys(LAWFUL_CRAWL[:4], True), "graded"),
        (S.FUSED, {}, "contract_clause"),
        (S.FUSED, {C.CONTRACT_CLAUSE: True}, "right_by_clause"),
        (S.DERIVED, {C.VALUE_RAISED: True}, "substantial_change,use_of_source,interests_protected"),
        (S.ENTRUSTED, {}, "right_by_clause"),
        (S.UTILITY, {}, "otherwise_ruled"),
    ],
)
def test_a_missing_fact_is_asked_for_by_name(source: SourceType, said: dict[C, bool], question: str) -> None:
    holder = RESOURCES[source].holder
    answer = fresh().ask(holder, submit(initial(source, Right.USE, statements=said_by(source, said))))
    assert isinstance(answer, Refused)
    assert (answer.refusal, answer.detail["question"]) == (R.NEEDS_INFO, question)
    assert all(QUESTIONS[C(each)].zh.endswith("？") for each in question.split(","))


def test_what_is_stated_of_one_right_goes_before_what_is_stated_of_all() -> None:
    said = (*favourable(S.ENTRUSTED), Statement(C.RIGHT_BY_CLAUSE, holds=False, claim=1))
    form = initial(S.ENTRUSTED, Right.HOLD, Right.USE, statements=said)
    answer = fresh().ask("air", submit(form))
    assert isinstance(answer, Refused)
    assert answer.refusal is R.ENTRUSTED_DATA
    assert answer.detail["claim"] == 1
