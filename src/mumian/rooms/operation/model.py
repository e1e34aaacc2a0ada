"""What can be said of authorised operation of public data, and what is kept of it. What happened is in `events.py`."""

from __future__ import annotations

import msgspec

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.kernel.table import Table
from mumian.rooms.operation import records
from mumian.rooms.operation.agreement import AgreementTerms
from mumian.rooms.operation.commands import (
    AcceptHandOver,
    AmendPlan,
    ApprovePlan,
    ConsentToOperation,
    DecideAgreement,
    DecidePlan,
    DraftPlan,
    EnterSelection,
    ExitOperation,
    FilePlan,
    HandOverAssets,
    OpenSelection,
    ProposeAgreement,
    ReturnPlan,
    RevokeOperation,
    SelectOperator,
    SignOperation,
    VoidSelection,
)
from mumian.rooms.operation.commands_of_use import (
    AdjustCeiling,
    ApplyForScenario,
    AssessDeviation,
    CheckCompliance,
    Disclose,
    EndScenario,
    EvaluateOperation,
    ExpireOperation,
    ExpireScenario,
    FileStatement,
    LapseDisclosure,
    LapseHandOver,
    LapseReview,
    ListedPrice,
    ListPrices,
    RecordFeedback,
    ReviewAtSource,
    ReviewByBureau,
    ReviewOutput,
    ReviewSeparation,
    SetAllowedRevenue,
    SignDevelopment,
    StatementLine,
    VetMerchant,
    WithdrawScenario,
)
from mumian.rooms.operation.events import Event
from mumian.rooms.operation.refusals import OperationRefusal
from mumian.rooms.operation.vocabulary import OperationId, ResourceSeen, ScenarioId

__all__ = [
    "AcceptHandOver",
    "AdjustCeiling",
    "AmendPlan",
    "ApplyForScenario",
    "ApprovePlan",
    "AssessDeviation",
    "CandidateFacts",
    "CheckCompliance",
    "Command",
    "ConsentToOperation",
    "DecideAgreement",
    "DecidePlan",
    "Disclose",
    "DraftPlan",
    "EndScenario",
    "EnterSelection",
    "EvaluateOperation",
    "Event",
    "ExitOperation",
    "ExpireOperation",
    "ExpireScenario",
    "FilePlan",
    "FileStatement",
    "HandOverAssets",
    "LapseDisclosure",
    "LapseHandOver",
    "LapseReview",
    "ListPrices",
    "ListedPrice",
    "MerchantFacts",
    "OpenSelection",
    "OperationRefusal",
    "ProposeAgreement",
    "RecordFeedback",
    "ResourceFacts",
    "ReturnPlan",
    "ReviewAtSource",
    "ReviewByBureau",
    "ReviewOutput",
    "ReviewSeparation",
    "RevokeOperation",
    "SelectOperator",
    "SetAllowedRevenue",
    "SignDevelopment",
    "SignOperation",
    "State",
    "StatementLine",
    "VetMerchant",
    "VoidSelection",
    "WithdrawScenario",
]


class ResourceFacts(Facts, frozen=True, kw_only=True):
    """For `DraftPlan`, `AmendPlan`, `ConsentToOperation` and `ApplyForScenario`: the named resources that the catalog knows."""

    resources: tuple[ResourceSeen, ...]


class CandidateFacts(Facts, frozen=True, kw_only=True):
    """For `EnterSelection`, `SelectOperator`, `ProposeAgreement` and `SignOperation`: the operator-to-be and the data.

    operator_roles: empty if it is not admitted. is_legal: it is a legal person.
    relation: a path from it to a merchant with an open application for data of the plan; empty if there is none.
    related_merchants: data merchants that it is related to.
    resources: of the agreement, as the catalog and the public register know them; empty where none is named.
    """

    operator_roles: frozenset[Role]
    is_legal: bool
    relation: tuple[PartyId, ...] = ()
    related_merchants: tuple[PartyId, ...] = ()
    resources: tuple[ResourceSeen, ...] = ()


class MerchantFacts(Facts, frozen=True, kw_only=True):
    """For every step of a merchant: `VetMerchant`, `ApplyForScenario`, reviews, `SignDevelopment`, `ReviewSeparation`.

    merchant_roles: empty if it is not admitted. relation: parties from the operator to the merchant along declared
    relations, both included; empty if unrelated. resources: those that the application names and the catalog knows.
    """

    merchant_roles: frozenset[Role]
    relation: tuple[PartyId, ...] = ()
    resources: tuple[ResourceSeen, ...] = ()


Command = (
    DraftPlan
    | AmendPlan
    | DecidePlan
    | ApprovePlan
    | ReturnPlan
    | FilePlan
    | ConsentToOperation
    | OpenSelection
    | EnterSelection
    | SelectOperator
    | VoidSelection
    | ProposeAgreement
    | DecideAgreement
    | SignOperation
    | ExitOperation
    | RevokeOperation
    | HandOverAssets
    | AcceptHandOver
    | VetMerchant
    | ApplyForScenario
    | ReviewAtSource
    | ReviewByBureau
    | CheckCompliance
    | SignDevelopment
    | WithdrawScenario
    | EndScenario
    | ReviewSeparation
    | ReviewOutput
    | RecordFeedback
    | ListPrices
    | FileStatement
    | SetAllowedRevenue
    | AssessDeviation
    | AdjustCeiling
    | Disclose
    | EvaluateOperation
    | LapseReview
    | LapseDisclosure
    | LapseHandOver
    | ExpireOperation
    | ExpireScenario
)


class State(msgspec.Struct):
    """Records by id, what belongs to a year or a product, and indexes.

    terms: of an agreement. applications: what a scenario was applied for. consents: `resource/body`.
    vetted: `operator/merchant`. prices, ceilings (adjusted ones): `operation/product`. statements, allowed, deviations, evaluations:
    `operation/year`. disclosures: `operation/side/year`. outputs, feedbacks: `scenario/nth`.
    of_party: `party/id` of every plan, agreement and application that concerns it. under: `operation/scenario`, open ones.
    links: `operation/follower` → the agreement that supplements or renews it. chosen: `selection/operation`.
    pairs: `operator/merchant/scenario` of those in force or suspended. taken: `merchant/resource/scene` → open scenario.
    wanted: `resource/merchant/scenario` of open ones.
    awaiting: `stage/scenario` of those under review. overdue: `bureau/about/kind`.
    """

    plans: Table[records.Plan]
    selections: Table[records.Selection]
    operations: Table[records.Operation]
    terms: Table[AgreementTerms]
    scenarios: Table[records.Scenario]
    applications: Table[records.Application]
    consents: Table[records.Consent]
    vetted: Table[records.Vetting]
    prices: Table[records.Price]
    ceilings: Table[int]
    statements: Table[records.Statement]
    allowed: Table[records.Allowed]
    deviations: Table[records.Deviation]
    evaluations: Table[records.Evaluation]
    disclosures: Table[records.Disclosure]
    outputs: Table[records.Output]
    feedbacks: Table[records.Feedback]
    of_party: Table[str]
    under: Table[ScenarioId]
    links: Table[OperationId]
    chosen: Table[OperationId]
    pairs: Table[ScenarioId]
    taken: Table[ScenarioId]
    wanted: Table[ScenarioId]
    awaiting: Table[ScenarioId]
    overdue: Table[records.Escalation]
