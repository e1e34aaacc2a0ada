"""Decision table of authorised operation: one line a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.rooms.operation_case import (
    AGREEMENT,
    ALL,
    APPROVAL,
    BODY,
    BUREAU,
    BUSES,
    DECISION,
    MERCHANT,
    NOBODY,
    NOW,
    OPERATOR,
    OTHER,
    PLAN,
    PROVIDER,
    REGULATOR,
    RIVAL,
    ROADS,
    SCENE,
    SHARED,
    TODAY,
    UNTIL,
    City,
    D,
    E,
    starts,
)

from mumian.kernel.canonical import INT53_MAX, canonical
from mumian.kernel.ids import MARKET, ResourceId
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS, start_of
from mumian.rooms.operation import events as e
from mumian.rooms.operation import model as m
from mumian.rooms.operation import views
from mumian.rooms.operation.agreement import AgreedProduct, AgreementItem
from mumian.rooms.operation.decide import decide
from mumian.rooms.operation.plan import Accounts, PlanItem, PlannedProduct
from mumian.rooms.operation.price import Adjustment
from mumian.rooms.operation.records import AppliedResource, OperationStage, PlanStage, ScenarioStage, Scene
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import (
    Approval,
    Cause,
    ChargingUnit,
    Decision,
    DecisionKind,
    ExitGround,
    Form,
    Grade,
    Link,
    Method,
    Mode,
    Objection,
    OperationId,
    PlanId,
    ProhibitedAct,
    Restraint,
    ScenarioId,
    Side,
    Use,
    Verdict,
)
from mumian.rulebook.rules import load

Case = tuple[str, Callable[[], City], Callable[[City], Any], str, R, dict[str, Any]]

TOMORROW, YESTERDAY = date(2026, 11, 28), date(2026, 11, 26)
OUTSIDE = ResourceId("resource-9")
YEAR = 2026
"""First year of the agreement that tests conclude."""


def city() -> City:
    return City()


def drafted() -> City:
    return City().draft()


def decided() -> City:
    return City().draft().decide_plan()


def approved() -> City:
    return City().draft().decide_plan().approve()


def filed() -> City:
    return City().filed()


def called() -> City:
    return City().filed().call()


def selected() -> City:
    return City().filed().call().select()


def proposed() -> City:
    return selected().propose()


def to_sign() -> City:
    return proposed().decide_agreement()


def half_signed() -> City:
    c = to_sign()
    c.say(c.signature, OPERATOR)
    return c


def agreed() -> City:
    return City().agreed()


def vetted() -> City:
    return City().agreed().vetted()


def applied() -> City:
    return City().agreed().vetted().applied()


def at_bureau() -> City:
    return applied().at_source()


def at_compliance() -> City:
    return applied().at_source().at_bureau()


def passed() -> City:
    return applied().at_source().at_bureau().compliant()


def in_use() -> City:
    return City().in_use()


def ended() -> City:
    c = agreed()
    c.say(m.ExitOperation(c.operation, ExitGround.AGREED, D), BODY)
    return c


def handed_over() -> City:
    c = ended()
    c.say(m.HandOverAssets(c.operation, D, D), OPERATOR)
    return c


def next_year() -> City:
    return agreed().later(date(2027, 2, 1))


def shared() -> City:
    """An agreement on shared data is decided; its provider has not consented."""
    return selected()


def other_role(make: Callable[[], City], party: Any, *roles: Role) -> Callable[[], City]:
    def made() -> City:
        c = make()
        c.roles[party] = frozenset(roles)
        return c

    return made


def with_(make: Callable[[], City], do: Callable[[City], Any]) -> Callable[[], City]:
    """Return `make` with one more thing done."""

    def made() -> City:
        c = make()
        do(c)
        return c

    return made


def resource(name: ResourceId, **changes: Any) -> Callable[[City], Any]:
    def change(c: City) -> None:
        c.resources[name] = replace(c.resources[name], **changes)

    return change


def plan(**changes: Any) -> Callable[[City], Any]:
    return lambda _c: m.DraftPlan(replace(PLAN, **changes))


def agreement(**changes: Any) -> Callable[[City], Any]:
    link = {name: changes.pop(name) for name in ("follows", "link") if name in changes}
    return lambda c: m.ProposeAgreement(c.selection, replace(AGREEMENT, **changes), **link)


def follow(link: Link | None, **changes: Any) -> Callable[[City], Any]:
    return lambda c: m.ProposeAgreement(c.selection, replace(AGREEMENT, **changes), c.operation, link)


def apply(**changes: Any) -> Callable[[City], Any]:
    return lambda c: c.applying(**changes)


def at_source(verdict: Verdict = Verdict.PASSED, objection: Objection | None = None) -> Callable[[City], Any]:
    return lambda c: m.ReviewAtSource(c.scenario, verdict, D, objection)


def bureau(c: City) -> Any:
    return m.ReviewByBureau(c.scenario, Verdict.PASSED, D)


def comply(c: City) -> Any:
    return m.CheckCompliance(c.scenario, Verdict.PASSED, D)


def develop(c: City) -> Any:
    return m.SignDevelopment(c.scenario, D)


def sign(c: City) -> Any:
    return c.signature


def end(act: ProhibitedAct | None) -> Callable[[City], Any]:
    return lambda c: m.EndScenario(c.scenario, act, D)


def price(amount_fen: int = 1, product: str = "risk", unit: ChargingUnit = ChargingUnit.CALL) -> m.ListedPrice:
    return m.ListedPrice(product, amount_fen, unit)


def prices(*listed: m.ListedPrice) -> Callable[[City], Any]:
    return lambda c: m.ListPrices(c.operation, listed)


def line(product: str, revenue_fen: int = 0, cost_fen: int = 0) -> m.StatementLine:
    return m.StatementLine(product, 1, revenue_fen, cost_fen)


BOTH_LINES = (line("risk", 100, 50), line("care", 0, 20))


def statement(*lines: m.StatementLine, year: int = YEAR) -> Callable[[City], Any]:
    return lambda c: m.FileStatement(c.operation, year, lines or BOTH_LINES, D)


def allowed(**changes: Any) -> Callable[[City], Any]:
    asked: dict[str, Any] = {
        "year": YEAR,
        "cost_fen": 1_000,
        "subsidy_fen": 0,
        "profit_rate_bp": 780,
        "bond_rate_bp": 180,
        "tax_fen": 60,
        **changes,
    }
    return lambda c: m.SetAllowedRevenue(c.operation, survey_digest=D, **asked)


def assess(c: City) -> Any:
    return m.AssessDeviation(c.operation, YEAR)


def ceiling(fen: int = 1, product: str = "risk") -> Callable[[City], Any]:
    return lambda c: m.AdjustCeiling(c.operation, YEAR, product, fen, D)


def accounted(revenue_fen: int) -> Callable[[], City]:
    """A past year with an allowed revenue of 1,138 fen, and its deviation assessed."""

    def made() -> City:
        c = next_year()
        c.say(statement(line("risk", revenue_fen), line("care"))(c), OPERATOR)
        c.say(allowed()(c), BUREAU)
        c.say(assess(c), BODY)
        return c

    return made


BODY_ITEMS = ("institution", "operator", "content", "scope", "term", "ceilings")
OPERATOR_ITEMS = ("institution", "resources", "products", "prices", "data_use")


def disclose(items: tuple[str, ...] = BODY_ITEMS, year: int = YEAR) -> Callable[[City], Any]:
    return lambda c: m.Disclose(c.operation, year, items, D)


def evaluate(grade: Grade = Grade.GOOD, year: int = YEAR) -> Callable[[City], Any]:
    return lambda c: m.EvaluateOperation(c.operation, year, grade, D)


def say(command: Callable[[City], Any], actor: Any) -> Callable[[City], Any]:
    return lambda c: c.say(command(c), actor)


def related(between: tuple[Any, ...] = (RIVAL,)) -> Callable[[City], Any]:
    return lambda c: c.relate(OPERATOR, MERCHANT, *between)


RAW_PRODUCT = (PlannedProduct("raw", "原始数据", Use.INDUSTRY_DEVELOPMENT, Form.RAW),)
LATE = start_of(date(2032, 1, 1))
FOLLOWING = start_of(date(2028, 1, 1))
"""When the first of two agreements ends, so that a renewal has room in the plan."""
FIRST = replace(AGREEMENT, valid_to=FOLLOWING)


def first_agreed() -> City:
    return City().agreed(FIRST)


# fmt: off
CASES: list[Case] = [
    # plans
    ("draft/merchant", city, plan(), MERCHANT, R.ONLY_A_PUBLIC_BODY, {"actor": MERCHANT}),
    ("draft/replaces-nothing", city, lambda _: m.DraftPlan(PLAN, PlanId("plan-9")), BODY, R.UNKNOWN, {"id": "plan-9"}),
    ("draft/replaces-draft", drafted, lambda c: m.DraftPlan(PLAN, c.plan), BODY, R.WRONG_STAGE, {"needed": "filed"}),
    ("draft/replaces-another's", filed, lambda c: m.DraftPlan(PLAN, c.plan), PROVIDER, R.NOT_YOURS, {"owner": BODY}),
    ("draft/title-41", city, plan(title="路" * 41), BODY, R.TEXT_UNFIT, {"chars": 41, "chars_max": 40}),
    ("draft/title-hidden", city, plan(title="道\u202e路"), BODY, R.TEXT_UNFIT, {"field": "title"}),
    ("draft/title-blank", city, plan(title="　"), BODY, R.TEXT_UNFIT, {"chars": 0}),
    ("draft/whole-names-one", city, plan(scenario="FIN-01"), BODY, R.MODE_AND_SCENARIO, {"mode": "whole"}),
    ("draft/sector-names-none", city, plan(mode=Mode.SECTOR), BODY, R.MODE_AND_SCENARIO, {"mode": "sector"}),
    ("draft/resource-twice", city, plan(resources=(ROADS, ROADS)), BODY, R.REPEATED, {"id": ROADS}),
    ("draft/resource-unknown", city, plan(resources=(OUTSIDE,)), BODY, R.UNKNOWN, {"noun": "resource"}),
    ("draft/withdrawn", with_(city, resource(ROADS, is_withdrawn=True)), plan(), BODY, R.WITHDRAWN, {"resource": ROADS}),
    ("draft/private", with_(city, resource(ROADS, kind=DataKind.ENTERPRISE)), plan(), BODY, R.NOT_PUBLIC_DATA, {}),
    ("draft/term-backwards", city, plan(valid_to=NOW - 2 * DAY_MS), BODY, R.TERM_EMPTY, {"now": NOW}),
    ("draft/term-over", city, plan(valid_to=NOW), BODY, R.TERM_EMPTY, {"now": NOW}),
    ("draft/term-long", city, plan(valid_to=LATE), BODY, R.TERM_TOO_LONG, {"years": 5}),
    ("draft/product-title", city, plan(products=(replace(PLAN.products[0], title=""),)), BODY, R.TEXT_UNFIT, {}),
    ("draft/product-raw", city, plan(products=RAW_PRODUCT), BODY, R.RAW_DATA, {}),
    ("draft/product-twice", city, plan(products=PLAN.products * 2), BODY, R.REPEATED, {"id": "risk"}),
    ("draft/accounts-unsaid", city, plan(accounts=Accounts(None, D, D)), BODY, R.NEEDS_INFO, {}),
    ("draft/accounts-mixed", city, plan(accounts=Accounts(False, D, D)), BODY, R.ACCOUNTS_NOT_SEPARATE, {}),
    ("amend/unknown", city, lambda c: m.AmendPlan(c.plan, PLAN), BODY, R.UNKNOWN, {"noun": "plan"}),
    ("amend/another's", drafted, lambda c: m.AmendPlan(c.plan, PLAN), BUREAU, R.NOT_YOURS, {"owner": BODY}),
    ("amend/decided", decided, lambda c: m.AmendPlan(c.plan, PLAN), BODY, R.WRONG_STAGE, {"stage": "decided"}),
    ("amend/incomplete", drafted, lambda c: m.AmendPlan(c.plan, replace(PLAN, title="")), BODY, R.PLAN_ITEM_MISSING, {}),
    ("amend/major", filed, lambda c: m.AmendPlan(c.plan, replace(PLAN, resources=(ROADS,))), BODY, R.MAJOR_CHANGE, {"item": "resources"}),
    ("decide/unknown", city, lambda c: m.DecidePlan(c.plan, DECISION), BODY, R.UNKNOWN, {}),
    ("decide/another's", drafted, lambda c: m.DecidePlan(c.plan, DECISION), BUREAU, R.NOT_YOURS, {}),
    (
        "decide/tomorrow",
        drafted,
        lambda c: m.DecidePlan(c.plan, Decision(TOMORROW, DecisionKind.LARGE_FUNDS, D)),
        BODY,
        R.DAY_IN_FUTURE,
        {"day": "2026-11-28", "today": "2026-11-27"},
    ),
    ("approve/body", decided, lambda c: m.ApprovePlan(c.plan, APPROVAL), BODY, R.ONLY_A_DATA_BUREAU, {}),
    (
        "approve/own",
        with_(decided, lambda c: c.roles.update({BODY: frozenset({Role.PUBLIC_BODY, Role.DATA_BUREAU})})),
        lambda c: m.ApprovePlan(c.plan, APPROVAL),
        BODY,
        R.OWN_APPROVAL,
        {},
    ),
    ("approve/unknown", city, lambda c: m.ApprovePlan(c.plan, APPROVAL), BUREAU, R.UNKNOWN, {}),
    ("approve/undecided", drafted, lambda c: m.ApprovePlan(c.plan, APPROVAL), BUREAU, R.WRONG_STAGE, {"needed": "decided"}),
    ("approve/before-decision", decided, lambda c: m.ApprovePlan(c.plan, Approval(YESTERDAY, D)), BUREAU, R.OUT_OF_ORDER, {"after": "2026-11-27"}),
    ("return/undecided", drafted, lambda c: m.ReturnPlan(c.plan, D), BUREAU, R.WRONG_STAGE, {}),
    ("file/unapproved", decided, lambda c: m.FilePlan(c.plan, APPROVAL), BUREAU, R.WRONG_STAGE, {"needed": "approved"}),
    ("file/another-bureau", other_role(approved, PROVIDER, Role.DATA_BUREAU), lambda c: m.FilePlan(c.plan, APPROVAL), PROVIDER, R.NOT_YOURS, {"owner": BUREAU}),
    ("file/early", approved, lambda c: m.FilePlan(c.plan, Approval(YESTERDAY, D)), BUREAU, R.OUT_OF_ORDER, {}),
    # consents
    ("consent/merchant", city, lambda _: m.ConsentToOperation(SHARED, BODY, UNTIL, D), MERCHANT, R.ONLY_A_PUBLIC_BODY, {}),
    ("consent/unknown", city, lambda _: m.ConsentToOperation(OUTSIDE, BODY, UNTIL, D), PROVIDER, R.UNKNOWN, {}),
    ("consent/another's", city, lambda _: m.ConsentToOperation(SHARED, BODY, UNTIL, D), BODY, R.NOT_YOURS, {"owner": PROVIDER}),
    ("consent/self", city, lambda _: m.ConsentToOperation(ROADS, BODY, UNTIL, D), BODY, R.CONSENT_TO_SELF, {}),
    ("consent/over", city, lambda _: m.ConsentToOperation(SHARED, BODY, NOW, D), PROVIDER, R.TERM_EMPTY, {}),
    # selections
    ("call/not-filed", approved, lambda c: m.OpenSelection(c.plan, Method.NEGOTIATION, (), D), BODY, R.WRONG_STAGE, {}),
    ("call/another's", filed, lambda c: m.OpenSelection(c.plan, Method.NEGOTIATION, (), D), PROVIDER, R.NOT_YOURS, {}),
    ("call/single", filed, lambda c: m.OpenSelection(c.plan, Method.SINGLE_SOURCE, (), D), BODY, R.NO_COMPETITION, {}),
    ("call/named", filed, lambda c: m.OpenSelection(c.plan, Method.DESIGNATION, (), D), BODY, R.NO_COMPETITION, {}),
    ("call/unsaid", filed, lambda c: m.OpenSelection(c.plan, Method.OPEN_TENDER, None, D), BODY, R.NEEDS_INFO, {}),
    ("call/local-only", filed, lambda c: m.OpenSelection(c.plan, Method.OPEN_TENDER, (Restraint.LOCAL_ONLY,), D), BODY, R.POWER_ABUSED, {"restraint": "local_only"}),
    ("bid/unknown", filed, lambda c: m.EnterSelection(c.selection, ALL, D), OPERATOR, R.UNKNOWN, {"noun": "selection"}),
    ("bid/concluded", selected, lambda c: m.EnterSelection(c.selection, ALL, D), RIVAL, R.WRONG_STAGE, {}),
    ("bid/twice", called, lambda c: m.EnterSelection(c.selection, ALL, D), RIVAL, R.ALREADY_DONE, {}),
    ("bid/merchant", called, lambda c: m.EnterSelection(c.selection, ALL, D), MERCHANT, R.NOT_AN_OPERATOR, {}),
    ("bid/both", other_role(called, OTHER, Role.PUBLIC_DATA_OPERATOR, Role.DATA_MERCHANT), lambda c: m.EnterSelection(c.selection, ALL, D), OTHER, R.OPERATOR_IS_MERCHANT, {}),
    ("bid/no-legal-person", other_role(called, PROVIDER, Role.PUBLIC_DATA_OPERATOR), lambda c: m.EnterSelection(c.selection, ALL, D), PROVIDER, R.NOT_A_LEGAL_PERSON, {}),
    ("bid/unshown", other_role(called, OTHER, Role.PUBLIC_DATA_OPERATOR), lambda c: m.EnterSelection(c.selection, ALL[:-1], D), OTHER, R.CONDITION_UNMET, {"kind": "security"}),
    ("select/unknown", filed, lambda c: m.SelectOperator(c.selection, OPERATOR, ALL, D), BODY, R.UNKNOWN, {}),
    ("select/another's", called, lambda c: m.SelectOperator(c.selection, OPERATOR, ALL, D), BUREAU, R.NOT_YOURS, {}),
    (
        "select/alone",
        lambda: City().filed().call(bidders=(OPERATOR,)),
        lambda c: m.SelectOperator(c.selection, OPERATOR, ALL, D),
        BODY,
        R.TOO_FEW_CANDIDATES,
        {"candidates": 1, "needed": 2},
    ),
    (
        "select/tender-of-two",
        lambda: City().filed().call(Method.OPEN_TENDER),
        lambda c: m.SelectOperator(c.selection, OPERATOR, ALL, D),
        BODY,
        R.TOO_FEW_CANDIDATES,
        {"candidates": 2, "needed": 3},
    ),
    ("select/stranger", called, lambda c: m.SelectOperator(c.selection, NOBODY, ALL, D), BODY, R.NOT_A_CANDIDATE, {}),
    ("select/suspended", with_(called, lambda c: c.roles.pop(OPERATOR)), lambda c: m.SelectOperator(c.selection, OPERATOR, ALL, D), BODY, R.NOT_AN_OPERATOR, {}),
    ("select/unsaid", called, lambda c: m.SelectOperator(c.selection, OPERATOR, None, D), BODY, R.NEEDS_INFO, {}),
    ("select/unmet", called, lambda c: m.SelectOperator(c.selection, OPERATOR, ALL[1:], D), BODY, R.CONDITION_UNMET, {}),
    (
        "select/tied",
        with_(called, lambda c: setattr(c, "tie", (OPERATOR, NOBODY, MERCHANT))),
        lambda c: m.SelectOperator(c.selection, OPERATOR, ALL, D),
        BODY,
        R.OPERATOR_RELATED,
        {"merchant": MERCHANT, "path": f"{OPERATOR} - {NOBODY} - {MERCHANT}"},
    ),
    ("void/unknown", city, lambda c: m.VoidSelection(c.selection, D), REGULATOR, R.UNKNOWN, {}),
    ("void/body", called, lambda c: m.VoidSelection(c.selection, D), BODY, R.ONLY_AN_AUTHORITY, {}),
    ("void/twice", with_(called, say(lambda c: m.VoidSelection(c.selection, D), REGULATOR)), lambda c: m.VoidSelection(c.selection, D), BUREAU, R.ALREADY_DONE, {}),
    ("void/in-force", agreed, lambda c: m.VoidSelection(c.selection, D), REGULATOR, R.AGREEMENT_IN_FORCE, {}),
    # agreements
    ("propose/unknown", filed, agreement(), BODY, R.UNKNOWN, {"noun": "selection"}),
    ("propose/open", called, agreement(), BODY, R.WRONG_STAGE, {"needed": "concluded"}),
    ("propose/another's", selected, agreement(), PROVIDER, R.NOT_YOURS, {}),
    ("propose/superseded", with_(selected, lambda c: c.filed(replaces=c.plan)), agreement(), BODY, R.WRONG_STAGE, {"stage": "superseded", "needed": "filed"}),
    ("propose/resource-twice", selected, agreement(resources=(ROADS, ROADS)), BODY, R.REPEATED, {"id": ROADS}),
    ("propose/resource-beyond", selected, agreement(resources=(OUTSIDE,)), BODY, R.RESOURCE_OUTSIDE, {}),
    ("propose/product-beyond", selected, agreement(products=(AgreedProduct("raw"),)), BODY, R.PRODUCT_OUTSIDE, {}),
    ("propose/free-charged", selected, agreement(products=(AgreedProduct("care", 1, ChargingUnit.CALL),)), BODY, R.FREE_OF_CHARGE, {}),
    ("propose/no-ceiling", selected, agreement(products=(AgreedProduct("risk"),)), BODY, R.CEILING_MISSING, {}),
    ("propose/no-unit", selected, agreement(products=(AgreedProduct("risk", 1),)), BODY, R.CEILING_MISSING, {}),
    ("propose/product-twice", selected, agreement(products=AGREEMENT.products * 2), BODY, R.REPEATED, {"id": "risk"}),
    ("propose/term-over", selected, agreement(valid_to=NOW), BODY, R.TERM_EMPTY, {}),
    ("propose/term-beyond", selected, agreement(valid_to=UNTIL + 1), BODY, R.TERM_OUTSIDE, {"to": UNTIL}),
    ("propose/term-early", selected, agreement(valid_from=NOW - 2 * DAY_MS), BODY, R.TERM_OUTSIDE, {}),
    ("propose/accounts-mixed", selected, agreement(accounts=Accounts(False, D, D)), BODY, R.ACCOUNTS_NOT_SEPARATE, {}),
    ("propose/redevelopment-unsaid", selected, agreement(no_redevelopment=None), BODY, R.NEEDS_INFO, {}),
    ("propose/redevelopment", selected, agreement(no_redevelopment=False), BODY, R.REDEVELOPMENT_OPEN, {}),
    ("propose/operator-gone", with_(selected, lambda c: c.roles.pop(OPERATOR)), agreement(), BODY, R.NOT_AN_OPERATOR, {}),
    ("propose/link-alone", selected, agreement(link=Link.RENEWAL), BODY, R.LINK_UNFIT, {}),
    ("propose/follows-alone", agreed, follow(None), BODY, R.LINK_UNFIT, {}),
    ("propose/supplements-proposal", proposed, follow(Link.SUPPLEMENT), BODY, R.LINK_UNFIT, {}),
    ("propose/renews-proposal", proposed, follow(Link.RENEWAL), BODY, R.LINK_UNFIT, {}),
    ("propose/renews-exited", ended, follow(Link.RENEWAL), BODY, R.LINK_UNFIT, {}),
    ("propose/supplement-outlasts", first_agreed, follow(Link.SUPPLEMENT), BODY, R.TERM_OUTSIDE, {"to": FOLLOWING}),
    ("propose/renewal-overlaps", agreed, follow(Link.RENEWAL), BODY, R.TERM_OUTSIDE, {"from": UNTIL}),
    ("propose/renewal-unevaluated", first_agreed, follow(Link.RENEWAL, valid_from=FOLLOWING), BODY, R.NEEDS_INFO, {}),
    ("propose/renewal-failed", with_(first_agreed, say(evaluate(Grade.FAILED), BODY)), follow(Link.RENEWAL, valid_from=FOLLOWING), BODY, R.EVALUATION_FAILED, {"year": "2026"}),
    ("propose/unknown-data", with_(selected, lambda c: c.resources.pop(ROADS)), agreement(), BODY, R.UNKNOWN, {"id": ROADS}),
    ("propose/no-consent", shared, agreement(resources=(SHARED,)), BODY, R.CONSENT_MISSING, {"holder": PROVIDER}),
    (
        "propose/short-consent",
        with_(shared, say(lambda _: m.ConsentToOperation(SHARED, BODY, UNTIL - 1, D), PROVIDER)),
        agreement(resources=(SHARED,)),
        BODY,
        R.CONSENT_MISSING,
        {"valid_to": UNTIL},
    ),
    ("propose/not-coded", with_(selected, resource(ROADS, is_coded=False)), agreement(), BODY, R.NOT_CODED, {"resource": ROADS}),
    ("decide-agreement/unknown", city, lambda c: m.DecideAgreement(c.operation, DECISION), BODY, R.UNKNOWN, {"noun": "operation"}),
    ("decide-agreement/another's", proposed, lambda c: m.DecideAgreement(c.operation, DECISION), OPERATOR, R.NOT_YOURS, {}),
    ("decide-agreement/twice", to_sign, lambda c: m.DecideAgreement(c.operation, DECISION), BODY, R.WRONG_STAGE, {}),
    ("decide-agreement/before-plan", proposed, lambda c: m.DecideAgreement(c.operation, Decision(YESTERDAY, DecisionKind.MAJOR_MATTER, D)), BODY, R.OUT_OF_ORDER, {}),
    ("sign/undecided", proposed, sign, OPERATOR, R.WRONG_STAGE, {"stage": "proposed"}),
    ("sign/stranger", to_sign, sign, MERCHANT, R.NOT_YOURS, {}),
    ("sign/twice", half_signed, sign, OPERATOR, R.ALREADY_DONE, {}),
    ("sign/other-text", to_sign, lambda c: m.SignOperation(c.operation, E), OPERATOR, R.TERMS_DIFFER, {"signed": E}),
    ("sign/plan-superseded", with_(half_signed, lambda c: c.filed(replaces=c.plan)), sign, BODY, R.WRONG_STAGE, {}),
    ("sign/void", with_(half_signed, say(lambda c: m.VoidSelection(c.selection, D), BUREAU)), sign, BODY, R.WRONG_STAGE, {}),
    ("sign/operator-gone", with_(half_signed, lambda c: c.roles.pop(OPERATOR)), sign, BODY, R.NOT_AN_OPERATOR, {}),
    ("sign/term-over", with_(half_signed, lambda c: c.later(date(2029, 11, 27))), sign, BODY, R.TERM_EMPTY, {}),
    ("sign/tied", with_(half_signed, lambda c: setattr(c, "tie", (OPERATOR, MERCHANT))), sign, BODY, R.OPERATOR_RELATED, {"path": f"{OPERATOR} - {MERCHANT}"}),
    ("sign/not-coded", with_(half_signed, resource(BUSES, is_coded=False)), sign, BODY, R.NOT_CODED, {"resource": BUSES}),
    ("sign/holder-changed", with_(half_signed, resource(BUSES, holder=PROVIDER)), sign, BODY, R.CONSENT_MISSING, {}),
    ("sign/second", with_(agreed, lambda c: (c.propose().decide_agreement(), c.say(c.signature, OPERATOR))), sign, BODY, R.AGREEMENT_IN_FORCE, {}),
    (
        "sign/supplement-of-ended",
        with_(
            agreed,
            lambda c: (
                setattr(c, "main", c.operation),
                c.propose(follows=c.operation, link=Link.SUPPLEMENT).decide_agreement(),
                c.say(c.signature, OPERATOR),
                c.say(m.RevokeOperation(c.main, ProhibitedAct.REDEVELOPMENT, D), BODY),  # type: ignore[attr-defined]
            ),
        ),
        sign,
        BODY,
        R.WRONG_STAGE,
        {"needed": "in_force"},
    ),
    ("exit/unknown", city, lambda c: m.ExitOperation(c.operation, ExitGround.AGREED, D), BODY, R.UNKNOWN, {}),
    ("exit/proposed", proposed, lambda c: m.ExitOperation(c.operation, ExitGround.AGREED, D), BODY, R.WRONG_STAGE, {}),
    ("exit/stranger", agreed, lambda c: m.ExitOperation(c.operation, ExitGround.AGREED, D), RIVAL, R.NOT_YOURS, {}),
    ("revoke/operator", agreed, lambda c: m.RevokeOperation(c.operation, ProhibitedAct.REDEVELOPMENT, D), OPERATOR, R.ONLY_AN_AUTHORITY, {}),
    ("revoke/ended", ended, lambda c: m.RevokeOperation(c.operation, ProhibitedAct.REDEVELOPMENT, D), REGULATOR, R.WRONG_STAGE, {"stage": "ended"}),
    ("hand-over/in-force", agreed, lambda c: m.HandOverAssets(c.operation, D, D), OPERATOR, R.WRONG_STAGE, {}),
    ("hand-over/body", ended, lambda c: m.HandOverAssets(c.operation, D, D), BODY, R.NOT_YOURS, {}),
    ("accept/not-handed-over", ended, lambda c: m.AcceptHandOver(c.operation, D), BODY, R.WRONG_STAGE, {}),
    ("accept/operator", handed_over, lambda c: m.AcceptHandOver(c.operation, D), OPERATOR, R.NOT_YOURS, {}),
    # applications
    ("vet/no-operator", city, lambda _: m.VetMerchant(MERCHANT, Verdict.PASSED, D), BODY, R.NOT_AN_OPERATOR, {}),
    ("vet/no-merchant", city, lambda _: m.VetMerchant(RIVAL, Verdict.PASSED, D), OPERATOR, R.NOT_A_MERCHANT, {}),
    ("vet/itself", city, lambda _: m.VetMerchant(OPERATOR, Verdict.PASSED, D), OPERATOR, R.OPERATOR_RELATED, {"path": OPERATOR}),
    ("vet/related", with_(city, related()), lambda _: m.VetMerchant(MERCHANT, Verdict.PASSED, D), OPERATOR, R.OPERATOR_RELATED, {}),
    ("apply/no-merchant", vetted, apply(), RIVAL, R.NOT_A_MERCHANT, {"party": RIVAL}),
    ("apply/unknown", city, apply(), MERCHANT, R.UNKNOWN, {"noun": "operation"}),
    ("apply/not-in-force", with_(to_sign, lambda c: c.vetted()), apply(), MERCHANT, R.WRONG_STAGE, {"needed": "in_force"}),
    ("apply/no-scene", vetted, apply(scenes=()), MERCHANT, R.NEEDS_INFO, {}),
    ("apply/two-scenes", vetted, apply(scenes=(SCENE, replace(SCENE, code="GOV-02"))), MERCHANT, R.SECOND_SCENARIO, {"second": "GOV-02"}),
    ("apply/title-41", vetted, apply(scenes=(replace(SCENE, title="险" * 41),)), MERCHANT, R.TEXT_UNFIT, {"field": "scenes.title"}),
    ("apply/summary-401", vetted, apply(scenes=(replace(SCENE, summary="险" * 401),)), MERCHANT, R.TEXT_UNFIT, {"chars_max": 400}),
    ("apply/no-resource", vetted, apply(resources=()), MERCHANT, R.NO_RESOURCES, {}),
    ("apply/twice-one", vetted, apply(resources=(AppliedResource(ROADS, ()),) * 2), MERCHANT, R.REPEATED, {"id": ROADS}),
    ("apply/beyond", vetted, apply(resources=(AppliedResource(SHARED, ()),)), MERCHANT, R.RESOURCE_OUTSIDE, {"resource": SHARED}),
    ("apply/withdrawn", with_(vetted, resource(ROADS, is_withdrawn=True)), apply(), MERCHANT, R.WITHDRAWN, {}),
    ("apply/no-purpose", vetted, apply(purposes=()), MERCHANT, R.NEEDS_INFO, {}),
    ("apply/no-form", vetted, apply(form=None), MERCHANT, R.NEEDS_INFO, {}),
    ("apply/raw", vetted, apply(form=Form.RAW), MERCHANT, R.RAW_DATA, {}),
    ("apply/no-use", vetted, apply(use=None), MERCHANT, R.NEEDS_INFO, {}),
    ("apply/other-product", vetted, apply(product="raw"), MERCHANT, R.PRODUCT_OUTSIDE, {"product": "raw"}),
    ("apply/other-form", vetted, apply(form=Form.REPORT), MERCHANT, R.PRODUCT_DIFFERS, {"part": "form", "held": "model"}),
    ("apply/other-use", vetted, apply(use=Use.PUBLIC_WELFARE), MERCHANT, R.PRODUCT_DIFFERS, {"part": "use"}),
    (
        "apply/other-scenario",
        lambda: City().agreed(plan=replace(PLAN, mode=Mode.SCENARIO, scenario="GOV-02")).vetted(),
        apply(),
        MERCHANT,
        R.SCENARIO_OUTSIDE,
        {"authorized": "GOV-02", "scenario": "FIN-01"},
    ),
    ("apply/over", vetted, apply(valid_to=NOW), MERCHANT, R.TERM_EMPTY, {}),
    ("apply/outlasts", vetted, apply(valid_to=UNTIL + 1), MERCHANT, R.TERM_OUTSIDE, {"to": UNTIL}),
    ("apply/related", with_(vetted, related()), apply(), MERCHANT, R.OPERATOR_RELATED, {"path": f"{OPERATOR} - {RIVAL} - {MERCHANT}"}),
    ("apply/unvetted", agreed, apply(), MERCHANT, R.NOT_VETTED, {"operator": OPERATOR}),
    ("apply/vetting-failed", with_(agreed, say(lambda _: m.VetMerchant(MERCHANT, Verdict.FAILED, D), OPERATOR)), apply(), MERCHANT, R.NOT_VETTED, {}),
    ("apply/again", applied, apply(), MERCHANT, R.SCENARIO_TAKEN, {"resource": ROADS}),
    ("apply/again-in-use", in_use, apply(), MERCHANT, R.SCENARIO_TAKEN, {}),
    ("source/unknown", city, at_source(), BODY, R.UNKNOWN, {"noun": "scenario"}),
    ("source/no-department", applied, at_source(), PROVIDER, R.NOT_THE_SOURCE, {"departments": BODY}),
    ("source/later-stage", at_bureau, at_source(), BODY, R.WRONG_STAGE, {"needed": "source"}),
    ("source/objection-missing", applied, at_source(Verdict.FAILED), BODY, R.OBJECTION_UNFIT, {}),
    ("source/objection-misplaced", applied, at_source(objection=Objection.SENSITIVE), BODY, R.OBJECTION_UNFIT, {}),
    ("source/related", with_(applied, related()), at_source(), BODY, R.OPERATOR_RELATED, {}),
    ("source/merchant-gone", with_(applied, lambda c: c.roles.pop(MERCHANT)), at_source(), BODY, R.NOT_A_MERCHANT, {}),
    ("bureau/body", at_bureau, bureau, BODY, R.ONLY_A_DATA_BUREAU, {}),
    ("bureau/early", applied, bureau, BUREAU, R.WRONG_STAGE, {"stage": "source"}),
    ("bureau/related", with_(at_bureau, related()), bureau, BUREAU, R.OPERATOR_RELATED, {}),
    ("compliance/early", at_bureau, comply, OPERATOR, R.WRONG_STAGE, {}),
    ("compliance/bureau", at_compliance, comply, BUREAU, R.NOT_YOURS, {"owner": OPERATOR}),
    ("develop/unknown", city, develop, MERCHANT, R.UNKNOWN, {}),
    ("develop/stranger", passed, develop, BODY, R.NOT_YOURS, {}),
    ("develop/early", at_compliance, develop, MERCHANT, R.WRONG_STAGE, {"needed": "approved"}),
    ("develop/twice", with_(passed, say(develop, MERCHANT)), develop, MERCHANT, R.ALREADY_DONE, {}),
    ("develop/other-text", with_(passed, say(develop, MERCHANT)), lambda c: m.SignDevelopment(c.scenario, E), OPERATOR, R.TERMS_DIFFER, {}),
    ("develop/related", with_(passed, related()), develop, MERCHANT, R.OPERATOR_RELATED, {}),
    ("develop/over", with_(passed, lambda c: (c.say(develop(c), MERCHANT), c.later(date(2028, 1, 1)))), develop, OPERATOR, R.TERM_EMPTY, {}),
    (
        "develop/not-begun",
        lambda: with_(lambda: City().agreed(replace(AGREEMENT, valid_from=NOW + DAY_MS)).vetted().applied().at_source().at_bureau().compliant(), say(develop, MERCHANT))(),
        develop,
        OPERATOR,
        R.TERM_OUTSIDE,
        {"from": NOW + DAY_MS},
    ),
    ("withdraw/unknown", city, lambda c: m.WithdrawScenario(c.scenario), MERCHANT, R.UNKNOWN, {}),
    ("withdraw/another's", applied, lambda c: m.WithdrawScenario(c.scenario), OTHER, R.NOT_YOURS, {}),
    ("withdraw/in-use", in_use, lambda c: m.WithdrawScenario(c.scenario), MERCHANT, R.WRONG_STAGE, {"stage": "in_force"}),
    ("end/unknown", city, end(None), MERCHANT, R.UNKNOWN, {}),
    ("end/stranger", in_use, end(None), RIVAL, R.NOT_YOURS, {}),
    ("end/early", passed, end(None), MERCHANT, R.WRONG_STAGE, {}),
    ("end/own-act", in_use, end(ProhibitedAct.BEYOND_SCOPE), MERCHANT, R.ACT_UNFIT, {}),
    ("end/unsaid", in_use, end(None), BODY, R.NEEDS_INFO, {}),
    ("output/unknown", city, lambda c: m.ReviewOutput(c.scenario, Form.MODEL, Verdict.PASSED, D), OPERATOR, R.UNKNOWN, {}),
    ("output/merchant", in_use, lambda c: m.ReviewOutput(c.scenario, Form.MODEL, Verdict.PASSED, D), MERCHANT, R.NOT_YOURS, {}),
    ("output/early", passed, lambda c: m.ReviewOutput(c.scenario, Form.MODEL, Verdict.PASSED, D), OPERATOR, R.WRONG_STAGE, {}),
    ("output/raw", in_use, lambda c: m.ReviewOutput(c.scenario, Form.RAW, Verdict.PASSED, D), OPERATOR, R.RAW_DATA, {}),
    ("output/other", in_use, lambda c: m.ReviewOutput(c.scenario, Form.REPORT, Verdict.PASSED, D), OPERATOR, R.PRODUCT_DIFFERS, {}),
    ("feedback/unknown", city, lambda c: m.RecordFeedback(c.scenario, D), MERCHANT, R.UNKNOWN, {}),
    ("feedback/operator", in_use, lambda c: m.RecordFeedback(c.scenario, D), OPERATOR, R.NOT_YOURS, {}),
    ("feedback/early", passed, lambda c: m.RecordFeedback(c.scenario, D), MERCHANT, R.WRONG_STAGE, {}),
    (
        "feedback/never-used",
        with_(applied, say(lambda c: m.ExitOperation(c.operation, ExitGround.AGREED, D), BODY)),
        lambda c: m.RecordFeedback(c.scenario, D),
        MERCHANT,
        R.WRONG_STAGE,
        {"stage": "ended"},
    ),
    # money
    ("prices/unknown", city, prices(price()), OPERATOR, R.UNKNOWN, {}),
    ("prices/ended", ended, prices(price()), OPERATOR, R.WRONG_STAGE, {}),
    ("prices/body", agreed, prices(price()), BODY, R.NOT_YOURS, {}),
    ("prices/twice", agreed, prices(price(), price()), OPERATOR, R.REPEATED, {"id": "risk"}),
    ("prices/beyond", agreed, prices(price(product="raw")), OPERATOR, R.PRODUCT_OUTSIDE, {}),
    ("prices/free", agreed, prices(price(product="care")), OPERATOR, R.FREE_OF_CHARGE, {"use": "public_governance"}),
    ("prices/unit", agreed, prices(price(unit=ChargingUnit.TIME)), OPERATOR, R.UNIT_DIFFERS, {"agreed": "call", "unit": "time"}),
    ("prices/over", agreed, prices(price(10_001)), OPERATOR, R.OVER_CEILING, {"ceiling_fen": 10_000}),
    ("statement/unknown", city, statement(), OPERATOR, R.UNKNOWN, {}),
    ("statement/body", next_year, statement(), BODY, R.NOT_YOURS, {}),
    ("statement/unconcluded", proposed, statement(), OPERATOR, R.YEAR_OUTSIDE, {"first": 0}),
    ("statement/before", next_year, statement(year=2025), OPERATOR, R.YEAR_OUTSIDE, {"first": 2026}),
    ("statement/this-year", next_year, statement(year=2027), OPERATOR, R.YEAR_NOT_OVER, {"year": 2027}),
    ("statement/again", with_(next_year, say(statement(), OPERATOR)), statement(), OPERATOR, R.ALREADY_FILED, {}),
    ("statement/line-twice", next_year, statement(line("risk"), line("risk")), OPERATOR, R.REPEATED, {}),
    ("statement/beyond", next_year, statement(line("raw")), OPERATOR, R.PRODUCT_OUTSIDE, {}),
    ("statement/free-earned", next_year, statement(line("care", 1)), OPERATOR, R.FREE_OF_CHARGE, {}),
    ("statement/line-missing", next_year, statement(line("risk", 1)), OPERATOR, R.LINE_MISSING, {"product": "care"}),
    ("allowed/body", next_year, allowed(), BODY, R.ONLY_A_DATA_BUREAU, {}),
    ("allowed/unknown", city, allowed(), BUREAU, R.UNKNOWN, {}),
    ("allowed/before", next_year, allowed(year=2025), BUREAU, R.YEAR_OUTSIDE, {}),
    ("allowed/again", with_(next_year, say(allowed(), BUREAU)), allowed(), BUREAU, R.ALREADY_FILED, {}),
    ("allowed/bond-unsaid", next_year, allowed(bond_rate_bp=None), BUREAU, R.NEEDS_INFO, {}),
    ("allowed/subsidy", next_year, allowed(subsidy_fen=1_001), BUREAU, R.SUBSIDY_OVER_COST, {}),
    ("allowed/rate-781", next_year, allowed(profit_rate_bp=781), BUREAU, R.PROFIT_RATE_TOO_HIGH, {"rate_bp_max": 780}),
    ("allowed/nothing", next_year, allowed(cost_fen=0, tax_fen=0), BUREAU, R.NOTHING_ALLOWED, {}),
    ("allowed/large", next_year, allowed(cost_fen=INT53_MAX), BUREAU, R.AMOUNT_TOO_LARGE, {}),
    ("assess/unknown", city, assess, BODY, R.UNKNOWN, {}),
    ("assess/operator", next_year, assess, OPERATOR, R.NOT_YOURS, {}),
    ("assess/before", next_year, lambda c: m.AssessDeviation(c.operation, 2025), BODY, R.YEAR_OUTSIDE, {}),
    ("assess/no-statement", next_year, assess, BODY, R.NEEDS_INFO, {}),
    ("assess/no-allowed", with_(next_year, say(statement(), OPERATOR)), assess, BODY, R.NEEDS_INFO, {}),
    ("assess/again", accounted(1_138), assess, BODY, R.ALREADY_FILED, {}),
    ("ceiling/ended", ended, ceiling(), BODY, R.WRONG_STAGE, {}),
    ("ceiling/operator", accounted(1_252), ceiling(), OPERATOR, R.NOT_YOURS, {}),
    ("ceiling/beyond", accounted(1_252), ceiling(product="raw"), BODY, R.PRODUCT_OUTSIDE, {}),
    ("ceiling/free", accounted(1_252), ceiling(product="care"), BODY, R.FREE_OF_CHARGE, {}),
    ("ceiling/unassessed", next_year, ceiling(), BODY, R.NEEDS_INFO, {}),
    ("ceiling/small-deviation", accounted(1_251), ceiling(), BODY, R.CEILING_STANDS, {"adjustment": "price"}),
    ("ceiling/over-agreed", accounted(1_252), ceiling(10_001), BODY, R.OVER_CEILING, {"ceiling_fen": 10_000}),
    # disclosure and evaluation
    ("disclose/unknown", city, disclose(), BODY, R.UNKNOWN, {}),
    ("disclose/stranger", next_year, disclose(), RIVAL, R.NOT_YOURS, {}),
    ("disclose/before", next_year, disclose(year=2025), BODY, R.YEAR_OUTSIDE, {}),
    ("disclose/this-year", next_year, disclose(year=2027), BODY, R.YEAR_NOT_OVER, {}),
    ("disclose/again", with_(next_year, say(disclose(), BODY)), disclose(), BODY, R.ALREADY_FILED, {}),
    ("disclose/no-ceilings", next_year, disclose(BODY_ITEMS[:-1]), BODY, R.DISCLOSURE_ITEM_MISSING, {"item": "ceilings", "side": "body"}),
    ("disclose/no-prices", next_year, disclose(BODY_ITEMS), OPERATOR, R.DISCLOSURE_ITEM_MISSING, {"item": "resources", "side": "operator"}),
    ("evaluate/unknown", city, evaluate(), BODY, R.UNKNOWN, {}),
    ("evaluate/operator", agreed, evaluate(), OPERATOR, R.NOT_YOURS, {}),
    ("evaluate/before", agreed, evaluate(year=2025), BODY, R.YEAR_OUTSIDE, {}),
    ("evaluate/to-come", agreed, evaluate(year=2027), BODY, R.YEAR_NOT_OVER, {}),
    ("evaluate/again", with_(agreed, say(evaluate(), BODY)), evaluate(), BODY, R.ALREADY_FILED, {}),
]
# fmt: on


@pytest.mark.parametrize(
    ("make", "command", "actor", "refusal", "detail"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_may_not_be_is_refused_by_name(
    make: Callable[[], City], command: Callable[[City], Any], actor: Any, refusal: R, detail: dict[str, Any]
) -> None:
    c = make()
    found, told = c.refusal(command(c), actor)
    assert found is refusal
    assert {**told, **detail} == told


ITEM_OF_PLAN = {
    PlanItem.NAME: {"title": ""},
    PlanItem.NECESSITY: {"necessity_digest": None},
    PlanItem.OPERATOR_CONDITIONS: {"conditions": PLAN.conditions[1:]},
    PlanItem.MODE: {"mode": None},
    PlanItem.RESOURCES: {"catalogue_digest": None},
    PlanItem.TERM: {"arrangements_digest": None},
    PlanItem.PRODUCTS: {"products": ()},
    PlanItem.ACCOUNTS: {"accounts": None},
    PlanItem.SECURITY: {"security_digest": None},
    PlanItem.DUTIES: {"duties_digest": None},
    PlanItem.SUPERVISION: {"supervision_digest": None},
    PlanItem.OTHER: {"other": None},
}


@pytest.mark.parametrize("item", PlanItem)
def test_a_plan_without_one_of_its_twelve_items_is_refused_by_the_name_of_that_item(item: PlanItem) -> None:
    command = m.DraftPlan(replace(PLAN, **ITEM_OF_PLAN[item]))
    assert City().refusal(command, BODY) == (R.PLAN_ITEM_MISSING, {"item": item})


@pytest.mark.parametrize("lacking", [{"resources": ()}, {"valid_from": None}, {"valid_to": None}, {"conditions": ()}])
def test_half_an_item_of_a_plan_is_none(lacking: dict[str, Any]) -> None:
    assert City().refusal(m.DraftPlan(replace(PLAN, **lacking)), BODY)[0] is R.PLAN_ITEM_MISSING


ITEM_OF_AGREEMENT = {
    AgreementItem.RESOURCES: {"catalogue_digest": None},
    AgreementItem.TERM: {"valid_to": None},
    AgreementItem.PRODUCTS: {"security_review_digest": None},
    AgreementItem.PLATFORM: {"platform_digest": None},
    AgreementItem.ASSETS: {"assets_digest": None},
    AgreementItem.DISCLOSURE: {"disclosure_digest": None},
    AgreementItem.ACCOUNTS: {"accounts": None},
    AgreementItem.SECURITY: {"security_digest": None},
    AgreementItem.EVALUATION: {"evaluation_digest": None},
    AgreementItem.BREACH: {"breach_digest": None},
    AgreementItem.DISPUTES: {"disputes_digest": None},
    AgreementItem.CHANGE_AND_END: {"change_and_end_digest": None},
    AgreementItem.OTHER: {"other": None},
}


@pytest.mark.parametrize("item", AgreementItem)
def test_an_agreement_without_one_of_its_thirteen_items_is_refused_by_the_name_of_that_item(
    item: AgreementItem,
) -> None:
    command = agreement(**ITEM_OF_AGREEMENT[item])
    c = selected()
    assert c.refusal(command(c), BODY) == (R.AGREEMENT_ITEM_MISSING, {"item": item})


@pytest.mark.parametrize(
    "lacking",
    [
        {"products": ()},
        {"standards_digest": None},
        {"practice_review_digest": None},
        {"resources": ()},
        {"valid_from": None},
    ],
)
def test_half_an_item_of_an_agreement_is_none(lacking: dict[str, Any]) -> None:
    c = selected()
    assert c.refusal(agreement(**lacking)(c), BODY)[0] is R.AGREEMENT_ITEM_MISSING


@pytest.mark.parametrize(
    ("rule", "name", "words"),
    [
        ("S3-09-ITEMS", "items", PlanItem),
        ("S3-14-ITEMS", "items", AgreementItem),
        ("S3-PROHIBITED", "acts", ProhibitedAct),
        ("S3-09", "modes", Mode),
        ("S4-CEILING", "charging_units", ChargingUnit),
    ],
)
def test_the_words_of_the_room_are_those_of_the_rule(rule: str, name: str, words: Any) -> None:
    assert load().parameter(rule, name, TODAY) == tuple(word.value for word in words)


def test_which_uses_are_free_the_rule_says() -> None:
    assert load().parameter("S4-FREE", "free_uses", TODAY) == tuple(use.value for use in Use if use.is_free)
    assert load().parameter("S4-FREE", "charged_uses", TODAY) == tuple(use.value for use in Use if not use.is_free)


OF_TIME = (
    m.ReviewSeparation(ScenarioId("scenario-1")),
    m.LapseReview(ScenarioId("scenario-1"), ScenarioStage.SOURCE, 0),
    m.LapseDisclosure(OperationId("operation-1"), Side.BODY, 0),
    m.LapseHandOver(OperationId("operation-1"), 0),
    m.ExpireOperation(OperationId("operation-1")),
    m.ExpireScenario(ScenarioId("scenario-1"), Cause.TERM),
)


@pytest.mark.parametrize("command", OF_TIME, ids=lambda command: type(command).__name__)
def test_only_the_market_says_what_follows_from_time_and_it_is_never_refused(command: Any) -> None:
    assert City().refusal(command, REGULATOR) == (R.ONLY_THE_MARKET, {"actor": REGULATOR})
    assert City().ask(command, MARKET) == []


# what changes when the rules change


def test_the_same_plan_before_and_after_its_rules_gives_two_answers() -> None:
    for day, rulebook, refusal in (
        (date(2025, 2, 28), "", R.RULE_NOT_IN_FORCE),
        (date(2030, 3, 1), "", R.RULE_NOT_IN_FORCE),
        (date(2030, 2, 28), "", None),
    ):
        c = City().later(day)
        c.rulebook = rulebook
        draft = replace(PLAN, valid_from=c.now, valid_to=c.now + DAY_MS)
        answer = c.ask(m.DraftPlan(draft), BODY)
        assert (answer.refusal if isinstance(answer, Refused) else None) is refusal


def test_under_the_rulebook_before_there_is_no_collective_decision_to_record() -> None:
    c = drafted()
    c.rulebook = "2026.1"
    assert c.refusal(m.DecidePlan(c.plan, DECISION), BODY) == (R.RULE_NOT_IN_FORCE, {"rule": "S3-DECISION"})


def test_an_end_never_waits_for_a_rule() -> None:
    c = agreed().later(date(2035, 1, 1))
    c.rulebook = ""
    events = c.say(m.RevokeOperation(c.operation, ProhibitedAct.RAW_DATA_TO_MARKET, D), REGULATOR)
    assert (events[0].cause, events[0].rules) == (Cause.REVOKED, ("MM-OPERATION",))


def test_what_a_disclosure_says_is_asked_only_once_the_notice_is_in_force() -> None:
    c = next_year()
    c.now = start_of(date(2026, 2, 9))
    assert c.refusal(disclose()(c), BODY) == (R.RULE_NOT_IN_FORCE, {"rule": "S28-YEARLY"})


# lives


def test_a_major_change_goes_the_whole_way_again_and_the_old_plan_ends_with_its_filing() -> None:
    c = filed()
    old = c.plan
    c.filed(replace(PLAN, resources=(ROADS,)), replaces=old)
    assert (c.state.plans[old].stage, c.state.plans[c.plan].stage) == (PlanStage.SUPERSEDED, PlanStage.FILED)
    assert "S3-CHANGE" in c.state.plans[c.plan].rules


def test_a_plan_that_two_changes_replace_is_replaced_once() -> None:
    c = filed()
    old = c.plan
    c.draft(replaces=old).decide_plan().approve()
    first = c.plan
    c.draft(replaces=old).decide_plan().approve().file()
    assert c.refusal(m.FilePlan(first, APPROVAL), BUREAU)[0] is R.WRONG_STAGE


def test_what_is_not_major_is_amended_in_force_and_what_was_sent_back_is_a_draft_again() -> None:
    c = filed()
    c.say(m.AmendPlan(c.plan, replace(PLAN, duties_digest=E)), BODY)
    assert (c.state.plans[c.plan].content.duties_digest, c.state.plans[c.plan].stage) == (E, PlanStage.FILED)
    back = decided()
    back.say(m.ReturnPlan(back.plan, D), BUREAU)
    back.say(m.AmendPlan(back.plan, replace(PLAN, resources=(ROADS,))), BODY)
    assert back.state.plans[back.plan].stage is PlanStage.DRAFTED
    assert back.decide_plan().approve().file().state.plans[back.plan].stage is PlanStage.FILED


@pytest.mark.parametrize("day", [date(2031, 11, 26), date(2031, 11, 27)])
def test_a_term_of_five_years_ends_with_the_day_of_the_same_date(day: date) -> None:
    start = start_of(TODAY)
    fits = replace(PLAN, valid_from=start, valid_to=start_of(day) + DAY_MS)
    c = City().draft(fits)
    assert c.plan in c.state.plans
    beyond = replace(fits, valid_to=start_of(date(2031, 11, 28)) + 1)
    assert City().refusal(m.DraftPlan(beyond), BODY)[0] is R.TERM_TOO_LONG


def test_titles_of_forty_and_summaries_of_four_hundred_characters_fit() -> None:
    City().draft(replace(PLAN, title="路" * 40))
    vetted().applied(scenes=(Scene("FIN-01", "险" * 40, "险" * 400),))


def test_shared_data_is_operated_with_its_providers_consent() -> None:
    c = selected()
    c.say(m.ConsentToOperation(SHARED, BODY, UNTIL, D), PROVIDER)
    c.propose(replace(AGREEMENT, resources=(ROADS, SHARED))).decide_agreement().sign()
    assert "S3-05" in c.state.operations[c.operation].rules


def test_a_conclusion_starts_the_term_and_a_disclosure_of_each_side() -> None:
    c = agreed()
    april = start_of(date(2027, 4, 1))
    assert starts(c.concluded) == {
        "operation.term": Start(c.operation, "operation.term", Unit.INSTANT, UNTIL, "S3-TERM", OPERATOR),
        "operation.disclosure_body": Start(
            c.operation, "operation.disclosure_body", Unit.INSTANT, april, "S28-YEARLY", BODY
        ),
        "operation.disclosure_operator": Start(
            c.operation, "operation.disclosure_operator", Unit.INSTANT, april, "S28-YEARLY", OPERATOR
        ),
    }


def test_before_the_notice_the_price_rule_sets_the_same_month() -> None:
    c = City().later(date(2026, 1, 5))
    on = date(2026, 1, 5)
    c.now += 1
    decision, paper = Decision(on, DecisionKind.MAJOR_PROJECT, D), Approval(on, D)
    c.draft(replace(PLAN, valid_from=c.now, valid_to=c.now + 400 * DAY_MS))
    c.say(m.DecidePlan(c.plan, decision), BODY)
    c.say(m.ApprovePlan(c.plan, paper), BUREAU)
    c.say(m.FilePlan(c.plan, paper), BUREAU)
    c.call().select().propose(replace(AGREEMENT, valid_from=c.now, valid_to=c.now + 400 * DAY_MS))
    c.say(m.DecideAgreement(c.operation, decision), BODY)
    clock = starts(c.sign().concluded)["operation.disclosure_body"]
    assert (clock.count, clock.rule) == (start_of(date(2027, 4, 1)), "S4-REPORT")


def test_the_departments_share_one_limit_and_each_passes_before_the_bureau() -> None:
    c = selected()
    c.say(m.ConsentToOperation(SHARED, BODY, UNTIL, D), PROVIDER)
    c.propose(replace(AGREEMENT, resources=(ROADS, SHARED))).decide_agreement().sign().vetted()
    both = (AppliedResource(SHARED, ("a",)), AppliedResource(ROADS, ()))
    c.applied(resources=both)
    assert c.state.applications[c.scenario].departments == (PROVIDER, BODY)
    c.now += DAY_MS
    first = c.say(at_source()(c), PROVIDER)
    clock = starts(first)["operation.source_review"]
    assert (clock.owner, clock.since, first[0].stage) == (BODY, NOW, ScenarioStage.SOURCE)
    assert c.refusal(at_source()(c), PROVIDER)[0] is R.ALREADY_DONE
    second = c.say(at_source()(c), BODY)
    assert second[0].stage is ScenarioStage.BUREAU
    assert (
        Stop(c.scenario, "operation.source_review") in second[0].clocks,
        starts(second)["operation.bureau_review"].owner,
    ) == (True, BUREAU)


def test_a_failed_review_ends_the_application_and_frees_its_scenario() -> None:
    c = applied()
    events = c.say(m.ReviewAtSource(c.scenario, Verdict.FAILED, D, Objection.SENSITIVE), BODY)
    assert (events[0].stage, events[0].clocks) == (ScenarioStage.REFUSED, (Stop(c.scenario),))
    assert c.applied().state.scenarios[c.scenario].stage is ScenarioStage.SOURCE


def test_a_failed_review_needs_no_look_at_relations() -> None:
    c = applied()
    c.relate(OPERATOR, MERCHANT)
    c.say(m.ReviewAtSource(c.scenario, Verdict.FAILED, D, Objection.MERCHANT_UNFIT), BODY)


def test_a_use_begins_with_the_second_signature_and_ends_with_its_term() -> None:
    c = passed()
    c.say(develop(c), MERCHANT)
    events = c.say(develop(c), OPERATOR)
    assert [type(event).__name__ for event in events] == ["DevelopmentSigned", "ScenarioAdmitted"]
    clock = starts(events)["operation.scenario_term"]
    assert (clock.count, clock.owner) == (NOW + 300 * DAY_MS, MERCHANT)
    assert c.market(m.ExpireScenario(c.scenario, Cause.TERM)) == []
    c.now = NOW + 300 * DAY_MS
    assert c.market(m.ExpireScenario(c.scenario, Cause.TERM))[0].cause is Cause.TERM
    assert c.market(m.ExpireScenario(c.scenario, Cause.TERM)) == []


@pytest.mark.parametrize(
    ("actor", "act", "cause"),
    [
        (MERCHANT, None, Cause.GIVEN_UP),
        (OPERATOR, None, Cause.TERMS_BROKEN),
        *((actor, ProhibitedAct.BEYOND_SCOPE, Cause.REVOKED) for actor in (OPERATOR, BODY, BUREAU, REGULATOR)),
    ],
)
def test_who_ends_a_use_and_why(actor: Any, act: ProhibitedAct | None, cause: Cause) -> None:
    c = in_use()
    event = c.say(m.EndScenario(c.scenario, act, D), actor)[0]
    assert (event.cause, event.ground) == (cause, act or "")
    c.applied()


def test_a_use_is_suspended_when_its_merchant_becomes_related_and_goes_on_when_that_is_undone() -> None:
    c = in_use()
    assert c.market(m.ReviewSeparation(c.scenario)) == []
    c.relate(OPERATOR, MERCHANT, RIVAL)
    suspended = c.market(m.ReviewSeparation(c.scenario))[0]
    assert (suspended.relation, suspended.rules[0]) == ((OPERATOR, RIVAL, MERCHANT), "S3-06")
    assert starts([suspended])["operation.rectification"].owner == MERCHANT
    assert c.market(m.ReviewSeparation(c.scenario)) == []
    output = m.ReviewOutput(c.scenario, Form.MODEL, Verdict.PASSED, D)
    assert c.refusal(output, OPERATOR)[0] is R.WRONG_STAGE
    c.relations.clear()
    assert c.market(m.ReviewSeparation(c.scenario))[0].clocks == (Stop(c.scenario, "operation.rectification"),)
    assert c.market(m.ExpireScenario(c.scenario, Cause.RELATED)) == []
    assert c.state.scenarios[c.scenario].stage is ScenarioStage.IN_FORCE


def test_a_relation_that_is_not_undone_in_time_ends_the_use() -> None:
    c = in_use()
    c.relate(OPERATOR, MERCHANT)
    c.market(m.ReviewSeparation(c.scenario))
    event = c.market(m.ExpireScenario(c.scenario, Cause.RELATED))[0]
    assert (event.cause, event.rules[0]) == (Cause.RELATED, "S3-06")


@pytest.mark.parametrize(
    ("make", "stage", "owner", "kind", "answer", "actor"),
    [
        (applied, ScenarioStage.SOURCE, BODY, "operation.source_review", at_source(), BODY),
        (at_bureau, ScenarioStage.BUREAU, BUREAU, "operation.bureau_review", bureau, BUREAU),
        (at_compliance, ScenarioStage.COMPLIANCE, OPERATOR, "operation.compliance", comply, OPERATOR),
    ],
)
def test_a_late_review_goes_before_the_bureau_and_is_still_owed(
    make: Any, stage: ScenarioStage, owner: Any, kind: str, answer: Any, actor: Any
) -> None:
    c = make()
    due = NOW + 20 * DAY_MS
    assert c.market(m.LapseReview(c.scenario, stage, due)) == []
    c.now = due
    overdue = c.market(m.LapseReview(c.scenario, stage, due))[0]
    assert (overdue.bureau, overdue.escalation.owner, overdue.escalation.kind) == (BUREAU, owner, kind)
    assert c.market(m.LapseReview(c.scenario, stage, due)) == []
    assert [each.about for each in views.overdue_before(c.state, BUREAU)] == [c.scenario]
    assert c.say(answer(c), actor)[0].review.late
    assert list(views.overdue_before(c.state, BUREAU)) == []
    assert not c.state.scenarios[c.scenario].overdue


def test_an_exit_ends_what_stands_on_the_agreement_and_asks_for_a_hand_over() -> None:
    c = in_use()
    used = c.scenario
    c.vetted(OTHER).applied(OTHER)
    events = c.say(m.ExitOperation(c.operation, ExitGround.OPERATOR_UNABLE, D), OPERATOR)
    assert [type(event).__name__ for event in events] == ["OperationEnded", "ScenarioEnded", "ScenarioEnded"]
    assert starts(events)["operation.hand_over"].unit is Unit.WORK_DAYS
    assert {c.state.scenarios[key].cause for key in (used, c.scenario)} == {Cause.OPERATION_ENDED}
    c.say(m.HandOverAssets(c.operation, D, D), OPERATOR)
    closed = c.say(m.AcceptHandOver(c.operation, D), BODY)[0]
    assert (closed.clocks, c.state.operations[c.operation].stage) == (
        (Stop(c.operation, "operation.hand_over"),),
        OperationStage.CLOSED,
    )


@pytest.mark.parametrize("actor", [BODY, BUREAU, REGULATOR])
@pytest.mark.parametrize("act", ProhibitedAct)
def test_each_prohibited_act_ends_an_agreement_at_once(act: ProhibitedAct, actor: Any) -> None:
    c = agreed()
    event = c.say(m.RevokeOperation(c.operation, act, D), actor)[0]
    assert (event.cause, event.ground, event.rules[0]) == (Cause.REVOKED, act, "S3-PROHIBITED")


def test_a_hand_over_that_is_late_goes_before_the_bureau_until_it_is_accepted() -> None:
    c = ended()
    due = NOW + 60 * DAY_MS
    assert c.market(m.LapseHandOver(c.operation, due)) == []
    c.now = due
    assert c.market(m.LapseHandOver(c.operation, due))[0].escalation.owner == OPERATOR
    c.say(m.HandOverAssets(c.operation, D, D), OPERATOR)
    assert c.market(m.LapseHandOver(c.operation, due))[0].escalation.owner == BODY
    c.say(m.AcceptHandOver(c.operation, D), BODY)
    assert (list(views.overdue_before(c.state, BUREAU)), c.market(m.LapseHandOver(c.operation, due))) == ([], [])


def test_a_term_ends_by_itself_once() -> None:
    c = agreed()
    assert c.market(m.ExpireOperation(c.operation)) == []
    c.now = UNTIL
    event = c.market(m.ExpireOperation(c.operation))[0]
    assert (event.cause, event.last_year) == (Cause.TERM, 2029)
    assert c.market(m.ExpireOperation(c.operation)) == []


def test_supplements_end_with_what_they_supplement_and_a_renewal_follows_it() -> None:
    c = City().agreed(FIRST)
    first = c.operation
    c.propose(FIRST, follows=first, link=Link.SUPPLEMENT).decide_agreement().sign()
    supplement = c.operation
    assert c.refusal(m.ProposeAgreement(c.selection, FIRST, supplement, Link.SUPPLEMENT), BODY)[0] is R.LINK_UNFIT
    c.say(m.EvaluateOperation(first, YEAR, Grade.ADEQUATE, D), BODY)
    c.propose(replace(AGREEMENT, valid_from=FOLLOWING), follows=first, link=Link.RENEWAL).decide_agreement().sign()
    c.say(m.ExitOperation(first, ExitGround.AGREED, D), BODY)
    stages = [c.state.operations[key].stage for key in (first, supplement, c.operation)]
    assert stages == [OperationStage.ENDED, OperationStage.ENDED, OperationStage.IN_FORCE]


def test_a_selection_names_the_merchants_that_its_operator_is_related_to() -> None:
    c = called()
    facts = c.facts(m.SelectOperator(c.selection, OPERATOR, ALL, D), BODY)
    assert isinstance(facts, m.CandidateFacts)
    answer = decide(
        c.state, m.SelectOperator(c.selection, OPERATOR, ALL, D), replace(facts, related_merchants=(OTHER,))
    )
    assert not isinstance(answer, Refused)
    assert answer[0].barred == (OTHER,)  # type: ignore[union-attr]


def test_a_tender_of_three_is_concluded() -> None:
    c = City()
    c.roles[OTHER], c.legal = frozenset({Role.PUBLIC_DATA_OPERATOR}), {*c.legal}
    c.filed().call(Method.INVITED_TENDER, (OPERATOR, RIVAL, OTHER)).select()
    assert c.state.selections[c.selection].operator == OPERATOR


def test_no_selection_has_more_candidates_than_it_can_carry() -> None:
    c = called()
    crowd = tuple(f"party-{n}" for n in range(100, 162))
    c.state.selections[c.selection] = replace(c.state.selections[c.selection], candidates=(OPERATOR, RIVAL, *crowd))
    c.roles[OTHER] = frozenset({Role.PUBLIC_DATA_OPERATOR})
    assert c.refusal(m.EnterSelection(c.selection, ALL, D), OTHER)[0] is R.TOO_MANY_CANDIDATES


def test_statements_that_no_number_can_hold_are_refused() -> None:
    c = City().agreed(
        plan=replace(
            PLAN, products=(*PLAN.products, PlannedProduct("more", "更多", Use.SECTOR_DEVELOPMENT, Form.MODEL))
        ),
        draft=replace(AGREEMENT, products=(*AGREEMENT.products, AgreedProduct("more", 1, ChargingUnit.TIME))),
    )
    c.later(date(2027, 2, 1))
    lines = (line("risk", INT53_MAX), line("more", 1), line("care"))
    assert c.refusal(statement(*lines)(c), OPERATOR)[0] is R.AMOUNT_TOO_LARGE


# outputs, prices, accounts


def test_what_leaves_is_reviewed_and_results_flow_back() -> None:
    c = in_use()
    c.say(m.ReviewOutput(c.scenario, Form.RAW, Verdict.FAILED, D), OPERATOR)
    c.say(m.ReviewOutput(c.scenario, Form.MODEL, Verdict.PASSED, D), OPERATOR)
    assert [task.what for task in views.merchant_desk(c.state, MERCHANT)] == ["RecordFeedback"]
    assert c.say(m.RecordFeedback(c.scenario, D), MERCHANT)[0].record.to == (BODY,)
    assert [record.by for _, record in c.state.outputs.under(f"{c.scenario}/")] == [OPERATOR, OPERATOR]
    c.say(end(None)(c), MERCHANT)
    assert c.say(m.RecordFeedback(c.scenario, D), MERCHANT)[0].nth == 2


def test_a_price_may_equal_its_ceiling_and_falls_with_it() -> None:
    c = accounted(1_252)()
    c.say(prices(price(10_000))(c), OPERATOR)
    c.say(ceiling(9_999)(c), BODY)
    assert f"{c.operation}/risk" not in c.state.prices
    assert c.refusal(prices(price(10_000))(c), OPERATOR)[1]["ceiling_fen"] == 9_999
    c.say(prices(price(9_999))(c), OPERATOR)
    c.say(ceiling(10_000)(c), BODY)
    assert (views.ceiling_fen(c.state, c.operation, "risk"), c.state.prices[f"{c.operation}/risk"].amount_fen) == (
        10_000,
        9_999,
    )


def test_the_accounts_of_free_products_stay_out_of_those_of_charged_ones() -> None:
    c = next_year()
    record = c.say(statement()(c), OPERATOR)[0].record
    assert (record.revenue_fen, record.charged_cost_fen, record.free_cost_fen) == (100, 50, 20)


@pytest.mark.parametrize(
    ("revenue_fen", "adjustment"),
    [
        (1_138, Adjustment.NONE),
        (1_139, Adjustment.PRICE),
        (1_025, Adjustment.PRICE),
        (1_251, Adjustment.PRICE),
        (1_252, Adjustment.CEILING),
        (1_024, Adjustment.CEILING),
    ],
)
def test_what_a_deviation_asks_for(revenue_fen: int, adjustment: Adjustment) -> None:
    c = accounted(revenue_fen)()
    record = c.state.deviations[f"{c.operation}/{YEAR}"]
    assert (record.adjustment, record.allowed_fen) == (adjustment, 1_138)


# disclosures


def test_a_disclosure_in_time_moves_the_limit_to_the_next_year() -> None:
    c = next_year()
    event = c.say(disclose(OPERATOR_ITEMS)(c), OPERATOR)[0]
    clock = starts([event])["operation.disclosure_operator"]
    assert (event.late, clock.count) == (False, start_of(date(2028, 4, 1)))
    assert views.disclosed_on(c.state, c.operation, Side.OPERATOR, YEAR) == c.now
    assert c.state.operations[c.operation].operator_year == 2027


def test_the_last_moment_of_march_is_in_time_and_april_is_late() -> None:
    april = start_of(date(2027, 4, 1))
    c = agreed()
    c.now = april - 1
    assert c.market(m.LapseDisclosure(c.operation, Side.BODY, april)) == []
    assert not c.say(disclose()(c), BODY)[0].late
    c.now = april
    assert c.market(m.LapseDisclosure(c.operation, Side.BODY, april)) == []
    overdue = c.market(m.LapseDisclosure(c.operation, Side.OPERATOR, april))[0]
    assert (overdue.year, overdue.bureau, overdue.escalation.owner) == (YEAR, BUREAU, OPERATOR)
    assert starts([overdue])["operation.disclosure_operator"].count == start_of(date(2028, 4, 1))
    assert [task.what for task in views.operator_desk(c.state, OPERATOR, c.now) if "overdue" in task.stage] == [
        "Disclose"
    ]
    late = c.say(disclose(OPERATOR_ITEMS)(c), OPERATOR)[0]
    assert (late.late, late.clocks, list(views.overdue_before(c.state, BUREAU))) == (True, (), [])


def test_after_the_end_the_last_year_is_still_disclosed_and_no_year_after_it() -> None:
    c = ended()
    c.later(date(2027, 2, 1))
    event = c.say(disclose()(c), BODY)[0]
    assert event.clocks == (Stop(c.operation, "operation.disclosure_body"),)
    c.now = start_of(date(2027, 4, 1))
    lapsed = c.market(m.LapseDisclosure(c.operation, Side.OPERATOR, c.now))[0]
    assert lapsed.clocks == (Stop(c.operation, "operation.disclosure_operator"),)
    assert c.refusal(disclose(year=2027)(c), BODY)[0] is R.YEAR_OUTSIDE


def test_an_agreement_that_ended_before_it_began_owes_no_disclosure() -> None:
    c = City().agreed(replace(AGREEMENT, valid_from=start_of(date(2028, 1, 1))))
    event = c.say(m.ExitOperation(c.operation, ExitGround.PUBLIC_INTEREST, D), BODY)[0]
    stopped = {change.kind for change in event.clocks if isinstance(change, Stop)}
    assert {"operation.disclosure_body", "operation.disclosure_operator"} <= stopped


# what is seen


def test_desks_name_what_each_party_has_to_do() -> None:
    def desk(c: City) -> dict[str, list[str]]:
        return {
            "body": [task.what for task in views.body_desk(c.state, BODY, c.now)],
            "operator": [task.what for task in views.operator_desk(c.state, OPERATOR, c.now)],
            "bureau": [getattr(task, "what", "overdue") for task in views.bureau_desk(c.state, BUREAU)],
            "merchant": [task.what for task in views.merchant_desk(c.state, MERCHANT)],
        }

    empty: dict[str, list[str]] = {"body": [], "operator": [], "bureau": [], "merchant": []}
    back = with_(decided, say(lambda c: m.ReturnPlan(c.plan, D), BUREAU))
    for make, waiting in (
        (drafted, {"body": ["DecidePlan"]}),
        (back, {"body": ["AmendPlan"]}),
        (decided, {"bureau": ["ApprovePlan"]}),
        (approved, {"bureau": ["FilePlan"]}),
        (filed, {"body": ["OpenSelection"]}),
        (proposed, {"body": ["DecideAgreement"]}),
        (half_signed, {"body": ["SignOperation"]}),
        (agreed, {}),
        (applied, {"body": ["ReviewAtSource"]}),
        (at_bureau, {"bureau": ["ReviewByBureau"]}),
        (at_compliance, {"operator": ["CheckCompliance"]}),
        (passed, {"operator": ["SignDevelopment"], "merchant": ["SignDevelopment"]}),
        (ended, {"operator": ["HandOverAssets"]}),
        (handed_over, {"body": ["AcceptHandOver"]}),
        (next_year, {"body": ["Disclose"], "operator": ["Disclose", "FileStatement"]}),
    ):
        assert desk(make()) == {**empty, **waiting}


def test_the_chain_of_an_application_leads_up_to_its_plan() -> None:
    c = in_use()
    chain = views.chain_of(c.state, c.scenario)
    assert [step.noun for step in chain] == ["scenario", "operation", "selection", "plan"]
    assert [step.stage for step in chain] == ["in_force", "in_force", "concluded", "filed"]
    assert all(step.rules for step in chain)
    assert views.chain_of(c.state, ScenarioId("scenario-9")) == ()
    assert views.operation_of(c.state, OperationId("operation-9")) is None
    assert views.scenario_of(c.state, c.scenario) == c.state.scenarios[c.scenario]


def test_open_merchants_are_those_with_an_open_application_for_the_data() -> None:
    c = applied()
    assert views.open_merchants(c.state, (ROADS, BUSES)) == (MERCHANT,)
    c.say(m.WithdrawScenario(c.scenario), MERCHANT)
    assert views.open_merchants(c.state, (ROADS, BUSES)) == ()


def test_every_refusal_of_the_room_is_reached() -> None:
    tabled = {case[4] for case in CASES}
    elsewhere = {
        R.RULE_NOT_IN_FORCE,
        R.ONLY_THE_MARKET,
        R.PLAN_ITEM_MISSING,
        R.AGREEMENT_ITEM_MISSING,
        R.TOO_MANY_CANDIDATES,
    }
    assert set(R) == tabled | elsewhere


LIVES = (
    in_use,
    handed_over,
    accounted(1_252),
    with_(agreed, say(evaluate(), BODY)),
    with_(in_use, say(end(None), OPERATOR)),
)


@pytest.mark.parametrize("make", LIVES)
def test_every_event_names_rules_that_the_rulebook_has_and_survives_its_bytes(make: Callable[[], City]) -> None:
    c = make()
    for event in c.heard:
        rules = getattr(event, "rules", getattr(getattr(event, "record", None), "rules", ()))
        assert set(rules) <= set(load().rules)
        assert rules or type(event) in WITHOUT_RULES
        assert msgspec.json.decode(canonical(event), type=m.Event) == event
    for command in c.said:
        assert msgspec.json.decode(canonical(command), type=m.Command) == command


WITHOUT_RULES = (
    e.SelectionEntered,
    e.OperationSigned,
    e.AgreementProposed,
    e.DevelopmentSigned,
    e.ScenarioWithdrawn,
    e.OperationHandedOver,
)
"""What somebody did, where nothing was decided."""
