"""Applications of data merchants: vetted first, one application for one scenario, nothing raw (S20)."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, new_id
from mumian.kernel.limits import Start, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.rooms.operation.events import MerchantVetted, ScenarioApplied
from mumian.rooms.operation.guards import (
    ask,
    limit,
    operable,
    operation_at,
    refuse_merchant,
    refuse_outside,
    refuse_repeated,
    refuse_text,
)
from mumian.rooms.operation.model import ApplyForScenario, Event, MerchantFacts, State, VetMerchant
from mumian.rooms.operation.plan import PlanContent
from mumian.rooms.operation.records import (
    Application,
    Operation,
    OperationStage,
    Scenario,
    ScenarioStage,
    Scene,
    Vetting,
)
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import (
    SUMMARY_CHARS_MAX,
    TITLE_CHARS_MAX,
    Form,
    Mode,
    ScenarioId,
    Verdict,
)
from mumian.rulebook.rules import in_force

Answer = list[Event] | Refused

SOURCE_REVIEW = "operation.source_review"


def vet(_state: State, command: VetMerchant, facts: Facts) -> Answer:
    """Decide on the vetting of a merchant; a later one takes the place of an earlier one."""
    assert isinstance(facts, MerchantFacts)
    if Role.PUBLIC_DATA_OPERATOR not in facts.roles:
        return Refused(R.NOT_AN_OPERATOR, {"party": facts.actor})
    refused = refuse_merchant(facts.actor, command.merchant, facts.merchant_roles, facts.relation)
    record = Vetting(command.verdict, command.report_digest, facts.now)
    rules = in_force(facts, "S20-VETTING", "S20-SEPARATION", "S3-06")
    return refused or [MerchantVetted(facts.actor, command.merchant, record, rules)]


def apply_for(state: State, command: ApplyForScenario, facts: Facts) -> Answer:
    """Decide whether an application may be reviewed at all."""
    assert isinstance(facts, MerchantFacts)
    if Role.DATA_MERCHANT not in facts.roles:
        return Refused(R.NOT_A_MERCHANT, {"party": facts.actor})
    operation = operation_at(state, command.operation, OperationStage.IN_FORCE)
    if isinstance(operation, Refused):
        return operation
    scene = _scene(command)
    if isinstance(scene, Refused):
        return scene
    departments = _departments(state, command, facts)
    if isinstance(departments, Refused):
        return departments
    refused = (
        _refuse_product(state, command, operation)
        or _refuse_term(command, operation, facts)
        or refuse_merchant(operation.operator, facts.actor, facts.roles, facts.relation)
        or _refuse_unvetted(state, operation, facts.actor)
        or _refuse_taken(state, command, scene, facts.actor)
    )
    return refused or [_applied(command, operation, scene, departments, facts)]


def _applied(
    command: ApplyForScenario,
    operation: Operation,
    scene: Scene,
    departments: tuple[PartyId, ...],
    facts: Facts,
) -> ScenarioApplied:
    assert command.form is not None
    assert command.use is not None
    scenario = ScenarioId(new_id("scenario", facts.seq))
    application = Application(
        scene=scene,
        resources=command.resources,
        departments=departments,
        purposes=command.purposes,
        territory=command.territory,
        product=command.product,
        form=command.form,
        use=command.use,
        valid_to=command.valid_to,
    )
    record = Scenario(
        operation=command.operation,
        operator=operation.operator,
        merchant=facts.actor,
        stage=ScenarioStage.SOURCE,
        applied_at=facts.now,
        rules=in_force(facts, "S20-SCENARIO", "S20-VETTING", "S20-SEPARATION", "S3-06", "S3-21", "S4-FREE"),
        valid_to=command.valid_to,
    )
    days = limit(facts, "source_review_work_days")
    clock = Start(scenario, SOURCE_REVIEW, Unit.WORK_DAYS, days, "MM-OPERATION", departments[0])
    return ScenarioApplied(scenario, record, application, (clock,))


def _scene(command: ApplyForScenario) -> Scene | Refused:
    """Return the one scenario of the application."""
    if not command.scenes:
        return ask("scenes: which scenario is the data used for?")
    scene, *others = command.scenes
    if others:
        return Refused(R.SECOND_SCENARIO, {"first": scene.code, "second": others[0].code})
    refused = refuse_text("scenes.title", scene.title, TITLE_CHARS_MAX) or refuse_text(
        "scenes.summary", scene.summary, SUMMARY_CHARS_MAX
    )
    return refused or scene


def _departments(state: State, command: ApplyForScenario, facts: MerchantFacts) -> tuple[PartyId, ...] | Refused:
    """Return whose data is applied for, if it is all within the agreement."""
    if not command.resources:
        return Refused(R.NO_RESOURCES)
    names = [each.resource for each in command.resources]
    refused = refuse_repeated(names)
    if refused is not None:
        return refused
    terms = state.terms[command.operation]
    departments: dict[PartyId, None] = {}
    for name in names:
        if name not in terms.resources:
            return Refused(R.RESOURCE_OUTSIDE, {"resource": name, "within": command.operation})
        resource = operable(name, facts.resources)
        if isinstance(resource, Refused):
            return resource
        departments[resource.holder] = None
    return tuple(departments)


def _refuse_product(state: State, command: ApplyForScenario, operation: Operation) -> Refused | None:
    """Return why the application does not fit the product that it names, or None."""
    if not command.purposes:
        return ask("purposes: for which purposes is the data used?")
    if command.form is None:
        return ask("form: what leaves the platform, a model, verification, report or aggregate?")
    if command.form is Form.RAW:
        return Refused(R.RAW_DATA)
    if command.use is None:
        return ask("use: is it for public governance, public welfare, industry or a sector?")
    content: PlanContent = state.plans[operation.plan].content
    planned = content.product(command.product)
    if state.terms[command.operation].product(command.product) is None or planned is None:
        return Refused(R.PRODUCT_OUTSIDE, {"product": command.product, "within": command.operation})
    for part, asked, held in (("form", command.form, planned.form), ("use", command.use, planned.use)):
        if asked != held:
            return Refused(R.PRODUCT_DIFFERS, {"product": command.product, "part": part, "held": held, "asked": asked})
    scenario = command.scenes[0].code
    if content.mode is Mode.SCENARIO and scenario != content.scenario:
        detail: Detail = {"operation": command.operation, "authorized": content.scenario, "scenario": scenario}
        return Refused(R.SCENARIO_OUTSIDE, detail)
    return None


def _refuse_term(command: ApplyForScenario, operation: Operation, facts: Facts) -> Refused | None:
    if command.valid_to <= facts.now:
        return Refused(R.TERM_EMPTY, {"valid_from": facts.now, "valid_to": command.valid_to, "now": facts.now})
    return refuse_outside(
        max(facts.now, operation.valid_from),
        command.valid_to,
        within=command.operation,
        first=operation.valid_from,
        end=operation.valid_to,
    )


def _refuse_unvetted(state: State, operation: Operation, merchant: PartyId) -> Refused | None:
    vetting = state.vetted.get(f"{operation.operator}/{merchant}")
    if vetting is not None and vetting.verdict is Verdict.PASSED:
        return None
    return Refused(R.NOT_VETTED, {"merchant": merchant, "operator": operation.operator})


def _refuse_taken(state: State, command: ApplyForScenario, scene: Scene, merchant: PartyId) -> Refused | None:
    for each in command.resources:
        taken = state.taken.get(f"{merchant}/{each.resource}/{scene.code}")
        if taken is not None:
            detail: Detail = {"merchant": merchant, "taken": taken, "scenario": scene.code, "resource": each.resource}
            return Refused(R.SCENARIO_TAKEN, detail)
    return None
