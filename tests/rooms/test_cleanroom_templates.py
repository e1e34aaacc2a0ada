"""Approved queries with typed holes, and rules that mean nothing: what a holder may publish at all."""

from __future__ import annotations

import msgspec
import pytest
from cleanroom_case import (
    AIR1,
    ASKED,
    EXACT,
    EXACT_ALLOWED,
    FLIGHTS1,
    FROM_AIR1,
    RULES,
    a_state,
    after,
    asking,
    events_of,
    held,
    knowing,
    publishing,
    ruled,
)  # fmt: skip
from msgspec.structs import replace
from test_cleanroom_analysis import BY_MODEL, PLANES, TERMS, WITH_MODEL, asked, grouped, joining, refusal, uses

from mumian.kernel.canonical import canonical
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.analysis import AnalysisRules, Kind, Parameter, PublicColumn, Template, Use, fault, instance
from mumian.rooms.cleanroom.decide import decide
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.model import TicketIssued
from mumian.rooms.cleanroom.plan import AggregatePlan, Filter, GroupKey, Op, plan_digest

A, G, O = Use.AGGREGATE, Use.GROUP, Use.OUTPUT  # noqa: E741  # as in the tables


HOLES = (
    Parameter("airport", "origin", Op.EQ, values=("JFK", "LGA")),
    Parameter("late", "dep_delay", Op.GT, lower=15, upper=60),
)
SHUT = replace(
    RULES, rules=RULES.rules[:3], free=False, templates=(Template("late_at", ASKED, HOLES), Template("all", ASKED))
)
GIVEN: dict[str, int | str] = {"airport": "JFK", "late": 30}


def made(**given: int | str) -> AggregatePlan:
    plan = instance(SHUT.templates[0], {**GIVEN, **given})
    assert isinstance(plan, AggregatePlan), plan
    return plan


def test_a_template_adds_a_comparison_for_each_hole_and_is_answered_whatever_the_columns_rules() -> None:
    plan = made()
    assert plan.where == (Filter("origin", Op.EQ, "JFK"), Filter("dep_delay", Op.GT, 30))
    assert refusal(plan, SHUT, template="late_at", arguments=GIVEN) is None
    assert refusal(ASKED, SHUT, template="all") is None
    assert refusal(ASKED, replace(SHUT, free=True)) is R.COLUMN_DENIED


TEMPLATED: list[tuple[str, AggregatePlan, str, dict[str, int | str], R]] = [
    ("unknown", ASKED, "no_such", {}, R.TEMPLATE_UNKNOWN),
    ("no name", ASKED, "", {}, R.TEMPLATE_UNKNOWN),
    ("a hole is left open", made(), "late_at", {"airport": "JFK"}, R.TEMPLATE_MISFIT),
    ("one argument too many", made(), "late_at", {**GIVEN, "day": 1}, R.TEMPLATE_MISFIT),
    ("beyond the list", made(), "late_at", {**GIVEN, "airport": "EWR"}, R.TEMPLATE_MISFIT),
    ("below", made(), "late_at", {**GIVEN, "late": 14}, R.TEMPLATE_MISFIT),
    ("above", made(), "late_at", {**GIVEN, "late": 61}, R.TEMPLATE_MISFIT),
    ("a number for a text", made(), "late_at", {**GIVEN, "airport": 7}, R.TEMPLATE_MISFIT),
    ("a text for a number", made(), "late_at", {**GIVEN, "late": "30"}, R.TEMPLATE_MISFIT),
    ("another instance", made(late=15), "late_at", GIVEN, R.TEMPLATE_MISFIT),
    ("another plan", replace(made(), rho_nano=1), "late_at", GIVEN, R.TEMPLATE_MISFIT),
    ("a condition more", replace(made(), where=(*made().where, Filter("day", Op.EQ, 1))), "late_at", GIVEN, R.TEMPLATE_MISFIT),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "plan", "name", "arguments", "refused"), TEMPLATED, ids=[case[0] for case in TEMPLATED]
)
def test_what_is_not_an_instance_of_a_template_is_refused(
    what: str, plan: AggregatePlan, name: str, arguments: dict[str, int | str], refused: R
) -> None:
    assert what
    assert refusal(plan, SHUT, template=name, arguments=arguments) is refused


UNSOUND: list[tuple[str, AggregatePlan, AnalysisRules, R]] = [
    ("another unit", asked(unit="flight"), RULES, R.UNIT_OTHER),
    ("exact without terms", EXACT, RULES, R.EXACT_DENIED),
    ("a join that is not by the key", joining(("model", "maker")), WITH_MODEL, R.JOIN_NOT_BY_KEY),
    ("a join that leaves the unit", joining(BY_MODEL, table="crew"), WITH_MODEL, R.JOIN_LEAVES_UNIT),
    ("a table that is not there", joining(BY_MODEL, table="ships"), WITH_MODEL, R.TABLE_UNKNOWN),
]


@pytest.mark.parametrize(("what", "plan", "rules", "refused"), UNSOUND, ids=[case[0] for case in UNSOUND])
def test_no_holder_can_approve_what_protects_nobody(
    what: str, plan: AggregatePlan, rules: AnalysisRules, refused: R
) -> None:
    assert what
    assert refusal(plan, replace(rules, templates=(Template("t", plan),)), template="t") is refused


def test_a_ticket_names_the_template_and_two_arguments_are_two_questions() -> None:
    state = after(a_state(), [ruled(FLIGHTS1, AIR1, SHUT)])
    digests = []
    for late in (15, 16):
        command = replace(asking(made(late=late)), template="late_at", arguments={**GIVEN, "late": late})
        *_, ticket = events_of(state, command, knowing(sources=(FROM_AIR1,)))
        assert isinstance(ticket, TicketIssued)
        assert (ticket.template, ticket.plan_digest) == ("late_at", plan_digest(made(late=late)))
        digests.append(ticket.plan_digest)
    assert len(set(digests)) == 2


# what rules mean nothing


def with_template(**changes: object) -> AnalysisRules:
    return replace(RULES, templates=(msgspec.structs.replace(Template("t", ASKED, HOLES), **changes),))


FAULTY: list[tuple[str, AnalysisRules]] = [
    ("declared twice", replace(RULES, columns=(*RULES.columns, RULES.columns[0]))),
    ("is no declared column", replace(RULES, unit="person")),
    ("is not below upper", replace(RULES, columns=(*RULES.columns, PublicColumn("x", Kind.INTEGER, lower=1, upper=1)))),
    ("names a value twice", replace(RULES, columns=(*RULES.columns, PublicColumn("x", Kind.TEXT, keys=("a", "a"))))),
    ("a rule names", uses("carrier", A)),
    ("is the privacy unit", uses("tailnum", G, O)),
    ("is the privacy unit", uses("tailnum", A)),
    ("never shown", uses("dest", G)),
    ("one of both", replace(RULES, exact=TERMS)),
    ("the key names", replace(RULES, key=("id",))),
    ("a template is named twice", replace(RULES, templates=(Template("t", ASKED), Template("t", ASKED)))),
    ("makes no sense", with_template(plan=asked(l0=0))),
    ("by the unit", with_template(plan=asked(unit="flight"))),
    ("reads `trains`", with_template(plan=asked(table="trains"))),
    ("no terms for that", with_template(plan=EXACT)),
    ("names `carrier`", with_template(plan=grouped(GroupKey("carrier", ("AA",))))),
    ("names `carrier`", with_template(parameters=(Parameter("p", "carrier", Op.EQ, ("AA",)),))),
    ("a parameter twice", with_template(parameters=(HOLES[0], HOLES[0]))),
    ("lets nothing be given", with_template(parameters=(Parameter("p", "dep_delay", Op.GT, lower=2, upper=1),))),
    ("lets nothing be given", with_template(parameters=(Parameter("p", "dep_delay", Op.BETWEEN, lower=1, upper=2),))),
    ("lets nothing be given", with_template(parameters=(Parameter("p", "origin", Op.GT, ("JFK",)),))),
]  # fmt: skip


@pytest.mark.parametrize(("says", "rules"), FAULTY, ids=[case[0] for case in FAULTY])
def test_rules_that_mean_nothing_are_not_published(says: str, rules: AnalysisRules) -> None:
    found = fault(rules)
    assert found is not None
    assert says in found
    answer = decide(a_state(), publishing(rules), held())
    assert isinstance(answer, Refused)
    assert (answer.refusal, answer.detail["fault"]) == (R.RULES_FAULTY, found)


def test_rules_survive_canonical_bytes() -> None:
    full = replace(SHUT, exact=TERMS, rules=EXACT_ALLOWED, review=True, units_min=3, key=("flight",))
    for rules in (RULES, PLANES, full, with_template()):
        assert msgspec.json.decode(canonical(rules), type=AnalysisRules) == rules


@pytest.mark.parametrize(
    ("personal", "compliance", "allowed"), [(False, None, True), (True, None, False), (True, "c" * 64, True)]
)
def test_exact_answers_on_persons_need_a_compliance_decision(
    *, personal: bool, compliance: str | None, allowed: bool
) -> None:
    rules = replace(RULES, exact=replace(TERMS, compliance=compliance), rules=EXACT_ALLOWED)
    answer = decide(a_state(), publishing(rules), held(personal=personal))
    assert isinstance(answer, Refused) is not allowed
