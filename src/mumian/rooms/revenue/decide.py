"""What is allowed with revenue."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Detail, Refused
from mumian.rooms.revenue.agreeing import agree, consent, rule_in_force
from mumian.rooms.revenue.model import (
    AgreeDistribution,
    Command,
    ConsentToDistribution,
    Distribute,
    Distributed,
    Event,
    RecordContribution,
    RecordScores,
    RecordValuation,
    RecordWaiver,
    State,
    Tally,
)
from mumian.rooms.revenue.model import RevenueRefusal as R
from mumian.rooms.revenue.recording import points_for, record, record_scores, record_valuation, record_waiver
from mumian.rooms.revenue.sharing import Sale, fixed_fen, net_of, rates_bp, shares_of
from mumian.rulebook.rules import rule_at

REMAINDERS = "MM-REMAINDERS"
"""The rule by which what rounding kept from somebody goes on to the next sale."""


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about revenue with its events or the first refusal that applies."""
    match command:
        case Distribute():
            return _distribute(state, command, facts)
        case RecordContribution():
            return record(state, command, facts)
        case RecordScores():
            return record_scores(state, command, facts)
        case RecordValuation():
            return record_valuation(state, command, facts)
        case RecordWaiver():
            return record_waiver(state, command, facts)
        case ConsentToDistribution():
            return consent(state, command, facts)
        case AgreeDistribution():
            return agree(state, command, facts)
        case _:
            assert_never(command)


def _distribute(state: State, command: Distribute, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.NOT_THE_MARKET, {"actor": facts.actor})
    product, sale, gross_fen = command.product, command.sale, command.gross_fen
    rule = rule_in_force(state, product)
    if isinstance(rule, Refused):
        return rule
    if f"{product}/{sale}" in state.distributions:
        return Refused(R.DISTRIBUTED_ALREADY, {"sale": sale, "product": product})
    terms = rule.terms
    counted = points_for(state, product, terms, command.basis)
    if isinstance(counted, Refused):
        return counted
    basis, points = counted
    before = state.tallies.get(product) or Tally()
    rounds_on = rule_at(REMAINDERS, rulebook=facts.rulebook, now=facts.now) is not None
    sold = Sale(gross_fen, points, before, command.exchange_fee_fen, rounds_on)
    if net_of(terms, sold) < 0:
        fixed = fixed_fen(terms.fees) + command.exchange_fee_fen
        detail: Detail = {"fixed_fen": fixed, "rates_bp": rates_bp(terms.fees), "gross_fen": gross_fen}
        return Refused(R.FEES_EXCEED_GROSS, {**detail, "sale": sale})
    shared = shares_of(terms, sold)
    counts = (rule.version, basis, gross_fen)
    return [Distributed(sale, product, *counts, shared.shares, str(shared.denominator), facts.now, shared.owed)]
