"""Laws of authorised operation: each with a state that breaks it, and all of them along random lives under a calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.rooms.operation_case import AGREEMENT, BODY, BUREAU, BUSES, MERCHANT, NOW, OPERATOR, OTHER, ROADS, City, D

from mumian.kernel.ids import MARKET, PartyId
from mumian.kernel.limits import Start
from mumian.kernel.outcome import Refused
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, day_of
from mumian.rooms.clocks import decide as clocks_decide
from mumian.rooms.clocks import evolve as clocks_evolve
from mumian.rooms.clocks import model as clocks
from mumian.rooms.clocks import views as clock_views
from mumian.rooms.operation import laws, views
from mumian.rooms.operation import model as m
from mumian.rooms.operation.disclosing import KIND, is_owed, next_year
from mumian.rooms.operation.records import (
    AppliedResource,
    Disclosure,
    OperationStage,
    Output,
    Price,
    ScenarioStage,
    SelectionStage,
)
from mumian.rooms.operation.reviewing import STAGE_OF
from mumian.rooms.operation.vocabulary import (
    Cause,
    ChargingUnit,
    ExitGround,
    Form,
    Objection,
    OperationId,
    ProhibitedAct,
    ScenarioId,
    Side,
    Verdict,
)
from mumian.rulebook.calendar import carried

Break = Callable[[City], Any]


def operation(**changes: Any) -> Break:
    return lambda c: c.state.operations.update({c.operation: replace(c.state.operations[c.operation], **changes)})


def plan(**changes: Any) -> Break:
    return lambda c: c.state.plans.update({c.plan: replace(c.state.plans[c.plan], **changes)})


def selection(**changes: Any) -> Break:
    return lambda c: c.state.selections.update({c.selection: replace(c.state.selections[c.selection], **changes)})


def scenario(**changes: Any) -> Break:
    return lambda c: c.state.scenarios.update({c.scenario: replace(c.state.scenarios[c.scenario], **changes)})


def terms(**changes: Any) -> Break:
    return lambda c: c.state.terms.update({c.operation: replace(c.state.terms[c.operation], **changes)})


def priced(product: str, amount_fen: int) -> Break:
    return lambda c: c.state.prices.update({f"{c.operation}/{product}": Price(amount_fen, ChargingUnit.CALL)})


def second_application(c: City) -> None:
    twin = ScenarioId("scenario-9")
    c.state.scenarios[twin], c.state.applications[twin] = (
        c.state.scenarios[c.scenario],
        c.state.applications[c.scenario],
    )


BROKEN: list[tuple[str, Callable[..., Any], Break]] = [
    ("no-decision", laws.every_agreement_in_force_was_decided_competed_for_and_signed, operation(decision=None)),
    ("no-plan-decision", laws.every_agreement_in_force_was_decided_competed_for_and_signed, plan(decision=None)),
    ("no-approval", laws.every_agreement_in_force_was_decided_competed_for_and_signed, plan(approval=None)),
    ("no-filing", laws.every_agreement_in_force_was_decided_competed_for_and_signed, plan(filing=None)),
    ("void", laws.every_agreement_in_force_was_decided_competed_for_and_signed, selection(stage=SelectionStage.VOID)),
    ("alone", laws.every_agreement_in_force_was_decided_competed_for_and_signed, selection(candidates=(OPERATOR,))),
    ("one-signature", laws.every_agreement_in_force_was_decided_competed_for_and_signed, operation(signed=(BODY,))),
    ("outlasts-plan", laws.every_term_lies_within_its_plan_and_five_years, operation(valid_to=NOW + 2_000 * DAY_MS)),
    ("begins-early", laws.every_term_lies_within_its_plan_and_five_years, operation(valid_from=0)),
    ("use-outlasts", laws.every_term_lies_within_its_plan_and_five_years, scenario(valid_to=NOW + 2_000 * DAY_MS)),
    ("other-data", laws.nothing_agreed_leaves_its_plan, terms(resources=("resource-9",))),
    ("other-product", laws.nothing_agreed_leaves_its_plan, plan(content=None)),
    ("related", laws.operator_and_merchant_are_apart, scenario(relation=(OPERATOR, MERCHANT))),
    ("the-same", laws.operator_and_merchant_are_apart, scenario(merchant=OPERATOR)),
    ("two-applications", laws.one_scenario_has_one_application, second_application),
    ("not-taken", laws.one_scenario_has_one_application, lambda c: c.state.taken.clear()),
    ("unreviewed", laws.every_use_in_force_passed_every_review, scenario(reviews=())),
    ("unsigned", laws.every_use_in_force_passed_every_review, scenario(signed=(OPERATOR,))),
    (
        "agreement-over",
        laws.an_application_is_open_only_under_an_agreement_in_force,
        operation(stage=OperationStage.ENDED),
    ),
    ("year-left-out", laws.every_past_year_was_disclosed_or_is_overdue, operation(body_year=2027)),
    ("year-empty", laws.every_past_year_was_disclosed_or_is_overdue, lambda c: _empty_year(c)),
    ("over-ceiling", laws.no_price_exceeds_its_ceiling, priced("risk", 10_001)),
    ("free-priced", laws.no_price_exceeds_its_ceiling, priced("care", 1)),
    (
        "raw",
        laws.nothing_raw_leaves_the_platform,
        lambda c: c.state.outputs.update({"x": Output(OPERATOR, Form.RAW, Verdict.PASSED, D, NOW)}),
    ),
    *(
        (f"lost-{name}", laws.open_applications_are_found, lambda c, name=name: getattr(c.state, name).clear())
        for name in ("under", "pairs", "wanted")
    ),
    (
        "awaits-nothing",
        laws.open_applications_are_found,
        lambda c: c.state.awaiting.update({f"source/{c.scenario}": c.scenario}),
    ),
]


def _empty_year(c: City) -> None:
    operation(operator_year=2027)(c)
    c.state.disclosures[f"{c.operation}/operator/2026"] = Disclosure()


@pytest.mark.parametrize(("law", "spoil"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_law_is_seen(law: Callable[..., Any], spoil: Break) -> None:
    c = City().in_use()
    assert [place for each in laws.LAWS for place in each(c.state)] == []
    spoil(c)
    if c.state.plans[c.plan].content is None:
        plan(content=replace(City().draft().state.plans["plan-100"].content, products=()))(c)
    assert list(law(c.state))


def test_every_law_is_broken_once() -> None:
    assert {case[1] for case in BROKEN} == set(laws.LAWS)


class Life(City):
    """A city whose limits a real room of clocks keeps: what is over is met before anything else is said."""

    def __init__(self) -> None:
        super().__init__()
        self.clocks = clocks.State(*(DictTable() for _ in clocks.State.__struct_fields__))

    def say(self, command: Any, actor: PartyId) -> list[Any]:
        self.catch_up()
        return self._said(command, actor)

    def _said(self, command: Any, actor: PartyId) -> list[Any]:
        events = super().say(command, actor)
        for event in events:
            if changes := getattr(event, "clocks", ()):
                self._clock(clocks.ChangeClocks(changes))
        return events

    def _clock(self, command: clocks.Command) -> list[Any]:
        facts = clocks.CalendarFacts(seq=self.seq, now=self.now, actor=MARKET, calendar=carried())
        events = clocks_decide.decide(self.clocks, command, facts)
        assert not isinstance(events, Refused)
        for event in events:
            clocks_evolve.evolve(self.clocks, event)
        return events

    def catch_up(self) -> None:
        """Meet what is over, as the market would: nothing of it is ever refused."""
        while (due := clock_views.next_due(self.clocks)) is not None and due <= self.now:
            for reached in self._clock(clocks.Tick()):
                self._said(meet(reached), MARKET)

    def wait(self, days: int) -> None:
        self.now += days * DAY_MS
        self.catch_up()


def meet(reached: clocks.ClockReached) -> Any:
    match reached.kind:
        case "operation.term":
            return m.ExpireOperation(OperationId(reached.about))
        case "operation.hand_over":
            return m.LapseHandOver(OperationId(reached.about), reached.due_at)
        case "operation.scenario_term":
            return m.ExpireScenario(ScenarioId(reached.about), Cause.TERM)
        case "operation.rectification":
            return m.ExpireScenario(ScenarioId(reached.about), Cause.RELATED)
        case kind if kind in STAGE_OF:
            return m.LapseReview(ScenarioId(reached.about), STAGE_OF[kind], reached.due_at)
        case kind:
            side = next(side for side in Side if KIND[side] == kind)
            return m.LapseDisclosure(OperationId(reached.about), side, reached.due_at)


def try_to(command: Callable[[Life], Any], actor: PartyId) -> Callable[[Life], None]:
    """Say a command, refused or not."""

    def step(c: Life) -> None:
        c.catch_up()
        said = command(c)
        if not isinstance(c.ask(said, actor), Refused):
            c.say(said, actor)

    return step


def apply_as(merchant: PartyId, *resources: Any) -> Callable[[Life], None]:
    def step(c: Life) -> None:
        c.catch_up()
        c.roles[merchant] = c.roles.get(merchant) or frozenset()
        command = c.applying(
            resources=tuple(AppliedResource(each, ()) for each in resources), valid_to=c.now + 200 * DAY_MS
        )
        if not isinstance(c.ask(command, merchant), Refused):
            c.applied(merchant, resources=command.resources, valid_to=command.valid_to)

    return step


def relate(*ends: PartyId) -> Callable[[Life], None]:
    def step(c: Life) -> None:
        c.catch_up()
        if ends:
            c.relate(OPERATOR, *ends)
        else:
            c.relations.clear()
        for key, _ in list(views.in_use(c.state, OPERATOR)):
            c.say(m.ReviewSeparation(key), MARKET)

    return step


def disclose(party: PartyId, items: tuple[str, ...]) -> Callable[[Life], None]:
    return try_to(lambda c: m.Disclose(c.operation, day_of(c.now).year - 1, items, D), party)


def renewed(c: Life) -> None:
    """Conclude a further agreement of the same selection once the last one has ended, while the plan lasts."""
    c.catch_up()
    if c.state.operations[c.operation].stage is OperationStage.IN_FORCE:
        return
    draft = replace(
        AGREEMENT, valid_from=c.now, valid_to=min(c.now + 500 * DAY_MS, c.state.plans[c.plan].content.valid_to)
    )
    if not isinstance(c.ask(m.ProposeAgreement(c.selection, draft), BODY), Refused):
        c.propose(draft).decide_agreement().sign()


def all_the_way(c: Life) -> None:
    """Bring one application from nothing into use, as far as it gets."""
    for name in ("apply", "source", "bureau", "comply", "sign-operator", "sign-merchant"):
        dict(STEPS)[name](c)


STEPS: tuple[tuple[str, Callable[[Life], None]], ...] = (
    *((f"wait-{days}", lambda c, days=days: c.wait(days)) for days in (1, 20, 40, 130, 400)),
    ("apply", apply_as(MERCHANT, ROADS)),
    ("apply-both", apply_as(MERCHANT, BUSES, ROADS)),
    ("all-the-way", all_the_way),
    ("apply-other", apply_as(OTHER, ROADS)),
    ("source", try_to(lambda c: m.ReviewAtSource(c.scenario, Verdict.PASSED, D), BODY)),
    ("source-no", try_to(lambda c: m.ReviewAtSource(c.scenario, Verdict.FAILED, D, Objection.UNLAWFUL), BODY)),
    ("bureau", try_to(lambda c: m.ReviewByBureau(c.scenario, Verdict.PASSED, D), BUREAU)),
    ("comply", try_to(lambda c: m.CheckCompliance(c.scenario, Verdict.PASSED, D), OPERATOR)),
    ("sign-operator", try_to(lambda c: m.SignDevelopment(c.scenario, D), OPERATOR)),
    ("sign-merchant", try_to(lambda c: m.SignDevelopment(c.scenario, D), MERCHANT)),
    ("sign-other", try_to(lambda c: m.SignDevelopment(c.scenario, D), OTHER)),
    ("withdraw", try_to(lambda c: m.WithdrawScenario(c.scenario), MERCHANT)),
    ("give-up", try_to(lambda c: m.EndScenario(c.scenario, None, D), MERCHANT)),
    ("relate", relate(MERCHANT)),
    ("relate-far", relate(PartyId("party-50"), OTHER)),
    ("part", relate()),
    ("disclose-body", disclose(BODY, ("institution", "operator", "content", "scope", "term", "ceilings"))),
    ("disclose-operator", disclose(OPERATOR, ("institution", "resources", "products", "prices", "data_use"))),
    ("exit", try_to(lambda c: m.ExitOperation(c.operation, ExitGround.AGREED, D), OPERATOR)),
    ("revoke", try_to(lambda c: m.RevokeOperation(c.operation, ProhibitedAct.REDEVELOPMENT, D), BODY)),
    ("hand-over", try_to(lambda c: m.HandOverAssets(c.operation, D, D), OPERATOR)),
    ("accept", try_to(lambda c: m.AcceptHandOver(c.operation, D), BODY)),
    ("renew", renewed),
)


def check_clocks(c: Life) -> None:
    """Whoever owes a disclosure, a review or a term has its limit running, and nobody else has one."""
    expected = set[tuple[str, str]]()
    for key, record in c.state.operations.under():
        for side in Side if record.concluded_at else ():
            expected |= {(key, KIND[side])} if is_owed(record, next_year(record, side)) else set()
        expected |= {(key, "operation.term")} if record.stage is OperationStage.IN_FORCE else set()
    for key, use in c.state.scenarios.under():
        kind = next((kind for kind, stage in STAGE_OF.items() if stage is use.stage), "")
        expected |= {(key, kind)} if kind and not use.overdue else set()
        running = use.stage in (ScenarioStage.IN_FORCE, ScenarioStage.SUSPENDED)
        expected |= {(key, "operation.scenario_term")} if running else set()
        expected |= {(key, "operation.rectification")} if use.stage is ScenarioStage.SUSPENDED else set()
    found = {(clock.about, clock.kind) for clock in clock_views.in_order(c.clocks)}
    assert {each for each in found if each[1] != "operation.hand_over"} == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([step for _, step in STEPS]), min_size=5, max_size=40))
def test_no_order_of_steps_breaks_a_law_or_loses_a_limit(steps: list[Callable[[Life], None]]) -> None:
    c = Life()
    c.agreed().vetted().vetted(OTHER)
    for step in steps:
        step(c)
        assert [place for law in laws.LAWS for place in law(c.state)] == []
        check_clocks(c)
        for key, merchant in views.in_use(c.state, OPERATOR):
            is_tied = (OPERATOR, merchant) in c.relations
            assert is_tied is (c.state.scenarios[key].stage is ScenarioStage.SUSPENDED)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([step for _, step in STEPS]), max_size=25), st.sampled_from(["exit", "revoke", "term"]))
def test_after_its_end_nothing_stands_on_an_agreement(steps: list[Callable[[Life], None]], how: str) -> None:
    c = Life()
    c.agreed().vetted().vetted(OTHER)
    for step in steps:
        step(c)
    if how == "term":
        c.wait(1_200)
    dict(STEPS).get(how, lambda _: None)(c)
    if c.state.operations[c.operation].stage is not OperationStage.IN_FORCE:
        assert list(c.state.under.under(f"{c.operation}/")) == []


def test_three_years_of_silence_meet_every_limit_of_an_agreement() -> None:
    c = Life()
    c.agreed().vetted().applied()
    c.wait(1_300)
    overdue = [type(event).__name__ for event in c.heard if "Overdue" in type(event).__name__]
    years = range(2026, 2030)
    assert overdue.count("DisclosureOverdue") == 2 * len([year for year in years if year < day_of(c.now).year])
    assert (overdue.count("ReviewOverdue"), overdue.count("HandOverOverdue")) == (1, 1)
    assert isinstance(next(change for event in c.heard for change in getattr(event, "clocks", ())), Start)
