"""What may be verified: the predicates and bands that an owner listed, word for word, by the keys that it allows."""

from __future__ import annotations

from mumian.domain.declaration import Bands, Declaration, IntegerColumn, Terms
from mumian.domain.refusals import DomainRefusal as R
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.plan import Op, VerificationPlan

COMPARED = frozenset({Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE, Op.IN, Op.NOT_IN, Op.BETWEEN})
"""What is answered yes or no, and unknown where the value is missing. Whether it is missing is not for sale by the call."""


def refuse_question(terms: Terms, plan: VerificationPlan) -> Refused | None:
    """Return why the owner does not let this be asked, or None.

    A column that is asked is no key: by giving one value after the other a caller would find the value itself.
    """
    asks, where = plan.predicate, {"resource": terms.resource, "column": plan.predicate.column}
    if plan.bands and Bands(asks.column, plan.bands) not in terms.bands:
        return Refused(R.OWNER_REFUSES_BANDS, {**where, "bands": len(plan.bands) + 1})
    if not plan.bands and asks not in terms.predicates:
        return Refused(R.OWNER_REFUSES_PREDICATE, {**where, "op": asks.op.value, "value": _shown(plan)})
    for column in plan.key_columns:
        if column == asks.column or (terms.key_columns and column not in terms.key_columns):
            allowed = ", ".join(terms.key_columns) or f"any column but {asks.column}"
            return Refused(R.OWNER_REFUSES_KEYS, {**where, "column": column, "allowed": allowed})
    return None


def refuse_unanswerable(declaration: Declaration, resource: str, plan: VerificationPlan) -> Refused | None:
    """Return what no call can be answered by, though the columns are declared, or None."""
    asks, detail = plan.predicate, {"resource": resource}
    if plan.bands and not isinstance(declaration.column(asks.column), IntegerColumn):
        return Refused(
            R.PLAN_OUTSIDE_DECLARATION, {**detail, "reason": f"`{asks.column}` is no number and has no bands"}
        )
    if not plan.bands and asks.op not in COMPARED:
        reason = f"whether `{asks.column}` is {asks.op.value} is not verified, only how it compares with a value"
        return Refused(R.PLAN_OUTSIDE_DECLARATION, {**detail, "reason": reason})
    return None


def _shown(plan: VerificationPlan) -> str | int:
    value = plan.predicate.value
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value
