"""Decision table of the public register, and its time limits on the real calendar: one line a case."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from real_calendar import RealCalendar, morning

from mumian.kernel.canonical import canonical
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, day_of, start_of
from mumian.market.reactions.public_register import MEET
from mumian.rooms.public_register import views
from mumian.rooms.public_register.decide import decide
from mumian.rooms.public_register.events import (
    Coded,
    EntryCancelled,
    EntryChanged,
    EntryExpired,
    EntryRenewed,
    LimitPassed,
    PublicityEnded,
    RegistrationOverdue,
    ReviewPassed,
    SubmissionClosed,
)
from mumian.rooms.public_register.evolve import evolve
from mumian.rooms.public_register.laws import LAWS
from mumian.rooms.public_register.model import (
    Accept,
    AskSupplement,
    Command,
    DecideObjection,
    EndPublicity,
    EscalateExpectation,
    EscalateLimit,
    Event,
    ExpectRegistration,
    ExpireEntry,
    PassReview,
    RaiseObjection,
    RecordResult,
    RegisterFacts,
    Reject,
    RequestCancellation,
    RequestChange,
    RequestCorrection,
    RequestRenewal,
    RevokeEntry,
    State,
    StoreEvidence,
    Submit,
    Supplement,
    WithdrawSubmission,
)
from mumian.rooms.public_register.model import PublicRegisterRefusal as R
from mumian.rooms.public_register.numbers import is_property_certificate
from mumian.rooms.public_register.vocabulary import (
    OBJECTIONS_MAX,
    CancelCause,
    CancelGround,
    Document,
    Duty,
    EntryId,
    EntryState,
    Kind,
    Limit,
    Material,
    ObjectionId,
    RejectReason,
    Resource,
    RevokeGround,
    Scope,
    Stage,
    SubjectKind,
    SubmissionId,
)

A, B, C = "a" * 64, "b" * 64, "c" * 64
RESOURCE = ResourceId("resource-1")
BODY, REGISTRY, OTHER, BUREAU, OBJECTOR = (PartyId(f"party-{n}") for n in range(1, 6))
NEEDED = tuple(material for material in Material if material is not Material.EVIDENCE)
MATERIALS = tuple(Document(material, A) for material in NEEDED)
SEEN = Resource(RESOURCE, BODY, DataKind.PUBLIC, "2025年广州公交到站", "公交车到站时刻")
S1, E1 = SubmissionId("submission-101"), EntryId("entry-105")
AUTUMN = "2026-09-21"
"""A Monday: the National Day holidays lie ahead, 25 to 27 September are Mid-Autumn, 20 September was made up."""


def empty() -> State:
    return State(*(DictTable[Any]() for _ in State.__struct_fields__))


class Register(RealCalendar):
    def __init__(self, day: str = AUTUMN) -> None:
        super().__init__(empty(), decide, evolve, MEET, day)
        self.seen: Resource | None = SEEN
        self.subject: SubjectKind | None = SubjectKind.PUBLIC_BODY
        self.fit = True

    def by(self, actor: str, *roles: Role) -> RegisterFacts:
        """Return the facts of the next leaf."""
        self.seq += 1
        return RegisterFacts(
            seq=self.seq, now=self.now, actor=PartyId(actor), roles=frozenset(roles),
            resource=self.seen, subject=self.subject, registry_fit=self.fit,
        )  # fmt: skip

    def do(self, actor: str, command: Command, *roles: Role) -> Any:
        event = self.say(command, self.by(actor, *roles))
        assert [place for law in LAWS for place in law(self.state)] == []
        return event

    def stored(self) -> Register:
        self.do(BODY, StoreEvidence(RESOURCE, REGISTRY, A))
        return self

    def submitted(self, scope: Scope = Scope.OUTSIDE, ends: int | None = None) -> Register:
        self.stored().do(BODY, Submit(S1, MATERIALS, scope, ends))
        return self

    def accepted(self) -> Register:
        self.submitted().do(REGISTRY, Accept(S1))
        return self

    def public(self) -> Register:
        self.accepted().do(REGISTRY, PassReview(S1, B))
        return self

    def objected(self) -> Register:
        self.public().do(OBJECTOR, RaiseObjection(S1, True, C))
        return self

    def cleared(self) -> Register:
        """Ten work days after the day of 21 September: over the Mid-Autumn and National Day holidays."""
        return self.public().until("2026-10-14")

    def coded(self) -> Register:
        self.cleared().do(REGISTRY, RecordResult(S1))
        return self

    def stage(self, key: SubmissionId = S1) -> Stage:
        found: Stage = self.state.submissions[key].stage
        return found

    @property
    def entry(self) -> Any:
        return self.state.entries[next(iter(self.state.entries))]

    @property
    def entry_key(self) -> EntryId:
        return EntryId(next(iter(self.state.entries)))


def refused(answer: Any) -> R:
    assert isinstance(answer, Refused), answer
    assert "{" not in answer.say("en") + answer.say("zh")
    found = answer.refusal
    assert isinstance(found, R)
    return found


def test_ids_of_the_story_are_those_of_the_table() -> None:
    register = Register().coded()
    assert (next(iter(register.state.submissions)), register.entry_key) == (S1, E1)


# ---- who must register ------------------------------------------------------------------------------------------------

WHO = [
    (SubjectKind.PUBLIC_BODY, Scope.IN_OPERATION, Duty.MUST),
    (SubjectKind.PUBLIC_BODY, Scope.OUTSIDE, Duty.ENCOURAGED),
    (SubjectKind.PRODUCT, Scope.IN_OPERATION, Duty.ENCOURAGED),
    (SubjectKind.PRODUCT, Scope.OUTSIDE, Duty.ENCOURAGED),
    (SubjectKind.UTILITY, Scope.IN_OPERATION, Duty.ENCOURAGED),
    (SubjectKind.UTILITY, Scope.OUTSIDE, Duty.ENCOURAGED),
    (None, Scope.IN_OPERATION, Duty.NOT_HERE),
    (None, Scope.OUTSIDE, Duty.NOT_HERE),
]


@pytest.mark.parametrize(("subject", "scope", "duty"), WHO)
def test_only_public_bodies_must_register_and_only_what_is_operated(
    subject: SubjectKind | None, scope: Scope, duty: Duty
) -> None:
    assert views.must_register(subject, scope) is duty


@pytest.mark.parametrize("subject", [*SubjectKind, None])
def test_without_the_scope_of_an_operation_nobody_can_say_whether_it_must_be_registered(
    subject: SubjectKind | None,
) -> None:
    assert refused(views.must_register(subject, None)) is R.NEEDS_INFO


# ---- refusals ---------------------------------------------------------------------------------------------------------


def renewable(days_left: int = 30) -> Register:
    register = Register().coded()
    register.now = register.entry.valid_to - days_left * DAY_MS + 1
    return register


def seen_as(
    register: Register, seen: Resource | None, subject: SubjectKind | None = SubjectKind.PUBLIC_BODY
) -> Register:
    register.seen, register.subject = seen, subject
    return register


def unfit(register: Register) -> Register:
    register.fit = False
    return register


def later(register: Register, day: str) -> Register:
    """Move the clock without meeting limits: for what the law says of a day."""
    register.now = morning(day)
    return register


def with_objections(count: int) -> Register:
    register = Register().public()
    for nth in range(count):
        register.do(f"party-{100 + nth}", RaiseObjection(S1, True, C))
    return register


def used_up() -> Register:
    register = Register().cleared()
    register.state.serials["GGSJ44202610"] = 999_999
    return register


def asked() -> Register:
    register = Register().submitted()
    register.do(REGISTRY, AskSupplement(S1, (Material.SOURCE, Material.DATA)))
    return register


def supplemented() -> Register:
    register = asked()
    register.do(BODY, Supplement(S1, (Document(Material.SOURCE, B), Document(Material.DATA, B))))
    return register


def upheld() -> Register:
    register = Register().objected()
    register.do(REGISTRY, DecideObjection(OBJECTION, True, B))
    return register


def dismissed() -> Register:
    register = Register().objected()
    register.do(REGISTRY, DecideObjection(OBJECTION, False, B))
    return register


def revoked() -> Register:
    register = Register().coded()
    register.do(REGISTRY, RevokeEntry(E1, RevokeGround.FORGERY, C))
    return register


OBJECTION = ObjectionId(f"{S1}.1")
COMPANY = replace(SEEN, kind=DataKind.ENTERPRISE)
GONE = replace(SEEN, withdrawn=True)
TWICE = (*MATERIALS, MATERIALS[0])
NEW = (Document(Material.SOURCE, B),)
STORE = StoreEvidence(RESOURCE, REGISTRY, A)
SUBMIT = Submit(S1, MATERIALS, Scope.OUTSIDE)
OBJECT = RaiseObjection(S1, True, C)
LAPSED = "2030-03-01"
"""The day after S2's last."""

REFUSALS: list[tuple[Register, str, Command, R]] = [
    (Register(), BODY, ExpectRegistration(RESOURCE, BODY), R.ONLY_THE_MARKET),
    (Register().public(), REGISTRY, EndPublicity(S1), R.ONLY_THE_MARKET),
    (Register().coded(), REGISTRY, ExpireEntry(E1), R.ONLY_THE_MARKET),
    (Register().submitted(), BODY, EscalateLimit(S1, Limit.ACCEPTANCE), R.ONLY_THE_MARKET),
    (Register(), BUREAU, EscalateExpectation(RESOURCE), R.ONLY_THE_MARKET),
    (unfit(Register()), BODY, STORE, R.NOT_A_REGISTRY),
    (unfit(Register().submitted()), REGISTRY, Accept(S1), R.NOT_A_REGISTRY),
    (unfit(Register().coded()), REGISTRY, RevokeEntry(E1, RevokeGround.OTHER, C), R.NOT_A_REGISTRY),
    (Register().coded(), BODY, RevokeEntry(E1, RevokeGround.OTHER, C), R.ONLY_REGISTRY_OR_BUREAU),
    (Register().coded(), OTHER, RevokeEntry(E1, RevokeGround.OTHER, C), R.ONLY_REGISTRY_OR_BUREAU),
    (Register(), BODY, RequestChange(EntryId("SJ4412026100001"), NEW), R.OTHER_REGISTER),
    (Register(), BODY, RequestRenewal(EntryId("right-7")), R.OTHER_REGISTER),
    (Register(), BODY, RequestChange(EntryId("entry-9"), NEW), R.UNKNOWN),
    (Register(), BODY, SUBMIT, R.UNKNOWN),
    (Register(), REGISTRY, Accept(S1), R.UNKNOWN),
    (Register(), OBJECTOR, OBJECT, R.UNKNOWN),
    (Register(), REGISTRY, DecideObjection(OBJECTION, True, B), R.UNKNOWN),
    (Register(), REGISTRY, Reject(S1, RejectReason.INCOMPLETE, B), R.UNKNOWN),
    (seen_as(Register(), None), BODY, STORE, R.UNKNOWN),
    (Register(), OTHER, STORE, R.NOT_YOURS),
    (Register().stored(), OTHER, SUBMIT, R.NOT_YOURS),
    (Register().submitted(), OTHER, Accept(S1), R.NOT_YOURS),
    (Register().submitted(), REGISTRY, WithdrawSubmission(S1), R.NOT_YOURS),
    (asked(), REGISTRY, Supplement(S1, NEW), R.NOT_YOURS),
    (Register().objected(), OTHER, DecideObjection(OBJECTION, True, B), R.NOT_YOURS),
    (Register().coded(), OTHER, RequestChange(E1, NEW), R.NOT_YOURS),
    (Register().coded(), REGISTRY, RequestCancellation(E1, CancelGround.DATA_LOST, C), R.NOT_YOURS),
    (Register().coded(), REGISTRY, RequestCancellation(E1, CancelGround.GIVEN_UP, C), R.NOT_YOURS),
    (Register().coded(), OTHER, RequestCancellation(E1, CancelGround.STATUTE, C), R.NOT_YOURS),
    (renewable(), OTHER, RequestRenewal(E1, Scope.OUTSIDE), R.NOT_YOURS),
    (revoked(), BODY, RequestChange(E1, NEW), R.ENTRY_ENDED),
    (revoked(), BODY, RequestCorrection(E1, NEW), R.ENTRY_ENDED),
    (revoked(), BODY, RequestRenewal(E1, Scope.OUTSIDE), R.ENTRY_ENDED),
    (revoked(), BODY, RequestCancellation(E1, CancelGround.GIVEN_UP, C), R.ENTRY_ENDED),
    (revoked(), BUREAU, RevokeEntry(E1, RevokeGround.OTHER, C), R.ENTRY_ENDED),
    (Register().submitted(), BODY, SUBMIT, R.WRONG_STAGE),
    (Register().stored(), REGISTRY, Accept(S1), R.WRONG_STAGE),
    (asked(), REGISTRY, Accept(S1), R.WRONG_STAGE),
    (asked(), REGISTRY, Reject(S1, RejectReason.INCOMPLETE, B), R.WRONG_STAGE),
    (Register().accepted(), REGISTRY, AskSupplement(S1, (Material.DATA,)), R.WRONG_STAGE),
    (Register().submitted(), REGISTRY, PassReview(S1, B), R.WRONG_STAGE),
    (Register().public(), REGISTRY, Reject(S1, RejectReason.INCOMPLETE, B), R.WRONG_STAGE),
    (Register().public(), REGISTRY, RecordResult(S1), R.WRONG_STAGE),
    (Register().cleared(), REGISTRY, Reject(S1, RejectReason.TERM_OVER, B), R.WRONG_STAGE),
    (Register().objected(), REGISTRY, RecordResult(S1), R.WRONG_STAGE),
    (Register().submitted(), BODY, Supplement(S1, NEW), R.WRONG_STAGE),
    (Register().coded(), BODY, WithdrawSubmission(S1), R.WRONG_STAGE),
    (Register().accepted(), OBJECTOR, OBJECT, R.WRONG_STAGE),
    (upheld(), OBJECTOR, OBJECT, R.WRONG_STAGE),
    (seen_as(Register(), GONE), BODY, STORE, R.WITHDRAWN),
    (seen_as(Register().stored(), GONE), BODY, SUBMIT, R.WITHDRAWN),
    (seen_as(Register().accepted(), GONE), REGISTRY, PassReview(S1, B), R.WITHDRAWN),
    (seen_as(Register().accepted(), None), REGISTRY, PassReview(S1, B), R.WITHDRAWN),
    (seen_as(Register().cleared(), GONE), REGISTRY, RecordResult(S1), R.WITHDRAWN),
    (seen_as(Register(), COMPANY), BODY, STORE, R.NOT_PUBLIC_DATA),
    (seen_as(Register(), replace(SEEN, kind=DataKind.PERSONAL)), BODY, STORE, R.NOT_PUBLIC_DATA),
    (seen_as(Register(), SEEN, None), BODY, STORE, R.NOT_A_SUBJECT),
    (seen_as(Register().stored(), SEEN, None), BODY, SUBMIT, R.NOT_A_SUBJECT),
    (later(Register(), LAPSED), BODY, STORE, R.RULE_NOT_IN_FORCE),
    (Register("2025-02-28"), BODY, STORE, R.RULE_NOT_IN_FORCE),
    (later(Register().stored(), LAPSED), BODY, SUBMIT, R.RULE_NOT_IN_FORCE),
    (later(Register().submitted(), LAPSED), REGISTRY, Accept(S1), R.RULE_NOT_IN_FORCE),
    (later(Register().submitted(), LAPSED), REGISTRY, AskSupplement(S1, (Material.DATA,)), R.RULE_NOT_IN_FORCE),
    (later(asked(), LAPSED), BODY, Supplement(S1, NEW), R.RULE_NOT_IN_FORCE),
    (later(Register().accepted(), LAPSED), REGISTRY, PassReview(S1, B), R.RULE_NOT_IN_FORCE),
    (later(Register().public(), LAPSED), OBJECTOR, OBJECT, R.RULE_NOT_IN_FORCE),
    (later(Register().cleared(), LAPSED), REGISTRY, RecordResult(S1), R.RULE_NOT_IN_FORCE),
    (later(Register().coded(), LAPSED), BODY, RequestRenewal(E1, Scope.OUTSIDE), R.RULE_NOT_IN_FORCE),
    (later(Register().coded(), LAPSED), BODY, RequestChange(E1, NEW), R.RULE_NOT_IN_FORCE),
    (later(Register().coded(), LAPSED), BUREAU, RevokeEntry(E1, RevokeGround.OTHER, C), R.RULE_NOT_IN_FORCE),
    (Register().stored(), BODY, STORE, R.PENDING),
    (Register().coded(), BODY, STORE, R.ALREADY_REGISTERED),
    (Register().stored(), BODY, Submit(S1, MATERIALS), R.NEEDS_INFO),
    (Register().stored(), BODY, Submit(S1, MATERIALS, Scope.IN_OPERATION), R.NEEDS_INFO),
    *(
        (Register().stored(), BODY, Submit(S1, MATERIALS[:n] + MATERIALS[n + 1 :], Scope.OUTSIDE), R.NEEDS_INFO)
        for n in range(len(MATERIALS))
    ),
    (asked(), BODY, Supplement(S1, NEW), R.NEEDS_INFO),
    (Register().coded(), OTHER, RequestCorrection(E1, NEW, A), R.NEEDS_INFO),
    (Register().coded(), OTHER, RequestCorrection(E1, NEW, interest_digest=A), R.NEEDS_INFO),
    (renewable(), BODY, RequestRenewal(E1), R.NEEDS_INFO),
    (renewable(), BODY, RequestRenewal(E1, Scope.IN_OPERATION), R.NEEDS_INFO),
    (Register().public(), OBJECTOR, RaiseObjection(S1, None, C), R.NEEDS_INFO),
    (Register().public(), OBJECTOR, RaiseObjection(S1, True), R.NEEDS_INFO),
    (Register().stored(), BODY, Submit(S1, TWICE, Scope.OUTSIDE), R.MATERIAL_REPEATED),
    (
        Register().stored(), BODY, Submit(S1, (*MATERIALS, Document(Material.EVIDENCE, B)), Scope.OUTSIDE),
        R.MATERIAL_REPEATED,
    ),
    (Register().submitted(), REGISTRY, AskSupplement(S1, (Material.DATA, Material.DATA)), R.MATERIAL_REPEATED),
    (Register().coded(), BODY, RequestChange(E1, (*NEW, *NEW)), R.MATERIAL_REPEATED),
    (Register().coded(), BODY, RequestChange(E1, ()), R.NOTHING_CHANGED),
    (Register().coded(), BODY, RequestChange(E1, MATERIALS[:2]), R.NOTHING_CHANGED),
    (Register().coded(), BODY, RequestCorrection(E1, (Document(Material.EVIDENCE, A),)), R.NOTHING_CHANGED),
    (supplemented(), REGISTRY, AskSupplement(S1, (Material.SECURITY,)), R.SUPPLEMENT_ASKED),
    (Register().submitted(), REGISTRY, AskSupplement(S1, ()), R.NOTHING_ASKED),
    (asked(), BODY, Supplement(S1, (*NEW, Document(Material.SECURITY, B))), R.NOT_ASKED_FOR),
    (renewable(62), BODY, RequestRenewal(E1, Scope.OUTSIDE), R.RENEWAL_TOO_EARLY),
    (Register().coded(), BODY, RequestRenewal(E1, Scope.OUTSIDE), R.RENEWAL_TOO_EARLY),
    (Register().stored(), BODY, Submit(S1, MATERIALS, Scope.IN_OPERATION, morning(AUTUMN)), R.TERM_EMPTY),
    (renewable(), BODY, RequestRenewal(E1, Scope.IN_OPERATION, Register().coded().entry.valid_to), R.TERM_EMPTY),
    (Register().cleared(), OBJECTOR, OBJECT, R.PUBLICITY_OVER),
    (Register().coded(), OBJECTOR, OBJECT, R.PUBLICITY_OVER),
    (Register().objected().until("2026-10-14"), OTHER, OBJECT, R.PUBLICITY_OVER),
    (Register().public(), OBJECTOR, RaiseObjection(S1, False, C), R.REAL_NAME_NEEDED),
    (Register().objected(), OBJECTOR, OBJECT, R.ALREADY_OBJECTED),
    (with_objections(OBJECTIONS_MAX), OBJECTOR, OBJECT, R.TOO_MANY_OBJECTIONS),
    (dismissed(), REGISTRY, DecideObjection(OBJECTION, True, B), R.OBJECTION_DECIDED),
    (upheld(), REGISTRY, DecideObjection(OBJECTION, False, B), R.OBJECTION_DECIDED),
    (used_up(), REGISTRY, RecordResult(S1), R.SERIALS_USED_UP),
]  # fmt: skip
ROLES = {BUREAU: (Role.DATA_BUREAU,), REGISTRY: (Role.REGISTRY,)}


@pytest.mark.parametrize(("register", "actor", "command", "refusal"), REFUSALS)
def test_the_public_register_refuses_by_name(register: Register, actor: str, command: Command, refusal: R) -> None:
    before = deepcopy(register.state)
    roles = ROLES.get(PartyId(actor), ())
    assert refused(register.ask(command, register.by(actor, *roles))) is refusal
    assert register.state == before


def test_every_refusal_of_the_public_register_has_a_case() -> None:
    assert {case[-1] for case in REFUSALS} == set(R)


def test_a_missing_material_is_asked_for_by_its_name() -> None:
    for nth, material in enumerate(NEEDED):
        register = Register().stored()
        answer = register.ask(Submit(S1, MATERIALS[:nth] + MATERIALS[nth + 1 :], Scope.OUTSIDE), register.by(BODY))
        assert isinstance(answer, Refused)
        assert material in answer.say("en")


# ---- first registration -----------------------------------------------------------------------------------------------


def test_a_first_registration_takes_three_twenty_and_ten_work_days_over_the_national_day_holidays() -> None:
    register = Register("2026-09-22").submitted()
    # Wednesday 23, Thursday 24, then Mid-Autumn 25 to 27: Monday 28
    assert register.last_day(S1, "public_register.acceptance") == "2026-09-28"
    register.until("2026-09-28").do(REGISTRY, Accept(S1))
    assert register.last_day(S1, "public_register.acceptance") == ""
    # 29, 30 September; holidays 1 to 7 October; 8, 9 and the made-up Saturday 10; 12 to 16; 19 to 23; 26 to 30
    assert register.last_day(S1, "public_register.review") == "2026-10-30"
    register.until("2026-10-30").do(REGISTRY, PassReview(S1, B))
    assert register.last_day(S1, "public_register.publicity") == "2026-11-13"
    register.until("2026-11-13")
    assert register.stage() is Stage.PUBLICITY
    register.until("2026-11-14")
    assert register.stage() is Stage.CLEARED
    coded = register.do(REGISTRY, RecordResult(S1))
    assert coded.record.code == "GGSJ44202611000001"
    assert views.sheet(register.state, coded.record.code) == {
        "code": "GGSJ44202611000001", "resource": RESOURCE, "subject": BODY, "registry": REGISTRY, "state": "active",
        "valid_from": "2026-11-14", "valid_to": "2029-11-14", "renewals": 0, "evidence_digest": A,
    }  # fmt: skip
    assert register.last_day(S1, "public_register.recording") == ""
    assert register.happened(LimitPassed) == []


def test_a_first_registration_over_the_spring_festival_of_2026() -> None:
    register = Register("2026-02-12").submitted()
    # Friday 13, the made-up Saturday 14, then the holidays 15 to 23 February: Tuesday 24
    assert register.last_day(S1, "public_register.acceptance") == "2026-02-24"
    register.until("2026-02-13").do(REGISTRY, Accept(S1))
    # 14; 24 to 27 and the made-up Saturday 28; 2 to 6, 9 to 13 March; 16 to 19 March
    assert register.last_day(S1, "public_register.review") == "2026-03-19"
    register.until("2026-02-14").do(REGISTRY, PassReview(S1, B))
    # 24 to 28 February, 2 to 6 March
    assert register.last_day(S1, "public_register.publicity") == "2026-03-06"
    register.until("2026-03-07").do(REGISTRY, RecordResult(S1))
    assert register.entry.code == "GGSJ44202603000001"


def test_what_is_made_public_is_what_the_rule_names() -> None:
    register = Register().accepted()
    passed = register.do(REGISTRY, PassReview(S1, B))
    assert isinstance(passed, ReviewPassed)
    assert msgspec.to_builtins(passed.notice) == {
        "subject": BODY, "kind": "first", "title": SEEN.title, "summary": SEEN.summary,
    }  # fmt: skip


TERMS = [
    # operation ends, last day of the term when coded on 2026-10-14
    (None, "2029-10-14"),
    (start_of(day_of(morning("2029-10-15"))), "2029-10-14"),
    (start_of(day_of(morning("2029-10-16"))), "2029-10-14"),
    (start_of(day_of(morning("2029-10-14"))), "2029-10-13"),
    (start_of(day_of(morning("2027-01-01"))), "2026-12-31"),
]


@pytest.mark.parametrize(("ends", "last"), TERMS)
def test_a_registration_holds_three_years_or_as_long_as_a_shorter_operation(ends: int | None, last: str) -> None:
    register = Register()
    register.submitted(Scope.OUTSIDE if ends is None else Scope.IN_OPERATION, ends)
    register.do(REGISTRY, Accept(S1))
    register.do(REGISTRY, PassReview(S1, B))
    register.until("2026-10-14").do(REGISTRY, RecordResult(S1))
    assert day_of(register.entry.valid_to - 1).isoformat() == last


def test_an_operation_that_is_over_when_the_code_would_be_given_leaves_no_term() -> None:
    register = Register().submitted(Scope.IN_OPERATION, morning("2026-10-01"))
    register.do(REGISTRY, Accept(S1))
    register.do(REGISTRY, PassReview(S1, B))
    register.until("2026-10-14")
    assert refused(register.ask(RecordResult(S1), register.by(REGISTRY))) is R.TERM_EMPTY
    register.do(REGISTRY, Reject(S1, RejectReason.TERM_OVER, B))
    assert register.stage() is Stage.REJECTED


@pytest.mark.parametrize("seen", [None, GONE])
def test_what_was_cleared_is_rejected_once_the_data_is_gone(seen: Resource | None) -> None:
    register = seen_as(Register().cleared(), seen)
    register.do(REGISTRY, Reject(S1, RejectReason.OUT_OF_SCOPE, B))
    assert register.stage() is Stage.REJECTED


def test_codes_of_a_month_run_without_gap_and_begin_anew() -> None:
    register, codes = Register(), []
    for nth, day in enumerate(("2026-10-29", "2026-10-30", "2026-11-02", "2026-11-03")):
        register.seen = replace(SEEN, resource=ResourceId(f"resource-{nth}"))
        key = register.do(BODY, StoreEvidence(register.seen.resource, REGISTRY, A)).submission
        register.do(BODY, Submit(key, MATERIALS, Scope.OUTSIDE))
        register.do(REGISTRY, Accept(key))
        register.do(REGISTRY, PassReview(key, B))
        if nth == 0:
            register.until("2026-10-14")
        codes.append((day, key))
    register.until("2026-10-29")
    given = [register.until(day).do(REGISTRY, RecordResult(key)).record.code for day, key in codes]
    assert given == ["GGSJ44202610000001", "GGSJ44202610000002", "GGSJ44202611000001", "GGSJ44202611000002"]


def test_no_code_has_the_form_of_a_certificate_of_property() -> None:
    assert is_property_certificate("SJ4412026100001")
    assert not is_property_certificate(Register().coded().entry.code)


# ---- supplement, rejection, withdrawal --------------------------------------------------------------------------------


def test_after_a_supplement_acceptance_is_counted_anew() -> None:
    register = Register("2026-09-22").submitted()
    register.until("2026-09-24").do(REGISTRY, AskSupplement(S1, (Material.SOURCE,)))
    assert register.last_day(S1, "public_register.acceptance") == ""
    register.until("2026-09-28").do(BODY, Supplement(S1, NEW))
    assert register.last_day(S1, "public_register.acceptance") == "2026-10-08"
    assert Document(Material.SOURCE, B) in register.state.submissions[S1].documents
    assert Document(Material.SOURCE, A) not in register.state.submissions[S1].documents


def test_who_does_not_supplement_is_rejected_once_that_limit_has_passed() -> None:
    register = asked().until("2026-12-01")
    assert [event.limit for event in register.happened(LimitPassed)] == [Limit.SUPPLEMENT]
    assert register.happened(LimitPassed)[0].owner == BODY
    register.do(REGISTRY, Reject(S1, RejectReason.INCOMPLETE, B))
    assert register.stage() is Stage.REJECTED


def test_evidence_that_is_supplemented_takes_the_place_of_what_was_stored() -> None:
    register = Register().submitted()
    register.do(REGISTRY, AskSupplement(S1, (Material.EVIDENCE,)))
    register.do(BODY, Supplement(S1, (Document(Material.EVIDENCE, C),)))
    register.do(REGISTRY, Accept(S1))
    register.do(REGISTRY, PassReview(S1, B))
    register.until("2026-10-14").do(REGISTRY, RecordResult(S1))
    assert register.entry.evidence_digest == C
    assert register.entry.documents == MATERIALS


ENDS: list[tuple[Register, str, Command, Stage]] = [
    (Register().submitted(), REGISTRY, Reject(S1, RejectReason.OUT_OF_SCOPE, B), Stage.REJECTED),
    (Register().accepted(), REGISTRY, Reject(S1, RejectReason.EVIDENCE_DISAGREES, B), Stage.REJECTED),
    (Register().stored(), BODY, WithdrawSubmission(S1), Stage.WITHDRAWN),
    (Register().submitted(), BODY, WithdrawSubmission(S1), Stage.WITHDRAWN),
    (asked(), BODY, WithdrawSubmission(S1), Stage.WITHDRAWN),
    (Register().public(), BODY, WithdrawSubmission(S1), Stage.WITHDRAWN),
    (Register().objected(), BODY, WithdrawSubmission(S1), Stage.WITHDRAWN),
    (Register().cleared(), BODY, WithdrawSubmission(S1), Stage.WITHDRAWN),
    (Register().objected(), REGISTRY, DecideObjection(OBJECTION, True, B), Stage.TERMINATED),
]


@pytest.mark.parametrize(("register", "actor", "command", "stage"), ENDS)
def test_a_submission_that_is_over_has_no_limit_left_and_makes_room_for_another(
    register: Register, actor: str, command: Command, stage: Stage
) -> None:
    register.do(actor, command)
    assert register.stage() is stage
    assert list(register.clocks.clocks) == []
    register.do(BODY, STORE)


# ---- objections -------------------------------------------------------------------------------------------------------


def test_a_dismissed_objection_lets_the_publicity_go_on_for_its_days() -> None:
    register = Register().objected()
    register.until("2026-10-09").do(REGISTRY, DecideObjection(OBJECTION, False, B))
    assert register.stage() is Stage.PUBLICITY
    assert register.until("2026-10-14").stage() is Stage.CLEARED


def test_an_objection_that_is_open_when_publicity_ends_keeps_it_from_being_recorded() -> None:
    register = Register().objected().until("2026-10-14")
    assert (register.stage(), register.state.submissions[S1].publicity_over) == (Stage.OBJECTED, True)
    register.do(REGISTRY, DecideObjection(OBJECTION, False, B))
    assert register.stage() is Stage.CLEARED
    assert register.last_day(S1, "public_register.recording") == "2026-10-21"


def test_each_of_several_objections_must_be_decided() -> None:
    register = Register().objected()
    register.do(OTHER, OBJECT)
    second = ObjectionId(f"{S1}.2")
    register.until("2026-10-14").do(REGISTRY, DecideObjection(second, False, B))
    assert register.stage() is Stage.OBJECTED
    register.do(REGISTRY, DecideObjection(OBJECTION, True, B))
    assert register.stage() is Stage.TERMINATED
    assert refused(register.ask(RecordResult(S1), register.by(REGISTRY))) is R.WRONG_STAGE


def test_an_objection_left_alone_is_brought_before_the_bureau() -> None:
    register = Register().objected().until("2026-12-01")
    passed = register.happened(LimitPassed)
    assert [(event.thing, event.limit, event.owner) for event in passed] == [(OBJECTION, Limit.OBJECTION, REGISTRY)]
    assert [each.submission for each in views.escalated(register.state)] == [S1]
    register.do(REGISTRY, DecideObjection(OBJECTION, False, B))
    assert list(views.escalated(register.state)) == []


# ---- silence ----------------------------------------------------------------------------------------------------------

SILENCE = [
    (Register("2026-09-22").submitted(), Limit.ACCEPTANCE, "2026-09-28", Stage.SUBMITTED, REGISTRY),
    (Register("2026-09-22").accepted(), Limit.REVIEW, "2026-10-27", Stage.FORMAL_REVIEW, REGISTRY),
    (Register().cleared(), Limit.RECORDING, "2026-10-20", Stage.CLEARED, REGISTRY),
]


@pytest.mark.parametrize(("register", "limit", "last", "stage", "owner"), SILENCE)
def test_silence_decides_nothing_and_is_brought_before_the_bureau(
    register: Register, limit: Limit, last: str, stage: Stage, owner: str
) -> None:
    assert register.last_day(S1, f"public_register.{limit}") == last
    register.until(last)
    assert register.happened(LimitPassed) == []
    register.until("2026-12-01")
    (passed,) = register.happened(LimitPassed)
    assert (passed.limit, passed.owner, register.stage()) == (limit, owner, stage)
    assert [each.submission for each in views.escalated(register.state)] == [S1]
    assert register.state.submissions[S1].missed == (limit,)


def test_what_passed_its_limit_can_still_be_decided() -> None:
    register = Register().submitted().until("2026-12-01")
    register.do(REGISTRY, Accept(S1))
    register.until("2027-03-01").do(REGISTRY, PassReview(S1, B))
    assert register.state.submissions[S1].missed == (Limit.ACCEPTANCE, Limit.REVIEW)


def test_the_market_may_say_it_late_or_twice_and_is_never_refused() -> None:
    for register in (Register(), Register().submitted(), Register().coded(), upheld(), revoked()):
        market = Facts(seq=1, now=register.now, actor=MARKET)
        for command in (
            ExpireEntry(E1), EndPublicity(S1), EscalateExpectation(RESOURCE),
            *(EscalateLimit(thing, limit) for limit in Limit for thing in (S1, OBJECTION) if limit is not Limit.ACCEPTANCE),
        ):  # fmt: skip
            assert register.ask(command, market) == []


# ---- entries ----------------------------------------------------------------------------------------------------------


def requested(register: Register, actor: str, command: Command) -> SubmissionId:
    submission: SubmissionId = register.do(actor, command).submission
    register.do(REGISTRY, Accept(submission))
    return submission


def test_a_change_is_reviewed_and_made_public_before_it_takes_effect() -> None:
    register = Register().coded()
    key = requested(register, BODY, RequestChange(E1, (*NEW, Document(Material.EVIDENCE, C))))
    register.do(REGISTRY, PassReview(key, B))
    assert register.stage(key) is Stage.PUBLICITY
    assert register.entry.documents == MATERIALS
    register.until("2026-11-01").do(REGISTRY, RecordResult(key))
    assert Document(Material.SOURCE, B) in register.entry.documents
    assert (len(register.entry.documents), register.entry.evidence_digest) == (len(MATERIALS), C)
    assert isinstance(register.happened(EntryChanged)[0], EntryChanged)


@pytest.mark.parametrize(
    ("actor", "consent", "error", "interest"),
    [(BODY, None, None, None), (OTHER, A, None, A), (OTHER, None, A, A), (OTHER, A, A, A)],
)
def test_a_correction_takes_effect_on_consent_or_evidence(
    actor: str, consent: str | None, error: str | None, interest: str | None
) -> None:
    register = Register().coded()
    key = requested(register, actor, RequestCorrection(E1, NEW, consent, error, interest))
    register.do(REGISTRY, PassReview(key, B))
    assert register.stage(key) is Stage.RECORDED
    assert Document(Material.SOURCE, B) in register.entry.documents


@pytest.mark.parametrize("ground", CancelGround)
def test_a_cancellation_is_made_within_ten_work_days_of_its_acceptance(ground: CancelGround) -> None:
    register = Register().coded()
    key = requested(register, BODY, RequestCancellation(E1, ground, C))
    assert register.last_day(key, "public_register.cancellation") == "2026-10-28"
    assert register.last_day(key, "public_register.review") == ""
    register.do(REGISTRY, PassReview(key, B))
    assert (register.entry.state, register.stage(key)) == (EntryState.CANCELLED, Stage.RECORDED)
    assert [event.cause for event in register.happened(EntryCancelled)] == [CancelCause(ground.value)]
    assert list(register.clocks.clocks) == []
    register.do(BODY, STORE)


def test_a_cancellation_left_alone_is_brought_before_the_bureau() -> None:
    register = Register().coded()
    key = requested(register, BODY, RequestCancellation(E1, CancelGround.GIVEN_UP, C))
    register.until("2026-12-01")
    assert register.state.submissions[key].missed == (Limit.CANCELLATION,)


@pytest.mark.parametrize("ground", [CancelGround.SUBJECT_ENDED, CancelGround.STATUTE])
def test_the_registry_itself_cancels_what_nobody_else_can(ground: CancelGround) -> None:
    register = Register().coded()
    key = requested(register, REGISTRY, RequestCancellation(E1, ground, C))
    register.do(REGISTRY, PassReview(key, B))
    assert register.entry.state is EntryState.CANCELLED


@pytest.mark.parametrize("ground", RevokeGround)
@pytest.mark.parametrize("actor", [REGISTRY, BUREAU])
def test_a_revocation_ends_an_entry_and_what_was_applied_for_about_it(ground: RevokeGround, actor: PartyId) -> None:
    register = Register().coded()
    change = requested(register, BODY, RequestChange(E1, NEW))
    correction = requested(register, OTHER, RequestCorrection(E1, NEW, A, A, A))
    register.do(actor, RevokeEntry(E1, ground, C), *ROLES[actor])
    assert register.entry.state is EntryState.REVOKED
    assert {register.stage(change), register.stage(correction)} == {Stage.TERMINATED}
    assert list(register.clocks.clocks) == []


def test_one_submission_of_each_kind_is_open_about_an_entry() -> None:
    register = renewable()
    for command in (RequestChange(E1, NEW), RequestRenewal(E1, Scope.OUTSIDE)):
        register.do(BODY, command)
        assert refused(register.ask(command, register.by(BODY))) is R.PENDING


# ---- renewal ----------------------------------------------------------------------------------------------------------

LAST_DAY = "2029-10-14"
WINDOW = [
    ("2029-08-14", R.RENEWAL_TOO_EARLY),
    ("2029-08-15", None),  # sixty days before the last
    ("2029-10-13", None),
    (LAST_DAY, None),
    ("2029-10-15", R.ENTRY_ENDED),
]


@pytest.mark.parametrize(("day", "refusal"), WINDOW)
def test_a_renewal_is_applied_for_in_the_last_sixty_days(day: str, refusal: R | None) -> None:
    register = Register().coded().until(day)
    answer = register.ask(RequestRenewal(E1, Scope.OUTSIDE), register.by(BODY))
    assert (refused(answer) if isinstance(answer, Refused) else None) is refusal


def test_the_window_of_renewal_is_seen_beforehand() -> None:
    register = Register().coded()
    window = views.renewal_window(register.state, E1, rulebook="", now=register.now)
    assert window is not None
    assert (window.opens_on.isoformat(), window.closes_on.isoformat()) == ("2029-08-15", LAST_DAY)
    assert views.renewal_window(register.state, "entry-9", rulebook="", now=register.now) is None
    assert views.renewal_window(register.state, E1, rulebook="", now=morning(LAPSED)) is None
    assert views.renewal_window(revoked().state, E1, rulebook="", now=register.now) is None


def test_a_further_term_counts_from_the_day_after_the_last_one() -> None:
    register = Register().coded().until("2029-08-15")
    key = requested(register, BODY, RequestRenewal(E1, Scope.OUTSIDE))
    register.do(REGISTRY, PassReview(key, B))
    renewed = register.happened(EntryRenewed)[0]
    assert day_of(renewed.valid_to - 1).isoformat() == "2032-10-14"
    assert (register.entry.renewals, register.entry.state) == (1, EntryState.ACTIVE)
    register.until("2029-12-01")
    assert register.entry.state is EntryState.ACTIVE


def test_a_further_term_ends_with_a_shorter_operation() -> None:
    register = Register().coded().until("2029-09-03")
    ends = morning("2030-01-01")
    key = requested(register, BODY, RequestRenewal(E1, Scope.IN_OPERATION, ends))
    register.do(REGISTRY, PassReview(key, B))
    assert (register.entry.valid_to, register.entry.scope) == (ends, Scope.IN_OPERATION)


def test_what_is_not_renewed_is_cancelled_by_the_clock() -> None:
    register = Register().coded().until(LAST_DAY)
    assert views.registered(register.state, RESOURCE, register.now) == E1
    register.until("2029-10-15")
    assert register.entry.state is EntryState.CANCELLED
    assert [event.cause for event in register.happened(EntryCancelled)] == [CancelCause.NOT_RENEWED]
    assert views.registered(register.state, RESOURCE, register.now) is None


def test_a_renewal_in_time_that_the_registry_did_not_decide_keeps_the_entry_from_being_cancelled() -> None:
    register = Register().coded().until(LAST_DAY)
    key = requested(register, BODY, RequestRenewal(E1, Scope.OUTSIDE))
    register.until("2029-10-16")
    assert register.entry.state is EntryState.EXPIRED
    assert views.registered(register.state, RESOURCE, register.now) is None
    register.do(REGISTRY, PassReview(key, B))
    assert (register.entry.state, day_of(register.entry.valid_to - 1).isoformat()) == (EntryState.ACTIVE, "2032-10-14")


@pytest.mark.parametrize("way", [WithdrawSubmission, Reject])
def test_an_expired_entry_whose_renewal_comes_to_nothing_is_cancelled(way: type) -> None:
    register = Register().coded().until(LAST_DAY)
    change = requested(register, BODY, RequestChange(E1, NEW))
    key = requested(register, BODY, RequestRenewal(E1, Scope.OUTSIDE))
    register.until("2029-10-16")
    command = Reject(key, RejectReason.OUT_OF_SCOPE, B) if way is Reject else WithdrawSubmission(key)
    register.do(REGISTRY if way is Reject else BODY, command)
    assert (register.entry.state, register.stage(change)) == (EntryState.CANCELLED, Stage.TERMINATED)
    assert [type(event) for event in register.events[-3:]] == [SubmissionClosed, EntryCancelled, SubmissionClosed]


def test_a_change_is_not_recorded_while_an_entry_only_waits_for_its_renewal() -> None:
    register = Register().coded().until("2029-09-03")
    change = requested(register, BODY, RequestChange(E1, NEW))
    register.do(REGISTRY, PassReview(change, B))
    renewal = requested(register, BODY, RequestRenewal(E1, Scope.OUTSIDE))
    register.until("2029-10-16")
    assert register.happened(EntryExpired)
    assert refused(register.ask(RecordResult(change), register.by(REGISTRY))) is R.ENTRY_ENDED
    register.do(REGISTRY, PassReview(renewal, B))
    register.do(REGISTRY, RecordResult(change))


def test_an_operation_that_ended_before_a_late_renewal_leaves_no_term() -> None:
    register = Register().coded().until("2029-10-12")
    key = requested(register, BODY, RequestRenewal(E1, Scope.IN_OPERATION, morning("2029-11-01")))
    register.until("2029-11-02")
    assert refused(register.ask(PassReview(key, B), register.by(REGISTRY))) is R.TERM_EMPTY


def test_terms_that_end_on_the_leap_day_are_renewed_to_the_last_of_february() -> None:
    register = Register("2028-02-14").public().until("2028-02-29")
    register.do(REGISTRY, RecordResult(S1))
    assert day_of(register.entry.valid_to - 1).isoformat() == "2031-02-28"


# ---- the first registration that is due --------------------------------------------------------------------------------


def expecting(register: Register) -> Register:
    register.ask(ExpectRegistration(RESOURCE, BODY), Facts(seq=1, now=register.now, actor=MARKET))
    return register


def test_a_first_registration_is_due_twenty_work_days_after_data_was_handed_over() -> None:
    register = expecting(Register("2026-09-22"))
    assert register.last_day(RESOURCE, "public_register.first") == "2026-10-27"
    register.until("2026-10-27")
    assert [record.is_overdue for _, record in views.expected(register.state)] == [False]
    register.until("2026-10-28")
    assert [(event.resource, event.body) for event in register.happened(RegistrationOverdue)] == [(RESOURCE, BODY)]
    register.submitted()
    assert list(views.expected(register.state)) == []


def test_a_submission_meets_what_was_expected() -> None:
    register = expecting(Register()).submitted().until("2026-12-01")
    assert register.happened(RegistrationOverdue) == []


@pytest.mark.parametrize(
    "register", [Register().submitted(), Register().coded(), expecting(Register()), later(Register(), LAPSED)]
)
def test_nothing_more_is_expected_of_what_is_under_way(register: Register) -> None:
    before = deepcopy(register.state)
    assert register.ask(ExpectRegistration(RESOURCE, BODY), Facts(seq=1, now=register.now, actor=MARKET)) == []
    assert register.state == before


# ---- views, laws, bytes -----------------------------------------------------------------------------------------------


def test_a_desk_shows_what_waits_for_whom() -> None:
    waits = {
        BODY: (Register().stored(), asked()),
        REGISTRY: (Register().submitted(), Register().accepted(), Register().objected(), Register().cleared()),
        "": (Register().public(),),
    }
    for party, registers in waits.items():
        for register in registers:
            assert [each.submission for each in views.desk(register.state, PartyId(party))] == [S1]
    assert list(views.pending(Register().coded().state)) == []


def test_what_was_recorded_can_be_looked_up() -> None:
    state = Register().coded().state
    assert views.entry_by_code(state, "GGSJ44202610000001") == views.entry(state, E1)
    assert views.sheet(state, "SJ4412026100001") is None
    submission = views.submission(state, S1)
    assert submission is not None
    assert submission.stage is Stage.RECORDED
    assert views.registered(state, ResourceId("resource-9"), 0) is None


def test_every_stage_of_a_submission_is_reached() -> None:
    rejected, withdrawn = Register().accepted(), Register().stored()
    rejected.do(REGISTRY, Reject(S1, RejectReason.SECURITY_RISK, B))
    withdrawn.do(BODY, WithdrawSubmission(S1))
    reached = (
        Register().stored(), Register().submitted(), asked(), Register().accepted(), Register().public(),
        Register().objected(), Register().cleared(), Register().coded(), rejected, upheld(), withdrawn,
    )  # fmt: skip
    assert [register.stage() for register in reached] == list(Stage)


def test_every_state_of_an_entry_is_reached() -> None:
    waiting = Register().coded().until(LAST_DAY)
    waiting.do(BODY, RequestRenewal(E1, Scope.OUTSIDE))
    waiting.until("2029-10-15")
    reached = (Register().coded(), waiting, Register().coded().until("2029-10-15"), revoked())
    assert [register.entry.state for register in reached] == list(EntryState)


PLANTED: list[tuple[str, str, Any]] = [
    ("codes_run_without_gap", "serials", {"GGSJ44202610": 2}),
    ("codes_run_without_gap", "by_code", {}),
    ("no_code_is_a_certificate_of_property", "entries", {"code": "SJ4412026100001"}),
    ("a_resource_has_one_living_entry_at_most", "entry_of", {}),
    ("no_term_exceeds_three_years", "entries", {"valid_to": morning("2029-10-16")}),
    ("every_entry_comes_of_a_recorded_first_registration", "entries", {"submission": "submission-9"}),
    ("open_submissions_are_found_by_what_they_are_about", "pending", {"resource-9/first": S1}),
    ("open_submissions_are_found_by_what_they_are_about", "submissions", {"stage": Stage.CLEARED}),
    ("open_objections_hold_a_submission_up", "submissions", {"open_objections": 1}),
    ("open_objections_hold_a_submission_up", "submissions", {"stage": Stage.OBJECTED}),
    ("an_expired_entry_waits_for_its_renewal", "entries", {"state": EntryState.EXPIRED}),
]


@pytest.mark.parametrize(("law", "table", "planted"), PLANTED)
def test_a_planted_defect_breaks_its_law(law: str, table: str, planted: dict[str, Any]) -> None:
    state = Register().coded().state
    rows = getattr(state, table)
    if table in ("entries", "submissions"):
        (key,) = rows
        rows[key] = replace(rows[key], **planted)
    else:
        rows.clear()
        rows.update(planted)
    assert law in {each.__name__ for each in LAWS if list(each(state))}


def test_every_law_has_a_planted_defect() -> None:
    assert {law for law, *_ in PLANTED} == {law.__name__ for law in LAWS}


def test_commands_events_and_records_survive_canonical_bytes() -> None:
    register = upheld()
    register.do(BODY, STORE)
    for _, actor, command, _ in REFUSALS:
        assert msgspec.json.decode(canonical(command), type=Command) == command
        assert actor
    for event in (*register.events, *revoked().events, *Register().coded().until("2029-11-01").events):
        assert msgspec.json.decode(canonical(event), type=Event) == event
    for table in msgspec.structs.astuple(register.state):
        for _, record in table.under():
            assert msgspec.json.decode(canonical(record), type=type(record)) == record


def test_every_decision_names_the_rules_that_it_rests_on() -> None:
    registers = (supplemented(), upheld(), revoked(), Register().coded().until("2029-11-01"), expecting(Register()))
    unnamed = {
        type(event).__name__
        for register in registers
        for event in register.events
        if not getattr(event, "rules", ()) and not isinstance(event, SubmissionClosed)
    }
    assert unnamed == set()
    assert PublicityEnded.__name__ not in unnamed


# ---- schedules --------------------------------------------------------------------------------------------------------

RESOURCES = tuple(ResourceId(f"resource-{n}") for n in range(1, 4))
moves = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 40), st.integers(0, 5)), min_size=20, max_size=60)


def next_command(register: Register, resource: ResourceId, move: int) -> tuple[str, Command] | None:
    """Return something plausible to say about a resource."""
    state = register.state
    keys = [key for key, record in state.submissions.items() if record.resource == resource]
    key = keys[-1] if keys else S1
    entry = state.entry_of.get(resource) or E1
    objection = ObjectionId(f"{key}.{max(1, state.submissions[key].objections) if keys else 1}")
    said: list[tuple[str, Command]] = [
        (BODY, StoreEvidence(resource, REGISTRY, A)),
        (BODY, Submit(key, MATERIALS, Scope.OUTSIDE)),
        (REGISTRY, Accept(key)),
        (REGISTRY, PassReview(key, B)),
        (REGISTRY, RecordResult(key)),
        (OBJECTOR, RaiseObjection(key, True, C)),
        (REGISTRY, DecideObjection(objection, move % 2 == 0, B)),
        (BODY, RequestRenewal(entry, Scope.OUTSIDE)),
        (BODY, RequestChange(entry, (Document(Material.DATA, f"{move:064x}"),))),
        (REGISTRY, RevokeEntry(entry, RevokeGround.OTHER, C)),
        (BODY, RequestCancellation(entry, CancelGround.GIVEN_UP, C)),
        (REGISTRY, Reject(key, RejectReason.INCOMPLETE, B)),
    ]
    return said[move % len(said)]


@settings(max_examples=60, deadline=None)
@given(moves)
def test_no_schedule_of_commands_leaves_a_gap_or_two_entries_of_one_resource(
    schedule: list[tuple[int, int, int]],
) -> None:
    register = Register()
    for move, days, which in schedule:
        resource = RESOURCES[which % len(RESOURCES)]
        register.seen = replace(SEEN, resource=resource)
        register.until(day_of(register.now + days * DAY_MS).isoformat())
        said = next_command(register, resource, move)
        if said is not None:
            register.ask(said[1], register.by(said[0]))
        assert [place for law in LAWS for place in law(register.state)] == []
    codes = [entry.code for entry in register.state.entries.values()]
    assert len(codes) == len(set(codes))


def test_a_code_is_given_for_each_recorded_first_registration_and_nothing_else() -> None:
    register = Register().coded()
    assert len(register.happened(Coded)) == len(register.state.entries) == 1
    assert [record.kind for record in register.state.submissions.values()] == [Kind.FIRST]
