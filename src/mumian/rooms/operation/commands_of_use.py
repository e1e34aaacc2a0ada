"""What can be said under an agreement: scenarios, prices, accounts, disclosures, and what the market says of time."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.ids import PartyId
from mumian.kernel.money import Fen
from mumian.rooms.operation.commands import OperationCommand
from mumian.rooms.operation.records import AppliedResource, ScenarioStage, Scene
from mumian.rooms.operation.vocabulary import (
    APPLIED_RESOURCES_MAX,
    PRODUCTS_MAX,
    Cause,
    ChargingUnit,
    Code,
    Codes,
    Digest,
    Form,
    Grade,
    Moment,
    Objection,
    OperationId,
    ProhibitedAct,
    RateBp,
    ScenarioId,
    Side,
    Use,
    Verdict,
    Volume,
    Year,
)


class VetMerchant(OperationCommand, frozen=True):
    """Record the vetting of a merchant (进驻核查). By a public data operator, for its own platform."""

    merchant: PartyId
    verdict: Verdict
    report_digest: Digest


class ApplyForScenario(OperationCommand, frozen=True):
    """Apply to use public data for one scenario (一场景一申请). By a data merchant.

    scenes: one; that there is another is refused by name. product: its code in the agreement. form, use: None if not
    stated. valid_to: the first instant at which the use is over.
    """

    operation: OperationId
    scenes: Annotated[tuple[Scene, ...], msgspec.Meta(max_length=4)]
    resources: Annotated[tuple[AppliedResource, ...], msgspec.Meta(max_length=APPLIED_RESOURCES_MAX)]
    purposes: Codes
    territory: Codes
    product: Code
    form: Form | None
    use: Use | None
    valid_to: Moment


class ReviewAtSource(OperationCommand, frozen=True):
    """Review an application as a department that its data comes from. objection: why it fails; None if it passes."""

    scenario: ScenarioId
    verdict: Verdict
    report_digest: Digest
    objection: Objection | None = None


class ReviewByBureau(OperationCommand, frozen=True):
    """Review an application after every department that its data comes from. By a data bureau."""

    scenario: ScenarioId
    verdict: Verdict
    report_digest: Digest
    objection: Objection | None = None


class CheckCompliance(OperationCommand, frozen=True):
    """Check an application's compliance (合规核查) after both reviews. By the operator."""

    scenario: ScenarioId
    verdict: Verdict
    report_digest: Digest
    objection: Objection | None = None


class SignDevelopment(OperationCommand, frozen=True):
    """Sign the development agreement of an approved application. By operator and merchant; the second lets the use begin."""

    scenario: ScenarioId
    terms_digest: Digest


class WithdrawScenario(OperationCommand, frozen=True):
    """Take an application back before its use begins. By its merchant."""

    scenario: ScenarioId


class EndScenario(OperationCommand, frozen=True):
    """End a use before its time. By its merchant without an act; by operator, body, data bureau or regulator with one.

    act: the prohibited act, or None: given up by its merchant, terms broken as its operator finds.
    """

    scenario: ScenarioId
    act: ProhibitedAct | None
    evidence_digest: Digest


class ReviewSeparation(OperationCommand, frozen=True):
    """Suspend a use whose merchant is now related to its operator, or let it go on. By the market, when relations change."""

    scenario: ScenarioId


class ReviewOutput(OperationCommand, frozen=True):
    """Record the review of what leaves the platform under a use in force (产出审核). By the operator."""

    scenario: ScenarioId
    form: Form
    verdict: Verdict
    output_digest: Digest


class RecordFeedback(OperationCommand, frozen=True):
    """Record results that flowed back to the departments that the data came from (成果回馈). By the merchant."""

    scenario: ScenarioId
    result_digest: Digest


class ListedPrice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price of one product."""

    product: Code
    amount_fen: Fen
    unit: ChargingUnit


class ListPrices(OperationCommand, frozen=True):
    """Set the prices of an agreement's charged products (具体收费标准). By its operator."""

    operation: OperationId
    prices: Annotated[tuple[ListedPrice, ...], msgspec.Meta(max_length=PRODUCTS_MAX)]


class StatementLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one product brought and cost in a year. volume: in its charging unit."""

    product: Code
    volume: Volume
    revenue_fen: Fen
    cost_fen: Fen


class FileStatement(OperationCommand, frozen=True):
    """File the separate accounts of a past year (单独核算), a line a product. By the operator."""

    operation: OperationId
    year: Year
    lines: Annotated[tuple[StatementLine, ...], msgspec.Meta(max_length=PRODUCTS_MAX)]
    books_digest: Digest


class SetAllowedRevenue(OperationCommand, frozen=True):
    """Set a year's maximum allowed revenue (最高准许收入). By a data bureau, that decides it with the pricing authority.

    cost_fen: reasonable cost of the charged products by the cost survey. subsidy_fen: what the government gave for it.
    bond_rate_bp: average ten-year bond yield of the year before the survey; None: not entered.
    """

    operation: OperationId
    year: Year
    cost_fen: Fen
    subsidy_fen: Fen
    profit_rate_bp: RateBp
    bond_rate_bp: RateBp | None
    tax_fen: Fen
    survey_digest: Digest


class AssessDeviation(OperationCommand, frozen=True):
    """Hold a year's revenue against the allowed one. By the body."""

    operation: OperationId
    year: Year


class AdjustCeiling(OperationCommand, frozen=True):
    """Lower or raise the ceiling of a product, at most to the highest ceiling agreed. By the body, in a year that asks for it."""

    operation: OperationId
    year: Year
    product: Code
    ceiling_fen: Fen
    report_digest: Digest


class Disclose(OperationCommand, frozen=True):
    """Disclose a past year. By the body or the operator of an agreement.

    items: names of what the page says. page_digest: of the page as published.
    """

    operation: OperationId
    year: Year
    items: Codes
    page_digest: Digest


class EvaluateOperation(OperationCommand, frozen=True):
    """Evaluate a past or present year of an operation (成效评价). By the body."""

    operation: OperationId
    year: Year
    grade: Grade
    report_digest: Digest


class LapseReview(OperationCommand, frozen=True):
    """A review's limit is over. By the market."""

    scenario: ScenarioId
    stage: ScenarioStage
    due_at: Moment


class LapseDisclosure(OperationCommand, frozen=True):
    """A disclosure's limit is over. By the market."""

    operation: OperationId
    side: Side
    due_at: Moment


class LapseHandOver(OperationCommand, frozen=True):
    """A hand-over's limit is over. By the market."""

    operation: OperationId
    due_at: Moment


class ExpireOperation(OperationCommand, frozen=True):
    """An agreement's term is over. By the market."""

    operation: OperationId


class ExpireScenario(OperationCommand, frozen=True):
    """A use's term, or the limit within which a relation had to be undone, is over. By the market."""

    scenario: ScenarioId
    cause: Cause
