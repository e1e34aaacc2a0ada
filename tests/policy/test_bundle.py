"""Many policies at once, against the merged policy decided rule by rule."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mumian.policy.bundle import Bundle, merge
from mumian.policy.decide import evaluate
from mumian.policy.model import Constraint, Duty, Logical, Policy, PolicyType, Reason, Request, Rule

ACTIONS = ("use", "aggregate", "verify", "print", "sell", "fly")
PEOPLE, PURPOSES, PLACES = ("ann", "bob"), ("risk", "research", "risk-motor"), ("CN", "CN-44", "HK")

constraints = st.one_of(
    st.builds(Constraint, st.just("purpose"), st.just("eq"), st.sampled_from(PURPOSES)),
    st.builds(Constraint, st.just("purpose"), st.just("isPartOf"), st.sampled_from(PURPOSES)),
    st.builds(Constraint, st.just("purpose"), st.just("isNoneOf"), st.just(("research",))),
    st.builds(
        Constraint,
        st.just("purpose"),
        st.just("isAnyOf"),
        st.lists(st.sampled_from(PURPOSES), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Constraint, st.just("purpose"), st.just("isAnyOf"), st.just("risk")),
    st.builds(Constraint, st.just("spatial"), st.just("isPartOf"), st.sampled_from(PLACES)),
    st.builds(Constraint, st.just("dateTime"), st.sampled_from(["lt", "gteq"]), st.integers(0, 9)),
    st.builds(Constraint, st.just("colour"), st.just("eq"), st.just("red")),
)
logicals = st.builds(
    Logical, st.sampled_from(["and", "or", "xone"]), st.lists(constraints, min_size=1, max_size=2).map(tuple)
)
rules = st.builds(
    Rule,
    st.sampled_from([f"r{n}" for n in range(9)]),
    st.sampled_from(ACTIONS),
    st.sampled_from(["resource-1"] * 5 + ["resource-2"]),
    st.none(),
    st.one_of(st.none(), st.sampled_from(PEOPLE)),
    st.lists(st.one_of(constraints, logicals), max_size=2).map(tuple),
    st.sampled_from([(), (), (Duty("pay", "compensate"),)]),
)
policies = st.builds(
    Policy,
    st.just("p"),
    st.just(PolicyType.SET),
    st.lists(rules, max_size=3).map(tuple),
    st.lists(rules, max_size=2).map(tuple),
)
requests = st.builds(
    Request,
    action=st.sampled_from([*ACTIONS, "dance"]),
    target=st.just("resource-1"),
    assignee=st.sampled_from([*PEOPLE, "eve"]),
    now=st.integers(0, 9),
    purpose=st.one_of(st.none(), st.sampled_from(PURPOSES)),
    territory=st.one_of(st.none(), st.sampled_from(PLACES)),
    fulfilled=st.sampled_from([frozenset(), frozenset({"pay"})]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(policies, max_size=6), st.lists(requests, min_size=1, max_size=4))
def test_the_index_changes_no_answer_and_no_reason(many: list[Policy], asked: list[Request]) -> None:
    named = {f"policy-{nth}": policy for nth, policy in enumerate(many)}
    bundle, merged = Bundle(named), merge(named)
    for request in asked:
        assert bundle.decide(request) == evaluate(merged, request)


def test_a_rule_is_named_with_its_policy_and_one_that_forbids_trumps_two_hundred_that_permit() -> None:
    may = Rule("may", "use", "resource-1", constraints=(Constraint("purpose", "isAnyOf", ("risk",)),))
    many = {f"policy-{nth}": Policy("p", PolicyType.SET, (may,)) for nth in range(200)}
    asked = Request(action="aggregate", target="resource-1", assignee="bob", now=1, purpose="risk")
    allowed = Bundle(many).decide(asked)
    assert allowed.allowed
    assert allowed.determined_by[:2] == ("policy-0:may", "policy-1:may")
    no = Policy("p", PolicyType.SET, (), (Rule("no", "aggregate", "resource-1"),))
    forbidden = Bundle({**many, "policy-no": no}).decide(asked)
    assert (forbidden.allowed, forbidden.determined_by) == (False, ("policy-no:no",))
    assert forbidden.reason is Reason.PROHIBITED
    assert Bundle({}).decide(asked).reason is Reason.NO_PERMISSION
