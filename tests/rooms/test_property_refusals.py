"""Every refusal of the property register, one line a case."""

from __future__ import annotations

from copy import deepcopy

import pytest
from msgspec.structs import replace
from property_case import (
    ADOPTED,
    APP,
    CERT_OBJ,
    FAILED,
    FIRST,
    FIVE_YEARS,
    HELD,
    LEGACY,
    NOTE,
    NOW,
    OBJ,
    OWN,
    PARTS,
    RESOURCES,
    Any,
    BasisKind,
    Command,
    D,
    Form,
    Ground,
    InitialForm,
    Instant,
    NoteKind,
    ObjectionId,
    Origin,
    PartyId,
    R,
    Refused,
    Register,
    Restrictions,
    Right,
    S,
    Statement,
    Story,
    accept,
    after,
    applicants,
    ask_evidence,
    at,
    cancellation,
    certified,
    certify,
    change,
    claim,
    content,
    evidence,
    favourable,
    fresh,
    give_back,
    imported,
    initial,
    later,
    make_public,
    noted,
    notified,
    objected,
    overdue,
    raise_objection,
    refusal,
    renewal,
    step,
    submit,
    transfer,
    words,
)

from mumian.kernel.time import DAY_MS
from mumian.rooms.property_register.vocabulary import (
    EVIDENCE_ROUNDS_MAX,
    NOTES_MAX,
    OBJECTIONS_MAX,
    Condition,
    DeclineReason,
    Fused,
    RevokeReason,
)

AGENCY = "archive"
FUSED = (Fused(PartyId("air")), Fused(PartyId("rail"), D), Fused(PartyId("insurer")))
NO_CLAUSE = (Statement(Condition.CONTRACT_CLAUSE, holds=False),)
BY_CLAUSE = Statement(Condition.RIGHT_BY_CLAUSE, holds=False)
LONG = "字" * 201


def resource(**changes: Any) -> Register:
    """Return a register whose catalog describes air's own data otherwise."""
    return fresh(resources={OWN.resource: replace(OWN, **changes)})


def restricted(text: str) -> InitialForm:
    return initial(content=content(restrictions=Restrictions(environment=text)))


def fused(*rights: Right, parties: tuple[Fused, ...] = FUSED, statements: tuple[Statement, ...] = NO_CLAUSE) -> Form:
    return initial(S.FUSED, *(rights or (Right.USE,)), fused=parties, statements=statements)


def supplemented(form: Form) -> words.SupplementApplication:
    return words.SupplementApplication(APP, form)


def with_rounds() -> Register:
    return after(accept, *(ask_evidence, evidence) * EVIDENCE_ROUNDS_MAX)


def with_objections() -> Register:
    register = after(accept, make_public)
    for _ in range(OBJECTIONS_MAX):
        (event,) = register.say("insurer", words.RaiseObjection(APP, Ground.OTHER, D))
        register.say("insurer", words.WithdrawObjection(event.objection))
    return register


def with_notes() -> Register:
    register = certified()
    for _ in range(NOTES_MAX):
        register.say("registry", words.MakeNote(FIRST, (0,), NoteKind.TERMS, D))
    return register


def with_dispute() -> Register:
    register = objected()
    register.say("registry", words.MakeNote(FIRST, (0,), NoteKind.OWNERSHIP_DISPUTE, D, CERT_OBJ))
    return register


def transferred_in_part() -> Register:
    register = certified()
    register.certified(transfer(lines=(0,)))
    return register


def import_again() -> Register:
    register = fresh()
    register.certified(imported(claims=(claim(Right.HOLD),)))
    return register


def of_two() -> Register:
    register = fresh()
    claims = (claim(Right.USE), claim(Right.USE, "rail"))
    register.certified(initial(claims=claims, applicants=applicants("air", "rail")))
    return register


def ended() -> Register:
    register = certified()
    register.say("registry", words.RevokeRights(FIRST, (0,), RevokeReason.STATUTE, D))
    return register


def struck() -> Register:
    register = noted()
    register.say("registry", words.RemoveNote(NOTE, D))
    return register


def about(form: Form, registry: str = "registry") -> words.SubmitApplication:
    return submit(form, registry)


def note(*lines: int, kind: NoteKind = NoteKind.OWNERSHIP_DISPUTE, objection: str = "") -> words.MakeNote:
    return words.MakeNote(FIRST, lines, kind, D, ObjectionId(objection))


def oppose(*lines: int) -> words.ObjectToCertificate:
    return words.ObjectToCertificate(FIRST, lines, Ground.OTHER, D)


WIDE = FIVE_YEARS + 1
LATE = FIVE_YEARS - DAY_MS
EVIDENCE_OF = words.RequestEvidence(APP, ())
PUBLIC_DATA = RESOURCES[S.UTILITY]

CASES: list[tuple[R, Story, str, Command]] = [
    (R.RULE_NOT_IN_FORCE, lambda: fresh(now=at(2026, 6, 30, 23)), "air", submit(initial())),
    (R.RULE_NOT_IN_FORCE, lambda: fresh(rulebook="2026.1"), "air", submit(initial())),
    (R.UNKNOWN, fresh, "registry", words.AcceptApplication(APP)),
    (R.UNKNOWN, fresh, "air", words.WithdrawApplication(APP)),
    (R.UNKNOWN, fresh, "insurer", words.RaiseObjection(APP, Ground.OTHER, D)),
    (R.UNKNOWN, fresh, "insurer", oppose(0)),
    (R.UNKNOWN, fresh, "registry", words.NotifyHolder(OBJ)),
    (R.UNKNOWN, fresh, "air", words.AnswerObjection(OBJ, True, D)),
    (R.UNKNOWN, fresh, "insurer", words.WithdrawObjection(OBJ)),
    (R.UNKNOWN, fresh, "registry", note(0)),
    (R.UNKNOWN, certified, "registry", note(0, objection="objection-99")),
    (R.UNKNOWN, fresh, "registry", words.RemoveNote(NOTE, D)),
    (R.UNKNOWN, fresh, "registry", words.RevokeRights(FIRST, (0,), RevokeReason.STATUTE, D)),
    (R.UNKNOWN, fresh, "air", submit(renewal())),
    (R.UNKNOWN, lambda: fresh(resources={}), "air", submit(initial())),
    (R.NOT_A_REGISTRY, fresh, "air", submit(initial(), "rail")),
    (R.NOT_A_REGISTRY, fresh, "air", submit(initial(), "party-99")),
    (R.NOT_THE_REGISTRY, after, AGENCY, words.AcceptApplication(APP)),
    (R.NOT_THE_REGISTRY, after, "air", words.ReturnApplication(APP, PARTS)),
    (R.NOT_THE_REGISTRY, after, AGENCY, words.DeclineApplication(APP, DeclineReason.INCOMPLETE)),
    (R.NOT_THE_REGISTRY, lambda: after(accept), "regulator", words.ConcludeReview(APP, HELD)),
    (R.NOT_THE_REGISTRY, lambda: after(accept), AGENCY, words.RequestEvidence(APP, PARTS)),
    (R.NOT_THE_REGISTRY, lambda: after(accept), AGENCY, words.ExtendReview(APP, 1)),
    (R.NOT_THE_REGISTRY, lambda: after(accept, make_public, raise_objection), "regulator", words.DecideObjection(OBJ, True, D)),
    (R.NOT_THE_REGISTRY, objected, AGENCY, words.NotifyHolder(CERT_OBJ)),
    (R.NOT_REGISTRY_OR_REGULATOR, certified, AGENCY, note(0)),
    (R.NOT_REGISTRY_OR_REGULATOR, certified, "air", words.RevokeRights(FIRST, (0,), RevokeReason.STATUTE, D)),
    (R.NOT_AN_APPLICANT, fresh, "rail", submit(initial())),
    (R.NOT_AN_APPLICANT, after, "rail", words.WithdrawApplication(APP)),
    (R.NOT_AN_APPLICANT, lambda: after(accept, ask_evidence), "rail", words.ProvideEvidence(APP, (D,))),
    (R.NOT_AN_APPLICANT, lambda: after(give_back), "air", supplemented(initial(applicants=applicants("rail")))),
    (R.NOT_THE_HOLDER, certified, "rail", submit(renewal(applicants=applicants("rail")))),
    (R.NOT_THE_HOLDER, certified, "rail", submit(transfer(applicants=applicants("rail")))),
    (R.NOT_THE_HOLDER, certified, "rail", submit(cancellation(applicants=applicants("rail")))),
    (R.NOT_THE_HOLDER, of_two, "air", submit(change())),
    (R.NOT_YOURS, notified, "rail", words.AnswerObjection(CERT_OBJ, True, D)),
    (R.NOT_YOURS, objected, "air", words.WithdrawObjection(CERT_OBJ)),
    (R.NOT_YOURS, noted, AGENCY, words.RemoveNote(NOTE, D)),
    (R.SELF_REGISTRATION, fresh, "registry", submit(initial(applicants=applicants("registry")))),
    (R.SELF_REGISTRATION, fresh, "air", submit(initial(claims=(claim(Right.USE, "registry"),)))),
    (R.SELF_REGISTRATION, certified, "air", submit(transfer(transferee=applicants("registry")[0]))),
    (R.ANOTHER_REGISTRY, certified, "air", submit(cancellation(), AGENCY)),
    (R.WRONG_STAGE, lambda: after(accept), "registry", words.AcceptApplication(APP)),
    (R.WRONG_STAGE, lambda: after(accept), "registry", words.DeclineApplication(APP, DeclineReason.INCOMPLETE)),
    (R.WRONG_STAGE, lambda: after(accept), "registry", words.ReturnApplication(APP, PARTS)),
    (R.WRONG_STAGE, after, "registry", words.ConcludeReview(APP, HELD)),
    (R.WRONG_STAGE, lambda: after(accept, ask_evidence), "registry", words.ConcludeReview(APP, HELD)),
    (R.WRONG_STAGE, lambda: after(accept, overdue, ask_evidence), "regulator", words.ConcludeReview(APP, HELD)),
    (R.WRONG_STAGE, after, "air", supplemented(initial())),
    (R.WRONG_STAGE, lambda: after(accept), "air", words.ProvideEvidence(APP, (D,))),
    (R.WRONG_STAGE, lambda: after(accept, certify), "air", words.WithdrawApplication(APP)),
    (R.WRONG_STAGE, lambda: after(accept, make_public, raise_objection), "registry", words.NotifyHolder(OBJ)),
    (R.WRONG_STAGE, objected, "air", words.AnswerObjection(CERT_OBJ, True, D)),
    (R.WRONG_STAGE, objected, "registry", words.DecideObjection(CERT_OBJ, True, D)),
    (R.WRONG_STAGE, notified, "registry", words.DecideObjection(CERT_OBJ, False, D)),
    (R.WRONG_STAGE, lambda: after(accept, make_public, raise_objection, step("insurer", words.WithdrawObjection(OBJ))), "insurer", words.WithdrawObjection(OBJ)),
    (R.PUBLICITY_CLOSED, lambda: after(accept), "insurer", words.RaiseObjection(APP, Ground.OTHER, D)),
    (R.PUBLICITY_CLOSED, lambda: after(accept, certify), "insurer", words.RaiseObjection(APP, Ground.OTHER, D)),
    (R.RETURNED_ONCE, lambda: after(give_back, step("air", supplemented(initial()))), "registry", words.ReturnApplication(APP, PARTS)),
    (R.EXTENDED_ONCE, lambda: after(accept, step("registry", words.ExtendReview(APP, 1))), "registry", words.ExtendReview(APP, 1)),
    (R.EXTENSION_OUTSIDE, lambda: after(accept), "registry", words.ExtendReview(APP, 0)),
    (R.EXTENSION_OUTSIDE, lambda: after(accept), "registry", words.ExtendReview(APP, 11)),
    (R.REVIEW_OVERDUE, lambda: after(accept, overdue), "registry", words.ExtendReview(APP, 10)),
    (R.ROUNDS_USED_UP, with_rounds, "registry", words.RequestEvidence(APP, PARTS)),
    (R.OWN_MATTER, lambda: after(accept, make_public), "air", words.RaiseObjection(APP, Ground.OTHER, D)),
    (R.OWN_MATTER, lambda: after(accept, make_public), "registry", words.RaiseObjection(APP, Ground.OTHER, D)),
    (R.OWN_MATTER, certified, "air", oppose(0)),
    (R.OBJECTED_ALREADY, lambda: after(accept, make_public, raise_objection), "insurer", words.RaiseObjection(APP, Ground.OTHER, D)),
    (R.OBJECTED_ALREADY, objected, "insurer", oppose(2)),
    (R.TOO_MANY, with_objections, "merchant", words.RaiseObjection(APP, Ground.OTHER, D)),
    (R.TOO_MANY, with_notes, "registry", note(0)),
    (R.EMPTY, after, "registry", words.ReturnApplication(APP, ())),
    (R.EMPTY, lambda: after(accept), "registry", words.RequestEvidence(APP, ())),
    (R.EMPTY, lambda: after(accept, ask_evidence), "air", words.ProvideEvidence(APP, ())),
    (R.EMPTY, fresh, "air", submit(initial(claims=()))),
    (R.EMPTY, certified, "air", submit(renewal(lines=()))),
    (R.EMPTY, certified, "insurer", oppose()),
    (R.EMPTY, certified, "registry", note()),
    (R.EMPTY, certified, "registry", words.RevokeRights(FIRST, (), RevokeReason.STATUTE, D)),
    (R.REPEATED, fresh, "air", submit(initial(applicants=applicants("air", "air")))),
    (R.REPEATED, fresh, "air", submit(initial(S.SELF_GENERATED, Right.USE, Right.USE))),
    (R.REPEATED, fresh, "air", submit(initial(statements=favourable(S.SELF_GENERATED) * 2))),
    (R.REPEATED, fresh, "air", submit(fused(parties=(*FUSED, FUSED[1])))),
    (R.REPEATED, certified, "air", submit(cancellation(lines=(0, 0)))),
    (R.REPEATED, with_dispute, "registry", note(0, objection=CERT_OBJ)),
    (R.FORM_DIFFERS, lambda: after(give_back), "air", supplemented(imported())),
    (R.FORM_DIFFERS, lambda: after(give_back), "air", supplemented(initial(S.DERIVED))),
    (R.NOT_ADMITTED, fresh, "air", submit(initial(applicants=applicants("air", "party-99")))),
    (R.NOT_ADMITTED, certified, "air", submit(transfer(transferee=applicants("party-99")[0]))),
    (R.NOT_ADMITTED, lambda: after(accept, make_public), "party-99", words.RaiseObjection(APP, Ground.OTHER, D)),
    (R.RESOURCE_WITHDRAWN, lambda: resource(withdrawn=True), "air", submit(initial())),
    (R.NAME_LENGTH, lambda: resource(title="字" * 41), "air", submit(initial())),
    (R.NAME_LENGTH, lambda: resource(title=" "), "air", submit(initial())),
    (R.SUMMARY_LENGTH, lambda: resource(summary="字" * 401), "air", submit(initial())),
    (R.TEXT_LENGTH, fresh, "air", submit(restricted(""))),
    (R.TEXT_LENGTH, fresh, "air", submit(restricted(LONG))),
    (R.TEXT_LENGTH, fresh, "air", submit(initial(claims=(claim(limits=LONG),)))),
    (R.TEXT_LENGTH, certified, "air", submit(transfer(restrictions=Restrictions(territory="")))),
    (R.TEXT_LENGTH, certified, "air", submit(change(content=content(restrictions=Restrictions(territory=""))))),
    (R.TEXT_HIDDEN, fresh, "air", submit(restricted("无\u202e"))),
    (R.HOLDER_NOT_APPLICANT, fresh, "air", submit(initial(claims=(claim(holder="rail"),)))),
    (R.CLAIM_UNKNOWN, fresh, "air", submit(initial(statements=(Statement(Condition.LAWFUL_SOURCE, True, 3),)))),
    (R.DUTY_DATA, fresh, "air", submit(initial(S.GOV_DUTY))),
    (R.DUTY_DATA, fresh, "air", submit(initial(content=content(PUBLIC_DATA, source_type=S.SELF_GENERATED)))),
    (R.PRODUCT_NOT_CODED, lambda: fresh(resources={RESOURCES[S.PUBLIC_PRODUCT].resource: replace(RESOURCES[S.PUBLIC_PRODUCT], coded=False)}), "air", submit(initial(S.PUBLIC_PRODUCT))),
    (R.SOURCE_DISAGREES, fresh, "air", submit(initial(content=content(source_type=S.DERIVED)))),
    (R.NOT_A_NATURAL_PERSON, fresh, "rail", submit(initial(S.NATURAL_PERSON, applicants=applicants("rail"), claims=(claim(holder="rail"),)))),
    (R.NEEDS_INFO, fresh, "air", submit(initial(statements=()))),
    (R.NEEDS_INFO, lambda: after(accept), "registry", words.ConcludeReview(APP, HELD)),
    (R.NEEDS_INFO, fresh, "air", submit(fused(parties=()))),
    (R.NEEDS_INFO, fresh, "air", submit(fused(parties=FUSED[:1]))),
    (R.ENTRUSTED_DATA, fresh, "air", submit(initial(S.ENTRUSTED, statements=(BY_CLAUSE,)))),
    (R.NOT_REGISTRABLE, fresh, "air", submit(initial(S.WEB_CRAWLED, Right.OPERATE, statements=(Statement(Condition.DATA_PRODUCT, holds=False),)))),
    (R.NOT_REGISTRABLE, fresh, "air", submit(initial(S.UTILITY, statements=(Statement(Condition.OTHERWISE_RULED, holds=True),)))),
    (R.NOT_PARTY_TO_FUSION, fresh, "air", submit(fused(parties=FUSED[1:]))),
    (R.CONSENT_MISSING, fresh, "air", submit(fused(Right.OPERATE))),
    (R.BASIS_DOES_NOT_FIT, fresh, "air", submit(initial(S.CONTRACT_COLLECTED, claims=(claim(basis=BasisKind.COLLECTION),)))),
    (R.ALREADY_REGISTERED, certified, "air", submit(initial())),
    (R.ALREADY_REGISTERED, of_two, "air", submit(transfer(lines=(0,)))),
    (R.TERM_EMPTY, fresh, "air", submit(initial(claims=(claim(valid_to=NOW),)))),
    (R.TERM_EMPTY, certified, "air", submit(transfer(valid_to=NOW))),
    (R.TERM_OVER_FIVE_YEARS, fresh, "air", submit(initial(claims=(claim(valid_to=WIDE),)))),
    (R.TERM_OVER_FIVE_YEARS, lambda: later(certified(), LATE - 1), "air", submit(renewal(valid_to=at(2040, 1, 1)))),
    (R.LEGACY_ENDED, fresh, "air", submit(imported(legacy=replace(LEGACY, valid_to=NOW)))),
    (R.LEGACY_IMPORTED, import_again, "air", submit(imported(claims=(claim(Right.USE),)))),
    (R.NOTHING_TO_ADOPT, lambda: after(accept), "registry", words.ConcludeReview(APP, ADOPTED)),
    (R.GROUNDS_MISSING, lambda: after(accept), "registry", words.ConcludeReview(APP, FAILED)),
    (R.WAIVER_NOT_ASKED, lambda: after(accept, form=initial(waive_publicity=False)), "registry", words.ConcludeReview(APP, HELD, waive=True)),
    (R.LINE_UNKNOWN, certified, "air", submit(cancellation(lines=(3,)))),
    (R.LINE_UNKNOWN, certified, "insurer", oppose(3)),
    (R.LINE_UNKNOWN, certified, "registry", note(3)),
    (R.LINE_ENDED, ended, "air", submit(cancellation(lines=(0,)))),
    (R.LINE_ENDED, ended, "insurer", oppose(0)),
    (R.LINE_ENDED, ended, "regulator", words.RevokeRights(FIRST, (0,), RevokeReason.STATUTE, D)),
    (R.LINE_ENDED, lambda: later(certified(), FIVE_YEARS), "air", submit(change())),
    (R.SEVERAL_HOLDERS, of_two, "insurer", oppose(0, 1)),
    (R.RIGHT_FROZEN, noted, "air", submit(transfer())),
    (R.RIGHT_FROZEN, noted, "air", submit(cancellation(lines=(0,)))),
    (R.KEEPS_THE_RIGHT, certified, "air", submit(transfer(keeps_right=True))),
    (R.TRANSFER_TO_HOLDER, certified, "air", submit(transfer(transferee=applicants("air")[0]))),
    (R.BEYOND_TRANSFEROR, certified, "air", submit(transfer(valid_to=WIDE))),
    (R.SOURCE_CHANGED, certified, "air", submit(change(content=content(source_type=S.DERIVED)))),
    (R.SOURCE_CHANGED, certified, "air", submit(change(content=content(origin=Origin.AGREED)))),
    (R.SOURCE_CHANGED, certified, "air", submit(change(content=content(resource=RESOURCES[S.DERIVED])))),
    (R.SOURCE_CHANGED, certified, "air", submit(change(applicants=applicants("air", "rail")))),
    (R.RENEWAL_NOT_OPEN, certified, "air", submit(renewal())),
    (R.RENEWAL_LATE, lambda: later(certified(), LATE), "air", submit(renewal())),
    (R.NOT_LONGER, lambda: later(certified(), LATE - 1), "air", submit(renewal(valid_to=FIVE_YEARS))),
    (R.BEYOND_OBJECTION, objected, "registry", note(0, 2, objection=CERT_OBJ)),
    (R.BEYOND_OBJECTION, objected, "registry", note(0, kind=NoteKind.TERMS, objection=CERT_OBJ)),
    (R.NOTE_REMOVED, struck, "registry", words.RemoveNote(NOTE, D)),
]  # fmt: skip


@pytest.mark.parametrize(("refused", "story", "actor", "command"), CASES, ids=lambda value: getattr(value, "name", ""))
def test_it_says_no_and_changes_nothing(refused: R, story: Story, actor: str, command: Command) -> None:
    register = story()
    before = deepcopy(register.state)
    assert refusal(register.ask(actor, command)) is refused
    assert register.state == before


def test_every_refusal_has_a_case() -> None:
    assert {case[0] for case in CASES} | {R.ONLY_THE_MARKET} == set(R)


def test_who_is_missing_from_a_fusion_is_named() -> None:
    answer = fresh().ask("air", submit(fused(Right.OPERATE)))
    assert isinstance(answer, Refused)
    assert answer.detail == {"holder": "air", "missing": "insurer"}


@pytest.mark.parametrize(
    ("rights", "parties"),
    [((Right.HOLD, Right.USE), FUSED), ((Right.OPERATE,), (FUSED[0], FUSED[1], Fused(PartyId("insurer"), D)))],
)
def test_fused_data_without_a_clause_is_held_and_used_by_each_and_operated_with_all_consents(
    rights: tuple[Right, ...], parties: tuple[Fused, ...]
) -> None:
    register = fresh()
    register.certified(fused(*rights, parties=parties))
    assert {line.rules[0] for line in register.state.certificates[FIRST].lines} == {"S1-21-R5b"}


@pytest.mark.parametrize(
    ("title", "summary"), [("字" * 40, "字" * 400), ("e\u0301" * 40, "字"), ("a", "字\u0301" * 400)]
)
def test_a_name_has_forty_characters_and_a_summary_four_hundred_as_people_count(title: str, summary: str) -> None:
    resource(title=title, summary=summary).submitted()


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        (at(2031, 5, 22, 23), R.RENEWAL_NOT_OPEN),
        (at(2031, 5, 23), None),
        (at(2031, 11, 22, 23), None),
        (at(2031, 11, 23), R.RENEWAL_LATE),
        (at(2031, 11, 24), R.LINE_ENDED),
    ],
)
def test_renewal_is_asked_for_from_six_months_before_the_end_to_the_day_before_it(
    day: Instant, answer: R | None
) -> None:
    asked = later(certified(), day).ask("air", submit(renewal()))
    assert (refusal(asked) if isinstance(asked, Refused) else None) is answer


@pytest.mark.parametrize("registry", ["registry", "archive"])
def test_when_its_issuer_is_gone_a_certificate_is_changed_at_another_registry(registry: str) -> None:
    register = certified()
    register.roles["registry"] = frozenset()
    asked = register.ask("air", submit(cancellation(), registry))
    assert isinstance(asked, Refused) is (registry == "registry")


def test_a_right_that_stands_still_by_another_rooms_word_is_not_transferred() -> None:
    register = certified()
    register.frozen = frozenset({1})
    assert refusal(register.ask("air", submit(transfer()))) is R.RIGHT_FROZEN
    register.submitted(transfer(lines=(0, 2)))
