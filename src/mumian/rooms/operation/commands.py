"""What can be said of plans, selections and agreements. What is said under an agreement is in `commands_of_use.py`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.rooms.operation.agreement import AgreementDraft
from mumian.rooms.operation.plan import PlanDraft
from mumian.rooms.operation.vocabulary import (
    Approval,
    ConditionKind,
    Decision,
    Digest,
    ExitGround,
    Link,
    Method,
    Moment,
    OperationId,
    PlanId,
    ProhibitedAct,
    Restraint,
    SelectionId,
)

ConditionKinds = Annotated[tuple[ConditionKind, ...], msgspec.Meta(max_length=len(ConditionKind))]


class OperationCommand(msgspec.Struct, frozen=True, tag=lambda name: f"operation.{name}", forbid_unknown_fields=True):
    """Base of the room's commands."""


class DraftPlan(OperationCommand, frozen=True):
    """Write down a plan with its twelve items. By the implementing institution, a public body.

    replaces: the plan in force of which this is a major change; it goes the whole way again.
    """

    draft: PlanDraft
    replaces: PlanId = PlanId("")


class AmendPlan(OperationCommand, frozen=True):
    """Put a new text in place of a plan's: anything until it is decided, once it is filed no major item. By its body."""

    plan: PlanId
    draft: PlanDraft


class DecidePlan(OperationCommand, frozen=True):
    """Record the collective decision on a plan (三重一大). By its body."""

    plan: PlanId
    decision: Decision


class ApprovePlan(OperationCommand, frozen=True):
    """Record that the government of the same level approved a decided plan. By a data bureau other than its body."""

    plan: PlanId
    approval: Approval


class ReturnPlan(OperationCommand, frozen=True):
    """Record that the government sent a decided plan back. By a data bureau other than its body."""

    plan: PlanId
    paper_digest: Digest


class FilePlan(OperationCommand, frozen=True):
    """Record that an approved plan was filed with the province: it is in force. By the data bureau that approved it."""

    plan: PlanId
    filing: Approval


class ConsentToOperation(OperationCommand, frozen=True):
    """Consent that `body` authorises the operation of data that it got from the speaker by sharing. By who holds the data.

    valid_to: the first instant at which the consent no longer holds.
    """

    resource: ResourceId
    body: PartyId
    valid_to: Moment
    paper_digest: Digest


class OpenSelection(OperationCommand, frozen=True):
    """Call for operators under a plan in force. By its body.

    restraints: terms of the call that limit who may bid; empty if there are none, None if nobody has looked.
    """

    plan: PlanId
    method: Method
    restraints: Annotated[tuple[Restraint, ...], msgspec.Meta(max_length=len(Restraint))] | None
    call_digest: Digest


class EnterSelection(OperationCommand, frozen=True):
    """Bid. By a public data operator, for itself. shown: the conditions that the bid gives evidence of."""

    selection: SelectionId
    shown: ConditionKinds
    bid_digest: Digest


class SelectOperator(OperationCommand, frozen=True):
    """Conclude a selection. By its body. met: conditions that the committee found the chosen one to meet; None: no finding."""

    selection: SelectionId
    operator: PartyId
    met: ConditionKinds | None
    report_digest: Digest


class VoidSelection(OperationCommand, frozen=True):
    """Void a selection in which power was abused, before an agreement is in force. By a data bureau or a regulator."""

    selection: SelectionId
    evidence_digest: Digest


class ProposeAgreement(OperationCommand, frozen=True):
    """Write down an agreement with its thirteen items. By the body of a concluded selection.

    follows, link: the agreement of the same selection that this one supplements or renews.
    """

    selection: SelectionId
    draft: AgreementDraft
    follows: OperationId = OperationId("")
    link: Link | None = None


class DecideAgreement(OperationCommand, frozen=True):
    """Record the collective decision on a proposed agreement (三重一大). By its body."""

    operation: OperationId
    decision: Decision


class SignOperation(OperationCommand, frozen=True):
    """Sign a decided agreement by the digest of its terms. By its body or operator; the second signature puts it in force."""

    operation: OperationId
    terms_digest: Digest


class ExitOperation(OperationCommand, frozen=True):
    """Leave an agreement before its term (退出). By its body or operator. plan_digest: how assets and data change hands."""

    operation: OperationId
    ground: ExitGround
    plan_digest: Digest


class RevokeOperation(OperationCommand, frozen=True):
    """End an agreement at once for a prohibited act. By its body, a data bureau or a regulator."""

    operation: OperationId
    act: ProhibitedAct
    evidence_digest: Digest


class HandOverAssets(OperationCommand, frozen=True):
    """Say that assets and data of an ended agreement were handed over. By its operator."""

    operation: OperationId
    assets_digest: Digest
    data_digest: Digest


class AcceptHandOver(OperationCommand, frozen=True):
    """Confirm a hand-over: the agreement is closed. By its body."""

    operation: OperationId
    receipt_digest: Digest
