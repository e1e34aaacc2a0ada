"""What is allowed when it is said what owners contributed, or what was given up."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Detail, Refused
from mumian.methods import negative_values
from mumian.methods.negative_values import NegativePolicy
from mumian.rooms.revenue.agreeing import rule_in_force
from mumian.rooms.revenue.model import (
    ContributionFacts,
    ContributionRecorded,
    Event,
    RecordContribution,
    RecordScores,
    RecordValuation,
    RecordWaiver,
    ScoresRecorded,
    State,
    Tally,
    ValuationRecorded,
    WaiverFacts,
    WaiverRecorded,
)
from mumian.rooms.revenue.model import RevenueRefusal as R
from mumian.rooms.revenue.sharing import Sale, points_of, shares_of
from mumian.rooms.revenue.terms import BY_CELLS, CELLS_MAX, Method, Terms, Valuation

METHODS = {RecordContribution: BY_CELLS, RecordScores: {Method.SCORE}, RecordValuation: {Method.SHAPLEY}}
"""What a rule's method must be for each way to record a contribution."""


def _recordable(
    state: State, command: RecordContribution | RecordScores | RecordValuation, facts: Facts
) -> Terms | Refused:
    """Return the terms under which the actor may record this contribution now."""
    assert isinstance(facts, ContributionFacts)
    product, basis = command.product, command.basis
    rule = rule_in_force(state, product)
    if isinstance(rule, Refused):
        return rule
    terms = rule.terms
    if not facts.is_market and facts.actor not in (terms.seller, facts.domain_root):
        return Refused(R.NOT_A_RECORDER, {"actor": facts.actor, "product": product, "seller": terms.seller})
    if f"{product}/{basis}" in state.contributions:
        return Refused(R.BASIS_TAKEN, {"basis": basis, "product": product})
    if terms.owners and terms.method not in METHODS[type(command)]:
        return Refused(R.METHOD_MISMATCH, {"product": product, "method": terms.method.value})
    return terms


def record(state: State, command: RecordContribution, facts: Facts) -> list[Event] | Refused:
    product, basis = command.product, command.basis
    terms = _recordable(state, command, facts)
    if isinstance(terms, Refused):
        return terms
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


def record_scores(state: State, command: RecordScores, facts: Facts) -> list[Event] | Refused:
    product, basis = command.product, command.basis
    terms = _recordable(state, command, facts)
    if isinstance(terms, Refused):
        return terms
    refused = _refuse_count(command, len(command.scores), terms)
    if refused is not None or terms.weights is None:
        return refused or Refused(R.METHOD_MISMATCH, {"product": product, "method": terms.method.value})
    points = [scores.weighed(terms.weights) for scores in command.scores]
    if not any(points):
        return Refused(R.CONTRIBUTION_EMPTY, {"basis": basis})
    return [ScoresRecorded(product, basis, command.scores, tuple(map(str, points)), command.evidence_digest)]


def record_valuation(state: State, command: RecordValuation, facts: Facts) -> list[Event] | Refused:
    product, basis, found = command.product, command.basis, command.valuation
    terms = _recordable(state, command, facts)
    if isinstance(terms, Refused):
        return terms
    agreed = terms.measured
    if agreed is None:
        return Refused(R.METHOD_MISMATCH, {"product": product, "method": terms.method.value})
    if found.utility != agreed.utility:
        detail: Detail = {"basis": basis, "utility": found.utility}
        return Refused(R.UTILITY_MISMATCH, {**detail, "product": product, "agreed": agreed.utility})
    refused = _refuse_count(command, len(found.values), terms) or _refuse_count(command, len(found.half_widths), terms)
    refused = refused or _refuse_values(command, found, terms)
    if refused is not None:
        return refused
    carries = agreed.negative is NegativePolicy.CARRY_AS_DEBT
    debts = (state.debts.get(product) or ()) if carries else ()
    values = [Fraction(value) for value in found.values]
    shared = negative_values.points_of(values, policy=agreed.negative, debts=debts)
    points = tuple(map(str, shared.points))
    return [ValuationRecorded(product, basis, found, points, shared.debts, command.evidence_digest)]


def _refuse_count(command: RecordScores | RecordValuation, given: int, terms: Terms) -> Refused | None:
    owners = len(terms.owners)
    if given == owners:
        return None
    detail: Detail = {"basis": command.basis, "product": command.product}
    return Refused(R.OWNERS_MISMATCH, {**detail, "given": given, "owners": owners})


def _refuse_values(command: RecordValuation, found: Valuation, terms: Terms) -> Refused | None:
    """Return why nothing can be shared by these values, or None."""
    lowest = min(found.values)
    if lowest < 0 and terms.measured is not None and terms.measured.negative is NegativePolicy.REFUSE:
        detail: Detail = {"owner": terms.owners[found.values.index(lowest)], "value_nano": lowest}
        return Refused(R.BELOW_ZERO, {**detail, "basis": command.basis, "product": command.product})
    return None if max(found.values) > 0 else Refused(R.CONTRIBUTION_EMPTY, {"basis": command.basis})


def points_for(state: State, product: str, terms: Terms, basis: str) -> tuple[str, list[int]] | Refused:
    """Return by which contribution the owners share, and their points; the latest where `basis` names none."""
    if not terms.owners or terms.method is Method.FIXED:
        return "", list(terms.owner_bp)
    basis = basis or state.latest.get(product) or ""
    found = state.contributions.get(f"{product}/{basis}")
    if found is None:
        return Refused(R.CONTRIBUTION_MISSING, {"basis": basis, "product": product})
    return basis, [int(point) for point in found.points]


def record_waiver(state: State, command: RecordWaiver, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, WaiverFacts)
    product, sale = command.product, command.sale
    if facts.seller is None:
        return Refused(R.PRODUCT_UNKNOWN, {"product": product})
    if facts.actor != facts.seller:
        return Refused(R.NOT_THE_SELLER, {"actor": facts.actor, "product": product, "seller": facts.seller})
    rule = rule_in_force(state, product)
    if isinstance(rule, Refused):
        return rule
    counted = points_for(state, product, rule.terms, "")
    if isinstance(counted, Refused):
        return counted
    refused = _refuse_waiver(state, command, facts)
    if refused is not None:
        return refused
    basis, points = counted
    forgone_fen = (facts.list_fen or 0) - (facts.paid_fen or 0)
    rates = tuple(fee for fee in rule.terms.fees if fee.amount_fen is None)
    terms = msgspec.structs.replace(rule.terms, fees=rates, costs=(), floor_fen=0)
    before = Tally(gross_fen=(state.tallies.get(product) or Tally()).gross_fen)
    shared = shares_of(terms, Sale(forgone_fen, points, before))
    return [WaiverRecorded(sale, product, rule.version, basis, forgone_fen, shared.shares, facts.now)]


def _refuse_waiver(state: State, command: RecordWaiver, facts: WaiverFacts) -> Refused | None:
    product, sale = command.product, command.sale
    about: Detail = {"sale": sale, "product": product}
    if facts.list_fen is None or facts.paid_fen is None:
        return Refused(R.SALE_UNKNOWN, about)
    if f"{product}/{sale}" in state.waivers:
        return Refused(R.WAIVED_ALREADY, about)
    if facts.paid_fen >= facts.list_fen:
        return Refused(R.NOTHING_WAIVED, {"sale": sale, "paid_fen": facts.paid_fen, "list_fen": facts.list_fen})
    return None if facts.is_for_public_good else Refused(R.NOT_FOR_PUBLIC_GOOD, about)
