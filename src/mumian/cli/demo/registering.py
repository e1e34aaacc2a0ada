"""Act 3: data property is registered as an agency does it, over a holiday, in silence and against an objection."""

from __future__ import annotations

from typing import NamedTuple

from mumian.cli.demo.cast import Cast
from mumian.cli.demo.stage import Stage, evidence
from mumian.kernel.ids import PartyId, ResourceId, RightId
from mumian.kernel.roles import Right, SourceType
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.market.leaf import Leaf
from mumian.market.registering import initial_form
from mumian.market.rooms import States
from mumian.rooms.clocks.views import clocks_of
from mumian.rooms.property_register import model as register
from mumian.rooms.property_register.eligibility import favourable
from mumian.rooms.property_register.forms import InitialForm
from mumian.rooms.property_register.vocabulary import ApplicationId, Findings, Ground, ObjectionId, Outcome
from mumian.rooms.rights.model import RightRegistered

SELF = SourceType.SELF_GENERATED
YEARS_3 = 3 * 365 * DAY_MS
HOLDS = Findings(Outcome.HOLDS, Outcome.HOLDS, Outcome.HOLDS, evidence("review report"))


class Registered(NamedTuple):
    """What an application brought: the certificate's number, and the right by which use is granted, until when."""

    certificate: str
    use: RightId
    valid_to: Instant


def register_all(stage: Stage, cast: Cast, resources: dict[PartyId, ResourceId]) -> dict[PartyId, Registered]:
    """Register every airline's data; one application is met by silence over a holiday, a false one by an objection."""
    _refuse_duty_data(stage, cast, resources[cast.weather])
    *others, silent = cast.airlines
    applied = {airline: _submit(stage, cast, airline, resources[airline]) for airline in cast.airlines}
    found = {airline: _accept_and_review(stage, cast, applied[airline], SELF) for airline in others}
    stage.tell(
        f"{len(found)} applications are accepted, reviewed and attested the same day; each has its certificate",
        f"{len(found)} 件申请当日受理、审查、存证，各得凭证",
    )
    false = _apply_falsely(stage, cast, resources[others[1]])
    found[silent] = _in_silence(stage, cast, applied[silent])
    _object(stage, cast, others[1], false)
    return found


def register_one(stage: Stage, cast: Cast, holder: PartyId, resource: ResourceId) -> Registered:
    """Register data that its holder collected by contract: submitted, accepted, reviewed, attested the same day."""
    form = initial_form(holder, resource, SourceType.CONTRACT_COLLECTED, Right, until=stage.now + YEARS_3)
    return _accept_and_review(stage, cast, _application(stage, cast, holder, form), SourceType.CONTRACT_COLLECTED)


def _submit(stage: Stage, cast: Cast, holder: PartyId, resource: ResourceId) -> ApplicationId:
    form = initial_form(holder, resource, SourceType.SELF_GENERATED, Right, until=stage.now + YEARS_3)
    return _application(stage, cast, holder, form)


def _application(stage: Stage, cast: Cast, applicant: PartyId, form: InitialForm) -> ApplicationId:
    submit = register.SubmitApplication(cast.registry, form)
    return ApplicationId(stage.made(applicant, submit, "application"))


def _accept_and_review(stage: Stage, cast: Cast, application: ApplicationId, source: SourceType) -> Registered:
    stage.say(cast.registry, register.AcceptApplication(application))
    return _review(stage, cast, application, source)


def _review(stage: Stage, cast: Cast, application: ApplicationId, source: SourceType) -> Registered:
    found = favourable(source)
    concluded = register.ConcludeReview(application, HOLDS, found, waive=True)
    return _registered(stage.say(cast.registry, concluded))


def _registered(leaf: Leaf) -> Registered:
    rights = [event for event in leaf.events if isinstance(event, RightRegistered)]
    use = next(event for event in rights if event.record.right is Right.USE)
    return Registered(use.record.certificate, use.registration, use.record.valid_to)


def _in_silence(stage: Stage, cast: Cast, application: ApplicationId) -> Registered:
    """Nobody answers an application: when three work days are over, a holiday and a made-up Saturday in between, it counts
    as accepted on the first work day after them."""
    applied, due_at = day_of(stage.now), _due_at(stage, application)
    stage.wait_until(due_at)
    accepted = stage.market.ask(lambda s: s.property_register.applications[application].accepted_on)
    assert accepted is not None
    stage.wait_until(start_of(accepted))
    stage.tell(
        f"an application of {applied} stays unanswered for 3 work days, over the holiday until {day_of(due_at - 1)}: "
        f"deemed accepted on {accepted} (S1 art. 17)",
        f"{applied} 提交的一件申请3个工作日未获答复（跨假期至 {day_of(due_at - 1)}）：视为于 {accepted} 受理（登记指引第17条）",
    )
    return _review(stage, cast, application, SELF)


def _due_at(stage: Stage, about: str) -> Instant:
    """Return when the next limit about a thing is over."""

    def seen(s: States) -> Instant:
        return min(clock.due_at for clock in clocks_of(s.clocks, about) if clock.due_at)

    return stage.market.ask(seen)


def _apply_falsely(stage: Stage, cast: Cast, resource: ResourceId) -> ApplicationId:
    """A stranger claims an airline's data as its own; the review does not notice, publicity does."""
    form = initial_form(
        cast.claimant, resource, SourceType.SELF_GENERATED, (Right.USE, Right.OPERATE), waive_publicity=False
    )
    application = _application(stage, cast, cast.claimant, form)
    stage.say(cast.registry, register.AcceptApplication(application))
    stage.say(cast.registry, register.ConcludeReview(application, HOLDS, form.statements))
    return application


def _object(stage: Stage, cast: Cast, owner: PartyId, application: ApplicationId) -> None:
    """Within the five work days of publicity the true holder objects; the objection is upheld."""
    objected = register.RaiseObjection(application, Ground.OPEN_DISPUTE, evidence("flight plans"))
    objection = ObjectionId(stage.made(owner, objected, "objection"))
    stage.clock.wait_until(stage.now + DAY_MS)
    stage.say(cast.registry, register.DecideObjection(objection, True, evidence("investigation")))
    name = stage.names[owner]
    stage.tell(
        f"{name} objects within the publicity to another's claim on its data: upheld, no certificate",
        f"{name} 在公示期内对他人登记其数据提出异议：成立，不予登记",
    )


def _refuse_duty_data(stage: Stage, cast: Cast, resource: ResourceId) -> None:
    form = initial_form(cast.weather, resource, SourceType.GOV_DUTY, (Right.HOLD,))
    stage.show_refusal(
        cast.weather,
        register.SubmitApplication(cast.registry, form),
        "property_register.DUTY_DATA",
        "a public body asks for a property certificate on data of its duties",
        "公共机构为履职数据申请数据产权登记",
    )
