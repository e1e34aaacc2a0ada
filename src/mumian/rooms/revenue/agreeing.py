"""What is allowed when it is agreed how a product's revenue is shared."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.revenue.model import (
    AgreeDistribution,
    ConsentToDistribution,
    DistributionAgreed,
    DistributionConsented,
    DistributionFacts,
    Event,
    Rule,
    State,
)
from mumian.rooms.revenue.model import RevenueRefusal as R
from mumian.rooms.revenue.sharing import rates_bp
from mumian.rooms.revenue.terms import (
    BASIS_POINTS,
    COSTS_MAX,
    FEES_MAX,
    OWNERS_MAX,
    STEPS_MAX,
    FeeKind,
    Method,
    ShareKind,
    Terms,
)


def agree(state: State, command: AgreeDistribution, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, DistributionFacts)
    product = command.product
    if facts.seller is None:
        return Refused(R.PRODUCT_UNKNOWN, {"product": product})
    if facts.seller != facts.actor:
        return Refused(R.NOT_THE_SELLER, {"actor": facts.actor, "product": product, "seller": facts.seller})
    if facts.sold_already:
        return Refused(R.SOLD_ALREADY, {"product": product})
    before = state.rules.get(product)
    if before is not None and not before.waiting:
        return Refused(R.RULE_IN_FORCE, {"product": product, "version": before.version})
    if (command.merchant_bp is None) is not bool(command.steps):
        return Refused(R.RATE_MISSING, {"payee": facts.actor, "kind": ShareKind.MERCHANT.value})
    refused = (
        _refuse_fees(command)
        or _refuse_payees(command, facts)
        or _refuse_owners(command, facts)
        or _refuse_costs(command, facts)
        or _refuse_steps(command)
        or _refuse_method(command)
    )
    if refused is not None:
        return refused
    terms = _terms(command, facts)
    agreed = {facts.actor, *facts.grant_terms_accept}
    waiting = tuple(owner for owner in command.owners if owner not in agreed)
    version = 1 if before is None else before.version + 1
    return [DistributionAgreed(product, version, terms, waiting, facts.now)]


def _terms(command: AgreeDistribution, facts: DistributionFacts) -> Terms:
    return Terms(
        facts.actor,
        command.fees,
        _merchant_bp(command),
        command.owners,
        command.method,
        command.owner_bp,
        command.floor_fen,
        facts.public_bodies,
        command.costs,
        command.steps,
        command.weights,
        command.measured,
    )


def _merchant_bp(command: AgreeDistribution) -> int:
    return command.merchant_bp or 0 if not command.steps else command.steps[0].merchant_bp


def _refuse_fees(command: AgreeDistribution) -> Refused | None:
    for fee in command.fees:
        if (fee.rate_bp is None) is (fee.amount_fen is None):
            return Refused(R.RATE_MISSING, {"payee": fee.payee, "kind": fee.kind.value})
    rates = rates_bp(command.fees)
    if rates > BASIS_POINTS:
        return Refused(R.RATES_TOO_HIGH, {"rates_bp": rates, "whole_bp": BASIS_POINTS})
    if len(command.owners) > OWNERS_MAX or len(command.fees) > FEES_MAX:
        detail: Detail = {"owners": len(command.owners), "fees": len(command.fees)}
        return Refused(R.TOO_MANY_LINES, {**detail, "owners_max": OWNERS_MAX, "fees_max": FEES_MAX})
    return None


def _refuse_payees(command: AgreeDistribution, facts: DistributionFacts) -> Refused | None:
    """No money to a stranger or a public body, to its operator a service fee only (运商分离)."""
    for stranger in facts.strangers:
        return Refused(R.PAYEE_UNKNOWN, {"payee": stranger})
    lines = [(fee.payee, fee.kind.value) for fee in command.fees]
    lines += [(owner, ShareKind.OWNER.value) for owner in command.owners]
    for payee, kind in lines:
        if payee in facts.public_bodies:
            return Refused(R.PUBLIC_BODY_PAID, {"payee": payee})
        if payee in facts.operators and kind != FeeKind.SERVICE_FEE.value:
            return Refused(R.OPERATOR_ONLY_SERVICE_FEE, {"payee": payee, "kind": kind})
    return None


def _refuse_owners(command: AgreeDistribution, facts: DistributionFacts) -> Refused | None:
    """Owners are the holders, each once, all of them; parts by contract are theirs."""
    product, owners = command.product, command.owners
    seen = set[str]()
    for owner in owners:
        if owner in seen:
            return Refused(R.OWNER_REPEATED, {"owner": owner})
        seen.add(owner)
    for holder in facts.holders:
        if holder not in seen:
            return Refused(R.HOLDER_NOT_NAMED, {"holder": holder, "product": product})
    for owner in owners:
        if owner not in facts.holders:
            return Refused(R.NOT_A_HOLDER, {"owner": owner, "product": product})
    if not owners and _merchant_bp(command) != BASIS_POINTS:
        return Refused(R.NOBODY_SHARES, {"whole_bp": BASIS_POINTS, "merchant_bp": _merchant_bp(command)})
    parts, sum_bp = len(command.owner_bp), sum(command.owner_bp)
    is_fixed = command.method is Method.FIXED and bool(owners)
    if (parts, sum_bp) != ((len(owners), BASIS_POINTS) if is_fixed else (0, 0)):
        detail: Detail = {"method": command.method.value, "owners": len(owners), "parts": parts}
        return Refused(R.FIXED_SHARES_MISMATCH, {**detail, "sum_bp": sum_bp, "whole_bp": BASIS_POINTS})
    return None


def _refuse_costs(command: AgreeDistribution, facts: DistributionFacts) -> Refused | None:
    """Costs come back to parties that can be paid, each named once."""
    payees = [cost.payee for cost in command.costs]
    for payee in payees:
        is_odd = payees.count(payee) > 1 or payee in facts.public_bodies or len(payees) > COSTS_MAX
        if is_odd:
            detail: Detail = {"product": command.product, "costs": len(payees), "payee": payee}
            return Refused(R.COSTS_UNSOUND, {**detail, "costs_max": COSTS_MAX})
    return None


def _refuse_steps(command: AgreeDistribution) -> Refused | None:
    """Steps follow one another without a gap, up to any amount."""
    steps = command.steps
    bounds = [step.up_to_fen for step in steps]
    rises = all(a is not None and (b is None or a < b) for a, b in pairwise(bounds))
    if not steps or (2 <= len(steps) <= STEPS_MAX and rises and bounds[-1] is None and command.owners):
        return None
    return Refused(R.STEPS_UNSOUND, {"product": command.product, "steps": len(steps), "steps_max": STEPS_MAX})


def _refuse_method(command: AgreeDistribution) -> Refused | None:
    """Each method is agreed with what it counts by."""
    weights, method = command.weights, command.method
    is_scored = weights is not None and any(msgspec.structs.astuple(weights))
    is_measured = command.measured is not None
    fits = is_scored is (method is Method.SCORE) and is_measured is (method is Method.SHAPLEY)
    if fits and is_scored is (weights is not None):
        return None
    return Refused(R.METHOD_TERMS_MISMATCH, {"method": method.value})


def consent(state: State, command: ConsentToDistribution, facts: Facts) -> list[Event] | Refused:
    rule = state.rules.get(command.product)
    if rule is None:
        return Refused(R.NOT_AGREED, {"product": command.product})
    if rule.version != command.version:
        detail: Detail = {"product": command.product, "version": rule.version}
        return Refused(R.VERSION_MISMATCH, {**detail, "asked": command.version})
    if facts.actor not in rule.waiting:
        return Refused(R.NOTHING_TO_CONSENT, {"product": command.product, "actor": facts.actor})
    return [DistributionConsented(command.product, rule.version, facts.actor, facts.now)]


def rule_in_force(state: State, product: str) -> Rule | Refused:
    rule = state.rules.get(product)
    if rule is None:
        return Refused(R.NOT_AGREED, {"product": product})
    if rule.waiting:
        return Refused(R.NOT_IN_FORCE, {"product": product, "waiting": len(rule.waiting), "owner": rule.waiting[0]})
    return rule
