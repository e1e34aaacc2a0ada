"""What always holds of authorised operation. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.time import DAY_MS, day_of, start_of
from mumian.rooms.operation.accounting import ceiling_fen
from mumian.rooms.operation.disclosing import next_year
from mumian.rooms.operation.model import State
from mumian.rooms.operation.records import (
    OPEN_STAGES,
    REVIEWED,
    Operation,
    OperationStage,
    ScenarioStage,
    SelectionStage,
)
from mumian.rooms.operation.reviewing import awaited
from mumian.rooms.operation.using import RUNNING
from mumian.rooms.operation.vocabulary import Form, OperationId, Side, Verdict
from mumian.rulebook.calendar import years_after

YEARS_MAX = 5  # S3-TERM


def every_agreement_in_force_was_decided_competed_for_and_signed(state: State) -> Iterator[str]:
    """Plan and agreement have their collective decisions, the plan its approval and filing, the operator competed."""
    for key, operation in state.operations.under():
        if operation.stage is OperationStage.IN_FORCE:
            for lack in _lacks(state, operation):
                yield f"`{key}` is in force without {lack}"


def _lacks(state: State, operation: Operation) -> Iterator[str]:
    plan, selection = state.plans[operation.plan], state.selections[operation.selection]
    if operation.decision is None or plan.decision is None:
        yield "both collective decisions"
    if plan.approval is None or plan.filing is None:
        yield "approval and filing of its plan"
    if selection.stage is not SelectionStage.CONCLUDED or operation.operator not in selection.candidates:
        yield "a selection of its operator"
    if len(selection.candidates) < 2:
        yield "competition"
    if set(operation.signed) != {operation.body, operation.operator}:
        yield "both signatures"


def every_term_lies_within_its_plan_and_five_years(state: State) -> Iterator[str]:
    for key, operation in state.operations.under():
        content = state.plans[operation.plan].content
        if operation.valid_from < content.valid_from or operation.valid_to > content.valid_to:
            yield f"`{key}` leaves the term of `{operation.plan}`"
        if operation.valid_to > start_of(years_after(day_of(operation.valid_from), YEARS_MAX)) + DAY_MS:
            yield f"`{key}` lasts longer than five years"
    for key, scenario in state.scenarios.under():
        if scenario.valid_to > state.operations[scenario.operation].valid_to:
            yield f"`{key}` outlasts `{scenario.operation}`"


def nothing_agreed_leaves_its_plan(state: State) -> Iterator[str]:
    for key, terms in state.terms.under():
        content = state.plans[state.operations[key].plan].content
        if not set(terms.resources) <= set(content.resources):
            yield f"`{key}` has resources that its plan does not name"
        if not all(content.product(each.code) for each in terms.products):
            yield f"`{key}` has products that its plan does not name"


def operator_and_merchant_are_apart(state: State) -> Iterator[str]:
    """No use is in force whose merchant is its operator, or that is known to be related to it."""
    for key, scenario in state.scenarios.under():
        is_tied = scenario.merchant == scenario.operator or bool(scenario.relation)
        if scenario.stage is ScenarioStage.IN_FORCE and is_tied:
            yield f"`{key}` is in force for a merchant tied to `{scenario.operator}`"


def one_scenario_has_one_application(state: State) -> Iterator[str]:
    """No merchant has two open applications for one scenario on one resource; each open one is found by it."""
    expected: dict[str, str] = {}
    for key, scenario in state.scenarios.under():
        application = state.applications[key]
        for each in application.resources if scenario.stage in OPEN_STAGES else ():
            place = f"{scenario.merchant}/{each.resource}/{application.scene.code}"
            if place in expected:
                yield f"`{place}` has `{expected[place]}` and `{key}`"
            expected[place] = key
    for wrong, _ in sorted(expected.items() ^ set(state.taken.under())):
        yield f"`taken` is wrong about `{wrong}`"


def every_use_in_force_passed_every_review(state: State) -> Iterator[str]:
    """Its departments, the data bureau and the compliance check passed it, and both sides signed."""
    for key, scenario in state.scenarios.under():
        if scenario.stage not in RUNNING:
            continue
        passed = {each.stage for each in scenario.reviews if each.verdict is Verdict.PASSED}
        if passed != set(REVIEWED) or awaited(state.applications[key], scenario.reviews):
            yield f"`{key}` is in use, a review is missing"
        if set(scenario.signed) != {scenario.operator, scenario.merchant}:
            yield f"`{key}` is in use without both signatures"


def an_application_is_open_only_under_an_agreement_in_force(state: State) -> Iterator[str]:
    for key, scenario in state.scenarios.under():
        stage = state.operations[scenario.operation].stage
        if scenario.stage in OPEN_STAGES and stage is not OperationStage.IN_FORCE:
            yield f"`{key}` is open, `{scenario.operation}` is {stage}"


def every_past_year_was_disclosed_or_is_overdue(state: State) -> Iterator[str]:
    """From the first year of an agreement to the one that a side owes next no year is left out."""
    for key, operation in state.operations.under():
        for side in Side if operation.concluded_at else ():
            for year in range(operation.first_year, next_year(operation, side)):
                told = state.disclosures.get(f"{key}/{side}/{year}")
                if told is None or not (told.at or told.overdue):
                    yield f"`{key}` has no word of the {side} on {year}"


def no_price_exceeds_its_ceiling(state: State) -> Iterator[str]:
    """A free product has no price, a charged one none above its ceiling."""
    for place, price in state.prices.under():
        key, _, product = place.partition("/")
        ceiling = ceiling_fen(state, OperationId(key), product)
        if ceiling is None or price.amount_fen > ceiling:
            yield f"`{place}` costs {price.amount_fen} fen, its ceiling is {ceiling}"


def nothing_raw_leaves_the_platform(state: State) -> Iterator[str]:
    for key, output in state.outputs.under():
        if output.form is Form.RAW and output.verdict is Verdict.PASSED:
            yield f"`{key}` let raw data out"


def open_applications_are_found(state: State) -> Iterator[str]:
    """By agreement and resource while open, by operator and merchant while in use, by stage while under review."""
    under, pairs, awaiting, wanted = set[str](), set[str](), set[str](), set[str]()
    for key, scenario in state.scenarios.under():
        under |= {f"{scenario.operation}/{key}"} if scenario.stage in OPEN_STAGES else set()
        pairs |= {f"{scenario.operator}/{scenario.merchant}/{key}"} if scenario.stage in RUNNING else set()
        awaiting |= {f"{scenario.stage}/{key}"} if scenario.stage in REVIEWED else set()
        named = state.applications[key].resources if scenario.stage in OPEN_STAGES else ()
        wanted |= {f"{each.resource}/{scenario.merchant}/{key}" for each in named}
    for name, table, expected in (
        ("under", state.under, under),
        ("pairs", state.pairs, pairs),
        ("awaiting", state.awaiting, awaiting),
        ("wanted", state.wanted, wanted),
    ):
        for key in sorted(expected.symmetric_difference(found for found, _ in table.under())):
            yield f"`{name}` is wrong about `{key}`"


LAWS = (
    every_agreement_in_force_was_decided_competed_for_and_signed,
    every_term_lies_within_its_plan_and_five_years,
    nothing_agreed_leaves_its_plan,
    operator_and_merchant_are_apart,
    one_scenario_has_one_application,
    every_use_in_force_passed_every_review,
    an_application_is_open_only_under_an_agreement_in_force,
    every_past_year_was_disclosed_or_is_overdue,
    no_price_exceeds_its_ceiling,
    nothing_raw_leaves_the_platform,
    open_applications_are_found,
)
