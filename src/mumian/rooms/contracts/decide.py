"""What is allowed with offers and agreements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import msgspec

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, free_id, new_id
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.policy.check import defects, parts
from mumian.policy.model import Constraint, Duty, Policy, PolicyType, Rule
from mumian.rooms.contracts import standing
from mumian.rooms.contracts.model import (
    Agreement,
    AgreementSigned,
    AgreementTerminated,
    AttachPolicy,
    BindOrder,
    Command,
    ConcludeAgreement,
    CountUse,
    DetachPolicy,
    DutyFulfilled,
    Event,
    FulfilDuty,
    HolderFacts,
    MakeOffer,
    Offer,
    OfferFacts,
    OfferId,
    OfferMade,
    OfferStatus,
    OfferWithdrawn,
    OrderBound,
    SignAgreement,
    State,
    TerminateAgreement,
    UseCounted,
    WithdrawOffer,
)
from mumian.rooms.contracts.model import ContractsRefusal as R


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about contracts with its events or the first refusal that applies."""
    match command:
        case CountUse():
            return _count(state, command, facts)
        case SignAgreement():
            return _sign(state, command, facts)
        case AttachPolicy() | DetachPolicy():
            assert isinstance(facts, HolderFacts)
            return standing.decide(state, command, facts)
        case MakeOffer():
            assert isinstance(facts, OfferFacts)
            return _offer(command, facts)
        case ConcludeAgreement():
            assert isinstance(facts, OfferFacts)
            return _conclude(state, command, facts)
        case BindOrder():
            return _bind(state, command, facts)
        case FulfilDuty():
            return _fulfil(state, command, facts)
        case TerminateAgreement():
            return _terminate(state, command, facts)
        case WithdrawOffer():
            return _withdraw(state, command, facts)
        case _:
            assert_never(command)


def _offer(command: MakeOffer, facts: OfferFacts) -> list[Event] | Refused:
    seller, product, policy = facts.product_seller, command.target, command.policy
    if seller is None:
        return Refused(R.PRODUCT_UNKNOWN, {"product": product})
    if facts.actor != seller:
        return Refused(R.NOT_THE_SELLER, {"actor": facts.actor, "product": product, "seller": seller})
    if command.assignee == seller:
        return Refused(R.SAME_PARTY, {"actor": facts.actor})
    if command.valid_until <= facts.now:
        return Refused(R.VALIDITY_PAST, {"valid_until": command.valid_until, "now": facts.now})
    if policy.type is not PolicyType.OFFER:
        return Refused(R.POLICY_NOT_AN_OFFER, {"type": policy.type.value})
    refused = _refuse_policy(command, facts)
    if refused is not None:
        return refused
    offer = OfferId(new_id("offer", facts.seq))
    return [OfferMade(offer, product, policy, digest(policy), seller, command.assignee, command.valid_until)]


def _conclude(state: State, command: ConcludeAgreement, facts: OfferFacts) -> list[Event] | Refused:
    """Offer and sign in one: the market says it when both sides have agreed. What may be offered is looked at as ever."""
    if not facts.is_market:
        return Refused(R.MARKET_ONLY, {"actor": facts.actor})
    seller, product, policy = facts.product_seller, command.target, command.policy
    if seller is None:
        return Refused(R.PRODUCT_UNKNOWN, {"product": product})
    offered = MakeOffer(product, policy, command.assignee, facts.now + 1)
    refused = _refuse_policy(offered, msgspec.structs.replace(facts, actor=seller))
    if refused is not None:
        return refused
    offer = OfferId(
        free_id(state.offers, "offer", facts.seq)
    )  # an auction of several units concludes several in a leaf
    agreement = AgreementId(free_id(state.agreements, "agreement", facts.seq))
    parties = (seller, command.assignee)
    signed = digest(policy)
    return [
        OfferMade(offer, product, policy, signed, *parties, offered.valid_until),
        AgreementSigned(agreement, offer, product, *parties, signed, facts.now),
    ]


def _refuse_policy(command: MakeOffer, facts: OfferFacts) -> Refused | None:
    """Return why the policy may not be offered: undecidable, about others, or wider than the rights beneath."""
    for defect in defects(command.policy):
        return Refused(R.POLICY_UNSOUND, {"defect": defect})
    for rule, field, named, expected in _strangers(command.policy, command, facts):
        return Refused(R.POLICY_OF_OTHERS, {"rule": rule, "field": field, "named": named, "expected": expected})
    if facts.purposes is not None:
        for permission in command.policy.permission:
            for purpose in _purposes(permission) or ("*",):
                if purpose not in facts.purposes:
                    allowed = ", ".join(f"`{one}`" for one in facts.purposes) or "-"
                    detail: dict[str, str | int] = {"rule": permission.uid, "purpose": purpose}
                    return Refused(R.PURPOSE_BEYOND_RIGHTS, {**detail, "product": command.target, "allowed": allowed})
    return None


def _strangers(policy: Policy, command: MakeOffer, facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    """Yield (rule, field, named, expected) where a rule is about another product or binds somebody else.

    A duty may be owed by either side, a rule runs from the seller to the taker.
    """
    taker = command.assignee or "anybody"
    for part in parts(policy):
        either = (None, facts.actor, command.assignee)
        assigners, assignees = (
            (either, either) if isinstance(part, Duty) else ((None, facts.actor), (None, command.assignee))
        )
        if isinstance(part, Rule) and part.target != command.target:
            yield part.uid, "target", part.target, command.target
        if part.assigner not in assigners:
            yield part.uid, "assigner", part.assigner or "", facts.actor
        if part.assignee not in assignees:
            yield part.uid, "assignee", part.assignee or "", taker


def _purposes(permission: Rule) -> tuple[str, ...]:
    """Return the purposes that a permission is bound to; none if it is not bound to a list."""
    for constraint in permission.constraints:
        if isinstance(constraint, Constraint) and constraint.left_operand == "purpose":
            right = constraint.right_operand
            if constraint.operator == "eq" and isinstance(right, str):
                return (right,)
            if constraint.operator == "isAnyOf" and isinstance(right, tuple):
                return right
    return ()


def _sign(state: State, command: SignAgreement, facts: Facts) -> list[Event] | Refused:
    offer = state.offers.get(command.offer)
    if offer is None:
        return Refused(R.OFFER_UNKNOWN, {"offer": command.offer})
    refused = _refuse_signer(command.offer, offer, facts)
    if refused is not None:
        return refused
    if command.policy_digest != offer.policy_digest:
        detail: dict[str, str | int] = {"offer": command.offer, "offered": offer.policy_digest}
        return Refused(R.DIGEST_MISMATCH, {**detail, "signed": command.policy_digest})
    signed = state.by_signer.get(f"{command.offer}/{facts.actor}")
    if signed is not None and state.agreements[signed].ended_at is None:
        return Refused(R.ALREADY_SIGNED, {"actor": facts.actor, "agreement": signed, "offer": command.offer})
    agreement = AgreementId(new_id("agreement", facts.seq))
    parties = (offer.assigner, facts.actor)
    return [AgreementSigned(agreement, command.offer, offer.target, *parties, offer.policy_digest, facts.now)]


def _refuse_signer(offer_id: OfferId, offer: Offer, facts: Facts) -> Refused | None:
    """Return why the actor may not take the offer now, or None."""
    if offer.assignee is not None and offer.assignee != facts.actor:
        return Refused(R.NOT_YOUR_OFFER, {"actor": facts.actor, "offer": offer_id, "party": offer.assignee})
    if offer.assigner == facts.actor:
        return Refused(R.SAME_PARTY, {"actor": facts.actor})
    if offer.status is not OfferStatus.OPEN:
        return Refused(R.OFFER_CLOSED, {"offer": offer_id, "status": offer.status.value})
    if facts.now >= offer.valid_until:
        detail: dict[str, str | int] = {"offer": offer_id, "valid_until": offer.valid_until}
        return Refused(R.OFFER_EXPIRED, {**detail, "now": facts.now})
    return None


def _withdraw(state: State, command: WithdrawOffer, facts: Facts) -> list[Event] | Refused:
    offer = state.offers.get(command.offer)
    if offer is None:
        return Refused(R.OFFER_UNKNOWN, {"offer": command.offer})
    if facts.actor != offer.assigner and not facts.is_market:
        return Refused(R.NOT_YOUR_OFFER, {"actor": facts.actor, "offer": command.offer, "party": offer.assigner})
    if offer.status is not OfferStatus.OPEN:
        return Refused(R.OFFER_CLOSED, {"offer": command.offer, "status": offer.status.value})
    return [OfferWithdrawn(command.offer)]


def _in_force(state: State, agreement_id: AgreementId) -> Agreement | Refused:
    agreement = state.agreements.get(agreement_id)
    if agreement is None:
        return Refused(R.AGREEMENT_UNKNOWN, {"agreement": agreement_id})
    if agreement.ended_at is not None:
        reason = agreement.ended_for.value if agreement.ended_for else ""
        detail: dict[str, str | int] = {"agreement": agreement_id, "ended_at": agreement.ended_at}
        return Refused(R.AGREEMENT_ENDED, {**detail, "reason": reason})
    return agreement


def _not_a_party(agreement_id: AgreementId, agreement: Agreement, facts: Facts) -> Refused:
    parties: dict[str, str | int] = {"assigner": agreement.assigner, "assignee": agreement.assignee}
    return Refused(R.NOT_A_PARTY, {"actor": facts.actor, "agreement": agreement_id, **parties})


def _bind(state: State, command: BindOrder, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.MARKET_ONLY, {"actor": facts.actor})
    agreement = _in_force(state, command.agreement)
    if isinstance(agreement, Refused):
        return agreement
    if agreement.order is not None:
        return Refused(R.ORDER_BOUND, {"agreement": command.agreement, "order": agreement.order})
    return [OrderBound(command.agreement, command.order)]


def _fulfil(state: State, command: FulfilDuty, facts: Facts) -> list[Event] | Refused:
    found = state.agreements.get(command.agreement)
    if found is not None and facts.actor != found.assigner and not facts.is_market:
        return _not_a_party(command.agreement, found, facts)
    agreement = _in_force(state, command.agreement)
    if isinstance(agreement, Refused):
        return agreement
    known = {duty.uid for rule in agreement.policy.permission for duty in rule.duties}
    if command.duty not in known:
        return Refused(R.DUTY_UNKNOWN, {"agreement": command.agreement, "duty": command.duty})
    if command.duty in agreement.fulfilled:
        return Refused(R.DUTY_FULFILLED, {"agreement": command.agreement, "duty": command.duty})
    return [DutyFulfilled(command.agreement, command.duty)]


def _count(state: State, command: CountUse, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.MARKET_ONLY, {"actor": facts.actor})
    agreement = _in_force(state, command.agreement)
    return agreement if isinstance(agreement, Refused) else [UseCounted(command.agreement, command.uses)]


def _terminate(state: State, command: TerminateAgreement, facts: Facts) -> list[Event] | Refused:
    found = state.agreements.get(command.agreement)
    if found is not None:
        may = facts.actor in (found.assigner, found.assignee) or facts.is_market
        if not may and Role.REGULATOR not in facts.roles:
            return _not_a_party(command.agreement, found, facts)
    agreement = _in_force(state, command.agreement)
    if isinstance(agreement, Refused):
        return agreement
    return [AgreementTerminated(command.agreement, facts.actor, command.reason, facts.now)]
