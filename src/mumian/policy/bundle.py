"""Many policies on one target, decided as one: forbid trumps permit across all of them, default deny.

Two hundred policies on a resource are common, those that can matter to one request are few. The index leaves out only
rules that cannot apply: of another action, another assignee, or a purpose that they do not name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from mumian.policy.decide import evaluate, evaluate_among
from mumian.policy.model import Constraint, Decision, Policy, PolicyType, Reason, Request, Rule
from mumian.policy.vocabulary import COVERING, TOUCHING

_Place = tuple[int, Rule]
_Key = tuple[str | None, str | None]
"""(assignee or None for anybody, purpose or None for those that name none)."""


def merge(policies: Mapping[str, Policy]) -> Policy:
    """Return one policy of all rules of `policies`, by id; each rule's uid gets its policy's id before it: `id:uid`."""

    def named(key: str, rules: Iterable[Rule]) -> Iterator[Rule]:
        for rule in rules:
            yield Rule(
                f"{key}:{rule.uid}",
                rule.action,
                rule.target,
                rule.assigner,
                rule.assignee,
                rule.constraints,
                rule.duties,
            )

    permission = tuple(rule for key, policy in policies.items() for rule in named(key, policy.permission))
    prohibition = tuple(rule for key, policy in policies.items() for rule in named(key, policy.prohibition))
    return Policy("bundle", PolicyType.SET, permission, prohibition)


class Bundle:
    """Policies on one target, ready to be asked often. Never changed once made."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self.merged = merge(policies)
        self._shelves: dict[str, _Shelf] = {}

    def decide(self, request: Request) -> Decision:
        """Answer as `evaluate` of the merged policy does, without looking at what cannot matter."""
        if request.action not in COVERING:
            return Decision(False, (), Reason.ACTION_UNKNOWN, request.action)
        if request.purpose is None:  # then a rule that names a purpose is undecided, not out of the question
            return evaluate(self.merged, request)
        shelf = self._shelves.get(request.action)
        if shelf is None:
            shelf = self._shelves[request.action] = _Shelf(self.merged, request.action)
        assignee = request.assignee
        permission = _found(shelf.permission, assignee, request.purpose)
        prohibition = _found(shelf.prohibition, assignee, request.purpose)
        return evaluate_among(self.merged, request, permission, prohibition, _near(shelf, assignee))


def _near(shelf: _Shelf, assignee: str) -> Iterator[Rule]:
    """Yield the permissions that may explain a no; nothing is looked up unless one must be explained."""
    for _, rule in sorted((*shelf.near.get(assignee, ()), *shelf.near.get(None, ())), key=_position):
        yield rule


class _Shelf:
    """The rules of a policy that may apply to one action, by assignee and purpose."""

    def __init__(self, policy: Policy, action: str) -> None:
        covering, touching = COVERING[action], TOUCHING[action]
        permits = [(nth, rule) for nth, rule in enumerate(policy.permission) if rule.action in covering]
        forbids = [
            (nth, rule)
            for nth, rule in enumerate(policy.prohibition)
            if rule.action in touching or rule.action not in COVERING
        ]
        self.permission = _by_key(permits)
        self.prohibition = _by_key(forbids)
        self.near: defaultdict[str | None, list[_Place]] = defaultdict(list)
        for place in permits:
            self.near[place[1].assignee].append(place)


def _by_key(places: Iterable[_Place]) -> dict[_Key, list[_Place]]:
    shelf: defaultdict[_Key, list[_Place]] = defaultdict(list)
    for place in places:
        for purpose in _purposes(place[1]) or (None,):
            shelf[place[1].assignee, purpose].append(place)
    return dict(shelf)


def _purposes(rule: Rule) -> tuple[str, ...]:
    """Return the purposes outside of which the rule surely does not apply; empty if it names none in so many words."""
    for constraint in rule.constraints:
        if isinstance(constraint, Constraint) and constraint.left_operand == "purpose":
            right = constraint.right_operand
            if constraint.operator == "eq" and isinstance(right, str):
                return (right,)
            if constraint.operator == "isAnyOf" and isinstance(right, tuple):
                return tuple(dict.fromkeys(right))
    return ()


def _found(shelf: dict[_Key, list[_Place]], assignee: str, purpose: str) -> list[Rule]:
    """Return the rules that may apply, in the policy's order."""
    keys: tuple[_Key, ...] = ((assignee, purpose), (None, purpose), (assignee, None), (None, None))
    places = [place for key in keys if (found := shelf.get(key)) for place in found]
    places.sort(key=_position)
    return [rule for _, rule in places]


def _position(place: _Place) -> int:
    return place[0]
