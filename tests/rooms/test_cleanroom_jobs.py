"""Jobs: what is charged, to whom, once; what is answered again for nothing; who shares a share; what stops."""

from __future__ import annotations

import pytest
from cleanroom_case import (
    AIR1,
    AIR2,
    ASKED,
    B1,
    B2,
    BANK,
    BOTH,
    EXACT,
    EXACT_ALLOWED,
    FLIGHTS1,
    FLIGHTS2,
    FOUND,
    FROM_AIR1,
    FROM_AIR2,
    FROM_UNPAID,
    HEX1,
    HEX2,
    INSURER,
    NO,
    NOW,
    OTHER,
    RAIN,
    RELEASED,
    RULES,
    SOURCES,
    UNPAID,
    VERIFY,
    WEATHER,
    WEATHER_RULES,
    A,
    J,
    P,
    a_state,
    after,
    asking,
    assert_refused,
    bank,
    broken,
    events_of,
    knowing,
    replayed,
    ruled,
)  # fmt: skip
from msgspec.structs import replace

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, BudgetId, JobId, ProductId
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom import views
from mumian.rooms.cleanroom.analysis import ExactRules
from mumian.rooms.cleanroom.decide import decide
from mumian.rooms.cleanroom.model import (
    TICKET_MS,
    BudgetCharged,
    BudgetOpened,
    BudgetRefreshed,
    Event,
    JobExpired,
    JobFacts,
    JobRefusedAtDomain,
    JobsStopped,
    ReleaseRecorded,
    SourceSeen,
    StopJobs,
    TicketIssued,
)
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.plan import AggregatePlan, Filter, GroupKey, Join, Mode, Op, plan_digest
from mumian.rooms.cleanroom.records import JobKind, Source


def test_a_ticket_comes_after_every_protected_source_is_charged_the_whole_loss() -> None:
    state = after(a_state(), [BudgetRefreshed(B1, 10, 10, 9_000, "m"), BudgetRefreshed(B2, 10, 10, 9_000, "m")])
    job = JobId("job-10")
    versions = digest(sorted((seen.resource, seen.version_digest) for seen in SOURCES))
    sources = (
        Source(FLIGHTS1, AIR1, AIR1, HEX1, 31, has_units=True),
        Source(FLIGHTS2, AIR2, AIR2, HEX2, 31, has_units=True),
        Source(RAIN, WEATHER, WEATHER, HEX1, 0),
    )
    assert events_of(state, asking(OTHER), knowing()) == [
        BudgetCharged(B1, INSURER, job, 31),
        BudgetCharged(B2, INSURER, job, 31),
        TicketIssued(
            job=job,
            kind=JobKind.AGGREGATE,
            consumer=INSURER,
            agreement=A,
            product=P,
            purpose="insurance-risk",
            sources=sources,
            root=AIR1,
            plan_digest=plan_digest(OTHER),
            versions_digest=versions,
            rho_nano=31,
            asked_nano=31,
            answers_max=3,
            issued_at=NOW,
            expires_at=NOW + TICKET_MS,
            nonce="n1",
            policies=("may",),
            analysis=(digest(RULES), digest(RULES), digest(WEATHER_RULES)),
            group=(INSURER,),
            unit="tailnum",
        ),
    ]


def test_a_resource_seen_twice_is_charged_once() -> None:
    events = events_of(a_state(), asking(replace(ASKED, rho_nano=29)), knowing(sources=(FROM_AIR1, FROM_AIR1)))
    assert [event.budget for event in events if isinstance(event, BudgetCharged)] == [B1]


def test_one_budget_too_small_charges_none() -> None:
    state = after(a_state(), [BudgetRefreshed(B1, 100, 100, 9_000, "m")])
    assert isinstance(decide(state, asking(OTHER), knowing()), Refused)
    assert views.spent_by(state, B1, INSURER) == 30


@pytest.mark.parametrize("ending", [JobExpired(J), JobRefusedAtDomain(J, AIR2, "no")])
def test_a_budget_once_charged_stays_charged_whatever_becomes_of_the_job(ending: Event) -> None:
    state = after(a_state(), [ending])
    assert [state.budgets[budget].left_rho_nano for budget in (B1, B2)] == [70, 70]
    again = events_of(state, asking(), knowing())
    assert [type(event) for event in again] == [BudgetCharged, BudgetCharged, TicketIssued]


def test_the_same_plan_on_the_same_versions_costs_nothing_and_replays() -> None:
    state = after(a_state(), [RELEASED])
    [ticket] = events_of(state, asking(nonce="n2"), knowing(sources=tuple(reversed(SOURCES))))
    assert isinstance(ticket, TicketIssued)
    assert (ticket.rho_nano, ticket.replays, {source.rho_nano for source in ticket.sources}) == (0, J, {0})


def test_a_replay_needs_neither_budget_nor_share_but_still_the_agreement() -> None:
    state = after(a_state(), [RELEASED])
    assert len(events_of(state, asking(), knowing(now=9_500))) == 1
    assert_refused(state, asking(), knowing(decision=NO), R.AGREEMENT_DENIES)


def test_a_replay_of_a_replay_points_to_the_first_answer() -> None:
    again = ReleaseRecorded(JobId("job-10"), AIR1, HEX1, 3, 200, NOW)
    [ticket] = events_of(after(replayed(), [again]), asking(nonce="n3"), replace(knowing(), seq=11))
    assert isinstance(ticket, TicketIssued)
    assert ticket.replays == J


def test_a_budget_and_a_share_can_be_spent_to_the_last_nano_rho() -> None:
    state = after(a_state(), [BudgetRefreshed(B1, 1, 41, 9_000, "m"), BudgetRefreshed(B2, 1, 41, 9_000, "m")])
    after(state, events_of(state, asking(replace(ASKED, rho_nano=71)), knowing()))
    assert (views.left_for(state, B1, INSURER), state.budgets[B1].left_rho_nano) == (0, 0)
    assert_refused(state, asking(replace(ASKED, rho_nano=1)), knowing(), R.BUDGET_EXHAUSTED)


def test_a_new_version_is_a_new_question() -> None:
    state = after(a_state(), [RELEASED])
    events = events_of(state, asking(), knowing(sources=(replace(FROM_AIR1, version_digest=HEX2), FROM_AIR2)))
    assert [type(event) for event in events] == [BudgetCharged, BudgetCharged, TicketIssued]


def test_verification_is_ticketed_without_charge_and_never_replayed() -> None:
    state = a_state()
    [ticket] = events_of(state, asking(VERIFY), knowing(kind=JobKind.VERIFICATION))
    assert isinstance(ticket, TicketIssued)
    assert (ticket.rho_nano, ticket.replays, ticket.answers_max) == (0, None, 100)
    assert views.usage(after(state, [ticket]), A, P).covered_calls == 200


def test_what_ended_stops_just_the_jobs_that_read_by_it_and_an_answer_that_was_given_stays() -> None:
    by_grant = tuple(replace(seen, path=f"right-{n}/grant-{n}") for n, seen in enumerate(SOURCES, 1))
    state = a_state()
    for seq in (11, 12, 13):
        after(
            state,
            events_of(state, asking(VERIFY, f"n{seq}"), knowing(seq=seq, kind=JobKind.VERIFICATION, sources=by_grant)),
        )
    after(state, [JobExpired(JobId("job-12"))])
    stop = StopJobs(("right-2", "right-1/grant-1", "right-1/grant"), "grant-2")
    facts = Facts(seq=20, now=NOW, actor=MARKET)
    (event,) = events_of(state, stop, facts)
    assert isinstance(event, JobsStopped)
    assert event.jobs == (JobId("job-11"), JobId("job-13"))
    after(state, [event])
    assert decide(state, stop, facts) == []
    assert {key: job.status.value for key, job in state.jobs.under()} == {
        "job-5": "issued", "job-6": "issued", "job-11": "stopped", "job-12": "expired", "job-13": "stopped",
    }  # fmt: skip
    assert broken(state) == []


# paid once, whoever asks


def test_another_consumer_gets_the_same_answer_for_nothing_and_pays_no_share() -> None:
    """The second noise on the same sums would say more than the first; the same noise again says nothing new."""
    state = after(a_state(), [RELEASED])
    [ticket] = events_of(state, asking(), bank(knowing(now=9_500)))
    assert isinstance(ticket, TicketIssued)
    assert (ticket.rho_nano, ticket.replays, ticket.paid_by) == (0, None, J)
    assert [(source.rho_nano, source.has_units) for source in ticket.sources] == [(0, True), (0, True), (0, False)]
    assert views.spent_by(state, B1, BANK) == 0
    assert broken(after(state, [ticket])) == []


def test_who_asks_before_the_first_answer_is_out_pays_for_its_own() -> None:
    state = a_state()
    assert len(events_of(state, asking(), bank(knowing()))) == 3
    after(state, [JobExpired(J)])
    assert len(events_of(state, asking(), bank(knowing()))) == 3


ANOTHER_QUESTION = [
    replace(ASKED, rho_nano=29),
    replace(ASKED, l0=2),
    replace(ASKED, group_by=(GroupKey("origin", ("JFK", "EWR", "LGA")),)),
    replace(ASKED, units_min=0, where=(Filter("dep_delay", Op.GT, 0),)),
]


@pytest.mark.parametrize("plan", ANOTHER_QUESTION)
def test_another_plan_is_paid_for(plan: AggregatePlan) -> None:
    charged = [
        event
        for event in events_of(after(a_state(), [RELEASED]), asking(plan), knowing())
        if isinstance(event, BudgetCharged)
    ]
    assert [event.budget for event in charged] == [B1, B2]


def test_what_was_paid_for_still_needs_rules_that_let_this_consumer_ask() -> None:
    own = tuple(replace(rule, parties=(INSURER,)) if rule.column == "origin" else rule for rule in RULES.rules)
    state = after(a_state(), [RELEASED, ruled(FLIGHTS1, AIR1, replace(RULES, rules=own))])
    assert_refused(state, asking(), bank(knowing()), R.COLUMN_DENIED)
    assert len(events_of(state, asking(), knowing())) == 1


# a group has one share


def test_related_parties_have_one_share_together() -> None:
    """The insurer spent 30 of 60; the bank, related to it, has the other 30 and not a nano-rho more."""
    state = a_state()
    alone, together = bank(knowing()), bank(knowing(), group=BOTH)
    assert_refused(state, asking(OTHER), together, R.CONSUMER_SHARE_EXHAUSTED)
    assert events_of(state, asking(OTHER), alone)
    thirty = replace(ASKED, rho_nano=30, l0=2)
    after(state, events_of(state, asking(thirty), together))
    assert (views.left_for(state, B1, BANK), views.left_for(state, B1, BANK, group=BOTH)) == (30, 0)
    assert_refused(state, asking(replace(ASKED, rho_nano=1)), knowing(group=BOTH), R.CONSUMER_SHARE_EXHAUSTED)
    assert broken(state) == []


def test_who_becomes_related_later_brings_along_what_it_spent() -> None:
    state = after(a_state(), [BudgetRefreshed(B1, 100, 1, 9_000, "m"), BudgetRefreshed(B2, 100, 1, 9_000, "m")])
    after(state, events_of(state, asking(replace(ASKED, rho_nano=50)), bank(replace(knowing(), seq=11))))
    assert broken(state) == []
    for facts in (knowing(group=BOTH), bank(knowing(), group=BOTH)):
        answer = decide(state, asking(replace(ASKED, rho_nano=1)), facts)
        assert isinstance(answer, Refused)
        assert (answer.refusal, answer.detail["left_rho_nano"]) == (R.CONSUMER_SHARE_EXHAUSTED, 0)
    assert broken(state) == []


def test_a_ticket_names_the_group_that_sees_its_answer() -> None:
    *_, ticket = events_of(a_state(), asking(replace(ASKED, rho_nano=1)), knowing(group=BOTH))
    assert isinstance(ticket, TicketIssued)
    assert ticket.group == BOTH


# keys found in the data cost delta


def test_found_keys_are_charged_their_delta_with_the_loss() -> None:
    state = after(a_state(), [BudgetRefreshed(B1, 1, 1, 9_000, "m", delta_femto=20)])
    alone = knowing(sources=(FROM_AIR1,))
    charge, ticket = events_of(state, asking(FOUND), alone)
    assert charge == BudgetCharged(B1, INSURER, JobId("job-10"), 2, 9)
    after(state, [charge, ticket])
    assert (state.budgets[B1].left_delta_femto, state.budgets[B1].spent_delta_femto) == (11, 9)
    assert broken(state) == []
    dearer = replace(FOUND, delta_femto=12)
    assert_refused(state, asking(dearer), alone, R.DELTA_EXHAUSTED)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("sources", "refused"), [((FROM_AIR1,), False), ((FROM_AIR1, FROM_AIR2), True), ((FROM_AIR1, FROM_UNPAID), True)]
)
def test_found_keys_and_exact_answers_come_from_one_table_of_one_domain(
    *, exact: bool, sources: tuple[SourceSeen, ...], refused: bool
) -> None:
    """Refused before anything is charged, whatever budget there is: no domain would run it."""
    terms = replace(RULES, exact=ExactRules(3, 1, 600, 10), rules=EXACT_ALLOWED)
    state = a_state()
    plenty = [BudgetRefreshed(budget, 100, 100, 9_000, "m", delta_femto=99) for budget in (B1, B2)]
    after(state, [*plenty, *(ruled(key, AIR1, terms) for key in (FLIGHTS1, FLIGHTS2, UNPAID))])
    plan = EXACT if exact else FOUND
    answer = decide(state, asking(plan), knowing(sources=sources))
    assert (isinstance(answer, Refused) and answer.refusal is R.WITHIN_ONE_DOMAIN) is refused
    assert isinstance(answer, Refused) is refused


def test_exact_answers_cost_no_budget_and_are_given_again_to_the_same_consumer() -> None:
    state = after(
        a_state(), [ruled(FLIGHTS1, AIR1, replace(RULES, exact=ExactRules(3, 1, 600, 10), rules=EXACT_ALLOWED))]
    )
    [ticket] = events_of(state, asking(EXACT), knowing(sources=(FROM_AIR1,), now=9_500))
    assert isinstance(ticket, TicketIssued)
    assert (ticket.rho_nano, ticket.mode, ticket.paid_by) == (0, Mode.EXACT, None)
    after(state, [ticket, ReleaseRecorded(JobId("job-10"), AIR1, HEX1, 3, 200, 9_500)])
    facts = replace(knowing(sources=(FROM_AIR1,)), seq=11)
    for who, replays in ((facts, JobId("job-10")), (bank(facts), None)):
        [again] = events_of(state, asking(EXACT), who)
        assert isinstance(again, TicketIssued)
        assert (again.replays, again.paid_by) == (replays, None)
    assert broken(state) == []


# a budget is of its data, not of what is made of them


@pytest.mark.parametrize(
    "changed",
    [
        knowing(sources=(replace(FROM_AIR1, version_digest=HEX2), replace(FROM_AIR2, version_digest=HEX1))),
        knowing(sources=(FROM_AIR1,)),
        knowing(sources=(replace(FROM_AIR1, path="right-1/grant-9"), FROM_AIR2)),
        replace(knowing(agreement_product=ProductId("product-9"))),
    ],
    ids=["new version", "a product of less", "a view of its own", "another product"],
)
def test_a_new_version_view_or_product_finds_the_share_as_it_is(changed: JobFacts) -> None:
    asked = replace(asking(OTHER), product=changed.agreement_product or P)
    assert_refused(a_state(), asked, changed, R.CONSUMER_SHARE_EXHAUSTED)


# tables and joins


def test_only_the_tables_that_a_plan_names_are_charged() -> None:
    """Flights of two airlines in one product with what one of them keeps beside them."""
    crew = replace(RULES, table="crew")
    state = after(a_state(), [ruled(UNPAID, AIR1, crew)])
    facts = knowing(sources=(FROM_UNPAID, FROM_AIR1))
    events = events_of(state, asking(replace(ASKED, table="flights", rho_nano=1)), facts)
    assert [event.budget for event in events if isinstance(event, BudgetCharged)] == [B1]
    ticket = events[-1]
    assert isinstance(ticket, TicketIssued)
    assert [(source.resource, source.rho_nano, source.has_units) for source in ticket.sources] == [
        (UNPAID, 0, False), (FLIGHTS1, 1, True),
    ]  # fmt: skip
    assert_refused(state, asking(replace(ASKED, table="crew", rho_nano=1)), facts, R.BUDGET_MISSING)
    assert broken(after(state, events)) == []


def test_a_joined_table_with_units_is_charged_too() -> None:
    crew = replace(RULES, table="crew", key=("tailnum",))
    opened = BudgetOpened(BudgetId("budget-4"), UNPAID, AIR1, "tailnum", 100, 60, 9_000)
    state = after(a_state(), [ruled(UNPAID, AIR1, crew), opened])
    joined = replace(ASKED, table="flights", joins=(Join("crew", (("tailnum", "tailnum"),)),), rho_nano=1)
    events = events_of(state, asking(joined), knowing(sources=(FROM_AIR1, FROM_UNPAID)))
    assert [event.budget for event in events if isinstance(event, BudgetCharged)] == [B1, "budget-4"]


def test_a_table_whose_rules_name_a_unit_is_charged_even_if_it_is_described_without_one() -> None:
    hidden = replace(FROM_UNPAID, protected=False)
    assert_refused(a_state(), asking(), knowing(sources=(hidden,)), R.BUDGET_MISSING)


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_sources_the_refusal_that_comes_first_is_given(order: int) -> None:
    barred = replace(FROM_AIR1, unlawful="consent.NO_CONSENT"), replace(FROM_AIR2, denied="forbidden by `no`")
    assert_refused(a_state(), asking(), knowing(sources=barred[::order]), R.POLICY_DENIES)
    short = (FROM_AIR1, FROM_UNPAID)[::order]
    assert_refused(a_state(), asking(OTHER), knowing(sources=short), R.BUDGET_MISSING)
