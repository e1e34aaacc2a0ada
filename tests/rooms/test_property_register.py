"""Decision tables of the property register: who may say what at which stage, and every refusal, one line a case."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

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
    LAWS,
    NOTE,
    NOW,
    OBJ,
    OWN,
    PARTS,
    SECOND,
    ApplicationId,
    D,
    LegacySystem,
    ObjectionId,
    PartyId,
    Register,
    S,
    State,
    Story,
    accept,
    after,
    applicants,
    ask_evidence,
    at,
    broken,
    cancellation,
    certified,
    change,
    claim,
    denied,
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
)

from mumian.kernel.canonical import canonical
from mumian.kernel.ids import MARKET
from mumian.kernel.limits import Resume, Start, Stop
from mumian.kernel.roles import Right
from mumian.kernel.time import DAY_MS
from mumian.rooms.property_register import limits, views
from mumian.rooms.property_register import model as words
from mumian.rooms.property_register.certificate import DISPLAY_NAMES, is_number, month_prefix, number
from mumian.rooms.property_register.eligibility import favourable
from mumian.rooms.property_register.forms import Form
from mumian.rooms.property_register.model import Command
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.vocabulary import (
    OPEN,
    CancelReason,
    Condition,
    DeclineReason,
    EndReason,
    Findings,
    Ground,
    Kind,
    NoteKind,
    ObjectionState,
    Phase,
    RevokeReason,
    Stage,
    Statement,
    msgspec,
)
from mumian.rulebook.rules import day_of, load

# who, at which stage


CLOCKS: list[tuple[str, Story, str, Command, Stage, tuple[tuple[str, str], ...]]] = [
    ("submission", fresh, "air", submit(initial()), Stage.SUBMITTED, (("start", limits.ACCEPTANCE),)),
    ("acceptance", after, "registry", words.AcceptApplication(APP), Stage.REVIEWING, (("stop", limits.ACCEPTANCE), ("start", limits.REVIEW))),
    ("silence", after, MARKET, words.DeemAccepted(APP, date(2026, 11, 27)), Stage.REVIEWING, (("stop", limits.ACCEPTANCE), ("start", limits.REVIEW))),
    ("return", after, "registry", words.ReturnApplication(APP, PARTS), Stage.RETURNED, (("stop", limits.ACCEPTANCE), ("start", limits.SUPPLEMENT))),
    ("supplement", lambda: after(give_back), "air", words.SupplementApplication(APP, initial()), Stage.SUBMITTED, (("stop", limits.SUPPLEMENT), ("start", limits.ACCEPTANCE))),
    ("lapse", lambda: after(give_back), MARKET, words.LapseApplication(APP), Stage.LAPSED, (("stop", ""),)),
    ("decline", after, "registry", words.DeclineApplication(APP, DeclineReason.OUT_OF_SCOPE), Stage.NOT_ACCEPTED, (("stop", ""),)),
    ("withdrawal", lambda: after(accept), "air", words.WithdrawApplication(APP), Stage.WITHDRAWN, (("stop", ""),)),
    ("evidence asked", lambda: after(accept), "registry", words.RequestEvidence(APP, PARTS), Stage.EVIDENCE, (("suspend", limits.REVIEW), ("start", limits.EVIDENCE))),
    ("evidence given", lambda: after(accept, ask_evidence), "air", words.ProvideEvidence(APP, (D,)), Stage.REVIEWING, (("stop", limits.EVIDENCE), ("resume", limits.REVIEW))),
    ("evidence late", lambda: after(accept, ask_evidence), MARKET, words.CloseEvidence(APP), Stage.REVIEWING, (("stop", limits.EVIDENCE), ("resume", limits.REVIEW))),
    ("review over", lambda: after(accept), MARKET, words.PassReviewLimit(APP, NOW), Stage.REVIEWING, (("start", limits.REVIEW),)),
    ("review passed", lambda: after(accept), "registry", words.ConcludeReview(APP, HELD, initial().statements), Stage.PUBLICITY, (("suspend", limits.REVIEW), ("start", limits.PUBLICITY))),
    ("review failed", lambda: after(accept), "registry", words.ConcludeReview(APP, FAILED, (), (Ground.UNLAWFUL_SOURCE,)), Stage.REJECTED, (("stop", ""),)),
    ("publicity waived", lambda: after(accept), "registry", words.ConcludeReview(APP, HELD, initial().statements, waive=True), Stage.CERTIFIED, (("stop", ""), ("start", limits.EXPIRY))),
    ("publicity over", lambda: after(accept, make_public), MARKET, words.ClosePublicity(APP), Stage.CERTIFIED, (("stop", ""), ("start", limits.EXPIRY))),
    ("objection", lambda: after(accept, make_public), "insurer", words.RaiseObjection(APP, Ground.OTHER, D), Stage.OBJECTED, (("suspend", limits.PUBLICITY), ("start", limits.OBJECTION))),
    ("objection silent", lambda: after(accept, make_public, raise_objection), MARKET, words.EscalateObjection(OBJ), Stage.OBJECTED, (("start", limits.OBJECTION),)),
    ("objection falls", lambda: after(accept, make_public, raise_objection), "registry", words.DecideObjection(OBJ, False, D), Stage.PUBLICITY, (("stop", ""), ("resume", limits.PUBLICITY))),
    ("objection withdrawn", lambda: after(accept, make_public, raise_objection), "insurer", words.WithdrawObjection(OBJ), Stage.PUBLICITY, (("stop", ""), ("resume", limits.PUBLICITY))),
    ("objection upheld", lambda: after(accept, make_public, raise_objection), "registry", words.DecideObjection(OBJ, True, D), Stage.REJECTED, (("stop", ""), ("stop", ""))),
]  # fmt: skip


@pytest.mark.parametrize(("story", "actor", "command", "stage", "clocks"), [row[1:] for row in CLOCKS], ids=[row[0] for row in CLOCKS])  # fmt: skip
def test_each_word_moves_an_application_and_its_clocks(
    story: Story, actor: str, command: Command, stage: Stage, clocks: tuple[tuple[str, str], ...]
) -> None:
    register = story()
    events = register.say(actor, command)
    changes = [change for event in events for change in getattr(event, "clocks", ())]
    assert tuple((type(change).__name__.lower(), change.kind) for change in changes) == clocks
    assert register.state.applications[APP].stage is stage
    assert broken(register.state) == []


def started(events: list[Any]) -> Start:
    (start,) = (change for event in events for change in event.clocks if isinstance(change, Start))
    return start


@pytest.mark.parametrize(
    ("story", "actor", "command", "count", "rule", "owner"),
    [
        (fresh, "air", submit(initial()), 3, "S1-17", "registry"),
        (after, "registry", words.AcceptApplication(APP), 10, "S1-LIMITS", "registry"),
        (after, "registry", words.ReturnApplication(APP, PARTS), 10, "S1-17-SUPPLEMENT", "air"),
        (lambda: after(accept), "registry", words.RequestEvidence(APP, PARTS), 10, "S1-EVIDENCE", "air"),
        (lambda: after(accept), MARKET, words.PassReviewLimit(APP, NOW), 10, "S1-SILENCE", "registry"),
        (lambda: after(accept, make_public), "insurer", words.RaiseObjection(APP, Ground.OTHER, D), 10, "S1-LIMITS", "registry"),
        (lambda: after(accept, make_public, raise_objection), MARKET, words.EscalateObjection(OBJ), 10, "S1-SILENCE", "registry"),
        (lambda: after(accept), "registry", words.ConcludeReview(APP, HELD, initial().statements), 5, "S1-LIMITS", "registry"),
        (certified, "insurer", words.ObjectToCertificate(FIRST, (0,), Ground.OTHER, D), 5, "S1-29", "registry"),
        (objected, "registry", words.NotifyHolder(CERT_OBJ), 10, "S1-29-ANSWER", "air"),
        (notified, "air", words.AnswerObjection(CERT_OBJ, False, D), 10, "S1-29-ANSWER", "registry"),
        (objected, MARKET, words.EscalateObjection(CERT_OBJ), 5, "S1-SILENCE", "registry"),
        (denied, MARKET, words.EscalateObjection(CERT_OBJ), 10, "S1-SILENCE", "registry"),
    ],
)  # fmt: skip
def test_a_limit_has_its_days_its_rule_and_its_owner(
    story: Story, actor: str, command: Command, count: int, rule: str, owner: str
) -> None:
    start = started(story().say(actor, command))
    assert (start.count, start.rule, start.owner) == (count, rule, owner)


def test_silence_accepts_on_the_first_work_day_after_the_term() -> None:
    register = after()
    events = register.say(MARKET, words.DeemAccepted(APP, date(2026, 11, 30)))
    record = register.state.applications[APP]
    assert (record.accepted_on, record.deemed) == (date(2026, 11, 30), True)
    assert started(events).since == at(2026, 11, 30)
    assert events[0].rules == ("S1-17",)


def test_an_extended_review_goes_on_from_the_day_after_its_first_limit() -> None:
    register = after(accept)
    register.say("registry", words.ExtendReview(APP, 7))
    due = at(2026, 12, 8)
    extension = started(register.say(MARKET, words.PassReviewLimit(APP, due)))
    assert (extension.count, extension.since) == (7, due - 1)
    assert register.state.applications[APP].phase is Phase.EXTENDED
    register.say(MARKET, words.PassReviewLimit(APP, at(2026, 12, 17)))
    assert register.state.applications[APP].phase is Phase.OVERDUE


@pytest.mark.parametrize("actor", ["registry", "regulator"])
def test_an_overdue_review_is_decided_by_registry_or_regulator(actor: str) -> None:
    register = after(accept, overdue)
    register.say(actor, register.conclusion(APP, waive=True))
    assert register.state.applications[APP].stage is Stage.CERTIFIED


def test_an_escalated_objection_is_decided_by_a_regulator_too() -> None:
    register = after(accept, make_public, raise_objection, step(MARKET, words.EscalateObjection(OBJ)))
    register.say("regulator", words.DecideObjection(OBJ, False, D))
    assert register.state.applications[APP].stage is Stage.PUBLICITY


def test_publicity_goes_on_only_when_the_last_objection_fell() -> None:
    register = after(accept, make_public, raise_objection)
    (second,) = register.say("merchant", words.RaiseObjection(APP, Ground.HARM, D))
    register.say("registry", words.DecideObjection(OBJ, False, D))
    assert register.state.applications[APP].stage is Stage.OBJECTED
    (_, resumed) = register.say("registry", words.DecideObjection(second.objection, False, D))
    assert resumed.clocks == (Resume(APP, limits.PUBLICITY),)


def test_an_upheld_objection_makes_the_others_moot() -> None:
    register = after(accept, make_public, raise_objection)
    (second,) = register.say("merchant", words.RaiseObjection(APP, Ground.HARM, D))
    register.say("registry", words.DecideObjection(OBJ, True, D))
    states = {key: each.state for key, each in register.state.objections.items()}
    assert states == {OBJ: ObjectionState.UPHELD, second.objection: ObjectionState.MOOT}
    assert register.state.applications[APP].grounds == (Ground.OPEN_DISPUTE,)


MARKETS_OWN: list[Command] = [
    words.DeemAccepted(APP, date(2026, 11, 27)),
    words.LapseApplication(APP),
    words.CloseEvidence(APP),
    words.PassReviewLimit(APP, NOW),
    words.ClosePublicity(APP),
    words.AttestWaiting(APP),
    words.EscalateObjection(OBJ),
    words.PresumeDenied(OBJ),
    words.ExpireRights(FIRST),
]


@pytest.mark.parametrize("command", MARKETS_OWN, ids=lambda command: type(command).__name__)
@pytest.mark.parametrize("story", [fresh, lambda: after(step("air", words.WithdrawApplication(APP))), certified])
def test_what_is_due_is_never_refused_and_changes_nothing_once_it_is_settled(story: Story, command: Command) -> None:
    register = story()
    before = deepcopy(register.state)
    assert register.say(MARKET, command) == []
    assert register.state == before


@pytest.mark.parametrize("command", MARKETS_OWN, ids=lambda command: type(command).__name__)
def test_nobody_but_the_market_says_that_a_limit_is_over(command: Command) -> None:
    assert refusal(fresh().ask("registry", command)) is R.ONLY_THE_MARKET


# what is registered


def test_a_certificate_has_its_number_only_at_attestation() -> None:
    register = after(accept, make_public)
    assert register.state.applications[APP].certificate == ""
    register.say(MARKET, words.ClosePublicity(APP))
    assert register.state.applications[APP].certificate == FIRST
    certificate = views.certificate_of_number(register.state, FIRST)
    assert certificate is not None
    assert {line.valid_to for line in certificate.lines} == {FIVE_YEARS}
    assert certificate.files_until == at(2056, 11, 24)
    assert {line.right for line in views.in_force(certificate, NOW)} == set(Right)


def test_serials_begin_anew_each_month_and_have_no_gap() -> None:
    register = fresh()
    rights = (Right.HOLD, Right.USE, Right.OPERATE)
    numbers = [register.certified(initial(S.SELF_GENERATED, right)) for right in rights[:2]]
    register.now = at(2026, 12, 1)
    numbers.append(register.certified(initial(S.SELF_GENERATED, rights[2])))
    assert numbers == [FIRST, SECOND, "SJ4412026120001"]


def test_when_a_month_has_no_serial_left_the_attestation_waits_for_the_next() -> None:
    register = after(accept)
    register.state.serials["SJ441202611"] = 9_999
    events = register.say("registry", register.conclusion(APP, waive=True))
    assert started(events).count == at(2026, 12, 1)
    assert register.state.applications[APP].stage is Stage.WAITING
    register.now = at(2026, 12, 1)
    register.say(MARKET, words.AttestWaiting(APP))
    assert register.state.applications[APP].certificate == "SJ4412026120001"


def withdrawn(register: Register) -> None:
    register.resources[OWN.resource] = replace(OWN, withdrawn=True)


def gone(register: Register) -> None:
    register.roles["air"] = frozenset()


def registered_meanwhile(register: Register) -> None:
    register.certified(initial(S.SELF_GENERATED, Right.USE))


def described_anew(register: Register) -> None:
    register.resources[OWN.resource] = replace(OWN, source_type=S.DERIVED)


@pytest.mark.parametrize(
    ("meanwhile", "cause"),
    [
        (withdrawn, R.RESOURCE_WITHDRAWN),
        (gone, R.NOT_ADMITTED),
        (registered_meanwhile, R.ALREADY_REGISTERED),
        (described_anew, R.SOURCE_DISAGREES),
    ],
)
def test_what_no_longer_holds_at_attestation_is_rejected_with_its_reason(
    meanwhile: Callable[[Register], None], cause: R
) -> None:
    register = after(accept, make_public)
    meanwhile(register)
    register.say(MARKET, words.ClosePublicity(APP))
    record = register.state.applications[APP]
    assert (record.stage, record.cause, record.grounds) == (Stage.REJECTED, cause.name, (Ground.OTHER,))
    assert broken(register.state) == []


def test_a_transfer_ends_the_transferors_rights_and_gives_a_new_number() -> None:
    register = certified()
    key = register.reviewing(transfer(lines=(1, 2), valid_to=FIVE_YEARS - DAY_MS))
    events = register.say("registry", register.conclusion(key, waive=True))
    assert [type(event).__name__ for event in events] == [
        "ReviewPassed", "ApplicationAttested", "RightsEnded", "CertificateIssued",
    ]  # fmt: skip
    old, new = register.state.certificates[FIRST], register.state.certificates[SECOND]
    assert [line.ended for line in old.lines] == [None, EndReason.TRANSFERRED, EndReason.TRANSFERRED]
    assert {(line.holder, line.valid_to) for line in new.lines} == {("rail", FIVE_YEARS - DAY_MS)}
    assert new.lines[0].rules == ("S1-KINDS", "S1-21-R1", "S1-26", "S1-A6")
    assert broken(register.state) == []


def test_what_was_transferred_can_be_registered_anew_and_a_change_keeps_the_number() -> None:
    register = certified()
    register.certified(transfer())
    register.resources[OWN.resource] = replace(OWN, title="改名")
    assert register.certified(change(certificate=SECOND, applicants=applicants("rail"))) == SECOND
    changed = register.state.certificates[SECOND]
    assert (changed.edition, changed.title, changed.content.records) == (2, "改名", 30_000)


def test_a_renewal_prolongs_by_five_years_from_its_own_attestation() -> None:
    register = later(certified(), FIVE_YEARS - 30 * DAY_MS)
    register.certified(renewal(lines=(0, 1)))
    lines = register.state.certificates[FIRST].lines
    assert [line.valid_to for line in lines] == [at(2036, 10, 26), at(2036, 10, 26), FIVE_YEARS]
    assert broken(register.state) == []


def test_rights_end_one_by_one_and_the_clock_runs_for_the_next() -> None:
    first_end = NOW + 40 * DAY_MS
    claims = (claim(Right.USE, valid_to=first_end), claim(Right.HOLD))
    register = fresh()
    register.certified(initial(claims=claims))
    register.now = first_end
    events = register.say(MARKET, words.ExpireRights(FIRST))
    assert (events[0].lines, events[0].reason, started(events).count) == ((0,), EndReason.EXPIRED, FIVE_YEARS)
    register.now = FIVE_YEARS
    (event,) = register.say(MARKET, words.ExpireRights(FIRST))
    assert event.clocks == (Stop(FIRST, limits.EXPIRY),)
    assert views.in_force(register.state.certificates[FIRST], register.now) == ()


def test_a_cancellation_ends_just_the_lines_that_it_names() -> None:
    register = certified()
    register.certified(cancellation(lines=(2,), reason=CancelReason.DATA_LOST))
    assert [line.ended for line in register.state.certificates[FIRST].lines] == [None, None, EndReason.DATA_LOST]


@pytest.mark.parametrize("actor", ["registry", "regulator"])
def test_a_revocation_makes_objections_to_those_lines_moot(actor: str) -> None:
    register = objected()
    register.say(actor, words.RevokeRights(FIRST, (0,), RevokeReason.FALSE_MATERIAL, D))
    assert register.state.objections[CERT_OBJ].state is ObjectionState.RAISED
    register.say(actor, words.RevokeRights(FIRST, (1,), RevokeReason.FALSE_MATERIAL, D))
    assert register.state.objections[CERT_OBJ].state is ObjectionState.MOOT


@pytest.mark.parametrize(
    ("findings", "found"),
    [(ADOPTED, ()), (HELD, favourable(S.SELF_GENERATED)), (ADOPTED, favourable(S.SELF_GENERATED))],
)
def test_a_former_certificate_is_imported_without_a_second_examination(
    findings: Findings, found: tuple[Statement, ...]
) -> None:
    register = fresh()
    key = register.reviewing(imported())
    register.say("registry", words.ConcludeReview(key, findings, found, waive=True))
    line = register.state.certificates[FIRST].lines[0]
    assert line.rules == ("S1-21-R1", "S1-41", "S1-26", "S1-A6")
    assert register.state.by_legacy["shenzhen_2023/SZ-2024-0001"] == FIRST


def test_what_a_registry_examined_itself_counts_for_more_than_what_was_adopted() -> None:
    register = fresh()
    key = register.reviewing(imported())
    found = (Statement(Condition.LAWFUL_SOURCE, holds=False),)
    assert refusal(register.ask("registry", words.ConcludeReview(key, ADOPTED, found))) is R.NOT_REGISTRABLE


@pytest.mark.parametrize(
    ("form", "publicity"),
    [(initial(), True), (imported(), True), (transfer(), True), (change(), False), (cancellation(), False)],
)
def test_kinds_that_are_made_public_by_the_rulebook(form: Form, publicity: bool) -> None:
    register = certified() if hasattr(form, "certificate") else fresh()
    key = register.reviewing(form)
    (passed, *_) = register.say("registry", register.conclusion(key))
    assert passed.publicity is publicity


# notes


@pytest.mark.parametrize(
    ("kind", "freezes"),
    [
        (NoteKind.JUDICIAL_SEIZURE, True),
        (NoteKind.ADMINISTRATIVE_CONTROL, True),
        (NoteKind.OWNERSHIP_DISPUTE, True),
        (NoteKind.TERMS, False),
        (NoteKind.STATUTE, False),
        (NoteKind.OTHER, False),
    ],
)
@pytest.mark.parametrize("actor", ["registry", "regulator"])
def test_seizure_control_and_dispute_let_a_right_stand_still(kind: NoteKind, freezes: bool, actor: str) -> None:
    register = certified()
    (made,) = register.say(actor, words.MakeNote(FIRST, (0, 2), kind, D))
    assert made.freezes == ((0, 2) if freezes else ())
    (removed,) = register.say(actor, words.RemoveNote(made.note, D))
    assert removed.thaws == made.freezes


def test_a_right_moves_again_when_the_last_note_of_its_kind_is_struck() -> None:
    register = noted(NoteKind.JUDICIAL_SEIZURE, 0, 1)
    (second,) = register.say("registry", words.MakeNote(FIRST, (1, 2), NoteKind.JUDICIAL_SEIZURE, D))
    assert second.freezes == (2,)
    (first_gone,) = register.say("registry", words.RemoveNote(NOTE, D))
    assert first_gone.thaws == (0,)
    (second_gone,) = register.say("registry", words.RemoveNote(second.note, D))
    assert second_gone.thaws == (1, 2)


def test_a_dispute_noted_for_an_objection_is_struck_when_the_objection_falls() -> None:
    register = objected()
    dispute = words.MakeNote(FIRST, (0,), NoteKind.OWNERSHIP_DISPUTE, D, CERT_OBJ)
    (made,) = register.say("registry", dispute)
    assert made.freezes == (0,)
    (closed, removed) = register.say("registry", words.DecideObjection(CERT_OBJ, False, D))
    assert (closed.state, closed.onward, removed.thaws) == (ObjectionState.NOT_UPHELD, True, (0,))


def test_a_dispute_stays_noted_when_the_objection_is_founded() -> None:
    register = denied()
    register.say("registry", words.MakeNote(FIRST, (0,), NoteKind.OWNERSHIP_DISPUTE, D, CERT_OBJ))
    (closed,) = register.say("registry", words.DecideObjection(CERT_OBJ, True, D))
    assert (closed.state, closed.onward) == (ObjectionState.UPHELD, True)


@pytest.mark.parametrize(("agrees", "becomes"), [(True, ObjectionState.ADMITTED), (False, ObjectionState.DENIED)])
def test_the_holder_answers_an_objection(agrees: bool, becomes: ObjectionState) -> None:
    register = notified()
    register.say("air", words.AnswerObjection(CERT_OBJ, agrees, D))
    assert register.state.objections[CERT_OBJ].state is becomes


def test_a_holder_who_keeps_silent_does_not_agree() -> None:
    register = notified()
    (answered,) = register.say(MARKET, words.PresumeDenied(CERT_OBJ))
    assert (answered.agrees, answered.evidence_digest) == (False, "")
    assert register.state.objections[CERT_OBJ].state is ObjectionState.DENIED


# laws, each with a defect that it sees


def whole() -> State:
    """Return the state of a register in which much has happened, and every law holds."""
    register = Register()
    register.certified()
    register.certified(transfer(lines=(1,)))
    register.at_certificate(0)
    register.say("registry", words.MakeNote(FIRST, (0,), NoteKind.JUDICIAL_SEIZURE, D))
    register.objected(initial(S.DERIVED))
    register.submitted(initial(S.UTILITY))
    assert broken(register.state) == []
    return register.state


def lines(state: State, **changes: Any) -> None:
    certificate = state.certificates[FIRST]
    state.certificates[FIRST] = replace(certificate, lines=tuple(replace(x, **changes) for x in certificate.lines))


def application(state: State, kind: Stage) -> ApplicationId:
    return next(ApplicationId(key) for key, record in state.applications.items() if record.stage is kind)


def set_stage(state: State, was: Stage, becomes: Stage) -> None:
    key = application(state, was)
    state.applications[key] = replace(state.applications[key], stage=becomes)


DEFECTS: list[tuple[str, Callable[[State], object]]] = [
    ("certificate_numbers_run_without_gap", lambda s: s.serials.__setitem__("SJ441202611", 3)),
    ("certificate_numbers_run_without_gap", lambda s: s.certificates.__delitem__(FIRST)),
    ("certificate_numbers_run_without_gap", lambda s: s.certificates.__setitem__("SJ441202611000x", s.certificates[FIRST])),
    ("one_application_brings_one_certificate", lambda s: s.certificates.__setitem__(SECOND, replace(s.certificates[SECOND], application=APP))),
    ("one_application_brings_one_certificate", lambda s: s.certificates.__setitem__(FIRST, replace(s.certificates[FIRST], lines=()))),
    ("no_duty_or_entrusted_data_is_property", lambda s: s.certificates.__setitem__(FIRST, replace(s.certificates[FIRST], source_type=S.GOV_DUTY))),
    ("no_duty_or_entrusted_data_is_property", lambda s: s.certificates.__setitem__(FIRST, replace(s.certificates[FIRST], source_type=S.ENTRUSTED))),
    ("no_right_is_registered_for_more_than_five_years", lambda s: lines(s, valid_to=FIVE_YEARS + 1)),
    ("every_open_application_waits_for_a_named_party", lambda s: s.applications.__setitem__(APP, replace(s.applications[APP], stage=Stage.SUBMITTED, registry=PartyId("")))),
    ("publicity_stands_still_while_an_objection_is_open", lambda s: set_stage(s, Stage.OBJECTED, Stage.PUBLICITY)),
    ("publicity_stands_still_while_an_objection_is_open", lambda s: set_stage(s, Stage.SUBMITTED, Stage.OBJECTED)),
    ("nobody_is_registered_by_itself", lambda s: s.applications.__setitem__(APP, replace(s.applications[APP], registry=PartyId("air")))),
    ("nobody_is_registered_by_itself", lambda s: lines(s, holder=PartyId("registry"))),
    ("applications_and_certificates_are_found", lambda s: s.by_party.__delitem__(f"air/{APP}")),
    ("applications_and_certificates_are_found", lambda s: s.by_registry.__delitem__(f"registry/{APP}")),
    ("applications_and_certificates_are_found", lambda s: s.of_resource.__delitem__(f"{OWN.resource}/{FIRST}")),
    ("applications_and_certificates_are_found", lambda s: s.notes_on.__delitem__(next(iter(s.notes_on)))),
    ("applications_and_certificates_are_found", lambda s: s.objections_to.__delitem__(next(iter(s.objections_to)))),
    ("one_holder_has_one_right_in_one_resource_once", lambda s: lines(s, ended=None, holder=PartyId("rail"))),
    ("one_holder_has_one_right_in_one_resource_once", lambda s: s.by_holder.__delitem__(f"{OWN.resource}/air/{Right.HOLD}")),
]  # fmt: skip


@pytest.mark.parametrize(("law", "plant"), DEFECTS, ids=[f"{nth}-{law}" for nth, (law, _) in enumerate(DEFECTS)])
def test_a_law_sees_its_defect(law: str, plant: Callable[[State], object]) -> None:
    state = whole()
    plant(state)
    assert law in {each.__name__ for each in LAWS if list(each(state))}


def test_every_law_has_a_defect() -> None:
    assert {law for law, _ in DEFECTS} == {law.__name__ for law in LAWS}


# what can be seen


def test_registry_and_party_find_their_applications_and_who_is_awaited() -> None:
    register = after(give_back)
    for found in (
        views.applications_by_registry(register.state, PartyId("registry")),
        views.applications_by_party(register.state, PartyId("air")),
    ):
        ((key, record),) = found
        assert (key, views.awaited(record), views.limit_of(record)) == (APP, "air", limits.SUPPLEMENT)
    assert list(views.applications_by_party(register.state, PartyId("rail"))) == []


def test_others_adopt_what_a_certificate_in_force_certifies() -> None:
    register = noted()
    see = (register.state, OWN.resource, PartyId("air"))
    adopted = views.adopted(*see, Right.HOLD, NOW)
    assert adopted is not None
    assert (adopted.certificate, adopted.rules[0], adopted.frozen) == (FIRST, "S1-31", True)
    assert adopted.checks == ("description", "source", "right")
    assert views.adopted(*see, Right.HOLD, FIVE_YEARS) is None
    assert views.adopted(register.state, OWN.resource, PartyId("rail"), Right.HOLD, NOW) is None


def test_a_certificate_prints_each_right_in_both_vocabularies() -> None:
    register = noted()
    printed = views.printed(register.state, FIRST, NOW)
    assert printed is not None
    hold, use, _ = printed["rights"]
    assert (hold["gz2023"], hold["national2026"], hold["standing"]) == ("数据资源持有权", "数据持有权", "frozen")
    assert (use["gz2023"], use["valid_to"], use["standing"]) == ("数据加工使用权", "2031-11-23", "in_force")
    assert len(str(printed["digest"])) == 64
    assert views.printed(register.state, SECOND, NOW) is None
    assert {frozenset(names) for names in DISPLAY_NAMES.values()} == {frozenset(Right)}


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("SJ4412026110001", True), ("SJ4412026119999", True), ("SJ4412026110000", False), ("SJ4412026130001", False),
        ("SJ4412026000001", False), ("sj4412026110001", False), ("SJ441202611000", False), ("SJ44120261100011", False),
        ("SJ４412026110001", False), (" SJ4412026110001", False), ("SJ4412026110001\n", False),
    ],
)  # fmt: skip
def test_a_certificate_number_has_fifteen_characters_and_no_serial_zero(text: str, good: bool) -> None:
    assert is_number(text) is good
    assert is_number(number(month_prefix(institution="441", day=date(2026, 1, 31)), 1))


def test_a_supplement_leaves_no_trace_of_who_is_no_longer_named() -> None:
    register = after(give_back, form=initial(applicants=applicants("air", "rail")))
    assert register.state.by_party.get(f"rail/{APP}") == APP
    register.say("air", words.SupplementApplication(APP, initial()))
    assert register.state.by_party.get(f"rail/{APP}") is None
    assert broken(register.state) == []


def every_event() -> list[Any]:
    """Return events of many kinds, as lives bring them about."""
    events: list[Any] = []
    register = after(accept)
    events += register.say("registry", words.ExtendReview(APP, 3))
    events += register.say("registry", register.conclusion(APP))
    events += register.say("insurer", words.RaiseObjection(APP, Ground.OTHER, D))
    events += register.say(MARKET, words.EscalateObjection(ObjectionId("objection-15")))
    events += register.say("registry", words.DecideObjection(ObjectionId("objection-15"), False, D))
    events += register.say(MARKET, words.ClosePublicity(APP))
    return events


@pytest.mark.parametrize("event", every_event(), ids=lambda event: type(event).__name__)
def test_events_survive_their_canonical_bytes(event: Any) -> None:
    assert msgspec.json.decode(canonical(event), type=words.Event) == event


@pytest.mark.parametrize("form", [initial(), imported(), transfer(), change(), renewal(), cancellation()], ids=type)
def test_forms_survive_their_canonical_bytes(form: Form) -> None:
    command = submit(form)
    assert msgspec.json.decode(canonical(command), type=words.Command) == command


@pytest.mark.parametrize(
    ("old", "new"),
    [(D.encode(), b"A" * 64), (D.encode(), b"d" * 63), (b'"hold"', b'"own"'), (b'"initial"', b'"first"')],
)
def test_a_form_that_is_malformed_is_not_read(old: bytes, new: bytes) -> None:
    raw = canonical(submit(initial()))
    assert old in raw
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw.replace(old, new, 1), type=words.Command)


def test_kinds_and_stages_are_those_of_the_guidance() -> None:
    assert {kind.value for kind in Kind} == {"initial", "transfer", "change", "renewal", "cancellation", "import"}
    assert {stage for stage in Stage if stage not in (
        Stage.NOT_ACCEPTED, Stage.LAPSED, Stage.WITHDRAWN, Stage.REJECTED, Stage.CERTIFIED)} == OPEN  # fmt: skip
    systems = load().rule("S1-41", day_of(NOW)).parameters["systems"].value
    assert systems == tuple(LegacySystem)
