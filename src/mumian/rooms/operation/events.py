"""What can have happened in authorised operation. `rules`: what an event was decided by, the decisive rule first."""

from __future__ import annotations

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.limits import ClockChange
from mumian.kernel.money import Fen
from mumian.kernel.time import Instant
from mumian.rooms.operation import records
from mumian.rooms.operation.agreement import AgreementTerms
from mumian.rooms.operation.commands_of_use import ListedPrice, StatementLine
from mumian.rooms.operation.plan import PlanContent
from mumian.rooms.operation.records import ScenarioStage
from mumian.rooms.operation.vocabulary import (
    Approval,
    Cause,
    Decision,
    OperationId,
    PlanId,
    ScenarioId,
    SelectionId,
    Side,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"operation.{name}"):
    pass


class PlanDrafted(_Event, frozen=True):
    plan: PlanId
    record: records.Plan


class PlanAmended(_Event, frozen=True):
    """The text was replaced. A plan that was sent back is a draft again."""

    plan: PlanId
    content: PlanContent
    rules: tuple[str, ...]


class PlanDecided(_Event, frozen=True):
    plan: PlanId
    decision: Decision
    rules: tuple[str, ...]


class PlanApproved(_Event, frozen=True):
    plan: PlanId
    approval: Approval
    bureau: PartyId
    rules: tuple[str, ...]


class PlanReturned(_Event, frozen=True):
    plan: PlanId
    paper_digest: str
    bureau: PartyId
    rules: tuple[str, ...]


class PlanFiled(_Event, frozen=True):
    """The plan is in force. supersedes: the plan that it takes the place of, or empty."""

    plan: PlanId
    filing: Approval
    supersedes: PlanId
    rules: tuple[str, ...]


class OperationConsented(_Event, frozen=True):
    resource: ResourceId
    body: PartyId
    record: records.Consent
    rules: tuple[str, ...]


class SelectionOpened(_Event, frozen=True):
    selection: SelectionId
    record: records.Selection


class SelectionEntered(_Event, frozen=True):
    selection: SelectionId
    candidate: PartyId
    bid_digest: str


class OperatorSelected(_Event, frozen=True):
    """barred: merchants that the operator is related to: their applications would be refused."""

    selection: SelectionId
    operator: PartyId
    barred: tuple[PartyId, ...]
    report_digest: str
    rules: tuple[str, ...]


class SelectionVoided(_Event, frozen=True):
    selection: SelectionId
    by: PartyId
    evidence_digest: str
    rules: tuple[str, ...]


class AgreementProposed(_Event, frozen=True):
    operation: OperationId
    record: records.Operation
    terms: AgreementTerms


class AgreementDecided(_Event, frozen=True):
    operation: OperationId
    decision: Decision
    rules: tuple[str, ...]


class OperationSigned(_Event, frozen=True):
    operation: OperationId
    by: PartyId


class OperationConcluded(_Event, frozen=True):
    """Both sides have signed: the agreement is in force, and rights follow. first_year: the first that is disclosed."""

    operation: OperationId
    at: Instant
    first_year: int
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class OperationEnded(_Event, frozen=True):
    """ground: a code, of a prohibited act or a reason to leave; empty at the end of the term. last_year: last in force."""

    operation: OperationId
    cause: Cause
    ground: str
    paper_digest: str
    at: Instant
    last_year: int
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class OperationHandedOver(_Event, frozen=True):
    operation: OperationId
    assets_digest: str
    data_digest: str


class HandOverAccepted(_Event, frozen=True):
    operation: OperationId
    receipt_digest: str
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class HandOverOverdue(_Event, frozen=True):
    """Escalated to the data bureau; the hand-over is still owed."""

    operation: OperationId
    bureau: PartyId
    escalation: records.Escalation
    rules: tuple[str, ...]


class MerchantVetted(_Event, frozen=True):
    operator: PartyId
    merchant: PartyId
    record: records.Vetting
    rules: tuple[str, ...]


class ScenarioApplied(_Event, frozen=True):
    scenario: ScenarioId
    record: records.Scenario
    application: records.Application
    clocks: tuple[ClockChange, ...] = ()


class ScenarioReviewed(_Event, frozen=True):
    """stage: where the application stands after this review."""

    scenario: ScenarioId
    review: records.Review
    stage: ScenarioStage
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ReviewOverdue(_Event, frozen=True):
    """Escalated to the data bureau; the review is still owed and later marked late."""

    scenario: ScenarioId
    bureau: PartyId
    escalation: records.Escalation
    rules: tuple[str, ...]


class DevelopmentSigned(_Event, frozen=True):
    scenario: ScenarioId
    by: PartyId
    terms_digest: str


class ScenarioAdmitted(_Event, frozen=True):
    """Both sides have signed the development agreement: the use begins, and rights follow."""

    scenario: ScenarioId
    valid_from: Instant
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ScenarioWithdrawn(_Event, frozen=True):
    scenario: ScenarioId
    clocks: tuple[ClockChange, ...] = ()


class ScenarioSuspended(_Event, frozen=True):
    """The merchant is now related to the operator. relation: parties from the one to the other."""

    scenario: ScenarioId
    relation: tuple[PartyId, ...]
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ScenarioResumed(_Event, frozen=True):
    scenario: ScenarioId
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class ScenarioEnded(_Event, frozen=True):
    """ground: code of the prohibited act, or empty."""

    scenario: ScenarioId
    cause: Cause
    ground: str
    evidence_digest: str
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class OutputReviewed(_Event, frozen=True):
    scenario: ScenarioId
    nth: int
    record: records.Output
    rules: tuple[str, ...]


class FeedbackRecorded(_Event, frozen=True):
    scenario: ScenarioId
    nth: int
    record: records.Feedback
    rules: tuple[str, ...]


class PricesListed(_Event, frozen=True):
    operation: OperationId
    prices: tuple[ListedPrice, ...]
    rules: tuple[str, ...]


class StatementFiled(_Event, frozen=True):
    operation: OperationId
    year: int
    record: records.Statement
    lines: tuple[StatementLine, ...]
    rules: tuple[str, ...]


class AllowedRevenueSet(_Event, frozen=True):
    operation: OperationId
    year: int
    record: records.Allowed
    rules: tuple[str, ...]


class DeviationAssessed(_Event, frozen=True):
    operation: OperationId
    year: int
    record: records.Deviation
    rules: tuple[str, ...]


class CeilingAdjusted(_Event, frozen=True):
    """A price above the new ceiling is off the list with it."""

    operation: OperationId
    product: str
    ceiling_fen: Fen
    report_digest: str
    rules: tuple[str, ...]


class Disclosed(_Event, frozen=True):
    """late: the limit was over."""

    operation: OperationId
    side: Side
    year: int
    page_digest: str
    at: Instant
    late: bool
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class DisclosureOverdue(_Event, frozen=True):
    """Escalated to the data bureau; the disclosure is still owed, and the next year's limit runs."""

    operation: OperationId
    side: Side
    year: int
    bureau: PartyId
    escalation: records.Escalation
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...] = ()


class OperationEvaluated(_Event, frozen=True):
    operation: OperationId
    year: int
    record: records.Evaluation
    rules: tuple[str, ...]


Event = (
    PlanDrafted
    | PlanAmended
    | PlanDecided
    | PlanApproved
    | PlanReturned
    | PlanFiled
    | OperationConsented
    | SelectionOpened
    | SelectionEntered
    | OperatorSelected
    | SelectionVoided
    | AgreementProposed
    | AgreementDecided
    | OperationSigned
    | OperationConcluded
    | OperationEnded
    | OperationHandedOver
    | HandOverAccepted
    | HandOverOverdue
    | MerchantVetted
    | ScenarioApplied
    | ScenarioReviewed
    | ReviewOverdue
    | DevelopmentSigned
    | ScenarioAdmitted
    | ScenarioWithdrawn
    | ScenarioSuspended
    | ScenarioResumed
    | ScenarioEnded
    | OutputReviewed
    | FeedbackRecorded
    | PricesListed
    | StatementFiled
    | AllowedRevenueSet
    | DeviationAssessed
    | CeilingAdjusted
    | Disclosed
    | DisclosureOverdue
    | OperationEvaluated
)
