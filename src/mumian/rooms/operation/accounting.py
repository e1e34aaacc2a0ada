"""Prices within their ceilings, separate accounts by year, the allowed revenue, and what a deviation asks for (S4)."""

from __future__ import annotations

from mumian.kernel.canonical import INT53_MAX
from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.rooms.operation.disclosing import operated, refuse_unfinished
from mumian.rooms.operation.events import (
    AllowedRevenueSet,
    CeilingAdjusted,
    DeviationAssessed,
    PricesListed,
    StatementFiled,
)
from mumian.rooms.operation.guards import ask, operation_at, refuse_repeated, refuse_stranger
from mumian.rooms.operation.model import (
    AdjustCeiling,
    AssessDeviation,
    Event,
    FileStatement,
    ListedPrice,
    ListPrices,
    SetAllowedRevenue,
    State,
    StatementLine,
)
from mumian.rooms.operation.plan import PlannedProduct
from mumian.rooms.operation.price import Adjustment, adjustment, allowed_revenue_down_fen, profit_rate_max_bp
from mumian.rooms.operation.records import Allowed, Deviation, OperationStage, Statement
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import OperationId
from mumian.rulebook.rules import in_force, number_at

Answer = list[Event] | Refused


def ceiling_fen(state: State, key: OperationId, product: str) -> int | None:
    """Return the ceiling of a product as it stands, adjusted or as agreed; None if it is free or not agreed."""
    adjusted = state.ceilings.get(f"{key}/{product}")
    if adjusted is not None:
        return adjusted
    agreed = state.terms[key].product(product)
    return None if agreed is None else agreed.ceiling_fen


def planned_product(state: State, key: OperationId, code: str) -> PlannedProduct | Refused:
    """Return a product of an agreement as its plan describes it."""
    planned = state.plans[state.operations[key].plan].content.product(code)
    if planned is None or state.terms[key].product(code) is None:
        return Refused(R.PRODUCT_OUTSIDE, {"product": code, "within": key})
    return planned


def list_prices(state: State, command: ListPrices, facts: Facts) -> Answer:
    """Decide on the operator's prices."""
    operation = operation_at(state, command.operation, OperationStage.IN_FORCE)
    if isinstance(operation, Refused):
        return operation
    refused = refuse_stranger(command.operation, operation.operator, facts) or refuse_repeated(
        price.product for price in command.prices
    )
    if refused is not None:
        return refused
    for price in command.prices:
        refused = _refuse_price(state, command.operation, price)
        if refused is not None:
            return refused
    return [PricesListed(command.operation, command.prices, in_force(facts, "S4-CEILING", "S4-FREE"))]


def _refuse_price(state: State, key: OperationId, price: ListedPrice) -> Refused | None:
    planned = planned_product(state, key, price.product)
    if isinstance(planned, Refused):
        return planned
    agreed, ceiling = state.terms[key].product(price.product), ceiling_fen(state, key, price.product)
    if agreed is None or agreed.unit is None or ceiling is None:
        return Refused(R.FREE_OF_CHARGE, {"product": price.product, "use": planned.use})
    if price.unit is not agreed.unit:
        return Refused(R.UNIT_DIFFERS, {"product": price.product, "agreed": agreed.unit, "unit": price.unit})
    if price.amount_fen > ceiling:
        detail: Detail = {"product": price.product, "amount_fen": price.amount_fen, "ceiling_fen": ceiling}
        return Refused(R.OVER_CEILING, detail)
    return None


def file_statement(state: State, command: FileStatement, facts: Facts) -> Answer:
    """Decide on a past year's separate accounts."""
    operation = operation_at(state, command.operation)
    if isinstance(operation, Refused):
        return operation
    refused = (
        refuse_stranger(command.operation, operation.operator, facts)
        or operated(command.operation, operation, command.year)
        or refuse_unfinished(command.year, facts)
        or _refuse_filed(command.operation, command.year, f"{command.operation}/{command.year}" in state.statements)
        or _refuse_lines(state, command)
    )
    if refused is not None:
        return refused
    record = _added_up(state, command, facts)
    rules = in_force(facts, "S3-ACCOUNTS", "S4-REPORT", "S4-FREE")
    if isinstance(record, Refused):
        return record
    return [StatementFiled(command.operation, command.year, record, command.lines, rules)]


def _refuse_filed(key: OperationId, year: int, is_filed: bool) -> Refused | None:
    return Refused(R.ALREADY_FILED, {"year": year, "operation": key}) if is_filed else None


def _refuse_lines(state: State, command: FileStatement) -> Refused | None:
    refused = refuse_repeated(line.product for line in command.lines)
    if refused is not None:
        return refused
    for line in command.lines:
        planned = planned_product(state, command.operation, line.product)
        if isinstance(planned, Refused):
            return planned
        if planned.use.is_free and line.revenue_fen:
            return Refused(R.FREE_OF_CHARGE, {"product": line.product, "use": planned.use})
    told = {line.product for line in command.lines}
    missing = next((each.code for each in state.terms[command.operation].products if each.code not in told), None)
    return None if missing is None else Refused(R.LINE_MISSING, {"product": missing})


def _added_up(state: State, command: FileStatement, facts: Facts) -> Statement | Refused:
    """Return the year's sums: the costs of free products stay out of what the charged ones may earn."""
    free = {line.product for line in command.lines if _is_free(state, command.operation, line)}
    revenue = sum(line.revenue_fen for line in command.lines)
    charged = sum(line.cost_fen for line in command.lines if line.product not in free)
    free_cost = sum(line.cost_fen for line in command.lines if line.product in free)
    if max(revenue, charged, free_cost) > INT53_MAX:
        return Refused(R.AMOUNT_TOO_LARGE, {"fen_max": INT53_MAX})
    return Statement(revenue, charged, free_cost, command.books_digest, facts.now)


def _is_free(state: State, key: OperationId, line: StatementLine) -> bool:
    planned = planned_product(state, key, line.product)
    return not isinstance(planned, Refused) and planned.use.is_free


def set_allowed(state: State, command: SetAllowedRevenue, facts: Facts) -> Answer:
    """Decide on a year's maximum allowed revenue (S4-MAR)."""
    if Role.DATA_BUREAU not in facts.roles:
        return Refused(R.ONLY_A_DATA_BUREAU, {"actor": facts.actor})
    operation = operation_at(state, command.operation)
    if isinstance(operation, Refused):
        return operation
    refused = operated(command.operation, operation, command.year) or _refuse_filed(
        command.operation, command.year, f"{command.operation}/{command.year}" in state.allowed
    )
    if refused is not None:
        return refused
    if command.bond_rate_bp is None:
        return ask("bond_rate_bp: what was the average ten-year bond yield of the year before the survey?")
    record = _allowed(command, command.bond_rate_bp, facts)
    if isinstance(record, Refused):
        return record
    return [AllowedRevenueSet(command.operation, command.year, record, in_force(facts, "S4-MAR"))]


def _allowed(command: SetAllowedRevenue, bond_rate_bp: int, facts: Facts) -> Allowed | Refused:
    if command.subsidy_fen > command.cost_fen:
        detail: Detail = {"subsidy_fen": command.subsidy_fen, "cost_fen": command.cost_fen}
        return Refused(R.SUBSIDY_OVER_COST, detail)
    over = number_at("S4-MAR", "profit_rate_over_bond_bp_max", rulebook=facts.rulebook, now=facts.now)
    rate_max = profit_rate_max_bp(bond_rate_bp=bond_rate_bp, over_bond_bp_max=over)
    if command.profit_rate_bp > rate_max:
        return Refused(R.PROFIT_RATE_TOO_HIGH, {"rate_bp": command.profit_rate_bp, "rate_bp_max": rate_max})
    cost_fen = command.cost_fen - command.subsidy_fen
    fen = allowed_revenue_down_fen(cost_fen=cost_fen, rate_bp=command.profit_rate_bp, tax_fen=command.tax_fen)
    if not fen:
        return Refused(R.NOTHING_ALLOWED)
    if fen > INT53_MAX:
        return Refused(R.AMOUNT_TOO_LARGE, {"fen_max": INT53_MAX})
    return Allowed(cost_fen, command.profit_rate_bp, bond_rate_bp, command.tax_fen, fen, facts.actor, facts.now)


def assess(state: State, command: AssessDeviation, facts: Facts) -> Answer:
    """Decide what a year's revenue asks for, held against the allowed one (S4-DEVIATION)."""
    operation = operation_at(state, command.operation)
    if isinstance(operation, Refused):
        return operation
    key = f"{command.operation}/{command.year}"
    refused = (
        refuse_stranger(command.operation, operation.body, facts)
        or operated(command.operation, operation, command.year)
        or _refuse_filed(command.operation, command.year, key in state.deviations)
    )
    if refused is not None:
        return refused
    statement, allowed = state.statements.get(key), state.allowed.get(key)
    if statement is None:
        return ask("statement: what did the operation earn in that year?")
    if allowed is None:
        return ask("allowed: what is the maximum allowed revenue of that year?")
    bp_max = number_at("S4-DEVIATION", "deviation_bp_max", rulebook=facts.rulebook, now=facts.now)
    asked = adjustment(actual_fen=statement.revenue_fen, allowed_fen=allowed.allowed_fen, deviation_bp_max=bp_max)
    off_fen = abs(statement.revenue_fen - allowed.allowed_fen)
    record = Deviation(off_fen, allowed.allowed_fen, asked, facts.now)
    return [DeviationAssessed(command.operation, command.year, record, in_force(facts, "S4-DEVIATION", "S4-MAR"))]


def adjust_ceiling(state: State, command: AdjustCeiling, facts: Facts) -> Answer:
    """Decide on another ceiling, where a deviation asks for it; beyond what was agreed takes a supplement."""
    operation = operation_at(state, command.operation, OperationStage.IN_FORCE)
    if isinstance(operation, Refused):
        return operation
    refused = refuse_stranger(command.operation, operation.body, facts)
    if refused is not None:
        return refused
    planned = planned_product(state, command.operation, command.product)
    if isinstance(planned, Refused):
        return planned
    if planned.use.is_free:
        return Refused(R.FREE_OF_CHARGE, {"product": command.product, "use": planned.use})
    deviation = state.deviations.get(f"{command.operation}/{command.year}")
    if deviation is None:
        return ask("deviation: how far was the revenue of that year off the allowed one?")
    if deviation.adjustment is not Adjustment.CEILING:
        return Refused(R.CEILING_STANDS, {"year": command.year, "adjustment": deviation.adjustment})
    highest = state.terms[command.operation].ceiling_fen or 0
    if command.ceiling_fen > highest:
        detail: Detail = {"product": command.product, "amount_fen": command.ceiling_fen, "ceiling_fen": highest}
        return Refused(R.OVER_CEILING, detail)
    rules = in_force(facts, "S4-DEVIATION", "S4-CEILING")
    return [CeilingAdjusted(command.operation, command.product, command.ceiling_fen, command.report_digest, rules)]
