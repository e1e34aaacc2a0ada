"""The decision: may this be done? Default deny; forbid trumps permit; what is not understood is not granted."""

from __future__ import annotations

from collections.abc import Iterable

from mumian.policy.constraints import Held, all_hold, holds, words
from mumian.policy.model import Conflict, Decision, Policy, PolicyType, Reason, Request, Rule
from mumian.policy.vocabulary import COVERING, PROFILES, TOUCHING


def evaluate(policy: Policy, request: Request) -> Decision:
    """Answer `request` under `policy`, naming the rules that decided.

    A permission counts if it covers the action, applies for certain and has no open duty. A prohibition counts if it touches
    the action or names one that is not known, and is not certain not to apply.
    Source: ODRL IM 2.2 §2.6-2.10; precedence as in Cedar (forbid trumps permit, default deny).
    """
    return evaluate_among(policy, request, policy.permission, policy.prohibition, policy.permission)


def evaluate_among(
    policy: Policy, request: Request, permission: Iterable[Rule], prohibition: Iterable[Rule], near: Iterable[Rule]
) -> Decision:
    """Answer `request` under `policy` by those of its rules that can matter, as an index found them.

    permission, prohibition: every rule of the policy that may apply, in its order. near: permissions to explain a no by.
    """
    if policy.type is PolicyType.OFFER:
        return Decision(False, (), Reason.NOT_IN_FORCE, policy.uid)
    if policy.profile not in PROFILES:
        return Decision(False, (), Reason.PROFILE_UNKNOWN, policy.profile or "")
    covering = COVERING.get(request.action)
    if covering is None:
        return Decision(False, (), Reason.ACTION_UNKNOWN, request.action)
    touching = TOUCHING[request.action]

    permits = [
        rule.uid
        for rule in permission
        if rule.action in covering and _applies(rule, request) is True and _open_duty(rule, request) is None
    ]
    forbids = [
        rule
        for rule in prohibition
        if (rule.action in touching or rule.action not in COVERING) and _applies(rule, request) is not False
    ]

    if permits and (not forbids or policy.conflict is Conflict.PERM):
        return Decision(True, tuple(permits), Reason.PERMITTED)
    if permits and policy.conflict is Conflict.INVALID:
        return Decision(False, (*permits, *(rule.uid for rule in forbids)), Reason.CONFLICT)
    if forbids:
        return _forbidden(forbids, request)
    return _why_not(near, request)


def _applies(rule: Rule, request: Request) -> Held:
    """Tell whether target, parties and constraints of `rule` fit; None where a constraint cannot be decided."""
    if rule.target != request.target or (rule.assignee is not None and rule.assignee != request.assignee):
        return False
    if rule.assigner is not None and request.assigner is not None and rule.assigner != request.assigner:
        return False
    return all_hold(rule.constraints, request)


def _open_duty(rule: Rule, request: Request) -> str | None:
    """Return the first duty of `rule` that is not fulfilled."""
    for duty in rule.duties:
        if duty.uid not in request.fulfilled:
            return duty.uid
    return None


def _forbidden(forbids: list[Rule], request: Request) -> Decision:
    """Name the prohibitions that apply for certain, or else those that cannot be decided."""
    certain = tuple(rule.uid for rule in forbids if rule.action in COVERING and _applies(rule, request) is True)
    if certain:
        return Decision(False, certain, Reason.PROHIBITED)
    first = forbids[0]
    unknown = [words(part, request) for part in first.constraints if holds(part, request) is None]
    detail = unknown[0] if unknown else f"unknown action `{first.action}`"
    return Decision(False, tuple(rule.uid for rule in forbids), Reason.PROHIBITION_UNDECIDED, detail)


def _why_not(permission: Iterable[Rule], request: Request) -> Decision:
    """Name the permissions that came nearest: only a duty open, else a constraint in the way, else none."""
    near: dict[Reason, list[tuple[str, str]]] = {}
    for rule in permission:
        unbound = Rule(rule.uid, rule.action, rule.target, rule.assigner, rule.assignee)
        if rule.action not in COVERING[request.action] or not _applies(unbound, request):
            continue
        answers = [(holds(part, request), part) for part in rule.constraints]
        if unmet := [part for held, part in answers if held is False]:
            near.setdefault(Reason.CONSTRAINT_UNMET, []).append((rule.uid, words(unmet[0], request)))
        elif undecided := [part for held, part in answers if held is None]:
            near.setdefault(Reason.CONSTRAINT_UNDECIDED, []).append((rule.uid, words(undecided[0], request)))
        else:
            near.setdefault(Reason.DUTY_OPEN, []).append((rule.uid, _open_duty(rule, request) or ""))
    for reason in (Reason.DUTY_OPEN, Reason.CONSTRAINT_UNMET, Reason.CONSTRAINT_UNDECIDED):
        if found := near.get(reason):
            return Decision(False, tuple(uid for uid, _ in found), reason, found[0][1])
    return Decision(
        False, (), Reason.NO_PERMISSION, f"`{request.action}` on `{request.target}` by `{request.assignee}`"
    )
