"""A small city in which public data is operated: what tests of the room of operation start from."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, ResourceId
from mumian.kernel.limits import Start
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, start_of
from mumian.rooms.operation import model as m
from mumian.rooms.operation.agreement import AgreedProduct, AgreementDraft
from mumian.rooms.operation.decide import decide
from mumian.rooms.operation.evolve import evolve
from mumian.rooms.operation.plan import Accounts, Condition, PlanDraft, PlannedProduct
from mumian.rooms.operation.records import AppliedResource, Scene
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import (
    Approval,
    ChargingUnit,
    ConditionKind,
    Decision,
    DecisionKind,
    Form,
    Method,
    Mode,
    OperationId,
    PlanId,
    ResourceSeen,
    ScenarioId,
    SelectionId,
    Use,
    Verdict,
)

D, E = "d" * 64, "e" * 64
BODY, BUREAU, PROVIDER, OPERATOR, RIVAL, MERCHANT, OTHER, REGULATOR = (PartyId(f"party-{n}") for n in range(1, 9))
NOBODY = PartyId("party-99")
ROADS, BUSES, SHARED = ResourceId("resource-1"), ResourceId("resource-2"), ResourceId("resource-3")
TODAY = date(2026, 11, 27)
NOW = start_of(TODAY) + 1
UNTIL = start_of(date(2029, 11, 27))
ROLES = {
    BODY: {Role.PUBLIC_BODY},
    BUREAU: {Role.DATA_BUREAU, Role.PUBLIC_BODY},
    PROVIDER: {Role.PUBLIC_BODY},
    OPERATOR: {Role.PUBLIC_DATA_OPERATOR},
    RIVAL: {Role.PUBLIC_DATA_OPERATOR},
    MERCHANT: {Role.DATA_MERCHANT},
    OTHER: {Role.DATA_MERCHANT},
    REGULATOR: {Role.REGULATOR},
}
ALL = tuple(ConditionKind)

PLAN = PlanDraft(
    title="道路与公交数据授权运营实施方案",
    necessity_digest=D,
    conditions=tuple(Condition(kind, D) for kind in ConditionKind),
    mode=Mode.WHOLE,
    resources=(ROADS, BUSES, SHARED),
    catalogue_digest=D,
    valid_from=NOW - DAY_MS,
    valid_to=UNTIL,
    arrangements_digest=D,
    products=(
        PlannedProduct("risk", "延误风险模型", Use.INDUSTRY_DEVELOPMENT, Form.MODEL),
        PlannedProduct("care", "养护报告", Use.PUBLIC_GOVERNANCE, Form.REPORT),
    ),
    accounts=Accounts(True, D, D),
    security_digest=D,
    duties_digest=D,
    supervision_digest=D,
    other="none",
)
AGREEMENT = AgreementDraft(
    resources=(ROADS, BUSES),
    catalogue_digest=D,
    valid_from=NOW - DAY_MS,
    valid_to=UNTIL,
    products=(AgreedProduct("risk", 10_000, ChargingUnit.CALL), AgreedProduct("care")),
    standards_digest=D,
    security_review_digest=D,
    practice_review_digest=D,
    platform_digest=D,
    assets_digest=D,
    disclosure_digest=D,
    no_redevelopment=True,
    accounts=Accounts(True, D, D),
    security_digest=D,
    evaluation_digest=D,
    breach_digest=D,
    disputes_digest=D,
    change_and_end_digest=D,
    other="none",
)
DECISION = Decision(TODAY, DecisionKind.MAJOR_MATTER, D)
APPROVAL = Approval(TODAY, D)
SCENE = Scene("FIN-01", "延误保险定价", "为航班延误保险定价提供风险分值")
APPLY = m.ApplyForScenario(
    OperationId("?"),
    (SCENE,),
    (AppliedResource(ROADS, ()),),
    ("insurance",),
    (),
    "risk",
    Form.MODEL,
    Use.INDUSTRY_DEVELOPMENT,
    NOW + 300 * DAY_MS,
)


NEW = PlanId("")
"""A plan that replaces none."""


class City:
    """The room's state, with who and what is around it. Each command is one leaf; time moves when a test says so."""

    def __init__(self) -> None:
        self.state = m.State(*(DictTable() for _ in m.State.__struct_fields__))
        self.now = NOW
        self.seq = 100
        self.rulebook = ""
        self.said: list[Any] = []
        self.heard: list[Any] = []
        self.roles = {party: frozenset(roles) for party, roles in ROLES.items()}
        self.legal = {OPERATOR, RIVAL, MERCHANT, OTHER}
        self.resources = {
            ROADS: ResourceSeen(ROADS, BODY, DataKind.PUBLIC, is_coded=True),
            BUSES: ResourceSeen(BUSES, BODY, DataKind.PUBLIC, is_coded=True),
            SHARED: ResourceSeen(SHARED, PROVIDER, DataKind.PUBLIC, is_coded=True),
        }
        self.relations: dict[tuple[PartyId, PartyId], tuple[PartyId, ...]] = {}
        self.tie: tuple[PartyId, ...] = ()  # from a candidate to a merchant on the plan's data
        self.plan, self.selection = PlanId("plan-0"), SelectionId("selection-0")
        self.operation, self.scenario = OperationId("operation-0"), ScenarioId("scenario-0")

    def relate(self, operator: PartyId, merchant: PartyId, *between: PartyId) -> None:
        self.relations[operator, merchant] = (operator, *between, merchant)

    def facts(self, command: Any, actor: PartyId) -> Facts:
        base: dict[str, Any] = {
            "seq": self.seq,
            "now": self.now,
            "actor": actor,
            "roles": self.roles.get(actor, frozenset()),
            "rulebook": self.rulebook,
        }
        seen = tuple(self.resources.values())
        match command:
            case m.DraftPlan() | m.AmendPlan() | m.ConsentToOperation():
                return m.ResourceFacts(**base, resources=seen)
            case m.EnterSelection() | m.SelectOperator() | m.ProposeAgreement() | m.SignOperation():
                party = self._operator(command, actor)
                roles = self.roles.get(party, frozenset())
                return m.CandidateFacts(
                    **base, operator_roles=roles, is_legal=party in self.legal, relation=self.tie, resources=seen
                )
            case m.VetMerchant():
                return self._merchant_facts(base, actor, command.merchant)
            case m.ApplyForScenario():
                operation = self.state.operations.get(command.operation)
                return self._merchant_facts(base, operation.operator if operation else NOBODY, actor)
            case (
                m.ReviewAtSource()
                | m.ReviewByBureau()
                | m.CheckCompliance()
                | m.SignDevelopment()
                | m.ReviewSeparation()
            ):
                scenario = self.state.scenarios.get(command.scenario)
                ends = (scenario.operator, scenario.merchant) if scenario else (NOBODY, NOBODY)
                return self._merchant_facts(base, *ends)
            case _:
                return Facts(**base)

    def _operator(self, command: Any, actor: PartyId) -> PartyId:
        match command:
            case m.SelectOperator():
                return command.operator
            case m.ProposeAgreement():
                selection = self.state.selections.get(command.selection)
                return selection.operator if selection else NOBODY
            case m.SignOperation():
                operation = self.state.operations.get(command.operation)
                return operation.operator if operation else NOBODY
            case _:
                return actor

    def _merchant_facts(self, base: dict[str, Any], operator: PartyId, merchant: PartyId) -> Facts:
        return m.MerchantFacts(
            **base,
            merchant_roles=self.roles.get(merchant, frozenset()),
            relation=self.relations.get((operator, merchant), ()),
            resources=tuple(self.resources.values()),
        )

    def ask(self, command: Any, actor: PartyId) -> list[Any] | Refused:
        return decide(self.state, command, self.facts(command, actor))

    def say(self, command: Any, actor: PartyId) -> list[Any]:
        """Say a command that is accepted, and let its events happen."""
        answer = self.ask(command, actor)
        assert not isinstance(answer, Refused), f"{answer.refusal} {answer.detail}"
        for event in answer:
            evolve(self.state, event)
        self.said.append(command)
        self.heard.extend(answer)
        self.seq += 1
        return answer

    def refusal(self, command: Any, actor: PartyId) -> tuple[R, dict[str, str | int]]:
        answer = self.ask(command, actor)
        assert isinstance(answer, Refused), answer
        assert isinstance(answer.refusal, R)
        assert "{" not in answer.say("en") + answer.say("zh")
        return answer.refusal, answer.detail

    def market(self, command: Any) -> list[Any]:
        return self.say(command, MARKET)

    # the way, one step at a time

    def draft(self, draft: PlanDraft = PLAN, replaces: PlanId = NEW) -> City:
        self.plan = self.say(m.DraftPlan(draft, replaces), BODY)[0].plan
        return self

    def decide_plan(self) -> City:
        self.say(m.DecidePlan(self.plan, DECISION), BODY)
        return self

    def approve(self) -> City:
        self.say(m.ApprovePlan(self.plan, APPROVAL), BUREAU)
        return self

    def file(self) -> City:
        self.say(m.FilePlan(self.plan, APPROVAL), BUREAU)
        return self

    def filed(self, draft: PlanDraft = PLAN, replaces: PlanId = NEW) -> City:
        return self.draft(draft, replaces).decide_plan().approve().file()

    def call(self, method: Method = Method.NEGOTIATION, bidders: tuple[PartyId, ...] = (OPERATOR, RIVAL)) -> City:
        self.selection = self.say(m.OpenSelection(self.plan, method, (), D), BODY)[0].selection
        for bidder in bidders:
            self.say(m.EnterSelection(self.selection, ALL, D), bidder)
        return self

    def select(self) -> City:
        self.say(m.SelectOperator(self.selection, OPERATOR, ALL, D), BODY)
        return self

    def propose(self, draft: AgreementDraft = AGREEMENT, **link: Any) -> City:
        self.operation = self.say(m.ProposeAgreement(self.selection, draft, **link), BODY)[0].operation
        return self

    def decide_agreement(self) -> City:
        self.say(m.DecideAgreement(self.operation, DECISION), BODY)
        return self

    @property
    def signature(self) -> m.SignOperation:
        return m.SignOperation(self.operation, self.state.operations[self.operation].terms_digest)

    def sign(self) -> City:
        self.say(self.signature, OPERATOR)
        self.concluded = self.say(self.signature, BODY)
        return self

    def agreed(self, draft: AgreementDraft = AGREEMENT, plan: PlanDraft = PLAN) -> City:
        return self.filed(plan).call().select().propose(draft).decide_agreement().sign()

    def vetted(self, merchant: PartyId = MERCHANT) -> City:
        self.say(m.VetMerchant(merchant, Verdict.PASSED, D), OPERATOR)
        return self

    def applying(self, **changes: Any) -> m.ApplyForScenario:
        return replace(APPLY, operation=self.operation, **changes)

    def applied(self, merchant: PartyId = MERCHANT, **changes: Any) -> City:
        self.scenario = self.say(self.applying(**changes), merchant)[0].scenario
        return self

    def at_source(self, department: PartyId = BODY) -> City:
        self.say(m.ReviewAtSource(self.scenario, Verdict.PASSED, D), department)
        return self

    def at_bureau(self) -> City:
        self.say(m.ReviewByBureau(self.scenario, Verdict.PASSED, D), BUREAU)
        return self

    def compliant(self) -> City:
        self.say(m.CheckCompliance(self.scenario, Verdict.PASSED, D), OPERATOR)
        return self

    def begin(self) -> City:
        self.say(m.SignDevelopment(self.scenario, D), OPERATOR)
        self.say(m.SignDevelopment(self.scenario, D), MERCHANT)
        return self

    def in_use(self, **changes: Any) -> City:
        return self.agreed().vetted().applied(**changes).at_source().at_bureau().compliant().begin()

    def later(self, day: date) -> City:
        self.now = start_of(day)
        return self


def starts(events: list[Any]) -> dict[str, Start]:
    """Return the limits that events start, by kind."""
    changes = [change for event in events for change in getattr(event, "clocks", ())]
    return {change.kind: change for change in changes if isinstance(change, Start)}


COMMANDS = get_args(m.Command)
