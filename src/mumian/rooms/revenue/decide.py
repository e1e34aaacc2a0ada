"""What is allowed with revenue."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.revenue.model import (
    BASIS_POINTS,
    CELLS_MAX,
    FEES_MAX,
    OWNERS_MAX,
    AgreeDistribution,
    Command,
    ConsentToDistribution,
    ContributionFacts,
    ContributionRecorded,
    Distribute,
    Distributed,
    DistributionAgreed,
    DistributionConsented,
    DistributionFacts,
    Event,
    FeeKind,
    Method,
    RecordContribution,
    Rule,
    ShareKind,
    State,
    Terms,
)
from mumian.rooms.revenue.model import RevenueRefusal as R
from mumian.rooms.revenue.sharing import fixed_fen, points_of, rates_bp, shares_of


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about revenue with its events or the first refusal that applies."""
    match command:
        case Distribute():
            return _distribute(state, command, facts)
        case RecordContribution():
            return _record(state, command, facts)
        case ConsentToDistribution():
            return _consent(state, command, facts)
        case AgreeDistribution():
            return _agree(state, command, facts)
        case _:
            assert_never(command)


def _agree(state: State, command: AgreeDistribution, facts: Facts) -> list[Event] | Refused:
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
    if command.merchant_bp is None:
        return Refused(R.RATE_MISSING, {"payee": facts.actor, "kind": ShareKind.MERCHANT.value})
    refused = _refuse_fees(command) or _refuse_payees(command, facts) or _refuse_owners(command, facts)
    if refused is not None:
        return refused
    terms = Terms(
        facts.actor,
        command.fees,
        command.merchant_bp,
        command.owners,
        command.method,
        command.owner_bp,
        command.floor_fen,
        facts.public_bodies,
    )
    agreed = {facts.actor, *facts.grant_terms_accept}
    waiting = tuple(owner for owner in command.owners if owner not in agreed)
    version = 1 if before is None else before.version + 1
    return [DistributionAgreed(product, version, terms, waiting, facts.now)]


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
    if not owners and command.merchant_bp != BASIS_POINTS:
        return Refused(R.NOBODY_SHARES, {"whole_bp": BASIS_POINTS, "merchant_bp": command.merchant_bp or 0})
    parts, sum_bp = len(command.owner_bp), sum(command.owner_bp)
    is_fixed = command.method is Method.FIXED and bool(owners)
    if (parts, sum_bp) != ((len(owners), BASIS_POINTS) if is_fixed else (0, 0)):
        detail: Detail = {"method": command.method.value, "owners": len(owners), "parts": parts}
        return Refused(R.FIXED_SHARES_MISMATCH, {**detail, "sum_bp": sum_bp, "whole_bp": BASIS_POINTS})
    return None


def _consent(state: State, command: ConsentToDistribution, facts: Facts) -> list[Event] | Refused:
    rule = state.rules.get(command.product)
    if rule is None:
        return Refused(R.NOT_AGREED, {"product": command.product})
    if rule.version != command.version:
        detail: Detail = {"product": command.product, "version": rule.version}
        return Refused(R.VERSION_MISMATCH, {**detail, "asked": command.version})
    if facts.actor not in rule.waiting:
        return Refused(R.NOTHING_TO_CONSENT, {"product": command.product, "actor": facts.actor})
    return [DistributionConsented(command.product, rule.version, facts.actor, facts.now)]


def _in_force(state: State, product: str) -> Rule | Refused:
    rule = state.rules.get(product)
    if rule is None:
        return Refused(R.NOT_AGREED, {"product": product})
    if rule.waiting:
        return Refused(R.NOT_IN_FORCE, {"product": product, "waiting": len(rule.waiting), "owner": rule.waiting[0]})
    return rule


def _record(state: State, command: RecordContribution, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ContributionFacts)
    product, basis = command.product, command.basis
    rule = _in_force(state, product)
    if isinstance(rule, Refused):
        return rule
    terms = rule.terms
    if not facts.is_market and facts.actor not in (terms.seller, facts.domain_root):
        return Refused(R.NOT_A_RECORDER, {"actor": facts.actor, "product": product, "seller": terms.seller})
    if f"{product}/{basis}" in state.contributions:
        return Refused(R.BASIS_TAKEN, {"basis": basis, "product": product})
    if not 1 <= len(command.cells) <= CELLS_MAX:
        return Refused(R.CELLS_NONE_OR_TOO_MANY, {"cells": len(command.cells), "cells_max": CELLS_MAX})
    owners = len(terms.owners)
    for cell in command.cells:
        if cell.owners_mask >> owners:
            detail: Detail = {"mask": cell.owners_mask, "owners": owners}
            return Refused(R.MASK_BEYOND_OWNERS, {**detail, "product": product})
    points = points_of(terms.method, command.cells, owners=owners)
    if not any(points):
        return Refused(R.CONTRIBUTION_EMPTY, {"basis": basis})
    whole = tuple(map(str, points))
    return [ContributionRecorded(product, basis, command.cells, whole, command.evidence_digest)]


def _distribute(state: State, command: Distribute, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.NOT_THE_MARKET, {"actor": facts.actor})
    product, sale, gross_fen = command.product, command.sale, command.gross_fen
    rule = _in_force(state, product)
    if isinstance(rule, Refused):
        return rule
    if f"{product}/{sale}" in state.distributions:
        return Refused(R.DISTRIBUTED_ALREADY, {"sale": sale, "product": product})
    terms = rule.terms
    basis, points = "", list(terms.owner_bp)
    if terms.owners and terms.method is not Method.FIXED:
        basis = command.basis or state.latest.get(product) or ""
        contribution = state.contributions.get(f"{product}/{basis}")
        if contribution is None:
            return Refused(R.CONTRIBUTION_MISSING, {"basis": basis, "product": product})
        points = [int(point) for point in contribution.points]
    fixed, rates = fixed_fen(terms.fees), rates_bp(terms.fees)
    if fixed * BASIS_POINTS > gross_fen * (BASIS_POINTS - rates):
        detail: Detail = {"fixed_fen": fixed, "rates_bp": rates, "gross_fen": gross_fen}
        return Refused(R.FEES_EXCEED_GROSS, {**detail, "sale": sale})
    shares, denominator = shares_of(terms, points, gross_fen=gross_fen)
    return [Distributed(sale, product, rule.version, basis, gross_fen, shares, str(denominator), facts.now)]
