"""Decision table of sharing, and its time limits on the real calendar: one line a case."""

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
from mumian.kernel.time import DAY_MS, day_of
from mumian.market.reactions.sharing import MEET
from mumian.rooms.sharing import views
from mumian.rooms.sharing.decide import decide
from mumian.rooms.sharing.events import (
    DefectEscalated,
    LimitPassed,
    ShareEnded,
    ShareEscalated,
    ShareGranted,
    ShareRefused,
    TicketOverdue,
)
from mumian.rooms.sharing.evolve import evolve
from mumian.rooms.sharing.flows import flows_between
from mumian.rooms.sharing.laws import LAWS
from mumian.rooms.sharing.limits import kind_of
from mumian.rooms.sharing.matching import candidates
from mumian.rooms.sharing.model import (
    AnswerTicket,
    AssignTicket,
    CloseTicket,
    Command,
    ConfirmAttributes,
    CorrectDefect,
    DeliverTicket,
    EndShare,
    EnrolBody,
    Event,
    FeedBackResult,
    GrantShare,
    MeetLimit,
    OrderCorrection,
    RaiseTicket,
    RefuseShare,
    RejectDefect,
    ReportDefect,
    ReportUse,
    RequestShare,
    ReturnAttributes,
    SetAttributes,
    SharingFacts,
    State,
    WithdrawShareRequest,
)
from mumian.rooms.sharing.model import SharingRefusal as R
from mumian.rooms.sharing.records import Body
from mumian.rooms.sharing.shares import FITTING
from mumian.rooms.sharing.vocabulary import (
    LIVE,
    Attribute,
    Attributes,
    AttributeState,
    BodyLevel,
    CannotReason,
    Card,
    DefectId,
    DefectRejection,
    DefectState,
    Dimension,
    Effect,
    EndCause,
    Feedback,
    Flow,
    Level,
    Limit,
    Reason,
    Resource,
    ResultKind,
    ReturnReason,
    ShareId,
    ShareRefusal,
    ShareState,
    TicketAnswer,
    TicketId,
    TicketResult,
    TicketState,
    Way,
)

A, B, C = "a" * 64, "b" * 64, "c" * 64
HOLDER, ASKER, BUREAU, FIRM, OTHER, OPERATOR = (PartyId(f"party-{n}") for n in range(1, 7))
RESOURCE = ResourceId("resource-1")
SEEN = Resource(RESOURCE, HOLDER, DataKind.PUBLIC, ("line", "at", "delay"))
ROLES = {
    HOLDER: (Role.PUBLIC_BODY,), ASKER: (Role.PUBLIC_BODY,), BUREAU: (Role.DATA_BUREAU,), FIRM: (Role.BUYER,),
    OTHER: (Role.PUBLIC_BODY, Role.DATA_BUREAU), OPERATOR: (Role.PUBLIC_DATA_OPERATOR,),
}  # fmt: skip

FREE = Attribute(Level.UNCONDITIONAL)
BOUND = Attribute(Level.CONDITIONAL, Reason.PERSONAL_INFORMATION, "PIPL-13")
CLOSED = Attribute(Level.NONE, Reason.STATE_SECRET, "SECRETS-9")
OF_LEVEL = {Level.UNCONDITIONAL: FREE, Level.CONDITIONAL: BOUND, Level.NONE: CLOSED}
AUTUMN = "2026-09-21"
"""A Monday: 25 to 27 September are Mid-Autumn, 1 to 7 October National Day, 10 October is made up."""

SHARE, TICKET, DEFECT = ShareId("share-105"), TicketId("ticket-101"), DefectId("defect-107")
UNTIL = morning(AUTUMN) + 300 * DAY_MS


def empty() -> State:
    return State(*(DictTable[Any]() for _ in State.__struct_fields__))


class Office(RealCalendar):
    def __init__(self, day: str = AUTUMN) -> None:
        super().__init__(empty(), decide, evolve, MEET, day)
        self.known: dict[str, Any] = {
            "resource": SEEN, "duty_listed": True, "is_body": True, "is_bureau": True, "bureau_in_office": True,
            "is_person": False, "published_at": None, "operates": True, "cards": CARDS,
        }  # fmt: skip

    def by(self, actor: str, **known: Any) -> SharingFacts:
        """Return the facts of the next leaf."""
        self.seq += 1
        roles = frozenset(ROLES.get(PartyId(actor), ()))
        return SharingFacts(seq=self.seq, now=self.now, actor=PartyId(actor), roles=roles, **{**self.known, **known})

    def do(self, actor: str, command: Command, **known: Any) -> Any:
        event = self.say(command, self.by(actor, **known))
        assert [place for law in LAWS for place in law(self.state)] == []
        return event

    def but(self, **known: Any) -> Office:
        self.known.update(known)
        return self

    def enrolled(self) -> Office:
        self.do(BUREAU, EnrolBody(HOLDER, "440100", BodyLevel.CITY, "transport"))
        self.do(BUREAU, EnrolBody(ASKER, "440106", BodyLevel.DISTRICT, "police"))
        return self

    def proposed(self, share: Attribute = BOUND, opened: Attribute = FREE, *, as_file: bool = False) -> Office:
        self.enrolled().do(HOLDER, SetAttributes(RESOURCE, Attributes(share, opened, as_file)))
        return self

    def confirmed(self, share: Attribute = BOUND, opened: Attribute = FREE) -> Office:
        self.proposed(share, opened).do(BUREAU, ConfirmAttributes(RESOURCE))
        return self

    def requested(self, share: Attribute = BOUND, fields: tuple[str, ...] = ("line", "at")) -> Office:
        self.confirmed(share).do(ASKER, replace(REQUEST, fields=fields))
        return self

    def granted(self, share: Attribute = BOUND) -> Office:
        conditions = ("no-onward",) if share.level is Level.CONDITIONAL else ()
        self.requested(share).do(HOLDER, GrantShare(SHARE, (), conditions))
        return self

    def escalated(self) -> Office:
        return self.requested().until("2026-10-20")

    def raised(self) -> Office:
        self.do(FIRM, RAISE)
        return self

    def assigned(self) -> Office:
        self.raised().do(BUREAU, AssignTicket(TICKET, HOLDER))
        return self

    def answered(self, answer: TicketAnswer = TicketAnswer.WILL_DELIVER) -> Office:
        reason = None if answer is TicketAnswer.WILL_DELIVER else CannotReason.ANOTHER_HOLDER
        self.assigned().do(HOLDER, AnswerTicket(TICKET, answer, reason))
        return self

    def delivered(self) -> Office:
        self.answered().do(HOLDER, DeliverTicket(TICKET, RESOURCE, Way.OPERATION))
        return self

    def reported(self) -> Office:
        self.granted().do(ASKER, ReportDefect(SHARE, Dimension.ACCURACY, ("at",), A))
        return self

    @property
    def share(self) -> Any:
        return self.state.shares[SHARE]

    @property
    def ticket(self) -> Any:
        return self.state.tickets[TICKET]

    @property
    def defect(self) -> Any:
        return self.state.defects[DEFECT]


CARDS = (Card(RESOURCE, "G54", ("公交", "到站")), Card(ResourceId("resource-2"), "A01", ("水稻",)))
REQUEST = RequestShare(RESOURCE, "case-review", "duty-1", ("line", "at"), UNTIL)
RAISE = RaiseTicket(BUREAU, "公交到站时刻", "G54", ("到站",), "insurance-risk", A)


def refused(answer: Any) -> R:
    assert isinstance(answer, Refused), answer
    assert "{" not in answer.say("en") + answer.say("zh")
    found = answer.refusal
    assert isinstance(found, R)
    return found


def test_ids_of_the_story_are_those_of_the_table() -> None:
    assert list(Office().granted().state.shares) == [SHARE]
    assert list(Office().raised().state.tickets) == [TICKET]
    assert list(Office().reported().state.defects) == [DEFECT]


# ---- refusals ---------------------------------------------------------------------------------------------------------


def ended(cause: EndCause = EndCause.GIVEN_UP) -> Office:
    office = Office().granted()
    office.do(ASKER if cause is EndCause.GIVEN_UP else HOLDER, EndShare(SHARE, cause))
    return office


def fed_back() -> Office:
    office = Office().granted()
    office.do(ASKER, ReportUse(SHARE, Effect.TIME_SAVED, 12, C))
    return office


def flaw_escalated() -> Office:
    return Office().reported().until("2026-10-20")


def later(office: Office, day: str) -> Office:
    """Move the clock without meeting limits."""
    office.now = morning(day)
    return office


def closed_after(share: Attribute) -> Office:
    """What was requested is not shared any more."""
    office = Office().requested()
    office.do(HOLDER, SetAttributes(RESOURCE, Attributes(share, FREE)))
    office.do(BUREAU, ConfirmAttributes(RESOURCE))
    return office


def an(share: Attribute = FREE, opened: Attribute = FREE, *, as_file: bool = False) -> SetAttributes:
    return SetAttributes(RESOURCE, Attributes(share, opened, as_file))


GONE, COMPANY = replace(SEEN, withdrawn=True), replace(SEEN, kind=DataKind.ENTERPRISE)
ENROL = EnrolBody(HOLDER, "440100", BodyLevel.CITY, "transport")
GRANT, REFUSE = GrantShare(SHARE, (), ("no-onward",)), RefuseShare(SHARE, ShareRefusal.CONDITION_NOT_MET, C)
USE = ReportUse(SHARE, Effect.TIME_SAVED, 1, C)
REPORT = ReportDefect(SHARE, Dimension.ACCURACY, (), A)
NOT_SO = RejectDefect(DEFECT, DefectRejection.AS_COLLECTED, C)
BACK = FeedBackResult(RESOURCE, ResultKind.INDICATOR, C)
BEFORE_ALL = "2023-12-30"
"""A day before any rule of the market's own."""

REFUSALS: list[tuple[Office, str, Command, R]] = [
    (Office().requested(), HOLDER, MeetLimit(SHARE, Limit.ANSWER), R.ONLY_THE_MARKET),
    (Office().granted(), ASKER, EndShare(SHARE, EndCause.PERIOD_OVER), R.ONLY_THE_MARKET),
    (Office(), HOLDER, ENROL, R.NOT_A_BUREAU),
    (Office().proposed(), HOLDER, ConfirmAttributes(RESOURCE), R.NOT_A_BUREAU),
    (Office().proposed(), ASKER, ReturnAttributes(RESOURCE, ReturnReason.TOO_OPEN), R.NOT_A_BUREAU),
    (Office().escalated(), ASKER, GRANT, R.NOT_A_BUREAU),
    (Office().escalated(), HOLDER, GRANT, R.TOO_LATE),
    (Office().escalated(), HOLDER, REFUSE, R.TOO_LATE),
    (Office().but(is_bureau=False), FIRM, RAISE, R.NOT_A_BUREAU),
    (Office().raised(), HOLDER, AssignTicket(TICKET, HOLDER), R.NOT_A_BUREAU),
    (Office().raised(), FIRM, CloseTicket(TICKET, TicketResult.NO_SOURCE), R.NOT_A_BUREAU),
    (flaw_escalated(), HOLDER, NOT_SO, R.TOO_LATE),
    (flaw_escalated(), ASKER, OrderCorrection(DEFECT, C), R.NOT_A_BUREAU),
    (Office().but(is_body=False), BUREAU, ENROL, R.NOT_A_PUBLIC_BODY),
    (Office(), FIRM, an(), R.NOT_A_PUBLIC_BODY),
    (Office().confirmed(), FIRM, REQUEST, R.NOT_A_PUBLIC_BODY),
    (Office().raised().but(is_body=False), BUREAU, AssignTicket(TICKET, FIRM), R.NOT_A_PUBLIC_BODY),
    (Office().but(operates=False), OPERATOR, BACK, R.NOT_THE_OPERATOR),
    (Office().but(is_person=True), FIRM, RAISE, R.ONLY_ORGANISATIONS),
    (Office().but(resource=None), HOLDER, an(), R.UNKNOWN),
    (Office().confirmed().but(resource=None), ASKER, REQUEST, R.UNKNOWN),
    (Office().but(resource=None), OPERATOR, BACK, R.UNKNOWN),
    (Office(), BUREAU, ConfirmAttributes(RESOURCE), R.UNKNOWN),
    *((Office(), ASKER, command, R.UNKNOWN) for command in (
        GRANT, REFUSE, WithdrawShareRequest(SHARE), EndShare(SHARE, EndCause.GIVEN_UP), USE, REPORT,
        AssignTicket(TICKET, HOLDER), AnswerTicket(TICKET, TicketAnswer.CANNOT), DeliverTicket(TICKET, RESOURCE, Way.OPEN),
        CloseTicket(TICKET, TicketResult.SATISFIED), CorrectDefect(DEFECT, B), NOT_SO, OrderCorrection(DEFECT, C),
    )),
    (Office().enrolled(), ASKER, an(), R.NOT_YOURS),
    (Office().proposed(), OTHER, ConfirmAttributes(RESOURCE), R.NOT_YOURS),
    (Office().requested(), ASKER, GRANT, R.NOT_YOURS),
    (Office().requested(), BUREAU, REFUSE, R.NOT_YOURS),
    (Office().escalated(), OTHER, GRANT, R.NOT_YOURS),
    (Office().requested(), HOLDER, WithdrawShareRequest(SHARE), R.NOT_YOURS),
    (Office().granted(), HOLDER, EndShare(SHARE, EndCause.GIVEN_UP), R.NOT_YOURS),
    (Office().granted(), ASKER, EndShare(SHARE, EndCause.MISUSED), R.NOT_YOURS),
    (Office().granted(), HOLDER, USE, R.NOT_YOURS),
    (Office().granted(), HOLDER, REPORT, R.NOT_YOURS),
    (Office().raised(), OTHER, AssignTicket(TICKET, HOLDER), R.NOT_YOURS),
    (Office().assigned(), ASKER, AnswerTicket(TICKET, TicketAnswer.WILL_DELIVER), R.NOT_YOURS),
    (Office().answered(), ASKER, DeliverTicket(TICKET, RESOURCE, Way.OPEN), R.NOT_YOURS),
    (
        Office().answered().but(resource=replace(SEEN, holder=ASKER)), HOLDER,
        DeliverTicket(TICKET, RESOURCE, Way.OPERATION), R.NOT_YOURS,
    ),
    (Office().delivered(), HOLDER, CloseTicket(TICKET, TicketResult.SATISFIED), R.NOT_YOURS),
    (Office().raised(), BUREAU, CloseTicket(TICKET, TicketResult.WITHDRAWN), R.NOT_YOURS),
    (Office().reported(), ASKER, CorrectDefect(DEFECT, B), R.NOT_YOURS),
    (Office().reported(), BUREAU, NOT_SO, R.NOT_YOURS),
    (flaw_escalated(), OTHER, OrderCorrection(DEFECT, C), R.NOT_YOURS),
    (Office().enrolled(), OTHER, ENROL, R.BODY_OF_ANOTHER),
    (later(Office().enrolled(), BEFORE_ALL), HOLDER, an(), R.RULE_NOT_IN_FORCE),
    (later(Office().confirmed(), BEFORE_ALL), ASKER, REQUEST, R.RULE_NOT_IN_FORCE),
    (later(Office().requested(), BEFORE_ALL), HOLDER, GRANT, R.RULE_NOT_IN_FORCE),
    (later(Office(), BEFORE_ALL), FIRM, RAISE, R.RULE_NOT_IN_FORCE),
    (later(Office().raised(), BEFORE_ALL), BUREAU, AssignTicket(TICKET, HOLDER), R.RULE_NOT_IN_FORCE),
    (later(Office().assigned(), BEFORE_ALL), HOLDER, AnswerTicket(TICKET, TicketAnswer.WILL_DELIVER), R.RULE_NOT_IN_FORCE),
    (later(Office().answered(), BEFORE_ALL), HOLDER, DeliverTicket(TICKET, RESOURCE, Way.OPERATION), R.RULE_NOT_IN_FORCE),
    (later(Office().granted(), BEFORE_ALL), ASKER, REPORT, R.RULE_NOT_IN_FORCE),
    (later(flaw_escalated(), BEFORE_ALL), BUREAU, OrderCorrection(DEFECT, C), R.RULE_NOT_IN_FORCE),
    (later(Office(), "2024-12-05"), OPERATOR, BACK, R.RULE_NOT_IN_FORCE),
    (Office().enrolled().but(resource=GONE), HOLDER, an(), R.WITHDRAWN),
    (Office().confirmed().but(resource=GONE), ASKER, REQUEST, R.WITHDRAWN),
    (Office().requested().but(resource=GONE), HOLDER, GRANT, R.WITHDRAWN),
    (Office().answered().but(resource=GONE), HOLDER, DeliverTicket(TICKET, RESOURCE, Way.OPEN), R.WITHDRAWN),
    (Office().but(resource=GONE), OPERATOR, BACK, R.WITHDRAWN),
    (Office().enrolled().but(resource=COMPANY), HOLDER, an(), R.NOT_PUBLIC_DATA),
    (Office().confirmed().but(resource=COMPANY), ASKER, REQUEST, R.NOT_PUBLIC_DATA),
    (Office().confirmed(), BUREAU, ConfirmAttributes(RESOURCE), R.WRONG_STATE),
    (Office().granted(), HOLDER, GRANT, R.WRONG_STATE),
    (ended(), HOLDER, REFUSE, R.WRONG_STATE),
    (Office().granted(), ASKER, WithdrawShareRequest(SHARE), R.WRONG_STATE),
    (Office().requested(), ASKER, EndShare(SHARE, EndCause.GIVEN_UP), R.WRONG_STATE),
    (ended(), ASKER, REPORT, R.WRONG_STATE),
    (Office().assigned(), BUREAU, AssignTicket(TICKET, ASKER), R.WRONG_STATE),
    (Office().answered(), BUREAU, AssignTicket(TICKET, ASKER), R.WRONG_STATE),
    (Office().answered(), HOLDER, AnswerTicket(TICKET, TicketAnswer.WILL_DELIVER), R.WRONG_STATE),
    (Office().assigned(), HOLDER, DeliverTicket(TICKET, RESOURCE, Way.OPEN), R.WRONG_STATE),
    (Office().answered(TicketAnswer.CANNOT), HOLDER, DeliverTicket(TICKET, RESOURCE, Way.OPEN), R.WRONG_STATE),
    (Office().answered(), FIRM, CloseTicket(TICKET, TicketResult.SATISFIED), R.WRONG_STATE),
    (flaw_escalated(), BUREAU, ConfirmAttributes(RESOURCE), R.WRONG_STATE),
    (Office().reported(), BUREAU, OrderCorrection(DEFECT, C), R.WRONG_STATE),
    (Office(), HOLDER, an(), R.NEEDS_INFO),
    (Office().enrolled(), HOLDER, an(Attribute(Level.CONDITIONAL, None, "PIPL-13")), R.NEEDS_INFO),
    (Office().enrolled(), HOLDER, an(Attribute(Level.CONDITIONAL, Reason.STATUTE)), R.NEEDS_INFO),
    (Office().enrolled(), HOLDER, an(FREE, Attribute(Level.NONE, None, "PIPL-13")), R.NEEDS_INFO),
    (Office().enrolled(), HOLDER, an(FREE, Attribute(Level.NONE, Reason.SECURITY)), R.NEEDS_INFO),
    (Office().confirmed(), OTHER, REQUEST, R.NEEDS_INFO),
    (Office().confirmed(), ASKER, replace(REQUEST, duty_item=None), R.NEEDS_INFO),
    (Office().confirmed(), ASKER, replace(REQUEST, use_to=None), R.NEEDS_INFO),
    (Office().requested(), HOLDER, GrantShare(SHARE), R.NEEDS_INFO),
    (Office().assigned(), HOLDER, AnswerTicket(TICKET, TicketAnswer.CANNOT), R.NEEDS_INFO),
    (Office().enrolled(), HOLDER, an(Attribute(Level.UNCONDITIONAL, Reason.STATUTE)), R.REASON_MISPLACED),
    (Office().enrolled(), HOLDER, an(FREE, Attribute(Level.UNCONDITIONAL, None, "PIPL-13")), R.REASON_MISPLACED),
    (
        Office().assigned(), HOLDER,
        AnswerTicket(TICKET, TicketAnswer.WILL_DELIVER, CannotReason.STATUTE), R.REASON_MISPLACED,
    ),
    (Office().enrolled(), HOLDER, an(FREE, BOUND, as_file=True), R.FILE_NEEDS_OPEN),
    (Office().enrolled(), HOLDER, an(FREE, CLOSED, as_file=True), R.FILE_NEEDS_OPEN),
    (Office().enrolled(), ASKER, REQUEST, R.NOT_CONFIRMED),
    (Office().proposed(), ASKER, REQUEST, R.NOT_CONFIRMED),
    (Office().answered(), HOLDER, DeliverTicket(TICKET, RESOURCE, Way.OPEN), R.NOT_CONFIRMED),
    (Office().confirmed(), HOLDER, REQUEST, R.OWN_DATA),
    (Office().requested(), ASKER, REQUEST, R.ALREADY_REQUESTED),
    (Office().granted(), ASKER, REQUEST, R.ALREADY_REQUESTED),
    (Office().confirmed().but(duty_listed=False), ASKER, REQUEST, R.DUTY_ITEM_UNKNOWN),
    (Office().confirmed(), ASKER, replace(REQUEST, fields=("line", "driver")), R.FIELD_OUTSIDE),
    (Office().requested(), HOLDER, GrantShare(SHARE, ("delay",), ("no-onward",)), R.FIELD_OUTSIDE),
    (Office().granted(), ASKER, ReportDefect(SHARE, Dimension.ACCURACY, ("delay",), A), R.FIELD_OUTSIDE),
    (Office().confirmed(), ASKER, replace(REQUEST, use_to=morning(AUTUMN)), R.PERIOD_EMPTY),
    (Office().requested(), HOLDER, replace(GRANT, use_to=morning(AUTUMN)), R.PERIOD_EMPTY),
    (later(Office().requested(), "2027-07-18"), HOLDER, GRANT, R.PERIOD_EMPTY),
    (Office().confirmed(), ASKER, replace(REQUEST, use_to=morning("2029-09-21")), R.PERIOD_TOO_LONG),
    (closed_after(CLOSED), HOLDER, GRANT, R.GRANT_AGAINST_ATTRIBUTE),
    (Office().requested(FREE), HOLDER, GRANT, R.CONDITIONS_MISPLACED),
    (Office().requested(), HOLDER, replace(GRANT, use_to=UNTIL + 1), R.PERIOD_WIDER),
    (Office().requested(FREE), HOLDER, REFUSE, R.REASON_DOES_NOT_FIT),
    (fed_back(), ASKER, USE, R.FEEDBACK_NOT_DUE),
    (Office().requested(), ASKER, USE, R.FEEDBACK_NOT_DUE),
    (Office(), FIRM, replace(RAISE, title=""), R.TEXT_UNFIT),
    (Office(), FIRM, replace(RAISE, title="木" * 41), R.TEXT_UNFIT),
    (Office(), FIRM, replace(RAISE, title="公\u202e交"), R.TEXT_UNFIT),
    (Office(), FIRM, replace(RAISE, keywords=("公交", "　")), R.TEXT_UNFIT),
    (Office(), FIRM, replace(RAISE, keywords=("木" * 21,)), R.TEXT_UNFIT),
    (Office().reported(), HOLDER, CorrectDefect(DEFECT, B), R.VERSION_UNKNOWN),
    (Office().reported().but(published_at=morning("2026-09-20")), HOLDER, CorrectDefect(DEFECT, B), R.VERSION_UNKNOWN),
]  # fmt: skip


def with_ticket(share: Attribute, opened: Attribute) -> Office:
    """A ticket that the holder said it will deliver, and attributes that are confirmed."""
    office = Office().answered()
    office.enrolled().do(HOLDER, SetAttributes(RESOURCE, Attributes(share, opened)))
    office.do(BUREAU, ConfirmAttributes(RESOURCE))
    return office


WAYS: list[tuple[str, Attribute, Attribute, Way, R | None]] = [
    # who asks, share attribute, open attribute, way, refusal
    (FIRM, FREE, FREE, Way.OPEN, None),
    (FIRM, CLOSED, BOUND, Way.OPEN, None),
    (FIRM, FREE, CLOSED, Way.OPEN, R.WAY_DOES_NOT_FIT),
    (FIRM, FREE, FREE, Way.SHARE, R.WAY_DOES_NOT_FIT),
    (ASKER, BOUND, CLOSED, Way.SHARE, None),
    (ASKER, CLOSED, FREE, Way.SHARE, R.WAY_DOES_NOT_FIT),
    (FIRM, CLOSED, CLOSED, Way.OPERATION, None),
]


@pytest.mark.parametrize(("raiser", "share", "opened", "way", "refusal"), WAYS)
def test_data_is_had_in_the_ways_that_its_attributes_allow(
    raiser: str, share: Attribute, opened: Attribute, way: Way, refusal: R | None
) -> None:
    office = with_ticket(share, opened)
    office.state.tickets[TICKET] = replace(office.ticket, raiser=PartyId(raiser))
    answer = office.ask(DeliverTicket(TICKET, RESOURCE, way), office.by(HOLDER))
    assert (refused(answer) if isinstance(answer, Refused) else None) is refusal


@pytest.mark.parametrize(("office", "actor", "command", "refusal"), REFUSALS)
def test_the_room_of_sharing_refuses_by_name(office: Office, actor: str, command: Command, refusal: R) -> None:
    before = deepcopy(office.state)
    assert refused(office.ask(command, office.by(actor))) is refusal
    assert office.state == before


def test_every_refusal_of_sharing_has_a_case() -> None:
    assert {case[-1] for case in (*REFUSALS, *WAYS)} - {None} == set(R)


# ---- attributes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", Level)
@pytest.mark.parametrize("share", Level)
def test_each_attribute_is_set_with_its_reason_and_holds_once_confirmed(share: Level, opened: Level) -> None:
    office = Office().proposed(OF_LEVEL[share], OF_LEVEL[opened])
    assert views.attributes_of(office.state, RESOURCE) is None
    office.do(BUREAU, ConfirmAttributes(RESOURCE))
    found = views.attributes_of(office.state, RESOURCE)
    assert found is not None
    assert (found.share.level, found.open.level) == (share, opened)


def test_what_was_confirmed_holds_until_new_attributes_are() -> None:
    office = Office().confirmed(FREE)
    office.do(HOLDER, an(BOUND))
    assert views.attributes_of(office.state, RESOURCE) == Attributes(FREE, FREE)
    office.do(BUREAU, ReturnAttributes(RESOURCE, ReturnReason.TOO_RESTRICTED))
    assert views.attributes_of(office.state, RESOURCE) == Attributes(FREE, FREE)
    assert office.state.attributes[RESOURCE].state is AttributeState.RETURNED
    assert [task.task for task in views.desk_of_body(office.state, HOLDER)] == ["set_attributes"]
    office.do(HOLDER, an(BOUND))
    office.do(BUREAU, ConfirmAttributes(RESOURCE))
    assert views.attributes_of(office.state, RESOURCE) == Attributes(BOUND, FREE)


@pytest.mark.parametrize("as_file", [True, False])
def test_raw_data_is_a_file_only_if_it_is_open_to_all_and_said_so(as_file: bool) -> None:
    office = Office().proposed(BOUND, FREE, as_file=as_file)
    assert not views.may_be_opened_as_a_file(office.state, RESOURCE)
    office.do(BUREAU, ConfirmAttributes(RESOURCE))
    assert views.may_be_opened_as_a_file(office.state, RESOURCE) is as_file
    assert not views.may_be_opened_as_a_file(office.state, ResourceId("resource-9"))


def test_a_bureau_that_confirms_nothing_is_seen_and_nothing_is_confirmed_for_it() -> None:
    office = Office().proposed()
    assert office.last_day(RESOURCE, kind_of(Limit.CONFIRM)) == "2026-10-12"
    office.until("2026-10-13")
    assert [(event.thing, event.owner) for event in office.happened(LimitPassed)] == [(RESOURCE, BUREAU)]
    assert views.attributes_of(office.state, RESOURCE) is None
    assert [task for task in views.desk_of_bureau(office.state, BUREAU) if task.is_overdue] != []


def test_a_body_moves_to_another_bureau_when_its_own_is_no_more() -> None:
    office = Office().proposed().but(bureau_in_office=False)
    office.do(OTHER, ENROL)
    assert list(views.bodies_under(office.state, BUREAU)) == [ASKER]
    assert list(views.bodies_under(office.state, OTHER)) == [HOLDER]
    office.do(OTHER, ConfirmAttributes(RESOURCE))


# ---- flows ------------------------------------------------------------------------------------------------------------


def a_body(region: str, level: BodyLevel, department: str = "transport") -> Body:
    return Body(region, level, department, BUREAU)


CITY, DISTRICT, PROVINCE = BodyLevel.CITY, BodyLevel.DISTRICT, BodyLevel.PROVINCE
DEPARTMENT, LEVEL, REGION = Flow.CROSS_DEPARTMENT, Flow.CROSS_LEVEL, Flow.CROSS_REGION
FLOWS = [
    (a_body("440100", CITY), a_body("440100", CITY), ()),
    (a_body("440100", CITY), a_body("440100", CITY, "police"), (DEPARTMENT,)),
    (a_body("440100", CITY), a_body("440106", DISTRICT), (LEVEL,)),
    (a_body("440106", DISTRICT), a_body("440000", PROVINCE), (LEVEL,)),
    (a_body("440106", DISTRICT), a_body("000000", BodyLevel.NATIONAL, "police"), (DEPARTMENT, LEVEL)),
    (a_body("440106", DISTRICT), a_body("440104", DISTRICT), (REGION,)),
    (a_body("440100", CITY), a_body("440300", CITY), (REGION,)),
    (a_body("440106", DISTRICT), a_body("440300", CITY), (LEVEL, REGION)),
    (a_body("440100", CITY), a_body("310000", PROVINCE, "police"), (DEPARTMENT, LEVEL, REGION)),
]


@pytest.mark.parametrize(("one", "other", "flows"), FLOWS)
def test_what_a_share_crosses_follows_from_where_its_bodies_are_enrolled(
    one: Body, other: Body, flows: tuple[Flow, ...]
) -> None:
    assert flows_between(one, other) == flows_between(other, one) == flows


def test_a_share_records_what_it_crosses() -> None:
    assert Office().requested().share.flows == (DEPARTMENT, LEVEL)


# ---- shares -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ShareRefusal)
@pytest.mark.parametrize("level", Level)
def test_a_share_is_refused_only_for_a_reason_that_fits_its_attribute(level: Level, reason: ShareRefusal) -> None:
    office = Office().requested(OF_LEVEL[level])
    answer = office.ask(RefuseShare(SHARE, reason, C), office.by(HOLDER))
    if reason in FITTING[level]:
        assert isinstance(answer[0], ShareRefused)
        assert (office.share.state, office.share.refusal) == (ShareState.REFUSED, reason)
        office.do(ASKER, REQUEST)
    else:
        assert refused(answer) is R.REASON_DOES_NOT_FIT


ANSWERS = [
    # share attribute, last day for the holder, last day of the bureau's ruling when it is let pass
    (FREE, "2026-09-24", "2026-10-15"),
    (BOUND, "2026-10-12", "2026-10-27"),
    (CLOSED, "2026-10-12", "2026-10-27"),
]


@pytest.mark.parametrize(("share", "answer", "ruling"), ANSWERS)
def test_silence_grants_nothing_and_refuses_nothing_but_goes_to_the_bureau(
    share: Attribute, answer: str, ruling: str
) -> None:
    office = Office().requested(share)
    assert office.last_day(SHARE, kind_of(Limit.ANSWER)) == answer
    office.until(answer)
    assert office.share.state is ShareState.REQUESTED
    office.until("2026-10-13")
    assert office.share.state is ShareState.ESCALATED
    assert [event.bureau for event in office.happened(ShareEscalated)] == [BUREAU]
    assert office.last_day(SHARE, kind_of(Limit.RULING)) == ruling
    office.until("2026-12-01")
    assert (office.share.state, office.share.is_ruling_overdue) == (ShareState.ESCALATED, True)
    assert [(event.limit, event.owner) for event in office.happened(LimitPassed)] == [(Limit.RULING, BUREAU)]


def test_the_bureau_grants_or_refuses_what_the_holder_did_not_answer() -> None:
    granted = Office().escalated()
    granted.do(BUREAU, GRANT)
    assert (granted.share.state, granted.happened(ShareGranted)[0].by) == (ShareState.GRANTED, BUREAU)
    refusing = Office().escalated()
    refusing.do(BUREAU, REFUSE)
    assert refusing.share.state is ShareState.REFUSED
    assert list(refusing.clocks.clocks) == []


@pytest.mark.parametrize("until", ["2026-09-23", "2026-12-01"])
def test_a_request_lapses_when_the_time_for_which_it_was_asked_has_passed(until: str) -> None:
    office = Office().confirmed()
    office.do(ASKER, replace(REQUEST, use_to=morning(until)))
    office.until(until)
    assert (office.share.state, list(office.clocks.clocks)) == (ShareState.LAPSED, [])
    assert office.happened(ShareRefused) == []
    office.do(ASKER, REQUEST)


def test_a_request_is_withdrawn_before_it_is_answered() -> None:
    for office in (Office().requested(), Office().escalated()):
        office.do(ASKER, WithdrawShareRequest(SHARE))
        assert (office.share.state, list(office.clocks.clocks)) == (ShareState.WITHDRAWN, [])


def test_a_grant_may_be_narrower_than_the_request() -> None:
    office = Office().requested()
    office.do(HOLDER, GrantShare(SHARE, ("line",), ("no-onward",), morning("2026-12-01")))
    assert (office.share.granted, office.share.fields) == (("line",), ("line", "at"))
    assert views.is_in_force(office.state, SHARE, now=office.now)
    office.until("2026-12-01")
    assert (office.share.state, office.share.ended) == (ShareState.ENDED, EndCause.PERIOD_OVER)
    assert not views.is_in_force(office.state, SHARE, now=office.now)


def test_a_grant_of_everything_that_was_asked_for_gives_just_that() -> None:
    assert Office().granted().share.granted == ("line", "at")
    office = Office().requested(fields=())
    office.do(HOLDER, GRANT)
    assert office.share.granted == ()


PERIODS = [("2029-09-20", None), ("2029-09-21", R.PERIOD_TOO_LONG)]


@pytest.mark.parametrize(("day", "refusal"), PERIODS)
def test_a_use_period_lasts_as_long_as_the_setting_allows(day: str, refusal: R | None) -> None:
    office = Office().confirmed()
    answer = office.ask(replace(REQUEST, use_to=morning(day) - 9 * 3_600_000 + DAY_MS), office.by(ASKER))
    assert (refused(answer) if isinstance(answer, Refused) else None) is refusal


@pytest.mark.parametrize("cause", [cause for cause in EndCause if cause is not EndCause.PERIOD_OVER])
def test_a_share_ends_by_who_has_cause_to_end_it(cause: EndCause) -> None:
    office = ended(cause)
    assert (office.share.state, office.share.ended) == (ShareState.ENDED, cause)
    assert office.last_day(SHARE, kind_of(Limit.PERIOD)) == ""
    assert len(office.happened(ShareEnded)) == 1


def test_use_feedback_is_due_ninety_days_after_the_grant_and_late_rather_than_never() -> None:
    office = Office().granted()
    assert office.last_day(SHARE, kind_of(Limit.FEEDBACK)) == "2026-12-20"
    office.until("2026-12-20")
    assert office.share.feedback is Feedback.DUE
    office.until("2026-12-21")
    assert (office.share.feedback, office.happened(LimitPassed)[0].owner) == (Feedback.OVERDUE, ASKER)
    office.do(ASKER, USE)
    assert office.share.feedback is Feedback.GIVEN


def test_a_share_that_ended_still_owes_its_feedback() -> None:
    office = ended()
    assert office.last_day(SHARE, kind_of(Limit.FEEDBACK)) == "2026-12-20"
    office.do(ASKER, USE)
    assert office.last_day(SHARE, kind_of(Limit.FEEDBACK)) == ""


# ---- tickets ----------------------------------------------------------------------------------------------------------


def test_an_assignment_lists_what_of_the_holder_fits() -> None:
    assert Office().assigned().ticket.candidates == (RESOURCE,)


MATCHES = [
    # industry, keywords, of (id: industry, keywords), in this order
    ("G54", ("到站",), [("1", "G54", ("公交", "到站")), ("2", "G54", ()), ("3", "G55", ("到站",))], "132"),
    ("G54", (), [("1", "G", ()), ("2", "G54", ()), ("3", "A01", ())], "2"),
    ("G", (), [("1", "G", ()), ("2", "G54", ()), ("3", "A01", ())], "12"),
    ("A01", ("GPS",), [("1", "G54", ("gps",)), ("2", "G54", ("ais",))], "1"),
    ("J66", ("a", "b"), [("1", "J66", ("a",)), ("2", "A01", ("b", "a")), ("3", "J", ("a",))], "213"),
    ("J66", (), [], ""),
]


@pytest.mark.parametrize(("industry", "keywords", "cards", "order"), MATCHES)
def test_a_ticket_is_matched_by_keywords_first_and_industry_next(
    industry: str, keywords: tuple[str, ...], cards: list[tuple[str, str, tuple[str, ...]]], order: str
) -> None:
    known = [Card(ResourceId(key), section, words) for key, section, words in cards]
    assert candidates(known, industry=industry, keywords=keywords) == tuple(order)
    assert candidates(reversed(known), industry=industry, keywords=keywords) == tuple(order)
    assert candidates(known, industry=industry, keywords=keywords, count_max=1) == tuple(order[:1])


def test_a_ticket_lives_from_demand_to_satisfaction() -> None:
    office = Office().delivered()
    assert (office.ticket.state, office.ticket.resource) == (TicketState.DELIVERED, RESOURCE)
    office.do(FIRM, CloseTicket(TICKET, TicketResult.SATISFIED))
    assert (office.ticket.state, office.ticket.result) == (TicketState.CLOSED, TicketResult.SATISFIED)
    assert list(office.clocks.clocks) == []
    answer = office.ask(CloseTicket(TICKET, TicketResult.WITHDRAWN), office.by(FIRM))
    assert refused(answer) is R.WRONG_STATE


CLOSED_BY = [
    (Office().raised(), FIRM, TicketResult.WITHDRAWN),
    (Office().assigned(), FIRM, TicketResult.WITHDRAWN),
    (Office().answered(), FIRM, TicketResult.WITHDRAWN),
    (Office().raised().until("2026-12-01"), FIRM, TicketResult.WITHDRAWN),
    (Office().raised(), BUREAU, TicketResult.NO_SOURCE),
    (Office().answered(TicketAnswer.CANNOT), BUREAU, TicketResult.NO_SOURCE),
    (Office().assigned().until("2026-12-01"), BUREAU, TicketResult.NO_SOURCE),
    (Office().delivered(), FIRM, TicketResult.NOT_SATISFIED),
    (Office().delivered().until("2026-12-01"), FIRM, TicketResult.SATISFIED),
]


@pytest.mark.parametrize(("office", "actor", "result"), CLOSED_BY)
def test_a_ticket_is_closed_by_who_may_say_so(office: Office, actor: str, result: TicketResult) -> None:
    office.do(actor, CloseTicket(TICKET, result))
    assert office.ticket.result is result
    assert list(office.clocks.clocks) == []


TICKET_LIMITS = [
    # state, limit, its last day, who let it pass
    (Office().raised(), Limit.TICKET_ASSIGN, "2026-09-29", BUREAU),
    (Office().assigned(), Limit.TICKET_ANSWER, "2026-10-12", HOLDER),
    (Office().answered(), Limit.TICKET_DELIVERY, "2026-10-26", HOLDER),
    (Office().answered(TicketAnswer.CANNOT), Limit.TICKET_ASSIGN, "2026-09-29", BUREAU),
    (Office().delivered(), Limit.TICKET_CONFIRM, "2026-10-12", FIRM),
]


@pytest.mark.parametrize(("office", "limit", "last", "owner"), TICKET_LIMITS)
def test_a_ticket_that_nobody_moves_is_overdue_and_can_be_assigned_anew(
    office: Office, limit: Limit, last: str, owner: str
) -> None:
    assert office.last_day(TICKET, kind_of(limit)) == last
    state = office.ticket.state
    assert office.until(last).ticket.state is state
    office.until("2026-11-01")
    assert office.ticket.state is TicketState.OVERDUE
    assert [(event.limit, event.owner) for event in office.happened(TicketOverdue)] == [(limit, owner)]
    assert [task.task for task in views.desk_of_bureau(office.state, BUREAU)] == ["assign_or_close"]
    office.do(BUREAU, AssignTicket(TICKET, ASKER))
    assert (office.ticket.state, office.ticket.holder) == (TicketState.ASSIGNED, ASKER)


def test_what_one_body_cannot_deliver_is_assigned_to_another() -> None:
    office = Office().answered(TicketAnswer.CANNOT)
    office.do(BUREAU, AssignTicket(TICKET, ASKER))
    assert (office.ticket.holder, office.ticket.reason, office.ticket.assignments) == (ASKER, None, 2)


# ---- defects and results ----------------------------------------------------------------------------------------------


def test_a_defect_is_corrected_by_a_version_that_came_after_it() -> None:
    office = Office().reported()
    assert office.last_day(DEFECT, kind_of(Limit.DEFECT_ANSWER)) == "2026-10-12"
    office.until("2026-09-22").do(HOLDER, CorrectDefect(DEFECT, B), published_at=office.now)
    assert (office.defect.state, office.defect.version_digest) == (DefectState.CORRECTED, B)
    assert office.last_day(DEFECT, kind_of(Limit.DEFECT_ANSWER)) == ""


def test_a_defect_is_rejected_with_its_reason() -> None:
    office = Office().reported()
    office.do(HOLDER, NOT_SO)
    assert (office.defect.state, office.defect.rejection) == (DefectState.REJECTED, DefectRejection.AS_COLLECTED)


def test_a_defect_that_nobody_answers_goes_to_the_bureau_which_orders_its_correction() -> None:
    office = flaw_escalated()
    assert [event.bureau for event in office.happened(DefectEscalated)] == [BUREAU]
    office.until("2026-11-02")
    assert office.defect.is_ruling_overdue
    office.do(BUREAU, OrderCorrection(DEFECT, C))
    assert (office.defect.state, office.defect.orders) == (DefectState.REPORTED, 1)
    assert office.last_day(DEFECT, kind_of(Limit.DEFECT_ANSWER)) == "2026-11-16"
    office.until("2026-11-17")
    assert office.defect.state is DefectState.ESCALATED


def test_the_bureau_may_find_that_there_is_no_defect_and_the_holder_may_correct_it_late() -> None:
    office = flaw_escalated()
    office.do(BUREAU, NOT_SO)
    assert office.defect.state is DefectState.REJECTED
    office = flaw_escalated()
    office.do(HOLDER, CorrectDefect(DEFECT, B), published_at=office.now)
    assert (office.defect.state, office.defect.is_escalated) == (DefectState.CORRECTED, True)


def test_what_operators_made_of_data_comes_back_to_its_source() -> None:
    office = Office()
    office.do(OPERATOR, BACK)
    assert list(views.results_for(office.state, HOLDER)) == [(RESOURCE, ResultKind.INDICATOR, OPERATOR)]
    assert list(views.results_for(office.state, OPERATOR)) == []


# ---- views, laws, bytes -----------------------------------------------------------------------------------------------

DESKS = [
    (Office().requested(), HOLDER, ["answer"]),
    (Office().escalated(), HOLDER, []),
    (Office().granted(), ASKER, ["report_use"]),
    (Office().assigned(), HOLDER, ["answer"]),
    (Office().answered(), HOLDER, ["deliver"]),
    (Office().answered(TicketAnswer.CANNOT), HOLDER, []),
    (Office().delivered(), FIRM, ["confirm_delivery"]),
    (Office().reported(), HOLDER, ["correct_or_reject"]),
    (flaw_escalated(), HOLDER, []),
]


@pytest.mark.parametrize(("office", "party", "tasks"), DESKS)
def test_a_desk_shows_what_waits_for_a_party_and_its_clock_runs(office: Office, party: str, tasks: list[str]) -> None:
    found = list(views.desk_of_body(office.state, PartyId(party)))
    assert [task.task for task in found] == tasks
    assert all(office.last_day(task.thing, task.limit) for task in found)


BUREAU_DESKS = [
    (Office().proposed(), ["confirm"]),
    (Office().escalated(), ["rule"]),
    (flaw_escalated(), ["rule"]),
    (Office().raised(), ["assign"]),
    (Office().answered(TicketAnswer.CANNOT), ["assign"]),
    (Office().answered(), []),
    (Office().granted(), []),
]


@pytest.mark.parametrize(("office", "tasks"), BUREAU_DESKS)
def test_a_bureaus_desk_shows_what_waits_for_it_and_its_clock_runs(office: Office, tasks: list[str]) -> None:
    found = list(views.desk_of_bureau(office.state, BUREAU))
    assert [task.task for task in found] == tasks
    assert all(office.last_day(task.thing, task.limit) for task in found)


FIGURES = [
    (Office().granted(), HOLDER, {"asked": 1, "granted": 1, "in_time": 1}),
    (Office().escalated(), HOLDER, {"asked": 1, "escalated": 1}),
    (Office().granted().until("2026-12-21"), ASKER, {"requested": 1, "feedback_overdue": 1}),
    (fed_back(), ASKER, {"requested": 1, "feedback_given": 1}),
    (flaw_escalated(), HOLDER, {"asked": 1, "granted": 1, "in_time": 1, "defects": 1, "defects_escalated": 1}),
    (Office().assigned().until("2026-11-01"), HOLDER, {"tickets": 1, "tickets_overdue": 1}),
    (Office().delivered(), HOLDER, {"tickets": 1, "tickets_delivered": 1}),
    (Office().raised(), HOLDER, {}),
]


@pytest.mark.parametrize(("office", "party", "counted"), FIGURES)
def test_figures_of_a_body_count_what_it_answered_in_time_and_what_was_escalated(
    office: Office, party: str, counted: dict[str, int]
) -> None:
    assert views.figures(office.state, PartyId(party)) == views.Figures(**counted)


def test_things_are_looked_up_by_their_id() -> None:
    state = Office().reported().state
    assert views.share(state, SHARE) is state.shares[SHARE]
    assert views.defect(state, DEFECT) is state.defects[DEFECT]
    assert views.ticket(state, TICKET) is None
    assert views.body(state, HOLDER) is state.bodies[HOLDER]
    assert [key for key, _ in views.catalogue(state)] == [RESOURCE]
    assert not views.is_in_force(state, "share-9", now=0)


def test_every_state_of_a_share_a_ticket_and_a_defect_is_reached() -> None:
    refusing, withdrawn, closing = Office().requested(), Office().requested(), Office().raised()
    refusing.do(HOLDER, REFUSE)
    withdrawn.do(ASKER, WithdrawShareRequest(SHARE))
    closing.do(FIRM, CloseTicket(TICKET, TicketResult.WITHDRAWN))
    lapsed = Office().requested().until("2027-08-01")
    shares = (Office().requested(), Office().escalated(), Office().granted(), refusing, withdrawn, lapsed, ended())
    assert [office.share.state for office in shares] == list(ShareState)
    tickets = (
        Office().raised(), Office().assigned(), Office().answered(), Office().delivered(), closing,
        Office().raised().until("2026-12-01"),
    )  # fmt: skip
    assert [office.ticket.state for office in tickets] == list(TicketState)
    corrected, rejected = Office().reported(), Office().reported()
    corrected.do(HOLDER, CorrectDefect(DEFECT, B), published_at=corrected.now)
    rejected.do(HOLDER, NOT_SO)
    defects = (Office().reported(), flaw_escalated(), corrected, rejected)
    assert [office.defect.state for office in defects] == list(DefectState)


def test_the_market_may_say_it_late_or_twice_and_is_never_refused() -> None:
    offices = (Office(), Office().confirmed(), ended(), fed_back(), Office().delivered(), flaw_escalated())
    things = (RESOURCE, SHARE, TICKET, DEFECT, "share-9")
    for office in offices:
        for thing in things:
            for limit in Limit:
                market = Facts(seq=1, now=office.now, actor=MARKET)
                assert isinstance(decide(office.state, MeetLimit(thing, limit), market), list)
    assert decide(later(Office().requested(), BEFORE_ALL).state, MeetLimit(SHARE, Limit.ANSWER), market) != []


def test_a_bureaus_limit_does_not_run_where_no_setting_is_in_force() -> None:
    office = later(Office().requested(), BEFORE_ALL)
    market = Facts(seq=1, now=office.now, actor=MARKET)
    (escalated,) = office.ask(MeetLimit(SHARE, Limit.ANSWER), market)
    assert escalated.clocks == ()


PLANTED: list[tuple[str, Office, str, str, dict[str, Any]]] = [
    ("what_is_not_unconditional_has_its_reason_and_basis", Office().confirmed(), "attributes", RESOURCE,
     {"confirmed": Attributes(Attribute(Level.NONE), FREE)}),
    ("what_is_not_unconditional_has_its_reason_and_basis", Office().confirmed(), "attributes", RESOURCE,
     {"proposed": Attributes(FREE, Attribute(Level.UNCONDITIONAL, Reason.STATUTE))}),
    ("raw_data_is_a_file_only_if_it_is_open_to_all", Office().confirmed(), "attributes", RESOURCE,
     {"confirmed": Attributes(FREE, BOUND, as_file=True)}),
    ("what_is_asked_for_is_found_by_who_asks", Office().granted(), "shares", SHARE, {"purpose": "another"}),
    ("every_party_finds_what_it_has_to_do_with", Office().granted(), "shares", SHARE, {"holder": OTHER}),
    ("every_party_finds_what_it_has_to_do_with", Office().enrolled(), "bodies", HOLDER, {"bureau": OTHER}),
    ("every_party_finds_what_it_has_to_do_with", Office().assigned(), "tickets", TICKET, {"holder": OTHER}),
    ("no_share_is_more_than_was_asked_for", Office().granted(), "shares", SHARE, {"granted": ("delay",)}),
    ("no_share_is_more_than_was_asked_for", Office().granted(), "shares", SHARE, {"requester": HOLDER}),
    ("an_answer_says_what_it_was", Office().granted(), "shares", SHARE, {"refusal": ShareRefusal.SECRET}),
    ("an_answer_says_what_it_was", Office().granted(), "shares", SHARE, {"ended": EndCause.PERIOD_OVER}),
    ("an_answer_says_what_it_was", Office().granted(), "shares", SHARE, {"feedback": Feedback.NOT_DUE}),
    ("a_ticket_stands_where_its_holder_brought_it", Office().assigned(), "tickets", TICKET, {"holder": PartyId("")}),
    ("a_ticket_stands_where_its_holder_brought_it", Office().answered(), "tickets", TICKET,
     {"state": TicketState.DELIVERED}),
    ("a_ticket_stands_where_its_holder_brought_it", Office().answered(), "tickets", TICKET,
     {"state": TicketState.CLOSED}),
    ("a_ticket_stands_where_its_holder_brought_it", Office().answered(), "tickets", TICKET,
     {"result": TicketResult.SATISFIED}),
]  # fmt: skip


@pytest.mark.parametrize(("law", "office", "table", "key", "planted"), PLANTED)
def test_a_planted_defect_breaks_its_law(
    law: str, office: Office, table: str, key: str, planted: dict[str, Any]
) -> None:
    rows = getattr(office.state, table)
    rows[key] = replace(rows[key], **planted)
    assert law in {each.__name__ for each in LAWS if list(each(office.state))}


def test_every_law_has_a_planted_defect() -> None:
    assert {law for law, *_ in PLANTED} == {law.__name__ for law in LAWS}


def test_commands_events_and_records_survive_canonical_bytes() -> None:
    for _, _, command, _ in REFUSALS:
        assert msgspec.json.decode(canonical(command), type=Command) == command
    for office in (
        flaw_escalated(),
        fed_back(),
        Office().delivered(),
        Office().escalated().until("2026-12-01"),
        ended(),
    ):
        for event in office.events:
            assert msgspec.json.decode(canonical(event), type=Event) == event
        for table in msgspec.structs.astuple(office.state):
            for _, record in table.under():
                assert msgspec.json.decode(canonical(record), type=type(record)) == record


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "sharing.EnrolBody", "body": "party-1", "region": "44010", "level": "city", "department": "police"},
        {"type": "sharing.EnrolBody", "body": "party-1", "region": "440100\n", "level": "city", "department": "police"},
        {"type": "sharing.EnrolBody", "body": "party-1", "region": "440100", "level": "city", "department": "公安"},
        {"type": "sharing.RequestShare", "resource": "resource-1", "purpose": "为张三办案"},
        {"type": "sharing.RaiseTicket", "bureau": "party-3", "title": "x", "industry": "Z99", "keywords": [],
         "purpose": "p", "need_digest": A},
        {"type": "sharing.RaiseTicket", "bureau": "party-3", "title": "x", "industry": "G54", "keywords": ["x"] * 11,
         "purpose": "p", "need_digest": A},
        {"type": "sharing.ReportUse", "share": "share-1", "effect": "time_saved", "uses": -1, "digest": A},
    ],
)  # fmt: skip
def test_what_has_no_such_form_is_turned_away_at_the_door(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, Command)


# ---- schedules --------------------------------------------------------------------------------------------------------

moves = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25), st.integers(0, 3)), min_size=20, max_size=60)


def next_move(office: Office, move: int, pick: int) -> tuple[str, Command]:
    """Return something plausible to say, of the last thing of each kind."""
    share = ShareId(list(office.state.shares)[-1 - pick % len(office.state.shares)]) if office.state.shares else SHARE
    ticket = TicketId(list(office.state.tickets)[-1]) if office.state.tickets else TICKET
    defect = DefectId(list(office.state.defects)[-1]) if office.state.defects else DEFECT
    said: list[tuple[str, Command]] = [
        (BUREAU, ENROL),
        (BUREAU, EnrolBody(ASKER, "440106", BodyLevel.DISTRICT, "police")),
        (HOLDER, an((FREE, BOUND, CLOSED)[pick % 3], FREE)),
        (BUREAU, ConfirmAttributes(RESOURCE)),
        (BUREAU, ReturnAttributes(RESOURCE, ReturnReason.TOO_OPEN)),
        (ASKER, replace(REQUEST, purpose=f"p{pick % 3}", use_to=office.now + (5 + pick) * DAY_MS)),
        (HOLDER, GrantShare(share)),
        (HOLDER, GrantShare(share, ("line",), ("no-onward",))),
        (BUREAU, GrantShare(share, (), ("no-onward",))),
        (HOLDER, RefuseShare(share, ShareRefusal.NOT_HELD, C)),
        (ASKER, WithdrawShareRequest(share)),
        (ASKER, EndShare(share, EndCause.GIVEN_UP)),
        (HOLDER, EndShare(share, EndCause.MISUSED)),
        (ASKER, ReportUse(share, Effect.NOT_USED, 0, C)),
        (FIRM, RAISE),
        (BUREAU, AssignTicket(ticket, (HOLDER, ASKER)[pick % 2])),
        (HOLDER, AnswerTicket(ticket, TicketAnswer.WILL_DELIVER)),
        (HOLDER, AnswerTicket(ticket, TicketAnswer.CANNOT, CannotReason.NOT_HELD)),
        (HOLDER, DeliverTicket(ticket, RESOURCE, (Way.OPEN, Way.OPERATION)[pick % 2])),
        (FIRM, CloseTicket(ticket, (TicketResult.SATISFIED, TicketResult.WITHDRAWN)[pick % 2])),
        (ASKER, ReportDefect(share, Dimension.ACCURACY, (), A)),
        (HOLDER, CorrectDefect(defect, B)),
        (HOLDER, RejectDefect(defect, DefectRejection.AS_COLLECTED, C)),
        (BUREAU, OrderCorrection(defect, C)),
        (OPERATOR, BACK),
        (BUREAU, CloseTicket(ticket, TicketResult.NO_SOURCE)),
    ]
    return said[move]


@settings(max_examples=80, deadline=None)
@given(moves)
def test_no_schedule_of_commands_breaks_a_law_and_every_limit_is_met(schedule: list[tuple[int, int, int]]) -> None:
    office = Office().confirmed()
    for move, days, pick in schedule:
        office.until(day_of(office.now + days * DAY_MS).isoformat())
        actor, command = next_move(office, move, pick)
        office.ask(command, office.by(actor, published_at=office.now))
        assert [place for law in LAWS for place in law(office.state)] == []
    office.until("2034-01-01")
    assert list(office.clocks.clocks) == []
    assert not any(share.state in LIVE for share in office.state.shares.values())
