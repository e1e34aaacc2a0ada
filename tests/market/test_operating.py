"""Authorised operation in the market: from coded data to a grant and back, relations, time, and what rights make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from bare import Bare
from msgspec.structs import replace

from mumian.kernel.canonical import INT53_MAX, sha256_hex
from mumian.kernel.ids import OPERATOR as EXCHANGE
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import DataKind, Role, SourceType
from mumian.kernel.time import DAY_MS, day_of, start_of
from mumian.market import operated
from mumian.market.operating import (
    ALL,
    CHARGED,
    FREE,
    admit_scenario,
    agreement_draft,
    application,
    authorize,
    plan_draft,
)
from mumian.market.registering_public import register_public
from mumian.rooms.catalog import model as catalog
from mumian.rooms.clocks import views as clocks
from mumian.rooms.operation import events, views
from mumian.rooms.operation import model as operation
from mumian.rooms.operation.agreement import AgreedProduct
from mumian.rooms.operation.plan import Accounts, PlanDraft
from mumian.rooms.operation.records import OperationStage, ScenarioStage, Scene
from mumian.rooms.operation.vocabulary import (
    Approval,
    Cause,
    ExitGround,
    Form,
    Grade,
    Link,
    Method,
    OperationId,
    PlanId,
    ProhibitedAct,
    ScenarioId,
    SelectionId,
    Side,
    Verdict,
)
from mumian.rooms.operation.vocabulary import Mode as OperationMode
from mumian.rooms.parties import model as parties
from mumian.rooms.parties.model import PartyKind, Relation
from mumian.rooms.rights import model as rights
from mumian.rooms.rights import views as right_views
from mumian.rooms.rights.vocabulary import EndReason, FreezeReason, Mode

A = sha256_hex(b"a")
YEARS_MS = 3 * 365 * DAY_MS


class City(Bare):
    """A body with coded data, its data bureau, an operator, a merchant, a regulator."""

    def __init__(self) -> None:
        super().__init__()
        self.holder, self.bureau = self.body(), self.body(Role.DATA_BUREAU)
        self.registry, self.regulator = self.body(Role.REGISTRY), self.body(Role.REGULATOR)
        self.operator = self.admit(PartyKind.LEGAL, Role.PUBLIC_DATA_OPERATOR)
        self.merchant = self.admit(PartyKind.LEGAL, Role.DATA_MERCHANT)
        self.data = self.resource(self.holder)
        self.until = self.now + YEARS_MS
        register_public(
            self.script, registry=self.registry, body=self.holder, resource=self.data, wait=self.wait,
            operation_ends=self.until,
        )  # fmt: skip
        self.script.now = self.now
        self.agreement = OperationId("")
        self.scenario = ScenarioId("")

    def authorized(self, ceiling_fen: int | None = 100) -> City:
        until = self.until - DAY_MS
        self.agreement, self.authorization = authorize(
            self.script,
            self.holder,
            self.operator,
            (self.data,),
            Mode.WHOLE,
            "",
            ceiling_fen,
            until,
            bureau=self.bureau,
        )
        return self

    def admitted(self, days: int = 300) -> City:
        self.grant = admit_scenario(
            self.script, self.agreement, department=self.holder, operator=self.operator, merchant=self.merchant,
            resource=self.data, scenario="FIN-01", purposes=("insurance",), until=self.now + days * DAY_MS,
            bureau=self.bureau,
        )  # fmt: skip
        self.scenario = ScenarioId(next(key for _, key in self.states.operation.pairs.under()))
        return self

    @property
    def plan_draft(self) -> PlanDraft:
        return plan_draft((self.data,), OperationMode.WHOLE, "", self.now, self.until - DAY_MS)

    def relate(self, party: str, other: str, relation: Relation = Relation.CONTROLS) -> None:
        self.say(EXCHANGE, parties.RelateParties(PartyId(party), PartyId(other), relation))

    def part(self, party: str, other: str, relation: Relation = Relation.CONTROLS) -> None:
        self.say(EXCHANGE, parties.EndRelation(PartyId(party), PartyId(other), relation))

    def stage(self) -> ScenarioStage:
        return self.states.operation.scenarios[self.scenario].stage

    def is_usable(self) -> bool:
        return right_views.chain(self.states.rights, self.grant, self.now).unbroken

    def heard(self, kind: type) -> list[Any]:
        return [event for leaf in self.leaves for event in leaf.events if isinstance(event, kind)]

    def keeps_every_law(self) -> bool:
        broken = [*self.states.broken_laws()]
        for law in operated.LAWS:
            broken.extend((law.__name__, place) for place in law(self.states, self.now))
        assert broken == []
        return True


def test_an_agreement_becomes_an_authorisation_and_an_application_a_grant_in_the_same_leaf() -> None:
    city = City().authorized().admitted()
    given = city.states.rights.authorizations[city.authorization]
    assert (given.agreement, given.body, given.operator) == (city.agreement, city.holder, city.operator)
    assert (given.resources, given.ceiling_fen, given.ended) == ((city.data,), 100, None)
    grant = city.states.rights.grants[city.grant]
    assert (grant.under, grant.grantee, grant.scenario) == (city.scenario, city.merchant, "FIN-01")
    assert {type(event).__name__ for event in city.leaves[-1].events} >= {"ScenarioAdmitted", "RightGranted"}
    assert city.is_usable()
    assert city.keeps_every_law()


def test_public_good_alone_has_no_ceiling() -> None:
    city = City().authorized(ceiling_fen=None)
    assert city.states.rights.authorizations[city.authorization].ceiling_fen is None
    asked = application(city.agreement, city.data, "GOV-02", ("care",), city.now + DAY_MS)
    city.say(city.operator, operation.VetMerchant(city.merchant, Verdict.PASSED, A))
    assert city.ask(city.merchant, asked).refused == "operation.PRODUCT_OUTSIDE"


@pytest.mark.parametrize("hops", [0, 1, 3])
def test_control_over_any_number_of_firms_suspends_a_use_in_the_same_leaf(hops: int) -> None:
    city = City().authorized().admitted()
    chain = [city.operator, *(city.admit(PartyKind.LEGAL, Role.BUYER) for _ in range(hops)), city.merchant]
    for party, other in list(pairwise(chain))[:-1]:
        city.relate(party, other)
        assert city.is_usable()
    city.relate(chain[-2], chain[-1])
    assert [type(event).__name__ for event in city.leaves[-1].events][:2] == ["PartiesRelated", "ScenarioSuspended"]
    assert city.states.operation.scenarios[city.scenario].relation == tuple(chain)
    assert (city.stage(), city.is_usable()) == (ScenarioStage.SUSPENDED, False)
    assert city.keeps_every_law()
    city.part(chain[0], chain[1])
    assert (city.stage(), city.is_usable()) == (ScenarioStage.IN_FORCE, True)
    assert city.keeps_every_law()


def test_a_share_counts_from_its_threshold_on_and_no_path_leads_through_a_public_body() -> None:
    city = City().authorized().admitted()
    for owned in (city.operator, city.merchant):
        city.relate(city.holder, owned)
    assert city.stage() is ScenarioStage.IN_FORCE
    hold = Relation.HOLDS_SHARES
    for share_bp, stage in (
        (2_499, ScenarioStage.IN_FORCE),
        (2_500, ScenarioStage.SUSPENDED),
        (1, ScenarioStage.IN_FORCE),
    ):
        city.say(EXCHANGE, parties.RelateParties(city.operator, city.merchant, hold, share_bp))
        assert city.stage() is stage
    assert city.keeps_every_law()


def test_what_a_registry_froze_for_the_law_stays_frozen_when_operator_and_merchant_part() -> None:
    city = City().authorized().admitted()
    city.say(city.regulator, rights.Freeze(city.grant, FreezeReason.STATUTE))
    city.relate(city.operator, city.merchant)
    city.part(city.operator, city.merchant)
    assert (city.stage(), city.is_usable()) == (ScenarioStage.IN_FORCE, False)
    city.say(city.regulator, rights.Unfreeze(city.grant, FreezeReason.STATUTE))
    assert city.is_usable()
    assert city.keeps_every_law()


def test_a_relation_that_lasts_ends_the_use_and_its_grant_for_good() -> None:
    city = City().authorized().admitted()
    city.relate(city.operator, city.merchant)
    city.wait(city.now + 60 * DAY_MS)
    assert city.states.operation.scenarios[city.scenario].cause is Cause.RELATED
    assert city.states.rights.grants[city.grant].ended is EndReason.STATUTE
    city.part(city.operator, city.merchant)
    assert not city.is_usable()
    assert city.keeps_every_law()


@pytest.mark.parametrize("step", ["vet", "apply", "source", "bureau", "comply", "sign"])
def test_separation_is_looked_at_at_every_step(step: str) -> None:
    city = City().authorized()
    passed, asked = Verdict.PASSED, application(city.agreement, city.data, "FIN-01", ("x",), city.now + 99 * DAY_MS)
    key = ScenarioId(f"scenario-{len(city.leaves) + 1}")
    way: dict[str, tuple[PartyId, Any]] = {
        "vet": (city.operator, operation.VetMerchant(city.merchant, passed, A)),
        "apply": (city.merchant, asked),
        "source": (city.holder, operation.ReviewAtSource(key, passed, A)),
        "bureau": (city.bureau, operation.ReviewByBureau(key, passed, A)),
        "comply": (city.operator, operation.CheckCompliance(key, passed, A)),
        "sign": (city.merchant, operation.SignDevelopment(key, A)),
    }
    for name, (actor, command) in way.items():
        if name == step:
            city.relate(city.operator, city.merchant, Relation.AFFILIATED)
            leaf = city.ask(actor, command)
            assert (leaf.refused, leaf.detail["path"]) == (
                "operation.OPERATOR_RELATED",
                f"{city.operator} - {city.merchant}",
            )
            return
        city.say(actor, command)


@pytest.mark.parametrize(
    ("actor", "command", "reason"),
    [
        ("operator", lambda key: operation.ExitOperation(key, ExitGround.AGREED, A), EndReason.GIVEN_UP),
        (
            "regulator",
            lambda key: operation.RevokeOperation(key, ProhibitedAct.BEYOND_SCOPE, A),
            EndReason.UNLAWFUL_USE,
        ),
    ],
)
def test_an_end_of_an_agreement_leaves_no_path_of_permission(actor: str, command: Any, reason: EndReason) -> None:
    city = City().authorized().admitted()
    city.say(getattr(city, actor), command(city.agreement))
    assert city.states.rights.authorizations[city.authorization].ended is reason
    assert (city.stage(), city.is_usable()) == (ScenarioStage.ENDED, False)
    assert city.keeps_every_law()


def test_a_use_that_ends_takes_its_grant_along_and_its_scenario_is_free_again() -> None:
    city = City().authorized().admitted()
    city.say(city.merchant, operation.EndScenario(city.scenario, None, A))
    assert city.states.rights.grants[city.grant].ended is EndReason.GIVEN_UP
    first = city.grant
    assert city.admitted().grant != first
    assert city.keeps_every_law()


def test_shared_data_is_operated_with_the_consent_of_who_provided_it_and_reviewed_by_it() -> None:
    city = City()
    other = city.body()
    until = city.until - DAY_MS
    with pytest.raises(Exception, match="CONSENT_MISSING"):
        authorize(city.script, other, city.operator, (city.data,), Mode.WHOLE, "", 100, until, bureau=city.bureau)
    city.say(city.holder, operation.ConsentToOperation(city.data, other, until, A))
    city.agreement, city.authorization = authorize(
        city.script, other, city.operator, (city.data,), Mode.WHOLE, "", 100, until, bureau=city.bureau
    )
    assert city.states.rights.authorizations[city.authorization].body == other
    assert city.admitted().is_usable()


def test_data_without_a_code_is_not_operated() -> None:
    city = City()
    city.data = city.resource(city.holder)
    with pytest.raises(Exception, match="NOT_CODED"):
        city.authorized()


def test_three_and_a_half_years_of_silence_meet_every_limit_and_no_tick_is_refused() -> None:
    city = City().authorized().admitted(days=300)
    asked = application(city.agreement, city.data, "GOV-02", ("x",), city.now + 900 * DAY_MS)
    pending = ScenarioId(city.made(city.merchant, asked, "scenario"))
    for _ in range(45):
        city.wait(city.now + 30 * DAY_MS)
        assert city.keeps_every_law()
    overdue = city.heard(events.DisclosureOverdue)
    assert [(each.side, each.year) for each in overdue] == [
        (side, year) for year in (2026, 2027, 2028, 2029) for side in (Side.BODY, Side.OPERATOR)
    ]
    assert {each.bureau for each in overdue} == {city.bureau}
    assert [each.scenario for each in city.heard(events.ReviewOverdue)] == [pending]
    assert [each.cause for each in city.heard(events.ScenarioEnded)] == [Cause.TERM, Cause.OPERATION_ENDED]
    assert [each.cause for each in city.heard(events.OperationEnded)] == [Cause.TERM]
    assert len(city.heard(events.HandOverOverdue)) == 1
    assert not city.is_usable()
    kinds = [each.kind for each in views.overdue_before(city.states.operation, city.bureau)]
    assert len(kinds) == 9


def test_april_comes_before_any_word_of_that_day() -> None:
    """A disclosure at the first instant of April finds its limit met: it is late."""
    city = City().authorized()
    april = start_of(date(2027, 4, 1))
    items = ("institution", "operator", "content", "scope", "term", "ceilings")
    city.now = april - 1
    early = city.say(city.holder, operation.Disclose(city.agreement, 2026, items, A)).events[0]
    city.now = april
    items = ("institution", "resources", "products", "prices", "data_use")
    late = city.say(city.operator, operation.Disclose(city.agreement, 2026, items, A)).events[0]
    assert (early.late, late.late) == (False, True)
    assert clocks.clock(city.states.clocks, city.agreement, "operation.disclosure_operator") is not None
    assert city.keeps_every_law()


def test_a_bidder_tied_to_a_merchant_on_the_plans_data_is_not_chosen() -> None:
    city = City().authorized().admitted()
    tied = city.admit(PartyKind.LEGAL, Role.PUBLIC_DATA_OPERATOR)
    city.relate(tied, city.merchant)
    with pytest.raises(Exception, match="OPERATOR_RELATED"):
        authorize(
            city.script, city.holder, tied, (city.data,), Mode.WHOLE, "", 100, city.until - DAY_MS, bureau=city.bureau
        )


def test_a_selection_notes_the_merchants_that_its_operator_is_related_to() -> None:
    city = City()
    friend = city.admit(PartyKind.LEGAL, Role.DATA_MERCHANT)
    city.relate(city.operator, friend)
    city.authorized()
    (selection,) = [record for _, record in city.states.operation.selections.under()]
    assert selection.barred == (friend,)


def test_whoever_is_no_legal_person_does_not_bid() -> None:
    city = City()
    body, until = city.body(Role.PUBLIC_DATA_OPERATOR), city.until - DAY_MS
    with pytest.raises(Exception, match="NOT_A_LEGAL_PERSON"):
        authorize(city.script, city.holder, body, (city.data,), Mode.WHOLE, "", 100, until, bureau=city.bureau)


def test_a_helper_admits_the_bureau_that_nobody_named() -> None:
    city = City()
    agreement, _ = authorize(
        city.script, city.holder, city.operator, (city.data,), Mode.SECTOR, "finance", 100, city.until - DAY_MS
    )
    grant = admit_scenario(
        city.script, agreement, department=city.holder, operator=city.operator, merchant=city.merchant,
        resource=city.data, scenario="FIN-01", purposes=("x",), until=city.now + DAY_MS, fields=("line",), is_free=True,
    )  # fmt: skip
    assert city.states.rights.grants[grant].fields == ("line",)
    assert city.states.operation.operations[agreement].stage is OperationStage.IN_FORCE


Says = tuple[str, Any]


def planning(**changes: Any) -> Callable[[City], Says]:
    return lambda c: (c.holder, operation.DraftPlan(replace(c.plan_draft, **changes)))


def applying(**changes: Any) -> Callable[[City], Says]:
    def said(c: City) -> Says:
        asked = application(c.authorized().agreement, c.data, "FIN-01", ("x",), c.now + DAY_MS)
        return c.merchant, replace(asked, **changes)

    return said


def proposing(**changes: Any) -> Callable[[City], Says]:
    def said(c: City) -> Says:
        record = c.authorized().states.operation.operations[c.agreement]
        drafted = agreement_draft((c.data,), 100, c.now, c.until - DAY_MS)
        return c.holder, operation.ProposeAgreement(record.selection, replace(drafted, **changes))

    return said


def own_approval(c: City) -> Says:
    c.say(EXCHANGE, parties.AssignRoles(c.holder, (Role.PUBLIC_BODY, Role.DATA_BUREAU)))
    plan = PlanId(c.made(c.holder, operation.DraftPlan(c.plan_draft), "plan"))
    return c.holder, operation.ApprovePlan(plan, Approval(day_of(c.now), A))


def major_change(c: City) -> Says:
    plan = c.authorized().states.operation.operations[c.agreement].plan
    return c.holder, operation.AmendPlan(plan, replace(c.plan_draft, mode=OperationMode.SECTOR, scenario="x"))


def crowded(c: City) -> Says:
    plan = c.authorized().states.operation.operations[c.agreement].plan
    call = operation.OpenSelection(plan, Method.NEGOTIATION, (), A)
    selection = SelectionId(c.made(c.holder, call, "selection"))
    bid = operation.EnterSelection(selection, ALL, A)
    for _ in range(64):
        c.say(c.admit(PartyKind.LEGAL, Role.PUBLIC_DATA_OPERATOR), bid)
    return c.operator, bid


def evaluation_failed(c: City) -> Says:
    ends = c.now + 100 * DAY_MS
    agreement, _ = authorize(
        c.script, c.holder, c.operator, (c.data,), Mode.WHOLE, "", 100, ends, plan_until=c.until, bureau=c.bureau
    )
    c.say(c.holder, operation.EvaluateOperation(agreement, 2026, Grade.FAILED, A))
    drafted = agreement_draft((c.data,), 100, ends, c.until)
    selection = c.states.operation.operations[agreement].selection
    return c.holder, operation.ProposeAgreement(selection, drafted, agreement, Link.RENEWAL)


def accounts(*lines: operation.StatementLine) -> Callable[[City], Says]:
    def said(c: City) -> Says:
        c.authorized().wait(start_of(date(2027, 2, 1)))
        return c.operator, operation.FileStatement(c.agreement, 2026, lines, A)

    return said


def allowing(cost_fen: int) -> Callable[[City], Says]:
    asked = (2026, cost_fen, 0, 780, 180, 0, A)
    return lambda c: (c.bureau, operation.SetAllowedRevenue(c.authorized().agreement, *asked))


def ceiling_stands(c: City) -> Says:
    actor, statement = accounts(operation.StatementLine(CHARGED, 1, 1_078, 1), operation.StatementLine(FREE, 0, 0, 1))(
        c
    )
    c.say(actor, statement)
    c.say(c.bureau, operation.SetAllowedRevenue(c.agreement, 2026, 1_000, 0, 780, 180, 0, A))
    c.say(c.holder, operation.AssessDeviation(c.agreement, 2026))
    return c.holder, operation.AdjustCeiling(c.agreement, 2026, CHARGED, 1, A)


def too_late(c: City) -> Says:
    c.wait(start_of(date(2030, 3, 1)))
    return c.holder, operation.DraftPlan(c.plan_draft)


def withdrawn(c: City) -> Says:
    c.say(c.holder, catalog.WithdrawResource(c.data))
    return c.holder, operation.DraftPlan(c.plan_draft)


def private(c: City) -> Says:
    owner = c.admit(PartyKind.LEGAL, Role.SUPPLIER)
    data = c.resource(owner, DataKind.ENTERPRISE, SourceType.SELF_GENERATED)
    return c.holder, operation.DraftPlan(replace(c.plan_draft, resources=(data,)))


def ended_by(actor: str, act: ProhibitedAct | None) -> Callable[[City], Says]:
    def said(c: City) -> Says:
        c.authorized().admitted()
        return getattr(c, actor), operation.EndScenario(c.scenario, act, A)

    return said


REACHED: list[tuple[str, Callable[[City], Says]]] = [
    ("RULE_NOT_IN_FORCE", too_late),
    ("ONLY_AN_AUTHORITY", lambda c: (c.merchant, operation.RevokeOperation(c.authorized().agreement, ProhibitedAct.REDEVELOPMENT, A))),
    ("OWN_APPROVAL", own_approval),
    ("TEXT_UNFIT", planning(title="路" * 41)),
    ("WITHDRAWN", withdrawn),
    ("NOT_PUBLIC_DATA", private),
    ("ACCOUNTS_NOT_SEPARATE", planning(accounts=Accounts(False, A, A))),
    ("MAJOR_CHANGE", major_change),
    ("TOO_MANY_CANDIDATES", crowded),
    ("CEILING_MISSING", proposing(products=(AgreedProduct(CHARGED),))),
    ("REDEVELOPMENT_OPEN", proposing(no_redevelopment=False)),
    ("EVALUATION_FAILED", evaluation_failed),
    ("NO_RESOURCES", applying(resources=())),
    ("SECOND_SCENARIO", applying(scenes=(Scene("A", "一", "一"), Scene("B", "二", "二")))),
    ("RAW_DATA", applying(form=Form.RAW)),
    ("NOT_VETTED", applying()),
    ("ACT_UNFIT", ended_by("merchant", ProhibitedAct.BEYOND_SCOPE)),
    ("NEEDS_INFO", ended_by("regulator", None)),
    ("LINE_MISSING", accounts(operation.StatementLine(CHARGED, 1, 1, 1))),
    ("AMOUNT_TOO_LARGE", allowing(INT53_MAX)),
    ("NOTHING_ALLOWED", allowing(0)),
    ("CEILING_STANDS", ceiling_stands),
]  # fmt: skip
"""Refusals that a random walk seldom meets, each with the shortest way to it through the market."""

UNREACHABLE = {"OPERATOR_IS_MERCHANT"}
"""The room of parties gives nobody both roles; the check is the second lock on that door."""


@pytest.mark.parametrize(("refusal", "script"), REACHED, ids=[name for name, _ in REACHED])
def test_a_short_script_reaches_the_refusal(refusal: str, script: Callable[[City], Says]) -> None:
    city = City()
    leaf = city.ask(*script(city))
    assert (leaf.refused, leaf.events) == (f"operation.{refusal}", ())


@pytest.mark.parametrize("law", operated.LAWS, ids=lambda law: law.__name__)
def test_a_broken_law_between_rooms_is_seen(law: Any) -> None:
    city = City().authorized().admitted()
    assert city.keeps_every_law()
    state = city.states
    match law.__name__:
        case "every_agreement_in_force_has_its_authorisation":
            del state.rights.by_agreement[city.agreement]
        case "no_use_is_in_force_while_operator_and_merchant_are_related":
            link = parties.Link(city.operator, city.merchant, Relation.CONTROLS, 0, parties.Authority.PARTY)
            state.parties.links[f"{city.operator}/{city.merchant}/controls"] = link
        case "every_use_has_its_grants":
            del state.rights.by_application[city.scenario]
        case _:
            del state.clocks.clocks[f"{city.agreement}/operation.disclosure_body"]
    assert list(law(state, city.now))
