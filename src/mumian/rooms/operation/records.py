"""What is kept of authorised operation."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.money import Fen
from mumian.kernel.time import Instant
from mumian.rooms.operation.plan import PlanContent
from mumian.rooms.operation.price import Adjustment
from mumian.rooms.operation.vocabulary import (
    Approval,
    Cause,
    ChargingUnit,
    Code,
    Decision,
    Fields,
    Form,
    Grade,
    Link,
    Method,
    Objection,
    OperationId,
    PlanId,
    SelectionId,
    Summary,
    Title,
    Use,
    Verdict,
)


class PlanStage(StrEnum):
    """DRAFTED → DECIDED → APPROVED → FILED (in force) → SUPERSEDED; RETURNED by the government to be drafted anew."""

    DRAFTED = "drafted"
    DECIDED = "decided"
    RETURNED = "returned"
    APPROVED = "approved"
    FILED = "filed"
    SUPERSEDED = "superseded"


class Plan(msgspec.Struct, frozen=True):
    """A plan and how far it has come. bureau: who recorded the government's approval. replaces: the plan that it changes."""

    body: PartyId
    content: PlanContent
    stage: PlanStage
    drafted_at: Instant
    rules: tuple[str, ...]
    replaces: PlanId = PlanId("")
    decision: Decision | None = None
    approval: Approval | None = None
    filing: Approval | None = None
    bureau: PartyId = PartyId("")


class Consent(msgspec.Struct, frozen=True):
    """A providing body's consent that another authorises the operation of data which it got by sharing."""

    provider: PartyId
    paper_digest: str
    given_at: Instant
    valid_to: Instant


class SelectionStage(StrEnum):
    OPEN = "open"
    CONCLUDED = "concluded"
    VOID = "void"


class Selection(msgspec.Struct, frozen=True):
    """A competitive selection. barred: merchants that the chosen operator is related to, as known on that day."""

    plan: PlanId
    body: PartyId
    method: Method
    stage: SelectionStage
    opened_at: Instant
    rules: tuple[str, ...]
    candidates: tuple[PartyId, ...] = ()
    operator: PartyId = PartyId("")
    barred: tuple[PartyId, ...] = ()
    report_digest: str = ""


class OperationStage(StrEnum):
    """PROPOSED → DECIDED → IN_FORCE → ENDED → HANDED_OVER → CLOSED."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    IN_FORCE = "in_force"
    ENDED = "ended"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"


class Operation(msgspec.Struct, frozen=True):
    """An agreement of authorised operation; its terms lie beside it.

    signed: sides that have signed. follows, link: the agreement that it supplements or renews.
    first_year, body_year, operator_year: first year to disclose, and the next that each side owes; 0 before conclusion.
    last_year: the year in which it ended, 0 while in force.
    """

    plan: PlanId
    selection: SelectionId
    body: PartyId
    operator: PartyId
    bureau: PartyId
    stage: OperationStage
    valid_from: Instant
    valid_to: Instant
    terms_digest: str
    proposed_at: Instant
    rules: tuple[str, ...] = ()
    follows: OperationId = OperationId("")
    link: Link | None = None
    decision: Decision | None = None
    signed: tuple[PartyId, ...] = ()
    concluded_at: Instant = 0
    first_year: int = 0
    body_year: int = 0
    operator_year: int = 0
    last_year: int = 0
    cause: Cause | None = None
    ground: str = ""
    ended_at: Instant = 0


class Vetting(msgspec.Struct, frozen=True):
    """A merchant's vetting by an operator before it works on the platform (进驻核查)."""

    verdict: Verdict
    report_digest: str
    at: Instant


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scenario: its code and what it is, in words that name nobody (title ≤40, summary ≤400 characters)."""

    code: Code
    title: Title
    summary: Summary


class AppliedResource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A resource that is applied for. fields: empty for all of it."""

    resource: ResourceId
    fields: Fields


class Application(msgspec.Struct, frozen=True):
    """What a merchant applied for. departments: whose data it is, each once, in the order of the resources."""

    scene: Scene
    resources: tuple[AppliedResource, ...]
    departments: tuple[PartyId, ...]
    purposes: tuple[str, ...]
    territory: tuple[str, ...]
    product: str
    form: Form
    use: Use
    valid_to: Instant


class ScenarioStage(StrEnum):
    """SOURCE → BUREAU → COMPLIANCE → APPROVED → IN_FORCE ⇄ SUSPENDED → ENDED; REFUSED or WITHDRAWN before."""

    SOURCE = "source"  # 数源部门审核
    BUREAU = "bureau"  # 主管部门审核
    COMPLIANCE = "compliance"  # 合规核查
    APPROVED = "approved"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_STAGES = frozenset(
    {
        ScenarioStage.SOURCE,
        ScenarioStage.BUREAU,
        ScenarioStage.COMPLIANCE,
        ScenarioStage.APPROVED,
        ScenarioStage.IN_FORCE,
        ScenarioStage.SUSPENDED,
    }
)
"""Stages in which a scenario is taken: nobody applies for it twice."""

REVIEWED = (ScenarioStage.SOURCE, ScenarioStage.BUREAU, ScenarioStage.COMPLIANCE)
"""Stages with a time limit, in their order."""


class Review(msgspec.Struct, frozen=True):
    """One review. late: its limit was over by then."""

    stage: ScenarioStage
    by: PartyId
    verdict: Verdict
    report_digest: str
    at: Instant
    objection: Objection | None = None
    late: bool = False


class Scenario(msgspec.Struct, frozen=True):
    """How one application stands; what was applied for lies beside it.

    overdue: the limit of the present review is over. signed: sides of the development agreement that have signed.
    relation: parties from the operator to the merchant, while it is suspended because they are related.
    """

    operation: OperationId
    operator: PartyId
    merchant: PartyId
    stage: ScenarioStage
    applied_at: Instant
    rules: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()
    overdue: bool = False
    signed: tuple[PartyId, ...] = ()
    terms_digest: str = ""
    valid_from: Instant = 0
    valid_to: Instant = 0
    relation: tuple[PartyId, ...] = ()
    outputs: int = 0
    feedbacks: int = 0
    cause: Cause | None = None
    ground: str = ""


class Output(msgspec.Struct, frozen=True):
    """One review of what leaves the platform (产出审核)."""

    by: PartyId
    form: Form
    verdict: Verdict
    output_digest: str
    at: Instant


class Feedback(msgspec.Struct, frozen=True):
    """Results that flowed back to the departments that the data came from (成果回馈)."""

    to: tuple[PartyId, ...]
    result_digest: str
    at: Instant


class Price(msgspec.Struct, frozen=True):
    """The operator's price of one product (具体收费标准)."""

    amount_fen: Fen
    unit: ChargingUnit


class Statement(msgspec.Struct, frozen=True):
    """A year's separate accounts: revenue and cost of the charged products, of the free ones, and the digest of the books."""

    revenue_fen: Fen
    charged_cost_fen: Fen
    free_cost_fen: Fen
    books_digest: str
    filed_at: Instant


class Allowed(msgspec.Struct, frozen=True):
    """The maximum allowed revenue of a year and what it was computed from."""

    cost_fen: Fen
    profit_rate_bp: int
    bond_rate_bp: int
    tax_fen: Fen
    allowed_fen: Fen
    set_by: PartyId
    set_at: Instant


class Deviation(msgspec.Struct, frozen=True):
    """How far a year's revenue was off the allowed one: `off_fen` of `allowed_fen`, and what that asks for."""

    off_fen: Fen
    allowed_fen: Fen
    adjustment: Adjustment
    at: Instant


class Disclosure(msgspec.Struct, frozen=True):
    """One side's yearly disclosure. overdue: its limit went by without one. at: 0 while there is none."""

    page_digest: str = ""
    at: Instant = 0
    overdue: bool = False


class Evaluation(msgspec.Struct, frozen=True):
    grade: Grade
    report_digest: str
    at: Instant


class Escalation(msgspec.Struct, frozen=True):
    """Something overdue that was brought before a data bureau. about: an agreement or an application."""

    about: str
    kind: str
    owner: PartyId
    due_at: Instant
