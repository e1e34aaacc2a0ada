"""What bodies, bureaus, operators and merchants say of authorised operation."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS, day_of
from mumian.market.operating import ALL, FREE, agreement_draft, application, plan_draft
from mumian.market.simulation.accounts import ACCOUNT_HABITS
from mumian.market.simulation.scene import FRESH, Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.rooms.operation import model as operation
from mumian.rooms.operation.agreement import AgreementDraft
from mumian.rooms.operation.events import AgreementProposed, PlanDrafted, ScenarioApplied, SelectionOpened
from mumian.rooms.operation.plan import PlanDraft
from mumian.rooms.operation.records import (
    OPEN_STAGES,
    OperationStage,
    Plan,
    PlanStage,
    Scenario,
    ScenarioStage,
    SelectionStage,
)
from mumian.rooms.operation.reviewing import awaited
from mumian.rooms.operation.vocabulary import (
    Approval,
    Cause,
    Decision,
    DecisionKind,
    ExitGround,
    Form,
    Link,
    Method,
    Mode,
    Objection,
    OperationId,
    PlanId,
    ProhibitedAct,
    Restraint,
    ScenarioId,
    SelectionId,
    Side,
    Verdict,
)
from mumian.rooms.parties import model as parties
from mumian.rooms.parties import views as parties_views
from mumian.rooms.parties.model import Relation
from mumian.rooms.rights.chain import is_coded

MADE: dict[type, tuple[str, str]] = {
    PlanDrafted: ("plan", "plan"),
    SelectionOpened: ("selection", "selection"),
    AgreementProposed: ("operation", "operation"),
    ScenarioApplied: ("scenario", "scenario"),
}
"""Event → the field that names what it made, and the noun that it is remembered under."""

SCENARIOS = ("FIN-01", "GOV-02")


def _newest(s: Scene, noun: str, table: Any, stages: tuple[str, ...]) -> str:
    """Return one of the newest things at one of `stages`, now and then any thing of that kind."""
    recent = [key for key in s.made[noun][-FRESH:] if (found := table.get(key)) is not None and found.stage in stages]
    return s.one(recent) if recent and s.chance(950) else s.pick(noun)


def _coded(s: Scene) -> tuple[ResourceId, PartyId] | None:
    """Return a coded resource and its holder, mostly a public body, mostly with the code in force."""
    for _ in range(8):
        public = s.states.rights.publics.get(s.pick("public"))
        resource = s.states.catalog.resources.get(public.resource) if public else None
        if public is not None and resource is not None:
            is_body = Role.PUBLIC_BODY in parties_views.roles_of(s.states.parties, resource.holder)
            if (is_body and is_coded(s.states.rights, public.resource, s.now)) or s.chance(50):
                return public.resource, resource.holder
    return None


def draft(s: Scene) -> Said | None:
    """Draft a plan for coded data, sometimes with data of another body, now and then in place of a plan in force."""
    found, other = _coded(s), _coded(s)
    if found is None or other is None:
        return None
    names = dict.fromkeys((found[0], *((other[0],) if s.chance(300) else ())))
    body = found[1] if s.chance(950) else s.who(Role.PUBLIC_BODY)
    replaces = PlanId(s.pick("plan")) if s.chance(100) else PlanId("")
    if replaces in s.states.operation.plans:
        body = s.states.operation.plans[replaces].body
    return Said(body, operation.DraftPlan(_plan(s, tuple(names)), replaces))


def _plan(s: Scene, resources: tuple[ResourceId, ...]) -> PlanDraft:
    mode = s.one((Mode.WHOLE, Mode.WHOLE, *Mode))
    scenario = "" if mode is Mode.WHOLE else s.one(SCENARIOS)
    drafted = plan_draft(resources, mode, scenario, s.now, s.now + s.one((400, 700, 1_500, 1_500, 1_900)) * DAY_MS)
    if s.chance(80):
        return replace(drafted, **{s.one(("duties_digest", "accounts", "mode", "necessity_digest")): None})
    return drafted


def _decision(s: Scene) -> Decision:
    return Decision(day_of(s.now - s.one((0, 0, 0, 3)) * DAY_MS), s.one(tuple(DecisionKind)), s.digest())


def _approval(s: Scene) -> Approval:
    return Approval(day_of(s.now + s.one((0, 0, 0, 0, -5, 1)) * DAY_MS), s.digest())


def advance_plan(s: Scene) -> Said | None:
    """Say what is next for a plan."""
    waiting = (PlanStage.DRAFTED, PlanStage.DECIDED, PlanStage.APPROVED, PlanStage.RETURNED)
    key = PlanId(_newest(s, "plan", s.states.operation.plans, waiting))
    plan = s.states.operation.plans.get(key)
    if plan is None:
        return None
    bureau = plan.bureau or s.who(Role.DATA_BUREAU)
    match plan.stage:
        case PlanStage.DRAFTED:
            return Said(plan.body, operation.DecidePlan(key, _decision(s)))
        case PlanStage.DECIDED if s.chance(900):
            return Said(bureau, operation.ApprovePlan(key, _approval(s)))
        case PlanStage.DECIDED:
            return Said(bureau, operation.ReturnPlan(key, s.digest()))
        case PlanStage.APPROVED:
            return Said(bureau, operation.FilePlan(key, _approval(s)))
        case PlanStage.FILED if s.chance(900):
            return None
        case _:
            return Said(plan.body, operation.AmendPlan(key, _amended(s, plan)))


def call(s: Scene) -> Said | None:
    """Call for operators under a plan in force."""
    key = PlanId(_newest(s, "plan", s.states.operation.plans, (PlanStage.FILED,)))
    plan = s.states.operation.plans.get(key)
    if plan is None:
        return None
    method = s.one((Method.NEGOTIATION,) * 10 + tuple(Method))
    restraints: tuple[Restraint, ...] | None = ()
    if s.chance(100):
        restraints = s.one((None, (Restraint.LOCAL_ONLY,)))
    return Said(plan.body, operation.OpenSelection(key, method, restraints, s.digest()))


def _amended(s: Scene, plan: Plan) -> PlanDraft:
    content = plan.content
    same = plan_draft(content.resources, content.mode, content.scenario, content.valid_from, content.valid_to)
    return replace(same, duties_digest=s.digest()) if s.chance(700) else _plan(s, content.resources)


def advance_selection(s: Scene) -> Said | None:
    """Bid, conclude, or propose an agreement."""
    key = SelectionId(_newest(s, "selection", s.states.operation.selections, (SelectionStage.OPEN,)))
    selection = s.states.operation.selections.get(key)
    if selection is None:
        return None
    if selection.stage is SelectionStage.CONCLUDED:
        return _propose(s, key)
    needed = 2 if selection.method is Method.NEGOTIATION else 3
    if len(selection.candidates) < needed and s.chance(930):
        fresh = [each for each in s.of_role[Role.PUBLIC_DATA_OPERATOR] if each not in selection.candidates]
        bidder = s.one(fresh) if fresh and s.chance(950) else s.who(Role.PUBLIC_DATA_OPERATOR)
        shown = ALL if s.chance(950) else s.some(ALL)
        return Said(bidder, operation.EnterSelection(key, shown, s.digest()))
    if s.chance(30):
        return Said(s.who(Role.REGULATOR), operation.VoidSelection(key, s.digest()))
    chosen = s.one(selection.candidates) if s.chance(950) else PartyId(s.who(Role.PUBLIC_DATA_OPERATOR))
    met = s.one((ALL,) * 18 + (None, ALL[1:]))
    return Said(selection.body, operation.SelectOperator(key, chosen, met, s.digest()))


def propose(s: Scene) -> Said | None:
    key = SelectionId(_newest(s, "selection", s.states.operation.selections, (SelectionStage.CONCLUDED,)))
    selection = s.states.operation.selections.get(key)
    if selection is None or (selection.stage is not SelectionStage.CONCLUDED and not s.chance(50)):
        return None
    rivals = (s.states.operation.operations[each] for _, each in s.states.operation.chosen.under(f"{key}/"))
    if any(each.stage is OperationStage.IN_FORCE for each in rivals) and s.chance(700):
        return None
    named = s.states.operation.plans[selection.plan].content.resources
    coded = all(is_coded(s.states.rights, name, s.now) for name in named)
    return _propose(s, key) if coded or s.chance(100) else None


def _propose(s: Scene, key: SelectionId) -> Said:
    """Propose within the plan, mostly; what follows another agreement says how."""
    selection = s.states.operation.selections[key]
    content = s.states.operation.plans[selection.plan].content
    begin, end = max(s.now, content.valid_from), content.valid_to - s.one((0,) * 20 + (30, -1)) * DAY_MS
    follows, link = OperationId(""), None
    if s.chance(150):
        follows, link = OperationId(s.pick("operation")), s.one((Link.SUPPLEMENT, Link.RENEWAL, None))
        older = s.states.operation.operations.get(follows)
        if older is not None:
            key = older.selection
            begin = older.valid_from if link is Link.SUPPLEMENT else older.valid_to
            end = older.valid_to if link is Link.SUPPLEMENT else content.valid_to
            content = s.states.operation.plans[older.plan].content
    drafted = agreement_draft(content.resources, s.one((None, 100, 60_000)), begin, max(end, 0))
    body = s.states.operation.selections[key].body
    return Said(body, operation.ProposeAgreement(key, _spoilt(s, drafted), follows, link))


def _spoilt(s: Scene, drafted: AgreementDraft) -> AgreementDraft:
    """Return the agreement, now and then with something wrong about it."""
    if not s.chance(120):
        return drafted
    wrong: tuple[dict[str, Any], ...] = (
        {"breach_digest": None},
        {"no_redevelopment": None},
        {"no_redevelopment": False},
        {"resources": drafted.resources[1:]},
    )
    return replace(drafted, **s.one(wrong))


def advance_operation(s: Scene) -> Said | None:
    """Say what is next for an agreement until it is in force, and when it has ended."""
    waiting = (OperationStage.PROPOSED, OperationStage.DECIDED, OperationStage.ENDED, OperationStage.HANDED_OVER)
    key = OperationId(_newest(s, "operation", s.states.operation.operations, waiting))
    record = s.states.operation.operations.get(key)
    if record is None:
        return None
    match record.stage:
        case OperationStage.PROPOSED:
            return Said(record.body, operation.DecideAgreement(key, _decision(s)))
        case OperationStage.DECIDED:
            unsigned = [party for party in (record.operator, record.body) if party not in record.signed]
            terms = record.terms_digest if s.chance(950) else s.digest()
            return Said(s.one(unsigned or (record.body,)), operation.SignOperation(key, terms))
        case OperationStage.ENDED:
            return Said(record.operator, operation.HandOverAssets(key, s.digest(), s.digest()))
        case OperationStage.HANDED_OVER:
            return Said(record.body, operation.AcceptHandOver(key, s.digest()))
        case _:
            return None


def end_operation(s: Scene) -> Said | None:
    key = OperationId(s.pick("operation"))
    record = s.states.operation.operations.get(key)
    if record is None:
        return None
    if s.chance(500):
        actor = s.one((record.body, record.operator))
        return Said(actor, operation.ExitOperation(key, s.one(tuple(ExitGround)), s.digest()))
    actor = PartyId(s.one((record.body, s.who(Role.DATA_BUREAU), s.who(Role.REGULATOR))))
    return Said(actor, operation.RevokeOperation(key, s.one(tuple(ProhibitedAct)), s.digest()))


def consent(s: Scene) -> Said | None:
    """Consent that another body has one's data operated."""
    found = _coded(s)
    if found is None:
        return None
    body = PartyId(s.who(Role.PUBLIC_BODY))
    return Said(found[1], operation.ConsentToOperation(found[0], body, s.after(3_000), s.digest()))


def vet(s: Scene) -> Said:
    verdict = s.one((Verdict.PASSED,) * 6 + (Verdict.FAILED,))
    merchant = PartyId(s.who(Role.DATA_MERCHANT))
    key = _newest(s, "operation", s.states.operation.operations, (OperationStage.IN_FORCE,))
    record = s.states.operation.operations.get(key)
    operator = record.operator if record else s.who(Role.PUBLIC_DATA_OPERATOR)
    return Said(operator, operation.VetMerchant(merchant, verdict, s.digest()))


def apply(s: Scene) -> Said | None:
    """Apply under an agreement, mostly as a merchant that was vetted."""
    key = OperationId(_newest(s, "operation", s.states.operation.operations, (OperationStage.IN_FORCE,)))
    record = s.states.operation.operations.get(key)
    if record is None or record.stage is not OperationStage.IN_FORCE:
        return None
    vetted = [place.rpartition("/")[2] for place, _ in s.states.operation.vetted.under(f"{record.operator}/")]
    merchant = s.one(vetted) if vetted and s.chance(900) else s.who(Role.DATA_MERCHANT)
    terms = s.states.operation.terms[key]
    is_free = s.chance(300) or all(each.code == FREE for each in terms.products)
    until = min(s.after(300), record.valid_to)
    scenario = s.states.operation.plans[record.plan].content.scenario
    code = scenario if scenario and s.chance(900) else s.one(SCENARIOS)
    asked = application(key, s.one(terms.resources), code, (PURPOSE,), until, is_free=is_free)
    if s.chance(100):
        wrong: tuple[dict[str, Any], ...] = (
            {"form": None},
            {"use": None},
            {"form": Form.RAW},
            {"scenes": asked.scenes * 2},
        )
        asked = replace(asked, **s.one(wrong))
    return Said(merchant, asked)


def advance_scenario(s: Scene) -> Said | None:
    """Say what is next for an application."""
    key = ScenarioId(_newest(s, "scenario", s.states.operation.scenarios, tuple(OPEN_STAGES)))
    record = s.states.operation.scenarios.get(key)
    if record is None:
        return None
    verdict = s.one((Verdict.PASSED,) * 12 + (Verdict.FAILED,))
    objection = s.one(tuple(Objection)) if (verdict is Verdict.FAILED) is s.chance(970) else None
    match record.stage:
        case ScenarioStage.SOURCE:
            department = s.one(awaited(s.states.operation.applications[key], record.reviews))
            return Said(department, operation.ReviewAtSource(key, verdict, s.digest(), objection))
        case ScenarioStage.BUREAU:
            bureau = s.who(Role.DATA_BUREAU)
            return Said(bureau, operation.ReviewByBureau(key, verdict, s.digest(), objection))
        case ScenarioStage.COMPLIANCE:
            return Said(record.operator, operation.CheckCompliance(key, verdict, s.digest(), objection))
        case ScenarioStage.APPROVED:
            return _sign(s, key, record)
        case _:
            return _use(s, key, record)


def _sign(s: Scene, key: ScenarioId, record: Scenario) -> Said:
    waiting = [party for party in (record.operator, record.merchant) if party not in record.signed]
    terms = record.terms_digest if record.signed and s.chance(950) else s.digest()
    return Said(s.one(waiting), operation.SignDevelopment(key, terms))


def _use(s: Scene, key: ScenarioId, record: Scenario) -> Said:
    """What leaves the platform and what flows back."""
    if s.chance(500):
        return Said(record.merchant, operation.RecordFeedback(key, s.digest()))
    form = s.states.operation.applications[key].form if s.chance(800) else s.one(tuple(Form))
    verdict = s.one((Verdict.PASSED, Verdict.PASSED, Verdict.FAILED))
    return Said(record.operator, operation.ReviewOutput(key, form, verdict, s.digest()))


def end_scenario(s: Scene) -> Said | None:
    key = ScenarioId(s.pick("scenario"))
    record = s.states.operation.scenarios.get(key)
    if record is None:
        return None
    if record.stage in (ScenarioStage.IN_FORCE, ScenarioStage.SUSPENDED):
        actor = s.one((record.merchant, record.operator, PartyId(s.who(Role.DATA_BUREAU))))
        act = s.one((None, *ProhibitedAct)) if actor != record.merchant or s.chance(100) else None
        return Said(actor, operation.EndScenario(key, act, s.digest()))
    return Said(record.merchant, operation.WithdrawScenario(key))


def relate(s: Scene) -> Said | None:
    """Let an operator and one of its merchants come together, or apart again."""
    used = s.states.operation.scenarios.get(s.pick("scenario"))
    if used is None:
        return None
    ends = (used.operator, used.merchant)
    if s.chance(600) and f"{ends[0]}/{ends[1]}/{Relation.AFFILIATED}" in s.states.parties.links:
        return Said(s.who(Role.REGULATOR), parties.EndRelation(*ends, Relation.AFFILIATED))
    if s.chance(150):
        return Said(s.one(ends), parties.RelateParties(*ends, Relation.AFFILIATED))
    return None


def speak_for_the_market(s: Scene) -> Said:
    """Say what only the market says."""
    scenario, key = ScenarioId(s.pick("scenario")), OperationId(s.pick("operation"))
    return Said(
        s.pick("party"),
        s.one(
            (
                operation.ReviewSeparation(scenario),
                operation.LapseReview(scenario, ScenarioStage.SOURCE, s.now),
                operation.LapseDisclosure(key, Side.BODY, s.now),
                operation.LapseHandOver(key, s.now),
                operation.ExpireOperation(key),
                operation.ExpireScenario(scenario, Cause.TERM),
            )
        ),
    )


HABITS: tuple[tuple[int, Habit], ...] = (
    (14, draft),
    (30, advance_plan),
    (10, call),
    (30, advance_selection),
    (14, propose),
    (30, advance_operation),
    (1, end_operation),
    (5, consent),
    (8, vet),
    (20, apply),
    (50, advance_scenario),
    (3, end_scenario),
    (6, relate),
    (1, speak_for_the_market),
    *ACCOUNT_HABITS,
)
