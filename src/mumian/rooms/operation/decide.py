"""What is allowed in authorised operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.operation import (
    accounting,
    applying,
    concluding,
    disclosing,
    ending,
    model,
    planning,
    reviewing,
    selecting,
    using,
)
from mumian.rooms.operation.model import Command, Event, State
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rulebook.rules import rule_at

Procedure = Callable[[State, Any, Facts], list[Event] | Refused]

PROCEDURES: dict[type, tuple[Procedure, str]] = {
    model.DraftPlan: (planning.draft, "S3-09"),
    model.AmendPlan: (planning.amend, "S3-09"),
    model.DecidePlan: (planning.decide_plan, "S3-DECISION"),
    model.ApprovePlan: (planning.approve, "S3-APPROVAL"),
    model.ReturnPlan: (planning.send_back, "S3-APPROVAL"),
    model.FilePlan: (planning.file, "S3-APPROVAL"),
    model.ConsentToOperation: (planning.consent, "S3-05"),
    model.OpenSelection: (selecting.open_selection, "S3-SELECTION"),
    model.EnterSelection: (selecting.enter, "S3-SELECTION"),
    model.SelectOperator: (selecting.select, "S3-SELECTION"),
    model.VoidSelection: (selecting.void, ""),
    model.ProposeAgreement: (concluding.propose, "S3-14"),
    model.DecideAgreement: (concluding.decide_agreement, "S3-DECISION"),
    model.SignOperation: (concluding.sign, "S3-DECISION"),
    model.ExitOperation: (ending.leave, ""),
    model.RevokeOperation: (ending.revoke, ""),
    model.HandOverAssets: (ending.hand_over, ""),
    model.AcceptHandOver: (ending.accept_hand_over, ""),
    model.VetMerchant: (applying.vet, "S20-VETTING"),
    model.ApplyForScenario: (applying.apply_for, "S20-REVIEW"),
    model.ReviewAtSource: (reviewing.review, "S20-REVIEW"),
    model.ReviewByBureau: (reviewing.review, "S20-REVIEW"),
    model.CheckCompliance: (reviewing.review, "S20-REVIEW"),
    model.SignDevelopment: (using.sign, "S20-DEVELOPMENT"),
    model.WithdrawScenario: (using.withdraw, ""),
    model.EndScenario: (using.end, ""),
    model.ReviewOutput: (using.review_output, "S20-OUTPUT"),
    model.RecordFeedback: (using.record_feedback, "S20-FEEDBACK"),
    model.ListPrices: (accounting.list_prices, "S4-CEILING"),
    model.FileStatement: (accounting.file_statement, "S4-REPORT"),
    model.SetAllowedRevenue: (accounting.set_allowed, "S4-MAR"),
    model.AssessDeviation: (accounting.assess, "S4-DEVIATION"),
    model.AdjustCeiling: (accounting.adjust_ceiling, "S4-DEVIATION"),
    model.Disclose: (disclosing.disclose, "S28-YEARLY"),
    model.EvaluateOperation: (disclosing.evaluate, "S20-EVALUATION"),
}
"""What decides a command, and the rule without which there is no such procedure; empty where an end must never wait."""

BY_THE_MARKET: dict[type, Procedure] = {
    model.ReviewSeparation: using.review_separation,
    model.LapseReview: reviewing.lapse,
    model.LapseDisclosure: disclosing.lapse,
    model.LapseHandOver: ending.lapse_hand_over,
    model.ExpireOperation: ending.expire,
    model.ExpireScenario: using.expire,
}
"""What follows from time and from other rooms: never refused, since nobody could answer a refusal."""


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of authorised operation with its events or the first refusal that applies."""
    kind = type(command)
    if kind in BY_THE_MARKET:
        if not facts.is_market:
            return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
        return BY_THE_MARKET[kind](state, command, facts)
    procedure, rule = PROCEDURES[kind]
    if rule and rule_at(rule, rulebook=facts.rulebook, now=facts.now) is None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": rule})
    return procedure(state, command, facts)
