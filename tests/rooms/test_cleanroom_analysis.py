"""Analysis rules (分析规则): every use of a column, denied and allowed; templates; joins; the strictest rule wins."""

from __future__ import annotations

import random
from itertools import product

import msgspec
import pytest
from cleanroom_case import (
    AIR1,
    ASKED,
    BANK,
    EXACT,
    EXACT_ALLOWED,
    FLIGHTS1,
    FOUND,
    FROM_AIR1,
    INSURER,
    RULES,
    VERIFY,
    a_state,
    after,
    asking,
    knowing,
    ruled,
)  # fmt: skip
from msgspec.structs import replace

from mumian.kernel.canonical import digest
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.analysis import (
    AnalysisRules,
    ColumnRule,
    ExactRules,
    Kind,
    PublicColumn,
    Template,
    Use,
    fault,
    permit,
)
from mumian.rooms.cleanroom.decide import decide
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Count,
    Filter,
    GroupKey,
    Histogram,
    Join,
    Op,
    Plan,
    Sum,
    SumSquares,
    Units,
)
from mumian.rooms.cleanroom.records import JobKind
from mumian.rooms.cleanroom.ruled import refuse_plan

TERMS = ExactRules(3, 1, 600, 10)
PLANES = AnalysisRules(
    table="planes",
    unit="",
    columns=(
        PublicColumn("model", Kind.TEXT),
        PublicColumn("seats", Kind.INTEGER, lower=1, upper=500),
        PublicColumn("maker", Kind.TEXT, keys=("AIRBUS", "BOEING")),
    ),
    rules=(
        ColumnRule("model", (Use.JOIN,)),
        ColumnRule("seats", (Use.AGGREGATE,)),
        ColumnRule("maker", (Use.GROUP, Use.OUTPUT)),
    ),
    key=("model",),
)
CREW = replace(PLANES, table="crew", unit="model")
"""Another table of the same domain, with persons of its own."""


def uses(column: str, *allowed: Use, rules: AnalysisRules = RULES, **more: tuple[object, ...]) -> AnalysisRules:
    """Return the rules with the uses of one column set anew."""
    kept = tuple(rule for rule in rules.rules if rule.column != column)
    return replace(rules, rules=(*kept, ColumnRule(column, allowed, **more)))  # type: ignore[arg-type]


def asked(**changes: object) -> AggregatePlan:
    return msgspec.structs.replace(ASKED, **changes)


def where(op: Op, value: object, column: str = "dep_delay") -> AggregatePlan:
    return asked(where=(Filter(column, op, value),))  # type: ignore[arg-type]


def joining(*pairs: tuple[str, str], table: str = "planes", **changes: object) -> AggregatePlan:
    return asked(table="flights", joins=(Join(table, pairs),), **changes)


def grouped(*keys: GroupKey) -> AggregatePlan:
    return asked(group_by=keys)


def measured(*measures: object) -> AggregatePlan:
    return asked(measures=measures)


SUM = Sum("dep_delay", -60, 240)
A, F, G, JOIN, O, V = Use.AGGREGATE, Use.FILTER, Use.GROUP, Use.JOIN, Use.OUTPUT, Use.VERIFY  # noqa: E741  # as in the tables
MODEL = PublicColumn("model", Kind.TEXT)
WITH_MODEL = replace(RULES, columns=(*RULES.columns, MODEL), rules=(*RULES.rules, ColumnRule("model", (JOIN,))))
BY_MODEL = ("model", "model")

DENIED: list[tuple[str, Plan, AnalysisRules, R]] = [
    ("a column that nobody declared is grouped by", grouped(GroupKey("carrier", ("AA",))), RULES, R.COLUMN_UNKNOWN),
    ("a column that nobody declared is compared", where(Op.GT, 1, "air_time"), RULES, R.COLUMN_UNKNOWN),
    ("a column that nobody declared is added up", measured(Sum("air_time", 0, 1)), RULES, R.COLUMN_UNKNOWN),
    ("a declared column has no rule at all", ASKED, replace(RULES, rules=RULES.rules[:3]), R.COLUMN_DENIED),
    ("grouping is allowed, showing is not", ASKED, uses("origin", G, F), R.COLUMN_DENIED),
    ("showing is allowed, grouping is not", ASKED, uses("origin", O, F), R.COLUMN_DENIED),
    ("the unit is grouped by", grouped(GroupKey("tailnum", ("N1",))), RULES, R.COLUMN_DENIED),
    ("a column of sums only is compared", where(Op.GT, 60), uses("dep_delay", A), R.COLUMN_DENIED),
    ("a column of comparisons only is added up", measured(SUM), uses("dep_delay", F), R.COLUMN_DENIED),
    ("a column of comparisons only is counted", measured(Count("dep_delay")), uses("dep_delay", F), R.COLUMN_DENIED),
    ("one of several alternatives is denied", asked(where=((Filter("origin", Op.EQ, "JFK"), Filter("dep_delay", Op.GT, 1)),)), uses("dep_delay", A), R.COLUMN_DENIED),
    ("a key of a verification has no rule for that", VERIFY, uses("flight", JOIN), R.COLUMN_DENIED),
    ("a predicate of a verification has none", VERIFY, uses("dep_delay", A, F), R.COLUMN_DENIED),
    ("a verification asks for an unknown column", replace(VERIFY, key_columns=("name",)), RULES, R.COLUMN_UNKNOWN),
    ("the comparison is not on the list", where(Op.LT, 60), uses("dep_delay", A, F, comparisons=(Op.GT, Op.GE)), R.COMPARISON_DENIED),
    ("the literal is not on the list", where(Op.GT, 61), uses("dep_delay", F, literals=("60",)), R.VALUE_OUTSIDE),
    ("one literal of several is not", where(Op.BETWEEN, (60, 90)), uses("dep_delay", F, literals=("60",)), R.VALUE_OUTSIDE),
    ("a text beyond the public list", where(Op.EQ, "SFO", "origin"), RULES, R.VALUE_OUTSIDE),
    ("a text of a column without a list", where(Op.EQ, "SFO", "dest"), RULES, R.VALUE_OUTSIDE),
    ("a group beyond the public list", grouped(GroupKey("origin", ("JFK", "SFO"))), RULES, R.VALUE_OUTSIDE),
    ("keys are to be found where a list is public", replace(FOUND, group_by=(GroupKey("origin"),)), RULES, R.VALUE_OUTSIDE),
    ("text is added up", measured(Sum("origin", 0, 1)), uses("origin", A, G, O), R.NOT_A_NUMBER),
    ("text is put in bins", measured(Histogram("origin", (0, 1))), uses("origin", A, G, O), R.NOT_A_NUMBER),
    ("text is grouped by edges", grouped(GroupKey("dest", edges=(0, 1))), RULES, R.NOT_A_NUMBER),
    ("a sum goes beyond the public bounds", measured(Sum("dep_delay", -60, 241)), RULES, R.BOUNDS_BEYOND),
    ("squares go below them", measured(SumSquares("dep_delay", -61, 240)), RULES, R.BOUNDS_BEYOND),
    ("a unit may touch too many groups", asked(l0=4), replace(RULES, l0_max=3), R.BOUND_TOO_WIDE),
    ("a unit may have too many rows", asked(linf_rows=11), replace(RULES, linf_rows_max=10), R.BOUND_TOO_WIDE),
    ("groups are shown without counting units", ASKED, replace(RULES, units_min=5), R.UNITS_MIN_MISSING),
    ("groups are shown from too few units on", asked(measures=(Units(),), units_min=4), replace(RULES, units_min=5), R.UNITS_MIN_MISSING),
    ("no exact answers", EXACT, RULES, R.EXACT_DENIED),
    ("the plan names another unit", asked(unit="flight"), RULES, R.UNIT_OTHER),
    ("the plan names another table", asked(table="trains"), RULES, R.TABLE_UNKNOWN),
    ("a table that is not of this domain is joined", joining(BY_MODEL, table="ships"), WITH_MODEL, R.TABLE_UNKNOWN),
    ("a join is not by the key", joining(("model", "maker")), WITH_MODEL, R.JOIN_NOT_BY_KEY),
    ("a join has more than the key", joining(BY_MODEL, ("flight", "seats")), WITH_MODEL, R.JOIN_NOT_BY_KEY),
    ("a table of other persons is joined by something else", joining(BY_MODEL, table="crew"), WITH_MODEL, R.JOIN_LEAVES_UNIT),
    ("the own column may not be joined by", joining(("origin", "model")), RULES, R.COLUMN_DENIED),
    ("a joined column may not be grouped by", joining(BY_MODEL, group_by=(GroupKey("planes.seats", edges=(1, 9)),)), WITH_MODEL, R.COLUMN_DENIED),
    ("a joined column is not declared", joining(BY_MODEL, measures=(Sum("planes.wings", 0, 1),)), WITH_MODEL, R.COLUMN_UNKNOWN),
    ("a sum over joined rows goes beyond their bounds", joining(BY_MODEL, measures=(Sum("planes.seats", 0, 501),)), WITH_MODEL, R.BOUNDS_BEYOND),
    ("a column of a table that is not joined", measured(Sum("planes.seats", 1, 500)), WITH_MODEL, R.COLUMN_UNKNOWN),
    ("no free queries", ASKED, replace(RULES, free=False), R.TEMPLATE_UNKNOWN),
    ("a template's plan without its name", ASKED, replace(RULES, free=False, templates=(Template("by_origin", ASKED),)), R.TEMPLATE_UNKNOWN),
    # listed for the table of all refusals; the cases of templates are below
    ("a template's argument beyond it", asked(rho_nano=1), RULES, R.TEMPLATE_MISFIT),
]  # fmt: skip

ALLOWED: list[tuple[str, Plan, AnalysisRules]] = [
    ("figures by a public list", ASKED, RULES),
    ("with a comparison", where(Op.GT, 60), RULES),
    ("with any comparison of integers", where(Op.BETWEEN, (0, 60)), RULES),
    ("with a value of the public list", where(Op.NE, "JFK", "origin"), RULES),
    ("with missing values left out", where(Op.PRESENT, ""), uses("dep_delay", F, literals=("60",))),
    ("with an allowed comparison and literal", where(Op.GT, 60), uses("dep_delay", F, comparisons=(Op.GT,), literals=("60",))),
    ("sums within the bounds", measured(SUM, SumSquares("dep_delay", 0, 100), Count("dep_delay"), Units()), RULES),
    ("bins, whose ends may lie anywhere", measured(Histogram("dep_delay", (-100, 0, 500))), RULES),
    ("groups by edges", grouped(GroupKey("dep_delay", edges=(0, 60))), uses("dep_delay", G, O)),
    ("keys found in the data", FOUND, RULES),
    ("as wide as the bounds allow", ASKED, replace(RULES, l0_max=3, linf_rows_max=10)),
    ("groups with units enough", asked(measures=(Units(),), units_min=5), replace(RULES, units_min=5)),
    ("exact", EXACT, replace(RULES, exact=TERMS, rules=EXACT_ALLOWED)),
    ("a verification", VERIFY, RULES),
    ("a table by its name", asked(table="flights"), RULES),
    ("a join by the key", joining(BY_MODEL), WITH_MODEL),
    ("joined columns as their own rules allow", joining(BY_MODEL, group_by=(GroupKey("planes.maker", ("BOEING",)),), measures=(Sum("planes.seats", 1, 500),)), WITH_MODEL),
]  # fmt: skip


def refusal(
    plan: Plan,
    rules: AnalysisRules,
    party: PartyId = INSURER,
    *,
    template: str = "",
    arguments: dict[str, int | str] | None = None,
) -> R | None:
    near = {each.table: each for each in (rules, PLANES, CREW)}
    found = refuse_plan(plan, own=rules, joinable=near, party=party, template=template, arguments=arguments)
    if found is None:
        return None
    assert "{" not in found.say("en") + found.say("zh")
    assert isinstance(found.refusal, R)
    return found.refusal


@pytest.mark.parametrize(("what", "plan", "rules", "refused"), DENIED[:-1], ids=[case[0] for case in DENIED[:-1]])
def test_what_the_rules_do_not_allow_is_refused_by_name(
    what: str, plan: Plan, rules: AnalysisRules, refused: R
) -> None:
    assert what
    assert refusal(plan, rules) is refused


@pytest.mark.parametrize(("what", "plan", "rules"), ALLOWED, ids=[case[0] for case in ALLOWED])
def test_what_the_rules_allow_is_not_refused(what: str, plan: Plan, rules: AnalysisRules) -> None:
    assert what
    assert refusal(plan, rules) is None
    assert fault(rules) is None


@pytest.mark.parametrize(("what", "plan", "rules", "refused"), DENIED[:-1], ids=[case[0] for case in DENIED[:-1]])
def test_the_market_gives_the_same_refusal_before_a_charge_and_names_the_rules(
    what: str, plan: Plan, rules: AnalysisRules, refused: R
) -> None:
    state = after(a_state(), [ruled(FLIGHTS1, AIR1, rules)])
    kind = JobKind.AGGREGATE if isinstance(plan, AggregatePlan) else JobKind.VERIFICATION
    answer = decide(state, asking(plan), knowing(kind=kind, sources=(FROM_AIR1,)))
    assert isinstance(answer, Refused), what
    joins = getattr(plan, "joins", ())
    assert answer.refusal is (R.TABLE_UNKNOWN if joins else refused)  # what is joined is no source of this product
    if answer.refusal is not R.TABLE_UNKNOWN:
        assert (answer.detail["resource"], answer.detail["rules"]) == (FLIGHTS1, digest(rules))


# of a column and a party


ONES = [frozenset[Use](), *(frozenset([use]) for use in Use), frozenset(Use)]
PLAN_OF_USE: dict[Use, Plan] = {
    Use.AGGREGATE: measured(SUM),
    Use.GROUP: grouped(GroupKey("dep_delay", edges=(0, 60))),
    Use.OUTPUT: grouped(GroupKey("dep_delay", edges=(0, 60))),
    Use.FILTER: where(Op.GT, 60),
    Use.JOIN: joining(("dep_delay", "model")),
    Use.VERIFY: VERIFY,
}


@pytest.mark.parametrize("use", Use)
@pytest.mark.parametrize("allowed", ONES, ids=lambda allowed: "+".join(sorted(allowed)) or "nothing")
def test_a_use_is_allowed_by_itself_alone_and_grouping_needs_showing(use: Use, allowed: frozenset[Use]) -> None:
    base = replace(RULES, rules=tuple(rule for rule in RULES.rules if rule.column != "dep_delay"))
    rules = replace(base, rules=(*base.rules, ColumnRule("dep_delay", tuple(allowed))))
    needed = {Use.GROUP, Use.OUTPUT} if use in (Use.GROUP, Use.OUTPUT) else {use}
    assert (refusal(PLAN_OF_USE[use], rules) is None) is (needed <= allowed)


EVERYBODY, MINE, THEIRS = (), (INSURER,), (BANK,)
BOTH_USES = (F, A)
PARTIES: list[tuple[str, tuple[ColumnRule, ...], frozenset[Use]]] = [
    ("no rule", (), frozenset()),
    ("a rule for everybody", (ColumnRule("c", BOTH_USES),), frozenset(BOTH_USES)),
    ("a rule for the party", (ColumnRule("c", BOTH_USES, MINE),), frozenset(BOTH_USES)),
    ("a rule for another party", (ColumnRule("c", BOTH_USES, THEIRS),), frozenset()),
    ("everybody's is stricter", (ColumnRule("c", (F,)), ColumnRule("c", BOTH_USES, MINE)), frozenset([F])),
    ("the party's is stricter", (ColumnRule("c", BOTH_USES), ColumnRule("c", (F,), MINE)), frozenset([F])),
    ("both together allow nothing", (ColumnRule("c", (A,)), ColumnRule("c", (F,), MINE)), frozenset()),
    ("another party's strictness is its own", (ColumnRule("c", BOTH_USES), ColumnRule("c", (), THEIRS)), frozenset(BOTH_USES)),
    ("a rule that allows nothing denies", (ColumnRule("c", BOTH_USES), ColumnRule("c", ())), frozenset()),
    ("of another column", (ColumnRule("d", BOTH_USES),), frozenset()),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rules", "allowed"), PARTIES, ids=[case[0] for case in PARTIES])
def test_of_several_rules_for_a_column_and_a_party_the_strictest_wins(
    what: str, rules: tuple[ColumnRule, ...], allowed: frozenset[Use]
) -> None:
    assert what
    assert permit(replace(RULES, rules=rules), "c", INSURER).uses == allowed


def test_comparisons_and_literals_of_several_rules_are_those_that_all_have() -> None:
    rules = (
        ColumnRule("c", (F,)),
        ColumnRule("c", (F,), comparisons=(Op.GT, Op.GE), literals=("1", "2")),
        ColumnRule("c", (F,), MINE, comparisons=(Op.GT, Op.LT), literals=("2", "3")),
        ColumnRule("c", (F,), THEIRS, comparisons=(Op.EQ,), literals=("9",)),
    )
    found = permit(replace(RULES, rules=rules), "c", INSURER)
    assert (found.comparisons, found.literals) == ({Op.GT}, {"2"})


@pytest.mark.parametrize("seed", range(20))
def test_one_more_rule_never_allows_what_the_others_did_not(seed: int) -> None:
    """Random rules against the definition read out slowly: allowed is what each rule that speaks of the party allows."""
    rng = random.Random(seed)

    def a_rule() -> ColumnRule:
        some = tuple(use for use in Use if rng.random() < 0.7)
        return ColumnRule("c", some, rng.choice([EVERYBODY, MINE, THEIRS]))

    rules: tuple[ColumnRule, ...] = ()
    for _ in range(6):
        rules = (*rules, a_rule())
        for party, use in product((INSURER, BANK), Use):
            speaking = [rule for rule in rules if not rule.parties or party in rule.parties]
            slow = bool(speaking) and all(use in rule.uses for rule in speaking)
            assert (use in permit(replace(RULES, rules=rules), "c", party).uses) is slow


# the first that applies


PRECEDENCE: list[tuple[Plan, AnalysisRules, R]] = [
    (asked(unit="flight", l0=4, group_by=(GroupKey("carrier", ("AA",)),)), replace(RULES, l0_max=3), R.UNIT_OTHER),
    (asked(l0=4, group_by=(GroupKey("carrier", ("AA",)),)), replace(RULES, l0_max=3), R.BOUND_TOO_WIDE),
    (asked(group_by=(GroupKey("tailnum", ("N1",)),), where=(Filter("air_time", Op.GT, 1),)), RULES, R.COLUMN_UNKNOWN),
    (asked(group_by=(GroupKey("origin", ("SFO",)),), measures=(Sum("day", 1, 2),)), RULES, R.COLUMN_DENIED),
    (asked(measures=(Sum("dep_delay", -61, 1),), where=(Filter("origin", Op.EQ, "SFO"),)), RULES, R.VALUE_OUTSIDE),
    (replace(VERIFY, key_columns=("dest", "name")), RULES, R.COLUMN_UNKNOWN),
]


@pytest.mark.parametrize(("plan", "rules", "refused"), PRECEDENCE)
def test_of_several_refusals_the_first_in_order_is_given_wherever_in_the_plan_it_lies(
    plan: Plan, rules: AnalysisRules, refused: R
) -> None:
    assert refusal(plan, rules) is refused
