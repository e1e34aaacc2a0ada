"""Standing policies of resources: default deny once there is one, the holder's alone, each refusal by name."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.table import DictTable
from mumian.policy.model import Conflict, Constraint, Policy, PolicyType, Reason, Rule
from mumian.rooms.contracts import views
from mumian.rooms.contracts.decide import decide
from mumian.rooms.contracts.evolve import evolve
from mumian.rooms.contracts.laws import LAWS, a_standing_policy_is_about_its_resource
from mumian.rooms.contracts.model import (
    POLICIES_MAX,
    AttachPolicy,
    ContractsRefusal,
    DetachPolicy,
    HolderFacts,
    PolicyId,
    State,
    UsePolicies,
)

R = ContractsRefusal
FLIGHTS, AIR = ResourceId("resource-1"), PartyId("air")
MAY = Rule("may", "aggregate", FLIGHTS, constraints=(Constraint("purpose", "isAnyOf", ("insurance-risk",)),))
NOT_ABROAD = Rule("no", "use", FLIGHTS, constraints=(Constraint("spatial", "neq", "CN"),))
POLICY = Policy("mine", PolicyType.SET, (MAY,), (NOT_ABROAD,))


def a_state() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def facts(actor: str = AIR, *, holder: str | None = AIR, seq: int = 9) -> HolderFacts:
    return HolderFacts(seq=seq, now=5, actor=PartyId(actor), holder=PartyId(holder) if holder else None)


def do(state: State, command: AttachPolicy | DetachPolicy, *, seq: int = 9) -> None:
    events = decide(state, command, facts(seq=seq))
    assert not isinstance(events, Refused), events.say()
    for event in events:
        evolve(state, event)
    assert [place for law in LAWS for place in law(state)] == []


def full() -> State:
    state = a_state()
    state.use_policies[FLIGHTS] = UsePolicies(tuple((PolicyId(f"policy-{n}"), POLICY) for n in range(POLICIES_MAX)))
    return state


REFUSALS = [
    (a_state, AttachPolicy(FLIGHTS, POLICY), facts(holder=None), R.RESOURCE_UNKNOWN),
    (a_state, AttachPolicy(FLIGHTS, POLICY), facts("rail"), R.NOT_THE_HOLDER),
    (a_state, DetachPolicy(FLIGHTS, PolicyId("policy-1")), facts("rail"), R.NOT_THE_HOLDER),
    (a_state, DetachPolicy(FLIGHTS, PolicyId("policy-1")), facts(), R.POLICY_UNKNOWN),
    (a_state, AttachPolicy(FLIGHTS, replace(POLICY, type=PolicyType.OFFER)), facts(), R.POLICY_NOT_A_SET),
    (a_state, AttachPolicy(FLIGHTS, replace(POLICY, conflict=Conflict.PERM)), facts(), R.POLICY_NOT_A_SET),
    (a_state, AttachPolicy(FLIGHTS, replace(POLICY, permission=(replace(MAY, action="fly"),))), facts(), R.POLICY_UNSOUND),
    (a_state, AttachPolicy(FLIGHTS, replace(POLICY, permission=(replace(MAY, target="resource-2"),))), facts(), R.POLICY_OF_OTHERS),
    (full, AttachPolicy(FLIGHTS, POLICY), facts(), R.POLICIES_TOO_MANY),
]  # fmt: skip


@pytest.mark.parametrize(("state", "command", "given", "refusal"), REFUSALS)
def test_a_standing_policy_is_refused_by_name(state, command, given, refusal) -> None:  # type: ignore[no-untyped-def]
    refused = decide(state(), command, given)
    assert isinstance(refused, Refused)
    assert refused.refusal is refusal
    assert "{" not in refused.say("en") + refused.say("zh")


def asked(state: State, **changes: str):  # type: ignore[no-untyped-def]
    request = {"action": "aggregate", "purpose": "insurance-risk", "territory": "CN", **changes}
    return views.decide_resource(state, FLIGHTS, party=PartyId("insurer"), now=5, **request)  # type: ignore[arg-type]


def test_without_a_policy_nothing_more_is_asked_and_with_one_default_deny() -> None:
    state = a_state()
    assert asked(state) is None
    do(state, AttachPolicy(FLIGHTS, POLICY))
    assert asked(state).determined_by == ("policy-9:may",)
    assert asked(state, purpose="marketing").reason is Reason.CONSTRAINT_UNMET
    assert asked(state, action="verify").reason is Reason.NO_PERMISSION
    assert asked(state, territory="HK").determined_by == ("policy-9:no",)


def test_what_one_policy_forbids_no_other_permits_until_it_is_taken_off() -> None:
    state = a_state()
    do(state, AttachPolicy(FLIGHTS, POLICY))
    do(state, AttachPolicy(FLIGHTS, Policy("x", PolicyType.SET, (), (Rule("never", "aggregate", FLIGHTS),))), seq=10)
    assert not asked(state).allowed
    do(state, DetachPolicy(FLIGHTS, PolicyId("policy-10")))
    assert asked(state).allowed
    do(state, DetachPolicy(FLIGHTS, PolicyId("policy-9")))
    assert asked(state) is None
    assert list(state.use_policies.under()) == []


def test_the_law_sees_a_policy_about_another_resource_and_a_name_without_one() -> None:
    state = a_state()
    state.use_policies["resource-2"] = UsePolicies(((PolicyId("policy-9"), POLICY),))
    state.use_policies["resource-3"] = UsePolicies(())
    assert len(list(a_standing_policy_is_about_its_resource(state))) == 2
