"""Decision table of the service market: one line a case."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from mumian.kernel.canonical import canonical, sha256_hex
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId
from mumian.kernel.limits import Start, Stop
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS
from mumian.rooms.services import model as said
from mumian.rooms.services import views
from mumian.rooms.services.decide import decide
from mumian.rooms.services.evolve import evolve
from mumian.rooms.services.laws import LAWS
from mumian.rooms.services.model import Command, Interested, ProviderFacts, State
from mumian.rooms.services.records import Rating, Ratings
from mumian.rooms.services.refusals import ServicesRefusal as R
from mumian.rooms.services.vocabulary import (
    JUDGING,
    ContestReason,
    DeclineReason,
    EngagementId,
    EngagementState,
    Ground,
    Interest,
    Limit,
    Outcome,
    QualificationId,
    QualificationMove,
    QualificationState,
    ServiceKind,
    Verdict,
)
from mumian.rulebook.rules import load

NOW = 1_790_000_000_000
PAPER = sha256_hex(b"paper")
ANN, FIRM, OTHER, SELLER = map(PartyId, ("ann", "firm", "other", "seller"))
VALUATION, BUILDING, TRAINING = ServiceKind.ASSET_VALUATION, ServiceKind.DATA_INTEGRATION, ServiceKind.TRAINING
QUALIFIED, REQUESTED = QualificationId("qualification-1"), EngagementId("engagement-5")
TIES = (Interested(SELLER, Interest.SELLER),)
DUE = NOW + 30 * DAY_MS


def by(actor: str, *, now: int = NOW, seq: int = 9, rulebook: str = "", **known: object) -> ProviderFacts:
    """Facts of a command by `actor`; what is known of the provider may be changed."""
    roles = {"exchange": frozenset({Role.EXCHANGE}), "regulator": frozenset({Role.REGULATOR})}
    facts = ProviderFacts(
        seq=seq,
        now=now,
        actor=PartyId(actor),
        roles=roles.get(actor, frozenset()),
        rulebook=rulebook,
        provider_roles=frozenset({Role.SERVICE_PROVIDER}),
        group=frozenset({FIRM}),
        interests=TIES,
    )
    return replace(facts, **known)


def grant(kind: ServiceKind = VALUATION, provider: PartyId = FIRM, until: int = NOW + 900 * DAY_MS) -> Command:
    return said.GrantQualification(provider, kind, PAPER, until)


def engage(kind: ServiceKind = VALUATION, subject: str = "product-1", **changes: object) -> said.Engage:
    return replace(said.Engage(FIRM, kind, subject, PAPER, 500, DUE), **changes)


DELIVER = said.DeliverOpinion(REQUESTED, PAPER, Verdict.UNQUALIFIED, NOW + 400 * DAY_MS)
CONTEST = said.ContestOpinion(REQUESTED, ContestReason.UNFOUNDED, PAPER)
RATE = said.RateEngagement(REQUESTED, 4, PAPER)
SUSPEND = said.ChangeQualification(QUALIFIED, QualificationMove.SUSPEND, Ground.COMPLAINT, PAPER)


def nobody() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def lived(*story: tuple[Command, Facts]) -> State:
    """Return the state after commands that are all accepted."""
    state = nobody()
    for command, facts in story:
        answer = decide(state, command, facts)
        assert not isinstance(answer, Refused), answer
        for event in answer:
            evolve(state, event)
    return state


def qualified() -> State:
    return lived(
        *((grant(kind), by("exchange", seq=seq)) for seq, kind in enumerate((VALUATION, BUILDING, TRAINING), 1))
    )


STORY: tuple[tuple[Command, Facts], ...] = (
    (grant(), by("exchange", seq=1)),
    (engage(), by("ann", seq=5)),
    (said.AcceptEngagement(REQUESTED), by("firm")),
    (DELIVER, by("firm")),
    (CONTEST, by("ann")),
    (said.RuleOnContest(REQUESTED, Outcome.SETTLE), by("exchange")),
    (RATE, by("ann")),
)


def at(step: int) -> Callable[[], State]:
    """Return the life up to a step: 2 requested, 3 accepted, 4 delivered, 5 contested, 6 settled, 7 rated."""
    return lambda: lived(*STORY[:step])


def suspended() -> State:
    return lived(STORY[0], (SUSPEND, by("regulator")))


def escalated() -> State:
    return lived(*STORY[:5], (said.MeetLimit(REQUESTED, Limit.RULING), by(MARKET)))


def built() -> State:
    """The firm is at work on the product's data."""
    return lived(STORY[0], (grant(BUILDING), by("exchange", seq=2)), (engage(BUILDING), by("other", seq=3)))


GROUP = frozenset({FIRM, SELLER})
REFUSALS: list[tuple[Callable[[], State], Command, Facts, R]] = [
    (qualified, engage(), by("ann", rulebook="2026.3"), R.RULE_NOT_IN_FORCE),
    (at(2), said.MeetLimit(REQUESTED, Limit.ANSWER), by("firm"), R.ONLY_THE_MARKET),
    (qualified, said.EndQualification(QUALIFIED), by("exchange"), R.ONLY_THE_MARKET),
    (nobody, grant(), by("ann"), R.NOT_A_SUPERVISOR),
    (nobody, grant(), by("regulator"), R.NOT_A_SUPERVISOR),
    (qualified, SUSPEND, by("firm"), R.NOT_A_SUPERVISOR),
    (nobody, SUSPEND, by("exchange"), R.QUALIFICATION_UNKNOWN),
    (qualified, said.AcceptEngagement(REQUESTED), by("firm"), R.ENGAGEMENT_UNKNOWN),
    (qualified, said.RuleOnContest(REQUESTED, Outcome.SETTLE), by("exchange"), R.ENGAGEMENT_UNKNOWN),
    (at(2), said.AcceptEngagement(REQUESTED), by("other"), R.NOT_YOURS),
    (at(2), said.WithdrawEngagement(REQUESTED), by("firm"), R.NOT_YOURS),
    (at(4), said.AcceptOpinion(REQUESTED), by("firm"), R.NOT_YOURS),
    (at(5), said.RuleOnContest(REQUESTED, Outcome.SETTLE), by("firm"), R.NOT_YOURS),
    (at(5), said.RuleOnContest(REQUESTED, Outcome.REFUND), by("ann"), R.NOT_YOURS),
    (at(5), said.RuleOnContest(REQUESTED, Outcome.REFUND), by("regulator"), R.NOT_YOURS),
    (at(6), RATE, by("firm"), R.NOT_YOURS),
    (suspended, SUSPEND, by("exchange"), R.STANDING_FORBIDS),
    (at(3), said.WithdrawEngagement(REQUESTED), by("ann"), R.STATE_FORBIDS),
    (at(3), said.RuleOnContest(REQUESTED, Outcome.SETTLE), by("exchange"), R.STATE_FORBIDS),
    (at(4), RATE, by("ann"), R.STATE_FORBIDS),
    (at(6), said.AcceptOpinion(REQUESTED), by("ann"), R.STATE_FORBIDS),
    (nobody, grant(), by("exchange", provider_roles=frozenset({Role.BUYER})), R.NOT_A_PROVIDER),
    (nobody, grant(until=NOW), by("exchange"), R.VALIDITY_PAST),
    (at(3), replace(DELIVER, valid_until=NOW), by("firm"), R.VALIDITY_PAST),
    (suspended, grant(), by("exchange"), R.QUALIFICATION_SUSPENDED),
    (nobody, engage(), by("ann"), R.NOT_QUALIFIED),
    (suspended, engage(), by("ann"), R.NOT_QUALIFIED),
    (qualified, engage(ServiceKind.SECURITY_AUDIT), by("ann"), R.NOT_QUALIFIED),
    (qualified, engage(), by("ann", now=NOW + 900 * DAY_MS), R.NOT_QUALIFIED),
    (qualified, engage(), by("firm"), R.OWN_SERVICE),
    (qualified, engage(subject=""), by("ann"), R.SUBJECT_MISSING),
    (qualified, engage(), by("ann", interests=None), R.SUBJECT_UNKNOWN),
    (qualified, engage(subject="order-4"), by("ann"), R.SUBJECT_NOT_YOURS),
    (qualified, engage(), by("ann", group=GROUP), R.CONFLICT_OF_INTEREST),
    (qualified, engage(), by("ann", group=frozenset({FIRM, ANN})), R.CONFLICT_OF_INTEREST),
    (at(2), said.AcceptEngagement(REQUESTED), by("firm", group=GROUP), R.CONFLICT_OF_INTEREST),
    (at(3), DELIVER, by("firm", group=GROUP), R.CONFLICT_OF_INTEREST),
    (built, engage(), by("ann"), R.CONFLICT_OF_INTEREST),
    (qualified, engage(due_at=NOW), by("ann"), R.DUE_OUT_OF_RANGE),
    (qualified, engage(due_at=NOW + 366 * DAY_MS + 1), by("ann"), R.DUE_OUT_OF_RANGE),
    (at(2), said.AcceptEngagement(REQUESTED), by("firm", now=DUE), R.DUE_OUT_OF_RANGE),
    (at(7), RATE, by("ann"), R.RATED_ALREADY),
    (at(6), RATE, by("ann", group=frozenset({FIRM, ANN})), R.RATER_RELATED),
]


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), REFUSALS)
def test_the_service_market_refuses_by_name(
    before: Callable[[], State], command: Command, facts: Facts, refusal: R
) -> None:
    answer = decide(before(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_the_service_market_has_a_case() -> None:
    assert {refusal for _, _, _, refusal in REFUSALS} == set(R)


def test_the_kinds_are_those_of_article_11_and_quality_evaluation() -> None:
    (rule,) = load().rules["GZ2023-11"]
    assert (*rule.parameters["service_kinds"].value, "quality_evaluation") == tuple(ServiceKind)  # type: ignore[misc]
    assert len(ServiceKind) == 12


@pytest.mark.parametrize("kind", [kind for kind in ServiceKind if kind not in JUDGING])
def test_who_judges_nothing_may_work_for_whom_it_is_related_to(kind: ServiceKind) -> None:
    state = lived((grant(kind), by("exchange", seq=1)))
    assert not isinstance(
        decide(state, engage(kind, ""), by("ann", group=frozenset({FIRM, ANN}), interests=())), Refused
    )


@pytest.mark.parametrize("interest", list(Interest))
def test_every_interest_in_the_subject_excludes(interest: Interest) -> None:
    answer = decide(qualified(), engage(), by("ann", interests=(Interested(FIRM, interest),)))
    assert isinstance(answer, Refused)
    assert answer.detail["interest"] == interest.value


@pytest.mark.parametrize(
    ("step", "command", "actor", "state"),
    [
        (2, said.DeclineEngagement(REQUESTED, DeclineReason.CONFLICT), "firm", EngagementState.DECLINED),
        (2, said.WithdrawEngagement(REQUESTED), "ann", EngagementState.WITHDRAWN),
        (2, said.MeetLimit(REQUESTED, Limit.ANSWER), MARKET, EngagementState.LAPSED),
        (3, said.MeetLimit(REQUESTED, Limit.DUE), MARKET, EngagementState.LAPSED),
        (4, said.AcceptOpinion(REQUESTED), "ann", EngagementState.SETTLED),
        (4, said.MeetLimit(REQUESTED, Limit.ACCEPTANCE), MARKET, EngagementState.SETTLED),
        (5, said.RuleOnContest(REQUESTED, Outcome.REFUND), "exchange", EngagementState.REFUNDED),
        (5, said.RuleOnContest(REQUESTED, Outcome.REFUND), "firm", EngagementState.REFUNDED),
        (5, said.RuleOnContest(REQUESTED, Outcome.SETTLE), "ann", EngagementState.SETTLED),
    ],
)
def test_an_engagement_comes_to_its_end(step: int, command: Command, actor: str, state: EngagementState) -> None:
    ended = lived(*STORY[:step], (command, by(actor)))
    assert ended.engagements[REQUESTED].state is state
    assert [place for law in LAWS for place in law(ended)] == []


def test_past_the_time_for_a_ruling_a_regulator_may_rule() -> None:
    assert not isinstance(decide(escalated(), said.RuleOnContest(REQUESTED, Outcome.REFUND), by("regulator")), Refused)


def test_the_exchange_does_not_rule_on_what_it_is_a_side_of() -> None:
    state = lived(STORY[0], (engage(), by("exchange", seq=5)), *STORY[2:4], (CONTEST, by("exchange")))
    refund = said.RuleOnContest(REQUESTED, Outcome.REFUND)
    answer = decide(state, refund, by("exchange"))
    assert isinstance(answer, Refused)
    assert answer.refusal is R.NOT_YOURS
    assert not isinstance(decide(state, refund, by("regulator")), Refused)


def test_a_limit_runs_in_each_open_state_and_none_after() -> None:
    state, running = nobody(), dict[str, set[str]]()
    for command, facts in STORY:
        answer = decide(state, command, facts)
        assert not isinstance(answer, Refused)
        for event in answer:
            evolve(state, event)
            for change in getattr(event, "clocks", ()):
                kinds = running.setdefault(change.about, set())
                if isinstance(change, Start):
                    kinds.add(change.kind)
                elif isinstance(change, Stop):
                    kinds -= {change.kind} if change.kind else set(kinds)
        if REQUESTED in state.engagements and state.engagements[REQUESTED].state is not EngagementState.SETTLED:
            assert len(running[REQUESTED]) == 1
    assert running[REQUESTED] == set()


def test_a_new_qualification_supersedes_the_one_in_force() -> None:
    state = lived(STORY[0], (grant(), by("exchange", seq=2)))
    assert state.qualifications[QUALIFIED].state is QualificationState.SUPERSEDED
    assert views.qualification_of(state, FIRM, VALUATION) == (
        "qualification-2",
        state.qualifications["qualification-2"],
    )
    assert [place for law in LAWS for place in law(state)] == []


def test_what_was_revoked_may_be_granted_anew() -> None:
    revoke = said.ChangeQualification(QUALIFIED, QualificationMove.REVOKE, Ground.FALSE_OPINION, PAPER)
    state = lived(STORY[0], (revoke, by("regulator")), (grant(), by("exchange", seq=2)))
    assert state.qualifications[QUALIFIED].state is QualificationState.REVOKED
    assert state.qualifications["qualification-2"].state is QualificationState.IN_FORCE


def test_opinions_on_a_subject_are_those_accepted_and_valid() -> None:
    assert list(views.opinions_on(at(4)(), "product-1", NOW)) == []
    assert [key for key, _ in views.opinions_on(at(7)(), "product-1", NOW)] == [REQUESTED]
    assert list(views.opinions_on(at(7)(), "product-1", DELIVER.valid_until)) == []
    assert list(views.opinions_on(at(7)(), "product-11", NOW)) == []


def test_a_providers_ratings_are_shown_one_by_one_and_in_all() -> None:
    totals, each = views.ratings_of(at(7)(), FIRM)
    assert totals == Ratings(1, 4)
    assert [rating.client for rating in each] == [ANN]
    assert views.ratings_of(at(7)(), OTHER) == (Ratings(), ())


@pytest.mark.parametrize(("before", "command", "facts", "refusal"), REFUSALS)
def test_commands_survive_canonical_bytes(before: object, command: Command, facts: Facts, refusal: R) -> None:

    assert msgspec.json.decode(canonical(command), type=said.Command) == command


def test_events_survive_canonical_bytes() -> None:

    state = nobody()
    for command, facts in STORY:
        answer = decide(state, command, facts)
        assert not isinstance(answer, Refused)
        for event in answer:
            evolve(state, event)
            assert msgspec.json.decode(canonical(event), type=said.Event) == event


def _changed(state: State, **changes: object) -> State:
    state.engagements[REQUESTED] = replace(state.engagements[REQUESTED], **changes)
    return state


def _lost(state: State) -> State:
    del state.current[f"{FIRM}/{VALUATION.value}"]
    return state


def _rated(state: State) -> State:
    state.ratings[REQUESTED] = Rating(OTHER, FIRM, VALUATION, 5, PAPER, NOW)
    return state


@pytest.mark.parametrize(
    ("law", "broken"),
    list(
        zip(
            LAWS,
            (
                lambda: _lost(at(7)()),
                lambda: _changed(at(7)(), client=FIRM),
                lambda: _changed(at(7)(), subject=""),
                lambda: _changed(at(7)(), report_digest=""),
                lambda: _rated(at(7)()),
            ),
            strict=True,
        )
    ),
)
def test_each_law_sees_the_defect_that_it_is_for(law: Callable[[State], object], broken: Callable[[], State]) -> None:
    assert list(law(at(7)())) == []  # type: ignore[call-overload]
    assert list(law(broken())) != []  # type: ignore[call-overload]
