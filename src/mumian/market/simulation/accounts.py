"""What operators, bodies and bureaus say of an operation's prices, accounts and disclosures."""

from __future__ import annotations

from mumian.kernel.roles import Role
from mumian.kernel.time import day_of
from mumian.market.operating import CHARGED, FREE
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.rooms.operation import model as operation
from mumian.rooms.operation.records import Operation
from mumian.rooms.operation.vocabulary import ChargingUnit, Grade, OperationId

BODY_ITEMS = ("institution", "operator", "content", "scope", "term", "ceilings")
OPERATOR_ITEMS = ("institution", "resources", "products", "prices", "data_use")


def _pick(s: Scene) -> tuple[OperationId, Operation] | None:
    """Return an agreement that was in force once; now and then any."""
    for _ in range(4):
        key = OperationId(s.pick("operation"))
        record = s.states.operation.operations.get(key)
        if record is not None and (record.concluded_at or s.chance(10)):
            return key, record
    return None


def _year(s: Scene, record: Operation) -> int:
    """Return a year of the agreement, mostly one that is over."""
    now = day_of(s.now).year
    over = [year for year in range(record.first_year or now, now) if not record.last_year or year <= record.last_year]
    return s.one(over) if over and s.chance(950) else s.one((now, now - 1, now + 1))


def list_prices(s: Scene) -> Said | None:
    found = _pick(s)
    if found is None:
        return None
    key, record = found
    agreed = s.states.operation.terms[key].product(CHARGED)
    ceiling = agreed.ceiling_fen if agreed and agreed.ceiling_fen else 100
    product, unit = s.one(
        ((CHARGED, ChargingUnit.CALL),) * 6 + ((FREE, ChargingUnit.CALL), (CHARGED, ChargingUnit.TIME))
    )
    price = operation.ListedPrice(product, s.one((ceiling, ceiling // 2, ceiling + 1)), unit)
    return Said(record.operator, operation.ListPrices(key, (price,) * s.one((1, 1, 1, 2))))


def file_statement(s: Scene) -> Said | None:
    found = _pick(s)
    if found is None:
        return None
    key, record = found
    revenue_fen = s.one((0, 1_000, 1_090, 2_000))
    lines = tuple(
        operation.StatementLine(each.code, 10, revenue_fen if each.code == CHARGED or s.chance(30) else 0, 500)
        for each in s.states.operation.terms[key].products
        if s.chance(970)
    )
    if not lines:
        return None
    return Said(record.operator, operation.FileStatement(key, _year(s, record), lines, s.digest()))


def set_allowed(s: Scene) -> Said | None:
    found = _pick(s)
    if found is None:
        return None
    key, record = found
    rate_bp, bond_bp = s.one(((0, 180), (0, 180), (780, 180), (781, 180), (700, None)))
    cost_fen, subsidy_fen = s.one(((1_000, 0), (1_000, 0), (2_000, 1_000), (0, 0), (10, 11)))
    asked = operation.SetAllowedRevenue(key, _year(s, record), cost_fen, subsidy_fen, rate_bp, bond_bp, 0, s.digest())
    return Said(s.who(Role.DATA_BUREAU), asked)


def assess(s: Scene) -> Said | None:
    """Assess a year for which there are numbers, or adjust a ceiling after one that was assessed."""
    place, table = s.one((("statements", s.states.operation.statements), ("deviations", s.states.operation.deviations)))
    rows = [key for key, _ in table.under()]
    if not rows:
        return None
    name, _, year = s.fresh(rows).partition("/")
    key = OperationId(name)
    body = s.states.operation.operations[key].body
    if place == "statements":
        return Said(body, operation.AssessDeviation(key, int(year)))
    fen = s.one((50, 100, 60_000, 60_001))
    return Said(body, operation.AdjustCeiling(key, int(year), s.one((CHARGED, CHARGED, FREE)), fen, s.digest()))


def disclose(s: Scene) -> Said | None:
    found = _pick(s)
    if found is None:
        return None
    key, record = found
    is_body = s.chance(500)
    items = BODY_ITEMS if is_body else OPERATOR_ITEMS
    said = items if s.chance(900) else s.some(items)
    actor = record.body if is_body else record.operator
    return Said(actor, operation.Disclose(key, _year(s, record), said, s.digest()))


def evaluate(s: Scene) -> Said | None:
    found = _pick(s)
    if found is None:
        return None
    key, record = found
    grade = s.one((Grade.GOOD, Grade.ADEQUATE, Grade.GOOD, Grade.FAILED))
    return Said(record.body, operation.EvaluateOperation(key, _year(s, record), grade, s.digest()))


ACCOUNT_HABITS: tuple[tuple[int, Habit], ...] = (
    (6, list_prices),
    (14, file_statement),
    (14, set_allowed),
    (24, assess),
    (12, disclose),
    (5, evaluate),
)
