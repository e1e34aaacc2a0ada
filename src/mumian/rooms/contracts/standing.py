"""Standing policies of resources (使用控制): what a holder permits and forbids of every use, whatever was agreed besides.

A resource without one is governed by its grants and agreements alone; with one, default deny.
Source: 政策第5条 (自主管控); ODRL IM 2.2 §2.
"""

from __future__ import annotations

from mumian.kernel.ids import PartyId, ResourceId, new_id
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import Instant
from mumian.policy.bundle import Bundle
from mumian.policy.check import defects
from mumian.policy.model import Conflict, Decision, Policy, PolicyType, Request
from mumian.rooms.contracts.model import (
    POLICIES_MAX,
    AttachPolicy,
    DetachPolicy,
    Event,
    HolderFacts,
    PolicyAttached,
    PolicyDetached,
    PolicyId,
    State,
    UsePolicies,
)
from mumian.rooms.contracts.refusals import ContractsRefusal as R


def decide(state: State, command: AttachPolicy | DetachPolicy, facts: HolderFacts) -> list[Event] | Refused:
    """Decide on a standing policy: its holder's, about this resource, and such that it can be decided."""
    if facts.holder is None:
        return Refused(R.RESOURCE_UNKNOWN, {"resource": command.resource})
    if facts.actor != facts.holder:
        detail: Detail = {"actor": facts.actor, "resource": command.resource, "holder": facts.holder}
        return Refused(R.NOT_THE_HOLDER, detail)
    standing = policies_of(state, command.resource)
    if isinstance(command, DetachPolicy):
        if command.policy in dict(standing):
            return [PolicyDetached(command.resource, command.policy)]
        return Refused(R.POLICY_UNKNOWN, {"policy": command.policy, "resource": command.resource})
    refused = _refuse_policy(command.policy, command.resource)
    if refused is not None:
        return refused
    if len(standing) >= POLICIES_MAX:
        detail = {"resource": command.resource, "policies": len(standing), "policies_max": POLICIES_MAX}
        return Refused(R.POLICIES_TOO_MANY, detail)
    return [PolicyAttached(command.resource, PolicyId(new_id("policy", facts.seq)), command.policy)]


def _refuse_policy(policy: Policy, resource: ResourceId) -> Refused | None:
    if policy.type is not PolicyType.SET or policy.conflict is not Conflict.PROHIBIT:
        return Refused(R.POLICY_NOT_A_SET, {"type": policy.type.value, "conflict": policy.conflict.value})
    for defect in defects(policy):
        return Refused(R.POLICY_UNSOUND, {"defect": defect})
    for rule in (*policy.permission, *policy.prohibition):
        if rule.target != resource:
            detail: Detail = {"rule": rule.uid, "field": "target", "named": rule.target, "expected": resource}
            return Refused(R.POLICY_OF_OTHERS, detail)
    return None


def policies_of(state: State, resource: ResourceId) -> tuple[tuple[PolicyId, Policy], ...]:
    """Return the standing policies of a resource with their ids, oldest first."""
    found = state.use_policies.get(resource)
    return () if found is None else found.policies


def decide_resource(
    state: State,
    resource: ResourceId,
    *,
    action: str,
    party: PartyId,
    now: Instant,
    purpose: str | None = None,
    territory: str | None = None,
    recipient: PartyId | None = None,
    product: str | None = None,
) -> Decision | None:
    """Decide whether a resource's standing policies let `party` do `action`; None where it has none.

    recipient: who gets the result; None is the party itself. Names the rules that decided as `policy id:rule uid`.
    """
    found = state.use_policies.get(resource)
    if found is None:
        return None
    request = Request(
        action=action,
        target=resource,
        assignee=party,
        now=now,
        purpose=purpose,
        territory=territory,
        recipient=recipient or party,
        product=product,
    )
    return _bundle(found).decide(request)


_BUNDLES_MAX = 512
_bundles: dict[int, tuple[UsePolicies, Bundle]] = {}
"""Records that were indexed lately, by identity: a record never changes, and holding it keeps its identity its own."""


def _bundle(record: UsePolicies) -> Bundle:
    known = _bundles.get(id(record))
    if known is None:
        if len(_bundles) >= _BUNDLES_MAX:
            _bundles.clear()
        known = _bundles[id(record)] = (record, Bundle(dict(record.policies)))
    return known[1]
