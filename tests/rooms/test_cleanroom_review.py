"""Review of answers before they leave (出域审核): who is asked, who decides, what time does, what may leave then."""

from __future__ import annotations

import pytest
from cleanroom_case import (
    AIR1,
    AIR2,
    EXACT,
    EXACT_ALLOWED,
    FLIGHTS1,
    FLIGHTS2,
    FROM_AIR1,
    HEX1,
    HEX2,
    INSURER,
    NONE,
    NOW,
    RULES,
    J,
    V,
    a_state,
    after,
    asking,
    assert_refused,
    bank,
    broken,
    by,
    events_of,
    knowing,
    ruled,
)  # fmt: skip
from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, JobId, PartyId
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.rooms.cleanroom import views
from mumian.rooms.cleanroom.analysis import ExactRules
from mumian.rooms.cleanroom.decide import decide
from mumian.rooms.cleanroom.model import (
    TICKET_MS,
    Command,
    DecideReview,
    EscalateReview,
    Event,
    ExpireJob,
    RecordRelease,
    RefuseAtDomain,
    ReleaseFacts,
    ReviewDecided,
    ReviewEscalated,
    ReviewOpened,
    State,
    StopJobs,
    SubmitForReview,
    TicketIssued,
)
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.records import JobStatus, ReviewDecision, ReviewStatus
from mumian.rooms.cleanroom.reviewing import ESCALATED, REVIEW

SINCE = 1_790_000_000_000
"""2026-09-21: a day on which the rule of reviews is in force."""
LOOK = replace(RULES, review=True)
REGULATOR = PartyId("regulator")
RELEASE, WITHHOLD = ReviewDecision.RELEASE, ReviewDecision.WITHHOLD
R1 = JobId("job-10")
UNTIL = SINCE + 30 * DAY_MS
SUBMIT = SubmitForReview(R1, HEX1, 3, 200)
OUT = RecordRelease(R1, HEX1, 3, 200)
ONE = replace(asking().plan, rho_nano=1)


def now(actor: str, *roles: Role, at: int = SINCE) -> Facts:
    return ReleaseFacts(seq=20, now=at, actor=PartyId(actor), roles=frozenset(roles), barred=None)


def ticketed(*rules: Event, asked: object = ONE, facts: object = None) -> State:
    """job-10: an aggregate over both airlines, whose answers both look at unless told otherwise."""
    state = after(a_state(), rules or [ruled(FLIGHTS1, AIR1, LOOK), ruled(FLIGHTS2, AIR2, LOOK)])
    for key, budget in list(state.budgets.under()):
        state.budgets[key] = replace(budget, until=SINCE + 900 * DAY_MS)
    return after(state, events_of(state, asking(asked), facts or knowing(now=SINCE)))  # type: ignore[arg-type]


def after_saying(state: State, *said: tuple[Command, Facts]) -> State:
    for command, facts in said:
        after(state, events_of(state, command, facts))
    return state


def submitted() -> State:
    return after_saying(ticketed(), (SUBMIT, now(AIR1)))


def yes(actor: str, *roles: Role) -> tuple[Command, Facts]:
    return DecideReview(R1, RELEASE, "fine"), now(actor, *roles)


def no(actor: str, *roles: Role) -> tuple[Command, Facts]:
    return DecideReview(R1, WITHHOLD, "too-fine"), now(actor, *roles)


OVER: tuple[Command, Facts] = (EscalateReview(R1), now(MARKET))
OFFICE = Role.REGULATOR


def state_of(*said: tuple[Command, Facts]) -> State:
    return after_saying(submitted(), *said)


REFUSALS: list[tuple[State, Command, Facts, R]] = [
    (submitted(), EscalateReview(R1), now(AIR1), R.ONLY_THE_MARKET),
    (a_state(), replace(SUBMIT, job=NONE), now(AIR1), R.JOB_UNKNOWN),
    (a_state(), DecideReview(NONE, RELEASE, "x"), now(AIR1), R.JOB_UNKNOWN),
    (ticketed(), SUBMIT, now(AIR2), R.NOT_THE_ROOT),
    (state_of(no(AIR2)), OUT, now(AIR1), R.REVIEW_WITHHELD),
    (state_of(no(AIR2)), SUBMIT, now(AIR1), R.REVIEW_WITHHELD),
    (state_of(no(AIR2)), *yes(AIR1), R.REVIEW_WITHHELD),
    (state_of((RefuseAtDomain(R1, "no"), now(AIR2))), *yes(AIR1), R.JOB_CLOSED),
    (ticketed(), SUBMIT, now(AIR1, at=SINCE + TICKET_MS), R.TICKET_EXPIRED),
    (state_of(yes(AIR1), yes(AIR2)), OUT, now(AIR1, at=UNTIL), R.TICKET_EXPIRED),
    (ticketed(), replace(SUBMIT, rows=4), now(AIR1), R.RELEASE_TOO_LARGE),
    (a_state(), replace(SUBMIT, job=J), by(AIR1), R.REVIEW_NOT_NEEDED),
    (submitted(), SUBMIT, now(AIR1), R.REVIEW_EXISTS),
    (state_of(yes(AIR1), yes(AIR2)), replace(SUBMIT, digest=HEX2), now(AIR1), R.REVIEW_EXISTS),
    (ticketed(), OUT, now(AIR1), R.REVIEW_NEEDED),
    (submitted(), OUT, now(AIR1), R.REVIEW_OPEN),
    (state_of(yes(AIR1)), OUT, now(AIR1), R.REVIEW_OPEN),
    (state_of(OVER), OUT, now(AIR1), R.REVIEW_OPEN),
    (state_of(yes(AIR1), yes(AIR2)), replace(OUT, digest=HEX2), now(AIR1), R.REVIEW_DIFFERS),
    (state_of(yes(AIR1), yes(AIR2)), replace(OUT, rows=2), now(AIR1), R.REVIEW_DIFFERS),
    (state_of(yes(AIR1), yes(AIR2)), replace(OUT, size_bytes=201), now(AIR1), R.REVIEW_DIFFERS),
    (ticketed(), *yes(AIR1), R.REVIEW_MISSING),
    (state_of(yes(AIR1), yes(AIR2)), *no(AIR1), R.REVIEW_MISSING),
    (a_state(), DecideReview(V, RELEASE, "x"), by(AIR1), R.REVIEW_MISSING),
    (submitted(), *yes(INSURER), R.NOT_A_REVIEWER),
    (submitted(), *yes("weather"), R.NOT_A_REVIEWER),
    (submitted(), *yes(MARKET), R.NOT_A_REVIEWER),
    (submitted(), *yes(REGULATOR, OFFICE), R.NOT_A_REVIEWER),
    (state_of(OVER), *yes(REGULATOR), R.NOT_A_REVIEWER),
    (state_of(OVER), *yes(INSURER, OFFICE), R.NOT_A_REVIEWER),
    (state_of(yes(AIR1)), *no(AIR1), R.NOT_A_REVIEWER),
    (state_of(OVER), EscalateReview(R1), now(MARKET), R.REVIEW_MISSING),
    (after(a_state(), [ruled(FLIGHTS1, AIR1, LOOK)]), asking(ONE), replace(knowing(), rulebook="2026.2", now=SINCE - 1), R.RULE_NOT_IN_FORCE),
    (ticketed(), SUBMIT, replace(now(AIR1), rulebook="2026.2"), R.RULE_NOT_IN_FORCE),
]  # fmt: skip


@pytest.mark.parametrize(("state", "command", "facts", "refusal"), REFUSALS)
def test_a_review_refuses_by_name(state: State, command: Command, facts: Facts, refusal: R) -> None:
    assert_refused(state, command, facts, refusal)


CLOCK = Start(R1, REVIEW, Unit.WORK_DAYS, 5, "MM-REVIEW", AIR1, SINCE)
STOP = (Stop(R1),)
DONE: list[tuple[State, Command, Facts, Event, ReviewStatus]] = [
    (ticketed(), SUBMIT, now(AIR1), ReviewOpened(R1, HEX1, 3, 200, (AIR1, AIR2), SINCE, UNTIL, (CLOCK,)), ReviewStatus.OPEN),
    (submitted(), *yes(AIR1), ReviewDecided(R1, AIR1, RELEASE, "fine", (AIR1,), (replace(CLOCK, owner=AIR2),)), ReviewStatus.OPEN),
    (state_of(yes(AIR2)), *yes(AIR1), ReviewDecided(R1, AIR1, RELEASE, "fine", (AIR1,), STOP), ReviewStatus.AGREED),
    (state_of(yes(AIR1)), *no(AIR2), ReviewDecided(R1, AIR2, WITHHOLD, "too-fine", (), STOP), ReviewStatus.WITHHELD),
    (submitted(), *OVER, ReviewEscalated(R1, (Start(R1, ESCALATED, Unit.INSTANT, UNTIL, "MM-REVIEW"),)), ReviewStatus.ESCALATED),
    (state_of(OVER), *yes(AIR1), ReviewDecided(R1, AIR1, RELEASE, "fine", (AIR1,)), ReviewStatus.ESCALATED),
    (state_of(yes(AIR2), OVER), *yes(REGULATOR, OFFICE), ReviewDecided(R1, REGULATOR, RELEASE, "fine", (AIR1,), STOP), ReviewStatus.AGREED),
    (state_of(OVER), *yes(REGULATOR, OFFICE), ReviewDecided(R1, REGULATOR, RELEASE, "fine", (AIR1, AIR2), STOP), ReviewStatus.AGREED),
    (state_of(OVER), *no(REGULATOR, OFFICE), ReviewDecided(R1, REGULATOR, WITHHOLD, "too-fine", (), STOP), ReviewStatus.WITHHELD),
    (state_of(OVER), *no(AIR2), ReviewDecided(R1, AIR2, WITHHOLD, "too-fine", (), STOP), ReviewStatus.WITHHELD),
]  # fmt: skip


@pytest.mark.parametrize(("state", "command", "facts", "event", "status"), DONE)
def test_a_review_goes_on_and_every_law_holds(
    state: State, command: Command, facts: Facts, event: Event, status: ReviewStatus
) -> None:
    assert decide(state, command, facts) == [event]
    again = after(copied(state), [event])
    assert again.reviews[R1].status is status
    assert broken(again) == []


def copied(state: State) -> State:
    return State(*(type(table)(table) for table in (getattr(state, name) for name in State.__struct_fields__)))  # type: ignore[call-arg]


def test_what_all_agreed_to_leaves_as_it_was_reviewed_after_the_ticket_ran_out() -> None:
    state = state_of(yes(AIR1), yes(AIR2))
    late = SINCE + TICKET_MS + DAY_MS
    after_saying(state, (OUT, now(AIR1, at=late)))
    assert state.jobs[R1].status is JobStatus.RELEASED
    assert broken(state) == []


ENDINGS: list[tuple[Command, Facts, JobStatus]] = [
    (ExpireJob(R1), now("eve", at=UNTIL), JobStatus.EXPIRED),
    (StopJobs((FLIGHTS1,), "grant-1"), now(MARKET), JobStatus.STOPPED),
    (RefuseAtDomain(R1, "audit"), now(AIR2), JobStatus.REFUSED),
]


@pytest.mark.parametrize("escalated", [False, True])
@pytest.mark.parametrize(("ending", "facts", "status"), ENDINGS)
def test_a_job_that_ends_otherwise_closes_its_review_and_stops_its_clock(
    *, ending: Command, facts: Facts, status: JobStatus, escalated: bool
) -> None:
    state = state_of(OVER) if escalated else submitted()
    [event] = events_of(state, ending, facts)
    assert event.clocks == STOP  # type: ignore[union-attr]
    after(state, [event])
    assert (state.jobs[R1].status, state.reviews[R1].status) == (status, ReviewStatus.CLOSED)
    assert not list(views.reviews_waiting(state, AIR1))
    assert broken(state) == []


def test_a_job_without_a_review_stops_no_clock() -> None:
    [event] = events_of(a_state(), ExpireJob(J), by("eve", now=NOW + TICKET_MS))
    assert event.clocks == ()  # type: ignore[union-attr]


def test_a_review_lies_on_the_desk_of_whoever_must_act_next() -> None:
    def desks(state: State) -> list[list[JobId]]:
        return [[key for key, _ in views.reviews_waiting(state, party)] for party in (AIR1, AIR2)]

    assert desks(ticketed()) == [[], []]
    assert desks(submitted()) == [[R1], [R1]]
    assert desks(state_of(yes(AIR1))) == [[], [R1]]
    assert desks(state_of(yes(AIR1), yes(AIR2))) == [[R1], []]  # the root may release
    assert desks(state_of(no(AIR1))) == [[], []]
    assert [key for key, _ in views.reviews_escalated(submitted())] == []
    assert [key for key, _ in views.reviews_escalated(state_of(OVER))] == [R1]


# who is asked

BOTH_ASK = (AIR1, AIR2)
TERMS = replace(RULES, exact=ExactRules(3, 1, 600, 10, compliance="c" * 64), rules=EXACT_ALLOWED)
PERSONAL = replace(FROM_AIR1, personal=True)


def test_just_the_holders_whose_rules_ask_for_it_are_asked() -> None:
    for first, second, asked in (
        (LOOK, RULES, (AIR1,)),
        (RULES, LOOK, (AIR2,)),
        (RULES, RULES, ()),
        (LOOK, LOOK, BOTH_ASK),
    ):
        state = ticketed(ruled(FLIGHTS1, AIR1, first), ruled(FLIGHTS2, AIR2, second))
        assert state.jobs[R1].reviewers == asked


@pytest.mark.parametrize(("seen", "reviewers"), [(PERSONAL, (AIR1,)), (FROM_AIR1, ())])
def test_exact_answers_on_persons_are_always_looked_at(seen: object, reviewers: tuple[PartyId, ...]) -> None:
    facts = replace(knowing(now=SINCE), sources=(seen,))
    state = ticketed(ruled(FLIGHTS1, AIR1, TERMS), asked=EXACT, facts=facts)
    assert state.jobs[R1].reviewers == reviewers


def test_an_answer_that_this_consumer_may_have_again_is_not_looked_at_again_but_anothers_is() -> None:
    state = after_saying(state_of(yes(AIR1), yes(AIR2)), (OUT, now(AIR1)))
    again = replace(knowing(now=SINCE), seq=30)
    for facts, reviewers in ((again, ()), (bank(again), BOTH_ASK)):
        [ticket] = events_of(state, asking(ONE), facts)
        assert isinstance(ticket, TicketIssued)
        assert (ticket.paid_by, ticket.reviewers) == (R1, reviewers)


def test_an_answer_that_was_never_looked_at_is_looked_at_once_the_rules_ask_for_it() -> None:
    state = after_saying(ticketed(ruled(FLIGHTS1, AIR1), ruled(FLIGHTS2, AIR2)), (OUT, now(AIR1)))
    after(state, [ruled(FLIGHTS1, AIR1, LOOK)])
    [ticket] = events_of(state, asking(ONE), replace(knowing(now=SINCE), seq=30))
    assert isinstance(ticket, TicketIssued)
    assert (ticket.replays, ticket.reviewers) == (R1, (AIR1,))


def test_verification_is_answered_call_by_call_and_not_reviewed() -> None:
    state = after(a_state(), [ruled(FLIGHTS1, AIR1, LOOK)])
    assert state.jobs[V].reviewers == ()


def test_nothing_is_charged_for_a_job_whose_answer_no_rule_lets_be_reviewed() -> None:
    state = after(a_state(), [ruled(FLIGHTS1, AIR1, LOOK)])
    answer = decide(state, asking(ONE), replace(knowing(now=SINCE), rulebook="2026.2"))
    assert isinstance(answer, Refused)
    assert answer.detail == {"rule": "MM-REVIEW"}
