"""How an offer becomes an agreement: the same rules, bound to the two who signed."""

from __future__ import annotations

from msgspec.structs import replace

from mumian.policy.model import Duty, Policy, PolicyType, Rule


def bind(offer: Policy, *, uid: str, assigner: str, assignee: str) -> Policy:
    """Return the agreement `uid` between the two parties on the terms of `offer`. Parties that a rule names stay.

    Source: ODRL IM 2.2 §2.1.3 (an agreement has both parties).
    """

    def duty(given: Duty) -> Duty:
        return replace(given, assigner=given.assigner or assigner, assignee=given.assignee or assignee)

    def rule(given: Rule) -> Rule:
        duties = tuple(duty(inner) for inner in given.duties)
        parties = (given.assigner or assigner, given.assignee or assignee)
        return Rule(given.uid, given.action, given.target, *parties, given.constraints, duties)

    return replace(
        offer,
        uid=uid,
        type=PolicyType.AGREEMENT,
        permission=tuple(rule(given) for given in offer.permission),
        prohibition=tuple(rule(given) for given in offer.prohibition),
        obligation=tuple(duty(given) for given in offer.obligation),
    )
