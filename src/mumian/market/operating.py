"""Authorised operation for trials: the whole way from a plan to an agreement, and from an application to a grant.

Every command goes through the same door as a user's; nothing is skipped. What has to be drawn up is drawn up briefly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.money import Fen
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant, day_of
from mumian.rooms.operation import model as operation
from mumian.rooms.operation.agreement import AgreedProduct, AgreementDraft
from mumian.rooms.operation.plan import Accounts, Condition, PlanDraft, PlannedProduct
from mumian.rooms.operation.records import AppliedResource, Scene
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
    ScenarioId,
    SelectionId,
    Use,
    Verdict,
)
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.rights.model import OperationAuthorized, RightGranted

if TYPE_CHECKING:
    from mumian.market.trial import Script

EVIDENCE = sha256_hex(b"evidence")
"""Stands for the digest of a document that stays with its owner."""

CHARGED, FREE = "charged", "free"
"""Codes of the two products that every plan here lists: one for industry, one for public governance."""

PRODUCTS = (
    PlannedProduct(CHARGED, "行业模型服务", Use.INDUSTRY_DEVELOPMENT, Form.MODEL),
    PlannedProduct(FREE, "公共治理报告", Use.PUBLIC_GOVERNANCE, Form.REPORT),
)
ALL = tuple(ConditionKind)
_FIRST_USCC = 7_000_000
"""Numbers of the firms that are admitted here, past those that trials and tests use."""


def plan_draft(
    resources: tuple[ResourceId, ...], mode: Mode, scenario: str, valid_from: Instant, valid_to: Instant
) -> PlanDraft:
    """Return a plan with its twelve items."""
    return PlanDraft(
        title="公共数据授权运营实施方案",
        necessity_digest=EVIDENCE,
        conditions=tuple(Condition(kind, EVIDENCE) for kind in ConditionKind),
        mode=mode,
        scenario=scenario,
        resources=resources,
        catalogue_digest=EVIDENCE,
        valid_from=valid_from,
        valid_to=valid_to,
        arrangements_digest=EVIDENCE,
        products=PRODUCTS,
        accounts=Accounts(True, EVIDENCE, EVIDENCE),
        security_digest=EVIDENCE,
        duties_digest=EVIDENCE,
        supervision_digest=EVIDENCE,
        other="none",
    )


def agreement_draft(
    resources: tuple[ResourceId, ...], ceiling_fen: Fen | None, valid_from: Instant, valid_to: Instant
) -> AgreementDraft:
    """Return an agreement with its thirteen items. ceiling_fen: of the charged product; None to agree on the free one alone."""
    charged = () if ceiling_fen is None else (AgreedProduct(CHARGED, ceiling_fen, ChargingUnit.CALL),)
    return AgreementDraft(
        resources=resources,
        catalogue_digest=EVIDENCE,
        valid_from=valid_from,
        valid_to=valid_to,
        products=(*charged, AgreedProduct(FREE)),
        standards_digest=EVIDENCE,
        security_review_digest=EVIDENCE,
        practice_review_digest=EVIDENCE,
        platform_digest=EVIDENCE,
        assets_digest=EVIDENCE,
        disclosure_digest=EVIDENCE,
        no_redevelopment=True,
        accounts=Accounts(True, EVIDENCE, EVIDENCE),
        security_digest=EVIDENCE,
        evaluation_digest=EVIDENCE,
        breach_digest=EVIDENCE,
        disputes_digest=EVIDENCE,
        change_and_end_digest=EVIDENCE,
        other="none",
    )


def authorize(
    script: Script,
    body: str,
    operator: str,
    resources: tuple[ResourceId, ...],
    mode: str,
    scenario: str,
    ceiling_fen: Fen | None,
    until: Instant,
    *,
    plan_until: Instant | None = None,
    bureau: str = "",
) -> tuple[OperationId, str]:
    """Bring coded public data of `body` to `operator`; return the agreement and the authorisation that follows from it.

    mode: `whole`, `sector` or `scenario`, in the words of any room. plan_until: None for a plan as long as its agreement.
    bureau: a data bureau other than the body; one is admitted if none is named. A rival bidder is admitted too.
    Raises: TrialFault: a command was refused.
    """
    plan_ends = until if plan_until is None else plan_until
    answer = script.say(body, operation.DraftPlan(plan_draft(resources, Mode(mode), scenario, script.now, plan_ends)))
    plan, begin, seq = answer.leaf.events[0].plan, script.now, answer.leaf.seq
    bureau = bureau or admit_bureau(script, seq)
    _put_in_force(script, body, bureau, plan)
    selection = _select(script, body, operator, plan, seq)
    draft = agreement_draft(resources, ceiling_fen, begin, until)
    proposed = script.say(body, operation.ProposeAgreement(selection, draft)).leaf.events[0]
    key = OperationId(proposed.operation)
    script.say(body, operation.DecideAgreement(key, _decision(script)))
    signature = operation.SignOperation(key, proposed.record.terms_digest)
    script.say(operator, signature)
    events = script.say(body, signature).leaf.events
    return key, next(event.authorization for event in events if isinstance(event, OperationAuthorized))


def admit_bureau(script: Script, seq: int) -> PartyId:
    """Admit a data bureau. seq: of a leaf at which no other was admitted."""
    return _admit(script, PartyKind.PUBLIC_BODY, "公共数据主管部门", Role.DATA_BUREAU, 2 * seq)


def _admit(script: Script, kind: PartyKind, name: str, role: Role, nth: int) -> PartyId:
    from mumian.market.trial import uscc  # the trial itself authorises operations by this module

    admitted = AdmitParty(kind, name, uscc(_FIRST_USCC + nth), None, (role,))
    return PartyId(script.made(OPERATOR, admitted, "party"))


def _decision(script: Script) -> Decision:
    return Decision(day_of(script.now), DecisionKind.MAJOR_MATTER, EVIDENCE)


def _put_in_force(script: Script, body: str, bureau: str, plan: PlanId) -> None:
    paper = Approval(day_of(script.now), EVIDENCE)
    script.say(body, operation.DecidePlan(plan, _decision(script)))
    script.say(bureau, operation.ApprovePlan(plan, paper))
    script.say(bureau, operation.FilePlan(plan, paper))


def _select(script: Script, body: str, operator: str, plan: PlanId, seq: int) -> SelectionId:
    call = operation.OpenSelection(plan, Method.NEGOTIATION, (), EVIDENCE)
    selection = SelectionId(script.made(body, call, "selection"))
    rival = _admit(script, PartyKind.LEGAL, "另一家运营机构", Role.PUBLIC_DATA_OPERATOR, 2 * seq + 1)
    for candidate in (operator, rival):
        script.say(candidate, operation.EnterSelection(selection, ALL, EVIDENCE))
    script.say(body, operation.SelectOperator(selection, PartyId(operator), ALL, EVIDENCE))
    return selection


def application(
    agreement: OperationId,
    resource: ResourceId,
    scenario: str,
    purposes: tuple[str, ...],
    until: Instant,
    *,
    fields: tuple[str, ...] = (),
    territory: tuple[str, ...] = (),
    is_free: bool = False,
) -> operation.ApplyForScenario:
    """Return an application for one scenario on one resource, by a product of `authorize`."""
    product = PRODUCTS[1] if is_free else PRODUCTS[0]
    scene = Scene(scenario, "公共数据应用场景", "将公共数据用于单一应用场景的开发利用")
    named = (AppliedResource(resource, fields),)
    return operation.ApplyForScenario(
        agreement, (scene,), named, purposes, territory, product.code, product.form, product.use, until
    )


def admit_scenario(
    script: Script,
    agreement: OperationId,
    *,
    department: str,
    operator: str,
    merchant: str,
    resource: ResourceId,
    scenario: str,
    purposes: tuple[str, ...],
    until: Instant,
    fields: tuple[str, ...] = (),
    territory: tuple[str, ...] = (),
    is_free: bool = False,
    bureau: str = "",
) -> str:
    """Bring a merchant's application under an agreement of `authorize` through every review; return its grant.

    department: who holds the resource. is_free: for public governance; else for industry, by the charged product.
    bureau: a data bureau; one is admitted if none is named.
    Raises: TrialFault: a command was refused.
    """
    vetted = script.say(operator, operation.VetMerchant(PartyId(merchant), Verdict.PASSED, EVIDENCE))
    asked = application(
        agreement, resource, scenario, purposes, until, fields=fields, territory=territory, is_free=is_free
    )
    key = ScenarioId(script.made(merchant, asked, "scenario"))
    bureau = bureau or admit_bureau(script, vetted.leaf.seq)
    reviews: tuple[tuple[str, Any], ...] = (
        (department, operation.ReviewAtSource(key, Verdict.PASSED, EVIDENCE)),
        (bureau, operation.ReviewByBureau(key, Verdict.PASSED, EVIDENCE)),
        (operator, operation.CheckCompliance(key, Verdict.PASSED, EVIDENCE)),
        (operator, operation.SignDevelopment(key, EVIDENCE)),
    )
    for actor, command in reviews:
        script.say(actor, command)
    events = script.say(merchant, operation.SignDevelopment(key, EVIDENCE)).leaf.events
    return next(event.grant for event in events if isinstance(event, RightGranted))
