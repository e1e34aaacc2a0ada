"""Decision tables of companies: officers, licences, fairness, openings. One line a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mumian.kernel.canonical import canonical
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, ResourceId
from mumian.kernel.levels import Level
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Right, Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS
from mumian.rooms.enterprise import licences, offices, openings, views
from mumian.rooms.enterprise.decide import decide
from mumian.rooms.enterprise.desk import (
    GrantSeen,
    Holdings,
    ResourceHeld,
    RightHeld,
    RiskKind,
    Thing,
    desk,
    expiring,
    risks,
)
from mumian.rooms.enterprise.evolve import evolve
from mumian.rooms.enterprise.fairness import Term, asymmetries, burdens_on, weaker
from mumian.rooms.enterprise.laws import LAWS
from mumian.rooms.enterprise.model import (
    OFFICES_MAX,
    AcknowledgeAsymmetries,
    ActivateLicence,
    ActivationFacts,
    AnswerEnquiry,
    AppointOfficer,
    CloseOpening,
    Command,
    CompanyFacts,
    DeemAnswerOverdue,
    DraftLicence,
    EndLicence,
    EndOffice,
    EndOfficeTerm,
    Event,
    ExpireOpening,
    GiveNotice,
    HandOver,
    MeetLicenceEnd,
    OpeningFacts,
    ProposeTerms,
    PublishOpening,
    RequestOpening,
    SignLicence,
    State,
    StateFirm,
)
from mumian.rooms.enterprise.model import EnterpriseRefusal as R
from mumian.rooms.enterprise.terms import SKELETON, DataGiven, Leg, SectionText, Terms
from mumian.rooms.enterprise.vocabulary import (
    SHELTERED,
    Decline,
    Derived,
    Dispute,
    Duty,
    EnquiryId,
    FirmSize,
    LicenceEnd,
    LicenceId,
    LicenceState,
    Model,
    OfficeEnd,
    OfficerId,
    OfficerStanding,
    OpeningId,
    PriceForm,
    Section,
    Side,
    Weight,
)
from mumian.rulebook.rules import load

NOW = 1_795_000_000_000
GRID, SHOP, OTHER, REG = (PartyId(f"party-{number}") for number in range(1, 5))
DIGEST, OTHER_DIGEST = "ab" * 32, "cd" * 32
UNTIL = NOW + 365 * DAY_MS
OFFICER, LICENCE, OPENING, ENQUIRY = (
    OfficerId("officer-1"),
    LicenceId("licence-20"),
    OpeningId("opening-30"),
    EnquiryId("enquiry-40"),
)
MICRO, SMALL, LARGE = FirmSize.MICRO, FirmSize.SMALL, FirmSize.LARGE
DRAFT, NEGOTIATE, SIGNED, ACTIVE, ENDED = LicenceState
ALL_DUTIES = tuple(Duty)


def by(actor: str, *roles: Role, seq: int = 10, now: int = NOW, **more: Any) -> CompanyFacts:
    known = {"is_organisation": True, "other_is_organisation": True, **more}
    return CompanyFacts(seq=seq, now=now, actor=PartyId(actor), roles=frozenset(roles), **known)


def owner_of(
    owner: PartyId | None, *, seq: int = 30, actor: PartyId = GRID, now: int = NOW, rulebook: str = ""
) -> OpeningFacts:
    return OpeningFacts(seq=seq, now=now, actor=actor, owner=owner, rulebook=rulebook)


def starting(hindrance: str = "", *, actor: PartyId = MARKET) -> ActivationFacts:
    return ActivationFacts(seq=99, now=UNTIL, actor=actor, hindrance=hindrance)


MARKET_ITSELF = Facts(seq=98, now=UNTIL, actor=MARKET)
G, S = by(GRID), by(SHOP)
OLD = replace(G, rulebook="2026.1")

DATA = DataGiven(
    parent="right-1",
    right=Right.USE,
    purposes=("insurance-risk",),
    valid_from=NOW,
    valid_to=UNTIL,
    price_form=PriceForm.FIXED,
    price_fen=100,
)
LEG = Leg(data=DATA, derived=Derived.SHARED, liability_cap_fen=1_000_000)
TERMS = Terms(
    model=Model.PROVISION,
    first=LEG,
    second=replace(LEG, data=replace(DATA, parent="right-2")),
    sections=tuple(SectionText(section, DIGEST) for section in SKELETON),
)
ONE_WAY = replace(TERMS, second=replace(LEG, data=None))
LATER = NOW + 10 * DAY_MS
LATER_TERMS = replace(
    TERMS,
    first=replace(LEG, data=replace(DATA, valid_from=LATER, valid_to=UNTIL + DAY_MS)),
    second=replace(LEG, data=replace(DATA, parent="right-2", valid_from=LATER, valid_to=UNTIL + DAY_MS)),
)


def on_first(**changes: Any) -> Terms:
    """Return the terms with the first side's data changed."""
    return replace(TERMS, first=replace(LEG, data=replace(DATA, **changes)))


def on_second(**changes: Any) -> Terms:
    """Return the terms with the second side's leg changed."""
    return replace(TERMS, second=replace(TERMS.second, **changes))


HEAVY = on_second(liability_cap_fen=None, termination_days=90)
"""Heavier on the second side in two terms."""


def appoint(**changes: Any) -> AppointOfficer:
    return replace(AppointOfficer("CDO-1", ALL_DUTIES, NOW, UNTIL, DIGEST), **changes)


def opening(**changes: Any) -> PublishOpening:
    whole = PublishOpening("resource-1", "电网用电负荷", "签订许可后按月更新", DIGEST, (MICRO, SMALL), UNTIL)
    return replace(whole, **changes)


def sign(version: int = 1, code: str = "CDO-1") -> SignLicence:
    return SignLicence(LICENCE, version, code)


def acknowledge(*terms: Term, version: int = 1, code: str = "SIG-2") -> AcknowledgeAsymmetries:
    return AcknowledgeAsymmetries(LICENCE, version, terms, code)


def end(reason: LicenceEnd) -> EndLicence:
    return EndLicence(LICENCE, reason, DIGEST)


def empty() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def do(state: State, command: Command, facts: Facts) -> list[Event]:
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        evolve(state, event)
    return events


def a_state() -> State:
    """The grid, a state company with an officer; the shop, a small firm with none."""
    state = empty()
    do(state, appoint(), by(GRID, seq=1))
    do(state, StateFirm(LARGE, Weight.STATE_COMPANY, DIGEST), by(GRID, now=NOW - 2))
    do(state, StateFirm(SMALL, Weight.NONE, DIGEST), by(SHOP, now=NOW - 2))
    return state


def drafted(terms: Terms = TERMS, state: State | None = None) -> State:
    found = state or a_state()
    do(found, DraftLicence(SHOP, terms), by(GRID, seq=20))
    return found


def signed_by_one(terms: Terms = TERMS) -> State:
    state = drafted(terms)
    do(state, sign(), G)
    return state


def signed(terms: Terms = TERMS) -> State:
    state = signed_by_one(terms)
    do(state, sign(code="SIG-2"), S)
    return state


def ended() -> State:
    state = signed()
    do(state, end(LicenceEnd.TERMS_BROKEN), S)
    return state


def heavy() -> State:
    return drafted(HEAVY)


def noticed() -> State:
    state = signed()
    do(state, GiveNotice(LICENCE), G)
    return state


def opened() -> State:
    state = a_state()
    do(state, opening(), owner_of(GRID))
    return state


def closed() -> State:
    state = opened()
    do(state, CloseOpening(OPENING), G)
    return state


def asked() -> State:
    state = opened()
    do(state, RequestOpening(OPENING, "insurance-risk"), by(SHOP, seq=40))
    return state


def answered() -> State:
    state = asked()
    do(state, AnswerEnquiry(ENQUIRY, True), G)
    return state


def unstated() -> State:
    state = empty()
    do(state, DraftLicence(SHOP, TERMS), by(GRID, seq=20))
    return state


def stated_by_grid_alone() -> State:
    state = unstated()
    do(state, StateFirm(LARGE, Weight.STATE_COMPANY, DIGEST), G)
    return state


def out_of_office() -> State:
    state = drafted()
    do(state, EndOffice(OFFICER, OfficeEnd.RESIGNED), G)
    return state


def many_offices() -> State:
    state = a_state()
    for nth in range(1, OFFICES_MAX):
        term = {"valid_from": UNTIL + nth * DAY_MS, "valid_to": UNTIL + (nth + 1) * DAY_MS}
        do(state, appoint(**term), by(GRID, seq=100 + nth))
    return state


FAR = UNTIL + 100 * DAY_MS

CASES: list[tuple[Callable[[], State], Command, Facts, R]] = [
    (a_state, appoint(), by("party-9", is_organisation=False), R.NOT_AN_ORGANISATION),
    (empty, appoint(), OLD, R.RULE_NOT_IN_FORCE),
    (empty, appoint(scope=()), G, R.SCOPE_UNCLEAR),
    (empty, appoint(scope=(Duty.RIGHTS, Duty.RIGHTS)), G, R.SCOPE_UNCLEAR),
    (empty, appoint(valid_to=NOW), G, R.TERM_EMPTY),
    (empty, appoint(valid_from=UNTIL, valid_to=UNTIL), G, R.TERM_EMPTY),
    (empty, appoint(valid_from=NOW - 9, valid_to=NOW - 1), G, R.TERM_EMPTY),
    (a_state, appoint(code="CDO-2"), G, R.TERMS_OVERLAP),
    (a_state, appoint(valid_from=UNTIL - 1, valid_to=None), G, R.TERMS_OVERLAP),
    (a_state, appoint(valid_from=0, valid_to=None), G, R.TERMS_OVERLAP),
    (many_offices, appoint(valid_from=FAR, valid_to=None), G, R.TOO_MANY_OFFICES),
    (a_state, HandOver(OfficerId("officer-9"), "CDO-2", ALL_DUTIES, None, DIGEST), G, R.UNKNOWN),
    (a_state, HandOver(OFFICER, "CDO-2", ALL_DUTIES, None, DIGEST), S, R.NOT_YOURS),
    (out_of_office, HandOver(OFFICER, "CDO-2", ALL_DUTIES, None, DIGEST), G, R.OFFICE_ENDED),
    (a_state, HandOver(OFFICER, "CDO-2", (), None, DIGEST), G, R.SCOPE_UNCLEAR),
    (many_offices, HandOver(OFFICER, "CDO-2", ALL_DUTIES, None, DIGEST), G, R.TERMS_OVERLAP),
    (a_state, EndOffice(OfficerId("officer-9"), OfficeEnd.RESIGNED), G, R.UNKNOWN),
    (a_state, EndOffice(OFFICER, OfficeEnd.RESIGNED), S, R.NOT_YOURS),
    (out_of_office, EndOffice(OFFICER, OfficeEnd.RESIGNED), G, R.OFFICE_ENDED),
    (a_state, EndOfficeTerm(OFFICER), G, R.ONLY_THE_MARKET),
    (empty, StateFirm(SMALL, Weight.NONE, DIGEST), by("party-9", is_organisation=False), R.NOT_AN_ORGANISATION),
    (empty, DraftLicence(SHOP, TERMS), by(GRID, is_organisation=False), R.NOT_AN_ORGANISATION),
    (empty, DraftLicence(GRID, TERMS), G, R.LICENCE_WITH_SELF),
    (empty, DraftLicence(SHOP, TERMS), by(GRID, other_is_organisation=False), R.OTHER_NOT_ADMITTED),
    (empty, DraftLicence(SHOP, TERMS), OLD, R.RULE_NOT_IN_FORCE),
    (empty, DraftLicence(SHOP, replace(TERMS, model=Model.ENTRUSTMENT)), G, R.NOT_A_LICENCE),
    (empty, DraftLicence(SHOP, replace(TERMS, model=Model.INTERMEDIATION)), G, R.NOT_A_LICENCE),
    (empty, DraftLicence(SHOP, replace(ONE_WAY, first=ONE_WAY.second)), G, R.NO_DATA),
    (empty, DraftLicence(SHOP, replace(TERMS, sections=TERMS.sections + TERMS.sections[:1])), G, R.SECTION_REPEATED),
    (empty, DraftLicence(SHOP, on_first(valid_to=NOW)), G, R.TERM_EMPTY),
    (empty, DraftLicence(SHOP, on_first(valid_from=UNTIL)), G, R.TERM_EMPTY),
    (empty, DraftLicence(SHOP, on_first(purposes=())), G, R.PURPOSE_MISSING),
    (empty, DraftLicence(SHOP, on_first(price_form=PriceForm.FREE)), G, R.PRICE_INCOHERENT),
    (empty, DraftLicence(SHOP, on_first(price_fen=0)), G, R.PRICE_INCOHERENT),
    (a_state, ProposeTerms(LICENCE, 1, TERMS), G, R.UNKNOWN),
    (drafted, ProposeTerms(LICENCE, 1, TERMS), by(OTHER), R.NOT_A_SIDE),
    (signed, ProposeTerms(LICENCE, 1, TERMS), G, R.LICENCE_STATE_FORBIDS),
    (drafted, ProposeTerms(LICENCE, 2, TERMS), S, R.VERSION_STALE),
    (drafted, ProposeTerms(LICENCE, 1, on_first(purposes=())), S, R.PURPOSE_MISSING),
    (a_state, acknowledge(Term.LIABILITY), S, R.UNKNOWN),
    (heavy, acknowledge(Term.LIABILITY), by(OTHER), R.NOT_A_SIDE),
    (heavy, acknowledge(Term.LIABILITY, version=2), S, R.VERSION_STALE),
    (heavy, acknowledge(Term.LIABILITY, code="CDO-9"), G, R.OFFICER_NOT_IN_OFFICE),
    (heavy, acknowledge(Term.LIABILITY, code="CDO-1"), G, R.NOT_THE_WEAKER),
    (unstated, acknowledge(Term.LIABILITY), S, R.NEEDS_INFO),
    (heavy, acknowledge(), S, R.NOT_HEAVIER),
    (heavy, acknowledge(Term.LIABILITY, Term.AUDIT), S, R.NOT_HEAVIER),
    (drafted, acknowledge(Term.LIABILITY), S, R.NOT_HEAVIER),
    (a_state, sign(), G, R.UNKNOWN),
    (drafted, sign(), by(OTHER), R.NOT_A_SIDE),
    (ended, sign(), G, R.LICENCE_STATE_FORBIDS),
    (drafted, sign(2), G, R.VERSION_STALE),
    (signed_by_one, sign(), G, R.SIGNED_ALREADY),
    (drafted, sign(code="CDO-2"), G, R.OFFICER_NOT_IN_OFFICE),
    (out_of_office, sign(), G, R.OFFICER_NOT_IN_OFFICE),
    (unstated, sign(), G, R.NEEDS_INFO),
    (stated_by_grid_alone, sign(), G, R.NEEDS_INFO),
    (heavy, sign(), G, R.UNACKNOWLEDGED_ASYMMETRY),
    (heavy, sign(), S, R.UNACKNOWLEDGED_ASYMMETRY),
    (drafted, sign(code="SIG-2"), by(SHOP, now=UNTIL), R.TERM_EMPTY),
    (signed, ActivateLicence(LICENCE), starting(actor=GRID), R.ONLY_THE_MARKET),
    (drafted, GiveNotice(LICENCE), G, R.LICENCE_STATE_FORBIDS),
    (signed, GiveNotice(LICENCE), by(OTHER), R.NOT_A_SIDE),
    (noticed, GiveNotice(LICENCE), G, R.NOTICE_GIVEN),
    (a_state, end(LicenceEnd.WITHDRAWN), G, R.UNKNOWN),
    (signed, end(LicenceEnd.TERMS_BROKEN), by(OTHER), R.NOT_A_SIDE),
    (ended, end(LicenceEnd.TERMS_BROKEN), G, R.LICENCE_STATE_FORBIDS),
    (drafted, end(LicenceEnd.TERMS_BROKEN), G, R.END_REASON_FORBIDDEN),
    (signed, end(LicenceEnd.WITHDRAWN), G, R.END_REASON_FORBIDDEN),
    (signed, end(LicenceEnd.UNLAWFUL), G, R.END_REASON_FORBIDDEN),
    (signed, end(LicenceEnd.TERMS_BROKEN), by(REG, Role.REGULATOR), R.END_REASON_FORBIDDEN),
    (signed, MeetLicenceEnd(LICENCE, LicenceEnd.EXPIRED), G, R.ONLY_THE_MARKET),
    (empty, opening(), owner_of(GRID), R.NEEDS_INFO),
    (a_state, opening(), owner_of(SHOP, actor=SHOP), R.NOT_A_LEADER),
    (a_state, opening(), owner_of(None), R.SUBJECT_UNKNOWN),
    (a_state, opening(), owner_of(SHOP), R.NOT_YOURS),
    (opened, opening(), owner_of(GRID), R.SUBJECT_OPEN),
    (a_state, opening(for_whom=()), owner_of(GRID), R.AUDIENCE_UNCLEAR),
    (a_state, opening(for_whom=(MICRO, MICRO)), owner_of(GRID), R.AUDIENCE_UNCLEAR),
    (a_state, opening(for_whom=(MICRO, LARGE)), owner_of(GRID), R.AUDIENCE_UNCLEAR),
    (a_state, opening(title=""), owner_of(GRID), R.TEXT_LENGTH),
    (a_state, opening(title="电" * 41), owner_of(GRID), R.TEXT_LENGTH),
    (a_state, opening(conditions="棉" * 401), owner_of(GRID), R.TEXT_LENGTH),
    (a_state, opening(title="a\nb"), owner_of(GRID), R.TEXT_HIDDEN),
    (a_state, opening(until=NOW), owner_of(GRID), R.OPENING_OVER),
    (a_state, opening(), owner_of(GRID, rulebook="2026.1"), R.RULE_NOT_IN_FORCE),
    (a_state, CloseOpening(OPENING), G, R.UNKNOWN),
    (opened, CloseOpening(OPENING), S, R.NOT_YOURS),
    (closed, CloseOpening(OPENING), G, R.OPENING_CLOSED),
    (opened, ExpireOpening(OPENING), G, R.ONLY_THE_MARKET),
    (opened, RequestOpening(OPENING, "x"), by("party-9", is_organisation=False), R.NOT_AN_ORGANISATION),
    (a_state, RequestOpening(OPENING, "x"), S, R.UNKNOWN),
    (opened, RequestOpening(OPENING, "x"), by(OTHER), R.NEEDS_INFO),
    (closed, RequestOpening(OPENING, "x"), S, R.OPENING_CLOSED),
    (opened, RequestOpening(OPENING, "x"), G, R.NOT_FOR_YOU),
    (asked, RequestOpening(OPENING, "x"), S, R.ENQUIRY_WAITS),
    (opened, RequestOpening(OPENING, "x"), replace(S, rulebook="2026.1"), R.RULE_NOT_IN_FORCE),
    (opened, AnswerEnquiry(ENQUIRY, True), G, R.UNKNOWN),
    (asked, AnswerEnquiry(ENQUIRY, True), S, R.NOT_YOURS),
    (answered, AnswerEnquiry(ENQUIRY, True), G, R.ENQUIRY_ANSWERED),
    (asked, AnswerEnquiry(ENQUIRY, False), G, R.DECLINE_UNEXPLAINED),
    (asked, AnswerEnquiry(ENQUIRY, True, Decline.SECURITY), G, R.DECLINE_UNEXPLAINED),
    (asked, AnswerEnquiry(ENQUIRY, True, licence="licence-9"), G, R.LICENCE_DOES_NOT_FIT),
    (asked, DeemAnswerOverdue(ENQUIRY), G, R.ONLY_THE_MARKET),
    *(
        (
            empty,
            DraftLicence(SHOP, replace(TERMS, sections=tuple(t for t in TERMS.sections if t.section is not section))),
            G,
            R.SECTION_MISSING,
        )
        for section in SKELETON
    ),
]


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), CASES)
def test_a_company_is_refused_by_name(before: Callable[[], State], command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(before(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_companies_has_a_case() -> None:
    assert {refusal for *_, refusal in CASES} == set(R)


@pytest.mark.parametrize("section", SKELETON)
def test_a_missing_section_is_refused_by_its_name(section: Section) -> None:
    terms = replace(TERMS, sections=tuple(text for text in TERMS.sections if text.section is not section))
    answer = decide(empty(), DraftLicence(SHOP, terms), G)
    assert isinstance(answer, Refused)
    assert answer.detail == {"section": section.value}


def test_the_skeleton_and_the_models_are_those_of_the_rulebook() -> None:
    sections = load().rules["S29-SECTIONS"][0].parameters["sections"].value
    models = load().rules["S29-MODELS"][0].parameters["models"].value
    duties = load().rules["GZ2023-03-OFFICER"][0].parameters["duties"].value
    assert (tuple(SKELETON), tuple(Model), tuple(Duty)) == (sections, models, duties)
    fair = load().rules["GZ2023-03-FAIR"][0].parameters
    assert fair["leading"].value == tuple(weight for weight in Weight if weight is not Weight.NONE)
    assert fair["sheltered"].value == SHELTERED


# --- officers

# code, duty, instant, who is in office
SIGNATURES = [
    ("CDO-1", Duty.GOVERNANCE, NOW, OfficerStanding.IN_OFFICE),
    ("CDO-1", Duty.SECURITY, UNTIL - 1, OfficerStanding.IN_OFFICE),
    ("CDO-1", Duty.GOVERNANCE, UNTIL, OfficerStanding.NOT_IN_OFFICE),
    ("CDO-1", Duty.GOVERNANCE, NOW - 1, OfficerStanding.NOT_IN_OFFICE),
    ("CDO-1", Duty.LICENSING, NOW, OfficerStanding.NOT_IN_OFFICE),
    ("CDO-2", Duty.GOVERNANCE, NOW, OfficerStanding.NOT_IN_OFFICE),
]


@pytest.mark.parametrize(("code", "duty", "now", "standing"), SIGNATURES)
def test_a_code_signs_while_it_is_in_office_and_within_its_scope(
    code: str, duty: Duty, now: int, standing: OfficerStanding
) -> None:
    state = empty()
    do(state, appoint(scope=(Duty.GOVERNANCE, Duty.SECURITY)), by(GRID, seq=1))
    assert views.officer_signs(state, GRID, code, now, duty=duty) is standing
    assert views.officer_signs(state, SHOP, code, now, duty=duty) is OfficerStanding.NONE_APPOINTED


def test_an_office_ends_by_its_limit_and_then_nobody_signs() -> None:
    state = empty()
    (event,) = do(state, appoint(), by(GRID, seq=1))
    assert event.clocks == (Start(OFFICER, offices.TERM, Unit.INSTANT, UNTIL, "GZ2023-03-OFFICER", GRID),)  # type: ignore[union-attr]
    do(state, EndOfficeTerm(OFFICER), MARKET_ITSELF)
    assert state.officers[OFFICER].ended is OfficeEnd.TERM_OVER
    assert views.officer_signs(state, GRID, "CDO-1", NOW, duty=Duty.RIGHTS) is OfficerStanding.NOT_IN_OFFICE
    assert do(state, EndOfficeTerm(OFFICER), MARKET_ITSELF) == []


def test_an_office_is_handed_over_without_a_moment_between() -> None:
    state = a_state()
    events = do(state, HandOver(OFFICER, "CDO-2", (Duty.RIGHTS,), None, OTHER_DIGEST), by(GRID, seq=2))
    assert [event.clocks for event in events] == [(Stop(OFFICER, offices.TERM),), ()]  # type: ignore[union-attr]
    found = views.officer_of(state, GRID, NOW)
    assert found is not None
    assert (found[0], found[1].code, found[1].before) == ("officer-2", "CDO-2", OFFICER)
    assert views.officer_signs(state, GRID, "CDO-1", NOW, duty=Duty.RIGHTS) is OfficerStanding.NOT_IN_OFFICE
    assert [key for key, _ in views.officers_of(state, GRID)] == ["officer-1", "officer-2"]


def test_offices_may_follow_each_other_to_the_instant() -> None:
    state = a_state()
    do(state, appoint(code="CDO-2", valid_from=UNTIL, valid_to=None), by(GRID, seq=2))
    do(state, appoint(code="CDO-0", valid_from=0, valid_to=NOW), by(GRID, seq=3, now=NOW - 1))
    assert [office.code for _, office in views.officers_of(state, GRID)] == ["CDO-1", "CDO-2", "CDO-0"]
    assert list(LAWS[0](state)) == []


def test_the_office_of_a_public_body_names_article_29_as_well() -> None:
    (event,) = do(empty(), appoint(), by(GRID, Role.PUBLIC_BODY, seq=1))
    assert event.rules == ("GZ2023-03-OFFICER", "GZ2023-29")  # type: ignore[union-attr]


@pytest.mark.parametrize("code", ["张三", "", "360426199101010071", "CDO-1\n", "a b"])
def test_an_officer_is_a_code_and_a_name_is_refused_before_it_can_be_logged(code: str) -> None:
    body = msgspec.to_builtins(appoint())
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({**body, "code": code}, Command)
    assert not code or code not in str(caught.value)
    assert msgspec.convert(body, Command) == appoint()


# --- licences


def test_a_licence_lives_from_draft_to_end() -> None:
    state = drafted(LATER_TERMS)
    assert state.licences[LICENCE].state is DRAFT
    do(state, ProposeTerms(LICENCE, 1, LATER_TERMS), G)
    assert state.licences[LICENCE].state is DRAFT  # the first side still writes
    do(state, ProposeTerms(LICENCE, 2, LATER_TERMS), S)
    assert state.licences[LICENCE].state is NEGOTIATE
    do(state, ProposeTerms(LICENCE, 3, LATER_TERMS), G)
    assert [version.by for version in views.versions_of(state, LICENCE)] == [
        Side.FIRST,
        Side.FIRST,
        Side.SECOND,
        Side.FIRST,
    ]
    do(state, sign(4, "SIG-2"), S)
    (event,) = do(state, sign(4), G)
    assert event.clocks == (  # type: ignore[union-attr]
        Start(LICENCE, licences.START, Unit.INSTANT, LATER),
        Start(LICENCE, licences.END, Unit.INSTANT, UNTIL + DAY_MS),
    )
    assert state.licences[LICENCE].state is SIGNED
    (begun,) = do(state, ActivateLicence(LICENCE), starting())
    assert type(begun).__name__ == "LicenceActivated"
    assert state.licences[LICENCE].state is ACTIVE
    (over,) = do(state, MeetLicenceEnd(LICENCE, LicenceEnd.EXPIRED), MARKET_ITSELF)
    assert over.clocks == (Stop(LICENCE),)  # type: ignore[union-attr]
    assert (state.licences[LICENCE].state, state.licences[LICENCE].ended) == (ENDED, LicenceEnd.EXPIRED)
    assert list(views.licences_of(state, SHOP)) == [(LICENCE, state.licences[LICENCE])]


def test_a_licence_whose_first_day_has_come_is_active_with_its_second_signature() -> None:
    state = signed_by_one()
    events = do(state, sign(code="SIG-2"), S)
    assert [type(event).__name__ for event in events] == ["LicenceSigned", "LicenceActivated"]
    assert state.licences[LICENCE].state is ACTIVE
    assert events[0].clocks == (Start(LICENCE, licences.END, Unit.INSTANT, UNTIL),)  # type: ignore[union-attr]


def test_a_new_version_voids_signatures_and_acknowledgements() -> None:
    state = heavy()
    do(state, acknowledge(Term.LIABILITY, Term.TERMINATION), S)
    do(state, sign(), G)
    do(state, ProposeTerms(LICENCE, 1, HEAVY), S)
    record = state.licences[LICENCE]
    assert (record.version, record.signed, record.acknowledged, record.state) == (2, (), (), NEGOTIATE)
    answer = decide(state, sign(2), G)
    assert isinstance(answer, Refused)
    assert answer.detail["terms"] == "liability, termination"


def test_asymmetries_are_acknowledged_one_by_one_and_once() -> None:
    state = heavy()
    do(state, acknowledge(Term.LIABILITY), S)
    answer = decide(state, sign(), G)
    assert isinstance(answer, Refused)
    assert answer.detail == {"terms": "termination", "party": SHOP}
    do(state, acknowledge(Term.TERMINATION, Term.LIABILITY), S)
    assert state.licences[LICENCE].acknowledged == (Term.LIABILITY, Term.TERMINATION)
    do(state, sign(), G)


@pytest.mark.parametrize(
    ("size", "weight"),
    [(LARGE, Weight.NONE), (SMALL, Weight.PLATFORM), (LARGE, Weight.STATE_COMPANY)],
)
def test_who_is_not_the_weaker_side_signs_without_acknowledging(size: FirmSize, weight: Weight) -> None:
    state = heavy()
    do(state, StateFirm(size, weight, DIGEST), S)
    do(state, sign(), G)
    do(state, sign(code="SIG-2"), S)
    assert state.licences[LICENCE].state is ACTIVE


def test_what_cannot_be_given_on_the_first_day_ends_the_licence_and_refuses_no_tick() -> None:
    state = signed(LATER_TERMS)
    (event,) = do(state, ActivateLicence(LICENCE), starting("rights.CHAIN_BROKEN"))
    assert (event.reason, event.because) == (LicenceEnd.PARENT_BROKEN, "rights.CHAIN_BROKEN")  # type: ignore[union-attr]
    assert do(state, ActivateLicence(LICENCE), starting()) == []
    assert do(state, MeetLicenceEnd(LICENCE, LicenceEnd.EXPIRED), MARKET_ITSELF) == []


@pytest.mark.parametrize("days", [0, 1, 30])
def test_notice_takes_the_days_of_ones_own_leg(days: int) -> None:
    state = signed(
        replace(TERMS, first=replace(LEG, termination_days=days), second=replace(TERMS.second, termination_days=days))
    )
    (event,) = do(state, GiveNotice(LICENCE), G)
    if days == 0:
        assert state.licences[LICENCE].ended is LicenceEnd.NOTICE
        return
    assert event.clocks == (Start(LICENCE, licences.NOTICE, Unit.DAYS, days, "", SHOP),)  # type: ignore[union-attr]
    do(state, MeetLicenceEnd(LICENCE, LicenceEnd.NOTICE), MARKET_ITSELF)
    assert state.licences[LICENCE].ended is LicenceEnd.NOTICE


def test_when_both_give_notice_it_ends_at_once() -> None:
    state = noticed()
    do(state, GiveNotice(LICENCE), S)
    assert state.licences[LICENCE].ended is LicenceEnd.AGREED


@pytest.mark.parametrize(
    ("before", "facts", "reason"),
    [
        (drafted, G, LicenceEnd.WITHDRAWN),
        (signed_by_one, S, LicenceEnd.WITHDRAWN),
        (signed, S, LicenceEnd.TERMS_BROKEN),
        (signed, by(REG, Role.REGULATOR), LicenceEnd.UNLAWFUL),
        (drafted, by(REG, Role.REGULATOR), LicenceEnd.UNLAWFUL),
    ],
)
def test_a_licence_is_ended_by_who_may(before: Callable[[], State], facts: Facts, reason: LicenceEnd) -> None:
    state = before()
    do(state, end(reason), facts)
    assert state.licences[LICENCE].ended is reason


def test_fused_data_without_a_clause_says_that_the_default_of_the_law_applies() -> None:
    fused = replace(TERMS, model=Model.FUSION, first=replace(LEG, derived=Derived.NO_CLAUSE))
    (event,) = do(a_state(), DraftLicence(SHOP, fused), by(GRID, seq=20))
    assert event.rules == ("S29-SECTIONS", "S29-FUSION", "GZ2023-03-FAIR", "S1-21-R5b")  # type: ignore[union-attr]
    (whole,) = do(a_state(), DraftLicence(SHOP, replace(TERMS, model=Model.FUSION)), by(GRID, seq=20))
    assert whole.rules == ("S29-SECTIONS", "S29-FUSION", "GZ2023-03-FAIR")  # type: ignore[union-attr]
    (named,) = (found for found in asymmetries(fused) if found.term is Term.DERIVED)
    assert named.rule == "S1-21-R5b"


# --- fairness: terms, what is named, on whom it is heavier
FAIRNESS: list[tuple[Terms, list[tuple[Term, Side | None]]]] = [
    (TERMS, []),
    (on_second(liability_cap_fen=None), [(Term.LIABILITY, Side.SECOND)]),
    (on_second(liability_cap_fen=0), [(Term.LIABILITY, Side.FIRST)]),
    (on_second(termination_days=31), [(Term.TERMINATION, Side.SECOND)]),
    (on_second(termination_days=0), [(Term.TERMINATION, Side.FIRST)]),
    (on_second(audit=True), [(Term.AUDIT, Side.FIRST)]),
    (replace(TERMS, first=replace(LEG, audit=True)), [(Term.AUDIT, Side.SECOND)]),
    (on_second(derived=Derived.GIVER), [(Term.DERIVED, Side.FIRST)]),
    (on_second(derived=Derived.TAKER), [(Term.DERIVED, Side.SECOND)]),
    (on_second(derived=Derived.NO_CLAUSE), [(Term.DERIVED, None)]),
    (on_first(onward=True), [(Term.ONWARD, Side.FIRST)]),
    (on_first(resale=True), [(Term.ONWARD, Side.FIRST)]),
    (on_first(exclusive=True), [(Term.EXCLUSIVITY, Side.FIRST)]),
    (on_first(valid_to=UNTIL - DAY_MS), [(Term.TERM, Side.SECOND)]),
    (on_first(valid_to=UNTIL + DAY_MS // 2), []),
    (on_first(price_fen=10**9), [(Term.PRICE, None)]),
    (on_first(price_form=PriceForm.PER_CALL), [(Term.PRICE, None)]),
    (on_first(price_form=PriceForm.FREE, price_fen=0), [(Term.PRICE, None)]),
    (on_first(territory=("CN-44",)), [(Term.SCOPE, Side.SECOND)]),
    (on_first(fields=("x",)), [(Term.SCOPE, Side.SECOND)]),
    (on_first(purposes=("insurance-risk", "research")), [(Term.SCOPE, Side.FIRST)]),
    (on_first(purposes=("research",)), [(Term.SCOPE, None)]),
    (on_first(right=Right.OPERATE), [(Term.SCOPE, Side.FIRST)]),
    (on_first(purposes=("research", "x"), territory=("CN",)), [(Term.SCOPE, None)]),
    (ONE_WAY, []),
    (replace(ONE_WAY, second=replace(ONE_WAY.second, audit=True)), [(Term.AUDIT, Side.FIRST)]),
    (HEAVY, [(Term.LIABILITY, Side.SECOND), (Term.TERMINATION, Side.SECOND)]),
]


@pytest.mark.parametrize(("terms", "named"), FAIRNESS)
def test_asymmetries_are_named_with_whom_they_burden(terms: Terms, named: list[tuple[Term, Side | None]]) -> None:
    assert [(found.term, found.heavier_on) for found in asymmetries(terms)] == named


def test_no_price_is_ever_a_burden() -> None:
    assert all(
        found.heavier_on is None
        for price_fen in (1, 100, 10**12)
        for found in asymmetries(on_first(price_fen=price_fen))
        if found.term is Term.PRICE
    )


# first, second, who is the weaker
STATE, NONE = (LARGE, Weight.STATE_COMPANY), Weight.NONE
WEAKER: list[tuple[tuple[FirmSize, Weight], tuple[FirmSize, Weight], Side | None]] = [
    (STATE, (MICRO, NONE), Side.SECOND),
    (STATE, (SMALL, NONE), Side.SECOND),
    (STATE, (FirmSize.MEDIUM, NONE), Side.SECOND),
    (STATE, (LARGE, NONE), None),
    ((SMALL, NONE), (LARGE, Weight.PLATFORM), Side.FIRST),
    ((SMALL, NONE), (SMALL, Weight.INDUSTRY_LEADER), Side.FIRST),
    ((SMALL, NONE), (MICRO, NONE), None),
    ((SMALL, NONE), (LARGE, NONE), None),
    ((SMALL, Weight.STATE_COMPANY), STATE, None),
]


@pytest.mark.parametrize(("first", "second", "side"), WEAKER)
def test_the_weaker_side_is_a_small_firm_opposite_one_that_leads(
    first: tuple[FirmSize, Weight], second: tuple[FirmSize, Weight], side: Side | None
) -> None:
    assert weaker(first, second) is side
    assert weaker(second, first) is (None if side is None else side.other)


codes = st.sampled_from(("research", "insurance-risk", "marketing"))
places = st.lists(st.sampled_from(("CN", "CN-44", "CN-44-01", "HK")), max_size=2, unique=True).map(tuple)
datas = st.builds(
    DataGiven,
    parent=st.just("right-1"),
    right=st.sampled_from(Right),
    purposes=st.lists(codes, min_size=1, max_size=3, unique=True).map(tuple),
    territory=places,
    fields=st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple),
    valid_from=st.just(NOW),
    valid_to=st.integers(1, 5).map(lambda days: NOW + days * DAY_MS),
    onward=st.booleans(),
    exclusive=st.booleans(),
    resale=st.booleans(),
    price_form=st.sampled_from(PriceForm),
    price_fen=st.integers(0, 3),
)
legs = st.builds(
    Leg,
    data=st.none() | datas,
    derived=st.sampled_from(Derived),
    audit=st.booleans(),
    liability_cap_fen=st.none() | st.integers(0, 3),
    termination_days=st.integers(0, 3),
    acceptance_days=st.just(7),
    dispute=st.sampled_from(Dispute),
)


@given(legs, legs)
def test_fairness_is_symmetric(first: Leg, second: Leg) -> None:
    """Swapping the sides swaps what is said of each and on whom it is heavier, and nothing else."""
    terms = replace(TERMS, first=first, second=second)
    swapped = asymmetries(replace(TERMS, first=second, second=first))
    turned = [
        replace(
            found,
            of_first=found.of_second,
            of_second=found.of_first,
            heavier_on=None if found.heavier_on is None else found.heavier_on.other,
        )
        for found in asymmetries(terms)
    ]
    assert turned == list(swapped)
    assert burdens_on(terms, Side.FIRST) == tuple(f.term for f in swapped if f.heavier_on is Side.SECOND)


@given(legs)
def test_equal_legs_are_fair(leg: Leg) -> None:
    assert asymmetries(replace(TERMS, first=leg, second=leg)) == ()


# --- openings


def test_an_opening_is_asked_for_answered_in_time_and_counted() -> None:
    state = opened()
    (event,) = do(state, RequestOpening(OPENING, "insurance-risk"), by(SHOP, seq=40))
    assert event.clocks == (Start(ENQUIRY, openings.ANSWER, Unit.WORK_DAYS, 10, "MM-OPENING", GRID),)  # type: ignore[union-attr]
    drafted(state=state)
    (answer,) = do(state, AnswerEnquiry(ENQUIRY, True, licence=LICENCE), G)
    assert (answer.in_time, answer.clocks) == (True, (Stop(ENQUIRY, openings.ANSWER),))  # type: ignore[union-attr]
    do(state, RequestOpening(OPENING, "research"), by(SHOP, seq=41))
    late = EnquiryId("enquiry-41")
    do(state, DeemAnswerOverdue(late), MARKET_ITSELF)
    assert do(state, DeemAnswerOverdue(late), MARKET_ITSELF) == []
    (answer,) = do(state, AnswerEnquiry(late, False, Decline.PURPOSE_OUTSIDE), G)
    assert (answer.in_time, answer.clocks) == (False, ())  # type: ignore[union-attr]
    ((party, counts),) = views.statistics(state)
    assert (party, msgspec.structs.astuple(counts)) == (GRID, (1, 2, 2, 1, 1))
    assert [place for law in LAWS for place in law(state)] == []


def test_an_opening_closes_by_its_limit_and_its_requests_are_still_answered() -> None:
    state = asked()
    assert [key for key, _ in views.openings(state, UNTIL - 1)] == [OPENING]
    assert list(views.openings(state, UNTIL)) == []
    do(state, ExpireOpening(OPENING), MARKET_ITSELF)
    assert do(state, ExpireOpening(OPENING), MARKET_ITSELF) == []
    do(state, AnswerEnquiry(ENQUIRY, False, Decline.NO_LONGER_AVAILABLE), G)
    do(state, opening(), owner_of(GRID, seq=31))
    assert list(views.openings(state, NOW)) == [(OpeningId("opening-31"), state.openings["opening-31"])]


@pytest.mark.parametrize("command", [EndOfficeTerm(OFFICER), ActivateLicence(LICENCE), MeetLicenceEnd(LICENCE, LicenceEnd.EXPIRED), ExpireOpening(OPENING), DeemAnswerOverdue(ENQUIRY)])  # fmt: skip
def test_a_limit_about_nothing_changes_nothing(command: Command) -> None:
    assert do(empty(), command, starting() if isinstance(command, ActivateLicence) else MARKET_ITSELF) == []


# --- the desk


def holdings() -> Holdings:
    return Holdings(
        resources=(
            ResourceHeld(ResourceId("resource-1"), Level.GENERAL_2, objections=("objection-1",)),
            ResourceHeld(ResourceId("resource-2"), None),
            ResourceHeld(ResourceId("resource-3"), Level.GENERAL_2, is_regrade_due=True),
        ),
        rights=(
            RightHeld("right-1", "resource-1", Right.USE, UNTIL - DAY_MS),
            RightHeld("right-9", "resource-1", Right.HOLD, UNTIL, ("ownership_dispute",)),
        ),
        given=(GrantSeen("grant-1", "resource-1", Right.USE, OTHER, NOW + 2 * DAY_MS),),
        received=(
            GrantSeen("grant-2", "resource-8", Right.USE, OTHER, NOW + 2 * DAY_MS, "right-7", "frozen"),
            GrantSeen("grant-3", "resource-8", Right.USE, OTHER, NOW),
        ),
    )


# days ahead, what runs out within them, in order
AHEAD = [
    (1, []),
    (2, ["grant-1", "grant-2"]),
    (364, ["grant-1", "grant-2", "right-1"]),
    (365, ["grant-1", "grant-2", "right-1", "licence-20", "officer-1", "right-9"]),
]


@pytest.mark.parametrize(("days", "ids"), AHEAD)
def test_the_desk_shows_what_runs_out_the_next_one_first(days: int, ids: list[str]) -> None:
    found = expiring(signed(), GRID, holdings(), NOW, days=days)
    assert [each.id for each in found] == ids
    assert days < 365 or [each.thing for each in found][-3:] == [Thing.LICENCE, Thing.OFFICE, Thing.RIGHT]


def test_the_desk_shows_every_risk_the_gravest_first() -> None:
    state = signed()
    do(state, GiveNotice(LICENCE), S)
    found = risks(state, GRID, holdings(), NOW)
    assert [(risk.kind, risk.about, risk.because) for risk in found] == [
        (RiskKind.CHAIN_BROKEN, "grant-2", "right-7: frozen"),
        (RiskKind.FROZEN, "right-9", "ownership_dispute"),
        (RiskKind.RIGHT_ENDS_FIRST, LICENCE, "right-1"),
        (RiskKind.OBJECTION, "resource-1", "objection-1"),
        (RiskKind.LEVEL_MISSING, "resource-2", ""),
        (RiskKind.REGRADE_DUE, "resource-3", ""),
        (RiskKind.NOTICE, LICENCE, SHOP),
    ]


def test_a_company_with_data_and_nobody_in_office_is_at_risk_and_one_in_order_is_not() -> None:
    state = a_state()
    assert [risk.kind for risk in risks(state, GRID, holdings(), UNTIL)][3] is RiskKind.NO_OFFICER
    assert risks(state, GRID, Holdings(), UNTIL) == ()
    whole = Holdings(
        (ResourceHeld(ResourceId("resource-1"), Level.GENERAL_2),), (RightHeld("right-1", "r", Right.USE, UNTIL),)
    )
    assert risks(signed(), GRID, whole, NOW) == ()


def test_the_desk_is_one_page() -> None:
    page = desk(signed(), GRID, holdings(), NOW, days=2)
    assert (page.officer, [key for key, _ in page.licences], len(page.expiring)) == ("CDO-1", [LICENCE], 2)
    assert desk(ended(), SHOP, Holdings(), NOW, days=2).licences == ()


# --- laws

LIVES: list[Callable[[], State]] = [
    empty, a_state, drafted, signed_by_one, signed, ended, heavy, noticed, opened, closed, asked, answered, many_offices,
    out_of_office,
]  # fmt: skip


@pytest.mark.parametrize("life", LIVES)
def test_every_life_keeps_every_law_and_survives_canonical_bytes(life: Callable[[], State]) -> None:
    state = life()
    assert [place for law in LAWS for place in law(state)] == []
    records = [record for table in msgspec.structs.astuple(state) for _, record in table.under()]
    assert all(msgspec.json.decode(canonical(record), type=type(record)) == record for record in records)


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), CASES)
def test_commands_survive_canonical_bytes(before: Any, command: Command, facts: Facts, refusal: R) -> None:
    if isinstance(command, DraftLicence) and len(command.terms.sections) > len(Section):
        return  # turned away at the door
    assert msgspec.json.decode(canonical(command), type=Command) == command


def _put(table: str, key: str, **changes: Any) -> Callable[[State], None]:
    def spoil(state: State) -> None:
        rows = getattr(state, table)
        rows[key] = replace(rows[key], **changes)

    return spoil


def _drop(table: str, key: str) -> Callable[[State], None]:
    return lambda state: getattr(state, table).__delitem__(key)


SPOILED: list[tuple[int, Callable[[], State], Callable[[State], None]]] = [
    (0, many_offices, _put("officers", OFFICER, valid_to=None)),
    (0, a_state, _drop("by_officer", f"{GRID}/{OFFICER}")),
    (0, a_state, _put("desks", GRID, open=())),
    (0, out_of_office, _put("desks", GRID, open=(OFFICER,))),
    (1, signed, _put("licences", LICENCE, signed=(Side.FIRST,))),
    (1, signed, _put("licences", LICENCE, version=2)),
    (1, signed, _put("versions", f"{LICENCE}/000001", terms=replace(TERMS, sections=TERMS.sections[1:]))),
    (2, signed, _put("versions", f"{LICENCE}/000001", terms=HEAVY)),
    (3, opened, _put("counts", GRID, opened=2)),
    (3, answered, _put("enquiries", ENQUIRY, is_overdue=True)),
    (4, drafted, _drop("by_party", f"{SHOP}/{LICENCE}")),
    (4, opened, _drop("open_subjects", "resource-1")),
    (4, opened, _drop("by_publisher", f"{GRID}/{OPENING}")),
    (4, asked, _drop("by_opening", f"{OPENING}/{ENQUIRY}")),
    (4, asked, _drop("waiting", f"{OPENING}/{SHOP}")),
]


@pytest.mark.parametrize(("law", "life", "spoil"), SPOILED)
def test_each_law_sees_the_defect_that_it_is_for(
    law: int, life: Callable[[], State], spoil: Callable[[State], None]
) -> None:
    state = life()
    assert list(LAWS[law](state)) == []
    spoil(state)
    assert list(LAWS[law](state))


def test_every_law_has_a_defect() -> None:
    assert {law for law, *_ in SPOILED} == set(range(len(LAWS)))
