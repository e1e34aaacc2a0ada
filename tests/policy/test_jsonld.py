"""JSON-LD in and out: nothing is lost on the way, nothing unknown is let in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mumian.policy.check import CONSTRAINTS_MAX, RULES_MAX, defects
from mumian.policy.jsonld import INSTANT_MAX, Unreadable, from_jsonld, to_jsonld
from mumian.policy.model import Conflict, Constraint, Duty, Logical, Policy, PolicyType, Rule
from mumian.policy.vocabulary import ACTIONS, LOGICAL, OPERANDS, ORDER_OPERATORS, PROFILE, SCALAR_OPERATORS, Kind

POLICY = Policy(
    "agreement-7",
    PolicyType.AGREEMENT,
    permission=(
        Rule(
            "may-verify",
            "verify",
            "product-12",
            "merchant",
            "insurer",
            constraints=(
                Constraint("purpose", "isAnyOf", ("insurance-risk",)),
                Constraint("dateTime", "lt", 1_800_000_000_123),
                Logical("or", (Constraint("count", "lteq", 100_000), Constraint("elapsedTime", "lteq", 86_400_500))),
            ),
            duties=(Duty("pay", "compensate", constraints=(Constraint("payAmount", "eq", 123_456),)),),
        ),
    ),
    prohibition=(Rule("not-on", "distribute", "product-12"),),
    profile=PROFILE,
)

GOLDEN = {
    "@context": ["http://www.w3.org/ns/odrl.jsonld", {"mumian": "urn:mumian:odrl:"}],
    "@type": "Agreement",
    "uid": "urn:mumian:agreement-7",
    "profile": "urn:mumian:odrl",
    "conflict": "prohibit",
    "permission": [
        {
            "uid": "urn:mumian:may-verify",
            "action": "mumian:verify",
            "target": "urn:mumian:product-12",
            "assigner": "urn:mumian:merchant",
            "assignee": "urn:mumian:insurer",
            "constraint": [
                {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["insurance-risk"]},
                {
                    "leftOperand": "dateTime",
                    "operator": "lt",
                    "rightOperand": {"@value": "2027-01-15T08:00:00.123Z", "@type": "xsd:dateTime"},
                },
                {
                    "or": [
                        {"leftOperand": "count", "operator": "lteq", "rightOperand": 100_000},
                        {
                            "leftOperand": "elapsedTime",
                            "operator": "lteq",
                            "rightOperand": {"@value": "PT86400.500S", "@type": "xsd:duration"},
                        },
                    ]
                },
            ],
            "duty": [
                {
                    "uid": "urn:mumian:pay",
                    "action": "compensate",
                    "constraint": [
                        {
                            "leftOperand": "payAmount",
                            "operator": "eq",
                            "rightOperand": {"@value": "1234.56", "@type": "xsd:decimal"},
                            "unit": "http://dbpedia.org/resource/Renminbi",
                        }
                    ],
                }
            ],
        }
    ],
    "prohibition": [
        {"uid": "urn:mumian:not-on", "action": "distribute", "target": "urn:mumian:product-12"},
    ],
}


def test_a_policy_becomes_the_golden_document_and_back() -> None:
    assert to_jsonld(POLICY) == GOLDEN
    assert from_jsonld(GOLDEN) == POLICY


def test_a_document_of_the_specification_can_be_read() -> None:
    """ODRL IM 2.2 §2.7.1: what is said once for the policy is said of each rule; the conflict default is `invalid`."""
    document = {
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Offer",
        "uid": "http://example.com/policy:8888",
        "target": "http://example.com/music/1999.mp3",
        "assigner": "http://example.com/org/sony-music",
        "permission": {"action": "play", "constraint": {"xone": {"@list": [COUNT]}}},
        "prohibition": [{"action": "sell"}],
    }
    song, sony = "http://example.com/music/1999.mp3", "http://example.com/org/sony-music"
    assert from_jsonld(document) == Policy(
        "http://example.com/policy:8888",
        PolicyType.OFFER,
        (Rule("permission-0", "play", song, sony, constraints=(Logical("xone", (Constraint("count", "lt", 3),)),)),),
        (Rule("prohibition-0", "sell", song, sony),),
        conflict=Conflict.INVALID,
    )


COUNT = {"leftOperand": "count", "operator": "lt", "rightOperand": 3}
names = st.text("abcäé木棉-. ", min_size=1, max_size=8)
ids = names | names.map(lambda name: f"https://example.com/{name}")
codes = names


def values(kind: Kind) -> st.SearchStrategy[int]:
    return st.integers(0, INSTANT_MAX if kind is Kind.INSTANT else 2**53 - 1)


@st.composite
def comparisons(draw: st.DrawFn) -> Constraint:
    operand = draw(st.sampled_from(sorted(OPERANDS)))
    kind = OPERANDS[operand]
    if kind is not Kind.TEXT:
        operator = draw(st.sampled_from(sorted(SCALAR_OPERATORS | ORDER_OPERATORS)))
        return Constraint(operand, operator, draw(values(kind)))
    if draw(st.booleans()):
        operator = draw(st.sampled_from(["isAnyOf", "isNoneOf", "isAllOf"]))
        return Constraint(operand, operator, tuple(draw(st.lists(codes, min_size=1, max_size=3))))
    return Constraint(operand, draw(st.sampled_from(["eq", "neq", "isPartOf"])), draw(codes))


joined = st.builds(
    Logical, st.sampled_from(sorted(LOGICAL)), st.lists(comparisons(), min_size=1, max_size=3).map(tuple)
)
terms = st.lists(comparisons() | joined, max_size=3).map(tuple)
actions = st.sampled_from(sorted(ACTIONS))
duties = st.builds(Duty, st.just("?"), actions, st.none() | ids, st.none() | ids, st.none() | ids, terms)
rules = st.builds(Rule, st.just("?"), actions, ids, st.none() | ids, st.none() | ids, terms)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    counter = iter(range(10_000))

    def named(part: Any) -> Any:
        return replace(part, uid=f"r-{next(counter)}")

    permission = tuple(
        replace(named(rule), duties=tuple(map(named, draw(st.lists(duties, max_size=2)))))
        for rule in draw(st.lists(rules, min_size=1, max_size=3))
    )
    prohibition = tuple(map(named, draw(st.lists(rules, max_size=2))))
    obligation = tuple(map(named, draw(st.lists(duties, max_size=2))))
    kind, conflict = draw(st.sampled_from(PolicyType)), draw(st.sampled_from(Conflict))
    profile = draw(st.sampled_from([None, PROFILE]))
    return Policy(draw(ids), kind, permission, prohibition, obligation, profile, conflict)


@settings(max_examples=150, deadline=None)
@given(policies())
def test_nothing_is_lost_on_the_way_through_json_ld_text(policy: Policy) -> None:
    assert list(defects(policy)) == []
    assert from_jsonld(json.loads(json.dumps(to_jsonld(policy)))) == policy


@settings(max_examples=50, deadline=None)
@given(policies())
def test_a_policy_survives_the_journals_own_bytes(policy: Policy) -> None:
    assert msgspec.json.decode(msgspec.json.encode(policy), type=Policy) == policy


def changed(change: Callable[[Any], Any]) -> Any:
    document = json.loads(json.dumps(GOLDEN))
    change(document)
    return document


UNREADABLE: list[tuple[Callable[[Any], Any], str]] = [
    (lambda d: d.update(inheritFrom="x"), "unknown term `inheritFrom` at `$`"),
    (lambda d: d.update({"@context": "http://example.com"}), "`$.@context` does not name"),
    (lambda d: d["@context"].append("http://example.com"), "unknown context `http://example.com`"),
    (lambda d: d.update({"@type": "Ticket"}), "unknown term `Ticket` at `$.@type`"),
    (lambda d: d.update(conflict="maybe"), "unknown term `maybe` at `$.conflict`"),
    (lambda d: d.update(profile="urn:other"), "unknown profile `urn:other`"),
    (lambda d: d.pop("uid"), "`$.uid` is not a text"),
    (lambda d: d.update(permission=["x"]), "`$.permission[0]` is not an object"),
    (lambda d: d["permission"][0].update(remedy=[]), "unknown term `remedy` at `$.permission[0]`"),
    (lambda d: d["permission"][0].pop("target"), "`$.permission[0]` has no target"),
    (lambda d: d["permission"][0].update(action="verify"), "unknown action `verify` at `$.permission[0].action`"),
    (lambda d: d["permission"][0].update(action="mumian:use"), "unknown action `mumian:use`"),
    (lambda d: d["prohibition"][0].update(uid="may-verify"), "the rule uid `may-verify` is empty or repeated"),
    (lambda d: d["prohibition"][0].update(duty=d["permission"][0].pop("duty")), "which only a permission can"),
    (lambda d: _constraint(d, 0).update(leftOperand="mood"), "unknown operand `mood`"),
    (lambda d: _constraint(d, 0).update(operator="isA"), "unknown operator `isA`"),
    (lambda d: _constraint(d, 0).update(unit="x"), "the unit `x`"),
    (lambda d: _constraint(d, 0).update(refinement=1), "unknown term `refinement`"),
    (lambda d: _constraint(d, 0).update(operator="lt"), "`purpose` cannot be compared by `lt`"),
    (lambda d: _constraint(d, 0).update(rightOperand="x"), "`isAnyOf` needs a list of at least one code"),
    (lambda d: _constraint(d, 0).update(operator="eq"), "`purpose eq` needs one code"),
    (lambda d: _constraint(d, 1).update(rightOperand=7), "is not an object"),
    (lambda d: _constraint(d, 1)["rightOperand"].update({"@type": "xsd:date"}), "is not `xsd:dateTime`"),
    (lambda d: _constraint(d, 1)["rightOperand"].update({"@value": "soon"}), "`soon` at"),
    (lambda d: _constraint(d, 1)["rightOperand"].update({"@value": "2027-01-15T08:00:00"}), "needs a time zone"),
    (lambda d: _constraint(d, 1)["rightOperand"].update({"@value": "1960-01-15T08:00:00Z"}), "a natural number"),
    (lambda d: _constraint(d, 2).update(andSequence=[]), "unknown term `andSequence`"),
    (lambda d: _constraint(d, 2)["or"][0].update(rightOperand=1.5), "`1.5` at"),
    (lambda d: _constraint(d, 2)["or"][1]["rightOperand"].update({"@value": "P1M"}), "is not an xsd:duration"),
    (lambda d: _constraint(d, 2)["or"][1]["rightOperand"].update({"@value": "PT"}), "is not an xsd:duration"),
    (lambda d: _pay(d)["rightOperand"].update({"@value": "5"}), "is not an amount of yuan"),
    (lambda d: _pay(d).pop("unit"), "the unit `None`"),
]


def _constraint(document: Any, nth: int) -> Any:
    return document["permission"][0]["constraint"][nth]


def _pay(document: Any) -> Any:
    return document["permission"][0]["duty"][0]["constraint"][0]


@pytest.mark.parametrize(("change", "said"), UNREADABLE)
def test_what_is_not_understood_is_refused_by_name_and_place(change: Callable[[Any], Any], said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        from_jsonld(changed(change))
    assert said in str(refused.value)


RULE = Rule("r", "use", "product-1")


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (Policy("", PolicyType.SET, (RULE,)), "the policy has no uid"),
        (Policy("p", PolicyType.SET), "the policy has no rule"),
        (Policy("p", PolicyType.SET, (replace(RULE, target=""),)), "`r` has no target"),
        (Policy("p", PolicyType.SET, (replace(RULE, action="fly"),)), "unknown action `fly` in `r`"),
        (Policy("p", PolicyType.SET, (RULE,) * (RULES_MAX + 1)), f"more than {RULES_MAX} rules and duties"),
        (
            Policy("p", PolicyType.SET, (replace(RULE, constraints=(Constraint("count", "lt", 1),) * 17),)),
            f"more than {CONSTRAINTS_MAX} constraints in `r`",
        ),
        (
            Policy("p", PolicyType.SET, (replace(RULE, constraints=(Logical("andSequence", ()),)),)),
            "unknown logical operand `andSequence` in `r`",
        ),
        (
            Policy("p", PolicyType.SET, (replace(RULE, constraints=(Logical("or", ()),)),)),
            "`or` in `r` joins 0 constraints, not 1 to 16",
        ),
    ],
)
def test_a_defect_is_named(policy: Policy, said: str) -> None:
    assert said in list(defects(policy))
    with pytest.raises(Unreadable):
        to_jsonld(policy)


@pytest.mark.parametrize(
    "rule",
    [
        replace(RULE, target="urn:mumian:product-1"),
        replace(RULE, constraints=(Constraint("dateTime", "lt", INSTANT_MAX + 1),)),
    ],
)
def test_what_would_come_back_different_is_not_written(rule: Rule) -> None:
    with pytest.raises(Unreadable):
        to_jsonld(Policy("p", PolicyType.SET, (rule,)))
