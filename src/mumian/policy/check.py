"""What stands in a policy that could not be decided: asked before anybody signs it."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.canonical import INT53_MAX
from mumian.policy.model import Constraint, Duty, Logical, Policy, Rule
from mumian.policy.vocabulary import ACTIONS, LOGICAL, OPERANDS, OPERATORS, PROFILES, SET_OPERATORS, Kind, operators_of

RULES_MAX = 64
"""Permissions, prohibitions, obligations and duties of one policy together; bounds the work of a decision."""

CONSTRAINTS_MAX = 16
"""Constraints of one rule or of one logical constraint."""

Part = Rule | Duty


def defects(policy: Policy) -> Iterator[str]:
    """Yield every place of `policy` that is not understood or makes no sense; nothing if the policy is sound."""
    if not policy.uid:
        yield "the policy has no uid"
    if policy.profile not in PROFILES:
        yield f"unknown profile `{policy.profile}`"
    if not policy.permission and not policy.prohibition and not policy.obligation:
        yield "the policy has no rule"
    for rule in policy.prohibition:
        if rule.duties:
            yield f"prohibition `{rule.uid}` has duties, which only a permission can"
    seen = set[str]()
    for count, part in enumerate(parts(policy), 1):
        if count > RULES_MAX:
            yield f"more than {RULES_MAX} rules and duties"
            return
        if not part.uid or part.uid in seen:
            yield f"the rule uid `{part.uid}` is empty or repeated"
        seen.add(part.uid)
        yield from _part(part)


def parts(policy: Policy) -> Iterator[Part]:
    """Yield every rule and duty of `policy`."""
    for rule in (*policy.permission, *policy.prohibition):
        yield rule
        yield from rule.duties
    yield from policy.obligation


def _part(part: Part) -> Iterator[str]:
    if part.target == "":
        yield f"`{part.uid}` has no target"
    if part.action not in ACTIONS:
        yield f"unknown action `{part.action}` in `{part.uid}`"
    if len(part.constraints) > CONSTRAINTS_MAX:
        yield f"more than {CONSTRAINTS_MAX} constraints in `{part.uid}`"
    for constraint in part.constraints:
        if isinstance(constraint, Constraint):
            yield from _constraint(constraint, part.uid)
        else:
            yield from _logical(constraint, part.uid)


def _logical(logical: Logical, uid: str) -> Iterator[str]:
    if logical.operand not in LOGICAL:
        yield f"unknown logical operand `{logical.operand}` in `{uid}`"
    if not 1 <= len(logical.constraints) <= CONSTRAINTS_MAX:
        yield f"`{logical.operand}` in `{uid}` joins {len(logical.constraints)} constraints, not 1 to {CONSTRAINTS_MAX}"
    for constraint in logical.constraints:
        yield from _constraint(constraint, uid)


def _constraint(constraint: Constraint, uid: str) -> Iterator[str]:
    left, operator, right = constraint.left_operand, constraint.operator, constraint.right_operand
    kind = OPERANDS.get(left)
    if kind is None:
        yield f"unknown operand `{left}` in `{uid}`"
    if operator not in OPERATORS:
        yield f"unknown operator `{operator}` in `{uid}`"
    if kind is None or operator not in OPERATORS:
        return
    if operator not in operators_of(kind):
        yield f"`{left}` cannot be compared by `{operator}` in `{uid}`"
    elif kind is not Kind.TEXT:
        if not isinstance(right, int) or not 0 <= right <= INT53_MAX:
            yield f"`{left}` is compared with something other than a natural number below 2^53 in `{uid}`"
    elif operator in SET_OPERATORS:
        if not isinstance(right, tuple) or not right:
            yield f"`{operator}` needs a list of at least one code in `{uid}`"
    elif not isinstance(right, str) or not right:
        yield f"`{left} {operator}` needs one code in `{uid}`"
